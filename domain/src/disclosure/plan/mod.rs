//! The open plan: which sets of schools may ever be summed and opened, for one school year.
//!
//! A plan fixes *groups*: disjoint sets of schools of one stage. Every opening is a union of
//! groups of which all schools are in; a town's figure is the union of the groups that it holds
//! whole, the district's the union of all. Nothing in a plan depends on what children answered: it
//! is made from the [`Roster`] and the plans before it, the same on every machine, so each hub
//! recomputes it. A school that is treated like four others can hand its count to any of them
//! without changing a single opened figure; that is all the protection there is, and
//! [`Plan::check`] refuses whatever breaks it, with the group that leaks.

mod build;
mod check;
mod flaw;
mod isolation;
mod opening;
mod roster;
mod shut;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::Stage;
use crate::unit::UnitId;

pub use flaw::Flaw;
pub use isolation::{Atom, atoms};
pub use opening::{Openings, Refusal, Reports, Standing};
pub use roster::{Crowd, ENROLLED_MAX, Listed, OPERATOR_CHARS_MAX, Roster, School, Sexes};
pub use shut::Shut;

/// Fewest schools of a group that structurally have its cells (m): four colluding principals
/// break five, three do not.
pub const GROUP_MIN: u32 = 5;

/// Largest share of a group's students that one operator may have, in hundredths.
pub const DOMINANCE_MAX: u64 = 60;

/// Fewest students that structurally stand behind an opened cell.
pub const PERSONS_MIN: u64 = 100;

/// School years for which a group stays as it was formed.
pub const HOLD_YEARS: i16 = 3;

/// School years for which a group that changed is opened in the district's sum only.
pub const REST_YEARS: i16 = 2;

/// Longest name of a group in characters.
const GROUP_NAME_MAX: usize = 40;

/// The name of a group: the year in which it was formed, its stage, and a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(String);

impl GroupId {
    /// The name as it is stored and shown, such as `2026-junior-3`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no name of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a group's name has 1 to {GROUP_NAME_MAX} small letters, digits, hyphens and underscores")]
pub struct GroupNameError;

impl std::str::FromStr for GroupId {
    type Err = GroupNameError;

    fn from_str(name: &str) -> Result<Self, GroupNameError> {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        let is_name = (1..=GROUP_NAME_MAX).contains(&name.len()) && name.bytes().all(is_plain);
        if is_name { Ok(Self(name.to_owned())) } else { Err(GroupNameError) }
    }
}

impl std::fmt::Display for GroupId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What may be opened of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// It counts in its town's figures and in the district's.
    Town,
    /// It spans towns or changed within two years: it counts in the district's figures only.
    District,
    /// Too few schools: nothing that it is part of is opened.
    Closed,
}

impl Access {
    const ALL: [Self; 3] = [Self::Town, Self::District, Self::Closed];

    /// The word that stands in a plan.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Town => "town",
            Self::District => "district",
            Self::Closed => "closed",
        }
    }

    /// The access of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.as_str() == word)
    }
}

/// A fixed set of schools of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub id: GroupId,
    /// Its stage.
    pub stage: Stage,
    /// The school year in which it was formed.
    pub since: i16,
    /// Its schools.
    pub members: BTreeSet<UnitId>,
    /// What may be opened.
    pub access: Access,
    /// The group of the same stage with which it is merged for the year if schools of it close.
    pub partner: Option<GroupId>,
}

/// The groups of one area for one school year.
///
/// Made by [`Plan::build`] or read from a signed pack; either way [`Plan::check`] decides whether
/// it may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    area: UnitId,
    year: i16,
    floor: u32,
    groups: Vec<Group>,
}

/// A town's figure of one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TownSet {
    /// The groups that the town holds whole.
    pub groups: Vec<GroupId>,
    /// Their schools.
    pub schools: BTreeSet<UnitId>,
}

impl Plan {
    /// A plan as it is written somewhere; [`Plan::check`] decides whether it may be used.
    #[must_use]
    pub fn new(area: UnitId, year: i16, floor: u32, mut groups: Vec<Group>) -> Self {
        groups.sort_by(|a, b| (a.stage, &a.id).cmp(&(b.stage, &b.id)));
        Self { area, year, floor, groups }
    }

    /// The area whose schools it groups: a district, or the city for one with few schools.
    #[must_use]
    pub const fn area(&self) -> &UnitId {
        &self.area
    }

    /// The school year, by the year in which it begins.
    #[must_use]
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// Fewest schools of a group; a city may set it above [`GROUP_MIN`].
    #[must_use]
    pub const fn floor(&self) -> u32 {
        self.floor
    }

    /// All groups, by stage and name.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The groups of a stage.
    pub fn of_stage(&self, stage: Stage) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| group.stage == stage)
    }

    /// The group of a name.
    #[must_use]
    pub fn group(&self, id: &GroupId) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == *id)
    }

    /// The same plan with those of its groups alone of which every school is of an area: what is
    /// summed over them is summed over whole groups that this plan was judged by, and over no other
    /// set of schools.
    #[must_use]
    pub fn within(&self, holds: impl Fn(&UnitId) -> bool) -> Self {
        let whole = self.groups.iter().filter(|group| group.members.iter().all(&holds));
        Self { groups: whole.cloned().collect(), area: self.area.clone(), ..*self }
    }

    /// Whether a school stands with any stage in a group that is opened.
    #[must_use]
    pub fn opens(&self, school: &UnitId) -> bool {
        let mut open = self.groups.iter().filter(|group| group.access != Access::Closed);
        open.any(|group| group.members.contains(school))
    }

    /// Whether a school stands with any stage in a group that is opened and of which every school
    /// is of an area: as [`Plan::within`] and [`Plan::opens`] say it, without another plan.
    #[must_use]
    pub fn opens_within(&self, school: &UnitId, holds: impl Fn(&UnitId) -> bool) -> bool {
        let mut open = self.groups.iter().filter(|group| group.access != Access::Closed);
        open.any(|group| group.members.contains(school) && group.members.iter().all(&holds))
    }

    /// The group in which a school stands with a stage.
    #[must_use]
    pub fn group_of(&self, school: &UnitId, stage: Stage) -> Option<&Group> {
        self.of_stage(stage).find(|group| group.members.contains(school))
    }

    /// The towns that have a figure of their own, each with the groups that it holds whole.
    #[must_use]
    pub fn towns(&self, roster: &Roster, stage: Stage) -> BTreeMap<UnitId, TownSet> {
        let mut towns: BTreeMap<UnitId, TownSet> = BTreeMap::new();
        for group in self.of_stage(stage).filter(|group| group.access == Access::Town) {
            let Some(town) = roster.town_of_all(&group.members) else { continue };
            let set = towns
                .entry(town.clone())
                .or_insert_with(|| TownSet { groups: Vec::new(), schools: BTreeSet::new() });
            set.groups.push(group.id.clone());
            set.schools.extend(group.members.iter().cloned());
        }
        towns
    }

    /// Whether a set of groups is exactly what a town holds whole: it has a figure of its own then.
    #[must_use]
    pub fn is_town(&self, roster: &Roster, stage: Stage, groups: &BTreeSet<GroupId>) -> bool {
        self.town_of(roster, stage, groups).is_some()
    }

    /// The town whose figure a set of groups is.
    #[must_use]
    pub fn town_of(
        &self,
        roster: &Roster,
        stage: Stage,
        groups: &BTreeSet<GroupId>,
    ) -> Option<UnitId> {
        let mut towns = self.towns(roster, stage).into_iter();
        let is_it =
            |set: &TownSet| set.groups.iter().collect::<BTreeSet<_>>().iter().copied().eq(groups);
        towns.find(|(_, set)| is_it(set)).map(|(town, _)| town)
    }

    /// The schools of the district's figure: the union of all groups that are not closed.
    #[must_use]
    pub fn district(&self, stage: Stage) -> BTreeSet<UnitId> {
        let open = self.of_stage(stage).filter(|group| group.access != Access::Closed);
        open.flat_map(|group| group.members.iter().cloned()).collect()
    }
}
