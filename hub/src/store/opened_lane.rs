//! Opened sums on their way up: those that came here, those that wait for documents, and which of
//! its own this hub told.

use std::collections::BTreeSet;

use domain::digest::Digest;
use domain::disclosure::plan::GroupId;
use proto::opened::{ToldSum, decode_told};
use proto::opening::Record;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx, Value};

use super::sealed::record;

/// What is known of a set of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its groups.
    pub groups: BTreeSet<GroupId>,
    /// Digest of its cells.
    pub result: Digest,
}

/// An opening that waits for documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Order of arrival.
    pub id: i64,
    /// Its bytes.
    pub body: Vec<u8>,
    /// Who sent it.
    pub sender: String,
    /// Why it waits.
    pub code: String,
}

/// The sets of a record's task, stage and detail that came up so far.
///
/// # Errors
/// The store cannot be read.
pub fn beside(tx: &Tx<'_>, told: &Record) -> Result<Vec<Known>, SqlError> {
    tx.query(
        "select group_ids, result from opened_sum where task = $1 and stage = $2 and detail = $3",
        params![told.task.bytes(), told.stage.as_str(), told.detail.as_str()],
        |row: &Row<'_, '_>| {
            let groups = row.str(0)?.split_terminator(' ').map(str::parse);
            let groups = groups.collect::<Result<_, _>>().map_err(|_| SqlError::Type)?;
            let result = Digest::from_tagged(&row.blob(1)?).map_err(|_| SqlError::Type)?;
            Ok(Known { groups, result })
        },
    )
}

/// Keeps a verified sum.
///
/// # Errors
/// The set is here already, or the store cannot be written.
pub fn insert(
    tx: &Tx<'_>,
    told: &ToldSum,
    (sender, body): (&str, &[u8]),
    now_ms: i64,
) -> Result<(), SqlError> {
    let record = &told.record;
    let groups: Vec<String> = record.groups.iter().map(ToString::to_string).collect();
    tx.execute(
        "insert into opened_sum (task, stage, detail, group_ids, period, result, body, sender,
                                 arrived_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params![
            record.task.bytes(),
            record.stage.as_str(),
            record.detail.as_str(),
            &groups.join(" "),
            &record.period.to_string(),
            &record.result.to_tagged(),
            body,
            sender,
            now_ms,
        ],
    )?;
    Ok(())
}

/// Every sum that came here and was verified, in the order of arrival.
///
/// # Errors
/// The store cannot be read.
pub fn kept(tx: &Tx<'_>) -> Result<Vec<ToldSum>, SqlError> {
    let bodies = tx.query("select body from opened_sum order by id", &[], |row| row.blob(0))?;
    bodies.iter().map(|body| decode_told(body).map_err(|_| SqlError::Type)).collect()
}

/// Keeps an opening until the documents are here by which it can be verified; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn wait(
    tx: &Tx<'_>,
    (digest, body): (&Digest, &[u8]),
    (sender, period, code): (&str, &str, &str),
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into opened_waiting (digest, body, sender, period, code, arrived_at_ms)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        params![&digest.to_tagged(), body, sender, period, code, now_ms],
    )?;
    Ok(())
}

/// Whether an opening waits.
///
/// # Errors
/// The store cannot be read.
pub fn is_waiting(tx: &Tx<'_>, digest: &Digest) -> Result<bool, SqlError> {
    let sql = "select 1 from opened_waiting where digest = $1";
    Ok(tx.query_opt(sql, params![&digest.to_tagged()], |row| row.i64(0))?.is_some())
}

/// How many openings of a sender wait, of one period or of all, and their bytes.
///
/// # Errors
/// The store cannot be read.
pub fn waiting_of(tx: &Tx<'_>, sender: &str, period: Option<&str>) -> Result<(u64, u64), SqlError> {
    let sum = tx.query_opt(
        "select count(*), coalesce(sum(length(body)), 0) from opened_waiting
         where sender = $1 and ($2 is null or period = $2)",
        params![sender, period],
        |row| Ok((row.u64(0)?, row.u64(1)?)),
    )?;
    Ok(sum.unwrap_or_default())
}

/// The last opening that came to wait; zero where none does.
///
/// # Errors
/// The store cannot be read.
pub fn last_waiting(tx: &Tx<'_>) -> Result<i64, SqlError> {
    let last = tx.query_opt("select max(id) from opened_waiting", &[], |row| row.opt_i64(0))?;
    Ok(last.flatten().unwrap_or(0))
}

/// Forgets openings that came to wait before an instant.
///
/// # Errors
/// The store cannot be written.
pub fn forget_waiting(tx: &Tx<'_>, before_ms: i64) -> Result<usize, SqlError> {
    tx.execute("delete from opened_waiting where arrived_at_ms < $1", params![before_ms])
}

/// Openings that wait, in order of arrival.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, after: i64, most: u32) -> Result<Vec<Waiting>, SqlError> {
    tx.query(
        "select id, body, sender, code from opened_waiting where id > $1 order by id limit $2",
        params![after, most],
        |row| {
            let (id, body) = (row.i64(0)?, row.blob(1)?);
            Ok(Waiting { id, body, sender: row.text(2)?, code: row.text(3)? })
        },
    )
}

/// Forgets an opening that waits no longer.
///
/// # Errors
/// The store cannot be written.
pub fn stop_waiting(tx: &Tx<'_>, id: i64) -> Result<(), SqlError> {
    tx.execute("delete from opened_waiting where id = $1", params![id])?;
    Ok(())
}

/// Records of both hubs that were not queued for the parent yet, in the order of the chain.
///
/// # Errors
/// The store cannot be read.
pub fn untold(tx: &Tx<'_>, most: u32) -> Result<Vec<record::Record>, SqlError> {
    records(
        tx,
        "select r.opening from sealed_record r
         where r.helper_signature is not null and r.opening is not null
         and not exists (select 1 from opened_told t where t.number = r.number)
         order by r.number limit $1",
        params![most],
    )
}

/// Records of both hubs after a number about sums by category, which are a town's, that were not
/// sent down yet.
///
/// # Errors
/// The store cannot be read.
pub fn untold_down(tx: &Tx<'_>, after: u64, most: u32) -> Result<Vec<record::Record>, SqlError> {
    records(
        tx,
        "select r.opening from sealed_record r join sealed_opening o on o.id = r.opening
         where r.helper_signature is not null and o.detail = 'categories' and r.number > $1
         and not exists (select 1 from opened_told_down t where t.number = r.number)
         order by r.number limit $2",
        params![after, most],
    )
}

fn records(tx: &Tx<'_>, sql: &str, values: &[Value<'_>]) -> Result<Vec<record::Record>, SqlError> {
    let mut records = Vec::new();
    for opening in tx.query(sql, values, |row| row.i64(0))? {
        records.extend(record::of_opening(tx, opening)?);
    }
    Ok(records)
}

/// Notes that a record was sent down to its town, or is none's.
///
/// # Errors
/// The store cannot be written.
pub fn note_told_down(tx: &Tx<'_>, number: u64) -> Result<(), SqlError> {
    let sql = "insert into opened_told_down (number) values ($1) on conflict do nothing";
    tx.execute(sql, params![number])?;
    Ok(())
}

/// Notes that a record was queued for the parent.
///
/// # Errors
/// The store cannot be written.
pub fn note_told(tx: &Tx<'_>, number: u64) -> Result<(), SqlError> {
    let sql = "insert into opened_told (number) values ($1) on conflict do nothing";
    tx.execute(sql, params![number])?;
    Ok(())
}
