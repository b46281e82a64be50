//! Experts and agencies of the directories, as figures: read from the signed packs that this hub
//! keeps, and from no report.
//!
//! A figure is of the last day of its period, or of today where that has not come. For whom no
//! directory is in force nothing is told: a pool that nobody published is no empty pool.

use std::collections::BTreeSet;

use domain::directory::{Directory, Entry, EntryKind, Level, Pairing, Place, counting};
use domain::period::Period;
use domain::rollup::Coverage;
use domain::span::Span;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::value::{Amount, Blank, Reading, UnitName};
use crate::packs::Packs;
use crate::rollup;
use crate::store::unit::{self, UnitStatus};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// Experts with a registration that runs.
    Experts,
    /// Schools with which such an expert is paired, by name or by area.
    Paired,
    /// Agencies whose licence and contract run.
    Agencies,
}

/// A member as the registry has it: schools count one, hubs the schools below them.
#[derive(Clone, Debug)]
pub struct Below {
    id: UnitId,
    kind: UnitKind,
    schools: u32,
}

/// Whose figure it is, and who is straight below: nobody where that is not known here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whose<'a> {
    /// The unit.
    pub(super) unit: &'a UnitName,
    /// Schools that are due at it.
    pub(super) due: u32,
    /// Its members.
    pub(super) below: &'a [Below],
}

/// What an indicator counts of the directories; nothing for every other one.
pub(super) fn of(indicator: &str) -> Option<Counted> {
    match indicator {
        "exp.pool" => Some(Counted::Experts),
        "exp.paired" => Some(Counted::Paired),
        "agy.listed" => Some(Counted::Agencies),
        _ => None,
    }
}

/// The members of a hub in a period; none where no directory was published, since then nobody
/// asks for them.
///
/// # Errors
/// The store cannot be read.
pub(super) fn below(
    tx: &Tx<'_>,
    packs: &Packs,
    (hub, period): (&UnitId, &str),
) -> Result<Vec<Below>, SqlError> {
    if !packs.has_directories() {
        return Ok(Vec::new());
    }
    let members = unit::members_on(tx, hub, rollup::tree_day(packs, period))?.into_iter();
    let counted = members.filter(|member| member.status != UnitStatus::Closed);
    let schools = |kind: UnitKind, below: u32| if kind == UnitKind::School { 1 } else { below };
    let all = counted.filter(|member| member.kind == UnitKind::School || member.kind.is_area());
    Ok(all
        .map(|one| Below {
            schools: schools(one.kind, one.schools_below),
            id: one.id,
            kind: one.kind,
        })
        .collect())
}

/// A unit with the district in which it lies: a town's code begins with its district's.
pub(crate) fn areas_of(unit: &UnitId) -> Vec<UnitId> {
    let district = unit.as_str().get(..6).filter(|_| unit.division_digits() == Some(9));
    let district = district.and_then(|code| code.parse::<UnitId>().ok());
    std::iter::once(unit.clone()).chain(district).collect()
}

/// What is told of the directories and for how many schools; nothing for schools and helpers, and
/// where no directory was ever published.
pub(super) fn told(
    packs: &Packs,
    (counted, period): (Counted, Period),
    whose: Whose<'_>,
) -> Option<(Reading, Coverage)> {
    if !packs.has_directories() || !whose.unit.kind.is_area() {
        return None;
    }
    let (span, today) = (Span::of(period, packs.calendar()).ok()?, packs.as_of().1);
    let members = whose.below.iter().fold(0_u32, |sum, one| sum.saturating_add(one.schools));
    let schools_due = if whose.below.is_empty() { whose.due } else { members };
    let pool = Pool::on(packs, span.end.min(today));
    let schools_reported = if today < span.from { 0 } else { pool.covered(whose, schools_due) };
    let coverage = Coverage { schools_due, schools_reported, persons: 0 };
    if schools_reported == 0 {
        return Some((Reading::Blank(Blank::NotReported), coverage));
    }
    let amount = match counted {
        Counted::Experts => Amount::exact(pool.count(EntryKind::Expert, whose)),
        Counted::Agencies => Amount::exact(pool.count(EntryKind::Agency, whose)),
        Counted::Paired => pool.paired(whose, schools_due),
    };
    Some((Reading::Count(amount), coverage))
}

/// Every unit of the directories in force on a day, as the word that weighs most has it.
struct Pool<'p> {
    day: Date,
    directories: Vec<&'p Directory>,
    entries: Vec<(&'p Directory, &'p Entry)>,
}

impl<'p> Pool<'p> {
    fn on(packs: &'p Packs, day: Date) -> Self {
        let directories: Vec<&Directory> =
            packs.directories_on(day).into_iter().map(|known| &known.directory).collect();
        let entries = counting(directories.iter().copied());
        Self { day, directories, entries }
    }

    /// Entries of a kind that may be chosen on the day; how long ago somebody looked at one is not
    /// asked, its papers are.
    fn valid(&self, kind: EntryKind) -> impl Iterator<Item = (&'p Directory, &'p Entry)> {
        let (day, all) = (self.day, self.entries.iter().copied());
        all.filter(move |(_, entry)| entry.kind == kind && entry.validity().bar(day).is_none())
    }

    /// Schools of a unit for which any directory is in force.
    fn covered(&self, whose: Whose<'_>, due: u32) -> u32 {
        let is_for = |unit: &UnitId| {
            let areas = areas_of(unit);
            self.directories.iter().any(|one| areas.contains(one.area()))
        };
        let is_whole = self.directories.iter().any(|one| one.level() == Level::City);
        if is_whole || is_for(&whose.unit.id) {
            return due;
        }
        let below = whose.below.iter().filter(|one| one.kind.is_area() && is_for(&one.id));
        below.fold(0, |sum, one| sum.saturating_add(one.schools))
    }

    /// Entries of a kind for a unit: at the city all of them.
    fn count(&self, kind: EntryKind, whose: Whose<'_>) -> u64 {
        let (school, areas) = (whose.unit.id.clone(), areas_of(&whose.unit.id));
        let place = Place { school, areas };
        let is_for = |(directory, entry): &(&Directory, &Entry)| {
            whose.unit.kind == UnitKind::City
                || directory.pairing(entry, &place).is_some()
                || whose.below.iter().any(|one| entry.schools.contains(&one.id))
        };
        u64::try_from(self.valid(kind).filter(is_for).count()).unwrap_or(u64::MAX)
    }

    /// Schools that are paired. What lies below a hub that is a member is known here by number
    /// alone: of schools that are paired by name, or through a town, only how many there can be.
    fn paired(&self, whose: Whose<'_>, due: u32) -> Amount {
        let experts: Vec<_> = self.valid(EntryKind::Expert).collect();
        let itself = [Below { id: whose.unit.id.clone(), kind: whose.unit.kind, schools: due }];
        let members = if whose.below.is_empty() { itself.as_slice() } else { whose.below };
        let (mut paired, mut open, mut through_towns) = (0_u64, 0_u64, 0_u64);
        for one in members {
            let mut areas = areas_of(&one.id);
            if whose.unit.kind != UnitKind::City {
                areas.extend(areas_of(&whose.unit.id));
            }
            let place = Place { school: one.id.clone(), areas };
            let is_paired = experts.iter().any(|(directory, entry)| {
                let close = directory.pairing(entry, &place);
                matches!(close, Some(Pairing::School | Pairing::Area))
            });
            match (is_paired, one.kind) {
                (true, _) => paired = paired.saturating_add(one.schools.into()),
                (false, UnitKind::School) => {}
                (false, _) => {
                    open = open.saturating_add(one.schools.into());
                    let is_within = |area: &UnitId| area.as_str().starts_with(one.id.as_str());
                    if experts.iter().any(|(_, entry)| entry.areas.iter().any(is_within)) {
                        through_towns = through_towns.saturating_add(one.schools.into());
                    }
                }
            }
        }
        let known: BTreeSet<&UnitId> = members.iter().map(|one| &one.id).collect();
        let named: BTreeSet<&UnitId> =
            experts.iter().flat_map(|(_, entry)| &entry.schools).collect();
        let named = u64::try_from(named.difference(&known).count()).unwrap_or(u64::MAX);
        let above = open.min(named.saturating_add(through_towns));
        Amount { above, ..Amount::exact(paired) }
    }
}

#[cfg(test)]
mod tests;
