//! The faults, one after the other: each is there while a week falls due, is said by the school's
//! `status`, ends, and then the week arrives although nobody did anything.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tests::city::build::BuildError;
use tests::city::process::ProcessError;

use crate::STREET;
use crate::network::Way;
use crate::stage::{Stage, problem};

/// By how much a clock is wrong: ten times of what is still nothing to speak of.
const WRONG_MS: i64 = 300_000;
/// Longer than a writer waits for a store.
const LOCKED: Duration = Duration::from_secs(8);
/// How often a service manager tries to start what ends.
const STARTS: usize = 3;

/// The network refuses, then swallows everything, then carries again.
pub async fn no_network(stage: &mut Stage) {
    let before = stage.kept();
    stage.network.set(Way::Refused);
    stage.week();
    stage.until_problem("UNREACHABLE").await;
    stage.network.set(Way::Dark);
    stage.until_problem("SILENT").await;
    assert_eq!(stage.kept(), before, "nothing went through");
    stage.network.set(Way::Open);
    stage.until_delivered(before).await;
}

/// The hub stands still: shortly, with a connection that is made meanwhile, or for so long that
/// one from before notices.
pub async fn stopped(stage: &mut Stage, held: Option<Duration>) {
    let before = stage.kept();
    stage.city.signal(STREET, "STOP").await.expect("stopped");
    match held {
        None => {
            stage.blink().await;
            stage.week();
            stage.until_problem("SILENT").await;
        }
        Some(held) => {
            stage.week();
            tokio::time::sleep(held).await;
            stage.until_says("that the hub is away", |status| status["last_error"] != "").await;
        }
    }
    stage.city.signal(STREET, "CONT").await.expect("goes on");
    stage.until_delivered(before).await;
}

/// The school's clock is five minutes ahead, then five behind, then right; what is due arrives in
/// any case.
pub async fn stepped(stage: &mut Stage) {
    for wrong_ms in [WRONG_MS, -WRONG_MS] {
        let before = stage.kept();
        stage.step_clock(wrong_ms);
        stage.week();
        stage.blink().await;
        stage.until_problem("CLOCK").await;
        let is_so = |status: &serde_json::Value| {
            let skew_ms = status["clock_skew_ms"].as_i64();
            skew_ms.is_some_and(|skew_ms| (skew_ms - wrong_ms).abs() < WRONG_MS / 2)
        };
        stage.until_says("which way the clock is wrong", is_so).await;
        stage.until_delivered(before).await;
    }
    let before = stage.kept();
    stage.step_clock(0);
    stage.week();
    stage.blink().await;
    stage.until_delivered(before).await;
    stage.until_says("that the clock is right", |status| problem(status, "CLOCK").is_none()).await;
}

/// Another program holds the hub's store for longer than its writer waits.
pub async fn locked(stage: &mut Stage) {
    let before = stage.kept();
    let file = stage.city.folder(STREET).join("hub.db");
    let holder = rusqlite::Connection::open(file).expect("second connection");
    holder.busy_timeout(Duration::from_secs(5)).expect("patience");
    holder.execute_batch("begin immediate").expect("lock");
    stage.week();
    let waits = |status: &serde_json::Value| status["statistics"]["waiting"] != 0;
    stage.until_says("that sheets wait", waits).await;
    tokio::time::sleep(LOCKED).await;
    let count = "select count(*) from contribution";
    let kept = holder.query_row(count, [], |row| row.get::<_, i64>(0)).expect("count");
    assert_eq!(kept.unsigned_abs(), before, "nothing was kept");
    holder.execute_batch("rollback").expect("unlock");
    drop(holder);
    stage.until_delivered(before).await;
}

/// The hub's folder becomes read-only: it does not start and says why, as often as a service
/// manager tries, and starts by itself once it may write.
pub async fn read_only(stage: &mut Stage) {
    let before = stage.kept();
    stage.city.cut(STREET).await.expect("killed");
    let Some(shut) = ReadOnly::make(&stage.city.folder(STREET)) else {
        println!("skipped: nothing here makes a folder read-only for this user");
        stage.city.mend(STREET).await.expect("served");
        return;
    };
    for _ in 0..STARTS {
        match stage.city.mend(STREET).await {
            Err(BuildError::Process(ProcessError::Failed { said, .. })) => {
                assert!(said.contains("cannot be written"), "{said}");
            }
            other => panic!("a hub that cannot write: {other:?}"),
        }
    }
    stage.week();
    stage.until_problem("UNREACHABLE").await;
    drop(shut);
    stage.city.mend(STREET).await.expect("served");
    stage.until_delivered(before).await;
}

/// A folder in which nothing may be written until this is dropped.
struct ReadOnly {
    folder: PathBuf,
    undo: [&'static str; 3],
}

/// Programs that take the right to write away and give it back: of a user, and of root, whom
/// modes do not bind. Not every file system knows the second.
const WAYS: [([&str; 3], [&str; 3]); 2] = [
    (["chmod", "-R", "a-w"], ["chmod", "-R", "u+w"]),
    (["chattr", "-R", "+i"], ["chattr", "-R", "-i"]),
];

impl ReadOnly {
    /// Nothing where neither way holds for this user and file system.
    fn make(folder: &Path) -> Option<Self> {
        for (shut, undo) in WAYS {
            // Undone in any case, also where it was done to a part.
            let made = Self { folder: folder.to_owned(), undo };
            if run(shut, folder) && !can_write(folder) {
                return Some(made);
            }
        }
        None
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        run(self.undo, &self.folder);
    }
}

fn run([program, deep, change]: [&str; 3], folder: &Path) -> bool {
    let mut command = Command::new(program);
    let ran = command.args([deep, change]).arg(folder).output();
    ran.is_ok_and(|output| output.status.success())
}

/// Whether the file can be opened that a hub locks when it starts.
fn can_write(folder: &Path) -> bool {
    std::fs::OpenOptions::new().write(true).open(folder.join("serve.lock")).is_ok()
}
