//! Offices: to whom a school reports under its duty, and from whom it takes a tip. Both are in the
//! directories that both commissions signed, and nobody else is.

use domain::directory::{Bar, Entry, EntryKind};
use domain::unit::UnitId;
use jiff::civil::Date;

use super::NeighbourError;
use crate::directory::{Directories, Listed};

/// Whether an office of this sort takes reports under the duty: police or civil affairs.
#[must_use]
pub const fn takes_reports(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Police | EntryKind::CivilAffairs)
}

/// Whether a tip of an office of this sort is taken: police, cyberspace office or health.
#[must_use]
pub const fn gives_tips(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Police | EntryKind::Cyberspace | EntryKind::Health)
}

/// Offices to which a report may be sealed today.
#[must_use]
pub fn for_reports(directories: &Directories, today: Date) -> Vec<&Entry> {
    let is_one = |entry: &&Entry| {
        takes_reports(entry.kind) && is_open(entry, today) && directories.seals_to(&entry.id)
    };
    directories.entries().into_iter().filter(is_one).collect()
}

/// The office of an id, for a report.
///
/// # Errors
/// No directory lists it, it is of another sort, or it may not be chosen today.
pub fn for_report<'d>(
    directories: &'d Directories,
    unit: &UnitId,
    today: Date,
) -> Result<&'d Entry, NeighbourError> {
    let entry = directories.find(unit).ok_or(NeighbourError::WrongOffice)?;
    let is_one = takes_reports(entry.kind) && is_open(entry, today);
    if is_one { Ok(entry) } else { Err(NeighbourError::WrongOffice) }
}

/// Whether the unit is listed as an office whose tips are taken.
#[must_use]
pub fn is_tipster(listed: &Listed) -> bool {
    gives_tips(listed.kind) && listed.bar.is_none_or(|bar| bar == Bar::Stale)
}

/// An office that was only not verified for long is who it was, and a child cannot wait.
fn is_open(entry: &Entry, today: Date) -> bool {
    entry.bar(today).is_none_or(|bar| bar == Bar::Stale)
}
