//! One indicator of the hub over a run of periods, and where it must not be read across.
//!
//! Each period has the very figure, blank and coverage that asking for it alone gives: it is worked
//! out by the same code from the same sheets, which are only read together. So a trend shows
//! nothing that single questions do not. It is the hub's own figure and total: members and
//! dimensions are asked for period by period.

mod breaks;
mod out;
mod periods;
mod shelf;
#[cfg(test)]
mod tests;

use domain::digest::Digest;
use domain::period::Period;
use runtime::sql::Tx;

pub use breaks::Break;
pub use out::{TrendBreakOut, TrendOut, TrendPointOut};
pub(super) use periods::latest;
pub use periods::{PERIODS_MAX, RunError, run};

use self::breaks::Seam;
use self::shelf::Shelf;
use super::StatisticsError;
use super::holdings::Asked;
use super::value::{Figures, UnitName};
use crate::packs::Packs;

/// An indicator over a run of periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// Indicator id.
    pub indicator: String,
    /// The hub.
    pub unit: UnitName,
    /// The periods from the earliest to the latest.
    pub points: Vec<TrendPoint>,
    /// Catalogue whose definitions hold.
    pub catalogue: Digest,
    /// Its revision.
    pub revision: u32,
}

/// One period of a trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrendPoint {
    /// The figures as they are when the period alone is asked for.
    pub figures: Figures,
    /// Why it must not be read together with the point before it.
    pub breaks: Vec<Break>,
}

/// The hub's own figures of an indicator over a run of periods, as [`run`] gives it. Reads a
/// handful of statements for each table; where areas are under seal, by period the sums of its
/// own sealed tables.
///
/// # Errors
/// No such indicator, or the store cannot be read.
pub fn trend(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    (indicator, periods): (&str, &[Period]),
) -> Result<Trend, StatisticsError> {
    let known = packs.in_force();
    let plain = Asked::new(packs, (indicator, &[]), false)?;
    let mut sealed = None;
    if packs.sealed_years().sealing().next().is_some() {
        sealed = Some(Asked::new(packs, (indicator, &[]), true)?);
    }
    let tables = sealed.as_ref().map(Asked::sealed_tables).unwrap_or_default();
    let mut shelf = Shelf::read(tx, packs, at, (plain.indicator(), periods, &tables))?;
    let mut seam = Seam::new(packs, indicator);
    let mut points = Vec::with_capacity(periods.len());
    for period in periods {
        let holdings = shelf.take(at, *period);
        let is_sealed = holdings.whole.books.is_sealed();
        let asked = sealed.as_ref().filter(|_| is_sealed).unwrap_or(&plain);
        let figures = holdings.answer(packs, asked);
        let breaks = seam.before(&figures);
        points.push(TrendPoint { figures, breaks });
    }
    Ok(Trend {
        indicator: indicator.to_owned(),
        unit: at.clone(),
        points,
        catalogue: known.digest,
        revision: known.catalogue.revision(),
    })
}
