//! Reading what came: an office reads reports for a purpose, a school's head reads tips, and so
//! does whom the head named; what a hotline says of a caller the counsellor reads and nobody else.
//! Each reading is logged before anything is shown.

use std::collections::BTreeSet;

use domain::ledger::terms::ReadPurpose;
use domain::ledger::{SchoolRole, Word as _};
use domain::neighbour::{Danger, NoticeKind, NoticeState};
use domain::receiver::{Duty, ReadWhy};
use runtime::sql::Tx;

use super::NeighbourError;
use crate::content::{Contact, HandOffContent, Notice, TipContent};
use crate::ledger::author::Author;
use crate::ledger::entry::{Moment, StaffId, StudentId};
use crate::ledger::intake::Worker;
use crate::ledger::neighbour::{self, In, Said};
use crate::ledger::{access, people};

/// Lines that a list shows at most.
const LISTED: u32 = 500;

/// A notice that came, without what it says.
pub struct Line {
    /// How it is kept; its content is not for a list.
    pub notice: In,
    /// What was answered.
    pub said: Vec<Said>,
}

impl Line {
    /// How it stands after what was answered.
    #[must_use]
    pub fn state(&self) -> NoticeState {
        neighbour::stands(self.said.iter().map(|one| one.answer.said.kind()))
    }

    /// Whom to telephone at the hotline, where a caller in danger was handed over and it is not
    /// erased: that is said before anybody reads the rest.
    #[must_use]
    pub fn alarm(&self) -> Option<Contact> {
        let caller = neighbour::caller(&self.notice).filter(|caller| caller.danger == Danger::Yes);
        caller.map(|caller| caller.sender)
    }
}

/// A hotline's caller, without what is said of him or her.
pub struct CallerLine {
    /// How it is kept.
    pub line: Line,
    /// Whom to telephone at the hotline, where the caller is in danger and it is not erased.
    pub alarm: Option<Contact>,
}

impl CallerLine {
    /// Whether somebody in danger has not been reached yet.
    #[must_use]
    pub fn is_pressing(&self) -> bool {
        self.alarm.is_some() && self.is_open()
    }

    /// Whether it waits for this house.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let is_over = matches!(self.line.state(), NoticeState::Reached | NoticeState::NotOurs);
        self.line.notice.content.is_some() && !is_over
    }
}

/// Reports that came to an office, what is here before what is erased.
///
/// # Errors
/// The role sees no list, or the store.
pub fn reports(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<Line>, NeighbourError> {
    if !worker.may(Duty::List) {
        return Err(NeighbourError::NotAllowed);
    }
    lines(tx, |notice| notice.kind == NoticeKind::Report)
}

/// Callers whom hotlines handed over to a house, those in danger who were not reached first. They
/// name nobody.
///
/// # Errors
/// The role sees no list, or the store.
pub fn callers(tx: &Tx<'_>, worker: &Worker) -> Result<Vec<CallerLine>, NeighbourError> {
    if !worker.may(Duty::List) {
        return Err(NeighbourError::NotAllowed);
    }
    let all = lines(tx, |notice| notice.kind == NoticeKind::HandOff)?;
    let mut all: Vec<CallerLine> = all.into_iter().map(line_of_caller).collect();
    all.sort_by_key(|caller| (!caller.is_pressing(), !caller.is_open()));
    Ok(all)
}

/// One notice of a kind at a house, without what it says.
///
/// # Errors
/// The role sees no list, there is none, or the store.
pub fn line_at_house(
    tx: &Tx<'_>,
    worker: &Worker,
    of: (NoticeKind, i64),
) -> Result<Line, NeighbourError> {
    if !worker.may(Duty::List) {
        return Err(NeighbourError::NotAllowed);
    }
    line(tx, at_house(tx, of)?)
}

/// What came to a receiver, of a kind.
fn at_house(tx: &Tx<'_>, (kind, id): (NoticeKind, i64)) -> Result<In, NeighbourError> {
    let found = neighbour::one_in(tx, id)?.filter(|notice| notice.kind == kind);
    found.ok_or(NeighbourError::Unknown)
}

/// What a report says, or a hotline of a caller, for a purpose; the reading is logged before
/// anything is given.
///
/// # Errors
/// The role may not read, it was erased, there is none of that kind, or the store.
pub fn read_at_house(
    tx: &Tx<'_>,
    worker: &Worker,
    kind: NoticeKind,
    (id, why): (i64, ReadWhy),
) -> Result<Notice, NeighbourError> {
    if !worker.may(Duty::Read) {
        return Err(NeighbourError::NotAllowed);
    }
    let bytes = at_house(tx, (kind, id))?.content.ok_or(NeighbourError::Erased)?;
    let by = (worker.account(), worker.role().as_str(), why.as_str());
    neighbour::log_read(tx, id, by, worker.now().0)?;
    Ok(Notice::read(kind, &bytes)?)
}

/// Tips that somebody at a school may read: the head all, a counsellor those for which the head
/// named her. They name nobody.
///
/// # Errors
/// The store cannot be read.
pub fn tips(tx: &Tx<'_>, author: &Author) -> Result<Vec<Line>, NeighbourError> {
    lines(tx, |notice| notice.kind == NoticeKind::Tip && may_read(author, notice))
}

/// Callers of hotlines who were handed over, for a counsellor. They name nobody.
///
/// # Errors
/// The store cannot be read.
pub fn hand_offs(tx: &Tx<'_>, author: &Author) -> Result<Vec<CallerLine>, NeighbourError> {
    let is_one = |notice: &In| notice.kind == NoticeKind::HandOff && may_read(author, notice);
    Ok(lines(tx, is_one)?.into_iter().map(line_of_caller).collect())
}

/// One tip without what it says, for who may read it.
///
/// # Errors
/// Nobody of that account may, there is none, or the store.
pub fn tip_line(tx: &Tx<'_>, author: &Author, id: i64) -> Result<Line, NeighbourError> {
    line(tx, of_kind(tx, author, (NoticeKind::Tip, id))?)
}

/// One caller without what is said of him or her, for a counsellor.
///
/// # Errors
/// As [`tip_line`].
pub fn hand_off_line(tx: &Tx<'_>, author: &Author, id: i64) -> Result<CallerLine, NeighbourError> {
    Ok(line_of_caller(line(tx, of_kind(tx, author, (NoticeKind::HandOff, id))?)?))
}

/// What a tip says; the reading is logged before anything is given, and in the record of the
/// student with whom it is linked as well.
///
/// # Errors
/// As [`tip_line`], and where it was erased.
pub fn tip(tx: &Tx<'_>, author: &Author, id: i64) -> Result<TipContent, NeighbourError> {
    match opened(tx, author, (NoticeKind::Tip, id))? {
        Notice::Tip(tip) => Ok(tip),
        Notice::Report(_) | Notice::HandOff(_) => Err(NeighbourError::Unknown),
    }
}

/// What a hotline says of a caller; logged as a tip's reading is.
///
/// # Errors
/// As [`tip`].
pub fn hand_off(tx: &Tx<'_>, author: &Author, id: i64) -> Result<HandOffContent, NeighbourError> {
    match opened(tx, author, (NoticeKind::HandOff, id))? {
        Notice::HandOff(caller) => Ok(caller),
        Notice::Report(_) | Notice::Tip(_) => Err(NeighbourError::Unknown),
    }
}

/// What came to a school says, once its reading is logged.
fn opened(
    tx: &Tx<'_>,
    author: &Author,
    (kind, id): (NoticeKind, i64),
) -> Result<Notice, NeighbourError> {
    let notice = of_kind(tx, author, (kind, id))?;
    let bytes = notice.content.ok_or(NeighbourError::Erased)?;
    let by = (author.account(), author.role().as_str(), "");
    neighbour::log_read(tx, id, by, author.now().0)?;
    if let Some(student) = notice.student {
        let reader = author.because(kind.label().0);
        access::log_list(tx, &reader, &BTreeSet::from([student]), ReadPurpose::Emergency)?;
    }
    Ok(Notice::read(kind, &bytes)?)
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

/// Who read what a hotline said of a caller, for counsellors.
///
/// # Errors
/// Somebody else asks, there is none, or the store.
pub fn hand_off_reads(
    tx: &Tx<'_>,
    author: &Author,
    id: i64,
) -> Result<Vec<(Moment, String)>, NeighbourError> {
    of_kind(tx, author, (NoticeKind::HandOff, id))?;
    Ok(neighbour::reads(tx, id)?)
}

/// Who read a report or what is said of a caller, for the head of the house.
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

/// The head links a tip with a student who is on the roll, by number or name, and a counsellor a
/// hotline's caller. No student is made by it, and no case: whoever opens one writes what was its
/// source.
///
/// # Errors
/// Somebody else asks, it was erased, nobody or several are meant, or the store.
pub fn link(
    tx: &Tx<'_>,
    author: &Author,
    (id, meant): (i64, &str),
) -> Result<StudentId, NeighbourError> {
    let notice = match author.role() {
        SchoolRole::Counsellor => of_kind(tx, author, (NoticeKind::HandOff, id))?,
        _ => of_head(tx, author, id)?,
    };
    if notice.content.is_none() {
        return Err(NeighbourError::Erased);
    }
    let found = people::meant(tx, author, meant.trim())?;
    let [one] = &found[..] else { return Err(NeighbourError::Field("student")) };
    let student = one.student;
    neighbour::link(tx, id, (student, author.account()))?;
    Ok(student)
}

/// What came to a school and somebody may read, of any kind.
pub(super) fn came_to(tx: &Tx<'_>, author: &Author, id: i64) -> Result<In, NeighbourError> {
    let notice = neighbour::one_in(tx, id)?;
    // That there is one is told to nobody else either.
    notice.filter(|notice| may_read(author, notice)).ok_or(NeighbourError::Unknown)
}

fn of_kind(
    tx: &Tx<'_>,
    author: &Author,
    (kind, id): (NoticeKind, i64),
) -> Result<In, NeighbourError> {
    let notice = came_to(tx, author, id)?;
    if notice.kind == kind { Ok(notice) } else { Err(NeighbourError::Unknown) }
}

fn of_head(tx: &Tx<'_>, author: &Author, id: i64) -> Result<In, NeighbourError> {
    match author.role() {
        SchoolRole::MoralHead => of_kind(tx, author, (NoticeKind::Tip, id)),
        _ => Err(NeighbourError::NotAllowed),
    }
}

fn may_read(author: &Author, notice: &In) -> bool {
    match (notice.kind, author.role()) {
        (NoticeKind::Tip, SchoolRole::MoralHead)
        | (NoticeKind::HandOff, SchoolRole::Counsellor) => true,
        (NoticeKind::Tip, SchoolRole::Counsellor) => neighbour::is_read_by(notice, author.staff()),
        _ => false,
    }
}

fn line_of_caller(line: Line) -> CallerLine {
    CallerLine { alarm: line.alarm(), line }
}

fn lines(tx: &Tx<'_>, is_shown: impl Fn(&In) -> bool) -> Result<Vec<Line>, NeighbourError> {
    let all = neighbour::all_in(tx, LISTED)?.into_iter().filter(is_shown);
    all.map(|notice| line(tx, notice)).collect()
}

fn line(tx: &Tx<'_>, notice: In) -> Result<Line, NeighbourError> {
    let said = neighbour::said(tx, notice.id)?;
    Ok(Line { notice, said })
}
