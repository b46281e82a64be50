//! Departments' lists: what came, what became of it, and who looked at it.
//!
//! While a list waits, its sealed bytes stand here and nothing that it says. With the decision the
//! bytes are erased; digest, counts and the numbers of the entries stay.

use domain::digest::Digest;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::author::Author;
use super::entry::RecordId;
use super::strange;

/// Who looks at a list again within so long leaves no second line.
const READ_MS: i64 = 3_600_000;

/// A list as it arrives.
pub struct Arrival<'a> {
    /// The sender's own id.
    pub list_id: &'a str,
    /// Digest of what was signed.
    pub digest: Digest,
    /// Unit id of the department.
    pub sender: &'a str,
    /// Its name.
    pub sender_name: &'a str,
    /// Whether both commissions vouched for it.
    pub both_roots: bool,
    /// Day of sealing.
    pub sealed_on: &'a str,
    /// Last day on which it may be decided.
    pub valid_to: &'a str,
    /// Rows in it.
    pub rows: u64,
    /// Rows of other schools.
    pub foreign: u64,
    /// The sealed list.
    pub envelope: &'a [u8],
}

/// A list as it is listed.
#[derive(Clone)]
pub struct ListLine {
    /// Number.
    pub id: i64,
    /// Name of the department.
    pub sender_name: String,
    /// Whether both commissions vouched for it.
    pub both_roots: bool,
    /// Day of sealing.
    pub sealed_on: String,
    /// Last day on which it may be decided.
    pub valid_to: String,
    /// When it arrived.
    pub received_at_ms: i64,
    /// Who brought it.
    pub received_by: String,
    /// Rows in it.
    pub rows: u64,
    /// Rows of other schools.
    pub foreign: u64,
    /// `taken` or `destroyed`, once it was decided.
    pub decision: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Students who were entered or had been.
    pub taken: u64,
}

/// What became of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Students were entered.
    Taken,
    /// Nothing of it was.
    Destroyed,
}

impl Decision {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Destroyed => "destroyed",
        }
    }
}

const LINE: &str = "select id, sender_name, both_roots, sealed_on, valid_to, received_at_ms,
     received_by, row_count, foreign_count, decision, decided_by, taken_count from department_list";

/// The number of a list that is known by its id or its content.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, list_id: &str, digest: &Digest) -> Result<Option<i64>, SqlError> {
    tx.query_opt(
        "select id from department_list where list_id = $1 or digest = $2 limit 1",
        params![list_id, &digest.to_string()],
        |row| row.i64(0),
    )
}

/// Keeps a list until somebody decides.
///
/// # Errors
/// The store cannot be written.
pub fn receive(tx: &Tx<'_>, author: &Author, new: &Arrival<'_>) -> Result<i64, SqlError> {
    let inserted = tx.query_opt(
        "insert into department_list (list_id, digest, sender, sender_name, both_roots, sealed_on,
             valid_to, received_at_ms, received_by, row_count, foreign_count, envelope,
             taken_count)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0) returning id",
        params![
            new.list_id,
            &new.digest.to_string(),
            new.sender,
            new.sender_name,
            new.both_roots,
            new.sealed_on,
            new.valid_to,
            author.now().0,
            author.account(),
            new.rows,
            new.foreign,
            new.envelope,
        ],
        |row| row.i64(0),
    )?;
    let id = strange(inserted)?;
    act(tx, author, id, "received")?;
    Ok(id)
}

/// All lists, the newest first.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, limit: u32) -> Result<Vec<ListLine>, SqlError> {
    tx.query(&format!("{LINE} order by id desc limit $1"), params![limit], line)
}

/// One list.
///
/// # Errors
/// The store cannot be read.
pub fn one(tx: &Tx<'_>, id: i64) -> Result<Option<ListLine>, SqlError> {
    tx.query_opt(&format!("{LINE} where id = $1"), params![id], line)
}

/// The sealed bytes of a list that waits.
///
/// # Errors
/// The store cannot be read.
pub fn envelope(tx: &Tx<'_>, id: i64) -> Result<Option<Vec<u8>>, SqlError> {
    let statement = "select envelope from department_list where id = $1 and decision is null";
    tx.query_opt(statement, params![id], |row| row.blob(0))
}

/// Logs that somebody looked at what a list says.
///
/// # Errors
/// The store cannot be written; then nothing may be shown.
pub fn log_read(tx: &Tx<'_>, reader: &Author, id: i64) -> Result<(), SqlError> {
    let known = tx.query_opt(
        "select 1 from department_list_act
         where list = $1 and act = 'read' and account = $2 and at_ms > $3 limit 1",
        params![id, reader.account(), reader.now().0.saturating_sub(READ_MS)],
        |row| row.i64(0),
    )?;
    if known.is_some() { Ok(()) } else { act(tx, reader, id, "read") }
}

/// Ends a list: its sealed bytes are erased, the numbers of the entries stay.
///
/// # Errors
/// The store cannot be written, or it was decided before.
pub fn decide(
    tx: &Tx<'_>,
    author: &Author,
    (id, decision): (i64, Decision),
    (records, taken): (&[RecordId], u64),
) -> Result<(), SqlError> {
    tx.execute(
        "update department_list set decision = $2, envelope = null, decided_at_ms = $3,
             decided_by = $4, taken_count = $5 where id = $1",
        params![id, decision.as_str(), author.now().0, author.account(), taken],
    )?;
    for record in records {
        tx.execute(
            "insert into department_list_entry (list, record) values ($1, $2)",
            params![id, record.0],
        )?;
    }
    act(tx, author, id, decision.as_str())
}

fn act(tx: &Tx<'_>, author: &Author, id: i64, word: &str) -> Result<(), SqlError> {
    tx.execute(
        "insert into department_list_act (list, act, account, at_ms) values ($1, $2, $3, $4)",
        params![id, word, author.account(), author.now().0],
    )?;
    Ok(())
}

fn line(row: &Row<'_, '_>) -> Result<ListLine, SqlError> {
    Ok(ListLine {
        id: row.i64(0)?,
        sender_name: row.text(1)?,
        both_roots: row.bool(2)?,
        sealed_on: row.text(3)?,
        valid_to: row.text(4)?,
        received_at_ms: row.i64(5)?,
        received_by: row.text(6)?,
        rows: row.u64(7)?,
        foreign: row.u64(8)?,
        decision: row.opt_text(9)?,
        decided_by: row.opt_text(10)?,
        taken: row.u64(11)?,
    })
}
