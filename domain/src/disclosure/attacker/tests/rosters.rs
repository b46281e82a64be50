//! What a signed roster adds to sums and bands: of a school no more can be in a state than it has.

use std::collections::BTreeMap;

use super::super::*;
use super::{period, unit, words};

const SCHOOLS: [&str; 5] = ["A", "B", "C", "D", "E"];

fn table(id: &str, members: Option<&[&str]>, cells: &[(&[&str], Printed)]) -> SeenTable {
    let cell =
        |(key, printed): &(&[&str], Printed)| SeenCell { key: words(key), printed: *printed };
    SeenTable {
        id: id.to_owned(),
        unit: id.split('/').next().unwrap_or_default().to_owned(),
        period: "2025S1".to_owned(),
        measure: "alt.census".to_owned(),
        dims: words(&["state", "grade"]),
        members: members.map(words),
        carried: BTreeMap::new(),
        cells: cells.iter().map(cell).collect(),
    }
}

/// Of each school at most so many of grade 7 and of grade 8 in one of the two states of a case.
fn roster(of: &[(&str, u64, u64)]) -> Vec<SeenTable> {
    let of = of.iter().map(|(school, g7, g8)| {
        let most = |grade| Printed::Between(0, Some(grade));
        let cells: [(&[&str], Printed); 2] =
            [(&["t1|t2", "g7"], most(*g7)), (&["t1|t2", "g8"], most(*g8))];
        table(&format!("{school}{ROSTER}"), None, &cells)
    });
    of.collect()
}

/// A sum over some schools by state and grade.
fn sum(members: &[&str], [t1, t2, none]: [[u64; 2]; 3]) -> SeenTable {
    let cells: [(&[&str], Printed); 6] = [
        (&["t1", "g7"], Printed::Exact(t1[0])),
        (&["t1", "g8"], Printed::Exact(t1[1])),
        (&["t2", "g7"], Printed::Exact(t2[0])),
        (&["t2", "g8"], Printed::Exact(t2[1])),
        (&["none", "g7"], Printed::Exact(none[0])),
        (&["none", "g8"], Printed::Exact(none[1])),
    ];
    table("370202/sum", Some(members), &cells)
}

fn view(tables: impl IntoIterator<Item = SeenTable>) -> View {
    let mut units = BTreeMap::from([("370202".to_owned(), unit(None, "district"))]);
    units.extend(SCHOOLS.map(|name| (name.to_owned(), unit(Some("370202"), "school"))));
    let (periods, tables) = (vec![period("2025S1")], tables.into_iter().collect());
    View { k: 5, units, periods, course: Course::Series, tables }
}

/// Leaks by school, cell and ends.
fn leaks(view: &View, pieces: u64) -> Vec<(String, String, u64, Option<u64>)> {
    let report = attack(view, &mut Pieces(pieces)).expect("a view");
    let leak = |found: &Finding| (found.unit.clone(), found.key.join("/"), found.lo, found.hi);
    report.leaks().map(leak).collect()
}

/// Two schools of a sum whose others put their own counts beside it: of three first cases of grade
/// 7 two at most are of the school that has two pupils there, so that the other one has one at
/// least. That needs no time.
#[test]
fn what_one_school_cannot_have_is_the_others() {
    let sum = || sum(&["A", "B"], [[3, 0], [0, 0], [60, 60]]);
    assert_eq!(leaks(&view([sum()]), 1_000), []);
    let listed = || roster(&[("A", 50, 50), ("B", 2, 20)]);
    let found = leaks(&view([sum()].into_iter().chain(listed())), 0);
    assert!(found.contains(&("A".to_owned(), "t1/g7".to_owned(), 1, Some(3))), "{found:?}");
    assert!(found.iter().all(|(school, ..)| school == "A"), "of the other one nothing follows");
    let many = roster(&[("A", 50, 50), ("B", 20, 20)]);
    assert_eq!(leaks(&view([sum()].into_iter().chain(many)), 1_000), []);
}

/// Ten to nineteen in a state of a case, and five at most of them in grade 8: so five at least are
/// in grade 7, where the sums leave each state fewer. Both states of grade 8 could hold five, and
/// only together no more than the roster has: it takes the roster's row, and no time.
#[test]
fn a_band_beside_a_grade_forces_the_other_grade() {
    let sum = sum(&SCHOOLS, [[4, 30], [3, 30], [200, 200]]);
    let band: [(&[&str], Printed); 1] = [(&["t1|t2", "*"], Printed::Between(10, Some(19)))];
    let with = |listed: Vec<SeenTable>| {
        let all = [sum.clone(), table("A/band", None, &band)];
        view(all.into_iter().chain(listed))
    };
    assert_eq!(leaks(&with(Vec::new()), 1_000), []);
    let tight = with(roster(&[("A", 60, 5)]));
    for pieces in [0, 1_000] {
        let found = leaks(&tight, pieces);
        assert!(found.contains(&("A".to_owned(), "t1/g7".to_owned(), 2, Some(4))), "{found:?}");
        assert!(found.contains(&("A".to_owned(), "t2/g7".to_owned(), 1, Some(3))), "{found:?}");
    }
    assert_eq!(leaks(&with(roster(&[("A", 60, 60)])), 1_000), []);
}

/// Pupils come after a roster was signed: one that the sums contradict is left aside by name, and
/// what leaks without it is found.
#[test]
fn a_roster_that_is_not_true_is_left_aside() {
    let few: Vec<SeenTable> = SCHOOLS.iter().flat_map(|one| roster(&[(one, 0, 0)])).collect();
    let sound = sum(&SCHOOLS, [[4, 0], [0, 0], [60, 60]]);
    let report = attack(&view([sound.clone()].into_iter().chain(few.clone())), &mut Pieces(9));
    let report = report.expect("judged");
    assert_eq!((report.aside.len(), report.leaks().count()), (5, 0));
    // What does not fit goes and nothing else: of the others what the roster has of them stays.
    let (tight, loose) = (roster(&[("A", 50, 50), ("B", 2, 20)]), roster(&[("C", 0, 0)]));
    let own: [(&[&str], Printed); 1] = [(&["t1", "g8"], Printed::Between(7, Some(8)))];
    let all = [sum(&["A", "B"], [[3, 0], [0, 0], [60, 60]]), table("C/own", None, &own)];
    let one = view(all.into_iter().chain(tight).chain(loose));
    let report = attack(&one, &mut Pieces(1_000)).expect("judged");
    assert_eq!(report.aside, ["C/roster"]);
    assert!(report.leaks().any(|leak| leak.unit == "A" && leak.key == ["t1", "g7"]));
    let own: [(&[&str], Printed); 1] = [(&["t1", "g7"], Printed::Between(2, Some(3)))];
    let leaking = [sound, table("A/own", None, &own)];
    let view = view(leaking.into_iter().chain(few));
    assert!(fits(&view, &mut Pieces(9)).expect("judged"));
    assert!(leaks(&view, 1_000).iter().any(|(unit, key, ..)| unit == "A" && key == "t1/g7"));
}
