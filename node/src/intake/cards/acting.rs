//! What an expert does with a card: reads it, gives an opinion, or says that it cannot be done.

use domain::consult::OPINION_CHARS_MAX;
use domain::receiver::{Duty, ErasedWhy};
use runtime::sql::Tx;

use super::CardError;
use crate::content::Contact;
use crate::content::card::{CardAnswer, CardContent, CardId, CardSaid};
use crate::intake::acting::By;
use crate::intake::{IntakeError, Receiver};
use crate::ledger::entry::Moment;
use crate::ledger::intake::Worker;
use crate::ledger::intake::cards::{self as store, CardDone, CardIn, NewCardAct};

/// Lines that the list shows at most.
const LISTED: u32 = 500;

/// Longest note and longest words about a time, in characters.
const NOTE_CHARS_MAX: usize = 200;

/// A card with what was done about it; not what it says.
pub struct CardShown {
    /// The card.
    pub one: CardIn,
    /// What was done.
    pub done: Vec<CardDone>,
}

impl CardShown {
    /// Whether the expert is asked to answer: it is here, not taken back and not answered.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        let is_answered = self.done.iter().any(|act| act.what.answers());
        self.one.erased.is_none() && self.one.revoked_at.is_none() && !is_answered
    }
}

/// The list: cards that wait for an answer first, the earliest limit before the others. It says
/// urgency, school and limit, and nothing of a card.
///
/// # Errors
/// The role sees no list, or the store.
pub fn listed(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<CardShown>, IntakeError> {
    allow(worker, Duty::List)?;
    let mut found = Vec::new();
    for one in store::latest(tx, LISTED)? {
        let done = store::done(tx, one.id)?;
        found.push(CardShown { one, done });
    }
    found.sort_by_key(|shown| (!shown.is_asked(), shown.one.arrival.due_ms));
    Ok(found)
}

/// One card without what it says.
///
/// # Errors
/// The role sees no list, there is none of that number, or the store.
pub fn shown(tx: &Tx<'_>, worker: &Worker, id: i64) -> Result<CardShown, IntakeError> {
    allow(worker, Duty::List)?;
    let one = store::one(tx, id)?.ok_or(CardError::Unknown)?;
    Ok(CardShown { done: store::done(tx, id)?, one })
}

/// What a card says; the reading is logged before anything is given.
///
/// # Errors
/// The role is no expert's, it was erased, there is none of that number, or the store.
pub fn read(tx: &Tx<'_>, worker: &Worker, id: i64) -> Result<CardContent, IntakeError> {
    allow(worker, Duty::Outcome)?;
    store::one(tx, id)?.ok_or(CardError::Unknown)?;
    let content = store::content(tx, id)?.ok_or(CardError::Erased)?;
    store::log_read(tx, worker, id)?;
    Ok(CardContent::read(&content)?)
}

/// Answers a card once, by an opinion or by saying that it cannot be done; the answer is kept to be
/// sealed. A card that is declined is erased with it.
///
/// # Errors
/// The role is no expert's, it was answered, taken back or erased, a field cannot be right, or the
/// store; nothing was written.
pub fn act(
    tx: &Tx<'_>,
    receiver: &Receiver,
    worker: &Worker,
    (id, said): (i64, CardSaid),
) -> Result<(), IntakeError> {
    allow(worker, Duty::Outcome)?;
    let shown = shown(tx, worker, id)?;
    if shown.one.revoked_at.is_some() {
        return Err(CardError::Withdrawn.into());
    }
    if shown.one.erased.is_some() {
        return Err(CardError::Erased.into());
    }
    if !shown.is_asked() {
        return Err(CardError::Answered.into());
    }
    check_fields(&said, worker)?;
    let is_declined = matches!(said, CardSaid::Declined { .. });
    answer(tx, (receiver, &shown.one), &By::person(worker), said)?;
    if is_declined {
        store::erase(tx, id, (ErasedWhy::Declined, worker.now().0))?;
    }
    Ok(())
}

/// Who read which card, for whoever may look.
///
/// # Errors
/// The role may not, or the store.
pub fn reads(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<(Moment, i64, String)>, IntakeError> {
    allow(worker, Duty::Audit)?;
    Ok(store::reads(tx, LISTED)?)
}

/// Writes an act with its answer. Whoever calls has asked whether it may happen.
pub(super) fn answer(
    tx: &Tx<'_>,
    (receiver, one): (&Receiver, &CardIn),
    by: &By<'_>,
    said: CardSaid,
) -> Result<(), IntakeError> {
    let what = said.what();
    let number = match said {
        CardSaid::Erased { .. } => 0,
        _ => store::done(tx, one.id)?.iter().map(|act| act.number).max().unwrap_or(0) + 1,
    };
    let content = CardAnswer {
        card: CardId(one.arrival.name),
        act: number,
        by: Contact {
            unit: receiver.called().to_owned(),
            person: by.name.to_owned(),
            phone: String::new(),
        },
        at: by.at,
        said,
    };
    let said = content.write()?;
    let (card, account, at) = (one.id, by.account, by.at);
    store::add(tx, &NewCardAct { card, number, what, account, at, said: &said })?;
    Ok(())
}

const fn allow(worker: &Worker, duty: Duty) -> Result<(), IntakeError> {
    if worker.may(duty) { Ok(()) } else { Err(IntakeError::NotAllowed) }
}

fn check_fields(said: &CardSaid, worker: &Worker) -> Result<(), CardError> {
    let fits = |field: &'static str, text: &str, most: usize| match text.chars().count() > most {
        true => Err(CardError::Field(field)),
        false => Ok(()),
    };
    match said {
        CardSaid::Opinion(opinion) => {
            if opinion.text.trim().is_empty() {
                return Err(CardError::Field("text"));
            }
            fits("text", &opinion.text, OPINION_CHARS_MAX)?;
            let Some(time) = &opinion.time else { return Ok(()) };
            if time.day < worker.today() {
                return Err(CardError::Field("day"));
            }
            fits("time", &time.time, NOTE_CHARS_MAX)
        }
        CardSaid::Declined { note } => fits("note", note, NOTE_CHARS_MAX),
        // What came, ran out and was erased is the programme's to say.
        _ => Err(CardError::Field("act")),
    }
}
