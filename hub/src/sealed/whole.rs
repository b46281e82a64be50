//! A stage is opened as one sum: group by group only what comes late. Both hubs compute which set
//! that is, the leader to ask for it and the helper to give its share of no other.
//!
//! What the leader leaves out before the days of grace are over it leaves out on purpose: until
//! then only the whole stage is asked for, which follows from the plan alone. Later it hangs on
//! reports and notes, of which one hub may know some before the other.

use std::collections::BTreeSet;

use domain::catalogue::Stage;
use domain::disclosure::plan::{Access, Group, GroupId, Plan, Refusal};
use domain::disclosure::sealed::Kind;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::opening::Detail;

use super::documents::Task;
use super::holding::{Holding, NotOpened};
use super::past::Past;
use crate::store::sealed::opening::Set;

/// Days after its Sunday in which a week waits for all its groups, so that they are opened as one
/// sum; later ones are opened as they come in.
const GRACE_DAYS: i32 = 3;

/// How a set of cells stands to what a hub would open of its stage itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// It is that.
    Whole,
    /// It leaves something out, which may come from another knowledge of reports or notes.
    Other,
    /// It leaves something out before any part is opened by itself.
    Early,
}

/// How a set of cells that passes stands to the largest of its stage, by what this hub holds.
///
/// For what a clear sheet says of a number the leader may hold a group back, of which no sheet
/// comes to the helper: such schools are left out of the holding first, and are few.
#[must_use]
pub fn extent(task: &Task, (holding, past): (&Holding, &Past), set: &Set, today: Date) -> Extent {
    if set.groups == open_groups(task, past, set.stage) {
        return Extent::Whole;
    }
    let from = in_part_from(task);
    if today < from {
        // The clocks of the two hubs may be a day apart.
        let is_near = today.saturating_add(1.day()) >= from;
        return if is_near { Extent::Other } else { Extent::Early };
    }
    let is_largest = largest(task, holding, past, set.stage).0.groups == set.groups;
    if is_largest { Extent::Whole } else { Extent::Other }
}

/// First day on which a stage may be opened without some of its groups: a term after its close, a
/// week when its days of grace are over.
#[must_use]
pub fn in_part_from(task: &Task) -> Date {
    let grace = match task.table.kind() {
        Kind::Stock => 0,
        Kind::Flow => GRACE_DAYS,
    };
    task.days.1.saturating_add((grace + 1).days())
}

/// Groups of a stage whose cells were not opened.
pub(super) fn of_stage<'p>(
    plan: &'p Plan,
    past: &Past,
    stage: Stage,
) -> impl Iterator<Item = &'p Group> {
    let cells = past.stored.iter().map(|(one, _)| one);
    let cells = cells.filter(|one| one.set.stage == stage && one.set.detail == Detail::Cells);
    let done: BTreeSet<GroupId> = cells.flat_map(|one| one.set.groups.iter().cloned()).collect();
    plan.of_stage(stage).filter(move |group| !done.contains(&group.id))
}

/// Those of them that the plan does not close: what is asked for as one sum.
fn open_groups(task: &Task, past: &Past, stage: Stage) -> BTreeSet<GroupId> {
    let open = of_stage(&task.year.sealed().plan, past, stage);
    let open = open.filter(|group| group.access != Access::Closed);
    open.map(|group| group.id.clone()).collect()
}

/// The largest set of a stage that the plan lets pass, and why each other group does not.
pub(super) fn largest(
    task: &Task,
    holding: &Holding,
    past: &Past,
    stage: Stage,
) -> (Set, Vec<(GroupId, Refusal)>) {
    let groups = open_groups(task, past, stage);
    let mut set = Set { task: task.id, stage, detail: Detail::Cells, groups };
    let mut refused = Vec::new();
    while !set.groups.is_empty() {
        let admitted = holding.admit_now(task, &set, past);
        let Err(NotOpened::Plan(refusal)) = admitted else { break };
        let group = match &refusal {
            Refusal::Closed(group)
            | Refusal::Merged { group, .. }
            | Refusal::Waits { group, .. }
            | Refusal::Stale { group, .. }
            | Refusal::Lopsided(group)
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
