//! Where the pages get their values: one trait with one method for each page.
//!
//! The store implements it. Methods block, so the console calls them off the async threads.

use super::view::{Filter, IndicatorPage, OverviewPage};
use super::view_sealed::SealedPage;
use crate::publication::{ReleaseOut, ReleasesOut};
use crate::statistics::{SpecialLineOut, SpecialOut};

/// Why a page has no values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No such indicator, term or unit.
    #[error("there is no such indicator, term or unit")]
    Unknown,
    /// The store is busy or cannot be read.
    #[error("the statistics cannot be read")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Gives the console what it shows.
pub trait StatisticsSource: Send + Sync + 'static {
    /// The start page of a term; of the latest where `term` is `None`.
    ///
    /// # Errors
    /// No such term, or the store cannot be read.
    fn overview(&self, period: Option<&str>) -> Result<OverviewPage, SourceError>;

    /// One indicator; empty fields of the filter are filled by defaults, which the page names.
    ///
    /// # Errors
    /// No such indicator, term or unit, or the store cannot be read.
    fn indicator(&self, filter: &Filter) -> Result<IndicatorPage, SourceError>;

    /// The page of sealed sums, of one period or of the latest.
    ///
    /// # Errors
    /// A text that is no period, or the store cannot be read.
    fn sealed(&self, period: Option<&str>) -> Result<SealedPage, SourceError>;

    /// Every special period, the latest first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn specials(&self) -> Result<Vec<SpecialLineOut>, SourceError>;

    /// One special period.
    ///
    /// # Errors
    /// None of that id was published, or the store cannot be read.
    fn special(&self, id: &str) -> Result<SpecialOut, SourceError>;

    /// What was published with noise, and one release of it where one is asked for.
    ///
    /// # Errors
    /// No such release, or the store cannot be read.
    fn publications(
        &self,
        id: Option<&str>,
    ) -> Result<(ReleasesOut, Option<ReleaseOut>), SourceError>;
}
