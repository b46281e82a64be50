//! Which periods a trend is of: all of one length, one after the other, none left out.

use domain::catalogue::NativePeriod;
use domain::period::{Calendar, Period, week_thursday};
use jiff::ToSpan as _;

/// Most periods of a trend: ten years of weeks, two of which may have a week more.
pub const PERIODS_MAX: usize = 522;

/// Why two periods are not the ends of a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// They are of two lengths.
    #[error("both ends of a trend are periods of one length")]
    Lengths,
    /// The last lies before the first.
    #[error("a trend ends where it begins, or later")]
    Order,
    /// More periods lie between them than a trend may have.
    #[error("more periods lie between them than a trend may have")]
    TooLong,
    /// The calendar has none of these terms.
    #[error("the term calendar has none of these terms")]
    NoTerm,
}

/// The periods of a length from one to another, both among them.
///
/// # Errors
/// The two are no ends of a trend.
pub fn run((from, to): (Period, Period), calendar: &Calendar) -> Result<Vec<Period>, RunError> {
    if NativePeriod::of(from) != NativePeriod::of(to) {
        return Err(RunError::Lengths);
    }
    if to < from {
        return Err(RunError::Order);
    }
    let mut found = Vec::new();
    let mut at = first(from, calendar);
    while let Some(period) = at.filter(|period| *period <= to) {
        if found.len() == PERIODS_MAX {
            return Err(RunError::TooLong);
        }
        found.push(period);
        at = next(period, calendar);
    }
    if found.is_empty() { Err(RunError::NoTerm) } else { Ok(found) }
}

/// The last periods of a run, so many at the most.
#[must_use]
pub fn latest((from, to): (Period, Period), calendar: &Calendar, most: usize) -> Vec<Period> {
    let mut found = Vec::new();
    let mut at = Some(to);
    while let Some(period) = at.filter(|period| from <= *period && found.len() < most) {
        found.push(period);
        at = before(period, calendar);
    }
    found.reverse();
    found
}

/// A period itself, of terms the first from it on that the calendar has.
fn first(period: Period, calendar: &Calendar) -> Option<Period> {
    match period {
        Period::Term(id) => {
            let mut terms = calendar.terms().iter().map(|term| term.id);
            terms.find(|known| *known >= id).map(Period::Term)
        }
        other => Some(other),
    }
}

fn next(period: Period, calendar: &Calendar) -> Option<Period> {
    Some(match period {
        Period::Day(day) => Period::Day(day.tomorrow().ok()?),
        Period::Week { year, week } => week_of(year, week, 7)?,
        Period::Month { year, month: 12 } => Period::Month { year: year.checked_add(1)?, month: 1 },
        Period::Month { year, month } => Period::Month { year, month: month.checked_add(1)? },
        Period::Term(id) => {
            let mut terms = calendar.terms().iter().map(|term| term.id);
            Period::Term(terms.find(|known| *known > id)?)
        }
        Period::Half { year, half: 1 } => Period::Half { year, half: 2 },
        Period::Half { year, .. } => Period::Half { year: year.checked_add(1)?, half: 1 },
        Period::SchoolYear(year) => Period::SchoolYear(year.checked_add(1)?),
    })
}

fn before(period: Period, calendar: &Calendar) -> Option<Period> {
    Some(match period {
        Period::Day(day) => Period::Day(day.yesterday().ok()?),
        Period::Week { year, week } => week_of(year, week, -7)?,
        Period::Month { year, month: 1 } => Period::Month { year: year.checked_sub(1)?, month: 12 },
        Period::Month { year, month } => Period::Month { year, month: month.checked_sub(1)? },
        Period::Term(id) => {
            let mut terms = calendar.terms().iter().rev().map(|term| term.id);
            Period::Term(terms.find(|known| *known < id)?)
        }
        Period::Half { year, half: 2 } => Period::Half { year, half: 1 },
        Period::Half { year, .. } => Period::Half { year: year.checked_sub(1)?, half: 2 },
        Period::SchoolYear(year) => Period::SchoolYear(year.checked_sub(1)?),
    })
}

/// The week some days after or before another one.
fn week_of(year: i16, week: i8, days: i64) -> Option<Period> {
    let thursday = week_thursday(year, week)?.checked_add(days.days()).ok()?;
    let iso = thursday.iso_week_date();
    Some(Period::Week { year: iso.year(), week: iso.week() })
}
