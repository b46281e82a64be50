//! What a hub knows that bears on a report, read from its store: the same question at leader and
//! helper, decided by `domain`.

use domain::disclosure::sealed::{Arrival, Decision, Known, TaskId, decide};
use runtime::sql::{SqlError, Tx};

use crate::store::sealed::report;

/// Decides on an arrival by what the store holds; `task` is the one that both hubs agreed on.
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
    Ok(decide(arrival, Known { task, kept: kept.as_ref(), nonce: nonce.as_ref() }))
}
