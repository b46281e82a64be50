//! The Sync service: hello, push, pull, applied. Identify, parse, call, answer.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use certs::digest::sha256;
use certs::identity::PeerIdentity;
use domain::disclosure::SCHOOLS_MAX;
use domain::unit::UnitId;
use proto::frame::{Epoch, epoch};
use proto::limits::{APPLIED_MAX, FRAMES_IN_FLIGHT_MAX};
use proto::wire::sync::sync_server::Sync;
use proto::wire::sync::{
    HelloRequest, HelloResponse, LaneExpectation, LaneState, PullRequest, PullResponse,
    PushRequest, PushResponse, ReportAppliedRequest, ReportAppliedResponse,
};
use runtime::sql::{SqlError, Tx};
use runtime::transport::Peer;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming};

use super::peer::{peer_member, still_served, store_status};
use crate::app::Hub;
use crate::intake::{IntakeError, Reply};
use crate::store::contact::{self, Contact};
use crate::store::{alarm, directive, lane, unit};

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

/// How often a member that waits for directives is looked up in the register, which is two reads
/// by key.
const STANDING_EVERY: Duration = Duration::from_secs(5);

/// Directives read from the store at a time.
const PULL_PAGE: u32 = 32;

/// Serves members' lanes.
#[derive(Clone)]
pub struct SyncService {
    hub: Hub,
}

impl SyncService {
    /// Serves for a hub.
    #[must_use]
    pub const fn new(hub: Hub) -> Self {
        Self { hub }
    }
}

type Replies<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl Sync for SyncService {
    async fn hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloResponse>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        let hello = request.into_inner();
        let lanes = lanes_of(&hello)?;
        let now_ms = self.hub.clock().now_ms();
        let contact = Contact {
            unit: member.to_string(),
            version: hello.version.chars().take(40).collect(),
            skew_ms: hello.clock_ms.saturating_sub(now_ms),
            seen_at_ms: now_ms,
        };
        let (id, schools) = (member, hello.schools_below.min(SCHOOLS_MAX));
        let (lanes, grown) = self
            .hub
            .database()
            .write_async("hello", move |tx| {
                note_contact(tx, &contact)?;
                let grown = unit::set_schools_below(tx, &id, schools)?;
                Ok::<_, HelloError>((expectations(tx, &id, &lanes, now_ms)?, grown))
            })
            .await
            .map_err(|error| match error {
                HelloError::Epochs => Status::resource_exhausted(error.to_string()),
                HelloError::Store(cause) => store_status(cause),
            })?;
        if grown {
            // Our own parent learns it with our next hello.
            self.hub.folded().notify_one();
        }
        Ok(Response::new(HelloResponse {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            clock_ms: now_ms,
            lanes,
            hub: self.hub.config().name.to_string(),
        }))
    }

    type PushStream = Replies<PushResponse>;

    async fn push(
        &self,
        request: Request<Streaming<PushRequest>>,
    ) -> Result<Response<Self::PushStream>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        let (reply, replies) = mpsc::channel(FRAMES_IN_FLIGHT_MAX);
        tokio::spawn(feed(self.hub.clone(), member, request.into_inner(), reply));
        let replies = ReceiverStream::new(replies).map(|reply| match reply {
            Reply::Response(response) => Ok(response),
            Reply::End(error) => Err(intake_status(&error)),
        });
        Ok(Response::new(Box::pin(replies)))
    }

    type PullStream = Replies<PullResponse>;

    async fn pull(
        &self,
        request: Request<PullRequest>,
    ) -> Result<Response<Self::PullStream>, Status> {
        peer_member(&request, &self.hub).await?;
        let caller = request.extensions().get::<Peer>().and_then(|peer| peer.identity.clone());
        let caller = caller.ok_or_else(|| Status::internal("the connection has no peer"))?;
        let asked = request.into_inner();
        let (sender, receiver) = mpsc::channel(4);
        tokio::spawn(follow(self.hub.clone(), caller, asked, sender));
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn report_applied(
        &self,
        request: Request<ReportAppliedRequest>,
    ) -> Result<Response<ReportAppliedResponse>, Status> {
        let member = peer_member(&request, &self.hub).await?;
        let applied = request.into_inner().applied;
        if applied.len() > APPLIED_MAX {
            return Err(Status::invalid_argument("too many lines"));
        }
        if applied.is_empty() {
            return Ok(Response::new(ReportAppliedResponse {}));
        }
        let now_ms = self.hub.clock().now_ms();
        self.hub
            .database()
            .write_async("report_applied", move |tx| {
                let speaker = unit::find(tx, &member)?;
                let is_hub = speaker.is_some_and(|unit| unit.kind.is_hub());
                for line in &applied {
                    // Lines about what was never sent down would only fill the store.
                    if directive::last_serial(tx, &line.kind, &line.name)? == 0 {
                        continue;
                    }
                    contact::note_applied(tx, &applied_line(&member, is_hub, line), now_ms)?;
                }
                Ok::<_, SqlError>(())
            })
            .await
            .map_err(store_status)?;
        Ok(Response::new(ReportAppliedResponse {}))
    }
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

async fn feed(
    hub: Hub,
    member: UnitId,
    mut frames: Streaming<PushRequest>,
    reply: mpsc::Sender<Reply>,
) {
    loop {
        let outcome = match frames.message().await {
            Ok(Some(request)) => hub.intake().accept(&member, &request.frame, &reply).await,
            Ok(None) => return,
            Err(status) => {
                tracing::debug!(%member, code = ?status.code(), "stream ended");
                return;
            }
        };
        if let Err(error) = outcome {
            // A stream whose member is gone does not want the reason.
            let _ = reply.send(Reply::End(error)).await;
            return;
        }
    }
}

async fn follow(
    hub: Hub,
    caller: Arc<PeerIdentity>,
    asked: PullRequest,
    sender: mpsc::Sender<Result<PullResponse, Status>>,
) {
    let mut news = hub.directives();
    let mut cursor = match resume(&hub, &asked).await {
        Ok(cursor) => cursor,
        Err(error) => {
            // A stream whose member is gone does not want the reason.
            let _ = sender.send(Err(store_status(error))).await;
            return;
        }
    };
    loop {
        news.borrow_and_update();
        let page = match page_after(&hub, cursor).await {
            Ok(page) => page,
            Err(error) => {
                let _ = sender.send(Err(store_status(error))).await;
                return;
            }
        };
        let full = page.len() == PULL_PAGE as usize;
        for stored in page {
            cursor = stored.cursor;
            let response = PullResponse { cursor, directive: stored.directive };
            if sender.send(Ok(response)).await.is_err() {
                return;
            }
        }
        if full {
            continue;
        }
        if !asked.follow {
            return;
        }
        tokio::select! {
            () = sender.closed() => return,
            changed = news.changed() => if changed.is_err() {
                tracing::debug!(member = %caller.name().unit(), "hub is stopping");
                return;
            },
            () = tokio::time::sleep(STANDING_EVERY) => {}
        }
        if let Err(refused) = still_served(&hub, &caller) {
            let _ = sender.send(Err(refused)).await;
            return;
        }
    }
}

/// Where a member goes on. One that has another directive at its cursor than we have now pulled
/// before we were restored from a backup; it gets all, and keeps what it has.
async fn resume(hub: &Hub, asked: &PullRequest) -> Result<u64, SqlError> {
    let (after, last) = (asked.after, asked.last.clone());
    if after == 0 || last.is_empty() {
        return Ok(after);
    }
    let at = hub.database().read_async(move |tx| directive::at(tx, after)).await?;
    let same = at.is_some_and(|bytes| sha256(&bytes).bytes().as_slice() == last);
    Ok(if same { after } else { 0 })
}

/// Directives after a cursor. Most members have all of them, and to see that takes no thread.
async fn page_after(hub: &Hub, cursor: u64) -> Result<Vec<directive::Stored>, SqlError> {
    if hub.database().read(directive::last_cursor)? <= cursor {
        return Ok(Vec::new());
    }
    hub.database().read_async(move |tx| directive::after(tx, cursor, PULL_PAGE)).await
}

fn applied_line(
    member: &UnitId,
    is_hub: bool,
    line: &proto::wire::sync::Applied,
) -> crate::store::contact::Applied {
    let short = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    // A school speaks for itself; a hub also for what is below it.
    let unit =
        if line.unit.is_empty() || !is_hub { member.to_string() } else { short(&line.unit, 40) };
    contact::Applied {
        unit,
        kind: short(&line.kind, 40),
        name: short(&line.name, 60),
        content: line.content.iter().copied().take(33).collect(),
        in_force: line.in_force,
        reason: short(&line.reason, 200),
    }
}

fn intake_status(error: &IntakeError) -> Status {
    let text = error.to_string();
    match error {
        IntakeError::Frame(_) => Status::invalid_argument(text),
        IntakeError::NotServed => Status::permission_denied(text),
        IntakeError::UnknownEpoch => Status::failed_precondition(text),
        IntakeError::Outdated | IntakeError::Stopping => Status::unavailable(text),
    }
}

/// Keeps the service's type out of the application's signature.
#[must_use]
pub fn server(hub: Hub) -> proto::wire::sync::sync_server::SyncServer<SyncService> {
    proto::wire::sync::sync_server::SyncServer::from_arc(Arc::new(SyncService::new(hub)))
        .max_decoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
        .max_encoding_message_size(proto::limits::MESSAGE_BYTES_MAX)
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
