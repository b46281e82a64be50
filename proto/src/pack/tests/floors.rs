//! The floors of disclosure hold whatever a pack says.

use std::collections::BTreeSet;

use domain::catalogue::{Channel, Condition, Count, DimensionId, Field, Filter, Measure, Source};
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
    for field in [Field::Raised, Field::Analysed] {
        let mut talks = count("mtr.talks");
        talks.definition.as_mut().expect("definition").filters = vec![any(field, "yes")];
        assert!(may_be_clear(&talks).is_err());
    }
}

/// Talks leave roughly whatever a pack says: told with an end, they bound what is sealed of the
/// same records.
#[test]
fn talks_leave_roughly_or_not_at_all() {
    for id in ["mtr.talks", "mtr.talked", "mtr.home_visits"] {
        let mut talks = count(id);
        assert!(may_be_clear(&talks).is_ok(), "{id}");
        for told in [None, Some(5)] {
            talks.definition.as_mut().expect("definition").rough = told;
            assert!(may_be_clear(&talks).is_err(), "{id} {told:?}");
        }
    }
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
        let definition = pairs.definition.as_mut().expect("definition");
        (definition.source, definition.rough) = (source, Some(10));
        pairs.dims = vec!["grade".parse::<DimensionId>().expect("dimension")];
        assert!(may_be_clear(&pairs).is_err());
    }
}

/// Sessions of groups are work of the school; a session with one person is about that person.
#[test]
fn only_sessions_of_groups_leave_as_they_are() {
    assert!(may_be_clear(&count("cns.group")).is_ok());
    let mut single = count("cns.group");
    single.definition.as_mut().expect("definition").filters = vec![any(Field::Form, "individual")];
    assert!(may_be_clear(&single).is_err());
    single.definition.as_mut().expect("definition").filters = Vec::new();
    assert!(may_be_clear(&single).is_err());
    let mut persons = count("cns.group");
    persons.definition.as_mut().expect("definition").measure = Measure::Students;
    assert!(may_be_clear(&persons).is_err());
}

/// What an expert does for one student, and that there was a conference about one, is no work of
/// the school that is told exactly: whatever a pack says, and in no band either.
#[test]
fn services_to_one_student_never_leave_as_they_are() {
    let services = count("exp.services");
    assert!(may_be_clear(&services).is_ok());
    let with = |filters: Vec<Filter>| {
        let mut asked = services.clone();
        let definition = asked.definition.as_mut().expect("definition");
        (definition.filters, definition.band) = (filters, Some(10));
        may_be_clear(&asked)
    };
    assert!(with(vec![any(Field::Service, "lecture")]).is_ok());
    assert!(with(Vec::new()).is_err(), "all services hold those to one student");
    assert!(with(vec![any(Field::Stage, "junior")]).is_err());
    for word in ["counselling", "green_channel", "a word of a later version"] {
        assert!(with(vec![any(Field::Service, word)]).is_err(), "{word}");
    }
    assert!(may_be_clear(&count("exp.case_services")).is_err());
    assert!(may_be_clear(&count("cns.conf")).is_err());
}

/// Whether no record can be counted by both: they ask one field for different values.
fn are_apart(one: &Count, other: &Count) -> bool {
    let filters = |count: &Count| {
        let definition = count.definition.clone();
        definition.map_or_else(Vec::new, |definition| definition.filters)
    };
    filters(one).iter().any(|a| {
        filters(other).iter().filter(|b| b.field == a.field).any(|b| {
            let (Condition::Any(a), Condition::Any(b)) = (&a.condition, &b.condition) else {
                return false;
            };
            a.iter().all(|word| !b.contains(word))
        })
    })
}

/// A clear count of the records that a sealed count counts too bounds it, school by school: none of
/// the one is none of the other. Such a count leaves roughly, without an exception. Who is
/// enrolled, or was to be screened, bounds nothing that the plan does not know, and a band is
/// judged with the table that it is a part of.
#[test]
fn no_clear_count_bounds_what_is_sealed() {
    let catalogue = embedded::catalogue().expect("catalogue");
    let of = |channel: Channel| {
        let counts = catalogue.counts().iter();
        counts.filter(move |count| count.channel == channel && count.definition.is_some())
    };
    let source = |count: &Count| count.definition.as_ref().map(|known| known.source);
    let is_exact = |count: &&Count| {
        let definition = count.definition.as_ref().expect("defined");
        let is_enrolment = matches!(definition.source, Source::Roll | Source::Screening);
        definition.band.is_none() && definition.rough.is_none() && !is_enrolment
    };
    let bounds: BTreeSet<&str> = of(Channel::Clear)
        .filter(is_exact)
        .filter(|clear| {
            of(Channel::Sealed)
                .any(|sealed| source(sealed) == source(clear) && !are_apart(clear, sealed))
        })
        .map(|count| count.id.as_str())
        .collect();
    assert_eq!(bounds, BTreeSet::new());
}

/// What the built-in catalogue calls clear may leave: no table is stopped by one of its counts.
#[test]
fn the_built_in_catalogue_keeps_every_floor() {
    let catalogue = embedded::catalogue().expect("catalogue");
    let clear = catalogue.counts().iter().filter(|count| count.channel == Channel::Clear);
    let refused: Vec<_> =
        clear.filter_map(|count| Some((count.id.as_str(), may_be_clear(count).err()?))).collect();
    assert_eq!(refused, []);
}
