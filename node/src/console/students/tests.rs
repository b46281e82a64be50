//! Lists of students, as each role meets them.

use std::sync::Arc;

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use domain::ledger::terms::{SessionOrigin, SessionTopic};
use domain::ledger::words::{Form, TalkTopic};
use jiff::civil::date;
use runtime::sql::Tx;
use runtime::web::Role;
use runtime::web::trial::{Browser, PASSWORD};

use crate::console::ledgers::tests::{browser, school};
use crate::console::trial::{NoPacks, signed_in_under};
use crate::ledger::author::Author;
use crate::ledger::entry::{AuthorNote, StaffId, StudentId, Words};
use crate::ledger::roll::Mentor;
use crate::ledger::session::Session;
use crate::ledger::talk::Talk;
use crate::ledger::testing::NOW_MS;
use crate::ledger::write;

fn mentor_of(tx: &Tx<'_>, student: i64) -> Result<(), crate::ledger::refusal::LedgerRefusal> {
    let head = Author::new("head", SchoolRole::MoralHead, Some(StaffId(2)), NOW_MS);
    let (from, student) = (date(2025, 9, 1), StudentId(student));
    let pair = Mentor { from, student, staff: StaffId(1), until: None };
    write::add(tx, &head, &pair).map(drop)
}

/// A mentor finds the own students and nobody else, whatever the address asks for; a counsellor
/// finds everybody; whoever is shown is logged.
#[tokio::test]
async fn each_role_finds_the_students_that_it_may_see() {
    let school = school();
    school.ledger.write("pair", |tx| mentor_of(tx, 2)).expect("pair");
    let mut mentor = browser(&school, "mentor", Role::Mentor, "T001").await;
    for path in ["/students", "/mine", "/students?q=G9999992013", "/students?class=g7-1%E7%8F%AD"] {
        let page = mentor.get(path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        let others = page.text.contains("A\" >1") || page.text.contains("G99999920130100002A");
        assert!(!others, "{path}");
    }
    let mine = mentor.get("/mine").await.expect("page");
    assert!(mine.text.contains("G99999920130100001A") && mine.text.contains("共 1 名"));
    let logged = school.rows("access_log");
    assert!(logged > 0);
    let mut head = browser(&school, "head", Role::MoralHead, "T002").await;
    let all = head.get("/students").await.expect("page");
    assert!(all.text.contains("共 3 名"), "{}", all.text);
    assert!(head.get("/mine").await.expect("page").text.contains("没有您担任导师"));
    let mut it = browser(&school, "it", Role::Operator, "").await;
    assert_eq!(it.get("/students").await.expect("page").status, StatusCode::FORBIDDEN);
}

/// Where the packs cannot be read, students are found all the same; what needs the term says that
/// there is none.
#[tokio::test]
async fn students_are_found_without_a_calendar() {
    let school = school();
    browser(&school, "head", Role::MoralHead, "T002").await;
    let who = ("head", PASSWORD);
    let mut head = signed_in_under(&school, who, NOW_MS, Arc::new(NoPacks)).await;
    for path in ["/students", "/mine", "/students?silent=yes"] {
        let page = head.get(path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
    }
    assert!(head.get("/students").await.expect("page").text.contains("共 3 名"));
}

/// Whoever has more than a hundred own students can choose each of them, one by one and in the
/// batch.
#[tokio::test]
async fn every_own_student_can_be_chosen() {
    let school = crate::ledger::testing::School::new();
    let pupils: Vec<_> = (0..110).map(crate::ledger::testing::TestPupil::new).collect();
    school.roster(&pupils, crate::ledger::testing::AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任")]);
    let pairs = school.ledger.write("pairs", |tx| (1..=110).try_for_each(|n| mentor_of(tx, n)));
    pairs.expect("pairs");
    let mut mentor = browser(&school, "mentor", Role::Mentor, "T001").await;
    let form = mentor.get("/talks/new").await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    let batch = mentor.get("/talks/batch").await.expect("batch");
    assert_eq!((batch.status, batch.flaws()), (StatusCode::OK, Vec::new()));
    for pupil in &pupils {
        let number = pupil.number();
        assert!(form.text.contains(&format!("<option value=\"{number}\"")), "{number}");
        assert!(batch.text.contains(&number), "{number}");
    }
}

/// Who had no contact this term is listed, and a talk takes a student off that list.
#[tokio::test]
async fn a_talk_takes_a_student_off_the_silent_ones() {
    let school = school();
    school.ledger.write("pair", |tx| mentor_of(tx, 2)).expect("pair");
    let mut mentor = browser(&school, "mentor", Role::Mentor, "T001").await;
    let silent = mentor.get("/mine?silent=yes").await.expect("page");
    assert!(silent.text.contains("G99999920130100001A"), "{}", silent.text);
    let form = mentor.get("/talks/new").await.expect("form");
    assert_eq!((form.status, form.flaws()), (StatusCode::OK, Vec::new()));
    form.keep("talk.html").expect("keep");
    let csrf = form.field("csrf").expect("csrf").to_owned();
    let empty = [("csrf", csrf.as_str()), ("student", ""), ("day", "2025-11-19"), ("note", "a<b")];
    let refused = mentor.post("/talks/new", &empty).await.expect("reply");
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("a&#60;b") && refused.text.contains("这一项要填"));
    refused.keep("talk-refused.html").expect("keep");
    let talk = [
        ("csrf", csrf.as_str()),
        ("student", "G99999920130100001A"),
        ("day", "2025-11-19"),
        ("topics", "study"),
        ("topics", "family"),
        ("home_visit", "1"),
    ];
    let saved = mentor.post("/talks/new", &talk).await.expect("reply");
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let number = saved.header("location").rsplit('=').next().unwrap_or_default();
    let entered = mentor.get(&format!("/ledgers/talk/{number}")).await.expect("entry").text;
    assert!(entered.contains("家访 是"), "{entered}");
    let silent = mentor.get("/mine?silent=yes").await.expect("page");
    assert!(silent.text.contains("共 0 名"), "{}", silent.text);
    assert!(mentor.get("/mine").await.expect("page").text.contains("2025-11-19"));
}

/// A session that the counsellor holds with a student.
fn session_with(tx: &Tx<'_>, student: i64) -> Result<(), crate::ledger::refusal::LedgerRefusal> {
    let author = Author::new("li", SchoolRole::Counsellor, Some(StaffId(2)), NOW_MS);
    let author = author.because("补登");
    let session = Session {
        day: date(2025, 11, 18),
        form: Form::Individual,
        student: Some(StudentId(student)),
        stage: None,
        counsellor: StaffId(2),
        minutes: 40,
        origin: SessionOrigin::Student,
        topic: SessionTopic::Mood,
        title: String::new(),
        note: AuthorNote::new(String::new()),
    };
    write::add(tx, &author, &session).map(drop)
}

/// Whom nobody has spoken with is told to each from the ledgers of the own role: a mentor's list
/// has the own students alone and tells nothing of a session, the counsellor's leaves the student
/// of the session out. Since when, and what a contact is, stands there in both languages, and each
/// name that is shown is on record; school IT and the auditor have no such list.
#[tokio::test]
async fn the_silent_list_tells_each_role_what_its_ledgers_hold() {
    let school = school();
    let pair = |tx: &Tx<'_>| [2, 3].iter().try_for_each(|student| mentor_of(tx, *student));
    school.ledger.write("pairs", pair).expect("pairs");
    school.ledger.write("session", |tx| session_with(tx, 2)).expect("session");
    let numbers = ["G99999920130100001A", "G99999920130100002A"];
    let other = "G99999920130100000A";
    let mut mentor = browser(&school, "mentor", Role::Mentor, "T001").await;
    let before = school.rows("access_log");
    for (lang, said) in [
        ("zh", ["共 2 名", "自 2025-09-01（本学期开始）以来", "谈话、辅导、访谈或回访的学生"]),
        ("en", ["2 students", "since 2025-09-01, the start of the", "that you may read"]),
    ] {
        let page = mentor.get(&format!("/mine?silent=yes&lang={lang}")).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        for told in numbers.iter().chain(&said) {
            assert!(page.text.contains(told), "{told}: {}", page.text);
        }
        assert!(!page.text.contains(other) && !page.text.contains("2025-11-18"), "{}", page.text);
        assert_eq!(school.rows("access_log"), before + 2, "each name that is shown, once");
    }
    let mut li = browser(&school, "li", Role::Counsellor, "T002").await;
    let page = li.get("/students?silent=yes&lang=zh").await.expect("page");
    assert!(page.text.contains(numbers[1]) && !page.text.contains(numbers[0]), "{}", page.text);
    for (login, role) in [("it", Role::Operator), ("audit", Role::Auditor)] {
        let mut nobody = browser(&school, login, role, "").await;
        let page = nobody.get("/mine?silent=yes").await.expect("page");
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{login}");
    }
}

/// An empty list says why it is empty: nobody is one's own, each own student had a contact, or none
/// is as it was asked for.
#[tokio::test]
async fn an_empty_list_says_why() {
    let school = school();
    let mut mentor = browser(&school, "mentor", Role::Mentor, "T001").await;
    let says = async |browser: &mut Browser, path: &str, word: &str| {
        let page = browser.get(path).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()), "{path}");
        assert!(page.text.contains(word), "{path}, {word}: {}", page.text);
    };
    says(&mut mentor, "/mine?silent=yes&lang=zh", "没有您担任导师").await;
    school.ledger.write("pair", |tx| mentor_of(tx, 2)).expect("pair");
    let talked = |tx: &Tx<'_>| {
        let author = Author::new("mentor", SchoolRole::Mentor, Some(StaffId(1)), NOW_MS);
        let author = author.because("补登");
        let talk = Talk {
            day: date(2025, 11, 18),
            student: StudentId(2),
            staff: StaffId(1),
            topics: Words::new([TalkTopic::Mind]),
            concern: false,
            raised: false,
            home_visit: false,
            note: AuthorNote::new(String::new()),
        };
        write::add(tx, &author, &talk).map(drop)
    };
    school.ledger.write("talk", talked).expect("talk");
    let spoken = ["您的学生本学期都已联系过", "There was a contact with each of them"];
    says(&mut mentor, "/mine?silent=yes&lang=zh", spoken[0]).await;
    says(&mut mentor, "/mine?silent=yes&lang=en", spoken[1]).await;
    says(&mut mentor, "/mine?q=nobody&lang=zh", "没有符合条件的学生").await;
    says(&mut mentor, "/mine?silent=yes&q=nobody&lang=en", "No such student").await;
}
