//! Whether a report is bad, or the hubs do not agree about it: a helper or a leader that answers
//! wrongly must not become a verdict against a school.
//!
//! Three rules. A refusal for a proof or a control sum needs both hubs, each from what the other
//! showed. Where a hub showed that a report holds and the other comes to the opposite, one of the
//! hubs is wrong: both decide over the very same, so no report can do that. And where reports of
//! several schools fail in one task it is rather a hub than all of them, since a program that works
//! makes no such report: from then on nobody is refused for it. In either case the reports wait,
//! both operators are called, and everything else of the task goes on. So it is where the leader
//! refuses a report for what the helper's own documents and store contradict.

use std::collections::BTreeSet;

use domain::catalogue::TableId;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::UnitId;
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use super::refused::{CONTROL, PROOF, SEALED};
use crate::store::sealed::{report, task, verdict};
use crate::store::{alarm, sealed_inbox};

/// Code of a task about whose reports the two hubs do not agree.
pub const HUBS_DISAGREE: &str = "HUBS_DISAGREE";

/// Kind of the alarm about it, of which the unit is the other hub.
pub const ALARM: &str = "sealed_disagree";

/// Schools of one task from which on it is not theirs that reports fail between the hubs.
pub const SCHOOLS: usize = 3;

/// Refusals that hang on what the hubs showed each other, or on a key of theirs.
const BETWEEN: [&str; 3] = [SEALED, PROOF, CONTROL];

/// Whether a refusal can be a hub's fault as well as a school's.
#[must_use]
pub fn is_between(code: &str) -> bool {
    BETWEEN.contains(&code)
}

/// Whether, with schools that would be refused now, too many of a task fail to be all wrong.
///
/// # Errors
/// The store cannot be read.
pub fn is_disputed(tx: &Tx<'_>, task: &TaskId, now: &BTreeSet<UnitId>) -> Result<bool, SqlError> {
    if now.is_empty() {
        return Ok(false);
    }
    let before = verdict::refused_for(tx, task, &BETWEEN)?;
    Ok(before.union(now).count() >= SCHOOLS)
}

/// Calls a person about a report on which the hubs do not agree. A leader names the report, so that
/// its operator is told of it for as long as it waits.
///
/// # Errors
/// The store cannot be written.
pub fn raise(
    tx: &Tx<'_>,
    task: &Task,
    (other, report): (&UnitId, Option<&domain::digest::Digest>),
    now_ms: i64,
) -> Result<(), SqlError> {
    raise_about(tx, (&task.terms.table, task.terms.period), (other, report), now_ms)
}

/// The same of a report of whatever task, by what it says that it is about.
///
/// # Errors
/// The store cannot be written.
pub fn raise_about(
    tx: &Tx<'_>,
    (table, period): (&TableId, Period),
    (other, report): (&UnitId, Option<&domain::digest::Digest>),
    now_ms: i64,
) -> Result<(), SqlError> {
    let mut detail = format!("{table} {period}");
    if let Some(report) = report {
        detail += &format!(" {report}");
    }
    alarm::raise(tx, ALARM, other.as_str(), &detail, now_ms)
}

/// Lets a task go on at a helper where the leader had a report refused for its period, and none of
/// the task is between check and verdict any more. The leader's mark goes with what waits there
/// ([`stands`]), and it asks about what waits in each step, so that a helper which still does not
/// agree marks the task again.
///
/// # Errors
/// The store cannot be read or written.
pub fn answered(tx: &Tx<'_>, id: &TaskId) -> Result<(), SqlError> {
    let is_marked = task::find(tx, id)?.is_some_and(|stored| stored.stopped == HUBS_DISAGREE);
    if is_marked && report::pending(tx, id)?.is_empty() {
        task::stop(tx, id, "")?;
    }
    Ok(())
}

/// Whether a report of a task about which the hubs did not agree still waits at this leader.
///
/// # Errors
/// The store cannot be read.
pub fn stands(tx: &Tx<'_>, task: &Task) -> Result<bool, SqlError> {
    let place = format!("{} {} ", task.terms.table, task.terms.period);
    for raised in alarm::of_kind(tx, ALARM)? {
        let report = raised.detail.strip_prefix(&place);
        let report = report.and_then(|word| domain::digest::Digest::from_hex(word).ok());
        if let Some(report) = report
            // Another area has a task of the same table and period.
            && sealed_inbox::is_open_of(tx, &task.id, &report)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
