//! Sealed sums: splits a school's figures into two halves, lets two hubs verify them without
//! either learning one, and adds up what they keep.
//!
//! The arithmetic is Prio3 with two aggregators (VDAF draft 18, crate `prio`) over the type
//! L1BoundSum: every cell and the sum of all cells lie between zero and a cap, and a share of a
//! report that breaks this is refused by both hubs. One instance a cap; shares of all caps add up.
//! What the library does not do is done in `domain::disclosure::sealed`: it accepts the same
//! report twice.
//!
//! A half alone is uniformly random and tells nothing; both halves tell everything. Halves of
//! reports, output shares and verify keys therefore never meet in one process outside of tests,
//! have no `Debug`, and are wiped where this crate holds their bytes. The library's own working
//! copies are not wiped: it offers no way to.

mod halves;
mod key;
mod sum;
#[cfg(test)]
mod tests;
mod verify;

use domain::disclosure::sealed::{CapClass, SealedReport, TaskId, TaskTerms};
use prio::field::Field128;
use prio::flp::Flp as _;
use prio::flp::gadgets::{Mul, ParallelSum};
use prio::flp::types::L1BoundSum;
use prio::vdaf::Client as _;
use prio::vdaf::prio3::{Prio3L1BoundSum, optimal_chunk_length};
use zeroize::Zeroizing;

pub use halves::{Hubs, HubsError, SealedHalves};
pub use key::{Commitment, KeyError, KeyHalf, Role, VerifyKey, agree};
pub use sum::{OutputShare, SumShare, open};
pub use verify::{Begun, Looked, Parts};

use crate::digest::{random_bytes, sha256};

/// Number of the algorithm, stored and sent beside every share: Prio3 L1BoundSum of draft 18.
pub const AGGREGATE_ALGORITHM: u8 = 1;

/// Bytes of the share that both hubs see.
pub const PUBLIC_SHARE_BYTES: usize = 64;
/// Bytes of the helper's share, whatever the cap and the number of cells.
pub const HELPER_SHARE_BYTES: usize = 64;

/// Both hubs.
const AGGREGATORS: u8 = 2;
/// Bytes of an element of the field.
const FIELD_BYTES: usize = 16;
/// Bytes of a seed.
const SEED_BYTES: usize = 32;

/// The type whose lengths the instance needs; the crate's instance does not show its own.
type Kind = L1BoundSum<Field128, ParallelSum<Field128, Mul>>;

/// The proof system for one cap and number of cells.
#[derive(Clone)]
pub struct Instance {
    vdaf: Prio3L1BoundSum,
    cap: CapClass,
    cells: usize,
    leader_share_bytes: usize,
}

/// A report in two halves. Each half is sealed to its hub at once and kept nowhere else.
pub struct Shares {
    /// Makes the report the only one of its kind.
    pub nonce: [u8; 16],
    /// What both hubs see.
    pub public: Vec<u8>,
    /// The leader's half.
    pub leader: Zeroizing<Vec<u8>>,
    /// The helper's half.
    pub helper: Zeroizing<Vec<u8>>,
}

/// Why a report was not split, verified or added up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AggregateError {
    /// No cells, or more than any table has.
    #[error("{0} cells cannot be summed under seal")]
    Cells(usize),
    /// A report or share of another cap or number of cells.
    #[error("the share belongs to a table with another number of cells or another cap")]
    Other,
    /// The figures exceed the cap; they are not sent.
    #[error("the figures exceed the cap of the report")]
    OverCap,
    /// Bytes that are no share, or an algorithm of a later version.
    #[error("not a share of a sealed sum")]
    Encoding,
    /// The halves do not prove that the figures lie within the cap: made under another task,
    /// school, number or key, altered, or above the cap.
    #[error("the proof of the report does not hold")]
    Proof,
    /// What the other hub showed has no form: that hub is wrong, and not the school.
    #[error("what the other hub showed is no share of this check")]
    Shown,
    /// The two sums are not halves of one: other reports, or a spoiled share.
    #[error("the two sums do not belong together")]
    Apart,
}

/// The id of a task.
#[must_use]
pub fn task_id(terms: &TaskTerms) -> TaskId {
    terms.id(sha256)
}

impl Instance {
    /// The instance for a cap and a number of cells.
    ///
    /// # Errors
    /// A number of cells that no table has.
    pub fn new(cap: CapClass, cells: usize) -> Result<Self, AggregateError> {
        if cells == 0 || cells > domain::cell::TABLE_CELLS_MAX {
            return Err(AggregateError::Cells(cells));
        }
        Self::with(cap, cells, cap.limit(), chunk(cap, cells))
    }

    fn with(cap: CapClass, cells: usize, limit: u64, chunk: usize) -> Result<Self, AggregateError> {
        let limit = u128::from(limit);
        let kind: Kind =
            L1BoundSum::new(limit, cells, chunk).map_err(|_| AggregateError::Cells(cells))?;
        let leader_share_bytes = (kind.input_len() + kind.proof_len()) * FIELD_BYTES + SEED_BYTES;
        let vdaf = Prio3L1BoundSum::new_l1_bound_sum(AGGREGATORS, limit, cells, chunk);
        let vdaf = vdaf.map_err(|_| AggregateError::Cells(cells))?;
        Ok(Self { vdaf, cap, cells, leader_share_bytes })
    }

    /// Its cap.
    #[must_use]
    pub const fn cap(&self) -> CapClass {
        self.cap
    }

    /// Its number of cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.cells
    }

    /// Bytes of the leader's half: fixed by cap and cells, whatever the figures.
    #[must_use]
    pub const fn leader_share_bytes(&self) -> usize {
        self.leader_share_bytes
    }

    /// Bytes of what a hub shows the other to verify a report.
    #[must_use]
    pub fn verifier_bytes(&self) -> usize {
        self.vdaf.verifier_len() * FIELD_BYTES + SEED_BYTES
    }

    /// Splits a report, bound to its context (see `domain::disclosure::sealed::context`).
    ///
    /// # Errors
    /// A report of another cap or number of cells, or above its cap.
    pub fn split(&self, report: &SealedReport, context: &[u8]) -> Result<Shares, AggregateError> {
        if report.cap() != self.cap {
            return Err(AggregateError::Other);
        }
        self.split_cells(report.danger_exact_cells(), context, random_bytes())
    }

    fn split_cells(
        &self,
        cells: &[u64],
        context: &[u8],
        nonce: [u8; 16],
    ) -> Result<Shares, AggregateError> {
        if cells.len() != self.cells {
            return Err(AggregateError::Other);
        }
        let figures: Vec<u128> = cells.iter().map(|cell| u128::from(*cell)).collect();
        let sum = figures.iter().fold(0, |sum: u128, cell| sum.saturating_add(*cell));
        if sum > self.cap.limit().into() {
            return Err(AggregateError::OverCap);
        }
        let split = self.vdaf.shard(context, &figures, &nonce);
        let (public, halves) = split.map_err(|_| AggregateError::Encoding)?;
        let [leader, helper] = halves.as_slice() else {
            return Err(AggregateError::Encoding);
        };
        let encoded = |half: &_| encode(half).map(Zeroizing::new);
        Ok(Shares {
            nonce,
            public: encode(&public)?,
            leader: encoded(leader)?,
            helper: encoded(helper)?,
        })
    }
}

/// The chunk of the proof that makes it shortest: the cells and their sum, bit by bit.
fn chunk(cap: CapClass, cells: usize) -> usize {
    let bits = usize::try_from(cap.bits()).unwrap_or(usize::MAX);
    optimal_chunk_length(bits.saturating_mul(cells.saturating_add(1)))
}

fn encode(part: &impl prio::codec::Encode) -> Result<Vec<u8>, AggregateError> {
    part.get_encoded().map_err(|_| AggregateError::Encoding)
}
