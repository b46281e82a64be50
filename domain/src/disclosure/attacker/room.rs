//! Whether the rows beside a range leave it as much as it says that it holds at least.
//!
//! A school's band above all that its group has is a contradiction which bounds of single unknowns
//! do not show: each of its cells alone could be as large as the group's. It takes several sums
//! together, and is found in integers and without time, so that it never hangs on a search.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use std::collections::{BTreeMap, BTreeSet};

use super::program::Program;
use super::system::MANY;

/// Whether every range can be filled from what other rows leave its unknowns, as far as single rows
/// beside each other show it.
pub(super) fn fills(program: &Program) -> bool {
    let least = |vars: &[usize]| vars.iter().map(|var| program.lo[*var]).sum::<i64>();
    let floors: Vec<i64> = program.rows.iter().map(|row| least(&row.vars)).collect();
    let mut ranges = program.rows.iter().enumerate();
    // What is printed exactly is an opened sum or a whole; what a sheet bounds is a range.
    ranges.all(|(at, row)| row.lo <= 0 || row.lo == row.hi || room(program, &floors, at) >= row.lo)
}

/// The most that the unknowns of a row can sum up to: each is counted in one other row, less what
/// the rest of that row holds at least, or by itself. Rows that save most come first.
fn room(program: &Program, floors: &[i64], at: usize) -> i64 {
    let mut left: BTreeSet<usize> = program.rows[at].vars.iter().copied().collect();
    let mut total = 0;
    while let Some((row, most)) = best(program, floors, (at, &left)) {
        program.rows[row].vars.iter().for_each(|var| {
            left.remove(var);
        });
        total += most;
    }
    total + left.iter().map(|var| program.hi[*var]).sum::<i64>()
}

/// The row that leaves unknowns the least, against their own bounds, and what it leaves them.
fn best(
    program: &Program,
    floors: &[i64],
    (at, left): (usize, &BTreeSet<usize>),
) -> Option<(usize, i64)> {
    // Of each row beside: the least and the most of the unknowns that are left.
    let mut inside: BTreeMap<usize, (i64, i64)> = BTreeMap::new();
    for var in left {
        for row in program.touching[*var].iter().filter(|row| **row != at) {
            let ends = inside.entry(*row).or_default();
            *ends = (ends.0 + program.lo[*var], ends.1 + program.hi[*var]);
        }
    }
    let saves = |(row, (least, most)): (usize, (i64, i64))| {
        let ends = &program.rows[row];
        let leaves = ends.hi - (floors[row] - least);
        (ends.hi < MANY && leaves < most).then_some((most - leaves, row, leaves))
    };
    let found = inside.into_iter().filter_map(saves).max();
    found.map(|(_, row, leaves)| (row, leaves))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disclosure::attacker::program::Sum;

    /// Two schools with two cells each; the sums of each cell are 5 and 6, and the first school
    /// says that it has at least so many in both.
    fn program(least: i64) -> Program {
        let rows = vec![
            Sum { vars: vec![0, 2], lo: 5, hi: 5 },
            Sum { vars: vec![1, 3], lo: 6, hi: 6 },
            Sum { vars: vec![0, 1], lo: least, hi: least + 9 },
        ];
        Program::new(vec![0, 0, 1, 0], vec![MANY; 4], rows)
    }

    /// The first school has 5 + 6 at most, less the one that the second has for certain.
    #[test]
    fn a_range_above_what_the_sums_leave_it_has_no_room() {
        assert!(fills(&program(10)));
        assert!(!fills(&program(11)));
    }
}
