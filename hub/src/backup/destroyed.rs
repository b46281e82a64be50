//! Keys that were destroyed, outside of the store that a backup would put back: a list in the data
//! folder, the same beside the copies, and in every later copy.
//!
//! A key that was destroyed is taken out of the copies at the place; where that is not there, as
//! soon as it is. What a person has of it elsewhere is hers to destroy.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use domain::digest::Digest;
use runtime::private;

use super::schedule::Plan;
use super::{BackupError, SEALED, Scratch, TRIAL, busy, found, prefix};
use crate::config::Config;

/// The list in the data folder: the beginning of a key's number in each line.
const LIST: &str = "backup.destroyed";
/// Longest list that is read.
const LIST_BYTES_MAX: u64 = 1 << 20;
/// Folders of a copy that hold such keys.
const KEYS: [&str; 2] = ["share-keys", "relay-keys"];

/// Notes that a key is destroyed, before its file goes: no copy brings it back from then on.
///
/// # Errors
/// The list cannot be written.
pub fn forget(config: &Config, key: &Digest) -> Result<(), BackupError> {
    let mut all: BTreeSet<String> = known(config)?.into_iter().collect();
    all.insert(key.short());
    write(&config.path(LIST), &all)?;
    // A test that was killed left the key there; one that runs takes it away itself.
    if let Ok(_busy) = busy(config) {
        drop(Scratch::file(config.path(TRIAL)));
    }
    Ok(())
}

/// Takes what was noted out of the copies that are within reach, once the key itself is gone.
///
/// # Errors
/// A copy could not be changed; it is tried again with the next backup.
pub fn clear_copies(config: &Config) -> Result<(), BackupError> {
    match Plan::load(config)? {
        Some(plan) => sweep_places(config, &plan),
        None => Ok(()),
    }
}

/// The keys that are known here to have been destroyed.
pub(super) fn known(config: &Config) -> Result<Vec<String>, BackupError> {
    read(&config.path(LIST))
}

/// Keeps in a data folder that was put back what is known of destroyed keys.
pub(super) fn keep(config: &Config, gone: &[String]) -> Result<(), BackupError> {
    let mut all: BTreeSet<String> = known(config)?.into_iter().collect();
    all.extend(gone.iter().cloned());
    write(&config.path(LIST), &all)
}

/// The same beside copies.
pub(super) fn beside(place: &Path, config: &Config) -> Result<Vec<String>, BackupError> {
    read(&list_at(place, config))
}

/// Takes destroyed keys out of the copies at the place of a plan, and says there which they are.
///
/// # Errors
/// A file cannot be written or removed.
pub(super) fn sweep_places(config: &Config, plan: &Plan) -> Result<(), BackupError> {
    let gone = known(config)?;
    if gone.is_empty() || !plan.to.is_dir() {
        return Ok(());
    }
    let mut all: BTreeSet<String> = beside(&plan.to, config)?.into_iter().collect();
    let known = all.len();
    all.extend(gone.iter().cloned());
    if all.len() > known {
        write(&list_at(&plan.to, config), &all)?;
    }
    for made in found(&plan.to, config) {
        for folder in KEYS {
            remove(&plan.to.join(&made.name).join(folder), &gone)?;
        }
    }
    Ok(())
}

/// Removes the keys of a folder that were destroyed, sealed ones too.
pub(super) fn remove(folder: &Path, gone: &[String]) -> Result<(), BackupError> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if is_of(&name, gone) {
            crate::share_key::erase_file(&path)?;
        }
    }
    Ok(())
}

/// Whether a file is that of a key that was destroyed: its name ends with the key's number.
pub(super) fn is_of(name: &str, gone: &[String]) -> bool {
    // One that is being erased has another ending.
    let name = name.strip_suffix(".gone").or(name.strip_suffix(SEALED)).unwrap_or(name);
    let stem = name.strip_suffix(".key").unwrap_or_default();
    let number = stem.rsplit_once('-').map(|(_, number)| number).filter(|one| !one.is_empty());
    number.is_some_and(|number| gone.iter().any(|key| key.starts_with(number)))
}

fn list_at(place: &Path, config: &Config) -> PathBuf {
    place.join(format!("{}destroyed.txt", prefix(config)))
}

fn read(path: &Path) -> Result<Vec<String>, BackupError> {
    let length = match std::fs::metadata(path) {
        Ok(found) => found.len(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => return Err(cause.into()),
    };
    if length > LIST_BYTES_MAX {
        return Err(BackupError::Damaged);
    }
    let text = std::fs::read_to_string(path)?;
    // A line that is no number could stand for every key.
    let is_number = |line: &&str| line.len() >= 8 && line.bytes().all(|b| b.is_ascii_hexdigit());
    Ok(text.lines().map(str::trim).filter(is_number).map(str::to_owned).collect())
}

fn write(path: &Path, all: &BTreeSet<String>) -> Result<(), BackupError> {
    let lines: Vec<&str> = all.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
    private::replace_file(path, lines.concat().as_bytes())?;
    Ok(path.parent().map_or(Ok(()), private::sync_folder)?)
}

#[cfg(test)]
pub(super) mod tests {
    use certs::digest::sha256;

    use super::*;
    use crate::config::File;

    pub(in super::super) fn config(data: &Path) -> Config {
        let file = File {
            unit: "370200".to_owned(),
            kind: "city".to_owned(),
            district: String::new(),
            zone: "qd.example".to_owned(),
            name_zh: "市".to_owned(),
            name_en: String::new(),
            listen: "127.0.0.1:1".to_owned(),
            advertise: "127.0.0.1:1".to_owned(),
            console: "127.0.0.1:2".to_owned(),
            parent_address: String::new(),
            parent_name: String::new(),
            helper_address: String::new(),
        };
        Config::check(data, &file).expect("configuration")
    }

    /// A key that is destroyed goes from the copies, and the place says so; where the place is not
    /// there, as soon as it is. Other keys stay.
    #[test]
    fn a_destroyed_key_goes_from_the_copies() {
        let folder = tempfile::tempdir().expect("folder");
        let (data, usb) = (folder.path().join("data"), folder.path().join("usb"));
        std::fs::create_dir(&data).expect("folder");
        let config = config(&data);
        let plan = Plan { to: usb.clone(), hour: 2, keep: 3 };
        plan.save(&config).expect("plan");
        let (gone, stays) = (sha256(b"gone"), sha256(b"stays"));
        forget(&config, &gone).expect("noted");
        let keys = usb.join("xinqiao-hub-370200-2026-01-01-0200").join("share-keys");
        std::fs::create_dir_all(&keys).expect("copy");
        let above = keys.parent().expect("copy");
        std::fs::write(above.join("manifest.sealed"), b"sealed").expect("manifest");
        let file = |key: &Digest| keys.join(format!("17-{}.key.sealed", key.short()));
        for key in [&gone, &stays] {
            std::fs::write(file(key), b"sealed").expect("key");
        }
        sweep_places(&config, &plan).expect("swept");
        assert!(!file(&gone).exists() && file(&stays).exists());
        assert_eq!(beside(&usb, &config).expect("list"), [gone.short()]);
        assert!(is_of(&format!("17-{}.key.gone", gone.short()), &[gone.short()]));
        assert!(!is_of("17-.key", &[gone.short()]));
    }
}
