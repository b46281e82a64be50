//! An opening of which the helper gave its share while it noted other schools as away.
//!
//! Over the same reports, who is away decides which cells are hidden well enough to be open. The
//! helper gives its share once, of the cells of then, so that this hub follows it or nothing is
//! ever opened. It follows only where that opens no cell which it would keep closed itself; else
//! the sum waits until the notes are alike.

use std::collections::BTreeSet;

use domain::disclosure::plan::Openings;
use domain::disclosure::sealed::Cover;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::opening::Detail;
use proto::recalled::Recalled;
use runtime::sql::Tx;

use super::LeaderError;
use crate::sealed::documents::Task;
use crate::sealed::guard;
use crate::sealed::holding::{self, Admitted, hiding};
use crate::sealed::past::{Past, reports};
use crate::store::sealed::opening::{self, Opening};
use crate::store::sealed::record;

/// Puts the helper's list of who was away in place of this hub's; says whether it did.
pub(super) fn follow(
    tx: &Tx<'_>,
    task: &Task,
    (own, told): (&Opening, &Recalled),
    (away, today): (&BTreeSet<UnitId>, Date),
) -> Result<bool, LeaderError> {
    let record = record::of_opening(tx, own.id)?;
    let is_signed = record.as_ref().is_some_and(|record| record.helper.is_some());
    if is_signed || guard::is_final(&own.refused) || opens_more(task, (own, told), away) {
        return Ok(false);
    }
    let Some(admitted) = admitted(tx, task, (own, told))? else { return Ok(false) };
    if let Some(record) = record {
        record::take_back(tx, record.number)?;
    }
    let new = holding::opening(tx, task, (own.set.clone(), &admitted), today)?;
    // What was computed stays seen: the cells are sums of the very same reports.
    let seen = opening::seen(tx, own.id)?;
    opening::forget(tx, own.id)?;
    let id = opening::insert(tx, &new, &admitted.standings)?;
    let size = seen.last().map_or(0, |(place, _)| place + 1);
    let mut cells = vec![None; size];
    for (place, value) in seen {
        if let Some(cell) = cells.get_mut(place) {
            *cell = Some(value);
        }
    }
    opening::put_seen(tx, id, &cells)?;
    Ok(true)
}

/// The set under the helper's list, where the plan lets it pass so beside everything else.
fn admitted(
    tx: &Tx<'_>,
    task: &Task,
    (own, told): (&Opening, &Recalled),
) -> Result<Option<Admitted>, LeaderError> {
    let mut past = Past::default();
    for one in opening::of_task(tx, &task.id)?.into_iter().filter(|one| one.id != own.id) {
        let standings = opening::standings(tx, one.id)?;
        if past.add(task, one, standings).is_err() {
            return Ok(None);
        }
    }
    let by = (&task.year.sealed().plan, &task.year.sealed().roster);
    let detail = own.set.detail.as_str();
    let reports = reports(task, &told.schools, &told.absent);
    let mut openings: Openings = past.openings;
    let Ok(schools) = openings.admit(by, &own.set.groups, detail, &reports) else {
        return Ok(None);
    };
    let is_of_set = told.absent.is_subset(&schools);
    let stood = (told.schools.clone(), told.absent.clone());
    Ok(is_of_set.then(|| Admitted::over(task, schools, stood)))
}

/// Whether the helper's list opens something that stays closed where whoever either hub notes as
/// away hides nobody.
fn opens_more(task: &Task, (own, told): (&Opening, &Recalled), noted: &BTreeSet<UnitId>) -> bool {
    let by = (&task.year.sealed().plan, &task.year.sealed().roster);
    let cover = |away: &BTreeSet<UnitId>| {
        Cover::new(&task.table, by, hiding(task, &told.schools, away), own.set.stage)
    };
    let (theirs, strict) = (cover(&told.absent), cover(&(&told.absent | noted)));
    match own.set.detail {
        Detail::Cells => {
            let mut both = theirs.openable().into_iter().zip(strict.openable());
            both.any(|(theirs, strict)| theirs && !strict)
        }
        Detail::Categories => theirs.hides_all() && !strict.hides_all(),
    }
}
