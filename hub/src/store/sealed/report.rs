//! Sealed reports that a hub holds: what decides about another one, and its share of the figures.
//!
//! A refused report keeps its number and its nonce, so that neither is used twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::sealed::{Arrival, CapClass, Kept, ReportNumber, State, TaskId};
use domain::period::Period;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed, task_id};

/// What a hub knows of a report besides its arrival.
pub struct Held {
    /// Its cap.
    pub cap: CapClass,
    /// Persons by stage that a stock names.
    pub enrolled: BTreeMap<Stage, u64>,
    /// This hub's output share; nothing for one that was refused.
    pub share: Option<Vec<u8>>,
    /// The signed item: each hub can show it to the other one once that was put back.
    pub item: Option<Vec<u8>>,
    /// Code of a refusal; empty otherwise.
    pub code: String,
}

/// A report with this hub's share of it.
pub struct Shared {
    /// As it arrived, and how far it came.
    pub kept: Kept,
    /// What else is known of it.
    pub held: Held,
}

/// An accepted report as openings look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The school.
    pub school: UnitId,
    /// Task of the report.
    pub task: TaskId,
    /// Its digest.
    pub digest: Digest,
    /// Day on which both hubs had signed, `YYYY-MM-DD`.
    pub on: String,
}

/// What an accepted stock names.
pub struct Enrolled {
    /// The school.
    pub school: UnitId,
    /// Its digest.
    pub report: Digest,
    /// Persons by stage.
    pub named: BTreeMap<Stage, u64>,
}

/// A report as it is listed for its school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Id of the sealed table.
    pub sheet: String,
    /// Period in its written form.
    pub period: String,
    /// The school's number of it.
    pub number: u32,
    /// Its digest.
    pub report: Digest,
    /// How far it came.
    pub state: State,
    /// Code of a refusal; empty otherwise.
    pub code: String,
}

const KEPT: &str = "task, school, number, nonce, digest, state";

fn read_kept(row: &Row<'_, '_>) -> Result<Kept, SqlError> {
    let arrival = Arrival {
        task: task_id(row, 0)?,
        school: parsed(row, 1)?,
        number: ReportNumber::new(row.u32(2)?).ok_or(SqlError::Type)?,
        nonce: row.array(3)?,
        digest: digest(row, 4)?,
    };
    Ok(Kept { arrival, state: state_of(row.i64(5)?)? })
}

const fn state_of(number: i64) -> Result<State, SqlError> {
    match number {
        1 => Ok(State::Pending),
        2 => Ok(State::Accepted),
        3 => Ok(State::Refused),
        _ => Err(SqlError::Type),
    }
}

const fn number_of(state: State) -> i64 {
    match state {
        State::Pending => 1,
        State::Accepted => 2,
        State::Refused => 3,
    }
}

/// The report that stands for a task and school: the one with the highest number.
///
/// # Errors
/// The store cannot be read.
pub fn of_school(tx: &Tx<'_>, task: &TaskId, school: &UnitId) -> Result<Option<Kept>, SqlError> {
    let sql = format!(
        "select {KEPT} from sealed_report where task = $1 and school = $2
         order by number desc limit 1"
    );
    tx.query_opt(&sql, params![task.bytes(), school.as_str()], read_kept)
}

/// The reports that are held of a school, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn listed(tx: &Tx<'_>, school: &UnitId, most: u32) -> Result<Vec<Listed>, SqlError> {
    let sql = "select sheet, period, number, digest, state, code
        from sealed_report join sealed_task on sealed_task.id = sealed_report.task
        where school = $1 order by arrived_at_ms desc, sheet, number desc limit $2";
    tx.query(sql, params![school.as_str(), most], |row| {
        Ok(Listed {
            sheet: row.text(0)?,
            period: row.text(1)?,
            number: row.u32(2)?,
            report: digest(row, 3)?,
            state: state_of(row.i64(4)?)?,
            code: row.text(5)?,
        })
    })
}

/// Whichever report used a nonce.
///
/// # Errors
/// The store cannot be read.
pub fn of_nonce(tx: &Tx<'_>, nonce: &[u8; 16]) -> Result<Option<Kept>, SqlError> {
    let sql = format!("select {KEPT} from sealed_report where nonce = $1");
    tx.query_opt(&sql, params![nonce], read_kept)
}

/// A report with this hub's share of it.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, digest: &Digest) -> Result<Option<Shared>, SqlError> {
    let sql = format!(
        "select {KEPT}, cap, enrolled, share, item, code from sealed_report where digest = $1"
    );
    tx.query_opt(&sql, params![&digest.to_tagged()], |row| {
        let held = Held {
            cap: CapClass::from_max(row.u64(6)?).map_err(|_| SqlError::Type)?,
            enrolled: read_enrolled(row.str(7)?)?,
            share: row.opt_blob(8)?,
            item: row.opt_blob(9)?,
            code: row.text(10)?,
        };
        Ok(Shared { kept: read_kept(row)?, held })
    })
}

/// Keeps a report that was decided to be verified.
///
/// # Errors
/// Its school has another one that was not refused, or its nonce was used; or the store cannot be
/// written.
pub fn insert(tx: &Tx<'_>, kept: &Kept, held: &Held, now_ms: i64) -> Result<(), SqlError> {
    let Kept { arrival, state } = kept;
    tx.execute(
        "insert into sealed_report (digest, task, school, number, nonce, cap, state, code,
                                    enrolled, share, item, arrived_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            &arrival.digest.to_tagged(),
            arrival.task.bytes(),
            arrival.school.as_str(),
            arrival.number.value(),
            &arrival.nonce,
            held.cap.limit(),
            number_of(*state),
            &held.code,
            &write_enrolled(&held.enrolled),
            held.share.as_ref(),
            held.item.as_ref(),
            now_ms,
        ],
    )?;
    Ok(())
}

/// Notes that both hubs signed for a report that was pending.
///
/// # Errors
/// The store cannot be written.
pub fn accept(tx: &Tx<'_>, digest: &Digest, on: &str) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_report set state = 2, accepted_on = $2 where digest = $1 and state = 1",
        params![&digest.to_tagged(), on],
    )?;
    Ok(())
}

/// Notes that a report that was pending is refused, and forgets its share.
///
/// # Errors
/// The store cannot be written.
pub fn refuse(tx: &Tx<'_>, digest: &Digest, code: &str) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_report set state = 3, code = $2, share = null, item = null
         where digest = $1 and state = 1",
        params![&digest.to_tagged(), code],
    )?;
    Ok(())
}

/// How many reports both hubs accepted.
///
/// # Errors
/// The store cannot be read.
pub fn accepted_count(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let sql = "select count(*) from sealed_report where state = 2";
    Ok(tx.query_opt(sql, &[], |row| row.u64(0))?.unwrap_or(0))
}

/// Whether both hubs accepted any report of a task.
///
/// # Errors
/// The store cannot be read.
pub fn is_any_accepted(tx: &Tx<'_>, task: &TaskId) -> Result<bool, SqlError> {
    let sql = "select 1 from sealed_report where task = $1 and state = 2 limit 1";
    Ok(tx.query_opt(sql, params![task.bytes()], |row| row.i64(0))?.is_some())
}

/// Whether both hubs accepted a report of a school about a period, of whichever table.
///
/// # Errors
/// The store cannot be read.
pub fn is_told(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    (period, school): (Period, &UnitId),
) -> Result<bool, SqlError> {
    let sql = "select 1 from sealed_report
        where school = $4 and state = 2 and task in
            (select id from sealed_task where area = $1 and school_year = $2 and period = $3)
        limit 1";
    let (year, period) = (i64::from(school_year), period.to_string());
    let found =
        tx.query_opt(sql, params![area.as_str(), year, &period, school.as_str()], |row| {
            row.i64(0)
        })?;
    Ok(found.is_some())
}

/// Accepted reports of a task, by school.
///
/// # Errors
/// The store cannot be read.
pub fn accepted(tx: &Tx<'_>, task: &TaskId) -> Result<BTreeMap<UnitId, Accepted>, SqlError> {
    let all = tx.query(
        "select school, task, digest, accepted_on from sealed_report
         where task = $1 and state = 2 order by school",
        params![task.bytes()],
        |row| {
            let (school, task) = (parsed(row, 0)?, task_id(row, 1)?);
            Ok(Accepted { school, task, digest: digest(row, 2)?, on: row.text(3)? })
        },
    )?;
    Ok(all.into_iter().map(|one| (one.school.clone(), one)).collect())
}

/// Schools whose accepted report of a task came here at an instant or later.
///
/// # Errors
/// The store cannot be read.
pub fn came_from(tx: &Tx<'_>, task: &TaskId, at_ms: i64) -> Result<BTreeSet<UnitId>, SqlError> {
    let sql = "select school from sealed_report
        where task = $1 and state = 2 and arrived_at_ms >= $2";
    let all = tx.query(sql, params![task.bytes(), at_ms], |row| parsed(row, 0))?;
    Ok(all.into_iter().collect())
}

/// Notes that a report was here before this store was put back.
///
/// # Errors
/// The store cannot be written.
pub fn was_here(tx: &Tx<'_>, digest: &Digest) -> Result<(), SqlError> {
    tx.execute(
        "update sealed_report
         set arrived_at_ms = (select max(found_at_ms) from sealed_notes_lost) - 1
         where digest = $1
             and arrived_at_ms >= (select max(found_at_ms) from sealed_notes_lost)",
        params![&digest.to_tagged()],
    )?;
    Ok(())
}

/// Schools whose accepted report of a task was made after another one was refused, each with the
/// day on which both hubs had signed it: it tells what was entered until then.
///
/// # Errors
/// The store cannot be read.
pub fn made_again(tx: &Tx<'_>, task: &TaskId) -> Result<BTreeMap<UnitId, String>, SqlError> {
    let all = tx.query(
        "select r.school, r.accepted_on from sealed_report r
         where r.task = $1 and r.state = 2 and exists (select 1 from sealed_report e
             where e.task = r.task and e.school = r.school and e.state = 3)",
        params![task.bytes()],
        |row| Ok((parsed(row, 0)?, row.text(1)?)),
    )?;
    Ok(all.into_iter().collect())
}

/// Schools of which a report of a task is verified and not yet answered by both hubs.
///
/// # Errors
/// The store cannot be read.
pub fn pending(tx: &Tx<'_>, task: &TaskId) -> Result<BTreeSet<UnitId>, SqlError> {
    let all = tx.query(
        "select school from sealed_report where task = $1 and state = 1",
        params![task.bytes()],
        |row| parsed(row, 0),
    )?;
    Ok(all.into_iter().collect())
}

/// How far a report came here; nothing of one that is not held.
///
/// # Errors
/// The store cannot be read.
pub fn state(tx: &Tx<'_>, digest: &Digest) -> Result<Option<State>, SqlError> {
    let sql = format!("select {KEPT} from sealed_report where digest = $1");
    let kept = tx.query_opt(&sql, params![&digest.to_tagged()], read_kept)?;
    Ok(kept.map(|kept| kept.state))
}

/// Persons by stage that the accepted reports of a task name.
///
/// # Errors
/// The store cannot be read.
pub fn enrolled(tx: &Tx<'_>, task: &TaskId) -> Result<Vec<Enrolled>, SqlError> {
    tx.query(
        "select school, digest, enrolled from sealed_report where task = $1 and state = 2",
        params![task.bytes()],
        |row| {
            let (school, report) = (parsed(row, 0)?, digest(row, 1)?);
            Ok(Enrolled { school, report, named: read_enrolled(row.str(2)?)? })
        },
    )
}

/// Digests of a year's accepted reports whose signed items are here, in their order: those after
/// one, at most so many.
///
/// # Errors
/// The store cannot be read.
pub fn accepted_after(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    after: Option<&Digest>,
    most: u32,
) -> Result<Vec<Digest>, SqlError> {
    let after = after.map(|after| after.to_tagged()).unwrap_or_default();
    tx.query(
        "select digest from sealed_report
         where digest > $3 and state = 2 and item is not null
             and task in (select id from sealed_task where area = $1 and school_year = $2)
         order by digest limit $4",
        params![area.as_str(), i64::from(school_year), &after, most],
        |row| digest(row, 0),
    )
}

/// The signed item of an accepted report of a year.
///
/// # Errors
/// The store cannot be read.
pub fn accepted_item(
    tx: &Tx<'_>,
    (area, school_year): (&UnitId, i16),
    report: &Digest,
) -> Result<Option<Vec<u8>>, SqlError> {
    let found = tx.query_opt(
        "select item from sealed_report
         where digest = $3 and state = 2
             and task in (select id from sealed_task where area = $1 and school_year = $2)",
        params![area.as_str(), i64::from(school_year), &report.to_tagged()],
        |row| row.opt_blob(0),
    )?;
    Ok(found.flatten())
}

fn write_enrolled(enrolled: &BTreeMap<Stage, u64>) -> String {
    let words = enrolled.iter().map(|(stage, persons)| format!("{}={persons}", stage.as_str()));
    words.collect::<Vec<_>>().join(" ")
}

fn read_enrolled(text: &str) -> Result<BTreeMap<Stage, u64>, SqlError> {
    let word = |word: &str| {
        let (stage, persons) = word.split_once('=')?;
        Some((Stage::from_word(stage)?, persons.parse().ok()?))
    };
    text.split_terminator(' ').map(|text| word(text).ok_or(SqlError::Type)).collect()
}
