//! The school's rounding key: made once, kept for life, backed up with the ledger.
//!
//! Who holds it can undo the rounding of everything this school ever released, and a second key
//! would let anybody average two roundings. So there is no way to replace it.

use certs::digest::RoundingKey;
use runtime::params;
use runtime::sql::{SqlError, Tx};
use zeroize::Zeroizing;

/// The key; made by the first call.
///
/// # Errors
/// The store cannot be read or written.
pub fn load_or_make(tx: &Tx<'_>, now_ms: i64) -> Result<RoundingKey, SqlError> {
    if let Some(key) = load(tx)? {
        return Ok(key);
    }
    let key = RoundingKey::generate();
    tx.execute(
        "insert into rounding_key (one, key, made_at_ms) values (1, $1, $2)",
        params![key.expose(), now_ms],
    )?;
    Ok(key)
}

/// The key of another ledger, as a backup of that one would have it; the product replaces none.
#[cfg(test)]
pub(crate) fn put(tx: &Tx<'_>, key: &[u8; 32]) -> Result<(), SqlError> {
    tx.execute("delete from rounding_key", &[])?;
    tx.execute("insert into rounding_key (one, key, made_at_ms) values (1, $1, 1)", params![key])?;
    Ok(())
}

/// The key, if it was made.
///
/// # Errors
/// The store cannot be read.
pub fn load(tx: &Tx<'_>) -> Result<Option<RoundingKey>, SqlError> {
    tx.query_opt("select key from rounding_key", &[], |row| {
        row.array(0).map(Zeroizing::new).map(RoundingKey::from_bytes)
    })
}
