//! Notices between neighbours by letter: a school's duty report to an office, an office's tip to a
//! school, a caller whom a hotline hands over to a school's counsellor, and what is answered to
//! each.
//!
//! They travel as referrals do, in the same letters and as emergencies, so that nobody on the way
//! tells them apart. What will be sealed is written once, shown from its bytes and sent from there.
//! No guardian's consent is asked and nothing is taken back; whoever is suspected hears nothing
//! from here. A tip and a hand-off make no student: a school's head, or the counsellor, links one
//! with who is on the roll, or nobody does.

pub mod answering;
pub mod handing;
pub mod offices;
pub mod reading;
pub(crate) mod renewing;
pub mod reporting;
pub mod said;
mod sealing;
pub(crate) mod taking;
#[cfg(test)]
mod tests;
pub mod tipping;

use domain::digest::Digest;
use runtime::sql::SqlError;

use crate::content::{ContentError, Notice};
use crate::intake::IntakeError;
use crate::ledger::neighbour::Out;
use crate::ledger::refusal::LedgerRefusal;

/// Why nothing was written, sent or shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NeighbourError {
    /// The role may not do this.
    #[error("this role may not do that")]
    NotAllowed,
    /// There is no such notice here.
    #[error("there is no such notice here")]
    Unknown,
    /// What it says was erased.
    #[error("what the notice says was erased")]
    Erased,
    /// A field is empty or cannot be right.
    #[error("the field {0} is empty or cannot be right")]
    Field(&'static str),
    /// The directory lists no such office for it.
    #[error("no directory lists that unit as an office for this")]
    WrongOffice,
    /// No statement of its key, or of the relay's, holds.
    #[error("no statement about the recipient's key or the relay's holds")]
    NoRoad,
    /// What would be sealed now is not what was shown.
    #[error("what would be sealed is not what was shown")]
    Changed,
    /// A second person, or the head, has to send it.
    #[error("another person or the head has to send it")]
    Second,
    /// It was sent before.
    #[error("it was sent before")]
    Sent,
    /// It is not answered so now.
    #[error("it is not answered so now")]
    NotAsked,
    /// It could not be sealed.
    #[error("it could not be sealed")]
    NotSealed,
    /// It is longer than a notice carries.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A rule of the ledgers.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
    /// The store.
    #[error(transparent)]
    Store(#[from] SqlError),
}

impl From<IntakeError> for NeighbourError {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Store(error) => Self::Store(error),
            IntakeError::NotAllowed => Self::NotAllowed,
            IntakeError::NoReceiver => Self::NoRoad,
            _ => Self::Unknown,
        }
    }
}

/// What will be sealed, or was, read from its bytes.
pub struct Preview {
    /// How it is kept.
    pub out: Out,
    /// What it says.
    pub notice: Notice,
    /// Digest of the bytes.
    pub digest: Digest,
    /// How many bytes.
    pub length: usize,
}

impl Preview {
    fn of(out: Out) -> Result<Self, NeighbourError> {
        let bytes = out.content.as_deref().ok_or(NeighbourError::Erased)?;
        let notice = Notice::read(out.kind, bytes)?;
        let (digest, length) = (certs::digest::sha256(bytes), bytes.len());
        Ok(Self { out, notice, digest, length })
    }
}

/// A text that somebody filled in.
fn filled(name: &'static str, text: &str) -> Result<String, NeighbourError> {
    match text.trim() {
        "" => Err(NeighbourError::Field(name)),
        text => Ok(text.to_owned()),
    }
}
