//! Accounts: roles of a school, whose they are, and that a locked one is nobody.

use crate::support::{Folder, text};

/// A role of a hub, an unknown role, an unknown person and a teacher without a staff number are
/// refused, and no account is made.
#[test]
fn an_account_has_a_role_of_a_school() {
    let folder = Folder::joined(&[]);
    let file = folder.file("password", "a long password\n");
    let add = |role: &str, more: &[&str]| {
        let mut args = vec!["user", "add", "li", "--role", role, "--password-file", text(&file)];
        args.extend(more);
        folder.run(&args)
    };
    for (role, more, code, error) in [
        ("analyst", &[][..], 2, "ROLE"),
        ("king", &[][..], 2, "ACCOUNT"),
        ("mentor", &[][..], 2, "STAFF_NEEDED"),
        ("mentor", &["--staff", "T009"][..], 3, "STAFF_UNKNOWN"),
    ] {
        let ran = add(role, more);
        assert_eq!((ran.code, ran.error().as_str()), (code, error), "{}", ran.err);
        assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    }
    let accounts = folder.run(&["user", "list"]).json()["accounts"].clone();
    assert_eq!(accounts.as_array().map(Vec::len), Some(0));
}

/// A password that was given at the terminal opens nothing before its person has replaced it, once
/// with the right one and with another one.
#[test]
fn a_given_password_is_replaced_first() {
    let folder = Folder::joined(&[]);
    let [first, new] = [("first", "a first password\n"), ("password", "a long password\n")]
        .map(|(name, text)| folder.file(name, text));
    let add = ["user", "add", "li", "--role", "counsellor", "--password-file", text(&first)];
    assert_eq!(folder.run(&add).code, 0);
    let report = folder.path("danger_report.csv");
    let act = |password: &std::path::Path| {
        let act = ["danger-local-report", "--out", text(&report), "--as", "li"];
        folder.run(&[&act[..], &["--password-file", text(password)]].concat())
    };
    let ran = act(&first);
    assert_eq!((ran.code, ran.error().as_str()), (4, "PASSWORD_REPLACE"), "{}", ran.err);
    let replace = |old: &std::path::Path, new: &std::path::Path| {
        let files = ["--password-file", text(old), "--new-password-file", text(new)];
        folder.run(&[&["user", "password", "li"][..], &files].concat())
    };
    assert_eq!(replace(&first, &first).error(), "ACCOUNT", "the same again");
    assert_eq!(replace(&new, &first).error(), "SIGN_IN", "not the old one");
    assert_eq!(replace(&first, &new).code, 0);
    assert_eq!(act(&new).code, 0);
    assert_eq!(act(&first).error(), "SIGN_IN");
}

/// Role and lock of an account follow at once, and the list says who changed it.
#[test]
fn a_locked_account_acts_no_more() {
    let folder = Folder::joined(&[]);
    folder.account("li", "counsellor", &[]);
    let report = folder.path("danger_report.csv");
    let act = || folder.run_as("li", &["danger-local-report", "--out", text(&report)]);
    assert_eq!(act().code, 0);
    assert_eq!(folder.run(&["user", "role", "li", "operator"]).code, 0);
    let ran = act();
    assert_eq!((ran.code, ran.error().as_str()), (4, "ROLE_REFUSED"), "{}", ran.err);
    assert_eq!(folder.run(&["user", "role", "li", "counsellor"]).code, 0);
    assert_eq!(folder.run(&["user", "lock", "li"]).code, 0);
    let ran = act();
    assert_eq!((ran.code, ran.error().as_str()), (5, "SIGN_IN"), "{}", ran.err);
    let line = folder.run(&["user", "list"]).json()["accounts"][0].clone();
    assert_eq!((line["locked"].as_bool(), line["role"].as_str()), (Some(true), Some("counsellor")));
    assert!(line["changed_by"].is_string());
    assert_eq!(folder.run(&["user", "lock", "li", "--unlock"]).code, 0);
    assert_eq!(act().code, 0);
    let ran = folder.run(&["user", "lock", "wang"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "ACCOUNT_UNKNOWN"));
}

/// Once the school has had a head the terminal lets nobody in who reads or signs: it asks, and
/// until a head agrees there is no such account, no other role, no other password and no factor
/// less. School IT and the auditor are still its own to make.
#[test]
fn the_terminal_asks_a_head() {
    let folder = Folder::joined(&[]);
    folder.account("it", "operator", &[]);
    folder.account("li", "counsellor", &[]);
    folder.account("head", "moral-head", &[]);
    let file = folder.file("another", "another long password\n");
    let add = |login: &str, role: &str, more: &[&str]| {
        let mut args = vec!["user", "add", login, "--role", role, "--password-file", text(&file)];
        args.extend(more);
        folder.run(&args)
    };
    let asked = add("ghost", "counsellor", &[]).json();
    assert!(asked["waits_for_head"].as_bool() == Some(true) && asked["first_half"].is_string());
    assert!(asked["alone_from_ms"].is_null(), "no counsellor comes in by waiting");
    let again = add("ghost", "counsellor", &[]);
    assert_eq!((again.code, again.error().as_str()), (4, "DOUBLE"));
    let second = add("boss", "principal", &[]).json();
    assert!(second["alone_from_ms"].is_i64());
    let raised = folder.run(&["user", "role", "it", "counsellor"]).json();
    assert!(raised["waits_for_head"].as_bool() == Some(true) && raised["first_half"].is_null());
    let fallen = folder.run(&["user", "role", "head", "operator"]).json();
    assert_eq!(fallen["waits_for_head"].as_bool(), Some(true), "nor is the head sent away");
    assert_eq!(add("li", "counsellor", &[]).error(), "REASON");
    let opened = add("li", "counsellor", &["--reason", "forgotten"]).json();
    assert!(opened["first_half"].is_string(), "a new password for a reader");
    assert!(add("watch", "auditor", &[]).json()["waits_for_head"].is_null());
    let lines = folder.run(&["user", "list"]).json()["accounts"].clone();
    let lines = lines.as_array().expect("accounts").clone();
    let seen = lines.iter().map(|line| (line["login"].as_str(), line["role"].as_str()));
    let expected = [("head", "moral-head"), ("it", "operator"), ("li", "counsellor")];
    let expected = expected.into_iter().chain([("watch", "auditor")]);
    assert!(seen.eq(expected.map(|(login, role)| (Some(login), Some(role)))), "{lines:?}");
    let early = folder.run(&["user", "unanswered", "boss"]);
    assert_eq!((early.code, early.error().as_str()), (4, "EARLY"), "{}", early.err);
    assert_eq!(folder.run(&["user", "unanswered", "ghost"]).error(), "HEADS_ONLY");
    assert_eq!(folder.run(&["user", "unanswered", "nobody"]).error(), "NOT_WAITING");
}
