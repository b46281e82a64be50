//! Taking in: letters that came down are opened, parts collected, envelopes kept and withdrawals
//! heard.
//!
//! A letter is forgotten in `transfer.db` once what it carried is in the ledger, and stays there
//! until then: a node that was killed opens again what is there, and an envelope is kept once
//! whatever is opened how often. Withdrawals of a sweep are heard before anything else of it.

use std::collections::{BTreeMap, BTreeSet};

use certs::letter::{Letter, OpenedLetter, Routing};
use certs::referral::{
    Collector, EnvelopeId, Ground, OpenedReferral, PartNumber, Revealed, Taken, Whole,
    WithdrawalMark,
};
use certs::seal::EnvelopeKey;
use domain::ledger::Word as _;
use domain::receiver::{ErasedWhy, RefusedWhy};
use domain::referral::{KeptWhy, State};
use jiff::Timestamp;
use proto::frame::decode_item;
use proto::wire::sync::ItemKind;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::acting::{self, By};
use super::course::Course;
use super::opening::{self, Came, Opened};
use super::{IntakeError, Receiver, again, cards};
use crate::app::Node;
use crate::content::{Answered, Kept};
use crate::directory::{self, Listed};
use crate::ledger::Ledger;
use crate::ledger::aside;
use crate::ledger::entry::Moment;
use crate::ledger::intake::{self, Arrival, Withdrawn};
use crate::ledger::letters;
use crate::ledger::neighbour as tips;
use crate::letters::again::{has_come, hear, is_again};
use crate::neighbour;
use crate::transfer::Transfer;
use crate::transfer::addressed::{self, Waiting};

/// Letters that are read in one go.
const PAGE: u32 = 256;

/// How long a part waits for the others of its envelope; the sender's limit of a hop is hours.
const PARTS_MS: i64 = 3 * 24 * 3_600_000;

/// Letters that wait for others of their envelopes; of more the oldest go, so that who sends parts
/// that never become whole leaves room for everybody else.
const PARTS_WAITING_MAX: usize = 2_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Referrals that were taken in.
    pub taken: usize,
    /// Referrals that were taken back.
    pub revoked: usize,
    /// Letters and envelopes that were refused.
    pub refused: usize,
    /// Duty reports, callers of hotlines, and answers to notices of this house.
    pub notices: usize,
}

/// A letter that waits with a part of an envelope; it is opened again once all of them are here.
struct Come {
    id: u64,
    arrived_ms: i64,
    number: PartNumber,
}

/// Where the parts of envelopes lie, in the order in which they came.
type Parts = BTreeMap<EnvelopeId, Vec<Come>>;

impl Node {
    /// Takes in what came down for this receiver; nothing at a school's node.
    ///
    /// # Errors
    /// A store cannot be read or written; what was taken before stays taken.
    pub fn take_letters(&self) -> Result<Swept, IntakeError> {
        let Some(receiver) = self.receiver() else { return Ok(Swept::default()) };
        let times = (self.clock().now(), self.past()?);
        sweep((self.ledger(), self.transfer()), &receiver, times)
    }
}

/// One sweep over all letters that wait, now and by what was witnessed of the clock.
pub(super) fn sweep(
    (ledger, transfer): (&Ledger, &Transfer),
    receiver: &Receiver,
    (now, past): (Timestamp, Timestamp),
) -> Result<Swept, IntakeError> {
    if page(transfer, 0, 1)?.is_empty() {
        return Ok(Swept::default());
    }
    let of = receiver.clone();
    let keys = ledger.read(move |tx| of.keys(tx))?;
    let swept = Swept::default();
    let mut sweeping = Sweeping { ledger, transfer, keys: &keys, receiver, now, past, swept };
    let parts = sweeping.hear()?;
    sweeping.collect(parts)?;
    Ok(sweeping.swept)
}

/// Letters that wait behind one, in their order.
fn page(transfer: &Transfer, after: u64, most: u32) -> Result<Vec<Waiting>, SqlError> {
    transfer.read(move |tx| addressed::waiting(tx, ItemKind::Letter, after, most))
}

/// What a sweep needs.
struct Sweeping<'a> {
    ledger: &'a Ledger,
    transfer: &'a Transfer,
    keys: &'a [EnvelopeKey],
    receiver: &'a Receiver,
    now: Timestamp,
    past: Timestamp,
    swept: Swept,
}

impl Sweeping<'_> {
    /// Looks at every letter, however many lie before it: hears withdrawals, and gives where parts
    /// lie.
    fn hear(&mut self) -> Result<Parts, IntakeError> {
        let (mut parts, mut after) = (Parts::new(), 0);
        loop {
            let some = page(self.transfer, after, PAGE)?;
            let Some(last) = some.last() else { return Ok(parts) };
            after = last.id;
            let mut gone = Vec::new();
            for one in &some {
                if !self.hear_one(one, &mut parts)? {
                    gone.push(one.id);
                }
            }
            forget(self.transfer, gone)?;
        }
    }

    /// Looks at one letter; says whether it stays, since it carries a part.
    fn hear_one(&mut self, one: &Waiting, parts: &mut Parts) -> Result<bool, IntakeError> {
        let Some(opened) = opened(one, self.keys) else {
            self.refuse(RefusedWhy::NotOurs)?;
            return Ok(false);
        };
        match opened.routing() {
            Routing::Revocation { secret, envelopes, .. } => {
                let told = (*secret, envelopes.clone());
                self.swept.revoked += withdraw(self.ledger, self.receiver, told, self.now)?;
                Ok(false)
            }
            Routing::Referral { carried, .. } => {
                let (id, arrived_ms, number) = (one.id, one.arrived_at_ms, carried.number);
                let of = parts.entry(carried.envelope).or_default();
                of.push(Come { id, arrived_ms, number });
                Ok(true)
            }
            // Of a notice of this house it is noted that it is on its way; nobody waits for it with
            // an answer. A dummy says nothing.
            Routing::Ack { envelope, number } => {
                let (envelope, number, now_ms) = (*envelope, *number, self.now.as_millisecond());
                let note = move |tx: &Tx<'_>| {
                    let is_one = number.of() == 1;
                    if is_one || letters::note_part_acked(tx, (envelope, number), now_ms)? {
                        letters::drop_sealed_parts(tx, envelope)?;
                        tips::acked(tx, envelope, now_ms)?;
                    }
                    Ok(())
                };
                self.ledger.write::<_, SqlError>("tip_acked", note)?;
                Ok(false)
            }
            Routing::Dummy => Ok(false),
            // A receiver waits for answers to its own tips, and a school may ask it what it signed.
            Routing::Answer { carried, to, .. } => {
                let to = *to;
                let is_expected = move |tx: &Tx<'_>| {
                    let is_awaited = neighbour::taking::is_awaited(tx, to)?;
                    Ok::<_, SqlError>(is_awaited || has_come(tx, to)?)
                };
                if !self.ledger.read(is_expected)? {
                    self.refuse(RefusedWhy::Kind)?;
                    return Ok(false);
                }
                let (id, arrived_ms, number) = (one.id, one.arrived_at_ms, carried.number);
                let of = parts.entry(carried.envelope).or_default();
                of.push(Come { id, arrived_ms, number });
                Ok(true)
            }
        }
    }

    /// Puts together what is whole, in the order in which it became so. Parts of an envelope that
    /// is not stay where they are, for some days.
    fn collect(&mut self, parts: Parts) -> Result<(), IntakeError> {
        let mut envelopes: Vec<(EnvelopeId, Vec<Come>)> = parts.into_iter().collect();
        envelopes.sort_by_key(|(_, come)| come.last().map(|last| last.id));
        let mut waiting: Vec<(u64, i64, EnvelopeId)> = Vec::new();
        for (envelope, come) in envelopes {
            let ids: Vec<u64> = come.iter().map(|one| one.id).collect();
            if is_whole(&come) && self.join(&ids)? {
                forget(self.transfer, ids)?;
            } else {
                waiting.extend(come.iter().map(|one| (one.id, one.arrived_ms, envelope)));
            }
        }
        waiting.sort_unstable();
        let before = self.past.as_millisecond().saturating_sub(PARTS_MS);
        let too_many = waiting.len().saturating_sub(PARTS_WAITING_MAX);
        let over = waiting.iter().enumerate();
        let over = over.filter(|(at, (_, since_ms, _))| *at < too_many || *since_ms < before);
        let over: Vec<(u64, EnvelopeId)> =
            over.map(|(_, (id, _, envelope))| (*id, *envelope)).collect();
        // Of what was sealed anew a part may come of an envelope that is here: nothing is lost.
        let of: BTreeSet<EnvelopeId> = over.iter().map(|(_, envelope)| *envelope).collect();
        if self.ledger.read(move |tx| is_one_unknown(tx, &of))? {
            self.refuse(RefusedWhy::Parts)?;
        }
        Ok(forget(self.transfer, over.into_iter().map(|(id, _)| id).collect())?)
    }

    /// Puts the letters of an envelope together and keeps it; says whether they are done with.
    ///
    /// Parts of two sealings fit no others. Those that came first are tried, and then those that
    /// came last; where neither open, the others of one of them may still come.
    fn join(&mut self, ids: &[u64]) -> Result<bool, IntakeError> {
        let last_first: Vec<u64> = ids.iter().rev().copied().collect();
        let mut refused = None;
        for order in [ids, last_first.as_slice()] {
            let Some(whole) = self.whole(order)? else { continue };
            match opening::open(&whole, self.keys, self.receiver, self.now) {
                Ok(opened) => return self.keep(opened).map(|()| true),
                Err(_) if self.put_aside(&whole)? => return Ok(true),
                Err(why) => refused = Some(why),
            }
        }
        match refused {
            Some(RefusedWhy::NotOurs) | None if ids.len() > 1 => Ok(false),
            why => self.refuse(why.unwrap_or(RefusedWhy::Parts)).map(|()| true),
        }
    }

    /// Opens letters again and puts together what they carry; of two parts of one number the first
    /// one counts.
    fn whole(&self, ids: &[u64]) -> Result<Option<Whole>, IntakeError> {
        let mut collector = Collector::new();
        for id in ids {
            let found = page(self.transfer, id.saturating_sub(1), 1)?.pop();
            let Some(one) = found.filter(|one| one.id == *id) else { continue };
            let Some(opened) = opened(&one, self.keys) else { continue };
            let Some(part) = opened.part() else { continue };
            if let Ok(Taken::Whole(whole)) = collector.take(part, self.now) {
                return Ok(Some(whole));
            }
        }
        Ok(None)
    }

    /// Keeps an envelope that was opened, or remembers why it was refused.
    fn keep(&mut self, opened: OpenedReferral) -> Result<(), IntakeError> {
        let now = self.now;
        if is_again(&opened) {
            let hear = move |tx: &Tx<'_>| hear(tx, &opened, now);
            return match self.ledger.write::<_, SqlError>("hear_question", hear)? {
                true => Ok(()),
                false => self.refuse(RefusedWhy::Kind),
            };
        }
        if opened.header().ground == Ground::Duty {
            return self.keep_notice(opened);
        }
        match opening::referral(&opened, self.now) {
            Err(why) => self.refuse(why),
            Ok(came) => {
                let receiver = self.receiver.clone();
                let keep = move |tx: &Tx<'_>| match &came {
                    Came::Referral(opened) => receive(tx, &receiver, opened),
                    Came::Card(opened) => cards::receive(tx, &receiver, opened),
                };
                self.swept.taken += usize::from(self.ledger.write("take_referral", keep)?);
                Ok(())
            }
        }
    }

    /// Puts aside what would be taken in but for its certificate, which had ended; says whether it
    /// did.
    fn put_aside(&self, whole: &Whole) -> Result<bool, IntakeError> {
        let ended = opening::ended(whole, self.keys, self.receiver, self.now);
        let Some(ended) = ended else { return Ok(false) };
        let (offices, now) = (self.offices()?, self.now);
        let keep = move |tx: &Tx<'_>| again::put_aside(tx, &offices, &ended, now);
        Ok(self.ledger.write::<_, SqlError>("put_aside", keep)?)
    }

    /// Whom the directories list for this receiver.
    fn offices(&self) -> Result<Vec<Listed>, SqlError> {
        let (now, areas) = (self.now, self.receiver.areas());
        self.transfer.read(move |tx| directory::all_listed(tx, date_of(now), &areas))
    }

    /// Keeps a school's report, a hotline's caller, or the answer to a notice of this house.
    fn keep_notice(&mut self, opened: OpenedReferral) -> Result<(), IntakeError> {
        let (offices, now) = (self.offices()?, self.now);
        let take = move |tx: &Tx<'_>| neighbour::taking::at_receiver(tx, &offices, &opened, now);
        match self.ledger.write::<_, SqlError>("take_notice", take)? {
            true => {
                self.swept.notices += 1;
                Ok(())
            }
            false => self.refuse(RefusedWhy::Content),
        }
    }

    /// Remembers a refusal, which the page of the head shows.
    fn refuse(&mut self, why: RefusedWhy) -> Result<(), IntakeError> {
        self.swept.refused += 1;
        tracing::warn!(why = why.as_str(), "something that came by letter was refused");
        let now_ms = self.now.as_millisecond();
        let note = move |tx: &Tx<'_>| intake::note_refused(tx, why.as_str(), now_ms);
        Ok(self.ledger.write("refuse_letter", note)?)
    }
}

/// Whether every part is here, of as many as the one that came first says.
fn is_whole(come: &[Come]) -> bool {
    let Some(of) = come.first().map(|first| first.number.of()) else { return false };
    let numbers = come.iter().map(|one| one.number).filter(|number| number.of() == of);
    let numbers: BTreeSet<u8> = numbers.map(PartNumber::number).collect();
    numbers.len() == usize::from(of)
}

/// Whether one of these envelopes was never taken in here.
fn is_one_unknown(tx: &Tx<'_>, envelopes: &BTreeSet<EnvelopeId>) -> Result<bool, IntakeError> {
    for envelope in envelopes {
        let bytes = envelope.bytes();
        let is_here = intake::by_envelope(tx, bytes)?.is_some()
            || intake::cards::by_envelope(tx, bytes)?.is_some();
        if !is_here {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens a letter with whichever of our keys it was sealed to.
fn opened(waiting: &Waiting, keys: &[EnvelopeKey]) -> Option<OpenedLetter> {
    let item = decode_item(&waiting.item).ok()?;
    let letter = Letter::from_bytes(&item.body).ok()?;
    keys.iter().find_map(|key| letter.open(key).ok())
}

/// Keeps a referral, once. One that was taken back before it came is kept without what it says, and
/// one that is kept tells the school that it is here.
fn receive(tx: &Tx<'_>, receiver: &Receiver, opened: &Opened) -> Result<bool, IntakeError> {
    let arrival = &opened.arrival;
    let told = Withdrawn { envelope: arrival.envelope, mark: arrival.withdrawal };
    let is_told = intake::is_withdrawn(tx, &told)?;
    aside::forget(tx, EnvelopeId::from_bytes(arrival.envelope))?;
    // What a withdrawal cannot undo is not kept from anybody who must act.
    let is_withdrawn = is_told && arrival.consent.is_some();
    let content = (!is_withdrawn).then_some(opened.content.as_slice());
    let Some(id) = intake::receive(tx, arrival, content)? else {
        return heard_again(tx, arrival).map(|()| false);
    };
    let entry = intake::one(tx, id)?.ok_or(IntakeError::Unknown)?;
    let by = By::program(arrival.received_at);
    if is_withdrawn {
        acting::answer(tx, (receiver, &entry), &by, nothing_kept())?;
        return Ok(false);
    }
    // An emergency is not delivered but taken over, by somebody who says so.
    if arrival.consent.is_some() {
        acting::answer(tx, (receiver, &entry), &by, Answered::Delivered)?;
    } else if is_told {
        intake::mark_revoked(tx, id, arrival.received_at.0)?;
    }
    Ok(true)
}

/// An envelope that is here was sealed anew by its school, which says with it that it stands: one
/// that is locked is not any more. Else the school was put back from a backup, and is told again
/// what was said. The same bytes again are nothing.
fn heard_again(tx: &Tx<'_>, arrival: &Arrival) -> Result<(), IntakeError> {
    let entry = intake::by_envelope(tx, &arrival.envelope)?.ok_or(IntakeError::Unknown)?;
    let known = &entry.arrival;
    let is_of_it = known.sender == arrival.sender && known.referral == arrival.referral;
    if known.digest == arrival.digest || !is_of_it {
        return Ok(());
    }
    if !intake::unlock(tx, entry.id, None)? {
        intake::say_again(tx, entry.id, arrival.received_at.0)?;
    }
    Ok(())
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
/// Where it was, a person says what the law makes this house keep. An emergency that was stood down
/// stays readable until somebody has: the child may be on its way.
fn withdraw_one(
    tx: &Tx<'_>,
    receiver: &Receiver,
    (secret, envelope): (Revealed, EnvelopeId),
    now: Moment,
) -> Result<bool, IntakeError> {
    let Some(entry) = intake::by_envelope(tx, envelope.bytes())? else {
        if let Some(revoked) = cards::withdraw(tx, receiver, (secret, envelope), now)? {
            return Ok(revoked);
        }
        let mark = secret.mark(envelope).digest();
        again::withdrawn(tx, envelope, mark)?;
        let told = Withdrawn { envelope: *envelope.bytes(), mark };
        intake::note_withdrawn(tx, &told, now.0)?;
        return Ok(false);
    };
    let mark = WithdrawalMark::from_digest(entry.arrival.withdrawal);
    if !mark.is_opened_by(secret, envelope) {
        return Ok(false);
    }
    let before = Course::of(&entry, &intake::done(tx, entry.id)?);
    if !intake::mark_revoked(tx, entry.id, now.0)? {
        // Who tells it again has not had the answer, or lost it.
        intake::say_again(tx, entry.id, now.0)?;
        return Ok(false);
    }
    if entry.arrival.consent.is_none() {
        return Ok(true);
    }
    intake::erase(tx, entry.id, (ErasedWhy::Revoked, now.0))?;
    intake::unsay(tx, entry.id)?;
    let was_seen = matches!(before.state, State::InCare | State::OutcomeIn);
    if !was_seen {
        acting::answer(tx, (receiver, &entry), &By::program(now), nothing_kept())?;
    }
    Ok(true)
}

const fn nothing_kept() -> Answered {
    Answered::RevocationDone(Kept { why: KeptWhy::Nothing, detail: String::new() })
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
