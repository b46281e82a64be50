//! Taking back: whatever is not gone stays here, and whoever holds an envelope of it is told in a
//! letter that nothing overtakes.
//!
//! What is to be taken back follows from the course, so that a withdrawal on paper, on the page and
//! in the ledger of consents is heard alike and none is forgotten by a crash.

use std::collections::BTreeMap;

use certs::letter::{Letter, REVOKED_MAX, Routing, Way};
use certs::referral::{EnvelopeId, WithdrawalSecret};
use certs::statement::VerifiedStatement;
use domain::referral::Event;
use domain::referral::history::Standing;
use domain::referral::slot::Rank;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sql::Tx;

use super::answers::clipped;
use super::road::Desk;
use crate::content::{GroundSaid, ReferralContent};
use crate::ledger::entry::RecordId;
use crate::ledger::letters::{self as store, Envelope, NewLetter};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, referral};
use crate::transfer::Transfer;
use crate::transfer::letters::{self as queue, number};

/// Within which a withdrawal is answered; who has not is told again.
const ANSWERED_MS: i64 = 24 * 3_600_000;
/// For how long.
const REMINDED_MS: i64 = 14 * ANSWERED_MS;

/// What is noted of an envelope that never left.
const NOT_LEFT: &str = "内容尚未离校，已收回";

/// Recipients with the hubs that serve them and with the secret that takes back, and what they may
/// hold: 0 is the referral's own secret, and else that of the emergency of this number.
type Holders = BTreeMap<(String, String, u32), Vec<EnvelopeId>>;

/// Takes back what is to be taken back and was not; says of how many referrals.
///
/// # Errors
/// A rule of the ledger, or a store; what was not written is written at the next look.
pub fn revoke(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, LedgerRefusal> {
    let waiting = ledger.read(|tx| Ok::<_, LedgerRefusal>(store::to_revoke(tx)?))?;
    let mut revoked = 0;
    for record in waiting {
        let take_back = |settles| {
            let (transfer, desk) = (transfer.clone(), desk.clone());
            ledger.write("revoke", move |tx| {
                of_referral(tx, (&transfer, &desk), (record, settles), now)
            })
        };
        let was_any = match take_back(true) {
            Ok(was_any) => was_any,
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            // Whoever holds it is told all the same; what was answered a person enters.
            Err(error) => {
                tracing::warn!(record = record.0, %error, "an answer was not entered");
                take_back(false)?
            }
        };
        revoked += usize::from(was_any);
    }
    let now_ms = now.as_millisecond();
    let (since_ms, told_ms) =
        (now_ms.saturating_sub(REMINDED_MS), now_ms.saturating_sub(ANSWERED_MS));
    let unanswered = ledger
        .read(move |tx| Ok::<_, LedgerRefusal>(store::to_remind(tx, (since_ms, told_ms))?))?;
    for record in unanswered {
        let desk = desk.clone();
        if let Err(error) = ledger.write("revoke_again", move |tx| remind(tx, &desk, record, now)) {
            tracing::warn!(record = record.0, %error, "nobody was told again");
        }
    }
    Ok(revoked)
}

/// Tells whoever has not answered once more, unless a person wrote down an answer: a relay may have
/// refused what it was told, or lost it with its disk.
fn remind(tx: &Tx<'_>, desk: &Desk, record: RecordId, now: Timestamp) -> Result<(), LedgerRefusal> {
    let course = referral::course(tx, record)?;
    let is_open = course.acts.iter().any(|(act, _)| act.entry.is_unanswered())
        || referral::stood_down(&course).is_some();
    let Some(relay) = desk.relay(tx, now)?.filter(|_| is_open) else { return Ok(()) };
    let mut holders = Holders::new();
    let told = store::envelopes(tx, record)?.into_iter();
    for one in told.filter(|one| one.revoked_at_ms.is_some() && one.done_at_ms.is_none()) {
        hold(&mut holders, &one);
    }
    let now_ms = now.as_millisecond();
    let (_, secret) = store::secret(tx, record, now_ms)?;
    tell(tx, (&relay, &secret), &holders, now_ms)
}

/// Tells the recipient of an envelope that was taken back so once more: it says again what it had
/// said, as one does that was put back from a backup. Says whether a relay is known.
///
/// # Errors
/// A rule of the ledger, or the store.
pub(super) fn tell_again(
    tx: &Tx<'_>,
    desk: &Desk,
    one: &Envelope,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let Some(relay) = desk.relay(tx, now)? else { return Ok(false) };
    let (mut holders, now_ms) = (Holders::new(), now.as_millisecond());
    hold(&mut holders, one);
    let (_, secret) = store::secret(tx, one.referral, now_ms)?;
    tell(tx, (&relay, &secret), &holders, now_ms)?;
    Ok(true)
}

/// Tells the recipient of an envelope of which this ledger knows no more, but the number of its
/// hand-over, that it is taken back.
///
/// # Errors
/// No relay is known, or the store.
pub(super) fn tell_one(
    tx: &Tx<'_>,
    desk: &Desk,
    (recipient, hub, (envelope, number)): (&UnitId, &UnitId, (EnvelopeId, u32)),
    secret: &WithdrawalSecret,
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    let relay = desk.relay(tx, now)?.ok_or(LedgerRefusal::NoRoad)?;
    let to = |word| ((recipient.to_string(), hub.to_string(), word), vec![envelope]);
    let holders = Holders::from([0, number].map(to));
    tell(tx, (&relay, secret), &holders, now.as_millisecond())
}

/// Takes back every envelope of a referral, of an emergency that was stood down those up to then,
/// and enters what was answered; says whether anything was taken back.
fn of_referral(
    tx: &Tx<'_>,
    (transfer, desk): (&Transfer, &Desk),
    (record, settles): (RecordId, bool),
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let course = referral::course(tx, record)?;
    let up_to = match referral::is_taken_back(&course) {
        true => u32::MAX,
        false => referral::stood_down(&course).unwrap_or_default(),
    };
    if up_to == 0 {
        return Ok(false);
    }
    let now_ms = now.as_millisecond();
    let open = store::envelopes(tx, record)?.into_iter();
    let open = open.filter(|one| one.revoked_at_ms.is_none() && one.number <= up_to);
    let relay = desk.relay(tx, now)?;
    let mut holders = Holders::new();
    for one in open {
        let (letters, relay) = (store::drop_letters(tx, one.id, now_ms)?, relay.clone());
        let back = move |tx: &Tx<'_>| queue::take_back(tx, &letters, relay.as_ref());
        let left = transfer.write("take_back", back)?;
        if left == 0 && !store::may_have_left(tx, one.id)? {
            store::revoked(tx, one.id, now_ms)?;
            store::done(tx, one.id, NOT_LEFT, now_ms)?;
            store::stayed(tx, one.id)?;
        } else {
            hold(&mut holders, &one);
        }
    }
    if !holders.is_empty() {
        let Some(relay) = relay else {
            tracing::warn!(record = record.0, "no relay is known: tell the recipient by telephone");
            return Ok(false);
        };
        let (_, secret) = store::secret(tx, record, now_ms)?;
        tell(tx, (&relay, &secret), &holders, now_ms)?;
    }
    if settles {
        settle(tx, record, now)?;
    }
    Ok(true)
}

/// Who may hold an envelope, under the secret whose mark is on it. Of one that was bound to what a
/// backup had lost it is not known whether it was an emergency: both are told, and the recipient
/// believes the one that opens its mark.
fn hold(holders: &mut Holders, one: &Envelope) {
    let words = match ReferralContent::read(&one.content).map(|content| content.ground) {
        Ok(GroundSaid::Consent(_)) => vec![0],
        Ok(GroundSaid::Emergency(_)) => vec![one.number],
        Err(_) => vec![0, one.number],
    };
    for word in words {
        let to = (one.recipient.clone(), one.relay.clone(), word);
        holders.entry(to).or_default().push(one.id);
    }
}

/// One letter to each recipient for so many of its envelopes as one letter names.
fn tell(
    tx: &Tx<'_>,
    (relay, secret): (&VerifiedStatement, &WithdrawalSecret),
    holders: &Holders,
    now_ms: i64,
) -> Result<(), LedgerRefusal> {
    let unit = |id: &str| id.parse::<UnitId>().map_err(|_| LedgerRefusal::NotSealed);
    for ((recipient, hub, word), envelopes) in holders {
        let way = Way { recipient: unit(recipient)?, relay: unit(hub)? };
        let revealed = match word {
            0 => secret.reveal(),
            of => secret.of_emergency(*of).reveal(),
        };
        for some in envelopes.chunks(REVOKED_MAX) {
            let (way, envelopes) = (way.clone(), some.to_vec());
            let routing = Routing::Revocation { way, secret: revealed, envelopes };
            let letter = Letter::seal(relay, &routing, None);
            let letter = letter.map_err(|_| LedgerRefusal::NotSealed)?;
            let Some(first) = some.first() else { continue };
            let new = NewLetter {
                name: letter.digest(),
                letter: &letter.to_bytes(),
                rank: number(Rank::Withdrawal),
                envelope: *first,
                part: 0,
            };
            store::insert_letter(tx, &new, now_ms)?;
            some.iter().try_for_each(|id| store::revoked(tx, *id, now_ms))?;
        }
    }
    Ok(())
}

/// Notes what a recipient keeps of an envelope that was taken back.
///
/// # Errors
/// A rule of the ledger, or the store.
pub(super) fn answered(
    tx: &Tx<'_>,
    of: &Envelope,
    kept: &str,
    now: Timestamp,
) -> Result<(), LedgerRefusal> {
    store::done(tx, of.id, kept, now.as_millisecond())?;
    settle(tx, of.referral, now)
}

/// Once every recipient has answered, so has what took it back; where a sheet was handed over as
/// well, a person says so.
fn settle(tx: &Tx<'_>, record: RecordId, now: Timestamp) -> Result<(), LedgerRefusal> {
    let course = referral::course(tx, record)?;
    if !referral::is_taken_back(&course) {
        return Ok(());
    }
    let sealed = store::envelopes(tx, record)?;
    let took = course.acts.iter().filter(|(_, how)| matches!(how, Standing::Took(_)));
    let hands_over =
        |event: Event| matches!(event, Event::Send | Event::ResendInScope | Event::Emergency);
    let mut handed = took.map(|(act, _)| &act.entry).filter(|act| hands_over(act.event));
    let is_by_letter = handed.all(|act| sealed.iter().any(|one| one.number == act.envelope));
    if !is_by_letter || sealed.iter().any(|one| one.done_at_ms.is_none()) {
        return Ok(());
    }
    let said = sealed.iter().map(|one| {
        let kept = one.kept.as_deref().unwrap_or_default();
        format!("{}：{kept}", one.recipient)
    });
    let said: Vec<String> = said.collect();
    let author = super::author(now);
    // What each of them answered stands whole beside its envelope.
    let said = clipped(&said.join("；"));
    referral::acknowledge(tx, &author, record, (author.today(), &said))
}
