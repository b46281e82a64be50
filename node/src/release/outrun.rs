//! Raising a revision above the one that the hub knows, as after a ledger was put back from a
//! backup: what was signed under a number that is taken is signed again under a higher one.
//!
//! No figure is computed here and none moves: the cells are those that a person agreed to send,
//! put through the disclosure rule once more. Only where the hub says that a band would move, or
//! that the school year is under seal, the bands give way to those that it accepted, or to none.
//! Counts about persons leave once a term and are never signed again.

use std::num::NonZeroU32;

use certs::key::SigningKey;
use domain::disclosure::{ClearSheet, DisclosureError, RawTable};
use domain::release::{Header, Release, ReleaseId, Rule};
use runtime::sql::Tx;
use runtime::uplink::outbox::SentItem;

use super::holding::RELEASES_MAX;
use super::prepare::sign;
use super::{Context, DecodedRelease, ReleaseError, decode_for_page, named_catalogue};
use crate::ledger::release::{self as register, Handover};
use crate::ledger::{Ledger, hold};
use crate::transfer::Transfer;

/// Codes by which a hub says that it knows a later or another release under a number.
const PASSED: [&str; 2] = ["superseded", "revision_conflict"];

/// Codes by which a hub says that a band would move, or that a year under seal takes none.
const BAND: [&str; 2] = ["band_once_a_term", "band_tells"];

/// How an outcome says "refused".
const REFUSED: u32 = 2;

/// How an outcome says "accepted".
const ACCEPTED: u32 = 1;

/// Why a signed sheet did not arrive under its number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    /// The number is taken by other figures.
    Number,
    /// A band would move, or tell too much.
    Band,
}

/// Signs clear sheets again whose revision the hub knows with other figures; gives how many.
///
/// Only the latest sheet of a period is signed again, and nothing of a period that is held.
///
/// # Errors
/// One of the databases cannot be read or written, or the key cannot sign.
pub fn outrun(
    ledger: &Ledger,
    transfer: &Transfer,
    context: &Context,
    key: &SigningKey,
) -> Result<u64, ReleaseError> {
    let sent = transfer.releases(RELEASES_MAX)?;
    if !sent.iter().any(|item| item.outcome == Some(REFUSED)) && !is_older(ledger, &sent)? {
        return Ok(0);
    }
    let (context, key) = (context.clone(), key.clone());
    ledger.write("outrun", move |tx| {
        let signed = register::all(tx, RELEASES_MAX)?;
        let again = Again { tx, context: &context, key: &key, sent: &sent };
        let mut raised = 0;
        for item in &signed {
            if let Some(obstacle) = again.obstacle(item) {
                raised += u64::from(again.sign(item, obstacle)?);
            }
        }
        Ok(raised)
    })
}

/// Whether the outbox holds another item under a name of the ledger's.
fn is_older(ledger: &Ledger, sent: &[SentItem]) -> Result<bool, ReleaseError> {
    let signed = ledger.read(|tx| register::all(tx, RELEASES_MAX))?;
    Ok(signed.iter().any(|one| differs(one, sent)))
}

fn differs(signed: &Handover, sent: &[SentItem]) -> bool {
    sent.iter().any(|item| item.name == signed.name && item.item != signed.item)
}

struct Again<'a> {
    tx: &'a Tx<'a>,
    context: &'a Context,
    key: &'a SigningKey,
    sent: &'a [SentItem],
}

impl Again<'_> {
    fn obstacle(&self, signed: &Handover) -> Option<Obstacle> {
        let item = self.sent.iter().find(|item| item.name == signed.name)?;
        if item.item != signed.item {
            return Some(Obstacle::Number);
        }
        match item.code.as_str() {
            code if item.outcome == Some(REFUSED) && PASSED.contains(&code) => {
                Some(Obstacle::Number)
            }
            code if item.outcome == Some(REFUSED) && BAND.contains(&code) => Some(Obstacle::Band),
            _ => None,
        }
    }

    /// Signs a sheet under a higher revision; says whether it was one that can be.
    fn sign(&self, signed: &Handover, obstacle: Obstacle) -> Result<bool, ReleaseError> {
        let Some(was) = self.decode(&signed.item).filter(|was| was.claimed.rule == Rule::Clear)
        else {
            return Ok(false);
        };
        let id = was.claimed.header.id.clone();
        let period = id.period.to_string();
        let last = register::last(self.tx, id.unit.as_str(), id.table.as_str(), &period)?;
        // A later one was signed since, or the school does not want it to leave.
        if last.is_none_or(|last| last.revision != id.revision.get())
            || hold::of_period(self.tx, &period)?.is_some()
        {
            return Ok(false);
        }
        let Some(revision) = self.highest(&id).checked_add(1).and_then(NonZeroU32::new) else {
            return Ok(false);
        };
        let header = Header {
            id: ReleaseId { revision, ..id.clone() },
            made_at_ms: self.context.now_ms,
            ..was.claimed.header.clone()
        };
        let Some(sheet) = self.sheet(&was, obstacle)? else {
            return Ok(false);
        };
        sign(self.tx, &Release::of_clear(header, &sheet), self.key)?;
        tracing::warn!(was = %id, revision, "hub knows this revision; signed again above it");
        Ok(true)
    }

    /// The sheet as it was signed; where a band would move, with the bands that were accepted.
    fn sheet(
        &self,
        was: &DecodedRelease,
        obstacle: Obstacle,
    ) -> Result<Option<ClearSheet>, ReleaseError> {
        let Some(catalogue) = self.context.catalogue_of(&was.claimed.header.catalogue) else {
            return Ok(None);
        };
        let id = &was.claimed.header.id;
        let signed = RawTable::new(id.table.clone(), was.cells.clone());
        let sheet = match ClearSheet::again(signed, catalogue) {
            // What left before may not leave any more: it is not signed once more.
            Err(DisclosureError::Clear { .. } | DisclosureError::Noise(_)) => return Ok(None),
            sheet => sheet?,
        };
        if obstacle == Obstacle::Number {
            return Ok(Some(sheet));
        }
        let accepted = self.accepted(id);
        let last = accepted.as_ref().map(|last| (&last.spec, last.cells.as_slice()));
        let kept = sheet.clone().keep_bands(catalogue, &was.spec, last);
        let kept =
            if kept == sheet { sheet.clone().keep_bands(catalogue, &was.spec, None) } else { kept };
        // Without any band it was refused as well: signing it once more would not help.
        Ok((kept != sheet).then_some(kept))
    }

    /// The latest release of the same table and period that the hub accepted.
    fn accepted(&self, id: &ReleaseId) -> Option<DecodedRelease> {
        let accepted = self.sent.iter().filter(|item| item.outcome == Some(ACCEPTED));
        let of_place = accepted.filter_map(|item| Some((revision_at(item, id)?, item)));
        let (_, latest) = of_place.max_by_key(|(revision, _)| *revision)?;
        self.decode(&latest.item)
    }

    /// The highest revision of the same table and period that is known here.
    fn highest(&self, id: &ReleaseId) -> u32 {
        let sent = self.sent.iter().filter_map(|item| revision_at(item, id));
        sent.max().unwrap_or(0).max(id.revision.get())
    }

    fn decode(&self, item: &[u8]) -> Option<DecodedRelease> {
        let digest = named_catalogue(item).ok()?;
        decode_for_page(item, self.context.catalogue_of(&digest)?).ok()
    }
}

/// The revision of an item, if it is about the same unit, table and period.
fn revision_at(item: &SentItem, id: &ReleaseId) -> Option<u32> {
    let (place, revision) = item.name.rsplit_once('/')?;
    let wanted = id.to_string();
    let (own, _) = wanted.rsplit_once('/')?;
    (place == own).then(|| revision.parse().ok()).flatten()
}
