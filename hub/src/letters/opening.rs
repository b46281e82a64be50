//! Opening what came: each letter is nothing, waits for its slot, or takes others back.
//!
//! A page of letters is settled in one commit. In it each letter's digest is remembered, and one
//! that was opened before goes no further, whatever was made of it meanwhile.

use std::collections::BTreeMap;

use certs::digest::sha256;
use certs::letter::{Letter, Routing};
use certs::referral::{EnvelopeId, PartNumber, Revealed, WithdrawalMark};
use certs::seal::{Sealed, seal};
use certs::statement::Purpose;
use domain::digest::Digest;
use domain::referral::slot::Rank;
use domain::unit::{UNIT_ID_CHARS_MAX, UnitId};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};
use runtime::uplink::outbox;

use super::desk::{Ack, Desk, DeskError, Placed, Waiting, waiting_of};
use super::key::Held;
use super::rules::{
    EMERGENCIES_A_DAY, PAGE, REMEMBERED_MAX, WAITING_OF_ONE_MAX, WITHDRAWALS_A_DAY,
};
use super::status;
use crate::store::letters::{self, Arrived};

/// What the note of an acknowledgement is sealed for.
const NOTE: &[u8] = b"xinqiao-letter-ack-v1";

/// Bytes of a note: envelope, part, urgency, and the unit in a field as long as the longest id.
const NOTE_BYTES: usize = 16 + 3 + UNIT_ID_CHARS_MAX;

/// What becomes of one letter.
struct Step {
    id: u64,
    /// Digest of the letter and of the key that opened it; nothing where none did.
    seen: Option<(Digest, Digest)>,
    becomes: Becomes,
}

enum Becomes {
    /// Nothing is left of it but a count.
    Counted(&'static str),
    /// It waits.
    Waits(Box<Goes>),
}

/// A letter that goes on.
struct Goes {
    waiting: Waiting,
    routing: Routing,
    /// The acknowledgement, and its sealed note.
    ack: Option<(Ack, Vec<u8>)>,
    /// Letters that wait and are taken back by it.
    rows: Vec<u64>,
    /// Letters in lists that are taken back by it, each with the empty one in its stead.
    listed: Vec<(Placed, Letter)>,
}

/// What the commit said of a step.
struct Taken {
    is_new: bool,
    ack: Option<u64>,
}

impl Desk {
    /// Opens a page of what came; says whether there may be more.
    pub(super) fn open_arrived(&mut self, now: Timestamp) -> Result<bool, DeskError> {
        let page = self.parts.database.read(|tx| letters::unopened(tx, PAGE))?;
        let is_full = page.len() == PAGE as usize;
        let mut steps: Vec<Step> = Vec::with_capacity(page.len());
        for arrived in &page {
            let step = self.step(arrived, &steps, now);
            steps.push(step);
        }
        if steps.is_empty() {
            return Ok(false);
        }
        let settled = self.parts.database.write("open_letters", move |tx| {
            let taken = settle(tx, &steps)?;
            Ok::<_, SqlError>((steps, taken))
        });
        let (steps, taken) = settled?;
        for (step, taken) in steps.into_iter().zip(taken) {
            self.keep(step, &taken, now);
        }
        Ok(is_full)
    }

    fn step(&self, arrived: &Arrived, before: &[Step], now: Timestamp) -> Step {
        let letter = Letter::from_bytes(&arrived.letter).ok();
        let opened = letter.and_then(|letter| Some((self.open(&letter)?, letter.digest())));
        let Some(((opened, key), digest)) = opened else {
            let becomes = Becomes::Counted(status::UNOPENED);
            return Step { id: arrived.id, seen: None, becomes };
        };
        let becomes = self.becomes(arrived, opened.routing(), before, now);
        Step { id: arrived.id, seen: Some((digest, key)), becomes }
    }

    fn becomes(
        &self,
        arrived: &Arrived,
        routing: &Routing,
        before: &[Step],
        now: Timestamp,
    ) -> Becomes {
        if matches!(routing, Routing::Dummy) {
            return Becomes::Counted(status::DUMMIES);
        }
        let Some(mut waiting) = waiting_of(self.own(), routing, arrived.arrived_at_ms) else {
            return Becomes::Counted(status::UNOPENED);
        };
        waiting.by.clone_from(&arrived.sender);
        waiting.rank = self.ranked(&waiting, before, now);
        if waiting.marked.is_some_and(|marked| self.is_withdrawn(marked, before)) {
            return Becomes::Counted(status::WITHDRAWN);
        }
        let today = runtime::clock::date_of(self.past);
        if waiting.last_day.is_some_and(|day| day < today) {
            return Becomes::Counted(status::EXPIRED);
        }
        if self.has_enough_waiting(&waiting, before) {
            return Becomes::Counted(status::LOST);
        }
        let (rows, listed) = match routing {
            Routing::Revocation { secret, envelopes, .. } => {
                self.taken_back((*secret, envelopes.as_slice()), before)
            }
            _ => (Vec::new(), Vec::new()),
        };
        let ack = self.ack(arrived, (routing, &waiting), now);
        Becomes::Waits(Box::new(Goes { waiting, routing: routing.clone(), ack, rows, listed }))
    }

    /// The rank in which a letter waits: a lower one where its sender had as many of the higher
    /// today as it may. Another relay has many senders, and has counted them.
    fn ranked(&self, waiting: &Waiting, before: &[Step], now: Timestamp) -> Rank {
        let rank = waiting.rank;
        let (most, beyond) = match rank {
            Rank::Emergency => (EMERGENCIES_A_DAY, Rank::Urgent),
            Rank::Withdrawal => (WITHDRAWALS_A_DAY, Rank::Routine),
            Rank::Urgent | Rank::Routine => return rank,
        };
        let Some(by) = &waiting.by else { return rank };
        if self.stated.of(by, Purpose::Relay).is_some() {
            return rank;
        }
        let here = before.iter().filter(|step| step.is_of(by, rank)).count();
        let is_enough = self.turns.today(by, rank, now).saturating_add(here) >= most;
        if is_enough { beyond } else { rank }
    }

    /// Whether so many letters of a sender wait here that others would have no room. Another relay
    /// has many senders.
    fn has_enough_waiting(&self, new: &Waiting, before: &[Step]) -> bool {
        let Some(by) = &new.by else { return false };
        if self.stated.of(by, Purpose::Relay).is_some() {
            return false;
        }
        let here = self.waiting.values().filter(|one| one.by.as_ref() == Some(by)).count();
        let come = before.iter().filter(|step| step.waits_of(by)).count();
        here.saturating_add(come) >= WAITING_OF_ONE_MAX
    }

    /// Whether a withdrawal of an envelope came before, here or in this page.
    fn is_withdrawn(
        &self,
        (envelope, mark): (EnvelopeId, WithdrawalMark),
        before: &[Step],
    ) -> bool {
        let known = self.revoked.iter().filter(|(known, _)| *known == envelope);
        let known = known.map(|(_, secret)| *secret);
        let said = before.iter().filter_map(Step::withdrawal);
        let said = said.filter(|(_, envelopes)| envelopes.contains(&envelope));
        let mut secrets = known.chain(said.map(|(secret, _)| secret));
        secrets.any(|secret| mark.is_opened_by(secret, envelope))
    }

    /// What a withdrawal takes back of what waits and of what lies in lists.
    fn taken_back(
        &self,
        (secret, envelopes): (Revealed, &[EnvelopeId]),
        before: &[Step],
    ) -> (Vec<u64>, Vec<(Placed, Letter)>) {
        let is_meant = |(envelope, mark): (EnvelopeId, WithdrawalMark)| {
            envelopes.contains(&envelope) && mark.is_opened_by(secret, envelope)
        };
        let here = self.waiting.iter().map(|(id, waiting)| (*id, waiting.marked));
        let new = before.iter().filter_map(|step| match &step.becomes {
            Becomes::Waits(goes) => Some((step.id, goes.waiting.marked)),
            Becomes::Counted(_) => None,
        });
        let rows = here.chain(new).filter(|(_, marked)| marked.is_some_and(is_meant));
        let rows = rows.map(|(id, _)| id).collect();
        let listed = self.placed.iter().filter(|placed| is_meant(placed.marked));
        let listed = listed.filter_map(|placed| {
            let statement = self.stated.of(&placed.to, placed.purpose)?;
            Some((placed.clone(), Letter::dummy(statement).ok()?))
        });
        (rows, listed.collect())
    }

    /// The acknowledgement of a part of a referral, where the next hop is known and who handed it
    /// in receives letters. A letter that another relay passed on has none: the first relay has
    /// said it. An answer has none: nobody waits for it, and it would take a referral's slot.
    fn ack(
        &self,
        arrived: &Arrived,
        (routing, waiting): (&Routing, &Waiting),
        now: Timestamp,
    ) -> Option<(Ack, Vec<u8>)> {
        let Routing::Referral { carried, .. } = routing else { return None };
        let to = arrived.sender.clone()?;
        self.stated.of(&to, Purpose::Referral)?;
        let served = self.served.get(&waiting.to);
        if served.is_none_or(|served| served.purpose != waiting.purpose) {
            return None;
        }
        let ack = Ack {
            to,
            rank: Rank::answering(carried.urgency),
            envelope: carried.envelope,
            number: carried.number,
            since: now,
        };
        let own = self.stated.of(self.own(), Purpose::Relay)?;
        let note = seal(own, NOTE, &[], &note_of(&ack)).ok()?;
        Some((ack, note.bytes().to_vec()))
    }

    /// Takes into memory what the commit took.
    fn keep(&mut self, step: Step, taken: &Taken, now: Timestamp) {
        let Becomes::Waits(goes) = step.becomes else { return };
        if !taken.is_new {
            return;
        }
        let Goes { waiting, routing, ack, rows, listed } = *goes;
        self.limits.note(&routing, now);
        self.waiting.retain(|id, _| !rows.contains(id));
        self.placed.retain(|placed| !listed.iter().any(|(gone, _)| gone.item == placed.item));
        if let Some(by) = &waiting.by
            && matches!(waiting.rank, Rank::Emergency | Rank::Withdrawal)
        {
            self.turns.came(by, waiting.rank, now);
        }
        if let Routing::Revocation { secret, envelopes, .. } = &routing {
            // Those beyond a day's push none out of what is remembered.
            if waiting.rank == Rank::Withdrawal {
                self.revoked.extend(envelopes.iter().map(|envelope| (*envelope, *secret)));
            }
            while self.revoked.len() > REMEMBERED_MAX {
                self.revoked.pop_front();
            }
        }
        if let Some((id, (ack, _))) = taken.ack.zip(ack) {
            self.acks.insert(id, ack);
        }
        self.waiting.insert(step.id, waiting);
    }
}

impl Step {
    fn waits_of(&self, by: &UnitId) -> bool {
        matches!(&self.becomes, Becomes::Waits(goes) if goes.waiting.by.as_ref() == Some(by))
    }

    fn is_of(&self, by: &UnitId, rank: Rank) -> bool {
        let Becomes::Waits(goes) = &self.becomes else { return false };
        goes.waiting.by.as_ref() == Some(by) && goes.waiting.rank == rank
    }

    fn withdrawal(&self) -> Option<(Revealed, &[EnvelopeId])> {
        match &self.becomes {
            Becomes::Waits(goes) => match &goes.routing {
                Routing::Revocation { secret, envelopes, .. } => {
                    Some((*secret, envelopes.as_slice()))
                }
                _ => None,
            },
            Becomes::Counted(_) => None,
        }
    }
}

/// Writes a page down.
fn settle(tx: &Tx<'_>, steps: &[Step]) -> Result<Vec<Taken>, SqlError> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut taken = Vec::with_capacity(steps.len());
    for step in steps {
        let is_new = match &step.seen {
            Some((letter, key)) => letters::see(tx, letter, key)?,
            None => true,
        };
        let (counted, ack) = match &step.becomes {
            Becomes::Waits(goes) if is_new => {
                letters::wait(tx, step.id)?;
                *counts.entry(status::WITHDRAWN).or_default() += take_back(tx, goes)?;
                let note = goes.ack.as_ref().map(|(_, note)| letters::keep_ack(tx, note));
                (status::OPENED, note.transpose()?)
            }
            Becomes::Counted(name) if is_new => {
                letters::remove(tx, step.id)?;
                (*name, None)
            }
            _ => {
                letters::remove(tx, step.id)?;
                (status::REPEATED, None)
            }
        };
        *counts.entry(counted).or_default() += 1;
        taken.push(Taken { is_new, ack });
    }
    counts.into_iter().try_for_each(|(name, more)| letters::count(tx, name, more))?;
    Ok(taken)
}

/// Drops what a withdrawal takes back; says how much was still there.
fn take_back(tx: &Tx<'_>, goes: &Goes) -> Result<u64, SqlError> {
    let mut gone = 0;
    for row in &goes.rows {
        gone += u64::from(letters::remove(tx, *row)?);
    }
    for (placed, dummy) in &goes.listed {
        let item = outbox::letters::item(dummy);
        let digest = sha256(&item);
        let is_gone = letters::replace(tx, &placed.to, &placed.item, (&item, &digest))?
            || outbox::take_back(tx, &placed.name)?;
        gone += u64::from(is_gone);
    }
    Ok(gone)
}

fn note_of(ack: &Ack) -> Vec<u8> {
    let rank = match ack.rank {
        Rank::Withdrawal => 0,
        Rank::Emergency => 1,
        Rank::Urgent => 2,
        Rank::Routine => 3,
    };
    let mut note = ack.envelope.bytes().to_vec();
    note.extend_from_slice(&[ack.number.number(), ack.number.of(), rank]);
    note.extend_from_slice(ack.to.as_str().as_bytes());
    note.resize(NOTE_BYTES, 0);
    note
}

/// Reads the note of an acknowledgement that was kept.
pub(super) fn read_note(held: &Held, note: &[u8], now: Timestamp) -> Option<Ack> {
    let sealed = Sealed::from_bytes(note.to_vec()).ok()?;
    let plain = held.key.open(&sealed, NOTE, &[]).ok()?;
    let (envelope, rest) = plain.split_first_chunk::<16>()?;
    let ([number, of, rank], unit) = rest.split_first_chunk::<3>()?;
    let to: UnitId = std::str::from_utf8(unit).ok()?.trim_end_matches('\0').parse().ok()?;
    let rank = match *rank {
        0 => Rank::Withdrawal,
        1 => Rank::Emergency,
        2 => Rank::Urgent,
        _ => Rank::Routine,
    };
    let envelope = EnvelopeId::from_bytes(*envelope);
    let number = PartNumber::new(*number, *of).ok()?;
    Some(Ack { to, rank, envelope, number, since: now })
}
