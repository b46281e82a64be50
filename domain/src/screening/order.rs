//! Who is interviewed first, and on which day, so that one counsellor can cope.
//!
//! Critical answers come first by their own limits and are never moved to another day; the rest
//! fills the days in order. A place in the queue is no tier: the interview decides that.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use crate::ledger::critical::CriticalLevel;
use crate::scale::Tier;

/// Interviews that one counsellor can hold on a school day beside everything else.
pub const PER_DAY: u32 = 6;
/// Most interviews a day that a school may plan for.
pub const PER_DAY_MAX: u32 = 60;
/// School days after which waiting is called too long: ask the district centre for hands.
pub const COPE_DAYS: usize = 10;

/// Why a student is asked to an interview, most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// A critical answer: within 60 minutes.
    WithinHour,
    /// A critical answer: within 24 hours.
    WithinDay,
    /// The scale suggests a crisis.
    T3,
    /// The scale suggests close attention.
    T2,
    /// An answer to review, or a concern of those who observed.
    Review,
    /// The scale suggests attention, and the school interviews these too.
    T1,
}

/// Whether a school interviews students for whom a scale suggests the lowest tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LowestTier {
    /// It does.
    Interviewed,
    /// It does not.
    Left,
}

/// What the sheets of one student say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Gravest critical answer.
    pub critical: Option<CriticalLevel>,
    /// Whether an answer is to be reviewed.
    pub review: bool,
    /// Worst tier that a valid sheet suggests.
    pub tier: Option<Tier>,
}

/// Why a student is due for an interview; nothing where none is due.
#[must_use]
pub const fn call_of(signs: Signs, lowest: LowestTier) -> Option<Call> {
    match (signs.critical, signs.tier) {
        (Some(CriticalLevel::UrgentNow), _) => Some(Call::WithinHour),
        (Some(CriticalLevel::Urgent), _) => Some(Call::WithinDay),
        (None, Some(Tier::T3)) => Some(Call::T3),
        (None, Some(Tier::T2)) => Some(Call::T2),
        (None, _) if signs.review => Some(Call::Review),
        (None, Some(Tier::T1)) if matches!(lowest, LowestTier::Interviewed) => Some(Call::T1),
        (None, _) => None,
    }
}

impl Call {
    /// Whether a critical answer calls.
    #[must_use]
    pub const fn is_critical(self) -> bool {
        matches!(self, Self::WithinHour | Self::WithinDay)
    }
}

/// The day of each interview of a queue that is in order already: critical ones today, the others
/// on the next school day with room.
#[must_use]
pub fn days(calls: &[Call], today: Date, per_day: u32) -> Vec<Date> {
    let per_day = usize::try_from(per_day.clamp(1, PER_DAY_MAX)).unwrap_or(1);
    let critical = calls.iter().filter(|call| call.is_critical()).count();
    // Today has what the critical ones leave of it.
    let mut day = first_school_day(today);
    let mut room = if day == today { per_day.saturating_sub(critical) } else { per_day };
    let place = |call: &Call| {
        if call.is_critical() {
            return today;
        }
        if room == 0 {
            day = first_school_day(next_day(day));
            room = per_day;
        }
        room -= 1;
        day
    };
    calls.iter().map(place).collect()
}

/// Whether the last day of a queue is so late that one counsellor does not cope.
#[must_use]
pub fn is_too_long(days: &[Date], today: Date) -> bool {
    let mut late = first_school_day(today);
    for _ in 1..COPE_DAYS {
        late = first_school_day(next_day(late));
    }
    days.iter().any(|day| *day > late)
}

/// The days on which classes answer, so many a school day, in the order of the classes; all of
/// them on the first day where `per_day` is zero.
#[must_use]
pub fn stagger(classes: usize, first: Date, per_day: u32) -> Vec<Date> {
    let per_day = usize::try_from(per_day).unwrap_or(0);
    let mut day = first_school_day(first);
    let mut given = 0;
    let place = |_| {
        if per_day > 0 && given == per_day {
            day = first_school_day(next_day(day));
            given = 0;
        }
        given += 1;
        day
    };
    (0..classes).map(place).collect()
}

/// The day itself, or the Monday after a weekend.
fn first_school_day(day: Date) -> Date {
    match day.weekday() {
        Weekday::Saturday => day.saturating_add(2.days()),
        Weekday::Sunday => day.saturating_add(1.days()),
        _ => day,
    }
}

fn next_day(day: Date) -> Date {
    day.saturating_add(1.days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// A score alone suggests and never calls before a critical answer; the lowest tier is the
    /// school's choice.
    #[test]
    fn critical_answers_come_before_every_score() {
        let signs = |critical, tier| Signs { critical, review: false, tier };
        use LowestTier::{Interviewed, Left};
        let hour = call_of(signs(Some(CriticalLevel::UrgentNow), Some(Tier::None)), Left);
        let day = call_of(signs(Some(CriticalLevel::Urgent), Some(Tier::T3)), Left);
        let score = call_of(signs(None, Some(Tier::T3)), Left);
        assert!(hour < day && day < score, "{hour:?} {day:?} {score:?}");
        assert_eq!(call_of(signs(None, Some(Tier::T1)), Left), None);
        assert_eq!(call_of(signs(None, Some(Tier::T1)), Interviewed), Some(Call::T1));
        let review = Signs { review: true, ..Signs::default() };
        assert_eq!(call_of(review, Left), Some(Call::Review));
        assert_eq!(call_of(Signs::default(), Interviewed), None);
    }

    /// Critical ones are today's whatever the load; the rest goes on over school days, and what
    /// one counsellor cannot hold in two weeks is called too long.
    #[test]
    fn the_queue_is_laid_over_school_days() {
        let friday = date(2025, 11, 21);
        let monday = date(2025, 11, 24);
        let calls = [Call::WithinHour, Call::WithinDay, Call::T3, Call::T2, Call::T2, Call::T2];
        let planned = days(&calls, friday, 3);
        assert_eq!(planned, [friday, friday, friday, monday, monday, monday]);
        assert_eq!(days(&[Call::WithinHour; 9], friday, 3), [friday; 9]);
        let many = [Call::T2; 40];
        assert!(is_too_long(&days(&many, monday, 3), monday));
        assert!(!is_too_long(&days(&many, monday, 4), monday));
        assert_eq!(days(&[Call::T2], date(2025, 11, 22), 3), [monday], "no interview on Saturday");
    }

    /// Classes answer so many a day and never on a weekend.
    #[test]
    fn classes_are_spread_over_school_days() {
        let (friday, monday) = (date(2025, 11, 21), date(2025, 11, 24));
        assert_eq!(stagger(3, friday, 2), [friday, friday, monday]);
        assert_eq!(stagger(3, friday, 0), [friday; 3]);
        assert_eq!(stagger(1, date(2025, 11, 23), 1), [monday]);
    }
}
