//! The shell as a browser meets it: sign-in, tokens, headers, languages, error pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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

/// Says how often it was carried out; the word "wrong" is refused.
async fn count(
    State(pages): State<Pages>,
    form: SignedForm<Everyone, Note>,
) -> Result<Response, Problem> {
    static TIMES: AtomicU32 = AtomicU32::new(0);
    let times = TIMES.fetch_add(1, Ordering::SeqCst);
    // Long enough for a second press to come while the first is carried out.
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    if form.fields.text == "wrong" {
        return Err(Problem::BadRequest);
    }
    let page = Page {
        title: format!("第 {times} 次"),
        note: String::new(),
        crumbs: vec!["节点".to_owned(), "计数".to_owned()],
        current: "/",
        exports: Vec::new(),
        body: Html::render(&Paragraph { text: form.fields.text })?,
    };
    pages.0.reply(&form.visitor.frame, &page)
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
        titles: Role::title,
        demonstration: true,
    };
    let shell = trial::shell(site, role, clock).await.expect("shell");
    let pages = Router::new()
        .route("/", get(show))
        .route("/secret", get(secret))
        .route("/keep", post(keep))
        .route("/things/{id}/count", posts(count, "/things/{id}"))
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

/// A second press of a button, at the same time or later, is answered with the page of the first
/// and carries nothing out; the same words from a page that was opened again are another press.
#[tokio::test]
async fn a_form_that_is_sent_twice_is_carried_out_once() {
    let (mut browser, hand) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let number = async |browser: &mut Browser| {
        browser.get("/").await.expect("reply").field("csrf").expect("token").to_owned()
    };
    let (first, other) = (number(&mut browser).await, number(&mut browser).await);
    assert_ne!(first, other);
    let path = "/things/3/count";
    let mut beside = browser.clone();
    let fields = [("csrf", first.as_str()), ("text", "一句话")];
    let (one, two) = tokio::join!(browser.post(path, &fields), beside.post(path, &fields));
    let (one, two) = (one.expect("reply"), two.expect("reply"));
    assert_eq!((one.status, two.status), (StatusCode::OK, StatusCode::OK));
    assert!(one.text == two.text && one.text.contains("一句话"), "{}", two.text);
    assert_eq!(two.header("cache-control"), "no-store");
    hand.advance_ms(60_000);
    assert_eq!(browser.post(path, &fields).await.expect("reply").text, one.text, "loaded again");
    let again = [("csrf", other.as_str()), ("text", "一句话")];
    assert_ne!(browser.post(path, &again).await.expect("reply").text, one.text);
    // What was refused is carried out again, as often as it is sent.
    for _ in 0..2 {
        let wrong = [("csrf", first.as_str()), ("text", "wrong")];
        assert_eq!(
            browser.post(path, &wrong).await.expect("reply").status,
            StatusCode::BAD_REQUEST
        );
    }
    // Whoever is signed out is given no page, also not one that was given before.
    let csrf = [("csrf", other.as_str())];
    browser.post("/logout", &csrf).await.expect("reply");
    let out = browser.post(path, &fields).await.expect("reply");
    assert!(out.status == StatusCode::UNAUTHORIZED && !out.text.contains("次"), "{}", out.text);
}

/// What was written before the session ended comes back to be copied; the way on leads to a page.
#[tokio::test]
async fn what_was_written_outlives_the_session() {
    let (mut browser, hand) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let csrf = browser.get("/").await.expect("reply").field("csrf").expect("token").to_owned();
    hand.advance_ms(session::IDLE_MS);
    let fields = [("csrf", csrf.as_str()), ("text", "谈了半小时 <b>"), ("topic", "mood")];
    let lost = browser.post("/things/3/count", &fields).await.expect("reply");
    assert_eq!((lost.status, lost.flaws()), (StatusCode::UNAUTHORIZED, Vec::new()));
    assert!(lost.text.contains("谈了半小时 &#60;b&#62;</textarea>"), "{}", lost.text);
    assert!(!lost.text.contains("mood") && !lost.text.contains(&csrf), "{}", lost.text);
    assert!(lost.text.contains("/login?next=/things/3/count"));
    assert!(lost.text.contains("日期、电话这类只有数字或字母的短内容"), "what is not given back");
    let way = browser.get("/things/3/count").await.expect("reply");
    assert_eq!((way.status, way.header("location")), (StatusCode::SEE_OTHER, "/things/3"));
    assert_eq!(browser.get("/keep").await.expect("reply").header("location"), "/");
    browser.headers = vec![("sec-fetch-site".to_owned(), "cross-site".to_owned())];
    let foreign = browser.post("/keep", &fields).await.expect("reply");
    assert!(!foreign.text.contains("谈了半小时"), "another site puts no text on a page of ours");
}

/// A table of a term fits into a form; what does not is answered with its own sentence.
#[tokio::test]
async fn a_long_form_is_taken_and_a_longer_one_is_told() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let csrf = browser.get("/").await.expect("reply").field("csrf").expect("token").to_owned();
    let long = "谈".repeat(100_000);
    let kept = browser.post("/keep", &[("csrf", &csrf), ("text", &long)]).await.expect("reply");
    assert_eq!(kept.status, StatusCode::OK);
    let longer = "谈".repeat(400_000);
    let told = browser.post("/keep", &[("csrf", &csrf), ("text", &longer)]).await.expect("reply");
    assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(told.text.contains("内容太多，没有提交"), "{}", told.text);
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

/// A page says below which page of the menu it stands, and leads there.
#[tokio::test]
async fn the_way_to_a_page_leads_up() {
    let (mut browser, _) = console_of(Role::Principal).await;
    browser.sign_in("reader", PASSWORD).await.expect("reply");
    let here = browser.get("/").await.expect("reply");
    assert!(here.text.contains("<div class=\"crumb\">节点 / 首页</div>"), "{}", here.text);
    let csrf = here.field("csrf").expect("token").to_owned();
    let fields = [("csrf", csrf.as_str()), ("text", "x")];
    let below = browser.post("/things/3/count", &fields).await.expect("reply");
    let way = "节点 / <a href=\"/\">出校记录</a> / 计数</div>";
    assert!(below.text.contains(way), "{}", below.text);
    assert!(below.text.contains("target=\"_blank\""), "the switch leaves what was answered");
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
        ("/static/absent", 404, "没有这个页面", "There is no such page"),
    ] {
        for (lang, sentence) in [("zh", zh), ("en", en)] {
            let reply = browser.get(&format!("{path}?lang={lang}")).await.expect("reply");
            assert_eq!(reply.status.as_u16(), status, "{path}");
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
