//! Files of an office: taken whole or not at all, and never told to a log.

use crate::support::{Folder, answers, number, roster, text};

const AS_OF: [&str; 2] = ["--as-of", "2025-10-10"];

fn import(
    folder: &Folder,
    kind: &str,
    bytes: impl AsRef<[u8]>,
    extra: &[&str],
) -> super::support::Ran {
    let file = folder.file("file.csv", bytes);
    folder.run(&[["import", kind, text(&file)].as_slice(), &AS_OF, extra].concat())
}

/// Brings answers, as the counsellor of [`with_counsellor`].
fn import_answers(folder: &Folder, bytes: impl AsRef<[u8]>, extra: &[&str]) -> super::support::Ran {
    let file = folder.file("file.csv", bytes);
    let args = [["import", "answers", text(&file)].as_slice(), &AS_OF, extra].concat();
    folder.run_as("li", &args)
}

/// A node with a counsellor's account.
fn with_counsellor(flags: &[&str]) -> Folder {
    let folder = Folder::joined(flags);
    folder.account("li", "counsellor", &[]);
    folder
}

fn students(folder: &Folder) -> u64 {
    folder.run(&["status"]).json()["ledger"]["students"].as_u64().expect("counts")
}

/// A dry run writes nothing, the import does, and the same file again changes nothing.
#[test]
fn a_roster_is_imported_once() {
    let folder = Folder::joined(&[]);
    let dry = import(&folder, "roster", roster(30), &["--dry-run"]);
    assert_eq!((dry.code, dry.json()["preview"]["counts"]["new"].as_u64()), (0, Some(30)));
    assert_eq!(students(&folder), 0);
    let ran = import(&folder, "roster", roster(30), &[]);
    assert_eq!((ran.code, ran.json()["written"].as_bool()), (0, Some(true)), "{}", ran.err);
    assert_eq!(students(&folder), 30);
    let again = import(&folder, "roster", roster(30), &[]);
    assert_eq!((again.code, again.json()["written"].as_bool()), (0, Some(false)));
}

/// A school that begins in November says so once, and its pupils are in the census all the same;
/// a file that adds pupils after the census day says that they are not, and how they would be.
#[test]
fn a_roster_says_from_which_day_it_counts() {
    let folder = Folder::joined(&[]);
    let with = |pupils, flags: &[&str]| {
        let file = folder.file("file.csv", roster(pupils));
        let args = ["import", "roster", text(&file), "--as-of", "2025-11-26", "--partial"];
        [args.as_slice(), flags].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run = |args: Vec<String>| folder.run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let said = |args: Vec<String>| {
        folder.run_in("en", &args.iter().map(String::as_str).collect::<Vec<_>>()).out
    };
    let first = said(with(20, &["--dry-run"]));
    assert!(first.contains("counts from 2025-09-01") && !first.contains("census"), "{first}");
    let ran = run(with(20, &[]));
    assert_eq!(ran.json()["preview"]["counts_from"], "2025-09-01", "{}", ran.err);
    let later = said(with(30, &["--dry-run"]));
    assert!(later.contains("counts from 2025-11-26"), "{later}");
    assert!(later.contains("10 new pupils") && later.contains("--as-of 2025-11-07"), "{later}");
    let dated = run(with(30, &["--as-of", "2025-11-07"]));
    assert_eq!(dated.code, 2, "one day is enough: {}", dated.err);
    let file = folder.file("file.csv", roster(30));
    let census = "2025-11-07".parse().expect("day");
    let on_census = || {
        let node = folder.open();
        let roll = node.ledger().read(move |tx| node::ledger::student::roll_at(tx, census));
        roll.expect("roll").len()
    };
    assert_eq!(on_census(), 20);
    let args = ["import", "roster", text(&file), "--partial", "--as-of", "2025-11-07"];
    assert_eq!(folder.run(&args).json()["preview"]["counts_from"], "2025-11-07");
    assert_eq!(on_census(), 30);
}

/// One wrong row keeps the whole file out; rows, columns and reasons are listed, values are not.
#[test]
fn one_wrong_row_keeps_the_whole_file_out() {
    let folder = Folder::joined(&[]);
    let wrong = || roster(5).replace("2013-04-01,七年级,2班", "2013-13-01,七年级,2班");
    let errors = folder.path("errors.csv");
    // The rows go into a file for whoever may see them, and for nobody else.
    let unnamed = import(&folder, "roster", wrong(), &["--errors", text(&errors)]);
    assert_eq!((unnamed.code, unnamed.error().as_str()), (4, "ACCOUNT_NEEDED"));
    folder.account("it", "operator", &[]);
    folder.account("li", "counsellor", &[]);
    let password = folder.path("password");
    let as_account = |login: &'static str| {
        let more = ["--errors", text(&errors), "--as", login, "--password-file", text(&password)];
        import(&folder, "roster", wrong(), &more)
    };
    let it = as_account("it");
    assert_eq!((it.code, it.error().as_str()), (4, "ROLE_REFUSED"), "{}", it.err);
    assert!(it.err.contains("Without --errors") && !errors.exists(), "{}", it.err);
    let ran = as_account("li");
    assert_eq!((ran.code, ran.error().as_str()), (7, "ROWS_INVALID"), "{}", ran.err);
    let listed = ran.json()["error"]["details"]["errors"].clone();
    assert_eq!(listed[0]["row"], 3);
    assert_eq!(students(&folder), 0);
    let said = format!("{}{}", ran.out, ran.err);
    assert!(!said.contains("甄别名") && !said.contains(&number(1)), "{said}");
    assert!(std::fs::read_to_string(errors).expect("errors").contains("甄别名"));
}

/// What is no table is refused by what it holds, whatever its name says.
#[test]
fn what_is_no_table_is_refused() {
    let folder = Folder::joined(&[]);
    for (bytes, reason) in [
        (Vec::new(), "file_empty"),
        (b"\x89PNG\r\n\x1a\n0000".to_vec(), "file_foreign"),
        (b"a,b\n1,2\n".to_vec(), ""),
    ] {
        let ran = import(&folder, "roster", bytes, &[]);
        assert_eq!((ran.code, ran.error().as_str()), (7, "FILE_INVALID"), "{}", ran.err);
        let given = ran.json()["error"]["details"]["reason"].clone();
        assert!(reason.is_empty() || given == reason, "{given}");
        assert!(ran.err.contains("nothing was written"), "{}", ran.err);
    }
    let ran = folder.run(&["import", "roster", "nowhere.csv"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "FILE_NOT_FOUND"));
}

/// A workbook that announces gigabytes is refused before it is opened; nothing is written, and the
/// next file is taken.
#[test]
fn a_workbook_bomb_is_refused() {
    let folder = Folder::joined(&[]);
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write_string(0, 0, "学籍号").expect("cell");
    let mut bomb = book.save_to_buffer().expect("workbook");
    let entry = bomb.windows(4).position(|at| at == b"PK\x01\x02").expect("directory");
    bomb[entry + 24..entry + 28].copy_from_slice(&u32::to_le_bytes(3 << 30));
    let ran = import(&folder, "roster", bomb, &[]);
    assert_eq!((ran.code, ran.error().as_str()), (7, "FILE_INVALID"), "{}", ran.err);
    assert_eq!(ran.json()["error"]["details"]["reason"], "workbook_bomb");
    assert!(ran.err.contains("nothing was written"), "{}", ran.err);
    assert_eq!(students(&folder), 0);
    assert_eq!(import(&folder, "roster", roster(3), &[]).code, 0);
    assert_eq!(students(&folder), 3);
}

/// A file that would send many away needs their very number; a yes alone is not enough.
#[test]
fn many_leaving_need_their_number() {
    let folder = Folder::joined(&[]);
    assert_eq!(import(&folder, "roster", roster(30), &[]).code, 0);
    let ran = import(&folder, "roster", roster(10), &[]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "LEFT_UNCONFIRMED"));
    assert!(ran.err.contains("--confirm-left 20"), "{}", ran.err);
    let ran = import(&folder, "roster", roster(10), &["--yes"]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "LEFT_UNCONFIRMED"));
    let ran = import(&folder, "roster", roster(10), &["--yes", "--confirm-left", "19"]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "LEFT_DIFFERS"));
    assert_eq!(students(&folder), 30);
    assert_eq!(import(&folder, "roster", roster(10), &["--partial"]).code, 0);
    assert_eq!(students(&folder), 30);
    assert_eq!(import(&folder, "roster", roster(29), &["--yes"]).code, 0, "one in thirty");
    assert_eq!(import(&folder, "roster", roster(10), &["--confirm-left", "19"]).code, 0);
    assert_eq!(students(&folder), 10);
}

/// Consent in a file of answers does not count, and a script is stopped before it thinks so.
#[test]
fn consent_in_a_file_of_answers_is_said_aloud() {
    let folder = with_counsellor(&["--danger-demo-scales"]);
    assert_eq!(import(&folder, "roster", roster(9), &[]).code, 0);
    let sheets = answers(9, 0).replacen("测评日期", "测评日期,家长同意", 1);
    let sheets = sheets.replace("2025-10-20", "2025-10-20,是");
    let demo = ["--scale", "demo-phq9-gad7", "--term", "2025S1"];
    let with = |flags: &[&str]| import_answers(&folder, &sheets, &[&demo, flags].concat());
    for flags in [["--yes"].as_slice(), &[]] {
        let ran = with(flags);
        assert_eq!((ran.code, ran.error().as_str()), (4, "CONSENT_COLUMN"), "{}", ran.err);
        assert!(ran.err.contains("家长同意") && ran.err.contains("roster only"), "{}", ran.err);
    }
    let ran = with(&["--dry-run"]);
    assert!(ran.code == 0 && ran.err.contains("家长同意"), "{}", ran.err);
    let ran = with(&["--yes", "--ignore-consent-column"]);
    assert_eq!((ran.code, ran.json()["written"].as_bool()), (0, Some(true)), "{}", ran.err);
    assert!(ran.err.contains("not read"), "{}", ran.err);
}

/// A school cannot use a scale that is not for screening, and a demonstration scale only where
/// its settings say that every pupil is made up.
#[test]
fn scales_are_refused_with_the_reason() {
    let folder = with_counsellor(&[]);
    assert_eq!(import(&folder, "roster", roster(9), &[]).code, 0);
    let sheets = answers(9, 2);
    let ran = import_answers(&folder, &sheets, &["--scale", "nope"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "SCALE_UNKNOWN"));
    let demo = ["--scale", "demo-phq9-gad7", "--term", "2025S1"];
    let ran = import_answers(&folder, &sheets, &demo);
    assert_eq!((ran.code, ran.error().as_str()), (4, "SCALE_NOT_FOR_SCREENING"));
    assert!(ran.err.contains("demonstration") && ran.err.contains("nothing was imported"));
}

/// Answers that are another scale's are named as such in one sentence, not two hundred times: by a
/// column that says so, and by columns that are not this scale's.
#[test]
fn answers_of_another_scale_name_it() {
    let folder = with_counsellor(&[]);
    assert_eq!(import(&folder, "roster", roster(40), &[]).code, 0);
    let sheets = |items: usize, named: &str| {
        let heads: Vec<String> = (1..=items).map(|n| format!("第{n}题")).collect();
        let mut text = format!("学籍号,测评日期,量表,{}\n", heads.join(","));
        for pupil in 0..40 {
            let answers = vec!["1"; items].join(",");
            text += &format!("{},2025-10-20,{named},{answers}\n", number(pupil));
        }
        text
    };
    let run = |sheets: String, scale: &str| {
        import_answers(&folder, sheets, &["--scale", scale, "--term", "2025S1"])
    };
    let ran = run(sheets(9, "PHQ-9"), "gad-7");
    assert_eq!((ran.code, ran.error().as_str()), (7, "SCALE_MISFIT"), "{}", ran.err);
    assert!(ran.err.contains("40 of 40 rows") && ran.err.contains("phq-9"), "{}", ran.err);
    let file = folder.file("file.csv", sheets(9, "PHQ-9"));
    let said = folder.run_in(
        "zh",
        &[
            "import",
            "answers",
            text(&file),
            "--scale",
            "gad-7",
            "--term",
            "2025S1",
            "--as",
            "li",
            "--password-file",
            text(&folder.path("password")),
        ],
    );
    let lines = said.out.lines().filter(|line| line.contains("另一个量表")).count();
    assert!(lines <= 3 && said.out.contains("还有 37 条"), "{}", said.out);
    let ran = run(sheets(7, "GAD-7"), "phq-9");
    assert_eq!((ran.code, ran.error().as_str()), (7, "SCALE_MISFIT"), "{}", ran.err);
    assert!(ran.err.contains("not the items") && ran.err.contains("gad-7"), "{}", ran.err);
    let ran = run(sheets(7, "GAD-7"), "gad-7");
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// Staff who are no longer on their list have left their post: they are not pupils who left school.
#[test]
fn staff_who_leave_are_no_pupils() {
    let folder = Folder::joined(&[]);
    let staff = |count: usize| {
        let rows = (1..=count).map(|n| format!("T{n:03},甄别名,科任教师\n"));
        format!("工号,姓名,岗位\n{}", rows.collect::<String>())
    };
    assert_eq!(import(&folder, "staff", staff(30), &[]).code, 0);
    let file = folder.file("file.csv", staff(29));
    let said = folder.run_in("zh", &["import", "staff", text(&file), "--dry-run"]);
    assert!(said.out.contains("离职或调离 1") && !said.out.contains("离校"), "{}", said.out);
    let said = folder.run_in("zh", &["import", "staff", text(&file), "--yes"]);
    assert!(said.out.contains("离职或调离 1"), "{}{}", said.out, said.err);
}

/// A period that the calendar does not have names those that it has.
#[test]
fn an_unknown_period_names_the_known_ones() {
    let folder = Folder::joined(&[]);
    let said = folder.run_in("zh", &["indicator", "list", "--period", "2031S1"]);
    assert_eq!(said.code, 3, "{}", said.err);
    assert!(said.err.contains("2025S1") && said.err.contains("2025-W45"), "{}", said.err);
}

/// Scales that a school may use stand first; the others say why not.
#[test]
fn scales_say_whether_they_may_be_used() {
    let folder = Folder::new(&[]);
    let list = folder.run(&["scale", "list"]).json();
    let list = list.as_array().expect("list");
    let usable: Vec<bool> = list.iter().map(|one| one["usable"] == true).collect();
    assert!(usable.contains(&true) && usable.contains(&false), "{usable:?}");
    assert!(usable.is_sorted_by(|one, next| one >= next), "usable ones first");
    let of = |id: &str| list.iter().find(|one| one["scale"] == id).expect("scale").clone();
    assert_eq!(of("phq-9")["usable"], true);
    assert!(of("scl-90")["reason_zh"].as_str().expect("reason").contains("授权"));
    let said = folder.run_in("zh", &["scale", "list"]).out;
    assert!(said.contains("可用") && said.contains("演示城市"), "{said}");
}

/// Critical answers are announced at once, as a number; the log and the output name nobody.
#[test]
fn critical_answers_are_announced_as_a_number() {
    let folder = with_counsellor(&["--danger-demo-scales"]);
    assert_eq!(import(&folder, "roster", roster(9), &[]).code, 0);
    let demo = ["--scale", "demo-phq9-gad7", "--term", "2025S1"];
    let ran = import_answers(&folder, answers(9, 2), &demo);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = ran.json()["found"].clone();
    let fired = found["urgent"].as_u64().unwrap_or(0) + found["review"].as_u64().unwrap_or(0);
    assert_eq!(fired, 2, "{found}");
    assert!(ran.err.contains("counsellor"), "{}", ran.err);
    assert!(!format!("{}{}", ran.out, ran.err).contains(&number(0)));
    let again = import_answers(&folder, answers(9, 2), &demo);
    assert_eq!((again.code, again.json()["written"].as_bool()), (0, Some(false)));
    let report = folder.path("danger_report.csv");
    let ran = folder.run(&["danger-local-report", "--out", text(&report)]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "ACCOUNT_NEEDED"));
    folder.account("it", "operator", &[]);
    for (login, code) in [("it", 4), ("li", 0)] {
        let ran = folder.run_as(login, &["danger-local-report", "--out", text(&report)]);
        assert_eq!((ran.code, report.exists()), (code, code == 0), "{}", ran.err);
    }
    let ran = folder.run(&["danger-local-report", "--out", "report.csv"]);
    assert_eq!((ran.code, ran.error().as_str()), (2, "REPORT_NAME"));
}

/// Answers are the counsellor's: whoever holds the machine, and school IT with an account, learns
/// nothing of what stands there, dry or not, and writes over no sheet.
#[test]
fn only_the_counsellor_brings_answers() {
    let folder = with_counsellor(&["--danger-demo-scales"]);
    assert_eq!(import(&folder, "roster", roster(9), &[]).code, 0);
    let demo = ["--scale", "demo-phq9-gad7", "--term", "2025S1"];
    assert_eq!(import_answers(&folder, answers(9, 2), &demo).code, 0);
    folder.account("it", "operator", &[]);
    folder.account("zhou", "moral-head", &[]);
    let file = folder.file("guess.csv", answers(1, 0));
    for extra in [["--dry-run"].as_slice(), &["--yes"]] {
        let args = [["import", "answers", text(&file)].as_slice(), &demo, extra].concat();
        let tried = [
            (folder.run(&args), "ACCOUNT_NEEDED"),
            (folder.run_as("it", &args), "ROLE_REFUSED"),
            (folder.run_as("zhou", &args), "ROLE_REFUSED"),
        ];
        for (ran, error) in tried {
            assert_eq!((ran.code, ran.error().as_str()), (4, error), "{}", ran.err);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(!said.contains("\"counts\"") && !said.contains("unchanged"), "{said}");
        }
    }
    let kept = import_answers(&folder, answers(9, 2), &demo);
    assert_eq!((kept.code, kept.json()["written"].as_bool()), (0, Some(false)), "{}", kept.err);
}

/// A dry run says what the real one would refuse or ask for.
#[test]
fn a_dry_run_foresees_the_real_one() {
    let folder = with_counsellor(&["--danger-demo-scales"]);
    assert_eq!(import(&folder, "roster", roster(30), &[]).code, 0);
    let file = folder.file("half.csv", roster(10));
    let half = ["import", "roster", text(&file), "--dry-run"];
    let ran = folder.run_in("zh", &[half.as_slice(), &AS_OF].concat());
    assert!(ran.code == 0 && ran.out.contains("--confirm-left 20"), "{}{}", ran.out, ran.err);
    let demo = ["--scale", "demo-phq9-gad7", "--term", "2024S1"];
    let (sheets, dry) = (answers(9, 0), [&demo[..], &["--dry-run"]].concat());
    let foreseen = import_answers(&folder, &sheets, &dry);
    let real = import_answers(&folder, &sheets, &demo);
    assert_eq!((foreseen.code, foreseen.error()), (real.code, real.error()));
    assert_eq!(real.code, 7, "{}", real.err);
}
