//! The school's keys that open what is sealed to it; in the encrypted ledger and its backup only.
//!
//! A new key does not replace an older one: what was sealed to that one may still be on its way.

use certs::seal::EnvelopeKey;
use certs::statement::{Purpose, SignedStatement, StatedKey};
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};
use zeroize::Zeroizing;

use super::strange;

/// A key as it is kept.
pub struct KeptKey {
    /// Order of making.
    pub id: i64,
    /// The key.
    pub key: EnvelopeKey,
    /// When it was made.
    pub made_at_ms: i64,
    /// The statement about it, once it came.
    pub statement: Option<SignedStatement>,
}

/// Makes a key for lists and keeps it.
///
/// # Errors
/// The store cannot be written.
pub fn make(tx: &Tx<'_>, unit: &UnitId, now_ms: i64) -> Result<EnvelopeKey, SqlError> {
    make_for(tx, (unit, Purpose::List), now_ms)
}

/// Makes a key for a purpose and keeps it.
///
/// # Errors
/// No key that opens an envelope has that purpose, or the store cannot be written.
pub fn make_for(
    tx: &Tx<'_>,
    (unit, purpose): (&UnitId, Purpose),
    now_ms: i64,
) -> Result<EnvelopeKey, SqlError> {
    let key = strange(EnvelopeKey::generate(unit.clone(), purpose).ok())?;
    tx.execute(
        "insert into sealing_key (purpose, seed, made_at_ms, statement) values ($1, $2, $3, null)",
        params![purpose.as_str(), key.expose_seed(), now_ms],
    )?;
    Ok(key)
}

/// All keys for lists, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>, unit: &UnitId) -> Result<Vec<KeptKey>, SqlError> {
    all_for(tx, (unit, Purpose::List))
}

/// All keys for a purpose, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn all_for(tx: &Tx<'_>, (unit, purpose): (&UnitId, Purpose)) -> Result<Vec<KeptKey>, SqlError> {
    tx.query(
        "select id, seed, made_at_ms, statement from sealing_key where purpose = $1
         order by id desc",
        params![purpose.as_str()],
        |row| {
            let seed = row.array(1).map(Zeroizing::new)?;
            let key = EnvelopeKey::from_seed(unit.clone(), purpose, seed);
            let statement = match row.opt_text(3)? {
                Some(text) => Some(strange(SignedStatement::from_pem(text.as_bytes()).ok())?),
                None => None,
            };
            Ok(KeptKey {
                id: row.i64(0)?,
                key: strange(key.ok())?,
                made_at_ms: row.i64(2)?,
                statement,
            })
        },
    )
}

/// Keeps the statement about one of our keys; says whether there is such a key.
///
/// # Errors
/// The store cannot be written.
pub fn keep_statement(
    tx: &Tx<'_>,
    unit: &UnitId,
    (signed, key): (&SignedStatement, &StatedKey),
) -> Result<bool, SqlError> {
    let is_ours = |kept: &KeptKey| StatedKey::Recipient(kept.key.public().clone()) == *key;
    let mut known = all(tx, unit)?;
    known.extend(all_for(tx, (unit, Purpose::Referral))?);
    let Some(kept) = known.into_iter().find(is_ours) else {
        return Ok(false);
    };
    tx.execute(
        "update sealing_key set statement = $2 where id = $1",
        params![kept.id, &signed.to_pem()],
    )?;
    Ok(true)
}
