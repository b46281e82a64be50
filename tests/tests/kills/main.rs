//! Real processes that are killed, stopped and cut off: a city's hub, health's hub that helps, a
//! district's, a street's and schools, each started as operators start it, over TLS on the
//! loopback, while sheets and sealed sums are on their way.
//!
//! Goal: whatever is killed at whatever moment, nothing is lost, nothing counts twice, and every
//! level adds up to what the schools signed; trouble ends without a person, and `status` says
//! meanwhile what it is. `XINQIAO_KILLS` and `XINQIAO_SEED` set the number and repeat a run.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod faults;
mod held;
mod killer;
mod network;
#[path = "../recount/queries.rs"]
#[expect(dead_code, reason = "the recount of years asks for more")]
mod queries;
mod quiet;
#[path = "../sealed_city/recount.rs"]
mod recount;
mod rounds;
mod stage;
#[path = "../sealed_city/told.rs"]
mod told;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime};
use tests::city::build::{City, Hubs, Wishes};
use tests::city::plan::{HEALTH, plan_of};
use tests::city::progress::Progress;

use self::killer::Killer;
use self::rounds::{Lives, Rounds};
use self::stage::Stage;

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
/// Small junior schools, as many as a group needs; one of them below the street's hub.
const SCHOOLS: [&str; 5] =
    ["F310117002J01", "F310117103J01", "F310117104J01", "F310117107J01", "F310117116J02"];
/// The one below the street.
const SCHOOL: &str = SCHOOLS[3];
/// Seed of the pupils and of their lives.
const SEED: u64 = 11;

/// Kills in CI, and by hand.
const KILLS: u32 = 50;
const KILLS_BY_HAND: u32 = 1_000;
/// How long a hub is stopped by hand; the link's own keep-alive must notice it.
const STOPPED_BY_HAND: Duration = Duration::from_secs(60);

/// A number of the environment.
fn wished(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// A city in which nobody has joined yet.
fn city(dir: &Path, schools: &[&str], (hubs, founded): (Hubs, DateTime), plan_from: Date) -> City {
    let wishes = Wishes {
        program: PathBuf::from(env!("CARGO_BIN_EXE_xinqiao-city")),
        dir: dir.to_owned(),
        data: None,
        seed: SEED,
        lives: 0,
        stay: false,
        hubs,
        founded,
        plan_from,
    };
    City::new(wishes, plan_of(schools, STREET).expect("plan")).expect("city")
}

/// Plays weeks under seal in which so many processes are killed, and judges what is there.
async fn survive(kills: u32) {
    let kills = wished("XINQIAO_KILLS").map_or(kills, |n| u32::try_from(n).expect("few kills"));
    let drawn = || u64::from_be_bytes(certs::digest::random_bytes());
    let seed = wished("XINQIAO_SEED").unwrap_or_else(drawn);
    println!("to repeat: XINQIAO_KILLS={kills} XINQIAO_SEED={seed}");
    let folder = tempfile::tempdir().expect("folder");
    let rounds = Rounds::of(kills);
    let (hubs, founded) = (Hubs::Both, rounds.founded());
    let mut city = city(folder.path(), &SCHOOLS, (hubs, founded), rounds.first_monday());
    let silent = Progress::new(false, true);
    city.found(&silent).await.unwrap_or_else(|error| panic!("{error}"));
    city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    city.state_keys(&silent).await.unwrap_or_else(|error| panic!("{error}"));
    let (mut killer, mut lives) = (Killer::new(&city, seed), Lives::default());
    let sunday = founded.date() - 1.day();
    lives.live_on(&mut city, &mut killer, (sunday, founded)).await;
    // Each run has these two go on for weeks in a process that was started again.
    for hub in [DISTRICT, HEALTH.0] {
        killer.cut(&mut city, hub).await;
        killer.mend(&mut city, hub).await;
    }
    killer.work(&mut city, rounds.first_kills()).await;
    for round in rounds.all() {
        let sunday = round.monday + 6.days();
        lives.live_on(&mut city, &mut killer, (sunday, round.leaves())).await;
        killer.work(&mut city, round.kills[0]).await;
        quiet::all_answered(&city).await;
        killer.move_to(&city, round.opens());
        killer.work(&mut city, round.kills[1]).await;
        quiet::opened_exactly(&city, (rounds.first_monday(), round.monday)).await;
    }
    quiet::nothing_lost_or_double(&city).await;
    killer.tell();
    assert!(killer.kills() >= kills, "{} kills", killer.kills());
    city.stop().await;
}

/// Fifty kills over four hubs and five schools under load: 0 lost, 0 double, and all are back.
#[tokio::test(flavor = "multi_thread")]
async fn killed_processes_lose_and_double_nothing() {
    Box::pin(survive(KILLS)).await;
}

/// The same a thousand times.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes most of an hour; run by hand as docs/reliability.md says"]
async fn a_thousand_kills_lose_and_double_nothing() {
    Box::pin(survive(KILLS_BY_HAND)).await;
}

/// A network that refuses, one that swallows everything, a hub that is stopped, a clock that is
/// stepped, a store that is locked and a disk that is read-only: the school says which it is, its
/// sheets arrive when it is over, and nobody did anything about it.
#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_said_and_ends_by_itself() {
    let mut stage = Box::pin(Stage::new()).await;
    faults::no_network(&mut stage).await;
    faults::stopped(&mut stage, None).await;
    faults::stepped(&mut stage).await;
    faults::locked(&mut stage).await;
    faults::read_only(&mut stage).await;
    stage.end().await;
}

/// A hub that is stopped for a minute, on a link that was open before and stays open.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "waits for two minutes; run by hand as docs/reliability.md says"]
async fn a_hub_that_is_stopped_for_a_minute_is_waited_for() {
    let mut stage = Box::pin(Stage::new()).await;
    faults::stopped(&mut stage, Some(STOPPED_BY_HAND)).await;
    stage.end().await;
}
