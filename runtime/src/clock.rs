//! The clock of a process: the machine's, or a test's.
//!
//! Every module that needs the time is handed one of these; nothing else reads a clock. Instants
//! are UTC; civil dates are those of Asia/Shanghai, which has had one offset since 1991.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

/// Tells the time. Cheap to clone.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

/// Hours by which Asia/Shanghai is ahead of UTC.
const SHANGHAI_HOURS: i8 = 8;

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    /// The machine's clock, wrong by a fixed amount; for tests of skew and expiry.
    #[must_use]
    pub fn skewed(by_ms: i64) -> Self {
        Self(Arc::new(move || {
            let now = Timestamp::now().as_millisecond().saturating_add(by_ms);
            Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
        }))
    }

    /// A clock that a test moves.
    #[must_use]
    pub fn simulated(start: Timestamp) -> (Self, SimulatedClock) {
        let now = Arc::new(AtomicI64::new(start.as_millisecond()));
        let hand = SimulatedClock(now.clone());
        let read = move || {
            Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
        };
        (Self(Arc::new(read)), hand)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// Now, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Today's civil date in Asia/Shanghai.
    #[must_use]
    pub fn today(&self) -> Date {
        date_of(self.now())
    }

    /// The hour of the day in Asia/Shanghai, 0 to 23.
    #[must_use]
    pub fn hour(&self) -> i8 {
        self.now().to_zoned(shanghai()).hour()
    }

    /// The same clock for TLS handshakes.
    #[must_use]
    pub fn for_tls(&self) -> certs::tls::TlsClock {
        let clock = self.clone();
        certs::tls::TlsClock::new(move || clock.now())
    }
}

/// The civil date of an instant in Asia/Shanghai.
#[must_use]
pub fn date_of(instant: Timestamp) -> Date {
    instant.to_zoned(shanghai()).date()
}

/// The instant of a time of day in Asia/Shanghai, in milliseconds since 1970 UTC.
#[must_use]
pub fn instant_of(time: DateTime) -> Option<i64> {
    Some(time.to_zoned(shanghai()).ok()?.timestamp().as_millisecond())
}

const fn shanghai() -> TimeZone {
    TimeZone::fixed(Offset::constant(SHANGHAI_HOURS))
}

/// Date and time of an instant in Asia/Shanghai, as a form shows it.
#[must_use]
pub fn local_of(at_ms: i64) -> DateTime {
    let instant = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::fixed(Offset::constant(SHANGHAI_HOURS)).to_datetime(instant)
}

/// The instant, in milliseconds since 1970 UTC, of a date and time in Asia/Shanghai.
#[must_use]
pub fn instant_ms(local: DateTime) -> i64 {
    let zoned = TimeZone::fixed(Offset::constant(SHANGHAI_HOURS)).to_timestamp(local);
    zoned.map_or(i64::MAX, Timestamp::as_millisecond)
}

/// The hand of a simulated clock.
#[derive(Clone)]
pub struct SimulatedClock(Arc<AtomicI64>);

impl SimulatedClock {
    /// Moves the clock on.
    pub fn advance_ms(&self, by_ms: i64) {
        self.0.fetch_add(by_ms, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A day in China begins at 16:00 UTC of the day before.
    #[test]
    fn civil_dates_are_those_of_shanghai() {
        let late: Timestamp = "2026-11-22T16:00:00Z".parse().expect("instant");
        let (clock, hand) = Clock::simulated(late);
        assert_eq!(clock.today().to_string(), "2026-11-23");
        hand.advance_ms(-1);
        assert_eq!(clock.today().to_string(), "2026-11-22");
    }
}
