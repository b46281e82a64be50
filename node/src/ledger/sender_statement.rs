//! The newest statement that was seen about each department's signing key.
//!
//! A statement travels inside of what its key signed, so whoever stole a key encloses the old
//! statement as long as that runs. A newer one about another key ends it here.

use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;

/// A statement about a department's signing key, as far as it is remembered.
pub struct Seen<'a> {
    /// The department.
    pub unit: &'a UnitId,
    /// Its name.
    pub name: &'a str,
    /// When the statement begins.
    pub valid_from_ms: i64,
    /// Digest of the key.
    pub key: Digest,
}

/// Whether a newer statement about another key of the department is known.
///
/// # Errors
/// The store cannot be read.
pub fn is_replaced(tx: &Tx<'_>, seen: &Seen<'_>) -> Result<bool, SqlError> {
    let newer = "select 1 from sender_statement
        where unit = $1 and valid_from_ms > $2 and key <> $3";
    let key = seen.key.to_string();
    let values = params![seen.unit.as_str(), seen.valid_from_ms, &key];
    Ok(tx.query_opt(newer, values, |row| row.i64(0))?.is_some())
}

/// Remembers a statement, where none that begins later is known.
///
/// # Errors
/// The store cannot be written.
pub fn remember(tx: &Tx<'_>, author: &Author, seen: &Seen<'_>) -> Result<(), SqlError> {
    tx.execute(
        "insert into sender_statement (unit, name, valid_from_ms, key, seen_at_ms, seen_by)
         values ($1, $2, $3, $4, $5, $6) on conflict (unit) do update set name = excluded.name,
             valid_from_ms = excluded.valid_from_ms, key = excluded.key,
             seen_at_ms = excluded.seen_at_ms, seen_by = excluded.seen_by
         where excluded.valid_from_ms > valid_from_ms",
        params![
            seen.unit.as_str(),
            seen.name,
            seen.valid_from_ms,
            &seen.key.to_string(),
            author.now().0,
            author.account(),
        ],
    )?;
    Ok(())
}
