//! The indicator catalogue: every figure that the tree of units knows, and how it is laid out.
//!
//! A [`Catalogue`] can only be made by [`Catalogue::new`], which checks every reference; so a
//! dimension, a count or a value that a figure names exists. The order of cells in a table
//! follows from the catalogue alone ([`TableSpec`]), which is why every table travels with the
//! digest of its catalogue pack. Absent on purpose: any way to compute a figure; that is the
//! node's, by [`Definition`]s from closed lists.

mod check;
mod count;
mod definition;
mod field;
pub mod flaw;
mod label;
mod partition;
pub mod stage;
mod sum;
mod table;
pub(crate) mod words;

pub use count::{
    Additive, Better, Channel, Count, Dimension, DimensionValue, EXTREME_MIN_CELL, Fill, Identity,
    Kind, NativePeriod, Origin, Profile, Ratio, Sensitivity,
};
pub use definition::{At, Condition, Definition, Filter, Measure, Source};
pub use field::{Field, FieldValues};
pub use flaw::{Expected, Flaw, FlawKind};
pub use label::{Label, Language};
pub use partition::{Derivation, Derive, DerivedCell, OUTCOME_AXIS, Partition, is_rounded};
pub use stage::{Grade, SchoolType, Stage, has_grade, stage_of};
pub use sum::{Comparison, Relation, Sum, Term};
pub use table::{Axis, Block, CellKey, TableSpec};
pub use words::{DimensionId, IndicatorId, PartitionId, SpecialId, TableId};

use jiff::civil::Date;

/// Everything that a catalogue pack says, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueDefinition {
    /// Counts up with every change.
    pub revision: u32,
    /// From this day on the definitions hold.
    pub effective_from: Date,
    /// From this figure on counts of `high` sensitivity are shown above the school.
    pub default_min_cell: u64,
    /// Dimensions.
    pub dimensions: Vec<Dimension>,
    /// Counts.
    pub counts: Vec<Count>,
    /// Ratios.
    pub ratios: Vec<Ratio>,
    /// Identities.
    pub identities: Vec<Identity>,
    /// Partitions that are rounded where there is one hub.
    pub partitions: Vec<Partition>,
}

/// With this begins the id of a special period's clear table.
const SPECIAL_TABLE: &str = "clear.special.";

/// The table of a special period.
///
/// # Errors
/// The id is too long to be part of a table's.
pub fn special_table(id: &SpecialId) -> Result<TableId, Flaw> {
    format!("{SPECIAL_TABLE}{id}").parse()
}

/// A checked catalogue and the tables that follow from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    definition: CatalogueDefinition,
    tables: Vec<TableSpec>,
}

impl Catalogue {
    /// Checks a definition and lays out its tables.
    ///
    /// # Errors
    /// The first mistake found, with its key.
    pub fn new(definition: CatalogueDefinition) -> Result<Self, Flaw> {
        check::check(&definition)?;
        check::refuse_days(&definition)?;
        let tables = partition::lay_out(&definition)?;
        Ok(Self { definition, tables })
    }

    /// Checks the small catalogue of a special period and lays out its one table.
    ///
    /// # Errors
    /// The first mistake found, with its key.
    pub fn of_special(
        definition: CatalogueDefinition,
        id: &SpecialId,
        label: &Label,
    ) -> Result<Self, Flaw> {
        check::check(&definition)?;
        let tables = vec![partition::lay_out_special(&definition, id, label)?];
        Ok(Self { definition, tables })
    }

    /// The special period whose small catalogue it is; nothing for the ordinary one.
    #[must_use]
    pub fn special(&self) -> Option<&str> {
        self.tables.iter().find_map(|table| table.id().as_str().strip_prefix(SPECIAL_TABLE))
    }

    /// The checked definition.
    #[must_use]
    pub const fn definition(&self) -> &CatalogueDefinition {
        &self.definition
    }

    /// Counts up with every change of the catalogue.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.definition.revision
    }

    /// Dimensions in the order of the pack.
    #[must_use]
    pub fn dimensions(&self) -> &[Dimension] {
        &self.definition.dimensions
    }

    /// Counts in the order of the pack.
    #[must_use]
    pub fn counts(&self) -> &[Count] {
        &self.definition.counts
    }

    /// Ratios in the order of the pack.
    #[must_use]
    pub fn ratios(&self) -> &[Ratio] {
        &self.definition.ratios
    }

    /// Identities in the order of the pack.
    #[must_use]
    pub fn identities(&self) -> &[Identity] {
        &self.definition.identities
    }

    /// Partitions in the order of the pack.
    #[must_use]
    pub fn partitions(&self) -> &[Partition] {
        &self.definition.partitions
    }

    /// The dimension of an id.
    #[must_use]
    pub fn dimension(&self, id: &str) -> Option<&Dimension> {
        self.dimensions().iter().find(|dimension| dimension.id.as_str() == id)
    }

    /// The count of an id.
    #[must_use]
    pub fn count(&self, id: &str) -> Option<&Count> {
        self.counts().iter().find(|count| count.id.as_str() == id)
    }

    /// The ratio of an id.
    #[must_use]
    pub fn ratio(&self, id: &str) -> Option<&Ratio> {
        self.ratios().iter().find(|ratio| ratio.id.as_str() == id)
    }

    /// The partition of an id.
    #[must_use]
    pub fn partition(&self, id: &str) -> Option<&Partition> {
        self.partitions().iter().find(|partition| partition.id.as_str() == id)
    }

    /// Tables in a stable order: clear tables by period, then one rounded table a partition.
    #[must_use]
    pub fn tables(&self) -> &[TableSpec] {
        &self.tables
    }

    /// The table of an id, such as `clear.term`.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&TableSpec> {
        self.tables.iter().find(|table| table.id().as_str() == id)
    }

    /// The clear table and the block that carry a clear count.
    #[must_use]
    pub fn clear_block(&self, count: &str) -> Option<(&TableSpec, &Block)> {
        self.tables
            .iter()
            .filter(|table| table.id().as_str().starts_with("clear."))
            .find_map(|table| table.block(count).map(|block| (table, block)))
    }

    /// What people read for a value on an axis of a block; a partition's outcomes among them.
    #[must_use]
    pub fn value_label(&self, indicator: &str, axis: &str, value: &str) -> Option<&Label> {
        if axis == OUTCOME_AXIS {
            let outcomes = &self.partition(indicator)?.outcomes;
            return outcomes.iter().find(|known| known.id == value).map(|known| &known.label);
        }
        self.dimension(axis)?.label_of(value)
    }

    /// The smallest figure of a count that people above the school are shown.
    #[must_use]
    pub const fn min_cell(&self, sensitivity: Sensitivity) -> u64 {
        match sensitivity {
            Sensitivity::Normal => 0,
            Sensitivity::High => self.definition.default_min_cell,
            Sensitivity::Extreme => EXTREME_MIN_CELL,
        }
    }

    /// Whether a ratio may enter an assessment: it has a better end and no sealed part.
    #[must_use]
    pub fn is_assessable(&self, ratio: &Ratio) -> bool {
        let mut terms = ratio.numerator.terms.iter().chain(&ratio.denominator.terms);
        ratio.better != Better::None
            && terms.all(|term| self.count(term.count.as_str()).is_some_and(|count| count.assess))
    }
}
