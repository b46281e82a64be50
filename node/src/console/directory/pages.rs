//! The page of directories as a function of what is in force.

use domain::directory::{Entry, EntryKind, Level, Pairing};
use domain::ledger::Word as _;
use jiff::civil::Date;
use runtime::web::{Lang, Page, RenderError, Tag, Text, Tone};

use super::super::ledgers::RECORDS;
use super::super::office::{chosen, text_of};
use super::super::sheet::{self, Around, Cell, Head, Sheet};
use super::{DIRECTORY_HREF, words};
use crate::directory::{Directories, Known};

pub(super) fn page(
    directories: &Directories,
    today: Date,
    lang: Lang,
) -> Result<Page, RenderError> {
    let (group, title, note) = (RECORDS, words::DIRECTORY, words::NOTE);
    let head = Head { group, title, note, href: DIRECTORY_HREF };
    let entries = directories.entries();
    let mut sheets = Vec::new();
    let urgent = directories.emergency(today);
    if !entries.is_empty() {
        sheets.push(table(words::EMERGENCY, &urgent, (directories, today), lang));
    }
    for kind in EntryKind::ALL {
        let own: Vec<&Entry> =
            entries.iter().copied().filter(|entry| entry.kind == *kind).collect();
        if !own.is_empty() {
            sheets.push(table(text_of(kind.label()), &own, (directories, today), lang));
        }
    }
    let around = Around { notes: notes(directories, lang), ..Around::default() };
    sheet::page(&head, around, sheets, lang)
}

fn notes(directories: &Directories, lang: Lang) -> Vec<String> {
    if directories.all().is_empty() {
        return vec![words::NO_DIRECTORY.in_lang(lang).to_owned()];
    }
    let lines = directories.all().iter().map(|one| {
        let level = chosen(one.directory.level().label(), lang);
        let (area, count) = (one.directory.area(), one.directory.entries().len());
        words::IN_FORCE.fill(lang, &[area, &level, &one.serial, &one.from, &count])
    });
    let by = if directories.is_signed_by_health() { words::BY_BOTH } else { words::NOT_BY_HEALTH };
    let said = [by, words::NO_DISTANCE].map(|text| text.in_lang(lang).to_owned());
    let is_own = |one: &Known| one.directory.level() == Level::Own;
    let own = directories.all().iter().any(is_own).then(|| words::BY_DISTRICT.in_lang(lang));
    lines.chain(said).chain(own.map(ToOwned::to_owned)).collect()
}

fn table(
    title: Text,
    entries: &[&Entry],
    (directories, today): (&Directories, Date),
    lang: Lang,
) -> Sheet {
    let heads = [
        words::NAME,
        words::SERVICES,
        words::FOR,
        words::REACHED,
        words::ROOM,
        words::VERIFIED,
        words::SENT,
        words::PAPERS,
    ];
    let mut sheet = Sheet::new(title, &heads, words::NONE, lang);
    for entry in entries {
        sheet.row(vec![
            name(entry, today, lang),
            Cell::plain(services(entry, lang)),
            Cell::plain(served(entry, directories, lang)),
            Cell::plain(reached(entry, lang)),
            Cell::plain(room(entry, today, lang)),
            Cell::plain(entry.verified.to_string()),
            Cell::plain(sending(entry, directories).in_lang(lang)),
            Cell::plain(papers(entry, lang)),
        ]);
    }
    sheet
}

fn name(entry: &Entry, today: Date, lang: Lang) -> Cell {
    let name = chosen((&entry.label.zh, &entry.label.en), lang).to_owned();
    let Some(bar) = entry.bar(today) else {
        return Cell::tagged(Tag::of(Tone::Good, words::OPEN, lang), name);
    };
    let mut why = chosen(bar.label(), lang).to_owned();
    if let Some(withdrawn) = &entry.withdrawn
        && withdrawn.day <= today
    {
        why = words::WHY.fill(lang, &[&why, &withdrawn.reason]);
    }
    Cell::tagged(Tag::new(Tone::Bad, words::BARRED.fill(lang, &[&why])), name)
}

/// What it does, in words.
pub(in super::super) fn services(entry: &Entry, lang: Lang) -> String {
    let care = entry.care.iter().map(|one| chosen(one.label(), lang));
    let expertise = entry.expertise.iter().map(|one| chosen(one.label(), lang));
    care.chain(expertise).collect::<Vec<_>>().join(chosen(("、", ", "), lang))
}

fn served(entry: &Entry, directories: &Directories, lang: Lang) -> String {
    let ages = match entry.ages {
        Some((from, to)) => words::AGES.fill(lang, &[&from, &to]),
        None => words::ALL_AGES.in_lang(lang).to_owned(),
    };
    let paired = match directories.pairing(entry) {
        Some(Pairing::School) => words::PAIRED_SCHOOL,
        Some(Pairing::Area) => words::PAIRED_AREA,
        Some(Pairing::Whole) => words::WHOLE,
        None => words::ELSEWHERE,
    };
    [ages.as_str(), paired.in_lang(lang)].join(" · ")
}

fn reached(entry: &Entry, lang: Lang) -> String {
    let reach = &entry.reach;
    let urgent = entry.emergency_phone().map(|phone| words::URGENT_PHONE.fill(lang, &[&phone]));
    let always = reach.is_round_the_clock.then(|| words::ROUND_THE_CLOCK.in_lang(lang).to_owned());
    let said = [Some(reach.phone.clone()), urgent, Some(reach.hours.clone()), always];
    let said = said.into_iter().flatten().chain([reach.address.clone()]);
    said.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Its places and how old that knowledge is.
pub(in super::super) fn room(entry: &Entry, today: Date, lang: Lang) -> String {
    match (entry.room, entry.room_days(today)) {
        (Some(room), Some(0)) => words::ROOM_TODAY.fill(lang, &[&room.places]),
        (Some(room), Some(days)) => words::ROOM_DAYS.fill(lang, &[&room.places, &days]),
        _ => words::ROOM_UNTOLD.in_lang(lang).to_owned(),
    }
}

/// Whether something can be sent to it sealed.
pub(in super::super) fn sending(entry: &Entry, directories: &Directories) -> Text {
    if directories.seals_to(&entry.id) { words::SEALED } else { words::BY_HAND }
}

fn papers(entry: &Entry, lang: Lang) -> String {
    if let Some(expert) = &entry.expert {
        let until = expert.until;
        let values: [&dyn std::fmt::Display; 4] =
            [&expert.speciality, &expert.registration, &until, &expert.load];
        return words::EXPERT.fill(lang, &values);
    }
    let Some(agency) = &entry.agency else { return String::new() };
    let (licensed, until) = (agency.licensed_until, agency.contract_until);
    let values: [&dyn std::fmt::Display; 5] =
        [&agency.licence, &licensed, &agency.contract, &until, &agency.checked];
    words::AGENCY.fill(lang, &values)
}
