//! A consent that ended while its letters waited here: they do not leave, and the course says so.
//!
//! A school that was offline for weeks has letters in its queue and its outbox. Relay and recipient
//! would refuse them; by then a child's record would have left without a consent.

use jiff::Timestamp;
use jiff::civil::Date;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::revoking;
use super::road::Desk;
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::letters::{self as store, Envelope};
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
    let names = store::carrying(tx, one.id)?;
    let is_one = one.parts == 1;
    let have_left = move |tx: &Tx<'_>| {
        Ok::<_, SqlError>((queue::have_left(tx, &names)?, is_one && queue::has_left(tx, &names)?))
    };
    let (have_left, has_left) = transfer.read(have_left)?;
    if have_left {
        return Ok(false);
    }
    if has_left {
        take_back(tx, (transfer, desk), one, now)?;
        return Ok(false);
    }
    let said = format!("知情同意已于{last}到期，信件尚未全部离校，没有送达");
    referral::lapse(tx, &super::author(now), one.referral, (one.number, &said))?;
    let now_ms = now.as_millisecond();
    let left = take_back(tx, (transfer, desk), one, now)?;
    if left == 0 && !store::may_have_left(tx, one.id)? {
        store::revoked(tx, one.id, now_ms)?;
        store::stayed(tx, one.id)?;
        let said = format!("知情同意已于{last}到期，内容没有离校");
        revoking::answered(tx, one, &said, now)?;
    }
    Ok(true)
}

/// Takes the letters of an envelope back that have not left; says how many have.
fn take_back(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    one: &Envelope,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let letters = store::drop_letters(tx, one.id, now.as_millisecond())?;
    let relay = desk.relay(tx, now)?;
    let back = move |tx: &Tx<'_>| queue::take_back(tx, &letters, relay.as_ref());
    Ok(transfer.write::<_, SqlError>("take_back", back)?)
}
