//! Cards by letter: a pseudonymous card for one expert, sealed as it was shown, and what comes
//! back.
//!
//! The school's side of a remote consultation. The road is that of referrals; what differs is what
//! travels: a text that tells no student, to somebody whom a directory in force lists as an expert
//! for this school. [`sending`] shows and seals, [`answers`] takes what comes back, [`revoking`]
//! takes back once the family does.

pub mod answers;
pub mod revoking;
pub mod sending;
#[cfg(test)]
pub(crate) mod tests;

use domain::directory::{Entry, EntryKind};
use domain::unit::UnitId;
use jiff::civil::Date;

use crate::directory::Directories;
use crate::ledger::refusal::{LedgerRefusal, NoExpert};

/// The expert of a unit, as a directory in force lists one for this school today.
///
/// # Errors
/// Nobody is listed under that id, it is no expert, may not be chosen today, or is another area's.
pub fn expert<'d>(
    directories: &'d Directories,
    unit: &str,
    today: Date,
) -> Result<&'d Entry, LedgerRefusal> {
    let listed = unit.parse().ok().and_then(|unit: UnitId| directories.find(&unit));
    let entry = listed.ok_or(LedgerRefusal::NoExpert(NoExpert::Unlisted))?;
    if entry.kind != EntryKind::Expert {
        return Err(LedgerRefusal::NoExpert(NoExpert::Other));
    }
    if let Some(bar) = entry.bar(today) {
        return Err(LedgerRefusal::NoExpert(NoExpert::Barred(bar)));
    }
    match directories.pairing(entry) {
        Some(_) => Ok(entry),
        None => Err(LedgerRefusal::NoExpert(NoExpert::Unpaired)),
    }
}
