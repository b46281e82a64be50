//! Exchanges: how to change a point of a program by one without leaving it.
//!
//! A count is moved from one school to another and something else moved back: two or four
//! unknowns change by one each so that every equality still holds; the other rows are looked at
//! after each step. Each step is exact, so whatever is reached is a witness. That a move exists
//! for nearly every cell is what makes a protected table safe, and what makes showing it cheap.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use std::collections::BTreeMap;

use super::program::Program;

/// Rows with more unknowns are not searched for partners.
const ROW_MAX: usize = 12;

/// Exchanges that are tried for one step.
const TRIES_MAX: usize = 400;

/// The exchanges of a program.
pub(super) struct Walk<'p> {
    program: &'p Program,
    /// A mark of each variable's equalities; alike for two exactly if they have the same ones.
    marks: Vec<u64>,
    /// Variables by mark.
    alike: BTreeMap<u64, Vec<usize>>,
    /// Pairs of one small row by the difference of their marks.
    pairs: BTreeMap<u64, Vec<(usize, usize)>>,
}

/// A change of some variables.
type Step = Vec<(usize, i64)>;

impl<'p> Walk<'p> {
    /// Finds the exchanges of a program.
    pub fn of(program: &'p Program) -> Self {
        let equal = |row: &usize| program.rows[*row].lo == program.rows[*row].hi;
        let mark = |rows: &Vec<usize>| {
            let own = rows.iter().filter(|row| equal(row)).map(|row| scatter(*row));
            own.fold(0, u64::wrapping_add)
        };
        let marks: Vec<u64> = program.touching.iter().map(mark).collect();
        let mut alike: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        marks.iter().enumerate().for_each(|(var, mark)| alike.entry(*mark).or_default().push(var));
        let mut pairs: BTreeMap<u64, Vec<(usize, usize)>> = BTreeMap::new();
        let small = (0..program.rows.len()).filter(|row| equal(row));
        for row in small.map(|row| &program.rows[row]).filter(|row| row.vars.len() <= ROW_MAX) {
            for (i, j) in row.vars.iter().flat_map(|i| row.vars.iter().map(move |j| (*i, *j))) {
                if marks[i] != marks[j] {
                    pairs.entry(marks[i].wrapping_sub(marks[j])).or_default().push((i, j));
                }
            }
        }
        Self { program, marks, alike, pairs }
    }

    /// Changes a variable by one, with others that make up for it, so that `is_better` holds for
    /// the whole step; whether it could.
    pub fn step(
        &self,
        point: &mut [i64],
        sums: &mut [i64],
        (var, by): (usize, i64),
        is_better: impl Fn(&Step) -> bool,
    ) -> bool {
        let mut tries = 0;
        let mut attempt = |step: Step, point: &mut [i64], sums: &mut [i64]| {
            tries += 1;
            (tries <= TRIES_MAX).then(|| is_better(&step) && self.apply(&step, point, sums))
        };
        if self.marks[var] == 0 && attempt(vec![(var, by)], point, sums) == Some(true) {
            return true;
        }
        for other in self.alike.get(&self.marks[var]).into_iter().flatten() {
            if *other != var {
                match attempt(vec![(var, by), (*other, -by)], point, sums) {
                    Some(false) => {}
                    Some(true) => return true,
                    None => return false,
                }
            }
        }
        for partner in self.partners(var) {
            let difference = self.marks[var].wrapping_sub(self.marks[partner]);
            for (back, forth) in self.pairs.get(&difference).into_iter().flatten() {
                if [var, partner].contains(back) || [var, partner].contains(forth) {
                    continue;
                }
                let step = vec![(var, by), (partner, -by), (*back, -by), (*forth, by)];
                match attempt(step, point, sums) {
                    Some(false) => {}
                    Some(true) => return true,
                    None => return false,
                }
            }
        }
        false
    }

    /// Variables that share a small equality with another.
    fn partners(&self, var: usize) -> impl Iterator<Item = usize> {
        let rows = self.program.touching[var].iter().map(|row| &self.program.rows[*row]);
        let small = rows.filter(|row| row.lo == row.hi && row.vars.len() <= ROW_MAX);
        small.flat_map(|row| row.vars.iter().copied()).filter(move |other| *other != var)
    }

    /// Applies a step if every bound and row still holds.
    fn apply(&self, step: &Step, point: &mut [i64], sums: &mut [i64]) -> bool {
        let program = self.program;
        let fits = |(var, by): &(usize, i64)| {
            let value = point[*var] + by;
            program.lo[*var] <= value && value <= program.hi[*var]
        };
        if !step.iter().all(fits) {
            return false;
        }
        change(program, step, sums);
        let touched = step.iter().flat_map(|(var, _)| &program.touching[*var]);
        let holds = |row: &usize| {
            let sum = &program.rows[*row];
            sum.lo <= sums[*row] && sums[*row] <= sum.hi
        };
        if touched.into_iter().all(holds) {
            step.iter().for_each(|(var, by)| point[*var] += by);
            return true;
        }
        let back: Step = step.iter().map(|(var, by)| (*var, -by)).collect();
        change(program, &back, sums);
        false
    }
}

/// The value of every row at a point.
pub(super) fn sums(program: &Program, point: &[i64]) -> Vec<i64> {
    program.rows.iter().map(|row| row.vars.iter().map(|var| point[*var]).sum()).collect()
}

fn change(program: &Program, step: &Step, sums: &mut [i64]) {
    for (var, by) in step {
        program.touching[*var].iter().for_each(|row| sums[*row] += by);
    }
}

/// A number for a row that looks random (the finaliser of splitmix64): sums of a few of them agree
/// only if they are of the same rows. A false agreement would be caught when the step is applied.
fn scatter(row: usize) -> u64 {
    let mut mark = u64::try_from(row).unwrap_or(u64::MAX).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mark = (mark ^ (mark >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mark = (mark ^ (mark >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mark ^ (mark >> 31)
}
