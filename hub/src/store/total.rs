//! Maintained totals: one packed row per table, period and catalogue pack.
//!
//! Whether sums were sealed is noted apart from them: behind which contribution nothing was looked
//! at yet, and what is to be sealed again although nothing came. Nothing but sums writes their row.

use domain::cell::{self, Cell};
use domain::release::Rule;
use domain::rollup::Sums;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::setting;

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
    let mut sums = Vec::with_capacity(cells);
    // Straight into numbers: a span of periods is decoded table by table.
    let decoded = cell::visit(values, cells, |_, run| {
        sums.extend(std::iter::repeat_n(run.cell.value().unwrap_or(0), run.length));
    });
    decoded.map_err(|_| SqlError::Type)?;
    let contributors = cell::unpack_counts(contributors, cells).map_err(|_| SqlError::Type)?;
    Sums::from_parts(sums, contributors).map_err(|_| SqlError::Type)
}

const COLUMNS: &str = "table_id, period, catalogue, rule, cell_values, contributors,
    schools_reported, persons, members";

fn read(row: &Row<'_, '_>, cells: usize) -> Result<Total, SqlError> {
    Ok(Total {
        key: TotalKey { table: row.text(0)?, period: row.text(1)?, catalogue: row.blob(2)? },
        rule: rule_of(row.u32(3)?)?,
        sums: unpack_sums(row.bytes(4)?, row.bytes(5)?, cells)?,
        schools_reported: row.u32(6)?,
        persons: row.u64(7)?,
        members: row.u32(8)?,
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
                            schools_reported, persons, members)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (table_id, period, catalogue) do update set
             cell_values = excluded.cell_values, contributors = excluded.contributors,
             schools_reported = excluded.schools_reported, persons = excluded.persons,
             members = excluded.members",
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
        ],
    )?;
    Ok(())
}

/// Name of the setting that says up to which contribution everything was sealed.
const SEALED: &str = "sealed_contribution";

/// The last contribution that a sealing looked at; zero before the first. It stands with the last
/// snapshot, or in the setting where a sealing made none.
///
/// # Errors
/// The store cannot be read, or holds what is no number.
pub fn sealed_up_to(tx: &Tx<'_>) -> Result<i64, SqlError> {
    let both = tx.query_opt(
        "select (select sealed_up_to from snapshot order by number desc limit 1),
                (select value from setting where name = $1)",
        params![SEALED],
        |row| Ok((row.opt_i64(0)?, row.opt_text(1)?)),
    )?;
    let (with_snapshot, alone) = both.unwrap_or_default();
    let alone = alone.map_or(Ok(0), |id| id.parse().map_err(|_| SqlError::Type))?;
    Ok(with_snapshot.unwrap_or(0).max(alone))
}

/// Notes the last contribution that a sealing looked at, where it made no snapshot.
///
/// # Errors
/// The store cannot be written.
pub fn note_sealed(tx: &Tx<'_>, contribution: i64) -> Result<(), SqlError> {
    setting::set(tx, SEALED, &contribution.to_string())
}

/// Has the totals of a table and period sealed again although their sums did not change.
///
/// # Errors
/// The store cannot be written.
pub fn reopen(tx: &Tx<'_>, table: &str, period: &str) -> Result<(), SqlError> {
    tx.execute(
        "insert into total_reopened (table_id, period)
         select distinct table_id, period from total where table_id = $1 and period = $2
         on conflict (table_id, period) do nothing",
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
        "insert into total_reopened (table_id, period)
         select distinct table_id, period from total where (table_id, period) in (
             select table_id, period from contribution where unit = $1)
         on conflict (table_id, period) do nothing",
        params![unit],
    )?;
    Ok(())
}

/// Tables and periods that are to be sealed again although nothing came for them, in order.
///
/// # Errors
/// The store cannot be read.
pub fn reopened(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    tx.query("select table_id, period from total_reopened order by table_id, period", &[], |row| {
        Ok((row.text(0)?, row.text(1)?))
    })
}

/// Notes that all that was to be sealed again was looked at.
///
/// # Errors
/// The store cannot be written.
pub fn close_reopened(tx: &Tx<'_>) -> Result<(), SqlError> {
    tx.execute("delete from total_reopened", &[])?;
    Ok(())
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

#[cfg(test)]
mod tests;
