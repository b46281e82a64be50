//! Facts of referrals: entries into stages, answers and notices that fall due, what was sent and
//! how far it came, and who is back at school.
//!
//! Days are those that were told, not those of writing down. What was sent is looked at when
//! [`COHORT_DAYS`] have passed since, once for the whole period, and never again in another way.

use std::collections::{BTreeSet, HashSet};

use domain::catalogue::Field;
use domain::ledger::Word as _;
use domain::ledger::day::plus_days;
use domain::referral::{
    COHORT_DAYS, Event, Limit, RefStage, State, Urgency, WaitBucket, due, working,
};
use jiff::civil::Date;

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load};
use crate::ledger::entry::{Kept, Moment};
use crate::ledger::referral::{Counted, ReferralAct, Step};

/// Milliseconds within which a guardian is told of an emergency in writing.
const NOTICE_MS: i64 = 86_400_000;

/// Entries into stages in the period: opening is the first, every act that enters one is another.
pub(super) fn entries(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    let within = |day: Date| load.span.from <= day && day <= load.span.to;
    let mut put = |student: i64, behind: Behind, day: Date, words: [&'static str; 2]| {
        if within(day) {
            let stage = load.place(student, day, behind)?.stage;
            let values = words.into_iter().chain([stage]).map(Value::Word).collect();
            rows.push(Record::of_student(student, behind, values));
        }
        Ok::<_, IndicatorError>(())
    };
    for one in load.referrals {
        let entry = &one.referral.entry;
        let words = [RefStage::Drafted.as_str(), one.opened_as.as_str()];
        put(entry.student.0, Behind::entry(&one.referral), entry.day, words)?;
        for step in &one.steps {
            let Some(stage) = entered(step) else { continue };
            let words = [stage.as_str(), step.urgency.as_str()];
            put(entry.student.0, Behind::entry(&step.act), step.act.entry.day, words)?;
        }
    }
    Ok(Records::new(&[Field::RefStage, Field::Urgency, Field::Stage], rows))
}

fn entered(step: &Step) -> Option<RefStage> {
    RefStage::entered(step.act.entry.event, step.from)
}

/// What falls due in the period: answers of recipients, and the written notices of emergencies.
pub(super) fn dues(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for one in load.referrals {
        for (place, step) in one.steps.iter().enumerate() {
            let (day, on_time, told) = match step.act.entry.event {
                Event::Delivered => match answer(one, place) {
                    Some((day, on_time)) => (day, yes(on_time), Value::None),
                    None => continue,
                },
                Event::Emergency => {
                    let day = notice_day(&step.act);
                    let noticed = step.act.entry.noticed;
                    (day, Value::None, yes(noticed.is_some_and(|noticed| noticed <= day)))
                }
                _ => continue,
            };
            if day < load.span.from || day > load.due_to {
                continue;
            }
            let behind = Behind::due(&step.act, day);
            let student = step.act.entry.student.0;
            let values = vec![
                Value::Word(step.urgency.as_str()),
                Value::Word(load.place(student, day, behind)?.stage),
                on_time,
                yes(step.act.entry.event == Event::Emergency),
                told,
            ];
            rows.push(Record::of_student(student, behind, values));
        }
    }
    let fields = [Field::Urgency, Field::Stage, Field::OnTime, Field::Emergency, Field::Handled24h];
    Ok(Records::new(&fields, rows))
}

/// The day by which an answer to what was delivered is due, and whether it came by then; nothing
/// where nobody owes one any more, because it was taken back before.
fn answer(one: &Counted, place: usize) -> Option<(Date, bool)> {
    let delivered = one.steps.get(place)?;
    let received = delivered.act.entry.day;
    let limit = due(State::Received, delivered.urgency)?.limit;
    let day = match limit {
        Limit::WorkingDays(days) => working(received, days),
        // At once is on the day: nobody notes the minute of an answer.
        _ => received,
    };
    let Some(next) = one.steps.get(place + 1) else { return Some((day, false)) };
    let is_in_time = next.act.entry.day <= day;
    match next.act.entry.event {
        Event::Accept | Event::Decline | Event::Redirect => Some((day, is_in_time)),
        _ if is_in_time => None,
        _ => Some((day, false)),
    }
}

/// The day on which the time for the written notice of an emergency ends.
fn notice_day(act: &Kept<ReferralAct>) -> Date {
    Moment(act.entry.made_at.0.saturating_add(NOTICE_MS)).day()
}

/// What was sent in the period, by every stage that it had reached when [`COHORT_DAYS`] had passed.
pub(super) fn sent(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for one in load.referrals {
        let Some(sent) = (0..one.steps.len()).find(|place| is_sent(one, *place)) else { continue };
        let Some(first) = one.steps.get(sent) else { continue };
        let day = first.act.entry.day;
        if day < load.span.from || day > load.span.to {
            continue;
        }
        let known: Vec<&Step> = one.until(plus_days(day, COHORT_DAYS)).collect();
        // Of another child: it is no referral of this one.
        if known.iter().any(|step| step.to == State::Error) {
            continue;
        }
        let mut stages: BTreeSet<RefStage> =
            known.iter().filter_map(|step| entered(step)).collect();
        stages.extend([RefStage::Drafted, RefStage::Sent]);
        let after = known.iter().skip(sent);
        let mut seen = after.filter(|step| entered(step) == Some(RefStage::FirstSeen));
        let waited = seen.next().map(|step| days_between(day, step.act.entry.day));
        let behind = Behind::entry(&first.act);
        let values = vec![
            Value::Words(stages.into_iter().map(|stage| stage.as_str()).collect()),
            waited.map_or(Value::None, |days| Value::Word(WaitBucket::of(days).as_str())),
            Value::Word(first.urgency.as_str()),
            Value::Word(load.place(one.referral.entry.student.0, day, behind)?.stage),
        ];
        rows.push(Record::of_student(one.referral.entry.student.0, behind, values));
    }
    let fields = [Field::RefStage, Field::WaitBucket, Field::Urgency, Field::Stage];
    Ok(Records::new(&fields, rows))
}

/// Whether the step in a place sends a referral; an emergency that was stood down sent nobody
/// anywhere.
fn is_sent(one: &Counted, place: usize) -> bool {
    let Some(step) = one.steps.get(place) else { return false };
    let after = one.steps.get(place + 1).map(|next| next.act.entry.event);
    let is_stood_down = step.act.entry.event == Event::Emergency && after == Some(Event::StoodDown);
    entered(step) == Some(RefStage::Sent) && !is_stood_down
}

fn days_between(from: Date, to: Date) -> u32 {
    let days = (to - from).get_days();
    u32::try_from(days).unwrap_or(0)
}

/// Referrals that are open on a day, and whether the child is back at school; of students on the
/// roll, since who has left is nobody's to follow any more.
pub(super) fn open(
    load: &Load<'_>,
    enrolled: &HashSet<i64>,
    day: Date,
) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for one in load.referrals {
        let entry = &one.referral.entry;
        let state = one.until(day).last().map_or(State::Draft, |step| step.to);
        if entry.day > day || state.is_terminal() || !enrolled.contains(&entry.student.0) {
            continue;
        }
        let behind = Behind::entry(&one.referral);
        let urgency = one.until(day).last().map_or(one.opened_as, |step| step.urgency);
        let values = vec![
            Value::Word(Urgency::as_str(urgency)),
            Value::Word(load.place(entry.student.0, day, behind)?.stage),
            yes(state == State::Returned),
        ];
        rows.push(Record::of_student(entry.student.0, behind, values));
    }
    Ok(Records::new(&[Field::Urgency, Field::Stage, Field::Returning], rows))
}
