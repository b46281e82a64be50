//! Critical items, second-stage interviews, and what stands in for self-report below grade 4.

use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{ContactWay, InterviewResult};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::{Author, Signature};
use super::entry::{
    AuthorNote, Entry as _, Kept, Moment, RecordId, Rules, StaffId, StudentId, entry,
};
use super::refusal::{Flaw, LedgerRefusal};
use super::{read, write};
use domain::ledger::{Act, Action, Kind};

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
        /// Day of the test; of a sheet that is not handed in yet, that of the answer. None where it
        /// was observed, and in items from before it was kept.
        tested: Option<Date> = "tested",
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
        let is_of = kept.entry.is_of((answer.scale, answer.test_date), answer.begun);
        // What a file raised before this sheet was begun may be taken back with the file.
        let is_own = answer.begun.is_none_or(|begun| kept.entry.raised_at >= begun);
        is_of && is_own && kept.entry.level >= answer.level
    });
    if is_known {
        return Ok(false);
    }
    let author = by_rule(by, now_ms);
    let item = CriticalItem {
        day: author.today(),
        student: answer.student,
        scale: answer.scale.to_owned(),
        level: answer.level,
        raised_at: author.now(),
        contacted_at: None,
        contacted_by: None,
        way: None,
        tested: Some(answer.test_date),
    };
    write::put_new(tx, &author, &item, None)?;
    Ok(true)
}

/// Says of what was raised while a sheet was answered or typed of which day the sheet is, now that
/// it is handed in: whether it counts is a question of that day.
///
/// # Errors
/// The store cannot be read or written.
pub fn handed_in(
    tx: &Tx<'_>,
    (by, now_ms): (&str, i64),
    (student, scale): (StudentId, &str),
    (test_date, begun): (Date, Moment),
) -> Result<(), LedgerRefusal> {
    let author = by_rule(by, now_ms);
    for kept in read::about::<CriticalItem>(tx, student.0)? {
        let (item, seen) = (kept.entry, (kept.record, kept.version));
        let is_raised_by_it =
            item.scale == scale && item.tested == Some(item.day) && item.raised_at >= begun;
        if is_raised_by_it && item.tested != Some(test_date) {
            let of_sheet = CriticalItem { tested: Some(test_date), ..item };
            match write::put_change(tx, &author, seen, &of_sheet, None) {
                // A clock that was set back before the contact keeps no sheet from coming in.
                Err(LedgerRefusal::Field(_)) => {}
                other => drop(other?),
            }
        }
    }
    Ok(())
}

/// Annuls what an import raised of a student, since the sheet was never the student's; where
/// somebody has spoken with the student already, or two versions wait, it stands. Gives how many.
pub(crate) fn taken_back(
    tx: &Tx<'_>,
    author: &Author,
    (student, scale): (StudentId, &str),
    imported_at: Moment,
) -> Result<u64, LedgerRefusal> {
    let mut annulled = 0;
    for kept in read::about::<CriticalItem>(tx, student.0)? {
        let item = &kept.entry;
        let is_of = item.scale == scale && item.raised_at == imported_at;
        let seen = write::seen::<CriticalItem>(tx, kept.record)?;
        if is_of && item.contacted_at.is_none() && seen.parallels == 0 {
            write::put_annulled(tx, author, kept.record, item)?;
            annulled += 1;
        }
    }
    Ok(annulled)
}

/// Nobody's right is asked: no role may keep such an answer from being seen.
fn by_rule(by: &str, now_ms: i64) -> Author {
    Author::new(by, SchoolRole::Operator, None, now_ms).because(BY_RULE)
}

/// Whether what stands as the reason of a version was written by the rule, not by a person.
pub(crate) fn is_of_rule(kind: Kind, reason: &str) -> bool {
    kind == Kind::CriticalItem && reason == BY_RULE
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
    /// Since when the sheet was answered or typed here; none of a file.
    pub begun: Option<Moment>,
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
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        // One that is there may be ahead of a clock that was set back, and still takes its contact.
        if own.is_none() && self.raised_at > author.now() {
            return Err(LedgerRefusal::Field("raised_at"));
        }
        let before = own.map(|own| read::versions::<Self>(tx, own)).transpose()?;
        let counted = |versions: Vec<(Kept<Self>, Signature)>| {
            versions.into_iter().map(|(kept, _)| kept).rfind(|kept| !kept.parallel)
        };
        let before = before.and_then(counted);
        // What the rule raised says of which day it is when its sheet is handed in.
        let is_rule = author.reason() == BY_RULE && author.role() == SchoolRole::Operator;
        if let Some(field) = before.and_then(|before| self.differs(&before.entry))
            && !(is_rule && field == "tested")
        {
            return Err(LedgerRefusal::Field(field));
        }
        if self.contacted_at.is_some_and(|at| at > author.now()) {
            return Err(LedgerRefusal::Flawed("contacted_at", Flaw::Future));
        }
        if self.contacted_at.is_some_and(|at| at < self.raised_at) {
            return Err(LedgerRefusal::Flawed("contacted_at", Flaw::Before("raised_at")));
        }
        match (self.contacted_at, self.contacted_by) {
            (Some(_), None) => Err(LedgerRefusal::Flawed("contacted_by", Flaw::Empty)),
            (None, Some(_)) => Err(LedgerRefusal::Flawed("contacted_at", Flaw::Empty)),
            _ => Ok(()),
        }
    }
}

impl CriticalItem {
    /// Whether it was raised by a sheet of a day, or while that sheet was answered or typed. Of
    /// what does not say of which day it is, all that was raised since.
    #[must_use]
    pub fn is_of(&self, (scale, test_date): (&str, Date), begun: Option<Moment>) -> bool {
        let since = begun.is_some_and(|begun| self.raised_at >= begun);
        let is_of_day = match self.tested {
            Some(tested) => tested == test_date || (since && tested == self.day),
            None => self.day >= test_date,
        };
        self.scale == scale && is_of_day
    }

    /// What of it, beside the contact, is not as it was. When it was raised and how fast it calls
    /// decide whether the contact was in time, so nobody puts that right.
    fn differs(&self, before: &Self) -> Option<&'static str> {
        let (one, other) = (self.cells(), before.cells());
        let pairs = Self::COLUMNS.iter().zip(one.iter().zip(&other));
        let changed = pairs.filter(|(_, (one, other))| one != other);
        let of_contact = ["contacted_at", "contacted_by", "way"];
        changed.map(|(column, _)| column.name).find(|name| !of_contact.contains(name))
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
