//! Tasks of sealed sums and their verify keys.

use std::collections::BTreeSet;

use certs::aggregate::{Commitment, KeyHalf, VerifyKey};
use domain::catalogue::TableId;
use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed, task_id};

/// A task as it is kept.
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Area of the plan.
    pub area: UnitId,
    /// School year of the plan.
    pub school_year: i16,
    /// The sealed table.
    pub sheet: TableId,
    /// Term or week.
    pub period: Period,
    /// Catalogue that orders its cells.
    pub pack: Digest,
    /// This hub's half of the verify key.
    pub half: KeyHalf,
    /// What the other hub committed to.
    pub commitment: Option<Commitment>,
    /// The verify key, once both halves were shown.
    pub key: Option<VerifyKey>,
    /// Code of what a person must look at; empty otherwise.
    pub stopped: String,
}

/// A task that is new here.
pub struct NewTask<'t> {
    /// The task.
    pub task: &'t Task,
    /// The bytes that its id is the digest of.
    pub terms: &'t [u8],
}

const COLUMNS: &str = "id, area, school_year, sheet, period, pack, half, commitment, verify_key,
    stopped";

fn read(row: &Row<'_, '_>) -> Result<Task, SqlError> {
    let commitment = row.opt_blob(7)?.map(|bytes| Digest::from_tagged(&bytes));
    let commitment = commitment.transpose().map_err(|_| SqlError::Type)?;
    let key = row.opt_blob(8)?.map(|bytes| VerifyKey::from_slice(&bytes).ok_or(SqlError::Type));
    Ok(Task {
        id: task_id(row, 0)?,
        area: parsed(row, 1)?,
        school_year: i16::try_from(row.i64(2)?).map_err(|_| SqlError::Type)?,
        sheet: parsed(row, 3)?,
        period: parsed(row, 4)?,
        pack: digest(row, 5)?,
        half: KeyHalf::from_slice(&row.blob(6)?).ok_or(SqlError::Type)?,
        commitment: commitment.map(Commitment::from_digest),
        key: key.transpose()?,
        stopped: row.text(9)?,
    })
}

/// The task of an id.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, id: &TaskId) -> Result<Option<Task>, SqlError> {
    let sql = format!("select {COLUMNS} from sealed_task where id = $1");
    tx.query_opt(&sql, params![id.bytes()], read)
}

/// Tasks of a sealed table of an area and school year, in the order in which they were made.
///
/// # Errors
/// The store cannot be read.
pub fn of_sheet(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    sheet: &TableId,
) -> Result<Vec<Task>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_task
         where area = $1 and school_year = $2 and sheet = $3 order by made_at_ms, id"
    );
    tx.query(&sql, params![area.as_str(), i64::from(school_year), sheet.as_str()], read)
}

/// Tasks of a sealed table about a period, each with its catalogue.
///
/// # Errors
/// The store cannot be read.
pub fn of_period(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    (sheet, period): (&TableId, Period),
) -> Result<Vec<(TaskId, Digest)>, SqlError> {
    let place = i64::from(school_year);
    tx.query(
        "select id, pack from sealed_task
         where area = $1 and school_year = $2 and sheet = $3 and period = $4
         order by made_at_ms, id",
        params![area.as_str(), place, sheet.as_str(), &period.to_string()],
        |row| Ok((task_id(row, 0)?, digest(row, 1)?)),
    )
}

/// All tasks, by area, school year, sheet and period.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Task>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_task order by area, school_year, sheet, period, made_at_ms"
    );
    tx.query(&sql, &[], read)
}

/// Areas and school years of which there are tasks.
///
/// # Errors
/// The store cannot be read.
pub fn places(tx: &Tx<'_>) -> Result<BTreeSet<(UnitId, i16)>, SqlError> {
    let sql = "select distinct area, school_year from sealed_task";
    let all = tx.query(sql, &[], |row| {
        Ok((parsed(row, 0)?, i16::try_from(row.i64(1)?).map_err(|_| SqlError::Type)?))
    })?;
    Ok(all.into_iter().collect())
}

/// When the latest task was made here; nothing before the first.
///
/// # Errors
/// The store cannot be read.
pub fn last_made(tx: &Tx<'_>, area: Option<&UnitId>) -> Result<Option<i64>, SqlError> {
    let area = area.map(UnitId::as_str);
    let sql = "select max(made_at_ms) from sealed_task where $1 is null or area = $1";
    let last = tx.query_opt(sql, params![area], |row| row.opt_i64(0))?;
    Ok(last.flatten())
}

/// Keeps a new task; nothing if it is here already.
///
/// # Errors
/// The store cannot be written.
pub fn insert(tx: &Tx<'_>, new: &NewTask<'_>, now_ms: i64) -> Result<(), SqlError> {
    let NewTask { task, terms } = new;
    let commitment = task.commitment.map(|known| known.digest().to_tagged());
    tx.execute(
        "insert into sealed_task (id, area, school_year, sheet, period, terms, pack, half,
                                  commitment, made_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        params![
            task.id.bytes(),
            task.area.as_str(),
            i64::from(task.school_year),
            task.sheet.as_str(),
            &task.period.to_string(),
            *terms,
            &task.pack.to_tagged(),
            task.half.expose(),
            commitment.as_ref(),
            now_ms,
        ],
    )?;
    Ok(())
}

/// Notes what the other hub committed to; once noted it stays.
///
/// # Errors
/// The store cannot be written.
pub fn commit(tx: &Tx<'_>, id: &TaskId, commitment: Commitment) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_task set commitment = $2 where id = $1 and commitment is null",
        params![id.bytes(), &commitment.digest().to_tagged()],
    )?;
    Ok(())
}

/// Keeps the verify key; once kept it stays.
///
/// # Errors
/// The store cannot be written.
pub fn agree(tx: &Tx<'_>, id: &TaskId, key: &VerifyKey) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_task set verify_key = $2 where id = $1 and verify_key is null",
        params![id.bytes(), key.expose()],
    )?;
    Ok(())
}

/// Notes what a person must look at before the task goes on, or that it may go on.
///
/// # Errors
/// The store cannot be written.
pub fn stop(tx: &Tx<'_>, id: &TaskId, code: &str) -> Result<(), SqlError> {
    tx.execute("update sealed_task set stopped = $2 where id = $1", params![id.bytes(), code])?;
    Ok(())
}
