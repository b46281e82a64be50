//! A simulated school has something on every page: its pages are opened as counsellor and as
//! moral-education head by following links, and what says that it has nothing to show must stand
//! on the list of those that are right, which the walk in a browser reads too.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use domain::ledger::{Kind, Word as _};
use domain::period::TermId;
use jiff::civil::date;
use node::app::Node;
use node::ledger::account::{self, Changer};
use node::ledger::entry::StaffId;
use node::ledger::people;
use node::unlock::Opener;
use runtime::clock::Clock;
use runtime::sql::Tx;
use runtime::web::trial::{Browser, PASSWORD, Seen};
use runtime::web::{NewAccount, Role};
use tests::life::Life;
use tests::life::school::{FIRST, files_of, nine_year, set_up, take_answers};

/// Empty parts that are right.
const RIGHT: &str = include_str!("../a11y/empty.txt");
/// What a page says that has nothing to show.
const EMPTY: &str = "<p class=\"empty\">";
/// Pages about what left the school and what came to it: this school has joined no hub, and no
/// service keeps its copies.
const ALONE: [&str; 6] =
    ["/egress", "/egress/next", "/egress/sealed", "/notices", "/status", "/inspection"];
/// Pages of one shape, as in the browser's walk; of the ledgers each one is opened.
const SHAPE_MAX: usize = 2;
/// A crawl that finds more pages than this has lost its way.
const PAGES_MAX: usize = 400;

/// A line of the list.
struct Right {
    role: &'static str,
    path: &'static str,
    says: &'static str,
}

fn right() -> Vec<Right> {
    let lines = RIGHT.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let read = |line: &'static str| {
        let parts: Vec<&'static str> = line.split('|').map(str::trim).collect();
        let parts: [&'static str; 4] = parts.try_into().unwrap_or_else(|_| panic!("{line}"));
        let [role, path, says, why] = parts;
        assert!(path.starts_with('/') && !says.is_empty() && !why.is_empty(), "{line}");
        Right { role, path, says }
    };
    lines.map(read).collect()
}

impl Right {
    fn is_for(&self, role: &str, path: &str, says: &str) -> bool {
        let (wanted, own): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), path.split('/').collect());
        let mut parts = wanted.iter().zip(&own);
        let fits = wanted.len() == own.len() && parts.all(|(a, b)| *a == "*" || a == b);
        fits && says == self.says && [role, "*"].contains(&self.role)
    }
}

/// A node over a school that lived from September to December, as the demonstration has it.
fn lived() -> (tempfile::TempDir, Node) {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
    let (clock, _) = Clock::simulated("2025-12-08T09:00:00Z".parse().expect("instant"));
    let settings = [("school_type", "nine_year".to_owned()), ("name_zh", "示例".to_owned())];
    node::app::create(&data, &settings, &opener, &clock).expect("created");
    let settings =
        ["danger_no_second_factor", "danger_demo_scales"].map(|key| (key, "true".to_owned()));
    node::config::update(&data.join("node.toml"), &settings).expect("file");
    let node = node::app::open_folder(&data, &opener, clock.clone()).expect("node");
    let school = nine_year(7, 120);
    let files = files_of(&school, 7);
    set_up(node.ledger(), &school, &files).expect("set up");
    let calendar = proto::pack::embedded::calendar().expect("calendar");
    let term = *calendar.term(TermId { school_year: 2025, number: 1 }).expect("term");
    let life = Life::begin(node.ledger(), 7, FIRST, &[term]).expect("founded");
    let life = life.until(node.ledger(), date(2025, 10, 31)).expect("autumn");
    take_answers(node.ledger(), &files, &term).expect("answers");
    let life = life.until(node.ledger(), date(2025, 12, 5)).expect("winter");
    let life = life.answer_now(node.ledger(), clock.now_ms()).expect("answered");
    let shown = life.beside(node.ledger(), &node.shelf(), clock.now_ms());
    shown
        .map(drop)
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    (folder, node)
}

async fn browser(node: &Node, login: &str, role: Role, number: &str) -> Browser {
    let staff: Vec<(StaffId, String, String)> = node.ledger().read(people::staff).expect("staff");
    let staff = staff.into_iter().find(|(_, own, _)| own == number).map(|(id, _, _)| id);
    assert!(staff.is_some(), "{number} is on the staff roll");
    let (name, password) = ("王老师".to_owned(), PASSWORD.to_owned());
    let person = NewAccount { login: login.to_owned(), name, role, password };
    let stored = person.hashed().await.expect("account");
    let put = move |tx: &Tx<'_>| {
        let changer = Changer { by: "test".to_owned(), at_ms: 0 };
        account::put(tx, &stored, staff, &changer)
    };
    node.ledger().write("put", put).expect("put");
    let mut browser = Browser::new(node.console_router().expect("router"));
    browser.sign_in(login, PASSWORD).await.expect("sign in");
    browser
}

/// The addresses of a page's links, without what jumps inside of it or changes the language.
fn links(seen: &Seen) -> Vec<String> {
    let parts = seen.text.split("href=\"").skip(1);
    let hrefs = parts.filter_map(|part| part.split('"').next());
    let own = hrefs.filter(|href| href.starts_with('/') && !href.contains("lang="));
    let own = own.map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
    own.map(|href| href.split('#').next().unwrap_or_default().to_owned()).collect()
}

/// The address without what only tells pages of one shape apart; every kind of entry has its own.
fn shape(path: &str) -> String {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let names = ["new", "next", "password", "factor", "code"];
    let is_kind = |place: usize, part: &str| {
        place == 1 && parts.len() == 2 && Kind::from_word(part).is_some()
    };
    let named = parts.iter().enumerate().map(|(place, part)| {
        let stays = place == 0 || names.contains(part) || is_kind(place, part);
        if stays { *part } else { "*" }
    });
    named.collect::<Vec<_>>().join("/")
}

/// Opens every page that links lead to; gives what was opened, and the empty parts that are not
/// on the list, each as a line for it.
async fn walk(browser: &mut Browser, role: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let known = right();
    let (mut opened, mut found) = (BTreeSet::new(), BTreeSet::new());
    let mut queue = VecDeque::from(["/".to_owned()]);
    let mut asked = BTreeSet::from(["/".to_owned()]);
    let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(address) = queue.pop_front() {
        let path = address.split('?').next().unwrap_or_default().to_owned();
        let times = shapes.entry(shape(&path)).or_default();
        if *times == SHAPE_MAX {
            continue;
        }
        *times += 1;
        assert!(opened.len() < PAGES_MAX, "more than {PAGES_MAX} pages");
        let joint = if address.contains('?') { '&' } else { '?' };
        let seen = browser.get(&format!("{address}{joint}lang=zh")).await.expect("page");
        if !seen.status.is_success() || !seen.header("content-type").starts_with("text/html") {
            continue;
        }
        for part in seen.text.split(EMPTY).skip(1) {
            let says = part.split("</p>").next().unwrap_or_default().trim();
            let is_right = known.iter().any(|one| one.is_for(role, &path, says));
            if !is_right && !ALONE.contains(&path.as_str()) {
                found.insert(format!("{role} | {path} | {says} |"));
            }
        }
        opened.insert(path);
        for link in links(&seen) {
            if asked.insert(link.clone()) {
                queue.push_back(link);
            }
        }
    }
    (opened, found)
}

/// No page of counsellor or head has an empty part that is not on the list with its reason.
#[tokio::test]
async fn a_simulated_school_has_something_on_every_page() {
    let (_folder, node) = lived();
    let mut all = Vec::new();
    for (login, role, number, word) in [
        ("xinli", Role::Counsellor, "T0003", "counsellor"),
        ("deyu", Role::MoralHead, "T0002", "moral-head"),
    ] {
        let mut browser = browser(&node, login, role, number).await;
        let (opened, found) = walk(&mut browser, word).await;
        for path in ["/", "/work", "/alerts", "/referrals", "/mine", "/mentors", "/ledgers/drill"] {
            assert!(opened.contains(path), "{word} was not led to {path}: {opened:?}");
        }
        all.extend(found);
    }
    let remedy = "fill it in tests/src/life/shown.rs, or put the line with its reason into \
                  tests/a11y/empty.txt";
    assert!(all.is_empty(), "{remedy}:\n{}", all.join("\n"));
}

/// A line of the list excuses its own sentence on its own page for its own role.
#[test]
fn a_line_excuses_one_sentence() {
    let one = Right { role: "mentor", path: "/referrals/*", says: "没有。" };
    assert!(one.is_for("mentor", "/referrals/7", "没有。"));
    assert!(!one.is_for("counsellor", "/referrals/7", "没有。"));
    assert!(!one.is_for("mentor", "/referrals", "没有。"));
    assert!(!one.is_for("mentor", "/referrals/7", "还没有电话记录。"));
    assert!(right().len() > 20);
}
