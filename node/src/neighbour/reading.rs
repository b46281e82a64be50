//! Reading what came: an office reads reports for a purpose, a school's head reads tips, and so
//! does whom the head named. Each reading is logged before anything is shown.

use std::collections::BTreeSet;

use domain::ledger::terms::ReadPurpose;
use domain::ledger::{SchoolRole, Word as _};
use domain::neighbour::NoticeKind;
use domain::receiver::{Duty, ReadWhy};
use runtime::sql::Tx;

use super::NeighbourError;
use crate::ledger::author::Author;
use crate::ledger::entry::{Moment, StaffId, StudentId};
use crate::ledger::intake::Worker;
use crate::ledger::neighbour::{self, In, Said};
use crate::ledger::{access, people};
use crate::letters::content::{Notice, ReportContent, TipContent};

/// Lines that a list shows at most.
const LISTED: u32 = 500;

/// Why a school's reading of a tip is logged with the student with whom it is linked.
const TIP: &str = "外部线索";

/// A notice that came, without what it says.
pub struct Line {
    /// How it is kept; its content is not for a list.
    pub notice: In,
    /// What was answered.
    pub said: Vec<Said>,
}

/// Reports that came to an office, what is here before what is erased.
///
/// # Errors
/// The role sees no list, or the store.
pub fn reports(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<Line>, NeighbourError> {
    if !worker.may(Duty::List) {
        return Err(NeighbourError::NotAllowed);
    }
    lines(tx, |_| true)
}

/// One report that came, without what it says.
///
/// # Errors
/// The role sees no list, there is none, or the store.
pub fn report_line(tx: &Tx<'_>, worker: &Worker, id: i64) -> Result<Line, NeighbourError> {
    if !worker.may(Duty::List) {
        return Err(NeighbourError::NotAllowed);
    }
    line(tx, neighbour::one_in(tx, id)?.ok_or(NeighbourError::Unknown)?)
}

/// What a report says, for a purpose; the reading is logged before anything is given.
///
/// # Errors
/// The role may not read, it was erased, there is none, or the store.
pub fn report(
    tx: &Tx<'_>,
    worker: &Worker,
    (id, why): (i64, ReadWhy),
) -> Result<ReportContent, NeighbourError> {
    if !worker.may(Duty::Read) {
        return Err(NeighbourError::NotAllowed);
    }
    let notice = neighbour::one_in(tx, id)?.ok_or(NeighbourError::Unknown)?;
    let bytes = notice.content.ok_or(NeighbourError::Erased)?;
    let by = (worker.account(), worker.role().as_str(), why.as_str());
    neighbour::log_read(tx, id, by, worker.now().0)?;
    match Notice::read(NoticeKind::Report, &bytes)? {
        Notice::Report(report) => Ok(report),
        Notice::Tip(_) => Err(NeighbourError::Unknown),
    }
}

/// Tips that somebody at a school may read: the head all, a counsellor those for which the head
/// named her. They name nobody.
///
/// # Errors
/// The store cannot be read.
pub fn tips(tx: &Tx<'_>, author: &Author) -> Result<Vec<Line>, NeighbourError> {
    lines(tx, |notice| may_read(author, notice))
}

/// One tip without what it says, for who may read it.
///
/// # Errors
/// Nobody of that account may, there is none, or the store.
pub fn tip_line(tx: &Tx<'_>, author: &Author, id: i64) -> Result<Line, NeighbourError> {
    line(tx, tip_of(tx, author, id)?)
}

/// What a tip says; the reading is logged before anything is given, and in the record of the
/// student with whom it is linked as well.
///
/// # Errors
/// As [`tip_line`], and where it was erased.
pub fn tip(tx: &Tx<'_>, author: &Author, id: i64) -> Result<TipContent, NeighbourError> {
    let notice = tip_of(tx, author, id)?;
    let bytes = notice.content.ok_or(NeighbourError::Erased)?;
    let by = (author.account(), author.role().as_str(), "");
    neighbour::log_read(tx, id, by, author.now().0)?;
    if let Some(student) = notice.student {
        let reader = author.because(TIP);
        access::log_list(tx, &reader, &BTreeSet::from([student]), ReadPurpose::Emergency)?;
    }
    match Notice::read(NoticeKind::Tip, &bytes)? {
        Notice::Tip(tip) => Ok(tip),
        Notice::Report(_) => Err(NeighbourError::Unknown),
    }
}

/// Who read a tip, for the head.
///
/// # Errors
/// Somebody else asks, there is none, or the store.
pub fn tip_reads(
    tx: &Tx<'_>,
    author: &Author,
    id: i64,
) -> Result<Vec<(Moment, String)>, NeighbourError> {
    of_head(tx, author, id)?;
    Ok(neighbour::reads(tx, id)?)
}

/// Who read a report, for the head of the office.
///
/// # Errors
/// The role may not, or the store.
pub fn report_reads(
    tx: &Tx<'_>,
    worker: &Worker,
    id: i64,
) -> Result<Vec<(Moment, String)>, NeighbourError> {
    match worker.may(Duty::Audit) {
        true => Ok(neighbour::reads(tx, id)?),
        false => Err(NeighbourError::NotAllowed),
    }
}

/// The head names who may read a tip beside the head, or nobody any more.
///
/// # Errors
/// Somebody else asks, there is none, or the store.
pub fn name_reader(
    tx: &Tx<'_>,
    author: &Author,
    (id, reader): (i64, Option<StaffId>),
) -> Result<(), NeighbourError> {
    of_head(tx, author, id)?;
    Ok(neighbour::name_reader(tx, id, reader)?)
}

/// The head links a tip with a student who is on the roll, by number or name. No student is made
/// by it, and no case: whoever opens one writes that the tip was its source.
///
/// # Errors
/// Somebody else asks, it was erased, nobody or several are meant, or the store.
pub fn link(
    tx: &Tx<'_>,
    author: &Author,
    (id, meant): (i64, &str),
) -> Result<StudentId, NeighbourError> {
    let notice = of_head(tx, author, id)?;
    if notice.content.is_none() {
        return Err(NeighbourError::Erased);
    }
    let found = people::meant(tx, author, meant.trim())?;
    let [one] = &found[..] else { return Err(NeighbourError::Field("student")) };
    let student = one.student;
    neighbour::link(tx, id, (student, author.account()))?;
    Ok(student)
}

/// A tip that somebody may read.
pub(super) fn tip_of(tx: &Tx<'_>, author: &Author, id: i64) -> Result<In, NeighbourError> {
    let notice = neighbour::one_in(tx, id)?.filter(|notice| notice.kind == NoticeKind::Tip);
    // That there is one is told to nobody else either.
    notice.filter(|notice| may_read(author, notice)).ok_or(NeighbourError::Unknown)
}

fn of_head(tx: &Tx<'_>, author: &Author, id: i64) -> Result<In, NeighbourError> {
    match author.role() {
        SchoolRole::MoralHead => tip_of(tx, author, id),
        _ => Err(NeighbourError::NotAllowed),
    }
}

fn may_read(author: &Author, notice: &In) -> bool {
    match author.role() {
        SchoolRole::MoralHead => true,
        SchoolRole::Counsellor => neighbour::is_read_by(notice, author.staff()),
        _ => false,
    }
}

fn lines(tx: &Tx<'_>, is_shown: impl Fn(&In) -> bool) -> Result<Vec<Line>, NeighbourError> {
    let all = neighbour::all_in(tx, LISTED)?.into_iter().filter(is_shown);
    all.map(|notice| line(tx, notice)).collect()
}

fn line(tx: &Tx<'_>, notice: In) -> Result<Line, NeighbourError> {
    let said = neighbour::said(tx, notice.id)?;
    Ok(Line { notice, said })
}
