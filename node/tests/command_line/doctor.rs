//! `doctor`, what a revocation looks like from the school, completions and manual pages.

use runtime::sql::SqlError;
use runtime::uplink::{LAST_CODE, LAST_ERROR, notes};
use serde_json::Value;

use crate::support::{City, Folder, run, text};

fn state<'v>(value: &'v Value, check: &str) -> &'v str {
    let checks = value["checks"].as_array().expect("checks").iter();
    let mut found = checks.filter(|one| one["check"] == check);
    found.next().and_then(|one| one["state"].as_str()).unwrap_or("absent")
}

/// What the uplink of a serving process notes when the hub refuses the unit.
fn refused(folder: &Folder, code: &'static str) {
    let transfer = node::transfer::Transfer::open(&folder.data().join("transfer.db"));
    let noted: Result<(), SqlError> = transfer.expect("store").write("note", move |tx| {
        notes::set(tx, LAST_ERROR, "this certificate has been revoked")?;
        notes::set(tx, LAST_CODE, code)
    });
    noted.expect("noted");
}

/// A new node has no problem but has not joined; a member whose hub is gone has one, with what
/// mends it, and exit code 9.
#[test]
fn doctor_says_what_is_wrong_and_what_mends_it() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["doctor"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let value = ran.json();
    for (check, expected) in [
        ("disk", "ok"),
        ("transfer", "ok"),
        ("ledger", "ok"),
        ("hub", "warning"),
        ("clock", "unchecked"),
        ("sending", "ok"),
        ("packs", "ok"),
        ("roll", "warning"),
        ("holds", "ok"),
        ("foreign", "ok"),
    ] {
        assert_eq!(state(&value, check), expected, "{check} in {value:#}");
    }
    let folder = Folder::joined(&[]);
    let ran = folder.run(&["doctor"]);
    assert_eq!((ran.code, ran.error().as_str()), (9, "PROBLEMS"), "{}", ran.err);
    let value = ran.json();
    assert_eq!((state(&value, "hub"), state(&value, "certificate")), ("problem", "ok"));
    for check in value["checks"].as_array().expect("checks") {
        let fix = check["fix"].is_string();
        assert_eq!(fix, ["warning", "problem"].contains(&check["state"].as_str().unwrap_or("")));
    }
}

/// Damage to either store is found, said, and does not stop the other checks.
#[test]
fn doctor_finds_a_damaged_store() {
    for (file, check) in [("transfer.db", "transfer"), ("ledger.db", "ledger")] {
        let folder = Folder::new(&[]);
        let path = folder.data().join(file);
        let mut bytes = std::fs::read(&path).expect("store");
        let length = bytes.len();
        bytes[8_192..length].fill(0x5a);
        std::fs::write(&path, bytes).expect("store");
        let ran = folder.run(&["doctor"]);
        assert_eq!(ran.code, 9, "{file}: {}", ran.out);
        assert_eq!(state(&ran.json(), check), "problem", "{}", ran.out);
        assert_eq!(state(&ran.json(), "disk"), "ok");
    }
}

/// After a revocation the operator of the hub must act, not the school's network, and joining
/// once more does not say that all is well.
#[test]
fn a_revoked_member_is_told_so() {
    let folder = Folder::joined(&[]);
    let invite = folder.file("invite.txt", City::new().invite(24));
    let join = ["join", "--code-file", text(&invite), "--roots-compared"];
    let well = folder.run(&join);
    assert_eq!(well.code, 0, "{}", well.err);
    assert!(well.err.contains("not known"), "the hub could not be asked: {}", well.err);
    refused(&folder, "CERTIFICATE_REVOKED");
    let status = folder.run(&["status"]).json();
    let problems = status["problems"].as_array().expect("problems").iter();
    let mut revoked = problems.filter(|one| one["code"] == "CERTIFICATE_REVOKED");
    let who = revoked.next().expect("the revocation")["who"].clone();
    assert_eq!(who, "the operator of the hub above");
    let ran = folder.run(&join);
    assert_eq!((ran.code, ran.error().as_str()), (5, "CERTIFICATE_REVOKED"), "{}", ran.err);
    assert!(ran.err.contains("--again") && !ran.out.contains("valid_until"), "{}", ran.err);
}

/// Every code that the uplink notes is a Chinese sentence on a Chinese status page.
#[test]
fn the_trouble_of_the_link_is_said_in_chinese() {
    let folder = Folder::joined(&[]);
    refused(&folder, "UNIT_SUSPENDED");
    let ran = folder.run_in("zh", &["status"]);
    assert!(ran.out.contains("暂停") && !ran.out.contains("revoked"), "{}", ran.out);
}

/// Completions for every shell, and one manual page for each command, in either language.
#[test]
fn completions_and_manual_pages_are_whole() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ran = run(&["completions", shell]);
        assert!(ran.code == 0 && ran.out.contains("xinqiao-node"), "{shell}: {}", ran.err);
        assert!(ran.out.contains("doctor") && ran.out.contains("dry-run"), "{shell}");
    }
    let folder = tempfile::tempdir().expect("folder");
    let ran = run(&["man", "--out", text(folder.path())]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let page = std::fs::read_to_string(folder.path().join("xinqiao-node-import-roster.1"));
    let page = page.expect("page");
    assert!(page.contains(".SH NAME") && page.contains("dry"), "{page}");
}
