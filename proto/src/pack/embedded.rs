//! The packs that are built in. A city publishes the same bytes by default, so their digests are
//! the same everywhere until it publishes its own.

use domain::catalogue::Catalogue;
use domain::period::Calendar;
use domain::scale::Scale;

use super::{Divisions, PackError, PackKind, calendar, catalogue, divisions, scale};

/// A built-in pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedPack {
    /// What it is about.
    pub kind: PackKind,
    /// Name within its kind; a scale's id.
    pub name: &'static str,
    /// Revision that its text states.
    pub version: u32,
    /// The text, as it is signed and sent.
    pub bytes: &'static [u8],
}

macro_rules! packs {
    ($($kind:ident $name:literal $version:literal $path:literal),+ $(,)?) => {
        /// Every built-in pack.
        pub const PACKS: &[EmbeddedPack] = &[$(EmbeddedPack {
            kind: PackKind::$kind,
            name: $name,
            version: $version,
            bytes: include_bytes!(concat!("../../packs/", $path)),
        },)+];
    };
}

packs! {
    Catalogue "catalogue" 3 "catalogue.toml",
    Calendar "calendar" 1 "calendar.toml",
    Divisions "divisions" 1 "divisions.csv",
    Scale "asq" 1 "scales/asq.toml",
    Scale "ces-d" 1 "scales/ces-d.toml",
    Scale "ces-dc" 1 "scales/ces-dc.toml",
    Scale "dass-21" 1 "scales/dass-21.toml",
    Scale "gad-7" 1 "scales/gad-7.toml",
    Scale "isi" 1 "scales/isi.toml",
    Scale "k6" 1 "scales/k6.toml",
    Scale "mht" 1 "scales/mht.toml",
    Scale "mssmhs" 1 "scales/mssmhs.toml",
    Scale "phq-4" 1 "scales/phq-4.toml",
    Scale "phq-9" 1 "scales/phq-9.toml",
    Scale "phq-a" 1 "scales/phq-a.toml",
    Scale "rcads-47" 1 "scales/rcads-47.toml",
    Scale "scl-90" 1 "scales/scl-90.toml",
    Scale "sdq-self" 1 "scales/sdq-self.toml",
    Scale "who-5" 1 "scales/who-5.toml",
    Scale "demo-dass-42" 1 "scales/demo-dass-42.toml",
    Scale "demo-phq9-gad7" 1 "scales/demo-phq9-gad7.toml",
    Scale "demo-yrbs-2019" 1 "scales/demo-yrbs-2019.toml",
}

/// The bytes of a built-in pack.
#[must_use]
pub fn find(kind: PackKind, name: &str) -> Option<&'static EmbeddedPack> {
    PACKS.iter().find(|pack| pack.kind == kind && pack.name == name)
}

fn bytes(kind: PackKind, name: &str) -> &'static [u8] {
    find(kind, name).map_or(&[], |pack| pack.bytes)
}

/// The built-in catalogue.
///
/// # Errors
/// None in a build whose tests pass.
pub fn catalogue() -> Result<Catalogue, PackError> {
    catalogue::read("catalogue", bytes(PackKind::Catalogue, "catalogue"))
}

/// The built-in term calendar.
///
/// # Errors
/// None in a build whose tests pass.
pub fn calendar() -> Result<Calendar, PackError> {
    calendar::read("calendar", bytes(PackKind::Calendar, "calendar"))
}

/// The built-in divisions.
///
/// # Errors
/// None in a build whose tests pass.
pub fn divisions() -> Result<Divisions, PackError> {
    divisions::read("divisions", bytes(PackKind::Divisions, "divisions"))
}

/// A built-in scale.
///
/// # Errors
/// No such scale; nothing else in a build whose tests pass.
pub fn scale(id: &str) -> Result<Scale, PackError> {
    scale::read(id, bytes(PackKind::Scale, id))
}

/// Every built-in scale, demonstration packs among them.
///
/// # Errors
/// None in a build whose tests pass.
pub fn scales() -> Result<Vec<Scale>, PackError> {
    PACKS
        .iter()
        .filter(|pack| pack.kind == PackKind::Scale)
        .map(|pack| scale::read(pack.name, pack.bytes))
        .collect()
}
