//! Databases that are locked, damaged or newer, a clock that is off, and a node that serves.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use runtime::sql::{Database, Migration, Options, SqlError};

use crate::releases::school;
use crate::support::{Folder, roster, text};

/// Another process that writes for too long is waited for, then named; the file stays whole.
#[test]
fn a_locked_ledger_is_exit_8() {
    let folder = Folder::joined(&[]);
    let node = folder.open();
    let (begun, wait) = std::sync::mpsc::channel();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        node.ledger().write("hold", move |_| {
            begun.send(()).expect("begun");
            // Ends when the test lets go, or dies.
            let _ = held.recv();
            Ok::<_, SqlError>(())
        })
    });
    wait.recv().expect("begun");
    let file = folder.file("roster.csv", roster(3));
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    drop(release);
    writer.join().expect("thread").expect("written");
    assert_eq!((ran.code, ran.error().as_str()), (8, "STORE_LOCKED"), "{}", ran.err);
    assert_eq!(ran.json()["error"]["retryable"], true);
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    let ran = folder.run(&["import", "roster", text(&file), "--as-of", "2025-10-10"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// A queue that another process holds is waited for, then named; what was signed waits in the
/// ledger, and the same command goes on with it.
#[test]
fn a_locked_queue_is_exit_8() {
    let folder = school();
    let node = folder.open();
    let (begun, wait) = std::sync::mpsc::channel();
    let (release, held) = std::sync::mpsc::channel::<()>();
    let writer = std::thread::spawn(move || {
        node.transfer().write("hold", move |_| {
            begun.send(()).expect("begun");
            // Ends when the test lets go, or dies.
            let _ = held.recv();
            Ok::<_, SqlError>(())
        })
    });
    wait.recv().expect("begun");
    let send = ["release", "send", "--yes", "2025S1", "--wait", "1"];
    let ran = folder.run(&send);
    drop(release);
    writer.join().expect("thread").expect("written");
    assert_eq!((ran.code, ran.error().as_str()), (8, "STORE_LOCKED"), "{}", ran.err);
    assert_eq!(ran.json()["error"]["retryable"], true);
    assert!(ran.err.contains("nothing was changed"), "{}", ran.err);
    let ran = folder.run(&send);
    assert_eq!((ran.code, ran.error().as_str()), (6, "QUEUED"), "{}", ran.err);
    assert_eq!(folder.run(&["status"]).json()["statistics"]["waiting"], 1);
}

/// A lane that stopped because the hub keeps other bytes is said once, by status and by doctor,
/// with what was left untouched and what to do.
#[test]
fn a_conflict_is_shown() {
    let folder = Folder::joined(&[]);
    let note = |tx: &runtime::sql::Tx<'_>| {
        use runtime::uplink::{CONFLICT, LAST_CODE, LAST_ERROR, notes};
        notes::set(tx, CONFLICT, "other bytes")?;
        notes::set(tx, LAST_ERROR, "other bytes")?;
        notes::set(tx, LAST_CODE, "CONFLICT")
    };
    folder.open().transfer().write::<_, SqlError>("note", note).expect("note");
    let problems = folder.run(&["status"]).json()["problems"].clone();
    let problems = problems.as_array().expect("list");
    let said: Vec<_> = problems.iter().filter(|one| one["code"] == "CONFLICT").collect();
    assert_eq!(said.len(), 1, "{problems:?}");
    assert!(said[0]["what"].as_str().is_some_and(|what| what.contains("nothing here was changed")));
    assert!(said[0]["who"].as_str().is_some_and(|who| who.contains("operator")));
    let doctor = folder.run_in("zh", &["doctor"]);
    assert_eq!(doctor.code, 9);
    assert!(doctor.out.contains("传输已停止") && doctor.out.contains("保留现场"), "{}", doctor.out);
    let home = node::egress::link::link(&folder.open()).expect("link");
    assert_eq!(home.state, node::console::SyncState::Stopped);
}

/// A damaged ledger is not opened and not replaced by an empty one; nor is a lost one.
#[test]
fn a_damaged_or_lost_ledger_is_never_replaced() {
    let folder = Folder::joined(&[]);
    let path = folder.data().join("ledger.db");
    for name in ["ledger.db-wal", "ledger.db-shm"] {
        let _ = std::fs::remove_file(folder.data().join(name));
    }
    std::fs::write(&path, vec![7; 8_192]).expect("damage");
    let ran = folder.run(&["release", "list"]);
    assert_eq!((ran.code, ran.error().as_str()), (5, "STORE_UNREADABLE"), "{}", ran.err);
    assert_eq!(std::fs::read(&path).expect("read"), vec![7; 8_192]);
    std::fs::remove_file(&path).expect("remove");
    let ran = folder.run(&["release", "list"]);
    assert_eq!((ran.code, ran.error().as_str()), (3, "FILE_MISSING"));
    assert!(!path.exists());
}

/// A database of a later version is refused as it is.
#[test]
fn a_newer_database_is_refused() {
    let folder = Folder::joined(&[]);
    let later = Migration { number: 99, name: "later", sql: "" };
    let migrations: Vec<Migration> =
        node::transfer::MIGRATIONS.iter().copied().chain([later]).collect();
    let path = folder.data().join("transfer.db");
    drop(Database::open(&path, Options::plain(Vec::leak(migrations))).expect("later"));
    let ran = folder.run(&["status"]);
    assert_eq!((ran.code, ran.error().as_str()), (1, "STORE_NEWER"));
    assert!(ran.err.contains("not changed"), "{}", ran.err);
}

/// A clock two hours off is shown with a sentence and with who must act.
#[test]
fn a_clock_that_is_off_is_shown() {
    let folder = Folder::joined(&[]);
    let node = folder.open();
    let note = |tx: &runtime::sql::Tx<'_>| {
        runtime::uplink::notes::set(tx, runtime::uplink::CLOCK_SKEW, "7200000")
    };
    node.transfer().write("note", note).expect("note");
    let status = folder.run(&["status"]).json();
    assert_eq!(status["clock_skew_ms"], 7_200_000);
    let problems = status["problems"].as_array().expect("list").clone();
    let clock = problems.iter().find(|problem| problem["code"] == "CLOCK").expect("clock");
    assert!(clock["what"].as_str().expect("text").contains("2:00:00 (h:m:s) ahead"), "{clock}");
    assert!(clock["who"].as_str().expect("text").contains("IT"));
}

/// A node that serves a folder, ended with the test.
#[cfg(unix)]
struct Serving {
    child: Child,
    ready: String,
    drained: Option<JoinHandle<usize>>,
}

#[cfg(unix)]
impl Serving {
    /// Starts it and waits until it says that it is ready.
    fn start(folder: &Folder) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xinqiao-node"))
            .args(["serve", "--data", text(&folder.data()), "--console", "127.0.0.1:0"])
            .args(["--lang", "en"])
            .env_clear()
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("program");
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
        let ready = lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("ready:"));
        let drained = Some(std::thread::spawn(move || lines.count()));
        Self { child, ready: ready.expect("ready"), drained }
    }

    /// Asks it to stop; gives the code with which it ended.
    fn stop(mut self) -> Option<i32> {
        signal("-TERM", self.child.id());
        let ended = self.child.wait().expect("ended").code();
        if let Some(drained) = self.drained.take() {
            drained.join().expect("thread");
        }
        ended
    }
}

#[cfg(unix)]
impl Drop for Serving {
    fn drop(&mut self) {
        // One that has ended already is no trouble.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn signal(name: &str, process: u32) {
    let told = Command::new("kill").args([name, &process.to_string()]).status();
    assert!(told.expect("kill").success());
}

/// A node serves one folder once, tells that it is ready, and ends well when told to stop.
#[test]
#[cfg(unix)]
fn a_node_serves_until_it_is_told_to_stop() {
    let folder = Folder::joined(&[]);
    let node = Serving::start(&folder);
    let address = node.ready.split("http://").nth(1).and_then(|rest| rest.split(' ').next());
    let address = address.expect("address").to_owned();
    assert!(get(&address, "/livez").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/readyz").contains("ready"));
    assert!(get(&address, "/").contains("/login"));
    let ran = folder.run(&["serve", "--console", "127.0.0.1:0"]);
    assert_eq!((ran.code, ran.error().as_str()), (8, "SERVED"));
    assert_eq!(folder.run(&["status"]).json()["serving"], true);
    assert_eq!(node.stop(), Some(0));
    assert_eq!(folder.run(&["status"]).json()["serving"], false);
}

/// Whether a process takes Ctrl-C itself, by the mask of the signals that it catches.
#[cfg(target_os = "linux")]
fn takes_interrupts(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|m| m & 0b10 != 0)
}

/// Who presses Ctrl-C while the hub does not answer has lost nothing: the exit code is that of an
/// interruption, the sentence says that everything is queued, and it is.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_send_loses_nothing() {
    let folder = school();
    // Who serves the folder sends; the command only waits for the answer, which does not come.
    let node = Serving::start(&folder);
    let send = Command::new(env!("CARGO_BIN_EXE_xinqiao-node"))
        .args(["release", "send", "--yes", "2025S1", "--json", "--lang", "en", "--data"])
        .arg(folder.data())
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("program");
    let waits = (0..600).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        takes_interrupts(send.id())
    });
    assert!(waits, "it never came to waiting");
    signal("-INT", send.id());
    let output = send.wait_with_output().expect("ended");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    assert_eq!(printed["error"]["code"], "INTERRUPTED", "{printed}");
    assert!(said.contains("nothing is lost"), "{said}");
    let waiting = folder.run(&["status"]).json()["statistics"]["waiting"].as_u64();
    assert!(waiting >= Some(1), "{waiting:?}");
    assert_eq!(node.stop(), Some(0));
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connect");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("timeout");
    let host = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(host.as_bytes()).expect("write");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("read");
    reply
}
