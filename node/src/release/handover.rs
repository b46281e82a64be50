//! The copy from the ledger's hand-over table to the outbox of `transfer.db`.
//!
//! Copied by key: an item that is in the outbox already is only noted as copied, so a crash at any
//! point loses nothing and sends nothing twice. What the school holds is not copied; it waits in
//! the ledger until the hold is lifted.
//!
//! The ledger is kept from other writers while a batch is copied. A hold is thus written before
//! the batch, which then passes it by, or after it, and then takes back what was copied, whether
//! or not the copy could still be noted.

use proto::wire::sync::Lane;
use runtime::sql::SqlError;
use runtime::uplink::outbox;

use super::ReleaseError;
use super::holding::{is_held, periods, take_back_held};
use crate::ledger::{Ledger, hold, release as register};
use crate::transfer::Transfer;

/// Items that are copied in one transaction.
const BATCH_MAX: u32 = 100;

/// What was copied at once.
struct Batch {
    /// Number of its last item in the table.
    last: i64,
    /// Items that were new to the outbox.
    new: u64,
}

/// Takes back what is held, copies every signed item that waits and is not held, and gives how
/// many were new to the outbox.
///
/// # Errors
/// One of the databases cannot be read or written; copying again goes on where it stopped.
pub fn copy_handover(
    ledger: &Ledger,
    transfer: &Transfer,
    now_ms: i64,
) -> Result<u64, ReleaseError> {
    take_back_held(ledger, transfer)?;
    let (mut copied, mut after) = (0, 0);
    while let Some(batch) = copy_batch(ledger, transfer, after, now_ms)? {
        copied += batch.new;
        after = batch.last;
    }
    Ok(copied)
}

/// Copies the items after a number; nothing where none waits there.
fn copy_batch(
    ledger: &Ledger,
    transfer: &Transfer,
    after: i64,
    now_ms: i64,
) -> Result<Option<Batch>, SqlError> {
    // Usually nothing waits, and then nobody is kept from writing.
    if ledger.read(move |tx| register::waiting(tx, after, 1))?.is_empty() {
        return Ok(None);
    }
    let transfer = transfer.clone();
    ledger.write("copy_handover", move |tx| {
        let held = periods(&hold::in_force(tx)?);
        let mut items = register::waiting(tx, after, BATCH_MAX)?;
        let Some(last) = items.last().map(|item| item.id) else {
            return Ok(None);
        };
        items.retain(|item| !is_held(&item.item, &held));
        let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
        let new = transfer.write("copy_handover", move |tx| {
            let mut new = 0;
            for item in &items {
                let lane = Lane::Statistics;
                new += u64::from(outbox::enqueue(tx, lane, &item.name, &item.item, now_ms)?);
            }
            Ok::<_, SqlError>(new)
        })?;
        ids.iter().try_for_each(|id| register::note_copied(tx, *id, now_ms))?;
        Ok(Some(Batch { last, new }))
    })
}
