//! Which schools collude: members of the smallest set of schools that was opened by itself.

use std::collections::BTreeMap;

use domain::disclosure::attacker::View;
use domain::disclosure::plan::GROUP_MIN;

use super::recount::is_opened;
use super::views::Must;

/// Schools that put their figures beside a district's, and what must follow from it.
pub struct Colluders {
    /// The schools.
    pub schools: Vec<String>,
    /// Whether the attacker must find something.
    pub must: Must,
}

/// Two fewer than a group needs, who learn nothing; one fewer, who learn of a group of exactly so
/// many the last school's; and all but one of a larger group, who do as well.
///
/// Only schools whose own figures are known can collude; among groups of one size the one that was
/// opened most often is taken.
#[must_use]
pub fn of(view: &View, is_known: impl Fn(&str) -> bool) -> Vec<Colluders> {
    let floor = usize::try_from(GROUP_MIN).unwrap_or(usize::MAX);
    let mut sets: BTreeMap<&[String], usize> = BTreeMap::new();
    let opened = view.tables.iter().filter(|table| is_opened(table));
    for members in opened.filter_map(|table| table.members.as_deref()) {
        if members.len() >= floor && members.iter().all(|school| is_known(school)) {
            *sets.entry(members).or_default() += 1;
        }
    }
    let smallest = sets.iter().min_by_key(|(members, times)| {
        (members.len(), std::cmp::Reverse(**times), members.first())
    });
    let Some((members, _)) = smallest else { return Vec::new() };
    let mut numbers = vec![floor - 2, floor - 1, members.len() - 1];
    numbers.dedup();
    let must = |number| if number + 1 == members.len() { Must::Leak } else { Must::Safe };
    numbers
        .into_iter()
        .map(|number| Colluders {
            schools: members.iter().take(number).cloned().collect(),
            must: must(number),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::disclosure::attacker::{Course, SeenTable};

    use super::*;

    fn view(sets: &[&[&str]]) -> View {
        let table = |(at, members): (usize, &&[&str])| SeenTable {
            id: format!("sealed.alt.opened/2025-W40/junior/{at}"),
            unit: "D".to_owned(),
            period: "2025-W40".to_owned(),
            measure: "alt.opened".to_owned(),
            dims: Vec::new(),
            members: Some(members.iter().map(|&unit| unit.to_owned()).collect()),
            carried: BTreeMap::new(),
            cells: Vec::new(),
        };
        let tables = sets.iter().enumerate().map(table).collect();
        let (units, periods) = (BTreeMap::new(), Vec::new());
        View { k: 5, units, periods, course: Course::Series, tables }
    }

    /// Of five schools four must find the fifth; of six it takes five, and four find nothing. A
    /// set with a school whose figures are not known is left out.
    #[test]
    fn all_but_one_of_the_smallest_set_must_find_the_last() {
        let of = |sets: &[&[&str]], unknown: &str| -> Vec<(usize, Must)> {
            let found = super::of(&view(sets), |school| school != unknown);
            found.iter().map(|one| (one.schools.len(), one.must)).collect()
        };
        let five: &[&str] = &["A", "B", "C", "D", "E"];
        let six: &[&str] = &["F", "G", "H", "I", "J", "K"];
        assert_eq!(of(&[six, five], ""), [(3, Must::Safe), (4, Must::Leak)]);
        let larger = [(3, Must::Safe), (4, Must::Safe), (5, Must::Leak)];
        assert_eq!(of(&[six], ""), larger);
        assert_eq!(of(&[six, five], "E"), larger);
        assert_eq!(of(&[&["A"]], ""), [], "a sheet of one school is no opened sum");
    }
}
