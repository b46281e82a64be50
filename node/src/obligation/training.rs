//! Training of the staff by role, and who still lacks it; counsellors with their way to the
//! certificate; undertakings of secrecy of everybody who reads of students.
//!
//! About staff alone. A school year counts from its first of September.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::ledger::certificate::{GROUP_MIN, INDIVIDUAL_MIN, Progress, is_needed, is_valid};
use domain::ledger::day::plus_days;
use domain::ledger::words::{CounsellorPost, Course, Form, StaffRole, Word as _};
use domain::ledger::{SchoolRole, reads_students};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::teaching::year_start;
use super::works;
use crate::ledger::entry::{Kept, StaffId};
use crate::ledger::qualification::{Qualification, SecrecyPledge};
use crate::ledger::training::{Certificate, Supervision, Supervisor, TrainingRecord};
use crate::ledger::{account, read, staff};

/// Days before its end from which a certificate is said to run out.
pub const SOON_DAYS: u32 = 60;

/// A role and how many of those who have it were trained this school year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleCoverage {
    /// Main role.
    pub role: StaffRole,
    /// On the staff roll.
    pub staff: usize,
    /// Of these, with a training this school year.
    pub trained: usize,
    /// Hours of these.
    pub hours: u32,
    /// Of these, by course, in the order of the list.
    pub courses: [usize; Course::ALL.len()],
}

/// How a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateState {
    /// It is valid.
    Valid,
    /// It is valid and ends soon.
    EndsSoon,
    /// Its last day has passed.
    Expired,
    /// It was revoked.
    Revoked,
}

/// A certificate as it stands.
#[derive(Clone)]
pub struct CertificateLine {
    /// Whose.
    pub staff: StaffId,
    /// Number on it.
    pub number: String,
    /// Who issued it.
    pub issuer: String,
    /// Day of issue.
    pub issued: Date,
    /// Last day.
    pub expires: Date,
    /// How it stands.
    pub state: CertificateState,
}

/// A counsellor on the way to the certificate.
#[derive(Clone)]
pub struct CounsellorLine {
    /// Who.
    pub staff: StaffId,
    /// Full-time or part-time.
    pub post: CounsellorPost,
    /// Degree in psychology or a related field.
    pub has_degree: bool,
    /// Vocational certificate.
    pub has_vocational: bool,
    /// Whether the certificate is needed: neither of the two.
    pub needs: bool,
    /// Signed individual and group sessions.
    pub sessions: (u32, u32),
    /// Sessions that the supervisor has not signed.
    pub unsigned: u32,
    /// The certificate that ends last.
    pub certificate: Option<CertificateLine>,
    /// Who supervises, since when.
    pub supervisor: Option<(String, Date)>,
    /// Hours of training this school year.
    pub hours: u32,
}

impl CounsellorLine {
    /// Individual and group sessions that are still to be held and signed.
    #[must_use]
    pub const fn missing(&self) -> (u32, u32) {
        let (individual, group) = self.sessions;
        (INDIVIDUAL_MIN.saturating_sub(individual), GROUP_MIN.saturating_sub(group))
    }

    /// Whether the certificate is needed and none is valid.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let valid = self.certificate.as_ref().is_some_and(|line| {
            matches!(line.state, CertificateState::Valid | CertificateState::EndsSoon)
        });
        self.needs && !valid
    }
}

/// An account that reads of students, and its undertaking.
#[derive(Clone)]
pub struct ReaderLine {
    /// Account.
    pub login: String,
    /// Its role.
    pub role: SchoolRole,
    /// Whose it is.
    pub staff: Option<StaffId>,
    /// Day on which the undertaking was signed.
    pub signed: Option<Date>,
}

/// Training, certificates and undertakings of a school's staff.
#[derive(Clone)]
pub struct Training {
    /// First day of the school year.
    pub since: Date,
    /// Coverage by main role; nothing where no staff roll was imported.
    pub roles: Option<Vec<RoleCoverage>>,
    /// Who has no training this school year, by main role.
    pub untrained: Vec<(StaffRole, StaffId)>,
    /// Counsellors.
    pub counsellors: Vec<CounsellorLine>,
    /// Every certificate, the one that ends last first.
    pub certificates: Vec<CertificateLine>,
    /// Accounts that read of students; locked ones are left out.
    pub readers: Vec<ReaderLine>,
}

/// Reads how far the staff has come by a day.
///
/// # Errors
/// The store cannot be read.
pub fn of(tx: &Tx<'_>, today: Date) -> Result<Training, SqlError> {
    let since = year_start(today);
    let attended = read::in_period::<TrainingRecord>(tx, since, today)?;
    let hours = hours_of(&attended);
    let certificates = certificates(tx, today)?;
    let (roles, untrained) = match staff::staff_at(tx, today)? {
        None => (None, Vec::new()),
        Some(roll) => {
            let roll: Vec<_> = roll
                .iter()
                .filter_map(|one| Some((StaffId(one.id), role_of(one.main_role.code())?)))
                .collect();
            let untrained = roll.iter().filter(|(id, _)| !hours.contains_key(id));
            let untrained = untrained.map(|(id, role)| (*role, *id)).collect();
            (Some(coverage(&roll, &attended)), untrained)
        }
    };
    Ok(Training {
        since,
        roles,
        untrained,
        counsellors: counsellors(tx, today, (&hours, &certificates))?,
        certificates,
        readers: readers(tx, today)?,
    })
}

fn role_of(code: &str) -> Option<StaffRole> {
    StaffRole::from_word(code)
}

fn hours_of(attended: &[Kept<TrainingRecord>]) -> HashMap<StaffId, u32> {
    let mut hours: HashMap<StaffId, u32> = HashMap::new();
    for kept in attended {
        let sum = hours.entry(kept.entry.staff).or_default();
        *sum = sum.saturating_add(kept.entry.hours);
    }
    hours
}

fn coverage(roll: &[(StaffId, StaffRole)], attended: &[Kept<TrainingRecord>]) -> Vec<RoleCoverage> {
    let hours = hours_of(attended);
    let of = |role: StaffRole| {
        let own: BTreeSet<StaffId> =
            roll.iter().filter(|(_, of)| *of == role).map(|(id, _)| *id).collect();
        let courses = std::array::from_fn(|place| {
            let course = Course::ALL.get(place).copied();
            let had = attended.iter().filter(|kept| Some(kept.entry.course) == course);
            let who: BTreeSet<StaffId> = had.map(|kept| kept.entry.staff).collect();
            own.intersection(&who).count()
        });
        RoleCoverage {
            role,
            staff: own.len(),
            trained: own.iter().filter(|id| hours.contains_key(id)).count(),
            hours: own.iter().filter_map(|id| hours.get(id)).fold(0, |a, b| a.saturating_add(*b)),
            courses,
        }
    };
    StaffRole::ALL.iter().map(|role| of(*role)).collect()
}

fn certificates(tx: &Tx<'_>, today: Date) -> Result<Vec<CertificateLine>, SqlError> {
    let mut lines: Vec<CertificateLine> = read::all::<Certificate>(tx)?
        .into_iter()
        .map(|kept| {
            let Certificate { issued, staff, number, issuer, expires, revoked, .. } = kept.entry;
            let state = match is_valid(issued, expires, revoked, today) {
                true if expires <= plus_days(today, SOON_DAYS) => CertificateState::EndsSoon,
                true => CertificateState::Valid,
                false if revoked.is_some_and(|day| day <= today) => CertificateState::Revoked,
                false => CertificateState::Expired,
            };
            CertificateLine { staff, number, issuer, issued, expires, state }
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.expires));
    Ok(lines)
}

fn counsellors(
    tx: &Tx<'_>,
    today: Date,
    (hours, certificates): (&HashMap<StaffId, u32>, &[CertificateLine]),
) -> Result<Vec<CounsellorLine>, SqlError> {
    let posts = works::counsellors(tx, today)?;
    let known: HashMap<StaffId, Qualification> = read::at::<Qualification>(tx, today)?
        .into_iter()
        .map(|kept| (kept.entry.staff, kept.entry))
        .collect();
    let mut progress: BTreeMap<StaffId, (Progress, u32)> = BTreeMap::new();
    for kept in read::all::<Supervision>(tx)? {
        let (done, unsigned) = progress.entry(kept.entry.staff).or_default();
        match (kept.entry.signed.is_some_and(|day| day <= today), kept.entry.form) {
            (false, _) => *unsigned += 1,
            (true, Form::Individual) => done.individual += 1,
            (true, Form::Group) => done.group += 1,
        }
    }
    let supervisors = read::at::<Supervisor>(tx, today)?;
    let line = |(staff, post): (StaffId, CounsellorPost)| {
        let has = |of: fn(&Qualification) -> bool| known.get(&staff).is_some_and(of);
        let (has_degree, has_vocational) = (has(|q| q.has_degree), has(|q| q.has_vocational));
        let (done, unsigned) = progress.get(&staff).copied().unwrap_or_default();
        let own = |line: &&CertificateLine| line.staff == staff;
        let stands = |line: &&CertificateLine| own(line) && line.state != CertificateState::Revoked;
        let last = certificates.iter().find(stands).or_else(|| certificates.iter().find(own));
        let supervisor = supervisors.iter().rfind(|kept| kept.entry.staff == staff);
        CounsellorLine {
            staff,
            post,
            has_degree,
            has_vocational,
            needs: is_needed(true, has_degree, has_vocational),
            sessions: (done.individual, done.group),
            unsigned,
            certificate: last.cloned(),
            supervisor: supervisor.map(|kept| (kept.entry.expert.clone(), kept.entry.from)),
            hours: hours.get(&staff).copied().unwrap_or(0),
        }
    };
    Ok(posts.into_iter().map(line).collect())
}

/// Accounts that may read of students, with the day of the undertaking; an undertaking noted with a
/// counsellor's qualification is one too.
fn readers(tx: &Tx<'_>, today: Date) -> Result<Vec<ReaderLine>, SqlError> {
    let mut signed: HashMap<StaffId, Date> = HashMap::new();
    for kept in read::at::<SecrecyPledge>(tx, today)? {
        signed.insert(kept.entry.staff, kept.entry.from);
    }
    for kept in read::at::<Qualification>(tx, today)? {
        if let Some(day) = kept.entry.secrecy_signed.filter(|day| *day <= today) {
            signed.entry(kept.entry.staff).or_insert(day);
        }
    }
    let mut lines = Vec::new();
    for known in account::list(tx)?.into_iter().filter(|known| !known.locked) {
        let Some(role) = known.role.school().filter(|role| reads_students(*role)) else { continue };
        let staff = match &known.staff {
            Some(number) => account::staff_of(tx, number)?,
            None => None,
        };
        let signed = staff.and_then(|staff| signed.get(&staff).copied());
        lines.push(ReaderLine { login: known.login, role, staff, signed });
    }
    Ok(lines)
}

#[cfg(test)]
mod tests;
