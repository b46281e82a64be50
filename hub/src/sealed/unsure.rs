//! Schools of which a helper that was put back does not know any more whether a sum went out with
//! them, and without whose groups it opens what is left.
//!
//! Between a copy and the moment in which it is put back reports come and sums go out, of which
//! this store knows nothing. A leader that keeps silent about such a sum, and about the report that
//! stood in it, could have the same group opened again over the report of the term before, or
//! without the school: the difference of the two would be one school's figures. So in every task of
//! which a report could have come before the restore nobody is carried, nobody is left out as away,
//! and a report that came after it counts only where a forgotten sum cannot have gone without it.
//!
//! What this hub had accepted it knows by its own signature, which the leader shows again: the copy
//! does not have it, so that it is of before. Any two sums over such reports are over the same.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::Role;
use domain::catalogue::Stage;
use domain::disclosure::plan::{Access, Reports};
use domain::disclosure::sealed::{Kind, Phase, TaskId};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};
use runtime::uplink;

use super::documents::{Documents, Task};
use super::holding::{Holding, NotOpened};
use super::past::Past;
use super::whole;
use super::without::Attendance;
use crate::store::sealed::report::{self, Accepted};
use crate::store::sealed::{notes, say, task, year};

/// Code of a set in which there are schools of which the helper is not sure.
pub const PUT_BACK: &str = "PUT_BACK";

/// What is told of a task some of whose groups stay closed for a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The area.
    pub area: UnitId,
    /// Sealed table and period.
    pub what: String,
    /// The schools, with spaces between.
    pub schools: String,
}

/// When this store was put back after a report of a task could have come: before that it cannot
/// have lost any.
///
/// # Errors
/// The store cannot be read.
pub fn restores(tx: &Tx<'_>, task: &Task) -> Result<Vec<i64>, SqlError> {
    let mut all = notes::found(tx)?;
    all.retain(|at_ms| task.is_over(day_of(*at_ms)));
    Ok(all)
}

fn day_of(at_ms: i64) -> Date {
    date_of(Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::MAX))
}

/// Schools of which this hub, as a helper, is not sure: `reports` are what it would go by if it had
/// never been put back.
///
/// # Errors
/// The store cannot be read.
pub fn own(
    tx: &Tx<'_>,
    task: &Task,
    (reports, there): (&Reports, &Attendance),
) -> Result<BTreeSet<UnitId>, SqlError> {
    let restores = restores(tx, task)?;
    if restores.is_empty() {
        return Ok(BTreeSet::new());
    }
    let away = &there.away - &there.left_out;
    // A sum may have gone without a school although the note was corrected since.
    let noted = say::noted_by(tx, task.attended().1)?;
    let mut found = &away - &reports.fresh;
    found.extend(reports.carried.iter().cloned());
    for at_ms in restores {
        // A sum that is forgotten can have gone without a report that came later.
        let is_carried_then = carries(task) && task.phase(day_of(at_ms)) == Phase::Closed;
        let came = report::came_from(tx, &task.id, at_ms)?.into_iter();
        found.extend(came.filter(|school| is_carried_then || noted.contains(school)));
    }
    found.retain(|school| !there.left_out.contains(school));
    Ok(found)
}

/// Whether reports of an earlier term can stand in the sums of a task.
fn carries(task: &Task) -> bool {
    let is_later = matches!(task.terms.period, Period::Term(term) if term.number > 1);
    task.table.kind() == Kind::Stock && is_later
}

/// Schools of which the helper of a task told this hub, its leader, that it is not sure: as long as
/// they stand with the report of then, or with none.
///
/// # Errors
/// The store cannot be read.
pub fn told(
    tx: &Tx<'_>,
    id: &TaskId,
    accepted: &BTreeMap<UnitId, Accepted>,
) -> Result<BTreeSet<UnitId>, SqlError> {
    let noted = uplink::notes::get(tx, &name_of(id))?.unwrap_or_default();
    let mut found = BTreeSet::new();
    for (school, report) in noted.split(' ').filter_map(|one| one.split_once('=')) {
        let Ok(school) = school.parse::<UnitId>() else { continue };
        if report_of(accepted, &school) == report {
            found.insert(school);
        }
    }
    Ok(found)
}

/// Keeps at a leader of which schools the helper said that it is not sure.
///
/// # Errors
/// The store cannot be written.
pub fn note(tx: &Tx<'_>, id: &TaskId, schools: &BTreeSet<UnitId>) -> Result<(), SqlError> {
    let accepted = report::accepted(tx, id)?;
    // It is asked about some groups at a time.
    let mut all = told(tx, id, &accepted)?;
    all.extend(schools.iter().cloned());
    let entry = |school: &UnitId| format!("{school}={}", report_of(&accepted, school));
    let noted: Vec<String> = all.iter().map(entry).collect();
    uplink::notes::set(tx, &name_of(id), &noted.join(" "))
}

fn name_of(id: &TaskId) -> String {
    format!("sealed_unsure {id}")
}

/// The report of a school by its digest; a dash for none.
fn report_of(accepted: &BTreeMap<UnitId, Accepted>, school: &UnitId) -> String {
    accepted.get(school).map_or_else(|| "-".to_owned(), |one| one.digest.to_string())
}

/// Tasks with groups that stay closed since the helper was put back, and the schools for which they
/// do: the same at both hubs, each from its own store.
///
/// # Errors
/// The store cannot be read.
pub fn listed(
    tx: &Tx<'_>,
    (documents, own): (&Documents, &UnitId),
    today: Date,
) -> Result<Vec<Listed>, SqlError> {
    let mut found = Vec::new();
    for stored in task::all(tx)? {
        let place = (&stored.area, stored.school_year);
        let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
        let Some(made) = made.ok().filter(|made| made.id == stored.id) else { continue };
        let Some(part) = made.year.role_of(own) else { continue };
        let is_any = match part {
            Role::Helper => !restores(tx, &made)?.is_empty(),
            Role::Leader => uplink::notes::get(tx, &name_of(&made.id))?.is_some(),
        };
        // A task of which no report came was never anybody's.
        if !is_any || year::is_closed(tx, place)? || !report::is_any_accepted(tx, &made.id)? {
            continue;
        }
        let holding = Holding::read(tx, (documents, part), &made, today)?;
        let past = match Past::read(tx, &made) {
            Ok(past) => past,
            Err(NotOpened::Store(error)) => return Err(error),
            Err(_) => continue,
        };
        let schools = waiting(&made, (&holding, &past));
        if !schools.is_empty() {
            let what = format!("{} {}", stored.sheet, stored.period);
            found.push(Listed { area: stored.area, what, schools: schools.join(" ") });
        }
    }
    Ok(found)
}

/// Of the schools of which a hub is not sure those whose groups are not opened yet.
fn waiting(task: &Task, (holding, past): (&Holding, &Past)) -> Vec<String> {
    let plan = &task.year.sealed().plan;
    let mut schools = BTreeSet::new();
    for stage in Stage::ALL {
        let open = whole::of_stage(plan, past, stage);
        let open = open.filter(|group| group.access != Access::Closed);
        let members = open.flat_map(|group| &group.members);
        schools.extend(members.filter(|school| holding.unsure.contains(*school)));
    }
    schools.into_iter().map(ToString::to_string).collect()
}
