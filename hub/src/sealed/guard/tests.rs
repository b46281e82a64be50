//! What the guard keeps closed, on views by hand.

use domain::disclosure::FIGURE_MAX;
use domain::disclosure::attacker::{Course, Pieces, SeenCell, SeenPeriod, Unit};

use super::*;

const SCHOOLS: [&str; 5] = ["A", "B", "C", "D", "E"];

fn table(unit: &str, members: Option<&[&str]>, cells: &[(&[&str], Printed)]) -> SeenTable {
    let cell = |(key, printed): &(&[&str], Printed)| SeenCell {
        key: key.iter().map(|&word| word.to_owned()).collect(),
        printed: *printed,
    };
    SeenTable {
        id: match members {
            Some(_) => format!("sealed.alt.census/{unit}"),
            None => format!("{unit}/{}", cells.len()),
        },
        unit: unit.to_owned(),
        period: "2025S1".to_owned(),
        measure: "alt.census".to_owned(),
        dims: vec!["state".to_owned(), "grade".to_owned()],
        members: members.map(|all| all.iter().map(|&unit| unit.to_owned()).collect()),
        carried: BTreeMap::new(),
        cells: cells.iter().map(cell).collect(),
    }
}

/// A sum over five schools of two states and two grades, with what is known of school A.
fn view(known: &[(&[&str], Printed)]) -> View {
    let unit = |parent: Option<&str>, level: &str| Unit {
        parent: parent.map(str::to_owned),
        level: level.to_owned(),
        has: BTreeMap::new(),
    };
    let mut units = BTreeMap::from([("370202".to_owned(), unit(None, "district"))]);
    units.extend(SCHOOLS.map(|id| (id.to_owned(), unit(Some("370202"), "school"))));
    let sum = [
        (["t1", "g7"].as_slice(), Printed::Exact(3)),
        (["t1", "g8"].as_slice(), Printed::Exact(8)),
        (["t2", "g7"].as_slice(), Printed::Exact(20)),
        (["t2", "g8"].as_slice(), Printed::Exact(20)),
    ];
    let tables = vec![table("370202", Some(&SCHOOLS), &sum), table("A", None, known)];
    let periods = vec![SeenPeriod { id: "2025S1".to_owned(), parts: Vec::new() }];
    View { k: 5, units, periods, course: Course::Series, tables }
}

fn check(known: &[(&[&str], Printed)], pieces: u64) -> Option<Blocked> {
    judge_within(&view(known), &[], &mut Pieces(pieces)).blocked
}

/// What was not decided for want of time is refused with every cell by name and no school,
/// unless all that is known of a school alone is one wide band over several categories.
#[test]
fn what_was_not_decided_is_refused_unless_structure_covers_it() {
    let band = Printed::Between(10, Some(19));
    let (both, one): (&[&str], &[&str]) = (&["t1|t2", "*"], &["t1", "*"]);
    assert_eq!(check(&[(both, band)], 0), None, "the band of the rule");
    for known in [
        [(one, Printed::Between(0, Some(9)))].as_slice(),
        &[(both, Printed::Between(10, Some(14)))],
        &[(both, band), (&["t1|t2", "g7"], band)],
        &[(both, Printed::Exact(12))],
    ] {
        let blocked = check(known, 0).expect("refused");
        assert_eq!(blocked.code, UNDECIDED, "{known:?}");
        assert!(blocked.cell.contains("alt.census 2025S1 t1/g7"), "{}", blocked.cell);
        assert!(!blocked.cell.split([' ', '/']).any(|word| SCHOOLS.contains(&word)));
        assert_eq!(check(known, 10_000), None, "{known:?}: with time it is decided");
    }
    // Bands of different persons are one of each.
    let few = Printed::Between(0, Some(9));
    let apart: [(&[&str], Printed); 2] = [(&["t1|t2", "g7"], band), (&["t1|t2", "g8"], few)];
    assert_eq!(check(&apart, 0), None);
}

/// A band that leaves a school nearly everything proves its counts, however wide it is: that
/// needs no time and is refused.
#[test]
fn a_band_that_leaves_a_school_everything_is_refused() {
    let known: [(&[&str], Printed); 1] = [(&["t1|t2", "*"], Printed::Between(50, Some(59)))];
    let blocked = check(&known, 10_000).expect("refused");
    assert_eq!(blocked.code, REACHABLE);
}

/// A band with a high lower end can force two cells together and neither of them alone. Without
/// any time that is seen too, and no structure covers it.
#[test]
fn a_high_band_that_forces_cells_together_is_refused_without_time() {
    let mut view = view(&[(&["t1|t2", "*"], Printed::Between(50, Some(59)))]);
    let sums = [2, 24, 2, 24].into_iter();
    for (cell, sum) in view.tables[0].cells.iter_mut().zip(sums) {
        cell.printed = Printed::Exact(sum);
    }
    let blocked =
        judge_within(&view, &[], &mut Pieces(0)).blocked.expect("two to four of the four in g7");
    assert_eq!(blocked.code, REACHABLE);
    assert!(blocked.cell.ends_with("/g7"), "{}", blocked.cell);
}

/// A sheet that contradicts the opened sum is left aside alone: a leak elsewhere is found and
/// refused, and where there is none the sum is kept. Before, one lie switched the attacker off.
#[test]
fn one_sheet_that_contradicts_does_not_hide_a_leak_elsewhere() {
    let both: &[&str] = &["t1|t2", "*"];
    let with = |own: Printed, lie: &[(&str, Printed)]| {
        let mut view = view(&[(both, own)]);
        let sheets = lie.iter().map(|(unit, band)| table(unit, None, &[(both, *band)]));
        view.tables.extend(sheets);
        let judged = judge_within(&view, &[], &mut Pieces(10_000));
        (judged.blocked.map(|blocked| blocked.code), judged.aside)
    };
    let with = |own, lie: &[(&str, Printed)]| {
        let (code, aside) = with(own, lie);
        // Who is left aside is one of those that can be wrong, and never where all fit.
        assert!(aside.iter().all(|unit| unit == "A" || lie.iter().any(|(one, _)| one == unit)));
        assert_eq!(aside.is_empty(), lie.is_empty());
        code
    };
    let (leak, harmless) = (Printed::Between(50, Some(59)), Printed::Between(10, Some(19)));
    let lie = Printed::Between(900, Some(909));
    assert_eq!(with(harmless, &[]), None);
    assert_eq!(with(leak, &[]), Some(REACHABLE));
    assert_eq!(with(harmless, &[("B", lie)]), None);
    assert_eq!(with(leak, &[("B", lie)]), Some(REACHABLE));
    assert_eq!(with(leak, &[("B", lie), ("C", lie), ("E", lie)]), Some(REACHABLE));
    // Two that do not fit together: either may be the lie, so each is judged without the other.
    assert_eq!(with(leak, &[("B", harmless)]), Some(REACHABLE));
    assert_eq!(with(Printed::Between(40, Some(49)), &[("D", harmless), ("E", lie)]), None);
    // However large the lie is that a hub took in.
    let huge = [Printed::Exact(FIGURE_MAX), Printed::Between(FIGURE_MAX, Some(FIGURE_MAX + 9))];
    for lie in huge {
        assert_eq!(with(harmless, &[("B", lie)]), None);
        assert_eq!(with(leak, &[("B", lie)]), Some(REACHABLE));
    }
}

/// What the roster has of a school: at most so many of each grade in one of the two states.
fn roster(school: &str, [g7, g8]: [u64; 2]) -> SeenTable {
    let most = |persons| Printed::Between(0, Some(persons));
    let cells = [(["t1|t2", "g7"].as_slice(), most(g7)), (&["t1|t2", "g8"], most(g8))];
    SeenTable { id: format!("{school}{ROSTER}"), ..table(school, None, &cells) }
}

/// Four of the first and three of the second state in grade 7, many in grade 8, and ten of school A
/// at least.
fn beside(listed: impl IntoIterator<Item = SeenTable>) -> View {
    let mut view = view(&[(&["t1|t2", "*"], Printed::Between(10, Some(19)))]);
    for (cell, sum) in view.tables[0].cells.iter_mut().zip([4, 30, 3, 30]) {
        cell.printed = Printed::Exact(sum);
    }
    view.tables.extend(listed);
    view
}

fn code(view: &View, pieces: u64) -> Option<&'static str> {
    judge_within(view, &[], &mut Pieces(pieces)).blocked.map(|blocked| blocked.code)
}

/// A band alone tells nothing where another grade can hold it. Where the roster has five of that
/// grade, some of the small sums are the school's own: the sum stays closed, and that takes no
/// time. With as many as there are at most schools it opens, also by structure alone.
#[test]
fn a_roster_closes_a_sum_that_a_band_alone_would_not() {
    for pieces in [0, 10_000] {
        assert_eq!(code(&beside([]), pieces), None);
        assert_eq!(code(&beside([roster("A", [60, 5])]), pieces), Some(REACHABLE));
        let large = SCHOOLS.map(|school| roster(school, [60, 60]));
        assert_eq!(code(&beside(large), pieces), None, "within {pieces}");
        let tiny =
            SCHOOLS.map(|school| roster(school, if school == "B" { [2, 1] } else { [60; 2] }));
        assert_eq!(code(&beside(tiny), pieces), None, "within {pieces}");
    }
}

/// What the others cannot have is a school's own, with and without time, and no structure covers
/// it: here four schools have one of grade 7 together.
#[test]
fn what_all_others_cannot_have_is_one_schools() {
    let few = |school: &&str| roster(school, if *school == "B" { [1, 60] } else { [0, 60] });
    for pieces in [0, 10_000] {
        let others = SCHOOLS.iter().skip(1).map(few);
        assert_eq!(code(&beside(others.chain([roster("A", [60, 60])])), pieces), Some(REACHABLE));
    }
}

/// A school that lies about its band takes no roster away, its own neither. One that the sums
/// contradict bounds nothing, and what leaks without it is refused all the same.
#[test]
fn a_lie_about_a_band_takes_no_roster_away() {
    let lie = || table("B", None, &[(&["t1|t2", "*"], Printed::Between(900, Some(909)))]);
    let tight = || roster("A", [60, 5]);
    assert_eq!(code(&beside([lie(), tight()]), 10_000), Some(REACHABLE));
    assert_eq!(code(&beside([lie(), roster("A", [60, 60])]), 10_000), None);
    let untrue = || SCHOOLS.map(|school| roster(school, [0, 0]));
    assert_eq!(code(&beside(untrue()), 10_000), None);
    let leak = table("A", None, &[(&["t1", "g7"], Printed::Between(2, Some(3)))]);
    assert_eq!(code(&beside(untrue().into_iter().chain([leak])), 10_000), Some(REACHABLE));
}

/// Sums that contradict each other bound nothing by themselves; what bands tell beside the
/// newest is judged.
#[test]
fn sums_that_contradict_each_other_do_not_hide_a_leak() {
    let both: &[&str] = &["t1|t2", "*"];
    let mut view = view(&[(both, Printed::Between(50, Some(59)))]);
    let older = [(["t1", "g7"].as_slice(), Printed::Exact(4))];
    view.tables.insert(0, table("370202", Some(&SCHOOLS), &older));
    let blocked = judge_within(&view, &[], &mut Pieces(10_000)).blocked;
    assert_eq!(blocked.map(|blocked| blocked.code), Some(REACHABLE));
}

/// A sum that stays closed is known for good. One that adds nothing to what it tells is opened all
/// the same; one that narrows it is not.
#[test]
fn what_was_told_before_closes_no_other_sum() {
    let both: &[&str] = &["t1|t2", "*"];
    let leaking = || view(&[(both, Printed::Between(50, Some(59)))]);
    let with = |table: SeenTable| {
        let mut after = leaking();
        after.tables.push(table);
        judge_added(&Views::new(leaking(), after)).blocked.map(|blocked| blocked.code)
    };
    let other = ["V", "W", "X", "Y", "Z"];
    let apart = [(["t1", "g7"].as_slice(), Printed::Exact(30))];
    let units = |mut views: Views| {
        for id in other {
            let unit = views.seen.after.units["A"].clone();
            for view in [&mut views.seen.before, &mut views.seen.after] {
                view.units.insert(id.to_owned(), unit.clone());
            }
        }
        views
    };
    let mut after = leaking();
    after.tables.push(table("370202", Some(&other), &apart));
    let views = units(Views::new(leaking(), after));
    assert_eq!(judge(&views.seen.after).map(|blocked| blocked.code), Some(REACHABLE));
    assert_eq!(judge_added(&views).blocked, None, "it is about other schools");
    let narrower: [(&[&str], Printed); 1] = [(both, Printed::Between(51, Some(51)))];
    assert_eq!(with(table("A", None, &narrower)), Some(REACHABLE));
}

/// What was not decided in time before a sum is no older knowledge for it: a figure of a school
/// that stands in the new sum is refused, though its bounds did not move; one of another school is
/// not.
#[test]
fn what_was_undecided_before_is_old_only_of_others() {
    let one: &[&str] = &["t1", "*"];
    let before = || {
        let mut view = view(&[(one, Printed::Between(0, Some(9)))]);
        for id in ["V", "W", "X", "Y", "Z"] {
            let unit = view.units["A"].clone();
            view.units.insert(id.to_owned(), unit);
        }
        view
    };
    let with = |mut new: SeenTable| {
        let mut after = before();
        new.id = "sealed.alt.census/new".to_owned();
        after.tables.push(new);
        let added = Added { before: before(), after };
        let told = told(&added, &mut Pieces(0));
        let judged = judge_within(&added.after, &told, &mut Pieces(0));
        (told.len(), judged.blocked.map(|blocked| blocked.code))
    };
    let whole: [(&[&str], Printed); 1] = [(one, Printed::Exact(11))];
    assert_eq!(with(table("370202", Some(&SCHOOLS), &whole)), (0, Some(UNDECIDED)));
    let none: [(&[&str], Printed); 1] = [(&["t1", "g7"], Printed::Exact(0))];
    let (old, code) = with(table("370202", Some(&["V", "W", "X", "Y", "Z"]), &none));
    assert!(old > 0);
    assert_eq!(code, None, "it is about other schools");
}

/// What a sum that stays closed tells at this hub alone is no reason to tell it to all others.
#[test]
fn what_is_known_here_alone_opens_no_sum() {
    let both: &[&str] = &["t1|t2", "*"];
    let leaking = || view(&[(both, Printed::Between(50, Some(59)))]);
    let mut before = leaking();
    before.tables.retain(|table| table.members.is_none());
    assert!(before.tables.len() < leaking().tables.len());
    let same = Views::new(leaking(), leaking());
    assert_eq!(judge_added(&same).blocked, None, "it is known here");
    let told = Some(Added { before, after: leaking() });
    let blocked = judge_added(&Views { told, ..same }).blocked;
    assert_eq!(blocked.map(|blocked| blocked.code), Some(REACHABLE));
}
