//! Sealing anew what no relay has said a word about: a letter may have been refused by a relay that
//! was full or had lost its key, or been lost with a disk on the way.
//!
//! The same bytes of the same envelope are sealed once more, to the keys that are stated now, and
//! leave in a slot as any other letter; a letter that were sent a second time as it is would be
//! known by whoever kept the first, and for one that holds something. Who has the envelope keeps it
//! once. Nothing is sealed anew that was taken back or whose consent is over, nor once its
//! recipient has said a word: who declined has erased it, and gets it no second time.

use certs::letter::{Basis, Carried, Letter, Routing, Way};
use certs::referral::{Draft, EnvelopeId, Ground, ReferralEnvelope, Role, Scopes};
use domain::referral::slot::Rank;
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::{SqlError, Tx};

use super::road::Desk;
use super::sending::{answer_due, mark};
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::entry::Moment;
use crate::ledger::letters::{self as store, Envelope, NewLetter, Unheard};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, referral};
use crate::transfer::Transfer;
use crate::transfer::letters::{self as queue, number};

const MINUTE_MS: i64 = 60_000;

/// For how long after it was sealed.
const RENEWED_MS: i64 = 14 * 24 * 60 * MINUTE_MS;

/// Seals every envelope anew that is due for it; says how many. Each waits twice the limit of its
/// hop, and then as long again as it has waited.
///
/// # Errors
/// A store cannot be read or written; what was not sealed is so at the next look.
pub fn renew(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let now_ms = now.as_millisecond();
    let since_ms = now_ms.saturating_sub(RENEWED_MS);
    let open = ledger.read(move |tx| Ok::<_, LedgerRefusal>(store::unheard(tx, since_ms)?))?;
    let mut renewed = 0;
    for one in open.into_iter().filter(|one| is_due(one, now_ms)) {
        let (transfer, desk) = (transfer.clone(), desk.clone());
        let seal = move |tx: &Tx<'_>| of_envelope(tx, (&transfer, &desk), one.id, now);
        match ledger.write("renew", seal) {
            Ok(was_sealed) => renewed += usize::from(was_sealed),
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            Err(error) => tracing::warn!(%error, "a letter was not sealed anew"),
        }
    }
    Ok(renewed)
}

fn is_due(one: &Unheard, now_ms: i64) -> bool {
    let hop_ms = match one.rank {
        rank if rank == number(Rank::Emergency) => 5 * MINUTE_MS,
        rank if rank == number(Rank::Urgent) => 15 * MINUTE_MS,
        _ => 4 * 60 * MINUTE_MS,
    };
    let waited_ms = one.last_at_ms.saturating_sub(one.made_at_ms);
    now_ms.saturating_sub(one.last_at_ms) > waited_ms.max(2 * hop_ms)
}

fn of_envelope(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    id: EnvelopeId,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let Some(one) = store::envelope(tx, id)?.filter(|one| one.acked_at_ms.is_none()) else {
        return Ok(false);
    };
    let course = referral::course(tx, one.referral)?;
    let is_calmed = referral::stood_down(&course).is_some_and(|last| one.number <= last);
    if is_calmed || referral::is_taken_back(&course) || one.revoked_at_ms.is_some() {
        return Ok(false);
    }
    // A referral that is over, or that was handed over anew, sends nothing to whom it was before.
    if course.state.is_terminal() || course.envelope != one.number {
        return Ok(false);
    }
    let names = store::carrying(tx, id)?;
    if transfer.read::<_, SqlError>(move |tx| queue::is_waiting(tx, &names))? {
        return Ok(false);
    }
    let Some(letter) = sealed(tx, desk, &one, now)? else { return Ok(false) };
    let content = ReferralContent::read(&one.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let new = NewLetter {
        name: letter.digest(),
        letter: &letter.to_bytes(),
        rank: number(Rank::of(content.urgency)),
        envelope: id,
        part: 1,
    };
    store::insert_letter(tx, &new, now.as_millisecond())?;
    Ok(true)
}

/// The letter that carries an envelope, sealed to the keys that are stated now; nothing where there
/// is no road any more or its consent is over.
fn sealed(
    tx: &Tx<'_>,
    desk: &Desk,
    one: &Envelope,
    now: Timestamp,
) -> Result<Option<Letter>, LedgerRefusal> {
    let content = ReferralContent::read(&one.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let Some(ground) = standing(&content.ground, now) else { return Ok(None) };
    let road = desk.road(tx, &one.recipient, now)?;
    let Some(road) = road.filter(|road| road.relay.as_str() == one.relay) else {
        return Ok(None);
    };
    let (_, secret) = store::secret(tx, one.referral, now.as_millisecond())?;
    let withdrawal = mark(&secret, one.id, &content);
    let role = Role::Referral { withdrawal };
    let draft = Draft { role, envelope: one.id, ground, content: &one.content };
    let closed = ReferralEnvelope::close(&road.recipient, &draft, &desk.identity)
        .map_err(|_| LedgerRefusal::NotSealed)?;
    let parts = closed.parts(&road.recipient).map_err(|_| LedgerRefusal::NotSealed)?;
    let [part] = parts.as_slice() else { return Ok(None) };
    let recipient = road.recipient.statement().unit.clone();
    let carried = Carried {
        way: Way { recipient, relay: road.relay.clone() },
        envelope: one.id,
        number: part.number(),
        urgency: content.urgency,
        due: answer_due(content.urgency, Moment(one.made_at_ms)),
    };
    let routing = Routing::Referral { carried, basis: Basis::of(&ground, one.id), withdrawal };
    let letter = Letter::seal(&road.first, &routing, Some(part));
    letter.map(Some).map_err(|_| LedgerRefusal::NotSealed)
}

/// The ground that stands on the envelope, as it was checked when it was sealed first, as long as
/// it is not over.
fn standing(said: &GroundSaid, now: Timestamp) -> Option<Ground> {
    match said {
        GroundSaid::Consent(said) if said.valid_to < date_of(now) => None,
        GroundSaid::Consent(said) => Some(Ground::Consent {
            digest: said.digest,
            valid_to: said.valid_to,
            scopes: Scopes::of(&said.classes),
        }),
        GroundSaid::Emergency(_) => Some(Ground::Emergency),
    }
}

#[cfg(test)]
mod tests {
    use domain::referral::Event;
    use jiff::SignedDuration;

    use super::*;
    use crate::ledger::guard_tests::run;
    use crate::ledger::referral::tests::{ready, step};
    use crate::ledger::testing::NOW_MS;
    use crate::letters::testing::{Town, answer, arrive};
    use crate::letters::tests::{answers_of, leave, sent, waiting};
    use crate::letters::{answers, copying};
    use crate::list::testing::now;

    /// An urgent envelope of which no relay says anything is sealed anew after half an hour, and
    /// then more and more rarely; not while its letter has not left, not once a relay has it, and
    /// not once it was taken back.
    #[test]
    fn what_no_relay_acknowledged_is_sealed_anew() {
        for is_taken_back in [false, true] {
            let (school, town) = (ready(), Town::new());
            let transfer = Transfer::in_memory().expect("transfer");
            let (record, envelope) = sent(&school, &town);
            let first: Vec<Letter> = waiting(&school);
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
            let renewed = |minutes: i64| {
                let at = now() + SignedDuration::from_mins(minutes);
                renew(&school.ledger, &transfer, &town.desk, at).expect("looked")
            };
            assert_eq!(renewed(31), 0, "it has not left");
            leave(&school, &town, &transfer);
            assert_eq!((renewed(29), renewed(31), renewed(32)), (0, 1, 0));
            let second = waiting(&school);
            assert_eq!((first.len(), second.len()), (1, 1));
            assert!(first != second, "whoever kept the first does not know the second");
            copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
            assert_eq!(renewed(90), 0, "it has not left");
            leave(&school, &town, &transfer);
            if is_taken_back {
                step(&school, record, Event::WithdrawConsent).expect("withdrawn");
            } else {
                assert_eq!((renewed(60), renewed(64)), (0, 1));
                let id = envelope.id;
                let acked = run(&school, move |tx| Ok(store::acked(tx, id, NOW_MS)?));
                acked.expect("acknowledged");
            }
            assert_eq!(renewed(10_000), 0);
        }
    }

    /// Where the relay's word was lost, its recipient's is heard: nothing is sealed anew to who has
    /// answered, least of all to who declined and has erased it.
    #[test]
    fn what_its_recipient_answered_is_not_sealed_anew() {
        let (school, town) = (ready(), Town::new());
        let transfer = Transfer::in_memory().expect("transfer");
        let key = town.to_school(&school);
        let (_, envelope) = sent(&school, &town);
        copying::copy(&school.ledger, &transfer, NOW_MS).expect("copied");
        leave(&school, &town, &transfer);
        let content = ReferralContent::read(&envelope.content).expect("content");
        let first = answers_of(&content).remove(0);
        arrive(&transfer, &answer(&town.clinic, &key, envelope.id, &first));
        answers::take(&school.ledger, &transfer, &town.desk, now()).expect("taken");
        for minutes in [31, 90, 10_000] {
            let at = now() + SignedDuration::from_mins(minutes);
            assert_eq!(renew(&school.ledger, &transfer, &town.desk, at).expect("looked"), 0);
        }
        assert!(waiting(&school).is_empty(), "nothing leaves again");
    }
}
