//! Report keys that schools signed with, as this hub saw them: the list from which health rings.
//!
//! Somebody with a certificate of a school can sign under as many keys as he likes. The latest
//! stay, and so does the stated one, so that a list that was filled hides no school's own key: it
//! signs each day anew.

use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed};

/// Most keys that are kept of a school.
pub const KEYS_MAX: u32 = 16;

/// A key that a school signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The school.
    pub unit: UnitId,
    /// Digest of the key.
    pub key: Digest,
    /// When it was first seen.
    pub seen_at_ms: i64,
    /// When it was last seen.
    pub last_seen_at_ms: i64,
}

/// Notes that a school signed with a key, and forgets the keys that were not seen for longest where
/// there are too many; the stated one is not forgotten.
///
/// # Errors
/// The store cannot be written.
pub fn note(
    tx: &Tx<'_>,
    (unit, key): (&UnitId, &Digest),
    stated: Option<&Digest>,
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into school_key (unit, key, seen_at_ms, last_seen_at_ms) values ($1, $2, $3, $3)
         on conflict (unit, key) do update set
             last_seen_at_ms = excluded.last_seen_at_ms
         where excluded.last_seen_at_ms > school_key.last_seen_at_ms",
        params![unit.as_str(), &key.to_tagged(), now_ms],
    )?;
    tx.execute(
        "delete from school_key where unit = $1 and ($3 is null or key <> $3) and key not in
             (select key from school_key where unit = $1
              order by last_seen_at_ms desc, seen_at_ms desc, key limit $2)",
        params![unit.as_str(), KEYS_MAX, stated.map(|key| key.to_tagged()).as_ref()],
    )?;
    Ok(())
}

/// Keeps the signed item of a report that finds no room, in place of the one before it under its
/// key, so that the other hub can be shown the key.
///
/// # Errors
/// The store cannot be written.
pub fn keep_item(tx: &Tx<'_>, unit: &UnitId, key: &Digest, item: &[u8]) -> Result<(), SqlError> {
    tx.execute(
        "update school_key set item = $3 where unit = $1 and key = $2",
        params![unit.as_str(), &key.to_tagged(), item],
    )?;
    Ok(())
}

/// The items that were kept under keys that were seen since a time.
///
/// # Errors
/// The store cannot be read.
pub fn items_since(tx: &Tx<'_>, since_ms: i64) -> Result<Vec<Vec<u8>>, SqlError> {
    tx.query(
        "select item from school_key where item is not null and last_seen_at_ms >= $1
         order by unit, key",
        params![since_ms],
        |row| row.blob(0),
    )
}

/// Forgets the item of a key that does not wait to be stated any more.
///
/// # Errors
/// The store cannot be written.
pub fn forget_item(tx: &Tx<'_>, unit: &UnitId, key: &Digest) -> Result<(), SqlError> {
    tx.execute(
        "update school_key set item = null where unit = $1 and key = $2 and item is not null",
        params![unit.as_str(), &key.to_tagged()],
    )?;
    Ok(())
}

/// Forgets the items of keys that were last seen before a time.
///
/// # Errors
/// The store cannot be written.
pub fn forget_items_before(tx: &Tx<'_>, before_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update school_key set item = null where item is not null and last_seen_at_ms < $1",
        params![before_ms],
    )?;
    Ok(())
}

/// Every key that was seen, by school, the latest last.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Seen>, SqlError> {
    let all = "select unit, key, seen_at_ms, last_seen_at_ms from school_key
        order by unit, last_seen_at_ms, seen_at_ms, key";
    tx.query(all, &[], read)
}

fn read(row: &Row<'_, '_>) -> Result<Seen, SqlError> {
    let (seen_at_ms, last_seen_at_ms) = (row.i64(2)?, row.i64(3)?);
    Ok(Seen { unit: parsed(row, 0)?, key: digest(row, 1)?, seen_at_ms, last_seen_at_ms })
}
