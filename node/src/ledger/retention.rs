//! Destruction: the only way in which anything leaves the ledgers.

use domain::ledger::terms::{DestroyCause, Standing};
use jiff::civil::Date;

use super::entry::{RecordId, Rules, StaffId, StudentId, entry};

entry! {
    /// An order to destroy, waiting or carried out.
    pub struct Destruction = Destruction, day day {
        /// Day of the order.
        day: Date = "day",
        /// Internal id of the student whose records go; it names nobody afterwards.
        target_student: Option<i64> = "target_student",
        /// A single record, where it is about no student.
        target: Option<RecordId> = "target",
        /// Why.
        cause: DestroyCause = "cause",
        /// Waiting for the second person, in force, or refused.
        standing: Standing = "standing",
        /// Account that asked for it.
        asked_by: String = "asked_by",
        /// Member of staff who asked for it.
        asked_staff: Option<StaffId> = "asked_staff",
        /// In force: how many records it took.
        taken: Option<i64> = "taken",
        /// In force: digest of the numbers of these records, in hexadecimal digits.
        taken_digest: Option<String> = "taken_digest",
    }
}

impl Rules for Destruction {
    const DIRECT: bool = false;
    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn waits(&self) -> bool {
        self.standing == Standing::Waiting
    }
}
