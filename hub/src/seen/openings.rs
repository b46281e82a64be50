//! Opened sums as tables: each with exactly the schools that it sums, and the whole of every school
//! that a stock names beside it.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::Role as Part;
use domain::catalogue::{Stage, TableId};
use domain::disclosure::attacker::{MARGIN, Printed, SeenCell, SeenTable};
use domain::disclosure::plan::Roster;
use domain::disclosure::sealed::{Kind, SealedTable, TaskId, measure_of};
use domain::period::Period;
use domain::unit::UnitId;
use proto::opening::{Detail, Standing};
use runtime::sql::{SqlError, Tx};

use super::tree::{GRADE, STAGE, Tree};
use super::{Place, same};
use crate::sealed::documents::Documents;
use crate::store::opened_lane;
use crate::store::sealed::opening::{self, Opening};
use crate::store::sealed::{record, report, task};

/// What a sum is of, by what was kept with it: a plan that was replaced leaves its sums behind.
pub(crate) struct Kept<'k> {
    /// Its sealed table.
    pub table: SealedTable,
    /// Area of its plan.
    pub area: &'k UnitId,
    /// Its period.
    pub period: Period,
}

/// An opened sum with exactly the schools that it sums.
pub(crate) struct Summed<'s> {
    /// What tells it from others of its task.
    pub id: String,
    /// Its stage and how fine it is.
    pub of: (Stage, Detail),
    /// With which report each school stands in it.
    pub standings: &'s [Standing],
    /// Schools that stand in it with an earlier period, by name of the period.
    pub carried: BTreeMap<String, String>,
    /// Opened cells by place.
    pub cells: BTreeMap<usize, u64>,
}

/// Every opened sum of the year in which this hub had one of some parts.
pub(super) fn tables(
    tx: &Tx<'_>,
    place: Place<'_>,
    tree: &Tree,
    (parts, known): (&[Part], Known),
) -> Result<Vec<SeenTable>, SqlError> {
    let mut found = Vec::new();
    for stored in task::all(tx)? {
        let Some(year) = place.documents.year(&stored.area, stored.school_year) else { continue };
        let has_part = year.role_of(place.unit).is_some_and(|part| parts.contains(&part));
        if stored.school_year == place.year && has_part {
            let roster = &year.sealed().roster;
            let of = (&stored, roster);
            found.extend(known_of_task(tx, place.documents, of, (tree, known))?);
        }
    }
    Ok(found)
}

/// Whose knowledge is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// This hub's: also what it computed without that it came to be.
    Here,
    /// That of whoever is told what was opened.
    Told,
}

/// The sums of a task that are recorded, or that this hub computed without that they came to be,
/// and the wholes of the schools whose reports are in it.
pub(crate) fn of_task(
    tx: &Tx<'_>,
    documents: &Documents,
    of: (&task::Task, &Roster),
    tree: &Tree,
) -> Result<Vec<SeenTable>, SqlError> {
    known_of_task(tx, documents, of, (tree, Known::Here))
}

/// As [`of_task`], of what somebody knows.
pub(crate) fn known_of_task(
    tx: &Tx<'_>,
    documents: &Documents,
    (stored, roster): (&task::Task, &Roster),
    (tree, known): (&Tree, Known),
) -> Result<Vec<SeenTable>, SqlError> {
    let tables = documents.tables(&stored.pack);
    let Some(table) = tables.as_ref().and_then(|all| all.table(stored.sheet.as_str())) else {
        return Ok(Vec::new());
    };
    let catalogue = documents.packs().catalogue(&stored.pack);
    let related = tables.as_ref().zip(catalogue);
    let related = related.map(|(all, catalogue)| same::related((all, catalogue), table));
    let related = related.unwrap_or_default();
    let kept = Kept { table: table.clone(), area: &stored.area, period: stored.period };
    let mut found = wholes(tx, &stored.id, &kept, tree)?;
    for one in opening::of_task(tx, &stored.id)? {
        let is_recorded =
            record::of_opening(tx, one.id)?.is_some_and(|record| record.helper.is_some());
        let cells = match (is_recorded, known) {
            (true, _) => opening::cells(tx, one.id)?,
            (false, Known::Here) => opening::seen(tx, one.id)?,
            (false, Known::Told) => Vec::new(),
        };
        if is_recorded || !cells.is_empty() {
            let standings = opening::standings(tx, one.id)?;
            let carried = periods(tx, &stored.id, &standings)?;
            let sum = opened((&kept, roster), Summed::new(&one, &standings, carried, cells));
            let totals = same::totals(&related, &sum, one.set.stage);
            found.extend(std::iter::once(sum).chain(totals));
        }
    }
    Ok(found)
}

/// The earlier period of each school that is carried in a sum.
pub(crate) fn periods(
    tx: &Tx<'_>,
    own: &TaskId,
    standings: &[Standing],
) -> Result<BTreeMap<String, String>, SqlError> {
    let mut found = BTreeMap::new();
    for standing in standings.iter().filter(|standing| standing.task != *own) {
        if let Some(earlier) = task::find(tx, &standing.task)? {
            found.insert(standing.unit.to_string(), earlier.period.to_string());
        }
    }
    Ok(found)
}

/// Periods of a sealed table whose sums have a figure in common, over however many others: a school
/// that is carried stands with one report in two sums, whichever of them is opened first.
pub(crate) fn linked(
    tx: &Tx<'_>,
    (place, sheet): ((&UnitId, i16), &TableId),
    mut known: BTreeSet<String>,
) -> Result<BTreeSet<String>, SqlError> {
    let mut links: BTreeSet<[String; 2]> = BTreeSet::new();
    for stored in task::of_sheet(tx, place, sheet)? {
        for one in opening::of_task(tx, &stored.id)? {
            let earlier = periods(tx, &stored.id, &opening::standings(tx, one.id)?)?;
            links.extend(earlier.into_values().map(|from| [from, stored.period.to_string()]));
        }
    }
    // Each round but the last takes in what a link leads to, so there are no more than links.
    for _ in &links {
        let reached = links.iter().filter(|link| link.iter().any(|period| known.contains(period)));
        let reached: Vec<String> = reached.flatten().cloned().collect();
        known.extend(reached);
    }
    Ok(known)
}

impl<'s> Summed<'s> {
    /// One that this hub opened itself.
    pub(crate) fn new(
        opening: &Opening,
        standings: &'s [Standing],
        carried: BTreeMap<String, String>,
        cells: impl IntoIterator<Item = (usize, u64)>,
    ) -> Self {
        let of = (opening.set.stage, opening.set.detail);
        let cells = cells.into_iter().collect();
        Self { id: opening.id.to_string(), of, standings, carried, cells }
    }
}

/// Every opened sum of the year that a leader told this hub: those of areas below it, and those of
/// the town that it is.
pub(super) fn told(tx: &Tx<'_>, place: Place<'_>, tree: &Tree) -> Result<Vec<SeenTable>, SqlError> {
    let kept = opened_lane::kept(tx)?;
    let periods: BTreeMap<&TaskId, Period> =
        kept.iter().map(|sum| (&sum.record.task, sum.record.period)).collect();
    let mut found = Vec::new();
    for sum in kept.iter().filter(|sum| sum.school_year == place.year) {
        let year = place.documents.year(&sum.area, sum.school_year);
        let tables = place.documents.tables(&sum.pack);
        let table = tables.as_ref().and_then(|all| all.table(sum.record.table.as_str()));
        let (Some(year), Some(table)) = (year, table) else { continue };
        let record = &sum.record;
        // Where the earlier sum was told elsewhere, the report itself tells one time from others.
        let earlier = |one: &Standing| match periods.get(&one.task) {
            Some(period) => period.to_string(),
            None => format!("report {}", one.report),
        };
        let carried = record.schools.iter().filter(|one| one.task != record.task);
        let summed = Summed {
            // Each leader counts by itself, and this hub its own openings.
            id: format!("{}/{}", sum.area, record.number),
            of: (record.stage, record.detail),
            standings: &record.schools,
            carried: carried.map(|one| (one.unit.to_string(), earlier(one))).collect(),
            cells: sum.cells.clone(),
        };
        let area =
            if tree.units().contains_key(sum.area.as_str()) { &sum.area } else { place.unit };
        let of = Kept { table: table.clone(), area, period: record.period };
        let related = tables.as_ref().zip(place.documents.packs().catalogue(&sum.pack));
        let related = related.map(|(all, catalogue)| same::related((all, catalogue), table));
        let sum = opened((&of, &year.sealed().roster), summed);
        let totals = same::totals(&related.unwrap_or_default(), &sum, record.stage);
        found.extend(std::iter::once(sum).chain(totals));
    }
    Ok(found)
}

/// An opened sum as a table.
pub(crate) fn opened((kept, roster): (&Kept<'_>, &Roster), sum: Summed<'_>) -> SeenTable {
    let members: Vec<String> = sum.standings.iter().map(|one| one.unit.to_string()).collect();
    let (stage, detail) = sum.of;
    let cells = match detail {
        Detail::Cells => of_cells(&kept.table, (roster, sum.standings), stage, &sum.cells),
        Detail::Categories => {
            of_categories(&kept.table, (roster, sum.standings), stage, &sum.cells)
        }
    };
    SeenTable {
        id: format!("{}/{}/{}/{}", kept.table.id(), kept.period, stage.as_str(), sum.id),
        unit: kept.area.to_string(),
        period: kept.period.to_string(),
        measure: measure_of(kept.table.id().as_str()).to_owned(),
        dims: dims(&kept.table),
        members: Some(members),
        carried: sum.carried,
        cells,
    }
}

fn dims(table: &SealedTable) -> Vec<String> {
    table.block().dims().map(|dim| dim.as_str().to_owned()).collect()
}

/// Each cell of the stage; one that stays closed says nothing and is named.
fn of_cells(
    table: &SealedTable,
    (roster, standings): (&Roster, &[Standing]),
    stage: Stage,
    values: &BTreeMap<usize, u64>,
) -> Vec<SeenCell> {
    let schools = standings.iter().filter_map(|one| roster.school(&one.unit));
    let places: BTreeSet<usize> =
        schools.flat_map(|school| table.places_of(school, stage)).collect();
    let cell = |place: usize| {
        let key = table.block().values_at(place).unwrap_or_default();
        SeenCell {
            key: key.into_iter().map(str::to_owned).collect(),
            printed: values.get(&place).map_or(Printed::Between(0, None), |n| Printed::Exact(*n)),
        }
    };
    places.into_iter().map(cell).collect()
}

/// One sum for each category of the first axis, over all cells of the stage.
fn of_categories(
    table: &SealedTable,
    (roster, standings): (&Roster, &[Standing]),
    stage: Stage,
    values: &BTreeMap<usize, u64>,
) -> Vec<SeenCell> {
    let schools = standings.iter().map(|one| &one.unit);
    let grades: Vec<&str> =
        roster.grades(schools, stage).into_iter().map(|grade| grade.as_str()).collect();
    let Some(first) = table.block().axes.first() else { return Vec::new() };
    let cell = |(place, category): (usize, &String)| {
        let entry = |(at, dim): (usize, &str)| match (at, dim) {
            (0, _) => category.clone(),
            (_, GRADE) => grades.join("|"),
            (_, STAGE) => stage.as_str().to_owned(),
            _ => MARGIN.to_owned(),
        };
        let dims = table.block().dims().map(|dim| dim.as_str());
        SeenCell {
            key: dims.enumerate().map(entry).collect(),
            printed: values.get(&place).map_or(Printed::Between(0, None), |n| Printed::Exact(*n)),
        }
    };
    first.values.iter().enumerate().map(cell).collect()
}

/// Who is enrolled by each school's accepted report of a stock, stage by stage: the whole of its
/// cells, which everybody knows.
fn wholes(
    tx: &Tx<'_>,
    task: &TaskId,
    kept: &Kept<'_>,
    tree: &Tree,
) -> Result<Vec<SeenTable>, SqlError> {
    if kept.table.kind() == Kind::Flow {
        return Ok(Vec::new());
    }
    let dims = dims(&kept.table);
    let mut found = Vec::new();
    for (school, accepted) in report::accepted(tx, task)? {
        let Some(held) = report::find(tx, &accepted.digest)? else { continue };
        for (stage, persons) in &held.held.enrolled {
            let Some(grades) = tree.stage_of(&[school.to_string()], *stage) else { continue };
            let entry = |dim: &String| match dim.as_str() {
                GRADE => grades.clone(),
                STAGE => stage.as_str().to_owned(),
                _ => MARGIN.to_owned(),
            };
            let key = dims.iter().map(entry).collect();
            let table = kept.table.id();
            found.push(SeenTable {
                id: format!("{table}/{}/{school}/{}", kept.period, stage.as_str()),
                unit: school.to_string(),
                period: kept.period.to_string(),
                measure: measure_of(table.as_str()).to_owned(),
                dims: dims.clone(),
                members: None,
                carried: BTreeMap::new(),
                cells: vec![SeenCell { key, printed: Printed::Exact(*persons) }],
            });
        }
    }
    Ok(found)
}
