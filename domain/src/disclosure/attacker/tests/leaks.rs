//! Schemes that are known to leak, switched on one by one, beside the one that must not.

use std::collections::BTreeMap;

use super::*;

const TIERS: [&str; 4] = ["t1", "t2", "t3", "none"];
const GRADES: [&str; 2] = ["g7", "g8"];
const SEXES: [&str; 2] = ["m", "f"];

/// Schools with a count for each tier, grade and sex, in each period.
struct Place {
    /// By period, school and cell.
    counts: Vec<Vec<BTreeMap<[&'static str; 3], u64>>>,
    view: View,
}

impl Place {
    /// A district whose counts are made from a seed; a later period adds to the earlier ones.
    fn new(schools: usize, periods: &[&str], course: Course) -> Self {
        let mut units = BTreeMap::from([("D".to_owned(), unit(None, "district"))]);
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |limit: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % limit
        };
        for school in 0..schools {
            units.insert(name(school), unit(Some("D"), "school"));
        }
        let counts = periods.iter().map(|_| {
            let school = |_| {
                let cells = TIERS.iter().flat_map(|t| {
                    GRADES.iter().flat_map(move |g| SEXES.iter().map(move |s| [*t, *g, *s]))
                });
                let count = |tier: &str| if tier == "none" { 60 } else { below(4) * below(2) };
                let mut count = count;
                cells.map(|cell| (cell, count(cell[0]))).collect()
            };
            let mut school = school;
            (0..schools).map(&mut school).collect()
        });
        let counts = counts.collect();
        let periods = periods.iter().map(|id| period(id)).collect();
        Self { counts, view: View { k: 5, units, periods, course, tables: Vec::new() } }
    }

    /// Nobody new from a period on.
    fn quiet_from(&mut self, period: usize) {
        for (cell, count) in self.counts[period..].iter_mut().flatten().flatten() {
            *count = if cell[0] == "none" { *count } else { 0 };
        }
    }

    /// The true sum over schools, of a period alone or of all until then.
    fn sum(&self, period: usize, schools: &[usize], dims: &[usize], key: &[&str]) -> u64 {
        let first = if self.view.course == Course::Cumulative { 0 } else { period };
        let fits = |cell: &[&str; 3]| {
            let mut entries = dims.iter().zip(key);
            entries.all(|(dim, entry)| entry.split('|').any(|word| word == cell[*dim]))
        };
        let counts = self.counts[first..=period].iter();
        let cells = counts.flat_map(|of| schools.iter().flat_map(|school| &of[*school]));
        cells.filter(|(cell, _)| fits(cell)).map(|(_, count)| count).sum()
    }

    /// Shows a table of some schools by some dimensions; `print` says how.
    fn show(
        &mut self,
        (period, schools): (usize, &[usize]),
        dims: &[usize],
        keys: &[&[&str]],
        print: impl Fn(u64) -> Printed,
    ) {
        let cells = keys.iter().map(|key| SeenCell {
            key: words(key),
            printed: print(self.sum(period, schools, dims, key)),
        });
        let cells = cells.collect();
        let id = format!("t{}", self.view.tables.len());
        let (unit, members) = match schools {
            [school] => (name(*school), None),
            many => ("D".to_owned(), Some(many.iter().map(|school| name(*school)).collect())),
        };
        let names = ["tier", "grade", "sex"];
        let dims = dims.iter().map(|dim| names[*dim].to_owned()).collect();
        let period = self.view.periods[period].id.clone();
        let measure = "census".to_owned();
        let carried = BTreeMap::new();
        let table = SeenTable { id, unit, period, measure, dims, members, carried, cells };
        self.view.tables.push(table);
    }

    /// The district by tier, grade and sex, and every school's enrolment by grade and sex.
    fn show_district(&mut self, period: usize) {
        let all: Vec<usize> = (0..self.counts[0].len()).collect();
        let strata = || GRADES.iter().flat_map(|g| SEXES.iter().map(move |s| [*g, *s]));
        let cells: Vec<[&str; 3]> =
            TIERS.iter().flat_map(|t| strata().map(move |[g, s]| [*t, g, s])).collect();
        let keys: Vec<&[&str]> = cells.iter().map(|cell| cell.as_slice()).collect();
        self.show((period, &all), &[0, 1, 2], &keys, Printed::Exact);
        let strata: Vec<[&str; 2]> = strata().collect();
        let keys: Vec<&[&str]> = strata.iter().map(|key| key.as_slice()).collect();
        for school in all {
            self.show((period, &[school]), &[1, 2], &keys, Printed::Exact);
        }
    }

    fn show_tiers(&mut self, period: usize, schools: &[usize]) {
        self.show((period, schools), &[0], &[&["t1"], &["t2"], &["t3"]], Printed::Exact);
    }

    fn attack(&self) -> Report {
        attack(&self.view, &mut Pieces(1_000_000)).expect("a sound view")
    }

    /// Leaks that are true: the bounds of each hold the true value.
    fn leaks(&self) -> usize {
        let report = self.attack();
        assert_eq!(report.undecided().count(), 0);
        report.leaks().count()
    }
}

fn name(school: usize) -> String {
    format!("S{school:02}")
}

fn band(width: u64) -> impl Fn(u64) -> Printed {
    move |value| Printed::Between(value / width * width, Some(value / width * width + width - 1))
}

fn range(from: usize, to: usize) -> Vec<usize> {
    (from..to).collect()
}

/// Twelve schools in groups of six, with the merged band of ten: the scheme that is recommended.
fn recommended(periods: &[&str], course: Course) -> Place {
    let mut place = Place::new(12, periods, course);
    for at in 0..periods.len() {
        place.show_district(at);
        place.show_tiers(at, &range(0, 6));
        place.show_tiers(at, &range(6, 12));
    }
    place
}

/// District cells, sums of groups, enrolment and merged bands tell no small count of a school.
#[test]
fn the_recommended_scheme_is_safe() {
    let mut place = recommended(&["2025S1"], Course::Series);
    for school in 0..12 {
        place.show((0, &[school]), &[0], &[&["t1|t2|t3"]], band(10));
    }
    assert_eq!(place.leaks(), 0);
}

/// Three cumulative periods without any sheet tell nothing either.
#[test]
fn cumulative_periods_of_whole_groups_are_safe() {
    assert_eq!(recommended(&["1", "2", "3"], Course::Cumulative).leaks(), 0);
}

/// A group of one school is that school.
#[test]
fn a_group_of_one_leaks() {
    let mut place = recommended(&["2025S1"], Course::Series);
    place.show((0, &[0, 1, 2, 3, 4]), &[0], &[&["t1"], &["t2"]], Printed::Exact);
    assert!(place.leaks() > 0);
}

/// A group that is opened without one school and then whole tells of that school.
#[test]
fn a_group_opened_twice_leaks() {
    let mut place = Place::new(12, &["2025-W40"], Course::Series);
    place.show_tiers(0, &range(0, 11));
    assert_eq!(place.leaks(), 0);
    place.show_tiers(0, &range(0, 12));
    assert!(place.leaks() > 0);
}

/// Bands of each tier over three cumulative periods tell what a school had: where a small step of
/// the group takes its band from 0-4 to 5-9, it had nearly five before.
#[test]
fn bands_of_each_tier_over_periods_leak() {
    let mut place = Place::new(12, &["1", "2", "3"], Course::Cumulative);
    place.quiet_from(1);
    let case = ["t3", "g7", "m"];
    for (school, before) in [(0, 4), (1, 2), (2, 0), (3, 1), (4, 3), (5, 0)] {
        for (cell, count) in place.counts[0][school].iter_mut().filter(|(cell, _)| cell[0] == "t3")
        {
            *count = if *cell == case { before } else { 0 };
        }
    }
    place.counts[1][0].insert(case, 1);
    place.counts[2][1].insert(case, 1);
    for period in 0..3 {
        place.show_tiers(period, &range(0, 6));
        place.show_tiers(period, &range(6, 12));
        for school in 0..12 {
            place.show((period, &[school]), &[0], &[&["t1"], &["t2"], &["t3"]], band(5));
        }
    }
    assert!(place.attack().leaks().any(|leak| leak.unit == "S00" && leak.lo == 4));
}

/// A band that is shown every week beside the group's weekly sum tells who had the new case.
#[test]
fn weekly_bands_leak() {
    let mut place = Place::new(6, &["1", "2", "3"], Course::Cumulative);
    place.quiet_from(0);
    for school in 0..6 {
        place.counts[0][school].insert(["t1", "g7", "m"], 9);
    }
    place.counts[1][2].insert(["t2", "g8", "f"], 1);
    for (week, school) in (0..3).flat_map(|week| (0..6).map(move |school| (week, school))) {
        place.show_tiers(week, &range(0, 6));
        place.show((week, &[school]), &[0], &[&["t1|t2|t3"]], band(10));
    }
    let report = place.attack();
    assert!(report.leaks().any(|leak| leak.unit == "S02" && leak.period == "2 (part)"));
}

/// A month over schools that its weeks lacked tells of them.
#[test]
fn a_month_over_more_schools_than_its_weeks_leaks() {
    let weeks = ["2025-W36", "2025-W37", "2025-W38", "2025-W39", "2025-09"];
    let mut place = Place::new(7, &weeks, Course::Series);
    // September 2025 is the sum of these weeks: its own counts are theirs.
    let month = place.counts[..4].to_vec();
    for school in 0..7 {
        for (cell, count) in &mut place.counts[4][school] {
            *count = month.iter().map(|week| week[school][cell]).sum();
        }
    }
    (0..4).for_each(|week| place.show_tiers(week, &range(0, 6)));
    let case = ["t1", "g7", "m"];
    place.counts[4][6].iter_mut().for_each(|(cell, n)| *n = if *cell == case { 2 } else { 0 });
    place.show_tiers(4, &range(0, 6));
    assert_eq!(place.leaks(), 0, "a month of the same schools tells nothing new");
    place.show_tiers(4, &range(0, 7));
    assert!(place.leaks() > 0);
}

/// Three of a group of five learn nothing of the others; four see the fifth, and it is said.
#[test]
fn colluding_schools_see_what_is_left_of_their_group() {
    let colluding = |count: usize| {
        let mut place = Place::new(10, &["2025S1"], Course::Series);
        place.show_tiers(0, &range(0, 5));
        place.show_tiers(0, &range(5, 10));
        for school in 0..count {
            place.show((0, &[school]), &[0], &[&["t1"], &["t2"], &["t3"]], Printed::Exact);
        }
        place
    };
    assert_eq!(colluding(3).leaks(), 0);
    let report = colluding(4).attack();
    let units: Vec<&str> = report.leaks().map(|leak| leak.unit.as_str()).collect();
    assert!(!units.is_empty() && units.iter().all(|unit| *unit == "S04"), "{units:?}");
    assert_eq!(report.told, 12);
}

/// What schools know of themselves is put beside what their district has seen: the same answer as
/// for one file, and files of another kind are refused.
#[test]
fn views_of_those_who_collude_are_joined() {
    let mut district = Place::new(10, &["2025S1"], Course::Series);
    district.show_tiers(0, &range(0, 5));
    district.show_tiers(0, &range(5, 10));
    assert_eq!(district.leaks(), 0);
    for school in 0..4 {
        let mut own = Place::new(10, &["2025S1"], Course::Series);
        own.view.units.retain(|id, _| *id == name(school));
        own.view.units.values_mut().for_each(|unit| unit.parent = None);
        own.show((0, &[school]), &[0], &[&["t1"], &["t2"], &["t3"]], Printed::Exact);
        district.view.join(own.view).expect("joined");
    }
    let found = district.attack();
    assert!(found.leaks().next().is_some() && found.leaks().all(|leak| leak.unit == "S04"));
    let before = district.view.clone();
    let other = View { k: 9, ..before.clone() };
    assert_eq!(district.view.join(other), Err(ViewError::Apart));
    let mut moved = before.clone();
    moved.units.insert(name(0), unit(Some(&name(1)), "school"));
    assert_eq!(district.view.join(moved), Err(ViewError::Apart));
    assert_eq!(district.view, before);
}

/// A school that stands in a later sum with its earlier figure is one unknown of both: a sum of the
/// carried one alone is the earlier figure, and told.
#[test]
fn a_carried_figure_is_that_of_its_period() {
    let mut place = Place::new(12, &["2025S1", "2025S2"], Course::Series);
    let carried = place.counts[0][11].clone();
    place.counts[1][11] = carried;
    for period in 0..2 {
        place.show_tiers(period, &range(0, 6));
        place.show_tiers(period, &range(6, 12));
    }
    place.view.tables[3].carried.insert(name(11), "2025S1".to_owned());
    assert_eq!(place.leaks(), 0);
    // The fresh ones of the later sum, told beside it, leave the carried one.
    place.show_tiers(1, &range(6, 11));
    let report = place.attack();
    assert!(report.leaks().any(|leak| leak.unit == "S11" && leak.period == "2025S1"));
    assert!(report.leaks().all(|leak| leak.period != "2025S2" || leak.unit != "S11"));
}

/// A grade that only one school has is that school's, however many the table sums.
#[test]
fn a_cell_that_one_school_can_fill_leaks() {
    let mut place = Place::new(8, &["2025S1"], Course::Series);
    let all = range(0, 8);
    place.show((0, &all), &[0, 1], &[&["t1", "g7"], &["t1", "g8"]], Printed::Exact);
    assert_eq!(place.leaks(), 0);
    for school in 1..8 {
        let own = place.view.units.get_mut(&name(school)).expect("school");
        own.has.insert("grade".to_owned(), ["g7".to_owned()].into());
    }
    place.counts[0].iter_mut().skip(1).for_each(|cells| {
        cells.iter_mut().filter(|(cell, _)| cell[1] == "g8").for_each(|(_, count)| *count = 0);
    });
    place.counts[0][0].insert(["t1", "g8", "m"], 2);
    place.view.tables.clear();
    place.show((0, &all), &[0, 1], &[&["t1", "g7"], &["t1", "g8"]], Printed::Exact);
    assert!(place.leaks() > 0);
}

/// Without time nothing is decided, and nothing undecided is passed over.
#[test]
fn what_was_not_decided_is_listed() {
    let place = recommended(&["2025S1"], Course::Series);
    let report = attack(&place.view, &mut Pieces(0)).expect("a sound view");
    assert!(report.undecided().count() > 0);
}

/// One world at hand, and no time for another: what is nothing in it is no small count, whether it
/// can differ or not, and is not listed.
#[test]
fn a_world_with_nothing_is_enough() {
    let place = recommended(&["2025S1"], Course::Series);
    let report = attack(&place.view, &mut Pieces(1)).expect("a sound view");
    let safe = report.findings.iter().filter(|found| found.verdict == Verdict::Safe).count();
    let open = report.undecided().count();
    assert!(safe > open && open > 0, "{safe} safe, {open} undecided");
}

/// A clock by how often it was asked within pieces of work; each of them could take for ever.
struct Asks {
    left: u32,
    after: u32,
}

impl Pace for Asks {
    fn left(&mut self) -> Duration {
        if self.left == 0 { Duration::ZERO } else { Duration::from_secs(3_600) }
    }

    fn is_over(&mut self) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            self.after += 1;
            return true;
        };
        self.left = left;
        false
    }
}

/// Time that runs out within a search ends it there: what is left is undecided, listed, and begun
/// no more.
#[test]
fn a_search_ends_when_the_time_does() {
    let place = recommended(&["2025S1"], Course::Series);
    let mut all = Asks { left: u32::MAX, after: 0 };
    let report = attack(&place.view, &mut all).expect("a sound view");
    assert_eq!(report.undecided().count(), 0);
    let asked = u32::MAX - all.left;
    let mut half = Asks { left: asked / 2, after: 0 };
    let report = attack(&place.view, &mut half).expect("a sound view");
    assert!(report.undecided().count() > 0, "{asked}");
    assert!(half.after <= 40, "{} more steps after {asked}", half.after);
}

/// Tables that no world fits are refused, as are names that are not listed.
#[test]
fn views_that_do_not_fit_together_are_refused() {
    let mut place = Place::new(6, &["2025S1"], Course::Series);
    place.show_tiers(0, &range(0, 6));
    place.show((0, &range(0, 6)), &[0], &[&["t1"]], |value| Printed::Exact(value + 1));
    assert_eq!(attack(&place.view, &mut Pieces(9)), Err(ViewError::Contradiction));
    let mut place = Place::new(6, &["2025S1"], Course::Series);
    place.show_tiers(0, &range(0, 6));
    place.view.tables[0].unit = "X".into();
    assert!(matches!(attack(&place.view, &mut Pieces(9)), Err(ViewError::Unknown { .. })));
    place.view.units.insert("Y".into(), unit(Some("Z"), "school"));
    assert_eq!(attack(&place.view, &mut Pieces(9)), Err(ViewError::Tree("Y".into())));
}
