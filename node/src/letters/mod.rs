//! Referrals by letter: what is sealed for a recipient, and what comes back.
//!
//! The school's side. What will be sealed is written once and shown from those bytes
//! ([`sending::prepare`]); sending seals them, with the letters that carry them, in the
//! transaction of the act, and only on a consent that stands or an emergency's basis. [`copying`]
//! brings letters to `transfer.db`, [`answers`] takes what comes back into the course,
//! [`ending`] keeps here what has not left when its consent is over, [`revoking`] takes back, and
//! [`renewing`] seals letters anew of which no relay has said a word. [`restoring`] is for a folder
//! that was put back from a backup, and [`again`] for what came after its signer's certificate had
//! ended. [`acknowledging`] tells whoever answered that the answer is here.

pub mod acknowledging;
pub mod again;
pub mod answers;
pub mod cards;
pub mod copying;
pub mod ending;
pub mod moving;
pub mod renewing;
pub mod restoring;
pub mod revoking;
pub mod road;
pub mod sending;
pub mod slip;

#[cfg(test)]
mod ending_tests;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod standing_down_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

use domain::ledger::SchoolRole;
use jiff::Timestamp;

use crate::ledger::author::Author;

/// As whom the ledger knows what letters bring.
const ACCOUNT: &str = "letter";
/// Why such an entry is written.
const BY_LETTER: &str = "加密信件";

/// Who writes what came by letter: no person at the school.
pub(crate) fn author(now: Timestamp) -> Author {
    let now_ms = now.as_millisecond();
    Author::new(ACCOUNT, SchoolRole::Operator, None, now_ms).because(BY_LETTER)
}
