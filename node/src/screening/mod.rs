//! Screening: runs over the whole roll, sheets on screen, on paper and by import, all scored by one
//! function, and the one outcome of every pupil in a term.
//!
//! A blank is never a "no", and a critical item fires whatever the total is, also on a sheet that
//! cannot be scored and on one without consent: helping inside the school needs no form. What may
//! leave the school is another matter and decided in [`census`].

pub mod answering;
#[cfg(test)]
mod answering_tests;
pub mod attendance;
pub mod census;
pub mod funnel;
pub mod interview;
pub mod opening;
pub mod paper;
pub mod pulse;
pub mod queue;
pub mod report;
pub mod result;
mod said;
pub mod settling;
pub mod shelf;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::catalogue::Language;
use domain::digest::Digest;
use domain::ledger::critical::CriticalLevel;
use domain::period::Term;
use domain::scale::{AnswerError, Flag, NotForScreening, Outcome, Scale, Setting};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use crate::import::answers::{AnswerOutcome, AnswerRow, ItemColumn};
use crate::import::preview::Accepted;
use crate::ledger::critical::{self, CriticalAnswer};
use crate::ledger::entry::{Moment, StudentId};
use crate::ledger::import_batch::{self, ImportReceipt, ImportSource};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people::Stamp;
use crate::ledger::sheet::{Revise, SheetPlace, SheetResult};
use crate::ledger::{campaign, sheet, student};

/// A scale that may be used to screen, its pack, and the term in which it is used.
#[derive(Clone)]
pub struct Screening {
    scale: Arc<Scale>,
    pack: Digest,
    term: Term,
}

/// What an import of answers did and found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreeningReceipt {
    /// The import.
    pub import: ImportReceipt,
    /// Sheets of this import with an urgent critical item.
    pub urgent: u64,
    /// Sheets of this import with an item to review, and none that is urgent.
    pub review: u64,
    /// Sheets of this import that are void or could not be scored.
    pub void: u64,
}

/// Why answers were not taken. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScreeningError {
    /// The answers do not fit the scale.
    #[error(transparent)]
    Answers(#[from] AnswerError),
    /// Sheets that were taken before or after the term.
    #[error("{rows} sheets were not taken between {} and {}", term.start, term.end)]
    OutsideTerm {
        /// How many.
        rows: usize,
        /// The term.
        term: Term,
    },
    /// A pupil who is not in the ledger.
    #[error("a sheet is of a pupil who is not on the roll")]
    UnknownPupil,
    /// A critical answer could not be put before the counsellors.
    #[error("a critical answer could not be entered: {0}")]
    Critical(#[from] LedgerRefusal),
    /// The ledger could not be read or written.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Screening {
    /// Allows a scale to screen in a term.
    ///
    /// The forms that schools use are Chinese, so the Chinese text must be fit for it.
    ///
    /// # Errors
    /// The scale is not for screening use, and why.
    pub fn new(
        scale: Arc<Scale>,
        pack: Digest,
        term: Term,
        setting: Setting,
    ) -> Result<Self, NotForScreening> {
        scale.use_for_screening(Language::Zh, setting)?;
        Ok(Self { scale, pack, term })
    }

    /// The scale.
    #[must_use]
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// The term.
    #[must_use]
    pub const fn term(&self) -> &Term {
        &self.term
    }

    /// The scale's items as an answers file has them.
    #[must_use]
    pub fn item_columns(&self) -> Vec<ItemColumn> {
        item_columns(&self.scale)
    }

    /// Scores a batch of sheets and stores it in one transaction.
    ///
    /// A batch without changes writes nothing. A sheet that is there with other answers gets a
    /// revision.
    ///
    /// # Errors
    /// A sheet of another term, of an unknown pupil or with other items; nothing was written.
    pub fn apply(
        &self,
        tx: &Tx<'_>,
        batch: &Accepted<AnswerRow>,
        source: &ImportSource,
    ) -> Result<ScreeningReceipt, ScreeningError> {
        let import = ImportReceipt { batch: None, counts: batch.counts() };
        let mut receipt = ScreeningReceipt { import, urgent: 0, review: 0, void: 0 };
        if batch.is_empty() {
            return Ok(receipt);
        }
        let rows = batch.new_records().iter().chain(batch.changed_records());
        self.check_dates(rows.map(|row| row.test_date))?;
        let number = import_batch::insert(tx, import_batch::ANSWERS, source, batch.counts())?;
        receipt.import.batch = Some(number);
        let (term, scale) = (self.term.id, self.scale.id());
        let place = campaign::open(tx, term, scale, self.pack, source.now_ms)?;
        let ids = student::ids(tx)?;
        let mut taken = Vec::new();
        let fresh = batch.new_records().iter().map(|row| (row, Revise::First));
        let changed = batch.changed_records().iter().map(|row| (row, Revise::Replace));
        for (row, revise) in fresh.chain(changed) {
            let student = ids.get(&row.student_number).ok_or(ScreeningError::UnknownPupil)?;
            let at = SheetPlace { place, batch: number, student: *student, begun: None };
            let by = (source.author.as_str(), source.now_ms);
            receipt.count(&take(tx, &self.scale, at, (row, revise), by)?);
            taken.push(StudentId(*student));
        }
        let stamp = Stamp { by: &source.author, now_ms: source.now_ms };
        settling::settle_all(tx, stamp, place.campaign, &taken)?;
        Ok(receipt)
    }

    /// Refuses sheets of another term, by the days of their tests; a preview asks the same.
    ///
    /// # Errors
    /// How many are of another term.
    pub fn check_dates(&self, days: impl Iterator<Item = Date>) -> Result<(), ScreeningError> {
        let term = self.term;
        match days.filter(|day| *day < term.start || *day > term.end).count() {
            0 => Ok(()),
            rows => Err(ScreeningError::OutsideTerm { rows, term }),
        }
    }
}

impl ScreeningReceipt {
    fn count(&mut self, result: &SheetResult) {
        match result.flags.iter().max() {
            Some(flag) if flag.is_urgent() => self.urgent += 1,
            Some(_) => self.review += 1,
            None => {}
        }
        if !result.is_valid || result.outcome == Outcome::Void {
            self.void += 1;
        }
    }
}

/// A scale's items as an answers file has them.
#[must_use]
pub fn item_columns(scale: &Scale) -> Vec<ItemColumn> {
    let column = |item: &domain::scale::Item| {
        let number = usize::from(item.number);
        ItemColumn::numbered(&item.code, number, item.answer_min, item.answer_max)
    };
    scale.items().iter().map(column).collect()
}

/// How fast a flag calls; one to review waits for the counsellor's next day.
pub(crate) const fn level_of(flag: Flag) -> Option<CriticalLevel> {
    match flag {
        Flag::Review => None,
        Flag::Urgent => Some(CriticalLevel::Urgent),
        Flag::UrgentNow | Flag::Imminent => Some(CriticalLevel::UrgentNow),
    }
}

/// Takes one sheet, wherever it comes from: scores it, keeps it, and puts a critical answer before
/// the counsellors.
pub(crate) fn take(
    tx: &Tx<'_>,
    scale: &Scale,
    at: SheetPlace,
    (row, revise): (&AnswerRow, Revise),
    by: (&str, i64),
) -> Result<SheetResult, ScreeningError> {
    let result = score(scale, row)?;
    sheet::insert(tx, at, row, &result, revise)?;
    let (student, test_date, begun) = (StudentId(at.student), row.test_date, at.begun);
    if let Some(begun) = begun {
        critical::handed_in(tx, by, (student, scale.id()), (test_date, begun))?;
    }
    if let Some(level) = result.flags.iter().max().and_then(|flag| level_of(*flag)) {
        let answer = CriticalAnswer { student, scale: scale.id(), test_date, begun, level };
        critical::raise_by_rule(tx, by, answer)?;
    }
    Ok(result)
}

/// Puts a critical answer before the counsellors as soon as it is given, before anything is handed
/// in; says whether there is one.
pub(crate) fn raise_given(
    tx: &Tx<'_>,
    scale: &Scale,
    (student, answers): (StudentId, &[Option<u8>]),
    (by, (today, begun)): ((&str, i64), (Date, Option<Moment>)),
) -> Result<bool, ScreeningError> {
    let scored = domain::scale::score(scale, answers)?;
    let worst = scored.criticals.iter().map(|rule| rule.flag).max();
    if let Some(level) = worst.and_then(level_of) {
        let scale = scale.id();
        let answer = CriticalAnswer { student, scale, test_date: today, begun, level };
        critical::raise_by_rule(tx, by, answer)?;
    }
    Ok(worst.is_some())
}

/// Scores one sheet; a pupil without one has no score and no flag.
fn score(scale: &Scale, row: &AnswerRow) -> Result<SheetResult, AnswerError> {
    let without = |outcome| SheetResult {
        total: None,
        band: None,
        tier: None,
        flags: Vec::new(),
        is_valid: true,
        is_complete: false,
        outcome,
    };
    match row.outcome {
        AnswerOutcome::Refused => return Ok(without(Outcome::Refused)),
        AnswerOutcome::Absent => return Ok(without(Outcome::NotReached)),
        AnswerOutcome::Answered => {}
    }
    let scored = domain::scale::score(scale, &row.answers)?;
    let flags: Vec<Flag> = scored.criticals.iter().map(|rule| rule.flag).collect();
    Ok(SheetResult {
        total: scored.total,
        band: scored.band.map(|band| band.code.clone()),
        tier: scored.tier,
        flags,
        is_valid: scored.valid,
        is_complete: scored.complete,
        outcome: domain::scale::outcome(std::slice::from_ref(&scored)),
    })
}
