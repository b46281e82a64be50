//! A duty report and a tip from end to end with real processes: a school, its street's hub, the
//! district's relay, the city, and the desk of the police with a node of its own.
//!
//! Goal: both are acknowledged and answered at both sides, whoever wrote a report does not send it
//! alone, and what was sealed is in no file of a hub, no log and no copy in the clear.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::path::{Path, PathBuf};

use tests::city::build::{City, Hubs, Wishes};
use tests::city::days::{FOUNDED, PLAN_FROM};
use tests::city::plan::plan_of;
use tests::city::progress::Progress;
use tests::city::referrals::{Lane, POLICE, report_and_tip};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
const SCHOOL: &str = "F310117107J01";

/// What only the school and the police may know.
const CANARIES: [&str; 2] = ["灯塔暗语七二九，手臂多处淤青", "梧桐暗语三一四，夜里在桥上"];

fn wishes(dir: &Path) -> Wishes {
    Wishes {
        program: PathBuf::from(env!("CARGO_BIN_EXE_xinqiao-city")),
        dir: dir.to_owned(),
        data: None,
        seed: 19,
        lives: 0,
        stay: false,
        hubs: Hubs::Education,
        founded: FOUNDED,
        plan_from: PLAN_FROM,
    }
}

/// A city of one school and a desk of the police that know each other's keys, both served.
async fn up(dir: &Path) -> (City, Lane) {
    let plan = plan_of(&[SCHOOL], STREET).expect("plan");
    let mut city = City::new(wishes(dir), plan).expect("city");
    let quiet = Progress::new(false, true);
    city.found(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    let lane = Lane::open_to(&mut city, (SCHOOL, DISTRICT), (POLICE, "centre")).await;
    let lane = lane.unwrap_or_else(|error| panic!("{error}"));
    city.serve_schools().await.unwrap_or_else(|error| panic!("{error}"));
    (city, lane)
}

/// Every file in a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

fn holds(bytes: &[u8], needle: &str) -> bool {
    bytes.windows(needle.len()).any(|run| run == needle.as_bytes())
}

/// Nothing that was planted is in any file; what the search looks for elsewhere it finds.
fn nothing_is_found(dir: &Path) {
    let files = files(dir);
    let known = ["310117/hub.db", "310117107/hub.db", "370200/hub.db"];
    assert!(known.iter().all(|name| files.iter().any(|file| file.ends_with(name))));
    let mut names_police = false;
    for file in &files {
        let bytes = std::fs::read(file).expect("file");
        let found = CANARIES.iter().find(|canary| holds(&bytes, canary));
        assert_eq!(found, None, "{}", file.display());
        names_police |= file.starts_with(dir.join(DISTRICT)) && holds(&bytes, POLICE[0]);
    }
    assert!(names_police, "the search finds what is there");
}

/// A report that is acknowledged and handled, a tip that is read by the head and answered; nothing
/// of what was sealed is anywhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_and_a_tip_come_to_their_ends() {
    let folder = tempfile::tempdir().expect("folder");
    let (city, lane) = up(folder.path()).await;
    let told = report_and_tip(&lane, CANARIES).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(!told.was_sent_alone, "whoever wrote it sent it alone");
    assert!(told.report.contains(CANARIES[0]) && told.tip.contains(CANARIES[1]));
    assert_eq!(told.report_stands, ["handled", "handled"]);
    assert_eq!(told.tip_stands, ["handled", "handled"]);
    city.stop().await;
    nothing_is_found(folder.path());
}
