//! Students who answer on a screen: what was pressed survives the process, and every way in gives
//! the same scores.
#![allow(clippy::expect_used, reason = "a test that cannot go on says so by stopping")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use answering_ways::{Way, rows_of};
use tests::answering::browser::Browser;
use tests::answering::{answers_on_disk, school_on_disk};

mod answering_ways;

fn serve(folder: &Path) -> (Child, SocketAddr) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"));
    command.args(["__run", "node", "serve", "--console", "127.0.0.1:0", "--data"]);
    command.arg(folder.join("node")).env_clear().env("XINQIAO_LANG", "en");
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("serve");
    let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let rest = line.split_once("http://")?.1;
        let end = rest.find(|c: char| !c.is_ascii_digit() && !".:".contains(c));
        rest.get(..end.unwrap_or(rest.len()))?.trim_end_matches('.').parse().ok()
    });
    // Read on, so that the node never waits for somebody to listen.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address.expect("an address"))
}

/// Nothing that was pressed and answered is lost when the process is killed in the middle.
///
/// Method: forty students answer at once over HTTP; in the middle the node is killed. Each answer
/// that a browser was told to go on after must be on the disk, and a node started again goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_pressed_survives_a_kill() {
    let folder = tempfile::tempdir().expect("folder");
    let codes = school_on_disk(folder.path(), 40).expect("school");
    let (mut child, address) = serve(folder.path());
    let pressed = Arc::new(AtomicUsize::new(0));
    let mut students = Vec::new();
    for code in codes.clone() {
        let pressed = Arc::clone(&pressed);
        students.push(tokio::spawn(async move {
            let Ok(mut browser) = Browser::connect(address).await else { return 0 };
            if browser.enter(&code).await.is_err() {
                return 0;
            }
            let mut own = 0;
            for place in 1..=26 {
                if browser.press(place, 1).await.is_err() {
                    break;
                }
                own += 1;
                pressed.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            own
        }));
    }
    while pressed.load(Ordering::Relaxed) < 300 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    child.kill().expect("killed");
    child.wait().expect("ended");
    let mut told = 0;
    for student in students {
        told += student.await.expect("student");
    }
    let kept: usize = answers_on_disk(folder.path()).expect("answers").values().sum();
    assert!(told >= 300 && kept >= told, "{told} were told to go on, {kept} are there");
    assert!(kept <= told + 40, "each student has at most one answer on its way");
    let (mut child, address) = serve(folder.path());
    let mut browser = Browser::connect(address).await.expect("connects");
    browser.enter(codes.first().expect("code")).await.expect("the code opens again");
    for place in 1..=26 {
        browser.press(place, 0).await.expect("pressed");
    }
    browser.hand_in().await.expect("handed in");
    child.kill().expect("killed");
    child.wait().expect("ended");
}

/// The real answers give the same sheets by browser, by paper and by import.
///
/// Method: one roster in three ledgers; each sheet of the file is imported into the first, pressed
/// answer by answer in the pages of the second, typed twice in the third. Answers, total, band,
/// tier, flags and outcome of every sheet must be equal.
#[tokio::test]
#[cfg_attr(not(real_answers), ignore = "the real answers do not lie beside the project")]
async fn real_answers_score_alike_on_screen_on_paper_and_by_import() {
    let folder = Path::new(option_env!("REAL_ANSWERS").unwrap_or_default());
    let folder = folder.join("rosters").join("F310117002J01");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("file");
    let (roster, answers) = (read("roster.csv"), read("answers.csv"));
    let screen = Way::new(&roster);
    let rows = screen.able(rows_of(&answers));
    assert!(rows.len() > 90, "{} sheets", rows.len());
    screen.answer_all(&rows).await;
    let paper = Way::new(&roster);
    paper.type_all(&rows);
    let import = Way::new(&roster);
    import.import_all(&rows);
    let (screen, paper, import) = (screen.sheets(), paper.sheets(), import.sheets());
    assert_eq!(import.len(), rows.len());
    for (number, sheet) in &import {
        assert!(screen.get(number) == Some(sheet), "a sheet differs on screen");
        assert!(paper.get(number) == Some(sheet), "a sheet differs on paper");
    }
    assert_eq!((screen.len(), paper.len()), (import.len(), import.len()));
    let critical = import.values().filter(|sheet| !sheet.flags.is_empty()).count();
    assert!(critical > 0, "the file has critical answers, or the test shows little");
}
