//! At a receiver: what was opened as a bundle for the house's own system, and that system's answer
//! through the doors of the forms.

use domain::receiver::ReadWhy;
use domain::referral::State;
use jiff::civil::Date;
use runtime::sql::Tx;
use serde_json::Value;

use super::reply::Reply;
use super::{Ended, FhirError, Record, Said, bundle};
use crate::content::{AnswerContent, Answered, ReferralId};
use crate::intake::acting::{self, Shown};
use crate::intake::{IntakeError, Receiver};
use crate::ledger::intake::Worker;

/// A referral as a bundle. Reading what it says is logged with its purpose; of one whose consent is
/// over, that was taken back or erased, the bundle says that it is over.
///
/// # Errors
/// The role may not read, there is none of that number, it cannot be told, or the store.
pub fn export(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    (id, why): (i64, ReadWhy),
) -> Result<Value, IntakeError> {
    Ok(bundle(&record(tx, (receiver, worker), (id, why))?)?)
}

/// Takes what the house's own system answers, as if somebody had filled in the form: the same
/// role, the same table of transitions, the same consent.
///
/// # Errors
/// The file is no answer about this referral, the role may not, it does not happen now, the consent
/// lets no such outcome back, or the store; nothing was written.
pub fn import(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    (id, file): (i64, &[u8]),
) -> Result<(), IntakeError> {
    let reply = Reply::read(file)?;
    let shown = acting::shown(tx, worker, id)?;
    if *reply.envelope() != shown.entry.arrival.envelope {
        return Err(FhirError::OtherReferral.into());
    }
    if reply.has_more() {
        reply.check(&export(tx, (receiver, worker), (id, ReadWhy::Check))?)?;
    }
    match reply.answered(shown.course.state, worker.today())? {
        Answered::RevocationDone(kept) => acting::keep(tx, receiver, worker, (id, kept)),
        said => acting::act(tx, receiver, worker, (id, said)),
    }
}

fn record(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    (id, why): (i64, ReadWhy),
) -> Result<Record, IntakeError> {
    let shown = acting::shown(tx, worker, id)?;
    let content = match is_over(&shown, worker.today()) {
        true => None,
        false => match acting::read(tx, worker, (id, why)) {
            Ok(content) => Some(content),
            Err(IntakeError::Erased) => None,
            Err(error) => return Err(error),
        },
    };
    let (said, answers) = match content {
        Some(content) => (Said::Whole(Box::new(content)), answers(&shown)?),
        None => (Said::Ended(ended(receiver, &shown)), Vec::new()),
    };
    let revoked_at = shown.entry.revoked_at;
    Ok(Record {
        envelope: shown.entry.arrival.envelope,
        state: shown.course.state,
        revoked_at,
        is_settled: revoked_at.is_some() && !shown.wants_kept,
        said,
        answers,
    })
}

/// Taken back, or after the last day of its consent, or at an end.
fn is_over(shown: &Shown, today: Date) -> bool {
    let consent = shown.entry.arrival.consent.as_ref();
    let is_past = consent.is_some_and(|kept| kept.valid_to < today);
    let is_done = shown.course.state.is_terminal() || shown.course.state == State::Declined;
    shown.entry.revoked_at.is_some() || is_past || is_done
}

fn answers(shown: &Shown) -> Result<Vec<AnswerContent>, IntakeError> {
    let said = shown.done.iter().filter_map(|act| act.said.as_deref());
    Ok(said.map(AnswerContent::read).collect::<Result<_, _>>()?)
}

fn ended(receiver: &Receiver, shown: &Shown) -> Ended {
    let arrival = &shown.entry.arrival;
    Ended {
        referral: ReferralId(arrival.referral),
        number: arrival.number,
        urgency: arrival.urgency,
        at: arrival.received_at,
        sender: arrival.sender.clone(),
        recipient: receiver.called().to_owned(),
        consent: arrival.consent.clone(),
    }
}
