//! Sheets of paper: typed twice, compared, and handed in like any other sheet.
//!
//! A sheet is typed as one line of digits, a point or hyphen for a blank, because hands do that
//! fastest. A critical answer goes before the counsellors at the first pass: it does not wait
//! for the second.

use domain::ledger::{Action, Area};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::answering::AnsweringError;
use super::attendance::{is_without_consent, stamp};
use super::shelf::{Part, Shelf};
use super::{raise_given, settling, take};
use crate::import::answers::{AnswerOutcome, AnswerRow};
use crate::ledger::author::Author;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::paper::{self, Pass, Typed};
use crate::ledger::run::people::{self, Participant};
use crate::ledger::run::{self, InstrumentId, Run, RunId, tally};
use crate::ledger::sheet::{self, SheetPlace};
use crate::ledger::write;

/// Why a typed line is no sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// Not one symbol an item.
    #[error("{found} answers were typed, the sheet has {expected}")]
    Count {
        /// Items of the scale.
        expected: usize,
        /// Symbols typed.
        found: usize,
    },
    /// A symbol that the item does not offer; its number.
    #[error("item {0} has no such answer")]
    Answer(u16),
}

/// How a sheet of paper stands.
#[derive(Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody typed it.
    Blank,
    /// It was typed once.
    Once,
    /// Both passes say the same, or what differed was looked up.
    Agreed(Box<[Option<u8>]>),
    /// The passes differ at these items, by place from zero.
    Differs(Vec<usize>),
}

/// What a line says.
///
/// # Errors
/// Which item is wrong, or that there are too few or too many.
pub fn parse_line(part: &Part, text: &str) -> Result<Box<[Option<u8>]>, TypedError> {
    let items = part.scale.items();
    let typed: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    if typed.len() != items.len() {
        return Err(TypedError::Count { expected: items.len(), found: typed.len() });
    }
    let answer = |(c, item): (&char, &domain::scale::Item)| {
        let narrow = match u32::from(*c) {
            wide @ 0xff10..=0xff19 => char::from_u32(wide - 0xfee0).unwrap_or(*c),
            _ => *c,
        };
        if matches!(narrow, '.' | '-' | '。' | '－') {
            return Ok(None);
        }
        let value = narrow.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
        let fits = value.filter(|value| (item.answer_min..=item.answer_max).contains(value));
        fits.map(Some).ok_or(TypedError::Answer(item.number))
    };
    typed.iter().zip(items).map(answer).collect()
}

/// A sheet as the line by which it would be typed, in groups of five.
#[must_use]
pub fn line_of(answers: &[Option<u8>]) -> String {
    let mut line = String::with_capacity(answers.len() * 6 / 5);
    for (place, answer) in answers.iter().enumerate() {
        if place > 0 && place % 5 == 0 {
            line.push(' ');
        }
        match answer {
            Some(value) => line.push_str(&value.to_string()),
            None => line.push('.'),
        }
    }
    line
}

/// How what was typed stands.
#[must_use]
pub fn standing(typed: Option<&Typed>) -> Standing {
    let Some(typed) = typed else {
        return Standing::Blank;
    };
    if let Some(settled) = &typed.settled {
        return Standing::Agreed(settled.clone());
    }
    match (&typed.first, &typed.second) {
        (Some(first), Some(second)) => {
            let pairs = first.iter().zip(second.iter()).enumerate();
            let differing: Vec<usize> =
                pairs.filter(|(_, (one, other))| one != other).map(|(place, _)| place).collect();
            if differing.is_empty() && first.len() == second.len() {
                Standing::Agreed(first.clone())
            } else {
                Standing::Differs(differing)
            }
        }
        (None, None) => Standing::Blank,
        _ => Standing::Once,
    }
}

/// Whether a sheet of paper is taken of a student: one is asked and not there yet, and the family's
/// answer allows it.
///
/// # Errors
/// The store cannot be read.
pub fn is_awaited(
    tx: &Tx<'_>,
    run: &Run,
    (part, participant): (&Part, &Participant),
    today: Date,
) -> Result<bool, SqlError> {
    let state = participant.state;
    if !state.is_to_make_up() || is_without_consent(run, participant, today) {
        return Ok(false);
    }
    let asked = (state, participant.instruments.as_slice());
    let still_asked = tally::still_asked(tx, (run.id, participant.student), asked)?;
    Ok(still_asked.contains(&part.instrument.id))
}

/// Keeps one pass of a student's sheet; says whether a critical answer is on it.
///
/// # Errors
/// Who may not, nothing is awaited from the student, or the store; nothing was written.
pub fn enter(
    tx: &Tx<'_>,
    author: &Author,
    (run, part, participant): (&Run, &Part, &Participant),
    (pass, answers): (Pass, &[Option<u8>]),
) -> Result<bool, AnsweringError> {
    write::allow(tx, author, Action::Write(Area::Screening), Some(participant.student))?;
    if !is_awaited(tx, run, (part, participant), author.today())? {
        return Err(LedgerRefusal::NotWaiting.into());
    }
    let key = (participant.id, part.instrument.id);
    paper::keep(tx, stamp(author), key, (pass, answers))?;
    let when = (author.today(), paper::begun(tx, participant.id, part.instrument.id)?);
    let by = ((author.account(), author.now().0), when);
    Ok(raise_given(tx, &part.scale, (participant.student, answers), by)?)
}

/// Hands in the sheets of one instrument on which both passes agree, for the day of the test; gives
/// how many. Those of whom none is awaited any more are left where they are.
///
/// # Errors
/// Who may not, the day lies ahead or outside of the term, or the store; nothing was written.
pub fn hand_in(
    tx: &Tx<'_>,
    author: &Author,
    shelf: &Shelf,
    (id, instrument): (RunId, InstrumentId),
    (students, test_date): (&[StudentId], Date),
) -> Result<usize, AnsweringError> {
    write::allow(tx, author, Action::Write(Area::Screening), None)?;
    let open = run::get_open(tx, id)?;
    let last = shelf.last_day(open.term)?.min(author.today());
    if test_date < open.first_day || test_date > last {
        return Err(LedgerRefusal::Field("day").into());
    }
    let parts = shelf.parts(tx, id)?;
    let part = parts.iter().find(|part| part.instrument.id == instrument);
    let part = part.ok_or(LedgerRefusal::Unknown)?;
    let typed = paper::typed(tx, instrument)?;
    let mut count = 0;
    for student in students {
        let participant = people::of(tx, id, *student)?;
        let Standing::Agreed(answers) = standing(typed.get(&participant.id)) else { continue };
        if !is_awaited(tx, &open, (part, &participant), author.today())? {
            continue;
        }
        let student_number = participant.number;
        let outcome = AnswerOutcome::Answered;
        let row = AnswerRow { student_number, test_date, outcome, answers };
        let place = part.instrument.place;
        let begun = paper::begun(tx, participant.id, instrument)?;
        let at = SheetPlace { place, batch: open.batch, student: student.0, begun };
        let revise = sheet::revise_of(tx, place.campaign, student.0, test_date)?;
        take(tx, &part.scale, at, (&row, revise), (author.account(), author.now().0))?;
        paper::forget(tx, participant.id, instrument)?;
        settling::settle(tx, stamp(author), &open, &participant)?;
        count += 1;
    }
    Ok(count)
}
