//! Alarms: what a person must look at.

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// How long an alarm is news: an older one was seen to.
pub const NEWS_MS: i64 = 30 * 86_400_000;

/// An alarm as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Stable code.
    pub kind: String,
    /// Unit that it concerns.
    pub unit: String,
    /// A sentence without names of persons.
    pub detail: String,
    /// When it was first raised.
    pub raised_at_ms: i64,
}

/// Raises an alarm; the same one again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn raise(
    tx: &Tx<'_>,
    kind: &str,
    unit: &str,
    detail: &str,
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into alarm (kind, unit, detail, raised_at_ms) values ($1, $2, $3, $4)
         on conflict do nothing",
        params![kind, unit, detail, now_ms],
    )?;
    Ok(())
}

/// Takes an alarm back whose cause is gone; one that is not there is nothing.
///
/// # Errors
/// The store cannot be written.
pub fn take_back(tx: &Tx<'_>, kind: &str, unit: &str, detail: &str) -> Result<(), SqlError> {
    tx.execute(
        "delete from alarm where kind = $1 and unit = $2 and detail = $3",
        params![kind, unit, detail],
    )?;
    Ok(())
}

/// All alarms of a kind, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn of_kind(tx: &Tx<'_>, kind: &str) -> Result<Vec<Alarm>, SqlError> {
    tx.query(
        "select kind, unit, detail, raised_at_ms from alarm where kind = $1 order by id desc",
        params![kind],
        read,
    )
}

/// All alarms, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Alarm>, SqlError> {
    tx.query(
        "select kind, unit, detail, raised_at_ms from alarm order by id desc limit 500",
        &[],
        read,
    )
}

/// How many alarms of each kind are news at an instant, by kind.
///
/// # Errors
/// The store cannot be read.
pub fn news(tx: &Tx<'_>, now_ms: i64) -> Result<Vec<(String, u64)>, SqlError> {
    tx.query(
        "select kind, count(*) from alarm where raised_at_ms > $1 group by kind order by kind",
        params![now_ms.saturating_sub(NEWS_MS)],
        |row| Ok((row.text(0)?, row.u64(1)?)),
    )
}

fn read(row: &Row<'_, '_>) -> Result<Alarm, SqlError> {
    Ok(Alarm {
        kind: row.text(0)?,
        unit: row.text(1)?,
        detail: row.text(2)?,
        raised_at_ms: row.i64(3)?,
    })
}
