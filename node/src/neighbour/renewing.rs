//! Sealing anew, at an office or a hotline, a notice of which no relay has said a word, as schools
//! do with what they send. The school that has it keeps it once.

use std::sync::Arc;

use certs::identity::LeafIdentity;
use certs::referral::{EnvelopeId, Role, WithdrawalSecret};
use domain::neighbour::RECEIVED_MS;
use domain::referral::DeadlineClass;
use domain::referral::slot::Rank;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sql::Tx;

use super::NeighbourError;
use super::sealing::{self, Parcel, Queue};
use crate::intake::Receiver;
use crate::ledger::neighbour::{self, Unheard};
use crate::ledger::{Ledger, intake};
use crate::letters::renewing::{RENEWED_MS, is_due};
use crate::transfer::letters::number;

/// Seals every notice anew that is due for it; says how many. While an earlier letter waits for its
/// slot nothing is sealed anew.
pub(crate) fn renew(
    ledger: &Ledger,
    (receiver, identity): (&Receiver, &Arc<LeafIdentity>),
    now: Timestamp,
) -> Result<usize, NeighbourError> {
    let now_ms = now.as_millisecond();
    let since_ms = now_ms.saturating_sub(RENEWED_MS);
    let found = ledger.read(move |tx| {
        let open = neighbour::unheard(tx, since_ms)?;
        let waits = intake::queued(tx)?.iter().any(|one| one.rank <= Rank::REPORTED);
        Ok::<_, NeighbourError>((open, waits))
    });
    let (open, waits) = found?;
    let due =
        |one: &Unheard| is_due(number(Rank::Emergency), (one.made_at_ms, one.last_at_ms), now_ms);
    let mut renewed = 0;
    for one in open.into_iter().filter(|one| !waits && due(one)) {
        let (receiver, identity) = (receiver.clone(), Arc::clone(identity));
        let seal = move |tx: &Tx<'_>| seal_one(tx, (&receiver, &identity), &one, now);
        match ledger.write("renew_notice", seal) {
            Ok(was_sealed) => renewed += usize::from(was_sealed),
            Err(error @ NeighbourError::Store(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "a notice was not sealed anew"),
        }
    }
    Ok(renewed)
}

/// Seals one anew; where its road is not known any more it waits.
fn seal_one(
    tx: &Tx<'_>,
    (receiver, identity): (&Receiver, &LeafIdentity),
    one: &Unheard,
    now: Timestamp,
) -> Result<bool, NeighbourError> {
    let Some(out) = neighbour::one_out(tx, one.id)? else { return Ok(false) };
    let (Some(content), Some(envelope)) = (out.content, out.envelope) else { return Ok(false) };
    let unit: UnitId = out.recipient.parse().map_err(|_| NeighbourError::Field("school"))?;
    let relay: UnitId = out.relay.parse().map_err(|_| NeighbourError::Field("relay"))?;
    let Some(road) = receiver.road(tx, (&unit, relay), now)? else { return Ok(false) };
    if road.recipient.statement().name != out.recipient_name {
        return Ok(false);
    }
    let sent = Timestamp::from_millisecond(one.made_at_ms).unwrap_or(now);
    let role = role(envelope);
    let due = sealing::due(DeadlineClass::Answered, sent, RECEIVED_MS);
    let rank = sealing::rank(out.kind, &content);
    let parcel = Parcel { role, envelope, content: &content, due, met: None, rank };
    sealing::again(tx, (identity, &road), &parcel, (Queue::Receiver, now))?;
    neighbour::renewed(tx, one.id, now.as_millisecond())?;
    Ok(true)
}

/// Nothing takes a notice back: nobody keeps the secret that could.
fn role(envelope: EnvelopeId) -> Role {
    Role::Referral { withdrawal: WithdrawalSecret::generate().mark(envelope) }
}
