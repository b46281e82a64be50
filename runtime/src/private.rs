//! Files and folders that only their owner reads from the first moment, and copies that are half
//! made until they are whole.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// How the name of a copy ends that is being made.
pub const PART: &str = ".part";

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

    /// Nobody else on the machine reads what is made here.
    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("folder");
        let (file, inner) = (folder.path().join("file"), folder.path().join("folder"));
        create_file(&file).expect("file");
        make_folder(&inner).expect("folder");
        let mode = |path: &Path| path.metadata().expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(&inner)), (0o600, 0o700));
    }
}
