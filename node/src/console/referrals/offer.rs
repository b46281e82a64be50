//! Whom the directory proposes for a referral, and how a choice becomes its recipient.
//!
//! A choice writes what the directory says on that day into the referral, and nothing refers back:
//! a later directory changes no referral.

use domain::catalogue::Label;
use domain::directory::{Bar, Care, Entry};
use domain::ledger::Word as _;
use domain::referral::Urgency;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::web::Lang;

use super::super::directory::{room, sending, services};
use super::super::filled::Filled;
use super::super::office::{choices, chosen};
use super::words;
use crate::directory::Directories;

/// Proposals that a page shows at most.
const SHOWN_MAX: usize = 20;

/// A proposal as the page shows it.
pub(super) struct OfferRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) services: String,
    pub(super) phone: String,
    pub(super) room: String,
    pub(super) sending: &'static str,
}

/// The proposals for a referral.
pub(super) struct OfferView {
    /// Services by which they can be narrowed.
    pub(super) services: Vec<(&'static str, &'static str)>,
    /// The service that was asked for; empty where urgency decides.
    pub(super) service: String,
    pub(super) rows: Vec<OfferRow>,
}

/// Services that a referral needs, by its urgency.
const fn needs(urgency: Urgency) -> &'static [Care] {
    match urgency {
        Urgency::Routine => &[
            Care::Assessment,
            Care::Outpatient,
            Care::Psychotherapy,
            Care::Counselling,
            Care::FamilyWork,
        ],
        Urgency::Urgent => &[Care::Emergency, Care::Assessment, Care::Outpatient, Care::CrisisWork],
        Urgency::Emergency => &[Care::Emergency, Care::CrisisWork],
    }
}

/// What the directories propose; nothing where there is none.
pub(super) fn offer(
    directories: &Directories,
    (urgency, age): (Urgency, Option<u8>),
    service: &str,
    (today, lang): (Date, Lang),
) -> Option<OfferView> {
    if directories.all().is_empty() {
        return None;
    }
    let asked = Care::from_word(service);
    let care = asked.as_ref().map_or_else(|| needs(urgency), std::slice::from_ref);
    let found = directories.propose(care, age, today).into_iter().take(SHOWN_MAX);
    let rows = found.map(|one| OfferRow {
        id: one.entry.id.to_string(),
        name: chosen((&one.entry.label.zh, &one.entry.label.en), lang).to_owned(),
        services: services(one.entry, lang),
        phone: phone(one.entry, urgency).to_owned(),
        room: room(one.entry, today, lang),
        sending: sending(one.entry, directories).in_lang(lang),
    });
    let service = asked.map(|care| care.as_str().to_owned()).unwrap_or_default();
    Some(OfferView { services: choices::<Care>(lang), service, rows: rows.collect() })
}

/// In an emergency the telephone that answers at night.
fn phone(entry: &Entry, urgency: Urgency) -> &str {
    let urgent = entry.emergency_phone().filter(|_| urgency == Urgency::Emergency);
    urgent.unwrap_or(&entry.reach.phone)
}

/// A form with the recipient as the directory has it: where one was chosen from it, or where the
/// id that was typed is one of its. What is typed and no directory lists stays as it is.
///
/// # Errors
/// The entry may not be chosen today.
pub(super) fn filled_in(
    sent: Filled,
    directories: &Directories,
    today: Date,
) -> Result<Filled, (Label, Bar)> {
    let is_choice = sent.text("act") == "choose";
    let id = sent.text(if is_choice { "entry" } else { "recipient" }).trim().parse::<UnitId>();
    let Some(entry) = id.ok().and_then(|id| directories.find(&id)) else { return Ok(sent) };
    if let Some(bar) = entry.bar(today) {
        return Err((entry.label.clone(), bar));
    }
    let typed = sent.text("phone").trim().to_owned();
    // Of the two telephones of an entry the one that the page offered.
    let is_urgent = entry.emergency_phone().is_some_and(|phone| phone == sent.text("called"));
    let phone = match entry.emergency_phone().filter(|_| is_choice && is_urgent) {
        Some(phone) => phone.to_owned(),
        None if is_choice || typed.is_empty() => entry.reach.phone.clone(),
        None => typed,
    };
    let sent = if is_choice { sent.with("act", "recipient".to_owned()) } else { sent };
    let sent = sent.with("recipient", entry.id.to_string());
    Ok(sent.with("recipient_name", entry.label.zh.clone()).with("phone", phone))
}

/// The telephones of the emergency list; nothing where no directory has one for this school.
pub(super) fn emergency(directories: &Directories, today: Date, lang: Lang) -> Option<String> {
    let listed = directories.emergency(today);
    if listed.is_empty() {
        return None;
    }
    let line = |entry: &&Entry| {
        let name = chosen((&entry.label.zh, &entry.label.en), lang);
        format!("{name} {}", entry.emergency_phone().unwrap_or_default())
    };
    let lines: Vec<String> = listed.iter().map(line).collect();
    let joined = lines.join(chosen(("；", "; "), lang));
    let is_signed = directories.is_signed_by_health();
    let text = if is_signed { words::EMERGENCY_LIST } else { words::EMERGENCY_UNSIGNED };
    Some(text.fill(lang, &[&joined]))
}

/// That a referral's recipient may not be chosen any more, where the directory says so.
pub(super) fn since_barred(
    directories: &Directories,
    recipient: &str,
    (today, lang): (Date, Lang),
) -> Option<String> {
    let entry = directories.find(&recipient.parse::<UnitId>().ok()?)?;
    let bar = entry.bar(today)?;
    let name = chosen((&entry.label.zh, &entry.label.en), lang);
    Some(words::SINCE_BARRED.fill(lang, &[&name, &chosen(bar.label(), lang)]))
}
