//! What this hub holds of a task's schools, and whether a set of its groups may be opened: decided
//! alike by the leader, who asks, and by the helper, who answers, each from its own lists.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{OutputShare, Role};
use domain::catalogue::Stage;
use domain::disclosure::plan::{self, Group, GroupId, Reports};
use domain::disclosure::sealed::{Cover, Held, Kind, Listing, Objectable};
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::opening::{Detail, Record, Standing};
use runtime::sql::{SqlError, Tx};

use super::claim::{self, By};
use super::dispute;
use super::documents::{Documents, Task};
use super::past::{Past, reports};
use super::sums::{self, Sum};
use super::unsure;
use super::without::Attendance;
use crate::store::sealed::opening::{Opening, Set};
use crate::store::sealed::report::{self, Accepted};
use crate::store::sealed::{say, task};

/// Most schools of one task whose groups a leader holds back on its own word: more are rather a
/// leader that takes a stage apart than schools that are all wrong.
pub const HELD_BACK_MAX: usize = dispute::SCHOOLS - 1;

/// What a hub holds of a task.
pub struct Holding {
    /// Accepted reports of this task.
    pub accepted: BTreeMap<UnitId, Accepted>,
    /// Of a stock: the last accepted report of an earlier term over the same cells.
    pub earlier: BTreeMap<UnitId, Accepted>,
    /// Schools of the roster that are closed or out of session.
    pub absent: BTreeSet<UnitId>,
    /// Those of them that told something else of the period: their report of this task is waited
    /// for, so that no two sums of the period differ by them.
    pub owed: BTreeSet<UnitId>,
    /// Schools with which a sum can have gone out, or without which, that a helper forgot when it
    /// was put back: they are neither fresh nor carried, and their groups wait.
    pub unsure: BTreeSet<UnitId>,
    /// As the open plan judges it.
    pub reports: Reports,
}

/// A set that may be opened, with the reports that it stands on.
#[derive(Debug)]
pub struct Admitted {
    /// Schools of the set.
    pub schools: BTreeSet<UnitId>,
    /// Their reports, in order of unit; a school that is away may have none.
    pub standings: Vec<Standing>,
    /// Schools of the set that are away: they hide nobody, and one without a report is not due.
    pub absent: BTreeSet<UnitId>,
    /// Schools whose report is of this task.
    pub fresh: u32,
    /// Schools that were due: all that stand.
    pub due: u32,
}

impl Admitted {
    /// The schools that hide one another: those that stand with a report of this very task.
    #[must_use]
    pub fn hiding(&self, task: &Task) -> BTreeSet<UnitId> {
        hiding(task, &self.standings, &self.absent)
    }
}

/// Of schools that stand in a sum those that hide one another in it.
#[must_use]
pub fn hiding(task: &Task, standings: &[Standing], absent: &BTreeSet<UnitId>) -> BTreeSet<UnitId> {
    let fresh = standings.iter().filter(|one| one.task == task.id && !absent.contains(&one.unit));
    fresh.map(|one| one.unit.clone()).collect()
}

/// Why a set is not opened now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotOpened {
    /// The open plan.
    #[error(transparent)]
    Plan(#[from] plan::Refusal),
    /// Categories of something else than the stock of a town.
    #[error("categories are opened of a town's stocks only")]
    NoTown,
    /// A town's categories are opened after the cells of all its groups, over the very reports that
    /// those stand on: over others the two would tell of the schools that differ.
    #[error("the cells of group {0} are opened first")]
    CellsFirst(GroupId),
    /// The cells that stay closed would be told as the rest, and are about too few schools.
    #[error("the rest beside the opened cells would single out a few schools")]
    Rest,
    /// Schools can still object, or did.
    #[error(transparent)]
    Objectable(#[from] Objectable),
    /// An earlier opening of this store does not hold by the plan of now: nothing more is opened
    /// before a person looked.
    #[error("earlier openings of this task do not fit its plan")]
    History,
    /// A share that is missing or damaged.
    #[error("a share of this hub is missing or damaged")]
    Share,
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Holding {
    /// Reads what this hub holds of a task in which it has a part.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(
        tx: &Tx<'_>,
        (documents, part): (&Documents, Role),
        task: &Task,
        today: Date,
    ) -> Result<Self, SqlError> {
        let accepted = report::accepted(tx, &task.id)?;
        let earlier = earlier(tx, documents, task)?;
        let mut there = Attendance::read(tx, (task, part))?;
        let roster = task.year.sealed().roster.schools.keys();
        let (absent, in_session) = roster.cloned().partition(|school| there.away.contains(school));
        // What was accepted before a sum of the period went out without its school stays out too.
        let stands = accepted.keys().filter(|school| !there.left_out.contains(*school));
        let held = Held {
            accepted: stands.cloned().collect(),
            earlier: earlier.keys().cloned().collect(),
            in_session,
        };
        let far = claim::far_of(tx, documents.packs(), task)?.schools;
        let mut reports = held.reports(task.table.kind(), task.phase(today));
        let unsure = match part {
            Role::Helper => unsure::own(tx, task, (&reports, &there))?,
            Role::Leader => unsure::told(tx, &task.id, &accepted)?,
        };
        // Nobody of them counts as away: it may have told something that is forgotten.
        there.told.extend(unsure.intersection(&(&there.away - &there.left_out)).cloned());
        let owed = &there.told - &(&(&held.accepted - &far) - &unsure);
        // Neither awaited nor carried: its groups wait until a person has called the school.
        reports.fresh.retain(|school| !far.contains(school) && !unsure.contains(school));
        reports.carried.retain(|school| !unsure.contains(school));
        Ok(Self { accepted, earlier, absent, owed, unsure, reports })
    }

    /// Leaves out schools that the leader holds back: their groups wait, as they do there.
    pub(super) fn leave_out(&mut self, schools: &BTreeSet<UnitId>) {
        for school in schools {
            self.reports.fresh.remove(school);
            self.reports.carried.remove(school);
            if self.absent.contains(school) && self.accepted.contains_key(school) {
                self.owed.insert(school.clone());
            }
        }
    }

    /// Whether a school is in no sum of the period, since one went out without it.
    #[must_use]
    pub fn stays_out(&self, school: &UnitId) -> bool {
        self.absent.contains(school)
            && !self.owed.contains(school)
            && !self.reports.fresh.contains(school)
    }

    /// The report that a school stands with.
    #[must_use]
    pub fn standing(&self, school: &UnitId) -> Option<&Accepted> {
        if self.reports.fresh.contains(school) {
            return self.accepted.get(school);
        }
        self.earlier.get(school).filter(|_| self.reports.carried.contains(school))
    }

    /// Lets a set pass beside the openings so far, once its schools could object.
    ///
    /// # Errors
    /// Why it is not opened.
    pub fn admit(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        (set, past): (&Set, &Past),
        today: Date,
    ) -> Result<Admitted, NotOpened> {
        let admitted = self.admit_now(task, set, past)?;
        self.unobjected(tx, task, &admitted.standings, today)?;
        Ok(admitted)
    }

    /// Whether no school can object any more to the reports that it would stand in a sum with.
    ///
    /// # Errors
    /// Schools can still object, or did.
    pub fn unobjected(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        standings: &[Standing],
        today: Date,
    ) -> Result<(), NotOpened> {
        let listed = standings.iter().filter_map(|standing| self.held(standing));
        let on = listed.filter_map(|one| one.on.parse::<Date>().ok()).max();
        let objections = objections(tx, standings)?;
        let listing = on.map(|on| Listing { on, objections });
        Ok(Listing::is_over(listing.as_ref(), task.table.kind(), today)?)
    }

    /// The accepted report of a standing: the school's own of the task, or the one that is carried.
    #[must_use]
    pub fn held(&self, standing: &Standing) -> Option<&Accepted> {
        let held = [self.accepted.get(&standing.unit), self.earlier.get(&standing.unit)];
        let is_it = |one: &&Accepted| one.task == standing.task && one.digest == standing.report;
        held.into_iter().flatten().find(is_it)
    }

    /// As [`Holding::admit`], whether or not schools can still object.
    ///
    /// # Errors
    /// Why it is not opened.
    pub fn admit_now(&self, task: &Task, set: &Set, past: &Past) -> Result<Admitted, NotOpened> {
        let (plan, roster) = (&task.year.sealed().plan, &task.year.sealed().roster);
        let known = |group: &&Group| set.groups.contains(&group.id) && group.stage == set.stage;
        if plan.groups().iter().filter(known).count() != set.groups.len() {
            return Err(plan::Refusal::Unknown.into());
        }
        let detail = set.detail.as_str();
        let pass = |reports: &Reports| {
            past.openings.clone().admit((plan, roster), &set.groups, detail, reports)
        };
        if set.detail == Detail::Categories {
            if !is_town(task, set) {
                return Err(NotOpened::NoTown);
            }
            let stood = past.stood(task, set)?;
            // Who is away now hides nobody either, in whichever group.
            let away = stood.away.union(&self.absent).cloned().collect();
            let schools = pass(&reports(task, &stood.standings, &away))?;
            let admitted = Admitted::over(task, schools, (stood.standings, stood.absent));
            return if past.tells_rest(task, set, &admitted) {
                Err(NotOpened::Rest)
            } else {
                Ok(admitted)
            };
        }
        let schools = pass(&self.reports)?;
        if let Some(waits) = self.waits_for_owed(task, set) {
            return Err(waits.into());
        }
        let standings = schools.iter().filter_map(|school| self.standing(school));
        let standings = standings
            .map(|one| Standing { unit: one.school.clone(), task: one.task, report: one.digest })
            .collect();
        let absent = schools.intersection(&self.absent).cloned().collect();
        let admitted = Admitted::over(task, schools, (standings, absent));
        match lopsided(task, set, &admitted) {
            Some(group) => Err(plan::Refusal::Lopsided(group).into()),
            None => Ok(admitted),
        }
    }
}

/// Schools that say now that the report with which they stand is not their own.
///
/// # Errors
/// The store cannot be read.
pub fn objections(tx: &Tx<'_>, standings: &[Standing]) -> Result<BTreeSet<UnitId>, SqlError> {
    let mut found = BTreeSet::new();
    for standing in standings {
        if say::objected(tx, &standing.unit)?.contains(&standing.report) {
            found.insert(standing.unit.clone());
        }
    }
    Ok(found)
}

/// Lets the cells of a set pass over reports and absences that are named, beside the openings so
/// far.
///
/// # Errors
/// Why it is not opened over these.
pub(super) fn admit_over(
    task: &Task,
    (set, past): (&Set, &Past),
    (standings, absent): (Vec<Standing>, BTreeSet<UnitId>),
) -> Result<Admitted, NotOpened> {
    let by = (&task.year.sealed().plan, &task.year.sealed().roster);
    let reports = reports(task, &standings, &absent);
    let mut openings = past.openings.clone();
    let schools = openings.admit(by, &set.groups, set.detail.as_str(), &reports)?;
    let admitted = Admitted::over(task, schools, (standings, absent));
    match lopsided(task, set, &admitted) {
        Some(group) => Err(plan::Refusal::Lopsided(group).into()),
        None => Ok(admitted),
    }
}

impl Holding {
    /// A group of a set that waits for a school which is noted as away and told something else of
    /// the period.
    fn waits_for_owed(&self, task: &Task, set: &Set) -> Option<plan::Refusal> {
        let groups = task.year.sealed().plan.of_stage(set.stage);
        let mut groups = groups.filter(|group| set.groups.contains(&group.id));
        groups.find_map(|group| {
            let is_owed =
                |school: &&UnitId| self.owed.contains(*school) && self.standing(school).is_none();
            let school = group.members.iter().find(is_owed)?.clone();
            Some(plan::Refusal::Waits { group: group.id.clone(), school })
        })
    }
}

/// Of a set of which nothing may be told the group that is to wait: opened with it the others would
/// be told nothing either, and never again. It is the one in which the operator with most students
/// has most of them, by the roster and by who reported, never by a figure.
fn lopsided(task: &Task, set: &Set, admitted: &Admitted) -> Option<GroupId> {
    let (plan, roster) = (&task.year.sealed().plan, &task.year.sealed().roster);
    let cover = Cover::new(&task.table, (plan, roster), admitted.hiding(task), set.stage);
    if cover.tells() {
        return None;
    }
    let weight = |id: &&GroupId| plan.group(id).map(|group| cover.of_largest(&group.members));
    set.groups.iter().max_by_key(weight).cloned()
}

impl Admitted {
    /// A set over the reports and absences that it stands on.
    pub(super) fn over(
        task: &Task,
        schools: BTreeSet<UnitId>,
        (standings, absent): (Vec<Standing>, BTreeSet<UnitId>),
    ) -> Self {
        let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let fresh = small(standings.iter().filter(|standing| standing.task == task.id).count());
        let due = small(standings.len());
        Self { standings, absent, fresh, due, schools }
    }
}

/// The last accepted report of each school about an earlier term of the year, over the very same
/// cells.
fn earlier(
    tx: &Tx<'_>,
    documents: &Documents,
    task: &Task,
) -> Result<BTreeMap<UnitId, Accepted>, SqlError> {
    let mut found = BTreeMap::new();
    for known in before(tx, documents, task)? {
        let mut accepted = report::accepted(tx, &known.id)?;
        for school in claim::far_of(tx, documents.packs(), &known)?.schools {
            accepted.remove(&school);
        }
        found.extend(accepted);
    }
    Ok(found)
}

/// Of a stock the tasks of earlier terms of its year over the very same cells, in their order.
fn before(tx: &Tx<'_>, documents: &Documents, task: &Task) -> Result<Vec<Task>, SqlError> {
    if task.table.kind() != Kind::Stock {
        return Ok(Vec::new());
    }
    let plan = &task.year.sealed().plan;
    let place = (plan.area(), plan.year());
    let mut stored = task::of_sheet(tx, place, &task.terms.table)?;
    stored.retain(|one| one.period < task.terms.period);
    stored.sort_by_key(|one| one.period);
    let known = stored.into_iter().filter_map(|one| {
        let known = documents.task_under(place, (&one.sheet, one.period), &one.pack).ok()?;
        (known.id == one.id && known.table == task.table).then_some(known)
    });
    Ok(known.collect())
}

/// Schools whose groups this hub holds back from the sums of a stock because a number enrolled is
/// far from their own clear sheet, which no other hub has.
///
/// # Errors
/// The store cannot be read.
pub fn held_back(
    tx: &Tx<'_>,
    documents: &Documents,
    task: &Task,
) -> Result<BTreeSet<UnitId>, SqlError> {
    let mut found = BTreeSet::new();
    for known in before(tx, documents, task)?.iter().chain([task]) {
        for far in claim::far_of(tx, documents.packs(), known)?.far {
            match far.by {
                By::Sheet => found.extend([far.unit]),
                By::Town => found.extend(far.each.into_keys()),
                By::Roster => {}
            }
        }
    }
    Ok(found)
}

/// Whether a set is a town's own: exactly the groups that the town holds whole, of a stock.
fn is_town(task: &Task, set: &Set) -> bool {
    let (plan, roster) = (&task.year.sealed().plan, &task.year.sealed().roster);
    task.table.kind() == Kind::Stock && plan.is_town(roster, set.stage, &set.groups)
}

/// What a hub puts down before it gives its share of a set: the set, who stands in it, and the
/// share over their reports.
///
/// # Errors
/// A share is missing or damaged, or the store cannot be read.
pub fn opening(
    tx: &Tx<'_>,
    task: &Task,
    (set, admitted): (Set, &Admitted),
    today: Date,
) -> Result<Opening, NotOpened> {
    let mut outputs = BTreeMap::new();
    for standing in &admitted.standings {
        let stored = report::find(tx, &standing.report)?.ok_or(NotOpened::Share)?;
        let bytes = stored.held.share.ok_or(NotOpened::Share)?;
        let output = OutputShare::from_bytes(&bytes).map_err(|_| NotOpened::Share)?;
        outputs.insert(standing.unit.clone(), output);
    }
    let sum = Sum {
        table: &task.table,
        by: (&task.year.sealed().plan, &task.year.sealed().roster),
        schools: &admitted.schools,
        hiding: &admitted.hiding(task),
        stage: set.stage,
        detail: set.detail,
    };
    let shares = sum.share(&outputs).map_err(|_| NotOpened::Share)?;
    let (share, control) = shares.to_bytes().map_err(|_| NotOpened::Share)?;
    Ok(Opening {
        id: 0,
        set,
        absent: admitted.absent.clone(),
        fresh: admitted.fresh,
        due: admitted.due,
        share,
        control,
        refused: String::new(),
        asked_on: today.to_string(),
    })
}

/// Who is enrolled in a stage by the reports that an opening stands on.
///
/// # Errors
/// A report is missing, or the store cannot be read.
pub fn enrolled(tx: &Tx<'_>, stage: Stage, standings: &[Standing]) -> Result<u64, NotOpened> {
    standings.iter().try_fold(0_u64, |sum, standing| {
        let held = report::find(tx, &standing.report)?.ok_or(NotOpened::Share)?.held;
        Ok(sum.saturating_add(held.enrolled.get(&stage).copied().unwrap_or(0)))
    })
}

/// The record of an opening: both hubs make it for themselves, and it is the same to the byte.
#[must_use]
pub fn record(
    task: &Task,
    opening: &Opening,
    standings: Vec<Standing>,
    (cells, opened_at_ms, number): (&[Option<u64>], i64, u64),
) -> Record {
    // Whoever is not away stands in every set that passes.
    let due = u32::try_from(standings.len()).unwrap_or(u32::MAX);
    Record {
        task: task.id,
        table: task.terms.table.clone(),
        period: task.terms.period,
        stage: opening.set.stage,
        detail: opening.set.detail,
        groups: opening.set.groups.clone(),
        schools: standings,
        roster: task.terms.roster,
        fresh: opening.fresh,
        due,
        absent: opening.absent.clone(),
        result: sums::result(cells),
        opened_at_ms,
        number,
    }
}
