//! What the counts of a special period owe each other: found from their definitions, kept by every
//! sheet that can be true, and by nothing that the definitions do not say.

use super::*;
use crate::cell::{Cell, pack};
use crate::disclosure::{Breach, check_clear};

/// Class meetings and life-education events; all of them where no word is given.
fn activities(id: &str, words: &[&str]) -> Count {
    let condition = Condition::Any(words.iter().map(|&word| word.to_owned()).collect());
    let filter = Filter { field: Field::Activity, condition };
    let filters = if words.is_empty() { Vec::new() } else { vec![filter] };
    let definition = define(Source::Activity, Measure::Records, At::InPeriod);
    let definition = Definition { filters, ..definition };
    Count { ledger: "activity".to_owned(), ..count(id, definition) }
}

fn of_two_kinds() -> Vec<Count> {
    vec![
        activities("sp.all", &[]),
        activities("sp.meet", &["class_meeting"]),
        activities("sp.life", &["life_education"]),
    ]
}

fn with(counts: Vec<Count>, dimensions: Vec<Dimension>) -> SpecialPeriod {
    let counted = check(|s| (s.counts, s.dimensions) = (counts, dimensions));
    counted.expect("well formed")
}

/// The relations as they are written.
fn rules(special: &SpecialPeriod) -> Vec<String> {
    let identities = special.catalogue().identities().iter();
    identities.flat_map(|one| one.checks.iter().map(ToString::to_string)).collect()
}

/// Part and whole are found, and what excludes each other is added up; a part of a part as well.
#[test]
fn parts_are_at_most_their_whole() {
    let special = with(of_two_kinds(), Vec::new());
    let said = ["sp.meet <= sp.all", "sp.life <= sp.all", "sp.meet + sp.life <= sp.all"];
    assert_eq!(rules(&special), said);
    let both = activities("sp.both", &["class_meeting", "life_education"]);
    let nested = vec![activities("sp.all", &[]), both, activities("sp.meet", &["class_meeting"])];
    let said = ["sp.both <= sp.all", "sp.meet <= sp.all", "sp.meet <= sp.both"];
    assert_eq!(rules(&with(nested, Vec::new())), said, "what overlaps is not added");
    let least = |id: &str, bound: u32| {
        let filter = Filter { field: Field::Hours, condition: Condition::AtLeast(bound) };
        let definition = define(Source::Training, Measure::Records, At::InPeriod);
        let definition = Definition { filters: vec![filter], ..definition };
        Count { ledger: "training".to_owned(), ..count(id, definition) }
    };
    let hours = vec![least("sp.long", 8), least("sp.short", 2)];
    assert_eq!(rules(&with(hours, Vec::new())), ["sp.long <= sp.short"]);
}

/// Counts of other records, of other times or measures, under seal, or of cells that the part does
/// not have owe each other nothing.
#[test]
fn what_does_not_follow_is_no_rule() {
    assert_eq!(rules(&with(vec![lessons()], Vec::new())), [""; 0]);
    let other = vec![activities("sp.all", &[]), lessons()];
    assert_eq!(rules(&with(other, Vec::new())), [""; 0]);
    let by_stage = |counted: Count| {
        let dims = vec!["stage".parse().expect("id")];
        Count { dims, ..counted }
    };
    let [all, meet, _] = <[Count; 3]>::try_from(of_two_kinds()).expect("three");
    let coarse = vec![by_stage(all.clone()), meet.clone()];
    assert_eq!(rules(&with(coarse, vec![stages()])), [""; 0], "the part has no stage");
    let finer = with(vec![all, by_stage(meet)], vec![stages()]);
    assert_eq!(rules(&finer), ["sp.meet <= sp.all"], "its stages add up");
    // Staff who were at two trainings are counted once in all, and once at each.
    let of_staff = |id: &str| {
        let definition = define(Source::Training, Measure::Staff, At::InPeriod);
        Count { ledger: "training".to_owned(), ..count(id, definition) }
    };
    let role = Dimension { id: "staff_role".parse().expect("id"), ..stages() };
    let by_role = Count { dims: vec![role.id.clone()], ..of_staff("sp.roles") };
    assert_eq!(rules(&with(vec![of_staff("sp.staff"), by_role], vec![role])), [""; 0]);
    let moves = |id: &str, dims: Vec<_>| Count {
        channel: Channel::Sealed,
        ledger: "alert".to_owned(),
        dims,
        ..count(id, define(Source::AlertEvent, Measure::Records, At::InPeriod))
    };
    let sealed = vec![moves("sp.a", Vec::new()), moves("sp.b", Vec::new())];
    assert_eq!(rules(&with(sealed, Vec::new())), [""; 0], "a sealed report has a cap");
}

/// A talk with two topics stands in two cells, whatever a pack says of the dimension.
#[test]
fn cells_that_hold_a_record_twice_are_not_added() {
    let topic = Dimension { id: "talk_topic".parse().expect("id"), ..stages() };
    let all = count("sp.talks", define(Source::Talk, Measure::Records, At::InPeriod));
    let topics =
        Count { id: "sp.topics".parse().expect("id"), dims: vec![topic.id.clone()], ..all.clone() };
    assert_eq!(rules(&with(vec![all, topics], vec![topic])), [""; 0]);
}

/// The first hub refuses a sheet that breaks a relation, by its words, and takes one that keeps
/// them all; of a figure that is not told nothing follows.
#[test]
fn a_sheet_that_contradicts_itself_is_refused() {
    let special = with(of_two_kinds(), Vec::new());
    let table = special.table().expect("table");
    let checked = |cells: [Cell; 3]| check_clear(special.catalogue(), table, &pack(&cells), 100);
    let told = |figures: [u64; 3]| checked(figures.map(Cell::Value));
    for right in [[0, 0, 0], [2, 1, 1], [5, 1, 0]] {
        assert_eq!(told(right), Ok(()), "{right:?}");
    }
    for (wrong, rule) in [
        ([1, 2, 0], "sp.meet <= sp.all"),
        ([1, 0, 2], "sp.life <= sp.all"),
        ([1, 1, 1], "sp.meet + sp.life <= sp.all"),
    ] {
        let Err(Breach::Identity(broken)) = told(wrong) else { panic!("{wrong:?}") };
        assert_eq!((broken.relation.as_str(), broken.stratum.as_str()), (rule, "the whole"));
    }
    let untold = [Cell::Unsupported, Cell::Value(2), Cell::Value(0)];
    assert_eq!(checked(untold), Ok(()));
}
