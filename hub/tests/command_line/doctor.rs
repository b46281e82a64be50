//! `doctor`, completions and manual pages of the operators' programs.

use serde_json::Value;

use crate::support::{Ran, ca, city, district, hub, text};

type Program = fn(&[&str]) -> Ran;

fn state<'v>(value: &'v Value, check: &str) -> &'v str {
    let checks = value["checks"].as_array().expect("checks").iter();
    let mut found = checks.filter(|one| one["check"] == check);
    found.next().and_then(|one| one["state"].as_str()).unwrap_or("absent")
}

/// A hub that waits for its ceremony has a problem, one that has its certificate has none; what
/// is wrong comes with what mends it, and the exit code says so.
#[test]
fn doctor_says_what_is_wrong_and_what_mends_it() {
    let folder = tempfile::tempdir().expect("folder");
    let waiting = city(folder.path());
    let ran = hub(&["doctor", "--data", text(&waiting)]);
    assert_eq!(ran.failed(), (9, "PROBLEMS".to_owned()), "{}", ran.err);
    let value = ran.json();
    assert_eq!((state(&value, "certificate"), state(&value, "store")), ("problem", "ok"));
    let ready = district(folder.path());
    let ran = hub(&["doctor", "--data", text(&ready)]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let value = ran.json();
    for (check, expected) in [
        ("store", "ok"),
        ("certificate", "ok"),
        ("issuing_ca", "ok"),
        ("crl", "warning"),
        ("hub", "warning"),
        ("clock", "unchecked"),
        ("members", "ok"),
        ("member_certificates", "ok"),
        ("alarms", "ok"),
        ("backup", "warning"),
        ("restore", "warning"),
    ] {
        assert_eq!(state(&value, check), expected, "{check} in {value:#}");
    }
    for check in value["checks"].as_array().expect("checks") {
        let fix = check["fix"].is_string();
        assert_eq!(fix, ["warning", "problem"].contains(&check["state"].as_str().unwrap_or("")));
    }
}

/// A store that is damaged is named, and the other checks are made all the same.
#[test]
fn doctor_finds_a_damaged_store() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let path = data.join("hub.db");
    let mut bytes = std::fs::read(&path).expect("store");
    let length = bytes.len();
    bytes[4_096..length].fill(0x5a);
    std::fs::write(&path, bytes).expect("store");
    let ran = hub(&["doctor", "--data", text(&data)]);
    assert_eq!(ran.code, 9, "{}", ran.out);
    assert_eq!(state(&ran.json(), "store"), "problem", "{}", ran.out);
    assert_eq!(state(&ran.json(), "certificate"), "ok");
}

/// Both programs print completions for every shell, and write one page for each command.
#[test]
fn completions_and_manual_pages_are_whole() {
    let folder = tempfile::tempdir().expect("folder");
    let hub: Program = hub;
    for (name, run, command) in [("xinqiao-hub", hub, "invite"), ("xinqiao-ca", ca, "sign-pack")] {
        for shell in ["bash", "zsh", "fish", "powershell"] {
            let ran = run(&["completions", shell]);
            let script = ran.json()["script"].as_str().unwrap_or_default().to_owned();
            assert!(ran.code == 0 && script.contains(name), "{shell}: {}", ran.err);
            assert!(script.contains(command), "{shell}");
        }
        assert_eq!(run(&["completions", "tcsh"]).code, 2);
        let out = folder.path().join(name).join("man1");
        let ran = run(&["man", "--out", text(&out)]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let page = std::fs::read_to_string(out.join(format!("{name}-{command}.1"))).expect("page");
        assert!(page.contains(".SH NAME") && page.contains(command), "{page}");
        assert!(out.join(format!("{name}.1")).exists());
    }
}
