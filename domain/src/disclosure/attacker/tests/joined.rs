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
