//! Statistics: figures of indicators, read from snapshots and from the signed releases in them.
//!
//! Every figure says what it is made of: its snapshot and root digest, its catalogue, the schools
//! that reported of those that were due. Blanks are never zeros and small figures are held back
//! here ([`floor`]), before any page, interface or file sees them, so no way of asking shows more
//! than another. Nothing in here can read a person: what arrives is already a table.

mod about;
#[cfg(test)]
mod attacker;
mod contradiction_out;
mod evaluate;
#[cfg(test)]
pub mod fixture;
mod floor;
mod holdings;
mod listed;
mod lookup;
mod naming;
mod opened_out;
mod pages;
mod plan;
mod provenance;
mod report;
mod sealed;
pub(crate) mod sheet;
mod shown;
mod special;
#[cfg(test)]
mod subtraction;
mod sum;
mod table;
#[cfg(test)]
mod tests;
mod trend;
mod value;

use std::sync::Arc;

use domain::period::Period;
use runtime::clock::Clock;
use runtime::sql::{Database, SqlError, Tx};

pub use contradiction_out::ContradictionOut;
pub use domain::disclosure::GROUP_SCHOOLS_MIN;
pub(crate) use evaluate::key_at;
pub use holdings::{Holdings, UnitHoldings, figures, name};
pub(crate) use listed::areas_of;
pub(crate) use naming::period_name;
pub use opened_out::{OpenedOut, opened_lines, opened_why};
pub(crate) use pages::{area_name, sealed_name};
pub use plan::{Feed, Indicator, Plan, feed};
pub use provenance::{SourceOut, TableSourceOut, provenance, tree_lines};
pub use report::{
    CoverageOut, DataOut, FigureOut, FreshOut, NameOut, SnapshotOut, StatusWord, UnitOut, WAITING,
    WaitingOut, instant,
};
pub use sheet::{Sheet, Source};
pub use shown::{interval, shown};
pub use special::{
    FollowersOut, RefusedOut, SPECIAL_DIFFER, SPECIAL_FOLLOW, SpecialCountOut, SpecialLineOut,
    SpecialOut, SpecialPeriodOut, SpecialState, special_lines, special_report,
};
pub use table::{AreaOut, BANDS, CityTable, ClosedOut, LEGEND, RowOut, city_table, latest_term};
pub use trend::{
    Break, PERIODS_MAX, RunError, Trend, TrendBreakOut, TrendOut, TrendPoint, TrendPointOut, run,
    trend,
};
pub use value::{
    Amount, Blank, Figure, Figures, Floor, NoFeed, OpenedFrom, Reading, State, UnitFigures,
    UnitName,
};

use crate::app::Hub;
use crate::packs::{PackCache, Packs};

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// The catalogue in force has no such indicator.
    #[error("the catalogue has no such indicator")]
    UnknownIndicator,
    /// The indicator is not broken down by one of the dimensions, or one was named twice.
    #[error("the indicator cannot be broken down like this")]
    Dimension,
    /// Neither the hub nor one of its members.
    #[error("the hub has no such unit")]
    UnknownUnit,
    /// Figures are stored under a catalogue that this hub does not know.
    #[error("figures are stored under a catalogue that is not known here")]
    Catalogue,
    /// The store could not be read.
    #[error("the store cannot be read")]
    Store(#[from] SqlError),
}

/// Whether members' figures are listed beside the hub's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Members {
    /// Only the hub's own.
    #[default]
    Left,
    /// Every member's as well.
    Listed,
}

/// Which figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Indicator id, such as `scr.positive`.
    pub indicator: String,
    /// Period of the figures.
    pub period: Period,
    /// Dimensions to break down by; none for the total.
    pub by: Vec<String>,
    /// Whether members are listed.
    pub members: Members,
}

/// One hub's statistics. Cheap to clone.
#[derive(Clone)]
pub struct Statistics {
    database: Database,
    packs: Arc<PackCache>,
    clock: Clock,
    at: UnitName,
}

impl Statistics {
    /// Reads from a hub's store.
    #[must_use]
    pub const fn new(
        database: Database,
        packs: Arc<PackCache>,
        clock: Clock,
        at: UnitName,
    ) -> Self {
        Self { database, packs, clock, at }
    }

    /// Reads from the store of a hub that runs.
    #[must_use]
    pub fn of(hub: &Hub) -> Self {
        let at = UnitName::of(hub.config());
        Self::new(hub.database().clone(), hub.packs(), hub.clock().clone(), at)
    }

    /// The hub.
    #[must_use]
    pub const fn unit(&self) -> &UnitName {
        &self.at
    }

    /// The hub's clock.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The hub's store.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// The packs in use.
    #[must_use]
    pub fn packs(&self) -> Arc<Packs> {
        self.packs.last()
    }

    /// Reads in one consistent view. Blocks: not for async tasks.
    ///
    /// # Errors
    /// What the closure returns.
    pub fn read<T, E>(
        &self,
        work: impl FnOnce(&Tx<'_>, &Packs, &UnitName) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (packs, at) = (self.packs(), self.at.clone());
        self.database.read(move |tx| work(tx, &packs, &at))
    }

    /// As [`Statistics::read`], off the async threads.
    ///
    /// # Errors
    /// What the closure returns.
    pub async fn read_async<T, E>(
        &self,
        work: impl FnOnce(&Tx<'_>, &Packs, &UnitName) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<SqlError> + Send + 'static,
    {
        let (packs, at) = (self.packs(), self.at.clone());
        self.database.read_async(move |tx| work(tx, &packs, &at)).await
    }

    /// The figures of a query.
    ///
    /// # Errors
    /// No such indicator or dimension, or the store cannot be read.
    pub async fn figures(&self, query: Query) -> Result<Figures, StatisticsError> {
        self.read_async(move |tx, packs, at| figures(tx, packs, at, &query)).await
    }
}
