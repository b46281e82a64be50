//! Facts of the school's own work: lessons, activities, events for parents, experts, drills, and
//! the school as one record.

use std::collections::BTreeSet;

use domain::catalogue::{Field, Grade, Stage};
use domain::ledger::Word as _;
use domain::ledger::staffing::counsellors_required;
use domain::ledger::terms::SchoolPlanKind;
use domain::ledger::words::{ActivityKind, CounsellorPost};

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load, people, staff};
use crate::ledger::entry::Kept;
use crate::ledger::governance::{Drill, ExpertVisit, SchoolPlan, SchoolYear};
use crate::ledger::qualification::Qualification;
use crate::ledger::read;
use crate::ledger::staff::StaffMember;
use crate::ledger::student::Pupil;
use crate::ledger::teaching::{Activity, Committee, CommitteeMeeting, Lesson, ParentEvent};
use crate::obligation::teaching::{ClassKey, grades_met, lessons_needed};
use crate::obligation::works::is_current;

/// Lessons of the period.
pub(super) fn lessons(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for kept in read::in_period::<Lesson>(load.tx, load.span.from, load.span.to)? {
        let grade = kept.entry.grade.as_str();
        let behind = Behind::entry(&kept);
        let stage = people::stage(load.profile, grade, behind)?;
        rows.push(Record::of_work(behind, vec![Value::Word(stage), Value::Word(grade)]));
    }
    Ok(Records::new(&[Field::Stage, Field::Grade], rows))
}

/// Meetings and events of the period that count as one of the two kinds. One that was for the
/// whole school counts once, at the school's first stage.
pub(super) fn activities(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for kept in read::in_period::<Activity>(load.tx, load.span.from, load.span.to)? {
        let Some(what) = kept.entry.what else { continue };
        let own = kept.entry.stage.map(Stage::as_str);
        let stage = match (own, kept.entry.grade) {
            (Some(stage), _) => Some(stage),
            (None, Some(grade)) => {
                Some(people::stage(load.profile, grade.as_str(), Behind::entry(&kept))?)
            }
            (None, None) => load.first_stage(),
        };
        let values = vec![stage.map_or(Value::None, Value::Word), Value::Word(what.as_str())];
        rows.push(Record::of_work(Behind::entry(&kept), values));
    }
    Ok(Records::new(&[Field::Stage, Field::Activity], rows))
}

/// Events for parents in the period.
pub(super) fn parent_events(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let held = read::in_period::<ParentEvent>(load.tx, load.span.from, load.span.to)?;
    let record = |kept: &Kept<ParentEvent>| {
        let attended = Value::Number(kept.entry.attendances);
        let values = vec![Value::Word(kept.entry.what.as_str()), attended];
        Record::of_work(Behind::entry(kept), values)
    };
    let fields = [Field::ParentEvent, Field::Attendances];
    Ok(Records::new(&fields, held.iter().map(record).collect()))
}

/// Services by experts in the period.
pub(super) fn expert_services(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let held = read::in_period::<ExpertVisit>(load.tx, load.span.from, load.span.to)?;
    let record = |kept: &Kept<ExpertVisit>| {
        Record::of_work(Behind::entry(kept), vec![Value::Word(kept.entry.service.as_str())])
    };
    Ok(Records::new(&[Field::Service], held.iter().map(record).collect()))
}

/// Drills of the period.
pub(super) fn drills(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let held = read::in_period::<Drill>(load.tx, load.span.from, load.span.to)?;
    let record = |kept: &Kept<Drill>| {
        Record::of_work(Behind::entry(kept), vec![Value::Word(kept.entry.mode.as_str())])
    };
    Ok(Records::new(&[Field::EventMode], held.iter().map(record).collect()))
}

/// Stages that the school runs. In a term: whether some grade had, in each of its classes, one
/// lesson for every two teaching weeks that have passed.
pub(super) fn stages(load: &Load<'_>, pupils: &[Pupil]) -> Result<Records, IndicatorError> {
    let mut fields = vec![Field::Stage];
    let mut met = BTreeSet::new();
    if let Some(term) = load.span.term.filter(|_| load.span.from <= load.as_of) {
        if load.is_kept::<Lesson>(load.as_of)? {
            fields.push(Field::LessonRule);
        }
        met = stages_met(load, pupils, lessons_needed(&term, load.as_of))?;
    }
    let own: BTreeSet<Stage> = Grade::all().filter_map(|g| load.profile.stage_of(g)).collect();
    let rows = own.into_iter().map(|stage| {
        let values = vec![Value::Word(stage.as_str()), yes(met.contains(stage.as_str()))];
        Record::of_work(Behind::School, values)
    });
    Ok(Records { fields, rows: rows.collect() })
}

/// Stages with a grade of which every class had so many lessons.
fn stages_met(
    load: &Load<'_>,
    pupils: &[Pupil],
    needed: usize,
) -> Result<BTreeSet<&'static str>, IndicatorError> {
    let lessons = read::in_period::<Lesson>(load.tx, load.span.from, load.as_of)?;
    let classes: BTreeSet<ClassKey> =
        pupils.iter().map(|pupil| (pupil.grade.code(), pupil.class.clone())).collect();
    let met = grades_met(&lessons, &classes, needed).into_iter();
    let stage = |grade| Grade::from_word(grade).and_then(|grade| load.profile.stage_of(grade));
    Ok(met.filter_map(stage).map(Stage::as_str).collect())
}

/// The school as one record: what it is, and what it did in the period.
pub(super) fn school(
    load: &Load<'_>,
    staff: Option<&[StaffMember]>,
    classes: usize,
) -> Result<Records, IndicatorError> {
    let mut of = Own { fields: Vec::new(), values: Vec::new() };
    of.put(Field::SchoolType, Value::Word(load.profile.school_type.as_str()));
    let year = u32::try_from(load.span.school_year).unwrap_or(0);
    let checks = read::at::<SchoolYear>(load.tx, load.as_of)?;
    let checked = checks.iter().rfind(|kept| kept.entry.school_year == year);
    if let Some(kept) = checked {
        let is_small = kept.entry.is_small;
        let classes = u32::try_from(classes).unwrap_or(u32::MAX);
        of.put(Field::Small, yes(is_small));
        of.put(Field::CounsellorsRequired, Value::Number(counsellors_required(classes, is_small)));
    }
    if load.is_kept::<Qualification>(load.as_of)? {
        let posts = staff::counsellors(load, staff, load.as_of)?;
        let full = posts.iter().filter(|kept| kept.entry.counsellor == CounsellorPost::FullTime);
        of.put(Field::FullTimeCounsellors, number(full.count()));
        of.put(Field::Counsellors, number(posts.len()));
    }
    work(load, &mut of)?;
    plan(load, &mut of)?;
    let record = Record::of_work(Behind::School, of.values);
    Ok(Records { fields: of.fields, rows: vec![record] })
}

/// Fields of the school that are known, with their values.
struct Own {
    fields: Vec<Field>,
    values: Vec<Value>,
}

impl Own {
    fn put(&mut self, field: Field, value: Value) {
        self.fields.push(field);
        self.values.push(value);
    }
}

fn work(load: &Load<'_>, of: &mut Own) -> Result<(), IndicatorError> {
    let (from, to) = (load.span.from, load.span.to);
    if load.is_kept::<Activity>(to)? {
        let held = read::in_period::<Activity>(load.tx, from, to)?;
        let count = |what| held.iter().filter(|kept| kept.entry.what == Some(what)).count();
        of.put(Field::ClassMeetings, number(count(ActivityKind::ClassMeeting)));
        of.put(Field::LifeEvents, number(count(ActivityKind::LifeEducation)));
    }
    if load.is_kept::<ParentEvent>(to)? {
        let held = read::in_period::<ParentEvent>(load.tx, from, to)?;
        of.put(Field::ParentEvents, number(held.len()));
    }
    if load.is_kept::<Committee>(to)? {
        let mut met = false;
        for kept in read::in_period::<CommitteeMeeting>(load.tx, from, to)? {
            let registered = read::at::<Committee>(load.tx, kept.entry.day)?;
            met |= registered.iter().any(|committee| committee.record == kept.entry.committee);
        }
        of.put(Field::CommitteeMet, yes(met));
    }
    Ok(())
}

/// The crisis plan is current when the head signed it, and signature or review is of the last
/// twelve months.
fn plan(load: &Load<'_>, of: &mut Own) -> Result<(), IndicatorError> {
    let day = load.as_of;
    if !load.is_kept::<SchoolPlan>(day)? {
        return Ok(());
    }
    let is_crisis = |kept: &Kept<SchoolPlan>| {
        kept.entry.what == SchoolPlanKind::Crisis && is_current(&kept.entry, day)
    };
    let plans = read::at::<SchoolPlan>(load.tx, day)?;
    of.put(Field::PlanCurrent, yes(plans.iter().any(is_crisis)));
    Ok(())
}

fn number(count: usize) -> Value {
    Value::Number(u32::try_from(count).unwrap_or(u32::MAX))
}
