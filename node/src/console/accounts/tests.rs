//! The page of accounts as a browser without scripts meets it.

use runtime::web::trial::{Browser, PASSWORD, Seen};

use super::super::trial::{self, Person};
use super::*;
use crate::ledger::testing::{NOW_MS, School};

/// A school with a counsellor, a moral-education head, a principal and school IT.
async fn school() -> School {
    let school = School::new();
    school.staff(&[(1, "心理教师"), (2, "德育主任"), (3, "校长"), (4, "班主任")]);
    for (login, role, staff) in [
        ("li", Role::Counsellor, "T001"),
        ("head", Role::MoralHead, "T002"),
        ("zhao", Role::Principal, "T003"),
        ("it", Role::Operator, ""),
    ] {
        trial::account(&school, Person { login, role, staff }, NOW_MS).await;
    }
    school
}

async fn browser(school: &School, login: &str, password: &str) -> Browser {
    trial::signed_in(school, login, password, NOW_MS).await
}

async fn post(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Seen {
    let page = browser.get(ACCOUNTS_HREF).await.expect("page");
    let csrf = page.field("csrf").expect("token").to_owned();
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all).await.expect("reply")
}

fn shown_password(page: &Seen) -> String {
    let shown = page.text.split("<b class=\"mono\">").nth(1).expect("a password");
    shown.split('<').next().expect("a password").to_owned()
}

/// The page is whole in both languages, for the office only, and names no student.
#[tokio::test]
async fn the_page_is_for_the_office() {
    let school = school().await;
    for (login, status) in [
        ("it", StatusCode::OK),
        ("head", StatusCode::OK),
        ("zhao", StatusCode::OK),
        ("li", StatusCode::FORBIDDEN),
    ] {
        let mut browser = browser(&school, login, PASSWORD).await;
        for lang in ["en", "zh"] {
            let page = browser.get(&format!("/accounts?lang={lang}")).await.expect("page");
            assert_eq!((page.status, page.flaws()), (status, Vec::new()), "{login}");
            page.keep(&format!("accounts-{login}-{lang}.html")).expect("keep");
        }
    }
}

/// A head makes an account whose password is for one sign-in; school IT cannot, for a role that
/// reads about students, neither by a new account nor by a new role or password.
#[tokio::test]
async fn school_it_makes_no_reader() {
    let school = school().await;
    let mut it = browser(&school, "it", PASSWORD).await;
    let adding =
        [("login", "new"), ("name", "陈老师"), ("role", "class-teacher"), ("staff", "T004")];
    let refused = post(&mut it, "/accounts", &adding).await;
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    assert!(refused.text.contains("您的岗位不能管理这个岗位的账号"));
    for (path, fields) in [
        ("/accounts/li/password", &[][..]),
        ("/accounts/li/lock", &[("to", "locked")][..]),
        ("/accounts/it/role", &[("role", "counsellor")][..]),
    ] {
        assert_eq!(post(&mut it, path, fields).await.status, StatusCode::CONFLICT, "{path}");
    }
    let mut head = browser(&school, "head", PASSWORD).await;
    let made = post(&mut head, "/accounts", &adding).await;
    assert_eq!((made.status, made.flaws()), (StatusCode::OK, Vec::new()), "{}", made.text);
    made.keep("accounts-made.html").expect("keep");
    let again = post(&mut head, "/accounts", &adding).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "the same account twice");
    let mut new = browser(&school, "new", &shown_password(&made)).await;
    let away = new.get(ACCOUNTS_HREF).await.expect("reply");
    assert!(away.header("location").starts_with("/me/password"), "to be replaced first");
    let own = post(&mut head, "/accounts/head/lock", &[("to", "locked")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "nobody looks after the own account");
}

/// A head locks, unlocks, moves and gives a new password, and each act leaves its line.
#[tokio::test]
async fn accounts_are_looked_after_and_each_act_leaves_a_line() {
    let school = school().await;
    let before = school.rows("account_change");
    let mut zhao = browser(&school, "zhao", PASSWORD).await;
    for (path, fields) in [
        ("/accounts/li/lock", &[("to", "locked")][..]),
        ("/accounts/li/lock", &[("to", "open")][..]),
        ("/accounts/it/role", &[("role", "auditor")][..]),
    ] {
        let done = post(&mut zhao, path, fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{path}: {}", done.text);
    }
    let missing = post(&mut zhao, "/accounts/li/role", &[("role", "mentor")]).await;
    assert!(missing.text.contains("必须填教职工号"));
    let given = post(&mut zhao, "/accounts/li/password", &[]).await;
    assert_eq!(given.status, StatusCode::OK);
    assert_eq!(school.rows("account_change"), before + 4);
    let old = browser(&school, "li", PASSWORD).await.get("/accounts").await.expect("reply");
    assert!(old.header("location").starts_with("/login?"), "the old password stopped");
    let lines = school.ledger.read(|tx| account::changes(tx, i64::MAX, 1)).expect("changes");
    assert_eq!((lines[0].what.as_str(), lines[0].by.as_str()), ("one_time_password", "zhao"));
}
