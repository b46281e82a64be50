//! Which sums of which weeks make up a longer period: sets of groups of which every week was
//! opened.
//!
//! A week may have been opened as one sum over several groups and another week group by group.
//! Groups that any week opened together can only be told together, so they form one component; a
//! component is whole if every week of it is opened.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::plan::GroupId;
use domain::period::Period;

use crate::store::opened::OpenedSum;

/// What is whole of a run of periods, and how far the rest is.
#[derive(Debug, Default)]
pub struct Whole<'s> {
    /// Sums of the components that are whole, all periods.
    pub sums: Vec<&'s OpenedSum>,
    /// Groups of these components.
    pub groups: BTreeSet<GroupId>,
    /// Periods that are opened for all groups.
    pub periods_open: u32,
}

/// Picks the sums over groups of which every period was opened.
#[must_use]
pub fn whole<'s>(
    groups: &BTreeSet<GroupId>,
    periods: &[Period],
    sums: &[&'s OpenedSum],
) -> Whole<'s> {
    // A sum with a group that is not meant tells nothing of those that are.
    let sums: Vec<&'s OpenedSum> =
        sums.iter().filter(|sum| sum.groups.is_subset(groups)).copied().collect();
    let mut component: BTreeMap<&GroupId, usize> =
        groups.iter().enumerate().map(|(at, group)| (group, at)).collect();
    for sum in &sums {
        let joined: BTreeSet<usize> =
            sum.groups.iter().filter_map(|group| component.get(group).copied()).collect();
        let Some(least) = joined.first().copied() else { continue };
        component.values_mut().filter(|at| joined.contains(at)).for_each(|at| *at = least);
    }
    let mut found = Whole::default();
    let mut lacking = BTreeSet::new();
    for period in periods {
        let of_period = sums.iter().filter(|sum| sum.period == *period);
        let open: BTreeSet<&GroupId> = of_period.flat_map(|sum| &sum.groups).collect();
        let missing = groups.iter().filter(|group| !open.contains(group));
        let missing: Vec<usize> =
            missing.filter_map(|group| component.get(group)).copied().collect();
        found.periods_open += u32::from(missing.is_empty());
        lacking.extend(missing);
    }
    let is_whole = |group: &GroupId| component.get(group).is_some_and(|at| !lacking.contains(at));
    found.groups = groups.iter().filter(|group| is_whole(group)).cloned().collect();
    if periods.is_empty() {
        found.groups.clear();
    }
    let is_in = |sum: &&&'s OpenedSum| {
        periods.contains(&sum.period) && sum.groups.iter().all(|group| found.groups.contains(group))
    };
    found.sums = sums.iter().filter(is_in).copied().collect();
    found
}

#[cfg(test)]
mod tests {
    use domain::catalogue::Stage;
    use domain::digest::Digest;
    use domain::disclosure::sealed::TaskId;
    use proto::opening::Detail;

    use super::*;

    fn group(name: &str) -> GroupId {
        name.parse().expect("group")
    }

    fn week(number: i8) -> Period {
        Period::Week { year: 2026, week: number }
    }

    fn sum(number: i8, groups: &[&str]) -> OpenedSum {
        OpenedSum {
            task: TaskId::from_bytes([number.unsigned_abs(); 32]),
            area: "370202".parse().expect("unit"),
            school_year: 2026,
            table: "sealed.alt.opened".parse().expect("table"),
            period: week(number),
            pack: Digest::sha256([0; 32]),
            stage: Stage::Junior,
            detail: Detail::Cells,
            groups: groups.iter().map(|name| group(name)).collect(),
            fresh: 5,
            due: 5,
            carried: 0,
            away: BTreeSet::new(),
            cells: BTreeMap::new(),
            number: 1,
            record: Digest::sha256([0; 32]),
            opened_at_ms: 0,
            cap_sum: None,
        }
    }

    fn check(sums: &[OpenedSum], weeks: &[i8]) -> (Vec<String>, usize, u32) {
        let groups = ["a", "b", "c"].map(group).into();
        let weeks: Vec<Period> = weeks.iter().copied().map(week).collect();
        let found = whole(&groups, &weeks, &sums.iter().collect::<Vec<_>>());
        let names = found.groups.iter().map(ToString::to_string).collect();
        (names, found.sums.len(), found.periods_open)
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Groups that a week opened together are told together: one lacks a week, both wait.
    #[test]
    fn groups_opened_together_are_told_together() {
        let mut sums = vec![sum(37, &["a", "b", "c"]), sum(38, &["a"])];
        assert_eq!(check(&sums, &[37, 38]), (names(&[]), 0, 1));
        sums.push(sum(38, &["b", "c"]));
        assert_eq!(check(&sums, &[37, 38]), (names(&["a", "b", "c"]), 3, 2));
    }

    /// A group of which all weeks are opened is whole while another waits.
    #[test]
    fn a_group_is_whole_by_itself() {
        let sums = [sum(37, &["a"]), sum(37, &["b", "c"]), sum(38, &["b", "c"])];
        assert_eq!(check(&sums, &[37, 38]), (names(&["b", "c"]), 2, 1));
        assert_eq!(check(&sums, &[]), (names(&[]), 0, 0), "no week is nothing");
    }
}
