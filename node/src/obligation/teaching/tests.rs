//! Rules of teaching, over a school with two classes.

use domain::ledger::terms::ActivityTag;
use domain::ledger::words::ParentEventKind;

use super::*;
use crate::ledger::entry::{StaffId, Words};
use crate::ledger::guard_tests::{counsellor, run};
use crate::ledger::testing::{AS_OF, School, TODAY, TestPupil};
use crate::ledger::{profile, write};

fn school() -> School {
    let school = School::new();
    let eighth = |n| TestPupil { grade: "八年级", ..TestPupil::new(n) };
    let pupils: Vec<TestPupil> = (0..3).map(TestPupil::new).chain((3..6).map(eighth)).collect();
    school.roster(&pupils, AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    school
}

fn read(school: &School) -> Teaching {
    let term = school.term();
    run(school, move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        Ok(of(tx, &profile, &term, TODAY)?)
    })
    .expect("read")
}

fn lesson(grade: u8, class: &str, day: Date) -> Lesson {
    Lesson {
        day,
        grade: Grade::school(grade).expect("grade"),
        class: class.to_owned(),
        teacher: StaffId(1),
        topic: "认识情绪".to_owned(),
    }
}

fn activity(what: ActivityKind, class: Option<(u8, &str)>) -> Activity {
    Activity {
        day: TODAY,
        what: Some(what),
        tags: Words::new([ActivityTag::LeaguePioneer]),
        stage: None,
        grade: class.map(|(grade, _)| Grade::school(grade).expect("grade")),
        class: class.map_or_else(String::new, |(_, class)| class.to_owned()),
        title: "珍爱生命".to_owned(),
        leader: None,
    }
}

/// Where no ledger is kept, nothing is said to be missing.
#[test]
fn what_is_not_kept_is_not_told() {
    let teaching = read(&school());
    let stage = &teaching.stages[0];
    assert_eq!((teaching.life, teaching.parents), (Standing::Untold, Standing::Untold));
    assert_eq!((stage.lessons, stage.meetings), (Standing::Untold, Standing::Untold));
    assert_eq!(stage.classes.len(), 2);
}

/// One grade whose classes all have their lessons is enough for its stage; a lesson of the whole
/// grade counts for each of its classes.
#[test]
fn one_grade_with_its_lessons_keeps_the_rule() {
    let school = school();
    let needed = read(&school).lessons_needed;
    assert!(needed > 1, "the term is some weeks old");
    run(&school, move |tx| {
        for back in 1..needed {
            let day =
                TODAY.saturating_sub(jiff::Span::new().days(i64::try_from(back).unwrap_or(1)));
            write::add(tx, &counsellor(), &lesson(7, "1班", day))?;
        }
        Ok(())
    })
    .expect("lessons");
    let stage = &read(&school).stages[0];
    assert_eq!((stage.lessons, stage.grades_met.len()), (Standing::Unmet, 0));
    assert_eq!(stage.classes[0].lessons, needed - 1);
    run(&school, |tx| write::add(tx, &counsellor(), &lesson(7, "", TODAY))).expect("lesson");
    let stage = &read(&school).stages[0];
    assert_eq!(stage.lessons, Standing::Met);
    assert_eq!(stage.grades_met, [Grade::school(7).expect("grade")]);
    assert_eq!(stage.classes[1].lessons, 0, "the eighth grade had none");
}

/// Each class needs a meeting of its own, its grade's or the school's; one event on life is enough
/// for the term, and one event for parents for the school year.
#[test]
fn every_class_has_a_meeting() {
    let school = school();
    run(&school, |tx| {
        let meeting = ActivityKind::ClassMeeting;
        write::add(tx, &counsellor(), &activity(meeting, Some((7, "1班"))))?;
        write::add(tx, &counsellor(), &activity(ActivityKind::LifeEducation, None))?;
        let event = ParentEvent {
            day: TODAY,
            what: ParentEventKind::ParentSchool,
            stage: None,
            title: "考前陪伴".to_owned(),
            attendances: 80,
            leader: None,
        };
        write::add(tx, &counsellor(), &event)
    })
    .expect("written");
    let teaching = read(&school);
    let stage = &teaching.stages[0];
    assert_eq!((teaching.life, teaching.parents), (Standing::Met, Standing::Met));
    assert_eq!((stage.meetings, stage.life, stage.parents), (Standing::Unmet, 1, 1));
    assert_eq!(stage.classes.iter().map(|one| one.meetings).collect::<Vec<_>>(), [1, 0]);
    let whole = activity(ActivityKind::ClassMeeting, None);
    run(&school, move |tx| write::add(tx, &counsellor(), &whole)).expect("meeting");
    assert_eq!(read(&school).stages[0].meetings, Standing::Met);
}
