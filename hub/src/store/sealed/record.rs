//! Records of openings and of closed years: the bytes that are signed, one after the other in a
//! chain of digests.
//!
//! A record of an opening has the number that the leader's chain gave it in its signed bytes. At
//! the leader that is its place here too; a helper of several leaders has places of its own.

use std::collections::BTreeSet;

use domain::digest::Digest;
use domain::period::Period;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Place in the chain, growing from 1.
    pub number: u64,
    /// Its opening; nothing of a closed year, nor where the record was set aside.
    pub opening: Option<i64>,
    /// The signed bytes.
    pub bytes: Vec<u8>,
    /// Number in its leader's chain, by these bytes.
    pub signed_number: u64,
    /// The leader's tagged signature; empty where only the helper signs.
    pub leader: Vec<u8>,
    /// The helper's tagged signature.
    pub helper: Option<Vec<u8>>,
    /// Link of the record before it; empty for the first.
    pub previous: Vec<u8>,
    /// Tagged digest over the link before it and the bytes.
    pub link: Vec<u8>,
}

/// A record that is to be appended.
pub struct New<'r> {
    /// Its opening; nothing of a closed year.
    pub opening: Option<i64>,
    /// Place in the chain: greater than every one before.
    pub number: u64,
    /// Number in its leader's chain.
    pub signed_number: u64,
    /// The signed bytes.
    pub bytes: &'r [u8],
    /// The leader's tagged signature; empty where only the helper signs.
    pub leader: &'r [u8],
    /// The helper's tagged signature.
    pub helper: Option<&'r [u8]>,
}

impl Record {
    /// Whether this hub alone signed it of an opening that has another record, or none, now.
    #[must_use]
    pub fn is_aside(&self) -> bool {
        let is_closed = proto::recalled::decode_closed(&self.bytes).is_ok();
        self.opening.is_none() && self.helper.is_none() && !is_closed
    }
}

const COLUMNS: &str = "number, opening, record, signed_number, leader_signature,
    helper_signature, previous, link";

fn read(row: &Row<'_, '_>) -> Result<Record, SqlError> {
    Ok(Record {
        number: row.u64(0)?,
        opening: row.opt_i64(1)?,
        bytes: row.blob(2)?,
        signed_number: row.u64(3)?,
        leader: row.blob(4)?,
        helper: row.opt_blob(5)?,
        previous: row.blob(6)?,
        link: row.blob(7)?,
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

/// Records that both hubs signed of a year's openings, with a number of their leader after one, in
/// the order of these numbers.
///
/// # Errors
/// The store cannot be read.
pub fn of_year_after(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    after: u64,
    most: u32,
) -> Result<Vec<Record>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_record
         where helper_signature is not null and signed_number > $3 and opening in
             (select o.id from sealed_opening o join sealed_task t on t.id = o.task
              where t.area = $1 and t.school_year = $2)
         order by signed_number limit $4"
    );
    tx.query(&sql, params![area.as_str(), i64::from(school_year), after, most], read)
}

/// Records that both hubs signed about a period of a year, whatever table, plan or catalogue: who
/// is in one sum of it bears on all others.
///
/// # Errors
/// The store cannot be read.
pub fn of_period(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    period: Period,
) -> Result<Vec<Record>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_record
         where helper_signature is not null and opening in
             (select o.id from sealed_opening o join sealed_task t on t.id = o.task
              where t.area = $1 and t.school_year = $2 and t.period = $3)
         order by signed_number"
    );
    let (year, period) = (i64::from(school_year), period.to_string());
    tx.query(&sql, params![area.as_str(), year, &period], read)
}

/// The numbers, in its leader's chain, of the records of a year.
///
/// # Errors
/// The store cannot be read.
pub fn numbers(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
) -> Result<BTreeSet<u64>, SqlError> {
    let all = tx.query(
        "select r.signed_number from sealed_record r join sealed_opening o on o.id = r.opening
         join sealed_task t on t.id = o.task where t.area = $1 and t.school_year = $2",
        params![area.as_str(), i64::from(school_year)],
        |row| row.u64(0),
    )?;
    Ok(all.into_iter().collect())
}

/// Records of openings that both hubs signed, by their numbers in this hub's own chain.
///
/// # Errors
/// The store cannot be read.
pub fn of_numbers(tx: &Tx<'_>, numbers: &BTreeSet<u64>) -> Result<Vec<Record>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_record
         where signed_number = $1 and opening is not null and helper_signature is not null"
    );
    let found = numbers.iter().map(|number| tx.query_opt(&sql, params![*number], read));
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// Whether another opening of an area has a number of its leader's chain.
///
/// # Errors
/// The store cannot be read.
pub fn is_taken(
    tx: &Tx<'_>,
    area: &UnitId,
    (number, opening): (u64, i64),
) -> Result<bool, SqlError> {
    let taken = tx.query_opt(
        "select 1 from sealed_record r join sealed_opening o on o.id = r.opening
         join sealed_task t on t.id = o.task
         where r.signed_number = $2 and t.area = $1 and r.opening <> $3 limit 1",
        params![area.as_str(), number, opening],
        |row| row.i64(0),
    )?;
    Ok(taken.is_some())
}

/// The place of the last record; zero before the first.
///
/// # Errors
/// The store cannot be read.
pub fn last_number(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let last = tx.query_opt("select max(number) from sealed_record", &[], |row| row.opt_i64(0))?;
    Ok(last.flatten().map_or(0, i64::unsigned_abs))
}

/// The number of the next record that this hub makes as leader: after every place and every number
/// that it signed before.
///
/// # Errors
/// The store cannot be read.
pub fn next_number(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let sql = "select max(number), max(signed_number) from sealed_record";
    let last = tx.query_opt(sql, &[], |row| Ok(row.opt_i64(0)?.max(row.opt_i64(1)?)))?;
    Ok(last.flatten().map_or(0, i64::unsigned_abs) + 1)
}

/// Appends a record to the chain; `link` makes the digest over the link before it and the bytes.
///
/// # Errors
/// The opening has a record, the place is not after the last one, or the store cannot be written.
pub fn append(
    tx: &Tx<'_>,
    new: &New<'_>,
    link: impl FnOnce(&[u8], &[u8]) -> Digest,
) -> Result<(), SqlError> {
    let last = tx.query_opt(
        "select number, link from sealed_record order by number desc limit 1",
        &[],
        |row| Ok((row.u64(0)?, row.blob(1)?)),
    )?;
    let (number, previous) = last.unwrap_or_default();
    if new.number <= number {
        return Err(SqlError::Type);
    }
    let link = link(&previous, new.bytes).to_tagged();
    tx.execute(
        "insert into sealed_record (number, opening, record, signed_number, leader_signature,
                                    helper_signature, previous, link)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            new.number,
            new.opening,
            new.bytes,
            new.signed_number,
            new.leader,
            new.helper,
            &previous,
            &link,
        ],
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

/// Takes a record back that this hub alone signed, which was told to nobody: the last one goes out
/// of the chain, so that its number is used again. Says whether it was taken back.
///
/// # Errors
/// The store cannot be read or written.
pub fn take_back(tx: &Tx<'_>, number: u64) -> Result<bool, SqlError> {
    if last_number(tx)? > number {
        return set_aside(tx, number);
    }
    let sql = "delete from sealed_record
        where number = $1 and helper_signature is null and opening is not null";
    Ok(tx.execute(sql, params![number])? > 0)
}

/// The same where its number must not be used again: the record stays in the chain as a link of no
/// opening.
///
/// # Errors
/// The store cannot be written.
pub fn set_aside(tx: &Tx<'_>, number: u64) -> Result<bool, SqlError> {
    let sql = "update sealed_record set opening = null
        where number = $1 and helper_signature is null and opening is not null";
    Ok(tx.execute(sql, params![number])? > 0)
}
