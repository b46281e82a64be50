//! Figures for tests: made through the real disclosure rules under the built-in catalogue.
#![expect(clippy::expect_used, reason = "the built-in catalogue is sound in a tested build")]

use std::num::NonZeroU32;
use std::sync::Arc;

use certs::digest::sha256;
use domain::catalogue::Catalogue;
use domain::cell::Cell;
use domain::digest::Digest;
use domain::disclosure::{ClearSheet, RawTable, RoundedTable, RoundingPrf};
use domain::release::{Header, Release, ReleaseId};
use proto::pack::{PackKind, embedded};

use super::TERM;

/// The built-in catalogue and its digest.
#[derive(Clone)]
pub struct Figures {
    /// The catalogue.
    pub catalogue: Arc<Catalogue>,
    /// Digest of its bytes.
    pub digest: Digest,
}

/// Rounds nothing: draws that leave a value at its lower multiple.
struct Down;

impl RoundingPrf for Down {
    fn draw(&self, _: &[u8]) -> u64 {
        u64::MAX
    }
}

impl Figures {
    /// Loads the built-in catalogue.
    ///
    /// # Panics
    /// The built-in catalogue is damaged.
    #[must_use]
    pub fn new() -> Self {
        let bytes = embedded::find(PackKind::Catalogue, "catalogue").expect("pack").bytes;
        let catalogue = Arc::new(embedded::catalogue().expect("catalogue"));
        Self { catalogue, digest: sha256(bytes) }
    }

    /// A school's clear sheet of the test term with `students` pupils in grade 7.
    ///
    /// # Panics
    /// The built-in catalogue lost its clear table.
    #[must_use]
    pub fn clear(&self, unit: &str, revision: u32, students: u64) -> Release {
        let cells = clear_cells(&self.catalogue, students);
        let raw = RawTable::new("clear.term".parse().expect("table"), cells);
        let sheet = ClearSheet::protect(raw, &self.catalogue, TERM.parse().expect("term"), &Down);
        let sheet = sheet.expect("clear sheet");
        Release::of_clear(self.header(unit, "clear.term", revision, students), &sheet)
    }

    /// A school's rounded screening table of the test term.
    ///
    /// # Panics
    /// The built-in catalogue lost its rounded table.
    #[must_use]
    pub fn rounded(&self, unit: &str, due: u64, students: u64) -> Release {
        let cells = rounded_cells(&self.catalogue, due, students);
        let raw = RawTable::new("rounded.scr.census".parse().expect("table"), cells);
        let period = TERM.parse().expect("term");
        let table =
            RoundedTable::protect(raw, &self.catalogue, period, &Down).expect("rounded table");
        Release::of_rounded(self.header(unit, "rounded.scr.census", 1, students), &table)
    }

    fn header(&self, unit: &str, table: &str, revision: u32, persons: u64) -> Header {
        Header {
            id: ReleaseId {
                unit: unit.parse().expect("unit"),
                table: table.parse().expect("table"),
                period: TERM.parse().expect("term"),
                revision: NonZeroU32::new(revision).expect("revision"),
            },
            catalogue: self.digest,
            census_day: None,
            persons,
            made_at_ms: 0,
        }
    }
}

impl Default for Figures {
    fn default() -> Self {
        Self::new()
    }
}

/// Cells of a clear sheet with pupils in one cell; counts without a ledger are unsupported.
///
/// # Panics
/// The catalogue has no clear table of the term.
#[must_use]
pub fn clear_cells(catalogue: &Catalogue, students: u64) -> Vec<Cell> {
    let spec = catalogue.table("clear.term").expect("clear table");
    let mut cells = vec![Cell::Unsupported; spec.cells()];
    let block = spec.block("base.students").expect("students");
    for cell in cells.get_mut(block.range()).expect("block") {
        *cell = Cell::Value(0);
    }
    let place = spec.index("base.students", &["junior"]).expect("cell");
    *cells.get_mut(place).expect("cell") = Cell::Value(students);
    cells
}

/// Cells of a screening partition with `due` pupils in one cell and the rest of `students`, which
/// must be a hundred for a stage to be shown, in another.
///
/// # Panics
/// The catalogue has no such table.
#[must_use]
pub fn rounded_cells(catalogue: &Catalogue, due: u64, students: u64) -> Vec<Cell> {
    let spec = catalogue.table("rounded.scr.census").expect("rounded table");
    let mut cells = vec![Cell::Value(0); spec.cells()];
    let place = spec.index("scr.census", &["due", "junior", "g7", "m"]).expect("cell");
    *cells.get_mut(place).expect("cell") = Cell::Value(due);
    let rest = spec.index("scr.census", &["negative", "junior", "g7", "m"]).expect("cell");
    *cells.get_mut(rest).expect("cell") = Cell::Value(students.saturating_sub(due));
    cells
}
