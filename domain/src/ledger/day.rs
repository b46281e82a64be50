//! Days of entries: not in the future, not before birth, and in order.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// The earliest day that an entry may have: no school keeps older ones here.
const EARLIEST: Date = Date::constant(2000, 1, 1);

/// Why a day is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DayError {
    /// It has not happened yet.
    #[error("the day lies in the future")]
    Future,
    /// The student was not born yet.
    #[error("the day lies before the birth of the student")]
    BeforeBirth,
    /// Nobody kept such a record then.
    #[error("the day lies before the year 2000")]
    TooEarly,
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Order,
}

/// Checks the day of something that happened.
///
/// # Errors
/// The day cannot be right.
pub fn check_event(day: Date, today: Date, birth: Option<Date>) -> Result<(), DayError> {
    if day > today {
        return Err(DayError::Future);
    }
    if birth.is_some_and(|birth| day < birth) {
        return Err(DayError::BeforeBirth);
    }
    if day < EARLIEST { Err(DayError::TooEarly) } else { Ok(()) }
}

/// Checks that a span does not end before it begins.
///
/// # Errors
/// It does.
pub fn check_span(from: Date, until: Option<Date>) -> Result<(), DayError> {
    if until.is_some_and(|until| until < from) { Err(DayError::Order) } else { Ok(()) }
}

/// Whether a span holds on a day: from its first day on, and no longer on the day it ends.
#[must_use]
pub fn holds_on(day: Date, from: Date, until: Option<Date>) -> bool {
    from <= day && until.is_none_or(|until| day < until)
}

/// Whether two spans have a day in common.
#[must_use]
pub fn overlap(one: (Date, Option<Date>), other: (Date, Option<Date>)) -> bool {
    one.1.is_none_or(|until| other.0 < until) && other.1.is_none_or(|until| one.0 < until)
}

/// Completed years of life on a day; zero before birth.
#[must_use]
pub fn age_on(birth: Date, day: Date) -> u8 {
    let years = i32::from(day.year()) - i32::from(birth.year());
    let had = (day.month(), day.day()) >= (birth.month(), birth.day());
    u8::try_from(if had { years } else { years - 1 }).unwrap_or(0)
}

/// The day so many days later; the last day of the calendar where there is none.
#[must_use]
pub fn plus_days(day: Date, days: u32) -> Date {
    day.checked_add(i64::from(days).days()).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// Birthdays count from the day itself, also those of the 29th of February.
    #[test]
    fn age_turns_on_the_birthday() {
        let birth = date(2012, 2, 29);
        assert_eq!(age_on(birth, date(2026, 2, 28)), 13);
        assert_eq!(age_on(birth, date(2026, 3, 1)), 14);
        assert_eq!(age_on(birth, date(2000, 1, 1)), 0);
    }

    proptest! {
        /// No day that passes lies in the future, before birth or before the year 2000.
        #[test]
        fn only_possible_days_pass(day in 0_u32..20_000, today in 0_u32..20_000,
                                   birth in prop::option::of(0_u32..20_000)) {
            let at = |n| plus_days(date(1990, 1, 1), n);
            let passes = check_event(at(day), at(today), birth.map(at)).is_ok();
            let possible = day <= today
                && birth.is_none_or(|birth| birth <= day)
                && at(day) >= date(2000, 1, 1);
            prop_assert_eq!(passes, possible);
        }

        /// Two spans overlap exactly where some day lies in both.
        #[test]
        fn overlap_is_a_day_in_both(a in 0_u32..12, b in prop::option::of(0_u32..12),
                                    c in 0_u32..12, d in prop::option::of(0_u32..12)) {
            let at = |n| plus_days(date(2025, 1, 1), n);
            let one = (at(a), b.map(|b| at(a + 1 + b)));
            let other = (at(c), d.map(|d| at(c + 1 + d)));
            let both = (0..40).any(|n| holds_on(at(n), one.0, one.1)
                && holds_on(at(n), other.0, other.1));
            prop_assert_eq!(overlap(one, other), both);
        }
    }
}
