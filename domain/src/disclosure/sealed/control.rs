//! Control sums, and the cells that are about enough persons at enough schools to be opened.
//!
//! A sealed stock is a partition of those enrolled, so the sum of its cells by stage is a number
//! that everybody knows already. Both hubs open it for each report at intake, by the school's
//! name, and for each group before its cells; a share that was lost, doubled, stale or spoiled is
//! off.

use std::collections::{BTreeMap, BTreeSet};

use super::super::plan::{Crowd, DOMINANCE_MAX, PERSONS_MIN, Plan, Roster, School, Sexes};
use super::{SealedTable, Stratum};
use crate::catalogue::Stage;
use crate::unit::UnitId;

/// Codes of the catalogue in the order in which the roster counts them.
const SEXES: [&str; 3] = ["m", "f", "u"];

/// A stage whose sum is not what the clear sheets say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Off {
    /// Which stage.
    pub stage: Stage,
    /// Sum of the sealed cells.
    pub found: u64,
    /// Persons enrolled by the clear sheets of exactly the schools that were summed.
    pub enrolled: u64,
}

/// Compares opened sums by stage with enrolment; a stage that one side lacks counts as zero there.
///
/// # Errors
/// Every stage that is off. The report is refused by its school's name, or the group not released;
/// a smaller set is never opened to find the cause.
pub fn control(
    found: &BTreeMap<Stage, u64>,
    enrolled: &BTreeMap<Stage, u64>,
) -> Result<(), Vec<Off>> {
    let of = |sums: &BTreeMap<Stage, u64>, stage| sums.get(&stage).copied().unwrap_or_default();
    let all = Stage::ALL.into_iter().map(|stage| Off {
        stage,
        found: of(found, stage),
        enrolled: of(enrolled, stage),
    });
    let off: Vec<Off> = all.filter(|sums| sums.found != sums.enrolled).collect();
    if off.is_empty() { Ok(()) } else { Err(off) }
}

/// The schools that hide one another in a sum over a set of a stage, and what they hide.
///
/// They are the ones that stand in it with a report of the very period and are in session: a school
/// that is carried adds what it added before, and one that is away adds nothing, so neither hides
/// anybody. Each stratum is judged by itself, because a cell tells of its stratum alone: it is open
/// where it is about [`PERSONS_MIN`] persons of the signed roster, with as many operators as the
/// plan's floor asks, none of which has more than [`DOMINANCE_MAX`] percent of it. An operator with
/// hardly anybody of it is none of them ([`Roster::crowd`]): a small count of another school cannot
/// be theirs.
#[derive(Clone, Debug)]
pub struct Cover<'r> {
    table: &'r SealedTable,
    roster: &'r Roster,
    floor: u32,
    stage: Stage,
    schools: BTreeSet<UnitId>,
    /// By stratum of the table.
    open: Vec<bool>,
}

impl<'r> Cover<'r> {
    /// Judges every stratum of a table over the schools that hide one another.
    #[must_use]
    pub fn new(
        table: &'r SealedTable,
        (plan, roster): (&Plan, &'r Roster),
        schools: BTreeSet<UnitId>,
        stage: Stage,
    ) -> Self {
        let mut cover =
            Self { table, roster, floor: plan.floor(), stage, schools, open: Vec::new() };
        let is_open = |stratum: &Stratum| cover.hides(|_, school| cover.of(school, stratum));
        cover.open = table.strata().iter().map(is_open).collect();
        cover
    }

    /// Which cells may be opened.
    #[must_use]
    pub fn openable(&self) -> Vec<bool> {
        self.open.iter().copied().cycle().take(self.table.cells()).collect()
    }

    /// Whether the whole stage may be told.
    #[must_use]
    pub fn hides_all(&self) -> bool {
        self.hides(|_, school| school.persons(self.stage))
    }

    /// Whether these schools hide one another in a sum about so many persons at each.
    pub fn hides(&self, persons: impl Fn(&UnitId, &School) -> u64) -> bool {
        let Crowd { persons, largest, hiding } = self.roster.crowd(&self.schools, persons);
        persons >= PERSONS_MIN
            && largest.saturating_mul(100) <= persons.saturating_mul(DOMINANCE_MAX)
            && hiding >= self.floor
    }

    /// Whether anything of a set may be told: a cell, or else the whole stage.
    #[must_use]
    pub fn tells(&self) -> bool {
        self.open.contains(&true) || self.hides_all()
    }

    /// Persons at some schools of the set of the operator that has most of them in all of it.
    #[must_use]
    pub fn of_largest(&self, schools: &BTreeSet<UnitId>) -> u64 {
        let listed = |id| Some((id, self.roster.school(id)?));
        let hiding = self.schools.iter().filter_map(listed);
        let (mut all, mut own) = (BTreeMap::<&str, u64>::new(), BTreeMap::<&str, u64>::new());
        for (id, school) in hiding {
            let persons = school.persons(self.stage);
            *all.entry(&school.operator).or_default() += persons;
            if schools.contains(id) {
                *own.entry(&school.operator).or_default() += persons;
            }
        }
        let largest = all.into_iter().max_by_key(|(_, persons)| *persons);
        largest.and_then(|(operator, _)| own.get(operator).copied()).unwrap_or_default()
    }

    /// Persons of a school in cells that stay closed.
    #[must_use]
    pub fn closed_at(&self, school: &School) -> u64 {
        let strata = self.table.strata().iter().zip(&self.open);
        strata.filter(|(_, open)| !**open).map(|(stratum, _)| self.of(school, stratum)).sum()
    }

    /// What each school of a set adds to its opening: the places of its cells that may be opened.
    /// Both hubs release their share of exactly these, and of nothing else.
    #[must_use]
    pub fn coordinates(&self, set: &BTreeSet<UnitId>) -> BTreeMap<&'r UnitId, Vec<usize>> {
        let open = self.openable();
        let is_open = |place: &usize| open.get(*place).copied().unwrap_or_default();
        let of_set = self.roster.schools.iter().filter(|(id, _)| set.contains(*id));
        let places =
            |school| self.table.places_of(school, self.stage).into_iter().filter(is_open).collect();
        of_set.map(|(id, school)| (id, places(school))).collect()
    }

    /// Persons of a stratum at a school.
    fn of(&self, school: &School, stratum: &Stratum) -> u64 {
        let is_own = stratum.stage_at(school) == Some(self.stage);
        if is_own { persons(school, self.stage, stratum) } else { 0 }
    }
}

/// How many persons of the signed roster each cell of a table is about, over the schools of a set
/// with a stage.
#[must_use]
pub fn persons_about<'s>(
    table: &SealedTable,
    schools: impl IntoIterator<Item = &'s School>,
    stage: Stage,
) -> Vec<u64> {
    let mut about = vec![0_u64; table.strata().len()];
    for school in schools {
        for (sum, stratum) in about.iter_mut().zip(table.strata()) {
            if stratum.stage_at(school) == Some(stage) {
                *sum = sum.saturating_add(persons(school, stage, stratum));
            }
        }
    }
    about.into_iter().cycle().take(table.cells()).collect()
}

/// Persons of a stratum that a school has in a stage, by the roster.
fn persons(school: &School, stage: Stage, stratum: &Stratum) -> u64 {
    let sex = stratum.sex.as_ref().map(|sex| SEXES.iter().position(|known| known == sex));
    let of = |sexes: &Sexes| -> u64 {
        let counts = sexes.iter().enumerate();
        let asked = counts.filter(|(at, _)| sex.is_none_or(|sex| sex == Some(*at)));
        asked.map(|(_, count)| u64::from(*count)).sum()
    };
    let grades = school.stages.get(&stage).into_iter().flatten();
    let asked = grades.filter(|(grade, _)| stratum.grade.is_none_or(|asked| asked == **grade));
    asked.map(|(_, sexes)| of(sexes)).sum()
}
