//! What the schools of a town name together in their reports of a stock, beside the sum of their
//! clear sheets.
//!
//! A school below a street sends its sheet there, and what comes here is the street's sum. So the
//! numbers that the reports name are added up too, once every school of the town is in both: a
//! sum that lacks a school, or has one that is not on the roster, is not compared. Nothing depends
//! on what came first.

use std::collections::{BTreeMap, BTreeSet};

use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::sealed::{Kind, lv};
use domain::period::Period;
use domain::unit::UnitId;
use proto::opening::Standing;
use runtime::sql::{SqlError, Tx};

use super::documents::{Documents, Task};
use super::sheets::Sheets;
use crate::packs::Packs;
use crate::store::sealed::opening::Opening;
use crate::store::sealed::report::{self, Enrolled};
use crate::store::sealed::say::{self, Confirmation};
use crate::store::sealed::task;

/// A town of which every school's report of a stock is in, in one stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    /// The member of this hub that added the sheets up.
    pub unit: UnitId,
    /// The term.
    pub period: Period,
    /// The stage.
    pub stage: Stage,
    /// What the report of each school names.
    pub named: BTreeMap<UnitId, u64>,
    /// The sum of exactly these schools' clear sheets; nothing where it lacks one or has others.
    pub known: Option<u64>,
    /// Students of its largest school by the roster.
    pub largest: u64,
}

impl Town {
    /// What all of its schools name together.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.named.values().fold(0, |sum: u64, named| sum.saturating_add(*named))
    }

    /// What stands for these very numbers, whichever table's reports name them: a person confirms
    /// all of them together, and another number among them is confirmed anew.
    #[must_use]
    pub fn mark(&self) -> Digest {
        let period = self.period.to_string();
        let named: Vec<String> =
            self.named.iter().map(|(school, named)| format!("{school}={named}")).collect();
        let mut fields = vec![b"town-enrolled/v1".as_slice(), self.unit.as_str().as_bytes()];
        fields.extend([period.as_bytes(), self.stage.as_str().as_bytes()]);
        fields.extend(named.iter().map(String::as_bytes));
        sha256(&lv(&fields))
    }
}

/// The towns of a stock's task; none of a flow.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, packs: &Packs, task: &Task) -> Result<Vec<Town>, SqlError> {
    if task.table.kind() == Kind::Flow {
        return Ok(Vec::new());
    }
    let reports = report::enrolled(tx, &task.id)?;
    complete(tx, task, (&reports, &Sheets::read(tx, packs, task)?))
}

/// The same of reports and sheets that were read.
pub(super) fn complete(
    tx: &Tx<'_>,
    task: &Task,
    (reports, sheets): (&[Enrolled], &Sheets<'_>),
) -> Result<Vec<Town>, SqlError> {
    let roster = &task.year.sealed().roster;
    // Where a city leads for a district, that district is the member whose sum comes.
    let towns = roster.schools.values().map(|school| &school.town);
    let units: BTreeSet<&UnitId> =
        towns.chain([&roster.area]).filter(|unit| sheets.has(unit)).collect();
    if units.is_empty() {
        return Ok(Vec::new());
    }
    let away = say::absent(tx, task.attended())?;
    let told: BTreeMap<&UnitId, &BTreeMap<Stage, u64>> =
        reports.iter().map(|one| (&one.school, &one.named)).collect();
    let mut found = Vec::new();
    for unit in units {
        let Some(sheet) = sheets.of(unit)?.filter(|sheet| sheet.is_sum) else { continue };
        for stage in Stage::ALL {
            let is_of = |town: &UnitId| *unit == roster.area || unit == town;
            // A school whose own sheet came is held against that one.
            let schools = roster.with(stage);
            let schools = schools.filter(|(id, school)| is_of(&school.town) && !sheets.has(id));
            let schools: Vec<_> = schools.collect();
            let named = schools.iter().filter_map(|(id, _)| {
                Some(((*id).clone(), told.get(id)?.get(&stage).copied().unwrap_or(0)))
            });
            let named: BTreeMap<UnitId, u64> = named.collect();
            let mut others = schools.iter().filter(|(id, _)| !named.contains_key(*id));
            if named.is_empty() || others.any(|(id, _)| !away.contains(*id)) {
                continue;
            }
            let told = sheet.enrolled.get(&stage).filter(|(_, schools)| {
                sheet.is_whole && usize::try_from(*schools) == Ok(named.len())
            });
            found.push(Town {
                unit: unit.clone(),
                period: task.terms.period,
                stage,
                named,
                known: told.map(|(persons, _)| *persons),
                largest: schools.iter().map(|(_, one)| one.persons(stage)).max().unwrap_or(0),
            });
        }
    }
    Ok(found)
}

/// What the schools of a town name together by a mark of theirs; nothing where no stock's reports
/// make it.
///
/// # Errors
/// The store cannot be read.
pub fn sum_of(
    tx: &Tx<'_>,
    documents: &Documents,
    (unit, mark, stage): (&UnitId, &Digest, Stage),
) -> Result<Option<u64>, SqlError> {
    for stored in task::all(tx)? {
        let place = (&stored.area, stored.school_year);
        let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
        let Some(made) = made.ok().filter(|made| made.id == stored.id) else { continue };
        let towns = of(tx, documents.packs(), &made)?;
        let is_it =
            |town: &&Town| (&town.unit, town.stage) == (unit, stage) && town.mark() == *mark;
        if let Some(town) = towns.iter().find(is_it) {
            return Ok(Some(town.sum()));
        }
    }
    Ok(None)
}

/// What was ever confirmed of towns of which a school stands in an opening, in its stage.
///
/// # Errors
/// The store cannot be read.
pub fn confirmed_in(
    tx: &Tx<'_>,
    towns: &[Town],
    (opening, standings): (&Opening, &[Standing]),
) -> Result<Vec<Confirmation>, SqlError> {
    let mut found = Vec::new();
    for town in towns.iter().filter(|town| town.stage == opening.set.stage) {
        if standings.iter().any(|standing| town.named.contains_key(&standing.unit)) {
            found.extend(say::confirmed_of(tx, (&town.mark(), town.stage))?);
        }
    }
    Ok(found)
}
