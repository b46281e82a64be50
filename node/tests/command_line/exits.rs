//! Usage, configuration and passphrases.

use crate::support::{Folder, run, text};

/// A command without a folder, or with one that holds no node, says so and does nothing.
#[test]
fn a_missing_folder_or_node_is_told_apart() {
    let ran = run(&["status", "--json"]);
    assert_eq!((ran.code, ran.error().as_str()), (2, "DATA_FOLDER"));
    let folder = tempfile::tempdir().expect("folder");
    let ran = run(&["status", "--json", "--data", text(folder.path())]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "NO_NODE"));
    let ran = run(&["import", "roster"]);
    assert_eq!(ran.code, 2);
}

/// A misspelt setting stops every command and names the one that was meant.
#[test]
fn a_misspelt_setting_stops_every_command() {
    let folder = Folder::new(&[]);
    let path = folder.data().join("node.toml");
    let old = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, format!("{old}\ndanger_demo_scale = true\n")).expect("write");
    for command in [["status"].as_slice(), &["config", "check"], &["release", "list"]] {
        let ran = folder.run(command);
        assert_eq!((ran.code, ran.error().as_str()), (2, "CONFIG"), "{command:?}");
        assert!(ran.err.contains("did you mean danger_demo_scales?"), "{}", ran.err);
    }
}

/// `config show` says where each value comes from.
#[test]
fn settings_are_shown_with_their_origin() {
    let folder = Folder::new(&["--name-zh", "示例中学"]);
    let ran = folder.run(&["config", "show", "--origin"]);
    let settings = ran.json()["settings"].clone();
    let find = |key: &str| {
        let found = settings.as_array().expect("list").iter().find(|one| one["key"] == key);
        found.expect("key")["origin"].as_str().expect("origin").to_owned()
    };
    assert!(find("name_zh").starts_with("file "));
    assert_eq!(find("console"), "default");
}

/// A file that `--config` names is the only one: the folder's is not read beside it.
#[test]
fn a_file_that_is_named_is_the_only_one() {
    let folder = Folder::new(&["--name-zh", "示例中学"]);
    let own = folder.data().join("node.toml");
    let kept = std::fs::read_to_string(&own).expect("read");
    let other = folder.file("elsewhere.toml", kept.replace("示例中学", "另一中学"));
    std::fs::write(&own, "not = \"read\"\n").expect("write");
    let ran = folder.run(&["config", "show", "--origin", "--config", text(&other)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let settings = ran.json()["settings"].clone();
    let mut settings = settings.as_array().expect("list").iter();
    let name = settings.find(|one| one["key"] == "name_zh").expect("name");
    assert_eq!(name["value"], "另一中学");
    assert!(name["origin"].as_str().is_some_and(|from| from.ends_with("elsewhere.toml")), "{name}");
    assert_eq!(folder.run(&["config", "show"]).error(), "CONFIG");
}

/// A second `init` touches nothing; one that cannot show the recovery sheet makes nothing.
#[test]
fn init_never_overwrites_and_never_loses_the_sheet() {
    let folder = Folder::new(&[]);
    let (data, sheet) = (folder.data(), folder.path("second.txt"));
    let ran = folder.run(&["init", "--recovery-sheet", text(&sheet)]);
    assert_eq!((ran.code, ran.error().as_str()), (4, "FOLDER_IN_USE"));
    assert!(!sheet.exists() && data.join("ledger.db").exists());
    let other = folder.path("other");
    let ran = run(&["init", "--json", "--data", text(&other)]);
    assert_eq!((ran.code, ran.error().as_str()), (2, "RECOVERY_SHEET"));
    assert!(!other.exists());
    let bad = ["init", "--json", "--data", text(&other), "--recovery-sheet", text(&sheet)];
    let ran = run(&[bad.as_slice(), &["--school-type", "college"]].concat());
    assert_eq!((ran.code, ran.error().as_str()), (2, "CONFIG"));
    assert!(!other.exists() && !sheet.exists());
}

/// A wrong passphrase opens nothing; the recovery sheet gives a new one.
#[test]
fn a_passphrase_opens_and_the_sheet_replaces_it() {
    let root = tempfile::tempdir().expect("folder");
    let file = |name: &str, content: &str| {
        let path = root.path().join(name);
        std::fs::write(&path, content).expect("write");
        path
    };
    let (right, wrong) = (file("right", "correct horse battery\n"), file("wrong", "no no no no\n"));
    let (data, sheet) = (root.path().join("data"), root.path().join("sheet.txt"));
    let on = |args: &[&str], passphrase: &std::path::Path| {
        let place = ["--json", "--data", text(&data), "--passphrase-file", text(passphrase)];
        run(&[place.as_slice(), args].concat())
    };
    let made = ["init", "--recovery-sheet", text(&sheet), "--name-zh", "实验中学"];
    let made = on(&made, &right);
    assert_eq!(made.code, 0, "{}", made.err);
    assert!(!made.out.contains("correct horse"));
    let printed = std::fs::read_to_string(&sheet).expect("sheet");
    for said in ["School: 实验中学", "Unit id:", "Date: 20", text(&data), "safe"] {
        assert!(printed.contains(said), "{said}: {printed}");
    }
    assert_eq!(on(&["user", "list"], &right).code, 0);
    let ran = on(&["user", "list"], &wrong);
    assert_eq!((ran.code, ran.error().as_str()), (5, "PASSPHRASE_WRONG"));
    assert!(ran.err.contains("not opened and not changed"), "{}", ran.err);
    let nobody = run(&["user", "list", "--json", "--data", text(&data)]);
    assert_eq!((nobody.code, nobody.error().as_str()), (2, "INPUT_NEEDED"));
    let change = ["passphrase", "change", "--new-passphrase-file"];
    let short = file("short", "short\n");
    let ran = on(&[change.as_slice(), &[text(&short)]].concat(), &right);
    assert_eq!((ran.code, ran.error().as_str()), (2, "PASSPHRASE_RULE"));
    let new = file("new", "another long passphrase\n");
    let by_sheet = [change.as_slice(), &[text(&new), "--recovery-sheet", text(&sheet)]].concat();
    let ran = on(&by_sheet, &wrong);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(on(&["user", "list"], &new).code, 0);
    assert_eq!(on(&["user", "list"], &right).code, 5);
}

/// Accounts of the web page are made with a password from a file, and never shown.
#[test]
fn accounts_are_made_from_a_password_file() {
    let folder = Folder::new(&[]);
    let file = folder.file("password", "a long enough word\n");
    let add = ["user", "add", "zhao.chu", "--role", "principal", "--password-file", text(&file)];
    let ran = folder.run(&add);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(folder.run(&["user", "list"]).json()["accounts"][0]["login"], "zhao.chu");
    let ran = folder.run(&["user", "add", "x", "--role", "king", "--password-file", text(&file)]);
    assert_eq!((ran.code, ran.error().as_str()), (2, "ACCOUNT"));
}
