//! Counselling sessions, individual and group.

use domain::catalogue::Stage;
use domain::ledger::terms::{SessionOrigin, SessionTopic};
use domain::ledger::words::Form;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::appointment;
use super::author::Author;
use super::entry::{AuthorNote, Entry as _, Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::profile::check_place;
use super::read;
use super::refusal::{Flaw, LedgerRefusal};

/// Longest session in minutes: a school day.
const MINUTES_MAX: u32 = 480;

entry! {
    /// A session. A group session names its members beside it.
    pub struct Session = Session, day day {
        /// Day of the session.
        day: Date = "day",
        /// Individual or group.
        form: Form = "form",
        /// Of an individual session.
        student: Option<StudentId> = "student",
        /// Stage of a group.
        stage: Option<Stage> = "stage",
        /// Who held it.
        counsellor: StaffId = "counsellor",
        /// How long.
        minutes: u32 = "minutes",
        /// Who wished for it.
        origin: SessionOrigin = "origin",
        /// What it was mainly about.
        topic: SessionTopic = "topic",
        /// Theme of a group, may be empty.
        title: String = "title",
        /// For its author only.
        note: AuthorNote = "note",
    }
}

entry! {
    /// A student in a group session.
    pub struct GroupMember = GroupMember, day day {
        /// Day of the session.
        day: Date = "day",
        /// Who.
        student: StudentId = "student",
        /// The group session.
        session: RecordId = "of_session",
    }
}

impl Rules for Session {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        self.student
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let fits = match self.form {
            Form::Individual => self.student.is_some(),
            Form::Group => self.student.is_none() && self.stage.is_some(),
        };
        if !fits {
            return Err(LedgerRefusal::Field("student"));
        }
        if !(1..=MINUTES_MAX).contains(&self.minutes) {
            return Err(LedgerRefusal::Flawed("minutes", Flaw::Range(1, MINUTES_MAX)));
        }
        check_place(tx, None, self.stage)?;
        match own {
            None => self.check_once(tx, author),
            Some(_) => Ok(()),
        }
    }

    /// What was arranged is open again, unless another session kept it.
    fn leaves(&self, tx: &Tx<'_>, author: &Author, own: RecordId) -> Result<(), LedgerRefusal> {
        let Some(student) = self.student else { return Ok(()) };
        let others = read::about::<Self>(tx, student.0)?;
        let keeps = |kept: &Kept<Self>| {
            kept.record != own
                && (kept.entry.day, kept.entry.counsellor) == (self.day, self.counsellor)
        };
        if others.iter().any(keeps) {
            return Ok(());
        }
        appointment::reopen(tx, author, (student, self.day, self.counsellor))
    }

    /// The student came to what was arranged.
    fn brings(&self, tx: &Tx<'_>, author: &Author, _own: RecordId) -> Result<(), LedgerRefusal> {
        let Some(student) = self.student else { return Ok(()) };
        appointment::keep(tx, author, (student, self.day, self.counsellor))
    }
}

impl Session {
    /// As of a talk: the same two persons on one day are asked about.
    fn check_once(&self, tx: &Tx<'_>, author: &Author) -> Result<(), LedgerRefusal> {
        let Some(student) = self.student.filter(|_| !author.means_again()) else { return Ok(()) };
        let same = |kept: &Kept<Self>| {
            (kept.entry.day, kept.entry.counsellor) == (self.day, self.counsellor)
        };
        match read::about::<Self>(tx, student.0)?.iter().find(|kept| same(kept)) {
            Some(kept) => Err(LedgerRefusal::Again(Self::KIND, kept.record)),
            None => Ok(()),
        }
    }
}

impl Rules for GroupMember {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        Some(self.student)
    }

    /// Of a group session that stands.
    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        let session = read::one::<Session>(tx, self.session)?;
        let is_group = session.is_some_and(|kept| kept.entry.form == Form::Group);
        if is_group { Ok(()) } else { Err(LedgerRefusal::Field("of_session")) }
    }
}
