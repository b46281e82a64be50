//! Parts of a view that share no unknown: each is set up, decided and forgotten by itself.
//!
//! An unknown is a school's figure of one measure and stretch of time, so tables of two measures
//! share none, and neither do the weeks of a flow. What binds two stretches is a longer period, a
//! cumulative course, or a school that is carried. A file may hold many millions of unknowns; only
//! one part of them is in memory at a time, and only a part has a limit.

use std::collections::{BTreeMap, BTreeSet};

use super::is_assumed;
use super::shape::{Bases, base_of, periods_of};
use super::view::{Printed, SeenTable, View, ViewError};

/// Tables of one measure that hang together in time.
#[derive(Clone)]
pub(super) struct Part<'v> {
    pub measure: &'v str,
    /// Dimensions of all tables of the measure, so that all its figures have keys of one form.
    pub dims: Vec<&'v str>,
    pub tables: Vec<&'v SeenTable>,
    /// Tables of the measure that stand elsewhere in time and print nothing: they name categories
    /// and schools.
    pub names: Vec<&'v SeenTable>,
}

impl<'v> Part<'v> {
    /// All parts of a view, by measure and then as their tables come.
    pub fn all(view: &'v View, bases: &Bases<'v>) -> Result<Vec<Self>, ViewError> {
        let mut measures: BTreeMap<&str, Vec<&SeenTable>> = BTreeMap::new();
        for table in &view.tables {
            measures.entry(&table.measure).or_default().push(table);
        }
        let mut parts = Vec::new();
        for (measure, all) in measures {
            let mut dims: Vec<&str> = Vec::new();
            for id in all.iter().flat_map(|table| &table.dims) {
                if !dims.contains(&id.as_str()) {
                    dims.push(id);
                }
            }
            let silent: Vec<usize> = all
                .iter()
                .enumerate()
                .filter(|(_, table)| is_silent(table))
                .map(|(at, _)| at)
                .collect();
            let pick = |at: &usize| all.get(*at).copied();
            for own in grouped(&all, bases)? {
                let names = silent.iter().filter(|at| own.binary_search(at).is_err());
                parts.push(Self {
                    measure,
                    dims: dims.clone(),
                    tables: own.iter().filter_map(pick).collect(),
                    names: names.filter_map(pick).collect(),
                });
            }
        }
        Ok(parts)
    }

    /// The same without what is only said of its tables ([`is_assumed`]), and that; nothing where
    /// it holds nothing of the kind.
    pub fn without_assumed(&self) -> Option<(Self, Vec<&'v SeenTable>)> {
        let (said, own): (Vec<&SeenTable>, Vec<&SeenTable>) =
            self.tables.iter().copied().partition(|table| is_assumed(&table.id));
        (!said.is_empty()).then(|| (Self { tables: own, ..self.clone() }, said))
    }

    /// The same with further tables of it.
    pub fn with(&self, tables: &[&'v SeenTable]) -> Self {
        let all = self.tables.iter().chain(tables).copied().collect();
        Self { tables: all, ..self.clone() }
    }

    /// What is said of a part that is too large.
    pub fn too_large(&self, max: usize, of: &'static str) -> ViewError {
        let period = self.tables.first().map_or_else(String::new, |table| table.period.clone());
        ViewError::Large { measure: self.measure.to_owned(), period, max, of }
    }
}

/// Whether a table prints nothing that bounds a figure.
fn is_silent(table: &SeenTable) -> bool {
    table.cells.iter().all(|cell| matches!(cell.printed, Printed::Noised(_)))
}

/// Places of tables that share a stretch of time, directly or over others, in rising order.
fn grouped(tables: &[&SeenTable], bases: &Bases<'_>) -> Result<Vec<Vec<usize>>, ViewError> {
    let mut group_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let mut stretches: BTreeSet<&str> = BTreeSet::new();
        for period in periods_of(table) {
            stretches.extend(base_of(bases, table, period)?.iter().map(String::as_str));
        }
        let known = stretches.iter().filter_map(|stretch| group_of.get(*stretch).copied());
        let known: BTreeSet<usize> = known.collect();
        let own = known.first().copied().unwrap_or(groups.len());
        let mut held = vec![at];
        for other in &known {
            held.extend(groups.get_mut(*other).map(std::mem::take).unwrap_or_default());
        }
        match groups.get_mut(own) {
            Some(group) => *group = held,
            None => groups.push(held),
        }
        for group in group_of.values_mut().filter(|group| known.contains(group)) {
            *group = own;
        }
        group_of.extend(stretches.into_iter().map(|stretch| (stretch, own)));
    }
    groups.retain(|group| !group.is_empty());
    groups.iter_mut().for_each(|group| group.sort_unstable());
    Ok(groups)
}
