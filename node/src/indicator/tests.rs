//! Facts about figures: right sums, and blanks that are never zeros.

use domain::catalogue::{Condition, Definition, Field, Filter, Measure, Source};
use domain::cell::Cell;
use domain::disclosure::RawTable;
use proptest::prelude::*;

use super::evaluate::{evaluate, sums};
use super::facts::{Behind, Record, Records, Value};
use super::{Facts, check};
use crate::ledger::profile;
use crate::ledger::testing::{AS_OF, School, TODAY, TestPupil, sheet_cells, without_sheet};

fn facts(school: &School) -> Facts {
    let term = school.term();
    let facts = school.ledger.read(move |tx| {
        let profile = profile::load(tx)?.expect("profile");
        Facts::of_term(tx, &profile, &term, TODAY)
    });
    facts.unwrap_or_else(|error| panic!("{error}"))
}

fn table(school: &School, id: &str) -> RawTable {
    let spec = school.catalogue.table(id).expect("table");
    facts(school).table(&school.catalogue, spec).expect("figures")
}

fn cell(school: &School, raw: &RawTable, indicator: &str, values: &[&str]) -> Cell {
    let spec = school.catalogue.table(raw.table().as_str()).expect("table");
    let place = spec.index(indicator, values).expect("cell");
    raw.danger_exact_cells()[place]
}

fn total(school: &School, raw: &RawTable, indicator: &str) -> u64 {
    let spec = school.catalogue.table(raw.table().as_str()).expect("table");
    let range = spec.block(indicator).expect("block").range();
    raw.danger_exact_cells()[range].iter().filter_map(|cell| cell.value()).sum()
}

/// Zero, cannot exist, and cannot be computed are three different things.
#[test]
fn blanks_are_never_zeros() {
    let school = School::new();
    let mut pupils: Vec<_> = (0..5).map(TestPupil::new).collect();
    pupils[4].sex = "";
    school.roster(&pupils, AS_OF);
    let raw = table(&school, "clear.term");
    let of = |indicator: &str, values: &[&str]| cell(&school, &raw, indicator, values);
    assert_eq!(of("base.students", &["junior"]), Cell::Value(5));
    assert_eq!(of("base.students", &["senior"]), Cell::NotApplicable);
    assert_eq!(of("base.classes", &["junior"]), Cell::Value(1));
    assert_eq!(of("base.classes", &["senior"]), Cell::NotApplicable);
    assert_eq!(of("base.schools", &["junior"]), Cell::Value(1));
    assert_eq!(of("base.schools", &["primary"]), Cell::NotApplicable);
    for (indicator, values) in [
        ("base.staff", &["counsellor"][..]),
        ("scr.eligible", &["junior"]),
        ("scr.completed_band", &[]),
        ("mtr.talks", &[]),
        ("stf.full", &["junior"]),
        ("stf.school_due", &["junior"]),
        ("alt.attention_band", &["junior"]),
    ] {
        assert_eq!(of(indicator, values), Cell::Unsupported, "{indicator}");
    }
    // Near a margin of the rounded partition nothing leaves that is finer than the stage.
    let spec = school.catalogue.table("clear.term").expect("table");
    let by_grade = spec.index("mtr.assigned", &["junior", "g7"]);
    if let Some(place) = by_grade {
        assert_eq!(raw.danger_exact_cells()[place], Cell::Unsupported);
    }
    check(&school.catalogue, &[raw], None).expect("identities");
}

/// Staff are counted once, by their main role, from the day there is a staff roll.
#[test]
fn staff_are_counted_once_by_main_role() {
    let school = School::new();
    school.roster(&[TestPupil::new(1)], AS_OF);
    school.staff(&[(1, "校长"), (2, "班主任、心理教师"), (3, "班主任"), (4, "科任教师、班主任")]);
    let raw = table(&school, "clear.term");
    let of = |role: &str| cell(&school, &raw, "base.staff", &[role]);
    assert_eq!(of("principal"), Cell::Value(1));
    assert_eq!(of("counsellor"), Cell::Value(1));
    assert_eq!(of("class_teacher"), Cell::Value(2));
    assert_eq!(of("mentor"), Cell::Value(0));
    assert_eq!(total(&school, &raw, "base.staff"), 4);
}

/// Every outcome of the screening partition can be reached, and consent decides what is counted.
#[test]
fn the_screening_partition_follows_sheets_and_consent() {
    let school = School::new();
    let mut pupils: Vec<_> =
        (0..10).map(|n| TestPupil { sex: "女", ..TestPupil::new(n) }).collect();
    pupils[8].consent = "否";
    pupils[9].consent = "";
    school.roster(&pupils, AS_OF);
    let cells = [
        sheet_cells(2, "0"),
        sheet_cells(6, "0"),
        sheet_cells(12, "0"),
        sheet_cells(0, "1"),
        without_sheet("拒测"),
        without_sheet("病假"),
        format!("已测,1{}", ",".repeat(25)),
        String::new(),
        sheet_cells(0, "3"),
        sheet_cells(0, "3"),
    ];
    let rows = pupils.iter().cloned().zip(cells).filter(|(_, cells)| !cells.is_empty());
    let rows: Vec<_> = rows.map(|(pupil, cells)| (pupil, "2025-10-20", cells)).collect();
    school.answers(&rows).expect("answers");
    // After the census day: too late for this term's figures.
    let late = (pupils[7].clone(), "2025-11-10", sheet_cells(12, "0"));
    school.answers(&[late]).expect("answers");
    let raw = table(&school, "rounded.scr.census");
    for (outcome, count) in [
        ("refused", 2),
        ("not_reached", 3),
        ("void", 1),
        ("negative", 1),
        ("positive", 1),
        ("due", 1),
        ("critical", 1),
    ] {
        let found = cell(&school, &raw, "scr.census", &[outcome, "junior", "g7", "f"]);
        assert_eq!(found, Cell::Value(count), "{outcome}");
    }
    let clear = table(&school, "clear.term");
    assert_eq!(total(&school, &clear, "scr.eligible"), 10);
    assert_eq!(cell(&school, &clear, "scr.completed_band", &[]), Cell::Value(4));
    let of = |grade: &str, sex: &str| {
        cell(&school, &raw, "scr.census", &["negative", "junior", grade, sex])
    };
    assert_eq!(of("g9", "f"), Cell::Value(0));
    assert_eq!(of("g6", "f"), Cell::NotApplicable);
    check(&school.catalogue, &[clear, raw], None).expect("identities");
}

/// A figure that contradicts another stops everything, with the name of the rule.
#[test]
fn broken_identities_are_named() {
    let school = School::new();
    let pupils: Vec<_> = (0..4).map(TestPupil::new).collect();
    school.roster(&pupils, AS_OF);
    let rows: Vec<_> =
        pupils.iter().map(|p| (p.clone(), "2025-10-20", sheet_cells(2, "0"))).collect();
    school.answers(&rows).expect("answers");
    let clear = table(&school, "clear.term");
    let census = table(&school, "rounded.scr.census");
    let spec = school.catalogue.table("rounded.scr.census").expect("table");
    let place = spec.index("scr.census", &["negative", "junior", "g7", "f"]).expect("cell");
    let mut cells = census.danger_exact_cells().to_vec();
    cells[place] = Cell::Value(3);
    let broken = RawTable::new(census.table().clone(), cells);
    let error = check(&school.catalogue, &[clear, broken], None).expect_err("broken");
    assert_eq!((error.identity.as_str(), error.stratum.as_str()), ("scr roster", "stage=junior"));
    let clear = table(&school, "clear.term");
    let mut cells = census.danger_exact_cells().to_vec();
    cells[place] = Cell::Value(1);
    let short = RawTable::new(census.table().clone(), cells);
    let error = check(&school.catalogue, &[clear, short], None).expect_err("broken");
    assert_eq!(error.identity, "scr.census");
    assert_eq!(error.stratum, "stage=junior");
}

/// Every identity that the catalogue names is held to: by relations that are evaluated here and at
/// the hubs, or by code of its own. Moves of cases are followed one by one, in each tier, and the
/// hub compares the roll with the persons of the release.
#[test]
fn no_identity_is_only_named() {
    let school = School::new();
    let identities = school.catalogue.identities().iter();
    let without: Vec<&str> = identities
        .filter(|identity| identity.checks.is_empty())
        .map(|identity| identity.name.as_str())
        .collect();
    assert_eq!(without, ["alert balance", "alert moves by tier", "roll"]);
}

/// Sums, bounds and missing fields are evaluated by the definition alone.
#[test]
fn the_evaluator_knows_measures_and_not_indicators() {
    let school = School::new();
    let block = school.catalogue.clear_block("mtr.talks").expect("block").1;
    let row =
        |staff, hours| Record::of_staff(staff, Behind::Staff(staff), vec![Value::Number(hours)]);
    let records = Records::new(&[Field::Hours], vec![row(1, 3), row(1, 20), row(2, 7)]);
    let count = school.catalogue.count("mtr.talks").and_then(|count| count.definition.clone());
    let plain = Definition { source: Source::Training, ..count.expect("definition") };
    let of = |definition: &Definition| {
        let hits = evaluate(definition, block, &records).expect("values");
        hits.map(|hits| sums(&hits, block.length)[0])
    };
    let over = |bound| Filter { field: Field::Hours, condition: Condition::AtLeast(bound) };
    assert_eq!(of(&plain), Some(3));
    assert_eq!(of(&Definition { measure: Measure::Staff, ..plain.clone() }), Some(2));
    let sum = Definition { measure: Measure::Sum, sum_of: Some(Field::Hours), ..plain.clone() };
    assert_eq!(of(&sum), Some(30));
    assert_eq!(of(&Definition { filters: vec![over(7)], ..sum.clone() }), Some(27));
    let lacking = Definition { sum_of: Some(Field::Attendances), ..sum };
    assert_eq!(of(&lacking), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the roll, its parts add up: students, eligible, and outcomes of the screening.
    #[test]
    fn parts_add_up_to_the_roll(
        roll in prop::collection::vec((0_usize..3, 0_usize..3, 0_usize..3, 0_u8..=24), 1..40),
    ) {
        let school = School::new();
        let mut rows = Vec::new();
        let mut pupils = Vec::new();
        for (n, (sex, grade, consent, phq)) in (0_u32..).zip(roll) {
            let pupil = TestPupil {
                n,
                sex: ["男", "女", ""][sex],
                grade: ["七年级", "八年级", "九年级"][grade],
                consent: ["是", "否", ""][consent],
            };
            if phq > 3 {
                rows.push((pupil.clone(), "2025-10-20", sheet_cells(phq, "0")));
            }
            pupils.push(pupil);
        }
        school.roster(&pupils, AS_OF);
        school.answers(&rows).expect("answers");
        let (clear, census) = (table(&school, "clear.term"), table(&school, "rounded.scr.census"));
        let everybody = pupils.len() as u64;
        prop_assert_eq!(total(&school, &clear, "base.students"), everybody);
        if !rows.is_empty() {
            prop_assert_eq!(total(&school, &clear, "scr.eligible"), everybody);
            prop_assert_eq!(total(&school, &census, "scr.census"), everybody);
        }
        prop_assert!(check(&school.catalogue, &[clear, census], None).is_ok());
    }
}
