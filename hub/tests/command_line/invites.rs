//! Invites as files.

use crate::support::{assert_private, district, hub, text};

/// An invite goes into a new private file: nothing is written over, and no file means no invite,
/// so that the earlier one goes on working.
#[test]
fn an_invite_goes_into_a_new_private_file() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, out) = (district(folder.path()), folder.path().join("invite.txt"));
    let run = |args: &[&str]| hub(&[args, &["--data", text(&data)]].concat());
    let added = run(&["unit", "add", "--id", "370202004", "--kind", "street", "--name", "云南路"]);
    assert_eq!(added.code, 0, "{}", added.err);
    let invite = ["invite", "new", "--unit", "370202004", "--out", text(&out)];
    let made = run(&invite);
    assert_eq!(made.code, 0, "{}", made.err);
    let line = std::fs::read_to_string(&out).expect("invite");
    assert!(line.starts_with("xq1:") && !made.out.contains(line.trim()), "{line}");
    assert_private(&out);
    let again = run(&[invite.as_slice(), &["--replace"]].concat());
    assert_eq!(again.failed(), (4, "FILE_EXISTS".to_owned()));
    assert_eq!(std::fs::read_to_string(&out).expect("invite"), line);
    let list = run(&["invite", "list"]).json();
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list}");
    assert_eq!(list[0]["state"], "open");
    let other = folder.path().join("other.txt");
    let unknown = run(&["invite", "new", "--unit", "370202999", "--out", text(&other)]);
    assert_eq!(unknown.failed(), (3, "UNIT_UNKNOWN".to_owned()));
    assert!(!other.exists(), "an empty file was left");
}

/// A second invite for a unit voids the first, so it is asked for by name.
#[test]
fn a_second_invite_is_asked_for_by_name() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let run = |args: &[&str]| hub(&[args, &["--data", text(&data)]].concat());
    let school = "F370202004J01";
    assert_eq!(run(&["unit", "add", "--id", school, "--kind", "school", "--name", "校"]).code, 0);
    let new = |file: &str, more: &[&str]| {
        let out = folder.path().join(file);
        run(&[&["invite", "new", "--unit", school, "--out", text(&out)], more].concat())
    };
    assert_eq!(new("first.txt", &[]).code, 0);
    let second = new("second.txt", &[]);
    assert_eq!(second.failed(), (4, "INVITE_IS_OUT".to_owned()), "{}", second.err);
    assert!(second.err.contains("--replace") && second.err.contains("not used yet"));
    assert!(!folder.path().join("second.txt").exists());
    let states = || -> Vec<String> {
        let list = run(&["invite", "list"]).json();
        let all = list.as_array().expect("list").iter();
        all.map(|one| one["state"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(states(), ["open"]);
    let replaced = new("second.txt", &["--replace"]);
    assert_eq!(replaced.code, 0, "{}", replaced.err);
    assert!(replaced.err.contains("is void"), "{}", replaced.err);
    let mut states = states();
    states.sort();
    assert_eq!(states, ["open", "revoked"]);
}
