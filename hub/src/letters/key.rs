//! The keys with which this hub opens letters as a relay: files in the data folder, readable by
//! their owner only, as its other keys.
//!
//! A newer one is made before the statement about the older one ends; both open what was sealed to
//! them for as long as their files are there.

use std::path::{Path, PathBuf};

use certs::keyfile::KeyfileError;
use certs::seal::{RelayKey, SealError};
use certs::statement::{Purpose, StatedKey};
use domain::digest::Digest;

use crate::config::Config;

const FOLDER: &str = "relay-keys";
const EXTENSION: &str = "key";

/// A key that this hub holds.
pub struct Held {
    pub(super) key: RelayKey,
    /// When it was made, in milliseconds since 1970.
    pub made_at_ms: i64,
}

/// Why a key cannot be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RelayKeyError {
    /// A file cannot be read or written.
    #[error("a key file cannot be read or written")]
    File(#[from] std::io::Error),
    /// A file holds no key of this hub.
    #[error("{0} holds no relay's key of this hub")]
    Keyfile(PathBuf, #[source] KeyfileError),
    /// The key cannot be made.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Held {
    /// The name of the key.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.stated().digest()
    }

    /// The key as statements name it.
    #[must_use]
    pub fn stated(&self) -> StatedKey {
        StatedKey::Recipient(self.key.public().clone())
    }
}

/// Makes a key and keeps it.
///
/// # Errors
/// The file cannot be written; nothing is left then.
pub fn make(config: &Config, now_ms: i64) -> Result<Held, RelayKeyError> {
    let folder = config.path(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let key = RelayKey::generate(config.unit.clone(), Purpose::Relay)?;
    let path = folder.join(format!("{now_ms}-{}.{EXTENSION}", key.public().digest().short()));
    key.danger_save_plain(&path).map_err(|cause| RelayKeyError::Keyfile(path, cause))?;
    Ok(Held { key, made_at_ms: now_ms })
}

/// Every key that this hub holds, the newest first.
///
/// # Errors
/// A file cannot be read or holds no key of this hub.
pub fn held(config: &Config) -> Result<Vec<Held>, RelayKeyError> {
    let mut held = Vec::new();
    for path in files(config)? {
        let place = (config.unit.clone(), Purpose::Relay);
        let key = RelayKey::load(&path, None, place)
            .map_err(|cause| RelayKeyError::Keyfile(path.clone(), cause))?;
        held.push(Held { key, made_at_ms: made_at(&path) });
    }
    held.sort_by_key(|one| std::cmp::Reverse(one.made_at_ms));
    Ok(held)
}

/// Whether there is a file of a key.
#[must_use]
pub fn is_there(config: &Config) -> bool {
    files(config).is_ok_and(|files| !files.is_empty())
}

fn files(config: &Config) -> Result<Vec<PathBuf>, std::io::Error> {
    let entries = match std::fs::read_dir(config.path(FOLDER)) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            files.push(path);
        }
    }
    Ok(files)
}

fn made_at(path: &Path) -> i64 {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let made = stem.and_then(|stem| stem.split('-').next()?.parse().ok());
    made.unwrap_or_default()
}
