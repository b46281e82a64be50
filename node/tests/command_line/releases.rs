//! Releases without a hub: previewed, signed once, queued, never lost.

use node::console::{EgressSource, HopState, SourceError, SyncState};
use node::egress::Egress;

use crate::support::{Folder, roster, text};

fn school() -> Folder {
    let folder = Folder::joined(&[]);
    let file = folder.file("roster.csv", roster(30));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    folder
}

/// Nothing leaves a school that has not joined.
#[test]
fn a_school_that_has_not_joined_sends_nothing() {
    let folder = Folder::new(&[]);
    let ran = folder.run(&["release", "send", "--yes", "2025S1"]);
    assert_eq!((ran.code, ran.error().as_str()), (5, "NOT_JOINED"));
    let ran = folder.run(&["release", "send", "--yes", "2025"]);
    assert_eq!(ran.code, 2);
}

/// A term without a roster, and one that the calendar does not hold, are told apart.
#[test]
fn a_term_that_cannot_be_released_is_refused() {
    let folder = school();
    let ran = folder.run(&["release", "preview", "--term", "2024S1"]);
    assert_eq!((ran.code, ran.error().as_str()), (7, "NOT_RELEASED"), "{}", ran.err);
    let ran = folder.run(&["release", "preview", "--term", "2099S1"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "NOT_RELEASED"));
}

/// What was previewed is signed once and queued while the hub is away; sending again signs
/// nothing new.
#[test]
fn an_unreachable_hub_loses_nothing() {
    let folder = school();
    let preview = folder.run(&["release", "preview", "--term", "2025S1"]).json();
    assert_eq!(preview["tables"][0]["standing"], "new");
    let cells = preview["tables"][0]["cells"].as_array().expect("cells");
    let exact: Vec<u64> = cells.iter().filter_map(serde_json::Value::as_u64).collect();
    assert_eq!(exact.iter().filter(|count| **count == 30).count(), 1, "one stage");
    assert!(cells.iter().all(|cell| cell.is_number() || cell.is_string()));
    assert_eq!(
        folder.run(&["release", "list"]).json()["releases"].as_array().map(Vec::len),
        Some(0)
    );
    for _ in 0..2 {
        let ran = folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]);
        assert_eq!((ran.code, ran.error().as_str()), (6, "QUEUED"), "{}", ran.err);
        assert!(ran.err.contains("nothing is lost"), "{}", ran.err);
        assert_eq!(ran.json()["error"]["details"]["waiting"], 1);
    }
    let list = folder.run(&["release", "list"]).json();
    assert_eq!(list["releases"].as_array().map(Vec::len), Some(1));
    assert_eq!(list["releases"][0]["hops"][0]["state"], "waiting");
    let id = list["releases"][0]["id"].as_str().expect("id").to_owned();
    let shown = folder.run(&["release", "show", &id]).json();
    assert_eq!((&shown["signature_valid"], &shown["table"]), (&true.into(), &"clear.term".into()));
    assert_eq!(folder.run(&["release", "show", "nothing"]).code, 3);
    let status = folder.run(&["status"]).json();
    assert_eq!(status["statistics"]["waiting"], 1);
    assert!(
        status["problems"].as_array().expect("list").iter().any(|p| p["code"] == "UNREACHABLE")
    );
}

/// The web page says the same as the command line, from the same signed bytes.
#[test]
fn the_console_shows_what_was_signed() {
    let folder = school();
    assert_eq!(folder.run(&["release", "send", "--yes", "2025S1", "--wait", "5"]).code, 6);
    let egress = Egress::new(folder.open());
    let home = egress.home().expect("home");
    assert_eq!((home.students, home.released, home.latest.len()), (30, 1, 1));
    assert!(matches!(home.sync.state, SyncState::Unreachable { .. }));
    let list = egress.releases(1).expect("list");
    assert_eq!((list.total, list.pages), (1, 1));
    let line = list.lines.first().expect("line");
    assert_eq!(line.hops.first().map(|hop| &hop.state), Some(&HopState::Waiting));
    let page = egress.release(&line.id).expect("page");
    assert!(page.is_verified && page.digest == certs::digest::sha256(&page.bytes));
    assert!(page.blocks.iter().any(|block| block.title.zh.contains("学生")));
    assert!(matches!(egress.release("0000000000000000"), Err(SourceError::Unknown)));
}
