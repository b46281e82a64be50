//! The node (P9): size of its program, time until it is ready, memory when nothing happens.
//!
//! The program itself, built beside this benchmark, as a school office starts it: `init` once,
//! then `serve` five times. Ready is when it says so; memory is looked at a second later.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

#[path = "support/report.rs"]
mod report;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use report::{Goal, median, ms};

/// Starts of the node.
const REPEATS: usize = 5;

/// Processor ticks a second, as Linux counts them in `/proc`.
const TICKS: f64 = 100.0;

fn main() {
    report::title("node");
    let Some(program) = program() else {
        println!("\nno xinqiao-node beside this benchmark: cargo build --release -p node");
        return;
    };
    let folder = tempfile::tempdir().expect("folder");
    init(&program, folder.path());
    let started: Vec<Started> = (0..REPEATS).map(|_| start(&program, folder.path())).collect();
    let all = |of: fn(&Started) -> f64| median(&started.iter().map(of).collect::<Vec<_>>());
    let size = std::fs::metadata(&program).map_or(0, |data| data.len()) as f64 / 1e6;
    report::goals();
    let goal = |what, value, unit, (must, aim)| {
        Goal { id: "P9", what, value, unit, must, aim, more: false }.print();
    };
    goal("xinqiao-node, size of the program", size, "MB", (25.0, 12.0));
    goal("node, started until ready", all(|node| node.ready_ms), "ms", (300.0, 100.0));
    goal("node, processor time until ready", all(|node| node.cpu_ms), "ms", (300.0, 50.0));
    goal("node, idle", all(|node| node.memory_mib), "MiB", (24.0, 12.0));
    println!("\nload {} after", report::load());
}

/// The node's program where cargo puts it: beside the folder of this benchmark.
fn program() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let path = own.parent()?.parent()?.join("xinqiao-node");
    path.exists().then_some(path)
}

fn init(program: &Path, folder: &Path) {
    let path = |name: &str| folder.join(name).display().to_string();
    let made = Command::new(program)
        .args(["init", "--data", &path("node"), "--danger-key-file", &path("machine.key")])
        .args(["--recovery-sheet", &path("sheet.txt"), "--school-type", "junior"])
        .args(["--lang", "en", "--no-input"])
        .output()
        .expect("init");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// One start of the node.
struct Started {
    ready_ms: f64,
    cpu_ms: f64,
    memory_mib: f64,
}

fn start(program: &Path, folder: &Path) -> Started {
    let start = Instant::now();
    let mut node = Command::new(program)
        .args(["serve", "--console", "127.0.0.1:0", "--lang", "en", "--data"])
        .arg(folder.join("node"))
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut lines = BufReader::new(node.stderr.take().expect("talk")).lines();
    let ready = lines.by_ref().map_while(Result::ok).any(|line| line.contains("http://"));
    let ready_ms = ms(start.elapsed());
    assert!(ready, "the node did not become ready");
    // Read on, so that the node never waits for somebody to listen.
    std::thread::spawn(move || lines.for_each(drop));
    let cpu_ms = cpu_ms(&node);
    std::thread::sleep(Duration::from_secs(1));
    let memory_mib = memory_mib(&node);
    node.kill().expect("node ends");
    node.wait().expect("node ended");
    Started { ready_ms, cpu_ms, memory_mib }
}

fn cpu_ms(node: &Child) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{}/stat", node.id())).expect("node runs");
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|f| f.parse().ok()).collect();
    ticks.iter().sum::<f64>() * 1e3 / TICKS
}

fn memory_mib(node: &Child) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", node.id())).expect("node runs");
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
