//! The attacker before a publication: what this hub's own operator has seen of the release's
//! measures in the school year.
//!
//! A noisy value bounds nothing, so the release itself adds nothing to it, and a leak that is
//! found here was there before. It is refused all the same, since what is public is read beside
//! everything else. Measures have no relation to each other that the attacker takes into account,
//! so others are left out.

use std::collections::BTreeSet;

use domain::disclosure::attacker::View;
use domain::disclosure::sealed::measure_of;
use domain::unit::UnitKind;
use runtime::sql::Tx;

use super::{Inputs, Refused};
use crate::sealed::guard;
use crate::seen::{self, Place, Role, Tree};

/// What the operator has seen of the measures of a release.
///
/// # Errors
/// The store cannot be read, or holds what no known catalogue describes.
pub(super) fn view(tx: &Tx<'_>, place: Place<'_>, inputs: &Inputs) -> Result<View, Refused> {
    let operator = match place.kind {
        UnitKind::City => Role::City,
        _ => Role::District,
    };
    let tree = Tree::read(tx, place)?;
    let measures: BTreeSet<&str> =
        inputs.parts.iter().map(|part| measure_of(part.query.table)).collect();
    let mut tables = seen::tables(tx, (place, &tree), operator)?;
    tables.retain(|table| measures.contains(table.measure.as_str()));
    Ok(seen::put_together(&tree, tables))
}

/// Attacks the view; long work, never on the thread that writes.
///
/// # Errors
/// A small count follows, or it was not decided: with the cell, and without the school.
pub(super) fn judge(view: &View) -> Result<(), Refused> {
    match guard::judge(view) {
        Some(blocked) => Err(Refused::Reachable { code: blocked.code, cell: blocked.cell }),
        None => Ok(()),
    }
}
