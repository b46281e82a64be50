//! Facts of the special-group family ledger and of the special-physique ledger.
//!
//! Only students on the roll of the day count: who has left is nobody's to pair any more.

use std::collections::HashSet;

use domain::catalogue::Field;
use domain::ledger::Word as _;
use jiff::civil::Date;

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load, alert};
use crate::ledger::physique::PhysiqueCase;
use crate::ledger::read;
use crate::ledger::special_group::{FamilyCase, Helper, SupportGiven};

/// Students of the special-group family ledger on a day.
pub(super) fn groups(
    load: &Load<'_>,
    enrolled: &HashSet<i64>,
    day: Date,
) -> Result<Records, IndicatorError> {
    let planned = alert::plans(load.tx, day)?;
    let helped = read::at::<Helper>(load.tx, day)?.into_iter();
    let helped: HashSet<i64> = helped.map(|kept| kept.entry.student.0).collect();
    let mut rows = Vec::new();
    for kept in read::at::<FamilyCase>(load.tx, day)? {
        let student = kept.entry.student.0;
        if !enrolled.contains(&student) {
            continue;
        }
        let groups = kept.entry.groups.as_slice().iter().map(|group| group.as_str()).collect();
        let values = vec![
            Value::Words(groups),
            Value::Word(load.place(student, day, Behind::entry(&kept))?.stage),
            yes(helped.contains(&student)),
            yes(planned.contains(&student)),
        ];
        rows.push(Record::of_student(student, Behind::entry(&kept), values));
    }
    let fields = [Field::Group, Field::Stage, Field::Paired, Field::PlanCurrent];
    Ok(Records::new(&fields, rows))
}

/// Students of the special-physique ledger on a day.
pub(super) fn physiques(
    load: &Load<'_>,
    enrolled: &HashSet<i64>,
    day: Date,
) -> Result<Records, IndicatorError> {
    let cases = read::at::<PhysiqueCase>(load.tx, day)?;
    let on_roll = cases.iter().filter(|kept| enrolled.contains(&kept.entry.student.0));
    let record = |kept: &crate::ledger::entry::Kept<PhysiqueCase>| {
        let kinds = kept.entry.kinds.as_slice().iter().map(|kind| kind.as_str()).collect();
        let values = vec![Value::Words(kinds)];
        Record::of_student(kept.entry.student.0, Behind::entry(kept), values)
    };
    Ok(Records::new(&[Field::Physique], on_roll.map(record).collect()))
}

/// Support that was given in the period.
pub(super) fn support(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let given = read::in_period::<SupportGiven>(load.tx, load.span.from, load.span.to)?;
    let record = |kept: &crate::ledger::entry::Kept<SupportGiven>| {
        let values = vec![Value::Word(kept.entry.what.as_str())];
        Record::of_student(kept.entry.student.0, Behind::entry(kept), values)
    };
    Ok(Records::new(&[Field::Support], given.iter().map(record).collect()))
}
