//! Hello: a member says where it stands, and learns what the hub expects next in each lane.

use domain::disclosure::SCHOOLS_MAX;
use domain::unit::UnitId;
use proto::frame::{Epoch, epoch};
use proto::wire::sync::{HelloRequest, HelloResponse, LaneExpectation, LaneState};
use runtime::sql::{SqlError, Tx};
use tonic::Status;

use super::peer::store_status;
use crate::app::Hub;
use crate::barred;
use crate::store::contact::{self, Contact};
use crate::store::{alarm, lane, unit};

/// A clock that is further off than this is shown as an alarm; it is never a reason to refuse.
const SKEW_ALARM_MS: i64 = 5 * 60 * 1_000;

/// Epochs of one lane that a member may begin within a day. One that is restored begins one; only
/// a copy that fights with its original, or a fault, begins many.
const EPOCHS_A_DAY_MAX: u64 = 20;

/// A day in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Why a hello was not answered.
#[derive(Debug, thiserror::Error)]
enum HelloError {
    #[error(
        "too many new epochs within a day: a copy of this unit may be running; stop it, or try \
         again tomorrow. What waits at the unit is kept"
    )]
    Epochs,
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Notes a member's hello and says where the hub stands.
///
/// # Errors
/// The hello has a lane that is none, too many epochs were begun, or the store failed.
pub(super) async fn answer(
    hub: &Hub,
    member: &UnitId,
    hello: HelloRequest,
) -> Result<HelloResponse, Status> {
    let lanes = lanes_of(&hello)?;
    let now_ms = hub.clock().now_ms();
    let contact = Contact {
        unit: member.to_string(),
        version: hello.version.chars().take(40).collect(),
        skew_ms: hello.clock_ms.saturating_sub(now_ms),
        seen_at_ms: now_ms,
    };
    let (id, schools) = (member.clone(), hello.schools_below.min(SCHOOLS_MAX));
    let (lanes, grown, barred_keys) = hub
        .database()
        .write_async("hello", move |tx| {
            note_contact(tx, &contact)?;
            let grown = unit::set_schools_below(tx, &id, schools)?;
            let barred_keys = barred::last_list(tx, &id)?;
            Ok::<_, HelloError>((expectations(tx, &id, &lanes, now_ms)?, grown, barred_keys))
        })
        .await
        .map_err(|error| match error {
            HelloError::Epochs => Status::resource_exhausted(error.to_string()),
            HelloError::Store(cause) => store_status(cause),
        })?;
    if grown {
        // Our own parent learns it with our next hello.
        hub.folded().notify_one();
    }
    Ok(HelloResponse {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        clock_ms: now_ms,
        lanes,
        hub: hub.config().name.to_string(),
        barred_keys,
        takes_stored: true,
    })
}

fn lanes_of(hello: &HelloRequest) -> Result<Vec<(Epoch, LaneState)>, Status> {
    if hello.lanes.len() > 2 {
        return Err(Status::invalid_argument("a unit has at most two lanes"));
    }
    hello
        .lanes
        .iter()
        .map(|state| {
            let name = epoch(&state.epoch).map_err(|e| Status::invalid_argument(e.to_string()))?;
            Ok((name, state.clone()))
        })
        .collect()
}

fn note_contact(tx: &Tx<'_>, contact: &Contact) -> Result<(), SqlError> {
    contact::note(tx, contact)?;
    if contact.skew_ms.abs() > SKEW_ALARM_MS {
        // The detail has no figure, so that one drifting clock is one alarm.
        let detail = "the unit's clock differs from the hub's by more than five minutes";
        alarm::raise(tx, "clock_skew", &contact.unit, detail, contact.seen_at_ms)?;
    }
    Ok(())
}

/// What the hub expects next in each lane; an epoch that it does not know begins here.
fn expectations(
    tx: &Tx<'_>,
    member: &UnitId,
    lanes: &[(Epoch, LaneState)],
    now_ms: i64,
) -> Result<Vec<LaneExpectation>, HelloError> {
    let mut expected = Vec::with_capacity(lanes.len());
    for (name, state) in lanes {
        let number = state.lane;
        let known = lane::find(tx, member.as_str(), number, name)?;
        let (next, last_frame, ended) = match known {
            Some(known) => (known.next_sequence, known.last_frame, known.ended),
            None => {
                let day = now_ms.saturating_sub(DAY_MS);
                if lane::begun_since(tx, member.as_str(), number, day)? >= EPOCHS_A_DAY_MAX {
                    return Err(HelloError::Epochs);
                }
                check_succession(tx, member, state, now_ms)?;
                lane::begin(tx, member.as_str(), number, name, now_ms)?;
                (1, Vec::new(), false)
            }
        };
        let epoch = name.to_vec();
        expected.push(LaneExpectation { lane: number, epoch, expected: next, last_frame, ended });
    }
    Ok(expected)
}

/// A new epoch that does not follow the one we know means a restored or a copied machine.
fn check_succession(
    tx: &Tx<'_>,
    member: &UnitId,
    state: &LaneState,
    now_ms: i64,
) -> Result<(), SqlError> {
    let Some((epoch, next)) = lane::latest(tx, member.as_str(), state.lane)? else {
        return Ok(());
    };
    let follows = epoch == state.previous_epoch && next == state.previous_answered + 1;
    if follows {
        return Ok(());
    }
    let detail = "the unit began a new epoch that does not follow its last answer: it was \
                  restored from a backup, or a copy of it is running";
    alarm::raise(tx, "new_epoch", member.as_str(), detail, now_ms)
}

#[cfg(test)]
mod tests {
    use runtime::sql::Database;

    use super::*;

    /// A member that begins epoch after epoch is told to stop before it fills the store; the
    /// epoch that it has goes on, and the next day it may begin one again.
    #[test]
    fn many_new_epochs_are_refused_until_the_next_day() {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let hello = |name: u8, now_ms: i64| {
            let member: UnitId = "S1".parse().expect("id");
            let state = LaneState { lane: 1, epoch: vec![name; 16], ..LaneState::default() };
            let lanes = vec![([name; 16], state)];
            database.write("hello", move |tx| expectations(tx, &member, &lanes, now_ms).map(drop))
        };
        for name in 1..=20 {
            hello(name, 1_000).expect("epoch");
        }
        assert!(matches!(hello(21, 2_000), Err(HelloError::Epochs)));
        hello(20, 2_000).expect("the epoch that is known");
        hello(21, 1_000 + DAY_MS).expect("the next day");
    }
}
