//! Where the pages get their values: one trait with one method for each page.
//!
//! The process implements it over `transfer.db` and the hand-over table. Methods block, so the
//! console calls them off the async threads.

use super::sealed::SealedPage;
use super::view::{EgressPage, HomePage, PreviewPage, ReleasePage};

/// Why a page has no values.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// No release has this id.
    #[error("there is no such release")]
    Unknown,
    /// A store is busy or cannot be read.
    #[error("the releases cannot be read")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Gives the console what it shows about what leaves the school.
pub trait EgressSource: Send + Sync + 'static {
    /// The start page.
    ///
    /// # Errors
    /// A store cannot be read.
    fn home(&self) -> Result<HomePage, SourceError>;

    /// A page of everything that ever left, newest first; pages count from 1.
    ///
    /// # Errors
    /// A store cannot be read.
    fn releases(&self, page: u32) -> Result<EgressPage, SourceError>;

    /// One release, decoded from the bytes that were signed.
    ///
    /// # Errors
    /// No such release, or a store cannot be read.
    fn release(&self, id: &str) -> Result<ReleasePage, SourceError>;

    /// What would leave next, computed now and not kept.
    ///
    /// # Errors
    /// A store cannot be read.
    fn preview(&self) -> Result<PreviewPage, SourceError>;

    /// A page of all sealed reports, newest first; pages count from 1.
    ///
    /// # Errors
    /// A store cannot be read.
    fn sealed(&self, page: u32) -> Result<SealedPage, SourceError>;
}
