//! Taking cards back: at each tick it is asked of every card that is out whether its ground still
//! stands. What has not left stays here; whoever holds one is told first of all, and once a day
//! until the expert's unit says what it erased.

use certs::letter::{Letter, Routing, Way};
use certs::statement::VerifiedStatement;
use domain::referral::slot::Rank;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use crate::ledger::Ledger;
use crate::ledger::consult::{self, Footing};
use crate::ledger::letters::cards::{self as store, CardEnvelope};
use crate::ledger::letters::{self, NewLetter};
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::road::Desk;
use crate::transfer::Transfer;
use crate::transfer::letters::{self as queue, number};

/// Within which a withdrawal is answered; who has not is told again.
const ANSWERED_MS: i64 = 24 * 3_600_000;
/// For how long.
const REMINDED_MS: i64 = 14 * ANSWERED_MS;

/// What is noted of a card that never left.
const NOT_LEFT: &str = "会诊卡尚未离校，已收回";

/// Takes back every card whose ground stands no longer, and notes those whose time is over, now and
/// by what was witnessed of the clock; says of how many.
///
/// # Errors
/// A rule of the ledger, or a store; what was not taken back is so at the next look.
pub fn revoke(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    (now, past): (Timestamp, Timestamp),
) -> Result<usize, LedgerRefusal> {
    let now_ms = now.as_millisecond();
    // Usually nothing changed, and then nobody is kept from writing.
    let found = ledger.read(move |tx| {
        let mut found = Vec::new();
        for one in store::open(tx)? {
            match footing(tx, &one, (now, past)) {
                Ok(Footing::Holds) => {}
                Ok(Footing::Over | Footing::Gone) => found.push(one),
                Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
                // One that cannot be asked about keeps no other letter back.
                Err(error) => tracing::warn!(record = one.record.0, %error, "a card was not asked"),
            }
        }
        let since_ms = now_ms.saturating_sub(REMINDED_MS);
        let mut untold = Vec::new();
        for one in store::unanswered(tx, since_ms)? {
            if !store::was_told_since(tx, one.id, now_ms.saturating_sub(ANSWERED_MS))? {
                untold.push(one);
            }
        }
        Ok::<_, LedgerRefusal>((found, untold))
    });
    let (found, untold) = found?;
    let mut revoked = 0;
    for one in found {
        let (transfer, desk) = (transfer.clone(), desk.clone());
        let take_back = move |tx: &Tx<'_>| of_card(tx, (&transfer, &desk), &one, (now, past));
        revoked += usize::from(ledger.write("revoke_card", take_back)?);
    }
    for one in untold {
        let desk = desk.clone();
        let remind = move |tx: &Tx<'_>| match desk.relay(tx, now)? {
            Some(relay) => tell(tx, &relay, &one, now_ms),
            None => Ok(()),
        };
        ledger.write("revoke_card_again", remind)?;
    }
    Ok(revoked)
}

/// How a card stands to its ground. Its time is over where what was witnessed of the clock says so
/// too.
fn footing(
    tx: &Tx<'_>,
    one: &CardEnvelope,
    (now, past): (Timestamp, Timestamp),
) -> Result<Footing, LedgerRefusal> {
    let at = |instant: Timestamp| (date_of(instant), instant.as_millisecond());
    let stands = consult::footing_of(tx, one, at(now))?;
    let is_believed = || matches!(consult::footing_of(tx, one, at(past)), Ok(Footing::Over));
    match stands {
        Footing::Over if !is_believed() => Ok(Footing::Holds),
        other => Ok(other),
    }
}

/// Takes one card back, or notes that its time is over; says whether anything was done.
fn of_card(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    one: &CardEnvelope,
    (now, past): (Timestamp, Timestamp),
) -> Result<bool, LedgerRefusal> {
    let now_ms = now.as_millisecond();
    // Asked again: somebody may have written meanwhile.
    let footing = footing(tx, one, (now, past))?;
    let names = letters::carrying(tx, one.id)?;
    // Of one that was kept back nobody says that it left.
    let have_left = one.acked_at_ms.is_some()
        || (!names.is_empty()
            && transfer.read::<_, SqlError>(move |tx| queue::have_left(tx, &names))?);
    match footing {
        Footing::Holds => return Ok(false),
        Footing::Over if have_left => {
            store::ended(tx, one.id, now_ms)?;
            return Ok(true);
        }
        Footing::Over | Footing::Gone => {}
    }
    let (sealed, relay) = (letters::drop_letters(tx, one.id, now_ms)?, desk.relay(tx, now)?);
    let known = relay.clone();
    let back = move |tx: &Tx<'_>| queue::take_back(tx, &sealed, known.as_ref());
    if transfer.write::<_, SqlError>("take_back", back)? == 0 {
        store::revoked(tx, one.id, now_ms)?;
        store::done(tx, one.id, NOT_LEFT, now_ms)?;
        return Ok(true);
    }
    let Some(relay) = relay else {
        tracing::warn!(record = one.record.0, "no relay is known: tell the expert by telephone");
        return Ok(false);
    };
    tell(tx, &relay, one, now_ms)?;
    Ok(true)
}

/// One letter to the expert's unit that takes its card back.
fn tell(
    tx: &Tx<'_>,
    relay: &VerifiedStatement,
    one: &CardEnvelope,
    now_ms: i64,
) -> Result<(), LedgerRefusal> {
    let unit = |id: &str| id.parse::<UnitId>().map_err(|_| LedgerRefusal::NotSealed);
    let way = Way { recipient: unit(&one.recipient)?, relay: unit(&one.relay)? };
    let secret = store::secret(tx, one.id)?.reveal();
    let routing = Routing::Revocation { way, secret, envelopes: vec![one.id] };
    let letter = Letter::seal(relay, &routing, None).map_err(|_| LedgerRefusal::NotSealed)?;
    let new = NewLetter {
        name: letter.digest(),
        letter: &letter.to_bytes(),
        rank: number(Rank::Withdrawal),
        envelope: one.id,
        part: 0,
    };
    letters::insert_letter(tx, &new, now_ms)?;
    Ok(store::revoked(tx, one.id, now_ms)?)
}
