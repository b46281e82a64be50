//! The open plan, from the roster of a school year to groups that may be summed.

use std::path::{Path, PathBuf};

use crate::support::{hub, said, text};

const HEAD: &str =
    "unit,town,operator,education_since,health_since,signed,stage,grade,male,female,unstated";

/// Writes the roster of a year: schools by number and town, all of one grade.
fn roster(folder: &Path, year: u32, schools: &[(u32, &str)]) -> PathBuf {
    let rows = schools.iter().map(|(school, town)| {
        format!("S{school},{town},office {school},2020,2021,yes,junior,g7,40,40,1")
    });
    let lines: Vec<String> = std::iter::once(HEAD.to_owned()).chain(rows).collect();
    let path = folder.join(format!("370203-{year}.csv"));
    std::fs::write(&path, lines.join("\n")).expect("roster");
    path
}

fn towns(of: &[(&'static str, u32)]) -> Vec<(u32, &'static str)> {
    let of = of.iter().flat_map(|(town, schools)| (0..*schools).map(|_| *town));
    (1..).zip(of).collect()
}

/// The same roster gives the same bytes; a town that is too small is pooled, and says so.
#[test]
fn a_plan_is_made_checked_and_shown() {
    let folder = tempfile::tempdir().expect("folder");
    let list = roster(folder.path(), 2026, &towns(&[("T1", 10), ("T2", 3), ("T3", 2)]));
    let made = hub(&["plan", "make", text(&list)]);
    assert_eq!(made.code, 0, "{}", made.err);
    let asked = ["plan", "make", text(&list), "--census-day", "2026-09-20"];
    assert_eq!(hub(&asked).code, 2, "a census day without key statements");
    let keys = ["--leader-statement", text(&list), "--helper-statement", text(&list)];
    let asked = [asked.as_slice(), &keys].concat();
    assert_eq!(hub(&asked).failed(), (7, "STATEMENT_FILE".to_owned()));
    let plan = folder.path().join("370203-2026.toml");
    let bytes = std::fs::read(&plan).expect("plan");
    assert_eq!(made.json()["draft"], true, "nobody is named to seal to");
    let again = folder.path().join("again.toml");
    assert_eq!(hub(&["plan", "make", text(&list), "--out", text(&again)]).code, 0);
    assert_eq!(std::fs::read(&again).expect("plan"), bytes);
    assert_eq!(hub(&["plan", "make", text(&list)]).failed(), (4, "SOURCE_FILE".to_owned()));
    assert_eq!(hub(&["plan", "check", text(&plan)]).json()["sound"], true);
    let shown = hub(&["plan", "show", text(&plan)]).json();
    let groups = shown["groups"].as_array().expect("groups");
    let of = |group: &serde_json::Value| (group["access"].clone(), group["schools"].clone());
    let pooled = groups.iter().find(|group| group["town"].is_null()).expect("pooled");
    assert_eq!(of(pooled), ("district".into(), 5.into()));
    assert_eq!(groups.iter().filter(|group| of(group) == ("town".into(), 5.into())).count(), 2);
}

/// What could leak is refused with its group: four schools alone, a group that was parted before
/// its time, and a plan beside another roster than its own.
#[test]
fn a_plan_that_leaks_is_refused_with_its_group() {
    let folder = tempfile::tempdir().expect("folder");
    let at = folder.path();
    let list = roster(at, 2026, &towns(&[("T1", 10)]));
    assert_eq!(hub(&["plan", "make", text(&list)]).code, 0);
    let plan = at.join("370203-2026.toml");
    let sound = std::fs::read_to_string(&plan).expect("plan");
    // One school less in the first group, one more in the second.
    let leaky =
        sound.replacen("\"S1\", \"S2\"", "\"S2\"", 1).replacen("[\"S10\"", "[\"S1\", \"S10\"", 1);
    std::fs::write(&plan, &leaky).expect("plan");
    let refused = hub(&["plan", "check", text(&plan)]);
    assert_eq!(refused.failed(), (4, "PLAN_LEAKS".to_owned()), "{leaky}");
    assert!(refused.err.contains("2026-junior-1"), "{}", refused.err);
    // The table of a plan that leaks says so; only plan check refuses it.
    let shown = hub(&["plan", "show", text(&plan)]).json();
    assert_eq!(shown["sound"], false);
    assert!(shown["flaw"].as_str().is_some_and(|flaw| flaw.contains("2026-junior-1")), "{shown}");
    for lang in ["en", "zh"] {
        let shown = said(lang, &["plan", "show", text(&plan)]);
        assert_eq!(shown.code, 0, "{}", shown.err);
        assert!(shown.out.contains("plan check"), "{}", shown.out);
    }
    std::fs::write(&plan, &sound).expect("plan");
    let shown = hub(&["plan", "show", text(&plan)]).json();
    assert_eq!((&shown["sound"], &shown["flaw"]), (&true.into(), &serde_json::Value::Null));
    let next = roster(at, 2027, &towns(&[("T1", 10)]));
    assert_eq!(hub(&["plan", "make", text(&next)]).json()["years_before"], 1);
    // The year after is judged beside the years before: with another past it is another plan.
    let plan_next = at.join("370203-2027.toml");
    let parted = std::fs::read_to_string(&plan_next).expect("plan");
    let swapped = parted.replace("\"S1\"", "\"S\"").replace("\"S3\"", "\"S1\"");
    std::fs::write(&plan_next, swapped.replace("\"S\"", "\"S3\"")).expect("plan");
    let refused = hub(&["plan", "check", text(&plan_next)]);
    assert_eq!(refused.failed(), (4, "PLAN_LEAKS".to_owned()), "{}", refused.out);
    assert!(refused.err.contains("2026-junior-1"), "{}", refused.err);
    let other = roster(at, 2026, &towns(&[("T1", 11)]));
    let args = ["plan", "check", text(&plan), "--roster", text(&other)];
    assert_eq!(hub(&args).failed(), (4, "ROSTER".to_owned()));
    std::fs::write(&other, format!("{HEAD}\nS1,T1,o,2020,2021,yes,junior,g7,0,0,0")).expect("csv");
    assert_eq!(hub(&["plan", "make", text(&other)]).failed(), (7, "PLAN_FILE".to_owned()));
}

/// A plan whose floor is one school names the group that leaks most.
#[test]
fn a_floor_of_one_school_names_the_smallest_group() {
    let folder = tempfile::tempdir().expect("folder");
    let list = roster(folder.path(), 2026, &towns(&[("T1", 10)]));
    assert_eq!(hub(&["plan", "make", text(&list)]).code, 0);
    let plan = folder.path().join("370203-2026.toml");
    let sound = std::fs::read_to_string(&plan).expect("plan");
    let low = sound.replacen("floor = 5", "floor = 1", 1);
    let alone = low.replacen("\"S1\", \"S2\"", "\"S2\"", 1);
    let alone = alone.replacen("[\"S10\"", "[\"S1\", \"S10\"", 1);
    assert!(sound != low && low != alone, "{sound}");
    std::fs::write(&plan, &alone).expect("plan");
    let refused = hub(&["plan", "check", text(&plan)]);
    assert_eq!(refused.failed(), (4, "PLAN_LEAKS".to_owned()), "{}", refused.out);
    for word in ["the plan's floor is 1 school;", "2026-junior-1, 4 schools count"] {
        assert!(refused.err.contains(word), "{}", refused.err);
    }
    let zh = said("zh", &["plan", "check", text(&plan)]);
    assert!(zh.err.contains("最小的组 2026-junior-1 只有 4 所学校计入"), "{}", zh.err);
}

/// A second version of a year's plan is made and checked beside the one that it replaces: with a
/// school in another's place its group rests, and a plan that shows it all the same is refused with
/// that group.
///
/// Method: the version before lies in a folder of its own, since files of a year have one name.
#[test]
fn a_version_is_judged_beside_the_one_that_it_replaces() {
    let (before, after) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("dir"));
    let all = towns(&[("T1", 6), ("T2", 6)]);
    assert_eq!(hub(&["plan", "make", text(&roster(before.path(), 2026, &all))]).code, 0);
    let stood = before.path().join("370203-2026.toml");
    let mut exchanged = all.clone();
    exchanged[5].0 = 99;
    let list = roster(after.path(), 2026, &exchanged);
    let plan = after.path().join("370203-2026.toml");
    assert_eq!(hub(&["plan", "make", text(&list)]).code, 0, "by itself it is sound");
    assert_eq!(hub(&["plan", "check", text(&plan)]).json()["versions_before"], 0);
    let beside = ["plan", "check", text(&plan), "--replaces", text(&stood)];
    let refused = hub(&beside);
    assert_eq!(refused.failed(), (4, "PLAN_LEAKS".to_owned()), "{}", refused.out);
    assert!(refused.err.contains("2026-junior-1"), "{}", refused.err);
    std::fs::remove_file(&plan).expect("plan");
    let made = hub(&["plan", "make", text(&list), "--replaces", text(&stood)]).json();
    assert_eq!((&made["years_before"], &made["versions_before"]), (&0.into(), &1.into()));
    let access: Vec<&str> = made["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .filter_map(|group| group["access"].as_str())
        .collect();
    assert_eq!(access, ["district", "town"]);
    assert_eq!(hub(&beside).json()["sound"], true);
    // A plan of another year is no version of this one.
    let other = roster(before.path(), 2025, &all);
    assert_eq!(hub(&["plan", "make", text(&other)]).code, 0);
    let other = other.with_extension("toml");
    let wrong = ["plan", "check", text(&plan), "--replaces", text(&other)];
    assert_eq!(hub(&wrong).failed(), (7, "PLAN_FILE".to_owned()));
}

/// A floor below the compiled one is refused, and where nothing can be opened the draft says so and
/// why: five schools of one office are one school, and who is new on the lists does not count.
#[test]
fn a_plan_that_opens_nothing_says_why() {
    let folder = tempfile::tempdir().expect("folder");
    let list = folder.path().join("370203-2026.csv");
    let rows = |operator: &str, since: u32| {
        let row = |n| format!("S{n},T1,{operator},{since},{since},yes,junior,g7,40,40,1");
        let rows: Vec<String> = std::iter::once(HEAD.to_owned()).chain((1..6).map(row)).collect();
        std::fs::write(&list, rows.join("\n")).expect("roster");
    };
    let draft = |name: &str| {
        let out = folder.path().join(name);
        said("en", &["plan", "make", text(&list), "--out", text(&out)])
    };
    rows("office", 2020);
    let low = hub(&["plan", "make", text(&list), "--floor", "3"]);
    assert_eq!(low.failed(), (2, "FLOOR".to_owned()), "{}", low.err);
    let one = draft("one.toml");
    assert!(one.out.contains("the 5 schools that stand in no open group"), "{}", one.out);
    // The reason is said once, however many groups it closes.
    assert!(one.out.contains("closed: see below"), "{}", one.out);
    assert_eq!(one.out.matches("count as 1").count(), 1, "{}", one.out);
    assert!(one.out.contains("this draft opens no sum"), "{}", one.out);
    rows("office", 2026);
    let new = draft("new.toml");
    assert!(new.out.contains("5 listed for less than a year"), "{}", new.out);
}

/// A school of three students counts for the plan and hides nobody in a sum: what could never be
/// told for want of a fifth operator is named when the plan is made and when it is checked, and the
/// plan stays valid. With a neighbour there is nothing to name.
#[test]
fn what_could_never_be_told_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let tiny = |schools: &[(u32, &'static str)]| {
        let list = roster(folder.path(), 2026, schools);
        let rows = std::fs::read_to_string(&list).expect("roster");
        let one = "office 1,2020,2021,yes,junior,g7,";
        let rows = rows.replace(&format!("{one}40,40,1"), &format!("{one}2,1,0"));
        std::fs::write(&list, rows).expect("roster");
        list
    };
    let list = tiny(&towns(&[("T1", 5)]));
    let made = hub(&["plan", "make", text(&list)]);
    assert_eq!(made.code, 0, "{}", made.err);
    let named = serde_json::json!([
        {"what": "stage", "stage": "junior", "groups": ["2026-junior-1"], "hiding": 4}
    ]);
    assert_eq!(made.json()["never_told"], named);
    let plan = folder.path().join("370203-2026.toml");
    let checked = hub(&["plan", "check", text(&plan)]).json();
    assert_eq!(checked["sound"], true);
    assert_eq!(checked["never_told"], named);
    for (lang, words) in [("en", "will be opened all year"), ("zh", "全学年都不会开启")] {
        let out = folder.path().join(lang);
        let check = said(lang, &["plan", "check", text(&plan)]);
        let make = said(lang, &["plan", "make", text(&list), "--out", text(&out)]);
        for told in [check, make] {
            assert!(told.out.contains(words), "{}", told.out);
            assert!(told.out.contains("2026-junior-1"), "{}", told.out);
        }
    }
    let list = tiny(&towns(&[("T1", 5), ("T2", 5)]));
    let out = folder.path().join("two.toml");
    let made = hub(&["plan", "make", text(&list), "--out", text(&out)]).json();
    assert_eq!(made["never_told"], serde_json::json!([]));
    let schools: Vec<u64> = made["groups"]
        .as_array()
        .expect("groups")
        .iter()
        .filter_map(|group| group["schools"].as_u64())
        .collect();
    assert_eq!(schools, [10]);
}
