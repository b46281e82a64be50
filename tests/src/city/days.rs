//! The days of the demonstration: a city that begins near the end of an autumn term.
//!
//! Commissions, hubs and plans are founded some weeks before the term ends, and the offices bring
//! what they have of it since September. Then time is moved to the days on which something leaves
//! or may be opened. What is certified on the first day must hold on the last: a leaf lives for
//! ninety days.

use domain::period::TermId;
use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, date};

/// First day on which units of the demonstration sit where they sit.
pub const TREE_FROM: &str = "2025-09-01";

/// The term that the demonstration is about.
pub const TERM: &str = "2025S1";

/// Its school year.
pub const SCHOOL_YEAR: i16 = 2025;

/// When the commissions meet and everything is set up: a Monday.
pub const FOUNDED: DateTime = date(2026, 1, 5).at(8, 0, 0, 0);

/// First day of the open plans, a Monday: from this week on weeks are sealed, and the term.
pub const PLAN_FROM: Date = date(2026, 1, 12);

/// When schools report: the term is over, and so are the two days before its last week leaves.
pub const REPORTED: DateTime = date(2026, 2, 3).at(8, 0, 0, 0);

/// When the day is over in which schools could object to what was taken for a week.
pub const WEEKS_OPEN: DateTime = date(2026, 2, 4).at(8, 0, 0, 0);

/// When the seven days are over in which they could object to what was taken for the term.
pub const TERM_OPENS: DateTime = date(2026, 2, 10).at(8, 0, 0, 0);

/// The part of the school year that `--year` plays: from the Monday on which the commissions meet,
/// through weeks under seal, to the days on which the last sums open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// When the commissions meet, a week before the first week under seal.
    pub founded: DateTime,
    /// First day of the open plans: the Monday of the first week under seal.
    pub plan_from: Date,
    /// The Monday of the last week; a term ends in it.
    pub last_monday: Date,
}

impl Course {
    /// From the second week of September to the end of the spring term.
    pub const YEAR: Self = Self {
        founded: date(2025, 9, 1).at(8, 0, 0, 0),
        plan_from: date(2025, 9, 8),
        last_monday: date(2026, 7, 6),
    };

    /// Most weeks of a part of the year: those of the autumn term.
    pub const WEEKS_MAX: u32 = 21;

    /// The last weeks of the autumn term, at least one and at most all of them.
    #[must_use]
    pub fn last_weeks(weeks: u32) -> Self {
        let last_monday = date(2026, 1, 26);
        let weeks = i64::from(weeks.clamp(1, Self::WEEKS_MAX));
        let plan_from = last_monday - (7 * (weeks - 1)).days();
        Self { founded: (plan_from - 7.days()).at(8, 0, 0, 0), plan_from, last_monday }
    }

    /// The terms that are over with its last week.
    pub fn terms(self) -> impl Iterator<Item = TermId> {
        let last = if self.last_monday < Self::YEAR.last_monday { 1 } else { 2 };
        (1..=last).map(|number| TermId { school_year: SCHOOL_YEAR, number })
    }

    /// The Mondays of its weeks.
    pub fn mondays(self) -> impl Iterator<Item = Date> {
        let all = (0..).map(move |week: i64| self.plan_from + (7 * week).days());
        all.take_while(move |monday| *monday <= self.last_monday)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Weekday;

    use super::*;

    /// A whole year has its weeks, a part of it the last ones of a term, and each begins on a
    /// Monday after the commissions met.
    #[test]
    fn a_course_is_made_of_whole_weeks() {
        assert_eq!(Course::YEAR.mondays().count(), 44);
        let terms = |course: Course| course.terms().map(|term| term.number).collect::<Vec<_>>();
        assert_eq!((terms(Course::last_weeks(1)), terms(Course::YEAR)), (vec![1], vec![1, 2]));
        for (weeks, expected) in [(0, 1), (1, 1), (4, 4), (21, 21), (99, 21)] {
            let course = Course::last_weeks(weeks);
            assert_eq!(course.mondays().count(), expected, "{weeks}");
            assert!(course.mondays().all(|day| day.weekday() == Weekday::Monday));
            assert!(course.founded.date() < course.plan_from);
        }
        assert_eq!(Course::last_weeks(21).plan_from, Course::YEAR.plan_from);
    }
}
