//! Directory: to whom a school may turn with a child, as both commissions sign it for an area.
//!
//! An entry is a clinic, a counselling centre, a desk of a department, an expert or an agency. What
//! is told of one has a date, and [`Entry::bar`] says on which day it may be chosen no longer. Who
//! is chosen is a school's act with the family's consent; a directory proposes and decides nothing.

mod check;
mod keys;
mod propose;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::catalogue::Label;
use crate::ledger::words::Service;
use crate::unit::UnitId;

pub use check::{Fault, Problem};
pub use keys::{KEYS_MAX, KeyBeside};
pub use propose::{Asked, Pairing, Place, Proposal, RoomRank};
pub use words::{Bar, Care, EntryKind, Field, Level, Wrong};

/// Days after which an entry that nobody verified again may not be chosen.
pub const VERIFIED_DAYS: u32 = 180;

/// Days after which told places say nothing any more.
pub const ROOM_DAYS: u32 = 30;

/// Most entries of a directory.
pub const ENTRIES_MAX: usize = 2_000;

/// Free places, as they were told on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// How many.
    pub places: u32,
    /// When that was told.
    pub told: Date,
}

/// That an entry is used no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// From this day on.
    pub day: Date,
    /// Why.
    pub reason: String,
}

/// What an expert is registered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expert {
    /// Field of work.
    pub speciality: String,
    /// Number of the registration.
    pub registration: String,
    /// Its last day.
    pub until: Date,
    /// Cases at present.
    pub load: u32,
}

/// Under what an agency works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    /// Number of the licence.
    pub licence: String,
    /// Its last day.
    pub licensed_until: Date,
    /// Day of the last check.
    pub checked: Date,
    /// Number of the contract.
    pub contract: String,
    /// Its last day.
    pub contract_until: Date,
}

/// How an entry is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Telephone, as a family is told it.
    pub phone: String,
    /// Address, may be empty.
    pub address: String,
    /// Hours in words, may be empty.
    pub hours: String,
    /// Whether somebody is there at any hour.
    pub is_round_the_clock: bool,
    /// Telephone in an emergency; empty for who is not on that list.
    pub emergency_phone: String,
}

/// One recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its id: a member's unit id, else one that the directory gives.
    pub id: UnitId,
    /// What sort it is.
    pub kind: EntryKind,
    /// Its names, in both languages.
    pub label: Label,
    /// What it does for a child; empty for an expert.
    pub care: Vec<Care>,
    /// What an expert comes for; empty for all others.
    pub expertise: Vec<Service>,
    /// Youngest and oldest, where it does not take everybody.
    pub ages: Option<(u8, u8)>,
    /// Districts and towns whose schools it is paired with.
    pub areas: BTreeSet<UnitId>,
    /// Schools that it is paired with.
    pub schools: BTreeSet<UnitId>,
    /// How it is reached.
    pub reach: Reach,
    /// Whether health has it on the emergency list.
    pub is_emergency: bool,
    /// Free places, where they were told.
    pub room: Option<Room>,
    /// First and last day.
    pub valid: (Date, Date),
    /// Day on which somebody made sure that all of this is so.
    pub verified: Date,
    /// That it is used no longer.
    pub withdrawn: Option<Withdrawal>,
    /// An expert's registration.
    pub expert: Option<Expert>,
    /// An agency's licence and contract.
    pub agency: Option<Agency>,
    /// The hub that serves it; where none is named, that of the directory's area.
    pub relay: Option<UnitId>,
    /// Text of the key statement for referrals; empty without one. Nothing of it is believed here.
    pub statement: String,
}

/// Within which days an entry may be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First and last day.
    pub valid: (Date, Date),
    /// Last day of the paper that ends first, where it needs any.
    pub papers_until: Option<Date>,
    /// Day from which on it is withdrawn.
    pub withdrawn: Option<Date>,
}

/// The directory of an area, whole and sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    area: UnitId,
    level: Level,
    entries: Vec<Entry>,
    keys: Vec<KeyBeside>,
}

/// Every unit of several directories once, with the directory whose word on it weighs most, in
/// order of ids; of equal words the first counts.
#[must_use]
pub fn counting<'d>(
    directories: impl IntoIterator<Item = &'d Directory>,
) -> Vec<(&'d Directory, &'d Entry)> {
    let mut by_id: BTreeMap<&UnitId, (&Directory, &Entry)> = BTreeMap::new();
    for directory in directories {
        for entry in &directory.entries {
            let known = by_id.get(&entry.id).map(|(of, known)| of.weight(known));
            if known.is_none_or(|known| known < directory.weight(entry)) {
                by_id.insert(&entry.id, (directory, entry));
            }
        }
    }
    by_id.into_values().collect()
}

impl Validity {
    /// Why it may not be chosen on a day; nothing where it may.
    #[must_use]
    pub fn bar(&self, day: Date) -> Option<Bar> {
        let (from, until) = self.valid;
        if self.withdrawn.is_some_and(|withdrawn| withdrawn <= day) {
            return Some(Bar::Withdrawn);
        }
        if day < from {
            return Some(Bar::Early);
        }
        if until < day {
            return Some(Bar::Over);
        }
        self.papers_until.is_some_and(|until| until < day).then_some(Bar::Papers)
    }
}

impl Entry {
    /// Why it may not be chosen on a day; nothing where it may.
    #[must_use]
    pub fn bar(&self, today: Date) -> Option<Bar> {
        let last = crate::ledger::day::plus_days(self.verified, VERIFIED_DAYS);
        self.validity().bar(today).or((last < today).then_some(Bar::Stale))
    }

    /// Within which days it may be chosen, whoever verified it and when.
    #[must_use]
    pub fn validity(&self) -> Validity {
        Validity {
            valid: self.valid,
            papers_until: self.papers_until(),
            withdrawn: self.withdrawn.as_ref().map(|withdrawn| withdrawn.day),
        }
    }

    /// Last day of the paper that ends first; nothing for who needs none here.
    #[must_use]
    pub fn papers_until(&self) -> Option<Date> {
        let expert = self.expert.as_ref().map(|expert| expert.until);
        let agency =
            self.agency.as_ref().map(|agency| agency.licensed_until.min(agency.contract_until));
        expert.into_iter().chain(agency).min()
    }

    /// The telephone that is called in an emergency, where it is on that list.
    #[must_use]
    pub fn emergency_phone(&self) -> Option<&str> {
        self.is_emergency.then_some(self.reach.emergency_phone.as_str())
    }
}

impl Directory {
    /// The area that it is for.
    #[must_use]
    pub const fn area(&self) -> &UnitId {
        &self.area
    }

    /// Whether it is for the whole city.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Its entries, in order of their ids.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How much its word on one of its entries weighs beside another directory's word on the same
    /// unit: the city's withdrawal before all, then a district's own; then what both commissions
    /// signed before what a district says itself; then who verified last.
    #[must_use]
    pub fn weight(&self, entry: &Entry) -> (u8, Date) {
        let rank = match (self.level, entry.withdrawn.is_some()) {
            (Level::City, true) => 3,
            (Level::Own, true) => 2,
            (Level::City | Level::District, _) => 1,
            (Level::Own, false) => 0,
        };
        (rank, entry.verified)
    }

    /// The hub that serves an entry of it.
    #[must_use]
    pub fn relay<'d>(&'d self, entry: &'d Entry) -> &'d UnitId {
        entry.relay.as_ref().unwrap_or(&self.area)
    }

    /// The entry of an id.
    #[must_use]
    pub fn find(&self, id: &UnitId) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == *id)
    }
}
