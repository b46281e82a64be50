//! Changes between two shown states: who came, went or was replaced, stratum by stratum.

use std::collections::{BTreeMap, BTreeSet};

use super::family::Figure;
use super::held::{Grid, Held};
use super::{Earlier, GROUP_SCHOOLS_MIN, Table, Verdict};

/// An earlier state beside the one of now.
pub(super) struct Past {
    /// How units differ, and how many differ alike.
    changes: BTreeMap<Change, u32>,
    whole: Option<Vec<Verdict>>,
    /// What each row showed then, if it was there.
    rows: Vec<Option<Vec<Verdict>>>,
    /// Strata in which somebody was: of the whole, then of each row.
    has: Vec<Vec<bool>>,
}

/// How one unit differs between an earlier state and now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Change {
    /// Which row it has now; `None` for a school and for a hub that is gone.
    pub row: Option<usize>,
    is_touched: Vec<bool>,
    schools: Vec<u32>,
    hub: Option<Option<super::Repeats>>,
}

impl Change {
    /// How a unit changed; `None` where it did not.
    pub fn between(row: Option<usize>, before: Option<&Held>, now: Option<&Held>) -> Option<Self> {
        if before == now {
            return None;
        }
        let known = now.or(before)?;
        let strata = known.schools.len();
        let sums = |held: Option<&Held>, stratum: usize| -> Vec<u64> {
            let rows = held.map_or(&[][..], |held| held.values.as_slice());
            let mut sums: Vec<u64> =
                rows.iter().map(|row| row.get(stratum).copied().unwrap_or(0)).collect();
            sums.resize(known.values.len(), 0);
            sums
        };
        let count = |held: Option<&Held>, at| held.map_or(0, |held| held.schools_in(at));
        let touched =
            |at: usize| count(before, at) != count(now, at) || sums(before, at) != sums(now, at);
        let is_touched: Vec<bool> = (0..strata).map(touched).collect();
        // A hub does not say which schools; a school that was replaced is one school.
        let schools = (0..strata).map(|at| match known.hub {
            Some(_) => count(before, at).abs_diff(count(now, at)),
            None => count(before, at).max(count(now, at)),
        });
        let schools: Vec<u32> = schools.collect();
        let has_grown = (0..strata).all(|at| count(before, at) <= count(now, at));
        let hub = match known.hub {
            // Of the schools that went nothing is known by kind.
            Some(_) if !has_grown => Some(None),
            hub => hub,
        };
        is_touched.contains(&true).then_some(Self { row, is_touched, schools, hub })
    }

    /// The fewest schools by which some strata differ; `None` where they do not.
    pub fn fewest(&self, grid: &Grid, strata: &[usize]) -> Option<u32> {
        let touched = |at: &&usize| self.is_touched.get(**at) == Some(&true);
        let strata: Vec<usize> = strata.iter().filter(touched).copied().collect();
        let schools = |at: usize| self.schools.get(at).copied().unwrap_or(0);
        (!strata.is_empty()).then(|| grid.fewest(&strata, schools, self.hub))
    }
}

impl Past {
    /// Compares an earlier state with the one of now; both are held in the order of their members.
    pub fn of(table: &Table<'_>, earlier: &Earlier<'_>, (then, now): (&[Held], &[Held])) -> Self {
        let at = |unit: &str| earlier.members.iter().position(|member| member.unit == unit);
        let mut changes = BTreeMap::new();
        let mut note = |change: Option<Change>| {
            if let Some(change) = change {
                *changes.entry(change).or_default() += 1;
            }
        };
        let mut hubs = 0..;
        for (member, held) in table.members.iter().zip(now) {
            let before = at(member.unit).and_then(|at| then.get(at));
            let row = member.hub.and_then(|_| hubs.next());
            note(Change::between(row, before, Some(held)));
        }
        for (member, held) in earlier.members.iter().zip(then) {
            if !table.members.iter().any(|known| known.unit == member.unit) {
                note(Change::between(None, Some(held), None));
            }
        }
        let row = |unit: &str| {
            let known = earlier.rows.iter().find(|(known, _)| *known == unit);
            known.map(|(_, verdicts)| verdicts.clone())
        };
        let hubs = table.members.iter().filter(|member| member.hub.is_some());
        let rows = hubs.map(|member| row(member.unit)).collect();
        let strata = now.iter().chain(then).map(|held| held.schools.len()).max().unwrap_or(0);
        let had = |units: &[&Held]| -> Vec<bool> {
            let any = |stratum: usize| units.iter().any(|held| held.has_anybody(stratum));
            (0..strata).map(any).collect()
        };
        let hubs = table.members.iter().filter(|member| member.hub.is_some());
        let then_of = |unit: &str| at(unit).and_then(|at| then.get(at));
        let has = std::iter::once(had(&then.iter().collect::<Vec<_>>()));
        let has = has.chain(hubs.map(|member| had(then_of(member.unit).as_slice()))).collect();
        Self { changes, whole: earlier.whole.clone(), rows, has }
    }

    /// What was decided about a figure, of the whole or of a row; nothing was where the unit had
    /// no row.
    pub fn verdict(&self, row: Option<usize>, figure: &Figure) -> Verdict {
        let verdicts = match row {
            None => self.whole.as_ref(),
            Some(row) => self.rows.get(row).and_then(Option::as_ref),
        };
        let known = verdicts.and_then(|verdicts| verdicts.get(figure.place));
        known.copied().unwrap_or(Verdict::Absent)
    }

    /// What was told of a figure of those who have no row now: it, if the whole and all rows were
    /// shown.
    pub fn of_rest(&self, has_row: &[bool], figure: &Figure) -> Verdict {
        let rows = (0..self.rows.len()).filter(|row| has_row.get(*row) == Some(&true));
        let mut others = rows.map(|row| self.verdict(Some(row), figure));
        let is_told = |verdict| matches!(verdict, Verdict::Shown | Verdict::Absent);
        let of_whole = self.verdict(None, figure);
        match of_whole {
            Verdict::Shown if others.all(is_told) => Verdict::Shown,
            _ => Verdict::Absent,
        }
    }

    /// Whether a figure of the whole may have been shown.
    pub fn showed(&self, figure: &Figure) -> bool {
        let Some(verdicts) = &self.whole else { return true };
        verdicts.get(figure.place) == Some(&Verdict::Shown)
    }

    /// Whether a row may have shown a figure.
    pub fn row_showed(&self, row: usize, figure: &Figure) -> bool {
        match self.rows.get(row) {
            Some(Some(verdicts)) => verdicts.get(figure.place) == Some(&Verdict::Shown),
            _ => self.whole.is_none(),
        }
    }

    /// Whether nobody of the earlier state is in a figure of the whole, or of a row.
    pub fn is_fresh(&self, row: Option<usize>, figure: &Figure) -> bool {
        let has = self.has.get(row.map_or(0, |row| row + 1));
        let had = |stratum: &usize| has.is_some_and(|has| has.get(*stratum) == Some(&true));
        !figure.strata.iter().any(had)
    }

    /// Whether a figure that nobody of the earlier state is in leaves none or five of those who
    /// came since: the totals of both states tell all of them together.
    pub fn leaves_many(
        &self,
        grid: &Grid,
        (row, figure): (Option<usize>, &Figure),
        fresh: &BTreeSet<usize>,
    ) -> bool {
        if !self.is_fresh(row, figure) {
            return true;
        }
        let is_taken = |at: &usize| figure.strata.contains(at) || fresh.contains(at);
        let left: Vec<usize> = (0..grid.strata.len()).filter(|at| !is_taken(at)).collect();
        self.hides(grid, &left, |changed| row.is_none() || changed == row)
    }

    /// Whether some units differ in some strata by no school or by five, all of them together.
    pub fn hides(
        &self,
        grid: &Grid,
        strata: &[usize],
        is_counted: impl Fn(Option<usize>) -> bool,
    ) -> bool {
        let mut schools = None;
        for (change, times) in self.changes.iter().filter(|(change, _)| is_counted(change.row)) {
            if let Some(fewest) = change.fewest(grid, strata) {
                let sum: u32 = schools.unwrap_or(0);
                schools = Some(sum.saturating_add(fewest.saturating_mul(*times)));
            }
        }
        schools.is_none_or(|schools| schools >= GROUP_SCHOOLS_MIN)
    }
}
