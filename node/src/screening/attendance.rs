//! What the counsellor notes about a student of a run: codes, refusals, absences, make-up, retest.

use domain::ledger::{Action, Area};
use domain::screening::order::stagger;
use domain::screening::{Code, Event, State};
use jiff::civil::{Date, DateTime};
use runtime::clock::instant_ms;
use runtime::sql::Tx;

use super::answering::{self, AnsweringError};
use super::shelf::{self, Shelf};
use crate::import::answers::AnswerOutcome;
use crate::ledger::author::Author;
use crate::ledger::browse::purpose_of;
use crate::ledger::entry::StudentId;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people::{self, Participant, Stamp};
use crate::ledger::run::{self, Run, RunId, seat};
use crate::ledger::{access, write};

/// Something that a counsellor notes about one student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The student or a guardian refused.
    Refused,
    /// The student was not there.
    Absent,
    /// The refusal or absence is taken back.
    Reopened,
    /// A void sheet is answered again.
    Retest,
}

impl Note {
    /// The note that a form sends.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "refused" => Self::Refused,
            "absent" => Self::Absent,
            "reopened" => Self::Reopened,
            "retest" => Self::Retest,
            _ => return None,
        })
    }

    const fn event(self) -> Event {
        match self {
            Self::Refused => Event::Refuse,
            Self::Absent => Event::Absent,
            Self::Reopened => Event::Reopen,
            Self::Retest => Event::Retest,
        }
    }
}

/// Writes a note about a student. A refusal or absence is a sheet without answers for each
/// instrument that has none, as a file would bring it; a retest throws the old draft away.
///
/// # Errors
/// Who may not, it cannot follow the present state, or the store; nothing was written.
pub fn note(
    tx: &Tx<'_>,
    author: &Author,
    shelf: &Shelf,
    (id, student): (RunId, StudentId),
    note: Note,
) -> Result<State, AnsweringError> {
    write::allow(tx, author, Action::Write(Area::Screening), Some(student))?;
    let open = run::get_open(tx, id)?;
    let participant = people::of(tx, open.id, student)?;
    let standing = (participant.id, participant.state);
    let state = people::happen(tx, stamp(author), standing, (note.event(), author.reason()))?;
    let outcome = match note {
        Note::Refused => Some(AnswerOutcome::Refused),
        Note::Absent => Some(AnswerOutcome::Absent),
        Note::Reopened | Note::Retest => None,
    };
    if let (Some(outcome), Some(seat)) = (outcome, seat::of_participant(tx, participant.id)?) {
        let parts = shelf.parts(tx, open.id)?;
        let own = shelf::of_seat(&parts, &seat);
        let by = (author.account(), author.now().0);
        answering::put_without(tx, (&seat, by), outcome, &own)?;
    }
    if matches!(note, Note::Refused | Note::Retest) {
        seat::drop_drafts(tx, participant.id)?;
        seat::leave(tx, participant.id)?;
    }
    Ok(state)
}

/// Lets everybody who is to make up in until an instant; gives how many.
///
/// # Errors
/// Who may not, the instant is past or after the term, or the store.
pub fn admit_late(
    tx: &Tx<'_>,
    author: &Author,
    shelf: &Shelf,
    (id, students): (RunId, &[StudentId]),
    until: DateTime,
) -> Result<usize, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Screening), None)?;
    let open = run::get_open(tx, id)?;
    let until_ms = instant_ms(until);
    if until_ms <= author.now().0 || until.date() > shelf.last_day(open.term)? {
        return Err(LedgerRefusal::Field("until"));
    }
    for student in students {
        let participant = people::of(tx, open.id, *student)?;
        people::admit_late(tx, stamp(author), participant.id, until_ms)?;
    }
    Ok(students.len())
}

/// Draws a new code for a student; the old one opens nothing any more.
///
/// # Errors
/// Who may not, nobody is to answer there, or the store.
pub fn issue(
    tx: &Tx<'_>,
    author: &Author,
    run: &Run,
    participant: &Participant,
) -> Result<Code, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Screening), Some(participant.student))?;
    if !is_given_a_code(run, participant, author.today()) {
        return Err(LedgerRefusal::NotWaiting);
    }
    let code = answering::draw_code();
    seat::issue(tx, stamp(author), participant.id, &answering::digest_of(&code))?;
    Ok(code)
}

/// Whether a student is given a code: something is asked, nothing was handed in, and the guardian's
/// answer allows it today.
#[must_use]
pub fn is_given_a_code(run: &Run, participant: &Participant, today: Date) -> bool {
    let open = participant.state.is_open() && !participant.instruments.is_empty();
    open && !is_without_consent(run, participant, today)
}

/// Whether the guardian's answer keeps a student from answering today.
#[must_use]
pub fn is_without_consent(run: &Run, participant: &Participant, today: Date) -> bool {
    answering::is_without_consent((run.unasked, &participant.family), today)
}

/// The first school day from a day on, for a form that proposes one.
#[must_use]
pub fn school_day_from(day: Date) -> Date {
    stagger(1, day, 0).first().copied().unwrap_or(day)
}

/// Logs that codes or lists named students to somebody who may read each of them.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_named(
    tx: &Tx<'_>,
    author: &Author,
    students: impl Iterator<Item = StudentId>,
) -> Result<(), LedgerRefusal> {
    Ok(access::log_list(tx, author, &students.collect(), purpose_of(author.role()))?)
}

/// Who notes it, and when.
pub(super) fn stamp(author: &Author) -> Stamp<'_> {
    Stamp { by: author.account(), now_ms: author.now().0 }
}
