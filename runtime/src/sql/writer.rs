//! The one writer of a database: takes what is queued, runs it in one transaction, answers after
//! the commit.
//!
//! A job that fails is rolled back to its savepoint, so its neighbours in the batch are kept. An
//! answer is given only after the commit reached the disk: an acknowledgement survives power loss.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::Connection;

use super::checkpoint::Checkpointer;
use super::{SqlError, Tx};

/// Jobs that may share one commit.
const BATCH_JOBS_MAX: usize = 256;

/// A transaction waiting for the writer.
pub(super) trait Job: Send {
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

/// The writer's thread. The last owner waits until it has closed its connection: a process that
/// ends while a thread still closes an encrypted database crashes in its exit handlers.
struct Handle {
    sender: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Queue {
    pub(super) fn push(&self, job: Box<dyn Job>) -> Result<(), SqlError> {
        let sender = self.0.sender.as_ref().ok_or(SqlError::Closed)?;
        sender.send(job).map_err(|_| SqlError::Closed)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        drop(self.sender.take());
        let Some(thread) = self.thread.take() else { return };
        // A job that held the last handle drops it on the writer itself.
        if thread.thread().id() != std::thread::current().id() {
            // A writer that panicked has closed its connection as well.
            let _ = thread.join();
        }
    }
}

/// Starts the writer's thread; it ends when the last [`Queue`] is dropped.
pub(super) fn start(
    connection: Connection,
    checkpointer: Option<Checkpointer>,
    name: &str,
) -> Result<Queue, SqlError> {
    let (sender, receiver) = channel();
    let thread = std::thread::Builder::new()
        .name(format!("sql-{name}"))
        .spawn(move || serve(&connection, checkpointer.as_ref(), &receiver))?;
    Ok(Queue(Arc::new(Handle { sender: Some(sender), thread: Some(thread) })))
}

fn serve(
    connection: &Connection,
    checkpointer: Option<&Checkpointer>,
    receiver: &Receiver<Box<dyn Job>>,
) {
    while let Ok(first) = receiver.recv() {
        let mut batch = vec![first];
        batch.extend(receiver.try_iter().take(BATCH_JOBS_MAX - 1));
        commit(connection, batch);
        if let Some(checkpointer) = checkpointer {
            checkpointer.ring();
        }
    }
}

fn commit(connection: &Connection, mut batch: Vec<Box<dyn Job>>) {
    let mut outcome = connection.execute_batch("begin immediate").map_err(SqlError::from);
    if outcome.is_ok() {
        outcome = batch.iter_mut().try_for_each(|job| run_one(connection, job.as_mut()));
        if outcome.is_ok() {
            outcome = connection.execute_batch("commit").map_err(SqlError::from);
        }
        if outcome.is_err() && !connection.is_autocommit() {
            // A full disk may already have rolled everything back; then there is nothing to undo.
            let _ = connection.execute_batch("rollback");
        }
    }
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

fn run_one(connection: &Connection, job: &mut dyn Job) -> Result<(), SqlError> {
    connection.prepare_cached("savepoint job")?.execute([])?;
    // A panic is one job's failure; the writer must go on for all others.
    let run = std::panic::AssertUnwindSafe(|| job.run(&Tx::new(connection)));
    let keep = std::panic::catch_unwind(run).unwrap_or(Keep::No);
    if keep == Keep::No {
        if connection.is_autocommit() {
            return Err(SqlError::Full);
        }
        connection.prepare_cached("rollback to job")?.execute([])?;
    }
    connection.prepare_cached("release job")?.execute([])?;
    Ok(())
}
