//! Roll-up: sums of members' tables with the number of contributors of every cell.
//!
//! A roll-up is a vector addition. A cell to which nobody contributed is a blank, never a zero;
//! a contribution that is replaced is taken out exactly as it was put in.

use crate::cell::{self, Cell, CellError};
use crate::digest::Digest;

/// Sums of one table, period and catalogue pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    values: Vec<u64>,
    contributors: Vec<u32>,
}

/// Why a contribution could not be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RollupError {
    /// The cells do not fit the table.
    #[error(transparent)]
    Cells(#[from] CellError),
    /// A sum would exceed 64 bits, or a removal would go below zero.
    #[error("a sum is out of range")]
    Range,
}

/// How complete sums are: schools that reported of schools that were due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Schools that are due by the dated tree.
    pub schools_due: u32,
    /// Schools whose release is in the sums.
    pub schools_reported: u32,
    /// Persons enrolled at the schools that reported.
    pub persons: u64,
}

/// A numbered, sealed roll-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Number within the hub, growing.
    pub number: u64,
    /// The sums.
    pub sums: Sums,
    /// How complete they are.
    pub coverage: Coverage,
    /// Root digest over the contributions in order of unit.
    pub root: Digest,
}

/// A member's table as the roll-up counts it.
#[derive(Clone, Copy, Debug)]
pub struct Addend<'a> {
    /// Packed cells.
    pub cells: &'a [u8],
    /// Packed contributors of a hub's sums; nothing for a school, which contributes itself.
    pub contributors: Option<&'a [u8]>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Plus,
    Minus,
}

impl Sums {
    /// Sums of a table of `cells` cells to which nobody has contributed.
    #[must_use]
    pub fn empty(cells: usize) -> Self {
        Self { values: vec![0; cells], contributors: vec![0; cells] }
    }

    /// Puts sums together that were stored apart.
    ///
    /// # Errors
    /// The two vectors have different lengths.
    pub fn from_parts(values: Vec<u64>, contributors: Vec<u32>) -> Result<Self, RollupError> {
        if values.len() == contributors.len() {
            Ok(Self { values, contributors })
        } else {
            let (expected, found) = (values.len(), contributors.len());
            Err(CellError::Count { expected, found }.into())
        }
    }

    /// Adds a contribution.
    ///
    /// # Errors
    /// The cells do not fit, or a sum would overflow; then the sums must not be used further.
    pub fn add(&mut self, addend: Addend<'_>) -> Result<(), RollupError> {
        self.apply(addend, Sign::Plus)
    }

    /// Takes a contribution out again, as when a revision replaces it.
    ///
    /// # Errors
    /// The contribution is not in the sums; then the sums must not be used further.
    pub fn remove(&mut self, addend: Addend<'_>) -> Result<(), RollupError> {
        self.apply(addend, Sign::Minus)
    }

    fn apply(&mut self, addend: Addend<'_>, sign: Sign) -> Result<(), RollupError> {
        let expected = self.values.len();
        let counts = match addend.contributors {
            Some(packed) => Some(cell::unpack_counts(packed, expected)?),
            None => None,
        };
        let mut in_range = true;
        cell::visit(addend.cells, expected, |at, run| {
            let Cell::Value(value) = run.cell else { return };
            let end = at + run.length;
            let values = self.values.get_mut(at..end).unwrap_or_default();
            let contributors = self.contributors.get_mut(at..end).unwrap_or_default();
            if value != 0 {
                for sum in values {
                    in_range &= shift(sum, value, sign);
                }
            }
            match &counts {
                None => {
                    for sum in contributors {
                        in_range &= shift(sum, 1, sign);
                    }
                }
                Some(counts) => {
                    let counts = counts.get(at..end).unwrap_or_default();
                    for (sum, count) in contributors.iter_mut().zip(counts) {
                        in_range &= shift(sum, *count, sign);
                    }
                }
            }
        })?;
        if in_range { Ok(()) } else { Err(RollupError::Range) }
    }

    /// The sums as cells: a blank where nobody contributed.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        let both = self.values.iter().zip(&self.contributors);
        both.map(|(value, n)| if *n == 0 { Cell::Unsupported } else { Cell::Value(*value) })
            .collect()
    }

    /// The bare sums.
    #[must_use]
    pub fn values(&self) -> &[u64] {
        &self.values
    }

    /// Contributors of each cell.
    #[must_use]
    pub fn contributors(&self) -> &[u32] {
        &self.contributors
    }
}

/// A number that can be raised and lowered without leaving its range.
trait Shift: Copy {
    fn plus(self, other: Self) -> Option<Self>;
    fn minus(self, other: Self) -> Option<Self>;
}

impl Shift for u64 {
    fn plus(self, other: Self) -> Option<Self> {
        // Stores keep 63 bits; no real sum comes near.
        self.checked_add(other).filter(|sum| i64::try_from(*sum).is_ok())
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.checked_sub(other)
    }
}

impl Shift for u32 {
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.checked_sub(other)
    }
}

fn shift<N: Shift>(sum: &mut N, by: N, sign: Sign) -> bool {
    let shifted = match sign {
        Sign::Plus => sum.plus(by),
        Sign::Minus => sum.minus(by),
    };
    match shifted {
        Some(value) => {
            *sum = value;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cells() -> impl Strategy<Value = Vec<Cell>> {
        let cell = prop_oneof![
            3 => (0_u64..1_000).prop_map(Cell::Value),
            1 => Just(Cell::Unsupported),
            1 => Just(Cell::NotApplicable),
        ];
        prop::collection::vec(cell, 40)
    }

    fn addend(packed: &[u8]) -> Addend<'_> {
        Addend { cells: packed, contributors: None }
    }

    proptest! {
        /// The sum of sums is the sum of all, whatever hub stands between.
        #[test]
        fn a_hub_between_changes_no_total(tables in prop::collection::vec(cells(), 1..9)) {
            let packed: Vec<_> = tables.iter().map(|table| cell::pack(table)).collect();
            let mut flat = Sums::empty(40);
            let mut city = Sums::empty(40);
            for group in packed.chunks(3) {
                let mut street = Sums::empty(40);
                for table in group {
                    flat.add(addend(table)).expect("flat");
                    street.add(addend(table)).expect("street");
                }
                let cells = cell::pack(&street.cells());
                let counts = cell::pack_counts(street.contributors());
                city.add(Addend { cells: &cells, contributors: Some(&counts) }).expect("city");
            }
            prop_assert_eq!(flat, city);
        }

        /// Replacing a contribution leaves the same sums as never having had it.
        #[test]
        fn a_replaced_contribution_leaves_no_trace(a in cells(), b in cells(), c in cells()) {
            let (a, b, c) = (cell::pack(&a), cell::pack(&b), cell::pack(&c));
            let mut replaced = Sums::empty(40);
            for table in [&a, &b] {
                replaced.add(addend(table)).expect("add");
            }
            replaced.remove(addend(&a)).expect("remove");
            replaced.add(addend(&c)).expect("add");
            let mut direct = Sums::empty(40);
            for table in [&b, &c] {
                direct.add(addend(table)).expect("add");
            }
            prop_assert_eq!(replaced, direct);
        }
    }

    /// A cell without contributors is a blank, and one with contributors of zero is zero.
    #[test]
    fn nobody_is_not_zero() {
        let mut sums = Sums::empty(2);
        sums.add(addend(&cell::pack(&[Cell::Value(0), Cell::Unsupported]))).expect("add");
        assert_eq!(sums.cells(), [Cell::Value(0), Cell::Unsupported]);
        assert_eq!(sums.contributors(), [1, 0]);
    }

    /// A sum that leaves its range is an error, not a wrapped number.
    #[test]
    fn overflow_and_underflow_are_errors() {
        let huge = cell::pack(&[Cell::Value(u64::MAX)]);
        assert_eq!(Sums::empty(1).add(addend(&huge)), Err(RollupError::Range));
        let one = cell::pack(&[Cell::Value(1)]);
        assert_eq!(Sums::empty(1).remove(addend(&one)), Err(RollupError::Range));
    }
}
