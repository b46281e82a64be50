//! Sealing answers: each act in an envelope of its own to the school's key, cut into letters to the
//! receiver's relay.
//!
//! An answer waits unsealed while no statement about the school's key is known here: the act stands
//! all the same, and the page says that the school has not heard of it. What was sealed is kept as
//! it was sealed until the school says that it has it, and is put into new letters until then.

use std::collections::{BTreeMap, BTreeSet};

use certs::identity::LeafIdentity;
use certs::letter::{Carried, Due, Letter, LetterError, Routing, Way};
use certs::referral::{
    Draft, EnvelopeId, Ground, Part, ReferralEnvelope, ReferralError, Role, Scopes,
};
use certs::statement::{self, Purpose, VerifiedStatement};
use domain::referral::slot::Rank;
use domain::referral::{DeadlineClass, Event};
use domain::unit::{IdentityName, UnitId};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::course::Course;
use super::{IntakeError, Receiver, relay_of, renewing};
use crate::ledger::Ledger;
use crate::ledger::aside;
use crate::ledger::intake::unheard::{self, NewSealed};
use crate::ledger::intake::{self, Done, Entry};
use crate::ledger::letters as stated;
use crate::letters::again::asking::{self, Side};
use crate::letters::road::Road;

/// What people call senders; of whom no name is known, it is the name of the certificate.
#[derive(Clone, Debug, Default)]
pub(crate) struct SendersCalled(BTreeMap<String, String>);

impl SendersCalled {
    /// What one is called.
    pub(crate) fn of<'a>(&'a self, sender: &'a str) -> &'a str {
        self.0.get(sender).map_or(sender, String::as_str)
    }
}

/// What sealing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Acts that were sealed.
    pub sealed: usize,
    /// Acts whose school's key or relay's key is not known.
    pub waiting: usize,
}

/// Why one answer was not sealed.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnswerError {
    #[error(transparent)]
    Envelope(#[from] ReferralError),
    #[error(transparent)]
    Letter(#[from] LetterError),
}

/// To whose keys an answer is sealed.
pub(super) struct Keys {
    pub(super) school: VerifiedStatement,
    pub(super) relay: VerifiedStatement,
}

/// Seals what waits, and anew what no school has acknowledged; an answer that cannot be sealed
/// keeps no other back.
pub(super) fn seal_waiting(
    ledger: &Ledger,
    receiver: &Receiver,
    (identity, now): (&LeafIdentity, Timestamp),
) -> Result<Sealed, IntakeError> {
    asking::work(ledger, Side::Receiver(receiver, identity), now)?;
    renewing::renew(ledger, receiver, now)?;
    let (mut told, mut after) = (Sealed::default(), 0);
    while let Some(act) = ledger.read(move |tx| intake::first_unsealed(tx, after))? {
        after = act.id;
        let (of, intake) = (receiver.clone(), act.intake);
        let found = ledger.read(move |tx| {
            let Some(entry) = intake::one(tx, intake)? else { return Ok(None) };
            let Some(sender) = of.name_of(&entry.arrival.sender) else { return Ok(None) };
            let keys = keys(tx, (&of, sender.unit()), now)?;
            Ok::<_, IntakeError>(Some((entry, sender, keys)))
        })?;
        let Some((entry, sender, Some(keys))) = found else {
            told.waiting += 1;
            continue;
        };
        let done = ledger.read(move |tx| intake::done(tx, intake))?;
        match close((receiver, identity), (&entry, &sender), (&act, &done), &keys) {
            Ok((letters, new)) => {
                let rank = Rank::answering(entry.arrival.urgency);
                let about = EnvelopeId::from_bytes(entry.arrival.envelope);
                let seal = move |tx: &Tx<'_>, now_ms| {
                    aside::note_signed(tx, (about, new.digest), now_ms)?;
                    let is_first = intake::sealed(tx, new.act, now_ms)?;
                    if is_first {
                        unheard::keep(tx, &new, now_ms)?;
                    }
                    Ok::<_, SqlError>(is_first)
                };
                told.sealed += usize::from(queue(ledger, (rank, letters), now, seal)?);
            }
            Err(error) => {
                tracing::warn!(%error, "an answer was not sealed; it waits");
                told.waiting += 1;
            }
        }
    }
    Ok(told)
}

/// Puts the letters of an act into the queue and notes that it was sealed, or neither; says whether
/// nobody had before. What notes it says so.
pub(super) fn queue(
    ledger: &Ledger,
    (rank, letters): (Rank, Vec<Letter>),
    now: Timestamp,
    seal: impl FnOnce(&Tx<'_>, i64) -> Result<bool, SqlError> + Send + 'static,
) -> Result<bool, IntakeError> {
    let now_ms = now.as_millisecond();
    let write = move |tx: &Tx<'_>| {
        let is_first = seal(tx, now_ms)?;
        for letter in letters.iter().filter(|_| is_first) {
            intake::queue(tx, rank, &letter.to_bytes(), now_ms)?;
        }
        Ok::<_, SqlError>(is_first)
    };
    Ok(ledger.write("queue_answer", write)?)
}

/// The statements that hold now about the school's key and the own relay's; nothing where one is
/// missing.
pub(super) fn keys(
    tx: &Tx<'_>,
    (receiver, school): (&Receiver, &UnitId),
    now: Timestamp,
) -> Result<Option<Keys>, IntakeError> {
    let school = verified(tx, receiver, (school, Purpose::Referral), now)?;
    let relay = verified(tx, receiver, (&receiver.relay(), Purpose::Relay), now)?;
    Ok(school.zip(relay).map(|(school, relay)| Keys { school, relay }))
}

/// The statement of a unit that begins last, where it holds.
pub(super) fn verified(
    tx: &Tx<'_>,
    receiver: &Receiver,
    (unit, purpose): (&UnitId, Purpose),
    now: Timestamp,
) -> Result<Option<VerifiedStatement>, IntakeError> {
    let signed = stated::begun(tx, (unit, purpose), now.as_millisecond())?;
    let (roots, zone) = (receiver.trust.roots(), receiver.name.zone());
    Ok(signed.and_then(|signed| statement::verify(&signed, roots, zone, now).ok()))
}

/// The letters of one answer, and what is kept of it until its school has it.
fn close(
    (receiver, identity): (&Receiver, &LeafIdentity),
    (entry, sender): (&Entry, &IdentityName),
    (act, done): (&Done, &[Done]),
    keys: &Keys,
) -> Result<(Vec<Letter>, NewSealed), AnswerError> {
    let envelope = EnvelopeId::generate();
    let to = EnvelopeId::from_bytes(entry.arrival.envelope);
    let content = act.said.as_deref().unwrap_or_default();
    let (role, ground) = (Role::Answer { to }, ground(entry));
    let draft = Draft { role, envelope, ground, content };
    let closed = ReferralEnvelope::close(&keys.school, &draft, identity)?;
    let parts = closed.parts(&keys.school)?;
    let limits = (met(act.event), set(entry, (act, done)));
    let letters = around((receiver, &keys.relay), (entry, sender), limits, &parts)?;
    Ok((letters, NewSealed { act: act.id, envelope, digest: closed.digest(), parts }))
}

/// The letters around the parts of an answer, for the relay of the receiver's own district, with
/// the limit that it meets and the one that it sets.
fn around(
    (receiver, relay): (&Receiver, &VerifiedStatement),
    (entry, sender): (&Entry, &IdentityName),
    (met, due): (Option<DeadlineClass>, Option<Due>),
    parts: &[Part],
) -> Result<Vec<Letter>, LetterError> {
    let to = EnvelopeId::from_bytes(entry.arrival.envelope);
    let (recipient, last) = (sender.unit(), relay_of(sender, &receiver.parent));
    let letter = |part: &Part| {
        let way = Way { recipient: recipient.clone(), relay: last.clone() };
        let (envelope, number, urgency) = (part.envelope(), part.number(), entry.arrival.urgency);
        let carried = Carried { way, envelope, number, urgency, due };
        let routing = Routing::Answer { carried, to, met };
        Letter::seal(relay, &routing, Some(part))
    };
    parts.iter().map(letter).collect()
}

/// New letters around the parts of an answer that was sealed before. A relay may have lost its
/// limits with the first ones, or hear of them late: the answer meets what it met, and the limit
/// that it sets is the one that runs now.
pub(super) fn anew(
    with: (&Receiver, &VerifiedStatement),
    (entry, sender): (&Entry, &IdentityName),
    (act, done): (i64, &[Done]),
    parts: &[Part],
) -> Result<Vec<Letter>, LetterError> {
    let told = done.iter().find(|one| one.id == act);
    let is_of_course = told.is_some_and(|one| one.event.is_some());
    let last = done.last().filter(|_| is_of_course);
    let limits =
        (told.and_then(|one| met(one.event)), last.and_then(|last| set(entry, (last, done))));
    around(with, (entry, sender), limits, parts)
}

/// The referral's own ground, which an answer's header repeats.
fn ground(entry: &Entry) -> Ground {
    entry.arrival.consent.as_ref().map_or(Ground::Emergency, |consent| Ground::Consent {
        digest: consent.digest,
        valid_to: consent.valid_to,
        scopes: Scopes::of(&consent.classes),
    })
}

/// Which limit an act meets.
const fn met(event: Option<Event>) -> Option<DeadlineClass> {
    match event {
        None => Some(DeadlineClass::Withdrawal),
        Some(
            Event::Accept | Event::Decline | Event::Redirect | Event::Timeout | Event::TakenOver,
        ) => Some(DeadlineClass::Answered),
        // After a missed date it is the school's turn, until another date is given.
        Some(Event::Appoint | Event::NotSeen | Event::Seen) => Some(DeadlineClass::FirstDate),
        Some(Event::Outcome) => Some(DeadlineClass::Outcome),
        Some(_) => None,
    }
}

/// The limit that an act sets: the one of the state to which it led.
fn set(entry: &Entry, (act, done): (&Done, &[Done])) -> Option<Due> {
    let before: Vec<Done> = done.iter().filter(|one| one.id <= act.id).cloned().collect();
    let standing = Entry { revoked_at: None, ..entry.clone() };
    act.event?;
    let course = Course::of(&standing, &before);
    let until = Timestamp::from_millisecond(course.due_ms?).ok()?;
    Some(Due { class: course.class?, until })
}

/// The letters of one answer to keys of a test's own.
#[cfg(test)]
pub(super) fn of_tests(
    from: (&Receiver, &LeafIdentity),
    (entry, act, done): (&Entry, &Done, &[Done]),
    (school, relay): (VerifiedStatement, VerifiedStatement),
) -> Vec<Letter> {
    let sender = from.0.name_of(&entry.arrival.sender).expect("a name");
    close(from, (entry, &sender), (act, done), &Keys { school, relay }).expect("letters").0
}

impl Receiver {
    /// The road to a unit that a hub serves; none where a statement is missing or holds no more.
    pub(crate) fn road(
        &self,
        tx: &Tx<'_>,
        (unit, relay): (&UnitId, UnitId),
        now: Timestamp,
    ) -> Result<Option<Road>, IntakeError> {
        let recipient = verified(tx, self, (unit, Purpose::Referral), now)?;
        let first = verified(tx, self, (&self.relay(), Purpose::Relay), now)?;
        let both = recipient.zip(first);
        Ok(both.map(|(recipient, first)| Road { recipient, relay, first }))
    }

    /// The hub that serves a unit of that name.
    pub(crate) fn relay_for(&self, name: &IdentityName) -> UnitId {
        relay_of(name, &self.parent)
    }

    /// What people call some senders, given by the names of their certificates: each by the name
    /// that the statement about its key has which holds now, with its id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn called_of<'s>(
        &self,
        tx: &Tx<'_>,
        senders: impl IntoIterator<Item = &'s str>,
        now: Timestamp,
    ) -> Result<SendersCalled, IntakeError> {
        let mut called = BTreeMap::new();
        for sender in senders.into_iter().collect::<BTreeSet<_>>() {
            let Some(name) = self.name_of(sender) else { continue };
            if let Some(known) = verified(tx, self, (name.unit(), Purpose::Referral), now)? {
                let words = format!("{} {}", known.statement().name, name.unit());
                called.insert(sender.to_owned(), words);
            }
        }
        Ok(SendersCalled(called))
    }

    /// A stored name of this city.
    pub(crate) fn name_of(&self, sender: &str) -> Option<IdentityName> {
        IdentityName::parse(sender, self.name.zone()).ok()
    }
}
