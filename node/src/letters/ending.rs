//! A consent that ended while its letters waited here: they do not leave, and the course says so.
//!
//! A school that was offline for weeks has letters in its queue and its outbox. Relay and recipient
//! would refuse them; by then a child's record would have left without a consent.

use std::collections::BTreeSet;

use certs::referral::EnvelopeId;
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::revoking;
use super::road::Desk;
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::letters::{self as store, Envelope, cards};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, referral};
use crate::transfer::Transfer;
use crate::transfer::letters as queue;

/// Keeps back what has not left as a whole on a consent whose last day has passed; says of how many
/// envelopes. An emergency has no last day.
///
/// # Errors
/// A rule of the ledger, or a store; what was not kept back is so at the next look.
pub fn end(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let open = ledger.read(|tx| Ok::<_, LedgerRefusal>(store::unacked(tx)?))?;
    let mut ended = 0;
    for one in open {
        let Some(last) = last_day(&one.content).filter(|last| *last < date_of(now)) else {
            continue;
        };
        let (transfer, desk) = (transfer.clone(), desk.clone());
        let keep_back = move |tx: &Tx<'_>| of_envelope(tx, (&transfer, &desk), (&one, last), now);
        ended += usize::from(ledger.write("consent_ended", keep_back)?);
    }
    Ok(ended)
}

/// Last day of the consent on which a content was sealed.
fn last_day(content: &[u8]) -> Option<Date> {
    match ReferralContent::read(content).ok()?.ground {
        GroundSaid::Consent(said) => Some(said.valid_to),
        GroundSaid::Emergency(_) => None,
    }
}

/// Keeps one envelope back, unless all of it has left; what was sealed anew since and waits here
/// does not follow it. Where a part of it has left, or nobody knows, the act makes it be withdrawn
/// like anything that was recalled.
fn of_envelope(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    (one, last): (&Envelope, Date),
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let known = store::envelope(tx, one.id)?;
    if known.is_none_or(|one| one.acked_at_ms.is_some() || one.revoked_at_ms.is_some()) {
        return Ok(false);
    }
    match road_of(tx, transfer, one)? {
        Whither::Left => return Ok(false),
        Whither::Anew => {
            take_back(tx, (transfer, desk), one.id, now)?;
            return Ok(false);
        }
        // Its course has said so.
        Whither::Back if referral::is_taken_back(&referral::course(tx, one.referral)?) => {
            return Ok(false);
        }
        Whither::Back | Whither::Here => {}
    }
    let said = format!("知情同意已于{last}到期，信件尚未全部离校，没有送达");
    referral::lapse(tx, &super::author(now), one.referral, (one.number, &said))?;
    let now_ms = now.as_millisecond();
    let left = take_back(tx, (transfer, desk), one.id, now)?;
    if left == 0 && !store::may_have_left(tx, one.id)? {
        store::revoked(tx, one.id, now_ms)?;
        store::stayed(tx, one.id)?;
        let said = format!("知情同意已于{last}到期，内容没有离校");
        revoking::answered(tx, one, &said, now)?;
    }
    Ok(true)
}

/// Where the letters of an envelope are.
enum Whither {
    /// All that carry it have left.
    Left,
    /// It has left as a whole, and some of what was sealed anew since has not.
    Anew,
    /// It has not left as a whole.
    Here,
    /// Neither has it, and all of it was kept back.
    Back,
}

fn road_of(tx: &Tx<'_>, transfer: &Transfer, one: &Envelope) -> Result<Whither, SqlError> {
    let (carriers, of) = (store::carriers(tx, one.id)?, one.parts);
    transfer.read::<_, SqlError>(move |tx| {
        let (mut gone, mut stays, mut is_any_live) = (BTreeSet::new(), false, false);
        for one in &carriers {
            let has_left = queue::has_left(tx, std::slice::from_ref(&one.name))?;
            if has_left {
                gone.insert(one.part);
            }
            is_any_live |= !one.is_dropped;
            stays |= !one.is_dropped && !has_left;
        }
        let is_gone = (1..=of).all(|part| gone.contains(&part));
        Ok(match (is_gone, stays) {
            (true, true) => Whither::Anew,
            (true, false) => Whither::Left,
            (false, _) if is_any_live => Whither::Here,
            (false, _) => Whither::Back,
        })
    })
}

/// Keeps back what would leave although its consent is over by the clock, while nothing says
/// whether the clock is right: no act is written, and where the clock was wrong it is sealed anew.
/// Says of how many envelopes.
///
/// # Errors
/// A store cannot be read or written; what was not kept back is so at the next look.
pub fn hold_back(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let today = date_of(now);
    let found = ledger.read(move |tx| {
        let mut over: Vec<EnvelopeId> = Vec::new();
        for one in store::unacked(tx)? {
            if last_day(&one.content).is_some_and(|last| last < today) {
                over.push(one.id);
            }
        }
        let cards = cards::open(tx)?.into_iter().filter(|one| one.acked_at_ms.is_none());
        let cards = cards.filter(|one| one.valid_to.is_some_and(|last| last < today));
        over.extend(cards.map(|one| one.id));
        Ok::<_, LedgerRefusal>(over)
    });
    let mut held = 0;
    for id in found? {
        let (transfer, desk) = (transfer.clone(), desk.clone());
        let hold = move |tx: &Tx<'_>| hold_one(tx, (&transfer, &desk), id, now);
        held += usize::from(ledger.write("hold_back", hold)?);
    }
    Ok(held)
}

fn hold_one(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    id: EnvelopeId,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let names = store::carrying(tx, id)?;
    if names.is_empty() || transfer.read::<_, SqlError>(move |tx| queue::have_left(tx, &names))? {
        return Ok(false);
    }
    if take_back(tx, (transfer, desk), id, now)? == 0 {
        store::never_left(tx, id)?;
    }
    Ok(true)
}

/// Takes the letters of an envelope back that have not left; says how many have.
pub(super) fn take_back(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    id: EnvelopeId,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let letters = store::drop_letters(tx, id, now.as_millisecond())?;
    let relay = desk.relay(tx, now)?;
    let back = move |tx: &Tx<'_>| queue::take_back(tx, &letters, relay.as_ref());
    Ok(transfer.write::<_, SqlError>("take_back", back)?)
}
