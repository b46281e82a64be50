//! Bundles of FHIR at the terminal: written to a new file that only its owner reads, and read with
//! a limit. Such a file names a child, unless its referral is over.

use std::io::Write as _;
use std::path::Path;

use runtime::cli::{Failure, Terminal};
use runtime::private;
use runtime::texts;
use serde_json::{Value, json};

use super::import::unwritable;
use super::statements::exists;
use crate::fhir::{FILE_BYTES_MAX, FhirError, file, is_end};

texts! {
    WRITTEN = "已导出到 {0}。文件中有学生信息，请交给本机构的系统后删除。",
        "written to {0}. It names a child: give it to your own system, then delete it.";
    WRITTEN_END = "已导出到 {0}。转介已经结束或撤回，文件只说明这一点，没有学生信息。",
        "written to {0}. The referral is over or was taken back: the file says that and names no \
         child.";
}

/// Refuses a file that is there, before anything is read for it.
pub(super) fn check_new(path: &Path) -> Result<(), Failure> {
    if path.exists() { Err(exists(path)) } else { Ok(()) }
}

/// Writes a bundle and says where it is.
pub(super) fn write(
    terminal: &Terminal,
    path: &Path,
    (number, bundle): (i64, &Value),
) -> Result<(), Failure> {
    let written = private::create_file(path).and_then(|mut to| {
        to.write_all(file(bundle).as_bytes())?;
        to.sync_all()
    });
    written.map_err(|cause| unwritable(path, &cause))?;
    let value = json!({ "referral": number, "file": path.display().to_string() });
    let said = if is_end(bundle) { WRITTEN_END } else { WRITTEN };
    terminal.result(&value, |terminal| terminal.text(said, &[&path.display()]))
}

/// The bytes of a file that may be a bundle.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |cause| Failure::unreadable_file(path, &cause);
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(FhirError::Large.into());
    }
    std::fs::read(path).map_err(unreadable)
}
