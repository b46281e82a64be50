//! The attacker that is shipped: bounds every hidden figure from everything one role has seen.
//!
//! A [`View`] is set up as sums of non-negative integers; presolve makes the system small; and for
//! every figure of every school two things are sought: bounds that hold in every world that fits
//! what was seen, and worlds that show how far the figure can move. *Safe* is said only with such
//! worlds at hand, each checked in exact integers. *Exact* and *proven* come from integer
//! propagation, or from linear programs whose optimum is rounded outwards. What neither side
//! decided in the time that was given is listed as undecided, never passed over.
//!
//! Pure: the same view gives the same bounds; only how far it gets depends on its [`Pace`].

mod assumed;
mod cover;
mod decide;
mod linear;
mod own;
mod parts;
mod program;
mod reduce;
mod room;
mod shape;
mod split;
mod system;
#[cfg(test)]
mod tests;
mod tries;
mod turn;
mod view;
mod world;

use std::time::Duration;

pub use view::{Course, MARGIN, Printed, SeenCell, SeenPeriod, SeenTable, Unit, View, ViewError};

/// Most tables of a view.
pub const TABLES_MAX: usize = 150_000;

/// Most cells of all tables of a view.
pub const SEEN_CELLS_MAX: usize = 2_000_000;

/// With this ends the id of a table that prints nothing seen, and says that a table which counts
/// the same records as another has its total, or at least or at most that where one of them counts
/// a part of the other's. Somebody may count them otherwise, and who looks can tell; where it
/// contradicts what was seen it is left aside.
pub const SAME_TOTAL: &str = "/total";

/// With this ends the id of a table that prints nothing seen, and says that of a school's students
/// of a grade and sex no more can be in any states than the signed roster has there. Students come
/// and go after it was signed; where it contradicts what was seen it is left aside.
pub const ROSTER: &str = "/roster";

/// Whether a table prints nothing that was seen, but only what whoever looks takes to be true.
#[must_use]
pub fn is_assumed(table: &str) -> bool {
    table.ends_with(SAME_TOTAL) || table.ends_with(ROSTER)
}

/// Most unknowns of what hangs together of one measure.
const UNKNOWNS_MAX: usize = 2_000_000;

/// How much time is left; asked before every piece of work and within long ones.
pub trait Pace {
    /// The time that may still be spent; zero ends the attack.
    fn left(&mut self) -> Duration;

    /// Whether it is spent, asked within a piece of work again and again: the search ends then, and
    /// what it was about stays undecided.
    fn is_over(&mut self) -> bool;
}

/// A pace by work instead of time: so many pieces, and each as long as it takes.
#[derive(Clone, Copy, Debug)]
pub struct Pieces(pub u64);

impl Pace for Pieces {
    fn left(&mut self) -> Duration {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Duration::from_secs(30)
            }
            None => Duration::ZERO,
        }
    }

    /// A piece that was begun is finished.
    fn is_over(&mut self) -> bool {
        false
    }
}

/// What follows about a hidden figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It has one value only, and that was found out.
    Exact,
    /// It is at least 1 and at most `k - 1`.
    Proven,
    /// No small count: a world that fits what was seen has it at zero or at `k` at least.
    Safe,
    /// Not decided in the time that was given.
    Undecided,
}

/// A hidden figure and what follows about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose figure it is.
    pub unit: String,
    /// Whether that is a school; above schools, figures belong to no school.
    pub is_school: bool,
    /// What is counted.
    pub measure: String,
    /// When.
    pub period: String,
    /// Which cell, one entry for each dimension of the measure.
    pub key: Vec<String>,
    /// It is at least this.
    pub lo: u64,
    /// It is at most this, where anything follows.
    pub hi: Option<u64>,
    /// What follows.
    pub verdict: Verdict,
}

/// What an attack found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Counts from 1 to `k - 1` are small.
    pub k: u32,
    /// Every hidden figure.
    pub findings: Vec<Finding>,
    /// Figures of schools that were seen exactly in their own tables, and are not hidden.
    pub told: usize,
    /// Ids of tables that only say how totals of tables which count the same records, or a part of
    /// them, hang together, or what a roster has ([`is_assumed`]), where that is not true of what
    /// the others print: they were left aside.
    pub aside: Vec<String>,
}

impl Finding {
    /// Whether a small count of one school is known by it.
    #[must_use]
    pub const fn is_leak(&self) -> bool {
        let is_known = match self.verdict {
            Verdict::Exact => self.lo > 0,
            Verdict::Proven => true,
            Verdict::Safe | Verdict::Undecided => false,
        };
        self.is_school && is_known
    }
}

impl Report {
    /// Nothing found yet.
    #[must_use]
    pub const fn empty(k: u32) -> Self {
        Self { k, findings: Vec::new(), told: 0, aside: Vec::new() }
    }

    /// Small counts of one school that follow from what was seen.
    pub fn leaks(&self) -> impl Iterator<Item = &Finding> {
        let small = u64::from(self.k.saturating_sub(1));
        self.findings.iter().filter(move |found| found.is_leak() && found.lo <= small)
    }

    /// Figures of schools that may be small counts which follow: nothing was decided about them,
    /// and nothing says that they are `k` at least, whatever they are.
    pub fn undecided(&self) -> impl Iterator<Item = &Finding> {
        let small = u64::from(self.k.saturating_sub(1));
        let is_open = |found: &&Finding| found.verdict == Verdict::Undecided && found.is_school;
        self.findings.iter().filter(is_open).filter(move |found| found.lo <= small)
    }
}

/// Whether nothing of a view contradicts the rest, as far as [`attack`] would see it.
///
/// # Errors
/// The view is too large, or does not fit together in another way.
pub fn fits(view: &View, pace: &mut dyn Pace) -> Result<bool, ViewError> {
    let sight = Sight::of(view, UNKNOWNS_MAX)?;
    for part in &sight.parts {
        let is_fit = sight.part_fits(part, pace)?
            || match part.without_assumed() {
                Some((own, _)) => sight.part_fits(&own, pace)?,
                None => false,
            };
        if !is_fit {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Attacks a view.
///
/// # Errors
/// The view is too large, or does not fit together.
pub fn attack(view: &View, pace: &mut dyn Pace) -> Result<Report, ViewError> {
    let mut all = Report::empty(view.k);
    attack_each(view, pace, &mut |part| {
        all.findings.extend(part.findings);
        all.told += part.told;
        all.aside.extend(part.aside);
    })?;
    Ok(all)
}

/// Attacks a view part by part, as its measures and periods hang together, and hands over what it
/// found of each, so that a year of a city need not be in memory at once.
///
/// # Errors
/// As [`attack`]: too large before anything was handed over, not fitting together where it shows.
pub fn attack_each(
    view: &View,
    pace: &mut dyn Pace,
    take: &mut dyn FnMut(Report),
) -> Result<(), ViewError> {
    attack_within(view, UNKNOWNS_MAX, (pace, take))
}

fn attack_within(
    view: &View,
    unknowns_max: usize,
    (pace, take): (&mut dyn Pace, &mut dyn FnMut(Report)),
) -> Result<(), ViewError> {
    let sight = Sight::of(view, unknowns_max)?;
    for part in &sight.parts {
        take(sight.judged(part, pace)?);
    }
    Ok(())
}

/// A view, parted, with what all parts are read by.
struct Sight<'v> {
    view: &'v View,
    tree: system::Tree<'v>,
    bases: shape::Bases<'v>,
    parts: Vec<parts::Part<'v>>,
    unknowns_max: usize,
}

impl<'v> Sight<'v> {
    /// Parts a view; one that is too large is refused before any work is done on it.
    fn of(view: &'v View, unknowns_max: usize) -> Result<Self, ViewError> {
        let cells: usize = view.tables.iter().map(|table| table.cells.len()).sum();
        if view.tables.len() > TABLES_MAX {
            return Err(ViewError::Size { max: TABLES_MAX, of: "tables" });
        }
        if cells > SEEN_CELLS_MAX {
            return Err(ViewError::Size { max: SEEN_CELLS_MAX, of: "cells" });
        }
        let (tree, bases) = (system::Tree::of(view)?, shape::bases_of(view));
        let parts = parts::Part::all(view, &bases)?;
        for part in &parts {
            let shape = shape::Shape::of(view, part, &bases)?;
            system::Block::of(&tree, (part, &shape), unknowns_max)?;
        }
        Ok(Self { view, tree, bases, parts, unknowns_max })
    }

    fn system(&self, part: &parts::Part<'v>) -> Result<system::System<'v>, ViewError> {
        let shape = shape::Shape::of(self.view, part, &self.bases)?;
        system::System::of(self.view, &self.tree, (part, &shape), self.unknowns_max)
    }

    fn attack(&self, part: &parts::Part<'v>, pace: &mut dyn Pace) -> Result<Report, ViewError> {
        let system = self.system(part)?;
        let reduced =
            reduce::Reduced::of(&system).map_err(|program::Empty| ViewError::Contradiction)?;
        let decider = decide::Decider::new(&reduced, small(self.view), pace);
        let findings =
            decider.decide(&system.targets).map_err(|program::Empty| ViewError::Contradiction)?;
        Ok(Report { findings, told: system.told, ..Report::empty(self.view.k) })
    }

    /// Attacks a part; what is only said of it and is not true is left aside.
    fn judged(&self, part: &parts::Part<'v>, pace: &mut dyn Pace) -> Result<Report, ViewError> {
        let found = self.attack(part, pace);
        let (Err(ViewError::Contradiction), Some((own, said))) = (&found, part.without_assumed())
        else {
            return found;
        };
        if !self.part_fits(&own, pace)? {
            return found;
        }
        let kept = assumed::kept(&said, |some| self.part_fits(&own.with(some), pace))?;
        let without = |kept: &[&SeenTable]| -> Vec<String> {
            let aside = said.iter().filter(|table| !kept.contains(table));
            aside.map(|table| table.id.clone()).collect()
        };
        match self.attack(&own.with(&kept), pace) {
            Err(ViewError::Contradiction) => {
                Ok(Report { aside: without(&[]), ..self.attack(&own, pace)? })
            }
            found => Ok(Report { aside: without(&kept), ..found? }),
        }
    }

    fn part_fits(&self, part: &parts::Part<'v>, pace: &mut dyn Pace) -> Result<bool, ViewError> {
        let system = self.system(part)?;
        let Ok(reduced) = reduce::Reduced::of(&system) else { return Ok(false) };
        Ok(decide::Decider::new(&reduced, small(self.view), pace).fits())
    }
}

/// The largest small count.
fn small(view: &View) -> i64 {
    i64::from(view.k.saturating_sub(1))
}
