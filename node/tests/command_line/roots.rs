//! The second commission's root at a school that joined under one: pinned by two persons with a
//! letter, and never by a message.

use std::path::{Path, PathBuf};

use certs::key::SigningKey;
use certs::root::{Commission, RootAuthority, RootCertificate};
use jiff::Timestamp;

use crate::support::{Folder, Ran, text};

const ZONE: &str = "qingdao.example";

fn root(commission: Commission, zone: &str) -> RootAuthority {
    let key = SigningKey::generate().expect("key");
    let zone = zone.parse().expect("zone");
    RootAuthority::create(commission, &zone, key, Timestamp::now()).expect("root")
}

fn letter(folder: &Folder, name: &str, root: &RootAuthority) -> PathBuf {
    folder.file(name, root.certificate().to_pem())
}

fn add(folder: &Folder, pem: &Path, more: &[&str]) -> Ran {
    folder.run(&[&["root", "add", text(pem)], more].concat())
}

fn commissions(listed: &Ran) -> Vec<String> {
    let listed = listed.json();
    let all = listed.as_array().expect("roots").iter();
    all.map(|root| root["commission"].as_str().unwrap_or_default().to_owned()).collect()
}

fn pinned(folder: &Folder) -> Vec<RootCertificate> {
    node::join::read_roots(&folder.data().join("roots")).expect("roots")
}

/// A school under education's root takes health's when two persons compared the fingerprint, once.
/// Another city's, a second one of education's, a file that is none, and one that nobody compared
/// are refused with a code each and leave what is pinned.
#[test]
fn a_second_root_is_added_by_two_persons_alone() {
    let folder = Folder::joined(&[]);
    let before = pinned(&folder);
    assert_eq!(commissions(&folder.run(&["root", "list"])), ["education"]);
    let said = folder.run_in("zh", &["root", "list"]);
    assert!(said.out.contains("本市目前只有一个根证书"), "{}", said.out);
    let compared: &[&str] = &["--roots-compared"];
    let health = root(Commission::Health, ZONE);
    let health_pem = letter(&folder, "health.pem", &health);
    for (pem, more, expected) in [
        (
            letter(&folder, "foreign.pem", &root(Commission::Health, "yantai.example")),
            compared,
            (5, "OTHER_ZONE"),
        ),
        (
            letter(&folder, "rival.pem", &root(Commission::Education, ZONE)),
            compared,
            (4, "ONE_COMMISSION"),
        ),
        (folder.file("none.pem", "no certificate"), compared, (7, "FILE_INVALID")),
        (health_pem.clone(), &[], (2, "INPUT_NEEDED")),
    ] {
        let refused = add(&folder, &pem, more);
        assert_eq!((refused.code, refused.error().as_str()), expected, "{}", refused.err);
        assert_eq!(pinned(&folder), before, "{expected:?} pins nothing");
    }
    // What is to be compared is on the screen before anybody is asked.
    let asked = add(&folder, &health_pem, &[]);
    let digest = health.certificate().digest();
    let words = certs::words::english(&digest, certs::words::Length::Full);
    assert!(asked.err.contains(&words) && asked.err.contains("--roots-compared"), "{}", asked.err);

    let added = add(&folder, &health_pem, compared);
    assert_eq!(added.code, 0, "{}", added.err);
    assert_eq!(commissions(&added), ["education", "health"]);
    assert!(added.err.contains("started again"), "{}", added.err);
    let both = pinned(&folder);
    assert_eq!((both.len(), &both[0]), (2, &before[0]), "the first one stays");
    assert_eq!(both[1].digest(), digest);
    let again = add(&folder, &health_pem, &[]);
    assert_eq!(again.code, 0, "a root that is there already needs no word: {}", again.err);
    let third = letter(&folder, "third.pem", &root(Commission::Health, ZONE));
    let refused = add(&folder, &third, compared);
    assert_eq!((refused.code, refused.error().as_str()), (4, "ONE_COMMISSION"));
    assert_eq!(pinned(&folder), both);
}

/// A school that has not joined has no city whose second root it could be.
#[test]
fn a_school_that_has_not_joined_pins_nothing() {
    let folder = Folder::new(&[]);
    let pem = letter(&folder, "health.pem", &root(Commission::Health, ZONE));
    let refused = add(&folder, &pem, &["--roots-compared"]);
    assert_ne!(refused.code, 0, "{}", refused.out);
    assert!(pinned(&folder).is_empty());
}

/// Whoever says at a terminal that a word differs pins nothing, and is told whom to call.
#[cfg(target_os = "linux")]
#[test]
fn a_root_that_was_not_confirmed_is_not_pinned() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let folder = Folder::joined(&[]);
    let before = pinned(&folder);
    let pem = letter(&folder, "health.pem", &root(Commission::Health, ZONE));
    // A terminal of its own: a question is put to a person only.
    let answered = |answer: &str| {
        let (program, data) = (env!("CARGO_BIN_EXE_xinqiao-node"), folder.data());
        let line = format!("{program} root add {} --data {} --lang en", text(&pem), text(&data));
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
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("not confirmed") && said.contains("Call the commission"), "{said}");
    assert_eq!(pinned(&folder), before);
    let (code, said) = answered("yes");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(pinned(&folder).len(), 2);
}
