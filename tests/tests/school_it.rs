//! School IT sees no student on any page: every address of the console is asked for, and sent a
//! form, as an operator, over a school that has lived half a year with planted names, and none of
//! them is on a page or in an answer. The auditor and a principal who is on no case see as little.
//!
//! The addresses are read from the source, so a page that is added is looked at too.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use domain::ledger::{Kind, Word as _};
use domain::period::TermId;
use jiff::civil::date;
use node::app::Node;
use node::ledger::account::{self, Changer};
use node::unlock::Opener;
use runtime::clock::Clock;
use runtime::sql::{SqlError, Tx};
use runtime::web::trial::{Browser, PASSWORD};
use runtime::web::{NewAccount, Role};
use tests::life::Life;
use tests::life::school::{FIRST, files_of, nine_year, set_up, take_answers};

/// Begins the name of every student of this school, and of nobody else.
const MARK: &str = "植标";

/// What a part of an address stands for; more than one where pages differ by it.
fn values(name: &str) -> Vec<String> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    match name {
        "kind" => Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(),
        "act" => texts(&["open", "move", "sign", "contact", "review", "critical", "followup"]),
        "id" => texts(&["1", "2", "mtr.talks", "mtr.assigned", "2025S1"]),
        "login" => texts(&["it"]),
        "key" | "secret" => texts(&["k3yk3yk3y"]),
        "step" => texts(&["school", "roster"]),
        _ => texts(&["1", "2"]),
    }
}

/// Rust files of the console, without tests.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if name.ends_with(".rs") && !name.contains("tests") && name != "trial.rs" {
            found.push(path);
        }
    }
}

/// Every address that some router of the console answers to, as it is written in the source.
fn routes() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/src/console");
    let mut files = Vec::new();
    sources(&folder, &mut files);
    let texts: Vec<(PathBuf, String)> = files
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).expect("source")))
        .collect();
    // Names of addresses may be the same in two modules, so a file's own comes first.
    let constants = |text: &str| -> BTreeMap<String, String> {
        let lines = text.lines().filter_map(|line| {
            let (name, rest) = line.split_once("const ")?.1.split_once(": &str = \"")?;
            Some((name.to_owned(), rest.split('"').next()?.to_owned()))
        });
        lines.filter(|(_, value)| value.starts_with('/')).collect()
    };
    let all: BTreeMap<String, String> =
        texts.iter().flat_map(|(_, text)| constants(text)).collect();
    let mut found = BTreeSet::new();
    for (path, text) in &texts {
        let own = constants(text);
        for part in text.split(".route(").skip(1) {
            let argument = part.trim_start().split(',').next().unwrap_or_default().trim();
            let address = match argument.strip_prefix('"') {
                Some(literal) => literal.trim_end_matches('"').to_owned(),
                None => {
                    let name = argument.rsplit("::").next().unwrap_or_default();
                    let known = own.get(name).or_else(|| all.get(name));
                    known.unwrap_or_else(|| panic!("{}: {argument}", path.display())).clone()
                }
            };
            found.insert(address);
        }
    }
    found
}

/// Addresses with every part put in.
fn addresses() -> Vec<String> {
    let mut all = Vec::new();
    for route in routes() {
        let mut open = vec![String::new()];
        for (place, part) in route.split('{').enumerate() {
            let (name, rest) = match place {
                0 => ("", part),
                _ => part.split_once('}').expect("a closed part"),
            };
            let filled = if place == 0 { vec![String::new()] } else { values(name) };
            let next = open
                .iter()
                .flat_map(|start| filled.iter().map(move |value| format!("{start}{value}{rest}")));
            open = next.collect();
        }
        all.extend(open);
    }
    all
}

/// A node over a school that lived from September to December.
fn lived() -> (tempfile::TempDir, Node) {
    let folder = tempfile::tempdir().expect("folder");
    let data = folder.path().join("data");
    let opener = Opener::danger_new_key_file(&folder.path().join("key")).expect("key file");
    let (clock, _) = Clock::simulated("2025-12-08T02:00:00Z".parse().expect("instant"));
    let settings = [("school_type", "nine_year".to_owned()), ("name_zh", "示例".to_owned())];
    node::app::create(&data, &settings, &opener, &clock).expect("created");
    let file = data.join("node.toml");
    node::config::update(&file, &[("danger_no_second_factor", "true".to_owned())]).expect("file");
    let node = node::app::open_folder(&data, &opener, clock).expect("node");
    let school = nine_year(7, 90);
    let mut files = files_of(&school, 7);
    files.roster = marked(&files.roster);
    set_up(node.ledger(), &school, &files).expect("set up");
    let calendar = proto::pack::embedded::calendar().expect("calendar");
    let term = *calendar.term(TermId { school_year: 2025, number: 1 }).expect("term");
    let life = Life::begin(node.ledger(), 7, FIRST, &[term]).expect("founded");
    let life = life.until(node.ledger(), date(2025, 10, 31)).expect("autumn");
    take_answers(node.ledger(), &files, &term).expect("answers");
    life.until(node.ledger(), date(2025, 12, 5)).expect("winter");
    (folder, node)
}

/// The roster with names that nobody has.
fn marked(roster: &str) -> String {
    let mut lines = roster.lines();
    let head = lines.next().expect("heading");
    let place = head.split(',').position(|name| name == "姓名").expect("names");
    let digit = |n: usize| ["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"][n % 10];
    let marked = lines.enumerate().map(|(n, line)| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        cells[place] = format!("{MARK}{}{}", digit(n / 10), digit(n));
        format!("{}\n", cells.join(","))
    });
    format!("{head}\n{}", marked.collect::<String>())
}

/// Numbers of students, names and telephones of guardians.
fn planted(node: &Node) -> Vec<String> {
    let read: Result<Vec<String>, SqlError> = node.ledger().read(|tx: &Tx<'_>| {
        let all = "select student_number from student union select name from guardian
            where name not in (select name from staff_version) union select phone from guardian";
        tx.query(all, &[], |row| row.text(0))
    });
    let mut planted = read.expect("planted");
    planted.retain(|text| text.chars().count() > 1);
    planted.push(MARK.to_owned());
    planted
}

async fn browser(node: &Node, login: &str, role: Role, staff: Option<i64>) -> Browser {
    let (name, password) = ("王老师".to_owned(), PASSWORD.to_owned());
    let person = NewAccount { login: login.to_owned(), name, role, password };
    let stored = person.hashed().await.expect("account");
    let put = move |tx: &Tx<'_>| {
        let changer = Changer { by: "test".to_owned(), at_ms: 0 };
        account::put(tx, &stored, staff.map(node::ledger::entry::StaffId), &changer)
    };
    node.ledger().write("put", put).expect("put");
    let mut browser = Browser::new(node.console_router().expect("router"));
    browser.sign_in(login, PASSWORD).await.expect("sign in");
    browser
}

/// Asks for every address in both languages; gives those that were shown, and how many were not.
/// None of the planted texts is on a page.
async fn walk(it: &mut Browser, planted: &[String], who: &str) -> (BTreeSet<String>, usize) {
    let (mut shown, mut shut) = (BTreeSet::new(), 0);
    for path in addresses() {
        for lang in ["zh", "en"] {
            let seen = it.get(&format!("{path}?lang={lang}")).await.expect("page");
            assert!(!seen.status.is_server_error(), "{who}: {path}: {}", seen.status);
            match seen.status.is_success() {
                true => drop(shown.insert(path.clone())),
                false => shut += 1,
            }
            for text in planted {
                assert!(!seen.text.contains(text.as_str()), "{path} tells {who} {text}");
            }
            // An address leads where it is not signed in, or back; what it names is no person.
            let to = seen.header("location");
            assert!(!planted.iter().any(|text| to.contains(text.as_str())), "{path} to {to}");
        }
    }
    (shown, shut)
}

/// No page of the console names a student, a student number, a guardian or a telephone to school
/// IT, to the auditor, or to a principal who is on no case, in either language; the counsellor
/// finds them.
#[tokio::test]
async fn no_page_tells_school_it_of_a_student() {
    let (_folder, node) = lived();
    let planted = planted(&node);
    assert!(planted.len() > 90, "{}", planted.len());
    let mut counsellor = browser(&node, "li", Role::Counsellor, Some(1)).await;
    let seen = counsellor.get("/students").await.expect("page");
    assert!(seen.text.contains(MARK), "the planted names are there: {}", seen.text);
    let it = ["/", "/counts", "/status", "/accounts", "/imports", "/work", "/ledgers"];
    let auditor = ["/", "/counts", "/status", "/audit"];
    let principal = ["/", "/counts", "/keeping", "/students", "/alerts", "/approvals"];
    for (login, role, opens) in [
        ("it", Role::Operator, &it[..]),
        ("shen", Role::Auditor, &auditor[..]),
        ("xiao", Role::Principal, &principal[..]),
    ] {
        let mut browser = browser(&node, login, role, None).await;
        let (shown, shut) = walk(&mut browser, &planted, login).await;
        for path in opens {
            assert!(shown.contains(*path), "{path} is not shown to {login}: {shown:?}");
        }
        assert!(login != "it" || shut > 500, "{shut} addresses were shut");
    }
}

/// What stands in a form that is sent to every address: whatever a page of persons asks for before
/// it opens, and what acts ask for. A field that a form does not know is passed over.
fn filled(csrf: &str) -> [(&str, &str); 13] {
    [
        ("csrf", csrf),
        ("purpose", "counselling"),
        ("reason", "核对"),
        ("student", "1"),
        ("number", "1"),
        ("who", "1"),
        ("day", "2025-12-08"),
        ("to", "agree"),
        ("what", "retest"),
        ("name", "新"),
        ("role", "auditor"),
        ("login", "neu"),
        ("staff", ""),
    ]
}

/// No answer to a form names one either. Half of the console is shown in answer to a form, the page
/// of a student among it, which opens for a purpose.
#[tokio::test]
async fn no_answer_to_a_form_tells_school_it_of_a_student() {
    let (_folder, node) = lived();
    let planted = planted(&node);
    let mut counsellor = browser(&node, "li", Role::Counsellor, Some(1)).await;
    let ask = counsellor.get("/students/1").await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let opened = counsellor.post("/students/1", &filled(&csrf)).await.expect("page");
    assert!(opened.text.contains(MARK), "the form opens a record: {}", opened.text);
    let mut it = browser(&node, "it", Role::Operator, None).await;
    let ask = it.get("/accounts").await.expect("page");
    let csrf = ask.field("csrf").expect("csrf").to_owned();
    let (mut answered, mut shut) = (BTreeSet::new(), 0);
    for path in addresses() {
        let seen = it.post(&path, &filled(&csrf)).await.expect("answer");
        assert!(!seen.status.is_server_error(), "{path}: {}", seen.status);
        match seen.status.as_u16() {
            403 => shut += 1,
            // A page that takes no form.
            405 => {}
            _ => drop(answered.insert(path.clone())),
        }
        for text in &planted {
            assert!(!seen.text.contains(text.as_str()), "{path} tells {text}");
        }
        let to = seen.header("location");
        assert!(!planted.iter().any(|text| to.contains(text.as_str())), "{path} to {to}");
    }
    assert!(answered.contains("/accounts") && shut > 200, "{shut} shut, answered: {answered:?}");
    let still = it.get("/accounts").await.expect("page");
    assert!(still.status.is_success(), "the session was there to the end: {}", still.status);
}
