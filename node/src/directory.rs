//! Directories in force at this school: to whom it may turn with a child, and to whom it may seal.
//!
//! All of it is in signed packs of `transfer.db`; key statements, of entries and beside them, are
//! verified here, by the pinned roots. A later directory changes who may be chosen from now on and
//! no referral that has its recipient: that one keeps id, name and telephone as the family was told
//! them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use certs::root::{Commission, RootCertificate};
use certs::statement::{Purpose, SignedStatement, VerifiedStatement, verify};
use domain::directory::{
    Asked, Bar, Care, Directory, Entry, EntryKind, KeyBeside, Level, Pairing, Place, Proposal,
};
use domain::unit::UnitId;
use jiff::Timestamp;
use jiff::civil::Date;
use proto::pack::{Pack, PackKind};
use runtime::clock::date_of;
use runtime::sealing::Pins;
use runtime::sql::{SqlError, Tx};

use crate::ledger::agency_listed::ListedAgency;
use crate::transfer::Transfer;
use crate::transfer::directive::{self, Stored};

/// What key statements are judged by.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The pinned roots and the city.
    pub pins: Pins,
    /// Now.
    pub now: Timestamp,
    /// The school's town and district: what another district publishes itself is not for it.
    pub areas: Vec<UnitId>,
}

/// A recipient to whom something can be sent sealed.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// What the directory says of it.
    pub entry: Entry,
    /// Why nothing new may go to it; a withdrawal of what it holds still may.
    pub bar: Option<Bar>,
    /// The hub that serves it.
    pub relay: UnitId,
    /// Its key statement as it travelled.
    pub signed: SignedStatement,
    /// Its key for referrals, verified under every pinned root.
    pub statement: VerifiedStatement,
}

/// A key statement that came beside the entries of a directory: a relay's, or that of a school or
/// another who has no entry.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The hub that serves the unit; a relay itself.
    pub relay: UnitId,
    /// The statement as it travelled.
    pub signed: SignedStatement,
    /// The same, verified under every pinned root.
    pub statement: VerifiedStatement,
}

/// How a unit is listed, whether or not a key of it is stated.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which unit.
    pub unit: UnitId,
    /// What sort it is.
    pub kind: EntryKind,
    /// Its Chinese name.
    pub name: String,
    /// The hub that serves it.
    pub relay: UnitId,
    /// Why it may not be chosen.
    pub bar: Option<Bar>,
}

/// A directory that is in force.
#[derive(Clone, Debug)]
pub struct Known {
    /// What it says.
    pub directory: Directory,
    /// Its serial.
    pub serial: u64,
    /// Its version, for people.
    pub version: String,
    /// First day in force.
    pub from: Date,
}

/// Every directory in force, the nearest first.
#[derive(Clone, Debug, Default)]
pub struct Directories {
    all: Vec<Known>,
    place: Option<Place>,
    sealable: BTreeSet<UnitId>,
    is_signed_by_health: bool,
}

/// The recipient of an id with its key, as the directories in force on this day have it; nothing
/// where none lists it or no statement of it holds. `tx` is one of `transfer.db`.
///
/// # Errors
/// The store cannot be read.
pub fn recipient(tx: &Tx<'_>, judge: &Judge, unit: &UnitId) -> Result<Option<Recipient>, SqlError> {
    Ok(of_unit(&known(tx, date_of(judge.now), &judge.areas)?, judge, unit))
}

/// Every recipient to whom something can be sent sealed, in order of ids. `tx` is one of
/// `transfer.db`.
///
/// # Errors
/// The store cannot be read.
pub fn recipients(tx: &Tx<'_>, judge: &Judge) -> Result<Vec<Recipient>, SqlError> {
    let known = known(tx, date_of(judge.now), &judge.areas)?;
    Ok(listed(&known).into_iter().filter_map(|id| of_unit(&known, judge, id)).collect())
}

/// Statements beside the entries that hold and are not among those that are `kept` already, each
/// with its digest and hub. Who has an entry is stated there alone; and a district takes nobody
/// whom the commissions say that another hub serves. `tx` is one of `transfer.db`.
///
/// # Errors
/// The store cannot be read.
pub fn beside(
    tx: &Tx<'_>,
    judge: &Judge,
    kept: &BTreeSet<(String, String)>,
) -> Result<Vec<Beside>, SqlError> {
    let known = known(tx, date_of(judge.now), &judge.areas)?;
    let entries = listed(&known);
    let (own, both): (Vec<&Known>, Vec<&Known>) =
        known.iter().partition(|one| one.directory.level() == Level::Own);
    let mut served: BTreeMap<&UnitId, &UnitId> = BTreeMap::new();
    for one in &both {
        let directory = &one.directory;
        served.extend(directory.keys().iter().map(|key| (&key.unit, directory.key_relay(key))));
    }
    let mut found = Vec::new();
    for one in own.into_iter().chain(both) {
        let is_own = one.directory.level() == Level::Own;
        for key in one.directory.keys() {
            let relay = one.directory.key_relay(key);
            let is_others = is_own && served.get(&key.unit).is_some_and(|by| *by != relay);
            if !is_others && !entries.contains(&key.unit) {
                found.extend(held_beside((key, relay), judge, kept));
            }
        }
    }
    Ok(found)
}

/// A statement beside the entries, where it is its unit's own, holds and is not kept yet.
fn held_beside(
    (key, relay): (&KeyBeside, &UnitId),
    judge: &Judge,
    kept: &BTreeSet<(String, String)>,
) -> Option<Beside> {
    let signed = SignedStatement::from_pem(key.statement.as_bytes()).ok()?;
    let says = signed.unverified().ok()?;
    let relay = match says.purpose {
        Purpose::Relay => key.unit.clone(),
        Purpose::Referral => relay.clone(),
        _ => return None,
    };
    // Verifying costs more than all else of this.
    if says.unit != key.unit || kept.contains(&(signed.digest().to_string(), relay.to_string())) {
        return None;
    }
    let statement = verify(&signed, &judge.pins.roots, &judge.pins.zone, judge.now).ok()?;
    Some(Beside { relay, signed, statement })
}

/// Units to which nothing new may be sent sealed: withdrawn, not in force, or without a paper that
/// holds, whether or not a key is still stated. Who was only not verified for long is who it was;
/// pages say so. `tx` is one of `transfer.db`.
///
/// # Errors
/// The store cannot be read.
pub fn barred(tx: &Tx<'_>, judge: &Judge) -> Result<Vec<UnitId>, SqlError> {
    let today = date_of(judge.now);
    let known = known(tx, today, &judge.areas)?;
    let is_barred = |id: &&UnitId| {
        let bar = newest(&known, id).and_then(|(_, entry)| entry.bar(today));
        bar.is_some_and(|bar| bar != Bar::Stale)
    };
    Ok(listed(&known).into_iter().filter(is_barred).cloned().collect())
}

/// Agencies that are listed for a school, in order of ids. `tx` is one of `transfer.db`.
///
/// # Errors
/// The store cannot be read.
pub fn agencies(tx: &Tx<'_>, today: Date, place: &Place) -> Result<Vec<ListedAgency>, SqlError> {
    let known = known(tx, today, &place.areas)?;
    let of_school = |id: &UnitId| {
        let (one, entry) = newest(&known, id).filter(|(_, e)| e.kind == EntryKind::Agency)?;
        one.directory.pairing(entry, place)?;
        Some(ListedAgency { unit: entry.id.clone(), validity: entry.validity() })
    };
    Ok(listed(&known).into_iter().filter_map(of_school).collect())
}

/// How everybody is listed for a school in these areas, by the word on each that counts. `tx` is
/// one of `transfer.db`.
///
/// # Errors
/// The store cannot be read.
pub fn all_listed(tx: &Tx<'_>, today: Date, areas: &[UnitId]) -> Result<Vec<Listed>, SqlError> {
    let known = known(tx, today, areas)?;
    let of = |unit: &UnitId| {
        let (near, entry) = newest(&known, unit)?;
        Some(Listed {
            unit: unit.clone(),
            kind: entry.kind,
            name: entry.label.zh.clone(),
            relay: near.directory.relay(entry).clone(),
            bar: entry.bar(today),
        })
    };
    Ok(listed(&known).into_iter().filter_map(of).collect())
}

/// Everybody who is listed, in order of ids.
fn listed(known: &[Known]) -> BTreeSet<&UnitId> {
    known.iter().flat_map(|one| one.directory.entries()).map(|entry| &entry.id).collect()
}

/// The word on a unit that counts: the one that weighs most.
fn newest<'k>(known: &'k [Known], unit: &UnitId) -> Option<(&'k Known, &'k Entry)> {
    let of = |one: &'k Known| Some((one, one.directory.find(unit)?));
    known.iter().filter_map(of).max_by_key(|(one, entry)| one.directory.weight(entry))
}

fn of_unit(known: &[Known], judge: &Judge, unit: &UnitId) -> Option<Recipient> {
    let (newest, entry) = newest(known, unit)?;
    let entries = known.iter().filter_map(|one| one.directory.find(unit));
    let (signed, statement) = statement(entries, judge)?;
    let bar = entry.bar(date_of(judge.now));
    let relay = newest.directory.relay(entry).clone();
    Some(Recipient { entry: entry.clone(), bar, relay, signed, statement })
}

/// Of the statements that hold, the one that begins last: a lost key is withdrawn by a newer one.
fn statement<'e>(
    entries: impl Iterator<Item = &'e Entry>,
    judge: &Judge,
) -> Option<(SignedStatement, VerifiedStatement)> {
    let held = entries.filter_map(|entry| {
        let signed = SignedStatement::from_pem(entry.statement.as_bytes()).ok()?;
        let held = verify(&signed, &judge.pins.roots, &judge.pins.zone, judge.now).ok()?;
        let says = held.statement();
        let is_own = says.unit == entry.id && says.purpose == Purpose::Referral;
        is_own.then_some((signed, held))
    });
    held.max_by_key(|(_, held)| held.statement().valid_from)
}

fn known(tx: &Tx<'_>, today: Date, areas: &[UnitId]) -> Result<Vec<Known>, SqlError> {
    let stored = directive::all_in_force(tx, PackKind::Directory.as_str(), today)?;
    let is_for_us =
        |one: &Known| one.directory.level() != Level::Own || areas.contains(one.directory.area());
    Ok(stored.iter().filter_map(open).filter(is_for_us).collect())
}

fn open(stored: &Stored) -> Option<Known> {
    let content = stored.content().ok()?;
    match proto::pack::read(PackKind::Directory, &stored.name, &content) {
        Ok(Pack::Directory(directory)) => Some(Known {
            directory: *directory,
            serial: stored.serial,
            version: stored.version.clone(),
            from: stored.effective_from,
        }),
        _ => {
            tracing::warn!(name = %stored.name, "stored directory not readable");
            None
        }
    }
}

impl Directories {
    /// The directories in force for a school.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(tx: &Tx<'_>, judge: &Judge, place: Place) -> Result<Self, SqlError> {
        let mut all = known(tx, date_of(judge.now), &place.areas)?;
        all.sort_by_key(|one| {
            let is_far = !place.areas.contains(one.directory.area());
            (is_far, one.directory.level() != Level::City, one.directory.area().clone())
        });
        let ids: BTreeSet<&UnitId> =
            all.iter().flat_map(|one| one.directory.entries()).map(|entry| &entry.id).collect();
        let holds = |id: &UnitId| {
            let entries = all.iter().filter_map(|one| one.directory.find(id));
            statement(entries, judge).is_some()
        };
        let sealable = ids.into_iter().filter(|id| holds(id)).cloned().collect();
        let is_health = |root: &RootCertificate| root.commission() == Some(Commission::Health);
        let is_signed_by_health = judge.pins.roots.iter().any(is_health);
        Ok(Self { all, place: Some(place), sealable, is_signed_by_health })
    }

    /// Each directory, the nearest first.
    #[must_use]
    pub fn all(&self) -> &[Known] {
        &self.all
    }

    /// Whether health's root is pinned, and so signed all of it.
    #[must_use]
    pub const fn is_signed_by_health(&self) -> bool {
        self.is_signed_by_health
    }

    /// Every entry once, as the word on it that counts has it.
    #[must_use]
    pub fn entries(&self) -> Vec<&Entry> {
        let mut seen = BTreeSet::new();
        let entries = self.all.iter().flat_map(|one| one.directory.entries());
        let ids = entries.map(|entry| &entry.id).filter(|id| seen.insert(*id));
        ids.filter_map(|id| self.find(id)).collect()
    }

    /// The entry of an id, as the word on it that counts has it.
    #[must_use]
    pub fn find(&self, id: &UnitId) -> Option<&Entry> {
        self.word_on(id).map(|(_, entry)| entry)
    }

    /// A withdrawal by the city or by the school's own district counts before all; else what both
    /// commissions signed, the nearest of several, before what the district says itself.
    fn word_on(&self, id: &UnitId) -> Option<(&Known, &Entry)> {
        let all = self.all.iter().filter_map(|one| Some((one, one.directory.find(id)?)));
        // Of equal ones the first is taken, and the nearest stands first.
        all.min_by_key(|(one, entry)| Reverse(one.directory.weight(entry).0))
    }

    /// Whether something can be sent sealed to a unit.
    #[must_use]
    pub fn seals_to(&self, id: &UnitId) -> bool {
        self.sealable.contains(id)
    }

    /// How closely an entry belongs to this school; nothing where it is another area's.
    #[must_use]
    pub fn pairing(&self, entry: &Entry) -> Option<Pairing> {
        let place = self.place.as_ref()?;
        let (known, _) = self.word_on(&entry.id)?;
        known.directory.pairing(entry, place)
    }

    /// Who may take a child with one of these needs, the likeliest first.
    #[must_use]
    pub fn propose(&self, care: &[Care], age: Option<u8>, today: Date) -> Vec<Proposal<'_>> {
        let Some(place) = &self.place else { return Vec::new() };
        let asked = Asked { place, today, care, age };
        // Who stands in two directories is proposed as the nearest one has it.
        let is_nearest =
            |one: &Proposal<'_>| self.find(&one.entry.id).is_some_and(|near| near == one.entry);
        let all = self.all.iter().flat_map(|one| one.directory.propose(asked));
        let mut found: Vec<Proposal<'_>> = Vec::new();
        for one in all.filter(is_nearest) {
            if !found.iter().any(|known| known.entry.id == one.entry.id) {
                found.push(one);
            }
        }
        found.sort_by_key(Proposal::order);
        found
    }

    /// Hospitals on the emergency list that are for this school, the nearest first.
    #[must_use]
    pub fn emergency(&self, today: Date) -> Vec<&Entry> {
        let proposed = self.propose(&[Care::Emergency], None, today).into_iter();
        let mut listed: Vec<_> = proposed.filter(|one| one.entry.is_emergency).collect();
        // Nobody is asked for a place in an emergency: a hospital may not refuse.
        listed.sort_by_key(|one| one.pairing);
        listed.into_iter().map(|one| one.entry).collect()
    }
}

/// The directories as they were last read: verifying statements costs more than a page that asks.
#[derive(Debug, Default)]
pub(crate) struct LastDirectories(Mutex<Option<LastRead>>);

#[derive(Debug)]
struct LastRead {
    read_on: Date,
    last_directive: Option<i64>,
    directories: Arc<Directories>,
}

impl LastDirectories {
    /// As [`Directories::load`], and again only on another day or once another directive came
    /// down.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn load(
        &self,
        transfer: &Transfer,
        (judge, place): (Judge, Place),
    ) -> Result<Arc<Directories>, SqlError> {
        let (today, last_directive) = (date_of(judge.now), transfer.read(directive::last)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*kept
            && (last.read_on, last.last_directive) == (today, last_directive)
        {
            return Ok(Arc::clone(&last.directories));
        }
        let read = transfer.read(move |tx| Directories::load(tx, &judge, place))?;
        let directories = Arc::new(read);
        let copy = Arc::clone(&directories);
        *kept = Some(LastRead { read_on: today, last_directive, directories: copy });
        Ok(directories)
    }
}

#[cfg(test)]
pub(crate) mod tests;
