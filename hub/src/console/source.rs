//! Where the pages get their values: one trait with one method for each page.
//!
//! The store implements it. Methods block, so the console calls them off the async threads.

use super::view::{Filter, IndicatorPage, OverviewPage};
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
}
