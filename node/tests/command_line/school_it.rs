//! School IT sees no student: every command that reads is run as an operator, and as nobody, over a
//! ledger with planted people, and none of them is in what it says or writes.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{Folder, Ran, number, roster, text};

/// What stands in the ledger about children and nowhere else.
const PLANTED: [&str; 4] = ["甄别名", "植监护", "13911112222", "植内容"];
/// Every command, as `commands.txt` lists them.
const COMMANDS: &str = include_str!("../../src/cli/tests/commands.txt");

/// Commands that read, each with how it is run: `@` stands for the account, `OUT` for a file that
/// the command writes, a name in capitals for a file that lies there.
const READS: [(&str, &[&str]); 86] = [
    ("backup list", &["backup list --to OUT"]),
    // A receiver's: at a school there is nothing to read.
    ("card list", &["card @ list"]),
    ("card log", &["card @ log"]),
    ("card read", &["card @ read 1"]),
    ("config check", &["config check"]),
    ("config show", &["config show --origin"]),
    ("consult list", &["consult @ list"]),
    ("consult send", &["consult @ send 1"]),
    ("consult show", &["consult @ show 1"]),
    ("danger-local-report", &["danger-local-report @ --out OUT"]),
    ("desk caller", &["desk @ caller 1 --read check"]),
    ("desk callers", &["desk @ callers"]),
    ("desk hand-offs", &["desk @ hand-offs"]),
    ("desk reports", &["desk @ reports"]),
    ("desk send", &["desk @ send 1"]),
    ("desk show", &["desk @ show 1 --read check"]),
    ("desk tips", &["desk @ tips"]),
    ("disclosure export", &["disclosure export @ --year 2025 --out OUT"]),
    ("doctor", &["doctor"]),
    ("family digest", &["family @ digest SLIP"]),
    ("family notice", &["family @ notice --class g7/1班"]),
    ("import answers", &["import answers ANSWERS @ --scale phq-9 --dry-run --errors OUT"]),
    ("import entries", &["import entries talk TABLE @ --dry-run"]),
    ("import list", &["import list"]),
    ("import roster", &["import roster ROSTER @ --dry-run", "import roster ROSTER @ --errors OUT"]),
    ("import staff", &["import staff STAFF @ --dry-run", "import staff STAFF @ --errors OUT"]),
    ("indicator changes", &["indicator changes @"]),
    ("indicator explain", &["indicator explain mtr.talks @ --reason why"]),
    ("indicator list", &["indicator list @"]),
    ("indicator show", &["indicator show mtr.talks @"]),
    ("inspection", &["inspection @"]),
    ("intake export", &["intake @ export 1 --fhir OUT --read check"]),
    ("intake letters", &["intake @ letters"]),
    ("intake list", &["intake @ list"]),
    ("intake log", &["intake @ log"]),
    ("intake show", &["intake @ show 1", "intake @ show 1 --read check"]),
    ("keeping certificate", &["keeping @ certificate"]),
    ("keeping due", &["keeping @ due"]),
    ("keeping waiting", &["keeping @ waiting"]),
    ("key show", &["key show"]),
    ("ledger access", &["ledger @ access NUMBER"]),
    ("ledger case list", &["ledger @ case list"]),
    ("ledger kinds", &["ledger kinds", "ledger kinds talk"]),
    (
        "ledger list",
        &[
            "ledger @ list talk",
            "ledger @ list guardian",
            "ledger @ list alert_case",
            "ledger @ list consent",
            "ledger @ list counselling_session",
            "ledger @ list talk --student NUMBER",
        ],
    ),
    ("ledger show", &["ledger @ show talk 1", "ledger @ show guardian 2", "ledger @ show talk 9"]),
    ("ledger verify", &["ledger @ verify"]),
    ("list sender", &["list @ sender 1"]),
    ("list show", &["list @ show"]),
    ("notice hand-off", &["notice @ hand-off 1"]),
    ("notice hand-offs", &["notice @ hand-offs"]),
    ("notice reports", &["notice @ reports"]),
    ("notice send", &["notice @ send 1"]),
    ("notice tip", &["notice @ tip 1"]),
    ("notice tips", &["notice @ tips"]),
    ("referral aside", &["referral @ aside"]),
    ("referral export", &["referral @ export 1 --fhir OUT"]),
    ("referral list", &["referral @ list"]),
    ("referral lost", &["referral @ lost"]),
    ("referral send", &["referral @ send 1"]),
    ("referral show", &["referral @ show 1"]),
    ("release list", &["release list"]),
    ("release preview", &["release preview"]),
    ("release show", &["release show 1"]),
    ("revocations list", &["revocations list"]),
    ("roll turn list", &["roll @ turn list"]),
    ("roll turn preview", &["roll @ turn preview --day 2026-09-01"]),
    ("root list", &["root list"]),
    ("scale list", &["scale list"]),
    ("screening codes", &["screening @ codes 1 七年级 1班"]),
    ("screening progress", &["screening @ progress 1"]),
    ("sealed list", &["sealed list"]),
    ("sealed selftest", &["sealed selftest"]),
    ("service install", &["service install --dry-run --account school"]),
    ("standards", &["standards @", "standards @ --training"]),
    ("status", &["status"]),
    ("transfer list", &["transfer @ list"]),
    ("transfer show", &["transfer @ show 1"]),
    ("user list", &["user list"]),
    ("user unanswered", &["user unanswered li"]),
    // Of the program itself, before there is a ledger.
    ("completions", &["completions bash"]),
    ("man", &[]),
    ("serve", &[]),
    ("root add", &[]),
    ("init", &[]),
    ("join", &[]),
    ("passphrase change", &[]),
];

/// Commands that change something, and say what they did.
const WRITES: [&str; 80] = [
    "backup",
    "backup drill",
    "backup verify",
    "bundle make",
    "bundle take",
    "card decline",
    "card opinion",
    "consult recall",
    "desk answer",
    "desk hand-off",
    "desk tip",
    "family withdraw",
    "import undo",
    "intake accept",
    "intake appoint",
    "intake decline",
    "intake import",
    "intake kept",
    "intake know",
    "intake more-care",
    "intake not-seen",
    "intake outcome",
    "intake redirect",
    "intake seen",
    "intake stands",
    "intake take-over",
    "keeping ask",
    "keeping sign",
    "key request",
    "key take",
    "ledger add",
    "ledger annul",
    "ledger case leave",
    "ledger case lower",
    "ledger case open",
    "ledger case raise",
    "ledger case review",
    "ledger case sign",
    "ledger change",
    "list decide",
    "list destroy",
    "list key",
    "list seal",
    "list take",
    "notice answer",
    "notice link",
    "notice reader",
    "notice report",
    "referral bind",
    "referral dismiss",
    "referral keys",
    "referral take-back",
    "referral withdraw",
    "release hold",
    "release send",
    "revocations take",
    "roll arrive",
    "roll correct",
    "roll leave",
    "roll turn ask",
    "roll turn sign",
    "roll turn undo",
    "screening close",
    "screening new",
    "sealed send",
    "transfer accept",
    "transfer decline",
    "transfer offer",
    "transfer recall",
    "user add",
    "user drop-factor",
    "user lock",
    "user password",
    "user role",
    "config",
    "disclosure",
    "family",
    "import",
    "indicator",
    "keeping",
];

/// Names of commands that only hold others.
fn holds_others(name: &str, all: &BTreeSet<String>) -> bool {
    all.iter().any(|other| other.starts_with(&format!("{name} ")))
}

fn school() -> Folder {
    let folder = Folder::joined(&[]);
    let file = folder.file("ROSTER", roster(5));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let staff = "工号,姓名,岗位\nT001,甲,心理教师\nT002,乙,德育主任\nT003,丙,导师\n";
    let file = folder.file("STAFF", staff);
    assert_eq!(folder.run(&["import", "staff", text(&file), "--as-of", "2025-10-10"]).code, 0);
    folder.account("li", "counsellor", &["--staff", "T001"]);
    folder.account("it", "operator", &[]);
    let student = number(1);
    let talk = format!(
        "day = 2025-11-03\nstudent = \"{student}\"\nstaff = \"T001\"\ntopics = [\"study\"]\n\
         concern = true\nnote = \"植内容\"\n"
    );
    let guardian = format!(
        "day = 2025-11-03\nstudent = \"{student}\"\nname = \"植监护\"\nrelation = \"mother\"\n\
         phone = \"13911112222\"\n"
    );
    for (kind, entry) in [("talk", talk), ("guardian", guardian)] {
        let file = folder.file("entry.toml", entry);
        let add = ["add", kind, "--file", text(&file)];
        let ran = as_account(&folder, "ledger @ ", "li", &add);
        assert_eq!(ran.code, 0, "{kind}: {}", ran.err);
    }
    let wrong = roster(5).replace("2013-04-01,七年级,2班", "2013-13-01,七年级,2班");
    folder.file("WRONG", wrong);
    folder.file("ANSWERS", crate::support::answers(3, 1));
    folder.file("TABLE", format!("日期\t学号\t主题\n2025-11-18\t{student}\t学业\n"));
    folder.file("SLIP", b"%PDF-1.4 slip");
    folder
}

/// Runs a line, for somebody or for nobody, with what it names put in.
fn as_account(folder: &Folder, line: &str, login: &str, more: &[&str]) -> Ran {
    let password = folder.path("password");
    let out = folder.path("danger_out");
    let place = |name: &str| folder.path(name).to_str().expect("utf-8").to_owned();
    let mut args: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        match word {
            "@" if login.is_empty() => {}
            "@" => {
                args.extend(["--as", login, "--password-file", text(&password)].map(str::to_owned));
            }
            "OUT" => args.push(text(&out).to_owned()),
            // The one student whom the line itself names may be named in the answer.
            "NUMBER" => args.push(number(0)),
            "ROSTER" if line.contains("--errors") => args.push(place("WRONG")),
            name if name.chars().all(|c| c.is_ascii_uppercase()) => args.push(place(name)),
            word => args.push(word.to_owned()),
        }
    }
    args.extend(more.iter().map(|word| (*word).to_owned()));
    folder.run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

fn names_nobody(said: &str, what: &str) {
    for planted in PLANTED {
        assert!(!said.contains(planted), "{what} tells {planted}: {said}");
    }
    for n in 1..5 {
        assert!(!said.contains(&number(n)), "{what} tells a student number: {said}");
    }
}

/// No command is left out of this test: each that there is reads or writes.
#[test]
fn every_command_is_looked_at() {
    let all: BTreeSet<String> = COMMANDS
        .lines()
        .filter_map(|line| line.strip_prefix("xinqiao-node "))
        .filter_map(|line| line.split(':').next())
        .map(str::to_owned)
        .collect();
    let known: BTreeSet<String> =
        READS.iter().map(|(name, _)| *name).chain(WRITES).map(str::to_owned).collect();
    let unknown: Vec<&String> =
        all.iter().filter(|name| !known.contains(*name) && !holds_others(name, &all)).collect();
    assert!(unknown.is_empty(), "say of these whether they read: {unknown:?}");
    let gone: Vec<&String> = known.iter().filter(|name| !all.contains(*name)).collect();
    assert!(gone.is_empty(), "these are no commands: {gone:?}");
}

/// What an operator, or nobody in particular, gets out of any command that reads names no student,
/// no guardian and nothing that was said; the counsellor gets it.
#[test]
fn no_command_tells_school_it_of_a_student() {
    let folder = school();
    let seen = as_account(&folder, "ledger @ list guardian", "li", &[]);
    assert!(seen.out.contains("植监护"), "the planted people are there: {}", seen.out);
    let (mut answered, mut refused) = (0, 0);
    for (_, lines) in READS {
        for line in lines {
            for login in ["it", ""] {
                let _ = std::fs::remove_file(folder.path("danger_out"));
                let ran = as_account(&folder, line, login, &[]);
                // Without an account, a command that must have one is called wrongly.
                let lacks_account = login.is_empty() && ran.err.contains("--as <LOGIN>");
                let is_wrong = ran.code == 2 && !lacks_account;
                assert!(!is_wrong, "{line}: the test calls it wrongly: {}", ran.err);
                names_nobody(&format!("{}{}", ran.out, ran.err), line);
                names_nobody(&written(&folder.path("danger_out")), line);
                if ran.code == 0 { answered += 1 } else { refused += 1 }
            }
        }
    }
    assert!(answered >= 30 && refused >= 20, "{answered} answered, {refused} refused");
}

/// Commands that name a student or an entry, as school IT would guess at one.
const GUESSES: [&str; 14] = [
    "ledger @ list talk --student NUMBER",
    "ledger @ access NUMBER",
    "ledger @ show talk RECORD",
    "ledger @ add talk --file ENTRY",
    "ledger @ change talk RECORD --file ENTRY --reason why",
    "ledger @ annul talk RECORD --reason why",
    "ledger @ case open NUMBER --tier t1 --source counsellor --owner T001 --review 2026-01-10 \
     --reason why",
    "roll @ arrive NUMBER --name 新 --grade g7 --class 1班",
    "roll @ leave NUMBER --how out",
    "roll @ correct NUMBER --name 新 --reason why",
    "roll @ turn preview --day 2026-09-01 --stay NUMBER",
    "roll @ turn ask --day 2026-09-01 --stay NUMBER --reason why",
    "family @ withdraw NUMBER --purpose screening --reason why",
    "keeping @ ask --student NUMBER",
];

/// What a command answers about a student and an entry, with the number itself left out.
fn guessed(folder: &Folder, login: &str, line: &str, (student, record): (u32, &str)) -> Ran {
    let number = number(student);
    let entry = format!(
        "day = 2025-11-03\nstudent = \"{number}\"\nstaff = \"T001\"\ntopics = [\"study\"]\n\
         concern = false\n"
    );
    folder.file("ENTRY", entry);
    let line = line.replace("NUMBER", &number).replace("RECORD", record);
    let ran = as_account(folder, &line, login, &[]);
    let without = |text: &str| text.replace(&number, "NUMBER");
    Ran { code: ran.code, out: without(&ran.out), err: without(&ran.err) }
}

/// School IT is refused alike whether a number is a student's, or an entry's, or nobody's: an
/// answer that differed would tell who is at the school. The counsellor is told which it is.
#[test]
fn a_guess_at_a_number_tells_school_it_nothing() {
    let folder = school();
    let access = "ledger @ access NUMBER";
    let told = [(1, "1"), (77, "999")].map(|of| guessed(&folder, "li", access, of).code);
    assert_eq!(told, [0, 3], "one is a student and one is nobody");
    for line in GUESSES {
        let [one, nobody] = [(1, "1"), (77, "999")].map(|of| guessed(&folder, "it", line, of));
        assert_eq!(one.code, 4, "{line}: {}", one.err);
        assert_eq!((one.code, one.out, one.err), (nobody.code, nobody.out, nobody.err), "{line}");
    }
}

fn written(path: &Path) -> String {
    std::fs::read(path)
        .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Every file below a folder, by its path and bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).expect("file")));
        }
    }
    found
}

/// Nothing that was said or written about a child stands in any byte that leaves, or in any file
/// of the folder: what a counsellor noted, the guardian and the telephone as little as names.
///
/// Method: a ledger with planted people and words is sent from, over all that is due; every file
/// is searched, the queue with the signed bytes among them, and the ledger, which is encrypted.
#[test]
fn what_was_noted_stands_in_no_byte_that_leaves() {
    let folder = school();
    let post =
        folder.file("post.toml", "day = 2025-09-01\npost = \"responsible\"\nstaff = \"T001\"\n");
    let add = ["add", "post_holder", "--file", text(&post)];
    let named = as_account(&folder, "ledger @ ", "li", &add);
    assert_eq!(named.code, 0, "{}", named.err);
    for period in [["2025S1"].as_slice(), &[]] {
        let send = [&["release", "send", "--yes", "--wait", "1"][..], period].concat();
        let ran = folder.run(&send);
        assert_eq!(ran.code, 6, "{}", ran.err);
        names_nobody(&format!("{}{}", ran.out, ran.err), "release send");
    }
    let list = folder.run(&["release", "list"]).json();
    let releases = list["releases"].as_array().expect("list");
    assert!(!releases.is_empty(), "{list}");
    for id in releases.iter().filter_map(|one| one["id"].as_str()) {
        let shown = folder.run(&["release", "show", id]);
        assert_eq!(shown.code, 0, "{}", shown.err);
        names_nobody(&shown.out, id);
    }
    let all = files(&folder.data());
    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|at| at == text.as_bytes());
    let mut queue = all.iter().filter(|(path, _)| path.contains("transfer.db"));
    assert!(queue.any(|(_, bytes)| has(bytes, "clear.term")), "the signed bytes are there");
    assert!(all.iter().any(|(path, _)| path.ends_with("ledger.db")));
    let numbers: Vec<String> = (0..5).map(number).collect();
    for text in PLANTED.into_iter().chain(numbers.iter().map(String::as_str)) {
        let told = all.iter().find(|(_, bytes)| has(bytes, text));
        assert!(told.is_none(), "{text} stands in {}", told.map_or("", |(path, _)| path));
    }
}
