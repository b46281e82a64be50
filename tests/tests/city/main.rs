//! The demonstration city as a user runs it: real processes, real files, then a search of
//! everything that left a school for anything that should not have.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod real;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use runtime::clock::Clock;
use runtime::web::Lang;
use serde_json::Value;
use tests::city::plan::plan;
use tests::city::report::{Reader, provenance_of, table_text};

/// Runs the city's binary to its end.
fn city(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xinqiao-city"))
        .args(args)
        .env("XINQIAO_LANG", "en")
        .output()
        .expect("the city runs")
}

/// Builds a city that ends and returns its table.
fn build(dir: &Path, schools: &str, more: &[&str]) -> Value {
    let folder = dir.to_str().expect("path");
    // A life in one school; without optimisation each takes seconds.
    let mut args = vec!["--once", "--json", "--schools", schools, "--life", "1", "--dir", folder];
    args.extend(more);
    let output = city(&args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    // Standard output is JSON and nothing else.
    serde_json::from_slice(&output.stdout).expect("json alone")
}

/// Builds a city that stays up and, once it says where its pages are, ends it as its user does:
/// Ctrl-C ends it with code 0 and leaves no process behind. Returns its table.
#[cfg(target_os = "linux")]
fn build_and_interrupt(dir: &Path, schools: &str) -> Value {
    use std::io::{BufRead, BufReader, Read};
    let folder = dir.to_str().expect("path");
    let mut city = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"))
        .args(["--json", "--schools", schools, "--life", "1", "--dir", folder])
        .env("XINQIAO_LANG", "en")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the city runs");
    let mut printed = city.stdout.take().expect("stdout");
    let printed = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        printed.read_to_end(&mut bytes).map(|_| bytes)
    });
    let mut lines =
        BufReader::new(city.stderr.take().expect("stderr")).lines().map_while(Result::ok);
    let (mut said, mut is_up) = (Vec::new(), false);
    for line in lines.by_ref() {
        is_up = line.contains("Ctrl-C ends it");
        said.push(line);
        if is_up {
            break;
        }
    }
    assert!(is_up, "{said:?}");
    let pages = said.iter().filter_map(|line| line.split("http://").nth(1)?.split('/').next());
    let pages: Vec<&str> = pages.collect();
    assert!(pages.len() > 12, "hubs and schools: {said:?}");
    for page in pages {
        std::net::TcpStream::connect(page).expect("a page is up");
    }
    let told = Command::new("kill").args(["-INT", &city.id().to_string()]).status();
    assert!(told.expect("kill").success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(city.wait().expect("ended").code(), Some(0), "{rest:?}");
    assert_ended(folder);
    let printed = printed.join().expect("thread").expect("read");
    serde_json::from_slice(&printed).expect("json alone")
}

/// The total of an indicator, if it has a value.
fn total(city: &Value, indicator: &str) -> Option<u64> {
    row(city, indicator)["total"]["value"].as_u64()
}

/// Files of rolls: what is in them must be found nowhere outside a school's own folder.
fn rolls(folder: &Path) -> Vec<PathBuf> {
    let schools = std::fs::read_dir(folder).expect("folder of rolls");
    let files = schools.map(|entry| entry.expect("entry").path().join("roster.csv"));
    files.filter(|file| file.exists()).collect()
}

/// Pairs of characters that stand next to each other somewhere in what the product itself says:
/// its packs, its sentences, the names of schools and hubs.
fn ordinary() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("workspace");
    let places = ["proto/packs", "hub", "node/src", "node/templates", "runtime", "tests/data"];
    let mut folders: Vec<PathBuf> = places.iter().map(|place| root.join(place)).collect();
    folders.push(root.join("tests/src/city"));
    let mut pairs = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let marks: Vec<char> = text.chars().collect();
                let wide = |pair: &&[char]| pair.iter().all(|mark| ('一'..='龥').contains(mark));
                pairs.extend(marks.windows(2).filter(wide).map(String::from_iter));
            }
        }
    }
    pairs
}

/// Student numbers, and names: all of three characters, and those of two that the product says
/// nowhere by itself.
fn canaries(rolls: &[PathBuf]) -> BTreeSet<String> {
    let (mut found, mut short, ordinary) = (BTreeSet::new(), 0, ordinary());
    for roll in rolls {
        let mut reader = csv::Reader::from_path(roll).expect("roll");
        for row in reader.records() {
            let row = row.expect("row");
            found.insert(row[0].to_owned());
            match row[2].chars().count() {
                0 | 1 => {}
                2 if ordinary.contains(&row[2]) => {}
                2 => short += usize::from(found.insert(row[2].to_owned())),
                _ => drop(found.insert(row[2].to_owned())),
            }
        }
    }
    assert!(found.len() > 500 && short > 50, "a search for nothing would find nothing: {short}");
    found
}

/// Every file that a school's network code, a hub or a log could have written, and the ledgers:
/// they hold all of it, and are encrypted.
fn written(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "office" {
            continue;
        }
        for entry in std::fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

/// Searches files for canaries; a hit names the file and never the pupil.
fn search(files: &[PathBuf], canaries: &BTreeSet<String>) {
    let mut by_head: BTreeMap<[u8; 6], Vec<&[u8]>> = BTreeMap::new();
    // Most places are passed over at a glance.
    let mut begins = vec![false; 1 << 16];
    let place = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
    for canary in canaries {
        let bytes = canary.as_bytes();
        let head = bytes[..6].try_into().expect("six bytes");
        by_head.entry(head).or_default().push(bytes);
        begins[place(bytes)] = true;
    }
    for file in files {
        let bytes = std::fs::read(file).expect("file");
        for at in 0..(bytes.len() + 1).saturating_sub(6) {
            if !begins[place(&bytes[at..at + 2])] {
                continue;
            }
            let head: [u8; 6] = bytes[at..at + 6].try_into().expect("six bytes");
            let Some(tails) = by_head.get(&head) else {
                continue;
            };
            let hit = tails.iter().any(|tail| bytes[at..].starts_with(tail));
            assert!(!hit, "a pupil was found in {}", file.display());
        }
    }
}

/// One command builds a city whose clear counts are those of the files, in which health has its hub
/// and what is about persons is opened by both hubs, exactly; it stays up with its pages until its
/// user ends it; and nobody is found outside a school.
#[test]
fn a_city_of_generated_pupils_is_whole_and_leaks_nobody() {
    let folder = tempfile::tempdir().expect("folder");
    #[cfg(target_os = "linux")]
    let table = build_and_interrupt(folder.path(), "12");
    #[cfg(not(target_os = "linux"))]
    let table = build(folder.path(), "12", &[]);
    let rolls = rolls(&folder.path().join("office"));
    let lines: usize = rolls
        .iter()
        .map(|roll| std::fs::read_to_string(roll).expect("roll").lines().count() - 1)
        .sum();
    assert_eq!(rolls.len(), 12);
    assert_eq!(total(&table, "base.students"), Some(lines as u64));
    assert_eq!(total(&table, "base.schools"), Some(12));
    assert!(total(&table, "mtr.talks").is_some_and(|talks| talks > 100), "a school that lives");
    assert_eq!(table["table"]["coverage"]["schools_reported"], 12);
    assert_eq!(table["table"]["coverage"]["schools_due"], 12);
    let closed = table["table"]["closed"].as_array().expect("closed");
    assert!(closed.iter().any(|line| line["indicator"] == "alt.open"), "named, never zero");
    let opened = table["table"]["opened"].as_array().expect("opened sums");
    assert!(!opened.is_empty() && opened.iter().all(|sum| sum["helper"] == "HC-QD"));
    let exact = &row(&table, "scr.completed")["total"];
    assert!(exact["value"].as_u64().is_some_and(|value| value > 100), "{exact}");
    assert_eq!(exact["rounding_error_max"].as_u64().unwrap_or(0), 0, "{exact}");
    check_referrals(&table);
    let files = written(folder.path());
    for name in ["370200/hub.db", "HC-QD/hub.db", "transfer.db", "ledger.db"] {
        assert!(files.iter().any(|file| file.ends_with(name)), "{name}");
    }
    search(&files, &canaries(&rolls));
    check_printed(folder.path(), lines);
}

/// A week of sealed referrals came to its ends at the school and at the clinic.
fn check_referrals(city: &Value) {
    let played = city["referrals"].as_array().expect("referrals");
    let told = |one: &Value| ["plot", "at_school", "at_clinic"].map(|name| one[name].clone());
    let told: Vec<[Value; 3]> = played.iter().map(told).collect();
    let wanted = [
        ["accepted", "returned", "outcome_in"],
        ["declined", "closed", "declined"],
        ["withdrawn", "withdrawn", "withdrawn"],
        ["emergency", "closed", "outcome_in"],
        ["lost_network", "returned", "outcome_in"],
    ];
    assert_eq!(told, wanted.map(|one| one.map(Value::from)));
}

/// The row of an indicator.
fn row<'t>(city: &'t Value, indicator: &str) -> &'t Value {
    let rows = city["table"]["rows"].as_array().expect("rows");
    rows.iter().find(|row| row["indicator"] == indicator).expect(indicator)
}

/// Asked for one hub a city has none of health's. Where it has one, that is founded beside the
/// districts and before the streets; a city without it is ended at its first street.
#[test]
fn a_city_of_one_hub_has_none_of_healths() {
    let folder = tempfile::tempdir().expect("folder");
    let (dir, mut command) = (folder.path(), Command::new(env!("CARGO_BIN_EXE_xinqiao-city")));
    command.args(["--once", "--json", "--one-hub", "--life", "0", "--schools", "12", "--dir"]);
    let quiet = command.arg(dir).stdout(Stdio::null()).stderr(Stdio::null());
    let mut city = quiet.spawn().expect("the city runs");
    let street = dir.join("310117107/hub.db");
    for _ in 0..1_200 {
        if street.exists() || city.try_wait().expect("the city").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let has = (street.exists(), dir.join("310117/hub.db").exists(), dir.join("HC-QD").exists());
    city.kill().expect("ended");
    city.wait().expect("ended");
    assert_eq!(has, (true, true, false));
}

/// A terminal shows the table in both languages, and of every hub what its figures are made of.
fn check_printed(dir: &Path, students: usize) {
    let clock = Clock::system();
    let reader = Reader::open(&dir.join("370200"), clock.clone()).expect("city");
    let table = reader.table().expect("table");
    let plain = |line: &str| line.replace([',', '\u{a0}', '\u{202f}'], "");
    let has = |text: &str, name: &str| {
        let mut lines = text.lines().map(plain);
        lines.any(|line| line.contains(name) && line.contains(&students.to_string()))
    };
    let (zh, en) = (table_text(&table, Lang::Zh), table_text(&table, Lang::En));
    assert!(has(&zh, "学生"), "{zh}");
    assert!(has(&en, "tudents"), "{en}");
    let plan = plan(12).expect("plan");
    let made_of = provenance_of(&plan.hubs, dir, (&clock, Lang::En)).expect("provenance");
    for hub in &plan.hubs {
        assert!(made_of.contains(&format!("({})", hub.unit)), "{}: {made_of}", hub.unit);
    }
    for school in &plan.schools {
        assert!(made_of.contains(&school.school.school_code), "{made_of}");
    }
    assert!(made_of.contains("clear.term") && made_of.contains("snapshot"), "{made_of}");
}

/// Processes of this machine that were given a folder.
#[cfg(target_os = "linux")]
fn running_in(dir: &str) -> usize {
    let processes = std::fs::read_dir("/proc").expect("processes").flatten();
    let asked = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    asked.filter(|line| String::from_utf8_lossy(line).contains(dir)).count()
}

/// No process goes on for long in a folder: a service ends when its standard input does.
#[cfg(target_os = "linux")]
fn assert_ended(dir: &str) {
    let ended = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        running_in(dir) == 0
    });
    assert!(ended, "nothing of it runs on");
}

/// A city that is interrupted while it is built tells how far it has come, a line for each tenth,
/// ends with the code for that and a sentence, and leaves no process behind.
#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_city_ends_with_130() {
    use std::io::{BufRead, BufReader};
    let folder = tempfile::tempdir().expect("folder");
    let dir = folder.path().join("city");
    let dir = dir.to_str().expect("path");
    let mut city = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"))
        .args(["--schools", "6", "--lang", "en", "--dir", dir])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the city runs");
    let mut lines = BufReader::new(city.stderr.take().expect("stderr")).lines();
    let mut said = lines.by_ref().map_while(Result::ok);
    assert!(said.any(|line| line == "Commissions' roots: 1/1"), "a line of progress");
    assert!(said.any(|line| line.starts_with("Hubs: 1/")), "and one for each tenth");
    let told = Command::new("kill").args(["-INT", &city.id().to_string()]).status();
    assert!(told.expect("kill").success());
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    let output = city.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("interrupted")), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains("half-built")), "{rest:?}");
    assert!(output.stdout.is_empty(), "no table");
    assert_ended(dir);
}

/// A folder in use and an impossible number of schools are refused with a sentence.
#[test]
fn wrong_wishes_are_refused_untouched() {
    let folder = tempfile::tempdir().expect("folder");
    std::fs::write(folder.path().join("mine.txt"), "precious").expect("file");
    let dir = folder.path().to_str().expect("path");
    let refused = city(&["--once", "--lang", "en", "--dir", dir]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("nothing in it was touched"));
    let refused = city(&["--once", "--lang", "en", "--schools", "3"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("6 to 949"));
    let said = |args: &[&str]| {
        let ran = city(&[args, &["--lang", "zh"]].concat());
        let said = [ran.stdout, ran.stderr].concat();
        (ran.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, text) = said(&["--once", "--schools", "3"]);
    assert!(code == Some(2) && text.contains("6 至 949"), "{text}");
    let (code, text) = said(&["--once", "--school", "6"]);
    assert!(code == Some(2) && text.contains("是不是“--schools”"), "{text}");
    let (code, text) = said(&["--help"]);
    assert!(code == Some(0) && text.contains("虚构学校的数量"), "{text}");
}
