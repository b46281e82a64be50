//! Copies of a hub's folder: made, looked through, put back, and refused where they are not whole.

use std::path::{Path, PathBuf};

use crate::support::{assert_private, city, district, hub, line, text};

const LONG: &str = "long enough a passphrase";
/// A file that stands for a key of sealed sums, and the beginning of that key's number.
const KEY: (&str, &str) = ("share-keys/1700000000000-0123abcd.key", "0123abcd");

struct Place {
    data: PathBuf,
    usb: PathBuf,
    passphrase: PathBuf,
}

/// A city's folder with a passphrase of backups and a place for them.
fn place(folder: &Path) -> Place {
    let (data, usb) = (city(folder), folder.join("usb"));
    std::fs::create_dir(&usb).expect("place");
    let passphrase = line(folder, "passphrase", LONG);
    let early = hub(&["backup", "create", "--data", text(&data), "--to", text(&usb)]);
    assert_eq!(early.failed(), (4, "BACKUP_NO_PASSPHRASE".to_owned()));
    choose(&data, &passphrase);
    Place { data, usb, passphrase }
}

fn choose(data: &Path, passphrase: &Path) {
    let args = ["backup", "passphrase", "--data", text(data), "--passphrase-file"];
    let ran = hub(&[args.as_slice(), &[text(passphrase)]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
}

fn create(place: &Place) -> PathBuf {
    let ran = hub(&["backup", "create", "--data", text(&place.data), "--to", text(&place.usb)]);
    assert_eq!(ran.code, 0, "{} {}", ran.out, ran.err);
    PathBuf::from(ran.json()["backup"].as_str().expect("path"))
}

fn restore(copy: &Path, data: &Path, rest: &[&str]) -> crate::support::Ran {
    let args = ["restore", text(copy), "--data", text(data)];
    hub(&[args.as_slice(), rest].concat())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("folder");
    let name = |one: std::io::Result<std::fs::DirEntry>| one.expect("entry").file_name();
    let mut names: Vec<String> =
        entries.map(|one| name(one).into_string().expect("name")).collect();
    names.sort();
    names
}

/// A copy is made, listed, put back for a test and for good; nothing of it lies readable, the key
/// that opens it and the issuing key are not in it, and nothing is left beside the store.
#[test]
fn a_copy_is_made_and_put_back() {
    let folder = tempfile::tempdir().expect("folder");
    let place = place(folder.path());
    let copy = create(&place);
    let made = names(&copy);
    assert!(made.iter().all(|name| name.ends_with(".sealed") || name == "backup.lock"));
    assert!(made.contains(&"hub.db.sealed".to_owned()));
    assert!(!made.contains(&"issuer.key.sealed".to_owned()));
    let bytes = std::fs::read(copy.join("hub.db.sealed")).expect("store");
    assert!(!bytes.windows(15).any(|part| part == b"SQLite format 3"));
    assert_private(&copy.join("hub.db.sealed"));
    for left in ["backup.part.db", "restore-test.part"] {
        assert!(!place.data.join(left).exists(), "{left}");
    }
    let listed = hub(&["backup", "list", "--data", text(&place.data), "--to", text(&place.usb)]);
    assert_eq!(listed.json()["copies"].as_array().expect("list").len(), 1);
    let secret = ["--passphrase-file", text(&place.passphrase)];
    let args = ["backup", "verify", text(&copy), "--data", text(&place.data)];
    let proven = hub(&[args.as_slice(), &secret].concat());
    assert_eq!(proven.code, 0, "{} {}", proven.out, proven.err);
    assert!(proven.json()["rows"].as_i64().expect("rows") > 0);
    let again = folder.path().join("again");
    let put = restore(&copy, &again, &secret);
    assert_eq!(put.code, 0, "{} {}", put.out, put.err);
    assert!(again.join("hub.db").exists() && again.join("hub.toml").exists());
    assert_private(&again.join("backup.key"));
    let steps = put.json()["steps"].to_string();
    assert!(steps.contains("old") && steps.contains("revoked") && steps.contains("start"));
    assert!(!names(folder.path()).iter().any(|name| name.ends_with(".part")));
}

/// A hub that certifies is told that its issuing key is not in the copy.
#[test]
fn the_issuing_key_is_put_beside_by_a_person() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let passphrase = line(folder.path(), "passphrase", LONG);
    choose(&data, &passphrase);
    let usb = folder.path().join("usb");
    std::fs::create_dir(&usb).expect("place");
    let copy = create(&Place { data, usb, passphrase: passphrase.clone() });
    let again = folder.path().join("again");
    let put = restore(&copy, &again, &["--passphrase-file", text(&passphrase)]);
    assert_eq!(put.code, 0, "{} {}", put.out, put.err);
    assert!(put.json()["steps"].to_string().contains("issuer"));
    assert!(again.join("issuer.pem").exists() && !again.join("issuer.key").exists());
}

/// Another passphrase, a cut file, a file that is missing, a folder that holds something, a place
/// that is not there: each says so, and nothing is left where it was to be put.
#[test]
fn what_is_not_whole_is_not_put_back() {
    let folder = tempfile::tempdir().expect("folder");
    let place = place(folder.path());
    let copy = create(&place);
    let again = folder.path().join("again");
    let secret = ["--passphrase-file", text(&place.passphrase)];
    let other = line(folder.path(), "other", "quite another passphrase");
    let refused = restore(&copy, &again, &["--passphrase-file", text(&other)]);
    assert_eq!(refused.failed(), (5, "BACKUP_KEY".to_owned()));
    let refused = restore(&copy, &place.data, &secret);
    assert_eq!(refused.failed(), (4, "NOT_EMPTY".to_owned()));
    let refused = restore(&folder.path().join("nowhere"), &again, &secret);
    assert_eq!(refused.failed(), (3, "BACKUP_NONE".to_owned()));
    let store = copy.join("hub.db.sealed");
    let whole = std::fs::read(&store).expect("store");
    std::fs::write(&store, &whole[..whole.len() - 1]).expect("cut");
    assert_eq!(restore(&copy, &again, &secret).failed(), (9, "BACKUP_BROKEN".to_owned()));
    std::fs::remove_file(&store).expect("removed");
    assert_eq!(restore(&copy, &again, &secret).failed(), (9, "BACKUP_BROKEN".to_owned()));
    assert!(!again.exists());
    let away = folder.path().join("away");
    let away = hub(&["backup", "create", "--data", text(&place.data), "--to", text(&away)]);
    assert_eq!(away.failed(), (3, "BACKUP_AWAY".to_owned()));
    assert_eq!(names(&place.usb).len(), 1, "no half copy");
}

/// What a killed command left half done is swept with the next copy.
#[test]
fn a_half_copy_is_swept() {
    let folder = tempfile::tempdir().expect("folder");
    let place = place(folder.path());
    let half = place.usb.join("xinqiao-hub-370200-2026-01-01-0200.part");
    std::fs::create_dir(&half).expect("half");
    std::fs::write(place.data.join("backup.part.db"), b"half").expect("half");
    create(&place);
    assert!(!half.exists() && !place.data.join("backup.part.db").exists());
}

/// A key that was destroyed since does not come back: where a person says so, and where the list
/// beside the copies does.
#[test]
fn a_destroyed_key_does_not_come_back() {
    let folder = tempfile::tempdir().expect("folder");
    let place = place(folder.path());
    let (file, number) = KEY;
    std::fs::create_dir(place.data.join("share-keys")).expect("folder");
    std::fs::write(place.data.join(file), b"key").expect("key");
    let copy = create(&place);
    let secret = ["--passphrase-file", text(&place.passphrase)];
    let at = |name: &str| folder.path().join(name);
    let with = restore(&copy, &at("with"), &secret);
    assert_eq!(with.code, 0, "{}", with.err);
    assert!(at("with").join(file).exists(), "nobody said that it was destroyed");
    let short = restore(&copy, &at("short"), &[&secret[..], &["--destroyed", "01"]].concat());
    assert_eq!(short.failed(), (2, "KEY_NUMBER".to_owned()));
    let said = restore(&copy, &at("said"), &[&secret[..], &["--destroyed", number]].concat());
    assert!(!at("said").join(file).exists(), "{}", said.err);
    assert_eq!(said.json()["without"].as_array().expect("list").len(), 1);
    line(&place.usb, "xinqiao-hub-370200-destroyed.txt", number);
    let listed = restore(&copy, &at("listed"), &secret);
    assert!(listed.code == 0 && !at("listed").join(file).exists(), "{}", listed.err);
}
