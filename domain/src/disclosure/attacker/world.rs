//! Worlds that fit everything, and how one is moved: a count is changed by one, and what that broke
//! is mended by further changes until every row holds again, or the move is taken back.
//!
//! Whatever is reached holds in integers, so it is a witness. A move is first sought greedily, then
//! among all moves of a few changes, with going back; both are bounded, may fail where a world
//! exists, and never say that there is none.

#![expect(clippy::indexing_slicing, reason = "places come from the program's own lists")]

use super::Pace;
use super::program::Program;
use super::tries::Tries;

/// Changes after which a move is given up.
const CHANGES_MAX: usize = 30;

/// Changes for each row after which no first world is sought any more.
const MENDS_PER_ROW: usize = 60;

/// Changes for which a variable is not moved back where a first world is sought.
const REST: usize = 12;

/// Changes of a move that is sought by going back, least first: an exchange between two schools has
/// four, and each further row that must hold two more.
const SOUGHT: [usize; 3] = [4, 6, 8];

/// A point of a program with the value of every row.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub values: Vec<i64>,
    sums: Vec<i64>,
}

/// How a move may go on.
pub(super) struct Way<'w> {
    /// Whether a variable may be changed in a direction.
    pub may: &'w dyn Fn(usize, i64) -> bool,
    /// Where in a row the search begins: another number finds other worlds.
    pub turn: usize,
}

/// A move that is sought by going back: what was changed so far, of how many changes, and how many
/// may still be tried.
struct Move<'m, 't> {
    done: Vec<(usize, i64)>,
    changes: usize,
    tries: &'m mut Tries<'t>,
}

impl World {
    pub fn of(program: &Program, values: Vec<i64>) -> Self {
        let sum = |vars: &[usize]| vars.iter().map(|var| values[*var]).sum();
        let sums = program.rows.iter().map(|row| sum(&row.vars)).collect();
        Self { values, sums }
    }

    /// A first world: filled row by row as far as no upper end is passed, then mended.
    pub fn first(program: &Program, pace: &mut dyn Pace) -> Option<Self> {
        let mut world = Self::of(program, program.lo.clone());
        world.fill(program);
        world.mended(program, 0, pace)
    }

    /// A world near a point that is none: rows that do not hold are mended one after the other.
    pub fn near(
        program: &Program,
        point: &[i64],
        turn: usize,
        pace: &mut dyn Pace,
    ) -> Option<Self> {
        let inside = point.iter().zip(program.lo.iter().zip(&program.hi));
        let values = inside.map(|(value, (lo, hi))| *value.clamp(lo, hi)).collect();
        Self::of(program, values).mended(program, turn, pace)
    }

    fn mended(mut self, program: &Program, turn: usize, pace: &mut dyn Pace) -> Option<Self> {
        let mut last = vec![(0_usize, 0_i64); program.lo.len()];
        let mut open: Vec<usize> = (0..program.rows.len()).collect();
        let most = program.rows.len().saturating_mul(MENDS_PER_ROW).max(1_000);
        let mut tries = Tries::new(most, pace);
        for step in 1..=most {
            let Some(row) = self.broken(program, &mut open) else { return Some(self) };
            if !tries.take() {
                break;
            }
            let rests = |var: usize, by: i64| {
                let (when, before) = last[var];
                before.signum() == -by.signum() && step - when < REST && when > 0
            };
            let found = self.best(program, row, step + turn, |var, by| !rests(var, by))?;
            self.change(program, found);
            last[found.0] = (step, found.1);
            open.push(row);
            open.extend(&program.touching[found.0]);
        }
        None
    }

    /// Adds to each row what it lacks, as far as its variables and their other rows have room.
    fn fill(&mut self, program: &Program) {
        let mut order: Vec<usize> = (0..program.rows.len()).collect();
        order.sort_by_key(|row| (program.rows[*row].vars.len(), *row));
        for row in order {
            for place in 0..program.rows[row].vars.len() {
                let lacks = program.rows[row].lo - self.sums[row];
                if lacks <= 0 {
                    break;
                }
                let vars = &program.rows[row].vars;
                let var = vars[(place + row) % vars.len()];
                let room = program.touching[var]
                    .iter()
                    .map(|other| program.rows[*other].hi - self.sums[*other])
                    .fold(program.hi[var] - self.values[var], i64::min);
                // Not all at once: what one takes whole, the others lack in their own rows.
                let share = lacks.div_euclid(i64::try_from(vars.len() - place).unwrap_or(1)).max(1);
                let by = room.min(share);
                if by > 0 {
                    self.change(program, (var, by));
                }
            }
        }
    }

    /// Changes a variable by one and mends what that broke; whether it could. If not, everything
    /// is as it was.
    pub fn push(&mut self, program: &Program, (var, by): (usize, i64), way: &Way<'_>) -> bool {
        let fits = |value: i64| program.lo[var] <= value && value <= program.hi[var];
        if !fits(self.values[var] + by) {
            return false;
        }
        let mut done = vec![(var, by)];
        self.change(program, (var, by));
        let mut open: Vec<usize> = program.touching[var].clone();
        while let Some(row) = self.broken(program, &mut open) {
            let found = if done.len() < CHANGES_MAX {
                let goes_back = |var: usize, by: i64| {
                    done.iter()
                        .any(|(other, before)| *other == var && before.signum() != by.signum())
                };
                let may = |var: usize, by: i64| !goes_back(var, by) && (way.may)(var, by);
                self.best(program, row, way.turn + done.len() * way.turn, may)
            } else {
                None
            };
            let Some(found) = found else {
                done.iter().rev().for_each(|(var, by)| self.change(program, (*var, -by)));
                return false;
            };
            self.change(program, found);
            open.push(row);
            open.extend(&program.touching[found.0]);
            done.push(found);
        }
        true
    }

    /// As [`World::push`], among all moves of a few changes: a change that leads nowhere is taken
    /// back and another one made. `tries` ends it.
    pub fn seek(
        &mut self,
        program: &Program,
        (var, by): (usize, i64),
        way: &Way<'_>,
        tries: &mut Tries<'_>,
    ) -> bool {
        let fits = |value: i64| program.lo[var] <= value && value <= program.hi[var];
        if !fits(self.values[var] + by) {
            return false;
        }
        self.change(program, (var, by));
        let broken = self.broken_by(program, &[], var);
        for changes in SOUGHT {
            let mut sought = Move { done: vec![(var, by)], changes, tries: &mut *tries };
            if self.mends(program, &mut sought, way, &broken) {
                return true;
            }
        }
        self.change(program, (var, -by));
        false
    }

    /// Mends the rows that changes broke by further ones; if it cannot, nothing but what was done
    /// before is done.
    fn mends(
        &mut self,
        program: &Program,
        sought: &mut Move<'_, '_>,
        way: &Way<'_>,
        broken: &[usize],
    ) -> bool {
        // The row with the fewest unknowns leaves the fewest ways.
        let Some(row) = broken.iter().min_by_key(|row| program.rows[**row].vars.len()) else {
            return true;
        };
        if sought.done.len() >= sought.changes {
            return false;
        }
        let off: i64 = broken.iter().map(|row| self.off(program, *row, 0)).sum();
        // The last change must mend all that is left; none before it breaks two more than it mends.
        let is_last = sought.done.len() + 1 == sought.changes;
        let stands_in_all =
            |var: usize| !is_last || broken.iter().all(|row| program.touching[var].contains(row));
        let is_new = |var: usize, by: i64| {
            stands_in_all(var)
                && sought.done.iter().all(|(other, _)| *other != var)
                && (way.may)(var, by)
        };
        let mut ways = self.ways(program, *row, way.turn, is_new);
        ways.retain(|(cost, ..)| if is_last { off + cost == 0 } else { *cost <= 1 });
        ways.sort_by_key(|(cost, ..)| *cost);
        for (_, var, by) in ways {
            if !sought.tries.take() {
                return false;
            }
            self.change(program, (var, by));
            sought.done.push((var, by));
            let left = self.broken_by(program, broken, var);
            if self.mends(program, sought, way, &left) {
                return true;
            }
            sought.done.pop();
            self.change(program, (var, -by));
        }
        false
    }

    /// What does not hold after one more variable was changed, of the rows that did not before and
    /// those that it stands in, in their order.
    fn broken_by(&self, program: &Program, before: &[usize], var: usize) -> Vec<usize> {
        let touched = before.iter().chain(&program.touching[var]).copied();
        let mut broken: Vec<usize> =
            touched.filter(|row| self.off(program, *row, 0) != 0).collect();
        broken.sort_unstable();
        broken.dedup();
        broken
    }

    /// The last of some rows that does not hold; those that hold are dropped.
    fn broken(&self, program: &Program, open: &mut Vec<usize>) -> Option<usize> {
        while let Some(row) = open.pop() {
            if self.off(program, row, 0) != 0 {
                return Some(row);
            }
        }
        None
    }

    /// How far a row is off after its sum changed.
    fn off(&self, program: &Program, row: usize, by: i64) -> i64 {
        let (sum, ends) = (self.sums[row] + by, &program.rows[row]);
        (ends.lo - sum).max(sum - ends.hi).max(0)
    }

    /// The change of one variable of a broken row that leaves the least broken.
    fn best(
        &self,
        program: &Program,
        row: usize,
        turn: usize,
        may: impl Fn(usize, i64) -> bool,
    ) -> Option<(usize, i64)> {
        let ways = self.ways(program, row, turn, may);
        ways.into_iter().min_by_key(|(cost, ..)| *cost).map(|(_, var, by)| (var, by))
    }

    /// Every change of one variable of a broken row, with how much more it leaves broken.
    fn ways(
        &self,
        program: &Program,
        row: usize,
        turn: usize,
        may: impl Fn(usize, i64) -> bool,
    ) -> Vec<(i64, usize, i64)> {
        let ends = &program.rows[row];
        let lacks = ends.lo - self.sums[row];
        let by = if lacks > 0 { lacks } else { ends.hi - self.sums[row] };
        let vars = &ends.vars;
        let mut ways = Vec::with_capacity(vars.len());
        for place in 0..vars.len() {
            let var = vars[(place + turn) % vars.len()];
            let by = if by > 0 {
                by.min(program.hi[var] - self.values[var])
            } else {
                by.max(program.lo[var] - self.values[var])
            };
            if by != 0 && may(var, by) {
                let worse =
                    |other: &usize| self.off(program, *other, by) - self.off(program, *other, 0);
                ways.push((program.touching[var].iter().map(worse).sum(), var, by));
            }
        }
        ways
    }

    fn change(&mut self, program: &Program, (var, by): (usize, i64)) {
        self.values[var] += by;
        program.touching[var].iter().for_each(|row| self.sums[*row] += by);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Pieces;
    use super::super::program::Sum;
    use super::*;

    /// A clock that has run out, and how often it was asked.
    struct Asked(u32);

    impl Pace for Asked {
        fn left(&mut self) -> std::time::Duration {
            std::time::Duration::ZERO
        }

        fn is_over(&mut self) -> bool {
            self.0 += 1;
            true
        }
    }

    /// Two schools with one person each in two categories that are summed, and one that is not: the
    /// cheapest change leads the greedy search to an end; the exchange of both is found by going
    /// back, and a failed search leaves the world as it was.
    #[test]
    fn an_exchange_is_found_by_going_back() {
        let row = |vars: &[usize], sum| Sum { vars: vars.to_vec(), lo: sum, hi: sum };
        // Categories one and two over both schools, then each school's whole.
        let rows = vec![row(&[0, 3], 1), row(&[1, 4], 1), row(&[0, 1, 2], 1), row(&[3, 4, 5], 1)];
        let program = Program::new(vec![0; 6], vec![9; 6], rows);
        let before = vec![1, 0, 0, 0, 1, 0];
        let mut world = World::of(&program, before.clone());
        let way = Way { may: &|_, _| true, turn: 0 };
        assert!(!world.push(&program, (0, -1), &way));
        let mut pace = Pieces(1);
        let few = &mut Tries::new(2, &mut pace);
        assert!(!world.seek(&program, (0, -1), &way, few), "too few tries");
        assert_eq!(world.values, before);
        let enough = &mut Tries::new(100, &mut pace);
        assert!(world.seek(&program, (0, -1), &way, enough));
        assert_eq!(world.values, [0, 1, 0, 1, 0, 0]);
        // With all tries and no time nothing is found either, and the world is as it was.
        let mut world = World::of(&program, before.clone());
        let mut over = Asked(0);
        let enough = &mut Tries::new(129, &mut over);
        assert!(!world.seek(&program, (0, -1), &way, enough));
        assert_eq!((&world.values, over.0), (&before, 1));
        assert!(program.holds(&world.values));
    }
}
