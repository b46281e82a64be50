//! After a backup was put back: the leader takes up again what the helper holds of its reports and
//! openings, and shows the helper records that it lost.
//!
//! It asks once after its start, before it opens anything, and wherever the helper says that it let
//! a set pass before. What has a record is taken up as it was signed; what has none is opened over
//! the very reports that the helper gave its share for, and over no others.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use certs::digest::sha256;
use domain::unit::UnitId;
use proto::limits::MESSAGE_BYTES_MAX;
use proto::recalled::{Recalled, Recorded};
use proto::wire::sealed::{RecallRequest, RemindRequest};
use runtime::sql::{SqlError, Tx};

use super::call::{Asks, Client, answer};
use super::{Away, Leader, LeaderError};
use crate::sealed::adopt::{self, Adopted, OTHER_HISTORY, Room};
use crate::sealed::documents::{Documents, Task, Year};
use crate::sealed::gaps::ASKED_MAX;
use crate::sealed::helper::recall::{alarm_text, size, with_record};
use crate::sealed::helper::{CallError, KEY_LATE, REPORTS_MAX};
use crate::sealed::holding::NotOpened;
use crate::sealed::row::keep_row;
use crate::store::alarm;
use crate::store::sealed::{notes, opening, record, task, year};

/// Most answers about the openings of a year within one step, at 64 in each.
const ANSWERS_MAX: u32 = 1_024;

/// How long after an answer of which something was left out the helper is asked once more.
const AGAIN_MS: i64 = 3_600_000;

/// What the helper said of a year, since this process began.
#[derive(Clone, Copy, Debug)]
pub(super) enum Heard {
    /// Everything.
    Whole,
    /// What this hub cannot place yet, because its documents are not here or the record does not
    /// hold; said at this time.
    Part(i64),
}

/// What became of an opening that the helper told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    New,
    Known,
    /// This hub could not say what it is.
    LeftOut,
}

impl Taken {
    const fn new(is_new: bool) -> Self {
        if is_new { Self::New } else { Self::Known }
    }
}

impl Leader {
    /// Asks for what the helper holds of each year, until it has answered. Of a year of which it
    /// has not answered nothing is opened. A year that was closed here is not asked about: nothing
    /// of it is opened any more.
    pub(super) async fn recall_all(
        &self,
        years: &[Arc<Year>],
        away: &mut Away,
    ) -> Result<(), LeaderError> {
        let now_ms = self.hub.parts().clock.now_ms();
        for year in years {
            let plan = &year.sealed().plan;
            let place = (plan.area().clone(), plan.year());
            let helper = &year.sealed().helper;
            let is_due = match self.heard(&place) {
                Some(Heard::Whole) => false,
                Some(Heard::Part(at_ms)) => now_ms.saturating_sub(at_ms) >= AGAIN_MS,
                None => true,
            };
            if !is_due || away.has(helper) {
                continue;
            }
            let read = {
                let place = place.clone();
                move |tx: &Tx<'_>| last_of_year(tx, (&place.0, place.1))
            };
            let Some(after) = self.hub.parts().database.read_async(read).await? else { continue };
            // Reports first: a sum is gone on with over those that the helper gave its share for.
            let taken = match self.dial(helper).await {
                Ok(mut client) => self.restore_reports(&mut client, year).await,
                Err(error) => Err(error),
            };
            match away.note(helper, taken)? {
                Some(true) => self.check_all(away).await?,
                Some(false) => {}
                None => continue,
            }
            let heard = self.recall(year, after).await;
            if let Some(heard) = away.note(helper, heard)?.flatten() {
                let all = self.recalled.lock();
                all.unwrap_or_else(PoisonError::into_inner).insert(place, heard);
            }
        }
        Ok(())
    }

    /// What the helper said of a year.
    pub(super) fn heard(&self, place: &(UnitId, i16)) -> Option<Heard> {
        let all = self.recalled.lock();
        all.unwrap_or_else(PoisonError::into_inner).get(place).copied()
    }

    /// Takes up what the helper holds of a year after a number; nothing where it does not answer
    /// about the year.
    pub(super) async fn recall(
        &self,
        year: &Year,
        after: u64,
    ) -> Result<Option<Heard>, LeaderError> {
        let plan = &year.sealed().plan;
        let mut client = self.dial(&year.sealed().helper).await?;
        let mut heard = Heard::Whole;
        let (mut after, mut open_after) = (after, 0);
        let mut answers = Asks::new(ANSWERS_MAX);
        loop {
            answers.take("openings")?;
            let asked = RecallRequest {
                area: plan.area().to_string(),
                school_year: plan.year().into(),
                after,
                open_after,
            };
            let told = match answer(client.recall(asked)).await {
                Ok(told) => told,
                // The helper has other documents; nothing is opened with it either.
                Err(error) => {
                    let code = error.refusal()?;
                    tracing::warn!(code, "the helper did not say what it let pass");
                    return Ok(None);
                }
            };
            let next_open = told.next_open;
            let told = told.openings.into_iter().map(Recalled::from_wire);
            let told = told.collect::<Result<Vec<_>, _>>();
            let told = told.map_err(|_| LeaderError::Protocol("openings"))?;
            let numbers = told.iter().filter_map(|one| one.recorded.as_ref());
            let last = numbers.map(|recorded| recorded.record.number).max();
            let is_over = told.iter().any(|one| one.recorded.is_none());
            if !self.take_up(plan.area().clone(), told).await? {
                heard = Heard::Part(self.hub.parts().clock.now_ms());
            }
            let is_further = last.is_some_and(|last| last > after);
            after = last.unwrap_or(0).max(after);
            if next_open > open_after {
                open_after = next_open;
            } else if is_over || !is_further {
                return Ok(Some(heard));
            }
        }
    }

    /// Takes up what was told; says whether nothing was left out.
    async fn take_up(&self, area: UnitId, told: Vec<Recalled>) -> Result<bool, LeaderError> {
        if told.is_empty() {
            return Ok(true);
        }
        let leader = self.clone();
        let write = move |tx: &Tx<'_>| {
            let taken = told.iter().map(|one| {
                let is_lost = adopt::is_lost(tx, one)?;
                Ok::<_, LeaderError>((leader.take_up_one(tx, one)?, is_lost))
            });
            let taken = taken.collect::<Result<Vec<(Taken, bool)>, LeaderError>>()?;
            let new = taken.iter().filter(|(one, _)| *one == Taken::New).count();
            if taken.contains(&(Taken::New, true)) {
                notes::lose(tx, leader.hub.parts().clock.now_ms())?;
            }
            if new > 0 {
                let now_ms = leader.hub.parts().clock.now_ms();
                tracing::warn!(new, "openings were taken up again from the helper");
                alarm::raise(tx, adopt::ALARM, area.as_str(), &alarm_text(new), now_ms)?;
            }
            Ok::<_, LeaderError>(taken.iter().all(|(one, _)| *one != Taken::LeftOut))
        };
        self.hub.parts().database.write_async("sealed_recall", write).await
    }

    /// Takes up one opening.
    fn take_up_one(&self, tx: &Tx<'_>, one: &Recalled) -> Result<Taken, LeaderError> {
        let documents = self.hub.documents();
        let Some(task) = made(tx, &documents, one)? else {
            tracing::error!(task = %one.task, "an opening is of a task that this hub cannot make");
            return Ok(Taken::LeftOut);
        };
        if task.terms.leader != self.hub.parts().unit {
            return Ok(Taken::Known);
        }
        if let Some(recorded) = &one.recorded {
            return self.take_up_record(tx, &task, (one, recorded));
        }
        Ok(Taken::new(self.take_up_open(tx, &task, one)?))
    }

    fn take_up_record(
        &self,
        tx: &Tx<'_>,
        task: &Task,
        (one, recorded): (&Recalled, &Recorded),
    ) -> Result<Taken, LeaderError> {
        if !adopt::holds(&self.hub.judge(), task, recorded) {
            tracing::error!(task = %task.id, "a record that was recalled does not hold");
            return Ok(Taken::LeftOut);
        }
        if task::find(tx, &task.id)?.is_none() {
            keep_row(tx, task, self.hub.parts().clock.now_ms())?;
        }
        let place = |next: u64, signed: u64| next.max(signed);
        match adopt::adopt(tx, task, (one, recorded), (Room::Signed, place))? {
            Adopted::New => {
                // Reports of it may have come first, and found no key.
                if task::find(tx, &task.id)?.is_some_and(|stored| stored.stopped == KEY_LATE) {
                    task::stop(tx, &task.id, "")?;
                }
                Ok(Taken::New)
            }
            Adopted::Known => Ok(Taken::Known),
            Adopted::Other => {
                task::stop(tx, &task.id, OTHER_HISTORY)?;
                Ok(Taken::Known)
            }
        }
    }

    /// Digests of the records that this hub holds about the period of a task.
    pub(super) async fn recorded_beside(&self, task: &Task) -> Result<Vec<Vec<u8>>, LeaderError> {
        let task = task.clone();
        let read = move |tx: &Tx<'_>| beside(tx, &task);
        let held = self.hub.parts().database.read_async(read).await?;
        Ok(held.iter().map(|one| sha256(&one.bytes).to_tagged()).collect())
    }

    /// Shows the helper the records about the period of a task.
    pub(super) async fn remind(&self, client: &mut Client, task: &Task) -> Result<(), LeaderError> {
        let task = task.clone();
        self.show(client, move |tx: &Tx<'_>| beside(tx, &task)).await
    }

    /// Shows the helper the records that both signed under numbers that it does not have, once
    /// since this process began.
    pub(super) async fn fill(
        &self,
        client: &mut Client,
        task: &Task,
        missing: Vec<u64>,
    ) -> Result<(), LeaderError> {
        let helper = &task.terms.helper;
        let is_new = |number: &u64| {
            let mut shown = self.shown_again.lock().unwrap_or_else(PoisonError::into_inner);
            shown.insert(format!("number {helper} {number}"))
        };
        let missing: BTreeSet<u64> = missing.into_iter().take(ASKED_MAX).filter(is_new).collect();
        if missing.is_empty() {
            return Ok(());
        }
        self.show(client, move |tx: &Tx<'_>| record::of_numbers(tx, &missing)).await
    }

    async fn show(
        &self,
        client: &mut Client,
        find: impl FnOnce(&Tx<'_>) -> Result<Vec<record::Record>, SqlError> + Send + 'static,
    ) -> Result<(), LeaderError> {
        let read = move |tx: &Tx<'_>| {
            let told = find(tx)?.into_iter().map(|one| {
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

/// The number after which a year's records are unknown here; nothing of a year that was closed.
fn last_of_year(tx: &Tx<'_>, place: (&UnitId, i16)) -> Result<Option<u64>, SqlError> {
    if year::is_closed(tx, place)? {
        return Ok(None);
    }
    let all = record::of_year_after(tx, place, 0, u32::MAX)?;
    Ok(Some(all.last().map_or(0, |last| last.signed_number)))
}

fn beside(tx: &Tx<'_>, task: &Task) -> Result<Vec<record::Record>, SqlError> {
    let plan = &task.year.sealed().plan;
    record::of_period(tx, (plan.area(), plan.year()), task.terms.period)
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
