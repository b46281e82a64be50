//! The writer of a database: takes what is queued, runs it in one transaction, answers after the
//! commit.
//!
//! A job that fails is rolled back to its savepoint, so its neighbours in the batch are kept. An
//! answer is given only after the commit reached the disk: an acknowledgement survives power loss.
//!
//! One thread commits for many. A caller that finds nobody else there may commit its own job in
//! place ([`Queue::run_or_push`]): two changes of threads cost as much as the commit itself.
//!
//! A job that can wait ([`Queue::push_spare`]) shares its commit with nobody, and is run where no
//! other waits, or where it has waited for [`SPARE_WAIT_MAX`].

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::checkpoint::Checkpointer;
use super::memory::Memory;
use super::simulated::Simulated;
use super::{SqlError, Tx};

/// Jobs that may share one commit.
const BATCH_JOBS_MAX: usize = 256;

/// How long commits may have taken of late for callers to commit in place: a slow disk, or a store
/// with much to do, must not hold up the thread of somebody who serves others too.
const QUICK: Duration = Duration::from_millis(2);

/// How long a job that can wait lets others go first. Less than anybody notices, and longer than a
/// burst of a hundred jobs takes.
const SPARE_WAIT_MAX: Duration = Duration::from_millis(50);

/// A transaction waiting for the writer.
pub(super) trait Job: Send {
    /// What it is called in logs.
    fn name(&self) -> &'static str;
    /// Runs inside a savepoint and says whether its changes are to be kept.
    fn run(&mut self, tx: &Tx<'_>) -> Keep;
    /// Answers the caller: the outcome of the commit that held the job.
    fn finish(self: Box<Self>, commit: Result<(), SqlError>);
}

/// Whether a job's changes are to be kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    Yes,
    No,
}

/// The sending side of the writer's queue.
#[derive(Clone)]
pub(super) struct Queue(Arc<Handle>);

/// The writer's thread. The last owner waits until it has ended and then closes the connection: a
/// process that ends while a thread still closes an encrypted database crashes in its exit
/// handlers.
struct Handle {
    sender: Option<Sender<Order>>,
    thread: Option<JoinHandle<()>>,
    desk: Arc<Desk>,
    /// What there is instead of the thread where a simulator is the machine.
    simulated: Option<Simulated>,
}

/// What the thread is sent.
enum Order {
    /// Somebody waits for it.
    Soon(Box<dyn Job>),
    /// It can wait.
    Spare(Box<dyn Job>),
}

/// What the thread has taken and not run yet.
#[derive(Default)]
struct Taken {
    soon: VecDeque<Box<dyn Job>>,
    /// With when they were taken.
    spare: VecDeque<(Instant, Box<dyn Job>)>,
    /// Whether the last thing that was run could wait.
    was_spare: bool,
}

/// Where commits are made, by one at a time.
pub(super) struct Desk {
    seat: Mutex<Seat>,
    /// How long a statement waits for another process.
    busy_wait: Duration,
    /// Jobs that somebody waits for and the thread has not begun yet, and the thread itself while
    /// it waits for its turn.
    waiting: AtomicUsize,
    /// How long commits took of late, in microseconds.
    pace_us: AtomicU64,
    /// Closed last, after the connection.
    _checkpointer: Option<Checkpointer>,
}

/// What only one at a time has.
struct Seat {
    connection: Connection,
    memory: Memory,
}

impl Queue {
    pub(super) fn push(&self, job: Box<dyn Job>) -> Result<(), SqlError> {
        if let Some(simulated) = &self.0.simulated {
            simulated.push(&self.0.desk, job);
            return Ok(());
        }
        let sender = self.0.sender.as_ref().ok_or(SqlError::Closed)?;
        self.0.desk.waiting.fetch_add(1, Ordering::AcqRel);
        sender.send(Order::Soon(job)).map_err(|_| SqlError::Closed)
    }

    /// As [`Queue::push`], for a thread that does nothing until it is answered.
    pub(super) fn push_blocking(&self, job: Box<dyn Job>) -> Result<(), SqlError> {
        if let Some(simulated) = &self.0.simulated {
            simulated.run(&self.0.desk, vec![job]);
            return Ok(());
        }
        self.push(job)
    }

    /// Queues a job that lets others go first.
    pub(super) fn push_spare(&self, job: Box<dyn Job>) -> Result<(), SqlError> {
        if let Some(simulated) = &self.0.simulated {
            simulated.push(&self.0.desk, job);
            return Ok(());
        }
        let sender = self.0.sender.as_ref().ok_or(SqlError::Closed)?;
        sender.send(Order::Spare(job)).map_err(|_| SqlError::Closed)
    }

    /// Commits a job and answers it on this thread where nobody else writes or waits and the disk
    /// is quick; otherwise as [`Queue::push`].
    pub(super) fn run_or_push(&self, job: Box<dyn Job>) -> Result<(), SqlError> {
        if self.0.simulated.is_some() {
            return self.push(job);
        }
        match self.0.desk.run_at_once(job) {
            None => Ok(()),
            Some(job) => self.push(job),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        drop(self.sender.take());
        let Some(thread) = self.thread.take() else { return };
        // A job that held the last handle drops it on the writer itself.
        if thread.thread().id() != std::thread::current().id() {
            // A writer that panicked has let go of the connection as well.
            let _ = thread.join();
        }
    }
}

/// Starts the writer's thread; it ends when the last [`Queue`] is dropped.
pub(super) fn start(
    connection: Connection,
    checkpointer: Option<Checkpointer>,
    busy_wait: Duration,
    (name, simulated): (&str, Option<Simulated>),
) -> Result<Queue, SqlError> {
    let (sender, receiver) = channel();
    let desk = Arc::new(Desk {
        seat: Mutex::new(Seat { connection, memory: Memory::default() }),
        busy_wait,
        waiting: AtomicUsize::new(0),
        pace_us: AtomicU64::new(0),
        _checkpointer: checkpointer,
    });
    if simulated.is_some() {
        return Ok(Queue(Arc::new(Handle { sender: None, thread: None, desk, simulated })));
    }
    let theirs = desk.clone();
    let thread = std::thread::Builder::new()
        .name(format!("sql-{name}"))
        .spawn(move || serve(&theirs, &receiver))?;
    Ok(Queue(Arc::new(Handle { sender: Some(sender), thread: Some(thread), desk, simulated })))
}

fn serve(desk: &Desk, receiver: &Receiver<Order>) {
    let mut taken = Taken::default();
    loop {
        if taken.is_empty() {
            let Ok(order) = receiver.recv() else { return };
            taken.add(order);
        }
        // Who commits in place now is waited for before the batch is taken, so that what comes
        // meanwhile shares the next commit. Nobody else commits in place until then: a lock is not
        // handed on in turn, and who asks again and again would have it every time.
        desk.waiting.fetch_add(1, Ordering::AcqRel);
        let seat = desk.seat.lock().unwrap_or_else(PoisonError::into_inner);
        desk.waiting.fetch_sub(1, Ordering::AcqRel);
        while taken.soon.len() < BATCH_JOBS_MAX
            && let Ok(order) = receiver.try_recv()
        {
            taken.add(order);
        }
        let spare = taken.spare();
        taken.was_spare = spare.is_some();
        let mut batch = match spare {
            Some(job) => vec![job],
            None => Vec::from(std::mem::take(&mut taken.soon)),
        };
        if !taken.was_spare {
            desk.waiting.fetch_sub(batch.len(), Ordering::AcqRel);
        }
        let outcome = begin(&seat.connection).and_then(|()| {
            let started = Instant::now();
            let outcome = commit(&seat, &mut batch);
            if !taken.was_spare {
                desk.note_pace(started);
            }
            outcome
        });
        drop(seat);
        answer(batch, outcome);
    }
}

impl Taken {
    fn is_empty(&self) -> bool {
        self.soon.is_empty() && self.spare.is_empty()
    }

    fn add(&mut self, order: Order) {
        match order {
            Order::Soon(job) => self.soon.push_back(job),
            Order::Spare(job) => self.spare.push_back((Instant::now(), job)),
        }
    }

    /// A job that has let others go first, if it is its turn: nobody waits, or it has waited for
    /// long, and others were served since the one before it.
    fn spare(&mut self) -> Option<Box<dyn Job>> {
        let (since, _) = self.spare.front()?;
        let is_late = since.elapsed() >= SPARE_WAIT_MAX && !self.was_spare;
        if !self.soon.is_empty() && !is_late {
            return None;
        }
        self.spare.pop_front().map(|(_, job)| job)
    }
}

impl Desk {
    /// Runs one job here, or gives it back.
    fn run_at_once(&self, job: Box<dyn Job>) -> Option<Box<dyn Job>> {
        let pace = Duration::from_micros(self.pace_us.load(Ordering::Relaxed));
        if self.waiting.load(Ordering::Acquire) > 0 || pace > QUICK {
            return Some(job);
        }
        let Ok(seat) = self.seat.try_lock() else {
            return Some(job);
        };
        let connection = &seat.connection;
        // Another process that writes is waited for by the thread, which serves nobody else.
        let begun = connection.busy_timeout(Duration::ZERO).map_err(SqlError::from);
        let begun = begun.and_then(|()| begin(connection));
        if connection.busy_timeout(self.busy_wait).is_err() || begun.is_err() {
            return Some(job);
        }
        let (started, mut batch) = (Instant::now(), vec![job]);
        let outcome = commit(&seat, &mut batch);
        self.note_pace(started);
        drop(seat);
        answer(batch, outcome);
        None
    }

    /// Runs jobs in one commit, which a simulator decides; gives them back with its outcome.
    pub(super) fn run_decided(
        &self,
        batch: &mut [Box<dyn Job>],
        decide: impl FnOnce() -> Result<(), SqlError>,
    ) -> Result<(), SqlError> {
        let seat = self.seat.lock().unwrap_or_else(PoisonError::into_inner);
        begin(&seat.connection)?;
        let run = batch.iter_mut().try_for_each(|job| run_one(&seat, job.as_mut()));
        let outcome =
            run.and_then(|()| decide()).and_then(|()| execute(&seat.connection, "commit"));
        undo_unless(&seat, outcome)
    }

    /// Notes how long a commit took that somebody waited for.
    fn note_pace(&self, started: Instant) {
        let took = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let pace = self.pace_us.load(Ordering::Relaxed);
        self.pace_us.store((pace.saturating_mul(3).saturating_add(took)) / 4, Ordering::Relaxed);
    }
}

/// Runs jobs in the transaction that has begun and commits it.
fn commit(seat: &Seat, batch: &mut [Box<dyn Job>]) -> Result<(), SqlError> {
    let connection = &seat.connection;
    let outcome = match batch {
        [job] => run_alone(seat, job.as_mut()),
        several => several
            .iter_mut()
            .try_for_each(|job| run_one(seat, job.as_mut()))
            .and_then(|()| execute(connection, "commit")),
    };
    undo_unless(seat, outcome)
}

/// Undoes what a commit that failed has left.
fn undo_unless(seat: &Seat, outcome: Result<(), SqlError>) -> Result<(), SqlError> {
    if outcome.is_err() {
        seat.memory.forget();
    }
    if outcome.is_err() && !seat.connection.is_autocommit() {
        // A full disk may already have rolled everything back; then there is nothing to undo.
        let _ = execute(&seat.connection, "rollback");
    }
    outcome
}

fn begin(connection: &Connection) -> Result<(), SqlError> {
    execute(connection, "begin immediate")
}

/// Runs a statement that has neither values nor rows.
fn execute(connection: &Connection, sql: &str) -> Result<(), SqlError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// Answers all jobs of a batch.
pub(super) fn answer(batch: Vec<Box<dyn Job>>, outcome: Result<(), SqlError>) {
    let Err(error) = outcome else {
        batch.into_iter().for_each(|job| finish(job, Ok(())));
        return;
    };
    // One job's failure to reach the disk is everybody's: each is told, each may try again.
    let retell = |error: &SqlError| match error {
        SqlError::Locked => SqlError::Locked,
        SqlError::Full => SqlError::Full,
        SqlError::Unreadable => SqlError::Unreadable,
        _ => SqlError::Closed,
    };
    let mut jobs = batch.into_iter();
    let first = jobs.next();
    jobs.for_each(|job| finish(job, Err(retell(&error))));
    if let Some(job) = first {
        finish(job, Err(error));
    }
}

/// Answers one caller. A panic in an answer is that caller's failure; the writer goes on.
fn finish(job: Box<dyn Job>, commit: Result<(), SqlError>) {
    let answer = std::panic::AssertUnwindSafe(|| job.finish(commit));
    if std::panic::catch_unwind(answer).is_err() {
        tracing::error!("an answer of the store panicked");
    }
}

/// Runs one of several jobs: what it changed is undone where it fails, and its neighbours' kept.
fn run_one(seat: &Seat, job: &mut dyn Job) -> Result<(), SqlError> {
    execute(&seat.connection, "savepoint job")?;
    if run(seat, job)? == Keep::No {
        execute(&seat.connection, "rollback to job")?;
    }
    execute(&seat.connection, "release job")
}

/// Runs a job that has no neighbours and ends its transaction. A savepoint would keep a copy of
/// every page that it changes.
fn run_alone(seat: &Seat, job: &mut dyn Job) -> Result<(), SqlError> {
    let end = if run(seat, job)? == Keep::Yes { "commit" } else { "rollback" };
    execute(&seat.connection, end)
}

/// Runs a job's work; a panic is its own failure, and the writer goes on for all others. What the
/// job leaves in memory is undone with what it changed.
fn run(seat: &Seat, job: &mut dyn Job) -> Result<Keep, SqlError> {
    let tx = Tx::writing(&seat.connection, &seat.memory);
    let run = std::panic::AssertUnwindSafe(|| job.run(&tx));
    let keep = std::panic::catch_unwind(run).unwrap_or(Keep::No);
    if keep == Keep::No {
        seat.memory.forget();
    }
    // A full disk rolls everything back; then there is nothing left to undo.
    if keep == Keep::No && seat.connection.is_autocommit() {
        return Err(SqlError::Full);
    }
    Ok(keep)
}
