//! A federation for tests and benchmarks: real hubs and members over real TLS on the loopback.
//!
//! Every federation has its own folder, authorities, ports and clock, and stops when it is
//! dropped. Units are put into the registry directly; enrolment has tests of its own.

mod authority;
mod down;
mod figures;
mod hub;
mod member;
mod office;
mod packs;
mod stated;

use std::path::PathBuf;

use runtime::clock::Clock;

pub use authority::Authority;
pub use down::{Memory, publish};
pub use figures::{Figures, clear_cells, rounded_cells};
pub use hub::RunningHub;
pub use member::{Member, NoHooks, admit_school, eventually};
pub use office::name_responsible;
pub use packs::{PackName, signed_pack, stated_keys};
pub use stated::{believe, keep, recipient_stated, relay_stated};

/// The zone of all test federations.
pub const ZONE: &str = "test.example";

/// The term that test figures are about.
pub const TERM: &str = "2025S1";

/// A folder, a city's authorities and a clock.
pub struct Federation {
    folder: tempfile::TempDir,
    authority: Authority,
    clock: Clock,
}

impl Federation {
    /// Makes a folder and the authorities of a city.
    ///
    /// # Panics
    /// The machine gives no folder or no keys.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(Clock::system())
    }

    /// The same under a clock of the caller's.
    ///
    /// # Panics
    /// The machine gives no folder or no keys.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test without a folder cannot go on")]
    pub fn with_clock(clock: Clock) -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let authority = Authority::new(clock.now());
        Self { folder, authority, clock }
    }

    /// The city's authorities.
    #[must_use]
    pub const fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The clock of all units.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// A unit's data folder.
    #[must_use]
    pub fn path(&self, unit: &str) -> PathBuf {
        self.folder.path().join(unit)
    }

    /// The folder that holds every unit's.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Default for Federation {
    fn default() -> Self {
        Self::new()
    }
}
