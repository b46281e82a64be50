//! Refusals that name what stands in the way, and questions that are asked before a second entry.

use domain::catalogue::Grade;
use domain::ledger::consent::{DataClass, Purpose};
use domain::ledger::terms::{PlanReason, SessionOrigin, SessionTopic};
use domain::ledger::words::{Form, Group, Physique, TalkTopic};
use domain::ledger::{Kind, SchoolRole, Word as _};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use runtime::cli::Failure;
use runtime::sql::Tx;
use runtime::web::Lang;

use super::author::Author;
use super::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use super::notice::{self, Item, NewNotice};
use super::physique::PhysiqueCase;
use super::refusal::{Flaw, LedgerRefusal, LineFlaw};
use super::roll::ClassTeacher;
use super::session::Session;
use super::special_group::{FamilyCase, Helper, Plan};
use super::talk::Talk;
use super::testing::{AS_OF, NOW_MS, School, TestPupil};
use super::write;

const DAY: Date = date(2025, 11, 3);

fn school() -> School {
    let school = School::new();
    school.roster(&[TestPupil::new(1), TestPupil::new(2)], AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师")]);
    school
}

fn counsellor() -> Author {
    Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS).because("登记")
}

fn head() -> Author {
    Author::new("zhou", SchoolRole::MoralHead, Some(StaffId(2)), NOW_MS).because("登记")
}

fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> Result<T, LedgerRefusal> {
    school.ledger.write("test", work)
}

fn talk(student: i64, staff: i64) -> Talk {
    Talk {
        day: DAY,
        student: StudentId(student),
        staff: StaffId(staff),
        topics: Words::new([TalkTopic::Mind]),
        concern: false,
        raised: false,
        home_visit: false,
        note: AuthorNote::new(String::new()),
    }
}

fn session(minutes: u32) -> Session {
    Session {
        day: DAY,
        form: Form::Individual,
        student: Some(StudentId(1)),
        stage: None,
        counsellor: StaffId(1),
        minutes,
        origin: SessionOrigin::Student,
        topic: SessionTopic::Mood,
        title: String::new(),
        note: AuthorNote::new(String::new()),
    }
}

fn said(refusal: LedgerRefusal) -> String {
    Failure::from(refusal).message(Lang::Zh).to_owned()
}

/// The same talk of one day is asked about, with its number; another day, student or teacher is
/// not, and whoever says that it is another one is believed.
#[test]
fn the_same_talk_of_a_day_is_asked_about() {
    let school = school();
    let add = |talk: Talk, again: bool| {
        run(&school, move |tx| write::add(tx, &counsellor().once_more(again), &talk))
    };
    let first = add(talk(1, 1), false).expect("first");
    let twice = add(talk(1, 1), false).expect_err("asked");
    assert!(matches!(twice, LedgerRefusal::Again(Kind::Talk, record) if record == first));
    assert!(said(twice).contains(&format!("#{}，仍要再记一次吗", first.0)));
    add(talk(2, 1), false).expect("another student");
    add(talk(1, 3), false).expect("another teacher");
    add(Talk { day: DAY - 1.day(), ..talk(1, 1) }, false).expect("another day");
    add(talk(1, 1), true).expect("another talk");
    assert_eq!(school.rows("talk"), 5);
}

/// A session lasts from a minute to a day of school, and the same one is asked about.
#[test]
fn a_session_lasts_no_longer_than_a_day_of_school() {
    let school = school();
    let add = |minutes| run(&school, move |tx| write::add(tx, &counsellor(), &session(minutes)));
    for minutes in [0, 481, 99_999] {
        let refused = add(minutes).expect_err("bounded");
        assert!(matches!(refused, LedgerRefusal::Flawed("minutes", Flaw::Range(1, 480))));
        assert!(said(refused).contains("应在 1 到 480 之间"));
    }
    add(480).expect("a whole day");
    assert!(matches!(add(40), Err(LedgerRefusal::Again(Kind::Session, RecordId(_)))));
}

/// A class teacher has a class that the roll has.
#[test]
fn a_class_teacher_has_a_class_of_the_roll() {
    let school = school();
    let post = |grade: u8, class: &str| {
        let (grade, class) = (Grade::school(grade).expect("grade"), class.to_owned());
        let post = ClassTeacher { from: DAY, grade, class, staff: StaffId(3), until: None };
        run(&school, move |tx| write::add(tx, &head(), &post))
    };
    for (grade, class) in [(7, "9班"), (8, "1班")] {
        let refused = post(grade, class).expect_err("no such class");
        assert!(
            matches!(refused, LedgerRefusal::Flawed("class", Flaw::NoClass)),
            "{grade} {class}"
        );
    }
    assert!(post(2, "1班").is_err(), "a grade that the school does not have");
    post(7, "1班").expect("a class");
}

/// A plan for a listed case is of a student who is listed, is reviewed after it begins, and says
/// which of its texts is missing.
#[test]
fn a_plan_says_what_is_wrong_with_it() {
    let school = school();
    let plan = Plan {
        from: DAY,
        student: StudentId(1),
        why: Words::new([PlanReason::Family]),
        goals: "每周与父母通话".to_owned(),
        measures: "班主任每周一次谈心".to_owned(),
        responsible: StaffId(3),
        review_by: DAY + 90.days(),
        until: None,
    };
    let add = |plan: Plan| run(&school, move |tx| write::add(tx, &counsellor(), &plan));
    let flaw = |plan: Plan| match add(plan) {
        Err(LedgerRefusal::Flawed(field, flaw)) => (field, flaw),
        other => panic!("{:?}", other.map(|record| record.0)),
    };
    let listed = Words::new([PlanReason::Alert]);
    assert_eq!(flaw(Plan { why: listed, ..plan.clone() }), ("why", Flaw::NoCase));
    let early = Plan { review_by: DAY - 1.day(), ..plan.clone() };
    assert_eq!(flaw(early), ("review_by", Flaw::Before("day")));
    let bare = Plan { measures: String::new(), ..plan.clone() };
    assert_eq!(flaw(bare), ("measures", Flaw::Empty));
    let kept = add(plan.clone()).expect("a plan");
    let twice = add(plan).expect_err("one at a time");
    assert!(matches!(twice, LedgerRefusal::Stands(Kind::Plan, record, DAY) if record == kept));
    let told = said(twice);
    assert!(told.contains(&format!("#{}（自 2025-11-03）", kept.0)), "{told}");
}

/// A student has one helper, one line of the ledger of families and one of physiques at a time; the
/// next may begin on the day on which the one before ended.
#[test]
fn one_helper_and_one_line_at_a_time() {
    let school = school();
    let helper =
        |staff, from, until| Helper { from, student: StudentId(1), staff: StaffId(staff), until };
    let first = helper(3, DAY, Some(DAY + 10.days()));
    let first = run(&school, move |tx| write::add(tx, &counsellor(), &first)).expect("a helper");
    let stands = |refused: Result<RecordId, LedgerRefusal>, of: (Kind, RecordId)| match refused {
        Err(LedgerRefusal::Stands(kind, record, from)) => {
            assert_eq!((kind, record, from), (of.0, of.1, DAY));
        }
        other => panic!("{:?}", other.map(|record| record.0)),
    };
    let second = helper(2, DAY + 9.days(), None);
    let by = run(&school, move |tx| write::add(tx, &counsellor(), &second));
    stands(by, (Kind::Helper, first));
    let next = helper(2, DAY + 10.days(), None);
    run(&school, move |tx| write::add(tx, &counsellor(), &next)).expect("the next one");
    let other = Helper { student: StudentId(2), ..helper(3, DAY, None) };
    run(&school, move |tx| write::add(tx, &counsellor(), &other)).expect("another student");
    let family = FamilyCase {
        from: DAY,
        student: StudentId(1),
        groups: Words::new([Group::ALL[0]]),
        situation: String::new(),
        until: None,
    };
    let physique = PhysiqueCase {
        from: DAY,
        student: StudentId(1),
        kinds: Words::new([Physique::ALL[0]]),
        emergency_line: String::new(),
        until: None,
    };
    let (families, physiques) = run(&school, move |tx| {
        let listed = write::add(tx, &counsellor(), &family)?;
        let again = write::add(tx, &counsellor(), &family);
        let physiques = write::add(tx, &counsellor(), &physique)?;
        let other = write::add(tx, &counsellor(), &physique);
        Ok(((listed, again), (physiques, other)))
    })
    .expect("lines");
    stands(families.1, (Kind::FamilyCase, families.0));
    stands(physiques.1, (Kind::PhysiqueCase, physiques.0));
    assert_eq!((school.rows("family_case"), school.rows("physique_case")), (1, 1));
}

/// A notice that passes something on to nobody says which of its purposes it is about.
#[test]
fn a_notice_says_which_purpose_lacks_a_recipient() {
    let item = |purpose| Item {
        purpose,
        classes: vec![DataClass::Answers],
        recipient: String::new(),
        recipient_name: String::new(),
    };
    let says = NewNotice {
        valid_from: date(2025, 11, 17),
        valid_to: date(2026, 5, 1),
        scales: vec!["phq-a".to_owned()],
        contact: "心理辅导室 0532-0000000".to_owned(),
        items: vec![item(Purpose::Screening), item(Purpose::Referral)],
    };
    let made = run(&school(), move |tx| notice::make(tx, &counsellor(), &says));
    let refused = made.expect_err("nobody gets it");
    let of = LedgerRefusal::Line(Purpose::Referral, LineFlaw::Recipient);
    assert_eq!(refused.to_string(), of.to_string());
    assert!(said(refused).contains("转介"));
}
