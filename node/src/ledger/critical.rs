//! Critical items, second-stage interviews, and what stands in for self-report below grade 4.

use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{ContactWay, InterviewResult};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{AuthorNote, Moment, RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::LedgerRefusal;
use domain::ledger::{Act, Action};

entry! {
    /// A critical answer, and who spoke with the student.
    pub struct CriticalItem = CriticalItem, day day {
        /// Day on which the flag was raised.
        day: Date = "day",
        /// Who answered.
        student: StudentId = "student",
        /// Id of the scale, or what was observed.
        scale: String = "scale",
        /// How fast it calls.
        level: CriticalLevel = "level",
        /// Instant of the flag.
        raised_at: Moment = "raised_at",
        /// Instant of the structured contact.
        contacted_at: Option<Moment> = "contacted_at",
        /// Who spoke with the student.
        contacted_by: Option<StaffId> = "contacted_by",
        /// How.
        way: Option<ContactWay> = "way",
    }
}

entry! {
    /// A second-stage interview: a person decides the tier, a score never does.
    pub struct Interview = Interview, day day {
        /// Day of the interview.
        day: Date = "day",
        /// Who was interviewed.
        student: StudentId = "student",
        /// Term of the screening, such as 2025S1.
        term: String = "term",
        /// The counsellor.
        staff: StaffId = "staff",
        /// What was found.
        result: InterviewResult = "result",
        /// The case that it led to.
        case: Option<RecordId> = "of_case",
        /// For its author only.
        note: AuthorNote = "note",
    }
}

entry! {
    /// Observation by a teacher and interview of a guardian, below grade 4.
    pub struct Observation = Observation, day day {
        /// Day of the later of the two.
        day: Date = "day",
        /// Who was observed.
        student: StudentId = "student",
        /// Term of the screening.
        term: String = "term",
        /// The teacher who observed.
        staff: StaffId = "staff",
        /// Day of the observation.
        observed: Option<Date> = "observed",
        /// Day of the guardian's interview.
        guardian_heard: Option<Date> = "guardian_heard",
        /// Whether there is reason for an interview by the counsellor.
        concern: bool = "concern",
    }
}

impl Rules for CriticalItem {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn action(&self) -> Action {
        Action::Do(Act::HandleCritical)
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let early = self.contacted_at.is_some_and(|at| at < self.raised_at || at > author.now());
        let half = self.contacted_at.is_some() != self.contacted_by.is_some();
        if early || half { Err(LedgerRefusal::Field("contacted_at")) } else { Ok(()) }
    }
}

impl Rules for Interview {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }
}

impl Rules for Observation {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }
}
