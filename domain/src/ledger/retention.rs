//! Keeping: nothing is destroyed before its term, and a hold or an open case keeps what is due.
//!
//! What is about a student ends with graduation or leaving, whichever ledger it stands in. What is
//! about nobody has a number of years, counted from the day on which it ended.

use jiff::civil::Date;

use super::kind::Kind;

/// Years for which entries about nobody are kept.
const WORK_YEARS: i16 = 3;
/// Years for which posts and qualifications are kept.
const POST_YEARS: i16 = 10;

/// How long an entry is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Until its student has graduated or left.
    UntilLeaving,
    /// So many years from its end.
    Years(i16),
    /// As long as the ledger: what proves that something was kept or destroyed.
    Always,
}

/// Whether an entry is about a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// About one student.
    Student,
    /// About nobody: lessons, posts, groups as a whole.
    Nobody,
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
    /// The figures of the last school year with the student can still be reported.
    #[error("figures of the student's last school year can still be reported")]
    Figures,
    /// The years are not over, or it holds still.
    #[error("the term of keeping is not over")]
    Term,
    /// It is never destroyed.
    #[error("this entry is never destroyed")]
    Always,
}

/// What is known when something is to be destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Day on which it ended: of an event its day; nothing for what holds still.
    pub ended: Option<Date>,
    /// Today.
    pub today: Date,
    /// Whether the student is on the roll; false where it is about none.
    pub on_roll: bool,
    /// Whether a case of the student is open.
    pub open_case: bool,
    /// Whether a legal hold stands.
    pub hold: bool,
    /// Whether the last school year with the student is reported; true where it is about none.
    pub closed: bool,
}

/// How long an entry of a kind is kept.
#[must_use]
pub const fn keep(kind: Kind, about: About) -> Keep {
    match (kind, about) {
        (Kind::Destruction, _) => Keep::Always,
        (_, About::Student) => Keep::UntilLeaving,
        (
            Kind::ClassTeacher | Kind::Certificate | Kind::Qualification | Kind::SecrecyPledge,
            About::Nobody,
        ) => Keep::Years(POST_YEARS),
        (_, About::Nobody) => Keep::Years(WORK_YEARS),
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
        Keep::UntilLeaving if !facts.closed => Err(StillKept::Figures),
        Keep::UntilLeaving => Ok(()),
        Keep::Years(years) => {
            let span = jiff::Span::new().try_years(years).ok();
            let end = facts.ended.zip(span).and_then(|(day, span)| day.checked_add(span).ok());
            if end.is_some_and(|end| end < facts.today) { Ok(()) } else { Err(StillKept::Term) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::words::Word as _;
    use jiff::civil::date;

    /// Over every kind and every state: a hold, an open case, a student on the roll or a year that
    /// is still reported keeps it.
    #[test]
    fn nothing_goes_before_its_term() {
        for kind in Kind::ALL {
            for bits in 0..32_u8 {
                let about = if bits & 16 == 0 { About::Student } else { About::Nobody };
                let facts = Facts {
                    ended: Some(date(2020, 9, 1)),
                    today: date(2040, 1, 1),
                    on_roll: bits & 1 != 0,
                    open_case: bits & 2 != 0,
                    hold: bits & 4 != 0,
                    closed: bits & 8 == 0,
                };
                let gone = may_destroy(keep(*kind, about), &facts).is_ok();
                let expected = match keep(*kind, about) {
                    Keep::Always => false,
                    Keep::UntilLeaving => bits == 0,
                    Keep::Years(_) => bits & 6 == 0,
                };
                assert_eq!(gone, expected, "{kind:?} {bits}");
            }
        }
    }

    /// What is about a student ends with leaving in every ledger, the conference's too.
    #[test]
    fn what_is_about_a_student_ends_with_leaving() {
        for kind in Kind::ALL.iter().filter(|kind| **kind != Kind::Destruction) {
            assert_eq!(keep(*kind, About::Student), Keep::UntilLeaving, "{kind:?}");
            assert!(matches!(keep(*kind, About::Nobody), Keep::Years(3 | 10)), "{kind:?}");
        }
    }

    /// The last day of a term still keeps, and so does what has not ended.
    #[test]
    fn years_are_counted_from_the_end() {
        let on = |ended, today| {
            let facts =
                Facts { ended, today, on_roll: false, open_case: false, hold: false, closed: true };
            may_destroy(Keep::Years(3), &facts)
        };
        let day = Some(date(2022, 9, 1));
        assert_eq!(on(day, date(2025, 9, 1)), Err(StillKept::Term));
        assert_eq!(on(day, date(2025, 9, 2)), Ok(()));
        assert_eq!(on(None, date(2045, 9, 2)), Err(StillKept::Term));
    }
}
