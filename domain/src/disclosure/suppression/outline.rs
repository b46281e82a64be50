//! Outline: every figure that a rounded partition can be asked for, in one fixed order.
//!
//! The order follows from the catalogue alone, from coarse to fine: totals, lists by one
//! dimension, by two, and so on. Whether a figure is shown is decided in this order and noted by
//! its place, so every surface that looks a figure up finds the same answer.

use super::Verdict;
use crate::catalogue::{
    Axis, Block, Catalogue, DimensionId, OUTCOME_AXIS, Partition, Sensitivity, Term,
};

/// The dimension of which every school has all values.
const SEX: &str = "sex";

/// Figures of one set of outcomes by some dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    outcomes: Vec<String>,
    axes: Vec<Axis>,
    floor: u64,
    is_extreme: bool,
    is_asked: bool,
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

    /// Whether its figures can be asked for, or only were shown before by another catalogue.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.is_asked
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

    /// The value of a dimension at one of its figures.
    fn value(&self, within: usize, dimension: &DimensionId) -> Option<&str> {
        let at = self.axes.iter().position(|axis| axis.dimension == *dimension)?;
        let (axis, finer) = self.axes.get(at..)?.split_first()?;
        let step: usize = finer.iter().map(|axis| axis.values.len()).product();
        let value = within.checked_div(step)?.checked_rem(axis.values.len())?;
        axis.values.get(value).map(String::as_str)
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

    /// The outline with the lists of another one that it lacks, at the end and not to be asked for:
    /// another catalogue may have shown them. Lists of what the block does not hold are left out.
    #[must_use]
    pub fn with(mut self, other: &Self, block: &Block) -> Self {
        let has = |dimension: &str, values: &[String]| {
            let axis = block.axes.iter().find(|axis| axis.dimension.as_str() == dimension);
            axis.is_some_and(|axis| values.iter().all(|value| axis.values.contains(value)))
        };
        for list in &other.lists {
            let dims: Vec<&DimensionId> = list.axes.iter().map(|axis| &axis.dimension).collect();
            let fits = has(OUTCOME_AXIS, list.outcomes())
                && list.axes.iter().all(|axis| has(axis.dimension.as_str(), &[]));
            if fits && self.list(list.outcomes(), &dims).is_none() {
                let offset = self.length;
                self.length += list.length();
                self.lists.push(List { is_asked: false, offset, ..list.clone() });
            }
        }
        self
    }

    /// What was decided by another outline, as this one orders figures. What the other did not know
    /// was not shown.
    #[must_use]
    pub fn carried(&self, other: &Self, verdicts: &[Verdict]) -> Vec<Verdict> {
        let mut carried = vec![Verdict::Absent; self.length];
        for list in &other.lists {
            let dims: Vec<&DimensionId> = list.axes.iter().map(|axis| &axis.dimension).collect();
            let Some(own) = self.list(list.outcomes(), &dims) else { continue };
            for within in 0..list.length() {
                let place = own.place(|dimension| list.value(within, dimension));
                let verdict = verdicts.get(list.offset + within);
                if let (Some(place), Some(verdict)) = (place, verdict)
                    && let Some(slot) = carried.get_mut(place)
                {
                    *slot = *verdict;
                }
            }
        }
        carried
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
                    is_asked: true,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn list(outcome: &str, axes: &[(&str, &[&str])], offset: usize) -> List {
        let axis = |(dimension, values): &(&str, &[&str])| Axis {
            dimension: dimension.parse().expect("dimension"),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        List {
            outcomes: vec![outcome.to_owned()],
            axes: axes.iter().map(axis).collect(),
            floor: 10,
            is_extreme: false,
            is_asked: true,
            offset,
        }
    }

    /// What another catalogue decided is found under the same outcomes and values, wherever its
    /// own list had them.
    #[test]
    fn verdicts_are_carried_by_what_they_are_about() {
        let sex: (&str, &[&str]) = ("sex", &["m", "f"]);
        let stage: (&str, &[&str]) = ("stage", &["junior", "senior"]);
        let turned: (&str, &[&str]) = ("stage", &["senior", "junior", "special"]);
        let own = Outline { lists: vec![list("due", &[stage, sex], 0)], length: 4 };
        let lists = vec![list("void", &[], 0), list("due", &[turned, sex], 1)];
        let other = Outline { lists, length: 7 };
        let (shown, few, small) = (Verdict::Shown, Verdict::Few, Verdict::Small);
        let verdicts = [shown, few, shown, shown, small, few, few];
        assert_eq!(own.carried(&other, &verdicts), [shown, small, few, shown]);
    }
}
