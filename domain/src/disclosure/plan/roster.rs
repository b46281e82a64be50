//! The roster that a plan is made from: the schools of an area as both departments list them, with
//! the number of students that each school itself signed.

use std::collections::{BTreeMap, BTreeSet};

use super::super::SMALL_BELOW;
use crate::catalogue::{Grade, Stage};
use crate::unit::UnitId;

/// Longest name of an operator in characters.
pub const OPERATOR_CHARS_MAX: usize = 80;

/// Most students of one grade and sex at one school.
pub const ENROLLED_MAX: u32 = 100_000;

/// Students of one grade by the sex codes of the catalogue: male, female, not stated.
pub type Sexes = [u32; 3];

/// The first school year in which each department had the school on its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The education department's list.
    pub education: i16,
    /// The health commission's list.
    pub health: i16,
}

/// A school as both departments list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct School {
    /// The town or street in which it sits.
    pub town: UnitId,
    /// Who operates it: schools of one operator count once, since one office sees all of them.
    pub operator: String,
    /// Since when it is listed.
    pub listed: Listed,
    /// Whether the enrolment below is signed by the school itself; only then does it count.
    pub is_signed: bool,
    /// Students by stage, grade and sex. A grade with nobody in it is not listed.
    pub stages: BTreeMap<Stage, BTreeMap<Grade, Sexes>>,
}

impl School {
    /// The stages and grades that it has, by dimension: what it cannot fill is public.
    #[must_use]
    pub fn categories(&self) -> BTreeMap<String, BTreeSet<String>> {
        let stages = self.stages.keys().map(|stage| stage.as_str().to_owned()).collect();
        let grades = self.stages.values().flat_map(BTreeMap::keys);
        let grades = grades.map(|grade| grade.as_str().to_owned()).collect();
        BTreeMap::from([("stage".to_owned(), stages), ("grade".to_owned(), grades)])
    }

    /// Whether it counts towards the floor: a year on both lists, by its own signed enrolment.
    #[must_use]
    pub fn counts(&self, year: i16) -> bool {
        self.is_signed && self.listed.education < year && self.listed.health < year
    }

    /// Its students of a stage.
    #[must_use]
    pub fn persons(&self, stage: Stage) -> u64 {
        let grades = self.stages.get(&stage).into_iter().flat_map(BTreeMap::values);
        grades.flatten().map(|count| u64::from(*count)).sum()
    }

    /// Its students of a grade within a stage.
    #[must_use]
    pub fn persons_in(&self, stage: Stage, grade: Grade) -> u64 {
        let sexes = self.stages.get(&stage).and_then(|grades| grades.get(&grade));
        sexes.into_iter().flatten().map(|count| u64::from(*count)).sum()
    }

    /// Whether it has students of a stage.
    #[must_use]
    pub fn has(&self, stage: Stage) -> bool {
        self.persons(stage) > 0
    }
}

/// What some schools are to one another in a sum about persons at each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// All persons.
    pub persons: u64,
    /// Persons of the operator that has most of them.
    pub largest: u64,
    /// Operators to whom a small count of another school can be handed on: they have at least
    /// [`SMALL_BELOW`] of the persons at schools that count.
    pub hiding: u32,
}

/// The schools of an area in one school year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    /// The area: a district, or the city.
    pub area: UnitId,
    /// The school year, by the year in which it begins.
    pub year: i16,
    /// Its schools.
    pub schools: BTreeMap<UnitId, School>,
}

impl Roster {
    /// A school of the roster.
    #[must_use]
    pub fn school(&self, id: &UnitId) -> Option<&School> {
        self.schools.get(id)
    }

    /// The schools that have students of a stage.
    pub fn with(&self, stage: Stage) -> impl Iterator<Item = (&UnitId, &School)> {
        self.schools.iter().filter(move |(_, school)| school.has(stage))
    }

    /// Whether schools of the roster sit in a town.
    #[must_use]
    pub fn has_town(&self, town: &UnitId) -> bool {
        self.schools.values().any(|school| school.town == *town)
    }

    /// The schools of a stage that sit in a town.
    pub fn in_town<'r>(
        &'r self,
        town: &'r UnitId,
        stage: Stage,
    ) -> impl Iterator<Item = (&'r UnitId, &'r School)> {
        self.with(stage).filter(move |(_, school)| school.town == *town)
    }

    /// The town in which all of some schools sit; `None` where they sit in several.
    #[must_use]
    pub fn town_of_all<'r>(&'r self, members: &BTreeSet<UnitId>) -> Option<&'r UnitId> {
        let mut towns = members.iter().map(|id| self.schools.get(id).map(|school| &school.town));
        let first = towns.next()??;
        towns.all(|town| town == Some(first)).then_some(first)
    }

    /// How many of some schools count towards the floor with a stage: one for each operator.
    #[must_use]
    pub fn support<'i>(&self, members: impl IntoIterator<Item = &'i UnitId>, stage: Stage) -> u32 {
        self.support_of(members, |school| school.has(stage))
    }

    /// How many of some schools count towards the floor with a grade of a stage.
    #[must_use]
    pub fn support_in<'i>(
        &self,
        members: impl IntoIterator<Item = &'i UnitId>,
        (stage, grade): (Stage, Grade),
    ) -> u32 {
        self.support_of(members, |school| school.persons_in(stage, grade) > 0)
    }

    fn support_of<'i>(
        &self,
        members: impl IntoIterator<Item = &'i UnitId>,
        has: impl Fn(&School) -> bool,
    ) -> u32 {
        let schools = members.into_iter().filter_map(|id| self.schools.get(id));
        let counting = schools.filter(|school| school.counts(self.year) && has(school));
        let operators: BTreeSet<&str> = counting.map(|school| school.operator.as_str()).collect();
        u32::try_from(operators.len()).unwrap_or(u32::MAX)
    }

    /// What some schools are to one another in a sum about so many persons at each.
    #[must_use]
    pub fn crowd<'i>(
        &self,
        members: impl IntoIterator<Item = &'i UnitId>,
        persons: impl Fn(&UnitId, &School) -> u64,
    ) -> Crowd {
        // Of each operator all persons, and those at schools that count.
        let (mut all, mut operators) = (0_u64, BTreeMap::<&str, (u64, u64)>::new());
        for (id, school) in members.into_iter().filter_map(|id| Some((id, self.school(id)?))) {
            let own = persons(id, school);
            let (sum, counted) = operators.entry(&school.operator).or_default();
            *sum = sum.saturating_add(own);
            if school.counts(self.year) {
                *counted = counted.saturating_add(own);
            }
            all = all.saturating_add(own);
        }
        let largest = operators.values().map(|(sum, _)| *sum).max().unwrap_or_default();
        let can_hide = |(_, counted): &&(u64, u64)| *counted >= u64::from(SMALL_BELOW);
        let hiding = operators.values().filter(can_hide).count();
        Crowd { persons: all, largest, hiding: u32::try_from(hiding).unwrap_or(u32::MAX) }
    }

    /// The students of some schools with a stage.
    #[must_use]
    pub fn persons<'i>(&self, members: impl IntoIterator<Item = &'i UnitId>, stage: Stage) -> u64 {
        let schools = members.into_iter().filter_map(|id| self.schools.get(id));
        schools.map(|school| school.persons(stage)).sum()
    }

    /// The students of the largest operator among some schools.
    #[must_use]
    pub fn largest<'i>(&self, members: impl IntoIterator<Item = &'i UnitId>, stage: Stage) -> u64 {
        let mut operators: BTreeMap<&str, u64> = BTreeMap::new();
        for school in members.into_iter().filter_map(|id| self.schools.get(id)) {
            *operators.entry(&school.operator).or_default() += school.persons(stage);
        }
        operators.into_values().max().unwrap_or(0)
    }

    /// The grades that any of some schools has in a stage.
    #[must_use]
    pub fn grades<'i>(
        &self,
        members: impl IntoIterator<Item = &'i UnitId>,
        stage: Stage,
    ) -> BTreeSet<Grade> {
        let schools = members.into_iter().filter_map(|id| self.schools.get(id));
        let grades = schools.filter_map(|school| school.stages.get(&stage));
        let has = |(grade, sexes): (&Grade, &Sexes)| (*sexes != [0; 3]).then_some(*grade);
        grades.flat_map(|grades| grades.iter().filter_map(has)).collect()
    }
}
