//! What units hold of a rounded partition, stratum by stratum, and how many schools are behind it.
//!
//! A stratum is one combination of stage, grade and sex. A hub's sums say for each cell how many
//! schools are in it and never which, so the number of schools behind several strata is a lower
//! bound: one school may stand in several stages.

use crate::catalogue::{Block, OUTCOME_AXIS};
use crate::rollup::Sums;

/// Stages that one school may have side by side with junior middle, which may stand beside senior.
const LOWER: [&str; 3] = ["kindergarten", "primary_low", "primary_high"];
/// Chains of stages that one school may have, and stages that stand alone.
const CHAIN: usize = 3;
/// Groups of stages: lower, junior, senior, then others, the last for all further ones.
const GROUPS: usize = 8;

/// Strata of a partition's block and where its cells stand in them.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Outcome and stratum of every cell of the block.
    pub cells: Vec<(usize, usize)>,
    /// Values of each stratum, one an axis.
    pub strata: Vec<Vec<String>>,
    /// Dimension of each axis of the strata.
    pub dims: Vec<String>,
    /// Outcomes in the block's order.
    pub outcomes: Vec<String>,
    /// Group of stages that each stratum belongs to.
    groups: Vec<usize>,
}

/// The schools that a hub has of kinds with several stages: how often one may be counted beyond
/// the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeats(pub u32);

/// What a unit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Sums of each outcome and stratum.
    pub values: Vec<Vec<u64>>,
    /// Schools in each stratum.
    pub schools: Vec<u32>,
    /// `None` for a school; for a hub, how often schools may be counted again, if that is known.
    pub hub: Option<Option<Repeats>>,
}

impl Grid {
    pub fn of(block: &Block) -> Self {
        let axes = block.axes.iter();
        let (own, outer): (Vec<_>, Vec<_>) =
            axes.partition(|axis| axis.dimension.as_str() != OUTCOME_AXIS);
        let outcomes = outer.first().map(|axis| axis.values.clone()).unwrap_or_default();
        let dims: Vec<String> = own.iter().map(|axis| axis.dimension.to_string()).collect();
        let (mut cells, mut strata) = (Vec::new(), Vec::<Vec<String>>::new());
        for place in 0..block.length {
            let values = block.values_at(place).unwrap_or_default();
            let (mut outcome, mut stratum) = (0, Vec::new());
            for (axis, value) in block.axes.iter().zip(values) {
                if axis.dimension.as_str() == OUTCOME_AXIS {
                    outcome = axis.values.iter().position(|known| known == value).unwrap_or(0);
                } else {
                    stratum.push(value.to_owned());
                }
            }
            // Cells are laid out row-major with the outcome first, so strata repeat in order.
            let at = place % (block.length / outcomes.len().max(1)).max(1);
            let at = if strata.get(at).is_some_and(|known| *known == stratum) {
                at
            } else {
                strata.iter().position(|known| *known == stratum).unwrap_or_else(|| {
                    strata.push(stratum);
                    strata.len() - 1
                })
            };
            cells.push((outcome, at));
        }
        let stage = dims.iter().position(|id| id == "stage");
        let stage = |values: &Vec<String>| stage.and_then(|at| values.get(at)).cloned();
        let groups = groups(strata.iter().map(stage));
        Self { cells, strata, dims, outcomes, groups }
    }

    /// What a unit's sums hold of the block.
    pub fn held(&self, block: &Block, sums: &Sums, hub: Option<Option<Repeats>>) -> Held {
        let mut values = vec![vec![0; self.strata.len()]; self.outcomes.len()];
        let mut schools = vec![0; self.strata.len()];
        let given = sums.values().get(block.range()).unwrap_or_default();
        let counts = sums.contributors().get(block.range()).unwrap_or_default();
        for ((outcome, stratum), (value, count)) in self.cells.iter().zip(given.iter().zip(counts))
        {
            if let Some(sum) = values.get_mut(*outcome).and_then(|row| row.get_mut(*stratum)) {
                *sum = *value;
            }
            if let Some(most) = schools.get_mut(*stratum) {
                *most = (*most).max(*count);
            }
        }
        Held { values, schools, hub }
    }

    /// The group of stages that a stratum belongs to.
    pub fn group(&self, stratum: usize) -> usize {
        self.groups.get(stratum).copied().unwrap_or(0)
    }

    /// The fewest schools that can stand behind some strata, given how many stand in each.
    pub fn fewest(
        &self,
        strata: &[usize],
        schools: impl Fn(usize) -> u32,
        hub: Option<Option<Repeats>>,
    ) -> u32 {
        let mut most = [0_u32; GROUPS];
        for stratum in strata {
            if let Some(known) = most.get_mut(self.group(*stratum)) {
                *known = (*known).max(schools(*stratum));
            }
        }
        let (chain, alone) = most.split_at(CHAIN);
        let sum = |counts: &[u32]| counts.iter().fold(0, |sum: u32, n| sum.saturating_add(*n));
        // One school may have all stages of the chain, so without more the largest stage counts.
        let largest = chain.iter().copied().max().unwrap_or(0);
        match hub {
            None => u32::from(sum(&most) > 0),
            Some(repeats) => {
                let apart = repeats.map_or(0, |Repeats(n)| sum(chain).saturating_sub(n));
                largest.max(apart).saturating_add(sum(alone))
            }
        }
    }
}

impl Held {
    /// Whether nobody of a stratum is in the table: every outcome of it prints zero.
    fn is_empty(&self, stratum: usize) -> bool {
        self.values.iter().all(|row| row.get(stratum).is_none_or(|value| *value == 0))
    }

    /// What is left when a part is taken out.
    pub fn less(mut self, part: &Self) -> Self {
        for (row, less) in self.values.iter_mut().zip(&part.values) {
            row.iter_mut().zip(less).for_each(|(sum, less)| *sum = sum.saturating_sub(*less));
        }
        let schools = self.schools.iter_mut().zip(&part.schools);
        schools.for_each(|(sum, less)| *sum = sum.saturating_sub(*less));
        self
    }

    /// Schools in a stratum.
    pub fn schools_in(&self, stratum: usize) -> u32 {
        self.schools.get(stratum).copied().unwrap_or(0)
    }

    /// Whether anybody is in a stratum: schools, and more than zeros.
    pub fn has_anybody(&self, stratum: usize) -> bool {
        self.schools_in(stratum) > 0 && !self.is_empty(stratum)
    }

    /// Sum over some outcomes and strata.
    pub fn sum(&self, outcomes: &[usize], strata: &[usize]) -> u64 {
        let rows = outcomes.iter().filter_map(|outcome| self.values.get(*outcome));
        rows.flat_map(|row| strata.iter().filter_map(|stratum| row.get(*stratum)))
            .fold(0, |sum: u64, value| sum.saturating_add(*value))
    }
}

fn groups(stages: impl Iterator<Item = Option<String>>) -> Vec<usize> {
    let mut others: Vec<String> = Vec::new();
    let group = |stage: Option<String>| match stage.as_deref() {
        None => 0,
        Some(stage) if LOWER.contains(&stage) => 0,
        Some("junior") => 1,
        Some("senior") => 2,
        Some(stage) => {
            let at = others.iter().position(|known| known == stage).unwrap_or_else(|| {
                others.push(stage.to_owned());
                others.len() - 1
            });
            (CHAIN + at).min(GROUPS - 1)
        }
    };
    stages.map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schools: &[u32], hub: Option<Option<Repeats>>, fewest: u32) {
        let stages = ["primary_low", "primary_high", "junior", "senior", "special"];
        let grid = Grid {
            cells: Vec::new(),
            strata: Vec::new(),
            dims: Vec::new(),
            outcomes: Vec::new(),
            groups: groups(stages.iter().map(|stage| Some((*stage).to_owned()))),
        };
        let strata: Vec<usize> = (0..schools.len()).collect();
        assert_eq!(grid.fewest(&strata, |at| schools[at], hub), fewest, "{schools:?} {hub:?}");
    }

    /// A hub's schools are counted as if each stood in as many stages as one school may, unless
    /// it is known how many there are of such a kind; a school is one.
    #[test]
    fn schools_of_several_stages_are_counted_once() {
        let sums = Some(None);
        check(&[4, 4, 0, 0, 0], sums, 4);
        check(&[3, 3, 3, 3, 0], sums, 3);
        check(&[3, 3, 3, 3, 2], sums, 5);
        let known = |repeats| Some(Some(Repeats(repeats)));
        check(&[3, 3, 3, 3, 2], known(0), 11);
        check(&[3, 3, 3, 3, 2], known(4), 7);
        check(&[3, 3, 3, 3, 2], known(100), 5);
        check(&[1, 1, 1, 0, 0], None, 1);
        check(&[0, 0, 0, 0, 0], None, 0);
    }
}
