//! How the last copy and the last test of one ended, for whoever looks later: files of the data
//! folder that go with no copy.
//!
//! What says nothing about copies is not kept: that another process was at it, or that there is no
//! place or no passphrase, which is looked at anew each time.

use std::io::ErrorKind;
use std::path::Path;

use runtime::sql::SqlError;
use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::config::Config;

/// How the last attempt to make a copy ended.
const MADE: &str = "serve.backup-made";
/// How the last test of a copy with its passphrase ended.
const PROVEN: &str = "serve.backup-proven";

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Name of the copy that was tried; empty where one was to be made.
    pub copy: String,
    /// Why it failed; nothing where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Why an attempt failed, as far as what mends it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A disk has no room left.
    Full,
    /// The copy is damaged, or is of another hub.
    Broken,
    /// The passphrase does not open it.
    Passphrase,
    /// Something could not be read or written.
    Other,
}

/// How the last attempt to make a copy ended, if there was one.
#[must_use]
pub fn last_made(config: &Config) -> Option<Outcome> {
    load(config, MADE)
}

/// How the last test of a copy with its passphrase ended, if there was one.
#[must_use]
pub fn last_proven(config: &Config) -> Option<Outcome> {
    load(config, PROVEN)
}

pub(super) fn keep_made<T>(config: &Config, ended: &Result<T, BackupError>, now_ms: i64) {
    keep(config, (MADE, ""), ended, now_ms);
}

pub(super) fn keep_proven<T>(
    config: &Config,
    copy: &Path,
    ended: &Result<T, BackupError>,
    now_ms: i64,
) {
    let name = copy.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    keep(config, (PROVEN, name), ended, now_ms);
}

fn keep<T>(
    config: &Config,
    (file, copy): (&str, &str),
    ended: &Result<T, BackupError>,
    now_ms: i64,
) {
    let fault = match ended {
        Ok(_) => None,
        Err(error) => match fault(error) {
            None => return,
            known => known,
        },
    };
    let outcome = Outcome { at_ms: now_ms, copy: copy.to_owned(), fault };
    if let Err(error) = save(config, file, &outcome) {
        // On a full disk neither the copy nor this can be written; the log has it.
        tracing::warn!(%error, "how a backup ended was not written down");
    }
}

/// Nothing for what says nothing about copies.
fn fault(error: &BackupError) -> Option<Fault> {
    match error {
        BackupError::Away | BackupError::Busy | BackupError::NoKey | BackupError::NoCopy => None,
        BackupError::Store(SqlError::Full) => Some(Fault::Full),
        BackupError::File(cause) | BackupError::Store(SqlError::File(cause)) => {
            Some(if is_full(cause.kind()) { Fault::Full } else { Fault::Other })
        }
        BackupError::Damaged | BackupError::Content | BackupError::Chain | BackupError::Foreign => {
            Some(Fault::Broken)
        }
        BackupError::Passphrase => Some(Fault::Passphrase),
        BackupError::Store(_) | BackupError::NotEmpty => Some(Fault::Other),
    }
}

fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

fn load(config: &Config, file: &str) -> Option<Outcome> {
    // One that was cut says nothing; the next attempt writes it anew.
    toml::from_str(&std::fs::read_to_string(config.path(file)).ok()?).ok()
}

fn save(config: &Config, file: &str, outcome: &Outcome) -> Result<(), BackupError> {
    let text = toml::to_string(outcome).map_err(|_| BackupError::Damaged)?;
    let part = config.path(&format!("{file}.new"));
    let written =
        std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, config.path(file)));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    Ok(written?)
}

#[cfg(test)]
mod tests {
    use super::super::destroyed::tests::config;
    use super::*;

    /// The last attempt is kept with what mends it; what says nothing about copies changes nothing.
    #[test]
    fn the_last_attempt_is_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let config = config(folder.path());
        assert_eq!(last_made(&config), None);
        let full = std::io::Error::from(ErrorKind::StorageFull);
        keep_made::<()>(&config, &Err(full.into()), 7);
        let outcome = |at_ms, fault| Some(Outcome { at_ms, copy: String::new(), fault });
        assert_eq!(last_made(&config), outcome(7, Some(Fault::Full)));
        for nothing in [BackupError::Away, BackupError::Busy, BackupError::NoKey] {
            keep_made::<()>(&config, &Err(nothing), 8);
        }
        assert_eq!(last_made(&config), outcome(7, Some(Fault::Full)));
        keep_made(&config, &Ok(()), 9);
        assert_eq!(last_made(&config), outcome(9, None));
        let copy = folder.path().join("copy");
        keep_proven::<()>(&config, &copy, &Err(BackupError::Content), 10);
        let proven = last_proven(&config).expect("kept");
        assert_eq!((proven.copy.as_str(), proven.fault), ("copy", Some(Fault::Broken)));
        assert!(!config.path("serve.backup-made.new").exists());
    }
}
