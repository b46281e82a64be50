//! The recount: every opened cell against the sum of what its schools say that they sealed.

use std::collections::{BTreeMap, BTreeSet};

use domain::disclosure::attacker::{MARGIN, Printed, SeenTable, View};
use serde::Serialize;

/// Differences that are named.
const NAMED_MAX: usize = 20;

/// What was opened against what schools sealed.
#[derive(Debug, Default, Serialize)]
pub struct Exactness {
    /// Opened cells that were recounted.
    pub cells: usize,
    /// Of them, those that are not zero.
    pub filled: usize,
    /// Cells that differ.
    pub differing: usize,
    /// The first of them by name.
    pub differ: Vec<String>,
    /// Opened tables of which a school's own figures are missing, so that nothing was compared.
    pub skipped: usize,
}

impl Exactness {
    /// Whether everything was compared and nothing differs.
    #[must_use]
    pub const fn holds(&self) -> bool {
        self.differing == 0 && self.skipped == 0
    }
}

/// What a school sealed of a table and period, by key.
type Cells<'v> = BTreeMap<&'v [String], u64>;

/// The schools' own figures, by school, measure and period.
pub(super) struct Sealed<'v>(BTreeMap<String, Cells<'v>>);

fn place(school: &str, measure: &str, period: &str) -> String {
    format!("{school} {measure} {period}")
}

impl<'v> Sealed<'v> {
    pub(super) fn of(own: &'v BTreeMap<String, View>) -> Self {
        let mut sealed = BTreeMap::new();
        for (school, view) in own {
            for table in &view.tables {
                let place = place(school, &table.measure, &table.period);
                sealed.insert(place, exact(table).collect());
            }
        }
        Self(sealed)
    }

    /// Recounts every cell of a role's sums. A carried school stands with its earlier period.
    pub(super) fn recount(&self, view: &View, into: &mut Exactness) {
        for table in view.tables.iter().filter(|table| is_opened(table)) {
            let Some(members) = &table.members else { continue };
            let of = |school: &String| {
                let period = table.carried.get(school).unwrap_or(&table.period);
                self.0.get(&place(school, &table.measure, period))
            };
            // What is only said of another table's total has no cell to recount.
            if exact(table).next().is_none() {
                continue;
            }
            let members: BTreeSet<&String> = members.iter().collect();
            let told: Vec<&Cells<'_>> = members.iter().filter_map(|school| of(school)).collect();
            if told.len() < members.len() {
                into.skipped += 1;
                continue;
            }
            for (key, value) in exact(table) {
                let expected: u64 = told.iter().map(|cells| sum(cells, key)).sum();
                into.cells += 1;
                into.filled += usize::from(value > 0);
                if value != expected {
                    into.differing += 1;
                    if into.differ.len() < NAMED_MAX {
                        let text = format!("{} {key:?}: {value}, sealed {expected}", table.id);
                        into.differ.push(text);
                    }
                }
            }
        }
    }
}

/// Whether a table is an opened sum, and not a sheet about the same persons.
pub(super) fn is_opened(table: &SeenTable) -> bool {
    table.members.is_some() && table.id.starts_with("sealed.")
}

/// What a school has in the cells that a key takes together.
fn sum(cells: &Cells<'_>, key: &[String]) -> u64 {
    if let Some(value) = cells.get(key) {
        return *value;
    }
    let is_in = |entry: &String, own: &String| {
        entry == MARGIN || entry.split('|').any(|category| category == own)
    };
    let fits = |own: &[String]| key.iter().zip(own).all(|(entry, own)| is_in(entry, own));
    cells.iter().filter(|(own, _)| fits(own)).map(|(_, value)| value).sum()
}

fn exact(table: &SeenTable) -> impl Iterator<Item = (&[String], u64)> {
    table.cells.iter().filter_map(|cell| match cell.printed {
        Printed::Exact(value) => Some((cell.key.as_slice(), value)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use domain::disclosure::attacker::{Course, SeenCell};

    use super::*;

    fn table(members: Option<&[&str]>, cells: &[(&[&str], u64)]) -> SeenTable {
        let cell = |(key, value): &(&[&str], u64)| SeenCell {
            key: key.iter().map(|&word| word.to_owned()).collect(),
            printed: Printed::Exact(*value),
        };
        SeenTable {
            id: "sealed.alt.census/2025S1".to_owned(),
            unit: "D".to_owned(),
            period: "2025S1".to_owned(),
            measure: "alt.census".to_owned(),
            dims: vec!["state".to_owned(), "grade".to_owned()],
            members: members.map(|all| all.iter().map(|&unit| unit.to_owned()).collect()),
            carried: BTreeMap::new(),
            cells: cells.iter().map(cell).collect(),
        }
    }

    fn view(table: SeenTable) -> View {
        let (units, periods) = (BTreeMap::new(), Vec::new());
        View { k: 5, units, periods, course: Course::Series, tables: vec![table] }
    }

    /// Cells and unions of cells are recounted; one that is off is found, and a school without
    /// figures is not passed over.
    #[test]
    fn a_cell_that_is_off_is_found() {
        let own = |a, b| view(table(None, &[(&["t1", "g7"], a), (&["t1", "g8"], b)]));
        let own = BTreeMap::from([("A".to_owned(), own(1, 2)), ("B".to_owned(), own(3, 4))]);
        let sealed = Sealed::of(&own);
        let recount = |members: &[&str], cells: &[(&[&str], u64)]| {
            let mut exactness = Exactness::default();
            sealed.recount(&view(table(Some(members), cells)), &mut exactness);
            exactness
        };
        let both: &[&str] = &["A", "B"];
        let right = recount(both, &[(&["t1", "g7"], 4), (&["t1", "g7|g8"], 10)]);
        assert_eq!((right.cells, right.filled, right.holds()), (2, 2, true));
        let off = recount(both, &[(&["t1", "g7"], 4), (&["t1", "*"], 11)]);
        assert_eq!((off.differing, off.differ.len(), off.holds()), (1, 1, false));
        let missing = recount(&["A", "C"], &[(&["t1", "g7"], 4)]);
        assert_eq!((missing.cells, missing.skipped, missing.holds()), (0, 1, false));
    }
}
