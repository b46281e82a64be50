//! Cells of a table and their packed form: one dense vector per table, never a row per cell.
//!
//! A cell is a value or one of four blanks, and no blank may ever be read as a zero. The packed
//! form is a run of runs: a varint header `length * 8 + kind`, and for value runs one varint a
//! cell. Packing is deterministic, so equal cells give equal bytes.

/// Most cells that a table may have; bounds what a hostile message can make us allocate.
pub const TABLE_CELLS_MAX: usize = 20_000;

/// Runs of zeros shorter than this stay inside a run of values, where they cost less.
const ZERO_RUN_MIN: usize = 3;

/// One figure, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    /// A count; zero is a count.
    Value(u64),
    /// Known, and not shown because it is small.
    Suppressed,
    /// Due, and not arrived.
    NotReported,
    /// Cannot exist for this unit, such as grade 12 in a primary school.
    NotApplicable,
    /// The unit's software or ledgers cannot compute it.
    Unsupported,
}

/// Why packed cells could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CellError {
    /// The vector has another length than the table.
    #[error("the table has {expected} cells, {found} arrived")]
    Count {
        /// Cells of the table.
        expected: usize,
        /// Cells that arrived, as far as they were read.
        found: usize,
    },
    /// A run of a kind that this version does not know.
    #[error("cells contain a run of unknown kind {0}")]
    Kind(u64),
    /// The bytes end within a run, or a number is longer than 64 bits.
    #[error("cells end in the middle of a number")]
    CutOff,
    /// The table is larger than any table may be.
    #[error("a table has at most {TABLE_CELLS_MAX} cells")]
    TooMany,
}

/// A run of equal blanks, of zeros, or one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// What each cell of the run is.
    pub cell: Cell,
    /// How many cells it covers; always 1 for values other than zero.
    pub length: usize,
}

impl Cell {
    /// The count, if there is one.
    #[must_use]
    pub const fn value(self) -> Option<u64> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    const fn kind(self) -> u64 {
        match self {
            Self::Value(0) => 1,
            Self::Value(_) => 0,
            Self::Suppressed => 2,
            Self::NotReported => 3,
            Self::NotApplicable => 4,
            Self::Unsupported => 5,
        }
    }

    const fn from_kind(kind: u64) -> Option<Self> {
        match kind {
            1 => Some(Self::Value(0)),
            2 => Some(Self::Suppressed),
            3 => Some(Self::NotReported),
            4 => Some(Self::NotApplicable),
            5 => Some(Self::Unsupported),
            _ => None,
        }
    }
}

/// Packs cells into bytes; see the module's text for the form.
#[must_use]
pub fn pack(cells: &[Cell]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(cells.len() / 2 + 8);
    let mut values: Vec<u64> = Vec::new();
    for group in cells.chunk_by(|a, b| a.kind() == b.kind()) {
        let Some(first) = group.first() else { continue };
        let inline = *first == Cell::Value(0) && group.len() < ZERO_RUN_MIN && !values.is_empty();
        if first.kind() == 0 || inline {
            values.extend(group.iter().filter_map(|cell| cell.value()));
            continue;
        }
        flush(&mut packed, &mut values);
        push_varint(&mut packed, ((group.len() as u64) << 3) | first.kind());
    }
    flush(&mut packed, &mut values);
    packed
}

fn flush(packed: &mut Vec<u8>, values: &mut Vec<u64>) {
    if !values.is_empty() {
        push_varint(packed, (values.len() as u64) << 3);
        values.drain(..).for_each(|value| push_varint(packed, value));
    }
}

/// Visits a packed table run by run without building it.
///
/// # Errors
/// Bytes that are cut off, a run of unknown kind, or another number of cells than `expected`.
pub fn visit(
    packed: &[u8],
    expected: usize,
    mut run: impl FnMut(usize, Run),
) -> Result<(), CellError> {
    if expected > TABLE_CELLS_MAX {
        return Err(CellError::TooMany);
    }
    let mut rest = packed;
    let mut at = 0_usize;
    while !rest.is_empty() {
        let header = take_varint(&mut rest)?;
        let length = usize::try_from(header >> 3).map_err(|_| CellError::TooMany)?;
        if length == 0 || length > expected.saturating_sub(at) {
            return Err(CellError::Count { expected, found: at.saturating_add(length) });
        }
        if header & 7 == 0 {
            for offset in 0..length {
                let value = take_varint(&mut rest)?;
                run(at + offset, Run { cell: Cell::Value(value), length: 1 });
            }
        } else {
            let cell = Cell::from_kind(header & 7).ok_or(CellError::Kind(header & 7))?;
            run(at, Run { cell, length });
        }
        at += length;
    }
    if at == expected { Ok(()) } else { Err(CellError::Count { expected, found: at }) }
}

/// Reads a packed table of `expected` cells.
///
/// # Errors
/// As [`visit`].
pub fn unpack(packed: &[u8], expected: usize) -> Result<Vec<Cell>, CellError> {
    if expected > TABLE_CELLS_MAX {
        return Err(CellError::TooMany);
    }
    let mut cells = Vec::with_capacity(expected);
    visit(packed, expected, |_, run| {
        cells.extend(std::iter::repeat_n(run.cell, run.length));
    })?;
    Ok(cells)
}

/// Packs numbers that are mostly equal to their neighbours, as pairs of count and value.
#[must_use]
pub fn pack_counts(counts: &[u32]) -> Vec<u8> {
    let mut packed = Vec::new();
    for group in counts.chunk_by(|a, b| a == b) {
        push_varint(&mut packed, group.len() as u64);
        push_varint(&mut packed, group.first().copied().unwrap_or(0).into());
    }
    packed
}

/// Reads what [`pack_counts`] wrote.
///
/// # Errors
/// Bytes that are cut off, a number above 32 bits, or another count than `expected`.
pub fn unpack_counts(packed: &[u8], expected: usize) -> Result<Vec<u32>, CellError> {
    if expected > TABLE_CELLS_MAX {
        return Err(CellError::TooMany);
    }
    let mut counts = Vec::with_capacity(expected);
    let mut rest = packed;
    while !rest.is_empty() {
        let length = usize::try_from(take_varint(&mut rest)?).map_err(|_| CellError::TooMany)?;
        let value = u32::try_from(take_varint(&mut rest)?).map_err(|_| CellError::CutOff)?;
        if length == 0 || length > expected - counts.len() {
            return Err(CellError::Count { expected, found: counts.len().saturating_add(length) });
        }
        counts.extend(std::iter::repeat_n(value, length));
    }
    if counts.len() == expected {
        Ok(counts)
    } else {
        Err(CellError::Count { expected, found: counts.len() })
    }
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

fn take_varint(bytes: &mut &[u8]) -> Result<u64, CellError> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(CellError::CutOff)?;
        *bytes = rest;
        if shift == 63 && *byte > 1 {
            return Err(CellError::CutOff);
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(CellError::CutOff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            4 => Just(Cell::Value(0)),
            4 => (0_u64..2_000).prop_map(Cell::Value),
            1 => any::<u64>().prop_map(Cell::Value),
            1 => Just(Cell::Suppressed),
            1 => Just(Cell::NotReported),
            1 => Just(Cell::NotApplicable),
            1 => Just(Cell::Unsupported),
        ]
    }

    proptest! {
        /// Whatever is packed is read back, and only under its own length.
        #[test]
        fn packed_cells_are_read_back_exactly(cells in prop::collection::vec(cell(), 0..400)) {
            let packed = pack(&cells);
            prop_assert_eq!(unpack(&packed, cells.len()), Ok(cells.clone()));
            prop_assert!(unpack(&packed, cells.len() + 1).is_err());
        }

        /// Hostile bytes are an error or cells, never a panic or a large allocation.
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes, 500);
            let _ = unpack_counts(&bytes, 500);
        }

        /// Contributor counts survive packing.
        #[test]
        fn packed_counts_are_read_back(counts in prop::collection::vec(0_u32..5, 0..300)) {
            prop_assert_eq!(unpack_counts(&pack_counts(&counts), counts.len()), Ok(counts));
        }
    }

    /// An empty table costs one header, five hundred small counts about a byte each.
    #[test]
    fn packing_is_small() {
        assert_eq!(pack(&[Cell::Unsupported; 315]).len(), 2);
        assert!(pack(&[Cell::Value(90); 500]).len() <= 502);
    }

    /// The four blanks and zero never become each other.
    #[test]
    fn blanks_and_zero_stay_apart() {
        let cells = [
            Cell::Value(0),
            Cell::Suppressed,
            Cell::NotReported,
            Cell::NotApplicable,
            Cell::Unsupported,
        ];
        assert_eq!(unpack(&pack(&cells), 5).as_deref(), Ok(&cells[..]));
    }
}
