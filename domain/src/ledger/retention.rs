//! Keeping: nothing is destroyed before its term, and a hold or an open case keeps what is due.
//!
//! A student's records end with graduation or leaving. Everything else has a number of years.

use jiff::civil::Date;

use super::kind::{Area, Kind};

/// How long an entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Until its student has graduated or left.
    UntilLeaving,
    /// So many years from its day.
    Years(i16),
    /// As long as the ledger: what proves that something was kept or destroyed.
    Always,
}

/// Why something is still kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StillKept {
    /// The student is on the roll.
    #[error("the student is still on the roll")]
    OnRoll,
    /// A case is open.
    #[error("a case of the student is open")]
    OpenCase,
    /// A legal hold stands.
    #[error("a legal hold stands")]
    Hold,
    /// The years are not over.
    #[error("the term of keeping is not over")]
    Term,
    /// It is never destroyed.
    #[error("this entry is never destroyed")]
    Always,
}

/// What is known when something is to be destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Day of the entry.
    pub day: Date,
    /// Today.
    pub today: Date,
    /// Whether the student is on the roll; false where it is about none.
    pub on_roll: bool,
    /// Whether a case of the student is open.
    pub open_case: bool,
    /// Whether a legal hold stands.
    pub hold: bool,
}

/// How long an entry of a kind is kept.
#[must_use]
pub const fn keep(kind: Kind) -> Keep {
    match kind {
        Kind::Destruction => Keep::Always,
        Kind::ClassTeacher | Kind::Certificate | Kind::Qualification => Keep::Years(10),
        _ => match kind.area() {
            Area::Teaching | Area::Training | Area::Governance | Area::Conference => Keep::Years(3),
            _ => Keep::UntilLeaving,
        },
    }
}

/// Decides whether an entry may be destroyed.
///
/// # Errors
/// What still keeps it.
pub fn may_destroy(keep: Keep, facts: &Facts) -> Result<(), StillKept> {
    if facts.hold {
        return Err(StillKept::Hold);
    }
    if facts.open_case {
        return Err(StillKept::OpenCase);
    }
    match keep {
        Keep::Always => Err(StillKept::Always),
        Keep::UntilLeaving if facts.on_roll => Err(StillKept::OnRoll),
        Keep::UntilLeaving => Ok(()),
        Keep::Years(years) => {
            let end = jiff::Span::new().try_years(years).ok();
            let end = end.and_then(|span| facts.day.checked_add(span).ok());
            if end.is_some_and(|end| end < facts.today) { Ok(()) } else { Err(StillKept::Term) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::words::Word as _;
    use jiff::civil::date;

    /// Over every kind and every state: a hold, an open case, or a student on the roll keeps it.
    #[test]
    fn nothing_goes_before_its_term() {
        for kind in Kind::ALL {
            for bits in 0..8_u8 {
                let facts = Facts {
                    day: date(2020, 9, 1),
                    today: date(2040, 1, 1),
                    on_roll: bits & 1 != 0,
                    open_case: bits & 2 != 0,
                    hold: bits & 4 != 0,
                };
                let gone = may_destroy(keep(*kind), &facts).is_ok();
                let expected = match keep(*kind) {
                    Keep::Always => false,
                    Keep::UntilLeaving => bits == 0,
                    Keep::Years(_) => bits & 6 == 0,
                };
                assert_eq!(gone, expected, "{kind:?} {bits}");
            }
        }
    }

    /// The last day of a term still keeps.
    #[test]
    fn years_are_counted_from_the_day() {
        let on = |today| {
            let day = date(2022, 9, 1);
            let facts = Facts { day, today, on_roll: false, open_case: false, hold: false };
            may_destroy(Keep::Years(3), &facts)
        };
        assert_eq!(on(date(2025, 9, 1)), Err(StillKept::Term));
        assert_eq!(on(date(2025, 9, 2)), Ok(()));
    }
}
