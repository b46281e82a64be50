//! A hotline hands a caller over to one school, or to a clinic or another receiver: written here,
//! looked at and sealed as a tip is.
//!
//! It says as little as reaches the caller. It stands on the caller's word, or on danger where
//! nobody gave one.

use certs::digest::random_bytes;
use domain::neighbour::{Danger, HandOffGround, NoticeKind};
use runtime::sql::Tx;

use super::{NeighbourError, filled, tipping};
use crate::content::{Contact, HandOffContent, NoticeId};
use crate::intake::Receiver;
use crate::ledger::intake::Worker;

/// What a hotline's form says.
#[derive(Clone)]
pub struct Wish {
    /// Unit id of the school, the clinic or the office that takes the caller.
    pub to: String,
    /// The hub that serves it; empty for the one that the directory names, or else the own one.
    pub relay: String,
    /// The caller's name as it was given.
    pub name: String,
    /// How the caller is reached.
    pub reach: String,
    /// Whether the caller is in danger.
    pub danger: Danger,
    /// On what it stands.
    pub ground: HandOffGround,
    /// What was agreed with the caller.
    pub agreed: String,
    /// Whom the other side may call at the hotline, and where.
    pub contact: (String, String),
}

/// Writes what would be sealed, to be looked at; gives its number. The hotline's own telephone is
/// needed: who takes the caller calls it before reading where somebody is in danger.
///
/// # Errors
/// The role may not, the unit's key is not known, nobody agreed and nobody is in
/// danger, a field is empty or too long, or the store; nothing was written.
pub fn prepare(
    tx: &Tx<'_>,
    (receiver, worker): (&Receiver, &Worker),
    wish: &Wish,
) -> Result<i64, NeighbourError> {
    let road = tipping::to_unit(tx, (receiver, worker), (&wish.to, &wish.relay))?;
    if !wish.ground.carries(wish.danger) {
        return Err(NeighbourError::Field("ground"));
    }
    let name = random_bytes::<16>();
    let (person, phone) = &wish.contact;
    let unit = road.recipient.statement().name.clone();
    let content = HandOffContent {
        id: NoticeId(name),
        sender: Contact {
            unit: receiver.called().to_owned(),
            person: person.trim().to_owned(),
            phone: filled("phone", phone)?,
        },
        recipient: Contact { unit, person: String::new(), phone: String::new() },
        at: worker.now(),
        name: filled("name", &wish.name)?,
        reach: filled("reach", &wish.reach)?,
        danger: wish.danger,
        ground: wish.ground,
        agreed: filled("agreed", &wish.agreed)?,
    };
    tipping::put(tx, worker, (NoticeKind::HandOff, &name, &content.write()?), &road)
}
