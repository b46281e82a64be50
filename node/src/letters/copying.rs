//! The copy of sealed letters from the ledger to the queue of `transfer.db`: by their digests, so
//! that a crash at any point loses nothing and queues nothing twice.
//!
//! The ledger is kept from other writers while a batch is copied: what is taken back is taken back
//! before the batch, which then passes it by, or after it, and then is taken out of the queue.

use runtime::sql::SqlError;

use crate::ledger::{Ledger, letters as store};
use crate::transfer::{Transfer, letters as queue};

/// Letters that are copied in one transaction.
const BATCH_MAX: u32 = 32;

/// Copies every letter that waits; says how many were new to the queue.
///
/// # Errors
/// One of the databases cannot be read or written; copying again goes on where it stopped.
pub fn copy(ledger: &Ledger, transfer: &Transfer, now_ms: i64) -> Result<u64, SqlError> {
    let mut copied = 0;
    while let Some(new) = copy_batch(ledger, transfer, now_ms)? {
        copied += new;
    }
    Ok(copied)
}

/// Copies some; nothing where none waits.
fn copy_batch(ledger: &Ledger, transfer: &Transfer, now_ms: i64) -> Result<Option<u64>, SqlError> {
    // Usually nothing waits, and then nobody is kept from writing.
    if ledger.read(|tx| store::waiting_letters(tx, 1))?.is_empty() {
        return Ok(None);
    }
    let transfer = transfer.clone();
    ledger.write("copy_letters", move |tx| {
        let letters = store::waiting_letters(tx, BATCH_MAX)?;
        let ids: Vec<i64> = letters.iter().map(|letter| letter.id).collect();
        let new = transfer.write("copy_letters", move |tx| {
            let mut new = 0;
            for one in &letters {
                let letter = (one.letter.as_slice(), one.rank);
                new += u64::from(queue::queue(tx, &one.name, letter, now_ms)?);
            }
            Ok::<_, SqlError>(new)
        })?;
        ids.iter().try_for_each(|id| store::note_copied(tx, *id, now_ms))?;
        Ok(Some(new))
    })
}
