//! Identities: relations that right figures keep, checked on exact figures before any is sealed.
//!
//! A relation with a figure that the ledgers cannot give is not checked; one that is broken stops
//! the release, by name.

use std::collections::BTreeMap;

use domain::catalogue::{
    Block, Catalogue, Comparison, DimensionId, Partition, Relation, Sum, Term,
};
use domain::cell::Cell;
use domain::disclosure::RawTable;

/// A relation that the figures break. Names strata and never figures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the figures break the rule {identity:?}: {relation}, at {stratum}")]
pub struct BrokenIdentity {
    /// Name of the identity.
    pub identity: String,
    /// The relation as the catalogue writes it.
    pub relation: String,
    /// Where: values of the dimensions, or `the school`.
    pub stratum: String,
}

/// Checks every identity of the catalogue, and that each partition adds up to its whole.
///
/// # Errors
/// The first relation that is broken.
pub fn check(catalogue: &Catalogue, tables: &[RawTable]) -> Result<(), BrokenIdentity> {
    let figures = Figures { catalogue, tables };
    for identity in catalogue.identities() {
        for relation in &identity.checks {
            if let Some(stratum) = figures.breach(relation, &identity.by) {
                return Err(BrokenIdentity {
                    identity: identity.name.clone(),
                    relation: relation.to_string(),
                    stratum,
                });
            }
        }
    }
    for partition in catalogue.partitions() {
        if let Some(stratum) = figures.gap(partition) {
            return Err(BrokenIdentity {
                identity: partition.id.to_string(),
                relation: format!("the sum of its outcomes == {}", partition.whole),
                stratum,
            });
        }
    }
    Ok(())
}

/// Sums by stratum; nothing in a stratum where a figure is not known.
type Strata = BTreeMap<Vec<String>, Option<u64>>;

/// The cells of one count with their values.
struct Counted {
    dims: Vec<String>,
    cells: Vec<(Vec<String>, Option<u64>)>,
}

struct Figures<'c> {
    catalogue: &'c Catalogue,
    tables: &'c [RawTable],
}

impl Figures<'_> {
    /// Where a relation is broken.
    fn breach(&self, relation: &Relation, by: &[DimensionId]) -> Option<String> {
        let (left, right) = (self.sum(&relation.left, by)?, self.sum(&relation.right, by)?);
        differing(&left, &right, by, |left, right| match relation.comparison {
            Comparison::AtMost => left <= right,
            Comparison::Equal => left == right,
        })
    }

    /// Where a partition does not add up to its whole.
    fn gap(&self, partition: &Partition) -> Option<String> {
        let table = format!("rounded.{}", partition.id);
        let parts = self.in_table(&table, partition.id.as_str())?;
        let whole = self.clear(partition.whole.as_str())?;
        // Stage by stage: the whole has no finer dimension, since it leaves exactly.
        let has = |dim: &&DimensionId| whole.dims.iter().any(|known| known == dim.as_str());
        let by: Vec<DimensionId> = partition.dims.iter().filter(has).cloned().collect();
        let (parts, whole) = (fold(&parts, &by, &[])?, fold(&whole, &by, &[])?);
        differing(&parts, &whole, &by, |parts, whole| parts == whole)
    }

    fn sum(&self, sum: &Sum, by: &[DimensionId]) -> Option<Strata> {
        let mut total: Option<Strata> = None;
        for term in &sum.terms {
            let strata = self.term(term, by)?;
            total = Some(match total {
                None => strata,
                Some(total) => joined(total, &strata),
            });
        }
        total
    }

    fn term(&self, term: &Term, by: &[DimensionId]) -> Option<Strata> {
        let count = term.count.as_str();
        let counted = self.clear(count).or_else(|| self.derived(count))?;
        let mut strata = fold(&counted, by, &term.filters)?;
        for figure in strata.values_mut() {
            *figure = figure.and_then(|figure| figure.checked_mul(u64::from(term.coefficient)));
        }
        Some(strata)
    }

    /// A clear count, from whichever table carries it.
    fn clear(&self, count: &str) -> Option<Counted> {
        let (spec, _) = self.catalogue.clear_block(count)?;
        self.in_table(spec.id().as_str(), count)
    }

    fn in_table(&self, table: &str, indicator: &str) -> Option<Counted> {
        let raw = self.raw(table)?;
        let block: &Block = self.catalogue.table(table)?.block(indicator)?;
        let cells = raw.get(block.range())?.iter().enumerate().filter_map(|(place, cell)| {
            let values = block.values_at(place)?;
            Some((values.into_iter().map(str::to_owned).collect(), known(*cell)))
        });
        let dims = block.dims().map(ToString::to_string).collect();
        Some(Counted { dims, cells: cells.collect() })
    }

    /// A sealed count, as the sum of its partition's outcomes.
    fn derived(&self, count: &str) -> Option<Counted> {
        let derivation = self.catalogue.derive(count)?;
        let raw = self.raw(derivation.table.as_str())?;
        let cells = derivation.cells.into_iter().map(|cell| {
            let figures = cell.from.iter().map(|place| raw.get(*place).and_then(|c| known(*c)));
            (cell.values, figures.sum())
        });
        let dims = derivation.axes.iter().map(|axis| axis.dimension.to_string()).collect();
        Some(Counted { dims, cells: cells.collect() })
    }

    fn raw(&self, table: &str) -> Option<&[Cell]> {
        let found = self.tables.iter().find(|raw| raw.table().as_str() == table);
        found.map(RawTable::danger_exact_cells)
    }
}

/// What a cell adds to a sum; what cannot exist counts nobody.
const fn known(cell: Cell) -> Option<u64> {
    match cell {
        Cell::Value(value) => Some(value),
        Cell::NotApplicable => Some(0),
        Cell::Suppressed | Cell::NotReported | Cell::Unsupported => None,
    }
}

/// Sums a count over all dimensions but those of the strata, narrowed to some values.
fn fold(counted: &Counted, by: &[DimensionId], narrow: &[(DimensionId, String)]) -> Option<Strata> {
    let axis = |id: &DimensionId| counted.dims.iter().position(|dim| dim == id.as_str());
    let kept: Vec<usize> = by.iter().map(axis).collect::<Option<_>>()?;
    let narrow: Vec<(usize, &String)> =
        narrow.iter().map(|(id, value)| Some((axis(id)?, value))).collect::<Option<_>>()?;
    let mut strata = Strata::new();
    for (values, figure) in &counted.cells {
        if narrow.iter().any(|(axis, value)| values.get(*axis) != Some(*value)) {
            continue;
        }
        let key = kept.iter().filter_map(|axis| values.get(*axis).cloned()).collect();
        let sum = strata.entry(key).or_insert(Some(0));
        *sum = sum.zip(*figure).and_then(|(sum, figure)| sum.checked_add(figure));
    }
    Some(strata)
}

fn joined(mut total: Strata, more: &Strata) -> Strata {
    for (key, sum) in &mut total {
        let other = more.get(key).copied().flatten();
        *sum = sum.zip(other).and_then(|(sum, other)| sum.checked_add(other));
    }
    total
}

/// The first stratum where two known figures do not hold.
fn differing(
    left: &Strata,
    right: &Strata,
    by: &[DimensionId],
    holds: impl Fn(u64, u64) -> bool,
) -> Option<String> {
    left.iter().find_map(|(key, figure)| {
        let pair = figure.zip(right.get(key).copied().flatten());
        let broken = pair.is_some_and(|(left, right)| !holds(left, right));
        broken.then(|| written(by, key))
    })
}

fn written(by: &[DimensionId], key: &[String]) -> String {
    if key.is_empty() {
        return "the school".to_owned();
    }
    let pairs: Vec<String> =
        by.iter().zip(key).map(|(id, value)| format!("{id}={value}")).collect();
    pairs.join(", ")
}
