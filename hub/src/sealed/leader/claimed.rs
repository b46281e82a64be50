//! A set for which the helper says, and did not sign, that it gave its share: over the reports of
//! then, which this hub may have forgotten.
//!
//! It is judged before anything of this hub's makes room for it, and over the very reports that are
//! claimed. One that does not hold leaves the store as it was and is the helper's to explain: it
//! could else have a sum opened over the report of a term before, where both hubs accepted one of
//! this term, or have a set stored that nothing can be opened beside.

use certs::aggregate::Role;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::opening::{Detail, Standing};
use proto::recalled::Recalled;
use runtime::sql::{SqlError, Tx};

use super::{Leader, LeaderError, follow};
use crate::sealed::adopt::{self, OTHER_HISTORY};
use crate::sealed::documents::Task;
use crate::sealed::guard;
use crate::sealed::holding::{self, Admitted, Holding, NotOpened};
use crate::sealed::past::Past;
use crate::sealed::watch;
use crate::store::alarm;
use crate::store::sealed::{opening, task};

/// Code of a sum of which this hub lost reports that the helper gave its share for.
const REPORTS_LOST: &str = "REPORTS_LOST";

/// Code of a task of which the helper claims a set that does not hold here.
pub(super) const HELPER_CLAIM: &str = "HELPER_CLAIM";

impl Leader {
    /// Goes on with a set for which the helper says that it gave its share: over the reports of
    /// then.
    ///
    /// Nobody signed this, so it is asked of it what is asked of every opening here: the plan, the
    /// days of objection, the smallest atom, and that each report is one of its school that this
    /// hub accepted. Where this hub has a record of the set its own share may be out, and nothing
    /// else is opened.
    pub(super) fn take_up_open(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        one: &Recalled,
    ) -> Result<bool, LeaderError> {
        let set = adopt::set_of(one);
        let today = self.hub.parts().clock.today();
        let holding = Holding::read(tx, (&self.hub.documents(), Role::Leader), task, today)?;
        if let Some(own) = opening::find(tx, &set)?
            && opening::standings(tx, own.id)? == one.schools
        {
            let away = (&holding.absent, today);
            return Ok(own.absent != one.absent && follow::follow(tx, task, (&own, one), away)?);
        }
        if one.schools.iter().any(|standing| holding.held(standing).is_none()) {
            // The helper gives its share of these reports and of no others.
            task::stop(tx, &task.id, REPORTS_LOST)?;
            return Ok(false);
        }
        if set.detail == Detail::Categories && Past::read(tx, task)?.stood(task, &set).is_err() {
            // The area's sum was not taken up; why stands with the task.
            return Ok(false);
        }
        let Some(goes) = adopt::in_the_way(tx, (&set, &one.schools))? else {
            task::stop(tx, &task.id, OTHER_HISTORY)?;
            return Ok(false);
        };
        let Some(admitted) = admitted(tx, task, (&holding, one), (&goes, today))? else {
            self.note_claim(tx, task, one)?;
            return Ok(false);
        };
        match holding::opening(tx, task, (set, &admitted), today) {
            Ok(new) => {
                for id in goes {
                    opening::forget(tx, id)?;
                }
                opening::insert(tx, &new, &admitted.standings)?;
                claim_is_over(tx, task)?;
                Ok(true)
            }
            Err(NotOpened::Share) => {
                task::stop(tx, &task.id, REPORTS_LOST)?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Calls a person about a claim that does not hold, by the name of the hub that claims it.
    fn note_claim(&self, tx: &Tx<'_>, task: &Task, one: &Recalled) -> Result<(), SqlError> {
        tracing::error!(task = %task.id, "the helper claims a set that does not hold here");
        task::stop(tx, &task.id, HELPER_CLAIM)?;
        let (table, period) = (&task.terms.table, task.terms.period);
        let (stage, detail) = (one.stage.as_str(), one.detail.as_str());
        let what = format!("{table} {period} {stage} {detail}");
        let now_ms = self.hub.parts().clock.now_ms();
        alarm::raise(tx, watch::ALARM_CLAIM, task.terms.helper.as_str(), &what, now_ms)
    }
}

/// Takes the mark of a claim off a task of which a set was opened with the helper after all.
pub(super) fn claim_is_over(tx: &Tx<'_>, task: &Task) -> Result<(), SqlError> {
    if task::find(tx, &task.id)?.is_some_and(|stored| stored.stopped == HELPER_CLAIM) {
        task::stop(tx, &task.id, "")?;
    }
    Ok(())
}

/// The set as this hub would open it itself, over the reports that the helper names; nothing where
/// it would not. `goes` is what this hub meant to open of it.
fn admitted(
    tx: &Tx<'_>,
    task: &Task,
    (holding, one): (&Holding, &Recalled),
    (goes, today): (&[i64], Date),
) -> Result<Option<Admitted>, LeaderError> {
    let is_displaced = |standing: &Standing| is_displaced(task, holding, (standing, one.asked_on));
    if one.schools.iter().any(is_displaced) {
        return Ok(None);
    }
    let set = adopt::set_of(one);
    let mut past = Past::default();
    for own in opening::of_task(tx, &task.id)?.into_iter().filter(|own| !goes.contains(&own.id)) {
        let standings = opening::standings(tx, own.id)?;
        past.add(task, own, standings)?;
    }
    let own = holding
        .admit_now(task, &set, &past)
        .and_then(|own| holding.unobjected(tx, task, &one.schools, today).map(|()| own));
    let own = match own {
        Ok(own) => own,
        Err(NotOpened::Store(error)) => return Err(error.into()),
        Err(_) => return Ok(None),
    };
    let units = |standings: &[Standing]| -> Vec<UnitId> {
        standings.iter().map(|standing| standing.unit.clone()).collect()
    };
    let same = one.absent == own.absent && units(&one.schools) == units(&own.standings);
    let asked = (&set, one.schools.as_slice());
    if !same || guard::isolates_without(tx, task, asked, goes)?.is_some() {
        return Ok(None);
    }
    if set.detail == Detail::Categories {
        // A town's categories stand on the very reports of the area's cells.
        return Ok((one.schools == own.standings).then_some(own));
    }
    let stood = (one.schools.clone(), one.absent.clone());
    Ok(holding::admit_over(task, (&set, &past), stood).ok())
}

/// Whether a claim has a school stand with the report of an earlier term although this hub accepted
/// one of this term: that one came before the set was let pass, or the term was not over then, so
/// that nothing was carried yet.
fn is_displaced(task: &Task, holding: &Holding, (standing, asked_on): (&Standing, Date)) -> bool {
    if standing.task == task.id {
        return false;
    }
    let Some(fresh) = holding.accepted.get(&standing.unit) else { return false };
    let came_after = fresh.on.parse::<Date>().is_ok_and(|on| on >= asked_on);
    !came_after || asked_on <= task.days.1
}
