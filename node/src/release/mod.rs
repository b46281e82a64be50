//! Releases: computes what may leave the school, previews it, signs it, and hands it over.
//!
//! Figures take one way: raw tables are checked against the catalogue's identities, disclosure
//! control makes clear sheets and rounded tables of them, and only those can be signed. The signed
//! bytes are stored in the transaction that makes them and never computed again; what is shown as
//! having left is decoded from them.

mod handover;
mod holding;
mod outrun;
mod prepare;
mod rounding;
mod said;
mod schedule;
mod sealed;
mod special;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use certs::key::KeyError;
use domain::catalogue::{Catalogue, TableId};
use domain::cell::{Cell, CellError};
use domain::digest::Digest;
use domain::disclosure::DisclosureError;
use domain::period::{Calendar, Period, PeriodError, TermId};
use domain::release::Release;
use domain::span::Span;
use domain::special::SpecialPeriod;
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

pub use handover::copy_handover;
pub use holding::{Held, hold, holds, lift, take_back_held};
pub use outrun::outrun;
pub use prepare::{make, prepare};
pub use rounding::KeyedRounding;
pub use schedule::{Depth, Due, LEAVES_AT_HOUR, Schedule, leaves_on, running, schedule};
pub use sealed::{DecodeError, DecodedRelease, decode_for_page, named_catalogue};

use crate::indicator::{BrokenIdentity, IndicatorError};
use crate::ledger::hold::Hold;
use crate::ledger::sealed::{Seal, SealYears};
use crate::packs::{Known, SpecialVersions};

/// What releases are made with, besides the ledger.
#[derive(Clone)]
pub struct Context {
    /// The catalogue in force.
    pub catalogue: Arc<Catalogue>,
    /// Digest of its pack.
    pub catalogue_digest: Digest,
    /// Every catalogue that is known, to read what was released under it.
    pub catalogues: Vec<(Digest, Arc<Catalogue>)>,
    /// Special periods that this school follows.
    pub specials: Vec<Known<SpecialPeriod>>,
    /// Every version of them, for the days on which they ask this school.
    pub special_versions: SpecialVersions,
    /// School years under seal, now or once: nothing about persons goes rounded in them.
    pub sealed_years: SealYears,
    /// The term calendar in force.
    pub calendar: Arc<Calendar>,
    /// Today, in Asia/Shanghai.
    pub today: Date,
    /// Now, by this machine's clock.
    pub now_ms: i64,
}

impl Context {
    /// Whether counts about persons of a period leave under seal.
    ///
    /// # Errors
    /// The calendar does not hold the period, or the store cannot be read.
    pub fn seal(&self, tx: &Tx<'_>, period: Period) -> Result<Seal, ReleaseError> {
        let span = Span::of(period, &self.calendar)?;
        Ok(self.sealed_years.seal(tx, span.school_year)?)
    }

    /// The catalogue of a digest, if it is known.
    pub(crate) fn catalogue_of(&self, digest: &Digest) -> Option<&Catalogue> {
        if *digest == self.catalogue_digest {
            return Some(&self.catalogue);
        }
        self.catalogues.iter().find(|(known, _)| known == digest).map(|(_, known)| &**known)
    }
}

/// How a table stands against what was released before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It says something new and can be released.
    New,
    /// The last release says the same; there is nothing to release.
    Unchanged,
    /// It says something else than the release of this term, and a rounded table is released
    /// once a term: two roundings of changed figures tell more than either.
    OnceATerm,
}

/// A table as it would leave, or as it was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The release; for one that cannot be made, as it would be.
    pub release: Release,
    /// Its cells as they leave.
    pub cells: Vec<Cell>,
    /// Size of the bytes that are signed.
    pub bytes: usize,
    /// How it stands.
    pub standing: Standing,
}

/// Why a table of the catalogue is not among the drafts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AbsentReason {
    /// The term has no screening in the ledger.
    NoScreening,
    /// It is about periods of another length.
    OtherPeriod,
    /// The school keeps none of its ledgers.
    NotKept,
    /// The school year is under seal: its counts about persons leave in sealed reports.
    UnderSeal,
    /// Something of the school year went sealed, and it is not under seal any more.
    WentSealed,
}

/// A table that is not released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsentTable {
    /// Which table.
    pub table: TableId,
    /// Why.
    pub reason: AbsentReason,
}

/// Everything that would leave for a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Tables in the order of the catalogue.
    pub drafts: Vec<Draft>,
    /// Tables that are not released, and why.
    pub absent: Vec<AbsentTable>,
}

impl Prepared {
    /// How many of its tables are new.
    #[must_use]
    pub fn new_ones(&self) -> usize {
        self.drafts.iter().filter(|draft| draft.standing == Standing::New).count()
    }
}

/// Why nothing can be released. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The school's type and grades were not set.
    #[error("the school's type and grades are not set")]
    NoProfile,
    /// The calendar does not hold the term.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// The census day has not come.
    #[error("term {term} is read on {census}, which has not come yet")]
    BeforeCensus {
        /// The term.
        term: TermId,
        /// Its census day.
        census: Date,
    },
    /// The period still runs.
    #[error("{period} is told once it is over; its last day is {last}")]
    NotOver {
        /// The period.
        period: Period,
        /// Its last day.
        last: Date,
    },
    /// The school has named nobody who answers for what leaves.
    #[error("nobody is named who answers for what leaves this school")]
    NoResponsible,
    /// The school holds the releases of this period.
    #[error("the school holds its releases of {}", .0.period)]
    Held(Hold),
    /// No roster holds on the census day.
    #[error("no pupil is on the roll on {0}, the census day of the term")]
    NoRoster(Date),
    /// Records of students who were there then were destroyed: its figures would be too low.
    #[error("records of students of {0} were destroyed; its figures cannot be made again")]
    Destroyed(Period),
    /// Figures cannot be computed.
    #[error(transparent)]
    Indicator(#[from] IndicatorError),
    /// Figures contradict each other.
    #[error(transparent)]
    Identity(#[from] BrokenIdentity),
    /// Disclosure control refused a table.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// The cells do not fit the table.
    #[error(transparent)]
    Cells(#[from] CellError),
    /// The key could not sign.
    #[error("the release could not be signed")]
    Signing(#[from] KeyError),
    /// A ledger or the transfer database could not be read or written.
    #[error(transparent)]
    Store(#[from] SqlError),
}
