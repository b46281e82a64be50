//! Keys of units further down that may not speak any more, as member hubs told them.
//!
//! What was revoked stays so, whoever tells what later; a suspension lasts while it is told.

use std::collections::HashSet;

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};
use runtime::uplink::Bar;

use super::setting::touch_registry;

/// A barred key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the public key.
    pub key_id: [u8; 32],
    /// Identity name of its unit.
    pub name: String,
    /// Why it may not speak.
    pub bar: Bar,
    /// Member hub that told it.
    pub told_by: String,
    /// When it was told first.
    pub told_at_ms: i64,
}

/// The word that is stored and shown.
#[must_use]
pub const fn word(bar: Bar) -> &'static str {
    match bar {
        Bar::Revoked => "revoked",
        Bar::Suspended => "suspended",
    }
}

const COLUMNS: &str = "key_id, name, bar, told_by, told_at_ms";

fn read(row: &Row<'_, '_>) -> Result<Stored, SqlError> {
    let stored = row.str(2)?;
    let bar = [Bar::Revoked, Bar::Suspended].into_iter().find(|bar| word(*bar) == stored);
    Ok(Stored {
        key_id: row.array(0)?,
        name: row.text(1)?,
        bar: bar.ok_or(SqlError::Type)?,
        told_by: row.text(3)?,
        told_at_ms: row.i64(4)?,
    })
}

/// Keeps what a member hub told: what it told as suspended before and does not tell now is lifted,
/// or is revoked now. Repeating it changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn replace(tx: &Tx<'_>, teller: &str, told: &[Stored]) -> Result<(), SqlError> {
    let still: HashSet<[u8; 32]> =
        told.iter().filter(|key| key.bar == Bar::Suspended).map(|key| key.key_id).collect();
    let mut changed = 0;
    for key in keys(tx, teller, "and bar = 'suspended'")? {
        if !still.contains(&key) {
            let lift = "delete from barred_key where told_by = $1 and key_id = $2";
            changed += tx.execute(lift, params![teller, &key])?;
        }
    }
    for key in told {
        changed += tx.execute(
            "insert into barred_key (key_id, name, bar, told_by, told_at_ms)
             values ($1, $2, $3, $4, $5)
             on conflict do nothing",
            params![&key.key_id, &key.name, word(key.bar), &key.told_by, key.told_at_ms],
        )?;
    }
    // Whoever tells the same again costs nobody a look at the whole registry.
    if changed > 0 { touch_registry(tx) } else { Ok(()) }
}

/// The keys that a member hub told of and that stay: those that were revoked, and of those that are
/// suspended what it tells again.
///
/// # Errors
/// The store cannot be read.
pub fn staying(
    tx: &Tx<'_>,
    teller: &str,
    told: &HashSet<[u8; 32]>,
) -> Result<HashSet<[u8; 32]>, SqlError> {
    let revoked = keys(tx, teller, "and bar = 'revoked'")?.into_iter();
    let suspended = keys(tx, teller, "and bar = 'suspended'")?.into_iter();
    Ok(revoked.chain(suspended.filter(|key| told.contains(key))).collect())
}

fn keys(tx: &Tx<'_>, teller: &str, and: &str) -> Result<Vec<[u8; 32]>, SqlError> {
    let statement = format!("select key_id from barred_key where told_by = $1 {and}");
    tx.query(&statement, params![teller], |row| row.array(0))
}

/// Whether a hub told that a key was taken back.
///
/// # Errors
/// The store cannot be read.
pub fn is_revoked(tx: &Tx<'_>, key_id: &[u8; 32]) -> Result<bool, SqlError> {
    let sql = "select 1 from barred_key where key_id = $1 and bar = 'revoked' limit 1";
    Ok(tx.query_opt(sql, params![key_id], |row| row.i64(0))?.is_some())
}

/// All barred keys, in order of name.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Stored>, SqlError> {
    tx.query(&format!("select {COLUMNS} from barred_key order by name, key_id"), &[], read)
}
