//! The key of backups: plain in the data folder, so that a copy is made while nobody is there, and
//! under a passphrase in every copy.
//!
//! Whoever has the machine has the store that the key seals; whoever has a copy alone has neither.

use std::path::Path;

use certs::digest::random_bytes;
use certs::keyfile::Derivation;
use certs::sealed_file::{FileKey, LockedKey, SealedFileError};
use runtime::passphrase::{Cost, Passphrase};

use super::BackupError;
use crate::config::Config;

/// The key, which goes with no copy.
pub(super) const KEY: &str = "backup.key";
/// The key under the passphrase, which goes with every copy.
pub(super) const LOCK: &str = "backup.lock";
/// What a locked key belongs to.
const PLACE: &[u8] = b"xinqiao-hub-backup-key-v1";

/// Whether a passphrase was chosen.
#[must_use]
pub fn is_set(config: &Config) -> bool {
    config.path(KEY).is_file() && config.path(LOCK).is_file()
}

/// Makes the key under a passphrase, or puts the one that is there under another; copies that were
/// made before open with the earlier passphrase.
///
/// # Errors
/// A file cannot be read or written.
pub fn choose(config: &Config, passphrase: &Passphrase) -> Result<(), BackupError> {
    let path = config.path(KEY);
    let key = if path.is_file() { FileKey::load(&path)? } else { FileKey::generate() };
    lock(&config.data, &key, passphrase)?;
    Ok(key.danger_save_plain(&path)?)
}

fn lock(folder: &Path, key: &FileKey, passphrase: &Passphrase) -> Result<(), BackupError> {
    let (salt, cost) = (random_bytes::<16>(), Cost::default());
    let outer = passphrase.derive(&salt, cost).map_err(|_| BackupError::Passphrase)?;
    let derivation = Derivation { memory_kib: cost.memory_kib, passes: cost.passes, salt };
    Ok(key.save_locked(&folder.join(LOCK), (&outer, &derivation), PLACE)?)
}

/// The key of the data folder.
pub(super) fn load(config: &Config) -> Result<FileKey, BackupError> {
    if !is_set(config) {
        return Err(BackupError::NoKey);
    }
    Ok(FileKey::load(&config.path(KEY))?)
}

/// The key of a copy, opened as after a loss.
///
/// # Errors
/// There is no such copy, or the passphrase is another one.
pub fn open_copy(copy: &Path, passphrase: &Passphrase) -> Result<FileKey, BackupError> {
    let path = copy.join(LOCK);
    if !path.is_file() {
        return Err(BackupError::NoCopy);
    }
    let locked = LockedKey::load(&path)?;
    let from = locked.derivation();
    let cost = Cost { memory_kib: from.memory_kib, passes: from.passes };
    let outer = passphrase.derive(&from.salt, cost).map_err(|_| BackupError::Damaged)?;
    locked.open(&outer, PLACE).map_err(|error| match error {
        SealedFileError::File(cause) => BackupError::File(cause),
        _ => BackupError::Passphrase,
    })
}
