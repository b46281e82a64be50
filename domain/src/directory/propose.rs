//! Proposals: who may take a child, free places first, and how old that knowledge is.

use std::cmp::Reverse;

use jiff::civil::Date;

use super::words::{Care, Level};
use super::{Directory, Entry, ROOM_DAYS};
use crate::unit::UnitId;

/// Where a school lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The school.
    pub school: UnitId,
    /// Its town's and its district's hubs.
    pub areas: Vec<UnitId>,
}

/// Whom a school looks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Where the school lies.
    pub place: &'a Place,
    /// Today.
    pub today: Date,
    /// Services of which one is wanted.
    pub care: &'a [Care],
    /// Age of the child, where it is known.
    pub age: Option<u8>,
}

/// How closely an entry belongs to a school.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pairing {
    /// It is paired with this school.
    School,
    /// It is paired with the school's town or district.
    Area,
    /// It is paired with nobody and serves the whole area.
    Whole,
}

/// What is known of an entry's places on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoomRank {
    /// Some are free.
    Free,
    /// Nothing was told, or too long ago.
    Unknown,
    /// None is free.
    Full,
}

/// Somebody who may take a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal<'d> {
    /// Who.
    pub entry: &'d Entry,
    /// What is known of free places.
    pub rank: RoomRank,
    /// How closely it belongs to the school.
    pub pairing: Pairing,
}

impl Entry {
    /// Days since its places were told; nothing where they never were.
    #[must_use]
    pub fn room_days(&self, today: Date) -> Option<u32> {
        let told = self.room?.told;
        let days = (today - told).get_days();
        Some(u32::try_from(days).unwrap_or(0))
    }

    /// What is known of its places on a day.
    #[must_use]
    pub fn room_rank(&self, today: Date) -> RoomRank {
        let fresh = self.room_days(today).is_some_and(|days| days <= ROOM_DAYS);
        match self.room.filter(|_| fresh) {
            Some(room) if room.places > 0 => RoomRank::Free,
            Some(_) => RoomRank::Full,
            None => RoomRank::Unknown,
        }
    }

    /// Whether it takes a child of an age; who says nothing of ages takes all, and of unknown age
    /// is nobody refused.
    #[must_use]
    pub fn takes_age(&self, age: Option<u8>) -> bool {
        match (self.ages, age) {
            (Some((from, to)), Some(age)) => (from..=to).contains(&age),
            _ => true,
        }
    }
}

impl Directory {
    /// How closely an entry of this directory belongs to a school; nothing where it does not.
    #[must_use]
    pub fn pairing(&self, entry: &Entry, place: &Place) -> Option<Pairing> {
        let is_ours = |area: &UnitId| place.areas.contains(area);
        // Whatever a district writes itself is for its own schools.
        if self.level == Level::Own && !is_ours(&self.area) {
            return None;
        }
        if entry.schools.contains(&place.school) {
            return Some(Pairing::School);
        }
        if entry.areas.iter().any(is_ours) {
            return Some(Pairing::Area);
        }
        let is_for_all = entry.schools.is_empty() && entry.areas.is_empty();
        let is_here = self.level == Level::City || is_ours(&self.area);
        (is_for_all && is_here).then_some(Pairing::Whole)
    }

    /// Who of it may take a child, the likeliest first: free places, then who is paired most
    /// closely, then the latest word on places.
    #[must_use]
    pub fn propose(&self, asked: Asked<'_>) -> Vec<Proposal<'_>> {
        let fits = |entry: &&Entry| {
            entry.bar(asked.today).is_none()
                && entry.takes_age(asked.age)
                && entry.care.iter().any(|care| asked.care.contains(care))
        };
        let of = |entry| {
            let pairing = self.pairing(entry, asked.place)?;
            Some(Proposal { entry, rank: entry.room_rank(asked.today), pairing })
        };
        let mut found: Vec<_> = self.entries.iter().filter(fits).filter_map(of).collect();
        found.sort_by_key(Proposal::order);
        found
    }
}

impl Proposal<'_> {
    /// Where it stands among others, also of other directories.
    #[must_use]
    pub fn order(&self) -> (RoomRank, Pairing, Reverse<Option<Date>>, UnitId) {
        let told = self.entry.room.map(|room| room.told);
        (self.rank, self.pairing, Reverse(told), self.entry.id.clone())
    }
}
