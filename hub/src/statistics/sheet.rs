//! Sheets: one table of one unit and period, decoded, with everything needed to trust it.
//!
//! The hub's own sheet is one row of its latest snapshot. A member's sheet is decoded from the
//! signed bytes of exactly the revision that the snapshot lists, so parts and whole are always of
//! one state; what came later shows in the next snapshot.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::catalogue::{Catalogue, TableSpec, is_rounded};
use domain::cell::{self, Cell};
use domain::digest::Digest;
use domain::rollup::{Coverage, Sums};
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::StatisticsError;
use crate::packs::Packs;
use crate::rollup;
use crate::store::contradiction::{self, Contradiction};
use crate::store::contribution::{self, Contribution, Place};
use crate::store::reading::{self, Latest};
use crate::store::{shown_figure, shown_state};

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
    /// What is shown of it, where it is a rounded table.
    pub decided: Decided,
    /// Relations that the hub's own figures in it break; a member's are not judged here.
    pub contradictions: Vec<Contradiction>,
}

/// What was decided about the figures of a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Nothing: it is no rounded table, or was not decided about by the catalogue in force.
    Not,
    /// It is one school's, of which no rounded figure is shown to anybody.
    School,
    /// A code for each figure of the outline.
    Verdicts(Vec<u8>),
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

    /// Its sums as another catalogue lays them out, joined by cell key.
    #[must_use]
    pub fn fitted(&self, (digest, spec): (&Digest, &TableSpec)) -> Cow<'_, Sums> {
        let Some(own) = self.spec().filter(|_| self.digest != *digest) else {
            return Cow::Borrowed(&self.sums);
        };
        let (mut values, mut counts) = (vec![0; spec.cells()], vec![0; spec.cells()]);
        let cells = self.sums.values().iter().zip(self.sums.contributors());
        for (place, (value, count)) in cells.enumerate() {
            let key = own.cell_key(place);
            let target = key.and_then(|key| spec.index(key.indicator, &key.values));
            let Some(target) = target else { continue };
            if let (Some(sum), Some(n)) = (values.get_mut(target), counts.get_mut(target)) {
                (*sum, *n) = (*value, *count);
            }
        }
        // Both were made of one length.
        let sums = Sums::from_parts(values, counts);
        Cow::Owned(sums.unwrap_or_else(|_| Sums::empty(spec.cells())))
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
    // Only what is rounded waits for the hub's other reports.
    let waiting = if is_rounded(table) { shown_state::waiting(tx, table, period)? } else { 0 };
    let Some(latest) = reading::latest(tx, table, period)? else {
        let schools_due = rollup::schools_due(tx, packs, hub, (table, period))?;
        return Ok(empty(packs, table, schools_due)
            .filter(|_| waiting > 0)
            .map(|sheet| Sheet { waiting, ..sheet }));
    };
    let decided = if latest.is_rounded {
        decided(tx, packs, latest.number, hub.as_str())?
    } else {
        Decided::Not
    };
    let broken = contradiction::all(tx)?;
    of_latest(packs, (table, period), &latest, (waiting, decided), &broken).map(Some)
}

/// The hub's own sheets of a table for periods of one length, each as [`own`] gives it: a handful
/// of statements, however many periods there are.
///
/// # Errors
/// The store cannot be read, or a snapshot's catalogue is not known.
pub fn own_in(
    tx: &Tx<'_>,
    packs: &Packs,
    hub: &UnitId,
    (table, periods): (&str, &BTreeSet<String>),
    broken: &[Contradiction],
) -> Result<BTreeMap<String, Sheet>, StatisticsError> {
    let Some((from, to)) = periods.first().zip(periods.last()) else {
        return Ok(BTreeMap::new());
    };
    let mut arrived = BTreeMap::new();
    if is_rounded(table) {
        arrived = shown_state::arrived_in(tx, table, (from, to))?;
    }
    let latest = reading::latest_in(tx, table, (from, to))?;
    let mut shown = BTreeMap::new();
    if latest.iter().any(|(_, one)| one.is_rounded) {
        let in_force = packs.in_force().digest.to_tagged();
        shown = shown_figure::latest_in(tx, (hub.as_str(), &in_force), (table, from, to))?;
    }
    let mut found = BTreeMap::new();
    for (period, latest) in latest {
        // Periods of another length may lie between the texts of these.
        if !periods.contains(&period) {
            continue;
        }
        let arrived = arrived.remove(&period).unwrap_or(0);
        let waiting = arrived.saturating_sub(latest.coverage.schools_reported);
        let decided = match shown.remove(&latest.number) {
            Some(row) if latest.is_rounded => Decided::Verdicts(row.verdicts),
            _ => Decided::Not,
        };
        let sheet = of_latest(packs, (table, &period), &latest, (waiting, decided), broken)?;
        found.insert(period, sheet);
    }
    // What is left arrived in periods of which nothing was shown yet.
    arrived.retain(|period, schools| *schools > 0 && periods.contains(period));
    let unseen: Vec<&str> = arrived.keys().map(String::as_str).collect();
    let due = rollup::schools_due_in(tx, packs, hub, (table, &unseen))?;
    for ((period, waiting), due) in arrived.iter().zip(due) {
        let sheet = empty(packs, table, due).map(|sheet| Sheet { waiting: *waiting, ..sheet });
        found.extend(sheet.map(|sheet| (period.clone(), sheet)));
    }
    Ok(found)
}

/// A sheet of the hub's own from its latest snapshot and what is known beside it.
fn of_latest(
    packs: &Packs,
    (table, period): (&str, &str),
    latest: &Latest,
    (waiting, decided): (u32, Decided),
    broken: &[Contradiction],
) -> Result<Sheet, StatisticsError> {
    let (digest, catalogue, cells) = layout(packs, &latest.catalogue, table)?;
    let is_here = |one: &&Contradiction| {
        !one.is_opened() && one.tables.contains(table) && one.from.to_string() == period
    };
    Ok(Sheet {
        catalogue,
        table: table.to_owned(),
        digest,
        contradictions: broken.iter().filter(is_here).cloned().collect(),
        sums: latest.sums(cells)?,
        coverage: latest.coverage,
        snapshot: latest.number,
        root: Some(latest.root),
        at_ms: latest.sealed_at_ms,
        waiting,
        decided,
    })
}

/// What was decided about a unit's figures in a snapshot, by the catalogue in force.
fn decided(
    tx: &Tx<'_>,
    packs: &Packs,
    snapshot: u64,
    unit: &str,
) -> Result<Decided, StatisticsError> {
    let in_force = packs.in_force().digest.to_tagged();
    let found = shown_figure::of_unit(tx, snapshot, (unit, &in_force))?;
    Ok(found.map_or(Decided::Not, |shown| Decided::Verdicts(shown.verdicts)))
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
        decided: Decided::Not,
        contradictions: Vec::new(),
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
    let mut sheets = listed(tx, packs, (&own.table, period), &described.contributions)?;
    let shown = shown_figure::of(tx, own.snapshot)?;
    let in_force = packs.in_force().digest.to_tagged();
    for member in sheets.iter_mut().filter(|member| member.sheet.root.is_some()) {
        let row = shown.iter().find(|row| row.unit == member.unit && row.catalogue == in_force);
        member.sheet.decided =
            row.map_or(Decided::Not, |row| Decided::Verdicts(row.verdicts.clone()));
    }
    Ok(sheets)
}

/// The members' sheets of a list of contributions, in order of unit.
///
/// # Errors
/// The store cannot be read, or a stored release does not fit its catalogue.
pub fn listed(
    tx: &Tx<'_>,
    packs: &Packs,
    (table, period): (&str, &str),
    contributions: &str,
) -> Result<Vec<MemberSheet>, StatisticsError> {
    let mut current = contribution::all_current(tx, table, period)?;
    let mut sheets = Vec::new();
    for line in contributions.lines() {
        let mut words = line.split(' ');
        let (Some(unit), Some(Ok(revision))) = (words.next(), words.next().map(str::parse)) else {
            return Err(SqlError::Type.into());
        };
        let at = current.binary_search_by(|known| known.place.unit.as_str().cmp(unit)).ok();
        let found = at.and_then(|at| current.get_mut(at)).filter(|c| c.revision == revision);
        let listed = match found {
            Some(found) => found.clone(),
            None => earlier(tx, (unit, table, period), revision)?,
        };
        sheets.push(member(packs, &listed)?);
    }
    Ok(sheets)
}

fn earlier(
    tx: &Tx<'_>,
    (unit, table, period): (&str, &str, &str),
    revision: u32,
) -> Result<Contribution, StatisticsError> {
    let (unit, table, period) = (unit.to_owned(), table.to_owned(), period.to_owned());
    let place = Place { unit, table, period };
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
            decided: if provenance.is_some() { Decided::Not } else { Decided::School },
            contradictions: Vec::new(),
        },
    })
}
