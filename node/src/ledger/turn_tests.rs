//! The turn of the year: who goes up, who stays, who leaves; two persons; undone while it can be.

use domain::ledger::SchoolRole;
use jiff::civil::{Date, date};

use super::author::Author;
use super::entry::{AuthorNote, StaffId, StudentId, Words};
use super::refusal::LedgerRefusal;
use super::roll::{ClassTeacher, Mentor};
use super::roll_change::{self, Correction};
use super::testing::{AS_OF, School, TestPupil};
use super::turn::decisions::{Carry, Decisions};
use super::turn::plan::StepKind;
use super::turn::{self, TurnState};
use super::{footing, journal, read, student, write};
use crate::import::value::Grade;

/// 2026-09-02 at noon in Shanghai.
const LATER_MS: i64 = 1_788_321_600_000;
const DAY: Date = date(2026, 9, 1);

fn who(account: &str, role: SchoolRole, staff: i64) -> Author {
    Author::new(account, role, Some(StaffId(staff)), LATER_MS).because("学年升级")
}

fn counsellor() -> Author {
    who("counsellor", SchoolRole::Counsellor, 1)
}

fn head() -> Author {
    who("head", SchoolRole::MoralHead, 2)
}

/// Two pupils in each grade, a class teacher of 七年级1班 and one of 九年级1班, one mentor pair.
fn school() -> School {
    let school = School::new();
    let grades = ["七年级", "七年级", "八年级", "八年级", "九年级", "九年级"];
    let pupils: Vec<TestPupil> =
        (0..6).zip(grades).map(|(n, grade)| TestPupil { grade, ..TestPupil::new(n) }).collect();
    school.roster(&pupils, AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "班主任"), (4, "班主任")]);
    let post = |grade: &str, staff| ClassTeacher {
        from: AS_OF,
        grade: domain::catalogue::Grade::from_word(grade).expect("grade"),
        class: "1班".to_owned(),
        staff: StaffId(staff),
        until: None,
    };
    let (seventh, ninth) = (post("g7", 3), post("g9", 4));
    let written = school.ledger.write("posts", move |tx| {
        write::add(tx, &counsellor(), &seventh)?;
        write::add(tx, &counsellor(), &ninth)?;
        let pair = |student| Mentor {
            from: AS_OF,
            student: StudentId(student),
            staff: StaffId(3),
            until: None,
        };
        write::add(tx, &counsellor(), &pair(1))?;
        write::add(tx, &counsellor(), &pair(5))
    });
    written.expect("posts");
    school
}

fn decide(change: impl FnOnce(&mut Decisions)) -> Decisions {
    let mut decisions = Decisions::on(DAY);
    change(&mut decisions);
    decisions
}

fn ask(school: &School, decisions: Decisions) -> Result<i64, LedgerRefusal> {
    school.ledger.write("ask", move |tx| turn::ask(tx, &counsellor(), &decisions))
}

fn sign(school: &School, author: Author, id: i64, agrees: bool) -> Result<(), LedgerRefusal> {
    school.ledger.write("sign", move |tx| turn::sign(tx, &author, id, agrees))
}

fn undo(school: &School, id: i64) -> Result<(), LedgerRefusal> {
    school.ledger.write("undo", move |tx| turn::undo(tx, &head(), id))
}

/// Everybody on the roll of a day: id, grade, class.
fn roll(school: &School, day: Date) -> Vec<(i64, String)> {
    let pupils = school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll");
    pupils.iter().map(|p| (p.id, format!("{}/{}", p.grade.code(), p.class))).collect()
}

fn own(school: &School, staff: i64, student: i64) -> bool {
    let author = who("teacher", SchoolRole::ClassTeacher, staff);
    let found = school.ledger.read(move |tx| footing::of(tx, &author, Some(StudentId(student))));
    found.expect("footing").own_student
}

fn line(school: &School, id: i64) -> turn::TurnLine {
    let all = school.ledger.read(turn::all).expect("turns");
    all.into_iter().find(|line| line.id == id).expect("line")
}

/// Everybody goes up a grade, the last grade leaves, who repeats stays, a class may get another
/// name, its teacher goes on with it; the days before the turn read as they did.
#[test]
fn everybody_goes_up_and_the_last_grade_leaves() {
    let school = school();
    let before = roll(&school, date(2026, 8, 31));
    let decisions = decide(|decisions| {
        decisions.stay.insert(StudentId(2));
        decisions.set_class("g8/1班", "g9/6班", Carry::Carried).expect("class");
    });
    let shown = {
        let decisions = decisions.clone();
        school.ledger.read(move |tx| turn::preview(tx, &counsellor(), &decisions))
    };
    let plan = shown.expect("preview");
    let count = |kind| plan.count(kind);
    let counts = (count(StepKind::Promoted), count(StepKind::Stays), count(StepKind::Leaves));
    assert_eq!((counts, plan.classes.len()), ((3, 1, 2), 3));
    assert_eq!(roll(&school, DAY), before, "a preview writes nothing");
    let id = ask(&school, decisions).expect("asked");
    assert_eq!(roll(&school, DAY), before, "nothing happens before the second person");
    sign(&school, head(), id, true).expect("signed");
    let after: Vec<(i64, String)> = [(1, "g8/1班"), (2, "g7/1班"), (3, "g9/6班"), (4, "g9/6班")]
        .map(|(id, class)| (id, class.to_owned()))
        .to_vec();
    assert_eq!((roll(&school, DAY), roll(&school, date(2026, 8, 31))), (after, before));
    assert!(own(&school, 3, 1) && !own(&school, 3, 2), "the teacher went on with the class");
    assert!(!own(&school, 4, 5) && !own(&school, 3, 5), "nobody's own student any more");
    school.ledger.read(journal::verify).expect("whole");
    assert_eq!(line(&school, id).state, TurnState::Done);
    let again = ask(&school, Decisions::on(date(2026, 9, 2)));
    assert!(matches!(again, Err(LedgerRefusal::Turned)));
}

/// One person alone turns nothing, and what was signed is what was shown.
///
/// Method: the asker signs; a second account of the asker signs; somebody else signs after a
/// student left in between; a refusal ends it.
#[test]
fn a_turn_needs_two_persons_and_the_same_roll() {
    let school = school();
    let id = ask(&school, Decisions::on(DAY)).expect("asked");
    assert!(matches!(ask(&school, Decisions::on(DAY)), Err(LedgerRefusal::Double)));
    let same = [counsellor(), who("second", SchoolRole::MoralHead, 1)];
    for author in same {
        assert!(matches!(sign(&school, author, id, true), Err(LedgerRefusal::SamePerson)));
    }
    let it = who("it", SchoolRole::Operator, 4);
    assert!(matches!(sign(&school, it, id, true), Err(LedgerRefusal::NotAllowed)));
    let left = school.ledger.write("leave", |tx| {
        let leaving = super::roll_change::Leaving {
            day: date(2026, 8, 20),
            how: domain::ledger::terms::TransferKind::Out,
            other_school: String::new(),
        };
        super::roll_change::leave(tx, &counsellor(), StudentId(1), &leaving)
    });
    left.expect("left");
    assert!(matches!(sign(&school, head(), id, true), Err(LedgerRefusal::Changed)));
    sign(&school, head(), id, false).expect("refused");
    assert_eq!(line(&school, id).state, TurnState::Refused);
    assert!(matches!(sign(&school, head(), id, true), Err(LedgerRefusal::NotWaiting)));
    let id = ask(&school, Decisions::on(DAY)).expect("asked anew");
    sign(&school, head(), id, true).expect("signed");
}

/// An undone turn leaves everything as it was, posts and pairs too, and can be asked for again;
/// once an entry of the new year is about a student it stays.
#[test]
fn a_turn_is_undone_until_something_was_built_on_it() {
    let school = school();
    let before = (roll(&school, DAY), own(&school, 3, 1), own(&school, 4, 5));
    let id = ask(&school, decide(|d| d.mentors = Carry::Ended)).expect("asked");
    sign(&school, head(), id, true).expect("signed");
    assert!(line(&school, id).can_undo && roll(&school, DAY).len() == 4);
    undo(&school, id).expect("undone");
    assert_eq!((roll(&school, DAY), own(&school, 3, 1), own(&school, 4, 5)), before);
    assert!(matches!(undo(&school, id), Err(LedgerRefusal::NotWaiting)));
    school.ledger.read(journal::verify).expect("whole");
    let id = ask(&school, Decisions::on(DAY)).expect("again");
    sign(&school, head(), id, true).expect("signed");
    let talk = school.ledger.write("talk", |tx| {
        let talk = super::talk::Talk {
            day: DAY,
            student: StudentId(1),
            staff: StaffId(3),
            topics: Words::new([domain::ledger::words::TalkTopic::Mind]),
            concern: false,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(String::new()),
        };
        write::add(tx, &counsellor(), &talk)
    });
    talk.expect("talk");
    assert!(!line(&school, id).can_undo);
    assert!(matches!(undo(&school, id), Err(LedgerRefusal::BuiltOn)));
}

/// A decision about a class or student that is not there, two classes under one name, a grade that
/// the school lacks, a day that has not come: refused with nothing written.
#[test]
fn decisions_must_fit_the_school() {
    let school = school();
    let class = |from: &'static str, to: &'static str| {
        decide(|d| d.set_class(from, to, Carry::Carried).expect("class"))
    };
    let wrong = [
        class("g7/9班", "g8/1班"),
        class("g7/1班", "g9/1班"),
        class("g7/1班", "g10/1班"),
        decide(|d| assert!(d.stay.insert(StudentId(99)))),
        Decisions::on(date(2026, 9, 3)),
    ];
    for (place, decisions) in wrong.into_iter().enumerate() {
        assert!(ask(&school, decisions).is_err(), "{place}");
    }
    let silent = school
        .ledger
        .write("ask", |tx| turn::ask(tx, &counsellor().because(""), &Decisions::on(DAY)));
    assert!(matches!(silent, Err(LedgerRefusal::Reason)));
    assert_eq!(school.rows("roll_turn"), 0);
    assert!(decide(|_| ()).set_class("七年级", "g8/1班", Carry::Carried).is_err());
}

/// Decisions are read back as they were written; a line of another kind is refused.
#[test]
fn decisions_are_read_back() {
    let decisions = decide(|d| {
        d.set_class("g7/1班", "g8/2班", Carry::Ended).expect("class");
        d.set_class("g8/1班", "leave", Carry::Carried).expect("class");
        d.stay.insert(StudentId(7));
        d.mentors = Carry::Ended;
    });
    let text = decisions.to_text();
    assert_eq!(
        text,
        "day 2026-09-01\nclass g7/1班 g8/2班 end\nclass g8/1班 leave\nstay 7\nmentors end"
    );
    let read = Decisions::parse(&text).ok().map(|read| read.to_text());
    assert_eq!(read.as_deref(), Some(text.as_str()));
    for wrong in ["", "class g7/1班 leave", "day 2026-09-01\nstay x", "day 2026-09-01\nall"] {
        assert!(Decisions::parse(wrong).is_err(), "{wrong}");
    }
}

/// A line that was corrected on or after the day of a turn is turned with its class from the turn's
/// day on, and one who leaves does so on that day; who came since, or was put into another place by
/// hand, is not moved again.
#[test]
fn who_was_corrected_since_the_day_goes_up_too() {
    let school = school();
    let days = [date(2026, 8, 31), DAY, date(2026, 9, 2)];
    let of = |school: &School, id: i64| {
        days.map(|day| {
            roll(school, day).into_iter().find(|(of, _)| *of == id).map(|(_, place)| place)
        })
    };
    let before = [1, 2, 5].map(|id| of(&school, id));
    let correct = |student, right: Correction| {
        school.ledger.write("correct", move |tx| {
            roll_change::correct(tx, &counsellor(), (StudentId(student), date(2026, 9, 2)), &right)
        })
    };
    let named = Correction { name: Some("甄某".into()), ..Correction::default() };
    correct(1, named.clone()).expect("a typo");
    correct(5, named).expect("of a leaver too");
    let placed = Correction { grade: Grade::from_code("g8"), ..Correction::default() };
    correct(2, placed).expect("put into the new grade by hand");
    let preview = school.ledger.read(|tx| turn::preview(tx, &head(), &Decisions::on(DAY)));
    assert!(preview.expect("preview").aside == [StudentId(2)], "told, not left out in silence");
    let id = ask(&school, Decisions::on(DAY)).expect("asked");
    sign(&school, head(), id, true).expect("signed");
    let places = |places: [Option<&str>; 3]| places.map(|place| place.map(str::to_owned));
    assert_eq!(of(&school, 1), places([Some("g7/1班"), Some("g8/1班"), Some("g8/1班")]));
    assert_eq!(of(&school, 2), places([Some("g7/1班"), Some("g7/1班"), Some("g8/1班")]));
    assert_eq!(of(&school, 5), places([Some("g9/1班"), None, None]));
    let left = school.ledger.read(|tx| {
        let all = read::about::<super::roll::Transfer>(tx, 5)?;
        let pair = read::about::<Mentor>(tx, 5)?.pop();
        Ok::<_, LedgerRefusal>((all, pair.and_then(|kept| kept.entry.until)))
    });
    let (transfers, until) = left.expect("read");
    assert!(transfers.iter().all(|kept| kept.entry.day == DAY) && transfers.len() == 1);
    assert_eq!(until, Some(DAY), "the pair ends with the leaving");
    undo(&school, id).expect("undone");
    assert_eq!((of(&school, 1), of(&school, 5)), (before[0].clone(), before[2].clone()));
    let name = |day| {
        let stretch = school.ledger.read(move |tx| student::stretches(tx, 1, day)).expect("read");
        stretch.first().map(|stretch| stretch.row.name.clone())
    };
    assert_eq!((name(DAY), name(days[2])), (Some("张某某".into()), Some("甄某".into())));
}

/// What was written on an entry of a turn stays: the turn is not undone over it.
#[test]
fn a_turn_is_not_undone_over_what_was_written_on_it() {
    let school = school();
    let id = ask(&school, decide(|d| d.mentors = Carry::Ended)).expect("asked");
    sign(&school, head(), id, true).expect("signed");
    let changed = school.ledger.write("mentor", |tx| {
        let pairs = read::all::<Mentor>(tx)?;
        let kept = pairs.first().ok_or(LedgerRefusal::Unknown)?;
        let until = Some(date(2026, 6, 30));
        let entry = Mentor { until, ..kept.entry.clone() };
        write::update(tx, &counsellor(), (kept.record, kept.version), &entry)
    });
    changed.expect("ended before");
    assert!(!line(&school, id).can_undo);
    assert!(matches!(undo(&school, id), Err(LedgerRefusal::BuiltOn)));
}

/// A roster of the new year that was taken back stands in the way of no turn.
#[test]
fn a_roster_that_was_taken_back_hinders_no_turn() {
    let school = school();
    let pupils: Vec<TestPupil> = (0..7).map(TestPupil::new).collect();
    let batch = school.roster(&pupils, DAY).batch.expect("batch");
    let asked = ask(&school, Decisions::on(DAY));
    assert!(matches!(asked, Err(LedgerRefusal::Turned)));
    let undo = school
        .ledger
        .write("undo", move |tx| super::import_undo::roster(tx, &counsellor(), batch).map(drop));
    undo.expect("taken back");
    ask(&school, Decisions::on(DAY)).expect("asked");
}
