//! Rosters and open plans: read as they are written, and every mistake named.

use domain::catalogue::FlawKind;
use domain::digest::Digest;
use domain::disclosure::plan::{GROUP_MIN, Plan};

use super::super::*;

const HEAD: &str =
    "unit,town,operator,education_since,health_since,signed,stage,grade,male,female,unstated";

/// Six junior schools of one town, with two grades each.
fn table() -> String {
    let row = |school: usize, grade: usize| {
        format!("S{school},T1,office {school},2020,2021,yes,junior,g{grade},40,41,0")
    };
    let rows = (1..=6).flat_map(|school| [7, 8].map(|grade| row(school, grade)));
    std::iter::once(HEAD.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn flaw(pack: &str, text: &str) -> (FlawKind, String) {
    match roster::read(pack, text.as_bytes()) {
        Err(PackError::Content { flaw, .. }) => (flaw.kind, flaw.key),
        other => panic!("{other:?}"),
    }
}

/// Rows of a school come together, and its name says of which area and year the roster is.
#[test]
fn a_roster_is_read_from_its_table() {
    let roster = roster::read("370203-2026", table().as_bytes()).expect("roster");
    assert_eq!((roster.area.as_str(), roster.year, roster.schools.len()), ("370203", 2026, 6));
    let school = roster.schools.values().next().expect("school");
    assert_eq!((school.operator.as_str(), school.listed.health), ("office 1", 2021));
    assert_eq!(school.persons(domain::catalogue::Stage::Junior), 162);
    assert!(school.is_signed);
}

/// Nothing of a list that contradicts itself is taken, and the place is named.
#[test]
fn mistakes_of_a_roster_are_named() {
    let with = |row: &str| format!("{}\n{row}", table());
    let name = "370203-2026";
    for pack in ["370203", "370203-26", "370203-x", "-2026"] {
        assert_eq!(flaw(pack, &table()), (FlawKind::Form, "name".to_owned()), "{pack}");
    }
    let twice = with("S6,T1,office 6,2020,2021,yes,junior,g8,1,1,1");
    assert_eq!(flaw(name, &twice), (FlawKind::Duplicate, "line 14, S6, grade".to_owned()));
    let moved = with("S6,T2,office 6,2020,2021,yes,junior,g9,1,1,1");
    assert_eq!(flaw(name, &moved), (FlawKind::Conflict, "line 14, S6, unit".to_owned()));
    let wrong = [
        ("S7,T1,o,2020,2021,ja,junior,g9,1,1,1", FlawKind::Unknown, "signed"),
        ("S7,T1,o,2020,2021,yes,middle,g9,1,1,1", FlawKind::Unknown, "stage"),
        ("S7,T1,o,2020,2021,yes,junior,9,1,1,1", FlawKind::Unknown, "grade"),
        ("S7,T1,o,2020,2021,yes,senior,g7,1,1,1", FlawKind::Conflict, "grade"),
        ("S7,T1,o,2020,2021,yes,junior,g9,0,0,0", FlawKind::Range, "male"),
        ("S7,T1, ,2020,2021,yes,junior,g9,1,1,1", FlawKind::Missing, "operator"),
        ("S7,T1,o,12,2021,yes,junior,g9,1,1,1", FlawKind::Range, "education_since"),
        ("S7,T1,o,2020,2021,yes,junior,g9,1,1,100001", FlawKind::Range, "male, female, unstated"),
        ("S_7,T1,o,2020,2021,yes,junior,g9,1,1,1", FlawKind::Form, "unit"),
    ];
    for (row, kind, key) in wrong {
        let unit = row.split(',').next().expect("unit");
        assert_eq!(flaw(name, &with(row)), (kind, format!("line 14, {unit}, {key}")), "{row}");
    }
    assert_eq!(flaw(name, HEAD), (FlawKind::Missing, "rows".to_owned()));
    let other = roster::read(name, b"unit,town\nS1,T1");
    assert!(matches!(other, Err(PackError::Columns { .. })), "{other:?}");
    let negative = roster::read(name, with("S7,T1,o,2020,2021,yes,junior,g9,-1,1,1").as_bytes());
    let is_named = matches!(
        &negative,
        Err(PackError::Value { line: 14, column, value, .. }) if column == "male" && value == "-1"
    );
    assert!(is_named, "{negative:?}");
}

/// A plan that is written and read is the same plan; what is no plan is refused with the place.
#[test]
fn a_plan_is_read_as_it_was_written() {
    let name = "370203-2026";
    let roster = roster::read(name, table().as_bytes()).expect("roster");
    let built = Plan::build(GROUP_MIN, &roster, &[]);
    let draft = plan::OpenPlan { plan: built, roster: Digest::sha256([7; 32]), sealing: None };
    let text = plan::write(&draft).expect("text");
    assert_eq!(plan::read(name, text.as_bytes()), Ok(draft.clone()));
    let refused = crate::pack::read(PackKind::Plan, name, text.as_bytes());
    assert!(
        matches!(&refused, Err(PackError::Content { flaw, .. }) if flaw.key == "census_day"),
        "a draft is no pack: {refused:?}"
    );
    let sealing = plan::Sealing {
        census_day: "2026-09-01".parse().expect("day"),
        leader_statement: "-----BEGIN\nleader\n".to_owned(),
        helper_statement: "-----BEGIN\nhelper\n".to_owned(),
    };
    let open = plan::OpenPlan { sealing: Some(sealing), ..draft };
    let text = plan::write(&open).expect("text");
    assert_eq!(plan::read(name, text.as_bytes()), Ok(open.clone()));
    assert_eq!(plan::name(open.plan.area(), open.plan.year()), name);
    let wrong = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        match plan::read(name, text.replacen(from, to, 1).as_bytes()) {
            Err(PackError::Content { flaw, .. }) => flaw.key,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(wrong("plan/1", "plan/2"), "schema");
    assert_eq!(wrong("0707", "xx07"), "roster");
    assert_eq!(wrong("\"town\"", "\"all\""), "group 2026-junior-1, access");
    assert_eq!(wrong("\"junior\"", "\"middle\""), "group 2026-junior-1, stage");
    assert_eq!(wrong("\"S2\"", "\"S1\""), "group 2026-junior-1, members");
    assert_eq!(wrong("2026-junior-1", "2026 Junior"), "group 2026 Junior, id");
    assert_eq!(wrong("2026-09-01", "1 September"), "census_day");
    assert_eq!(wrong("2026-09-01", "2025-12-31"), "census_day");
    assert_eq!(wrong("2026-09-01", "2027-09-01"), "census_day");
    assert_eq!(wrong("census_day = \"2026-09-01\"\n", ""), "census_day");
    let pack = crate::pack::read(PackKind::Plan, name, text.as_bytes());
    assert_eq!(pack, Ok(Pack::Plan(Box::new(open.clone()))));
    let unknown = plan::read(name, format!("{text}\nextra = 1\n").as_bytes());
    assert!(matches!(unknown, Err(PackError::Form { .. })), "{unknown:?}");
}
