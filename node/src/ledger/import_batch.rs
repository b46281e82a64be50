//! Imports: which file brought what, when and by whom.

use domain::digest::Digest;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::RecordId;
use crate::import::preview::Counts;

/// Kind of a roster.
pub(crate) const ROSTER: &str = "roster";

/// Kind of a roll of staff.
pub(crate) const STAFF: &str = "staff";

/// Kind of a file of answers.
pub(crate) const ANSWERS: &str = "answers";

/// Kind of a change of the roll that a person entered; it has no file.
pub(super) const ENTERED: &str = "entered";

/// Kind of a turn of the year, and of taking one back.
pub(super) const TURNED: &str = "turn";

/// Kind of the taking back of an import; it carries the digest and day of that.
const UNDONE: &str = "undone";

/// Kind of the batch under which a screening's own sheets come in; it has no file.
pub(crate) const RUN: &str = "run";

/// Whether an import was taken back, in a query that calls its batch `b`.
const IS_UNDONE: &str = "exists (select 1 from import_undo u where u.roster = b.id)";

/// Kinds of batches that are no file of the office.
pub(super) const NO_FILE: [&str; 4] = [ENTERED, TURNED, UNDONE, RUN];

/// What is known about a file besides its rows.
#[derive(Clone)]
pub struct ImportSource {
    /// As the office called it.
    pub file_name: String,
    /// Digest of the file's bytes.
    pub digest: Digest,
    /// Who imports it.
    pub author: String,
    /// Day on which the file was right: changes hold from here on.
    pub as_of: Date,
    /// By this machine's clock.
    pub now_ms: i64,
}

/// What an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportReceipt {
    /// Number of the import; none where nothing had to be written.
    pub batch: Option<i64>,
    /// Rows of each sort.
    pub counts: Counts,
}

/// An import as it is listed.
#[derive(Clone)]
pub struct ImportLine {
    /// Its number among the school's imports, for people: 1, 2, 3, ...
    pub number: u64,
    /// Its batch.
    pub batch: i64,
    /// `roster`, `answers`, `staff` or the kind of entries that a table brought.
    pub kind: String,
    /// Whether it is known which entries it brought: a table from before that was kept is not
    /// taken back as a whole.
    pub has_entries: bool,
    /// Who took it back, where somebody did.
    pub undone: Option<TakenBack>,
    /// As the office called the file.
    pub file_name: String,
    /// Who imported it.
    pub author: String,
    /// Day on which the file was right.
    pub as_of: String,
    /// When it was imported.
    pub imported_at_ms: i64,
    /// Rows below the header.
    pub rows: u64,
}

/// That an import was taken back.
#[derive(Clone)]
pub struct TakenBack {
    /// Who did it.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// Why; may name a student.
    pub reason: String,
}

/// Notes an import; every import gets a number of its own.
pub(crate) fn insert(
    tx: &Tx<'_>,
    kind: &str,
    source: &ImportSource,
    counts: Counts,
) -> Result<i64, SqlError> {
    let inserted = tx.query_opt(
        "insert into import_batch (kind, file_name, digest, author, as_of, imported_at_ms,
                                   row_count, new_count, changed_count, left_count)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        params![
            kind,
            &source.file_name,
            &source.digest.to_tagged(),
            &source.author,
            &source.as_of.to_string(),
            source.now_ms,
            counts.rows,
            counts.new,
            counts.changed,
            counts.left,
        ],
        |row| row.i64(0),
    )?;
    super::strange(inserted)
}

/// Notes which entries a table brought.
///
/// # Errors
/// The store cannot be written.
pub(crate) fn brought(tx: &Tx<'_>, batch: i64, records: &[RecordId]) -> Result<(), SqlError> {
    for record in records {
        let noted = "insert into import_entry (batch, record) values ($1, $2)";
        tx.execute(noted, params![batch, record.0])?;
    }
    Ok(())
}

/// The entries that a table brought, in the order of its rows.
pub(super) fn entries(tx: &Tx<'_>, batch: i64) -> Result<Vec<RecordId>, SqlError> {
    let brought = "select record from import_entry where batch = $1 order by record";
    tx.query(brought, params![batch], |row| row.i64(0).map(RecordId))
}

/// The kind of an import that was not taken back.
///
/// # Errors
/// The store cannot be read.
pub fn standing_kind(tx: &Tx<'_>, batch: i64) -> Result<Option<String>, SqlError> {
    let kind = format!("select b.kind from import_batch b where b.id = $1 and not {IS_UNDONE}");
    tx.query_opt(&kind, params![batch], |row| row.text(0))
}

/// Digest and day of an import of a kind.
pub(crate) fn origin(
    tx: &Tx<'_>,
    (batch, kind): (i64, &str),
) -> Result<Option<(Digest, Date)>, SqlError> {
    let found = tx.query_opt(
        "select digest, as_of from import_batch where id = $1 and kind = $2",
        params![batch, kind],
        |row| {
            let digest = Digest::from_tagged(row.bytes(0)?).map_err(|_| SqlError::Type)?;
            Ok((digest, row.text(1)?))
        },
    )?;
    let Some((digest, as_of)) = found else { return Ok(None) };
    Ok(Some((digest, as_of.parse().map_err(|_| SqlError::Type)?)))
}

/// Notes a taking back, with the reason in the place of a file's name; gives its batch.
pub(crate) fn insert_undone(
    tx: &Tx<'_>,
    author: &Author,
    (batch, (digest, as_of)): (i64, (Digest, Date)),
    counts: Counts,
) -> Result<i64, SqlError> {
    let source = ImportSource {
        file_name: author.reason().to_owned(),
        digest,
        author: author.account().to_owned(),
        as_of,
        now_ms: author.now().0,
    };
    let written = insert(tx, UNDONE, &source, counts)?;
    let noted = "insert into import_undo (roster, undone) values ($1, $2)";
    tx.execute(noted, params![batch, written])?;
    Ok(written)
}

/// Whether an import of a kind that was not taken back came after a batch.
pub(super) fn has_after(tx: &Tx<'_>, (batch, kind): (i64, &str)) -> Result<bool, SqlError> {
    let later = format!(
        "select 1 from import_batch b where b.kind = $2 and b.id > $1 and not {IS_UNDONE} limit 1"
    );
    Ok(tx.query_opt(&later, params![batch, kind], |row| row.i64(0))?.is_some())
}

/// When an import came, by the clock of then.
pub(crate) fn imported_at_ms(tx: &Tx<'_>, batch: i64) -> Result<i64, SqlError> {
    let at = "select imported_at_ms from import_batch where id = $1";
    super::strange(tx.query_opt(at, params![batch], |row| row.i64(0))?)
}

/// Whether a roster that was not taken back is right for a day or a later one.
pub(super) fn has_roster_from(tx: &Tx<'_>, day: Date) -> Result<bool, SqlError> {
    let from = format!(
        "select 1 from import_batch b where b.kind = 'roster' and b.as_of >= $1
         and not {IS_UNDONE} limit 1"
    );
    Ok(tx.query_opt(&from, params![&day.to_string()], |row| row.i64(0))?.is_some())
}

/// The latest imports of files, newest first.
///
/// # Errors
/// The store cannot be read.
pub fn latest(tx: &Tx<'_>, limit: u32) -> Result<Vec<ImportLine>, SqlError> {
    let latest =
        "select b.id, b.kind, b.file_name, b.author, b.as_of, b.imported_at_ms, b.row_count,
             (select count(*) from import_batch x
              where x.id <= b.id and x.kind not in ($2, $3, $4, $5)),
             d.author, d.imported_at_ms, d.file_name,
             exists (select 1 from import_entry e where e.batch = b.id)
         from import_batch b left join import_undo u on u.roster = b.id
         left join import_batch d on d.id = u.undone
         where b.kind not in ($2, $3, $4, $5) order by b.id desc limit $1";
    let [entered, turned, undone, run] = NO_FILE;
    tx.query(latest, params![limit, entered, turned, undone, run], |row| {
        let undone = match (row.opt_text(8)?, row.opt_i64(9)?, row.opt_text(10)?) {
            // A taking back has no file: its reason stands in the place of the name.
            (Some(by), Some(at_ms), Some(reason)) => Some(TakenBack { by, at_ms, reason }),
            _ => None,
        };
        Ok(ImportLine {
            batch: row.i64(0)?,
            kind: row.text(1)?,
            file_name: row.text(2)?,
            author: row.text(3)?,
            as_of: row.text(4)?,
            imported_at_ms: row.i64(5)?,
            rows: row.u64(6)?,
            number: row.u64(7)?,
            has_entries: row.bool(11)?,
            undone,
        })
    })
}

/// The number of an import among the school's imports, for people.
///
/// # Errors
/// The store cannot be read.
pub fn number_of(tx: &Tx<'_>, batch: i64) -> Result<u64, SqlError> {
    let [entered, turned, undone, run] = NO_FILE;
    let counted = tx.query_opt(
        "select count(*) from import_batch where id <= $1 and kind not in ($2, $3, $4, $5)",
        params![batch, entered, turned, undone, run],
        |row| row.u64(0),
    )?;
    super::strange(counted)
}

/// The batch of an import that people call by its number.
///
/// # Errors
/// The store cannot be read.
pub fn numbered(tx: &Tx<'_>, number: u32) -> Result<Option<i64>, SqlError> {
    let [entered, turned, undone, run] = NO_FILE;
    let Some(before) = number.checked_sub(1) else { return Ok(None) };
    tx.query_opt(
        "select id from import_batch where kind not in ($2, $3, $4, $5)
         order by id limit 1 offset $1",
        params![before, entered, turned, undone, run],
        |row| row.i64(0),
    )
}
