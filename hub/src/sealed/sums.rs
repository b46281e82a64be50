//! This hub's share of a sum, and what becomes of two shares: the same coordinates at both hubs,
//! the control sum first, and the figures only if that is right.

use std::collections::{BTreeMap, BTreeSet};

use certs::aggregate::{AggregateError, OutputShare, SumShare, open};
use certs::digest::sha256;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::disclosure::plan::{Plan, Roster, School};
use domain::disclosure::sealed::{Cover, Kind, SealedTable};
use domain::unit::UnitId;
use proto::opening::Detail;

/// What is summed: one stage of a table over the schools of a set.
pub struct Sum<'s> {
    /// The table.
    pub table: &'s SealedTable,
    /// The open plan and the signed roster.
    pub by: (&'s Plan, &'s Roster),
    /// The schools of the set, those without a report too.
    pub schools: &'s BTreeSet<UnitId>,
    /// Those of them that hide one another.
    pub hiding: &'s BTreeSet<UnitId>,
    /// The stage.
    pub stage: Stage,
    /// How fine.
    pub detail: Detail,
}

/// A hub's share of a sum and of its control sum.
pub struct Shares {
    /// Of what is opened.
    pub sum: SumShare,
    /// Of the sum over all cells of the stage; nothing for a flow.
    pub control: Option<SumShare>,
}

/// Why two shares show no figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotShown {
    /// A share cannot be read, or the two are not halves of one.
    #[error("the shares of the two hubs do not belong together")]
    Apart,
    /// The control sum is not what the schools' enrolment gives: a share was lost, doubled or
    /// spoiled.
    #[error("the control sum is {found} and the schools have {enrolled} enrolled")]
    Off {
        /// What was found.
        found: u64,
        /// What the reports name.
        enrolled: u64,
    },
}

impl Sum<'_> {
    /// This hub's share over the reports that stand, by school.
    ///
    /// # Errors
    /// A share that was not stored as it was made.
    pub fn share(
        &self,
        standing: &BTreeMap<UnitId, OutputShare>,
    ) -> Result<Shares, AggregateError> {
        let sum = match self.detail {
            Detail::Cells => self.of_cells(standing)?,
            Detail::Categories => self.of_categories(standing)?,
        };
        let control = match self.table.kind() {
            Kind::Stock => Some(self.control(standing)?),
            Kind::Flow => None,
        };
        Ok(Shares { sum, control })
    }

    fn of_cells(
        &self,
        standing: &BTreeMap<UnitId, OutputShare>,
    ) -> Result<SumShare, AggregateError> {
        let mut sum = SumShare::new(self.table.cells());
        let places = self.cover().coordinates(self.schools);
        for (school, share) in standing {
            let places = places.get(school).ok_or(AggregateError::Other)?;
            sum.add(share, places)?;
        }
        Ok(sum)
    }

    fn of_categories(
        &self,
        standing: &BTreeMap<UnitId, OutputShare>,
    ) -> Result<SumShare, AggregateError> {
        let mut sum = SumShare::new(categories(self.table));
        // A category is about everybody of the stage, whatever anybody reported.
        let is_open = self.cover().hides_all();
        for (school, share) in standing.iter().filter(|_| is_open) {
            let places = self.places_of(school)?;
            let mut runs = vec![Vec::new(); categories(self.table)];
            for place in places {
                if let Some(run) = runs.get_mut(category(self.table, place)) {
                    run.push(place);
                }
            }
            sum.merge(&share.sums(&runs)?)?;
        }
        Ok(sum)
    }

    fn cover(&self) -> Cover<'_> {
        Cover::new(self.table, self.by, self.hiding.clone(), self.stage)
    }

    fn control(
        &self,
        standing: &BTreeMap<UnitId, OutputShare>,
    ) -> Result<SumShare, AggregateError> {
        let mut sum = SumShare::new(1);
        for (school, share) in standing {
            sum.merge(&share.sums(&[self.places_of(school)?])?)?;
        }
        Ok(sum)
    }

    fn places_of(&self, school: &UnitId) -> Result<Vec<usize>, AggregateError> {
        let listed: &School = self.by.1.school(school).ok_or(AggregateError::Other)?;
        Ok(self.table.places_of(listed, self.stage))
    }
}

/// How many categories the first axis of a table has.
#[must_use]
pub fn categories(table: &SealedTable) -> usize {
    table.block().axes.first().map_or(1, |axis| axis.values.len()).max(1)
}

/// The category of a cell: the first axis changes slowest.
fn category(table: &SealedTable, place: usize) -> usize {
    place / (table.cells() / categories(table)).max(1)
}

/// Opens a sum of which both hubs' shares are there: the control sum first, against what the
/// schools' reports name.
///
/// # Errors
/// Why there are no figures; nothing of the sum was opened then.
pub fn show(leader: &Shares, helper: &Shares, enrolled: u64) -> Result<Vec<Option<u64>>, NotShown> {
    match (&leader.control, &helper.control) {
        (Some(leader), Some(helper)) => {
            let found = open(leader, helper).map_err(|_| NotShown::Apart)?;
            let found = found.first().copied().flatten().unwrap_or(0);
            if found != enrolled {
                return Err(NotShown::Off { found, enrolled });
            }
        }
        (None, None) => {}
        _ => return Err(NotShown::Apart),
    }
    open(&leader.sum, &helper.sum).map_err(|_| NotShown::Apart)
}

impl Shares {
    /// Reads what travelled or was stored; an empty control sum is none.
    ///
    /// # Errors
    /// Bytes that are no shares.
    pub fn from_bytes(sum: &[u8], control: &[u8]) -> Result<Self, AggregateError> {
        let control = if control.is_empty() { None } else { Some(SumShare::from_bytes(control)?) };
        Ok(Self { sum: SumShare::from_bytes(sum)?, control })
    }

    /// As they travel and are stored.
    ///
    /// # Errors
    /// The library refused.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<u8>), AggregateError> {
        let control = self.control.as_ref().map(SumShare::to_bytes).transpose()?;
        Ok((self.sum.to_bytes()?, control.unwrap_or_default()))
    }
}

/// The digest of opened cells, which both hubs sign: for each whether it is open, and its figure.
#[must_use]
pub fn result(cells: &[Option<u64>]) -> Digest {
    let mut bytes = Vec::with_capacity(cells.len() * 9);
    for cell in cells {
        bytes.push(u8::from(cell.is_some()));
        bytes.extend_from_slice(&cell.unwrap_or(0).to_be_bytes());
    }
    sha256(&bytes)
}
