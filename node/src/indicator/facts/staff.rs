//! Facts about staff: the staff roll, counsellors, mentors, training, supervision.

use std::collections::{HashMap, HashSet};

use domain::catalogue::{Field, Stage};
use domain::ledger::Word as _;
use domain::ledger::certificate::{is_needed, is_valid};
use domain::ledger::words::CounsellorPost;
use jiff::civil::Date;

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load};
use crate::ledger::entry::Kept;
use crate::ledger::qualification::Qualification;
use crate::ledger::read;
use crate::ledger::roll::Mentor;
use crate::ledger::staff::StaffMember;
use crate::ledger::training::{Certificate, Supervision, TrainingRecord};

/// Counsellors on a day, of those who are on the staff roll where there is one.
pub(super) fn counsellors(
    load: &Load<'_>,
    staff: Option<&[StaffMember]>,
    day: Date,
) -> Result<Vec<Kept<Qualification>>, IndicatorError> {
    let mut found = read::at::<Qualification>(load.tx, day)?;
    found.retain(|kept| {
        let id = kept.entry.staff.0;
        let employed = staff.is_none_or(|staff| staff.iter().any(|member| member.id == id));
        employed && kept.entry.counsellor != CounsellorPost::None
    });
    // A person with two entries is one counsellor: the later entry counts.
    let last: HashMap<i64, i64> =
        found.iter().map(|kept| (kept.entry.staff.0, kept.record.0)).collect();
    found.retain(|kept| last.get(&kept.entry.staff.0) == Some(&kept.record.0));
    Ok(found)
}

/// Everybody on the staff roll, with what they are as counsellors where that is kept.
pub(super) fn roll(
    load: &Load<'_>,
    staff: &[StaffMember],
    day: Date,
) -> Result<Records, IndicatorError> {
    let posts: HashMap<i64, Kept<Qualification>> = counsellors(load, Some(staff), day)?
        .into_iter()
        .map(|kept| (kept.entry.staff.0, kept))
        .collect();
    let record = |member: &StaffMember| {
        let post = posts.get(&member.id);
        let counsellor = post.map_or(CounsellorPost::None, |kept| kept.entry.counsellor);
        let stage = post.and_then(|kept| kept.entry.stage).map(Stage::as_str);
        let stage = stage.or_else(|| load.first_stage());
        let behind = post.map_or(Behind::Staff(member.id), Behind::entry);
        let values = vec![
            Value::Word(member.main_role.code()),
            Value::Word(counsellor.as_str()),
            stage.map_or(Value::None, Value::Word),
        ];
        Record::of_staff(member.id, behind, values)
    };
    let mut fields = vec![Field::StaffRole];
    if load.is_kept::<Qualification>(day)? {
        fields.extend([Field::Counsellor, Field::Stage]);
    }
    Ok(Records { fields, rows: staff.iter().map(record).collect() })
}

/// Current pairs of mentor and student on the roll. A student with two pairs has no one mentor,
/// and counts for the mentors alone.
pub(super) fn mentors(
    load: &Load<'_>,
    enrolled: &HashSet<i64>,
    day: Date,
) -> Result<Records, IndicatorError> {
    let mut pairs = read::at::<Mentor>(load.tx, day)?;
    pairs.retain(|kept| enrolled.contains(&kept.entry.student.0));
    let mut how_many: HashMap<i64, u32> = HashMap::new();
    for kept in &pairs {
        *how_many.entry(kept.entry.student.0).or_default() += 1;
    }
    let mut rows = Vec::with_capacity(pairs.len());
    for kept in &pairs {
        let student = kept.entry.student.0;
        let place = load.place(student, day, Behind::entry(kept))?;
        let values = vec![Value::Word(place.stage), Value::Word(place.grade)];
        let one = how_many.get(&student) == Some(&1);
        rows.push(Record {
            student: one.then_some(student),
            staff: Some(kept.entry.staff.0),
            behind: Behind::entry(kept),
            values,
        });
    }
    Ok(Records::new(&[Field::Stage, Field::Grade], rows))
}

/// Counsellors and their certificate on a day.
pub(super) fn certificates(
    load: &Load<'_>,
    staff: Option<&[StaffMember]>,
    day: Date,
) -> Result<Records, IndicatorError> {
    let certificates = read::all::<Certificate>(load.tx)?.into_iter().map(|kept| kept.entry);
    let valid = certificates.filter(|c| is_valid(c.issued, c.expires, c.revoked, day));
    let valid: HashSet<i64> = valid.map(|certificate| certificate.staff.0).collect();
    let record = |kept: &Kept<Qualification>| {
        let known = &kept.entry;
        let needed = is_needed(true, known.has_degree, known.has_vocational);
        let values = vec![yes(needed), yes(valid.contains(&known.staff.0))];
        Record::of_staff(known.staff.0, Behind::entry(kept), values)
    };
    let rows = counsellors(load, staff, day)?.iter().map(record).collect();
    Ok(Records::new(&[Field::Needed, Field::Held], rows))
}

/// Attendances at training in the period.
pub(super) fn training(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let attended = read::in_period::<TrainingRecord>(load.tx, load.span.from, load.span.to)?;
    let record = |kept: &Kept<TrainingRecord>| {
        let entry = &kept.entry;
        let words = [entry.role.as_str(), entry.course.as_str()].map(Value::Word);
        let values = words.into_iter().chain([Value::Number(entry.hours)]).collect();
        Record::of_staff(entry.staff.0, Behind::entry(kept), values)
    };
    let fields = [Field::StaffRole, Field::Course, Field::Hours];
    Ok(Records::new(&fields, attended.iter().map(record).collect()))
}

/// Supervised sessions that the supervisor signed in the period.
pub(super) fn supervision(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let held = read::all::<Supervision>(load.tx)?;
    let signed = held.iter().filter(|kept| {
        let signed = kept.entry.signed;
        signed.is_some_and(|day| load.span.from <= day && day <= load.span.to)
    });
    let record = |kept| {
        let kept: &Kept<Supervision> = kept;
        Record::of_staff(kept.entry.staff.0, Behind::entry(kept), Vec::new())
    };
    Ok(Records::new(&[], signed.map(record).collect()))
}
