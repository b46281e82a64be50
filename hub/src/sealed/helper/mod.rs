//! The helper's part: answers the leader of a plan, and believes the schools and its own documents.
//!
//! Every call can be made again and gets the same answer; a hub that was killed in between computes
//! it from what it keeps.

mod agree;
mod close;
mod grounds;
mod kept;
mod open;
mod part;
mod present;
pub(crate) mod recall;
mod reports;
mod settle;
mod verify;

use std::collections::BTreeSet;
use std::sync::Arc;

use certs::aggregate::{KeyError, Role};
use certs::seal::ShareKey;
use domain::disclosure::plan::{GroupId, Refusal};
use domain::disclosure::sealed::TaskId;
use domain::unit::{IdentityName, UnitId};
use proto::sealed::SealedError;
use runtime::sql::{SqlError, Tx};

pub use agree::Announced;
pub use kept::AskedClosed;
pub use open::{AskedRecord, AskedSet};
pub use recall::{After, LetPass};
pub use reports::{AskedItems, HeldItems};
pub use settle::{AskedVerdict, Settled};
pub use verify::{AskedReport, AskedReports, Shown};

use super::Hub;
use super::dispute::HUBS_DISAGREE;
use super::documents::{NoTask, Task, Year};
use super::holding::NotOpened;
use super::unsure::PUT_BACK;
use crate::store::sealed::{task, year};

/// Code of a task of which the two hubs hold different verify keys.
pub const OTHER_KEY: &str = "OTHER_KEY";

/// Code of a task of which no verify key was agreed here.
pub const NOT_AGREED: &str = "NOT_AGREED";
/// Code of a task whose period was over before a key was agreed, or of which a hub lost its half.
pub const KEY_LATE: &str = "KEY_LATE";
/// Code of a refusal of a report that both hubs accepted.
pub const ACCEPTED_BEFORE: &str = "ACCEPTED_BEFORE";
/// Most reports in a call.
pub const REPORTS_MAX: usize = 256;

/// Code of a refusal beside another report, where this hub holds no other.
pub const NO_OTHER_REPORT: &str = "NO_OTHER_REPORT";

/// Code of a refusal about which this hub cannot say yet what it knows: it is asked again.
pub const NOT_YET: &str = "NOT_YET";

/// Code of a call of a leader that has records about the period which are not here.
pub const RECORDS_MISSING: &str = "RECORDS_MISSING";

/// Answers leaders.
#[derive(Clone)]
pub struct Helper {
    hub: Hub,
}

/// Why a call is not answered; what is held stays as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// A field that is missing or malformed.
    #[error(transparent)]
    Malformed(#[from] SealedError),
    /// More reports than a call may have.
    #[error("a call has at most {REPORTS_MAX} reports")]
    TooMany,
    /// The caller leads no such task.
    #[error("the caller is not the leader of this task by the plan")]
    NotLeader,
    /// No such task by the documents of this hub.
    #[error("{0}")]
    NoTask(#[from] NoTask),
    /// The documents of the two hubs make different tasks.
    #[error("this hub makes another task of its documents: plan, roster or catalogue differ")]
    OtherTask,
    /// The verify key was not agreed on.
    #[error("the hubs have not agreed on the key of this task")]
    NotAgreed,
    /// The period is over, and this hub has no half of its key.
    #[error("the period is over: no key of it is made any more")]
    KeyLate,
    /// The leader committed to something else before.
    #[error("another commitment of the leader is held for this task")]
    OtherCommitment,
    /// The leader holds another verify key of the task.
    #[error("the two hubs hold different verify keys of this task")]
    OtherKey,
    /// The half that was shown makes no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The year was closed here.
    #[error("this hub closed the school year: nothing of it is opened any more")]
    YearClosed,
    /// This hub holds no key for its halves.
    #[error("this hub has no key for its halves of this year")]
    NoShareKey,
    /// A verdict about a report that this hub has not verified.
    #[error("a report of the call was not verified here")]
    NotVerified,
    /// A refusal of a report that both hubs accepted.
    #[error("a report of the call was accepted before")]
    Accepted,
    /// A refusal beside another report, where none stands that both hubs accepted.
    #[error("no other report of the school stands here")]
    NoOtherReport,
    /// What the leader showed or proposed cannot be where this hub is right.
    #[error("the two hubs do not agree about a report of the call")]
    Disagree,
    /// A refusal for what this hub does not know yet, and will: the report waits.
    #[error("this hub cannot say yet whether a report of the call is refused for that")]
    NotYet,
    /// The leader's share does not belong to this hub's.
    #[error("the shares of the two hubs do not belong together")]
    Apart,
    /// The control sum of a set is off.
    #[error("the control sum of the set is off")]
    Control,
    /// The set is not opened.
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    /// A part of a stage of which this hub would open more at once.
    #[error("this hub would open more of the stage as one sum")]
    NotWhole {
        /// Whether no part of it is opened by itself yet, whatever either hub knows.
        is_early: bool,
    },
    /// This hub was put back, and does not know any more whether a sum went out with these schools
    /// of the set.
    #[error("this hub was put back and is not sure of {} schools of the set", .0.len())]
    Unsure(BTreeSet<UnitId>),
    /// The leader has other reports of the schools than this hub.
    #[error("the two hubs do not hold the same reports of the set")]
    OtherStanding,
    /// The set was let pass before over other reports than the leader names.
    #[error("this set was let pass before over other reports")]
    OtherSet,
    /// The leader notes other schools of the set as away than this hub does, or did when it gave
    /// its share.
    #[error("the two hubs do not note the same schools of the set as away")]
    OtherAbsent,
    /// The share of another set of the task was given, and neither recorded nor refused.
    #[error("the share of another set of this task is out, which is recorded first")]
    ShareOut,
    /// The set stays closed: a code of the guard before openings.
    #[error("this sum stays closed: {0}")]
    Blocked(&'static str),
    /// What this hub has seen cannot be put together.
    #[error(transparent)]
    Seen(#[from] crate::seen::SeenError),
    /// This store was put back, and what its operators noted since is not entered again.
    #[error("this hub was put back, and notes about schools may be missing")]
    NotesLost,
    /// Another record of the very set was signed before: the leader takes that one up.
    #[error("a record of this set was signed before")]
    RecordedBefore,
    /// Records that both hubs signed are not here: the leader shows them again first.
    #[error("records about this period that both hubs signed are not here")]
    RecordsMissing,
    /// A record whose number another one of the area has: the leader gives it the next one.
    #[error("another record of the area has this number")]
    NumberTaken,
    /// A record that is dated before the set was let pass, or in the future.
    #[error("the record is dated {0}, which is not a day of the opening by this hub's clock")]
    OtherTime(jiff::Timestamp),
    /// A record of something that was not opened, or of other figures.
    #[error("the record is not what this hub opened")]
    OtherRecord,
    /// A hub's signature does not hold.
    #[error("the signature of the record does not hold")]
    Signature,
    /// This hub could not sign.
    #[error("this hub could not sign")]
    Signing,
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl CallError {
    /// The stable code that the leader is told.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "MALFORMED",
            Self::TooMany => "TOO_MANY",
            Self::NotLeader => "NOT_LEADER",
            Self::NoTask(_) => "NO_TASK",
            Self::OtherTask => "OTHER_TASK",
            Self::NotAgreed => NOT_AGREED,
            Self::KeyLate => KEY_LATE,
            Self::OtherCommitment => "OTHER_COMMITMENT",
            Self::OtherKey => OTHER_KEY,
            Self::Key(_) => "BROKEN_HALF",
            Self::YearClosed => "YEAR_CLOSED",
            Self::NoShareKey => "NO_SHARE_KEY",
            Self::NotVerified => "NOT_VERIFIED",
            Self::Accepted => ACCEPTED_BEFORE,
            Self::NoOtherReport => NO_OTHER_REPORT,
            Self::Disagree => HUBS_DISAGREE,
            Self::NotYet => NOT_YET,
            Self::Apart => "SHARES_APART",
            Self::Control => "CONTROL_SUM",
            Self::NotOpened(NotOpened::Objectable(_)) => "OBJECTABLE",
            Self::NotOpened(NotOpened::History) => "OTHER_HISTORY",
            Self::NotOpened(NotOpened::Share) => "SHARE_MISSING",
            Self::NotOpened(_) | Self::NotWhole { .. } | Self::OtherAbsent => "NOT_ADMITTED",
            Self::Unsure(_) => PUT_BACK,
            Self::OtherStanding | Self::OtherSet => "OTHER_STANDING",
            Self::ShareOut => "SHARE_OUT",
            Self::Blocked(code) => code,
            Self::Seen(_) => "STORE",
            Self::NotesLost => "NOTES_LOST",
            Self::RecordedBefore => "RECORDED_BEFORE",
            Self::RecordsMissing => RECORDS_MISSING,
            Self::NumberTaken => "NUMBER_TAKEN",
            Self::OtherTime(_) => "OTHER_TIME",
            Self::OtherRecord => "OTHER_RECORD",
            Self::Signature => "BAD_SIGNATURE",
            Self::Signing => "NOT_SIGNED",
            Self::Store(_) => "STORE",
        }
    }
}

impl CallError {
    /// Whether no leader that keeps to the plan asks this: groups that it does not have, a group
    /// that was opened before, a part of a stage before its time, what would single out a few
    /// schools. What a leader with other reports or absences asks is none of these.
    #[must_use]
    pub const fn is_outside_plan(&self) -> bool {
        matches!(
            self,
            Self::NotOpened(
                NotOpened::Plan(
                    Refusal::Unknown | Refusal::Stages | Refusal::Again(_) | Refusal::Isolates(_)
                ) | NotOpened::NoTown
            ) | Self::Blocked(_)
                | Self::NotWhole { is_early: true }
                | Self::OtherSet
        )
    }

    /// The group that is closed, where that is why.
    #[must_use]
    pub const fn closed_group(&self) -> Option<&GroupId> {
        match self {
            Self::NotOpened(NotOpened::Plan(Refusal::Closed(group))) => Some(group),
            _ => None,
        }
    }
}

impl Helper {
    /// The helper's part of a hub.
    #[must_use]
    pub const fn new(hub: Hub) -> Self {
        Self { hub }
    }

    /// A task that both hubs know, if this hub helps in it and the caller leads it.
    fn task(&self, tx: &Tx<'_>, leader: &IdentityName, id: &TaskId) -> Result<Known, CallError> {
        let stored = task::find(tx, id)?.ok_or(CallError::NotAgreed)?;
        let documents = self.hub.documents();
        let place = (&stored.area, stored.school_year);
        let task = documents.task_under(place, (&stored.sheet, stored.period), &stored.pack)?;
        if task.id != *id {
            return Err(CallError::OtherTask);
        }
        self.leads(leader, &task)?;
        if year::is_closed(tx, place)? {
            return Err(CallError::YearClosed);
        }
        Ok(Known { stored, task })
    }

    /// Checks on every call that the caller's certificate is that of the leader whom the plan
    /// names, and that this hub is the helper.
    fn leads(&self, leader: &IdentityName, task: &Task) -> Result<(), CallError> {
        if self.helps((&task.year, leader)) { Ok(()) } else { Err(CallError::NotLeader) }
    }

    /// Checks that the caller leads a year in which this hub helps.
    fn of_year(
        &self,
        leader: &IdentityName,
        (area, school_year): (&UnitId, i16),
    ) -> Result<Arc<Year>, CallError> {
        let documents = self.hub.documents();
        let year = documents.year(area, school_year).ok_or(CallError::NoTask(NoTask::Year))?;
        if self.helps((year, leader)) { Ok(year.clone()) } else { Err(CallError::NotLeader) }
    }

    fn helps(&self, (year, leader): (&Year, &IdentityName)) -> bool {
        let own: &UnitId = &self.hub.parts().unit;
        year.role_of(own) == Some(Role::Helper) && leader.names_hub(&year.sealed().leader)
    }
}

/// A task as it is kept and as the documents make it.
struct Known {
    stored: task::Task,
    task: Task,
}

impl Known {
    fn key(&self) -> Result<&Arc<ShareKey>, CallError> {
        self.task.year.key.as_ref().ok_or(CallError::NoShareKey)
    }
}
