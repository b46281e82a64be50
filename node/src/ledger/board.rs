//! The early-warning board and the list of what is due, for one reader.
//!
//! Both name students, so both log whom they show.

use std::collections::{BTreeSet, HashMap};

use domain::ledger::case::COUNTERSIGN_MS;
use domain::ledger::terms::{Standing, Tier};
use domain::ledger::{Kind, Word as _};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::alert::{AlertMove, AlertReview, FirstContact};
use super::author::Author;
use super::browse::{Rights, is_open_to, purpose_of};
use super::case::{self, CaseNow};
use super::critical::CriticalItem;
use super::entry::{Kept, RecordId, StaffId, StudentId};
use super::followup::Followup;
use super::refusal::LedgerRefusal;
use super::{access, read};

/// Longest list of what is due.
const DUTIES_MAX: usize = 500;
/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Asia/Shanghai before UTC.
const SHANGHAI_MS: i64 = 8 * 3_600_000;

/// A case with what waits on it.
pub struct BoardRow {
    /// The case and its tier.
    pub now: CaseNow,
    /// A lowering or leaving that waits for the second person.
    pub waiting: Option<Kept<AlertMove>>,
    /// A raise in force that nobody has countersigned.
    pub unsigned: Option<Kept<AlertMove>>,
    /// The review that is due.
    pub review: Option<Kept<AlertReview>>,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyKind {
    /// A critical answer that nobody has spoken about.
    Critical,
    /// The first contact of a case.
    Contact,
    /// A raise to be countersigned.
    Countersign,
    /// A lowering or leaving that waits for the second person.
    Second,
    /// A review of a case.
    Review,
    /// A follow-up.
    Followup,
}

/// Something that is due.
#[derive(Clone, Copy)]
pub struct Duty {
    /// What.
    pub kind: DutyKind,
    /// By when, in milliseconds since 1970 UTC; nothing where no rule sets an end.
    pub due_ms: Option<i64>,
    /// With whom.
    pub student: StudentId,
    /// The record.
    pub record: RecordId,
    /// Who is to do it, where it is one person.
    pub staff: Option<StaffId>,
    /// Tier of the case, where there is one.
    pub tier: Option<Tier>,
}

/// Every open case that the reader may see, gravest first, then by the day of the next review.
///
/// # Errors
/// The role reads nothing of the ledger, or the store.
pub fn cases(tx: &Tx<'_>, reader: &Author) -> Result<Vec<BoardRow>, LedgerRefusal> {
    if !is_open_to(reader.role(), Kind::AlertCase) {
        return Err(LedgerRefusal::NotAllowed);
    }
    let mut rights = Rights::new(reader, Kind::AlertCase);
    let (mut waiting, mut unsigned) = (HashMap::new(), HashMap::new());
    for moved in read::all::<AlertMove>(tx)? {
        let case = moved.entry.case;
        match moved.entry.standing {
            Standing::Waiting => drop(waiting.insert(case, moved)),
            Standing::InForce if is_unsigned_raise(&moved.entry) => {
                drop(unsigned.insert(case, moved));
            }
            Standing::InForce | Standing::Refused => {}
        }
    }
    let mut reviews = HashMap::new();
    for review in read::all::<AlertReview>(tx)? {
        if is_open(&review.entry) {
            reviews.insert(review.entry.case, review);
        }
    }
    let mut rows = Vec::new();
    for now in case::open_at(tx, reader.today())? {
        if rights.allow(tx, Some(now.case.entry.student))? {
            let of = now.case.record;
            rows.push(BoardRow {
                waiting: waiting.remove(&of),
                unsigned: unsigned.remove(&of),
                review: reviews.remove(&of),
                now,
            });
        }
    }
    let due = |row: &BoardRow| row.review.as_ref().map(|review| review.entry.due);
    rows.sort_by_key(|row| (std::cmp::Reverse(row.now.tier), due(row), row.now.case.record));
    let students: BTreeSet<_> = rows.iter().map(|row| row.now.case.entry.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(rows)
}

/// Everything that is due and that the reader may see, the earliest first.
///
/// # Errors
/// The store cannot be read.
pub fn duties(tx: &Tx<'_>, reader: &Author) -> Result<Vec<Duty>, SqlError> {
    let mut duties = Vec::new();
    if is_open_to(reader.role(), Kind::CriticalItem) {
        critical(tx, reader, &mut duties)?;
    }
    if is_open_to(reader.role(), Kind::AlertCase) {
        of_cases(tx, reader, &mut duties)?;
    }
    if is_open_to(reader.role(), Kind::Followup) {
        let mut rights = Rights::new(reader, Kind::Followup);
        for kept in read::all::<Followup>(tx)? {
            let entry = &kept.entry;
            let open = entry.done.is_none() && !entry.cancelled;
            if open && rights.allow(tx, Some(entry.student))? {
                let due_ms = Some(end_of(entry.due));
                let (student, staff) = (entry.student, Some(entry.staff));
                let (kind, record) = (DutyKind::Followup, kept.record);
                duties.push(Duty { kind, due_ms, student, record, staff, tier: None });
            }
        }
    }
    duties.sort_by_key(|duty| (duty.due_ms.unwrap_or(i64::MAX), duty.kind, duty.record));
    duties.truncate(DUTIES_MAX);
    let students: BTreeSet<_> = duties.iter().map(|duty| duty.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(duties)
}

/// Who is responsible for an open case now.
///
/// # Errors
/// The store cannot be read.
pub fn owner_of(tx: &Tx<'_>, case: RecordId) -> Result<Option<StaffId>, SqlError> {
    let open = case::open_at(tx, Date::MAX)?;
    Ok(open.into_iter().find(|now| now.case.record == case).map(|now| now.owner))
}

fn critical(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let mut rights = Rights::new(reader, Kind::CriticalItem);
    for kept in read::all::<CriticalItem>(tx)? {
        let entry = &kept.entry;
        if entry.contacted_at.is_none() && rights.allow(tx, Some(entry.student))? {
            duties.push(Duty {
                kind: DutyKind::Critical,
                due_ms: Some(entry.level.due_ms(entry.raised_at.0)),
                student: entry.student,
                record: kept.record,
                staff: None,
                tier: None,
            });
        }
    }
    Ok(())
}

fn of_cases(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let mut rights = Rights::new(reader, Kind::AlertCase);
    let mut owners = HashMap::new();
    for now in case::open_at(tx, reader.today())? {
        owners.insert(now.case.record, (now.owner, now.tier));
    }
    let mut found = Vec::new();
    for kept in read::all::<FirstContact>(tx)? {
        if kept.entry.done_at.is_none() {
            let (case, due) = (kept.entry.case, Some(kept.entry.due_at.0));
            found.push((DutyKind::Contact, due, kept.entry.student, kept.record, case));
        }
    }
    for kept in read::all::<AlertReview>(tx)? {
        if is_open(&kept.entry) {
            let (case, due) = (kept.entry.case, Some(end_of(kept.entry.due)));
            found.push((DutyKind::Review, due, kept.entry.student, kept.record, case));
        }
    }
    for kept in read::all::<AlertMove>(tx)? {
        let (case, student) = (kept.entry.case, kept.entry.student);
        if kept.entry.standing == Standing::Waiting {
            found.push((DutyKind::Second, None, student, kept.record, case));
        } else if kept.entry.standing == Standing::InForce && is_unsigned_raise(&kept.entry) {
            let due = Some(kept.entry.made_at.0.saturating_add(COUNTERSIGN_MS));
            found.push((DutyKind::Countersign, due, student, kept.record, case));
        }
    }
    for (kind, due_ms, student, record, case) in found {
        // A case that has left asks for nothing more.
        let Some((owner, tier)) = owners.get(&case).copied() else { continue };
        if rights.allow(tx, Some(student))? {
            let signs = matches!(kind, DutyKind::Countersign | DutyKind::Second);
            let staff = (!signs).then_some(owner);
            duties.push(Duty { kind, due_ms, student, record, staff, tier: Some(tier) });
        }
    }
    Ok(())
}

fn is_unsigned_raise(moved: &AlertMove) -> bool {
    moved.signed_by.is_none() && !moved.is_lower()
}

const fn is_open(review: &AlertReview) -> bool {
    review.done.is_none() && !review.cancelled
}

/// The last instant of a day in Asia/Shanghai.
fn end_of(day: Date) -> i64 {
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC);
    let start = midnight.map_or(0, |at| at.timestamp().as_millisecond());
    start.saturating_sub(SHANGHAI_MS).saturating_add(DAY_MS - 1)
}

impl DutyKind {
    /// The word that programs read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Contact => "first_contact",
            Self::Countersign => "countersign",
            Self::Second => "second_signature",
            Self::Review => "review",
            Self::Followup => "followup",
        }
    }

    /// What people read, Chinese and English.
    #[must_use]
    pub fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Critical => Kind::CriticalItem.label(),
            Self::Contact => Kind::FirstContact.label(),
            Self::Countersign => ("升级会签", "Countersign a raise"),
            Self::Second => ("第二人确认", "Second signature"),
            Self::Review => Kind::AlertReview.label(),
            Self::Followup => Kind::Followup.label(),
        }
    }
}
