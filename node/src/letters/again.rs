//! An answer whose signer's certificate had ended when it was opened: after a summer in which the
//! school's machine was off, or months without a network at the recipient.
//!
//! It is not believed, since whoever finds an old disk has that key, and not lost. It is put aside,
//! its recipient is asked at the next slot whether it signed it, and once that is said by a letter
//! whose certificate holds, it counts as if it had come then. The recipient needs nothing for this
//! but the digests of what it signed: it has erased the rest by then as often as not.

use certs::identity::LeafIdentity;
use certs::letter::{Carried, Letter, Routing, Way};
use certs::referral::{
    Draft, EndedReferral, EnvelopeId, Ground, Judge, Part, ReferralEnvelope, Role, Whole,
};
use domain::ledger::{Action, Area};
use domain::referral::Urgency;
use domain::referral::slot::Rank;
use domain::unit::IdentityName;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::answers;
use super::road::{Desk, Road};
use crate::content::{AgainContent, AnswerContent, DIGESTS_MAX};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::letters::{self as store, Answer, Aside, Envelope, NewLetter};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealing_key::KeptKey;
use crate::ledger::{Ledger, referral, write};
use crate::transfer::letters::number;

/// How what is asked and answered travels, whatever it is about.
pub(crate) const URGENCY: Urgency = Urgency::Urgent;

/// Its rank in a queue.
pub(crate) const RANK: Rank = Rank::of(URGENCY);

/// Seals a question, its answer or an acknowledgement about an envelope, which travels with an
/// urgency; gives its letters with what each carries.
///
/// # Errors
/// It cannot be sealed.
pub(crate) fn seal(
    (identity, road): (&LeafIdentity, &Road),
    (to, urgency): (EnvelopeId, Urgency),
    said: &AgainContent,
) -> Result<Vec<(Letter, Part)>, LedgerRefusal> {
    let not_sealed = |_| LedgerRefusal::NotSealed;
    let content = said.write().map_err(|_| LedgerRefusal::NotSealed)?;
    let (role, envelope) = (Role::Answer { to }, EnvelopeId::generate());
    // Nothing of a child is in it.
    let draft = Draft { role, envelope, ground: Ground::Duty, content: &content };
    let closed = ReferralEnvelope::close(&road.recipient, &draft, identity).map_err(not_sealed)?;
    let way = Way { recipient: road.recipient.statement().unit.clone(), relay: road.relay.clone() };
    let parts = closed.parts(&road.recipient).map_err(not_sealed)?;
    let mut sealed = Vec::new();
    for part in parts {
        let (way, number) = (way.clone(), part.number());
        let carried = Carried { way, envelope, number, urgency, due: None };
        let routing = Routing::Answer { carried, to, met: None };
        let letter = Letter::seal(&road.first, &routing, Some(&part));
        sealed.push((letter.map_err(|_| LedgerRefusal::NotSealed)?, part));
    }
    Ok(sealed)
}

/// Takes what is no answer that is believed: what a recipient says about what was put aside, or
/// asks about what it put aside itself, and an answer that is to be put aside. Says whether it was
/// any of these.
///
/// # Errors
/// The store cannot be read or written.
pub(super) fn take(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    (whole, of): (&Whole, &Envelope),
    now: Timestamp,
) -> Result<bool, SqlError> {
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let role = Role::Answer { to: of.id };
    let is_of = |name: &IdentityName| desk.is_of(name, (&of.recipient, &of.relay));
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(whole, &kept.key, &judge).ok();
    if let Some(opened) = keys.iter().find_map(opening) {
        let name = opened.sender().name();
        let said = AgainContent::read(opened.content()).ok();
        let said = said.filter(|_| opened.header().role == role && is_of(name));
        return match said {
            Some(said) => hear(tx, (of, &name.to_string()), &said, now).map(|()| true),
            None => Ok(false),
        };
    }
    let opening = |kept: &KeptKey| ReferralEnvelope::open_ended(whole, &kept.key, &judge).ok();
    let Some(ended) = keys.iter().find_map(opening) else { return Ok(false) };
    if ended.header().role != role || !is_of(ended.sender().name()) {
        return Ok(false);
    }
    put_aside(tx, of, &ended, now)
}

/// Puts an answer aside that would be believed otherwise.
fn put_aside(
    tx: &Tx<'_>,
    of: &Envelope,
    ended: &EndedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let now_ms = now.as_millisecond();
    let (name, _) = store::secret(tx, of.referral, now_ms)?;
    let content = AnswerContent::read(ended.unbelieved()).ok();
    let content = content.filter(|said| said.referral.0 == name && said.number == of.number);
    let Some(content) = content else { return Ok(false) };
    let aside = Aside {
        id: ended.header().envelope,
        about: of.id,
        digest: ended.envelope().digest(),
        sender: ended.sender().name().to_string(),
        act: content.act,
        content: ended.unbelieved().to_vec().into(),
        signed: ended.envelope().to_bytes(),
        came_at_ms: now_ms,
    };
    tracing::warn!("an answer is put aside until its sender says it again: its certificate ended");
    if !store::keep_aside(tx, &aside)? {
        tracing::warn!("an answer was passed over: too many about one envelope are put aside");
    }
    Ok(true)
}

/// Hears a recipient: what it says to be its own counts from now on, what it says never to have
/// signed is forgotten, and what it asks for is sealed anew where it stands.
fn hear(
    tx: &Tx<'_>,
    (of, sender): (&Envelope, &str),
    said: &AgainContent,
    now: Timestamp,
) -> Result<(), SqlError> {
    let now_ms = now.as_millisecond();
    if !said.asked.is_empty() {
        store::ask(tx, of.id, now_ms)?;
    }
    let all = store::asides(tx, Some(of.id))?;
    for one in all.into_iter().filter(|one| one.sender == sender) {
        if said.own.contains(&one.digest) {
            count(tx, &one, now_ms)?;
        } else if said.not_own.contains(&one.digest) {
            tracing::warn!("an answer was put aside that its sender never signed: an old key?");
            store::forget_aside(tx, one.id)?;
        }
    }
    if !said.own.is_empty() || !said.not_own.is_empty() {
        store::answered_again(tx, of.id)?;
    }
    Ok(())
}

/// What was put aside counts from now on; its turn is asked as for any answer.
fn count(tx: &Tx<'_>, one: &Aside, now_ms: i64) -> Result<(), SqlError> {
    let content = one.content.to_vec().into();
    let answer = Answer { id: one.id, about: one.about, act: one.act, content };
    store::keep_answer(tx, &answer, &one.signed, now_ms)?;
    store::acked(tx, one.about, now_ms)?;
    store::forget_aside(tx, one.id)
}

/// What is put aside about one envelope, without what it says.
pub(crate) struct Waiting {
    /// The envelope of the referral.
    pub(crate) about: EnvelopeId,
    /// Which referral.
    pub(crate) referral: RecordId,
    /// Unit id of its recipient.
    pub(crate) recipient: String,
    /// When the first of it came.
    pub(crate) since_ms: i64,
    /// How many answers.
    pub(crate) answers: usize,
}

/// What is put aside, for whoever may write referrals.
///
/// # Errors
/// The role may not, or the store.
pub(crate) fn waiting(tx: &Tx<'_>, author: &Author) -> Result<Vec<Waiting>, LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::Referral), None)?;
    let mut all: Vec<Waiting> = Vec::new();
    for one in store::asides(tx, None)? {
        if let Some(known) = all.iter_mut().find(|known| known.about == one.about) {
            known.answers += 1;
            continue;
        }
        let Some(of) = store::envelope(tx, one.about)? else { continue };
        let (referral, recipient) = (of.referral, of.recipient);
        let (about, since_ms) = (one.about, one.came_at_ms);
        all.push(Waiting { about, referral, recipient, since_ms, answers: 1 });
    }
    Ok(all)
}

/// Counts what is put aside about an envelope, since somebody at its recipient said by telephone
/// that it answered so, who is named.
///
/// # Errors
/// The role may not, nobody is named, nothing is put aside, or the store; nothing was written.
pub(crate) fn told(
    tx: &Tx<'_>,
    author: &Author,
    (about, who): (EnvelopeId, &str),
) -> Result<(), LedgerRefusal> {
    let (all, who) = (put_aside_about(tx, author, about)?, who.trim());
    if who.is_empty() {
        return Err(LedgerRefusal::Field("who"));
    }
    let by = format!("{who}（{}）", author.account());
    for one in all {
        count(tx, &one, author.now().0)?;
        store::vouched(tx, one.id, &by)?;
    }
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    answers::settle(tx, about, now)
}

/// Lets go of what is put aside about an envelope: it is nobody's, or its sender is gone for good.
///
/// # Errors
/// The role may not, nothing is put aside, or the store; nothing was written.
pub(crate) fn let_go(tx: &Tx<'_>, author: &Author, about: EnvelopeId) -> Result<(), LedgerRefusal> {
    let all = put_aside_about(tx, author, about)?;
    Ok(all.iter().try_for_each(|one| store::forget_aside(tx, one.id))?)
}

fn put_aside_about(
    tx: &Tx<'_>,
    author: &Author,
    about: EnvelopeId,
) -> Result<Vec<Aside>, LedgerRefusal> {
    let of = store::envelope(tx, about)?.ok_or(LedgerRefusal::Unknown)?;
    let student = referral::course(tx, of.referral)?.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    let all = store::asides(tx, Some(about))?;
    if all.is_empty() { Err(LedgerRefusal::NotWaiting) } else { Ok(all) }
}

/// Asks recipients whether they signed what was put aside, where that is due; says how many.
///
/// # Errors
/// A store cannot be read or written; whom nobody asked is asked at the next look.
pub(super) fn ask(ledger: &Ledger, desk: &Desk, now: Timestamp) -> Result<usize, LedgerRefusal> {
    let now_ms = now.as_millisecond();
    let due = ledger.read(move |tx| Ok::<_, LedgerRefusal>(store::asides_to_ask(tx, now_ms)?))?;
    let mut asked = 0;
    for about in due {
        let desk = desk.clone();
        match ledger.write("ask_aside", move |tx| ask_about(tx, &desk, about, now)) {
            Ok(is_asked) => asked += usize::from(is_asked),
            Err(LedgerRefusal::Store(error)) => return Err(LedgerRefusal::Store(error)),
            Err(error) => tracing::warn!(%error, "a recipient was not asked what it signed"),
        }
    }
    Ok(asked)
}

fn ask_about(
    tx: &Tx<'_>,
    desk: &Desk,
    about: EnvelopeId,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let Some(of) = store::envelope(tx, about)? else { return Ok(false) };
    let Some(road) = desk.road(tx, &of.recipient, now)? else { return Ok(false) };
    let asked = store::asides(tx, Some(about))?.into_iter().map(|one| one.digest);
    let asked = asked.take(DIGESTS_MAX).collect();
    let said = AgainContent { asked, ..AgainContent::default() };
    say(tx, (desk, &road), (about, URGENCY), &said, now)?;
    store::asked_again(tx, about, now.as_millisecond())?;
    Ok(true)
}

/// Seals what is said about an envelope into letters for the copy; gives the envelope in which it
/// is.
///
/// # Errors
/// It cannot be sealed, or the store; nothing was written.
pub(super) fn say(
    tx: &Tx<'_>,
    (desk, road): (&Desk, &Road),
    (about, urgency): (EnvelopeId, Urgency),
    said: &AgainContent,
    now: Timestamp,
) -> Result<Option<EnvelopeId>, LedgerRefusal> {
    let mut sealed = None;
    for (letter, part) in seal((&desk.identity, road), (about, urgency), said)? {
        let new = NewLetter {
            name: letter.digest(),
            letter: &letter.to_bytes(),
            rank: number(Rank::answering(urgency)),
            envelope: part.envelope(),
            part: part.number().number(),
        };
        store::insert_letter(tx, &new, now.as_millisecond())?;
        sealed = Some(part.envelope());
    }
    Ok(sealed)
}
