//! Agreeing on the keys of tasks before their reports come: those of this week and the next four,
//! of this term and the coming one. None is agreed on once the period is over (record 0069); until
//! then the helper is asked each hour whether it has its halves still, so that one that was put
//! back takes the task up again with the very same half (record 0070).

use std::sync::{Arc, PoisonError};

use certs::aggregate::{Commitment, KeyHalf, Role, agree};
use domain::digest::Digest;
use domain::disclosure::sealed::TaskId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::wire::sealed::{AgreeRequest, RevealRequest};
use runtime::sql::SqlError;

use super::call::{Client, answer};
use super::settle::{APART, HELPER_SIGNATURE};
use super::{Away, Leader, LeaderError};
use crate::sealed::dispute::{self, HUBS_DISAGREE};
use crate::sealed::documents::{Task, Year};
use crate::sealed::helper::{ACCEPTED_BEFORE, KEY_LATE, NO_OTHER_REPORT, NOT_AGREED, OTHER_KEY};
use crate::sealed::row::keep_row;
use crate::store::sealed::{opening, record, task, year};
use crate::store::sealed_inbox;

/// Days ahead up to which keys are agreed on: on each day those of the week that lies so far.
pub(in crate::sealed) const AHEAD_DAYS: i32 = 28;
/// Days ahead on which the tasks are looked for whose reports may come: a hub that was away for
/// three weeks has missed none.
const AHEAD: [i32; 5] = [0, 7, 14, 21, AHEAD_DAYS];

/// How often the helper is asked about keys that were agreed on.
const COMPARE_EVERY_MS: i64 = 3_600_000;

/// Code of a task whose helper committed to something else than before.
const HELPER_COMMITMENT: &str = "HELPER_COMMITMENT";
/// Code of a task whose helper showed another half than it committed to.
const HELPER_HALF: &str = "HELPER_HALF";
/// Codes about a task as a whole, which are over once the helper looks at its reports.
pub(super) const WHOLE: [&str; 14] = [
    ACCEPTED_BEFORE,
    KEY_LATE,
    HELPER_COMMITMENT,
    HELPER_HALF,
    OTHER_KEY,
    "BROKEN_HALF",
    NOT_AGREED,
    NO_OTHER_REPORT,
    "NO_SHARE_KEY",
    "NO_TASK",
    "NOT_VERIFIED",
    "OTHER_COMMITMENT",
    "OTHER_TASK",
    HUBS_DISAGREE,
];

/// Codes about a report that the helper answered wrongly, which are over once nothing of the task
/// waits.
const OF_ONE: [&str; 2] = [APART, HELPER_SIGNATURE];

/// Of which tasks the helper is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Of those without a key.
    Keyless,
    /// Of those whose period runs too.
    Running,
}

impl Leader {
    pub(super) async fn agree_all(
        &self,
        years: &[Arc<Year>],
        away: &mut Away,
    ) -> Result<(), LeaderError> {
        for year in years {
            self.note_due(year).await?;
            let helper = &year.sealed().helper;
            if !away.has(helper) {
                away.note(helper, self.agree_year(year).await)?;
            }
        }
        Ok(())
    }

    async fn agree_year(&self, year: &Arc<Year>) -> Result<(), LeaderError> {
        let today = self.hub.parts().clock.today();
        let now_ms = self.hub.parts().clock.now_ms();
        let scope = self.scope(year, now_ms);
        let is_late = |one: &(Task, task::Task)| one.1.commitment.is_none() && one.0.is_over(today);
        let (late, open): (Vec<_>, Vec<_>) =
            self.to_agree(year, (scope, today)).await?.into_iter().partition(is_late);
        for (task, _) in late.iter().filter(|(_, stored)| stored.stopped != KEY_LATE) {
            self.note_stop(task, KEY_LATE.to_owned()).await?;
        }
        if !open.is_empty() {
            self.agree_open(year, open).await?;
        }
        if scope == Scope::Running {
            self.note_compared(year, now_ms);
        }
        Ok(())
    }

    /// Asks the helper about some tasks of a year.
    async fn agree_open(
        &self,
        year: &Year,
        open: Vec<(Task, task::Task)>,
    ) -> Result<(), LeaderError> {
        let mut client = self.dial(&year.sealed().helper).await?;
        let mut agreed = 0_usize;
        for (task, stored) in open {
            let code = match self.agree_on(&mut client, &task, &stored).await {
                Ok(code) => code.to_owned(),
                Err(error) => error.refusal()?,
            };
            agreed += usize::from(code.is_empty() && stored.key.is_none());
            if code != stored.stopped {
                self.note_stop(&task, code).await?;
            }
        }
        if agreed > 0 {
            // A first contact agrees on dozens at once: one line, not one for each.
            tracing::info!(helper = %year.sealed().helper, agreed, "keys of tasks agreed");
        }
        Ok(())
    }

    /// Of which tasks of a year the helper is asked now.
    fn scope(&self, year: &Year, now_ms: i64) -> Scope {
        let plan = &year.sealed().plan;
        let place = (plan.area().clone(), plan.year());
        let compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |at: &i64| (0..COMPARE_EVERY_MS).contains(&now_ms.saturating_sub(*at));
        if compared.get(&place).is_some_and(is_recent) { Scope::Keyless } else { Scope::Running }
    }

    fn note_compared(&self, year: &Year, now_ms: i64) {
        let plan = &year.sealed().plan;
        let place = (plan.area().clone(), plan.year());
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        compared.insert(place, now_ms);
    }

    /// Keeps a row for each task whose reports may come soon.
    async fn note_due(&self, year: &Arc<Year>) -> Result<(), LeaderError> {
        let today = self.hub.parts().clock.today();
        let documents = self.hub.documents();
        let days = AHEAD.map(|days| today.saturating_add(days.days()));
        let due: Vec<Task> =
            days.into_iter().flat_map(|day| documents.tasks_on(year, day)).collect();
        let now_ms = self.hub.parts().clock.now_ms();
        let known = self.hub.parts().database.read_async({
            let due = due.clone();
            let plan = &year.sealed().plan;
            let place = (plan.area().clone(), plan.year());
            move |tx| {
                if year::is_closed(tx, (&place.0, place.1))? {
                    return Ok(Vec::new());
                }
                let new = due.into_iter().filter_map(|due| match task::find(tx, &due.id) {
                    Ok(Some(_)) => None,
                    Ok(None) => Some(Ok(due)),
                    Err(error) => Some(Err(error)),
                });
                new.collect::<Result<Vec<Task>, SqlError>>()
            }
        });
        let new = known.await?;
        if new.is_empty() {
            return Ok(());
        }
        let write = move |tx: &runtime::sql::Tx<'_>| {
            new.iter().try_for_each(|task| keep_row(tx, task, now_ms))
        };
        Ok(self.hub.parts().database.write_async("sealed_due", write).await?)
    }

    /// Tasks of a year that have no key yet, and where that is asked those that have one while
    /// their period runs.
    async fn to_agree(
        &self,
        year: &Arc<Year>,
        (scope, today): (Scope, Date),
    ) -> Result<Vec<(Task, task::Task)>, LeaderError> {
        let documents = self.hub.documents();
        let plan = &year.sealed().plan;
        let place = (plan.area().clone(), plan.year());
        let read = move |tx: &runtime::sql::Tx<'_>| {
            if year::is_closed(tx, (&place.0, place.1))? {
                return Ok(Vec::new());
            }
            let is_wanted = |one: &task::Task| one.key.is_none() || scope == Scope::Running;
            let all = task::all(tx)?.into_iter().filter(is_wanted);
            let own = all.filter(|one| (&one.area, one.school_year) == (&place.0, place.1));
            let known = own.filter_map(|one| {
                let at = (&one.area, one.school_year);
                let known = documents.task_under(at, (&one.sheet, one.period), &one.pack);
                known.ok().filter(|known| known.id == one.id).map(|known| (known, one))
            });
            let mut asked = Vec::new();
            for (known, one) in known {
                let is_done = known.is_over(today)
                    && (one.key.is_some() || (one.commitment.is_none() && is_open(tx, &one.id)?));
                if !is_done {
                    asked.push((known, one));
                }
            }
            Ok::<_, SqlError>(asked)
        };
        Ok(self.hub.parts().database.read_async(read).await?)
    }

    /// Commits, and shows the half once the helper has committed; gives the code of what a person
    /// must look at, or nothing.
    async fn agree_on(
        &self,
        client: &mut Client,
        task: &Task,
        stored: &task::Task,
    ) -> Result<&'static str, LeaderError> {
        let plan = &task.year.sealed().plan;
        let own = stored.half.commit(&task.id, Role::Leader);
        let asked = AgreeRequest {
            area: plan.area().to_string(),
            school_year: plan.year().into(),
            table: task.terms.table.to_string(),
            period: task.terms.period.to_string(),
            task: task.id.bytes().to_vec(),
            commitment: own.digest().bytes().to_vec(),
        };
        let told = answer(client.agree(asked)).await?.commitment;
        let told = <[u8; 32]>::try_from(told).map_err(|_| LeaderError::Protocol("commitment"))?;
        let told = Commitment::from_digest(Digest::sha256(told));
        if stored.commitment.is_some_and(|before| before != told) {
            return Ok(HELPER_COMMITMENT);
        }
        let id = task.id;
        let database = &self.hub.parts().database;
        // On the disk before the half is shown: the helper cannot choose any more.
        database.write_async("sealed_commit", move |tx| task::commit(tx, &id, told)).await?;
        let shown = stored.half.expose().to_vec();
        let asked = RevealRequest { task: task.id.bytes().to_vec(), half: shown };
        let half = answer(client.reveal(asked)).await?.half;
        let half = KeyHalf::from_slice(&half).ok_or(LeaderError::Protocol("half"))?;
        let Ok(key) = agree(&task.id, (&stored.half, own), (&half, told)) else {
            return Ok(HELPER_HALF);
        };
        if stored.key.as_ref().is_some_and(|before| before.expose() != key.expose()) {
            return Ok(OTHER_KEY);
        }
        database.write_async("sealed_key", move |tx| task::agree(tx, &id, &key)).await?;
        tracing::debug!(task = %task.id, "key of a task agreed");
        Ok("")
    }

    /// Shows this hub's half again to a helper that lost the key of a task, from a backup of before
    /// it was agreed on: with the helper's half of then both come to the same key. Gives the code
    /// of what a person must look at, or nothing.
    pub(super) async fn agree_again(
        &self,
        client: &mut Client,
        task: &Task,
    ) -> Result<String, LeaderError> {
        let id = task.id;
        let stored = self.hub.parts().database.read_async(move |tx| task::find(tx, &id)).await?;
        let Some(stored) = stored else { return Ok(String::new()) };
        match self.agree_on(client, task, &stored).await {
            Ok(code) => Ok(code.to_owned()),
            Err(error) => error.refusal(),
        }
    }

    /// Notes that the helper looks at a task's reports, where it did not before.
    pub(super) async fn go_on(&self, task: &Task) -> Result<(), LeaderError> {
        let of = task.clone();
        let read = move |tx: &runtime::sql::Tx<'_>| match task::find(tx, &of.id)? {
            Some(stored) if stored.stopped == HUBS_DISAGREE => Ok(!dispute::stands(tx, &of)?),
            // It stays closed, whatever is answered about its reports.
            Some(stored) if stored.stopped == KEY_LATE && stored.commitment.is_none() => {
                is_open(tx, &of.id)
            }
            // One report was answered wrongly: it waits, and is asked about again.
            Some(stored) if OF_ONE.contains(&stored.stopped.as_str()) => {
                Ok(!sealed_inbox::is_any_open(tx, &of.id)?)
            }
            Some(stored) => Ok(WHOLE.contains(&stored.stopped.as_str())),
            None => Ok::<_, SqlError>(false),
        };
        if self.hub.parts().database.read_async(read).await? {
            self.note_stop(task, String::new()).await?;
        }
        Ok(())
    }

    pub(super) async fn note_stop(&self, task: &Task, code: String) -> Result<(), LeaderError> {
        if !code.is_empty() {
            tracing::error!(task = %task.id, code, "a task waits for a person");
        }
        let id = task.id;
        let write = move |tx: &runtime::sql::Tx<'_>| task::stop(tx, &id, &code);
        Ok(self.hub.parts().database.write_async("sealed_stop", write).await?)
    }
}

/// Whether both hubs recorded a sum of a task: what was lost of its key then closes nothing.
fn is_open(tx: &runtime::sql::Tx<'_>, id: &TaskId) -> Result<bool, SqlError> {
    for one in opening::of_task(tx, id)? {
        if record::of_opening(tx, one.id)?.is_some_and(|record| record.helper.is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}
