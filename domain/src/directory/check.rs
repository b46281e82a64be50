//! What a directory has to say before anybody signs it, and what a day makes wrong with it.
//!
//! Form does not depend on the day, so that what was signed stays readable; that a licence has
//! ended does, and keeps an entry from being published and from being chosen.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::words::{Bar, Care, EntryKind, Field, Level, Wrong};
use super::{Directory, ENTRIES_MAX, Entry};
use crate::catalogue::{Flaw, FlawKind};
use crate::ledger::Word as _;
use crate::unit::UnitId;

/// Longest name, number or address in characters.
const TEXT_CHARS_MAX: usize = 120;
/// Longest text of a key statement in bytes.
pub(super) const STATEMENT_BYTES_MAX: usize = 32 * 1024;
/// Digits below which a number is no telephone: 110 has three.
const PHONE_DIGITS_MIN: usize = 3;
/// Oldest age that may be written.
const AGE_MAX: u8 = 30;

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub field: Field,
    /// What.
    pub wrong: Wrong,
}

/// What a day makes wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which entry.
    pub id: UnitId,
    /// What.
    pub fault: Fault,
}

impl Fault {
    /// Names a fault.
    #[must_use]
    pub const fn new(field: Field, wrong: Wrong) -> Self {
        Self { field, wrong }
    }

    /// The same as a flaw of a pack; what was found is told where it is at hand.
    #[must_use]
    pub fn flaw(self, found: &str) -> Flaw {
        let kind = match self.wrong {
            Wrong::Missing => FlawKind::Missing,
            Wrong::Twice => FlawKind::Duplicate,
            Wrong::KindWord | Wrong::ServiceWord => FlawKind::Unknown,
            Wrong::AgeRange | Wrong::DayOrder | Wrong::Long => FlawKind::Range,
            Wrong::DayForm
            | Wrong::NumberForm
            | Wrong::PhoneForm
            | Wrong::UnitForm
            | Wrong::YesNo => FlawKind::Form,
            _ => FlawKind::Conflict,
        };
        Flaw::new(kind, self.field.as_str(), found, self.wrong.label().1)
    }
}

impl Directory {
    /// A directory of entries, each sound by itself and there once.
    ///
    /// # Errors
    /// The first entry that is not, with its fault; or too many.
    pub fn new(
        area: UnitId,
        level: Level,
        mut entries: Vec<Entry>,
    ) -> Result<Self, (UnitId, Fault)> {
        if entries.is_empty() || entries.len() > ENTRIES_MAX {
            let wrong = if entries.is_empty() { Wrong::Missing } else { Wrong::Long };
            return Err((area, Fault::new(Field::Id, wrong)));
        }
        let mut seen = BTreeSet::new();
        for entry in &entries {
            let sound = match seen.insert(entry.id.clone()) {
                true => entry.check().and_then(|()| entry.check_own(&area, level)),
                false => Err(Fault::new(Field::Id, Wrong::Twice)),
            };
            sound.map_err(|fault| (entry.id.clone(), fault))?;
        }
        entries.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self { area, level, entries, keys: Vec::new() })
    }

    /// What keeps this directory from being published on a day: entries that nobody could choose
    /// and that are not withdrawn, and days that have not come. One that begins later may stand
    /// in it.
    #[must_use]
    pub fn problems(&self, today: Date) -> Vec<Problem> {
        self.entries
            .iter()
            .flat_map(|entry| entry.problems(today).into_iter().map(move |fault| (entry, fault)))
            .map(|(entry, fault)| Problem { id: entry.id.clone(), fault })
            .collect()
    }
}

impl Entry {
    /// Whether it is sound by itself, whatever the day.
    ///
    /// # Errors
    /// Its first fault.
    pub fn check(&self) -> Result<(), Fault> {
        self.faults().first().map_or(Ok(()), |fault| Err(*fault))
    }

    /// All that is wrong with it by itself, whatever the day.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut found = self.text_faults();
        found.extend(self.check_services().err());
        if self.ages.is_some_and(|(from, to)| from > to || to > AGE_MAX) {
            found.push(Fault::new(Field::AgeTo, Wrong::AgeRange));
        }
        found.extend(check_phone(Field::Phone, &self.reach.phone).err());
        found.extend(self.emergency_faults());
        if self.valid.1 < self.valid.0 {
            found.push(Fault::new(Field::ValidTo, Wrong::DayOrder));
        }
        found.extend(self.paper_faults());
        found
    }

    /// What a district publishes without the commissions is bound to it: entries for which
    /// education alone stands, for its own area, served by its own hub or a town's.
    fn check_own(&self, area: &UnitId, level: Level) -> Result<(), Fault> {
        if level != Level::Own {
            return Ok(());
        }
        let own = [EntryKind::Expert, EntryKind::Agency, EntryKind::Centre, EntryKind::Education];
        if !own.contains(&self.kind) {
            return Err(Fault::new(Field::Kind, Wrong::OwnKind));
        }
        if !self.areas.iter().all(|unit| is_within(unit, area)) {
            return Err(Fault::new(Field::Areas, Wrong::OwnArea));
        }
        match self.relay.iter().all(|unit| is_within(unit, area)) {
            true => Ok(()),
            false => Err(Fault::new(Field::Relay, Wrong::OwnArea)),
        }
    }

    fn text_faults(&self) -> Vec<Fault> {
        let reach = &self.reach;
        let needed = [(Field::NameZh, &self.label.zh), (Field::NameEn, &self.label.en)];
        let free = [(Field::Address, &reach.address), (Field::Hours, &reach.hours)];
        let needed = needed.into_iter().filter_map(|(field, text)| check_needed(field, text).err());
        let free = free.into_iter().filter_map(|(field, text)| check_text(field, text).err());
        let mut found: Vec<Fault> = needed.chain(free).collect();
        if let Some(withdrawn) = &self.withdrawn {
            found.extend(check_needed(Field::WithdrawnWhy, &withdrawn.reason).err());
        }
        if self.statement.len() > STATEMENT_BYTES_MAX {
            found.push(Fault::new(Field::Statement, Wrong::Long));
        }
        found
    }

    fn check_services(&self) -> Result<(), Fault> {
        let is_expert = self.kind == EntryKind::Expert;
        let (own, other) = match is_expert {
            true => (self.expertise.len(), self.care.len()),
            false => (self.care.len(), self.expertise.len()),
        };
        if other > 0 {
            return Err(Fault::new(Field::Services, Wrong::ServiceWord));
        }
        if own == 0 {
            return Err(Fault::new(Field::Services, Wrong::Missing));
        }
        let care: BTreeSet<_> = self.care.iter().collect();
        let expertise: BTreeSet<_> = self.expertise.iter().collect();
        if care.len() + expertise.len() < own {
            return Err(Fault::new(Field::Services, Wrong::Twice));
        }
        Ok(())
    }

    /// Whoever is on the list is rung at night with a child in danger.
    fn emergency_faults(&self) -> Vec<Fault> {
        let (reach, mut found) = (&self.reach, Vec::new());
        if !self.is_emergency {
            if !reach.emergency_phone.is_empty() {
                found.push(Fault::new(Field::EmergencyPhone, Wrong::Unfit));
            }
            return found;
        }
        if self.kind != EntryKind::Clinic || !self.care.contains(&Care::Emergency) {
            found.push(Fault::new(Field::Emergency, Wrong::ClinicOnly));
        }
        if !reach.is_round_the_clock {
            found.push(Fault::new(Field::RoundTheClock, Wrong::NotAlways));
        }
        found.extend(check_phone(Field::EmergencyPhone, &reach.emergency_phone).err());
        found
    }

    fn paper_faults(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        match (&self.expert, self.kind) {
            (None, EntryKind::Expert) => {
                found.push(Fault::new(Field::Registration, Wrong::Missing));
            }
            (Some(expert), EntryKind::Expert) => {
                found.extend(check_needed(Field::Speciality, &expert.speciality).err());
                found.extend(check_needed(Field::Registration, &expert.registration).err());
            }
            (Some(_), _) => found.push(Fault::new(Field::Registration, Wrong::Unfit)),
            (None, _) => {}
        }
        match (&self.agency, self.kind) {
            (None, EntryKind::Agency) => found.push(Fault::new(Field::Licence, Wrong::Missing)),
            (Some(agency), EntryKind::Agency) => {
                found.extend(check_needed(Field::Licence, &agency.licence).err());
                found.extend(check_needed(Field::Contract, &agency.contract).err());
            }
            (Some(_), _) => found.push(Fault::new(Field::Licence, Wrong::Unfit)),
            (None, _) => {}
        }
        found
    }

    /// What a day makes wrong with it; nothing of one that is withdrawn.
    fn problems(&self, today: Date) -> Vec<Fault> {
        let mut found = match self.bar(today) {
            Some(Bar::Withdrawn) => return Vec::new(),
            Some(Bar::Over) => vec![Fault::new(Field::ValidTo, Wrong::Over)],
            Some(Bar::Papers) => self.ended_papers(today),
            Some(Bar::Stale) => vec![Fault::new(Field::Verified, Wrong::Stale)],
            Some(Bar::Early) | None => Vec::new(),
        };
        let told = [
            (Field::Verified, Some(self.verified)),
            (Field::PlacesOn, self.room.map(|room| room.told)),
            (Field::Checked, self.agency.as_ref().map(|agency| agency.checked)),
        ];
        let ahead = told.into_iter().filter(|(_, day)| day.is_some_and(|day| today < day));
        found.extend(ahead.map(|(field, _)| Fault::new(field, Wrong::Future)));
        found
    }

    fn ended_papers(&self, today: Date) -> Vec<Fault> {
        let agency = self.agency.as_ref();
        let papers = [
            (Field::RegisteredTo, self.expert.as_ref().map(|expert| expert.until)),
            (Field::LicensedTo, agency.map(|agency| agency.licensed_until)),
            (Field::ContractTo, agency.map(|agency| agency.contract_until)),
        ];
        let ended = papers.into_iter().filter(|(_, day)| day.is_some_and(|day| day < today));
        ended.map(|(field, _)| Fault::new(field, Wrong::Over)).collect()
    }
}

/// Whether a unit is a district or one of its towns: a town's code begins with its district's.
pub(super) fn is_within(unit: &UnitId, area: &UnitId) -> bool {
    unit == area || (unit.division_digits() == Some(9) && unit.as_str().starts_with(area.as_str()))
}

fn check_needed(field: Field, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new(field, Wrong::Missing));
    }
    check_text(field, text)
}

fn check_text(field: Field, text: &str) -> Result<(), Fault> {
    if text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Fault::new(field, Wrong::Long));
    }
    Ok(())
}

fn check_phone(field: Field, text: &str) -> Result<(), Fault> {
    check_needed(field, text)?;
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits < PHONE_DIGITS_MIN { Err(Fault::new(field, Wrong::PhoneForm)) } else { Ok(()) }
}
