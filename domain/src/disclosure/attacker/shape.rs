//! The common grid of a part of one measure: the finest categories and stretches of time that its
//! tables tell apart.
//!
//! Categories that no table tells apart are one, and so are stretches of time; what stays is the
//! coarsest grid on which every table is a sum of cells.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::Part;
use super::view::{Course, MARGIN, SeenTable, View, ViewError};
use crate::period::{Period, week_thursday};

/// Most cells of a grid, for one school and stretch of time.
const CELLS_MAX: usize = 20_000;

/// The grid of a part of one measure.
pub(super) struct Shape<'v> {
    pub measure: &'v str,
    pub dims: Vec<Dim<'v>>,
    /// For each period that has a table, the stretches of time in it.
    pub periods: BTreeMap<&'v str, Vec<usize>>,
    pub stretches: usize,
    pub tables: Vec<&'v SeenTable>,
    /// Tables of other times that print nothing: they name categories and schools.
    pub names: Vec<&'v SeenTable>,
}

/// A dimension of a measure with its classes of categories.
pub(super) struct Dim<'v> {
    pub id: &'v str,
    /// Each class as the categories in it.
    pub classes: Vec<Vec<&'v str>>,
}

/// The smallest stretches of time of each period.
pub(super) type Bases<'v> = BTreeMap<&'v str, BTreeSet<String>>;

/// The classes of each dimension that a key takes.
pub(super) type Pick = Vec<Vec<usize>>;

impl<'v> Shape<'v> {
    /// The grid of a part.
    pub fn of(view: &'v View, part: &Part<'v>, bases: &Bases<'v>) -> Result<Self, ViewError> {
        let tables = part.tables.clone();
        let named: Vec<&SeenTable> = tables.iter().chain(&part.names).copied().collect();
        let dims: Vec<Dim<'v>> =
            part.dims.iter().copied().map(|id| Dim::of(view, id, &named)).collect();
        let cells =
            dims.iter().fold(1, |cells: usize, dim| cells.saturating_mul(dim.classes.len()));
        if cells > CELLS_MAX {
            return Err(part.too_large(CELLS_MAX, "cells of one school"));
        }
        let mut covered: BTreeMap<&str, &BTreeSet<String>> = BTreeMap::new();
        for table in tables.iter().copied() {
            for period in periods_of(table) {
                covered.insert(period, base_of(bases, table, period)?);
            }
        }
        let sets: Vec<BTreeSet<&str>> =
            covered.values().map(|base| base.iter().map(String::as_str).collect()).collect();
        let classes = classes(&sets);
        let holds = |base: &BTreeSet<String>| {
            let inside = classes.iter().enumerate();
            let inside = inside.filter(|(_, class)| class.iter().any(|one| base.contains(*one)));
            inside.map(|(at, _)| at).collect()
        };
        let periods = covered.iter().map(|(period, base)| (*period, holds(base))).collect();
        let stretches = classes.len();
        let (measure, names) = (part.measure, part.names.clone());
        Ok(Self { measure, dims, periods, stretches, tables, names })
    }

    /// Cells of one school and stretch.
    pub fn cells(&self) -> usize {
        self.dims.iter().map(|dim| dim.classes.len()).product()
    }

    /// The classes that a table's key takes; dimensions that the table lacks are taken whole.
    pub fn pick(&self, table: &SeenTable, key: &[String]) -> Option<Pick> {
        if key.len() != table.dims.len() {
            return None;
        }
        let of_dim = |dim: &Dim<'_>| {
            let entry = table.dims.iter().position(|id| id == dim.id).and_then(|at| key.get(at));
            let entry = entry.map_or(MARGIN, String::as_str);
            let picked = (0..dim.classes.len()).filter(|at| dim.takes(*at, entry)).collect();
            Some(picked).filter(|picked: &Vec<usize>| !picked.is_empty())
        };
        self.dims.iter().map(of_dim).collect()
    }

    /// The places of a pick's cells.
    pub fn places(&self, pick: &Pick) -> Vec<usize> {
        let mut places = vec![0];
        for (dim, picked) in self.dims.iter().zip(pick) {
            let width = dim.classes.len();
            let step = |place: &usize| {
                let place = *place;
                picked.iter().map(move |at| place * width + at)
            };
            places = places.iter().flat_map(step).collect();
        }
        places
    }

    /// Every cell and every margin, and the picks of all keys that stand in a table.
    pub fn picks(&self) -> BTreeSet<Pick> {
        let mut picks = BTreeSet::from([Pick::new()]);
        for dim in &self.dims {
            let whole: Vec<usize> = (0..dim.classes.len()).collect();
            let entries = whole.iter().map(|at| vec![*at]).chain([whole.clone()]);
            let entries: BTreeSet<Vec<usize>> = entries.collect();
            let longer = |pick: &Pick| {
                let pick = pick.clone();
                entries.iter().map(move |entry| {
                    let mut longer = pick.clone();
                    longer.push(entry.clone());
                    longer
                })
            };
            picks = picks.iter().flat_map(longer).collect();
        }
        for table in self.tables.iter().chain(&self.names) {
            picks.extend(table.cells.iter().filter_map(|cell| self.pick(table, &cell.key)));
        }
        picks
    }

    /// A pick as a key for people: classes joined, a whole dimension as [`MARGIN`].
    pub fn words(&self, pick: &Pick) -> Vec<String> {
        let word = |(dim, picked): (&Dim<'_>, &Vec<usize>)| {
            if picked.len() == dim.classes.len() && picked.len() > 1 {
                return MARGIN.to_owned();
            }
            let classes = picked.iter().filter_map(|at| dim.classes.get(*at));
            classes.flatten().copied().collect::<Vec<&str>>().join("|")
        };
        self.dims.iter().zip(pick).map(word).collect()
    }
}

impl<'v> Dim<'v> {
    fn of(view: &'v View, id: &'v str, tables: &[&'v SeenTable]) -> Self {
        let mut sets: BTreeSet<BTreeSet<&str>> = BTreeSet::new();
        for table in tables {
            let Some(at) = table.dims.iter().position(|known| known == id) else { continue };
            let entries = table.cells.iter().filter_map(|cell| cell.key.get(at));
            sets.extend(entries.filter(|e| *e != MARGIN).map(|e| e.split('|').collect()));
        }
        let known: BTreeSet<&str> = sets.iter().flatten().copied().collect();
        for unit in view.units.values() {
            if let Some(has) = unit.has.get(id) {
                let has = has.iter().map(String::as_str).filter(|word| known.contains(word));
                sets.insert(has.collect());
            }
        }
        let sets: Vec<BTreeSet<&str>> = sets.into_iter().collect();
        let mut classes = classes(&sets);
        if classes.is_empty() {
            classes.push(vec![MARGIN]);
        }
        Self { id, classes }
    }

    /// Whether no table tells any categories of it apart: nobody lacks what it has.
    pub fn is_whole(&self) -> bool {
        self.classes.iter().all(|class| class.iter().all(|word| *word == MARGIN))
    }

    fn takes(&self, class: usize, entry: &str) -> bool {
        let Some(words) = self.classes.get(class) else { return false };
        entry == MARGIN || entry.split('|').any(|word| words.contains(&word))
    }
}

/// Elements that stand in the same sets, as classes in the order of their first element.
fn classes<'s>(sets: &[BTreeSet<&'s str>]) -> Vec<Vec<&'s str>> {
    let all: BTreeSet<&str> = sets.iter().flatten().copied().collect();
    let mut found: BTreeMap<Vec<bool>, Vec<&str>> = BTreeMap::new();
    for element in all {
        let signature = sets.iter().map(|set| set.contains(element)).collect();
        found.entry(signature).or_default().push(element);
    }
    let mut found: Vec<Vec<&str>> = found.into_values().collect();
    found.sort();
    found
}

/// The periods that a table's figures are of.
pub(super) fn periods_of(table: &SeenTable) -> impl Iterator<Item = &String> {
    std::iter::once(&table.period).chain(table.carried.values())
}

/// The smallest stretches of time of a period that a table names.
pub(super) fn base_of<'b>(
    bases: &'b Bases<'_>,
    table: &SeenTable,
    period: &str,
) -> Result<&'b BTreeSet<String>, ViewError> {
    let unknown = || ViewError::Unknown { table: table.id.clone(), name: period.to_owned() };
    bases.get(period).ok_or_else(unknown)
}

/// The smallest stretches of time of each period, by name.
pub(super) fn bases_of(view: &View) -> Bases<'_> {
    let own = |id: &str| BTreeSet::from([id.to_owned()]);
    if view.course == Course::Cumulative {
        let names: Vec<&str> = view.periods.iter().map(|period| period.id.as_str()).collect();
        let until = |at: usize| names.iter().take(at + 1).map(|&id| id.to_owned()).collect();
        return names.iter().enumerate().map(|(at, id)| (*id, until(at))).collect();
    }
    let weeks: BTreeSet<&str> = view.periods.iter().map(|period| period.id.as_str()).collect();
    let mut bases: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut longer: Vec<(&str, Vec<String>)> = Vec::new();
    for period in &view.periods {
        let of_month = weeks_of(&period.id);
        let parts = if !period.parts.is_empty() {
            period.parts.clone()
        } else if of_month.iter().any(|week| weeks.contains(week.as_str())) {
            of_month
        } else {
            Vec::new()
        };
        if parts.is_empty() {
            bases.insert(&period.id, own(&period.id));
        } else {
            longer.push((&period.id, parts));
        }
    }
    // A term may name months that name weeks: two rounds resolve what people write.
    for _ in 0..2 {
        for (id, parts) in &longer {
            let known = |part: &String| bases.get(part.as_str()).cloned();
            let base = parts.iter().flat_map(|part| known(part).unwrap_or_else(|| own(part)));
            let base = base.collect();
            bases.insert(*id, base);
        }
    }
    bases
}

/// The ISO weeks of a month, by their Thursdays; none for any other period.
fn weeks_of(period: &str) -> Vec<String> {
    let Ok(Period::Month { year, month }) = period.parse() else { return Vec::new() };
    let weeks = [year - 1, year, year + 1].into_iter().flat_map(|y| (1..=53).map(move |w| (y, w)));
    let inside = weeks.filter(|(y, w)| {
        week_thursday(*y, *w).is_some_and(|day| (day.year(), day.month()) == (year, month))
    });
    inside.map(|(year, week)| Period::Week { year, week }.to_string()).collect()
}
