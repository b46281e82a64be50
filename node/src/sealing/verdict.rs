//! Verdicts: what both hubs said about a report, believed only under the hubs' own keys.
//!
//! Each needs the leader's signature under education's root and the helper's under health's, over
//! one text about the very bytes that were sent. A refusal too: what a refused week told is told
//! again, so one hub alone could have a school tell twice what both counted. Anything else changes
//! nothing: the report stays open and is sent until it is answered. That both accepted what this
//! ledger does not have is kept for people to read ([`super::foreign()`]).

use std::sync::Arc;

use certs::chain::Trust;
use certs::root::Commission;
use domain::disclosure::sealed::{Answer, SealedYear, year_of};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::{SignedDuration, Timestamp};
use proto::frame::{VERDICT_CONTEXT, decode_item};
use proto::sealed::{HubSignature, SealedError, SignedVerdict, decode_signed_verdict};
use proto::wire::sync::ItemKind;
use runtime::clock::instant_of;
use runtime::sealing::verify_hub;
use runtime::sql::{SqlError, Tx};

use super::Context;
use crate::ledger::Ledger;
use crate::ledger::sealed::{self as register, KeptVerdict};
use crate::transfer::{Transfer, addressed};

/// How far before the end of its period a verdict may be dated, where clocks differ.
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

/// What a verdict that is believed says here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Its report was open until now.
    News,
    /// It is the one that is kept with its report.
    Known,
    /// Another one is kept: the first is final.
    Late,
    /// Both hubs accepted a report in this school's name that is not in this ledger.
    Foreign,
}

/// Takes a signed verdict; says what it is to the report that is kept here.
///
/// # Errors
/// It is not believed; nothing was changed.
pub fn take(
    ledger: &Ledger,
    trust: &Trust,
    context: &Context,
    bytes: &[u8],
) -> Result<Taken, VerdictError> {
    let signed = Arc::new(decode_signed_verdict(bytes)?);
    let verdict = &signed.verdict;
    if verdict.place.unit != context.unit {
        return Err(VerdictError::Unknown);
    }
    let period = verdict.place.period;
    let under_seal =
        year_of(period).and_then(|year| context.year(year)).ok_or(VerdictError::NotUnderSeal)?;
    verify(&signed, trust, under_seal.year(), context.now_ms)?;
    let earliest_ms = told_from_ms(context, period);
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
        let Some(known) = register::of_body(tx, &verdict.report)? else {
            return match kept.answer {
                Answer::Accepted => Ok(Taken::Foreign),
                Answer::Refused => Err(VerdictError::Unknown),
            };
        };
        let is_same = known.name == verdict.place.name() && known.task == verdict.task.bytes();
        // Nobody decides on what is not over: a date that says so hides an ended key. The report's
        // own date is this machine's, which may have been wrong then.
        if !is_same || verdict.decided_at_ms < earliest_ms {
            return Err(VerdictError::Unknown);
        }
        if register::keep_verdict(tx, &verdict.report, &kept)? {
            return Ok(Taken::News);
        }
        let is_kept = known.verdict.is_some_and(|known| known.signed == kept.signed);
        Ok(if is_kept { Taken::Known } else { Taken::Late })
    })
}

/// When a report of a period can first have been decided on, by the hubs' clocks.
fn told_from_ms(context: &Context, period: Period) -> i64 {
    let day = context.span(period).map(|span| span.term.map_or(span.to, |term| term.census));
    let over = day.ok().and_then(|day| day.tomorrow().ok());
    let over = over.and_then(|day| instant_of(day.at(0, 0, 0, 0)));
    over.map_or(i64::MIN, |over| over.saturating_sub(BEFORE_MS))
}

/// Takes every verdict that waits in the inbox; gives how many are news. One that cannot be judged
/// yet waits on; one that is not believed is noted in the log and forgotten.
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
            let is_kept = match take(ledger, trust, context, &body) {
                Ok(Taken::Foreign) => {
                    tracing::warn!("both hubs accepted a report that is not in this ledger");
                    true
                }
                Ok(taken) => {
                    news += usize::from(taken == Taken::News);
                    taken != Taken::Late
                }
                Err(VerdictError::Store(error)) => return Err(error),
                Err(VerdictError::NotUnderSeal | VerdictError::Time(_)) => continue,
                Err(error) => {
                    tracing::warn!(%error, "verdict not believed");
                    false
                }
            };
            transfer.write("verdict_taken", move |tx| match is_kept {
                true => addressed::take(tx, waiting.id, now_ms),
                false => addressed::forget(tx, waiting.id),
            })?;
        }
    }
}

/// Has verdicts judged once more that were taken and are about reports which are open here: the
/// ledger was put back from a copy that is older than they are.
///
/// # Errors
/// A store cannot be read or written.
pub fn judge_again((ledger, transfer): (&Ledger, &Transfer)) -> Result<(), SqlError> {
    let open = ledger.read(register::open_bodies)?;
    if open.is_empty() {
        return Ok(());
    }
    transfer.write("verdicts_again", move |tx| {
        let mut after = 0;
        loop {
            let page = addressed::taken(tx, ItemKind::SealedVerdict, after, INBOX_PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for kept in page {
                let body = decode_item(&kept.item).map(|item| item.body).unwrap_or_default();
                let about = decode_signed_verdict(&body).map(|signed| signed.verdict.report);
                if about.is_ok_and(|report| open.contains(&report)) {
                    addressed::put_back(tx, kept.id)?;
                }
            }
        }
    })
}

fn verify(
    signed: &SignedVerdict,
    trust: &Trust,
    year: &SealedYear,
    now_ms: i64,
) -> Result<(), VerdictError> {
    let at = Timestamp::from_millisecond(signed.verdict.decided_at_ms).unwrap_or_default();
    let holds = |signature: &Option<HubSignature>, hub: (&UnitId, Commission)| {
        let says = (VERDICT_CONTEXT, signed.bytes.as_slice());
        let signed = signature.as_ref().map(|signature| (signature, at));
        signed.is_some_and(|signed| verify_hub(trust, hub, says, signed).is_ok())
    };
    let leader = holds(&signed.leader, (&year.leader, Commission::Education));
    let helper = holds(&signed.helper, (&year.helper, Commission::Health));
    if !(leader && helper) {
        return Err(VerdictError::Signature);
    }
    // Asked last: what waits for its time is signed by the hubs, and nobody else fills the inbox.
    let now = Timestamp::from_millisecond(now_ms).unwrap_or_default();
    if at > now.saturating_add(AHEAD).unwrap_or(now) {
        return Err(VerdictError::Time(at));
    }
    Ok(())
}
