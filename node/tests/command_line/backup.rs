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
