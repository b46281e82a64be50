//! Floors of figures that were not rounded: small counts of a sensitive kind.
//!
//! Rounded figures have no floor here: what is shown of them was decided for the whole table when
//! it was sealed and is only looked up ([`super::lookup`]).

use domain::catalogue::{Catalogue, Sensitivity};
use domain::disclosure::SMALL_BELOW;
use domain::unit::UnitKind;

use super::plan::{Feed, PlannedTerm};
use super::value::{Amount, Floor};

/// Opened sums from here on are shown: smaller ones cannot be assigned to a school, and with
/// knowledge from elsewhere somebody might.
const K: u64 = SMALL_BELOW as u64;

/// The floors of one count at one unit.
#[derive(Clone, Copy, Debug)]
pub struct Floors {
    min: u64,
    is_banded: bool,
    is_level_too_low: bool,
}

impl Floors {
    /// The floors of a planned count for the figures of a unit of a kind.
    #[must_use]
    pub fn of(catalogue: &Catalogue, term: &PlannedTerm<'_>, kind: UnitKind) -> Self {
        let sensitivity = term.count.sensitivity;
        Self {
            min: catalogue.min_cell(sensitivity),
            is_banded: matches!(
                term.feed,
                Feed::Clear { band: Some(_), .. } | Feed::Clear { rough: Some(_), .. }
            ),
            is_level_too_low: sensitivity == Sensitivity::Extreme
                && !matches!(kind, UnitKind::City | UnitKind::District | UnitKind::Helper),
        }
    }

    /// Why an opened sum is not shown; `None` where it is. Nothing below [`K`] is, whatever the
    /// catalogue says of the count.
    #[must_use]
    pub const fn check_opened(&self, amount: Amount) -> Option<Floor> {
        let min = if self.min > K { self.min } else { K };
        Self { min, is_banded: false, is_level_too_low: self.is_level_too_low }.check(amount)
    }

    /// Why a sum is not shown; `None` where it is.
    #[must_use]
    pub const fn check(&self, amount: Amount) -> Option<Floor> {
        if self.is_level_too_low {
            return Some(Floor::Level);
        }
        // A band is protected by its width, a rough figure by its noise; an exact zero says that
        // there is nobody to protect.
        if self.is_banded || amount.value == 0 || amount.value >= self.min {
            None
        } else {
            Some(Floor::Small { shown_from: self.min })
        }
    }
}
