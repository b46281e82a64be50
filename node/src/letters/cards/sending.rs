//! Sending a card: what will be sealed is written, shown from its bytes, and sealed.
//!
//! What was shown is made anew from the ledgers of the instant of sealing, and only the same bytes
//! are sealed: a card, a consent or an expert that changed meanwhile lets nothing out.

use certs::digest::{random_bytes, sha256};
use certs::letter::{Basis, Carried, Due, Letter, Routing, Way};
use certs::referral::{Draft, EnvelopeId, ReferralEnvelope, Role, WithdrawalSecret};
use domain::digest::Digest;
use domain::referral::slot::Rank;
use domain::referral::{DeadlineClass, Urgency};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::expert;
use crate::content::card::{CardAnswer, CardContent, CardId};
use crate::content::{Contact, ContentError};
use crate::directory::Directories;
use crate::ledger::author::Author;
use crate::ledger::consult::{self, Consultation};
use crate::ledger::entry::{Moment, RecordId};
use crate::ledger::letters::cards::{self, CardEnvelope, NewCard};
use crate::ledger::letters::{self, NewLetter};
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::road::{Desk, Road};
use crate::letters::sending::answer_due;
use crate::transfer::letters::number;

/// For how long what was shown may be sealed.
const SHOWN_MS: i64 = 3_600_000;

/// To whom and from where: who sends letters here, and whom the directories list.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// This school's desk of letters.
    pub desk: &'a Desk,
    /// The directories in force.
    pub directories: &'a Directories,
}

/// What will be sealed, read from its bytes.
pub struct Preview {
    /// What it says.
    pub content: CardContent,
    /// Digest of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub length: usize,
}

/// What a content has beside what ledgers and directories say.
struct Meta {
    card: CardId,
    sender: Contact,
    urgency: Urgency,
    at: Moment,
}

/// Writes what would be sealed now, to be looked at. Whom the expert may call at the school is
/// named with it.
///
/// # Errors
/// The role may not, a card of this case is out, there is no ground, no expert or no road, the card
/// tells its student or is too long, or the store; nothing was written.
pub fn prepare(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    post: Post<'_>,
    (urgency, person, phone): (Urgency, &str, &str),
) -> Result<(), LedgerRefusal> {
    let of = consult::to_write(tx, author, record)?;
    check_not_out(tx, record)?;
    // An emergency of a case is sent as what is urgent: a consultation replaces no telephone.
    let urgency = if urgency == Urgency::Emergency { Urgency::Urgent } else { urgency };
    let sender = Contact {
        unit: post.desk.school.clone(),
        person: person.trim().to_owned(),
        phone: phone.trim().to_owned(),
    };
    // Whom to call is written by hand as well, and could tell the child.
    for text in [&sender.person, &sender.phone] {
        consult::check_tells(tx, &of, text)?;
    }
    let meta = Meta { card: CardId(random_bytes()), sender, urgency, at: author.now() };
    let content = content(tx, author, (&of, post), meta)?;
    road(tx, author, post.desk, &of)?;
    let bytes = content.write().map_err(too_long)?;
    Ok(cards::keep_draft(tx, record, &bytes, author.now().0)?)
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
    consult::to_write(tx, author, record)?;
    let Some(draft) = cards::draft(tx, record)? else { return Ok(None) };
    let content = CardContent::read(&draft.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let (digest, length) = (sha256(&draft.content), draft.content.len());
    Ok(Some(Preview { content, digest, length }))
}

/// Seals what was shown, with the letters that carry it: all or nothing.
///
/// # Errors
/// What would be sealed now is not what was shown, ground, expert or road are gone, the role may
/// not, or the store; nothing was written.
pub fn send(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    post: Post<'_>,
    digest: &str,
) -> Result<(), LedgerRefusal> {
    let of = consult::to_write(tx, author, record)?;
    let road = road(tx, author, post.desk, &of)?;
    send_on(tx, author, (record, post), &road, digest)
}

/// As [`send`], on a road that is known.
pub(super) fn send_on(
    tx: &Tx<'_>,
    author: &Author,
    (record, post): (RecordId, Post<'_>),
    road: &Road,
    digest: &str,
) -> Result<(), LedgerRefusal> {
    let of = consult::to_write(tx, author, record)?;
    check_not_out(tx, record)?;
    let draft = cards::draft(tx, record)?.ok_or(LedgerRefusal::Changed)?;
    let is_late = author.now().0.saturating_sub(draft.made_at_ms) > SHOWN_MS;
    if is_late || sha256(&draft.content).to_string() != digest {
        return Err(LedgerRefusal::Changed);
    }
    let shown = CardContent::read(&draft.content).map_err(|_| LedgerRefusal::NotSealed)?;
    let meta = Meta {
        card: shown.card,
        sender: shown.sender.clone(),
        urgency: shown.urgency,
        at: shown.at,
    };
    let again = content(tx, author, (&of, post), meta)?;
    if again.write().map_err(too_long)? != draft.content {
        return Err(LedgerRefusal::Changed);
    }
    seal(tx, (record, post.desk, road), (&shown, draft.content.as_slice()), author.now())
}

/// One card of a case is out at a time: until it is answered, taken back or over.
fn check_not_out(tx: &Tx<'_>, record: RecordId) -> Result<(), LedgerRefusal> {
    for one in cards::of_record(tx, record)? {
        if cards::waits(tx, &one)? {
            return Err(LedgerRefusal::NotWaiting);
        }
    }
    Ok(())
}

/// The cards of a case that were sealed, each with what was answered about it. Whoever shows them
/// has asked who reads.
///
/// # Errors
/// The store cannot be read.
pub fn told(
    tx: &Tx<'_>,
    record: RecordId,
) -> Result<Vec<(CardEnvelope, Vec<CardAnswer>)>, SqlError> {
    let mut told = Vec::new();
    for one in cards::of_record(tx, record)? {
        let answers = cards::answers(tx, one.id)?;
        let read = answers.iter().filter_map(|answer| CardAnswer::read(&answer.content).ok());
        told.push((one, read.collect()));
    }
    Ok(told)
}

fn road(
    tx: &Tx<'_>,
    author: &Author,
    desk: &Desk,
    of: &Consultation,
) -> Result<Road, LedgerRefusal> {
    let now = Timestamp::from_millisecond(author.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
    let unit = of.meeting.outside_unit.as_deref().unwrap_or_default();
    desk.road(tx, unit, now)?.ok_or(LedgerRefusal::NoRoad)
}

/// What ledgers and directories say now, as it would be sealed.
fn content(
    tx: &Tx<'_>,
    author: &Author,
    (of, post): (&Consultation, Post<'_>),
    meta: Meta,
) -> Result<CardContent, LedgerRefusal> {
    let leave = consult::let_out(tx, of, author.today())?;
    let listed = expert(post.directories, leave.unit(), author.today())?;
    let until =
        answer_due(meta.urgency, meta.at).map_or(meta.at.0, |due| due.until.as_millisecond());
    Ok(CardContent {
        card: meta.card,
        sender: meta.sender,
        expert: Contact {
            unit: listed.label.zh.clone(),
            person: String::new(),
            phone: listed.reach.phone.clone(),
        },
        urgency: meta.urgency,
        at: meta.at,
        until: Moment(until),
        meeting: of.meeting.day,
        ground: leave.ground(),
        text: of.case.entry.card.clone(),
    })
}

const fn too_long(error: ContentError) -> LedgerRefusal {
    match error {
        ContentError::Long => LedgerRefusal::TooLong("card"),
        _ => LedgerRefusal::NotSealed,
    }
}

/// Seals a content into an envelope and its letters and stores them for the copy.
fn seal(
    tx: &Tx<'_>,
    (record, desk, road): (RecordId, &Desk, &Road),
    (shown, content): (&CardContent, &[u8]),
    now: Moment,
) -> Result<(), LedgerRefusal> {
    let (envelope, secret) = (EnvelopeId::generate(), WithdrawalSecret::generate());
    let (ground, withdrawal) = (shown.ground.signed(), secret.mark(envelope));
    let draft = Draft { role: Role::Referral { withdrawal }, envelope, ground, content };
    let closed = ReferralEnvelope::close(&road.recipient, &draft, &desk.identity)
        .map_err(|_| LedgerRefusal::NotSealed)?;
    shown.fits(closed.header()).map_err(|_| LedgerRefusal::NotSealed)?;
    let parts = closed.parts(&road.recipient).map_err(|_| LedgerRefusal::NotSealed)?;
    let recipient = &road.recipient.statement().unit;
    let new = NewCard {
        id: envelope,
        of: (record, shown.card.0),
        secret: &secret,
        to: (recipient.as_str(), road.relay.as_str()),
        called: (shown.expert.unit.as_str(), shown.expert.phone.as_str()),
        valid_to: shown.ground.valid_to(),
        due_ms: shown.until.0,
        content,
        signed: closed.digest(),
    };
    cards::insert(tx, &new, now.0)?;
    letters::keep_sealed_parts(tx, &road.recipient.statement().key.digest(), &parts, now.0)?;
    let until = Timestamp::from_millisecond(shown.until.0).map_err(|_| LedgerRefusal::NotSealed)?;
    for part in &parts {
        let carried = Carried {
            way: Way { recipient: recipient.clone(), relay: road.relay.clone() },
            envelope,
            number: part.number(),
            urgency: shown.urgency,
            due: Some(Due { class: DeadlineClass::Answered, until }),
        };
        let basis = Basis::of(&ground, envelope);
        let routing = Routing::Referral { carried, basis, withdrawal };
        let letter = Letter::seal(&road.first, &routing, Some(part));
        let letter = letter.map_err(|_| LedgerRefusal::NotSealed)?;
        let new = NewLetter {
            name: letter.digest(),
            letter: &letter.to_bytes(),
            rank: number(Rank::of(shown.urgency)),
            envelope,
            part: part.number().number(),
        };
        letters::insert_letter(tx, &new, now.0)?;
    }
    Ok(())
}
