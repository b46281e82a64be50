//! Figures against independent sums, the blanks, and the floors.

use domain::catalogue::Catalogue;
use domain::cell::Cell;
use domain::unit::UnitKind;

use super::fixture::{
    CLEAR, Fixture, NOW_MS, ROUNDED, SCHOOLS, School, UNSTATED, cells_of, school,
};
use super::*;
use crate::store::contact::{self, Contact};
use crate::store::unit;

fn district() -> Fixture {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.schools(&SCHOOLS);
    hub
}

fn catalogue() -> Catalogue {
    proto::pack::embedded::catalogue().expect("catalogue")
}

fn reading(figures: &UnitFigures, key: &[&str]) -> Reading {
    let found = figures.figures.iter().find(|figure| figure.key == key);
    found.expect("key").reading
}

fn blank(figures: &UnitFigures, key: &[&str]) -> Blank {
    reading(figures, key).blank().expect("blank")
}

fn count(figures: &UnitFigures, key: &[&str]) -> Amount {
    match reading(figures, key) {
        Reading::Count(amount) => amount,
        other => panic!("{other:?}"),
    }
}

fn few() -> Blank {
    Blank::Suppressed(Floor::FewSchools)
}

/// Sum of rounded school cells of some outcomes where a filter holds; written without the stage.
fn rounded_sum(schools: &[School], outcomes: &[&str], keep: impl Fn(&[String]) -> bool) -> u64 {
    let catalogue = catalogue();
    let spec = catalogue.table(ROUNDED).expect("table");
    let keys: Vec<Vec<String>> = cells_of(spec, "scr.census").collect();
    let mut sum = 0;
    for school in schools {
        for (key, cell) in keys.iter().zip(school.rounded(&catalogue).cells()) {
            if outcomes.contains(&key[0].as_str()) && keep(key) {
                sum += cell.value().unwrap_or(0);
            }
        }
    }
    sum
}

/// Clear counts are the sums of the schools' exact figures, whole and by dimension.
#[test]
fn clear_counts_equal_independent_sums() {
    let hub = district();
    let expected: u64 = SCHOOLS.iter().map(|school| school.persons(&catalogue())).sum();
    let whole = hub.figures("base.students", &[]).expect("figures").whole;
    assert_eq!(count(&whole, &[]), Amount::exact(expected));
    assert_eq!(whole.coverage.schools_reported, 14);
    assert_eq!(whole.coverage.persons, expected);
    let by = hub.figures("base.students", &["stage"]).expect("figures");
    let in_stage = |schools: &[School], stage: &str| -> u64 {
        let grades = ["k1", "k2", "k3", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9"];
        let grades = grades.iter().chain(&["g10", "g11", "g12"]);
        let strata = grades.flat_map(|grade| ["m", "f", "u"].map(|sex| (*grade, sex)));
        strata
            .flat_map(|(grade, sex)| {
                schools.iter().filter_map(move |s| s.enrolled(stage, grade, sex))
            })
            .sum()
    };
    for stage in ["junior", "primary_low", "senior"] {
        assert_eq!(count(&by.whole, &[stage]).value, in_stage(&SCHOOLS, stage), "{stage}");
    }
    assert_eq!(by.members.len(), 14);
    let first = by.of(&"P01".parse().expect("id")).expect("member");
    let exact = in_stage(&SCHOOLS[..1], "primary_low");
    assert_eq!(count(first, &["primary_low"]).value, exact);
}

/// Screening counts are sums of rounded cells, with the bound that the number of cells gives.
#[test]
fn sealed_counts_are_sums_of_rounded_cells() {
    let hub = district();
    let done = ["negative", "positive", "due", "critical"];
    let whole = hub.figures("scr.completed", &["stage"]).expect("figures").whole;
    for stage in ["kindergarten", "primary_low", "primary_high"] {
        let expected = rounded_sum(&SCHOOLS, &done, |key| key[1] == stage);
        let amount = count(&whole, &[stage]);
        assert_eq!(amount.value, expected, "{stage}");
        // 6 schools, 4 outcomes, 3 sexes, 3 grades.
        assert_eq!(amount.rounded_cells, 6 * 4 * 3 * 3, "{stage}");
        assert_eq!(amount.rounding_error_max, Some(4 * amount.rounded_cells));
    }
    let all = hub.figures("scr.completed", &[]).expect("figures").whole;
    assert_eq!(count(&all, &[]).value, rounded_sum(&SCHOOLS, &done, |_| true));
    let exact: u64 = SCHOOLS.iter().map(|school| school.screened(&catalogue())).sum();
    let most = count(&all, &[]).rounding_error_max.expect("an end");
    assert!(count(&all, &[]).value.abs_diff(exact) <= most);
}

/// A ratio divides sums; it is no mean of the members' ratios.
#[test]
fn ratios_are_made_of_sums() {
    let hub = district();
    let whole = hub.figures("r.scr.coverage", &["stage"]).expect("figures").whole;
    let above = hub.figures("scr.completed", &["stage"]).expect("figures").whole;
    let below = hub.figures("scr.eligible", &["stage"]).expect("figures").whole;
    let expected = Reading::Ratio {
        numerator: count(&above, &["primary_high"]),
        denominator: count(&below, &["primary_high"]),
    };
    assert_eq!(reading(&whole, &["primary_high"]), expected);
    assert!(count(&below, &["primary_high"]).is_exact());
}

/// Two senior schools are too few for a rounded sum, and no school's own is ever shown; clear
/// sheets of single schools are.
#[test]
fn rounded_sums_of_few_schools_are_shown_to_nobody() {
    let hub = district();
    let figures = hub.figures("scr.completed", &["stage"]).expect("figures");
    assert_eq!(blank(&figures.whole, &["senior"]), few());
    for member in &figures.members {
        let shown = member.figures.iter().filter(|figure| figure.reading.blank().is_none());
        assert_eq!(shown.count(), 0, "{}", member.unit.id);
    }
    let clear = hub.figures("scr.eligible", &["stage"]).expect("figures");
    assert!(
        clear
            .members
            .iter()
            .all(|member| { member.figures.iter().any(|figure| figure.reading.blank().is_none()) })
    );
    let street = Fixture::new("370202001", UnitKind::Street);
    street.schools(&SCHOOLS[..3]);
    let whole = street.figures("scr.positive", &[]).expect("figures").whole;
    assert_eq!(blank(&whole, &[]), few());
    let ratio = street.figures("r.scr.positive", &[]).expect("figures").whole;
    assert_eq!(blank(&ratio, &[]), few());
}

/// Where one stage of few schools is hidden, a second one is, lest the total gives it away.
#[test]
fn the_total_does_not_give_a_hidden_stage_away() {
    let hub = district();
    let figures = hub.figures("scr.completed", &["stage"]).expect("figures").whole;
    let hidden: Vec<&str> = figures
        .figures
        .iter()
        .filter(|figure| figure.reading.status() == "suppressed")
        .map(|figure| figure.key[0].as_str())
        .collect();
    assert_eq!(hidden.len(), 2, "{hidden:?}");
    assert_eq!(blank(&figures, &["senior"]), few());
    let other = hidden.iter().find(|stage| **stage != "senior").expect("another");
    assert_eq!(blank(&figures, &[other]), Blank::Suppressed(Floor::Telling));
}

/// What a city hides is hidden in its districts too, or one of them would tell it.
#[test]
fn a_district_does_not_tell_what_the_city_hides() {
    let city = Fixture::new("370200", UnitKind::City);
    let more = [31, 32, 33, 34, 35, 36].map(|seed| School { seed, ..SCHOOLS[0] });
    city.hub("370202", UnitKind::District, &SCHOOLS, 14);
    city.hub("370203", UnitKind::District, &more, 6);
    for indicator in ["scr.completed", "r.scr.coverage"] {
        let figures = city.figures(indicator, &["stage"]).expect("figures");
        let telling = Blank::Suppressed(Floor::Telling);
        for (stage, why) in [("junior", telling), ("senior", few())] {
            assert_eq!(blank(&figures.whole, &[stage]), why, "{stage}");
            let told =
                figures.members.iter().filter(|unit| reading(unit, &[stage]).blank().is_none());
            assert_eq!(told.count(), 0, "{stage}");
        }
        let shown = reading(&figures.members[0], &["primary_low"]);
        assert_eq!(shown.blank(), None, "the rest is still shown");
    }
}

/// Zero, small, missing and impossible are told apart, and unsupported is none of them.
#[test]
fn four_blanks_are_told_apart() {
    let hub = district();
    let kinds = hub.figures("base.schools", &["school_type"]).expect("figures");
    assert_eq!(count(&kinds.whole, &["special"]), Amount::exact(0));
    let assigned = hub.figures("mtr.assigned", &["stage"]).expect("figures");
    assert_eq!(blank(&assigned.whole, &["vocational"]), Blank::NotApplicable);
    let screened = || hub.figures("scr.completed", &["stage", "grade"]).expect("figures").whole;
    assert_eq!(blank(&screened(), &["senior", "g3"]), Blank::NotApplicable);
    let classes = hub.figures("base.classes", &[]).expect("figures").whole;
    assert_eq!(blank(&classes, &[]), Blank::Unsupported);
    assert_eq!(classes.able, 0);
    hub.member("P99", UnitKind::School, 0);
    hub.take(&SCHOOLS[0].release(&hub.packs.last(), CLEAR), 2, NOW_MS + 1);
    let late = hub.figures("mtr.assigned", &["stage"]).expect("figures");
    assert_eq!(blank(&late.whole, &["vocational"]), Blank::NotReported);
    assert_eq!(blank(&screened(), &["senior", "g3"]), Blank::NotApplicable, "never");
    let missing = late.of(&"P99".parse().expect("id")).expect("listed");
    assert_eq!(blank(missing, &["junior"]), Blank::NotReported);
    assert_eq!((late.whole.coverage.schools_due, late.whole.coverage.schools_reported), (15, 14));
}

/// A rounded sum below the floor is hidden, zero included, unless nobody at all is behind it; an
/// extreme one has a higher floor and is not shown below the district.
#[test]
fn small_rounded_sums_are_hidden() {
    let hub = district();
    let small = hub.figures("scr.positive", &["stage", "sex"]).expect("figures").whole;
    assert_eq!(count(&small, &["junior", "u"]).value, 0, "nobody is there, whatever the outcome");
    let hidden = (6..12).filter(|place| {
        let other = Fixture::new("370202", UnitKind::District);
        let mut schools = SCHOOLS;
        schools[*place].seed += UNSTATED;
        other.schools(&schools[6..12]);
        let small = other.figures("scr.positive", &["stage", "sex"]).expect("figures").whole;
        let hidden = reading(&small, &["junior", "u"]).blank();
        let is_small = hidden == Some(Blank::Suppressed(Floor::Small { shown_from: 10 }));
        if is_small {
            // Beside all and the boys it would tell the few.
            let girls = blank(&small, &["junior", "f"]);
            assert_eq!(girls, Blank::Suppressed(Floor::Telling));
        }
        is_small
    });
    assert!(hidden.count() > 0, "a few students whose sex is not stated");
    let critical = hub.figures("scr.critical", &["stage"]).expect("figures").whole;
    let sum = rounded_sum(&SCHOOLS, &["critical"], |key| key[1] == "junior");
    match reading(&critical, &["junior"]) {
        Reading::Count(amount) => assert!(amount.value == sum && sum >= 20),
        other => assert_eq!(other.status(), "suppressed", "{other:?} {sum}"),
    }
    let street = Fixture::new("370202001", UnitKind::Street);
    street.schools(&SCHOOLS);
    let whole = street.figures("scr.critical", &[]).expect("figures").whole;
    assert_eq!(blank(&whole, &[]), Blank::Suppressed(Floor::Level));
}

/// What some schools cannot compute is a sum of the others, and says how many they are.
#[test]
fn partial_support_is_carried_along() {
    let hub = Fixture::new("370202", UnitKind::District);
    let mut schools = SCHOOLS;
    schools[1].has_mentors = false;
    schools[7].has_mentors = false;
    hub.schools(&schools);
    let whole = hub.figures("mtr.assigned", &[]).expect("figures").whole;
    let able = || schools.iter().filter(|school| school.has_mentors);
    let expected: u64 = able().map(|school| school.persons(&catalogue())).sum();
    assert_eq!(count(&whole, &[]).value, expected);
    // One of them is a primary and one a junior school; each cell lacks one, so at most 13.
    assert_eq!((whole.able, whole.coverage.schools_reported), (13, 14));
    // Their students would stand below the line of a rate and not above it.
    let rate = hub.figures("r.mtr.coverage", &[]).expect("figures").whole;
    assert_eq!(blank(&rate, &[]), Blank::DifferentSchools);
    let kept = district().figures("r.mtr.coverage", &[]).expect("figures").whole;
    assert!(matches!(reading(&kept, &[]), Reading::Ratio { .. }), "all keep the ledger");
    let full = hub.figures("base.students", &[]).expect("figures").whole;
    assert_eq!(full.able, 14);
}

/// A city adds districts' sums; its members' figures add up to its own.
#[test]
fn a_citys_figures_are_the_sums_of_its_districts() {
    let city = Fixture::new("370200", UnitKind::City);
    let more: Vec<School> = (0..6)
        .map(|n| school(["A1", "A2", "A3", "A4", "A5", "A6"][n], SCHOOLS[0].kind, 31 + n as u64))
        .collect();
    city.member("370211", UnitKind::District, 5);
    city.hub("370202", UnitKind::District, &SCHOOLS, 14);
    city.hub("370203", UnitKind::District, &more, 8);
    for indicator in ["base.students", "scr.completed", "scr.positive"] {
        let figures = city.figures(indicator, &[]).expect("figures");
        let parts: u64 = ["370202", "370203"]
            .iter()
            .map(|id| count(figures.of(&id.parse().expect("id")).expect("member"), &[]).value)
            .sum();
        assert_eq!(count(&figures.whole, &[]).value, parts, "{indicator}");
        let silent = figures.of(&"370211".parse().expect("id")).expect("member");
        assert_eq!(blank(silent, &[]), Blank::NotReported);
        assert_eq!((silent.coverage.schools_due, silent.coverage.schools_reported), (5, 0));
        let coverage = figures.whole.coverage;
        assert_eq!((coverage.schools_due, coverage.schools_reported), (27, 20));
    }
}

/// A rate whose two sides come from different schools is read from one table or not at all.
#[test]
fn a_rate_is_about_the_same_schools_above_and_below() {
    let hub = district();
    hub.member("P07", UnitKind::School, 0);
    let late = school("P07", SCHOOLS[0].kind, 7);
    hub.take(&late.release(&hub.packs.last(), CLEAR), 1, NOW_MS + 1);
    let whole = hub.figures("r.scr.coverage", &[]).expect("figures").whole;
    let all = ["refused", "not_reached", "void", "negative", "positive", "due", "critical"];
    match reading(&whole, &[]) {
        Reading::Ratio { denominator, .. } => {
            assert_eq!(denominator.value, rounded_sum(&SCHOOLS, &all, |_| true));
            assert!(!denominator.is_exact());
        }
        other => panic!("{other:?}"),
    }
}

/// A stage that a school withheld is in neither side of a rate, and adds nothing to a sum.
#[test]
fn a_withheld_stage_is_in_neither_side_of_a_rate() {
    let hub = district();
    hub.member("V01", UnitKind::School, 0);
    let small = school("V01", SCHOOLS[0].kind, 9);
    hub.take(&small.release(&hub.packs.last(), CLEAR), 1, NOW_MS + 1);
    let before = hub.figures("scr.completed", &[]).expect("figures").whole;
    hub.take(&small.withheld(&hub.packs.last()), 1, NOW_MS + 2);
    let after = hub.figures("scr.completed", &[]).expect("figures").whole;
    assert_eq!(count(&after, &[]), count(&before, &[]));
    let whole = hub.figures("r.scr.coverage", &[]).expect("figures").whole;
    let all = ["refused", "not_reached", "void", "negative", "positive", "due", "critical"];
    match reading(&whole, &[]) {
        Reading::Ratio { denominator, .. } => {
            assert_eq!(denominator.value, rounded_sum(&SCHOOLS, &all, |_| true));
        }
        other => panic!("{other:?}"),
    }
}

/// Parts and whole are of one snapshot: a revision that came later shows in the next one.
#[test]
fn members_are_shown_as_the_snapshot_counts_them() {
    let hub = district();
    let changed = School { seed: 77, ..SCHOOLS[0] };
    hub.fold(&changed.release(&hub.packs.last(), CLEAR), 2, NOW_MS + 1);
    let check = || {
        let figures = hub.figures("base.students", &[]).expect("figures");
        let parts: u64 = figures.members.iter().map(|unit| count(unit, &[]).value).sum();
        assert_eq!(count(&figures.whole, &[]).value, parts);
        parts
    };
    let before = check();
    hub.seal(NOW_MS + 2);
    assert_ne!(check(), before);
}

/// Bands stay ranges when they are added, and what no school sends says why it is absent.
#[test]
fn bands_are_ranges_and_closed_indicators_say_why() {
    let hub = district();
    let whole = hub.figures("scr.completed_band", &[]).expect("figures").whole;
    let amount = count(&whole, &[]);
    let exact: u64 = SCHOOLS.iter().map(|school| school.screened(&catalogue())).sum();
    assert_eq!(amount.above, 9 * 14);
    assert!(amount.low() <= exact && exact <= amount.high());
    for (indicator, reason) in [
        ("alt.open", NoFeed::SecondHub),
        ("scr.staff_due", NoFeed::Local),
        ("r.scr.second", NoFeed::SecondHub),
    ] {
        let whole = hub.figures(indicator, &[]).expect("figures").whole;
        assert_eq!(blank(&whole, &[]), Blank::NoFeed(reason), "{indicator}");
    }
    let gone = hub.figures("no.such", &[]);
    assert!(matches!(gone, Err(StatisticsError::UnknownIndicator)));
    for by in [&["tier"][..], &["stage", "stage"], &["nothing"]] {
        let refused = hub.figures("base.students", by);
        assert!(matches!(refused, Err(StatisticsError::Dimension)), "{by:?}");
    }
}

/// Before anybody reported, everything is missing and nothing is zero.
#[test]
fn an_empty_hub_has_no_zeros() {
    let hub = Fixture::new("370202", UnitKind::District);
    let nobody = hub.figures("base.students", &[]).expect("figures").whole;
    assert_eq!(blank(&nobody, &[]), Blank::NotApplicable, "nobody is due");
    hub.member("P01", UnitKind::School, 0);
    let due = hub.figures("r.scr.coverage", &["stage"]).expect("figures");
    assert_eq!(blank(&due.whole, &["junior"]), Blank::NotReported);
    assert!(due.states.is_empty());
    let cells = SCHOOLS[0].rounded(&catalogue());
    assert!(cells.cells().iter().any(|cell| matches!(cell, Cell::Value(_))));
}

/// A reader who keeps every state that is shown never has two that differ by a few schools, and
/// the complete table is shown in the end; what waits is named.
#[test]
fn schools_that_report_one_by_one_are_not_told_by_subtraction() {
    let hub = Fixture::new("370202", UnitKind::District);
    for school in &SCHOOLS[..12] {
        hub.member(school.id, UnitKind::School, 0);
    }
    let mut seen = Vec::new();
    for (at, school) in SCHOOLS[..12].iter().enumerate() {
        hub.take(&school.release(&hub.packs.last(), ROUNDED), 1, NOW_MS);
        let figures = hub.figures("scr.completed", &[]).expect("figures");
        let reported = figures.whole.coverage.schools_reported;
        assert_eq!(figures.waiting, u32::try_from(at + 1).expect("few") - reported);
        if reported == 0 {
            assert_eq!(blank(&figures.whole, &[]), Blank::Suppressed(Floor::Waiting));
        } else {
            let done = ["negative", "positive", "due", "critical"];
            let counted = &SCHOOLS[..reported as usize];
            assert_eq!(count(&figures.whole, &[]).value, rounded_sum(counted, &done, |_| true));
        }
        seen.push(reported);
    }
    assert_eq!(seen, [0, 0, 0, 0, 5, 5, 5, 5, 5, 5, 5, 12]);
}

/// After the close, whoever is missing holds the others up until nothing has come for a week: the
/// last school of a district that reports late is not left over for good.
#[test]
fn late_reports_are_waited_for_until_they_cease() {
    const DAY_MS: i64 = 24 * 3_600 * 1_000;
    let closed_ms = NOW_MS + 90 * DAY_MS;
    let reported = |reports: usize, sealed_ms: i64| {
        let hub = Fixture::new("370202", UnitKind::District);
        SCHOOLS[..6].iter().for_each(|school| hub.member(school.id, UnitKind::School, 0));
        for school in &SCHOOLS[..reports] {
            hub.take(&school.release(&hub.packs.last(), ROUNDED), 1, closed_ms);
        }
        hub.seal(sealed_ms);
        hub.figures("scr.completed", &[]).expect("figures").whole.coverage.schools_reported
    };
    assert_eq!(reported(5, closed_ms + 6 * DAY_MS), 0, "the sixth may still come");
    assert_eq!(reported(5, closed_ms + 8 * DAY_MS), 5);
    assert_eq!(reported(6, closed_ms), 6);
}

/// A school that reported and screens nobody is not waited for, whichever of its neighbours'
/// tables came first.
#[test]
fn a_school_without_a_screening_is_not_waited_for() {
    let hub = Fixture::new("370202", UnitKind::District);
    SCHOOLS[..8].iter().for_each(|school| hub.member(school.id, UnitKind::School, 0));
    let packs = hub.packs.last();
    let reported = || {
        let figures = hub.figures("scr.completed", &[]).expect("figures");
        figures.whole.coverage.schools_reported
    };
    for school in &SCHOOLS[..5] {
        hub.take(&school.release(&packs, CLEAR), 1, NOW_MS);
        hub.take(&school.release(&packs, ROUNDED), 1, NOW_MS);
    }
    assert_eq!(reported(), 0, "three may yet have a table each");
    for school in &SCHOOLS[5..7] {
        hub.take(&school.without_screening(&packs), 1, NOW_MS);
    }
    assert_eq!(reported(), 0, "one may yet have a table");
    hub.take(&SCHOOLS[7].without_screening(&packs), 1, NOW_MS);
    assert_eq!(reported(), 5, "nobody is missing");
}

/// A hub that never said how many schools it has keeps the others from being taken for all.
#[test]
fn a_hub_that_said_nothing_is_waited_for() {
    let hub = Fixture::new("370202", UnitKind::District);
    hub.member("370202001", UnitKind::Street, 0);
    hub.schools(&SCHOOLS[..6]);
    let reported = || hub.figures("scr.completed", &[]).expect("figures").whole.coverage;
    assert_eq!(reported().schools_reported, 0);
    let street = "370202001".parse().expect("id");
    let said = hub.database.write("hello", move |tx| unit::set_schools_below(tx, &street, 2));
    assert!(said.expect("hello"));
    hub.seal(NOW_MS);
    assert_eq!(reported().schools_reported, 0, "two would be left over");
    hub.take(&hub.sums("370202001", ROUNDED, &SCHOOLS[6..8], 2), 1, NOW_MS);
    assert_eq!(reported().schools_reported, 8);
}

/// A hub that was registered today and says that it has no schools has not registered them yet.
#[test]
fn a_new_hub_that_says_none_is_waited_for() {
    let reported = |registered_ms: i64| {
        let hub = Fixture::new("370202", UnitKind::District);
        hub.member_since("370202001", (UnitKind::Street, 0), registered_ms);
        let seen = hub.database.write("hello", move |tx| {
            let contact = Contact {
                unit: "370202001".to_owned(),
                version: "1".to_owned(),
                skew_ms: 0,
                seen_at_ms: NOW_MS,
            };
            contact::note(tx, &contact)
        });
        seen.expect("hello");
        hub.schools(&SCHOOLS[..6]);
        hub.figures("scr.completed", &[]).expect("figures").whole.coverage.schools_reported
    };
    assert_eq!(reported(NOW_MS - 1_000), 0, "its schools may still be registered");
    assert_eq!(reported(NOW_MS - 2 * 24 * 3_600 * 1_000), 6, "a street without schools");
}

/// Small streets are counted as one group at their district, whose rows of large streets go on
/// while the group waits.
#[test]
fn a_group_that_waits_does_not_hold_large_streets_up() {
    let hub = Fixture::new("370202", UnitKind::District);
    for (street, due) in [("370202001", 6), ("370202002", 3), ("370202003", 4)] {
        hub.member(street, UnitKind::Street, due);
    }
    let report = |street, schools: &[School], due, revision| {
        hub.take(&hub.sums(street, ROUNDED, schools, due), revision, NOW_MS);
        let figures = hub.figures("scr.completed", &[]).expect("figures");
        (figures.whole.coverage.schools_reported, figures.waiting)
    };
    assert_eq!(report("370202002", &SCHOOLS[6..7], 3, 1), (0, 1));
    assert_eq!(report("370202001", &SCHOOLS[..6], 6, 1), (6, 1));
    assert_eq!(report("370202002", &SCHOOLS[6..9], 3, 2), (6, 3));
    assert_eq!(report("370202003", &SCHOOLS[9..13], 4, 1), (13, 0));
    let figures = hub.figures("scr.completed", &[]).expect("figures");
    let done = ["negative", "positive", "due", "critical"];
    assert_eq!(count(&figures.whole, &[]).value, rounded_sum(&SCHOOLS[..13], &done, |_| true));
}

/// A school that moved counts where it sat on the census day, and once in all.
///
/// Method: two streets that both hold the school's report; their sums are added by hand.
#[test]
fn a_moved_school_is_counted_where_it_sat_on_the_census_day() {
    let check = |from: jiff::civil::Date, counted: [u32; 2]| {
        let (old, new) = ("370202001", "370202002");
        let streets = [old, new].map(|id| Fixture::new(id, UnitKind::Street));
        let school = SCHOOLS[0];
        for street in &streets {
            street.placed(school.id, &[(old, jiff::civil::date(1, 1, 1)), (new, from)]);
            street.take(&school.release(&street.packs.last(), CLEAR), 1, NOW_MS);
        }
        let found = streets.each_ref().map(|street| {
            let figures = street.figures("base.students", &[]).expect("figures");
            figures.whole.coverage.schools_reported
        });
        assert_eq!(found, counted);
    };
    check(jiff::civil::date(2025, 12, 1), [1, 0]);
    check(jiff::civil::date(2025, 10, 1), [0, 1]);
}
