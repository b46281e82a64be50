//! The city with real answers: local reports are right cell by cell, and what is released or opened
//! counts consented sheets only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::catalogue::{Grade, Stage, stage_of};
use domain::disclosure::plan::{
    Access, DOMINANCE_MAX, GROUP_MIN, Group, PERSONS_MIN, Plan, Roster,
};
use serde_json::Value;
use tests::city::days::SCHOOL_YEAR;
use tests::city::generate::grade_number;
use tests::city::plan::{SchoolPlan, plan};
use tests::city::sums::areas;

use super::{build, canaries, rolls, row, search, total, written};

/// On the real answers: the local report equals the independent truth cell by cell, what is
/// released counts consented sheets only, and no pupil leaves a school.
#[test]
#[cfg_attr(not(real_answers), ignore = "the real answers do not lie beside the project")]
fn real_answers_come_out_right_and_leak_nobody() {
    // With one hub: the bound is that of rounded figures.
    let (folder, data, table) = real_answers(&["--one-hub"]);
    check_consented(&table, folder.path(), &data);
}

/// As a city is by default, with health's hub: the same holds, and of what is about persons the
/// very groups that both departments' plans open are told, exactly, consented sheets only; a group
/// that stays closed has a reason.
#[test]
#[cfg_attr(not(real_answers), ignore = "the real answers do not lie beside the project")]
fn real_answers_are_opened_by_both_hubs() {
    let (folder, data, table) = real_answers(&[]);
    check_opened(&table, folder.path(), &data);
}

/// A city with the real answers whose local reports are right and that leaks nobody: its folder,
/// the folder of the answers, and its table.
fn real_answers(more: &[&str]) -> (tempfile::TempDir, PathBuf, Value) {
    // Tests of it are ignored where this is not set; see the build script.
    let data = PathBuf::from(option_env!("REAL_ANSWERS").unwrap_or_default());
    let folder = tempfile::tempdir().expect("folder");
    // Fewer schools would close every count of persons of some stage, and so its total.
    let wishes = [&["--data", data.to_str().expect("path")][..], more].concat();
    let table = build(folder.path(), "12", &wishes);
    let mut compared = 0;
    let real = rolls(&data.join("rosters"));
    for roll in &real {
        let unit = roll.parent().and_then(Path::file_name).expect("unit").to_str().expect("unit");
        compared += compare_with_truth(folder.path(), &data, unit);
    }
    assert_eq!(compared, 126, "every aggregate of the truth");
    let mut all = real;
    all.extend(rolls(&folder.path().join("office")));
    search(&written(folder.path()), &canaries(&all));
    (folder, data, table)
}

/// Where a school's office has its files.
fn office_of(unit: &str, (dir, data): (&Path, &Path)) -> PathBuf {
    let real = data.join("rosters").join(unit);
    if real.exists() { real } else { dir.join("office").join(unit) }
}

/// Students of some schools and a stage, in turn: all, those whose family agreed, and those of them
/// who have a sheet with answers.
fn students_of(schools: &[&SchoolPlan], stage: Stage, at: (&Path, &Path)) -> [u64; 3] {
    let mut counted = [0; 3];
    for plan in schools {
        let folder = office_of(&plan.school.school_code, at);
        let answered = sheets(&folder);
        let mut reader = csv::Reader::from_path(folder.join("roster.csv")).expect("roll");
        for row in reader.records() {
            let row = row.expect("row");
            let grade = grade_number(&row[5]).and_then(Grade::school).expect("grade");
            if stage_of(plan.school.school_type(), grade) != Some(stage) {
                continue;
            }
            let agreed = &row[7] == "是";
            counted[0] += 1;
            counted[1] += u64::from(agreed);
            counted[2] += u64::from(agreed && answered.contains(&row[0]));
        }
    }
    counted
}

/// Whether a group has too few schools, in all or in a grade, too few students, or one school that
/// outweighs the others.
fn is_rightly_closed(group: &Group, roster: &Roster) -> bool {
    let (members, stage) = (&group.members, group.stage);
    let mut by_grade: BTreeMap<Grade, u32> = BTreeMap::new();
    for school in members.iter().filter_map(|unit| roster.school(unit)) {
        for grade in school.stages.get(&stage).into_iter().flat_map(BTreeMap::keys) {
            *by_grade.entry(*grade).or_default() += 1;
        }
    }
    let persons = roster.persons(members, stage);
    roster.support(members, stage) < GROUP_MIN
        || by_grade.values().any(|schools| *schools < GROUP_MIN)
        || persons < PERSONS_MIN
        || roster.largest(members, stage) * 100 > persons * DOMINANCE_MAX
}

/// What both hubs opened is what the plans let them open, and counts nobody else.
fn check_opened(table: &Value, dir: &Path, data: &Path) {
    let city = plan(12).expect("plan");
    let roll = |plan: &SchoolPlan| {
        let folder = office_of(&plan.school.school_code, (dir, data));
        std::fs::read_to_string(folder.join("roster.csv"))
    };
    let (mut wanted, mut open) = (BTreeSet::new(), [0; 3]);
    for area in areas(&city, roll).expect("areas") {
        let name = format!("{}-{SCHOOL_YEAR}", area.unit);
        let roster = proto::pack::roster::read(&name, area.roster.as_bytes()).expect("roster");
        for group in Plan::build(GROUP_MIN, &roster, &[]).groups() {
            let of_group = |plan: &&SchoolPlan| {
                group.members.iter().any(|unit| unit.as_str() == plan.school.school_code)
            };
            let schools: Vec<&SchoolPlan> = city.schools.iter().filter(of_group).collect();
            if group.access == Access::Closed {
                assert!(is_rightly_closed(group, &roster), "{}: {}", area.unit, group.id);
                continue;
            }
            wanted.insert((area.unit.clone(), group.stage.as_str().to_owned()));
            let counted = students_of(&schools, group.stage, (dir, data));
            open.iter_mut().zip(counted).for_each(|(sum, more)| *sum += more);
        }
    }
    let text = |sum: &Value, key: &str| sum[key].as_str().expect(key).to_owned();
    let told = table["table"]["opened"].as_array().expect("opened sums");
    assert!(told.iter().all(|sum| sum["helper"] == "HC-QD"), "both opened each");
    let told: BTreeSet<_> =
        told.iter().map(|sum| (text(sum, "area"), text(sum, "stage"))).collect();
    assert!(!wanted.is_empty() && told == wanted, "{told:?} of {wanted:?}");
    let [students, agreed, answered] = open;
    let exact = |indicator: &str| {
        let figure = &row(table, indicator)["total"];
        assert_eq!(figure["rounding_error_max"].as_u64().unwrap_or(0), 0, "{figure}");
        figure["value"].as_u64().unwrap_or_else(|| panic!("{indicator}: {figure}"))
    };
    let (screened, refused) = (exact("scr.completed"), exact("scr.refused"));
    assert!(screened > 0 && screened <= answered, "{screened} of {answered}");
    assert!(
        refused >= students - agreed,
        "without consent: refused, {refused} {students} {agreed}"
    );
    assert!(screened + refused + exact("scr.not_reached") <= students, "nobody counts twice");
}

/// Lines of a report without its first column, keyed by everything but the three figures.
fn aggregates(file: &Path, unit: &str) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut reader = csv::Reader::from_path(file).expect("aggregates");
    let rows = reader.records().map(|row| row.expect("row"));
    let own = rows.filter(|row| &row[0] == unit);
    let split = |row: csv::StringRecord| {
        let cells: Vec<String> = row.iter().skip(1).map(str::to_owned).collect();
        let (key, figures) = cells.split_at(4);
        (key.to_vec(), figures.to_vec())
    };
    own.map(split).collect()
}

fn compare_with_truth(dir: &Path, data: &Path, unit: &str) -> usize {
    let report = dir.join(format!("danger_local_report_{unit}.csv"));
    let password = dir.join(format!("{unit}.password"));
    std::fs::write(&password, "a long password").expect("password");
    let node = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"));
        command.args(["__run", "node"]).args(args).arg("--data").arg(dir.join(unit));
        let made = command.arg("--password-file").arg(&password).output().expect("command");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    node(&["user", "add", "counsellor", "--role", "counsellor"]);
    let first = dir.join(format!("{unit}.first"));
    std::fs::rename(&password, &first).expect("renamed");
    std::fs::write(&password, "another long password").expect("password");
    let replaced = Command::new(env!("CARGO_BIN_EXE_xinqiao-city"))
        .args(["__run", "node", "user", "password", "counsellor", "--data"])
        .arg(dir.join(unit))
        .arg("--password-file")
        .arg(&first)
        .arg("--new-password-file")
        .arg(&password)
        .output();
    let replaced = replaced.expect("command");
    assert!(replaced.status.success(), "{}", String::from_utf8_lossy(&replaced.stderr));
    let out = report.to_str().expect("utf-8");
    node(&["danger-local-report", "--as", "counsellor", "--out", out]);
    let truth = aggregates(&data.join("rosters").join("truth.csv"), unit);
    let words = [
        ("demo-dass-42", "dass42"),
        ("demo-yrbs-2019", "yrbs2019"),
        ("demo-phq9-gad7", "phq9gad7"),
    ];
    let ours: BTreeMap<Vec<String>, Vec<String>> = aggregates(&report, unit)
        .into_iter()
        .map(|(mut key, figures)| {
            let word = words.iter().find(|(pack, _)| *pack == key[2]).expect("known scale");
            word.1.clone_into(&mut key[2]);
            (key, figures)
        })
        .collect();
    assert_eq!(ours, truth, "{unit}");
    std::fs::remove_file(&report).expect("the report does not stay");
    truth.len()
}

/// The city's screened pupils lie within the rounding's bounds of the consented, whole sheets.
fn check_consented(table: &Value, dir: &Path, data: &Path) {
    let mut consented = 0_u64;
    let mut answered = 0_u64;
    for root in [data.join("rosters"), dir.join("office")] {
        for roll in rolls(&root) {
            let folder = roll.parent().expect("folder");
            if root.ends_with("office")
                && data.join("rosters").join(folder.file_name().expect("unit")).exists()
            {
                continue;
            }
            let yes = |row: &csv::StringRecord| &row[7] == "是";
            let mut reader = csv::Reader::from_path(&roll).expect("roll");
            let with: BTreeSet<String> = reader
                .records()
                .map(|row| row.expect("row"))
                .filter(yes)
                .map(|row| row[0].to_owned())
                .collect();
            consented += with.len() as u64;
            answered += sheets(folder).intersection(&with).count() as u64;
        }
    }
    let screened = total(table, "scr.completed").expect("screened");
    let refused = total(table, "scr.refused").expect("refused");
    let students = total(table, "base.students").expect("students");
    let most = row(table, "scr.completed")["total"]["rounding_error_max"].as_u64().expect("bound");
    assert!(screened <= answered + most && screened + most >= answered, "{screened} {answered}");
    assert!(screened <= consented + most, "nobody without consent was counted");
    assert!(refused + most >= students - consented, "without consent: refused");
}

/// Pupils with a sheet that has answers.
fn sheets(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.file_name().is_some_and(|name| name == "roster.csv") {
            continue;
        }
        let mut reader = csv::Reader::from_path(&path).expect("answers");
        let header = reader.headers().expect("header");
        let state = header.iter().position(|name| name == "参测情况");
        for row in reader.records() {
            let row = row.expect("row");
            if state.is_none_or(|column| &row[column] == "已测") {
                found.insert(row[0].to_owned());
            }
        }
    }
    found
}
