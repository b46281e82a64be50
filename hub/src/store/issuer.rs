//! Certificates of the authorities that certified members, for the chain beside what members sign.

use certs::digest::sha256;
use runtime::params;
use runtime::sql::{SqlError, Tx};

/// Authorities that are tried for one certificate; a district has a new one every few years.
const ISSUERS_MAX: u32 = 32;

/// Keeps the certificates of the authorities in a member's chain; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn keep<C: AsRef<[u8]>>(tx: &Tx<'_>, issuers: &[C]) -> Result<(), SqlError> {
    for issuer in issuers {
        let certificate = issuer.as_ref();
        tx.execute(
            "insert into issuer (digest, certificate) values ($1, $2) on conflict do nothing",
            params![&sha256(certificate).to_tagged(), certificate],
        )?;
    }
    Ok(())
}

/// The certificates that were kept, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Vec<u8>>, SqlError> {
    let sql = "select certificate from issuer order by id desc limit $1";
    tx.query(sql, params![ISSUERS_MAX], |row| row.blob(0))
}
