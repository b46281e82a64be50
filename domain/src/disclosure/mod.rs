//! Disclosure control: decides which figures may leave a school.
//!
//! Takes a [`RawTable`] and is the only code that can make a [`ClearSheet`], a [`RoundedTable`] or
//! a [`sealed::SealedReport`], so a figure that skipped these rules cannot reach a release. Pure:
//! the same table and key give the same answer everywhere. The floors below are compiled in; a pack
//! can tighten them and never loosen them. The rules of sealed reports (rule L2) are in [`sealed`]
//! and no process uses them yet: with one hub, counts about persons leave rounded, once a term.

pub mod attacker;
mod band;
mod clear;
pub mod coherent;
mod hold;
pub mod identity;
mod intake;
pub mod noise;
mod once;
pub mod plan;
mod rough;
mod rounded;
pub mod sealed;
mod showing;
mod special;
pub mod suppression;

pub use band::band;
pub use clear::{ClearSheet, may_be_clear};
pub use intake::{Breach, FIGURE_MAX, SCHOOLS_MAX, check_clear, check_rounded, check_sums};
pub use once::{bands_unchanged, gives_new_band};
pub use rough::{ROUGH_BASE, ROUGH_BASE_MAX, roughly};
pub use rounded::{RoundedTable, RoundingPrf, round};
pub use showing::{Blocks, Expected, GROUP_SCHOOLS_MIN, Showing, Stake, Stakes, Window, only_grew};
pub use special::{SPECIAL_COUNTS_MAX, Unprotected, is_sealed_beside, may_run, may_seal};

use crate::catalogue::TableId;
use crate::cell::Cell;

/// Counts from 1 up to below this are small: what nobody above a school may learn of it.
pub const SMALL_BELOW: u32 = 5;

/// Smallest band in which a figure about persons may stand on a clear sheet.
pub const BAND_MIN: u64 = 10;

/// Persons that a stage must have before even a band about them is given.
pub const BAND_STRATUM_MIN: u64 = 100;

/// Base to which counts about persons are rounded where there is one hub.
pub const ROUNDING_BASE: u64 = 5;

/// Persons that a stage must have before its rounded counts are given.
///
/// By size alone, never by what was found: otherwise to be withheld would itself tell something.
pub const ROUNDED_STRATUM_MIN: u64 = 100;

/// A table as it was computed from ledgers: exact, and therefore unable to leave the school.
///
/// Implements neither `Debug` nor any form of serialisation on purpose.
pub struct RawTable {
    table: TableId,
    cells: Vec<Cell>,
}

/// Why a table may not be protected for release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DisclosureError {
    /// The catalogue has no such table, or the cells do not fit it.
    #[error("the catalogue has no table {0} with this number of cells")]
    Table(TableId),
    /// A count stands on a clear sheet although this software forbids it.
    #[error("{indicator} may not stand on a clear sheet: {reason}")]
    Clear {
        /// Which count.
        indicator: String,
        /// Which floor it breaks.
        reason: &'static str,
    },
    /// The school's key gives no noise.
    #[error("the key gives no noise for {0}")]
    Noise(String),
    /// A table that is not a partition of persons was to be rounded.
    #[error("table {0} is no partition and cannot be rounded")]
    Partition(TableId),
}

impl RawTable {
    /// Takes what the indicator stage computed.
    #[must_use]
    pub const fn new(table: TableId, cells: Vec<Cell>) -> Self {
        Self { table, cells }
    }

    /// Which table it is.
    #[must_use]
    pub const fn table(&self) -> &TableId {
        &self.table
    }

    /// The exact cells, for the school's own eyes.
    #[must_use]
    pub fn danger_exact_cells(&self) -> &[Cell] {
        &self.cells
    }
}
