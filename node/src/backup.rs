//! Backups: a copy of the whole data folder, once a day, in the folder that the settings name.
//!
//! Both stores are copied while the ledger takes no entry, the outbox first. So what was sealed,
//! handed over or answered in between is in the copy of the ledger or in neither, and what the
//! outbox has beside it says the same. A copy says of itself that it is one, so that whoever opens
//! it knows that letters may have left since. It is under another name until it is whole, is as
//! encrypted as its original, and opens like a data folder. Where the place is not there (a disk
//! that is not plugged in) nothing is made in its stead.

mod proof;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use runtime::clock::{instant_ms, local_of};
use runtime::private::{self, PART};
use runtime::sql::SqlError;

use crate::app::{CERTIFICATES, COPY_MARK, Node};
use crate::config::{BackupPlan, Config};

pub use proof::{ProofError, prove};

/// How the instant stands in a name.
const INSTANT: &str = "%Y-%m-%d-%H%M";
/// Copies that are looked at.
const FOUND_MAX: usize = 1_000;
const DAY_MS: i64 = 86_400_000;

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

/// Why no copy was made; what was there before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The place is not there.
    #[error("the place for backups is not there")]
    Away,
    /// A file could not be copied.
    #[error("a file could not be copied")]
    Copy(#[from] io::Error),
    /// A store could not be copied.
    #[error("a store could not be copied")]
    Store(#[from] SqlError),
}

/// Makes a copy now, then lets go of those that are too many or too old.
///
/// # Errors
/// The place is not there, is full, or something cannot be read; no half copy is left.
pub fn make(node: &Node, plan: &BackupPlan) -> Result<Made, BackupError> {
    if !plan.to.is_dir() {
        return Err(BackupError::Away);
    }
    let (prefix, now_ms) = (prefix(node.config()), node.clock().now_ms());
    let name = format!("{prefix}{}", local_of(now_ms).strftime(INSTANT));
    let (part, whole) = (plan.to.join(format!("{name}{PART}")), plan.to.join(&name));
    if !whole.exists() {
        private::sweep(&plan.to, &prefix)?;
        let filled = fill(node, &part)
            .and_then(|()| Ok(std::fs::rename(&part, &whole)?))
            .and_then(|()| Ok(private::sync_folder(&plan.to)?));
        if let Err(error) = filled {
            // The error is what counts; a half copy that stays is swept with the next one.
            let _ = std::fs::remove_dir_all(&part);
            return Err(error);
        }
    }
    prune(plan, node.config(), now_ms);
    let made = found(plan, node.config()).into_iter().find(|made| made.name == name);
    made.ok_or_else(|| BackupError::Copy(io::ErrorKind::NotFound.into()))
}

/// The whole copies of this school at the place, the newest first; none where it is not there.
#[must_use]
pub fn found(plan: &BackupPlan, config: &Config) -> Vec<Made> {
    let prefix = prefix(config);
    let Ok(entries) = std::fs::read_dir(&plan.to) else { return Vec::new() };
    // Whatever else lies there: what is ours is looked for by its name before anything is counted.
    let ours = entries.filter_map(|entry| {
        let entry = entry.ok()?;
        let name = entry.file_name().into_string().ok()?;
        let made_ms = instant_ms(DateTime::strptime(INSTANT, name.strip_prefix(&prefix)?).ok()?);
        let path = entry.path();
        let is_whole = path.join("ledger.db").is_file() && path.join("transfer.db").is_file();
        is_whole.then(|| Made { name, made_ms, bytes: bytes_of(&path) })
    });
    let mut all: Vec<Made> = ours.take(FOUND_MAX).collect();
    all.sort_by(|a, b| (b.made_ms, &b.name).cmp(&(a.made_ms, &a.name)));
    all
}

/// Whether the copy of a day is still to be made: its hour has come and there is none of it.
#[must_use]
pub fn is_due(plan: &BackupPlan, config: &Config, now_ms: i64) -> bool {
    let now = local_of(now_ms);
    let last = found(plan, config).first().map(|made| local_of(made.made_ms).date());
    now.hour() >= plan.hour && last != Some(now.date())
}

/// Copies of several schools may lie in one place.
fn prefix(config: &Config) -> String {
    let unit = config.unit().map_or_else(|| "node".to_owned(), ToString::to_string);
    format!("xinqiao-{unit}-")
}

fn fill(node: &Node, part: &Path) -> Result<(), BackupError> {
    private::make_folder(part)?;
    copy_stores(node, part)?;
    let key = node.config().danger_key_file.as_deref().and_then(|key| key.canonicalize().ok());
    copy_files(&node.config().data, part, key.as_deref())?;
    let kept = [node.config().roots_folder(), node.config().path(CERTIFICATES)];
    for folder in kept.iter().filter(|folder| folder.is_dir()) {
        let Some(name) = folder.file_name() else { continue };
        private::make_folder(&part.join(name))?;
        copy_files(folder, &part.join(name), key.as_deref())?;
    }
    let mark = File::create(part.join(COPY_MARK))?;
    Ok(mark.sync_all()?)
}

/// A verdict is kept in the ledger and then noted as taken, and a report is sealed there and then
/// queued: were the ledger copied first, a copy could hold the second half of either alone.
fn copy_stores(node: &Node, part: &Path) -> Result<(), SqlError> {
    let (ledger, transfer) = (node.ledger().clone(), node.transfer().clone());
    let (to_ledger, to_transfer) = (part.join("ledger.db"), part.join("transfer.db"));
    node.ledger().write("backup", move |_| {
        transfer.database().copy_to(&to_transfer)?;
        ledger.database().copy_to(&to_ledger)
    })
}

/// Copies the files of a folder that belong to it: no store, which is copied as a whole, no earlier
/// copy of one, nothing that only a running process needs, no report about children, and never the
/// key that opens the copy.
fn copy_files(from: &Path, to: &Path, key: Option<&Path>) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_store = [".db", ".db-wal", ".db-shm"].iter().any(|end| name.ends_with(end));
        let is_ours = !is_store
            && !name.contains(".before-v")
            && !name.starts_with("serve.")
            && !name.starts_with("danger_");
        let is_key = key.is_some() && entry.path().canonicalize().ok().as_deref() == key;
        if is_ours && !is_key && entry.file_type()?.is_file() {
            let copy = to.join(&name);
            std::fs::copy(entry.path(), &copy)?;
            // A disk that is pulled out right after must have it.
            File::options().write(true).open(&copy)?.sync_all()?;
        }
    }
    Ok(())
}

/// Lets go of copies beyond the number that is kept, and of those that are older than copies of
/// this folder may be: a destruction says until when they can hold what was destroyed.
fn prune(plan: &BackupPlan, config: &Config, now_ms: i64) {
    let oldest_ms = now_ms.saturating_sub(DAY_MS * i64::from(config.copies_kept_days));
    for (place, made) in found(plan, config).iter().enumerate().skip(1) {
        if place >= plan.keep || made.made_ms < oldest_ms {
            let path: PathBuf = plan.to.join(&made.name);
            if let Err(error) = std::fs::remove_dir_all(path) {
                tracing::warn!(%error, "old backup not removed");
            }
        }
    }
}

fn bytes_of(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let files = entries.filter_map(|entry| entry.ok()?.metadata().ok());
    files.filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use runtime::clock::{Clock, SimulatedClock};

    use super::*;
    use crate::ledger::profile;
    use crate::unlock::Opener;

    pub(super) struct Place {
        folder: tempfile::TempDir,
        pub(super) opener: Opener,
        pub(super) node: Node,
        hand: SimulatedClock,
    }

    pub(super) fn place() -> Place {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
        let start: Timestamp = "2025-11-20T03:00:00Z".parse().expect("instant");
        let (clock, hand) = Clock::simulated(start);
        let settings = [("school_type", "junior".to_owned()), ("name_zh", "示例".to_owned())];
        crate::app::create(&data, &settings, &opener, &clock).expect("created");
        std::fs::create_dir(folder.path().join("usb")).expect("place");
        let node = crate::app::open_folder(&data, &opener, clock).expect("node");
        Place { folder, opener, node, hand }
    }

    /// The key file in the data folder, where it should not be, does not go with its copy.
    #[test]
    fn the_key_does_not_go_with_the_copy() {
        let place = place();
        let data = place.node.config().data.clone();
        std::fs::copy(place.folder.path().join("key"), data.join("machine.key")).expect("key");
        let file = data.join(crate::config::FILE_NAME);
        let values = [("danger_key_file", "machine.key".to_owned())];
        crate::config::update(&file, &values).expect("file");
        let clock = place.node.clock().clone();
        let node = crate::app::open_folder(&data, &place.opener, clock).expect("node");
        let made = make(&node, &plan(&place)).expect("made");
        let copy = place.folder.path().join("usb").join(made.name);
        assert!(copy.join("node.toml").exists() && !copy.join("machine.key").exists());
    }

    pub(super) fn plan(place: &Place) -> BackupPlan {
        BackupPlan { to: place.folder.path().join("usb"), hour: 12, keep: 2 }
    }

    fn names(place: &Place) -> Vec<String> {
        let folder = std::fs::read_dir(place.folder.path().join("usb")).expect("place");
        let mut names: Vec<String> = folder
            .map(|one| one.expect("entry").file_name().into_string().expect("name"))
            .collect();
        names.sort();
        names
    }

    /// A copy opens like a data folder and holds what the ledger held; no store lies in it
    /// readable, and nothing that does not belong to it.
    #[test]
    fn a_copy_opens_like_a_data_folder() {
        let place = place();
        let data = place.node.config().data.clone();
        for name in ["danger_local_report.csv", "ledger.db.before-v3", "serve.bell"] {
            std::fs::write(data.join(name), b"no").expect("file");
        }
        let told = |node: &Node| {
            let name = node.ledger().read(|tx| profile::load(tx).map(|p| p.map(|p| p.name_zh)));
            Result::<_, SqlError>::expect(name, "profile")
        };
        let made = make(&place.node, &plan(&place)).expect("made");
        assert_eq!(made.name, "xinqiao-node-2025-11-20-1100");
        let copy = place.folder.path().join("usb").join(&made.name);
        for name in ["danger_local_report.csv", "ledger.db.before-v3", "serve.bell"] {
            assert!(!copy.join(name).exists(), "{name}");
        }
        let bytes = std::fs::read(copy.join("ledger.db")).expect("ledger");
        assert!(!bytes.starts_with(b"SQLite format 3"), "as encrypted as its original");
        assert!(made.bytes > bytes.len() as u64);
        assert!(copy.join(COPY_MARK).exists() && !data.join(COPY_MARK).exists());
        let opened = crate::app::open_folder(&copy, &place.opener, place.node.clock().clone());
        let opened = opened.expect("opens");
        assert_eq!(told(&opened), told(&place.node));
        let times = |node: &Node| node.ledger().read(crate::ledger::letters::times).expect("times");
        assert_eq!((times(&opened), times(&place.node)), (1, 0), "the copy knows that it is one");
        assert!(!copy.join(COPY_MARK).exists(), "once");
    }

    /// A copy is due once a day from its hour on; the newest are kept, a half one is swept, copies
    /// of another school stay.
    #[test]
    fn one_copy_a_day_is_kept_for_so_long() {
        let place = place();
        let (plan, config) = (plan(&place), place.node.config().clone());
        let usb = place.folder.path().join("usb");
        for name in ["xinqiao-node-2025-11-19-1200.part", "xinqiao-other-2020-01-01-1200", "photos"]
        {
            std::fs::create_dir(usb.join(name)).expect("folder");
        }
        let due = || is_due(&plan, &config, place.node.clock().now_ms());
        assert!(!due(), "eleven in the morning");
        place.hand.advance_ms(3_600_000);
        assert!(due());
        for _ in 0..3 {
            make(&place.node, &plan).expect("made");
            assert!(!due(), "once a day");
            place.hand.advance_ms(DAY_MS);
        }
        let kept = ["photos", "xinqiao-node-2025-11-21-1200", "xinqiao-node-2025-11-22-1200"];
        assert_eq!(names(&place), [&kept[..], &["xinqiao-other-2020-01-01-1200"]].concat());
        place.hand.advance_ms(DAY_MS * 40);
        make(&place.node, &plan).expect("made");
        assert_eq!(found(&plan, &config).len(), 1, "older than copies are kept");
    }

    /// However much else lies at the place, the copies of this school are found.
    #[test]
    fn a_crowded_place_hides_no_copy() {
        let place = place();
        let (plan, config) = (plan(&place), place.node.config().clone());
        let usb = place.folder.path().join("usb");
        for n in 0..FOUND_MAX + 5 {
            std::fs::write(usb.join(format!("a-photo-{n:05}")), b"").expect("file");
        }
        place.hand.advance_ms(3_600_000);
        for _ in 0..3 {
            make(&place.node, &plan).expect("made");
            assert!(!is_due(&plan, &config, place.node.clock().now_ms()), "once a day");
            place.hand.advance_ms(DAY_MS);
        }
        assert_eq!(found(&plan, &config).len(), 2);
    }

    /// Where the place is not there nothing is made in its stead, and a copy that fails leaves no
    /// half one.
    #[test]
    fn without_its_place_nothing_is_made() {
        let place = place();
        let away = BackupPlan { to: place.folder.path().join("away"), ..plan(&place) };
        assert!(matches!(make(&place.node, &away), Err(BackupError::Away)));
        assert!(!away.to.exists() && found(&away, place.node.config()).is_empty());
        std::fs::remove_file(place.node.config().path("node.toml")).expect("removed");
        std::fs::create_dir(place.node.config().path("roots")).ok();
        let blocked = place.folder.path().join("usb/xinqiao-node-2025-11-20-1100.part");
        std::fs::write(&blocked, b"a file in the way").expect("file");
        assert!(matches!(make(&place.node, &plan(&place)), Err(BackupError::Copy(_))));
        assert!(found(&plan(&place), place.node.config()).is_empty());
    }
}
