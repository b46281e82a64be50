//! Keys of units further down that may not speak any more, as member hubs told them.
//!
//! What was revoked stays so, whoever tells what later; a suspension lasts while it is told.

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
    tx.execute("delete from barred_key where told_by = $1 and bar = 'suspended'", params![teller])?;
    for key in told {
        tx.execute(
            "insert into barred_key (key_id, name, bar, told_by, told_at_ms)
             values ($1, $2, $3, $4, $5)
             on conflict do nothing",
            params![&key.key_id, &key.name, word(key.bar), &key.told_by, key.told_at_ms],
        )?;
    }
    touch_registry(tx)
}

/// All barred keys, in order of name.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Stored>, SqlError> {
    tx.query(&format!("select {COLUMNS} from barred_key order by name, key_id"), &[], read)
}
