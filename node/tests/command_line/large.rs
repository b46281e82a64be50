//! Files as large as a student register exports them: read as they come, and never held.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Folder, Ran, UNIT, number, ran, roster, text};

const MIB: u64 = 1 << 20;
/// Pupils of a large school.
const PUPILS: u32 = 5_000;
/// Columns that nobody here reads, and characters in each of their cells.
const UNREAD: (usize, usize) = (60, 70);

/// A register's export of some 20 MB: a few columns that a roster has among many that are not read.
/// Every row but the first thirty is of the school that is named.
fn register(school: &str) -> String {
    let heads: Vec<String> = (1..=UNREAD.0).map(|n| format!("登记项{n}")).collect();
    let cells = vec!["x".repeat(UNREAD.1); UNREAD.0].join(",");
    let mut file = format!("学籍号,姓名,性别,年级,班级,学校代码,{}\n", heads.join(","));
    for n in 0..PUPILS {
        let (class, school) = (n % 12 + 1, if n < 30 { UNIT } else { school });
        file += &format!("{},甄别名,男,七年级,{class}班,{school},{cells}\n", number(n));
    }
    file
}

/// Imports a roster; gives the most memory that the program held as well.
fn import(folder: &Folder, roster: &str) -> (Ran, u64) {
    let (data, file) = (folder.data(), folder.file("file.csv", roster));
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-node"));
    command.args(["--data", text(&data), "--json", "import", "roster", text(&file)]);
    command.args(["--as-of", "2025-10-10", "--lang", "en"]).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("program");
    let status = format!("/proc/{}/status", child.id());
    let watched = std::thread::spawn(move || {
        let mut most = 0;
        // A program that has ended has no such line any more.
        while let Some(now) = highest(&status) {
            most = now;
            std::thread::sleep(Duration::from_millis(5));
        }
        most
    });
    let ran = ran(&child.wait_with_output().expect("ended"));
    (ran, watched.join().expect("watched"))
}

/// The most bytes that a process held up to now.
fn highest(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1_024)
}

/// A file of 20 MB is taken, changes nothing when it comes again, and is refused whole where its
/// rows are another school's; what is held of it is the few columns that are read, so that the
/// program needs no quarter of the file more than for as many pupils in a small one.
#[test]
fn a_file_of_twenty_megabytes_is_not_held() {
    let small = roster(PUPILS);
    let (folder, small_folder) = (Folder::joined(&[]), Folder::joined(&[]));
    let (taken, usual) = import(&small_folder, &small);
    assert_eq!(taken.json()["written"].as_bool(), Some(true), "{}", taken.err);
    let own = register(UNIT);
    let length = own.len() as u64;
    assert!((19 * MIB..24 * MIB).contains(&length), "{length}");
    let students =
        || folder.run(&["status"]).json()["ledger"]["students"].as_u64().expect("counts");

    let (refused, held) = import(&folder, &register("F370203009J01"));
    assert_eq!((refused.code, refused.error().as_str()), (7, "ROWS_INVALID"), "{}", refused.err);
    let wrong = &refused.json()["error"]["details"]["counts"]["errors"];
    assert_eq!(wrong.as_u64(), Some(u64::from(PUPILS) - 30), "{wrong}");
    assert_eq!(students(), 0, "rows of another school are not stored, and the whole file is one");
    assert!(held < usual + length / 4, "refused: {held} of {usual}");

    let (taken, held) = import(&folder, &own);
    assert_eq!(taken.json()["written"].as_bool(), Some(true), "{}", taken.err);
    assert_eq!(students(), u64::from(PUPILS));
    assert!(held < usual + length / 4, "taken: {held} of {usual}");

    let (again, held) = import(&folder, &own);
    assert_eq!((again.code, again.json()["written"].as_bool()), (0, Some(false)), "{}", again.err);
    assert!(held < usual + length / 4, "again: {held} of {usual}");
}
