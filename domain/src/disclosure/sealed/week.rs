//! Weeks of sealed flows: in which one an event is told, and which ones make up a longer period.
//!
//! A week is sealed once. An event that is entered after its week was sealed is told in the first
//! week that was not, so that no event is told twice and none is lost. Months and terms are never
//! sealed: they are sums of opened weeks, and an ISO week belongs to the period that holds its
//! Thursday.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use crate::period::{Period, week_thursday};
use crate::span::Span;

/// Weeks that a period may have; bounds a span that is no period.
const WEEKS_MAX: usize = 60;

/// An ISO week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    // Its Thursday: weeks are ordered and counted by it across years.
    thursday: Date,
}

impl Week {
    /// The week of an ISO year; none where the year has no such week.
    #[must_use]
    pub fn new(year: i16, week: i8) -> Option<Self> {
        week_thursday(year, week).map(|thursday| Self { thursday })
    }

    /// The week that holds a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        let week = day.iso_week_date();
        let thursday = ISOWeekDate::new(week.year(), week.week(), Weekday::Thursday);
        // Only the last days of the calendar's last year have no Thursday; they are their own.
        Self { thursday: thursday.map_or(day, ISOWeekDate::date) }
    }

    /// The week after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { thursday: self.thursday.saturating_add(7.days()) }
    }

    /// Its last day.
    #[must_use]
    pub fn sunday(self) -> Date {
        self.thursday.saturating_add(3.days())
    }

    /// The week as a period.
    #[must_use]
    pub fn period(self) -> Period {
        let week = self.thursday.iso_week_date();
        Period::Week { year: week.year(), week: week.week() }
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.period().fmt(f)
    }
}

/// The week in which an event is told: its own, or the first one that the node had not yet sealed
/// when the event was entered.
///
/// Weeks are sealed in order, those that were missed offline one after the other, so that the last
/// sealed one says all. A week counts as sealed from the moment its bytes are stored.
#[must_use]
pub fn told_in(own: Week, last_sealed: Option<Week>) -> Week {
    last_sealed.map_or(own, |last| own.max(last.next()))
}

/// The weeks whose sums make up a period, in order.
#[must_use]
pub fn weeks_of(span: &Span) -> Vec<Week> {
    let first = Week::of(span.from);
    let weeks = std::iter::successors(Some(first), |week| Some(week.next()));
    weeks.take_while(|week| week.sunday() <= span.to).take(WEEKS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::period::Calendar;

    fn week(year: i16, week: i8) -> Week {
        Week::new(year, week).expect("week")
    }

    /// Events go to their own week until it is sealed, and to the next open one afterwards.
    #[test]
    fn an_event_is_told_in_the_first_week_that_is_not_sealed() {
        let own = week(2026, 48);
        for (last, told) in [
            (None, own),
            (Some(week(2026, 40)), own),
            (Some(week(2026, 47)), own),
            (Some(own), week(2026, 49)),
            (Some(week(2026, 53)), week(2027, 1)),
        ] {
            assert_eq!(told_in(own, last), told, "{last:?}");
        }
    }

    /// Whatever the order of entering and sealing, each event is told exactly once.
    ///
    /// Method: all interleavings of eight steps in which an event of week 2 is entered or a week
    /// is sealed; a sealed report holds the events that are told in its week and known by then.
    #[test]
    fn no_event_is_told_twice_or_never() {
        let own = week(2026, 2);
        for pattern in 0..256_u32 {
            let (mut entered, mut told, mut last) = (Vec::new(), 0, None);
            for step in 0..8 {
                if pattern >> step & 1 == 0 {
                    entered.push(told_in(own, last));
                } else {
                    let sealed = last.map_or(week(2026, 1), Week::next);
                    told += entered.iter().filter(|week| **week == sealed).count();
                    last = Some(sealed);
                }
            }
            let sealed = last;
            let open = entered.iter().filter(|week| sealed.is_none_or(|last| **week > last));
            assert_eq!(told + open.count(), entered.len(), "{pattern:08b}");
        }
    }

    /// Weeks are read and written as periods, over the end of a year with 53 weeks too.
    #[test]
    fn weeks_follow_each_other_over_the_year() {
        assert_eq!(week(2026, 53).next(), week(2027, 1));
        assert_eq!(Week::of(date(2027, 1, 3)), week(2026, 53));
        assert_eq!(week(2026, 53).to_string(), "2026-W53");
        assert_eq!(week(2026, 48).sunday(), date(2026, 11, 29));
        assert_eq!(Week::new(2025, 53), None);
    }

    /// A month has the weeks whose Thursday it holds, and two months share none.
    #[test]
    fn a_month_is_the_weeks_of_its_thursdays() {
        let calendar = Calendar::new(Vec::new()).expect("calendar");
        let month = |text: &str| {
            let span = Span::of(text.parse().expect("period"), &calendar).expect("span");
            weeks_of(&span).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(month("2026-12"), ["2026-W49", "2026-W50", "2026-W51", "2026-W52", "2026-W53"]);
        assert_eq!(month("2027-01"), ["2027-W01", "2027-W02", "2027-W03", "2027-W04"]);
        assert_eq!(month("2026-W48"), ["2026-W48"]);
    }
}
