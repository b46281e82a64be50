//! Checks that make a catalogue definition a `Catalogue`: every reference leads somewhere, and
//! nothing sealed is declared fit for assessment.

use super::definition::{Condition, Definition, Filter, Measure};
use super::field::FieldValues;
use super::flaw::refuse_duplicates;
use super::{
    CatalogueDefinition, Channel, Count, Derive, Dimension, DimensionId, Fill, Flaw, FlawKind,
    Identity, NativePeriod, Partition, Ratio, Source, Term,
};
use crate::disclosure::{ROUGH_BASE, ROUGH_BASE_MAX};

/// Ledgers that a count may name.
const LEDGERS: [&str; 28] = [
    "roll",
    "staff_roll",
    "screening",
    "staff_screening",
    "mentor",
    "talk",
    "alert",
    "session",
    "conference",
    "followup",
    "referral",
    "duty_report",
    "plan",
    "special_group",
    "physique",
    "training",
    "certificate",
    "lesson",
    "activity",
    "parent",
    "hotline",
    "centre",
    "expert",
    "agency",
    "volunteer",
    "governance",
    "research",
    "registry",
];

/// The dimension by which the whole of a partition leaves.
const STAGE: &str = "stage";

/// Looks at a definition whole; the first mistake ends it.
pub(super) fn check(definition: &CatalogueDefinition) -> Result<(), Flaw> {
    let dimensions = &definition.dimensions;
    refuse_duplicates("dimension id", dimensions.iter().map(|known| known.id.as_str()))?;
    for dimension in dimensions {
        check_dimension(dimension)
            .map_err(|flaw| flaw.within(&format!("dimension {}", dimension.id)))?;
    }
    let ids = definition.counts.iter().map(|count| count.id.as_str());
    let ids = ids.chain(definition.ratios.iter().map(|ratio| ratio.id.as_str()));
    refuse_duplicates("count or ratio id", ids)?;
    for count in &definition.counts {
        check_count(definition, count)
            .map_err(|flaw| flaw.within(&format!("count {}", count.id)))?;
    }
    for ratio in &definition.ratios {
        check_ratio(definition, ratio)
            .map_err(|flaw| flaw.within(&format!("ratio {}", ratio.id)))?;
    }
    for identity in &definition.identities {
        check_identity(definition, identity)
            .map_err(|flaw| flaw.within(&format!("identity {:?}", identity.name)))?;
    }
    let partitions = definition.partitions.iter().map(|known| known.id.as_str());
    refuse_duplicates("partition id", partitions)?;
    for partition in &definition.partitions {
        check_partition(definition, partition)
            .map_err(|flaw| flaw.within(&format!("partition {}", partition.id)))?;
    }
    let derived = definition.partitions.iter().flat_map(|known| &known.derives);
    refuse_duplicates("partition derive", derived.map(|rule| rule.count.as_str()))
}

/// A day is told in special periods only: figures of every day tell who came and who left.
pub(super) fn refuse_days(definition: &CatalogueDefinition) -> Result<(), Flaw> {
    let daily = definition.counts.iter().find(|count| count.period == NativePeriod::Day);
    daily.map_or(Ok(()), |count| {
        let flaw = conflict("period", "day", "week, month, term, half_year or year");
        Err(flaw.within(&format!("count {}", count.id)))
    })
}

fn unknown(key: &str, wrong: impl Into<String>, expected: impl Into<String>) -> Flaw {
    Flaw::new(FlawKind::Unknown, key, wrong, expected)
}

fn conflict(key: &str, wrong: &str, expected: &str) -> Flaw {
    Flaw::new(FlawKind::Conflict, key, wrong, expected)
}

fn check_dimension(dimension: &Dimension) -> Result<(), Flaw> {
    if dimension.values.is_empty() {
        return Err(Flaw::new(FlawKind::Missing, "values", "no value", "one value at least"));
    }
    refuse_duplicates("values", dimension.values.iter().map(|value| value.id.as_str()))?;
    let blank = |text: &String| text.trim().is_empty();
    let unnamed = |label: &super::Label| blank(&label.zh) || blank(&label.en);
    match dimension.values.iter().find(|value| unnamed(&value.label)) {
        Some(value) => {
            let wrong = format!("{} has no name", value.id);
            Err(Flaw::new(FlawKind::Missing, "values", wrong, "a name in zh and en"))
        }
        None => Ok(()),
    }
}

fn dimension<'d>(
    definition: &'d CatalogueDefinition,
    id: &DimensionId,
) -> Result<&'d Dimension, Flaw> {
    definition
        .dimensions
        .iter()
        .find(|known| known.id == *id)
        .ok_or_else(|| unknown("dims", format!("dimension {id}"), "a dimension of this catalogue"))
}

fn check_count(definition: &CatalogueDefinition, count: &Count) -> Result<(), Flaw> {
    refuse_duplicates("dims", count.dims.iter().map(DimensionId::as_str))?;
    for id in &count.dims {
        dimension(definition, id)?;
    }
    if !LEDGERS.contains(&count.ledger.as_str()) {
        return Err(unknown("ledger", count.ledger.as_str(), LEDGERS.join(", ")));
    }
    if count.channel != Channel::Clear && count.assess {
        return Err(conflict("assess", "true for a count that is not clear", "false"));
    }
    if count.per_person_max == 0 {
        return Err(Flaw::new(FlawKind::Range, "per_person_max", "0", "1 or more"));
    }
    match (&count.definition, count.fill) {
        (Some(define), Fill::Auto) => {
            check_definition(definition, count, define).map_err(|flaw| flaw.within("define"))
        }
        (None, Fill::Auto) => {
            let wrong = "fill is auto and there is no define";
            Err(Flaw::new(FlawKind::Missing, "define", wrong, "a definition, or another fill"))
        }
        (Some(_), Fill::Org | Fill::Typed) => {
            Err(conflict("define", "a definition for a count that is typed", "fill = auto"))
        }
        (None, Fill::Org | Fill::Typed) => Ok(()),
    }
}

fn field_words(source: Source) -> String {
    let words: Vec<&str> = source.fields().iter().map(|field| field.as_str()).collect();
    format!("a field of {source}: {}", words.join(", "))
}

fn check_definition(
    catalogue: &CatalogueDefinition,
    count: &Count,
    define: &Definition,
) -> Result<(), Flaw> {
    let fields = define.source.fields();
    for id in &count.dims {
        if !fields.iter().any(|field| field.as_str() == id.as_str()) {
            return Err(unknown("source", format!("no {id}"), field_words(define.source)));
        }
    }
    for filter in &define.filters {
        if !fields.contains(&filter.field) {
            let wrong = format!("field {}", filter.field);
            return Err(unknown("where", wrong, field_words(define.source)));
        }
        check_filter(catalogue, filter)?;
    }
    match (define.measure, define.sum_of) {
        (Measure::Sum, Some(field))
            if fields.contains(&field) && field.values() == FieldValues::Number => {}
        (Measure::Sum, _) => {
            let expected = "a number field of the source";
            return Err(unknown("sum_of", "nothing to sum", expected));
        }
        (_, Some(_)) => return Err(conflict("sum_of", "given", "count = \"sum\"")),
        (_, None) => {}
    }
    if define.band == Some(0) || define.band == Some(1) {
        return Err(Flaw::new(FlawKind::Range, "band", "0 or 1", "2 or more"));
    }
    let bases = ROUGH_BASE..=ROUGH_BASE_MAX;
    match define.rough.map(u64::from) {
        Some(base) if !bases.contains(&base) => {
            let expected = format!("{ROUGH_BASE} to {ROUGH_BASE_MAX}");
            return Err(Flaw::new(FlawKind::Range, "rough", base.to_string(), expected));
        }
        Some(_) if define.band.is_some() => return Err(conflict("rough", "given", "no band")),
        _ => {}
    }
    Ok(())
}

fn check_filter(catalogue: &CatalogueDefinition, filter: &Filter) -> Result<(), Flaw> {
    let key = format!("where {}", filter.field);
    let values = match (&filter.condition, filter.field.values()) {
        (Condition::AtLeast(_), FieldValues::Number) => return Ok(()),
        (Condition::AtLeast(_), _) => return Err(conflict(&key, "at_least", "any")),
        (Condition::Any(_), FieldValues::Number) => return Err(conflict(&key, "any", "at_least")),
        (Condition::Any(values), _) => values,
    };
    let known: Vec<&str> = match filter.field.values() {
        FieldValues::Words(words) => words.to_vec(),
        _ => {
            let id = filter.field.as_str();
            let found = catalogue.dimensions.iter().find(|known| known.id.as_str() == id);
            let found = found.into_iter().flat_map(|known| &known.values);
            found.map(|value| value.id.as_str()).collect()
        }
    };
    if values.is_empty() {
        return Err(Flaw::new(FlawKind::Missing, key, "no value", known.join(", ")));
    }
    match values.iter().find(|value| !known.contains(&value.as_str())) {
        Some(value) => Err(unknown(&key, value.as_str(), known.join(", "))),
        None => Ok(()),
    }
}

fn check_term(
    definition: &CatalogueDefinition,
    key: &str,
    term: &Term,
    by: &[DimensionId],
) -> Result<(), Flaw> {
    let Some(count) = definition.counts.iter().find(|count| count.id == term.count) else {
        let wrong = format!("count {}", term.count);
        return Err(unknown(key, wrong, "a count of this catalogue"));
    };
    let has = |id: &DimensionId| count.dims.contains(id);
    if let Some(id) = by.iter().find(|id| !has(id)) {
        let wrong = format!("{} is not counted by {id}", count.id);
        return Err(unknown(key, wrong, "dimensions that every count of it has"));
    }
    for (id, value) in &term.filters {
        if !has(id) {
            let wrong = format!("{} is not counted by {id}", count.id);
            return Err(unknown(key, wrong, "a dimension of the count"));
        }
        if dimension(definition, id)?.place(value).is_none() {
            let wrong = format!("{id} has no value {value}");
            return Err(unknown(key, wrong, "a value of the dimension"));
        }
    }
    Ok(())
}

fn check_ratio(definition: &CatalogueDefinition, ratio: &Ratio) -> Result<(), Flaw> {
    for id in &ratio.dims {
        dimension(definition, id)?;
    }
    for (key, sum) in [("numerator", &ratio.numerator), ("denominator", &ratio.denominator)] {
        for term in &sum.terms {
            check_term(definition, key, term, &ratio.dims)?;
        }
    }
    Ok(())
}

fn check_identity(definition: &CatalogueDefinition, identity: &Identity) -> Result<(), Flaw> {
    for id in &identity.by {
        dimension(definition, id)?;
    }
    for term in identity.checks.iter().flat_map(super::Relation::terms) {
        check_term(definition, "checks", term, &identity.by)?;
    }
    Ok(())
}

fn check_partition(definition: &CatalogueDefinition, partition: &Partition) -> Result<(), Flaw> {
    let outcomes = || partition.outcomes.iter().map(|outcome| outcome.id.as_str());
    refuse_duplicates("outcomes", outcomes())?;
    refuse_duplicates("dims", partition.dims.iter().map(DimensionId::as_str))?;
    for id in &partition.dims {
        if dimension(definition, id)?.multi {
            return Err(conflict(
                "dims",
                "a dimension with several values a person",
                "single ones",
            ));
        }
    }
    let find = |id: &super::IndicatorId| definition.counts.iter().find(|count| count.id == *id);
    let Some(whole) = find(&partition.whole) else {
        let wrong = format!("count {}", partition.whole);
        return Err(unknown("whole", wrong, "a count of this catalogue"));
    };
    check_whole(partition, whole)?;
    let known: Vec<&str> = outcomes().collect();
    for rule in &partition.derives {
        let Some(count) = find(&rule.count) else {
            let wrong = format!("count {}", rule.count);
            return Err(unknown("derive", wrong, "a count of this catalogue"));
        };
        check_derive(partition, rule, count, &known)?;
    }
    Ok(())
}

/// The whole leaves exactly beside the rounded cells, so it is counted by stage and nothing finer:
/// an exact count of a few cells tells what each of them was before it was rounded.
fn check_whole(partition: &Partition, whole: &Count) -> Result<(), Flaw> {
    if whole.channel != Channel::Clear {
        let wrong = format!("{} is not clear", whole.id);
        return Err(conflict("whole", &wrong, "a clear count"));
    }
    let by_stage = |dims: &[DimensionId]| dims.iter().any(|id| id.as_str() == STAGE);
    if !by_stage(&partition.dims) {
        let wrong = "a partition without stage";
        return Err(Flaw::new(FlawKind::Missing, "dims", wrong, "stage among them"));
    }
    if whole.dims.len() == 1 && by_stage(&whole.dims) {
        return Ok(());
    }
    let wrong = format!("{} is not counted by stage alone", whole.id);
    Err(conflict("whole", &wrong, "a count by stage alone"))
}

fn check_derive(
    partition: &Partition,
    rule: &Derive,
    count: &Count,
    known: &[&str],
) -> Result<(), Flaw> {
    let key = format!("derive {}", rule.count);
    if count.channel != Channel::Sealed {
        return Err(conflict(&key, "a count that is not sealed", "a sealed count"));
    }
    if let Some(id) = count.dims.iter().find(|id| !partition.dims.contains(id)) {
        let wrong = format!("{} is counted by {id}", count.id);
        return Err(unknown(&key, wrong, "dimensions of the partition"));
    }
    refuse_duplicates(&key, rule.outcomes.iter().map(String::as_str))?;
    if rule.outcomes.is_empty() {
        return Err(Flaw::new(FlawKind::Missing, key, "no outcome", known.join(", ")));
    }
    match rule.outcomes.iter().find(|outcome| !known.contains(&outcome.as_str())) {
        Some(outcome) => Err(unknown(&key, outcome.as_str(), known.join(", "))),
        None => Ok(()),
    }
}
