//! What people said about schools: objections to a digest, that a number enrolled is right, and
//! that a school is closed or out of session. Each hub has its own list, kept by its own operators.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::{digest, parsed};

/// An objection as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The school.
    pub school: UnitId,
    /// Digest that it says is not its own.
    pub report: Digest,
    /// What the operator wrote down.
    pub note: String,
    /// When.
    pub made_at_ms: i64,
    /// When it was withdrawn.
    pub withdrawn_at_ms: Option<i64>,
}

/// When a school is closed or out of session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absence {
    /// The school.
    pub school: UnitId,
    /// First day.
    pub from: String,
    /// Last day; nothing while it is not known to come back.
    pub to: Option<String>,
    /// What the operator wrote down.
    pub note: String,
}

/// That a person confirmed the number enrolled in a stage that a report names, or that the reports
/// of a town's schools do, by their mark. What is kept of it is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// The school that was called, or the town.
    pub school: UnitId,
    /// What the operator wrote down.
    pub note: String,
    /// When.
    pub made_at_ms: i64,
    /// When it was taken back, and what was written down then.
    pub withdrawn: Option<(i64, String)>,
}

/// Keeps an objection; made again it holds again, with the first note.
///
/// # Errors
/// The store cannot be written.
pub fn object(
    tx: &Tx<'_>,
    (school, report): (&UnitId, &Digest),
    note: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into sealed_objection (school, report, note, made_at_ms) values ($1, $2, $3, $4)
         on conflict (school, report) do update set withdrawn_at_ms = null",
        params![school.as_str(), &report.to_tagged(), note, now_ms],
    )?;
    Ok(())
}

/// Takes an objection back; tells whether there was one.
///
/// # Errors
/// The store cannot be written.
pub fn withdraw(
    tx: &Tx<'_>,
    (school, report): (&UnitId, &Digest),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update sealed_objection set withdrawn_at_ms = $3
         where school = $1 and report = $2 and withdrawn_at_ms is null",
        params![school.as_str(), &report.to_tagged(), now_ms],
    )?;
    Ok(changed > 0)
}

/// All objections, withdrawn ones too, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn objections(tx: &Tx<'_>) -> Result<Vec<Objection>, SqlError> {
    tx.query(
        "select school, report, note, made_at_ms, withdrawn_at_ms from sealed_objection
         order by made_at_ms desc, school",
        &[],
        |row| {
            Ok(Objection {
                school: parsed(row, 0)?,
                report: digest(row, 1)?,
                note: row.text(2)?,
                made_at_ms: row.i64(3)?,
                withdrawn_at_ms: row.opt_i64(4)?,
            })
        },
    )
}

/// Digests to which a school objects now.
///
/// # Errors
/// The store cannot be read.
pub fn objected(tx: &Tx<'_>, school: &UnitId) -> Result<Vec<Digest>, SqlError> {
    tx.query(
        "select report from sealed_objection where school = $1 and withdrawn_at_ms is null",
        params![school.as_str()],
        |row| digest(row, 0),
    )
}

/// Notes that a report names the right number of persons enrolled in a stage, as its school says;
/// again is nothing while it stands, and a note of its own once it was taken back.
///
/// # Errors
/// The store cannot be written.
pub fn confirm(
    tx: &Tx<'_>,
    (school, report, stage): (&UnitId, &Digest, Stage),
    note: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into sealed_confirmation (report, stage, school, note, made_at_ms)
         values ($1, $2, $3, $4, $5) on conflict do nothing",
        params![&report.to_tagged(), stage.as_str(), school.as_str(), note, now_ms],
    )?;
    Ok(())
}

/// Takes a confirmation back, which keeps its row; tells whether there was one.
///
/// # Errors
/// The store cannot be written.
pub fn withdraw_confirmation(
    tx: &Tx<'_>,
    (report, stage): (&Digest, Stage),
    note: &str,
    now_ms: i64,
) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update sealed_confirmation set withdrawn_at_ms = $3, withdrawn_note = $4
         where report = $1 and stage = $2 and withdrawn_at_ms is null",
        params![&report.to_tagged(), stage.as_str(), now_ms, note],
    )?;
    Ok(changed > 0)
}

/// What was ever confirmed of the reports that stand in an opening, in its stage, in order of time.
///
/// # Errors
/// The store cannot be read.
pub fn confirmed_in(
    tx: &Tx<'_>,
    (opening, stage): (i64, Stage),
) -> Result<Vec<Confirmation>, SqlError> {
    tx.query(
        "select school, note, made_at_ms, withdrawn_at_ms, withdrawn_note
         from sealed_confirmation
         where stage = $2 and report in (select report from sealed_standing where opening = $1)
         order by id",
        params![opening, stage.as_str()],
        confirmation,
    )
}

/// What was ever confirmed under one digest, in a stage, in order of time.
///
/// # Errors
/// The store cannot be read.
pub fn confirmed_of(
    tx: &Tx<'_>,
    (report, stage): (&Digest, Stage),
) -> Result<Vec<Confirmation>, SqlError> {
    tx.query(
        "select school, note, made_at_ms, withdrawn_at_ms, withdrawn_note
         from sealed_confirmation where report = $1 and stage = $2 order by id",
        params![&report.to_tagged(), stage.as_str()],
        confirmation,
    )
}

/// Whether a confirmation under one digest stands, in a stage.
///
/// # Errors
/// The store cannot be read.
pub fn is_confirmed(tx: &Tx<'_>, of: (&Digest, Stage)) -> Result<bool, SqlError> {
    Ok(confirmed_of(tx, of)?.iter().any(|one| one.withdrawn.is_none()))
}

fn confirmation(row: &Row<'_, '_>) -> Result<Confirmation, SqlError> {
    let (withdrawn, note) = (row.opt_i64(3)?, row.opt_text(4)?.unwrap_or_default());
    Ok(Confirmation {
        school: parsed(row, 0)?,
        note: row.text(1)?,
        made_at_ms: row.i64(2)?,
        withdrawn: withdrawn.map(|at_ms| (at_ms, note)),
    })
}

/// Reports of a task with the stages of which a person confirmed the number.
///
/// # Errors
/// The store cannot be read.
pub fn confirmed(tx: &Tx<'_>, task: &TaskId) -> Result<BTreeSet<(Digest, Stage)>, SqlError> {
    let all = tx.query(
        "select report, stage from sealed_confirmation
         where withdrawn_at_ms is null
             and report in (select digest from sealed_report where task = $1)",
        params![task.bytes()],
        |row| {
            let stage = Stage::from_word(row.str(1)?).ok_or(SqlError::Type)?;
            Ok((digest(row, 0)?, stage))
        },
    )?;
    Ok(all.into_iter().collect())
}

/// Notes from when to when a school is closed or out of session; from the same day again replaces
/// what was noted, and counts again where that was taken back.
///
/// # Errors
/// The store cannot be written.
pub fn note_absence(tx: &Tx<'_>, absence: &Absence, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into sealed_absence (school, from_day, to_day, note, made_at_ms)
         values ($1, $2, $3, $4, $5)
         on conflict (school, from_day) do update set to_day = excluded.to_day,
             note = excluded.note, made_at_ms = excluded.made_at_ms, withdrawn_at_ms = null",
        params![
            absence.school.as_str(),
            &absence.from,
            absence.to.as_ref(),
            &absence.note,
            now_ms,
        ],
    )?;
    Ok(())
}

/// Takes back the note that a school is away from a day on; tells whether there was one.
///
/// # Errors
/// The store cannot be written.
pub fn withdraw_absence(
    tx: &Tx<'_>,
    (school, from): (&UnitId, &str),
    now_ms: i64,
) -> Result<bool, SqlError> {
    let changed = tx.execute(
        "update sealed_absence set withdrawn_at_ms = $3
         where school = $1 and from_day = $2 and withdrawn_at_ms is null",
        params![school.as_str(), from, now_ms],
    )?;
    Ok(changed > 0)
}

/// What is noted about schools that are closed or out of session, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn absences(tx: &Tx<'_>, most: u32) -> Result<Vec<Absence>, SqlError> {
    tx.query(
        "select school, from_day, to_day, note from sealed_absence where withdrawn_at_ms is null
         order by from_day desc, school limit $1",
        params![most],
        |row| {
            let (from, to) = (row.text(1)?, row.opt_text(2)?);
            Ok(Absence { school: parsed(row, 0)?, from, to, note: row.text(3)? })
        },
    )
}

/// Schools of which it was ever noted that they are away from a day on or before it, also where the
/// note was corrected or taken back since.
///
/// # Errors
/// The store cannot be read.
pub fn noted_by(tx: &Tx<'_>, day: Date) -> Result<BTreeSet<UnitId>, SqlError> {
    let sql = "select distinct school from sealed_absence where from_day <= $1";
    let all = tx.query(sql, params![&day.to_string()], |row| parsed(row, 0))?;
    Ok(all.into_iter().collect())
}

/// Schools that are closed or out of session on every day of a run of days, by all that is noted of
/// each together: one that was there on some of them has something to tell.
///
/// # Errors
/// The store cannot be read.
pub fn absent(tx: &Tx<'_>, (from, to): (Date, Date)) -> Result<BTreeSet<UnitId>, SqlError> {
    let notes = tx.query(
        "select school, from_day, to_day from sealed_absence
         where withdrawn_at_ms is null and from_day <= $2 and (to_day is null or to_day >= $1)
         order by school, from_day",
        params![&from.to_string(), &to.to_string()],
        |row| {
            let last = row.opt_text(2)?.map(|day| day.parse().map_err(|_| SqlError::Type));
            let first: Date = row.str(1)?.parse().map_err(|_| SqlError::Type)?;
            Ok((parsed::<UnitId>(row, 0)?, first, last.transpose()?))
        },
    )?;
    // Of each school the last day up to which no day is missing.
    let mut until: BTreeMap<UnitId, Date> = BTreeMap::new();
    let before = from.saturating_sub(1.day());
    for (school, first, last) in notes {
        let reached = until.entry(school).or_insert(before);
        if first <= reached.saturating_add(1.day()) {
            *reached = last.unwrap_or(Date::MAX).max(*reached);
        }
    }
    let whole = until.into_iter().filter(|(_, reached)| *reached >= to);
    Ok(whole.map(|(school, _)| school).collect())
}
