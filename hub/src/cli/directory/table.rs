//! The table in which an office keeps a directory: one line an entry, columns with Chinese or
//! English heads, words as people read them.
//!
//! Every mistake of the whole table is found in one go and named by line, column, value and reason,
//! so that a table comes back once and not mistake by mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use domain::catalogue::Label;
use domain::directory::{
    Agency, Care, Entry, EntryKind, Expert, Fault, Field, Reach, Room, Withdrawal, Wrong,
};
use domain::ledger::Word;
use domain::ledger::words::Service;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::web::Lang;

use super::words;

/// What stands between the words of a list.
const BETWEEN: [char; 6] = ['、', ',', '，', ';', '；', '/'];
/// What office programs put into a day.
const IN_DAYS: [char; 6] = ['-', '/', '.', '年', '月', '日'];

/// What stands in for an id and a day that could not be read; an entry with one is never given.
const UNREAD_ID: &str = "UNREAD";
const UNREAD_DAY: Date = Date::constant(2000, 1, 1);

/// A mistake in a cell.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Line of the file, from 1.
    pub(super) line: usize,
    /// Which column, and what is wrong.
    pub(super) fault: Fault,
    /// What stands there.
    pub(super) value: String,
}

/// Why a table was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum TableError {
    /// It is no CSV in UTF-8.
    Form,
    /// A column that is not known, or that stands there twice.
    Column(String),
    /// Columns that are missing.
    Lacks(Vec<Field>),
    /// Mistakes in its cells, in order of lines.
    Cells(Vec<Mistake>),
}

/// The columns of a table, in order; key statements come from their own files.
pub(super) fn columns() -> impl Iterator<Item = Field> {
    Field::ALL.iter().copied().filter(|field| *field != Field::Statement)
}

/// One line while it is read.
struct Line {
    number: usize,
    cells: BTreeMap<Field, String>,
    mistakes: Vec<Mistake>,
}

/// Reads a table; entries come without statements.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, TableError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| TableError::Form)?;
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut records = reader.records();
    let head = records.next().and_then(Result::ok).ok_or(TableError::Form)?;
    let heads = heads(&head)?;
    let (mut entries, mut mistakes) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for (place, record) in records.enumerate() {
        let record = record.map_err(|_| TableError::Form)?;
        let is_blank = |cell: &str| cell.trim().is_empty();
        if record.iter().all(is_blank) {
            continue;
        }
        let is_shifted = !record.iter().skip(heads.len()).all(is_blank);
        let cells = heads.iter().zip(&record);
        let cells = cells.map(|(field, cell)| (*field, cell.trim().to_owned())).collect();
        // Line 1 is the head.
        let mut line = Line { number: place + 2, cells, mistakes: Vec::new() };
        if is_shifted {
            line.wrong(Field::Id, Wrong::Shifted);
        }
        let twice = line.cells.get(&Field::Id).is_some_and(|id| !seen.insert(id.to_lowercase()));
        if twice {
            line.wrong(Field::Id, Wrong::Twice);
        }
        match line.entry() {
            Ok(entry) => entries.push(entry),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(entries) } else { Err(TableError::Cells(mistakes)) }
}

fn heads(record: &csv::StringRecord) -> Result<Vec<Field>, TableError> {
    let mut cells: Vec<&str> = record.iter().collect();
    while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    let mut heads = Vec::new();
    for head in cells {
        let named = |field: &Field| {
            let (zh, en) = field.label();
            let head = head.trim();
            head == zh || head.eq_ignore_ascii_case(en) || head == field.as_str()
        };
        let known = columns().find(named).filter(|field| !heads.contains(field));
        heads.push(known.ok_or_else(|| TableError::Column(head.chars().take(40).collect()))?);
    }
    let missing: Vec<Field> = columns().filter(|field| !heads.contains(field)).collect();
    if missing.is_empty() { Ok(heads) } else { Err(TableError::Lacks(missing)) }
}

/// Whether a fault may only be the echo of a cell that was not read.
fn is_echo(fault: Fault, unread: &BTreeSet<Field>) -> bool {
    let of: &[Field] = match fault.field {
        Field::Services | Field::Registration | Field::Licence => &[Field::Kind],
        Field::Emergency => &[Field::Kind, Field::Services],
        Field::EmergencyPhone => &[Field::Emergency],
        _ => &[],
    };
    unread.contains(&fault.field) || of.iter().any(|field| unread.contains(field))
}

impl Line {
    fn entry(mut self) -> Result<Entry, Vec<Mistake>> {
        let made = self.made();
        // Behind a cell too many, every other stands under the wrong head.
        let is_shifted = self.mistakes.iter().any(|one| one.fault.wrong == Wrong::Shifted);
        let faults = match &made {
            Some(entry) if !is_shifted => entry.faults(),
            _ => Vec::new(),
        };
        let unread: BTreeSet<Field> = self.mistakes.iter().map(|one| one.fault.field).collect();
        for fault in faults.into_iter().filter(|fault| !is_echo(*fault, &unread)) {
            self.wrong(fault.field, fault.wrong);
        }
        match made {
            Some(entry) if self.mistakes.is_empty() => Ok(entry),
            _ => Err(self.mistakes),
        }
    }

    /// The entry as far as it can be read; mistakes are noted, and where a value has to be there
    /// something stands in for it, so that the rest is checked all the same.
    fn made(&mut self) -> Option<Entry> {
        let id = self.parsed::<UnitId>(Field::Id, Wrong::UnitForm);
        let kind = self.word::<EntryKind>(Field::Kind, Wrong::KindWord);
        let is_expert = kind == Some(EntryKind::Expert);
        let (mut care, mut expertise) = (Vec::new(), Vec::new());
        match is_expert {
            true => expertise = self.words::<Service>(Field::Services),
            false => care = self.words::<Care>(Field::Services),
        }
        let (areas, schools) = (self.units(Field::Areas), self.units(Field::Schools));
        let (ages, room) = (self.ages(), self.room());
        let valid = (self.needed_day(Field::ValidFrom), self.needed_day(Field::ValidTo));
        let verified = self.needed_day(Field::Verified);
        let (expert, agency) = (self.expert(), self.agency());
        let withdrawn = self.withdrawn();
        let reach = self.reach();
        let is_emergency = self.yes(Field::Emergency);
        let relay = match self.is_filled(Field::Relay) {
            true => self.parsed::<UnitId>(Field::Relay, Wrong::UnitForm),
            false => None,
        };
        Some(Entry {
            id: id.or_else(|| UNREAD_ID.parse().ok())?,
            kind: kind.unwrap_or(EntryKind::Clinic),
            label: Label { zh: self.text(Field::NameZh), en: self.text(Field::NameEn) },
            care,
            expertise,
            ages,
            areas,
            schools,
            reach,
            is_emergency,
            room,
            valid: valid.0.zip(valid.1).unwrap_or((UNREAD_DAY, UNREAD_DAY)),
            verified: verified.unwrap_or(UNREAD_DAY),
            withdrawn,
            expert,
            agency,
            relay,
            statement: String::new(),
        })
    }

    fn reach(&mut self) -> Reach {
        Reach {
            phone: self.text(Field::Phone),
            address: self.text(Field::Address),
            hours: self.text(Field::Hours),
            is_round_the_clock: self.yes(Field::RoundTheClock),
            emergency_phone: self.text(Field::EmergencyPhone),
        }
    }

    fn ages(&mut self) -> Option<(u8, u8)> {
        let from = self.number::<u8>(Field::AgeFrom);
        let to = self.number::<u8>(Field::AgeTo);
        if self.is_filled(Field::AgeFrom) != self.is_filled(Field::AgeTo) {
            self.wrong(Field::AgeTo, Wrong::AgeRange);
        }
        from.zip(to)
    }

    fn room(&mut self) -> Option<Room> {
        let places = self.number::<u32>(Field::Places);
        let told = self.day(Field::PlacesOn);
        if self.is_filled(Field::Places) != self.is_filled(Field::PlacesOn) {
            self.wrong(Field::PlacesOn, Wrong::NoDate);
        }
        Some(Room { places: places?, told: told? })
    }

    fn withdrawn(&mut self) -> Option<Withdrawal> {
        let reason = self.text(Field::WithdrawnWhy);
        let day = self.day(Field::WithdrawnOn);
        if !reason.is_empty() && !self.is_filled(Field::WithdrawnOn) {
            self.wrong(Field::WithdrawnOn, Wrong::Missing);
        }
        let is_filled = self.is_filled(Field::WithdrawnOn);
        is_filled.then(|| Withdrawal { day: day.unwrap_or(UNREAD_DAY), reason })
    }

    /// An expert's columns, all or none.
    fn expert(&mut self) -> Option<Expert> {
        const OWN: [Field; 4] =
            [Field::Speciality, Field::Registration, Field::RegisteredTo, Field::CaseLoad];
        if !OWN.iter().any(|field| self.is_filled(*field)) {
            return None;
        }
        let until = self.needed_day(Field::RegisteredTo);
        let load = self.number::<u32>(Field::CaseLoad);
        if !self.is_filled(Field::CaseLoad) {
            self.wrong(Field::CaseLoad, Wrong::Missing);
        }
        let (speciality, registration) =
            (self.text(Field::Speciality), self.text(Field::Registration));
        let (until, load) = (until.unwrap_or(UNREAD_DAY), load.unwrap_or_default());
        Some(Expert { speciality, registration, until, load })
    }

    /// An agency's columns, all or none.
    fn agency(&mut self) -> Option<Agency> {
        const OWN: [Field; 5] =
            [Field::Licence, Field::LicensedTo, Field::Checked, Field::Contract, Field::ContractTo];
        if !OWN.iter().any(|field| self.is_filled(*field)) {
            return None;
        }
        let licensed_until = self.needed_day(Field::LicensedTo);
        let checked = self.needed_day(Field::Checked);
        let contract_until = self.needed_day(Field::ContractTo);
        Some(Agency {
            licence: self.text(Field::Licence),
            licensed_until: licensed_until.unwrap_or(UNREAD_DAY),
            checked: checked.unwrap_or(UNREAD_DAY),
            contract: self.text(Field::Contract),
            contract_until: contract_until.unwrap_or(UNREAD_DAY),
        })
    }

    fn text(&self, field: Field) -> String {
        self.cells.get(&field).cloned().unwrap_or_default()
    }

    fn is_filled(&self, field: Field) -> bool {
        self.cells.get(&field).is_some_and(|cell| !cell.is_empty())
    }

    fn wrong(&mut self, field: Field, wrong: Wrong) {
        let value = self.text(field).chars().take(60).collect();
        self.mistakes.push(Mistake { line: self.number, fault: Fault::new(field, wrong), value });
    }

    /// A value that must be there.
    fn parsed<T: FromStr>(&mut self, field: Field, wrong: Wrong) -> Option<T> {
        let text = self.text(field);
        let read = text.parse::<T>().ok();
        if read.is_none() {
            self.wrong(field, if text.is_empty() { Wrong::Missing } else { wrong });
        }
        read
    }

    /// A number; nothing where the cell is empty.
    fn number<T: FromStr>(&mut self, field: Field) -> Option<T> {
        if self.is_filled(field) { self.parsed(field, Wrong::NumberForm) } else { None }
    }

    fn day(&mut self, field: Field) -> Option<Date> {
        if self.is_filled(field) { self.needed_day(field) } else { None }
    }

    fn needed_day(&mut self, field: Field) -> Option<Date> {
        let text = self.text(field);
        let read = day(&text);
        if read.is_none() {
            self.wrong(field, if text.is_empty() { Wrong::Missing } else { Wrong::DayForm });
        }
        read
    }

    fn yes(&mut self, field: Field) -> bool {
        match self.text(field).to_lowercase().as_str() {
            "是" | "yes" | "y" => true,
            "" | "否" | "no" | "n" => false,
            _ => {
                self.wrong(field, Wrong::YesNo);
                false
            }
        }
    }

    fn word<W: Word>(&mut self, field: Field, wrong: Wrong) -> Option<W> {
        let text = self.text(field);
        let read = word(&text);
        if read.is_none() {
            self.wrong(field, if text.is_empty() { Wrong::Missing } else { wrong });
        }
        read
    }

    fn words<W: Word>(&mut self, field: Field) -> Vec<W> {
        let text = self.text(field);
        let read: Option<Vec<W>> = list(&text).map(word).collect();
        if read.is_none() {
            self.wrong(field, Wrong::ServiceWord);
        }
        read.unwrap_or_default()
    }

    fn units(&mut self, field: Field) -> BTreeSet<UnitId> {
        let text = self.text(field);
        let read: Result<BTreeSet<UnitId>, _> = list(&text).map(str::parse::<UnitId>).collect();
        if read.is_err() {
            self.wrong(field, Wrong::UnitForm);
        }
        read.unwrap_or_default()
    }
}

/// The words of a list, between signs; an English name of a service has blanks itself.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(BETWEEN).map(str::trim).filter(|part| !part.is_empty())
}

fn word<W: Word>(text: &str) -> Option<W> {
    let named = |word: &W| {
        let (zh, en) = word.label();
        text == zh || text.eq_ignore_ascii_case(en) || text == word.as_str()
    };
    W::ALL.iter().copied().find(named)
}

/// A day as office programs write it.
fn day(text: &str) -> Option<Date> {
    let mut parts = text.split(IN_DAYS).map(str::trim).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A table of entries, with the mark by which office programs know UTF-8.
pub(super) fn write<'e>(
    entries: impl IntoIterator<Item = &'e Entry>,
    lang: Lang,
) -> Result<Vec<u8>, csv::Error> {
    let mut table = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::Writer::from_writer(&mut table);
    writer.write_record(columns().map(|field| named(field, lang)))?;
    for entry in entries {
        writer.write_record(columns().map(|field| cell(entry, field, lang)))?;
    }
    writer.flush()?;
    drop(writer);
    Ok(table)
}

/// A word in one language.
pub(super) fn named(word: impl Word, lang: Lang) -> &'static str {
    let (zh, en) = word.label();
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The words of the list in which a cell's word is not, so that nobody has to guess them; nothing
/// after any other mistake.
pub(super) fn choices(wrong: Wrong, lang: Lang) -> String {
    match wrong {
        Wrong::KindWord => words::CHOICES.fill(lang, &[&all::<EntryKind>(lang)]),
        Wrong::ServiceWord => {
            words::SERVICES_ARE.fill(lang, &[&all::<Care>(lang), &all::<Service>(lang)])
        }
        _ => String::new(),
    }
}

fn all<W: Word>(lang: Lang) -> String {
    let between = if lang == Lang::Zh { "、" } else { ", " };
    W::ALL.iter().map(|word| named(*word, lang)).collect::<Vec<_>>().join(between)
}

/// What stands in a column of an entry's line.
pub(super) fn cell(entry: &Entry, field: Field, lang: Lang) -> String {
    let yes = |is: bool| match (is, lang) {
        (false, _) => String::new(),
        (true, Lang::Zh) => "是".to_owned(),
        (true, Lang::En) => "yes".to_owned(),
    };
    let between = match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    };
    let units = |units: &BTreeSet<UnitId>| {
        units.iter().map(UnitId::as_str).collect::<Vec<_>>().join(between)
    };
    let care = entry.care.iter().map(|word| named(*word, lang));
    let expertise = entry.expertise.iter().map(|word| named(*word, lang));
    let reach = &entry.reach;
    match field {
        Field::Id => entry.id.to_string(),
        Field::Kind => named(entry.kind, lang).to_owned(),
        Field::NameZh => entry.label.zh.clone(),
        Field::NameEn => entry.label.en.clone(),
        Field::Services => care.chain(expertise).collect::<Vec<_>>().join(between),
        Field::AgeFrom => said(entry.ages.map(|ages| ages.0)),
        Field::AgeTo => said(entry.ages.map(|ages| ages.1)),
        Field::Areas => units(&entry.areas),
        Field::Schools => units(&entry.schools),
        Field::Phone => reach.phone.clone(),
        Field::Address => reach.address.clone(),
        Field::Hours => reach.hours.clone(),
        Field::RoundTheClock => yes(reach.is_round_the_clock),
        Field::Emergency => yes(entry.is_emergency),
        Field::EmergencyPhone => reach.emergency_phone.clone(),
        Field::Places => said(entry.room.map(|room| room.places)),
        Field::PlacesOn => said(entry.room.map(|room| room.told)),
        Field::ValidFrom => entry.valid.0.to_string(),
        Field::ValidTo => entry.valid.1.to_string(),
        Field::Verified => entry.verified.to_string(),
        Field::WithdrawnOn => said(entry.withdrawn.as_ref().map(|one| one.day)),
        Field::WithdrawnWhy => said(entry.withdrawn.as_ref().map(|one| &one.reason)),
        Field::Relay => said(entry.relay.as_ref()),
        Field::Statement => entry.statement.clone(),
        other => papers(entry, other),
    }
}

/// The columns of experts and agencies.
fn papers(entry: &Entry, field: Field) -> String {
    let (expert, agency) = (entry.expert.as_ref(), entry.agency.as_ref());
    match field {
        Field::Speciality => said(expert.map(|one| &one.speciality)),
        Field::Registration => said(expert.map(|one| &one.registration)),
        Field::RegisteredTo => said(expert.map(|one| one.until)),
        Field::CaseLoad => said(expert.map(|one| one.load)),
        Field::Licence => said(agency.map(|one| &one.licence)),
        Field::LicensedTo => said(agency.map(|one| one.licensed_until)),
        Field::Checked => said(agency.map(|one| one.checked)),
        Field::Contract => said(agency.map(|one| &one.contract)),
        Field::ContractTo => said(agency.map(|one| one.contract_until)),
        _ => String::new(),
    }
}

fn said(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

#[cfg(test)]
mod tests;
