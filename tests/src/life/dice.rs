//! The dice: the same numbers from the same seed on every machine.

use domain::ledger::words::Word;
use node::ledger::entry::Words;

use crate::city::generate::Seeded;

/// Draws for one school.
pub(super) struct Dice(Seeded);

impl Dice {
    pub(super) fn new(seed: u64, unit: &str) -> Self {
        Self(Seeded::new(seed, unit))
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0.below(limit)
    }

    /// A small number below a limit.
    pub(super) fn number(&mut self, limit: u32) -> u32 {
        u32::try_from(self.0.below(limit.into())).unwrap_or(0)
    }

    /// Whether something happens that happens so often in a thousand.
    pub(super) fn per_mille(&mut self, chance: u64) -> bool {
        self.0.below(1_000) < chance
    }

    /// How often something happens on one of five days, by its rate in a week and a thousand
    /// students, both in thousandths.
    pub(super) fn times(&mut self, weekly_per_mille: u64, students: usize) -> u64 {
        let millionths = weekly_per_mille * students as u64 / 5;
        millionths / 1_000_000 + u64::from(self.0.below(1_000_000) < millionths % 1_000_000)
    }

    /// One of several, or nothing of none.
    pub(super) fn pick<'t, T>(&mut self, from: &'t [T]) -> Option<&'t T> {
        from.get(usize::try_from(self.0.below(from.len() as u64)).ok()?)
    }

    /// A word of a list by weights in its order; words beyond the weights never come.
    #[expect(clippy::indexing_slicing, reason = "a closed list has a first word")]
    pub(super) fn word<W: Word>(&mut self, weights: &[u64]) -> W {
        let mut left = self.0.below(weights.iter().sum());
        for (word, weight) in W::ALL.iter().zip(weights) {
            if left < *weight {
                return *word;
            }
            left -= weight;
        }
        W::ALL[0]
    }

    /// One to three words of a list.
    pub(super) fn words<W: Word>(&mut self, weights: &[u64]) -> Words<W> {
        let more = self.below(3);
        Words::new((0..=more).map(|_| self.word(weights)).collect::<Vec<W>>())
    }
}

/// A number below 100 that belongs to a record and nothing else: whether something is done in
/// time is settled once, not each day anew.
pub(super) fn fate(record: i64) -> u64 {
    Seeded::new(record.unsigned_abs(), "fate").below(100)
}
