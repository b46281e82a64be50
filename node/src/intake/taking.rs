//! Taking in: letters that came down are opened, parts collected, envelopes kept and withdrawals
//! heard.
//!
//! A letter is forgotten in `transfer.db` once what it carried is in the ledger, and stays there
//! until then: a node that was killed opens again what is there, and an envelope is kept once
//! whatever is opened how often. Withdrawals of a sweep are heard before anything else of it.

use certs::letter::{Letter, OpenedLetter, Routing};
use certs::referral::{
    CollectError, Collector, EnvelopeId, Revealed, Taken, Whole, WithdrawalMark,
};
use certs::seal::EnvelopeKey;
use domain::ledger::Word as _;
use domain::receiver::{ErasedWhy, RefusedWhy};
use domain::referral::{KeptWhy, State};
use jiff::Timestamp;
use proto::frame::decode_item;
use proto::wire::sync::ItemKind;
use runtime::sql::{SqlError, Tx};

use super::acting::{self, By};
use super::course::Course;
use super::opening::{self, Opened};
use super::{IntakeError, Receiver};
use crate::app::Node;
use crate::ledger::Ledger;
use crate::ledger::entry::Moment;
use crate::ledger::intake::{self, Withdrawn};
use crate::letters::content::{Answered, Kept};
use crate::transfer::Transfer;
use crate::transfer::addressed::{self, Waiting};

/// Letters that one sweep looks at; the next one goes on.
const SWEEP_MAX: u32 = 1_000;

/// How long a part waits for the others of its envelope; the sender's limit of a hop is hours.
const PARTS_MS: i64 = 3 * 24 * 3_600_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Referrals that were taken in.
    pub taken: usize,
    /// Referrals that were taken back.
    pub revoked: usize,
    /// Letters and envelopes that were refused.
    pub refused: usize,
}

/// A letter that waits, opened.
struct Come {
    id: u64,
    arrived: Timestamp,
    opened: OpenedLetter,
}

impl Node {
    /// Takes in what came down for this receiver; nothing at a school's node.
    ///
    /// # Errors
    /// A store cannot be read or written; what was taken before stays taken.
    pub fn take_letters(&self) -> Result<Swept, IntakeError> {
        let Some(receiver) = self.receiver() else { return Ok(Swept::default()) };
        sweep((self.ledger(), self.transfer()), &receiver, self.clock().now())
    }
}

/// One sweep over the letters that wait.
pub(super) fn sweep(
    (ledger, transfer): (&Ledger, &Transfer),
    receiver: &Receiver,
    now: Timestamp,
) -> Result<Swept, IntakeError> {
    let waiting = transfer.read(|tx| addressed::waiting(tx, ItemKind::Letter, 0, SWEEP_MAX))?;
    if waiting.is_empty() {
        return Ok(Swept::default());
    }
    let of = receiver.clone();
    let keys = ledger.read(move |tx| of.keys(tx))?;
    let mut swept = Swept::default();
    let (mut parts, mut gone) = (Vec::new(), Vec::new());
    for one in waiting {
        let id = one.id;
        match opened(&one, &keys) {
            None => {
                refuse(ledger, &mut swept, (RefusedWhy::NotOurs, now))?;
                gone.push(id);
            }
            Some(come) => match come.opened.routing() {
                Routing::Revocation { secret, envelopes, .. } => {
                    let told = (*secret, envelopes.clone());
                    swept.revoked += withdraw(ledger, receiver, told, now)?;
                    gone.push(id);
                }
                Routing::Referral { .. } => parts.push(come),
                // What a relay acknowledges is its sender's to know; a dummy says nothing.
                Routing::Ack { .. } | Routing::Dummy => gone.push(id),
                Routing::Answer { .. } => {
                    refuse(ledger, &mut swept, (RefusedWhy::Kind, now))?;
                    gone.push(id);
                }
            },
        }
    }
    forget(transfer, gone)?;
    let mut collecting = Collecting { keys: &keys, receiver, now, swept };
    collecting.collect((ledger, transfer), parts)?;
    Ok(collecting.swept)
}

/// What putting parts together needs.
struct Collecting<'a> {
    keys: &'a [EnvelopeKey],
    receiver: &'a Receiver,
    now: Timestamp,
    swept: Swept,
}

impl Collecting<'_> {
    /// Puts parts together in the order in which they came. Those of an envelope that is not whole
    /// stay where they are, for some days.
    fn collect(
        &mut self,
        (ledger, transfer): (&Ledger, &Transfer),
        parts: Vec<Come>,
    ) -> Result<(), IntakeError> {
        let mut collector = Collector::new();
        let mut kept: Vec<(EnvelopeId, u64, Timestamp)> = Vec::new();
        for come in parts {
            let Some(part) = come.opened.part() else { continue };
            kept.push((part.envelope(), come.id, come.arrived));
            match collector.take(part, come.arrived) {
                Ok(Taken::Whole(whole)) => {
                    self.keep(ledger, &whole)?;
                    let ids = drained(&mut kept, |(envelope, ..)| *envelope == whole.envelope());
                    forget(transfer, ids)?;
                }
                // It is here, or its envelope was given.
                Ok(Taken::Known) => forget(transfer, vec![come.id])?,
                Ok(Taken::Waits) | Err(CollectError::Full) => {}
                Err(_) => {
                    refuse(ledger, &mut self.swept, (RefusedWhy::Parts, self.now))?;
                    forget(transfer, vec![come.id])?;
                }
            }
        }
        let before = self.now.as_millisecond().saturating_sub(PARTS_MS);
        let old = drained(&mut kept, |(_, _, arrived)| arrived.as_millisecond() < before);
        if !old.is_empty() {
            refuse(ledger, &mut self.swept, (RefusedWhy::Parts, self.now))?;
        }
        Ok(forget(transfer, old)?)
    }

    /// Keeps an envelope whose parts are all here, or remembers why it was refused.
    fn keep(&mut self, ledger: &Ledger, whole: &Whole) -> Result<(), IntakeError> {
        match opening::open(whole, self.keys, self.receiver, self.now) {
            Err(why) => refuse(ledger, &mut self.swept, (why, self.now)),
            Ok(opened) => {
                let receiver = self.receiver.clone();
                let keep = move |tx: &Tx<'_>| receive(tx, &receiver, &opened);
                self.swept.taken += usize::from(ledger.write("take_referral", keep)?);
                Ok(())
            }
        }
    }
}

/// Opens a letter with whichever of our keys it was sealed to.
fn opened(waiting: &Waiting, keys: &[EnvelopeKey]) -> Option<Come> {
    let item = decode_item(&waiting.item).ok()?;
    let letter = Letter::from_bytes(&item.body).ok()?;
    let opened = keys.iter().find_map(|key| letter.open(key).ok())?;
    let arrived = Timestamp::from_millisecond(waiting.arrived_at_ms).ok()?;
    Some(Come { id: waiting.id, arrived, opened })
}

/// Takes the numbers of letters out for which something holds.
fn drained(
    kept: &mut Vec<(EnvelopeId, u64, Timestamp)>,
    is_gone: impl Fn(&(EnvelopeId, u64, Timestamp)) -> bool,
) -> Vec<u64> {
    let ids = kept.iter().filter(|one| is_gone(one)).map(|(_, id, _)| *id).collect();
    kept.retain(|one| !is_gone(one));
    ids
}

/// Keeps a referral, once. One that was taken back before it came is kept without what it says, and
/// one that is kept tells the school that it is here.
fn receive(tx: &Tx<'_>, receiver: &Receiver, opened: &Opened) -> Result<bool, IntakeError> {
    let arrival = &opened.arrival;
    let told = Withdrawn { envelope: arrival.envelope, mark: arrival.withdrawal };
    // What a withdrawal cannot undo is not kept from anybody who must act.
    let is_withdrawn = intake::is_withdrawn(tx, &told)? && arrival.consent.is_some();
    let content = (!is_withdrawn).then_some(opened.content.as_slice());
    let Some(id) = intake::receive(tx, arrival, content)? else { return Ok(false) };
    let entry = intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    let by = By::program(arrival.received_at);
    if is_withdrawn {
        acting::answer(tx, (receiver, &entry), &by, nothing_kept())?;
        return Ok(false);
    }
    // An emergency is not delivered but taken over, by somebody who says so.
    if arrival.consent.is_some() {
        acting::answer(tx, (receiver, &entry), &by, Answered::Delivered)?;
    }
    Ok(true)
}

/// Hears a withdrawal; says how many referrals it took back.
fn withdraw(
    ledger: &Ledger,
    receiver: &Receiver,
    (secret, envelopes): (Revealed, Vec<EnvelopeId>),
    now: Timestamp,
) -> Result<usize, IntakeError> {
    let (receiver, now) = (receiver.clone(), Moment(now.as_millisecond()));
    let revoked = ledger.write("withdraw_referral", move |tx| {
        let mut revoked = 0;
        for envelope in envelopes {
            revoked += usize::from(withdraw_one(tx, &receiver, (secret, envelope), now)?);
        }
        Ok::<_, IntakeError>(revoked)
    })?;
    if revoked > 0 && ledger.fold().is_err() {
        tracing::warn!("the log of the ledger was not folded in at once");
    }
    Ok(revoked)
}

/// Only a secret that opens the mark on the signed envelope takes it back. What it says is erased
/// at once; where the child was not seen nothing is kept by anybody, and the programme says so.
/// Where it was, a person says what the law makes this house keep.
fn withdraw_one(
    tx: &Tx<'_>,
    receiver: &Receiver,
    (secret, envelope): (Revealed, EnvelopeId),
    now: Moment,
) -> Result<bool, IntakeError> {
    let Some(entry) = intake::by_envelope(tx, envelope.bytes())? else {
        let mark = secret.mark(envelope).digest();
        let told = Withdrawn { envelope: *envelope.bytes(), mark };
        intake::note_withdrawn(tx, &told, now.0)?;
        return Ok(false);
    };
    let mark = WithdrawalMark::from_digest(entry.arrival.withdrawal);
    // An emergency's delivery is undone by no withdrawal.
    if !mark.is_opened_by(secret, envelope) || entry.arrival.consent.is_none() {
        return Ok(false);
    }
    let before = Course::of(&entry, &intake::done(tx, entry.id)?);
    if !intake::mark_revoked(tx, entry.id, now.0)? {
        return Ok(false);
    }
    intake::erase(tx, entry.id, (ErasedWhy::Revoked, now.0))?;
    let was_seen = matches!(before.state, State::InCare | State::OutcomeIn);
    if !was_seen {
        acting::answer(tx, (receiver, &entry), &By::program(now), nothing_kept())?;
    }
    Ok(true)
}

const fn nothing_kept() -> Answered {
    Answered::RevocationDone(Kept { why: KeptWhy::Nothing, detail: String::new() })
}

/// Remembers a refusal, which the page of the head shows.
fn refuse(
    ledger: &Ledger,
    swept: &mut Swept,
    (why, now): (RefusedWhy, Timestamp),
) -> Result<(), IntakeError> {
    swept.refused += 1;
    tracing::warn!(why = why.as_str(), "something that came by letter was refused");
    let now_ms = now.as_millisecond();
    let note = move |tx: &Tx<'_>| intake::note_refused(tx, why.as_str(), now_ms);
    Ok(ledger.write("refuse_letter", note)?)
}

/// Letters are erased and not only marked: sealed to us, they say what the ledger erases later.
fn forget(transfer: &Transfer, ids: Vec<u64>) -> Result<(), SqlError> {
    if ids.is_empty() {
        return Ok(());
    }
    transfer.write("forget_letters", move |tx| {
        ids.into_iter().try_for_each(|id| addressed::forget(tx, id))
    })
}
