//! Linear programs: the least or the most of a sum over a program, without integrality.
//!
//! Solved in floating point by `microlp`. What follows from an optimum is rounded outwards, so a
//! bound can be too wide by rounding and not too narrow; and a point counts only if its integers
//! hold in the program exactly.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use std::time::Duration;

use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome, Variable};

use super::program::Program;
use super::system::MANY;

/// Numbers that are nearer than this to an integer are taken for it.
const NEAR: f64 = 1e-5;

/// What is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Least,
    Most,
}

/// An optimum.
pub(super) struct Optimum {
    /// The bound that every integer point keeps; none where there is no bound.
    pub bound: Option<i64>,
    /// The point, rounded to integers; it need not hold.
    pub point: Vec<i64>,
    /// Which of its values were integers before.
    pub settled: Vec<bool>,
}

/// Solves a program for a sum of some variables; `None` where it was not solved in time.
pub(super) fn solve(
    program: &Program,
    weights: &[(usize, i32)],
    end: End,
    limit: Duration,
) -> Option<Optimum> {
    let direction = match end {
        End::Least => OptimizationDirection::Minimize,
        End::Most => OptimizationDirection::Maximize,
    };
    let mut problem = Problem::new(direction);
    problem.set_time_limit(limit);
    let mut costs = vec![0.0; program.lo.len()];
    weights.iter().for_each(|(var, weight)| costs[*var] = f64::from(*weight));
    let vars: Vec<Variable> = costs
        .iter()
        .zip(program.lo.iter().zip(&program.hi))
        .map(|(cost, (lo, hi))| problem.add_var(*cost, (real(*lo), real(*hi))))
        .collect();
    for row in &program.rows {
        let terms: Vec<(Variable, f64)> = row.vars.iter().map(|var| (vars[*var], 1.0)).collect();
        if row.lo == row.hi {
            problem.add_constraint(terms.as_slice(), ComparisonOp::Eq, real(row.lo));
            continue;
        }
        if row.lo > 0 {
            problem.add_constraint(terms.as_slice(), ComparisonOp::Ge, real(row.lo));
        }
        if row.hi < MANY {
            problem.add_constraint(terms.as_slice(), ComparisonOp::Le, real(row.hi));
        }
    }
    let Ok(SolveOutcome::Solution(solution)) = problem.solve() else { return None };
    let is_proved = solution.status() == microlp::SolutionStatus::Optimal;
    let bound = match end {
        End::Least => whole((solution.objective() - NEAR).ceil()),
        End::Most => whole((solution.objective() + NEAR).floor()),
    };
    let values: Vec<f64> = vars.iter().map(|var| solution.var_value(*var)).collect();
    let point = values.iter().map(|value| whole(value.round())).collect();
    let settled = values.iter().map(|value| (value - value.round()).abs() < NEAR).collect();
    Some(Optimum { bound: Some(bound).filter(|_| is_proved), point, settled })
}

/// A bound as a real number; what means none is infinite.
#[expect(clippy::cast_precision_loss, reason = "bounds are below 2^53")]
fn real(bound: i64) -> f64 {
    if bound >= MANY { f64::INFINITY } else { bound as f64 }
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and so do the sums after")]
fn whole(number: f64) -> i64 {
    (number as i64).clamp(-MANY, MANY)
}
