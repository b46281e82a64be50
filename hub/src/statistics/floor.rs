//! Floors of figures that were not rounded: small counts of a sensitive kind.
//!
//! Rounded figures have no floor here: what is shown of them was decided for the whole table when
//! it was sealed and is only looked up ([`super::lookup`]).

use domain::catalogue::{Catalogue, Sensitivity};
use domain::unit::UnitKind;

use super::plan::{Feed, PlannedTerm};
use super::value::{Amount, Floor};

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
            is_banded: matches!(term.feed, Feed::Clear { band: Some(_), .. }),
            is_level_too_low: sensitivity == Sensitivity::Extreme
                && !matches!(kind, UnitKind::City | UnitKind::District),
        }
    }

    /// Why a sum is not shown; `None` where it is.
    #[must_use]
    pub const fn check(&self, amount: Amount) -> Option<Floor> {
        if self.is_level_too_low {
            return Some(Floor::Level);
        }
        // A band is protected by its width; an exact zero says that there is nobody to protect.
        if self.is_banded || amount.value == 0 || amount.value >= self.min {
            None
        } else {
            Some(Floor::Small { shown_from: self.min })
        }
    }
}
