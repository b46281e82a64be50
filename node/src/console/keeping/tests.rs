//! The pages of keeping, as a browser without scripts meets them.

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use domain::ledger::terms::TransferKind;
use jiff::civil::date;

use super::super::trial::{Person, browser};
use super::*;
use crate::ledger::author::Author;
use crate::ledger::entry::StaffId;
use crate::ledger::roll_change::{self, Leaving};
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
use crate::ledger::{consent, journal};

/// 2026-10-26 at noon in Shanghai, when the school year before is reported.
const LATER_MS: i64 = 1_792_987_200_000;
const HEAD: Person = Person { login: "wang", role: Role::MoralHead, staff: "T002" };
const PRINCIPAL: Person = Person { login: "zhao", role: Role::Principal, staff: "T003" };

fn school() -> School {
    let school = School::new();
    school.roster(&(0..3).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
    for student in [1, 2] {
        let left = school.ledger.write("leave", move |tx| {
            let li = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
            let leaving = Leaving {
                day: date(2025, 11, 18),
                how: TransferKind::Out,
                other_school: String::new(),
            };
            roll_change::leave(tx, &li, StudentId(student), &leaving)
        });
        left.expect("left");
    }
    let held = school.ledger.write("hold", |tx| {
        let head = Author::new("wang", SchoolRole::MoralHead, Some(StaffId(2)), NOW_MS);
        consent::place_hold(tx, &head, StudentId(2), "区教育局", None)
    });
    held.expect("held");
    school
}

/// What is due is ordered by one person and destroyed by another; what a hold keeps cannot be
/// taken; the principal sees no name; the certificate holds none.
#[tokio::test]
async fn what_is_due_is_ordered_signed_and_certified() {
    let school = school();
    for (login, role) in [("it", Role::Operator), ("li", Role::Counsellor)] {
        let mut other = browser(&school, Person { login, role, staff: "" }, LATER_MS).await;
        let seen = other.get("/keeping").await.expect("page");
        assert_eq!(seen.status, StatusCode::FORBIDDEN);
    }
    let mut wang = browser(&school, HEAD, LATER_MS).await;
    let page = wang.get("/keeping").await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("keeping.html").expect("keep");
    assert!(page.text.contains("依法留存中") && page.text.contains("take.1\""));
    assert!(!page.text.contains("take.2\"") && page.text.contains("张某某"));
    let csrf = page.field("csrf").expect("csrf").to_owned();
    let held = [("csrf", csrf.as_str()), ("take.2", "1")];
    let refused = wang.post("/keeping/ask", &held).await.expect("reply");
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("依法留存中"));
    let none = wang.post("/keeping/ask", &held[..1]).await.expect("reply");
    assert!(none.status == StatusCode::CONFLICT && none.text.contains("没有勾选学生"));
    assert!(!page.text.contains(" checked"), "nobody is taken before somebody takes them");
    let both = [("csrf", csrf.as_str()), ("take.1", "1"), ("take.3", "1"), ("requested", "yes")];
    let refused = wang.post("/keeping/ask", &both).await.expect("reply");
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("只能用于一名学生"));
    assert!(refused.text.matches(" checked").count() >= 2, "{}", refused.text);
    assert_eq!(school.rows("destruction"), 0);
    let ask = [("csrf", csrf.as_str()), ("take.1", "1")];
    let asked = wang.post("/keeping/ask", &ask).await.expect("reply");
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let mut zhao = browser(&school, PRINCIPAL, LATER_MS).await;
    let page = zhao.get("/keeping").await.expect("page");
    assert!(!page.text.contains("张某某") && page.text.contains("内部编号 1"), "{}", page.text);
    let order = page.text.split("name=\"take.").nth(1).and_then(|rest| rest.split('"').next());
    let order = format!("take.{}", order.expect("order"));
    let csrf = page.field("csrf").expect("csrf").to_owned();
    assert!(!page.text.contains(" checked"));
    let unsure = [("csrf", csrf.as_str()), (order.as_str(), "1"), ("agrees", "yes")];
    let refused = zhao.post("/keeping/sign", &unsure).await.expect("reply");
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("逐项核对"));
    assert_eq!(school.rows("student"), 3);
    let sign = [&unsure[..], &[("sure", "yes")]].concat();
    let own = [("csrf", csrf.as_str()), ("agrees", "yes")];
    let none = zhao.post("/keeping/sign", &own).await.expect("none");
    assert!(none.status == StatusCode::CONFLICT && none.text.contains("没有勾选销毁申请"));
    let done = zhao.post("/keeping/sign", &sign).await.expect("reply");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert_eq!(done.header("location"), "/keeping/certificates/1");
    let page = zhao.get("/keeping/certificates/1").await.expect("page");
    assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
    page.keep("certificate.html").expect("keep");
    assert!(page.text.contains("2026-11-25") && !page.text.contains("张某某"));
    assert!(!page.text.contains(&TestPupil::new(0).number()));
    assert_eq!(school.rows("student"), 2);
    school.ledger.read(journal::verify).expect("whole");
    assert_eq!(
        zhao.get("/keeping/certificates/9").await.expect("page").status,
        StatusCode::NOT_FOUND
    );
}
