//! What a view has of the roster, and that a normal district opens beside it.

use domain::catalogue::{Axis, Grade};
use domain::disclosure::attacker::{Pieces, View, attack};
use domain::disclosure::plan::{Listed, Roster, Sexes};
use domain::unit::UnitId;

use super::super::put_together;
use super::*;
use crate::sealed::guard;

const CENSUS: &str = "alt.census";
const TERM: &str = "2026S1";
const STATES: [&str; 3] = ["t1", "t2", "none"];
const STRATA: [(&str, &str); 4] = [("g7", "m"), ("g7", "f"), ("g8", "m"), ("g8", "f")];

/// Schools with grades 7 and 8.
fn roster(schools: &[(&str, [Sexes; 2])]) -> Roster {
    let school = |(id, [seventh, eighth]): &(&str, [Sexes; 2])| {
        let grade = |number| Grade::school(number).expect("grade");
        let grades = BTreeMap::from([(grade(7), *seventh), (grade(8), *eighth)]);
        let school = School {
            town: "T1".parse().expect("unit"),
            operator: format!("office {id}"),
            listed: Listed { education: 2020, health: 2020 },
            is_signed: true,
            stages: BTreeMap::from([(Stage::Junior, grades)]),
        };
        (id.parse::<UnitId>().expect("unit"), school)
    };
    let schools = schools.iter().map(school).collect();
    Roster { area: "370202".parse().expect("unit"), year: 2026, schools }
}

fn tree(roster: &Roster) -> Tree {
    let axis = |name: &str, values: &[&str]| Axis {
        dimension: name.parse().expect("dimension"),
        values: values.iter().map(|&value| value.to_owned()).collect(),
    };
    let axes =
        vec![axis("state", &STATES), axis(GRADE, &["g7", "g8"]), axis(SEX, &["m", "f", "u"])];
    Tree::of_area(roster, [(CENSUS.to_owned(), axes)])
}

fn table(id: &str, members: Option<&[&str]>, cells: Vec<([&str; 3], Printed)>) -> SeenTable {
    let cell = |(key, printed): ([&str; 3], Printed)| SeenCell {
        key: key.map(str::to_owned).to_vec(),
        printed,
    };
    SeenTable {
        id: id.to_owned(),
        unit: members.map_or(id.split('/').next().unwrap_or_default(), |_| "370202").to_owned(),
        period: TERM.to_owned(),
        measure: CENSUS.to_owned(),
        dims: ["state", GRADE, SEX].map(str::to_owned).to_vec(),
        members: members.map(|all| all.iter().map(|&unit| unit.to_owned()).collect()),
        carried: BTreeMap::new(),
        cells: cells.into_iter().map(cell).collect(),
    }
}

/// A sum by stratum: how many are in each state.
fn sum(members: &[&str], strata: [[u64; 3]; 4]) -> SeenTable {
    let cells = STRATA.iter().zip(strata).flat_map(|((grade, sex), counts)| {
        let states = STATES.into_iter().zip(counts);
        states.map(move |(state, count)| ([state, grade, sex], Printed::Exact(count)))
    });
    table("sealed.alt.census/2026S1/junior/1", Some(members), cells.collect())
}

fn own(school: &str, key: [&str; 3], printed: Printed) -> SeenTable {
    table(&format!("{school}/sheet"), None, vec![(key, printed)])
}

/// What is said of each school, as words.
fn said(tables: &[SeenTable]) -> Vec<String> {
    let cell = |cell: &SeenCell| match cell.printed {
        Printed::Between(0, Some(most)) => format!("{} {most}", cell.key.join("/")),
        _ => format!("{:?}", cell.printed),
    };
    let all = tables.iter().flat_map(|table| {
        let head = format!("{} {}", table.unit, table.period);
        table.cells.iter().map(move |one| format!("{head} {}", cell(one)))
    });
    all.collect()
}

fn listed() -> Roster {
    roster(&[
        ("S1", [[20, 22, 1], [30, 31, 0]]),
        ("S2", [[2, 0, 0], [3, 4, 0]]),
        ("S3", [[50, 50, 0], [50, 50, 0]]),
    ])
}

const MOST_NONE: [[u64; 3]; 4] = [[1, 0, 30], [0, 1, 30], [2, 0, 40], [0, 60, 2]];

/// A view has what the roster has of the schools that stand in its sums, by grade and sex, and of
/// nobody else: neither of a school that is not in one, nor of one that the roster does not list.
/// In the state in which most of a stratum are there is no limit, whichever that is.
#[test]
fn a_view_has_the_roster_of_the_schools_in_its_sums() {
    let tree = tree(&listed());
    let told = tables(&tree, &[sum(&["S1", "S2", "X9"], MOST_NONE)]);
    assert!(told.iter().all(|table| table.id.ends_with(ROSTER) && table.members.is_none()));
    let of_second: Vec<String> =
        said(&told).into_iter().filter(|line| line.starts_with("S2")).collect();
    // Of grade 8 most girls are in the second state; of whom nothing is open it is as in the sum.
    assert_eq!(
        of_second,
        [
            "S2 2026S1 t1|t2/g7/f 0",
            "S2 2026S1 t1|t2/g7/m 2",
            "S2 2026S1 t1|t2/g7/u 0",
            "S2 2026S1 none|t1/g8/f 4",
            "S2 2026S1 t1|t2/g8/m 3",
            "S2 2026S1 t1|t2/g8/u 0",
        ]
    );
    let units: Vec<&str> = told.iter().map(|table| table.unit.as_str()).collect();
    assert_eq!(units, ["S1", "S2"]);
    // One of the first school whose sex was not stated is of either by now.
    assert!(said(&told).contains(&"S1 2026S1 t1|t2/g7/m 21".to_owned()));
    assert!(said(&told).contains(&"S1 2026S1 t1|t2/g7/u 1".to_owned()));
    let view = put_together(&tree, vec![sum(&["S1", "S2"], MOST_NONE)]);
    let of_view = view.tables.iter().filter(|table| table.id.ends_with(ROSTER));
    assert_eq!(of_view.count(), 2);
}

/// A school that is carried stands with the figure of its own period; whose own number of the day
/// is larger than the roster's may have them in any grade; and events are no persons.
#[test]
fn who_came_and_who_is_carried_is_taken_into_account() {
    let tree = tree(&listed());
    let mut carried = sum(&["S1", "S2"], MOST_NONE);
    carried.carried.insert("S2".to_owned(), "2025S2".to_owned());
    let whole = own("S1", ["*", "g7|g8", "*"], Printed::Exact(20 + 22 + 1 + 30 + 31 + 4));
    let told = said(&tables(&tree, &[carried, whole]));
    assert!(told.contains(&"S1 2026S1 t1|t2/g7/f 27".to_owned()), "{told:?}");
    assert!(told.contains(&"S1 2026S1 t1|t2/g8/m 34".to_owned()), "{told:?}");
    assert!(told.contains(&"S2 2025S2 t1|t2/g7/m 2".to_owned()), "{told:?}");
    let mut week = sum(&["S1", "S2"], MOST_NONE);
    week.period = "2026-W45".to_owned();
    let mut published = sum(&["S1", "S2"], MOST_NONE);
    for cell in &mut published.cells {
        cell.printed = Printed::Noised(Some(20));
    }
    assert!(tables(&tree, &[week, published]).is_empty());
}

/// Of a school whose own sheet says that more are in these states than the roster has there nothing
/// is said: the roster is not true of it any more. What it says of others stays.
#[test]
fn a_roster_that_a_school_outgrew_says_nothing_of_it() {
    let tree = tree(&listed());
    let mut quiet = MOST_NONE;
    quiet[3] = [0, 6, 40];
    let with = |least| {
        let band = own("S2", ["t1|t2", "g7|g8", "*"], Printed::Between(least, Some(least + 9)));
        let told = tables(&tree, &[sum(&["S1", "S2"], quiet), band]);
        told.into_iter().map(|table| table.unit).collect::<Vec<String>>()
    };
    assert_eq!(with(9), ["S1", "S2"]);
    assert_eq!(with(10), ["S1"]);
}

/// Five schools, one of them with two boys of grade 7, and bands of those with a hundred pupils.
fn district(first: [u64; 3]) -> View {
    let large = [[40, 40, 0], [40, 40, 0]];
    let names = ["S1", "S2", "S3", "S4", "S5"];
    let roster = roster(&[
        ("S1", large),
        ("S2", large),
        ("S3", large),
        ("S4", large),
        ("S5", [[2, 20, 0], [20, 20, 0]]),
    ]);
    let rest = [3, 2, 175];
    let mut seen = vec![sum(&names, [first, rest, rest, rest])];
    for school in ["S1", "S2", "S3", "S4"] {
        let band = Printed::Between(0, Some(9));
        seen.push(own(school, ["t1|t2", "g7|g8", "*"], band));
        seen.push(table(
            &format!("{school}/whole"),
            None,
            vec![(["*", "g7|g8", "*"], Printed::Exact(160))],
        ));
    }
    put_together(&tree(&roster), seen)
}

/// Nearly no boy of grade 7 has a case, and two of them are all that a small school has. The sum is
/// opened all the same. It would not be, if what nearly everybody is in had a limit too: that at
/// least one of the two has no case is a count below five, and says no more than the zeros beside.
#[test]
fn a_small_school_among_large_ones_does_not_close_their_sum() {
    for first in [[1, 0, 161], [0, 0, 162], [0, 1, 161]] {
        let view = district(first);
        let limits = view.tables.iter().filter(|table| table.id.ends_with(ROSTER));
        assert_eq!(limits.count(), 5);
        assert_eq!(guard::judge(&view), None, "{first:?}");
        let report = attack(&view, &mut Pieces(100_000)).expect("a view");
        assert_eq!((report.leaks().count(), report.undecided().count()), (0, 0));
        assert!(report.aside.is_empty(), "{:?}", report.aside);
        let mut all = view;
        for table in all.tables.iter_mut().filter(|table| table.id.ends_with(ROSTER)) {
            table.cells.iter_mut().for_each(|cell| MARGIN.clone_into(&mut cell.key[0]));
        }
        let blocked = guard::judge(&all).expect("refused");
        assert_eq!(blocked.code, guard::REACHABLE);
    }
}
