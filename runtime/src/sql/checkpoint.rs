//! Folds a database's log into its file beside the writer, so that no commit waits for it.
//!
//! SQLite does this work inside the commit that makes the log too long, and that one caller waits
//! for two more syncs. Here a thread with a connection of its own does it, once the log has grown
//! or the writer has been at it for a while; it never blocks the writer, but it shares the disk
//! with it, so it comes seldom: a page that many commits wrote is folded in once, and commits that
//! are held up by it are fewer. Should the writer outrun it for long, the writer's own limit
//! ([`WRITER_PAGES_MAX`]) still bounds the log.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use super::SqlError;

/// Pages in the log at which the writer folds it in itself: 64 MiB.
const WRITER_PAGES_MAX: u32 = 16_384;

/// Pages in the log at which it is folded in at once: 24 MiB.
const FOLD_PAGES: u32 = 6_144;

/// How long commits are gathered before they are folded in, where they are few.
const GATHER: Duration = Duration::from_secs(3);

/// Passes that follow each other when the writer commits meanwhile. Only a log that is folded in
/// to its end begins anew.
const PASSES_MAX: u32 = 3;

/// The thread that folds the log in. Dropping it waits until its connection is closed.
pub(super) struct Checkpointer {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

/// What the writer has put into the log since it was last folded in.
#[derive(Default)]
struct Bell {
    log: Mutex<Log>,
    rung: Condvar,
}

#[derive(Default)]
struct Log {
    has_grown: bool,
    /// Its pages at the last commit.
    pages: u32,
    /// Its pages when it was last folded in.
    folded: u32,
    is_closed: bool,
}

impl Log {
    const fn is_long(&self) -> bool {
        self.pages.saturating_sub(self.folded) >= FOLD_PAGES
    }
}

impl Checkpointer {
    /// Starts the thread on a connection of its own, and has the writer's tell it of commits.
    pub(super) fn start(
        connection: Connection,
        writer: &mut Connection,
        name: &str,
    ) -> Result<Self, SqlError> {
        let bell = Arc::new(Bell::default());
        let theirs = bell.clone();
        writer.wal_hook(Some(move |wal: &mut rusqlite::hooks::Wal, pages| {
            let pages = u32::try_from(pages).unwrap_or(0);
            theirs.ring(pages);
            if pages >= WRITER_PAGES_MAX
                && let Err(error) = wal.checkpoint()
            {
                tracing::debug!(%error, "log not folded in by the writer");
            }
            Ok(())
        }))?;
        let theirs = bell.clone();
        let thread = std::thread::Builder::new()
            .name(format!("wal-{name}"))
            .spawn(move || serve(&connection, &theirs))?;
        Ok(Self { bell, thread: Some(thread) })
    }
}

impl Bell {
    /// Notes a commit; the thread is woken by the first one and when the log has become long.
    fn ring(&self, pages: u32) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let was_long = log.is_long();
        if pages < log.pages {
            // The log began anew.
            log.folded = 0;
        }
        log.pages = pages;
        let is_news = !log.has_grown || (log.is_long() && !was_long);
        log.has_grown = true;
        drop(log);
        if is_news {
            self.rung.notify_one();
        }
    }

    /// Waits until there is enough to fold in; says no when it is time to end.
    fn wait(&self) -> bool {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let log = self.rung.wait_while(log, |log| !log.has_grown && !log.is_closed);
        let log = log.unwrap_or_else(PoisonError::into_inner);
        let goes_on = |log: &mut Log| !log.is_long() && !log.is_closed;
        let waited = self.rung.wait_timeout_while(log, GATHER, goes_on);
        let (mut log, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (log.has_grown, log.folded) = (false, log.pages);
        !log.is_closed
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.bell.log.lock().unwrap_or_else(PoisonError::into_inner).is_closed = true;
        self.bell.rung.notify_one();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has closed its connection as well.
            let _ = thread.join();
        }
    }
}

/// Folds until it is told to end. Nothing is left then: the last connection that closes folds in
/// the rest.
fn serve(connection: &Connection, bell: &Bell) {
    while bell.wait() {
        for _ in 0..PASSES_MAX {
            match fold(connection) {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(%error, "log not folded in now");
                    break;
                }
            }
        }
    }
}

/// One pass; says whether it came to the log's end.
fn fold(connection: &Connection) -> Result<bool, SqlError> {
    let pages = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    let (log, folded) = connection.query_row("pragma wal_checkpoint(passive)", [], pages)?;
    Ok(folded >= log)
}
