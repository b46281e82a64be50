//! Comings, leavings and corrections by hand, and what rosters do to them.

use domain::ledger::SchoolRole;
use domain::ledger::consent::{Answer, NoConsent, Purpose};
use domain::ledger::day::DayError;
use domain::ledger::terms::{Tier, TransferKind};
use domain::ledger::words::Move;
use jiff::civil::{Date, date};

use super::case;
use super::entry::{StaffId, StudentId};
use super::guard_tests::{CHILD, author, counsellor, head, run, school};
use super::refusal::LedgerRefusal;
use super::roll::{Mentor, Transfer};
use super::roll_change::{self, Arrival, Correction, Leaving, Left};
use super::testing::{AS_OF, School, TODAY, TestPupil, slip, wish};
use super::{access, consented, footing, journal, read, student, write};
use crate::import::value::{Consent, Grade, Sex, StudentNumber};

const LAST: Date = date(2025, 11, 9);
const DAY: Date = date(2025, 11, 10);

fn arrival(n: u32) -> Arrival {
    Arrival {
        day: DAY,
        number: StudentNumber::parse(&TestPupil::new(n).number()).expect("number"),
        name: "转某某".into(),
        sex: Sex::Female,
        birth_date: Some(date(2013, 3, 4)),
        grade: Grade::from_code("g7").expect("grade"),
        class: "2班".into(),
        other_school: "示例二中".to_owned(),
    }
}

fn leaving(how: TransferKind) -> Leaving {
    Leaving { day: DAY, how, other_school: "示例三中".to_owned() }
}

fn arrive(school: &School, arrival: Arrival) -> Result<StudentId, LedgerRefusal> {
    run(school, move |tx| roll_change::arrive(tx, &counsellor(), &arrival))
}

fn leave(school: &School, leaving: Leaving) -> Result<Left, LedgerRefusal> {
    run(school, move |tx| roll_change::leave(tx, &counsellor(), CHILD, &leaving))
}

fn on_roll(school: &School, day: Date) -> Vec<i64> {
    let pupils = school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll");
    pupils.iter().map(|pupil| pupil.id).collect()
}

fn pupils(range: std::ops::Range<u32>) -> Vec<TestPupil> {
    range.map(TestPupil::new).collect()
}

/// A leaving takes the student off the roll from its day on and not before, ends mentor pair and
/// the class teacher's reading, and leaves a case open; the journal stays whole.
#[test]
fn a_leaving_ends_the_place_from_its_day() {
    let school = school();
    let wish = wish(Move::Opened, Some(Tier::T2), 1);
    run(&school, |tx| {
        let mentor = Mentor { from: LAST, student: CHILD, staff: StaffId(3), until: None };
        write::add(tx, &counsellor(), &mentor)?;
        let class = super::roll::ClassTeacher {
            from: LAST,
            grade: domain::catalogue::Grade::from_word("g7").expect("grade"),
            class: "1班".to_owned(),
            staff: StaffId(4),
            until: None,
        };
        write::add(tx, &counsellor(), &class)
    })
    .expect("posts");
    run(&school, move |tx| case::open(tx, &counsellor(), CHILD, TODAY, &wish)).expect("case");
    let own = |staff| {
        let who = author("teacher", SchoolRole::ClassTeacher, staff);
        run(&school, move |tx| Ok(footing::of(tx, &who, Some(CHILD))?.own_student))
    };
    assert!(own(4).expect("class teacher") && own(3).expect("mentor"));
    let left = leave(&school, leaving(TransferKind::Out)).expect("left");
    assert_eq!((left.ended, left.open_case), (1, true));
    assert_eq!((on_roll(&school, LAST), on_roll(&school, DAY)), (vec![1, 2, 3, 4], vec![2, 3, 4]));
    assert!(!own(4).expect("class teacher") && !own(3).expect("mentor"));
    let entry = run(&school, |tx| Ok(read::all::<Transfer>(tx)?.pop()));
    assert!(entry.expect("read").is_some_and(|kept| kept.entry.how == TransferKind::Out));
    school.ledger.read(journal::verify).expect("whole");
    let again = leave(&school, leaving(TransferKind::Left));
    assert!(matches!(again, Err(LedgerRefusal::NotOnRoll)));
}

/// What cannot be is refused, and nothing is written: a coming as a leaving, a day in the future,
/// before birth or before the student came, a grade that the school lacks, a second coming.
#[test]
fn what_cannot_be_is_not_entered() {
    let school = school();
    let before = (school.rows("student_version"), school.rows("journal"));
    let refused = [
        leave(&school, leaving(TransferKind::In)).map(drop),
        leave(&school, Leaving { day: date(2025, 11, 21), ..leaving(TransferKind::Out) }).map(drop),
        leave(&school, Leaving { day: date(2025, 9, 1), ..leaving(TransferKind::Out) }).map(drop),
        arrive(&school, arrival(0)).map(drop),
        arrive(&school, Arrival { day: date(2012, 1, 1), ..arrival(9) }).map(drop),
        arrive(&school, Arrival { grade: Grade::from_code("g5").expect("g5"), ..arrival(9) })
            .map(drop),
        arrive(&school, Arrival { class: " ".into(), ..arrival(9) }).map(drop),
        run(&school, |tx| {
            let who = author("it", SchoolRole::Operator, 4);
            roll_change::arrive(tx, &who, &arrival(9)).map(drop)
        }),
        run(&school, |tx| {
            let who = author("teacher", SchoolRole::ClassTeacher, 4);
            roll_change::leave(tx, &who, CHILD, &leaving(TransferKind::Out)).map(drop)
        }),
    ];
    for (place, said) in refused.into_iter().enumerate() {
        assert!(said.is_err(), "{place}");
    }
    let alone = Transfer {
        day: DAY,
        student: CHILD,
        how: TransferKind::Out,
        other_school: String::new(),
        consent: None,
    };
    let said = run(&school, move |tx| write::add(tx, &counsellor(), &alone));
    assert!(matches!(said, Err(LedgerRefusal::OwnAct)));
    assert_eq!((school.rows("student_version"), school.rows("journal")), before);
}

/// The next roster agrees with what was entered: who came is not doubled, who left is not brought
/// back and not taken for a change, and who came after the roster's day has not left.
#[test]
fn the_next_roster_agrees_with_what_was_entered() {
    let school = school();
    let came = arrive(&school, arrival(9)).expect("came");
    leave(&school, leaving(TransferKind::Out)).expect("left");
    let older = school.roster(&pupils(0..4), LAST);
    assert_eq!((older.batch, older.counts.left), (None, 0), "nothing of an older roster is taken");
    let mut newer = pupils(1..4);
    newer.push(TestPupil::new(9));
    let taken = school.roster(&newer, date(2025, 11, 15));
    assert_eq!((taken.counts.new, taken.counts.left), (0, 0));
    assert_eq!(on_roll(&school, TODAY), vec![2, 3, 4, came.0]);
    newer.push(TestPupil::new(0));
    let stubborn = school.roster(&newer, date(2025, 11, 16));
    assert_eq!((stubborn.batch, stubborn.counts.warnings), (None, 1));
    assert_eq!(on_roll(&school, TODAY), vec![2, 3, 4, came.0]);
    let missing = school.roster(&pupils(1..4), date(2025, 11, 17));
    assert_eq!(missing.counts.left, 1, "a newer whole roster may say that who came has left");
}

/// A leaving that was a mistake is mended by a coming: the student is the same, not a second one.
#[test]
fn a_student_who_is_back_is_the_same() {
    let school = school();
    leave(&school, leaving(TransferKind::Left)).expect("left");
    let early = Arrival { day: LAST, ..arrival(0) };
    assert!(arrive(&school, early).is_err(), "before the leaving");
    assert_eq!(arrive(&school, arrival(0)).expect("back"), CHILD);
    assert_eq!((school.rows("student"), on_roll(&school, DAY).len()), (4, 4));
    let family = school.ledger.read(|tx| consented::of(tx, CHILD)).expect("family");
    let unknown = family.on(TODAY) == Consent::Unknown;
    assert!(unknown, "a consent does not come back with the student");
}

/// A correction keeps the version before, needs a reason, and shows in the reads as any other.
#[test]
fn a_correction_keeps_what_stood_before() {
    let school = school();
    let right = Correction { name: Some("张更名".into()), ..Correction::default() };
    let correct = |who: super::author::Author, right: Correction| {
        run(&school, move |tx| roll_change::correct(tx, &who, (CHILD, DAY), &right))
    };
    let silent = correct(head().because(""), right.clone());
    assert!(matches!(silent, Err(LedgerRefusal::Reason)));
    assert!(correct(head(), Correction::default()).is_err());
    correct(head(), right).expect("corrected");
    let names = school.ledger.read(|tx| {
        tx.query("select name from student_version where student = 1 order by version", &[], |r| {
            r.text(0)
        })
    });
    let names: Vec<String> = Result::<_, runtime::sql::SqlError>::expect(names, "names");
    assert_eq!(names, ["张某某", "张更名"]);
    let name = run(&school, |tx| {
        let purpose = domain::ledger::terms::ReadPurpose::Correction;
        let pass = access::open(tx, &head(), CHILD, purpose)?;
        Ok(student::name_of(tx, &pass)?.map(|(_, name)| name))
    });
    assert_eq!(name.expect("name").as_deref(), Some("张更名"));
}

/// A correction from a past day leaves what happened since: the grade of each year and the day of a
/// leaving stay, and the place of a year that is over is not corrected through the next one.
#[test]
fn a_correction_from_a_past_day_keeps_what_came_after() {
    let school = school();
    let place = |day| {
        let roll = school.ledger.read(move |tx| student::roll_at(tx, day)).expect("roll");
        let child = roll.into_iter().find(|pupil| pupil.id == CHILD.0);
        child.map(|pupil| (pupil.sex.code(), pupil.class.to_string()))
    };
    let correct = |day, right: Correction| {
        run(&school, move |tx| roll_change::correct(tx, &head(), (CHILD, day), &right))
    };
    let first = place(DAY).expect("on the roll");
    let sex = Sex::from_code(if first.0 == "f" { "m" } else { "f" }).expect("sex");
    let moved = Correction { class: Some("9班".into()), ..Correction::default() };
    correct(LAST, moved).expect("another class since yesterday");
    correct(AS_OF, Correction { sex: Some(sex), ..Correction::default() }).expect("sex");
    assert_eq!(place(AS_OF), Some((sex.code(), first.1.clone())), "the class of that day");
    assert_eq!(place(DAY), Some((sex.code(), "9班".to_owned())));
    let filled = Correction {
        birth_date: Some(date(2013, 3, 9)),
        grade: Grade::from_code("g7"),
        class: Some("9班".into()),
        ..Correction::default()
    };
    correct(AS_OF, filled).expect("with the place filled in as it is now");
    assert_eq!(place(AS_OF), Some((sex.code(), first.1.clone())), "not the place of today");
    assert_eq!(place(DAY), Some((sex.code(), "9班".to_owned())));
    let late = Correction { class: Some("8班".into()), ..Correction::default() };
    let refused = correct(AS_OF, late);
    assert!(matches!(refused, Err(LedgerRefusal::Day(DayError::Order))));
    leave(&school, leaving(TransferKind::Out)).expect("left");
    let named = Correction { name: Some("甄某某".into()), ..Correction::default() };
    correct(AS_OF, named).expect("a name of one who left");
    assert_eq!((place(LAST).is_some(), place(DAY)), (true, None), "the past keeps the student");
    let again = Correction { name: Some("甄某".into()), ..Correction::default() };
    correct(TODAY, again).expect("found today");
    let known = run(&school, |tx| Ok(student::one(tx, CHILD.0)?)).expect("read").expect("known");
    assert_eq!((known.from, &*known.row.name), (DAY, "甄某"), "left on the same day");
}

/// A case is moved in only with a coming and with the family's consent to the hand-over, which is
/// then noted with the coming; a leaving notes the consent that stands.
#[test]
fn a_case_is_moved_in_with_the_student_and_a_consent() {
    let school = school();
    let came = arrive(&school, arrival(9)).expect("came");
    let move_in = |student: StudentId| {
        run(&school, move |tx| {
            let wish = wish(Move::MovedIn, Some(Tier::T2), 1);
            case::open(tx, &counsellor(), student, TODAY, &wish)
        })
    };
    assert!(matches!(move_in(CHILD), Err(LedgerRefusal::NotMovedIn)), "never came");
    let unasked = move_in(came);
    assert!(matches!(unasked, Err(LedgerRefusal::Consent(NoConsent::Unanswered))));
    let paper = |student, answer| super::consent::Consent {
        purpose: Purpose::Transfer,
        recipient: "3702020001".to_owned(),
        recipient_name: "本校".to_owned(),
        form_digest: "0".repeat(64),
        ..slip(student, answer, TODAY, date(2025, 12, 31))
    };
    let say = |student, answer| {
        let said = paper(student, answer);
        run(&school, move |tx| write::add(tx, &counsellor(), &said)).expect("paper")
    };
    say(came, Answer::Refused);
    let refused = move_in(came);
    assert!(matches!(refused, Err(LedgerRefusal::Consent(NoConsent::Refused))));
    let yes = say(came, Answer::Given);
    move_in(came).expect("moved in");
    let noted = |student: StudentId| {
        let found = run(&school, move |tx| Ok(read::about::<Transfer>(tx, student.0)?));
        found.expect("read").pop().expect("entry").entry.consent
    };
    assert_eq!(noted(came), Some(yes));
    let to_other = say(CHILD, Answer::Given);
    leave(&school, Leaving { day: TODAY, ..leaving(TransferKind::Out) }).expect("left");
    assert_eq!(noted(CHILD), Some(to_other));
}
