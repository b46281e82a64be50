//! The decision: takes figures from coarse to fine, the hub's own and its members' rows together.
//!
//! A row shows nothing that the hub itself does not. Where rows that hide a figure have too few
//! schools among them to hide each other, the smallest row that shows it is hidden with them. What
//! earlier states showed is known from the start, so nothing is shown that would tell, with it,
//! what is hidden now or was hidden then.

use std::collections::BTreeSet;

use super::family::{Family, Figure, Order};
use super::ground::Ground;
use super::ledger::{Effect, Ledger};
use super::outline::Outline;
use super::span::{is_alike, is_nothing};
use super::{Decision, GROUP_SCHOOLS_MIN, Table, Verdict};

/// Decides which figures of a table are shown.
pub(super) fn decide(outline: &Outline, table: &Table<'_>) -> Decision {
    let ground = Ground::of(table);
    let hubs = || table.members.iter().filter(|member| member.hub.is_some());
    let absent = vec![Verdict::Absent; outline.length()];
    let mut decision = Decision {
        whole: absent.clone(),
        rows: hubs().map(|member| (member.unit.to_owned(), absent.clone())).collect(),
    };
    let order = Order {
        grid: &ground.grid,
        whole: &ground.whole,
        has_schools: &|stratum| ground.has_schools(stratum),
        was_shown: &|figure| ground.known().last().is_some_and(|past| past.showed(figure)),
    };
    for family in Family::all(outline, &order) {
        Round::open(&ground, &family).run(&mut decision);
    }
    decision
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
        let (grid, layers, now) = (&ground.grid, &ground.layers, ground.known.len());
        let fewest = |strata: &[usize]| ground.fewest(strata);
        let place = (&ground.whole, ground.table.is_low, &layers.whole);
        let (mut whole, bars) = Ledger::open((family, grid), place, now, &fewest);
        for (state, past) in ground.known().enumerate() {
            whole.know(family, state, |figure| past.verdict(None, figure));
        }
        let bars = incomplete(ground, family, bars);
        let hubs = ground.table.members.iter().filter_map(|member| member.hub);
        let hubs = hubs.zip(ground.hubs.iter().zip(&layers.rows)).enumerate();
        let rows = hubs.map(|(row, (hub, (held, layers)))| {
            let fewest = |strata: &[usize]| ground.of_row(row, strata);
            let place = (held, hub.is_low, layers);
            let (mut ledger, bars) = Ledger::open((family, grid), place, now, &fewest);
            for (state, past) in ground.known().enumerate() {
                ledger.know(family, state, |figure| past.verdict(Some(row), figure));
            }
            let bars = incomplete(ground, family, bars);
            Row { ledger, bars, fresh: vec![BTreeSet::new(); ground.past.len()] }
        });
        let rows: Vec<Row<'_>> = rows.collect();
        for figure in &family.figures {
            learn(&mut whole, &rows, ground, figure);
        }
        let fresh = vec![BTreeSet::new(); ground.past.len()];
        let fewest = |strata: &[usize]| ground.of_rest(strata);
        let place = (&ground.rest, false, &layers.rest);
        let (mut rest, rest_bars) = Ledger::open((family, grid), place, now, &fewest);
        for (state, past) in ground.known().enumerate() {
            rest.know(family, state, |figure| past.of_rest(&ground.has_row, figure));
        }
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
        let rows = (0..self.rows.len()).map(|row| self.of_row(row, (at, figure), &effect));
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
        self.whole.show(at, effect);
        if self.tells_rest(at, effects) {
            let effect = self.rest.effect(self.family, (at, figure));
            self.rest.show(at, &effect);
        }
        for (row, effect) in self.rows.iter_mut().zip(effects) {
            if let Some(effect) = effect {
                row.ledger.show(at, effect);
            }
        }
        learn(&mut self.whole, &self.rows, self.ground, figure);
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
    fn of_row(
        &self,
        place: usize,
        (at, figure): (usize, &Figure),
        of_whole: &Effect,
    ) -> Option<Effect> {
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
            // What came to one member alone is told of the whole by its row.
            Effect::New(rest) => {
                let mut solo = self.ground.layers.solo.get(place).into_iter().flatten();
                let tells = solo.any(|(layer, own)| {
                    is_alike(&row.ledger.on_layer(figure, *own), &rest)
                        && self.whole.tells_on_layer(figure, *layer, of_whole)
                });
                (!tells).then_some(Effect::New(rest))
            }
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

/// Enters in the whole what rows tell of layers that are theirs alone.
fn learn(whole: &mut Ledger<'_>, rows: &[Row<'_>], ground: &Ground<'_>, figure: &Figure) {
    for (row, solo) in rows.iter().zip(&ground.layers.solo) {
        for (layer, own) in solo {
            if is_nothing(&row.ledger.on_layer(figure, *own)) {
                whole.learn(figure, *layer);
            }
        }
    }
}

/// Bars figures of some schools only while more may report, and such as nobody asks for any more.
/// They are not entered as hidden: what follows about them from what is shown is told anyway.
fn incomplete(
    ground: &Ground<'_>,
    family: &Family,
    bars: Vec<Option<Verdict>>,
) -> Vec<Option<Verdict>> {
    let waits = |figure: &Figure| {
        if !figure.is_asked {
            return Some(Verdict::Absent);
        }
        (figure.is_of_some && !ground.table.is_final).then_some(Verdict::Incomplete)
    };
    bars.into_iter().zip(&family.figures).map(|(bar, figure)| bar.or(waits(figure))).collect()
}

fn note(verdicts: &mut [Verdict], figure: &Figure, verdict: Verdict) {
    if let Some(place) = verdicts.get_mut(figure.place) {
        *place = verdict;
    }
}
