//! Report keys that schools signed with, as this hub saw them: the list from which health rings.

use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed};

/// Most keys that are kept of a school: one is its own, and who forges more is known by then.
const KEYS_MAX: i64 = 16;

/// A key that a school signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The school.
    pub unit: UnitId,
    /// Digest of the key.
    pub key: Digest,
    /// When it was first seen.
    pub seen_at_ms: i64,
}

/// Notes that a school signed with a key; again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn note(tx: &Tx<'_>, unit: &UnitId, key: &Digest, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into school_key (unit, key, seen_at_ms) select $1, $2, $3
         where (select count(*) from school_key where unit = $1) < $4 on conflict do nothing",
        params![unit.as_str(), &key.to_tagged(), now_ms, KEYS_MAX],
    )?;
    Ok(())
}

/// Every key that was seen, by school, the latest last.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Seen>, SqlError> {
    let all = "select unit, key, seen_at_ms from school_key order by unit, seen_at_ms, key";
    tx.query(all, &[], read)
}

fn read(row: &Row<'_, '_>) -> Result<Seen, SqlError> {
    Ok(Seen { unit: parsed(row, 0)?, key: digest(row, 1)?, seen_at_ms: row.i64(2)? })
}
