//! Students who answer at once: time until an answer is on the disk, memory of the node, and what
//! is there after the process was killed in the middle.
//!
//! The program itself serves the pages, built beside this benchmark. Every student presses an
//! answer, waits for the reply, looks at the next question, and presses again after a pause.
#![expect(clippy::expect_used, reason = "a benchmark that cannot go on says so and ends")]

#[path = "support/report.rs"]
mod report;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use report::{Goal, median, ms, percentile};
use tests::answering::browser::Browser;
use tests::answering::{QUESTIONS, answers_on_disk, school_on_disk};

/// Students who answer at once.
const STUDENTS: usize = 500;
/// Between two answers of one student: faster than anybody reads.
const PAUSE: Duration = Duration::from_millis(1_500);
/// When the process is killed, after the first answer.
const KILLED_AFTER: Duration = Duration::from_secs(6);

fn main() {
    report::title("answering");
    let Some(program) = program() else {
        println!("\nno xinqiao-node beside this benchmark: cargo build --release -p node");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("runtime");
    let whole = runtime.block_on(measure(&program, None));
    let killed = runtime.block_on(measure(&program, Some(KILLED_AFTER)));
    report::goals();
    let goal = |what, value, unit, (must, aim)| {
        Goal { id: "-", what, value, unit, must, aim, more: false }.print();
    };
    goal("500 students answer at once, press until saved, p50", whole.p50, "ms", (100.0, 20.0));
    goal("500 students answer at once, press until saved, p99", whole.p99, "ms", (200.0, 100.0));
    goal("the next question is shown, p99", whole.page_p99, "ms", (200.0, 100.0));
    goal("memory of the node meanwhile", whole.memory_mib, "MiB", (120.0, 60.0));
    let lost = killed.told.saturating_sub(killed.kept) as f64;
    goal("killed in the middle, answers lost", lost, "", (0.0, 0.0));
    println!("\n{} answers, all on the disk: {}", whole.told, whole.kept >= whole.told);
    println!("killed after {} answers, {} on the disk", killed.told, killed.kept);
    println!("load {} after", report::load());
}

struct Measured {
    p50: f64,
    p99: f64,
    page_p99: f64,
    memory_mib: f64,
    told: usize,
    kept: usize,
}

async fn measure(program: &Path, killed_after: Option<Duration>) -> Measured {
    let folder = tempfile::tempdir().expect("folder");
    let codes = school_on_disk(folder.path(), STUDENTS).expect("school");
    let (mut node, address) = serve(program, folder.path());
    let mut students = Vec::new();
    for (n, code) in codes.into_iter().enumerate() {
        students.push(tokio::spawn(student(address, code, n)));
    }
    let mut memory_mib = 0.0_f64;
    let start = Instant::now();
    loop {
        memory_mib = memory_mib.max(memory(&node));
        let is_killed = killed_after.is_some_and(|after| start.elapsed() > after);
        if is_killed || students.iter().all(tokio::task::JoinHandle::is_finished) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    node.kill().expect("node ends");
    node.wait().expect("node ended");
    let (mut saves, mut pages) = (Vec::new(), Vec::new());
    for student in students {
        let (own, seen) = student.await.expect("student");
        saves.extend(own);
        pages.extend(seen);
    }
    let told = saves.len();
    let kept = answers_on_disk(folder.path()).expect("answers").values().sum();
    let (p50, p99) = (median(&saves), percentile(&saves, 99.0));
    Measured { p50, p99, page_p99: percentile(&pages, 99.0), memory_mib, told, kept }
}

/// Milliseconds of each answer that was saved and of each page that was shown.
async fn student(address: SocketAddr, code: String, n: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut saves, mut pages) = (Vec::new(), Vec::new());
    // They do not come in the same millisecond: a class types its codes within some seconds.
    tokio::time::sleep(PAUSE * u32::try_from(n % 50).unwrap_or(0) / 50).await;
    let Ok(mut browser) = Browser::connect(address).await else { return (saves, pages) };
    if browser.enter(&code).await.is_err() {
        return (saves, pages);
    }
    for place in 1..=QUESTIONS {
        let pressed = Instant::now();
        let value = u8::from(place % 9 != 0);
        let Ok(next) = browser.press(place, value).await else { break };
        saves.push(ms(pressed.elapsed()));
        let asked = Instant::now();
        if browser.get(&next).await.is_err() {
            break;
        }
        pages.push(ms(asked.elapsed()));
        tokio::time::sleep(PAUSE).await;
    }
    (saves, pages)
}

/// The node's program where cargo puts it: beside the folder of this benchmark.
fn program() -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    let path = own.parent()?.parent()?.join("xinqiao-node");
    path.exists().then_some(path)
}

fn serve(program: &Path, folder: &Path) -> (Child, SocketAddr) {
    let mut node = Command::new(program)
        .args(["serve", "--console", "127.0.0.1:0", "--lang", "en", "--data"])
        .arg(folder.join("node"))
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut lines = BufReader::new(node.stderr.take().expect("talk")).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let rest = line.split_once("http://")?.1;
        let end = rest.find(|c: char| !c.is_ascii_digit() && !".:".contains(c));
        rest.get(..end.unwrap_or(rest.len()))?.trim_end_matches('.').parse().ok()
    });
    // Read on, so that the node never waits for somebody to listen.
    std::thread::spawn(move || lines.for_each(drop));
    (node, address.expect("an address"))
}

fn memory(node: &Child) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{}/status", node.id())).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1024.0
}
