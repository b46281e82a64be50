//! What takes a protection away needs two persons, and no way leads past them.

use domain::ledger::terms::Tier;
use domain::ledger::words::Move;
use domain::ledger::{Action, Area, SchoolRole};
use runtime::sql::Tx;
use runtime::web::Role;

use super::account::{self, Changer};
use super::author::Author;
use super::case::{self, MoveWish};
use super::consent::{self, LegalHold};
use super::entry::{StaffId, StudentId};
use super::refusal::LedgerRefusal;
use super::roll::Mentor;
use super::scope::Scope;
use super::special_group::Helper;
use super::testing::{self, AS_OF, NOW_MS, School, TODAY, TestPupil, wish};
use super::{Ledger, footing, people, read, write};

pub(crate) const CHILD: StudentId = StudentId(1);

pub(crate) fn school() -> School {
    school_in(Ledger::in_memory().expect("ledger"))
}

pub(crate) fn school_in(ledger: Ledger) -> School {
    let school = School::with(ledger);
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "班主任")]);
    school
}

pub(crate) fn author(account: &str, role: SchoolRole, staff: i64) -> Author {
    Author::new(account, role, Some(StaffId(staff)), NOW_MS).because("登记")
}

pub(crate) fn counsellor() -> Author {
    author("counsellor", SchoolRole::Counsellor, 1)
}

pub(crate) fn head() -> Author {
    author("head", SchoolRole::MoralHead, 2)
}

pub(crate) fn principal() -> Author {
    author("principal", SchoolRole::Principal, 4)
}

pub(crate) fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> Result<T, LedgerRefusal> {
    school.ledger.write("test", work)
}

fn hold() -> LegalHold {
    let ordered_by = "区教育局".to_owned();
    LegalHold {
        from: TODAY,
        student: CHILD,
        ordered_by,
        lift_asked_by: None,
        lift_asked_staff: None,
        until: None,
        target: None,
    }
}

/// A hold has two doors, of which the second needs two persons.
///
/// Method: the same person writes the end of a hold as a change, forges the name of who asked, and
/// asks twice; the hold stands. Somebody else lifts it, once.
#[test]
fn nobody_lifts_a_hold_alone() {
    let school = school();
    let added = run(&school, |tx| write::add(tx, &head(), &hold()));
    assert!(matches!(added, Err(LedgerRefusal::OwnAct)));
    let record = run(&school, |tx| consent::place_hold(tx, &head(), CHILD, "区教育局", None));
    let record = record.expect("placed");
    let ended = LegalHold { until: Some(TODAY), ..hold() };
    let forged = LegalHold { lift_asked_by: Some("principal".to_owned()), ..hold() };
    for change in [ended, forged] {
        let said = run(&school, move |tx| write::update(tx, &head(), (record, 1), &change));
        assert!(matches!(said, Err(LedgerRefusal::OwnAct)));
    }
    let lift = |who: Author| run(&school, move |tx| consent::lift_hold(tx, &who, record));
    let until = || {
        let kept = run(&school, move |tx| Ok(read::one::<LegalHold>(tx, record)?));
        kept.expect("read").expect("hold").entry.until
    };
    assert!(lift(head()).is_ok());
    assert!(matches!(lift(head()), Err(LedgerRefusal::SamePerson)));
    assert_eq!(until(), None);
    assert!(lift(principal()).is_ok());
    assert_eq!(until(), Some(TODAY));
    assert!(matches!(lift(principal()), Err(LedgerRefusal::NotWaiting)), "lifted once");
}

/// A second account is not a second person, and an account without a person is nobody's second.
///
/// Method: one member of staff asks under one account and signs under another, then under an
/// account that is linked to nobody; a raise still acts at once, whoever makes it.
#[test]
fn a_second_account_is_not_a_second_person() {
    let school = school();
    let wish = |how, to| testing::wish(how, to, 1);
    let twin = || author("counsellor.2", SchoolRole::MoralHead, 1);
    let nobody = || Author::new("office", SchoolRole::MoralHead, None, NOW_MS).because("登记");
    let case = run(&school, move |tx| {
        case::open(tx, &nobody(), CHILD, TODAY, &wish(Move::Opened, Some(Tier::T2)))
    });
    let case = case.expect("a raise waits for nobody");
    let close = |who: Author| {
        run(&school, move |tx| case::ask_move(tx, &who, case, &wish(Move::Closed, None)))
    };
    assert!(matches!(close(nobody()), Err(LedgerRefusal::Unlinked)));
    let closing = close(counsellor()).expect("asked");
    let sign = |who: Author| run(&school, move |tx| case::sign(tx, &who, closing, true));
    assert!(matches!(sign(twin()), Err(LedgerRefusal::SamePerson)));
    assert!(matches!(sign(nobody()), Err(LedgerRefusal::Unlinked)));
    assert!(sign(head()).is_ok());
    let placed = run(&school, |tx| consent::place_hold(tx, &head(), CHILD, "区教育局", None));
    let record = placed.expect("placed");
    let lift = |who: Author| run(&school, move |tx| consent::lift_hold(tx, &who, record));
    assert!(matches!(lift(nobody()), Err(LedgerRefusal::Unlinked)));
    lift(head()).expect("asked");
    let other = author("head.2", SchoolRole::Principal, 2);
    assert!(matches!(lift(other), Err(LedgerRefusal::SamePerson)));
    assert!(matches!(lift(nobody()), Err(LedgerRefusal::Unlinked)));
    assert!(lift(principal()).is_ok());
}

/// An account that one person alone opened is no second person, whoever signs with it.
///
/// Method: a head makes another head's account alone, as was possible once, and asks for a hold to
/// be lifted; that account cannot sign until two have opened it anew.
#[test]
fn who_was_let_in_by_one_signs_nothing() {
    let school = school();
    let put = |login: &'static str, by: &'static str| {
        let stored = testing::stored_account(login, Role::MoralHead);
        let changer = Changer { by: by.to_owned(), at_ms: NOW_MS };
        run(&school, move |tx| {
            account::put(tx, &stored, None, &changer).map_err(|_| LedgerRefusal::Unknown)
        })
        .expect("account");
    };
    put("head", "terminal office");
    put("zhu", "head");
    let zhu = || author("zhu", SchoolRole::MoralHead, 3);
    let record = run(&school, |tx| consent::place_hold(tx, &head(), CHILD, "区教育局", None));
    let record = record.expect("placed");
    let lift = |who: Author| run(&school, move |tx| consent::lift_hold(tx, &who, record));
    lift(head()).expect("asked");
    assert!(matches!(lift(zhu()), Err(LedgerRefusal::OneHand)));
    put("zhu", "head + office");
    lift(zhu()).expect("a person of its own");
}

/// The moral-education head lets himself onto no case by owning it: somebody else names him, and
/// then he stays on it while he owns it, whoever moves it.
#[test]
fn an_owner_by_the_own_hand_is_not_on_the_case() {
    let school = school();
    let reads = || {
        let action = Action::Read(Area::Session);
        let scope = run(&school, move |tx| Ok(Scope::of(tx, &head(), action)?)).expect("scope");
        let footing = run(&school, |tx| Ok(footing::of(tx, &head(), Some(CHILD))?));
        assert_eq!(footing.expect("footing").on_case, scope.has(CHILD));
        scope.has(CHILD)
    };
    let moved = |who: Author, case, wish: MoveWish| {
        run(&school, move |tx| case::ask_move(tx, &who, case, &wish)).expect("a raise")
    };
    let opened = wish(Move::Opened, Some(Tier::T1), 2);
    let case = run(&school, move |tx| case::open(tx, &head(), CHILD, TODAY, &opened));
    let case = case.expect("opened");
    assert!(!reads(), "by the own hand");
    moved(counsellor(), case, wish(Move::TierUp, Some(Tier::T2), 2));
    assert!(reads(), "named by the counsellor");
    moved(head(), case, wish(Move::TierUp, Some(Tier::T3), 2));
    assert!(reads(), "still the owner");
}

/// Whom a whole roster leaves out is nobody's any more: mentor and helper read on as little as the
/// class teacher, and when a later roster has the student again so have they.
#[test]
fn a_student_whom_a_roster_left_out_is_nobody_s_own() {
    let school = school();
    let mentor = || author("mentor", SchoolRole::Mentor, 3);
    let helper = || author("helper", SchoolRole::ClassTeacher, 4);
    run(&school, |tx| {
        let mentor = Mentor { from: TODAY, student: CHILD, staff: StaffId(3), until: None };
        write::add(tx, &counsellor(), &mentor)?;
        let helper = Helper { from: TODAY, student: CHILD, staff: StaffId(4), until: None };
        write::add(tx, &counsellor(), &helper).map(drop)
    })
    .expect("tied");
    let ties = || {
        let seen = run(&school, move |tx| {
            let own = people::own(tx, &mentor())?.contains(&CHILD);
            let (talks, plan) = (Action::Read(Area::Talk), Action::Read(Area::Family));
            let talks = Scope::of(tx, &mentor(), talks)?.has(CHILD);
            let plan = Scope::of(tx, &helper(), plan)?.has(CHILD);
            let on_case = footing::of(tx, &helper(), Some(CHILD))?.on_case;
            let own_student = footing::of(tx, &mentor(), Some(CHILD))?.own_student;
            Ok([own, talks, plan, on_case, own_student])
        });
        seen.expect("seen")
    };
    assert_eq!(ties(), [true; 5]);
    let left: Vec<TestPupil> = (1..4).map(TestPupil::new).collect();
    school.roster(&left, TODAY);
    assert_eq!(ties(), [false; 5]);
    let all: Vec<TestPupil> = (0..4).map(TestPupil::new).collect();
    school.roster(&all, TODAY);
    assert_eq!(ties(), [true; 5], "the posts had not ended");
}
