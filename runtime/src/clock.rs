//! The clock of a process: the machine's, or a test's.
//!
//! Every module that needs the time is handed one of these; nothing else reads a clock. Instants
//! are UTC; civil dates are those of Asia/Shanghai, which has had one offset since 1991.
//!
//! What waits for the time to pass waits on the clock too: one that somebody moves ends every wait
//! at once. No program that is shipped has a way to move its own; see record 0040.

mod witness;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

pub use witness::{Looked, Witness};

/// Tells the time. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    pace: Pace,
}

/// How the time of a clock passes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// As on the machine.
    Machine,
    /// Somebody moves it.
    Moved,
}

/// What this process takes for the machine's clock, if that is not the machine's own.
static REPLACED: OnceLock<Clock> = OnceLock::new();

/// When this process first asked how long it has run.
static BEGAN: OnceLock<Instant> = OnceLock::new();

/// How often a wait looks at a clock that somebody moves.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Hours by which Asia/Shanghai is ahead of UTC.
const SHANGHAI_HOURS: i8 = 8;

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        REPLACED.get().cloned().unwrap_or_else(Self::machine)
    }

    fn machine() -> Self {
        Self { read: Arc::new(Timestamp::now), pace: Pace::Machine }
    }

    /// A clock that something outside of this process moves: ahead of the machine's or behind it
    /// by what is read at every look, in milliseconds.
    #[must_use]
    pub fn ahead_by(offset_ms: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        let read = move || {
            let now = Timestamp::now().as_millisecond().saturating_add(offset_ms());
            Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
        };
        Self { read: Arc::new(read), pace: Pace::Moved }
    }

    /// Has this whole process take another clock for the machine's; says whether it does.
    ///
    /// A program that could be told the time could be told that days to object are over, so only a
    /// demonstration calls this, before anything else. The first call counts.
    #[must_use]
    pub fn danger_replace_system(self) -> bool {
        REPLACED.set(self).is_ok()
    }

    /// What an authenticator takes for an instant of this process: telephones go by the machine's
    /// time, also where a demonstration lives in another one, which is ahead of it.
    #[must_use]
    pub fn of_telephones(now_ms: i64) -> i64 {
        let lead_ms = REPLACED.get().map_or(0, |own| own.now_ms() - Self::machine().now_ms());
        now_ms - lead_ms
    }

    /// The machine's clock, wrong by a fixed amount; for tests of skew and expiry.
    #[must_use]
    pub fn skewed(by_ms: i64) -> Self {
        Self { pace: Pace::Machine, ..Self::ahead_by(move || by_ms) }
    }

    /// The clock of a simulated process: the simulator says what it shows, also where it jumps.
    /// Waits last as long as on the machine's clock, in the time of the executor.
    #[must_use]
    pub fn of_simulator(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), pace: Pace::Machine }
    }

    /// A clock that a test moves.
    #[must_use]
    pub fn simulated(start: Timestamp) -> (Self, SimulatedClock) {
        let now = Arc::new(AtomicI64::new(start.as_millisecond()));
        let hand = SimulatedClock(now.clone());
        let read = move || {
            Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
        };
        (Self { read: Arc::new(read), pace: Pace::Moved }, hand)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.read)()
    }

    /// Waits until so much time has passed on the machine or on this clock, whichever comes first:
    /// a clock that somebody moves by days ends the wait at once.
    pub async fn sleep(&self, for_so_long: Duration) {
        if self.pace == Pace::Machine {
            return tokio::time::sleep(for_so_long).await;
        }
        let wait_ms = i64::try_from(for_so_long.as_millis()).unwrap_or(i64::MAX);
        let until_ms = self.now_ms().saturating_add(wait_ms);
        let moved = async {
            while self.now_ms() < until_ms {
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        // Either end of the wait is one.
        let _ = tokio::time::timeout(for_so_long, moved).await;
    }

    /// Now, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// For how many milliseconds the process has run, by the machine's steady clock, which nobody
    /// sets; on a clock that somebody moves as far as it was moved.
    #[must_use]
    pub fn ran_ms(&self) -> i64 {
        match self.pace {
            Pace::Moved => self.now_ms(),
            Pace::Machine => {
                let ran = BEGAN.get_or_init(Instant::now).elapsed();
                i64::try_from(ran.as_millis()).unwrap_or(i64::MAX)
            }
        }
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

    /// A wait of a day ends when the clock is moved by a day, and not before.
    #[tokio::test]
    async fn a_clock_that_is_moved_ends_every_wait() {
        const DAY_MS: i64 = 24 * 3_600_000;
        let (clock, hand) = Clock::simulated(Timestamp::UNIX_EPOCH);
        let offset = Arc::new(AtomicI64::new(0));
        let read = offset.clone();
        let ahead = Clock::ahead_by(move || read.load(Ordering::SeqCst));
        let day = Duration::from_hours(24);
        let mut waits = [clock, ahead].map(|clock| {
            tokio::spawn(async move {
                clock.sleep(day).await;
            })
        });
        tokio::time::sleep(LOOK_EVERY * 3).await;
        assert!(waits.iter().all(|wait| !wait.is_finished()));
        hand.advance_ms(DAY_MS);
        offset.store(DAY_MS, Ordering::SeqCst);
        for wait in &mut waits {
            let ended = tokio::time::timeout(Duration::from_secs(20), wait).await;
            ended.expect("the wait ends").expect("it ends well");
        }
    }

    /// Time that passes on the machine ends a wait on a clock that stands.
    #[tokio::test]
    async fn a_wait_on_a_clock_that_stands_ends_all_the_same() {
        let (clock, _hand) = Clock::simulated(Timestamp::UNIX_EPOCH);
        clock.sleep(Duration::from_millis(60)).await;
        assert_eq!(clock.now_ms(), 0);
    }
}
