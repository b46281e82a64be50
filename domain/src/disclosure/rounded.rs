//! Rounding where there is one hub: inner cells of one disjoint partition, to base 5, by a keyed
//! function of the cell and its value.
//!
//! The same value of the same cell and task is always rounded alike, so asking twice tells no
//! more than asking once; and rounding is unbiased, so totals over many schools come out right.
//! Margins and nested counts are sums of rounded cells and never rounded beside them.
//!
//! The whole leaves exactly, by stage. So a stage with few enrolled, or one whose rounded cells
//! would prove a small count against that exact figure, is withheld with all its outcomes.

use std::collections::BTreeMap;

use super::hold::{self, Bounds, Printed, Stage};
use super::{DisclosureError, ROUNDING_BASE, RawTable, band};
use crate::catalogue::{
    Block, Catalogue, Channel, Condition, Count, Field, OUTCOME_AXIS, Partition,
};
use crate::cell::Cell;
use crate::period::Period;

/// A keyed pseudo-random function: 64 bits that only the school's key predicts.
pub trait RoundingPrf {
    /// First eight bytes, big-endian, of HMAC-SHA256 under the school's rounding key.
    fn draw(&self, message: &[u8]) -> u64;
}

/// A rounded table: made from a raw partition table by rounding and in no other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundedTable {
    cells: Vec<Cell>,
}

impl RoundedTable {
    /// Rounds every inner cell of a partition and withholds stages that may not be shown.
    ///
    /// How many are enrolled in a stage is the sum of its own cells: a partition leaves nobody
    /// out.
    ///
    /// # Errors
    /// The table is none of the catalogue's, or no partition by stage.
    pub fn protect(
        raw: RawTable,
        catalogue: &Catalogue,
        period: Period,
        prf: &dyn RoundingPrf,
    ) -> Result<Self, DisclosureError> {
        let RawTable { table, mut cells } = raw;
        let spec = catalogue
            .table(table.as_str())
            .filter(|spec| spec.cells() == cells.len())
            .ok_or_else(|| DisclosureError::Table(table.clone()))?;
        let [block] = spec.blocks() else {
            return Err(DisclosureError::Partition(table));
        };
        let Some(partition) = catalogue.partition(&block.indicator) else {
            return Err(DisclosureError::Partition(table));
        };
        let Some(axes) = Axes::of(block) else {
            return Err(DisclosureError::Partition(table));
        };
        let published = Published::of(catalogue, partition);
        let band = published.band(block, &axes, &cells);
        let mut stages = Stages::default();
        let task = format!("{period}/stock/{}", block.indicator);
        for (place, cell) in cells.iter_mut().enumerate() {
            if let Cell::Value(value) = *cell {
                let values = block.values_at(place).unwrap_or_default();
                let rounded = round(prf, &task, &values.join("|"), value);
                let is_banded = published.is_banded(axes.outcome(&values));
                stages.add(&axes, &values, value, Printed { value: rounded, is_banded });
                *cell = Cell::Value(rounded);
            }
        }
        let held = stages.held(band);
        for (place, cell) in cells.iter_mut().enumerate() {
            let values = block.values_at(place).unwrap_or_default();
            if matches!(cell, Cell::Value(_)) && held.contains(&axes.stage(&values)) {
                *cell = Cell::Suppressed;
            }
        }
        Ok(Self { cells })
    }

    /// The cells that may leave.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }
}

/// Where outcome and stage stand among a cell's values.
pub(super) struct Axes {
    outcome: usize,
    stage: usize,
}

impl Axes {
    /// The axes of a partition's block; `None` for a block without them.
    pub(super) fn of(block: &Block) -> Option<Self> {
        let axis = |id: &str| block.dims().position(|dim| dim.as_str() == id);
        Some(Self { outcome: axis(OUTCOME_AXIS)?, stage: axis("stage")? })
    }

    fn outcome<'v>(&self, values: &[&'v str]) -> &'v str {
        values.get(self.outcome).copied().unwrap_or_default()
    }

    /// The stage of a cell.
    pub(super) fn stage<'v>(&self, values: &[&'v str]) -> &'v str {
        values.get(self.stage).copied().unwrap_or_default()
    }

    /// What is left of a cell's values: grade and sex.
    fn stratum(&self, values: &[&str]) -> String {
        let rest = values.iter().enumerate().filter(|(axis, _)| *axis != self.outcome);
        rest.map(|(_, value)| *value).collect::<Vec<_>>().join("|")
    }
}

/// What is published about a partition's persons beside it: one band over some outcomes.
#[derive(Default)]
struct Published<'c> {
    outcomes: &'c [String],
    width: u64,
}

impl<'c> Published<'c> {
    fn of(catalogue: &'c Catalogue, partition: &Partition) -> Self {
        let whole = catalogue.count(partition.whole.as_str());
        let Some(source) = whole.and_then(|count| count.definition.as_ref()) else {
            return Self::default();
        };
        let same = |count: &&Count| {
            let own = count.definition.as_ref();
            count.channel == Channel::Clear
                && count.dims.is_empty()
                && own.is_some_and(|own| own.source == source.source && own.at == source.at)
        };
        let published = catalogue.counts().iter().filter(same).find_map(|count| {
            let definition = count.definition.as_ref()?;
            match definition.filters.as_slice() {
                [filter] if filter.field == Field::Outcome => match &filter.condition {
                    Condition::Any(outcomes) => {
                        Some(Self { outcomes, width: definition.band?.into() })
                    }
                    Condition::AtLeast(_) => None,
                },
                _ => None,
            }
        });
        published.unwrap_or_default()
    }

    fn is_banded(&self, outcome: &str) -> bool {
        self.outcomes.iter().any(|known| known == outcome)
    }

    /// The band that the exact cells lie in.
    fn band(&self, block: &Block, axes: &Axes, cells: &[Cell]) -> Option<Bounds> {
        if self.width == 0 {
            return None;
        }
        let counted = cells.iter().enumerate().filter(|(place, _)| {
            let values = block.values_at(*place).unwrap_or_default();
            self.is_banded(axes.outcome(&values))
        });
        let sum = counted.filter_map(|(_, cell)| cell.value()).fold(0, u64::saturating_add);
        let low = band(sum, self.width);
        Some(Bounds { low, high: low.saturating_add(self.width - 1) })
    }
}

/// The cells of a table by stage, then by grade and sex.
#[derive(Default)]
struct Stages<'v>(BTreeMap<&'v str, (u64, BTreeMap<String, Vec<Printed>>)>);

impl<'v> Stages<'v> {
    fn add(&mut self, axes: &Axes, values: &[&'v str], exact: u64, printed: Printed) {
        let (enrolled, strata) = self.0.entry(axes.stage(values)).or_default();
        *enrolled = enrolled.saturating_add(exact);
        strata.entry(axes.stratum(values)).or_default().push(printed);
    }

    /// Stages that are withheld.
    fn held(self, band: Option<Bounds>) -> Vec<&'v str> {
        let (names, stages): (Vec<&str>, Vec<Stage>) = self
            .0
            .into_iter()
            .map(|(name, (enrolled, strata))| {
                (name, Stage { enrolled, strata: strata.into_values().collect() })
            })
            .unzip();
        let held = hold::held(&stages, band);
        names.into_iter().zip(held).filter(|(_, held)| *held).map(|(name, _)| name).collect()
    }
}

/// Rounds one inner cell to base 5 (disclosure rule, known answers in the tests).
///
/// `round(x) = x - r + (5 if u * 5 < r * 2^64 else 0)` with `r = x mod 5` and `u` drawn from
/// `"rr/v1" 00 task 00 cell 00 u64be(x)`.
#[must_use]
pub fn round(prf: &dyn RoundingPrf, task: &str, cell: &str, value: u64) -> u64 {
    if value.is_multiple_of(ROUNDING_BASE) {
        return value;
    }
    let mut message = Vec::with_capacity(task.len() + cell.len() + 16);
    message.extend_from_slice(b"rr/v1\0");
    message.extend_from_slice(task.as_bytes());
    message.push(0);
    message.extend_from_slice(cell.as_bytes());
    message.push(0);
    message.extend_from_slice(&value.to_be_bytes());
    toward(value, ROUNDING_BASE, prf.draw(&message))
}

/// The multiple of a base below a value or above it, by a uniform word, so that it is right on the
/// whole; a base of zero changes nothing.
pub(super) fn toward(value: u64, base: u64, word: u64) -> u64 {
    let Some(rest) = value.checked_rem(base) else { return value };
    let up = u128::from(word) * u128::from(base) < u128::from(rest) << 64;
    let below = value - rest;
    if up { below.saturating_add(base) } else { below }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A draw that is spread evenly, so that expectations can be computed.
    struct Spread(u64, u64);

    impl RoundingPrf for Spread {
        fn draw(&self, _: &[u8]) -> u64 {
            let step = u64::MAX / self.1;
            self.0 * step
        }
    }

    /// Over all draws the mean of the rounded value is the value: no bias anywhere.
    #[test]
    fn rounding_is_unbiased_and_within_four() {
        for value in 0..20_u64 {
            let draws = 1_000;
            let mut sum = 0;
            for draw in 0..draws {
                let rounded = round(&Spread(draw, draws), "t", "c", value);
                assert_eq!(rounded % 5, 0);
                assert!(rounded.abs_diff(value) <= 4, "{value} became {rounded}");
                sum += rounded;
            }
            let error = sum.abs_diff(value * draws);
            assert!(error <= 5, "{value}: {error} off in {draws} draws");
        }
    }
}
