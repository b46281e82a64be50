//! Sealed sums from a school's counts to opened figures: rules, open plan and arithmetic together,
//! with the catalogue that is embedded, over a made-up district.
//!
//! Goal: opened totals are exact, cell by cell, against an independent sum; what a school, a relay
//! or a hub could do wrong gets its defined answer and disturbs nothing else.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on says so by stopping"
)]

mod hubs;

use std::collections::BTreeMap;

use domain::catalogue::{Grade, Stage};
use domain::disclosure::plan::{Listed, Plan, Refusal as NotOpened, Roster, School};
use domain::disclosure::sealed::{
    MeasureError, Phase, Refusal, SealedTable, SealedTables, State, TaskId,
};
use domain::unit::UnitId;
use hubs::{Hubs, Refused, plan_of, send};

const STOCK: &str = "sealed.alt.census";
const FLOW: &str = "sealed.alt.opened";

fn tables() -> SealedTables {
    SealedTables::of(&proto::pack::embedded::catalogue().expect("catalogue"))
}

fn unit(number: u32) -> UnitId {
    format!("S{number:02}").parse().expect("unit")
}

/// Eleven schools: a town of junior schools of four years, and one of nine-year schools. The plan
/// wants each grade of a group at five schools, so grade 6 is junior in one town and primary in
/// the other.
fn roster() -> Roster {
    let grades = |numbers: &[u8], persons: u32| {
        let grade = |number: &u8| (Grade::school(*number).expect("grade"), [persons, persons, 0]);
        numbers.iter().map(grade).collect()
    };
    let school = |number: u32| {
        let persons = 30 + number * 3;
        let junior = |numbers: &[u8]| (Stage::Junior, grades(numbers, persons));
        let stages = match number {
            1..=5 => BTreeMap::from([junior(&[6, 7, 8, 9])]),
            _ => BTreeMap::from([
                (Stage::PrimaryLow, grades(&[1, 2, 3], persons)),
                (Stage::PrimaryHigh, grades(&[4, 5, 6], persons)),
                junior(&[7, 8, 9]),
            ]),
        };
        let listed = Listed { education: 2020, health: 2020 };
        let operator = format!("operator {number}");
        let town = if number <= 5 { "T1" } else { "T2" }.parse().expect("unit");
        (unit(number), School { town, operator, listed, is_signed: true, stages })
    };
    let schools = (1..=11).map(school).collect();
    Roster { area: "370202".parse().expect("unit"), year: 2026, schools }
}

/// How many of a stratum a school has in a category: few, and none in most.
fn few(school: &UnitId, place: usize) -> u64 {
    let number: usize = school.as_str().trim_start_matches('S').parse().expect("number");
    [0, 1, 0, 2, 0, 0, 1][(number * 5 + place * 3) % 7]
}

/// A school's cells of the census: some in each tier, everybody else in none.
fn census(table: &SealedTable, school: &UnitId, listed: &School) -> Vec<u64> {
    let mut cells = vec![0; table.cells()];
    let strata = table.cells() / 4;
    for (grade, sexes) in listed.stages.values().flatten() {
        for (sex, persons) in ["m", "f"].into_iter().zip(sexes) {
            let of = |state: &str| table.block().place(&[state, grade.as_str(), sex]);
            let mut rest = u64::from(*persons);
            for state in ["t1", "t2", "t3"] {
                let place = of(state).expect("place");
                cells[place] = few(school, place);
                rest -= cells[place];
            }
            cells[of("none").expect("place")] = rest;
        }
    }
    assert_eq!(strata * 4, table.cells());
    cells
}

/// A school's events of a week, in its own stages.
fn events(table: &SealedTable, school: &UnitId, listed: &School) -> Vec<u64> {
    let mut cells = vec![0; table.cells()];
    for stage in listed.stages.keys() {
        for place in table.places_of(listed, *stage) {
            cells[place] = few(school, place);
        }
    }
    cells
}

type Counted = fn(&SealedTable, &UnitId, &School) -> Vec<u64>;

fn report(hubs: &mut Hubs<'_>, number: u32, counted: Counted) -> Result<State, Refused> {
    let school = unit(number);
    let cells = counted(hubs.table, &school, &hubs.roster.schools[&school]);
    let sent = send(hubs, &school, 1, &cells).expect("sent");
    hubs.take(hubs.task, &sent)
}

fn all_but(hubs: &mut Hubs<'_>, missing: &[u32], counted: Counted) {
    for number in (1..=11).filter(|number| !missing.contains(number)) {
        assert_eq!(report(hubs, number, counted), Ok(State::Accepted));
    }
}

/// The independent sum: cells of a stage, school by school, where at least a hundred persons of
/// the set are behind them; what stays closed is no zero.
fn recount(hubs: &Hubs<'_>, stage: Stage, counted: Counted) -> Vec<Option<u64>> {
    let (mut sums, mut persons) = (vec![0; hubs.table.cells()], vec![0_u64; hubs.table.cells()]);
    for (id, school) in hubs.roster.schools.iter().filter(|(_, school)| school.has(stage)) {
        let cells = counted(hubs.table, id, school);
        for place in 0..hubs.table.cells() {
            let values = hubs.table.block().values_at(place).expect("values");
            let grades = &school.stages[&stage];
            persons[place] += match values.as_slice() {
                [_, own] if *own == stage.as_str() => school.persons(stage),
                [_, grade, sex] => {
                    let sexes = Grade::from_word(grade).and_then(|grade| grades.get(&grade));
                    let sex = ["m", "f", "u"].iter().position(|known| known == sex).expect("sex");
                    let Some(sexes) = sexes else { continue };
                    sexes[sex].into()
                }
                _ => continue,
            };
            sums[place] += cells[place];
        }
    }
    let shown = sums.into_iter().zip(persons);
    shown.map(|(sum, persons)| (persons >= 100).then_some(sum)).collect()
}

fn none() -> [BTreeMap<UnitId, Vec<u8>>; 2] {
    [BTreeMap::new(), BTreeMap::new()]
}

fn check_exact(plan: &Plan, roster: &Roster, table: &SealedTable, period: &str, counted: Counted) {
    let mut hubs = Hubs::new(roster, plan, table, period);
    all_but(&mut hubs, &[], counted);
    for stage in [Stage::Junior, Stage::PrimaryHigh, Stage::PrimaryLow] {
        let expected = recount(&hubs, stage, counted);
        let opened = hubs.open_stage(stage, Phase::Awaited, &none()).expect("opened");
        assert_eq!(opened.cells, expected, "{period} {stage:?}");
        assert!(opened.cells.iter().flatten().sum::<u64>() > 0);
        let schools = roster.with(stage).count();
        assert_eq!((opened.schools.len(), opened.reports as usize), (schools, schools));
    }
}

/// A term's stock and a week's flow open exactly, stage by stage; grade 6 is junior in one town
/// and primary in the other, and each counts where it belongs.
#[test]
fn opened_sums_are_exact() {
    let (roster, tables) = (roster(), tables());
    let plan = plan_of(&roster);
    let table = |id: &str| tables.table(id).expect("table");
    check_exact(&plan, &roster, table(STOCK), "2026S1", census);
    check_exact(&plan, &roster, table(FLOW), "2026-W46", events);
}

/// A week waits for its last school, opens whole when it came, and never again.
#[test]
fn a_week_waits_for_its_last_school_and_opens_once() {
    let (roster, tables) = (roster(), tables());
    let plan = plan_of(&roster);
    let mut hubs = Hubs::new(&roster, &plan, tables.table(FLOW).expect("table"), "2026-W46");
    all_but(&mut hubs, &[4], events);
    let waits = hubs.open_stage(Stage::Junior, Phase::Closed, &none());
    assert!(matches!(waits, Err(NotOpened::Waits { school, .. }) if school == unit(4)));
    assert_eq!(report(&mut hubs, 4, events), Ok(State::Accepted));
    let expected = recount(&hubs, Stage::Junior, events);
    let opened = hubs.open_stage(Stage::Junior, Phase::Closed, &none()).expect("opened");
    assert_eq!(opened.cells, expected);
    let again = hubs.open_stage(Stage::Junior, Phase::Closed, &none());
    assert!(matches!(again, Err(NotOpened::Again(_))));
}

/// A school that was silent in spring is carried with its report of autumn, and the sum is the
/// others' new figures and its old ones.
#[test]
fn a_silent_school_is_carried_after_the_close() {
    let (roster, tables) = (roster(), tables());
    let plan = plan_of(&roster);
    let table = tables.table(STOCK).expect("table");
    let mut autumn = Hubs::new(&roster, &plan, table, "2026S1");
    all_but(&mut autumn, &[], census);
    let mut spring = Hubs::new(&roster, &plan, table, "2026S2");
    all_but(&mut spring, &[8], census);
    let waits = spring.open_stage(Stage::Junior, Phase::Awaited, &autumn.shares);
    assert!(matches!(waits, Err(NotOpened::Waits { .. })));
    let expected = recount(&spring, Stage::Junior, census);
    let opened = spring.open_stage(Stage::Junior, Phase::Closed, &autumn.shares).expect("opened");
    assert_eq!((opened.cells, opened.reports), (expected, 11));
    assert!(!spring.shares[0].contains_key(&unit(8)));
}

/// What a school or a relay can do wrong is answered as defined, and the sum stays the others'.
#[test]
fn bad_members_disturb_nobody() {
    let (roster, tables) = (roster(), tables());
    let plan = plan_of(&roster);
    let table = tables.table(STOCK).expect("table");
    let mut hubs = Hubs::new(&roster, &plan, table, "2026S1");
    all_but(&mut hubs, &[1], census);
    let school = unit(1);
    let honest = census(table, &school, &roster.schools[&school]);
    // Figures that are no partition of those enrolled do not leave the school.
    let mut more = honest.clone();
    more[0] += 1;
    assert_eq!(send(&hubs, &school, 1, &more).err(), Some(MeasureError::Partition));
    // Noise for shares, sent under the first number; the same again gets the same answer.
    let mut noise = send(&hubs, &school, 1, &honest).expect("sent");
    noise.shares.leader.iter_mut().step_by(5).for_each(|byte| *byte ^= 0x11);
    assert_eq!(hubs.take(hubs.task, &noise), Err(Refused::Proof));
    assert_eq!(hubs.take(hubs.task, &noise), Ok(State::Refused));
    // A right one under the refused number, in the name of another task, and of another school.
    let same = send(&hubs, &school, 1, &honest).expect("sent");
    assert_eq!(hubs.take(hubs.task, &same), Err(Refused::Intake(Refusal::SameNumber)));
    let other = hubs.take(TaskId::from_bytes([1; 32]), &same);
    assert_eq!(other, Err(Refused::Intake(Refusal::OtherTask)));
    let mut stolen = send(&hubs, &unit(2), 1, &census(table, &unit(2), &roster.schools[&unit(2)]))
        .expect("sent");
    stolen.school = school.clone();
    stolen.number = same.number;
    assert_eq!(hubs.take(hubs.task, &stolen), Err(Refused::Intake(Refusal::SameNumber)));
    // Replaced under a new number; a second one is refused and the first kept.
    let right = send(&hubs, &school, 2, &honest).expect("sent");
    assert_eq!(hubs.take(hubs.task, &right), Ok(State::Accepted));
    assert_eq!(hubs.take(hubs.task, &right), Ok(State::Accepted));
    let second = send(&hubs, &school, 3, &honest).expect("sent");
    assert_eq!(hubs.take(hubs.task, &second), Err(Refused::Intake(Refusal::OtherReport)));
    let expected = recount(&hubs, Stage::Junior, census);
    let opened = hubs.open_stage(Stage::Junior, Phase::Awaited, &none()).expect("opened");
    assert_eq!(opened.cells, expected);
}

/// A school that reports more persons than it has enrolled, by its own software, is refused by its
/// name at intake, although its proof holds.
#[test]
fn a_lie_about_enrolment_is_named_at_intake() {
    let (roster, tables) = (roster(), tables());
    let plan = plan_of(&roster);
    let table = tables.table(STOCK).expect("table");
    // The school measures by a roster of its own, with one person more in each grade and sex.
    let mut lying = roster.clone();
    let school = unit(3);
    let grades = lying.schools.get_mut(&school).expect("school").stages.values_mut().flatten();
    grades.for_each(|(_, sexes)| sexes.iter_mut().take(2).for_each(|persons| *persons += 1));
    let lying_plan = plan_of(&roster);
    let mut hubs = Hubs::new(&roster, &plan, table, "2026S1");
    let mut there = Hubs::new(&lying, &lying_plan, table, "2026S1");
    there.task = hubs.task;
    let cells = census(table, &school, &lying.schools[&school]);
    let sent = send(&there, &school, 1, &cells).expect("sent");
    let Err(Refused::Control(off)) = hubs.take(hubs.task, &sent) else {
        panic!("the lie was not seen");
    };
    assert_eq!(off.len(), 1);
    assert_eq!((off[0].stage, off[0].found - off[0].enrolled), (Stage::Junior, 8));
    assert!(!hubs.shares[0].contains_key(&school));
}
