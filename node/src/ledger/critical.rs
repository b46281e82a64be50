//! Critical items, second-stage interviews, and what stands in for self-report below grade 4.

use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{ContactWay, InterviewResult};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{AuthorNote, Moment, RecordId, Rules, StaffId, StudentId, entry};
use super::refusal::LedgerRefusal;
use super::{read, write};
use domain::ledger::{Act, Action};

/// Reason of what a rule raised.
const BY_RULE: &str = "rule";

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

/// Puts a critical answer before the counsellors, because the scale's rule says so and whoever
/// brought the sheet. Nothing is written where the same answer was put before them already, as
/// when a file is imported again with other corrections; says whether it was.
///
/// # Errors
/// There is no such student, or the store cannot be written.
pub fn raise_by_rule(
    tx: &Tx<'_>,
    (by, now_ms): (&str, i64),
    answer: CriticalAnswer<'_>,
) -> Result<bool, LedgerRefusal> {
    let known = read::about::<CriticalItem>(tx, answer.student.0)?;
    let is_known = known.iter().any(|kept| {
        let item = &kept.entry;
        item.scale == answer.scale && item.level >= answer.level && item.day >= answer.test_date
    });
    if is_known {
        return Ok(false);
    }
    // Nobody's right is asked: no role may keep such an answer from being seen.
    let author = Author::new(by, SchoolRole::Operator, None, now_ms).because(BY_RULE);
    let item = CriticalItem {
        day: author.today(),
        student: answer.student,
        scale: answer.scale.to_owned(),
        level: answer.level,
        raised_at: author.now(),
        contacted_at: None,
        contacted_by: None,
        way: None,
    };
    write::put_new(tx, &author, &item, None)?;
    Ok(true)
}

/// A critical answer, wherever it was given.
#[derive(Clone, Copy)]
pub struct CriticalAnswer<'a> {
    /// Who answered.
    pub student: StudentId,
    /// Id of the scale.
    pub scale: &'a str,
    /// Day of the test.
    pub test_date: Date,
    /// How fast it calls.
    pub level: CriticalLevel,
}

impl Rules for CriticalItem {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.contacted_at.is_none()
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
