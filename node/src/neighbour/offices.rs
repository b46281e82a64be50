//! Offices: to whom a school reports under its duty, from whom it takes a tip, and which hotlines
//! hand callers over to it. All are in the directories in force, and nobody else is.

use domain::directory::{Bar, Entry, EntryKind};
use domain::neighbour::NoticeKind;
use domain::unit::UnitId;
use jiff::civil::Date;

use super::NeighbourError;
use crate::directory::{Directories, Listed};

/// Whether an office of this sort takes reports under the duty: police or civil affairs.
#[must_use]
pub const fn takes_reports(kind: EntryKind) -> bool {
    matches!(kind, EntryKind::Police | EntryKind::CivilAffairs)
}

/// What is taken of a unit of this sort: tips of police, cyberspace office and health, callers of a
/// hotline or of the centre that runs one.
#[must_use]
pub const fn gives(kind: EntryKind) -> Option<NoticeKind> {
    match kind {
        EntryKind::Police | EntryKind::Cyberspace | EntryKind::Health => Some(NoticeKind::Tip),
        EntryKind::Hotline | EntryKind::Centre => Some(NoticeKind::HandOff),
        EntryKind::Clinic
        | EntryKind::CivilAffairs
        | EntryKind::Education
        | EntryKind::Expert
        | EntryKind::Agency => None,
    }
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

/// What is taken of a unit as it is listed today.
#[must_use]
pub fn given_by(listed: &Listed) -> Option<NoticeKind> {
    gives(listed.kind).filter(|_| listed.bar.is_none_or(|bar| bar == Bar::Stale))
}

/// An office that was only not verified for long is who it was, and a child cannot wait.
fn is_open(entry: &Entry, today: Date) -> bool {
    entry.bar(today).is_none_or(|bar| bar == Bar::Stale)
}
