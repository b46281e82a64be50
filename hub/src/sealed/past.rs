//! The openings of a task so far, and what a further one may not tell beside them.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::plan::{GroupId, Openings, Reports};
use domain::disclosure::sealed::Cover;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::sql::Tx;

use super::documents::Task;
use super::holding::{Admitted, NotOpened, hiding};
use crate::store::sealed::opening::{self, Opening, Set};

/// The openings of a task so far, each with the reports that it stands on.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// As the open plan remembers them.
    pub openings: Openings,
    /// In their order.
    pub stored: Vec<(Opening, Vec<Standing>)>,
}

/// What the cells of the groups of a set stand on.
pub(super) struct Stood {
    /// The reports of the set's schools, in order of unit.
    pub standings: Vec<Standing>,
    /// Schools of the set that were away.
    pub absent: BTreeSet<UnitId>,
    /// Schools of the whole stage that were away in any opening of its cells: who is away anywhere
    /// hides nobody in what is left when this set is taken off.
    pub away: BTreeSet<UnitId>,
}

/// Which schools stand in a sum, as the open plan asks it.
pub(super) fn reports(task: &Task, standings: &[Standing], absent: &BTreeSet<UnitId>) -> Reports {
    let (fresh, carried): (Vec<_>, Vec<_>) =
        standings.iter().partition(|standing| standing.task == task.id);
    let units = |all: Vec<&Standing>| all.into_iter().map(|one| one.unit.clone()).collect();
    let roster = task.year.sealed().roster.schools.keys();
    let in_session = roster.filter(|school| !absent.contains(*school)).cloned().collect();
    Reports { fresh: units(fresh), carried: units(carried), in_session }
}

impl Past {
    /// Restores them by letting their sets pass again under what held then.
    ///
    /// # Errors
    /// One does not pass, or the store cannot be read.
    pub fn read(tx: &Tx<'_>, task: &Task) -> Result<Self, NotOpened> {
        let mut past = Self::default();
        for one in opening::of_task(tx, &task.id)? {
            let standings = opening::standings(tx, one.id)?;
            past.add(task, one, standings)?;
        }
        Ok(past)
    }

    /// Adds one to them.
    ///
    /// # Errors
    /// The plan does not let it pass beside the others.
    pub fn add(
        &mut self,
        task: &Task,
        one: Opening,
        standings: Vec<Standing>,
    ) -> Result<(), NotOpened> {
        let (plan, roster) = (&task.year.sealed().plan, &task.year.sealed().roster);
        let reports = reports(task, &standings, &one.absent);
        let detail = one.set.detail.as_str();
        let again = self.openings.admit((plan, roster), &one.set.groups, detail, &reports);
        again.map_err(|_| NotOpened::History)?;
        self.stored.push((one, standings));
        Ok(())
    }

    /// The reports on which the cells of the groups of a set were opened, in order of unit, and
    /// who was away then.
    ///
    /// # Errors
    /// The cells of a group were not opened yet.
    pub(super) fn stood(&self, task: &Task, set: &Set) -> Result<Stood, NotOpened> {
        let is_done = |group: &&GroupId| self.cells(set).any(|(one, _)| has(one, group));
        if let Some(group) = set.groups.iter().find(|group| !is_done(group)) {
            return Err(NotOpened::CellsFirst(group.clone()));
        }
        let members = members(task, &set.groups);
        let (mut standings, mut away) = (BTreeMap::new(), BTreeSet::new());
        for (one, stood) in self.cells(set) {
            let own = stood.iter().filter(|standing| members.contains(&standing.unit));
            standings.extend(own.map(|standing| (standing.unit.clone(), standing.clone())));
            away.extend(one.absent.iter().cloned());
        }
        let absent = away.intersection(&members).cloned().collect();
        Ok(Stood { standings: standings.into_values().collect(), absent, away })
    }

    /// Categories that stand on other reports or absences than the cells do, or whose cells are not
    /// here: what was begun beside cells that were begun anew.
    pub(super) fn adrift(&self, task: &Task) -> Vec<i64> {
        let is_adrift = |one: &&(Opening, Vec<Standing>)| match self.stood(task, &one.0.set) {
            Ok(stood) => (&stood.standings, &stood.absent) != (&one.1, &one.0.absent),
            Err(_) => true,
        };
        let towns = self.stored.iter().filter(|(one, _)| one.set.detail == Detail::Categories);
        towns.filter(is_adrift).map(|(one, _)| one.id).collect()
    }

    /// Whether a town's categories would tell of too few schools beside the cells.
    ///
    /// Sets that overlap are taken together until they reach no further. Where the categories cover
    /// all of these schools, they tell, less the open cells, of the cells that stay closed; where
    /// they do not, the open cells less the categories tell of the schools that they leave out.
    pub(super) fn tells_rest(&self, task: &Task, set: &Set, own: &Admitted) -> bool {
        let by = (&task.year.sealed().plan, &task.year.sealed().roster);
        let is_told = |hiding| Cover::new(&task.table, by, hiding, set.stage).hides_all();
        if !is_told(own.hiding(task)) {
            return false;
        }
        let told = self.of_detail(set, Detail::Categories);
        let told = told.filter(|(one, stood)| is_told(hiding(task, stood, &one.absent)));
        let told = told.map(|(one, _)| members(task, &one.set.groups));
        let told: Vec<BTreeSet<UnitId>> = told.chain([own.schools.clone()]).collect();
        let cells: Vec<_> = self
            .cells(set)
            .map(|(one, stood)| (members(task, &one.set.groups), hiding(task, stood, &one.absent)))
            .collect();
        let mut reached = own.schools.clone();
        loop {
            let before = reached.len();
            let all = told.iter().chain(cells.iter().map(|(members, _)| members));
            let beside: Vec<_> = all.filter(|set| !set.is_disjoint(&reached)).cloned().collect();
            reached.extend(beside.into_iter().flatten());
            if reached.len() == before {
                break;
            }
        }
        let told: BTreeSet<UnitId> = told.into_iter().flatten().collect();
        let outside: BTreeSet<UnitId> = reached.difference(&told).cloned().collect();
        let cells = cells.into_iter().filter(|(members, _)| members.is_subset(&reached));
        !is_left_hidden(task, set, (cells, &outside))
    }

    fn cells(&self, set: &Set) -> impl Iterator<Item = &(Opening, Vec<Standing>)> {
        self.of_detail(set, Detail::Cells)
    }

    fn of_detail(
        &self,
        set: &Set,
        detail: Detail,
    ) -> impl Iterator<Item = &(Opening, Vec<Standing>)> {
        let stage = set.stage;
        let own = move |one: &&(Opening, Vec<Standing>)| {
            one.0.set.stage == stage && one.0.set.detail == detail
        };
        self.stored.iter().filter(own)
    }
}

/// Whether what is left of some sets of cells is about nobody, or about enough at enough schools:
/// the open cells of the schools outside, and where there are none, the closed cells of all.
fn is_left_hidden(
    task: &Task,
    set: &Set,
    (cells, outside): (
        impl Iterator<Item = (BTreeSet<UnitId>, BTreeSet<UnitId>)>,
        &BTreeSet<UnitId>,
    ),
) -> bool {
    let sealed = task.year.sealed();
    let by = (&sealed.plan, &sealed.roster);
    let (mut left, mut hiding) = (BTreeMap::<UnitId, u64>::new(), BTreeSet::new());
    for (members, hidden) in cells {
        let cover = Cover::new(&task.table, by, hidden.clone(), set.stage);
        hiding.extend(hidden);
        for unit in members {
            let Some(school) = by.1.school(&unit) else { continue };
            let closed = cover.closed_at(school);
            let persons = match (outside.is_empty(), outside.contains(&unit)) {
                (true, _) => closed,
                (false, true) => school.persons(set.stage).saturating_sub(closed),
                (false, false) => 0,
            };
            left.insert(unit, persons);
        }
    }
    let is_nobody = left.values().all(|persons| *persons == 0);
    let cover = Cover::new(&task.table, by, hiding, set.stage);
    is_nobody || cover.hides(|unit, _| left.get(unit).copied().unwrap_or_default())
}

fn has(opening: &Opening, group: &GroupId) -> bool {
    opening.set.groups.contains(group)
}

fn members(task: &Task, groups: &BTreeSet<GroupId>) -> BTreeSet<UnitId> {
    let plan = &task.year.sealed().plan;
    let known = groups.iter().filter_map(|id| plan.group(id));
    known.flat_map(|group| group.members.iter().cloned()).collect()
}
