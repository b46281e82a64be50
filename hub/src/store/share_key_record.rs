//! Records of destroyed keys of sealed sums, each linked to the one before it. None is changed.

use runtime::params;
use runtime::sql::{SqlError, Tx};

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Tagged digest of the key.
    pub key: Vec<u8>,
    /// The bytes that are signed; the link of the record before it is in them.
    pub bytes: Vec<u8>,
    /// Tagged signature of this hub.
    pub signature: Vec<u8>,
    /// Tagged digest of the bytes.
    pub link: Vec<u8>,
    /// By the hub's clock.
    pub made_at_ms: i64,
}

/// Keeps a record; the same key again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn append(tx: &Tx<'_>, new: &Record) -> Result<(), SqlError> {
    tx.execute(
        "insert into share_key_record (key, record, signature, link, made_at_ms)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        params![&new.key, &new.bytes, &new.signature, &new.link, new.made_at_ms],
    )?;
    Ok(())
}

/// The link of the last record; empty before the first.
///
/// # Errors
/// The store cannot be read.
pub fn last_link(tx: &Tx<'_>) -> Result<Vec<u8>, SqlError> {
    let sql = "select link from share_key_record order by number desc limit 1";
    Ok(tx.query_opt(sql, &[], |row| row.blob(0))?.unwrap_or_default())
}

/// All records, in their order.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Record>, SqlError> {
    tx.query(
        "select key, record, signature, link, made_at_ms from share_key_record order by number",
        &[],
        |row| {
            Ok(Record {
                key: row.blob(0)?,
                bytes: row.blob(1)?,
                signature: row.blob(2)?,
                link: row.blob(3)?,
                made_at_ms: row.i64(4)?,
            })
        },
    )
}
