//! Sealed tables of the catalogue that is embedded: which counts have one, and their cells.

use domain::disclosure::sealed::{COMPLEMENT, Kind, SealedTables, Unsealable};

fn tables() -> SealedTables {
    SealedTables::of(&crate::pack::embedded::catalogue().expect("catalogue"))
}

fn check(id: &str, kind: Kind, axes: &[&str], cells: usize, counted: usize) {
    let tables = tables();
    let table = tables.table(id).unwrap_or_else(|| panic!("no table {id}"));
    let dims: Vec<&str> = table.block().dims().map(|dim| dim.as_str()).collect();
    assert_eq!((table.kind(), dims.as_slice()), (kind, axes), "{id}");
    assert_eq!((table.cells(), table.counted()), (cells, counted), "{id}");
}

/// The main tables have the axes of the rule; a stage is left out where grade and school say it.
#[test]
fn the_main_tables_have_their_cells() {
    check("sealed.alt.census", Kind::Stock, &["alert_state", "grade", "sex"], 180, 180);
    check("sealed.scr.census", Kind::Stock, &["outcome", "grade", "sex"], 360, 315);
    check("sealed.scr.confirmed", Kind::Stock, &["tier", "stage"], 28, 21);
    check("sealed.spg.paired", Kind::Stock, &["part", "stage"], 14, 7);
    check("sealed.spg.students.single_parent", Kind::Stock, &["part", "stage"], 14, 7);
    check("sealed.alt.opened", Kind::Flow, &["tier", "stage"], 21, 21);
    // The stage is added where the records have one: a group of the plan opens one stage.
    check("sealed.alt.sources", Kind::Flow, &["alert_source", "stage"], 63, 63);
    check("sealed.ref.events", Kind::Flow, &["ref_stage", "urgency", "stage"], 315, 315);
    check("sealed.ref.sla_due", Kind::Flow, &["urgency", "stage"], 21, 21);
    check("sealed.ref.emergency", Kind::Flow, &["stage"], 7, 7);
}

/// Every sealed count of a school has tables, or a reason why it stays at the school.
#[test]
fn every_sealed_count_is_placed() {
    let catalogue = crate::pack::embedded::catalogue().expect("catalogue");
    let tables = tables();
    for count in catalogue.counts() {
        let is_sealed = count.channel.as_str() == "sealed" && count.origin.as_str() == "school";
        let mut own = tables.all().iter().filter(|table| table.indicator() == count.id.as_str());
        let reasons = tables.unsealable().iter().filter(|(id, _)| *id == count.id).count();
        let placed = usize::from(own.next().is_some()) + reasons;
        assert_eq!(placed, usize::from(is_sealed), "{}", count.id);
    }
    let reason = |id: &str| {
        let found = tables.unsealable().iter().find(|(known, _)| known.as_str() == id);
        found.map(|(_, reason)| *reason)
    };
    assert_eq!(reason("scr.completed"), Some(Unsealable::Derived));
    assert_eq!(reason("alt.open"), Some(Unsealable::OtherDay));
    assert_eq!(reason("cns.served"), Some(Unsealable::Distinct));
    assert_eq!(reason("scr.invalid"), Some(Unsealable::Screening));
    assert_eq!(reason("ref.cohort"), Some(Unsealable::Later));
    assert_eq!(reason("ref.return_open"), Some(Unsealable::OtherDay));
    assert_eq!(reason("fup.due"), Some(Unsealable::NoStage));
    assert_eq!(reason("alt.census"), None);
}

/// Stocks are partitions with a complement, unless the catalogue's count covers everybody; ids and
/// names of cells are one each.
#[test]
fn every_stock_is_a_partition() {
    let tables = tables();
    let mut ids: Vec<&str> = tables.all().iter().map(|table| table.id().as_str()).collect();
    for table in tables.all() {
        let first = table.block().axes.first().map(|axis| axis.values.as_slice());
        let has_complement =
            first.is_some_and(|values| values.last().is_some_and(|value| value == COMPLEMENT));
        let is_stock = table.kind() == Kind::Stock;
        let is_whole = table.indicator() == "alt.census";
        assert_eq!(has_complement, is_stock && !is_whole, "{}", table.id());
        assert!(table.cells() > 0 && table.cells() <= 500, "{}", table.id());
        let by_stage = table.block().dims().any(|dim| matches!(dim.as_str(), "stage" | "grade"));
        assert!(by_stage, "{}", table.id());
        let caps = table.per_person_max();
        assert!(if is_stock { caps == 1 } else { caps >= 1 }, "{}", table.id());
    }
    ids.sort_unstable();
    let before = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), before);
}

/// Which flows count the same records as another one, or a part of them: whoever changes the
/// catalogue sees here what is told together from then on.
#[test]
fn flows_of_which_one_counts_a_part_of_another_are_known() {
    let catalogue = crate::pack::embedded::catalogue().expect("catalogue");
    let tables = tables();
    let mut within: Vec<[&str; 2]> = Vec::new();
    for part in tables.all() {
        let wholes = tables.all().iter().filter(|whole| whole.id() != part.id());
        let wholes = wholes.filter(|whole| part.counted_within(whole, &catalogue));
        within.extend(wholes.map(|whole| [part.id().as_str(), whole.id().as_str()]));
        let is_own = part.counted_within(part, &catalogue);
        assert_eq!(is_own, part.kind() == Kind::Flow, "{}", part.id());
    }
    within.sort_unstable();
    let expected = [
        ["sealed.alt.opened", "sealed.alt.sources"],
        ["sealed.alt.sources", "sealed.alt.opened"],
        ["sealed.ref.emergency_told", "sealed.ref.emergency"],
        ["sealed.ref.sla_ok", "sealed.ref.sla_due"],
    ];
    assert_eq!(within, expected);
}
