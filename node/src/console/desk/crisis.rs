//! What presses about one student: the step after an interview that found something, and what was
//! answered on the sheet behind a critical item.

use domain::ledger::terms::{InterviewResult, Tier};
use domain::ledger::{Area, Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::{Lang, in_address};

use super::super::ledgers::LEDGERS_HREF;
use super::super::results;
use super::{acts, words};
use crate::ledger::author::Author;
use crate::ledger::browse::purpose_of;
use crate::ledger::critical::{CriticalItem, Interview};
use crate::ledger::entry::{RecordId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::result::{self, KeptSheet};
use crate::ledger::showing::Names;
use crate::ledger::{access, case, read};
use crate::packs::Packs;

/// The way on from an interview that found something: to the student's case with its contacts, or
/// to the form that enters one.
pub(super) fn next(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
    names: &Names,
    lang: Lang,
) -> Result<Option<(String, &'static str)>, LedgerRefusal> {
    if kind != Kind::Interview {
        return Ok(None);
    }
    let Some(held) = read::one::<Interview>(tx, record)?.map(|kept| kept.entry) else {
        return Ok(None);
    };
    let tier = match held.result {
        InterviewResult::NoAttention => return Ok(None),
        InterviewResult::T1 => Tier::T1,
        InterviewResult::T2 => Tier::T2,
        InterviewResult::T3 => Tier::T3,
    };
    let of = open_case(tx, held.student)?.or(held.case);
    if let Some(case) = of {
        let href = format!("{LEDGERS_HREF}/{}/{}", Kind::AlertCase.as_str(), case.0);
        return Ok(Some((href, words::TO_CASE.in_lang(lang))));
    }
    if !acts::is_offered("open", reader.role()) {
        return Ok(None);
    }
    let number = names.student(held.student).map_or("", |known| known.number.as_str());
    let asks = format!("student={}&to_tier={}", in_address(number), tier.as_str());
    let href = format!("/acts/open?{asks}&source=screening");
    Ok(Some((href, words::ACT_OPEN.in_lang(lang))))
}

fn open_case(tx: &Tx<'_>, student: StudentId) -> Result<Option<RecordId>, LedgerRefusal> {
    let open = case::open_now(tx)?;
    let own = open.iter().find(|now| now.case.entry.student == student);
    Ok(own.map(|now| now.case.record))
}

/// The sheet behind a critical item, for who may read screenings of the student.
pub(super) struct Answered {
    sheets: Vec<KeptSheet>,
}

/// The sheet of the scale on the day that the item is of; nothing where the record is no critical
/// item of a sheet, or the reader may not read it. Opening it is a read of the student's record.
pub(super) fn answered(
    tx: &Tx<'_>,
    reader: &Author,
    (kind, record): (Kind, RecordId),
) -> Result<Option<Answered>, LedgerRefusal> {
    if kind != Kind::CriticalItem {
        return Ok(None);
    }
    let Some(item) = read::one::<CriticalItem>(tx, record)?.map(|kept| kept.entry) else {
        return Ok(None);
    };
    let (student, Some(tested)) = (item.student, item.tested) else { return Ok(None) };
    if !access::may_read(tx, reader, student, Area::Screening)? {
        return Ok(None);
    }
    let pass = access::open(tx, reader, student, purpose_of(reader.role()))?;
    let mut sheets = result::of(tx, &pass)?;
    sheets.retain(|sheet| is_of(sheet, (&item.scale, tested)));
    Ok(Some(Answered { sheets }))
}

fn is_of(sheet: &KeptSheet, (scale, day): (&str, Date)) -> bool {
    sheet.scale == scale && sheet.day == day
}

impl Answered {
    /// The critical answers in words, or that the sheet is not handed in.
    pub(super) fn said(self, packs: &Packs, lang: Lang) -> Vec<String> {
        if self.sheets.is_empty() {
            return vec![words::NO_SHEET.in_lang(lang).to_owned()];
        }
        let answers = results::critical_answers(self.sheets, packs, lang);
        answers.into_iter().map(|answer| words::SHEET_SAYS.with(lang, answer)).collect()
    }
}
