//! The structural step: whether a set would single out a few schools beside other sums.

use std::collections::BTreeSet;

use domain::catalogue::Stage;
use domain::disclosure::plan::atoms;
use domain::disclosure::sealed::Kind;
use domain::unit::UnitId;
use proto::opening::Standing;
use runtime::sql::{SqlError, Tx};

use super::{Blocked, ISOLATES};
use crate::sealed::documents::Task;
use crate::store::sealed::opening::{self, Opening, Set};
use crate::store::sealed::{record, task};

/// Codes of sets of which no share was given.
const REFUSED_WHOLE: [&str; 6] =
    [ISOLATES, "NOT_ADMITTED", "OBJECTABLE", "NOTES_LOST", "SHARE_OUT", "PUT_BACK"];

/// Whether a set singles out a few schools beside what other tables of its week, or other plans of
/// the period, opened. What is told already of others is no reason to keep it closed.
///
/// # Errors
/// The store cannot be read.
pub fn isolates(
    tx: &Tx<'_>,
    task: &Task,
    asked: (&Set, &[Standing]),
) -> Result<Option<Blocked>, SqlError> {
    isolates_without(tx, task, asked, &[])
}

/// The same with some openings left aside, which a hub would forget for the set.
///
/// # Errors
/// The store cannot be read.
pub fn isolates_without(
    tx: &Tx<'_>,
    task: &Task,
    (set, standings): (&Set, &[Standing]),
    aside: &[i64],
) -> Result<Option<Blocked>, SqlError> {
    let sealed = task.year.sealed();
    let Some(before) = beside(tx, task, (set.stage, aside))? else { return Ok(None) };
    let units: BTreeSet<UnitId> = standings.iter().map(|one| one.unit.clone()).collect();
    let after = atoms(before.iter().chain([&units]));
    let before = atoms(&before);
    let groups = sealed.plan.groups().iter().filter(|group| set.groups.contains(&group.id));
    let members: BTreeSet<&UnitId> = groups.flat_map(|group| &group.members).collect();
    let is_small = after.iter().any(|atom| {
        let is_of_set = atom.iter().any(|unit| members.contains(unit));
        (is_of_set || !before.contains(atom))
            && sealed.roster.support(atom, set.stage) < sealed.plan.floor()
    });
    Ok(is_small.then(|| Blocked { code: ISOLATES, cell: set.stage.as_str().to_owned() }))
}

/// The schools of each sum of a stage beside which one of a task is judged: of a flow all of its
/// week, of a stock those of its table, since tables of a term have nothing in common but their
/// wholes, which are known. Nothing where they are all of the very task: within it the open plan
/// has looked already.
fn beside(
    tx: &Tx<'_>,
    task: &Task,
    (stage, aside): (Stage, &[i64]),
) -> Result<Option<Vec<BTreeSet<UnitId>>>, SqlError> {
    let plan = &task.year.sealed().plan;
    let (place, period) = ((plan.area(), plan.year()), task.terms.period);
    let same = task::of_period(tx, place, (&task.terms.table, period))?;
    let is_beside = |one: &Opening| {
        one.set.stage == stage
            && !aside.contains(&one.id)
            && (task.table.kind() == Kind::Flow || same.iter().any(|(id, _)| *id == one.set.task))
    };
    let (mut sets, mut is_other) = (Vec::new(), false);
    for one in opening::of_period(tx, place, period)?.into_iter().filter(is_beside) {
        // Of what this hub only meant to open nothing is told.
        let is_refused = REFUSED_WHOLE.contains(&one.refused.as_str());
        if is_refused && record::of_opening(tx, one.id)?.is_none() {
            continue;
        }
        is_other |= one.set.task != task.id;
        let standings = opening::standings(tx, one.id)?;
        sets.push(standings.into_iter().map(|one| one.unit).collect());
    }
    Ok(is_other.then_some(sets))
}
