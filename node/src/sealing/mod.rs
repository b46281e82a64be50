//! Sealed sums at the school: measures a period's figures, seals each half to its hub, keeps what
//! both hubs say.
//!
//! The way is `ledger -> raw table -> SealedReport -> two halves -> signed bytes -> hand-over`.
//! What a report told and the report itself are stored in one transaction, so that they stand or
//! fall together; they are counted and proved before, while others may write. A report is sealed
//! once; only a refusal makes room for another one. Until documents of both commissions are here
//! nothing is sealed, and counts about persons go rounded.

mod absence;
#[cfg(test)]
mod again_tests;
#[cfg(test)]
mod analysed_tests;
#[cfg(test)]
mod annulled_tests;
mod beside;
mod contradiction;
#[cfg(test)]
mod contradiction_tests;
mod family;
#[cfg(test)]
mod family_tests;
mod figures;
mod foreign;
mod make;
#[cfg(test)]
mod make_tests;
mod measure;
#[cfg(test)]
mod nested_tests;
pub mod queued;
mod report_key;
#[cfg(test)]
mod rounded_tests;
mod schedule;
mod since;
#[cfg(test)]
mod since_tests;
#[cfg(test)]
mod special_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod trial;
mod verdict;

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::aggregate::{AggregateError, HubsError};
use certs::key::KeyError;
use certs::seal::SealError;
use domain::catalogue::{Catalogue, TableId};
use domain::digest::Digest;
use domain::disclosure::sealed::{MeasureError, ReportNumber, Week};
use domain::disclosure::{may_run, may_seal};
use domain::period::{Period, PeriodError};
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sealing::SealingYear;
use runtime::sql::SqlError;

use crate::indicator::{IndicatorError, Unsealed};
use crate::packs::Packs;

pub use absence::{absence_of, absences, plan_missing};
pub use contradiction::{Contradiction, watched};
pub use family::told_with;
pub use figures::{FiguresError, danger_own_view};
pub use foreign::{Foreign, foreign};
pub use make::{make, wrapped_anew};
pub use report_key::{KeyStanding, ReportKey};
pub use schedule::{Due, Pending, due, is_by_hand, leaves_on};
pub use verdict::{VerdictError, judge_again, take_waiting};

/// A catalogue and the digest of its pack.
pub type Named = (Digest, Arc<Catalogue>);

/// What is sealed with, besides the ledger.
#[derive(Clone)]
pub struct Context {
    /// This school.
    pub unit: UnitId,
    /// School years under seal whose roster lists this school.
    pub years: Vec<SealingYear>,
    /// Catalogues, of which a task has the one in force on its period's first day, and the term
    /// calendar.
    pub packs: Packs,
    /// Today, in Asia/Shanghai.
    pub today: Date,
    /// Now, by this machine's clock.
    pub now_ms: i64,
    /// A refused report that a person here had looked at and wants sealed once more.
    pub again: Option<(TableId, Period)>,
    /// Terms of which counts about persons were queued rounded: a ledger that was put back does not
    /// know it any more.
    pub rounded: BTreeSet<Period>,
    /// Names of sealed reports of weeks that were ever queued, with their weeks, for the same.
    pub queued: Vec<(String, Week)>,
}

impl Context {
    /// The catalogue in force on a day, and the digest of its pack.
    #[must_use]
    pub fn catalogue_on(&self, day: Date) -> Option<Named> {
        let digest = self.packs.catalogue_on(day);
        Some((digest, Arc::clone(self.packs.catalogue(&digest)?)))
    }

    /// The catalogue by which a sealed table is counted in a period that begins on a day.
    #[must_use]
    pub fn catalogue_for(&self, table: &str, day: Date) -> Option<Named> {
        let digest = self.packs.catalogue_for(table, day)?;
        Some((digest, Arc::clone(self.packs.catalogue(&digest)?)))
    }

    /// The small catalogues of special periods of which this school seals tables in a week that
    /// begins on a day: by the version that was in force then, and while the latest holds it too.
    #[must_use]
    pub fn sealed_specials(&self, year: &SealingYear, week: Period, day: Date) -> Vec<Named> {
        let plan = &year.year().plan;
        let sealed = self.packs.specials().iter().filter_map(|latest| {
            let known = self.packs.special_on(latest.pack.id().as_str(), day)?;
            let is_told = latest.pack.holds(week)
                && known.pack.holds(week)
                && may_run(&known.pack).is_ok()
                && [&known.pack, &latest.pack]
                    .into_iter()
                    .all(|one| may_seal(one, Some(plan), &self.unit).is_ok());
            let catalogue = Arc::clone(self.packs.catalogue(&known.digest)?);
            (is_told && known.pack.has_sealed()).then_some((known.digest, catalogue))
        });
        sealed.collect()
    }

    /// The days of a period by the term calendar.
    ///
    /// # Errors
    /// The calendar does not hold the term.
    pub fn span(&self, period: Period) -> Result<Span, PeriodError> {
        Span::of(period, self.packs.calendar())
    }

    /// A school year, where it is under seal.
    #[must_use]
    pub fn year(&self, school_year: i16) -> Option<&SealingYear> {
        self.years.iter().find(|year| year.year().plan.year() == school_year)
    }
}

/// What became of a table of a period, or was found of several.
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
    /// Figures that were sealed, or were to be, break a rule of the catalogue: a person must look.
    Contradicted(Contradiction),
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
    /// Nobody is named who answers for what leaves.
    #[error("the school has not named a responsible person")]
    NoResponsible,
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
    /// This machine does not seal rightly.
    #[error(transparent)]
    Trial(#[from] trial::TrialError),
    /// The ledger could not be read or written.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl SealingError {
    /// The same, with what a store said named as that, wherever it was asked.
    fn of_store(self) -> Self {
        match self {
            Self::Indicator(IndicatorError::Store(error)) => Self::Store(error),
            other => other,
        }
    }
}
