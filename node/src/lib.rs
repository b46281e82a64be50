//! The school's process: the only one that can read a person's data.

pub mod console;
pub mod import;
pub mod indicator;
pub mod ledger;
pub mod release;
pub mod screening;
pub mod transfer;
