//! The built-in catalogue is whole, and its tables are laid out as the rules ask.

use domain::catalogue::{Channel, SchoolType, Stage};

use super::super::*;

/// The term sheet carries the clear counts of the term; nothing sealed stands on a clear sheet.
#[test]
fn clear_tables_carry_clear_counts_only() {
    let catalogue = embedded::catalogue().expect("catalogue");
    let term = catalogue.table("clear.term").expect("table");
    let students = term.block("base.students").expect("block");
    assert_eq!((students.offset, students.length), (0, 7));
    assert_eq!(term.block("scr.completed_band").map(|block| block.length), Some(1));
    assert!(term.block("alt.attention_band").is_some());
    assert!(term.block("scr.completed").is_none());
    for table in catalogue.tables().iter().filter(|table| table.id().as_str().starts_with("clear"))
    {
        for block in table.blocks() {
            let count = catalogue.count(&block.indicator).expect("count");
            assert_eq!(count.channel, Channel::Clear, "{}", count.id);
        }
    }
    for index in (0..term.cells()).step_by(7) {
        let key = term.cell_key(index).expect("key");
        assert_eq!(term.index(key.indicator, &key.values), Some(index));
    }
}

/// Counts about a screening are sums of the partition's cells, each cell once.
#[test]
fn screening_counts_are_sums_of_the_partition() {
    let catalogue = embedded::catalogue().expect("catalogue");
    let table = catalogue.table("rounded.scr.census").expect("table");
    assert_eq!(table.cells(), 7 * 7 * 15 * 3);
    for (count, outcomes, cells) in [
        ("scr.completed", 4, 7 * 15 * 3),
        ("scr.positive", 3, 7 * 3),
        ("scr.second_due", 2, 7),
        ("scr.critical", 1, 7),
        ("scr.refused", 1, 7),
        ("scr.not_reached", 1, 7),
    ] {
        let derivation = catalogue.derive(count).expect(count);
        assert_eq!(
            (derivation.cells.len(), derivation.table.as_str()),
            (cells, "rounded.scr.census")
        );
        let mut from: Vec<usize> =
            derivation.cells.iter().flat_map(|cell| cell.from.clone()).collect();
        from.sort_unstable();
        from.dedup();
        assert_eq!(from.len(), outcomes * 7 * 15 * 3, "{count}");
        for cell in &derivation.cells {
            for index in &cell.from {
                let key = table.cell_key(*index).expect("key");
                let held = |value: &String| key.values.contains(&value.as_str());
                assert!(cell.values.iter().all(held), "{count}");
            }
        }
    }
    assert_eq!(catalogue.derive("scr.banded"), None);
    let label = catalogue.value_label("scr.census", "outcome", "due").expect("label");
    assert_eq!(label.zh, "应访谈评估");
}

/// The catalogue is whole: its counts, labels, ratios and identities.
#[test]
fn the_built_in_catalogue_is_whole() {
    let catalogue = embedded::catalogue().expect("catalogue");
    let sizes = (catalogue.counts().len(), catalogue.ratios().len());
    assert_eq!(sizes, (112, 31));
    assert_eq!((catalogue.dimensions().len(), catalogue.identities().len()), (23, 17));
    for dimension in catalogue.dimensions() {
        for value in &dimension.values {
            let labels = [&value.label.zh, &value.label.en];
            assert!(labels.iter().all(|text| !text.is_empty()), "{} {}", dimension.id, value.id);
            assert!(!value.label.zh.is_ascii() || value.id.contains('-'), "{}", value.id);
        }
    }
    let sealed = |id: &str| catalogue.count(id).expect(id).channel == Channel::Sealed;
    assert!(sealed("scr.positive") && !sealed("base.students"));
    let coverage = catalogue.ratio("r.scr.coverage").expect("coverage");
    assert!(!catalogue.is_assessable(coverage), "a ratio with a sealed part");
    let school = catalogue.ratio("r.stf.school").expect("school");
    assert!(catalogue.is_assessable(school));
    let scale = catalogue.dimension("scale").expect("scale");
    assert_eq!(scale.value_or_other("demo-dass-42"), Some("other"));
    assert_eq!(scale.value_or_other("phq-9"), Some("phq-9"));
}

/// Words of stages, school types and grades are the catalogue's values in the same order.
#[test]
fn stages_and_grades_are_those_of_the_catalogue() {
    let catalogue = embedded::catalogue().expect("catalogue");
    let values = |id: &str| -> Vec<String> {
        let dimension = catalogue.dimension(id).expect(id);
        dimension.values.iter().map(|value| value.id.clone()).collect()
    };
    let stages: Vec<&str> = Stage::ALL.iter().map(|stage| stage.as_str()).collect();
    let types: Vec<&str> = SchoolType::ALL.iter().map(|kind| kind.as_str()).collect();
    let grades: Vec<&str> = domain::catalogue::Grade::all().map(|g| g.as_str()).collect();
    assert_eq!(values("stage"), stages);
    assert_eq!(values("school_type"), types);
    assert_eq!(values("grade"), grades);
    let partition = catalogue.partition("scr.census").expect("partition");
    let outcomes: Vec<&str> = partition.outcomes.iter().map(|known| known.id.as_str()).collect();
    let known: Vec<&str> = domain::scale::Outcome::ALL.iter().map(|o| o.as_str()).collect();
    assert_eq!(outcomes, known);
}
