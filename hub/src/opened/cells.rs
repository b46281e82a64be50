//! Where the cells of an opened sum go in a figure: by the words of the catalogue, so that sums
//! under different catalogues add up.
//!
//! A cell that is about too few persons of the roster, or too few schools, is in no sum. It counts
//! as nothing where it is about nobody, and is named as left out otherwise.

use std::collections::BTreeSet;

use domain::catalogue::{DimensionId, OUTCOME_AXIS, Stage};
use domain::disclosure::sealed::{COMPLEMENT, Kind, SealedTable};
use proto::opening::Detail;

use super::{Asked, Take};
use crate::store::opened::OpenedSum;

/// One figure of opened cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Sum of the opened cells.
    pub value: u64,
    /// Opened cells in it.
    pub opened: u64,
    /// Persons of the roster in cells of it that stay closed; each stage and stratum once.
    pub left_out: u64,
    /// How far above the sum these may take it: a person can have several events in a week.
    pub above: u64,
    /// Whether anybody of the roster is of its kind.
    pub is_about: bool,
    /// Whether a whole stage of its kind is in no group that the plan opens.
    pub lacks_stage: bool,
}

impl Cell {
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            value: self.value.saturating_add(other.value),
            opened: self.opened.saturating_add(other.opened),
            left_out: self.left_out.saturating_add(other.left_out),
            above: self.above.saturating_add(other.above),
            is_about: self.is_about || other.is_about,
            lacks_stage: self.lacks_stage || other.lacks_stage,
        }
    }
}

/// A counted cell has no place among the values asked for: its catalogue has other words.
#[derive(Clone, Copy, Debug)]
pub struct OtherWords;

/// What the places of a table in a stage are worth for what is asked: the figure that each goes
/// into, if any.
///
/// # Errors
/// A cell that is counted fits none of the figures, so that they would be too small.
pub fn targets(
    table: &SealedTable,
    (stage, detail): (Stage, Detail),
    only: Option<&(DimensionId, String)>,
    asked: Asked<'_>,
) -> Result<Vec<Option<usize>>, OtherWords> {
    let block = table.block();
    let size = block.axes.first().map_or(1, |axis| axis.values.len()).max(1);
    let (places, axes) = match detail {
        Detail::Cells => (table.cells(), block.axes.len()),
        Detail::Categories => (size, 1),
    };
    let stride = (table.cells() / places.max(1)).max(1);
    let target = |place: usize| {
        let Some(values) = block.values_at(place * stride) else { return Ok(None) };
        let dims = block.axes.iter().map(|axis| axis.dimension.as_str());
        let known: Vec<(&str, &str)> = dims.zip(values).take(axes).collect();
        aim(&known, (stage, only), asked)
    };
    (0..places).map(target).collect()
}

fn aim(
    known: &[(&str, &str)],
    (stage, only): (Stage, Option<&(DimensionId, String)>),
    asked: Asked<'_>,
) -> Result<Option<usize>, OtherWords> {
    let value_of = |dimension: &str| {
        let own = known.iter().find(|(name, _)| *name == dimension).map(|(_, value)| *value);
        let only = only.filter(|(name, _)| name.as_str() == dimension);
        let only = only.map(|(_, value)| value.as_str());
        let stage = (dimension == "stage").then_some(stage.as_str());
        own.or(only).or(stage)
    };
    let first = known.first().copied();
    let is_counted = match (asked.take, first) {
        (Take::Everybody, _) | (_, None) => true,
        (Take::Outcomes(all), Some((OUTCOME_AXIS, value))) => all.iter().any(|one| one == value),
        (Take::Counted | Take::Outcomes(_), Some((_, value))) => value != COMPLEMENT,
    };
    let is_meant = asked.filters.iter().all(|(dim, only)| value_of(dim.as_str()) == Some(only));
    if !is_counted || !is_meant {
        return Ok(None);
    }
    let placed = asked.by.iter().try_fold(0, |target, axis| {
        let value = value_of(axis.dimension.as_str())?;
        let at = axis.values.iter().position(|known| known == value)?;
        Some(target * axis.values.len() + at)
    });
    placed.map(Some).ok_or(OtherWords)
}

/// Adds the cells of a sum to figures; `about` are the persons of the roster that each cell of the
/// table is about in its groups. `is_first` counts those left out: of a run of weeks the first
/// does, since the others are about the same persons.
pub fn add(
    (sum, table): (&OpenedSum, &SealedTable),
    targets: &[Option<usize>],
    (about, is_first): (&[u64], bool),
    found: &mut [Cell],
) {
    let size = targets.len().max(1);
    let stride = (table.cells() / size).max(1);
    let categories = table.block().axes.first().map_or(1, |axis| axis.values.len()).max(1);
    // Of a sum by categories each place is all strata together.
    let strata = match sum.detail {
        Detail::Cells => table.cells() / categories,
        Detail::Categories => 1,
    };
    let mut closed = BTreeSet::new();
    for (place, target) in targets.iter().enumerate() {
        let Some(cell) = target.and_then(|target| found.get_mut(target)) else { continue };
        let of_place = about.iter().skip(place * stride).take(stride);
        let persons: u64 = of_place.copied().fold(0, u64::saturating_add);
        cell.is_about |= persons > 0;
        match sum.cells.get(&place) {
            Some(value) => {
                cell.value = cell.value.saturating_add(*value);
                cell.opened += 1;
            }
            // Those of a stratum once, whatever category they are in.
            None if persons > 0 && closed.insert((*target, place % strata.max(1))) => {
                let each = match table.kind() {
                    Kind::Stock => 1,
                    Kind::Flow => u64::from(table.per_person_max()),
                };
                cell.above = cell.above.saturating_add(persons.saturating_mul(each));
                if is_first {
                    cell.left_out = cell.left_out.saturating_add(persons);
                }
            }
            None => {}
        }
    }
}
