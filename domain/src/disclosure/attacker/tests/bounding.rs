//! Clear counts of the same records as sealed ones: what they tell of a school in a quiet group.

use std::collections::BTreeMap;

use super::super::*;
use super::{period, unit, words};
use crate::disclosure::{BAND_MIN, FIGURE_MAX, ROUNDING_BASE, SCHOOLS_MAX};

const TOPICS: [&str; 3] = ["study", "mind", "family"];

/// What is known of a school's talks: so many at least, so many at most.
type Talks = (u64, Option<u64>);

/// A group of five schools with its opened topics of a term, and what is known of each one's talks:
/// a talk has one topic at least, and each of several once.
fn group(opened: [u64; 3], talks: [Talks; 5]) -> View {
    let mut units = BTreeMap::from([("370202".to_owned(), unit(None, "district"))]);
    let names = ["A", "B", "C", "D", "E"];
    units.extend(names.map(|name| (name.to_owned(), unit(Some("370202"), "school"))));
    let table = |unit: &str, cells: Vec<(&str, Printed)>| SeenTable {
        id: format!("{unit}/{}", cells.len()),
        unit: unit.to_owned(),
        period: "2025S1".to_owned(),
        measure: "mtr.topics".to_owned(),
        dims: words(&["talk_topic"]),
        members: None,
        carried: BTreeMap::new(),
        cells: cells
            .into_iter()
            .map(|(key, printed)| SeenCell { key: words(&[key]), printed })
            .collect(),
    };
    let sums = TOPICS.into_iter().zip(opened.map(Printed::Exact)).collect();
    let mut tables = vec![table("370202", sums)];
    for (name, (lo, hi)) in names.into_iter().zip(talks) {
        let mut cells = vec![(MARGIN, Printed::Between(lo, None))];
        cells.extend(TOPICS.map(|topic| (topic, Printed::Between(0, hi))));
        tables.push(table(name, cells));
    }
    View { k: 5, units, periods: vec![period("2025S1")], course: Course::Series, tables }
}

fn leaks(opened: [u64; 3], talks: [Talks; 5]) -> Vec<(String, String)> {
    let report = attack(&group(opened, talks), &mut Pieces(2_000)).expect("a view");
    assert_eq!(report.undecided().count(), 0);
    report.leaks().map(|found| (found.unit.clone(), found.key.join("/"))).collect()
}

/// One school had 110 talks, two of them about the family; of the others one had a single talk.
/// Talks that are told exactly leave the school's small counts bare, and so do bands of ten and
/// multiples of ten with ends: from below, since a talk has a topic. Roughly told nothing follows.
#[test]
fn talks_with_ends_tell_topics_and_rough_ones_do_not() {
    let opened = [101, 8, 2];
    let quiet = |told: Talks| [told, (0, Some(9)), (0, Some(9)), (0, Some(9)), (0, Some(9))];
    let none = (0, Some(0));
    let family = ("A".to_owned(), "family".to_owned());
    let exact = leaks(opened, [(110, Some(110)), (1, Some(1)), none, none, none]);
    assert!(exact.contains(&family), "{exact:?}");
    let banded = leaks(opened, quiet((110, Some(119))));
    assert!(banded.contains(&family), "{banded:?}");
    let rounded = leaks(opened, quiet((111 - 1, Some(129))));
    assert!(rounded.contains(&family), "{rounded:?}");
    assert_eq!(leaks(opened, [(0, None); 5]), []);
}

/// Where four schools had no talk at all, the opened sum is the fifth's; with an upper end of four
/// or less for each it is bounded as well. Roughly told nothing follows.
#[test]
fn talks_that_are_told_to_be_none_or_few_tell_the_fifth() {
    let few = [(0, Some(4)), (0, Some(0)), (0, Some(0)), (0, Some(0)), (0, Some(0))];
    assert!(!leaks([3, 0, 0], few).is_empty());
    let one_each = [(0, Some(4)), (0, Some(1)), (0, Some(1)), (0, Some(1)), (0, Some(1))];
    assert!(!leaks([6, 0, 0], one_each).is_empty());
    assert_eq!(leaks([3, 0, 0], [(0, None); 5]), []);
    assert_eq!(leaks([6, 0, 0], [(0, None); 5]), []);
}

/// Whatever figure a hub takes in is a number that the attacker takes: one that is too large to be
/// true contradicts what was opened, which can be left aside, and does not end the attack. So does
/// the end of a sum of as many bands, or rounded figures, as a hub may speak for.
#[test]
fn the_largest_figure_that_a_hub_takes_in_is_a_number_here() {
    let none = (0, None);
    let wide = (BAND_MIN + ROUNDING_BASE) * u64::from(SCHOOLS_MAX);
    for (lo, hi) in [(FIGURE_MAX, FIGURE_MAX), (FIGURE_MAX, FIGURE_MAX + wide)] {
        let view = group([101, 8, 2], [(lo, Some(hi)), none, none, none, none]);
        let found = attack(&view, &mut Pieces(2_000));
        assert_eq!(found, Err(ViewError::Contradiction), "{lo} to {hi}");
    }
}
