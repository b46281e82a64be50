//! Reads of a person's record: each is logged before anything is shown, and shown on that page.

use std::collections::BTreeSet;

use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Action, Area, Authority, Footing, SchoolRole, Word as _};
use domain::ledger::{authority, permits};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::access_chain::{self, NewRead};
use super::author::Author;
use super::entry::{Moment, StudentId};
use super::refusal::LedgerRefusal;
use super::{footing, strange};

/// A list that is looked at again within so long leaves no second line for the same student.
const LIST_MS: i64 = 3_600_000;

/// How reasons of reads for a duty report or a tip begin: a guardian may be whom they are about.
pub const BY_DUTY: [&str; 2] = ["强制报告", "外部线索"];

/// The right to read one student's record, already logged. Only [`open`] makes one.
pub struct Pass {
    student: StudentId,
    account: String,
    role: SchoolRole,
    footing: Footing,
}

/// One read as it is shown on the student's page.
#[derive(Clone)]
pub struct ReadLine {
    /// When.
    pub at: Moment,
    /// Who.
    pub account: String,
    /// In which role.
    pub role: SchoolRole,
    /// What for.
    pub purpose: ReadPurpose,
    /// In the reader's words; nothing where they are kept from who asks.
    pub reason: Option<String>,
}

/// Opens a student's record for reading: logs who, for what and when, then gives the pass.
///
/// # Errors
/// The role reads nothing of this student, there is no such student, or the store; a refusal is
/// logged nowhere but in the caller's audit.
pub fn open(
    tx: &Tx<'_>,
    reader: &Author,
    student: StudentId,
    purpose: ReadPurpose,
) -> Result<Pass, LedgerRefusal> {
    super::write::birth(tx, student)?;
    let footing = footing::of(tx, reader, Some(student))?;
    let account = reader.account().to_owned();
    let pass = Pass { student, account, role: reader.role(), footing };
    let about_students = Area::ALL.iter().filter(|area| area.is_about_students());
    if !about_students.into_iter().any(|area| pass.allow(*area).is_ok()) {
        return Err(LedgerRefusal::NotAllowed);
    }
    log(tx, reader, student, purpose)?;
    Ok(pass)
}

/// Logs that a list named students to somebody who may read each of them: one line a student, and
/// no second one within [`LIST_MS`] for the same account, role, purpose and reason.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_list(
    tx: &Tx<'_>,
    reader: &Author,
    students: &BTreeSet<StudentId>,
    purpose: ReadPurpose,
) -> Result<(), SqlError> {
    for student in students {
        let known = tx.query_opt(
            "select 1 from access_log where student = $1 and account = $2 and role = $3
             and purpose = $4 and reason = $5 and at_ms > $6 limit 1",
            params![
                student.0,
                reader.account(),
                reader.role().as_str(),
                purpose.as_str(),
                reader.reason(),
                reader.now().0.saturating_sub(LIST_MS),
            ],
            |row| row.i64(0),
        )?;
        if known.is_none() {
            log(tx, reader, *student, purpose)?;
        }
    }
    Ok(())
}

fn log(
    tx: &Tx<'_>,
    reader: &Author,
    student: StudentId,
    purpose: ReadPurpose,
) -> Result<(), SqlError> {
    access_chain::append(
        tx,
        &NewRead {
            at_ms: reader.now().0,
            account: reader.account(),
            role: reader.role().as_str(),
            student: student.0,
            purpose: purpose.as_str(),
            reason: reader.reason(),
        },
    )
}

/// Whether somebody could read an area of a student's record, without opening it.
///
/// # Errors
/// The store cannot be read.
pub fn may_read(
    tx: &Tx<'_>,
    reader: &Author,
    student: StudentId,
    area: Area,
) -> Result<bool, SqlError> {
    let footing = footing::of(tx, reader, Some(student))?;
    Ok(permits(reader.role(), Action::Read(area), footing))
}

impl Pass {
    /// Whose record.
    #[must_use]
    pub const fn student(&self) -> StudentId {
        self.student
    }

    /// Who reads.
    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// Whether the pass opens every area about students that a role ever reads.
    fn reaches_as_far_as(&self, role: SchoolRole) -> bool {
        let about_students = Area::ALL.iter().filter(|area| area.is_about_students());
        let mut read =
            about_students.filter(|area| authority(role, Action::Read(**area)) != Authority::Never);
        read.all(|area| self.allow(*area).is_ok())
    }

    /// Whether the pass opens every area about students.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.reaches_as_far_as(SchoolRole::Counsellor)
    }

    /// Whether the pass opens an area.
    ///
    /// # Errors
    /// It does not.
    pub fn allow(&self, area: Area) -> Result<(), LedgerRefusal> {
        if permits(self.role, Action::Read(area), self.footing) {
            Ok(())
        } else {
            Err(LedgerRefusal::NotAllowed)
        }
    }
}

/// Who read this student's record, newest first; reads for a duty report or a tip for whoever may
/// read reports.
///
/// Words are often those of an act, a listing or an interview, and say what the record says: they
/// open to who wrote them and to whoever may read all that their writer's role may.
///
/// # Errors
/// The store cannot be read.
pub fn reads(tx: &Tx<'_>, pass: &Pass, limit: u32) -> Result<Vec<ReadLine>, SqlError> {
    read_lines(tx, pass, pass.allow(Area::DutyReport).is_ok(), limit)
}

/// As [`reads`], as the family may see it: a read for a duty report or a tip tells that there is
/// one, and is left out as the report itself is.
///
/// # Errors
/// The store cannot be read.
pub fn family_reads(tx: &Tx<'_>, pass: &Pass, limit: u32) -> Result<Vec<ReadLine>, SqlError> {
    read_lines(tx, pass, false, limit)
}

fn read_lines(
    tx: &Tx<'_>,
    pass: &Pass,
    shows_duty: bool,
    limit: u32,
) -> Result<Vec<ReadLine>, SqlError> {
    let [report, tip] = BY_DUTY;
    tx.query(
        "select at_ms, account, role, purpose, reason from access_log
         where student = $1 and ($2 or (instr(reason, $3) <> 1 and instr(reason, $4) <> 1))
         order by id desc limit $5",
        params![pass.student.0, shows_duty, report, tip, limit],
        |row| read_line(row, pass),
    )
}

fn read_line(row: &Row<'_, '_>, pass: &Pass) -> Result<ReadLine, SqlError> {
    let (account, role) = (row.text(1)?, strange(SchoolRole::from_word(row.str(2)?))?);
    let opens = account == pass.account || pass.reaches_as_far_as(role);
    let reason = row.text(4)?;
    Ok(ReadLine {
        at: Moment(row.i64(0)?),
        account,
        role,
        purpose: strange(ReadPurpose::from_word(row.str(3)?))?,
        reason: (opens || reason.is_empty()).then_some(reason),
    })
}
