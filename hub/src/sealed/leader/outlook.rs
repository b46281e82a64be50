//! Which sets of a task can be opened now, and what the others wait for: decided from what this
//! hub holds, before anybody is asked.

use std::collections::BTreeSet;

use domain::catalogue::Stage;
use domain::disclosure::plan::{Access, Group, GroupId, Refusal};
use domain::disclosure::sealed::Kind;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::opening::Detail;

use crate::sealed::close;
use crate::sealed::documents::Task;
use crate::sealed::holding::{Holding, NotOpened};
use crate::sealed::past::Past;
use crate::store::sealed::opening::Set;

/// Days after its Sunday in which a week waits for all its groups, so that they are opened as one
/// sum; later ones are opened as they come in.
const GRACE_DAYS: i32 = 3;

/// A group that is not opened yet, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The group.
    pub group: GroupId,
    /// Its stage.
    pub stage: Stage,
    /// Why; nothing where it only waits for the others of its stage.
    pub reason: Option<Refusal>,
    /// First day on which it waits no longer; nothing where it stays closed.
    pub until: Option<Date>,
}

/// What can be opened of a task.
#[derive(Debug, Default)]
pub struct Outlook {
    /// Sets that the plan lets pass now.
    pub ready: Vec<Set>,
    /// Groups that wait, or stay closed.
    pub waits: Vec<Wait>,
}

/// Looks at every stage of a task.
#[must_use]
pub fn outlook(task: &Task, holding: &Holding, past: &Past, today: Date) -> Outlook {
    let mut outlook = Outlook::default();
    for stage in Stage::ALL {
        let done: BTreeSet<&GroupId> = past
            .stored
            .iter()
            .map(|(one, _)| one)
            .filter(|one| one.set.stage == stage && one.set.detail == Detail::Cells)
            .flat_map(|one| &one.set.groups)
            .collect();
        let plan = &task.year.sealed().plan;
        let open: Vec<&Group> =
            plan.of_stage(stage).filter(|group| !done.contains(&group.id)).collect();
        let closed = open.iter().filter(|group| group.access == Access::Closed);
        outlook.waits.extend(closed.map(|group| Wait {
            group: group.id.clone(),
            stage,
            reason: Some(Refusal::Closed(group.id.clone())),
            until: None,
        }));
        let open = open.into_iter().filter(|group| group.access != Access::Closed);
        let open: BTreeSet<GroupId> = open.map(|group| group.id.clone()).collect();
        let cells = |groups| Set { task: task.id, stage, detail: Detail::Cells, groups };
        let (set, refused) = largest(task, holding, past, cells(open));
        let waits_for_all = !refused.is_empty() && !may_open_in_part(task, today);
        let own = refused.into_iter();
        outlook.waits.extend(own.map(|(group, why)| {
            let may_come = matches!(why, Refusal::Waits { .. } | Refusal::Stale { .. });
            let until = may_come.then(|| close::from(plan.year()));
            Wait { group, stage, reason: Some(why), until }
        }));
        if waits_for_all {
            let others = set.groups.into_iter();
            let until = Some(in_part_from(task));
            outlook.waits.extend(others.map(|group| Wait { group, stage, reason: None, until }));
        } else if !set.groups.is_empty() {
            outlook.ready.push(set);
        }
        if task.table.kind() == Kind::Stock {
            outlook.ready.extend(towns(task, holding, past, stage));
        }
    }
    outlook
}

/// Whether a stage may be opened without some of its groups: a term after its close, a week when
/// its days of grace are over.
fn may_open_in_part(task: &Task, today: Date) -> bool {
    today >= in_part_from(task)
}

fn in_part_from(task: &Task) -> Date {
    let grace = match task.table.kind() {
        Kind::Stock => 0,
        Kind::Flow => GRACE_DAYS,
    };
    task.days.1.saturating_add((grace + 1).days())
}

/// The largest part of a set that the plan lets pass, and why each other group does not.
fn largest(
    task: &Task,
    holding: &Holding,
    past: &Past,
    mut set: Set,
) -> (Set, Vec<(GroupId, Refusal)>) {
    let mut refused = Vec::new();
    while !set.groups.is_empty() {
        let admitted = holding.admit_now(task, &set, past);
        let Err(NotOpened::Plan(refusal)) = admitted else { break };
        let group = match &refusal {
            Refusal::Closed(group)
            | Refusal::Merged { group, .. }
            | Refusal::Waits { group, .. }
            | Refusal::Stale { group, .. }
            | Refusal::Again(group) => Some(group.clone()),
            // The set as a whole: nothing of it passes.
            _ => None,
        };
        match group.filter(|group| set.groups.remove(group)) {
            Some(group) => refused.push((group, refusal)),
            None => {
                let all = std::mem::take(&mut set.groups);
                refused.extend(all.into_iter().map(|group| (group, refusal.clone())));
            }
        }
    }
    (set, refused)
}

/// Towns of a stage whose stock can be opened by categories: those that hold groups whole, all of
/// which were opened for the area.
fn towns(task: &Task, holding: &Holding, past: &Past, stage: Stage) -> Vec<Set> {
    let (plan, roster) = (&task.year.sealed().plan, &task.year.sealed().roster);
    let sets = plan.towns(roster, stage).into_values().map(|town| Set {
        task: task.id,
        stage,
        detail: Detail::Categories,
        groups: town.groups.into_iter().collect(),
    });
    let is_new = |set: &Set| past.stored.iter().all(|(one, _)| one.set != *set);
    let passes = |set: &Set| holding.admit_now(task, set, past).is_ok();
    sets.filter(|set| is_new(set) && passes(set)).collect()
}
