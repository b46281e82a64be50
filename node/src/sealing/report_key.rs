//! The school's report key as people see it: the words that are read out, and what health stated.

use std::collections::BTreeMap;

use certs::words::{Length, chinese, english};
use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::sealing::SealingYear;

/// The digest of the school's report key, and how it stands in each year under seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportKey {
    /// Digest of the public key, as health states it.
    pub digest: Digest,
    /// By school year under seal.
    pub standings: BTreeMap<i16, KeyStanding>,
}

/// What health stated of the key that this school signs its reports with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStanding {
    /// It is the school's.
    Stated,
    /// No key of the school is stated yet: its reports wait at both hubs.
    Unstated,
    /// Another key is stated: this ledger is new, or somebody else signs in the school's name.
    Other,
}

impl ReportKey {
    /// How a key stands in the years of a school.
    #[must_use]
    pub fn new(digest: Digest, school: &UnitId, years: &[SealingYear]) -> Self {
        let standing = |year: &SealingYear| match year.key_of(school) {
            Some(stated) if *stated == digest => KeyStanding::Stated,
            Some(_) => KeyStanding::Other,
            None => KeyStanding::Unstated,
        };
        let standings = years.iter().map(|year| (year.year().plan.year(), standing(year)));
        Self { digest, standings: standings.collect() }
    }

    /// How it stands in the latest year under seal; nothing where no year is.
    #[must_use]
    pub fn latest(&self) -> Option<(i16, KeyStanding)> {
        self.standings.last_key_value().map(|(year, standing)| (*year, *standing))
    }

    /// The words that the school reads out, in Chinese and in English. Sixteen: the key stands for
    /// years, so that nobody may have the time to find another one with the same words.
    #[must_use]
    pub fn words(&self) -> (String, String) {
        (chinese(&self.digest, Length::Full), english(&self.digest, Length::Full))
    }
}
