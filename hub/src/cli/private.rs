//! Files that hold a secret: readable by their owner only, and never written over another file.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use runtime::cli::{Exit, Failure, Sentence};
use runtime::private;

use super::words;

/// A file that was made before the secret was, so that no secret is made that cannot be kept.
pub(super) struct Reserved<'p> {
    path: &'p Path,
    file: File,
}

impl<'p> Reserved<'p> {
    /// Makes the empty file.
    pub(super) fn new(path: &'p Path) -> Result<Self, Failure> {
        match private::create_file(path) {
            Ok(file) => Ok(Self { path, file }),
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                let message = Sentence::new(words::OUT_EXISTS, &[&path.display()]);
                Err(Failure::new(Exit::Refused, "FILE_EXISTS", message)
                    .hint(words::OUT_EXISTS_NEXT))
            }
            Err(cause) => Err(unwritable(path, &cause)),
        }
    }

    /// Writes the secret as one line.
    pub(super) fn fill(mut self, line: &str) -> Result<(), Failure> {
        let written = writeln!(self.file, "{line}").and_then(|()| self.file.sync_all());
        written.map_err(|cause| unwritable(self.path, &cause))
    }

    /// Takes the empty file away again, because there is no secret to put into it.
    pub(super) fn give_up(self) {
        // An empty file left behind would only puzzle the operator.
        let _ = std::fs::remove_file(self.path);
    }
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Failure {
    let message = Sentence::new(words::OUT_UNWRITABLE, &[&path.display()]);
    Failure::new(Exit::Failed, "FILE_UNWRITABLE", message).because(cause)
}
