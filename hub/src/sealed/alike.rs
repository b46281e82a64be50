//! Whether every school has another one that everything treats alike: then a count of the one can
//! be handed on to the other, nothing that was seen changes, and no small count follows.
//!
//! Whether figures contradict each other is not asked here: from exact sums over schools that stand
//! alike no small count follows either way. `contradiction` asks it of all that was recorded.
//!
//! Opened sums are over schools of which the plan lets no few stand alone. Sheets are not: one
//! tells of its school, and the sheet of a town's or street's hub of the schools below it, which
//! can be two, of which one has the grade.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::attacker::{MARGIN, Printed, SeenCell, SeenTable, View};

/// In what a school stands: places of tables, each with the period of its figure there.
type Stands<'v> = BTreeSet<(usize, &'v str)>;

/// Whether a view of one measure treats nobody unlike all others.
pub(super) fn everybody_has_one(view: &View) -> bool {
    let below = below(view);
    let mut stands: BTreeMap<&str, Stands<'_>> = BTreeMap::new();
    let mut dims: BTreeSet<&str> = BTreeSet::new();
    let telling = view.tables.iter().enumerate().filter(|(_, table)| tells(table));
    for (place, table) in telling {
        dims.extend(table.dims.iter().map(String::as_str));
        for school in cover(&below, table) {
            let period = table.carried.get(school).unwrap_or(&table.period);
            stands.entry(school).or_default().insert((place, period));
        }
    }
    let mut alike: BTreeMap<Stands<'_>, Vec<&str>> = BTreeMap::new();
    for (school, own) in stands {
        alike.entry(own).or_default().push(school);
    }
    alike.values().all(|schools| dims.iter().all(|dim| has_another(view, schools, dim)))
}

/// Whether each category of a dimension that one of some schools has is there at another one.
fn has_another(view: &View, schools: &[&str], dim: &str) -> bool {
    let has = |school: &str| view.units.get(school).and_then(|unit| unit.has.get(dim));
    // Who has no list can have every category.
    let free = schools.iter().filter(|school| has(school).is_none()).count();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in schools.iter().filter_map(|school| has(school)).flatten() {
        *counts.entry(word).or_default() += 1;
    }
    schools.len() > 1 && counts.values().all(|count| count + free > 1)
}

/// Whether a table bounds anything but wholes: how many a school has is known to everybody.
fn tells(table: &SeenTable) -> bool {
    let bounds = |cell: &SeenCell| match cell.printed {
        Printed::Noised(_) | Printed::Between(0, None) => false,
        Printed::Exact(_) | Printed::Between(..) => {
            cell.key.first().is_some_and(|first| first != MARGIN)
        }
    };
    table.cells.iter().any(bounds)
}

/// The schools of a table.
pub(super) fn cover<'v>(
    below: &BTreeMap<&'v str, BTreeSet<&'v str>>,
    table: &'v SeenTable,
) -> BTreeSet<&'v str> {
    let units = table.members.as_deref().unwrap_or(std::slice::from_ref(&table.unit));
    units.iter().filter_map(|unit| below.get(unit.as_str())).flatten().copied().collect()
}

/// The schools below each unit, itself if it is one.
pub(super) fn below(view: &View) -> BTreeMap<&str, BTreeSet<&str>> {
    let parents: BTreeSet<&str> =
        view.units.values().filter_map(|unit| unit.parent.as_deref()).collect();
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for school in view.units.keys().filter(|id| !parents.contains(id.as_str())) {
        let mut at = Some(school.as_str());
        // The attacker refuses a tree that goes round; here it only ends.
        for _ in 0..16 {
            let Some(unit) = at else { break };
            found.entry(unit).or_default().insert(school);
            at = view.units.get(unit).and_then(|unit| unit.parent.as_deref());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use domain::disclosure::attacker::{Course, SeenPeriod, Unit};

    use super::*;

    /// Five schools of two towns, of which some have grade 7 only, and tables over some of them.
    fn view(junior: &[&str], tables: &[(&str, Option<&[&str]>)]) -> View {
        let unit = |parent: Option<&str>, level: &str, grades: &[&str]| Unit {
            parent: parent.map(str::to_owned),
            level: level.to_owned(),
            has: match grades {
                [] => BTreeMap::new(),
                some => BTreeMap::from([(
                    "grade".to_owned(),
                    some.iter().map(|&grade| grade.to_owned()).collect(),
                )]),
            },
        };
        let towns = [("D", None), ("T1", Some("D")), ("T2", Some("D"))];
        let mut units: BTreeMap<String, Unit> =
            towns.map(|(id, above)| (id.to_owned(), unit(above, "town", &[]))).into();
        for (school, town) in [("A", "T1"), ("B", "T1"), ("C", "T2"), ("E", "T2"), ("F", "T2")] {
            let grades: &[&str] = if junior.contains(&school) { &["g7"] } else { &["g7", "g8"] };
            units.insert(school.to_owned(), unit(Some(town), "school", grades));
        }
        let table = |(unit, members): &(&str, Option<&[&str]>)| SeenTable {
            id: (*unit).to_owned(),
            unit: (*unit).to_owned(),
            period: "2025S1".to_owned(),
            measure: "alt.census".to_owned(),
            dims: vec!["state".to_owned(), "grade".to_owned()],
            members: members.map(|all| all.iter().map(|&unit| unit.to_owned()).collect()),
            carried: BTreeMap::new(),
            cells: vec![SeenCell {
                key: vec!["t1|t2".to_owned(), "g7|g8".to_owned()],
                printed: Printed::Between(10, Some(29)),
            }],
        };
        let periods = vec![SeenPeriod { id: "2025S1".to_owned(), parts: Vec::new() }];
        let tables = tables.iter().map(table).collect();
        View { k: 5, units, periods, course: Course::Series, tables }
    }

    /// Towns' sheets of two or more schools that all have the same grades single nobody out; one of
    /// a single school does, and one of two schools of which one has the grade.
    #[test]
    fn a_town_of_two_schools_hides_both_where_both_have_the_grade() {
        let towns: [(&str, Option<&[&str]>); 3] = [("D", None), ("T1", None), ("T2", None)];
        assert!(everybody_has_one(&view(&[], &towns)));
        assert!(everybody_has_one(&view(&["A", "B"], &towns)));
        assert!(!everybody_has_one(&view(&["A"], &towns)));
        assert!(!everybody_has_one(&view(&["E", "F"], &towns)));
        assert!(!everybody_has_one(&view(&[], &[("D", None), ("A", None)])));
        assert!(!everybody_has_one(&view(&[], &[("D", None), ("T2", Some(&["C"]))])));
    }

    /// A school that is carried with an earlier period, and everybody else is not, stands alone.
    #[test]
    fn a_carried_school_stands_alone() {
        let mut one = view(&[], &[("D", None)]);
        one.tables[0].carried.insert("A".to_owned(), "2024S2".to_owned());
        assert!(!everybody_has_one(&one));
        one.tables[0].carried.insert("B".to_owned(), "2024S2".to_owned());
        assert!(everybody_has_one(&one));
    }
}
