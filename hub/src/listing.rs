//! What each table and period is made of, kept between two sealings.
//!
//! A snapshot's root covers the digest of every contribution, and digests are made from the signed
//! bytes. Contributions are only added, so what was listed once stays listed, and a sealing reads
//! no more than what came since the last one. A listing is given back only after the commit that
//! it was brought up to date in: what was undone must not stay in it.

use std::collections::{BTreeMap, HashMap};

use runtime::sql::{SqlError, Tx};

use crate::store::contribution;

/// Tables and periods that are kept; more than a hub takes in at a time.
const PLACES_MAX: usize = 16;

/// Listings by table and period.
#[derive(Debug, Default)]
pub struct Listings(HashMap<(String, String), Listing>);

/// Unit, revision and digest of the contributions that count.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    last: i64,
    units: BTreeMap<String, (u32, Vec<u8>)>,
}

impl Listings {
    /// The listing of a table and period as a transaction sees it.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn current(
        &mut self,
        tx: &Tx<'_>,
        table: &str,
        period: &str,
    ) -> Result<&Listing, SqlError> {
        if self.0.len() >= PLACES_MAX {
            self.0.retain(|(known, of), _| known == table && of == period);
        }
        let listing = self.0.entry((table.to_owned(), period.to_owned())).or_default();
        for new in contribution::listed_after(tx, table, period, listing.last)? {
            listing.last = new.id;
            listing.units.insert(new.unit, (new.revision, new.digest));
        }
        Ok(listing)
    }
}

impl Listing {
    /// Revision and tagged digest of each unit, in order of unit.
    #[must_use]
    pub const fn units(&self) -> &BTreeMap<String, (u32, Vec<u8>)> {
        &self.units
    }
}

#[cfg(test)]
mod tests {
    use runtime::sql::Database;

    use super::*;
    use crate::store::contribution::{Contribution, Place};

    fn given(unit: &str, revision: u32) -> Contribution {
        let (table, period) = ("clear.term".to_owned(), "2025S1".to_owned());
        Contribution {
            place: Place { unit: unit.to_owned(), table, period },
            revision,
            catalogue: Vec::new(),
            digest: Vec::new(),
            body: format!("{unit} {revision}").into_bytes(),
            signature: vec![1],
            arrived_at_ms: 1,
        }
    }

    /// A listing that is brought up to date equals one that is read whole, also after a revision.
    #[test]
    fn a_listing_follows_what_comes() {
        let database = Database::in_memory(crate::store::MIGRATIONS).expect("database");
        let mut kept = Listings::default();
        for (unit, revision) in [("S1", 1), ("S2", 1), ("S1", 2), ("S3", 1), ("S2", 4)] {
            let new = given(unit, revision);
            let seen: Result<_, SqlError> = database.write("come", move |tx| {
                contribution::insert(tx, &new)?;
                let followed = kept.current(tx, "clear.term", "2025S1")?.clone();
                let whole = Listings::default().current(tx, "clear.term", "2025S1")?.clone();
                Ok((followed, whole, kept))
            });
            let (followed, whole, back) = seen.expect("listed");
            kept = back;
            assert_eq!(followed.units(), whole.units());
            assert_eq!(followed.units().get(unit).map(|(revision, _)| *revision), Some(revision));
        }
    }
}
