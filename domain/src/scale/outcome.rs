//! The one outcome of a student in a screening, from all sheets of the campaign.
//!
//! Outcomes are disjoint and cover everyone eligible, because only a partition may be rounded;
//! every screening count of the catalogue is a sum of them.

use super::{Scored, Tier};

/// How a screening ended for one student. Ascending: the worse outcome counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Student or guardian refused.
    Refused,
    /// No sheet.
    NotReached,
    /// Sheets were handed in, none of them both valid and complete.
    Void,
    /// Screened, nothing suggested.
    Negative,
    /// Screened, `t1`: attention without an interview.
    Positive,
    /// Screened, `t2`, `t3` or an item to review: an interview is due.
    Due,
    /// An urgent critical item, whatever the total and however void the sheet.
    Critical,
}

impl Outcome {
    /// Every outcome in ascending order.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::NotReached,
        Self::Void,
        Self::Negative,
        Self::Positive,
        Self::Due,
        Self::Critical,
    ];

    /// The word that the catalogue's partition uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotReached => "not_reached",
            Self::Void => "void",
            Self::Negative => "negative",
            Self::Positive => "positive",
            Self::Due => "due",
            Self::Critical => "critical",
        }
    }
}

/// The outcome of the sheets that a student handed in; a refusal is known to the caller only.
///
/// A sheet that is not complete but suggests a tier still counts by that tier: what was said is
/// not thrown away because something else was left blank. A void sheet suggests no tier.
#[must_use]
pub fn outcome(sheets: &[Scored<'_>]) -> Outcome {
    sheets.iter().map(of_sheet).max().unwrap_or(Outcome::NotReached)
}

fn of_sheet(sheet: &Scored<'_>) -> Outcome {
    if sheet.criticals.iter().any(|rule| rule.flag.is_urgent()) {
        return Outcome::Critical;
    }
    match sheet.tier {
        _ if !sheet.criticals.is_empty() => Outcome::Due,
        Some(Tier::T2 | Tier::T3) => Outcome::Due,
        Some(Tier::T1) => Outcome::Positive,
        Some(Tier::None) | None if sheet.complete => Outcome::Negative,
        Some(Tier::None) | None => Outcome::Void,
    }
}
