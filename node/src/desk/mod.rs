//! What the command line, the pages and the tables of an import all know about entries: labels of
//! columns, what a field asks for, how what was typed is read, sentences for what a ledger
//! refuses, and checks of the machine. The ledgers themselves know no language.

mod agency;
pub(crate) mod aside;
pub mod change;
pub(crate) mod checks;
pub mod copies;
pub mod envelope;
pub mod fields;
pub mod ical;
pub mod labels;
pub mod planned;
pub mod referral;
mod said;
pub mod scan;
pub mod table;
pub mod written;

pub use said::{destroyed_rows, kept, kept_until, no_consent};
