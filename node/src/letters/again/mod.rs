//! Letters whose signer's certificate had ended when they were opened: after a summer in which the
//! school's machine was off, or months without a network at the other side.
//!
//! They are not believed, since whoever finds an old disk has that key, and not lost: of whatever
//! kind, at a school and at a receiver, they are put aside and their sender is asked at the next
//! slot. What answers something that was sent from here counts as if it had come then once its
//! sender has said, by a letter whose certificate holds, that it signed it: it needs nothing for
//! this but digests, since it has erased the rest by then as often as not. All else its sender
//! seals anew where it still stands, and nothing that it said before is kept.

pub(crate) mod asking;
pub(crate) mod deciding;

use certs::referral::{
    EndedReferral, EnvelopeId, Judge, OpenedReferral, Part, ReferralEnvelope, Role, Whole,
};
use domain::digest::Digest;
use domain::neighbour::NoticeKind;
use domain::unit::{IdentityName, UnitId};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};
use zeroize::Zeroizing;

use super::answers::joined;
use super::cards;
use super::road::Desk;
use crate::content::card::CardAnswer;
use crate::content::{AgainContent, AnswerContent, ReplyContent};
use crate::ledger::aside::{self, Aside, Asked, Kind};
use crate::ledger::intake;
use crate::ledger::letters::cards::{self as of_cards, CardEnvelope};
use crate::ledger::letters::{self as store, Answer, Envelope};
use crate::ledger::moving;
use crate::ledger::neighbour::{self, Out};
use crate::ledger::sealing_key::KeptKey;
use crate::neighbour::taking;

/// What was sent from here and is answered.
enum Sent {
    Referral(Box<Envelope>),
    Card(Box<CardEnvelope>),
    Notice(Box<Out>),
}

impl Sent {
    fn find(tx: &Tx<'_>, id: EnvelopeId) -> Result<Option<Self>, SqlError> {
        if let Some(one) = store::envelope(tx, id)? {
            return Ok(Some(Self::Referral(Box::new(one))));
        }
        if let Some(one) = of_cards::one(tx, id)? {
            return Ok(Some(Self::Card(Box::new(one))));
        }
        let notice = neighbour::of_envelope(tx, id)?;
        Ok(notice.map(|one| Self::Notice(Box::new(one))))
    }

    /// Unit id of who has it, and of the hub that serves that unit.
    fn to(&self) -> (&str, &str) {
        match self {
            Self::Referral(one) => (&one.recipient, &one.relay),
            Self::Card(one) => (&one.recipient, &one.relay),
            Self::Notice(one) => (&one.recipient, &one.relay),
        }
    }

    /// What an answer is, with the number of its act, where it says that it is about this.
    fn reads(
        &self,
        tx: &Tx<'_>,
        content: &[u8],
        now_ms: i64,
    ) -> Result<Option<(Kind, u32)>, SqlError> {
        Ok(match self {
            Self::Referral(of) => {
                let (name, _) = store::secret(tx, of.referral, now_ms)?;
                let said = AnswerContent::read(content).ok();
                let said = said.filter(|said| said.referral.0 == name && said.number == of.number);
                said.map(|said| (Kind::Answer, said.act))
            }
            Self::Card(of) => {
                let said = CardAnswer::read(content).ok().filter(|said| said.card.0 == of.name);
                said.map(|said| (Kind::CardAnswer, said.act))
            }
            Self::Notice(of) => {
                let said = ReplyContent::read(of.kind, content).ok();
                let said = said.filter(|said| said.id.0 == of.name);
                said.map(|said| (Kind::Reply, said.number))
            }
        })
    }
}

/// Opens what was collected with a school's keys and takes it, where it is what is said here: a
/// question, its answer, or an answer that is to be put aside. Says whether it was any of these.
///
/// # Errors
/// The store cannot be read or written.
pub(super) fn take(
    tx: &Tx<'_>,
    (desk, keys): (&Desk, &[KeptKey]),
    whole: &Whole,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    let opening = |kept: &KeptKey| ReferralEnvelope::open_referral(whole, &kept.key, &judge).ok();
    if let Some(opened) = keys.iter().find_map(opening) {
        return hear(tx, &opened, now);
    }
    match ended((desk, keys), whole, now) {
        Some(ended) => put_aside(tx, &ended, now),
        None => Ok(false),
    }
}

/// As [`take`], of what comes in one part.
pub(super) fn take_one(
    tx: &Tx<'_>,
    own: (&Desk, &[KeptKey]),
    part: &Part,
    now: Timestamp,
) -> Result<bool, SqlError> {
    match joined(std::slice::from_ref(part), now) {
        Some(whole) => take(tx, own, &whole, now),
        None => Ok(false),
    }
}

/// Opens with a school's keys what would be believed, had its sender's certificate not ended.
pub(super) fn ended(
    (desk, keys): (&Desk, &[KeptKey]),
    whole: &Whole,
    now: Timestamp,
) -> Option<EndedReferral> {
    let judge = Judge { trust: &desk.trust, zone: desk.name.zone(), now };
    keys.iter().find_map(|kept| ReferralEnvelope::open_ended(whole, &kept.key, &judge).ok())
}

/// Puts an answer aside that would be believed otherwise; says whether it is one.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn put_aside(
    tx: &Tx<'_>,
    ended: &EndedReferral,
    now: Timestamp,
) -> Result<bool, SqlError> {
    let (header, now_ms) = (ended.header(), now.as_millisecond());
    let Role::Answer { to } = header.role else { return Ok(false) };
    let Some(of) = Sent::find(tx, to)? else { return Ok(false) };
    if !taking::is_under(ended.sender().name(), of.to()) {
        return Ok(false);
    }
    let Some((kind, act)) = of.reads(tx, ended.unbelieved(), now_ms)? else { return Ok(false) };
    let aside = Aside {
        id: header.envelope,
        about: to,
        kind,
        digest: ended.envelope().digest(),
        sender: ended.sender().name().to_string(),
        act,
        withdrawal: None,
        content: ended.unbelieved().to_vec().into(),
        signed: ended.envelope().to_bytes(),
        came_at_ms: now_ms,
    };
    keep(tx, &aside)
}

/// Puts aside, without what it says, what answers nothing and is to be sealed anew: under an id by
/// which it will be known, and with the mark of what takes it back, where something does.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn put_aside_bare(
    tx: &Tx<'_>,
    ended: &EndedReferral,
    (kind, id, withdrawal): (Kind, EnvelopeId, Option<Digest>),
    now: Timestamp,
) -> Result<bool, SqlError> {
    let aside = Aside {
        id,
        about: id,
        kind,
        digest: ended.envelope().digest(),
        sender: ended.sender().name().to_string(),
        act: 0,
        withdrawal,
        content: Zeroizing::default(),
        signed: Vec::new(),
        came_at_ms: now.as_millisecond(),
    };
    keep(tx, &aside)
}

fn keep(tx: &Tx<'_>, aside: &Aside) -> Result<bool, SqlError> {
    let kind = aside.kind.as_str();
    match aside::keep(tx, aside)? {
        true => tracing::warn!(kind, "put aside until its sender is heard: its certificate ended"),
        false => tracing::warn!(kind, "passed over: too much of its sender's is put aside"),
    }
    Ok(true)
}

/// What kind of notice is put aside.
pub(crate) const fn of_notice(kind: NoticeKind) -> Kind {
    match kind {
        NoticeKind::Report => Kind::Report,
        NoticeKind::Tip => Kind::Tip,
        NoticeKind::HandOff => Kind::HandOff,
    }
}

/// What stands here about which a unit may ask.
enum Here {
    /// A referral, which is told as after a restore.
    Referral,
    /// Something else that was sent from here, and is sealed anew.
    Sent,
    /// A transfer, of which is said again where it stands.
    Transfer,
    /// Something that came, and was answered.
    Came,
}

/// What stands here in an envelope, or under the name of a transfer, about which that unit may ask.
fn here(tx: &Tx<'_>, about: EnvelopeId, by: &IdentityName) -> Result<Option<Here>, SqlError> {
    if let Some(sent) = Sent::find(tx, about)? {
        let is_of = taking::is_under(by, sent.to());
        return Ok(is_of.then_some(match sent {
            Sent::Referral(_) => Here::Referral,
            Sent::Card(_) | Sent::Notice(_) => Here::Sent,
        }));
    }
    for side in ["out", "in"] {
        let Some(row) = moving::named(tx, (side, about.bytes()))? else { continue };
        let is_of = match &row.sender {
            Some(sender) => *sender == by.to_string(),
            None => is_served(tx, by, &row.unit)?,
        };
        return Ok(is_of.then_some(Here::Transfer));
    }
    let sender = came_of(tx, about)?;
    Ok(sender.filter(|sender| *sender == by.to_string()).map(|_| Here::Came))
}

/// Whether a certificate's name is that of a unit, under the hub that serves it.
fn is_served(tx: &Tx<'_>, by: &IdentityName, unit: &str) -> Result<bool, SqlError> {
    let Ok(id) = unit.parse::<UnitId>() else { return Ok(false) };
    let relay = store::served_by(tx, &id)?;
    Ok(relay.is_some_and(|relay| taking::is_under(by, (unit, &relay))))
}

/// Who sent what came in an envelope.
fn came_of(tx: &Tx<'_>, id: EnvelopeId) -> Result<Option<String>, SqlError> {
    if let Some(entry) = intake::by_envelope(tx, id.bytes())? {
        return Ok(Some(entry.arrival.sender));
    }
    if let Some(card) = intake::cards::by_envelope(tx, id.bytes())? {
        return Ok(Some(card.arrival.sender));
    }
    Ok(neighbour::in_envelope(tx, id)?.map(|notice| notice.sender))
}

/// Whether something came here in an envelope.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn has_come(tx: &Tx<'_>, id: EnvelopeId) -> Result<bool, SqlError> {
    Ok(came_of(tx, id)?.is_some())
}

/// Whether what was opened says which letters are whose, or asks it.
pub(crate) fn is_again(opened: &OpenedReferral) -> bool {
    matches!(opened.header().role, Role::Answer { .. })
        && AgainContent::read(opened.content()).is_ok()
}

/// Hears the other side: what it says to be its own counts from now on, what it says never to have
/// signed is forgotten, and what it asks is kept until it is answered. Says whether it was that,
/// of a unit that may ask.
///
/// # Errors
/// The store cannot be read or written.
pub(crate) fn hear(tx: &Tx<'_>, opened: &OpenedReferral, now: Timestamp) -> Result<bool, SqlError> {
    let Role::Answer { to } = opened.header().role else { return Ok(false) };
    let Ok(said) = AgainContent::read(opened.content()) else { return Ok(false) };
    let (name, now_ms) = (opened.sender().name(), now.as_millisecond());
    let Some(here) = here(tx, to, name)? else { return Ok(false) };
    let sender = name.to_string();
    if !said.asked.is_empty() {
        match here {
            Here::Referral => store::ask(tx, to, now_ms)?,
            Here::Sent | Here::Transfer | Here::Came => {
                let (sender, digests) = (sender.clone(), said.asked);
                aside::keep_asked(tx, &Asked { about: to, sender, digests }, now_ms)?;
            }
        }
    }
    if said.own.is_empty() && said.not_own.is_empty() {
        return Ok(true);
    }
    if let Some(entry) = intake::by_envelope(tx, to.bytes())? {
        // Of the answers about a referral that came the school says by the same which it has.
        for digest in &said.own {
            intake::unheard::heard(tx, (entry.id, *digest))?;
        }
        return Ok(true);
    }
    let all = aside::all(tx, Some(to))?;
    for one in all.into_iter().filter(|one| one.kind.is_answer() && one.sender == sender) {
        if said.own.contains(&one.digest) {
            count(tx, &one, now)?;
        } else if said.not_own.contains(&one.digest) {
            tracing::warn!("an answer was put aside that its sender never signed: an old key?");
            aside::forget(tx, one.id)?;
        }
    }
    aside::answered_again(tx, to)?;
    Ok(true)
}

/// What was put aside counts from now on; its turn is asked as for any answer.
fn count(tx: &Tx<'_>, one: &Aside, now: Timestamp) -> Result<(), SqlError> {
    let (id, about, act, now_ms) = (one.id, one.about, one.act, now.as_millisecond());
    let answer = || Answer { id, about, act, content: one.content.clone() };
    match Sent::find(tx, about)? {
        Some(Sent::Referral(_)) => {
            store::keep_answer(tx, &answer(), &one.signed, now_ms)?;
            store::acked(tx, about, now_ms)?;
        }
        Some(Sent::Card(of)) => cards::answers::keep(tx, &of, (&answer(), &one.signed), now)?,
        Some(Sent::Notice(of)) => {
            if let Ok(said) = ReplyContent::read(of.kind, &one.content) {
                taking::count(tx, &of, (id, &said), now)?;
            }
        }
        None => {}
    }
    aside::forget(tx, id)
}
