//! The pages of duty reports, tips and a hotline's callers in the browser: who sees them, what they
//! offer, and that they are whole in both languages.

use axum::http::StatusCode;
use certs::digest::sha256;
use domain::neighbour::NoticeKind;
use runtime::web::Role;
use runtime::web::trial::Browser;

use super::super::trial::{Person, browser};
use crate::content::neighbour::tests::{hand_off, tip};
use crate::ledger::entry::Moment;
use crate::ledger::guard_tests::{run, school};
use crate::ledger::neighbour::{self, Arrived};
use crate::ledger::testing::{NOW_MS, School};

/// What the tip says of the child.
const SAID: &str = "夜间在网上说不想活";

/// A school to which a tip has come.
fn tipped() -> School {
    came(NoticeKind::Tip, tip().write().expect("tip").to_vec())
}

/// A school to which a notice has come.
fn came(kind: NoticeKind, content: Vec<u8>) -> School {
    let school = school();
    let kept = run(&school, move |tx| {
        let new = Arrived {
            kind,
            name: &[4; 16],
            envelope: &[1; 16],
            signed: sha256(b"signed"),
            sender: ("POLICE1.370202.qd.example", "示例公安分局"),
            content: &content,
            at: Moment(NOW_MS),
        };
        Ok(neighbour::receive(tx, &new)?)
    });
    assert!(kept.expect("kept"));
    school
}

async fn person(
    school: &School,
    (login, role): (&'static str, Role),
    staff: &'static str,
) -> Browser {
    browser(school, Person { login, role, staff }, NOW_MS).await
}

async fn post(head: &mut Browser, fields: &[(&str, &str)]) -> StatusCode {
    post_to(head, "/tips/1", fields).await
}

async fn post_to(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> StatusCode {
    let shown = browser.get(page).await.expect("page");
    let token = shown.field("csrf").expect("token").to_owned();
    let fields = [&[("csrf", token.as_str())], fields].concat();
    browser.post(&format!("{page}/act"), &fields).await.expect("form").status
}

/// The lists and the page of a tip name no child, in either language nothing is missing, and what
/// it says is shown to the head on a page that is logged.
#[tokio::test]
async fn a_tip_is_worked_by_the_head() {
    let school = tipped();
    let mut head = person(&school, ("fu", Role::MoralHead), "").await;
    for page in ["/reports", "/tips", "/tips/1"] {
        for lang in ["zh", "en"] {
            let seen = head.get(&format!("{page}?lang={lang}")).await.expect("page");
            assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{page}");
            assert!(!seen.text.contains(SAID), "{page} says what the tip says");
        }
    }
    assert_eq!(school.rows("neighbour_read"), 0);
    let seen = head.get("/tips/1/content?lang=zh").await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    assert!(seen.text.contains(SAID));
    assert_eq!(school.rows("neighbour_read"), 1);
    let handled = [("act", "handled"), ("how", "followed"), ("day", "2025-11-20")];
    assert_eq!(post(&mut head, &handled).await, StatusCode::CONFLICT, "nobody has acknowledged");
    assert_eq!(post(&mut head, &[("act", "received")]).await, StatusCode::SEE_OTHER);
    assert_eq!(post(&mut head, &handled).await, StatusCode::SEE_OTHER);
    assert_eq!(school.rows("neighbour_said"), 2);
}

/// Nothing of a report is chosen beforehand, least of all whether a guardian is suspected, and what
/// was not chosen is asked for; where no desk is listed the page says what to do instead.
#[tokio::test]
async fn nothing_of_a_report_is_chosen_beforehand() {
    let school = tipped();
    let mut head = person(&school, ("fu", Role::MoralHead), "").await;
    let seen = head.get("/reports?lang=zh").await.expect("page");
    for name in ["office", "harm", "suspicion"] {
        let begins = format!("name=\"{name}\" required><option value=\"\" selected>请选择");
        assert!(seen.text.contains(&begins), "{name}: {}", seen.text);
    }
    assert!(seen.text.contains("名录中没有可以加密受理的公安或民政单位"));
    let token = seen.field("csrf").expect("token").to_owned();
    let fields = [("csrf", token.as_str()), ("found_by", "周老师"), ("found_on", "2025-11-20")];
    let seen = head.post("/reports", &fields).await.expect("form");
    assert_eq!((seen.status, school.rows("neighbour_out")), (StatusCode::CONFLICT, 0));
}

/// A counsellor sees no tip before the head has named her, a class teacher sees no page, and what
/// is about nobody here is gone from every page.
#[tokio::test]
async fn nobody_else_sees_a_tip() {
    let school = tipped();
    let mut counsellor = person(&school, ("wang", Role::Counsellor), "").await;
    for page in ["/tips/1", "/tips/1/content"] {
        let seen = counsellor.get(page).await.expect("page");
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{page}");
    }
    let mut teacher = person(&school, ("zhou", Role::ClassTeacher), "").await;
    for page in ["/reports", "/tips", "/tips/1"] {
        assert_eq!(teacher.get(page).await.expect("page").status, StatusCode::FORBIDDEN, "{page}");
    }
    let mut head = person(&school, ("fu", Role::MoralHead), "").await;
    assert_eq!(post(&mut head, &[("act", "not_ours")]).await, StatusCode::SEE_OTHER);
    let seen = head.get("/tips/1/content?lang=zh").await.expect("page");
    assert!(seen.status == StatusCode::OK && !seen.text.contains(SAID));
    assert!(!seen.text.contains("action=\"/tips/1/content\""));
}

/// A hotline's caller is worked by the counsellor: the danger and the telephones are said before
/// anything is read, what is said of the caller is logged, and the head sees no page of it.
#[tokio::test]
async fn a_caller_is_worked_by_the_counsellor() {
    let school = came(NoticeKind::HandOff, hand_off().write().expect("caller").to_vec());
    let mut head = person(&school, ("fu", Role::MoralHead), "").await;
    for page in ["/hand-offs", "/hand-offs/1", "/hand-offs/1/content"] {
        assert_eq!(head.get(page).await.expect("page").status, StatusCode::FORBIDDEN, "{page}");
    }
    assert_eq!(head.get("/tips/1").await.expect("page").status, StatusCode::NOT_FOUND);
    let mut counsellor = person(&school, ("wang", Role::Counsellor), "").await;
    for page in ["/hand-offs", "/hand-offs/1"] {
        for lang in ["zh", "en"] {
            let seen = counsellor.get(&format!("{page}?lang={lang}")).await.expect("page");
            assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()), "{page}");
            assert!(!seen.text.contains(&hand_off().reach), "{page} says what is sealed");
        }
    }
    let seen = counsellor.get("/hand-offs/1?lang=zh").await.expect("page");
    let phone = hand_off().sender.phone;
    assert!(["110", "120", phone.as_str()].iter().all(|one| seen.text.contains(*one)));
    assert_eq!(school.rows("neighbour_read"), 0);
    let seen = counsellor.get("/hand-offs/1/content?lang=zh").await.expect("page");
    assert_eq!((seen.status, seen.flaws()), (StatusCode::OK, Vec::new()));
    assert!(seen.text.contains(&hand_off().reach));
    assert_eq!(school.rows("neighbour_read"), 1);
    let reached = [("act", "reached"), ("day", "2025-11-20")];
    let one = "/hand-offs/1";
    assert_eq!(post_to(&mut counsellor, one, &reached).await, StatusCode::CONFLICT);
    let received = [("act", "received")];
    assert_eq!(post_to(&mut counsellor, one, &received).await, StatusCode::SEE_OTHER);
    assert_eq!(post_to(&mut counsellor, one, &reached).await, StatusCode::SEE_OTHER);
    assert_eq!(school.rows("neighbour_said"), 2);
}
