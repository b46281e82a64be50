//! Folds a database's log into its file beside the writer, so that no commit waits for it.
//!
//! SQLite does this work inside the commit that makes the log too long, and that one caller waits
//! for two more syncs. Here a thread with a connection of its own does it shortly after commits;
//! it never blocks the writer. Should the writer outrun it for long, the writer's own limit
//! ([`WRITER_PAGES_MAX`]) still bounds the log.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::SqlError;

/// Pages in the log at which the writer folds it in itself: 32 MiB.
pub(super) const WRITER_PAGES_MAX: u32 = 8_192;

/// How long commits are gathered before they are folded in.
const GATHER: Duration = Duration::from_millis(250);

/// The thread that folds the log in. Dropping it waits until its connection is closed.
pub(super) struct Checkpointer {
    bell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread on a connection of its own.
    pub(super) fn start(connection: Connection, name: &str) -> Result<Self, SqlError> {
        let (bell, rung) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name(format!("wal-{name}"))
            .spawn(move || serve(&connection, &rung))?;
        Ok(Self { bell: Some(bell), thread: Some(thread) })
    }

    /// Says that something was committed.
    pub(super) fn ring(&self) {
        if let Some(bell) = &self.bell
            && let Err(TrySendError::Disconnected(())) = bell.try_send(())
        {
            tracing::warn!("the log is folded in by the writer alone");
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        drop(self.bell.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has closed its connection as well.
            let _ = thread.join();
        }
    }
}

fn serve(connection: &Connection, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        // What rings meanwhile is folded in now or rings again; nothing is left at the end,
        // because the last connection that closes folds in the rest.
        if rung.recv_timeout(GATHER) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
        let folded = connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
        if let Err(error) = folded {
            tracing::debug!(%error, "log not folded in now");
        }
    }
}
