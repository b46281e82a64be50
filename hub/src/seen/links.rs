//! Which counts of a clear sheet are about the same persons as a hidden table, and which of its
//! categories they take together.

use domain::catalogue::{Catalogue, Condition, Count, Field};
use domain::disclosure::attacker::MARGIN;
use domain::disclosure::sealed::{Kind, SealedTable, SealedTables, measure_of};

use super::tree::STAGE;

/// Who is enrolled: the whole of every stock of that day but of a screening, which names its own.
/// Of the census of warnings the band says how many have an open case, whatever its tier.
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
    /// Whether the hidden table names stages by themselves, and no grades.
    pub is_by_stage: bool,
}

/// Every table of which a clear count is a part.
pub(super) fn of(catalogue: &Catalogue, count: &Count) -> Vec<Link> {
    let width = count.definition.as_ref().and_then(|known| known.band).map_or(1, u64::from);
    let link = |measure: &str, first: &str, entry: String| Link {
        measure: measure.to_owned(),
        first: first.to_owned(),
        entry,
        width: width.max(1),
        is_by_stage: false,
    };
    let mut found = Vec::new();
    let id = count.id.as_str();
    let state = catalogue.count(CENSUS).and_then(|census| census.dims.first());
    if let Some(state) = state {
        let values = catalogue.dimension(state.as_str()).map(|dimension| &dimension.values);
        let values = values.into_iter().flatten().map(|value| value.id.as_str());
        let open: Vec<&str> = values.filter(|value| *value != NO_CASE).collect();
        if id == ATTENTION {
            found.push(link(CENSUS, state.as_str(), open.join("|")));
        }
    }
    if id == ENROLLED {
        let sealed = SealedTables::of(catalogue);
        found.extend(sealed.all().iter().filter_map(|table| whole(catalogue, table)));
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

/// Who is enrolled as the whole of a hidden stock.
fn whole(catalogue: &Catalogue, table: &SealedTable) -> Option<Link> {
    let is_enrolled =
        table.kind() == Kind::Stock && catalogue.partition(table.indicator()).is_none();
    let first = table.block().axes.first().filter(|_| is_enrolled)?;
    Some(Link {
        measure: measure_of(table.id().as_str()).to_owned(),
        first: first.dimension.as_str().to_owned(),
        entry: MARGIN.to_owned(),
        width: 1,
        is_by_stage: table.block().dims().any(|dim| dim.as_str() == STAGE),
    })
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

    /// The clear number of those enrolled is the whole of every stock that is summed under seal but
    /// the screening's: whoever has the sheet knows it, also where no report names it.
    #[test]
    fn who_is_enrolled_is_the_whole_of_every_stock() {
        let catalogue = embedded::catalogue().expect("catalogue");
        let enrolled = of(&catalogue, catalogue.count("base.students").expect("count"));
        let found: Vec<&str> = enrolled.iter().map(|link| link.measure.as_str()).collect();
        let sealed = SealedTables::of(&catalogue);
        let stocks = sealed.all().iter().filter(|table| table.kind() == Kind::Stock);
        let stocks = stocks.map(|table| measure_of(table.id().as_str()));
        let expected: Vec<&str> = stocks.filter(|measure| *measure != "scr.census").collect();
        assert_eq!(found, expected);
        let by_stage = |measure: &str| enrolled.iter().find(|link| link.measure == measure);
        assert!(!by_stage("alt.census").expect("link").is_by_stage);
        assert!(by_stage("spg.unique").expect("link").is_by_stage);
        assert!(enrolled.iter().all(|link| link.entry == MARGIN && link.width == 1));
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
