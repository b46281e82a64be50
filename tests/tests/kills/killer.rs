//! The killer: ends processes as `kill -9` does at moments that a seed draws, one to three at a
//! time, starts them again, and takes the time until each is ready.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::DateTime;
use tests::city::build::City;
use tests::city::generate::Seeded;
use tests::city::plan::HEALTH;

use crate::{SCHOOLS, quiet};

/// Most processes that are down at a time.
const AT_ONCE_MAX: u64 = 3;
/// Longest times before a kill and before a start.
const BEFORE_MS: u64 = 400;
const DOWN_MS: u64 = 200;
/// How far the city's time goes on in each bout: whoever waits to try again does.
const BOUT_MINUTES: i64 = 10;
/// From a start to being ready, as it is promised, and as no machine may take.
const PROMISED: Duration = Duration::from_secs(2);
const LIMIT: Duration = Duration::from_secs(30);

/// Draws who is killed, and when.
pub struct Killer {
    random: Seeded,
    units: Vec<String>,
    at: DateTime,
    kills: u32,
    starts: BTreeMap<&'static str, Vec<Duration>>,
}

impl Killer {
    pub fn new(city: &City, seed: u64) -> Self {
        let hubs = city.plan.hubs.iter().map(|hub| hub.unit.clone());
        let others = SCHOOLS.into_iter().chain([HEALTH.0]).map(str::to_owned);
        Self {
            random: Seeded::new(seed, "kills"),
            units: hubs.chain(others).collect(),
            at: city.wishes.founded,
            kills: 0,
            starts: BTreeMap::new(),
        }
    }

    pub const fn kills(&self) -> u32 {
        self.kills
    }

    /// The city's time goes on to a day.
    pub fn move_to(&mut self, city: &City, at: DateTime) {
        self.at = at;
        city.time.move_to(at).expect("time");
    }

    /// Kills until there were so many in all. At no moment stands more than there is.
    pub async fn work(&mut self, city: &mut City, kills: u32) {
        while self.kills < kills {
            let victims = self.victims();
            for unit in &victims {
                self.pause(BEFORE_MS).await;
                self.cut(city, unit).await;
            }
            for unit in &victims {
                self.pause(DOWN_MS).await;
                self.mend(city, unit).await;
            }
            self.move_to(city, self.at + BOUT_MINUTES.minutes());
            quiet::nothing_stands_twice(city);
        }
    }

    /// Kills one.
    pub async fn cut(&mut self, city: &mut City, unit: &str) {
        city.cut(unit).await.unwrap_or_else(|error| panic!("{unit}: {error}"));
        self.kills += 1;
    }

    /// Starts one again.
    pub async fn mend(&mut self, city: &mut City, unit: &str) {
        let started = Instant::now();
        city.mend(unit).await.unwrap_or_else(|error| panic!("{unit}: {error}"));
        let took = started.elapsed();
        assert!(took < LIMIT, "{unit} was ready after {took:?}");
        self.starts.entry(kind(unit)).or_default().push(took);
    }

    fn victims(&mut self) -> Vec<String> {
        let many = 1 + self.random.below(AT_ONCE_MAX);
        let mut places = BTreeSet::new();
        for _ in 0..many {
            let place = self.random.below(self.units.len() as u64);
            places.insert(usize::try_from(place).expect("place"));
        }
        places.into_iter().map(|place| self.units[place].clone()).collect()
    }

    async fn pause(&mut self, most_ms: u64) {
        let wait = Duration::from_millis(self.random.below(most_ms));
        tokio::time::sleep(wait).await;
    }

    /// Prints how long starts took, as `docs/reliability.md` has it.
    pub fn tell(&self) {
        println!("{} kills; from start to ready:", self.kills);
        for (kind, all) in &self.starts {
            let mut sorted = all.clone();
            sorted.sort_unstable();
            let at = |hundredth: usize| sorted[(sorted.len() - 1) * hundredth / 100].as_millis();
            let late = sorted.iter().filter(|took| **took >= PROMISED).count();
            let (starts, [half, most, all]) = (sorted.len(), [50, 95, 100].map(at));
            println!("  {kind}: {starts} starts, {late} of them in 2 s or more;");
            println!("    median {half} ms, 95th of a hundred {most} ms, longest {all} ms");
        }
    }
}

fn kind(unit: &str) -> &'static str {
    if unit == HEALTH.0 {
        "helper"
    } else if SCHOOLS.contains(&unit) {
        "node"
    } else {
        "hub"
    }
}
