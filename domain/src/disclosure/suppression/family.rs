//! Families: figures of a partition that can say anything about each other, as vectors of columns.
//!
//! Sets of outcomes that are independent of each other, such as "completed" and "positive", tell
//! nothing about each other by addition and subtraction, so each is a family of its own; sets of
//! which one is the sum of others are one family. A column is a class of cells that every figure of
//! the family holds together or not at all.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::held::{Grid, Held};
use super::outline::{List, Outline};
use super::span::{Span, is_nothing};

/// One figure of a family.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    /// Place in the outline.
    pub place: usize,
    /// The smallest value that is shown.
    pub floor: u64,
    /// Whether it is shown at district level and above only.
    pub is_extreme: bool,
    /// Whether it is about some schools only.
    pub is_of_some: bool,
    /// Whether it can be asked for, or only was shown before by another catalogue.
    pub is_asked: bool,
    /// Outcomes that it adds up.
    pub outcomes: Vec<usize>,
    /// Strata that it adds up.
    pub strata: Vec<usize>,
    /// Columns that it adds up.
    pub columns: Vec<usize>,
    /// Figures of which it is a part, each with all of its parts by the same dimension.
    pub parents: Vec<Parent>,
    list: usize,
    values: Vec<String>,
}

/// A figure that is the sum of others.
#[derive(Clone, Debug)]
pub(super) struct Parent {
    /// Which figure.
    pub figure: usize,
    /// The figures that it is the sum of.
    pub parts: Vec<usize>,
}

/// Figures that can say something about each other, coarse before fine.
#[derive(Clone, Debug)]
pub(super) struct Family {
    /// The figures.
    pub figures: Vec<Figure>,
    /// Strata of each column.
    pub strata: Vec<Vec<usize>>,
}

/// By what figures of one list are put in order.
pub(super) struct Order<'a> {
    /// The strata.
    pub grid: &'a Grid,
    /// What the hub holds now.
    pub whole: &'a Held,
    /// Whether schools stand in a stratum, now or in an earlier state.
    pub has_schools: &'a dyn Fn(usize) -> bool,
    /// Whether an earlier state showed a figure.
    pub was_shown: &'a dyn Fn(&Figure) -> bool,
}

impl Family {
    /// The families of an outline. Only figures to which a school contributes, now or in an
    /// earlier state, are in them.
    pub fn all(outline: &Outline, order: &Order<'_>) -> Vec<Self> {
        let sets = outcome_sets(outline);
        let independent = is_independent(&sets, order.grid);
        let family = |keep: &dyn Fn(&List) -> bool| Self::of(outline, order, keep);
        if independent {
            sets.iter().map(|set| family(&|list| list.outcomes() == *set)).collect()
        } else {
            vec![family(&|_| true)]
        }
    }

    fn of(outline: &Outline, order: &Order<'_>, keep: &dyn Fn(&List) -> bool) -> Self {
        let mut figures = Vec::new();
        for (number, list) in outline.lists().iter().enumerate().filter(|(_, l)| keep(l)) {
            let mut own = figures_of((number, list), order.grid);
            own.retain(|figure| figure.strata.iter().any(|stratum| (order.has_schools)(*stratum)));
            // What was shown before comes first, so that it stays; then large parts: what has to
            // be hidden beside a hidden figure is the smallest.
            let schools = |stratum: &usize| order.whole.schools_in(*stratum);
            own.sort_by_cached_key(|figure| {
                let most = figure.strata.iter().map(schools).max();
                Reverse(((order.was_shown)(figure), most))
            });
            figures.extend(own);
        }
        let strata = columns(&mut figures);
        let parents: Vec<Vec<Parent>> =
            (0..figures.len()).map(|at| parents(outline, &figures, at)).collect();
        for (figure, parents) in figures.iter_mut().zip(parents) {
            figure.parents = parents;
        }
        Self { figures, strata }
    }
}

fn outcome_sets(outline: &Outline) -> Vec<&[String]> {
    let mut sets: Vec<&[String]> = Vec::new();
    for list in outline.lists() {
        if !sets.contains(&list.outcomes()) {
            sets.push(list.outcomes());
        }
    }
    sets
}

fn is_independent(sets: &[&[String]], grid: &Grid) -> bool {
    let mut span = Span::default();
    for set in sets {
        let vector = grid.outcomes.iter().map(|outcome| u64::from(set.contains(outcome)));
        let rest = span.rest(vector.collect());
        if is_nothing(&rest) {
            return false;
        }
        span.put(&rest, []);
    }
    true
}

fn figures_of((number, list): (usize, &List), grid: &Grid) -> Vec<Figure> {
    let outcomes = grid.outcomes.iter().enumerate();
    let outcomes = outcomes.filter(|(_, id)| list.outcomes().contains(id));
    let outcomes: Vec<usize> = outcomes.map(|(at, _)| at).collect();
    let mut figures: Vec<Option<Figure>> = vec![None; list.length()];
    for (stratum, values) in grid.strata.iter().enumerate() {
        let value_of = |dimension: &crate::catalogue::DimensionId| {
            let axis = grid.dims.iter().position(|known| known == dimension.as_str())?;
            values.get(axis).map(String::as_str)
        };
        let Some(place) = list.place(value_of) else { continue };
        let Some(slot) = figures.get_mut(place - list.offset()) else { continue };
        let own = list.axes().iter().filter_map(|axis| value_of(&axis.dimension));
        let figure = slot.get_or_insert_with(|| Figure {
            place,
            floor: list.floor(),
            is_extreme: list.is_extreme(),
            is_of_some: list.is_of_some(),
            is_asked: list.is_asked(),
            outcomes: outcomes.clone(),
            strata: Vec::new(),
            columns: Vec::new(),
            parents: Vec::new(),
            list: number,
            values: own.map(str::to_owned).collect(),
        });
        figure.strata.push(stratum);
    }
    figures.into_iter().flatten().collect()
}

/// Puts cells that all figures hold together into one column each, and says which strata it has.
fn columns(figures: &mut [Figure]) -> Vec<Vec<usize>> {
    let mut holders: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (at, figure) in figures.iter().enumerate() {
        for outcome in &figure.outcomes {
            for stratum in &figure.strata {
                holders.entry((*outcome, *stratum)).or_default().push(at);
            }
        }
    }
    let mut cells: Vec<((usize, usize), Vec<usize>)> = holders.into_iter().collect();
    cells.sort_unstable();
    let mut numbers: BTreeMap<Vec<usize>, usize> = BTreeMap::new();
    let mut columns: Vec<Vec<usize>> = Vec::new();
    for (cell, held_by) in cells {
        let number = *numbers.entry(held_by).or_insert_with_key(|held_by| {
            for at in held_by {
                if let Some(figure) = figures.get_mut(*at) {
                    figure.columns.push(columns.len());
                }
            }
            columns.push(Vec::new());
            columns.len() - 1
        });
        if let Some(column) = columns.get_mut(number) {
            column.push(cell.1);
        }
    }
    for strata in &mut columns {
        strata.sort_unstable();
        strata.dedup();
    }
    columns
}

/// Figures by one dimension less, of which a figure is a part.
fn parents(outline: &Outline, figures: &[Figure], at: usize) -> Vec<Parent> {
    let Some(figure) = figures.get(at) else { return Vec::new() };
    let Some(list) = outline.lists().get(figure.list) else { return Vec::new() };
    let mut found = Vec::new();
    for (above, parent) in figures.iter().enumerate() {
        let Some(wider) = outline.lists().get(parent.list) else { continue };
        let is_wider = wider.axes().len() + 1 == list.axes().len()
            && parent.outcomes == figure.outcomes
            && agrees((wider, parent), (list, figure));
        if is_wider {
            let is_part = |other: &Figure| {
                other.list == figure.list && agrees((wider, parent), (list, other))
            };
            let parts = figures.iter().enumerate().filter(|(_, other)| is_part(other));
            found.push(Parent { figure: above, parts: parts.map(|(at, _)| at).collect() });
        }
    }
    found
}

/// Whether a finer figure has all the values of a coarser one.
fn agrees((wide, parent): (&List, &Figure), (list, figure): (&List, &Figure)) -> bool {
    wide.axes().iter().zip(&parent.values).all(|(axis, value)| {
        let own = list.axes().iter().position(|known| known.dimension == axis.dimension);
        own.and_then(|at| figure.values.get(at)) == Some(value)
    })
}
