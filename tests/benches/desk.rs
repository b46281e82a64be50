//! The console of a large school: 5,000 students and five years of ledgers, each page in time at
//! the server and in bytes on the wire.
//!
//! The ledgers are filled through the same doors as in a school, into an encrypted file; pages are
//! those of the whole program, asked for as a browser does, signed in as a counsellor, a mentor,
//! the moral-education head, the auditor and school IT. Beside the pages that are named here each
//! role's menu is walked, so that a new page is measured without being named.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

#[path = "support/report.rs"]
mod report;
#[path = "support/years.rs"]
mod years;

use std::time::Instant;

use domain::screening::Unasked;
use domain::screening::order::{LowestTier, PER_DAY};
use jiff::civil::{Date, date, time};
use jiff::{Timestamp, ToSpan as _};
use node::app::{self, Node};
use node::import::value::Grade;
use node::ledger::account::{Changer, staff_of};
use node::ledger::notice::{self, Item, NewNotice};
use node::ledger::{Ledger, account, duty};
use node::screening::opening::{self, Plan};
use node::unlock::Opener;
use report::{Goal, median, ms, percentile};
use runtime::clock::Clock;
use runtime::web::trial::{Browser, PASSWORD};
use runtime::web::{NewAccount, Role};
use tests::city::generate::Generated;
use tests::life::school::take_answers;

/// Day of the sheets of the open run.
const SHEETS: Date = date(2025, 10, 31);
/// How often each page is asked for.
const REPEATS: usize = 15;

/// Pages of a counsellor, of the day and of the office.
const COUNSELLOR: [&str; 38] = [
    "/",
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
    "/ledgers/consent",
    "/ledgers/talk/new",
    "/acts/open",
    "/calendar",
    "/calendar?view=week",
    "/workload",
    "/counts",
    "/counts/changes",
    "/mentors",
    "/mentors/20",
    "/plans",
    "/referrals",
    "/standards",
    "/training",
    "/roll",
    "/roll/turn?day=2026-09-01",
    "/families",
    "/families/print?class=g7%2F3%E7%8F%AD&notice=1",
    "/imports",
    "/inspection",
    "/screening",
    "/screening/new",
    "/screening/1",
    "/screening/1/queue",
    "/screening/1/makeup",
    "/screening/1/report",
];
/// Pages of the moral-education head beside those.
const HEAD: [&str; 4] = ["/", "/standards", "/keeping", "/approvals"];
/// Pages of the auditor.
const AUDITOR: [&str; 2] = ["/audit", "/counts"];
/// Pages of school IT.
const OPERATOR: [&str; 2] = ["/", "/counts"];
/// Pages of a mentor's day.
const MENTOR: [&str; 6] =
    ["/work", "/mine", "/mine?silent=yes", "/talks/new", "/talks/batch", "/ledgers/talk"];
/// What would leave next. This school never joined, so that four months of weeks wait at once: of a
/// school that sends its weeks one or two do.
const NEVER_SENT: &str = "/egress/next";

fn main() {
    report::title("desk");
    let folder = tempfile::tempdir().expect("folder");
    let school = school(folder.path());
    let ledger = school.ledger();
    let start = Instant::now();
    let written = years::fill(ledger);
    begin_run(&school);
    println!(
        "\n{} students, {} weeks, {written} entries in {:.0} s; the file has {} MiB",
        years::STUDENTS,
        years::WEEKS,
        start.elapsed().as_secs_f64(),
        std::fs::metadata(folder.path().join("data/ledger.db")).map_or(0, |data| data.len()) >> 20,
    );
    let list = work_list(ledger);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let pages = runtime.expect("runtime").block_on(pages(&school));
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

/// A school of its own, at noon of the day of the measurement.
fn school(folder: &std::path::Path) -> Node {
    let opener = Opener::danger_new_key_file(&folder.join("key")).expect("key");
    let noon = Timestamp::from_millisecond(years::noon_ms(years::TODAY)).expect("instant");
    let (clock, _) = Clock::simulated(noon);
    let settings = [
        ("school_type", "nine_year".to_owned()),
        ("danger_no_second_factor", "true".to_owned()),
        ("danger_demo_scales", "true".to_owned()),
    ];
    let data = folder.join("data");
    app::create(&data, &settings, &opener, &clock).expect("created");
    app::open_folder(&data, &opener, clock).expect("opened")
}

/// Two in three of the students who answer for themselves have handed in; one in seven of these
/// sheets is high, one in forty has a critical answer.
fn sheets() -> String {
    let items: Vec<String> = (1..=9).map(|item| format!("第{item}题")).collect();
    let mut text = format!("学籍号,测评日期,参测情况,{}\n", items.join(","));
    for id in (1..=years::STUDENTS).filter(|id| id % 9 >= 6 && id % 3 != id / 27 % 3) {
        let answer = match id % 7 {
            0 => "2",
            _ => "0",
        };
        let ninth = if id % 40 == 0 { "1" } else { "0" };
        let first = [answer; 8].join(",");
        text += &format!("{},{SHEETS},已测,{first},{ninth}\n", years::number(id));
    }
    text
}

/// A run over the whole roll that is open and half answered, and a notice to families.
fn begin_run(school: &Node) {
    let packs = school.packs().expect("packs");
    let term = *packs.calendar().current(years::TODAY).expect("term");
    let grades = ["g7", "g8", "g9"].map(|code| Grade::from_code(code).expect("grade"));
    let plan = Plan {
        name: "秋季普测".to_owned(),
        contact: "心理辅导室 204".to_owned(),
        term,
        scales: vec![(packs.scale("phq-9").expect("scale").clone(), grades.to_vec())],
        first: SHEETS - 10.days(),
        last: years::TODAY + 8.days(),
        hours: (time(7, 30, 0, 0), time(18, 0, 0, 0)),
        classes_per_day: 4,
        lowest: LowestTier::Left,
        unasked: Unasked::Wait,
        per_day: PER_DAY,
        special: None,
    };
    let (shelf, by) = (school.shelf(), years::counsellor(years::TODAY));
    let opened = school.ledger().write("run", move |tx| opening::open(tx, &by, &plan, &shelf));
    assert!(opened.is_ok(), "the run was not opened");
    let files = Generated {
        roster: String::new(),
        staff: String::new(),
        answers: vec![("phq-9", sheets())],
    };
    take_answers(school.ledger(), &files, &term).expect("sheets");
    let says = NewNotice {
        valid_from: years::TODAY,
        valid_to: years::TODAY + 150.days(),
        scales: vec!["phq-9".to_owned()],
        contact: "心理辅导室 0532-0000000".to_owned(),
        items: vec![Item {
            purpose: domain::ledger::consent::Purpose::Screening,
            classes: vec![domain::ledger::consent::DataClass::Answers],
            recipient: String::new(),
            recipient_name: String::new(),
        }],
    };
    let by = years::counsellor(years::TODAY);
    let made = school.ledger().write("notice", move |tx| notice::make(tx, &by, &says));
    assert!(made.is_ok(), "the notice was not made");
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

async fn pages(school: &Node) -> Vec<Page> {
    let mut measured = Vec::new();
    let mut counsellor = browser(school, "li", Role::Counsellor, "T003").await;
    for path in COUNSELLOR {
        measured.push(measure(&mut counsellor, path).await);
    }
    measured.extend(menu(&mut counsellor, "li", &COUNSELLOR).await);
    measured.push(student(&mut counsellor).await);
    measured.push(preview(&mut counsellor).await);
    measured.push(roster(&mut counsellor).await);
    for (login, role, staff, paths) in [
        ("mentor", Role::Mentor, "T020", &MENTOR[..]),
        ("head", Role::MoralHead, "T002", &HEAD[..]),
        ("auditor", Role::Auditor, "", &AUDITOR[..]),
        ("it", Role::Operator, "", &OPERATOR[..]),
    ] {
        let mut browser = browser(school, login, role, staff).await;
        for path in paths {
            let mut page = measure(&mut browser, path).await;
            page.name = format!("{path} ({login})");
            measured.push(page);
        }
        measured.extend(menu(&mut browser, login, paths).await);
    }
    measured
}

/// Every page of the menu that a role is shown, but for those that were measured by name.
async fn menu(browser: &mut Browser, login: &str, named: &[&str]) -> Vec<Page> {
    let page = browser.get("/ledgers").await.expect("page");
    let (_, nav) = page.text.split_once("<nav class=\"nav\"").expect("a menu");
    let (nav, _) = nav.split_once("</nav>").expect("its end");
    let links = nav.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let is_new = |link: &&str| !named.contains(link) && *link != NEVER_SENT;
    let mut links: Vec<&str> = links.filter(is_new).collect();
    links.sort_unstable();
    links.dedup();
    assert!(!links.is_empty(), "{login} has a menu");
    let mut measured = Vec::new();
    for path in links {
        let mut page = measure(browser, path).await;
        page.name = format!("{path} ({login})");
        measured.push(page);
    }
    measured
}

async fn browser(school: &Node, login: &'static str, role: Role, staff: &'static str) -> Browser {
    let name = "赵老师".to_owned();
    let password = PASSWORD.to_owned();
    let person = NewAccount { login: login.to_owned(), name, role, password };
    let stored = person.hashed().await.expect("account");
    let now_ms = years::noon_ms(years::TODAY);
    let put = move |tx: &runtime::sql::Tx<'_>| {
        let changer = Changer { by: "bench".to_owned(), at_ms: now_ms };
        account::put(tx, &stored, staff_of(tx, staff)?, &changer)
    };
    school.ledger().write("put", put).expect("put");
    let mut browser = Browser::new(school.console_router().expect("console"));
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

/// The preview of a whole roster: a file that the school holds until somebody confirms it.
async fn roster(browser: &mut Browser) -> Page {
    let grades =
        ["一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级"];
    let mut text = "学籍号,姓名,性别,出生日期,年级,班级,监护人同意,同意日期\n".to_owned();
    for id in 1..=years::STUDENTS {
        let grade = usize::try_from(id % 9).ok().and_then(|at| grades.get(at).copied());
        let (number, grade) = (years::number(id), grade.unwrap_or_default());
        let class = years::class(id);
        text += &format!("{number},学生{id},男,2010-01-01,{grade},{class},是,2025-09-10\n");
    }
    let ask = browser.get("/imports").await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("kind", "roster"), ("as_of", "2025-11-20")];
    let sent = browser.upload("/imports", &fields, ("roster.csv", text.as_bytes())).await;
    let at = sent.expect("reply").header("location").to_owned();
    let mut page = measure(browser, &at).await;
    page.name = "/imports/held/{id}, 5,000 rows".to_owned();
    page
}

/// The preview of a pasted table of talks, as many rows as the page takes well.
async fn preview(browser: &mut Browser) -> Page {
    let path = "/ledgers/talk/import";
    let ask = browser.get(path).await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let mut table = "日期\t学号\t主题\t是否需关注\n".to_owned();
    for id in 1..=200 {
        table += &format!("{}\t{}\t学业\t否\n", years::TODAY, years::number(id));
    }
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..REPEATS {
        let fields = [("csrf", csrf.as_str()), ("table", table.as_str())];
        let start = Instant::now();
        let seen = browser.post(path, &fields).await.expect("page");
        times.push(ms(start.elapsed()));
        assert!(seen.status.is_success() && seen.text.contains("<td>201</td>"), "{}", seen.status);
        bytes = bytes.max(seen.text.len());
    }
    of(format!("{path}, 200 rows"), &times, bytes)
}

#[expect(clippy::cast_precision_loss, reason = "a page is small")]
fn of(name: String, times: &[f64], bytes: usize) -> Page {
    let worst_ms = percentile(times, 100.0);
    Page { name, median_ms: median(times), worst_ms, kb: bytes as f64 / 1e3 }
}
