//! Keys of programs that read statistics.

use crate::support::{assert_private, city, hub, text};

/// A key is shown once, is listed without its secret, and is revoked for good.
#[test]
fn a_key_is_shown_once_and_revoked_for_good() {
    let folder = tempfile::tempdir().expect("folder");
    let data = city(folder.path());
    let run = |args: &[&str]| hub(&[args, &["--data", text(&data)]].concat());
    let made = run(&["api-key", "new", "--label", "看板"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let (id, key) = (made.json()["id"].clone(), made.json()["key"].clone());
    let (id, key) = (id.as_str().expect("id"), key.as_str().expect("key"));
    assert!(key.starts_with(&format!("xqk_{id}_")), "{key}");
    let list = run(&["api-key", "list"]);
    assert_eq!((&list.json()[0]["id"], &list.json()[0]["label"]), (&id.into(), &"看板".into()));
    assert!(!list.out.contains(key) && list.json()[0]["revoked"].is_null());
    assert_eq!(run(&["api-key", "revoke", id]).json()["revoked"], true);
    assert_eq!(run(&["api-key", "revoke", id]).json()["revoked"], false);
    assert!(run(&["api-key", "list"]).json()[0]["revoked"].is_string());
    let unknown = run(&["api-key", "revoke", "abcdef"]);
    assert_eq!(unknown.failed(), (3, "API_KEY_UNKNOWN".to_owned()));
}

/// A key goes into a new private file and nowhere else; no file, no key.
#[test]
fn a_key_goes_into_a_new_private_file() {
    let folder = tempfile::tempdir().expect("folder");
    let (data, out) = (city(folder.path()), folder.path().join("key.txt"));
    let run = |args: &[&str]| hub(&[args, &["--data", text(&data)]].concat());
    let made = run(&["api-key", "new", "--label", "BI", "--out", text(&out)]);
    assert_eq!(made.code, 0, "{}", made.err);
    let key = std::fs::read_to_string(&out).expect("key");
    assert!(key.starts_with("xqk_") && !made.out.contains(key.trim()));
    assert!(!made.err.contains(key.trim()));
    assert_private(&out);
    let again = run(&["api-key", "new", "--label", "BI", "--out", text(&out)]);
    assert_eq!(again.failed(), (4, "FILE_EXISTS".to_owned()));
    let nowhere = folder.path().join("no/such/folder");
    let lost = run(&["api-key", "new", "--label", "BI", "--out", text(&nowhere)]);
    assert_eq!(lost.failed(), (1, "FILE_UNWRITABLE".to_owned()));
    let unnamed = run(&["api-key", "new", "--label", " "]);
    assert_eq!(unnamed.failed(), (2, "LABEL".to_owned()));
    assert_eq!(run(&["api-key", "list"]).json().as_array().map(Vec::len), Some(1));
}
