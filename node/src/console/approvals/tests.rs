//! The page of approvals as a browser without scripts meets it.

use axum::http::StatusCode;
use runtime::web::Role;
use runtime::web::trial::Browser;

use super::super::trial::{self, Person};
use super::*;
use crate::ledger::entry::StudentId;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};

fn school() -> (School, String) {
    let school = School::new();
    school.roster(&(0..2).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
    let number = school.ledger.read(|tx| {
        let names = Names::load(tx)?;
        Ok::<_, LedgerRefusal>(names.student(StudentId(1)).map(|found| found.number.clone()))
    });
    (school, number.ok().flatten().expect("student"))
}

async fn browser(school: &School, login: &'static str, role: Role, staff: &'static str) -> Browser {
    trial::browser(school, Person { login, role, staff }, NOW_MS).await
}

/// A principal asks by number and sees no name; the head sees who it is, which is logged, and
/// grants; the access stands in the list and is ended there.
#[tokio::test]
async fn access_is_asked_for_granted_and_ended() {
    let (school, number) = school();
    let mut zhao = browser(&school, "zhao", Role::Principal, "T003").await;
    let mut head = browser(&school, "head", Role::MoralHead, "T002").await;
    let page = zhao.get(APPROVALS_HREF).await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    let csrf = page.field("csrf").expect("token").to_owned();
    let asking = [("csrf", csrf.as_str()), ("student", &number), ("reason", "家长来访 <b>")];
    let mut early = asking.to_vec();
    early.push(("until", "2020-01-01"));
    let refused = zhao.post(APPROVALS_HREF, &early).await.expect("reply");
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    for typed in [number.as_str(), "家长来访 &#60;b&#62;", "2020-01-01"] {
        assert!(refused.text.contains(&format!("value=\"{typed}\"")), "{typed}: {}", refused.text);
    }
    let mut asked = asking.to_vec();
    asked.push(("until", "2025-12-01"));
    let done = zhao.post(APPROVALS_HREF, &asked).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let own = zhao.get(APPROVALS_HREF).await.expect("page");
    assert!(own.text.contains(&number) && own.text.contains("待批"));
    assert!(!own.text.contains("张某某") && !own.text.contains("name=\"grants\""));
    assert_eq!(school.rows("access_log"), 0, "asking reads nothing");
    let page = head.get(APPROVALS_HREF).await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    assert!(page.text.contains("张某某") && page.text.contains("家长来访 &#60;b&#62;"));
    assert_eq!(school.rows("access_log"), 1, "whoever decides has read who it is");
    let csrf = page.field("csrf").expect("token").to_owned();
    let yes = [("csrf", csrf.as_str()), ("grants", "yes"), ("reason", "同意")];
    let bare = [("csrf", csrf.as_str()), ("grants", "yes"), ("reason", " ")];
    let bare = head.post("/approvals/1", &bare).await.expect("reply");
    assert_eq!((bare.status, bare.flaws()), (StatusCode::CONFLICT, Vec::new()));
    assert!(bare.text.contains("<details open>"), "the form that was sent is open: {}", bare.text);
    let forged = zhao.post("/approvals/1", &[("csrf", "x"), ("grants", "yes"), ("reason", "r")]);
    assert_eq!(forged.await.expect("reply").status, StatusCode::FORBIDDEN);
    let done = head.post("/approvals/1", &yes).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    for lang in ["en", "zh"] {
        let page = head.get(&format!("/approvals?lang={lang}")).await.expect("page");
        assert_eq!(page.flaws(), Vec::<String>::new());
        page.keep(&format!("approvals-{lang}.html")).expect("keep");
    }
    let page = head.get(APPROVALS_HREF).await.expect("page");
    assert!(page.text.contains("已批准") && page.text.contains("提前结束"));
    let record = page.text.split("/approvals/grants/").nth(1).and_then(|r| r.split('/').next());
    let path = format!("/approvals/grants/{}/end", record.expect("grant"));
    let version = page.field("version").expect("version").to_owned();
    let ending = [("csrf", csrf.as_str()), ("version", &version), ("reason", "会诊已结束")];
    assert_eq!(head.post(&path, &ending).await.expect("reply").status, StatusCode::SEE_OTHER);
    let page = head.get(APPROVALS_HREF).await.expect("page");
    assert!(page.text.contains("目前没有生效的查阅授权"));
}

/// School IT and the auditor have no part in it.
#[tokio::test]
async fn school_it_has_no_part_in_it() {
    let (school, _) = school();
    for (login, role) in [("it", Role::Operator), ("audit", Role::Auditor)] {
        let mut browser = browser(&school, login, role, "").await;
        let page = browser.get(APPROVALS_HREF).await.expect("page");
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{login}");
    }
}
