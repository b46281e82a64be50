//! School years that were closed here, what the other hub told of them, and the destruction of what
//! a closed year leaves over.
//!
//! What is overwritten or deleted is blank in the file, because the store is opened with secure
//! deletion; the log beside it is emptied by [`Database::fold`]. Backups are the operators' own.
//!
//! [`Database::fold`]: runtime::sql::Database::fold

use domain::unit::UnitId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A closed year as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Year {
    /// When this hub closed it.
    pub closed_at_ms: Option<i64>,
    /// What this hub signed of it, and its tagged signature.
    pub own: Option<(Vec<u8>, Vec<u8>)>,
    /// What the other hub signed of it, and its tagged signature.
    pub told: Option<(Vec<u8>, Vec<u8>)>,
}

/// An area and a school year.
pub type Place<'p> = (&'p UnitId, i16);

/// What is known of the closing of a year.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, (area, school_year): Place<'_>) -> Result<Year, SqlError> {
    let both = |one: Option<Vec<u8>>, other: Option<Vec<u8>>| one.zip(other);
    let found = tx.query_opt(
        "select closed_at_ms, record, signature, told_record, told_signature from sealed_year
         where area = $1 and school_year = $2",
        params![area.as_str(), i64::from(school_year)],
        |row: &Row<'_, '_>| {
            Ok(Year {
                closed_at_ms: row.opt_i64(0)?,
                own: both(row.opt_blob(1)?, row.opt_blob(2)?),
                told: both(row.opt_blob(3)?, row.opt_blob(4)?),
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// Whether this hub closed a year.
///
/// # Errors
/// The store cannot be read.
pub fn is_closed(tx: &Tx<'_>, place: Place<'_>) -> Result<bool, SqlError> {
    Ok(find(tx, place)?.closed_at_ms.is_some())
}

/// Notes that this hub closed a year; once noted it stays.
///
/// # Errors
/// The store cannot be written.
pub fn close(
    tx: &Tx<'_>,
    (area, school_year): Place<'_>,
    (record, signature): (&[u8], &[u8]),
    now_ms: i64,
) -> Result<(), SqlError> {
    tx.execute(
        "insert into sealed_year (area, school_year, closed_at_ms, record, signature)
         values ($1, $2, $3, $4, $5)
         on conflict (area, school_year) do update set closed_at_ms = excluded.closed_at_ms,
             record = excluded.record, signature = excluded.signature
         where sealed_year.closed_at_ms is null",
        params![area.as_str(), i64::from(school_year), now_ms, record, signature],
    )?;
    Ok(())
}

/// Notes what the other hub told of a year; the first stays.
///
/// # Errors
/// The store cannot be written.
pub fn tell(
    tx: &Tx<'_>,
    (area, school_year): Place<'_>,
    (record, signature): (&[u8], &[u8]),
) -> Result<(), SqlError> {
    tx.execute(
        "insert into sealed_year (area, school_year, told_record, told_signature)
         values ($1, $2, $3, $4)
         on conflict (area, school_year) do update set told_record = excluded.told_record,
             told_signature = excluded.told_signature
         where sealed_year.told_record is null",
        params![area.as_str(), i64::from(school_year), record, signature],
    )?;
    Ok(())
}

/// What was destroyed of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// Its tasks.
    pub tasks: usize,
    /// Reports of which this hub had a share.
    pub reports: usize,
}

/// Destroys what a year leaves over: shares of reports and of sums, signed items and halves of
/// keys. Digests, numbers and nonces of reports, verdicts, records and opened cells stay.
///
/// # Errors
/// The store cannot be written.
pub fn destroy(
    tx: &Tx<'_>,
    (area, school_year): Place<'_>,
    code: &str,
) -> Result<Destroyed, SqlError> {
    const TASKS: &str = "(select id from sealed_task where area = $1 and school_year = $2)";
    let year = i64::from(school_year);
    let place = || [area.as_str().into(), year.into()];
    let nothing: Vec<u8> = Vec::new();
    let reports = tx.execute(
        &format!(
            "update sealed_report set share = null where share is not null and task in {TASKS}"
        ),
        &place(),
    )?;
    tx.execute(
        &format!("update sealed_report set item = null where item is not null and task in {TASKS}"),
        &place(),
    )?;
    // What both did not settle is answered finally now, should it come again.
    tx.execute(
        &format!(
            "update sealed_report set state = 3, code = $3 where state = 1 and task in {TASKS}"
        ),
        params![area.as_str(), year, code],
    )?;
    tx.execute(
        &format!("update sealed_opening set share = $3, control = $3 where task in {TASKS}"),
        params![area.as_str(), year, &nothing],
    )?;
    tx.execute(&format!("delete from sealed_inbox where task in {TASKS}"), &place())?;
    tx.execute(
        &format!(
            "delete from sealed_seen_cell
             where opening in (select id from sealed_opening where task in {TASKS})"
        ),
        &place(),
    )?;
    let tasks = tx.execute(
        "update sealed_task set half = $3, verify_key = null, stopped = ''
         where area = $1 and school_year = $2",
        params![area.as_str(), year, &[0_u8; 32]],
    )?;
    Ok(Destroyed { tasks, reports })
}
