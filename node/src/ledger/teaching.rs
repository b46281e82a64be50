//! Lessons, activities, events for parents and the parents' committee.
//!
//! No student is named.

use domain::catalogue::{Grade, Stage};
use domain::ledger::terms::ActivityTag;
use domain::ledger::words::{ActivityKind, Course, ParentEventKind};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{RecordId, Rules, StaffId, StudentId, Words, entry};
use super::profile::check_place;
use super::refusal::LedgerRefusal;

entry! {
    /// A lesson held.
    pub struct Lesson = Lesson, day day {
        /// Day of the lesson.
        day: Date = "day",
        /// Grade.
        grade: Grade = "grade",
        /// Class as the roll writes it.
        class: String = "class",
        /// Who taught.
        teacher: StaffId = "teacher",
        /// Topic.
        topic: String = "topic",
    }
}

entry! {
    /// A meeting or event.
    pub struct Activity = Activity, day day {
        /// Day of it.
        day: Date = "day",
        /// Whether it counts as a meeting or a life-education event.
        what: Option<ActivityKind> = "what",
        /// Part of school life.
        tags: Words<ActivityTag> = "tags",
        /// Stage that it was for.
        stage: Option<Stage> = "stage",
        /// Grade, where it was for one.
        grade: Option<Grade> = "grade",
        /// Class, where it was for one; else empty.
        class: String = "class",
        /// Title.
        title: String = "title",
        /// Who led it.
        leader: Option<StaffId> = "leader",
    }
}

entry! {
    /// An event for parents.
    pub struct ParentEvent = ParentEvent, day day {
        /// Day of it.
        day: Date = "day",
        /// Kind.
        what: ParentEventKind = "what",
        /// Stage, where it was for one.
        stage: Option<Stage> = "stage",
        /// Title.
        title: String = "title",
        /// How many came.
        attendances: u32 = "attendances",
        /// Who led it.
        leader: Option<StaffId> = "leader",
    }
}

entry! {
    /// Material for parents on preventing and recognising.
    pub struct ParentMaterial = ParentMaterial, day from {
        /// Day from which it is given out.
        from: Date = "day",
        /// Title.
        title: String = "title",
        /// What it is about.
        course: Course = "course",
        /// Stage, where it is for one.
        stage: Option<Stage> = "stage",
        /// Edition.
        edition: String = "edition",
        /// Copies that were given out.
        copies: u32 = "copies",
        /// Day on which it was withdrawn.
        until: Option<Date> = "valid_until",
        /// Who made it, or saw to it.
        leader: Option<StaffId> = "leader",
    }
}

entry! {
    /// The parents' committee and its psychology group.
    pub struct Committee = Committee, day from {
        /// Day of its registration.
        from: Date = "day",
        /// Chair, a parent.
        chair: String = "chair",
        /// Number of members.
        members: u32 = "members",
        /// Whether it has a psychology group.
        has_psychology_group: bool = "has_psychology_group",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A meeting of the parents' committee.
    pub struct CommitteeMeeting = CommitteeMeeting, day day {
        /// Day of it.
        day: Date = "day",
        /// Which committee.
        committee: RecordId = "committee",
        /// Topics.
        topics: String = "topics",
        /// How many came.
        attendances: u32 = "attendances",
    }
}

impl Rules for Lesson {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_place(tx, Some(self.grade), None)
    }
}

impl Rules for Activity {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_place(tx, self.grade, self.stage)
    }
}

impl Rules for ParentEvent {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_place(tx, None, self.stage)
    }
}

impl Rules for ParentMaterial {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.title.trim().is_empty() {
            return Err(LedgerRefusal::Field("title"));
        }
        check_place(tx, None, self.stage)
    }
}

impl Rules for Committee {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for CommitteeMeeting {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}
