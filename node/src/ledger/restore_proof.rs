//! Copies of the data folder that were put back for a test: when, which, and what was in them.

use runtime::params;
use runtime::sql::{SqlError, Tx};

/// A copy that opened and held together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// When it was put back, in milliseconds since 1970.
    pub at_ms: i64,
    /// Name of the copy's folder.
    pub copy: String,
    /// Students on its roll.
    pub students: u64,
    /// Entries of its journal.
    pub entries: u64,
}

/// Keeps a proof.
///
/// # Errors
/// The store cannot be written.
pub fn put(tx: &Tx<'_>, proof: &Proof) -> Result<(), SqlError> {
    tx.execute(
        "insert into restore_proof (at_ms, copy, students, entries) values ($1, $2, $3, $4)",
        params![proof.at_ms, proof.copy.as_str(), proof.students, proof.entries],
    )?;
    Ok(())
}

/// The last proof; nothing where no copy was ever put back.
///
/// # Errors
/// The store cannot be read.
pub fn last(tx: &Tx<'_>) -> Result<Option<Proof>, SqlError> {
    let last = "select at_ms, copy, students, entries from restore_proof order by id desc limit 1";
    tx.query_opt(last, &[], |row| {
        Ok(Proof {
            at_ms: row.i64(0)?,
            copy: row.text(1)?,
            students: row.u64(2)?,
            entries: row.u64(3)?,
        })
    })
}
