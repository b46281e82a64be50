//! Records of openings: the bytes that both hubs sign, one after the other in a chain of digests.

use domain::digest::Digest;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Place in the chain, from 1.
    pub number: u64,
    /// Its opening.
    pub opening: i64,
    /// The bytes that both hubs sign.
    pub bytes: Vec<u8>,
    /// The leader's tagged signature.
    pub leader: Vec<u8>,
    /// The helper's tagged signature.
    pub helper: Option<Vec<u8>>,
    /// Link of the record before it; empty for the first.
    pub previous: Vec<u8>,
    /// Tagged digest over the link before it and the bytes.
    pub link: Vec<u8>,
}

const COLUMNS: &str = "number, opening, record, leader_signature, helper_signature, previous, link";

fn read(row: &Row<'_, '_>) -> Result<Record, SqlError> {
    Ok(Record {
        number: row.u64(0)?,
        opening: row.i64(1)?,
        bytes: row.blob(2)?,
        leader: row.blob(3)?,
        helper: row.opt_blob(4)?,
        previous: row.blob(5)?,
        link: row.blob(6)?,
    })
}

/// The record of an opening.
///
/// # Errors
/// The store cannot be read.
pub fn of_opening(tx: &Tx<'_>, opening: i64) -> Result<Option<Record>, SqlError> {
    let sql = format!("select {COLUMNS} from sealed_record where opening = $1");
    tx.query_opt(&sql, params![opening], read)
}

/// All records in the order of the chain.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Record>, SqlError> {
    tx.query(&format!("select {COLUMNS} from sealed_record order by number"), &[], read)
}

/// Appends a record to the chain; `link` makes the digest over the link before it and the bytes.
///
/// # Errors
/// The opening has a record, or the store cannot be written.
pub fn append(
    tx: &Tx<'_>,
    opening: i64,
    (bytes, leader, helper): (&[u8], &[u8], Option<&[u8]>),
    link: impl FnOnce(&[u8], &[u8]) -> Digest,
) -> Result<(), SqlError> {
    let last = tx.query_opt(
        "select number, link from sealed_record order by number desc limit 1",
        &[],
        |row| Ok((row.u64(0)?, row.blob(1)?)),
    )?;
    let (number, previous) = last.unwrap_or_default();
    let link = link(&previous, bytes).to_tagged();
    tx.execute(
        "insert into sealed_record (number, opening, record, leader_signature, helper_signature,
                                    previous, link)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![number + 1, opening, bytes, leader, helper, &previous, &link],
    )?;
    Ok(())
}

/// Adds the helper's signature to a record; once added it stays.
///
/// # Errors
/// The store cannot be written.
pub fn countersign(tx: &Tx<'_>, opening: i64, helper: &[u8]) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_record set helper_signature = $2
         where opening = $1 and helper_signature is null",
        params![opening, helper],
    )?;
    Ok(())
}
