//! That this store was put back from a backup, so that objections, absences and confirmations which
//! operators noted since are not in it: no other hub has them.

use runtime::params;
use runtime::sql::{SqlError, Tx};

/// Keeps that notes may be lost; again is nothing before they are entered.
///
/// # Errors
/// The store cannot be written.
pub fn lose(tx: &Tx<'_>, now_ms: i64) -> Result<(), SqlError> {
    if lost(tx)?.is_none() { restored(tx, now_ms) } else { Ok(()) }
}

/// Keeps that a copy was put back, each time: what came between two restores may be lost as well.
///
/// # Errors
/// The store cannot be written.
pub fn restored(tx: &Tx<'_>, now_ms: i64) -> Result<(), SqlError> {
    let sql = "insert into sealed_notes_lost (found_at_ms) values ($1)";
    tx.execute(sql, params![now_ms])?;
    Ok(())
}

/// When this store was put back, as it was told or found out, whatever was entered since.
///
/// # Errors
/// The store cannot be read.
pub fn found(tx: &Tx<'_>) -> Result<Vec<i64>, SqlError> {
    let sql = "select found_at_ms from sealed_notes_lost order by id";
    tx.query(sql, &[], |row| row.i64(0))
}

/// Since when notes may be missing here; nothing once a person entered them again.
///
/// # Errors
/// The store cannot be read.
pub fn lost(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    let sql = "select found_at_ms from sealed_notes_lost where entered_at_ms is null order by id";
    tx.query_opt(sql, &[], |row| row.i64(0))
}

/// Keeps that a person entered them again, in his words; tells whether any were missing.
///
/// # Errors
/// The store cannot be written.
pub fn enter(tx: &Tx<'_>, note: &str, now_ms: i64) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update sealed_notes_lost set entered_at_ms = $1, note = $2 where entered_at_ms is null",
        params![now_ms, note],
    )?;
    Ok(changed > 0)
}
