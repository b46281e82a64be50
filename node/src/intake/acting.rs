//! What somebody at a receiver does about a referral, and what is answered for it.
//!
//! The one table of transitions says what may happen; the consent says how much of an outcome goes
//! back. An act and its answer are written in one transaction, and the answer is sealed later, so
//! that nobody waits for a key of the school's.

use certs::statement::{self, Purpose, SignedStatement};
use domain::ledger::consent::OutcomeBack;
use domain::receiver::{Duty, ErasedWhy, ReadWhy};
use domain::referral::{Actor, DeclineReason, Fact, KeptWhy, step};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::course::Course;
use super::{IntakeError, Receiver};
use crate::content::{
    AnswerContent, Answered, Contact, Kept, Outcome, ReferralContent, ReferralId,
};
use crate::ledger::entry::Moment;
use crate::ledger::intake::{self, Done, Entry, NewAct, Worker};
use crate::ledger::letters;
use crate::letters::answers::ACTS_OF_A_RUN;

/// Lines that the worklist shows at most.
const LISTED: u32 = 500;

/// Who did something: a person, or the programme by its clock.
pub(super) struct By<'a> {
    pub(super) account: &'a str,
    pub(super) name: &'a str,
    pub(super) at: Moment,
}

impl<'a> By<'a> {
    /// The programme.
    pub(super) const fn program(at: Moment) -> Self {
        Self { account: "", name: "", at }
    }

    pub(super) fn person(worker: &'a Worker) -> Self {
        Self { account: worker.account(), name: worker.name(), at: worker.now() }
    }
}

/// A line of the worklist: what is known without reading what the referral says.
pub struct Line {
    /// The envelope.
    pub entry: Entry,
    /// Where it stands.
    pub course: Course,
}

/// A referral with what was done about it; not what it says.
pub struct Shown {
    /// The envelope.
    pub entry: Entry,
    /// Where it stands.
    pub course: Course,
    /// What was done.
    pub done: Vec<Done>,
    /// Whether somebody has to say what is kept after a withdrawal.
    pub wants_kept: bool,
}

/// The worklist: whose turn is this side's first, the earliest limit before the others.
///
/// # Errors
/// The role sees no list, or the store.
pub fn worklist(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<Line>, IntakeError> {
    allow(worker, Duty::List)?;
    let mut lines = Vec::new();
    for entry in intake::latest(tx, LISTED)? {
        let course = Course::of(&entry, &intake::done(tx, entry.id)?);
        lines.push(Line { entry, course });
    }
    lines.sort_by_key(|line| line.course.due_ms.unwrap_or(i64::MAX));
    Ok(lines)
}

/// One referral without what it says.
///
/// # Errors
/// The role sees no list, there is none of that number, or the store.
pub fn shown(tx: &Tx<'_>, worker: &Worker, id: i64) -> Result<Shown, IntakeError> {
    allow(worker, Duty::List)?;
    let entry = intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    let done = intake::done(tx, id)?;
    let wants_kept = intake::wants_kept(tx, id)?;
    Ok(Shown { course: Course::of(&entry, &done), entry, done, wants_kept })
}

/// What a referral says, for a purpose; the reading is logged before anything is given.
///
/// # Errors
/// The role may not read, it was erased, there is none of that number, or the store.
pub fn read(
    tx: &Tx<'_>,
    worker: &Worker,
    (id, why): (i64, ReadWhy),
) -> Result<ReferralContent, IntakeError> {
    allow(worker, Duty::Read)?;
    let entry = intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    if entry.erased.is_none() && entry.locked_at.is_some() {
        return Err(IntakeError::Locked);
    }
    let content = intake::content(tx, id)?.ok_or(IntakeError::Erased)?;
    intake::log_read(tx, worker, (id, why))?;
    Ok(ReferralContent::read(&content)?)
}

/// Does something about a referral, as far as the table lets it, and keeps the answer to be sealed.
/// What was declined or sent elsewhere is erased with it.
///
/// # Errors
/// The role may not, it does not happen now, a field is missing, the consent lets no such outcome
/// back, or the store; nothing was written.
pub fn act(
    tx: &Tx<'_>,
    receiver: &Receiver,
    worker: &Worker,
    (id, said): (i64, Answered),
) -> Result<(), IntakeError> {
    allow(worker, duty_of(&said)?)?;
    let entry = intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    if entry.revoked_at.is_some() {
        return Err(IntakeError::Withdrawn);
    }
    if entry.locked_at.is_some() {
        return Err(IntakeError::Locked);
    }
    check_fields(&said, worker.today())?;
    if let Answered::Outcome(outcome) = &said {
        covers(&entry, outcome, worker.today())?;
    }
    let course = Course::of(&entry, &intake::done(tx, id)?);
    let event = said.event().ok_or(IntakeError::NotAllowed)?;
    step(course.state, event, Actor::Recipient, |fact| knows(fact, &said))?;
    let erased = match &said {
        Answered::Declined { .. } => Some(ErasedWhy::Declined),
        Answered::Redirected { .. } => Some(ErasedWhy::Redirected),
        _ => None,
    };
    answer(tx, (receiver, &entry), &By::person(worker), said)?;
    if let Some(why) = erased {
        intake::erase(tx, id, (why, worker.now().0))?;
    }
    Ok(())
}

/// Notes that somebody at the school said by telephone that a referral stands which is locked since
/// this house was put back from a backup; it is read and answered again.
///
/// # Errors
/// The role may not, nobody is named, it is not locked, or the store; nothing was written.
pub fn stands(tx: &Tx<'_>, worker: &Worker, (id, who): (i64, &str)) -> Result<(), IntakeError> {
    allow(worker, Duty::Answer)?;
    intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    if who.trim().is_empty() {
        return Err(IntakeError::Field("who"));
    }
    let by = format!("{}（{}）", who.trim(), worker.account());
    if intake::unlock(tx, id, Some(&by))? { Ok(()) } else { Err(IntakeError::NotAsked) }
}

/// Says what the law makes this house keep after a withdrawal. What an emergency said that was
/// stood down is erased with it.
///
/// # Errors
/// The role may not, nobody took it back, it was said before, or the store.
pub fn keep(
    tx: &Tx<'_>,
    receiver: &Receiver,
    worker: &Worker,
    (id, kept): (i64, Kept),
) -> Result<(), IntakeError> {
    allow(worker, Duty::Answer)?;
    let entry = intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    if !intake::wants_kept(tx, id)? {
        return Err(IntakeError::NotAsked);
    }
    let needs_words = kept.why != KeptWhy::Nothing;
    if needs_words && kept.detail.trim().is_empty() {
        return Err(IntakeError::Field("detail"));
    }
    answer(tx, (receiver, &entry), &By::person(worker), Answered::RevocationDone(kept))?;
    // After a consent's withdrawal it is gone already, and this changes nothing.
    Ok(intake::erase(tx, id, (ErasedWhy::StoodDown, worker.now().0))?)
}

/// Keeps the statements of schools and relays among some, which hold now; gives how many.
///
/// # Errors
/// The role may not, none of them holds, or the store.
pub fn know(
    tx: &Tx<'_>,
    receiver: &Receiver,
    worker: &Worker,
    statements: &[SignedStatement],
) -> Result<usize, IntakeError> {
    allow(worker, Duty::Answer)?;
    let now = Timestamp::from_millisecond(worker.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let (roots, zone) = (receiver.trust.roots(), receiver.name.zone());
    let mut known = 0;
    for signed in statements {
        let Ok(verified) = statement::verify(signed, roots, zone, now) else { continue };
        if !matches!(verified.statement().purpose, Purpose::Referral | Purpose::Relay) {
            continue;
        }
        letters::enter(tx, (signed, &verified), worker.account(), worker.now().0)?;
        known += 1;
    }
    if known == 0 { Err(IntakeError::NoStatement) } else { Ok(known) }
}

/// Writes an act with its answer. Whoever calls has asked the table.
pub(super) fn answer(
    tx: &Tx<'_>,
    (receiver, entry): (&Receiver, &Entry),
    by: &By<'_>,
    said: Answered,
) -> Result<(), IntakeError> {
    let event = said.event();
    let number = match event {
        None => 0,
        Some(_) => intake::next_number(tx, entry.id, ACTS_OF_A_RUN)?,
    };
    let agreed = match &said {
        Answered::Appointed { day, .. } => Some(*day),
        _ => None,
    };
    let (arrival, unit) = (&entry.arrival, receiver.called().to_owned());
    let content = AnswerContent {
        referral: ReferralId(arrival.referral),
        number: arrival.number,
        act: number,
        seen: arrival.seen,
        by: Contact { unit, person: by.name.to_owned(), phone: String::new() },
        at: by.at,
        said,
    };
    let (intake, account, at) = (entry.id, by.account, by.at);
    let said = content.write()?;
    intake::add(tx, &NewAct { intake, number, event, account, at, agreed, said: &said })?;
    Ok(())
}

const fn allow(worker: &Worker, duty: Duty) -> Result<(), IntakeError> {
    if worker.may(duty) { Ok(()) } else { Err(IntakeError::NotAllowed) }
}

/// Whose duty an answer is; that something came, that a time ran out and what is kept are said by
/// other ways.
const fn duty_of(said: &Answered) -> Result<Duty, IntakeError> {
    match said {
        Answered::Outcome(_) | Answered::MoreCare => Ok(Duty::Outcome),
        Answered::Delivered | Answered::TimedOut | Answered::RevocationDone(_) => {
            Err(IntakeError::NotAllowed)
        }
        _ => Ok(Duty::Answer),
    }
}

/// What must be known for an act, as far as the answer says it; fields were looked at before.
const fn knows(fact: Fact, said: &Answered) -> bool {
    match fact {
        Fact::ReasonCoded => matches!(said, Answered::Declined { .. }),
        Fact::OtherNamed => matches!(said, Answered::Redirected { .. }),
        Fact::DateAndPlace => matches!(said, Answered::Appointed { .. }),
        _ => false,
    }
}

fn check_fields(said: &Answered, today: Date) -> Result<(), IntakeError> {
    let filled = |field: &'static str, text: &str| match text.trim().is_empty() {
        true => Err(IntakeError::Field(field)),
        false => Ok(()),
    };
    let not_later = |day: Date| match day > today {
        true => Err(IntakeError::Field("day")),
        false => Ok(()),
    };
    match said {
        Answered::Declined { reason: DeclineReason::Other, note } => filled("note", note),
        Answered::Redirected { to, .. } => filled("to", &to.unit),
        Answered::Appointed { day, place, .. } => {
            filled("place", place)?;
            if *day < today { Err(IntakeError::Field("day")) } else { Ok(()) }
        }
        Answered::NotSeen(day) | Answered::Seen(day) => not_later(*day),
        Answered::TakenOver { by, place } => {
            filled("by", by)?;
            filled("place", place)
        }
        _ => Ok(()),
    }
}

/// Whether the consent lets so much of an outcome back; in an emergency nobody has agreed to any,
/// and after its last day it lets nothing back any more.
fn covers(entry: &Entry, outcome: &Outcome, today: Date) -> Result<(), IntakeError> {
    let consent = entry.arrival.consent.as_ref().filter(|kept| today <= kept.valid_to);
    let back = consent.map_or(OutcomeBack::None, |kept| kept.outcome_back);
    let is_covered = match back {
        OutcomeBack::None => outcome.fit.is_none() && outcome.summary.is_none(),
        OutcomeBack::Code => outcome.summary.is_none(),
        OutcomeBack::Summary => true,
    };
    if is_covered { Ok(()) } else { Err(IntakeError::NotCovered) }
}

/// Who read what, for whoever may look.
///
/// # Errors
/// The role may not, or the store.
pub fn reads(
    tx: &Tx<'_>,
    worker: &Worker,
    of: Option<i64>,
) -> Result<Vec<intake::ReadLine>, IntakeError> {
    allow(worker, Duty::Audit)?;
    Ok(intake::reads(tx, of, LISTED)?)
}

/// What was refused, for whoever may look.
///
/// # Errors
/// The role may not, or the store.
pub fn refused(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<(Moment, String)>, IntakeError> {
    allow(worker, Duty::Audit)?;
    Ok(intake::refused(tx, LISTED)?)
}
