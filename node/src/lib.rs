//! The school's process: the only one that can read a person's data.

pub mod app;
pub mod backup;
pub mod cli;
pub mod config;
pub mod console;
pub mod desk;
pub mod directive;
pub mod directory;
pub mod egress;
pub mod import;
pub mod indicator;
pub mod inspection;
pub mod intake;
pub mod join;
pub mod ledger;
pub mod letters;
pub mod list;
pub mod neighbour;
pub mod obligation;
pub mod packs;
pub mod release;
pub mod screening;
mod sealed_years;
pub mod sealing;
pub mod taking;
pub mod transfer;
pub mod unlock;
