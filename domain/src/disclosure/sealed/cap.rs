//! Cap classes: the most that one report may add to a sum, in eleven steps.
//!
//! A cap follows from the signed enrolment, or from the number enrolled that a stock names in the
//! clear, and never from the figures, so that the length of a report, which depends on it, tells
//! nothing. One instance of the proof system per class; shares
//! of all classes add up.

use std::fmt;

use super::Kind;

/// Smallest cap.
pub const CAP_MIN: u64 = (1 << BITS_MIN) - 1;
/// Largest cap.
pub const CAP_MAX: u64 = (1 << BITS_MAX) - 1;

const BITS_MIN: u32 = 8;
const BITS_MAX: u32 = 18;

/// A cap of the form `2^b - 1`, 255 to 262143.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CapClass(u32);

/// Why there is no cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CapError {
    /// More events are possible than the largest class holds.
    #[error("a report may count {possible} and no cap is above {CAP_MAX}")]
    TooMany {
        /// How many are possible.
        possible: u64,
    },
    /// Not one of the eleven caps.
    #[error("{0} is no cap class")]
    NoClass(u64),
}

impl CapClass {
    /// Every class, smallest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (BITS_MIN..=BITS_MAX).map(Self)
    }

    /// The class of a report: a stock counts each person once, a flow at most so many events a
    /// person in its week.
    ///
    /// # Errors
    /// More is possible than the largest class holds.
    pub fn of(kind: Kind, enrolled: u64, per_person_max: u32) -> Result<Self, CapError> {
        let possible = match kind {
            Kind::Stock => enrolled,
            Kind::Flow => enrolled.saturating_mul(per_person_max.into()),
        };
        let fits = |class: &Self| class.limit() >= possible;
        Self::all().find(fits).ok_or(CapError::TooMany { possible })
    }

    /// The class of a cap as a message names it.
    ///
    /// # Errors
    /// A number that is no cap.
    pub fn from_max(max: u64) -> Result<Self, CapError> {
        Self::all().find(|class| class.limit() == max).ok_or(CapError::NoClass(max))
    }

    /// The most that one report of the class may add to a sum, over all its cells.
    #[must_use]
    pub const fn limit(self) -> u64 {
        (1 << self.0) - 1
    }

    /// Bits of a cell.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl fmt::Display for CapClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.limit())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Kind, enrolled: u64, per_person: u32, cap: u64) {
        let class = CapClass::of(kind, enrolled, per_person).expect("class");
        assert_eq!(class.limit(), cap, "{kind:?} {enrolled} {per_person}");
        assert_eq!(CapClass::from_max(cap), Ok(class));
    }

    /// The smallest class that holds what is possible, at both ends of the range and at its edges.
    #[test]
    fn the_smallest_class_that_fits_is_taken() {
        check(Kind::Stock, 0, 4, 255);
        check(Kind::Stock, 255, 4, 255);
        check(Kind::Stock, 256, 4, 511);
        check(Kind::Stock, 2_500, 4, 4_095);
        check(Kind::Flow, 63, 4, 255);
        check(Kind::Flow, 64, 4, 511);
        check(Kind::Flow, 1_000, 4, 4_095);
        check(Kind::Flow, 3_276, 80, 262_143);
    }

    /// What no class holds is refused, and so is a cap that is no class.
    #[test]
    fn what_no_class_holds_is_refused() {
        let possible = 262_144;
        let over = CapClass::of(Kind::Stock, possible, 1);
        assert_eq!(over, Err(CapError::TooMany { possible }));
        let endless = CapClass::of(Kind::Flow, u64::MAX, u32::MAX);
        assert_eq!(endless, Err(CapError::TooMany { possible: u64::MAX }));
        for max in [0, 127, 254, 256, 300, 524_287] {
            assert_eq!(CapClass::from_max(max), Err(CapError::NoClass(max)));
        }
        assert_eq!(CapClass::all().count(), 11);
    }
}
