//! Training, supervision and certificates of staff.

use domain::ledger::words::{Course, Form, StaffRole};
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::consent::is_digest;
use super::entry::{Kept, RecordId, Rules, StaffId, StudentId, entry};
use super::read;
use super::refusal::{Flaw, LedgerRefusal};
use domain::ledger::certificate::{Progress, may_issue};
use domain::ledger::day::{DayError, check_span};
use domain::ledger::{Act, Action};
use runtime::sql::SqlError;

entry! {
    /// One person's attendance at a training.
    pub struct TrainingRecord = TrainingRecord, day day {
        /// Day of it.
        day: Date = "day",
        /// Who attended.
        staff: StaffId = "staff",
        /// In which role.
        role: StaffRole = "role",
        /// Kind of training.
        course: Course = "course",
        /// Title.
        title: String = "title",
        /// Whole hours.
        hours: u32 = "hours",
        /// Who ran it.
        organiser: String = "organiser",
    }
}

entry! {
    /// A session held under supervision.
    pub struct Supervision = Supervision, day day {
        /// Day of the session.
        day: Date = "day",
        /// The counsellor.
        staff: StaffId = "staff",
        /// Individual or group.
        form: Form = "form",
        /// Name of the supervisor.
        supervisor: String = "supervisor",
        /// Day on which the supervisor signed; it counts from then on.
        signed: Option<Date> = "signed",
        /// Hexadecimal SHA-256 of the sheet that the supervisor signed; nothing without one.
        sheet_digest: Option<String> = "sheet_digest",
    }
}

entry! {
    /// Who supervises a counsellor.
    pub struct Supervisor = Supervisor, day from {
        /// First day.
        from: Date = "day",
        /// The counsellor.
        staff: StaffId = "staff",
        /// The expert.
        expert: String = "expert",
        /// Day on which it ended.
        until: Option<Date> = "valid_until",
    }
}

entry! {
    /// A certificate: ten individual and three group sessions, and the test.
    pub struct Certificate = Certificate, day issued {
        /// Day of issue.
        issued: Date = "day",
        /// Whose.
        staff: StaffId = "staff",
        /// Day of the test.
        test_passed: Date = "test_passed",
        /// Number on it.
        number: String = "number",
        /// Who issued it.
        issuer: String = "issuer",
        /// Last day.
        expires: Date = "expires",
        /// Day of its revocation.
        revoked: Option<Date> = "revoked",
    }
}

impl Rules for TrainingRecord {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for Supervision {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }

    /// Nobody signs the own sessions: the sheet of the supervisor stands behind it, or another
    /// member of staff who has seen the signature. The supervisor is one whom the school names.
    fn check(
        &self,
        tx: &Tx<'_>,
        author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        if self.sheet_digest.as_deref().is_some_and(|digest| !is_digest(digest)) {
            return Err(LedgerRefusal::Flawed("sheet_digest", Flaw::Digest));
        }
        let Some(signed) = self.signed else { return Ok(()) };
        if signed > author.today() {
            return Err(DayError::Future.into());
        }
        check_span(self.day, Some(signed))?;
        if self.sheet_digest.is_none() && author.staff().is_none_or(|staff| staff == self.staff) {
            return Err(LedgerRefusal::OwnSession);
        }
        let named = read::at::<Supervisor>(tx, self.day)?;
        let by = self.supervisor.trim();
        let is_named = |kept: &Kept<Supervisor>| {
            kept.entry.staff == self.staff && kept.entry.expert.trim() == by
        };
        if by.is_empty() || !named.iter().any(is_named) {
            return Err(LedgerRefusal::NoSupervisor);
        }
        Ok(())
    }
}

impl Rules for Supervisor {
    const ANNULS: bool = true;

    fn subject(&self) -> Option<StudentId> {
        None
    }
}

impl Rules for Certificate {
    fn subject(&self) -> Option<StudentId> {
        None
    }

    fn waits(&self) -> bool {
        self.revoked.is_none()
    }

    fn action(&self) -> Action {
        Action::Do(Act::IssueCertificate)
    }

    fn check(
        &self,
        tx: &Tx<'_>,
        _author: &Author,
        _own: Option<RecordId>,
    ) -> Result<(), LedgerRefusal> {
        check_span(self.issued, Some(self.expires))?;
        check_span(self.test_passed, Some(self.issued))?;
        Ok(may_issue(progress(tx, self.staff, self.issued)?)?)
    }
}

/// How far a counsellor has come by a day; the test is the certificate's own to say.
///
/// # Errors
/// The store cannot be read.
pub fn progress(tx: &Tx<'_>, staff: StaffId, day: Date) -> Result<Progress, SqlError> {
    let mut progress = Progress { test_passed: true, ..Progress::default() };
    for kept in read::all::<Supervision>(tx)? {
        let held = kept.entry;
        if held.staff != staff || held.signed.is_none_or(|signed| signed > day) {
            continue;
        }
        match held.form {
            Form::Individual => progress.individual += 1,
            Form::Group => progress.group += 1,
        }
    }
    Ok(progress)
}
