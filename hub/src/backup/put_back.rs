//! Putting a copy back: for a test beside the data folder, or for good into an empty one.
//!
//! Both do the same and look it through whole. What is put back for good does not come back with
//! keys that were destroyed since, with invites that may have been redeemed since, or with sums
//! that open before its operator entered the notes that the copy lacks.

use std::fs::File;
use std::path::{Component, Path, PathBuf};

use certs::digest::sha256;
use certs::sealed_file::FileKey;
use domain::digest::Digest;
use domain::unit::UnitKind;
use proto::wire::sync::Lane;
use runtime::private;
use runtime::sql::{Database, Options, SqlError, Tx};
use runtime::uplink::notes::pull_all_again;
use runtime::uplink::outbox::begin_epoch;

use super::destroyed::{beside, is_of, keep, remove};
use super::{
    BackupError, FOLDERS, MANIFEST, Manifest, SEALED, Scratch, TRIAL, busy, found, key, place_of,
    schema,
};
use crate::config::Config;
use crate::sealed::chain;
use crate::store::invite::{self, InviteState};
use crate::store::sealed::{notes, record};
use crate::store::{MIGRATIONS, share_key_record};
use crate::{authority, share_key};

/// Longest list of files that is read.
const MANIFEST_BYTES_MAX: u64 = 8 << 20;

/// What was found in a copy that was put back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// When it was made, in milliseconds since 1970.
    pub made_ms: i64,
    /// Tables and all their rows.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: i64,
    /// Records of opened sums, whose chain holds.
    pub records: usize,
}

/// What was put back for good, and what was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was found in it.
    pub proof: Proof,
    /// Files of keys that were destroyed since, which stay away.
    pub without: Vec<String>,
    /// Whether the hub certifies, so that its issuing key has to be put beside.
    pub issues: bool,
    /// Whether it opens no sum until its operator entered the notes since the backup.
    pub waits_for_notes: bool,
    /// Whether it holds keys of sealed sums or letters.
    pub holds_keys: bool,
    /// Invites that were open in the copy and are taken back.
    pub invites: usize,
}

/// Puts a copy back for a test and looks it through; nothing is left of the test.
///
/// # Errors
/// What is wrong with the copy, or that there was no room.
pub fn prove(config: &Config, copy: &Path, key: &FileKey) -> Result<Proof, BackupError> {
    let _busy = busy(config)?;
    trial(config, copy, key)
}

/// As [`prove`], by who made the copy and is still at it.
pub(super) fn trial(config: &Config, copy: &Path, key: &FileKey) -> Result<Proof, BackupError> {
    let scratch = Scratch::folder(config.path(TRIAL))?;
    let place = folder_of(copy);
    let manifest = manifest(copy, key)?;
    if manifest.unit != config.unit.as_str() {
        return Err(BackupError::Foreign);
    }
    put_back((copy, &manifest), key, &scratch.0, &beside(place, config)?)?;
    Config::load(&scratch.0).map_err(|_| BackupError::Damaged)?;
    look(&scratch.0, &manifest).map(|(_, proof)| proof)
}

/// Puts a copy back into a folder that does not exist or is empty, whole or not at all. `gone` are
/// beginnings of the numbers of keys that were destroyed, as far as the operator knows more.
///
/// # Errors
/// The folder holds something, or something is wrong with the copy; the folder is as it was.
pub fn restore(
    copy: &Path,
    data: &Path,
    opener: &FileKey,
    gone: &[String],
    now_ms: i64,
) -> Result<Restored, BackupError> {
    if data.exists() && std::fs::read_dir(data)?.next().is_some() {
        return Err(BackupError::NotEmpty);
    }
    // Without a slash at its end, after which a name would lie inside.
    let data: PathBuf = std::path::absolute(data)?.components().collect();
    let mut part = data.as_os_str().to_owned();
    part.push(".restore.part");
    let part = Scratch::folder(PathBuf::from(part))?;
    let manifest = manifest(copy, opener)?;
    let place = folder_of(copy);
    put_config((copy, &manifest), opener, &part.0)?;
    let config = Config::load(&part.0).map_err(|_| BackupError::Damaged)?;
    if manifest.unit != config.unit.as_str() {
        return Err(BackupError::Foreign);
    }
    let mut gone = gone.to_vec();
    gone.extend(beside(place, &config)?);
    gone.extend(later(place, &config, opener));
    put_back((copy, &manifest), opener, &part.0, &gone)?;
    let (database, proof) = look(&part.0, &manifest)?;
    gone.extend(recorded(&database)?);
    keep(&config, &gone)?;
    let without = without(&part.0, &manifest, &gone)?;
    let holds_keys = share_key::held(&config).is_ok_and(|held| !held.is_empty());
    let sums = holds_keys || config.kind == UnitKind::Helper || config.helper_address.is_some();
    let above = config.parent.is_some();
    // Never before the copy: what came between the two is asked about by this time.
    let restored_ms = now_ms.max(proof.made_ms);
    let invites = settle(&database, (sums, above), restored_ms).map_err(BackupError::Store)?;
    database.fold().map_err(BackupError::Store)?;
    drop(database);
    opener.danger_save_plain(&part.0.join(key::KEY))?;
    std::fs::copy(copy.join(key::LOCK), part.0.join(key::LOCK))?;
    if data.exists() {
        std::fs::remove_dir(&data)?;
    }
    std::fs::rename(&part.0, &data)?;
    private::sync_folder(folder_of(&data))?;
    let issues = manifest.files.iter().any(|name| name == authority::FILES.0);
    let holds_keys = holds_keys || data.join("relay-keys").is_dir();
    Ok(Restored { proof, without, issues, waits_for_notes: sums, holds_keys, invites })
}

/// The folder that a path lies in, also where it says none.
fn folder_of(path: &Path) -> &Path {
    let above = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    above.unwrap_or(Path::new("."))
}

/// Takes away keys that were destroyed, and names all that the copy had and the folder has not.
fn without(
    folder: &Path,
    manifest: &Manifest,
    gone: &[String],
) -> Result<Vec<String>, BackupError> {
    for keys in FOLDERS {
        remove(&folder.join(keys), gone)?;
    }
    let missing = manifest.files.iter().filter(|name| !folder.join(name).exists());
    Ok(missing.map(|name| file_name(name).to_owned()).collect())
}

/// What a restored store is told before anybody is served from it: new epochs upward, all
/// directives once more, notes that may be lacking, and no invite that is open.
fn settle(
    database: &Database,
    (sums, above): (bool, bool),
    now_ms: i64,
) -> Result<usize, SqlError> {
    database.write("restored", move |tx: &Tx<'_>| {
        if above {
            for lane in [Lane::Statistics, Lane::Referral] {
                begin_epoch(tx, lane, now_ms)?;
            }
        }
        if sums {
            notes::restored(tx, now_ms)?;
        }
        pull_all_again(tx)?;
        let mut taken = 0;
        for one in invite::all(tx)? {
            let is_open = matches!(one.state, InviteState::Open | InviteState::Pending);
            if is_open && invite::revoke(tx, &one.id)? {
                taken += 1;
            }
        }
        Ok(taken)
    })
}

/// Keys that later copies at the place say were destroyed.
fn later(place: &Path, config: &Config, opener: &FileKey) -> Vec<String> {
    let copies = found(place, config).into_iter();
    let said = copies.filter_map(|made| manifest(&place.join(made.name), opener).ok());
    said.flat_map(|manifest| manifest.destroyed).collect()
}

/// Keys of which the copy itself has a record that they were destroyed.
fn recorded(database: &Database) -> Result<Vec<String>, BackupError> {
    let records = database.read(share_key_record::all).map_err(BackupError::Store)?;
    let keys = records.iter().filter_map(|record| Digest::from_tagged(&record.key).ok());
    Ok(keys.map(|key| key.short()).collect())
}

fn manifest(copy: &Path, key: &FileKey) -> Result<Manifest, BackupError> {
    let path = copy.join(MANIFEST);
    if !path.is_file() {
        return Err(BackupError::NoCopy);
    }
    if std::fs::metadata(&path)?.len() > MANIFEST_BYTES_MAX {
        return Err(BackupError::Damaged);
    }
    let mut bytes = Vec::new();
    key.open(&mut File::open(&path)?, &mut bytes, &place_of("", "manifest"))?;
    serde_json::from_slice(&bytes).map_err(|_| BackupError::Damaged)
}

fn put_config(
    (copy, manifest): (&Path, &Manifest),
    key: &FileKey,
    to: &Path,
) -> Result<(), BackupError> {
    open((copy, to), key, (&manifest.id, "hub.toml"))
}

/// Opens every file of a copy that is not there yet; one of a destroyed key stays away.
fn put_back(
    (copy, manifest): (&Path, &Manifest),
    key: &FileKey,
    to: &Path,
    gone: &[String],
) -> Result<(), BackupError> {
    for name in &manifest.files {
        if !is_inside(name) {
            return Err(BackupError::Damaged);
        }
        if !is_of(file_name(name), gone) && !to.join(name).exists() {
            open((copy, to), key, (&manifest.id, name))?;
        }
    }
    Ok(())
}

fn open(
    (copy, to): (&Path, &Path),
    key: &FileKey,
    (id, name): (&str, &str),
) -> Result<(), BackupError> {
    let from = copy.join(format!("{name}{SEALED}"));
    if !from.is_file() {
        return Err(BackupError::Damaged);
    }
    let to = to.join(name);
    if let Some(folder) = to.parent().filter(|folder| !folder.is_dir()) {
        private::make_folder(folder)?;
    }
    let mut file = private::create_file(&to)?;
    key.open(&mut File::open(from)?, &mut file, &place_of(id, name))?;
    Ok(file.sync_all()?)
}

/// Whether a name stays inside the folder: a file, or one in a folder that belongs to a copy.
fn is_inside(name: &str) -> bool {
    let mut parts = Path::new(name).components().rev();
    let is_file = matches!(parts.next(), Some(Component::Normal(_)));
    let folder = parts.next().map(|part| part.as_os_str().to_owned());
    let is_ours = folder.is_none_or(|folder| FOLDERS.iter().any(|ours| folder == *ours));
    is_file && is_ours && parts.next().is_none()
}

fn file_name(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, file)| file)
}

/// Opens the store that was put back and reads all of it.
fn look(folder: &Path, manifest: &Manifest) -> Result<(Database, Proof), BackupError> {
    let opened = Database::open(&folder.join("hub.db"), Options::plain(MIGRATIONS));
    let database = opened.map_err(BackupError::Store)?;
    if !database.damage().map_err(BackupError::Store)?.is_empty() {
        return Err(BackupError::Content);
    }
    let rows = database.rows().map_err(BackupError::Store)?;
    // An older store was changed when it was opened, and has other tables.
    let is_same = |(name, rows): &(String, i64)| manifest.rows.get(name) == Some(rows);
    let is_whole = rows.len() == manifest.rows.len() && rows.iter().all(is_same);
    if manifest.schema == schema() && !is_whole {
        return Err(BackupError::Content);
    }
    let records = database.read(record::all).map_err(BackupError::Store)?;
    let keys = database.read(share_key_record::all).map_err(BackupError::Store)?;
    let holds = keys.iter().all(|record| record.link == sha256(&record.bytes).to_tagged());
    if chain::broken(&records).is_some() || !holds {
        return Err(BackupError::Chain);
    }
    let proof = Proof {
        made_ms: manifest.made_ms,
        tables: rows.len(),
        rows: rows.iter().map(|(_, rows)| rows).sum(),
        records: records.len(),
    };
    Ok((database, proof))
}
