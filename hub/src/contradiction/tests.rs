//! Sums over honest schools never contradict each other; what is planted is seen where it can be,
//! marks the figures that it names, and goes.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalogue::Catalogue;
use domain::unit::UnitKind;
use proptest::prelude::*;

use super::opened::{Area, Compared};
use super::*;
use crate::statistics::fixture::{Fixture, ROUNDED as TABLE, SCHOOLS, term};

const DUE: &str = "sealed.ref.emergency";
const DONE: &str = "sealed.ref.emergency_told";
const OPENED: &str = "sealed.alt.opened";
const SOURCES: &str = "sealed.alt.sources";
const UNIQUE: &str = "sealed.spg.unique";
const PLANNED: &str = "sealed.spg.planned";
const WEEKS: usize = 6;
const NONE: Vec<(String, String)> = Vec::new();

fn catalogue() -> Catalogue {
    proto::pack::embedded::catalogue().expect("catalogue")
}

fn unit(text: &str) -> UnitId {
    text.parse().expect("unit")
}

fn weeks() -> Vec<Week> {
    let first = Week::new(2026, 36).expect("week");
    std::iter::successors(Some(first), |week| Some(week.next())).take(WEEKS).collect()
}

/// A sum of a table over the groups `a` and `b` of junior schools.
fn sum(table: &SealedTable, period: Period, values: &[(&[&str], u64)]) -> Compared {
    let mut cells: Cells = vec![Some(0); table.cells()];
    for (key, value) in values {
        let place = table.block().place(key).expect("place");
        cells[place] = cells[place].map(|known| known + value);
    }
    let sum = OpenedSum {
        task: TaskId::from_bytes([1; 32]),
        area: unit("370202"),
        school_year: 2026,
        table: table.id().clone(),
        period,
        pack: Digest::sha256([0; 32]),
        stage: domain::catalogue::Stage::Junior,
        detail: Detail::Cells,
        groups: ["a", "b"].map(|name| name.parse().expect("group")).into(),
        fresh: 5,
        due: 5,
        carried: 0,
        away: BTreeSet::new(),
        cells: BTreeMap::new(),
        number: 1,
        record: Digest::sha256([0; 32]),
        opened_at_ms: 0,
        cap_sum: None,
    };
    let schools = ["A", "B", "C", "D", "E"].map(|name| (unit(name), period)).into();
    Compared { sum, cells, schools, again: BTreeMap::new() }
}

/// What is found among some sums: relations with their last period.
fn check(make: impl Fn(&SealedTables) -> Vec<Compared>) -> Vec<(String, String)> {
    let catalogue = catalogue();
    let tables = SealedTables::of(&catalogue);
    let area = unit("370202");
    let sums = make(&tables);
    let all = checks(&catalogue, &tables);
    let area = Area {
        area: &area,
        school_year: 2026,
        catalogue: &catalogue,
        tables: &tables,
        weeks: weeks(),
        sums,
    };
    let found = area.contradictions(&all);
    assert!(found.iter().all(|one| !about(one).contains('A')), "no school is named");
    found.into_iter().map(|one| (one.relation, one.to.to_string())).collect()
}

/// An emergency: the week in which its answer was due, and how many weeks later it was entered as
/// given in time.
type Emergency = (usize, Option<usize>);

/// Weeks as nodes tell them: emergencies in the week in which they were due, answers in time when
/// they are entered, which can be later; `more` are answers to none.
fn emergencies(
    tables: &SealedTables,
    all: &[Emergency],
    more: &[(usize, u64)],
    until: usize,
) -> Vec<Compared> {
    let [due, done] = [DUE, DONE].map(|id| tables.table(id).expect("table"));
    let in_week = |at: usize, week: Week| {
        let told = |of: fn(&Emergency) -> Option<usize>| -> Vec<(Vec<&str>, u64)> {
            let own = all.iter().filter(|one| of(one) == Some(at));
            own.map(|_| (vec!["junior"], 1)).collect()
        };
        let mut ok = told(|one| one.1.map(|later| one.0 + later));
        let planted = more.iter().filter(|(when, _)| *when == at);
        ok.extend(planted.map(|(_, number)| (vec!["junior"], *number)));
        let of = |table, values: &[(Vec<&str>, u64)]| {
            let values: Vec<(&[&str], u64)> =
                values.iter().map(|(key, number)| (key.as_slice(), *number)).collect();
            sum(table, week.period(), &values)
        };
        [of(due, &told(|one| Some(one.0))), of(done, &ok)]
    };
    weeks().into_iter().enumerate().take(until).flat_map(|(at, week)| in_week(at, week)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Honest records never contradict a rule, however late they are entered; more answers than
    /// there ever were emergencies always do.
    #[test]
    fn late_entries_are_told_from_a_contradiction(
        all in proptest::collection::vec(
            (0_usize..WEEKS, proptest::option::of(0_usize..3)), 0..40),
        until in 1_usize..=WEEKS,
    ) {
        prop_assert_eq!(check(|tables| emergencies(tables, &all, &[], until)), NONE);
        let planted = [(until - 1, all.len() as u64 + 1)];
        let found = check(|tables| emergencies(tables, &all, &planted, until));
        let last = weeks()[until - 1].period().to_string();
        prop_assert_eq!(found, vec![("ref.emergency_told <= ref.emergency".to_owned(), last)]);
    }

    /// Stocks of one term: a part of each school is a part in the sum. A part that is larger is
    /// said, and not where the reports are of different terms.
    #[test]
    fn a_stock_is_compared_with_its_own_term(
        schools in proptest::collection::vec((0_u64..50, 0_u64..50), 5),
        more in 1_u64..9,
    ) {
        let term: Period = "2026S1".parse().expect("term");
        let unique: u64 = schools.iter().map(|(own, _)| *own).sum();
        let planned: u64 = schools.iter().map(|(own, part)| part.min(own)).sum();
        let key: &[&str] = &["in", "junior"];
        let of = |planned: u64| move |tables: &SealedTables| {
            let table = |id| tables.table(id).expect("table");
            vec![
                sum(table(UNIQUE), term, &[(key, unique)]),
                sum(table(PLANNED), term, &[(key, planned)]),
            ]
        };
        prop_assert_eq!(check(of(planned)), NONE);
        let broken = vec![("spg.planned <= spg.unique".to_owned(), "2026S1".to_owned())];
        prop_assert_eq!(check(of(unique + more)), broken);
        let carried = |tables: &SealedTables| {
            let mut sums = of(unique + more)(tables);
            let earlier = "2025S2".parse().expect("term");
            sums[1].schools.remove(&(unit("C"), term));
            sums[1].schools.insert((unit("C"), earlier));
            sums
        };
        prop_assert_eq!(check(carried), NONE);
    }
}

/// A contradiction of flows goes once what was missing is told, and nothing is said of weeks after
/// one that is missing, nor while a report was made again of one table alone.
#[test]
fn flows_are_judged_as_far_as_they_are_whole() {
    let due: Vec<Emergency> = vec![(0, None), (2, None), (2, None)];
    let planted = [(0, 2)];
    let at = |until: usize| check(|tables| emergencies(tables, &due, &planted, until));
    assert_eq!((at(1).len(), at(2).len(), at(3).len()), (1, 1, 0), "until two more were due");
    let gap = |tables: &SealedTables| {
        let mut sums = emergencies(tables, &[], &[(1, 2)], 3);
        sums.retain(|one| one.sum.period != weeks()[0].period());
        sums
    };
    assert_eq!(check(gap), NONE);
    let again = |until: &'static str| {
        move |tables: &SealedTables| {
            let mut sums = emergencies(tables, &[], &[(0, 2)], 1);
            sums[1].again.insert(unit("B"), until.to_owned());
            sums
        }
    };
    assert_eq!(check(again("2026-09-07")), NONE, "it tells what was entered after the week");
    assert_eq!(check(again("2026-09-06")).len(), 1);
}

/// Tables of the same records have one total. That is seen also where every school stands alike and
/// no sheet is beside the sums, so that the attacker has nothing to look for.
#[test]
fn tables_of_the_same_records_have_one_total() {
    let week = weeks()[0].period();
    let of = |sources: u64| {
        move |tables: &SealedTables| {
            let table = |id| tables.table(id).expect("table");
            let source = ["parent", "junior"];
            let by_source: [(&[&str], u64); 1] = [(&source, sources)];
            let by_tier: [(&[&str], u64); 2] = [(&["t1", "junior"], 3), (&["t2", "junior"], 4)];
            vec![sum(table(OPENED), week, &by_tier), sum(table(SOURCES), week, &by_source)]
        }
    };
    assert_eq!(check(of(7)), NONE);
    for wrong in [6, 8] {
        let found = check(of(wrong));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, "alt.opened == alt.sources");
    }
}

/// A town is a part of its area, and the same where it holds all of its schools; a cell that stays
/// closed proves nothing.
#[test]
fn a_town_is_a_part_of_its_area() {
    let term: Period = "2026S1".parse().expect("term");
    let of = |own: u64, is_all: bool, is_closed: bool| {
        move |tables: &SealedTables| {
            let table = tables.table(UNIQUE).expect("table");
            let [counted, others]: [&[&str]; 2] = [&["in", "junior"], &["rest", "junior"]];
            let mut area = sum(table, term, &[(counted, 20), (others, 400)]);
            if is_closed {
                area.cells.fill(None);
            }
            let mut town = area.clone();
            town.sum.detail = Detail::Categories;
            town.cells = vec![Some(own), None];
            if !is_all {
                town.sum.groups = ["a"].map(|name| name.parse().expect("group")).into();
                town.schools = ["A", "B"].map(|name| (unit(name), term)).into();
            }
            vec![area, town]
        }
    };
    assert_eq!(check(of(20, true, false)), NONE);
    assert_eq!(check(of(19, true, false)).len(), 1);
    assert_eq!(check(of(19, false, false)), NONE);
    assert_eq!(check(of(21, false, false)).len(), 1);
    assert_eq!(check(of(21, false, true)), NONE);
}

/// A relation that rounded figures break.
fn found() -> Contradiction {
    Contradiction {
        place: unit("370202"),
        school_year: 2025,
        detail: contradiction::ROUNDED.to_owned(),
        stage: String::new(),
        groups: BTreeSet::new(),
        identity: "scr chain".to_owned(),
        relation: "scr.positive <= scr.eligible".to_owned(),
        stratum: "stage=junior".to_owned(),
        counts: ["scr.positive", "scr.eligible"].map(str::to_owned).into(),
        tables: [TABLE, "clear.term"].map(str::to_owned).into(),
        from: term(),
        to: term(),
    }
}

/// A contradiction raises an alarm once and marks the figures that it names and no others, in both
/// languages; the figures stay. Once it holds again alarm and mark are gone.
#[test]
fn a_contradiction_marks_its_figures_and_goes() {
    let fixture = Fixture::new("370202", UnitKind::District);
    fixture.schools(&SCHOOLS);
    let keep = |found: Vec<Contradiction>| {
        let judged = vec![Judged { scope: Scope::Rounded(term()), found }];
        let kept = fixture.database.write("keep", move |tx| keep(tx, judged, 1));
        kept.expect("kept");
        let alarms = fixture.database.read(|tx| alarm::of_kind(tx, ALARM)).expect("alarms");
        alarms.len()
    };
    let read = |indicator: &str| fixture.figures(indicator, &[]).expect("figures").whole;
    let before = read("scr.positive");
    assert_eq!((keep(vec![found()]), keep(vec![found()])), (1, 1));
    let marked = read("scr.positive");
    assert_eq!(marked.contradictions, [found()]);
    assert_eq!(marked.figures, before.figures, "nothing is closed for what it says");
    for lang in [Lang::Zh, Lang::En] {
        assert!(why(&found(), lang).contains("scr.positive <= scr.eligible; stage=junior"));
    }
    assert!(read("base.students").contradictions.is_empty());
    assert_eq!(keep(Vec::new()), 0);
    assert!(read("scr.positive").contradictions.is_empty());
}
