//! What is due over all ledgers, for one reader: what presses first, then the earliest.
//!
//! Only what waits is read, so the list costs the same after five years as after one. It names
//! students, so it logs whom it shows.

mod day;
mod gone;
mod kind;
mod notices;
mod outside;

use std::collections::{BTreeSet, HashMap};

use domain::ledger::case::COUNTERSIGN_MS;
use domain::ledger::day::plus_days;
use domain::ledger::terms::{Standing, Tier};
use domain::ledger::{Act, Action, Area, Authority, Kind, Word as _, authority};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::alert::{AlertCase, AlertMove, AlertReview, FirstContact};
use super::analysis::Analysis;
use super::appointment::Appointment;
use super::author::Author;
use super::browse::{Rights, is_open_to, purpose_of};
use super::conference::ConferenceCase;
use super::consent::{Consent, LegalHold};
use super::critical::CriticalItem;
use super::entry::{Kept, RecordId, Rules, StaffId, StudentId};
use super::followup::Followup;
use super::governance::{Facility, SchoolPlan, SchoolTarget};
use super::referral::{self, ReferralDue};
use super::refusal::LedgerRefusal;
use super::retention::Destruction;
use super::special_group::Plan;
use super::talk::Talk;
use super::teaching_case::TeachingCase;
use super::training::Certificate;
use super::{access, case, consent, destroy, papers, read, strange, teaching_case};

pub use day::{DayDuties, Few, of_day};
pub use kind::DutyKind;

/// Longest list of what is due, beside what presses.
const DUTIES_MAX: usize = 500;
/// Days ahead from which on a plan's review or the end of a certificate is on the list.
const AHEAD_DAYS: u32 = 60;
/// Days from one yearly review of a school's plan to the next.
const YEAR_DAYS: u32 = 365;
/// Days within which a raised concern is analysed together.
const ANALYSIS_DAYS: u32 = 3;
/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// Asia/Shanghai before UTC.
const SHANGHAI_MS: i64 = 8 * 3_600_000;

/// Something that is due.
#[derive(Clone, Copy)]
pub struct Duty {
    /// What.
    pub kind: DutyKind,
    /// Kind of its record; of a tip or a hotline's caller, who has none, that of reports under a
    /// duty.
    pub of: Kind,
    /// By when, in milliseconds since 1970 UTC; nothing where no rule sets an end.
    pub due_ms: Option<i64>,
    /// With whom, where it is about a student.
    pub student: Option<StudentId>,
    /// The record; of a tip or a hotline's caller its own number.
    pub record: RecordId,
    /// Who is to do it, where it is one person.
    pub staff: Option<StaffId>,
    /// Tier of the case, where there is one.
    pub tier: Option<Tier>,
    /// Whether it takes a second person and the reader cannot be that one.
    pub by_other: bool,
}

/// What is due, as far as it is wanted, and how much more there is.
#[derive(Clone, Default)]
pub struct DueList {
    /// What presses first, then the rest, each the earliest first.
    pub shown: Vec<Duty>,
    /// Wanted too, and not shown: so many that are due later.
    pub more: usize,
    /// All that the reader may see, wanted or not.
    pub all: usize,
    /// Of all of it: overdue.
    pub late: usize,
    /// The sorts of all of it.
    pub kinds: BTreeSet<DutyKind>,
}

/// What is due, that the reader may see and that is wanted; whom it shows is logged.
///
/// # Errors
/// The store cannot be read.
pub fn duties(
    tx: &Tx<'_>,
    reader: &Author,
    wanted: impl Fn(&Duty) -> bool,
) -> Result<DueList, SqlError> {
    let list = cut(all(tx, reader)?, reader.now().0, wanted);
    let students: BTreeSet<_> = list.shown.iter().filter_map(|duty| duty.student).collect();
    access::log_list(tx, reader, &students, purpose_of(reader.role()))?;
    Ok(list)
}

/// As [`duties`], for whoever shows no student: nothing is logged, so a calendar program that asks
/// every quarter of an hour does not bury the reads of people.
///
/// # Errors
/// The store cannot be read.
pub fn unnamed(tx: &Tx<'_>, reader: &Author) -> Result<DueList, SqlError> {
    Ok(cut(all(tx, reader)?, reader.now().0, |_| true))
}

/// What a child's safety hangs on is never cut and stands before everything that is long overdue;
/// what waits for a second person, or was objected to by one, is never cut. Of the rest the
/// earliest are shown, and what is left out is counted.
fn cut(mut duties: Vec<Duty>, now_ms: i64, wanted: impl Fn(&Duty) -> bool) -> DueList {
    let all = duties.len();
    let late = duties.iter().filter(|duty| duty.due_ms.is_some_and(|due| due < now_ms)).count();
    let kinds = duties.iter().map(|duty| duty.kind).collect();
    duties.retain(wanted);
    duties.sort_by_key(|duty| {
        let rest = (!duty.kind.comes_first(), !duty.kind.presses());
        (rest, duty.due_ms.unwrap_or(i64::MAX), duty.kind, duty.record)
    });
    let (mut kept, mut more) = (0, 0);
    duties.retain(|duty| {
        if duty.kind.presses() || matches!(duty.kind, DutyKind::Second | DutyKind::Reconsider) {
            return true;
        }
        kept += 1;
        more += usize::from(kept > DUTIES_MAX);
        kept <= DUTIES_MAX
    });
    DueList { shown: duties, more, all, late, kinds }
}

/// Everything that is due and that the reader may see.
fn all(tx: &Tx<'_>, reader: &Author) -> Result<Vec<Duty>, SqlError> {
    let mut duties = Vec::new();
    of_cases(tx, reader, &mut duties)?;
    of_students(tx, reader, &mut duties)?;
    of_talks(tx, reader, &mut duties)?;
    of_papers(tx, reader, &mut duties)?;
    outside::of_cases(tx, reader, &mut duties)?;
    outside::of_agencies(tx, reader, &mut duties)?;
    outside::of_cards(tx, reader, &mut duties)?;
    outside::of_transfers(tx, reader, &mut duties)?;
    of_referrals(tx, reader, &mut duties)?;
    notices::of_reports(tx, reader, &mut duties)?;
    notices::of_tips(tx, reader, &mut duties)?;
    notices::of_callers(tx, reader, &mut duties)?;
    of_school(tx, reader, &mut duties)?;
    disputed(tx, reader, &mut duties)?;
    gone::leave_out(tx, reader.today(), &mut duties)?;
    Ok(duties)
}

/// Takes over of what waits in one kind what the reader may see.
fn gather<T: Rules>(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
    told: impl Fn(&Kept<T>) -> Option<(DutyKind, Option<i64>, Option<StaffId>)>,
) -> Result<(), SqlError> {
    let mut rights = Rights::of_duty(reader, T::KIND);
    if rights.are_none() {
        return Ok(());
    }
    for kept in read::waiting::<T>(tx)? {
        let Some((kind, due_ms, staff)) = told(&kept) else { continue };
        let student = kept.entry.subject();
        if rights.allow(tx, student)? {
            let (of, record) = (T::KIND, kept.record);
            let (tier, by_other) = (None, false);
            duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
        }
    }
    Ok(())
}

fn of_cases(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    if !is_open_to(reader.role(), Kind::AlertCase) {
        return Ok(());
    }
    let mut rights = Rights::new(reader, Kind::AlertCase);
    let open = case::open_now(tx)?;
    let open: HashMap<_, _> =
        open.into_iter().map(|now| (now.case.record, (now.owner, now.tier))).collect();
    let mut found = Vec::new();
    for Kept { record, entry, .. } in read::waiting::<FirstContact>(tx)? {
        found.push((DutyKind::Contact, Some(entry.due_at.0), entry.student, record, entry.case));
    }
    let mut reviews = HashMap::new();
    for Kept { record, entry, .. } in read::waiting::<AlertReview>(tx)? {
        reviews.insert(entry.case, record);
        found.push((DutyKind::Review, Some(end_of(entry.due)), entry.student, record, entry.case));
    }
    for Kept { record, entry, .. } in read::waiting::<AlertMove>(tx)? {
        let (kind, due) = match entry.standing {
            Standing::Waiting => (DutyKind::Second, None),
            Standing::Objected => {
                // It is weighed again by holding the review that waits.
                let Some(review) = reviews.get(&entry.case).copied() else { continue };
                let due = entry.signed_at.map(|at| at.0.saturating_add(COUNTERSIGN_MS));
                found.push((DutyKind::Reconsider, due, entry.student, review, entry.case));
                continue;
            }
            _ => (DutyKind::Countersign, Some(entry.made_at.0.saturating_add(COUNTERSIGN_MS))),
        };
        found.push((kind, due, entry.student, record, entry.case));
    }
    for (kind, due_ms, student, record, case) in found {
        // A case that has left asks for nothing more.
        let Some((owner, tier)) = open.get(&case).copied() else { continue };
        if rights.allow(tx, Some(student))? {
            let signs = matches!(kind, DutyKind::Countersign | DutyKind::Second);
            let (staff, tier) = ((!signs).then_some(owner), Some(tier));
            let (of, student) = (kind.record_kind(), Some(student));
            let by_other = signs && !case::may_sign(tx, reader, record)?;
            duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
        }
    }
    Ok(())
}

fn of_students(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    gather::<CriticalItem>(tx, reader, duties, |kept| {
        let due = kept.entry.level.due_ms(kept.entry.raised_at.0);
        Some((DutyKind::Critical, Some(due), None))
    })?;
    gather::<Followup>(tx, reader, duties, |kept| {
        let entry = &kept.entry;
        Some((DutyKind::Followup, Some(end_of(entry.due)), Some(entry.staff)))
    })?;
    tiers_of_followups(tx, reader, duties)?;
    let soon = plus_days(reader.today(), AHEAD_DAYS);
    gather::<Plan>(tx, reader, duties, |kept| {
        let entry = &kept.entry;
        let due = Some(end_of(entry.review_by));
        (entry.review_by <= soon).then_some((DutyKind::Plan, due, Some(entry.responsible)))
    })?;
    let over = discussed_again(tx)?;
    gather::<ConferenceCase>(tx, reader, duties, |kept| {
        let due = kept.entry.review.map(end_of);
        (!over.contains(&kept.record)).then_some((DutyKind::Consultation, due, None))
    })
}

/// Concerns that wait for the counsellor, what was agreed on them, and appointments.
fn of_talks(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    gather::<Talk>(tx, reader, duties, |kept| {
        let due = plus_days(kept.entry.day, ANALYSIS_DAYS);
        Some((DutyKind::Concern, Some(end_of(due)), None))
    })?;
    gather::<Analysis>(tx, reader, duties, |kept| {
        let due = kept.entry.review.map(end_of);
        Some((DutyKind::Agreed, due, Some(kept.entry.counsellor)))
    })?;
    gather::<Appointment>(tx, reader, duties, |kept| {
        let due = Some(end_of(kept.entry.day));
        Some((DutyKind::Appointment, due, Some(kept.entry.counsellor)))
    })
}

/// A follow-up of an open case is as pressing as the case, for whoever may read of both.
fn tiers_of_followups(tx: &Tx<'_>, reader: &Author, duties: &mut [Duty]) -> Result<(), SqlError> {
    if !is_open_to(reader.role(), Kind::AlertCase) {
        return Ok(());
    }
    let open = case::open_now(tx)?;
    let tiers: HashMap<_, _> = open.into_iter().map(|now| (now.case.record, now.tier)).collect();
    let cases: HashMap<_, _> = read::waiting::<Followup>(tx)?
        .into_iter()
        .filter_map(|kept| Some((kept.record, kept.entry.case?)))
        .collect();
    let mut rights = Rights::new(reader, Kind::AlertCase);
    for duty in duties.iter_mut().filter(|duty| duty.kind == DutyKind::Followup) {
        let tier = cases.get(&duty.record).and_then(|case| tiers.get(case));
        if tier.is_some() && rights.allow(tx, duty.student)? {
            duty.tier = tier.copied();
        }
    }
    Ok(())
}

/// Cases of consultations that need no further look: the student was discussed on a later day, or
/// the case has left the early-warning ledger.
fn discussed_again(tx: &Tx<'_>) -> Result<BTreeSet<RecordId>, SqlError> {
    let open = read::waiting::<AlertCase>(tx)?;
    let open: BTreeSet<RecordId> = open.iter().map(|kept| kept.record).collect();
    // One question for all of them: old cases wait for ever, so each would cost one more.
    let last = tx.query(
        "select student, max(day) from standing where kind = $1 group by student",
        params![Kind::ConferenceCase.as_str()],
        |row| Ok((row.opt_i64(0)?.map(StudentId), row.text(1)?)),
    )?;
    let last: HashMap<Option<StudentId>, String> = last.into_iter().collect();
    let mut over = BTreeSet::new();
    for Kept { record, entry, .. } in read::waiting::<ConferenceCase>(tx)? {
        let last = last.get(&Some(entry.student));
        let again = last.is_some_and(|day| *day > entry.day.to_string());
        if again || entry.case.is_some_and(|case| !open.contains(&case)) {
            over.insert(record);
        }
    }
    Ok(over)
}

fn of_papers(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let mut open = BTreeSet::new();
    for Kept { record, entry, .. } in read::waiting::<Consent>(tx)? {
        let is_plain = entry.purpose.area() == Area::Consent;
        if is_plain || papers::opens(tx, reader, (Kind::Consent, record))? {
            open.insert(record);
        }
    }
    gather::<Consent>(tx, reader, duties, |kept| {
        open.contains(&kept.record).then_some((DutyKind::Consent, None, None))
    })?;
    seconds::<LegalHold>(tx, reader, duties, (Act::LiftHold, DutyKind::Hold, consent::may_lift))?;
    seconds::<Destruction>(tx, reader, duties, (Act::Destroy, DutyKind::Destroy, destroy::may_sign))
}

/// Who may sign an entry as its second person.
type MaySign = fn(&Tx<'_>, &Author, RecordId) -> Result<bool, SqlError>;

/// Entries that wait for a second person, told to whoever may be it by the role. Whoever reads
/// nothing about the student is told without the name: an order that nobody is told of is never
/// signed.
fn seconds<T: Rules>(
    tx: &Tx<'_>,
    reader: &Author,
    duties: &mut Vec<Duty>,
    (act, kind, may_sign): (Act, DutyKind, MaySign),
) -> Result<(), SqlError> {
    if authority(reader.role(), Action::Do(act)) == Authority::Never {
        return Ok(());
    }
    let mut rights = Rights::of_duty(reader, T::KIND);
    for kept in read::waiting::<T>(tx)? {
        let about = kept.entry.subject();
        let student = if rights.allow(tx, about)? { about } else { None };
        let (of, record) = (T::KIND, kept.record);
        let by_other = !may_sign(tx, reader, record)?;
        let (due_ms, staff, tier) = (None, None, None);
        duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
    }
    Ok(())
}

/// What is due of referrals, for whoever may see them.
fn of_referrals(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    if !is_open_to(reader.role(), Kind::Referral) {
        return Ok(());
    }
    let mut rights = Rights::new(reader, Kind::Referral);
    let dues = referral::dues(tx, reader.now()).map_err(|refusal| match refusal {
        LedgerRefusal::Store(error) => error,
        _ => SqlError::Type,
    })?;
    for ReferralDue { referral, what, due_ms } in dues {
        let (record, student) = (referral.record, Some(referral.entry.student));
        if rights.allow(tx, student)? {
            let (kind, of, staff, tier) = (what, Kind::Referral, None, None);
            let by_other = match what {
                DutyKind::ReferralSign => !referral::may_sign(tx, reader, record)?,
                DutyKind::ReferralReview => !referral::may_review(tx, reader, record)?,
                _ => false,
            };
            duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
        }
    }
    Ok(())
}

fn of_school(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let writes = |area| authority(reader.role(), Action::Write(area)) == Authority::Allowed;
    if writes(Area::Governance) {
        gather::<Facility>(tx, reader, duties, |kept| {
            Some((DutyKind::Facility, None, kept.entry.responsible))
        })?;
        let soon = plus_days(reader.today(), AHEAD_DAYS);
        gather::<SchoolPlan>(tx, reader, duties, |kept| {
            let last = kept.entry.reviewed.unwrap_or(kept.entry.from);
            let due = plus_days(last, YEAR_DAYS);
            (due <= soon).then_some((DutyKind::SchoolPlan, Some(end_of(due)), None))
        })?;
        gather::<SchoolTarget>(tx, reader, duties, |kept| {
            let (due, who) = (kept.entry.due, kept.entry.responsible);
            (due <= soon).then_some((DutyKind::Target, Some(end_of(due)), who))
        })?;
    }
    if writes(Area::Training) {
        certificates(tx, reader, duties)?;
        releases(tx, reader, duties)?;
    }
    Ok(())
}

/// Teaching cases that nobody has released, for whoever may be the second person.
fn releases(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let before = duties.len();
    gather::<TeachingCase>(tx, reader, duties, |_| Some((DutyKind::Release, None, None)))?;
    for duty in duties.split_off(before) {
        if teaching_case::may_release(tx, reader, duty.record)? {
            duties.push(duty);
        }
    }
    Ok(())
}

/// A certificate that ends soon or has ended, unless the person has a later one.
fn certificates(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let mut last: HashMap<StaffId, Date> = HashMap::new();
    for kept in read::waiting::<Certificate>(tx)? {
        let day = last.entry(kept.entry.staff).or_insert(kept.entry.expires);
        *day = kept.entry.expires.max(*day);
    }
    let soon = plus_days(reader.today(), AHEAD_DAYS);
    gather::<Certificate>(tx, reader, duties, |kept| {
        let (staff, expires) = (kept.entry.staff, kept.entry.expires);
        let counts = expires <= soon && last.get(&staff) == Some(&expires);
        counts.then_some((DutyKind::Certificate, Some(end_of(expires)), Some(staff)))
    })
}

/// Records with a version beside the one that counts.
fn disputed(tx: &Tx<'_>, reader: &Author, duties: &mut Vec<Duty>) -> Result<(), SqlError> {
    let found = tx.query(
        "select id, kind, student from standing where parallels > 0 and destroyed = 0 order by id",
        &[],
        |row| {
            let of = strange(Kind::from_word(row.str(1)?))?;
            Ok((RecordId(row.i64(0)?), of, row.opt_i64(2)?.map(StudentId)))
        },
    )?;
    for (record, of, student) in found {
        let may = is_open_to(reader.role(), of) && Rights::new(reader, of).allow(tx, student)?;
        if may && papers::opens(tx, reader, (of, record))? {
            let (kind, due_ms, staff) = (DutyKind::Settle, None, None);
            let (tier, by_other) = (None, false);
            duties.push(Duty { kind, of, due_ms, student, record, staff, tier, by_other });
        }
    }
    Ok(())
}

/// The last instant of a day in Asia/Shanghai.
pub(crate) fn end_of(day: Date) -> i64 {
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC);
    let start = midnight.map_or(0, |at| at.timestamp().as_millisecond());
    start.saturating_sub(SHANGHAI_MS).saturating_add(DAY_MS - 1)
}

impl Duty {
    /// The day on which its limit ends.
    #[must_use]
    pub fn due_day(&self) -> Option<Date> {
        let at = jiff::Timestamp::from_millisecond(self.due_ms?).ok()?;
        Some(runtime::clock::date_of(at))
    }
}
