//! Accounts of a hub's console.

use crate::support::{Ran, district, hub, line, said, text};

/// An account is taken over by nobody who does not say so, its role and state are listed, and who
/// left is locked.
#[test]
fn an_account_is_made_once_listed_and_locked() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let data = text(&data);
    let word = line(folder.path(), "word", "correct horse battery");
    let add = |role: &str, more: &[&str]| -> Ran {
        let args =
            ["user", "add", "--data", data, "--login", "zhao", "--name", "赵", "--role", role];
        hub(&[args.as_slice(), &["--password-file", text(&word)], more].concat())
    };
    let list = || hub(&["user", "list", "--data", data]).json()[0].clone();
    assert!(said("zh", &["user", "list", "--data", data]).out.contains("还没有账号"));
    let ran = add("x", &[]);
    assert_eq!(ran.failed(), (2, "ROLE".to_owned()));
    assert!(ran.err.contains("operator, analyst and auditor"), "{}", ran.err);
    assert_eq!(add("operator", &[]).code, 0);
    let ran = add("analyst", &[]);
    assert_eq!(ran.failed(), (4, "ACCOUNT_EXISTS".to_owned()), "{}", ran.err);
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    assert_eq!((&list()["role"], &list()["locked"]), (&"operator".into(), &false.into()));
    assert_eq!((&list()["second_factor"], &list()["name"]), (&false.into(), &"赵".into()));
    assert_eq!(add("analyst", &["--replace"]).code, 0);
    assert_eq!(list()["role"], "analyst");
    let lock = ["user", "lock", "--data", data, "--login", "zhao"];
    assert_eq!(hub(&lock).code, 0);
    assert_eq!(list()["locked"], true);
    assert!(said("zh", &["user", "list", "--data", data]).out.contains("已停用"));
    assert_eq!(hub(&[lock.as_slice(), &["--unlock"]].concat()).code, 0);
    assert_eq!(list()["locked"], false);
    let nobody = ["user", "lock", "--data", data, "--login", "qian"];
    assert_eq!(hub(&nobody).failed(), (3, "NO_ACCOUNT".to_owned()));
}
