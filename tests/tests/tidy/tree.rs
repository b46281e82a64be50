//! The source tree as the rules see it: every file that we wrote, with its path from the root.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders that hold nothing we wrote: builds, tools, and code that a generator committed.
const SKIPPED: [&str; 6] = ["target", ".git", "node_modules", ".venv", "gen", "corpus"];

/// One text file of the tree.
pub struct File {
    /// Path from the root of the workspace, with forward slashes.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl File {
    /// The place of a line (counted from 0) as an editor understands it.
    pub fn at(&self, line: usize) -> String {
        format!("{}:{}", self.path, line + 1)
    }

    /// The crate that the file belongs to: its first folder.
    pub fn crate_name(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    /// Whether the file lies under one of these folders.
    pub fn is_under(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }
}

/// The root of the workspace: the folder above the crate of the tests.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file with one of these endings, sorted by path.
pub fn files(endings: &[&str]) -> Vec<File> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    paths
        .iter()
        .filter(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)))
        .map(|path| File { path: relative(&root, path), text: read(path) })
        .collect()
}

/// Every Rust file.
pub fn rust() -> Vec<File> {
    files(&[".rs"])
}

/// Whether a path from the root names a file or a folder.
pub fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// The text of a file by its path from the root.
pub fn text(path: &str) -> String {
    read(&root().join(path))
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !path.is_symlink() {
            if !SKIPPED.contains(&name.as_str()) {
                walk(&path, found);
            }
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
}

fn read(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()));
    String::from_utf8_lossy(&bytes).into_owned()
}
