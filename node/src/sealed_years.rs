//! School years under seal at this school, as the packs that came down say.
//!
//! Every version of a plan that was stored is read, whenever its day comes: whether a year goes
//! under seal is known before it begins.

use std::sync::{Arc, Mutex, PoisonError};

use runtime::sealing::{Pins, SealedYears};
use runtime::sql::SqlError;

use crate::transfer::Transfer;
use crate::transfer::directive;

/// The years as they were last read: verifying every plan costs more than a page that asks.
#[derive(Debug, Default)]
pub(crate) struct LastYears(Mutex<Option<(Option<i64>, Arc<SealedYears>)>>);

/// Reads them from the store.
///
/// # Errors
/// The store cannot be read.
pub(crate) fn read(transfer: &Transfer, pins: &Pins) -> Result<SealedYears, SqlError> {
    let stored = transfer.read(directive::all)?;
    Ok(SealedYears::read(stored.iter().map(|one| one.directive.as_slice()), pins))
}

impl LastYears {
    /// As [`read`], and again only once another directive came down.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn load(
        &self,
        transfer: &Transfer,
        pins: &Pins,
    ) -> Result<Arc<SealedYears>, SqlError> {
        let last = transfer.read(directive::last)?;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, years)) = &*kept
            && *seen == last
        {
            return Ok(Arc::clone(years));
        }
        let years = Arc::new(read(transfer, pins)?);
        *kept = Some((last, Arc::clone(&years)));
        Ok(years)
    }
}
