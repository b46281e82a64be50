//! The own account as a browser without scripts meets it.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::routing::get;
use certs::onetime::STEP_SECONDS;
use jiff::Timestamp;

use super::super::factor::FactorPolicy;
use super::super::trial::{Browser, PASSWORD, Seen};
use super::super::*;
use super::*;
use crate::clock::{Clock, SimulatedClock};
use crate::sql::Database;
use crate::texts;
use crate::web::session_store::MIGRATIONS;

texts! {
    PRODUCT = "心桥 · 学校节点", "Xinqiao · School node";
}

const START: i64 = 1_764_000_000_000;
const STEP_MS: i64 = 30_000;

#[derive(Clone)]
struct Pages(Arc<Shell>);

impl FromRef<Pages> for Arc<Shell> {
    fn from_ref(pages: &Pages) -> Self {
        Arc::clone(&pages.0)
    }
}

#[derive(askama::Template)]
#[template(source = "<p>open</p>", ext = "html")]
struct Open;

async fn home(State(pages): State<Pages>, visitor: Visitor<Everyone>) -> Result<Response, Problem> {
    let page = Page {
        title: "首页".to_owned(),
        note: String::new(),
        crumbs: Vec::new(),
        current: "/",
        exports: Vec::new(),
        body: Html::render(&Open)?,
    };
    pages.0.reply(&visitor.frame, &page)
}

async fn console_of(role: Role) -> (Browser, SimulatedClock) {
    let start = Timestamp::from_millisecond(START).expect("instant");
    let (clock, hand) = Clock::simulated(start);
    let site = Site {
        product: PRODUCT,
        unit: Label::new("示例小学", "Example school"),
        unit_id: "F1".to_owned(),
        transport: Transport::Loopback,
        nav: Vec::new(),
        shows: |_, _| true,
        titles: Role::title,
        demonstration: false,
    };
    let store = SessionStore::new(Database::in_memory(MIGRATIONS).expect("database"));
    let sessions = Sessions::new(store, FactorPolicy::Persons).expect("sessions");
    let person = NewAccount {
        login: "reader".to_owned(),
        name: "赵老师".to_owned(),
        role,
        password: PASSWORD.to_owned(),
    };
    sessions.put_account(person, START).await.expect("account");
    let shell = Arc::new(Shell { site, sessions, clock });
    let pages = Router::new().route("/", get(home)).with_state(Pages(Arc::clone(&shell)));
    (Browser::new(console(shell, pages)), hand)
}

fn sound(seen: &Seen, status: StatusCode, name: &str) {
    assert_eq!((seen.status, seen.flaws()), (status, Vec::new()), "{name}: {}", seen.text);
    seen.keep(&format!("own-{name}.html")).expect("keep");
}

fn code(secret: &str, now_ms: i64) -> String {
    let secret = AppSecret::parse(secret).expect("secret");
    format!("{:06}", secret.code(now_ms.unsigned_abs() / 1_000 / STEP_SECONDS))
}

async fn post(browser: &mut Browser, path: &str, page: &Seen, fields: &[(&str, &str)]) -> Seen {
    let csrf = page.field("csrf").expect("token").to_owned();
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(path, &all).await.expect("reply")
}

/// Sets the app up and returns its secret and the page with the sheet.
async fn set_up(browser: &mut Browser) -> (String, Seen) {
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let away = browser.get("/?page=2").await.expect("reply");
    assert_eq!(away.header("location"), "/me/factor?next=/%3Fpage%3D2");
    for lang in ["en", "zh"] {
        let page = browser.get(&format!("/me/factor?lang={lang}")).await.expect("reply");
        sound(&page, StatusCode::OK, &format!("factor-{lang}"));
    }
    let page = browser.get("/me/factor").await.expect("reply");
    let secret = page.field("secret").expect("secret").to_owned();
    let wrong = post(browser, "/me/factor/app", &page, &[("secret", &secret), ("code", "1")]).await;
    sound(&wrong, StatusCode::UNAUTHORIZED, "factor-wrong");
    assert_eq!(wrong.field("secret"), Some(secret.as_str()), "the same secret again");
    let typed = code(&secret, START);
    let fields = [("secret", secret.as_str()), ("code", typed.as_str())];
    let sheet = post(browser, "/me/factor/app", &wrong, &fields).await;
    (secret, sheet)
}

/// Whoever reads about persons sets up a second step first, gets a sheet once, and is then asked
/// for a code at every sign-in.
#[tokio::test]
async fn the_second_step_is_set_up_at_the_first_sign_in() {
    let (mut browser, hand) = console_of(Role::Counsellor).await;
    let (secret, sheet) = set_up(&mut browser).await;
    sound(&sheet, StatusCode::OK, "sheet");
    assert_eq!(sheet.text.matches("class=\"mono\"").count(), 10);
    assert!(sheet.text.contains("只显示这一次") && sheet.text.contains("赵老师"));
    assert!(browser.get("/").await.expect("reply").text.contains("open"));
    browser.forget("xinqiao-session-f1");
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let away = browser.get("/?page=2").await.expect("reply");
    assert_eq!(away.header("location"), "/login/code?next=/%3Fpage%3D2");
    for path in ["/me", "/me/password", "/me/factor"] {
        let away = browser.get(path).await.expect("reply");
        assert_eq!(away.header("location"), "/login/code", "{path}");
    }
    let place = away.header("location").to_owned();
    let ask = browser.get(&place).await.expect("reply");
    sound(&ask, StatusCode::OK, "code");
    let wrong = post(&mut browser, "/login/code", &ask, &[("code", "000000")]).await;
    sound(&wrong, StatusCode::UNAUTHORIZED, "code-wrong");
    hand.advance_ms(STEP_MS);
    let typed = code(&secret, START + STEP_MS);
    let fields = [("code", typed.as_str()), ("next", "/?page=2")];
    let open = post(&mut browser, "/login/code", &ask, &fields).await;
    assert_eq!((open.status, open.header("location")), (StatusCode::SEE_OTHER, "/?page=2"));
    assert!(browser.get("/").await.expect("reply").text.contains("open"));
}

/// Nobody gets round the code: a form without the session's token is refused, and signing out
/// works before the code.
#[tokio::test]
async fn the_code_is_not_got_round() {
    let (mut browser, _) = console_of(Role::Counsellor).await;
    set_up(&mut browser).await;
    browser.forget("xinqiao-session-f1");
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let forged = browser.post("/login/code", &[("csrf", "x"), ("code", "0")]).await.expect("reply");
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let ask = browser.get("/login/code").await.expect("reply");
    let others = post(&mut browser, "/me/sessions/others", &ask, &[]).await;
    assert_eq!(others.header("location"), "/login/code?next=/me/sessions/others");
    let out = post(&mut browser, "/logout", &ask, &[]).await;
    assert_eq!(out.header("location"), "/login");
    let away = browser.get("/login/code").await.expect("reply");
    assert_eq!(away.header("location"), "/login");
}

/// Without a telephone: a printed sheet, confirmed by one of its codes.
#[tokio::test]
async fn a_sheet_is_set_up_without_a_telephone() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let page = browser.get("/me/factor").await.expect("reply");
    let sheet = post(&mut browser, "/me/factor/sheet", &page, &[]).await;
    sound(&sheet, StatusCode::OK, "sheet-alone");
    let codes: Vec<&str> = sheet.text.split("class=\"mono\">").skip(1).collect();
    assert_eq!(codes.len(), 40);
    let first = codes[0].split('<').next().expect("code").to_owned();
    let away = browser.get("/").await.expect("reply");
    assert!(away.header("location").starts_with("/me/factor"), "not confirmed yet");
    let again = browser.get("/me/factor").await.expect("reply");
    sound(&again, StatusCode::OK, "confirm");
    assert!(again.text.contains("确认验证码表"));
    // What is said about a wrong code is about paper, not about a telephone's clock.
    let wrong = post(&mut browser, "/me/factor/confirm", &sheet, &[("code", "aaaa-aaaa")]).await;
    sound(&wrong, StatusCode::UNAUTHORIZED, "confirm-wrong");
    assert!(wrong.text.contains("不在刚打印的表上") && !wrong.text.contains("手机时间"));
    let open = post(&mut browser, "/me/factor/confirm", &sheet, &[("code", &first)]).await;
    assert_eq!(open.header("location"), "/");
    // No sheet waits any more, so there is nothing to confirm.
    let second = codes[1].split('<').next().expect("code").to_owned();
    let now = browser.get("/me/factor").await.expect("reply");
    let again = post(&mut browser, "/me/factor/confirm", &now, &[("code", &second)]).await;
    assert_eq!(again.header("location"), "/me/factor", "{}", again.text);
    assert!(browser.get("/").await.expect("reply").text.contains("open"));
}

/// The own page lists the sign-ins; the password is changed with the old one and a good new one.
#[tokio::test]
async fn the_own_account_is_looked_after() {
    let (mut browser, _) = console_of(Role::Operator).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    browser.forget("xinqiao-session-f1");
    browser.headers = vec![("user-agent".to_owned(), "Mozilla (Windows) Chrome/78".to_owned())];
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    for lang in ["en", "zh"] {
        let page = browser.get(&format!("/me?lang={lang}")).await.expect("reply");
        sound(&page, StatusCode::OK, &format!("me-{lang}"));
        let form = browser.get(&format!("/me/password?lang={lang}")).await.expect("reply");
        sound(&form, StatusCode::OK, &format!("password-{lang}"));
    }
    let page = browser.get("/me").await.expect("reply");
    assert!(page.text.contains("Chrome · Windows") && page.text.contains("本次登录"));
    let token = page.text.split("name=\"token\" value=\"").nth(1).expect("another session");
    let token = token.split('"').next().expect("token").to_owned();
    post(&mut browser, "/me/sessions/end", &page, &[("token", &token)]).await;
    let page = browser.get("/me").await.expect("reply");
    assert!(!page.text.contains("name=\"token\""), "ended");
    for (old, new, again, said) in [
        ("wrong password", "three blue hats", "three blue hats", "现在的密码不对"),
        (PASSWORD, "three blue hats", "three blue cats", "两遍新密码不一样"),
        (PASSWORD, "reader2026!", "reader2026!", "别人最先会试的那种"),
        (PASSWORD, "short", "short", "少于 10 个字符"),
        (PASSWORD, PASSWORD, PASSWORD, "和原来的一样"),
    ] {
        let fields = [("old", old), ("new", new), ("again", again)];
        let reply = post(&mut browser, "/me/password", &page, &fields).await;
        sound(&reply, StatusCode::UNAUTHORIZED, "password-wrong");
        assert!(reply.text.contains(said), "{said}");
    }
    let fields = [("old", PASSWORD), ("new", "three blue hats"), ("again", "three blue hats")];
    let done = post(&mut browser, "/me/password", &page, &fields).await;
    assert_eq!(done.header("location"), "/me");
    assert_eq!(browser.get("/").await.expect("reply").status, StatusCode::OK, "still signed in");
    browser.forget("xinqiao-session-f1");
    let old = browser.sign_in("reader", PASSWORD).await.expect("reply");
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
}
