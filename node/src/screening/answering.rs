//! Answering on a screen: one code, one answer at a time, each on the disk before the next is
//! asked.
//!
//! Nothing here needs an account and nothing tells a score. A critical answer goes before the
//! counsellors when it is given, not when the sheet is handed in: whoever closes the browser after
//! such an answer is not lost.

use certs::digest::{random_bytes, sha256};
use domain::digest::Digest;
use domain::screening::{Code, Event, State, Unasked};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::Tx;

use super::shelf::{self, Part, Parts, Shelf};
use super::{ScreeningError, raise_given, settling, take};
use crate::import::answers::{AnswerOutcome, AnswerRow};
use crate::import::value::Consent;
use crate::ledger::consented::Family;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run;
use crate::ledger::run::people::{self, STUDENT, Stamp};
use crate::ledger::run::seat::{self, Seat};
use crate::ledger::sheet::{self, SheetPlace};

/// Said before a code when it is digested, so that the digest is of nothing else.
const CODE_PREFIX: &[u8] = b"xinqiao-answer-code-v1|";

/// Why a student's code opens no questions now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// The run is closed, or the student left the roll.
    Closed,
    /// The class has not begun; the instant when it does.
    NotYet(i64),
    /// The window of the class is over.
    Over,
    /// Everything was handed in.
    Done,
    /// The student said that they do not take part.
    Refused,
    /// The guardian refused, or was not asked and the school waits for the answer.
    NoConsent,
    /// No instrument fits the student.
    NothingAsked,
}

/// Why an answer was not taken. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnsweringError {
    /// No browser sits there, or not any more.
    #[error("no code was entered in this browser, or too long ago")]
    NoSeat,
    /// The code opens no questions now.
    #[error("the code opens no questions now")]
    Barred(Barred),
    /// There is no such question or answer.
    #[error("there is no such question or answer")]
    Question,
    /// The ledgers refused it.
    #[error(transparent)]
    Screening(#[from] ScreeningError),
}

impl From<LedgerRefusal> for AnsweringError {
    fn from(refusal: LedgerRefusal) -> Self {
        Self::Screening(ScreeningError::Critical(refusal))
    }
}

impl From<runtime::sql::SqlError> for AnsweringError {
    fn from(error: runtime::sql::SqlError) -> Self {
        Self::Screening(ScreeningError::Store(error))
    }
}

/// Questions and answers of one seat. About one person, so without `Debug`.
pub struct Sitting {
    /// The seat.
    pub seat: Seat,
    /// All parts of the run.
    pub parts: Parts,
    /// Answers so far, one list for each part of the seat.
    pub answers: Vec<Box<[Option<u8>]>>,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Whether it calls for help at once, which the next page offers.
    pub is_critical: bool,
    /// Questions in all.
    pub count: usize,
}

/// The digest under which a code is kept.
#[must_use]
pub fn digest_of(code: &Code) -> Digest {
    sha256(&[CODE_PREFIX, code.symbols()].concat())
}

/// A new code.
#[must_use]
pub fn draw_code() -> Code {
    Code::from_random(random_bytes())
}

/// Opens the seat of a code for a browser that keeps `token`.
///
/// # Errors
/// Nobody has this code ([`AnsweringError::NoSeat`]), or it opens no questions now.
pub fn enter(
    tx: &Tx<'_>,
    (code, token): (&Digest, &Digest),
    now_ms: i64,
) -> Result<(), AnsweringError> {
    let seat = seat::of_code(tx, code)?.ok_or(AnsweringError::NoSeat)?;
    admit(&seat, now_ms).map_err(AnsweringError::Barred)?;
    Ok(seat::sit(tx, seat.participant, token, now_ms)?)
}

/// Whether a seat has questions now.
///
/// # Errors
/// Why not.
pub fn admit(seat: &Seat, now_ms: i64) -> Result<(), Barred> {
    if seat.is_closed || !seat.is_on_roll {
        return Err(Barred::Closed);
    }
    if is_without_consent((seat.unasked, &seat.family), today(now_ms)) {
        return Err(Barred::NoConsent);
    }
    match seat.state {
        State::Submitted | State::MadeUp | State::Void => return Err(Barred::Done),
        State::Refused => return Err(Barred::Refused),
        State::Waiting | State::Started | State::Absent | State::Retest => {}
    }
    if seat.instruments.is_empty() {
        return Err(Barred::NothingAsked);
    }
    if seat.late_until_ms.is_some_and(|until| now_ms <= until) {
        return Ok(());
    }
    match seat.window {
        Some((opens, _)) if now_ms < opens => Err(Barred::NotYet(opens)),
        Some((_, closes)) if now_ms <= closes => Ok(()),
        _ => Err(Barred::Over),
    }
}

/// Whether the family's answer keeps a student from answering on a day: it refused, or it is not
/// known and the school waits for it.
#[must_use]
pub fn is_without_consent((unasked, family): (Unasked, &Family), day: Date) -> bool {
    is_barred_by(unasked, family.on(day))
}

fn is_barred_by(unasked: Unasked, consent: Consent) -> bool {
    match consent {
        Consent::Given => false,
        Consent::Refused => true,
        Consent::Unknown => unasked == Unasked::Wait,
    }
}

/// What a browser is to be shown.
///
/// # Errors
/// No code was entered in it, or the code opens no questions now.
pub fn sitting(
    tx: &Tx<'_>,
    shelf: &Shelf,
    token: &Digest,
    now_ms: i64,
) -> Result<Sitting, AnsweringError> {
    let seat = seat::of_token(tx, token, now_ms)?.ok_or(AnsweringError::NoSeat)?;
    admit(&seat, now_ms).map_err(AnsweringError::Barred)?;
    let parts = shelf.parts(tx, seat.run)?;
    let mut answers = Vec::new();
    for part in shelf::of_seat(&parts, &seat) {
        answers.push(so_far(tx, &seat, part)?);
    }
    Ok(Sitting { seat, parts, answers })
}

/// Keeps one answer, or takes one back; on the disk when the transaction is.
///
/// # Errors
/// As [`sitting`], or there is no such question or answer.
pub fn answer(
    tx: &Tx<'_>,
    shelf: &Shelf,
    (token, now_ms): (&Digest, i64),
    (place, value): (usize, Option<u8>),
) -> Result<Saved, AnsweringError> {
    let seat = seat::of_token(tx, token, now_ms)?.ok_or(AnsweringError::NoSeat)?;
    admit(&seat, now_ms).map_err(AnsweringError::Barred)?;
    let parts = shelf.parts(tx, seat.run)?;
    let own = shelf::of_seat(&parts, &seat);
    let (part, index) = find(&own, place).ok_or(AnsweringError::Question)?;
    let item = part.scale.items().get(index).ok_or(AnsweringError::Question)?;
    if value.is_some_and(|given| given < item.answer_min || given > item.answer_max) {
        return Err(AnsweringError::Question);
    }
    let mut answers = so_far(tx, &seat, part)?;
    *answers.get_mut(index).ok_or(AnsweringError::Question)? = value;
    seat::save(tx, (seat.participant, part.instrument.id), &answers, now_ms)?;
    seat::touch(tx, seat.participant, now_ms)?;
    let stamp = Stamp { by: STUDENT, now_ms };
    people::happen(tx, stamp, (seat.participant, seat.state), (Event::Answer, ""))?;
    let fires = value.is_some() && is_critical_item(part, item.number);
    let is_critical = fires && {
        let given = alone(&answers, index);
        let begun = seat::begun(tx, seat.participant, part.instrument.id)?;
        let when = (today(now_ms), begun);
        raise_given(tx, &part.scale, (seat.student, &given), ((STUDENT, now_ms), when))?
    };
    let count = own.iter().map(|part| part.scale.items().len()).sum();
    Ok(Saved { is_critical, count })
}

/// Hands everything in: one sheet for each part, scored like an imported one. The browser is shut.
/// Gives the seat as it was.
///
/// # Errors
/// As [`sitting`], or the ledgers refuse a sheet; nothing was changed.
pub fn hand_in(
    tx: &Tx<'_>,
    shelf: &Shelf,
    token: &Digest,
    now_ms: i64,
) -> Result<Seat, AnsweringError> {
    let Sitting { seat, parts, answers } = sitting(tx, shelf, token, now_ms)?;
    let own = shelf::of_seat(&parts, &seat);
    let stamp = Stamp { by: STUDENT, now_ms };
    put_sheets(tx, (&seat, today(now_ms)), stamp, own.into_iter().zip(answers))?;
    Ok(seat)
}

/// Hands in what a student began and did not hand in, when the run is closed: as it stands, for the
/// day of the last answer; but nothing that was handed in another way, and nothing that the
/// family's answer does not allow.
pub(super) fn hand_in_rest(
    tx: &Tx<'_>,
    shelf: &Shelf,
    (seat, last_ms): (&Seat, i64),
    stamp: Stamp<'_>,
) -> Result<(), AnsweringError> {
    let day = today(last_ms);
    if is_barred_by(seat.unasked, seat.family.covers(day, today(stamp.now_ms))) {
        return Ok(people::note(tx, stamp, seat.participant, ("withheld", ""))?);
    }
    let parts = shelf.parts(tx, seat.run)?;
    let mut given = Vec::new();
    for part in shelf::of_seat(&parts, seat) {
        let answers = so_far(tx, seat, part)?;
        if answers.iter().any(Option::is_some) {
            given.push((part, answers));
        }
    }
    put_sheets(tx, (seat, day), stamp, given.into_iter())
}

fn put_sheets<'p>(
    tx: &Tx<'_>,
    (seat, test_date): (&Seat, Date),
    stamp: Stamp<'_>,
    sheets: impl Iterator<Item = (&'p Part, Box<[Option<u8>]>)>,
) -> Result<(), AnsweringError> {
    let run = run::get(tx, seat.run)?;
    let participant = people::get(tx, seat.participant)?;
    for (part, answers) in sheets {
        let student = seat.student.0;
        let row = AnswerRow {
            student_number: participant.number,
            test_date,
            outcome: AnswerOutcome::Answered,
            answers,
        };
        let begun = seat::begun(tx, seat.participant, part.instrument.id)?;
        let at = SheetPlace { place: part.instrument.place, batch: run.batch, student, begun };
        let revise = sheet::revise_of(tx, at.place.campaign, student, test_date)?;
        take(tx, &part.scale, at, (&row, revise), (stamp.by, stamp.now_ms))?;
    }
    settling::settle(tx, stamp, &run, &participant)?;
    seat::drop_drafts(tx, seat.participant)?;
    Ok(seat::leave(tx, seat.participant)?)
}

/// The student does not take part. Refusing costs nothing; it is noted and can be taken back.
///
/// # Errors
/// As [`sitting`].
pub fn refuse(
    tx: &Tx<'_>,
    shelf: &Shelf,
    token: &Digest,
    now_ms: i64,
) -> Result<(), AnsweringError> {
    let Sitting { seat, parts, .. } = sitting(tx, shelf, token, now_ms)?;
    let stamp = Stamp { by: STUDENT, now_ms };
    people::happen(tx, stamp, (seat.participant, seat.state), (Event::Refuse, ""))?;
    let own = shelf::of_seat(&parts, &seat);
    put_without(tx, (&seat, (STUDENT, now_ms)), AnswerOutcome::Refused, &own)?;
    seat::drop_drafts(tx, seat.participant)?;
    Ok(seat::leave(tx, seat.participant)?)
}

/// Notes for parts that there is no sheet, and why.
pub(super) fn put_without(
    tx: &Tx<'_>,
    (seat, by): (&Seat, (&str, i64)),
    outcome: AnswerOutcome,
    parts: &[&Part],
) -> Result<(), AnsweringError> {
    let run = run::get(tx, seat.run)?;
    let participant = people::get(tx, seat.participant)?;
    for part in parts {
        let (student, test_date) = (seat.student.0, today(by.1));
        let answers = vec![None; part.scale.items().len()].into_boxed_slice();
        let student_number = participant.number;
        let row = AnswerRow { student_number, test_date, outcome, answers };
        let place = part.instrument.place;
        let at = SheetPlace { place, batch: run.batch, student, begun: None };
        let revise = sheet::revise_of(tx, at.place.campaign, student, test_date)?;
        take(tx, &part.scale, at, (&row, revise), by)?;
    }
    Ok(())
}

/// The part and item of a question, counted over all parts from zero.
#[must_use]
pub fn find<'p>(own: &[&'p Part], place: usize) -> Option<(&'p Part, usize)> {
    let mut rest = place;
    for part in own {
        let items = part.scale.items().len();
        if rest < items {
            return Some((*part, rest));
        }
        rest -= items;
    }
    None
}

fn so_far(tx: &Tx<'_>, seat: &Seat, part: &Part) -> Result<Box<[Option<u8>]>, AnsweringError> {
    let count = part.scale.items().len();
    let kept = seat::draft(tx, seat.participant, part.instrument.id)?;
    Ok(kept.filter(|kept| kept.len() == count).unwrap_or_else(|| vec![None; count].into()))
}

/// The answers with all but one blank: what is raised is raised by the answer just given.
fn alone(answers: &[Option<u8>], index: usize) -> Vec<Option<u8>> {
    let keep = |(place, answer): (usize, &Option<u8>)| answer.filter(|_| place == index);
    answers.iter().enumerate().map(keep).collect()
}

fn is_critical_item(part: &Part, number: u16) -> bool {
    part.scale.definition().criticals.iter().any(|rule| rule.item == number)
}

fn today(now_ms: i64) -> Date {
    date_of(Timestamp::from_millisecond(now_ms).unwrap_or(Timestamp::UNIX_EPOCH))
}
