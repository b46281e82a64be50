//! Sealing answers anew that no school has acknowledged: a relay, or a hub on the way, may have
//! lost them with its disk after it had said that it has them.
//!
//! The rule of time is that of what a school sends. The same parts of the same envelope are put
//! into new letters: the school takes an answer once, and a hub sees a letter like any other. It
//! ends with the school's word, with a withdrawal, with the consent, and after two weeks: a
//! school with an older program never says one.

use certs::statement::Purpose;
use domain::referral::slot::Rank;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::{IntakeError, Receiver, answering};
use crate::ledger::intake::unheard::{self, Unheard};
use crate::ledger::{Ledger, intake};
use crate::letters::renewing::{RENEWED_MS, is_due};
use crate::transfer::letters::number;

/// For how long it is known and shown that an answer was never acknowledged.
const SHOWN_MS: i64 = 30 * 24 * 3_600_000;

/// Seals every answer anew that is due for it; says how many. While an earlier letter of as high a
/// rank waits for its slot nothing is sealed anew.
pub(super) fn renew(
    ledger: &Ledger,
    receiver: &Receiver,
    now: Timestamp,
) -> Result<usize, IntakeError> {
    let now_ms = now.as_millisecond();
    let since_ms = now_ms.saturating_sub(RENEWED_MS);
    let open = ledger.read(move |tx| unheard::to_renew(tx, since_ms))?;
    if open.is_empty() {
        return Ok(0);
    }
    let queue = ledger.read(intake::queued)?;
    let due = |one: &Unheard| {
        let rank = Rank::answering(one.urgency);
        let waits = queue.iter().any(|queued| queued.rank <= rank);
        !waits && is_due(number(rank), (one.made_at_ms, one.last_at_ms), now_ms)
    };
    let mut renewed = 0;
    for one in open.into_iter().filter(due) {
        let receiver = receiver.clone();
        let seal = move |tx: &Tx<'_>| of_answer(tx, &receiver, &one, now);
        renewed += usize::from(ledger.write("renew_answer", seal)?);
    }
    Ok(renewed)
}

/// Puts one answer into new letters; where no relay's key is known it waits.
fn of_answer(
    tx: &Tx<'_>,
    receiver: &Receiver,
    one: &Unheard,
    now: Timestamp,
) -> Result<bool, IntakeError> {
    let Some(entry) = intake::one(tx, one.intake)? else { return Ok(false) };
    let Some(sender) = receiver.name_of(&entry.arrival.sender) else { return Ok(false) };
    let relay = answering::verified(tx, receiver, (&receiver.relay(), Purpose::Relay), now)?;
    let parts = unheard::parts(tx, one.envelope)?;
    let Some(relay) = relay.filter(|_| !parts.is_empty()) else { return Ok(false) };
    let done = intake::done(tx, one.intake)?;
    let letters = answering::anew((receiver, &relay), (&entry, &sender), (one.act, &done), &parts);
    let letters = match letters {
        Ok(letters) => letters,
        Err(error) => {
            tracing::warn!(%error, "an answer was not sealed anew");
            return Ok(false);
        }
    };
    let now_ms = now.as_millisecond();
    for letter in &letters {
        intake::queue(tx, Rank::answering(one.urgency), &letter.to_bytes(), now_ms)?;
    }
    unheard::renewed(tx, one.envelope, now_ms)?;
    Ok(true)
}

/// The instants before which an answer was sealed that is not sealed anew any more, and that is not
/// shown any more.
const fn ends(past_ms: i64) -> (i64, i64) {
    (past_ms.saturating_sub(RENEWED_MS), past_ms.saturating_sub(SHOWN_MS))
}

/// Whether something is to be forgotten, as far as the clock was witnessed.
pub(super) fn is_over(tx: &Tx<'_>, past_ms: i64) -> Result<bool, SqlError> {
    unheard::is_over(tx, ends(past_ms))
}

/// Forgets what is over: the parts first, and later that there was an answer.
pub(super) fn forget(tx: &Tx<'_>, past_ms: i64) -> Result<(), SqlError> {
    unheard::forget_over(tx, ends(past_ms))
}
