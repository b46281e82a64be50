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

/// The form of a new class teacher, for whom there is a member of staff.
const NEW: [(&str, &str); 4] =
    [("login", "new"), ("name", "陈老师"), ("role", "class-teacher"), ("staff", "T004")];

/// School IT lets nobody in who reads about students: not by a new account, role or password.
#[tokio::test]
async fn school_it_makes_no_reader() {
    let school = school().await;
    let mut it = browser(&school, "it", PASSWORD).await;
    let refused = post(&mut it, "/accounts", &NEW).await;
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    assert!(refused.text.contains("您的岗位不能管理这个岗位的账号"));
    for (path, fields) in [
        ("/accounts/li/password", &[][..]),
        ("/accounts/li/opening", &[("reason", "忘记密码")][..]),
        ("/accounts/li/lock", &[("to", "locked")][..]),
        ("/accounts/it/role", &[("role", "counsellor"), ("staff", "T004")][..]),
    ] {
        assert_eq!(post(&mut it, path, fields).await.status, StatusCode::CONFLICT, "{path}");
    }
    assert!(!school.ledger.read(account::list).expect("accounts").iter().any(|a| a.login == "new"));
}

/// A head alone lets nobody in who reads or signs: the account is there once school IT agrees, and
/// signs in with both halves of its password, of which each of the two saw one.
#[tokio::test]
async fn a_reader_signs_in_with_a_half_from_each_of_two() {
    let school = school().await;
    let mut head = browser(&school, "head", PASSWORD).await;
    let nobody = [("login", "ghost"), ("role", "counsellor"), ("staff", "")];
    let refused = post(&mut head, "/accounts", &nobody).await;
    assert!(refused.text.contains("必须填教职工号"), "{}", refused.text);
    let asked = post(&mut head, "/accounts", &NEW).await;
    assert_eq!((asked.status, asked.flaws()), (StatusCode::OK, Vec::new()), "{}", asked.text);
    asked.keep("accounts-asked.html").expect("keep");
    let first = shown_password(&asked);
    let again = post(&mut head, "/accounts", &NEW).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "it waits already");
    let own = post(&mut head, "/accounts/asked/1", &[("to", "agree")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "nobody is the own second person");

    let mut it = browser(&school, "it", PASSWORD).await;
    let page = it.get(ACCOUNTS_HREF).await.expect("page");
    assert!(page.text.contains("本人是教职工 T004") && !page.text.contains(&first));
    page.keep("accounts-waiting.html").expect("keep");
    let agreed = post(&mut it, "/accounts/asked/1", &[("to", "agree")]).await;
    assert_eq!((agreed.status, agreed.flaws()), (StatusCode::OK, Vec::new()), "{}", agreed.text);
    agreed.keep("accounts-agreed.html").expect("keep");
    let second = shown_password(&agreed);
    for half in [&first, &second] {
        let mut new = browser(&school, "new", half).await;
        let away = new.get(ACCOUNTS_HREF).await.expect("reply");
        assert!(away.header("location").starts_with("/login?"), "one half alone");
    }
    let mut new = browser(&school, "new", &format!("{first}-{second}")).await;
    let away = new.get(ACCOUNTS_HREF).await.expect("reply");
    assert!(away.header("location").starts_with("/me/password"), "to be replaced first");
}

/// A password alone opens no account that has no second factor yet; two open it anew.
#[tokio::test]
async fn an_account_is_opened_anew_by_two() {
    let school = school().await;
    let mut zhao = browser(&school, "zhao", PASSWORD).await;
    let alone = post(&mut zhao, "/accounts/li/password", &[]).await;
    assert!(alone.text.contains("须由两人办理"), "{}", alone.text);
    let li = browser(&school, "li", PASSWORD).await.get("/accounts").await.expect("reply");
    assert_eq!(li.status, StatusCode::FORBIDDEN, "the old password holds");
    let asked = post(&mut zhao, "/accounts/li/opening", &[("reason", "忘记密码")]).await;
    let first = shown_password(&asked);
    let mut head = browser(&school, "head", PASSWORD).await;
    let agreed = post(&mut head, "/accounts/asked/1", &[("to", "agree")]).await;
    let typed = format!("{first}-{}", shown_password(&agreed));
    let li = browser(&school, "li", &typed).await.get("/accounts").await.expect("reply");
    assert!(li.header("location").starts_with("/me/password"), "{}", li.text);
    let lines = school.ledger.read(|tx| account::changes(tx, i64::MAX, 1)).expect("changes");
    let (what, by) = (lines[0].what.as_str(), lines[0].by.as_str());
    assert_eq!((what, by), ("one_time_password", "zhao + head"));
}

/// A head locks, unlocks and makes an auditor alone, each act leaves its line, and nobody looks
/// after the own account.
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
    let moved = [("role", "mentor"), ("staff", "T001")];
    let asked = post(&mut zhao, "/accounts/li/role", &moved).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let li = school.ledger.read(account::list).expect("accounts");
    let li = li.iter().find(|line| line.login == "li").expect("li");
    assert_eq!(li.role, Role::Counsellor, "nobody has agreed");
    let made = [("login", "shen"), ("name", "沈某"), ("role", "auditor")];
    let made = post(&mut zhao, "/accounts", &made).await;
    assert_eq!((made.status, made.flaws()), (StatusCode::OK, Vec::new()), "{}", made.text);
    assert_eq!(school.rows("account_change"), before + 5);
    let mut shen = browser(&school, "shen", &shown_password(&made)).await;
    let away = shen.get(ACCOUNTS_HREF).await.expect("reply");
    assert!(away.header("location").starts_with("/me/password"), "to be replaced first");
    let own = post(&mut zhao, "/accounts/zhao/lock", &[("to", "locked")]).await;
    assert_eq!(own.status, StatusCode::CONFLICT, "nobody looks after the own account");
}

/// A refused form comes back as it was sent, with the sentence at its field, and no password ever.
#[tokio::test]
async fn a_refused_form_of_an_account_comes_back_filled_in() {
    let school = school().await;
    let mut head = browser(&school, "head", PASSWORD).await;
    let new = [("login", "chen"), ("name", "陈老师"), ("role", "mentor"), ("staff", "T999")];
    let refused = post(&mut head, "/accounts", &new).await;
    assert_eq!((refused.status, refused.flaws()), (StatusCode::CONFLICT, Vec::new()));
    refused.keep("accounts-refused.html").expect("keep");
    for kept in [
        "name=\"login\" value=\"chen\"",
        "name=\"name\" value=\"陈老师\"",
        "name=\"staff\" value=\"T999\"",
        "value=\"mentor\" selected",
        "<p class=\"err\">",
    ] {
        assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
    }
    assert!(!refused.text.contains("type=\"password\""));
    let moved = [("role", "mentor"), ("staff", "T999")];
    let refused = post(&mut head, "/accounts/li/role", &moved).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.text.contains("<details open>"));
    assert!(refused.text.contains("name=\"staff\" value=\"T999\""), "{}", refused.text);
}
