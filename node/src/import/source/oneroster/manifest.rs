//! The manifest of a bundle: its version, and of each table whether it is whole.

use std::collections::HashMap;

use super::BundleError;
use super::part::Part;

/// Versions that are read here.
const VERSIONS: [&str; 2] = ["1.1", "1.2"];

/// What a bundle says of one of its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Everything.
    Bulk,
    /// What changed.
    Delta,
    /// It is not there.
    Absent,
}

/// What a manifest says.
pub(super) struct Manifest {
    /// Version of the form.
    pub(super) version: &'static str,
    said: HashMap<String, String>,
}

impl Manifest {
    pub(super) fn of(part: &Part) -> Result<Self, BundleError> {
        let property = |row| part.cell(row, "propertyName").to_ascii_lowercase();
        let value = |row| part.cell(row, "value").to_owned();
        let said: HashMap<String, String> =
            part.rows.iter().map(|row| (property(row), value(row))).collect();
        let found = said.get("oneroster.version").cloned().unwrap_or_default();
        let is_it = |version: &&str| {
            found
                .strip_prefix(*version)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        match VERSIONS.into_iter().find(is_it) {
            Some(version) => Ok(Self { version, said }),
            None => Err(BundleError::Version(found.chars().take(20).collect())),
        }
    }

    /// What it says of a file; nothing where it does not name it.
    pub(super) fn mode(&self, file: &'static str) -> Result<Option<Mode>, BundleError> {
        let name = file.strip_suffix(".csv").unwrap_or(file).to_ascii_lowercase();
        let Some(said) = self.said.get(&format!("file.{name}")) else { return Ok(None) };
        match said.to_ascii_lowercase().as_str() {
            "bulk" => Ok(Some(Mode::Bulk)),
            "delta" => Ok(Some(Mode::Delta)),
            "absent" => Ok(Some(Mode::Absent)),
            _ => Err(BundleError::Mode { file, value: said.chars().take(20).collect() }),
        }
    }
}
