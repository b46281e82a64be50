//! Counts of referrals: which act enters a stage, whose answer is due when, what is told of an
//! emergency, how far what was sent has come, and what a sealed report and "why" say of it.

use std::collections::BTreeMap;

use domain::cell::Cell;
use domain::ledger::Kind;
use domain::period::Period;
use domain::referral::{Actor, Event as E, State, Urgency};
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use runtime::sql::Tx;

use super::{Behind, Facts, explain};
use crate::ledger::author::Author;
use crate::ledger::entry::RecordId;
use crate::ledger::guard_tests::{CHILD, counsellor, head, run};
use crate::ledger::profile;
use crate::ledger::referral::tests::{MINUTE, approved, at, call, consent, danger, opened, ready};
use crate::ledger::referral::{self, Told};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::testing::{School, TODAY};

const CLINIC: &str = "CLINIC1";
const DAY: i64 = 24 * 60 * MINUTE;

fn later(by: &Author, days: i64) -> Author {
    at(by, days * DAY)
}

/// Takes steps, each so many days after [`TODAY`].
fn go(school: &School, record: RecordId, steps: &'static [(E, i64)]) -> State {
    let mut state = State::Draft;
    for (event, days) in steps {
        let done = run(school, move |tx| step(tx, record, (*event, *days)));
        state = done.unwrap_or_else(|why| panic!("{event:?} on {days}: {why}"));
    }
    state
}

fn step(tx: &Tx<'_>, record: RecordId, (event, days): (E, i64)) -> Result<State, LedgerRefusal> {
    let (by, day) = (later(&counsellor(), days), TODAY + days.days());
    let said = matches!(event, E::Return | E::StoodDown | E::GiveUp);
    let told = Told {
        who: "李医生".to_owned(),
        code: "other".to_owned(),
        detail: if said { "已商定".to_owned() } else { String::new() },
        agreed: Some(day + 3.days()),
        place: "门诊三楼".to_owned(),
        ..Told::on(day)
    };
    let actor = match event {
        E::Delivered
        | E::Accept
        | E::Decline
        | E::Appoint
        | E::Seen
        | E::Outcome
        | E::TakenOver => Actor::Recipient,
        _ => Actor::School,
    };
    match event {
        E::Send => {
            let live = referral::live(tx, CHILD, (CLINIC, "示例医院"), day)?;
            referral::send(tx, &by, record, &live, &told)
        }
        E::Emergency => referral::emergency(tx, &by, record, &danger(), &call()),
        E::WithdrawConsent => referral::withdraw(tx, &by, record, Actor::Guardian, &told),
        _ => referral::act(tx, &by, record, (event, actor), &told),
    }
}

fn facts(school: &School, period: &str, today: Date) -> Facts {
    let period: Period = period.parse().expect("period");
    let span = Span::of(period, &school.calendar).expect("span");
    let read = school.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        Facts::of_period(tx, &profile, span, today)
    });
    read.unwrap_or_else(|error| panic!("{error}"))
}

/// The cells of a count above zero, once the year is over.
pub(crate) fn counted(school: &School, id: &str, period: &str) -> BTreeMap<String, u64> {
    let facts = facts(school, period, date(2026, 8, 1));
    let count = school.catalogue.count(id).expect("count");
    let figures = facts.figures(&school.catalogue, count).expect("figures");
    let cells = figures.cells.iter().enumerate().filter_map(|(place, cell)| {
        let values = figures.block.values_at(place).expect("cell").join(" ");
        cell.value().filter(|value| *value > 0).map(|value| (values, value))
    });
    cells.collect()
}

fn check(school: &School, (id, period): (&str, &str), expected: &[(&str, u64)]) {
    let expected: BTreeMap<String, u64> =
        expected.iter().map(|(values, count)| ((*values).to_owned(), *count)).collect();
    assert_eq!(counted(school, id, period), expected, "{id} {period}");
}

/// A consented referral with its approval, ready to be sent on the first day.
fn consented(urgency: Urgency) -> (School, RecordId) {
    let school = ready();
    let record = opened(&school, urgency);
    consent(&school, CLINIC);
    approved(&school, record);
    go(&school, record, &[(E::AskConsent, 0), (E::ConsentGiven, 0)]);
    (school, record)
}

/// Each stage is entered once, in the week that was told: a paper that is confirmed again is none,
/// and what a recipient says after the end is kept and counted nowhere.
#[test]
fn a_stage_is_counted_as_it_is_entered() {
    let (school, record) = consented(Urgency::Urgent);
    go(&school, record, &[(E::ConsentGiven, 1), (E::Send, 1), (E::Delivered, 4)]);
    let state = go(&school, record, &[(E::WithdrawConsent, 5), (E::Accept, 6)]);
    assert_eq!(state, State::Withdrawn);
    let first = [("consented urgent", 1), ("drafted urgent", 1), ("sent urgent", 1)];
    check(&school, ("ref.events", "2025-W47"), &first);
    check(&school, ("ref.events", "2025-W48"), &[("consent_withdrawn urgent", 1)]);
    check(&school, ("ref.events", "2025-W49"), &[]);
}

/// A later change of the urgency changes no entry that was before it: a draft of a routine one that
/// becomes an emergency stays a routine draft.
#[test]
fn an_entry_keeps_the_urgency_of_its_day() {
    let school = ready();
    let record = opened(&school, Urgency::Routine);
    go(&school, record, &[(E::Emergency, 0), (E::TakenOver, 1)]);
    let expected = [("drafted routine", 1), ("first_seen emergency", 1), ("sent emergency", 1)];
    check(&school, ("ref.events", "2025-W47"), &expected);
}

/// Events and the days between them.
type Acts = [(E, i64)];

/// An answer is due three working days after what was received: Thursday's on Tuesday. It is in
/// time on that day, late the day after, and due of nobody once it was taken back before.
#[test]
fn an_answer_is_due_by_working_days() {
    let cases: [(&'static Acts, u64, u64); 5] = [
        (&[(E::Accept, 5)], 1, 1),
        (&[(E::Decline, 5)], 1, 1),
        (&[(E::Accept, 6)], 1, 0),
        (&[], 1, 0),
        (&[(E::WithdrawConsent, 5)], 0, 0),
    ];
    for (answer, due, ok) in cases {
        let (school, record) = consented(Urgency::Routine);
        go(&school, record, &[(E::Send, 0), (E::Delivered, 0)]);
        go(&school, record, answer);
        check(&school, ("ref.sla_due", "2025-W47"), &[]);
        for (id, count) in [("ref.sla_due", due), ("ref.sla_ok", ok)] {
            let expected: &[_] = if count > 0 { &[("routine", count)] } else { &[] };
            check(&school, (id, "2025-W48"), expected);
        }
        // What is due today is no duty yet, and none that was missed.
        let running = facts(&school, "2025-W48", date(2025, 11, 25));
        let count = school.catalogue.count("ref.sla_due").expect("count");
        let cells = running.figures(&school.catalogue, count).expect("figures").cells;
        assert!(cells.iter().all(|cell| *cell == Cell::Value(0)));
    }
}

/// Every use of the emergency path counts where its 24 hours end, also one that was stood down;
/// told in time is a written notice by that day.
#[test]
fn an_emergency_counts_where_its_notice_is_due() {
    for (noticed, told) in [(Some(1), 1), (Some(2), 0), (None, 0)] {
        let school = ready();
        let record = opened(&school, Urgency::Emergency);
        go(&school, record, &[(E::Emergency, 0), (E::StoodDown, 0)]);
        if let Some(days) = noticed {
            let (by, day) = (later(&counsellor(), days), TODAY + days.days());
            run(&school, move |tx| referral::note_notice(tx, &by, record, day)).expect("noted");
        }
        check(&school, ("ref.emergency", "2025-W47"), &[("junior", 1)]);
        let expected: &[_] = if told > 0 { &[("junior", told)] } else { &[] };
        check(&school, ("ref.emergency_told", "2025-W47"), expected);
        // It asks nobody for an answer, and was sent nowhere in the end.
        check(&school, ("ref.sla_due", "2025S1"), &[]);
        check(&school, ("ref.cohort", "2025-11"), &[]);
    }
}

/// What was sent in a month is told once its ninety days are over, by every stage that it had
/// entered by then; what came later is not in it.
#[test]
fn a_cohort_is_told_after_ninety_days() {
    let (school, record) = consented(Urgency::Routine);
    go(&school, record, &[(E::Send, 0), (E::Delivered, 0), (E::Accept, 1), (E::Appoint, 2)]);
    go(&school, record, &[(E::Seen, 12), (E::Outcome, 90), (E::Return, 91)]);
    let stages =
        ["accepted", "appointed", "consented", "drafted", "first_seen", "outcome_in", "sent"];
    let expected: Vec<_> = stages.into_iter().map(|stage| (stage, 1)).collect();
    check(&school, ("ref.cohort", "2025-11"), &expected);
    check(&school, ("ref.waits", "2025-11"), &[("d8_14 routine", 1)]);
    check(&school, ("ref.cohort", "2025-12"), &[]);
    for (today, is_told) in [(date(2026, 2, 28), false), (date(2026, 3, 1), true)] {
        let facts = facts(&school, "2025-11", today);
        for id in ["ref.cohort", "ref.waits"] {
            let count = school.catalogue.count(id).expect("count");
            let cells = facts.figures(&school.catalogue, count).expect("figures").cells;
            let is_blank = cells.iter().all(|cell| *cell == Cell::NotReported);
            assert_eq!(is_blank, !is_told, "{id} {today}");
        }
    }
}

/// A child who is back is in the count until the referral is closed, and out of it with whoever
/// leaves the school; what was entered in error is no cohort.
#[test]
fn a_child_is_back_until_the_referral_is_closed() {
    let (school, record) = consented(Urgency::Routine);
    go(&school, record, &[(E::Send, 0), (E::Delivered, 0), (E::Accept, 0), (E::Appoint, 0)]);
    go(&school, record, &[(E::Seen, 1), (E::Outcome, 2), (E::Return, 3)]);
    check(&school, ("ref.return_open", "2025S1"), &[("junior", 1)]);
    go(&school, record, &[(E::Relapse, 30)]);
    check(&school, ("ref.return_open", "2025S1"), &[]);
    check(&school, ("ref.events", "2025-W51"), &[("closed routine", 1), ("drafted routine", 1)]);
    let (school, record) = consented(Urgency::Routine);
    go(&school, record, &[(E::Send, 0), (E::WrongPerson, 1)]);
    check(&school, ("ref.cohort", "2025-11"), &[]);
}

/// "Why 1?" names the act behind an entry to whom may read referrals and to nobody else, and a
/// sealed report tells the same events by urgency and stage.
#[test]
fn the_act_behind_a_figure_is_named_and_sealed() {
    let (school, record) = consented(Urgency::Routine);
    go(&school, record, &[(E::Send, 0)]);
    school.begin_work();
    let why = |by: Author| {
        let (catalogue, facts) = (school.catalogue.clone(), facts(&school, "2025-W47", TODAY));
        let count = catalogue.count("ref.events").expect("count").clone();
        let found = school.ledger.write("explain", move |tx| {
            explain(tx, (&facts, &catalogue), &count, &["sent", "routine"], &by)
        });
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        let lines = found.lines.iter().map(|line| line.said().0).collect::<Vec<_>>();
        (found.figure, lines, found.hidden)
    };
    let (figure, lines, hidden) = why(counsellor());
    assert_eq!((figure, lines.len(), hidden), (Cell::Value(1), 1, 0));
    assert!(lines[0].starts_with("转介办理第 ") && lines[0].contains("2025-11-20"), "{lines:?}");
    let operator =
        Author::new("it", domain::ledger::SchoolRole::Operator, None, later(&head(), 0).now().0);
    assert_eq!(why(operator), (Cell::Value(1), Vec::new(), 1));
    let facts = facts(&school, "2025-W47", date(2025, 12, 1));
    let tables = domain::disclosure::sealed::SealedTables::of(&school.catalogue);
    let table = tables.table("sealed.ref.events").expect("table");
    let (counted, _) = table.counted_by(&school.catalogue).expect("counted");
    let events = facts.sealed_events((&school.catalogue, table), Some(&counted));
    let events = events.expect("events").expect("told");
    let cells: Vec<String> = events
        .iter()
        .map(|event| table.block().values_at(event.place.expect("own")).expect("cell").join(" "))
        .collect();
    assert_eq!(cells.len(), 3, "{cells:?}");
    assert!(cells.contains(&"sent routine junior".to_owned()), "{cells:?}");
    let kinds: Vec<_> = events.iter().map(|event| event.behind.area()).collect();
    assert!(kinds.iter().all(|area| *area == Kind::Referral.area()));
    assert!(events.iter().any(|event| matches!(
        event.behind,
        Behind::Entry { kind: Kind::Referral, record: found, .. } if found == record.0
    )));
}
