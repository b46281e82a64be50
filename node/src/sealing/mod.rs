//! Sealed sums at the school: measures a period's figures, seals each half to its hub, keeps what
//! both hubs say.
//!
//! The way is `ledger -> raw table -> SealedReport -> two halves -> signed bytes -> hand-over`, in
//! one transaction, so that what a report told and the report itself stand or fall together. A
//! report is sealed once; only a refusal makes room for another one. Until documents of both
//! commissions are here nothing is sealed, and counts about persons go rounded.

mod make;
mod measure;
mod schedule;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;

use certs::aggregate::{AggregateError, HubsError};
use certs::key::KeyError;
use certs::seal::SealError;
use certs::statement::VerifiedStatement;
use domain::catalogue::{Catalogue, TableId};
use domain::digest::Digest;
use domain::disclosure::sealed::{MeasureError, ReportNumber, SealedYear};
use domain::period::{Calendar, Period, PeriodError};
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::SqlError;

use crate::indicator::{IndicatorError, Unsealed};

pub use make::make;
pub use schedule::{Due, Pending, due, leaves_on};
pub use verdict::{VerdictError, take};

/// A school year under seal: its documents, and the verified key statements of both hubs.
#[derive(Clone, Debug)]
pub struct Documents {
    /// What tasks are made of.
    pub year: SealedYear,
    /// Education's key.
    pub leader: VerifiedStatement,
    /// Health's key.
    pub helper: VerifiedStatement,
}

/// A catalogue and the digest of its pack.
pub type Named = (Digest, Arc<Catalogue>);

/// What is sealed with, besides the ledger.
#[derive(Clone)]
pub struct Context {
    /// This school.
    pub unit: UnitId,
    /// School years whose documents are here.
    pub years: Vec<Documents>,
    /// The catalogue in force from each of these days on, oldest first.
    pub catalogues: BTreeMap<Date, Named>,
    /// The term calendar in force.
    pub calendar: Arc<Calendar>,
    /// Today, in Asia/Shanghai.
    pub today: Date,
    /// Now, by this machine's clock.
    pub now_ms: i64,
}

impl Context {
    /// The catalogue in force on a day.
    #[must_use]
    pub fn catalogue_on(&self, day: Date) -> Option<&Named> {
        self.catalogues.range(..=day).next_back().map(|(_, named)| named)
    }

    /// The documents of a school year.
    #[must_use]
    pub fn documents(&self, school_year: i16) -> Option<&Documents> {
        self.years.iter().find(|documents| documents.year.plan.year() == school_year)
    }
}

/// What became of a table of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It was sealed under this number and waits to be sent.
    Sealed {
        /// Which table.
        table: TableId,
        /// The number.
        number: ReportNumber,
    },
    /// The school has no report of it.
    Absent {
        /// Which table.
        table: TableId,
        /// Why.
        reason: Unsealed,
    },
    /// Its figures cannot be sealed; a person must look.
    Broken {
        /// Which table.
        table: TableId,
        /// Why.
        reason: MeasureError,
    },
}

/// Why nothing of a period is sealed. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealingError {
    /// The school's type and grades were not set.
    #[error("the school's type and grades are not set")]
    NoProfile,
    /// The signed roster does not list this school.
    #[error("the roster of school year {0} does not list this school")]
    NotListed(i16),
    /// The school holds the period.
    #[error("the school holds its releases of {0}")]
    Held(Period),
    /// The calendar does not hold the term.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// Figures cannot be computed.
    #[error(transparent)]
    Indicator(#[from] IndicatorError),
    /// The key statements do not name two hubs.
    #[error(transparent)]
    Hubs(#[from] HubsError),
    /// The figures could not be split.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// A half could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The key could not sign.
    #[error("the report could not be signed")]
    Signing(#[from] KeyError),
    /// The ledger could not be read or written.
    #[error(transparent)]
    Store(#[from] SqlError),
}
