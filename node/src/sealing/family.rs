//! Family: flows of a catalogue of which one counts what another counts, or a part of it.
//!
//! New alerts by tier and new alerts by source have one total at every school; what was due and
//! what was done of it in time are a whole and its part. Whoever sees the sums of both sees their
//! difference, and everybody else in it is the same, so what the one tells in a period the other
//! tells in that period and in no other: else the difference is this school's own count, or has a
//! lower end that is. So they share what was told, how far they reach back and how much fits, and a
//! table that is sealed once more tells what the other stands with, or nothing.
//!
//! What is told is told of the whole: a report of a part registers each record of its family that
//! was new in its week, whether the part counts it or not. So a record is told once, by all of them
//! together and as it was then, and what becomes of it later changes no sum.

use std::collections::BTreeMap;

use domain::catalogue::{Catalogue, Definition, Filter};
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

/// Tables that count the same records as one of them or a part of them, itself among them.
pub(super) struct Family<'t> {
    tables: Vec<&'t SealedTable>,
    counted: Option<Definition>,
}

impl<'t> Family<'t> {
    /// The family of a table; a stock stands alone: its records are persons of a day, and of no two
    /// of them anything is ever told in another period.
    pub(super) fn of(
        (all, catalogue): (&'t SealedTables, &Catalogue),
        table: &'t SealedTable,
    ) -> Self {
        let is_near = |one: &SealedTable, other: &SealedTable| {
            one.counted_within(other, catalogue) || other.counted_within(one, catalogue)
        };
        let flows = all.all().iter().filter(|other| other.kind() == Kind::Flow);
        let (mut found, mut rest): (Vec<&SealedTable>, Vec<&SealedTable>) =
            flows.partition(|other| other.id() == table.id());
        // What is near to one of them is near to all: a part of a part, two parts of one whole.
        loop {
            let (near, far): (Vec<&SealedTable>, Vec<&SealedTable>) =
                rest.into_iter().partition(|other| found.iter().any(|one| is_near(one, other)));
            rest = far;
            if near.is_empty() {
                break;
            }
            found.extend(near);
        }
        let is_found = |other: &&SealedTable| found.iter().any(|one| one.id() == other.id());
        let mut tables: Vec<&SealedTable> = all.all().iter().filter(is_found).collect();
        if tables.is_empty() {
            tables.push(table);
        }
        let counted = common(&tables, table, catalogue);
        Self { tables, counted }
    }

    /// What all of them count, or a part of it: the whole's definition, or else no more filters
    /// than all of them have; none of a table that the catalogue does not define.
    pub(super) const fn counted(&self) -> Option<&Definition> {
        self.counted.as_ref()
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

/// The definition of a table, with those filters alone that every one of some tables implies.
fn common(tables: &[&SealedTable], own: &SealedTable, catalogue: &Catalogue) -> Option<Definition> {
    let defined = |table: &SealedTable| table.counted_by(catalogue).map(|(counted, _)| counted);
    let counted: Vec<Definition> = tables.iter().filter_map(|table| defined(table)).collect();
    let mut filters: Vec<Filter> = Vec::new();
    for filter in counted.iter().flat_map(|one| &one.filters) {
        if counted.iter().all(|one| one.implies(filter)) && !filters.contains(filter) {
            filters.push(filter.clone());
        }
    }
    defined(own).map(|own| Definition { filters, ..own })
}

/// Whether two tables of a catalogue count the same records, or one a part of the other's.
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
/// nothing where the ledger has less of any. A part has cells of those that it counts by now.
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
        let Some(place) = event.place else { continue };
        let cell = found.get_mut(place)?;
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

/// The table that told a period of a refused report, where that counts the same records or one of
/// them a part of the other's: nothing of it is told in another period then.
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
