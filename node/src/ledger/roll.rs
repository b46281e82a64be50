//! Entries of the roll beside the pupils: guardians, class teachers, representatives, mentors,
//! comings and leavings, and who is let onto a case.

use domain::catalogue::Grade;
use domain::ledger::terms::{Relation, TransferKind};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::{Entry as _, Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::grant::{MEMBER_DAYS_MAX, check_other};
use super::profile::check_place;
use super::refusal::{Flaw, LedgerRefusal};
use super::turn::decisions::Class;
use super::{read, roll_list, single::only_one};
use domain::ledger::{Act, Action, day::check_span, day::plus_days};

entry! {
    /// A guardian of a student, and whether that guardian may be told.
    pub struct Guardian = Guardian, day from {
        /// First day on which it holds.
        from: Date = "day",
        /// Whose guardian.
        student: StudentId = "student",
        /// Name.
        name: String = "name",
        /// What the guardian is to the student.
        relation: Relation = "relation",
        /// Telephone, may be empty.
        phone: String = "phone",
        /// Suspected of harm: never asked, never told.
        do_not_contact: bool = "do_not_contact",
        /// Objected in writing to what the other guardian signed.
        objects: bool = "objects",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A class and its class teacher.
    pub struct ClassTeacher = ClassTeacher, day from {
        /// First day.
        from: Date = "day",
        /// Grade of the class.
        grade: Grade = "grade",
        /// Class as the roll writes it.
        class: String = "class",
        /// The class teacher.
        staff: StaffId = "staff",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A class's psychology representative.
    pub struct ClassRep = ClassRep, day from {
        /// First day.
        from: Date = "day",
        /// The representative.
        student: StudentId = "student",
        /// Day of the training.
        trained: Option<Date> = "trained",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
        /// Who trained them.
        trained_by: Option<StaffId> = "trained_by",
    }
}

entry! {
    /// A pair of mentor and student.
    pub struct Mentor = Mentor, day from {
        /// First day.
        from: Date = "day",
        /// The student.
        student: StudentId = "student",
        /// The mentor.
        staff: StaffId = "staff",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A student who came or left.
    pub struct Transfer = Transfer, day day {
        /// Day of it.
        day: Date = "day",
        /// Who.
        student: StudentId = "student",
        /// Came or left, and how.
        how: TransferKind = "how",
        /// The other school, may be empty.
        other_school: String = "other_school",
        /// Consent to the hand-over of records.
        consent: Option<RecordId> = "consent",
    }
}

entry! {
    /// Somebody let onto a student's case, with a reason and an end.
    pub struct CaseMember = CaseMember, day from {
        /// First day.
        from: Date = "day",
        /// Whose case.
        student: StudentId = "student",
        /// Who is let in.
        staff: StaffId = "staff",
        /// Day on which it ends.
        until: Option<Date> = "valid_until",
    }
}

impl Rules for Guardian {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.from, self.until)?;
        match self.name.trim() {
            "" => Err(LedgerRefusal::Flawed("name", Flaw::Empty)),
            _ => Ok(()),
        }
    }
}

impl Rules for ClassTeacher {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    /// Of a class that the roll has: a post of another one lets nobody see a student, and nothing
    /// would show the slip. A roll that nobody is on yet says nothing.
    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_place(tx, Some(self.grade), None)?;
        let roll = roll_list::by_class(tx)?;
        let is_own =
            |(grade, class): &Class| grade.code() == self.grade.as_str() && **class == *self.class;
        let known = roll.is_empty() || roll.iter().any(|(_, class)| is_own(class));
        let stood = own.map(|record| read::one::<Self>(tx, record)).transpose()?.flatten();
        let is_as_before =
            |kept: &Kept<Self>| kept.entry.grade == self.grade && kept.entry.class == self.class;
        if known || stood.as_ref().is_some_and(is_as_before) {
            return Ok(());
        }
        Err(LedgerRefusal::Flawed("class", Flaw::NoClass))
    }
}

impl Rules for ClassRep {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn check(
        &self,
        _tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        // Nobody has trained whoever was not trained yet.
        if self.trained_by.is_some() && self.trained.is_none() {
            return Err(LedgerRefusal::Flawed("trained", Flaw::Empty));
        }
        Ok(())
    }
}

impl Rules for Mentor {
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
        let others = read::about::<Self>(tx, self.student.0)?;
        only_one(
            Self::KIND,
            others.iter().map(|kept| (kept.record, kept.entry.from, kept.entry.until)),
            (own, self.from, self.until),
        )
    }
}

impl Rules for Transfer {
    /// [`super::roll_change`] only: an entry alone would leave the roll as it was.
    const DIRECT: bool = false;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }
}

impl Rules for CaseMember {
    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    fn action(&self) -> Action {
        Action::Do(Act::GrantAccess)
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.from, self.until)?;
        let last = plus_days(self.from, MEMBER_DAYS_MAX);
        if self.until.is_none_or(|until| until > last) {
            return Err(LedgerRefusal::Field("valid_until"));
        }
        let before = own.map(|own| read::one::<Self>(tx, own)).transpose()?.flatten();
        let before = before.map(|kept| (kept.entry.staff, kept.entry.until));
        check_other(author, (self.staff, self.until), before)?;
        if author.reason().is_empty() { Err(LedgerRefusal::Reason) } else { Ok(()) }
    }
}
