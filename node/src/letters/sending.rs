//! Sending: what will be sealed is written, shown from its bytes, and sealed with the act.
//!
//! An envelope is made from a [`Ground`] alone, which holds a consent that was checked or the basis
//! of an emergency; nothing else makes one. What was shown is compared with what would be written
//! now: where the ledgers, the consent or the day say something else by then, nothing is sealed.

use certs::digest::sha256;
use certs::letter::{Basis, Carried, Due, Letter, Routing, Way};
use certs::referral::{
    Draft, EnvelopeId, Ground as Signed, Part, ReferralEnvelope, Role, Scopes, WithdrawalMark,
    WithdrawalSecret,
};
use domain::digest::Digest;
use domain::ledger::{Action, Area};
use domain::referral::slot::Rank;
use domain::referral::{DeadlineClass, Event, Limit, State, Urgency, due, working};
use jiff::Timestamp;
use runtime::sql::Tx;

use super::road::{Desk, Road};
use crate::content::{
    ConsentSaid, Contact, EmergencySaid, GroundSaid, ReferralContent, ReferralId,
};
use crate::ledger::author::Author;
use crate::ledger::consent::Consent;
use crate::ledger::entry::{Moment, RecordId};
use crate::ledger::letters::{self, Envelope, NewEnvelope, NewLetter};
use crate::ledger::referral::{self, Course, Ground, LiveConsent, Told};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{duty, read, write};
use crate::transfer::letters::number as rank_number;

/// For how long what was shown may be sealed.
const SHOWN_MS: i64 = 3_600_000;

/// What the act of sending says, beside to whom.
const SEALED: &str = "以加密信件发出";

/// What will be sealed, read from its bytes.
pub struct Preview {
    /// What it says.
    pub content: ReferralContent,
    /// Digest of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub length: usize,
}

/// What a content has beside what the ledgers say.
struct Meta {
    referral: ReferralId,
    sender: Contact,
    at: Moment,
}

/// What is sealed, and on what ground.
struct Parcel<'a> {
    record: RecordId,
    ground: &'a Ground,
    content: &'a [u8],
    shown: &'a ReferralContent,
    secret: &'a WithdrawalSecret,
}

/// Writes what would be sealed now, to be looked at; logs the disclosure. Whom the recipient may
/// call at the school is named with it.
///
/// # Errors
/// The role may not, nothing is to be sent or it was sealed before, there is no ground or no road,
/// a text is too long, or the store; nothing was written.
pub fn prepare(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    desk: &Desk,
    (person, phone): (&str, &str),
) -> Result<(), LedgerRefusal> {
    let now = referral::course(tx, record)?;
    write::allow(tx, author, Action::Write(Area::Referral), Some(now.referral.entry.student))?;
    let ground = referral::ground_to_send(tx, author, record)?;
    check_unsealed(tx, &now, &ground)?;
    road(tx, author, desk, &now)?;
    let (name, _) = letters::secret(tx, record, author.now().0)?;
    let sender = Contact {
        unit: desk.school.clone(),
        person: person.trim().to_owned(),
        phone: phone.trim().to_owned(),
    };
    let meta = Meta { referral: ReferralId(name), sender, at: author.now() };
    let content = content(tx, author, (&now, &ground), meta)?;
    let bytes = content.write().map_err(|_| LedgerRefusal::NotSealed)?;
    Ok(letters::keep_draft(tx, record, &bytes, author.now().0)?)
}

/// What will be sealed, read from the bytes that were written; nothing where nothing was.
///
/// # Errors
/// The role may not, the bytes are of another version, or the store.
pub fn preview(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
) -> Result<Option<Preview>, LedgerRefusal> {
    let student = referral::course(tx, record)?.referral.entry.student;
    write::allow(tx, author, Action::Write(Area::Referral), Some(student))?;
    let Some(draft) = letters::draft(tx, record)? else { return Ok(None) };
    let content = ReferralContent::read(&draft.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let (digest, length) = (sha256(&draft.content), draft.content.len());
    Ok(Some(Preview { content, digest, length }))
}

/// Seals what was shown and writes the act, with the letters that carry it: all or nothing.
///
/// # Errors
/// What would be sealed now is not what was shown, the ground or the road is gone, the act is
/// refused, the role may not, or the store; nothing was written.
pub fn send(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    desk: &Desk,
    digest: &str,
) -> Result<State, LedgerRefusal> {
    let now = referral::course(tx, record)?;
    let road = road(tx, author, desk, &now)?;
    send_on(tx, author, record, (desk, &road), digest)
}

/// As [`send`], on a road that is known.
pub(super) fn send_on(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    (desk, road): (&Desk, &Road),
    digest: &str,
) -> Result<State, LedgerRefusal> {
    let now = referral::course(tx, record)?;
    write::allow(tx, author, Action::Write(Area::Referral), Some(now.referral.entry.student))?;
    let draft = letters::draft(tx, record)?.ok_or(LedgerRefusal::Changed)?;
    let is_late = author.now().0.saturating_sub(draft.made_at_ms) > SHOWN_MS;
    if is_late || sha256(&draft.content).to_string() != digest {
        return Err(LedgerRefusal::Changed);
    }
    let shown = ReferralContent::read(&draft.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let ground = referral::ground_to_send(tx, author, record)?;
    check_unsealed(tx, &now, &ground)?;
    let (sender, at) = (shown.sender.clone(), shown.at);
    let again = content(tx, author, (&now, &ground), Meta { referral: shown.referral, sender, at });
    if again?.write().map_err(|_| LedgerRefusal::NotSealed)? != draft.content {
        return Err(LedgerRefusal::Changed);
    }
    let (name, secret) = letters::secret(tx, record, author.now().0)?;
    if name != shown.referral.0 {
        return Err(LedgerRefusal::Changed);
    }
    let state = match &ground {
        Ground::Consent(live) => {
            let who = road.recipient.statement().name.clone();
            let told = Told { who, detail: SEALED.to_owned(), ..Told::on(author.today()) };
            referral::send(tx, author, record, live, &told)?
        }
        // The emergency was the act; this is its hand-over.
        Ground::Emergency(_) => now.state,
    };
    let (content, secret) = (draft.content.as_slice(), &secret);
    let parcel = Parcel { record, ground: &ground, content, shown: &shown, secret };
    seal(tx, (desk, road), &parcel, author.now())?;
    Ok(state)
}

/// One hand-over is sealed once.
fn check_unsealed(tx: &Tx<'_>, now: &Course, ground: &Ground) -> Result<(), LedgerRefusal> {
    let next = next_number(now, ground);
    let sealed = letters::envelopes(tx, now.referral.record)?;
    match sealed.iter().any(|one| one.number == next) {
        true => Err(LedgerRefusal::NotWaiting),
        false => Ok(()),
    }
}

/// The number of the hand-over: sending makes a new one, an emergency is one already.
const fn next_number(now: &Course, ground: &Ground) -> u32 {
    match ground {
        Ground::Consent(_) => now.envelope + 1,
        Ground::Emergency(_) => now.envelope,
    }
}

fn road(tx: &Tx<'_>, author: &Author, desk: &Desk, now: &Course) -> Result<Road, LedgerRefusal> {
    let road = desk.road(tx, &now.referral.entry.recipient, instant(author.now()))?;
    road.ok_or(LedgerRefusal::NoRoad)
}

fn instant(moment: Moment) -> Timestamp {
    Timestamp::from_millisecond(moment.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What the ledgers say now, as it would be sealed.
fn content(
    tx: &Tx<'_>,
    author: &Author,
    (now, ground): (&Course, &Ground),
    meta: Meta,
) -> Result<ReferralContent, LedgerRefusal> {
    let sheet = referral::hand_over(tx, author, now.referral.record, ground)?;
    let (said, next) = match ground {
        Ground::Consent(live) => {
            let event = match now.state {
                State::Declined | State::RedirectProposed => Event::ResendInScope,
                _ => Event::Send,
            };
            (GroundSaid::Consent(consent_said(tx, live)?), Some(event))
        }
        Ground::Emergency(basis) => {
            let made = now.last(Event::Emergency);
            let is_signed = made.is_some_and(|act| act.entry.signed_by.is_some());
            (GroundSaid::Emergency(EmergencySaid { at: basis.at(), is_signed }), None)
        }
    };
    let (unit, phone) = sheet.recipient;
    Ok(ReferralContent {
        referral: meta.referral,
        number: next_number(now, ground),
        sender: meta.sender,
        recipient: Contact { unit, person: String::new(), phone },
        urgency: sheet.urgency,
        at: meta.at,
        ground: said,
        parts: sheet.parts,
        acts: referral::history(now, next),
    })
}

/// The record of a consent without the names of who signed it.
fn consent_said(tx: &Tx<'_>, live: &LiveConsent) -> Result<ConsentSaid, LedgerRefusal> {
    let paper = read::one::<Consent>(tx, live.record())?.ok_or(LedgerRefusal::Unknown)?.entry;
    Ok(ConsentSaid {
        digest: digest_of(live)?,
        classes: live.classes().to_vec(),
        outcome_back: live.outcome_back(),
        method: paper.method,
        relation: paper.relation,
        guardian_signed: paper.guardian_signed,
        student_signed: paper.student_signed,
        child_asked: !paper.child_view.trim().is_empty(),
        valid_from: paper.valid_from,
        valid_to: live.valid_to(),
        notice: paper.notice_version,
    })
}

fn digest_of(live: &LiveConsent) -> Result<Digest, LedgerRefusal> {
    Digest::from_hex(live.digest()).map_err(|_| LedgerRefusal::NotSealed)
}

/// What stands on the envelope of a ground.
fn signed(ground: &Ground) -> Result<Signed, LedgerRefusal> {
    Ok(match ground {
        Ground::Consent(live) => Signed::Consent {
            digest: digest_of(live)?,
            valid_to: live.valid_to(),
            scopes: Scopes::of(live.classes()),
        },
        Ground::Emergency(_) => Signed::Emergency,
    })
}

/// Seals a content into an envelope and its letters and stores them for the copy.
fn seal(
    tx: &Tx<'_>,
    (desk, road): (&Desk, &Road),
    parcel: &Parcel<'_>,
    now: Moment,
) -> Result<(), LedgerRefusal> {
    let Parcel { record, ground, content, shown, secret } = *parcel;
    let ground = signed(ground)?;
    let envelope = EnvelopeId::generate();
    let withdrawal = mark(secret, envelope, shown);
    let draft = Draft { role: Role::Referral { withdrawal }, envelope, ground, content };
    let (closed, parts) = close((desk, road), &draft, shown)?;
    let new = NewEnvelope {
        id: envelope,
        of: (record, shown.number),
        to: (road.recipient.statement().unit.as_str(), road.relay.as_str()),
        parts: u32::try_from(parts.len()).map_err(|_| LedgerRefusal::NotSealed)?,
        content,
        signed: closed.digest(),
    };
    letters::insert(tx, &new, now.0)?;
    let due = answer_due(shown.urgency, now);
    carry(tx, road, (&draft, withdrawal), (&parts, shown.urgency, due), now)
}

/// Seals an envelope that was sealed before once more, under its id and its mark, for a recipient
/// who had it already: it then says again what it did. Says whether a road is known.
///
/// # Errors
/// What was sealed is not read any more or cannot be sealed, or the store; nothing was written.
pub(super) fn again(
    tx: &Tx<'_>,
    desk: &Desk,
    one: &Envelope,
    now: Timestamp,
) -> Result<bool, LedgerRefusal> {
    let Some(road) = desk.road(tx, &one.recipient, now)? else { return Ok(false) };
    let (content, now) = (one.content.as_slice(), Moment(now.as_millisecond()));
    let shown = ReferralContent::read(content).map_err(|_| LedgerRefusal::NotSealed)?;
    let ground = match &shown.ground {
        GroundSaid::Consent(said) => Signed::Consent {
            digest: said.digest,
            valid_to: said.valid_to,
            scopes: Scopes::of(&said.classes),
        },
        GroundSaid::Emergency(_) => Signed::Emergency,
    };
    let (_, secret) = letters::secret(tx, one.referral, now.0)?;
    let withdrawal = mark(&secret, one.id, &shown);
    let role = Role::Referral { withdrawal };
    let draft = Draft { role, envelope: one.id, ground, content };
    let (_, parts) = close((desk, &road), &draft, &shown)?;
    // No relay counts a limit that it counted before.
    carry(tx, &road, (&draft, withdrawal), (&parts, shown.urgency, None), now)?;
    Ok(true)
}

/// What takes an envelope back. An emergency's is of a secret of its own: it may be stood down
/// while what follows it stands.
pub(super) fn mark(
    secret: &WithdrawalSecret,
    envelope: EnvelopeId,
    shown: &ReferralContent,
) -> WithdrawalMark {
    match shown.ground {
        GroundSaid::Consent(_) => secret.mark(envelope),
        GroundSaid::Emergency(_) => secret.of_emergency(shown.number).mark(envelope),
    }
}

/// Closes an envelope, whose content says what its header does, and cuts it into parts.
fn close(
    (desk, road): (&Desk, &Road),
    draft: &Draft<'_>,
    shown: &ReferralContent,
) -> Result<(ReferralEnvelope, Vec<Part>), LedgerRefusal> {
    let closed = ReferralEnvelope::close(&road.recipient, draft, &desk.identity)
        .map_err(|_| LedgerRefusal::NotSealed)?;
    shown.fits(closed.header()).map_err(|_| LedgerRefusal::NotSealed)?;
    let parts = closed.parts(&road.recipient).map_err(|_| LedgerRefusal::NotSealed)?;
    Ok((closed, parts))
}

/// Stores the letters that carry the parts of an envelope, for the copy.
fn carry(
    tx: &Tx<'_>,
    road: &Road,
    (draft, withdrawal): (&Draft<'_>, WithdrawalMark),
    (parts, urgency, due): (&[Part], Urgency, Option<Due>),
    now: Moment,
) -> Result<(), LedgerRefusal> {
    let stated = road.recipient.statement();
    letters::keep_sealed_parts(tx, &stated.key.digest(), parts, now.0)?;
    let way = Way { recipient: stated.unit.clone(), relay: road.relay.clone() };
    let envelope = draft.envelope;
    for part in parts {
        let (way, number) = (way.clone(), part.number());
        let carried = Carried { way, envelope, number, urgency, due };
        let basis = Basis::of(&draft.ground, envelope);
        let routing = Routing::Referral { carried, basis, withdrawal };
        let letter = Letter::seal(&road.first, &routing, Some(part));
        let letter = letter.map_err(|_| LedgerRefusal::NotSealed)?;
        let new = NewLetter {
            name: letter.digest(),
            letter: &letter.to_bytes(),
            rank: rank_number(Rank::of(urgency)),
            envelope,
            part: part.number().number(),
        };
        letters::insert_letter(tx, &new, now.0)?;
    }
    Ok(())
}

/// By when the recipient answers, as a relay counts it.
pub(super) fn answer_due(urgency: Urgency, now: Moment) -> Option<Due> {
    let until = match due(State::Received, urgency)?.limit {
        Limit::WorkingDays(days) => duty::end_of(working(now.day(), days)),
        Limit::Minutes(minutes) => now.0.saturating_add(i64::from(minutes) * 60_000),
        Limit::Now | Limit::Days(_) | Limit::AfterAgreedDay(_) => now.0,
    };
    let until = Timestamp::from_millisecond(until).ok()?;
    Some(Due { class: DeadlineClass::Answered, until })
}
