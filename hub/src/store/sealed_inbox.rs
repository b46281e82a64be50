//! Sealed reports that are addressed to this hub, in the order of their arrival.

use certs::digest::sha256;
use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use proto::sealed::Report;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A report that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Place in the order of arrival.
    pub id: u64,
    /// Digest of the signed bytes.
    pub digest: Digest,
    /// Encoded signed item with the signer's certificates.
    pub item: Vec<u8>,
    /// School that signed it.
    pub unit: UnitId,
    /// By this hub's clock.
    pub arrived_at_ms: i64,
}

/// How long ago a report was settled that is looked at again when it comes again: its school did
/// not hear the answer, or was put back from a copy that is older than it.
const AGAIN_MS: i64 = 12 * 3_600_000;

/// Keeps a report whose signature holds; says whether something is to be done about it. Of the same
/// report again the latest wrapping is kept while it is open: the certificate of the first may
/// have ended; one that was settled for a while is open once more, and its verdict goes down again.
///
/// # Errors
/// The store cannot be written.
pub fn insert(
    tx: &Tx<'_>,
    (report, digest): (&Report, &Digest),
    item: &[u8],
    now_ms: i64,
) -> Result<bool, SqlError> {
    let place = &report.place;
    let inserted = tx.execute(
        "insert into sealed_inbox (digest, item, unit, table_id, period, number, task,
                                   arrived_at_ms, key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (digest) do update set settled_at_ms = null,
             item = case when length(item) > 0 then excluded.item else item end
         where settled_at_ms is null or settled_at_ms <= $10",
        params![
            &digest.to_tagged(),
            item,
            place.unit.as_str(),
            place.table.as_str(),
            &place.period.to_string(),
            place.number.value(),
            report.task.bytes(),
            now_ms,
            &sha256(&report.key).to_tagged(),
            now_ms.saturating_sub(AGAIN_MS),
        ],
    )?;
    Ok(inserted > 0)
}

fn read(row: &Row<'_, '_>) -> Result<Arrived, SqlError> {
    Ok(Arrived {
        id: row.u64(0)?,
        digest: Digest::from_tagged(row.bytes(1)?).map_err(|_| SqlError::Type)?,
        item: row.blob(2)?,
        unit: row.str(3)?.parse().map_err(|_| SqlError::Type)?,
        arrived_at_ms: row.i64(4)?,
    })
}

/// Reports for which something is left to do, the oldest first: those after `id`, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn open_after(tx: &Tx<'_>, id: u64, limit: u32) -> Result<Vec<Arrived>, SqlError> {
    tx.query(
        "select id, digest, item, unit, arrived_at_ms from sealed_inbox
         where settled_at_ms is null and id > $1 order by id limit $2",
        params![id, limit],
        read,
    )
}

/// Whether a report is here, settled or not.
///
/// # Errors
/// The store cannot be read.
pub fn is_known(tx: &Tx<'_>, digest: &Digest) -> Result<bool, SqlError> {
    let sql = "select 1 from sealed_inbox where digest = $1";
    Ok(tx.query_opt(sql, params![&digest.to_tagged()], |row| row.i64(0))?.is_some())
}

/// Whether something is left to do for a report.
///
/// # Errors
/// The store cannot be read.
pub fn is_open(tx: &Tx<'_>, digest: &Digest) -> Result<bool, SqlError> {
    let sql = "select 1 from sealed_inbox where digest = $1 and settled_at_ms is null";
    Ok(tx.query_opt(sql, params![&digest.to_tagged()], |row| row.i64(0))?.is_some())
}

/// Whether something is left to do for a report about a task.
///
/// # Errors
/// The store cannot be read.
pub fn is_open_of(tx: &Tx<'_>, task: &TaskId, digest: &Digest) -> Result<bool, SqlError> {
    let sql = "select 1 from sealed_inbox
               where digest = $1 and task = $2 and settled_at_ms is null";
    let found = tx.query_opt(sql, params![&digest.to_tagged(), task.bytes()], |row| row.i64(0))?;
    Ok(found.is_some())
}

/// Whether something is left to do for any report about a task.
///
/// # Errors
/// The store cannot be read.
pub fn is_any_open(tx: &Tx<'_>, task: &TaskId) -> Result<bool, SqlError> {
    let sql = "select 1 from sealed_inbox where task = $1 and settled_at_ms is null limit 1";
    Ok(tx.query_opt(sql, params![task.bytes()], |row| row.i64(0))?.is_some())
}

/// The keys under which reports of a school wait.
///
/// # Errors
/// The store cannot be read.
pub fn keys_waiting(tx: &Tx<'_>, unit: &UnitId) -> Result<Vec<Digest>, SqlError> {
    tx.query(
        "select distinct key from sealed_inbox
         where unit = $1 and settled_at_ms is null and key is not null",
        params![unit.as_str()],
        |row| Digest::from_tagged(row.bytes(0)?).map_err(|_| SqlError::Type),
    )
}

/// How many reports of a school about a task wait under a key.
///
/// # Errors
/// The store cannot be read.
pub fn count_waiting(
    tx: &Tx<'_>,
    unit: &UnitId,
    (task, key): (&TaskId, &Digest),
) -> Result<u64, SqlError> {
    let count = tx.query_opt(
        "select count(*) from sealed_inbox
         where unit = $1 and settled_at_ms is null and task = $2 and key = $3",
        params![unit.as_str(), task.bytes(), &key.to_tagged()],
        |row| row.u64(0),
    )?;
    Ok(count.unwrap_or(0))
}

/// Forgets a report as if it had never come: sent again it is new.
///
/// # Errors
/// The store cannot be written.
pub fn forget(tx: &Tx<'_>, id: u64) -> Result<(), SqlError> {
    tx.execute("delete from sealed_inbox where id = $1", params![id])?;
    Ok(())
}

/// Empties reports that were settled before an instant; that they came is still known.
///
/// # Errors
/// The store cannot be written.
pub fn empty_before(tx: &Tx<'_>, before_ms: i64) -> Result<usize, SqlError> {
    tx.execute(
        "update sealed_inbox set item = $2 where settled_at_ms < $1 and length(item) > 0",
        params![before_ms, &Vec::<u8>::new()],
    )
}

/// Notes that nothing is left to do for a report; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn settle(tx: &Tx<'_>, id: u64, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_inbox set settled_at_ms = $2 where id = $1 and settled_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(())
}

/// Forgets reports that were settled before an instant.
///
/// # Errors
/// The store cannot be written.
pub fn forget_before(tx: &Tx<'_>, before_ms: i64) -> Result<usize, SqlError> {
    tx.execute("delete from sealed_inbox where settled_at_ms < $1", params![before_ms])
}
