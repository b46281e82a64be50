//! Which period a count is about now, where nobody names one.

use domain::catalogue::NativePeriod;
use domain::period::{Calendar, Period};
use domain::span::school_year_of;
use jiff::civil::Date;

/// The period of a kind that a day lies in: between two terms the term that ended last, and before
/// the first term the month.
#[must_use]
pub fn current(native: NativePeriod, today: Date, calendar: &Calendar) -> Period {
    let week = today.iso_week_date();
    let term = calendar.current(today).map(|term| term.id);
    match (native, term) {
        (NativePeriod::Day, _) => Period::Day(today),
        (NativePeriod::Week, _) => Period::Week { year: week.year(), week: week.week() },
        (NativePeriod::Term | NativePeriod::HalfYear, Some(term)) => Period::Term(term),
        (NativePeriod::Year, _) => Period::SchoolYear(school_year_of(today)),
        _ => Period::Month { year: today.year(), month: today.month() },
    }
}
