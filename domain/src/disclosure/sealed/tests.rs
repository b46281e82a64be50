//! Sealed tables and reports on small tables that are made here; the catalogue's own tables are
//! checked where the pack is read.

use std::collections::BTreeMap;

use super::*;
use crate::catalogue::{Axis, Grade, Stage};
use crate::cell::Cell;
use crate::disclosure::RawTable;
use crate::disclosure::plan::{Listed, School};

fn axis(dimension: &str, values: impl IntoIterator<Item = String>) -> Axis {
    Axis { dimension: dimension.parse().expect("dimension"), values: values.into_iter().collect() }
}

fn words<const N: usize>(values: [&str; N]) -> impl Iterator<Item = String> {
    values.into_iter().map(str::to_owned)
}

fn tier() -> Axis {
    axis("tier", words(["crisis", "high", "watch"]))
}

/// Tier by grade 6 to 10 and sex: 30 cells and 10 of the complement.
fn tiers() -> SealedTable {
    let grades = axis("grade", words(["g6", "g7", "g8", "g9", "g10"]));
    let rest = vec![grades, axis("sex", words(["m", "f"]))];
    SealedTable::stock("alt.tiers", None, Some(tier()), rest, false).expect("table")
}

fn stages() -> Axis {
    axis("stage", words(["primary_high", "junior", "senior"]))
}

fn opened() -> SealedTable {
    SealedTable::flow("alt.opened", None, vec![tier(), stages()]).expect("table")
}

fn raw(table: &SealedTable, cells: Vec<Cell>) -> RawTable {
    RawTable::new(table.id().clone(), cells)
}

/// The known answers of the rule: row-major, three tiers by twelve grades and two sexes.
#[test]
fn cells_stand_at_their_known_places() {
    let grades = axis("grade", (1..=12).map(|grade| grade.to_string()));
    let axes = vec![tier(), grades, axis("sex", words(["m", "f"]))];
    let table = SealedTable::flow("t", None, axes.clone()).expect("table");
    for (values, place) in [
        (["crisis", "1", "m"], 0),
        (["crisis", "7", "f"], 13),
        (["high", "1", "m"], 24),
        (["watch", "12", "f"], 71),
    ] {
        assert_eq!(table.block().place(&values), Some(place));
    }
    assert_eq!((table.cells(), table.counted()), (72, 72));
    // With the complement the counted cells keep their places, and it stands behind them.
    let [first, rest @ ..] = axes.as_slice() else { panic!("axes") };
    let stock = SealedTable::stock("t", None, Some(first.clone()), rest.to_vec(), false);
    let stock = stock.expect("table");
    assert_eq!(stock.block().place(&["watch", "12", "f"]), Some(71));
    assert_eq!(stock.block().place(&[COMPLEMENT, "1", "m"]), Some(72));
    assert_eq!((stock.cells(), stock.counted()), (96, 72));
}

/// The cells of a stock are a partition of those enrolled, stratum by stratum.
#[test]
fn the_complement_completes_every_stratum() {
    let table = tiers();
    let mut cells = vec![Cell::Value(0); 30];
    // Crisis, grade 7, male and female; watch, grade 7, female. Grade 10 does not exist here.
    (cells[2], cells[3], cells[23]) = (Cell::Value(1), Cell::Value(2), Cell::Value(4));
    (cells[8], cells[9]) = (Cell::NotApplicable, Cell::NotApplicable);
    let persons = |stratum: &Stratum| match (stratum.grade, stratum.sex.as_deref()) {
        (Some(grade), Some("m")) if grade.as_str() == "g7" => 40,
        (Some(grade), Some("f")) if grade.as_str() == "g7" => 38,
        _ => 0,
    };
    let report = SealedReport::measure(raw(&table, cells), &table, 78, persons).expect("report");
    let cells = report.danger_exact_cells();
    assert_eq!(report.cap().limit(), 255);
    assert_eq!(cells.len(), table.cells());
    assert_eq!((cells[32], cells[33]), (39, 32));
    assert_eq!(cells.iter().sum::<u64>(), 78);
    let junior = table.places_of(&school(&[(Stage::Junior, &[7])], 40), Stage::Junior);
    let sums = BTreeMap::from([(Stage::Junior, junior.iter().map(|place| cells[*place]).sum())]);
    assert_eq!(control(&sums, &BTreeMap::from([(Stage::Junior, 78)])), Ok(()));
    let off = Off { stage: Stage::Junior, found: 78, enrolled: 77 };
    assert_eq!(control(&sums, &BTreeMap::from([(Stage::Junior, 77)])), Err(vec![off]));
}

/// Figures that are no partition, cannot be computed, belong elsewhere or exceed the cap are not
/// sealed as something else.
#[test]
fn what_is_no_report_is_not_sealed() {
    let table = tiers();
    let error = |cells: Vec<Cell>, persons: u64| {
        let made = SealedReport::measure(raw(&table, cells), &table, 50, |_| persons);
        made.err()
    };
    let mut cells = vec![Cell::Value(1); 30];
    assert_eq!(error(cells.clone(), 2), Some(MeasureError::Partition));
    assert_eq!(error(vec![Cell::Value(1); 29], 3), Some(MeasureError::Table));
    assert_eq!(error(cells.clone(), 26), Some(MeasureError::OverCap { sum: 260, cap: 255 }));
    assert_eq!(error(cells.clone(), 25), None);
    for blank in [Cell::Unsupported, Cell::Suppressed, Cell::NotReported] {
        cells[4] = blank;
        assert_eq!(error(cells.clone(), 5), Some(MeasureError::Unsupported));
    }
    let other = RawTable::new("sealed.other".parse().expect("id"), vec![Cell::Value(0); 30]);
    let made = SealedReport::measure(other, &table, 50, |_| 0);
    assert_eq!(made.err(), Some(MeasureError::Table));
}

/// A whole partition has no complement, and one that leaves somebody out is refused.
#[test]
fn a_whole_partition_is_checked_and_not_completed() {
    let state = axis("alert_state", words(["none", "t1"]));
    let table = SealedTable::stock("c", None, Some(state), vec![stages()], true).expect("table");
    assert_eq!((table.cells(), table.counted()), (6, 6));
    let measure = |none: u64| {
        let cells = [0, none, 0, 0, 3, 0].map(Cell::Value).to_vec();
        let persons = |stratum: &Stratum| if stratum.stage == Some(Stage::Junior) { 90 } else { 0 };
        SealedReport::measure(raw(&table, cells), &table, 90, persons).err()
    };
    assert_eq!(measure(87), None);
    assert_eq!(measure(86), Some(MeasureError::Partition));
    assert_eq!(measure(88), Some(MeasureError::Partition));
}

/// A flow is no partition; its cap is so many events a person and week.
#[test]
fn a_flow_has_only_its_cap() {
    let table = opened();
    let measure = |events: u64| {
        let mut cells = vec![Cell::Value(0); 9];
        cells[1] = Cell::Value(events);
        SealedReport::measure(raw(&table, cells), &table, 300, |_| 0).map(|made| made.cap().limit())
    };
    assert_eq!(table.per_person_max(), 1);
    assert_eq!(measure(511), Ok(511));
    assert_eq!(measure(512), Err(MeasureError::OverCap { sum: 512, cap: 511 }));
}

/// A school of the roster, by stage with its grades.
fn school(stages: &[(Stage, &[u8])], persons: u32) -> School {
    let grades = |numbers: &[u8]| {
        let grades = numbers.iter().map(|number| Grade::school(*number).expect("grade"));
        grades.map(|grade| (grade, [persons, persons / 2, 0])).collect()
    };
    School {
        town: "T1".parse().expect("unit"),
        operator: String::new(),
        listed: Listed { education: 2020, health: 2020 },
        is_signed: true,
        stages: stages.iter().map(|(stage, numbers)| (*stage, grades(numbers))).collect(),
    }
}

/// A grade's stage depends on the school: grade 6 is junior in a school of four junior years.
#[test]
fn the_cells_of_a_stage_depend_on_the_school() {
    let table = tiers();
    let grades = |school: &School, stage| -> Vec<Option<u8>> {
        let places = table.places_of(school, stage);
        let grades = places.iter().filter_map(|place| table.stratum(*place)?.grade);
        let grades: std::collections::BTreeSet<Grade> = grades.collect();
        grades.into_iter().map(Grade::number).collect()
    };
    let four = school(&[(Stage::Junior, &[6, 7, 8, 9])], 40);
    let nine = school(&[(Stage::PrimaryHigh, &[4, 5, 6]), (Stage::Junior, &[7, 8, 9])], 40);
    let known = |numbers: &[u8]| numbers.iter().copied().map(Some).collect::<Vec<_>>();
    assert_eq!(grades(&four, Stage::Junior), known(&[6, 7, 8, 9]));
    assert_eq!(grades(&nine, Stage::Junior), known(&[7, 8, 9]));
    assert_eq!(grades(&nine, Stage::PrimaryHigh), known(&[6]));
    assert_eq!(grades(&four, Stage::Senior), []);
    // By stage alone, a school has the cells of the stages that it runs.
    assert_eq!(opened().places_of(&nine, Stage::Junior), [1, 4, 7]);
    assert_eq!(opened().places_of(&nine, Stage::Senior), []);
    // No cell of a school is in two stages.
    let places = Stage::ALL.iter().flat_map(|stage| table.places_of(&nine, *stage));
    let all: Vec<usize> = places.collect();
    let distinct: std::collections::BTreeSet<&usize> = all.iter().collect();
    assert_eq!(distinct.len(), all.len());
}

/// A cell is opened only if it is about a hundred persons of the set by the roster, whatever was
/// reported.
#[test]
fn a_cell_needs_a_hundred_structural_persons() {
    // Two grades of 40 and 20 at each school: 120 persons of the stage, 80 male and 40 female.
    let schools = [school(&[(Stage::Junior, &[7, 8])], 40), school(&[(Stage::Junior, &[7])], 40)];
    let open = |table: &SealedTable, schools: &[School]| -> Vec<usize> {
        let open = openable(table, schools, Stage::Junior);
        (0..table.cells()).filter(|place| open[*place]).collect()
    };
    assert_eq!(open(&opened(), &schools), [1, 4, 7]);
    assert_eq!(open(&opened(), &schools[..1]), [1, 4, 7]);
    assert_eq!(open(&opened(), &schools[1..]), []);
    // By grade and sex: grade 7 has 80 male persons with two schools and 120 with three.
    assert_eq!(open(&tiers(), &schools), []);
    let three = [schools[0].clone(), schools[1].clone(), schools[1].clone()];
    assert_eq!(open(&tiers(), &three), [2, 12, 22, 32]);
    assert_eq!(openable(&opened(), &schools, Stage::Senior), [false; 9]);
    // Those whose cells stay closed: the rest of 180, and with nothing open everybody.
    assert_eq!(persons_closed(&tiers(), &three, Stage::Junior), 120);
    assert_eq!(persons_closed(&tiers(), &schools, Stage::Junior), 180);
    assert_eq!(persons_closed(&opened(), &schools, Stage::Junior), 0);
}
