//! Which states of a rounded table readers are shown, so that no two of them tell a few schools.
//!
//! Whoever keeps a place's figures at "17 of 40" and again at "18 of 40" has the eighteenth
//! school's rounded table as their difference. So a state is shown only if its set of reports
//! differs from every state that was shown before, and from nothing at all, by no school or by at
//! least [`GROUP_SCHOOLS_MIN`], counted as the reader would: what came, what went and what was
//! replaced. While reports may still come, no fewer than five schools may be left over, since
//! otherwise they could never be added.
//!
//! The rule protects schools against readers: pages, exports and interfaces here, and all of
//! these at the hubs above. It hides nothing from the hub itself, which holds every member's
//! table; there the rounding protects. Members that are hubs and have five schools due keep the
//! rule themselves and stand in a row of their own, so it is kept for each of them apart; all
//! other members are one group.

use std::collections::{BTreeMap, BTreeSet};

use crate::digest::Digest;
use crate::unit::UnitId;

/// Schools that must stand behind anything that a reader can compute from rounded sums.
pub const GROUP_SCHOOLS_MIN: u32 = 5;

/// What one member has in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// Digest of what it reported: the same mark, the same figures.
    pub mark: Digest,
    /// Schools in it.
    pub schools: u32,
}

/// Everybody's stakes in a state.
pub type Stakes = BTreeMap<UnitId, Stake>;

/// A member by the tree of the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Whether it is a hub, whose sums may stand in a row of their own.
    pub is_hub: bool,
    /// Schools that are due there; one for a school, nothing for a hub that never said.
    pub due: Option<u32>,
}

/// Whether reports may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Schools that are due may still report.
    Open,
    /// The period was closed, and nothing has come for some time.
    Closed,
}

/// What may be done with a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// All of it may be shown.
    Whole,
    /// The hubs with a row of their own may be shown as they are now, beside the group of all
    /// others as it was shown last.
    GroupWaits,
    /// Nothing of it may be shown; what was shown last stands.
    Waits,
}

/// Which members readers can tell apart: hubs in rows of their own, and the group of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blocks {
    alone: BTreeSet<UnitId>,
    group_due: u32,
    /// Whether every member said how many schools are due there.
    all_said: bool,
}

impl Blocks {
    /// Sorts the members of a hub. A group that is too small takes the smallest hub along.
    #[must_use]
    pub fn of(members: &BTreeMap<UnitId, Expected>) -> Self {
        let (mut alone, mut group_due) = (BTreeMap::new(), 0_u32);
        for (unit, member) in members {
            let due = member.due.unwrap_or(0);
            if member.is_hub && due >= GROUP_SCHOOLS_MIN {
                alone.insert(unit.clone(), due);
            } else {
                group_due = group_due.saturating_add(due);
            }
        }
        if group_due > 0 && group_due < GROUP_SCHOOLS_MIN {
            let smallest = alone.iter().min_by_key(|(_, due)| **due);
            if let Some((unit, due)) = smallest.map(|(unit, due)| (unit.clone(), *due)) {
                alone.remove(&unit);
                group_due = group_due.saturating_add(due);
            }
        }
        let all_said = members.values().all(|member| member.due.is_some());
        Self { alone: alone.into_keys().collect(), group_due, all_said }
    }

    /// Whether a member stands in a row of its own.
    #[must_use]
    pub fn is_alone(&self, unit: &UnitId) -> bool {
        self.alone.contains(unit)
    }

    /// Whether a state may be shown to those who saw the earlier ones.
    #[must_use]
    pub fn judge(&self, now: &Stakes, earlier: &[Stakes], window: Window) -> Showing {
        let nothing = Stakes::new();
        let mut seen = earlier.iter().chain(std::iter::once(&nothing));
        let rows = seen.all(|before| self.rows_may_follow(now, before));
        if !rows {
            return Showing::Waits;
        }
        let mut seen = earlier.iter().chain(std::iter::once(&nothing));
        let mut may = seen.all(|before| hides(self.group_gap(now, before)));
        if window == Window::Open {
            may &= self.all_said
                && hides(self.group_due.saturating_sub(self.group_gap(now, &nothing)));
        }
        if may { Showing::Whole } else { Showing::GroupWaits }
    }

    fn rows_may_follow(&self, now: &Stakes, before: &Stakes) -> bool {
        self.alone.iter().all(|unit| hides(gap(now.get(unit), before.get(unit))))
    }

    fn group_gap(&self, now: &Stakes, before: &Stakes) -> u32 {
        let gone = before.keys().filter(|unit| !now.contains_key(*unit));
        let units = now.keys().chain(gone).filter(|unit| !self.alone.contains(*unit));
        let gaps = units.map(|unit| gap(now.get(unit), before.get(unit)));
        gaps.fold(0, u32::saturating_add)
    }
}

/// Whether every stake of an earlier state is still there, unchanged or grown.
#[must_use]
pub fn only_grew(now: &Stakes, before: &Stakes) -> bool {
    before.iter().all(|(unit, old)| {
        now.get(unit).is_some_and(|new| new.mark == old.mark || new.schools > old.schools)
    })
}

/// Whether a difference hides each school in it: there is none, or it is of many.
const fn hides(schools: u32) -> bool {
    schools == 0 || schools >= GROUP_SCHOOLS_MIN
}

/// Schools by which two stakes differ; at least, where a hub does not say which they are.
fn gap(now: Option<&Stake>, before: Option<&Stake>) -> u32 {
    match (now, before) {
        (None, None) => 0,
        (Some(only), None) | (None, Some(only)) => only.schools,
        (Some(now), Some(before)) if now.mark == before.mark => 0,
        (Some(now), Some(before)) => now.schools.abs_diff(before.schools).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(text: &str) -> UnitId {
        text.parse().expect("unit")
    }

    fn stake(mark: u8, schools: u32) -> Stake {
        Stake { mark: Digest::sha256([mark; 32]), schools }
    }

    fn schools(ids: impl IntoIterator<Item = u32>) -> Stakes {
        ids.into_iter().map(|id| (unit(&format!("S{id:03}")), stake(1, 1))).collect()
    }

    fn street(due: u32) -> Blocks {
        let member = |id| (unit(&format!("S{id:03}")), Expected { is_hub: false, due: Some(1) });
        Blocks::of(&(0..due).map(member).collect())
    }

    /// Which of the states that arise as schools report one by one are shown.
    fn shown_one_by_one(due: u32, reported: u32, window: Window) -> Vec<u32> {
        let (blocks, mut shown, mut found) = (street(due), Vec::new(), Vec::new());
        for count in 1..=reported {
            let now = schools(0..count);
            if blocks.judge(&now, &shown, window) == Showing::Whole {
                shown.push(now);
                found.push(count);
            }
        }
        found
    }

    /// Shown states differ by five schools, and the complete table is always among them.
    #[test]
    fn schools_that_report_one_by_one_are_shown_in_groups() {
        assert_eq!(shown_one_by_one(12, 12, Window::Open), [5, 12]);
        assert_eq!(shown_one_by_one(9, 9, Window::Open), [9]);
        assert_eq!(shown_one_by_one(40, 40, Window::Open), [5, 10, 15, 20, 25, 30, 35, 40]);
        assert_eq!(shown_one_by_one(40, 18, Window::Open), [5, 10, 15]);
        assert!(shown_one_by_one(4, 4, Window::Open).is_empty());
    }

    /// A school that never reports holds the others up until the period is closed, not longer.
    #[test]
    fn a_closed_period_no_longer_waits_for_who_is_missing() {
        let (blocks, now) = (street(12), schools(0..11));
        let shown = [schools(0..5)];
        assert_eq!(blocks.judge(&now, &shown, Window::Open), Showing::GroupWaits);
        assert_eq!(blocks.judge(&now, &shown, Window::Closed), Showing::Whole);
        let late = schools(0..12);
        assert_eq!(blocks.judge(&late, &[now], Window::Closed), Showing::GroupWaits);
    }

    /// What went and what was replaced counts like what came, against every state and not only
    /// the last one.
    #[test]
    fn differences_are_counted_as_a_reader_would() {
        let blocks = street(30);
        let first = schools(0..10);
        let judge = |now: &Stakes, shown: &[Stakes]| blocks.judge(now, shown, Window::Closed);
        let mut moved = schools(2..13);
        assert_eq!(
            judge(&moved, std::slice::from_ref(&first)),
            Showing::Whole,
            "two went and three came"
        );
        moved.remove(&unit("S012"));
        assert_eq!(judge(&moved, std::slice::from_ref(&first)), Showing::GroupWaits);
        let mut replaced = first.clone();
        replaced.insert(unit("S000"), stake(2, 1));
        assert_eq!(judge(&replaced, std::slice::from_ref(&first)), Showing::GroupWaits);
        let shown = [first.clone(), schools(0..20)];
        assert_eq!(judge(&first, &shown), Showing::Whole, "shown before");
        assert_eq!(judge(&schools(0..11), &shown), Showing::GroupWaits);
        assert!(only_grew(&schools(0..20), &first) && !only_grew(&replaced, &first));
    }

    /// Hubs in rows of their own are judged apart, and small members only as a group.
    #[test]
    fn rows_do_not_help_each_other() {
        let hub = |due| Expected { is_hub: true, due: Some(due) };
        let members = [("D1", hub(20)), ("D2", hub(8)), ("T1", hub(3)), ("T2", hub(4))];
        let blocks = Blocks::of(&members.map(|(id, e)| (unit(id), e)).into_iter().collect());
        assert!(blocks.is_alone(&unit("D2")) && !blocks.is_alone(&unit("T2")));
        let state = |d1: u32, t1: u32, t2: u32| -> Stakes {
            let all = [("D1", d1), ("T1", t1), ("T2", t2)];
            let reported = all.into_iter().filter(|(_, schools)| *schools > 0);
            let mark = |schools: u32| u8::try_from(schools).expect("few");
            reported.map(|(id, n)| (unit(id), stake(mark(n), n))).collect()
        };
        let judge = |now, shown: &[Stakes]| blocks.judge(&now, shown, Window::Open);
        assert_eq!(judge(state(10, 0, 0), &[]), Showing::Whole);
        assert_eq!(judge(state(10, 1, 0), &[state(5, 0, 0)]), Showing::GroupWaits);
        assert_eq!(judge(state(10, 3, 4), &[state(5, 0, 0)]), Showing::Whole);
        assert_eq!(judge(state(11, 3, 4), &[state(10, 0, 0)]), Showing::Waits);
    }

    /// A group of fewer than five takes the smallest hub into it.
    #[test]
    fn a_small_group_is_hidden_among_a_hub() {
        let hub = |due| Expected { is_hub: true, due: Some(due) };
        let members = [("D1", hub(20)), ("D2", hub(8)), ("T1", hub(4))];
        let blocks = Blocks::of(&members.map(|(id, e)| (unit(id), e)).into_iter().collect());
        assert!(blocks.is_alone(&unit("D1")) && !blocks.is_alone(&unit("D2")));
    }

    proptest! {
        /// Whatever comes and goes, two shown states never differ by one to four schools.
        #[test]
        fn no_two_shown_states_differ_by_a_few(
            states in prop::collection::vec(prop::collection::btree_set(0_u32..16, 0..16), 1..20),
        ) {
            let (blocks, mut shown) = (street(16), Vec::<Stakes>::new());
            for state in states {
                let now = schools(state);
                if blocks.judge(&now, &shown, Window::Closed) == Showing::Whole {
                    for before in &shown {
                        let came = now.keys().filter(|id| !before.contains_key(*id)).count();
                        let went = before.keys().filter(|id| !now.contains_key(*id)).count();
                        prop_assert!(came + went == 0 || came + went >= 5);
                    }
                    prop_assert!(now.is_empty() || now.len() >= 5);
                    shown.push(now);
                }
            }
        }
    }
}
