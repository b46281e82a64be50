//! Cases under clocks that are wrong: what is entered counts from the moment on which it is
//! entered, whatever the machine says about the day.

use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{ContactWay, ReviewDecision, Tier};
use domain::ledger::words::Move;
use jiff::civil::date;

use super::alert::{AlertReview, FirstContact};
use super::author::Author;
use super::case::{self, MoveWish};
use super::critical::CriticalItem;
use super::duty::{DutyKind, duties};
use super::entry::{Moment, RecordId, StaffId, StudentId};
use super::followup::Followup;
use super::refusal::LedgerRefusal;
use super::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil, wish};
use super::{footing, read, write};

const DAY_MS: i64 = 86_400_000;

/// Staff 1 is the counsellor, 2 the moral-education head, 3 a mentor.
fn school() -> (School, RecordId) {
    let school = School::new();
    school.roster(&[TestPupil::new(1)], AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师")]);
    let opened = school.ledger.write("open", |tx| {
        case::open(tx, &li(NOW_MS), StudentId(1), TODAY, &to(Move::Opened, Some(Tier::T1), 1))
    });
    let opened: Result<_, LedgerRefusal> = opened;
    (school, opened.expect("opened"))
}

fn li(now_ms: i64) -> Author {
    Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), now_ms).because("登记")
}

fn head(now_ms: i64) -> Author {
    Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), now_ms).because("同意")
}

/// A wish that is soon enough by either clock.
fn to(how: Move, tier: Option<Tier>, owner: i64) -> MoveWish {
    MoveWish { next_review: tier.map(|_| date(2025, 11, 21)), ..wish(how, tier, owner) }
}

/// A raise that is entered after the clock was set back over midnight acts at once: on the tier,
/// on who is responsible, and in the figures of the day.
#[test]
fn a_raise_counts_though_the_clock_was_set_back() {
    let (school, case) = school();
    let back = NOW_MS - DAY_MS;
    let raise = to(Move::TierUp, Some(Tier::T3), 3);
    let raised =
        school.ledger.write("raise", move |tx| case::ask_move(tx, &li(back), case, &raise));
    raised.expect("raised");
    let seen = school.ledger.read(move |tx| {
        let now = case::open_now(tx)?.into_iter().map(|now| (now.tier, now.owner));
        let mentor = Author::new("wang", SchoolRole::Mentor, Some(StaffId(3)), back);
        Ok((
            now.collect::<Vec<_>>(),
            footing::of(tx, &mentor, Some(StudentId(1)))?.on_case,
            case::tier_of(tx, StudentId(1), case, TODAY)?,
            case::moves_in(tx, TODAY, TODAY)?.len(),
        ))
    });
    let (now, on_case, tier, moves) = Result::<_, LedgerRefusal>::expect(seen, "seen");
    assert_eq!(now, [(Tier::T3, StaffId(3))]);
    assert!(on_case, "who is responsible is on the case at once");
    assert_eq!(tier, Some(Tier::T3));
    assert_eq!(moves, 2, "no move is dated before the one that it follows");
}

/// A clock that ran ahead when the case was entered does not put off the countersignature of what
/// is raised after it was set right.
#[test]
fn a_countersignature_is_due_a_day_after_its_raise_by_the_clock_of_then() {
    let (school, case) = school();
    let back = NOW_MS - 3 * DAY_MS;
    let next_review = Some(date(2025, 11, 18));
    let raise = MoveWish { next_review, ..wish(Move::TierUp, Some(Tier::T3), 1) };
    let raised =
        school.ledger.write("raise", move |tx| case::ask_move(tx, &li(back), case, &raise));
    let raised = raised.expect("raised");
    let due = school.ledger.write("due", move |tx| {
        let due = duties(tx, &head(back), |_| true)?.shown.into_iter();
        let mut own = due.filter(|duty| duty.record == raised);
        Ok::<_, LedgerRefusal>(own.next().map(|duty| (duty.kind, duty.due_ms)))
    });
    assert!(due.expect("due") == Some((DutyKind::Countersign, Some(back + DAY_MS))));
}

/// Of several moves under one clock that stands still the last one that came into force counts,
/// also where it was asked for before a raise.
#[test]
fn a_lowering_counts_from_its_signature_and_not_from_its_asking() {
    let (school, case) = school();
    let moved = school.ledger.write("moves", move |tx| {
        let ask = |how, tier| case::ask_move(tx, &li(NOW_MS), case, &to(how, tier, 1));
        let closing = ask(Move::Closed, None)?;
        ask(Move::TierUp, Some(Tier::T2))?;
        let down = ask(Move::TierDown, Some(Tier::T1))?;
        // The second person's machine is a day behind.
        case::sign(tx, &head(NOW_MS - DAY_MS), down, true)?;
        let before = case::tier_of(tx, StudentId(1), case, TODAY)?;
        case::sign(tx, &head(NOW_MS - DAY_MS), closing, true)?;
        Ok::<_, LedgerRefusal>((before, case::tier_of(tx, StudentId(1), case, TODAY)?))
    });
    assert!(moved.expect("moved") == (Some(Tier::T1), None));
}

/// Nothing that follows from a case was done before it was entered: no first contact, no review and
/// no follow-up has a day before that of its case.
#[test]
fn nothing_of_a_case_was_done_before_it() {
    let (school, _) = school();
    let (before, now) = (date(2025, 11, 19), NOW_MS + DAY_MS);
    let said = school.ledger.write("done", move |tx| {
        let by = li(now);
        let contact = read::waiting::<FirstContact>(tx)?.pop().expect("contact");
        let review = read::waiting::<AlertReview>(tx)?.pop().expect("review").record;
        let kept = read::waiting::<Followup>(tx)?.pop().expect("follow-up");
        let made = |at| (Moment(at), StaffId(1), ContactWay::Phone);
        let held = |day| (day, ReviewDecision::Keep, date(2025, 11, 24));
        let way = Some(ContactWay::Phone);
        let visited = |day| Followup { done: Some(day), way, ..kept.entry.clone() };
        let early = [
            case::note_contact(tx, &by, contact.record, made(NOW_MS - DAY_MS)).map(drop),
            case::hold_review(tx, &by, review, held(before)).map(drop),
            write::update(tx, &by, (kept.record, kept.version), &visited(before)).map(drop),
        ];
        // The talk of the day itself, before the case was written down, is a contact.
        case::note_contact(tx, &by, contact.record, made(NOW_MS - 3_600_000))?;
        case::hold_review(tx, &by, review, held(TODAY))?;
        write::update(tx, &by, (kept.record, kept.version), &visited(TODAY))?;
        Ok::<_, LedgerRefusal>(early.map(|one| one.expect_err("too early").to_string()))
    });
    let said = said.expect("done");
    let fields = ["contacted_at", "done", "done"];
    assert!(said.iter().zip(fields).all(|(said, field)| said.contains(field)), "{said:?}");
}

/// Of a critical answer nobody puts right when it was raised, how fast it calls, or whose it is:
/// who spoke with the student, when and how is all that is written on it.
#[test]
fn a_critical_answer_takes_a_contact_and_nothing_else() {
    let (school, _) = school();
    let item = CriticalItem {
        day: TODAY,
        student: StudentId(1),
        scale: "phq-9".to_owned(),
        level: CriticalLevel::UrgentNow,
        raised_at: Moment(NOW_MS),
        contacted_at: None,
        contacted_by: None,
        way: None,
        tested: None,
    };
    let (raised, now) = (item.clone(), NOW_MS + DAY_MS);
    let record = school.ledger.write("raise", move |tx| write::add(tx, &li(NOW_MS), &raised));
    let record = record.expect("raised");
    let ahead = CriticalItem { raised_at: Moment(now), ..item.clone() };
    let ahead = school.ledger.write("raise", move |tx| write::add(tx, &li(NOW_MS), &ahead));
    assert!(matches!(ahead, Err(LedgerRefusal::Field("raised_at"))));
    let spoken = CriticalItem {
        contacted_at: Some(Moment(now)),
        contacted_by: Some(StaffId(1)),
        way: Some(ContactWay::InPerson),
        ..item
    };
    let wrong = [
        (CriticalItem { level: CriticalLevel::Urgent, ..spoken.clone() }, "level"),
        (CriticalItem { raised_at: Moment(now - 1), ..spoken.clone() }, "raised_at"),
        (CriticalItem { scale: "gad-7".to_owned(), ..spoken.clone() }, "scale"),
        (CriticalItem { day: date(2025, 11, 19), ..spoken.clone() }, "day"),
    ];
    for (entry, field) in wrong {
        let written =
            school.ledger.write("mend", move |tx| write::update(tx, &li(now), (record, 1), &entry));
        assert!(matches!(written, Err(LedgerRefusal::Field(name)) if name == field), "{field}");
    }
    let written =
        school.ledger.write("speak", move |tx| write::update(tx, &li(now), (record, 1), &spoken));
    assert!(written.is_ok());
}
