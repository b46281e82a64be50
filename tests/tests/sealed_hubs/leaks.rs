//! Rules that are switched off on purpose, at a hub: sums that no plan lets pass and bands that no
//! sheet carries are put into its store, and what it then exports must leak.
//!
//! A check that cannot fail is none: each test shows the same store without the leak first.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::KeyHalf;
use certs::digest::sha256;
use domain::disclosure::attacker::{Course, Printed, SeenCell, SeenTable, View};
use domain::disclosure::sealed::SealedTable;
use hub::sealed::{chain, guard};
use hub::seen::Role;
use hub::store::sealed::opening::{self, Opening, Set};
use hub::store::sealed::record;
use hub::store::sealed::task::{self, NewTask, Task};
use proto::opening::{Detail, Standing};
use runtime::sql::{SqlError, Tx};

use crate::city::{City, FLOW, LEADER, SCHOOLS, STOCK};
use crate::school::{counted, unit};
use crate::seen::{attacked, seen, send_sheet};

/// The weeks of the month by their Thursdays, and the month.
const WEEKS: [&str; 4] = ["2026-W36", "2026-W37", "2026-W38", "2026-W39"];
const MONTH: &str = "2026-09";

/// What each school has of a table.
type Figures<'f> = &'f dyn Fn(u32) -> Vec<u64>;

/// A sum over some schools as the leader keeps what was opened, whatever the plan says.
pub fn danger_opened(city: &City, (sheet, period): (&str, &str), schools: &[u32], of: Figures<'_>) {
    let table = city.table(sheet);
    let name = format!("{sheet} {period} {schools:?}");
    let id = proto::sealed::task(sha256(name.as_bytes()).bytes()).expect("task");
    let stored = Task {
        id,
        area: LEADER.parse().expect("unit"),
        school_year: 2026,
        sheet: sheet.parse().expect("table"),
        period: period.parse().expect("period"),
        pack: city.leader.hub.packs().last().in_force().digest,
        half: KeyHalf::generate(),
        commitment: None,
        key: None,
        stopped: String::new(),
    };
    let stage = domain::catalogue::Stage::Junior;
    let mut cells = vec![None; table.cells()];
    for school in schools {
        let (own, listed) = (of(*school), &city.roster.schools[&unit(*school)]);
        for place in table.places_of(listed, stage) {
            cells[place] = Some(cells[place].unwrap_or(0) + own[place]);
        }
    }
    let standing = |school: &u32| Standing {
        unit: unit(*school),
        task: id,
        report: sha256(format!("{name} {school}").as_bytes()),
    };
    let standings: Vec<Standing> = schools.iter().map(standing).collect();
    let new = Opening {
        id: 0,
        set: Set {
            task: id,
            stage,
            detail: Detail::Cells,
            groups: ["2026-junior-1".parse().expect("group")].into(),
        },
        absent: BTreeSet::new(),
        fresh: 1,
        due: 1,
        share: vec![1],
        control: Vec::new(),
        refused: String::new(),
        asked_on: "2026-09-14".to_owned(),
    };
    city.leader.write(move |tx| {
        task::insert(tx, &NewTask { task: &stored, terms: b"of no plan" }, 1)?;
        let id = opening::insert(tx, &new, &standings)?;
        keep_record(tx, id, name.as_bytes())?;
        opening::put_cells(tx, id, &cells)
    });
}

/// A record of an opening, as if both hubs had signed it.
fn keep_record(tx: &Tx<'_>, opening: i64, bytes: &[u8]) -> Result<(), SqlError> {
    let number = record::next_number(tx)?;
    let opening = Some(opening);
    let (leader, helper) = (&[1][..], Some(&[1][..]));
    let new = record::New { opening, number, signed_number: number, bytes, leader, helper };
    record::append(tx, &new, chain::link)
}

/// Schools of which small counts follow from what the district's hub exports, with the cells.
pub fn leaks(view: &View) -> BTreeSet<(String, String)> {
    let report = attacked(view);
    assert_eq!(report.undecided().count(), 0);
    report.leaks().map(|leak| (leak.unit.clone(), leak.key.join("/"))).collect()
}

fn all() -> Vec<u32> {
    (1..=SCHOOLS).collect()
}

/// The census of a school with some open cases, each by state, grade and sex.
fn census(table: &SealedTable, school: u32, open: &[(&str, &str, &str, u64)]) -> Vec<u64> {
    let mut cells = vec![0; table.cells()];
    let place = |key: [&str; 3]| table.block().place(&key).expect("place");
    for (grade, sex) in ["g7", "g8", "g9"].into_iter().flat_map(|g| [(g, "m"), (g, "f")]) {
        cells[place(["none", grade, sex])] = u64::from(30 + school * 3);
    }
    for (state, grade, sex, count) in open {
        cells[place([state, grade, sex])] += count;
        cells[place(["none", grade, sex])] -= count;
    }
    cells
}

/// m = 1: a group of one school is that school.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_of_one_school_leaks() {
    let city = City::start().await;
    let of = |school| counted(&city, city.table(FLOW), school);
    danger_opened(&city, (FLOW, WEEKS[0]), &all(), &of);
    assert_eq!(leaks(&seen(&city.leader, Role::Leader)), BTreeSet::new());
    let is_small = |school: &u32| of(*school).iter().any(|count| (1..5).contains(count));
    let lone = all().into_iter().find(is_small).expect("a school with a small count");
    danger_opened(&city, (FLOW, WEEKS[0]), &[lone], &of);
    let lone = unit(lone).to_string();
    for role in [Role::Leader, Role::District] {
        let view = seen(&city.leader, role);
        let found = leaks(&view);
        assert!(!found.is_empty() && found.iter().all(|(unit, _)| *unit == lone), "{found:?}");
        assert!(guard::judge(&view).is_some(), "and its own guard would keep it closed");
    }
}

/// A band that is sent every week, beside sums of every week: in the week in which a school's band
/// goes from 0-9 to 10-19, the group's one new case is its own.
#[tokio::test(flavor = "multi_thread")]
async fn weekly_bands_leak() {
    let city = City::start().await;
    let table = city.table(STOCK).clone();
    let of = |week: usize, school: u32| match (week, school) {
        (0, 1) => census(&table, 1, &[("t1", "g7", "m", 9)]),
        (_, 1) => census(&table, 1, &[("t1", "g7", "m", 9), ("t2", "g8", "f", 1)]),
        _ => census(&table, school, &[]),
    };
    for (week, period) in WEEKS.iter().take(2).enumerate() {
        danger_opened(&city, (STOCK, period), &all(), &|school| of(week, school));
    }
    for school in 1..=SCHOOLS {
        send_sheet(&city, school, WEEKS[0], 0);
    }
    assert_eq!(leaks(&seen(&city.leader, Role::District)), BTreeSet::new(), "no band has moved");
    for school in 1..=SCHOOLS {
        send_sheet(&city, school, WEEKS[1], if school == 1 { 10 } else { 0 });
    }
    let view = seen(&city.leader, Role::District);
    let case = ("S01".to_owned(), "t2/g8/f".to_owned());
    assert!(leaks(&view).contains(&case), "{:?}", leaks(&view));
    assert!(guard::judge(&view).is_some(), "and its own guard would keep it closed");
}

/// Bands of each tier over three periods that each count all before: where a small step of the
/// whole takes a school's band from 0-4 to 5-9, it had four before.
#[tokio::test(flavor = "multi_thread")]
async fn bands_of_each_tier_over_three_periods_leak() {
    let city = City::start().await;
    let table = city.table(STOCK).clone();
    let before = |school: u32| [4, 2, 0, 1, 3, 0].get(school as usize - 1).copied().unwrap_or(0);
    let has = |period: usize, school: u32| -> u64 {
        let new = u64::from((period, school) == (1, 1) || (period, school) == (2, 2));
        before(school) + new + u64::from(period == 2 && school == 1)
    };
    // What is counted on from period to period only grows: nobody else is in it.
    let case = table.block().place(&["t3", "g7", "m"]).expect("place");
    let of = |period, school| {
        let mut cells = vec![0; table.cells()];
        cells[case] = has(period, school);
        cells
    };
    for (period, name) in WEEKS.iter().take(3).enumerate() {
        danger_opened(&city, (STOCK, name), &all(), &|school| of(period, school));
    }
    let mut view = seen(&city.leader, Role::District);
    view.course = Course::Cumulative;
    assert_eq!(leaks(&view), BTreeSet::new(), "sums over all schools tell nothing");
    for (period, school) in (0..3).flat_map(|period| (1..=SCHOOLS).map(move |one| (period, one))) {
        let bands = ["t1", "t2", "t3"].map(|tier| {
            let low = if tier == "t3" { has(period, school) / 5 * 5 } else { 0 };
            SeenCell { key: vec![tier.to_owned()], printed: Printed::Between(low, Some(low + 4)) }
        });
        view.tables.push(SeenTable {
            id: format!("bands/{school}/{period}"),
            unit: unit(school).to_string(),
            period: WEEKS[period].to_owned(),
            measure: "alt.census".to_owned(),
            dims: vec![table.block().dims().next().expect("axis").as_str().to_owned()],
            members: None,
            carried: BTreeMap::new(),
            cells: bands.to_vec(),
        });
    }
    let found = leaks(&view);
    assert!(found.iter().any(|(unit, _)| unit == "S01"), "{found:?}");
}

/// A month over a school that its weeks lacked tells of that school.
#[tokio::test(flavor = "multi_thread")]
async fn a_month_over_a_school_that_its_weeks_lacked_leaks() {
    let city = City::start().await;
    let of = |school| counted(&city, city.table(FLOW), school);
    let four = |school| of(school).into_iter().map(|count| count * 4).collect();
    let but_one: Vec<u32> = (1..SCHOOLS).collect();
    for week in WEEKS {
        danger_opened(&city, (FLOW, week), &but_one, &of);
    }
    danger_opened(&city, (FLOW, MONTH), &but_one, &four);
    let same = leaks(&seen(&city.leader, Role::Leader));
    assert_eq!(same, BTreeSet::new(), "a month of the same schools tells nothing new");
    let more = |school| if school == SCHOOLS { of(school) } else { four(school) };
    danger_opened(&city, (FLOW, MONTH), &all(), &more);
    let last = unit(SCHOOLS).to_string();
    let found = leaks(&seen(&city.leader, Role::Leader));
    assert!(!found.is_empty() && found.iter().all(|(unit, _)| *unit == last), "{found:?}");
}
