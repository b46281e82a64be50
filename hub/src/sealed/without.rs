//! Who is in the sums of a period, and whose report comes after one was opened without it.
//!
//! Tables of one week count the same events, each in its own way: new alerts by tier and new alerts
//! by source have one total. Where a school stood in the one sum and not in the other, the
//! difference would be its own count. So a school is in all sums of a period or in none, whichever
//! table is opened first. Who told something of it is waited for in every other table, whatever was
//! noted of it since; who was away when a sum went out is away in all of them.
//!
//! A sum is opened once, so what comes after is in none. It is refused by name and not kept in
//! silence: a school tells the events of a refused week with its next one.

use std::collections::BTreeSet;

use certs::aggregate::Role;
use domain::disclosure::plan::{Access, GroupId};
use domain::disclosure::sealed::Kind;
use domain::period::Period;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use super::guard;
use crate::store::sealed::opening::Opening;
use crate::store::sealed::{opening, record, report, say};

/// Whether sums of a period were opened without a school's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// None, or a stock's figure can still have it.
    No,
    /// One is about to be, which is decided soon.
    Begun,
    /// The report can be in no sum of its task any more.
    Opened,
}

/// Who of a roster was there in the period of a task, by what this hub knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Schools that are noted as closed or out of session, or left out: they hide nobody.
    pub away: BTreeSet<UnitId>,
    /// Those of them without which a sum of the period went out: they are in none of it.
    pub left_out: BTreeSet<UnitId>,
    /// Those of them that told something of the period: they are in every sum of it.
    pub told: BTreeSet<UnitId>,
}

impl Attendance {
    /// Reads it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(tx: &Tx<'_>, (task, part): (&Task, Role)) -> Result<Self, SqlError> {
        let mut away = say::absent(tx, task.attended())?;
        away.retain(|school| task.year.sealed().roster.school(school).is_some());
        let left_out = left_out(tx, (task, part))?;
        let mut told = BTreeSet::new();
        for school in away.difference(&left_out) {
            if has_told(tx, task, school)? {
                told.insert(school.clone());
            }
        }
        away.extend(left_out.iter().cloned());
        Ok(Self { away, left_out, told })
    }
}

/// Whether a school was away in the period of a task: it is noted so and told nothing of it.
///
/// # Errors
/// The store cannot be read.
pub fn is_away(tx: &Tx<'_>, task: &Task, school: &UnitId) -> Result<bool, SqlError> {
    let is_noted = say::absent(tx, task.attended())?.contains(school);
    Ok(is_noted && !has_told(tx, task, school)?)
}

/// Whether a report of a school can still be in a sum of its task.
///
/// One that was away is in none of the period: what is opened later goes on without it. A stock of
/// which an earlier report was carried is, as long as a group of another stage waits.
///
/// # Errors
/// The store cannot be read.
pub fn opened_without(
    tx: &Tx<'_>,
    (task, part): (&Task, Role),
    school: &UnitId,
) -> Result<Without, SqlError> {
    let mut found = Without::No;
    let (place, period) = place_of(task);
    for one in opening::with_absent(tx, place, period)? {
        if !one.absent.contains(school) || standing(tx, &one, school)?.is_some() {
            continue;
        }
        if is_out(tx, &one, part)? {
            return Ok(Without::Opened);
        }
        if !guard::is_final(&one.refused) {
            found = Without::Begun;
        }
    }
    match task.table.kind() {
        Kind::Stock => carried_without(tx, (task, part), school, found),
        Kind::Flow => Ok(found),
    }
}

/// The same of a stock with regard to sums in which an earlier report of the school was carried.
fn carried_without(
    tx: &Tx<'_>,
    (task, part): (&Task, Role),
    school: &UnitId,
    mut found: Without,
) -> Result<Without, SqlError> {
    let plan = &task.year.sealed().plan;
    let open = plan.groups().iter().filter(|group| group.access != Access::Closed);
    let own = open.filter(|group| group.members.contains(school));
    let own: BTreeSet<&GroupId> = own.map(|group| &group.id).collect();
    let mut carried = BTreeSet::new();
    for one in opening::of_task(tx, &task.id)? {
        if one.set.detail != Detail::Cells {
            continue;
        }
        let stood = standing(tx, &one, school)?;
        if stood.is_none_or(|standing| standing.task == task.id) {
            continue;
        }
        if is_out(tx, &one, part)? {
            carried.extend(own.iter().copied().filter(|id| one.set.groups.contains(*id)));
        } else if !guard::is_final(&one.refused) {
            found = Without::Begun;
        }
    }
    let is_all = !carried.is_empty() && carried == own;
    Ok(if is_all && found == Without::No { Without::Opened } else { found })
}

/// Whether a sum is out of a hub's hands, so that it is what it is for good. A helper gave its
/// share with the opening. A leader may take back what it only meant to open; what it computed it
/// may not, whether that was recorded or stays closed for what it would tell.
fn is_out(tx: &Tx<'_>, one: &Opening, part: Role) -> Result<bool, SqlError> {
    Ok(part == Role::Helper
        || guard::was_computed(&one.refused)
        || !opening::seen(tx, one.id)?.is_empty()
        || record::of_opening(tx, one.id)?.is_some())
}

/// Schools that were away when a sum of the period went out: in every other one they stay it, so
/// that no two sums differ by them, and what they tell is told once and nothing waits for them. By
/// the same sums as [`opened_without`] refuses by, at whichever hub: else a group would wait for a
/// report that is refused, or the helper would not let pass what the leader asks for.
fn left_out(tx: &Tx<'_>, (task, part): (&Task, Role)) -> Result<BTreeSet<UnitId>, SqlError> {
    let mut found = BTreeSet::new();
    let (place, period) = place_of(task);
    for one in opening::with_absent(tx, place, period)? {
        if !is_out(tx, &one, part)? {
            continue;
        }
        let stood = opening::standings(tx, one.id)?;
        let stands = |school: &UnitId| stood.iter().any(|standing| standing.unit == *school);
        found.extend(one.absent.into_iter().filter(|school| !stands(school)));
    }
    Ok(found)
}

/// Whether a school told something of the period of a task: both hubs accepted a report of it, or
/// it stands in a sum with one, of whichever table.
fn has_told(tx: &Tx<'_>, task: &Task, school: &UnitId) -> Result<bool, SqlError> {
    let (place, period) = place_of(task);
    Ok(report::is_told(tx, place, (period, school))?
        || opening::is_in_any(tx, place, (period, school))?)
}

fn standing(tx: &Tx<'_>, one: &Opening, school: &UnitId) -> Result<Option<Standing>, SqlError> {
    let mut all = opening::standings(tx, one.id)?.into_iter();
    Ok(all.find(|standing| standing.unit == *school))
}

fn place_of(task: &Task) -> ((&UnitId, i16), Period) {
    let plan = &task.year.sealed().plan;
    ((plan.area(), plan.year()), task.terms.period)
}
