//! Answering: that a notice was received, that it was handled, that it is not ours, to a school
//! that more is needed, and to a hotline whether its caller was reached. An answer is written at
//! once and sealed once the road is known.

use std::sync::Arc;

use certs::identity::LeafIdentity;
use certs::referral::{EnvelopeId, Role};
use domain::ledger::SchoolRole;
use domain::neighbour::{HANDLED_MS, NoticeErased, NoticeKind, ReplyKind, after};
use domain::receiver::Duty;
use domain::referral::slot::Rank;
use domain::referral::{DeadlineClass, Urgency};
use domain::unit::IdentityName;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::sealing::{self, Parcel, Queue};
use super::{NeighbourError, reading};
use crate::content::{Contact, NoticeId, Reply, ReplyContent};
use crate::intake::Receiver;
use crate::ledger::Ledger;
use crate::ledger::aside;
use crate::ledger::author::Author;
use crate::ledger::entry::Moment;
use crate::ledger::intake::Worker;
use crate::ledger::neighbour::{self, In, NewSaid, Said};
use crate::letters::road::{Desk, Road};

/// An office answers a report.
///
/// # Errors
/// The role may not, it is not answered so now, a field is empty, or the store; nothing was
/// written.
pub fn by_office(
    tx: &Tx<'_>,
    worker: &Worker,
    (id, said): (i64, Reply),
) -> Result<(), NeighbourError> {
    if !worker.may(Duty::Answer) {
        return Err(NeighbourError::NotAllowed);
    }
    let notice = neighbour::one_in(tx, id)?.ok_or(NeighbourError::Unknown)?;
    answer(tx, &notice, said, (worker.account(), worker.now()))
}

/// A school answers a tip: the head, or whom the head named. A counsellor answers a hotline.
///
/// # Errors
/// As [`by_office`].
pub fn by_school(
    tx: &Tx<'_>,
    author: &Author,
    (id, said): (i64, Reply),
) -> Result<(), NeighbourError> {
    let notice = reading::came_to(tx, author, id)?;
    // That it is nobody's here erases it: of a tip only the head says so.
    let is_heads = notice.kind == NoticeKind::Tip && said == Reply::NotOurs;
    if is_heads && author.role() != SchoolRole::MoralHead {
        return Err(NeighbourError::NotAllowed);
    }
    answer(tx, &notice, said, (author.account(), author.now()))
}

fn answer(
    tx: &Tx<'_>,
    notice: &In,
    said: Reply,
    (account, at): (&str, Moment),
) -> Result<(), NeighbourError> {
    let before = neighbour::said(tx, notice.id)?;
    let stands = neighbour::stands(before.iter().map(|one| one.answer.said.kind()));
    if !notice.kind.takes(said.kind()) || after(stands, said.kind()).is_none() {
        return Err(NeighbourError::NotAsked);
    }
    let said = checked(notice, said, at)?;
    let number = u32::try_from(before.len()).unwrap_or(u32::MAX).saturating_add(1);
    let new = NewSaid { notice: notice.id, number, said: &said, account, at };
    neighbour::say(tx, &new)?;
    if said == Reply::NotOurs {
        neighbour::erase(tx, notice.id, (NoticeErased::NotOurs, at.0))?;
    }
    Ok(())
}

/// Fields that can be right; a receipt that nobody numbered gets the number of the notice here.
fn checked(notice: &In, said: Reply, at: Moment) -> Result<Reply, NeighbourError> {
    Ok(match said {
        Reply::Received(receipt) if receipt.trim().is_empty() => {
            Reply::Received(format!("{}-{}", at.day().year(), notice.id))
        }
        Reply::Received(receipt) => Reply::Received(receipt.trim().to_owned()),
        Reply::Handled(_, day) | Reply::Reached(day) | Reply::NotReached(day) if day > at.day() => {
            return Err(NeighbourError::Field("day"));
        }
        Reply::MoreNeeded(note) => Reply::MoreNeeded(super::filled("note", &note)?),
        other => other,
    })
}

/// Who seals answers here.
#[derive(Clone)]
pub(crate) enum House {
    /// A school.
    School(Desk),
    /// A receiver, with its certificate.
    Receiver(Receiver, Arc<LeafIdentity>),
}

impl House {
    fn called(&self) -> &str {
        match self {
            Self::School(desk) => &desk.school,
            Self::Receiver(receiver, _) => receiver.called(),
        }
    }

    fn identity(&self) -> &LeafIdentity {
        match self {
            Self::School(desk) => &desk.identity,
            Self::Receiver(_, identity) => identity,
        }
    }

    const fn queue(&self) -> Queue {
        match self {
            Self::School(_) => Queue::School,
            Self::Receiver(..) => Queue::Receiver,
        }
    }

    /// The road back to whoever signed a notice.
    fn road(
        &self,
        tx: &Tx<'_>,
        sender: &str,
        now: Timestamp,
    ) -> Result<Option<Road>, NeighbourError> {
        match self {
            Self::School(desk) => {
                let Ok(name) = IdentityName::parse(sender, desk.name.zone()) else {
                    return Ok(None);
                };
                Ok(desk.road(tx, name.unit().as_str(), now)?)
            }
            Self::Receiver(receiver, _) => {
                let Some(name) = receiver.name_of(sender) else { return Ok(None) };
                Ok(receiver.road(tx, (name.unit(), receiver.relay_for(&name)), now)?)
            }
        }
    }
}

/// Seals the answers that wait; says how many were. One that cannot be sealed keeps no other back.
pub(crate) fn keep(
    ledger: &Ledger,
    house: &House,
    now: Timestamp,
) -> Result<usize, NeighbourError> {
    let waiting = ledger.read(|tx| Ok::<_, NeighbourError>(neighbour::unsealed(tx)?))?;
    let mut sealed = 0;
    for one in waiting {
        match seal_one(ledger, house, (one, now)) {
            Ok(is_sealed) => sealed += usize::from(is_sealed),
            Err(error @ NeighbourError::Store(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "an answer to a notice waits"),
        }
    }
    Ok(sealed)
}

/// Erases what has been here long enough by what was witnessed of the clock.
pub(crate) fn forget(ledger: &Ledger, past: Timestamp) -> Result<(), NeighbourError> {
    let past_ms = past.as_millisecond();
    let is_over = move |tx: &Tx<'_>| neighbour::is_over(tx, past_ms);
    if ledger.read::<_, SqlError>(is_over)? {
        let erase = move |tx: &Tx<'_>| neighbour::over(tx, past_ms);
        ledger.write::<_, SqlError>("notices_over", erase)?;
        if ledger.fold().is_err() {
            tracing::warn!("the log of the ledger was not folded in at once");
        }
    }
    Ok(())
}

/// Seals one answer in a transaction of its own, where its road is known.
fn seal_one(
    ledger: &Ledger,
    house: &House,
    (one, now): (Said, Timestamp),
) -> Result<bool, NeighbourError> {
    let house = house.clone();
    ledger.write("seal_reply", move |tx| seal_reply(tx, &house, (&one, now)))
}

fn seal_reply(
    tx: &Tx<'_>,
    house: &House,
    (one, now): (&Said, Timestamp),
) -> Result<bool, NeighbourError> {
    let Some(notice) = neighbour::one_in(tx, one.notice)? else { return Ok(false) };
    let Some(road) = house.road(tx, &notice.sender, now)? else { return Ok(false) };
    let (unit, none) = (house.called().to_owned(), String::new());
    let content = ReplyContent {
        to: notice.kind,
        id: NoticeId(notice.name),
        number: one.answer.number,
        by: Contact { unit, person: none.clone(), phone: none },
        at: one.answer.at,
        said: one.answer.said.clone(),
    };
    let bytes = content.write()?;
    let kind = one.answer.said.kind();
    let due = match kind {
        ReplyKind::Received => sealing::due(DeadlineClass::Outcome, now, HANDLED_MS),
        _ => None,
    };
    let met = match one.answer.number {
        1 => DeadlineClass::Answered,
        _ => DeadlineClass::Outcome,
    };
    let to = EnvelopeId::from_bytes(notice.envelope);
    let (role, envelope) = (Role::Answer { to }, EnvelopeId::generate());
    let rank = Rank::answering(Urgency::Emergency);
    let parcel = Parcel { role, envelope, content: &bytes, due, met: Some(met), rank };
    if !neighbour::was_sealed(tx, one.id, now.as_millisecond())? {
        return Ok(false);
    }
    let signed = sealing::seal(tx, (house.identity(), &road), &parcel, (house.queue(), now))?;
    aside::note_signed(tx, (to, signed), now.as_millisecond())?;
    Ok(true)
}
