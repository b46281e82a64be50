//! Cards of consultations at an expert's unit: taken in by letter, read by whoever is the expert,
//! answered with an opinion, and erased.
//!
//! A card comes by the road of referrals and is believed as one is. It names no child, and so it
//! has a list and a page of its own, with nothing to accept or to appoint. What is erased and when
//! is decided here: with a refusal, after a withdrawal, when nobody answered in time, and some
//! weeks after the opinion.

pub mod acting;
mod answering;
mod said;
#[cfg(test)]
mod tests;

pub(super) use answering::seal_waiting;

use certs::referral::{EnvelopeId, Ground, OpenedReferral, Revealed, WithdrawalMark};
use domain::consult::{CARD_DAYS, CardAct};
use domain::ledger::day::plus_days;
use domain::receiver::{ErasedWhy, RefusedWhy};
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::Tx;
use zeroize::Zeroizing;

use super::acting::By;
use super::{IntakeError, Receiver};
use crate::content::card::{CardAnswer, CardContent, CardSaid};
use crate::ledger::aside;
use crate::ledger::entry::Moment;
use crate::ledger::intake::cards::{self as store, CardArrival, CardDone, CardIn};
use crate::ledger::intake::{Withdrawn, is_withdrawn};

/// Cards that the clock looks at.
const LOOKED_AT: u32 = 1_000;

/// No card is here for longer than the longest life of a consent.
const LONGEST_DAYS: u32 = 180;

/// Why nothing of a card was shown or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CardError {
    /// There is no such card here.
    #[error("there is no such card here")]
    Unknown,
    /// It was erased.
    #[error("the card was erased")]
    Erased,
    /// It was taken back.
    #[error("the card was taken back")]
    Withdrawn,
    /// It was answered.
    #[error("the card was answered")]
    Answered,
    /// A field is empty, too long or cannot be right.
    #[error("the field {0} is empty, too long or cannot be right")]
    Field(&'static str),
}

/// A card that was opened and is believed.
pub(super) struct OpenedCard {
    arrival: CardArrival,
    content: Zeroizing<Vec<u8>>,
}

/// Believes a card: what it says is what its signed header says, and its consent is not over.
///
/// # Errors
/// It is not; what came is to be forgotten.
pub(super) fn believed(
    opened: &OpenedReferral,
    withdrawal: WithdrawalMark,
    now: Timestamp,
) -> Result<OpenedCard, RefusedWhy> {
    let header = opened.header();
    let content = CardContent::read(opened.content()).map_err(|_| RefusedWhy::Content)?;
    content.fits(header).map_err(|_| RefusedWhy::Content)?;
    let consent = match header.ground {
        Ground::Consent { valid_to, .. } if valid_to < date_of(now) => {
            return Err(RefusedWhy::Ended);
        }
        Ground::Consent { digest, valid_to, .. } => Some((digest, valid_to)),
        Ground::Emergency => None,
        // What stands on a duty is no card, whatever it says.
        Ground::Duty | Ground::Enrolment => return Err(RefusedWhy::Content),
    };
    let arrival = CardArrival {
        envelope: *header.envelope.bytes(),
        digest: opened.envelope().digest(),
        sender: header.sender.to_string(),
        name: content.card.0,
        urgency: content.urgency,
        consent,
        due_ms: content.until.0,
        withdrawal: withdrawal.digest(),
        received_at: Moment(now.as_millisecond()),
    };
    Ok(OpenedCard { arrival, content: Zeroizing::new(opened.content().to_vec()) })
}

/// Keeps a card, once; one that was taken back before it came is kept without what it says. Says
/// whether it is here.
///
/// # Errors
/// The store cannot be read or written.
pub(super) fn receive(
    tx: &Tx<'_>,
    receiver: &Receiver,
    opened: &OpenedCard,
) -> Result<bool, IntakeError> {
    let arrival = &opened.arrival;
    let told = Withdrawn { envelope: arrival.envelope, mark: arrival.withdrawal };
    let is_told = is_withdrawn(tx, &told)?;
    aside::forget(tx, EnvelopeId::from_bytes(arrival.envelope))?;
    let content = (!is_told).then_some(opened.content.as_slice());
    let Some(id) = store::receive(tx, arrival, content)? else { return Ok(false) };
    let one = store::one(tx, id)?.ok_or(CardError::Unknown)?;
    let said = match is_told {
        true => CardSaid::Erased { card: false, opinions: 0 },
        false => CardSaid::Received,
    };
    acting::answer(tx, (receiver, &one), &By::program(arrival.received_at), said)?;
    Ok(!is_told)
}

/// Hears a withdrawal of a card; nothing where the envelope is no card's that is known here.
///
/// Only a secret that opens the mark on the signed envelope takes it back. The card and every
/// opinion go at once, also in an emergency: nobody is on the way because of a card. The receipt
/// says what was erased.
///
/// # Errors
/// The store cannot be read or written.
pub(super) fn withdraw(
    tx: &Tx<'_>,
    receiver: &Receiver,
    (secret, envelope): (Revealed, EnvelopeId),
    now: Moment,
) -> Result<Option<bool>, IntakeError> {
    let Some(one) = store::by_envelope(tx, envelope.bytes())? else { return Ok(None) };
    let mark = WithdrawalMark::from_digest(one.arrival.withdrawal);
    if !mark.is_opened_by(secret, envelope) || !store::mark_revoked(tx, one.id, now.0)? {
        return Ok(Some(false));
    }
    let done = store::done(tx, one.id)?;
    let opinions = done.iter().filter(|act| act.what == CardAct::Opinion && act.said.is_some());
    let opinions = u32::try_from(opinions.count()).unwrap_or(u32::MAX);
    let card = store::erase(tx, one.id, (ErasedWhy::Revoked, now.0))?;
    store::unsay(tx, one.id)?;
    let said = CardSaid::Erased { card, opinions };
    acting::answer(tx, (receiver, &one), &By::program(now), said)?;
    Ok(Some(true))
}

/// Ends what is to be ended now; gives how many cards were erased.
///
/// # Errors
/// The store cannot be read or written.
pub(super) fn pass(tx: &Tx<'_>, receiver: &Receiver, now: Moment) -> Result<usize, IntakeError> {
    let mut erased = 0;
    for one in store::latest(tx, LOOKED_AT)? {
        let Some(end) = end_of(&one, &store::done(tx, one.id)?, now) else { continue };
        if end == ErasedWhy::Expired {
            acting::answer(tx, (receiver, &one), &By::program(now), CardSaid::TimedOut)?;
        }
        erased += usize::from(store::erase(tx, one.id, (end, now.0))?);
    }
    Ok(erased)
}

/// Whether any card is to be ended, without writing.
///
/// # Errors
/// The store cannot be read.
pub(super) fn is_due(tx: &Tx<'_>, now: Moment) -> Result<bool, runtime::sql::SqlError> {
    for one in store::latest(tx, LOOKED_AT)? {
        if end_of(&one, &store::done(tx, one.id)?, now).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why a card is to be erased now: nobody answered until its limit had passed a second time, its
/// consent is over, or it was answered some weeks ago.
fn end_of(one: &CardIn, done: &[CardDone], now: Moment) -> Option<ErasedWhy> {
    if one.erased.is_some() {
        return None;
    }
    let (arrival, received_ms) = (&one.arrival, one.arrival.received_at.0);
    let answered = done.iter().find(|act| act.what.answers());
    // Whatever day a school's content names.
    let longest = plus_days(arrival.received_at.day(), LONGEST_DAYS);
    let last = match (arrival.consent, answered) {
        (Some((_, valid_to)), Some(act)) => valid_to.min(plus_days(act.at.day(), CARD_DAYS)),
        (None, Some(act)) => plus_days(act.at.day(), CARD_DAYS),
        (Some((_, valid_to)), None) => valid_to,
        (None, None) => longest,
    };
    let last = last.min(longest);
    if answered.is_none() {
        let span_ms = arrival.due_ms.saturating_sub(received_ms).max(0);
        let has_run_out = arrival.due_ms.saturating_add(span_ms) < now.0;
        if (arrival.consent.is_some() && has_run_out) || last < now.day() {
            return Some(ErasedWhy::Expired);
        }
    }
    (last < now.day()).then_some(ErasedWhy::Ended)
}

/// The opinion that an act holds, until it is erased.
pub(crate) fn opinion_of(act: &CardDone) -> Option<CardAnswer> {
    act.said.as_deref().and_then(|said| CardAnswer::read(said).ok())
}
