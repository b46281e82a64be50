//! Verdicts: what both hubs said about a report, believed only under the hubs' own keys.
//!
//! Accepted needs the leader's signature under education's root and the helper's under health's,
//! over one text about the very bytes that were sent. One signed refusal is final. Anything else
//! changes nothing: the report stays open and is sent until it is answered.

use std::sync::Arc;

use certs::chain::Trust;
use certs::root::Commission;
use domain::disclosure::sealed::{Answer, SealedYear, year_of};
use domain::unit::UnitId;
use jiff::{SignedDuration, Timestamp};
use proto::frame::{VERDICT_CONTEXT, decode_item};
use proto::sealed::{HubSignature, SealedError, SignedVerdict, decode_signed_verdict};
use proto::wire::sync::ItemKind;
use runtime::sealing::verify_hub;
use runtime::sql::{SqlError, Tx};

use super::Context;
use crate::ledger::Ledger;
use crate::ledger::sealed::{self as register, KeptVerdict};
use crate::transfer::{Transfer, addressed};

/// How far before the report's own date a verdict may be dated, where clocks differ.
const BEFORE_MS: i64 = 48 * 3_600_000;

/// Verdicts that are read from the inbox at a time.
const INBOX_PAGE: u32 = 100;

/// How far ahead of this machine's clock a verdict may have been made.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);

/// Why a verdict is not believed. The report stays open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerdictError {
    /// Not a verdict.
    #[error(transparent)]
    Form(#[from] SealedError),
    /// About a report that this school did not make, or not as it made it.
    #[error("the verdict is about no report of this school")]
    Unknown,
    /// Its school year is not under seal here.
    #[error("the report's school year is not under seal here")]
    NotUnderSeal,
    /// It was made at a time that cannot be.
    #[error("the verdict is dated {0}, which cannot be")]
    Time(Timestamp),
    /// A signature is missing, another hub's, or does not hold.
    #[error("the verdict is not signed by the hubs that it needs")]
    Signature,
    /// The ledger could not be read or written.
    #[error(transparent)]
    Store(#[from] SqlError),
}

/// Takes a signed verdict; says whether it is news.
///
/// # Errors
/// It is not believed; nothing was changed.
pub fn take(
    ledger: &Ledger,
    trust: &Trust,
    context: &Context,
    bytes: &[u8],
) -> Result<bool, VerdictError> {
    let signed = Arc::new(decode_signed_verdict(bytes)?);
    let verdict = &signed.verdict;
    if verdict.place.unit != context.unit {
        return Err(VerdictError::Unknown);
    }
    let period = verdict.place.period;
    let under_seal =
        year_of(period).and_then(|year| context.year(year)).ok_or(VerdictError::NotUnderSeal)?;
    verify(&signed, trust, under_seal.year(), context.now_ms)?;
    let kept = KeptVerdict {
        answer: if verdict.refused.is_none() { Answer::Accepted } else { Answer::Refused },
        code: verdict.refused.clone().unwrap_or_default().0,
        reason: verdict.refused.clone().unwrap_or_default().1,
        decided_at_ms: verdict.decided_at_ms,
        signed: bytes.to_vec(),
    };
    let signed = Arc::clone(&signed);
    ledger.write("keep_verdict", move |tx| {
        let verdict = &signed.verdict;
        let known = register::of_body(tx, &verdict.report)?.ok_or(VerdictError::Unknown)?;
        let is_same = known.name == verdict.place.name() && known.task == verdict.task.bytes();
        // Nobody decided on it before it was made: a date that says so hides an ended key.
        let is_late = verdict.decided_at_ms >= known.made_at_ms.saturating_sub(BEFORE_MS);
        if !(is_same && is_late) {
            return Err(VerdictError::Unknown);
        }
        Ok(register::keep_verdict(tx, &verdict.report, &kept)?)
    })
}

/// Takes every verdict that waits in the inbox; gives how many are news. One that cannot be judged
/// yet waits on; one that is not believed is noted in the log and left for good.
///
/// # Errors
/// A store cannot be read or written; what was taken before stays taken.
pub fn take_waiting(
    (ledger, transfer): (&Ledger, &Transfer),
    trust: &Trust,
    context: &Context,
) -> Result<usize, SqlError> {
    let (mut news, mut after, now_ms) = (0, 0, context.now_ms);
    loop {
        let page =
            move |tx: &Tx<'_>| addressed::waiting(tx, ItemKind::SealedVerdict, after, INBOX_PAGE);
        let page = transfer.read(page)?;
        let Some(last) = page.last() else { return Ok(news) };
        after = last.id;
        for waiting in page {
            let body = decode_item(&waiting.item).map(|item| item.body).unwrap_or_default();
            match take(ledger, trust, context, &body) {
                Ok(is_news) => news += usize::from(is_news),
                Err(VerdictError::Store(error)) => return Err(error),
                Err(VerdictError::NotUnderSeal | VerdictError::Time(_)) => continue,
                Err(error) => tracing::warn!(%error, "verdict not believed"),
            }
            transfer.write("verdict_taken", move |tx| addressed::take(tx, waiting.id, now_ms))?;
        }
    }
}

fn verify(
    signed: &SignedVerdict,
    trust: &Trust,
    year: &SealedYear,
    now_ms: i64,
) -> Result<(), VerdictError> {
    let at = Timestamp::from_millisecond(signed.verdict.decided_at_ms).unwrap_or_default();
    let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    if at > now.saturating_add(AHEAD).unwrap_or(now) {
        return Err(VerdictError::Time(at));
    }
    let holds = |signature: &Option<HubSignature>, hub: (&UnitId, Commission)| {
        let says = (VERDICT_CONTEXT, signed.bytes.as_slice());
        let signed = signature.as_ref().map(|signature| (signature, at));
        signed.is_some_and(|signed| verify_hub(trust, hub, says, signed).is_ok())
    };
    let leader = holds(&signed.leader, (&year.leader, Commission::Education));
    let helper = holds(&signed.helper, (&year.helper, Commission::Health));
    let is_enough = match signed.verdict.refused {
        None => leader && helper,
        Some(_) => leader || helper,
    };
    if is_enough { Ok(()) } else { Err(VerdictError::Signature) }
}
