//! A transfer from end to end with real processes: two schools of a street, its hub, the district's
//! relay and the city, each school used by its commands.
//!
//! Goal: a student who moves is counted at one school on every day and the district has as many as
//! before; what is sealed is nowhere but at the two schools, encrypted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::path::{Path, PathBuf};

use domain::ledger::SchoolRole;
use domain::ledger::terms::Relation;
use jiff::civil::Date;
use node::ledger::author::Author;
use node::ledger::refusal::LedgerRefusal;
use node::ledger::roll::Guardian;
use node::ledger::{showing, student, write};
use runtime::sql::SqlError;
use tests::city::build::{City, Hubs, Wishes};
use tests::city::days::{FOUNDED, PLAN_FROM};
use tests::city::plan::plan_of;
use tests::city::progress::Progress;
use tests::city::transfers::{End, Street};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
const OLD: &str = "F310117107J01";
const NEW: &str = "F310117107J02";

/// What only the two schools may know.
const GUARDIAN: &str = "欧阳石榴籽";
const PHONE: &str = "13987650321";

fn wishes(dir: &Path) -> Wishes {
    Wishes {
        program: PathBuf::from(env!("CARGO_BIN_EXE_xinqiao-city")),
        dir: dir.to_owned(),
        data: None,
        seed: 23,
        lives: 0,
        stay: false,
        hubs: Hubs::Education,
        founded: FOUNDED,
        plan_from: PLAN_FROM,
    }
}

/// A city of two schools that know each other's keys, both served.
async fn up(dir: &Path) -> (City, Street) {
    let plan = plan_of(&[OLD, NEW], STREET).expect("plan");
    let mut city = City::new(wishes(dir), plan).expect("city");
    let quiet = Progress::new(false, true);
    city.found(&quiet).await.unwrap_or_else(|error| panic!("{error}"));
    city.enrol_schools().await.unwrap_or_else(|error| panic!("{error}"));
    let street = Street::open(&city, ([OLD, NEW], DISTRICT)).await;
    let street = street.unwrap_or_else(|error| panic!("{error}"));
    city.serve_schools().await.unwrap_or_else(|error| panic!("{error}"));
    (city, street)
}

/// A student of the old school, with a guardian who was planted: number and grade.
fn planted(street: &Street) -> (String, String) {
    let ledger = street.node(End::Old).ledger();
    let known = ledger.read(student::current);
    let known = known.map_err(|error: SqlError| error.to_string()).expect("roll");
    let mut rows: Vec<_> = known.into_values().filter(|row| row.status.is_on_roll()).collect();
    rows.sort_by_key(|row| row.student_number);
    let row = rows.into_iter().next().expect("a student");
    let number = row.student_number.as_str().to_owned();
    let (wanted, from) = (number.clone(), street.today());
    let now_ms = street.node(End::Old).clock().now_ms();
    let added = ledger.write("planted", move |tx| {
        let student = showing::student_of(tx, &wanted)?.ok_or(LedgerRefusal::Unknown)?;
        let author = Author::new("xinli", SchoolRole::Counsellor, None, now_ms);
        let guardian = Guardian {
            from,
            student,
            name: GUARDIAN.to_owned(),
            relation: Relation::Mother,
            phone: PHONE.to_owned(),
            do_not_contact: false,
            objects: false,
            until: None,
        };
        write::add(tx, &author.because("登记"), &guardian)
    });
    added.unwrap_or_else(|error| panic!("{error}"));
    (number, row.grade.code().to_owned())
}

fn both(street: &Street, day: Date) -> (usize, usize) {
    let students = |end| street.students(end, day).unwrap_or_else(|error| panic!("{error}"));
    (students(End::Old), students(End::New))
}

/// Offers a student, who is taken; gives the day from which both schools hold that he has moved.
async fn moves(street: &Street, (number, grade): (&str, &str)) -> Date {
    let today = street.today().to_string();
    let args = ["offer", number, "--to", NEW, "--applied", &today, "--person", "王老师"];
    let shown = street.transfer(End::Old, &args).await.unwrap_or_else(|error| panic!("{error}"));
    let text = shown.to_string();
    assert!(text.contains(GUARDIAN) && text.contains(PHONE) && !text.contains(number));
    let digest = shown.get("digest").and_then(|digest| digest.as_str()).expect("digest");
    let args = ["offer", number, "--digest", digest];
    street.transfer(End::Old, &args).await.unwrap_or_else(|error| panic!("{error}"));
    let came = street.until(End::New, "offered").await;
    let id = came.unwrap_or_else(|error| panic!("{error}")).id.to_string();
    let read = street.transfer(End::New, &["show", &id]).await;
    assert!(read.unwrap_or_else(|error| panic!("{error}")).to_string().contains(GUARDIAN));
    let day = street.today().to_string();
    let mut args = vec!["accept", &id, "--number", number, "--grade", grade, "--class", "2班"];
    args.extend(["--day", &day]);
    street.transfer(End::New, &args).await.unwrap_or_else(|error| panic!("{error}"));
    let old = street.until(End::Old, "confirmed").await;
    let old = old.unwrap_or_else(|error| panic!("{error}")).stands.day().expect("day");
    let new = street.until(End::New, "closed").await;
    let new = new.unwrap_or_else(|error| panic!("{error}")).stands.day().expect("day");
    assert_eq!(old, new, "both hold one day");
    new
}

/// Every file in a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

/// Nothing that was planted is in a file of a hub, in a log or in either school's folder.
fn nothing_is_found(dir: &Path) {
    let files = files(dir);
    let known = ["310117/hub.db", "310117107/hub.db", "370200/hub.db"];
    assert!(known.into_iter().all(|name| files.iter().any(|file| file.ends_with(name))));
    for file in &files {
        let bytes = std::fs::read(file).expect("file");
        let holds = |canary: &str| bytes.windows(canary.len()).any(|run| run == canary.as_bytes());
        assert!(![GUARDIAN, PHONE].into_iter().any(holds), "{}", file.display());
    }
}

/// A student moves by sealed letters through a street's hub and the district's relay: on the day of
/// it and on the day before exactly one of the two schools counts the student.
#[tokio::test(flavor = "multi_thread")]
async fn a_student_who_moves_is_counted_once() {
    let folder = tempfile::tempdir().expect("folder");
    let (city, street) = up(folder.path()).await;
    let (number, grade) = planted(&street);
    let (old, new) = both(&street, street.today());
    assert!(old > 0 && new > 0);
    let day = moves(&street, (&number, &grade)).await;
    assert_eq!(both(&street, day), (old - 1, new + 1));
    let before = day.yesterday().expect("day");
    assert_eq!(both(&street, before), (old, new), "the district has as many as before");
    drop(street);
    city.stop().await;
    nothing_is_found(folder.path());
}
