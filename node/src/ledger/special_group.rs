//! Special-group families, individual plans, named helpers and support.

use domain::ledger::terms::PlanReason;
use domain::ledger::words::{Group, Support};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{Entry as _, RecordId, Rules, StaffId, StudentId, Words, entry};
use super::grant::check_other;
use super::refusal::{Flaw, LedgerRefusal};
use super::roll_change::has_open_case;
use super::{followup, read, single::only_one};
use domain::ledger::SchoolRole;
use domain::ledger::day::check_span;

entry! {
    /// A student of the special-group family ledger.
    pub struct FamilyCase = FamilyCase, day from {
        /// First day.
        from: Date = "day",
        /// Who.
        student: StudentId = "student",
        /// Groups, several.
        groups: Words<Group> = "groups",
        /// Situation of the family in plain words.
        situation: String = "situation",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// The one plan of a student 一生一策.
    pub struct Plan = Plan, day from {
        /// First day of this version.
        from: Date = "day",
        /// Whose plan.
        student: StudentId = "student",
        /// What it is for.
        why: Words<PlanReason> = "why",
        /// Goals.
        goals: String = "goals",
        /// Measures.
        measures: String = "measures",
        /// Who is responsible.
        responsible: StaffId = "responsible",
        /// Last day before it must be reviewed.
        review_by: Date = "review_by",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// The one named helper of a student 一对一.
    pub struct Helper = Helper, day from {
        /// First day.
        from: Date = "day",
        /// Who is helped.
        student: StudentId = "student",
        /// Who helps.
        staff: StaffId = "staff",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// Support that a student received.
    pub struct SupportGiven = SupportGiven, day day {
        /// Day of it.
        day: Date = "day",
        /// Who.
        student: StudentId = "student",
        /// Care, subsidy or relief.
        what: Support = "what",
        /// What it was.
        detail: String = "detail",
        /// Whole yuan, where money was given.
        yuan: Option<u32> = "yuan",
        /// Who gave or arranged it.
        by: Option<StaffId> = "done_by",
    }
}

impl Rules for FamilyCase {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.from, self.until)?;
        if self.groups.as_slice().is_empty() {
            return Err(LedgerRefusal::Flawed("groups", Flaw::Empty));
        }
        let others = read::about::<Self>(tx, self.student.0)?;
        only_one(
            Self::KIND,
            others.iter().map(|kept| (kept.record, kept.entry.from, kept.entry.until)),
            (own, self.from, self.until),
        )
    }
}

impl Rules for Plan {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn waits(&self) -> bool {
        self.until.is_none()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.from, self.until)?;
        if self.review_by < self.from {
            return Err(LedgerRefusal::Flawed("review_by", Flaw::Before("day")));
        }
        for (field, text) in [("goals", &self.goals), ("measures", &self.measures)] {
            if text.trim().is_empty() {
                return Err(LedgerRefusal::Flawed(field, Flaw::Empty));
            }
        }
        let is_listed = self.why.as_slice().contains(&PlanReason::Alert);
        // A plan that stands keeps its reason when the case has left.
        if is_listed && own.is_none() && !has_open_case(tx, self.student)? {
            return Err(LedgerRefusal::Flawed("why", Flaw::NoCase));
        }
        let others = read::about::<Self>(tx, self.student.0)?;
        only_one(
            Self::KIND,
            others.iter().map(|kept| (kept.record, kept.entry.from, kept.entry.until)),
            (own, self.from, self.until),
        )
    }

    /// A plan of a return to school brings the follow-ups after it, once: a first day that is put
    /// right brings no others.
    fn brings(&self, tx: &Tx<'_>, author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        let is_return = |plan: &Self| plan.why.as_slice().contains(&PlanReason::Return);
        if !is_return(self) {
            return Ok(());
        }
        let versions = read::versions::<Self>(tx, own)?;
        if versions.iter().filter(|(kept, _)| is_return(&kept.entry)).count() > 1 {
            return Ok(());
        }
        followup::plan_return(tx, author, (self.student, self.from), self.responsible)
    }
}

impl Rules for Helper {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.from, self.until)?;
        // A helper is on the case, so a teacher who is on it for a while may not name one.
        if !matches!(author.role(), SchoolRole::Counsellor | SchoolRole::MoralHead) {
            return Err(LedgerRefusal::NotAllowed);
        }
        let others = read::about::<Self>(tx, self.student.0)?;
        let before = others.iter().find(|kept| Some(kept.record) == own);
        let before = before.map(|kept| (kept.entry.staff, kept.entry.until));
        check_other(author, (self.staff, self.until), before)?;
        only_one(
            Self::KIND,
            others.iter().map(|kept| (kept.record, kept.entry.from, kept.entry.until)),
            (own, self.from, self.until),
        )
    }
}

impl Rules for SupportGiven {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }
}

impl Plan {
    /// Whether the plan runs on a day and its review is not overdue.
    #[must_use]
    pub fn is_current(&self, day: Date) -> bool {
        domain::ledger::day::holds_on(day, self.from, self.until) && day <= self.review_by
    }
}
