//! The console of a large school: 5,000 students and five years of ledgers, each page in time at
//! the server and in bytes on the wire.
//!
//! The ledgers are filled through the same doors as in a school, into an encrypted file; pages are
//! asked for as a browser does, signed in as a counsellor and as a mentor.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

#[path = "support/report.rs"]
mod report;
#[path = "support/years.rs"]
mod years;

use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use node::console::{Rules, ledger_router, site};
use node::ledger::account::{Changer, staff_of};
use node::ledger::{Ledger, account, duty};
use node::packs::{Packs, PacksError};
use report::{Goal, median, ms, percentile};
use runtime::clock::Clock;
use runtime::sql::DataKey;
use runtime::web::factor::FactorPolicy;
use runtime::web::trial::{Browser, PASSWORD};
use runtime::web::{Label, NewAccount, Role, SessionStore, Sessions, Shell, Transport};

/// How often each page is asked for.
const REPEATS: usize = 15;

/// Pages of a counsellor's day.
const COUNSELLOR: [&str; 16] = [
    "/work",
    "/work?whose=own",
    "/alerts",
    "/alerts?view=board",
    "/students",
    "/students?silent=yes",
    "/students?class=g7-3%E7%8F%AD",
    "/ledgers/talk",
    "/ledgers/talk?page=200",
    "/ledgers/counselling_session?topic=mood",
    "/ledgers/followup",
    "/ledgers/talk/new",
    "/acts/open",
    "/calendar",
    "/calendar?view=week",
    "/workload",
];
/// Pages of a mentor's day.
const MENTOR: [&str; 6] =
    ["/work", "/mine", "/mine?silent=yes", "/talks/new", "/talks/batch", "/ledgers/talk"];

fn main() {
    report::title("desk");
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("ledger.db");
    let ledger = Ledger::open(&path, DataKey::new([7; 32])).expect("ledger");
    let start = Instant::now();
    let written = years::fill(&ledger);
    println!(
        "\n{} students, {} weeks, {written} entries in {:.0} s; the file has {} MiB",
        years::STUDENTS,
        years::WEEKS,
        start.elapsed().as_secs_f64(),
        std::fs::metadata(&path).map_or(0, |data| data.len()) >> 20,
    );
    let list = work_list(&ledger);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let pages = runtime.expect("runtime").block_on(pages(&ledger));
    report::head(&["page", "median ms", "worst ms", "KB"]);
    for page in &pages {
        let figure = |value: f64| format!("{value:.1}");
        let [half, worst, kb] = [page.median_ms, page.worst_ms, page.kb].map(figure);
        report::line(&[&page.name, &half, &worst, &kb]);
    }
    let worst = |of: fn(&Page) -> f64| pages.iter().map(of).fold(0.0, f64::max);
    report::goals();
    let goal = |what, value, unit, (must, aim)| {
        Goal { id: "-", what, value, unit, must, aim, more: false }.print();
    };
    goal("work list over all ledgers, median", list, "ms", (50.0, 20.0));
    goal("slowest page at the server, median", worst(|page| page.median_ms), "ms", (100.0, 50.0));
    goal("largest page", worst(|page| page.kb), "KB", (250.0, 100.0));
    println!("\nload {} after", report::load());
}

/// Median time of the list of what is due.
fn work_list(ledger: &Ledger) -> f64 {
    let times: Vec<f64> = (0..REPEATS)
        .map(|_| {
            let start = Instant::now();
            let reader = years::counsellor(years::TODAY);
            let due = ledger.write("work", move |tx| duty::duties(tx, &reader, |_| true));
            assert!(
                due.expect("work list").shown.len() > 100,
                "a school without work proves nothing"
            );
            ms(start.elapsed())
        })
        .collect();
    median(&times)
}

/// One page as it was measured.
struct Page {
    name: String,
    median_ms: f64,
    worst_ms: f64,
    kb: f64,
}

async fn pages(ledger: &Ledger) -> Vec<Page> {
    let mut measured = Vec::new();
    let mut counsellor = browser(ledger, "li", Role::Counsellor, "T003").await;
    for path in COUNSELLOR {
        measured.push(measure(&mut counsellor, path).await);
    }
    measured.push(student(&mut counsellor).await);
    let mut mentor = browser(ledger, "mentor", Role::Mentor, "T020").await;
    for path in MENTOR {
        let mut page = measure(&mut mentor, path).await;
        page.name = format!("{path} (mentor)");
        measured.push(page);
    }
    measured
}

/// The packs that are built in, as before any came down.
struct BuiltIn(Packs);

impl Rules for BuiltIn {
    fn packs(&self) -> Result<Packs, PacksError> {
        Ok(self.0.clone())
    }

    fn copies_days(&self) -> u32 {
        30
    }

    fn small_school_classes(&self) -> u32 {
        0
    }

    fn list_recipient(&self) -> Option<node::list::taking::ListRecipient> {
        None
    }

    fn answered_at(&self) -> String {
        String::new()
    }

    fn file_rules(&self) -> node::taking::FileRules {
        let (codes, names) = (Vec::new(), Vec::new());
        let setting = domain::scale::Setting::Service;
        node::taking::FileRules { grades: None, codes, names, setting }
    }
}

async fn browser(ledger: &Ledger, login: &'static str, role: Role, staff: &'static str) -> Browser {
    let name = "赵老师".to_owned();
    let password = PASSWORD.to_owned();
    let person = NewAccount { login: login.to_owned(), name, role, password };
    let stored = person.hashed().await.expect("account");
    let now_ms = years::noon_ms(years::TODAY);
    let put = move |tx: &runtime::sql::Tx<'_>| {
        let changer = Changer { by: "bench".to_owned(), at_ms: now_ms };
        account::put(tx, &stored, staff_of(tx, staff)?, &changer)
    };
    ledger.write("put", put).expect("put");
    let (clock, _) = Clock::simulated(Timestamp::from_millisecond(now_ms).expect("instant"));
    let site = site(Label::same("示例"), "F1".to_owned(), Transport::Loopback);
    let sessions =
        Sessions::new(SessionStore::new(ledger.database().clone()), FactorPolicy::DangerNobody)
            .expect("sessions");
    let shell = Arc::new(Shell { site, sessions, clock });
    let rules: Arc<dyn Rules> = Arc::new(BuiltIn(Packs::embedded().expect("packs")));
    let mut browser = Browser::new(ledger_router(&shell, ledger, &rules));
    browser.sign_in(login, PASSWORD).await.expect("sign in");
    browser
}

async fn measure(browser: &mut Browser, path: &str) -> Page {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..REPEATS {
        let start = Instant::now();
        let seen = browser.get(path).await.expect("page");
        times.push(ms(start.elapsed()));
        assert!(seen.status.is_success(), "{path}: {}", seen.status);
        bytes = bytes.max(seen.text.len());
    }
    of(path.to_owned(), &times, bytes)
}

/// The page of a student with a long history.
async fn student(browser: &mut Browser) -> Page {
    let path = format!("/students/{}", years::KNOWN);
    let ask = browser.get(&path).await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..REPEATS {
        let fields = [("csrf", csrf.as_str()), ("purpose", "review"), ("reason", "")];
        let start = Instant::now();
        let seen = browser.post(&path, &fields).await.expect("page");
        times.push(ms(start.elapsed()));
        assert!(seen.status.is_success(), "{path}: {}", seen.status);
        bytes = bytes.max(seen.text.len());
    }
    of("/students/{id}, opened".to_owned(), &times, bytes)
}

#[expect(clippy::cast_precision_loss, reason = "a page is small")]
fn of(name: String, times: &[f64], bytes: usize) -> Page {
    let worst_ms = percentile(times, 100.0);
    Page { name, median_ms: median(times), worst_ms, kb: bytes as f64 / 1e3 }
}
