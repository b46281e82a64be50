//! The canonical order of cells: which cell of a table's vector means what.
//!
//! A table is blocks one after the other; a block is the full product of its axes, row-major in
//! declared order. Both ends of a wire rely on it, so it never depends on anything but the pack.

use std::fmt;

use super::{DimensionId, Flaw, FlawKind, Label, TableId};

/// One axis of a block with its values in canonical order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Which dimension; `outcome` for a partition's own axis.
    pub dimension: DimensionId,
    /// Codes of the values.
    pub values: Vec<String>,
}

/// A run of cells that belong to one count or one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Id of the count or partition.
    pub indicator: String,
    /// Axes; none for a single cell.
    pub axes: Vec<Axis>,
    /// Place of the first cell.
    pub offset: usize,
    /// Number of cells.
    pub length: usize,
}

/// The layout of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    id: TableId,
    label: Label,
    blocks: Vec<Block>,
    cells: usize,
}

/// What one cell is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey<'a> {
    /// Id of the count or partition.
    pub indicator: &'a str,
    /// One value an axis.
    pub values: Vec<&'a str>,
}

impl Block {
    pub(crate) fn new(indicator: &str, axes: Vec<Axis>) -> Self {
        let length = axes.iter().map(|axis| axis.values.len()).product();
        Self { indicator: indicator.to_owned(), axes, offset: 0, length }
    }

    /// Dimensions of the block in order.
    pub fn dims(&self) -> impl Iterator<Item = &DimensionId> {
        self.axes.iter().map(|axis| &axis.dimension)
    }

    /// Place of a cell within the block; `None` for a value that an axis does not have.
    #[must_use]
    pub fn place(&self, values: &[&str]) -> Option<usize> {
        if values.len() != self.axes.len() {
            return None;
        }
        self.axes.iter().zip(values).try_fold(0, |place, (axis, value)| {
            let position = axis.values.iter().position(|known| known == value)?;
            Some(place * axis.values.len() + position)
        })
    }

    /// Values of the cell at a place within the block.
    #[must_use]
    pub fn values_at(&self, place: usize) -> Option<Vec<&str>> {
        if place >= self.length {
            return None;
        }
        let mut rest = place;
        let mut values = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let size = axis.values.len().max(1);
            values.push(axis.values.get(rest % size)?.as_str());
            rest /= size;
        }
        values.reverse();
        Some(values)
    }

    /// Places of the block's cells in the table's vector.
    #[must_use]
    pub const fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.length
    }
}

impl TableSpec {
    pub(super) fn new(id: TableId, label: Label, mut blocks: Vec<Block>) -> Result<Self, Flaw> {
        let mut cells = 0;
        for block in &mut blocks {
            block.offset = cells;
            cells += block.length;
        }
        if cells > crate::cell::TABLE_CELLS_MAX {
            let expected = format!("{} at most", crate::cell::TABLE_CELLS_MAX);
            let key = format!("table {id}");
            return Err(Flaw::new(FlawKind::Range, key, format!("{cells} cells"), expected));
        }
        Ok(Self { id, label, blocks, cells })
    }

    /// Id, such as `clear.term`.
    #[must_use]
    pub const fn id(&self) -> &TableId {
        &self.id
    }

    /// What people read.
    #[must_use]
    pub const fn label(&self) -> &Label {
        &self.label
    }

    /// Blocks in canonical order.
    #[must_use]
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// Number of cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.cells
    }

    /// The block of a count or partition.
    #[must_use]
    pub fn block(&self, indicator: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.indicator == indicator)
    }

    /// Place of a cell in the table's vector.
    #[must_use]
    pub fn index(&self, indicator: &str, values: &[&str]) -> Option<usize> {
        let block = self.block(indicator)?;
        block.place(values).map(|place| block.offset + place)
    }

    /// What the cell at a place is about.
    #[must_use]
    pub fn cell_key(&self, index: usize) -> Option<CellKey<'_>> {
        let block = self.blocks.iter().find(|block| block.range().contains(&index))?;
        let values = block.values_at(index - block.offset)?;
        Some(CellKey { indicator: &block.indicator, values })
    }
}

impl CellKey<'_> {
    /// The values alone, joined by bars, as the rounding rule names a cell: `crisis|7|f`.
    #[must_use]
    pub fn values_text(&self) -> String {
        self.values.join("|")
    }
}

impl fmt::Display for CellKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.indicator)?;
        self.values.iter().try_for_each(|value| write!(f, "|{value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(dimension: &str, values: impl IntoIterator<Item = String>) -> Axis {
        let dimension = dimension.parse().expect("dimension");
        Axis { dimension, values: values.into_iter().collect() }
    }

    fn tiers() -> TableSpec {
        let tier = axis("tier", ["crisis", "high", "watch"].map(str::to_owned));
        let grade = axis("grade", (1..=12).map(|grade| grade.to_string()));
        let sex = axis("sex", ["m", "f"].map(str::to_owned));
        let first = Block::new("first", Vec::new());
        let label = Label { zh: "表".to_owned(), en: "Table".to_owned() };
        let blocks = vec![Block::new("tiers", vec![tier, grade, sex]), first];
        TableSpec::new("t".parse().expect("id"), label, blocks).expect("table")
    }

    /// The known answers of the disclosure page.
    #[test]
    fn cells_stand_row_major_in_declared_order() {
        let table = tiers();
        for (values, index) in [
            (["crisis", "1", "m"], 0),
            (["crisis", "7", "f"], 13),
            (["high", "1", "m"], 24),
            (["watch", "12", "f"], 71),
        ] {
            assert_eq!(table.index("tiers", &values), Some(index));
            let key = table.cell_key(index).expect("key");
            assert_eq!(key.values, values);
        }
        assert_eq!(table.index("first", &[]), Some(72));
        assert_eq!(table.cells(), 73);
    }

    /// Every cell has a key of its own, and the key leads back to it.
    #[test]
    fn every_index_has_its_own_key() {
        let table = tiers();
        for index in 0..table.cells() {
            let key = table.cell_key(index).expect("key");
            assert_eq!(table.index(key.indicator, &key.values), Some(index));
        }
        assert_eq!(table.cell_key(73), None);
        assert_eq!(table.index("tiers", &["crisis", "13", "m"]), None);
        assert_eq!(table.index("tiers", &["crisis", "1"]), None);
        let key = table.cell_key(13).expect("key");
        assert_eq!(
            (key.values_text().as_str(), key.to_string().as_str()),
            ("crisis|7|f", "tiers|crisis|7|f")
        );
    }

    /// A table beyond what a release can carry is refused when the catalogue is loaded.
    #[test]
    fn a_table_with_too_many_cells_is_refused() {
        let wide = axis("a", (0..crate::cell::TABLE_CELLS_MAX + 1).map(|n| n.to_string()));
        let label = Label { zh: "表".to_owned(), en: "Table".to_owned() };
        let flaw =
            TableSpec::new("t".parse().expect("id"), label, vec![Block::new("a", vec![wide])])
                .expect_err("too many");
        assert_eq!(flaw.kind, FlawKind::Range);
    }
}
