//! Import: turns an office's file into typed rows, or into sentences that say what to mend.
//!
//! Bytes become rows ([`source`]), rows get columns ([`header`]), cells become values ([`value`]),
//! rows become a [`roster`], [`answers`] or [`staff`] file ([`table`]), and a file is compared with
//! what the ledger holds ([`preview`]). A file is taken whole or not at all: only
//! [`preview::Preview::accept`] makes an [`preview::Accepted`] batch, and only when no row is
//! wrong. There is no SQL here and nothing is logged: these rows name persons.

pub mod answers;
pub mod header;
pub mod preview;
pub mod report;
pub mod roster;
pub mod said;
pub mod source;
pub mod staff;
pub mod table;
pub mod value;

pub use said::{Fault, Language, Said};

#[cfg(test)]
mod tests;

/// Why a file could not be read as a table of its kind; no row of it was taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file is not a table that this version reads.
    #[error(transparent)]
    Source(#[from] source::SourceError),
    /// Its columns are not those of the kind of file that was asked for.
    #[error(transparent)]
    Header(#[from] header::HeaderError),
}

impl ImportError {
    /// The stable code for `--json`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(error) => error.code(),
            Self::Header(error) => error.code(),
        }
    }

    /// What happened and what to do next, in both languages.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Source(error) => error.fault(),
            Self::Header(error) => error.fault(),
        }
    }
}
