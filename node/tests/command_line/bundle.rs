//! `bundle`: what waits for the hub goes into a file, and only the hub's file is taken.

use crate::support::{Folder, roster, text};

/// A file is made without a network, holds what was signed, and is made again; what is no file of
/// the hub's is refused and changes nothing.
#[test]
fn a_file_is_made_and_a_strange_one_refused() {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(9));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let stick = folder.path("to-hub.xq");
    let ran = folder.run(&["bundle", "make", text(&stick)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!((ran.json()["items"].as_u64(), ran.json()["all"].as_bool()), (Some(0), Some(true)));
    let first = std::fs::read(&stick).expect("file");
    let ran = folder.run(&["bundle", "make", text(&stick)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_ne!(std::fs::read(&stick).expect("file"), first, "signed anew, in its place");
    let ran = folder.run(&["bundle", "take", text(&stick)]);
    assert_eq!((ran.code, ran.error().as_str()), (5, "BUNDLE_SIGNER"), "{}", ran.err);
    let junk = folder.file("junk.xq", "no bundle");
    let ran = folder.run(&["bundle", "take", text(&junk)]);
    assert_eq!((ran.code, ran.error().as_str()), (7, "BUNDLE_UNREADABLE"), "{}", ran.err);
    let ran = folder.run(&["bundle", "take", text(&folder.path("away"))]);
    assert_eq!((ran.code, ran.error().as_str()), (1, "BUNDLE_FILE"), "{}", ran.err);
}
