//! The decision: takes figures from coarse to fine, the hub's own and its members' rows together.
//!
//! A row shows nothing that the hub itself does not. Where rows that hide a figure have too few
//! schools among them to hide each other, the smallest row that shows it is hidden with them; and
//! a figure is refused if it differs by one to four schools from a state that showed it before.

use std::collections::{BTreeMap, BTreeSet};

use super::change::Past;
use super::family::{Family, Figure};
use super::held::{Grid, Held};
use super::ledger::{Effect, Ledger};
use super::outline::Outline;
use super::{Decision, GROUP_SCHOOLS_MIN, Table, Verdict};

/// Everything that all families share.
struct Ground<'a> {
    grid: Grid,
    whole: Held,
    /// Members that are hubs, and so have a row of their own.
    hubs: Vec<Held>,
    schools: Vec<Alike>,
    /// Whether a row shows anything at all: it has five schools.
    has_row: Vec<bool>,
    /// All who have no row: what is left of the whole when the rows are taken out.
    rest: Held,
    table: &'a Table<'a>,
    past: Vec<Past>,
}

/// Schools that have the same strata, and anybody in the same ones.
struct Alike {
    has: Vec<bool>,
    has_anybody: Vec<bool>,
    schools: u32,
}

/// Decides which figures of a table are shown.
pub(super) fn decide(outline: &Outline, table: &Table<'_>) -> Decision {
    let ground = Ground::of(table);
    let hubs = || table.members.iter().filter(|member| member.hub.is_some());
    let absent = vec![Verdict::Absent; outline.length()];
    let mut decision = Decision {
        whole: absent.clone(),
        rows: hubs().map(|member| (member.unit.to_owned(), absent.clone())).collect(),
    };
    for family in Family::all(outline, &ground.grid, &ground.whole) {
        Round::open(&ground, &family).run(&mut decision);
    }
    decision
}

impl<'a> Ground<'a> {
    fn of(table: &'a Table<'a>) -> Self {
        let grid = Grid::of(table.block);
        let hold = |member: &super::Member<'_>| {
            let hub = member.hub.map(|hub| hub.repeats);
            grid.held(table.block, member.sums, hub)
        };
        let whole = grid.held(table.block, table.sums, Some(None));
        let now: Vec<Held> = table.members.iter().map(hold).collect();
        let past = table.earlier.iter().map(|earlier| {
            let then: Vec<Held> = earlier.members.iter().map(hold).collect();
            Past::of(table, earlier, (&then, &now))
        });
        let past = past.collect();
        let (hubs, schools): (Vec<Held>, Vec<Held>) =
            now.into_iter().partition(|held| held.hub.is_some());
        let has_row = |held: &Held| {
            let all: Vec<usize> = (0..grid.strata.len()).collect();
            grid.fewest(&all, |stratum| held.schools_in(stratum), held.hub) >= GROUP_SCHOOLS_MIN
        };
        let has_row: Vec<bool> = hubs.iter().map(has_row).collect();
        let rows = hubs.iter().zip(&has_row).filter(|(_, has_row)| **has_row);
        let rest = rows.fold(whole.clone(), |rest, (held, _)| rest.less(held));
        let schools = Alike::all(&schools);
        Self { grid, whole, hubs, schools, has_row, rest, table, past }
    }

    /// The fewest schools behind some strata of those who have no row.
    fn of_rest(&self, strata: &[usize]) -> u32 {
        let hubs = (0..self.hubs.len()).filter(|row| self.has_row.get(*row) == Some(&false));
        let own = self.schools.iter().filter(|alike| alike.is_in(strata));
        let own = own.map(|alike| alike.schools);
        hubs.map(|row| self.of_row(row, strata)).chain(own).fold(0, u32::saturating_add)
    }

    /// The fewest schools behind some strata of the whole: members do not share schools.
    fn fewest(&self, strata: &[usize]) -> u32 {
        let hubs = (0..self.hubs.len()).map(|row| self.of_row(row, strata));
        let own = self.schools.iter().filter(|alike| alike.is_in(strata));
        hubs.chain(own.map(|alike| alike.schools)).fold(0, u32::saturating_add)
    }

    /// The fewest schools behind some strata of a member hub.
    fn of_row(&self, row: usize, strata: &[usize]) -> u32 {
        self.hubs.get(row).map_or(0, |held| {
            self.grid.fewest(strata, |stratum| held.schools_in(stratum), held.hub)
        })
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

    fn has_anybody(&self, strata: &[usize]) -> bool {
        strata.iter().any(|stratum| self.has_anybody.get(*stratum) == Some(&true))
    }
}

/// The decision about one family.
struct Round<'a> {
    ground: &'a Ground<'a>,
    family: &'a Family,
    whole: Ledger<'a>,
    bars: Vec<Option<Verdict>>,
    /// What is told of those who have no row, and what must not be.
    rest: Ledger<'a>,
    rest_bars: Vec<Option<Verdict>>,
    rows: Vec<Row<'a>>,
    /// For each earlier state the strata of shown figures that nobody of that state is in.
    fresh: Vec<BTreeSet<usize>>,
}

/// A member that is a hub, and so has a row of its own.
struct Row<'a> {
    ledger: Ledger<'a>,
    bars: Vec<Option<Verdict>>,
    fresh: Vec<BTreeSet<usize>>,
}

impl<'a> Round<'a> {
    fn open(ground: &'a Ground<'a>, family: &'a Family) -> Self {
        let fewest = |strata: &[usize]| ground.fewest(strata);
        let (whole, bars) =
            Ledger::open(family, &ground.grid, (&ground.whole, ground.table.is_low), &fewest);
        let bars = incomplete(ground, family, bars);
        let hubs = ground.table.members.iter().filter_map(|member| member.hub);
        let rows = hubs.zip(&ground.hubs).enumerate().map(|(row, (hub, held))| {
            let fewest = |strata: &[usize]| ground.of_row(row, strata);
            let (ledger, bars) = Ledger::open(family, &ground.grid, (held, hub.is_low), &fewest);
            let bars = incomplete(ground, family, bars);
            Row { ledger, bars, fresh: vec![BTreeSet::new(); ground.past.len()] }
        });
        let rows = rows.collect();
        let fresh = vec![BTreeSet::new(); ground.past.len()];
        let fewest = |strata: &[usize]| ground.of_rest(strata);
        let (rest, rest_bars) = Ledger::open(family, &ground.grid, (&ground.rest, false), &fewest);
        Self { ground, family, whole, bars, rest, rest_bars, rows, fresh }
    }

    fn run(mut self, decision: &mut Decision) {
        for (at, figure) in self.family.figures.iter().enumerate() {
            let verdict = self.consider(at, figure);
            note(&mut decision.whole, figure, verdict);
            for (row, (_, verdicts)) in self.rows.iter().zip(&mut decision.rows) {
                let own = match row.bars.get(at).copied().flatten() {
                    Some(bar) => bar,
                    None if row.ledger.shows(at) => Verdict::Shown,
                    None => Verdict::Telling,
                };
                note(verdicts, figure, own);
            }
        }
    }

    /// Decides about one figure and enters it as shown where it is.
    fn consider(&mut self, at: usize, figure: &'a Figure) -> Verdict {
        if let Some(bar) = self.bars.get(at).copied().flatten() {
            return bar;
        }
        let effect = self.whole.effect(self.family, (at, figure));
        let may_follow = self.ground.past.iter().zip(&self.fresh).all(|(past, fresh)| {
            let grid = &self.ground.grid;
            (!past.showed(figure) || past.hides(grid, &figure.strata, |_| true))
                && past.leaves_many(grid, (None, figure), fresh)
        });
        let follows = matches!(effect, Effect::Follows);
        if matches!(effect, Effect::Telling) || !(may_follow || follows) {
            return Verdict::Telling;
        }
        let rows = (0..self.rows.len()).map(|row| self.of_row(row, (at, figure)));
        let mut effects: Vec<Option<Effect>> = rows.collect();
        let mut taken = Vec::new();
        while !(self.is_safe(at, &effect, &effects) && self.is_rest_safe((at, figure), &effects)) {
            let Some(smallest) = self.smallest(figure, &effects) else {
                return Verdict::Telling;
            };
            if let Some(effect) = effects.get_mut(smallest) {
                *effect = None;
            }
            taken.push(smallest);
        }
        self.enter((at, figure), &effect, &effects);
        for place in taken {
            if let Some(row) = self.rows.get_mut(place) {
                row.ledger.hide(at);
            }
        }
        Verdict::Shown
    }

    /// Enters a figure as shown.
    fn enter(
        &mut self,
        (at, figure): (usize, &Figure),
        effect: &Effect,
        effects: &[Option<Effect>],
    ) {
        self.whole.show(self.family, (at, figure), effect);
        if self.tells_rest(at, effects) {
            let effect = self.rest.effect(self.family, (at, figure));
            self.rest.show(self.family, (at, figure), &effect);
        }
        for (row, effect) in self.rows.iter_mut().zip(effects) {
            if let Some(effect) = effect {
                row.ledger.show(self.family, (at, figure), effect);
            }
        }
        for (past, fresh) in self.ground.past.iter().zip(&mut self.fresh) {
            if past.is_fresh(None, figure) {
                fresh.extend(&figure.strata);
            }
        }
        for (place, (row, effect)) in self.rows.iter_mut().zip(effects).enumerate() {
            for (past, fresh) in self.ground.past.iter().zip(&mut row.fresh) {
                if effect.is_some() && past.is_fresh(Some(place), figure) {
                    fresh.extend(&figure.strata);
                }
            }
        }
    }

    /// Whether all rows tell a figure, so that it is told of those who have none.
    fn tells_rest(&self, at: usize, effects: &[Option<Effect>]) -> bool {
        let rows = self.rows.iter().zip(effects).zip(&self.ground.has_row);
        let mut rows = rows.filter(|(_, has_row)| **has_row);
        rows.all(|((row, effect), _)| row.ledger.tells(at, effect.as_ref()))
    }

    /// Whether what a figure tells of those who have no row may be told.
    fn is_rest_safe(&self, (at, figure): (usize, &Figure), effects: &[Option<Effect>]) -> bool {
        if !self.rest.has_anybody(figure) || !self.tells_rest(at, effects) {
            return true;
        }
        let is_barred = self.rest_bars.get(at).copied().flatten().is_some();
        let effect = self.rest.effect(self.family, (at, figure));
        !is_barred && !matches!(effect, Effect::Telling)
    }

    /// Whether rows hide each other, for a figure and everything that begins to follow with it.
    fn is_safe(&self, at: usize, effect: &Effect, effects: &[Option<Effect>]) -> bool {
        let known = |figure: usize, row: usize| {
            let Some(known) = self.rows.get(row) else { return false };
            known.ledger.tells(figure, effects.get(row).and_then(Option::as_ref))
        };
        let begins = |figure: usize| {
            self.whole.begins_to_tell(figure, Some(effect))
                || self
                    .rows
                    .iter()
                    .zip(effects)
                    .any(|(row, effect)| row.ledger.begins_to_tell(figure, effect.as_ref()))
        };
        self.family.figures.iter().enumerate().all(|(other, figure)| {
            let is_concerned = other == at || begins(other);
            !is_concerned
                || !self.whole.tells(other, Some(effect))
                || self.is_group_safe(figure, |row| known(other, row))
        })
    }

    /// What showing a figure in a row would mean; `None` where the row may not show it.
    fn of_row(&self, place: usize, (at, figure): (usize, &Figure)) -> Option<Effect> {
        let row = self.rows.get(place)?;
        if row.bars.get(at).copied().flatten().is_some() {
            return None;
        }
        let grid = &self.ground.grid;
        let effect = row.ledger.effect(self.family, (at, figure));
        let own = |row: Option<usize>| row == Some(place);
        let may_follow = self.ground.past.iter().zip(&row.fresh).all(|(past, fresh)| {
            (!past.row_showed(place, figure) || past.hides(grid, &figure.strata, own))
                && past.leaves_many(grid, (Some(place), figure), fresh)
        });
        match effect {
            Effect::Telling => None,
            Effect::New(_) if !may_follow => None,
            effect => Some(effect),
        }
    }

    /// Whether what is left of a figure when the rows that show it are taken out tells nothing.
    fn is_group_safe(&self, figure: &Figure, shows: impl Fn(usize) -> bool) -> bool {
        let is_past_safe = self.ground.past.iter().all(|past| {
            let others = |row: Option<usize>| {
                !row.is_some_and(|row| shows(row) && past.row_showed(row, figure))
            };
            !past.showed(figure) || past.hides(&self.ground.grid, &figure.strata, others)
        });
        let mut left = self.whole.value(figure);
        let (mut schools, mut hidden_rows) = (0_u32, 0);
        for (place, row) in self.rows.iter().enumerate() {
            if shows(place) {
                left = left.saturating_sub(row.ledger.value(figure));
            } else if row.ledger.has_anybody(figure) {
                schools = schools.saturating_add(self.ground.of_row(place, &figure.strata));
                hidden_rows += 1;
            }
        }
        let own = self.ground.schools.iter().filter(|alike| alike.has_anybody(&figure.strata));
        let own = own.fold(0, |sum: u32, alike| sum.saturating_add(alike.schools));
        // A row that is hidden alone is told by the whole and the others.
        let is_alone = hidden_rows == 1 && own == 0;
        let hides = own.saturating_add(schools) >= GROUP_SCHOOLS_MIN && left >= figure.floor;
        is_past_safe && ((hidden_rows == 0 && own == 0) || (hides && !is_alone))
    }

    /// The row with the fewest schools that shows a figure and can hide it; of several alike the
    /// last, so that a hub and the one above it take the same.
    fn smallest(&self, figure: &Figure, effects: &[Option<Effect>]) -> Option<usize> {
        let rows = self.rows.iter().zip(effects).enumerate();
        let can_hide = rows.filter(|(_, (_, effect))| matches!(effect, Some(Effect::New(_))));
        let schools = |place: &usize| self.ground.of_row(*place, &figure.strata);
        can_hide.map(|(place, _)| place).rev().min_by_key(schools)
    }
}

/// Bars figures of some schools only while more may report. They are not entered as hidden: what
/// follows about them from what is shown is told anyway.
fn incomplete(
    ground: &Ground<'_>,
    family: &Family,
    bars: Vec<Option<Verdict>>,
) -> Vec<Option<Verdict>> {
    let waits = |figure: &Figure| {
        (figure.is_of_some && !ground.table.is_final).then_some(Verdict::Incomplete)
    };
    bars.into_iter().zip(&family.figures).map(|(bar, figure)| bar.or(waits(figure))).collect()
}

fn note(verdicts: &mut [Verdict], figure: &Figure, verdict: Verdict) {
    if let Some(place) = verdicts.get_mut(figure.place) {
        *place = verdict;
    }
}
