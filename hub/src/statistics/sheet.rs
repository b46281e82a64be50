//! Sheets: one table of one unit and period, decoded, with everything needed to trust it.
//!
//! The hub's own sheet is one row of its latest snapshot. A member's sheet is decoded from the
//! signed bytes of exactly the revision that the snapshot lists, so parts and whole are always of
//! one state; what came later shows in the next snapshot.

use std::sync::Arc;

use domain::catalogue::{Catalogue, TableSpec};
use domain::cell::{self, Cell};
use domain::digest::Digest;
use domain::rollup::{Coverage, Sums};
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::StatisticsError;
use crate::packs::Packs;
use crate::rollup;
use crate::store::contribution::{self, Contribution, Place};
use crate::store::{reading, shown_state};

/// One table of one unit.
#[derive(Clone, Debug)]
pub struct Sheet {
    catalogue: Arc<Catalogue>,
    table: String,
    /// Digest of the catalogue that orders its cells.
    pub digest: Digest,
    /// The sums.
    pub sums: Sums,
    /// How complete they are.
    pub coverage: Coverage,
    /// Number of the unit's snapshot; zero for a school.
    pub snapshot: u64,
    /// Root digest of the unit's snapshot.
    pub root: Option<Digest>,
    /// When it was sealed or arrived, by this hub's clock.
    pub at_ms: i64,
    /// Schools whose rounded reports have arrived and are not shown yet; zero for a member's.
    pub waiting: u32,
}

/// The signed release that a member's sheet was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Table.
    pub table: String,
    /// Revision that counts.
    pub revision: u32,
    /// Digest of the signed bytes.
    pub digest: Digest,
    /// When they arrived, by the hub's clock.
    pub arrived_at_ms: i64,
    /// Schools in them.
    pub coverage: Coverage,
}

/// A member's sheet and where it came from.
#[derive(Clone, Debug)]
pub struct MemberSheet {
    /// Member.
    pub unit: String,
    /// The release that was signed.
    pub source: Source,
    /// What it says.
    pub sheet: Sheet,
}

impl Sheet {
    /// Layout of its cells.
    #[must_use]
    pub fn spec(&self) -> Option<&TableSpec> {
        self.catalogue.table(&self.table)
    }

    /// Which table it is.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }
}

fn layout(
    packs: &Packs,
    catalogue: &[u8],
    table: &str,
) -> Result<(Digest, Arc<Catalogue>, usize), StatisticsError> {
    let digest = Digest::from_tagged(catalogue).map_err(|_| SqlError::Type)?;
    let known = packs.catalogue(&digest).ok_or(StatisticsError::Catalogue)?;
    let spec = known.table(table).ok_or(StatisticsError::Catalogue)?;
    Ok((digest, known.clone(), spec.cells()))
}

/// The hub's own sheet: its latest snapshot. Where all reports wait, nobody's are in it.
///
/// # Errors
/// The store cannot be read, or the snapshot's catalogue is not known.
pub fn own(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    (table, period): (&str, &str),
) -> Result<Option<Sheet>, StatisticsError> {
    let waiting = shown_state::waiting(tx, table, period)?;
    let Some(latest) = reading::latest(tx, table, period)? else {
        let schools_due = rollup::schools_due(tx, packs, hub, period)?;
        return Ok(empty(packs, table, schools_due)
            .filter(|_| waiting > 0)
            .map(|sheet| Sheet { waiting, ..sheet }));
    };
    let (digest, catalogue, cells) = layout(packs, &latest.catalogue, table)?;
    Ok(Some(Sheet {
        catalogue,
        table: table.to_owned(),
        digest,
        sums: latest.sums(cells)?,
        coverage: latest.coverage,
        snapshot: latest.number,
        root: Some(latest.root),
        at_ms: latest.sealed_at_ms,
        waiting,
    }))
}

/// A sheet that nobody's report is in.
fn empty(packs: &Packs, table: &str, schools_due: u32) -> Option<Sheet> {
    let known = packs.in_force();
    let cells = known.catalogue.table(table)?.cells();
    Some(Sheet {
        catalogue: known.catalogue.clone(),
        table: table.to_owned(),
        digest: known.digest,
        sums: Sums::empty(cells),
        coverage: Coverage { schools_due, ..Coverage::default() },
        snapshot: 0,
        root: None,
        at_ms: 0,
        waiting: 0,
    })
}

/// The members' sheets that a snapshot is made of, in order of unit.
///
/// # Errors
/// The store cannot be read, or a stored release does not fit its catalogue.
pub fn members(
    tx: &Tx<'_>,
    packs: &Packs,
    own: &Sheet,
    period: &str,
) -> Result<Vec<MemberSheet>, StatisticsError> {
    let Some(described) = reading::described(tx, own.snapshot)? else {
        return Ok(Vec::new());
    };
    let mut current = contribution::all_current(tx, &own.table, period)?;
    let mut sheets = Vec::new();
    for line in described.contributions.lines() {
        let mut words = line.split(' ');
        let (Some(unit), Some(Ok(revision))) = (words.next(), words.next().map(str::parse)) else {
            return Err(SqlError::Type.into());
        };
        let at = current.binary_search_by(|known| known.place.unit.as_str().cmp(unit)).ok();
        let found = at.and_then(|at| current.get_mut(at)).filter(|c| c.revision == revision);
        let listed = match found {
            Some(found) => found.clone(),
            None => earlier(tx, unit, own, period, revision)?,
        };
        sheets.push(member(packs, &listed)?);
    }
    Ok(sheets)
}

fn earlier(
    tx: &Tx<'_>,
    unit: &str,
    own: &Sheet,
    period: &str,
    revision: u32,
) -> Result<Contribution, StatisticsError> {
    let place =
        Place { unit: unit.to_owned(), table: own.table.clone(), period: period.to_owned() };
    let found = reading::revision(tx, &place, revision)?;
    Ok(found.ok_or(SqlError::Type)?)
}

fn member(packs: &Packs, listed: &Contribution) -> Result<MemberSheet, StatisticsError> {
    let claimed = proto::release::decode(&listed.body).map_err(|_| SqlError::Type)?;
    let table = listed.place.table.as_str();
    let (digest, catalogue, cells) = layout(packs, &listed.catalogue, table)?;
    let unpacked = cell::unpack(&claimed.cells, cells).map_err(|_| SqlError::Type)?;
    let contributors = match &claimed.provenance {
        Some(sums) => cell::unpack_counts(&sums.contributors, cells).map_err(|_| SqlError::Type)?,
        None => unpacked.iter().map(|cell| u32::from(matches!(cell, Cell::Value(_)))).collect(),
    };
    let values = unpacked.into_iter().map(|cell| cell.value().unwrap_or(0)).collect();
    let sums = Sums::from_parts(values, contributors).map_err(|_| SqlError::Type)?;
    let (due, reported) = match &claimed.provenance {
        Some(sums) => (sums.schools_due, sums.schools_reported),
        None => (1, 1),
    };
    let coverage =
        Coverage { schools_due: due, schools_reported: reported, persons: claimed.header.persons };
    let provenance = claimed.provenance.as_ref();
    let source = Source {
        table: table.to_owned(),
        revision: listed.revision,
        digest: Digest::from_tagged(&listed.digest).map_err(|_| SqlError::Type)?,
        arrived_at_ms: listed.arrived_at_ms,
        coverage,
    };
    Ok(MemberSheet {
        unit: listed.place.unit.clone(),
        source,
        sheet: Sheet {
            catalogue,
            table: table.to_owned(),
            digest,
            sums,
            coverage,
            snapshot: provenance.map_or(0, |sums| sums.snapshot),
            root: provenance.map(|sums| sums.root),
            at_ms: listed.arrived_at_ms,
            waiting: 0,
        },
    })
}
