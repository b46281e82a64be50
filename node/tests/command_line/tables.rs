//! Tables of entries, and the end of a screening run, at a terminal.

use crate::support::{Folder, Ran, number, roster, text};

fn school() -> Folder {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(3));
    assert_eq!(folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]).code, 0);
    let file = folder.file("staff.csv", "工号,姓名,岗位\nT001,甲,心理教师\n");
    assert_eq!(folder.run(&["import", "staff", text(&file), "--as-of", "2025-10-10"]).code, 0);
    folder.account("li", "counsellor", &["--staff", "T001"]);
    folder
}

/// Runs an import of talks as the counsellor: for a person in Chinese, and for a program.
fn talks(folder: &Folder, rows: &str, more: &[&str]) -> (Ran, Ran) {
    let head = "日期,学号,主题,是否需关注,备注\n";
    let file = folder.file("talks.csv", format!("{head}{rows}"));
    let password = folder.path("password");
    let acting = ["--as", "li", "--password-file", text(&password), "--yes"];
    let args = [&["import", "entries", "talk", text(&file)], more, &acting].concat();
    (folder.run_in("zh", &args), folder.run(&args))
}

fn ledger(folder: &Folder, args: &[&str]) -> Ran {
    let password = folder.path("password");
    folder.run(&[&["ledger", "--as", "li", "--password-file", text(&password)], args].concat())
}

/// A wrong row is told with what stands in it and with those who may be meant by a name, notes left
/// out, to the account that could read as much, and the read is logged; a program is told numbers.
#[test]
fn a_wrong_row_is_told_with_what_stands_in_it() {
    let folder = school();
    let rows =
        format!("2025-11-03,{},天气,否,只有我看\n2025-11-04,甄别名,学业,否,只有我看\n", number(0));
    let (person, program) = talks(&folder, &rows, &[]);
    assert_eq!((person.code, program.code), (7, 7), "{}{}", person.out, person.err);
    assert!(person.out.contains("有误 2 行") && person.out.contains("第 2 行"), "{}", person.out);
    let content = format!("内容：2025-11-03 · {} · 天气", number(0));
    assert!(person.out.contains(&content), "{}", person.out);
    for n in 0..3 {
        let meant = format!("甄别名 七年级 {}班 {}", n % 3 + 1, number(n));
        assert!(person.out.contains(&meant), "{meant}: {}", person.out);
    }
    assert!(person.out.contains("同名的有："), "{}", person.out);
    for told in [&person.out, &person.err, &program.out, &program.err] {
        assert!(!told.contains("只有我看"), "{told}");
    }
    assert_eq!(program.error(), "ROWS_INVALID");
    let said = format!("{}{}", program.out, program.err);
    assert!(!said.contains("甄别名") && !said.contains(&number(0)), "{said}");
    let reads = ledger(&folder, &["access", &number(2)]).json();
    assert_eq!(reads["reads"][0]["account"], "li", "{reads}");
}

/// A row that looks like a talk which is entered already is not written until its number is given,
/// and a table that is written once more changes nothing.
#[test]
fn a_double_is_asked_about_by_its_row() {
    let folder = school();
    let row = |topic: &str| format!("2025-11-03,{},{topic},否,\n", number(0));
    let (first, again) = talks(&folder, &row("学业"), &[]);
    assert_eq!((first.code, again.code), (0, 0), "{}{}", first.err, again.err);
    assert_eq!(again.json()["rows"]["unchanged"], 1);
    let (person, program) = talks(&folder, &row("家庭"), &[]);
    assert_eq!((person.code, program.code), (4, 4), "{}", person.out);
    assert!(person.out.contains("可能重复 1 行"), "{}", person.out);
    let told = person.out.contains("当天已有相同的") && person.out.contains("内容：2025-11-03");
    assert!(told, "{}", person.out);
    assert!(person.err.contains("什么都没有写入") && person.err.contains("--again"));
    assert_eq!(program.error(), "ROWS_DOUBLE");
    assert_eq!(program.json()["error"]["details"]["doubles"], 1);
    let (other, _) = talks(&folder, &row("家庭"), &["--again", "3,4"]);
    assert_eq!(other.code, 4, "another row was meant: {}", other.out);
    let (meant, _) = talks(&folder, &row("家庭"), &["--again", "2"]);
    assert_eq!(meant.code, 0, "{}", meant.err);
    let listed = ledger(&folder, &["list", "talk"]).json();
    assert_eq!(listed["entries"].as_array().map(Vec::len), Some(2), "{listed}");
    // A row that says the same as an entry is told, and written where its number is given.
    let (told, _) = talks(&folder, &row("学业"), &[]);
    assert!(told.code == 0 && told.out.contains("2:1；"), "{}{}", told.out, told.err);
    let (once, twice) = talks(&folder, &row("学业"), &["--again", "2:1"]);
    assert_eq!((once.code, twice.code), (0, 0), "{}{}", once.err, twice.err);
    let listed = ledger(&folder, &["list", "talk"]).json();
    let stand = listed["entries"].as_array().map(Vec::len);
    assert_eq!(stand, Some(3), "run once more, it writes nothing more: {listed}");
}

/// A run that is closed before its last window needs a reason at the terminal as in the browser;
/// without one nothing is changed.
#[test]
fn a_run_is_closed_early_with_a_reason_only() {
    let folder = school();
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)));
    let last = day.date().saturating_add(jiff::Span::new().days(7)).to_string();
    let plan = ["--name", "普测", "--contact", "204", "--use", "phq-9:g7", "--last", last.as_str()];
    // Options of the account stand before the command.
    let password = folder.path("password");
    let acting = ["screening", "--as", "li", "--password-file", text(&password)];
    let as_li = |args: &[&str]| folder.run(&[&acting[..], args].concat());
    let opened = as_li(&[&["new"], &plan[..]].concat());
    assert_eq!(opened.code, 0, "{}{}", opened.out, opened.err);
    let id = opened.json()["run"].to_string();
    let unsure = as_li(&["close", &id]);
    assert_eq!((unsure.code, unsure.error().as_str()), (4, "NOT_SURE"));
    for reason in [&["--yes"][..], &["--yes", "--reason", "  "]] {
        let bare = as_li(&[&["close", &id], reason].concat());
        assert_eq!((bare.code, bare.error().as_str()), (7, "REASON"), "{}", bare.err);
    }
    assert_eq!(as_li(&["progress", &id]).json()["roll"], 3, "it is open still");
    let closed = as_li(&["close", &id, "--yes", "--reason", "停课"]);
    assert_eq!(closed.code, 0, "{}", closed.err);
    let twice = as_li(&["close", &id, "--yes", "--reason", "停课"]);
    assert_ne!(twice.code, 0, "{}", twice.out);
}
