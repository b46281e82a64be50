//! Directives in the order in which members pull them.

use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A directive as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Place in the list.
    pub cursor: u64,
    /// Kind of its pack.
    pub kind: String,
    /// Name of its pack.
    pub name: String,
    /// Grows per kind and name.
    pub serial: u64,
    /// Version for people.
    pub version: String,
    /// First day in force.
    pub effective_from: String,
    /// Tagged digest of the content.
    pub content_digest: Vec<u8>,
    /// The bytes as they were received.
    pub directive: Vec<u8>,
}

const COLUMNS: &str =
    "cursor, kind, name, serial, version, effective_from, content_digest, directive";

fn read(row: &Row<'_, '_>) -> Result<Stored, SqlError> {
    Ok(Stored {
        cursor: row.u64(0)?,
        kind: row.text(1)?,
        name: row.text(2)?,
        serial: row.u64(3)?,
        version: row.text(4)?,
        effective_from: row.text(5)?,
        content_digest: row.blob(6)?,
        directive: row.blob(7)?,
    })
}

/// Keeps a directive at the end of the list; its cursor is ignored. Keeping the same kind, name
/// and serial again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub fn insert(tx: &Tx<'_>, new: &Stored, now_ms: i64) -> Result<bool, SqlError> {
    let inserted = tx.execute(
        "insert into directive (kind, name, serial, version, effective_from, content_digest,
                                directive, received_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        params![
            &new.kind,
            &new.name,
            new.serial,
            &new.version,
            &new.effective_from,
            &new.content_digest,
            &new.directive,
            now_ms,
        ],
    )?;
    Ok(inserted > 0)
}

/// The directive of a kind, name and serial.
///
/// # Errors
/// The store cannot be read.
pub fn find(
    tx: &Tx<'_>,
    (kind, name): (&str, &str),
    serial: u64,
) -> Result<Option<Stored>, SqlError> {
    let sql =
        format!("select {COLUMNS} from directive where kind = $1 and name = $2 and serial = $3");
    tx.query_opt(&sql, params![kind, name, serial], read)
}

/// Puts other bytes in the place of a directive and moves it to the end of the list, so that
/// members pull it again. Repeating it moves it again.
///
/// # Errors
/// The store cannot be written.
pub fn replace(tx: &Tx<'_>, old: &Stored, bytes: &[u8], now_ms: i64) -> Result<(), SqlError> {
    let end = last_cursor(tx)?.saturating_add(1);
    tx.execute(
        "update directive set cursor = $1, directive = $2, received_at_ms = $3 where cursor = $4",
        params![end, bytes, now_ms, old.cursor],
    )?;
    Ok(())
}

/// Highest serial of a kind and name; zero if there is none.
///
/// # Errors
/// The store cannot be read.
pub fn last_serial(tx: &Tx<'_>, kind: &str, name: &str) -> Result<u64, SqlError> {
    let last = tx.query_opt(
        "select max(serial) from directive where kind = $1 and name = $2",
        params![kind, name],
        |row| row.opt_i64(0),
    )?;
    Ok(last.flatten().map_or(0, i64::unsigned_abs))
}

/// When the first directive of a kind and name was kept, in milliseconds; nothing if there is none.
///
/// # Errors
/// The store cannot be read.
pub fn first_received_ms(tx: &Tx<'_>, kind: &str, name: &str) -> Result<Option<i64>, SqlError> {
    let first = tx.query_opt(
        "select min(received_at_ms) from directive where kind = $1 and name = $2",
        params![kind, name],
        |row| row.opt_i64(0),
    )?;
    Ok(first.flatten())
}

/// Directives after a cursor, at most `limit`.
///
/// # Errors
/// The store cannot be read.
pub fn after(tx: &Tx<'_>, cursor: u64, limit: u32) -> Result<Vec<Stored>, SqlError> {
    let sql = format!("select {COLUMNS} from directive where cursor > $1 order by cursor limit $2");
    tx.query(&sql, params![cursor, limit], read)
}

/// The bytes of the directive at a cursor.
///
/// # Errors
/// The store cannot be read.
pub fn at(tx: &Tx<'_>, cursor: u64) -> Result<Option<Vec<u8>>, SqlError> {
    let sql = "select directive from directive where cursor = $1";
    tx.query_opt(sql, params![cursor], |row| row.blob(0))
}

/// All directives of a kind, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn of_kind(tx: &Tx<'_>, kind: &str) -> Result<Vec<Stored>, SqlError> {
    let sql = format!("select {COLUMNS} from directive where kind = $1 order by cursor");
    tx.query(&sql, params![kind], read)
}

/// All directives, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>) -> Result<Vec<Stored>, SqlError> {
    tx.query(&format!("select {COLUMNS} from directive order by cursor"), &[], read)
}

/// The last cursor that was given; zero before the first directive.
///
/// # Errors
/// The store cannot be read.
pub fn last_cursor(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let last = tx.query_opt("select max(cursor) from directive", &[], |row| row.opt_i64(0))?;
    Ok(last.flatten().map_or(0, i64::unsigned_abs))
}
