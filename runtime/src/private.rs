//! Files and folders that only their owner reads from the first moment, files that are replaced as
//! a whole, and copies that are half made until they are whole.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

/// How the name of a copy ends that is being made.
pub const PART: &str = ".part";

/// How the name of a file ends that takes another one's place once it is whole.
const NEW: &str = ".new";

/// A new file that only this user reads; one that is there already is left as it is.
///
/// # Errors
/// It is there, or cannot be made.
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Replaces a file as a whole or not at all, by one that only this user reads and that is on the
/// disk before it takes the name. One at a time: what was left half written goes.
///
/// # Errors
/// It cannot be written; the file of before is there as it was.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(NEW);
    let new = Path::new(&new);
    let replaced = write_new(new, bytes).and_then(|()| std::fs::rename(new, path));
    if replaced.is_err() {
        // The error is what counts; what is half written has another name.
        let _ = std::fs::remove_file(new);
    }
    replaced
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut file = create_file(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new folder that only this user enters.
///
/// # Errors
/// It is there, or cannot be made.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a new name in a folder durable; other systems than Unix do it with the rename.
///
/// # Errors
/// The folder cannot be opened or written down.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Removes what earlier copies of a unit, whose names begin alike, left half made.
///
/// # Errors
/// The folder cannot be read, or a half copy not removed.
pub fn sweep(folder: &Path, prefix: &str) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_half = name.to_str().is_some_and(|n| n.starts_with(prefix) && n.ends_with(PART));
        if is_half && entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is half made of one unit goes; whole copies, other units' and files stay.
    #[test]
    fn only_half_copies_of_a_unit_are_swept() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["x-A-1.part", "x-A-1", "x-B-1.part"] {
            make_folder(&at(name)).expect("made");
        }
        create_file(&at("x-A-2.part")).expect("a file of that name");
        assert!(create_file(&at("x-A-2.part")).is_err(), "what is there stays");
        sweep(folder.path(), "x-A-").expect("swept");
        let stays = |name: &str| at(name).exists();
        assert!(!stays("x-A-1.part"));
        assert!(stays("x-A-1") && stays("x-B-1.part") && stays("x-A-2.part"));
    }

    /// What is there is replaced whole, also after a process that ended half way; where nothing can
    /// be written, it stays.
    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().expect("folder");
        let (path, new) = (folder.path().join("file"), folder.path().join("file.new"));
        create_file(&new).expect("left half written");
        for bytes in [b"first", b"other"] {
            replace_file(&path, bytes).expect("replaced");
            assert_eq!(std::fs::read(&path).expect("read"), bytes);
        }
        assert!(!new.exists());
        make_folder(&new).expect("in the way");
        assert!(replace_file(&path, b"third").is_err());
        assert_eq!(std::fs::read(&path).expect("read"), b"other");
    }

    /// Nobody else on the machine reads what is made here.
    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        create_file(&at("file")).expect("file");
        replace_file(&at("other"), b"").expect("other");
        make_folder(&at("folder")).expect("folder");
        let mode = |name: &str| at(name).metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!(["file", "other", "folder"].map(mode), [0o600, 0o600, 0o700]);
    }
}
