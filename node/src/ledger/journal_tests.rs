//! What a check of the ledgers finds beside the chain itself: pointers, and orders to destroy.

use domain::ledger::terms::{DestroyCause, Standing};
use domain::ledger::words::TalkTopic;
use runtime::sql::SqlError;

use super::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use super::guard_tests::{CHILD, counsellor, head, run, school};
use super::journal::{self, JournalFault, VerifyError};
use super::retention::Destruction;
use super::talk::Talk;
use super::testing::{School, TODAY};
use super::write;

fn verified(school: &School) -> Option<JournalFault> {
    let checked: Result<_, VerifyError> = school.ledger.read(journal::verify);
    match checked {
        Ok(_) => None,
        Err(VerifyError::Fault(fault)) => Some(fault),
        Err(VerifyError::Store(error)) => panic!("{error}"),
    }
}

fn danger_execute(school: &School, statements: Vec<String>) -> Result<(), SqlError> {
    school.ledger.write("danger", move |tx| {
        for statement in &statements {
            tx.execute(statement, &[])?;
        }
        Ok(())
    })
}

/// A school with one talk, record 1.
fn sample() -> School {
    let school = school();
    let talk = Talk {
        day: TODAY,
        student: CHILD,
        staff: StaffId(1),
        topics: Words::new([TalkTopic::Mind]),
        concern: true,
        raised: false,
        home_visit: false,
        note: AuthorNote::new("说了".to_owned()),
    };
    let record = run(&school, move |tx| write::add(tx, &counsellor(), &talk)).expect("talk");
    assert_eq!((record, verified(&school)), (RecordId(1), None));
    school
}

/// A record stays with its student: refused by the database, and found where that was got around.
#[test]
fn a_record_keeps_its_student() {
    for other in ["2", "null"] {
        let school = sample();
        let moved = format!("update record set student = {other} where id = 1");
        assert!(danger_execute(&school, vec![moved.clone()]).is_err(), "{other}");
        let around = vec!["drop trigger record_keeps_its_student".to_owned(), moved];
        danger_execute(&school, around).expect("around");
        assert_eq!(verified(&school), Some(JournalFault::Pointer(1)), "{other}");
    }
}

/// How many versions wait beside a record is what was written since the last one that settled:
/// more, fewer or none is found, also once somebody changed the record without settling it.
#[test]
fn the_number_of_parallel_versions_is_checked() {
    let school = sample();
    let talk = |concern| Talk {
        day: TODAY,
        student: CHILD,
        staff: StaffId(1),
        topics: Words::new([TalkTopic::Mind]),
        concern,
        raised: false,
        home_visit: false,
        note: AuthorNote::new("说了".to_owned()),
    };
    let update = |seen| {
        let entry = talk(false);
        run(&school, move |tx| write::update(tx, &counsellor(), (RecordId(1), seen), &entry))
    };
    let claimed = |wrong: u32, right: u32| {
        let set = |number| format!("update record set parallels = {number} where id = 1");
        danger_execute(&school, vec![set(wrong)]).expect("claimed");
        assert_eq!(verified(&school), Some(JournalFault::Parallels(1)), "{wrong} of {right}");
        danger_execute(&school, vec![set(right)]).expect("put back");
        assert_eq!(verified(&school), None, "{right}");
    };
    claimed(1, 0);
    update(1).expect("counts");
    update(1).expect("beside");
    claimed(0, 1);
    claimed(2, 1);
    update(2).expect("changed, and not settled");
    claimed(0, 1);
    update(2).expect("beside");
    claimed(1, 2);
    let seen = run(&school, |tx| write::seen::<Talk>(tx, RecordId(1))).expect("seen");
    let entry = talk(true);
    run(&school, move |tx| write::settle(tx, &counsellor(), (RecordId(1), seen), &entry))
        .expect("settled");
    claimed(1, 0);
    claimed(2, 0);
}

/// What stands after a talk was taken out under an order, which one person or two have signed.
fn after(target: (Option<i64>, Option<RecordId>), standing: Standing, signers: u8) -> Option<u8> {
    let school = sample();
    run(&school, move |tx| {
        let order = Destruction {
            day: TODAY,
            target_student: target.0,
            target: target.1,
            cause: DestroyCause::Request,
            standing,
            asked_by: "counsellor".to_owned(),
            asked_staff: None,
            taken: None,
            taken_digest: None,
        };
        write::put_new(tx, &head(), &order, (signers == 2).then_some("counsellor"))
    })
    .expect("order");
    let taken = [
        "insert into destroyed (record, ordered) values (1, 2)",
        "delete from talk where record = 1",
        "update record set destroyed = 1 where id = 1",
    ];
    danger_execute(&school, taken.map(String::from).to_vec()).expect("taken");
    verified(&school).map(|fault| u8::from(fault == JournalFault::Unordered(1)))
}

/// An order covers its own target, once two persons have signed it, and nothing else.
#[test]
fn an_order_covers_its_own_target_only() {
    let (own, record) = (Some(CHILD.0), Some(RecordId(1)));
    assert_eq!(after((own, None), Standing::InForce, 2), None);
    assert_eq!(after((None, record), Standing::InForce, 2), None);
    let other = Some(StudentId(2).0);
    for (target, standing, signers) in [
        ((other, None), Standing::InForce, 2),
        ((None, Some(RecordId(2))), Standing::InForce, 2),
        ((own, Some(RecordId(2))), Standing::InForce, 2),
        ((own, None), Standing::InForce, 1),
        ((own, None), Standing::Waiting, 2),
    ] {
        assert_eq!(after(target, standing, signers), Some(1), "{standing:?} {signers}");
    }
    let school = sample();
    let hidden = vec!["update record set destroyed = 1 where id = 1".to_owned()];
    danger_execute(&school, hidden).expect("hidden");
    assert_eq!(verified(&school), Some(JournalFault::Unordered(1)), "hidden, not destroyed");
}
