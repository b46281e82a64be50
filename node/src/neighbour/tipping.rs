//! An office's tip to one school: written, looked at and sealed. A hotline's hand-off takes the
//! same way.

use certs::digest::random_bytes;
use certs::identity::LeafIdentity;
use certs::referral::{EnvelopeId, Role, WithdrawalSecret};
use domain::ledger::Word as _;
use domain::neighbour::{NoticeKind, RECEIVED_MS, TipAbout};
use domain::receiver::Duty;
use domain::referral::DeadlineClass;
use domain::unit::{UnitId, UnitKind};
use jiff::Timestamp;
use runtime::sql::Tx;

use super::sealing::{self, Parcel, Queue};
use super::{NeighbourError, Preview, filled};
use crate::content::{Contact, NoticeId, TipContent};
use crate::intake::Receiver;
use crate::ledger::entry::Moment;
use crate::ledger::intake::Worker;
use crate::ledger::letters;
use crate::ledger::neighbour::{self, Answer, NewOut, Out};
use crate::letters::road::Road;

/// Lines that a list shows at most.
const LISTED: u32 = 500;

/// What an office's form says.
#[derive(Clone)]
pub struct Wish {
    /// Unit id of the school.
    pub school: String,
    /// The hub that serves the school; empty for the own one.
    pub relay: String,
    /// What it is about.
    pub about: TipAbout,
    /// The child, as far as the office knows.
    pub child: String,
    /// What the office knows.
    pub said: String,
    /// Whom the school may call, and where.
    pub contact: (String, String),
}

/// A tip or a hand-off as a list shows it.
pub struct Line {
    /// How it is kept.
    pub out: Out,
    /// What was answered.
    pub came: Vec<Answer>,
}

/// Writes what would be sealed, to be looked at; gives its number.
///
/// # Errors
/// The role may not, the unit is no school whose key is known, a field is empty or too long, or the
/// store; nothing was written.
pub fn prepare(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    wish: &Wish,
) -> Result<i64, NeighbourError> {
    let road = to_unit(tx, (receiver, worker), (&wish.school, &wish.relay))?;
    let name = random_bytes::<16>();
    let (person, phone) = &wish.contact;
    let [person, phone] = [person, phone].map(|text| text.trim().to_owned());
    let school = road.recipient.statement().name.clone();
    let content = TipContent {
        id: NoticeId(name),
        sender: Contact { unit: receiver.called().to_owned(), person, phone },
        recipient: Contact { unit: school, person: String::new(), phone: String::new() },
        at: worker.now(),
        about: wish.about,
        child: filled("child", &wish.child)?,
        said: filled("said", &wish.said)?,
    };
    put(tx, worker, (NoticeKind::Tip, &name, &content.write()?), &road)
}

/// The road to a unit whose key is known, for who may send there.
pub(super) fn to_unit(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    (school, relay): (&str, &str),
) -> Result<Road, NeighbourError> {
    allow(worker)?;
    let unit: UnitId = school.trim().parse().map_err(|_| NeighbourError::Field("school"))?;
    // A hub has a key as well; it is no school.
    if !UnitKind::School.fits(&unit) || unit == *receiver.unit() {
        return Err(NeighbourError::Field("school"));
    }
    let relay = match relay.trim() {
        "" => {
            let known = letters::served_by(tx, &unit)?.and_then(|hub| hub.parse().ok());
            known.unwrap_or_else(|| receiver.relay())
        }
        named => named.parse().map_err(|_| NeighbourError::Field("relay"))?,
    };
    road(tx, (receiver, worker), (&unit, relay))
}

/// Keeps what would be sealed on a road; gives its number.
pub(super) fn put(
    tx: &Tx<'_>,
    worker: &Worker,
    (kind, name, content): (NoticeKind, &[u8; 16], &[u8]),
    road: &Road,
) -> Result<i64, NeighbourError> {
    let to = road.recipient.statement();
    let new = NewOut {
        kind,
        name,
        record: None,
        to: (to.unit.as_str(), &to.name),
        relay: road.relay.as_str(),
        content,
        by: (worker.account(), None),
        at: worker.now(),
    };
    Ok(neighbour::put(tx, &new)?)
}

/// What will be sealed, or was, read from its bytes, with what was answered; the reading is logged
/// before anything is given.
///
/// # Errors
/// The role may not, there is none, it was erased, or the store.
pub fn preview(
    tx: &Tx<'_>,
    worker: &Worker,
    id: i64,
) -> Result<(Preview, Vec<Answer>), NeighbourError> {
    allow(worker)?;
    let preview = Preview::of(own(tx, id)?)?;
    let by = (worker.account(), worker.role().as_str());
    neighbour::log_out_read(tx, id, by, worker.now().0)?;
    Ok((preview, neighbour::came(tx, id)?))
}

/// Who read a tip or a hand-off of this house, for the head.
///
/// # Errors
/// The role may not, there is none, or the store.
pub fn reads(
    tx: &Tx<'_>,
    worker: &Worker,
    id: i64,
) -> Result<Vec<(Moment, String)>, NeighbourError> {
    if !worker.may(Duty::Audit) {
        return Err(NeighbourError::NotAllowed);
    }
    own(tx, id)?;
    Ok(neighbour::out_reads(tx, id)?)
}

/// Tips or hand-offs, the newest first, without what they say.
///
/// # Errors
/// The role may not, or the store.
pub fn list(tx: &Tx<'_>, worker: &Worker, kind: NoticeKind) -> Result<Vec<Line>, NeighbourError> {
    match worker.may(Duty::List) {
        true => {}
        false => return Err(NeighbourError::NotAllowed),
    }
    let mut lines = Vec::new();
    for out in neighbour::all_out(tx, kind, LISTED)? {
        let came = neighbour::came(tx, out.id)?;
        lines.push(Line { out, came });
    }
    Ok(lines)
}

/// Seals what was shown, with the letters that carry it: all or nothing.
///
/// # Errors
/// It is not what was shown, it was sent, there is no road, the role may not, or the store; nothing
/// was written.
pub fn send(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    identity: &LeafIdentity,
    (id, digest): (i64, &str),
) -> Result<(), NeighbourError> {
    allow(worker)?;
    let out = own(tx, id)?;
    if out.sent_at.is_some() {
        return Err(NeighbourError::Sent);
    }
    let bytes = out.content.as_deref().ok_or(NeighbourError::Erased)?;
    let unit: UnitId = out.recipient.parse().map_err(|_| NeighbourError::Field("school"))?;
    let relay: UnitId = out.relay.parse().map_err(|_| NeighbourError::Field("relay"))?;
    let road = road(tx, (receiver, worker), (&unit, relay))?;
    let is_same = road.recipient.statement().name == out.recipient_name;
    if !is_same || !sealing::is_shown(bytes, digest) {
        return Err(NeighbourError::Changed);
    }
    let (now, envelope) = (instant(worker), EnvelopeId::generate());
    // Nothing takes one back: nobody keeps the secret that could.
    let withdrawal = WithdrawalSecret::generate().mark(envelope);
    let due = sealing::due(DeadlineClass::Answered, now, RECEIVED_MS);
    let role = Role::Referral { withdrawal };
    let rank = sealing::rank(out.kind, bytes);
    let parcel = Parcel { role, envelope, content: bytes, due, met: None, rank };
    let signed = sealing::seal(tx, (identity, &road), &parcel, (Queue::Receiver, now))?;
    let by = (worker.account(), worker.now().0);
    match neighbour::sealed(tx, id, (envelope, signed), by)? {
        true => Ok(()),
        false => Err(NeighbourError::Sent),
    }
}

/// What an office or a hotline wrote.
fn own(tx: &Tx<'_>, id: i64) -> Result<Out, NeighbourError> {
    let found = neighbour::one_out(tx, id)?.filter(|out| out.kind != NoticeKind::Report);
    found.ok_or(NeighbourError::Unknown)
}

fn road(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    to: (&UnitId, UnitId),
) -> Result<Road, NeighbourError> {
    receiver.road(tx, to, instant(worker))?.ok_or(NeighbourError::NoRoad)
}

fn instant(worker: &Worker) -> Timestamp {
    Timestamp::from_millisecond(worker.now().0).unwrap_or(Timestamp::UNIX_EPOCH)
}

const fn allow(worker: &Worker) -> Result<(), NeighbourError> {
    if worker.may(Duty::Answer) { Ok(()) } else { Err(NeighbourError::NotAllowed) }
}
