//! Outline: every figure that a rounded partition can be asked for, in one fixed order.
//!
//! The order follows from the catalogue alone, from coarse to fine: totals, lists by one
//! dimension, by two, and so on. Whether a figure is shown is decided in this order and noted by
//! its place, so every surface that looks a figure up finds the same answer.

use crate::catalogue::{Axis, Catalogue, DimensionId, OUTCOME_AXIS, Partition, Sensitivity, Term};

/// The dimension of which every school has all values.
const SEX: &str = "sex";

/// Figures of one set of outcomes by some dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    outcomes: Vec<String>,
    axes: Vec<Axis>,
    floor: u64,
    is_extreme: bool,
    offset: usize,
}

/// All lists of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    lists: Vec<List>,
    length: usize,
}

impl List {
    /// Which outcomes are added up, in the partition's order.
    #[must_use]
    pub fn outcomes(&self) -> &[String] {
        &self.outcomes
    }

    /// By what, in the partition's order.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The smallest figure that is shown.
    #[must_use]
    pub const fn floor(&self) -> u64 {
        self.floor
    }

    /// Whether it is shown at district level and above only.
    #[must_use]
    pub const fn is_extreme(&self) -> bool {
        self.is_extreme
    }

    /// Whether its figures are about some schools only: every school has all sexes, and none all
    /// stages.
    #[must_use]
    pub fn is_of_some(&self) -> bool {
        self.axes.iter().any(|axis| axis.dimension.as_str() != SEX)
    }

    /// Number of figures.
    #[must_use]
    pub fn length(&self) -> usize {
        self.axes.iter().map(|axis| axis.values.len()).product()
    }

    /// Place of its first figure in the outline.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Place of a figure in the outline, by a value for each dimension in any order.
    #[must_use]
    pub fn place<'v>(&self, value_of: impl Fn(&DimensionId) -> Option<&'v str>) -> Option<usize> {
        let mut within = 0;
        for axis in &self.axes {
            let value = value_of(&axis.dimension)?;
            let at = axis.values.iter().position(|known| known == value)?;
            within = within * axis.values.len() + at;
        }
        Some(self.offset + within)
    }
}

impl Outline {
    /// The outline of a partition: the counts that are read from it, by all of their dimensions,
    /// and whatever ratios set over and under the line.
    #[must_use]
    pub fn of(catalogue: &Catalogue, partition: &Partition) -> Self {
        let mut outline = Self { lists: Vec::new(), length: 0 };
        for rule in &partition.derives {
            let Some(count) = catalogue.count(rule.count.as_str()) else { continue };
            outline.add(catalogue, partition, (&rule.outcomes, count.sensitivity), &count.dims);
        }
        for ratio in catalogue.ratios() {
            let terms = || ratio.numerator.terms.iter().chain(&ratio.denominator.terms);
            for term in terms() {
                let Some((outcomes, sensitivity)) = read(catalogue, partition, term) else {
                    continue;
                };
                let filters = term.filters.iter().map(|(dimension, _)| dimension);
                let dims: Vec<_> = ratio.dims.iter().chain(filters).cloned().collect();
                outline.add(catalogue, partition, (&outcomes, sensitivity), &dims);
            }
        }
        // Coarse before fine. Within one fineness what all schools are in comes first: it is shown
        // before all have reported, and what is shown then must not depend on what comes later.
        let order =
            |list: &List| (list.axes.len(), list.is_of_some(), usize::MAX - list.outcomes.len());
        outline.lists.sort_by_key(order);
        for list in &mut outline.lists {
            list.offset = outline.length;
            outline.length += list.length();
        }
        outline
    }

    /// All lists, coarse before fine.
    #[must_use]
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// Number of all figures.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The list of a set of outcomes by some dimensions, each named once.
    #[must_use]
    pub fn list(&self, outcomes: &[String], dims: &[&DimensionId]) -> Option<&List> {
        self.lists.iter().find(|list| {
            list.axes.len() == dims.len()
                && list.axes.iter().all(|axis| dims.contains(&&axis.dimension))
                && list.outcomes.len() == outcomes.len()
                && outcomes.iter().all(|outcome| list.outcomes.contains(outcome))
        })
    }

    fn add(
        &mut self,
        catalogue: &Catalogue,
        partition: &Partition,
        (outcomes, sensitivity): (&[String], Sensitivity),
        dims: &[DimensionId],
    ) {
        let known = partition.outcomes.iter().map(|outcome| &outcome.id);
        let outcomes: Vec<String> = known.filter(|id| outcomes.contains(id)).cloned().collect();
        let floor = catalogue.min_cell(sensitivity).max(catalogue.definition().default_min_cell);
        let is_extreme = sensitivity == Sensitivity::Extreme;
        let own: Vec<&DimensionId> =
            partition.dims.iter().filter(|dimension| dims.contains(dimension)).collect();
        for choice in 0_u32..1 << own.len().min(16) {
            let chosen = own.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1);
            let axes: Vec<Axis> =
                chosen.filter_map(|(_, dimension)| axis(catalogue, dimension)).collect();
            let same = |list: &&mut List| list.outcomes == outcomes && list.axes == axes;
            match self.lists.iter_mut().find(same) {
                // Two counts of the same outcomes: the stricter rule holds.
                Some(list) => {
                    list.floor = list.floor.max(floor);
                    list.is_extreme |= is_extreme;
                }
                None => self.lists.push(List {
                    outcomes: outcomes.clone(),
                    axes,
                    floor,
                    is_extreme,
                    offset: 0,
                }),
            }
        }
    }
}

fn axis(catalogue: &Catalogue, dimension: &DimensionId) -> Option<Axis> {
    let known = catalogue.dimension(dimension.as_str())?;
    let values = known.values.iter().map(|value| value.id.clone()).collect();
    (dimension.as_str() != OUTCOME_AXIS).then(|| Axis { dimension: dimension.clone(), values })
}

/// The outcomes from which a term of a ratio is read; the whole may be read from all of them.
fn read(
    catalogue: &Catalogue,
    partition: &Partition,
    term: &Term,
) -> Option<(Vec<String>, Sensitivity)> {
    let sensitivity = catalogue.count(term.count.as_str())?.sensitivity;
    if term.count == partition.whole {
        let all = partition.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
        return Some((all, sensitivity));
    }
    let rule = partition.derives.iter().find(|rule| rule.count == term.count)?;
    Some((rule.outcomes.clone(), sensitivity))
}
