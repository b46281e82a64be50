//! A part of a school year as `xinqiao-city --year` plays it, judged by the program itself.
//!
//! Goal: the program's own summary is true. What was opened is what schools sealed, cell by cell;
//! no role learns a small count alone; and what must be found is found.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::city::build::{City, Hubs, Wishes};
use tests::city::days::Course;
use tests::city::plan::{CITY, plan_of};
use tests::city::progress::Progress;
use tests::city::year::{self, Judged, Must, Summary};

const DISTRICT: &str = "310117";
const STREET: &str = "310117107";
/// Small junior schools, as many as a group needs; one of them below the street's hub.
const SCHOOLS: [&str; 5] =
    ["F310117002J01", "F310117103J01", "F310117104J01", "F310117107J01", "F310117116J02"];

fn wishes(dir: &Path, course: Course) -> Wishes {
    Wishes {
        program: PathBuf::from(env!("CARGO_BIN_EXE_xinqiao-city")),
        dir: dir.to_owned(),
        data: None,
        seed: 5,
        lives: SCHOOLS.len(),
        stay: false,
        hubs: Hubs::Both,
        founded: course.founded,
        plan_from: course.plan_from,
    }
}

/// Schools, hubs, a week, a term and what everybody saw of it: nothing follows for any role alone
/// or with three colluding schools of a group; with the fourth the fifth is seen.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_is_played_and_judged() {
    let folder = tempfile::tempdir().expect("folder");
    let (course, export) = (Course::last_weeks(1), folder.path().join("seen"));
    let plan = plan_of(&SCHOOLS, STREET).expect("plan");
    let mut city = City::new(wishes(&folder.path().join("city"), course), plan).expect("city");
    let quiet = Progress::new(false, true);
    let played = year::play(&mut city, course, &export, &quiet).await;
    let year = played.unwrap_or_else(|error| panic!("{error}"));
    city.stop().await;
    println!("{}", serde_json::to_string_pretty(&year).expect("json"));
    assert!(year.holds());
    assert_eq!((year.schools, year.weeks, year.refused, year.kept_closed), (5, 1, 0, 0));
    // The leader's sums, and the same at the helper, in the district's view and at the city.
    let exactness = &year.exactness;
    assert!(exactness.filled > 200, "{} cells that are not zero", exactness.filled);
    assert_eq!(exactness.cells % 4, 0, "four roles see the same sums");
    let of = |name: &str| -> &Judged {
        let found = year.files.iter().find(|one| one.file == format!("{name}.json"));
        found.unwrap_or_else(|| panic!("{name} was not judged"))
    };
    let [leader, district] = ["leader", "district"].map(|role| format!("{role}-{DISTRICT}"));
    for role in ["city", "helper", leader.as_str(), district.as_str()] {
        assert_eq!((of(role).must, of(role).leaks), (Must::Safe, 0));
        assert!(of(role).hidden > 1_000, "{role} has seen sums: {:?}", of(role));
    }
    assert_eq!(of(&format!("{district}+3-schools")).must, Must::Safe);
    let seen = of(&format!("{district}+4-schools"));
    assert_eq!(seen.must, Must::Leak);
    assert!(seen.leaks > 0);
    // A street sees the bands of its schools' sheets.
    let street = format!("street-{STREET}");
    assert!(of(&street).hidden > 0 && of(&street).must == Must::Safe);
    published(&year, &export);
    let files = std::fs::read_dir(&export).expect("folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.expect("entry").file_name().to_string_lossy().into_owned()
    };
    let written: Vec<String> = files.map(name).collect();
    assert!(year.files.iter().all(|one| written.contains(&one.file)), "{written:?}");
    assert!(written.iter().filter(|file| file.starts_with("school-")).count() >= 4);
}

/// District and city published both subjects of the term, and what the public reads of each is in a
/// file of its own: noisy figures and nothing else, of which nothing follows.
fn published(year: &Summary, export: &Path) {
    let of = |unit: &str| ["alerts", "screening"].map(|one| format!("{unit} 2025S1-{one}"));
    assert_eq!(year.published, [of(DISTRICT), of(CITY.0)].concat());
    assert_eq!(year.unpublished, Vec::<String>::new());
    for unit in [DISTRICT, CITY.0] {
        let name = format!("public-{unit}.json");
        let judged = year.files.iter().find(|one| one.file == name).expect("judged");
        assert_eq!((judged.must, judged.leaks, judged.undecided), (Must::Safe, 0, 0));
        let text = std::fs::read(export.join(&name)).expect("file");
        let seen: Value = serde_json::from_slice(&text).expect("json");
        let tables = seen["tables"].as_array().expect("tables").iter();
        let cells: Vec<&Value> =
            tables.flat_map(|table| table["cells"].as_array().expect("cells")).collect();
        let told = cells.iter().filter(|cell| cell["value"].is_u64()).count();
        assert!(told > 0, "{unit} published nothing that can be read");
        assert!(cells.iter().all(|cell| cell["status"] == "noised"), "{unit}");
    }
}

/// A city without a group has nothing to play, and says so before anything is made.
#[test]
fn a_city_without_a_group_has_no_year() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("seen").display().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"));
    command.args(["--year", "--schools", "6", "--json", "--export", out.as_str()]);
    let refused = command.output().expect("started");
    let said: Value = serde_json::from_slice(&refused.stdout).expect("json");
    assert_eq!(said["error"]["code"], "NO_GROUP");
    assert!(!folder.path().join("seen").exists());
}
