//! How a count of the catalogue leaves the school, if it does.
//!
//! What a page says of a figure's way follows from the tables that are really made. A count that
//! a sealed report holds is never said to stay.

use domain::catalogue::{Catalogue, Count, TableSpec};
use domain::disclosure::sealed::SealedTables;

use crate::ledger::sealed::Seal;

/// How a count leaves the school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'c> {
    /// As it is, with this clear sheet.
    Clear(&'c TableSpec),
    /// Not at all in a school year of which anything goes under seal: it is told as a band, which
    /// would bound the sealed counts of one school alone.
    Unbanded,
    /// In sealed reports: only sums over several schools are opened.
    Sealed,
    /// Not at all any more: its school year went sealed, and is not under seal now.
    Closed,
    /// Rounded, once a term, where the school year is not under seal.
    Rounded,
    /// Not at all as long as the school year is not under seal.
    Unsealed,
    /// Not at all.
    Stays,
}

/// The ways of a catalogue's counts.
pub struct Ways<'c> {
    catalogue: &'c Catalogue,
    sealed: SealedTables,
}

impl<'c> Ways<'c> {
    /// Lays out the tables that carry counts.
    #[must_use]
    pub fn of(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, sealed: SealedTables::of(catalogue) }
    }

    /// The way of a count in a school year, by whether that is under seal.
    #[must_use]
    pub fn way(&self, count: &Count, seal: Seal) -> Way<'c> {
        let id = count.id.as_str();
        if let Some((table, _)) = self.catalogue.clear_block(id) {
            let is_band = count.definition.as_ref().is_some_and(|known| known.band.is_some());
            let is_given = !is_band || seal == Seal::Open;
            return if is_given { Way::Clear(table) } else { Way::Unbanded };
        }
        let is_partitioned = self.catalogue.partitions().iter().any(|partition| {
            partition.whole.as_str() == id
                || partition.derives.iter().any(|sum| sum.count.as_str() == id)
        });
        let is_sealable =
            is_partitioned || self.sealed.all().iter().any(|table| table.indicator() == id);
        match seal {
            _ if !is_sealable => Way::Stays,
            Seal::Planned => Way::Sealed,
            Seal::Closed => Way::Closed,
            Seal::Open if is_partitioned => Way::Rounded,
            Seal::Open => Way::Unsealed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every count that a sealed table is about leaves under seal, and none of them is said to
    /// stay; what a weekly sheet carries leaves with it.
    #[test]
    fn no_count_that_leaves_is_said_to_stay() {
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let ways = Ways::of(&catalogue);
        let count = |id: &str| catalogue.count(id).expect("count");
        let tables = SealedTables::of(&catalogue);
        let counts = tables.all().iter().filter_map(|table| catalogue.count(table.indicator()));
        let mut seen = 0;
        for one in counts {
            seen += 1;
            assert_eq!(ways.way(one, Seal::Planned), Way::Sealed, "{}", one.id);
            assert_eq!(ways.way(one, Seal::Closed), Way::Closed, "{}", one.id);
            assert_ne!(ways.way(one, Seal::Open), Way::Stays, "{}", one.id);
        }
        assert!(seen > 0);
        let table = |way| match way {
            Way::Clear(table) => Some(table.id().to_string()),
            _ => None,
        };
        let weekly = Some("clear.week".to_owned());
        assert_eq!(table(ways.way(count("edu.hours"), Seal::Planned)), weekly);
        // Both bands leave with a sheet, and not in a year of which anything goes under seal.
        let term = Some("clear.term".to_owned());
        for id in ["alt.attention_band", "scr.completed_band"] {
            assert_eq!(table(ways.way(count(id), Seal::Open)), term, "{id}");
            for seal in [Seal::Planned, Seal::Closed] {
                assert_eq!(ways.way(count(id), seal), Way::Unbanded, "{id}");
            }
        }
        for partition in catalogue.partitions() {
            for sum in &partition.derives {
                let derived = count(sum.count.as_str());
                assert_eq!(ways.way(derived, Seal::Planned), Way::Sealed, "{}", derived.id);
                assert_eq!(ways.way(derived, Seal::Open), Way::Rounded, "{}", derived.id);
            }
        }
    }
}
