//! Turns: who was served last in which list, and how many withdrawals came of whom today, so that
//! no sender holds back what others send. In memory alone.

use std::collections::BTreeMap;

use domain::unit::UnitId;
use jiff::Timestamp;

use super::rules::REMEMBERED_MAX;

const DAY_SECONDS: i64 = 24 * 3_600;

/// Whose turn it is.
#[derive(Default)]
pub(super) struct Turns {
    /// The turn at which a letter of a sender left last, by whose list it was and who sent it.
    served: BTreeMap<(UnitId, Option<UnitId>), u64>,
    last: u64,
    /// Withdrawals of a day, counted from 1970, by who sent them.
    withdrawals: (i64, BTreeMap<UnitId, usize>),
}

impl Turns {
    /// The turn at which a letter of a sender left for a unit last; 0 where none did.
    pub(super) fn of(&self, to: &UnitId, by: Option<&UnitId>) -> u64 {
        self.served.get(&(to.clone(), by.cloned())).copied().unwrap_or(0)
    }

    /// A letter of a sender left for a unit.
    pub(super) fn served(&mut self, to: &UnitId, by: Option<UnitId>) {
        self.last = self.last.saturating_add(1);
        if self.served.len() >= REMEMBERED_MAX {
            self.served.clear();
        }
        self.served.insert((to.clone(), by), self.last);
    }

    /// How many withdrawals came of a sender today.
    pub(super) fn withdrawals(&self, by: &UnitId, now: Timestamp) -> usize {
        let (day, counts) = &self.withdrawals;
        if *day == day_of(now) { counts.get(by).copied().unwrap_or(0) } else { 0 }
    }

    /// A withdrawal came of a sender.
    pub(super) fn withdrew(&mut self, by: &UnitId, now: Timestamp) {
        let (day, counts) = &mut self.withdrawals;
        if *day != day_of(now) {
            *day = day_of(now);
            counts.clear();
        }
        let count = counts.entry(by.clone()).or_default();
        *count = count.saturating_add(1);
    }
}

fn day_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY_SECONDS)
}
