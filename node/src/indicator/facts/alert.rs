//! Facts of the early-warning ledger 预警台账, and of what hangs on a student's tier.

use std::collections::{HashMap, HashSet};

use domain::catalogue::Field;
use domain::ledger::Word as _;
use domain::ledger::terms::Tier;
use domain::ledger::words::Move;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::record::{Behind, Record, Records, Value, yes};
use super::{IndicatorError, Load};
use crate::ledger::alert::{AlertMove, AlertReview, FirstContact};
use crate::ledger::entry::Kept;
use crate::ledger::special_group::Plan;
use crate::ledger::{case, read};

/// Before any school kept such a ledger.
const BEGINNING: Date = Date::constant(2000, 1, 1);

/// Every move in force up to a day, in the order in which they took effect, and by student.
pub(super) struct Timeline {
    all: Vec<Kept<AlertMove>>,
    moves: HashMap<i64, Vec<(Date, i64, Option<Tier>)>>,
}

impl Timeline {
    pub(super) fn load(tx: &Tx<'_>, until: Date) -> Result<Self, IndicatorError> {
        let all = case::moves_in(tx, BEGINNING, until)?;
        let mut moves: HashMap<i64, Vec<_>> = HashMap::new();
        for kept in &all {
            let AlertMove { day, case, to_tier, student, .. } = &kept.entry;
            moves.entry(student.0).or_default().push((*day, case.0, *to_tier));
        }
        Ok(Self { all, moves })
    }

    /// The moves of some days.
    fn between(&self, from: Date, to: Date) -> impl Iterator<Item = &Kept<AlertMove>> {
        let within = move |kept: &&Kept<AlertMove>| from <= kept.entry.day && kept.entry.day <= to;
        self.all.iter().filter(within)
    }

    /// The worst tier of a student's open cases on a day.
    pub(super) fn tier_on(&self, student: i64, day: Date) -> Option<Tier> {
        let moves = self.moves.get(&student)?;
        let mut now: HashMap<i64, Option<Tier>> = HashMap::new();
        for (_, case, tier) in moves.iter().filter(|(at, ..)| *at <= day) {
            now.insert(*case, *tier);
        }
        now.into_values().flatten().max()
    }

    /// The same as the dimension `alert_state` has it.
    pub(super) fn state_on(&self, student: i64, day: Date) -> &'static str {
        Tier::alert_state(self.tier_on(student, day))
    }

    /// The tier with which a case was entered, and the day of it.
    pub(super) fn entered(&self, student: i64, case: i64) -> Option<(Date, Tier)> {
        let moves = self.moves.get(&student)?;
        let first = moves.iter().find(|(_, known, _)| *known == case)?;
        Some((first.0, first.2?))
    }
}

/// Open cases on a day, all of them: what moves have opened and not closed, whoever has left. Their
/// number follows from the period before and the moves since.
pub(super) fn open_cases(load: &Load<'_>, day: Date) -> Result<Records, IndicatorError> {
    cases_where(load, day, |_| true)
}

/// Open cases on a day of those on the roll of that day. Who has left is no student of the school,
/// also while the case waits to be closed: a count of students is a part of the roll.
pub(super) fn cases_on_roll(
    load: &Load<'_>,
    enrolled: &HashSet<i64>,
    day: Date,
) -> Result<Records, IndicatorError> {
    cases_where(load, day, |student| enrolled.contains(&student))
}

fn cases_where(
    load: &Load<'_>,
    day: Date,
    is_asked: impl Fn(i64) -> bool,
) -> Result<Records, IndicatorError> {
    let planned: HashSet<i64> = plans(load.tx, day)?;
    let mut rows = Vec::new();
    for open in case::open_among(load.tx, &load.alerts.all, day)? {
        let student = open.case.entry.student.0;
        if !is_asked(student) {
            continue;
        }
        let stage = load.place(student, day, Behind::entry(&open.case))?.stage;
        let values = vec![
            Value::Word(open.tier.as_str()),
            Value::Word(stage),
            yes(planned.contains(&student)),
        ];
        rows.push(Record::of_student(student, Behind::entry(&open.case), values));
    }
    Ok(Records::new(&[Field::Tier, Field::Stage, Field::PlanCurrent], rows))
}

/// Students with a plan that runs on a day and whose review is not overdue.
pub(super) fn plans(tx: &Tx<'_>, day: Date) -> Result<HashSet<i64>, IndicatorError> {
    let plans = read::at::<Plan>(tx, day)?.into_iter();
    let current = plans.filter(|kept| kept.entry.is_current(day));
    Ok(current.map(|kept| kept.entry.student.0).collect())
}

/// Moves in force of the period; the tier is the new one, or the last one of a case that left.
pub(super) fn moves(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let mut rows = Vec::new();
    for kept in load.alerts.between(load.span.from, load.span.to) {
        let AlertMove { student, day, how, from_tier, to_tier, source, .. } = &kept.entry;
        let tier = match how {
            Move::Closed | Move::MovedOut => *from_tier,
            Move::Opened | Move::MovedIn | Move::TierUp | Move::TierDown => *to_tier,
        };
        let values = vec![
            tier.map_or(Value::None, |tier| Value::Word(tier.as_str())),
            Value::Word(load.place(student.0, *day, Behind::entry(kept))?.stage),
            Value::Word(source.as_str()),
            Value::Word(how.as_str()),
        ];
        rows.push(Record::of_student(student.0, Behind::entry(kept), values));
    }
    let fields = [Field::Tier, Field::Stage, Field::AlertSource, Field::Move];
    Ok(Records::new(&fields, rows))
}

/// Moves of the period that do not begin at the tier that the moves before have left. While there
/// are none, open cases are those of the period before, plus what came, less what left, in each
/// tier.
pub(super) fn broken_moves(load: &Load<'_>) -> Vec<Behind> {
    let mut now: HashMap<i64, Option<Tier>> = HashMap::new();
    let mut broken = Vec::new();
    for kept in load.alerts.between(BEGINNING, load.span.to) {
        let AlertMove { day, case, from_tier, to_tier, .. } = &kept.entry;
        let before = now.insert(case.0, *to_tier).flatten();
        if before != *from_tier && *day >= load.span.from {
            broken.push(Behind::entry(kept));
        }
    }
    broken
}

/// Reviews that fall due in the period, but for those of cases that left the ledger before.
pub(super) fn reviews(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let due: Vec<Kept<AlertReview>> = read::in_period(load.tx, load.span.from, load.due_to)?;
    let record = |kept: &Kept<AlertReview>| {
        let review = &kept.entry;
        let on_time = review.done.is_some_and(|done| done <= review.due);
        let values = vec![Value::Word(review.tier.as_str()), yes(on_time)];
        Record::of_student(review.student.0, Behind::entry(kept), values)
    };
    let rows = due.iter().filter(|kept| !kept.entry.cancelled).map(record).collect();
    Ok(Records::new(&[Field::Tier, Field::OnTime], rows))
}

/// First contacts whose limit ends in the period.
pub(super) fn contacts(load: &Load<'_>) -> Result<Records, IndicatorError> {
    let due: Vec<Kept<FirstContact>> = read::in_period(load.tx, load.span.from, load.due_to)?;
    let record = |kept: &Kept<FirstContact>| {
        let contact = &kept.entry;
        let on_time = contact.done_at.is_some_and(|done| done <= contact.due_at);
        let values = vec![Value::Word(contact.tier.as_str()), yes(on_time)];
        Record::of_student(contact.student.0, Behind::entry(kept), values)
    };
    Ok(Records::new(&[Field::Tier, Field::OnTime], due.iter().map(record).collect()))
}
