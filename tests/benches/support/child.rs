//! A hub in a process of its own: this program, started again with `--hub FOLDER`.
//!
//! The child says its address on standard output and ends when its standard input does.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hub::app::Hub;
use hub::config::Config;
use runtime::clock::Clock;
use tokio_util::sync::CancellationToken;

use super::load::Usage;

/// Processor ticks a second, as Linux counts them in `/proc` on every machine that we build for.
const TICKS: f64 = 100.0;

/// Serves if this process was started as a child; to be called first in `main`.
pub fn serve_if_child() {
    let mut arguments = std::env::args().skip(1);
    let (Some(role), Some(folder)) = (arguments.next(), arguments.next()) else {
        return;
    };
    let folder = Path::new(&folder);
    match role.as_str() {
        "--hub" => super::run(serve(folder)),
        "--shake" => super::run(super::limit::serve_handshakes(folder)),
        "--echo" => super::run(super::limit::serve_echo(folder)),
        _ => return,
    }
    std::process::exit(0);
}

/// Cancelled when standard input ends, which it does when the parent is gone.
pub fn until_parent_ends() -> CancellationToken {
    let stop = CancellationToken::new();
    let token = stop.clone();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        token.cancel();
    });
    stop
}

async fn serve(folder: &Path) {
    let config = Config::load(folder).expect("configuration");
    let hub = Hub::open(config, Clock::system()).expect("hub opens");
    let (listener, address) = hub.bind().await.expect("hub binds");
    println!("{address}");
    let stop = until_parent_ends();
    tokio::select! {
        served = hub.serve(listener, stop.clone()) => served.expect("hub serves"),
        // Streams that are still open would keep a graceful end waiting.
        () = stop.cancelled() => {}
    }
}

/// A child that listens.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Server {
    /// Starts this program as a child in a role with its folder.
    pub fn start(role: &str, folder: &Path) -> Self {
        let program = std::env::current_exe().expect("own path");
        let mut child = Command::new(program)
            .args([role.as_ref(), folder.as_os_str()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("child starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("output");
        BufReader::new(output).read_line(&mut line).expect("address");
        let address = line.trim().parse().expect("address");
        Self { child, address }
    }

    /// Processor time that it has used.
    pub fn usage(&self) -> Usage {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let text = text.expect("child runs");
        let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|f| f.parse().ok()).collect();
        Usage(Duration::from_secs_f64(ticks.iter().sum::<f64>() / TICKS))
    }

    /// Bytes that it has caused to be written to the disk, by whole pages of the system.
    pub fn written(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/io", self.child.id()));
        let text = text.expect("child runs");
        let line = text.lines().find_map(|line| line.strip_prefix("write_bytes: "));
        line.and_then(|bytes| bytes.parse().ok()).unwrap_or(f64::NAN)
    }

    /// A line of its memory report, in MiB: `VmRSS` now, `VmHWM` at its highest.
    pub fn memory_mib(&self, name: &str) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let text = text.expect("child runs");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) / 1024.0
    }

    /// Kills it without warning, as a power cut does.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        for _ in 0..40 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
