//! SQL access: one database handle, one transaction type, one writer that group-commits.
//!
//! Statements stay in the subset that SQLite and PostgreSQL share (`$1` placeholders, no
//! `rusqlite` type outside this module), so a hub can move to another database without touching
//! its store. Transactions are synchronous closures; a closure that fails leaves no trace, even
//! when it shared its commit with others.

mod checkpoint;
mod database;
mod error;
mod memory;
mod migration;
mod simulated;
mod tx;
mod writer;

pub use database::{DataKey, Database, Options};
pub use error::SqlError;
pub use migration::Migration;
pub use tx::{Row, Tx, Value};

#[cfg(test)]
mod tests;

/// Bound parameters of a statement: `params![unit, sequence]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::sql::Value::from($value)),*][..]
    };
}
