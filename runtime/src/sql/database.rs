//! The handle of one database file: a writer thread and a few readers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::checkpoint::Checkpointer;
use super::simulated::Simulated;
use super::writer::{self, Job, Keep, Queue};
use super::{Migration, SqlError, Tx, migration};
use crate::blocking::{self, Place};

/// Reader connections kept open between calls, and reads of async tasks that run at once: a burst
/// of calls waits for them instead of opening hundreds of threads and connections.
const READERS_MAX: usize = 4;

/// How long a statement waits for another process.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// The 32-byte key of an encrypted database. Wiped when dropped, never printed.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// Wraps key bytes that the caller unlocked.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// How to open a database.
pub struct Options {
    /// Key of an encrypted database; none for what is de-identified anyway.
    pub key: Option<DataKey>,
    /// The schema, step by step.
    pub migrations: &'static [Migration],
    /// Page cache of each reading connection in KiB.
    pub cache_kib: u32,
    /// Page cache of the writer in KiB: it touches leaves all over the file with every commit.
    pub writer_cache_kib: u32,
    /// How long to wait for another process before saying that the database is locked.
    pub busy_wait: Duration,
}

impl Options {
    /// An unencrypted database with small caches: every commit of the writer empties those of the
    /// readers, of which there are several.
    #[must_use]
    pub const fn plain(migrations: &'static [Migration]) -> Self {
        let (cache_kib, writer_cache_kib) = (1_024, 8_192);
        Self { key: None, migrations, cache_kib, writer_cache_kib, busy_wait: BUSY_WAIT }
    }

    /// A database encrypted under a key.
    #[must_use]
    pub const fn encrypted(key: DataKey, migrations: &'static [Migration]) -> Self {
        let (cache_kib, writer_cache_kib) = (4_096, 4_096);
        Self { key: Some(key), migrations, cache_kib, writer_cache_kib, busy_wait: BUSY_WAIT }
    }
}

/// A database file with one writer and several readers. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    queue: Queue,
    readers: Arc<Readers>,
}

struct Readers {
    path: Option<PathBuf>,
    options: Options,
    idle: Mutex<Vec<Connection>>,
    slots: Arc<Semaphore>,
}

/// How often the log is folded before it is given up, and the wait in between.
const FOLDS: u32 = 50;
const FOLD_AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

impl Database {
    /// Opens or creates a database file and brings its schema up to date.
    ///
    /// # Errors
    /// The file cannot be read with this key, is newer than the software, is locked, or the disk
    /// is full. The file is left as it was.
    pub fn open(path: &Path, options: Options) -> Result<Self, SqlError> {
        let connection = connect(Some(path), &options)?;
        migration::migrate(&connection, options.migrations, Some(path))?;
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into());
        Self::start(connection, Some(path.to_owned()), options, &name)
    }

    /// A database in memory, for tests and simulations; reads go through the writer.
    ///
    /// # Errors
    /// A migration is wrong.
    pub fn in_memory(migrations: &'static [Migration]) -> Result<Self, SqlError> {
        let options = Options::plain(migrations);
        let connection = connect(None, &options)?;
        migration::migrate(&connection, options.migrations, None)?;
        Self::start(connection, None, options, "memory")
    }

    fn start(
        mut connection: Connection,
        path: Option<PathBuf>,
        options: Options,
        name: &str,
    ) -> Result<Self, SqlError> {
        let pages = -i64::from(options.writer_cache_kib);
        connection.pragma_update(None, "cache_size", pages)?;
        let simulated = path.as_ref().and_then(|path| Simulated::here(path));
        let checkpointer = match &path {
            Some(path) if simulated.is_none() => {
                let own = connect(Some(path), &options)?;
                Some(Checkpointer::start(own, &mut connection, name)?)
            }
            _ => None,
        };
        let queue = writer::start(connection, checkpointer, options.busy_wait, (name, simulated))?;
        Ok(Self {
            queue,
            readers: Arc::new(Readers {
                path,
                options,
                idle: Mutex::default(),
                slots: Arc::new(Semaphore::new(READERS_MAX)),
            }),
        })
    }

    /// Runs a transaction and returns after it is on the disk.
    ///
    /// The closure may share its commit with others; if it fails, only its own changes are undone.
    /// Blocks: not for async tasks, which use [`Database::write_async`].
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
        let (told, heard) = std::sync::mpsc::sync_channel::<()>(1);
        let place = Place::default();
        let theirs = place.clone();
        let answer = move |result| {
            theirs.put(result);
            // The caller waits below; if its thread died, nobody is left to tell.
            let _ = told.send(());
        };
        self.queue.push_blocking(Task::boxed(name, work, answer))?;
        heard.recv().map_err(|_| SqlError::Closed)?;
        place.take().unwrap_or_else(|| Err(SqlError::Closed.into()))
    }

    /// As [`Database::write`], for async tasks.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn write_async<T, E>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (told, heard) = tokio::sync::oneshot::channel::<()>();
        let place = Place::default();
        let theirs = place.clone();
        let answer = move |result| {
            theirs.put(result);
            // A caller that was cancelled does not want the answer; the work is done all the same.
            let _ = told.send(());
        };
        self.queue.push(Task::boxed(name, work, answer))?;
        heard.await.map_err(|_| SqlError::Closed)?;
        place.take().unwrap_or_else(|| Err(SqlError::Closed.into()))
    }

    /// As [`Database::write_async`], for work that can wait: it shares its commit with nobody, so
    /// that nobody's answer waits for it, and lets all others go first, for a moment at the most.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub async fn write_spare<T, E>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let answer = move |result| {
            // As for `write_async`.
            let _ = sender.send(result);
        };
        self.queue.push_spare(Task::boxed(name, work, answer))?;
        receiver.await.map_err(|_| SqlError::Closed)?
    }

    /// Commits a transaction on this thread where nobody else writes or waits and the disk is
    /// quick, and queues it for the writer's thread otherwise; `then` is told the outcome after
    /// the commit, on the thread that made it.
    ///
    /// Both must be short, and `then` must not use this database again: a single transaction
    /// waits for no other thread, and a burst is answered without a change of threads for every
    /// answer.
    ///
    /// # Errors
    /// The writer has stopped; `then` is not called.
    pub fn submit<T, E>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        then: impl FnOnce(Result<T, E>) + Send + 'static,
    ) -> Result<(), SqlError>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        self.queue.run_or_push(Task::boxed(name, work, then))
    }

    /// Reads a consistent view. Blocks for as long as the queries take.
    ///
    /// An async task may call it for a look-up by key, which takes microseconds and never waits
    /// for the writer; whatever reads more uses [`Database::read_async`].
    ///
    /// # Errors
    /// What the closure returns, or that the database could not be opened.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        if self.readers.path.is_none() {
            return self.write("read", work);
        }
        let connection = self.readers.take()?;
        let view = begin_read(&connection).map_err(E::from);
        let result = view.and_then(|()| work(&Tx::reading(&connection)));
        if end_read(&connection).is_ok() {
            self.readers.give_back(connection);
        }
        result
    }

    /// Folds the log into the file and cuts it to nothing, so that a page which was overwritten is
    /// not kept in the log; does nothing for a database in memory. Waits some seconds for readers.
    ///
    /// # Errors
    /// Readers went on for longer, or the file cannot be opened or written.
    pub fn fold(&self) -> Result<(), SqlError> {
        let Some(path) = &self.readers.path else {
            return Ok(());
        };
        let connection = connect(Some(path), &self.readers.options)?;
        for _ in 0..FOLDS {
            let sql = "pragma wal_checkpoint(truncate)";
            if connection.query_row(sql, [], |row| row.get::<_, i64>(0))? == 0 {
                return Ok(());
            }
            std::thread::sleep(FOLD_AGAIN);
        }
        Err(SqlError::Locked)
    }

    /// Copies one view of the database into a new file, under the same key, while others work.
    ///
    /// # Errors
    /// The file is there already or cannot be written, or there is no file to copy.
    pub fn copy_to(&self, copy: &Path) -> Result<(), SqlError> {
        let Some(path) = &self.readers.path else { return Err(SqlError::Unreadable) };
        let connection = connect(Some(path), &self.readers.options)?;
        migration::copy(&connection, copy)
    }

    /// What SQLite's own check finds wrong with the file, at most ten lines; none if it is whole.
    /// Reads all of it.
    ///
    /// # Errors
    /// The file cannot be opened or read; also where it is too damaged for the check to run.
    pub fn damage(&self) -> Result<Vec<String>, SqlError> {
        let said = self.read(|tx| tx.query("pragma integrity_check(10)", &[], |row| row.text(0)));
        Ok(said?.into_iter().filter(|line| line != "ok").collect())
    }

    /// How many rows each table has, by name; SQLite's own tables are left out.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn rows(&self) -> Result<Vec<(String, i64)>, SqlError> {
        self.read(|tx| {
            let sql = "select name from sqlite_schema where type = 'table' order by name";
            let names: Vec<String> = tx.query(sql, &[], |row| row.text(0))?;
            let ours = names.into_iter().filter(|name| !name.starts_with("sqlite_"));
            let counted = ours.map(|name| {
                let sql = format!("select count(*) from \"{name}\"");
                let rows = tx.query_opt(&sql, &[], |row| row.i64(0))?;
                Ok::<_, SqlError>((name, rows.unwrap_or_default()))
            });
            counted.collect()
        })
    }

    /// As [`Database::read`], off the async threads.
    ///
    /// # Errors
    /// As [`Database::read`].
    pub async fn read_async<T, E>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        if self.readers.path.is_none() {
            return self.write_async("read", work).await;
        }
        let database = self.clone();
        let slot = self.readers.slots.clone().acquire_owned().await;
        blocking::run(move || {
            // Held until the read is done, also when its caller has gone meanwhile.
            let _slot = slot;
            database.read(work)
        })
        .await
        .map_err(|_| E::from(SqlError::Closed))?
    }
}

fn begin_read(connection: &Connection) -> Result<(), SqlError> {
    connection.prepare_cached("begin deferred")?.execute([])?;
    Ok(())
}

fn end_read(connection: &Connection) -> Result<(), SqlError> {
    connection.prepare_cached("commit")?.execute([])?;
    Ok(())
}

impl Readers {
    fn take(&self) -> Result<Connection, SqlError> {
        let idle = self.idle.lock().map_err(|_| SqlError::Closed)?.pop();
        match idle {
            Some(connection) => Ok(connection),
            None => connect(self.path.as_deref(), &self.options),
        }
    }

    fn give_back(&self, connection: Connection) {
        if let Ok(mut idle) = self.idle.lock()
            && idle.len() < READERS_MAX
        {
            idle.push(connection);
        }
    }
}

/// Lets one thread alone load the library.
///
/// The library marks itself as loaded before its ciphers are: a second thread that opened a file
/// at that moment was told that its key is empty.
fn load() -> Result<(), SqlError> {
    static LOADED: Mutex<bool> = Mutex::new(false);
    let mut loaded = LOADED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !*loaded {
        Connection::open_in_memory()?;
        *loaded = true;
    }
    Ok(())
}

fn connect(path: Option<&Path>, options: &Options) -> Result<Connection, SqlError> {
    load()?;
    let connection = match path {
        Some(path) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Connection::open_with_flags(path, flags)?
        }
        None => Connection::open_in_memory()?,
    };
    connection.busy_timeout(options.busy_wait)?;
    if let Some(key) = &options.key {
        unlock(&connection, key)?;
    }
    // The first statement that reads the file is the one that notices a wrong key.
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is overwritten: a destroyed record is not left in a free page.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", -i64::from(options.cache_kib))?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn unlock(connection: &Connection, key: &DataKey) -> Result<(), SqlError> {
    use std::fmt::Write as _;
    let mut text = Zeroizing::new(String::with_capacity(128));
    text.push_str("pragma cipher_log_level = none; pragma key = \"x'");
    for byte in key.0.iter() {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text.push_str("'\"");
    Ok(connection.execute_batch(&text)?)
}

/// A closure with the place where its answer goes.
struct Task<T, E, W, A> {
    name: &'static str,
    work: Option<W>,
    result: Option<Result<T, E>>,
    answer: A,
}

impl<T, E, W, A> Task<T, E, W, A>
where
    T: Send + 'static,
    E: From<SqlError> + Send + 'static,
    W: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    A: FnOnce(Result<T, E>) + Send + 'static,
{
    fn boxed(name: &'static str, work: W, answer: A) -> Box<dyn Job> {
        Box::new(Self { name, work: Some(work), result: None, answer })
    }
}

impl<T, E, W, A> Job for Task<T, E, W, A>
where
    T: Send,
    E: From<SqlError> + Send,
    W: FnOnce(&Tx<'_>) -> Result<T, E> + Send,
    A: FnOnce(Result<T, E>) + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn run(&mut self, tx: &Tx<'_>) -> Keep {
        let Some(work) = self.work.take() else {
            return Keep::No;
        };
        let result = work(tx);
        let keep = if result.is_ok() { Keep::Yes } else { Keep::No };
        self.result = Some(result);
        keep
    }

    fn finish(self: Box<Self>, commit: Result<(), SqlError>) {
        let result = match (commit, self.result) {
            (Err(error), _) => {
                tracing::warn!(transaction = self.name, error = %error, "commit failed");
                Err(E::from(error))
            }
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(E::from(SqlError::Closed)),
        };
        (self.answer)(result);
    }
}
