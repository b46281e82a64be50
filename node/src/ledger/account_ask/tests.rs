//! Nobody gets in alone: acts on accounts by two persons.

use runtime::web::factor::{FactorKind, StoredSheet};
use runtime::web::session_store::factor::{self, StoredFactor};

use super::*;
use crate::ledger::testing::{NOW_MS, School, stored_account};

const PEOPLE: [(&str, Role, Option<i64>); 5] = [
    ("li", Role::Counsellor, Some(1)),
    ("head", Role::MoralHead, Some(2)),
    ("zhao", Role::Principal, Some(3)),
    ("it", Role::Operator, None),
    ("it2", Role::Operator, None),
];

/// A school whose counsellor has a second factor, and a teacher without an account.
fn school() -> School {
    let school = School::new();
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长"), (4, "班主任")]);
    let put = |tx: &Tx<'_>| -> Result<(), AccountError> {
        for (login, role, staff) in PEOPLE {
            let changer = Changer { by: "first set-up".to_owned(), at_ms: NOW_MS };
            account::put(tx, &stored_account(login, role), staff.map(StaffId), &changer)?;
        }
        Ok(give_factor(tx, "li")?)
    };
    school.ledger.write("people", put).expect("people");
    school
}

fn give_factor(tx: &Tx<'_>, login: &str) -> Result<(), SqlError> {
    let app = StoredFactor {
        kind: FactorKind::App,
        secret: vec![0; 20],
        is_confirmed: true,
        last_step: 1,
        codes_left: 0,
        salt: Vec::new(),
    };
    let sheet = StoredSheet { salt: Vec::new(), digests: Vec::new() };
    factor::put(tx, login, &app, &sheet, NOW_MS)
}

fn author(tx: &Tx<'_>, login: &str, later_ms: i64) -> Result<Author, LedgerRefusal> {
    let author = account::author(tx, login, NOW_MS + later_ms)?;
    Ok(author.ok_or(LedgerRefusal::NotAllowed)?.because("手机丢失"))
}

fn ask_for(
    school: &School,
    by: &'static str,
    (login, wish): (&'static str, Wish),
) -> Result<(), AskError> {
    school.ledger.write("ask", move |tx| {
        let login = login.parse().map_err(|_| SqlError::Type)?;
        ask(tx, &author(tx, by, 0)?, &login, (&wish, "k7m2-9qxd"))
    })
}

/// Agrees to the request that waits.
fn done_by(school: &School, by: &'static str, later_ms: i64) -> Result<(), AskError> {
    school.ledger.write("done", move |tx| {
        let waits = waiting(tx, Moment(NOW_MS + later_ms))?;
        let id = waits.first().map_or(1, |request| request.id);
        agree(tx, &author(tx, by, later_ms)?, id, Some("hash"))
    })
}

fn line(school: &School, login: &'static str) -> Option<AccountLine> {
    let find = move |tx: &Tx<'_>| line_of(tx, &login.parse().map_err(|_| SqlError::Type)?);
    school.ledger.read(find).expect("accounts")
}

fn new(role: Role, staff: i64) -> Wish {
    Wish::New { name: "朱老师".to_owned(), role, staff: Some(StaffId(staff)) }
}

fn is_refused(done: Result<(), AskError>, check: fn(&LedgerRefusal) -> bool) -> bool {
    matches!(done, Err(AskError::Refused(refusal)) if check(&refusal))
}

/// Two persons take a factor away, one of them a head; the line names both.
#[test]
fn a_factor_goes_by_two_persons() {
    let school = school();
    ask_for(&school, "it", ("li", Wish::Factor)).expect("asked");
    let twice = ask_for(&school, "head", ("li", Wish::Factor));
    assert!(is_refused(twice, |why| matches!(why, LedgerRefusal::Double)));
    assert!(is_refused(done_by(&school, "it", 0), |why| matches!(why, LedgerRefusal::SamePerson)));
    assert!(is_refused(done_by(&school, "it2", 0), |why| matches!(why, LedgerRefusal::NotAllowed)));
    assert!(is_refused(done_by(&school, "li", 0), |why| matches!(why, LedgerRefusal::NotAllowed)));
    assert!(line(&school, "li").is_some_and(|line| line.has_factor));
    done_by(&school, "head", 0).expect("done");
    assert!(line(&school, "li").is_some_and(|line| !line.has_factor));
    let again = done_by(&school, "zhao", 0);
    assert!(is_refused(again, |why| matches!(why, LedgerRefusal::NotWaiting)));
    let lines = school.ledger.read(|tx| account::changes(tx, i64::MAX, 1)).expect("changes");
    assert_eq!((lines[0].what.as_str(), lines[0].by.as_str()), ("factor_removed", "it + head"));
}

/// A request is over after a day, and a counsellor asks for nobody.
#[test]
fn a_request_ends_after_a_day() {
    let school = school();
    let counsellor = ask_for(&school, "li", ("it", Wish::Factor));
    assert!(is_refused(counsellor, |why| matches!(why, LedgerRefusal::NotAllowed)));
    ask_for(&school, "zhao", ("li", Wish::Factor)).expect("asked");
    let late = done_by(&school, "head", OPENING_ENDS_MS);
    assert!(is_refused(late, |why| matches!(why, LedgerRefusal::NotWaiting)));
    assert!(line(&school, "li").is_some_and(|line| line.has_factor));
}

/// A reader's account is there once another person agrees, and never by its maker alone, also not
/// through school IT, who asks for no reader.
#[test]
fn a_reader_is_let_in_by_two() {
    let school = school();
    let by_it = ask_for(&school, "it", ("zhu", new(Role::Counsellor, 4)));
    assert!(is_refused(by_it, |why| matches!(why, LedgerRefusal::NotAllowed)));
    let taken = ask_for(&school, "head", ("zhu", new(Role::Counsellor, 1)));
    assert!(matches!(taken, Err(AskError::Account(AccountError::SecondAccount))));
    ask_for(&school, "head", ("zhu", new(Role::Counsellor, 4))).expect("asked");
    assert!(line(&school, "zhu").is_none(), "nobody has agreed");
    let alone = done_by(&school, "head", 0);
    assert!(is_refused(alone, |why| matches!(why, LedgerRefusal::SamePerson)));
    done_by(&school, "it", 0).expect("agreed");
    let zhu = line(&school, "zhu").expect("account");
    assert!(zhu.must_change && zhu.staff.as_deref() == Some("T004"));
    assert_eq!(zhu.changed.map(|(_, by)| by), Some("head + it".to_owned()));
}

/// A request of somebody whose account was locked since, or that somebody refused, is over.
#[test]
fn what_a_locked_account_asked_is_not_done() {
    let school = school();
    ask_for(&school, "head", ("zhu", new(Role::Counsellor, 4))).expect("asked");
    let lock = |tx: &Tx<'_>| {
        let head = "head".parse::<Login>().map_err(|_| SqlError::Type)?;
        account::change(tx, &head, AccountChange::Lock, &Changer::terminal("office", NOW_MS))
    };
    assert!(school.ledger.write("lock", lock).expect("locked"));
    let late = done_by(&school, "it", 0);
    assert!(is_refused(late, |why| matches!(why, LedgerRefusal::NotAllowed)));
    let refused = school.ledger.write("refuse", |tx| refuse(tx, &author(tx, "it", 0)?, 1));
    refused.expect("refused");
    assert!(is_refused(done_by(&school, "zhao", 0), |why| matches!(
        why,
        LedgerRefusal::NotWaiting
    )));
    assert!(line(&school, "zhu").is_none());
}

/// An account that one person alone opened is nobody's second person, and neither is its maker's;
/// once two have opened it anew, it is.
#[test]
fn an_account_of_one_hand_is_no_second_person() {
    let school = school();
    let alone = |tx: &Tx<'_>| {
        let changer = Changer { by: "head".to_owned(), at_ms: NOW_MS };
        account::put(tx, &stored_account("it3", Role::Operator), None, &changer)
    };
    school.ledger.write("alone", alone).expect("as before two were needed");
    ask_for(&school, "head", ("li", Wish::Factor)).expect("asked");
    let own = done_by(&school, "it3", 0);
    assert!(is_refused(own, |why| matches!(why, LedgerRefusal::OneHand)));
    done_by(&school, "zhao", 0).expect("somebody else");
    let moved = Wish::Role { role: Role::Counsellor, staff: Some(StaffId(4)) };
    ask_for(&school, "head", ("it3", moved)).expect("asked");
    let moved = done_by(&school, "zhao", 0);
    assert!(is_refused(moved, |why| matches!(why, LedgerRefusal::OneHand)), "its maker is inside");
    school.ledger.write("refuse", |tx| refuse(tx, &author(tx, "head", 0)?, 2)).expect("taken back");
    ask_for(&school, "head", ("it3", Wish::Opening)).expect("asked");
    done_by(&school, "zhao", 0).expect("opened");
    ask_for(&school, "head", ("li", Wish::Opening)).expect("asked");
    done_by(&school, "it3", 0).expect("a person of its own now");
}

/// A password that one person gave waits: then the second factor does not go, by nobody's hand.
#[test]
fn a_factor_stays_beside_a_password_that_waits() {
    let school = school();
    let give = |tx: &Tx<'_>| {
        let li = "li".parse::<Login>().map_err(|_| SqlError::Type)?;
        let head = Changer { by: "head".to_owned(), at_ms: NOW_MS };
        account::give_password(tx, &li, "hash", &head)
    };
    assert!(school.ledger.write("give", give).expect("the factor stands beside it"));
    ask_for(&school, "head", ("li", Wish::Factor)).expect("asked");
    assert!(matches!(done_by(&school, "it", 0), Err(AskError::PasswordWaits)));
    assert!(line(&school, "li").is_some_and(|line| line.has_factor));
    let alone = school.ledger.write("give", move |tx| {
        factor::remove(tx, &"li".parse::<Login>().map_err(|_| SqlError::Type)?)?;
        give(tx)
    });
    assert!(matches!(alone, Err(AccountError::TakesTwo)), "it would be all that it takes");
}

/// The head of the set-up has an account before there is a roll of staff: later that head asks to
/// be somebody of it, once, and school IT agrees.
#[test]
fn the_first_head_becomes_a_member_of_staff_by_two() {
    let school = school();
    let first = |tx: &Tx<'_>| {
        let changer = Changer { by: "first set-up".to_owned(), at_ms: NOW_MS };
        account::put(tx, &stored_account("first", Role::MoralHead), None, &changer)
    };
    school.ledger.write("first", first).expect("account");
    let own = |role, staff| Wish::Role { role, staff: Some(StaffId(staff)) };
    let up = ask_for(&school, "first", ("first", own(Role::Counsellor, 4)));
    assert!(is_refused(up, |why| matches!(why, LedgerRefusal::SamePerson)), "another role");
    ask_for(&school, "first", ("first", own(Role::MoralHead, 4))).expect("asked");
    done_by(&school, "it", 0).expect("agreed");
    let now = line(&school, "first").and_then(|line| line.staff);
    assert_eq!(now.as_deref(), Some("T004"));
    let other = ask_for(&school, "first", ("first", own(Role::MoralHead, 3)));
    assert!(is_refused(other, |why| matches!(why, LedgerRefusal::SamePerson)), "somebody else");
}

fn from_terminal(
    school: &School,
    (login, wish): (&'static str, Wish),
) -> Result<terminal::Asked, AskError> {
    school.ledger.write("ask", move |tx| {
        let login: Login = login.parse().map_err(|_| SqlError::Type)?;
        assert!(terminal::needs_head(tx, &login, &wish)?);
        let changer = Changer::terminal("office", NOW_MS);
        terminal::ask(tx, &changer, &login, (&wish, "k7m2-9qxd", "离任"))
    })
}

/// What the terminal asks, a head agrees to and school IT does not; both stand in the line, and the
/// account is a person of its own.
#[test]
fn a_head_agrees_to_what_the_terminal_asks() {
    let school = school();
    let asked = from_terminal(&school, ("zhu", new(Role::Counsellor, 4))).expect("asked");
    assert_eq!(asked.alone_from, None);
    assert!(is_refused(done_by(&school, "it", 0), |why| matches!(why, LedgerRefusal::NotAllowed)));
    assert!(line(&school, "zhu").is_none());
    done_by(&school, "head", 0).expect("agreed");
    let zhu = line(&school, "zhu").expect("account");
    assert_eq!(zhu.changed.map(|(_, by)| by), Some("terminal office + head".to_owned()));
    let alone = school.ledger.read(|tx| account::is_in_one_hand(tx, "zhu"));
    assert!(!alone.expect("read"));
}

/// Accounts that the terminal set alone after the first head are one hand with it, whatever name
/// the machine has; those from before, school IT's and the auditor's are not.
#[test]
fn the_terminal_is_one_hand() {
    let school = School::new();
    let put = |login: &'static str, role, name: &'static str| {
        let put = move |tx: &Tx<'_>| {
            let changer = Changer::terminal(name, NOW_MS);
            account::put(tx, &stored_account(login, role), None, &changer)
        };
        school.ledger.write("put", put).expect("put");
    };
    let is_alone = |login: &'static str| {
        let read = school.ledger.read(move |tx| account::is_in_one_hand(tx, login));
        read.expect("read")
    };
    put("early", Role::Counsellor, "office");
    put("first", Role::MoralHead, "office");
    put("late", Role::Counsellor, "office");
    put("sly", Role::Principal, "x + head");
    put("it", Role::Operator, "office");
    let seen = ["early", "first", "late", "sly", "it"].map(is_alone);
    assert_eq!(seen, [false, false, true, true, false]);
}

/// A school whose only head left gets another one by waiting two weeks in which no head works; the
/// line says that nobody answered, and the new head is a second person like any other.
#[test]
fn a_school_without_a_head_gets_one_by_waiting() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let school = school();
    let boss =
        || ("boss", Wish::New { name: "新校长".to_owned(), role: Role::Principal, staff: None });
    let asked = from_terminal(&school, boss()).expect("asked");
    assert_eq!(asked.alone_from, Some(Moment(NOW_MS + 14 * DAY_MS)));
    let alone = |later_ms: i64| {
        school.ledger.write("alone", move |tx| {
            let login: Login = "boss".parse().map_err(|_| SqlError::Type)?;
            let changer = Changer::terminal("office", NOW_MS + later_ms);
            terminal::carry_out_unanswered(tx, &changer, &login, Some("hash"))
        })
    };
    assert!(matches!(alone(14 * DAY_MS - 1), Err(terminal::AloneError::Early(_))));
    let reads = school.ledger.write("reads", |tx| {
        tx.execute(
            "insert into session (token_digest, login, csrf, created_ms, seen_ms, expires_ms)
             values (x'01', 'head', 'csrf', $1, $1, $1)",
            params![NOW_MS + DAY_MS],
        )
    });
    assert_eq!(reads.expect("a head signs in"), 1);
    assert!(matches!(alone(14 * DAY_MS), Err(terminal::AloneError::HeadAtWork)));
    let gone: Result<_, SqlError> =
        school.ledger.write("gone", |tx| tx.execute("delete from session", &[]));
    gone.expect("before it was asked");
    alone(14 * DAY_MS).expect("nobody answered");
    let line = line(&school, "boss").expect("account");
    assert!(line.must_change);
    let by = line.changed.map(|(_, by)| by).expect("a line");
    assert_eq!(by, "terminal office + nobody answered");
    let in_one_hand = school.ledger.read(|tx| account::is_in_one_hand(tx, "boss"));
    assert!(!in_one_hand.expect("read"));
    assert!(matches!(
        alone(15 * DAY_MS),
        Err(terminal::AloneError::Ask(AskError::Refused(LedgerRefusal::NotWaiting)))
    ));
}
