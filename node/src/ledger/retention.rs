//! Destruction: the only way in which anything leaves the ledgers.

use domain::ledger::terms::{DestroyCause, Standing};
use jiff::civil::Date;

use super::entry::{RecordId, Rules, StudentId, entry};

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
