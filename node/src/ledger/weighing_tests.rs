//! What a second person says, and what was agreed on, is kept as it was said.

use domain::ledger::SchoolRole;
use domain::ledger::terms::{ReadPurpose, ReviewDecision, Standing, Tier};
use domain::ledger::words::Move;
use jiff::civil::{Date, date};

use super::alert::{AlertMove, AlertReview};
use super::author::Author;
use super::case::{self, MoveWish};
use super::conference::{Conference, ConferenceCase};
use super::duty::{DutyKind, duties};
use super::entry::{RecordId, StaffId, StudentId};
use super::guard_tests::{CHILD, counsellor, head, run, school};
use super::refusal::LedgerRefusal;
use super::roll::Mentor;
use super::testing::{NOW_MS, School, TODAY, wish};
use super::{access, board, course, read, write};

const DAY_MS: i64 = 86_400_000;

fn opened(school: &School, student: StudentId, tier: Tier) -> RecordId {
    run(school, move |tx| {
        case::open(tx, &counsellor(), student, TODAY, &wish(Move::Opened, Some(tier), 1))
    })
    .expect("opened")
}

fn first_move(school: &School) -> RecordId {
    let moves = school.ledger.read(read::waiting::<AlertMove>).expect("moves");
    moves.first().expect("a move").record
}

fn of_head(school: &School, kind: DutyKind) -> Vec<Option<i64>> {
    let due = school.ledger.write("due", |tx| duties(tx, &head(), |_| true)).expect("due");
    due.shown.iter().filter(|duty| duty.kind == kind).map(|duty| duty.due_ms).collect()
}

/// A second person's no to a raise is kept as a no: the raise acts, and within a day it is weighed
/// again, which a review ends.
#[test]
fn a_no_to_a_raise_is_kept_and_weighed_again() {
    let school = school();
    opened(&school, CHILD, Tier::T2);
    let moved = first_move(&school);
    run(&school, move |tx| case::sign(tx, &head(), moved, false)).expect("signed");
    let standing = |school: &School| {
        let kept = school.ledger.read(move |tx| read::one::<AlertMove>(tx, moved));
        kept.expect("read").expect("move").entry.standing
    };
    assert_eq!(standing(&school), Standing::Objected);
    let open = school.ledger.read(case::open_now).expect("open");
    assert_eq!(open.first().map(|now| now.tier), Some(Tier::T2), "it acts all the same");
    assert!(of_head(&school, DutyKind::Countersign).is_empty());
    assert_eq!(of_head(&school, DutyKind::Reconsider), [Some(NOW_MS + DAY_MS)]);
    run(&school, |tx| {
        let review = read::waiting::<AlertReview>(tx)?.remove(0).record;
        let held = (TODAY, ReviewDecision::Keep, date(2025, 12, 5));
        case::hold_review(tx, &counsellor(), review, held)
    })
    .expect("held");
    assert!(of_head(&school, DutyKind::Reconsider).is_empty());
    assert_eq!(standing(&school), Standing::InForce);
}

/// A review that two persons agreed on replaces the one that waits, with the tier from then on.
#[test]
fn the_review_that_was_agreed_on_is_kept() {
    let school = school();
    let case = opened(&school, CHILD, Tier::T3);
    let later = date(2025, 12, 12);
    run(&school, move |tx| {
        let down = wish(Move::TierDown, Some(Tier::T2), 1);
        let down = MoveWish { next_review: Some(later), ..down };
        let asked = case::ask_move(tx, &counsellor(), case, &down)?;
        case::sign(tx, &head(), asked, true)
    })
    .expect("lowered");
    let reviews = school.ledger.read(read::waiting::<AlertReview>).expect("reviews");
    let due: Vec<(Date, Tier)> =
        reviews.iter().map(|kept| (kept.entry.due, kept.entry.tier)).collect();
    assert_eq!(due, [(later, Tier::T2)]);
}

/// While a lowering waits no second one is asked for; the board has every signature that waits.
#[test]
fn one_lowering_waits_at_a_time() {
    let school = school();
    let case = opened(&school, CHILD, Tier::T3);
    let ask = move |tier| {
        move |tx: &runtime::sql::Tx<'_>| {
            case::ask_move(tx, &counsellor(), case, &wish(Move::TierDown, Some(tier), 1))
        }
    };
    let first = run(&school, ask(Tier::T2)).expect("asked");
    let second = run(&school, ask(Tier::T1));
    assert!(matches!(second, Err(LedgerRefusal::MoveWaits(waiting)) if waiting == first));
    let rows = run(&school, |tx| board::cases(tx, &head())).expect("board");
    let waiting = rows.first().map(|row| row.to_sign.len());
    assert_eq!(waiting, Some(2), "the lowering, and the entering that nobody countersigned");
    run(&school, move |tx| case::sign(tx, &head(), first, false)).expect("refused");
    assert!(run(&school, ask(Tier::T1)).is_ok());
}

/// A crisis of a few hours is one in the student's course.
#[test]
fn a_crisis_of_a_day_stays_in_the_course() {
    let school = school();
    let case = opened(&school, CHILD, Tier::T2);
    run(&school, move |tx| {
        case::ask_move(tx, &counsellor(), case, &wish(Move::TierUp, Some(Tier::T3), 1))?;
        let down = wish(Move::TierDown, Some(Tier::T2), 1);
        let asked = case::ask_move(tx, &counsellor(), case, &down)?;
        case::sign(tx, &head(), asked, true)
    })
    .expect("moved");
    let course = run(&school, |tx| {
        let pass = access::open(tx, &counsellor(), CHILD, ReadPurpose::Counselling)?;
        Ok(course::of(tx, &pass, TODAY)?)
    })
    .expect("course");
    let (_, year) = course.years.first().expect("year");
    assert_eq!((year.gravest, year.last), (Some(Tier::T3), Some(Tier::T2)));
    assert_eq!(course.tiers.len(), 3);
}

/// Words that were given as the reason of an act stay with those who may read it.
#[test]
fn words_of_a_read_open_to_whoever_may_read_as_far() {
    let school = school();
    run(&school, |tx| {
        let pair = Mentor { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
        write::add(tx, &head(), &pair)?;
        let by = counsellor().because("有具体计划");
        access::open(tx, &by, CHILD, ReadPurpose::Counselling).map(drop)
    })
    .expect("read");
    let seen_by = |who: Author| {
        run(&school, move |tx| {
            let pass = access::open(tx, &who.because("自己的话"), CHILD, ReadPurpose::ClassWork)?;
            let lines = access::reads(tx, &pass, 9)?.into_iter();
            Ok(lines.map(|line| (line.account, line.reason)).collect::<Vec<_>>())
        })
        .expect("reads")
    };
    let of = |lines: Vec<(String, Option<String>)>, account: &str| {
        lines.into_iter().find(|(who, _)| who == account).and_then(|(_, reason)| reason)
    };
    let mentor = || Author::new("mentor", SchoolRole::Mentor, Some(StaffId(3)), NOW_MS);
    assert_eq!(of(seen_by(mentor()), "counsellor"), None);
    assert_eq!(of(seen_by(mentor()), "mentor").as_deref(), Some("自己的话"));
    assert_eq!(of(seen_by(counsellor()), "mentor").as_deref(), Some("自己的话"));
    let mut own = seen_by(counsellor()).into_iter().filter_map(|(_, reason)| reason);
    assert!(own.any(|reason| reason == "有具体计划"));
    assert_eq!(of(seen_by(head()), "counsellor"), None, "no score or session is the head's");
}

/// A consultation takes up the case of its own student, at a tier that it stood at on the day.
#[test]
fn a_consultation_takes_its_own_students_case() {
    let school = school();
    let (own, other) = (opened(&school, CHILD, Tier::T2), opened(&school, StudentId(2), Tier::T3));
    let discuss = |case: RecordId, tier: Tier| {
        run(&school, move |tx| {
            let met = Conference {
                day: TODAY,
                agenda: "研判".to_owned(),
                chair: StaffId(2),
                attendees: "心理教师".to_owned(),
                has_outsiders: false,
                outside_unit: None,
            };
            let conference = write::add(tx, &counsellor(), &met)?;
            let discussed = ConferenceCase {
                day: TODAY,
                student: CHILD,
                conference,
                case: Some(case),
                tier: Some(tier),
                card: String::new(),
                emergency: None,
                decision: "跟踪".to_owned(),
                review: None,
            };
            write::add(tx, &counsellor(), &discussed)
        })
    };
    let strange = discuss(other, Tier::T3);
    assert!(matches!(strange, Err(LedgerRefusal::OtherStudent("of_case", case)) if case == other));
    assert!(matches!(discuss(own, Tier::T3), Err(LedgerRefusal::Field("tier"))));
    assert!(discuss(own, Tier::T2).is_ok());
}
