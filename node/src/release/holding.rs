//! Holding what would leave: the principal stops the releases of a period, and lifts the stop.
//!
//! A held period is not signed. What was signed before and has no frame yet is taken out of the
//! outbox and waits in the ledger; what may have left is counted and said, never passed over in
//! silence. The hold is written before anything is taken out, and what a crash in between leaves
//! in the outbox is taken out before the next copy and before anything is sent again.

#[cfg(test)]
mod tests;

use domain::period::Period;
use proto::frame::decode_item;
use proto::wire::sync::{ItemKind, Lane};
use runtime::sql::SqlError;
use runtime::uplink::outbox;

use super::ReleaseError;
use crate::ledger::Ledger;
use crate::ledger::hold::{self as register_of_holds, Act, Hold};
use crate::ledger::release::{self as register, Handover};
use crate::transfer::Transfer;

/// Releases that are looked at; a school makes a few a term.
pub(super) const RELEASES_MAX: u32 = 10_000;

/// What a hold did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Whether it is new; a period that was held before keeps its first reason.
    pub is_new: bool,
    /// Signed tables of the period that wait here now.
    pub kept: u64,
    /// Signed tables of the period that were sent before and cannot be stopped.
    pub gone: u64,
}

/// Holds the releases of a period.
///
/// # Errors
/// One of the databases cannot be read or written; holding again goes on where it stopped.
pub fn hold(ledger: &Ledger, transfer: &Transfer, act: Act) -> Result<Held, ReleaseError> {
    let (is_new, signed) = ledger.write("hold_releases", move |tx| {
        let is_new = register_of_holds::hold(tx, &act)?;
        let all = register::all(tx, RELEASES_MAX)?.into_iter();
        let signed: Vec<Handover> =
            all.filter(|one| is_held(&one.item, std::slice::from_ref(&act.period))).collect();
        let ids: Vec<i64> = signed.iter().map(|one| one.id).collect();
        register::forget_copied(tx, &ids)?;
        Ok::<_, SqlError>((is_new, signed))
    })?;
    let total = signed.len() as u64;
    take_back_held(ledger, transfer)?;
    let gone = transfer.read(move |tx| {
        signed.iter().try_fold(0, |gone, one| {
            Ok::<_, SqlError>(gone + u64::from(outbox::find(tx, &one.name)?.is_some()))
        })
    })?;
    Ok(Held { is_new, kept: total.saturating_sub(gone), gone })
}

/// Lifts the hold of a period; says whether there was one.
///
/// # Errors
/// The ledger cannot be written.
pub fn lift(ledger: &Ledger, act: Act) -> Result<bool, ReleaseError> {
    Ok(ledger.write("lift_hold", move |tx| register_of_holds::lift(tx, &act))?)
}

/// The holds in force, each with the number of signed tables that wait because of it.
///
/// # Errors
/// One of the databases cannot be read.
pub fn holds(ledger: &Ledger, transfer: &Transfer) -> Result<Vec<(Hold, u64)>, ReleaseError> {
    let (holds, signed) = ledger.read(|tx| {
        Ok::<_, SqlError>((register_of_holds::in_force(tx)?, register::all(tx, RELEASES_MAX)?))
    })?;
    let queued = transfer.read(|tx| outbox::sent(tx, Lane::Statistics, RELEASES_MAX))?;
    let waits = |one: &&Handover, hold: &Hold| {
        is_held(&one.item, std::slice::from_ref(&hold.period))
            && !queued.iter().any(|item| item.name == one.name)
    };
    let counted = holds.into_iter().map(|hold| {
        let waiting = signed.iter().filter(|one| waits(one, &hold)).count();
        (hold, waiting as u64)
    });
    Ok(counted.collect())
}

/// Takes whatever is held and never had a frame out of the outbox, where a failure or the end of
/// a process left it. Nothing may be sent before this was done once.
///
/// The ledger is kept from other writers meanwhile: an item whose hold is lifted in between could
/// otherwise be taken out after it was noted as copied.
///
/// # Errors
/// One of the databases cannot be read or written.
pub fn take_back_held(ledger: &Ledger, transfer: &Transfer) -> Result<(), SqlError> {
    if ledger.read(register_of_holds::in_force)?.is_empty() {
        return Ok(());
    }
    let transfer = transfer.clone();
    ledger.write("take_back_held", move |tx| {
        let held = periods(&register_of_holds::in_force(tx)?);
        let mut waiting = register::waiting(tx, 0, RELEASES_MAX)?;
        waiting.retain(|one| is_held(&one.item, &held));
        transfer.write("take_back", move |tx| {
            waiting.iter().try_for_each(|one| outbox::take_back(tx, &one.name).map(drop))
        })
    })
}

/// The periods of holds.
pub(super) fn periods(holds: &[Hold]) -> Vec<String> {
    holds.iter().map(|hold| hold.period.clone()).collect()
}

/// Whether a signed item is of one of these periods; one that cannot be read is held with them.
pub(super) fn is_held(item: &[u8], periods: &[String]) -> bool {
    let period = || -> Option<Period> {
        let item = decode_item(item).ok()?;
        match item.kind {
            ItemKind::SealedReport => {
                Some(proto::sealed::decode_report(&item.body).ok()?.place.period)
            }
            _ => Some(proto::release::decode(&item.body).ok()?.header.id.period),
        }
    };
    !periods.is_empty()
        && period().is_none_or(|period| periods.iter().any(|one| *one == period.to_string()))
}
