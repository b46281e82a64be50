//! A target's own part of each unknown as an unknown of its own, so that a linear program and an
//! exact search can count it.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use super::decide::Piece;
use super::linear::End;
use super::program::{Program, Sum};
use super::system::MANY;

/// A program in which a target's part of each unknown is an unknown of its own.
pub(super) struct Split {
    pub program: Program,
    /// The unknowns whose sum, with `base`, is the target's end.
    pub counted: Vec<usize>,
    pub base: i64,
    /// Unknowns that were split, and their second halves.
    halves: Vec<(usize, usize)>,
}

impl Split {
    /// Below its flat part, an unknown adds nothing to the least; above its rise, nothing to the
    /// most. So the second half is counted for the least, and the first one for the most.
    pub fn of(program: &Program, piece: &Piece, end: End) -> Self {
        let (mut lo, mut hi) = (program.lo.clone(), program.hi.clone());
        let mut rows = program.rows.clone();
        let mut split =
            Self { program: Program::default(), counted: Vec::new(), base: 0, halves: Vec::new() };
        for (place, own) in piece {
            let second = lo.len();
            let (low, high) = (lo[*place], hi[*place]);
            let first = if end == End::Least { own.flat } else { own.rise };
            let turn = own.lo.saturating_add(first).clamp(low, high);
            hi[*place] = turn;
            lo.push(0);
            hi.push((high - turn).min(MANY));
            program.touching[*place].iter().for_each(|row| rows[*row].vars.push(second));
            split.halves.push((*place, second));
            match end {
                End::Least => {
                    split.counted.push(second);
                    split.base += own.least_at(turn);
                }
                End::Most => {
                    split.counted.push(*place);
                    split.base += own.most - own.lo;
                }
            }
        }
        split.program = Program::new(lo, hi, rows);
        split
    }

    /// The same with the end at a goal, or beyond it.
    pub fn reaching(&self, end: End, goal: i64) -> Program {
        let mut rows = self.program.rows.clone();
        let vars = self.counted.clone();
        rows.push(match end {
            End::Least => Sum { vars, lo: 0, hi: goal - self.base },
            End::Most => Sum { vars, lo: goal - self.base, hi: MANY },
        });
        Program::new(self.program.lo.clone(), self.program.hi.clone(), rows)
    }

    /// A point of the split program as one of the program.
    pub fn joined(&self, point: &[i64]) -> Vec<i64> {
        let mut joined = point.to_vec();
        for (first, second) in &self.halves {
            joined[*first] += point.get(*second).copied().unwrap_or(0);
        }
        joined.truncate(point.len().saturating_sub(self.halves.len()));
        joined
    }
}
