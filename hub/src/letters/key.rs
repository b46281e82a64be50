//! The keys with which this hub opens letters as a relay: files in the data folder, readable by
//! their owner only, as its other keys.
//!
//! A newer one is made before the statement about the older one ends; both open what was sealed to
//! them for as long as their files are there. A key is destroyed once no letter that was sealed to
//! it can come any more, and a signed record stays: whoever kept letters learns from no old disk
//! where they went.

use std::path::{Path, PathBuf};

use certs::digest::sha256;
use certs::key::SigningKey;
use certs::keyfile::KeyfileError;
use certs::seal::{RelayKey, SealError};
use certs::statement::{Purpose, StatedKey};
use domain::digest::Digest;
use domain::disclosure::sealed::lv;
use jiff::{SignedDuration, Timestamp};
use runtime::sql::{SqlError, Tx};

use super::rules::WAIT_SECONDS;
use super::stated;
use crate::config::Config;
use crate::relay::witnessed;
use crate::share_key::{erase_file, sweep_folder};
use crate::store::share_key_record::{self, Record};

const FOLDER: &str = "relay-keys";
const EXTENSION: &str = "key";

/// How far a clock may be ahead of what was witnessed and kept: a night in which the hub was off.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);

/// What a record of a destroyed key is signed as.
pub const CONTEXT: &str = "xinqiao-relay-key-destroyed-v1";

/// A key that this hub holds.
pub struct Held {
    pub(super) key: RelayKey,
    /// When it was made, in milliseconds since 1970.
    pub made_at_ms: i64,
    /// Its file.
    path: PathBuf,
}

/// How a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// No statement that is kept here names it.
    Unstated,
    /// Letters are sealed to it until then.
    Until(Timestamp),
    /// Its statements ended then; what was sealed to it before may still come.
    Ended(Timestamp),
    /// No letter that was sealed to it can come any more: it is to be destroyed.
    Over,
}

/// Why a key cannot be made, read or destroyed.
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
    /// Letters that were sealed to it may still come.
    #[error("letters that were sealed to the key may still come")]
    Needed,
    /// The record cannot be signed.
    #[error(transparent)]
    Key(#[from] certs::key::KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
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

    /// How it stands, by the statements that are kept. A letter waits thirty days at most, here and
    /// before it comes. A clock that is ahead of what the serving hub has witnessed ends no key.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn stands(&self, tx: &Tx<'_>, config: &Config, now: Timestamp) -> Result<Stands, SqlError> {
        let (digest, named) = (self.digest(), stated::own_keys(tx, &config.unit)?);
        let seen = witnessed(tx)?.and_then(|at_ms| Timestamp::from_millisecond(at_ms).ok());
        let now =
            seen.and_then(|seen| seen.checked_add(AHEAD).ok()).map_or(now, |most| now.min(most));
        let Some((_, until)) = named.into_iter().find(|(key, _)| *key == digest) else {
            return Ok(Stands::Unstated);
        };
        let last = until.checked_add(SignedDuration::from_secs(WAIT_SECONDS));
        Ok(match last.unwrap_or(Timestamp::MAX) {
            last if last <= now => Stands::Over,
            _ if until <= now => Stands::Ended(until),
            _ => Stands::Until(until),
        })
    }

    /// Writes the signed record of a key that is about to be destroyed, after the record before it.
    ///
    /// # Errors
    /// Letters that were sealed to it may still come, or the record cannot be signed or stored.
    pub fn record(
        &self,
        tx: &Tx<'_>,
        (config, identity): (&Config, &SigningKey),
        now: Timestamp,
    ) -> Result<(), RelayKeyError> {
        if self.stands(tx, config, now)? != Stands::Over {
            return Err(RelayKeyError::Needed);
        }
        let (now_ms, previous) = (now.as_millisecond(), share_key_record::last_link(tx)?);
        let bytes = lv(&[
            CONTEXT.as_bytes(),
            config.zone().as_str().as_bytes(),
            config.unit.as_str().as_bytes(),
            Purpose::Relay.as_str().as_bytes(),
            self.digest().to_string().as_bytes(),
            &now_ms.to_be_bytes(),
            &previous,
        ]);
        let record = Record {
            key: self.digest().to_tagged(),
            link: sha256(&bytes).to_tagged(),
            signature: identity.sign(CONTEXT, &bytes)?.to_bytes(),
            bytes,
            made_at_ms: now_ms,
        };
        Ok(share_key_record::append(tx, &record)?)
    }

    /// Overwrites the file and removes it; the record stands by then. Copies of it are the
    /// operators' to destroy.
    ///
    /// # Errors
    /// The file is still there.
    pub fn erase(&self) -> Result<(), RelayKeyError> {
        Ok(erase_file(&self.path)?)
    }
}

/// Goes on with files of keys that were destroyed when this hub was ended.
///
/// # Errors
/// A file is still there.
pub fn sweep(config: &Config) -> Result<(), RelayKeyError> {
    Ok(sweep_folder(&config.path(FOLDER))?)
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
    key.danger_save_plain(&path).map_err(|cause| RelayKeyError::Keyfile(path.clone(), cause))?;
    Ok(Held { key, made_at_ms: now_ms, path })
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
        held.push(Held { key, made_at_ms: made_at(&path), path });
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
