//! `bundle`: what is no member's file is refused, and nothing is written or left.

use crate::support::{district, hub, line, text};

/// A file that is none, and one that is not there, are told by their codes; no answer is written,
/// and nothing stays in the hub's folder.
#[test]
fn what_is_no_members_file_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let data = district(folder.path());
    let answer = folder.path().join("answer.xq");
    let file = line(folder.path(), "file.xq", "no bundle");
    let away = folder.path().join("away.xq");
    let take = |file: &std::path::Path| {
        let args = ["bundle", "take", text(file), "--data", text(&data), "--answer"];
        hub(&[args.as_slice(), &[text(&answer)]].concat()).failed()
    };
    assert_eq!(take(&file), (7, "BUNDLE_UNREADABLE".to_owned()));
    assert_eq!(take(&away), (1, "BUNDLE_FILE".to_owned()));
    assert!(!answer.exists());
    let left = std::fs::read_dir(data.join("serve.bundles")).expect("folder").count();
    assert_eq!(left, 0);
}
