//! Sealed referrals from end to end with real processes: a school, its street's hub, the district's
//! relay, the city, and a clinic with a node of its own, each used by its commands.
//!
//! Goal: every referral comes to its end at both sides, also over a network that was away, and what
//! is sealed is nowhere but at the two ends, encrypted. All of them are urgent or emergencies,
//! which leave at the next tick, and the city's time runs while something is waited for.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};

use domain::ledger::Word as _;
use domain::referral::{Event, State};
use tests::city::build::{City, Hubs, Wishes};
use tests::city::days::{FOUNDED, PLAN_FROM};
use tests::city::plan::{CITY, plan_of};
use tests::city::process::Program;
use tests::city::progress::Progress;
use tests::city::referrals::{CLINIC, Ended, Lane, Plot, Says, play};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
const SCHOOL: &str = "F310117107J01";

/// What only the school and the clinic may know.
const GUARDIAN: &str = "慕容灯笼果";
const PHONE: &str = "13912340987";
const WORDS: &str = "灯塔暗语七二九，夜里独自在天台";
const CANARIES: [&str; 3] = [GUARDIAN, PHONE, WORDS];

fn wishes(dir: &Path) -> Wishes {
    Wishes {
        program: PathBuf::from(env!("CARGO_BIN_EXE_xinqiao-city")),
        dir: dir.to_owned(),
        data: None,
        seed: 17,
        lives: 0,
        stay: false,
        hubs: Hubs::Education,
        founded: FOUNDED,
        plan_from: PLAN_FROM,
    }
}

fn says() -> Says {
    let [guardian, phone, words] = CANARIES.map(str::to_owned);
    Says { guardian, phone, words }
}

/// A city of one school with a clinic that knows its keys, both served.
async fn up(dir: &Path) -> (City, Lane) {
    let plan = plan_of(&[SCHOOL], STREET).expect("plan");
    let mut city = City::new(wishes(dir), plan).expect("city");
    let quiet = Progress::new(false, true);
    city.found(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    let lane = Lane::open(&mut city, (SCHOOL, DISTRICT)).await;
    let lane = lane.unwrap_or_else(|error| panic!("{error}"));
    city.serve_schools().await.unwrap_or_else(|error| panic!("{error}"));
    (city, lane)
}

/// The events of a course, as the school knows them.
fn events(ended: &Ended) -> Vec<&str> {
    // That a relay has it may come after the clinic's own word, which says more.
    let acts = ended.acts.iter().map(String::as_str);
    acts.filter(|event| *event != Event::HubAck.as_str()).collect()
}

fn check(ended: &Ended, (school, clinic, is_erased): (State, State, bool), events_of: &[Event]) {
    let stands = (ended.at_school.as_str(), ended.at_clinic.as_str(), ended.is_erased);
    assert_eq!(stands, (school.as_str(), clinic.as_str(), is_erased), "{ended:?}");
    let wanted: Vec<&str> = events_of.iter().map(|event| event.as_str()).collect();
    assert_eq!(events(ended), wanted, "{:?}", ended.plot);
}

/// Each referral ended as it should, and the school knows of every act of the clinic.
fn all_ended(ended: &[Ended]) {
    use Event as E;
    let sent = [E::AskConsent, E::ConsentGiven, E::Send, E::Delivered];
    let with = |more: &[Event]| [&sent[..], more].concat();
    let seen = with(&[E::Accept, E::Appoint, E::Seen, E::Outcome, E::Return]);
    let [accepted, declined, withdrawn, emergency, lost] = ended else { panic!("{ended:?}") };
    for (one, plot) in [(accepted, Plot::Accepted), (lost, Plot::LostNetwork)] {
        assert_eq!(one.plot, plot);
        check(one, (State::Returned, State::OutcomeIn, false), &seen);
    }
    let events = with(&[E::Decline, E::GiveUp]);
    check(declined, (State::Closed, State::Declined, true), &events);
    let events = with(&[E::Accept, E::WithdrawConsent]);
    check(withdrawn, (State::Withdrawn, State::Withdrawn, true), &events);
    assert!(withdrawn.kept.is_some(), "the clinic said what it keeps");
    let events = [E::Emergency, E::TakenOver, E::Outcome, E::Close];
    check(emergency, (State::Closed, State::OutcomeIn, false), &events);
}

/// What the clinic reads of a referral holds what was planted; of one that was declined or taken
/// back it reads nothing any more.
async fn only_what_stands_is_read(city: &City, lane: &Lane, ended: &[Ended]) {
    for one in ended {
        let number = one.intake.to_string();
        if !one.is_erased {
            let read = lane.intake(&["show", &number, "--read", "triage"]).await;
            let read = read.unwrap_or_else(|error| panic!("{error}")).to_string();
            assert!(CANARIES.iter().all(|canary| read.contains(canary)), "{:?}", one.plot);
            continue;
        }
        let data = city.folder(CLINIC[0]).display().to_string();
        let key = city.folder("keys").join(format!("{}-jiezhen-password.txt", CLINIC[0]));
        let key = key.display().to_string();
        let mut args = vec!["intake", "--as", "jiezhen", "--password-file", &key, "show"];
        args.extend([number.as_str(), "--read", "triage", "--data", &data]);
        let ran = city.launcher().ended(Program::Node, CLINIC[0], &args).await.expect("ran");
        assert_eq!((ran.code, ran.printed.as_str()), (4, ""), "{:?}", one.plot);
    }
}

/// The text of a hub's metrics.
fn metrics(at: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(at).expect("console");
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("asked");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answer");
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    answer
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

/// Nothing that was planted is in a file of a hub, in a log, in a commission's or a statement's
/// file, in either node's folder, or in a copy of it.
fn nothing_is_found(dir: &Path) {
    let files = files(dir);
    let here = |name: &str| files.iter().any(|file| file.ends_with(name));
    let log = format!("logs/{SCHOOL}-serve.log");
    let queues = [SCHOOL, CLINIC[0]].map(|unit| format!("{unit}/transfer.db"));
    let known = ["310117/hub.db", "310117107/hub.db", "370200/hub.db", &log];
    assert!(known.into_iter().chain(queues.iter().map(String::as_str)).all(here));
    assert!(files.iter().filter(|file| file.ends_with("ledger.db")).count() >= 4, "two copies");
    for file in &files {
        let bytes = std::fs::read(file).expect("file");
        let found = CANARIES.iter().find(|canary| holds(&bytes, canary));
        assert_eq!(found, None, "{}", file.display());
    }
    let mut district = files.iter().filter(|file| file.starts_with(dir.join(DISTRICT)));
    let is_there = |file: &PathBuf| holds(&std::fs::read(file).expect("file"), CLINIC[0]);
    assert!(district.any(is_there), "the search finds what is there");
}

/// A copy of a node's folder, as its operator makes one.
async fn copied(city: &City, unit: &str) {
    let to = city.folder(&format!("copies-{unit}"));
    std::fs::create_dir_all(&to).expect("folder");
    let to = to.display().to_string();
    let made = city.site().node(unit, &["backup", "--to", &to]).await;
    made.unwrap_or_else(|error| panic!("{error}"));
}

/// One that is accepted, one declined, one taken back, one emergency and one over a lost network,
/// each to its end by the command line of both sides; the clinic hears of every answer that it is
/// at the school, and nothing of what was sealed is anywhere else.
#[tokio::test(flavor = "multi_thread")]
async fn referrals_come_to_their_ends_and_tell_nobody() {
    let folder = tempfile::tempdir().expect("folder");
    let (mut city, lane) = up(folder.path()).await;
    let ended = play(&mut city, &lane, (&says(), STREET)).await;
    let ended = ended.unwrap_or_else(|error| panic!("{error}"));
    all_ended(&ended);
    lane.until_acknowledged().await.unwrap_or_else(|error| panic!("{error}"));
    only_what_stands_is_read(&city, &lane, &ended).await;
    for hub in [STREET, DISTRICT, CITY.0] {
        let told = metrics(city.addresses(hub).expect("address").console);
        assert!(!CANARIES.iter().any(|canary| holds(&told, canary)), "metrics of {hub}");
    }
    for unit in [SCHOOL, CLINIC[0]] {
        copied(&city, unit).await;
    }
    city.stop().await;
    nothing_is_found(folder.path());
}
