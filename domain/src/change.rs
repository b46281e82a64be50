//! Change: whether a figure of one period differs from that of another by more than chance.
//!
//! Two shares are compared by the difference with Newcombe's hybrid score interval (R. G. Newcombe,
//! Statistics in Medicine 17, 1998, 873-890, method 10), which is built of two Wilson intervals
//! (E. B. Wilson, JASA 22, 1927, 209-212). Two numbers of events are compared by the ratio of their
//! rates: given their sum, the later one is binomial (J. Przyborowski, H. Wilenski, Biometrika 31,
//! 1940, 313-323), and Wilson's interval for its share becomes one for the ratio (P. L. Graham,
//! K. Mengersen, A. P. Morton, Statistics in Medicine 22, 2003, 2071-2083). All at 95 %, two sided.
//!
//! A verdict follows from the interval alone, and too small a figure has none. Both methods take
//! the two periods as independent: where the same children stand in both, the interval of shares is
//! rather too wide than too narrow.

/// 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// Least persons below the line of each share, and least events of both periods together.
pub const COMPARED_MIN: u64 = 10;

/// Both ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end; infinite where no event stands in the earlier period.
    pub high: f64,
}

/// So many of so many persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    above: u64,
    below: u64,
}

/// So many events, and what they arose in: students times days, or persons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    /// How many.
    pub count: u64,
    /// In how much.
    pub exposure: u64,
}

/// What an interval says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It lies above no change.
    Higher,
    /// It lies below no change.
    Lower,
    /// It holds no change.
    Unclear,
}

/// A change with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The difference of two shares, or the ratio of two rates.
    pub size: f64,
    /// Its interval.
    pub interval: Interval,
    /// What the interval says.
    pub verdict: Verdict,
}

/// Why there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooFew {
    /// Fewer than [`COMPARED_MIN`] persons stand below the line of a share.
    #[error("fewer than {COMPARED_MIN} persons")]
    Persons,
    /// There are fewer than [`COMPARED_MIN`] events in both periods together.
    #[error("fewer than {COMPARED_MIN} events")]
    Events,
}

impl Share {
    /// A share; nothing where more stand above the line than below it, or nobody below it.
    #[must_use]
    pub const fn new(above: u64, below: u64) -> Option<Self> {
        if below == 0 || above > below { None } else { Some(Self { above, below }) }
    }

    /// The share as a number from 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        real(self.above) / real(self.below)
    }

    /// Wilson's interval.
    #[must_use]
    pub fn interval(self) -> Interval {
        let (share, persons, square) = (self.value(), real(self.below), Z * Z);
        let middle = share + square / (2.0 * persons);
        let spread = share.mul_add(1.0 - share, square / (4.0 * persons)) / persons;
        let (half, scale) = (Z * spread.sqrt(), 1.0 + square / persons);
        // At nobody and at everybody the end is exact; computed, it may miss it by a rounding.
        let low = if self.above == 0 { 0.0 } else { (middle - half) / scale };
        let high = if self.above == self.below { 1.0 } else { (middle + half) / scale };
        Interval { low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0) }
    }
}

/// By how much a share differs from an earlier one.
///
/// # Errors
/// Too few persons.
pub fn of_shares(now: Share, before: Share) -> Result<Change, TooFew> {
    if now.below.min(before.below) < COMPARED_MIN {
        return Err(TooFew::Persons);
    }
    let (later, earlier) = (now.interval(), before.interval());
    let (new, old) = (now.value(), before.value());
    let size = new - old;
    let low = size - (new - later.low).hypot(earlier.high - old);
    let high = size + (later.high - new).hypot(old - earlier.low);
    let interval = Interval { low: low.max(-1.0), high: high.min(1.0) };
    Ok(Change { size, interval, verdict: verdict(interval, 0.0) })
}

/// By what factor a rate of events differs from an earlier one.
///
/// # Errors
/// Too few events, or no exposure.
pub fn of_events(now: Events, before: Events) -> Result<Change, TooFew> {
    let together = now.count.saturating_add(before.count);
    let later = Share::new(now.count, together).filter(|_| together >= COMPARED_MIN);
    let later = later.ok_or(TooFew::Events)?;
    if now.exposure == 0 || before.exposure == 0 {
        return Err(TooFew::Persons);
    }
    let scale = real(before.exposure) / real(now.exposure);
    let ratio = |share: f64| {
        if share >= 1.0 { f64::INFINITY } else { scale * share / (1.0 - share) }
    };
    let ends = later.interval();
    let interval = Interval { low: ratio(ends.low), high: ratio(ends.high) };
    let size = match before.count {
        0 => f64::INFINITY,
        count => real(now.count) * scale / real(count),
    };
    Ok(Change { size, interval, verdict: verdict(interval, 1.0) })
}

fn verdict(interval: Interval, same: f64) -> Verdict {
    if interval.low > same {
        Verdict::Higher
    } else if interval.high < same {
        Verdict::Lower
    } else {
        Verdict::Unclear
    }
}

/// Figures of a school are far below what a float holds exactly.
const fn real(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(above: u64, below: u64) -> Share {
        Share::new(above, below).expect("a share")
    }

    fn near(found: f64, known: f64) -> bool {
        (found - known).abs() < 0.000_05
    }

    /// The examples that Newcombe's paper prints, to their four digits.
    #[test]
    fn differences_of_shares_are_those_of_the_paper() {
        let known = [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ];
        for (now, before, low, high) in known {
            let found = of_shares(share(now.0, now.1), share(before.0, before.1)).expect("many");
            let Interval { low: from, high: to } = found.interval;
            assert!(near(from, low) && near(to, high), "{now:?} {before:?}: {from} {to}");
            assert_eq!(found.verdict, Verdict::Higher);
        }
    }

    /// Wilson's interval for 15 of 148, as Newcombe prints it for single shares.
    #[test]
    fn the_interval_of_one_share_is_that_of_the_paper() {
        let Interval { low, high } = share(15, 148).interval();
        assert!(near(low, 0.0624) && near(high, 0.1605), "{low} {high}");
        assert_eq!(share(0, 20).interval().low, 0.0);
        assert_eq!(share(20, 20).interval().high, 1.0);
    }

    /// Twice as many events: of few the interval holds no change, of many it does not. Exposure
    /// counts, and an empty earlier period has no upper end.
    #[test]
    fn rates_of_events_are_told_apart_when_there_are_enough() {
        let events = |count, exposure| Events { count, exposure };
        let few = of_events(events(8, 100), events(4, 100)).expect("enough");
        assert_eq!((few.size, few.verdict), (2.0, Verdict::Unclear));
        let many = of_events(events(80, 100), events(40, 100)).expect("enough");
        assert_eq!(many.verdict, Verdict::Higher);
        // 80 of 120 is 0.5783 to 0.7446 by Wilson.
        let Interval { low, high } = many.interval;
        assert!((low - 1.371).abs() < 0.005 && (high - 2.916).abs() < 0.02, "{low} {high}");
        let longer = of_events(events(80, 200), events(40, 100)).expect("enough");
        assert_eq!((longer.size, longer.verdict), (1.0, Verdict::Unclear));
        let new = of_events(events(12, 100), events(0, 100)).expect("enough");
        assert!(new.interval.high.is_infinite() && new.verdict == Verdict::Higher);
    }

    /// What is too small says so, and a share is never more than the whole.
    #[test]
    fn too_few_have_no_interval() {
        assert_eq!(of_shares(share(3, 9), share(90, 200)), Err(TooFew::Persons));
        let events = |count| Events { count, exposure: 100 };
        assert_eq!(of_events(events(5), events(4)), Err(TooFew::Events));
        let none = Events { count: 20, exposure: 0 };
        assert_eq!(of_events(none, events(20)), Err(TooFew::Persons));
        assert!(Share::new(3, 2).is_none() && Share::new(0, 0).is_none());
    }

    fn any_share() -> impl Strategy<Value = Share> {
        (10_u64..3000).prop_flat_map(|below| (0..=below).prop_map(move |above| share(above, below)))
    }

    proptest! {
        /// The interval holds its difference, lies within what differences can be, and turned
        /// round it is the same with the other sign.
        #[test]
        fn differences_turn_round(now in any_share(), before in any_share()) {
            let there = of_shares(now, before).expect("many");
            let back = of_shares(before, now).expect("many");
            let Interval { low, high } = there.interval;
            prop_assert!(-1.0 <= low && low <= there.size && there.size <= high && high <= 1.0);
            prop_assert!((low + back.interval.high).abs() < 1e-12);
            prop_assert!((high + back.interval.low).abs() < 1e-12);
            let same = of_shares(now, now).expect("many");
            prop_assert_eq!(same.verdict, Verdict::Unclear);
        }

        /// The interval of a ratio holds the ratio, and turned round it is the reciprocal.
        #[test]
        fn ratios_turn_round(
            counts in (1_u64..500, 9_u64..500),
            exposures in (1_u64..5000, 1_u64..5000),
        ) {
            let now = Events { count: counts.0, exposure: exposures.0 };
            let before = Events { count: counts.1, exposure: exposures.1 };
            let there = of_events(now, before).expect("enough");
            let back = of_events(before, now).expect("enough");
            let Interval { low, high } = there.interval;
            prop_assert!(low <= there.size && there.size <= high);
            prop_assert!((low * back.interval.high - 1.0).abs() < 1e-9);
        }
    }
}
