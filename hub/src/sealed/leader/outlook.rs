//! Which sets of a task can be opened now, and what the others wait for: decided from what this
//! hub holds, before anybody is asked.

use domain::catalogue::Stage;
use domain::disclosure::plan::{Access, GroupId, Refusal};
use domain::disclosure::sealed::Kind;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::opening::Detail;

use crate::sealed::close;
use crate::sealed::documents::Task;
use crate::sealed::holding::{Holding, NotOpened};
use crate::sealed::past::Past;
use crate::sealed::whole;
use crate::store::sealed::opening::Set;

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
    /// Towns that have no figure of their own although the cells of their groups are opened.
    pub untold: Vec<Untold>,
}

/// A town whose figure would tell of too few, taken together with what is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// The town.
    pub town: UnitId,
    /// The stage.
    pub stage: Stage,
    /// Whether something more of the stage may be opened, after which it can be another answer.
    pub may_come: bool,
}

/// Looks at every stage of a task.
#[must_use]
pub fn outlook(task: &Task, holding: &Holding, past: &Past, today: Date) -> Outlook {
    let mut outlook = Outlook::default();
    for stage in Stage::ALL {
        let plan = &task.year.sealed().plan;
        let closed = whole::of_stage(plan, past, stage);
        let closed = closed.filter(|group| group.access == Access::Closed);
        outlook.waits.extend(closed.map(|group| Wait {
            group: group.id.clone(),
            stage,
            reason: Some(Refusal::Closed(group.id.clone())),
            until: None,
        }));
        let (set, refused) = whole::largest(task, holding, past, stage);
        let waits_for_all = !refused.is_empty() && today < whole::in_part_from(task);
        let own = refused.into_iter();
        outlook.waits.extend(own.map(|(group, why)| {
            let until = may_come(&why).then(|| close::from(plan.year()));
            Wait { group, stage, reason: Some(why), until }
        }));
        if waits_for_all {
            let others = set.groups.into_iter();
            let until = Some(whole::in_part_from(task));
            outlook.waits.extend(others.map(|group| Wait { group, stage, reason: None, until }));
        } else if !set.groups.is_empty() {
            outlook.ready.push(set);
        }
        if task.table.kind() == Kind::Stock {
            outlook.add_towns((task, holding, past), stage);
        }
    }
    outlook
}

/// Whether a group that is refused may pass later: reports can come, and who is noted as away may
/// not be. Only that decides here; what the plan closes never comes.
const fn may_come(why: &Refusal) -> bool {
    matches!(
        why,
        Refusal::Waits { .. } | Refusal::Stale { .. } | Refusal::Lopsided(_) | Refusal::Closed(_)
    )
}

impl Outlook {
    /// Towns of a stage whose stock can be opened by categories: those that hold groups whole, all
    /// of which were opened for the area. And those of which it cannot although the area's are.
    fn add_towns(&mut self, (task, holding, past): (&Task, &Holding, &Past), stage: Stage) {
        let (plan, roster) = (&task.year.sealed().plan, &task.year.sealed().roster);
        let waits = |wait: &Wait| wait.stage == stage && wait.until.is_some();
        let is_ready = |set: &Set| set.stage == stage;
        let may_come = self.waits.iter().any(waits) || self.ready.iter().any(is_ready);
        for (town, found) in plan.towns(roster, stage) {
            let groups = found.groups.into_iter().collect();
            let set = Set { task: task.id, stage, detail: Detail::Categories, groups };
            if past.stored.iter().any(|(one, _)| one.set == set) {
                continue;
            }
            match holding.admit_now(task, &set, past) {
                Ok(_) => self.ready.push(set),
                Err(NotOpened::Rest | NotOpened::Plan(_)) => {
                    self.untold.push(Untold { town, stage, may_come });
                }
                Err(_) => {}
            }
        }
    }
}
