//! Tables of one catalogue that count the very same records, each in its own way: their totals are
//! one figure. The attacker takes measures as unrelated, so it is told.
//!
//! A school's node keeps it so: what one such table told of a week, every other one tells of that
//! week and of no other. A school that counts otherwise makes totals differ, which whoever looks
//! can see, so the relation is named as what it is and the attacker drops it where it is not true.

use domain::catalogue::{Catalogue, Stage};
use domain::disclosure::attacker::{MARGIN, Printed, SAME_TOTAL, SeenCell, SeenTable};
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, measure_of};

use super::tree::STAGE;

/// The first table of a catalogue that counts the very records of a flow, where that is another.
pub(super) fn first<'t>(
    (tables, catalogue): (&'t SealedTables, &Catalogue),
    table: &SealedTable,
) -> Option<&'t SealedTable> {
    if table.kind() != Kind::Flow {
        return None;
    }
    let (own, _) = table.counted_by(catalogue)?;
    let is_same = |other: &&SealedTable| {
        other.kind() == Kind::Flow
            && other.counted_by(catalogue).is_some_and(|(known, _)| known == own)
    };
    tables.all().iter().find(is_same).filter(|first| first.id() != table.id())
}

/// The total of an opened sum of a stage as one of that table; nothing where a cell is not open.
pub(super) fn total(first: &SealedTable, sum: &SeenTable, stage: Stage) -> Option<SeenTable> {
    let value = sum.cells.iter().try_fold(0_u64, |total, cell| match cell.printed {
        Printed::Exact(value) => total.checked_add(value),
        Printed::Between(..) | Printed::Noised(_) => None,
    })?;
    let dims = first.block().dims().map(|dim| dim.as_str().to_owned());
    let dims: Vec<String> = dims.collect();
    let entry = |dim: &String| if dim == STAGE { stage.as_str() } else { MARGIN };
    let key = dims.iter().map(|dim| entry(dim).to_owned()).collect();
    Some(SeenTable {
        id: format!("{}{SAME_TOTAL}", sum.id),
        measure: measure_of(first.id().as_str()).to_owned(),
        dims,
        cells: vec![SeenCell { key, printed: Printed::Exact(value) }],
        ..sum.clone()
    })
}
