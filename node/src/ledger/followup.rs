//! Follow-ups: due by tier, or after a return to school.

use domain::ledger::terms::{ContactWay, FollowupKind};
use jiff::civil::Date;

use super::entry::{RecordId, Rules, StaffId, StudentId, entry};

entry! {
    /// A follow-up that is due.
    pub struct Followup = Followup, day due {
        /// Day by which it is made.
        due: Date = "day",
        /// With whom.
        student: StudentId = "student",
        /// Case of the early-warning ledger.
        case: Option<RecordId> = "of_case",
        /// Why it is due.
        why: FollowupKind = "why",
        /// Who makes it.
        staff: StaffId = "staff",
        /// Day on which it was made.
        done: Option<Date> = "done",
        /// How.
        way: Option<ContactWay> = "way",
        /// No longer due.
        cancelled: bool = "cancelled",
    }
}

impl Rules for Followup {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.done.is_none() && !self.cancelled
    }

    fn happened(&self) -> Vec<Date> {
        self.done.into_iter().collect()
    }
}
