//! A whole city in a box: the plan, the pupils, the processes and what is printed at the end.

pub mod build;
pub mod generate;
mod office;
pub mod plan;
mod ports;
pub mod process;
pub mod progress;
pub mod report;
pub mod visitors;
