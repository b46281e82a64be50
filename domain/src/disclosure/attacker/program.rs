//! A small system by itself: rows over bounded integers, with interval propagation and an exact
//! search for a point.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use super::Pace;
use super::system::MANY;

/// Rows over integers with bounds.
#[derive(Clone, Debug, Default)]
pub(super) struct Program {
    pub lo: Vec<i64>,
    pub hi: Vec<i64>,
    pub rows: Vec<Sum>,
    /// The rows of each variable.
    pub touching: Vec<Vec<usize>>,
}

/// A sum of variables and its bounds.
#[derive(Clone, Debug)]
pub(super) struct Sum {
    pub vars: Vec<usize>,
    pub lo: i64,
    pub hi: i64,
}

/// What a search found.
pub(super) enum Search {
    Point(Vec<i64>),
    /// There is none.
    Nothing,
    /// It was given up.
    Unknown,
}

/// The rows contradict each other.
#[derive(Debug)]
pub(super) struct Empty;

impl Sum {
    /// The least and the most that the variables can sum up to.
    fn activity(&self, lo: &[i64], hi: &[i64]) -> (i64, i64) {
        self.vars.iter().fold((0, 0), |(low, high), var| (low + lo[*var], high + hi[*var]))
    }

    /// Tightens the variables' bounds; gives those that changed.
    pub fn tighten(&self, lo: &mut [i64], hi: &mut [i64]) -> Result<Vec<usize>, Empty> {
        let (low, high) = self.activity(lo, hi);
        if low > self.hi || high < self.lo {
            return Err(Empty);
        }
        let mut changed = Vec::new();
        if high <= self.hi && low >= self.lo {
            return Ok(changed);
        }
        for var in &self.vars {
            let (own_lo, own_hi) = (lo[*var], hi[*var]);
            let most = if self.hi < MANY { self.hi - (low - own_lo) } else { own_hi };
            let others = high - own_hi;
            let least = if others < MANY { self.lo - others } else { own_lo };
            if most < own_hi || least > own_lo {
                hi[*var] = most.min(own_hi);
                lo[*var] = least.max(own_lo);
                changed.push(*var);
                if lo[*var] > hi[*var] {
                    return Err(Empty);
                }
            }
        }
        Ok(changed)
    }
}

impl Program {
    /// Puts the lists of rows together.
    pub fn new(lo: Vec<i64>, hi: Vec<i64>, rows: Vec<Sum>) -> Self {
        let mut touching = vec![Vec::new(); lo.len()];
        for (at, row) in rows.iter().enumerate() {
            row.vars.iter().for_each(|var| touching[*var].push(at));
        }
        Self { lo, hi, rows, touching }
    }

    /// Tightens all bounds until nothing changes, or `steps` rows were looked at.
    pub fn propagate(&mut self, steps: usize) -> Result<(), Empty> {
        let all = (0..self.rows.len()).collect();
        propagate(self, (&mut self.lo.clone(), &mut self.hi.clone()), all, steps).map(|(lo, hi)| {
            self.lo = lo;
            self.hi = hi;
        })
    }

    /// Whether a point is in all bounds and rows.
    pub fn holds(&self, point: &[i64]) -> bool {
        let inside = point.iter().zip(self.lo.iter().zip(&self.hi));
        let sum = |row: &Sum| row.vars.iter().map(|var| point[*var]).sum::<i64>();
        point.len() == self.lo.len()
            && inside.into_iter().all(|(value, (lo, hi))| lo <= value && value <= hi)
            && self.rows.iter().all(|row| (row.lo..=row.hi).contains(&sum(row)))
    }

    /// Searches an integer point, near a hint first; exact unless `nodes` or the time run out.
    pub fn search(&self, hint: &[i64], nodes: usize, pace: &mut dyn Pace) -> Search {
        let all: Vec<usize> = (0..self.rows.len()).collect();
        let mut open = vec![(self.lo.clone(), self.hi.clone(), all)];
        let mut left = nodes;
        while let Some((mut lo, mut hi, dirty)) = open.pop() {
            if left == 0 || pace.is_over() {
                return Search::Unknown;
            }
            left -= 1;
            let Ok((tight_lo, tight_hi)) =
                propagate(self, (&mut lo, &mut hi), dirty, 200 * self.rows.len() + 200)
            else {
                continue;
            };
            let free = (0..tight_lo.len()).filter(|var| tight_lo[*var] < tight_hi[*var]);
            let touched = free.filter(|var| !self.touching[*var].is_empty());
            let Some(var) = touched.min_by_key(|var| tight_hi[*var] - tight_lo[*var]) else {
                if self.holds(&tight_lo) {
                    return Search::Point(tight_lo);
                }
                continue;
            };
            let wanted = hint.get(var).copied().unwrap_or(0).clamp(tight_lo[var], tight_hi[var]);
            let mut branch = |from: i64, to: i64| {
                if from <= to {
                    let (mut lo, mut hi) = (tight_lo.clone(), tight_hi.clone());
                    lo[var] = from;
                    hi[var] = to;
                    open.push((lo, hi, self.touching[var].clone()));
                }
            };
            branch(wanted + 1, tight_hi[var]);
            branch(tight_lo[var], wanted - 1);
            branch(wanted, wanted);
        }
        Search::Nothing
    }
}

fn propagate(
    program: &Program,
    (lo, hi): (&mut Vec<i64>, &mut Vec<i64>),
    dirty: Vec<usize>,
    steps: usize,
) -> Result<(Vec<i64>, Vec<i64>), Empty> {
    let mut waits = vec![false; program.rows.len()];
    dirty.iter().for_each(|row| waits[*row] = true);
    let mut queue = std::collections::VecDeque::from(dirty);
    let mut left = steps;
    while let Some(at) = queue.pop_front() {
        if left == 0 {
            break;
        }
        left -= 1;
        waits[at] = false;
        for var in program.rows[at].tighten(lo, hi)? {
            for row in &program.touching[var] {
                if !waits[*row] {
                    waits[*row] = true;
                    queue.push_back(*row);
                }
            }
        }
    }
    Ok((std::mem::take(lo), std::mem::take(hi)))
}
