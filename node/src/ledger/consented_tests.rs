//! Which sheets count: the families' last word, its days, and what a leaving ends.

use domain::ledger::consent::{Answer, DataClass, Method, NoConsent, Purpose};
use domain::ledger::terms::TransferKind;
use domain::scale::Outcome;
use jiff::civil::{Date, date};

use super::consent::{self, Consent};
use super::entry::Words;
use super::guard_tests::{CHILD, counsellor, head, run};
use super::notice;
use super::refusal::LedgerRefusal;
use super::roll_change::{self, Arrival, Leaving};
use super::testing::{self, AS_OF, School, TODAY, TestPupil, sheet_cells};
use super::write;
use crate::import::value::{Grade, Sex, StudentNumber};
use crate::screening::census::census;

/// Day of the sheet; the census day is the 7th of November.
const TESTED: &str = "2025-10-20";
const LEFT: Date = date(2025, 10, 12);
const BACK: Date = date(2025, 10, 14);

fn school(roster: &'static str) -> School {
    let school = School::new();
    let first = TestPupil { consent: roster, ..TestPupil::new(0) };
    school.roster(&[first, TestPupil::new(1)], AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    school
}

fn sheet(school: &School) {
    let row = (TestPupil::new(0), TESTED, sheet_cells(0, "0"));
    school.answers(&[row]).expect("answers");
}

fn slip(answer: Answer, day: Date, (from, to): (Date, Date)) -> Consent {
    Consent { valid_from: from, ..testing::slip(CHILD, answer, day, to) }
}

fn yes(day: Date) -> Consent {
    slip(Answer::Given, day, (day, date(2026, 2, 20)))
}

fn no(day: Date) -> Consent {
    slip(Answer::Refused, day, (day, date(2026, 2, 20)))
}

fn enter(school: &School, papers: Vec<Consent>) {
    let done = run(school, move |tx| {
        papers.iter().try_for_each(|paper| write::add(tx, &counsellor(), paper).map(drop))
    });
    done.expect("entered");
}

/// How the child counts on the census day.
fn outcome(school: &School) -> Outcome {
    let term = school.term();
    let counted = school.ledger.read(move |tx| census(tx, &term)).expect("census");
    let counted = counted.expect("a campaign");
    counted.iter().find(|one| one.pupil.id == CHILD.0).expect("on the roll").outcome
}

/// How the child counts with this in the roster's column and these papers.
fn counted(roster: &'static str, papers: Vec<Consent>) -> Outcome {
    let school = school(roster);
    enter(&school, papers);
    sheet(&school);
    outcome(&school)
}

/// A paper counts between its own days: not after it has run out, not before it begins, and no
/// longer than half a year; a sheet of its days counts after it has run out too.
#[test]
fn a_yes_counts_between_its_own_days() {
    let on = |from, to| counted("", vec![slip(Answer::Given, date(2025, 9, 1), (from, to))]);
    let (first, last) = (date(2025, 9, 1), date(2025, 10, 31));
    assert_eq!(on(first, last), Outcome::Negative, "it ran out after the sheet");
    assert_eq!(on(first, date(2025, 10, 15)), Outcome::NotReached, "before the sheet");
    assert_eq!(on(date(2025, 11, 10), date(2026, 2, 1)), Outcome::NotReached, "for later");
    assert_eq!(on(date(2025, 11, 3), date(2026, 2, 1)), Outcome::Negative, "by the census day");
    let long = slip(Answer::Given, date(2025, 4, 1), (date(2025, 4, 1), date(2026, 4, 1)));
    assert_eq!(counted("", vec![long]), Outcome::NotReached, "half a year is over");
    // What runs out is the last word: the roster's older yes is not called back by it.
    let short = slip(Answer::Given, date(2025, 9, 20), (date(2025, 9, 20), date(2025, 10, 15)));
    assert_eq!(counted("是", vec![short]), Outcome::NotReached);
    // Nor is anything else agreed to by a paper that had run out when it was signed.
    let signed = slip(Answer::Given, date(2025, 11, 3), (date(2025, 9, 1), date(2025, 10, 31)));
    assert_eq!(counted("", vec![signed.clone()]), Outcome::NotReached);
    assert_eq!(counted("是", vec![signed]), Outcome::NotReached);
    let later = slip(Answer::Given, date(2025, 11, 1), (date(2025, 11, 20), date(2026, 2, 1)));
    assert_eq!(counted("是", vec![later]), Outcome::Negative, "one for later ends none for now");
}

/// The last word decides on whatever it came; what is no consent lifts no refusal, and nothing of
/// what was agreed before stands beside it.
#[test]
fn the_last_word_decides() {
    let (early, late) = (date(2025, 9, 10), date(2025, 10, 1));
    let spoken = |day| Consent { method: Method::Oral, ..yes(day) };
    for (roster, papers, expected) in [
        ("是", vec![], Outcome::Negative),
        ("", vec![], Outcome::NotReached),
        ("否", vec![], Outcome::Refused),
        ("", vec![yes(early)], Outcome::Negative),
        ("是", vec![no(late)], Outcome::Refused),
        ("是", vec![no(early)], Outcome::Negative),
        ("否", vec![yes(late)], Outcome::Negative),
        ("否", vec![yes(early)], Outcome::Refused),
        ("否", vec![spoken(late)], Outcome::Refused),
        ("", vec![spoken(late)], Outcome::NotReached),
        ("", vec![yes(early), spoken(late)], Outcome::NotReached),
        ("", vec![spoken(early), yes(late)], Outcome::Negative),
        ("", vec![yes(early), slip(Answer::Asked, late, (late, late))], Outcome::Negative),
    ] {
        let papers_told = papers.len();
        assert_eq!(counted(roster, papers), expected, "{roster} and {papers_told} papers");
    }
}

/// A no that waits beside another change of the same paper is heard by figures at once.
#[test]
fn a_no_that_waits_beside_is_heard() {
    let school = school("");
    sheet(&school);
    let given = yes(date(2025, 9, 10));
    let said = run(&school, move |tx| {
        let record = write::add(tx, &counsellor(), &given)?;
        let named = Consent { witness: "李老师".to_owned(), ..given.clone() };
        write::update(tx, &counsellor(), (record, 1), &named)?;
        let (answer, withdrawn) = (Answer::Withdrawn, Some(TODAY));
        let beside = Consent { answer, withdrawn, ..given };
        write::update(tx, &head(), (record, 1), &beside).map(drop)
    });
    said.expect("written");
    assert_eq!(outcome(&school), Outcome::Refused);
}

/// A family that refused on paper and agreed in a later roster can withdraw, once.
#[test]
fn a_later_yes_of_the_roster_can_be_withdrawn() {
    let school = school("是");
    enter(&school, vec![no(date(2025, 9, 10))]);
    sheet(&school);
    assert_eq!(outcome(&school), Outcome::Negative, "the roster's is the later one");
    let withdraw = || {
        run(&school, |tx| {
            let who = head().because("母亲来电");
            notice::withdraw(tx, &who, CHILD, (Purpose::Screening, ""))
        })
    };
    withdraw().expect("withdrawn");
    assert_eq!(outcome(&school), Outcome::Refused);
    assert!(matches!(withdraw(), Err(LedgerRefusal::NotWaiting)));
}

/// What nobody agreed to is not withdrawn: the roster says no or nothing, and there is no paper.
#[test]
fn only_a_yes_is_withdrawn() {
    let withdraw = |roster| {
        let school = school(roster);
        let done = run(&school, |tx| {
            let who = head().because("母亲来电");
            notice::withdraw(tx, &who, CHILD, (Purpose::Screening, "")).map(drop)
        });
        (done, school.rows("consent"))
    };
    assert!(matches!(withdraw("否"), (Err(LedgerRefusal::NotWaiting), 0)));
    assert!(matches!(withdraw(""), (Err(LedgerRefusal::Unknown), 0)));
    assert!(matches!(withdraw("是"), (Ok(()), 1)));
}

fn leave_and_return(school: &School) {
    let leaving =
        Leaving { day: LEFT, how: TransferKind::Out, other_school: String::new(), consent: None };
    let arrival = Arrival {
        day: BACK,
        number: StudentNumber::parse(&TestPupil::new(0).number()).expect("number"),
        name: "张某某".into(),
        sex: Sex::Male,
        birth_date: None,
        grade: Grade::from_code("g7").expect("grade"),
        class: "1班".into(),
        other_school: String::new(),
    };
    let done = run(school, move |tx| {
        roll_change::leave(tx, &head(), CHILD, &leaving)?;
        roll_change::arrive(tx, &head(), &arrival)
    });
    assert!(done.expect("back") == CHILD);
}

/// How a child counts who left and came back, with these papers and a sheet of after the return.
fn returned(roster: &'static str, papers: Vec<Consent>) -> Outcome {
    let school = school(roster);
    enter(&school, papers);
    leave_and_return(&school);
    sheet(&school);
    outcome(&school)
}

/// A yes does not come back with a student, neither the roster's nor a paper's; a no stays until
/// the family says otherwise, and what was signed for the return counts.
#[test]
fn a_yes_does_not_come_back_with_a_student() {
    let before = date(2025, 9, 10);
    assert_eq!(returned("是", vec![]), Outcome::NotReached);
    assert_eq!(returned("", vec![yes(before)]), Outcome::NotReached);
    assert_eq!(returned("是", vec![no(date(2025, 9, 20))]), Outcome::Refused);
    assert_eq!(returned("否", vec![]), Outcome::Refused);
    assert_eq!(returned("", vec![yes(before), yes(date(2025, 10, 13))]), Outcome::Negative);
    assert_eq!(returned("否", vec![yes(date(2025, 10, 15))]), Outcome::Negative);
}

/// A roster that was taken back is no leaving: what the family signed after the return stands.
#[test]
fn a_roster_that_was_taken_back_ends_no_consent() {
    let school = school("");
    leave_and_return(&school);
    enter(&school, vec![yes(date(2025, 10, 15))]);
    let wrong = school.roster(&[TestPupil::new(1)], date(2025, 10, 17));
    let batch = wrong.batch.expect("batch");
    let undone = run(&school, move |tx| {
        super::import_undo::roster(tx, &head().because("导错了文件"), batch)
    });
    assert_eq!(undone.expect("undone").restored, 1);
    sheet(&school);
    assert_eq!(outcome(&school), Outcome::Negative);
}

/// Whom a wrong roster had for days before the coming that a person entered was never away: what
/// takes that roster back is no leaving, and a consent from before the coming stands. Nor was
/// anybody away whom only a file had brought by mistake.
#[test]
fn nobody_leaves_by_the_undo_of_a_roster_from_before_the_coming() {
    let school = school("");
    let arrival = |n: u32| Arrival {
        day: BACK,
        number: StudentNumber::parse(&TestPupil::new(n).number()).expect("number"),
        name: "张某某".into(),
        sex: Sex::Male,
        birth_date: None,
        grade: Grade::from_code("g7").expect("grade"),
        class: "1班".into(),
        other_school: String::new(),
    };
    let undo = |school: &School, batch| {
        let undone = run(school, move |tx| {
            super::import_undo::roster(tx, &head().because("导错了文件"), batch)
        });
        undone.expect("undone");
    };
    let pupils = |more: &[TestPupil]| [&[TestPupil::new(0), TestPupil::new(1)], more].concat();
    let brought = school.roster(&pupils(&[TestPupil::new(3)]), date(2025, 10, 11)).batch;
    undo(&school, brought.expect("batch"));
    let came = [arrival(2), arrival(3)].map(|arrival| {
        run(&school, move |tx| roll_change::arrive(tx, &head(), &arrival)).expect("came")
    });
    for student in came {
        let day = date(2025, 9, 10);
        let paper = testing::slip(student, Answer::Given, day, date(2026, 2, 20));
        run(&school, move |tx| write::add(tx, &counsellor(), &paper)).expect("slip");
    }
    // A file has them now, so one for an earlier day is no longer held against a person's word.
    let named = |grade| pupils(&[2, 3].map(|n| TestPupil { grade, ..TestPupil::new(n) }));
    school.roster(&named("八年级"), date(2025, 10, 16));
    let wrong = school.roster(&named("九年级"), date(2025, 9, 20)).batch;
    undo(&school, wrong.expect("batch"));
    for student in came {
        let family = school.ledger.read(move |tx| super::consented::of(tx, student));
        let on = family.expect("family").on(date(2025, 10, 20));
        assert!(on == crate::import::value::Consent::Given, "{}", student.0);
    }
}

/// What was agreed in an earlier stay still covers the days of that stay.
#[test]
fn a_return_leaves_the_days_before_it_as_they_were() {
    let school = school("是");
    let on = |day: Date| {
        let family = school.ledger.read(|tx| super::consented::of(tx, CHILD)).expect("family");
        family.on(day)
    };
    use crate::import::value::Consent::{Given, Unknown};
    let days = [date(2025, 10, 1), date(2025, 10, 20)];
    assert!(days.map(on) == [Given, Given]);
    leave_and_return(&school);
    assert!(days.map(on) == [Given, Unknown]);
}

/// Nor does a consent to pass something on come back, and the refusal says why.
#[test]
fn no_consent_to_another_purpose_comes_back() {
    let school = school("是");
    let to_clinic = |day: Date| Consent {
        purpose: Purpose::Referral,
        classes: Words::new([DataClass::Reason]),
        recipient: "CLINIC1".to_owned(),
        recipient_name: "市第一医院".to_owned(),
        ..yes(day)
    };
    let stands = || {
        run(&school, |tx| {
            let wanted = (Purpose::Referral, "CLINIC1");
            consent::standing(tx, CHILD, wanted, &[DataClass::Reason], TODAY).map(drop)
        })
    };
    enter(&school, vec![to_clinic(date(2025, 9, 10))]);
    assert!(stands().is_ok());
    leave_and_return(&school);
    assert!(matches!(stands(), Err(LedgerRefusal::Consent(NoConsent::Left))));
    enter(&school, vec![to_clinic(date(2025, 10, 16))]);
    assert!(stands().is_ok());
}

/// The roster's yes is a yes for the school year in which it was given; a sheet of that year counts
/// on a later day too.
#[test]
fn the_roster_s_yes_ends_with_its_school_year() {
    let school = school("是");
    let family = school.ledger.read(|tx| super::consented::of(tx, CHILD)).expect("family");
    use crate::import::value::Consent::{Given, Unknown};
    let (last, after) = (date(2026, 8, 31), date(2026, 9, 1));
    assert!([date(2025, 9, 17), last, after].map(|day| family.on(day)) == [Given, Given, Unknown]);
    assert!(family.covers(last, after) == Given && family.covers(after, after) == Unknown);
    let stand = family.stands_on(after).expect("it said something");
    assert_eq!((stand.why, stand.can_withdraw), (Some(NoConsent::Expired), false));
    // What is said in August is said for the year that begins.
    let august = super::consented::Family::trial(Given, date(2025, 8, 20));
    assert!(august.on(date(2026, 5, 1)) == Given);
}

/// Whose signature is needed is asked of the day on which a paper is used, by figures and by the
/// consent ledger alike.
#[test]
fn the_age_of_the_day_of_use_decides_who_signs() {
    let school = school("");
    use crate::import::value::Consent::{Given, Unknown};
    let (before, birthday) = (date(2025, 11, 18), date(2025, 11, 19));
    for (n, born, by_student, expected) in [
        (7, date(2011, 11, 19), false, [Given, Unknown]),
        (8, date(2007, 11, 19), true, [Unknown, Given]),
    ] {
        let arrival = Arrival {
            day: BACK,
            number: StudentNumber::parse(&TestPupil::new(n).number()).expect("number"),
            name: "张某某".into(),
            sex: Sex::Male,
            birth_date: Some(born),
            grade: Grade::from_code("g7").expect("grade"),
            class: "1班".into(),
            other_school: String::new(),
        };
        let found = run(&school, move |tx| {
            let student = roll_change::arrive(tx, &head(), &arrival)?;
            let day = date(2025, 11, 3);
            let signed = testing::slip(student, Answer::Given, day, date(2026, 2, 20));
            let paper = match by_student {
                true => Consent { guardian_signed: None, relation: None, ..signed },
                false => Consent { student_signed: None, ..signed },
            };
            write::add(tx, &counsellor(), &paper)?;
            let family = super::consented::of(tx, student)?;
            let wanted = (Purpose::Screening, "");
            let stands = [before, birthday].map(|day| {
                consent::standing(tx, student, wanted, &[DataClass::Answers], day).is_ok()
            });
            let why = [before, birthday].map(|day| family.stands_on(day).and_then(|s| s.why));
            Ok(([before, birthday].map(|day| family.on(day)), stands, why))
        });
        let (on, stands, why) = found.expect("read");
        assert!(on == expected, "{n}");
        assert_eq!(stands, expected.map(|one| one == Given), "one answer, {n}");
        let missing = Some(NoConsent::Signature);
        assert_eq!(why, expected.map(|one| (one == Unknown).then_some(missing).flatten()), "{n}");
    }
}
