//! Governance: experts, drills, posts, plans, facilities, money.
//!
//! No student is named.

use domain::ledger::day::check_span;
use domain::ledger::terms::{Post, SchoolPlanKind};
use domain::ledger::words::{EventMode, Service};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::{RecordId, Rules, StaffId, StudentId, entry};
use super::read;
use super::refusal::LedgerRefusal;

entry! {
    /// A service by an expert.
    pub struct ExpertVisit = ExpertVisit, day day {
        /// Day of it.
        day: Date = "day",
        /// Which service.
        service: Service = "service",
        /// Who.
        expert: String = "expert",
        /// Topic.
        topic: String = "topic",
        /// Whole hours.
        hours: u32 = "hours",
    }
}

entry! {
    /// A drill of the crisis plan.
    pub struct Drill = Drill, day day {
        /// Day of it.
        day: Date = "day",
        /// Under which circumstances.
        mode: EventMode = "mode",
        /// What was practised.
        scenario: String = "scenario",
        /// How long it took.
        minutes: u32 = "minutes",
        /// How many took part.
        participants: u32 = "participants",
        /// Whether the real channel carried it, flagged as a drill.
        through_channel: bool = "through_channel",
        /// What to do better.
        findings: String = "findings",
    }
}

entry! {
    /// Who holds a post of the school.
    pub struct PostHolder = PostHolder, day from {
        /// First day.
        from: Date = "day",
        /// Which post.
        post: Post = "post",
        /// Who.
        staff: StaffId = "staff",
        /// Telephone.
        phone: String = "phone",
        /// What was handed over, may be empty.
        handover: String = "handover",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A version of a plan of the school.
    pub struct SchoolPlan = SchoolPlan, day from {
        /// First day.
        from: Date = "day",
        /// Which plan.
        what: SchoolPlanKind = "what",
        /// Version on its cover.
        plan_version: String = "plan_version",
        /// Title.
        title: String = "title",
        /// Day on which the head signed it.
        signed_by_head: Option<Date> = "signed_by_head",
        /// Day of the last yearly review.
        reviewed: Option<Date> = "reviewed",
        /// Day on which another took its place.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A target of a plan of the school.
    pub struct SchoolTarget = SchoolTarget, day due {
        /// Day by which it is reached.
        due: Date = "day",
        /// The plan.
        plan: RecordId = "of_plan",
        /// The target.
        goals: String = "goals",
        /// Who sees to it.
        responsible: Option<StaffId> = "responsible",
        /// Day on which it was reached.
        done: Option<Date> = "done",
        /// What was reached, may be empty.
        detail: String = "detail",
    }
}

entry! {
    /// An item of the facility checklist.
    pub struct Facility = Facility, day found {
        /// Day of the check.
        found: Date = "day",
        /// Where.
        place: String = "place",
        /// What is to be mended.
        item: String = "item",
        /// Who sees to it.
        responsible: Option<StaffId> = "responsible",
        /// Day on which it was mended.
        fixed: Option<Date> = "fixed",
    }
}

entry! {
    /// Money planned for a school year, or spent.
    pub struct Budget = Budget, day day {
        /// Day of the plan or of the spending.
        day: Date = "day",
        /// Year in which the school year begins.
        school_year: u32 = "school_year",
        /// Whole yuan planned; zero for a spending.
        planned_yuan: u32 = "planned_yuan",
        /// Whole yuan spent; zero for a plan.
        spent_yuan: u32 = "spent_yuan",
        /// What for.
        what: String = "what",
    }
}

entry! {
    /// What the school answers once a year.
    pub struct SchoolYear = SchoolYear, day from {
        /// First day on which it holds.
        from: Date = "day",
        /// Year in which the school year begins.
        school_year: u32 = "school_year",
        /// Small school by the district's rule.
        is_small: bool = "is_small",
        /// Counsellors are treated as class teachers are.
        equal_treatment: bool = "equal_treatment",
    }
}

entry! {
    /// A complaint about conduct of staff. Names nobody: inquiry and file are elsewhere.
    pub struct ConductComplaint = ConductComplaint, day day {
        /// Day on which it came.
        day: Date = "day",
        /// Day on which it was found to be right.
        confirmed: Option<Date> = "confirmed",
        /// Day on which it was closed.
        until: Option<Date> = "valid_until",
    }
}

/// Who answers for the school's work on a day, as the ledger of its posts has it.
///
/// # Errors
/// The store cannot be read.
pub fn responsible(tx: &Tx<'_>, day: Date) -> Result<Option<StaffId>, SqlError> {
    let posts = read::at::<PostHolder>(tx, day)?;
    let last = posts.into_iter().rfind(|kept| kept.entry.post == Post::Responsible);
    Ok(last.map(|kept| kept.entry.staff))
}

impl Rules for ExpertVisit {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for Drill {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for PostHolder {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for SchoolPlan {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn waits(&self) -> bool {
        self.until.is_none()
    }
}

impl Rules for SchoolTarget {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn waits(&self) -> bool {
        self.done.is_none()
    }

    fn happened(&self) -> Vec<Date> {
        self.done.into_iter().collect()
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.goals.trim().is_empty() {
            return Err(LedgerRefusal::Field("goals"));
        }
        let plan = read::one::<SchoolPlan>(tx, self.plan)?;
        if plan.is_some() { Ok(()) } else { Err(LedgerRefusal::Field("of_plan")) }
    }
}

impl Rules for ConductComplaint {
    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn happened(&self) -> Vec<Date> {
        [Some(self.day), self.confirmed, self.until].into_iter().flatten().collect()
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.day, self.confirmed)?;
        Ok(check_span(self.day, self.until)?)
    }
}

impl Rules for Facility {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn waits(&self) -> bool {
        self.fixed.is_none()
    }
}

impl Rules for Budget {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for SchoolYear {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}
