//! What a hub holds of a run of periods, read together.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::sealed::is_sealed;
use domain::period::Period;
use runtime::sql::Tx;

use super::super::holdings::{Holdings, UnitHoldings};
use super::super::listed::{self, Below};
use super::super::plan::{Indicator, Plan};
use super::super::sheet::{self, Sheet};
use super::super::value::UnitName;
use crate::opened::{self, Books};
use crate::packs::Packs;
use crate::rollup;
use crate::statistics::StatisticsError;
use crate::store::contradiction;

/// Sheets, schools due, opened sums and members of each period.
pub(super) struct Shelf {
    /// Sheets by period, one map a table in the order of the plan.
    tables: Vec<BTreeMap<String, Sheet>>,
    /// Schools that are due in periods of which a table has no sheet.
    due: BTreeMap<String, u32>,
    /// Opened sums, where anything is under seal.
    books: BTreeMap<Period, Books>,
    /// Members, where directories are counted.
    below: BTreeMap<Period, Vec<Below>>,
}

impl Shelf {
    /// Reads everything that an indicator's own figures need: of opened sums those of its tables.
    ///
    /// # Errors
    /// The store cannot be read, or holds what no known catalogue describes.
    pub(super) fn read(
        tx: &Tx<'_>,
        packs: &Packs,
        at: &UnitName,
        (indicator, periods, sealed): (Indicator<'_>, &[Period], &BTreeSet<String>),
    ) -> Result<Self, StatisticsError> {
        let catalogue = packs.in_force().catalogue.as_ref();
        // A count that is sealed and not rounded stands in no sheet.
        let plan = indicator.plan(catalogue).ok();
        let tables = plan.as_ref().map(Plan::tables).unwrap_or_default();
        let tables: Vec<&str> = tables.into_iter().filter(|table| !is_sealed(table)).collect();
        let texts: BTreeSet<String> = periods.iter().map(ToString::to_string).collect();
        let broken = if tables.is_empty() { Vec::new() } else { contradiction::all(tx)? };
        let mut found = Vec::with_capacity(tables.len());
        for table in &tables {
            found.push(sheet::own_in(tx, packs, &at.id, (table, &texts), &broken)?);
        }
        let is_short = |text: &&str| found.iter().any(|sheets| !sheets.contains_key(*text));
        let short: Vec<&str> = texts.iter().map(String::as_str).filter(is_short).collect();
        let first = tables.first().copied().unwrap_or("");
        let due = rollup::schools_due_in(tx, packs, &at.id, (first, &short))?;
        let due = short.iter().map(|text| (*text).to_owned()).zip(due).collect();
        let (mut books, mut below) = (BTreeMap::new(), BTreeMap::new());
        let is_listed = listed::of(indicator.id()).is_some();
        for period in periods {
            let own = opened::books_of(tx, packs, &at.id, *period, Some(sealed))?;
            if own.is_sealed() {
                books.insert(*period, own);
            }
            if is_listed {
                let text = period.to_string();
                below.insert(*period, listed::below(tx, packs, (&at.id, &text))?);
            }
        }
        Ok(Self { tables: found, due, books, below })
    }

    /// What is held of one period; each can be taken once.
    pub(super) fn take(&mut self, at: &UnitName, period: Period) -> Holdings {
        let text = period.to_string();
        let own = self.tables.iter_mut().filter_map(|sheets| sheets.remove(&text));
        let sheets: Vec<Sheet> = own.collect();
        let due = match self.due.get(&text) {
            Some(due) => *due,
            None => sheets.first().map_or(0, |sheet| sheet.coverage.schools_due),
        };
        let books = self.books.remove(&period).unwrap_or_default();
        let below = self.below.remove(&period).unwrap_or_default();
        let whole = UnitHoldings { unit: at.clone(), due, sheets, sources: Vec::new(), books };
        Holdings::of(period, whole, below)
    }
}
