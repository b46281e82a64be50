//! The morning after a power cut (P4): every school connects anew and pushes one table, at once.
//!
//! First as many bare mutual TLS handshakes, on the same configuration, without anything behind
//! them. Then connections to a hub, with all calls that an uplink makes before its first push.
//! Then the 949 schools of a city through a district, until the city's figures are complete.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use certs::identity::LeafIdentity;
use certs::tls::{client_config, server_name};
use domain::unit::{IdentityName, UnitKind};
use hub::store::total;
use runtime::sql::SqlError;
use support::child::Server;
use support::city::{BenchHub, CITY, City, DISTRICT};
use support::load::{Taken, measure};
use support::report::{self, Goal, median};
use support::school::School;
use support::{catalogue, has_flag};
use tokio::io::AsyncReadExt as _;
use tokio_rustls::TlsConnector;

/// Schools of the city of the issue.
const CITY_SCHOOLS: usize = 949;

fn main() {
    support::child::serve_if_child();
    support::run(bench());
}

async fn bench() {
    report::title("storm");
    // Every connection takes a descriptor on both sides; most machines allow 1,024 unless told.
    let schools = if has_flag("--quick") { 200 } else { 2_000 };
    let repeats = if has_flag("--quick") { 1 } else { 3 };
    let city = City::new();
    let identities = city.schools(schools);
    let (mut ratios, mut ours, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..repeats {
        let config = city.prepare((DISTRICT, UnitKind::District), None, &identities);
        let (name, trust) = (config.name.clone(), city.trust());
        let limit = Server::start("--shake", &config.data);
        let shaken = measure(&limit, shake_all(&identities, &limit, &name, &trust)).await.0;
        drop(limit);
        let hub = city.start(config);
        let pushed = storm(&hub, &identities, &trust).await;
        ratios.push(pushed.cpu.as_secs_f64() / shaken.cpu.as_secs_f64());
        print_line(schools, &shaken, &pushed, &hub);
        ours.push(pushed.cpu.as_secs_f64() * 1e6 / schools as f64);
        bare.push(shaken.cpu.as_secs_f64() * 1e6 / schools as f64);
        let folder = hub.config.data.clone();
        drop(hub);
        std::fs::remove_dir_all(folder).expect("folder");
    }
    report::goals();
    let what = "hub CPU of connections with one push, of bare handshakes";
    let value = median(&ratios);
    Goal { id: "P4", what, value, unit: "x", must: 1.5, aim: 1.3, more: false }.print();
    println!(
        "\nCPU per school: {:.0} us, {:.0} us for the handshake alone.",
        median(&ours),
        median(&bare)
    );
    whole_city().await;
    println!("\nload {} after", report::load());
}

fn print_line(schools: usize, shaken: &Taken, pushed: &Taken, hub: &BenchHub) {
    println!(
        "{schools} schools: handshakes {:.2} s, {:.2} s CPU; with a push each {:.2} s, \
         {:.2} s CPU; none refused, none lost; hub memory at most {:.0} MiB",
        shaken.wall.as_secs_f64(),
        shaken.cpu.as_secs_f64(),
        pushed.wall.as_secs_f64(),
        pushed.cpu.as_secs_f64(),
        hub.server.memory_mib("VmHWM"),
    );
}

async fn shake_all(
    identities: &[LeafIdentity],
    server: &Server,
    hub: &IdentityName,
    trust: &certs::chain::Trust,
) {
    let tasks: Vec<_> = identities
        .iter()
        .map(|identity| {
            let config = client_config(Some(identity), hub, trust).expect("tls");
            let (address, name) = (server.address, server_name(hub).expect("name"));
            tokio::spawn(async move {
                let socket = tokio::net::TcpStream::connect(address).await.expect("socket");
                socket.set_nodelay(true).expect("option");
                let connector = TlsConnector::from(config);
                let mut stream = connector.connect(name, socket).await.expect("handshake");
                stream.read_exact(&mut [0; 1]).await.expect("accepted");
                stream
            })
        })
        .collect();
    let mut open = Vec::with_capacity(tasks.len());
    for task in tasks {
        open.push(task.await.expect("handshake"));
    }
}

/// All schools at once: connect, hello, directives, report, one push; all must be accepted.
async fn storm(hub: &BenchHub, identities: &[LeafIdentity], trust: &certs::chain::Trust) -> Taken {
    let schools = identities.iter().cloned().map(School::new).collect();
    let (taken, lines) = measure(&hub.server, push_all(schools, hub, trust)).await;
    drop(lines);
    let stored = reported(hub);
    assert_eq!(stored as usize, identities.len(), "pushes were lost");
    taken
}

fn reported(hub: &BenchHub) -> u32 {
    let found: Result<u32, SqlError> = hub.store().read(|tx| {
        let mut schools = 0;
        for key in total::keys(tx)? {
            let kept = total::find(tx, &key, catalogue::CELLS)?;
            schools += kept.map_or(0, |total| total.schools_reported);
        }
        Ok(schools)
    });
    found.expect("store")
}

async fn push_all(
    schools: Vec<School>,
    hub: &BenchHub,
    trust: &certs::chain::Trust,
) -> Vec<support::school::Line> {
    let shared = Arc::new((hub.config.name.clone(), trust.clone(), hub.server.address));
    let digest = catalogue::digest();
    let tasks: Vec<_> = schools
        .into_iter()
        .map(|mut school| {
            let (shared, frames) = (shared.clone(), school.frames(1, &digest));
            tokio::spawn(async move {
                let (name, trust, address) = shared.as_ref();
                let mut line = school.connect(*address, name, trust).await;
                line.pull_and_report().await.expect("directives");
                let pushed = line.push(frames, 1).await;
                assert!(pushed.broken.is_none(), "not accepted: {:?}", pushed.broken);
                line
            })
        })
        .collect();
    let mut lines = Vec::with_capacity(tasks.len());
    for task in tasks {
        lines.push(task.await.expect("school"));
    }
    lines
}

/// The city of the issue: 949 schools with a report waiting, through one district hub.
async fn whole_city() {
    let city = City::new();
    let identities = city.schools(CITY_SCHOOLS);
    let above = city.start(city.prepare((CITY, UnitKind::City), None, &[]));
    let district =
        city.start(city.prepare((DISTRICT, UnitKind::District), Some(&above), &identities));
    let schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let trust = city.trust();
    let start = Instant::now();
    let (lines, complete) = tokio::join!(push_all(schools, &district, &trust), async {
        while (reported(&above) as usize) < CITY_SCHOOLS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        start.elapsed()
    });
    println!(
        "\n{CITY_SCHOOLS} schools at once through one district: city's figures complete after \
         {:.2} s; memory at most {:.0} MiB at the district, {:.0} MiB at the city.",
        complete.as_secs_f64(),
        district.server.memory_mib("VmHWM"),
        above.server.memory_mib("VmHWM"),
    );
    drop(lines);
    report::goals();
    let value = district.server.memory_mib("VmHWM").max(above.server.memory_mib("VmHWM"));
    let what = "memory of a hub, 949 schools at once";
    Goal { id: "issue", what, value, unit: "MiB", must: 256.0, aim: 96.0, more: false }.print();
}
