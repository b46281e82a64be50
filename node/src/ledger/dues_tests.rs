//! What is due by itself: follow-ups by tier and after a return, consultations to be looked at
//! again; and what a card may not hold.

use domain::catalogue::{Grade, Stage};
use domain::ledger::SchoolRole;
use domain::ledger::consent::{Answer, DataClass, Purpose};
use domain::ledger::terms::{ContactWay, FollowupKind, PlanReason, Relation, Tier};
use domain::ledger::words::{ActivityKind, AlertSource, Move};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::case::{self, MoveWish};
use super::conference::{Conference, ConferenceCase};
use super::consent::Consent;
use super::duty::{self, DutyKind};
use super::entry::{Kept, RecordId, StaffId, StudentId, Words};
use super::followup::Followup;
use super::notice;
use super::read;
use super::refusal::LedgerRefusal;
use super::roll::Guardian;
use super::special_group::Plan;
use super::teaching::{Activity, Lesson};
use super::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil, slip};
use super::write;

fn school() -> School {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师")]);
    school
}

fn counsellor(days: i64) -> Author {
    let now = NOW_MS + days * 86_400_000;
    Author::new("counsellor", SchoolRole::Counsellor, Some(StaffId(1)), now).because("登记")
}

fn head(days: i64) -> Author {
    let now = NOW_MS + days * 86_400_000;
    Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), now).because("同意")
}

fn wish(how: Move, to: Option<Tier>, day: Date) -> MoveWish {
    let next_review = to.map(|_| day + 5.days());
    MoveWish { how, to, source: AlertSource::Mentor, owner: StaffId(1), next_review }
}

fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> T {
    school.ledger.write("test", work).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> String {
    school.ledger.write("test", work).map(drop).expect_err("refused").to_string()
}

fn open_case(school: &School, tier: Tier) -> RecordId {
    run(school, move |tx| {
        let opened = wish(Move::Opened, Some(tier), TODAY);
        case::open(tx, &counsellor(0), StudentId(1), TODAY, &opened)
    })
}

/// Every follow-up of the school: due day, and how it stands.
fn followups(school: &School) -> Vec<Kept<Followup>> {
    let found: Result<_, SqlError> = school.ledger.read(read::all::<Followup>);
    found.expect("follow-ups")
}

fn open_dues(school: &School) -> Vec<Date> {
    let open = followups(school).into_iter().filter(|kept| kept.entry.is_open());
    open.map(|kept| kept.entry.due).collect()
}

fn make(school: &School, days: i64) {
    let kept = followups(school).into_iter().find(|kept| kept.entry.is_open()).expect("open");
    let done = TODAY + days.days();
    let way = Some(ContactWay::InPerson);
    let made = Followup { done: Some(done), way, ..kept.entry };
    run(school, move |tx| write::update(tx, &counsellor(days), (kept.record, kept.version), &made));
}

/// Of an open case one follow-up is due, by its tier; making it brings the next.
#[test]
fn a_case_always_has_one_follow_up_due() {
    for (tier, interval) in [(Tier::T1, 28), (Tier::T2, 14), (Tier::T3, 3)] {
        let school = school();
        open_case(&school, tier);
        assert_eq!(open_dues(&school), [TODAY + interval.days()], "{tier:?}");
        make(&school, 2);
        assert_eq!(open_dues(&school), [TODAY + (2 + interval).days()], "{tier:?}");
        let first = followups(&school).remove(0).entry;
        assert!(first.why == FollowupKind::Tracking && first.staff == StaffId(1));
    }
}

/// A raise brings it forward, a lowering leaves the earlier day, and a case that leaves has none.
#[test]
fn a_move_moves_what_is_due() {
    let school = school();
    let record = open_case(&school, Tier::T1);
    run(&school, move |tx| {
        let up = wish(Move::TierUp, Some(Tier::T3), TODAY + 1.day());
        case::ask_move(tx, &counsellor(1), record, &up)
    });
    assert_eq!(open_dues(&school), [TODAY + 4.days()]);
    for (how, to, left) in [(Move::TierDown, Some(Tier::T1), 1), (Move::Closed, None, 0)] {
        run(&school, move |tx| {
            let asked = wish(how, to, TODAY + 2.days());
            let moved = case::ask_move(tx, &counsellor(2), record, &asked)?;
            case::sign(tx, &head(2), moved, true)
        });
        assert_eq!(open_dues(&school).len(), left, "{how:?}");
    }
    let last = followups(&school).pop().expect("one");
    assert!(last.entry.cancelled && last.entry.done.is_none());
    let (entry, seen) = (Followup { cancelled: false, ..last.entry }, (last.record, last.version));
    run(&school, move |tx| {
        let done = Followup { done: Some(TODAY), way: Some(ContactWay::Phone), ..entry };
        write::update(tx, &counsellor(3), seen, &done)
    });
    assert!(open_dues(&school).is_empty(), "a case that has left brings nothing");
}

/// One is cancelled with a reason, and the case is not forgotten with it.
#[test]
fn a_cancelled_follow_up_needs_a_reason_and_brings_the_next() {
    let school = school();
    open_case(&school, Tier::T2);
    let kept = followups(&school).remove(0);
    let cancelled = Followup { cancelled: true, ..kept.entry.clone() };
    let (seen, entry) = ((kept.record, kept.version), cancelled.clone());
    let mute =
        refusal(&school, move |tx| write::update(tx, &counsellor(0).because(" "), seen, &entry));
    assert_eq!(mute, "a reason is needed");
    let both = Followup { done: Some(TODAY), ..cancelled.clone() };
    let both = refusal(&school, move |tx| write::update(tx, &counsellor(0), seen, &both));
    assert!(both.contains("cancelled"), "{both}");
    run(&school, move |tx| write::update(tx, &counsellor(4), seen, &cancelled));
    assert_eq!(open_dues(&school), [TODAY + 18.days()]);
}

/// A plan of a return to school brings the follow-ups after it, once.
#[test]
fn a_return_to_school_brings_four_follow_ups() {
    let school = school();
    let plan = Plan {
        from: TODAY,
        student: StudentId(2),
        why: Words::new([PlanReason::Return]),
        goals: "平稳复学".to_owned(),
        measures: "每日签到".to_owned(),
        responsible: StaffId(3),
        review_by: TODAY + 90.days(),
        until: None,
    };
    let changed = Plan { measures: "隔日签到".to_owned(), ..plan.clone() };
    let record = run(&school, move |tx| write::add(tx, &counsellor(0), &plan));
    run(&school, move |tx| write::update(tx, &counsellor(1), (record, 1), &changed));
    let days = [7, 14, 28, 84].map(|days| TODAY + i64::from(days).days());
    assert_eq!(open_dues(&school), days);
    assert!(followups(&school).iter().all(|kept| kept.entry.why == FollowupKind::Return));
}

/// Mending what was written about an earlier follow-up leaves the open one on its day.
#[test]
fn mending_an_old_follow_up_leaves_the_open_one() {
    let school = school();
    open_case(&school, Tier::T2);
    make(&school, 1);
    make(&school, 14);
    assert_eq!(open_dues(&school), [TODAY + 28.days()]);
    let first = followups(&school).into_iter().find(|kept| kept.entry.done.is_some());
    let first = first.expect("made");
    let mended = Followup { way: Some(ContactWay::Phone), ..first.entry };
    let seen = (first.record, first.version);
    run(&school, move |tx| write::update(tx, &counsellor(20), seen, &mended));
    assert_eq!(open_dues(&school), [TODAY + 28.days()]);
    // Put right that the last one was made two days earlier: the next moves with it.
    let last = followups(&school).into_iter().rfind(|kept| kept.entry.done.is_some());
    let last = last.expect("made");
    let mended = Followup { done: Some(TODAY + 12.days()), ..last.entry };
    let seen = (last.record, last.version);
    run(&school, move |tx| write::update(tx, &counsellor(20), seen, &mended));
    assert_eq!(open_dues(&school), [TODAY + 26.days()]);
}

/// Nor does it pull forward what was counted from a cancelling since.
#[test]
fn mending_an_old_follow_up_keeps_what_a_cancelling_brought() {
    let school = school();
    open_case(&school, Tier::T2);
    make(&school, 1);
    let open = followups(&school).into_iter().find(|kept| kept.entry.is_open()).expect("open");
    let cancelled = Followup { cancelled: true, ..open.entry };
    let seen = (open.record, open.version);
    run(&school, move |tx| write::update(tx, &counsellor(10), seen, &cancelled));
    assert_eq!(open_dues(&school), [TODAY + 24.days()]);
    let made = followups(&school).into_iter().find(|kept| kept.entry.done.is_some());
    let made = made.expect("made");
    let mended = Followup { way: Some(ContactWay::Phone), ..made.entry };
    let seen = (made.record, made.version);
    run(&school, move |tx| write::update(tx, &counsellor(16), seen, &mended));
    assert_eq!(open_dues(&school), [TODAY + 24.days()]);
    // Nor where it is put right that it was made a day earlier.
    let made = followups(&school).into_iter().find(|kept| kept.entry.done.is_some());
    let made = made.expect("made");
    let mended = Followup { done: Some(TODAY), ..made.entry };
    let seen = (made.record, made.version);
    run(&school, move |tx| write::update(tx, &counsellor(16), seen, &mended));
    assert_eq!(open_dues(&school), [TODAY + 24.days()]);
}

/// Each return has its own four, whatever is left of the one before.
#[test]
fn a_second_return_brings_its_own_follow_ups() {
    let school = school();
    let plan = |from: Date| Plan {
        from,
        student: StudentId(2),
        why: Words::new([PlanReason::Return]),
        goals: "平稳复学".to_owned(),
        measures: "每日签到".to_owned(),
        responsible: StaffId(3),
        review_by: TODAY + 150.days(),
        until: None,
    };
    let (first, again) = (plan(TODAY), plan(TODAY + 40.days()));
    let ended = Plan { until: Some(TODAY + 40.days()), ..first.clone() };
    let record = run(&school, move |tx| write::add(tx, &counsellor(0), &first));
    run(&school, move |tx| write::update(tx, &counsellor(40), (record, 1), &ended));
    run(&school, move |tx| write::add(tx, &counsellor(40), &again));
    let days = [7, 14, 28, 84, 47, 54, 68, 124];
    let mut expected = days.map(|days: i64| TODAY + days.days()).to_vec();
    expected.sort();
    let mut found = open_dues(&school);
    found.sort();
    assert_eq!(found, expected);
}

fn conference(school: &School, has_outsiders: bool) -> RecordId {
    let met = Conference {
        day: TODAY,
        agenda: "研判".to_owned(),
        chair: StaffId(2),
        attendees: "心理教师、区专家".to_owned(),
        has_outsiders,
        outside_unit: has_outsiders.then(|| "E370202".to_owned()),
    };
    run(school, move |tx| write::add(tx, &counsellor(0), &met))
}

fn discussed(conference: RecordId, card: &str) -> ConferenceCase {
    ConferenceCase {
        day: TODAY,
        student: StudentId(1),
        conference,
        case: None,
        tier: None,
        card: card.to_owned(),
        decision: "跟踪".to_owned(),
        review: Some(TODAY + 14.days()),
        emergency: None,
    }
}

/// A card that tells its student is refused with the field and the place, however it is written.
#[test]
fn a_card_cannot_tell_its_student() {
    let school = school();
    for (name, phone) in [("王建国", "13800000000"), ("妈妈", "")] {
        let guardian = Guardian {
            from: TODAY,
            student: StudentId(1),
            name: name.to_owned(),
            relation: Relation::Father,
            phone: phone.to_owned(),
            do_not_contact: false,
            objects: false,
            until: None,
        };
        run(&school, move |tx| write::add(tx, &counsellor(0), &guardian));
    }
    let met = conference(&school, true);
    for (card, told) in [
        ("该生 张 某某 情绪低落", "student_name at character 4"),
        ("学籍号 G99999920130100000A", "student_number at character 5"),
        ("七年级1班学生", "class at character 4"),
        ("初一（一）班学生", "class at character 4"),
        ("其父王建国在外务工", "guardian at character 3"),
        ("联系138-0000-0000", "phone at character 3"),
    ] {
        let case = discussed(met, card);
        let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &case));
        assert!(said.contains(told), "{card}: {said}");
    }
    let empty = discussed(met, " ");
    let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &empty));
    assert!(said.contains("card"), "somebody from outside needs a card: {said}");
    run(&school, |tx| write::add(tx, &counsellor(0), &agreed("E370202")));
    let sound = discussed(met, "该生近两周情绪低落，曾与 2 名同学冲突，妈妈已知情。");
    run(&school, move |tx| write::add(tx, &counsellor(0), &sound));
}

/// A family's yes to a consultation with a unit.
fn agreed(unit: &str) -> Consent {
    Consent {
        purpose: Purpose::Conference,
        classes: Words::new([DataClass::Reason]),
        recipient: unit.to_owned(),
        recipient_name: "区心理健康指导中心".to_owned(),
        ..slip(StudentId(1), Answer::Given, TODAY, TODAY + 90.days())
    }
}

/// Nobody from outside sees a card without the family's consent to that unit, or an emergency that
/// is written down; a withdrawal after the meeting stops no decision of it, and outsiders who are
/// added to a meeting are asked about like the others.
#[test]
fn an_outsider_sees_a_card_with_consent_only() {
    let school = school();
    let card = "该生近两周情绪低落，家长已知情。";
    let met = conference(&school, true);
    let refused = |case: ConferenceCase| {
        let said = school.ledger.write("t", move |tx| write::add(tx, &counsellor(0), &case));
        matches!(said, Err(LedgerRefusal::Outsiders(_)))
    };
    assert!(refused(discussed(met, card)), "nobody was asked");
    run(&school, |tx| write::add(tx, &counsellor(0), &agreed("E370203")));
    assert!(refused(discussed(met, card)), "another unit");
    let blank = ConferenceCase { emergency: Some(" ".to_owned()), ..discussed(met, card) };
    assert!(refused(blank), "no ground was written");
    let urgent = ConferenceCase {
        emergency: Some("当晚有自伤行为，监护人电话未接通".to_owned()),
        ..discussed(met, card)
    };
    run(&school, move |tx| write::add(tx, &counsellor(0), &urgent));
    run(&school, |tx| write::add(tx, &counsellor(0), &agreed("E370202")));
    let open = ConferenceCase { decision: String::new(), ..discussed(met, card) };
    let record = run(&school, move |tx| write::add(tx, &counsellor(0), &open));
    run(&school, |tx| {
        let who = counsellor(0).because("母亲来电");
        notice::withdraw(tx, &who, StudentId(1), (Purpose::Conference, "E370202"))
    });
    let decided = discussed(met, card);
    run(&school, move |tx| write::update(tx, &counsellor(0), (record, 1), &decided));
    let other = discussed(met, "该生睡眠不足。");
    let said =
        school.ledger.write("t", move |tx| write::update(tx, &counsellor(0), (record, 2), &other));
    assert!(matches!(said, Err(LedgerRefusal::Outsiders(_))), "another card");
    let inside = conference(&school, false);
    run(&school, move |tx| write::add(tx, &counsellor(0), &discussed(inside, card)));
    let joined = Conference {
        day: TODAY,
        agenda: "研判".to_owned(),
        chair: StaffId(2),
        attendees: "心理教师、区专家".to_owned(),
        has_outsiders: true,
        outside_unit: Some("E370202".to_owned()),
    };
    let nameless = Conference { outside_unit: None, ..joined.clone() };
    for (met, is_why) in [
        (joined, (|why| matches!(why, LedgerRefusal::Outsiders(_))) as fn(&LedgerRefusal) -> bool),
        (nameless, |why| matches!(why, LedgerRefusal::Field("outside_unit"))),
    ] {
        let said = school
            .ledger
            .write("t", move |tx| write::update(tx, &counsellor(0), (inside, 1), &met));
        assert!(said.is_err_and(|why| is_why(&why)));
    }
}

/// A consultation says who took part and what about, and is not looked at before it was held.
#[test]
fn a_consultation_is_whole() {
    let school = school();
    let met = conference(&school, false);
    let early = ConferenceCase { review: Some(TODAY - 1.day()), ..discussed(met, "") };
    let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &early));
    assert!(said.contains("review"), "{said}");
    let nowhere = discussed(RecordId(99), "");
    let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &nowhere));
    assert!(said.contains("conference"), "{said}");
    let empty = Conference {
        day: TODAY,
        agenda: "研判".to_owned(),
        chair: StaffId(2),
        attendees: " ".to_owned(),
        has_outsiders: false,
        outside_unit: None,
    };
    let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &empty));
    assert!(said.contains("attendees"), "{said}");
}

fn duties(school: &School, days: i64) -> Vec<DutyKind> {
    let list = move |tx: &Tx<'_>| duty::duties(tx, &counsellor(days), |_| true);
    let found: Result<_, SqlError> = school.ledger.write("duties", list);
    found.expect("duties").shown.iter().map(|duty| duty.kind).collect()
}

/// Follow-ups stand on the list, and a consultation's review until the student is discussed again
/// or the case has left.
#[test]
fn what_is_due_stands_on_the_list() {
    let school = school();
    let record = open_case(&school, Tier::T2);
    let met = conference(&school, false);
    let first = ConferenceCase { case: Some(record), ..discussed(met, "") };
    run(&school, move |tx| write::add(tx, &counsellor(0), &first));
    let list = duties(&school, 20);
    assert!(list.contains(&DutyKind::Followup) && list.contains(&DutyKind::Consultation));
    run(&school, move |tx| {
        let again = ConferenceCase { day: TODAY + 14.days(), review: None, ..discussed(met, "") };
        write::add(tx, &counsellor(20), &again)
    });
    assert!(!duties(&school, 20).contains(&DutyKind::Consultation), "discussed again");
    let last = ConferenceCase {
        day: TODAY + 15.days(),
        case: Some(record),
        review: Some(TODAY + 30.days()),
        ..discussed(met, "")
    };
    run(&school, move |tx| write::add(tx, &counsellor(20), &last));
    assert!(duties(&school, 20).contains(&DutyKind::Consultation));
    run(&school, move |tx| {
        let closed = wish(Move::Closed, None, TODAY + 20.days());
        let moved = case::ask_move(tx, &counsellor(20), record, &closed)?;
        case::sign(tx, &head(20), moved, true)
    });
    let list = duties(&school, 20);
    assert!(!list.contains(&DutyKind::Consultation) && !list.contains(&DutyKind::Followup));
}

/// What the school has no grade or stage for is refused when it is entered: no count would have a
/// place for it.
#[test]
fn an_entry_for_a_grade_that_the_school_does_not_have_is_refused() {
    let school = school();
    let lesson = |grade: u8| Lesson {
        day: TODAY,
        grade: Grade::school(grade).expect("grade"),
        class: String::new(),
        teacher: StaffId(1),
        topic: "情绪".to_owned(),
    };
    let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &lesson(6)));
    assert!(said.contains("grade"), "{said}");
    run(&school, move |tx| write::add(tx, &counsellor(0), &lesson(7)));
    let event = Activity {
        day: date(2025, 11, 18),
        what: Some(ActivityKind::LifeEducation),
        tags: Words::new([]),
        stage: Some(Stage::Senior),
        grade: None,
        class: String::new(),
        title: String::new(),
        leader: None,
    };
    let said = refusal(&school, move |tx| write::add(tx, &counsellor(0), &event));
    assert!(said.contains("stage"), "{said}");
}
