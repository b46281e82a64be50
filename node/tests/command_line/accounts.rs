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
