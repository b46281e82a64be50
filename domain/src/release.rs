//! A release: one table of one unit and period in one revision, before it is signed.
//!
//! Its parts are what disclosure control or a roll-up made; there is no way to put other figures
//! into one. The cells stay packed: their number is known only with the catalogue.

use std::fmt;
use std::num::NonZeroU32;

use jiff::civil::Date;

use crate::catalogue::TableId;
use crate::digest::Digest;
use crate::disclosure::{ClearSheet, RoundedTable};
use crate::period::Period;
use crate::rollup::Snapshot;
use crate::unit::UnitId;

/// Which disclosure rule made a table's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Rule L1: operational counts exactly, bands in tens.
    Clear,
    /// Inner cells rounded to base 5.
    Rounded5,
    /// Sums of clear sheets.
    SumOfClear,
    /// Sums of rounded tables.
    SumOfRounded5,
}

impl Rule {
    /// The rule under which a hub's sums of such tables stand.
    #[must_use]
    pub const fn summed(self) -> Self {
        match self {
            Self::Clear | Self::SumOfClear => Self::SumOfClear,
            Self::Rounded5 | Self::SumOfRounded5 => Self::SumOfRounded5,
        }
    }

    /// Whether cells are rounded to base 5.
    #[must_use]
    pub const fn is_rounded(self) -> bool {
        matches!(self, Self::Rounded5 | Self::SumOfRounded5)
    }

    /// The word that is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Rounded5 => "rounded-5",
            Self::SumOfClear => "sum-of-clear",
            Self::SumOfRounded5 => "sum-of-rounded-5",
        }
    }
}

/// What identifies a release, whatever epoch carried it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseId {
    /// Unit that made it.
    pub unit: UnitId,
    /// Table that it is a version of.
    pub table: TableId,
    /// Period that it is about.
    pub period: Period,
    /// 1 for the first; the highest counts.
    pub revision: NonZeroU32,
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.unit, self.table, self.period, self.revision)
    }
}

/// What a hub says about sums that it sends up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Schools below the hub that are due.
    pub schools_due: u32,
    /// Schools whose release is in the sums.
    pub schools_reported: u32,
    /// Contributors per cell, packed.
    pub contributors: Vec<u8>,
    /// Number of the hub's snapshot.
    pub snapshot: u64,
    /// Root digest over the snapshot's contributions.
    pub root: Digest,
}

/// One table, ready to be signed, or as it was read from bytes that travelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    id: ReleaseId,
    catalogue: Digest,
    rule: Rule,
    cells: Vec<u8>,
    census_day: Option<Date>,
    persons: u64,
    provenance: Option<Provenance>,
    made_at_ms: i64,
}

/// Everything about a release that its cells do not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What identifies it.
    pub id: ReleaseId,
    /// Catalogue pack that fixes the order of the cells.
    pub catalogue: Digest,
    /// Census day of its stocks.
    pub census_day: Option<Date>,
    /// Persons enrolled at the unit or below it.
    pub persons: u64,
    /// By the sender's clock, in milliseconds since 1970 UTC.
    pub made_at_ms: i64,
}

/// The parts of a release as bytes from outside claim them; only intake turns them into figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Everything but the cells.
    pub header: Header,
    /// Rule that the sender names.
    pub rule: Rule,
    /// Packed cells.
    pub cells: Vec<u8>,
    /// What a hub says about its sums.
    pub provenance: Option<Provenance>,
}

impl Release {
    /// A school's clear sheet.
    #[must_use]
    pub fn of_clear(header: Header, sheet: &ClearSheet) -> Self {
        Self::assemble(header, Rule::Clear, crate::cell::pack(sheet.cells()), None)
    }

    /// A school's rounded table.
    #[must_use]
    pub fn of_rounded(header: Header, table: &RoundedTable) -> Self {
        Self::assemble(header, Rule::Rounded5, crate::cell::pack(table.cells()), None)
    }

    /// A hub's sums.
    #[must_use]
    pub fn of_snapshot(header: Header, rule: Rule, snapshot: &Snapshot) -> Self {
        let cells = crate::cell::pack(&snapshot.sums.cells());
        let provenance = Provenance {
            schools_due: snapshot.coverage.schools_due,
            schools_reported: snapshot.coverage.schools_reported,
            contributors: crate::cell::pack_counts(snapshot.sums.contributors()),
            snapshot: snapshot.number,
            root: snapshot.root,
        };
        Self::assemble(header, rule.summed(), cells, Some(provenance))
    }

    fn assemble(
        header: Header,
        rule: Rule,
        cells: Vec<u8>,
        provenance: Option<Provenance>,
    ) -> Self {
        let Header { id, catalogue, census_day, persons, made_at_ms } = header;
        Self { id, catalogue, rule, cells, census_day, persons, provenance, made_at_ms }
    }

    /// What identifies the release.
    #[must_use]
    pub const fn id(&self) -> &ReleaseId {
        &self.id
    }

    /// Catalogue pack that fixes the order of its cells.
    #[must_use]
    pub const fn catalogue(&self) -> Digest {
        self.catalogue
    }

    /// Rule under which its cells were made.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.rule
    }

    /// Packed cells.
    #[must_use]
    pub fn cells(&self) -> &[u8] {
        &self.cells
    }

    /// Census day of its stocks.
    #[must_use]
    pub const fn census_day(&self) -> Option<Date> {
        self.census_day
    }

    /// Persons enrolled at the unit or below it.
    #[must_use]
    pub const fn persons(&self) -> u64 {
        self.persons
    }

    /// What a hub says about its sums; nothing for a school.
    #[must_use]
    pub const fn provenance(&self) -> Option<&Provenance> {
        self.provenance.as_ref()
    }

    /// When it was made, by the sender's clock.
    #[must_use]
    pub const fn made_at_ms(&self) -> i64 {
        self.made_at_ms
    }
}
