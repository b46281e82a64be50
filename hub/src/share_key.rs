//! The keys with which this hub opens its halves of sealed sums: files in the data folder, readable
//! by their owner only, as its other keys. Several are held; which one counts for a year is said
//! by the plan's key statement.
//!
//! A key is destroyed once no opening of its years can come any more, and a signed record stays.

use std::path::{Path, PathBuf};

use certs::digest::sha256;
use certs::key::SigningKey;
use certs::keyfile::KeyfileError;
use certs::seal::{SealError, ShareKey};
use certs::statement::{Purpose, StatedKey};
use domain::digest::Digest;
use domain::disclosure::sealed::lv;
use domain::unit::{UnitId, UnitKind};
use jiff::civil::Date;
use runtime::sealing::SealedYears;
use runtime::sql::{SqlError, Tx};

use crate::config::Config;
use crate::store::share_key_record::{self, Record};

const FOLDER: &str = "share-keys";
const EXTENSION: &str = "key";
/// Extension of a key that is being destroyed.
const GONE: &str = "gone";

/// What a record of a destroyed key is signed as.
pub const CONTEXT: &str = "xinqiao-share-key-destroyed-v1";

/// First day, after the school year, on which a year's openings are over: late weeks and the
/// objections to them have had a month.
const OVER: (i8, i8) = (10, 1);

/// A key that this hub holds.
pub struct Held {
    /// The key.
    pub key: ShareKey,
    /// When it was made, in milliseconds since 1970.
    pub made_at_ms: i64,
    /// Its file.
    pub path: PathBuf,
}

/// Why a key cannot be made, read or destroyed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShareKeyError {
    /// A file cannot be read or written.
    #[error("a key file cannot be read or written")]
    File(#[from] std::io::Error),
    /// A file holds no key of this hub.
    #[error("{0} holds no key of this hub for sealed sums")]
    Keyfile(PathBuf, #[source] KeyfileError),
    /// The key cannot be made.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Openings of the school year that begins then may still come.
    #[error("openings of school year {0} may still come")]
    Needed(i16),
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

    /// Areas and school years of plans that name the key, those too that do not hold now.
    #[must_use]
    pub fn years(&self, years: &SealedYears) -> Vec<(UnitId, i16)> {
        let key = self.digest();
        let named = years.naming(&key);
        named.map(|(area, year)| (area.clone(), year)).collect()
    }
}

/// The half that a hub of a kind opens.
#[must_use]
pub fn purpose_of(kind: UnitKind) -> Purpose {
    match kind {
        UnitKind::Helper => Purpose::AggregateHelper,
        _ => Purpose::AggregateLeader,
    }
}

/// Makes a key and keeps it.
///
/// # Errors
/// The file cannot be written; nothing is left then.
pub fn make(config: &Config, now_ms: i64) -> Result<Held, ShareKeyError> {
    let folder = config.path(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let key = ShareKey::generate(config.unit.clone(), purpose_of(config.kind))?;
    let path = folder.join(format!("{now_ms}-{}.{EXTENSION}", key.public().digest().short()));
    key.danger_save_plain(&path).map_err(|cause| ShareKeyError::Keyfile(path.clone(), cause))?;
    Ok(Held { key, made_at_ms: now_ms, path })
}

/// Every key that this hub holds, the newest first.
///
/// # Errors
/// A file cannot be read or holds no key of this hub.
pub fn held(config: &Config) -> Result<Vec<Held>, ShareKeyError> {
    let entries = match std::fs::read_dir(config.path(FOLDER)) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause.into()),
    };
    let mut held = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != EXTENSION) {
            continue;
        }
        let place = (config.unit.clone(), purpose_of(config.kind));
        let key = ShareKey::load(&path, None, place)
            .map_err(|cause| ShareKeyError::Keyfile(path.clone(), cause))?;
        held.push(Held { key, made_at_ms: made_at(&path), path });
    }
    held.sort_by_key(|one| std::cmp::Reverse(one.made_at_ms));
    Ok(held)
}

fn made_at(path: &Path) -> i64 {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let made = stem.and_then(|stem| stem.split('-').next()?.parse().ok());
    made.unwrap_or_default()
}

/// Whether a plan names a key, and every year of which one does is closed.
///
/// # Errors
/// What says whether a year is closed cannot be read.
pub fn is_closed(
    held: &Held,
    years: &SealedYears,
    is_closed: impl Fn(&UnitId, i16) -> Result<bool, SqlError>,
) -> Result<bool, SqlError> {
    let named = held.years(years);
    for (area, year) in &named {
        if !is_closed(area, *year)? {
            return Ok(false);
        }
    }
    Ok(!named.is_empty())
}

/// Whether no opening can come any more of any year whose plan names the key.
///
/// # Errors
/// The first year of which openings may still come.
pub fn check_over(held: &Held, years: &SealedYears, today: Date) -> Result<(), ShareKeyError> {
    let (month, day) = OVER;
    let open = held.years(years).into_iter().find(|(_, year)| {
        let over = Date::new(year.saturating_add(1), month, day);
        over.map_or(true, |over| today < over)
    });
    open.map_or(Ok(()), |(_, year)| Err(ShareKeyError::Needed(year)))
}

/// The signed record of a key that is about to be destroyed, after the record before it.
///
/// # Errors
/// The record cannot be signed or stored.
pub fn record(
    tx: &Tx<'_>,
    (config, identity): (&Config, &SigningKey),
    (held, years): (&Held, &SealedYears),
    now_ms: i64,
) -> Result<Record, ShareKeyError> {
    let named = held.years(years).into_iter().map(|(area, year)| format!("{area}-{year}"));
    let named = named.collect::<Vec<_>>().join(" ");
    let previous = share_key_record::last_link(tx)?;
    let bytes = lv(&[
        CONTEXT.as_bytes(),
        config.zone().as_str().as_bytes(),
        config.unit.as_str().as_bytes(),
        held.key.purpose().as_str().as_bytes(),
        held.digest().to_string().as_bytes(),
        named.as_bytes(),
        &now_ms.to_be_bytes(),
        &previous,
    ]);
    let record = Record {
        key: held.digest().to_tagged(),
        link: sha256(&bytes).to_tagged(),
        signature: identity.sign(CONTEXT, &bytes)?.to_bytes(),
        bytes,
        made_at_ms: now_ms,
    };
    share_key_record::append(tx, &record)?;
    Ok(record)
}

/// Overwrites the file and removes it. What is left of it on the disk, and copies of it, are the
/// operators' to destroy.
///
/// It has another name first: a hub that is ended in between does not take a file that is half
/// blank for a key, and the next [`sweep`] goes on with it.
///
/// # Errors
/// The file is still there.
pub fn erase(held: &Held) -> Result<(), ShareKeyError> {
    Ok(erase_file(&held.path)?)
}

/// As [`erase`], of the file of any key.
pub(crate) fn erase_file(path: &Path) -> Result<(), std::io::Error> {
    let gone = path.with_extension(GONE);
    std::fs::rename(path, &gone)?;
    blank(&gone)
}

/// Goes on with files of keys that were destroyed when this hub was ended.
///
/// # Errors
/// A file is still there.
pub fn sweep(config: &Config) -> Result<(), ShareKeyError> {
    Ok(sweep_folder(&config.path(FOLDER))?)
}

/// As [`sweep`], in the folder of any keys.
pub(crate) fn sweep_folder(folder: &Path) -> Result<(), std::io::Error> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(cause),
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == GONE) {
            blank(&path)?;
        }
    }
    Ok(())
}

fn blank(path: &Path) -> Result<(), std::io::Error> {
    let length = std::fs::metadata(path)?.len();
    let blank = vec![0; usize::try_from(length).unwrap_or_default()];
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    std::io::Write::write_all(&mut file, &blank)?;
    file.sync_all()?;
    drop(file);
    std::fs::remove_file(path)
}
