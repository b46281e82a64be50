//! What came by letter, written into the course: acts of the other side, a relay's word, and what
//! became of a withdrawal.
//!
//! Nobody at the school says so: it was signed by whom the envelope names and opened with the
//! school's key, which is asked before anything of it comes here. The table decides as for
//! everything else; what comes too late is kept and changes nothing.

use domain::ledger::consent::{Answer, OutcomeBack};
use domain::referral::history::Standing;
use domain::referral::{Actor, Event, State, step};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::super::author::Author;
use super::super::consent::Consent;
use super::super::entry::RecordId;
use super::super::refusal::LedgerRefusal;
use super::super::{read, write};
use super::acts::{act_of, put_act, reasoned};
use super::course::{Course, course, mark};
use super::{ReferralAct, Told};

/// An act of a recipient as its letter says it.
pub(crate) struct Came {
    /// What happened.
    pub(crate) event: Event,
    /// Of which hand-over.
    pub(crate) envelope: u32,
    /// Its number among the recipient's own.
    pub(crate) number: u32,
    /// How many acts of the school had been seen.
    pub(crate) seen: u32,
    /// What it says.
    pub(crate) told: Told,
}

/// Writes an act of a recipient; the one before it stands there already. More of an outcome than
/// the family let back is not kept.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub(crate) fn came(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    came: &Came,
) -> Result<State, LedgerRefusal> {
    let now = course(tx, record)?;
    let mut told = came.told.clone();
    // A clock that is ahead makes no day that is still to come.
    told.day = told.day.min(author.today());
    if came.event == Event::Outcome {
        let back = lets_back(tx, &now, told.day)?;
        if back != OutcomeBack::Summary {
            told.detail.clear();
            told.agreed = None;
        }
        if back == OutcomeBack::None {
            told.code.clear();
        }
    }
    let act = ReferralAct {
        envelope: came.envelope,
        lane_number: Some(came.number),
        lane_seen: Some(came.seen),
        ..act_of(author, (&now, came.event, Actor::Recipient), &told, None)
    };
    write::put_new(tx, author, &act, None)?;
    mark(tx, record)
}

/// How much of an outcome of that day the consent lets back on which the referral was sent; after
/// its last day nothing.
fn lets_back(tx: &Tx<'_>, now: &Course, day: Date) -> Result<OutcomeBack, LedgerRefusal> {
    let last = now.acts.iter().rev().find_map(|(act, _)| act.entry.consent);
    let paper = match last {
        Some(record) => read::one::<Consent>(tx, record)?,
        None => None,
    };
    let stands = |paper: &Consent| paper.answer == Answer::Given && day <= paper.valid_to;
    let given = paper.filter(|kept| stands(&kept.entry));
    Ok(given.map_or(OutcomeBack::None, |kept| kept.entry.outcome_back))
}

/// Writes that a relay has what was sent, where the hand-over that it is about is the current one
/// and nobody has said more; says whether it was written.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub(crate) fn hub_ack(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    envelope: u32,
) -> Result<bool, LedgerRefusal> {
    let now = course(tx, record)?;
    if now.state != State::Sent || now.envelope != envelope {
        return Ok(false);
    }
    let told = Told::on(author.today());
    put_act(tx, author, (&now, Event::HubAck, Actor::Hub), &told, None)?;
    mark(tx, record)?;
    Ok(true)
}

/// Writes that the current hand-over was recalled since it never left as a whole, where the table
/// lets it; says whether it was written.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub(crate) fn lapse(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (envelope, said): (u32, &str),
) -> Result<bool, LedgerRefusal> {
    let now = course(tx, record)?;
    let can = step(now.state, Event::Recall, Actor::School, |_| true).is_ok();
    if now.envelope != envelope || !can {
        return Ok(false);
    }
    let told = Told { detail: said.to_owned(), ..Told::on(author.today()) };
    put_act(tx, author, (&now, Event::Recall, Actor::School), &told, None)?;
    mark(tx, record)?;
    Ok(true)
}

/// Whether something that took effect takes back what recipients hold.
pub(crate) fn is_taken_back(course: &Course) -> bool {
    let mut took = course.acts.iter().filter(|(_, how)| matches!(how, Standing::Took(_)));
    took.any(|(act, _)| act.entry.takes_back())
}

/// The last hand-over of an emergency that was stood down, if one was: whoever holds it is told,
/// and those that follow it stand.
pub(crate) fn stood_down(course: &Course) -> Option<u32> {
    let took = course.acts.iter().filter(|(_, how)| matches!(how, Standing::Took(_)));
    let calmed = took.filter(|(act, _)| act.entry.event == Event::StoodDown);
    calmed.map(|(act, _)| act.entry.envelope).max()
}

/// Notes what all recipients answered after something was taken back; nothing where no such act
/// waits.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub(crate) fn acknowledge(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (day, said): (Date, &str),
) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    let mut took = now.acts.iter().filter(|(_, how)| matches!(how, Standing::Took(_)));
    let Some((kept, _)) = took.find(|(act, _)| act.entry.is_unanswered()) else { return Ok(()) };
    let answered = ReferralAct {
        acknowledged: Some(day.min(author.today())),
        reply: said.to_owned(),
        ..kept.entry.clone()
    };
    let author = reasoned(author, said);
    write::put_change(tx, &author, (kept.record, kept.version), &answered, None)?;
    Ok(())
}

/// Has what took back wait for an answer again: it was said that nothing had left, and the ledger
/// was put back from a backup, so that nobody knows. The author has a reason.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub(crate) fn reopen(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let now = course(tx, record)?;
    let mut took = now.acts.iter().filter(|(_, how)| matches!(how, Standing::Took(_)));
    let is_answered = |act: &ReferralAct| act.takes_back() && act.acknowledged.is_some();
    let Some((kept, _)) = took.find(|(act, _)| is_answered(&act.entry)) else { return Ok(()) };
    let open = ReferralAct { acknowledged: None, reply: String::new(), ..kept.entry.clone() };
    write::put_change(tx, author, (kept.record, kept.version), &open, None)?;
    Ok(())
}
