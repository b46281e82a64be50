//! The shell as a browser meets it: sign-in, tokens, headers, languages, error pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;

use super::trial::{Browser, PASSWORD};
use super::*;
use crate::clock::{Clock, SimulatedClock};
use crate::texts;

texts! {
    PRODUCT = "心桥 · 学校节点", "Xinqiao · School node";
    GROUP = "对外", "Outward";
    ENTRY = "出校记录", "What leaves";
}

const START: i64 = 1_764_000_000_000;

/// A console with one page for everyone, one for auditors, and one form.
#[derive(Clone)]
struct Pages(Arc<Shell>);

impl FromRef<Pages> for Arc<Shell> {
    fn from_ref(pages: &Pages) -> Self {
        Arc::clone(&pages.0)
    }
}

struct Auditors;

impl Audience for Auditors {
    const ROLES: &'static [Role] = &[Role::Auditor];
}

#[derive(askama::Template)]
#[template(source = "<p>{{ text }}</p>", ext = "html")]
struct Paragraph {
    text: String,
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

async fn show(State(pages): State<Pages>, visitor: Visitor<Everyone>) -> Result<Response, Problem> {
    let text = "<script>alert(1)</script>".to_owned();
    let page = Page {
        title: "首页".to_owned(),
        note: String::new(),
        crumbs: vec!["节点".to_owned(), "首页".to_owned()],
        current: "/",
        exports: Vec::new(),
        body: Html::render(&Paragraph { text })?,
    };
    pages.0.reply(&visitor.frame, &page)
}

async fn secret(_visitor: Visitor<Auditors>) -> &'static str {
    "for auditors"
}

async fn keep(form: SignedForm<Everyone, Note>) -> String {
    format!("kept {}", form.fields.text)
}

async fn fail() -> Result<Response, Problem> {
    Err(crate::sql::SqlError::Locked.into())
}

async fn console_of(role: Role) -> (Browser, SimulatedClock) {
    let start = Timestamp::from_millisecond(START).expect("instant");
    let (clock, hand) = Clock::simulated(start);
    let site = Site {
        product: PRODUCT,
        unit: Label::new("<b>市南区第一小学", "First Primary & Co"),
        unit_id: "F370202004P01".to_owned(),
        transport: Transport::Loopback,
        nav: vec![NavGroup { title: GROUP, links: vec![NavLink { label: ENTRY, href: "/" }] }],
        shows: |_, _| true,
        demonstration: true,
    };
    let shell = trial::shell(site, role, clock).await.expect("shell");
    let pages = Router::new()
        .route("/", get(show))
        .route("/secret", get(secret))
        .route("/keep", post(keep))
        .route("/fail", get(fail))
        .with_state(Pages(Arc::clone(&shell)));
    (Browser::new(console(shell, pages)), hand)
}

/// Without a session every page leads to the sign-in page, which leads back to it.
#[tokio::test]
async fn signing_in_leads_to_the_page_that_was_wanted() {
    let (mut browser, _) = console_of(Role::Principal).await;
    let away = browser.get("/?page=2").await.expect("reply");
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    let place = away.header("location").to_owned();
    assert_eq!(place, "/login?next=/%3Fpage%3D2");
    let form = browser.get(&place).await.expect("reply");
    assert_eq!(form.flaws(), Vec::<String>::new());
    assert_eq!(form.field("next"), Some("/?page=2"));
    let csrf = form.field("csrf").expect("token").to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("login", "reader"),
        ("password", PASSWORD),
        ("next", "/?page=2"),
    ];
    let reply = browser.post("/login", &fields).await.expect("reply");
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, "/?page=2"));
    let cookies: Vec<&str> =
        reply.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
    assert!(cookies[0].starts_with("xinqiao-session-f370202004p01="), "{cookies:?}");
    assert!(cookies[0].ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookies:?}");
    let page = browser.get("/?page=2").await.expect("reply");
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("赵老师") && page.text.contains("校长"));
}

/// A wrong password is answered with a sentence and keeps what was typed, but not the password.
#[tokio::test]
async fn a_failed_sign_in_says_what_to_do_next() {
    let (mut browser, _) = console_of(Role::Principal).await;
    let reply = browser.sign_in("reader", "wrong \"password").await.expect("reply");
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert!(reply.text.contains("role=\"alert\"") && reply.text.contains("请核对大小写"));
    assert_eq!(reply.field("login"), Some("reader"));
    assert!(!reply.text.contains("wrong"));
    assert_eq!(reply.flaws(), Vec::<String>::new());
    assert_eq!(browser.get("/").await.expect("reply").status, StatusCode::SEE_OTHER);
}

/// A sign-in form that this browser was not given is refused before the password is looked at.
#[tokio::test]
async fn a_foreign_sign_in_form_is_refused() {
    let (mut browser, _) = console_of(Role::Principal).await;
    let fields = [("csrf", "guessed"), ("login", "reader"), ("password", PASSWORD)];
    let reply = browser.post("/login", &fields).await.expect("reply");
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    browser.get("/login").await.expect("reply");
    let reply = browser.post("/login", &fields).await.expect("reply");
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert!(reply.text.contains("没有改动任何数据"));
}

/// Forms need the session's own token and must not come from another site.
#[tokio::test]
async fn forms_without_the_token_of_the_session_are_refused() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let csrf = browser.get("/").await.expect("reply").field("csrf").expect("token").to_owned();
    for token in ["", "guessed"] {
        let reply = browser.post("/keep", &[("csrf", token), ("text", "x")]).await.expect("reply");
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{token}");
    }
    let fields = [("csrf", csrf.as_str()), ("text", "一句话")];
    assert_eq!(browser.post("/keep", &fields).await.expect("reply").text, "kept 一句话");
    browser.headers = vec![("sec-fetch-site".to_owned(), "cross-site".to_owned())];
    let reply = browser.post("/keep", &fields).await.expect("reply");
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    browser.headers = vec![("origin".to_owned(), "https://evil.example".to_owned())];
    let reply = browser.post("/logout", &fields).await.expect("reply");
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    browser.headers.clear();
    assert_eq!(browser.get("/").await.expect("reply").status, StatusCode::OK, "still signed in");
    assert_eq!(
        browser.post("/logout", &fields).await.expect("reply").status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(browser.get("/").await.expect("reply").status, StatusCode::SEE_OTHER, "signed out");
}

/// A session that was not used for half an hour is asked to sign in again.
#[tokio::test]
async fn an_idle_session_has_ended() {
    let (mut browser, hand) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    hand.advance_ms(session::IDLE_MS - 1);
    assert_eq!(browser.get("/").await.expect("reply").status, StatusCode::OK);
    hand.advance_ms(session::IDLE_MS);
    assert_eq!(browser.get("/").await.expect("reply").status, StatusCode::SEE_OTHER);
}

/// A page is for its roles only; the others read a sentence and nothing of the page.
#[tokio::test]
async fn a_page_is_shown_to_its_roles_only() {
    for (role, status) in [(Role::Auditor, StatusCode::OK), (Role::Operator, StatusCode::FORBIDDEN)]
    {
        let (mut browser, _) = console_of(role).await;
        browser.sign_in("reader", PASSWORD).await.expect("reply");
        let reply = browser.get("/secret").await.expect("reply");
        assert_eq!(reply.status, status);
        assert_eq!(reply.text.contains("for auditors"), role == Role::Auditor);
    }
}

/// Every reply carries the content policy, and private pages are kept nowhere.
#[tokio::test]
async fn every_reply_is_protected() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    for path in ["/", "/login", "/absent", "/secret", "/fail", "/static/xinqiao.css", "/keep"] {
        let reply = browser.get(path).await.expect("reply");
        assert_eq!(reply.header("content-security-policy"), CONTENT_POLICY, "{path}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        let kept = if path.starts_with("/static") { "public" } else { "no-store" };
        assert!(reply.header("cache-control").starts_with(kept), "{path}");
    }
}

/// Errors are pages: what happened, what was left untouched, what to do next, in both languages.
#[tokio::test]
async fn errors_say_what_to_do_next() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    for (path, status, zh, en) in [
        ("/absent", 404, "没有这个页面", "There is no such page"),
        ("/secret", 403, "您的岗位不能查看此页", "Your role may not see this page"),
        ("/fail", 503, "暂时读不到数据", "The data cannot be read at the moment"),
        ("/keep", 405, "无法理解这个请求", "The request could not be understood"),
        ("/static/absent", 404, "没有这个页面", "There is no such page"),
    ] {
        for (lang, sentence) in [("zh", zh), ("en", en)] {
            let reply = browser.get(&format!("{path}?lang={lang}")).await.expect("reply");
            let expected = if status == 405 { 400 } else { status };
            assert_eq!(reply.status.as_u16(), expected, "{path}");
            assert!(reply.text.contains(sentence), "{path} {lang}");
            assert_eq!(reply.flaws(), Vec::<String>::new(), "{path} {lang}");
        }
    }
}

/// The chosen language is remembered, and what comes from data is escaped in both.
#[tokio::test]
async fn language_is_remembered_and_data_is_escaped() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let zh = browser.get("/").await.expect("reply");
    assert!(zh.text.contains("<html lang=\"zh-CN\">") && zh.text.contains("&#60;b&#62;市南区"));
    let en = browser.get("/?lang=en").await.expect("reply");
    assert!(en.text.contains("First Primary &#38; Co") && en.text.contains("Sign out"));
    let kept = browser.get("/").await.expect("reply");
    assert!(kept.text.contains("<html lang=\"en\">"));
    for page in [zh, en, kept] {
        assert!(page.text.contains("&#60;script&#62;alert(1)"));
        assert_eq!(page.flaws(), Vec::<String>::new());
    }
}

/// The style sheet and the icon that pages point to exist.
#[tokio::test]
async fn what_pages_point_to_exists() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let page = browser.get("/").await.expect("reply");
    let hrefs = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut found = 0;
    for href in hrefs.filter(|href| href.starts_with('/')).map(str::to_owned).collect::<Vec<_>>() {
        let reply = browser.get(&href).await.expect("reply");
        assert_eq!(reply.status, StatusCode::OK, "{href}");
        found += 1;
    }
    assert!(found >= 4, "{found}");
}
