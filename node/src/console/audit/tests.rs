//! The audit as a browser without scripts meets it.

use axum::http::StatusCode;
use domain::ledger::SchoolRole;
use domain::ledger::terms::ReadPurpose;
use runtime::web::trial::Browser;

use super::super::trial::{self, Person};
use super::*;
use crate::ledger::author::Author;
use crate::ledger::entry::{StaffId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::teaching::Lesson;
use crate::ledger::testing::{AS_OF, NOW_MS, School, TestPupil};
use crate::ledger::{access, approval};

/// A school in which something was read and asked for.
fn school() -> School {
    let school = School::new();
    school.roster(&(0..2).map(TestPupil::new).collect::<Vec<_>>(), AS_OF);
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长")]);
    let done = school.ledger.write("acts", |tx| {
        let li = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS);
        access::open(tx, &li.because("张某某的家长来电"), StudentId(1), ReadPurpose::Counselling)?;
        let zhao = Author::new("zhao", SchoolRole::Principal, Some(StaffId(3)), NOW_MS);
        let until = jiff::civil::date(2025, 12, 1);
        approval::ask(tx, &zhao.because("会诊"), "G1", until)?;
        Ok::<_, LedgerRefusal>(())
    });
    done.expect("acts");
    school
}

async fn browser(school: &School, login: &'static str, role: Role) -> Browser {
    trial::browser(school, Person { login, role, staff: "" }, NOW_MS).await
}

/// The audit says who did what kind of thing, in both languages, and names no student and no
/// reason; the chain is verified at a press.
#[tokio::test]
async fn the_audit_tells_acts_and_no_student() {
    let school = school();
    let mut browser = browser(&school, "audit", Role::Auditor).await;
    for (lang, said) in [
        ("en", ["read 1 students", "asked to be let onto", "account audit: made"]),
        ("zh", ["查阅 1 份学生档案（心理辅导）", "申请查阅一份档案", "账号 audit：新建或重设"]),
    ] {
        let page = browser.get(&format!("/audit?lang={lang}")).await.expect("page");
        assert_eq!((page.status, page.flaws()), (StatusCode::OK, Vec::new()));
        for text in said {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }
        for hidden in ["张某某", "家长来电", "会诊", "G1"] {
            assert!(!page.text.contains(hidden), "{hidden}");
        }
        page.keep(&format!("audit-{lang}.html")).expect("keep");
    }
    let page = browser.get("/audit").await.expect("page");
    let csrf = page.field("csrf").expect("token").to_owned();
    let checked = browser.post("/audit", &[("csrf", &csrf)]).await.expect("reply");
    assert_eq!((checked.status, checked.flaws()), (StatusCode::OK, Vec::new()));
    assert!(checked.text.contains("没有发现改动"));
    // Five hundred entries of one instant are one line, and what was before them is on a page.
    let imported = school.ledger.write("import", |tx| {
        let author = Author::new("li", SchoolRole::Counsellor, Some(StaffId(1)), NOW_MS + 60_000);
        for n in 0..500 {
            let entry = Lesson {
                day: jiff::civil::date(2025, 11, 18),
                grade: domain::catalogue::Grade::school(7).expect("grade"),
                class: "1班".to_owned(),
                teacher: StaffId(1),
                topic: format!("第 {n} 课"),
            };
            crate::ledger::write::add(tx, &author, &entry)?;
        }
        Ok::<_, LedgerRefusal>(())
    });
    imported.expect("imported");
    let page = browser.get("/audit").await.expect("page");
    assert!(page.text.contains("500 条") && !page.text.contains("更早的操作"), "{}", page.text);
    assert!(page.text.contains("申请查阅一份档案"), "{}", page.text);
    let old = browser.get("/audit?before=1").await.expect("page");
    assert!(old.text.contains("还没有操作"));
}

/// The audit is for those whom the table of authority lets read it.
#[tokio::test]
async fn the_audit_is_for_its_readers() {
    let school = school();
    for (login, role) in [
        ("audit", Role::Auditor),
        ("head", Role::MoralHead),
        ("it", Role::Operator),
        ("li", Role::Counsellor),
        ("zhao", Role::Principal),
    ] {
        let mut browser = browser(&school, login, role).await;
        let allowed = role.school().map(|role| {
            use domain::ledger::{Act, Action, Authority, authority};
            authority(role, Action::Do(Act::ReadAudit)) == Authority::Allowed
        });
        let status = browser.get(AUDIT_HREF).await.expect("page").status;
        assert_eq!(status == StatusCode::OK, allowed == Some(true), "{login}");
    }
}
