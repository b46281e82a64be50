//! What roll-up keeps in the store's memory between transactions: sums as they are added up, and
//! what each snapshot is made of.
//!
//! A push reads and decodes no sums that the push before it wrote, and neither does the sealing
//! after it. Sums are taken out while they are changed and put back when they were written, so
//! that what is kept is what the transaction wrote; whatever is undone empties the memory.

use runtime::sql::{SqlError, Tx};

use crate::listing::Listings;
use crate::store::total::{self, Total, TotalKey};

/// Sums that are kept, at twelve bytes a cell; more tables and periods than come in at a time.
const TOTALS_MAX: usize = 32;

/// The memory of a hub's store.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) totals: Totals,
    pub(super) listings: Listings,
}

/// Sums, those that were used last at the end.
#[derive(Default)]
pub(super) struct Totals(Vec<Total>);

impl Totals {
    /// Takes sums out, as the transaction sees them, of a table of `cells` cells.
    pub(super) fn take(
        &mut self,
        tx: &Tx<'_>,
        key: &TotalKey,
        cells: usize,
    ) -> Result<Option<Total>, SqlError> {
        match self.0.iter().position(|total| total.key == *key) {
            Some(at) => Ok(Some(self.0.remove(at))),
            None => total::find(tx, key, cells),
        }
    }

    /// A copy of sums, as the transaction sees them.
    pub(super) fn copy(
        &mut self,
        tx: &Tx<'_>,
        key: &TotalKey,
        cells: usize,
    ) -> Result<Option<Total>, SqlError> {
        let total = self.take(tx, key, cells)?;
        if let Some(total) = &total {
            self.keep(total.clone());
        }
        Ok(total)
    }

    /// Writes sums and keeps them.
    pub(super) fn put(&mut self, tx: &Tx<'_>, total: Total) -> Result<(), SqlError> {
        total::put(tx, &total)?;
        self.keep(total);
        Ok(())
    }

    fn keep(&mut self, total: Total) {
        if self.0.len() >= TOTALS_MAX {
            self.0.remove(0);
        }
        self.0.push(total);
    }
}
