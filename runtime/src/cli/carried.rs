//! What goes wrong with files that carry a link for a unit without a network, by stable code.

use std::path::Path;

use super::{Exit, Failure, Sentence};
use crate::private;
use crate::texts;
use crate::uplink::bundle::BundleError;
use proto::limits::BUNDLE_BYTES_MAX;

texts! {
    UNREADABLE = "这不是离线包文件，什么都没有收下", "the file is no bundle; nothing was taken";
    UNREADABLE_NEXT = "请核对文件；在原机器上重新生成后再拷贝一次。",
        "Look at the file; make it again where it comes from, and copy it once more.";
    SIGNER = "离线包的签名不是本单位的上级或成员的，什么都没有收下",
        "the bundle is not signed by this unit's hub or a member; nothing was taken";
    SIGNER_NEXT = "请核对是哪个单位的文件；确认无误的，请联系枢纽运维。",
        "See whose file it is; where it is the right one, ask the hub's operator.";
    ADDRESSEE = "这个离线包是给别的单位的，什么都没有收下",
        "the bundle is for another unit; nothing was taken";
    ADDRESSEE_NEXT = "请换成给本单位的文件。", "Take the file that is for this unit.";
    FAILED = "离线包没有处理完；已收下的都在，可以用同一个文件再来一次",
        "the bundle was not taken to its end; what was taken stays, and the file can be taken \
         again";
    FAILED_NEXT = "请看看磁盘空间，再试一次。", "Look at the space of the disk, then try again.";
    FULL = "枢纽空间不足，没有收完；已收下的都在", "the hub has no space left; what was taken stays";
    FULL_NEXT = "请清出空间，再用同一个文件来一次。", "Make room, then take the same file again.";
    FILE = "文件 {0} 读不出或写不了", "the file {0} cannot be read or written";
    FILE_NEXT = "请检查 U 盘和文件名。", "Look at the stick and at the name of the file.";
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Store(error) => error.into(),
            BundleError::Link(error) => error.into(),
            BundleError::Key(_) => Self::of_bundle(error.code(), "").because(&error),
            _ => Self::of_bundle(error.code(), ""),
        }
    }
}

impl Failure {
    /// Why a file was not taken, by the stable code; `said` is the English of the log, for a code
    /// that a connection has too.
    #[must_use]
    pub fn of_bundle(code: &str, said: &str) -> Self {
        let (exit, code, text, next) = match code {
            "BUNDLE_UNREADABLE" => {
                (Exit::Invalid, "BUNDLE_UNREADABLE", UNREADABLE, UNREADABLE_NEXT)
            }
            "BUNDLE_SIGNER" => (Exit::Authentication, "BUNDLE_SIGNER", SIGNER, SIGNER_NEXT),
            "BUNDLE_ADDRESSEE" => (Exit::Refused, "BUNDLE_ADDRESSEE", ADDRESSEE, ADDRESSEE_NEXT),
            "BUNDLE_FAILED" => (Exit::Failed, "BUNDLE_FAILED", FAILED, FAILED_NEXT),
            "HUB_FULL" => (Exit::Failed, "HUB_FULL", FULL, FULL_NEXT),
            other => return Self::of_link(other, said),
        };
        Self::new(exit, code, text).hint(next)
    }
}

/// A file that was carried here.
///
/// # Errors
/// It cannot be read, or is too large for one.
pub fn read_carried(path: &Path) -> Result<Vec<u8>, Failure> {
    let length = std::fs::metadata(path).map_err(|cause| unusable(path, &cause))?.len();
    if usize::try_from(length).map_or(true, |length| length > BUNDLE_BYTES_MAX) {
        return Err(Failure::of_bundle("BUNDLE_UNREADABLE", ""));
    }
    std::fs::read(path).map_err(|cause| unusable(path, &cause))
}

/// Writes a file that is to be carried, whole or not at all; one of that name is replaced.
///
/// # Errors
/// It cannot be written.
pub fn write_carried(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    private::replace_file(path, bytes).map_err(|cause| unusable(path, &cause))
}

fn unusable(path: &Path, cause: &std::io::Error) -> Failure {
    let message = Sentence::new(FILE, &[&path.display()]);
    Failure::new(Exit::Failed, "BUNDLE_FILE", message).hint(FILE_NEXT).because(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file is written whole or not at all, and replaces the one of before.
    #[test]
    fn a_file_is_written_whole() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("to-hub.xq");
        for bytes in [b"first", b"other"] {
            write_carried(&path, bytes).expect("written");
            assert_eq!(read_carried(&path).expect("read"), bytes);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
        let away = folder.path().join("away").join("file");
        assert_eq!(write_carried(&away, b"x").expect_err("no folder").code(), "BUNDLE_FILE");
        assert_eq!(read_carried(&away).expect_err("no file").code(), "BUNDLE_FILE");
    }

    /// A code that a connection has too is said as there.
    #[test]
    fn codes_have_their_sentences() {
        for code in ["BUNDLE_UNREADABLE", "BUNDLE_SIGNER", "BUNDLE_ADDRESSEE", "HUB_FULL"] {
            assert_eq!(Failure::of_bundle(code, "log").code(), code);
        }
        assert_eq!(Failure::of_bundle("UNIT_CLOSED", "log").code(), "UNIT_CLOSED");
    }
}
