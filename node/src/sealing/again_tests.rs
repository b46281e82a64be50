//! A report that was refused for good is sealed once more where a person asks for it, and only
//! then.

use domain::disclosure::sealed::Answer;
use domain::period::Period;
use jiff::civil::date;

use super::testing::Hubs;
use super::tests::{
    OPENED, SOURCES, open_case, registered, school, seal, sealed, told, verdict_on, week,
};
use super::verdict::{Taken, take};
use super::{Context, Made, VerdictError};
use crate::ledger::testing::School;

const UNIT: &str = "F370202004J01";

/// Seals what a person asks to have sealed again.
fn by_hand(school: &School, context: &Context, (table, period): (&str, Period)) -> Vec<Made> {
    let again = Some((table.parse().expect("table"), period));
    seal(school, &Context { again, ..context.clone() }, period)
}

fn refuse(school: &School, hubs: &Hubs, context: &Context, code: &str) {
    refuse_of(school, hubs, context, (OPENED, code));
}

fn refuse_of(school: &School, hubs: &Hubs, context: &Context, (table, code): (&str, &str)) {
    let last = registered(school, table, "2025-W45").expect("sealed");
    let refusal = hubs.verdict(&verdict_on(&last, UNIT, Some(code)), &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, context, &refusal).expect("taken"), Taken::News);
}

/// One wrong word of one hub refuses a true report for good. The school has it sealed again by
/// hand, under the next number, as often as a hub errs; it tells each event once, and an accepted
/// one stays.
#[test]
fn a_person_has_a_refused_report_sealed_again() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 11));
    seal(&school, &context, week("2025-W45"));
    let first = registered(&school, OPENED, "2025-W45").expect("first");
    assert_eq!(sealed(&by_hand(&school, &context, (OPENED, week("2025-W45")))), 0, "it is open");
    for (times, code) in ["proof", "control_sum", "enrolment"].into_iter().enumerate() {
        refuse(&school, &hubs, &context, code);
        assert_eq!(sealed(&seal(&school, &context, week("2025-W45"))), 0, "not by itself");
        let other = by_hand(&school, &context, ("sealed.alt.closed", week("2025-W45")));
        assert_eq!(sealed(&other), 0, "another table was not refused");
        assert_eq!(sealed(&by_hand(&school, &context, (OPENED, week("2025-W45")))), 1, "{code}");
        let next = registered(&school, OPENED, "2025-W45").expect("next");
        let expected = first.number.value() + u32::try_from(times).expect("few") + 1;
        assert_eq!((next.number.value(), next.task), (expected, first.task.clone()));
        assert_eq!(told(&hubs, &school, "2025-W45"), 1);
    }
    // What the next week told meanwhile is told by it alone.
    let later = hubs.context(date(2025, 11, 18));
    seal(&school, &later, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 0);
    let last = registered(&school, OPENED, "2025-W45").expect("last");
    let accepted = hubs.verdict(&verdict_on(&last, UNIT, None), &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, &later, &accepted).expect("taken"), Taken::News);
    assert_eq!(sealed(&by_hand(&school, &later, (OPENED, week("2025-W45")))), 0);
    let kept = registered(&school, OPENED, "2025-W45").expect("kept").verdict.expect("verdict");
    assert_eq!(kept.answer, Answer::Accepted);
}

/// A week that one hub alone refuses is not told again, since both may have counted it: the report
/// stays open, and the word of both is taken when it comes.
#[test]
fn one_hub_s_refusal_changes_nothing() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, week("2025-W45"));
    let sealed = registered(&school, OPENED, "2025-W45").expect("sealed");
    for code in ["opened_without", "proof", "bad_signature", "year_closed"] {
        for alone in [0, 1] {
            let refusal = hubs.verdict(&verdict_on(&sealed, UNIT, Some(code)), &[alone]);
            let taken = take(&school.ledger, &hubs.trust, &context, &refusal);
            assert!(matches!(taken, Err(VerdictError::Signature)), "{code} {alone}");
        }
    }
    seal(&school, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 0, "it is told once");
    let accepted = hubs.verdict(&verdict_on(&sealed, UNIT, None), &[0, 1]);
    assert_eq!(take(&school.ledger, &hubs.trust, &context, &accepted).expect("taken"), Taken::News);
}

/// What a later week told after the refusal is not told a second time by the report that takes the
/// refused one's place; and what only time or other documents change is not sealed by hand.
#[test]
fn what_was_told_meanwhile_is_told_once() {
    let (school, hubs) = (school(), Hubs::new());
    open_case(&school, 1, date(2025, 11, 5));
    let context = hubs.context(date(2025, 11, 18));
    seal(&school, &context, week("2025-W45"));
    refuse(&school, &hubs, &context, "proof");
    refuse_of(&school, &hubs, &context, (SOURCES, "proof"));
    seal(&school, &context, week("2025-W46"));
    assert_eq!(told(&hubs, &school, "2025-W46"), 1);
    // The table that counts the same cases was refused as well, and goes with it.
    assert_eq!(sealed(&by_hand(&school, &context, (OPENED, week("2025-W45")))), 2);
    assert_eq!(told(&hubs, &school, "2025-W45"), 0);
    for code in ["other_task", "year_closed", "opened_without", "key_late", "other_report"] {
        refuse(&school, &hubs, &context, code);
        assert_eq!(sealed(&by_hand(&school, &context, (OPENED, week("2025-W45")))), 0, "{code}");
        // The next code is about a report of its own.
        school.danger_forget_verdicts();
    }
}
