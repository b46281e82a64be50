//! Sealing answers about cards: each in an envelope of its own to the school's key, cut into
//! letters to the own relay. One waits unsealed while no statement about the school's key is known.

use certs::identity::LeafIdentity;
use certs::letter::{Carried, Due, Letter, Routing, Way};
use certs::referral::{Draft, EnvelopeId, Ground, ReferralEnvelope, Role, Scopes};
use domain::consult::CardAct;
use domain::digest::Digest;
use domain::referral::DeadlineClass;
use domain::referral::slot::Rank;
use domain::unit::IdentityName;
use jiff::Timestamp;
use runtime::sql::Tx;

use crate::content::card::CARD_CLASSES;
use crate::intake::answering::{AnswerError, Keys, Sealed, keys, queue};
use crate::intake::{IntakeError, Receiver, relay_of};
use crate::ledger::Ledger;
use crate::ledger::aside;
use crate::ledger::intake::cards::{self as store, CardDone, CardIn};

/// Seals what waits; an answer that cannot be sealed keeps no other back.
pub(in crate::intake) fn seal_waiting(
    ledger: &Ledger,
    receiver: &Receiver,
    (identity, now): (&LeafIdentity, Timestamp),
) -> Result<Sealed, IntakeError> {
    let (mut told, mut after) = (Sealed::default(), 0);
    while let Some(act) = ledger.read(move |tx| store::first_unsealed(tx, after))? {
        after = act.id;
        let (of, card) = (receiver.clone(), act.card);
        let found = ledger.read(move |tx| {
            let Some(one) = store::one(tx, card)? else { return Ok(None) };
            let Some(sender) = of.name_of(&one.arrival.sender) else { return Ok(None) };
            let keys = keys(tx, (&of, sender.unit()), now)?;
            Ok::<_, IntakeError>(keys.map(|keys| (one, sender, keys)))
        })?;
        let Some((one, sender, keys)) = found else {
            told.waiting += 1;
            continue;
        };
        match letters((receiver, identity), (&one, &sender), &act, &keys) {
            Ok((letters, digest)) => {
                let rank = Rank::answering(one.arrival.urgency);
                let about = EnvelopeId::from_bytes(one.arrival.envelope);
                let seal = move |tx: &Tx<'_>, now_ms| {
                    aside::note_signed(tx, (about, digest), now_ms)?;
                    store::sealed(tx, act.id, now_ms)
                };
                told.sealed += usize::from(queue(ledger, (rank, letters), now, seal)?);
            }
            Err(error) => {
                tracing::warn!(%error, "an answer about a card was not sealed; it waits");
                told.waiting += 1;
            }
        }
    }
    Ok(told)
}

/// The letters of one answer, for the relay of the receiver's own district, and the digest of what
/// is signed in them.
fn letters(
    (receiver, identity): (&Receiver, &LeafIdentity),
    (one, sender): (&CardIn, &IdentityName),
    act: &CardDone,
    keys: &Keys,
) -> Result<(Vec<Letter>, Digest), AnswerError> {
    let (arrival, envelope) = (&one.arrival, EnvelopeId::generate());
    let to = EnvelopeId::from_bytes(arrival.envelope);
    let ground = arrival.consent.map_or(Ground::Emergency, |(digest, valid_to)| Ground::Consent {
        digest,
        valid_to,
        scopes: Scopes::of(CARD_CLASSES),
    });
    let content = act.said.as_deref().unwrap_or_default();
    let draft = Draft { role: Role::Answer { to }, envelope, ground, content };
    let closed = ReferralEnvelope::close(&keys.school, &draft, identity)?;
    let (recipient, relay) = (sender.unit().clone(), relay_of(sender, &receiver.parent));
    let (met, due) = limits(act.what, arrival.due_ms);
    let letter = |part: &certs::referral::Part| {
        let way = Way { recipient: recipient.clone(), relay: relay.clone() };
        let (number, urgency) = (part.number(), arrival.urgency);
        let carried = Carried { way, envelope, number, urgency, due };
        let routing = Routing::Answer { carried, to, met };
        Letter::seal(&keys.relay, &routing, Some(part))
    };
    let parts = closed.parts(&keys.school)?;
    let letters = parts.iter().map(letter).collect::<Result<_, _>>()?;
    Ok((letters, closed.digest()))
}

/// Which limit an act meets and which it sets, as a relay counts them: that a card came leaves the
/// limit of its answer.
fn limits(what: CardAct, due_ms: i64) -> (Option<DeadlineClass>, Option<Due>) {
    match what {
        CardAct::Received => {
            let until = Timestamp::from_millisecond(due_ms).ok();
            (None, until.map(|until| Due { class: DeadlineClass::Answered, until }))
        }
        CardAct::Opinion | CardAct::Declined | CardAct::TimedOut => {
            (Some(DeadlineClass::Answered), None)
        }
        CardAct::Erased => (Some(DeadlineClass::Withdrawal), None),
    }
}

/// The letters of one answer to keys of a test's own.
#[cfg(test)]
pub(super) fn of_tests(
    from: (&Receiver, &LeafIdentity),
    (one, act): (&CardIn, &CardDone),
    keys: &Keys,
) -> Vec<Letter> {
    let sender = from.0.name_of(&one.arrival.sender).expect("a name");
    letters(from, (one, &sender), act, keys).expect("letters").0
}
