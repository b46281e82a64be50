//! Tables of one catalogue that count the very same records, each in its own way, and tables of
//! which one counts a part of the other's: totals that are one figure, or of which one is at most
//! the other. The attacker takes measures as unrelated, so it is told.
//!
//! A school's node keeps it so: what one such table told of a week, every other one tells of that
//! week and of no other, and a part is told with its whole. A school that counts otherwise makes
//! totals differ, which whoever looks can see, so the relation is named as what it is and the
//! attacker drops it where it is not true.

use domain::catalogue::{Catalogue, Stage};
use domain::disclosure::attacker::{MARGIN, Printed, SAME_TOTAL, SeenCell, SeenTable};
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, measure_of};

use super::tree::STAGE;

/// What the total of a table says of another one's total over the same schools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It is that very figure: both count the same records.
    Same,
    /// It is no less: the table is a part of it.
    AtLeast,
    /// It is no more: the table is the whole of it.
    AtMost,
}

/// Tables of a catalogue of which a flow's total says something. Of those that count its very
/// records only the first, where that is another.
pub(super) fn related<'t>(
    (tables, catalogue): (&'t SealedTables, &Catalogue),
    table: &SealedTable,
) -> Vec<(&'t SealedTable, Said)> {
    let mut found: Vec<(&SealedTable, Said)> = Vec::new();
    // Itself among them, so that nothing is said of those after it which count the same.
    let mut has_same = false;
    for other in tables.all().iter().filter(|other| other.kind() == Kind::Flow) {
        let is_part = table.counted_within(other, catalogue);
        let said = match (is_part, other.counted_within(table, catalogue)) {
            (true, true) if has_same => continue,
            (true, true) => {
                has_same = true;
                Said::Same
            }
            (true, false) => Said::AtLeast,
            (false, true) => Said::AtMost,
            (false, false) => continue,
        };
        if other.id() != table.id() {
            found.push((other, said));
        }
    }
    found
}

/// What the opened sum of a stage says of another table's total over the same schools; nothing
/// where a cell is not open.
fn total((other, said): (&SealedTable, Said), sum: &SeenTable, stage: Stage) -> Option<SeenTable> {
    let value = sum.cells.iter().try_fold(0_u64, |total, cell| match cell.printed {
        Printed::Exact(value) => total.checked_add(value),
        Printed::Between(..) | Printed::Noised(_) => None,
    })?;
    let printed = match said {
        Said::Same => Printed::Exact(value),
        Said::AtLeast => Printed::Between(value, None),
        Said::AtMost => Printed::Between(0, Some(value)),
    };
    let dims = other.block().dims().map(|dim| dim.as_str().to_owned());
    let dims: Vec<String> = dims.collect();
    let entry = |dim: &String| if dim == STAGE { stage.as_str() } else { MARGIN };
    let key = dims.iter().map(|dim| entry(dim).to_owned()).collect();
    Some(SeenTable {
        id: format!("{}{SAME_TOTAL}", sum.id),
        measure: measure_of(other.id().as_str()).to_owned(),
        dims,
        cells: vec![SeenCell { key, printed }],
        ..sum.clone()
    })
}

/// Everything that it says of others.
pub(super) fn totals(
    related: &[(&SealedTable, Said)],
    sum: &SeenTable,
    stage: Stage,
) -> Vec<SeenTable> {
    related.iter().filter_map(|of| total(*of, sum, stage)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pair is named once from either side: the same records towards the first of them, a part
    /// and its whole towards each other. A stock says nothing of another table.
    #[test]
    fn what_a_total_says_of_others_is_known() {
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let tables = SealedTables::of(&catalogue);
        let mut found = Vec::new();
        for table in tables.all() {
            for (other, said) in related((&tables, &catalogue), table) {
                found.push((table.id().to_string(), other.id().to_string(), said));
            }
        }
        found.sort_unstable_by_key(|(table, ..)| table.clone());
        let expected = [
            ("sealed.alt.sources", "sealed.alt.opened", Said::Same),
            ("sealed.ref.emergency", "sealed.ref.emergency_told", Said::AtMost),
            ("sealed.ref.emergency_told", "sealed.ref.emergency", Said::AtLeast),
            ("sealed.ref.sla_due", "sealed.ref.sla_ok", Said::AtMost),
            ("sealed.ref.sla_ok", "sealed.ref.sla_due", Said::AtLeast),
        ];
        let expected =
            expected.map(|(table, other, said)| (table.to_owned(), other.to_owned(), said));
        assert_eq!(found, expected.to_vec());
    }
}
