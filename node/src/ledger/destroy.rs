//! Destruction carried out: what is due, the order of one person, the signature of another, and
//! everything gone in one transaction with a certificate that names nobody.
//!
//! What keeps a student's record is asked again at the moment of signing: a case that was opened or
//! a hold that was placed after the order stops it. Orders are carried out whole or not at all.
//! No free text is taken: an order stays for ever, and its words could name the student.

mod certificate;
mod due;
mod erase;

use std::collections::BTreeSet;

use domain::ledger::retention::StillKept;
use domain::ledger::terms::{DestroyCause, Standing};
use domain::ledger::{Act, Action, Authority, Kind, Word as _, authority};
use domain::period::Calendar;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

pub use certificate::{Certificate, all as certificates, find as certificate};
pub use due::{Due, DueKind, students, work};
#[cfg(test)]
pub(super) use due::{has_data_out, has_open_referral};
pub(super) use erase::digest_of;
pub use erase::{ERASED_TABLES, KEPT_TABLES, gone_by, is_of_destroyed};

use super::author::Author;
use super::entry::{Kept, RecordId, StudentId};
use super::refusal::LedgerRefusal;
use super::retention::Destruction;
use super::{account, read, second, write};
use crate::import::value::Status;

/// Orders that one act takes: a year's graduates of a large school.
pub const ORDERS_MAX: usize = 2_000;

/// What a carrying out is measured by, besides the ledgers.
#[derive(Clone)]
pub struct Terms {
    /// The city's terms.
    pub calendar: std::sync::Arc<Calendar>,
    /// For how many days the school keeps copies of its data folder.
    pub copies_days: u32,
}

/// An order that waits. Names an account, so without `Debug`.
#[derive(Clone)]
pub struct Order {
    /// Its number.
    pub record: RecordId,
    /// Day of asking.
    pub day: Date,
    /// Whose records; nothing for an entry about nobody.
    pub student: Option<StudentId>,
    /// The single entry, where it is about nobody.
    pub target: Option<RecordId>,
    /// Why.
    pub cause: DestroyCause,
    /// Account that asked.
    pub asked_by: String,
    /// What would stop it now.
    pub blocked: Option<StillKept>,
}

/// Whether a role may take part in a destruction.
#[must_use]
pub const fn may_take_part(role: domain::ledger::SchoolRole) -> bool {
    !matches!(authority(role, Action::Do(Act::Destroy)), Authority::Never)
}

/// Orders the destruction of everything about students who have left; waits for [`sign`]. Without
/// a cause it is how each of them left.
///
/// # Errors
/// The role may not, the account is nobody's, something keeps one of them, or one is ordered
/// already; nothing was written.
pub fn ask(
    tx: &Tx<'_>,
    author: &Author,
    (students, cause): (&[StudentId], Option<DestroyCause>),
    terms: &Terms,
) -> Result<Vec<RecordId>, LedgerRefusal> {
    check_role(author)?;
    second::first(author)?;
    if students.is_empty() || students.len() > ORDERS_MAX {
        return Err(LedgerRefusal::Field("student"));
    }
    if cause == Some(DestroyCause::TermOver) {
        return Err(LedgerRefusal::Field("cause"));
    }
    let waiting = waiting_orders(tx)?;
    let asked_before = |student: StudentId| {
        waiting.iter().any(|kept| kept.entry.target_student == Some(student.0))
    };
    let mut orders = Vec::with_capacity(students.len());
    for student in students {
        if asked_before(*student) {
            return Err(LedgerRefusal::Double);
        }
        let status = due::check_student(tx, author.today(), *student, terms)?;
        let by_leaving = match status {
            Status::Graduated => DestroyCause::Graduated,
            _ => DestroyCause::Left,
        };
        let cause = cause.unwrap_or(by_leaving);
        orders.push(put(tx, author, (Some(*student), None), cause)?);
    }
    Ok(orders)
}

/// Orders the destruction of every entry of a kind that is about nobody and whose years are over.
///
/// # Errors
/// As [`ask`], and where nothing of the kind is due.
pub fn ask_work(tx: &Tx<'_>, author: &Author, kind: Kind) -> Result<Vec<RecordId>, LedgerRefusal> {
    check_role(author)?;
    second::first(author)?;
    let waiting = waiting_orders(tx)?;
    let asked_before =
        |record: &RecordId| waiting.iter().any(|kept| kept.entry.target == Some(*record));
    let mut due = due::of_kind(tx, author.today(), kind)?;
    due.retain(|record| !asked_before(record));
    due.truncate(ORDERS_MAX);
    if due.is_empty() {
        return Err(StillKept::Term.into());
    }
    let order = |record| put(tx, author, (None, Some(record)), DestroyCause::TermOver);
    due.into_iter().map(order).collect()
}

/// Orders that wait for a second person, oldest first, each with what would stop it now.
///
/// # Errors
/// The role takes no part, or the store.
pub fn waiting(tx: &Tx<'_>, reader: &Author, terms: &Terms) -> Result<Vec<Order>, LedgerRefusal> {
    check_role(reader)?;
    let mut orders = Vec::new();
    let held = due::held(tx)?;
    for kept in waiting_orders(tx)? {
        let blocked = match check(tx, reader.today(), &kept.entry, (terms, &held)) {
            Ok(()) => None,
            Err(LedgerRefusal::Kept(still)) => Some(still),
            // Gone by another order; signing says so.
            Err(LedgerRefusal::Unknown | LedgerRefusal::Destroyed) => None,
            Err(other) => return Err(other),
        };
        orders.push(Order {
            record: kept.record,
            day: kept.entry.day,
            student: kept.entry.target_student.map(StudentId),
            target: kept.entry.target,
            cause: kept.entry.cause,
            asked_by: kept.entry.asked_by,
            blocked,
        });
    }
    Ok(orders)
}

/// Signs orders as the second person and carries all of them out, giving the number of the
/// certificate; or refuses them.
///
/// # Errors
/// The person who asked for one of them agrees, one does not wait, or something keeps one: then
/// nothing of any was destroyed.
pub fn sign(
    tx: &Tx<'_>,
    author: &Author,
    (orders, agrees): (&[RecordId], bool),
    terms: &Terms,
) -> Result<Option<i64>, LedgerRefusal> {
    check_role(author)?;
    if orders.is_empty() || orders.len() > ORDERS_MAX {
        return Err(LedgerRefusal::Field("ordered"));
    }
    let mut taken = Vec::with_capacity(orders.len());
    // Once for all orders: a year's are many, and what is held is found over every kind.
    let held = if agrees { due::held(tx)? } else { BTreeSet::new() };
    for record in orders {
        let kept = read::one::<Destruction>(tx, *record)?.ok_or(LedgerRefusal::Unknown)?;
        if kept.entry.standing != Standing::Waiting {
            return Err(LedgerRefusal::NotWaiting);
        }
        // Nothing is lost by a no, so that whoever asked may be gone.
        if agrees {
            check_second(tx, author, &kept.entry)?;
            check(tx, author.today(), &kept.entry, (terms, &held))?;
        }
        taken.push(kept);
    }
    let signed = author.because(if agrees { "同意销毁" } else { "不同意销毁" });
    for kept in &taken {
        let entry = if agrees {
            let (taken, digest) = erase::to_be_taken(tx, &kept.entry)?;
            let (taken, taken_digest) = (Some(taken), Some(digest));
            let standing = Standing::InForce;
            Destruction { standing, taken, taken_digest, ..kept.entry.clone() }
        } else {
            Destruction { standing: Standing::Refused, ..kept.entry.clone() }
        };
        let seen = (kept.record, kept.version);
        write::put_change(tx, &signed, seen, &entry, Some(&kept.entry.asked_by))?;
    }
    if agrees { certificate::carry_out(tx, author, &taken, terms).map(Some) } else { Ok(None) }
}

/// Whether somebody may sign an order as its second person.
///
/// # Errors
/// The store cannot be read.
pub fn may_sign(tx: &Tx<'_>, author: &Author, order: RecordId) -> Result<bool, SqlError> {
    let Some(kept) = read::one::<Destruction>(tx, order)? else { return Ok(false) };
    match check_role(author).and_then(|()| check_second(tx, author, &kept.entry)) {
        Ok(()) => Ok(true),
        Err(LedgerRefusal::Store(error)) => Err(error),
        Err(_) => Ok(false),
    }
}

fn check(
    tx: &Tx<'_>,
    today: Date,
    order: &Destruction,
    (terms, held): (&Terms, &BTreeSet<RecordId>),
) -> Result<(), LedgerRefusal> {
    match (order.target_student, order.target) {
        (Some(student), None) => due::check_student(tx, today, StudentId(student), terms).map(drop),
        (None, Some(record)) => due::check_record(tx, today, record, held),
        _ => Err(LedgerRefusal::Unknown),
    }
}

/// An order from before its asker was written down is signed as long as that account is somebody's.
fn check_second(tx: &Tx<'_>, author: &Author, order: &Destruction) -> Result<(), LedgerRefusal> {
    let staff = match order.asked_staff {
        Some(staff) => Some(staff),
        None => {
            let asked = account::author(tx, &order.asked_by, author.now().0)?;
            asked.and_then(|asked| asked.staff())
        }
    };
    second::check(tx, author, (&order.asked_by, staff))
}

fn check_role(author: &Author) -> Result<(), LedgerRefusal> {
    if may_take_part(author.role()) { Ok(()) } else { Err(LedgerRefusal::NotAllowed) }
}

fn waiting_orders(tx: &Tx<'_>) -> Result<Vec<Kept<Destruction>>, SqlError> {
    let mut orders = read::all::<Destruction>(tx)?;
    orders.retain(|kept| kept.entry.standing == Standing::Waiting);
    Ok(orders)
}

fn put(
    tx: &Tx<'_>,
    author: &Author,
    (student, target): (Option<StudentId>, Option<RecordId>),
    cause: DestroyCause,
) -> Result<RecordId, LedgerRefusal> {
    let order = Destruction {
        day: author.today(),
        target_student: student.map(|student| student.0),
        target,
        cause,
        standing: Standing::Waiting,
        asked_by: author.account().to_owned(),
        asked_staff: author.staff(),
        taken: None,
        taken_digest: None,
    };
    write::put_new(tx, &author.because(cause.label().0), &order, None)
}
