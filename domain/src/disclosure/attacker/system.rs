//! A part of a view as a system: one unknown for each school, stretch and cell of a grid, and one
//! row for each printed cell that says anything.
//!
//! Every row is a sum of unknowns between two integers, and every unknown is an integer from zero
//! upwards. Margins, unions, overlapping tables, levels and periods are all nothing but such sums.

use std::collections::{BTreeMap, BTreeSet};

use super::parts::Part;
use super::shape::{Pick, Shape};
use super::view::{Printed, SeenCell, SeenTable, View, ViewError};

/// An upper end that means none; sums of a million of them still fit.
pub(super) const MANY: i64 = 1 << 40;

/// A sum of unknowns and its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Unknowns in rising order.
    pub vars: Vec<usize>,
    pub lo: i64,
    pub hi: i64,
}

/// A hidden figure.
pub(super) struct Target<'v> {
    pub unit: &'v str,
    pub is_school: bool,
    pub measure: &'v str,
    pub period: String,
    pub key: Vec<String>,
    pub vars: Vec<usize>,
}

/// Everything that is known and everything that is asked.
pub(super) struct System<'v> {
    pub unknowns: usize,
    /// Unknowns that are zero by structure.
    pub zeros: Vec<usize>,
    pub rows: Vec<Row>,
    pub targets: Vec<Target<'v>>,
    /// Figures of schools that their own tables print exactly.
    pub told: usize,
    /// Unknowns that a school's own table prints one by one: sums of them are told as well.
    known: BTreeSet<usize>,
}

impl<'v> System<'v> {
    /// Sets the system of a part up.
    pub fn of(
        view: &'v View,
        tree: &Tree<'v>,
        (part, shape): (&Part<'v>, &Shape<'v>),
        unknowns_max: usize,
    ) -> Result<Self, ViewError> {
        let mut system = Self {
            unknowns: 0,
            zeros: Vec::new(),
            rows: Vec::new(),
            targets: Vec::new(),
            told: 0,
            known: BTreeSet::new(),
        };
        let (block, covers) = Block::of(tree, (part, shape), unknowns_max)?;
        system.unknowns = block.unknowns_all(shape);
        system.add(view, tree, (shape, &block, covers.as_slice()))?;
        Ok(system)
    }

    fn add(
        &mut self,
        view: &'v View,
        tree: &Tree<'v>,
        (shape, block, covers): (&Shape<'v>, &Block, &[Vec<usize>]),
    ) -> Result<(), ViewError> {
        self.add_zeros(view, tree, (shape, block));
        let mut told: BTreeSet<(usize, &str, Pick)> = BTreeSet::new();
        for (table, cover) in shape.tables.iter().zip(covers) {
            let times = tree.times(shape, table, cover)?;
            for cell in &table.cells {
                let bad = || ViewError::Cell(table.id.clone());
                let pick = shape.pick(table, &cell.key).ok_or_else(bad)?;
                let places = shape.places(&pick);
                let parts = times.iter().map(|(times, of)| block.unknowns(of, times, &places));
                let mut vars: Vec<usize> = parts.flatten().collect();
                vars.sort_unstable();
                let (lo, hi) = bounds(cell).ok_or_else(bad)?;
                if let (Printed::Exact(_), [school]) = (cell.printed, cover.as_slice())
                    && tree.is(*school, &table.unit)
                {
                    if let [var] = vars.as_slice() {
                        self.known.insert(*var);
                    }
                    told.insert((*school, &table.period, pick));
                } else if matches!(cell.printed, Printed::Between(..)) && !tree.is_leaf(&table.unit)
                {
                    self.targets.push(Target {
                        unit: &table.unit,
                        is_school: false,
                        measure: shape.measure,
                        period: table.period.clone(),
                        key: shape.words(&pick),
                        vars: vars.clone(),
                    });
                }
                if lo > 0 || hi < MANY {
                    self.rows.push(Row { vars, lo, hi });
                }
            }
        }
        self.told += told.len();
        self.add_targets(tree, (shape, block), &told);
        Ok(())
    }

    /// Unknowns of cells that a school cannot fill.
    fn add_zeros(&mut self, view: &View, tree: &Tree<'_>, (shape, block): (&Shape<'_>, &Block)) {
        for school in block.places.keys() {
            let Some(unit) = tree.names.get(*school).and_then(|name| view.units.get(*name)) else {
                continue;
            };
            let mut pick: Pick = Vec::with_capacity(shape.dims.len());
            let mut empty: Vec<(usize, Vec<usize>)> = Vec::new();
            for (at, dim) in shape.dims.iter().enumerate() {
                pick.push((0..dim.classes.len()).collect());
                if let Some(has) = unit.has.get(dim.id).filter(|_| !dim.is_whole()) {
                    let lacks = |class: &usize| {
                        let words = dim.classes.get(*class);
                        !words.is_some_and(|words| words.iter().any(|word| has.contains(*word)))
                    };
                    empty.push((at, (0..dim.classes.len()).filter(lacks).collect()));
                }
            }
            let times: Vec<usize> = (0..shape.stretches).collect();
            for (at, lacking) in empty {
                let mut lacks = pick.clone();
                if let Some(entry) = lacks.get_mut(at) {
                    *entry = lacking;
                }
                self.zeros.extend(block.unknowns(&[*school], &times, &shape.places(&lacks)));
            }
        }
        self.zeros.sort_unstable();
        self.zeros.dedup();
    }

    /// Every cell, margin and union of a school, in every period and every stretch between.
    fn add_targets(
        &mut self,
        tree: &Tree<'v>,
        (shape, block): (&Shape<'v>, &Block),
        told: &BTreeSet<(usize, &str, Pick)>,
    ) {
        let mut times: BTreeMap<Vec<usize>, String> = BTreeMap::new();
        for stretch in 0..shape.stretches {
            times.insert(vec![stretch], between(shape, stretch));
        }
        for (period, stretches) in &shape.periods {
            times.insert(stretches.clone(), (*period).to_owned());
        }
        let picks = shape.picks();
        for school in block.places.keys() {
            let Some(unit) = tree.names.get(*school) else { continue };
            for (stretches, period) in &times {
                for pick in &picks {
                    if told.contains(&(*school, period.as_str(), pick.clone())) {
                        continue;
                    }
                    let vars = block.unknowns(&[*school], stretches, &shape.places(pick));
                    let is_told = |var: &usize| {
                        self.zeros.binary_search(var).is_ok() || self.known.contains(var)
                    };
                    if vars.iter().all(is_told) {
                        continue;
                    }
                    self.targets.push(Target {
                        unit,
                        is_school: true,
                        measure: shape.measure,
                        period: period.clone(),
                        key: shape.words(pick),
                        vars,
                    });
                }
            }
        }
    }
}

/// A stretch by the first period that holds it, marked as a part of it.
fn between(shape: &Shape<'_>, stretch: usize) -> String {
    let holds = shape.periods.iter().filter(|(_, stretches)| stretches.contains(&stretch));
    let shortest = holds.min_by_key(|(_, stretches)| stretches.len());
    shortest.map_or_else(String::new, |(period, _)| format!("{period} (part)"))
}

/// The bounds that a cell prints; `None` where they are upside down or too large.
fn bounds(cell: &SeenCell) -> Option<(i64, i64)> {
    let number = |value: u64| i64::try_from(value).ok().filter(|value| *value < MANY);
    match cell.printed {
        Printed::Exact(value) => number(value).map(|value| (value, value)),
        Printed::Between(lo, None) => number(lo).map(|lo| (lo, MANY)),
        Printed::Between(lo, Some(hi)) => {
            Some((number(lo)?, number(hi)?)).filter(|(lo, hi)| lo <= hi)
        }
        Printed::Noised(_) => Some((0, MANY)),
    }
}

/// Where the unknowns of a part stand: by stretch, then school, then cell.
pub(super) struct Block {
    schools: usize,
    cells: usize,
    places: BTreeMap<usize, usize>,
}

impl Block {
    /// The unknowns of a part, and the schools of each of its tables.
    ///
    /// # Errors
    /// There are too many, or a table names somebody who is not listed.
    pub fn of(
        tree: &Tree<'_>,
        (part, shape): (&Part<'_>, &Shape<'_>),
        unknowns_max: usize,
    ) -> Result<(Self, Vec<Vec<usize>>), ViewError> {
        let mut schools: BTreeSet<usize> = BTreeSet::new();
        let mut covers = Vec::with_capacity(shape.tables.len());
        for table in &shape.tables {
            let cover = tree.cover(table)?;
            schools.extend(&cover);
            covers.push(cover);
        }
        for table in &shape.names {
            schools.extend(tree.cover(table)?);
        }
        let places: BTreeMap<usize, usize> =
            schools.iter().enumerate().map(|(place, school)| (*school, place)).collect();
        let block = Self { schools: places.len(), cells: shape.cells(), places };
        if block.unknowns_all(shape) > unknowns_max {
            return Err(part.too_large(unknowns_max, "unknowns"));
        }
        Ok((block, covers))
    }

    /// How many unknowns there are.
    fn unknowns_all(&self, shape: &Shape<'_>) -> usize {
        shape.stretches.saturating_mul(self.schools).saturating_mul(self.cells)
    }

    fn unknowns(&self, schools: &[usize], times: &[usize], cells: &[usize]) -> Vec<usize> {
        let mut found = Vec::with_capacity(schools.len() * times.len() * cells.len());
        for time in times {
            for place in schools.iter().filter_map(|school| self.places.get(school)) {
                let start = (time * self.schools + place) * self.cells;
                found.extend(cells.iter().map(|cell| start + cell));
            }
        }
        found.sort_unstable();
        found
    }
}

/// Some stretches of time, and the schools of a table that stand in it with these.
type Standing = (Vec<usize>, Vec<usize>);

/// The tree: schools are the units without children.
pub(super) struct Tree<'v> {
    names: Vec<&'v str>,
    /// Schools below each unit, itself if it is one.
    below: BTreeMap<&'v str, BTreeSet<usize>>,
}

impl<'v> Tree<'v> {
    pub fn of(view: &'v View) -> Result<Self, ViewError> {
        let parents: BTreeSet<&str> =
            view.units.values().filter_map(|unit| unit.parent.as_deref()).collect();
        let leaves = view.units.keys().filter(|id| !parents.contains(id.as_str()));
        let names: Vec<&str> = leaves.map(String::as_str).collect();
        let mut below: BTreeMap<&str, BTreeSet<usize>> =
            view.units.keys().map(|id| (id.as_str(), BTreeSet::new())).collect();
        for (number, name) in names.iter().enumerate() {
            let mut at = Some(*name);
            let mut steps = 0;
            while let Some(id) = at {
                let lost = || ViewError::Tree((*name).to_owned());
                let (Some(set), Some(unit)) = (below.get_mut(id), view.units.get(id)) else {
                    return Err(lost());
                };
                set.insert(number);
                steps += 1;
                if steps > 16 {
                    return Err(lost());
                }
                at = unit.parent.as_deref();
            }
        }
        Ok(Self { names, below })
    }

    fn is(&self, school: usize, unit: &str) -> bool {
        self.names.get(school) == Some(&unit)
    }

    fn is_leaf(&self, unit: &str) -> bool {
        self.names.binary_search(&unit).is_ok()
    }

    /// The schools of a table by the stretches of time with which they stand in it.
    fn times(
        &self,
        shape: &Shape<'_>,
        table: &SeenTable,
        cover: &[usize],
    ) -> Result<Vec<Standing>, ViewError> {
        let mut of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut carried: BTreeMap<usize, &str> = BTreeMap::new();
        for (unit, period) in &table.carried {
            let known = self.names.binary_search(&unit.as_str()).ok();
            let school = known.filter(|school| cover.contains(school));
            let school = school.ok_or_else(|| ViewError::Unknown {
                table: table.id.clone(),
                name: unit.clone(),
            })?;
            carried.insert(school, period);
        }
        for school in cover {
            let period = carried.get(school).copied().unwrap_or(&table.period);
            of.entry(period).or_default().push(*school);
        }
        let times = |period: &str| shape.periods.get(period).cloned().unwrap_or_default();
        Ok(of.into_iter().map(|(period, schools)| (times(period), schools)).collect())
    }

    /// The schools that a table sums.
    fn cover(&self, table: &SeenTable) -> Result<Vec<usize>, ViewError> {
        let unknown =
            |name: &str| ViewError::Unknown { table: table.id.clone(), name: name.to_owned() };
        if !self.below.contains_key(table.unit.as_str()) {
            return Err(unknown(&table.unit));
        }
        let mut cover = BTreeSet::new();
        for name in table.members.as_deref().unwrap_or(std::slice::from_ref(&table.unit)) {
            cover.extend(self.below.get(name.as_str()).ok_or_else(|| unknown(name))?);
        }
        Ok(cover.into_iter().collect())
    }
}
