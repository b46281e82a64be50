//! Shares that add up: what a hub keeps of a report, the sum of what it keeps, and opening two
//! sums.
//!
//! A sum is made of chosen cells only, those that an opening may show; the others never leave a
//! hub even as shares. It carries how many reports it holds and what they may add at most, so that
//! two sums over other reports, or a spoiled share, do not open as a figure.

use domain::disclosure::sealed::CapClass;
use prio::codec::{Decode as _, Encode as _};
use prio::field::{Field128, FieldElement as _};

use super::{AGGREGATE_ALGORITHM, AggregateError, FIELD_BYTES};

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
        SumShare { cells: self.cells.clone(), reports: 1, caps: self.cap.limit() }.to_bytes()
    }

    /// Reads a share that was stored.
    ///
    /// # Errors
    /// Bytes that are no share of one report.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AggregateError> {
        let sum = SumShare::from_bytes(bytes)?;
        let cap = CapClass::from_max(sum.caps).map_err(|_| AggregateError::Encoding)?;
        if sum.reports == 1 {
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
        Ok(SumShare { cells, reports: 1, caps: self.cap.limit() })
    }
}

impl SumShare {
    /// The sum over no report.
    #[must_use]
    pub fn new(cells: usize) -> Self {
        Self { cells: vec![Field128::zero(); cells], reports: 0, caps: 0 }
    }

    /// Adds the chosen cells of a report.
    ///
    /// # Errors
    /// A report of another table, a place that it does not have, or too many reports; nothing was
    /// added.
    pub fn add(&mut self, share: &OutputShare, places: &[usize]) -> Result<(), AggregateError> {
        let is_inside = places.iter().all(|place| *place < self.cells.len());
        if share.cells.len() != self.cells.len() || !is_inside {
            return Err(AggregateError::Other);
        }
        let reports = self.reports.checked_add(1).ok_or(AggregateError::Other)?;
        self.caps = self.caps.checked_add(share.cap.limit()).ok_or(AggregateError::Other)?;
        self.reports = reports;
        for place in places {
            if let (Some(sum), Some(cell)) = (self.cells.get_mut(*place), share.cells.get(*place)) {
                *sum += *cell;
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
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.cells.len() * FIELD_BYTES);
        bytes.push(AGGREGATE_ALGORITHM);
        bytes.extend_from_slice(&self.reports.to_be_bytes());
        bytes.extend_from_slice(&self.caps.to_be_bytes());
        for cell in &self.cells {
            cell.encode(&mut bytes).map_err(|_| AggregateError::Encoding)?;
        }
        Ok(bytes)
    }

    /// Reads a sum.
    ///
    /// # Errors
    /// Bytes that are no sum, or an algorithm of a later version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AggregateError> {
        let (head, rest) = bytes.split_at_checked(HEAD_BYTES).ok_or(AggregateError::Encoding)?;
        let (chunks, odd) = rest.as_chunks::<FIELD_BYTES>();
        let [AGGREGATE_ALGORITHM, r0, r1, r2, r3, caps @ ..] = head else {
            return Err(AggregateError::Encoding);
        };
        let caps = <[u8; 8]>::try_from(caps).map_err(|_| AggregateError::Encoding)?;
        if !odd.is_empty() || chunks.is_empty() || chunks.len() > domain::cell::TABLE_CELLS_MAX {
            return Err(AggregateError::Encoding);
        }
        let cells: Result<Vec<Field128>, _> =
            chunks.iter().map(|chunk| Field128::get_decoded(chunk)).collect();
        Ok(Self {
            cells: cells.map_err(|_| AggregateError::Encoding)?,
            reports: u32::from_be_bytes([*r0, *r1, *r2, *r3]),
            caps: u64::from_be_bytes(caps),
        })
    }
}

/// Opens two sums over the same reports: the figures, cell by cell.
///
/// # Errors
/// Sums over other reports, or figures that the reports cannot have added up to: a share was lost,
/// doubled or spoiled.
pub fn open(leader: &SumShare, helper: &SumShare) -> Result<Vec<u64>, AggregateError> {
    let same = (leader.cells.len(), leader.reports, leader.caps)
        == (helper.cells.len(), helper.reports, helper.caps);
    if !same {
        return Err(AggregateError::Apart);
    }
    let figure = |(one, other): (&Field128, &Field128)| {
        let figure = u64::try_from(u128::from(*one + *other)).ok();
        figure.filter(|figure| *figure <= leader.caps).ok_or(AggregateError::Apart)
    };
    leader.cells.iter().zip(&helper.cells).map(figure).collect()
}
