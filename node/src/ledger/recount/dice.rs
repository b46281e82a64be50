//! The dice of a generated school year: the same numbers from the same seed on every machine.

use domain::catalogue::Grade;
use domain::ledger::words::Word;

use super::super::entry::{StaffId, StudentId, Words};
use super::year::{STAFF, STUDENTS};

/// Random numbers from a seed: xorshift, the same on every machine.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    pub(super) fn number(&mut self, bound: u64) -> u32 {
        u32::try_from(self.below(bound)).expect("small")
    }

    pub(super) fn often(&mut self) -> bool {
        self.below(10) < 7
    }

    pub(super) fn one<W: Word>(&mut self) -> W {
        W::ALL[usize::try_from(self.below(W::ALL.len() as u64)).expect("small")]
    }

    pub(super) fn some<W: Word>(&mut self) -> Words<W> {
        let more = self.below(3);
        Words::new((0..=more).map(|_| self.one()).collect::<Vec<W>>())
    }

    pub(super) fn student(&mut self) -> StudentId {
        StudentId(1 + i64::try_from(self.below(STUDENTS as u64)).expect("small"))
    }

    pub(super) fn staff(&mut self) -> StaffId {
        StaffId(1 + i64::try_from(self.below(STAFF as u64)).expect("small"))
    }

    pub(super) fn grade(&mut self) -> Grade {
        Grade::school(1 + u8::try_from(self.below(9)).expect("small")).expect("grade")
    }
}
