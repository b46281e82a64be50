//! The attacker before a publication: what this hub's own operator and the public have seen of the
//! release's measures in the school year, the release among it.
//!
//! A noisy value bounds nothing, so a leak that is found here was there before; it is refused all
//! the same, since what is public is read beside everything else. Measures have no relation to each
//! other that the attacker takes into account, so others are left out.

use std::collections::BTreeSet;

use domain::disclosure::attacker::{Printed, SeenCell, View};
use domain::disclosure::noise::Query;
use domain::unit::UnitKind;
use runtime::sql::Tx;

use super::inputs::Exact;
use super::{Inputs, Part, Refused};
use crate::sealed::guard;
use crate::seen::{self, Place, Released, Role, Tree};

/// What each role would have seen with the release.
///
/// # Errors
/// The store cannot be read, or holds what no known catalogue describes.
pub(super) fn views(tx: &Tx<'_>, place: Place<'_>, inputs: &Inputs) -> Result<Vec<View>, Refused> {
    let operator = match place.kind {
        UnitKind::City => Role::City,
        _ => Role::District,
    };
    let tree = Tree::read(tx, place)?;
    let released = Released {
        name: inputs.name,
        areas: inputs.areas.iter().filter_map(|area| area.area.parse().ok()).collect(),
        cells: inputs.parts.iter().map(unread).collect(),
    };
    let new = seen::tables_of(place, &tree, &released);
    let measures: BTreeSet<String> = new.iter().map(|table| table.measure.clone()).collect();
    let mut found = Vec::new();
    for role in [operator, Role::Public] {
        let mut tables = seen::tables(tx, (place, &tree), role)?;
        tables.retain(|table| measures.contains(&table.measure));
        // A release that is finished or drawn again stands there once.
        tables.retain(|table| new.iter().all(|one| one.id != table.id));
        tables.extend(new.iter().cloned());
        found.push(seen::put_together(&tree, tables));
    }
    Ok(found)
}

/// The cells of a query before anything is drawn: where they are, and no value.
fn unread(part: &Part) -> (&'static Query, Vec<SeenCell>) {
    let cell = |cell: &Exact| SeenCell { key: cell.key.clone(), printed: Printed::Noised(None) };
    (part.query, part.cells.iter().map(cell).collect())
}

/// Attacks every view; long work, never on the thread that writes.
///
/// # Errors
/// A small count follows from one, or it was not decided: with the cell, and without the school.
pub(super) fn judge(views: &[View]) -> Result<(), Refused> {
    match views.iter().find_map(guard::judge) {
        Some(blocked) => Err(Refused::Reachable { code: blocked.code, cell: blocked.cell }),
        None => Ok(()),
    }
}
