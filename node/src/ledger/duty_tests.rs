//! What waits, compared with what the versions say, over generated lives of a school.

use domain::ledger::SchoolRole;
use domain::ledger::critical::CriticalLevel;
use domain::ledger::terms::{ContactWay, FollowupKind, ReviewDecision, Tier};
use domain::ledger::words::{AlertSource, Move, Word as _};
use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;
use runtime::sql::{SqlError, Tx};

use super::alert::{AlertMove, AlertReview, FirstContact};
use super::author::Author;
use super::case::{self, MoveWish};
use super::critical::CriticalItem;
use super::duty::{DueList, Duty, DutyKind, duties};
use super::entry::{RecordId, Rules, StaffId, StudentId};
use super::followup::Followup;
use super::refusal::LedgerRefusal;
use super::testing::{AS_OF, NOW_MS, School, TestPupil};
use super::{read, write};

/// Students of the school.
const STUDENTS: i64 = 4;

fn author(role: SchoolRole, staff: i64) -> Author {
    let account = if staff == 1 { "li" } else { "head" };
    Author::new(account, role, Some(StaffId(staff)), NOW_MS).because("登记")
}

/// One step of a life; what a rule refuses is part of life.
fn step(tx: &Tx<'_>, (what, which, tier): (u8, usize, usize)) -> Result<(), LedgerRefusal> {
    let (li, head) = (author(SchoolRole::Counsellor, 1), author(SchoolRole::MoralHead, 2));
    let (student, day) =
        (StudentId(1 + i64::try_from(which).unwrap_or(0) % STUDENTS), date(2025, 11, 20));
    let to = Tier::ALL[tier % Tier::ALL.len()];
    let soon = day + 5.days();
    let (source, owner) = (AlertSource::Mentor, StaffId(1));
    let wish = |how, to| MoveWish { how, to, source, owner, next_review: Some(soon) };
    let open = case::open_now(tx)?;
    let case = open.get(which % open.len().max(1)).map(|now| now.case.record);
    match (what, case) {
        (0, _) => case::open(tx, &li, student, day, &wish(Move::Opened, Some(to))).map(drop),
        (1, Some(case)) => case::ask_move(tx, &li, case, &wish(Move::TierUp, Some(to))).map(drop),
        (2, Some(case)) => case::ask_move(tx, &li, case, &wish(Move::TierDown, Some(to))).map(drop),
        (3, Some(case)) => {
            let leave = MoveWish { next_review: None, ..wish(Move::Closed, None) };
            case::ask_move(tx, &li, case, &leave).map(drop)
        }
        (4, _) => match unsigned(tx, which)? {
            Some(moved) => case::sign(tx, &head, moved, tier % 3 > 0),
            None => Ok(()),
        },
        (5, _) => match nth::<AlertReview>(tx, which)? {
            Some(review) => {
                let held = (day, ReviewDecision::Keep, soon);
                case::hold_review(tx, &li, review, held).map(drop)
            }
            None => Ok(()),
        },
        (6, _) => match nth::<FirstContact>(tx, which)? {
            Some(contact) => {
                let made = (li.now(), owner, ContactWay::Phone);
                case::note_contact(tx, &li, contact, made).map(drop)
            }
            None => Ok(()),
        },
        _ => papers(tx, &li, (student, what)),
    }
}

/// The moves that nobody has signed as the second person: one that was objected to waits for a
/// review and for nobody's signature.
fn unsigned(tx: &Tx<'_>, which: usize) -> Result<Option<RecordId>, SqlError> {
    let mut waiting = read::waiting::<AlertMove>(tx)?;
    waiting.retain(|kept| kept.entry.signed_by.is_none());
    Ok(waiting.get(which % waiting.len().max(1)).map(|kept| kept.record))
}

/// A follow-up or a critical answer is entered, or done with.
fn papers(tx: &Tx<'_>, li: &Author, (student, what): (StudentId, u8)) -> Result<(), LedgerRefusal> {
    let day = date(2025, 11, 20);
    if what == 7 {
        let item = CriticalItem {
            day,
            student,
            scale: "phq-9".to_owned(),
            level: CriticalLevel::Urgent,
            raised_at: li.now(),
            contacted_at: None,
            contacted_by: None,
            way: None,
            tested: None,
        };
        return write::add(tx, li, &item).map(drop);
    }
    for kept in read::all::<CriticalItem>(tx)?.into_iter().take(1) {
        let (at, by) = (Some(li.now()), Some(StaffId(1)));
        let spoken = CriticalItem { contacted_at: at, contacted_by: by, ..kept.entry };
        write::update(tx, li, (kept.record, kept.version), &spoken)?;
    }
    let (case, staff) = (None, StaffId(1));
    let why = FollowupKind::Tracking;
    let due =
        Followup { due: day, student, case, why, staff, done: None, way: None, cancelled: false };
    let record = write::add(tx, li, &due)?;
    if student.0 % 2 == 0 {
        let done = Followup { done: Some(day), way: Some(ContactWay::Phone), ..due };
        write::update(tx, li, (record, 1), &done)?;
    }
    Ok(())
}

fn nth<T: Rules>(tx: &Tx<'_>, which: usize) -> Result<Option<RecordId>, SqlError> {
    let waiting = read::waiting::<T>(tx)?;
    Ok(waiting.get(which % waiting.len().max(1)).map(|kept| kept.record))
}

/// The marks of one kind are what its versions say.
fn check<T: Rules>(tx: &Tx<'_>) -> Result<(), SqlError> {
    let of = |kept: &super::entry::Kept<T>| kept.record;
    let marked: Vec<RecordId> = read::waiting::<T>(tx)?.iter().map(of).collect();
    let all = read::all::<T>(tx)?;
    let said: Vec<RecordId> = all.iter().filter(|kept| kept.entry.waits()).map(of).collect();
    assert_eq!(marked, said, "{}", T::KIND.as_str());
    Ok(())
}

fn compare(tx: &Tx<'_>) -> Result<(), SqlError> {
    check::<AlertMove>(tx)?;
    check::<AlertReview>(tx)?;
    check::<FirstContact>(tx)?;
    check::<CriticalItem>(tx)?;
    check::<Followup>(tx)?;
    let told = |now: &case::CaseNow| (now.case.record, now.tier, now.owner, now.next_review);
    let now: Vec<_> = case::open_now(tx)?.iter().map(told).collect();
    let all: Vec<_> = case::open_at(tx, jiff::civil::Date::MAX)?.iter().map(told).collect();
    assert_eq!(now, all);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is entered, moved, signed, held and done, in any order: what is marked as waiting
    /// is what the versions say, and the open cases are those of the whole history.
    #[test]
    fn what_is_marked_is_what_the_versions_say(
        steps in prop::collection::vec((0_u8..9, 0_usize..6, 0_usize..6), 1..60),
    ) {
        let school = School::new();
        school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
        school.staff(&[(1, "心理教师"), (2, "德育主任")]);
        for one in steps {
            let done = school.ledger.write("step", move |tx| step(tx, one));
            prop_assert!(!matches!(done, Err(LedgerRefusal::Store(_))));
        }
        school.ledger.read(compare).expect("compared");
    }
}

/// A wish to leave is signed after a lowering, all in one millisecond: the order of signing decides
/// whether the case is open, and no clock.
#[test]
fn moves_of_one_instant_keep_their_order() {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let steps = [(0, 0, 1), (3, 0, 0), (1, 0, 2), (2, 0, 1), (4, 0, 0), (4, 2, 1), (4, 0, 2)];
    for one in steps {
        school.ledger.write("step", move |tx| step(tx, one)).expect("step");
    }
    school.ledger.read(compare).expect("compared");
    assert!(school.ledger.read(case::open_now).expect("open").is_empty());
}

/// What presses stands first, then the rest, each the earliest first, over several ledgers; what is
/// without a limit stands last.
#[test]
fn what_is_due_stands_by_its_limit() {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    for one in [(0, 0, 2), (7, 1, 0), (8, 2, 0), (7, 3, 0), (3, 0, 0)] {
        school.ledger.write("step", move |tx| step(tx, one)).expect("step");
    }
    let list = due_of(&school, author(SchoolRole::Counsellor, 1)).shown;
    let order = |duty: &Duty| (!duty.kind.presses(), duty.due_ms.unwrap_or(i64::MAX));
    assert!(list.iter().map(order).is_sorted());
    let kinds: Vec<DutyKind> = list.iter().map(|duty| duty.kind).collect();
    for kind in [DutyKind::Critical, DutyKind::Contact, DutyKind::Review, DutyKind::Followup] {
        assert!(kinds.contains(&kind), "{kind:?} of {kinds:?}");
    }
    assert_eq!(kinds.last(), Some(&DutyKind::Second), "a wish to close has no limit");
}

/// A follow-up of an open case is told with the tier of the case; one of no case with none.
#[test]
fn a_followup_has_the_tier_of_its_case() {
    let school = School::new();
    school.roster(&(0..2).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    school.ledger.write("open", |tx| step(tx, (0, 0, 2))).expect("open");
    let list = school.ledger.write("list", |tx| {
        let li = author(SchoolRole::Counsellor, 1);
        let open = case::open_now(tx)?;
        let case = open.first().map(|now| now.case.record);
        for (student, case) in [(1, case), (2, None)] {
            let visit = Followup {
                due: date(2025, 12, 1),
                student: StudentId(student),
                case,
                why: FollowupKind::Tracking,
                staff: StaffId(1),
                done: None,
                way: None,
                cancelled: false,
            };
            write::add(tx, &li, &visit)?;
        }
        Ok::<_, LedgerRefusal>((duties(tx, &li, |_| true)?.shown, open.first().map(|now| now.tier)))
    });
    let (list, tier) = list.expect("list");
    let visits = list.iter().filter(|duty| duty.kind == DutyKind::Followup);
    let tiers: Vec<_> = visits.map(|duty| (duty.student, duty.tier)).collect();
    assert!(tiers.contains(&(Some(StudentId(1)), tier)) && tier.is_some(), "{tiers:?}");
    assert!(tiers.contains(&(Some(StudentId(2)), None)), "{tiers:?}");
}

fn due_of(school: &School, by: Author) -> DueList {
    school.ledger.write("due", move |tx| duties(tx, &by, |_| true)).expect("duties")
}

/// Long-overdue work by the hundred hides nothing that presses, and what is left out is counted:
/// an answer of now stands before all of it, the wish that waits for a second person is there, and
/// whoever asks for one sort of work is shown it though the whole list has no room for it.
#[test]
fn overdue_work_hides_nothing_that_presses() {
    let school = School::new();
    school.roster(&(0..4).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let li = author(SchoolRole::Counsellor, 1);
    let filled = school.ledger.write("visits", move |tx| {
        for n in 0..505 {
            let visit = Followup {
                due: date(2025, 10, 1) + (n % 40).days(),
                student: StudentId(1),
                case: None,
                why: FollowupKind::Tracking,
                staff: StaffId(1),
                done: None,
                way: None,
                cancelled: false,
            };
            write::add(tx, &li, &visit)?;
        }
        for one in [(7, 1, 0), (0, 0, 2), (3, 0, 0)] {
            step(tx, one)?;
        }
        Ok::<_, LedgerRefusal>(())
    });
    filled.expect("entered");
    let list = due_of(&school, author(SchoolRole::Counsellor, 1));
    let kinds: Vec<DutyKind> = list.shown.iter().map(|duty| duty.kind).collect();
    assert!(kinds.first().is_some_and(|kind| kind.presses()), "{kinds:?}");
    for kind in [DutyKind::Critical, DutyKind::Contact, DutyKind::Countersign, DutyKind::Second] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
    assert!(!kinds.contains(&DutyKind::Review), "due later than all that is shown");
    assert_eq!(list.shown.len() + list.more, list.all);
    assert!(list.more >= 5 && list.late >= 505, "{} {}", list.more, list.late);
    assert!(list.kinds.contains(&DutyKind::Review));
    let by = author(SchoolRole::Counsellor, 1);
    let is_wanted = |duty: &Duty| duty.kind == DutyKind::Review;
    let one = school.ledger.write("due", move |tx| duties(tx, &by, is_wanted)).expect("duties");
    assert_eq!((one.shown.len(), one.more, one.all), (1, 0, list.all));
}

/// A critical answer is due for everybody who has to answer it, the moral-education head too, who
/// reads no screening; for the principal and IT it is not.
#[test]
fn a_critical_answer_is_due_for_whoever_answers_it() {
    let school = School::new();
    school.roster(&[TestPupil::new(0)], AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
    let li = author(SchoolRole::Counsellor, 1);
    let item = school.ledger.write("item", move |tx| papers(tx, &li, (StudentId(1), 7)));
    item.expect("item");
    let due = |role, staff| {
        let by = author(role, staff);
        let due = due_of(&school, by);
        due.shown.iter().filter(|duty| duty.kind == DutyKind::Critical).count()
    };
    assert_eq!(due(SchoolRole::Counsellor, 1), 1);
    assert_eq!(due(SchoolRole::MoralHead, 2), 1, "the head answers it too");
    assert_eq!((due(SchoolRole::Principal, 3), due(SchoolRole::Operator, 3)), (0, 0));
}
