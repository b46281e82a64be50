//! Ingest (P1, P2, P12): signed tables of 500 counters over mutual TLS into a durable hub.
//!
//! The hub is another process. Frames are signed before the clock starts: that is the schools'
//! work. Ours and the limits take turns; a line of the first table is the median of the repeats.
//! Totals are checked against an independent sum, and at the end the hub is killed under load:
//! what it acknowledged must be in its store.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on says so and ends"
)]

mod support;

use std::time::Duration;

use certs::digest::sha256;
use domain::cell;
use domain::unit::UnitKind;
use hub::store::contribution::{self, Place};
use hub::store::total;
use runtime::sql::{Database, SqlError};
use support::child::Server;
use support::city::{BenchHub, City, DISTRICT};
use support::limit::{Blobs, append_grouped, append_synced};
use support::load::{Taken, measure};
use support::report::{self, Goal, median, percentile};
use support::school::{Line, Pushed, School, connect_all, push_at_once};
use support::{catalogue, proxy};

/// Numbers of schools, frames of each school in one repeat, frames in flight of each.
const SIZES: [(usize, usize, usize); 4] = [(1, 1_024, 64), (8, 256, 64), (32, 64, 16), (512, 8, 2)];
const REPEATS: usize = 5;

/// A page of the store, which is one of the system too.
const PAGE_BYTES: f64 = 4_096.0;

fn main() {
    support::child::serve_if_child();
    support::run(bench());
}

/// A hub under load and the schools that load it.
struct Rig {
    city: City,
    hub: BenchHub,
    schools: Vec<School>,
    /// The bytes that travelled.
    blobs: Blobs,
    /// The same counters as 64-bit integers: 4,000 bytes, what the goals were set by.
    wide: Blobs,
}

async fn bench() {
    report::title("ingest");
    let city = City::new();
    let identities = city.schools(512);
    let config = city.prepare((DISTRICT, UnitKind::District), None, &identities);
    let echo = Server::start("--echo", &config.data);
    let hub = city.start(config);
    let schools: Vec<School> = identities.into_iter().map(School::new).collect();
    let blobs = Blobs::open(&city.folder(), "blobs.db");
    let wide = Blobs::open(&city.folder(), "wide.db");
    let mut rig = Rig { city, hub, schools, blobs, wide };
    rates(&mut rig, &echo).await;
    latencies(&mut rig, &echo).await;
    bytes(&mut rig).await;
    check_sums(&rig);
    kill(rig).await;
    println!("\nload {} after", report::load());
}

/// Medians of one size.
#[derive(Default)]
struct Rates {
    pushes: Vec<f64>,
    cpu_us: Vec<f64>,
    blobs: Vec<f64>,
    wide: Vec<f64>,
    append: Vec<f64>,
    echo: Vec<f64>,
    echo_us: Vec<f64>,
    ratio: Vec<f64>,
    wide_ratio: Vec<f64>,
}

async fn rates(rig: &mut Rig, echo: &Server) {
    rates_head();
    let mut last = None;
    for (schools, each, window) in SIZES {
        let rates = rate(rig, echo, (schools, each, window)).await;
        let whole = |values: &[f64]| format!("{:.0}", median(values));
        report::line(&[
            &schools.to_string(),
            &whole(&rates.pushes),
            &whole(&rates.cpu_us),
            &whole(&rates.blobs),
            &whole(&rates.wide),
            &whole(&rates.append),
            &whole(&rates.echo),
            &whole(&rates.echo_us),
            &format!("{:.1} %", median(&rates.ratio)),
            &format!("{:.1} %", median(&rates.wide_ratio)),
        ]);
        last = Some(rates);
    }
    if let Some(rates) = last {
        rates.print_goals();
    }
}

fn rates_head() {
    report::head(&[
        "schools",
        "pushes/s",
        "hub CPU us/push",
        "SQLite blobs/s",
        "of 4,000 B/s",
        "append 256 a sync/s",
        "bare streaming/s",
        "its CPU us",
        "ours / blobs",
        "ours / 4,000 B",
    ]);
}

async fn rate(rig: &mut Rig, echo: &Server, size: (usize, usize, usize)) -> Rates {
    let (count, each, window) = size;
    let mut rates = Rates::default();
    let trust = rig.city.trust();
    let name = rig.hub.config.name.clone();
    let schools = rig.schools.get(..count).expect("schools").to_vec();
    let mut lines = connect_all(&schools, rig.hub.server.address, &name, &trust).await;
    let mut bare = connect_all(&schools, echo.address, &name, &trust).await;
    for _ in 0..REPEATS {
        let frames = sign(rig, count, each);
        let bodies: Vec<Vec<u8>> = interleave(&frames);
        let pushes = bodies.len() as f64;
        let (taken, outcome) = measure(&rig.hub.server, push_at_once(lines, frames, window)).await;
        lines = outcome.0;
        whole(&outcome.1);
        let limits = Limits {
            blobs: rig.blobs.insert(&bodies, count),
            wide: rig.wide.insert(&vec![vec![7; 8 * catalogue::CELLS]; bodies.len()], count),
            append: append_grouped(&rig.city.folder(), &bodies, 256),
        };
        let (echoed, back) = measure(echo, echo_at_once(bare, &bodies, window)).await;
        bare = back;
        rates.add(pushes, (taken, echoed), &limits);
    }
    rates
}

/// How long the limits took for as many pushes.
struct Limits {
    blobs: Duration,
    wide: Duration,
    append: Duration,
}

/// Times as many frames that are only answered, so that the clock's ticks do not matter.
const ECHO_TIMES: usize = 8;

impl Rates {
    fn print_goals(&self) {
        report::goals();
        let percent = |what, value| {
            Goal { id: "P1", what, value, unit: "%", must: 25.0, aim: 50.0, more: true }.print();
        };
        percent("512 schools, of SQLite blobs of 4,000 B", median(&self.wide_ratio));
        percent("512 schools, of SQLite blobs of the bytes that travelled", median(&self.ratio));
        let (what, value) = ("hub CPU per push", median(&self.cpu_us));
        Goal { id: "P1", what, value, unit: "us", must: 200.0, aim: 100.0, more: false }.print();
    }

    fn add(&mut self, pushes: f64, (ours, echo): (Taken, Taken), limits: &Limits) {
        let rate = |wall: Duration| pushes / wall.as_secs_f64();
        let us = |taken: Taken| taken.cpu.as_secs_f64() * 1e6 / pushes;
        self.pushes.push(rate(ours.wall));
        self.cpu_us.push(us(ours));
        self.blobs.push(rate(limits.blobs));
        self.wide.push(rate(limits.wide));
        self.append.push(rate(limits.append));
        self.echo.push(rate(echo.wall) * ECHO_TIMES as f64);
        self.echo_us.push(us(echo) / ECHO_TIMES as f64);
        self.ratio.push(rate(ours.wall) / rate(limits.blobs) * 100.0);
        self.wide_ratio.push(rate(ours.wall) / rate(limits.wide) * 100.0);
    }
}

fn sign(rig: &mut Rig, count: usize, each: usize) -> Vec<Vec<Vec<u8>>> {
    let digest = catalogue::digest();
    rig.schools.iter_mut().take(count).map(|school| school.frames(each, &digest)).collect()
}

fn interleave(frames: &[Vec<Vec<u8>>]) -> Vec<Vec<u8>> {
    let each = frames.first().map_or(0, Vec::len);
    (0..each).flat_map(|n| frames.iter().filter_map(move |own| own.get(n).cloned())).collect()
}

/// Every frame was accepted.
fn whole(outcomes: &[Pushed]) {
    for pushed in outcomes {
        assert!(pushed.broken.is_none(), "not accepted: {:?}", pushed.broken);
    }
}

async fn echo_at_once(lines: Vec<Line>, bodies: &[Vec<u8>], window: usize) -> Vec<Line> {
    let each = bodies.len() / lines.len().max(1);
    let tasks: Vec<_> = lines
        .into_iter()
        .map(|mut line| {
            let frames: Vec<_> = bodies.iter().cycle().take(each * ECHO_TIMES).cloned().collect();
            tokio::spawn(async move {
                line.echo(frames, window).await;
                line
            })
        })
        .collect();
    let mut lines = Vec::with_capacity(tasks.len());
    for task in tasks {
        lines.push(task.await.expect("load"));
    }
    lines
}

async fn latencies(rig: &mut Rig, echo: &Server) {
    let trust = rig.city.trust();
    let name = rig.hub.config.name.clone();
    let schools = rig.schools.get(..32).expect("schools").to_vec();
    let mut lines = connect_all(&schools, rig.hub.server.address, &name, &trust).await;
    let mut bare = connect_all(&schools, echo.address, &name, &trust).await;
    let mut seen = Latencies::default();
    for _ in 0..REPEATS {
        let body = rig.schools[0].clone().frames(1, &catalogue::digest()).concat();
        let sync = append_synced(&rig.city.folder(), &body, 200);
        let alone = sign(rig, 1, 100);
        let before = rig.hub.server.written();
        let pushed = lines[0].push(alone.concat(), 1).await;
        seen.pages.push((rig.hub.server.written() - before) / PAGE_BYTES / 100.0);
        seen.alone.push(&pushed, &sync);
        let echoed = bare[0].echo_paced(vec![body.clone(); 100], Duration::ZERO).await;
        seen.bare_alone.push(&Pushed { latencies: echoed, broken: None }, &sync);
        let (back, outcomes) = push_at_once(lines, sign(rig, 32, 20), 1).await;
        whole(&outcomes);
        seen.together.push(&join(outcomes), &sync);
        lines = back;
        let (back, outcomes) = push_paced(lines, sign(rig, 32, 10)).await;
        whole(&outcomes);
        seen.paced.push(&join(outcomes), &sync);
        lines = back;
        let (back, echoed) = echo_paced(bare, &body).await;
        seen.bare_paced.push(&Pushed { latencies: echoed, broken: None }, &sync);
        bare = back;
        seen.sync.extend(sync);
    }
    seen.print();
}

/// 32 schools, each with a push every 100 ms: the load of a busy week, not a race.
async fn push_paced(lines: Vec<Line>, frames: Vec<Vec<Vec<u8>>>) -> (Vec<Line>, Vec<Pushed>) {
    let pause = Duration::from_millis(100);
    let tasks: Vec<_> = lines
        .into_iter()
        .zip(frames)
        .enumerate()
        .map(|(place, (mut line, frames))| {
            tokio::spawn(async move {
                tokio::time::sleep(pause / 32 * u32::try_from(place).unwrap_or(0)).await;
                let pushed = line.push_paced(frames, pause).await;
                (line, pushed)
            })
        })
        .collect();
    let mut both = (Vec::new(), Vec::new());
    for task in tasks {
        let (line, pushed) = task.await.expect("load");
        both.0.push(line);
        both.1.push(pushed);
    }
    both
}

/// The same load on a server that only answers.
async fn echo_paced(lines: Vec<Line>, body: &[u8]) -> (Vec<Line>, Vec<f64>) {
    let pause = Duration::from_millis(100);
    let tasks: Vec<_> = lines
        .into_iter()
        .enumerate()
        .map(|(place, mut line)| {
            let frames = vec![body.to_vec(); 10];
            tokio::spawn(async move {
                tokio::time::sleep(pause / 32 * u32::try_from(place).unwrap_or(0)).await;
                let latencies = line.echo_paced(frames, pause).await;
                (line, latencies)
            })
        })
        .collect();
    let mut both = (Vec::new(), Vec::new());
    for task in tasks {
        let (line, latencies) = task.await.expect("load");
        both.0.push(line);
        both.1.extend(latencies);
    }
    both
}

fn join(outcomes: Vec<Pushed>) -> Pushed {
    let latencies = outcomes.into_iter().flat_map(|pushed| pushed.latencies).collect();
    Pushed { latencies, broken: None }
}

#[derive(Default)]
struct Against {
    p50: Vec<f64>,
    p99: Vec<f64>,
    p50_ratio: Vec<f64>,
    p99_ratio: Vec<f64>,
}

impl Against {
    fn push(&mut self, pushed: &Pushed, sync: &[f64]) {
        let limit = median(sync);
        let (p50, p99) = (median(&pushed.latencies), percentile(&pushed.latencies, 99.0));
        self.p50.push(p50);
        self.p99.push(p99);
        self.p50_ratio.push(p50 / limit);
        self.p99_ratio.push(p99 / limit);
    }

    fn line(&self, what: &str) {
        let text = |values: &[f64]| format!("{:.2}", median(values));
        report::line(&[
            what,
            &text(&self.p50),
            &text(&self.p99),
            &text(&self.p50_ratio),
            &text(&self.p99_ratio),
        ]);
    }
}

#[derive(Default)]
struct Latencies {
    sync: Vec<f64>,
    /// Pages that the hub wrote for each push of one school, its sealings and folding included.
    pages: Vec<f64>,
    alone: Against,
    together: Against,
    paced: Against,
    /// A server that answers over the same transport without looking or storing.
    bare_alone: Against,
    bare_paced: Against,
}

impl Latencies {
    fn print(&self) {
        report::head(&[
            "push to receipt",
            "p50 ms",
            "p99 ms",
            "p50 / fdatasync",
            "p99 / fdatasync",
        ]);
        let limit = (median(&self.sync), percentile(&self.sync, 99.0));
        let text = |value: f64| format!("{value:.2}");
        let ratio = text(limit.1 / limit.0);
        report::line(&["fdatasync append", &text(limit.0), &text(limit.1), "1.00", &ratio]);
        self.alone.line("one school, one after the other");
        self.together.line("32 schools, each at once again");
        self.paced.line("32 schools, 320 pushes/s in all");
        self.bare_alone.line("bare streaming, one after the other");
        self.bare_paced.line("bare streaming, 320/s in all");
        let pages = text(median(&self.pages));
        println!(
            "\nA push that comes alone has {pages} pages written, with what seals and folds it."
        );
        self.print_goals();
    }

    fn print_goals(&self) {
        report::goals();
        let goal = |what, values: &[f64], must, aim| {
            let value = median(values);
            Goal { id: "P2", what, value, unit: "x", must, aim, more: false }.print();
        };
        goal("32 schools at once, p50", &self.together.p50_ratio, 4.0, 2.0);
        goal("32 schools at once, p99", &self.together.p99_ratio, 12.0, 5.0);
        goal("32 schools at 320 pushes/s, p50", &self.paced.p50_ratio, 4.0, 2.0);
        goal("32 schools at 320 pushes/s, p99", &self.paced.p99_ratio, 12.0, 5.0);
        goal("one school closed loop, p50", &self.alone.p50_ratio, 3.0, 2.5);
    }
}

/// Bytes of one push on a kept connection, with its acknowledgement, as TLS records on the socket.
async fn bytes(rig: &mut Rig) {
    let (trust, name) = (rig.city.trust(), rig.hub.config.name.clone());
    let (address, count) = proxy::start(rig.hub.server.address).await;
    let mut line = rig.schools[0].connect(address, &name, &trust).await;
    line.push(sign(rig, 1, 16).concat(), 1).await;
    let mut each = [0.0; 2];
    for (bytes, window) in each.iter_mut().zip([1, 64]) {
        let frames = sign(rig, 1, 256).concat();
        let before = count.total();
        whole(&[line.push(frames, window).await]);
        *bytes = (count.total() - before) as f64 / 256.0;
    }
    let frame = rig.schools[0].clone().frames(1, &catalogue::digest()).concat();
    println!("\nA frame has {} bytes, {} of them packed cells.", frame.len(), packed_bytes());
    report::goals();
    let goal = |what, value| {
        Goal { id: "P12", what, value, unit: "B", must: 1_500.0, aim: 900.0, more: false }.print();
    };
    goal("one push and its receipt, one at a time", each[0]);
    goal("one push and its receipt, 64 in flight", each[1]);
}

fn packed_bytes() -> usize {
    cell::pack(&catalogue::cells(7)).len()
}

/// The hub's totals are what the schools know that they sent.
fn check_sums(rig: &Rig) {
    let held: Result<u64, SqlError> = rig.hub.store().read(|tx| {
        let mut sum = 0;
        for key in total::keys(tx)? {
            let kept = total::find(tx, &key, catalogue::CELLS)?.expect("total");
            sum += kept.sums.values().iter().sum::<u64>();
        }
        Ok(sum)
    });
    let sent: u64 = rig.schools.iter().map(School::sum).sum();
    assert_eq!(held.expect("totals"), sent, "totals differ from what was sent");
    let pushes: u64 = rig.schools.iter().map(School::made).sum();
    println!("\nTotals of {pushes} pushes equal the independent sum.");
}

/// Kills the hub under load; every acknowledged release must be in its store.
async fn kill(mut rig: Rig) {
    let (trust, name) = (rig.city.trust(), rig.hub.config.name.clone());
    let before: u64 = rig.schools.iter().map(School::made).sum();
    let schools = rig.schools.get(..32).expect("schools").to_vec();
    let lines = connect_all(&schools, rig.hub.server.address, &name, &trust).await;
    let frames = sign(&mut rig, 32, 200);
    let sent = frames.clone();
    let load = tokio::spawn(push_at_once(lines, frames, 16));
    tokio::time::sleep(Duration::from_millis(250)).await;
    let config = rig.hub.config.clone();
    rig.hub.server.kill();
    let (_, outcomes) = load.await.expect("load");
    let store = hub::app::open_store(&config).expect("store");
    let mut acknowledged = 0;
    for (pushed, frames) in outcomes.iter().zip(&sent) {
        for frame in frames.iter().take(pushed.latencies.len()) {
            assert!(is_kept(&store, frame), "an acknowledged push was lost");
            acknowledged += 1;
        }
    }
    let broken = outcomes.iter().filter(|pushed| pushed.broken.is_some()).count();
    assert!(broken > 0, "the hub was killed after everything was answered: raise the load");
    println!(
        "Killed under load after {before} pushes: {acknowledged} more were acknowledged, all kept."
    );
}

fn is_kept(store: &Database, frame: &[u8]) -> bool {
    let body = proto::frame::decode_frame(frame).expect("frame").item.expect("item").body;
    let id = proto::release::decode(&body).expect("release").header.id;
    let place = Place {
        unit: id.unit.to_string(),
        table: id.table.to_string(),
        period: id.period.to_string(),
    };
    let kept: Result<_, SqlError> =
        store.read(move |tx| contribution::digest_of(tx, &place, id.revision.get()));
    kept.expect("store") == Some(sha256(&body).to_tagged())
}
