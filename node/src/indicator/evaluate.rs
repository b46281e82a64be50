//! The evaluator: filters records, finds the cell of each, and measures.
//!
//! It knows no indicator and no table, only closed lists of fields and measures.

use std::collections::HashSet;

use domain::catalogue::{Axis, Block, Condition, Definition, Field, Filter, Measure};

use super::IndicatorError;
use super::facts::{Record, Records, Value};

/// The counts of a block; nothing where the source lacks a field that the definition names.
pub(super) fn evaluate(
    definition: &Definition,
    block: &Block,
    records: &Records,
) -> Result<Option<Vec<u64>>, IndicatorError> {
    let Some(plan) = Plan::new(definition, block, records.fields) else {
        return Ok(None);
    };
    let mut counts = vec![0_u64; block.length];
    let mut seen: HashSet<(usize, i64)> = HashSet::new();
    for record in records.rows.iter().filter(|record| plan.takes(record)) {
        let place = plan
            .place(record)
            .map_err(|value| IndicatorError::Value { indicator: block.indicator.clone(), value })?;
        // Persons and units are counted once a cell, however many records they have.
        if plan.is_distinct && !seen.insert((place, record.subject)) {
            continue;
        }
        if let Some(count) = counts.get_mut(place) {
            *count = count.saturating_add(plan.amount(record));
        }
    }
    Ok(Some(counts))
}

/// A definition with its fields found in the source.
struct Plan<'d> {
    filters: Vec<(usize, &'d Condition)>,
    axes: Vec<(usize, &'d Axis)>,
    sum_of: Option<usize>,
    is_distinct: bool,
}

impl<'d> Plan<'d> {
    fn new(definition: &'d Definition, block: &'d Block, fields: &[Field]) -> Option<Self> {
        let find = |field: Field| fields.iter().position(|known| *known == field);
        let filter = |filter: &'d Filter| Some((find(filter.field)?, &filter.condition));
        let axis = |axis: &'d Axis| Some((find(Field::from_word(axis.dimension.as_str())?)?, axis));
        let sum_of = match definition.sum_of {
            Some(field) => Some(find(field)?),
            None => None,
        };
        Some(Self {
            filters: definition.filters.iter().map(filter).collect::<Option<_>>()?,
            axes: block.axes.iter().map(axis).collect::<Option<_>>()?,
            sum_of,
            is_distinct: matches!(
                definition.measure,
                Measure::Students | Measure::Staff | Measure::Units
            ),
        })
    }

    fn takes(&self, record: &Record) -> bool {
        self.filters.iter().all(|(field, condition)| match (record.values.get(*field), condition) {
            (Some(Value::Word(word)), Condition::Any(words)) => {
                words.iter().any(|known| known == word)
            }
            (Some(Value::Number(number)), Condition::AtLeast(bound)) => number >= bound,
            _ => false,
        })
    }

    /// Place of a record within the block, or the value that has none.
    fn place(&self, record: &Record) -> Result<usize, &'static str> {
        self.axes.iter().try_fold(0, |place, (field, axis)| {
            let word = match record.values.get(*field) {
                Some(Value::Word(word)) => *word,
                _ => return Err("(none)"),
            };
            let find = |wanted: &str| axis.values.iter().position(|known| known == wanted);
            let position = find(word).or_else(|| find("other")).ok_or(word)?;
            Ok(place * axis.values.len() + position)
        })
    }

    fn amount(&self, record: &Record) -> u64 {
        match self.sum_of.and_then(|field| record.values.get(field)) {
            Some(Value::Number(number)) => u64::from(*number),
            Some(_) => 0,
            None => 1,
        }
    }
}
