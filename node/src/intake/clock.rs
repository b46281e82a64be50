//! The receiver's own clock: what nobody answered ends, and what a consent no longer lets it keep
//! is erased. An emergency is never ended by a clock.

use domain::receiver::ErasedWhy;
use domain::referral::State;
use runtime::sql::{SqlError, Tx};

use super::acting::{self, By};
use super::course::Course;
use super::{IntakeError, Receiver};
use crate::content::Answered;
use crate::ledger::entry::Moment;
use crate::ledger::intake::{self, Entry};

/// Envelopes that are looked at.
const LOOKED_AT: u32 = 1_000;

/// Ends what is to be ended now; gives how many contents were erased.
pub(super) fn pass(tx: &Tx<'_>, receiver: &Receiver, now: Moment) -> Result<usize, IntakeError> {
    let mut erased = 0;
    let over = intake::over(tx, (now.day(), now.0))?;
    for entry in intake::latest(tx, LOOKED_AT)? {
        if entry.erased.is_some() {
            continue;
        }
        let course = Course::of(&entry, &intake::done(tx, entry.id)?);
        let is_over = over.contains(&entry.id);
        // What a backup shows as unanswered may have been accepted since.
        let is_unanswered = course.state == State::Received && entry.locked_at.is_none();
        let has_run_out = has_run_out(&entry, &course, now);
        if has_run_out || (is_over && is_unanswered) {
            acting::answer(tx, (receiver, &entry), &By::program(now), Answered::TimedOut)?;
            intake::erase(tx, entry.id, (ErasedWhy::Expired, now.0))?;
            erased += 1;
        } else if is_over {
            intake::erase(tx, entry.id, (ErasedWhy::Ended, now.0))?;
            erased += 1;
        }
    }
    Ok(erased)
}

/// Whether anything is to be ended, without writing: the clock is looked at every minute.
pub(super) fn is_due(tx: &Tx<'_>, now: Moment) -> Result<bool, SqlError> {
    if !intake::over(tx, (now.day(), now.0))?.is_empty() {
        return Ok(true);
    }
    for entry in intake::latest(tx, LOOKED_AT)? {
        if entry.erased.is_some() {
            continue;
        }
        let course = Course::of(&entry, &intake::done(tx, entry.id)?);
        if has_run_out(&entry, &course, now) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether nobody answered in time; of what is locked nobody knows.
fn has_run_out(entry: &Entry, course: &Course, now: Moment) -> bool {
    entry.locked_at.is_none() && course.expires_ms().is_some_and(|at_ms| at_ms < now.0)
}
