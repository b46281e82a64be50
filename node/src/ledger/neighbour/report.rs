//! The entry of a duty report: what the ledger says of it, who may send it, and the day on which
//! its office acknowledged it.

use std::collections::BTreeSet;

use domain::ledger::terms::ReadPurpose;
use domain::ledger::words::ReportKind;
use domain::ledger::{Action, Area, SchoolRole};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::super::author::Author;
use super::super::consent::DutyReport;
use super::super::entry::{RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::{access, read, second, student, write};
use super::Out;

/// Whether somebody writes duty reports about a student, or about none.
///
/// # Errors
/// The role may not, or the store.
pub fn allow(
    tx: &Tx<'_>,
    author: &Author,
    student: Option<StudentId>,
) -> Result<(), LedgerRefusal> {
    write::allow(tx, author, Action::Write(Area::DutyReport), student)
}

/// Name and day of birth of a student, as a report names them; the reading is logged.
///
/// # Errors
/// There is no such student, or the store.
pub fn child(
    tx: &Tx<'_>,
    author: &Author,
    of: StudentId,
) -> Result<(String, Option<Date>), LedgerRefusal> {
    let row = student::one(tx, of.0)?.ok_or(LedgerRefusal::Unknown)?.row;
    access::log_list(tx, author, &BTreeSet::from([of]), ReadPurpose::Emergency)?;
    Ok((row.name.to_string(), row.birth_date))
}

/// Writes the entry of a report, or what is changed of one that was not sent; gives its record.
///
/// # Errors
/// The role may not, a rule of the ledger, or the store.
pub fn enter(
    tx: &Tx<'_>,
    author: &Author,
    record: Option<RecordId>,
    (about, receiver, facts): (Option<StudentId>, &str, &str),
) -> Result<RecordId, LedgerRefusal> {
    let entry = DutyReport {
        day: author.today(),
        student: about,
        what: ReportKind::MandatoryReport,
        receiver: receiver.to_owned(),
        facts: facts.to_owned(),
        made_at: author.now(),
        acknowledged: None,
    };
    let Some(record) = record else {
        // Another child may be harmed in the same way on the same day.
        return write::add(tx, &author.once_more(true), &entry);
    };
    let seen = write::seen::<DutyReport>(tx, record)?.version;
    write::update(tx, author, (record, seen), &entry)?;
    Ok(record)
}

/// What the ledger says of a report now; nothing where it was annulled or destroyed.
///
/// # Errors
/// The store cannot be read.
pub fn entry(tx: &Tx<'_>, record: RecordId) -> Result<Option<DutyReport>, LedgerRefusal> {
    match write::seen::<DutyReport>(tx, record) {
        Ok(seen) if !seen.annulled => Ok(read::one::<DutyReport>(tx, record)?.map(|one| one.entry)),
        Ok(_) | Err(LedgerRefusal::Destroyed | LedgerRefusal::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether somebody may send a report that was written: the head, or a second person.
///
/// # Errors
/// The store cannot be read.
pub fn may_send(tx: &Tx<'_>, author: &Author, out: &Out) -> Result<bool, SqlError> {
    if author.role() == SchoolRole::MoralHead {
        return Ok(true);
    }
    second::may(tx, author, (&out.by.0, out.by.1))
}

/// Writes when a report was made: it was sealed now.
///
/// # Errors
/// The role may not, a rule of the ledger, or the store.
pub fn made(tx: &Tx<'_>, author: &Author, record: RecordId) -> Result<(), LedgerRefusal> {
    let seen = write::seen::<DutyReport>(tx, record)?.version;
    let before = entry(tx, record)?.ok_or(LedgerRefusal::Unknown)?;
    let made = DutyReport { day: author.today(), made_at: author.now(), ..before };
    write::update(tx, author, (record, seen), &made).map(drop)
}

/// Writes the day on which the office acknowledged a report, once.
///
/// # Errors
/// A rule of the ledger, or the store.
pub fn acknowledged(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    day: Date,
) -> Result<(), LedgerRefusal> {
    let Some(before) = entry(tx, record)?.filter(|one| one.acknowledged.is_none()) else {
        return Ok(());
    };
    let seen = write::seen::<DutyReport>(tx, record)?.version;
    let known = DutyReport { acknowledged: Some(day.min(author.today())), ..before };
    write::put_change(tx, author, (record, seen), &known, None).map(drop)
}
