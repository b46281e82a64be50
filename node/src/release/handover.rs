//! The copy from the ledger's hand-over table to the outbox of `transfer.db`.
//!
//! Copied by key: an item that is in the outbox already is only noted as copied, so a crash at any
//! point loses nothing and sends nothing twice. What the school holds is not copied; it waits in
//! the ledger until the hold is lifted.

use proto::wire::sync::Lane;
use runtime::sql::SqlError;
use runtime::uplink::outbox;

use super::ReleaseError;
use super::holding::{is_held, periods, take_back};
use crate::ledger::{Ledger, hold, release as register};
use crate::transfer::Transfer;

/// Items that are copied in one transaction.
const BATCH_MAX: u32 = 100;

/// Copies every signed item that waits and is not held; gives how many were new to the outbox.
///
/// # Errors
/// One of the databases cannot be read or written; copying again goes on where it stopped.
pub fn copy_handover(
    ledger: &Ledger,
    transfer: &Transfer,
    now_ms: i64,
) -> Result<u64, ReleaseError> {
    let (mut copied, mut after) = (0, 0);
    loop {
        let (mut waiting, held) = ledger.read(move |tx| {
            let waiting = register::waiting(tx, after, BATCH_MAX)?;
            Ok::<_, SqlError>((waiting, periods(&hold::in_force(tx)?)))
        })?;
        let Some(last) = waiting.last() else {
            return Ok(copied);
        };
        after = last.id;
        waiting.retain(|item| !is_held(&item.item, &held));
        let items = waiting.clone();
        copied += transfer.write("copy_handover", move |tx| {
            let mut new = 0;
            for item in &items {
                let lane = Lane::Statistics;
                new += u64::from(outbox::enqueue(tx, lane, &item.name, &item.item, now_ms)?);
            }
            Ok::<_, SqlError>(new)
        })?;
        let late = ledger.write("note_copied", move |tx| {
            let held = periods(&hold::in_force(tx)?);
            let (late, copied): (Vec<_>, Vec<_>) =
                waiting.into_iter().partition(|item| is_held(&item.item, &held));
            copied.iter().try_for_each(|item| register::note_copied(tx, item.id, now_ms))?;
            Ok::<_, SqlError>(late)
        })?;
        // Held by somebody while it was copied.
        take_back(transfer, late.into_iter().map(|item| item.name).collect())?;
    }
}
