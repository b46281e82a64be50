//! Limits in time by tier: first contact, review, follow-up; and what is overdue.
//!
//! A school may set shorter limits and never longer ones: these are the longest.

use jiff::civil::Date;

use super::day::plus_days;
use super::terms::Tier;

/// Days and hours of each tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hours from entering the ledger to the first contact.
    pub first_contact_hours: u32,
    /// Days from one follow-up to the next.
    pub followup_days: u32,
    /// Days from one review to the next.
    pub review_days: u32,
}

/// Days after a return to school on which somebody asks how it goes.
pub const RETURN_FOLLOWUP_DAYS: [u32; 4] = [7, 14, 28, 84];

impl Tier {
    /// The longest limits of the tier.
    #[must_use]
    pub const fn limits(self) -> Limits {
        match self {
            Self::T1 => Limits { first_contact_hours: 168, followup_days: 28, review_days: 84 },
            Self::T2 => Limits { first_contact_hours: 72, followup_days: 14, review_days: 28 },
            Self::T3 => Limits { first_contact_hours: 24, followup_days: 3, review_days: 7 },
        }
    }
}

/// The latest instant of the first contact.
#[must_use]
pub const fn first_contact_by_ms(tier: Tier, opened_ms: i64) -> i64 {
    opened_ms.saturating_add(tier.limits().first_contact_hours as i64 * 3_600_000)
}

/// The latest day of the next follow-up.
#[must_use]
pub fn next_followup(tier: Tier, last: Date) -> Date {
    plus_days(last, tier.limits().followup_days)
}

/// Whether a review day is no later than the tier allows.
#[must_use]
pub fn is_review_soon_enough(tier: Tier, from: Date, review: Date) -> bool {
    from <= review && review <= plus_days(from, tier.limits().review_days)
}

/// How something with a due day stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timing {
    /// Not done, and its day is not over.
    Open,
    /// Not done, and its day is over by this many days.
    Overdue(u32),
    /// Done by its day.
    OnTime,
    /// Done after its day.
    Late,
}

/// How something due on a day stands today.
#[must_use]
pub fn timing(due: Date, done: Option<Date>, today: Date) -> Timing {
    match done {
        Some(done) if done <= due => Timing::OnTime,
        Some(_) => Timing::Late,
        None if today <= due => Timing::Open,
        None => {
            let days = today.since(due).map_or(0, |span| span.get_days());
            Timing::Overdue(u32::try_from(days).unwrap_or(0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::words::Word as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// A worse tier never waits longer than a better one.
    #[test]
    fn a_worse_tier_has_shorter_limits() {
        for pair in Tier::ALL.windows(2) {
            let (better, worse) = (pair[0].limits(), pair[1].limits());
            assert!(worse.first_contact_hours < better.first_contact_hours);
            assert!(worse.followup_days < better.followup_days);
            assert!(worse.review_days < better.review_days);
        }
        assert_eq!(first_contact_by_ms(Tier::T3, 5), 5 + 86_400_000);
        assert_eq!(first_contact_by_ms(Tier::T2, 0), 3 * 86_400_000);
        assert_eq!(first_contact_by_ms(Tier::T1, 0), 7 * 86_400_000);
    }

    proptest! {
        /// Exactly what is not done and past its day is overdue; the due day itself is in time.
        #[test]
        fn overdue_is_undone_and_past(due in 0_i32..400, done in prop::option::of(0_i32..400),
                                      today in 0_i32..400) {
            let day = |n: i32| plus_days(date(2025, 9, 1), u32::try_from(n).unwrap_or(0));
            let said = timing(day(due), done.map(day), day(today));
            let expected = match done {
                Some(done) if done <= due => Timing::OnTime,
                Some(_) => Timing::Late,
                None if today <= due => Timing::Open,
                None => Timing::Overdue(u32::try_from(today - due).unwrap_or(0)),
            };
            prop_assert_eq!(said, expected);
        }
    }
}
