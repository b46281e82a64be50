//! Footprint of the hub (P7, P8): disk and memory.
//!
//! Disk is what the hub's folder holds after 1,000 pushes of 500 counters from 100 schools, sent
//! in ten weeks, with snapshots, answers and indexes; then after twice and four times as many.
//! Memory is resident memory of the hub, and beside it that of a server with the same transport
//! and nothing behind it.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::path::Path;
use std::time::Duration;

use domain::unit::UnitKind;
use support::child::Server;
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
    let disk = disk().await;
    let (streams, memory, bare) = streams().await;
    report::goals();
    let goal = |id, what: &str, value, unit, (must, aim)| {
        Goal { id, what, value, unit, must, aim, more: false }.print();
    };
    goal("P7", "disk of the hub after 1,000 pushes", disk, "B/cell", (2.0, 1.0));
    goal("P8", "hub, idle", idle, "MiB", (24.0, 12.0));
    goal("P8", &format!("hub, {streams} live streams"), memory, "MiB", (96.0, 32.0));
    // What is ours of it: record 0037.
    goal("P8", "the same, less the bare transport", memory - bare, "MiB", (24.0, 12.0));
    println!("\nload {} after", report::load());
}

async fn idle() -> f64 {
    let city = City::new();
    let identities = city.schools(32);
    let hub = city.start(city.prepare((DISTRICT, UnitKind::District), None, &identities));
    tokio::time::sleep(Duration::from_millis(500)).await;
    let [own, files] = ["RssAnon", "RssFile"].map(|name| hub.server.memory_mib(name));
    println!("\nIdle: {own:.1} MiB of its own, {files:.1} MiB of program and files.");
    hub.server.memory_mib("VmRSS")
}

/// Weeks after which the disk is looked at.
const WEEKS: [u32; 3] = [10, 20, 40];

/// Bytes a cell after the first of [`WEEKS`]; prints all of them.
async fn disk() -> f64 {
    let city = City::new();
    let identities = city.schools(100);
    let hub = city.start(city.prepare((DISTRICT, UnitKind::District), None, &identities));
    let mut schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let (name, trust, digest) = (hub.config.name.clone(), city.trust(), catalogue::digest());
    let mut lines = connect_all(&schools, hub.server.address, &name, &trust).await;
    let before = folded_bytes(&hub);
    let mut each = Vec::new();
    report::head(&["pushes", "database, B", "B a cell"]);
    for week in 1..=WEEKS[2] {
        let frames = schools.iter_mut().map(|school| school.frames(1, &digest)).collect();
        let (back, outcomes) = push_at_once(lines, frames, 1).await;
        assert!(outcomes.iter().all(|pushed| pushed.broken.is_none()), "not accepted");
        lines = back;
        tokio::time::sleep(Duration::from_millis(100)).await;
        if WEEKS.contains(&week) {
            let bytes = folded_bytes(&hub) - before;
            each.push(bytes as f64 / (100.0 * f64::from(week) * catalogue::CELLS as f64));
            let (pushes, bytes) = ((100 * week).to_string(), bytes.to_string());
            report::line(&[&pushes, &bytes, &format!("{:.3}", each.last().unwrap_or(&0.0))]);
        }
    }
    drop(lines);
    parts(&hub);
    each.first().copied().unwrap_or(0.0)
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

/// Memory of a hub with all live streams; prints it at a quarter and a half of them as well,
/// beside a server with the same transport and nothing behind it.
async fn streams() -> (usize, f64, f64) {
    let count = if has_flag("--quick") { 200 } else { 2_000 };
    let city = City::new();
    let identities = city.schools(count);
    let config = city.prepare((DISTRICT, UnitKind::District), None, &identities);
    let bare = Server::start("--echo", &config.data);
    let hub = city.start(config);
    let schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let (name, trust) = (hub.config.name.clone(), city.trust());
    report::head(&["live streams", "bare transport MiB", "hub MiB"]);
    let (mut open, mut memory, mut below) = (Vec::new(), 0.0, 0.0);
    let mut from = 0;
    for until in [0, count / 4, count / 2, count] {
        let schools = schools.get(from..until).unwrap_or_default();
        for address in [bare.address, hub.server.address] {
            for mut line in connect_all(schools, address, &name, &trust).await {
                line.follow().await;
                open.push(line);
            }
        }
        from = until;
        tokio::time::sleep(Duration::from_secs(1)).await;
        memory = hub.server.memory_mib("VmRSS");
        below = bare.memory_mib("VmRSS");
        let text = |value: f64| format!("{value:.1}");
        report::line(&[&until.to_string(), &text(below), &text(memory)]);
    }
    (count, memory, below)
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |data| data.len())
}
