//! Noise for open publication: exact discrete Laplace, drawn once, within a yearly budget.
//!
//! Open tables are made from opened values only, by a fixed [list](LIST) of queries; each student
//! is in at most one cell of a query. Values are never clipped before they are summed, since that
//! would bias small cells; only the display says "<20". A release is drawn once and stored: drawing
//! it again with fresh noise would average the noise away, so the [`Ledger`] refuses it. Margins
//! get noise of their own and need not add up.

mod laplace;
mod ledger;
mod list;

pub use laplace::{Randomness, Scale, WORDS_MAX, discrete_laplace};
pub use ledger::{
    EPSILON_YEAR_MAX, Epsilon, Ledger, OPEN_SHOWN_MIN, OpenTable, Order, Permit, QUERIES_MAX, Spent,
};
pub use list::{LIST, Publisher, Query, ReleaseName, ScaleRule, Subject};

/// Why nothing was published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoiseError {
    /// A scale without a positive finite value.
    #[error("a scale needs a numerator and a denominator from 1 to 4294967295")]
    Scale,
    /// Less noise than the release costs.
    #[error("the noise of a release reaches at least as far as its queries and its cost ask")]
    TooQuiet,
    /// The source of randomness gave nothing but words that are refused.
    #[error("the source of randomness is broken")]
    Source,
    /// No query, too many of them, or one named twice.
    #[error("a release has 1 to {QUERIES_MAX} queries, each named once")]
    Queries,
    /// The release was drawn before and is never drawn again.
    #[error("release {0} was drawn before and is never drawn again")]
    Drawn(String),
    /// The budget of the year does not suffice.
    #[error("release {release} asks for {asked}, and {left} is left of this year")]
    Spent {
        /// Which release.
        release: String,
        /// What it asks for.
        asked: Epsilon,
        /// What is left.
        left: Epsilon,
    },
    /// No name of a release.
    #[error("a release is named after its term and subject, such as 2026S1-alerts")]
    Name,
    /// A period that is no term.
    #[error("only terms are published: fresh noise for each shorter period averages out")]
    Term,
    /// A query over events.
    #[error("query {0} counts events, of which one student can have several")]
    Events(&'static str),
    /// A query over a count of which a student can have several values.
    #[error("query {0} counts values of which one student can have several")]
    Several(&'static str),
    /// A query by a dimension that its table does not have, or by one twice.
    #[error("query {0} is by a dimension that its table does not have")]
    Dimensions(&'static str),
    /// The release was paid for with other values, and its draw was not finished.
    #[error("release {0} was paid for with other values than these")]
    Inputs(String),
    /// The values are not those of the permit's queries.
    #[error("the values are not those of the queries that were allowed")]
    Values,
}
