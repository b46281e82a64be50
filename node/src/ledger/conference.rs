//! Consultations 会诊: agenda, pseudonymous card, decision, review date.

use domain::ledger::terms::Tier;
use jiff::civil::Date;

use super::entry::{RecordId, Rules, StaffId, StudentId, entry};

entry! {
    /// A meeting. Nothing on it names a student.
    pub struct Conference = Conference, day day {
        /// Day of the meeting.
        day: Date = "day",
        /// Agenda.
        agenda: String = "agenda",
        /// Who led it.
        chair: StaffId = "chair",
        /// Who took part, by name or post.
        attendees: String = "attendees",
        /// Whether anybody from outside the school took part.
        has_outsiders: bool = "has_outsiders",
    }
}

entry! {
    /// A case that was discussed.
    pub struct ConferenceCase = ConferenceCase, day day {
        /// Day of the meeting.
        day: Date = "day",
        /// Whose case; the card does not say.
        student: StudentId = "student",
        /// The meeting.
        conference: RecordId = "conference",
        /// Case of the early-warning ledger.
        case: Option<RecordId> = "of_case",
        /// Its tier on the day.
        tier: Option<Tier> = "tier",
        /// Pseudonymous card: all that an expert from outside sees.
        card: String = "card",
        /// What was decided; empty while nothing is.
        decision: String = "decision",
        /// Day on which it is looked at again.
        review: Option<Date> = "review",
    }
}

impl Rules for Conference {
    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for ConferenceCase {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.review.is_some()
    }
}
