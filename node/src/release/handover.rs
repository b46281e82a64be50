//! The copy from the ledger's hand-over table to the outbox of `transfer.db`.
//!
//! Copied by key: an item that is in the outbox already is only noted as copied, so a crash at any
//! point loses nothing and sends nothing twice.

use proto::wire::sync::Lane;
use runtime::sql::SqlError;
use runtime::uplink::outbox;

use super::ReleaseError;
use crate::ledger::{Ledger, release as register};
use crate::transfer::Transfer;

/// Items that are copied in one transaction.
const BATCH_MAX: u32 = 100;

/// Copies every signed item that waits; gives how many were new to the outbox.
///
/// # Errors
/// One of the databases cannot be read or written; copying again goes on where it stopped.
pub fn copy_handover(
    ledger: &Ledger,
    transfer: &Transfer,
    now_ms: i64,
) -> Result<u64, ReleaseError> {
    let mut copied = 0;
    loop {
        let waiting = ledger.read(|tx| register::waiting(tx, BATCH_MAX))?;
        if waiting.is_empty() {
            return Ok(copied);
        }
        let ids: Vec<i64> = waiting.iter().map(|item| item.id).collect();
        copied += transfer.write("copy_handover", move |tx| {
            let mut new = 0;
            for item in &waiting {
                let lane = Lane::Statistics;
                new += u64::from(outbox::enqueue(tx, lane, &item.name, &item.item, now_ms)?);
            }
            Ok::<_, SqlError>(new)
        })?;
        ledger.write("note_copied", move |tx| {
            ids.iter().try_for_each(|id| register::note_copied(tx, *id, now_ms))
        })?;
    }
}
