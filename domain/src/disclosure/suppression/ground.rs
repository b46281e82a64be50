//! Ground: what all families of a table share, the units of now and those of earlier states.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Past;
use super::held::{Grid, Held};
use super::layers::{Layers, Series};
use super::{Earlier, GROUP_SCHOOLS_MIN, Member, Table};

/// Everything that all families share.
pub(super) struct Ground<'a> {
    pub grid: Grid,
    pub whole: Held,
    /// Members that are hubs, and so have a row of their own.
    pub hubs: Vec<Held>,
    pub schools: Vec<Alike>,
    /// Whether a row shows anything at all: it has five schools.
    pub has_row: Vec<bool>,
    /// All who have no row: what is left of the whole when the rows are taken out.
    pub rest: Held,
    pub table: &'a Table<'a>,
    pub past: Vec<Past>,
    /// Earlier states of which is known what they showed, by their place among all, in order of
    /// time; the one of now comes after them.
    pub known: Vec<usize>,
    pub layers: OfUnits,
    /// Strata in which schools stand, now or in an earlier state.
    has_schools: BTreeSet<usize>,
}

/// Layers of the whole, of those who have no row, and of each row.
pub(super) struct OfUnits {
    pub whole: Layers,
    pub rest: Layers,
    pub rows: Vec<Layers>,
    /// For each row the layers of the whole that are its own alone, and which they are there.
    pub solo: Vec<Vec<(usize, usize)>>,
}

/// Schools that have the same strata, and anybody in the same ones.
pub(super) struct Alike {
    has: Vec<bool>,
    has_anybody: Vec<bool>,
    pub schools: u32,
}

impl<'a> Ground<'a> {
    pub fn of(table: &'a Table<'a>) -> Self {
        let grid = Grid::of(table.block);
        let hold = |member: &Member<'_>| {
            let hub = member.hub.map(|hub| hub.repeats);
            grid.held(table.block, member.sums, hub)
        };
        let whole = grid.held(table.block, table.sums, Some(None));
        let now: Vec<Held> = table.members.iter().map(hold).collect();
        let earlier = table.earlier.iter();
        let then: Vec<Vec<Held>> =
            earlier.map(|earlier| earlier.members.iter().map(hold).collect()).collect();
        let past = table.earlier.iter().zip(&then);
        let past = past.map(|(earlier, then)| Past::of(table, earlier, (then, &now))).collect();
        let is_known = |(_, earlier): &(usize, &Earlier<'_>)| earlier.whole.is_some();
        let known: Vec<usize> =
            table.earlier.iter().enumerate().filter(is_known).map(|(at, _)| at).collect();
        let all = now.iter().chain(then.iter().flatten());
        let strata = 0..grid.strata.len();
        let has_schools = all
            .flat_map(|held| strata.clone().filter(|stratum| held.schools_in(*stratum) > 0))
            .collect();
        let is_row = |held: &Held| {
            let all: Vec<usize> = (0..grid.strata.len()).collect();
            let schools = |stratum| held.schools_in(stratum);
            held.hub.is_some() && grid.fewest(&all, schools, held.hub) >= GROUP_SCHOOLS_MIN
        };
        let layers = OfUnits::of(table, &known, (&then, &now), &is_row);
        let (hubs, schools): (Vec<Held>, Vec<Held>) =
            now.into_iter().partition(|held| held.hub.is_some());
        let has_row: Vec<bool> = hubs.iter().map(is_row).collect();
        let rows = hubs.iter().zip(&has_row).filter(|(_, has_row)| **has_row);
        let rest = rows.fold(whole.clone(), |rest, (held, _)| rest.less(held));
        let schools = Alike::all(&schools);
        Self { grid, whole, hubs, schools, has_row, rest, table, past, known, layers, has_schools }
    }

    /// Whether schools stand in a stratum, now or in an earlier state.
    pub fn has_schools(&self, stratum: usize) -> bool {
        self.has_schools.contains(&stratum)
    }

    /// The earlier states of which is known what they showed, in order of time.
    pub fn known(&self) -> impl Iterator<Item = &Past> {
        self.known.iter().filter_map(|at| self.past.get(*at))
    }

    /// The fewest schools behind some strata of those who have no row.
    pub fn of_rest(&self, strata: &[usize]) -> u32 {
        let hubs = (0..self.hubs.len()).filter(|row| self.has_row.get(*row) == Some(&false));
        let own = self.schools.iter().filter(|alike| alike.is_in(strata));
        let own = own.map(|alike| alike.schools);
        hubs.map(|row| self.of_row(row, strata)).chain(own).fold(0, u32::saturating_add)
    }

    /// The fewest schools behind some strata of the whole: members do not share schools.
    pub fn fewest(&self, strata: &[usize]) -> u32 {
        let hubs = (0..self.hubs.len()).map(|row| self.of_row(row, strata));
        let own = self.schools.iter().filter(|alike| alike.is_in(strata));
        hubs.chain(own.map(|alike| alike.schools)).fold(0, u32::saturating_add)
    }

    /// The fewest schools behind some strata of a member hub.
    pub fn of_row(&self, row: usize, strata: &[usize]) -> u32 {
        self.hubs.get(row).map_or(0, |held| {
            self.grid.fewest(strata, |stratum| held.schools_in(stratum), held.hub)
        })
    }
}

impl OfUnits {
    fn of(
        table: &Table<'_>,
        known: &[usize],
        (then, now): (&[Vec<Held>], &[Held]),
        is_row: &dyn Fn(&Held) -> bool,
    ) -> Self {
        let mut all: BTreeMap<&str, Series<'_>> = BTreeMap::new();
        let states = known.len() + 1;
        let before = known.iter().filter_map(|at| table.earlier.get(*at).zip(then.get(*at)));
        let before = before.map(|(earlier, held)| (&earlier.members, held.as_slice()));
        for (state, (members, held)) in before.chain([(&table.members, now)]).enumerate() {
            for (member, held) in members.iter().zip(held) {
                let series = all.entry(member.unit).or_insert_with(|| vec![None; states]);
                if let Some(place) = series.get_mut(state) {
                    *place = Some(held);
                }
            }
        }
        let has_row = |series: &Series<'_>| series.last().copied().flatten().is_some_and(is_row);
        let hubs = table.members.iter().filter(|member| member.hub.is_some());
        let rows = hubs.map(|member| Layers::of(all.get(member.unit).cloned()));
        let rows: Vec<Layers> = rows.collect();
        let rest = Layers::of(all.values().filter(|series| !has_row(series)).cloned());
        let whole = Layers::of(all.into_values());
        let solo = rows.iter().map(|row| whole.solo(row)).collect();
        Self { whole, rest, rows, solo }
    }
}

impl Alike {
    fn all(schools: &[Held]) -> Vec<Self> {
        let mut counts: BTreeMap<(Vec<bool>, Vec<bool>), u32> = BTreeMap::new();
        for held in schools {
            let strata = || 0..held.schools.len();
            let has = strata().map(|stratum| held.schools_in(stratum) > 0).collect();
            let has_anybody = strata().map(|stratum| held.has_anybody(stratum)).collect();
            *counts.entry((has, has_anybody)).or_default() += 1;
        }
        let alike = counts.into_iter();
        alike.map(|((has, has_anybody), schools)| Self { has, has_anybody, schools }).collect()
    }

    fn is_in(&self, strata: &[usize]) -> bool {
        strata.iter().any(|stratum| self.has.get(*stratum) == Some(&true))
    }

    pub fn has_anybody(&self, strata: &[usize]) -> bool {
        strata.iter().any(|stratum| self.has_anybody.get(*stratum) == Some(&true))
    }
}
