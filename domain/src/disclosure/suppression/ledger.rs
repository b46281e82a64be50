//! Ledger: what one unit shows of a family so far, and what it must not tell.

use super::family::{Family, Figure};
use super::held::{Grid, Held};
use super::isolation::Isolation;
use super::span::{Span, is_alike, is_nothing};
use super::{GROUP_SCHOOLS_MIN, Verdict};

/// A unit whose figures stand in a list: the hub itself, or a member that is a hub.
pub(super) struct Ledger<'a> {
    held: &'a Held,
    is_low: bool,
    is_alive: Vec<bool>,
    span: Span,
    /// What is left of each figure when everything shown is taken out.
    rests: Vec<Vec<u64>>,
    /// Figures that must not be told.
    is_secret: Vec<bool>,
    is_shown: Vec<bool>,
    isolation: Isolation,
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

impl<'a> Ledger<'a> {
    /// Opens the ledger; figures that may not be shown by themselves are entered as secret.
    pub fn open(
        family: &Family,
        grid: &Grid,
        (held, is_low): (&'a Held, bool),
        fewest: &Fewest<'_>,
    ) -> (Self, Vec<Option<Verdict>>) {
        let is_alive = family.alive(held);
        let figures = family.figures.iter();
        let mut ledger = Self {
            held,
            is_low,
            span: Span::default(),
            rests: figures.map(|figure| family.vector(figure, &is_alive)).collect(),
            is_secret: Vec::new(),
            is_shown: vec![false; family.figures.len()],
            isolation: Isolation::of(family, grid, &is_alive, fewest),
            is_alive,
        };
        let bars: Vec<Option<Verdict>> =
            family.figures.iter().map(|figure| ledger.bar(figure, fewest)).collect();
        ledger.is_secret = bars.iter().map(Option::is_some).collect();
        (ledger, bars)
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
        figure.columns.iter().any(|column| self.is_alive.get(*column) == Some(&true))
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
        let mut secrets =
            self.rests.iter().zip(&self.is_secret).filter(|(_, is_secret)| **is_secret);
        let tells = secrets.any(|(secret, _)| is_alike(secret, &rest));
        let leaves_small = figure.parents.iter().any(|parent| {
            let parts = parent.parts.iter().filter(|part| **part == at || self.shows(**part));
            let parts = parts.filter_map(|part| family.figures.get(*part));
            let whole = family.figures.get(parent.figure).filter(|_| self.shows(parent.figure));
            whole.is_some_and(|whole| self.leaves_small(whole, parts))
        });
        let vector = family.vector(figure, &self.is_alive);
        if tells || leaves_small || self.isolation.singles_out(&vector) {
            Effect::Telling
        } else {
            Effect::New(rest)
        }
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
    pub fn show(&mut self, family: &Family, (at, figure): (usize, &Figure), effect: &Effect) {
        if let Effect::New(rest) = effect {
            self.span.put(rest, self.rests.iter_mut());
            self.isolation.put(&family.vector(figure, &self.is_alive));
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
