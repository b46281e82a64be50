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

/// What `doctor` says of a check.
fn state(data: &Path, check: &str) -> String {
    let value = hub(&["doctor", "--data", text(data)]).json();
    let mut checks = value["checks"].as_array().expect("checks").iter();
    let found = checks.find(|one| one["check"] == check);
    found.and_then(|one| one["state"].as_str()).unwrap_or("absent").to_owned()
}

/// `doctor` asks for a plan, a copy and a test by the passphrase, in this order, and is silent once
/// all are there; a copy that is found damaged is a problem until another test holds.
#[test]
fn doctor_looks_at_backups() {
    let folder = tempfile::tempdir().expect("folder");
    let place = place(folder.path());
    let of = |check| state(&place.data, check);
    assert_eq!(of("backup"), "warning", "no plan");
    let args = ["backup", "plan", "--data", text(&place.data), "--to", text(&place.usb)];
    assert_eq!(hub(&args).code, 0);
    assert_eq!(of("backup"), "warning", "no copy");
    let copy = create(&place);
    assert_eq!((of("backup"), of("restore")), ("ok".to_owned(), "warning".to_owned()));
    let verify = || {
        let args = ["backup", "verify", "--data", text(&place.data), "--passphrase-file"];
        hub(&[args.as_slice(), &[text(&place.passphrase)]].concat())
    };
    assert_eq!(verify().code, 0);
    assert_eq!(of("restore"), "ok");
    let store = copy.join("hub.db.sealed");
    let whole = std::fs::read(&store).expect("store");
    std::fs::write(&store, &whole[..whole.len() - 1]).expect("cut");
    assert_eq!(verify().failed(), (9, "BACKUP_BROKEN".to_owned()));
    assert_eq!(of("restore"), "problem");
    std::fs::write(&store, &whole).expect("whole again");
    assert_eq!(verify().code, 0);
    assert_eq!(of("restore"), "ok");
    let drawer = folder.path().join("drawer");
    std::fs::rename(&place.usb, &drawer).expect("unplugged");
    assert_eq!(of("backup"), "warning", "the place is not there");
    std::fs::rename(&drawer, &place.usb).expect("plugged in");
    assert_eq!(of("backup"), "ok");
    std::fs::remove_file(place.data.join("backup.key")).expect("removed");
    assert_eq!(of("backup"), "problem", "no passphrase");
}

/// `xinqiao-hub` on disks on which no file grows beyond so many blocks of 512 bytes: a write that
/// would is refused by the system, as it is on a disk that is full.
#[cfg(unix)]
fn cramped(blocks: u32, args: &[&str]) -> crate::support::Ran {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = std::process::Command::new("/bin/sh");
    command.args(["-c", script.as_str(), env!("CARGO_BIN_EXE_xinqiao-hub")]).args(args);
    command.args(["--lang", "en", "--json"]).env_clear().stdin(std::process::Stdio::null());
    let output = command.output().expect("program");
    crate::support::Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A disk that fills up while a copy is made or put back leaves nothing half made, at whichever
/// file it happens, and the copy of before is whole; `doctor` says that the last attempt failed.
///
/// Method: no file may grow beyond a limit, first below the store's size, then above it and below
/// that of a file that is copied after it.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_copy() {
    let folder = tempfile::tempdir().expect("folder");
    let place = place(folder.path());
    let large = place.data.join("zz-notes.txt");
    std::fs::write(&large, vec![7_u8; 8 << 20]).expect("a large file");
    let copy = create(&place);
    let secret = ["--passphrase-file", text(&place.passphrase)];
    let args = ["backup", "plan", "--data", text(&place.data), "--to", text(&place.usb)];
    assert_eq!(hub(&args).code, 0);
    let (at_place, in_copy) = (names(&place.usb).len(), names(&copy));
    let named = place.usb.join("xinqiao-hub-370200-2026-01-01-0200");
    std::fs::rename(&copy, &named).expect("an older one");
    // The store has some hundred tables of a page or more; the other file has 16,384 blocks.
    for blocks in [128, 12_000] {
        let args = ["backup", "create", "--data", text(&place.data)];
        let made = cramped(blocks, &args);
        assert_eq!(made.failed(), (1, "BACKUP".to_owned()), "{blocks}: {}", made.err);
        assert_eq!(names(&place.usb).len(), at_place, "{blocks}: no half copy");
        assert_eq!(names(&named), in_copy, "{blocks}: the old copy");
        for left in ["backup.part.db", "restore-test.part"] {
            assert!(!place.data.join(left).exists(), "{blocks}: {left}");
        }
        assert_eq!(state(&place.data, "backup"), "problem");
        let again = folder.path().join("again");
        let args = ["restore", text(&named), "--data", text(&again)];
        let put = cramped(blocks, &[args.as_slice(), &secret].concat());
        assert_ne!(put.code, 0, "{blocks}: {}", put.out);
        assert!(!again.exists() && !folder.path().join("again.restore.part").exists());
    }
    let again = folder.path().join("again");
    let put = restore(&named, &again, &secret);
    assert_eq!(put.code, 0, "the copy of before is whole: {} {}", put.out, put.err);
    create(&place);
    assert_eq!(state(&place.data, "backup"), "ok");
}
