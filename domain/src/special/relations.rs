//! What the clear counts of a special period owe each other, by their definitions alone.
//!
//! Nobody writes these relations down, so that a wrong one can keep no school's figures at home: a
//! count of some of the records that another one counts is at most that one, and counts that
//! exclude each other are so together. Absent on purpose: relations of sealed counts. A report of a
//! week holds no more than its cap, so that of honest ones a part can be above its whole.

use crate::catalogue::{
    Channel, Comparison, Condition, Count, Definition, DimensionId, Field, FieldValues, Identity,
    Measure, Relation, Sum, Term,
};
use crate::disclosure::SPECIAL_COUNTS_MAX;

/// When the relations are checked, in prose.
const WHEN: &str = "at the node, before a sheet is signed; at the first hub, on each clear sheet";

/// A count with its definition.
type Defined<'c> = (&'c Count, &'c Definition);

/// Every relation that clear counts keep, whatever the ledgers say.
///
/// Of more counts than a special period may have the first ones alone: no school follows it.
pub(super) fn identities(counts: &[Count]) -> Vec<Identity> {
    let clear = counts.iter().filter(|count| count.channel == Channel::Clear);
    let defined = clear.filter_map(|count| Some((count, count.definition.as_ref()?)));
    let all: Vec<Defined<'_>> = defined.take(SPECIAL_COUNTS_MAX).collect();
    let mut found = Vec::new();
    for whole in &all {
        let parts: Vec<Defined<'_>> =
            all.iter().filter(|part| is_part(part, whole)).copied().collect();
        found.extend(parts.iter().map(|part| at_most(&[*part], whole)));
        let fields = Field::ALL.iter().filter_map(|field| apart(&parts, *field));
        found.extend(fields.map(|together| at_most(&together, whole)));
    }
    found
}

/// Whether a count is of some of the records of another, and in each of that one's cells.
fn is_part((part, own): &Defined<'_>, (whole, all): &Defined<'_>) -> bool {
    let finer: Vec<&DimensionId> =
        part.dims.iter().filter(|dim| !whole.dims.contains(dim)).collect();
    // Over finer cells only records add up, and only where each stands in one of them.
    let sums = finer.is_empty() || (adds_up(own) && finer.iter().all(|dim| is_single(dim)));
    let has_cells = whole.dims.iter().all(|dim| part.dims.contains(dim));
    part.id != whole.id && own.is_within(all) && has_cells && sums
}

/// Whether counts of records that exclude each other may be added: persons would count twice.
const fn adds_up(definition: &Definition) -> bool {
    matches!(definition.measure, Measure::Records | Measure::Sum)
}

/// Whether a record has one value of a dimension, whatever a pack says of it.
fn is_single(dim: &DimensionId) -> bool {
    Field::from_word(dim.as_str()).is_some_and(|field| !field.has_several())
}

/// The parts, in their order, that exclude each other by a field with words of its own; nothing
/// where it sets fewer than two apart.
fn apart<'c>(parts: &[Defined<'c>], field: Field) -> Option<Vec<Defined<'c>>> {
    if !matches!(field.values(), FieldValues::Words(_)) {
        return None;
    }
    let mut taken: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for part in parts.iter().filter(|(_, definition)| adds_up(definition)) {
        let Some(words) = words_of(part.1, field) else { continue };
        if words.iter().any(|word| taken.contains(&word.as_str())) {
            continue;
        }
        taken.extend(words.iter().map(String::as_str));
        found.push(*part);
    }
    (found.len() > 1).then_some(found)
}

/// The words of a field that a definition lets pass.
fn words_of(definition: &Definition, field: Field) -> Option<&[String]> {
    definition.filters.iter().find_map(|filter| match &filter.condition {
        Condition::Any(words) if filter.field == field => Some(words.as_slice()),
        Condition::Any(_) | Condition::AtLeast(_) => None,
    })
}

/// Parts are together at most their whole, in each of its cells.
fn at_most(parts: &[Defined<'_>], (whole, _): &Defined<'_>) -> Identity {
    let term =
        |count: &Count| Term { coefficient: 1, count: count.id.clone(), filters: Vec::new() };
    let relation = Relation {
        left: Sum { terms: parts.iter().map(|(part, _)| term(part)).collect() },
        comparison: Comparison::AtMost,
        right: Sum { terms: vec![term(whole)] },
    };
    Identity {
        name: relation.to_string(),
        rule: relation.to_string(),
        when: WHEN.to_owned(),
        by: whole.dims.clone(),
        checks: vec![relation],
    }
}
