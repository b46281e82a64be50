//! Consultations 会诊: agenda, pseudonymous card, decision, review date.

use domain::ledger::terms::Tier;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::LedgerRefusal;
use super::{card, read};

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
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        for (text, name) in [(&self.agenda, "agenda"), (&self.attendees, "attendees")] {
            if text.trim().is_empty() {
                return Err(LedgerRefusal::Field(name));
            }
        }
        Ok(())
    }
}

impl Rules for ConferenceCase {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.review.is_some()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let held = read::one::<Conference>(tx, self.conference)?;
        let held = held.ok_or(LedgerRefusal::Field("conference"))?;
        // Whoever comes from outside sees the card and nothing else.
        if held.entry.has_outsiders && self.card.trim().is_empty() {
            return Err(LedgerRefusal::Field("card"));
        }
        if self.review.is_some_and(|review| review < self.day) {
            return Err(LedgerRefusal::Field("review"));
        }
        card::check(tx, self.student, &self.card)
    }
}
