//! What a school knows of its own sealed sums, exactly, as the shipped attacker takes it: the part
//! that a school which colludes with others puts beside what a department has seen.
//!
//! It holds small counts about this school's children. It is for the principal, is written to a
//! file of this machine, and nothing here sends it anywhere.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::SMALL_BELOW;
use domain::disclosure::attacker::{Course, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View};
use domain::disclosure::sealed::{Answer, SealedTable, SealedTables, measure_of};
use domain::period::Period;
use runtime::sql::{SqlError, Tx};

use super::Context;
use crate::ledger::sealed::{self as register, StoredReport};

/// Most reports of a year that are looked at.
const REPORTS_MAX: u32 = 20_000;

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FiguresError {
    /// No such year is under seal, or its roster does not list this school.
    #[error("school year {0} is not under seal for this school")]
    Year(i16),
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// The exact tables that this school sealed about a school year; DANGER: small counts.
///
/// Reports that were refused are left out: nobody sums them. Those sealed before figures were
/// kept are left out too.
///
/// # Errors
/// The year is not under seal here, or the ledger cannot be read.
pub fn danger_own_view(tx: &Tx<'_>, context: &Context, year: i16) -> Result<View, FiguresError> {
    let sealing = context.year(year).ok_or(FiguresError::Year(year))?;
    let roster = &sealing.year().roster;
    let school = roster.school(&context.unit).ok_or(FiguresError::Year(year))?;
    let mut tables: Vec<SeenTable> = Vec::new();
    let mut periods = BTreeSet::new();
    for report in register::all(tx, REPORTS_MAX)? {
        let refused = |verdict: &register::KeptVerdict| verdict.answer == Answer::Refused;
        if report.verdict.as_ref().is_some_and(refused) {
            continue;
        }
        let Some(table) = table_of(context, &report, year) else { continue };
        let Some(cells) = register::figures(tx, &report.name, table.cells())? else { continue };
        periods.insert(report.period.clone());
        tables.push(seen(context, (&report, &table), &cells));
    }
    let own = Unit { parent: None, level: "school".to_owned(), has: school.categories() };
    let period = |id: String| SeenPeriod { id, parts: Vec::new() };
    Ok(View {
        k: SMALL_BELOW,
        units: BTreeMap::from([(context.unit.to_string(), own)]),
        periods: periods.into_iter().map(period).collect(),
        course: Course::Series,
        tables,
    })
}

/// The table that a report is of, by the catalogue of its period.
fn table_of(context: &Context, report: &StoredReport, year: i16) -> Option<SealedTable> {
    let period: Period = report.period.parse().ok()?;
    let span = context.span(period).ok().filter(|span| span.school_year == year)?;
    let (_, catalogue) = context.catalogue_for(&report.table, span.from)?;
    SealedTables::of(&catalogue).table(&report.table).cloned()
}

fn seen(
    context: &Context,
    (report, table): (&StoredReport, &SealedTable),
    cells: &[u64],
) -> SeenTable {
    let cell = |(place, count): (usize, &u64)| {
        let key = table.block().values_at(place).unwrap_or_default();
        let key = key.into_iter().map(str::to_owned).collect();
        SeenCell { key, printed: Printed::Exact(*count) }
    };
    let id = report.table.as_str();
    SeenTable {
        id: report.name.clone(),
        unit: context.unit.to_string(),
        period: report.period.clone(),
        measure: measure_of(id).to_owned(),
        dims: table.block().dims().map(|dim| dim.as_str().to_owned()).collect(),
        members: None,
        carried: BTreeMap::new(),
        cells: cells.iter().enumerate().map(cell).collect(),
    }
}
