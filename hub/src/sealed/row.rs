//! The row of a task, which whatever is kept of the task stands on.

use certs::aggregate::KeyHalf;
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use crate::store::sealed::task::{self, NewTask};

/// Keeps a row for a task, with a half of its own.
///
/// # Errors
/// The row is there, or the store cannot be written.
pub fn keep_row(tx: &Tx<'_>, made: &Task, now_ms: i64) -> Result<(), SqlError> {
    let plan = &made.year.sealed().plan;
    let new = task::Task {
        id: made.id,
        area: plan.area().clone(),
        school_year: plan.year(),
        sheet: made.terms.table.clone(),
        period: made.terms.period,
        pack: made.terms.pack,
        half: KeyHalf::generate(),
        commitment: None,
        key: None,
        stopped: String::new(),
    };
    task::insert(tx, &NewTask { task: &new, terms: &made.terms.encode() }, now_ms)
}
