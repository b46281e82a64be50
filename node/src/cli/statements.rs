//! Key statements at the terminal: their files, read with a limit, and the words that are read out.

use std::path::Path;

use certs::statement::{SignedStatement, StatedKey};
use certs::words::{Length, chinese, english};
use runtime::cli::{Exit, Failure, Sentence};
use runtime::texts;

texts! {
    EXISTS = "{0} 已经存在，没有改动。", "{0} is there already and was not changed.";
}

/// Largest file that is read: the statements of all schools of a city.
const FILE_BYTES_MAX: u64 = 32 << 20;

/// The statements of a file, at least one; `refused` says that it is none of these.
pub(super) fn read(
    path: &Path,
    refused: impl Fn() -> Failure,
) -> Result<Vec<SignedStatement>, Failure> {
    let unreadable = |cause| Failure::unreadable_file(path, &cause);
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(refused());
    }
    let text = std::fs::read(path).map_err(unreadable)?;
    let found = SignedStatement::all_from_pem(&text).map_err(|cause| refused().because(&cause))?;
    if found.is_empty() { Err(refused()) } else { Ok(found) }
}

/// The six words of a key, Chinese and English, as they are compared by telephone.
pub(super) fn six_words(key: &StatedKey) -> (String, String) {
    let digest = key.digest();
    (chinese(&digest, Length::Short), english(&digest, Length::Short))
}

/// A new file would take the place of one that is there.
pub(super) fn exists(path: &Path) -> Failure {
    Failure::new(Exit::Refused, "EXISTS", Sentence::new(EXISTS, &[&path.display()]))
}
