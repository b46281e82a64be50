//! Indicators: figures from the ledgers, by the definitions of the catalogue.
//!
//! A definition names a source, filters and dimensions from closed lists. What the ledgers cannot
//! answer, source or field, makes the whole block unsupported and never a zero; what cannot exist
//! at this school, such as grade 12 in a primary school, is not applicable. There is one evaluator
//! and no query for a single indicator.

mod evaluate;
mod facts;
mod identity;
#[cfg(test)]
mod tests;

use domain::catalogue::{At, Block, Catalogue, TableSpec};
use domain::cell::Cell;
use domain::disclosure::RawTable;
use domain::period::Term;
use runtime::sql::{SqlError, Tx};

pub use facts::Facts;
pub use identity::{BrokenIdentity, check};

use crate::ledger::profile::Profile;

/// Why figures could not be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndicatorError {
    /// A pupil of the roll is in a grade that the school does not have.
    #[error("the roll has pupils in grade {0}, which this school does not have")]
    Grade(&'static str),
    /// A record has a value that the catalogue's dimension does not know.
    #[error("{indicator} has no place for the value {value}")]
    Value {
        /// Which count.
        indicator: String,
        /// The value.
        value: &'static str,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl Facts {
    /// Everything that the ledgers can say about a term.
    ///
    /// # Errors
    /// The ledger cannot be read, or holds a grade that the school does not have.
    pub fn of_term(tx: &Tx<'_>, profile: &Profile, term: &Term) -> Result<Self, IndicatorError> {
        facts::load(tx, profile, term)
    }

    /// The raw figures of one table.
    ///
    /// # Errors
    /// A record that the catalogue has no place for.
    pub fn table(
        &self,
        catalogue: &Catalogue,
        spec: &TableSpec,
    ) -> Result<RawTable, IndicatorError> {
        let mut cells = Vec::with_capacity(spec.cells());
        for block in spec.blocks() {
            cells.extend(self.block(catalogue, block)?);
        }
        Ok(RawTable::new(spec.id().clone(), cells))
    }

    /// The cells of a count or a partition; a partition is counted as its whole is, by outcome.
    fn block(&self, catalogue: &Catalogue, block: &Block) -> Result<Vec<Cell>, IndicatorError> {
        let unsupported = || Ok(vec![Cell::Unsupported; block.length]);
        let whole = catalogue.partition(&block.indicator).map(|known| known.whole.as_str());
        let count = catalogue.count(whole.unwrap_or(&block.indicator));
        let Some(definition) = count.and_then(|count| count.definition.as_ref()) else {
            return unsupported();
        };
        let day = match definition.at {
            At::CensusDay => &self.census,
            At::PeriodEnd => &self.period_end,
            At::InPeriod | At::DueInPeriod | At::After90Days => return unsupported(),
        };
        let Some(records) = day.source(definition.source) else {
            return unsupported();
        };
        match evaluate::evaluate(definition, block, records)? {
            Some(counts) => Ok(counts
                .into_iter()
                .enumerate()
                .map(|(place, count)| match self.is_applicable(block, place) {
                    true => Cell::Value(count),
                    false => Cell::NotApplicable,
                })
                .collect()),
            None => unsupported(),
        }
    }
}
