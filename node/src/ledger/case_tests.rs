//! Cases under clocks that are wrong: what is entered counts from the moment on which it is
//! entered, whatever the machine says about the day.

use domain::ledger::SchoolRole;
use domain::ledger::terms::Tier;
use domain::ledger::words::Move;
use jiff::civil::date;

use super::author::Author;
use super::case::{self, MoveWish};
use super::duty::{DutyKind, duties};
use super::entry::{RecordId, StaffId, StudentId};
use super::footing;
use super::refusal::LedgerRefusal;
use super::testing::{AS_OF, NOW_MS, School, TODAY, TestPupil, wish};

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
        let due = duties(tx, &head(back))?.into_iter();
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
