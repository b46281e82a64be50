//! Who an account is, what its changes leave behind, and whom its notes stay with.

use super::*;
use crate::ledger::testing::{NOW_MS, School};

fn account(login: &str, role: Role) -> StoredAccount {
    StoredAccount {
        login: login.to_owned(),
        password_hash: "none".to_owned(),
        role,
        name: "李某".to_owned(),
        locked_until_ms: 0,
        failures: 0,
    }
}

fn changer() -> Changer {
    Changer { by: "office".to_owned(), at_ms: NOW_MS }
}

fn author_of(school: &School, login: &'static str) -> Option<Author> {
    school.ledger.read(move |tx| author(tx, login, NOW_MS)).expect("author")
}

/// An author has the role and the member of staff of the account as they are now, a locked
/// account is nobody, and each change leaves a line that cannot be removed.
#[test]
fn an_author_is_what_the_account_is_now() {
    let school = School::new();
    school.staff(&[(1, "心理教师")]);
    let run = |work: fn(&Tx<'_>) -> Result<bool, AccountError>| school.ledger.write("a", work);
    school
        .ledger
        .write("put", |tx| {
            let staff = staff_of(tx, "T001")?;
            put(tx, &account("li", Role::Counsellor), staff, &changer())
        })
        .expect("put");
    let li = author_of(&school, "li").expect("author");
    assert_eq!((li.role(), li.staff()), (SchoolRole::Counsellor, Some(StaffId(1))));
    let login = || "li".parse::<Login>().map_err(|_| SqlError::Type);
    let moved = run(|tx| {
        let login = "li".parse::<Login>().map_err(|_| SqlError::Type)?;
        change(tx, &login, AccountChange::Role(Role::Operator, None), &changer())
    });
    assert!(moved.expect("moved"));
    let li = author_of(&school, "li").expect("author");
    assert_eq!((li.role(), li.staff()), (SchoolRole::Operator, None));
    let locked = school
        .ledger
        .write("lock", move |tx| change(tx, &login()?, AccountChange::Lock, &changer()));
    assert!(locked.expect("locked") && author_of(&school, "li").is_none());
    assert_eq!(school.rows("account_change"), 3);
    assert!(run(|tx| Ok(tx.execute("delete from account_change", &[])? > 0)).is_err());
}

/// The secret address of a calendar ends with whatever lets somebody else in or shuts its
/// person out, and each end leaves a line; the own second step ends nothing.
#[test]
fn an_address_of_a_calendar_ends_with_the_door_of_its_account() {
    let school = School::new();
    school.staff(&[(1, "心理教师")]);
    let secret = certs::digest::sha256(b"secret");
    let login = || "li".parse::<Login>().map_err(|_| SqlError::Type);
    let opens = |school: &School| {
        let found: Result<_, SqlError> =
            school.ledger.read(move |tx| calendar_address::made(tx, "li"));
        found.expect("read").is_some()
    };
    type Change = fn(&Tx<'_>, &Login) -> Result<(), AccountError>;
    let set =
        |tx: &Tx<'_>| put(tx, &account("li", Role::Counsellor), staff_of(tx, "T001")?, &changer());
    let ends: [Change; 6] = [
        |tx, login| change(tx, login, AccountChange::Lock, &changer()).map(drop),
        |tx, login| change(tx, login, AccountChange::Unlock, &changer()).map(drop),
        |tx, login| {
            let role = AccountChange::Role(Role::Counsellor, None);
            change(tx, login, role, &changer()).map(drop)
        },
        |tx, login| Ok(open_by_two(tx, login, "hash", &changer()).map(drop)?),
        |tx, _| put(tx, &account("li", Role::Operator), None, &changer()),
        |tx, login| Ok(ChangeLog.note(tx, login.as_str(), "password", NOW_MS)?),
    ];
    school.ledger.write("set", set).expect("set");
    for (number, end) in ends.into_iter().enumerate() {
        let made: Result<(), SqlError> = school.ledger.write("make", move |tx| {
            let li = Author::new("li", SchoolRole::Counsellor, None, NOW_MS);
            calendar_address::make(tx, &li, &secret)?;
            ChangeLog.note(tx, "li", "factor_sheet", NOW_MS)
        });
        made.expect("made");
        assert!(opens(&school), "{number}");
        let ended = school.ledger.write("end", move |tx| end(tx, &login()?));
        ended.expect("ended");
        assert!(!opens(&school), "{number}");
    }
    let lines = school.ledger.read(|tx| changes(tx, i64::MAX, 100)).expect("lines");
    assert_eq!(lines.iter().filter(|line| line.what == "calendar_withdrawn").count(), 6);
}

/// A role that only a hub has is nobody at a school.
#[test]
fn a_role_of_a_hub_is_nobody_at_a_school() {
    let school = School::new();
    let stored = account("guest", Role::Analyst);
    let put = move |tx: &Tx<'_>| put(tx, &stored, None, &changer());
    school.ledger.write("put", put).expect("put");
    assert!(author_of(&school, "guest").is_none());
}

/// A member of staff has one account that is not locked, whichever way a second one comes.
#[test]
fn one_member_of_staff_has_one_account() {
    let school = School::new();
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let put = |login, staff| {
        let stored = account(login, Role::Counsellor);
        school.ledger.write("put", move |tx| put(tx, &stored, Some(StaffId(staff)), &changer()))
    };
    let change = |login: &str, how| {
        let login: Login = login.parse().expect("login");
        school.ledger.write("change", move |tx| change(tx, &login, how, &changer()))
    };
    let taken = |said: Result<bool, AccountError>| matches!(said, Err(AccountError::SecondAccount));
    put("li", 1).expect("first");
    put("li", 1).expect("the same account again");
    assert!(taken(put("li2", 1).map(|()| true)));
    put("wang", 2).expect("another person");
    assert!(taken(change("wang", AccountChange::Role(Role::MoralHead, Some(StaffId(1))))));
    assert!(change("li", AccountChange::Lock).expect("locked"));
    put("li2", 1).expect("the first one is locked");
    assert!(taken(change("li", AccountChange::Unlock)));
    assert_eq!(school.rows("account"), 3);
}

/// A login that somebody of the roll of staff has written with stays that person's: its notes would
/// open for a successor. An unused one goes to whoever it was meant for.
#[test]
fn a_login_that_wrote_stays_with_its_person() {
    use crate::ledger::guard_tests::{CHILD, school};
    use crate::ledger::{browse, refusal::LedgerRefusal, talk::Talk, write};
    use domain::ledger::Kind;
    use domain::ledger::words::TalkTopic;

    let school = school();
    let put = |role, staff: Option<i64>| {
        let stored = account("li", role);
        let staff = staff.map(StaffId);
        school.ledger.write("put", move |tx| put(tx, &stored, staff, &changer()))
    };
    let other = |said: Result<(), AccountError>| matches!(said, Err(AccountError::OtherPerson));
    put(Role::Counsellor, Some(2)).expect("typed wrong");
    put(Role::Counsellor, Some(1)).expect("put right before anything was written");
    let noted: Result<_, LedgerRefusal> = school.ledger.write("talk", |tx| {
        let li = strange(author(tx, "li", NOW_MS)?)?.because("登记");
        let talk = Talk {
            day: crate::ledger::testing::TODAY,
            student: CHILD,
            staff: StaffId(1),
            topics: crate::ledger::entry::Words::new([TalkTopic::Mind]),
            concern: false,
            raised: false,
            home_visit: false,
            note: crate::ledger::entry::AuthorNote::new("只给本人看".to_owned()),
        };
        write::add(tx, &li, &talk)
    });
    let record = noted.expect("talk");
    assert!(other(put(Role::Counsellor, Some(2))), "a successor by a new password");
    assert!(other(put(Role::Counsellor, None)), "nobody knows who");
    let login: Login = "li".parse().expect("login");
    let role = |how| {
        let login = login.clone();
        school.ledger.write("role", move |tx| change(tx, &login, how, &changer())).map(drop)
    };
    assert!(other(role(AccountChange::Role(Role::Counsellor, Some(StaffId(2))))), "by a link");
    role(AccountChange::Role(Role::Operator, None)).expect("a role that reads nobody");
    assert!(other(put(Role::MoralHead, Some(2))), "nor by a detour");
    put(Role::Counsellor, Some(1)).expect("the same person again");
    let opened: Result<_, LedgerRefusal> = school.ledger.write("read", move |tx| {
        let li = strange(author(tx, "li", NOW_MS)?)?;
        Ok(browse::history(tx, &li, Kind::Talk, record)?.len())
    });
    assert_eq!(opened.expect("history"), 1);
}
