//! Whether a plan may be used: alone, beside the plans of the years before, and beside the versions
//! of its own year that stood before it, of which sums may be out.

use std::collections::{BTreeMap, BTreeSet};

use super::isolation::{Year, atoms_over_years};
use super::{
    Access, DOMINANCE_MAX, Flaw, GROUP_MIN, Group, GroupId, HOLD_YEARS, PERSONS_MIN, Plan,
    REST_YEARS, Roster,
};
use crate::catalogue::Stage;
use crate::unit::UnitId;

impl Plan {
    /// Checks the plan against its roster and whatever was opened before it: the plans of earlier
    /// years and the versions of its own year that it replaces, each with its roster, the oldest
    /// first.
    ///
    /// # Errors
    /// The first flaw that is found, with the group that leaks.
    pub fn check(&self, roster: &Roster, past: &[(Plan, Roster)]) -> Result<(), Flaw> {
        self.matches(roster, past)?;
        self.is_partition(roster)?;
        for group in &self.groups {
            self.checks_group(group, roster)?;
        }
        self.isolates_nobody(roster, past)?;
        for group in &self.groups {
            self.has_rested(group, roster, past)?;
        }
        self.holds(past)
    }

    /// Why a group could not be opened by itself; nothing for one that could.
    #[must_use]
    pub fn why_closed(&self, group: &Group, roster: &Roster) -> Option<Flaw> {
        sound(group, roster, self.floor).err()
    }

    fn matches(&self, roster: &Roster, past: &[(Plan, Roster)]) -> Result<(), Flaw> {
        if self.floor < GROUP_MIN {
            return Err(Flaw::Floor { floor: self.floor, smallest: self.smallest(roster) });
        }
        let fits = |plan: &Plan, roster: &Roster| {
            plan.area == self.area && roster.area == self.area && plan.year == roster.year
        };
        let years = past.iter().map(|(plan, _)| plan.year).chain([self.year]);
        let in_order = years.clone().zip(years.skip(1)).all(|(before, after)| before <= after);
        let fit = fits(self, roster) && past.iter().all(|(plan, roster)| fits(plan, roster));
        if fit && in_order { Ok(()) } else { Err(Flaw::Mismatch) }
    }

    /// The group of an opened sum in which the fewest schools count, and how many do.
    fn smallest(&self, roster: &Roster) -> Option<(GroupId, u32)> {
        let open = self.groups.iter().filter(|group| group.access != Access::Closed);
        let counted = open.map(|group| {
            let schools = roster.support(&group.members, group.stage);
            (group.id.clone(), schools)
        });
        counted.min_by_key(|(_, schools)| *schools)
    }

    fn is_partition(&self, roster: &Roster) -> Result<(), Flaw> {
        let mut names = BTreeSet::new();
        let mut homes: BTreeMap<(Stage, &UnitId), &GroupId> = BTreeMap::new();
        for group in &self.groups {
            let is_sound = group.since <= self.year && !group.members.is_empty();
            if !names.insert(&group.id) || !is_sound {
                return Err(Flaw::Group(group.id.clone()));
            }
            for school in &group.members {
                if !roster.school(school).is_some_and(|known| known.has(group.stage)) {
                    let (group, school) = (group.id.clone(), school.clone());
                    return Err(Flaw::Stranger { group, school });
                }
                if let Some(first) = homes.insert((group.stage, school), &group.id) {
                    let (first, second) = (first.clone(), group.id.clone());
                    return Err(Flaw::Twice { school: school.clone(), first, second });
                }
            }
        }
        for stage in Stage::ALL {
            let mut lost = roster.with(stage).filter(|(id, _)| !homes.contains_key(&(stage, *id)));
            if let Some((id, _)) = lost.next() {
                return Err(Flaw::Missing(id.clone()));
            }
        }
        Ok(())
    }

    fn checks_group(&self, group: &Group, roster: &Roster) -> Result<(), Flaw> {
        if let Some(id) = &group.partner {
            let partner = self.group(id).filter(|known| known.stage == group.stage);
            let is_open = partner.is_some_and(|known| known.access != Access::Closed);
            if !is_open || *id == group.id {
                return Err(Flaw::Partner(group.id.clone()));
            }
        }
        match group.access {
            Access::Closed => Ok(()),
            Access::Town | Access::District => sound(group, roster, self.floor),
        }
    }

    /// A group counts in a town's figures only if it did not change within two years, nor from one
    /// version of its year to the next: otherwise the difference of two town figures, or of a
    /// town's and the district's, would tell of who came or went.
    fn has_rested(
        &self,
        group: &Group,
        roster: &Roster,
        past: &[(Plan, Roster)],
    ) -> Result<(), Flaw> {
        if group.access != Access::Town || may_be_town(group, roster, past) {
            Ok(())
        } else {
            Err(Flaw::Rest(group.id.clone()))
        }
    }

    /// Schools that stood together stay together for three years, as far as they are still there.
    fn holds(&self, past: &[(Plan, Roster)]) -> Result<(), Flaw> {
        let Some((last, _)) = past.last() else { return Ok(()) };
        for old in last.groups.iter().filter(|old| self.year - old.since < HOLD_YEARS) {
            let left = old.members.iter().filter_map(|school| self.group_of(school, old.stage));
            let homes: BTreeSet<&GroupId> = left.map(|group| &group.id).collect();
            if homes.len() > 1 && old.access != Access::Closed {
                return Err(Flaw::Parted(old.id.clone()));
            }
        }
        Ok(())
    }

    fn isolates_nobody(&self, roster: &Roster, past: &[(Plan, Roster)]) -> Result<(), Flaw> {
        let recent = past.iter().filter(|(plan, _)| self.year - plan.year <= REST_YEARS);
        let recent: Vec<(&Plan, &Roster)> =
            recent.map(|(plan, roster)| (plan, roster)).chain([(self, roster)]).collect();
        // A floor that was raised binds what is opened from now on.
        let floor = recent.iter().map(|(plan, _)| plan.floor).min().unwrap_or(self.floor);
        for stage in Stage::ALL {
            let years: Vec<Year> =
                recent.iter().map(|(plan, roster)| opened_in(plan, roster, stage)).collect();
            for atom in atoms_over_years(&years) {
                let homes: Vec<&Group> =
                    atom.iter().filter_map(|school| self.group_of(school, stage)).collect();
                let Some(group) = homes.iter().find(|home| home.access != Access::Closed) else {
                    continue;
                };
                let counts = recent.iter().map(|(_, roster)| roster.support(&atom, stage));
                let schools = counts.max().unwrap_or(0);
                if schools < floor {
                    return Err(Flaw::Isolates { group: group.id.clone(), schools });
                }
            }
        }
        Ok(())
    }
}

/// Whether a group could be opened by itself.
pub(super) fn sound(group: &Group, roster: &Roster, floor: u32) -> Result<(), Flaw> {
    let Group { stage, members, .. } = group;
    let id = || group.id.clone();
    let schools = roster.support(members, *stage);
    if schools < floor {
        return Err(Flaw::Few { group: id(), schools });
    }
    let persons = roster.persons(members, *stage);
    if persons < PERSONS_MIN {
        return Err(Flaw::Persons { group: id(), persons });
    }
    if roster.largest(members, *stage) * 100 > persons * DOMINANCE_MAX {
        return Err(Flaw::Dominant(id()));
    }
    for grade in roster.grades(members, *stage) {
        let schools = roster.support_in(members, (*stage, grade));
        if schools < floor {
            return Err(Flaw::Grade { group: id(), grade, schools });
        }
        let others = Stage::ALL.into_iter().filter(|other| other != stage);
        if others.map(|other| roster.grades(members, other)).any(|has| has.contains(&grade)) {
            return Err(Flaw::Mixed { group: id(), grade });
        }
    }
    Ok(())
}

/// Whether a group may count in a town's figures: it sits in one town, and is what it was in the
/// two years before and in the versions before of its own.
pub(super) fn may_be_town(group: &Group, roster: &Roster, past: &[(Plan, Roster)]) -> bool {
    let Some(town) = roster.town_of_all(&group.members) else { return false };
    let recent = past.iter().filter(|(plan, _)| roster.year - plan.year <= REST_YEARS);
    let mut old = recent.flat_map(|(plan, then)| {
        let of_stage = plan.of_stage(group.stage);
        of_stage.filter(|old| !old.members.is_disjoint(&group.members)).map(move |old| (old, then))
    });
    old.all(|(old, then)| {
        old.members == group.members && then.town_of_all(&old.members) == Some(town)
    })
}

/// The sets that a plan opens in a year for a stage, by the groups that are in them: the district,
/// each town, and each group by itself.
fn opened_in(plan: &Plan, roster: &Roster, stage: Stage) -> Year {
    let name = |group: &Group| group.id.as_str().to_owned();
    let homes = plan.of_stage(stage).flat_map(|group| {
        group.members.iter().map(move |school| (school.clone(), group.id.as_str().to_owned()))
    });
    let open = plan.of_stage(stage).filter(|group| group.access != Access::Closed);
    let towns = plan.towns(roster, stage);
    let of_towns =
        towns.values().map(|set| set.groups.iter().map(|id| id.as_str().to_owned()).collect());
    let shown = plan.of_stage(stage).filter(|group| group.access == Access::Town);
    let alone = shown.map(|group| BTreeSet::from([name(group)]));
    let sets = std::iter::once(open.map(name).collect()).chain(of_towns).chain(alone).collect();
    Year { year: plan.year, sets, homes: homes.collect() }
}
