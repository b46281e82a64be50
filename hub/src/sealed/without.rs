//! Schools whose report comes after a sum was opened without it.
//!
//! A sum is opened once, so what comes after is in none. It is refused by name and not kept in
//! silence: a school tells the events of a refused week with its next one.

use std::collections::BTreeSet;

use certs::aggregate::Role;
use domain::disclosure::plan::{Access, GroupId};
use domain::unit::UnitId;
use proto::opening::Detail;
use runtime::sql::{SqlError, Tx};

use super::documents::Task;
use super::guard;
use crate::store::sealed::opening::Opening;
use crate::store::sealed::{opening, record};

/// Whether sums of a task were opened without a school's report of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// None, or a stock's figure can still have it.
    No,
    /// One is about to be, which is decided soon.
    Begun,
    /// The report can be in no sum of the task any more.
    Opened,
}

/// Whether a report of a school can still be in a sum of its task.
///
/// One that was away is in none of the task: what is opened later goes on without it. A stock of
/// which an earlier report was carried is, as long as a group of another stage waits.
///
/// # Errors
/// The store cannot be read.
pub fn opened_without(
    tx: &Tx<'_>,
    (task, part): (&Task, Role),
    school: &UnitId,
) -> Result<Without, SqlError> {
    let plan = &task.year.sealed().plan;
    let open = plan.groups().iter().filter(|group| group.access != Access::Closed);
    let own = open.filter(|group| group.members.contains(school));
    let own: BTreeSet<&GroupId> = own.map(|group| &group.id).collect();
    let (mut found, mut carried) = (Without::No, BTreeSet::new());
    for one in opening::of_task(tx, &task.id)? {
        if one.set.detail != Detail::Cells {
            continue;
        }
        let stood = opening::standings(tx, one.id)?.into_iter().find(|it| it.unit == *school);
        let is_without = match &stood {
            Some(standing) => standing.task != task.id,
            None => one.absent.contains(school),
        };
        if !is_without {
            continue;
        }
        if !is_out(tx, &one, part)? {
            if !guard::is_final(&one.refused) {
                found = Without::Begun;
            }
        } else if stood.is_none() {
            return Ok(Without::Opened);
        } else {
            carried.extend(own.iter().copied().filter(|id| one.set.groups.contains(*id)));
        }
    }
    let is_all = !carried.is_empty() && carried == own;
    Ok(if is_all && found == Without::No { Without::Opened } else { found })
}

/// Whether a sum is out of a hub's hands, so that it is what it is for good. A helper gave its
/// share with the opening. A leader may take back what it only meant to open; what it computed it
/// may not, whether that was recorded or stays closed for what it would tell.
fn is_out(tx: &Tx<'_>, one: &Opening, part: Role) -> Result<bool, SqlError> {
    Ok(part == Role::Helper
        || guard::was_computed(&one.refused)
        || !opening::seen(tx, one.id)?.is_empty()
        || record::of_opening(tx, one.id)?.is_some())
}

/// Schools that were away when a sum of the task went out: for the rest of the task they stay it,
/// so that what they tell is told once and nothing waits for them. By the same sums as
/// [`opened_without`] refuses by, at whichever hub: else a group of another stage would wait for a
/// report that is refused, or the helper would not let pass what the leader asks for.
///
/// # Errors
/// The store cannot be read.
pub fn left_out(tx: &Tx<'_>, (task, part): (&Task, Role)) -> Result<BTreeSet<UnitId>, SqlError> {
    let mut found = BTreeSet::new();
    for one in opening::of_task(tx, &task.id)? {
        if !one.absent.is_empty() && is_out(tx, &one, part)? {
            found.extend(one.absent);
        }
    }
    Ok(found)
}
