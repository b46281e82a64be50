//! Freshness (P3): how long until what a school sent is in the city's total, through a district.
//!
//! School, district and city are durable at every step. A school pushes, and this process looks
//! into the city's store until the total holds it: unloaded, one push after the other with a
//! pause; then 128, 256 and 512 schools at once.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::time::{Duration, Instant};

use domain::unit::UnitKind;
use hub::store::total::{self, TotalKey};
use runtime::sql::{Database, SqlError};
use support::catalogue;
use support::city::{BenchHub, CITY, City, DISTRICT};
use support::limit::append_synced;
use support::report::{self, Goal, median, percentile};
use support::school::{School, connect_all, push_at_once};

const SINGLE: usize = 150;
const REPEATS: usize = 5;

/// Schools that push at once, others each time.
const AT_ONCE: [usize; 3] = [128, 256, 512];

fn main() {
    support::child::serve_if_child();
    support::run(bench());
}

async fn bench() {
    report::title("freshness");
    let city = City::new();
    let identities = city.schools(1 + AT_ONCE.iter().sum::<usize>());
    let above = city.start(city.prepare((CITY, UnitKind::City), None, &[]));
    let district =
        city.start(city.prepare((DISTRICT, UnitKind::District), Some(&above), &identities));
    let mut schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let store = above.store();
    let (alone, sync) = unloaded(&city, &district, &store, &mut schools).await;
    let (mut together, mut before) = (Vec::new(), 1);
    for count in AT_ONCE {
        let schools = schools.get_mut(before..before + count).expect("schools");
        together.push((count, at_once((&city, &district), &store, schools, before).await));
        before += count;
    }
    print(&alone, &sync, &together);
}

/// Schools that the city's total of a week counts.
fn reported(store: &Database, number: u64) -> u32 {
    let key = TotalKey {
        table: catalogue::TABLE.to_owned(),
        period: catalogue::week(number).0,
        catalogue: catalogue::digest().to_tagged(),
    };
    let found: Result<_, SqlError> = store.read(move |tx| total::find(tx, &key, catalogue::CELLS));
    found.expect("store").map_or(0, |total| total.schools_reported)
}

/// Looks every tenth of a millisecond, on a thread of its own: the executor's clock is coarser.
async fn until(store: &Database, number: u64, schools: u32) -> Instant {
    let store = store.clone();
    let looking = tokio::task::spawn_blocking(move || {
        while reported(&store, number) < schools {
            std::thread::sleep(Duration::from_micros(100));
        }
        Instant::now()
    });
    looking.await.expect("looked")
}

/// Milliseconds from a push to the city's total, and of an fdatasync, in turns.
async fn unloaded(
    city: &City,
    district: &BenchHub,
    store: &Database,
    schools: &mut [School],
) -> (Vec<f64>, Vec<f64>) {
    let school = schools.first_mut().expect("school");
    let name = &district.config.name;
    let mut line = school.connect(district.server.address, name, &city.trust()).await;
    // The district's own connection to the city takes a moment.
    let digest = catalogue::digest();
    line.push(school.frames(1, &digest), 1).await;
    until(store, 0, 1).await;
    let (mut taken, mut sync) = (Vec::new(), Vec::new());
    for number in 1..=SINGLE {
        let frames = school.frames(1, &digest);
        let body = frames.concat();
        let start = Instant::now();
        let pushing = tokio::spawn(async move {
            line.push(frames, 1).await;
            line
        });
        let seen = until(store, number as u64, 1).await;
        taken.push(report::ms(seen - start));
        line = pushing.await.expect("pushed");
        sync.extend(append_synced(&city.folder(), &body, 2));
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    (taken, sync)
}

/// Milliseconds until the city's total holds all schools that push at once, beside those that
/// sent the same weeks before.
async fn at_once(
    (city, district): (&City, &BenchHub),
    store: &Database,
    schools: &mut [School],
    before: usize,
) -> Vec<f64> {
    let digest = catalogue::digest();
    let all = u32::try_from(before + schools.len()).expect("small");
    let name = &district.config.name;
    let mut lines = connect_all(schools, district.server.address, name, &city.trust()).await;
    let mut taken = Vec::new();
    for repeat in 0..REPEATS {
        let frames = schools.iter_mut().map(|school| school.frames(1, &digest)).collect();
        let start = Instant::now();
        let pushing = tokio::spawn(push_at_once(lines, frames, 1));
        let seen = until(store, repeat as u64, all).await;
        taken.push(report::ms(seen - start));
        lines = pushing.await.expect("pushed").0;
    }
    taken
}

fn print(alone: &[f64], sync: &[f64], together: &[(usize, Vec<f64>)]) {
    let text = |value: f64| format!("{value:.2}");
    report::head(&["school to city's total", "p50 ms", "p99 ms"]);
    report::line(&["fdatasync append", &text(median(sync)), &text(percentile(sync, 99.0))]);
    report::line(&["one push, unloaded", &text(median(alone)), &text(percentile(alone, 99.0))]);
    for (count, taken) in together {
        let what = format!("{count} schools at once, the last of them");
        report::line(&[&what, &text(median(taken)), &text(percentile(taken, 99.0))]);
    }
    let most = together.last().map_or(0.0, |(_, taken)| median(taken));
    report::goals();
    let goal = |what, value, unit, (must, aim)| {
        Goal { id: "P3", what, value, unit, must, aim, more: false }.print();
    };
    goal("unloaded, p50 of fdatasync p50", median(alone) / median(sync), "x", (10.0, 6.0));
    goal("unloaded, p99", percentile(alone, 99.0), "ms", (50.0, 20.0));
    goal("512 schools in the city's total", most, "ms", (500.0, 100.0));
    println!("\nload {} after", report::load());
}
