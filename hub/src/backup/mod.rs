//! Backups of a hub: a sealed copy of its data folder, while it serves, in the folder that the
//! plan names.
//!
//! A hub's store is not encrypted and its keys lie beside it, so each file of a copy is sealed
//! under the key of backups, which a passphrase opens; the key itself goes with no copy. A copy is
//! under another name until it is whole and was put back for a test. The issuing key is not in it:
//! it is locked away by itself. A key that was destroyed is taken out of the copies as well, and
//! every later copy says that it was.

mod destroyed;
mod key;
mod outcome;
mod put_back;
mod schedule;

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use certs::digest::random_bytes;
use certs::sealed_file::{FileKey, SealedFileError};
use domain::digest::hex;
use jiff::civil::DateTime;
use runtime::clock::{instant_ms, local_of};
use runtime::passphrase::Passphrase;
use runtime::private::{self, PART};
use runtime::sql::{Database, Options, SqlError};
use serde::{Deserialize, Serialize};

use crate::authority;
use crate::config::Config;
use crate::store::MIGRATIONS;

pub use destroyed::{clear_copies, forget};
pub use key::{choose, is_set, open_copy};
pub use outcome::{Fault, Outcome, last_made, last_proven};
pub use put_back::{Proof, Restored, prove, restore};
pub use schedule::{Plan, serve};

/// What ends the name of a sealed file.
const SEALED: &str = ".sealed";
/// What says which files a copy has.
const MANIFEST: &str = "manifest.sealed";
/// How the instant stands in a name.
const INSTANT: &str = "%Y-%m-%d-%H%M";
/// The copy of the store before it is sealed.
const SCRATCH: &str = "backup.part.db";
/// Where a copy is put back for a test.
const TRIAL: &str = "restore-test.part";
/// Folders that belong to a copy.
const FOLDERS: [&str; 3] = ["roots", "share-keys", "relay-keys"];
/// Copies that are looked at.
const FOUND_MAX: usize = 1_000;
/// Held while a copy is made or tried: both need the same names for a while.
const BUSY: &str = "serve.backup";

/// Why no copy was made or put back. What was there before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The place is not there.
    #[error("the place for backups is not there")]
    Away,
    /// Another process makes or tries a copy.
    #[error("another process makes or tries a copy")]
    Busy,
    /// No key of backups was made yet.
    #[error("no key of backups was made yet")]
    NoKey,
    /// There is no such copy.
    #[error("there is no such copy")]
    NoCopy,
    /// Not the passphrase that the copy was made under.
    #[error("the passphrase does not open the copy")]
    Passphrase,
    /// A file could not be read or written.
    #[error("a file could not be copied")]
    File(#[from] io::Error),
    /// The store could not be copied.
    #[error("the store could not be copied")]
    Store(#[source] SqlError),
    /// A file of the copy was altered or cut, or is missing.
    #[error("a file of the copy was altered, cut or taken away")]
    Damaged,
    /// The store of the copy is damaged, or has other rows than were copied.
    #[error("the store of the copy is damaged")]
    Content,
    /// A chain of records in the copy is broken.
    #[error("a chain of records in the copy is broken")]
    Chain,
    /// The copy is of another hub.
    #[error("the copy is of another hub")]
    Foreign,
    /// The folder that is to be filled holds something.
    #[error("the folder is not empty")]
    NotEmpty,
}

impl From<SealedFileError> for BackupError {
    fn from(error: SealedFileError) -> Self {
        match error {
            SealedFileError::File(cause) => Self::File(cause),
            _ => Self::Damaged,
        }
    }
}

/// A copy that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Name of its folder.
    pub name: String,
    /// When it was made, in milliseconds since 1970.
    pub made_ms: i64,
    /// Bytes of its files.
    pub bytes: u64,
}

/// What a copy says of itself, sealed.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    /// Random; every file of the copy is sealed for it.
    id: String,
    unit: String,
    made_ms: i64,
    /// Version of the store.
    schema: u32,
    /// Rows of each table.
    rows: BTreeMap<String, i64>,
    /// Files by their names in the data folder.
    files: Vec<String>,
    /// Keys that had been destroyed by then.
    destroyed: Vec<String>,
}

/// Makes a copy now and puts it back for a test, then lets go of those that are too many.
///
/// # Errors
/// The place is not there or is full, or something cannot be read; no half copy is left.
pub fn make(
    config: &Config,
    database: &Database,
    plan: &Plan,
    now_ms: i64,
) -> Result<Made, BackupError> {
    let made = attempt((config, database), plan, now_ms);
    outcome::keep_made(config, &made, now_ms);
    made
}

fn attempt(
    (config, database): (&Config, &Database),
    plan: &Plan,
    now_ms: i64,
) -> Result<Made, BackupError> {
    if !plan.to.is_dir() {
        return Err(BackupError::Away);
    }
    let _busy = busy(config)?;
    let key = key::load(config)?;
    let prefix = prefix(config);
    let name = format!("{prefix}{}", local_of(now_ms).strftime(INSTANT));
    let (part, whole) = (plan.to.join(format!("{name}{PART}")), plan.to.join(&name));
    private::sweep(&plan.to, &prefix)?;
    destroyed::sweep_places(config, plan)?;
    if !whole.exists() {
        let filled = fill((config, database), &key, &part, now_ms)
            .and_then(|()| put_back::trial(config, &part, &key).map(drop))
            .and_then(|()| Ok(std::fs::rename(&part, &whole)?))
            .and_then(|()| Ok(private::sync_folder(&plan.to)?));
        if let Err(error) = filled {
            // The error is what counts; a half copy that stays is swept with the next one.
            let _ = std::fs::remove_dir_all(&part);
            return Err(error);
        }
    }
    prune(plan, config);
    let made = found(&plan.to, config).into_iter().find(|made| made.name == name);
    made.ok_or(BackupError::NoCopy)
}

/// Puts a copy back for a test by its passphrase, as after a loss, and keeps how that ended.
///
/// # Errors
/// The passphrase is another one, or as of [`prove`].
pub fn verify(
    config: &Config,
    copy: &Path,
    passphrase: &Passphrase,
    now_ms: i64,
) -> Result<Proof, BackupError> {
    let proven = open_copy(copy, passphrase).and_then(|key| prove(config, copy, &key));
    outcome::keep_proven(config, copy, &proven, now_ms);
    proven
}

/// The whole copies of this hub at a place, the newest first; none where it is not there.
#[must_use]
pub fn found(place: &Path, config: &Config) -> Vec<Made> {
    let prefix = prefix(config);
    let Ok(entries) = std::fs::read_dir(place) else { return Vec::new() };
    // Whatever else lies there: what is ours is looked for by its name before anything is counted.
    let ours = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().into_string().ok()?;
        let made_ms = instant_ms(DateTime::strptime(INSTANT, name.strip_prefix(&prefix)?).ok()?);
        let path = entry.path();
        path.join(MANIFEST).is_file().then(|| Made { name, made_ms, bytes: bytes_of(&path) })
    });
    let mut all: Vec<Made> = ours.take(FOUND_MAX).collect();
    all.sort_by(|a, b| (b.made_ms, &b.name).cmp(&(a.made_ms, &a.name)));
    all
}

/// Copies of several hubs may lie in one place.
fn prefix(config: &Config) -> String {
    format!("xinqiao-hub-{}-", config.unit)
}

/// The store is copied first: a key that is made meanwhile is then in the copy without what
/// names it, which does no harm.
fn fill(
    (config, database): (&Config, &Database),
    key: &FileKey,
    part: &Path,
    now_ms: i64,
) -> Result<(), BackupError> {
    private::make_folder(part)?;
    let id = hex(&random_bytes::<16>());
    let scratch = Scratch::file(config.path(SCRATCH));
    database.copy_to(&scratch.0).map_err(BackupError::Store)?;
    let mut files = vec!["hub.db".to_owned()];
    seal((&scratch.0, part), key, (&id, "hub.db"))?;
    let store = Database::open(&scratch.0, Options::plain(MIGRATIONS));
    let rows = store.and_then(|store| store.rows()).map_err(BackupError::Store)?;
    for name in names(config)? {
        seal((&config.path(&name), part), key, (&id, &name))?;
        files.push(name);
    }
    let mut lock = private::create_file(&part.join(key::LOCK))?;
    lock.write_all(&std::fs::read(config.path(key::LOCK))?)?;
    lock.sync_all()?;
    let manifest = Manifest {
        id,
        unit: config.unit.to_string(),
        made_ms: now_ms,
        schema: schema(),
        rows: rows.into_iter().collect(),
        files,
        destroyed: destroyed::known(config)?,
    };
    let bytes = serde_json::to_vec(&manifest).map_err(io::Error::from)?;
    let mut file = private::create_file(&part.join(MANIFEST))?;
    key.seal(&mut bytes.as_slice(), &mut file, &place_of("", "manifest"))?;
    Ok(file.sync_all()?)
}

/// The version of the store that this program writes.
fn schema() -> u32 {
    MIGRATIONS.last().map_or(0, |last| last.number)
}

/// What a sealed file is bound to.
fn place_of(id: &str, name: &str) -> Vec<u8> {
    format!("xinqiao-hub-backup-v1/{id}/{name}").into_bytes()
}

fn seal(
    (from, part): (&Path, &Path),
    key: &FileKey,
    (id, name): (&str, &str),
) -> Result<(), BackupError> {
    let to = part.join(format!("{name}{SEALED}"));
    if let Some(folder) = to.parent().filter(|folder| !folder.is_dir()) {
        private::make_folder(folder)?;
    }
    let mut file = private::create_file(&to)?;
    key.seal(&mut File::open(from)?, &mut file, &place_of(id, name))?;
    // A disk that is pulled out right after must have it.
    Ok(file.sync_all()?)
}

/// The files of the data folder that belong to a copy beside the store, with their folder: nothing
/// that only a running process needs, no earlier store, not the issuing key, and never the key
/// that opens the copy.
fn names(config: &Config) -> Result<Vec<String>, BackupError> {
    let (_, issuing, _) = authority::FILES;
    let mut names = files_of(&config.data)?;
    names.retain(|name| {
        let is_store = name.contains(".db") || name.starts_with("serve.");
        let is_key = [issuing, key::KEY, key::LOCK].contains(&name.as_str());
        !is_store && !is_key && !name.ends_with(".new") && !name.starts_with("danger_")
    });
    for folder in FOLDERS {
        let path = config.path(folder);
        if path.is_dir() {
            let inner = files_of(&path)?.into_iter();
            // A key that is being destroyed has another name.
            let whole = inner.filter(|name| !name.ends_with(".gone") && !name.ends_with(".new"));
            names.extend(whole.map(|name| format!("{folder}/{name}")));
        }
    }
    names.sort();
    Ok(names)
}

fn files_of(folder: &Path) -> Result<Vec<String>, BackupError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let (true, Ok(name)) = (entry.file_type()?.is_file(), entry.file_name().into_string()) {
            names.push(name);
        }
    }
    Ok(names)
}

/// What other processes wait for; the system lets go of it however this one ends.
fn busy(config: &Config) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(false).write(true).read(true);
    let file = options.open(config.path(BUSY))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy),
        Err(TryLockError::Error(cause)) => Err(cause.into()),
    }
}

/// A file or a folder that goes with the work that it is for.
struct Scratch(PathBuf);

impl Scratch {
    fn file(path: PathBuf) -> Self {
        let scratch = Self(path);
        // One that was left when the machine went down.
        scratch.clear();
        scratch
    }

    fn folder(path: PathBuf) -> Result<Self, BackupError> {
        let scratch = Self::file(path);
        private::make_folder(&scratch.0)?;
        Ok(scratch)
    }

    fn clear(&self) {
        let mut beside = vec![self.0.clone()];
        for end in ["-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            beside.push(PathBuf::from(name));
        }
        for path in beside.iter().filter(|path| path.exists()) {
            let is_folder = path.is_dir();
            // Keys were put back there: what is destroyed later must not lie in a free block.
            for folder in FOLDERS.iter().map(|folder| path.join(folder)).filter(|one| one.is_dir())
            {
                for name in files_of(&folder).unwrap_or_default() {
                    if let Err(error) = crate::share_key::erase_file(&folder.join(name)) {
                        tracing::warn!(%error, "a key that was put back for a test stays");
                    }
                }
            }
            let removed =
                if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
            if let Err(error) = removed {
                tracing::warn!(%error, "what a backup needed for a while was not removed");
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear();
    }
}

fn prune(plan: &Plan, config: &Config) {
    for made in found(&plan.to, config).iter().skip(plan.keep.max(1)) {
        if let Err(error) = std::fs::remove_dir_all(plan.to.join(&made.name)) {
            tracing::warn!(%error, "old backup not removed");
        }
    }
}

fn bytes_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let files = entries.filter_map(|entry| entry.ok()?.metadata().ok());
    files.filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}
