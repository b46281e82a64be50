//! A school whose folder was put back from a backup: what was sealed before counts as left, whoever
//! holds an envelope is asked to say again what it did, and an answer about a referral that the
//! backup does not know is kept until somebody enters the referral again or takes it back.
//!
//! That a folder was put back is seen by the mark that every copy carries, and else by the lane of
//! letters, which begins anew where its hub knows frames that this folder never built.

use certs::referral::{EnvelopeId, WithdrawalSecret};
use domain::ledger::{Action, Area};
use domain::referral::State;
use domain::unit::{CITY_LABEL, IdentityName, UnitId};
use jiff::Timestamp;
use runtime::clock::date_of;
use runtime::sql::Tx;

use super::again::asking;
use super::road::Desk;
use super::{answers, revoking, sending, slip};
use crate::content::{AnswerContent, GroundSaid, ReferralContent};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::letters::{self as store, Answer, Envelope, LaneKnown, SeenBy, Stray};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{Ledger, referral, write};
use crate::transfer::Transfer;
use crate::transfer::letters as queue;

/// Why an act that was answered waits for an answer again.
const PUT_BACK: &str = "从备份恢复，重新通知接收方";

/// Notes that the ledger was put back. Where it said meanwhile that nothing had left, nobody knows
/// that any more, and the recipient is told.
///
/// # Errors
/// A rule of the ledger, or the store; nothing was written.
pub fn note(
    tx: &Tx<'_>,
    seen_by: SeenBy,
    (since_ms, now): (i64, Timestamp),
) -> Result<(), LedgerRefusal> {
    let author = super::author(now).because(PUT_BACK);
    for record in store::note(tx, seen_by, (since_ms, now.as_millisecond()))? {
        referral::reopen(tx, &author, record)?;
    }
    tracing::warn!("this folder was put back from a backup; what was sealed before may have left");
    Ok(())
}

/// Looks at the lane of letters, and notes that the folder was put back where it began anew; says
/// whether it did.
///
/// # Errors
/// A rule of the ledger, or a store; looking again goes on where it stopped.
pub fn look(ledger: &Ledger, transfer: &Transfer, now: Timestamp) -> Result<bool, LedgerRefusal> {
    let stands = transfer.read(|tx| Ok::<_, LedgerRefusal>(queue::lane(tx)?))?;
    let Some((epoch, contact_ms)) = stands else { return Ok(false) };
    let stands = LaneKnown { epoch, contact_ms };
    let known = ledger.read(|tx| Ok::<_, LedgerRefusal>(store::lane(tx)?))?;
    if known.as_ref() == Some(&stands) {
        return Ok(false);
    }
    ledger.write("lane", move |tx| {
        let before = store::lane(tx)?;
        let anew = before.filter(|before| before.epoch != stands.epoch);
        if let Some(before) = &anew {
            note(tx, SeenBy::Lane, (before.contact_ms, now))?;
        }
        store::know_lane(tx, &stands)?;
        Ok(anew.is_some())
    })
}

/// Tells recipients once more how their envelopes stand, where that is to be done; says of how
/// many. One that has an envelope still says again what it did, and one that was put back itself
/// learns whether it may keep it. Whoever sent what was put aside is asked about it as well, and
/// what others ask is answered.
///
/// # Errors
/// A rule of the ledger, or the store; what was not told is told at the next look.
pub fn ask(ledger: &Ledger, desk: &Desk, now: Timestamp) -> Result<usize, LedgerRefusal> {
    let open = ledger.read(|tx| Ok::<_, LedgerRefusal>(store::to_ask(tx)?))?;
    let mut told = 0;
    for id in open {
        let desk = desk.clone();
        match ledger.write("ask_again", move |tx| of_envelope(tx, &desk, id, now)) {
            Ok(is_told) => told += usize::from(is_told),
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            Err(error) => tracing::warn!(%error, "a recipient was not asked again"),
        }
    }
    Ok(told + asking::work(ledger, asking::Side::School(desk), now)?)
}

/// Tells the recipient of one envelope; nothing where no road is known, and then it waits.
fn of_envelope(
    tx: &Tx<'_>,
    desk: &Desk,
    id: EnvelopeId,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let Some(one) = store::envelope(tx, id)? else { return Ok(false) };
    let is_told = if one.revoked_at_ms.is_some() {
        revoking::tell_again(tx, desk, &one, now)?
    } else if stands(tx, &one, now)? {
        sending::again(tx, desk, &one, now)?
    } else {
        store::asked(tx, id, None)?;
        return Ok(false);
    };
    if is_told {
        store::asked(tx, id, Some(now.as_millisecond()))?;
    }
    Ok(is_told)
}

/// Whether the course says that an envelope is still with its recipient, on a ground that is not
/// over.
fn stands(tx: &Tx<'_>, one: &Envelope, now: Timestamp) -> Result<bool, LedgerRefusal> {
    let Ok(content) = ReferralContent::read(&one.content) else { return Ok(false) };
    let is_over = match &content.ground {
        GroundSaid::Consent(said) => said.valid_to < date_of(now),
        GroundSaid::Emergency(_) => false,
    };
    let course = referral::course(tx, one.referral)?;
    let is_here = matches!(
        course.state,
        State::Draft
            | State::ConsentPending
            | State::Consented
            | State::Declined
            | State::RedirectProposed
    );
    let is_open = !course.state.is_terminal() && !is_here;
    Ok(!is_over && is_open && course.envelope == one.number && !referral::is_taken_back(&course))
}

/// What is known of an envelope that the backup does not know.
pub struct Lost {
    /// The envelope.
    pub about: EnvelopeId,
    /// Unit id of its recipient.
    pub recipient: String,
    /// When the first answer about it came.
    pub since_ms: i64,
    /// The answers, in the order of their numbers.
    pub answers: Vec<AnswerContent>,
}

/// Referrals that are at recipients and that this ledger lost, by what came about them.
///
/// # Errors
/// The role may not write referrals, or the store.
pub fn lost(tx: &Tx<'_>, author: &Author) -> Result<Vec<Lost>, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), None)?;
    let mut lost: Vec<Lost> = Vec::new();
    for stray in store::strays(tx, None)? {
        let Ok(content) = AnswerContent::read(&stray.content) else { continue };
        match lost.iter_mut().find(|one| one.about == stray.about) {
            Some(known) => known.answers.push(content),
            None => lost.push(Lost {
                about: stray.about,
                recipient: unit_of(&stray.sender),
                since_ms: stray.came_at_ms,
                answers: vec![content],
            }),
        }
    }
    for one in &mut lost {
        one.answers.sort_by_key(|answer| answer.act);
    }
    Ok(lost)
}

/// The unit that sealed an answer, by the name that was believed when it came.
pub(super) fn unit_of(sender: &str) -> String {
    sender.split('.').next().unwrap_or_default().to_ascii_uppercase()
}

/// To whom a withdrawal of a lost envelope goes: its recipient, and the hub that serves it.
fn way_of(
    tx: &Tx<'_>,
    desk: &Desk,
    stray: &Stray,
    now: Timestamp,
) -> Result<(UnitId, UnitId), LedgerRefusal> {
    let name = IdentityName::parse(&stray.sender, desk.name.zone());
    let name = name.map_err(|_| LedgerRefusal::NoRoad)?;
    let unit = name.unit().clone();
    let label = Some(name.district_label()).filter(|label| *label != CITY_LABEL);
    if let Some(relay) = label.and_then(|label| label.parse().ok()) {
        return Ok((unit, relay));
    }
    let road = desk.road(tx, unit.as_str(), now)?.ok_or(LedgerRefusal::NoRoad)?;
    Ok((unit, road.relay))
}

/// Binds a referral that was entered again, and written down as handed over, to the envelope that
/// its recipient holds; the word of the family's slip takes it back from then on. What came about
/// it stands in its course with this.
///
/// # Errors
/// The role may not, nothing came about that envelope, the word is none, the referral is of another
/// recipient or hand-over, is over or has letters, or the store; nothing was written.
pub fn bind(
    tx: &Tx<'_>,
    (author, desk): (&Author, &Desk),
    (record, about): (RecordId, EnvelopeId),
    word: &str,
) -> Result<(), LedgerRefusal> {
    let course = referral::course(tx, record)?;
    let entry = &course.referral.entry;
    write::allow(tx, author, Action::Write(Area::Referral), Some(entry.student))?;
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let strays = store::strays(tx, Some(about))?;
    let first = strays.first().ok_or(LedgerRefusal::Unknown)?;
    let said = AnswerContent::read(&first.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let secret = secret(word)?;
    let (recipient, relay) = way_of(tx, desk, first, now)?;
    if recipient.as_str() != entry.recipient {
        return Err(LedgerRefusal::Field("recipient"));
    }
    let is_handed = course.envelope == said.number && !course.state.is_terminal();
    if !is_handed || !store::envelopes(tx, record)?.is_empty() {
        return Err(LedgerRefusal::NotWaiting);
    }
    let to = (about, recipient.as_str(), relay.as_str());
    let known = (&said.referral.0, secret.expose());
    store::bind(tx, (record, said.number), known, to, author.now().0)?;
    for stray in &strays {
        let Ok(content) = AnswerContent::read(&stray.content) else { continue };
        if content.referral != said.referral || content.number != said.number {
            continue;
        }
        let (id, act) = (stray.id, content.act);
        let answer = Answer { id, about, act, content: stray.content.clone() };
        store::keep_answer(tx, &answer, &stray.signed, stray.came_at_ms)?;
    }
    store::forget_strays(tx, about)?;
    answers::settle(tx, about, now)
}

/// Takes a lost envelope back at its recipient, by the word of the family's slip.
///
/// # Errors
/// The role may not, nothing came about that envelope, the word is none, no road is known, or the
/// store; nothing was written.
pub fn take_back(
    tx: &Tx<'_>,
    (author, desk): (&Author, &Desk),
    about: EnvelopeId,
    word: &str,
) -> Result<(), LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), None)?;
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let strays = store::strays(tx, Some(about))?;
    let first = strays.first().ok_or(LedgerRefusal::Unknown)?;
    let (recipient, relay) = way_of(tx, desk, first, now)?;
    let said = AnswerContent::read(&first.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let (secret, envelope) = (secret(word)?, (about, said.number));
    revoking::tell_one(tx, desk, (&recipient, &relay, envelope), &secret, now)?;
    // What the recipient answers to it is shown like what it said before.
    Ok(store::forget_strays(tx, about)?)
}

/// Lets go of what came about a lost envelope: somebody has read it and dealt with it by hand.
///
/// # Errors
/// The role may not, or the store; nothing was written.
pub fn dismiss(tx: &Tx<'_>, author: &Author, about: EnvelopeId) -> Result<(), LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), None)?;
    Ok(store::forget_strays(tx, about)?)
}

fn secret(word: &str) -> Result<WithdrawalSecret, LedgerRefusal> {
    slip::read(word).ok_or(LedgerRefusal::Field("word"))
}
