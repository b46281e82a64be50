//! Open publication with noise (rule L3): what a district or a city makes public of its opened
//! sums, once.
//!
//! What a release is made of is fixed by `domain::disclosure::noise`; here it is read from settled
//! sums ([`inputs`]), attacked as everybody sees it ([`guard`]), paid for in a ledger whose lines
//! are signed and chained ([`line`]), drawn and kept ([`office`]). Paying is a transaction of its
//! own and comes first; a draw that was interrupted is finished with the very same numbers, and so
//! is one that a restored hub has forgotten. Nothing here chooses what is published.

pub mod audit;
mod csv;
mod guard;
mod inputs;
pub mod line;
mod office;
mod out;
mod planned;
mod refused;
mod stages;
#[cfg(test)]
mod tests;
pub mod words;

use domain::disclosure::noise::{Epsilon, Ledger, Publisher};
use runtime::sql::{SqlError, Tx};

use crate::store::publication;

pub use self::csv::csv;
pub use inputs::{Inputs, Part, read};
pub use office::{By, Draft, Drawn, Office};
pub use out::{
    BudgetOut, CellOut, OpenTableOut, ReleaseAreaOut, ReleaseLineOut, ReleaseOut, ReleasesOut,
    release, releases, text,
};
pub use planned::{PlanOut, QueryOut};
pub use refused::Refused;
pub use stages::ReleaseStageOut;

/// The ledger of a school year as it is stored.
///
/// # Errors
/// The store cannot be read.
pub fn ledger(tx: &Tx<'_>, publisher: Publisher, school_year: i16) -> Result<Ledger, SqlError> {
    let cap = cap(tx, publisher, school_year)?;
    Ok(Ledger::new(cap, publication::spent(tx, school_year)?))
}

/// What a school year may cost: the publisher's share, or what it was lowered to.
///
/// # Errors
/// The store cannot be read.
pub fn cap(tx: &Tx<'_>, publisher: Publisher, school_year: i16) -> Result<Epsilon, SqlError> {
    let lowered = publication::cap(tx, school_year)?;
    Ok(lowered.map_or(publisher.year_max(), |cap| cap.min(publisher.year_max())))
}
