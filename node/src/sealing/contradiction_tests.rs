//! Facts about rules that sealed figures break: they are told before the slot and after it, with
//! the records behind them, and what leaves is the same in number, length and morning.

use std::collections::BTreeSet;

use domain::period::Period;
use domain::span::Span;
use jiff::civil::{Date, date};

use super::contradiction::watched;
use super::testing::Hubs;
use super::tests::{open_case, registered, report, school, seal, sealed, week};
use super::{Context, Made, absences};
use crate::indicator::{Facts, contradictions};
use crate::ledger::hold::{self, Act};
use crate::ledger::profile;
use crate::ledger::sealed::SealYears;
use crate::ledger::sealed_absent::Absent;
use crate::ledger::testing::{NOW_MS, PERIOD, School, TODAY};
use crate::release::{self, ReleaseError};

/// The week of the move that does not begin where its case stood.
const WEEK: &str = "2025-W47";

/// A school with one case, of which a move does not begin where it stood, as only a damaged ledger
/// can hold one; and the number of that move.
fn damaged() -> (School, i64) {
    let school = school();
    let case = open_case(&school, 1, date(2025, 11, 5));
    let bad = school.danger_insert_move(case.0);
    (school, bad)
}

/// The same with its case alone.
fn sound() -> School {
    let school = school();
    open_case(&school, 1, date(2025, 11, 5));
    school
}

fn look(school: &School, context: &Context, counted: &[Period]) -> Vec<Absent> {
    let context = context.clone();
    let counted: BTreeSet<Period> = counted.iter().copied().collect();
    school.ledger.read(move |tx| watched(tx, &context, &counted)).expect("looked")
}

/// What of a week was sealed: each table with the lengths of its report's parts.
fn shape(school: &School, made: &[Made]) -> Vec<(String, [usize; 3])> {
    let table = |made: &Made| match made {
        Made::Sealed { table, .. } => Some(table.to_string()),
        _ => None,
    };
    let shape = |table: String| {
        let report = report(school, &table, WEEK);
        let parts = [&report.leader_half, &report.helper_half, &report.public];
        (table, parts.map(Vec::len))
    };
    made.iter().filter_map(table).map(shape).collect()
}

/// The Monday before the slot tells which records contradict each other and until when they can be
/// put right; in the slot the same reports leave as of a sound school, and people are told on.
#[test]
fn a_broken_rule_is_told_before_its_slot_and_nothing_waits_for_it() {
    let ((school, bad), hubs) = (damaged(), Hubs::new());
    let told = look(&school, &hubs.context(date(2025, 11, 24)), &[]);
    let [monday] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((monday.period.as_str(), monday.is_contradiction()), (WEEK, true));
    assert!(monday.tables > Some(1), "{monday:?}");
    for said in [format!("级别变动第 {bad} 号（2025-11-20）"), "在 2025-11-25 早上六点".to_owned()]
    {
        assert!(monday.zh.contains(&said), "{}", monday.zh);
    }
    assert!(monday.en.contains(&format!("no. {bad} (2025-11-20)")), "{}", monday.en);
    assert!(monday.en.contains("release hold 2025-W47"), "{}", monday.en);
    let context = hubs.context(date(2025, 11, 25));
    let (made, other) = (seal(&school, &context, week(WEEK)), sound());
    let like = seal(&other, &context, week(WEEK));
    assert!(sealed(&made) > 0);
    assert_eq!(shape(&school, &made), shape(&other, &like));
    let told = absences(week(WEEK), &Ok(made));
    let found = told.iter().find(|one| one.is_contradiction()).expect("told");
    assert!(found.zh.contains(&format!("第 {bad} 号")) && found.zh.contains("不能撤回"));
    assert_eq!(look(&school, &context, &[week(WEEK)]), [], "told by what was just counted");
    let later = look(&school, &hubs.context(date(2025, 11, 27)), &[]);
    assert_eq!(later.first().map(|one| &one.zh), Some(&found.zh), "and on, until it is mended");
}

/// Right figures say nothing: not before the slot, not when they are sealed, not of a term.
#[test]
fn right_figures_raise_nothing() {
    let (school, hubs) = (sound(), Hubs::new());
    assert_eq!(look(&school, &hubs.context(date(2025, 11, 24)), &[]), []);
    let context = hubs.context(date(2025, 11, 25));
    for period in [week(WEEK), PERIOD] {
        let made = seal(&school, &context, period);
        assert!(sealed(&made) > 0, "{period}");
        assert!(!made.iter().any(|one| matches!(one, Made::Contradicted(_))), "{made:?}");
        assert!(!absences(period, &Ok(made)).iter().any(Absent::is_contradiction), "{period}");
    }
    assert_eq!(look(&school, &context, &[]), []);
}

/// Who holds the week has time: it stays told as what waits, and is sealed once the hold is lifted.
#[test]
fn a_held_week_stays_told() {
    let ((school, bad), hubs) = (damaged(), Hubs::new());
    let act = || Act {
        period: WEEK.to_owned(),
        author: "principal".into(),
        reason: "核对".into(),
        at_ms: NOW_MS,
    };
    let held = act();
    school.ledger.write("hold", move |tx| hold::hold(tx, &held)).expect("held");
    let context = hubs.context(date(2025, 11, 26));
    let told = look(&school, &context, &[]);
    let [waits] = told.as_slice() else { panic!("{told:?}") };
    assert!(waits.zh.contains(&format!("第 {bad} 号")) && waits.zh.contains("还没有密封"));
    assert!(registered(&school, "sealed.alt.tier_up", WEEK).is_none());
    let lifted = act();
    school.ledger.write("lift", move |tx| hold::lift(tx, &lifted)).expect("lifted");
    assert!(sealed(&seal(&school, &context, week(WEEK))) > 0);
}

/// A clear sheet of the same school does not wait either: that it is missing would say as much as a
/// missing report. Where all counts leave in the same tables a broken rule stops them.
#[test]
fn clear_sheets_do_not_wait_for_what_is_sealed() {
    let (school, _) = damaged();
    let open = school.context();
    let stopped = release::prepare(&school.ledger, &open, PERIOD);
    assert!(matches!(stopped, Err(ReleaseError::Identity(_))), "{stopped:?}");
    let years = BTreeSet::from([2025]);
    let sealed_years = SealYears { planned: years.clone(), ever: years };
    let under_seal = release::Context { sealed_years, ..open };
    let prepared = release::prepare(&school.ledger, &under_seal, PERIOD).expect("clear sheets");
    assert!(prepared.new_ones() > 0);
}

/// A rule is told of the tables that it is about: emergencies do not hang on moves of cases, nor
/// what was counted before the move.
#[test]
fn a_rule_is_told_of_its_own_tables_alone() {
    let (school, _) = damaged();
    let catalogue = school.catalogue.clone();
    let from: Date = date(2025, 11, 17);
    let span = Span::of(week(WEEK), &school.calendar).expect("week");
    let broken = school.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        let facts = Facts::of_period(tx, &profile, span, TODAY)?;
        let of = |count: &str, until: Date| {
            let asked = BTreeSet::from([count.to_owned()]);
            contradictions(&catalogue, &facts, (&asked, until)).map(|found| found.len())
        };
        let (tier_up, emergency) = (of("alt.tier_up", TODAY)?, of("ref.emergency", TODAY)?);
        Ok::<_, crate::indicator::IndicatorError>((tier_up, emergency, of("alt.tier_up", from)?))
    });
    assert_eq!(broken.expect("read"), (1, 0, 0));
}
