//! Failed attempts to sign in, counted by the address that they come from.
//!
//! An account pauses by itself; this is against somebody who tries many accounts. A pause of an
//! address is short and ends by itself: behind one address there may be a whole school. Kept in
//! memory and bounded; a restart forgets it, which helps nobody who has to wait for one.

use std::collections::HashMap;
use std::net::IpAddr;
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

#[derive(Clone, Copy)]
struct Seen {
    failures: u32,
    last_ms: i64,
    until_ms: i64,
}

/// The addresses with failures.
#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<IpAddr, Seen>>);

impl Throttle {
    /// For how many seconds an address still has to wait; 0 where it need not.
    pub(super) fn wait_seconds(&self, address: IpAddr, now_ms: i64) -> u64 {
        let Ok(seen) = self.0.lock() else { return 0 };
        let until = seen.get(&address).map_or(0, |seen| seen.until_ms);
        u64::try_from(until.saturating_sub(now_ms)).unwrap_or_default().div_ceil(1_000)
    }

    /// Counts a failure.
    pub(super) fn note_failure(&self, address: IpAddr, now_ms: i64) {
        let Ok(mut seen) = self.0.lock() else { return };
        seen.retain(|_, seen| now_ms.saturating_sub(seen.last_ms) < FORGET_MS);
        if seen.len() >= ADDRESSES_MAX && !seen.contains_key(&address) {
            let quiet = seen.iter().min_by_key(|(_, seen)| seen.last_ms).map(|(at, _)| *at);
            quiet.map(|at| seen.remove(&at));
        }
        let entry = seen.entry(address).or_insert(Seen { failures: 0, last_ms: 0, until_ms: 0 });
        entry.failures = entry.failures.saturating_add(1);
        entry.last_ms = now_ms;
        if let Some(beyond) = entry.failures.checked_sub(FREE_FAILURES) {
            let pause = PAUSE_MS.saturating_mul(1_i64 << beyond.min(8));
            entry.until_ms = now_ms.saturating_add(pause.min(PAUSE_MS_MAX));
        }
    }
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
            throttle.note_failure(address(1), NOW);
            assert_eq!(throttle.wait_seconds(address(1), NOW), 0);
        }
        let waits: Vec<u64> = (0..6)
            .map(|_| {
                throttle.note_failure(address(1), NOW);
                throttle.wait_seconds(address(1), NOW)
            })
            .collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 300]);
        assert_eq!(throttle.wait_seconds(address(2), NOW), 0, "another address");
        assert_eq!(throttle.wait_seconds(address(1), NOW + PAUSE_MS_MAX), 0, "over");
        throttle.note_failure(address(1), NOW + FORGET_MS);
        assert_eq!(throttle.wait_seconds(address(1), NOW + FORGET_MS), 0, "forgotten");
    }

    /// However many addresses try, no more than a bounded number is remembered.
    #[test]
    fn addresses_are_bounded() {
        let throttle = Throttle::default();
        for at in 0..1_200_u32 {
            throttle.note_failure(IpAddr::from(at.to_be_bytes()), NOW + i64::from(at));
        }
        assert_eq!(throttle.0.lock().expect("lock").len(), ADDRESSES_MAX);
    }
}
