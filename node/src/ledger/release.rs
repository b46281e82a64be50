//! The school's own register of releases, and signed items that wait to be copied to
//! `transfer.db`.
//!
//! An item is stored in the transaction that signs it and never made twice.

use domain::digest::Digest;
use domain::release::ReleaseId;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A release as the register has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Revision.
    pub revision: u32,
    /// Digest of what it says, whatever its revision and time.
    pub figures: Digest,
    /// Digest of the signed bytes.
    pub body: Digest,
    /// When it was made.
    pub made_at_ms: i64,
}

/// A signed item of the hand-over table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Number in the table.
    pub id: i64,
    /// Id of the release.
    pub name: String,
    /// Signed item.
    pub item: Vec<u8>,
    /// When it was made.
    pub made_at_ms: i64,
}

/// The last revision of a table and period.
///
/// # Errors
/// The store cannot be read.
pub fn last(
    tx: &Tx<'_>,
    unit: &str,
    table: &str,
    period: &str,
) -> Result<Option<Registered>, SqlError> {
    let digest = |bytes: &[u8]| Digest::from_tagged(bytes).map_err(|_| SqlError::Type);
    tx.query_opt(
        "select revision, figures, body, made_at_ms from release
         where unit = $1 and table_id = $2 and period = $3 order by revision desc limit 1",
        params![unit, table, period],
        |row| {
            Ok(Registered {
                revision: row.u32(0)?,
                figures: digest(row.bytes(1)?)?,
                body: digest(row.bytes(2)?)?,
                made_at_ms: row.i64(3)?,
            })
        },
    )
}

/// Whether a table about persons was signed rounded for a period.
///
/// # Errors
/// The store cannot be read.
pub fn is_rounded(tx: &Tx<'_>, period: &str) -> Result<bool, SqlError> {
    let found = tx.query_opt(
        "select 1 from release where period = $1 and table_id like 'rounded.%' limit 1",
        params![period],
        |row| row.i64(0),
    )?;
    Ok(found.is_some())
}

/// When anything of a period was last released; nothing where nothing ever was.
///
/// # Errors
/// The store cannot be read.
pub fn latest_of(tx: &Tx<'_>, unit: &str, period: &str) -> Result<Option<i64>, SqlError> {
    tx.query_opt(
        "select made_at_ms from release where unit = $1 and period = $2
         order by made_at_ms desc limit 1",
        params![unit, period],
        |row| row.i64(0),
    )
}

/// Registers a release and stores its signed item for the copy.
///
/// # Errors
/// The release is registered already, or the store cannot be written; nothing was.
pub(crate) fn insert(
    tx: &Tx<'_>,
    id: &ReleaseId,
    registered: &Registered,
    item: &[u8],
) -> Result<(), SqlError> {
    tx.execute(
        "insert into release (unit, table_id, period, revision, figures, body, made_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![
            id.unit.as_str(),
            id.table.as_str(),
            &id.period.to_string(),
            registered.revision,
            &registered.figures.to_tagged(),
            &registered.body.to_tagged(),
            registered.made_at_ms,
        ],
    )?;
    tx.execute(
        "insert into handover (name, item, made_at_ms) values ($1, $2, $3)",
        params![&id.to_string(), item, registered.made_at_ms],
    )?;
    Ok(())
}

/// Items after a number that are not known to be in `transfer.db`, oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn waiting(tx: &Tx<'_>, after: i64, limit: u32) -> Result<Vec<Handover>, SqlError> {
    tx.query(
        "select id, name, item, made_at_ms from handover
         where copied_at_ms is null and id > $1 order by id limit $2",
        params![after, limit],
        read,
    )
}

/// Everything that was ever signed, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>, limit: u32) -> Result<Vec<Handover>, SqlError> {
    tx.query(
        "select id, name, item, made_at_ms from handover order by id desc limit $1",
        params![limit],
        read,
    )
}

/// One signed item.
///
/// # Errors
/// The store cannot be read.
pub fn find(tx: &Tx<'_>, name: &str) -> Result<Option<Handover>, SqlError> {
    tx.query_opt(
        "select id, name, item, made_at_ms from handover where name = $1",
        params![name],
        read,
    )
}

/// Notes that an item is in `transfer.db`; noting it again changes nothing.
///
/// # Errors
/// The store cannot be written.
pub(crate) fn note_copied(tx: &Tx<'_>, id: i64, now_ms: i64) -> Result<(), SqlError> {
    tx.execute(
        "update handover set copied_at_ms = $2 where id = $1 and copied_at_ms is null",
        params![id, now_ms],
    )?;
    Ok(())
}

/// Notes that items are to be copied again, because they are taken out of `transfer.db`; copying
/// one that is still there changes nothing.
///
/// # Errors
/// The store cannot be written.
pub(crate) fn forget_copied(tx: &Tx<'_>, ids: &[i64]) -> Result<(), SqlError> {
    for id in ids {
        tx.execute("update handover set copied_at_ms = null where id = $1", params![*id])?;
    }
    Ok(())
}

fn read(row: &Row<'_, '_>) -> Result<Handover, SqlError> {
    Ok(Handover {
        id: row.i64(0)?,
        name: row.text(1)?,
        item: row.blob(2)?,
        made_at_ms: row.i64(3)?,
    })
}
