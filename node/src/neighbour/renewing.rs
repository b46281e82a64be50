//! Sealing anew, at an office or a hotline, a notice of which no relay has said a word or for which
//! its recipient asks, as schools do with what they send. The school that has it keeps it once.

use std::sync::Arc;

use certs::identity::LeafIdentity;
use certs::referral::{EnvelopeId, Role, WithdrawalSecret};
use domain::neighbour::RECEIVED_MS;
use domain::referral::DeadlineClass;
use domain::referral::slot::Rank;
use domain::unit::UnitId;
use jiff::Timestamp;
use runtime::sql::{SqlError, Tx};

use super::NeighbourError;
use super::sealing::{self, Parcel, Queue};
use crate::intake::Receiver;
use crate::ledger::neighbour::{self, Out, Unheard};
use crate::ledger::{Ledger, aside, intake, letters};
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
        Ok::<_, NeighbourError>((open, asked(tx)?, waits))
    });
    let (mut open, asked, waits) = found?;
    let due =
        |one: &Unheard| is_due(number(Rank::Emergency), (one.made_at_ms, one.last_at_ms), now_ms);
    open.retain(|one| due(one) && asked.iter().all(|known| known.id != one.id));
    let unheard = open.into_iter().map(|one| (one.id, one.made_at_ms, false));
    let asked = asked.into_iter().filter_map(|out| {
        let sent = out.sent_at?;
        Some((out.id, sent.0, true))
    });
    let mut renewed = 0;
    for one in asked.chain(unheard).filter(|_| !waits) {
        let (receiver, identity) = (receiver.clone(), Arc::clone(identity));
        let seal = move |tx: &Tx<'_>| seal_one(tx, (&receiver, &identity), one, now);
        match ledger.write("renew_notice", seal) {
            Ok(was_sealed) => renewed += usize::from(was_sealed),
            Err(error @ NeighbourError::Store(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "a notice was not sealed anew"),
        }
    }
    Ok(renewed)
}

/// Notices for which their recipients ask, since the certificate under which they came had ended.
fn asked(tx: &Tx<'_>) -> Result<Vec<Out>, SqlError> {
    let mut found = Vec::new();
    for one in aside::all_asked(tx)? {
        found.extend(neighbour::of_envelope(tx, one.about)?);
    }
    Ok(found)
}

/// Seals one anew, by its number and when it was sealed first; where its road is not known any more
/// it waits. One that is asked for is signed by the certificate of now, and not sealed where it was
/// answered or erased: then the question is done with.
fn seal_one(
    tx: &Tx<'_>,
    (receiver, identity): (&Receiver, &LeafIdentity),
    (id, made_at_ms, is_asked): (i64, i64, bool),
    now: Timestamp,
) -> Result<bool, NeighbourError> {
    let Some(out) = neighbour::one_out(tx, id)? else { return Ok(false) };
    let Some(envelope) = out.envelope else { return Ok(false) };
    if is_asked {
        if out.content.is_none() || !neighbour::came(tx, id)?.is_empty() {
            aside::answered(tx, envelope)?;
            return Ok(false);
        }
        letters::drop_sealed_parts(tx, envelope)?;
    }
    let Some(content) = out.content else { return Ok(false) };
    let unit: UnitId = out.recipient.parse().map_err(|_| NeighbourError::Field("school"))?;
    let relay: UnitId = out.relay.parse().map_err(|_| NeighbourError::Field("relay"))?;
    let Some(road) = receiver.road(tx, (&unit, relay), now)? else { return Ok(false) };
    if road.recipient.statement().name != out.recipient_name {
        return Ok(false);
    }
    let sent = Timestamp::from_millisecond(made_at_ms).unwrap_or(now);
    let role = role(envelope);
    let due = sealing::due(DeadlineClass::Answered, sent, RECEIVED_MS);
    let rank = sealing::rank(out.kind, &content);
    let parcel = Parcel { role, envelope, content: &content, due, met: None, rank };
    sealing::again(tx, (identity, &road), &parcel, (Queue::Receiver, now))?;
    neighbour::renewed(tx, id, now.as_millisecond())?;
    aside::answered(tx, envelope)?;
    Ok(true)
}

/// Nothing takes a notice back: nobody keeps the secret that could.
fn role(envelope: EnvelopeId) -> Role {
    Role::Referral { withdrawal: WithdrawalSecret::generate().mark(envelope) }
}
