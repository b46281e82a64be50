//! Whether both sides agree once all is quiet. Each complaint says what disagrees, and where.

use std::collections::BTreeMap;

use domain::referral::history::{Side, Standing, replay};
use domain::referral::{Event, RefStage, State, due};
use jiff::civil::Date;
use runtime::clock::date_of;

use super::stage::Stage;
use super::town::HOUSES;
use crate::indicator::referral_tests::counted;
use crate::intake::course::Course as HouseCourse;
use crate::ledger::entry::RecordId;
use crate::ledger::intake::{self, Done, Entry};
use crate::ledger::letters::{self, Envelope};
use crate::ledger::referral::{self, Course};
use crate::ledger::{access_chain, journal};

/// Last day of the consents of these tests.
const LAST_DAY: Date = jiff::civil::date(2026, 3, 1);

/// An envelope as its house keeps it.
struct Held {
    entry: Entry,
    done: Vec<Done>,
    state: State,
    has_content: bool,
}

/// Everything that disagrees; nothing where both sides agree.
pub(super) fn check(stage: &Stage<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut known = 0;
    for record in &stage.records {
        let record = *record;
        let read = stage.school().read(move |tx| {
            Ok::<_, crate::ledger::refusal::LedgerRefusal>((
                referral::course(tx, record)?,
                letters::envelopes(tx, record)?,
            ))
        });
        let (course, envelopes) = read.unwrap_or_else(|error| panic!("{error}"));
        wrong.extend(of_course(&course).into_iter().map(|what| tell(record, &what)));
        for envelope in &envelopes {
            known += 1;
            let found = held(stage, envelope);
            let said = of_envelope(stage, (&course, envelope), found.as_ref());
            wrong.extend(said.into_iter().map(|what| tell(record, &what)));
        }
    }
    let here: usize = (1..stage.units.len()).map(|unit| entries(stage, unit).len()).sum();
    if here > known {
        wrong.push(format!("houses hold {here} envelopes, and the school sealed {known}"));
    }
    for (unit, stores) in stage.units.iter().enumerate() {
        if let Err(error) = stores.ledger.read(journal::verify) {
            wrong.push(format!("unit {unit}: its journal does not verify: {error}"));
        }
        if let Err(error) = stores.ledger.read(access_chain::verify) {
            wrong.push(format!("unit {unit}: its log of reads does not verify: {error}"));
        }
    }
    wrong
}

fn tell(record: RecordId, what: &str) -> String {
    format!("referral {}: {what}", record.0)
}

/// One owner where it goes on and none at its end; the state is that of its acts, and none waits.
fn of_course(course: &Course) -> Vec<String> {
    let mut wrong = Vec::new();
    let owner = due(course.state, course.referral.entry.urgency);
    if owner.is_some() == course.state.is_terminal() {
        wrong.push(format!("{:?} has the owner {owner:?}", course.state));
    }
    let acts = referral::history(course, None).into_iter().collect();
    let played = replay(&acts);
    if (played.state, played.waiting) != (course.state, 0) {
        let state = course.state;
        wrong.push(format!("stands at {state:?}, its acts lead to {:?}", played.state));
        wrong.push(format!("{} acts wait", played.waiting));
    }
    wrong
}

fn entries(stage: &Stage<'_>, unit: usize) -> Vec<Entry> {
    stage.units[unit].ledger.read(|tx| intake::latest(tx, 1_000)).expect("entries")
}

/// What the house of an envelope keeps of it.
fn held(stage: &Stage<'_>, envelope: &Envelope) -> Option<Held> {
    let house = HOUSES.iter().position(|(id, _)| *id == envelope.recipient.as_str());
    let unit = 1 + house.expect("a house");
    let all = entries(stage, unit).into_iter();
    let mut found = all.filter(|one| one.arrival.envelope == *envelope.id.bytes());
    let entry = found.next()?;
    let id = entry.id;
    let ledger = &stage.units[unit].ledger;
    let done = ledger.read(move |tx| intake::done(tx, id)).expect("acts");
    let content = ledger.read(move |tx| intake::content(tx, id)).expect("content");
    let state = HouseCourse::of(&entry, &done).state;
    Some(Held { entry, done, state, has_content: content.is_some() })
}

/// What disagrees about one envelope.
fn of_envelope(
    stage: &Stage<'_>,
    (course, envelope): (&Course, &Envelope),
    held: Option<&Held>,
) -> Vec<String> {
    let number = envelope.number;
    let of_it = |what: String| format!("hand-over {number} to {}: {what}", envelope.recipient);
    let may_be_over = date_of(stage.now) > LAST_DAY;
    let mut wrong = Vec::new();
    let is_calmed = referral::stood_down(course).is_some_and(|last| number <= last);
    let is_taken_back = referral::is_taken_back(course) || is_calmed;
    if is_taken_back && envelope.revoked_at_ms.is_none() {
        wrong.push("was taken back, and nobody was told".to_owned());
    }
    if !is_taken_back && envelope.revoked_at_ms.is_some() {
        wrong.push(format!("its recipient was told to delete, and it is {:?}", course.state));
    }
    match held {
        None => {
            let stayed = envelope.done_at_ms.is_some();
            if envelope.revoked_at_ms.is_none() && !may_be_over {
                wrong.push("left and came to nobody".to_owned());
            }
            let may_be_told = may_be_over || stage.has_told_too_much;
            if envelope.revoked_at_ms.is_some() && !stayed && !may_be_told {
                wrong.push("was taken back, and no answer to it came".to_owned());
            }
            let heard = heard(course, number);
            if !heard.is_empty() {
                wrong.push(format!("its house has nothing, and said {heard:?}"));
            }
        }
        Some(held) => {
            let lost = Lost { any: stage.road.has_lost(), may_be_over };
            wrong.extend(of_held((course, envelope), held, lost));
        }
    }
    wrong.into_iter().map(of_it).collect()
}

/// What the school has of a recipient's acts: their numbers with what happened and how much of the
/// school's had been seen.
fn heard(course: &Course, number: u32) -> BTreeMap<u32, (Event, Option<u32>)> {
    let of_it = course
        .acts
        .iter()
        .map(|(kept, _)| &kept.entry)
        .filter(|act| act.envelope == number && act.lane_number.is_some());
    of_it.map(|act| (act.lane_number.unwrap_or(0), (act.event, act.lane_seen))).collect()
}

/// What a relay may have lost for good: what was not sealed anew before it was taken back, and what
/// lay unread for months.
#[derive(Clone, Copy)]
struct Lost {
    any: bool,
    may_be_over: bool,
}

fn of_held((course, envelope): (&Course, &Envelope), held: &Held, lost: Lost) -> Vec<String> {
    let mut wrong = Vec::new();
    let number = envelope.number;
    let seen = Some(held.entry.arrival.seen);
    let acts = held.done.iter().filter_map(|act| Some((act, act.event?)));
    // What was not sealed when a family took its consent back is not said any more.
    let said: BTreeMap<u32, (Event, Option<u32>)> = acts
        .filter(|(act, _)| act.sealed_at.is_some())
        .map(|(act, event)| (act.number, (event, seen)))
        .collect();
    let heard = heard(course, number);
    let is_withdrawn = held.entry.revoked_at.is_some();
    let may_miss = lost.any && (lost.may_be_over || is_withdrawn);
    let is_said = heard.iter().all(|(number, act)| said.get(number) == Some(act));
    if said != heard && !(may_miss && is_said) {
        wrong.push(format!("the house said {said:?}, the school has {heard:?}"));
    }
    let times = course
        .acts
        .iter()
        .filter(|(kept, _)| kept.entry.envelope == number && kept.entry.lane_number.is_some());
    if times.count() != heard.len() {
        wrong.push("an act of the house stands twice".to_owned());
    }
    if is_withdrawn != envelope.revoked_at_ms.is_some() {
        wrong.push(format!(
            "the house {} it back, the school {}",
            if is_withdrawn { "took" } else { "did not take" },
            if envelope.revoked_at_ms.is_some() { "did" } else { "did not" },
        ));
    }
    let is_long_lost = lost.any && lost.may_be_over;
    if is_withdrawn && envelope.done_at_ms.is_none() && !is_long_lost {
        wrong.push("the house answered the withdrawal, and the school has no answer".to_owned());
    }
    let is_gone = matches!(held.state, State::Declined | State::RedirectProposed | State::Expired);
    if (is_withdrawn || is_gone) && held.has_content {
        wrong.push(format!("the house still reads it, at {:?}", held.state));
    }
    if !is_withdrawn && course.envelope == number && !is_long_lost {
        wrong.extend(of_states(course, number, held));
    }
    wrong
}

/// The state to which the recipient's last act led in the school's course is its own.
fn of_states(course: &Course, number: u32, held: &Held) -> Vec<String> {
    let acts = referral::history(course, None).into_iter().collect();
    let played = replay(&acts);
    let of_house = played.acts.iter().filter(|(side, ..)| *side == Side::Recipient(number));
    let mut took = of_house.clone().filter_map(|(_, _, how)| match how {
        Standing::Took(state) => Some(*state),
        Standing::Late(_) => None,
    });
    let mut wrong = Vec::new();
    let first = match held.entry.arrival.consent {
        Some(_) => State::Sent,
        None => State::EmergencyOut,
    };
    let last = took.next_back().unwrap_or(first);
    if last != held.state {
        wrong.push(format!("the school has it at {last:?}, the house at {:?}", held.state));
    }
    let late = of_house.filter(|(_, _, how)| matches!(how, Standing::Late(_))).count();
    if late > 0 {
        wrong.push(format!("{late} acts of the house came late, and nothing was taken back"));
    }
    wrong
}

/// The entries into stages that the school's figures count, and those that follow from what people
/// did, told by the test itself; nothing where something was taken back or came late, since what
/// crossed counts nowhere.
pub(super) fn recount(stage: &Stage<'_>) -> Option<(u64, u64)> {
    // What a relay lost and then lay for months counts nowhere.
    if stage.road.has_lost() && date_of(stage.now) > LAST_DAY {
        return None;
    }
    let mut entered = u64::try_from(stage.records.len()).expect("few");
    for (_, event, from) in &stage.acted {
        entered += u64::from(RefStage::entered(*event, *from).is_some());
    }
    for record in &stage.records {
        let record = *record;
        let read = stage.school().read(move |tx| referral::course(tx, record));
        let course = read.unwrap_or_else(|error| panic!("{error}"));
        let is_late = course.acts.iter().any(|(_, how)| matches!(how, Standing::Late(_)));
        if is_late || referral::is_taken_back(&course) {
            return None;
        }
    }
    for unit in 1..stage.units.len() {
        for entry in entries(stage, unit) {
            let id = entry.id;
            let done = stage.units[unit].ledger.read(move |tx| intake::done(tx, id));
            let acts = done.expect("acts").into_iter().filter_map(|act| act.event);
            let stages = acts.filter(|event| RefStage::entered(*event, State::Sent).is_some());
            entered += u64::try_from(stages.count()).expect("few");
        }
    }
    let school = stage.town.school_of(stage.school());
    let weeks = (47..=52).map(|week| format!("2025-W{week}"));
    let weeks = weeks.chain((1..=20).map(|week| format!("2026-W{week:02}")));
    let figures = weeks.map(|week| counted(&school, "ref.events", &week).values().sum::<u64>());
    Some((figures.sum(), entered))
}
