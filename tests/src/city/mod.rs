//! A whole city in a box: the plan, the pupils, the processes and what is printed at the end.

pub mod generate;
pub mod plan;
