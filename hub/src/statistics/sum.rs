//! Sums over the cells of a block: dimensions that were not asked for are added up.
//!
//! Pure index arithmetic over the block's row-major order, so that one period's figures cost
//! microseconds whatever the number of schools. Each sum keeps how many school cells are in it,
//! which is what rounding can have moved.

use domain::catalogue::{Axis, Block, DimensionId, OUTCOME_AXIS};
use domain::rollup::Sums;

/// Which cells of a block are summed, and into which.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a> {
    /// Axes of the result.
    pub by: &'a [Axis],
    /// Values to which dimensions are narrowed.
    pub filters: &'a [(DimensionId, String)],
    /// Outcomes of a partition that count; all where there are none.
    pub outcomes: &'a [String],
}

/// One sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellSum {
    /// The sum.
    pub value: u64,
    /// School cells in it.
    pub school_cells: u64,
}

/// What one value of one axis does to a cell.
#[derive(Clone, Copy)]
struct Step {
    is_counted: bool,
    target: usize,
}

/// Sums a block's cells; one sum for each combination of the result's axes, row-major.
#[must_use]
pub fn sum(sums: &Sums, block: &Block, slice: Slice<'_>) -> Vec<CellSum> {
    let size = slice.by.iter().map(|axis| axis.values.len()).product();
    let mut found = vec![CellSum::default(); size];
    let steps: Vec<Vec<Step>> = block.axes.iter().map(|axis| steps(axis, slice)).collect();
    let values = sums.values().get(block.range()).unwrap_or_default();
    let contributors = sums.contributors().get(block.range()).unwrap_or_default();
    // A total of everything, which is what trends ask for, needs no aim.
    let is_total = steps.iter().flatten().all(|step| step.is_counted && step.target == 0);
    for (place, (value, count)) in values.iter().zip(contributors).enumerate() {
        if *count == 0 {
            continue;
        }
        let target = if is_total { Some(0) } else { aim(place, &steps) };
        let Some(cell) = target.and_then(|target| found.get_mut(target)) else {
            continue;
        };
        cell.value = cell.value.saturating_add(*value);
        cell.school_cells = cell.school_cells.saturating_add(u64::from(*count));
    }
    found
}

fn steps(axis: &Axis, slice: Slice<'_>) -> Vec<Step> {
    let name = axis.dimension.as_str();
    let filter = slice.filters.iter().find(|(dimension, _)| *dimension == axis.dimension);
    let by = slice.by.iter().position(|known| known.dimension == axis.dimension);
    let after = by.and_then(|at| slice.by.get(at + 1..)).unwrap_or_default();
    let stride: usize = after.iter().map(|known| known.values.len()).product();
    let wanted = by.and_then(|at| slice.by.get(at));
    let step = |value: &String| {
        let place = wanted.map(|known| known.values.iter().position(|other| other == value));
        let excluded = (name == OUTCOME_AXIS && !slice.outcomes.contains(value))
            || filter.is_some_and(|(_, only)| only != value)
            || place == Some(None);
        Step { is_counted: !excluded, target: place.flatten().unwrap_or(0) * stride }
    };
    axis.values.iter().map(step).collect()
}

/// Where a cell goes; `None` for one that is left out.
fn aim(place: usize, steps: &[Vec<Step>]) -> Option<usize> {
    let (mut rest, mut target) = (place, 0);
    for axis in steps.iter().rev() {
        let size = axis.len().max(1);
        let step = axis.get(rest % size).filter(|step| step.is_counted)?;
        target += step.target;
        rest /= size;
    }
    Some(target)
}

#[cfg(test)]
mod tests {
    use domain::catalogue::Catalogue;

    use super::*;

    fn catalogue() -> Catalogue {
        proto::pack::embedded::catalogue().expect("catalogue")
    }

    fn axis(catalogue: &Catalogue, id: &str) -> Axis {
        let dimension = catalogue.dimension(id).expect("dimension");
        let values = dimension.values.iter().map(|value| value.id.clone()).collect();
        Axis { dimension: dimension.id.clone(), values }
    }

    /// Reading a derived count by index arithmetic gives what the catalogue's rule says.
    ///
    /// Method: fill the rounded table with distinct numbers; compare with the sums of the places
    /// that [`Catalogue::derive`] lists, for every derived count.
    #[test]
    fn derived_counts_agree_with_the_catalogues_rule() {
        let catalogue = catalogue();
        let spec = catalogue.table("rounded.scr.census").expect("table");
        let values: Vec<u64> = (0..spec.cells() as u64).map(|n| n * n % 997).collect();
        let sums = Sums::from_parts(values.clone(), vec![3; spec.cells()]).expect("sums");
        let block = spec.block("scr.census").expect("block");
        for rule in &catalogue.partitions()[0].derives {
            let derivation = catalogue.derive(rule.count.as_str()).expect("derivation");
            let slice = Slice { by: &derivation.axes, filters: &[], outcomes: &rule.outcomes };
            let found = sum(&sums, block, slice);
            assert_eq!(found.len(), derivation.cells.len());
            for (found, cell) in found.iter().zip(&derivation.cells) {
                let expected: u64 = cell.from.iter().map(|place| values[*place]).sum();
                assert_eq!(found.value, expected, "{} {:?}", rule.count, cell.values);
                assert_eq!(found.school_cells, 3 * cell.from.len() as u64);
            }
        }
    }

    /// Filters narrow, dimensions not asked for are added up, and no cell is counted twice.
    #[test]
    fn parts_add_up_to_the_whole() {
        let catalogue = catalogue();
        let spec = catalogue.table("rounded.scr.census").expect("table");
        let block = spec.block("scr.census").expect("block");
        let outcomes = block.axes[0].values.as_slice();
        let values: Vec<u64> = (0..spec.cells() as u64).collect();
        let sums = Sums::from_parts(values, vec![1; spec.cells()]).expect("sums");
        let check = |by: &[Axis], filters: &[(DimensionId, String)]| -> u64 {
            let slice = Slice { by, filters, outcomes };
            sum(&sums, block, slice).iter().map(|cell| cell.value).sum()
        };
        let whole: u64 = block.range().map(|n| n as u64).sum();
        let (stage, sex) = (axis(&catalogue, "stage"), axis(&catalogue, "sex"));
        assert_eq!(check(&[], &[]), whole);
        assert_eq!(check(&[sex.clone(), stage.clone()], &[]), whole, "in another order");
        let narrowed: u64 = ["m", "f", "u"]
            .iter()
            .map(|value| check(&[], &[(sex.dimension.clone(), (*value).to_owned())]))
            .sum();
        assert_eq!(narrowed, whole);
    }
}
