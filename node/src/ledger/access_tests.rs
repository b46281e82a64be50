//! Who reaches a student's record: while a case is open, for a while, and never by oneself.

use domain::ledger::SchoolRole;
use domain::ledger::terms::{ReadPurpose, Tier};
use domain::ledger::words::Move;
use jiff::civil::{Date, date};

use super::author::Author;
use super::case;
use super::entry::StaffId;
use super::guard_tests::{CHILD, author, counsellor, head, principal, run, school};
use super::refusal::LedgerRefusal;
use super::roll::CaseMember;
use super::special_group::Helper;
use super::testing::{School, TODAY, wish};
use super::{access, write};

fn mentor() -> Author {
    author("mentor", SchoolRole::Mentor, 3)
}

fn may_open(school: &School, who: Author) -> bool {
    run(school, move |tx| access::open(tx, &who, CHILD, ReadPurpose::Review)).is_ok()
}

/// Who owned a case reads it while it is open and is its owner, and no longer.
#[test]
fn access_ends_with_the_case_and_with_the_ownership() {
    let school = school();
    let case = run(&school, move |tx| {
        let opened = wish(Move::Opened, Some(Tier::T2), 3);
        case::open(tx, &counsellor(), CHILD, TODAY, &opened)
    });
    let case = case.expect("opened");
    assert!(may_open(&school, mentor()) && !may_open(&school, principal()));
    let raised = wish(Move::TierUp, Some(Tier::T3), 4);
    run(&school, move |tx| case::ask_move(tx, &counsellor(), case, &raised)).expect("raised");
    assert!(!may_open(&school, mentor()) && may_open(&school, principal()));
    run(&school, move |tx| {
        let closing = case::ask_move(tx, &counsellor(), case, &wish(Move::Closed, None, 4))?;
        case::sign(tx, &head(), closing, true)
    })
    .expect("closed");
    assert!(!may_open(&school, mentor()) && !may_open(&school, principal()));
}

fn helper(staff: i64) -> Helper {
    Helper { from: TODAY, student: CHILD, staff: StaffId(staff), until: None }
}

fn member(staff: i64, until: Date) -> CaseMember {
    CaseMember { from: TODAY, student: CHILD, staff: StaffId(staff), until: Some(until) }
}

/// Who was let in for a while does not let oneself in for good, nor does who lets others in.
#[test]
fn nobody_lets_oneself_in() {
    let school = school();
    let add_member = |who: Author, staff, until| {
        run(&school, move |tx| write::add(tx, &who, &member(staff, until)))
    };
    let forever = add_member(head(), 3, date(9999, 1, 1));
    assert!(matches!(forever, Err(LedgerRefusal::Field("valid_until"))));
    let own = add_member(head(), 2, date(2025, 12, 1));
    assert!(matches!(own, Err(LedgerRefusal::SamePerson)));
    let record = add_member(head(), 3, date(2026, 2, 18)).expect("90 days");
    assert!(add_member(head(), 3, date(2026, 2, 19)).is_err(), "91 days");
    let longer = member(3, date(2026, 2, 19));
    let longer = run(&school, move |tx| write::update(tx, &head(), (record, 1), &longer));
    assert!(longer.is_err(), "a change does not lengthen it either");
    assert!(may_open(&school, mentor()));
    let stays = run(&school, |tx| write::add(tx, &mentor(), &helper(3)));
    assert!(matches!(stays, Err(LedgerRefusal::NotAllowed)));
    let other = run(&school, |tx| write::add(tx, &mentor(), &helper(4)));
    assert!(matches!(other, Err(LedgerRefusal::NotAllowed)));
    let own = run(&school, |tx| write::add(tx, &head(), &helper(2)));
    assert!(matches!(own, Err(LedgerRefusal::SamePerson)));
    let named = run(&school, |tx| write::add(tx, &counsellor(), &helper(2))).expect("named");
    let ended = Helper { until: Some(TODAY), ..helper(2) };
    let ended = run(&school, move |tx| write::update(tx, &head(), (named, 1), &ended));
    assert!(ended.is_ok(), "who was named may end it");
    let again = run(&school, move |tx| write::update(tx, &head(), (named, 2), &helper(2)));
    assert!(matches!(again, Err(LedgerRefusal::SamePerson)), "and not take it up again");
}
