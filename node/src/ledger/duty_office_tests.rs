//! What is due of plans, targets, facilities, certificates and consents: on the list in time, with
//! who sees to it, and off it once it is done.

use domain::ledger::SchoolRole;
use domain::ledger::consent::{Answer, Purpose};
use domain::ledger::terms::{AgeBand, FollowupKind, PlanReason, SchoolPlanKind, Tier};
use domain::ledger::words::Move;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::author::Author;
use super::case;
use super::consent::Consent;
use super::duty::{Duty, DutyKind, duties};
use super::entry::{RecordId, Rules, StaffId, StudentId, Words};
use super::followup::Followup;
use super::governance::{Facility, SchoolPlan, SchoolTarget};
use super::guard_tests::{author, counsellor, head, run, school};
use super::special_group::Plan;
use super::teaching_case::TeachingCase;
use super::testing::{self, School, TODAY, TestPupil};
use super::training::Certificate;
use super::write;

/// What stands on a reader's list of one sort: record, last day, who sees to it.
fn due(
    school: &School,
    reader: &Author,
    kind: DutyKind,
) -> Vec<(RecordId, Option<Date>, Option<i64>)> {
    let reader = reader.clone();
    let list = run(school, move |tx| Ok(duties(tx, &reader, |duty| duty.kind == kind)?));
    let told = |duty: &Duty| (duty.record, duty.due_day(), duty.staff.map(|staff| staff.0));
    list.expect("list").shown.iter().map(told).collect()
}

fn add<T: Rules>(school: &School, by: &Author, entry: T) -> RecordId {
    let by = by.clone();
    run(school, move |tx| write::add(tx, &by, &entry)).expect("entered")
}

fn change<T: Rules>(school: &School, by: &Author, record: RecordId, entry: T) {
    let by = by.clone();
    run(school, move |tx| write::update(tx, &by, (record, 1), &entry)).expect("changed");
}

/// A plan of the school is due for its review a year after it began or was reviewed, on the list
/// sixty days ahead, for whoever keeps up the school's work and for nobody else.
#[test]
fn a_school_plan_is_due_for_its_yearly_review() {
    let school = school();
    let plan = |from: Date, reviewed, until| SchoolPlan {
        from,
        what: SchoolPlanKind::Crisis,
        plan_version: "1".to_owned(),
        title: "预案".to_owned(),
        signed_by_head: Some(from),
        reviewed,
        until,
    };
    let old = TODAY - 400.days();
    let late = add(&school, &head(), plan(old, None, None));
    let soon = add(&school, &head(), plan(TODAY - 305.days(), None, None));
    add(&school, &head(), plan(TODAY - 304.days(), None, None));
    add(&school, &head(), plan(old, None, Some(TODAY)));
    let reviewed = add(&school, &head(), plan(old, Some(TODAY - 10.days()), None));
    let expected = [(late, Some(old + 365.days()), None), (soon, Some(TODAY + 60.days()), None)];
    assert_eq!(due(&school, &head(), DutyKind::SchoolPlan), expected);
    assert!(due(&school, &head(), DutyKind::SchoolPlan).iter().all(|(id, ..)| *id != reviewed));
    change(&school, &head(), late, plan(old, Some(TODAY), None));
    assert_eq!(due(&school, &head(), DutyKind::SchoolPlan), expected[1..]);
    for role in [SchoolRole::Mentor, SchoolRole::Operator] {
        let other = author("other", role, 3);
        assert!(due(&school, &other, DutyKind::SchoolPlan).is_empty(), "{role:?}");
    }
}

/// A target is due on its day, on the list sixty days ahead with who sees to it, until it is
/// reached; a facility is on it until it is mended, without an end.
#[test]
fn targets_and_facilities_are_due_until_they_are_done() {
    let school = school();
    let plan = add(
        &school,
        &head(),
        SchoolPlan {
            from: TODAY,
            what: SchoolPlanKind::Year,
            plan_version: "1".to_owned(),
            title: "学年方案".to_owned(),
            signed_by_head: Some(TODAY),
            reviewed: None,
            until: None,
        },
    );
    let target = |ahead: i64, done| SchoolTarget {
        due: TODAY + ahead.days(),
        plan,
        goals: "两次演练".to_owned(),
        responsible: Some(StaffId(3)),
        done,
        detail: String::new(),
    };
    let soon = add(&school, &head(), target(60, None));
    add(&school, &head(), target(61, None));
    assert_eq!(due(&school, &head(), DutyKind::Target), [(soon, Some(TODAY + 60.days()), Some(3))]);
    change(&school, &head(), soon, target(60, Some(TODAY)));
    assert!(due(&school, &head(), DutyKind::Target).is_empty());
    let item = |fixed| Facility {
        found: TODAY - 40.days(),
        place: "天台".to_owned(),
        item: "门锁".to_owned(),
        responsible: Some(StaffId(4)),
        fixed,
    };
    let open = add(&school, &head(), item(None));
    assert_eq!(due(&school, &head(), DutyKind::Facility), [(open, None, Some(4))]);
    change(&school, &head(), open, item(Some(TODAY)));
    assert!(due(&school, &head(), DutyKind::Facility).is_empty());
}

/// A certificate is on the list sixty days before its end, and no more once its holder has one that
/// lasts longer or it was taken back.
#[test]
fn a_certificate_is_due_before_it_ends() {
    let school = school();
    // What leads to a certificate is another rule, with a test of its own.
    let issue = |staff, ahead: i64, revoked| {
        let certificate = Certificate {
            issued: TODAY - 1.year(),
            staff: StaffId(staff),
            test_passed: TODAY - 1.year(),
            number: format!("XL{staff}{ahead}"),
            issuer: "区教育局".to_owned(),
            expires: TODAY + ahead.days(),
            revoked,
        };
        run(&school, move |tx| write::insert(tx, &head(), &certificate, None)).expect("issued")
    };
    let ends = issue(1, 60, None);
    issue(3, 61, None);
    let over = issue(4, -5, None);
    issue(2, 10, Some(TODAY));
    let expected =
        [(over, Some(TODAY - 5.days()), Some(4)), (ends, Some(TODAY + 60.days()), Some(1))];
    assert_eq!(due(&school, &head(), DutyKind::Certificate), expected);
    issue(4, 900, None);
    assert_eq!(due(&school, &head(), DutyKind::Certificate), expected[1..]);
}

/// The plan of a student is due for its review with who is responsible, sixty days ahead, until it
/// ends; a consent that was asked for stands there until the family has answered.
#[test]
fn plans_of_students_and_consents_are_due() {
    let school = school();
    let plan = |student, ahead: i64, until| Plan {
        from: TODAY,
        student: StudentId(student),
        why: Words::new([PlanReason::Family]),
        goals: "按时到校".to_owned(),
        measures: "每周谈心".to_owned(),
        responsible: StaffId(3),
        review_by: TODAY + ahead.days(),
        until,
    };
    let soon = add(&school, &counsellor(), plan(1, 60, None));
    add(&school, &counsellor(), plan(2, 61, None));
    let expected = [(soon, Some(TODAY + 60.days()), Some(3))];
    assert_eq!(due(&school, &counsellor(), DutyKind::Plan), expected);
    change(&school, &counsellor(), soon, plan(1, 60, Some(TODAY)));
    assert!(due(&school, &counsellor(), DutyKind::Plan).is_empty());
    let asked = Consent::bare(StudentId(1), (Purpose::Screening, Answer::Asked), TODAY);
    let open = add(&school, &counsellor(), asked);
    assert_eq!(due(&school, &counsellor(), DutyKind::Consent), [(open, None, None)]);
    assert!(due(&school, &author("it", SchoolRole::Operator, 4), DutyKind::Consent).is_empty());
    let given = testing::slip(StudentId(1), Answer::Given, TODAY, date(2026, 3, 1));
    change(&school, &counsellor(), open, given);
    assert!(due(&school, &counsellor(), DutyKind::Consent).is_empty());
}

/// Who has left asks for no review of a plan, no consent and no visit any more; the follow-up of a
/// case that is open stays, since somebody moves the case out.
#[test]
fn who_has_left_is_due_for_nothing_but_an_open_case() {
    let school = school();
    for student in [1, 3].map(StudentId) {
        let plan = Plan {
            from: TODAY,
            student,
            why: Words::new([PlanReason::Family]),
            goals: "按时到校".to_owned(),
            measures: "每周谈心".to_owned(),
            responsible: StaffId(3),
            review_by: TODAY + 30.days(),
            until: None,
        };
        add(&school, &counsellor(), plan);
        let asked = Consent::bare(student, (Purpose::Screening, Answer::Asked), TODAY);
        add(&school, &counsellor(), asked);
        let (case, why, staff) = (None, FollowupKind::Return, StaffId(1));
        let due = TODAY + 7.days();
        let visit =
            Followup { due, student, case, why, staff, done: None, way: None, cancelled: false };
        add(&school, &counsellor(), visit);
    }
    let opened = testing::wish(Move::Opened, Some(Tier::T2), 1);
    run(&school, move |tx| case::open(tx, &counsellor(), StudentId(1), TODAY, &opened))
        .expect("case");
    let counts = || {
        [DutyKind::Plan, DutyKind::Consent, DutyKind::Followup]
            .map(|kind| due(&school, &counsellor(), kind).len())
    };
    assert_eq!(counts(), [2, 2, 3]);
    let left: Vec<TestPupil> = (1..4).map(TestPupil::new).collect();
    school.roster(&left, TODAY);
    assert_eq!(counts(), [1, 1, 2]);
}

/// A teaching case waits for whoever may release it, until it is released; its writer, another
/// account of the same person and whoever never writes such a text are not asked.
#[test]
fn a_teaching_case_waits_for_its_second_person() {
    let school = school();
    let text = |released| TeachingCase {
        day: TODAY,
        staff: StaffId(1),
        age_band: AgeBand::Early,
        background: "升学后情绪低落".to_owned(),
        assessment: "中度抑郁倾向".to_owned(),
        intervention: "每周辅导一次".to_owned(),
        aftermath: "半年后按时到校".to_owned(),
        reflection: "约谈应更早".to_owned(),
        released,
    };
    let record = add(&school, &counsellor(), text(None));
    let waits = |reader: &Author| due(&school, reader, DutyKind::Release);
    assert_eq!(waits(&head()), [(record, None, None)]);
    assert!(waits(&counsellor()).is_empty(), "the writer");
    let twin = author("second", SchoolRole::MoralHead, 1);
    assert!(waits(&twin).is_empty(), "the writer by another account");
    for role in [SchoolRole::Mentor, SchoolRole::ClassTeacher, SchoolRole::Operator] {
        assert!(waits(&author("other", role, 3)).is_empty(), "{role:?}");
    }
    change(&school, &head(), record, text(Some(TODAY)));
    assert!(waits(&head()).is_empty());
}
