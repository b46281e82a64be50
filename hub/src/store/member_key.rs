//! The register of members' keys: stored signatures are judged by it, for ever.

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::setting::touch_registry;

/// What may still be done with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// The member's latest key.
    Current,
    /// Replaced by a renewal; what it signed stays valid, new items are still taken from queues
    /// that were signed before the renewal.
    Superseded,
    /// Taken back; nothing new is accepted under it.
    Revoked,
}

impl KeyState {
    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
        }
    }

    fn read(text: &str) -> Result<Self, SqlError> {
        [Self::Current, Self::Superseded, Self::Revoked]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(SqlError::Type)
    }
}

/// A member's key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberKey {
    /// SHA-256 of the public key.
    pub key_id: [u8; 32],
    /// Member.
    pub unit: String,
    /// Public key, DER.
    pub spki: Vec<u8>,
    /// Leaf certificate, DER.
    pub certificate: Vec<u8>,
    /// Serial number without leading zeros.
    pub serial: Vec<u8>,
    /// When the certificate ends.
    pub not_after_ms: i64,
    /// What may still be done with it.
    pub state: KeyState,
    /// Whether an operator allowed one renewal after expiry.
    pub expired_renewal: bool,
}

const COLUMNS: &str =
    "key_id, unit, spki, certificate, serial, not_after_ms, state, expired_renewal";

fn read(row: &Row<'_, '_>) -> Result<MemberKey, SqlError> {
    Ok(MemberKey {
        key_id: row.array(0)?,
        unit: row.text(1)?,
        spki: row.blob(2)?,
        certificate: row.blob(3)?,
        serial: row.blob(4)?,
        not_after_ms: row.i64(5)?,
        state: KeyState::read(row.str(6)?)?,
        expired_renewal: row.bool(7)?,
    })
}

/// When the current certificate of each member ends, in order of id.
///
/// # Errors
/// The store cannot be read.
pub fn ends(tx: &Tx<'_>) -> Result<Vec<(String, i64)>, SqlError> {
    let ends = "select unit, max(not_after_ms) from member_key where state = $1
        group by unit order by unit";
    let current = KeyState::Current.as_str();
    tx.query(ends, params![current], |row| Ok((row.text(0)?, row.i64(1)?)))
}

/// Registers a member's new key; the one before it becomes superseded.
///
/// # Errors
/// The key is registered already, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, key: &MemberKey, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update member_key set state = 'superseded', expired_renewal = 0
         where unit = $1 and state = 'current'",
        params![&key.unit],
    )?;
    tx.execute(
        "insert into member_key (key_id, unit, spki, certificate, serial, issued_at_ms,
                                 not_after_ms, state)
         values ($1, $2, $3, $4, $5, $6, $7, 'current')",
        params![
            &key.key_id,
            &key.unit,
            &key.spki,
            &key.certificate,
            &key.serial,
            now_ms,
            key.not_after_ms,
        ],
    )?;
    touch_registry(tx)
}

/// One key.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, key_id: &[u8]) -> Result<Option<MemberKey>, SqlError> {
    tx.query_opt(
        &format!("select {COLUMNS} from member_key where key_id = $1"),
        params![key_id],
        read,
    )
}

/// All keys.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<MemberKey>, SqlError> {
    tx.query(&format!("select {COLUMNS} from member_key order by unit, issued_at_ms"), &[], read)
}

/// Takes all keys of a member back for good.
///
/// # Errors
/// The store cannot be written.
pub fn revoke_all(tx: &Tx<'_>, unit: &str) -> Result<usize, SqlError> {
    let changed = tx.execute(
        "update member_key set state = 'revoked', expired_renewal = 0
         where unit = $1 and state <> 'revoked'",
        params![unit],
    )?;
    touch_registry(tx)?;
    Ok(changed)
}

/// Takes one key back for good.
///
/// # Errors
/// The store cannot be written.
pub fn revoke(tx: &Tx<'_>, key_id: &[u8; 32]) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update member_key set state = 'revoked', expired_renewal = 0
         where key_id = $1 and state <> 'revoked'",
        params![key_id],
    )?;
    if changed > 0 {
        touch_registry(tx)?;
    }
    Ok(changed > 0)
}

/// Allows the member's latest key one renewal after its certificate's end.
///
/// # Errors
/// The store cannot be written.
pub fn allow_expired_renewal(tx: &Tx<'_>, unit: &str) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update member_key set expired_renewal = 1 where unit = $1 and state = 'current'",
        params![unit],
    )?;
    Ok(changed > 0)
}
