//! Layers: what units have, told apart by the states that it counts in.
//!
//! Whoever keeps an earlier state can subtract it from the one of now, so what came since, what
//! went and what stayed are unknowns of their own: a figure of any state is the sum of the layers
//! that count in it. A school has one layer for each of its reports; a hub has its first sums, and
//! what was added to them with every state in which they are other ones.

use std::collections::BTreeMap;

use super::Repeats;
use super::held::{Grid, Held};

/// One unit in all states, the one of now last; nothing where it is not in a state.
pub(super) type Series<'h> = Vec<Option<&'h Held>>;

/// The layers of some units.
#[derive(Clone, Debug, Default)]
pub(super) struct Layers {
    /// In which states each layer counts.
    counts_in: Vec<Vec<bool>>,
    /// How many units have each layer.
    owners: Vec<u32>,
    /// Which strata each layer has, be it with nobody in them now.
    has: Vec<Vec<bool>>,
    /// In which strata of each layer somebody is.
    has_anybody: Vec<Vec<bool>>,
    /// Units with equal shares, and how many they are.
    units: Vec<(Shares, u32)>,
}

/// How many schools a unit has in each layer, stratum by stratum.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shares {
    schools: Vec<(usize, Vec<u32>)>,
    hub: Option<Option<Repeats>>,
    /// Whether schools of different layers are different ones.
    are_apart: bool,
}

/// What a unit has in one layer.
struct Part {
    counts_in: Vec<bool>,
    has: Vec<bool>,
    has_anybody: Vec<bool>,
    schools: Vec<u32>,
}

impl Layers {
    /// The layers of units in so many states.
    pub fn of<'h>(units: impl IntoIterator<Item = Series<'h>>) -> Self {
        let mut layers = Self::default();
        let mut numbers: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        let mut units_alike: BTreeMap<Shares, u32> = BTreeMap::new();
        let units: Vec<Series<'h>> = units.into_iter().collect();
        let of_schools = anybody(units.iter().filter(|series| hub_of(series) == Some(None)));
        for series in &units {
            let Some(hub) = hub_of(series) else { continue };
            let has_grown = has_only_grown(series);
            let (parts, somebody) = match hub {
                Some(_) => (of_hub(series), anybody([series])),
                None => (of_school(series), of_schools.clone()),
            };
            let schools = parts.into_iter().map(|mut part| {
                // A stratum in which a hub, or all schools straight below, print nothing but
                // zeros is empty.
                part.has.iter_mut().zip(&somebody).for_each(|(has, somebody)| *has &= somebody);
                let next = numbers.len();
                let layer = *numbers.entry(part.counts_in.clone()).or_insert(next);
                layers.take(layer, &part);
                (layer, part.schools)
            });
            let mut schools: Vec<(usize, Vec<u32>)> = schools.collect();
            schools.sort_unstable();
            // Of schools that went nothing is known by kind.
            let hub = hub.map(|repeats| repeats.filter(|_| has_grown));
            let are_apart = hub.is_some() && has_grown;
            *units_alike.entry(Shares { schools, hub, are_apart }).or_default() += 1;
        }
        layers.units = units_alike.into_iter().collect();
        layers
    }

    fn take(&mut self, layer: usize, part: &Part) {
        let add = |known: &mut Vec<bool>, more: &[bool]| {
            known.iter_mut().zip(more).for_each(|(any, more)| *any |= more);
        };
        match self.has.get_mut(layer).zip(self.has_anybody.get_mut(layer)) {
            Some((has, has_anybody)) => {
                add(has, &part.has);
                add(has_anybody, &part.has_anybody);
                if let Some(owners) = self.owners.get_mut(layer) {
                    *owners += 1;
                }
            }
            None => {
                self.counts_in.push(part.counts_in.clone());
                self.owners.push(1);
                self.has.push(part.has.clone());
                self.has_anybody.push(part.has_anybody.clone());
            }
        }
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.counts_in.len()
    }

    /// Layers that are one unit's alone, with the same ones among its own layers.
    pub fn solo(&self, own: &Self) -> Vec<(usize, usize)> {
        let same = |(layer, counts_in): (usize, &Vec<bool>)| {
            let own = own.counts_in.iter().position(|known| known == counts_in)?;
            (self.owners.get(layer) == Some(&1)).then_some((layer, own))
        };
        self.counts_in.iter().enumerate().filter_map(same).collect()
    }

    /// Whether a layer counts in a state.
    pub fn counts_in(&self, layer: usize, state: usize) -> bool {
        self.counts_in.get(layer).and_then(|states| states.get(state)) == Some(&true)
    }

    /// Whether a stratum of a layer says anything: somebody of its units is in it at some time.
    pub fn says(&self, layer: usize, stratum: usize) -> bool {
        self.has.get(layer).and_then(|strata| strata.get(stratum)) == Some(&true)
    }

    /// Whether anybody is in a stratum of a layer.
    pub fn has_anybody(&self, layer: usize, stratum: usize) -> bool {
        self.has_anybody.get(layer).and_then(|strata| strata.get(stratum)) == Some(&true)
    }

    /// Who stands in some strata of a layer: for each unit its schools, by the group of stages.
    /// Strata of one layer in which the same stand are no more schools than one of them.
    pub fn who(&self, grid: &Grid, layer: usize, strata: &[usize]) -> Vec<(usize, usize, u32)> {
        let mut who = Vec::new();
        for (unit, (shares, _)) in self.units.iter().enumerate() {
            for (_, schools) in shares.schools.iter().filter(|(own, _)| *own == layer) {
                for stratum in strata {
                    let schools = schools.get(*stratum).copied().unwrap_or(0);
                    let group = shares.hub.map_or(0, |_| grid.group(*stratum));
                    if schools > 0 {
                        who.push((unit, group, schools));
                    }
                }
            }
        }
        who.sort_unstable();
        who.dedup();
        who
    }

    /// The fewest schools that can stand behind strata, given for each layer.
    pub fn fewest(&self, grid: &Grid, strata: &[Vec<usize>]) -> u32 {
        let units = self.units.iter();
        let schools =
            units.map(|(shares, times)| shares.fewest(grid, strata).saturating_mul(*times));
        schools.fold(0, u32::saturating_add)
    }
}

impl Shares {
    fn fewest(&self, grid: &Grid, strata: &[Vec<usize>]) -> u32 {
        let of = |(layer, schools): &(usize, Vec<u32>)| {
            let own = strata.get(*layer).map_or(&[][..], Vec::as_slice);
            grid.fewest(own, |stratum| schools.get(stratum).copied().unwrap_or(0), self.hub)
        };
        let counts = self.schools.iter().map(of);
        if self.are_apart { counts.fold(0, u32::saturating_add) } else { counts.max().unwrap_or(0) }
    }
}

fn hub_of(series: &Series<'_>) -> Option<Option<Option<Repeats>>> {
    series.iter().flatten().next_back().map(|held| held.hub)
}

/// In which strata somebody of some units is, in any state.
fn anybody<'s, 'h: 's>(units: impl IntoIterator<Item = &'s Series<'h>>) -> Vec<bool> {
    let mut somebody = Vec::new();
    for held in units.into_iter().flatten().flatten() {
        somebody.resize(held.schools.len().max(somebody.len()), false);
        for (at, place) in somebody.iter_mut().enumerate() {
            *place |= held.has_anybody(at);
        }
    }
    somebody
}

/// One layer for each of a school's reports.
fn of_school(series: &Series<'_>) -> Vec<Part> {
    let mut reports: Vec<&Held> = Vec::new();
    for held in series.iter().flatten() {
        if !reports.contains(held) {
            reports.push(held);
        }
    }
    let part = |report: &Held| Part {
        counts_in: series.iter().map(|held| *held == Some(report)).collect(),
        has: report.schools.iter().map(|schools| *schools > 0).collect(),
        has_anybody: (0..report.schools.len()).map(|at| report.has_anybody(at)).collect(),
        schools: report.schools.clone(),
    };
    reports.into_iter().map(part).collect()
}

/// A hub's first sums, and what each later state has more or less than the one before.
fn of_hub(series: &Series<'_>) -> Vec<Part> {
    let since = |from: usize| -> Vec<bool> {
        series.iter().enumerate().map(|(state, held)| state >= from && held.is_some()).collect()
    };
    let mut parts = Vec::new();
    let mut last: Option<&Held> = None;
    for (state, held) in series.iter().enumerate() {
        let Some(held) = *held else { continue };
        let Some(before) = last.replace(held) else {
            parts.push(Part {
                counts_in: since(state),
                has: held.schools.iter().map(|schools| *schools > 0).collect(),
                has_anybody: (0..held.schools.len()).map(|at| held.has_anybody(at)).collect(),
                schools: held.schools.clone(),
            });
            continue;
        };
        if before != held {
            let strata = 0..held.schools.len();
            let differs = |at: usize| {
                let mut rows = before.values.iter().zip(&held.values);
                rows.any(|(old, new)| old.get(at) != new.get(at))
            };
            let more = |at: usize| before.schools_in(at).abs_diff(held.schools_in(at));
            let schools: Vec<u32> = strata.clone().map(more).collect();
            let has = |at: usize| differs(at) || schools.get(at).is_some_and(|more| *more > 0);
            parts.push(Part {
                counts_in: since(state),
                has: strata.clone().map(has).collect(),
                has_anybody: strata.map(differs).collect(),
                schools,
            });
        }
    }
    parts
}

/// Whether each state of a unit has at least the schools of the one before in every stratum.
fn has_only_grown(series: &Series<'_>) -> bool {
    let known: Vec<&Held> = series.iter().flatten().copied().collect();
    known.windows(2).all(|pair| {
        let [old, new] = pair else { return true };
        (0..new.schools.len()).all(|at| old.schools_in(at) <= new.schools_in(at))
    })
}
