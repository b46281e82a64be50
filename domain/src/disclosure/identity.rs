//! Identities again at the hub: figures that arrive keep the relations of the catalogue, as far as
//! the hub can know them.
//!
//! The node checks exact figures before it signs; the hub checks what it was told, because a node
//! can be wrong or lie. A figure in a band is an interval, and a relation is broken only where no
//! figures of the intervals keep it. A rough figure excludes no number, so nothing follows from it;
//! neither does anything follow from a blank.

use std::collections::BTreeMap;

use super::ROUNDING_BASE;
use crate::catalogue::{Catalogue, Comparison, Count, DimensionId, Relation, Sum, TableSpec, Term};
use crate::cell::Cell;

/// Where a figure lies, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Smallest figure that there can be.
    pub low: u64,
    /// Largest.
    pub high: u64,
}

impl Interval {
    /// A figure that is told exactly.
    #[must_use]
    pub const fn exact(value: u64) -> Self {
        Self { low: value, high: value }
    }

    /// What a sum of rounded cells says: each was less than a base away on either side, and one
    /// that is zero was no less than zero.
    #[must_use]
    pub fn rounded(value: u64, cells: u64) -> Self {
        let most = ROUNDING_BASE - 1;
        let above_zero = cells.min(value / ROUNDING_BASE);
        Self {
            low: value.saturating_sub(above_zero.saturating_mul(most)),
            high: value.saturating_add(cells.saturating_mul(most)),
        }
    }

    const ZERO: Self = Self::exact(0);

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { low: self.low.saturating_add(other.low), high: self.high.saturating_add(other.high) }
    }

    fn times(self, factor: u32) -> Self {
        let factor = u64::from(factor);
        Self { low: self.low.saturating_mul(factor), high: self.high.saturating_mul(factor) }
    }

    /// Whether some figures of both can stand in relation.
    const fn may(self, comparison: Comparison, right: Self) -> bool {
        match comparison {
            Comparison::AtMost => self.low <= right.high,
            Comparison::Equal => self.low <= right.high && right.low <= self.high,
        }
    }
}

/// A relation that no figures of what was told can keep. Names strata and never figures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the figures break the rule {identity:?}: {relation}, at {stratum}")]
pub struct BrokenIdentity {
    /// Name of the identity.
    pub identity: String,
    /// The relation as the catalogue writes it.
    pub relation: String,
    /// Where: values of dimensions, or `the whole`.
    pub stratum: String,
}

/// One count as it was told: its dimensions, and each cell with what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Dimensions in the order of the values.
    pub dims: Vec<DimensionId>,
    /// Values, and the interval; nothing where nothing is known.
    pub cells: Vec<(Vec<String>, Option<Interval>)>,
}

/// Sums by stratum; nothing in a stratum where a figure is not known.
type Strata = BTreeMap<Vec<String>, Option<Interval>>;

/// The first identity that what was told breaks; `told` gives a count, or nothing where it is not
/// among what was told.
#[must_use]
pub fn broken(
    catalogue: &Catalogue,
    told: impl Fn(&Count) -> Option<Told>,
) -> Option<BrokenIdentity> {
    let mut known: BTreeMap<String, Option<Told>> = BTreeMap::new();
    let relations = catalogue.identities().iter().flat_map(|identity| &identity.checks);
    for term in relations.flat_map(Relation::terms) {
        let id = term.count.as_str();
        let count = || catalogue.count(id).and_then(&told);
        known.entry(id.to_owned()).or_insert_with(count);
    }
    for identity in catalogue.identities() {
        for relation in &identity.checks {
            if let Some(key) = broken_at(relation, &identity.by, &known) {
                return Some(BrokenIdentity {
                    identity: identity.name.clone(),
                    relation: relation.to_string(),
                    stratum: written(&identity.by, &key),
                });
            }
        }
    }
    None
}

/// Where a relation is broken by what was told of its counts, by values of some dimensions; nothing
/// where it can hold, or is about something that was not told.
pub(super) fn breach(
    relation: &Relation,
    by: &[DimensionId],
    told: impl Fn(&str) -> Option<Told>,
) -> Option<Vec<String>> {
    let counts = relation.terms().map(|term| term.count.as_str());
    let known = counts.map(|count| (count.to_owned(), told(count))).collect();
    broken_at(relation, by, &known)
}

fn broken_at(
    relation: &Relation,
    by: &[DimensionId],
    known: &BTreeMap<String, Option<Told>>,
) -> Option<Vec<String>> {
    let left = side(&relation.left, by, known)?;
    let right = side(&relation.right, by, known)?;
    differing(&left, &right, relation.comparison).map(<[String]>::to_vec)
}

/// The first identity that a school's clear sheet breaks by itself.
#[must_use]
pub fn broken_by_sheet(
    catalogue: &Catalogue,
    spec: &TableSpec,
    cells: &[Cell],
) -> Option<BrokenIdentity> {
    broken(catalogue, |count| {
        let block = spec.block(count.id.as_str())?;
        let of = |(within, place): (usize, usize)| {
            let values = block.values_at(within)?.into_iter().map(str::to_owned).collect();
            Some((values, cells.get(place).and_then(|cell| interval(count, *cell))))
        };
        let cells = block.range().enumerate().filter_map(of).collect();
        Some(Told { dims: block.dims().cloned().collect(), cells })
    })
}

/// What a cell of a clear sheet says: the figure, its band, or nothing.
fn interval(count: &Count, cell: Cell) -> Option<Interval> {
    let value = match cell {
        Cell::Value(value) => value,
        // What cannot exist counts nobody.
        Cell::NotApplicable => 0,
        Cell::Suppressed | Cell::NotReported | Cell::Unsupported => return None,
    };
    let definition = count.definition.as_ref()?;
    match (definition.band, definition.rough, cell) {
        (_, Some(_), Cell::Value(_)) => None,
        (Some(band), None, Cell::Value(_)) => {
            let high = value.saturating_add(u64::from(band).saturating_sub(1));
            Some(Interval { low: value, high })
        }
        _ => Some(Interval::exact(value)),
    }
}

fn side(sum: &Sum, by: &[DimensionId], known: &BTreeMap<String, Option<Told>>) -> Option<Strata> {
    let mut total: Option<Strata> = None;
    for term in &sum.terms {
        let told = known.get(term.count.as_str())?.as_ref()?;
        let strata = fold(told, by, term)?;
        total = Some(match total {
            None => strata,
            Some(total) => joined(total, &strata),
        });
    }
    total
}

/// Sums a count over all dimensions but those of the strata, narrowed to some values.
fn fold(told: &Told, by: &[DimensionId], term: &Term) -> Option<Strata> {
    let axis = |id: &DimensionId| told.dims.iter().position(|dim| dim == id);
    let kept: Vec<usize> = by.iter().map(axis).collect::<Option<_>>()?;
    let narrow: Vec<(usize, &String)> =
        term.filters.iter().map(|(id, value)| Some((axis(id)?, value))).collect::<Option<_>>()?;
    let mut strata = Strata::new();
    for (values, figure) in &told.cells {
        if narrow.iter().any(|(axis, value)| values.get(*axis) != Some(*value)) {
            continue;
        }
        let key = kept.iter().filter_map(|axis| values.get(*axis).cloned()).collect();
        let sum = strata.entry(key).or_insert(Some(Interval::ZERO));
        let figure = figure.map(|figure| figure.times(term.coefficient));
        *sum = sum.zip(figure).map(|(sum, figure)| sum.plus(figure));
    }
    Some(strata)
}

fn joined(mut total: Strata, more: &Strata) -> Strata {
    for (key, sum) in &mut total {
        let other = more.get(key).copied().flatten();
        *sum = sum.zip(other).map(|(sum, other)| sum.plus(other));
    }
    total
}

/// The first stratum in which both sides are known and cannot stand in relation.
fn differing<'s>(left: &'s Strata, right: &Strata, comparison: Comparison) -> Option<&'s [String]> {
    left.iter().find_map(|(key, figure)| {
        let (left, right) = figure.zip(right.get(key).copied().flatten())?;
        (!left.may(comparison, right)).then_some(key.as_slice())
    })
}

fn written(by: &[DimensionId], key: &[String]) -> String {
    if key.is_empty() {
        return "the whole".to_owned();
    }
    pairs(by, key)
}

/// Values with their dimensions; empty for the whole.
pub(super) fn pairs(by: &[DimensionId], key: &[String]) -> String {
    let pairs: Vec<String> =
        by.iter().zip(key).map(|(id, value)| format!("{id}={value}")).collect();
    pairs.join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A relation is refused only where no figures of the two intervals keep it, and always
        /// there.
        #[test]
        fn only_what_cannot_be_is_broken(
            left in (0_u64..12, 0_u64..6),
            right in (0_u64..12, 0_u64..6),
        ) {
            let of = |(low, width): (u64, u64)| Interval { low, high: low + width };
            let (left, right) = (of(left), of(right));
            let pairs = || (left.low..=left.high)
                .flat_map(move |one| (right.low..=right.high).map(move |other| (one, other)));
            let at_most = pairs().any(|(one, other)| one <= other);
            let equal = pairs().any(|(one, other)| one == other);
            prop_assert_eq!(left.may(Comparison::AtMost, right), at_most);
            prop_assert_eq!(left.may(Comparison::Equal, right), equal);
        }

        /// What honest rounding makes of cells never lies outside of what their sum is taken for.
        #[test]
        fn rounding_stays_within_its_bound(
            cells in proptest::collection::vec((0_u64..40, any::<bool>()), 0..30),
        ) {
            let round = |(count, up): &(u64, bool)| {
                let rest = count % ROUNDING_BASE;
                count - rest + if rest > 0 && *up { ROUNDING_BASE } else { 0 }
            };
            let truth: u64 = cells.iter().map(|(count, _)| *count).sum();
            let shown: u64 = cells.iter().map(round).sum();
            let told = Interval::rounded(shown, cells.len() as u64);
            prop_assert!(told.low <= truth && truth <= told.high, "{told:?}, {truth}");
        }
    }
}
