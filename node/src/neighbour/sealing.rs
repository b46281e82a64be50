//! Sealing a notice or an answer into letters, and the queue of either side.

use certs::digest::sha256;
use certs::identity::LeafIdentity;
use certs::letter::{Basis, Carried, Due, Letter, LetterError, Routing, Way};
use certs::referral::{Draft, EnvelopeId, Ground, Part, ReferralEnvelope, ReferralError, Role};
use domain::digest::Digest;
use domain::neighbour::{Danger, NoticeKind};
use domain::referral::slot::Rank;
use domain::referral::{DeadlineClass, Urgency};
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::NeighbourError;
use crate::content::Notice;
use crate::ledger::intake;
use crate::ledger::letters::{self, NewLetter};
use crate::letters::renewing;
use crate::letters::road::Road;
use crate::transfer::letters::number;

/// How all of it travels: as an emergency does, so that it is told from none.
const URGENCY: Urgency = Urgency::Emergency;

/// In which rank a notice waits for its slot, where nobody but its writer sees it: before what an
/// emergency says goes nothing but a caller in danger.
pub(super) fn rank(kind: NoticeKind, content: &[u8]) -> Rank {
    match Notice::read(kind, content) {
        Ok(Notice::HandOff(caller)) if caller.danger == Danger::Yes => Rank::Emergency,
        _ => Rank::REPORTED,
    }
}

/// Whose queue the letters go into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Queue {
    /// A school's.
    School,
    /// A receiver's.
    Receiver,
}

/// What is sealed.
pub(super) struct Parcel<'a> {
    /// A new notice, or an answer to one.
    pub(super) role: Role,
    /// Id of its envelope.
    pub(super) envelope: EnvelopeId,
    /// What it says.
    pub(super) content: &'a [u8],
    /// The limit that it sets.
    pub(super) due: Option<Due>,
    /// The limit that it meets.
    pub(super) met: Option<DeadlineClass>,
    /// How soon it leaves here.
    pub(super) rank: Rank,
}

impl From<ReferralError> for NeighbourError {
    fn from(error: ReferralError) -> Self {
        tracing::warn!(%error, "a notice was not sealed");
        Self::NotSealed
    }
}

impl From<LetterError> for NeighbourError {
    fn from(error: LetterError) -> Self {
        tracing::warn!(%error, "a notice was not put into letters");
        Self::NotSealed
    }
}

/// Seals a parcel on a road and queues its letters; gives the digest of what was signed.
pub(super) fn seal(
    tx: &Tx<'_>,
    (identity, road): (&LeafIdentity, &Road),
    parcel: &Parcel<'_>,
    (queue, now): (Queue, Timestamp),
) -> Result<Digest, NeighbourError> {
    let (signed, parts) = close((identity, road), parcel)?;
    if matches!(parcel.role, Role::Referral { .. }) {
        let key = road.recipient.statement().key.digest();
        letters::keep_sealed_parts(tx, &key, &parts, now.as_millisecond())?;
    }
    carry(tx, road, (parcel, &parts), (queue, now))?;
    Ok(signed)
}

/// Signs a parcel and seals it into parts; gives the digest of what was signed as well.
fn close(
    (identity, road): (&LeafIdentity, &Road),
    parcel: &Parcel<'_>,
) -> Result<(Digest, Vec<Part>), NeighbourError> {
    let Parcel { role, envelope, content, .. } = *parcel;
    let draft = Draft { role, envelope, ground: Ground::Duty, content };
    let closed = ReferralEnvelope::close(&road.recipient, &draft, identity)?;
    let parts = closed.parts(&road.recipient)?;
    Ok((closed.digest(), parts))
}

/// Puts a notice into new letters, of which no relay has said a word: in the parts that it had,
/// where it has several and its recipient still has that key.
pub(super) fn again(
    tx: &Tx<'_>,
    (identity, road): (&LeafIdentity, &Road),
    parcel: &Parcel<'_>,
    (queue, now): (Queue, Timestamp),
) -> Result<(), NeighbourError> {
    let closed = || close((identity, road), parcel).map(|(_, parts)| parts);
    let parts = renewing::parts(tx, road, closed, (parcel.envelope, now.as_millisecond()))?;
    carry(tx, road, (parcel, &parts), (queue, now))
}

/// Queues the letters that carry parts.
fn carry(
    tx: &Tx<'_>,
    road: &Road,
    (parcel, parts): (&Parcel<'_>, &[Part]),
    (queue, now): (Queue, Timestamp),
) -> Result<(), NeighbourError> {
    let Parcel { role, envelope, due, met, rank, .. } = *parcel;
    let way = Way { recipient: road.recipient.statement().unit.clone(), relay: road.relay.clone() };
    for part in parts {
        let (way, number) = (way.clone(), part.number());
        let carried = Carried { way, envelope, number, urgency: URGENCY, due };
        let routing = match role {
            Role::Referral { withdrawal } => {
                let basis = Basis::of(&Ground::Duty, envelope);
                Routing::Referral { carried, basis, withdrawal }
            }
            Role::Answer { to } => Routing::Answer { carried, to, met },
            // No notice is one.
            Role::Transfer => return Err(NeighbourError::NotSealed),
        };
        let letter = Letter::seal(&road.first, &routing, Some(part))?;
        put(tx, (queue, &letter), (part, rank), now)?;
    }
    Ok(())
}

fn put(
    tx: &Tx<'_>,
    (queue, letter): (Queue, &Letter),
    (part, rank): (&Part, Rank),
    now: Timestamp,
) -> Result<(), SqlError> {
    let (bytes, now_ms) = (letter.to_bytes(), now.as_millisecond());
    match queue {
        Queue::Receiver => intake::queue(tx, rank, &bytes, now_ms),
        Queue::School => {
            let new = NewLetter {
                name: letter.digest(),
                letter: &bytes,
                rank: number(rank),
                envelope: part.envelope(),
                part: part.number().number(),
            };
            letters::insert_letter(tx, &new, now_ms)
        }
    }
}

/// A limit of so many milliseconds from now, as a relay counts it.
pub(super) fn due(class: DeadlineClass, now: Timestamp, ms: i64) -> Option<Due> {
    let until = Timestamp::from_millisecond(now.as_millisecond().saturating_add(ms)).ok()?;
    Some(Due { class, until })
}

/// Whether the bytes are those that somebody looked at.
pub(super) fn is_shown(content: &[u8], digest: &str) -> bool {
    sha256(content).to_string() == digest.trim()
}
