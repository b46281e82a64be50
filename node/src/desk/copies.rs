//! Copies of the stores that the program itself has made: one before each change of their form.
//!
//! They lie on the same disk and are no backup: daily copies to another one are
//! [`crate::backup`]'s, and what the school copies by itself is not seen here.

use std::path::Path;
use std::time::UNIX_EPOCH;

/// What the name of a copy holds, behind that of its store.
const BEFORE: &str = ".before-v";
/// Copies that are shown, the newest ones.
const SHOWN_MAX: usize = 20;

/// A copy beside the stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreCopy {
    /// Name of the file.
    pub name: String,
    /// When it was made, in milliseconds since 1970.
    pub made_ms: i64,
    /// Its size.
    pub bytes: u64,
}

/// The copies in a data folder, newest first; none where it cannot be read.
#[must_use]
pub fn found(data: &Path) -> Vec<StoreCopy> {
    let Ok(entries) = std::fs::read_dir(data) else { return Vec::new() };
    let mut copies: Vec<StoreCopy> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            let (_, version) = name.split_once(BEFORE)?;
            // A copy that was not finished has more behind its number.
            let is_whole = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
            let metadata = entry.metadata().ok().filter(|_| is_whole)?;
            let made = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
            let made_ms = i64::try_from(made.as_millis()).ok()?;
            Some(StoreCopy { name, made_ms, bytes: metadata.len() })
        })
        .collect();
    copies.sort_by(|a, b| (b.made_ms, &b.name).cmp(&(a.made_ms, &a.name)));
    copies.truncate(SHOWN_MAX);
    copies
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whole copies are found, and neither the stores nor what was left half done.
    #[test]
    fn whole_copies_are_found() {
        let folder = tempfile::tempdir().expect("folder");
        for name in ["ledger.db", "ledger.db.before-v3", "transfer.db.before-v2.part", "x.before-v"]
        {
            std::fs::write(folder.path().join(name), b"1234").expect("file");
        }
        let copies = found(folder.path());
        let names: Vec<&str> = copies.iter().map(|copy| copy.name.as_str()).collect();
        assert_eq!(names, ["ledger.db.before-v3"]);
        assert!(copies.iter().all(|copy| copy.bytes == 4 && copy.made_ms > 0));
        assert_eq!(found(&folder.path().join("none")), []);
    }
}
