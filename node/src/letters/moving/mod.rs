//! Transfers between schools by letter: offered, answered, confirmed, entered.
//!
//! What is offered is written once and shown from those bytes ([`offering`]); the new school's
//! people answer it ([`answering`]); what comes is heard once and in any order, and the rolls
//! follow from what both hold ([`hearing`]); what is to be said is sealed at a tick. Every letter
//! is one part, sealed to the other school's key and signed, and to hubs an answer like any other:
//! they learn no sender, no child, and not that it is about a transfer.

pub mod answering;
pub mod hearing;
pub mod offering;
mod saying;
#[cfg(test)]
mod tests;

use domain::transfer::{DeclinedWhy, In, NewSays, OldSays, Out};
use jiff::Timestamp;
use jiff::civil::Date;
use runtime::sql::SqlError;
use zeroize::Zeroizing;

use super::road::Desk;
use crate::content::TransferOffer;
use crate::ledger::Ledger;
use crate::ledger::moving::{self, CareStands, Move, Stands};
use crate::ledger::refusal::LedgerRefusal;
use crate::transfer::Transfer;

/// What a side says, whichever it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Old(OldSays),
    New(NewSays),
}

/// Settles what the clock or what was heard has decided, and says what is to be said; says how
/// many letters that made.
///
/// # Errors
/// The store cannot be read or written; the next tick goes on where it stopped.
pub fn work(
    ledger: &Ledger,
    transfer: &Transfer,
    desk: &Desk,
    now: Timestamp,
) -> Result<usize, SqlError> {
    hearing::settle(ledger, now)?;
    saying::say(ledger, transfer, desk, now)
}

/// Folds the ledger's log in where something that was offered is here no more, or less of it, so
/// that what was erased is in no file.
///
/// # Errors
/// The ledger cannot be read.
pub fn fold_erased(ledger: &Ledger, before: &[(i64, i64)]) -> Result<bool, SqlError> {
    let now = ledger.read(moving::lengths)?;
    let is_less = before.iter().any(|(id, length)| {
        let kept = now.iter().find(|(known, _)| known == id);
        kept.is_none_or(|(_, kept)| kept < length)
    });
    if is_less && ledger.fold().is_err() {
        tracing::warn!("the log of the ledger was not folded in at once");
    }
    Ok(is_less)
}

fn says(row: &Move) -> Says {
    match row.stands {
        Stands::Out(out) => Says::Old(out.says()),
        Stands::In(new) => Says::New(new.says(row.why.unwrap_or(DeclinedWhy::Other))),
    }
}

/// A transfer stands otherwise now: what is new is said, and what names the child goes where
/// nothing comes of it or nobody needs it any more.
fn becomes(row: &mut Move, next: Stands) {
    let before = says(row);
    row.stands = next;
    if says(row) != before {
        row.told.says();
    }
    let is_kept = match next {
        // A new school that was put back since it accepted needs it again, to enter the student.
        Stands::Out(out) => matches!(out, Out::Offered | Out::Accepted(_) | Out::Confirmed(_)),
        Stands::In(new) => !matches!(new, In::Declined | In::Recalled | In::Expired),
    };
    if !is_kept {
        row.offer = None;
    }
}

/// How the student is looked after goes along no more: what is kept or said again is without it.
fn without_care(row: &mut Move) -> Result<(), LedgerRefusal> {
    let Some(bytes) = &row.offer else { return Ok(()) };
    let offer = TransferOffer::read(bytes).map_err(|_| LedgerRefusal::NotSealed)?;
    if offer.care.is_none() {
        return Ok(());
    }
    let bare = TransferOffer { care: None, ..offer };
    row.offer = Some(bare.write().map_err(|_| LedgerRefusal::NotSealed)?);
    Ok(())
}

/// What is offered, where it is still here.
///
/// # Errors
/// It is of another version.
pub fn offered(row: &Move) -> Result<Option<TransferOffer>, LedgerRefusal> {
    let bytes: Option<&Zeroizing<Vec<u8>>> = row.offer.as_ref();
    let read = bytes.map(|bytes| TransferOffer::read(bytes)).transpose();
    read.map_err(|_| LedgerRefusal::NotSealed)
}

/// Erases what is known of a care once its consent is over; says whether there was something.
fn care_is_over(row: &mut Move, today: Date) -> Result<bool, LedgerRefusal> {
    let care = offered(row)?.and_then(|offer| offer.care);
    if care.is_none_or(|care| care.valid_to >= today) {
        return Ok(false);
    }
    row.care = CareStands::Over;
    without_care(row)?;
    Ok(true)
}
