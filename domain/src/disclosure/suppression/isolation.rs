//! Isolation: whether what is shown says something about fewer than five schools alone.
//!
//! Stages and grades overlap, and so do the states that were shown one after another, so a few
//! schools can be left over in many ways: everybody, less two stages, less the grades of a third,
//! less who was there before. What is shown says something about a few schools alone if some sum
//! of it lies in columns behind which, all together, fewer than five schools stand. Columns that
//! have five schools each by themselves can be in no such sum, so they stand first in every
//! vector: a figure that is something new in one of them singles nobody out.

use std::collections::BTreeMap;

use super::GROUP_SCHOOLS_MIN;
use super::family::Family;
use super::held::Grid;
use super::layers::Layers;
use super::span::{Span, is_nothing, lead};

/// Most sets of few schools that are looked at for one figure; one that needs more is not shown.
const SETS_MAX: usize = 2_000;

/// A column of the family in one layer.
type Place = (usize, usize);

/// The places of a unit's columns in its vectors, and which have few schools.
pub(super) struct Isolation<'a> {
    family: &'a Family,
    grid: &'a Grid,
    layers: &'a Layers,
    /// Columns that say anything, those with five schools first.
    places: Vec<Place>,
    /// How many have five schools.
    many: usize,
    /// The others in groups behind which the very same schools stand, by their place.
    groups: Vec<Vec<usize>>,
}

impl<'a> Isolation<'a> {
    /// For the columns in which a unit has anybody.
    pub fn of(family: &'a Family, grid: &'a Grid, layers: &'a Layers) -> Self {
        let mut isolation =
            Self { family, grid, layers, places: Vec::new(), many: 0, groups: Vec::new() };
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for layer in 0..layers.len() {
            for (column, strata) in family.strata.iter().enumerate() {
                if strata.iter().any(|stratum| layers.says(layer, *stratum)) {
                    let is_few = isolation.is_few(&[(layer, column)]);
                    if is_few { &mut few } else { &mut many }.push((layer, column));
                }
            }
        }
        isolation.many = many.len();
        isolation.places = many;
        isolation.places.extend(few);
        isolation.groups = isolation.grouped();
        isolation
    }

    /// Some columns in a state as a vector.
    pub fn vector(&self, columns: &[usize], state: usize) -> Vec<u64> {
        let is_in = |(layer, column): &Place| {
            columns.binary_search(column).is_ok() && self.layers.counts_in(*layer, state)
        };
        self.places.iter().map(|place| u64::from(is_in(place))).collect()
    }

    /// Some columns in one layer as a vector.
    pub fn on_layer(&self, columns: &[usize], layer: usize) -> Vec<u64> {
        let is_in = |(own, column): &Place| *own == layer && columns.binary_search(column).is_ok();
        self.places.iter().map(|place| u64::from(is_in(place))).collect()
    }

    /// What is known when some columns are shown in a state: their sum, or, where it is zero, each
    /// of them.
    pub fn told(&self, columns: &[usize], state: usize) -> Vec<Vec<u64>> {
        let sum = self.vector(columns, state);
        let has_anybody = |(layer, column): &Place| {
            let strata = self.family.strata.get(*column).map_or(&[][..], Vec::as_slice);
            strata.iter().any(|stratum| self.layers.has_anybody(*layer, *stratum))
        };
        let own = || self.places.iter().enumerate().zip(&sum).filter(|(_, value)| **value != 0);
        if own().any(|((_, place), _)| has_anybody(place)) {
            return vec![sum];
        }
        let alone = |((at, _), _)| {
            let mut vector = vec![0; self.places.len()];
            if let Some(value) = vector.get_mut(at) {
                *value = 1;
            }
            vector
        };
        own().map(alone).collect()
    }

    /// Whether the rest of a figure that is new would, with what is shown, say something about a
    /// few schools alone.
    pub fn singles_out(&self, shown: &Span, rest: &[u64]) -> bool {
        if lead(rest).is_none_or(|(place, _)| place < self.many) {
            return false;
        }
        // Sums that lie in columns of few schools alone are made of such rows.
        let near = near(rest, shown.rows_from(self.many));
        let is_near = |place: &usize| {
            let has = |row: &&[u64]| row.get(*place).is_some_and(|value| *value != 0);
            near.iter().chain([&rest]).any(has)
        };
        let groups = self.groups.iter().filter(|group| group.iter().any(is_near));
        let groups: Vec<&[usize]> = groups.map(Vec::as_slice).collect();
        let Some(sets) = self.sets(&groups) else { return true };
        sets.iter().any(|few| {
            let mut outside = Span::default();
            for row in &near {
                let rest = outside.rest(without(row, few));
                outside.put(&rest, []);
            }
            is_nothing(&outside.rest(without(rest, few)))
        })
    }

    fn is_few(&self, places: &[Place]) -> bool {
        let mut strata = vec![Vec::new(); self.layers.len()];
        for (layer, column) in places {
            let own = self.family.strata.get(*column).map_or(&[][..], Vec::as_slice);
            if let Some(strata) = strata.get_mut(*layer) {
                strata.extend(own.iter().copied());
            }
        }
        self.layers.fewest(self.grid, &strata) < GROUP_SCHOOLS_MIN
    }

    fn are_few(&self, places: &[usize]) -> bool {
        let places = places.iter().filter_map(|place| self.places.get(*place));
        self.is_few(&places.copied().collect::<Vec<Place>>())
    }

    /// Columns of few schools, in groups behind which the very same stand.
    fn grouped(&self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, (layer, column)) in self.places.iter().enumerate().skip(self.many) {
            let strata = self.family.strata.get(*column).map_or(&[][..], Vec::as_slice);
            let who = (*layer, self.layers.who(self.grid, *layer, strata));
            groups.entry(who).or_default().push(at);
        }
        groups.into_values().collect()
    }

    /// The largest unions of groups that have few schools; nothing where there are too many.
    fn sets(&self, groups: &[&[usize]]) -> Option<Vec<Vec<usize>>> {
        let union = |chosen: &[usize]| -> Vec<usize> {
            chosen.iter().filter_map(|at| groups.get(*at)).copied().flatten().copied().collect()
        };
        let mut found: Vec<Vec<usize>> = Vec::new();
        // What is chosen, and the first group of which nothing was said.
        let mut open = vec![(Vec::new(), 0)];
        while let Some((chosen, next)) = open.pop() {
            let all: Vec<usize> = chosen.iter().copied().chain(next..groups.len()).collect();
            if self.are_few(&union(&all)) {
                let is_part = |known: &Vec<usize>| all.iter().all(|at| known.contains(at));
                if !found.iter().any(is_part) {
                    found.push(all);
                }
            } else {
                let more: Vec<usize> = chosen.iter().copied().chain([next]).collect();
                open.push((chosen, next + 1));
                if self.are_few(&union(&more)) {
                    open.push((more, next + 1));
                }
            }
            if open.len() + found.len() > SETS_MAX {
                return None;
            }
        }
        Some(found.iter().map(|chosen| union(chosen)).collect())
    }
}

/// The rows that a row hangs together with, directly or by others.
fn near<'r>(row: &[u64], rows: impl Iterator<Item = &'r [u64]>) -> Vec<&'r [u64]> {
    let mut is_reached: Vec<bool> = row.iter().map(|value| *value != 0).collect();
    let mut left: Vec<&[u64]> = rows.collect();
    let mut found = Vec::new();
    loop {
        let touches = |row: &&[u64]| {
            row.iter().zip(&is_reached).any(|(value, is_reached)| *value != 0 && *is_reached)
        };
        let (next, rest): (Vec<&[u64]>, Vec<&[u64]>) = left.into_iter().partition(touches);
        if next.is_empty() {
            return found;
        }
        for row in &next {
            is_reached.iter_mut().zip(*row).for_each(|(place, value)| *place |= *value != 0);
        }
        found.extend(next);
        left = rest;
    }
}

fn without(row: &[u64], few: &[usize]) -> Vec<u64> {
    let mut row = row.to_vec();
    for place in few {
        if let Some(value) = row.get_mut(*place) {
            *value = 0;
        }
    }
    row
}
