//! What speaks for a refusal by this hub's own documents and store. A school takes a refusal that
//! both hubs signed, and a stock that was refused for its period is never sealed again: so the
//! helper signs none on the leader's word alone where it can know better.
//!
//! What rests on the report itself is looked up in the signed item, which the leader shows in the
//! call; what rests on the period (no key, a closed year, a school that was away, a sum without it)
//! in this hub's own tasks, notes and openings. Where they say the opposite a hub is wrong, and
//! both operators are called. Not so where this hub only does not know yet.

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::aggregate::Role;
use domain::digest::Digest;
use domain::disclosure::sealed::{Decision, Kept, State};
use domain::unit::IdentityName;
use proto::sealed::{Verdict, decode_verdict};
use runtime::sql::{SqlError, Tx};

use super::open::holds_all;
use super::{CallError, Helper};
use crate::sealed::arrival::decide_on;
use crate::sealed::close;
use crate::sealed::documents::{Documents, Task, Year};
use crate::sealed::fit;
use crate::sealed::one_catalogue;
use crate::sealed::refused::{
    self, ALGORITHM, AWAY, CAP, ENROLLED, LATE_KEY, NONCE, NOT_LISTED, OPENED_WITHOUT, OTHER_TASK,
    Refused, SAME_NUMBER, SEALED, SIGNATURE, UNREADABLE, YEAR_CLOSED,
};
use crate::sealed::signed::{self, Read};
use crate::sealed::without::{Without, is_away, opened_without};
use crate::store::sealed::report::{self, Held};
use crate::store::sealed::{task, verdict, year};

/// The item that a verdict is about, where it is that one.
///
/// # Errors
/// None, or another report's: a signature would be about what nobody has shown.
pub(super) fn item_of(verdict: &Verdict, item: &[u8]) -> Result<Read, CallError> {
    let read = signed::read(item).map_err(|_| CallError::NotVerified)?;
    let claimed = (&verdict.place, verdict.task, verdict.report);
    if claimed == (&read.report.place, read.report.task, read.arrival.digest) {
        Ok(read)
    } else {
        Err(CallError::NotVerified)
    }
}

/// Whether this hub signed a refusal of a report under a code: what it said once it says again,
/// whatever was noted since.
pub(super) fn was_signed(tx: &Tx<'_>, report: &Digest, code: &str) -> Result<bool, CallError> {
    let Some(stored) = verdict::find(tx, report)? else { return Ok(false) };
    let known = decode_verdict(&stored.bytes)?;
    Ok(stored.helper.is_some() && known.refused.is_some_and(|(known, _)| known == code))
}

/// Keeps the number and the nonce of a report that is refused for its form, as the leader does:
/// else this hub would not know why another one under the same is refused.
pub(super) fn use_up(tx: &Tx<'_>, verdict: &Verdict, read: Read) -> Result<(), SqlError> {
    let code = verdict.refused.as_ref().map_or("", |(code, _)| code.as_str());
    let is_free = decide_on(tx, Some(verdict.task), &read.arrival)? == Decision::Verify;
    if !is_free || !refused::uses_number(code) || task::find(tx, &verdict.task)?.is_none() {
        return Ok(());
    }
    let held = Held {
        cap: read.report.cap,
        enrolled: read.report.enrolled,
        share: None,
        item: None,
        code: code.to_owned(),
    };
    let kept = Kept { arrival: read.arrival, state: State::Refused };
    report::insert(tx, &kept, &held, verdict.decided_at_ms)
}

impl Helper {
    /// Checks that this hub's own documents and store say what a refusal says; `recorded` are the
    /// records about the period that the leader has.
    ///
    /// # Errors
    /// They say the opposite, or this hub cannot say yet.
    pub(super) fn speaks_for(
        &self,
        tx: &Tx<'_>,
        leader: &IdentityName,
        (code, read): (&str, &Read),
        recorded: &BTreeSet<Digest>,
    ) -> Result<(), CallError> {
        let documents = self.hub.documents();
        let is_right = match self.year_with(&documents, leader, read) {
            None => code == NOT_LISTED,
            Some(year) => match code {
                YEAR_CLOSED => self.is_closed(tx, year)?,
                SIGNATURE => self.hub.judge().school(read, &year.sealed().roster).is_err(),
                UNREADABLE => fit::halves(&read.report).is_err(),
                _ => match own_task(tx, &documents, (year, read))? {
                    None => code == OTHER_TASK,
                    Some(own) => self.speaks_of(tx, &own, (code, read), recorded)?,
                },
            },
        };
        if is_right { Ok(()) } else { Err(CallError::Disagree) }
    }

    /// The same of a report whose task this hub has.
    fn speaks_of(
        &self,
        tx: &Tx<'_>,
        own: &Task,
        (code, read): (&str, &Read),
        recorded: &BTreeSet<Digest>,
    ) -> Result<bool, CallError> {
        let school = &read.arrival.school;
        Ok(match code {
            OTHER_TASK => {
                fit::place(&read.report, own).is_err()
                    || !one_catalogue::counts(tx, &self.hub.documents(), own)?
            }
            AWAY => is_away(tx, own, school)?,
            OPENED_WITHOUT => {
                let is_out = opened_without(tx, (own, Role::Helper), school)? == Without::Opened;
                if !is_out {
                    // A store that was put back is shown first what both signed.
                    holds_all(tx, own, recorded)?;
                }
                is_out
            }
            LATE_KEY => self.is_without_key(tx, own)?,
            CAP | ALGORITHM | ENROLLED => {
                let listed = own.year.sealed().roster.school(school);
                let form = listed.map(|listed| fit::form(&read.report, own, listed));
                form.is_some_and(|form| form.is_err_and(|refused| refused.code == code))
            }
            NONCE | SAME_NUMBER => match decide_on(tx, Some(own.id), &read.arrival)? {
                Decision::Refuse(reason) => Refused::from(reason).code == code,
                _ => false,
            },
            // Of the leader's half this hub knows nothing: how many of a task is bounded.
            SEALED => true,
            _ => false,
        })
    }

    /// Whether a year was closed, here or by a record that the leader signed.
    fn is_closed(&self, tx: &Tx<'_>, of: &Year) -> Result<bool, CallError> {
        let plan = &of.sealed().plan;
        let known = year::find(tx, (plan.area(), plan.year()))?;
        let is_closed = known.closed_at_ms.is_some() || known.told.is_some();
        // The leader tells of it within a day.
        if !is_closed && close::is_ended(plan.year(), self.hub.parts().clock.today()) {
            return Err(CallError::NotYet);
        }
        Ok(is_closed)
    }

    /// Whether a period is over of which this hub has no key.
    fn is_without_key(&self, tx: &Tx<'_>, own: &Task) -> Result<bool, CallError> {
        if !own.is_over(self.hub.parts().clock.today()) {
            return Err(CallError::NotYet);
        }
        Ok(task::find(tx, &own.id)?.is_none_or(|stored| stored.key.is_none()))
    }

    /// The year of a report that the caller leads, and that has the report's school on its roster.
    fn year_with<'d>(
        &self,
        documents: &'d Documents,
        leader: &IdentityName,
        read: &Read,
    ) -> Option<&'d Arc<Year>> {
        let place = &read.report.place;
        documents.years().iter().find(|year| {
            year.is_of(place.period)
                && self.helps((year, leader))
                && year.sealed().roster.school(&place.unit).is_some()
        })
    }
}

/// The task that a report names, as the leader makes it too: by its row, or by the catalogue in
/// force on the period's first day.
fn own_task(
    tx: &Tx<'_>,
    documents: &Documents,
    (year, read): (&Year, &Read),
) -> Result<Option<Task>, SqlError> {
    let (plan, place) = (&year.sealed().plan, &read.report.place);
    let at = (plan.area(), plan.year());
    let made = match task::find(tx, &read.report.task)? {
        Some(stored) => documents.task_under(at, (&place.table, place.period), &stored.pack),
        None => documents.task(at, &place.table, place.period),
    };
    Ok(made.ok().filter(|made| made.id == read.report.task))
}
