//! Openings: which sets were let pass, with which reports, and the cells that they showed.
//!
//! A set of a task is let pass once; what was answered then is answered again.

use std::collections::BTreeSet;

use domain::catalogue::Stage;
use domain::disclosure::plan::GroupId;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed, task_id};

/// Which sum of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The task.
    pub task: TaskId,
    /// Its stage.
    pub stage: Stage,
    /// How fine it is.
    pub detail: Detail,
    /// Groups in order.
    pub groups: BTreeSet<GroupId>,
}

/// An opening as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Place in the order; zero until it is kept.
    pub id: i64,
    /// Which sum.
    pub set: Set,
    /// Schools of the set that were closed or out of session.
    pub absent: BTreeSet<UnitId>,
    /// Schools whose report is of this task.
    pub fresh: u32,
    /// Schools of the set that were due.
    pub due: u32,
    /// This hub's share of the sum.
    pub share: Vec<u8>,
    /// Its share of the control sum; empty for a flow.
    pub control: Vec<u8>,
    /// Code of why it is not recorded; empty otherwise.
    pub refused: String,
    /// Day on which it was let pass.
    pub asked_on: String,
}

const COLUMNS: &str = "id, task, stage, detail, group_ids, absent, fresh, due, share, control,
    refused, asked_on";

/// Of an area, school year and period, in this order of parameters.
const OF_PERIOD: &str = "task in
    (select id from sealed_task where area = $1 and school_year = $2 and period = $3)";

/// Task, stage, detail and groups, from a column on.
fn read_set(row: &Row<'_, '_>, at: usize) -> Result<Set, SqlError> {
    Ok(Set {
        task: task_id(row, at)?,
        stage: Stage::from_word(row.str(at + 1)?).ok_or(SqlError::Type)?,
        detail: Detail::from_word(row.str(at + 2)?).ok_or(SqlError::Type)?,
        groups: words(row.str(at + 3)?)?,
    })
}

fn read(row: &Row<'_, '_>) -> Result<Opening, SqlError> {
    Ok(Opening {
        id: row.i64(0)?,
        set: read_set(row, 1)?,
        absent: words(row.str(5)?)?,
        fresh: row.u32(6)?,
        due: row.u32(7)?,
        share: row.blob(8)?,
        control: row.blob(9)?,
        refused: row.text(10)?,
        asked_on: row.text(11)?,
    })
}

fn words<T: std::str::FromStr + Ord>(text: &str) -> Result<BTreeSet<T>, SqlError> {
    text.split_terminator(' ').map(|word| word.parse().map_err(|_| SqlError::Type)).collect()
}

fn joined<T: ToString>(words: &BTreeSet<T>) -> String {
    words.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
}

/// The openings of a task in the order in which they were let pass.
///
/// # Errors
/// The store cannot be read.
pub fn of_task(tx: &Tx<'_>, task: &TaskId) -> Result<Vec<Opening>, SqlError> {
    let sql = format!("select {COLUMNS} from sealed_opening where task = $1 order by id");
    tx.query(&sql, params![task.bytes()], read)
}

/// The openings of all tasks of an area and school year about a period, whatever their table, in
/// the order in which they were let pass.
///
/// # Errors
/// The store cannot be read.
pub fn of_period(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    period: Period,
) -> Result<Vec<Opening>, SqlError> {
    let sql = format!("select {COLUMNS} from sealed_opening where {OF_PERIOD} order by id");
    let year = i64::from(school_year);
    tx.query(&sql, params![area.as_str(), year, &period.to_string()], read)
}

/// Those of them of which a school was noted as away.
///
/// # Errors
/// The store cannot be read.
pub fn with_absent(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    period: Period,
) -> Result<Vec<Opening>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_opening where absent <> '' and {OF_PERIOD} order by id"
    );
    let year = i64::from(school_year);
    tx.query(&sql, params![area.as_str(), year, &period.to_string()], read)
}

/// Whether a school stands in any of them with a report of its own of the period.
///
/// # Errors
/// The store cannot be read.
pub fn is_in_any(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    (period, school): (Period, &UnitId),
) -> Result<bool, SqlError> {
    let sql = format!(
        "select 1 from sealed_opening o join sealed_standing s on s.opening = o.id
         where s.school = $4 and s.task = o.task and o.{OF_PERIOD} limit 1"
    );
    let (year, period) = (i64::from(school_year), period.to_string());
    let found =
        tx.query_opt(&sql, params![area.as_str(), year, &period, school.as_str()], |row| {
            row.i64(0)
        })?;
    Ok(found.is_some())
}

/// The opening of a set.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, set: &Set) -> Result<Option<Opening>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_opening
         where task = $1 and stage = $2 and detail = $3 and group_ids = $4"
    );
    let (stage, groups) = (set.stage.as_str(), joined(&set.groups));
    tx.query_opt(&sql, params![set.task.bytes(), stage, set.detail.as_str(), &groups], read)
}

/// Keeps an opening with its standings; gives its place in the order.
///
/// # Errors
/// The set is here already, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, new: &Opening, standings: &[Standing]) -> Result<i64, SqlError> {
    let last = tx.query_opt("select max(id) from sealed_opening", &[], |row| row.opt_i64(0))?;
    let id = last.flatten().unwrap_or(0) + 1;
    tx.execute(
        "insert into sealed_opening (id, task, stage, detail, group_ids, absent, fresh, due, share,
                                     control, asked_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params![
            id,
            new.set.task.bytes(),
            new.set.stage.as_str(),
            new.set.detail.as_str(),
            &joined(&new.set.groups),
            &joined(&new.absent),
            new.fresh,
            new.due,
            &new.share,
            &new.control,
            &new.asked_on,
        ],
    )?;
    for standing in standings {
        tx.execute(
            "insert into sealed_standing (opening, school, task, report) values ($1, $2, $3, $4)",
            params![
                id,
                standing.unit.as_str(),
                standing.task.bytes(),
                &standing.report.to_tagged(),
            ],
        )?;
    }
    Ok(id)
}

/// The reports that an opening stands on, by school.
///
/// # Errors
/// The store cannot be read.
pub fn standings(tx: &Tx<'_>, opening: i64) -> Result<Vec<Standing>, SqlError> {
    tx.query(
        "select school, task, report from sealed_standing where opening = $1 order by school",
        params![opening],
        |row| {
            let (unit, task) = (parsed(row, 0)?, task_id(row, 1)?);
            Ok(Standing { unit, task, report: digest(row, 2)? })
        },
    )
}

/// The most that the figures of an opening can come to by the caps of its schools, which the
/// proofs hold them to; nothing where a report of it is not here, as after a store was put back.
///
/// # Errors
/// The store cannot be read.
pub fn cap_sum(tx: &Tx<'_>, opening: i64) -> Result<Option<u64>, SqlError> {
    let sql = "select count(*), count(r.cap), coalesce(sum(r.cap), 0) from sealed_standing s
        left join sealed_report r on r.digest = s.report where s.opening = $1";
    let found =
        tx.query_opt(sql, params![opening], |row| Ok((row.u64(0)?, row.u64(1)?, row.u64(2)?)))?;
    Ok(found.filter(|(all, known, _)| all == known).map(|(.., sum)| sum))
}

/// Notes why an opening is not recorded, or that nothing stands in its way any more.
///
/// # Errors
/// The store cannot be written.
pub fn note(tx: &Tx<'_>, opening: i64, code: &str) -> Result<(), SqlError> {
    tx.execute("update sealed_opening set refused = $2 where id = $1", params![opening, code])?;
    Ok(())
}

/// What was let pass and is neither recorded nor refused.
const IS_OUT: &str = "refused = ''
    and id not in (select opening from sealed_record where opening is not null)";

/// Openings of all tasks that were let pass and are neither recorded nor refused, in their order:
/// at a helper, whose share of each is out.
///
/// # Errors
/// The store cannot be read.
pub fn out(tx: &Tx<'_>) -> Result<Vec<Opening>, SqlError> {
    let sql = format!("select {COLUMNS} from sealed_opening where {IS_OUT} order by id");
    let mut all = tx.query(&sql, &[], read)?;
    // What was taken up again from its record has none.
    all.retain(|one| !one.share.is_empty());
    Ok(all)
}

/// Whether there is one of a task.
///
/// # Errors
/// The store cannot be read.
pub fn is_any_out(tx: &Tx<'_>, task: &TaskId) -> Result<bool, SqlError> {
    let sql = format!("select share from sealed_opening where task = $1 and {IS_OUT}");
    let shares = tx.query(&sql, params![task.bytes()], |row| row.blob(0))?;
    Ok(shares.iter().any(|share| !share.is_empty()))
}

/// Forgets openings of a task that the other hub refused before it gave anything, so that other
/// sets can be asked for; never one that was computed, whatever the other hub says later.
///
/// # Errors
/// The store cannot be written.
pub fn forget_refused(tx: &Tx<'_>, task: &TaskId) -> Result<(), SqlError> {
    let refused = "select id from sealed_opening where task = $1
        and refused in ('NOT_ADMITTED', 'OBJECTABLE', 'SHARE_MISSING', 'OTHER_HISTORY',
                        'NOTES_LOST', 'SHARE_OUT', 'PUT_BACK')
        and id not in (select opening from sealed_record where opening is not null)
        and id not in (select opening from sealed_seen_cell)";
    for id in tx.query(refused, params![task.bytes()], |row| row.i64(0))? {
        forget(tx, id)?;
    }
    Ok(())
}

/// The sums of a task that are not recorded, each with the code of why.
///
/// # Errors
/// The store cannot be read.
pub fn refused(tx: &Tx<'_>, task: &TaskId) -> Result<Vec<(Set, String)>, SqlError> {
    let sql = "select task, stage, detail, group_ids, refused from sealed_opening
        where task = $1 and refused <> '' order by id";
    tx.query(sql, params![task.bytes()], |row| Ok((read_set(row, 0)?, row.text(4)?)))
}

/// An opening by its place in the order.
///
/// # Errors
/// The store cannot be read.
pub fn by_id(tx: &Tx<'_>, id: i64) -> Result<Option<Opening>, SqlError> {
    let sql = format!("select {COLUMNS} from sealed_opening where id = $1");
    tx.query_opt(&sql, params![id], read)
}

/// Openings of a year that have no record, in the order in which they were let pass: those after a
/// place, at most so many.
///
/// # Errors
/// The store cannot be read.
pub fn unrecorded(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    after: u64,
    most: u32,
) -> Result<Vec<Opening>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from sealed_opening
         where id > $3 and task in (select id from sealed_task where area = $1 and school_year = $2)
             and id not in (select opening from sealed_record where opening is not null)
         order by id limit $4"
    );
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    tx.query(&sql, params![area.as_str(), i64::from(school_year), after, most], read)
}

/// Forgets an opening that has no record.
///
/// # Errors
/// It has one, or the store cannot be written.
pub fn forget(tx: &Tx<'_>, id: i64) -> Result<(), SqlError> {
    tx.execute("delete from sealed_cell where opening = $1", params![id])?;
    tx.execute("delete from sealed_seen_cell where opening = $1", params![id])?;
    tx.execute("delete from sealed_standing where opening = $1", params![id])?;
    tx.execute("delete from sealed_opening where id = $1", params![id])?;
    Ok(())
}

/// Keeps the cells of an opening; again is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn put_cells(tx: &Tx<'_>, opening: i64, cells: &[Option<u64>]) -> Result<(), SqlError> {
    tx.execute("delete from sealed_seen_cell where opening = $1", params![opening])?;
    insert_cells(tx, "sealed_cell", opening, cells)
}

/// Keeps the cells of a sum that was computed and is not recorded, or not yet: for the hub's own
/// attacker and for nobody's eyes.
///
/// # Errors
/// The store cannot be written.
pub fn put_seen(tx: &Tx<'_>, opening: i64, cells: &[Option<u64>]) -> Result<(), SqlError> {
    insert_cells(tx, "sealed_seen_cell", opening, cells)
}

fn insert_cells(
    tx: &Tx<'_>,
    table: &str,
    opening: i64,
    cells: &[Option<u64>],
) -> Result<(), SqlError> {
    let sql = format!(
        "insert into {table} (opening, place, value) values ($1, $2, $3) on conflict do nothing"
    );
    for (place, value) in cells.iter().enumerate() {
        let place = u64::try_from(place).unwrap_or(u64::MAX);
        if let Some(value) = value {
            tx.execute(&sql, params![opening, place, *value])?;
        }
    }
    Ok(())
}

/// The cells that an opening showed, by place.
///
/// # Errors
/// The store cannot be read.
pub fn cells(tx: &Tx<'_>, opening: i64) -> Result<Vec<(usize, u64)>, SqlError> {
    cells_of(tx, "sealed_cell", opening)
}

/// The cells of a sum that was computed and is not recorded, by place; none of any other.
///
/// # Errors
/// The store cannot be read.
pub fn seen(tx: &Tx<'_>, opening: i64) -> Result<Vec<(usize, u64)>, SqlError> {
    cells_of(tx, "sealed_seen_cell", opening)
}

fn cells_of(tx: &Tx<'_>, table: &str, opening: i64) -> Result<Vec<(usize, u64)>, SqlError> {
    let sql = format!("select place, value from {table} where opening = $1 order by place");
    tx.query(&sql, params![opening], |row| {
        Ok((usize::try_from(row.u64(0)?).map_err(|_| SqlError::Type)?, row.u64(1)?))
    })
}
