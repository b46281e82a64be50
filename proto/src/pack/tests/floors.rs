//! The floors of disclosure hold whatever a pack says.

use domain::catalogue::{Channel, Condition, Count, DimensionId, Field, Filter, Source};
use domain::disclosure::may_be_clear;

use crate::pack::embedded;

fn count(id: &str) -> Count {
    let catalogue = embedded::catalogue().expect("catalogue");
    let mut count = catalogue.count(id).expect("count").clone();
    count.channel = Channel::Clear;
    count
}

fn any(field: Field, word: &str) -> Filter {
    Filter { field, condition: Condition::Any(vec![word.to_owned()]) }
}

/// A pack that calls concerns of talks clear is refused by what is compiled in.
#[test]
fn concerns_never_leave_as_they_are() {
    assert!(may_be_clear(&count("mtr.raised")).is_err());
    assert!(may_be_clear(&count("mtr.topics")).is_err());
    assert!(may_be_clear(&count("mtr.talks")).is_ok());
}

/// A filter on a grade and a sex gives the size of a stratum as a dimension would.
#[test]
fn filters_cut_no_finer_than_dimensions_may() {
    let mut students = count("base.students");
    assert!(may_be_clear(&students).is_ok());
    let definition = students.definition.as_mut().expect("definition");
    definition.filters = vec![any(Field::Grade, "g7"), any(Field::Sex, "f")];
    students.dims = Vec::new();
    assert!(may_be_clear(&students).is_err());
}

/// Pairs of mentor and student are the roll where everybody has a mentor, however counted.
#[test]
fn pairs_by_grade_are_a_margin() {
    for source in [Source::Mentor, Source::Talk] {
        let mut pairs = count("mtr.assigned");
        pairs.definition.as_mut().expect("definition").source = source;
        pairs.dims = vec!["grade".parse::<DimensionId>().expect("dimension")];
        assert!(may_be_clear(&pairs).is_err());
    }
}
