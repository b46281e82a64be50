//! Writing a file so that a reader sees the old or the new one, never half of it.
//!
//! The file is readable by its owner only from its first byte on; it is on the disk before it
//! takes the old one's place.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::digest::random_bytes;

/// Largest key or chain file that is read.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Replaces a file as a whole, with mode 0600; two at the same time leave the file of one of them.
///
/// # Errors
/// The folder or the disk; then the old file is still there, whole.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = sibling(path);
    let written = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The old file is still whole; a left-over sibling would only puzzle the operator.
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_folder(path))
}

/// Reads a small file, refusing one that cannot be a key or a chain by its size.
pub(crate) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let length = fs::metadata(path)?.len();
    if length > FILE_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "file is too large for a key"));
    }
    fs::read(path)
}

fn sibling(path: &Path) -> PathBuf {
    let mark = u32::from_be_bytes(random_bytes());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{mark:08x}.new"));
    path.with_file_name(name)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the new name itself durable; other systems than Unix do it with the rename.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second write replaces the first, leaves no sibling, and stays private.
    #[test]
    fn a_file_is_replaced_whole_and_private() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("unit.pem");
        write_private(&path, b"first").expect("write");
        write_private(&path, b"second").expect("write");
        assert_eq!(read_small(&path).expect("read"), b"second");
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).expect("metadata").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
