//! After a leader was put back: the helper tells which reports both accepted, and gives the
//! schools' signed items of those that the leader lost.
//!
//! A school that holds the verdict of both hubs sends nothing again, so what the leader lost is
//! here or nowhere. An item tells the leader nothing new: it is what the school sent it.

use domain::digest::Digest;
use domain::unit::{IdentityName, UnitId};
use proto::limits::MESSAGE_BYTES_MAX;
use runtime::sql::{SqlError, Tx};

use super::{CallError, Helper, REPORTS_MAX};
use crate::store::sealed::report;

/// Digests that are told at a time.
const PAGE: u32 = 4_096;

/// What a leader asks about the accepted reports of a year.
pub enum AskedItems {
    /// Which they are: the digests after one.
    After(Option<Digest>),
    /// The items of some.
    Of(Vec<Digest>),
}

/// What it is told: digests, or items as many as fit into a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct HeldItems {
    /// Digests in their order.
    pub reports: Vec<Digest>,
    /// Signed items.
    pub items: Vec<Vec<u8>>,
}

impl Helper {
    /// Which reports of a year both hubs accepted, or the signed items of some of them.
    ///
    /// # Errors
    /// The caller does not lead the year, more than a call may ask for, or the store.
    pub async fn reports(
        &self,
        leader: IdentityName,
        (area, school_year): (UnitId, i16),
        asked: AskedItems,
    ) -> Result<HeldItems, CallError> {
        self.of_year(&leader, (&area, school_year))?;
        if matches!(&asked, AskedItems::Of(wanted) if wanted.len() > REPORTS_MAX) {
            return Err(CallError::TooMany);
        }
        let read = move |tx: &Tx<'_>| held(tx, (&area, school_year), &asked);
        Ok(self.hub.parts().database.read_async(read).await?)
    }
}

fn held(tx: &Tx<'_>, place: (&UnitId, i16), asked: &AskedItems) -> Result<HeldItems, SqlError> {
    let wanted = match asked {
        AskedItems::After(after) => {
            let reports = report::accepted_after(tx, place, after.as_ref(), PAGE)?;
            return Ok(HeldItems { reports, items: Vec::new() });
        }
        AskedItems::Of(wanted) => wanted,
    };
    let (mut items, mut bytes) = (Vec::new(), 0);
    for digest in wanted {
        let Some(item) = report::accepted_item(tx, place, digest)? else { continue };
        bytes += item.len();
        if bytes > MESSAGE_BYTES_MAX / 2 && !items.is_empty() {
            break;
        }
        items.push(item);
    }
    Ok(HeldItems { reports: Vec::new(), items })
}
