//! Queries (P5): figures of one period at 10, 100 and 1,000 schools and after one and ten years.
//!
//! The store is filled through the roll-up itself, without the network. A query is what the
//! interface and the page ask: one indicator, one period, and by both of its dimensions. All weeks
//! are asked as a trend, and beside it week by week.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::time::Instant;

use certs::digest::sha256;
use domain::unit::UnitKind;
use hub::packs::{PackCache, Packs};
use hub::registry::RegistryCache;
use hub::rollup::{self, Change};
use hub::statistics::{Members, Query, Statistics, TrendPoint, UnitName, run, trend};
use hub::store::contribution::{self, Contribution, Place};
use runtime::sql::{Database, SqlError};
use support::catalogue;
use support::city::{City, DISTRICT};
use support::report::{self, Goal, median, percentile};

const QUERIES: usize = 400;

fn main() {
    support::child::serve_if_child();
    support::run(bench());
}

async fn bench() {
    report::title("query");
    report::head(&[
        "schools",
        "weeks",
        "one week p50 us",
        "p99 us",
        "500 cells p50 us",
        "p99 us",
        "all weeks ms",
        "one by one ms",
    ]);
    let (mut worst, mut years) = (0.0_f64, 0.0_f64);
    for (schools, weeks) in [(10, 52), (100, 52), (1_000, 52), (10, 520), (100, 520)] {
        let statistics = filled(schools, weeks);
        let one = ask(&statistics, weeks, &[]).await;
        let all = ask(&statistics, weeks, &["staff_role", "course"]).await;
        let span = every(&statistics, weeks).await;
        let singly = one_by_one(&statistics, weeks).await;
        let whole = |value: f64| format!("{value:.0}");
        report::line(&[
            &schools.to_string(),
            &weeks.to_string(),
            &whole(median(&one)),
            &whole(percentile(&one, 99.0)),
            &whole(median(&all)),
            &whole(percentile(&all, 99.0)),
            &format!("{span:.2}"),
            &format!("{singly:.2}"),
        ]);
        worst = worst.max(percentile(&one, 99.0) / 1e3);
        years = if weeks == 520 { years.max(span) } else { years };
    }
    report::goals();
    let goal = |what, value, (must, aim)| {
        Goal { id: "P5", what, value, unit: "ms", must, aim, more: false }.print();
    };
    goal("one period, worst p99", worst, (1.0, 0.2));
    goal("ten years of weeks, one indicator", years, (5.0, 1.0));
    println!("\nload {} after", report::load());
}

/// A hub's statistics over a store with as many schools and weeks.
fn filled(schools: usize, weeks: u64) -> Statistics {
    let city = Box::leak(Box::new(City::new()));
    let config = city.prepare((DISTRICT, UnitKind::District), None, &[]);
    let store = hub::app::open_store(&config).expect("store");
    let clock = support::city::clock();
    let today = clock.today();
    let pins = hub::app::load_pins(&config).expect("roots");
    let packs = store.read(move |tx| Packs::load(tx, today, &pins)).expect("packs");
    for week in 0..weeks {
        fill(&store, &packs, schools, week);
    }
    let at = UnitName::of(&config);
    Statistics::new(store, std::sync::Arc::new(PackCache::new(packs)), clock, at)
}

fn fill(store: &Database, packs: &Packs, schools: usize, week: u64) {
    let (packs, hub) = (packs.clone(), DISTRICT.parse().expect("unit"));
    let filled: Result<(), SqlError> = store.write("fill", move |tx| {
        let mut changes = Vec::with_capacity(schools);
        for school in 0..schools {
            let new = given(&format!("F370202J{school:04}"), week);
            contribution::insert(tx, &new)?;
            let claimed = proto::release::decode(&new.body).map_err(|_| SqlError::Type)?;
            changes.push(Change { old: None, new, claimed });
        }
        rollup::fold(tx, &packs, &changes)?;
        let registry = RegistryCache::default().within(tx)?;
        let kind = UnitKind::District;
        let context =
            rollup::Context { packs: &packs, registry: &registry, hub: &hub, kind, now_ms: 1 };
        rollup::seal(tx, &context).map(drop)
    });
    filled.expect("filled");
}

fn given(unit: &str, week: u64) -> Contribution {
    let digest = catalogue::digest();
    let (body, _) = catalogue::release(unit, week, &digest);
    Contribution {
        place: Place {
            unit: unit.to_owned(),
            table: catalogue::TABLE.to_owned(),
            period: catalogue::week(week).0,
        },
        revision: 1,
        catalogue: digest.to_tagged(),
        digest: sha256(&body).to_tagged(),
        body,
        signature: vec![1; 97],
        arrived_at_ms: 1,
    }
}

fn query(week: u64, by: &[&str]) -> Query {
    Query {
        indicator: "bench.visits".to_owned(),
        period: catalogue::week(week).0.parse().expect("week"),
        by: by.iter().map(|dimension| (*dimension).to_owned()).collect(),
        members: Members::Left,
    }
}

/// Microseconds of queries for weeks in turn.
async fn ask(statistics: &Statistics, weeks: u64, by: &[&str]) -> Vec<f64> {
    let mut taken = Vec::with_capacity(QUERIES);
    for number in 0..QUERIES as u64 {
        let query = query(number * 7 % weeks, by);
        let start = Instant::now();
        statistics.figures(query).await.expect("figures");
        taken.push(start.elapsed().as_secs_f64() * 1e6);
    }
    taken
}

/// Milliseconds for one indicator in all weeks as a trend.
async fn every(statistics: &Statistics, weeks: u64) -> f64 {
    let week = |week: u64| query(week, &[]).period;
    let ends = (week(0), week(weeks - 1));
    let mut taken = Vec::new();
    for _ in 0..9 {
        let start = Instant::now();
        let found = statistics.read_async(move |tx, packs, at| {
            let periods = run(ends, packs.calendar()).expect("weeks");
            trend(tx, packs, at, ("bench.visits", &periods))
        });
        let found = found.await.expect("trend");
        taken.push(report::ms(start.elapsed()));
        assert!(found.points.len() as u64 >= weeks, "every week is in it");
        let is_told = |point: &TrendPoint| point.figures.whole.coverage.schools_reported > 0;
        assert_eq!(found.points.iter().filter(|one| is_told(one)).count() as u64, weeks);
    }
    median(&taken)
}

/// The same week by week, asked in one consistent view.
async fn one_by_one(statistics: &Statistics, weeks: u64) -> f64 {
    let mut taken = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let found = statistics.read_async(move |tx, packs, at| {
            for week in 0..weeks {
                hub::statistics::figures(tx, packs, at, &query(week, &[]))?;
            }
            Ok::<_, hub::statistics::StatisticsError>(())
        });
        found.await.expect("figures");
        taken.push(report::ms(start.elapsed()));
    }
    median(&taken)
}
