//! Ledger: what one unit shows of a family so far, and what it must not tell.
//!
//! What earlier states showed is entered before anything is decided, so a figure of now is held
//! against everything that a reader may have kept.

use super::family::{Family, Figure};
use super::held::{Grid, Held};
use super::isolation::Isolation;
use super::layers::Layers;
use super::span::{Span, is_alike, is_nothing, lead};
use super::{GROUP_SCHOOLS_MIN, Verdict};

/// A unit whose figures stand in a list: the hub itself, or a member that is a hub.
pub(super) struct Ledger<'a> {
    held: &'a Held,
    is_low: bool,
    span: Span,
    /// What is left of each figure when everything shown is taken out.
    rests: Vec<Vec<u64>>,
    /// Figures that must not be told.
    is_secret: Vec<bool>,
    /// What is left of figures that earlier states hid.
    hidden_before: Vec<Vec<u64>>,
    is_shown: Vec<bool>,
    isolation: Isolation<'a>,
}

/// What showing a figure would mean.
pub(super) enum Effect {
    /// It follows from what is shown already.
    Follows,
    /// It is something new, of which this is left, and tells nothing that is hidden.
    New(Vec<u64>),
    /// It would tell something that is hidden.
    Telling,
}

/// The fewest schools behind some strata of a unit.
pub(super) type Fewest<'f> = dyn Fn(&[usize]) -> u32 + 'f;

/// A unit: what it holds now, whether it is below the district, and all of its states.
pub(super) type Place<'a> = (&'a Held, bool, &'a Layers);

impl<'a> Ledger<'a> {
    /// Opens the ledger; figures that may not be shown by themselves are entered as secret.
    pub fn open(
        (family, grid): (&'a Family, &'a Grid),
        (held, is_low, layers): Place<'a>,
        now: usize,
        fewest: &Fewest<'_>,
    ) -> (Self, Vec<Option<Verdict>>) {
        let isolation = Isolation::of(family, grid, layers);
        let figures = family.figures.iter();
        let rests = figures.map(|figure| isolation.vector(&figure.columns, now)).collect();
        let mut ledger = Self {
            held,
            is_low,
            span: Span::default(),
            rests,
            is_secret: Vec::new(),
            hidden_before: Vec::new(),
            is_shown: vec![false; family.figures.len()],
            isolation,
        };
        let bars: Vec<Option<Verdict>> =
            family.figures.iter().map(|figure| ledger.bar(figure, fewest)).collect();
        ledger.is_secret = bars.iter().map(Option::is_some).collect();
        (ledger, bars)
    }

    /// Enters what an earlier state showed, and what it hid below the floor. Figures that it hid
    /// since few schools stand behind them need no entry: no sum may be about these alone.
    pub fn know(&mut self, family: &Family, state: usize, verdict: impl Fn(&Figure) -> Verdict) {
        for figure in &family.figures {
            match verdict(figure) {
                Verdict::Shown => {
                    for told in self.isolation.told(&figure.columns, state) {
                        let rest = self.span.rest(told);
                        self.enter(&rest);
                    }
                }
                Verdict::Small | Verdict::Level => {
                    let vector = self.isolation.vector(&figure.columns, state);
                    self.hidden_before.push(self.span.rest(vector));
                }
                _ => {}
            }
        }
        self.hidden_before.sort_unstable();
        self.hidden_before.dedup();
    }

    fn enter(&mut self, rest: &[u64]) {
        self.span.put(rest, self.rests.iter_mut().chain(&mut self.hidden_before));
    }

    /// What is left of a figure in one layer.
    pub fn on_layer(&self, figure: &Figure, layer: usize) -> Vec<u64> {
        self.span.rest(self.isolation.on_layer(&figure.columns, layer))
    }

    /// Enters that a figure is known in one layer.
    pub fn learn(&mut self, figure: &Figure, layer: usize) {
        let rest = self.on_layer(figure, layer);
        self.enter(&rest);
    }

    /// Whether something hidden would follow if a figure is shown and its part in one layer is
    /// known as well.
    pub fn tells_on_layer(&self, figure: &Figure, layer: usize, effect: &Effect) -> bool {
        let (mut span, mut new) = (self.span.clone(), Span::default());
        if let Effect::New(rest) = effect {
            span.put(rest, []);
            new.put(rest, []);
        }
        let rest = new.rest(self.on_layer(figure, layer));
        let now = self.rests.iter().zip(&self.is_secret).filter(|(_, is_secret)| **is_secret);
        let mut hidden = now.map(|(secret, _)| secret).chain(&self.hidden_before);
        !is_nothing(&rest)
            && (hidden.any(|secret| is_alike(&new.rest(secret.clone()), &rest))
                || self.isolation.singles_out(&span, &rest))
    }

    /// Why a figure may not be shown whatever else is.
    fn bar(&self, figure: &Figure, fewest: &Fewest<'_>) -> Option<Verdict> {
        if figure.strata.iter().all(|stratum| self.held.schools_in(*stratum) == 0) {
            return Some(Verdict::Absent);
        }
        if self.is_low && figure.is_extreme {
            return Some(Verdict::Level);
        }
        if fewest(&figure.strata) < GROUP_SCHOOLS_MIN {
            return Some(Verdict::Few);
        }
        let is_small = self.has_anybody(figure) && self.value(figure) < figure.floor;
        is_small.then_some(Verdict::Small)
    }

    /// The figure's value.
    pub fn value(&self, figure: &Figure) -> u64 {
        self.held.sum(&figure.outcomes, &figure.strata)
    }

    /// Whether anybody is behind a figure: a stratum that prints nothing but zeros is empty.
    pub fn has_anybody(&self, figure: &Figure) -> bool {
        figure.strata.iter().any(|stratum| self.held.has_anybody(*stratum))
    }

    /// Enters a figure as secret: told, it would tell what another unit hides.
    pub fn hide(&mut self, at: usize) {
        if let Some(place) = self.is_secret.get_mut(at) {
            *place = true;
        }
    }

    /// What showing a figure would mean.
    pub fn effect(&self, family: &Family, (at, figure): (usize, &Figure)) -> Effect {
        let rest = self.rests.get(at).cloned().unwrap_or_default();
        if is_nothing(&rest) {
            return Effect::Follows;
        }
        let leaves_small = figure.parents.iter().any(|parent| {
            let parts = parent.parts.iter().filter(|part| **part == at || self.shows(**part));
            let parts = parts.filter_map(|part| family.figures.get(*part));
            let whole = family.figures.get(parent.figure).filter(|_| self.shows(parent.figure));
            whole.is_some_and(|whole| self.leaves_small(whole, parts))
        });
        // Zero, of strata in which somebody was before: it would say so of every school in them.
        let is_gone = !self.has_anybody(figure);
        if is_gone
            || leaves_small
            || self.tells_hidden(&rest)
            || self.isolation.singles_out(&self.span, &rest)
        {
            Effect::Telling
        } else {
            Effect::New(rest)
        }
    }

    /// Whether something hidden, now or before, would follow from what is left of a figure.
    fn tells_hidden(&self, rest: &[u64]) -> bool {
        let now = self.rests.iter().zip(&self.is_secret).filter(|(_, is_secret)| **is_secret);
        let mut hidden = now.map(|(secret, _)| secret).chain(&self.hidden_before);
        let place = lead(rest).map_or(0, |(place, _)| place);
        // Most differ at the first place already.
        hidden.any(|secret| {
            secret.get(place).is_some_and(|value| *value != 0) && is_alike(secret, rest)
        })
    }

    /// Whether what a figure leaves beside some of its parts is below the floor.
    fn leaves_small<'f>(&self, whole: &Figure, parts: impl Iterator<Item = &'f Figure>) -> bool {
        let mut left = whole.strata.clone();
        for part in parts {
            left.retain(|stratum| !part.strata.contains(stratum));
        }
        left.retain(|stratum| self.held.has_anybody(*stratum));
        !left.is_empty() && self.held.sum(&whole.outcomes, &left) < whole.floor
    }

    /// Enters a figure as shown.
    pub fn show(&mut self, at: usize, effect: &Effect) {
        if let Effect::New(rest) = effect {
            self.enter(rest);
        }
        if let Some(place) = self.is_shown.get_mut(at) {
            *place = true;
        }
    }

    /// Whether a figure is shown.
    pub fn shows(&self, at: usize) -> bool {
        self.is_shown.get(at) == Some(&true)
    }

    /// Whether a figure follows from what is shown, and if `more` is shown as well.
    pub fn tells(&self, at: usize, more: Option<&Effect>) -> bool {
        let Some(rest) = self.rests.get(at) else { return false };
        is_nothing(rest) || matches!(more, Some(Effect::New(new)) if is_alike(rest, new))
    }

    /// Whether a figure would follow only if `more` is shown.
    pub fn begins_to_tell(&self, at: usize, more: Option<&Effect>) -> bool {
        let new = self.rests.get(at).is_some_and(|rest| !is_nothing(rest));
        new && self.tells(at, more)
    }
}
