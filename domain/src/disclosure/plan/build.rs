//! Making a plan from a roster and the plans before it: the same input gives the same plan.
//!
//! Groups are taken over from the year before and change only where schools closed or came. Where
//! there is nothing to take over, a town with enough schools is parted into groups as small as the
//! floor allows, so that a late school holds up few others; small towns are pooled in the order of
//! their ids. What no group could hold soundly stands in a group that is closed. A group that by
//! itself would never be told, because too few operators have enough students in it to hide a small
//! count, is formed only where there is no other way, and goes together with a neighbour.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{may_be_town, sound};
use super::shut::hiding;
use super::{Access, GROUP_MIN, Group, GroupId, HOLD_YEARS, Plan, Roster};
use crate::catalogue::Stage;
use crate::unit::UnitId;

type Members = BTreeSet<UnitId>;

impl Plan {
    /// Makes the plan of a roster's year; `past` holds earlier plans with their rosters, oldest
    /// first, and after them the versions of the same year that it replaces. A floor below
    /// [`GROUP_MIN`] is raised to it.
    #[must_use]
    pub fn build(floor: u32, roster: &Roster, past: &[(Plan, Roster)]) -> Self {
        let floor = floor.max(GROUP_MIN);
        let mut groups = Vec::new();
        for stage in Stage::ALL {
            let mut forming = Forming { stage, floor, roster, past, groups: Vec::new(), formed: 0 };
            forming.take_over();
            forming.place_newcomers();
            forming.mend();
            groups.extend(forming.finish());
        }
        Self::new(roster.area.clone(), roster.year, floor, groups)
    }
}

/// The groups of one stage while they are made.
struct Forming<'a> {
    stage: Stage,
    floor: u32,
    roster: &'a Roster,
    past: &'a [(Plan, Roster)],
    groups: Vec<Group>,
    formed: u32,
}

impl Forming<'_> {
    /// Takes the groups of last year, or of the version before, as far as their schools are still
    /// there.
    fn take_over(&mut self) {
        let Some((last, _)) = self.past.last() else { return };
        for old in last.of_stage(self.stage).filter(|old| old.access != Access::Closed) {
            let has = |id: &&UnitId| self.roster.school(id).is_some_and(|s| s.has(self.stage));
            let members: Members = old.members.iter().filter(has).cloned().collect();
            let mut group = Group { members, partner: None, ..old.clone() };
            self.release_strays(&mut group);
            if !group.members.is_empty() {
                self.groups.push(group);
            }
        }
    }

    /// Lets schools that moved to another town go once their group has held its three years.
    fn release_strays(&mut self, group: &mut Group) {
        let year = self.roster.year;
        let is_held = year - group.since < HOLD_YEARS;
        if is_held || self.roster.town_of_all(&group.members).is_some() {
            return;
        }
        let mut towns: BTreeMap<&UnitId, Members> = BTreeMap::new();
        for id in &group.members {
            if let Some(school) = self.roster.school(id) {
                towns.entry(&school.town).or_default().insert(id.clone());
            }
        }
        let largest = towns.into_values().max_by_key(BTreeSet::len).unwrap_or_default();
        if self.is_sound(&largest) {
            *group = self.form(largest);
        }
    }

    /// Puts schools that stand in no group into one.
    fn place_newcomers(&mut self) {
        let placed: Members = self.groups.iter().flat_map(|group| group.members.clone()).collect();
        let new: Members =
            self.roster.with(self.stage).map(|(id, _)| id.clone()).collect::<Members>();
        let new: Members = new.difference(&placed).cloned().collect();
        let rest = self.form_from_towns(new);
        let rest = self.form_from_pools(rest);
        for school in rest {
            self.join(school);
        }
    }

    /// Parts the schools of each town that has enough into groups; returns the others.
    fn form_from_towns(&mut self, schools: Members) -> Members {
        let mut rest = Members::new();
        for members in self.by_town(schools) {
            let counting = self.roster.support(&members, self.stage);
            let parts = (1..=counting / self.floor).rev().map(|parts| self.part(&members, parts));
            let sound: Vec<Vec<Members>> =
                parts.filter(|parts| parts.iter().all(|part| self.is_sound(part))).collect();
            let told = sound.iter().find(|parts| parts.iter().all(|part| self.is_told(part)));
            // The coarsest, which loses least where none is told: then neighbours are merged.
            match told.or(sound.last()).cloned() {
                Some(parts) => {
                    let groups: Vec<Group> =
                        parts.into_iter().map(|part| self.form(part)).collect();
                    self.groups.extend(groups);
                }
                None => rest.extend(members),
            }
        }
        rest
    }

    /// Pools small towns in the order of their ids; returns what the last pool lacks.
    fn form_from_pools(&mut self, schools: Members) -> Members {
        let mut pool = Members::new();
        for members in self.by_town(schools) {
            pool.extend(members);
            if self.is_sound(&pool) {
                let group = self.form(std::mem::take(&mut pool));
                self.groups.push(group);
            }
        }
        pool
    }

    fn by_town(&self, schools: Members) -> Vec<Members> {
        let mut towns: BTreeMap<&UnitId, Members> = BTreeMap::new();
        for id in schools {
            if let Some(school) = self.roster.school(&id) {
                towns.entry(&school.town).or_default().insert(id);
            }
        }
        towns.into_values().collect()
    }

    /// Deals schools into a number of parts: those of one operator go to different ones.
    fn part(&self, members: &Members, parts: u32) -> Vec<Members> {
        let school = |id: &UnitId| self.roster.school(id);
        let mut order: Vec<&UnitId> = members.iter().collect();
        order.sort_by_key(|id| {
            let known = school(id);
            (!known.is_some_and(|s| s.counts(self.roster.year)), known.map(|s| &s.operator), *id)
        });
        let mut dealt = vec![Members::new(); usize::try_from(parts).unwrap_or(1)];
        let count = dealt.len();
        for (at, id) in order.into_iter().enumerate() {
            if let Some(part) = dealt.get_mut(at % count) {
                part.insert(id.clone());
            }
        }
        dealt
    }

    /// Lets a school join the group where this costs least: one that is in no town's figure
    /// anyway, then one of its own town, then the smallest.
    fn join(&mut self, school: UnitId) {
        let town = self.roster.school(&school).map(|known| &known.town);
        let rank = |group: &Group| {
            let own = self.roster.town_of_all(&group.members);
            let is_shown = may_be_town(group, self.roster, self.past);
            (is_shown, own != town, group.members.len(), group.id.clone())
        };
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.sort_by_cached_key(|at| self.groups.get(*at).map(rank));
        let host = order.into_iter().find(|at| {
            self.groups.get(*at).is_some_and(|group| {
                let mut members = group.members.clone();
                members.insert(school.clone());
                self.is_sound(&members)
            })
        });
        if let Some(group) = host.and_then(|at| self.groups.get_mut(at)) {
            group.members.insert(school);
        } else {
            let group = self.form(Members::from([school]));
            self.groups.push(group);
        }
    }

    /// Merges groups that are too small by now, each with the next one that makes it sound; then
    /// those that by themselves would never be told, each with a neighbour.
    fn mend(&mut self) {
        while let Some((weak, partner)) = self.weak_pair().or_else(|| self.untold_pair()) {
            let second = self.groups.swap_remove(weak.max(partner));
            let first = self.groups.swap_remove(weak.min(partner));
            let merged = self.form(&first.members | &second.members);
            self.groups.push(merged);
            self.groups.sort_by(|a, b| a.id.cmp(&b.id));
        }
    }

    fn weak_pair(&self) -> Option<(usize, usize)> {
        let sound = |at: usize| self.groups.get(at).is_some_and(|g| self.is_sound(&g.members));
        let places = || 0..self.groups.len();
        let weak = places().filter(|at| !sound(*at));
        let pairs = weak.flat_map(|at| places().map(move |other| (at, other)));
        let mut pairs = pairs.filter(|(at, other)| at != other).filter(|(at, other)| {
            let (Some(a), Some(b)) = (self.groups.get(*at), self.groups.get(*other)) else {
                return false;
            };
            self.is_sound(&(&a.members | &b.members))
        });
        pairs.next()
    }

    /// A sound group that would never be told by itself, and the one with which it is: of its own
    /// town, else in no town's figure anyway, else the smallest.
    fn untold_pair(&self) -> Option<(usize, usize)> {
        let all = || self.groups.iter().enumerate();
        let is_untold =
            |group: &Group| self.is_sound(&group.members) && !self.is_told(&group.members);
        all().filter(|(_, group)| is_untold(group)).find_map(|(at, group)| {
            let town = self.roster.town_of_all(&group.members);
            let others = all().filter(|(other, partner)| {
                let both = &group.members | &partner.members;
                *other != at && self.is_sound(&both) && self.is_told(&both)
            });
            let rank = |(_, partner): &(usize, &Group)| {
                let own = self.roster.town_of_all(&partner.members);
                let is_shown = may_be_town(partner, self.roster, self.past);
                let is_near = town.is_some() && own == town;
                (!is_near, is_shown, partner.members.len(), partner.id.clone())
            };
            others.min_by_key(rank).map(|(other, _)| (at, other))
        })
    }

    /// Whether a sum over such a group alone can be told.
    fn is_told(&self, members: &Members) -> bool {
        hiding(self.roster, members, self.stage) >= self.floor
    }

    fn is_sound(&self, members: &Members) -> bool {
        let id = GroupId(String::new());
        let (since, access) = (self.roster.year, Access::District);
        let members = members.clone();
        let group = Group { id, stage: self.stage, since, members, access, partner: None };
        sound(&group, self.roster, self.floor).is_ok()
    }

    fn form(&mut self, members: Members) -> Group {
        let (id, since) = (self.new_name(), self.roster.year);
        Group { id, stage: self.stage, since, members, access: Access::District, partner: None }
    }

    /// The next name that is no group's yet: nor of a version before, whose group was another one.
    fn new_name(&mut self) -> GroupId {
        let (year, past) = (self.roster.year, self.past);
        let versions = past.iter().filter(|(plan, _)| plan.year == year);
        let taken: BTreeSet<&GroupId> =
            versions.flat_map(|(plan, _)| plan.groups.iter().map(|group| &group.id)).collect();
        loop {
            self.formed += 1;
            let id = GroupId(format!("{year}-{}-{}", self.stage.as_str(), self.formed));
            if !taken.contains(&id) {
                return id;
            }
        }
    }

    /// Settles what may be opened of each group, and its partner.
    fn finish(mut self) -> Vec<Group> {
        let access: Vec<Access> = self.groups.iter().map(|group| self.access(group)).collect();
        for (group, access) in self.groups.iter_mut().zip(&access) {
            group.access = *access;
        }
        let partners: Vec<Option<GroupId>> =
            self.groups.iter().map(|group| self.partner(group)).collect();
        for (group, partner) in self.groups.iter_mut().zip(partners) {
            group.partner = partner;
        }
        self.groups
    }

    fn access(&self, group: &Group) -> Access {
        if !self.is_sound(&group.members) {
            Access::Closed
        } else if may_be_town(group, self.roster, self.past) {
            Access::Town
        } else {
            Access::District
        }
    }

    /// An open group of the same town, or else of the same stage, with the fewest schools.
    fn partner(&self, group: &Group) -> Option<GroupId> {
        let town = self.roster.town_of_all(&group.members);
        let others = self.groups.iter().filter(|other| {
            other.id != group.id && other.access != Access::Closed && group.access != Access::Closed
        });
        let rank = |other: &&Group| {
            let is_near = town.is_some() && self.roster.town_of_all(&other.members) == town;
            (!is_near, other.members.len(), other.id.clone())
        };
        others.min_by_key(rank).map(|other| other.id.clone())
    }
}
