//! Parts that share no unknown: a file may be larger than any of them, and each is judged.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// A table of some schools by tier in a week.
fn table(id: &str, (measure, period): (&str, &str), schools: &[&str], cells: &[u64]) -> SeenTable {
    let tiers = ["t1", "t2", "t3"].into_iter().zip(cells);
    let cell = |(tier, value): (&str, &u64)| SeenCell {
        key: words(&[tier]),
        printed: Printed::Exact(*value),
    };
    SeenTable {
        id: id.to_owned(),
        unit: "D".to_owned(),
        period: period.to_owned(),
        measure: measure.to_owned(),
        dims: words(&["tier"]),
        members: Some(words(schools)),
        carried: BTreeMap::new(),
        cells: tiers.map(cell).collect(),
    }
}

const SCHOOLS: [&str; 5] = ["A", "B", "C", "E", "F"];
const WEEKS: [&str; 4] = ["2025-W45", "2025-W46", "2025-W47", "2025-W48"];

fn view(tables: Vec<SeenTable>) -> View {
    let mut units = BTreeMap::from([("D".to_owned(), unit(None, "district"))]);
    units.extend(SCHOOLS.map(|id| (id.to_owned(), unit(Some("D"), "school"))));
    let periods = WEEKS.iter().chain(&["2025S1", "2025S2"]).map(|id| period(id)).collect();
    View { k: 5, units, periods, course: Course::Series, tables }
}

/// What is found within a limit of unknowns.
fn within(view: &View, max: usize) -> Result<Vec<Report>, ViewError> {
    let mut found = Vec::new();
    attack_within(view, max, (&mut Pieces(10_000), &mut |report| found.push(report)))?;
    Ok(found)
}

/// Three measures and four weeks of fifteen unknowns each are a hundred and eighty, and no part has
/// more than fifteen: all are judged, and the leak in the last of them is found.
#[test]
fn a_file_is_larger_than_any_of_its_parts() {
    let mut tables = Vec::new();
    for measure in ["alt.closed", "alt.opened", "fup.due"] {
        for week in WEEKS {
            let id = format!("{measure}/{week}");
            tables.push(table(&id, (measure, week), &SCHOOLS, &[7, 0, 30]));
        }
    }
    tables.push(table("four", ("fup.due", "2025-W48"), &SCHOOLS[..4], &[4, 0, 30]));
    let view = view(tables);
    let parts = within(&view, 15).expect("judged");
    assert_eq!(parts.len(), 12);
    let leaks: Vec<&Finding> = parts.iter().flat_map(Report::leaks).collect();
    assert!(!leaks.is_empty());
    for leak in leaks {
        let of = (leak.unit.as_str(), leak.measure.as_str(), leak.period.as_str());
        assert_eq!((of, leak.lo, leak.hi), (("F", "fup.due", "2025-W48"), 3, Some(3)));
    }
    assert!(parts.iter().all(|part| part.undecided().count() == 0));
    let whole = attack(&view, &mut Pieces(10_000)).expect("judged");
    let findings: usize = parts.iter().map(|part| part.findings.len()).sum();
    assert_eq!(whole.findings.len(), findings);
    // One that is too large by itself is named for what it is, before anything is said of others.
    let large = within(&view, 14);
    let (measure, period) = ("alt.closed".to_owned(), "2025-W45".to_owned());
    assert_eq!(large, Err(ViewError::Large { measure, period, max: 14, of: "unknowns" }));
}

/// A measure of more unknowns than are ever taken up at once is refused at once, and by its name.
#[test]
fn a_measure_that_is_too_large_is_named() {
    let mut large = view(vec![table("a", ("ref.events", "2025-W45"), &SCHOOLS, &[7, 0, 30])]);
    for school in 0..101 {
        large.units.insert(format!("S{school}"), unit(Some("D"), "school"));
    }
    // Twenty by twenty by fifty categories of each school.
    let axes = [("a", 20), ("b", 20), ("c", 50)];
    let cells = axes.iter().enumerate().flat_map(|(at, (name, values))| {
        (0..*values).map(move |value| {
            let mut key = words(&["*", "*", "*"]);
            key[at] = format!("{name}{value}");
            SeenCell { key, printed: Printed::Noised(None) }
        })
    });
    let cells = cells.collect();
    let dims = words(&["a", "b", "c"]);
    large.tables = vec![SeenTable { dims, cells, members: None, ..large.tables[0].clone() }];
    let refused = attack(&large, &mut Pieces(1));
    let (measure, period) = ("ref.events".to_owned(), "2025-W45".to_owned());
    let of = "unknowns";
    let named = ViewError::Large { measure, period, max: UNKNOWNS_MAX, of };
    assert_eq!(refused, Err(named.clone()));
    assert_eq!(fits(&large, &mut Pieces(1)), Err(named));
}

/// Weeks of a month that is printed hang together, and so do two terms over a carried school; other
/// weeks do not.
#[test]
fn what_binds_two_periods_keeps_them_together() {
    let week = |week: &'static str| table(week, ("alt.opened", week), &SCHOOLS, &[7, 0, 30]);
    let mut view = view(WEEKS.map(week).to_vec());
    assert_eq!(within(&view, 1_000).expect("judged").len(), 4);
    let parts = words(&["2025-W45", "2025-W46"]);
    view.periods.push(SeenPeriod { id: "both".to_owned(), parts });
    view.tables.push(table("both", ("alt.opened", "both"), &SCHOOLS, &[14, 0, 60]));
    assert_eq!(within(&view, 1_000).expect("judged").len(), 3);
    // Two weeks of fifteen unknowns each.
    assert!(matches!(within(&view, 29), Err(ViewError::Large { .. })));
    let mut spring = table("spring", ("alt.census", "2025S2"), &SCHOOLS, &[7, 0, 30]);
    view.tables = vec![table("autumn", ("alt.census", "2025S1"), &SCHOOLS, &[7, 0, 30])];
    view.tables.push(spring.clone());
    assert_eq!(within(&view, 1_000).expect("judged").len(), 2);
    spring.carried.insert("A".to_owned(), "2025S1".to_owned());
    view.tables[1] = spring;
    assert_eq!(within(&view, 1_000).expect("judged").len(), 1);
}

/// A week of which nothing but the total was seen, of schools that have some grades only: the other
/// tables' categories name its keys, and nobody is without what nobody told apart.
#[test]
fn a_total_alone_is_of_everybody() {
    let mut view = view(Vec::new());
    let has = BTreeMap::from([("grade".to_owned(), BTreeSet::from(["g7".to_owned()]))]);
    view.units.get_mut("A").expect("school").has = has;
    let mut total = table("total", ("alt.opened", "2025-W45"), &SCHOOLS, &[7]);
    (total.dims, total.cells[0].key) = (words(&["grade"]), words(&["*"]));
    view.tables = vec![total];
    let report = attack(&view, &mut Pieces(1_000)).expect("it fits together");
    assert_eq!((report.leaks().count(), report.undecided().count()), (0, 0));
    let mut alone = view.tables[0].clone();
    (alone.id, alone.members) = ("alone".to_owned(), Some(words(&["A"])));
    alone.cells[0].printed = Printed::Exact(2);
    view.tables.push(alone);
    let report = attack(&view, &mut Pieces(1_000)).expect("it fits together");
    assert_eq!(report.leaks().map(|leak| leak.unit.as_str()).collect::<Vec<_>>(), ["A"]);
}

/// That two tables of the same records have one total is said, and not seen: where somebody counts
/// them otherwise it is left aside, by name, and all else is judged as before.
#[test]
fn what_is_only_said_is_left_aside_where_it_is_not_true() {
    let with = |value: u64, own: u64| {
        let mut said = table("sources/total", ("alt.opened", "2025-W45"), &SCHOOLS, &[value]);
        said.cells[0].key = words(&["*"]);
        let leaking = table("four", ("alt.opened", "2025-W46"), &SCHOOLS[..4], &[7, own, 30]);
        let weeks = ["2025-W45", "2025-W46"]
            .map(|week| table(week, ("alt.opened", week), &SCHOOLS, &[7, 3, 30]));
        view([said, leaking].into_iter().chain(weeks).collect())
    };
    let report = |view: &View| attack(view, &mut Pieces(10_000)).expect("judged");
    let (sound, off) = (with(40, 3), with(41, 3));
    assert!(report(&sound).aside.is_empty());
    assert_eq!(report(&off).aside, ["sources/total"]);
    assert_eq!(report(&off).leaks().count(), 0);
    assert!(fits(&off, &mut Pieces(1_000)).expect("judged"));
    assert!(report(&with(41, 1)).leaks().all(|leak| leak.unit == "F" && leak.lo == 2));
    assert!(report(&with(41, 1)).leaks().count() > 0, "a leak elsewhere is found all the same");
    // What was seen and contradicts itself is no assumption.
    let mut seen = off.clone();
    seen.tables[0].id = "sources".to_owned();
    assert_eq!(attack(&seen, &mut Pieces(9)), Err(ViewError::Contradiction));
}

/// That a part is at most its whole gives what the part has more to the school that the whole
/// lacks. Over the same schools nothing follows, and where it is not true it is left aside.
#[test]
fn a_part_is_at_most_its_whole() {
    let of = |schools: &[&str], whole: u64| {
        let mut said = table("due/total", ("ref.sla_ok", "2025-W45"), schools, &[0]);
        let printed = Printed::Between(0, Some(whole));
        said.cells[0] = SeenCell { key: words(&["*"]), printed };
        let part = table("ok", ("ref.sla_ok", "2025-W45"), &SCHOOLS, &[4, 0, 0]);
        attack(&view(vec![part, said]), &mut Pieces(10_000)).expect("judged")
    };
    let lacking = of(&SCHOOLS[..4], 1);
    assert!(lacking.leaks().count() > 0 && lacking.leaks().all(|leak| leak.unit == "F"));
    assert!(lacking.leaks().all(|leak| leak.lo == 3), "three at least are its own");
    for (schools, whole) in [(&SCHOOLS[..4], 4), (&SCHOOLS[..], 4), (&SCHOOLS[..], 9)] {
        let report = of(schools, whole);
        assert_eq!((report.leaks().count(), report.undecided().count()), (0, 0));
        assert!(report.aside.is_empty());
    }
    let untrue = of(&SCHOOLS, 3);
    assert_eq!(
        (untrue.aside, untrue.findings.iter().filter(|one| one.is_leak()).count()),
        (vec!["due/total".to_owned()], 0)
    );
}
