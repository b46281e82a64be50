//! Where each number came from: snapshots, the signed releases in them, and what came too late.

use std::collections::HashSet;

use domain::period::Period;
use runtime::sql::Tx;
use runtime::web::{Lang, time};
use serde::Serialize;
use utoipa::ToSchema;

use super::StatisticsError;
use super::holdings::Holdings;
use super::report::{CoverageOut, NameOut, instant};
use super::sheet::Sheet;
use super::table::everything;
use super::value::UnitName;
use crate::packs::Packs;
use crate::store::reading;

/// One signed release in a sum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceOut {
    /// Unit that signed it.
    pub unit: String,
    /// Its name.
    pub name: NameOut,
    /// Revision that counts.
    pub revision: u32,
    /// Digest of the signed bytes, in hexadecimal.
    pub digest: String,
    /// When they arrived, in UTC.
    pub arrived_at: String,
    /// Schools in them.
    pub coverage: CoverageOut,
    #[serde(skip)]
    arrived_at_ms: i64,
}

/// Where the numbers of one table came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TableSourceOut {
    /// Table.
    pub table: String,
    /// Number of the snapshot.
    pub snapshot: u64,
    /// Root digest over its contributions, in hexadecimal.
    pub root: String,
    /// When it was sealed, in UTC.
    pub sealed_at: String,
    /// How complete it is.
    pub coverage: CoverageOut,
    /// Releases that came later and go into the next snapshot.
    pub late: u32,
    /// Its contributions.
    pub contributions: Vec<SourceOut>,
}

/// Where the numbers of a period came from, table by table.
///
/// # Errors
/// The store cannot be read.
pub fn provenance(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    period: Period,
) -> Result<Vec<TableSourceOut>, StatisticsError> {
    sources(tx, &everything(tx, packs, at, period)?)
}

pub(super) fn sources(
    tx: &Tx<'_>,
    holdings: &Holdings,
) -> Result<Vec<TableSourceOut>, StatisticsError> {
    let period = holdings.period.to_string();
    let mut tables = Vec::new();
    for sheet in &holdings.whole.sheets {
        let Some(root) = sheet.root else { continue };
        let contributions = holdings.members.iter().flat_map(|member| {
            let sources = member.sources.iter().filter(|source| source.table == sheet.table());
            sources.map(|source| SourceOut {
                unit: member.unit.id.to_string(),
                name: (&member.unit.label).into(),
                revision: source.revision,
                digest: source.digest.to_string(),
                arrived_at: instant(source.arrived_at_ms),
                coverage: source.coverage.into(),
                arrived_at_ms: source.arrived_at_ms,
            })
        });
        tables.push(TableSourceOut {
            table: sheet.table().to_owned(),
            snapshot: sheet.snapshot,
            root: root.to_string(),
            sealed_at: instant(sheet.at_ms),
            coverage: sheet.coverage.into(),
            late: late(tx, sheet, &period)?,
            contributions: contributions.collect(),
        });
    }
    Ok(tables)
}

/// Contributions that count now and are not in the snapshot.
pub(super) fn late(tx: &Tx<'_>, sheet: &Sheet, period: &str) -> Result<u32, StatisticsError> {
    let Some(described) = reading::described(tx, sheet.snapshot)? else {
        return Ok(0);
    };
    let sealed: HashSet<(&str, &str)> = described
        .contributions
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            words.next().zip(words.next())
        })
        .collect();
    let current = reading::current_revisions(tx, sheet.table(), period)?;
    let late = current.iter().filter(|(unit, revision)| {
        !sealed.contains(&(unit.as_str(), revision.to_string().as_str()))
    });
    Ok(u32::try_from(late.count()).unwrap_or(u32::MAX))
}

/// Where the numbers came from, as the lines of a tree.
#[must_use]
pub fn tree_lines(tables: &[TableSourceOut], lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    for table in tables {
        let (snapshot, schools) = match lang {
            Lang::Zh => ("快照", "校"),
            Lang::En => ("snapshot", "schools"),
        };
        let root: String = table.root.chars().take(16).collect();
        lines.push(format!(
            "{}  {snapshot} {}  {root}  {} {schools}",
            table.table,
            table.snapshot,
            schools_of(table.coverage)
        ));
        let last = table.contributions.len().saturating_sub(1);
        for (at, source) in table.contributions.iter().enumerate() {
            let branch = if at == last { "└─" } else { "├─" };
            let digest: String = source.digest.chars().take(16).collect();
            lines.push(format!(
                "{branch} {} {}  r{}  {digest}  {}  {} {schools}",
                source.name.in_lang(lang).to_owned(),
                source.unit,
                source.revision,
                time::minute(source.arrived_at_ms),
                schools_of(source.coverage)
            ));
        }
    }
    lines
}

pub(super) fn schools_of(coverage: CoverageOut) -> String {
    format!("{}/{}", coverage.schools_reported, coverage.schools_due)
}
