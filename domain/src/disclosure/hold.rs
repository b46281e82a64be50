//! Which stages of a rounded table are held back: small ones, and ones whose printed cells would
//! prove a small count against the exact figures that leave beside them.
//!
//! A reader knows that a cell printed `v` was at least `v - 4` and at most `v + 4`, how many are
//! enrolled in each stage, and in which band everybody with a valid sheet is. This module does
//! the reader's arithmetic. Its answer depends on printed cells and published figures only, so
//! that a stage is shown tells nothing; that one is held tells that some cell of it is small, and
//! not which. Where these figures stand in a tree the bounds are the best that exist.

use super::{ROUNDED_STRATUM_MIN, ROUNDING_BASE};

/// Furthest that a printed cell can be from what was counted.
const ERROR_MAX: u64 = ROUNDING_BASE - 1;

/// Counts from 1 to this are small: to prove one is to point at persons.
const SMALL_MAX: u64 = 4;

/// A cell as it would be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Printed {
    /// The rounded count.
    pub value: u64,
    /// Whether its outcome is counted in the band.
    pub is_banded: bool,
}

/// One stage: exactly how many are enrolled, and its cells by stratum (grade and sex).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stage {
    /// Exactly how many are enrolled.
    pub enrolled: u64,
    /// Cells of each stratum.
    pub strata: Vec<Vec<Printed>>,
}

/// What is known about a count: it is neither below the first nor above the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Lower bound.
    pub low: u64,
    /// Upper bound.
    pub high: u64,
}

impl Bounds {
    fn of_printed(value: u64) -> Self {
        Self { low: value.saturating_sub(ERROR_MAX), high: value.saturating_add(ERROR_MAX) }
    }

    const fn plus(self, other: Self) -> Self {
        Self { low: self.low.saturating_add(other.low), high: self.high.saturating_add(other.high) }
    }

    /// What one part of a sum is, when the sum and the sum of all parts are known.
    fn part_of(self, sum: Self, parts: Self) -> Self {
        let others_low = parts.low.saturating_sub(self.low);
        let others_high = parts.high.saturating_sub(self.high);
        self.and(Self {
            low: sum.low.saturating_sub(others_high),
            high: sum.high.saturating_sub(others_low),
        })
    }

    fn and(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    const fn is_proof(self) -> bool {
        self.low >= self.high || (self.low >= 1 && self.high <= SMALL_MAX)
    }
}

/// Which stages are held back, in their order.
///
/// `band` is what is published about everybody with a banded outcome, over all stages.
pub(super) fn held(stages: &[Stage], band: Option<Bounds>) -> Vec<bool> {
    let mut held: Vec<bool> =
        stages.iter().map(|stage| stage.enrolled < ROUNDED_STRATUM_MIN).collect();
    // Each round holds one stage more, and a held stage makes the others less certain.
    for _ in stages {
        let proven: Vec<bool> = (0..stages.len())
            .map(|place| held.get(place) == Some(&false) && is_proven(stages, &held, band, place))
            .collect();
        if !proven.contains(&true) {
            break;
        }
        for (held, proven) in held.iter_mut().zip(proven) {
            *held |= proven;
        }
    }
    held
}

/// Whether what is shown proves a cell of a stage.
fn is_proven(stages: &[Stage], held: &[bool], band: Option<Bounds>, place: usize) -> bool {
    let Some(stage) = stages.get(place) else {
        return false;
    };
    let enrolled = Bounds { low: stage.enrolled, high: stage.enrolled };
    let (banded, rest) = (parts(stage, true), parts(stage, false));
    let mut banded_sum = banded.part_of(enrolled, banded.plus(rest));
    if let Some(band) = band {
        let all = stages.iter().zip(held).map(|(stage, held)| banded_of(stage, *held));
        let sum = all.fold(Bounds { low: 0, high: 0 }, Bounds::plus);
        banded_sum = banded_sum.part_of(band, sum);
    }
    let rest_sum = Bounds {
        low: stage.enrolled.saturating_sub(banded_sum.high),
        high: stage.enrolled.saturating_sub(banded_sum.low),
    };
    known(stage).any(|cell| {
        let own = Bounds::of_printed(cell.value);
        let bounds = if cell.is_banded {
            own.part_of(banded_sum, banded)
        } else {
            own.part_of(rest_sum, rest)
        };
        bounds.is_proof()
    })
}

/// What is known about everybody of a stage with a banded outcome.
fn banded_of(stage: &Stage, is_held: bool) -> Bounds {
    if is_held {
        return Bounds { low: 0, high: stage.enrolled };
    }
    let (banded, rest) = (parts(stage, true), parts(stage, false));
    let enrolled = Bounds { low: stage.enrolled, high: stage.enrolled };
    banded.part_of(enrolled, banded.plus(rest))
}

/// Sum of the printed bounds of the outcomes that are in the band, or of those that are not.
fn parts(stage: &Stage, is_banded: bool) -> Bounds {
    let cells = known(stage).filter(|cell| cell.is_banded == is_banded);
    let bounds = cells.map(|cell| Bounds::of_printed(cell.value));
    bounds.fold(Bounds { low: 0, high: 0 }, Bounds::plus)
}

/// Cells that a reader reckons with. A stratum that prints nothing but zeros is taken for empty:
/// whoever knows the school knows that, and it makes the lower bounds sharper.
fn known(stage: &Stage) -> impl Iterator<Item = &Printed> {
    let filled = |stratum: &&Vec<Printed>| stratum.iter().any(|cell| cell.value > 0);
    stage.strata.iter().filter(filled).flatten()
}

#[cfg(test)]
mod tests;
