//! The early-warning ledger 预警台账: cases, their moves, reviews and first contacts.

use domain::ledger::terms::{ContactWay, ReviewDecision, Standing, Tier};
use domain::ledger::words::{AlertSource, Move};
use jiff::civil::Date;

use super::entry::{Moment, RecordId, Rules, StaffId, StudentId, entry};

entry! {
    /// A case. Its tier is what its moves say.
    pub struct AlertCase = AlertCase, day day {
        /// Day on which it was entered.
        day: Date = "day",
        /// Whose case.
        student: StudentId = "student",
        /// Where the warning came from.
        source: AlertSource = "source",
        /// Who is responsible.
        owner: StaffId = "owner",
    }
}

entry! {
    /// A move of a case, waiting or in force.
    pub struct AlertMove = AlertMove, day day {
        /// Day on which it takes effect.
        day: Date = "day",
        /// Whose case.
        student: StudentId = "student",
        /// The case.
        case: RecordId = "of_case",
        /// What kind of move.
        how: Move = "how",
        /// Tier before; none where it was not on the ledger.
        from_tier: Option<Tier> = "from_tier",
        /// Tier after; none where it leaves the ledger.
        to_tier: Option<Tier> = "to_tier",
        /// What gave rise to it.
        source: AlertSource = "source",
        /// Who is responsible from here on.
        owner: StaffId = "owner",
        /// Day of the next review.
        next_review: Option<Date> = "next_review",
        /// Waiting for the second person, in force, or refused.
        standing: Standing = "standing",
        /// Instant at which it was asked for.
        made_at: Moment = "made_at",
        /// Account of the second person.
        signed_by: Option<String> = "signed_by",
        /// Instant of the second signature.
        signed_at: Option<Moment> = "signed_at",
        /// Member of staff who asked for it.
        asked_by: Option<StaffId> = "asked_staff",
    }
}

entry! {
    /// A review of a case that is due.
    pub struct AlertReview = AlertReview, day due {
        /// Day by which it is held.
        due: Date = "day",
        /// Whose case.
        student: StudentId = "student",
        /// The case.
        case: RecordId = "of_case",
        /// Tier when it was set.
        tier: Tier = "tier",
        /// Day on which it was held.
        done: Option<Date> = "done",
        /// How it ended.
        decision: Option<ReviewDecision> = "decision",
        /// The case left the ledger before.
        cancelled: bool = "cancelled",
    }
}

entry! {
    /// The first contact after a case was entered.
    pub struct FirstContact = FirstContact, day due {
        /// Day on which its limit ends.
        due: Date = "day",
        /// Whose case.
        student: StudentId = "student",
        /// The case.
        case: RecordId = "of_case",
        /// Tier on entering.
        tier: Tier = "tier",
        /// Instant at which its limit ends.
        due_at: Moment = "due_at",
        /// Instant of the contact.
        done_at: Option<Moment> = "done_at",
        /// Who made it.
        by: Option<StaffId> = "done_by",
        /// How.
        way: Option<ContactWay> = "way",
    }
}

impl Rules for AlertCase {
    const DIRECT: bool = false;
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    /// A case waits as long as it is open, which its moves say.
    fn waits(&self) -> bool {
        true
    }

    fn happened(&self) -> Vec<Date> {
        vec![self.day]
    }
}

impl Rules for AlertMove {
    const DIRECT: bool = false;
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        matches!(self.standing, Standing::Waiting | Standing::Objected) || self.is_unsigned_raise()
    }

    /// None to check: its day is that of the case, which is checked with it, today's, or that of
    /// the move before, which a clock that was set back puts after today.
    fn happened(&self) -> Vec<Date> {
        Vec::new()
    }
}

impl Rules for AlertReview {
    const DIRECT: bool = false;
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

impl Rules for FirstContact {
    const DIRECT: bool = false;
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.done_at.is_none()
    }

    fn happened(&self) -> Vec<Date> {
        Vec::new()
    }
}
