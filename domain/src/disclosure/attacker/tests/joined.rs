//! Files that are put beside each other: what follows from them together does not hang on which of
//! them is named first.

use super::*;

/// What a unit's own sheet says of all schools below it.
fn sheet(unit: &str, value: u64) -> SeenTable {
    SeenTable {
        id: format!("{unit}/sheet"),
        unit: unit.to_owned(),
        period: "2025S1".to_owned(),
        measure: "census".to_owned(),
        dims: words(&["tier"]),
        members: None,
        carried: BTreeMap::new(),
        cells: vec![SeenCell { key: words(&["t1"]), printed: Printed::Exact(value) }],
    }
}

/// A file with units, each below another, and one sheet.
fn file(units: &[(&str, Option<&str>)], sheet: SeenTable) -> View {
    let units = units.iter().map(|(id, parent)| ((*id).to_owned(), unit(*parent, "unit")));
    View {
        k: 5,
        units: units.collect(),
        periods: vec![period("2025S1")],
        course: Course::Series,
        tables: vec![sheet],
    }
}

/// The street stands at the top of its own file, and below the district in the district's. Were it
/// left at the top, the district's sheet would be one of the third school alone: ten are no small
/// count, and the three that follow would not be seen.
#[test]
fn a_street_is_below_its_district_whichever_is_named_first() {
    let street = || file(&[("T", None), ("A", Some("T")), ("B", Some("T"))], sheet("T", 7));
    let district = || {
        let units = [("D", None), ("T", Some("D")), ("A", Some("T")), ("B", Some("T"))];
        let units: Vec<_> = units.into_iter().chain([("C", Some("D"))]).collect();
        let mut known = file(&units, sheet("D", 10));
        let grades = ["g7".to_owned()].into();
        known.units.get_mut("A").expect("a school").has.insert("grade".to_owned(), grades);
        known
    };
    for (mut first, second) in [(street(), district()), (district(), street())] {
        first.join(second).expect("joined");
        assert!(first.units["A"].has.contains_key("grade"), "which grades it has is public");
        let found = attack(&first, &mut Pieces(1_000)).expect("a view");
        let leaks: Vec<_> = found.leaks().map(|leak| (leak.unit.as_str(), leak.lo)).collect();
        assert_eq!(leaks, [("C", 3)]);
    }
}

/// A city knows of a district that is on no roster how many schools it has; the district's file
/// lists them. Were both there the count of the one that follows could be one of the others'.
#[test]
fn schools_known_by_number_give_way_to_the_listed_ones() {
    let city = || {
        let counted: Vec<String> = (1..=3).map(|number| Unit::counted("D", number)).collect();
        let mut units = vec![("C", None), ("D", Some("C"))];
        units.extend(counted.iter().map(|id| (id.as_str(), Some("D"))));
        file(&units, sheet("D", 10))
    };
    let district = || {
        let units = [("D", None), ("T", Some("D")), ("A", Some("T")), ("B", Some("T"))];
        let units: Vec<_> = units.into_iter().chain([("S", Some("D"))]).collect();
        file(&units, sheet("T", 7))
    };
    for (mut first, second) in [(city(), district()), (district(), city())] {
        first.join(second).expect("joined");
        let ids: Vec<&str> = first.units.keys().map(String::as_str).collect();
        assert_eq!(ids, ["A", "B", "C", "D", "S", "T"]);
        let found = attack(&first, &mut Pieces(1_000)).expect("a view");
        let leaks: Vec<_> = found.leaks().map(|leak| (leak.unit.as_str(), leak.lo)).collect();
        assert_eq!(leaks, [("S", 3)]);
    }
    let mut alone = city();
    alone.join(city()).expect("joined");
    assert_eq!(alone.units.len(), 5, "where nobody lists them the number stays");
    let mut named = city();
    let mut table = sheet("D", 1);
    table.members = Some(vec![Unit::counted("D", 2)]);
    named.tables.push(table);
    named.join(district()).expect("joined");
    assert!(named.units.contains_key("D#2") && !named.units.contains_key("D#1"));
}
