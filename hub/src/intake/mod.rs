//! Intake: identifies, verifies and answers frames, many in one commit.
//!
//! Verification (decoding, digest, signature, disclosure rules) runs on the connection's own task
//! and needs no lock. What was verified is queued; the store's writer takes what is queued, decides
//! it in one transaction, signs one Merkle root for all its answers and sends them after the
//! commit, all on its own thread: for a single frame, changing threads costs as much as the rest.
//! Both outcomes consume the sequence, so one bad item never blocks a lane.

mod batch;
mod decide;
mod replays;
mod space;
mod special;
mod verify;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use certs::key::SigningKey;
use domain::unit::{UnitId, UnitKind};
use proto::wire::sync::LinkResponse;
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError, Tx};
use runtime::uplink::IdentityCell;
use tokio::sync::{Notify, mpsc};

use crate::packs::PackCache;
use crate::publish::{Sealer, Turn};
use crate::registry::{Registry, RegistryCache};
use crate::relay::Relay;
use replays::Replays;
use space::Space;

pub(crate) use verify::UNKNOWN_KEY;
pub use verify::{Verdict, VerifiedFrame, VerifiedRelease};

/// Frames that wait for the writer; more make their senders wait.
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
    /// More answered frames were sent again at once than a member may have in flight.
    #[error("too many answered frames were sent again at once: connect again")]
    Replays,
    /// The hub is stopping.
    #[error("the hub is stopping")]
    Stopping,
}

/// What a stream is told about its frames. Small, because every stream that is open keeps room for
/// many of them.
#[derive(Debug)]
pub enum Reply {
    /// An answer for the member.
    Response(Box<LinkResponse>),
    /// The stream ends with this.
    End(Box<IntakeError>),
}

/// A frame on its way to the writer.
struct Arrival {
    frame: VerifiedFrame,
    reply: mpsc::Sender<Reply>,
}

/// Where the answers to a batch go, in the order of its frames.
type Replies = Vec<mpsc::Sender<Reply>>;

/// Which hub this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// Its id.
    pub unit: UnitId,
    /// Its kind.
    pub kind: UnitKind,
}

/// The parts that intake works with.
pub struct Parts {
    /// Which hub this is.
    pub own: Own,
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
    /// Seals in the commit of a push that comes alone.
    pub sealer: Arc<Sealer>,
    /// Keeps and passes on what is addressed.
    pub relay: Arc<Relay>,
    /// Rung after contributions were folded that are to be sealed.
    pub folded: Arc<Notify>,
}

/// The entrance for all streams. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Arrival>,
    line: Arc<Line>,
}

/// Where verified frames wait for the store's writer.
struct Line {
    parts: Parts,
    arrivals: Mutex<mpsc::Receiver<Arrival>>,
    /// Whether a batch that will take what waits is queued at the writer.
    is_called: AtomicBool,
    /// Batches of answers that were asked for again lately.
    replays: Mutex<Replays>,
    /// Whether the store had room lately.
    space: Arc<Space>,
}

impl Intake {
    /// Puts the entrance together; nothing runs until a frame comes.
    #[must_use]
    pub fn start(parts: Parts) -> Self {
        let (queue, arrivals) = mpsc::channel(QUEUE_FRAMES_MAX);
        let line = Line {
            parts,
            arrivals: Mutex::new(arrivals),
            is_called: AtomicBool::new(false),
            replays: Mutex::default(),
            space: Arc::default(),
        };
        Self { queue, line: Arc::new(line) }
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
        let registry = self.line.parts.registry.last();
        let packs = self.line.parts.packs.last();
        let with = (&self.line.parts.own, &*self.line.parts.relay);
        let frame = verify::verify(with, (member, bytes), (&registry, &packs))?;
        let arrival = Arrival { frame, reply: reply.clone() };
        self.queue.send(arrival).await.map_err(|_| IntakeError::Stopping)?;
        self.line.call()
    }
}

impl Line {
    /// Queues a batch at the writer unless one is queued that will see what waits now.
    fn call(self: &Arc<Self>) -> Result<(), IntakeError> {
        if self.is_called.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        // Also told when the commit fails, and then the batch's own result is gone.
        let open: Arc<Mutex<Option<Replies>>> = Arc::default();
        let (line, taken) = (self.clone(), open.clone());
        let work = move |tx: &Tx<'_>| line.answer(tx, &taken);
        let line = self.clone();
        let then = move |outcome| {
            // Nothing was taken where not even a transaction could begin. What waits is told all
            // the same: nobody else would call the writer for it.
            let taken = open.lock().ok().and_then(|mut open| open.take());
            let replies = taken.unwrap_or_else(|| line.take_replies());
            line.tell(outcome, &replies);
        };
        self.parts.database.submit("intake", work, then).map_err(|_| {
            self.is_called.store(false, Ordering::Release);
            IntakeError::Stopping
        })
    }

    /// What waits, at most a batch of it. Frames that come later call the writer again.
    fn take(self: &Arc<Self>) -> Result<Vec<Arrival>, SqlError> {
        self.is_called.store(false, Ordering::Release);
        let mut arrivals = self.arrivals.lock().map_err(|_| SqlError::Closed)?;
        let taken: Vec<_> =
            std::iter::from_fn(|| arrivals.try_recv().ok()).take(BATCH_FRAMES_MAX).collect();
        let is_full = taken.len() == BATCH_FRAMES_MAX;
        drop(arrivals);
        if is_full {
            // A writer that has stopped has no next batch either.
            let _ = self.call();
        }
        Ok(taken)
    }

    fn take_replies(self: &Arc<Self>) -> Replies {
        parted(self.take().unwrap_or_default()).1
    }

    fn answer(
        self: &Arc<Self>,
        tx: &Tx<'_>,
        open: &Mutex<Option<Replies>>,
    ) -> Result<Batch, SqlError> {
        let (frames, taken) = parted(self.take()?);
        *open.lock().map_err(|_| SqlError::Closed)? = Some(taken);
        let (registry, packs) = (self.parts.registry.within(tx)?, self.parts.packs.last());
        let key: SigningKey = self.parts.identity.current().key().clone();
        let now_ms = self.parts.clock.now_ms();
        let context = decide::Context {
            registry: &registry,
            packs: &packs,
            relay: &self.parts.relay,
            now_ms,
        };
        let mut replays = self.replays.lock().map_err(|_| SqlError::Closed)?;
        let answered = batch::answer(tx, &context, &key, &frames, &mut replays)?;
        let sealed = match answered.folded {
            true => self.parts.sealer.share(tx, &registry, frames.len())?,
            false => None,
        };
        Ok(Batch { answered, registry, sealed })
    }

    /// Tells the streams what became of their frames.
    fn tell(&self, outcome: Result<Batch, SqlError>, replies: &[mpsc::Sender<Reply>]) {
        let responses = match outcome {
            Ok(mut batch) => {
                self.space.is_there(&self.parts);
                match batch.sealed.take() {
                    Some(turn) => turn.keep_shared(),
                    None if batch.answered.folded => self.parts.folded.notify_one(),
                    None => {}
                }
                if let Ok(mut replays) = self.replays.lock() {
                    replays.keep(std::mem::take(&mut batch.answered.built));
                }
                self.parts.relay.tell(batch.answered.news);
                self.parts.registry.keep(batch.registry);
                batch::respond(batch.answered, replies)
            }
            Err(error) => {
                tracing::error!(%error, "intake could not store");
                if matches!(error, SqlError::Full) {
                    self.space.ran_out(&self.parts);
                }
                batch::unavailable(&error, replies)
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

/// The frames of some arrivals, and where their answers go.
fn parted(arrivals: Vec<Arrival>) -> (Vec<VerifiedFrame>, Replies) {
    arrivals.into_iter().map(|arrival| (arrival.frame, arrival.reply)).unzip()
}

/// A batch that was decided.
struct Batch {
    answered: batch::Answered,
    registry: Arc<Registry>,
    /// The sums were sealed in the same commit.
    sealed: Option<Turn>,
}
