//! What the processes are busy with: weeks of school life, each of which is released, sealed,
//! checked and opened while somebody is killed.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, date};
use node::app::Node;
use node::unlock::Opener;
use runtime::clock::Clock;
use tests::city::build::City;
use tests::city::days::TREE_FROM;
use tests::life::Life;
use tests::life::school::Failure;
use tokio::task::JoinSet;

use crate::killer::Killer;
use crate::{SCHOOLS, SEED};

/// Monday of the last week: school is still held.
const LAST_MONDAY: Date = date(2026, 1, 12);
/// Kills of a week, and most weeks: certificates that are issued on the first day hold to the last.
const KILLS_A_WEEK: u32 = 25;
const WEEKS_MAX: u32 = 10;
/// Hour of the looks at what is due.
const HOUR: i8 = 8;

/// Weeks and the kills that they share.
pub struct Rounds {
    kills: u32,
    weeks: u32,
}

/// One week.
pub struct Round {
    /// Its Monday.
    pub monday: Date,
    /// Kills in all, from the first week on: until its reports are answered, and until its sums
    /// are open.
    pub kills: [u32; 2],
}

impl Rounds {
    pub fn of(kills: u32) -> Self {
        Self { kills, weeks: (kills / KILLS_A_WEEK).clamp(1, WEEKS_MAX) }
    }

    /// The first week under seal.
    pub fn first_monday(&self) -> Date {
        LAST_MONDAY - (7 * i64::from(self.weeks - 1)).days()
    }

    /// When the commissions meet: a week before it.
    pub fn founded(&self) -> DateTime {
        (self.first_monday() - 7.days()).at(HOUR, 0, 0, 0)
    }

    /// Kills on the first day, on which all that is due since September leaves.
    pub const fn first_kills(&self) -> u32 {
        self.kills / 5
    }

    pub fn all(&self) -> impl Iterator<Item = Round> {
        let (first, before, halves) = (self.first_monday(), self.first_kills(), 2 * self.weeks);
        let rest = self.kills - before;
        let share = move |half: u32| before + rest * half / halves;
        (0..self.weeks).map(move |week| Round {
            monday: first + (7 * i64::from(week)).days(),
            kills: [share(2 * week + 1), share(2 * week + 2)],
        })
    }
}

impl Round {
    /// The Tuesday on which sheets and reports of the week leave.
    pub fn leaves(&self) -> DateTime {
        (self.monday + 8.days()).at(HOUR, 0, 0, 0)
    }

    /// The Thursday on which its sums open.
    pub fn opens(&self) -> DateTime {
        (self.monday + 10.days()).at(HOUR, 0, 0, 0)
    }
}

/// The lives of all schools, each as far as it was written.
#[derive(Default)]
pub struct Lives(BTreeMap<&'static str, Life>);

impl Lives {
    /// Kills every school that is served, writes into its ledger up to a day, and starts it at a
    /// time that is later, all side by side.
    pub async fn live_on(
        &mut self,
        city: &mut City,
        killer: &mut Killer,
        (last, at): (Date, DateTime),
    ) {
        for school in SCHOOLS {
            if city.is_served(school) {
                killer.cut(city, school).await;
            }
        }
        killer.move_to(city, at);
        let mut living = JoinSet::new();
        for school in SCHOOLS {
            let (dir, clock) = (city.wishes.dir.clone(), city.clock());
            let life = self.0.remove(school);
            living.spawn_blocking(move || live((&dir, school), clock, life, last));
        }
        while let Some(lived) = living.join_next().await {
            let (school, life) = lived.expect("thread").unwrap_or_else(|error| panic!("{error}"));
            self.0.insert(school, life);
        }
        city.serve_schools().await.unwrap_or_else(|error| panic!("{error}"));
    }
}

fn live(
    (dir, school): (&Path, &'static str),
    clock: Clock,
    life: Option<Life>,
    last: Date,
) -> Result<(&'static str, Life), Failure> {
    let node = open((dir, school), clock)?;
    Ok((school, write(&node, life, last)?))
}

/// Opens a school's folder beside its service, as its own commands do.
pub fn open((dir, school): (&Path, &str), clock: Clock) -> Result<Node, Failure> {
    let key = dir.join("keys").join(format!("{school}.key"));
    let opener = Opener::danger_from_key_file(&key)?;
    Ok(node::app::open_folder(&dir.join(school), &opener, clock)?)
}

/// Writes a life on up to a day.
pub fn write(node: &Node, life: Option<Life>, last: Date) -> Result<Life, Failure> {
    let life = match life {
        Some(life) => life,
        None => {
            let packs = node.packs()?;
            Life::begin(node.ledger(), SEED, TREE_FROM.parse()?, packs.calendar().terms())?
        }
    };
    Ok(life.until(node.ledger(), last)?)
}
