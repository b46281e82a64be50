//! Ingest beside a peer (P1): signed tables into a durable hub, and the same counters into
//! PostgreSQL, in turns on the same machine.
//!
//! Ours come over mutual TLS, are checked, signed for and added up; the peer's come over a socket
//! of the machine and are only stored.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::time::Instant;

use domain::unit::UnitKind;
use support::catalogue;
use support::city::{City, DISTRICT};
use support::postgres::Postgres;
use support::report::{self, Goal, median};
use support::school::{School, connect_all, push_at_once};

const SCHOOLS: usize = 32;
const REPEATS: usize = 5;

fn main() {
    support::child::serve_if_child();
    support::run(bench());
}

async fn bench() {
    report::title("peers");
    let folder = tempfile::tempdir().expect("folder");
    let Some(peer) = Postgres::start(folder.path()) else {
        println!("\nPostgreSQL is not installed here: nothing was compared.");
        return;
    };
    let city = City::new();
    let identities = city.schools(SCHOOLS);
    let hub = city.start(city.prepare((DISTRICT, UnitKind::District), None, &identities));
    let mut schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let (name, trust, digest) = (hub.config.name.clone(), city.trust(), catalogue::digest());
    let mut lines = connect_all(&schools, hub.server.address, &name, &trust).await;
    let (mut ours, mut rows, mut blobs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..REPEATS {
        let frames: Vec<_> = schools.iter_mut().map(|school| school.frames(512, &digest)).collect();
        let start = Instant::now();
        let (back, outcomes) = push_at_once(lines, frames, 16).await;
        ours.push((SCHOOLS * 512) as f64 / start.elapsed().as_secs_f64());
        assert!(outcomes.iter().all(|pushed| pushed.broken.is_none()), "not accepted");
        lines = back;
        rows.push(peer.rows(SCHOOLS));
        blobs.push(peer.blobs(SCHOOLS));
    }
    let whole = |values: &[f64]| format!("{:.0}", median(values));
    report::head(&["of 32 at once", "pushes/s"]);
    report::line(&["ours", &whole(&ours)]);
    report::line(&["PostgreSQL, 500 rows", &whole(&rows)]);
    report::line(&["PostgreSQL, one value of 4,000 B", &whole(&blobs)]);
    report::goals();
    let goal = |what, against: &[f64], must, aim| {
        let ratios: Vec<f64> = ours.iter().zip(against).map(|(ours, peer)| ours / peer).collect();
        let value = median(&ratios);
        Goal { id: "P1", what, value, unit: "x", must, aim, more: true }.print();
    };
    goal("of PostgreSQL rows", &rows, 8.0, 20.0);
    goal("of PostgreSQL blobs", &blobs, 0.8, 2.0);
    println!("\nload {} after", report::load());
}
