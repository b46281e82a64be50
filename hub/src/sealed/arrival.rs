//! What a hub knows that bears on a report, read from its store: the same question at leader and
//! helper, decided by `domain`.

use domain::digest::Digest;
use domain::disclosure::sealed::{Arrival, Decision, Known, State, TaskId, decide};
use proto::sealed::decode_verdict;
use runtime::sql::{SqlError, Tx};

use super::refused::Refused;
use crate::store::sealed::{report, verdict};

/// Decides on an arrival by what the store holds; `task` is the one that both hubs agreed on.
///
/// What this hub signed as refused stays refused, also where nothing else is kept of the report:
/// its school was told, and tells the events again.
///
/// # Errors
/// The store cannot be read.
pub fn decide_on(
    tx: &Tx<'_>,
    task: Option<TaskId>,
    arrival: &Arrival,
) -> Result<Decision, SqlError> {
    let kept = match &task {
        Some(task) => report::of_school(tx, task, &arrival.school)?,
        None => None,
    };
    let nonce = report::of_nonce(tx, &arrival.nonce)?;
    let decision = decide(arrival, Known { task, kept: kept.as_ref(), nonce: nonce.as_ref() });
    let is_new = decision == Decision::Verify;
    if is_new && signed_code(tx, &arrival.digest)?.is_some() {
        return Ok(Decision::Again(State::Refused));
    }
    Ok(decision)
}

/// What a report is told that was refused before.
///
/// # Errors
/// The store cannot be read.
pub fn refused_before(tx: &Tx<'_>, digest: &Digest) -> Result<Refused, SqlError> {
    let kept = report::find(tx, digest)?.map(|stored| stored.held.code);
    let code = match kept.filter(|code| !code.is_empty()) {
        Some(code) => code,
        None => signed_code(tx, digest)?.unwrap_or_default(),
    };
    Ok(Refused::again(&code))
}

/// The code of the refusal of a report that this hub signed.
fn signed_code(tx: &Tx<'_>, digest: &Digest) -> Result<Option<String>, SqlError> {
    let Some(stored) = verdict::find(tx, digest)? else { return Ok(None) };
    let signed = decode_verdict(&stored.bytes).map_err(|_| SqlError::Type)?;
    Ok(signed.refused.map(|(code, _)| code))
}
