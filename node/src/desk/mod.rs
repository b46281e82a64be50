//! What the command line and the pages both say of the ledgers: labels of columns, and sentences
//! for what a ledger refuses. The ledgers themselves know no language.

pub mod labels;
mod said;
