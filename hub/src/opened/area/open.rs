//! Which sums of a stage are whole for a period and a detail, and why there are none otherwise.

use std::collections::BTreeSet;

use domain::catalogue::Stage;
use domain::disclosure::plan::{Access, GroupId, Plan, Roster};
use domain::disclosure::sealed::{Kind, SealedTable};
use domain::period::Period;
use proto::opening::Detail;

use super::super::state::Closed;
use super::super::weeks::whole;
use super::super::{Asked, Extent, TableOf};
use super::{AreaBook, AreaSum, Before, count, members};
use crate::sealed::guard::is_final;
use crate::sealed::helper::KEY_LATE;
use crate::store::opened::{OpenedSum, TaskState};
use crate::store::sealed::opening::Set;

/// Codes of sums of which the shares or the control sum are off.
const OFF: [&str; 2] = ["CONTROL_SUM", "SHARES_APART"];

/// What is whole of a table in a stage.
type Whole<'b> = (Vec<&'b OpenedSum>, BTreeSet<GroupId>);

impl AreaBook {
    /// What is opened of a count of which a person can have several values: there is no total, and
    /// its sums and schools are told all the same. How complete it is, the table says that lacks
    /// most.
    pub(super) fn several(&self, extent: &Extent, asked: Asked<'_>) -> AreaSum<'_> {
        let size = asked.by.iter().map(|axis| axis.values.len()).product();
        let each = asked.tables.iter().map(|table| {
            let tables = std::slice::from_ref(table);
            self.sum(extent, Asked { tables, ..asked })
        });
        let all = each.reduce(|all, one| {
            let is_less = one.coverage.schools_reported < all.coverage.schools_reported;
            let (mut least, other) = if is_less { (one, all) } else { (all, one) };
            least.sums.extend(other.sums);
            least
        });
        AreaSum { cells: vec![Err(Closed::Several); size], ..all.unwrap_or_default() }
    }

    /// The sums of several tables over the groups of which all of them are whole: figures that are
    /// made of several tables are about the same schools.
    pub(super) fn in_all<'b>(
        &'b self,
        stage: Stage,
        layouts: &[(&TableOf, &SealedTable)],
        (extent, asked): (&Extent, Asked<'_>),
    ) -> Result<(Vec<Vec<&'b OpenedSum>>, BTreeSet<GroupId>), Closed> {
        let year = self.year().ok_or(Closed::NotCovered)?;
        let mut groups = groups(&year.plan, &year.roster, (stage, extent));
        loop {
            let mut wholes = Vec::new();
            let mut shared = groups.clone();
            for (_, layout) in layouts {
                self.at_detail(layout, extent, asked)?;
                let (sums, whole) = self.whole((stage, &groups), extent, layout)?;
                shared.retain(|group| whole.contains(group));
                wholes.push(sums);
            }
            if shared == groups || shared.is_empty() {
                return if shared.is_empty() && !layouts.is_empty() {
                    Err(Closed::Reports)
                } else {
                    Ok((wholes, shared))
                };
            }
            groups = shared;
        }
    }

    /// Whether the plan opens a table as finely as is asked.
    fn at_detail(
        &self,
        table: &SealedTable,
        extent: &Extent,
        asked: Asked<'_>,
    ) -> Result<(), Closed> {
        let asks = |dimension: &str| {
            let by = asked.by.iter().any(|axis| axis.dimension.as_str() == dimension);
            by || asked.filters.iter().any(|(known, _)| known.as_str() == dimension)
        };
        let is_finer = ["grade", "sex"].into_iter().any(asks);
        match (table.kind(), extent) {
            (Kind::Flow, Extent::Town(_)) => Err(Closed::Detail),
            // A week shows the area's total by what is counted, longer periods their stages too.
            (Kind::Flow, Extent::Area) => {
                let is_week = matches!(self.period, Period::Week { .. });
                let finer = is_finer || (is_week && asks("stage"));
                if finer { Err(Closed::Detail) } else { Ok(()) }
            }
            (Kind::Stock, Extent::Town(_)) if is_finer => Err(Closed::Detail),
            (Kind::Stock, _) => Ok(()),
        }
    }

    /// Whether the area's cells of a term are opened for all of some groups: a town of them is told
    /// right after, or not because of what the difference would tell.
    fn has_cells(&self, stage: Stage, groups: &BTreeSet<GroupId>, table: &SealedTable) -> bool {
        let is_own = |sum: &&OpenedSum| {
            let of = (&sum.table, sum.period, sum.stage, sum.detail);
            of == (table.id(), self.period, stage, Detail::Cells)
        };
        let told: BTreeSet<&GroupId> =
            self.sums.iter().filter(is_own).flat_map(|sum| &sum.groups).collect();
        groups.iter().all(|group| told.contains(group))
    }

    fn detail(&self, kind: Kind, extent: &Extent) -> Detail {
        match (kind, extent) {
            (Kind::Stock, Extent::Town(_)) => Detail::Categories,
            _ => Detail::Cells,
        }
    }

    /// The sums of a stage that are whole for the period over some groups, with those of the groups
    /// that they cover; or why there are none.
    fn whole(
        &self,
        (stage, groups): (Stage, &BTreeSet<GroupId>),
        extent: &Extent,
        table: &SealedTable,
    ) -> Result<Whole<'_>, Closed> {
        let year = self.year().ok_or(Closed::NotCovered)?;
        let periods = match (table.kind(), self.period) {
            (Kind::Stock, Period::Term(_)) => vec![self.period],
            (Kind::Stock, _) => return Err(Closed::Detail),
            (Kind::Flow, _) => self.weeks.clone(),
        };
        // What lies before the plan is closed for that, whoever would be in it. A stock is read on
        // one day of its term, weeks are needed all.
        let least = if table.kind() == Kind::Stock { Before::All } else { Before::Part };
        if self.before >= least {
            return Err(Closed::BeforePlan);
        }
        if table.kind() == Kind::Flow && !self.is_covered {
            return Err(Closed::NotCovered);
        }
        if groups.is_empty() {
            return Err(Closed::FewSchools);
        }
        let detail = self.detail(table.kind(), extent);
        let is_meant = |sum: &&OpenedSum| {
            let is_of = sum.table == *table.id() && (sum.stage, sum.detail) == (stage, detail);
            is_of && (detail == Detail::Cells || sum.groups == *groups)
        };
        let sums: Vec<&OpenedSum> = self.sums.iter().filter(is_meant).collect();
        let found = whole(groups, &periods, &sums);
        if !found.groups.is_empty() {
            return Ok((found.sums, found.groups));
        }
        if self.unread.contains(table.id()) {
            return Err(Closed::Catalogue);
        }
        let of_table = |task: &&TaskState| task.table == table.id().as_str();
        let tasks: Vec<&TaskState> = self.tasks.iter().filter(of_table).collect();
        if let Some(why) = held_back(&tasks, (stage, detail, groups)) {
            return Err(why);
        }
        if detail == Detail::Categories && self.has_part && self.has_cells(stage, groups, table) {
            // More of the stage may still be opened, and then the rest may hide.
            let all = self::groups(&year.plan, &year.roster, (stage, &Extent::Area));
            let is_all = self.has_cells(stage, &all, table);
            return Err(if is_all { Closed::Rest } else { Closed::Reports });
        }
        if periods.len() > 1 {
            return Err(Closed::Weeks { open: found.periods_open, of: count(periods.len()) });
        }
        let mut schools = members(&year.plan, groups).into_iter();
        Err(match tasks.first() {
            _ if !self.has_part => Closed::NotSent,
            None => Closed::NotBegun,
            Some(task) if schools.all(|school| task.accepted.contains(school)) => {
                Closed::Objections
            }
            Some(_) => Closed::Reports,
        })
    }
}

/// Why some groups of a stage have no sum, where that hangs on no report any more: a person must
/// look, or all that could be opened of them stays closed. It is read from the sums themselves: the
/// mark of a task is one word for all of its stages, and goes.
fn held_back(
    tasks: &[&TaskState],
    (stage, detail, groups): (Stage, Detail, &BTreeSet<GroupId>),
) -> Option<Closed> {
    let is_late = |task: &&TaskState| task.stopped == KEY_LATE;
    let is_stopped =
        |task: &&TaskState| !task.stopped.is_empty() && !is_late(task) && !is_final(&task.stopped);
    let refused = tasks.iter().flat_map(|task| &task.refused);
    let own: Vec<&(Set, String)> = refused.filter(|(set, _)| set.stage == stage).collect();
    let mut off = own.iter().filter(|(_, code)| OFF.contains(&code.as_str()));
    if tasks.iter().any(is_stopped) || off.any(|(set, _)| !set.groups.is_disjoint(groups)) {
        return Some(Closed::Stopped);
    }
    let kept = || own.iter().filter(|(_, code)| is_final(code)).map(|(set, _)| set);
    let cells = kept().filter(|set| set.detail == Detail::Cells);
    let cells: BTreeSet<&GroupId> = cells.flat_map(|set| &set.groups).collect();
    let mut towns = kept().filter(|set| set.detail == Detail::Categories);
    let is_kept = match detail {
        Detail::Cells => groups.iter().all(|group| cells.contains(group)),
        // A town is told after the cells of all its groups.
        Detail::Categories => {
            groups.iter().any(|group| cells.contains(group))
                || towns.any(|set| set.groups == *groups)
        }
    };
    if is_kept {
        return Some(Closed::Tells);
    }
    // Of a catalogue or plan that was replaced the task may be late beside one that is not.
    let live = tasks.iter().copied().filter(|task| !is_late(task));
    let live: BTreeSet<Period> = live.map(|task| task.period).collect();
    let mut late = tasks.iter().copied().filter(is_late);
    late.any(|task| !live.contains(&task.period)).then_some(Closed::KeyLate)
}

/// The groups that an area or a town is told by.
pub(super) fn groups(
    plan: &Plan,
    roster: &Roster,
    (stage, extent): (Stage, &Extent),
) -> BTreeSet<GroupId> {
    match extent {
        Extent::Area => {
            let open = plan.of_stage(stage).filter(|group| group.access != Access::Closed);
            open.map(|group| group.id.clone()).collect()
        }
        Extent::Town(town) => {
            let set = plan.towns(roster, stage).remove(town);
            set.into_iter().flat_map(|set| set.groups).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(period: &str, stopped: &str) -> TaskState {
        TaskState {
            table: "sealed.alt.opened".to_owned(),
            period: period.parse().expect("period"),
            accepted: BTreeSet::new(),
            stopped: stopped.to_owned(),
            refused: Vec::new(),
        }
    }

    /// A week is closed for want of a key where none of its tasks has one: not where the task of a
    /// catalogue that was replaced is late and the one that counts goes on.
    #[test]
    fn a_task_that_was_replaced_closes_no_week() {
        let groups = BTreeSet::from(["2026-junior-1".parse::<GroupId>().expect("group")]);
        let held = |tasks: &[TaskState]| {
            let tasks: Vec<&TaskState> = tasks.iter().collect();
            held_back(&tasks, (Stage::Junior, Detail::Cells, &groups))
        };
        let late = || task("2026-W37", KEY_LATE);
        assert_eq!(held(&[late()]), Some(Closed::KeyLate));
        assert_eq!(held(&[late(), task("2026-W37", "")]), None);
        assert_eq!(held(&[late(), task("2026-W38", "")]), Some(Closed::KeyLate), "another week");
    }
}
