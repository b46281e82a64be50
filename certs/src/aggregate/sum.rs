//! Shares that add up: what a hub keeps of a report, the sum of what it keeps, and opening two
//! sums.
//!
//! A sum is made of chosen cells only, those that an opening may show; the others never leave a
//! hub even as shares. It carries which cells these are, how many reports it holds and what they
//! may add at most, so that two sums over other reports, or a spoiled share, do not open as a
//! figure, and a cell that was not chosen is no zero.

use domain::disclosure::sealed::CapClass;
use prio::codec::{Decode as _, Encode as _};
use prio::field::{Field128, FieldElement as _};

use super::{AGGREGATE_ALGORITHM, AggregateError, FIELD_BYTES};

/// Bytes of a cell: its share, and behind all shares whether it was chosen.
const CELL_BYTES: usize = 1 + FIELD_BYTES;
/// Bytes before the cells of a stored or sent sum: algorithm, reports, sum of caps.
const HEAD_BYTES: usize = 1 + 4 + 8;

/// A hub's share of a report's cells, verified. Uniformly random without the other hub's.
#[derive(Clone)]
pub struct OutputShare {
    cells: Vec<Field128>,
    cap: CapClass,
}

/// A hub's share of a sum over reports.
#[derive(Clone)]
pub struct SumShare {
    cells: Vec<Field128>,
    /// Which cells were chosen for any report.
    held: Vec<bool>,
    reports: u32,
    caps: u64,
}

impl OutputShare {
    pub(super) fn of(share: &prio::vdaf::OutputShare<Field128>, cap: CapClass) -> Self {
        Self { cells: share.as_ref().to_vec(), cap }
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.cells.len()
    }

    /// The share as it is stored, until the year closes.
    ///
    /// # Errors
    /// The library refused.
    pub fn to_bytes(&self) -> Result<Vec<u8>, AggregateError> {
        SumShare::whole(self.cells.clone(), self.cap).to_bytes()
    }

    /// Reads a share that was stored.
    ///
    /// # Errors
    /// Bytes that are no share of one report.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AggregateError> {
        let sum = SumShare::from_bytes(bytes)?;
        let cap = CapClass::from_max(sum.caps).map_err(|_| AggregateError::Encoding)?;
        if sum.reports == 1 && cap.limit() == sum.caps && sum.held.iter().all(|held| *held) {
            Ok(Self { cells: sum.cells, cap })
        } else {
            Err(AggregateError::Encoding)
        }
    }

    /// The sums over some runs of cells, such as those of a stage: what is opened of one report at
    /// intake, because everybody knows it.
    ///
    /// # Errors
    /// A place that the report does not have.
    pub fn sums(&self, runs: &[Vec<usize>]) -> Result<SumShare, AggregateError> {
        let sum_of = |places: &Vec<usize>| {
            places.iter().try_fold(Field128::zero(), |sum, place| {
                Ok(sum + *self.cells.get(*place).ok_or(AggregateError::Other)?)
            })
        };
        let cells = runs.iter().map(sum_of).collect::<Result<_, AggregateError>>()?;
        Ok(SumShare::whole(cells, self.cap))
    }
}

impl SumShare {
    /// The sum over no report.
    #[must_use]
    pub fn new(cells: usize) -> Self {
        Self { cells: vec![Field128::zero(); cells], held: vec![false; cells], reports: 0, caps: 0 }
    }

    /// All cells of one report.
    fn whole(cells: Vec<Field128>, cap: CapClass) -> Self {
        Self { held: vec![true; cells.len()], cells, reports: 1, caps: cap.limit() }
    }

    /// Adds the chosen cells of a report, in rising order.
    ///
    /// # Errors
    /// A report of another table, a place that it does not have or that comes twice, or too many
    /// reports; nothing was added.
    pub fn add(&mut self, share: &OutputShare, places: &[usize]) -> Result<(), AggregateError> {
        let is_inside = places.iter().all(|place| *place < self.cells.len());
        let rises = places.is_sorted_by(|one, next| one < next);
        if share.cells.len() != self.cells.len() || !is_inside || !rises {
            return Err(AggregateError::Other);
        }
        let reports = self.reports.checked_add(1).ok_or(AggregateError::Other)?;
        self.caps = self.caps.checked_add(share.cap.limit()).ok_or(AggregateError::Other)?;
        self.reports = reports;
        for place in places {
            let to = self.cells.get_mut(*place).zip(self.held.get_mut(*place));
            if let Some(((sum, held), cell)) = to.zip(share.cells.get(*place)) {
                *sum += *cell;
                *held = true;
            }
        }
        Ok(())
    }

    /// Adds a sum over other reports, such as the control sum of one report or another group's.
    ///
    /// # Errors
    /// A sum of another length, or too many reports; nothing was added.
    pub fn merge(&mut self, other: &Self) -> Result<(), AggregateError> {
        if other.cells.len() != self.cells.len() {
            return Err(AggregateError::Other);
        }
        let reports = self.reports.checked_add(other.reports).ok_or(AggregateError::Other)?;
        self.caps = self.caps.checked_add(other.caps).ok_or(AggregateError::Other)?;
        self.reports = reports;
        self.cells.iter_mut().zip(&other.cells).for_each(|(sum, cell)| *sum += *cell);
        self.held.iter_mut().zip(&other.held).for_each(|(held, other)| *held |= other);
        Ok(())
    }

    /// How many reports it holds.
    #[must_use]
    pub const fn reports(&self) -> u32 {
        self.reports
    }

    /// The most that its reports may add, shown beside an opened total.
    #[must_use]
    pub const fn caps(&self) -> u64 {
        self.caps
    }

    /// The sum as it is stored and sent to the other hub.
    ///
    /// # Errors
    /// The library refused.
    pub fn to_bytes(&self) -> Result<Vec<u8>, AggregateError> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.cells.len() * CELL_BYTES);
        bytes.push(AGGREGATE_ALGORITHM);
        bytes.extend_from_slice(&self.reports.to_be_bytes());
        bytes.extend_from_slice(&self.caps.to_be_bytes());
        for cell in &self.cells {
            cell.encode(&mut bytes).map_err(|_| AggregateError::Encoding)?;
        }
        bytes.extend(self.held.iter().map(|held| u8::from(*held)));
        Ok(bytes)
    }

    /// Reads a sum.
    ///
    /// # Errors
    /// Bytes that are no sum, or an algorithm of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AggregateError> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES).ok_or(AggregateError::Encoding)?;
        let length = rest.len() / CELL_BYTES;
        let (shares, held) = rest.split_at(length * FIELD_BYTES);
        let (chunks, _) = shares.as_chunks::<FIELD_BYTES>();
        let [AGGREGATE_ALGORITHM, r0, r1, r2, r3, caps @ ..] = head else {
            return Err(AggregateError::Encoding);
        };
        let caps = <[u8; 8]>::try_from(caps).map_err(|_| AggregateError::Encoding)?;
        if held.len() != length || !(1..=domain::cell::TABLE_CELLS_MAX).contains(&length) {
            return Err(AggregateError::Encoding);
        }
        let mut cells = Vec::with_capacity(length);
        for (chunk, flag) in chunks.iter().zip(held) {
            let cell = Field128::get_decoded(chunk).map_err(|_| AggregateError::Encoding)?;
            // A cell that was not chosen holds nothing: in any other form it would be lost.
            if *flag > 1 || (*flag == 0 && cell != Field128::zero()) {
                return Err(AggregateError::Encoding);
            }
            cells.push(cell);
        }
        Ok(Self {
            cells,
            held: held.iter().map(|flag| *flag == 1).collect(),
            reports: u32::from_be_bytes([*r0, *r1, *r2, *r3]),
            caps: u64::from_be_bytes(caps),
        })
    }
}

/// Opens two sums over the same reports: the figures, cell by cell; none for a cell that was not
/// chosen, which is no zero.
///
/// # Errors
/// Sums over other reports or cells, or figures that the reports cannot have added up to: a share
/// was lost, doubled or spoiled.
pub fn open(leader: &SumShare, helper: &SumShare) -> Result<Vec<Option<u64>>, AggregateError> {
    let same =
        (&leader.held, leader.reports, leader.caps) == (&helper.held, helper.reports, helper.caps);
    if !same {
        return Err(AggregateError::Apart);
    }
    let figure = |((one, other), held): ((&Field128, &Field128), &bool)| {
        let figure = u64::try_from(u128::from(*one + *other)).ok();
        let figure = figure.filter(|figure| *figure <= leader.caps).ok_or(AggregateError::Apart)?;
        Ok(held.then_some(figure))
    };
    let cells = leader.cells.iter().zip(&helper.cells).zip(&leader.held);
    let figures: Vec<Option<u64>> = cells.map(figure).collect::<Result<_, AggregateError>>()?;
    // Each report proved that all its cells together are within its cap, so all cells of the sum
    // are within the sum of caps: one that is spoiled in every cell must not open either.
    let total = figures.iter().flatten().try_fold(0_u64, |sum, figure| sum.checked_add(*figure));
    total.filter(|total| *total <= leader.caps).ok_or(AggregateError::Apart)?;
    Ok(figures)
}
