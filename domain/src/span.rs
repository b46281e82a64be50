//! Spans: which days a period covers.
//!
//! An ISO week belongs to the month, term, half year and school year that hold its Thursday, so
//! that flows of longer periods are sums of flows of weeks. Days of vacations between terms belong
//! to no term and no half year, and still to their month and school year.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::period::{Calendar, Period, PeriodError, Term, TermId, week_thursday};

/// First month of a school year.
const YEAR_BEGINS: i8 = 9;
/// Days from Monday to Thursday.
const THURSDAY: i8 = 3;

/// The days of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First day of its flows.
    pub from: Date,
    /// Last day of its flows.
    pub to: Date,
    /// Day as of which its stocks are read.
    pub end: Date,
    /// The term, for periods that have one census day.
    pub term: Option<Term>,
    /// Year in which its school year begins.
    pub school_year: i16,
}

impl Span {
    /// The days of a period by the term calendar.
    ///
    /// # Errors
    /// The calendar does not hold the term, or the period lies at the end of all calendars.
    pub fn of(period: Period, calendar: &Calendar) -> Result<Self, PeriodError> {
        match period {
            Period::Day(day) => Ok(Self::plain(day, day)),
            Period::Week { year, week } => {
                let thursday = week_thursday(year, week).ok_or(PeriodError::Form)?;
                Ok(Self::plain(monday_of(thursday), sunday_of(thursday)))
            }
            Period::Month { year, month } => {
                let first = Date::new(year, month, 1).map_err(|_| PeriodError::Form)?;
                Ok(Self::weeks(first, first.last_of_month()))
            }
            Period::Term(id) => Ok(Self::of_term(calendar.term(id)?)),
            // The spring term of school year 2025 fills the first half of 2026.
            Period::Half { year, half: 1 } => {
                let id = TermId { school_year: year.saturating_sub(1), number: 2 };
                Ok(Self::of_term(calendar.term(id)?))
            }
            Period::Half { year, .. } => {
                Ok(Self::of_term(calendar.term(TermId { school_year: year, number: 1 })?))
            }
            Period::SchoolYear(year) => {
                let day = |year, month, day| Date::new(year, month, day);
                let last = day(year.saturating_add(1), YEAR_BEGINS - 1, 31);
                let first = day(year, YEAR_BEGINS, 1).map_err(|_| PeriodError::Form)?;
                Ok(Self::weeks(first, last.map_err(|_| PeriodError::Form)?))
            }
        }
    }

    /// The days of a term.
    #[must_use]
    pub fn of_term(term: &Term) -> Self {
        let weeks = Self::weeks(term.start, term.end);
        let school_year = term.id.school_year;
        Self { end: term.end, term: Some(*term), school_year, ..weeks }
    }

    fn plain(from: Date, to: Date) -> Self {
        Self { from, to, end: to, term: None, school_year: school_year_of(to) }
    }

    /// The weeks whose Thursday lies in a run of days; stocks are read on its last day.
    fn weeks(first: Date, last: Date) -> Self {
        let from = if days_after_monday(first) <= THURSDAY {
            monday_of(first)
        } else {
            plus(monday_of(first), 7)
        };
        let to = if days_after_monday(last) >= THURSDAY {
            sunday_of(last)
        } else {
            plus(sunday_of(last), -7)
        };
        Self { from, to, end: last, term: None, school_year: school_year_of(last) }
    }
}

/// The year in which the school year of a day begins.
#[must_use]
pub fn school_year_of(day: Date) -> i16 {
    if day.month() >= YEAR_BEGINS { day.year() } else { day.year().saturating_sub(1) }
}

fn monday_of(day: Date) -> Date {
    plus(day, -i64::from(days_after_monday(day)))
}

fn days_after_monday(day: Date) -> i8 {
    day.weekday().to_monday_zero_offset()
}

fn sunday_of(day: Date) -> Date {
    plus(monday_of(day), 6)
}

fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    fn calendar() -> Calendar {
        let term = |number, start, end| {
            let id = TermId { school_year: 2025, number };
            Term { id, start, end, first_monday: start, census: start, due: end, closed: end }
        };
        let autumn = term(1, date(2025, 9, 1), date(2026, 1, 30));
        let spring = term(2, date(2026, 3, 6), date(2026, 7, 8));
        Calendar::new(vec![autumn, spring]).expect("calendar")
    }

    fn days(text: &str) -> (Date, Date, Date) {
        let span = Span::of(text.parse().expect("period"), &calendar()).expect("span");
        (span.from, span.to, span.end)
    }

    /// A week belongs where its Thursday lies, in months and terms alike.
    #[test]
    fn weeks_belong_where_their_thursday_lies() {
        let week = (date(2025, 9, 29), date(2025, 10, 5), date(2025, 10, 5));
        assert_eq!(days("2025-W40"), week);
        assert_eq!(days("2025-10"), (date(2025, 9, 29), date(2025, 11, 2), date(2025, 10, 31)));
        assert_eq!(days("2025-09"), (date(2025, 9, 1), date(2025, 9, 28), date(2025, 9, 30)));
        assert_eq!(days("2025S1"), (date(2025, 9, 1), date(2026, 2, 1), date(2026, 1, 30)));
        // A term that begins on a Friday and ends on a Wednesday.
        assert_eq!(days("2025S2"), (date(2026, 3, 9), date(2026, 7, 5), date(2026, 7, 8)));
        assert_eq!(days("2026H1"), days("2025S2"));
        assert_eq!(days("2025H2"), days("2025S1"));
        assert_eq!(days("2025Y"), (date(2025, 9, 1), date(2026, 8, 30), date(2026, 8, 31)));
        assert!(Span::of("2030S1".parse().expect("period"), &calendar()).is_err());
    }

    /// Months join without a gap and without a day in two.
    #[test]
    fn months_follow_each_other() {
        let mut last = days("2025-01").1;
        for month in 2..=12 {
            let (from, to, _) = days(&format!("2025-{month:02}"));
            assert_eq!(from, plus(last, 1));
            assert_eq!((from.weekday(), to.weekday()), (Weekday::Monday, Weekday::Sunday));
            last = to;
        }
    }
}
