//! A whole city in a box: the plan, the pupils, the processes and what is printed at the end.

pub mod build;
pub mod clock;
mod commissions;
pub mod days;
mod directory;
pub mod folder;
pub mod generate;
pub mod hubs;
pub mod office;
pub mod opened;
pub mod plan;
mod ports;
pub mod process;
pub mod progress;
pub mod reason;
pub mod referrals;
pub mod report;
pub mod site;
pub mod sums;
pub mod transfers;
pub mod visitors;
pub mod year;
