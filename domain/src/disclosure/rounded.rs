//! Rounding where there is one hub: inner cells of one disjoint partition, to base 5, by a keyed
//! function of the cell and its value.
//!
//! The same value of the same cell and task is always rounded alike, so asking twice tells no
//! more than asking once; and rounding is unbiased, so totals over many schools come out right.
//! Margins and nested counts are sums of rounded cells and never rounded beside them.

use super::{DisclosureError, ROUNDING_BASE, RawTable};
use crate::catalogue::Catalogue;
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
    /// Rounds every inner cell of a partition.
    ///
    /// # Errors
    /// The table is none of the catalogue's, or no partition.
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
        if catalogue.partition(&block.indicator).is_none() {
            return Err(DisclosureError::Partition(table));
        }
        let task = format!("{period}/stock/{}", block.indicator);
        for (place, cell) in cells.iter_mut().enumerate() {
            if let Cell::Value(value) = *cell {
                let name = block.values_at(place).unwrap_or_default().join("|");
                *cell = Cell::Value(round(prf, &task, &name, value));
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

/// Rounds one inner cell to base 5 (disclosure rule, known answers in the tests).
///
/// `round(x) = x - r + (5 if u * 5 < r * 2^64 else 0)` with `r = x mod 5` and `u` drawn from
/// `"rr/v1" 00 task 00 cell 00 u64be(x)`.
#[must_use]
pub fn round(prf: &dyn RoundingPrf, task: &str, cell: &str, value: u64) -> u64 {
    let rest = value % ROUNDING_BASE;
    if rest == 0 {
        return value;
    }
    let mut message = Vec::with_capacity(task.len() + cell.len() + 16);
    message.extend_from_slice(b"rr/v1\0");
    message.extend_from_slice(task.as_bytes());
    message.push(0);
    message.extend_from_slice(cell.as_bytes());
    message.push(0);
    message.extend_from_slice(&value.to_be_bytes());
    let drawn = u128::from(prf.draw(&message)) * u128::from(ROUNDING_BASE);
    let up = drawn < u128::from(rest) << 64;
    value - rest + if up { ROUNDING_BASE } else { 0 }
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
