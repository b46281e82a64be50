//! Every line of the statement by its own figure.

use domain::catalogue::{Grade, Stage};
use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{
    ContactWay, FollowupKind, InterviewResult, SessionOrigin, SessionTopic, Tier,
};
use domain::ledger::words::{Course, Form, ParentEventKind, StaffRole, TalkTopic};
use jiff::ToSpan as _;

use super::super::alert::FirstContact;
use super::super::conference::Conference;
use super::super::critical::{CriticalItem, Interview};
use super::super::entry::{AuthorNote, Moment, RecordId, Rules, StudentId, Words};
use super::super::followup::Followup;
use super::super::guard_tests::{author, head, run, school};
use super::super::roll::ClassRep;
use super::super::session::Session;
use super::super::talk::Talk;
use super::super::teaching::{Activity, Lesson, ParentEvent, ParentMaterial};
use super::super::testing::{NOW_MS, TODAY};
use super::super::training::{Supervision, Supervisor, TrainingRecord};
use super::super::write;
use super::*;

/// The counsellor of the statement, and somebody whose work must not be in it.
const OWN: StaffId = StaffId(1);
const OTHER: StaffId = StaffId(2);
/// Days before today on which the statement begins.
const SPAN_DAYS: i64 = 60;
const DAY_MS: i64 = 86_400_000;

/// Every line has a word of its own and both labels.
#[test]
fn lines_are_told_apart() {
    let mut words: Vec<&str> = ITEMS.iter().map(|item| item.word).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), ITEMS.len());
    assert!(ITEMS.iter().all(|item| !item.label.0.is_empty() && item.label.1.is_ascii()));
}

/// Writes so many of the counsellor's in the span, and beside them one of somebody else and one of
/// the counsellor from before it.
fn put<T: Rules>(
    tx: &Tx<'_>,
    many: i64,
    entry: impl Fn(StaffId, Date, i64) -> T,
) -> Result<(), LedgerRefusal> {
    let by = head().once_more(true);
    for n in 0..many {
        write::put_new(tx, &by, &entry(OWN, TODAY - n.days(), n), None)?;
    }
    write::put_new(tx, &by, &entry(OTHER, TODAY, many), None)?;
    write::put_new(tx, &by, &entry(OWN, TODAY - (SPAN_DAYS + 1).days(), many + 1), None)?;
    Ok(())
}

fn child(n: i64) -> StudentId {
    StudentId(1 + n % 4)
}

/// An instant at noon of a day of the tests.
fn noon(day: Date) -> Moment {
    Moment(NOW_MS - i64::from((TODAY - day).get_days()) * DAY_MS)
}

fn teaching(tx: &Tx<'_>) -> Result<(), LedgerRefusal> {
    let grade = Grade::school(7).expect("grade");
    put(tx, 2, |teacher, day, _| Lesson {
        day,
        grade,
        class: "1班".to_owned(),
        teacher,
        topic: "情绪".to_owned(),
    })?;
    put(tx, 3, |leader, day, _| Activity {
        day,
        what: None,
        tags: Words::new([]),
        stage: None,
        grade: None,
        class: String::new(),
        title: "活动".to_owned(),
        leader: Some(leader),
    })?;
    put(tx, 4, |leader, day, _| ParentEvent {
        day,
        what: ParentEventKind::BigClass,
        stage: None,
        title: "家长课堂".to_owned(),
        attendances: 30,
        leader: Some(leader),
    })?;
    put(tx, 5, |leader, from, _| ParentMaterial {
        from,
        title: "读懂情绪".to_owned(),
        course: Course::Identify,
        stage: None,
        edition: "1".to_owned(),
        copies: 100,
        until: None,
        leader: Some(leader),
    })?;
    // Named long before: the day of the training counts.
    put(tx, 6, |staff, day, n| ClassRep {
        from: TODAY - 70.days(),
        student: child(n),
        trained: Some(day),
        until: None,
        trained_by: Some(staff),
    })
}

fn sessions(tx: &Tx<'_>) -> Result<(), LedgerRefusal> {
    let session = |form, minutes| {
        move |counsellor, day, n| Session {
            day,
            form,
            student: (form == Form::Individual).then(|| child(n)),
            stage: (form == Form::Group).then_some(Stage::Junior),
            counsellor,
            minutes,
            origin: SessionOrigin::Student,
            topic: SessionTopic::Mood,
            title: String::new(),
            note: AuthorNote::new(String::new()),
        }
    };
    put(tx, 7, session(Form::Individual, 40))?;
    put(tx, 8, session(Form::Group, 45))?;
    put(tx, 9, |staff, day, n| Interview {
        day,
        student: child(n),
        term: "2025S1".to_owned(),
        staff,
        result: InterviewResult::NoAttention,
        case: None,
        note: AuthorNote::new(String::new()),
    })?;
    let named = TODAY - 90.days();
    for staff in [OWN, OTHER] {
        let expert = "王督导".to_owned();
        write::put_new(tx, &head(), &Supervisor { from: named, staff, expert, until: None }, None)?;
    }
    put(tx, 14, |staff, day, _| Supervision {
        day,
        staff,
        form: Form::Individual,
        supervisor: "王督导".to_owned(),
        signed: Some(day),
        sheet_digest: Some("ab".repeat(32)),
    })?;
    // One that nobody signed is none.
    let unsigned = Supervision {
        day: TODAY,
        staff: OWN,
        form: Form::Individual,
        supervisor: "王督导".to_owned(),
        signed: None,
        sheet_digest: None,
    };
    write::put_new(tx, &head(), &unsigned, None).map(drop)
}

fn cases(tx: &Tx<'_>, some: RecordId) -> Result<(), LedgerRefusal> {
    put(tx, 10, |by, day, n| CriticalItem {
        // Raised before the span, all of them: the day of the talk counts.
        day: TODAY - 75.days(),
        student: child(n),
        scale: "phq-9".to_owned(),
        level: CriticalLevel::Urgent,
        raised_at: noon(TODAY - 75.days()),
        contacted_at: Some(noon(day)),
        contacted_by: Some(by),
        way: Some(ContactWay::InPerson),
        tested: None,
    })?;
    put(tx, 11, |by, day, n| FirstContact {
        due: TODAY - 75.days(),
        student: child(n),
        case: some,
        tier: Tier::T2,
        due_at: noon(TODAY - 75.days()),
        done_at: Some(noon(day)),
        by: Some(by),
        way: Some(ContactWay::InPerson),
    })?;
    put(tx, 12, |staff, day, n| Followup {
        due: TODAY - 75.days(),
        student: child(n),
        case: None,
        why: FollowupKind::Screening,
        staff,
        done: Some(day),
        way: Some(ContactWay::Phone),
        cancelled: false,
    })?;
    put(tx, 13, |chair, day, _| Conference {
        day,
        agenda: "议题".to_owned(),
        chair,
        attendees: "心理教师、班主任".to_owned(),
        has_outsiders: false,
        outside_unit: None,
    })
}

/// What each line says: another number in each.
const WANTED: [(&str, u64); 17] = [
    ("lessons", 2),
    ("activities", 3),
    ("parent_events", 4),
    ("material", 5),
    ("class_reps_trained", 6),
    ("individual_sessions", 7),
    ("individual_minutes", 280),
    ("group_sessions", 8),
    ("interviews", 9),
    ("critical_contacts", 10),
    ("first_contacts", 11),
    ("followups", 12),
    ("talks", 15),
    ("home_visits", 4),
    ("conferences", 13),
    ("supervision", 14),
    ("training_hours", 18),
];

/// Each line says its own number: what the counsellor did, in the span, and nobody else did.
#[test]
fn every_line_says_its_own_number() {
    let school = school();
    let load = run(&school, |tx| {
        let named = |staff, counsellor| Qualification {
            from: TODAY - 90.days(),
            staff,
            counsellor,
            stage: None,
            has_degree: true,
            has_vocational: true,
            secrecy_signed: None,
            until: None,
        };
        write::put_new(tx, &head(), &named(OWN, CounsellorPost::FullTime), None)?;
        write::put_new(tx, &head(), &named(OTHER, CounsellorPost::None), None)?;
        teaching(tx)?;
        sessions(tx)?;
        let talk = |staff, day, n| Talk {
            day,
            student: child(n),
            staff,
            topics: Words::new([TalkTopic::Mind]),
            concern: false,
            raised: false,
            home_visit: n % 4 == 0,
            note: AuthorNote::new(String::new()),
        };
        put(tx, 15, talk)?;
        let some = read::all::<Talk>(tx)?.remove(0).record;
        cases(tx, some)?;
        put(tx, 3, |staff, day, _| TrainingRecord {
            day,
            staff,
            role: StaffRole::Counsellor,
            course: Course::ProSkill,
            title: "研修".to_owned(),
            hours: 6,
            organiser: "区中心".to_owned(),
        })?;
        of(tx, &head(), (TODAY - SPAN_DAYS.days(), TODAY))
    });
    let load = load.expect("statement");
    assert_eq!(load.counsellors, [(OWN, CounsellorPost::FullTime)]);
    let told: Vec<(&str, u64)> = load
        .lines
        .iter()
        .map(|line| (line.word, line.counts.first().copied().unwrap_or_default()))
        .collect();
    assert_eq!(told, WANTED);
}

/// The statement is of the work of staff, so whoever may not read of it gets none.
#[test]
fn a_mentor_gets_no_statement() {
    let school = school();
    let mentor = author("mentor", SchoolRole::Mentor, 3);
    let said = run(&school, move |tx| of(tx, &mentor, (TODAY - 7.days(), TODAY)).map(drop));
    assert!(matches!(said, Err(LedgerRefusal::NotAllowed)));
}
