//! The ledgers at a terminal: an account writes, a rule answers with a sentence, a read leaves a
//! line.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;

use crate::support::{Folder, Ran, number, roster, text};

fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date()
}

fn school() -> Folder {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(3));
    assert_eq!(folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]).code, 0);
    let staff = "工号,姓名,岗位\nT001,甲,心理教师\nT002,乙,德育主任\nT003,丙,导师\n";
    let file = folder.file("staff.csv", staff);
    assert_eq!(folder.run(&["import", "staff", text(&file), "--as-of", "2025-10-10"]).code, 0);
    folder.account("li", "counsellor", &["--staff", "T001"]);
    folder.account("mentor", "mentor", &["--staff", "T003"]);
    folder.account("head", "moral-head", &["--staff", "T002"]);
    folder.account("it", "operator", &[]);
    folder
}

fn ledger(folder: &Folder, login: &str, args: &[&str]) -> Ran {
    let file = folder.path("password");
    let mut all = vec!["ledger", "--as", login, "--password-file", text(&file)];
    all.extend(args);
    folder.run(&all)
}

fn refused(ran: &Ran, code: i32, error: &str) {
    assert_eq!((ran.code, ran.error().as_str()), (code, error), "{}", ran.err);
    let untouched = ["nothing was", "not changed"].iter().any(|said| ran.err.contains(said));
    assert!(untouched, "{}", ran.err);
    assert!(ran.json()["error"]["hint"].is_string(), "{}", ran.out);
}

fn talk(folder: &Folder, student: u32) -> std::path::PathBuf {
    let entry = format!(
        "day = 2025-11-03\nstudent = \"{}\"\nstaff = \"T003\"\ntopics = [\"心理\", \"study\"]\n\
         concern = true\nnote = \"只有我看\"\n",
        number(student)
    );
    folder.file("talk.toml", entry)
}

/// An entry is written from a file, listed, changed with its history kept, and its note is shown to
/// its author only; school IT and a mentor of nobody see none of it.
#[test]
fn an_entry_is_written_listed_and_changed() {
    let folder = school();
    let file = talk(&folder, 0);
    let ran = ledger(&folder, "li", &["add", "talk", "--file", text(&file)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let record = ran.json()["record"].to_string();
    let listed = ledger(&folder, "head", &["list", "talk"]).json();
    let entry = &listed["entries"][0]["values"];
    assert_eq!((entry["topics"].as_str(), entry["note"].as_str()), (Some("study,mind"), None));
    assert_eq!(entry["student"].as_str(), Some(number(0).as_str()));
    let change = ["change", "talk", &record, "--file", text(&file), "--reason", "更正"];
    assert_eq!(ledger(&folder, "li", &change).json()["counting"], 2);
    refused(&ledger(&folder, "head", &change), 4, "NOT_AUTHOR");
    let note = |login: &str| {
        let shown = ledger(&folder, login, &["show", "talk", &record]).json();
        assert_eq!(shown["versions"].as_array().map(Vec::len), Some(2));
        shown["versions"][0]["values"]["note"].clone()
    };
    assert_eq!((note("li"), note("head")), (Value::from("只有我看"), Value::Null));
    refused(&ledger(&folder, "it", &["list", "talk"]), 4, "NOT_ALLOWED");
    refused(&ledger(&folder, "it", &["show", "talk", &record]), 4, "NOT_ALLOWED");
    refused(&ledger(&folder, "mentor", &["show", "talk", &record]), 4, "NOT_ALLOWED");
    assert_eq!(
        ledger(&folder, "mentor", &["list", "talk"]).json()["entries"],
        Value::from(vec![0; 0])
    );
    let ran = folder.run(&["ledger", "list", "talk"]);
    refused(&ran, 4, "ACCOUNT_NEEDED");
    let ran = ledger(&folder, "li", &["access", &number(0)]);
    let accounts: Vec<_> = ran.json()["reads"].as_array().expect("reads").clone();
    let who: Vec<_> = accounts.iter().filter_map(|line| line["account"].as_str()).collect();
    assert!(who.contains(&"head") && who.contains(&"li") && !who.contains(&"it"), "{who:?}");
    assert_eq!(ledger(&folder, "it", &["verify"]).code, 0);
}

/// A file that does not fit tells every mistake at once and writes nothing.
#[test]
fn a_wrong_file_names_its_fields() {
    let folder = school();
    let wrong =
        "day = \"3.11.\"\nstudent = \"nobody\"\nstaff = \"T003\"\ntopics = [\"x\"]\nmood = 1\n";
    let file = folder.file("talk.toml", wrong);
    let ran = ledger(&folder, "li", &["add", "talk", "--file", text(&file)]);
    refused(&ran, 7, "ENTRY_INVALID");
    let fields = ran.json()["error"]["details"]["fields"].clone();
    let names: Vec<_> = fields.as_array().expect("fields").iter().collect();
    let names: Vec<_> = names.iter().filter_map(|line| line["field"].as_str()).collect();
    assert_eq!(names, ["mood", "day", "student", "topics"]);
    let future = "day = 2999-01-01\nstudent = \"S\"\nstaff = \"T003\"\ntopics = [\"mind\"]\n";
    let file = folder.file("talk.toml", future.replace('S', &number(0)));
    refused(&ledger(&folder, "li", &["add", "talk", "--file", text(&file)]), 7, "DAY");
    refused(&ledger(&folder, "li", &["add", "tlk", "--file", text(&file)]), 3, "KIND_UNKNOWN");
    refused(&ledger(&folder, "li", &["show", "talk", "99"]), 3, "RECORD_UNKNOWN");
    refused(
        &ledger(&folder, "li", &["add", "alert_case", "--file", text(&file)]),
        7,
        "ENTRY_INVALID",
    );
    assert_eq!(ledger(&folder, "li", &["list", "talk"]).json()["entries"], Value::from(vec![0; 0]));
}

/// A case is entered and raised at once; lowering and leaving wait for somebody else.
#[test]
fn a_case_goes_its_way_with_a_second_person() {
    let folder = school();
    let day = |days: i64| today().checked_add(days.days()).expect("day").to_string();
    let (near, week, student) = (day(5), day(20), number(1));
    let wish = |tier: &'static str, review: &str| {
        let words =
            ["--tier", tier, "--source", "mentor", "--owner", "T001", "--reason", "情况变化"];
        let mut all: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        all.extend(["--review".to_owned(), review.to_owned()]);
        all
    };
    let run = |login: &str, head: &[&str], rest: &[String]| {
        let mut all = vec!["case"];
        all.extend(head);
        all.extend(rest.iter().map(String::as_str));
        ledger(&folder, login, &all)
    };
    refused(&run("it", &["open", &student], &wish("t2", &week)), 4, "NOT_ALLOWED");
    refused(&run("li", &["open", &student], &wish("t3", &week)), 7, "FIELD");
    let ran = run("li", &["open", &student], &wish("重点关注", &week));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let case = ran.json()["case"].to_string();
    refused(&run("li", &["open", &student], &wish("t2", &week)), 4, "DOUBLE");
    let raised = run("li", &["raise", &case], &wish("crisis", &near));
    assert_eq!(raised.json()["in_force"], true, "{}", raised.err);
    let tier = || run("li", &["list"], &[]).json()["cases"][0]["tier"].as_str().map(str::to_owned);
    assert_eq!(tier().as_deref(), Some("t3"));
    let asked = run("li", &["lower", &case], &wish("t1", &near));
    assert_eq!((asked.code, tier().as_deref()), (0, Some("t3")), "{}", asked.err);
    let number = asked.json()["move"].to_string();
    let sign = ["sign", &number, "--reason", "同意"];
    refused(&run("li", &sign, &[]), 4, "SAME_PERSON");
    refused(&run("mentor", &sign, &[]), 4, "NOT_ALLOWED");
    assert_eq!(run("head", &sign, &[]).code, 0);
    assert_eq!(tier().as_deref(), Some("t1"));
    refused(&run("head", &sign, &[]), 4, "NOT_WAITING");
    refused(&run("it", &["list"], &[]), 4, "NOT_ALLOWED");
    assert_eq!(run("mentor", &["list"], &[]).json()["cases"], Value::from(vec![0; 0]));
}
