//! Up to when time is believed to have passed, for what is thrown away by it.
//!
//! A machine's clock may be a year ahead for one reading: a flat battery, a hand, a time server.
//! What waits, what is kept for some days and what a consent ends would be thrown away by that one
//! reading, and nothing brings it back. So nothing durable is thrown away by the clock, but by what
//! this process has witnessed of it: the clock, as far as the process ran. After it was off it
//! catches up by a day in an hour.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::{Clock, Pace};

/// Milliseconds by which it goes on at most in one that the process ran: a day in an hour.
const CATCHES_UP: i64 = 24;

/// How often it is to be kept.
const KEPT_EVERY_MS: i64 = 3_600_000;

/// What one process has witnessed of its clock.
pub struct Witness {
    clock: Clock,
    seen: Mutex<Option<Seen>>,
}

/// What a look said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Up to when time is believed to have passed; never ahead of the clock.
    pub past: Timestamp,
    /// What is to be kept for the next process, where it is time to.
    pub keep_ms: Option<i64>,
}

/// The latest instant that was witnessed, when that was by the steady clock, and what was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    at_ms: i64,
    ran_ms: i64,
    kept_ms: Option<i64>,
}

impl Witness {
    /// Nothing was witnessed yet.
    #[must_use]
    pub const fn of(clock: Clock) -> Self {
        Self { clock, seen: Mutex::new(None) }
    }

    /// Looks at the clock. What an earlier process kept is asked for at the first look; where there
    /// is nothing, nothing is old, and the clock is believed.
    ///
    /// # Errors
    /// What was kept cannot be read.
    pub fn look<E>(&self, kept: impl FnOnce() -> Result<Option<i64>, E>) -> Result<Looked, E> {
        let (now_ms, ran_ms) = (self.clock.now_ms(), self.clock.ran_ms());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = match *seen {
            Some(seen) => seen,
            None => {
                let kept_ms = kept()?;
                // A clock that somebody moves passes while nothing runs, too.
                let is_moved = self.clock.pace == Pace::Moved;
                let began_ms = kept_ms.filter(|_| is_moved).unwrap_or(ran_ms);
                Seen::begun(kept_ms, (now_ms, began_ms))
            }
        };
        let looked = next.look(now_ms, ran_ms);
        *seen = Some(next);
        Ok(looked)
    }
}

impl Seen {
    fn begun(kept_ms: Option<i64>, (now_ms, ran_ms): (i64, i64)) -> Self {
        Self { at_ms: kept_ms.unwrap_or(now_ms), ran_ms, kept_ms }
    }

    fn look(&mut self, now_ms: i64, ran_ms: i64) -> Looked {
        let ran = ran_ms.saturating_sub(self.ran_ms).max(0);
        let most_ms = self.at_ms.saturating_add(ran.saturating_mul(CATCHES_UP));
        self.at_ms = self.at_ms.max(now_ms.min(most_ms));
        self.ran_ms = ran_ms;
        let is_due = self.kept_ms.is_none_or(|kept| self.at_ms - kept >= KEPT_EVERY_MS);
        if is_due {
            self.kept_ms = Some(self.at_ms);
        }
        let past_ms = self.at_ms.min(now_ms);
        Looked {
            past: Timestamp::from_millisecond(past_ms).unwrap_or(Timestamp::UNIX_EPOCH),
            keep_ms: is_due.then_some(self.at_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;
    const DAY_MS: i64 = 24 * HOUR_MS;
    const START_MS: i64 = 1_760_000_000_000;

    /// Looks once a minute for so long, at a clock that is wrong by so much; gives the last one.
    fn runs(seen: &mut Seen, (from_ms, minutes): (i64, i64), wrong_ms: i64) -> i64 {
        let mut past = seen.at_ms;
        for minute in 0..=minutes {
            let at_ms = from_ms + minute * 60_000;
            past = seen.look(at_ms + wrong_ms, at_ms - START_MS).past.as_millisecond();
        }
        past
    }

    /// One reading that is years ahead moves it by nothing to speak of, and it goes on with the
    /// clock once that is right again.
    #[test]
    fn one_reading_far_ahead_is_not_believed() {
        let mut seen = Seen::begun(None, (START_MS, 0));
        let right = runs(&mut seen, (START_MS, 60), 0);
        assert_eq!(right, START_MS + HOUR_MS);
        let ahead = seen.look(START_MS + HOUR_MS + 15_000 + 3_650 * DAY_MS, HOUR_MS + 15_000);
        assert!(ahead.past.as_millisecond() <= right + 24 * 15_000);
        let again = runs(&mut seen, (START_MS + HOUR_MS + 60_000, 60), 0);
        assert_eq!(again, START_MS + 2 * HOUR_MS + 60_000);
    }

    /// A process that begins on a clock that is wrong believes what was kept; a clock that was put
    /// back is followed, and stops nothing.
    #[test]
    fn what_was_kept_is_believed_at_the_start() {
        let mut seen = Seen::begun(Some(START_MS), (START_MS + 400 * DAY_MS, 0));
        assert_eq!(seen.look(START_MS + 400 * DAY_MS, 0).past.as_millisecond(), START_MS);
        let back = seen.look(START_MS - 90 * DAY_MS, 1_000).past.as_millisecond();
        assert_eq!(back, START_MS - 90 * DAY_MS);
        assert_eq!(runs(&mut seen, (START_MS + 60_000, 60), 0), START_MS + HOUR_MS + 60_000);
    }

    /// After a summer in which the machine was off it catches up by a day in an hour: what is to be
    /// erased is erased within the first days.
    #[test]
    fn a_machine_that_was_off_catches_up() {
        let off_ms = 60 * DAY_MS;
        let mut seen = Seen::begun(Some(START_MS), (START_MS + off_ms, 0));
        let from = (START_MS, 30 * 60);
        assert!(runs(&mut seen, from, off_ms) < START_MS + 31 * DAY_MS);
        let at_ms = START_MS + 30 * HOUR_MS;
        assert_eq!(runs(&mut seen, (at_ms, 35 * 60), off_ms), at_ms + 35 * HOUR_MS + off_ms);
    }

    /// It is kept once an hour, and read once.
    #[test]
    fn it_is_kept_once_an_hour() {
        let (clock, hand) = Clock::simulated(Timestamp::UNIX_EPOCH);
        let witness = Witness::of(clock);
        let look = || witness.look(|| Ok::<_, ()>(None)).expect("looked");
        assert_eq!(look(), Looked { past: Timestamp::UNIX_EPOCH, keep_ms: Some(0) });
        hand.advance_ms(HOUR_MS - 1);
        assert_eq!(look().keep_ms, None);
        hand.advance_ms(1);
        assert_eq!(look().keep_ms, Some(HOUR_MS));
        let again = witness.look(|| Err("it is not read again"));
        assert_eq!(again.map(|looked| looked.keep_ms), Ok(None));
        let unread = Witness::of(Clock::system()).look(|| Err("not read"));
        assert_eq!(unread, Err("not read"));
    }
}
