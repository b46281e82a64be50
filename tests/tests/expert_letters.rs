//! A remote consultation from end to end with real processes: a school, its street's hub, the
//! district's relay, the city, and an expert's unit with a node of its own, by their commands.
//!
//! Goal: the expert reads the card and nothing of the student, the opinion stands at the school, a
//! family that takes its consent back has the card erased and a receipt for it, and what is sealed
//! is nowhere but at the two ends, encrypted.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::city::build::{City, Hubs, Wishes};
use tests::city::days::{FOUNDED, PLAN_FROM};
use tests::city::plan::plan_of;
use tests::city::progress::Progress;
use tests::city::referrals::{EXPERT, Lane, Says};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
const SCHOOL: &str = "F310117107J01";

/// What only the school may know: a guardian, a telephone, the agenda.
const GUARDIAN: &str = "慕容灯笼果";
const PHONE: &str = "13912340987";
const WORDS: &str = "灯塔暗语七二九，议程与决定";
/// What only the school and the expert may know.
const CARD: &str = "该生暗语六四一，近两周情绪低落，睡眠不足";
const OPINION: &str = "意见暗语五三八，先稳定作息，每周辅导两次";

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

/// A city of one school with an expert's unit that knows its keys, both served.
async fn up(dir: &Path) -> (City, Lane) {
    let plan = plan_of(&[SCHOOL], STREET).expect("plan");
    let mut city = City::new(wishes(dir), plan).expect("city");
    let quiet = Progress::new(false, true);
    city.found(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    let lane = Lane::open_to(&mut city, (SCHOOL, DISTRICT), (EXPERT, "clinic")).await;
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

/// What was planted is in no file of a hub, of a node, of a log or of a commission.
fn nothing_is_found(dir: &Path) {
    let files = files(dir);
    let folders = ["310117/hub.db", "310117107/hub.db", "370200/hub.db"];
    assert!(folders.iter().all(|name| files.iter().any(|file| file.ends_with(name))));
    for file in &files {
        let bytes = std::fs::read(file).expect("file");
        let found = [GUARDIAN, PHONE, WORDS, CARD, OPINION].into_iter();
        let found: Vec<&str> = found.filter(|canary| holds(&bytes, canary)).collect();
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
}

/// The answers about a card, by what was done.
fn answered<'v>(card: &'v Value, what: &str) -> Option<&'v Value> {
    let answers = card.get("answers").and_then(Value::as_array)?;
    answers.iter().find(|answer| answer.get("what").and_then(Value::as_str) == Some(what))
}

/// The expert reads the card alone and answers; the opinion stands at the school with its author.
async fn an_opinion_is_given(lane: &Lane, record: i64) -> String {
    let shown = lane.send_card(record).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(shown.to_string().contains(CARD));
    let number = lane.until_card().await.unwrap_or_else(|error| panic!("{error}")).to_string();
    let read = lane.card(&["read", &number]).await.unwrap_or_else(|error| panic!("{error}"));
    let read = read.to_string();
    assert!(read.contains(CARD), "{read}");
    for hidden in [GUARDIAN, PHONE, WORDS] {
        assert!(!read.contains(hidden) && !shown.to_string().contains(hidden), "{hidden}");
    }
    let said = ["opinion", number.as_str(), "--advice", "more_help", "--text", OPINION];
    lane.card(&said).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(lane.card(&said).await.is_err(), "it is given once");
    let told = lane.until_told(record, |card| answered(card, "opinion").is_some()).await;
    let told = told.unwrap_or_else(|error| panic!("{error}"));
    let opinion = answered(&told, "opinion").expect("an opinion");
    assert_eq!(opinion["text"], OPINION);
    assert_eq!(opinion["advice"], "more_help");
    assert!(opinion["by"].as_str().is_some_and(|name| !name.is_empty()));
    number
}

/// From the card to the opinion, and to the receipt after the family took its consent back.
#[tokio::test(flavor = "multi_thread")]
async fn an_expert_sees_the_card_and_loses_it_with_the_consent() {
    let folder = tempfile::tempdir().expect("folder");
    let (city, lane) = up(folder.path()).await;
    let [guardian, phone, words] = [GUARDIAN, PHONE, WORDS].map(str::to_owned);
    let says = Says { guardian, phone, words };
    let record = lane.confer(&says, CARD).await.unwrap_or_else(|error| panic!("{error}"));
    let number = an_opinion_is_given(&lane, record).await;
    lane.unconfer(record).await.unwrap_or_else(|error| panic!("{error}"));
    let told = lane.until_told(record, |card| card["done_at_ms"].is_i64()).await;
    let told = told.unwrap_or_else(|error| panic!("{error}"));
    let kept = told["kept"].as_str().unwrap_or_default();
    assert!(kept.contains("会诊卡已删除") && kept.contains("1 份"), "{kept}");
    assert!(lane.card(&["read", &number]).await.is_err(), "nothing of it is there");
    let listed = lane.card(&["list"]).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(listed["cards"][0]["revoked"], true);
    city.stop().await;
    nothing_is_found(folder.path());
}
