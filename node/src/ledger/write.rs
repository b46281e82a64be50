//! Writing: the one door into every ledger.
//!
//! An entry is checked against the table of authority, the calendar and its own rules, then written
//! as a version, then chained. Two people who changed the same version both keep what they wrote:
//! the second becomes a parallel version, which counts for nothing until somebody settles it.

use certs::digest::random_bytes;
use domain::ledger::day::check_event;
use domain::ledger::{Action, Word as _, permits};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx, Value};

use super::author::Author;
use super::entry::{Cell, Column, Entry, Head, Place, RecordId, Rules, Shape, StudentId};
use super::journal::{self, NewEntry};
use super::refusal::LedgerRefusal;
use super::{footing, strange};

/// Longest text of a field in bytes; the ledgers hold notes, not files.
const TEXT_BYTES_MAX: usize = 8_192;

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It counts now, as this version.
    Counts(u32),
    /// Somebody else had changed the record meanwhile. Both are kept; this one waits beside.
    Beside {
        /// The version that was written now.
        version: u32,
        /// The version that counts.
        counting: u32,
    },
}

/// How a record stood when somebody looked at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The last version that counts or annuls.
    pub version: u32,
    /// How many versions wait beside it.
    pub parallels: u32,
    /// It was made in error and counts nowhere.
    pub annulled: bool,
}

/// A record as it stands, with its kind checked.
pub(super) struct Standing {
    pub(super) version: u32,
    pub(super) parallels: u32,
    pub(super) student: Option<StudentId>,
    pub(super) annulled: bool,
}

/// Adds an entry.
///
/// # Errors
/// Who may not, what breaks a rule, or the store; nothing was written.
pub fn add<T: Rules>(tx: &Tx<'_>, author: &Author, entry: &T) -> Result<RecordId, LedgerRefusal> {
    if !T::DIRECT {
        return Err(LedgerRefusal::OwnAct);
    }
    allow(tx, author, entry.action(), entry.subject())?;
    put_new(tx, author, entry, None)
}

/// Changes a record, seen at a version. Needs a reason.
///
/// # Errors
/// Who may not, what breaks a rule, or the store; nothing was written.
pub fn update<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    (record, seen): (RecordId, u32),
    entry: &T,
) -> Result<Written, LedgerRefusal> {
    if !T::DIRECT {
        return Err(LedgerRefusal::OwnAct);
    }
    allow(tx, author, entry.action(), entry.subject())?;
    put_change(tx, author, (record, seen), entry, None)
}

/// How a record stands, to be given back to [`settle`].
///
/// # Errors
/// There is no such record of this kind, or the store.
pub fn seen<T: Entry>(tx: &Tx<'_>, record: RecordId) -> Result<Seen, LedgerRefusal> {
    let Standing { version, parallels, annulled, .. } = standing::<T>(tx, record)?;
    Ok(Seen { version, parallels, annulled })
}

/// Ends a conflict: what is given counts from here on, and the parallel versions are history.
///
/// # Errors
/// As [`update`], and where anything was written since it was seen: nobody has weighed that.
pub fn settle<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    (record, seen): (RecordId, Seen),
    entry: &T,
) -> Result<Written, LedgerRefusal> {
    if self::seen::<T>(tx, record)? != seen {
        return Err(LedgerRefusal::Changed);
    }
    if !T::DIRECT {
        return Err(LedgerRefusal::OwnAct);
    }
    allow(tx, author, entry.action(), entry.subject())?;
    let basis = Basis { record, seen: seen.version, settles: true };
    let written = change(tx, author, basis, entry, None)?;
    tx.execute("update record set parallels = 0 where id = $1", params![record.0])?;
    Ok(written)
}

/// Whether somebody may do something about a student now.
///
/// # Errors
/// They may not, or the store cannot be read.
pub fn allow(
    tx: &Tx<'_>,
    author: &Author,
    action: Action,
    student: Option<StudentId>,
) -> Result<(), LedgerRefusal> {
    let footing = footing::of(tx, author, student)?;
    if permits(author.role(), action, footing) { Ok(()) } else { Err(LedgerRefusal::NotAllowed) }
}

/// Adds an entry for an act that has checked who may.
pub(super) fn put_new<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    entry: &T,
    second: Option<&str>,
) -> Result<RecordId, LedgerRefusal> {
    check(tx, author, entry, None)?;
    let record = insert(tx, author, entry, second)?;
    entry.brings(tx, author, record)?;
    Ok(record)
}

/// Writes the record of a new entry and its first version; rules were checked.
pub(super) fn insert<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    entry: &T,
    second: Option<&str>,
) -> Result<RecordId, LedgerRefusal> {
    let record = tx.query_opt(
        "insert into record (kind, student, day, version, parallels, destroyed, waiting)
         values ($1, $2, $3, 1, 0, 0, $4) returning id",
        params![
            T::KIND.as_str(),
            entry.subject().map(|student| student.0),
            &entry.day().to_string(),
            entry.waits()
        ],
        |row| row.i64(0),
    )?;
    let record = RecordId(strange(record)?);
    version(tx, author, &head(author, (record, 1), Place::Counts), entry, second)?;
    Ok(record)
}

/// What a change is made of.
struct Basis {
    record: RecordId,
    /// The version that its author saw.
    seen: u32,
    /// Whether it ends the conflicts of the record.
    settles: bool,
}

/// Changes a record for an act that has checked who may.
pub(super) fn put_change<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    (record, seen): (RecordId, u32),
    entry: &T,
    second: Option<&str>,
) -> Result<Written, LedgerRefusal> {
    change(tx, author, Basis { record, seen, settles: false }, entry, second)
}

fn change<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    Basis { record, seen, settles }: Basis,
    entry: &T,
    second: Option<&str>,
) -> Result<Written, LedgerRefusal> {
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason);
    }
    let standing = standing::<T>(tx, record)?;
    if standing.student != entry.subject() || seen > standing.version {
        return Err(LedgerRefusal::Unknown);
    }
    // Annulled while a form was open: two versions of what stands nowhere are no conflict.
    if standing.annulled && seen < standing.version {
        return Err(LedgerRefusal::Annulled);
    }
    check(tx, author, entry, Some(record))?;
    let next = next_version::<T>(tx, record)?;
    if seen < standing.version {
        version(tx, author, &head(author, (record, next), Place::Beside), entry, second)?;
        tx.execute("update record set parallels = parallels + 1 where id = $1", params![record.0])?;
        entry.brings_beside(tx, author, record)?;
        return Ok(Written::Beside { version: next, counting: standing.version });
    }
    let place = if settles { Place::Settles } else { Place::Counts };
    version(tx, author, &head(author, (record, next), place), entry, second)?;
    tx.execute(
        "update record set version = $2, day = $3, waiting = $4, annulled = 0 where id = $1",
        params![record.0, next, &entry.day().to_string(), entry.waits()],
    )?;
    entry.brings(tx, author, record)?;
    Ok(Written::Counts(next))
}

/// Number of the next version of a record, those written beside others counted too.
fn next_version<T: Entry>(tx: &Tx<'_>, record: RecordId) -> Result<u32, SqlError> {
    let last = tx.query_opt(
        &format!("select max(version) from {} where record = $1", T::KIND.as_str()),
        params![record.0],
        |row| row.u32(0),
    )?;
    Ok(strange(last)? + 1)
}

/// Takes an entry out of everything that counts; who may was checked. What it said stays, as the
/// text of the version that says so.
pub(super) fn put_annulled<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    record: RecordId,
    entry: &T,
) -> Result<u32, LedgerRefusal> {
    entry.stays(tx, author, record)?;
    entry.leaves(tx, author, record)?;
    let next = next_version::<T>(tx, record)?;
    // A note opens to the author of its version: it stays in the one that its author wrote.
    let bare = |(column, cell): (&Column, Cell)| match column.shape {
        Shape::Note => Cell::Text(String::new()),
        _ => cell,
    };
    let said = T::from_cells(T::COLUMNS.iter().zip(entry.cells()).map(bare).collect())?;
    version(tx, author, &head(author, (record, next), Place::Annuls), &said, None)?;
    tx.execute(
        "update record set version = $2, waiting = 0, annulled = 1 where id = $1",
        params![record.0, next],
    )?;
    Ok(next)
}

/// Marks that a record waits, or no longer does, where its entry alone does not say.
pub(super) fn mark_waiting(tx: &Tx<'_>, record: RecordId, waits: bool) -> Result<(), SqlError> {
    tx.execute("update record set waiting = $2 where id = $1", params![record.0, waits])?;
    Ok(())
}

/// The record as it stands; refused where it is of another kind or destroyed.
pub(super) fn standing<T: Entry>(tx: &Tx<'_>, record: RecordId) -> Result<Standing, LedgerRefusal> {
    let found = tx.query_opt(
        "select version, student, destroyed, parallels, annulled from record
         where id = $1 and kind = $2",
        params![record.0, T::KIND.as_str()],
        |row| {
            let standing = Standing {
                version: row.u32(0)?,
                parallels: row.u32(3)?,
                student: row.opt_i64(1)?.map(StudentId),
                annulled: row.bool(4)?,
            };
            Ok((standing, row.bool(2)?))
        },
    )?;
    match found {
        None => Err(LedgerRefusal::Unknown),
        Some((_, true)) => Err(LedgerRefusal::Destroyed),
        Some((standing, false)) => Ok(standing),
    }
}

fn check<T: Rules>(
    tx: &Tx<'_>,
    author: &Author,
    entry: &T,
    own: Option<RecordId>,
) -> Result<(), LedgerRefusal> {
    let birth = match entry.subject() {
        Some(student) => birth(tx, student)?,
        None => None,
    };
    for day in entry.happened() {
        check_event(day, author.today(), birth)?;
    }
    for (column, cell) in T::COLUMNS.iter().zip(entry.cells()) {
        if matches!(&cell, Cell::Text(text) if text.len() > TEXT_BYTES_MAX) {
            return Err(LedgerRefusal::TooLong(column.name));
        }
    }
    entry.check(tx, author, own)
}

/// Day of birth of a student; refused where there is no such student.
pub(super) fn birth(tx: &Tx<'_>, student: StudentId) -> Result<Option<Date>, LedgerRefusal> {
    let found = tx.query_opt(
        "select v.birth_date from student s
         join student_version v on v.student = s.id and v.version = s.version where s.id = $1",
        params![student.0],
        |row| row.opt_text(0),
    )?;
    let text = found.ok_or(LedgerRefusal::Unknown)?;
    Ok(text.map(|text| text.parse().map_err(|_| SqlError::Type)).transpose()?)
}

fn head(author: &Author, (record, version): (RecordId, u32), place: Place) -> Head {
    let (nonce, reason) = (random_bytes::<16>().to_vec(), author.reason().to_owned());
    Head { record, version, place, nonce, reason }
}

fn version<T: Entry>(
    tx: &Tx<'_>,
    author: &Author,
    head: &Head,
    entry: &T,
    second: Option<&str>,
) -> Result<(), SqlError> {
    let (cells, day) = (entry.cells(), entry.day());
    let day_text = day.to_string();
    let mut names = vec!["record", "version", "parallel", "nonce", "reason"];
    let mut values = vec![
        Value::Integer(head.record.0),
        Value::from(head.version),
        Value::from(head.place == Place::Beside),
        Value::Blob(&head.nonce),
        Value::Text(&head.reason),
    ];
    for (column, cell) in T::COLUMNS.iter().zip(&cells) {
        names.push(column.name);
        values.push(cell.value());
    }
    if !names.contains(&"day") {
        names.push("day");
        values.push(Value::Text(&day_text));
    }
    let places: Vec<String> = (1..=values.len()).map(|place| format!("${place}")).collect();
    let statement = format!(
        "insert into {} ({}) values ({})",
        T::KIND.as_str(),
        names.join(", "),
        places.join(", ")
    );
    tx.execute(&statement, &values)?;
    let new = NewEntry { kind: T::KIND, head, second, day, columns: T::COLUMNS, cells: &cells };
    journal::append(tx, author, &new)
}
