//! Codes of one byte for closed lists that travel in letters and envelopes.
//!
//! A code is never reused. One that this version does not know is refused by its name and number,
//! so that whoever looks at two versions beside each other sees which of them is old.

use domain::ledger::Word;
use domain::ledger::consent::DataClass;
use domain::referral::{DeadlineClass, Urgency};

/// A code that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {code} is not known to this version")]
pub struct UnknownCode {
    /// Of which closed list.
    pub what: &'static str,
    /// The code.
    pub code: u8,
}

/// A closed list whose words have codes.
pub(crate) trait Coded: Word {
    /// What an unknown code is called.
    const WHAT: &'static str;

    /// The code of a word.
    fn code(self) -> u8;

    /// The word of a code.
    fn from_code(code: u8) -> Result<Self, UnknownCode> {
        let known = Self::ALL.iter().copied().find(|word| word.code() == code);
        known.ok_or(UnknownCode { what: Self::WHAT, code })
    }
}

impl Coded for Urgency {
    const WHAT: &'static str = "urgency";

    fn code(self) -> u8 {
        match self {
            Self::Routine => 1,
            Self::Urgent => 2,
            Self::Emergency => 3,
        }
    }
}

impl Coded for DeadlineClass {
    const WHAT: &'static str = "class of a deadline";

    fn code(self) -> u8 {
        match self {
            Self::Answered => 1,
            Self::FirstDate => 2,
            Self::Outcome => 3,
            Self::Withdrawal => 4,
        }
    }
}

/// Each has a bit of its own, since a consent names several.
impl Coded for DataClass {
    const WHAT: &'static str = "kind of data";

    fn code(self) -> u8 {
        match self {
            Self::Identity => 1,
            Self::Reason => 2,
            Self::Scores => 4,
            Self::Risk => 8,
            Self::Outcome => 16,
            Self::Answers => 32,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn codes<W: Coded + std::fmt::Debug>() -> Vec<u8> {
        let codes: BTreeSet<u8> = W::ALL.iter().map(|word| word.code()).collect();
        assert_eq!(codes.len(), W::ALL.len(), "two words of {} have one code", W::WHAT);
        for code in 0..=u8::MAX {
            match W::from_code(code) {
                Ok(word) => assert_eq!(word.code(), code),
                Err(unknown) => {
                    assert!(!codes.contains(&code));
                    assert_eq!(unknown, UnknownCode { what: W::WHAT, code });
                }
            }
        }
        codes.into_iter().collect()
    }

    /// Every word has its own code and comes back from it; any other byte is refused by name.
    #[test]
    fn codes_are_one_to_one() {
        assert_eq!(codes::<Urgency>(), [1, 2, 3]);
        assert_eq!(codes::<DeadlineClass>(), [1, 2, 3, 4]);
        assert_eq!(codes::<DataClass>(), [1, 2, 4, 8, 16, 32]);
        let unknown = Urgency::from_code(9).map_err(|error| error.to_string());
        assert_eq!(unknown, Err("urgency 9 is not known to this version".to_owned()));
    }
}
