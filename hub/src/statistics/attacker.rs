//! A reader who subtracts: collects everything that pages and interfaces show, and works out what
//! follows from it.
//!
//! Unknown is each school's printed number for every outcome and stratum. Everything shown is a sum
//! of these, so what follows is exact linear algebra: a hidden figure is told if it lies in the
//! span of what is shown, and a few schools are isolated if the span holds a sum of theirs alone.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Catalogue;

use super::fixture::{ROUNDED, cells_of};
use super::plan::{Feed, Indicator, PlannedTerm};
use super::value::{Amount, Figures, Reading};

/// The field in which is reckoned, another one than the product's.
const PRIME: u64 = 1_000_000_007;

/// Cells of the rounded table: outcome, stage, grade, sex.
pub type Cell = Vec<String>;

/// One school's cell.
type Unknown = (usize, usize);

/// What a school sent.
#[derive(Clone, Debug)]
pub struct Known {
    /// Printed number of each of its cells, by the cell's place: what is to be kept from readers.
    pub cells: BTreeMap<usize, u64>,
}

/// Everything that was seen.
pub struct Attacker {
    cells: Vec<Cell>,
    schools: Vec<Known>,
    columns: BTreeMap<Unknown, usize>,
    rows: BTreeSet<Vec<u64>>,
    /// Columns that are zero, since a sum of them was shown as zero.
    zeros: BTreeSet<usize>,
    /// Sums seen.
    pub seen: usize,
}

impl Attacker {
    /// Opens the attack on schools that stand in some groups: those of each member hub, and those
    /// straight below. A stratum in which a whole group prints nothing but zeros is empty, as the
    /// rule takes it.
    pub fn new(catalogue: &Catalogue, schools: Vec<Known>, groups: &[Vec<usize>]) -> Self {
        let spec = catalogue.table(ROUNDED).expect("table");
        let cells: Vec<Cell> = cells_of(spec, "scr.census").collect();
        let mut attacker = Self {
            cells,
            schools,
            columns: BTreeMap::new(),
            rows: BTreeSet::new(),
            seen: 0,
            zeros: BTreeSet::new(),
        };
        for school in 0..attacker.schools.len() {
            let own: Vec<usize> = attacker.schools[school].cells.keys().copied().collect();
            for cell in own {
                let group = groups.iter().find(|group| group.contains(&school)).expect("group");
                if !group.iter().all(|school| attacker.is_nobody(*school, cell)) {
                    let next = attacker.columns.len();
                    attacker.columns.insert((school, cell), next);
                }
            }
        }
        attacker
    }

    /// Whether a school prints nothing but zeros in the stratum of a cell.
    fn is_nobody(&self, school: usize, cell: usize) -> bool {
        let own = &self.schools[school].cells;
        let same = |other: &usize| self.cells[*other][1..] == self.cells[cell][1..];
        own.iter().filter(|(other, _)| same(other)).all(|(_, value)| *value == 0)
    }

    /// Takes up figures of an indicator, shown at a unit for some schools.
    pub fn see(
        &mut self,
        catalogue: &Catalogue,
        figures: &Figures,
        schools_of: impl Fn(&str) -> Vec<usize>,
    ) {
        let indicator = Indicator::find(catalogue, &figures.indicator).expect("indicator");
        let Ok(plan) = indicator.plan(catalogue) else { return };
        for unit in std::iter::once(&figures.whole).chain(&figures.members) {
            let schools = schools_of(unit.unit.id.as_str());
            for figure in &unit.figures {
                let key = |id: &str| {
                    let at = figures.by.iter().position(|known| known == id)?;
                    Some(figure.key[at].as_str())
                };
                match figure.reading {
                    Reading::Count(amount) => self.sum(&plan.numerator, &key, (&schools, amount)),
                    Reading::Ratio { numerator, denominator } => {
                        self.sum(&plan.numerator, &key, (&schools, numerator));
                        let exact = denominator.rounded_cells == 0;
                        let below = if exact { &plan.denominator } else { &plan.same_schools };
                        let below = below.as_ref().or(plan.denominator.as_ref());
                        self.sum(below.expect("terms"), &key, (&schools, denominator));
                    }
                    Reading::Blank(_) => {}
                }
            }
        }
    }

    fn sum<'k>(
        &mut self,
        terms: &[PlannedTerm<'_>],
        key: &impl Fn(&str) -> Option<&'k str>,
        (schools, amount): (&[usize], Amount),
    ) {
        let [term] = terms else { panic!("one term at a time") };
        let Feed::Rounded { outcomes, .. } = &term.feed else { return };
        let cells = self.places(outcomes, key);
        let printed = |school: &usize| {
            let own = &self.schools[*school].cells;
            cells.iter().filter_map(|cell| own.get(cell)).sum::<u64>()
        };
        assert_eq!(amount.value, schools.iter().map(printed).sum::<u64>(), "it is that sum");
        self.seen += 1;
        let row = self.vector(schools, &cells);
        if amount.value == 0 {
            let own = row.iter().enumerate().filter(|(_, value)| **value != 0);
            self.zeros.extend(own.map(|(column, _)| column));
        }
        self.rows.insert(row);
    }

    /// Places of the cells of some outcomes in which dimensions have the values of a key.
    pub fn places<'k>(
        &self,
        outcomes: &[String],
        key: &impl Fn(&str) -> Option<&'k str>,
    ) -> Vec<usize> {
        let fits = |cell: &Cell| {
            let dims = ["stage", "grade", "sex"].iter().zip(&cell[1..]);
            outcomes.contains(&cell[0])
                && dims.into_iter().all(|(id, value)| key(id).is_none_or(|wanted| wanted == value))
        };
        self.cells.iter().enumerate().filter(|(_, cell)| fits(cell)).map(|(at, _)| at).collect()
    }

    /// Whether a school has one of some cells, be it a zero.
    pub fn has_any(&self, school: usize, cells: &[usize]) -> bool {
        cells.iter().any(|cell| self.schools[school].cells.contains_key(cell))
    }

    /// A sum as coefficients of unknowns.
    pub fn vector(&self, schools: &[usize], cells: &[usize]) -> Vec<u64> {
        let mut vector = vec![0; self.columns.len()];
        for unknown in schools.iter().flat_map(|s| cells.iter().map(move |c| (*s, *c))) {
            if let Some(column) = self.columns.get(&unknown) {
                vector[*column] = 1;
            }
        }
        vector
    }

    /// A sum without what is known to be zero.
    pub fn cleaned(&self, mut sum: Vec<u64>) -> Vec<u64> {
        self.zeros.iter().for_each(|column| sum[*column] = 0);
        sum
    }

    /// Whether anybody stands behind a sum.
    pub fn has_anybody(&self, schools: &[usize], cells: &[usize]) -> bool {
        let has = |school: &usize, cell: &usize| {
            self.schools[*school].cells.contains_key(cell) && !self.is_nobody(*school, *cell)
        };
        schools.iter().any(|school| cells.iter().any(|cell| has(school, cell)))
    }

    /// Everything that follows.
    pub fn known(&self) -> Echelon {
        let mut known = Echelon::default();
        self.rows.iter().for_each(|row| {
            known.put(self.cleaned(row.clone()));
        });
        known
    }

    /// Whether something follows about some schools alone: a sum of theirs and of nobody else's.
    ///
    /// Method: in reduced form a sum takes as much of each row as it has at the row's pivot, so
    /// one that is about the few alone is made of rows with a pivot among them; and it is there if
    /// these rows depend on each other outside of them.
    pub fn isolates(&self, known: &Echelon, few: &[usize]) -> bool {
        let is_few: BTreeSet<usize> = self
            .columns
            .iter()
            .filter(|((school, _), _)| few.contains(school))
            .map(|(_, column)| *column)
            .collect();
        let mut outer = Echelon::default();
        let mut own = known.rows.iter().filter(|(pivot, _)| is_few.contains(pivot));
        own.any(|(_, row)| {
            let outside = row.iter().enumerate();
            let outside =
                outside.map(|(column, value)| if is_few.contains(&column) { 0 } else { *value });
            !outer.put(outside.collect())
        })
    }
}

/// Rows in reduced echelon form: each alone has anything at its pivot, and a one there.
#[derive(Default)]
pub struct Echelon {
    rows: Vec<(usize, Vec<u64>)>,
}

impl Echelon {
    /// What is left of a sum when everything known is taken out.
    fn rest(&self, mut sum: Vec<u64>) -> Vec<u64> {
        for (pivot, row) in &self.rows {
            take_out(&mut sum, *pivot, row);
        }
        sum
    }

    /// Puts a sum in; whether it was new.
    pub fn put(&mut self, sum: Vec<u64>) -> bool {
        let mut rest = self.rest(sum);
        let Some(pivot) = rest.iter().position(|value| *value != 0) else { return false };
        let scale = inverse(rest[pivot]);
        rest.iter_mut().for_each(|value| *value = *value * scale % PRIME);
        for (_, row) in &mut self.rows {
            take_out(row, pivot, &rest);
        }
        self.rows.push((pivot, rest));
        true
    }

    /// Whether a sum follows.
    pub fn tells(&self, sum: Vec<u64>) -> bool {
        self.rest(sum).iter().all(|value| *value == 0)
    }
}

fn take_out(sum: &mut [u64], pivot: usize, row: &[u64]) {
    let factor = sum[pivot];
    if factor != 0 {
        let less = PRIME - factor;
        for (value, known) in sum.iter_mut().zip(row).filter(|(_, known)| **known != 0) {
            *value = (*value + less * known) % PRIME;
        }
    }
}

fn inverse(number: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1, number % PRIME, PRIME - 2);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}
