//! Pulse screens: a run that was opened for a special period ends with it.
//!
//! A version that comes down later may end a special period early, or ask this school no more. Then
//! the windows of its run end on the last day on which the school was asked, and nobody answers
//! afterwards; closing the run stays with the counsellor, as of any other.

use jiff::civil::{Date, time};
use runtime::clock::instant_ms;
use runtime::sql::{SqlError, Tx};

use crate::ledger::run;
use crate::packs::Packs;

/// Ends the windows of open runs with their special periods; gives how many runs were changed.
///
/// # Errors
/// The store cannot be read or written.
pub fn end_with_specials(tx: &Tx<'_>, packs: &Packs, today: Date) -> Result<usize, SqlError> {
    let mut ended = 0;
    for open in run::open_of_specials(tx)? {
        let special = open.special.as_deref();
        let last = special.and_then(|special| packs.special_until(special, today));
        if let Some(last) = last {
            let at_ms = instant_ms(last.to_datetime(time(23, 59, 59, 0)));
            ended += usize::from(run::end_windows(tx, open.id, at_ms)?);
        }
    }
    Ok(ended)
}
