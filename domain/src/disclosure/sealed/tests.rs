//! Sealed tables and reports on small tables that are made here; the catalogue's own tables are
//! checked where the pack is read.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::catalogue::{Axis, Grade, Stage};
use crate::cell::Cell;
use crate::disclosure::RawTable;
use crate::disclosure::plan::{Listed, Plan, Roster, School};
use crate::unit::UnitId;

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
    assert_eq!(error(cells.clone(), 25), None);
    let possible = 300_000;
    let too_many = MeasureError::Cap(CapError::TooMany { possible });
    assert_eq!(error(cells.clone(), 30_000), Some(too_many));
    for blank in [Cell::Unsupported, Cell::Suppressed, Cell::NotReported] {
        cells[4] = blank;
        assert_eq!(error(cells.clone(), 5), Some(MeasureError::Unsupported));
    }
    let other = RawTable::new("sealed.other".parse().expect("id"), vec![Cell::Value(0); 30]);
    let made = SealedReport::measure(other, &table, 50, |_| 0);
    assert_eq!(made.err(), Some(MeasureError::Table));
}

/// The roster is no count of the census day: a school that has a few pupils more than its class
/// of caps holds is sealed in the next one, and none is left out.
#[test]
fn a_stock_has_room_for_those_whom_it_counts() {
    let table = tiers();
    let cap = |listed: u64, persons: u64| {
        let cells = vec![Cell::Value(1); 30];
        let made = SealedReport::measure(raw(&table, cells), &table, listed, |_| persons);
        made.map(|made| (made.cap().limit(), made.danger_exact_cells().iter().sum::<u64>()))
    };
    assert_eq!(cap(250, 25), Ok((255, 250)));
    assert_eq!(cap(250, 26), Ok((511, 260)));
    assert_eq!(cap(300, 25), Ok((511, 250)), "fewer than are listed");
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

/// Schools of a set by number, each of an operator of its own.
fn set(schools: Vec<School>) -> (Plan, Roster, BTreeSet<UnitId>) {
    let unit = |at: usize| format!("F370202010J{at:02}").parse::<UnitId>().expect("unit");
    let named = schools.into_iter().enumerate();
    let named = named
        .map(|(at, school)| (unit(at), School { operator: format!("operator {at}"), ..school }));
    let area: UnitId = "370202".parse().expect("area");
    let roster = Roster { area: area.clone(), year: 2025, schools: named.collect() };
    let all = roster.schools.keys().cloned().collect();
    (Plan::new(area, 2025, 5, Vec::new()), roster, all)
}

fn opens(
    table: &SealedTable,
    (plan, roster, hiding): &(Plan, Roster, BTreeSet<UnitId>),
) -> Vec<usize> {
    let cover = Cover::new(table, (plan, roster), hiding.clone(), Stage::Junior);
    let open = cover.openable();
    (0..table.cells()).filter(|place| open[*place]).collect()
}

/// A cell is opened only if its stratum has a hundred persons of the set by the roster, whatever
/// was reported.
#[test]
fn a_cell_needs_a_hundred_structural_persons() {
    // At each school 18 persons of grade 7, 12 male and 6 female, and so of grade 8 in four.
    let one = |grades: &[u8]| school(&[(Stage::Junior, grades)], 12);
    let five = set([one(&[7, 8]), one(&[7, 8]), one(&[7, 8]), one(&[7, 8]), one(&[7])].to_vec());
    // 90 persons of grade 7 and 72 of grade 8.
    assert_eq!(opens(&opened(), &five), [1, 4, 7]);
    assert_eq!(opens(&tiers(), &five), []);
    let nine = set(vec![one(&[7, 8]); 9]);
    // 108 male persons of each grade and 54 female ones.
    assert_eq!(opens(&tiers(), &nine), [2, 4, 12, 14, 22, 24, 32, 34]);
    let table = tiers();
    let cover = Cover::new(&table, (&nine.0, &nine.1), nine.2.clone(), Stage::Senior);
    assert!(cover.openable().iter().all(|open| !open) && !cover.hides_all());
}

/// A stratum is opened only if enough schools have it, however many persons it has; one that makes
/// up most of it, or that only carries an old report, hides nobody.
#[test]
fn a_stratum_of_few_schools_stays_closed() {
    let many = |grades: &[u8]| school(&[(Stage::Junior, grades)], 300);
    let schools = vec![many(&[7]), many(&[7]), many(&[7]), many(&[7, 9]), many(&[7, 9])];
    let (plan, roster, all) = set(schools);
    let grade = |number| move |place: &usize| (place % 10) / 2 == number;
    let open = opens(&tiers(), &(plan.clone(), roster.clone(), all.clone()));
    assert!(open.iter().all(grade(1)) && open.len() == 8, "grade 9 is at two schools: {open:?}");
    let carried = all.iter().take(4).cloned().collect();
    assert_eq!(opens(&tiers(), &(plan.clone(), roster.clone(), carried)), [], "four are fresh");
    let mut big = roster.clone();
    let first = big.schools.values_mut().next().expect("a school");
    *first = School { operator: first.operator.clone(), ..school(&[(Stage::Junior, &[7])], 3_000) };
    assert_eq!(opens(&tiers(), &(plan.clone(), big, all.clone())), [], "one is most of it");
    let mut same = roster;
    same.schools.values_mut().for_each(|one| "one office".clone_into(&mut one.operator));
    assert_eq!(opens(&tiers(), &(plan, same, all)), [], "one operator sees all of it");
}

/// Pupils whose sex nobody wrote down are a stratum too: of one school they stay closed.
#[test]
fn who_is_counted_apart_at_one_school_is_not_told() {
    let grades = axis("grade", words(["g7"]));
    let rest = vec![grades, axis("sex", words(["m", "f", "u"]))];
    let table = SealedTable::stock("alt.tiers", None, Some(tier()), rest, false).expect("table");
    let (plan, mut roster, all) = set(vec![school(&[(Stage::Junior, &[7])], 60); 6]);
    let grade = Grade::school(7).expect("grade");
    let first = roster.schools.values_mut().next().expect("a school");
    first.stages.get_mut(&Stage::Junior).expect("stage").insert(grade, [0, 0, 300]);
    let cover = Cover::new(&table, (&plan, &roster), all, Stage::Junior);
    let open = cover.openable();
    assert_eq!(open.get(..3), Some(&[true, true, false][..]));
    let closed: Vec<u64> = roster.schools.values().map(|one| cover.closed_at(one)).collect();
    assert_eq!(closed, [300, 0, 0, 0, 0, 0]);
    let rest = roster.schools.keys().zip(closed).collect::<BTreeMap<_, _>>();
    assert!(!cover.hides(|unit, _| rest.get(unit).copied().unwrap_or_default()));
}

/// A school with fewer of a stratum than a small count hides nobody there. Were it counted among
/// five, three of them that collude would know of the fourth that it has three, two or one, where
/// three are left and the fifth has two boys.
#[test]
fn who_has_hardly_anybody_of_a_stratum_hides_nobody() {
    let grade = Grade::school(7).expect("grade");
    let with = |boys: u32| {
        let mut five = set(vec![school(&[(Stage::Junior, &[7])], 60); 5]);
        let last = five.1.schools.values_mut().next_back().expect("a school");
        last.stages.get_mut(&Stage::Junior).expect("stage").insert(grade, [boys, 60, 0]);
        opens(&tiers(), &five)
    };
    assert_eq!(with(4), [3, 13, 23, 33], "girls alone");
    assert_eq!(with(5), [2, 3, 12, 13, 22, 23, 32, 33]);
}
