//! Tables of a catalogue, and the counts that are sums of a rounded partition's cells.
//!
//! Where there is one hub, only a disjoint partition of persons is rounded; a count that nests in
//! it is always a sum of its rounded cells and never rounded beside it, because two roundings of
//! one number tell more than either. Hence no second rounded table about the same screening:
//! `scr.banded` and `scr.invalid` by scale overlap with the outcomes and stay closed.

use super::{
    Axis, Block, Catalogue, CatalogueDefinition, Channel, DimensionId, DimensionValue, Flaw,
    IndicatorId, Label, NativePeriod, Origin, PartitionId, SpecialId, TableId, TableSpec,
};

/// Name of the axis that a partition adds to its dimensions.
pub const OUTCOME_AXIS: &str = "outcome";

/// With this begins the id of every rounded table.
const ROUNDED: &str = "rounded.";

/// Disjoint outcomes that together cover everybody of a count, by some of its dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Id.
    pub id: PartitionId,
    /// What people read.
    pub label: Label,
    /// The count of everybody who has exactly one outcome.
    pub whole: IndicatorId,
    /// Outcomes in canonical order.
    pub outcomes: Vec<DimensionValue>,
    /// Dimensions after the outcome, in canonical order.
    pub dims: Vec<DimensionId>,
    /// Counts that are sums of its cells.
    pub derives: Vec<Derive>,
}

/// A count that is the sum of some outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derive {
    /// Which count.
    pub count: IndicatorId,
    /// Which outcomes add up to it.
    pub outcomes: Vec<String>,
}

/// How a count's cells are summed from a rounded table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// The rounded table.
    pub table: TableId,
    /// The partition, which is the table's block.
    pub partition: PartitionId,
    /// The count's axes.
    pub axes: Vec<Axis>,
    /// The count's cells, row-major over its axes.
    pub cells: Vec<DerivedCell>,
}

/// One cell of a derived count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedCell {
    /// One value an axis of the count.
    pub values: Vec<String>,
    /// Places in the rounded table's vector that add up to the cell.
    pub from: Vec<usize>,
}

/// All tables of a definition whose references were checked.
pub(super) fn lay_out(definition: &CatalogueDefinition) -> Result<Vec<TableSpec>, Flaw> {
    let mut tables = Vec::new();
    for period in NativePeriod::ALL {
        let counts = definition.counts.iter().filter(|count| {
            count.channel == Channel::Clear
                && count.origin == Origin::School
                && count.period == *period
        });
        let blocks: Vec<Block> = counts
            .map(|count| Block::new(count.id.as_str(), axes(definition, &count.dims)))
            .collect();
        if !blocks.is_empty() {
            let id = format!("clear.{period}").parse()?;
            tables.push(TableSpec::new(id, clear_label(*period), blocks)?);
        }
    }
    for partition in &definition.partitions {
        let values = partition.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
        let mut all = vec![Axis { dimension: OUTCOME_AXIS.parse()?, values }];
        all.extend(axes(definition, &partition.dims));
        let id = rounded_id(&partition.id)?;
        let block = Block::new(partition.id.as_str(), all);
        tables.push(TableSpec::new(id, partition.label.clone(), vec![block])?);
    }
    Ok(tables)
}

/// The one clear table of a special period: its clear counts in the order of its pack. Its id names
/// the special period, so that figures of two that run at once are never added up.
pub(super) fn lay_out_special(
    definition: &CatalogueDefinition,
    id: &SpecialId,
    label: &Label,
) -> Result<TableSpec, Flaw> {
    let block = |count: &super::Count| Block::new(count.id.as_str(), axes(definition, &count.dims));
    let clear = definition.counts.iter().filter(|count| count.channel == Channel::Clear);
    let blocks = clear.map(block).collect();
    TableSpec::new(super::special_table(id)?, label.clone(), blocks)
}

/// Whether a table's id is that of a rounded one.
#[must_use]
pub fn is_rounded(table: &str) -> bool {
    table.starts_with(ROUNDED)
}

fn rounded_id(partition: &PartitionId) -> Result<TableId, Flaw> {
    format!("{ROUNDED}{partition}").parse()
}

fn axes(definition: &CatalogueDefinition, dims: &[DimensionId]) -> Vec<Axis> {
    let known = |id: &DimensionId| {
        let dimension = definition.dimensions.iter().find(|dimension| dimension.id == *id)?;
        let values = dimension.values.iter().map(|value| value.id.clone()).collect();
        Some(Axis { dimension: id.clone(), values })
    };
    dims.iter().filter_map(known).collect()
}

fn clear_label(period: NativePeriod) -> Label {
    let (zh, en) = match period {
        NativePeriod::Day => ("工作数据日报", "Operational counts of the day"),
        NativePeriod::Week => ("工作数据周报", "Operational counts of the week"),
        NativePeriod::Month => ("工作数据月报", "Operational counts of the month"),
        NativePeriod::Term => ("学期基础与工作数据", "Operational counts of the term"),
        NativePeriod::HalfYear => ("工作数据半年报", "Operational counts of the half year"),
        NativePeriod::Year => ("学年工作数据", "Operational counts of the school year"),
    };
    Label { zh: zh.to_owned(), en: en.to_owned() }
}

impl Catalogue {
    /// How a count is summed from a rounded table; `None` for a count that no partition carries.
    ///
    /// The sum of rounded cells is what is published with one hub; it is unbiased, and its bound
    /// is the number of summed cells times the base less one.
    #[must_use]
    pub fn derive(&self, count: &str) -> Option<Derivation> {
        let (partition, rule) = self.partitions().iter().find_map(|partition| {
            let rule = partition.derives.iter().find(|rule| rule.count.as_str() == count)?;
            Some((partition, rule))
        })?;
        let count = self.count(count)?;
        let table = rounded_id(&partition.id).ok()?;
        let block = self.table(table.as_str())?.block(partition.id.as_str())?;
        let axes = axes(self.definition(), &count.dims);
        let target = Block::new(count.id.as_str(), axes.clone());
        let kept: Vec<usize> = count
            .dims
            .iter()
            .filter_map(|dim| block.dims().position(|known| known == dim))
            .collect();
        let mut from = vec![Vec::new(); target.length];
        for place in 0..block.length {
            let values = block.values_at(place)?;
            let outcome = values.first()?;
            if !rule.outcomes.iter().any(|known| known == outcome) {
                continue;
            }
            let picked: Vec<&str> =
                kept.iter().filter_map(|axis| values.get(*axis).copied()).collect();
            from.get_mut(target.place(&picked)?)?.push(block.offset + place);
        }
        let cells = from.into_iter().enumerate().filter_map(|(place, from)| {
            let values = target.values_at(place)?.into_iter().map(str::to_owned).collect();
            Some(DerivedCell { values, from })
        });
        let cells = cells.collect();
        Some(Derivation { table, partition: partition.id.clone(), axes, cells })
    }
}
