//! The second commission's root, pinned at a hub that runs under one: by its operator, against the
//! letter, and never by a message.

use std::path::{Path, PathBuf};

use crate::helper::roots;
use crate::support::{Ran, ca, district, hub, text};

/// The root of a commission in a zone, in a folder of this name.
fn root(folder: &Path, name: &str, (commission, zone): (&str, &str)) -> PathBuf {
    let dir = folder.join(name);
    let args = ["init", "--commission", commission, "--zone", zone, "--dir", text(&dir)];
    let made = ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    dir.join("root.pem")
}

/// What lies in the folder of pinned roots, by name.
fn pinned(data: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(data.join("roots")).expect("roots");
    let file = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("entry").path();
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        (name, std::fs::read(&path).expect("root"))
    };
    let mut files: Vec<_> = entries.map(file).collect();
    files.sort();
    files
}

fn commissions(listed: &Ran) -> Vec<String> {
    let listed = listed.json();
    let all = listed.as_array().expect("roots").iter();
    all.map(|root| root["commission"].as_str().unwrap_or_default().to_owned()).collect()
}

/// A district that stands under education's root takes health's when its operator confirms the
/// fingerprint, once. Another city's, a second one of education's and, later, a third one are
/// refused with a code each, and so is one that nobody confirmed; each leaves what is pinned.
#[test]
fn a_second_root_is_added_by_an_operator_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let before = pinned(&data);
    let add = |pem: &Path, more: &[&str]| {
        hub(&[&["root", "add", text(pem), "--data", text(&data)], more].concat())
    };
    let list = || hub(&["root", "list", "--data", text(&data)]);
    assert_eq!(commissions(&list()), ["education"]);
    let foreign = root(folder.path(), "foreign", ("health", "yt.example"));
    assert_eq!(add(&foreign, &["--yes"]).failed(), (5, "OTHER_ZONE".to_owned()));
    let rival = root(folder.path(), "rival", ("education", "qd.example"));
    let refused = add(&rival, &["--yes"]);
    assert_eq!(refused.failed(), (4, "ONE_COMMISSION".to_owned()));
    assert!(refused.err.contains("own ceremony"), "{}", refused.err);
    let health = root(folder.path(), "health", ("health", "qd.example"));
    let asked = add(&health, &[]);
    assert_eq!(asked.failed(), (2, "INPUT_NEEDED".to_owned()), "nobody compared it");
    let letter = ca(&["show", text(&health)]).json();
    let words = letter["words_en"].as_str().expect("sixteen words");
    assert!(asked.err.contains(words) && asked.err.contains("--yes"), "{}", asked.err);
    assert_eq!(pinned(&data), before, "no refusal pins anything");
    assert_eq!(commissions(&list()), ["education"]);

    let added = add(&health, &["--yes"]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert_eq!(commissions(&added), ["education", "health"]);
    assert_eq!(commissions(&list()), ["education", "health"]);
    let both = pinned(&data);
    let names: Vec<&str> = both.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["education.pem", "health.pem"]);
    assert_eq!(both[0], before[0], "the first one stays");
    let again = add(&health, &[]);
    assert_eq!(again.code, 0, "a root that is there already needs no word: {}", again.err);
    assert!(again.err.contains("already"), "{}", again.err);
    let third = root(folder.path(), "third", ("health", "qd.example"));
    assert_eq!(add(&third, &["--yes"]).failed(), (4, "TWO_ROOTS".to_owned()));
    assert_eq!(add(&foreign, &["--yes"]).failed(), (5, "OTHER_ZONE".to_owned()));
    assert_eq!(pinned(&data), both);
}

/// Whoever says at a terminal that the fingerprints differ pins nothing, and is told whom to call.
#[cfg(target_os = "linux")]
#[test]
fn a_root_that_was_not_confirmed_is_not_pinned() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let before = pinned(&data);
    let [_, health] = roots(folder.path());
    // A terminal of its own: a question is put to a person only.
    let answered = |answer: &str| {
        let program = env!("CARGO_BIN_EXE_xinqiao-hub");
        let (pem, data) = (health.join("root.pem"), text(&data));
        let line = format!("{program} root add {} --data {data} --lang en", pem.display());
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a terminal");
        let mut typed = child.stdin.take().expect("keyboard");
        writeln!(typed, "{answer}").expect("typed");
        let ended = child.wait_with_output().expect("ended");
        drop(typed);
        (ended.status.code(), String::from_utf8_lossy(&ended.stdout).into_owned())
    };
    let (code, said) = answered("no");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("not confirmed") && said.contains("Call the commission"), "{said}");
    assert_eq!(pinned(&data), before);
    let (code, said) = answered("yes");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(pinned(&data).len(), 2);
}
