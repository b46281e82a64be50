//! What people are shown of sealed sums: tasks with their reports, who is missing, what is opened
//! and what the rest waits for. The same at the leader and at the helper, each from its own lists.

use std::collections::BTreeMap;

use certs::aggregate::Role;
use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::plan::GroupId;
use domain::disclosure::sealed::{Kind, Objectable, TaskId, special_of};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::opening::Detail;
use runtime::sql::{SqlError, Tx};

use super::documents::{Documents, Task};
use super::holding::{Holding, NotOpened};
use super::leader::{Outlook, Untold, Wait, outlook};
use super::past::Past;
use super::{stand, towns};
use crate::store::sealed::opening::{self, Opening, Set};
use crate::store::sealed::say::{self, Confirmation};
use crate::store::sealed::school_key::{self, Seen};
use crate::store::sealed::{record, task, year};

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
    /// Those of them of which no report was accepted.
    pub missing: Vec<UnitId>,
    /// Those of them whose reports wait until health has stated the key that they sign with.
    pub unstated: Vec<UnitId>,
    /// Those of them of which only reports under another key than the stated one came.
    pub other_key: Vec<UnitId>,
    /// Sets that are complete and not opened yet.
    pub ready: Vec<Ready>,
    /// Openings, each with its record once both hubs signed it.
    pub openings: Vec<(Opening, Option<Recorded>)>,
    /// Groups that wait or stay closed; of a closed year those that its plan never opens.
    pub waits: Vec<Wait>,
    /// Of a closed year the groups that were not opened by then and never are.
    pub left: Vec<(Stage, GroupId)>,
    /// Towns whose own figure waits or stays closed, since it would tell of too few.
    pub untold: Vec<Untold>,
    /// Of each opening by its row the numbers enrolled that a person here confirmed.
    pub confirmed: BTreeMap<i64, Vec<Confirmation>>,
    /// Schools of each waiting group whose report is missing.
    pub awaited: BTreeMap<GroupId, Vec<UnitId>>,
    /// Whether its year was closed here: nothing more of it is opened.
    pub is_closed: bool,
    /// Whether its documents are here: without them nothing more can be said.
    pub is_known: bool,
}

/// The record of an opening that both hubs signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its number in the leader's chain, which is in the signed bytes.
    pub number: u64,
    /// Its digest, by which both hubs name it.
    pub digest: Digest,
    /// Of a flow the most that its figures can come to by the caps of its schools.
    pub cap_sum: Option<u64>,
}

impl TaskView {
    /// Schools whose report a group waits for.
    #[must_use]
    pub fn awaited(&self, wait: &Wait) -> &[UnitId] {
        self.awaited.get(&wait.group).map_or(&[], Vec::as_slice)
    }

    /// The numbers enrolled in an opening that a person here confirmed.
    #[must_use]
    pub fn confirmed_in(&self, opening: &Opening) -> &[Confirmation] {
        self.confirmed.get(&opening.id).map_or(&[], Vec::as_slice)
    }
}

/// A set that is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// The set.
    pub set: Set,
    /// The day on which it is opened; nothing where a school objects.
    pub from: Option<Date>,
}

/// Every task of this hub, by its documents and its own unit.
///
/// # Errors
/// The store cannot be read.
pub fn tasks(
    tx: &Tx<'_>,
    at: (&Documents, &UnitId),
    today: Date,
) -> Result<Vec<TaskView>, SqlError> {
    tasks_of(tx, at, today, |_| true)
}

/// The tasks of this hub about some periods.
///
/// # Errors
/// The store cannot be read.
pub fn tasks_of(
    tx: &Tx<'_>,
    at: (&Documents, &UnitId),
    today: Date,
    is_asked: impl Fn(Period) -> bool,
) -> Result<Vec<TaskView>, SqlError> {
    let keys = school_key::all(tx)?;
    let asked = task::all(tx)?.into_iter().filter(|stored| is_asked(stored.period));
    asked.map(|stored| view(tx, (at, &keys), stored, today)).collect()
}

fn view(
    tx: &Tx<'_>,
    ((documents, own), keys): ((&Documents, &UnitId), &[Seen]),
    stored: task::Task,
    today: Date,
) -> Result<TaskView, SqlError> {
    let place = (&stored.area, stored.school_year);
    let made = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack);
    let made = made.ok().filter(|made| made.id == stored.id);
    let is_closed = year::is_closed(tx, place)?;
    let mut view = blank(stored, is_closed, made.is_some());
    let Some(made) = made else { return Ok(view) };
    // A hub of which the plan names neither part has tasks of a year before at most.
    let part = made.year.role_of(own).unwrap_or(Role::Leader);
    let holding = Holding::read(tx, (documents, part), &made, today)?;
    let (fresh, owed) = (&holding.reports.fresh, &holding.owed);
    // Who told something is in the sums of the period, and due in each, whatever was noted since.
    let mut due = &(&holding.reports.in_session | fresh) | owed;
    if special_of(made.table.id().as_str()).is_some() {
        // Of a special period nothing is awaited of whoever is in no group of its area.
        due.retain(|school| made.year.sealed().plan.opens(school));
    }
    (view.fresh, view.due) = (fresh.len(), due.len());
    // One that names a number far from what is known came: a notice of its own says what to do.
    let came = &holding.accepted;
    let missing = due.difference(fresh).filter(|school| !came.contains_key(*school));
    view.missing = missing.cloned().collect();
    (view.unstated, view.other_key) = keyless(keys, &made, &view.missing);
    let past = match Past::read(tx, &made) {
        Ok(past) => past,
        Err(NotOpened::Store(error)) => return Err(error),
        Err(_) => {
            "OTHER_HISTORY".clone_into(&mut view.stopped);
            return Ok(view);
        }
    };
    let outlook = outlook(&made, &holding, &past, today);
    if view.is_closed {
        (view.waits, view.left) = closed(outlook);
    } else {
        view.awaited = awaited(&made, &outlook.waits, &view.missing);
        view.waits = outlook.waits;
        view.untold = outlook.untold;
        let ready = outlook.ready.into_iter();
        let ready = ready.map(|set| waiting(tx, (&made, &holding), (set, &past), today));
        view.ready = ready.collect::<Result<_, _>>()?;
    }
    let towns = towns::of(tx, documents.packs(), &made)?;
    for (opening, standings) in past.stored {
        let signed = recorded(tx, opening.id, made.table.kind())?;
        let mut confirmed = say::confirmed_in(tx, (opening.id, opening.set.stage))?;
        confirmed.extend(towns::confirmed_in(tx, &towns, (&opening, &standings))?);
        view.confirmed.insert(opening.id, confirmed);
        view.openings.push((opening, signed));
    }
    Ok(view)
}

/// Of a closed year what the plan never opens, and the groups that were left.
fn closed(outlook: Outlook) -> (Vec<Wait>, Vec<(Stage, GroupId)>) {
    let (by_plan, waits): (Vec<Wait>, Vec<Wait>) =
        outlook.waits.into_iter().partition(stand::is_closed);
    // What is ready of a town is a part of what is opened for its area.
    let whole = outlook.ready.into_iter().filter(|set| set.detail == Detail::Cells);
    let ready = whole.flat_map(|set| set.groups.into_iter().map(move |group| (set.stage, group)));
    let waits = waits.into_iter().map(|wait| (wait.stage, wait.group));
    (by_plan, waits.chain(ready).collect())
}

/// A task of which nothing was read yet.
fn blank(stored: task::Task, is_closed: bool, is_known: bool) -> TaskView {
    TaskView {
        id: stored.id,
        area: stored.area,
        school_year: stored.school_year,
        sheet: stored.sheet.to_string(),
        period: stored.period,
        is_agreed: stored.key.is_some(),
        stopped: stored.stopped,
        fresh: 0,
        due: 0,
        missing: Vec::new(),
        unstated: Vec::new(),
        other_key: Vec::new(),
        ready: Vec::new(),
        is_closed,
        openings: Vec::new(),
        waits: Vec::new(),
        left: Vec::new(),
        untold: Vec::new(),
        confirmed: BTreeMap::new(),
        awaited: BTreeMap::new(),
        is_known,
    }
}

/// The record of an opening, once both hubs signed it.
fn recorded(tx: &Tx<'_>, opening: i64, kind: Kind) -> Result<Option<Recorded>, SqlError> {
    let signed = record::of_opening(tx, opening)?.filter(|record| record.helper.is_some());
    let Some(record) = signed else { return Ok(None) };
    let cap_sum = match kind {
        Kind::Flow => opening::cap_sum(tx, opening)?,
        // A stock is held to who is enrolled, which is less.
        Kind::Stock => None,
    };
    let digest = sha256(&record.bytes);
    Ok(Some(Recorded { number: record.signed_number, digest, cap_sum }))
}

/// Schools of each waiting group whose report is missing.
fn awaited(task: &Task, waits: &[Wait], missing: &[UnitId]) -> BTreeMap<GroupId, Vec<UnitId>> {
    let of = |wait: &Wait| {
        let group = task.year.sealed().plan.group(&wait.group);
        let members = group.map(|group| &group.members).into_iter().flatten();
        let schools = members.filter(|school| missing.contains(school)).cloned().collect();
        (wait.group.clone(), schools)
    };
    waits.iter().map(of).collect()
}

/// When a complete set is opened.
fn waiting(
    tx: &Tx<'_>,
    (task, holding): (&Task, &Holding),
    (set, past): (Set, &Past),
    today: Date,
) -> Result<Ready, SqlError> {
    let from = match holding.admit(tx, task, (&set, past), today) {
        Err(NotOpened::Store(error)) => return Err(error),
        Err(NotOpened::Objectable(Objectable::Until(from))) => Some(from),
        Err(NotOpened::Objectable(_)) => None,
        _ => Some(today),
    };
    Ok(Ready { set, from })
}

/// Of some schools those without a stated key, and those of which another one was seen lately.
fn keyless(keys: &[Seen], task: &Task, schools: &[UnitId]) -> (Vec<UnitId>, Vec<UnitId>) {
    let (mut unstated, mut other) = (Vec::new(), Vec::new());
    for school in schools {
        match task.year.key_of(school) {
            None => unstated.push(school.clone()),
            Some(stated) => {
                let is_other = |one: &Seen| one.unit == *school && one.key != *stated;
                if keys.iter().any(is_other) {
                    other.push(school.clone());
                }
            }
        }
    }
    (unstated, other)
}
