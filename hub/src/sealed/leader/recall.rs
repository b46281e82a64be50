//! After a backup was put back: the leader takes up again what the helper holds of its openings,
//! and shows the helper records that it lost.
//!
//! It asks once after its start, before it opens anything, and wherever the helper says that it let
//! a set pass before. What has a record is taken up as it was signed; what has none is opened over
//! the very reports that the helper gave its share for, and over no others.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use certs::digest::sha256;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::limits::MESSAGE_BYTES_MAX;
use proto::opening::Standing;
use proto::recalled::{Recalled, Recorded};
use proto::wire::sealed::{RecallRequest, RemindRequest};
use runtime::sql::{SqlError, Tx};

use super::call::{Client, answer};
use super::{Leader, LeaderError};
use crate::sealed::adopt::{self, Adopted, OTHER_HISTORY, Room};
use crate::sealed::documents::{Documents, Task, Year};
use crate::sealed::guard;
use crate::sealed::helper::recall::{alarm_text, size, with_record};
use crate::sealed::helper::{CallError, REPORTS_MAX};
use crate::sealed::holding::{self, Admitted, Holding, NotOpened};
use crate::sealed::row::keep_row;
use crate::store::alarm;
use crate::store::sealed::{opening, record, task};

/// Code of a sum of which this hub lost reports that the helper gave its share for.
const REPORTS_LOST: &str = "REPORTS_LOST";

impl Leader {
    /// Asks for what the helper holds of each year, once after the start.
    pub(super) async fn recall_all(&self, years: &[Arc<Year>]) -> Result<(), LeaderError> {
        for year in years {
            let plan = &year.sealed().plan;
            let place = (plan.area().clone(), plan.year());
            let is_known = {
                let recalled = self.recalled.lock();
                recalled.unwrap_or_else(PoisonError::into_inner).contains(&place)
            };
            if is_known {
                continue;
            }
            let read = {
                let place = place.clone();
                move |tx: &Tx<'_>| last_of_year(tx, (&place.0, place.1))
            };
            let after = self.hub.parts().database.read_async(read).await?;
            self.recall(year, after).await?;
            let recalled = self.recalled.lock();
            recalled.unwrap_or_else(PoisonError::into_inner).insert(place);
        }
        Ok(())
    }

    /// Takes up what the helper holds of a year after a number.
    pub(super) async fn recall(&self, year: &Year, mut after: u64) -> Result<(), LeaderError> {
        let plan = &year.sealed().plan;
        let mut client = self.dial(&year.sealed().helper).await?;
        loop {
            let asked = RecallRequest {
                area: plan.area().to_string(),
                school_year: plan.year().into(),
                after,
            };
            let told = match answer(client.recall(asked)).await {
                Ok(told) => told.openings,
                // The helper has other documents; nothing is opened with it either.
                Err(error) => {
                    let code = error.refusal()?;
                    tracing::warn!(code, "the helper did not say what it let pass");
                    return Ok(());
                }
            };
            let told = told.into_iter().map(Recalled::from_wire).collect::<Result<Vec<_>, _>>();
            let told = told.map_err(|_| LeaderError::Protocol("openings"))?;
            let numbers = told.iter().filter_map(|one| one.recorded.as_ref());
            let last = numbers.map(|recorded| recorded.record.number).max();
            let is_over = told.iter().any(|one| one.recorded.is_none());
            self.take_up(plan.area().clone(), told).await?;
            match last.filter(|last| *last > after && !is_over) {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    async fn take_up(&self, area: UnitId, told: Vec<Recalled>) -> Result<(), LeaderError> {
        if told.is_empty() {
            return Ok(());
        }
        let leader = self.clone();
        let write = move |tx: &Tx<'_>| {
            let mut taken = 0_usize;
            for one in &told {
                taken += usize::from(leader.take_up_one(tx, one)?);
            }
            if taken > 0 {
                let now_ms = leader.hub.parts().clock.now_ms();
                tracing::warn!(taken, "openings were taken up again from the helper");
                alarm::raise(tx, adopt::ALARM, area.as_str(), &alarm_text(taken), now_ms)?;
            }
            Ok::<_, LeaderError>(())
        };
        self.hub.parts().database.write_async("sealed_recall", write).await
    }

    /// Takes up one opening; says whether it is news.
    fn take_up_one(&self, tx: &Tx<'_>, one: &Recalled) -> Result<bool, LeaderError> {
        let documents = self.hub.documents();
        let Some(task) = made(tx, &documents, one)? else {
            tracing::error!(task = %one.task, "an opening is of a task that this hub cannot make");
            return Ok(false);
        };
        if task.terms.leader != self.hub.parts().unit {
            return Ok(false);
        }
        if let Some(recorded) = &one.recorded {
            return self.take_up_record(tx, &task, (one, recorded));
        }
        self.take_up_open(tx, &task, one)
    }

    fn take_up_record(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        (one, recorded): (&Recalled, &Recorded),
    ) -> Result<bool, LeaderError> {
        if !adopt::holds(&self.hub.judge(), task, recorded) {
            tracing::error!(task = %task.id, "a record that was recalled does not hold");
            return Ok(false);
        }
        if task::find(tx, &task.id)?.is_none() {
            keep_row(tx, task, self.hub.parts().clock.now_ms())?;
        }
        let place = |next: u64, signed: u64| next.max(signed);
        match adopt::adopt(tx, task, (one, recorded), (Room::Signed, place))? {
            Adopted::New => Ok(true),
            Adopted::Known => Ok(false),
            Adopted::Other => {
                task::stop(tx, &task.id, OTHER_HISTORY)?;
                Ok(false)
            }
        }
    }

    /// Goes on with a set for which the helper says that it gave its share: over the reports of
    /// then.
    ///
    /// Nobody signed this, so it is asked of it what is asked of every opening here: the plan, the
    /// days of objection, the smallest atom, and that each report is one of its school that this
    /// hub accepted. Where this hub has a record of the set its own share may be out, and nothing
    /// else is opened.
    fn take_up_open(&self, tx: &Tx<'_>, task: &Task, one: &Recalled) -> Result<bool, LeaderError> {
        let set = adopt::set_of(one);
        if let Some(own) = opening::find(tx, &set)?
            && opening::standings(tx, own.id)? == one.schools
        {
            return Ok(false);
        }
        let today = self.hub.parts().clock.today();
        let holding = Holding::read(tx, &self.hub.documents(), task, today)?;
        if one.schools.iter().any(|standing| holding.held(standing).is_none()) {
            // The helper gives its share of these reports and of no others.
            task::stop(tx, &task.id, REPORTS_LOST)?;
            return Ok(false);
        }
        let Some(admitted) = self.admitted(tx, task, (&holding, one), today)? else {
            task::stop(tx, &task.id, OTHER_HISTORY)?;
            return Ok(false);
        };
        match holding::opening(tx, task, (set, &admitted), one.asked_on) {
            Ok(new) => {
                opening::insert(tx, &new, &admitted.standings)?;
                Ok(true)
            }
            Err(NotOpened::Share) => {
                task::stop(tx, &task.id, REPORTS_LOST)?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The set as this hub would open it itself, over the reports that the helper names; nothing
    /// where it would not, or has opened some of it.
    fn admitted(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        (holding, one): (&Holding, &Recalled),
        today: Date,
    ) -> Result<Option<Admitted>, LeaderError> {
        let set = adopt::set_of(one);
        if !adopt::make_room(tx, &set, Room::Claimed)? {
            return Ok(None);
        }
        let (mut openings, _) = holding::openings(tx, task)?;
        let own = holding
            .admit_now(task, &set, &mut openings)
            .and_then(|own| holding.unobjected(tx, task, &one.schools, today).map(|()| own));
        let own = match own {
            Ok(own) => own,
            Err(NotOpened::Store(error)) => return Err(error.into()),
            Err(_) => return Ok(None),
        };
        let units = |standings: &[Standing]| -> BTreeSet<UnitId> {
            standings.iter().map(|standing| standing.unit.clone()).collect()
        };
        let same = one.absent == own.absent
            && one.schools.len() == own.standings.len()
            && units(&one.schools) == units(&own.standings);
        if !same || guard::isolates(tx, task, (&set, &one.schools))?.is_some() {
            return Ok(None);
        }
        let fresh = one.schools.iter().filter(|standing| standing.task == task.id).count();
        let fresh = u32::try_from(fresh).unwrap_or(u32::MAX);
        Ok(Some(Admitted { standings: one.schools.clone(), fresh, ..own }))
    }

    /// Digests of the records that this hub holds about the table and period of a task.
    pub(super) async fn recorded_beside(&self, task: &Task) -> Result<Vec<Vec<u8>>, LeaderError> {
        let task = task.clone();
        let read = move |tx: &Tx<'_>| beside(tx, &task);
        let held = self.hub.parts().database.read_async(read).await?;
        Ok(held.iter().map(|one| sha256(&one.bytes).to_tagged()).collect())
    }

    /// Shows the helper the records about the table and period of a task.
    pub(super) async fn remind(&self, client: &mut Client, task: &Task) -> Result<(), LeaderError> {
        let task = task.clone();
        let read = move |tx: &Tx<'_>| {
            let told = beside(tx, &task)?.into_iter().map(|one| {
                let id = one.opening.ok_or(SqlError::Type)?;
                let opening = opening::by_id(tx, id)?.ok_or(SqlError::Type)?;
                with_record(tx, opening, one)
            });
            told.collect::<Result<Vec<Recalled>, CallError>>()
        };
        let told = self.hub.parts().database.read_async(read).await;
        let told = told.map_err(|_| LeaderError::Held(NotOpened::History))?;
        for chunk in chunks(&told) {
            let openings = chunk.iter().map(|one| one.to_wire()).collect();
            if let Err(error) = answer(client.remind(RemindRequest { openings })).await {
                let code = error.refusal()?;
                tracing::warn!(code, "the helper did not take up records that it signed");
            }
        }
        Ok(())
    }
}

/// The number after which a year's records are unknown here.
fn last_of_year(tx: &Tx<'_>, place: (&UnitId, i16)) -> Result<u64, SqlError> {
    let all = record::of_year_after(tx, place, 0, u32::MAX)?;
    Ok(all.last().map_or(0, |last| last.signed_number))
}

fn beside(tx: &Tx<'_>, task: &Task) -> Result<Vec<record::Record>, SqlError> {
    let plan = &task.year.sealed().plan;
    let about = (task.terms.table.as_str(), task.terms.period);
    record::of_period(tx, (plan.area(), plan.year()), about)
}

/// The task of an opening: by its row, or of a record by what it names.
fn made(tx: &Tx<'_>, documents: &Documents, one: &Recalled) -> Result<Option<Task>, SqlError> {
    let made = match task::find(tx, &one.task)? {
        Some(stored) => {
            let place = (&stored.area, stored.school_year);
            documents.task_under(place, (&stored.sheet, stored.period), &stored.pack).ok()
        }
        None => one.recorded.as_ref().and_then(|recorded| {
            let record = &recorded.record;
            documents.task_of(&record.table, record.period, &record.task).ok()
        }),
    };
    Ok(made.filter(|made| made.id == one.task))
}

/// Openings in calls that fit into a message.
fn chunks(told: &[Recalled]) -> Vec<Vec<&Recalled>> {
    let (mut chunks, mut bytes) = (vec![Vec::new()], 0);
    for one in told {
        bytes += size(one);
        let is_full = chunks.last().is_some_and(|chunk| chunk.len() >= REPORTS_MAX);
        if is_full || bytes > MESSAGE_BYTES_MAX / 2 {
            chunks.push(Vec::new());
            bytes = size(one);
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(one);
        }
    }
    chunks
}
