//! Which part of a stage a leader may ask for: all that this hub would open itself, less the groups
//! of schools that the leader names with a reason that only it can know, which are few; and after
//! this hub was put back none of which it cannot know any more what went out.

use std::collections::BTreeSet;

use domain::disclosure::sealed::Kind;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::sql::{SqlError, Tx};

use super::{CallError, Known};
use crate::sealed::holding::{HELD_BACK_MAX, Holding};
use crate::sealed::past::Past;
use crate::sealed::{unsure, watch, whole};
use crate::store::alarm;
use crate::store::sealed::opening::Set;

impl Known {
    /// Whether this hub knows of each school of a set whether a sum went out with it: after it was
    /// put back neither of whom it is not sure itself, nor of whom the leader carries or leaves out
    /// as away.
    ///
    /// # Errors
    /// It does not: the schools.
    pub(super) fn is_sure(
        &self,
        tx: &Tx<'_>,
        holding: &Holding,
        (set, standings, absent): (&Set, &[Standing], &BTreeSet<UnitId>),
    ) -> Result<(), CallError> {
        // A town's categories stand on the very reports of the cells.
        if set.detail != Detail::Cells || unsure::restores(tx, &self.task)?.is_empty() {
            return Ok(());
        }
        let carried = standings.iter().filter(|one| one.task != self.task.id);
        let named = carried.map(|one| &one.unit).chain(absent);
        let named = named.filter(|school| {
            !holding.reports.fresh.contains(*school) && !holding.stays_out(school)
        });
        let mut found: BTreeSet<UnitId> = named.chain(&holding.unsure).cloned().collect();
        let plan = &self.task.year.sealed().plan;
        let groups = set.groups.iter().filter_map(|id| plan.group(id));
        let members: BTreeSet<&UnitId> = groups.flat_map(|group| &group.members).collect();
        found.retain(|school| members.contains(school));
        if found.is_empty() { Ok(()) } else { Err(CallError::Unsure(found)) }
    }

    /// Leaves schools out of a holding that the leader names because a number enrolled is far from
    /// their own clear sheet, which does not come here; says for which of them a group is missing
    /// in the set.
    ///
    /// # Errors
    /// They are too many of the task, those that it named before among them.
    pub(super) fn hold_back(
        &self,
        tx: &Tx<'_>,
        (holding, past): (&mut Holding, &Past),
        (set, named): (&Set, &BTreeSet<UnitId>),
    ) -> Result<BTreeSet<UnitId>, CallError> {
        let is_about = set.detail == Detail::Cells && self.task.table.kind() == Kind::Stock;
        if named.is_empty() || !is_about {
            return Ok(BTreeSet::new());
        }
        let plan = &self.task.year.sealed().plan;
        let (whole, _) = whole::largest(&self.task, holding, past, set.stage);
        let left = whole.groups.difference(&set.groups).filter_map(|id| plan.group(id));
        let left: BTreeSet<&UnitId> = left.flat_map(|group| &group.members).collect();
        let late: BTreeSet<UnitId> =
            named.iter().filter(|school| left.contains(school)).cloned().collect();
        let mut all = self.held_back(tx)?;
        all.extend(late.iter().cloned());
        if all.len() > HELD_BACK_MAX {
            return Err(CallError::NotWhole { is_early: false });
        }
        holding.leave_out(&late);
        Ok(late)
    }

    /// Keeps for which schools a leader held groups back: the page says so, and they are counted.
    pub(super) fn note_held_back(
        &self,
        tx: &Tx<'_>,
        late: &BTreeSet<UnitId>,
        now_ms: i64,
    ) -> Result<(), SqlError> {
        let (leader, front) = (self.task.terms.leader.as_str(), self.front());
        late.iter().try_for_each(|school| {
            let detail = format!("{front}{school}");
            alarm::raise(tx, watch::ALARM_HELD_BACK, leader, &detail, now_ms)
        })
    }

    /// Schools of the task for which a leader held groups back so far.
    fn held_back(&self, tx: &Tx<'_>) -> Result<BTreeSet<UnitId>, SqlError> {
        let front = self.front();
        let all = alarm::of_kind(tx, watch::ALARM_HELD_BACK)?;
        let own = all.iter().filter_map(|one| one.detail.strip_prefix(front.as_str()));
        Ok(own.filter_map(|school| school.parse::<UnitId>().ok()).collect())
    }

    fn front(&self) -> String {
        let terms = &self.task.terms;
        format!("{} {} {} ", self.task.year.sealed().plan.area(), terms.table, terms.period)
    }
}
