//! What may be handed to code that talks to the network: the outbox, the directives, and what came
//! down for this school alone.
//!
//! `transfer.db` holds signed bytes, sealed letters and packs; nothing in it names a person of the
//! school or of a family. Experts of a directory are named in it, as they are published. Its outbox
//! is filled from the hand-over tables of the ledger, and with letters that hold nothing.

pub mod addressed;
pub mod directive;
pub mod letters;
pub mod witness;

use std::path::Path;

use proto::wire::sync::Lane;
use runtime::sql::{Database, Migration, Options, SqlError, Tx};
use runtime::uplink::outbox::{self, Backlog, SentItem};

/// Schema of `transfer.db`.
pub const MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "outbox", sql: runtime::uplink::OUTBOX_SCHEMA },
    Migration { number: 2, name: "directives", sql: include_str!("migrations/001_directive.sql") },
    Migration { number: 3, name: "framed once", sql: runtime::uplink::OUTBOX_FRAMED_ONCE },
    Migration {
        number: 4,
        name: "addressed items",
        sql: include_str!("migrations/002_addressed_item.sql"),
    },
    Migration { number: 5, name: "letters", sql: include_str!("migrations/003_letter.sql") },
];

/// The open transfer database. Cheap to clone.
#[derive(Clone)]
pub struct Transfer {
    database: Database,
}

impl Transfer {
    /// Opens or creates `transfer.db`.
    ///
    /// # Errors
    /// A newer database, a full disk, or another process holds it.
    pub fn open(path: &Path) -> Result<Self, SqlError> {
        Database::open(path, Options::plain(MIGRATIONS)).map(|database| Self { database })
    }

    /// A transfer database in memory, for tests and simulations.
    ///
    /// # Errors
    /// A migration is wrong.
    pub fn in_memory() -> Result<Self, SqlError> {
        Database::in_memory(MIGRATIONS).map(|database| Self { database })
    }

    /// The database, for the uplink.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Reads a consistent view. Blocks; not for async tasks.
    ///
    /// # Errors
    /// What the closure returns, or that the store cannot be read.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.read(work)
    }

    /// Writes in one transaction that is on the disk when this returns. Blocks.
    ///
    /// # Errors
    /// What the closure returns, or that the commit failed; then nothing was changed.
    pub fn write<T, E>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.database.write(name, work)
    }

    /// Releases in the statistics lane, the latest first, with their answers.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn releases(&self, limit: u32) -> Result<Vec<SentItem>, SqlError> {
        self.read(move |tx| outbox::sent(tx, Lane::Statistics, limit))
    }

    /// The names of everything that was ever queued in the statistics lane.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn names(&self) -> Result<Vec<String>, SqlError> {
        self.read(|tx| outbox::names(tx, Lane::Statistics))
    }

    /// One release by the written form of its id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn release(&self, name: &str) -> Result<Option<SentItem>, SqlError> {
        let name = name.to_owned();
        self.read(move |tx| outbox::find(tx, &name))
    }

    /// The latest sending of an item, and how often it was queued.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn latest(&self, name: &str) -> Result<Option<(SentItem, u32)>, SqlError> {
        let name = name.to_owned();
        self.read(move |tx| outbox::latest(tx, &name))
    }

    /// How much waits in the statistics lane.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn backlog(&self) -> Result<Backlog, SqlError> {
        self.read(|tx| outbox::backlog(tx, Lane::Statistics))
    }
}
