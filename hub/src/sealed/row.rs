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
        half: half(made),
        commitment: None,
        key: None,
        stopped: String::new(),
    };
    task::insert(tx, &NewTask { task: &new, terms: &made.terms.encode() }, now_ms)
}

/// This hub's half of a task's key: it follows from the key for its shares of the year, so that a
/// store that was put back to before it has the same one again. Another key of the year is another
/// task's. Where the key is not here, or not yet, it is drawn.
#[must_use]
pub fn half(made: &Task) -> KeyHalf {
    let key = made.year.key.as_ref();
    key.map_or_else(KeyHalf::generate, |key| KeyHalf::of(key, &made.id))
}
