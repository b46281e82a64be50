//! The statements that were seen about each department's signing key; of each the newest counts.
//!
//! A statement travels inside of what its key signed, so whoever stole a key encloses the old
//! statement as long as that runs. A newer one about another key ends it here. None is written
//! over: which key was believed on a day, and who brought its end, stays to be read.

use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;

/// A statement about a department's signing key, as far as it is remembered.
pub struct Seen<'a> {
    /// The department.
    pub unit: &'a UnitId,
    /// Its name.
    pub name: &'a str,
    /// When the statement begins.
    pub valid_from_ms: i64,
    /// Digest of the key.
    pub key: Digest,
}

/// Whether a newer statement about another key of the department is known.
///
/// # Errors
/// The store cannot be read.
pub fn is_replaced(tx: &Tx<'_>, seen: &Seen<'_>) -> Result<bool, SqlError> {
    let newer = "select 1 from (select valid_from_ms, key from sender_statement where unit = $1
            order by valid_from_ms desc, id limit 1) where valid_from_ms > $2 and key <> $3";
    let key = seen.key.to_string();
    let values = params![seen.unit.as_str(), seen.valid_from_ms, &key];
    Ok(tx.query_opt(newer, values, |row| row.i64(0))?.is_some())
}

/// Remembers a statement, where none that begins later is known.
///
/// # Errors
/// The store cannot be written.
pub fn remember(tx: &Tx<'_>, author: &Author, seen: &Seen<'_>) -> Result<(), SqlError> {
    tx.execute(
        "insert into sender_statement (unit, name, valid_from_ms, key, seen_at_ms, seen_by)
         select $1, $2, $3, $4, $5, $6 where not exists
             (select 1 from sender_statement where unit = $1 and valid_from_ms >= $3)",
        params![
            seen.unit.as_str(),
            seen.name,
            seen.valid_from_ms,
            &seen.key.to_string(),
            author.now().0,
            author.account(),
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use certs::digest::sha256;
    use domain::ledger::SchoolRole;

    use super::*;
    use crate::ledger::testing::School;

    /// Each newer statement is kept beside the one before it, an older one is not taken down again,
    /// and none is written over or taken away; of each department the newest counts.
    #[test]
    fn every_statement_stays() {
        let school = School::new();
        let seen = |from: i64, key: &'static [u8]| {
            let kept: Result<bool, SqlError> = school.ledger.write("seen", move |tx| {
                let li = Author::new("li", SchoolRole::Counsellor, None, from);
                let unit: UnitId = "D370202001".parse().map_err(|_| SqlError::Type)?;
                let (name, key) = ("区民政局", sha256(key));
                let seen = Seen { unit: &unit, name, valid_from_ms: from, key };
                remember(tx, &li, &seen)?;
                is_replaced(tx, &seen)
            });
            kept.expect("seen")
        };
        assert!(!seen(1, b"first") && !seen(2, b"second"));
        assert!(seen(1, b"first"), "the newer one ends it");
        assert!(!seen(3, b"first") && !seen(1, b"first"), "until it is stated anew");
        assert_eq!(school.rows("sender_statement"), 3);
        for change in ["delete from sender_statement", "update sender_statement set key = ''"] {
            let changed: Result<usize, SqlError> =
                school.ledger.write("over", move |tx| tx.execute(change, &[]));
            assert!(changed.is_err(), "{change}");
        }
    }
}
