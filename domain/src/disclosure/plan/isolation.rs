//! The isolation check: which schools the openings so far cannot be told apart from each other.
//!
//! Two schools that stand in the same opened sets are in one *atom*. Any sum or difference of
//! opened figures takes all schools of an atom alike, so it is never about fewer than an atom; and
//! by opening enough sets, planned or not, every atom can be reached. So the atoms are what must
//! not become small.

use std::collections::{BTreeMap, BTreeSet};

use crate::unit::UnitId;

/// Schools that stand in the same opened sets.
pub type Atom = BTreeSet<UnitId>;

/// The atoms that some sets leave, largest first; a school in no set is in none.
#[must_use]
pub fn atoms<'s>(sets: impl IntoIterator<Item = &'s BTreeSet<UnitId>>) -> Vec<Atom> {
    let mut found: Vec<Atom> = Vec::new();
    for set in sets {
        refine(&mut found, set);
    }
    found.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    found
}

/// Splits atoms by one more set.
pub(super) fn refine(found: &mut Vec<Atom>, set: &BTreeSet<UnitId>) {
    let mut left: BTreeSet<UnitId> = set.clone();
    let mut parts = Vec::with_capacity(found.len() + 1);
    for atom in found.drain(..) {
        let (inside, outside): (Atom, Atom) = atom.into_iter().partition(|id| set.contains(id));
        left.retain(|id| !inside.contains(id));
        parts.extend([inside, outside].into_iter().filter(|part| !part.is_empty()));
    }
    if !left.is_empty() {
        parts.push(left);
    }
    *found = parts;
}

/// Atoms over the sets of several years, each with its year.
///
/// A school that was not there in a year is taken as a member of the group of that year in which
/// its companions of another year stood, with nothing to add: what came or went is protected by
/// letting its group rest, not by this count.
pub(super) fn atoms_over_years(years: &[Year]) -> Vec<Atom> {
    let mut signatures: BTreeMap<UnitId, Vec<usize>> = BTreeMap::new();
    let schools: BTreeSet<&UnitId> = years.iter().flat_map(|year| year.homes.keys()).collect();
    let mut base = 0;
    for year in years {
        for school in &schools {
            let home = year.homes.get(*school).or_else(|| among_companions(years, year, school));
            let Some(home) = home else { continue };
            let inside = year.sets.iter().enumerate().filter(|(_, groups)| groups.contains(home));
            let inside = inside.map(|(at, _)| base + at);
            signatures.entry((*school).clone()).or_default().extend(inside);
        }
        base += year.sets.len();
    }
    let mut classes: BTreeMap<Vec<usize>, Atom> = BTreeMap::new();
    for (school, signature) in signatures {
        classes.entry(signature).or_default().insert(school);
    }
    classes.into_values().collect()
}

/// The opened sets of one year, as sets of groups, and where each school stood.
pub(super) struct Year {
    pub year: i16,
    pub sets: Vec<BTreeSet<String>>,
    pub homes: BTreeMap<UnitId, String>,
}

/// The group of a year in which a school that was not there would have stood: that of its
/// companions in the nearest year in which it had any that were there.
fn among_companions<'y>(years: &'y [Year], now: &'y Year, school: &UnitId) -> Option<&'y String> {
    let mut near: Vec<&Year> = years.iter().collect();
    near.sort_by_key(|other| ((other.year - now.year).abs(), other.year));
    near.into_iter().find_map(|other| {
        let home = other.homes.get(school)?;
        let companions = other.homes.iter().filter(|(_, known)| *known == home);
        companions.filter_map(|(companion, _)| now.homes.get(companion)).next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: impl IntoIterator<Item = u32>) -> BTreeSet<UnitId> {
        numbers.into_iter().map(|n| format!("S{n}").parse().expect("id")).collect()
    }

    fn check(sets: &[BTreeSet<UnitId>], sizes: &[usize]) {
        let found: Vec<usize> = atoms(sets).iter().map(Atom::len).collect();
        assert_eq!(found, sizes);
    }

    /// The known answers of the rule, over twelve schools.
    #[test]
    fn openings_leave_their_known_atoms() {
        check(&[set(1..=12), set(1..=6)], &[6, 6]);
        check(&[set(1..=12), set(1..=6), set(7..=10)], &[6, 4, 2]);
        check(&[set(1..=12), set(1..=6), set(1..=11)], &[6, 5, 1]);
    }

    /// Order and repetition of openings do not matter, and nothing opened leaves nothing.
    #[test]
    fn atoms_do_not_depend_on_order() {
        check(&[], &[]);
        check(&[set(1..=6), set(1..=12), set(1..=6)], &[6, 6]);
        check(&[set(1..=3), set(3..=5)], &[2, 2, 1]);
    }
}
