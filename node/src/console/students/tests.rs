//! Lists of students, as each role meets them.

use std::sync::Arc;

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use jiff::civil::date;
use runtime::sql::Tx;
use runtime::web::Role;
use runtime::web::trial::PASSWORD;

use crate::console::ledgers::tests::{browser, school};
use crate::console::trial::{NoPacks, signed_in_under};
use crate::ledger::author::Author;
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::roll::Mentor;
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
