//! Bands are given once a term: two bands of a figure that moved by a known number tell it exactly.
//!
//! A school keeps the bands of its last release when it revises a clear sheet, and a hub refuses a
//! revision whose bands differ. A band may be given for the first time, and may be withdrawn
//! where its stage became too small; what was withdrawn or could not exist stays so.
//!
//! In a school year under seal none is given: beside exact sums of a group it would be what bounds
//! one school alone. What was given before its plan is known, and may be said again.

use crate::catalogue::{Catalogue, TableSpec};
use crate::cell::Cell;

/// Whether no band of an earlier revision changed.
///
/// `old` and `new` are the layouts and cells of two revisions of one table and period; they may
/// be laid out by different catalogues. `catalogue` is the newer one.
#[must_use]
pub fn bands_unchanged(
    catalogue: &Catalogue,
    old: (&TableSpec, &[Cell]),
    new: (&TableSpec, &[Cell]),
) -> bool {
    banded_places(catalogue, new.0).all(|(place, _)| {
        let now = new.1.get(place).copied().unwrap_or(Cell::Unsupported);
        match earlier(old, new.0, place) {
            Some(before @ Cell::Value(_)) => now == before || now == Cell::NotApplicable,
            Some(before @ Cell::NotApplicable) => now == before,
            _ => true,
        }
    })
}

/// Whether a revision gives a band that the one before it did not give, or any where it is the
/// first. Layouts as for [`bands_unchanged`].
#[must_use]
pub fn gives_new_band(
    catalogue: &Catalogue,
    old: Option<(&TableSpec, &[Cell])>,
    new: (&TableSpec, &[Cell]),
) -> bool {
    banded_places(catalogue, new.0).any(|(place, _)| {
        let now = new.1.get(place).copied();
        now.is_some_and(|cell| cell.value().is_some())
            && now != old.and_then(|old| earlier(old, new.0, place))
    })
}

/// Leaves out every band that an earlier revision did not give with the same figure.
pub(super) fn withhold_bands(
    catalogue: &Catalogue,
    old: Option<(&TableSpec, &[Cell])>,
    new: (&TableSpec, &mut [Cell]),
) {
    let (spec, cells) = new;
    for (place, _) in banded_places(catalogue, spec) {
        let before = old.and_then(|old| earlier(old, spec, place));
        match cells.get_mut(place) {
            Some(cell) if cell.value().is_some() && Some(*cell) != before => {
                *cell = Cell::NotApplicable;
            }
            _ => {}
        }
    }
}

/// Puts the bands of an earlier revision in the place of new ones; no band where it is lost.
pub(super) fn keep_bands(
    catalogue: &Catalogue,
    old: Option<(&TableSpec, &[Cell])>,
    new: (&TableSpec, &mut [Cell]),
) {
    let (spec, cells) = new;
    for (place, width) in banded_places(catalogue, spec) {
        let Some(cell) = cells.get_mut(place) else {
            continue;
        };
        let Some(old) = old else {
            *cell = match *cell {
                Cell::Value(_) => Cell::NotApplicable,
                blank => blank,
            };
            continue;
        };
        match earlier(old, spec, place) {
            // A stage that became too small, or a band that is wider now: nothing is given.
            Some(Cell::Value(before)) if *cell == Cell::NotApplicable || before % width != 0 => {
                *cell = Cell::NotApplicable;
            }
            Some(before @ (Cell::Value(_) | Cell::NotApplicable)) => *cell = before,
            _ => {}
        }
    }
}

/// Places of banded cells in a table's vector, each with the width of its band.
fn banded_places<'a>(
    catalogue: &'a Catalogue,
    spec: &'a TableSpec,
) -> impl Iterator<Item = (usize, u64)> + 'a {
    spec.blocks().iter().flat_map(|block| {
        let definition = catalogue.count(&block.indicator).and_then(|c| c.definition.as_ref());
        let width = definition.and_then(|definition| definition.band).filter(|width| *width > 0);
        width.into_iter().flat_map(|width| block.range().map(move |place| (place, width.into())))
    })
}

/// The cell of an earlier revision that is about the same as a cell of a newer one.
fn earlier(old: (&TableSpec, &[Cell]), spec: &TableSpec, place: usize) -> Option<Cell> {
    let key = spec.cell_key(place)?;
    old.1.get(old.0.index(key.indicator, &key.values)?).copied()
}
