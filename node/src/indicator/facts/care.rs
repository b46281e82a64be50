//! Facts of talks, sessions, consultations, follow-ups and reports under a legal duty.

use std::collections::{BTreeSet, HashSet};

use domain::catalogue::{Field, Stage};
use domain::ledger::Word as _;

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load};
use crate::ledger::analysis::Analysis;
use crate::ledger::conference::{Conference, ConferenceCase};
use crate::ledger::consent::DutyReport;
use crate::ledger::entry::RecordId;
use crate::ledger::followup::Followup;
use crate::ledger::session::Session;
use crate::ledger::talk::Talk;
use crate::ledger::{read, student};

/// Talks of the period. Whether one was analysed together is known when the analysis is written, in
/// whatever week: what is told of a week later reaches back to it.
pub(super) fn talks(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let analysed: HashSet<RecordId> =
        read::all::<Analysis>(load.tx)?.into_iter().filter_map(|kept| kept.entry.talk).collect();
    let mut rows = Vec::new();
    for kept in read::in_period::<Talk>(load.tx, load.span.from, load.span.to)? {
        let talk = &kept.entry;
        let topics = talk.topics.as_slice().iter().map(|topic| topic.as_str()).collect();
        let values = vec![
            Value::Word(load.place(talk.student.0, talk.day, Behind::entry(&kept))?.stage),
            Value::Words(topics),
            yes(talk.raised),
            yes(analysed.contains(&kept.record)),
            yes(talk.home_visit),
        ];
        rows.push(Record::of_student(talk.student.0, Behind::entry(&kept), values));
    }
    let fields = [Field::Stage, Field::TalkTopic, Field::Raised, Field::Analysed, Field::HomeVisit];
    Ok(Records::new(&fields, rows))
}

/// Sessions of the period; a group has a stage and no state or sex.
pub(super) fn sessions(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for kept in read::in_period::<Session>(load.tx, load.span.from, load.span.to)? {
        let session = &kept.entry;
        let form = Value::Word(session.form.as_str());
        let record = match session.student {
            Some(student) => {
                let place = load.place(student.0, session.day, Behind::entry(&kept))?;
                let state = load.alerts.state_on(student.0, session.day);
                let values = [state, place.stage, place.sex].map(Value::Word);
                let values = values.into_iter().chain([form]).collect();
                Record::of_student(student.0, Behind::entry(&kept), values)
            }
            None => {
                let stage =
                    session.stage.map_or(Value::None, |stage| Value::Word(Stage::as_str(stage)));
                let values = vec![Value::None, stage, Value::None, form];
                Record::of_work(Behind::entry(&kept), values)
            }
        };
        rows.push(record);
    }
    let fields = [Field::AlertState, Field::Stage, Field::Sex, Field::Form];
    Ok(Records::new(&fields, rows))
}

/// Consultations of the period.
pub(super) fn conferences(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let held = read::in_period::<Conference>(load.tx, load.span.from, load.span.to)?;
    let rows = held.iter().map(|kept| Record::of_work(Behind::entry(kept), Vec::new()));
    Ok(Records::new(&[], rows.collect()))
}

/// Cases that were discussed with a decision. Only a student of the early-warning ledger has a
/// tier; one who was discussed without being on it is no case of it.
pub(super) fn conference_cases(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for kept in read::in_period::<ConferenceCase>(load.tx, load.span.from, load.span.to)? {
        let discussed = &kept.entry;
        let student = discussed.student.0;
        let tier = discussed.tier.or_else(|| load.alerts.tier_on(student, discussed.day));
        let decided = !discussed.decision.trim().is_empty();
        if let (Some(tier), true) = (tier, decided) {
            let values = vec![Value::Word(tier.as_str())];
            rows.push(Record::of_student(student, Behind::entry(&kept), values));
        }
    }
    Ok(Records::new(&[Field::Tier], rows))
}

/// Follow-ups that fall due in the period, but for those that are no longer due: cancelled, or of
/// no case, not made, and of a student who had left the school by then.
pub(super) fn followups(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for kept in read::in_period::<Followup>(load.tx, load.span.from, load.due_to)? {
        let due = &kept.entry;
        let is_open = due.case.is_none() && due.done.is_none();
        if due.cancelled || (is_open && has_left(load, due)?) {
            continue;
        }
        let on_time = due.done.is_some_and(|done| done <= due.due);
        let state = load.alerts.state_on(due.student.0, due.due);
        let values = vec![Value::Word(state), yes(on_time)];
        rows.push(Record::of_student(due.student.0, Behind::entry(&kept), values));
    }
    Ok(Records::new(&[Field::AlertState, Field::OnTime], rows))
}

fn has_left(load: &Load<'_>, due: &Followup) -> Result<bool, IndicatorError> {
    Ok(!student::gone_by(load.tx, due.due, &BTreeSet::from([due.student]))?.is_empty())
}

/// Reports of the period, once the receiver has acknowledged them.
pub(super) fn duty_reports(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let made = read::in_period::<DutyReport>(load.tx, load.span.from, load.span.to)?;
    let acknowledged = made.iter().filter(|kept| kept.entry.acknowledged.is_some());
    let record = |kept| {
        let kept: &crate::ledger::entry::Kept<DutyReport> = kept;
        let values = vec![Value::Word(kept.entry.what.as_str())];
        let student = kept.entry.student.map(|student| student.0);
        Record { student, staff: None, behind: Behind::entry(kept), values }
    };
    Ok(Records::new(&[Field::ReportKind], acknowledged.map(record).collect()))
}

#[cfg(test)]
mod tests {
    use domain::cell::Cell;
    use domain::ledger::terms::FollowupKind;
    use domain::span::Span;
    use jiff::ToSpan as _;

    use super::super::Facts;
    use super::*;
    use crate::ledger::entry::{StaffId, StudentId};
    use crate::ledger::guard_tests::{counsellor, run, school};
    use crate::ledger::testing::{TODAY, TestPupil};
    use crate::ledger::{profile, write};

    /// A visit that falls due after its student has left the school is not missed; that of a
    /// student who is there is.
    #[test]
    fn a_visit_after_a_leaving_is_not_missed() {
        let school = school();
        run(&school, |tx| {
            for student in [1, 3].map(StudentId) {
                let (due, why, staff) = (TODAY + 2.days(), FollowupKind::Return, StaffId(1));
                let (case, done, way, cancelled) = (None, None, None, false);
                let visit = Followup { due, student, case, why, staff, done, way, cancelled };
                write::add(tx, &counsellor(), &visit)?;
            }
            Ok(())
        })
        .expect("visits");
        let term = school.term();
        let due = || {
            let catalogue = school.catalogue.clone();
            let facts = school.ledger.read(move |tx| {
                let profile = profile::load(tx)?.expect("profile");
                Facts::of_period(tx, &profile, Span::of_term(&term), TODAY + 10.days())
            });
            let count = catalogue.count("fup.due").expect("count");
            facts.expect("facts").figures(&catalogue, count).expect("figures").total()
        };
        assert_eq!(due(), Cell::Value(2));
        let left: Vec<TestPupil> = (1..4).map(TestPupil::new).collect();
        school.roster(&left, TODAY);
        assert_eq!(due(), Cell::Value(1));
    }
}
