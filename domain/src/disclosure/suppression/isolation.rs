//! Isolation: whether what is shown says something about fewer than five schools alone.
//!
//! Stages and grades overlap, so a few schools can be left over in many ways: everybody, less two
//! stages, less the grades of a third. For every set of columns behind which fewer than five
//! schools stand, the figures are kept without these columns. A figure that is new as a whole and
//! nothing new without them, together with those shown, says something about these schools alone.

use super::GROUP_SCHOOLS_MIN;
use super::family::Family;
use super::held::Grid;
use super::ledger::Fewest;
use super::span::{Span, is_nothing};

/// Most groups of columns of which all combinations are looked at.
const COMBINED_MAX: usize = 10;

/// Sets of columns with few schools, and the figures without them.
pub(super) struct Isolation {
    sets: Vec<(Vec<bool>, Span)>,
}

impl Isolation {
    /// For the columns in which a unit has anybody.
    pub fn of(family: &Family, grid: &Grid, is_alive: &[bool], fewest: &Fewest<'_>) -> Self {
        let few = Few { family, grid, fewest };
        let groups = few.groups(is_alive);
        let sets = few.sets(&groups).into_iter().map(|columns| {
            let mut is_in = vec![false; family.columns.len()];
            for column in columns {
                if let Some(place) = is_in.get_mut(column) {
                    *place = true;
                }
            }
            (is_in, Span::default())
        });
        Self { sets: sets.collect() }
    }

    /// Whether a figure that is new would say something about a few schools alone.
    pub fn singles_out(&self, vector: &[u64]) -> bool {
        self.sets.iter().any(|(is_in, span)| is_nothing(&span.rest(without(vector, is_in))))
    }

    /// Takes up a figure that is shown.
    pub fn put(&mut self, vector: &[u64]) {
        for (is_in, span) in &mut self.sets {
            let rest = span.rest(without(vector, is_in));
            span.put(&rest, []);
        }
    }
}

fn without(vector: &[u64], is_in: &[bool]) -> Vec<u64> {
    vector.iter().zip(is_in).map(|(value, is_in)| if *is_in { 0 } else { *value }).collect()
}

struct Few<'a> {
    family: &'a Family,
    grid: &'a Grid,
    fewest: &'a Fewest<'a>,
}

impl Few<'_> {
    fn is_few(&self, columns: &[usize]) -> bool {
        let cells = columns.iter().filter_map(|column| self.family.columns.get(*column));
        let mut strata: Vec<usize> = cells.flatten().map(|(_, stratum)| *stratum).collect();
        strata.sort_unstable();
        strata.dedup();
        (self.fewest)(&strata) < GROUP_SCHOOLS_MIN
    }

    /// The value of a dimension at a column's first cell.
    fn value(&self, column: usize, dimension: &str) -> Option<&str> {
        let (_, stratum) = self.family.columns.get(column)?.first()?;
        let axis = self.grid.dims.iter().position(|known| known == dimension)?;
        self.grid.strata.get(*stratum)?.get(axis).map(String::as_str)
    }

    /// Columns with few schools, grouped by stage where the group has few, else by grade, else
    /// each alone.
    fn groups(&self, is_alive: &[bool]) -> Vec<Vec<usize>> {
        let alive = is_alive.iter().enumerate().filter(|(_, is_alive)| **is_alive);
        let few: Vec<usize> =
            alive.map(|(column, _)| column).filter(|column| self.is_few(&[*column])).collect();
        let mut groups = vec![few];
        for dimension in ["", "stage", "grade"] {
            let (kept, wide): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|group| self.is_few(group));
            groups = kept;
            for group in wide {
                let mut parts: Vec<(Option<&str>, Vec<usize>)> = Vec::new();
                for column in group {
                    let value = self.value(column, dimension);
                    match parts.iter_mut().find(|(known, _)| *known == value) {
                        Some((_, part)) => part.push(column),
                        None => parts.push((value, vec![column])),
                    }
                }
                groups.extend(parts.into_iter().map(|(_, part)| part));
            }
        }
        let (mut kept, wide): (Vec<_>, Vec<_>) =
            groups.into_iter().partition(|group| self.is_few(group));
        kept.extend(wide.into_iter().flatten().map(|column| vec![column]));
        kept.retain(|group| !group.is_empty());
        kept
    }

    /// The largest unions of groups that have few schools.
    fn sets(&self, groups: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let union = |chosen: &[usize]| -> Vec<usize> {
            chosen.iter().filter_map(|at| groups.get(*at)).flatten().copied().collect()
        };
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut add = |chosen: Vec<usize>| {
            let is_part = |known: &Vec<usize>| chosen.iter().all(|at| known.contains(at));
            if !found.iter().any(is_part) {
                found.retain(|known| !known.iter().all(|at| chosen.contains(at)));
                found.push(chosen);
            }
        };
        if groups.len() <= COMBINED_MAX {
            for choice in 1_u32..1 << groups.len() {
                let chosen: Vec<usize> =
                    (0..groups.len()).filter(|at| choice >> at & 1 == 1).collect();
                if self.is_few(&union(&chosen)) {
                    add(chosen);
                }
            }
        } else {
            for first in 0..groups.len() {
                let mut chosen = vec![first];
                for next in (first..groups.len()).chain(0..first).skip(1) {
                    chosen.push(next);
                    if !self.is_few(&union(&chosen)) {
                        chosen.pop();
                    }
                }
                add(chosen);
            }
        }
        found.iter().map(|chosen| union(chosen)).collect()
    }
}
