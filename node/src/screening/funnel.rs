//! How far a run has come, in numbers: who was reached, and the way from the first sheet to the
//! return visit.
//!
//! These are exact numbers of the school for the school. They name nobody, and none of them is a
//! figure that leaves: those are counted by the indicators, with consent.

use std::collections::{BTreeMap, HashMap};

use domain::ledger::critical::CriticalLevel;
use domain::screening::State;
use domain::screening::order::call_of;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::attendance::is_without_consent;
use super::opening::may_self_report;
use super::queue;
use crate::import::value::{Consent, Grade};
use crate::ledger::critical::{CriticalItem, Interview, Observation};
use crate::ledger::entry::StudentId;
use crate::ledger::followup::Followup;
use crate::ledger::read;
use crate::ledger::run::people::{self, Participant};
use crate::ledger::run::{self, Run};

/// How one student counts in the progress of a run: exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Handed in within the window.
    Done,
    /// Handed in afterwards.
    MadeUp,
    /// Below grade 4: observed, and a guardian heard.
    Observed,
    /// Something was answered and is not handed in yet.
    Started,
    /// Nothing was answered.
    Waiting,
    /// Not there.
    Absent,
    /// Handed in and void.
    Void,
    /// Student or guardian refused.
    Refused,
    /// The guardian's answer is not known, and the school waits for it.
    Unasked,
    /// Below grade 4: observation or interview is missing.
    ToObserve,
    /// No instrument fits.
    NothingAsked,
}

impl Standing {
    /// Every one, in the order of the columns.
    pub const ALL: [Self; 11] = [
        Self::Done,
        Self::MadeUp,
        Self::Observed,
        Self::Started,
        Self::Waiting,
        Self::Absent,
        Self::Void,
        Self::Refused,
        Self::Unasked,
        Self::ToObserve,
        Self::NothingAsked,
    ];

    /// Whether the student was reached.
    #[must_use]
    pub const fn is_reached(self) -> bool {
        matches!(self, Self::Done | Self::MadeUp | Self::Observed)
    }

    /// Whether somebody has to do something yet.
    #[must_use]
    pub const fn is_to_make_up(self) -> bool {
        !self.is_reached() && !matches!(self, Self::Refused | Self::NothingAsked)
    }
}

/// How many students stand how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress(BTreeMap<Standing, u64>);

impl Progress {
    /// How many stand so.
    #[must_use]
    pub fn count(&self, standing: Standing) -> u64 {
        self.0.get(&standing).copied().unwrap_or(0)
    }

    /// Everybody who is asked or observed.
    #[must_use]
    pub fn roll(&self) -> u64 {
        self.0.values().sum::<u64>() - self.count(Standing::NothingAsked)
    }

    /// Those who were reached.
    #[must_use]
    pub fn reached(&self) -> u64 {
        self.0.iter().filter(|(standing, _)| standing.is_reached()).map(|(_, count)| count).sum()
    }

    fn add(&mut self, standing: Standing) {
        *self.0.entry(standing).or_default() += 1;
    }
}

/// The progress of each class, by grade and name.
pub type ByClass = Vec<((Grade, Box<str>), Progress)>;

/// The way from the first sheet to the return visit; each number is of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// Students whom the run asks.
    pub roll: u64,
    /// Reached by a sheet or, below grade 4, by observation and interview.
    pub reached: u64,
    /// Anything was suggested: a tier, a critical answer, a concern.
    pub positive: u64,
    /// An interview is due, or was held.
    pub due: u64,
    /// Interviewed.
    pub interviewed: u64,
    /// The interview led into the early-warning ledger.
    pub tiered: u64,
    /// A follow-up or return visit was set.
    pub followed: u64,
    /// It was made.
    pub returned: u64,
}

/// How critical answers were met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Critical {
    /// Called for contact within 60 minutes.
    pub within_hour: u64,
    /// Called for contact within 24 hours.
    pub within_day: u64,
    /// Somebody spoke with the student in time.
    pub in_time: u64,
    /// Somebody did, later.
    pub late: u64,
    /// Nobody has yet.
    pub open: u64,
}

/// Whether a run asks a student at all: an instrument of it is the student's or the grade's, or the
/// student is too young to be asked and is observed.
#[must_use]
pub fn is_in_scope<'a>(who: &Participant, asked: impl IntoIterator<Item = &'a Grade>) -> bool {
    let has_own = !who.instruments.is_empty() || !may_self_report(who.grade);
    has_own || asked.into_iter().any(|grade| *grade == who.grade)
}

/// How one student counts today; `asked` are the grades that instruments of the run are for.
#[must_use]
pub fn standing(
    (run, asked): (&Run, &[Grade]),
    (who, today): (&Participant, Date),
    observed: Option<&Observation>,
) -> Standing {
    // Before anything that another run's sheet may have left in this one.
    if !is_in_scope(who, asked) {
        return Standing::NothingAsked;
    }
    match who.state {
        State::Submitted => return Standing::Done,
        State::MadeUp => return Standing::MadeUp,
        State::Void => return Standing::Void,
        State::Refused => return Standing::Refused,
        State::Waiting | State::Started | State::Absent | State::Retest => {}
    }
    if !may_self_report(who.grade) {
        let both = observed.is_some_and(is_complete);
        return if both { Standing::Observed } else { Standing::ToObserve };
    }
    if is_without_consent(run, who, today) {
        let refused = who.family.on(today) == Consent::Refused;
        return if refused { Standing::Refused } else { Standing::Unasked };
    }
    if who.instruments.is_empty() {
        return Standing::NothingAsked;
    }
    match who.state {
        State::Started => Standing::Started,
        State::Absent => Standing::Absent,
        State::Retest => Standing::Void,
        _ => Standing::Waiting,
    }
}

/// Whether both a teacher observed and a guardian was heard.
#[must_use]
pub const fn is_complete(observation: &Observation) -> bool {
    observation.observed.is_some() && observation.guardian_heard.is_some()
}

/// Everybody of a run with how they count today, by class; nobody of one that was voided, whose
/// scale and term another run may have taken over.
///
/// # Errors
/// The store cannot be read.
pub fn standings(
    tx: &Tx<'_>,
    run: &Run,
    today: Date,
) -> Result<Vec<(Participant, Standing)>, SqlError> {
    if run.is_voided {
        return Ok(Vec::new());
    }
    let observed = observations(tx, run)?;
    let instruments = run::instruments(tx, run.id)?;
    let asked: Vec<Grade> = instruments.into_iter().flat_map(|known| known.grades).collect();
    let with = |who: Participant| {
        let how = standing((run, &asked), (&who, today), observed.get(&who.student));
        (who, how)
    };
    Ok(people::all(tx, run.id)?.into_iter().map(with).collect())
}

/// The progress of each class, and of the whole run under no class.
#[must_use]
pub fn progress(standings: &[(Participant, Standing)]) -> (Progress, ByClass) {
    let mut whole = Progress::default();
    let mut classes = ByClass::new();
    for (who, how) in standings {
        whole.add(*how);
        let is_same =
            |(grade, class): &(Grade, Box<str>)| *grade == who.grade && *class == who.class;
        if !classes.last().is_some_and(|(key, _)| is_same(key)) {
            classes.push(((who.grade, who.class.clone()), Progress::default()));
        }
        if let Some((_, progress)) = classes.last_mut() {
            progress.add(*how);
        }
    }
    (whole, classes)
}

/// The last observation of each student in a run.
///
/// # Errors
/// The store cannot be read.
pub fn observations(tx: &Tx<'_>, run: &Run) -> Result<HashMap<StudentId, Observation>, SqlError> {
    let term = run.term.to_string();
    let all = read::in_period::<Observation>(tx, run.first_day, Date::MAX)?.into_iter();
    let own = all.filter(|kept| kept.entry.term == term && kept.entry.day >= run.first_day);
    Ok(own.map(|kept| (kept.entry.student, kept.entry)).collect())
}

/// The funnel of a run.
///
/// # Errors
/// The store cannot be read.
pub fn funnel(
    tx: &Tx<'_>,
    run: &Run,
    standings: &[(Participant, Standing)],
) -> Result<Funnel, SqlError> {
    let known = queue::known(tx, run)?;
    let term = run.term.to_string();
    let held = read::in_period::<Interview>(tx, run.first_day, Date::MAX)?.into_iter();
    let interviews: HashMap<StudentId, Interview> = held
        .filter(|kept| kept.entry.term == term && kept.entry.day >= run.first_day)
        .map(|kept| (kept.entry.student, kept.entry))
        .collect();
    let visits = visits(tx, &interviews)?;
    let mut funnel = Funnel::default();
    for (who, how) in standings {
        if *how == Standing::NothingAsked {
            continue;
        }
        funnel.roll += 1;
        funnel.reached += u64::from(how.is_reached());
        let interview = interviews.get(&who.student);
        let Some(one) = known.get(&who.student) else { continue };
        let is_due = interview.is_some() || call_of(one.signs, run.lowest).is_some();
        funnel.positive += u64::from(one.has_positive || is_due);
        funnel.due += u64::from(is_due);
        let Some(interview) = interview else { continue };
        funnel.interviewed += 1;
        let Some((_, (set, made))) = interview.case.zip(visits.get(&who.student)) else {
            funnel.tiered += u64::from(interview.case.is_some());
            continue;
        };
        funnel.tiered += 1;
        funnel.followed += u64::from(*set);
        funnel.returned += u64::from(*made);
    }
    Ok(funnel)
}

/// Of each student that was interviewed: whether a follow-up was set since, and made.
fn visits(
    tx: &Tx<'_>,
    interviews: &HashMap<StudentId, Interview>,
) -> Result<HashMap<StudentId, (bool, bool)>, SqlError> {
    let mut found: HashMap<StudentId, (bool, bool)> = HashMap::new();
    for kept in read::all::<Followup>(tx)? {
        let entry = &kept.entry;
        let since: Option<Date> = interviews.get(&entry.student).map(|held| held.day);
        if since.is_some_and(|day| entry.due >= day) && !entry.cancelled {
            let (set, made) = found.entry(entry.student).or_default();
            *set = true;
            *made |= entry.done.is_some();
        }
    }
    Ok(found)
}

/// How the critical answers of a run were met.
///
/// # Errors
/// The store cannot be read.
pub fn critical(tx: &Tx<'_>, run: &Run) -> Result<Critical, SqlError> {
    let scales: Vec<String> =
        run::instruments(tx, run.id)?.into_iter().map(|known| known.scale).collect();
    let mut met = Critical::default();
    for kept in read::in_period::<CriticalItem>(tx, run.first_day, Date::MAX)? {
        let item = &kept.entry;
        if item.day < run.first_day || !scales.contains(&item.scale) {
            continue;
        }
        match item.level {
            CriticalLevel::UrgentNow => met.within_hour += 1,
            CriticalLevel::Urgent => met.within_day += 1,
        }
        let due = item.level.due_ms(item.raised_at.0);
        match item.contacted_at {
            Some(at) if at.0 <= due => met.in_time += 1,
            Some(_) => met.late += 1,
            None => met.open += 1,
        }
    }
    Ok(met)
}
