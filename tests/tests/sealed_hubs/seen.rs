//! What each role has seen at real hubs, written as a file, read back and attacked.

use std::num::NonZeroU32;

use certs::aggregate::Role as Part;
use certs::digest::sha256;
use domain::cell::Cell;
use domain::disclosure::attacker::{Pieces, Printed, Report, SeenCell, SeenTable, View, attack};
use domain::disclosure::sealed::measure_of;
use domain::disclosure::{ClearSheet, RawTable};
use domain::release::{Header, Release, ReleaseId, Rule};
use domain::rollup::{Addend, Coverage, Snapshot, Sums};
use domain::unit::UnitKind;
use hub::seen::{Place, Role, SeenError};
use hub::store::contribution::{self, Contribution};
use runtime::seen::{read, write};
use tests::federation::RunningHub;

use crate::city::{City, FLOW, HELPER, LEADER, SCHOOLS, STOCK, TERM, WEEK};
use crate::school::{all_but, counted, unit};

const YEAR: i16 = 2026;

fn place_of(hub: &RunningHub, role: Role) -> Result<View, SeenError> {
    let (packs, documents) = (hub.hub.packs().last(), hub.hub.sealed().documents());
    let (unit, kind) = (hub.hub.config().unit.clone(), hub.hub.config().kind);
    let today = hub.hub.clock().today();
    hub.hub.database().read(move |tx| {
        let place =
            Place { packs: &packs, documents: &documents, unit: &unit, kind, year: YEAR, today };
        hub::seen::view(tx, place, role)
    })
}

/// What a role has seen, through the file that it is written to.
pub fn seen(hub: &RunningHub, role: Role) -> View {
    let view = place_of(hub, role).expect("view");
    let again = read(&write(&view).expect("written")).expect("read");
    assert_eq!(again, view);
    view
}

/// Sums of several schools in a view of which a cell is known.
pub fn exact_sums(view: &View) -> usize {
    let is_exact = |table: &&SeenTable| {
        table.members.is_some()
            && table.cells.iter().any(|cell| matches!(cell.printed, Printed::Exact(_)))
    };
    view.tables.iter().filter(is_exact).count()
}

pub fn attacked(view: &View) -> Report {
    attack(view, &mut Pieces(100_000)).expect("a view that fits together")
}

/// A school's clear sheet of a term, with its band of those in attention or without one.
pub fn sheet(
    city: &City,
    (school, revision): (u32, u32),
    period: &str,
    attention: Option<u64>,
) -> Release {
    sheet_of(city, (school, revision), period, (city.persons(school), attention))
}

/// The same, which names other students.
fn sheet_of(
    city: &City,
    (school, revision): (u32, u32),
    period: &str,
    (students, attention): (u64, Option<u64>),
) -> Release {
    let packs = city.leader.hub.packs().last();
    let known = packs.in_force();
    let spec = known.catalogue.table("clear.term").expect("table");
    let mut cells = vec![Cell::Unsupported; spec.cells()];
    let mut set = |indicator: &str, cell: Cell| {
        let index = spec.index(indicator, &["junior"]).expect("cell");
        cells[index] = cell;
    };
    set("base.students", Cell::Value(students));
    set("scr.eligible", Cell::Value(students));
    set("alt.attention_band", attention.map_or(Cell::NotApplicable, Cell::Value));
    let raw = RawTable::new(spec.id().clone(), cells);
    let sheet = ClearSheet::again(raw, &known.catalogue).expect("sheet");
    let header = Header {
        id: ReleaseId {
            unit: unit(school),
            table: spec.id().clone(),
            period: period.parse().expect("period"),
            revision: NonZeroU32::new(revision).expect("revision"),
        },
        catalogue: known.digest,
        census_day: None,
        persons: students,
        made_at_ms: 1,
    };
    Release::of_clear(header, &sheet)
}

/// A school's clear sheet of the term with its band, as the leader's store has it.
pub fn send_sheet(city: &City, school: u32, period: &str, attention: u64) {
    send_sheet_of(city, school, period, (1, city.persons(school), attention));
}

/// The same as a revision that names other students.
pub fn send_sheet_of(city: &City, school: u32, period: &str, named: (u32, u64, u64)) {
    send_sheet_at(city, &city.leader, (school, period), named);
}

/// The same as the store of either hub has it.
pub fn send_sheet_at(
    city: &City,
    hub: &RunningHub,
    (school, period): (u32, &str),
    (revision, students, attention): (u32, u64, u64),
) {
    let packs = city.leader.hub.packs().last();
    let known = packs.in_force();
    let spec = known.catalogue.table("clear.term").expect("table");
    let sheet = sheet_of(city, (school, revision), period, (students, Some(attention)));
    let body = proto::release::encode(&sheet);
    let new = Contribution {
        place: contribution::Place {
            unit: unit(school).to_string(),
            table: spec.id().to_string(),
            period: period.to_owned(),
        },
        revision,
        catalogue: known.digest.to_tagged(),
        digest: sha256(&body).to_tagged(),
        body,
        signature: Vec::new(),
        arrived_at_ms: 1,
    };
    hub.write(move |tx| contribution::insert(tx, &new));
}

/// The sum of clear sheets as the hub of town T1 sends it, in the leader's store: each school with
/// the students that its own sheet names, and how many schools are due there.
pub fn send_town(city: &City, revision: u32, (sheets, due): (&[(u32, u64)], u32)) {
    let packs = city.leader.hub.packs().last();
    let known = packs.in_force();
    let spec = known.catalogue.table("clear.term").expect("table");
    let (mut sums, mut persons) = (Sums::empty(spec.cells()), 0);
    for (school, students) in sheets {
        let sheet = sheet_of(city, (*school, 1), TERM, (*students, None));
        sums.add(Addend { cells: sheet.cells(), contributors: None }).expect("sum");
        persons += students;
    }
    let schools_reported = u32::try_from(sheets.len()).expect("small");
    let coverage = Coverage { schools_due: due, schools_reported, persons };
    let root = sha256(&revision.to_be_bytes());
    let snapshot = Snapshot { number: u64::from(revision), sums, coverage, root };
    let header = Header {
        id: ReleaseId {
            unit: "T1".parse().expect("unit"),
            table: spec.id().clone(),
            period: TERM.parse().expect("period"),
            revision: NonZeroU32::new(revision).expect("revision"),
        },
        catalogue: known.digest,
        census_day: None,
        persons,
        made_at_ms: 1,
    };
    let body = proto::release::encode(&Release::of_snapshot(header, Rule::Clear, &snapshot));
    let new = Contribution {
        place: contribution::Place {
            unit: "T1".to_owned(),
            table: spec.id().to_string(),
            period: TERM.to_owned(),
        },
        revision,
        catalogue: known.digest.to_tagged(),
        digest: sha256(&body).to_tagged(),
        body,
        signature: Vec::new(),
        arrived_at_ms: 1,
    };
    city.leader.write(move |tx| contribution::insert(tx, &new));
}

/// What a school knows of itself, as its own export has it.
fn own_view(city: &City, school: u32, (sheet, period): (&str, &str)) -> View {
    let table = city.table(sheet);
    let cells = counted(city, table, school);
    let cell = |(place, count): (usize, &u64)| SeenCell {
        key: table.block().values_at(place).expect("key").into_iter().map(str::to_owned).collect(),
        printed: Printed::Exact(*count),
    };
    let mut view = seen(&city.leader, Role::Public);
    view.units.retain(|id, _| *id == unit(school).to_string());
    view.units.values_mut().for_each(|unit| unit.parent = None);
    view.periods =
        vec![domain::disclosure::attacker::SeenPeriod { id: period.to_owned(), parts: Vec::new() }];
    view.tables = vec![SeenTable {
        id: "own".to_owned(),
        unit: unit(school).to_string(),
        period: period.to_owned(),
        measure: measure_of(sheet).to_owned(),
        dims: table.block().dims().map(|dim| dim.as_str().to_owned()).collect(),
        members: None,
        carried: std::collections::BTreeMap::new(),
        cells: cells.iter().enumerate().map(cell).collect(),
    }];
    view
}

/// A term and a week of a district through both hubs: what the operator, each half alone and the
/// public have seen tells no small count, and the sums in it are the opened ones with exactly the
/// schools that they sum.
///
/// Method: every view goes through the file; bands of every school's sheet are in the operator's.
#[tokio::test(flavor = "multi_thread")]
async fn no_role_learns_a_small_count() {
    let city = opened().await;
    let operator = seen(&city.leader, Role::District);
    let opened: Vec<&SeenTable> =
        operator.tables.iter().filter(|table| table.members.is_some()).collect();
    assert_eq!(opened.len(), 4, "a term's cells, two towns, a week");
    assert!(opened.iter().any(|table| table.members.as_ref().is_some_and(|m| m.len() == 11)));
    let bands = operator.tables.iter().filter(|table| table.id.contains("alt.attention_band"));
    assert_eq!(bands.count(), usize::try_from(SCHOOLS).expect("small"));
    for (hub, roles) in [
        (&city.leader, [Role::District, Role::Leader, Role::Public]),
        (&city.helper, [Role::Helper; 3]),
    ] {
        for role in roles {
            let report = attacked(&seen(hub, role));
            let leaks: Vec<_> = report.leaks().collect();
            assert!(leaks.is_empty(), "{role:?}: {leaks:?}");
            assert_eq!(report.undecided().count(), 0, "{role:?}");
        }
    }
    let helper = seen(&city.helper, Role::Helper);
    let sums = |view: &View| -> Vec<SeenTable> {
        let sums = view.tables.iter().filter(|table| table.members.is_some());
        sums.cloned().collect()
    };
    assert_eq!(sums(&helper), sums(&operator), "both hubs keep what they opened");
    assert!(matches!(place_of(&city.leader, Role::Street), Err(SeenError::Role)));
}

/// Three of a group's five schools that put their own figures beside the district's learn nothing
/// of the others; with the fourth the fifth is seen, and named.
#[tokio::test(flavor = "multi_thread")]
async fn colluding_schools_are_joined() {
    let city = opened().await;
    let mut view = seen(&city.leader, Role::District);
    for school in 1..=3 {
        view.join(own_view(&city, school, (FLOW, WEEK))).expect("joined");
    }
    assert_eq!(attacked(&view).leaks().filter(|leak| leak.measure == "alt.opened").count(), 0);
    // The week was opened over all schools: only with those of the other group is one left.
    for school in (4..=SCHOOLS).filter(|school| *school != 5) {
        view.join(own_view(&city, school, (FLOW, WEEK))).expect("joined");
    }
    let report = attacked(&view);
    let named: Vec<&str> = report.leaks().map(|leak| leak.unit.as_str()).collect();
    assert!(!named.is_empty() && named.iter().all(|unit| *unit == "S05"), "{named:?}");
}

/// A city whose term and week are open, with every school's clear sheet.
async fn opened() -> City {
    let city = City::start().await;
    assert_eq!((LEADER, HELPER, UnitKind::District), ("370202", "HC-QD", UnitKind::District));
    for place in [(FLOW, WEEK), (STOCK, TERM)] {
        all_but(&city, place, &[]);
    }
    let census = city.table(STOCK);
    for school in 1..=SCHOOLS {
        let cells = counted(&city, census, school);
        let open: u64 = cells
            .iter()
            .enumerate()
            .filter(|(place, _)| is_open(&city, *place))
            .map(|(_, n)| n)
            .sum();
        send_sheet(&city, school, TERM, open / 10 * 10);
    }
    city.step().await;
    city.step().await;
    city.days(7);
    city.step().await;
    assert!(
        city.leader
            .hub
            .sealed()
            .documents()
            .years()
            .iter()
            .any(|year| { year.role_of(&LEADER.parse().expect("unit")) == Some(Part::Leader) })
    );
    city
}

/// Whether a cell of the census is of an open case.
fn is_open(city: &City, place: usize) -> bool {
    let values = city.table(STOCK).block().values_at(place).expect("key");
    values.first().is_some_and(|state| *state != "none")
}
