//! Scores as exact hundredths, so that a mean of 1.99 is never taken for 2.

use std::fmt;
use std::str::FromStr;

use super::{Flag, Tier};

/// A score in hundredths: sums are whole, means have two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u32);

impl Score {
    /// A whole score.
    #[must_use]
    pub const fn whole(value: u32) -> Self {
        Self(value.saturating_mul(100))
    }

    /// A score given in hundredths.
    #[must_use]
    pub const fn from_hundredths(value: u32) -> Self {
        Self(value)
    }

    /// The score in hundredths.
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, part) => write!(f, "{whole}.{part:02}"),
        }
    }
}

/// A score before it is rounded, so that its band is decided exactly.
#[derive(Clone, Copy)]
pub(super) struct Exact {
    pub(super) numerator: u64,
    pub(super) denominator: u64,
}

impl Exact {
    pub(super) const fn whole(value: u64) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// Whether the exact value is at least a bound.
    pub(super) fn reaches(self, bound: Score) -> bool {
        self.numerator * 100 >= u64::from(bound.0) * self.denominator
    }

    /// The value in hundredths, rounded half up.
    pub(super) fn rounded(self) -> Score {
        let twice = self.denominator * 2;
        let hundredths = (self.numerator * 200 + self.denominator) / twice.max(1);
        Score(u32::try_from(hundredths).unwrap_or(u32::MAX))
    }
}

impl Tier {
    /// The word that packs and tables use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::T1 => "t1",
            Self::T2 => "t2",
            Self::T3 => "t3",
        }
    }
}

impl Flag {
    /// The word that packs use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Urgent => "urgent",
            Self::UrgentNow => "urgent_now",
            Self::Imminent => "imminent",
        }
    }

    /// Whether the flag starts an urgent path; a review does not.
    #[must_use]
    pub const fn is_urgent(self) -> bool {
        !matches!(self, Self::Review)
    }
}

/// A word that is none of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {0}")]
pub struct UnknownWord(pub &'static str);

impl FromStr for Tier {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::None, Self::T1, Self::T2, Self::T3]
            .into_iter()
            .find(|tier| tier.as_str() == text)
            .ok_or(UnknownWord("none, t1, t2, t3"))
    }
}

impl FromStr for Flag {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        [Self::Review, Self::Urgent, Self::UrgentNow, Self::Imminent]
            .into_iter()
            .find(|flag| flag.as_str() == text)
            .ok_or(UnknownWord("review, urgent, urgent_now, imminent"))
    }
}
