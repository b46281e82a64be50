//! Where the units of a city lie, and how their programs are started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use runtime::web::Lang;

use super::build::{Addresses, BuildError};
use super::process::{Launcher, ProcessError, Program};

/// Folders, addresses and programs of a city. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    dir: PathBuf,
    launcher: Launcher,
    addresses: Arc<BTreeMap<String, Addresses>>,
}

impl Site {
    pub(super) fn new(
        dir: &Path,
        launcher: Launcher,
        addresses: BTreeMap<String, Addresses>,
    ) -> Self {
        Self { dir: dir.to_owned(), launcher, addresses: Arc::new(addresses) }
    }

    /// The same whose programs speak a language.
    pub(super) fn speaking(self, lang: Lang) -> Self {
        Self { launcher: self.launcher.speaking(lang), ..self }
    }

    /// A unit's data folder, or one of the city's own.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Where a hub listens.
    #[must_use]
    pub fn addresses(&self, unit: &str) -> Option<Addresses> {
        self.addresses.get(unit).copied()
    }

    /// Starts commands of this city.
    #[must_use]
    pub const fn launcher(&self) -> &Launcher {
        &self.launcher
    }

    /// A folder of the city's own, made if it is not there.
    pub(super) fn made(&self, name: &str) -> Result<PathBuf, BuildError> {
        let folder = self.folder(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// Runs a command in a hub's folder.
    ///
    /// # Errors
    /// It failed.
    pub async fn hub(&self, unit: &str, args: &[&str]) -> Result<String, ProcessError> {
        let data = path_text(&self.folder(unit));
        let mut all = args.to_vec();
        all.extend(["--data", &data]);
        self.launcher.run(Program::Hub, unit, &all).await
    }

    /// Runs a command in a school's folder.
    ///
    /// # Errors
    /// It failed.
    pub async fn node(&self, unit: &str, args: &[&str]) -> Result<String, ProcessError> {
        let data = path_text(&self.folder(unit));
        let mut all = args.to_vec();
        all.extend(["--data", &data]);
        self.launcher.run(Program::Node, unit, &all).await
    }

    /// Runs a ceremony of a commission.
    pub(super) async fn authority(
        &self,
        commission: &str,
        args: &[&str],
    ) -> Result<String, ProcessError> {
        self.launcher.run(Program::Authority, commission, args).await
    }

    /// A file of a commission.
    pub(super) fn authority_file(&self, commission: &str, name: &str) -> String {
        path_text(&self.folder(&format!("ca-{commission}")).join(name))
    }
}

/// A path as an argument of a command.
pub(super) fn path_text(path: &Path) -> String {
    path.display().to_string()
}
