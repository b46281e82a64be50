//! What people are shown of sealed sums: tasks with their reports, who is missing, what is opened
//! and what the rest waits for. The same at the leader and at the helper, each from its own lists.

use std::collections::BTreeMap;

use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use domain::period::Period;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::documents::{Documents, Task};
use super::holding::{self, Holding, NotOpened};
use super::leader::{Wait, outlook};
use crate::store::sealed::opening::Opening;
use crate::store::sealed::{record, school_key, task};

/// A task as people see it.
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// Area of the plan.
    pub area: UnitId,
    /// School year of the plan.
    pub school_year: i16,
    /// The sealed table.
    pub sheet: String,
    /// Its period.
    pub period: Period,
    /// Whether both hubs agreed on its key.
    pub is_agreed: bool,
    /// Code of what a person must look at; empty otherwise.
    pub stopped: String,
    /// Schools whose report of this task both hubs accepted.
    pub fresh: usize,
    /// Schools of the roster that are due.
    pub due: usize,
    /// Those of them whose report is missing.
    pub missing: Vec<UnitId>,
    /// Those of them whose reports wait until health has stated the key that they sign with.
    pub unstated: Vec<UnitId>,
    /// Openings with the number of their record, once both hubs signed it.
    pub openings: Vec<(Opening, Option<u64>)>,
    /// Groups that wait or stay closed, at the leader.
    pub waits: Vec<Wait>,
    /// Whether its documents are here: without them nothing more can be said.
    pub is_known: bool,
}

/// Every task of this hub.
///
/// # Errors
/// The store cannot be read.
pub fn tasks(tx: &Tx<'_>, documents: &Documents, today: Date) -> Result<Vec<TaskView>, SqlError> {
    tasks_of(tx, documents, today, |_| true)
}

/// The tasks of this hub about some periods.
///
/// # Errors
/// The store cannot be read.
pub fn tasks_of(
    tx: &Tx<'_>,
    documents: &Documents,
    today: Date,
    is_asked: impl Fn(Period) -> bool,
) -> Result<Vec<TaskView>, SqlError> {
    // The latest comes last.
    let keys = school_key::all(tx)?.into_iter().map(|one| (one.unit, one.key)).collect();
    let asked = task::all(tx)?.into_iter().filter(|stored| is_asked(stored.period));
    asked.map(|stored| view(tx, (documents, &keys), stored, today)).collect()
}

/// The key with which each school signed last.
type Keys = BTreeMap<UnitId, Digest>;

fn view(
    tx: &Tx<'_>,
    (documents, keys): (&Documents, &Keys),
    stored: task::Task,
    today: Date,
) -> Result<TaskView, SqlError> {
    let place = (&stored.area, stored.school_year);
    let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
    let made = made.ok().filter(|made| made.id == stored.id);
    let mut view = TaskView {
        id: stored.id,
        area: stored.area.clone(),
        school_year: stored.school_year,
        sheet: stored.sheet.to_string(),
        period: stored.period,
        is_agreed: stored.key.is_some(),
        stopped: stored.stopped,
        fresh: 0,
        due: 0,
        missing: Vec::new(),
        unstated: Vec::new(),
        openings: Vec::new(),
        waits: Vec::new(),
        is_known: made.is_some(),
    };
    let Some(made) = made else { return Ok(view) };
    let holding = Holding::read(tx, documents, &made, today)?;
    let due = &holding.reports.in_session;
    view.fresh = holding.accepted.len();
    view.due = due.len();
    view.missing =
        due.iter().filter(|school| !holding.accepted.contains_key(*school)).cloned().collect();
    view.unstated = unstated(keys, &made, &view.missing);
    let (openings, opened) = match holding::openings(tx, &made) {
        Ok(history) => history,
        Err(NotOpened::Store(error)) => return Err(error),
        Err(_) => {
            "OTHER_HISTORY".clone_into(&mut view.stopped);
            return Ok(view);
        }
    };
    view.waits = outlook(&made, &holding, (&openings, &opened), today).waits;
    for opening in opened {
        let record = record::of_opening(tx, opening.id)?;
        let signed = record.filter(|record| record.helper.is_some()).map(|record| record.number);
        view.openings.push((opening, signed));
    }
    Ok(view)
}

/// Of some schools those without a stated key, or of which another one was seen last.
fn unstated(keys: &Keys, task: &Task, schools: &[UnitId]) -> Vec<UnitId> {
    let waits = |school: &&UnitId| match (task.year.key_of(school), keys.get(*school)) {
        (None, _) => true,
        (Some(stated), seen) => seen.is_some_and(|seen| seen != stated),
    };
    schools.iter().filter(waits).cloned().collect()
}
