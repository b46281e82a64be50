//! Secrets from a file or from standard input; never from a flag, which other users could read.

use std::io::Read;
use std::path::Path;

use zeroize::Zeroizing;

use super::{Exit, Failure, Sentence, words};

/// Largest file that is read as a secret: an e-mail with an invite in it.
pub const SECRET_BYTES_MAX: u64 = 256 * 1024;

/// Reads a secret text from a file, or from standard input where the path is `-`.
///
/// # Errors
/// The file does not exist, cannot be read, is too large or is no UTF-8 text.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let limit = SECRET_BYTES_MAX + 1;
    let shown = path.display();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|cause| unreadable(path, &cause))?;
    let whole = u64::try_from(bytes.len()).is_ok_and(|length| length < limit);
    let text = std::str::from_utf8(&bytes).ok().filter(|_| whole);
    match text {
        Some(text) => Ok(Zeroizing::new(text.to_owned())),
        None => Err(Failure::new(
            Exit::Invalid,
            "FILE_NOT_TEXT",
            Sentence::new(words::FILE_NOT_TEXT, &[&shown]),
        )),
    }
}

/// A file that could not be opened or read.
pub(super) fn unreadable(path: &Path, cause: &std::io::Error) -> Failure {
    let (exit, code) = match cause.kind() {
        std::io::ErrorKind::NotFound => (Exit::NotFound, "FILE_NOT_FOUND"),
        _ => (Exit::Failed, "FILE_UNREADABLE"),
    };
    let text = match exit {
        Exit::NotFound => words::FILE_NOT_FOUND,
        _ => words::FILE_UNREADABLE,
    };
    Failure::new(exit, code, Sentence::new(text, &[&path.display()])).because(cause)
}
