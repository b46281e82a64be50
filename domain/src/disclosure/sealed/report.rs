//! Sealed reports: the measurement that a school's raw table becomes, before it is split in two.
//!
//! Holds exact counts of one school, so it has no `Debug` and no serialised form: the only way on
//! is into shares.

use super::super::RawTable;
use super::{CapClass, CapError, Kind, SealedTable, Stratum};
use crate::cell::Cell;

/// A school's figures for one task, in the order of the task's cells.
pub struct SealedReport {
    cap: CapClass,
    measurement: Vec<u64>,
}

/// Why a raw table cannot be sealed. Nothing leaves.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MeasureError {
    /// The raw table is another one or has another length.
    #[error("the figures do not belong to this table")]
    Table,
    /// A figure cannot be computed: a report of zeros instead would spoil the sum.
    #[error("a figure of this table cannot be computed")]
    Unsupported,
    /// More persons are counted in a stratum than are enrolled, or not everybody.
    #[error("the cells of a stratum do not add up to those enrolled in it")]
    Partition,
    /// The figures are above what one report may add.
    #[error("the figures add up to {sum}, and this report may add {cap}")]
    OverCap {
        /// What they add up to.
        sum: u64,
        /// The cap.
        cap: u64,
    },
    /// The enrolment allows no cap.
    #[error(transparent)]
    Cap(#[from] CapError),
}

impl SealedReport {
    /// Measures a school's raw figures for a sealed table.
    ///
    /// `enrolled` is how many persons the signed roster has at the school, from which the cap
    /// follows; `persons` how many were on the roll in a stratum on the census day, from which the
    /// complement of a stock follows. The raw table holds the cells before the complement.
    ///
    /// Between roster and census day pupils come. A stock of more than the roster lists gets the
    /// class of those whom it counts: they stand beside it in the clear, and its cells add up to
    /// them.
    ///
    /// # Errors
    /// Figures of another table, figures that cannot be computed, a stock that is no partition of
    /// those enrolled, or more than the cap.
    pub fn measure(
        raw: RawTable,
        table: &SealedTable,
        enrolled: u64,
        persons: impl Fn(&Stratum) -> u64,
    ) -> Result<Self, MeasureError> {
        if !table.fits(&raw) {
            return Err(MeasureError::Table);
        }
        let counted: Option<Vec<u64>> = raw.cells.into_iter().map(figure).collect();
        let mut measurement = counted.ok_or(MeasureError::Unsupported)?;
        if table.kind() == Kind::Stock {
            complete(&mut measurement, table, persons)?;
        }
        let sum = measurement.iter().fold(0, |sum: u64, cell| sum.saturating_add(*cell));
        let most = match table.kind() {
            Kind::Stock => enrolled.max(sum),
            Kind::Flow => enrolled,
        };
        let cap = CapClass::of(table.kind(), most, table.per_person_max())?;
        if sum > cap.limit() {
            return Err(MeasureError::OverCap { sum, cap: cap.limit() });
        }
        Ok(Self { cap, measurement })
    }

    /// The class of its cap.
    #[must_use]
    pub const fn cap(&self) -> CapClass {
        self.cap
    }

    /// The exact cells, for the function that splits them and for nothing else.
    #[must_use]
    pub fn danger_exact_cells(&self) -> &[u64] {
        &self.measurement
    }
}

fn figure(cell: Cell) -> Option<u64> {
    match cell {
        Cell::Value(value) => Some(value),
        // A grade that the school does not have.
        Cell::NotApplicable => Some(0),
        Cell::Suppressed | Cell::NotReported | Cell::Unsupported => None,
    }
}

/// Adds the complement of each stratum, so that the cells of the stratum sum to its persons.
fn complete(
    measurement: &mut Vec<u64>,
    table: &SealedTable,
    persons: impl Fn(&Stratum) -> u64,
) -> Result<(), MeasureError> {
    // The first axis is the one with the complement: a stratum is a column of the others.
    let strata = table.strata();
    let is_whole = measurement.len() == table.cells();
    for (column, stratum) in strata.iter().enumerate() {
        let counted = measurement.iter().take(table.counted()).skip(column).step_by(strata.len());
        let counted = counted.fold(0, |sum: u64, cell| sum.saturating_add(*cell));
        match persons(stratum).checked_sub(counted) {
            Some(0) if is_whole => {}
            Some(rest) if !is_whole => measurement.push(rest),
            _ => return Err(MeasureError::Partition),
        }
    }
    Ok(())
}
