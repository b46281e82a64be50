//! What statistics read: one row of the latest snapshot for the headline, and the signed
//! contributions behind it for everything below.
//!
//! The headline never touches a contribution, so its cost does not grow with the schools.

use domain::digest::Digest;
use domain::rollup::{Coverage, Sums};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::contribution::{self, Contribution, Place};
use super::total::{rule_of, unpack_sums};

/// The latest snapshot of a table and period without the list of its contributions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// Number of the snapshot.
    pub number: u64,
    /// Tagged digest of the catalogue pack that orders its cells.
    pub catalogue: Vec<u8>,
    /// Whether its cells are sums of rounded ones.
    pub is_rounded: bool,
    values: Vec<u8>,
    contributors: Vec<u8>,
    /// How complete it is.
    pub coverage: Coverage,
    /// Root digest over its contributions.
    pub root: Digest,
    /// By the hub's clock.
    pub sealed_at_ms: i64,
}

/// What a snapshot is of, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Number of the snapshot.
    pub number: u64,
    /// Table.
    pub table: String,
    /// Period in its written form.
    pub period: String,
    /// Catalogue pack that orders its cells.
    pub catalogue: Digest,
    /// How complete it is.
    pub coverage: Coverage,
    /// Root digest over the contributions.
    pub root: Digest,
    /// Its contributions, one line each: `unit revision digest`.
    pub contributions: String,
    /// By the hub's clock.
    pub sealed_at_ms: i64,
}

impl Latest {
    /// The sums, for a table of `cells` cells.
    ///
    /// # Errors
    /// The stored vectors do not fit the table.
    pub fn sums(&self, cells: usize) -> Result<Sums, SqlError> {
        unpack_sums(&self.values, &self.contributors, cells)
    }
}

fn read_latest(row: &Row<'_, '_>) -> Result<Latest, SqlError> {
    Ok(Latest {
        number: row.u64(0)?,
        catalogue: row.blob(1)?,
        is_rounded: rule_of(row.u32(2)?)?.is_rounded(),
        values: row.blob(3)?,
        contributors: row.blob(4)?,
        coverage: coverage(row, 5)?,
        root: Digest::from_tagged(row.bytes(8)?).map_err(|_| SqlError::Type)?,
        sealed_at_ms: row.i64(9)?,
    })
}

fn coverage(row: &Row<'_, '_>, first: usize) -> Result<Coverage, SqlError> {
    Ok(Coverage {
        schools_due: row.u32(first)?,
        schools_reported: row.u32(first + 1)?,
        persons: row.u64(first + 2)?,
    })
}

/// The latest snapshot of a table and period.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, table: &str, period: &str) -> Result<Option<Latest>, SqlError> {
    tx.query_opt(
        "select number, catalogue, rule, cell_values, contributors, schools_due,
                schools_reported, persons, root, sealed_at_ms
         from snapshot where table_id = $1 and period = $2 order by number desc limit 1",
        params![table, period],
        read_latest,
    )
}

/// The latest snapshot of a table for each period of a run of one length, as their texts are
/// ordered, with the period: one statement, however many there are.
///
/// # Errors
/// The store cannot be read.
pub fn latest_in(
    tx: &Tx<'_>,
    table: &str,
    (from, to): (&str, &str),
) -> Result<Vec<(String, Latest)>, SqlError> {
    tx.query(
        "select number, catalogue, rule, cell_values, contributors, schools_due,
                schools_reported, persons, root, sealed_at_ms, period
         from snapshot
         where number in (select max(number) from snapshot
                          where table_id = $1 and period >= $2 and period <= $3
                          group by period)",
        params![table, from, to],
        |row| Ok((row.text(10)?, read_latest(row)?)),
    )
}

/// One snapshot by its number, its contributions by unit and revision.
///
/// # Errors
/// The store cannot be read.
pub fn described(tx: &Tx<'_>, number: u64) -> Result<Option<Described>, SqlError> {
    tx.query_opt(
        "select number, table_id, period, catalogue, schools_due, schools_reported, persons,
                root, contributions, sealed_at_ms
         from snapshot where number = $1",
        params![number],
        |row| {
            Ok(Described {
                number: row.u64(0)?,
                table: row.text(1)?,
                period: row.text(2)?,
                catalogue: Digest::from_tagged(row.bytes(3)?).map_err(|_| SqlError::Type)?,
                coverage: coverage(row, 4)?,
                root: Digest::from_tagged(row.bytes(7)?).map_err(|_| SqlError::Type)?,
                contributions: String::from_utf8(row.blob(8)?).map_err(|_| SqlError::Type)?,
                sealed_at_ms: row.i64(9)?,
            })
        },
    )
}

/// One snapshot by its number, its contributions as the root covers them: with their digests.
///
/// # Errors
/// The store cannot be read, or a contribution that was sealed is missing.
pub fn listed(tx: &Tx<'_>, number: u64) -> Result<Option<Described>, SqlError> {
    use std::fmt::Write as _;
    let Some(mut found) = described(tx, number)? else {
        return Ok(None);
    };
    let mut lines = String::new();
    for line in found.contributions.lines() {
        let mut words = line.split(' ');
        let (unit, revision) = words.next().zip(words.next()).ok_or(SqlError::Type)?;
        // Hubs of the first version kept the digest in the list.
        let digest = match words.next() {
            Some(digest) => digest.to_owned(),
            None => {
                let (table, period) = (found.table.clone(), found.period.clone());
                let place = Place { unit: unit.to_owned(), table, period };
                let number = revision.parse().map_err(|_| SqlError::Type)?;
                let kept = contribution::digest_of(tx, &place, number)?.ok_or(SqlError::Type)?;
                Digest::from_tagged(&kept).map_err(|_| SqlError::Type)?.to_string()
            }
        };
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{unit} {revision} {digest}");
    }
    found.contributions = lines;
    Ok(Some(found))
}

/// One revision of a contribution; every revision is kept, so a snapshot can be taken apart.
///
/// # Errors
/// The store cannot be read.
pub fn revision(
    tx: &Tx<'_>,
    place: &Place,
    revision: u32,
) -> Result<Option<Contribution>, SqlError> {
    tx.query_opt(
        "select c.body, s.signature, c.arrived_at_ms
         from contribution c join contribution_signature s on s.contribution = c.id
         where c.unit = $1 and c.table_id = $2 and c.period = $3 and c.revision = $4",
        params![&place.unit, &place.table, &place.period, revision],
        |row| {
            Ok(Contribution {
                place: place.clone(),
                revision,
                catalogue: contribution::catalogue_of(row.bytes(0)?)?,
                digest: contribution::digest_of_body(row.bytes(0)?),
                body: row.blob(0)?,
                signature: row.blob(1)?,
                arrived_at_ms: row.i64(2)?,
            })
        },
    )
}

/// Unit and revision of the contributions that count now, for telling late ones.
///
/// # Errors
/// The store cannot be read.
pub fn current_revisions(
    tx: &Tx<'_>,
    table: &str,
    period: &str,
) -> Result<Vec<(String, u32)>, SqlError> {
    let sql = format!(
        "select unit, revision from contribution
         where table_id = $1 and period = $2 and {} order by unit",
        contribution::COUNTS
    );
    tx.query(&sql, params![table, period], |row| Ok((row.text(0)?, row.u32(1)?)))
}

/// When each unit's first revision of a table and period arrived, in order of unit.
///
/// # Errors
/// The store cannot be read.
pub fn first_arrivals(
    tx: &Tx<'_>,
    table: &str,
    period: &str,
) -> Result<Vec<(String, i64)>, SqlError> {
    tx.query(
        "select unit, min(arrived_at_ms) from contribution
         where table_id = $1 and period = $2 group by unit order by unit",
        params![table, period],
        |row| Ok((row.text(0)?, row.i64(1)?)),
    )
}
