//! The record that an act is about: what it says, and whether there is anything left to do.

use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};
use runtime::web::Lang;

use super::super::ledgers::content;
use super::super::office::chosen;
use super::{hold, words};
use crate::ledger::author::Author;
use crate::ledger::critical::is_of_rule;
use crate::ledger::entry::RecordId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{browse, case, read};

/// What the record says that the act is about; read and logged as any record.
pub(super) fn said(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
    lang: Lang,
) -> Result<Option<String>, LedgerRefusal> {
    let history = match browse::history(tx, reader, kind, record) {
        Err(LedgerRefusal::NotAllowed) if kind == Kind::LegalHold => {
            return hold::ordered(tx, record, lang).map(Some);
        }
        found => found?,
    };
    let counting = browse::counting(tx, kind, record)?;
    let Some((line, by)) = history.into_iter().find(|(line, _)| line.version == counting) else {
        return Ok(None);
    };
    let names = Names::of(tx, line.student)?;
    let who = line.student.map_or_else(String::new, |student| names.student_line(student));
    let label = chosen(kind.label(), lang);
    let mut said = vec![who, format!("{label} #{}", record.0), line.day.to_string()];
    if let (Kind::AlertCase, Some(student)) = (kind, line.student) {
        let tier = case::tier_of(tx, student, record, Date::MAX)?;
        let tier = tier.map_or(words::NO_TIER.in_lang(lang), |tier| chosen(tier.label(), lang));
        said.push(words::TIER_NOW.with(lang, tier));
    }
    said.push(content(&line, &names, lang));
    if is_of_rule(kind, &by.reason) {
        said.push(words::OF_RULE.in_lang(lang).to_owned());
    } else if !by.reason.is_empty() {
        said.push(words::REASON_OF.fill(lang, &[&by.author, &by.reason]));
    }
    Ok(Some(said.join(" · ")))
}

/// The reason of a version as people read it: what the rule wrote is no sentence of a person.
pub(super) fn reason(kind: Kind, reason: &str, lang: Lang) -> String {
    match is_of_rule(kind, reason) {
        true => words::OF_RULE.in_lang(lang).to_owned(),
        false => reason.to_owned(),
    }
}

/// Whether a record that is acted on once was done or called off; one that is none of the kind is
/// left to the form to refuse.
pub(super) fn is_done(tx: &Tx<'_>, (kind, record): (Kind, RecordId)) -> Result<bool, SqlError> {
    let once = [Kind::FirstContact, Kind::CriticalItem, Kind::AlertReview, Kind::Followup];
    let is_there = once.contains(&kind) && browse::counting(tx, kind, record).is_ok();
    Ok(is_there && !read::does_wait(tx, record)?)
}
