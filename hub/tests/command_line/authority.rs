//! Passphrases of root keys and pack keys.

use std::path::Path;

use crate::support::{Ran, assert_private, ca, line, text};

fn init(dir: &Path, extra: &[&str]) -> Ran {
    let args = ["init", "--commission", "education", "--zone", "qd.example", "--dir", text(dir)];
    ca(&[args.as_slice(), extra].concat())
}

/// Without a passphrase and without somebody to ask there is no root; a short one is refused.
#[test]
fn a_root_without_a_passphrase_is_made_by_its_dangerous_name_only() {
    let folder = tempfile::tempdir().expect("folder");
    let dir = folder.path().join("root");
    let short = line(folder.path(), "short", "too short");
    for extra in [[].as_slice(), &["--no-input"]] {
        let ran = init(&dir, extra);
        assert_eq!(ran.failed(), (2, "INPUT_NEEDED".to_owned()), "{}", ran.err);
        assert!(ran.err.contains("--passphrase-file"), "{}", ran.err);
    }
    let ran = init(&dir, &["--passphrase-file", text(&short)]);
    assert_eq!(ran.failed(), (5, "PASSPHRASE_LENGTH".to_owned()));
    assert!(!dir.exists());
    let ran = init(&dir, &["--danger-no-passphrase"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("DANGER"), "{}", ran.err);
    let key = std::fs::read_to_string(dir.join("root.key")).expect("key");
    assert!(key.contains("BEGIN PRIVATE KEY"));
}

/// A root and a pack key under passphrases: files that hold no plain key, refusals that write
/// nothing, and a change of the passphrase that keeps the key.
#[test]
fn keys_open_with_their_own_passphrase() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let (dir, pack) = (at("root"), at("pack.pem"));
    let word = line(folder.path(), "word", "correct horse battery");
    let wrong = line(folder.path(), "wrong", "another horse battery");
    let (word, wrong) = (text(&word), text(&wrong));
    assert_eq!(init(&dir, &["--passphrase-file", word]).code, 0);
    assert_private(&dir.join("root.key"));
    let make = |root: &str, new: &str| {
        let args = ["pack-key", "--dir", text(&dir), "--out", text(&pack)];
        let words = ["--passphrase-file", root, "--new-passphrase-file", new];
        ca(&[args.as_slice(), &words].concat())
    };
    assert_eq!(make(wrong, word).failed(), (5, "PASSPHRASE".to_owned()));
    assert_eq!(make("-", "-").failed(), (2, "STDIN_TWICE".to_owned()));
    assert!(!pack.exists());
    assert_eq!(make(word, wrong).code, 0);
    assert_eq!(make(word, wrong).failed(), (4, "EXISTS".to_owned()));
    assert_private(&pack);
    let content = std::fs::read_to_string(&pack).expect("pack key");
    assert!(!content.contains("PRIVATE KEY") && content.contains("CERTIFICATE"), "{content}");
    let change = |old: &str, new: &str| {
        let words = ["--passphrase-file", old, "--new-passphrase-file", new];
        ca(&[["passphrase", "--key", text(&pack)].as_slice(), &words].concat())
    };
    assert_eq!(change(word, word).failed(), (5, "PASSPHRASE".to_owned()));
    // A commission that rolled its root over keeps the older certificate behind the new one.
    let certificate = std::fs::read_to_string(dir.join("root.pem")).expect("certificate");
    let longer = format!("{content}note\n{certificate}");
    std::fs::write(&pack, &longer).expect("pack key");
    assert_eq!(change(wrong, word).code, 0);
    let changed = std::fs::read_to_string(&pack).expect("pack key");
    let rest =
        |text: &str| text.split_once("-----END XINQIAO PROTECTED KEY-----").map(|p| p.1.to_owned());
    assert_eq!(rest(&changed), rest(&longer));
    let root_key = |extra: &[&str]| {
        let words = ["--passphrase-file", word, "--new-passphrase-file", word];
        ca(&[["passphrase"].as_slice(), extra, &words].concat())
    };
    assert_eq!(root_key(&["--dir", text(&dir)]).code, 0);
    assert_eq!(root_key(&["--key", text(&dir.join("root.key"))]).failed().1, "PASSPHRASE");
    assert_eq!(root_key(&[]).code, 2);
    let calendar = proto::pack::embedded::find(proto::pack::PackKind::Calendar, "calendar");
    std::fs::write(at("calendar.txt"), calendar.expect("embedded").bytes).expect("pack");
    let (plain, signed) = (at("calendar.txt"), at("calendar.pack"));
    let sign = |with: &str| {
        let about = ["sign-pack", "--key", text(&pack), "--kind", "calendar", "--name", "calendar"];
        let version = ["--serial", "1", "--version-name", "1", "--effective-from", "2025-09-01"];
        let files = [text(&plain), "--out", text(&signed), "--passphrase-file", with];
        ca(&[about.as_slice(), &version, &files].concat())
    };
    assert_eq!(sign(wrong).failed(), (5, "PASSPHRASE".to_owned()));
    assert!(!signed.exists());
    let ran = sign(word);
    assert_eq!((ran.code, &ran.json()["signatures"]), (0, &1.into()), "{}", ran.err);
}

/// Two key files look alike: one of the other kind is named before its passphrase is called wrong,
/// and `show` tells them apart; who signs a statement twice is told so.
#[test]
fn a_key_of_the_other_kind_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let (dir, packs, statements) = (at("root"), at("packs.key"), at("statements.key"));
    let word = line(folder.path(), "word", "correct horse battery");
    assert_eq!(init(&dir, &["--danger-no-passphrase"]).code, 0);
    for (command, key) in [("pack-key", &packs), ("statement-key", &statements)] {
        let args = [command, "--dir", text(&dir), "--out", text(key)];
        let ran = ca(&[args.as_slice(), &["--new-passphrase-file", text(&word)]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    for (key, signs) in [(&packs, "packs"), (&statements, "statements")] {
        let shown = ca(&["show", text(key)]).json();
        assert_eq!((&shown["key_for"], &shown["commission"]), (&signs.into(), &"education".into()));
    }
    let (root, request, out) = (dir.join("root.pem"), at("request"), at("out"));
    let own = certs::key::SigningKey::generate().expect("key");
    let asked = certs::statement::KeyRequest {
        zone: "qd.example".parse().expect("zone"),
        unit: "MZJ".parse().expect("unit"),
        name: "市民政局".to_owned(),
        purpose: certs::statement::Purpose::ListSender,
        key: certs::statement::StatedKey::Signer(own.public().clone()),
    };
    let asked = asked.sign(&own, Vec::new()).expect("sign");
    std::fs::write(&request, asked.to_pem()).expect("write");
    let state = |key: &Path, more: &[&str]| {
        let args =
            ["sign-statement", "--yes", "--key", text(key), "--passphrase-file", text(&word)];
        ca(&[args.as_slice(), &["--root", text(&root)], more].concat())
    };
    let refused = state(&packs, &[text(&request), "--out", text(&out)]);
    assert_eq!(refused.failed(), (4, "OTHER_KEY".to_owned()), "{}", refused.err);
    assert!(refused.err.contains("is a key for packs"), "{}", refused.err);
    let about =
        ["sign-pack", "--add", "--key", text(&statements), "--passphrase-file", text(&word)];
    let refused = ca(&[about.as_slice(), &[text(&request), "--out", text(&out)]].concat());
    assert_eq!(refused.failed(), (4, "OTHER_KEY".to_owned()), "{}", refused.err);
    let words = ["--passphrase-file", text(&word), "--new-passphrase-file", text(&word)];
    let changed = ca(&[["passphrase", "--key", text(&statements)].as_slice(), &words].concat());
    assert_eq!(changed.failed(), (4, "OTHER_KEY".to_owned()));
    assert!(!out.exists());
    let ran = state(&statements, &[text(&request), "--out", text(&out)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let other = at("health");
    let args = ["init", "--commission", "health", "--zone", "qd.example", "--dir", text(&other)];
    assert_eq!(ca(&[args.as_slice(), &["--danger-no-passphrase"]].concat()).code, 0);
    let health = other.join("root.pem");
    let (twice, add) = (at("twice"), ["--root", text(&health), "--add", text(&out)]);
    let ran = state(&statements, &[add.as_slice(), &["--out", text(&twice)]].concat());
    assert_eq!(ran.failed(), (4, "OWN_STATEMENT".to_owned()), "{}", ran.err);
    assert!(!twice.exists());
}
