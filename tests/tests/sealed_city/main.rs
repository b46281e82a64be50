//! Sealed sums from end to end with real processes: five schools, a street, the district that
//! leads, health's hub that helps, and the city, each started as operators start it.
//!
//! Goal: what is opened is what an independent recount of the ledgers gives, cell by cell, and
//! nothing stands twice, although the leader and the helper are killed again and again.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

#[path = "../recount/queries.rs"]
#[expect(dead_code, reason = "the recount of years asks for more")]
mod queries;
mod recount;
mod told;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tests::city::build::{City, Hubs, Wishes};
use tests::city::days::{FOUNDED, PLAN_FROM, REPORTED, TERM, TERM_OPENS, WEEKS_OPEN};
use tests::city::generate::Seeded;
use tests::city::opened::{self, Of};
use tests::city::plan::CITY;
use tests::city::plan::{HEALTH, plan_of};
use tests::city::progress::Progress;

use self::told::{Opened, opened_at, records};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
/// Small junior schools, as many as a group needs; one of them below the street's hub.
const SCHOOLS: [&str; 5] =
    ["F310117002J01", "F310117103J01", "F310117104J01", "F310117107J01", "F310117116J02"];
/// The week under seal in which school is still held.
const WEEK: &str = "2026-W03";

/// How often each of the two hubs is killed in each part: while reports are checked, and while the
/// week and the term are opened.
const KILLS: [u32; 3] = [2, 1, 1];
/// Longest time between two kills.
const APART_MS: u64 = 900;

/// The leader and the helper, killed at random moments.
struct Killer {
    random: Seeded,
    kills: u32,
}

impl Killer {
    fn new(seed: u64) -> Self {
        println!("seed of the kills: {seed}");
        Self { random: Seeded::new(seed, "kills"), kills: 0 }
    }

    async fn kill(&mut self, city: &mut City, times: u32) {
        for _ in 0..times {
            for unit in [DISTRICT, HEALTH.0] {
                let wait_ms = self.random.below(APART_MS);
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                city.kill_hub(unit).await.expect("killed and started again");
                self.kills += 1;
            }
        }
    }
}

fn wishes(dir: &Path) -> Wishes {
    Wishes {
        program: PathBuf::from(env!("CARGO_BIN_EXE_xinqiao-city")),
        dir: dir.to_owned(),
        data: None,
        seed: 11,
        lives: SCHOOLS.len(),
        stay: false,
        hubs: Hubs::Both,
        founded: FOUNDED,
        plan_from: PLAN_FROM,
    }
}

/// From files in a school's office to the city's own sums, through eight kills.
#[tokio::test(flavor = "multi_thread")]
async fn killed_hubs_open_exactly_what_the_ledgers_hold() {
    let folder = tempfile::tempdir().expect("folder");
    let plan = plan_of(&SCHOOLS, STREET).expect("plan");
    let mut city = City::new(wishes(folder.path()), plan).expect("city");
    let mut killer = Killer::new(u64::from_be_bytes(certs::digest::random_bytes()));
    let quiet = Progress::new(false, true);
    city.found(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    let offices = city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    city.state_keys(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    city.time.move_to(REPORTED).expect("time");
    city.report(&offices, &quiet).await.unwrap_or_else(|error| panic!("{error}"));
    // The services seal in their slot by themselves, and go on sending whoever is away.
    city.serve_schools().await.unwrap_or_else(|error| panic!("{error}"));
    killer.kill(&mut city, KILLS[0]).await;
    let sealed = opened::seal(&city).await.unwrap_or_else(|error| panic!("{error}"));
    let waits = |answered: usize| (answered < sealed[0]).then(|| format!("{answered} answered"));
    let area = city.areas[0].clone();
    let answered = opened::until(&city, DISTRICT, |sums| Vec::from_iter(waits(sums.answered())));
    answered.await.unwrap_or_else(|error| panic!("{error}"));
    for (kills, (at, of)) in
        KILLS[1..].iter().zip([(WEEKS_OPEN, Of::Weeks), (TERM_OPENS, Of::Terms)])
    {
        city.time.move_to(at).expect("time");
        killer.kill(&mut city, *kills).await;
        let opened = opened::until(&city, DISTRICT, |sums| sums.waiting(of, &area.stages));
        opened.await.unwrap_or_else(|error| panic!("{error}"));
    }
    assert_eq!(killer.kills, 2 * KILLS.iter().sum::<u32>());
    opened::until_told(&city, DISTRICT).await.unwrap_or_else(|error| panic!("{error}"));
    let mut sets = 0;
    for (period, least) in [(WEEK, 10), (TERM, 5)] {
        let held = |unit| opened_at(&city, unit, period.parse().expect("period"));
        let opened = held(DISTRICT);
        assert!(opened.len() >= least, "{} tables of {period}", opened.len());
        for unit in [HEALTH.0, CITY.0] {
            let same = held(unit);
            let cells = |sums: &Opened| {
                sums.iter().map(|(table, sum)| (table.clone(), sum.cells.clone())).collect()
            };
            let (own, same): (BTreeMap<_, _>, BTreeMap<_, _>) = (cells(&opened), cells(&same));
            assert_eq!(own, same, "{unit} and the leader, {period}");
        }
        sets += opened.len();
        recount::compare(&city, &SCHOOLS, (period, &opened), &[]);
    }
    assert!(records(&city, DISTRICT) >= sets);
    assert_eq!(records(&city, DISTRICT), records(&city, HEALTH.0));
    city.stop().await;
}
