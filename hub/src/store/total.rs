//! Maintained totals: one packed row per table, period and catalogue pack.

use domain::cell::{self, Cell};
use domain::release::Rule;
use domain::rollup::Sums;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// What a total is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalKey {
    /// Table.
    pub table: String,
    /// Period in its written form.
    pub period: String,
    /// Tagged digest of the catalogue pack.
    pub catalogue: Vec<u8>,
}

/// A total as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// What it is of.
    pub key: TotalKey,
    /// Rule of the sums.
    pub rule: Rule,
    /// The sums.
    pub sums: Sums,
    /// Schools in the sums.
    pub schools_reported: u32,
    /// Persons at these schools.
    pub persons: u64,
    /// Members in the sums.
    pub members: u32,
    /// Grows with every change.
    pub version: u64,
    /// Version of the last snapshot.
    pub sealed_version: u64,
}

/// The number under which a rule of sums is stored.
#[must_use]
pub const fn rule_number(rule: Rule) -> u32 {
    match rule {
        Rule::Clear | Rule::SumOfClear => 3,
        Rule::Rounded5 | Rule::SumOfRounded5 => 4,
    }
}

/// The rule under a number.
///
/// # Errors
/// The number is none that this version stores.
pub fn rule_of(number: u32) -> Result<Rule, SqlError> {
    match number {
        3 => Ok(Rule::SumOfClear),
        4 => Ok(Rule::SumOfRounded5),
        _ => Err(SqlError::Type),
    }
}

/// Sums as two packed vectors.
#[must_use]
pub fn pack_sums(sums: &Sums) -> (Vec<u8>, Vec<u8>) {
    let values: Vec<Cell> = sums.values().iter().map(|value| Cell::Value(*value)).collect();
    (cell::pack(&values), cell::pack_counts(sums.contributors()))
}

/// Reads what [`pack_sums`] wrote for a table of `cells` cells.
///
/// # Errors
/// The stored vectors do not fit the table.
pub fn unpack_sums(values: &[u8], contributors: &[u8], cells: usize) -> Result<Sums, SqlError> {
    let values = cell::unpack(values, cells).map_err(|_| SqlError::Type)?;
    let contributors = cell::unpack_counts(contributors, cells).map_err(|_| SqlError::Type)?;
    let values = values.into_iter().map(|cell| cell.value().unwrap_or(0)).collect();
    Sums::from_parts(values, contributors).map_err(|_| SqlError::Type)
}

const COLUMNS: &str = "table_id, period, catalogue, rule, cell_values, contributors,
    schools_reported, persons, members, version, sealed_version";

fn read(row: &Row<'_, '_>, cells: usize) -> Result<Total, SqlError> {
    Ok(Total {
        key: TotalKey { table: row.text(0)?, period: row.text(1)?, catalogue: row.blob(2)? },
        rule: rule_of(row.u32(3)?)?,
        sums: unpack_sums(row.bytes(4)?, row.bytes(5)?, cells)?,
        schools_reported: row.u32(6)?,
        persons: row.u64(7)?,
        members: row.u32(8)?,
        version: row.u64(9)?,
        sealed_version: row.u64(10)?,
    })
}

/// The total under a key, of a table of `cells` cells.
///
/// # Errors
/// The store cannot be read, or holds vectors of another length.
pub fn find(tx: &Tx<'_>, key: &TotalKey, cells: usize) -> Result<Option<Total>, SqlError> {
    let sql = format!(
        "select {COLUMNS} from total where table_id = $1 and period = $2 and catalogue = $3"
    );
    tx.query_opt(&sql, params![&key.table, &key.period, &key.catalogue], |row| read(row, cells))
}

/// Writes a total; the row is replaced.
///
/// # Errors
/// The store cannot be written.
pub fn put(tx: &Tx<'_>, total: &Total) -> Result<(), SqlError> {
    let (values, contributors) = pack_sums(&total.sums);
    tx.execute(
        "insert into total (table_id, period, catalogue, rule, cell_values, contributors,
                            schools_reported, persons, members, version, sealed_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (table_id, period, catalogue) do update set
             cell_values = excluded.cell_values, contributors = excluded.contributors,
             schools_reported = excluded.schools_reported, persons = excluded.persons,
             members = excluded.members, version = excluded.version,
             sealed_version = excluded.sealed_version",
        params![
            &total.key.table,
            &total.key.period,
            &total.key.catalogue,
            rule_number(total.rule),
            &values,
            &contributors,
            total.schools_reported,
            total.persons,
            total.members,
            total.version,
            total.sealed_version,
        ],
    )?;
    Ok(())
}

/// Notes that a total was looked at as it is now.
///
/// # Errors
/// The store cannot be written.
pub fn mark_sealed(tx: &Tx<'_>, key: &TotalKey) -> Result<(), SqlError> {
    tx.execute(
        "update total set sealed_version = version
         where table_id = $1 and period = $2 and catalogue = $3",
        params![&key.table, &key.period, &key.catalogue],
    )?;
    Ok(())
}

/// Has the totals of a table and period sealed again although their sums did not change.
///
/// # Errors
/// The store cannot be written.
pub fn reopen(tx: &Tx<'_>, table: &str, period: &str) -> Result<(), SqlError> {
    tx.execute(
        "update total set version = version + 1 where table_id = $1 and period = $2",
        params![table, period],
    )?;
    Ok(())
}

/// Tables and periods whose sums are exact, in order.
///
/// # Errors
/// The store cannot be read.
pub fn clear_places(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    tx.query(
        "select distinct table_id, period from total where rule = $1 order by period, table_id",
        params![rule_number(Rule::SumOfClear)],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Has everything sealed again to which a unit contributed, as when it turns out where it sat.
///
/// # Errors
/// The store cannot be written.
pub fn reopen_of(tx: &Tx<'_>, unit: &str) -> Result<(), SqlError> {
    tx.execute(
        "update total set version = version + 1 where (table_id, period) in (
             select table_id, period from contribution where unit = $1)",
        params![unit],
    )?;
    Ok(())
}

/// Totals that changed since they were last sealed.
///
/// # Errors
/// The store cannot be read.
pub fn unsealed(tx: &Tx<'_>) -> Result<Vec<TotalKey>, SqlError> {
    tx.query(
        "select table_id, period, catalogue from total where version > sealed_version
         order by table_id, period",
        &[],
        |row| Ok(TotalKey { table: row.text(0)?, period: row.text(1)?, catalogue: row.blob(2)? }),
    )
}

/// All totals' keys, for lists of what can be asked for.
///
/// # Errors
/// The store cannot be read.
pub fn keys(tx: &Tx<'_>) -> Result<Vec<TotalKey>, SqlError> {
    tx.query(
        "select table_id, period, catalogue from total order by period, table_id",
        &[],
        |row| Ok(TotalKey { table: row.text(0)?, period: row.text(1)?, catalogue: row.blob(2)? }),
    )
}

/// The totals of one table and period, one for each catalogue pack that was reported under.
///
/// # Errors
/// The store cannot be read.
pub fn keys_of(tx: &Tx<'_>, table: &str, period: &str) -> Result<Vec<TotalKey>, SqlError> {
    tx.query(
        "select table_id, period, catalogue from total where table_id = $1 and period = $2
         order by catalogue",
        params![table, period],
        |row| Ok(TotalKey { table: row.text(0)?, period: row.text(1)?, catalogue: row.blob(2)? }),
    )
}
