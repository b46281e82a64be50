//! A duty report, a tip and a hotline's caller from end to end with real processes: a school, its
//! street's hub, the district's relay, the city, and the desk of the police, or the centre that
//! runs the hotline, with a node of its own.
//!
//! Goal: each is acknowledged and answered at both sides, whoever wrote a report does not send it
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
use tests::city::referrals::{CENTRE, House, Lane, POLICE, hand_off, report_and_tip};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
const SCHOOL: &str = "F310117107J01";

/// What only the school and the police may know, or the hotline.
const CANARIES: [&str; 3] = [
    "灯塔暗语七二九，手臂多处淤青",
    "梧桐暗语三一四，夜里在桥上",
    "渡口暗语五八二，母亲手机晚七点后",
];

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

/// A city of one school and another house that know each other's keys, both served.
async fn up(dir: &Path, house: House) -> (City, Lane) {
    let plan = plan_of(&[SCHOOL], STREET).expect("plan");
    let mut city = City::new(wishes(dir), plan).expect("city");
    let quiet = Progress::new(false, true);
    city.found(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    let lane = Lane::open_to(&mut city, (SCHOOL, DISTRICT), house).await;
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
fn nothing_is_found(dir: &Path, unit: &str) {
    let files = files(dir);
    let known = ["310117/hub.db", "310117107/hub.db", "370200/hub.db"];
    assert!(known.iter().all(|name| files.iter().any(|file| file.ends_with(name))));
    let mut names_house = false;
    for file in &files {
        let bytes = std::fs::read(file).expect("file");
        let found = CANARIES.iter().find(|canary| holds(&bytes, canary));
        assert_eq!(found, None, "{}", file.display());
        names_house |= file.starts_with(dir.join(DISTRICT)) && holds(&bytes, unit);
    }
    assert!(names_house, "the search finds what is there");
}

/// A report that is acknowledged and handled, a tip that is read by the head and answered; nothing
/// of what was sealed is anywhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_and_a_tip_come_to_their_ends() {
    let folder = tempfile::tempdir().expect("folder");
    let (city, lane) = up(folder.path(), (POLICE, "centre")).await;
    let [report, tip, _] = CANARIES;
    let told = report_and_tip(&lane, [report, tip]).await;
    let told = told.unwrap_or_else(|error| panic!("{error}"));
    assert!(!told.was_sent_alone, "whoever wrote it sent it alone");
    assert!(told.report.contains(CANARIES[0]) && told.tip.contains(CANARIES[1]));
    assert_eq!(told.report_stands, ["handled", "handled"]);
    assert_eq!(told.tip_stands, ["handled", "handled"]);
    city.stop().await;
    nothing_is_found(folder.path(), POLICE[0]);
}

/// A caller in danger comes to the counsellor, and not to the head; the hotline hears that he or
/// she was reached, and what was sealed is nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_hotlines_caller_comes_to_the_counsellor() {
    let folder = tempfile::tempdir().expect("folder");
    let (city, lane) = up(folder.path(), (CENTRE, "centre")).await;
    let handed = hand_off(&lane, CANARIES[2]).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(handed.seen_by_head, 0);
    assert!(handed.read.contains(CANARIES[2]));
    assert_eq!(handed.stands, ["reached", "reached"]);
    city.stop().await;
    nothing_is_found(folder.path(), CENTRE[0]);
}
