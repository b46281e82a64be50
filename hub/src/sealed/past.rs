//! The openings of a task so far, and what a further one may not tell beside them.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::plan::{GroupId, Openings, Reports};
use domain::disclosure::sealed::Cover;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::sql::Tx;

use super::documents::Task;
use super::holding::{NotOpened, hiding};
use crate::store::sealed::opening::{self, Opening, Set};

/// The openings of a task so far, each with the reports that it stands on.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// As the open plan remembers them.
    pub openings: Openings,
    /// In their order.
    pub stored: Vec<(Opening, Vec<Standing>)>,
}

/// Reports that stand in a sum, and the schools that were away.
type Stood = (Vec<Standing>, BTreeSet<UnitId>);

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
        let (mut standings, mut absent) = (BTreeMap::new(), BTreeSet::new());
        for (one, stood) in self.cells(set) {
            let own = stood.iter().filter(|standing| members.contains(&standing.unit));
            standings.extend(own.map(|standing| (standing.unit.clone(), standing.clone())));
            absent.extend(one.absent.intersection(&members).cloned());
        }
        Ok((standings.into_values().collect(), absent))
    }

    /// Whether a town's categories would tell a rest about too few schools: where sets of cells and
    /// sets of categories cover the very same schools, all categories less all open cells are about
    /// the cells that stay closed.
    pub(super) fn tells_rest(&self, task: &Task, set: &Set) -> bool {
        let new = members(task, &set.groups);
        let told =
            self.of_detail(set, Detail::Categories).map(|(one, _)| members(task, &one.set.groups));
        let told: Vec<BTreeSet<UnitId>> = told.chain([new.clone()]).collect();
        let cells: Vec<_> = self
            .cells(set)
            .map(|(one, stood)| (members(task, &one.set.groups), hiding(task, stood, &one.absent)))
            .collect();
        let mut reached = new;
        loop {
            let before = reached.len();
            let all = told.iter().chain(cells.iter().map(|(members, _)| members));
            let beside: Vec<_> = all.filter(|set| !set.is_disjoint(&reached)).cloned().collect();
            reached.extend(beside.into_iter().flatten());
            if reached.len() == before {
                break;
            }
        }
        if told.iter().flatten().collect::<BTreeSet<_>>().is_superset(&reached.iter().collect()) {
            let cells = cells.into_iter().filter(|(members, _)| members.is_subset(&reached));
            return !rest_is_hidden(task, set, cells);
        }
        false
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

/// Whether nobody stands in the cells that stay closed of some sets, or enough at enough schools.
fn rest_is_hidden(
    task: &Task,
    set: &Set,
    cells: impl Iterator<Item = (BTreeSet<UnitId>, BTreeSet<UnitId>)>,
) -> bool {
    let sealed = task.year.sealed();
    let by = (&sealed.plan, &sealed.roster);
    let (mut rest, mut hiding) = (BTreeMap::<UnitId, u64>::new(), BTreeSet::new());
    for (members, hidden) in cells {
        let cover = Cover::new(&task.table, by, hidden.clone(), set.stage);
        hiding.extend(hidden);
        for unit in members {
            let closed = by.1.school(&unit).map_or(0, |school| cover.closed_at(school));
            rest.insert(unit, closed);
        }
    }
    let is_nobody = rest.values().all(|persons| *persons == 0);
    let cover = Cover::new(&task.table, by, hiding, set.stage);
    is_nobody || cover.hides(|unit, _| rest.get(unit).copied().unwrap_or_default())
}

fn has(opening: &Opening, group: &GroupId) -> bool {
    opening.set.groups.contains(group)
}

fn members(task: &Task, groups: &BTreeSet<GroupId>) -> BTreeSet<UnitId> {
    let plan = &task.year.sealed().plan;
    let known = groups.iter().filter_map(|id| plan.group(id));
    known.flat_map(|group| group.members.iter().cloned()).collect()
}
