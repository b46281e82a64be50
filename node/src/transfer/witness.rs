//! The latest instant that this node has witnessed of its clock, kept for the next time it begins.

use runtime::sql::{SqlError, Tx};
use runtime::uplink::notes;

/// Name of the note that holds it, in milliseconds since 1970.
const NAME: &str = "witnessed_ms";

/// How far a clock may be ahead of what was kept: a night in which the node was off.
const AHEAD_MS: i64 = 48 * 3_600_000;

/// What was kept; nothing at a node that never ran.
///
/// # Errors
/// The store cannot be read.
pub fn known(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    Ok(notes::get(tx, NAME)?.and_then(|text| text.parse().ok()))
}

/// Keeps it.
///
/// # Errors
/// The store cannot be written.
pub fn keep(tx: &Tx<'_>, at_ms: i64) -> Result<(), SqlError> {
    notes::set(tx, NAME, &at_ms.to_string())
}

/// What may be believed of an instant, where something is thrown away by it in passing.
///
/// # Errors
/// The store cannot be read.
pub fn believed(tx: &Tx<'_>, now_ms: i64) -> Result<i64, SqlError> {
    Ok(known(tx)?.map_or(now_ms, |at_ms| now_ms.min(at_ms.saturating_add(AHEAD_MS))))
}
