//! Reports in this school's name that both hubs accepted and its ledger does not have: it was put
//! back from a backup that is older than they are, or somebody else made them.
//!
//! Who has the certificate and the report key can report as the school. The hubs cannot tell; the
//! school can, because their answer comes to it, and it has a day or seven to object.

use domain::digest::Digest;
use domain::period::Period;
use proto::frame::decode_item;
use proto::sealed::decode_signed_verdict;
use proto::wire::sync::ItemKind;
use runtime::sql::{SqlError, Tx};

use crate::ledger::Ledger;
use crate::ledger::sealed as register;
use crate::transfer::{Transfer, addressed};

/// Verdicts that are read at a time.
const PAGE: u32 = 100;

/// A report that both hubs accepted and this ledger does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Id of its table.
    pub table: String,
    /// Its period.
    pub period: Period,
    /// Digest of its signed bytes.
    pub report: Digest,
    /// When it was accepted, by the leader's clock.
    pub decided_at_ms: i64,
}

/// Every such report of which the verdict is kept, the oldest first. Only verdicts that were
/// believed are.
///
/// # Errors
/// A store cannot be read.
pub fn foreign((ledger, transfer): (&Ledger, &Transfer)) -> Result<Vec<Foreign>, SqlError> {
    let (mut found, mut after) = (Vec::new(), 0);
    loop {
        let read = move |tx: &Tx<'_>| addressed::taken(tx, ItemKind::SealedVerdict, after, PAGE);
        let page = transfer.read(read)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = last.id;
        let all: Vec<Foreign> = page.iter().filter_map(|kept| accepted(&kept.item)).collect();
        found.extend(ledger.read(move |tx| unknown(tx, all))?);
    }
}

/// The report of a verdict that accepts it.
fn accepted(item: &[u8]) -> Option<Foreign> {
    let signed = decode_signed_verdict(&decode_item(item).ok()?.body).ok()?;
    let verdict = signed.verdict;
    verdict.refused.is_none().then(|| Foreign {
        table: verdict.place.table.to_string(),
        period: verdict.place.period,
        report: verdict.report,
        decided_at_ms: verdict.decided_at_ms,
    })
}

fn unknown(tx: &Tx<'_>, all: Vec<Foreign>) -> Result<Vec<Foreign>, SqlError> {
    let mut left = Vec::new();
    for one in all {
        if register::of_body(tx, &one.report)?.is_none() {
            left.push(one);
        }
    }
    Ok(left)
}
