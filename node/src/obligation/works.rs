//! What the school keeps up as a whole: counsellors, posts, plans, committee, drills, experts,
//! facilities, money.

use std::collections::BTreeMap;

use domain::ledger::day::plus_days;
use domain::ledger::staffing::counsellors_required;
use domain::ledger::terms::{ActivityTag, Post, SchoolPlanKind};
use domain::ledger::words::{CounsellorPost, Service};
use domain::ledger::{Kind, Word as _};
use domain::period::Term;
use domain::span::{Span, school_year_of};
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::Standing;
use super::teaching::{classes_at, year_start};
use crate::ledger::entry::{Entry, Kept, StaffId};
use crate::ledger::governance::{
    Budget, ConductComplaint, Drill, ExpertVisit, Facility, PostHolder, SchoolPlan, SchoolTarget,
    SchoolYear,
};
use crate::ledger::qualification::Qualification;
use crate::ledger::teaching::{Activity, Committee, CommitteeMeeting, ParentMaterial};
use crate::ledger::{read, staff};

/// Days after which an open item of the checklist is late, as on the inspection sheet.
pub const FACILITY_DAYS: u32 = 30;

/// Counsellors that the school needs and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staffing {
    /// Classes on the roll.
    pub classes: u32,
    /// Whether the yearly check calls the school small; nothing before the check.
    pub small: Option<bool>,
    /// Counsellors that are required; nothing before the check.
    pub required: Option<u32>,
    /// Full-time counsellors.
    pub full: usize,
    /// Part-time counsellors.
    pub part: usize,
    /// Whether they are treated as class teachers are, as the yearly check says.
    pub equal_treatment: Option<bool>,
    /// One full-time counsellor at least, and as many counsellors as are required.
    pub standing: Standing,
}

/// A plan of the school as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanState {
    /// Which plan.
    pub what: SchoolPlanKind,
    /// Version on its cover.
    pub version: String,
    /// Last day on which the head signed it or it was reviewed.
    pub seen: Option<Date>,
    /// Signed, and signature or review of the last twelve months.
    pub standing: Standing,
    /// Its targets, and those that are reached.
    pub targets: (usize, usize),
}

/// The parents' committee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitteeState {
    /// Members.
    pub members: u32,
    /// Whether it has a psychology group.
    pub has_group: bool,
    /// Its meetings this term.
    pub meetings: usize,
    /// Day of the last one.
    pub last: Option<Date>,
}

/// What the school keeps up as a whole.
#[derive(Clone)]
pub struct Works {
    /// Counsellors.
    pub staffing: Staffing,
    /// Each post and who holds it.
    pub posts: Vec<(Post, Option<StaffId>)>,
    /// Each plan.
    pub plans: Vec<PlanState>,
    /// The committee, where one is registered.
    pub committee: Option<CommitteeState>,
    /// Drills of the school year, the latest first.
    pub drills: Vec<Drill>,
    /// Visits of experts this school year by the nine kinds: how many, and hours.
    pub visits: Vec<(Service, usize, u32)>,
    /// Activities of the school year by the part of school life; one may belong to several.
    pub activities: Vec<(ActivityTag, usize)>,
    /// Facilities to be mended, and those of them that are late.
    pub facilities: (usize, usize),
    /// Whether a check of facilities was ever entered.
    pub facilities_told: bool,
    /// Yuan planned and spent in the school year.
    pub budget: (u64, u64),
    /// Materials for parents that are given out, and copies.
    pub materials: (usize, u64),
    /// Complaints about conduct of the school year: received, and found to be right.
    pub complaints: (usize, usize),
    /// Ledgers of these that were ever used: before its first entry a figure says nothing.
    kept: Vec<Kind>,
}

impl Works {
    /// Whether a ledger that stands behind a figure was ever used.
    #[must_use]
    pub fn is_kept(&self, kind: Kind) -> bool {
        self.kept.contains(&kind)
    }
}

/// Reads what the school keeps up, as of a day of a term.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, term: &Term, today: Date) -> Result<Works, SqlError> {
    let year = year_start(today);
    let mut drills = read::in_period::<Drill>(tx, year, today)?;
    drills.reverse();
    let late = |kept: &&Kept<Facility>| plus_days(kept.entry.found, FACILITY_DAYS) < today;
    let facilities = read::waiting::<Facility>(tx)?;
    let materials = read::at::<ParentMaterial>(tx, today)?;
    let copies = materials.iter().map(|kept| u64::from(kept.entry.copies)).sum();
    let complaints = read::in_period::<ConductComplaint>(tx, year, today)?;
    let right = complaints.iter().filter(|kept| kept.entry.confirmed.is_some()).count();
    Ok(Works {
        staffing: staffing(tx, today)?,
        posts: posts(tx, today)?,
        plans: plans(tx, today)?,
        committee: committee(tx, term, today)?,
        drills: drills.into_iter().map(|kept| kept.entry).collect(),
        visits: visits(tx, (year, today))?,
        activities: activities(tx, (year, today))?,
        facilities_told: !read::all::<Facility>(tx)?.is_empty(),
        facilities: (facilities.len(), facilities.iter().filter(late).count()),
        budget: budget(tx, today)?,
        materials: (materials.len(), copies),
        complaints: (complaints.len(), right),
        kept: kept(tx)?,
    })
}

/// The ledgers behind figures that were ever used.
fn kept(tx: &Tx<'_>) -> Result<Vec<Kind>, SqlError> {
    let used = [
        used::<Qualification>(tx)?,
        used::<Drill>(tx)?,
        used::<ExpertVisit>(tx)?,
        used::<Activity>(tx)?,
        used::<Budget>(tx)?,
        used::<ParentMaterial>(tx)?,
        used::<ConductComplaint>(tx)?,
    ];
    Ok(used.into_iter().flatten().collect())
}

fn used<T: Entry>(tx: &Tx<'_>) -> Result<Option<Kind>, SqlError> {
    Ok(read::kept_since::<T>(tx)?.map(|_| T::KIND))
}

fn staffing(tx: &Tx<'_>, today: Date) -> Result<Staffing, SqlError> {
    let classes = u32::try_from(classes_at(tx, today)?.len()).unwrap_or(u32::MAX);
    let year = u32::try_from(school_year_of(today)).unwrap_or(0);
    let checks = read::at::<SchoolYear>(tx, today)?;
    let check = checks.iter().rfind(|kept| kept.entry.school_year == year);
    let small = check.map(|kept| kept.entry.is_small);
    let required = small.map(|is_small| counsellors_required(classes, is_small));
    let posts = counsellors(tx, today)?;
    let count = |post| posts.values().filter(|known| **known == post).count();
    let (full, part) = (count(CounsellorPost::FullTime), count(CounsellorPost::PartTime));
    let is_told = required.is_some() && read::kept_since::<Qualification>(tx)?.is_some();
    let enough = |needed: u32| {
        let needed = usize::try_from(needed).unwrap_or(usize::MAX);
        needed == 0 || (full > 0 && full + part >= needed)
    };
    Ok(Staffing {
        classes,
        small,
        required,
        full,
        part,
        equal_treatment: check.map(|kept| kept.entry.equal_treatment),
        standing: Standing::of(is_told, required.is_some_and(enough)),
    })
}

/// Who is a counsellor on a day, of those on the staff roll where there is one; the later entry of
/// a person counts.
pub(super) fn counsellors(
    tx: &Tx<'_>,
    day: Date,
) -> Result<BTreeMap<StaffId, CounsellorPost>, SqlError> {
    let roll = staff::staff_at(tx, day)?;
    let employed =
        |id: StaffId| roll.as_ref().is_none_or(|roll| roll.iter().any(|member| member.id == id.0));
    let mut found = BTreeMap::new();
    for kept in read::at::<Qualification>(tx, day)? {
        if employed(kept.entry.staff) {
            found.insert(kept.entry.staff, kept.entry.counsellor);
        }
    }
    found.retain(|_, post| *post != CounsellorPost::None);
    Ok(found)
}

fn posts(tx: &Tx<'_>, today: Date) -> Result<Vec<(Post, Option<StaffId>)>, SqlError> {
    let held = read::at::<PostHolder>(tx, today)?;
    let holder = |post| held.iter().rfind(|kept| kept.entry.post == post);
    let each = Post::ALL.iter().map(|post| (*post, holder(*post).map(|kept| kept.entry.staff)));
    Ok(each.collect())
}

fn plans(tx: &Tx<'_>, today: Date) -> Result<Vec<PlanState>, SqlError> {
    let kept = read::at::<SchoolPlan>(tx, today)?;
    let targets = read::all::<SchoolTarget>(tx)?;
    let is_told = read::kept_since::<SchoolPlan>(tx)?.is_some();
    let state = |what: SchoolPlanKind| {
        let of_kind = || kept.iter().filter(|kept| kept.entry.what == what);
        let last = of_kind().rfind(|kept| is_current(&kept.entry, today)).or(of_kind().next_back());
        let seen = last.and_then(|kept| last_seen(&kept.entry, today));
        let is_met = last.is_some_and(|kept| is_current(&kept.entry, today));
        let of = |target: &&Kept<SchoolTarget>| last.is_some_and(|p| p.record == target.entry.plan);
        let own: Vec<_> = targets.iter().filter(of).collect();
        let reached = own.iter().filter(|target| target.entry.done.is_some()).count();
        PlanState {
            what,
            version: last.map_or_else(String::new, |kept| kept.entry.plan_version.clone()),
            seen,
            standing: Standing::of(is_told, is_met),
            targets: (own.len(), reached),
        }
    };
    Ok(SchoolPlanKind::ALL.iter().map(|what| state(*what)).collect())
}

/// Whether a plan is current: the head signed it, and signature or review is of the last twelve
/// months.
#[must_use]
pub fn is_current(plan: &SchoolPlan, day: Date) -> bool {
    let is_signed = plan.signed_by_head.is_some_and(|signed| signed <= day);
    let since = day.saturating_sub(1.year());
    is_signed && last_seen(plan, day).is_some_and(|seen| seen > since)
}

/// The last day on which a plan was signed or reviewed.
fn last_seen(plan: &SchoolPlan, day: Date) -> Option<Date> {
    let seen = [plan.signed_by_head, plan.reviewed].into_iter().flatten();
    seen.filter(|seen| *seen <= day).max()
}

fn committee(tx: &Tx<'_>, term: &Term, today: Date) -> Result<Option<CommitteeState>, SqlError> {
    let Some(now) = read::at::<Committee>(tx, today)?.pop() else { return Ok(None) };
    let span = Span::of_term(term);
    let met = read::in_period::<CommitteeMeeting>(tx, span.from, today)?;
    let own: Vec<Date> = met
        .iter()
        .filter(|kept| kept.entry.committee == now.record)
        .map(|kept| kept.entry.day)
        .collect();
    Ok(Some(CommitteeState {
        members: now.entry.members,
        has_group: now.entry.has_psychology_group,
        meetings: own.len(),
        last: own.into_iter().max(),
    }))
}

fn visits(tx: &Tx<'_>, (from, to): (Date, Date)) -> Result<Vec<(Service, usize, u32)>, SqlError> {
    let held = read::in_period::<ExpertVisit>(tx, from, to)?;
    let of = |service: Service| {
        let own: Vec<_> = held.iter().filter(|kept| kept.entry.service == service).collect();
        let hours = own.iter().map(|kept| kept.entry.hours).fold(0, u32::saturating_add);
        (service, own.len(), hours)
    };
    Ok(Service::ALL.iter().map(|service| of(*service)).collect())
}

fn activities(
    tx: &Tx<'_>,
    (from, to): (Date, Date),
) -> Result<Vec<(ActivityTag, usize)>, SqlError> {
    let held = read::in_period::<Activity>(tx, from, to)?;
    let of = |tag: &ActivityTag| {
        (*tag, held.iter().filter(|kept| kept.entry.tags.as_slice().contains(tag)).count())
    };
    Ok(ActivityTag::ALL.iter().map(of).collect())
}

fn budget(tx: &Tx<'_>, today: Date) -> Result<(u64, u64), SqlError> {
    let year = u32::try_from(school_year_of(today)).unwrap_or(0);
    let mut own = read::all::<Budget>(tx)?;
    own.retain(|kept| kept.entry.school_year == year);
    let sum = |of: fn(&Budget) -> u32| own.iter().map(|kept| u64::from(of(&kept.entry))).sum();
    Ok((sum(|one| one.planned_yuan), sum(|one| one.spent_yuan)))
}

#[cfg(test)]
mod tests;
