//! Sheets of which a band was refused beside opened sums. Nothing is taken away: what a second band
//! would tell it tells in later years too.

use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::contribution::Place;

/// Notes that a band of a sheet was refused; again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn insert(tx: &Tx<'_>, place: &Place, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "insert into band_refused (unit, table_id, period, refused_at_ms)
         values ($1, $2, $3, $4) on conflict do nothing",
        params![&place.unit, &place.table, &place.period, now_ms],
    )?;
    Ok(())
}

/// Whether a band of a sheet was refused before.
///
/// # Errors
/// The store cannot be read.
pub fn is_there(tx: &Tx<'_>, place: &Place) -> Result<bool, SqlError> {
    let sql = "select 1 from band_refused where unit = $1 and table_id = $2 and period = $3";
    let found =
        tx.query_opt(sql, params![&place.unit, &place.table, &place.period], |row| row.i64(0))?;
    Ok(found.is_some())
}
