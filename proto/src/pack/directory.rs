//! Directory packs: to whom the schools of an area may turn with a child, and under which keys.
//!
//! Offices keep a directory as a table; what both commissions sign is this text, which the hub's
//! program makes of it. The pack's name is the area's id, so that each area has one directory whose
//! serial only rises. What a district publishes itself has a name of its own, so that it takes the
//! place of nothing that both signed. Key statements travel as texts, of entries and of relays and
//! schools beside them: whoever seals verifies them.

use std::collections::BTreeSet;

use domain::catalogue::{Flaw, FlawKind, Label};
use domain::directory::{
    Agency, Care, Directory, Entry, EntryKind, Expert, Fault, Field, KeyBeside, Level, Reach, Room,
    Withdrawal, Wrong,
};
use domain::ledger::Word;
use domain::ledger::words::Service;
use domain::unit::UnitId;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{PackError, check_schema, parse};

/// Form of directory packs that this version reads.
pub const SCHEMA: &str = "directory/1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDirectory {
    schema: String,
    area: String,
    level: String,
    #[serde(rename = "entry", default)]
    entries: Vec<RawEntry>,
    #[serde(rename = "key", default, skip_serializing_if = "Vec::is_empty")]
    keys: Vec<RawKey>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    unit: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    relay: String,
    statement: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    id: String,
    kind: String,
    zh: String,
    en: String,
    services: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ages: Option<[u8; 2]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    areas: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    schools: Vec<String>,
    phone: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    address: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    hours: String,
    #[serde(default, skip_serializing_if = "is_no")]
    round_the_clock: bool,
    #[serde(default, skip_serializing_if = "is_no")]
    emergency: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    emergency_phone: String,
    valid_from: String,
    valid_to: String,
    verified: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    relay: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    statement: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    room: Option<RawRoom>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawn: Option<RawWithdrawal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expert: Option<RawExpert>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agency: Option<RawAgency>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRoom {
    places: u32,
    told: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWithdrawal {
    day: String,
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExpert {
    speciality: String,
    registration: String,
    until: String,
    load: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgency {
    licence: String,
    licensed_until: String,
    checked: String,
    contract: String,
    contract_until: String,
}

// What serde asks for takes a reference.
fn is_no(value: &bool) -> bool {
    !*value
}

/// How the name of a pack begins that a district publishes itself.
const OWN: &str = "own-";

/// The name of a directory's pack.
#[must_use]
pub fn name(area: &UnitId, level: Level) -> String {
    match level {
        Level::Own => [OWN, area.as_str()].concat(),
        Level::City | Level::District => area.to_string(),
    }
}

/// The district whose hub alone signs a pack of this kind and name; nothing where the commissions
/// do.
#[must_use]
pub fn district_of(kind: &str, name: &str) -> Option<UnitId> {
    let area = name.strip_prefix(OWN).filter(|_| kind == super::PackKind::Directory.as_str())?;
    area.parse::<UnitId>().ok().filter(|unit| unit.division_digits() == Some(6))
}

/// Reads a directory; the pack's name must be its area's, and say who publishes it.
///
/// # Errors
/// A form that is not [`SCHEMA`]'s, another name, or the first mistake of an entry.
pub fn read(pack: &str, bytes: &[u8]) -> Result<Directory, PackError> {
    let directory = read_unnamed(bytes)?;
    if name(directory.area(), directory.level()) == pack {
        return Ok(directory);
    }
    let expected = format!("the pack's name, {pack}");
    let flaw = Flaw::new(FlawKind::Conflict, "area", directory.area().as_str(), expected);
    Err(PackError::content(pack, flaw))
}

/// Reads a directory under the area that its text gives itself.
///
/// # Errors
/// As [`read`], but for the name.
pub fn read_unnamed(bytes: &[u8]) -> Result<Directory, PackError> {
    let raw: RawDirectory = parse("directory", bytes)?;
    let pack = raw.area.clone();
    check_schema(&pack, &raw.schema, SCHEMA)?;
    let refused = |flaw| PackError::content(&pack, flaw);
    let area = unit("area", &raw.area).map_err(refused)?;
    let level = Level::from_word(&raw.level);
    let level = level.ok_or_else(|| {
        refused(Flaw::new(FlawKind::Unknown, "level", &*raw.level, "city, district or own"))
    })?;
    let read = |raw: RawEntry| {
        let id = raw.id.clone();
        entry(raw).map_err(|flaw| refused(flaw.within(&format!("entry {id}"))))
    };
    let entries = raw.entries.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let unsound = |part: &str, id: &UnitId, fault: Fault| {
        let found = if fault.wrong == Wrong::Missing { "nothing" } else { "what stands there" };
        refused(fault.flaw(found).within(&format!("{part} {id}")))
    };
    let directory =
        Directory::new(area, level, entries).map_err(|(id, fault)| unsound("entry", &id, fault))?;
    let keys = raw.keys.into_iter().map(key_beside).collect::<Result<Vec<_>, _>>();
    directory
        .with_keys(keys.map_err(refused)?)
        .map_err(|(unit, fault)| unsound("key", &unit, fault))
}

fn key_beside(raw: RawKey) -> Result<KeyBeside, Flaw> {
    Ok(KeyBeside {
        unit: unit("unit", &raw.unit)?,
        relay: relay(&raw.relay)?,
        statement: raw.statement,
    })
}

fn relay(text: &str) -> Result<Option<UnitId>, Flaw> {
    if text.is_empty() { Ok(None) } else { unit("relay", text).map(Some) }
}

/// Writes a directory as the text of its pack; reading it gives the same again.
///
/// # Errors
/// None for directories that this version can read.
pub fn write(directory: &Directory) -> Result<String, PackError> {
    let raw = RawDirectory {
        schema: SCHEMA.to_owned(),
        area: directory.area().to_string(),
        level: directory.level().as_str().to_owned(),
        entries: directory.entries().iter().map(RawEntry::from).collect(),
        keys: directory.keys().iter().map(RawKey::from).collect(),
    };
    toml::to_string(&raw).map_err(|error| PackError::Form {
        pack: directory.area().to_string(),
        line: 0,
        key: String::new(),
        message: error.to_string(),
    })
}

fn entry(raw: RawEntry) -> Result<Entry, Flaw> {
    let kind = EntryKind::from_word(&raw.kind);
    let kind = kind.ok_or_else(|| Fault::new(Field::Kind, Wrong::KindWord).flaw(&raw.kind))?;
    let (mut care, mut expertise) = (Vec::new(), Vec::new());
    for word in &raw.services {
        let wrong = || Fault::new(Field::Services, Wrong::ServiceWord).flaw(word);
        match kind {
            EntryKind::Expert => expertise.push(Service::from_word(word).ok_or_else(wrong)?),
            _ => care.push(Care::from_word(word).ok_or_else(wrong)?),
        }
    }
    Ok(Entry {
        id: unit("id", &raw.id)?,
        kind,
        label: Label { zh: raw.zh, en: raw.en },
        care,
        expertise,
        ages: raw.ages.map(|[from, to]| (from, to)),
        areas: units(Field::Areas, &raw.areas)?,
        schools: units(Field::Schools, &raw.schools)?,
        reach: Reach {
            phone: raw.phone,
            address: raw.address,
            hours: raw.hours,
            is_round_the_clock: raw.round_the_clock,
            emergency_phone: raw.emergency_phone,
        },
        is_emergency: raw.emergency,
        room: raw.room.as_ref().map(room).transpose()?,
        valid: (day(Field::ValidFrom, &raw.valid_from)?, day(Field::ValidTo, &raw.valid_to)?),
        verified: day(Field::Verified, &raw.verified)?,
        withdrawn: raw.withdrawn.map(withdrawal).transpose()?,
        expert: raw.expert.map(expert).transpose()?,
        agency: raw.agency.map(agency).transpose()?,
        relay: relay(&raw.relay)?,
        statement: raw.statement,
    })
}

fn room(raw: &RawRoom) -> Result<Room, Flaw> {
    Ok(Room { places: raw.places, told: day(Field::PlacesOn, &raw.told)? })
}

fn withdrawal(raw: RawWithdrawal) -> Result<Withdrawal, Flaw> {
    Ok(Withdrawal { day: day(Field::WithdrawnOn, &raw.day)?, reason: raw.reason })
}

fn expert(raw: RawExpert) -> Result<Expert, Flaw> {
    let until = day(Field::RegisteredTo, &raw.until)?;
    let RawExpert { speciality, registration, load, .. } = raw;
    Ok(Expert { speciality, registration, until, load })
}

fn agency(raw: RawAgency) -> Result<Agency, Flaw> {
    Ok(Agency {
        licensed_until: day(Field::LicensedTo, &raw.licensed_until)?,
        checked: day(Field::Checked, &raw.checked)?,
        contract_until: day(Field::ContractTo, &raw.contract_until)?,
        licence: raw.licence,
        contract: raw.contract,
    })
}

fn unit(key: &str, text: &str) -> Result<UnitId, Flaw> {
    text.parse().map_err(|_| Flaw::new(FlawKind::Form, key, text, Wrong::UnitForm.label().1))
}

fn units(field: Field, texts: &[String]) -> Result<BTreeSet<UnitId>, Flaw> {
    texts.iter().map(|text| unit(field.as_str(), text)).collect()
}

fn day(field: Field, text: &str) -> Result<Date, Flaw> {
    text.parse().map_err(|_| Fault::new(field, Wrong::DayForm).flaw(text))
}

impl From<&KeyBeside> for RawKey {
    fn from(key: &KeyBeside) -> Self {
        Self {
            unit: key.unit.to_string(),
            relay: key.relay.as_ref().map(ToString::to_string).unwrap_or_default(),
            statement: key.statement.clone(),
        }
    }
}

impl From<&Entry> for RawEntry {
    fn from(entry: &Entry) -> Self {
        let reach = &entry.reach;
        let ids = |units: &BTreeSet<UnitId>| units.iter().map(ToString::to_string).collect();
        let care = entry.care.iter().map(|word| word.as_str());
        let services = care.chain(entry.expertise.iter().map(|word| word.as_str()));
        Self {
            id: entry.id.to_string(),
            kind: entry.kind.as_str().to_owned(),
            zh: entry.label.zh.clone(),
            en: entry.label.en.clone(),
            services: services.map(str::to_owned).collect(),
            ages: entry.ages.map(|(from, to)| [from, to]),
            areas: ids(&entry.areas),
            schools: ids(&entry.schools),
            phone: reach.phone.clone(),
            address: reach.address.clone(),
            hours: reach.hours.clone(),
            round_the_clock: reach.is_round_the_clock,
            emergency: entry.is_emergency,
            emergency_phone: reach.emergency_phone.clone(),
            valid_from: entry.valid.0.to_string(),
            valid_to: entry.valid.1.to_string(),
            verified: entry.verified.to_string(),
            relay: entry.relay.as_ref().map(ToString::to_string).unwrap_or_default(),
            statement: entry.statement.clone(),
            room: entry
                .room
                .map(|room| RawRoom { places: room.places, told: room.told.to_string() }),
            withdrawn: entry
                .withdrawn
                .as_ref()
                .map(|one| RawWithdrawal { day: one.day.to_string(), reason: one.reason.clone() }),
            expert: entry.expert.as_ref().map(RawExpert::from),
            agency: entry.agency.as_ref().map(RawAgency::from),
        }
    }
}

impl From<&Expert> for RawExpert {
    fn from(expert: &Expert) -> Self {
        Self {
            speciality: expert.speciality.clone(),
            registration: expert.registration.clone(),
            until: expert.until.to_string(),
            load: expert.load,
        }
    }
}

impl From<&Agency> for RawAgency {
    fn from(agency: &Agency) -> Self {
        Self {
            licence: agency.licence.clone(),
            licensed_until: agency.licensed_until.to_string(),
            checked: agency.checked.to_string(),
            contract: agency.contract.clone(),
            contract_until: agency.contract_until.to_string(),
        }
    }
}
