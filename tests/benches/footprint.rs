//! Footprint of the hub (P7, P8): disk and memory.
//!
//! Disk is what the hub's folder holds after 1,000 pushes of 500 counters from 100 schools, sent
//! in ten weeks, with snapshots, answers and indexes. Memory is resident memory of the hub.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::path::Path;
use std::time::Duration;

use domain::unit::UnitKind;
use support::city::{BenchHub, City, DISTRICT};
use support::report::{self, Goal};
use support::school::{School, connect_all, push_at_once};
use support::{catalogue, has_flag};

fn main() {
    support::child::serve_if_child();
    support::run(bench());
}

async fn bench() {
    report::title("footprint");
    let idle = idle().await;
    let (disk, cells) = disk().await;
    let (streams, memory) = streams().await;
    report::goals();
    let goal = |id, what: &str, value, unit, (must, aim)| {
        Goal { id, what, value, unit, must, aim, more: false }.print();
    };
    goal("P7", "disk of the hub after 1,000 pushes", disk / cells, "B/cell", (2.0, 1.0));
    goal("P8", "hub, idle", idle, "MiB", (24.0, 12.0));
    goal("P8", &format!("hub, {streams} live streams"), memory, "MiB", (96.0, 32.0));
    println!("\nload {} after", report::load());
}

async fn idle() -> f64 {
    let city = City::new();
    let identities = city.schools(32);
    let hub = city.start(city.prepare((DISTRICT, UnitKind::District), None, &identities));
    tokio::time::sleep(Duration::from_millis(500)).await;
    hub.server.memory_mib("VmRSS")
}

async fn disk() -> (f64, f64) {
    let city = City::new();
    let identities = city.schools(100);
    let hub = city.start(city.prepare((DISTRICT, UnitKind::District), None, &identities));
    let mut schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let (name, trust, digest) = (hub.config.name.clone(), city.trust(), catalogue::digest());
    let mut lines = connect_all(&schools, hub.server.address, &name, &trust).await;
    let before = folded_bytes(&hub);
    for _ in 0..10 {
        let frames = schools.iter_mut().map(|school| school.frames(1, &digest)).collect();
        let (back, outcomes) = push_at_once(lines, frames, 1).await;
        assert!(outcomes.iter().all(|pushed| pushed.broken.is_none()), "not accepted");
        lines = back;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(lines);
    let after = folded_bytes(&hub);
    parts(&hub);
    ((after - before) as f64, 1_000.0 * catalogue::CELLS as f64)
}

/// Bytes of the database without its log, which is folded in first.
fn folded_bytes(hub: &BenchHub) -> u64 {
    let path = hub.config.path("hub.db");
    let connection = rusqlite::Connection::open(&path).expect("database");
    let _ = connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()));
    size(&path)
}

/// What the bytes are: content of the largest columns.
fn parts(hub: &BenchHub) {
    let connection = rusqlite::Connection::open(hub.config.path("hub.db")).expect("database");
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap_or(0);
    println!(
        "\n{} contributions with {} B of signed bytes, {} snapshots with {} B of lists.",
        count("select count(*) from contribution"),
        count("select sum(length(body)) from contribution"),
        count("select count(*) from snapshot"),
        count("select sum(length(contributions)) from snapshot"),
    );
}

async fn streams() -> (usize, f64) {
    let count = if has_flag("--quick") { 200 } else { 2_000 };
    let city = City::new();
    let identities = city.schools(count);
    let hub = city.start(city.prepare((DISTRICT, UnitKind::District), None, &identities));
    let schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let (name, trust) = (hub.config.name.clone(), city.trust());
    let lines = connect_all(&schools, hub.server.address, &name, &trust).await;
    let mut following = Vec::with_capacity(count);
    for line in &lines {
        following.push(line.follow().await);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    (count, hub.server.memory_mib("VmRSS"))
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}
