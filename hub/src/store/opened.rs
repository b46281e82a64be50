//! Opened sums as figures are read from: those that this hub recorded itself, as leader or as
//! helper, and those that came up from leaders below it.
//!
//! A set of a task is here once, whoever told it. What came up was verified before it was written.

use std::collections::{BTreeMap, BTreeSet};

use certs::digest::sha256;
use domain::catalogue::{Stage, TableId};
use domain::digest::Digest;
use domain::disclosure::plan::GroupId;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::UnitId;
use proto::opened::{ToldSum, decode_told};
use proto::opening::{Detail, Standing};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::sealed::opening::{self, Set};
use super::sealed::{report, task};

/// A sum that both hubs of a task opened and recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedSum {
    /// The task.
    pub task: TaskId,
    /// Area of the plan.
    pub area: UnitId,
    /// School year of the plan.
    pub school_year: i16,
    /// The sealed table.
    pub table: TableId,
    /// Term or week.
    pub period: Period,
    /// Catalogue that orders its cells.
    pub pack: Digest,
    /// The stage.
    pub stage: Stage,
    /// How fine it is.
    pub detail: Detail,
    /// The groups.
    pub groups: BTreeSet<GroupId>,
    /// Schools whose report is of this task.
    pub fresh: u32,
    /// Schools of the groups that were due.
    pub due: u32,
    /// Schools that stand in it with an earlier term's report.
    pub carried: u32,
    /// Schools of the groups that were closed or out of session and are not in it.
    pub away: BTreeSet<UnitId>,
    /// Opened cells by place.
    pub cells: BTreeMap<usize, u64>,
    /// Place in the chain of records of whoever told it: this hub's own, or the leader's.
    pub number: u64,
    /// Digest of the record that both hubs signed.
    pub record: Digest,
    /// When it was opened, by the leader's clock.
    pub opened_at_ms: i64,
    /// Of a flow that this hub opened itself: the most that its figures can come to by the caps of
    /// its schools.
    pub cap_sum: Option<u64>,
}

/// What identifies a sum.
type Key = (TaskId, Stage, Detail, BTreeSet<GroupId>);

impl OpenedSum {
    /// What identifies it: the same set of a task is one sum.
    #[must_use]
    pub fn key(&self) -> Key {
        (self.task, self.stage, self.detail, self.groups.clone())
    }
}

fn carried(task: &TaskId, schools: &[Standing]) -> u32 {
    let earlier = schools.iter().filter(|one| one.task != *task).count();
    u32::try_from(earlier).unwrap_or(u32::MAX)
}

/// Schools of a record that were away and stand in its sum with no report.
fn away(absent: &BTreeSet<UnitId>, schools: &[Standing]) -> BTreeSet<UnitId> {
    let is_out = |school: &&UnitId| !schools.iter().any(|one| one.unit == **school);
    absent.iter().filter(is_out).cloned().collect()
}

/// The sums of a period, each once.
///
/// # Errors
/// The store cannot be read.
pub fn of_period(tx: &Tx<'_>, period: Period) -> Result<Vec<OpenedSum>, SqlError> {
    of_tables(tx, period, None)
}

/// The sums of a period, each once: of some tables, where they are named.
///
/// # Errors
/// The store cannot be read.
pub fn of_tables(
    tx: &Tx<'_>,
    period: Period,
    tables: Option<&BTreeSet<String>>,
) -> Result<Vec<OpenedSum>, SqlError> {
    let mut sums: BTreeMap<Key, OpenedSum> = BTreeMap::new();
    let mut told = told(tx, period)?;
    told.retain(|sum| is_asked(tables, sum.table.as_str()));
    for sum in told.into_iter().chain(own(tx, period, tables)?) {
        sums.insert(sum.key(), sum);
    }
    Ok(sums.into_values().collect())
}

fn is_asked(tables: Option<&BTreeSet<String>>, table: &str) -> bool {
    tables.is_none_or(|tables| tables.contains(table))
}

/// Periods of which there are sums.
///
/// # Errors
/// The store cannot be read.
pub fn periods(tx: &Tx<'_>) -> Result<Vec<Period>, SqlError> {
    let own = "select distinct t.period from sealed_record r
        join sealed_opening o on o.id = r.opening join sealed_task t on t.id = o.task
        where r.helper_signature is not null";
    let mut found = tx.query(own, &[], parsed)?;
    let told = "select distinct period from opened_sum";
    found.extend(tx.query(told, &[], parsed)?);
    Ok(found)
}

/// Sums that came up and were verified.
fn told(tx: &Tx<'_>, period: Period) -> Result<Vec<OpenedSum>, SqlError> {
    let bodies = tx.query(
        "select body from opened_sum where period = $1 order by id",
        params![&period.to_string()],
        |row| row.blob(0),
    )?;
    let read = |body: Vec<u8>| decode_told(&body).map(OpenedSum::from).map_err(|_| SqlError::Type);
    bodies.into_iter().map(read).collect()
}

impl From<ToldSum> for OpenedSum {
    fn from(told: ToldSum) -> Self {
        let record = told.record;
        Self {
            carried: carried(&record.task, &record.schools),
            away: away(&record.absent, &record.schools),
            task: record.task,
            area: told.area,
            school_year: told.school_year,
            table: record.table,
            period: record.period,
            pack: told.pack,
            stage: record.stage,
            detail: record.detail,
            groups: record.groups,
            fresh: record.fresh,
            due: record.due,
            cells: told.cells,
            number: record.number,
            record: sha256(&told.bytes),
            opened_at_ms: record.opened_at_ms,
            cap_sum: None,
        }
    }
}

/// Sums that this hub recorded with the other hub's signature; of others nothing is decoded.
fn own(
    tx: &Tx<'_>,
    period: Period,
    tables: Option<&BTreeSet<String>>,
) -> Result<Vec<OpenedSum>, SqlError> {
    let mut sums = Vec::new();
    for (id, bytes, table) in tx.query(
        "select o.id, r.record, t.sheet from sealed_record r
         join sealed_opening o on o.id = r.opening join sealed_task t on t.id = o.task
         where t.period = $1 and r.helper_signature is not null order by r.number",
        params![&period.to_string()],
        |row: &Row<'_, '_>| Ok((row.i64(0)?, row.blob(1)?, row.text(2)?)),
    )? {
        if !is_asked(tables, &table) {
            continue;
        }
        let Some((sum, _)) = recorded(tx, id, &bytes)? else { continue };
        let cap_sum = match sum.period {
            Period::Week { .. } => opening::cap_sum(tx, id)?,
            _ => None,
        };
        sums.push(OpenedSum { cap_sum, ..sum });
    }
    Ok(sums)
}

/// Sums of a table that this hub recorded with the other hub's signature, in the order of their
/// records, each with the reports that it stands on. Their caps are not added up.
///
/// # Errors
/// The store cannot be read.
pub fn own_of_table(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    table: &TableId,
) -> Result<Vec<(OpenedSum, Vec<Standing>)>, SqlError> {
    let mut sums = Vec::new();
    for (id, bytes) in tx.query(
        "select o.id, r.record from sealed_record r
         join sealed_opening o on o.id = r.opening join sealed_task t on t.id = o.task
         where t.area = $1 and t.school_year = $2 and t.sheet = $3
             and r.helper_signature is not null order by r.number",
        params![area.as_str(), i64::from(school_year), table.as_str()],
        |row: &Row<'_, '_>| Ok((row.i64(0)?, row.blob(1)?)),
    )? {
        sums.extend(recorded(tx, id, &bytes)?);
    }
    Ok(sums)
}

/// A record of this hub as a sum; nothing where its task is not here.
fn recorded(
    tx: &Tx<'_>,
    opening: i64,
    bytes: &[u8],
) -> Result<Option<(OpenedSum, Vec<Standing>)>, SqlError> {
    let record = proto::opening::decode_record(bytes).map_err(|_| SqlError::Type)?;
    let Some(task) = task::find(tx, &record.task)? else { return Ok(None) };
    let sum = OpenedSum {
        carried: carried(&record.task, &record.schools),
        away: away(&record.absent, &record.schools),
        task: record.task,
        area: task.area,
        school_year: task.school_year,
        table: record.table,
        period: record.period,
        pack: task.pack,
        stage: record.stage,
        detail: record.detail,
        groups: record.groups,
        fresh: record.fresh,
        due: record.due,
        cells: opening::cells(tx, opening)?.into_iter().collect(),
        number: record.number,
        record: sha256(bytes),
        opened_at_ms: record.opened_at_ms,
        cap_sum: None,
    };
    Ok(Some((sum, record.schools)))
}

/// How far a task of this hub is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskState {
    /// Its table.
    pub table: String,
    /// Its period.
    pub period: Period,
    /// Schools whose report both hubs accepted.
    pub accepted: BTreeSet<UnitId>,
    /// Code of what a person must look at with the whole task; empty otherwise.
    pub stopped: String,
    /// Its sums that are not recorded, each with the code of why.
    pub refused: Vec<(Set, String)>,
}

/// The tasks of an area, school year and period in which this hub has a part: of some tables, where
/// they are named.
///
/// # Errors
/// The store cannot be read.
pub fn states(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    period: Period,
    tables: Option<&BTreeSet<String>>,
) -> Result<Vec<TaskState>, SqlError> {
    let mut states = tx.query(
        "select id, sheet, stopped from sealed_task
         where period = $1 and area = $2 and school_year = $3 order by sheet",
        params![&period.to_string(), area.as_str(), i64::from(school_year)],
        |row| {
            let state = TaskState {
                table: row.text(1)?,
                period,
                stopped: row.text(2)?,
                accepted: BTreeSet::new(),
                refused: Vec::new(),
            };
            Ok((row.blob(0)?, state))
        },
    )?;
    states.retain(|(_, state)| is_asked(tables, &state.table));
    for (task, state) in &mut states {
        let task: [u8; 32] = task.as_slice().try_into().map_err(|_| SqlError::Type)?;
        let task = TaskId::from_bytes(task);
        state.accepted = report::accepted(tx, &task)?.into_keys().collect();
        state.refused = opening::refused(tx, &task)?;
    }
    Ok(states.into_iter().map(|(_, state)| state).collect())
}

fn parsed(row: &Row<'_, '_>) -> Result<Period, SqlError> {
    row.str(0)?.parse().map_err(|_| SqlError::Type)
}
