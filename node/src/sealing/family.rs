//! Family: flows of a catalogue that count the very same records, each in its own way.
//!
//! New alerts by tier and new alerts by source have one total at every school. Whoever sees the
//! totals of both sums sees their difference, and everybody else in it is the same, so what the one
//! tells in a period the other tells in that period and in no other: else the difference is this
//! school's own count. So they share what was told, how far they reach back and how much fits, and
//! a table that is sealed once more tells what the other stands with, or nothing.

use std::collections::BTreeMap;

use domain::catalogue::Catalogue;
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables};
use domain::period::Period;
use domain::span::Span;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::measure::key_of;
use super::since::of_table;
use super::{Context, Due};
use crate::indicator::Event;
use crate::ledger::sealed::{self as register, Before, Bound, StoredReport, Told};
use crate::packs::Packs;

/// Tables that count the same records as one of them, itself among them.
pub(super) struct Family<'t> {
    tables: Vec<&'t SealedTable>,
}

impl<'t> Family<'t> {
    /// The family of a table; a stock stands alone: its records are persons of a day, and of no two
    /// of them anything is ever told in another period.
    pub(super) fn of(
        (all, catalogue): (&'t SealedTables, &Catalogue),
        table: &'t SealedTable,
    ) -> Self {
        let definition = |of: &SealedTable| of.counted_by(catalogue).map(|(counted, _)| counted);
        let own = definition(table).filter(|_| table.kind() == Kind::Flow);
        let is_same = |other: &&SealedTable| {
            other.id() == table.id()
                || (other.kind() == Kind::Flow && own.is_some() && definition(other) == own)
        };
        let mut tables: Vec<&SealedTable> = all.all().iter().filter(is_same).collect();
        if tables.is_empty() {
            tables.push(table);
        }
        Self { tables }
    }

    pub(super) fn ids(&self) -> Vec<&'t str> {
        self.tables.iter().map(|table| table.id().as_str()).collect()
    }

    /// Most events of a person in a week that fit into every one of them.
    pub(super) fn per_person_max(&self) -> u32 {
        self.tables.iter().map(|table| table.per_person_max()).min().unwrap_or(1)
    }

    /// The first day whose events all of them may tell.
    pub(super) fn since(&self, context: &Context, (own, since): (Span, Date)) -> Date {
        let of = self.tables.iter().map(|table| of_table(context, table, (own, since)));
        of.max().unwrap_or(since)
    }
}

/// Whether two tables of a catalogue count the same records.
pub(super) fn is_one(
    (all, catalogue): (&SealedTables, &Catalogue),
    tables: [&SealedTable; 2],
) -> bool {
    let [one, other] = tables;
    Family::of((all, catalogue), one).ids().contains(&other.id().as_str())
}

/// Cells of a report, and what is told with them.
type CellsAndTold = (Vec<u64>, Vec<Told>);

/// Cells of a report that is bound to what another table told of its period, and what is told with
/// them: what the refused one of the same task held, where it told the very same, else the same
/// records as they are by now. Nothing where these are not whole any more.
pub(super) fn as_told(
    tx: &Tx<'_>,
    (due, other): (&Due, &str),
    counted: Option<(&[Event], &[Before])>,
) -> Result<Option<CellsAndTold>, SqlError> {
    let (own, period) = (due.table.id().as_str(), due.period.to_string());
    let told = register::told_in(tx, other, &period)?;
    if let Some(cells) = as_before(tx, due, &told)? {
        return Ok(Some((cells, told)));
    }
    let Some((events, before)) = counted else { return Ok(None) };
    let cells = same_records(due.table.counted(), (events, before), &told);
    if cells.is_none() {
        tracing::warn!(table = own, period, "what another table told is not whole any more");
    }
    Ok(cells.map(|cells| (cells, told)))
}

/// What the last report held, where it was of the same task and told this.
fn as_before(tx: &Tx<'_>, due: &Due, told: &[Told]) -> Result<Option<Vec<u64>>, SqlError> {
    let (own, period) = (due.table.id().as_str(), due.period.to_string());
    let reports = register::of_period(tx, own, &period)?;
    let Some(last) = reports.last().filter(|last| last.task == due.task.bytes()) else {
        return Ok(None);
    };
    if register::told_in(tx, own, &period)? != told {
        return Ok(None);
    }
    match register::figures(tx, &last.name, due.table.cells()) {
        Err(SqlError::Type) => Ok(None),
        found => found,
    }
}

/// The cells of exactly these amounts of these records, less what other weeks told of them first;
/// nothing where the ledger has less of any.
fn same_records(
    cells: usize,
    (events, before): (&[Event], &[Before]),
    told: &[Told],
) -> Option<Vec<u64>> {
    let amounts = told.iter().map(|one| {
        let amount = u64::try_from(one.amount).ok()?;
        Some(((one.kind.as_str(), one.record), amount))
    });
    let mut wanted: BTreeMap<(&str, i64), u64> = amounts.collect::<Option<_>>()?;
    let known = before.iter().filter(|one| !one.annulled);
    let known =
        known.map(|one| ((one.kind.as_str(), one.record), u64::try_from(one.amount).unwrap_or(0)));
    let mut known: BTreeMap<(&str, i64), u64> = known.collect();
    let mut found = vec![0_u64; cells];
    for event in events {
        let key = key_of(event.behind);
        let old = known.get_mut(&key).map_or(0, |amount| take(amount, event.amount));
        let own = wanted.get_mut(&key).map_or(0, |amount| take(amount, event.amount - old));
        let cell = found.get_mut(event.place)?;
        *cell = cell.saturating_add(own);
    }
    wanted.values().all(|amount| *amount == 0).then_some(found)
}

/// Takes up to so many of an amount; gives how many.
fn take(amount: &mut u64, most: u64) -> u64 {
    let taken = most.min(*amount);
    *amount -= taken;
    taken
}

/// The table that told a period of a refused report, where that counts the same records: nothing of
/// it is told in another period then.
///
/// # Errors
/// The store cannot be read.
pub fn told_with(
    tx: &Tx<'_>,
    packs: &Packs,
    report: &StoredReport,
) -> Result<Option<String>, SqlError> {
    let period: Option<Period> = report.period.parse().ok();
    let span = period.and_then(|period| Span::of(period, packs.calendar()).ok());
    let digest = span.and_then(|span| packs.catalogue_for(&report.table, span.from));
    let catalogue = digest.and_then(|digest| packs.catalogue(&digest));
    let Some(catalogue) = catalogue else { return Ok(None) };
    let tables = SealedTables::of(catalogue);
    let Some(table) = tables.table(&report.table) else { return Ok(None) };
    let family = Family::of((&tables, catalogue), table).ids();
    Ok(match register::bound(tx, (&family, &report.table), &report.period)? {
        Bound::To(other) => Some(other),
        Bound::Free | Bound::Unknown => None,
    })
}
