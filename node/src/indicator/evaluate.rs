//! The evaluator: filters records, finds the cells of each, and measures.
//!
//! It knows no indicator and no table, only closed lists of fields and measures.

use std::collections::HashSet;

use domain::catalogue::{Axis, Block, Condition, Definition, Field, Filter, Measure};

use super::IndicatorError;
use super::facts::{Record, Records, Value};

/// One record that counts, and the cell in which it does.
pub(super) struct Hit<'r> {
    /// Place of the cell within the block.
    pub(super) place: usize,
    /// What it adds.
    pub(super) amount: u64,
    /// The record.
    pub(super) record: &'r Record,
}

/// The records that count, one for each cell in which one does; nothing where the source lacks a
/// field that the definition names.
pub(super) fn evaluate<'r>(
    definition: &Definition,
    block: &Block,
    records: &'r Records,
) -> Result<Option<Vec<Hit<'r>>>, IndicatorError> {
    let Some(plan) = Plan::new(definition, block, &records.fields) else {
        return Ok(None);
    };
    let mut hits = Vec::new();
    let mut seen: HashSet<(usize, i64)> = HashSet::new();
    for record in records.rows.iter().filter(|record| plan.takes(record)) {
        let places = plan.places(record).map_err(|value| IndicatorError::Value {
            indicator: block.indicator.clone(),
            value,
            behind: record.behind,
        })?;
        let subject = match definition.measure {
            Measure::Students => record.student,
            Measure::Staff => record.staff,
            Measure::Units => Some(1),
            Measure::Records | Measure::Sum => None,
        };
        let is_distinct = !matches!(definition.measure, Measure::Records | Measure::Sum);
        if is_distinct && subject.is_none() {
            continue;
        }
        for place in places {
            // Persons and units are counted once a cell, however many records they have.
            if subject.is_none_or(|subject| seen.insert((place, subject))) {
                hits.push(Hit { place, amount: plan.amount(record), record });
            }
        }
    }
    Ok(Some(hits))
}

/// The figure of every cell.
pub(super) fn sums(hits: &[Hit<'_>], length: usize) -> Vec<u64> {
    let mut counts = vec![0_u64; length];
    for hit in hits {
        if let Some(count) = counts.get_mut(hit.place) {
            *count = count.saturating_add(hit.amount);
        }
    }
    counts
}

/// A definition with its fields found in the source.
struct Plan<'d> {
    filters: Vec<(usize, &'d Condition)>,
    axes: Vec<(usize, &'d Axis)>,
    sum_of: Option<usize>,
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
        })
    }

    fn takes(&self, record: &Record) -> bool {
        self.filters.iter().all(|(field, condition)| match (record.values.get(*field), condition) {
            (Some(Value::Word(word)), Condition::Any(words)) => {
                words.iter().any(|known| known == word)
            }
            (Some(Value::Words(own)), Condition::Any(words)) => {
                words.iter().any(|known| own.iter().any(|word| known == word))
            }
            (Some(Value::Number(number)), Condition::AtLeast(bound)) => number >= bound,
            _ => false,
        })
    }

    /// Places of a record within the block, or the value that has none.
    fn places(&self, record: &Record) -> Result<Vec<usize>, &'static str> {
        let mut places = vec![0];
        for (field, axis) in &self.axes {
            let words = match record.values.get(*field) {
                Some(Value::Word(word)) => std::slice::from_ref(word),
                Some(Value::Words(words)) => words.as_slice(),
                _ => return Err("(none)"),
            };
            let mut found = Vec::with_capacity(words.len());
            for word in words {
                let find = |wanted: &str| axis.values.iter().position(|known| known == wanted);
                found.push(find(word).or_else(|| find("other")).ok_or(*word)?);
            }
            let size = axis.values.len();
            places = places
                .iter()
                .flat_map(|place| found.iter().map(move |position| place * size + position))
                .collect();
        }
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    fn amount(&self, record: &Record) -> u64 {
        match self.sum_of.and_then(|field| record.values.get(field)) {
            Some(Value::Number(number)) => u64::from(*number),
            Some(_) => 0,
            None => 1,
        }
    }
}
