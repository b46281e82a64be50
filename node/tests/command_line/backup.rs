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
