//! Snapshots: sealed roll-ups with the list of what they are made of.

use domain::digest::Digest;
use domain::release::Rule;
use domain::rollup::{Coverage, Snapshot};
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::setting;
use super::total::{TotalKey, pack_sums, rule_number, rule_of, unpack_sums};

/// A snapshot with what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Table, period and catalogue pack.
    pub key: TotalKey,
    /// Rule of the sums.
    pub rule: Rule,
    /// The numbered sums.
    pub snapshot: Snapshot,
    /// Contributions: one line each, `unit revision`. The digests that the root covers beside them
    /// lie with the contributions, of which every revision is kept.
    pub contributions: String,
    /// By the hub's clock.
    pub sealed_at_ms: i64,
}

/// Name of the setting above which new snapshots are numbered.
const FLOOR: &str = "snapshot_floor";

/// The number that the next snapshot gets.
///
/// # Errors
/// The store cannot be read.
pub fn next_number(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let both = tx.query_opt(
        "select (select max(number) from snapshot), (select value from setting where name = $1)",
        params![FLOOR],
        |row| Ok((row.opt_i64(0)?, row.opt_text(1)?)),
    )?;
    let (last, floor) = both.unwrap_or_default();
    let last = last.map_or(0, i64::unsigned_abs);
    let floor = floor.and_then(|text| text.parse().ok()).unwrap_or(0);
    Ok(last.max(floor) + 1)
}

/// Numbers new snapshots above a floor, as a hub does that was restored from a backup and whose
/// parent knows later ones.
///
/// # Errors
/// The store cannot be written.
pub fn raise_floor(tx: &Tx<'_>, floor: u64) -> Result<(), SqlError> {
    setting::set(tx, FLOOR, &floor.to_string())
}

/// Keeps a snapshot, and with it the last contribution that its sealing looked at. Snapshots are
/// never changed.
///
/// # Errors
/// The number is taken, or the store cannot be written.
pub fn insert(tx: &Tx<'_>, sealed: &Sealed, up_to: i64) -> Result<(), SqlError> {
    let (values, contributors) = pack_sums(&sealed.snapshot.sums);
    let coverage = sealed.snapshot.coverage;
    tx.execute(
        "insert into snapshot (number, table_id, period, catalogue, rule, cell_values,
                               contributors, schools_due, schools_reported, persons, root,
                               contributions, sealed_at_ms, sealed_up_to)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        params![
            sealed.snapshot.number,
            &sealed.key.table,
            &sealed.key.period,
            &sealed.key.catalogue,
            rule_number(sealed.rule),
            &values,
            &contributors,
            coverage.schools_due,
            coverage.schools_reported,
            coverage.persons,
            &sealed.snapshot.root.to_tagged(),
            sealed.contributions.as_bytes(),
            sealed.sealed_at_ms,
            up_to,
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "number, table_id, period, catalogue, rule, cell_values, contributors,
    schools_due, schools_reported, persons, root, contributions, sealed_at_ms";

fn read(row: &Row<'_, '_>, cells: usize) -> Result<Sealed, SqlError> {
    let coverage =
        Coverage { schools_due: row.u32(7)?, schools_reported: row.u32(8)?, persons: row.u64(9)? };
    let snapshot = Snapshot {
        number: row.u64(0)?,
        sums: unpack_sums(row.bytes(5)?, row.bytes(6)?, cells)?,
        coverage,
        root: Digest::from_tagged(row.bytes(10)?).map_err(|_| SqlError::Type)?,
    };
    Ok(Sealed {
        key: TotalKey { table: row.text(1)?, period: row.text(2)?, catalogue: row.blob(3)? },
        rule: rule_of(row.u32(4)?)?,
        snapshot,
        contributions: String::from_utf8(row.blob(11)?).map_err(|_| SqlError::Type)?,
        sealed_at_ms: row.i64(12)?,
    })
}

/// The latest snapshot of a table and period, of whatever catalogue pack.
///
/// # Errors
/// The store cannot be read.
pub fn latest_key(
    tx: &Tx<'_>,
    table: &str,
    period: &str,
) -> Result<Option<(u64, Vec<u8>)>, SqlError> {
    tx.query_opt(
        "select number, catalogue from snapshot where table_id = $1 and period = $2
         order by number desc limit 1",
        params![table, period],
        |row| Ok((row.u64(0)?, row.blob(1)?)),
    )
}

/// One snapshot of a table of `cells` cells.
///
/// # Errors
/// The store cannot be read, or holds vectors of another length.
pub fn find(tx: &Tx<'_>, number: u64, cells: usize) -> Result<Option<Sealed>, SqlError> {
    let sql = format!("select {COLUMNS} from snapshot where number = $1");
    tx.query_opt(&sql, params![number], |row| read(row, cells))
}

/// Periods for which a table has a snapshot, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn periods(tx: &Tx<'_>) -> Result<Vec<String>, SqlError> {
    tx.query("select distinct period from snapshot order by period desc", &[], |row| row.text(0))
}
