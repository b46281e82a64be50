//! Presses of one button as a browser makes them: at the same time, and of what was refused.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use jiff::Timestamp;
use serde::Deserialize;

use super::super::guard::{Everyone, SignedForm, Visitor, posts};
use super::super::lang::Label;
use super::super::trial::{self, Browser, PASSWORD};
use super::super::{Role, Site, Transport, console};
use super::*;
use crate::clock::Clock;
use crate::texts;

texts! {
    PRODUCT = "心桥 · 学校节点", "Xinqiao · School node";
}

/// A console whose one form counts how often it was carried out, and how often at a time.
#[derive(Clone)]
struct Pages {
    shell: Arc<Shell>,
    runs: Arc<AtomicU32>,
    beside: Arc<AtomicU32>,
    beside_max: Arc<AtomicU32>,
}

impl FromRef<Pages> for Arc<Shell> {
    fn from_ref(pages: &Pages) -> Self {
        Arc::clone(&pages.shell)
    }
}

#[derive(Deserialize)]
struct What {
    what: String,
}

/// Refuses or answers as the form says, after long enough for other presses to come.
async fn act(State(pages): State<Pages>, form: SignedForm<Everyone, What>) -> Response {
    let run = pages.runs.fetch_add(1, Ordering::SeqCst);
    let beside = pages.beside.fetch_add(1, Ordering::SeqCst) + 1;
    pages.beside_max.fetch_max(beside, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(20)).await;
    pages.beside.fetch_sub(1, Ordering::SeqCst);
    let refused: &[&str] = if run == 0 { &["refused", "refused first"] } else { &["refused"] };
    match form.fields.what.as_str() {
        what if refused.contains(&what) => Problem::BadRequest.into_response(),
        "long" => "长".repeat(ANSWER_BYTES_MAX).into_response(),
        "broken" => panic!("after it was carried out"),
        _ => format!("run {run}").into_response(),
    }
}

async fn page(_visitor: Visitor<Everyone>) -> &'static str {
    "the form's page"
}

/// A browser that is signed in, and what it is to send.
async fn signed_in() -> (Browser, Pages, String) {
    let (clock, _hand) = Clock::simulated(Timestamp::UNIX_EPOCH);
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
    let shell = trial::shell(site, Role::Principal, clock).await.expect("shell");
    let zero = || Arc::new(AtomicU32::new(0));
    let (runs, beside, beside_max) = (zero(), zero(), zero());
    let pages = Pages { shell: Arc::clone(&shell), runs, beside, beside_max };
    let router = Router::new()
        .route("/thing", get(page))
        .route("/thing/act", posts(act, "/thing"))
        .with_state(pages.clone());
    let mut browser = Browser::new(console(Arc::clone(&shell), router));
    let session = browser.sign_in("reader", PASSWORD).await.expect("reply");
    assert_eq!(session.status, StatusCode::SEE_OTHER);
    let me = browser.get("/me").await.expect("reply");
    (browser, pages, me.field("csrf").expect("token").to_owned())
}

/// The statuses of three presses of the same button at the same time, and how often it was
/// carried out, in all and at most at a time.
async fn three(what: &str) -> (Vec<u16>, u32, u32) {
    let (browser, pages, csrf) = signed_in().await;
    let fields = [("csrf", csrf.as_str()), ("what", what)];
    let [mut one, mut two, mut three] = [(); 3].map(|()| browser.clone());
    let path = "/thing/act";
    let (one, two, three) =
        tokio::join!(one.post(path, &fields), two.post(path, &fields), three.post(path, &fields));
    let mut statuses = [one, two, three].map(|seen| seen.expect("reply").status.as_u16());
    statuses.sort_unstable();
    let count = |of: &AtomicU32| of.load(Ordering::SeqCst);
    (statuses.to_vec(), count(&pages.runs), count(&pages.beside_max))
}

/// Where the first of three presses was refused, one of the others is carried out and the last
/// gets its answer; where all are refused, they are so one after the other.
#[tokio::test]
async fn those_who_waited_for_a_refused_press_go_on_in_turn() {
    assert_eq!(three("carried out").await, (vec![200, 200, 200], 1, 1));
    assert_eq!(three("refused first").await, (vec![200, 200, 400], 2, 1));
    assert_eq!(three("refused").await, (vec![400, 400, 400], 3, 1));
}

/// What was carried out is not carried out again because its answer was too long to be kept, or
/// because it broke off afterwards: the second press is led to the form's page.
#[tokio::test]
async fn a_press_without_an_answer_leads_to_the_forms_page() {
    for (what, first) in [("long", StatusCode::OK), ("broken", StatusCode::INTERNAL_SERVER_ERROR)] {
        let (mut browser, pages, csrf) = signed_in().await;
        let fields = [("csrf", csrf.as_str()), ("what", what)];
        let one = browser.post("/thing/act", &fields).await.expect("reply");
        assert_eq!(one.status, first, "{what}");
        let two = browser.post("/thing/act", &fields).await.expect("reply");
        assert_eq!((two.status, two.header("location")), (StatusCode::SEE_OTHER, "/thing/act"));
        let page = browser.get("/thing/act").await.expect("reply");
        assert_eq!(page.header("location"), "/thing");
        assert_eq!(pages.runs.load(Ordering::SeqCst), 1, "{what}");
    }
}
