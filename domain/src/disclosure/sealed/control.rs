//! Control sums, and the cells that are about enough persons to be opened.
//!
//! A sealed stock is a partition of those enrolled, so the sum of its cells by stage is a number
//! that everybody knows already. Both hubs open it for each report at intake, by the school's
//! name, and for each group before its cells; a share that was lost, doubled, stale or spoiled is
//! off.

use std::collections::{BTreeMap, BTreeSet};

use super::super::plan::{PERSONS_MIN, Roster, School, Sexes};
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

/// What each school of a set adds to an opening of a stage: the places of its cells that may be
/// opened. Both hubs release their share of exactly these, and of nothing else.
#[must_use]
pub fn coordinates<'r>(
    table: &SealedTable,
    roster: &'r Roster,
    schools: &BTreeSet<UnitId>,
    stage: Stage,
) -> BTreeMap<&'r UnitId, Vec<usize>> {
    let of_set = || roster.schools.iter().filter(|(id, _)| schools.contains(id));
    let open = openable(table, of_set().map(|(_, school)| school), stage);
    let is_open = |place: &usize| open.get(*place).copied().unwrap_or_default();
    let places = |school| table.places_of(school, stage).into_iter().filter(is_open).collect();
    of_set().map(|(id, school)| (id, places(school))).collect()
}

/// Which cells of a table may be opened for the schools of a set, all with one stage: those that
/// are about enough persons of the signed roster, counted over these schools only, and never over
/// what they reported.
#[must_use]
pub fn openable<'s>(
    table: &SealedTable,
    schools: impl IntoIterator<Item = &'s School>,
    stage: Stage,
) -> Vec<bool> {
    let about = persons_about(table, schools, stage);
    about.into_iter().map(|persons| persons >= PERSONS_MIN).collect()
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

/// How many persons of a set, all with one stage, stand in cells that stay closed. A sum over
/// everybody beside the opened cells tells the sum over these, so it is no smaller thing.
#[must_use]
pub fn persons_closed<'s>(
    table: &SealedTable,
    schools: impl IntoIterator<Item = &'s School>,
    stage: Stage,
) -> u64 {
    // Each stratum once: the first of its cells.
    let about = persons_about(table, schools, stage);
    let strata = about.into_iter().take(table.strata().len());
    strata.filter(|persons| *persons < PERSONS_MIN).sum()
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
