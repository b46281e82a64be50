//! `backup`: a copy that opens by itself, in a place that is there.

use crate::support::{Folder, roster, text};

/// A copy is made where it was asked for and opens as a data folder; without a place, or where it
/// is not there, nothing is copied and the sentence says what to do.
#[test]
fn a_backup_is_made_where_its_place_is() {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(9));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = folder.run(&["backup"]);
    assert_eq!((ran.code, ran.error().as_str()), (2, "BACKUP_TO"), "{}", ran.err);
    let usb = folder.path("usb");
    let ran = folder.run(&["backup", "--to", text(&usb)]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "BACKUP_AWAY"), "{}", ran.err);
    std::fs::create_dir(&usb).expect("place");
    let ran = folder.run(&["backup", "--to", text(&usb)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let copy = ran.json()["backup"].as_str().expect("folder").to_owned();
    assert!(copy.contains("/usb/xinqiao-F370202004J01-"), "{copy}");
    let restored = crate::support::run_in("en", &["--data", &copy, "status"]);
    assert!(restored.out.contains("9 students"), "{}{}", restored.out, restored.err);
    let inside = folder.data().join("copies").display().to_string();
    let values = [("backup_to", inside)];
    node::config::update(&folder.data().join("node.toml"), &values).expect("config");
    let ran = folder.run(&["backup"]);
    assert!(ran.code == 2 && ran.err.contains("another disk"), "{} {}", ran.code, ran.err);
}

/// A copy is proven by putting it back: the newest of its place, or the one that is named; `doctor`
/// says when, and what is no copy proves nothing.
#[test]
fn a_backup_is_proven_by_putting_it_back() {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(9));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = folder.run(&["backup", "verify"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "BACKUP_NONE"), "{}", ran.err);
    let usb = folder.path("usb");
    std::fs::create_dir(&usb).expect("place");
    let ran = folder.run(&["backup", "--to", text(&usb)]);
    let copy = ran.json()["backup"].as_str().expect("folder").to_owned();
    let doctor = folder.run_in("en", &["doctor"]);
    assert!(doctor.out.contains("no copy was ever put back"), "{}", doctor.out);
    let ran = folder.run(&["backup", "verify", &copy]);
    assert_eq!((ran.code, ran.json()["students"].as_u64()), (0, Some(9)), "{}", ran.err);
    let doctor = folder.run_in("en", &["doctor"]);
    assert!(doctor.out.contains("last proven restore"), "{}", doctor.out);
    let values = [("backup_to", usb.display().to_string())];
    node::config::update(&folder.data().join("node.toml"), &values).expect("config");
    let ran = folder.run_in("en", &["backup", "verify"]);
    assert!(ran.code == 0 && ran.out.contains("chains whole"), "{}{}", ran.out, ran.err);
    let ran = folder.run(&["backup", "verify", text(&folder.root.path().join("nowhere"))]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "BACKUP_NONE"), "{}", ran.err);
    assert!(!folder.data().join("restore-test.part").exists());
}

/// `doctor` is silent where a copy is fresh, and says where none is planned, none was made, the
/// place is not there, or the last one is old.
#[test]
fn doctor_looks_at_backups() {
    let folder = Folder::joined(&[]);
    let state = || {
        let value = folder.run(&["doctor"]).json();
        let mut checks = value["checks"].as_array().expect("checks").iter();
        let found = checks.find(|one| one["check"] == "backup");
        found.and_then(|one| one["state"].as_str()).unwrap_or("absent").to_owned()
    };
    assert_eq!(state(), "unchecked", "none is planned");
    let (usb, drawer) = (folder.path("usb"), folder.path("drawer"));
    std::fs::create_dir(&usb).expect("place");
    let values = [("backup_to", usb.display().to_string())];
    node::config::update(&folder.data().join("node.toml"), &values).expect("config");
    assert_eq!(state(), "warning", "none was made");
    let ran = folder.run(&["backup"]);
    let copy = ran.json()["backup"].as_str().expect("folder").to_owned();
    assert_eq!(state(), "ok");
    std::fs::rename(&usb, &drawer).expect("unplugged");
    assert_eq!(state(), "warning", "the place is not there");
    std::fs::rename(&drawer, &usb).expect("plugged in");
    let old = usb.join("xinqiao-F370202004J01-2025-01-01-1200");
    std::fs::rename(copy, old).expect("an old one");
    assert_eq!(state(), "warning", "the last one is old");
}

/// A drill makes a copy, puts it back for a test and says how long both took; a list shows it.
#[test]
fn a_drill_times_the_way_back() {
    let folder = Folder::joined(&[]);
    let usb = folder.path("usb");
    std::fs::create_dir(&usb).expect("place");
    let ran = folder.run(&["backup", "drill", "--to", text(&usb)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.json()["copy_ms"].is_i64() && ran.json()["restore_ms"].is_i64(), "{}", ran.out);
    let listed = folder.run(&["backup", "list", "--to", text(&usb)]);
    assert_eq!(listed.json()["copies"].as_array().expect("list").len(), 1);
    let doctor = folder.run_in("en", &["doctor"]);
    assert!(doctor.out.contains("last proven restore"), "{}", doctor.out);
}

/// A disk that is full while a copy is made leaves none half made, and the one of before is whole.
///
/// Method: no file may grow beyond a limit, above the stores and below that of a file that is
/// copied after them; a write that would is refused by the system, as on a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_copy() {
    let folder = Folder::joined(&[]);
    let usb = folder.path("usb");
    std::fs::create_dir(&usb).expect("place");
    std::fs::write(folder.data().join("zz-notes.txt"), vec![7_u8; 16 << 20]).expect("large");
    let ran = folder.run(&["backup", "--to", text(&usb)]);
    let copy = ran.json()["backup"].as_str().expect("folder").to_owned();
    let old = usb.join("xinqiao-F370202004J01-2025-01-01-1200");
    std::fs::rename(copy, &old).expect("an older one");
    let cramped = |args: &[&str]| {
        let script = "trap '' XFSZ; ulimit -f 24000; exec \"$0\" \"$@\"";
        let data = folder.data();
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_xinqiao-node"), "--data", text(&data)]);
        command.args(["--json", "--lang", "en"]).args(args).env_clear();
        command.stdin(std::process::Stdio::null());
        let output = command.output().expect("program");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = cramped(&["backup", "--to", text(&usb)]);
    assert!(code == Some(1) && said.contains("\"BACKUP\""), "{code:?} {said}");
    let left = std::fs::read_dir(&usb).expect("place").count();
    assert_eq!(left, 1, "no half copy");
    let (code, said) = cramped(&["backup", "verify", text(&old)]);
    assert!(code == Some(1) && said.contains("BACKUP_ROOM"), "{code:?} {said}");
    assert!(!folder.data().join("restore-test.part").exists());
    let ran = folder.run(&["backup", "verify", text(&old)]);
    assert_eq!(ran.code, 0, "the one of before is whole: {}", ran.err);
}
