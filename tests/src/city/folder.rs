//! The temporary folder of a demonstration: removed at its end, and after a kill at the next start.
//!
//! A run holds a lock in its folder for as long as it lives, and the system lets go of it however
//! the run ends. What is not locked is of a run that is over; what has no lock is nobody's of ours
//! and stays.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// How the folders of demonstrations begin.
const PREFIX: &str = "xinqiao-city-";
/// Locked for as long as the run lives.
const LOCK: &str = "running.lock";

/// A folder for as long as this run lives.
pub struct Temporary {
    /// Let go before the folder is removed.
    _lock: File,
    folder: TempDir,
}

impl Temporary {
    /// Makes one among the system's temporary files, and removes those of runs that were killed.
    ///
    /// # Errors
    /// The folder or its lock cannot be made.
    pub fn new() -> io::Result<Self> {
        Self::among(&std::env::temp_dir())
    }

    fn among(all: &Path) -> io::Result<Self> {
        for dead in dead(all) {
            // What cannot be removed is somebody else's to look at, and in nobody's way.
            if let Err(error) = std::fs::remove_dir_all(&dead) {
                tracing::warn!(folder = %dead.display(), %error, "folder of a dead run stays");
            }
        }
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(all)?;
        // It has its name only when it is locked, so that a start beside this one sees no lock
        // that nobody holds.
        let unnamed = folder.path().join("starting");
        let lock = File::create(&unnamed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => error,
            TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
        })?;
        std::fs::rename(&unnamed, folder.path().join(LOCK))?;
        std::fs::create_dir(folder.path().join("units"))?;
        Ok(Self { _lock: lock, folder })
    }

    /// Where the units' folders go.
    #[must_use]
    pub fn units(&self) -> PathBuf {
        self.folder.path().join("units")
    }
}

/// Folders of runs that are over: the lock is there, and nobody holds it.
fn dead(all: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(all).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        is_folder && entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX))
    });
    let is_free = |folder: &PathBuf| {
        File::options()
            .write(true)
            .open(folder.join(LOCK))
            .is_ok_and(|lock| lock.try_lock().is_ok())
    };
    ours.map(|entry| entry.path()).filter(is_free).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The folder of a run that was killed is removed at the next start; that of a run that lives,
    /// and a folder that only has the name, stay.
    #[test]
    fn only_folders_of_dead_runs_are_removed() {
        let all = tempfile::tempdir().expect("folder");
        let lives = Temporary::among(all.path()).expect("a run");
        let Temporary { _lock: lock, folder } = Temporary::among(all.path()).expect("another run");
        std::fs::write(folder.path().join("units").join("ledger.db"), "kept").expect("file");
        // As `kill -9` leaves it: the lock is let go, and nothing is removed.
        let killed = folder.keep();
        drop(lock);
        let foreign = all.path().join(format!("{PREFIX}by-hand"));
        std::fs::create_dir(&foreign).expect("folder");
        assert_eq!(dead(all.path()), std::slice::from_ref(&killed));
        let next = Temporary::among(all.path()).expect("the next start");
        assert!(!killed.exists() && lives.units().exists() && foreign.exists());
        let folder = next.folder.path().to_owned();
        drop(next);
        assert!(!folder.exists(), "removed at its end");
    }
}
