//! How often a wrong code may be tried: by address, and in all.
//!
//! A computer room shares one address, so right codes never count. A code that is nearly right is a
//! slip of the finger and counts little; one that is well formed and belongs to nobody is a guess.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How long attempts are counted together.
const WINDOW_MS: i64 = 10 * 60 * 1_000;
/// What one address may fail within it, in points.
const ADDRESS_POINTS: u32 = 300;
/// What all addresses together may fail within it.
const ALL_POINTS: u32 = 3_000;
/// Addresses that are counted apart; beyond them only the sum counts.
const ADDRESSES_MAX: usize = 1_024;

/// What a failed attempt was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// No code at all, or one with a slip in it.
    Mistyped,
    /// A code that nobody has.
    Guessed,
}

impl Failed {
    const fn points(self) -> u32 {
        match self {
            Self::Mistyped => 1,
            Self::Guessed => 10,
        }
    }
}

/// Failed attempts of the last minutes. In memory: who restarts the node starts the count again.
#[derive(Default)]
pub struct Attempts(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    since_ms: i64,
    all: u32,
    by_address: HashMap<IpAddr, u32>,
}

impl Attempts {
    /// Whether an address may try a code now.
    ///
    /// # Errors
    /// It has failed too often; minutes until it may again.
    pub fn allow(&self, address: IpAddr, now_ms: i64) -> Result<(), i64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.begin(now_ms);
        let own = counts.by_address.get(&address).copied().unwrap_or(0);
        if own < ADDRESS_POINTS && counts.all < ALL_POINTS {
            return Ok(());
        }
        let left_ms = counts.since_ms.saturating_add(WINDOW_MS).saturating_sub(now_ms);
        Err((left_ms / 60_000).saturating_add(1))
    }

    /// Counts a failed attempt.
    pub fn fail(&self, address: IpAddr, failed: Failed, now_ms: i64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.begin(now_ms);
        let points = failed.points();
        counts.all = counts.all.saturating_add(points);
        if counts.by_address.len() < ADDRESSES_MAX || counts.by_address.contains_key(&address) {
            let own = counts.by_address.entry(address).or_default();
            *own = own.saturating_add(points);
        }
    }
}

impl Counts {
    /// Forgets what is over. A clock that was set back does not lock anybody out for longer.
    fn begin(&mut self, now_ms: i64) {
        let age = now_ms.saturating_sub(self.since_ms);
        if !(0..WINDOW_MS).contains(&age) {
            *self = Self { since_ms: now_ms, ..Self::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const LAB: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 7));
    const OTHER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 8));
    const START: i64 = 1_763_600_000_000;

    /// Thirty guesses shut an address and leave the next one open; ten minutes later it is open.
    #[test]
    fn guesses_shut_an_address_for_ten_minutes() {
        let attempts = Attempts::default();
        for _ in 0..30 {
            assert_eq!(attempts.allow(LAB, START), Ok(()));
            attempts.fail(LAB, Failed::Guessed, START);
        }
        assert_eq!(attempts.allow(LAB, START + 60_000), Err(10));
        assert_eq!(attempts.allow(OTHER, START), Ok(()));
        assert_eq!(attempts.allow(LAB, START + WINDOW_MS), Ok(()));
    }

    /// A whole class that mistypes is not shut out; guesses from many addresses are.
    #[test]
    fn slips_are_cheap_and_many_addresses_count_together() {
        let attempts = Attempts::default();
        for _ in 0..200 {
            attempts.fail(LAB, Failed::Mistyped, START);
        }
        assert_eq!(attempts.allow(LAB, START), Ok(()));
        for n in 0..4_000_u32 {
            attempts.fail(IpAddr::V4(Ipv4Addr::from(n)), Failed::Guessed, START);
        }
        assert!(attempts.allow(OTHER, START).is_err(), "the sum counts whatever the address");
    }
}
