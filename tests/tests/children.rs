//! Processes of the demonstration city end with the city, however it ends.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"));
    command.args(["__run", "node"]).args(args).env_clear().env("XINQIAO_LANG", "en");
    command
}

fn ends_within(child: &mut Child, limit: Duration) -> bool {
    let until = Instant::now() + limit;
    while Instant::now() < until {
        if child.try_wait().expect("wait").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// A service whose parent was killed does not stay behind.
///
/// Method: what the kernel does to the children of a killed city is done to one: the other end of
/// its standard input is closed. Before that it runs; after it, it ends by itself.
#[test]
fn a_service_ends_when_its_parent_is_gone() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (data, key, sheet) = (at("data"), at("machine.key"), at("sheet"));
    let init = ["init", "--data", &data, "--danger-key-file", &key, "--recovery-sheet", &sheet];
    let made = program(&init).stdin(Stdio::null()).output().expect("init");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut serve = program(&["serve", "--data", &data, "--no-console"]);
    serve.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = serve.spawn().expect("serve");
    let said = BufReader::new(child.stderr.take().expect("stderr"));
    let ready = said.lines().map_while(Result::ok).any(|line| line.contains("ready"));
    let early = ends_within(&mut child, Duration::from_millis(300));
    drop(child.stdin.take());
    let ended = ends_within(&mut child, Duration::from_secs(20));
    if !ended {
        child.kill().expect("kill");
    }
    assert!(ready && !early && ended, "ready {ready}, early {early}, ended {ended}");
}
