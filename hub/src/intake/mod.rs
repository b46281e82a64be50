//! Intake: identifies, verifies and answers frames, many in one commit.
//!
//! Verification (decoding, digest, signature, disclosure rules) runs on the connection's own task
//! and needs no lock. What was verified is queued; one worker takes what is queued, decides it in
//! one transaction, signs one Merkle root for all its answers and sends them after the commit.
//! Both outcomes consume the sequence, so one bad item never blocks a lane.

mod batch;
mod decide;
mod verify;

use std::sync::Arc;

use certs::key::SigningKey;
use domain::unit::UnitId;
use proto::wire::sync::PushResponse;
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError};
use runtime::uplink::IdentityCell;
use tokio::sync::{Notify, mpsc};

use crate::packs::PackCache;
use crate::registry::RegistryCache;

pub use verify::{Verdict, VerifiedFrame, VerifiedRelease};

/// Frames that wait for the worker; more make their senders wait.
const QUEUE_FRAMES_MAX: usize = 1_024;

/// Frames that share one commit and one signature.
const BATCH_FRAMES_MAX: usize = proto::limits::BATCH_ANSWERS_MAX;

/// Why a frame could not be answered; the stream ends or goes on as it says.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The bytes are not a frame.
    #[error("{0}")]
    Frame(#[from] proto::frame::FrameError),
    /// The member is not served.
    #[error("this unit is not served: ask the hub's operator")]
    NotServed,
    /// The epoch was not announced by a hello on any connection.
    #[error("the epoch is not known here: say hello first")]
    UnknownEpoch,
    /// The register changed between verification and decision.
    #[error("the register of keys has just changed: connect again")]
    Outdated,
    /// The hub is stopping.
    #[error("the hub is stopping")]
    Stopping,
}

/// What a stream is told about its frames.
#[derive(Debug)]
pub enum Reply {
    /// An answer for the member.
    Response(PushResponse),
    /// The stream ends with this.
    End(IntakeError),
}

/// A frame on its way to the worker.
struct Arrival {
    frame: VerifiedFrame,
    reply: mpsc::Sender<Reply>,
}

/// The parts that intake works with.
pub struct Parts {
    /// The hub's store.
    pub database: Database,
    /// The hub's clock: arrival is by it.
    pub clock: Clock,
    /// Who is a member.
    pub registry: Arc<RegistryCache>,
    /// Catalogues by digest.
    pub packs: Arc<PackCache>,
    /// The hub's key, for answers.
    pub identity: IdentityCell,
    /// Rung after contributions were folded.
    pub folded: Arc<Notify>,
}

/// The entrance for all streams. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    parts: Arc<Parts>,
    queue: mpsc::Sender<Arrival>,
}

impl Intake {
    /// Starts the worker; it ends when the last clone is dropped.
    #[must_use]
    pub fn start(parts: Parts) -> Self {
        let parts = Arc::new(parts);
        let (queue, arrivals) = mpsc::channel(QUEUE_FRAMES_MAX);
        tokio::spawn(work(parts.clone(), arrivals));
        Self { parts, queue }
    }

    /// Verifies a frame and queues it; its answer comes through `reply`.
    ///
    /// # Errors
    /// The bytes are no frame, or the hub is stopping.
    pub async fn accept(
        &self,
        member: &UnitId,
        bytes: &[u8],
        reply: &mpsc::Sender<Reply>,
    ) -> Result<(), IntakeError> {
        let registry = self.parts.registry.last();
        let packs = self.parts.packs.last();
        let frame = verify::verify(member, bytes, &registry, &packs)?;
        let arrival = Arrival { frame, reply: reply.clone() };
        self.queue.send(arrival).await.map_err(|_| IntakeError::Stopping)
    }
}

async fn work(parts: Arc<Parts>, mut arrivals: mpsc::Receiver<Arrival>) {
    let mut waiting = Vec::with_capacity(BATCH_FRAMES_MAX);
    while arrivals.recv_many(&mut waiting, BATCH_FRAMES_MAX).await > 0 {
        let (frames, replies): (Vec<_>, Vec<_>) =
            waiting.drain(..).map(|arrival| (arrival.frame, arrival.reply)).unzip();
        let outcome = answer(&parts, frames).await;
        let responses = match outcome {
            Ok(answered) => {
                if answered.folded {
                    parts.folded.notify_one();
                }
                batch::respond(answered, &replies)
            }
            Err(error) => {
                tracing::error!(%error, "intake could not store");
                batch::unavailable(&error, &replies)
            }
        };
        for (reply, response) in responses {
            // Never waits: a member that does not read must not hold up all others. What it
            // missed is kept, and it asks again on its next connection.
            if reply.try_send(response).is_err() {
                tracing::debug!("an answer was not taken");
            }
        }
    }
}

async fn answer(
    parts: &Arc<Parts>,
    frames: Vec<VerifiedFrame>,
) -> Result<batch::Answered, SqlError> {
    let (registry, packs) = (parts.registry.clone(), parts.packs.last());
    let key: SigningKey = parts.identity.current().key().clone();
    let now_ms = parts.clock.now_ms();
    let (answered, version) = parts
        .database
        .write_async("intake", move |tx| {
            let registry = registry.within(tx)?;
            let context = decide::Context { registry: &registry, packs: &packs, now_ms };
            let answered = batch::answer(tx, &context, &key, &frames)?;
            Ok::<_, SqlError>((answered, registry.version))
        })
        .await?;
    if parts.registry.last().version != version {
        let cache = parts.registry.clone();
        parts.database.read_async(move |tx| cache.fresh(tx).map(drop)).await?;
    }
    Ok(answered)
}
