//! The school's report key, which signs every sealed report beside the certificate; in the
//! encrypted ledger and its backup only.
//!
//! Health verifies it with the school once and states it. It is made the first time that it is
//! asked for and never replaced: certificates come and go, and a school that is put back from a
//! backup signs with the key that was stated.

use certs::key::SigningKey;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::strange;

/// The key; made by the first call.
///
/// # Errors
/// The store cannot be read or written, or no key can be made.
pub fn load_or_make(tx: &Tx<'_>, now_ms: i64) -> Result<SigningKey, SqlError> {
    if let Some(key) = load(tx)? {
        return Ok(key);
    }
    let key = strange(SigningKey::generate().ok())?;
    let pem = strange(key.expose_pem().ok())?;
    tx.execute(
        "insert into report_key (one, pem, made_at_ms) values (1, $1, $2)",
        params![pem.as_str(), now_ms],
    )?;
    Ok(key)
}

/// When the key was made, by the clock of the machine that made it; nothing before it was.
///
/// # Errors
/// The store cannot be read.
pub fn made_at_ms(tx: &Tx<'_>) -> Result<Option<i64>, SqlError> {
    tx.query_opt("select made_at_ms from report_key", &[], |row| row.i64(0))
}

/// The key, if one was made.
///
/// # Errors
/// The store cannot be read.
pub fn load(tx: &Tx<'_>) -> Result<Option<SigningKey>, SqlError> {
    tx.query_opt("select pem from report_key", &[], |row| {
        strange(SigningKey::from_pem(row.str(0)?.as_bytes()).ok())
    })
}
