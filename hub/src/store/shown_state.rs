//! Which snapshots of rounded tables were shown, and what member hubs had in them.

use std::collections::BTreeMap;

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::contribution::COUNTS;

/// Who sees a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Readers here, and the hub above.
    Readers,
    /// The hub above only: too few schools are due here for anything to be shown.
    Above,
}

/// A snapshot that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownState {
    /// Number of the snapshot.
    pub number: u64,
    /// Whether this one and every one before it held the one before.
    pub has_only_grown: bool,
    /// A line for each member hub: unit, schools, digest of its cells.
    pub hubs: String,
    /// Contributions of the snapshot: one line each, `unit revision`.
    pub contributions: String,
}

/// Notes that a snapshot is shown.
///
/// # Errors
/// It was noted already, or the store cannot be written.
pub fn insert(
    tx: &Tx<'_>,
    (table, period): (&str, &str),
    new: &ShownState,
    audience: Audience,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into shown_state (number, table_id, period, readers, grown, hubs)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            new.number,
            table,
            period,
            u32::from(audience == Audience::Readers),
            u32::from(new.has_only_grown),
            &new.hubs,
        ],
    )?;
    Ok(())
}

const SHOWN: &str = "select h.number, h.grown, h.hubs, s.contributions
    from shown_state h join snapshot s on s.number = h.number
    where h.table_id = $1 and h.period = $2 and h.readers = 1 order by h.number desc";

fn read(row: &Row<'_, '_>) -> Result<ShownState, SqlError> {
    Ok(ShownState {
        number: row.u64(0)?,
        has_only_grown: row.bool(1)?,
        hubs: row.text(2)?,
        contributions: String::from_utf8(row.blob(3)?).map_err(|_| SqlError::Type)?,
    })
}

/// The last snapshot of a table and period that readers were shown.
///
/// # Errors
/// The store cannot be read.
pub fn last(tx: &Tx<'_>, table: &str, period: &str) -> Result<Option<ShownState>, SqlError> {
    tx.query_opt(&format!("{SHOWN} limit 1"), params![table, period], read)
}

/// Every snapshot of a table and period that readers were shown, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>, table: &str, period: &str) -> Result<Vec<ShownState>, SqlError> {
    tx.query(SHOWN, params![table, period], read)
}

/// Schools whose rounded reports of a table and period have arrived, and schools in the latest
/// snapshot of them; the difference waits.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, table: &str, period: &str) -> Result<u32, SqlError> {
    let arrived = tx.query_opt(
        "select coalesce(sum(schools_reported), 0) from total
         where table_id = $1 and period = $2 and rule = 4",
        params![table, period],
        |row| row.u32(0),
    )?;
    let shown = tx.query_opt(
        "select schools_reported from snapshot where table_id = $1 and period = $2
         order by number desc limit 1",
        params![table, period],
        |row| row.u32(0),
    )?;
    Ok(arrived.unwrap_or(0).saturating_sub(shown.unwrap_or(0)))
}

/// Schools whose rounded reports of a table have arrived, for each period of a run of one length of
/// which there are any.
///
/// # Errors
/// The store cannot be read.
pub fn arrived_in(
    tx: &Tx<'_>,
    table: &str,
    (from, to): (&str, &str),
) -> Result<BTreeMap<String, u32>, SqlError> {
    let rows = tx.query(
        "select period, sum(schools_reported) from total
         where table_id = $1 and rule = 4 and period >= $2 and period <= $3 group by period",
        params![table, from, to],
        |row| Ok((row.text(0)?, row.u32(1)?)),
    )?;
    Ok(rows.into_iter().collect())
}

/// Tables and periods of rounded sums of which more has arrived than the latest snapshot holds.
///
/// # Errors
/// The store cannot be read.
pub fn places_waiting(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    let rounded = tx.query(
        "select distinct table_id, period from total where rule = 4 order by table_id, period",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )?;
    let mut found = Vec::new();
    for (table, period) in rounded {
        if waiting(tx, &table, &period)? > 0 {
            found.push((table, period));
        }
    }
    Ok(found)
}

/// When the latest of what counts for a table and period arrived, by this hub's clock.
///
/// # Errors
/// The store cannot be read.
pub fn last_arrival(tx: &Tx<'_>, table: &str, period: &str) -> Result<Option<i64>, SqlError> {
    let sql = format!(
        "select max(arrived_at_ms) from contribution
         where table_id = $1 and period = $2 and {COUNTS}"
    );
    let latest = tx.query_opt(&sql, params![table, period], |row| row.opt_i64(0))?;
    Ok(latest.flatten())
}
