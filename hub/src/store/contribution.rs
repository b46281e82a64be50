//! Contributions: members' signed tables as they travelled.

use certs::digest::sha256;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// What identifies a contribution's place in the sums.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Member.
    pub unit: String,
    /// Table.
    pub table: String,
    /// Period in its written form.
    pub period: String,
}

/// A contribution as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Its place.
    pub place: Place,
    /// Revision; the highest counts.
    pub revision: u32,
    /// Tagged digest of the catalogue pack.
    pub catalogue: Vec<u8>,
    /// Tagged digest of the body.
    pub digest: Vec<u8>,
    /// Signed bytes.
    pub body: Vec<u8>,
    /// Tagged signature.
    pub signature: Vec<u8>,
    /// By the hub's clock.
    pub arrived_at_ms: i64,
}

const COLUMNS: &str = "unit, table_id, period, revision, body, arrived_at_ms,
    (select s.signature from contribution_signature s where s.contribution = contribution.id)";

/// What counts at its place. No row says so of itself: a revision would have to change the one
/// before it, which lies elsewhere in the file.
pub(super) const COUNTS: &str = "revision = (select max(later.revision) from contribution later
    where later.table_id = contribution.table_id and later.period = contribution.period
        and later.unit = contribution.unit)";

fn read(row: &Row<'_, '_>) -> Result<Contribution, SqlError> {
    Ok(Contribution {
        place: Place { unit: row.text(0)?, table: row.text(1)?, period: row.text(2)? },
        revision: row.u32(3)?,
        catalogue: catalogue_of(row.bytes(4)?)?,
        digest: digest_of_body(row.bytes(4)?),
        body: row.blob(4)?,
        signature: row.blob(6)?,
        arrived_at_ms: row.i64(5)?,
    })
}

/// Units and periods of which rounded tables were taken.
///
/// # Errors
/// The store cannot be read.
pub fn rounded(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    tx.query(
        "select distinct unit, period from contribution where table_id like 'rounded.%'",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Every table and period of which anything was taken.
///
/// # Errors
/// The store cannot be read.
pub fn kinds(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    tx.query(
        "select distinct table_id, period from contribution order by table_id, period",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Tagged digest of the catalogue pack that orders the cells of signed bytes. It is not kept a
/// second time beside them.
pub(super) fn catalogue_of(body: &[u8]) -> Result<Vec<u8>, SqlError> {
    // What is stored was decoded before it was accepted.
    let claimed = proto::release::decode(body).map_err(|_| SqlError::Type)?;
    Ok(claimed.header.catalogue.to_tagged())
}

/// Tagged digest of signed bytes. Not kept beside them: it is made from them in less than a
/// microsecond, and bytes that were changed on the disk no longer match what was sealed.
pub(super) fn digest_of_body(body: &[u8]) -> Vec<u8> {
    sha256(body).to_tagged()
}

/// The contribution that counts at a place: the highest revision, since a lower one is never taken
/// after it.
///
/// # Errors
/// The store cannot be read.
pub fn current(tx: &Tx<'_>, place: &Place) -> Result<Option<Contribution>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from contribution
         where unit = $1 and table_id = $2 and period = $3 order by revision desc limit 1"
    );
    tx.query_opt(&sql, params![&place.unit, &place.table, &place.period], read)
}

/// The digest of one revision, to tell a repeat from a contradiction.
///
/// # Errors
/// The store cannot be read.
pub fn digest_of(tx: &Tx<'_>, place: &Place, revision: u32) -> Result<Option<Vec<u8>>, SqlError> {
    tx.query_opt(
        "select body from contribution
         where unit = $1 and table_id = $2 and period = $3 and revision = $4",
        params![&place.unit, &place.table, &place.period, revision],
        |row| Ok(digest_of_body(row.bytes(0)?)),
    )
}

/// Keeps a contribution. It counts from now on: its revision is the highest of its place.
///
/// # Errors
/// The revision is kept already, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, new: &Contribution) -> Result<(), SqlError> {
    let id = tx.query_opt(
        "insert into contribution (unit, table_id, period, revision, body, arrived_at_ms)
         values ($1, $2, $3, $4, $5, $6) returning id",
        params![
            &new.place.unit,
            &new.place.table,
            &new.place.period,
            new.revision,
            &new.body,
            new.arrived_at_ms,
        ],
        |row| row.i64(0),
    )?;
    tx.execute(
        "insert into contribution_signature (contribution, signature) values ($1, $2)",
        params![id, &new.signature],
    )?;
    Ok(())
}

/// All contributions that count for a table and period, in order of unit.
///
/// # Errors
/// The store cannot be read.
pub fn all_current(tx: &Tx<'_>, table: &str, period: &str) -> Result<Vec<Contribution>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from contribution
         where table_id = $1 and period = $2 and {COUNTS} order by unit"
    );
    tx.query(&sql, params![table, period], read)
}

/// A contribution as a snapshot lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Member.
    pub unit: String,
    /// Revision.
    pub revision: u32,
    /// Tagged digest of the signed bytes.
    pub digest: Vec<u8>,
}

/// A contribution that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// Its row; rows of contributions only grow.
    pub id: i64,
    /// Table.
    pub table: String,
    /// Period in its written form.
    pub period: String,
    /// What a snapshot lists of it.
    pub listed: Listed,
}

/// Contributions that count for a table and period, in order of unit.
///
/// # Errors
/// The store cannot be read.
pub fn listed(tx: &Tx<'_>, table: &str, period: &str) -> Result<Vec<Listed>, SqlError> {
    let sql = format!(
        "select unit, revision, body from contribution
         where table_id = $1 and period = $2 and {COUNTS} order by unit"
    );
    tx.query(&sql, params![table, period], |row| {
        let digest = digest_of_body(row.bytes(2)?);
        Ok(Listed { unit: row.text(0)?, revision: row.u32(1)?, digest })
    })
}

/// Contributions of every table and period that came after a row, in the order of coming.
///
/// # Errors
/// The store cannot be read.
pub fn came_after(tx: &Tx<'_>, after: i64) -> Result<Vec<Came>, SqlError> {
    tx.query(
        "select id, table_id, period, unit, revision, body from contribution
         where id > $1 order by id",
        params![after],
        |row| {
            let digest = digest_of_body(row.bytes(5)?);
            let listed = Listed { unit: row.text(3)?, revision: row.u32(4)?, digest };
            Ok(Came { id: row.i64(0)?, table: row.text(1)?, period: row.text(2)?, listed })
        },
    )
}
