//! Facts: records of the ledgers as the evaluator sees them, a subject and named values.
//!
//! Three blanks are kept apart. A source that a school's software has no ledger for is
//! *unsupported*. A ledger that this school does not keep yet, or a day that has not come, is *not
//! reported*: that nothing stands there says nothing. What cannot exist is *not applicable*. A
//! ledger is kept from the day of its first entry on; from then on nothing there is a zero.

mod alert;
mod care;
mod family;
mod people;
mod record;
mod referral;
mod school;
mod screening;
mod staff;

use std::collections::HashSet;

use domain::catalogue::{At, Block, Field, Grade, Source, Stage};
use domain::ledger::day::plus_days;
use domain::period::Term;
use domain::referral::COHORT_DAYS;
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

pub use record::Behind;
pub(super) use record::{Record, Records, Value};

use super::IndicatorError;
use crate::ledger::alert::AlertCase;
use crate::ledger::conference::Conference;
use crate::ledger::consent::DutyReport;
use crate::ledger::entry::Entry;
use crate::ledger::followup::Followup;
use crate::ledger::governance::{Drill, ExpertVisit};
use crate::ledger::physique::PhysiqueCase;
use crate::ledger::profile::Profile;
use crate::ledger::qualification::Qualification;
use crate::ledger::referral::{self as referrals, Counted, Referral};
use crate::ledger::roll::Mentor;
use crate::ledger::session::Session;
use crate::ledger::special_group::{FamilyCase, SupportGiven};
use crate::ledger::student::Pupil;
use crate::ledger::talk::Talk;
use crate::ledger::teaching::{Activity, Lesson, ParentEvent};
use crate::ledger::training::{Supervision, TrainingRecord};
use crate::ledger::{campaign, destroy, read, staff as staff_roll, student};
use crate::screening::census::census;

/// What facts are loaded with.
struct Load<'l> {
    tx: &'l Tx<'l>,
    profile: &'l Profile,
    span: Span,
    /// Day as of which the end of the period is told: its end, or today while it runs.
    as_of: Date,
    /// Last day on which what was due is late if it was not done: the end of the period, or
    /// yesterday while it runs. What is due later is no duty yet.
    due_to: Date,
    people: &'l people::People,
    alerts: &'l alert::Timeline,
    /// Day from which the early-warning ledger is kept.
    alerts_since: Option<Date>,
    works_since: Option<Date>,
    referrals: &'l [Counted],
}

/// What every period's facts are loaded from: read once, however many periods there are.
struct Whole {
    people: people::People,
    /// Moves up to the last day of all periods. Each is asked for by its day.
    alerts: alert::Timeline,
    alerts_since: Option<Date>,
    works_since: Option<Date>,
    referrals: Vec<Counted>,
}

impl Whole {
    fn load(tx: &Tx<'_>, until: Date) -> Result<Self, IndicatorError> {
        Ok(Self {
            people: people::People::load(tx)?,
            alerts: alert::Timeline::load(tx, until)?,
            alerts_since: read::kept_since::<AlertCase>(tx)?,
            works_since: works_since(tx)?,
            referrals: referrals::counted(tx)?,
        })
    }
}

/// What the ledgers say for one of the catalogue's times; a source without records is one that
/// the school does not keep.
#[derive(Default)]
struct Told {
    sources: Vec<(Source, Option<Records>)>,
}

/// What the ledgers say about a period.
pub struct Facts {
    census: Told,
    end: Told,
    period: Told,
    due: Told,
    sent: Told,
    profile: Profile,
    span: Span,
    today: Date,
    enrolled: u64,
    is_screened: bool,
    broken_moves: Vec<Behind>,
    is_at_work: bool,
    is_destroyed: bool,
}

/// What there is to count for a source at a time.
pub(super) enum Found<'f> {
    /// Its records.
    Records(&'f Records),
    /// The school does not keep the ledger, or the day has not come.
    NotKept,
    /// The period has no such time.
    NoSuchTime,
    /// No ledger of a school fills it.
    Unsupported,
    /// Records of somebody who belongs to the period are destroyed: what is left is no count.
    Destroyed,
}

impl Told {
    fn put(&mut self, source: Source, records: Records) {
        self.sources.push((source, Some(records)));
    }

    fn put_kept(&mut self, source: Source, records: Option<Records>) {
        self.sources.push((source, records));
    }

    fn find(&self, source: Source) -> Option<&Option<Records>> {
        self.sources.iter().find(|(known, _)| *known == source).map(|(_, records)| records)
    }
}

impl Facts {
    /// Students on the roll of the census day.
    #[must_use]
    pub const fn enrolled(&self) -> u64 {
        self.enrolled
    }

    /// Whether the term has a screening.
    #[must_use]
    pub const fn is_screened(&self) -> bool {
        self.is_screened
    }

    /// Whether figures about cases may leave: see [`Load::is_at_work`].
    pub(super) const fn is_at_work(&self) -> bool {
        self.is_at_work
    }

    /// Whether records of a source are destroyed that belong to the period.
    pub(super) const fn is_destroyed(&self, source: Source) -> bool {
        self.is_destroyed && is_of_students(source)
    }

    /// Moves of the period that do not follow from what their case was before.
    pub(super) fn broken_moves(&self) -> &[Behind] {
        &self.broken_moves
    }

    /// The days of the period.
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// Whether the flows of the period are complete: its last day has passed.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.today > self.span.end
    }

    /// The records of a source at one of the catalogue's times.
    pub(super) fn source(&self, at: At, source: Source) -> Found<'_> {
        let told = match at {
            At::CensusDay => match self.span.term {
                None => return Found::NoSuchTime,
                Some(term) if self.today < term.census => return Found::NotKept,
                Some(_) => &self.census,
            },
            At::PeriodEnd => &self.end,
            At::InPeriod => &self.period,
            At::DueInPeriod => &self.due,
            At::After90Days if self.today <= plus_days(self.span.to, COHORT_DAYS) => {
                return match self.sent.find(source) {
                    Some(_) => Found::NotKept,
                    None => Found::Unsupported,
                };
            }
            At::After90Days => &self.sent,
        };
        match told.find(source) {
            Some(Some(_)) if self.is_destroyed(source) => Found::Destroyed,
            Some(Some(records)) => Found::Records(records),
            Some(None) => Found::NotKept,
            None => Found::Unsupported,
        }
    }

    /// The first day on which a source is counted at a time that has not come; nothing where the
    /// time has come, the period has none, or nothing fills it.
    pub(super) fn not_yet(&self, at: At, source: Source) -> Option<Date> {
        let from = match at {
            At::CensusDay => self.span.term?.census,
            At::After90Days => {
                self.sent.find(source)?;
                plus_days(self.span.to, COHORT_DAYS + 1)
            }
            At::PeriodEnd | At::InPeriod | At::DueInPeriod => return None,
        };
        (self.today < from).then_some(from)
    }

    /// The first day of a period that has not begun.
    pub(super) fn begins(&self) -> Option<Date> {
        (self.today < self.span.from).then_some(self.span.from)
    }

    /// Whether a cell can hold anything at this school.
    pub(super) fn is_applicable(&self, block: &Block, place: usize) -> bool {
        let values = block.values_at(place).unwrap_or_default();
        let of = |field: Field| {
            let axis = block.dims().position(|dim| dim.as_str() == field.as_str())?;
            values.get(axis).copied()
        };
        let stage = of(Field::Stage).map(Stage::from_word);
        let grade = of(Field::Grade).map(Grade::from_word);
        let school_type = of(Field::SchoolType);
        let profile = &self.profile;
        if school_type.is_some_and(|word| word != profile.school_type.as_str()) {
            return false;
        }
        match (stage, grade) {
            (None, None) => true,
            (Some(stage), None) => stage.is_some_and(|stage| profile.has_stage(stage)),
            (None, Some(grade)) => grade.and_then(|grade| profile.stage_of(grade)).is_some(),
            (Some(stage), Some(grade)) => {
                let own = grade.and_then(|grade| profile.stage_of(grade));
                own.is_some() && own == stage
            }
        }
    }
}

/// Whether records of a source are about students, or are told by who was on the roll.
const fn is_of_students(source: Source) -> bool {
    !matches!(
        source,
        Source::StaffRoll
            | Source::Certificate
            | Source::Training
            | Source::Supervision
            | Source::School
            | Source::Lesson
            | Source::Activity
            | Source::ParentEvent
            | Source::Drill
            | Source::ExpertService
            | Source::Conference
    )
}

impl Load<'_> {
    /// Where the student of a record stood on a day.
    fn place(
        &self,
        student: i64,
        day: Date,
        behind: Behind,
    ) -> Result<people::Place, IndicatorError> {
        self.people.place(self.profile, (student, day), behind)
    }

    /// The school's first stage: where what is for the whole school counts, once.
    fn first_stage(&self) -> Option<&'static str> {
        Grade::all().find_map(|grade| self.profile.stage_of(grade)).map(Stage::as_str)
    }

    fn is_kept<T: Entry>(&self, day: Date) -> Result<bool, SqlError> {
        Ok(read::kept_since::<T>(self.tx)?.is_some_and(|first| first <= day))
    }

    fn is_alert_kept(&self, day: Date) -> bool {
        self.is_at_work(day) || self.alerts_since.is_some_and(|first| first <= day)
    }

    /// Whether the school works in its ledgers, told by those about its own work alone. Were it
    /// told by the first case, a figure that appears would say that there is one.
    fn is_at_work(&self, day: Date) -> bool {
        self.works_since.is_some_and(|first| first <= day)
    }

    /// Records of a source if a ledger is kept by a day.
    fn kept<T: Entry>(
        &self,
        day: Date,
        records: impl FnOnce(&Self) -> Result<Records, IndicatorError>,
    ) -> Result<Option<Records>, IndicatorError> {
        if self.is_kept::<T>(day)? { records(self).map(Some) } else { Ok(None) }
    }
}

/// Day of the first entry in any ledger that is about the school's work and not about a student
/// in need.
///
/// # Errors
/// The ledger cannot be read.
pub fn works_since(tx: &Tx<'_>) -> Result<Option<Date>, SqlError> {
    let firsts = [
        read::kept_since::<Mentor>(tx)?,
        read::kept_since::<Lesson>(tx)?,
        read::kept_since::<Activity>(tx)?,
        read::kept_since::<ParentEvent>(tx)?,
        read::kept_since::<Qualification>(tx)?,
        read::kept_since::<TrainingRecord>(tx)?,
        read::kept_since::<Drill>(tx)?,
    ];
    Ok(firsts.into_iter().flatten().min())
}

/// Reads everything that the ledgers say about some periods, in their order.
pub(super) fn load_all(
    tx: &Tx<'_>,
    profile: &Profile,
    spans: &[Span],
    today: Date,
) -> Result<Vec<Facts>, IndicatorError> {
    let Some(until) = spans.iter().map(last_day).max() else { return Ok(Vec::new()) };
    let whole = Whole::load(tx, until)?;
    spans.iter().map(|span| load(tx, (profile, &whole), *span, today)).collect()
}

/// Reads everything that the ledgers say about a period.
pub(super) fn load_one(
    tx: &Tx<'_>,
    profile: &Profile,
    span: Span,
    today: Date,
) -> Result<Facts, IndicatorError> {
    load(tx, (profile, &Whole::load(tx, last_day(&span))?), span, today)
}

/// The last day that anything of a period is about.
fn last_day(span: &Span) -> Date {
    span.end.max(span.to)
}

fn load(
    tx: &Tx<'_>,
    (profile, whole): (&Profile, &Whole),
    span: Span,
    today: Date,
) -> Result<Facts, IndicatorError> {
    let load = Load {
        tx,
        profile,
        span,
        as_of: span.end.min(today),
        due_to: span.to.min(today.saturating_sub(1.day())),
        people: &whole.people,
        alerts: &whole.alerts,
        alerts_since: whole.alerts_since,
        works_since: whole.works_since,
        referrals: &whole.referrals,
    };
    let mut enrolled = 0;
    let mut is_screened = false;
    let mut census = Told::default();
    if let Some(term) = span.term {
        let pupils = student::roll_at(tx, term.census)?;
        enrolled = pupils.len() as u64;
        is_screened = !campaign::of_term(tx, term.id)?.is_empty();
        census = at_day(&load, &pupils, term.census)?;
        put_census_cases(&load, &pupils, term.census, &mut census)?;
        put_screening(&load, &pupils, &term, &mut census)?;
    }
    let pupils = student::roll_at(tx, load.as_of)?;
    let mut end = at_day(&load, &pupils, load.as_of)?;
    let is_alert_kept = load.is_alert_kept(load.as_of);
    let open = is_alert_kept.then(|| alert::open_cases(&load, load.as_of)).transpose()?;
    end.put_kept(Source::Alert, open);
    let staff = staff_roll::staff_at(tx, load.as_of)?;
    let classes = people::classes(profile, &pupils)?;
    let own = school::school(&load, staff.as_deref(), classes.rows.len())?;
    end.put(Source::School, Records::new(&own.fields, own.rows.clone()));
    end.put(Source::SchoolStage, school::stages(&load, &pupils)?);
    let mut period = in_period(&load)?;
    period.put(Source::School, own);
    Ok(Facts {
        census,
        end,
        period,
        due: due(&load)?,
        sent: sent(&load)?,
        profile: profile.clone(),
        span,
        today,
        enrolled,
        is_screened,
        broken_moves: alert::broken_moves(&load),
        is_at_work: load.is_at_work(span.term.map_or(load.as_of, |term| term.census)),
        is_destroyed: destroy::is_of_destroyed(tx, &span)?,
    })
}

/// What holds on a day, but for open cases: at the end of a period all count, by the balance of
/// their moves; on the census day those of students on the roll.
fn at_day(load: &Load<'_>, pupils: &[Pupil], day: Date) -> Result<Told, IndicatorError> {
    let enrolled: HashSet<i64> = pupils.iter().map(|pupil| pupil.id).collect();
    let staff = staff_roll::staff_at(load.tx, day)?;
    let mut told = Told::default();
    told.put(Source::Roll, people::roll(load, pupils, day)?);
    told.put(Source::Class, people::classes(load.profile, pupils)?);
    let roll = staff.as_deref().map(|staff| staff::roll(load, staff, day)).transpose()?;
    told.put_kept(Source::StaffRoll, roll);
    let pairs = load.kept::<Mentor>(day, |load| staff::mentors(load, &enrolled, day))?;
    told.put_kept(Source::Mentor, pairs);
    let held =
        load.kept::<Qualification>(day, |load| staff::certificates(load, staff.as_deref(), day))?;
    told.put_kept(Source::Certificate, held);
    let groups = load.kept::<FamilyCase>(day, |load| family::groups(load, &enrolled, day))?;
    told.put_kept(Source::SpecialGroup, groups);
    let cases = load.kept::<PhysiqueCase>(day, |load| family::physiques(load, &enrolled, day))?;
    told.put_kept(Source::Physique, cases);
    let open = load.kept::<Referral>(day, |load| referral::open(load, &enrolled, day))?;
    told.put_kept(Source::Referral, open);
    Ok(told)
}

/// Open cases of the census day.
fn put_census_cases(
    load: &Load<'_>,
    pupils: &[Pupil],
    day: Date,
    told: &mut Told,
) -> Result<(), IndicatorError> {
    let enrolled: HashSet<i64> = pupils.iter().map(|pupil| pupil.id).collect();
    let is_kept = load.is_alert_kept(day);
    let open = is_kept.then(|| alert::cases_on_roll(load, &enrolled, day)).transpose()?;
    told.put_kept(Source::Alert, open);
    Ok(())
}

/// The screening as of the census day; a term without a campaign has none, which is not nobody.
fn put_screening(
    load: &Load<'_>,
    pupils: &[Pupil],
    term: &Term,
    told: &mut Told,
) -> Result<(), IndicatorError> {
    let Some(screened) = census(load.tx, term)? else {
        told.put_kept(Source::Screening, None);
        told.put_kept(Source::Sheet, None);
        return Ok(());
    };
    told.put(Source::Screening, screening::outcomes(load, &screened, term)?);
    let enrolled: HashSet<i64> = pupils.iter().map(|pupil| pupil.id).collect();
    told.put(Source::Sheet, screening::sheets_of_term(load, &enrolled, term)?);
    Ok(())
}

/// What is dated in the period.
fn in_period(load: &Load<'_>) -> Result<Told, IndicatorError> {
    let day = load.span.to;
    let mut told = Told::default();
    let is_tested = campaign::is_any_until(load.tx, day)?;
    let sheets = is_tested.then(|| screening::sheets_of_period(load)).transpose()?;
    told.put_kept(Source::Sheet, sheets);
    told.put_kept(Source::Talk, load.kept::<Talk>(day, care::talks)?);
    told.put_kept(Source::AlertEvent, load.kept::<AlertCase>(day, alert::moves)?);
    told.put_kept(Source::Session, load.kept::<Session>(day, care::sessions)?);
    told.put_kept(Source::Conference, load.kept::<Conference>(day, care::conferences)?);
    told.put_kept(Source::ConferenceCase, load.kept::<Conference>(day, care::conference_cases)?);
    told.put_kept(Source::DutyReport, load.kept::<DutyReport>(day, care::duty_reports)?);
    told.put_kept(Source::Support, load.kept::<SupportGiven>(day, family::support)?);
    told.put_kept(Source::Training, load.kept::<TrainingRecord>(day, staff::training)?);
    told.put_kept(Source::Supervision, load.kept::<Supervision>(day, staff::supervision)?);
    told.put_kept(Source::Lesson, load.kept::<Lesson>(day, school::lessons)?);
    told.put_kept(Source::Activity, load.kept::<Activity>(day, school::activities)?);
    told.put_kept(Source::ParentEvent, load.kept::<ParentEvent>(day, school::parent_events)?);
    told.put_kept(Source::ExpertService, load.kept::<ExpertVisit>(day, school::expert_services)?);
    told.put_kept(Source::Drill, load.kept::<Drill>(day, school::drills)?);
    told.put_kept(Source::ReferralEvent, load.kept::<Referral>(day, referral::entries)?);
    Ok(told)
}

/// What falls due in the period.
fn due(load: &Load<'_>) -> Result<Told, IndicatorError> {
    let day = load.span.to;
    let mut told = Told::default();
    let is_tested = campaign::is_any_until(load.tx, day)?;
    let critical = is_tested.then(|| screening::critical(load)).transpose()?;
    told.put_kept(Source::Screening, critical);
    told.put_kept(Source::AlertReview, load.kept::<AlertCase>(day, alert::reviews)?);
    told.put_kept(Source::AlertContact, load.kept::<AlertCase>(day, alert::contacts)?);
    told.put_kept(Source::Followup, load.kept::<Followup>(day, care::followups)?);
    told.put_kept(Source::Referral, load.kept::<Referral>(day, referral::dues)?);
    Ok(told)
}

/// What was sent in the period, as it stood so many days later.
fn sent(load: &Load<'_>) -> Result<Told, IndicatorError> {
    let mut told = Told::default();
    told.put_kept(Source::Referral, load.kept::<Referral>(load.span.to, referral::sent)?);
    Ok(told)
}
