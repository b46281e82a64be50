//! One catalogue a table and period: sums over two would be sums over parts of groups, and a group
//! that is parted is never whole.
//!
//! Reports are taken under the catalogue in force on the period's first day. Only where one came
//! late, after reports had been accepted under the one before, the period stays with that one. Who
//! has the other is refused: a school that gets the catalogue in force seals again by itself, and
//! what it cannot seal again its next week tells.

use domain::disclosure::sealed::TaskId;
use runtime::sql::{SqlError, Tx};

use super::documents::{Documents, Task};
use crate::store::sealed::{report, task};

/// Whether reports of a period are taken under a task, as far as catalogues go.
///
/// # Errors
/// The store cannot be read.
pub fn counts(tx: &Tx<'_>, documents: &Documents, asked: &Task) -> Result<bool, SqlError> {
    let plan = &asked.year.sealed().plan;
    let (place, about) = ((plan.area(), plan.year()), (&asked.terms.table, asked.terms.period));
    let mut begun: Vec<TaskId> = Vec::new();
    for (id, pack) in task::of_period(tx, place, about)? {
        // A task of documents that were replaced is over, and decides nothing.
        let made = documents.task_under(place, about, &pack);
        if made.is_ok_and(|made| made.id == id) && report::is_any_accepted(tx, &id)? {
            begun.push(id);
        }
    }
    if begun.is_empty() {
        return Ok(documents.task(place, about.0, about.1).is_ok_and(|now| now.id == asked.id));
    }
    Ok(begun.contains(&asked.id))
}
