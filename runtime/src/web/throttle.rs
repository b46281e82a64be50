//! Failed attempts to sign in, counted by the address that they come from.
//!
//! An account pauses by itself; this is against somebody who tries many accounts. A pause of an
//! address is short and ends by itself: behind one address there may be a whole school. Kept in
//! memory and bounded; a restart forgets it, which helps nobody who has to wait for one.
//!
//! Behind loopback may be a relay of everybody, so it is never paused: after many more failures its
//! attempts are let through one a second, right ones too. Whoever fills these turns keeps out only
//! those who come for the first time: an account that signed in from there lately has turns of its
//! own, as long as few attempts on it fail.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;

/// Failures of one address that cost nothing.
const FREE_FAILURES: u32 = 20;
/// First pause; each further failure doubles it.
const PAUSE_MS: i64 = 15_000;
/// Longest pause.
const PAUSE_MS_MAX: i64 = 5 * 60_000;
/// After so long without a failure an address is forgotten.
const FORGET_MS: i64 = 15 * 60_000;
/// Addresses that are remembered; the one that was quiet longest gives way.
const ADDRESSES_MAX: usize = 1_000;
/// Failures behind loopback that cost nothing.
const SHARED_FREE_FAILURES: u32 = 10 * FREE_FAILURES;
/// One attempt behind loopback in so long, once they were too many.
const SHARED_TURN_MS: i64 = 1_000;
/// Longest wait for a turn; whoever would wait longer is told to try again.
const SHARED_WAIT_MS_MAX: i64 = 5_000;

/// For so long an account that signed in has turns of its own.
const KNOWN_MS: i64 = 30 * 24 * 60 * 60_000;
/// Attempts on it that may fail meanwhile.
const KNOWN_FAILURES_MAX: u32 = 3;
/// Accounts that are remembered; the one that signed in longest ago gives way.
const KNOWN_MAX: usize = 2_000;

/// What an attempt from an address has to do before it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Nothing.
    Go,
    /// Wait for its turn.
    Turn {
        /// So long.
        wait_ms: u64,
    },
    /// Come again: too many wait for their turn.
    Crowded,
    /// Come again when the pause of its address is over.
    Paused {
        /// In so long.
        seconds: u64,
    },
}

#[derive(Clone, Copy)]
struct Seen {
    failures: u32,
    last_ms: i64,
    until_ms: i64,
}

/// An account that signed in from behind loopback.
#[derive(Clone, Copy)]
struct Known {
    signed_in_ms: i64,
    failures: u32,
    /// When its next turn begins.
    until_ms: i64,
}

/// The addresses with failures, of which loopback has `until_ms` for the begin of the next turn,
/// and the accounts that have turns of their own behind it.
#[derive(Default)]
pub(super) struct Throttle(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    seen: HashMap<IpAddr, Seen>,
    known: HashMap<String, Known>,
}

impl Throttle {
    /// What an attempt on an account has to do first; of one behind loopback, its turn is taken
    /// with the answer.
    pub(super) fn pace(&self, address: IpAddr, login: &str, now_ms: i64) -> Pace {
        let Ok(mut all) = self.0.lock() else { return Pace::Go };
        let Remembered { seen, known } = &mut *all;
        let shared = address.is_loopback();
        let Some(seen) = seen.get_mut(&key_of(address)) else { return Pace::Go };
        let wait_ms = seen.until_ms.saturating_sub(now_ms).max(0);
        if !shared {
            let seconds = wait_ms.unsigned_abs().div_ceil(1_000);
            return if seconds == 0 { Pace::Go } else { Pace::Paused { seconds } };
        }
        let is_quiet = now_ms.saturating_sub(seen.last_ms) >= FORGET_MS;
        if seen.failures < SHARED_FREE_FAILURES || is_quiet {
            return Pace::Go;
        }
        let is_trusted = |known: &&mut Known| {
            let lately = now_ms.saturating_sub(known.signed_in_ms) < KNOWN_MS;
            lately && known.failures < KNOWN_FAILURES_MAX
        };
        match known.get_mut(login).filter(is_trusted) {
            Some(known) => turn(&mut known.until_ms, now_ms),
            None => turn(&mut seen.until_ms, now_ms),
        }
    }

    /// Remembers that somebody signed in.
    pub(super) fn note_success(&self, address: IpAddr, login: &str, now_ms: i64) {
        let Ok(mut all) = self.0.lock() else { return };
        if !address.is_loopback() {
            return;
        }
        let known = &mut all.known;
        if known.len() >= KNOWN_MAX && !known.contains_key(login) {
            let oldest = known.iter().min_by_key(|(_, known)| known.signed_in_ms);
            let oldest = oldest.map(|(login, _)| login.clone());
            oldest.map(|login| known.remove(&login));
        }
        let fresh = Known { signed_in_ms: now_ms, failures: 0, until_ms: 0 };
        known.insert(login.to_owned(), fresh);
    }

    /// Counts a failure.
    pub(super) fn note_failure(&self, address: IpAddr, login: &str, now_ms: i64) {
        let Ok(mut all) = self.0.lock() else { return };
        let Remembered { seen, known } = &mut *all;
        let (shared, address) = (address.is_loopback(), key_of(address));
        if let Some(known) = known.get_mut(login).filter(|_| shared) {
            known.failures = known.failures.saturating_add(1);
        }
        seen.retain(|_, seen| now_ms.saturating_sub(seen.last_ms) < FORGET_MS);
        if seen.len() >= ADDRESSES_MAX && !seen.contains_key(&address) {
            let quiet = seen.iter().min_by_key(|(_, seen)| seen.last_ms).map(|(at, _)| *at);
            quiet.map(|at| seen.remove(&at));
        }
        let entry = seen.entry(address).or_insert(Seen { failures: 0, last_ms: 0, until_ms: 0 });
        entry.failures = entry.failures.saturating_add(1);
        entry.last_ms = now_ms;
        if shared {
            return;
        }
        if let Some(beyond) = entry.failures.checked_sub(FREE_FAILURES) {
            let pause = PAUSE_MS.saturating_mul(1_i64 << beyond.min(8));
            entry.until_ms = now_ms.saturating_add(pause.min(PAUSE_MS_MAX));
        }
    }
}

/// Takes the next turn of a row, unless too many wait for it.
fn turn(until_ms: &mut i64, now_ms: i64) -> Pace {
    let wait_ms = until_ms.saturating_sub(now_ms).max(0);
    if wait_ms > SHARED_WAIT_MS_MAX {
        return Pace::Crowded;
    }
    *until_ms = now_ms.saturating_add(wait_ms).saturating_add(SHARED_TURN_MS);
    if wait_ms == 0 { Pace::Go } else { Pace::Turn { wait_ms: wait_ms.unsigned_abs() } }
}

/// What an address is counted under: everything behind loopback together.
fn key_of(address: IpAddr) -> IpAddr {
    if address.is_loopback() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_764_000_000_000;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// Twenty failures are free, the pauses after them grow to five minutes and no further, and
    /// a quarter of an hour of quiet forgets them.
    #[test]
    fn pauses_of_an_address_grow_and_end() {
        let throttle = Throttle::default();
        for _ in 1..FREE_FAILURES {
            throttle.note_failure(address(1), "li", NOW);
            assert_eq!(throttle.pace(address(1), "li", NOW), Pace::Go);
        }
        for seconds in [15, 30, 60, 120, 240, 300] {
            throttle.note_failure(address(1), "li", NOW);
            assert_eq!(throttle.pace(address(1), "li", NOW), Pace::Paused { seconds });
        }
        assert_eq!(throttle.pace(address(2), "li", NOW), Pace::Go, "another address");
        assert_eq!(throttle.pace(address(1), "li", NOW + PAUSE_MS_MAX), Pace::Go, "over");
        throttle.note_failure(address(1), "li", NOW + FORGET_MS);
        assert_eq!(throttle.pace(address(1), "li", NOW + FORGET_MS), Pace::Go, "forgotten");
    }

    /// Behind loopback, two hundred failures are free; then one attempt a second is let through,
    /// a few wait for their turn, and nobody is shut out for longer than that.
    #[test]
    fn loopback_is_slowed_and_never_paused() {
        let throttle = Throttle::default();
        let (one, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        for _ in 1..SHARED_FREE_FAILURES {
            throttle.note_failure(one, "li", NOW);
        }
        assert_eq!(throttle.pace(one, "li", NOW), Pace::Go);
        throttle.note_failure(other, "li", NOW);
        assert_eq!(throttle.pace(one, "li", NOW), Pace::Go, "its turn is now");
        for wait_ms in [1_000, 2_000, 3_000, 4_000, 5_000] {
            assert_eq!(throttle.pace(other, "li", NOW), Pace::Turn { wait_ms });
        }
        assert_eq!(throttle.pace(one, "li", NOW), Pace::Crowded);
        assert_eq!(throttle.pace(one, "li", NOW + 1_000), Pace::Turn { wait_ms: 5_000 });
        for _ in 0..1_000 {
            throttle.note_failure(one, "li", NOW + 10_000);
        }
        assert_eq!(
            throttle.pace(one, "li", NOW + 10_000),
            Pace::Go,
            "more failures make it no longer"
        );
        assert_eq!(throttle.pace(one, "li", NOW + 10_000 + FORGET_MS), Pace::Go, "forgotten");
    }

    /// Whoever fills the turns of loopback keeps out nobody who signed in from there lately, and
    /// failures on one account spend its own turns alone.
    #[test]
    fn one_client_behind_loopback_crowds_nobody_out() {
        let throttle = Throttle::default();
        let at = IpAddr::from([127, 0, 0, 1]);
        for login in ["li", "zhao"] {
            throttle.note_success(at, login, NOW);
        }
        for n in 0..SHARED_FREE_FAILURES {
            throttle.note_failure(at, &format!("guess{n}"), NOW);
        }
        while throttle.pace(at, "guess", NOW) != Pace::Crowded {}
        assert_eq!(throttle.pace(at, "new", NOW), Pace::Crowded, "who comes for the first time");
        assert_eq!(throttle.pace(at, "li", NOW), Pace::Go);
        assert_eq!(throttle.pace(at, "li", NOW), Pace::Turn { wait_ms: 1_000 });
        for _ in 0..KNOWN_FAILURES_MAX {
            throttle.note_failure(at, "li", NOW);
        }
        assert_eq!(throttle.pace(at, "li", NOW), Pace::Crowded, "its turns are spent");
        assert_eq!(throttle.pace(at, "zhao", NOW), Pace::Go);
        throttle.note_failure(at, "zhao", NOW + KNOWN_MS);
        for n in 0..SHARED_FREE_FAILURES {
            throttle.note_failure(at, &format!("guess{n}"), NOW + KNOWN_MS);
        }
        while throttle.pace(at, "guess", NOW + KNOWN_MS) != Pace::Crowded {}
        assert_eq!(throttle.pace(at, "zhao", NOW + KNOWN_MS), Pace::Crowded, "long ago");
    }

    /// However many addresses try, no more than a bounded number is remembered.
    #[test]
    fn addresses_are_bounded() {
        let throttle = Throttle::default();
        for at in 0..1_200_u32 {
            throttle.note_failure(IpAddr::from(at.to_be_bytes()), "li", NOW + i64::from(at));
        }
        for n in 0..2_500 {
            throttle.note_success(IpAddr::from([127, 0, 0, 1]), &format!("u{n}"), NOW + n);
        }
        let all = throttle.0.lock().expect("lock");
        assert_eq!((all.seen.len(), all.known.len()), (ADDRESSES_MAX, KNOWN_MAX));
        assert!(all.known.contains_key("u2499") && !all.known.contains_key("u0"));
    }
}
