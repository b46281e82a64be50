//! Anonymous surveys: a slip counts once, nothing of one person is kept, small groups are joined.

use domain::ledger::SchoolRole;
use domain::survey::GROUP_MIN;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::author::Author;
use super::entry::StaffId;
use super::guard_tests::{counsellor, head};
use super::refusal::LedgerRefusal;
use super::survey::{self, Draft, Slip, SurveyError};
use super::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil};
use crate::import::value::Grade;

const QUESTIONS: &str = "你喜欢上学吗？\n- 喜欢\n- 不喜欢\n每天睡几个小时？\n- 不到 7\n- 7 以上\n";

/// Thirty students of grade 7, ten of grade 8, twenty of grade 9.
pub(crate) fn school() -> School {
    let school = School::new();
    let grade = |number| match number {
        0..30 => "七年级",
        30..40 => "八年级",
        _ => "九年级",
    };
    let pupil = |number| TestPupil { grade: grade(number), ..TestPupil::new(number) };
    school.roster(&(0..60).map(pupil).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    school
}

fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, SurveyError> + Send + 'static,
) -> Result<T, SurveyError> {
    school.ledger.write("test", work)
}

fn draft() -> Draft<'static> {
    Draft { title: "上学情况", questions: QUESTIONS, least: GROUP_MIN, until: TODAY }
}

fn grade(code: &str) -> Grade {
    Grade::from_code(code).expect("grade")
}

/// Some people of a grade answer alike.
fn answer(tx: &Tx<'_>, survey: i64, code: &str, people: u32) -> Result<(), SurveyError> {
    for slip in survey::draw(tx, &counsellor(), survey, (grade(code), people))? {
        let taken =
            survey::answer(tx, &survey::digest_of(&slip), |_| Ok(vec![Some(0), None]), TODAY)?;
        assert!(matches!(taken, Some(Slip::Open(_))));
    }
    Ok(())
}

#[test]
fn a_slip_counts_once() {
    let school = school();
    run(&school, |tx| {
        let id = survey::make(tx, &counsellor(), &draft())?;
        let slips = survey::draw(tx, &counsellor(), id, (grade("g7"), 2))?;
        let code = survey::digest_of(&slips[0]);
        let wrong = survey::answer(tx, &code, |_| Ok(vec![Some(2), None]), TODAY);
        assert!(matches!(wrong, Err(SurveyError::Answers)));
        let wrong = survey::answer(tx, &code, |_| Ok(vec![Some(0)]), TODAY);
        assert!(matches!(wrong, Err(SurveyError::Answers)));
        for opened in [true, false] {
            let taken = survey::answer(tx, &code, |_| Ok(vec![Some(1), Some(0)]), TODAY)?;
            assert_eq!(matches!(taken, Some(Slip::Open(_))), opened);
        }
        assert!(matches!(survey::slip(tx, &code, TODAY)?, Some(Slip::Used)));
        let lines = survey::grades(tx, id)?;
        assert_eq!((lines[0].drawn, lines[0].answered), (2, 1));
        let other = survey::digest_of(&domain::screening::Code::from_random([9; 16]));
        assert!(survey::answer(tx, &other, |_| Ok(vec![None, None]), TODAY)?.is_none());
        Ok(())
    })
    .expect("answers");
}

#[test]
fn only_large_groups_of_a_closed_survey_are_shown() {
    let school = school();
    run(&school, |tx| {
        let id = survey::make(tx, &head(), &draft())?;
        answer(tx, id, "g7", 30)?;
        answer(tx, id, "g8", 3)?;
        answer(tx, id, "g9", 20)?;
        let known = survey::find(tx, &head(), id)?;
        assert!(matches!(survey::shown(tx, &known), Err(SurveyError::Open)));
        survey::close(tx, &counsellor(), id)?;
        assert!(matches!(survey::close(tx, &counsellor(), id), Err(SurveyError::Over)));
        let known = survey::find(tx, &head(), id)?;
        let shown = survey::shown(tx, &known)?;
        // Three of grade 8 are joined with the smaller of the two others.
        assert_eq!(shown.len(), 2);
        assert_eq!(shown[0].grades, [grade("g7")]);
        assert_eq!(shown[0].tallies, [vec![30, 0, 0], vec![0, 0, 30]]);
        assert_eq!((shown[1].grades.len(), shown[1].answered), (2, 23));
        assert_eq!(shown[1].tallies[0], [23, 0, 0]);
        let few = survey::make(tx, &head(), &draft())?;
        answer(tx, few, "g7", GROUP_MIN - 1)?;
        survey::close(tx, &head(), few)?;
        assert_eq!(survey::shown(tx, &survey::find(tx, &head(), few)?)?, []);
        Ok(())
    })
    .expect("shown");
}

/// After the last day or the closing a slip opens nothing, and none are drawn.
#[test]
fn what_is_over_takes_no_answer() {
    let school = school();
    run(&school, |tx| {
        let id = survey::make(tx, &counsellor(), &draft())?;
        let slips = survey::draw(tx, &counsellor(), id, (grade("g7"), 2))?;
        let codes: Vec<_> = slips.iter().map(survey::digest_of).collect();
        let tomorrow: Date = TODAY.tomorrow().expect("day");
        let late = survey::answer(tx, &codes[0], |_| Ok(vec![None, None]), tomorrow)?;
        assert!(matches!(late, Some(Slip::Over)));
        survey::close(tx, &counsellor(), id)?;
        let late = survey::answer(tx, &codes[1], |_| Ok(vec![None, None]), TODAY)?;
        assert!(matches!(late, Some(Slip::Over)));
        let more = survey::draw(tx, &counsellor(), id, (grade("g7"), 1));
        assert!(matches!(more, Err(SurveyError::Over)));
        assert_eq!(survey::grades(tx, id)?[0].answered, 0);
        Ok(())
    })
    .expect("over");
}

/// What cannot be used is refused by name, and only counsellor and moral-education head ask.
#[test]
fn a_draft_is_checked_before_anything_is_kept() {
    let school = school();
    run(&school, |tx| {
        let yesterday = TODAY.yesterday().expect("day");
        for (wrong, is_right) in [
            (Draft { title: " ", ..draft() }, "title"),
            (Draft { questions: "a\n- b", ..draft() }, "questions"),
            (Draft { least: GROUP_MIN - 1, ..draft() }, "least"),
            (Draft { until: yesterday, ..draft() }, "until"),
        ] {
            let refused = survey::make(tx, &counsellor(), &wrong).expect_err("refused");
            let named = match refused {
                SurveyError::Title => "title",
                SurveyError::Questions(_) => "questions",
                SurveyError::Least => "least",
                SurveyError::Until => "until",
                _ => "other",
            };
            assert_eq!(named, is_right);
        }
        for role in [SchoolRole::Principal, SchoolRole::ClassTeacher, SchoolRole::Operator] {
            let other = Author::new("other", role, Some(StaffId(3)), NOW_MS);
            let refused = survey::make(tx, &other, &draft());
            assert!(matches!(refused, Err(SurveyError::Ledger(LedgerRefusal::NotAllowed))));
            let refused = survey::list(tx, &other);
            assert!(matches!(refused, Err(SurveyError::Ledger(LedgerRefusal::NotAllowed))));
        }
        let id = survey::make(tx, &counsellor(), &draft())?;
        // Thirty students have thirty-five slips, in one pile or in several.
        for count in [0, 36] {
            let refused = survey::draw(tx, &counsellor(), id, (grade("g7"), count));
            assert!(matches!(refused, Err(SurveyError::Count)));
        }
        assert_eq!((survey::list(tx, &head())?.len(), survey::grades(tx, id)?.len()), (1, 0));
        Ok(())
    })
    .expect("drafts");
}

/// The database holds counts and used slips: no order, no time and no person of an answer.
#[test]
fn nothing_of_one_answer_is_kept() {
    let school = school();
    let columns = run(&school, |tx| {
        let sql = "select m.name || '.' || c.name from sqlite_schema m, pragma_table_info(m.name) c
                   where m.name in ('survey_code', 'survey_tally') order by 1";
        Ok(tx.query(sql, &[], |row| row.text(0))?)
    });
    assert_eq!(
        columns.expect("columns"),
        [
            "survey_code.digest",
            "survey_code.grade",
            "survey_code.survey",
            "survey_code.used",
            "survey_tally.choice",
            "survey_tally.grade",
            "survey_tally.people",
            "survey_tally.question",
            "survey_tally.survey",
        ]
    );
}
