//! Turns: who was served last in which list, and how much of what goes first came of whom today, so
//! that no sender holds back what others send. In memory alone.

use std::collections::BTreeMap;

use domain::referral::slot::Rank;
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
    /// Emergencies and withdrawals of a day, counted from 1970, by who sent them.
    today: (i64, BTreeMap<(UnitId, Rank), usize>),
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

    /// How many letters of a rank came of a sender today.
    pub(super) fn today(&self, by: &UnitId, rank: Rank, now: Timestamp) -> usize {
        let (day, counts) = &self.today;
        let is_today = *day == day_of(now);
        if is_today { counts.get(&(by.clone(), rank)).copied().unwrap_or(0) } else { 0 }
    }

    /// A letter of a rank that is counted came of a sender.
    pub(super) fn came(&mut self, by: &UnitId, rank: Rank, now: Timestamp) {
        let (day, counts) = &mut self.today;
        if *day != day_of(now) {
            *day = day_of(now);
            counts.clear();
        }
        let count = counts.entry((by.clone(), rank)).or_default();
        *count = count.saturating_add(1);
    }
}

fn day_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY_SECONDS)
}
