//! What a hub keeps of sealed sums, the same at the leader and at the helper: tasks with their
//! keys, reports, verdicts, openings and records.
//!
//! That a school is in a sum once and a nonce is used once is a constraint of the database too, so
//! that no order of calls can break it.

pub mod heard;
pub mod notes;
pub mod opening;
pub mod record;
pub mod report;
pub mod say;
pub mod school_key;
pub mod task;
#[cfg(test)]
mod tests;
pub mod verdict;
pub mod year;

use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use runtime::sql::{Row, SqlError};

fn digest(row: &Row<'_, '_>, column: usize) -> Result<Digest, SqlError> {
    Digest::from_tagged(&row.blob(column)?).map_err(|_| SqlError::Type)
}

fn task_id(row: &Row<'_, '_>, column: usize) -> Result<TaskId, SqlError> {
    Ok(TaskId::from_bytes(row.array(column)?))
}

fn parsed<T: std::str::FromStr>(row: &Row<'_, '_>, column: usize) -> Result<T, SqlError> {
    row.str(column)?.parse().map_err(|_| SqlError::Type)
}
