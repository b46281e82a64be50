//! The hub's side of disclosure: every arriving table is checked against the rule it names.
//!
//! Everything needed is public to the hub, so a node that breaks a rule, by mistake or on
//! purpose, is refused by the first hub and its figures go no further.

use std::collections::{BTreeMap, BTreeSet};

use super::clear::{Enrolled, STUDENTS};
use super::identity::{BrokenIdentity, broken_by_sheet};
use super::rounded::Axes;
use super::{ROUNDED_STRATUM_MIN, ROUNDING_BASE, may_be_clear};
use crate::catalogue::{Catalogue, Count, TableSpec, is_rounded};
use crate::cell::{self, Cell, CellError};
use crate::release::Provenance;

/// Largest figure that one cell may hold; sums of ten thousand such cells stay in range, so no
/// member can make a hub's totals overflow. The attacker takes it too, and what may be above it by
/// a band or by rounding: with a number that it does not take it could judge nothing, and one
/// member's sheet would keep the sums of all others closed.
pub const FIGURE_MAX: u64 = 1 << 39;

/// Most schools that one hub may speak for; the whole country has about 210,000.
pub const SCHOOLS_MAX: u32 = 1_000_000;

/// Which rule an arriving table breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Breach {
    /// The cells do not fit the table.
    #[error(transparent)]
    Cells(#[from] CellError),
    /// The table may not be sent under the rule that the sender names.
    #[error("table {0} may not be sent under this rule")]
    Rule(String),
    /// A blank that only a hub can know.
    #[error("cell {0} has a blank that a school cannot send")]
    Blank(usize),
    /// A figure that should stand in a band does not.
    #[error("cell {0} is not the lower end of its band")]
    Band(usize),
    /// A figure that should be rough is not on the multiples of its base.
    #[error("cell {0} should be rough and is not on the multiples of its base")]
    Rough(usize),
    /// A figure that should be rounded is not a multiple of 5.
    #[error("cell {0} is not rounded to base 5")]
    Unrounded(usize),
    /// More persons than are enrolled.
    #[error("the cells add up to more persons than are enrolled")]
    Persons,
    /// Another number of persons than the sheet counts as enrolled.
    #[error("the release is about {claimed} persons, and its sheet counts {counted} enrolled")]
    Enrolled {
        /// What the release claims.
        claimed: u64,
        /// What the sheet counts.
        counted: u64,
    },
    /// A band about a stage that is too small for one.
    #[error("cell {0} has a band although too few are enrolled in its stage")]
    SmallStage(usize),
    /// A figure of a count for which no software has a definition.
    #[error("cell {0} has a figure of a count that has no definition")]
    Undefined(usize),
    /// Figures that break a relation between counts.
    #[error(transparent)]
    Identity(#[from] BrokenIdentity),
    /// A rounded stage that is shown in part, or although too few are enrolled.
    #[error("cell {0} shows a stage that must be withheld as a whole")]
    Withheld(usize),
    /// A count may not stand on a clear sheet.
    #[error("{0} may not stand on a clear sheet")]
    NotClear(String),
    /// A figure, or a number of persons or schools, that nothing real can reach.
    #[error("a figure is larger than any real one")]
    Range,
    /// Contributors that do not fit the sums.
    #[error("cell {0} has a figure without contributors, or more contributors than schools")]
    Contributors(usize),
}

/// Checks a school's clear sheet, all of rule L1, its count of everybody against the number of
/// persons that its release claims, and the identities between its counts, bands as intervals.
///
/// # Errors
/// The first rule it breaks.
pub fn check_clear(
    catalogue: &Catalogue,
    spec: &TableSpec,
    packed: &[u8],
    persons: u64,
) -> Result<(), Breach> {
    if !spec.id().as_str().starts_with("clear.") {
        return Err(Breach::Rule(spec.id().to_string()));
    }
    let cells = school_cells(spec, packed)?;
    if let Some(place) = cells.iter().position(|cell| *cell == Cell::Suppressed) {
        return Err(Breach::Blank(place));
    }
    let enrolled = Enrolled::of(spec, &cells);
    if spec.block(STUDENTS).is_some() && enrolled.persons() != persons {
        return Err(Breach::Enrolled { claimed: persons, counted: enrolled.persons() });
    }
    for block in spec.blocks() {
        let count = catalogue.count(&block.indicator);
        let count = count.filter(|count| may_be_clear(count).is_ok());
        let count = count.ok_or_else(|| Breach::NotClear(block.indicator.clone()))?;
        for (within, place) in block.range().enumerate() {
            let Some(figure) = cells.get(place).and_then(|cell| cell.value()) else {
                continue;
            };
            check_figure(count, figure, place)?;
            let definition = count.definition.as_ref().filter(|known| known.band.is_some());
            if definition.is_some_and(|known| !enrolled.is_enough(known, block, within)) {
                return Err(Breach::SmallStage(place));
            }
        }
    }
    broken_by_sheet(catalogue, spec, &cells).map_or(Ok(()), |broken| Err(broken.into()))
}

/// A figure has a definition, and stands at the lower end of its band, or on the multiples of its
/// base, if it has one.
fn check_figure(count: &Count, figure: u64, place: usize) -> Result<(), Breach> {
    let Some(definition) = &count.definition else {
        return Err(Breach::Undefined(place));
    };
    let is_off = |base: Option<u32>| {
        base.is_some_and(|base| base > 0 && !figure.is_multiple_of(u64::from(base)))
    };
    match definition {
        known if is_off(known.band) => Err(Breach::Band(place)),
        known if is_off(known.rough) => Err(Breach::Rough(place)),
        _ => Ok(()),
    }
}

/// Checks a school's rounded table against the number of persons it says are enrolled.
///
/// Stages are withheld as a whole or shown as a whole, and none is shown that cannot have as many
/// persons as a stage must have.
///
/// # Errors
/// The first rule it breaks.
pub fn check_rounded(spec: &TableSpec, packed: &[u8], persons: u64) -> Result<(), Breach> {
    if !is_rounded(spec.id().as_str()) {
        return Err(Breach::Rule(spec.id().to_string()));
    }
    if persons > FIGURE_MAX {
        return Err(Breach::Range);
    }
    let mut least = 0_u64;
    let cells = school_cells(spec, packed)?;
    check_stages(spec, &cells, persons)?;
    for (place, cell) in cells.into_iter().enumerate() {
        let Cell::Value(figure) = cell else { continue };
        if figure % ROUNDING_BASE != 0 {
            return Err(Breach::Unrounded(place));
        }
        // The true count is at most four below what it was rounded to.
        least = least.saturating_add(figure.saturating_sub(ROUNDING_BASE - 1));
    }
    if least > persons { Err(Breach::Persons) } else { Ok(()) }
}

/// Stages are shown as a whole, and only where enough persons can be enrolled.
fn check_stages(spec: &TableSpec, cells: &[Cell], persons: u64) -> Result<(), Breach> {
    let [block] = spec.blocks() else {
        return Err(Breach::Rule(spec.id().to_string()));
    };
    let axes = Axes::of(block).ok_or_else(|| Breach::Rule(spec.id().to_string()))?;
    // Most persons that each shown stage can have, and where it begins; the withheld stages.
    let mut shown: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    let mut withheld: BTreeSet<&str> = BTreeSet::new();
    for (place, cell) in cells.iter().enumerate() {
        let values = block.values_at(place).unwrap_or_default();
        match *cell {
            Cell::Value(figure) => {
                let (most, _) = shown.entry(axes.stage(&values)).or_insert((0, place));
                *most = most.saturating_add(figure).saturating_add(ROUNDING_BASE - 1);
            }
            Cell::Suppressed => {
                withheld.insert(axes.stage(&values));
            }
            _ => {}
        }
    }
    let wrong = shown.iter().find(|(stage, (most, _))| {
        withheld.contains(*stage) || persons.min(*most) < ROUNDED_STRATUM_MIN
    });
    wrong.map_or(Ok(()), |(_, (_, place))| Err(Breach::Withheld(*place)))
}

/// Checks a member hub's sums: every figure has contributors, and not more than reported.
///
/// # Errors
/// The first rule they break.
pub fn check_sums(
    spec: &TableSpec,
    packed: &[u8],
    provenance: &Provenance,
    rounded: bool,
) -> Result<(), Breach> {
    let id = spec.id().as_str();
    let is_told = if rounded { is_rounded(id) } else { id.starts_with("clear.") };
    if !is_told {
        return Err(Breach::Rule(spec.id().to_string()));
    }
    let cells = in_range(cell::unpack(packed, spec.cells())?)?;
    if provenance.schools_due > SCHOOLS_MAX || provenance.schools_reported > SCHOOLS_MAX {
        return Err(Breach::Range);
    }
    let contributors = cell::unpack_counts(&provenance.contributors, spec.cells())?;
    for (place, (cell, count)) in cells.iter().zip(&contributors).enumerate() {
        let has_figure = matches!(cell, Cell::Value(_));
        if has_figure != (*count > 0) || *count > provenance.schools_reported {
            return Err(Breach::Contributors(place));
        }
        if rounded && cell.value().unwrap_or(0) % ROUNDING_BASE != 0 {
            return Err(Breach::Unrounded(place));
        }
    }
    Ok(())
}

fn school_cells(spec: &TableSpec, packed: &[u8]) -> Result<Vec<Cell>, Breach> {
    let cells = in_range(cell::unpack(packed, spec.cells())?)?;
    let hub_only = |cell: &Cell| *cell == Cell::NotReported;
    match cells.iter().position(hub_only) {
        Some(place) => Err(Breach::Blank(place)),
        None => Ok(cells),
    }
}

fn in_range(cells: Vec<Cell>) -> Result<Vec<Cell>, Breach> {
    let beyond = |cell: &Cell| cell.value().is_some_and(|figure| figure > FIGURE_MAX);
    if cells.iter().any(beyond) { Err(Breach::Range) } else { Ok(cells) }
}
