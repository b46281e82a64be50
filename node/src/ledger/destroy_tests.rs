//! Destruction carried out: what stops it, two persons, nothing left, a chain that stays whole.

use std::sync::Arc;

use domain::ledger::retention::StillKept;
use domain::ledger::terms::{ReadPurpose, Tier, TransferKind};
use domain::ledger::words::{AlertSource, Move, TalkTopic};
use domain::ledger::{Kind, SchoolRole};
use domain::referral::{Actor, Event, Urgency};
use jiff::civil::{Date, date};
use runtime::sql::SqlError;
use runtime::web::Role;

use super::account::{self, AccountChange, Changer};
use super::author::Author;
use super::case::{self, MoveWish};
use super::destroy::{self, ERASED_TABLES, KEPT_TABLES, Terms};
use super::duty::{DutyKind, duties};
use super::entry::{AuthorNote, RecordId, StaffId, StudentId, Words};
use super::kinds::KINDS;
use super::referral::tests::wanted;
use super::referral::{self, Told};
use super::refusal::LedgerRefusal;
use super::roll_change::{self, Leaving};
use super::testing::{self, NOW_MS, School, TestPupil, sheet_cells};
use super::{access, access_chain, consent, journal, write};

/// 2026-10-26 at noon in Shanghai, when the school year before is reported.
const LATER_MS: i64 = 1_792_987_200_000;
const CHILD: StudentId = StudentId(1);
const DAY: Date = date(2025, 11, 10);
/// Words that must be nowhere once the student is gone.
const PLANTED: &str = "甄别独有之词";

fn who(account: &str, role: SchoolRole, staff: i64, now_ms: i64) -> Author {
    Author::new(account, role, Some(StaffId(staff)), now_ms).because("登记")
}

fn head() -> Author {
    who("head", SchoolRole::MoralHead, 2, LATER_MS)
}

fn principal() -> Author {
    who("principal", SchoolRole::Principal, 4, LATER_MS)
}

fn counsellor(now_ms: i64) -> Author {
    who("counsellor", SchoolRole::Counsellor, 1, now_ms)
}

fn run<T: Send + 'static>(
    school: &School,
    work: impl FnOnce(&runtime::sql::Tx<'_>) -> Result<T, LedgerRefusal> + Send + 'static,
) -> Result<T, LedgerRefusal> {
    school.ledger.write("test", work)
}

fn terms(school: &School) -> Terms {
    Terms { calendar: Arc::clone(&school.calendar), copies_days: 30 }
}

/// A school where student 1 has a talk, a sheet, a read with telling words, and has left.
fn school() -> School {
    let school = School::new();
    let pupils: Vec<TestPupil> = (0..4).map(TestPupil::new).collect();
    school.roster(&pupils, date(2025, 10, 10));
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "导师"), (4, "校长")]);
    let sheets = [(pupils[0].clone(), "2025-10-15", sheet_cells(20, "0"))];
    school.answers(&sheets).expect("sheet");
    for (login, role, staff) in [("head", Role::MoralHead, 2), ("principal", Role::Principal, 4)] {
        let stored = testing::stored_account(login, role);
        let put = move |tx: &runtime::sql::Tx<'_>| {
            let changer = Changer { by: "test".to_owned(), at_ms: NOW_MS };
            account::put(tx, &stored, Some(StaffId(staff)), &changer)
        };
        school.ledger.write("account", put).expect("account");
    }
    run(&school, |tx| {
        let talk = super::talk::Talk {
            day: DAY,
            student: CHILD,
            staff: StaffId(1),
            topics: Words::new([TalkTopic::Mind]),
            concern: true,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(PLANTED.to_owned()),
        };
        write::add(tx, &counsellor(NOW_MS), &talk)?;
        let reader = counsellor(NOW_MS).because(PLANTED);
        access::open(tx, &reader, CHILD, ReadPurpose::Counselling)?;
        let leaving =
            Leaving { day: DAY, how: TransferKind::Out, other_school: PLANTED.to_owned() };
        roll_change::leave(tx, &counsellor(NOW_MS), CHILD, &leaving)?;
        tx.execute(
            "insert into access_request
                 (student_number, staff, account, role, reason, until, asked_ms)
             values ($1, 3, 'mentor', 'mentor', $2, '2025-12-01', 0)",
            runtime::params![&TestPupil::new(0).number(), PLANTED],
        )?;
        let answer = "insert into access_decision (request, granted, account, reason, decided_ms)
            values (1, 0, 'head', $1, 0)";
        tx.execute(answer, runtime::params![PLANTED])?;
        screened(tx)
    })
    .expect("entries");
    school
}

/// Student 1 takes part in a screening run, with a draft and with words about what happened.
fn screened(tx: &runtime::sql::Tx<'_>) -> Result<(), LedgerRefusal> {
    for statement in [
        "insert into screening_run (id, term, name, contact, first_day, lowest_tier, unasked,
             per_day, batch, opened_by, opened_at_ms)
         values (1, '2025S1', '普测', '', '2025-11-01', 't1', 'wait', 4, 1, 'counsellor', 0)",
        "insert into run_instrument (id, run, scale, campaign, pack, grades)
         select 1, 1, scale, id, pack, 'g7' from campaign limit 1",
        "insert into participant (id, run, student, instruments, state, was_absent)
         values (1, 1, 1, '1', 'started', 0)",
        "insert into draft (participant, instrument, answers, saved_at_ms) values (1, 1, x'00', 0)",
        "insert into answer_session (token, participant, used_at_ms) values (x'01', 1, 0)",
    ] {
        tx.execute(statement, &[])?;
    }
    let event = "insert into participant_event (participant, at_ms, author, what, reason)
        values (1, 0, 'counsellor', 'absent', $1)";
    tx.execute(event, runtime::params![PLANTED])?;
    Ok(())
}

fn ask(school: &School, author: Author) -> Result<Vec<RecordId>, LedgerRefusal> {
    let terms = terms(school);
    run(school, move |tx| destroy::ask(tx, &author, (&[CHILD], None), &terms))
}

fn sign(
    school: &School,
    author: Author,
    orders: &[RecordId],
    agrees: bool,
) -> Result<Option<i64>, LedgerRefusal> {
    let (terms, orders) = (terms(school), orders.to_vec());
    run(school, move |tx| destroy::sign(tx, &author, (&orders, agrees), &terms))
}

/// Every text of every table, to look for words in.
fn everything(school: &School) -> String {
    let found = school.ledger.read(|tx| {
        let tables =
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'";
        let mut all = String::new();
        for table in tx.query(tables, &[], |row| row.text(0))? {
            let columns = tx.query(&format!("pragma table_info({table})"), &[], |r| r.text(1))?;
            for column in columns {
                let texts = format!("select {column} from {table} where typeof({column}) = 'text'");
                for text in tx.query(&texts, &[], |row| row.opt_text(0))?.into_iter().flatten() {
                    all.push_str(&text);
                    all.push('\n');
                }
            }
        }
        Ok::<_, SqlError>(all)
    });
    found.expect("texts")
}

/// After two persons nothing of the student is left in any table, the journal is whole, the
/// certificate counts what is gone and names nobody, and the log of reads says who without words.
#[test]
fn nothing_of_a_destroyed_student_is_left() {
    let school = school();
    let number = TestPupil::new(0).number();
    assert!(everything(&school).contains(PLANTED) && everything(&school).contains(&number));
    let orders = ask(&school, head()).expect("asked");
    assert!(everything(&school).contains(PLANTED), "an order alone destroys nothing");
    let certificate = sign(&school, principal(), &orders, true).expect("signed");
    let left = everything(&school);
    assert!(!left.contains(PLANTED) && !left.contains(&number));
    school.ledger.read(journal::verify).expect("whole");
    let reads = school.ledger.read(access_chain::verify).expect("the chain of reads is whole");
    assert_eq!(reads.lines, 1);
    for table in ["participant", "participant_event", "draft", "answer_session"] {
        assert_eq!(school.rows(table), 0, "{table}");
    }
    let found = run(&school, move |tx| {
        destroy::certificate(tx, &head(), certificate.expect("certificate"))
    });
    let found = found.expect("certificate");
    let count = |what: &str| found.counts.iter().find(|(name, _)| name == what).map(|(_, n)| *n);
    assert_eq!((found.students, count("talk"), count("sheet")), (1, Some(1), Some(1)));
    assert_eq!((count("student_version"), count("access_log")), (Some(2), Some(1)));
    assert_eq!((count("access_request"), school.rows("access_request")), (Some(1), 1));
    assert_eq!(found.copies_until, date(2026, 11, 25));
    assert_eq!((&*found.asked_by, &*found.signed_by), ("head", "principal"));
    assert_eq!(school.rows("access_log"), 1, "who read stays, by a number that names nobody");
    assert_eq!(school.rows("student"), 3);
    assert!(matches!(sign(&school, principal(), &orders, true), Err(LedgerRefusal::NotWaiting)));
    let reader = run(&school, |tx| access::open(tx, &head(), CHILD, ReadPurpose::Review).map(drop));
    assert!(matches!(reader, Err(LedgerRefusal::Unknown)));
    for statement in [
        "delete from access_log",
        "delete from destruction_certificate",
        "update destroyed_student set ordered = 1",
    ] {
        let changed: Result<usize, SqlError> =
            school.ledger.write("danger", move |tx| tx.execute(statement, &[]));
        assert!(changed.is_err(), "{statement}");
    }
}

/// An open case, a hold, a place on the roll and a term that is still reported stop an order, also
/// where they came after it was given; lifting them lets it through.
#[test]
fn what_keeps_a_record_is_asked_again_at_the_signature() {
    let school = school();
    let early = run(&school, {
        let terms = terms(&school);
        move |tx| {
            let head = who("head", SchoolRole::MoralHead, 2, NOW_MS);
            destroy::ask(tx, &head, (&[CHILD], None), &terms)
        }
    });
    assert!(matches!(early, Err(LedgerRefusal::Kept(StillKept::Figures))));
    let present = run(&school, {
        let terms = terms(&school);
        move |tx| destroy::ask(tx, &head(), (&[StudentId(2)], None), &terms)
    });
    assert!(matches!(present, Err(LedgerRefusal::Kept(StillKept::OnRoll))));
    let orders = ask(&school, head()).expect("asked");
    assert!(matches!(ask(&school, head()), Err(LedgerRefusal::Double)));
    let held = run(&school, |tx| consent::place_hold(tx, &head(), CHILD, "区教育局", None));
    let held = held.expect("held");
    let stopped = sign(&school, principal(), &orders, true);
    assert!(matches!(stopped, Err(LedgerRefusal::Kept(StillKept::Hold))));
    assert_eq!(school.rows("destroyed"), 0);
    for who in [head(), principal()] {
        run(&school, move |tx| consent::lift_hold(tx, &who, held)).expect("lift");
    }
    run(&school, |tx| {
        let wish = MoveWish {
            how: Move::Opened,
            to: Some(Tier::T1),
            source: AlertSource::Mentor,
            owner: StaffId(1),
            next_review: Some(date(2026, 11, 16)),
        };
        case::open(tx, &counsellor(LATER_MS), CHILD, DAY, &wish)
    })
    .expect("case");
    let stopped = sign(&school, principal(), &orders, true);
    assert!(matches!(stopped, Err(LedgerRefusal::Kept(StillKept::OpenCase))));
    let listed = run(&school, {
        let terms = terms(&school);
        move |tx| destroy::waiting(tx, &head(), &terms)
    });
    assert_eq!(listed.expect("listed").first().and_then(|o| o.blocked), Some(StillKept::OpenCase));
}

/// One person destroys nothing, whichever account signs, and a counsellor has no part in it.
#[test]
fn one_person_destroys_nothing() {
    let school = school();
    let refused = ask(&school, counsellor(LATER_MS));
    assert!(matches!(refused, Err(LedgerRefusal::NotAllowed)));
    let nobody = Author::new("head", SchoolRole::MoralHead, None, LATER_MS);
    assert!(matches!(ask(&school, nobody), Err(LedgerRefusal::Unlinked)));
    let orders = ask(&school, head()).expect("asked");
    for same in [head(), who("other", SchoolRole::Principal, 2, LATER_MS)] {
        let said = sign(&school, same, &orders, true);
        assert!(matches!(said, Err(LedgerRefusal::SamePerson)));
    }
    assert!(sign(&school, principal(), &[], true).is_err());
    assert_eq!(sign(&school, principal(), &orders, false).expect("refused"), None);
    assert_eq!((school.rows("destroyed"), school.rows("talk")), (0, 1));
    ask(&school, head()).expect("may be asked again");
}

/// Whoever ordered a destruction is told that it waits for somebody else, and is not led to a
/// signature that refuses.
#[test]
fn an_order_waits_for_somebody_else_than_who_gave_it() {
    let school = school();
    ask(&school, head()).expect("asked");
    let by_other = |author: Author| {
        let due = run(&school, move |tx| Ok(duties(tx, &author, |_| true)?.shown)).expect("due");
        let orders = due.iter().filter(|duty| duty.kind == DutyKind::Destroy);
        orders.map(|duty| duty.by_other).collect::<Vec<_>>()
    };
    assert_eq!((by_other(head()), by_other(principal())), (vec![true], vec![false]));
}

/// Entries about nobody go after their years, what still holds stays however old it is.
#[test]
fn work_goes_after_its_years_and_what_holds_stays() {
    let school = school();
    run(&school, |tx| {
        let visit = |day| super::governance::ExpertVisit {
            day,
            service: domain::ledger::words::Service::ALL[0],
            expert: "专家".to_owned(),
            topic: "讲座".to_owned(),
            hours: 2,
        };
        let post = |from, until| super::governance::PostHolder {
            from,
            post: domain::ledger::terms::Post::Liaison,
            staff: StaffId(1),
            phone: String::new(),
            handover: String::new(),
            until,
        };
        use domain::ledger::Word as _;
        let author = counsellor(LATER_MS);
        write::add(tx, &author, &visit(date(2020, 5, 4)))?;
        write::add(tx, &author, &visit(date(2026, 5, 4)))?;
        write::add(tx, &author, &post(date(2019, 9, 1), Some(date(2021, 9, 1))))?;
        write::add(tx, &author, &post(date(2021, 9, 1), None))
    })
    .expect("work");
    let due = run(&school, |tx| destroy::work(tx, &head())).expect("due");
    let kinds: Vec<(Kind, u64)> = due.iter().map(|due| (due.kind, due.entries)).collect();
    assert_eq!(kinds, [(Kind::ExpertVisit, 1), (Kind::PostHolder, 1)]);
    let orders = run(&school, |tx| destroy::ask_work(tx, &head(), Kind::ExpertVisit));
    let orders = orders.expect("asked");
    let none = run(&school, |tx| destroy::ask_work(tx, &head(), Kind::Drill));
    assert!(matches!(none, Err(LedgerRefusal::Kept(StillKept::Term))));
    sign(&school, principal(), &orders, true).expect("signed");
    assert_eq!((school.rows("expert_visit"), school.rows("post_holder")), (1, 2));
    school.ledger.read(journal::verify).expect("whole");
}

/// Two groups of years ago, the first with student 2 in it: the groups and the member.
fn groups(school: &School) -> (RecordId, RecordId, RecordId) {
    let long_ago = date(2021, 5, 4);
    let made = run(school, move |tx| {
        let author = counsellor(LATER_MS);
        let group = super::session::Session {
            day: long_ago,
            form: domain::ledger::words::Form::Group,
            student: None,
            stage: Some(domain::catalogue::Stage::Junior),
            counsellor: StaffId(1),
            minutes: 40,
            origin: domain::ledger::terms::SessionOrigin::Student,
            topic: domain::ledger::terms::SessionTopic::Mood,
            title: String::new(),
            note: AuthorNote::new(String::new()),
        };
        let (session, other) = (write::add(tx, &author, &group)?, write::add(tx, &author, &group)?);
        let student = StudentId(2);
        let member = super::session::GroupMember { day: long_ago, student, session };
        Ok((session, other, write::add(tx, &author, &member)?))
    });
    made.expect("groups")
}

/// A hold over a student keeps what is about nobody and names the student somewhere, and one such
/// record that it names itself: neither goes by a new order or by one that waited, until the hold
/// is lifted.
#[test]
fn a_hold_keeps_the_group_of_its_student() {
    let school = school();
    let (held, other, member) = groups(&school);
    let due = || {
        let due = run(&school, |tx| destroy::work(tx, &head())).expect("due");
        due.first().map(|due| due.entries)
    };
    assert_eq!(due(), Some(2));
    let orders = run(&school, |tx| destroy::ask_work(tx, &head(), Kind::Session)).expect("asked");
    let place = |student: i64, target| {
        run(&school, move |tx| {
            consent::place_hold(tx, &head(), StudentId(student), "区公安分局", target)
        })
    };
    let hold = place(2, None).expect("hold");
    assert_eq!(due(), Some(1));
    let stopped = sign(&school, principal(), &orders, true);
    assert!(matches!(stopped, Err(LedgerRefusal::Kept(StillKept::Hold))));
    let listed = run(&school, {
        let terms = terms(&school);
        move |tx| destroy::waiting(tx, &head(), &terms)
    });
    let blocked = listed.expect("listed").into_iter().filter(|order| order.blocked.is_some());
    assert_eq!(blocked.map(|order| order.target).collect::<Vec<_>>(), [Some(held)]);
    let own = place(3, Some(member));
    assert!(matches!(own, Err(LedgerRefusal::Field("target"))), "it is about a student");
    let second = place(3, Some(other)).expect("hold");
    assert_eq!(due(), None, "both are held");
    for hold in [hold, second] {
        for who in [head(), principal()] {
            run(&school, move |tx| consent::lift_hold(tx, &who, hold)).expect("lift");
        }
    }
    sign(&school, principal(), &orders, true).expect("signed");
    assert_eq!(school.rows("destroyed"), 2);
}

/// Every table with a column about students is erased or is kept on purpose: a new one fails here.
#[test]
fn no_table_about_students_is_forgotten() {
    let school = School::new();
    let found = school.ledger.read(|tx| {
        tx.query(
            "select distinct m.name from sqlite_schema m join pragma_table_info(m.name) c
             where m.type = 'table' and m.name <> 'student'
             and (c.name like '%student%' or c.name = 'participant')
             order by m.name",
            &[],
            |row| row.text(0),
        )
    });
    let found: Vec<String> = Result::<_, SqlError>::expect(found, "tables");
    let kinds: Vec<&str> = KINDS
        .iter()
        .filter(|kind| kind.columns.iter().any(|column| column.name == "student"))
        .map(|kind| domain::ledger::Word::as_str(kind.kind))
        .collect();
    let known = |table: &str| {
        let is_erased = ERASED_TABLES.iter().any(|(erased, _)| *erased == table);
        kinds.contains(&table) || is_erased || KEPT_TABLES.contains(&table)
    };
    // Days of signatures and numbers of students name nobody.
    let harmless = ["destruction_certificate", "restore_proof"];
    let lost: Vec<_> =
        found.iter().filter(|table| !known(table) && !harmless.contains(&table.as_str())).collect();
    assert!(lost.is_empty(), "say in destroy::erase what becomes of {lost:?}");
}

/// What is counted of a student after the leaving keeps the record as well: a case that was moved
/// out in September belongs to the school year that runs.
#[test]
fn a_case_that_was_moved_out_later_keeps_the_record() {
    const SEPTEMBER_MS: i64 = LATER_MS - 46 * 86_400_000;
    let school = school();
    let wish = |how, to| testing::wish(how, to, 1);
    let moved = run(&school, move |tx| {
        let opened = wish(Move::Opened, Some(Tier::T2));
        let case = case::open(tx, &counsellor(NOW_MS), CHILD, DAY, &opened)?;
        let by = counsellor(SEPTEMBER_MS);
        let moved = case::ask_move(tx, &by, case, &wish(Move::MovedOut, None))?;
        let head = who("head", SchoolRole::MoralHead, 2, SEPTEMBER_MS);
        case::sign(tx, &head, moved, true)
    });
    moved.expect("moved out");
    let kept = ask(&school, head());
    assert!(matches!(kept, Err(LedgerRefusal::Kept(StillKept::Figures))));
}

/// So does a referral: it counts on its day, and how far it came is first counted ninety days after
/// its month.
///
/// Method: one that was opened and called off in the last days of the school year; forty-five days
/// later everything else of that year is reported.
#[test]
fn a_referral_keeps_the_record_until_its_cohort_is_told() {
    const AUGUST_MS: i64 = LATER_MS - 67 * 86_400_000;
    let school = school();
    let off = run(&school, |tx| {
        let by = counsellor(AUGUST_MS);
        let record = referral::open(tx, &by, &wanted(Urgency::Emergency))?;
        let told = Told { detail: "误登记".to_owned(), ..Told::on(date(2026, 8, 20)) };
        referral::act(tx, &by, record, (Event::Cancel, Actor::School), &told)
    });
    assert!(off.expect("called off").is_terminal());
    let kept = ask(&school, head());
    assert!(matches!(kept, Err(LedgerRefusal::Kept(StillKept::Figures))));
}

/// Nor does the school see a number that became too small: counts about students are blank with
/// their reason, those about its own work are not.
#[test]
fn figures_of_destroyed_students_are_blank_and_say_why() {
    let school = school();
    let count = |id: &'static str| {
        let (term, catalogue) = (school.term(), Arc::clone(&school.catalogue));
        let figures = school.ledger.read(move |tx| {
            let profile = super::profile::load(tx)?.expect("profile");
            let today = date(2026, 10, 26);
            let facts = crate::indicator::Facts::of_term(tx, &profile, &term, today)?;
            facts.figures(&catalogue, catalogue.count(id).expect("count"))
        });
        let figures: Result<_, crate::indicator::IndicatorError> = figures;
        let figures = figures.expect("figures");
        (figures.total(), figures.is_destroyed)
    };
    use domain::cell::Cell::{NotReported, Value};
    assert_eq!(count("base.students"), (Value(4), false));
    let orders = ask(&school, head()).expect("asked");
    sign(&school, principal(), &orders, true).expect("signed");
    for id in ["base.students", "base.classes", "scr.completed", "mtr.talks"] {
        assert_eq!(count(id), (NotReported, true), "{id}");
    }
    assert_eq!(count("base.schools"), (Value(1), false));
    assert!(!count("alt.open").1, "no ledger of cases was kept");
}

/// Figures of a term whose students were destroyed are not made again, too low, without a word.
#[test]
fn a_term_with_destroyed_students_is_not_released_again() {
    let school = school();
    let orders = ask(&school, head()).expect("asked");
    sign(&school, principal(), &orders, true).expect("signed");
    let refused =
        crate::release::prepare(&school.ledger, &school.context(), super::testing::PERIOD);
    assert!(matches!(refused.map(drop), Err(crate::release::ReleaseError::Destroyed(_))));
}

/// An order of somebody whose account was locked since is signed as any other, or refused and asked
/// for again.
#[test]
fn an_order_outlives_the_account_that_asked() {
    let school = school();
    let orders = ask(&school, head()).expect("asked");
    let lock = |tx: &runtime::sql::Tx<'_>| {
        let login = "head".parse().map_err(|_| SqlError::Type)?;
        account::change(tx, &login, AccountChange::Lock, &Changer::terminal("office", NOW_MS))
    };
    assert!(school.ledger.write("lock", lock).expect("locked"));
    let twin = who("other", SchoolRole::Principal, 2, LATER_MS);
    assert!(matches!(sign(&school, twin, &orders, true), Err(LedgerRefusal::SamePerson)));
    assert_eq!(sign(&school, principal(), &orders, false).expect("refused"), None);
    let orders = ask(&school, head()).expect("asked again");
    assert!(sign(&school, principal(), &orders, true).expect("signed").is_some());
}

/// No other record passes under an order that was carried out.
///
/// Method: with the database open, as whoever holds the passphrase can: a record of another student
/// is marked as destroyed by the order in force; then one that it did take is left out.
#[test]
fn an_order_covers_what_it_took_and_nothing_else() {
    let school = school();
    let record = run(&school, |tx| {
        let visit = super::talk::Talk {
            day: DAY,
            student: StudentId(2),
            staff: StaffId(1),
            topics: Words::new([TalkTopic::Mind]),
            concern: false,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(String::new()),
        };
        write::add(tx, &counsellor(NOW_MS), &visit)
    });
    let record = record.expect("talk");
    let orders = ask(&school, head()).expect("asked");
    sign(&school, principal(), &orders, true).expect("signed");
    school.ledger.read(journal::verify).expect("whole");
    let order = orders[0];
    run(&school, move |tx| {
        let destroyed = "insert into destroyed (record, ordered) values ($1, $2)";
        tx.execute(destroyed, runtime::params![record.0, order.0])?;
        tx.execute("delete from talk where record = $1", runtime::params![record.0])?;
        let emptied = "update record set destroyed = 1, student = null where id = $1";
        tx.execute(emptied, runtime::params![record.0])?;
        Ok(())
    })
    .expect("every trigger agrees");
    let fault = school.ledger.read(journal::verify).expect_err("found");
    assert!(fault.to_string().contains("order"), "{fault}");
}

/// An order from before orders said what they took is counted as one of which only the target is
/// checked.
///
/// Method: what an order in force says is blanked, as the migration left the older ones.
#[test]
fn old_orders_are_counted() {
    let school = school();
    let orders = ask(&school, head()).expect("asked");
    sign(&school, principal(), &orders, true).expect("signed");
    let old = || school.ledger.read(journal::checked_by_target_only).expect("count");
    assert_eq!(old(), 0);
    run(&school, |tx| {
        tx.execute("drop trigger destruction_stays", &[])?;
        let blanked = "update destruction set taken = null, taken_digest = null";
        Ok(tx.execute(blanked, &[]).map(drop)?)
    })
    .expect("blanked");
    assert_eq!(old(), u64::try_from(orders.len()).expect("few"));
}
