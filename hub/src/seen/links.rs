//! Which counts of a clear sheet are about the same persons as a hidden table, and which of its
//! categories they take together.

use domain::catalogue::{Catalogue, Condition, Count, Field};
use domain::disclosure::attacker::MARGIN;

/// Who is enrolled: the whole of the census of warnings, of which the band says how many have an
/// open case, whatever its tier.
const CENSUS: &str = "alt.census";
const ENROLLED: &str = "base.students";
const ATTENTION: &str = "alt.attention_band";
const NO_CASE: &str = "none";

/// A clear count as a part of a hidden table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The hidden table's measure.
    pub measure: String,
    /// Its first dimension.
    pub first: String,
    /// The categories of it that the count takes together, as a key names them.
    pub entry: String,
    /// Width of the band in which the count is given; 1 for an exact one.
    pub width: u64,
}

/// Every table of which a clear count is a part.
pub(super) fn of(catalogue: &Catalogue, count: &Count) -> Vec<Link> {
    let width = count.definition.as_ref().and_then(|known| known.band).map_or(1, u64::from);
    let link = |measure: &str, first: &str, entry: String| Link {
        measure: measure.to_owned(),
        first: first.to_owned(),
        entry,
        width: width.max(1),
    };
    let mut found = Vec::new();
    let id = count.id.as_str();
    let state = catalogue.count(CENSUS).and_then(|census| census.dims.first());
    if let Some(state) = state {
        let values = catalogue.dimension(state.as_str()).map(|dimension| &dimension.values);
        let values = values.into_iter().flatten().map(|value| value.id.as_str());
        let open: Vec<&str> = values.filter(|value| *value != NO_CASE).collect();
        match id {
            ENROLLED => found.push(link(CENSUS, state.as_str(), MARGIN.to_owned())),
            ATTENTION => found.push(link(CENSUS, state.as_str(), open.join("|"))),
            _ => {}
        }
    }
    for partition in catalogue.partitions() {
        let outcome = domain::catalogue::OUTCOME_AXIS;
        if *count.id.as_str() == *partition.whole.as_str() {
            found.push(link(partition.id.as_str(), outcome, MARGIN.to_owned()));
        } else if let Some(outcomes) = part_of(catalogue, count, partition.whole.as_str()) {
            found.push(link(partition.id.as_str(), outcome, outcomes.join("|")));
        }
    }
    found
}

/// The outcomes of a whole that a count takes, if that is all that it asks.
fn part_of<'c>(catalogue: &Catalogue, count: &'c Count, whole: &str) -> Option<&'c [String]> {
    let own = count.definition.as_ref()?;
    let whole = catalogue.count(whole)?.definition.as_ref()?;
    let [filter] = own.filters.as_slice() else { return None };
    let is_same = own.source == whole.source && own.at == whole.at;
    match &filter.condition {
        Condition::Any(outcomes) if is_same && filter.field == Field::Outcome => Some(outcomes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::catalogue::{Channel, NativePeriod};
    use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, measure_of};
    use proto::pack::embedded;

    use super::*;

    /// Every band of the catalogue is about a table that is hidden: one that was forgotten here
    /// would be left out of what the attacker knows.
    #[test]
    fn every_band_is_part_of_a_hidden_table() {
        let catalogue = embedded::catalogue().expect("catalogue");
        let clear = catalogue.counts().iter().filter(|count| count.channel == Channel::Clear);
        let banded = clear.filter(|count| {
            count.definition.as_ref().is_some_and(|definition| definition.band.is_some())
        });
        let banded: Vec<&Count> = banded.collect();
        assert!(!banded.is_empty());
        for count in banded {
            let links = of(&catalogue, count);
            assert!(!links.is_empty(), "{}", count.id);
            assert!(links.iter().all(|link| link.width == 10 && link.entry.contains('|')));
        }
        let wholes = ["base.students", "scr.eligible"];
        for id in wholes {
            let links = of(&catalogue, catalogue.count(id).expect("count"));
            assert!(links.iter().any(|link| link.width == 1 && link.entry == MARGIN), "{id}");
        }
    }

    /// What a sheet tells of a hidden table is about a stock of the sheet's own term: no row spans
    /// weeks or terms, so that the guard of openings finds all in a sum's own period and in those
    /// from and into which schools are carried (record 0041).
    #[test]
    fn a_sheet_bounds_stocks_of_its_own_term_alone() {
        let catalogue = embedded::catalogue().expect("catalogue");
        let sealed = SealedTables::of(&catalogue);
        let clear = catalogue.counts().iter().filter(|count| count.channel == Channel::Clear);
        let mut linked = 0;
        for count in clear {
            for link in of(&catalogue, count) {
                let is_own = |one: &&SealedTable| measure_of(one.id().as_str()) == link.measure;
                let kind = sealed.all().iter().find(is_own).map(SealedTable::kind);
                let expected = (Some(Kind::Stock), NativePeriod::Term);
                assert_eq!((kind, count.period), expected, "{} of {}", count.id, link.measure);
                linked += 1;
            }
        }
        assert!(linked >= 4, "{linked}");
    }
}
