//! Bounds of a figure by single rows: those that lie inside it, and those that reach beyond it.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use std::collections::{BTreeMap, BTreeSet};

use super::decide::Piece;
use super::own::Own;
use super::program::Program;
use super::system::MANY;

/// Bounds of a piece by rows that lie inside it: what they say of their unknowns together is more
/// than the bounds of each.
pub(super) fn covered(program: &Program, piece: &Piece) -> (i64, i64) {
    let whole = |part: &(usize, Own)| whole(program, part);
    let mut left: BTreeSet<usize> = piece.iter().filter_map(whole).collect();
    let inside = |row: &usize| program.rows[*row].vars.iter().all(|var| left.contains(var));
    let rows: BTreeSet<usize> =
        left.iter().flat_map(|place| program.touching[*place].iter().copied()).collect();
    let mut rows: Vec<usize> = rows.into_iter().filter(inside).collect();
    rows.sort_by_key(|row| {
        let ends = &program.rows[*row];
        (ends.hi - ends.lo, std::cmp::Reverse(ends.vars.len()), *row)
    });
    let (mut lo, mut hi) = (0, 0);
    for row in rows {
        let ends = &program.rows[row];
        if ends.vars.iter().all(|var| left.contains(var)) {
            ends.vars.iter().for_each(|var| {
                left.remove(var);
            });
            let base: i64 = ends.vars.iter().map(|var| base_of(piece, *var)).sum();
            lo += ends.lo + base;
            hi += ends.hi + base;
        }
    }
    for (place, own) in piece {
        if left.contains(place) || whole(&(*place, *own)).is_none() {
            lo += own.least_at(program.lo[*place]);
            hi += own.most_at(program.hi[*place]);
        }
    }
    (lo, hi.min(MANY))
}

/// How much more of a whole unknown is a target's than its value: nothing, but for what lies below
/// its start.
fn base_of(piece: &Piece, var: usize) -> i64 {
    let at = piece.binary_search_by_key(&var, |(place, _)| *place);
    at.map_or(0, |at| piece[at].1.least - piece[at].1.lo)
}

/// The unknown of a part that is the figure's to the last person.
fn whole(program: &Program, (place, own): &(usize, Own)) -> Option<usize> {
    let width = program.hi[*place] - program.lo[*place];
    (own.flat == 0 && own.rise == width && own.least == own.most).then_some(*place)
}

/// Bounds of a piece, tightened by rows that reach beyond it: what the other unknowns of a row
/// cannot hold is the piece's. A band of one school with a high lower end forces a few cells
/// together although it forces none of them alone, and how many of a grade there are can leave its
/// other cells less than the sums do.
pub(super) fn beside(program: &Program, piece: &Piece, (mut lo, mut hi): (i64, i64)) -> (i64, i64) {
    let wholes: BTreeSet<usize> = piece.iter().filter_map(|part| whole(program, part)).collect();
    let least: i64 = piece.iter().map(|(at, own)| own.least_at(program.lo[*at])).sum();
    let most: i64 = piece.iter().map(|(at, own)| own.most_at(program.hi[*at])).sum();
    let rows: BTreeSet<usize> =
        wholes.iter().flat_map(|place| program.touching[*place].iter().copied()).collect();
    for row in rows {
        let ends = &program.rows[row];
        let (inside, outside): (Vec<usize>, Vec<usize>) =
            ends.vars.iter().partition(|var| wholes.contains(var));
        let sum = |vars: &[usize], of: &[i64]| vars.iter().map(|var| of[*var]).sum::<i64>();
        // What forces a lower end is a school's own range: beside it stand its other limits.
        let is_range = ends.lo > 0 && ends.lo < ends.hi;
        let room = if is_range { room(program, row, &outside) } else { sum(&outside, &program.hi) };
        if room < MANY {
            lo = lo.max(least - sum(&inside, &program.lo) + ends.lo - room);
        }
        let rest = most - sum(&inside, &program.hi);
        if ends.hi < MANY && most < MANY {
            hi = hi.min(rest + ends.hi - sum(&outside, &program.lo));
        }
    }
    (lo, hi)
}

/// The most that unknowns of a row can sum up to beside its own ends: each counted in one other row
/// that leaves several of them less than they could have each, or by itself.
fn room(program: &Program, at: usize, vars: &[usize]) -> i64 {
    let mut left: BTreeSet<usize> = vars.iter().copied().collect();
    let mut held: BTreeMap<usize, usize> = BTreeMap::new();
    for row in vars.iter().flat_map(|var| &program.touching[*var]).filter(|row| **row != at) {
        *held.entry(*row).or_default() += 1;
    }
    // What a row leaves those of the unknowns that are left, and how much less that is.
    let leaves = |row: usize, left: &BTreeSet<usize>| {
        let ends = &program.rows[row];
        let (inside, beside): (Vec<usize>, Vec<usize>) =
            ends.vars.iter().partition(|var| left.contains(var));
        let rest = ends.hi - beside.iter().map(|var| program.lo[*var]).sum::<i64>();
        (rest, inside.iter().map(|var| program.hi[*var]).sum::<i64>() - rest, inside)
    };
    let limits = held.into_iter().filter(|(row, n)| *n > 1 && program.rows[*row].hi < MANY);
    let mut limits: Vec<(i64, usize)> = limits
        .map(|(row, _)| (leaves(row, &left).1, row))
        .filter(|(saves, _)| *saves > 0)
        .collect();
    limits.sort_unstable_by_key(|(saves, row)| (std::cmp::Reverse(*saves), *row));
    let mut total = 0;
    for (_, row) in limits {
        let (rest, saves, inside) = leaves(row, &left);
        if saves > 0 {
            total += rest;
            inside.iter().for_each(|var| {
                left.remove(var);
            });
        }
    }
    total + left.iter().map(|var| program.hi[*var]).sum::<i64>()
}
