//! Rows that follow from others although no other row lies inside them: where everybody is in one
//! of some categories, the sums of all but one tell the last.
//!
//! If each unknown of an equality stands in an equality of its own, the sum of these less the row
//! is a sum of all the others. What other equalities say of that sum is taken out; if nothing is
//! left, the row follows and goes, and if less is left than the row has, that takes its place.
//! Exact: the new row holds where the old one does, as long as the rows that it was made with stay.

use std::collections::BTreeMap;

use super::program::{Empty, Sum};

/// Sums of more unknowns are not looked at.
const WIDTH_MAX: usize = 50_000;

/// Equalities of a system by their unknowns.
struct Equalities {
    of_var: BTreeMap<usize, Vec<usize>>,
}

/// Turns every equality over that becomes smaller by it; rows that follow from others are dropped.
///
/// # Errors
/// Rows contradict each other.
pub(super) fn turn(rows: &mut Vec<Sum>) -> Result<(), Empty> {
    let mut of_var: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.lo == row.hi) {
        row.vars.iter().for_each(|var| of_var.entry(*var).or_default().push(at));
    }
    let equalities = Equalities { of_var };
    let mut order: Vec<usize> =
        (0..rows.len()).filter(|at| rows.get(*at).is_some_and(|row| row.lo == row.hi)).collect();
    order.sort_by_key(|at| std::cmp::Reverse(rows.get(*at).map_or(0, |row| row.vars.len())));
    // A row that changed is no longer what the lists say: it is left alone until the next round.
    let mut is_changed = vec![false; rows.len()];
    for at in order {
        let Some((vars, value)) = equalities.turned(rows, &is_changed, at) else { continue };
        if vars.is_empty() && value != 0 {
            return Err(Empty);
        }
        if let (Some(row), Some(flag)) = (rows.get_mut(at), is_changed.get_mut(at))
            && vars.len() < row.vars.len()
        {
            *flag = true;
            *row = Sum { vars, lo: value, hi: value };
        }
    }
    rows.retain(|row| !row.vars.is_empty());
    Ok(())
}

impl Equalities {
    /// What a row says of the unknowns beside its own.
    fn turned(&self, rows: &[Sum], is_changed: &[bool], at: usize) -> Option<(Vec<usize>, i64)> {
        let row = rows.get(at)?;
        let is_free =
            |other: &usize| *other != at && !is_changed.get(*other).copied().unwrap_or(true);
        let mut rest: BTreeMap<usize, bool> = BTreeMap::new();
        let mut used = vec![at];
        let mut value = -row.lo;
        for var in &row.vars {
            let own = self.of_var.get(var)?.iter().filter(|other| is_free(other));
            let mut own: Vec<(usize, &Sum)> =
                own.filter_map(|other| Some((*other, rows.get(*other)?))).collect();
            own.sort_by_key(|(other, sum)| (sum.vars.len(), *other));
            let fits = |sum: &Sum| {
                let alone = |one: &usize| {
                    one == var || (row.vars.binary_search(one).is_err() && !rest.contains_key(one))
                };
                sum.vars.iter().all(alone)
            };
            let (other, sum) = own.into_iter().find(|(_, sum)| fits(sum))?;
            rest.extend(sum.vars.iter().filter(|one| *one != var).map(|one| (*one, true)));
            value += sum.lo;
            used.push(other);
            if rest.len() > WIDTH_MAX {
                return None;
            }
        }
        self.take_out(rows, (&mut rest, &mut value), |other| {
            is_free(&other) && !used.contains(&other)
        });
        let left = rest.into_iter().filter(|(_, is_left)| *is_left).map(|(var, _)| var);
        Some((left.collect(), value))
    }

    /// Takes equalities out of a sum that holds them whole, the largest first.
    fn take_out(
        &self,
        rows: &[Sum],
        (rest, value): (&mut BTreeMap<usize, bool>, &mut i64),
        may: impl Fn(usize) -> bool,
    ) {
        let mut inside: BTreeMap<usize, usize> = BTreeMap::new();
        for other in rest.keys().filter_map(|var| self.of_var.get(var)).flatten() {
            *inside.entry(*other).or_default() += 1;
        }
        let whole = inside.into_iter().filter_map(|(other, count)| {
            rows.get(other)
                .filter(|sum| sum.vars.len() == count && may(other))
                .map(|sum| (other, sum))
        });
        let mut whole: Vec<(usize, &Sum)> = whole.collect();
        whole.sort_by_key(|(other, sum)| (std::cmp::Reverse(sum.vars.len()), *other));
        for (_, sum) in whole {
            if sum.vars.iter().all(|var| rest.get(var) == Some(&true)) {
                sum.vars.iter().for_each(|var| {
                    rest.insert(*var, false);
                });
                *value -= sum.lo;
            }
        }
    }
}
