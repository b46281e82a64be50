//! The erasing itself: every table that says anything about a student, and what stays.
//!
//! Both lists together are every table with a column about students; a test compares them with
//! the schema, so a new table cannot be forgotten.

use std::collections::BTreeMap;

use certs::digest::sha256;
use domain::ledger::{Kind, Word as _};
use domain::span::Span;
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::super::entry::{RecordId, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::retention::Destruction;
use super::super::strange;

/// Which rows of a table are the student's: those with the student's number, or of a screening that
/// the student took part in.
const OWN: &str = "student = $1";
const OF_PARTICIPANT: &str = "participant in (select id from participant where student = $1)";
/// Tables besides those of the kinds that lose the student's rows, and which rows, in the order in
/// which they do.
pub const ERASED_TABLES: &[(&str, &str)] = &[
    ("answer_session", OF_PARTICIPANT),
    ("paper_entry", OF_PARTICIPANT),
    ("draft", OF_PARTICIPANT),
    ("participant_event", OF_PARTICIPANT),
    ("participant", OWN),
    ("sheet", OWN),
    ("school_move", OWN),
    ("school_move_draft", OWN),
    ("student_version", OWN),
];
/// Tables with a student's internal number that stay: the number names nobody any more. Of tips the
/// database itself takes away what they said, and the number.
pub const KEPT_TABLES: &[&str] =
    &["record", "access_log", "access_request", "destroyed_student", "destruction", "neighbour_in"];

/// Rows that are gone, by table.
pub(super) type Tally = BTreeMap<String, u64>;

/// Erases everything about a student.
pub(super) fn student(
    tx: &Tx<'_>,
    (student, ordered): (StudentId, RecordId),
    left: Date,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    let first = "select min(valid_from) from student_version where student = $1";
    let first = strange(tx.query_opt(first, params![student.0], |row| row.opt_text(0))?.flatten())?;
    let records = "select id, kind from record where student = $1 and destroyed = 0 order by id";
    let records = tx.query(records, params![student.0], |row| Ok((row.i64(0)?, row.text(1)?)))?;
    for (id, kind) in records {
        record(tx, (RecordId(id), &kind), ordered, tally)?;
    }
    // The triggers let go of what is about a destroyed student only.
    tx.execute(
        "insert into destroyed_student (student, ordered, first_day, left_day)
         values ($1, $2, $3, $4)",
        params![student.0, ordered.0, &first, &left.to_string()],
    )?;
    for (table, rows) in ERASED_TABLES {
        let gone = tx.execute(&format!("delete from {table} where {rows}"), params![student.0])?;
        *tally.entry((*table).to_owned()).or_default() += gone as u64;
    }
    let number = "delete from student where id = $1 returning student_number";
    let number = strange(tx.query_opt(number, params![student.0], |row| row.text(0))?)?;
    empty_requests(tx, &number, tally)?;
    let silenced = "update access_log set reason = '', nonce = null
        where student = $1 and reason <> '' and words is not null";
    let silenced = tx.execute(silenced, params![student.0])? as u64;
    *tally.entry("access_log".to_owned()).or_default() += silenced;
    Ok(())
}

/// Takes number and words out of requests to be let onto the record, and words out of the answers.
fn empty_requests(tx: &Tx<'_>, number: &str, tally: &mut Tally) -> Result<(), SqlError> {
    let emptied = tx.execute(
        "update access_request set student_number = '', reason = ''
         where upper(trim(student_number)) = $1",
        params![number],
    )?;
    tx.execute(
        "update access_decision set reason = '' where reason <> ''
         and request in (select id from access_request where student_number = '')",
        &[],
    )?;
    *tally.entry("access_request".to_owned()).or_default() += emptied as u64;
    Ok(())
}

/// How many records an order is about to take, and the digest of their numbers.
pub(super) fn to_be_taken(
    tx: &Tx<'_>,
    order: &Destruction,
) -> Result<(i64, String), LedgerRefusal> {
    let records = match (order.target_student, order.target) {
        (Some(student), None) => {
            let records = "select id from record where student = $1 and destroyed = 0 order by id";
            tx.query(records, params![student], |row| row.i64(0))?
        }
        (None, Some(record)) => vec![record.0],
        _ => return Err(LedgerRefusal::Unknown),
    };
    let count = i64::try_from(records.len()).map_err(|_| SqlError::Type)?;
    Ok((count, digest_of(&records)))
}

/// Digest of the numbers of records, in ascending order.
pub(in super::super) fn digest_of(records: &[i64]) -> String {
    let lines: Vec<String> = records.iter().map(i64::to_string).collect();
    sha256(format!("xinqiao destruction 1\n{}", lines.join("\n")).as_bytes()).to_string()
}

/// Erases every version of a record; its line of the journal stays and says nothing.
pub(super) fn record(
    tx: &Tx<'_>,
    (record, kind): (RecordId, &str),
    ordered: RecordId,
    tally: &mut Tally,
) -> Result<(), SqlError> {
    // The word becomes part of a statement, so it must be one of the closed list.
    let kind = strange(Kind::from_word(kind))?.as_str();
    tx.execute(
        "insert into destroyed (record, ordered) values ($1, $2)",
        params![record.0, ordered.0],
    )?;
    tx.execute(&format!("delete from {kind} where record = $1"), params![record.0])?;
    tx.execute(
        "update record set destroyed = 1, student = null, parallels = 0, waiting = 0
         where id = $1",
        params![record.0],
    )?;
    *tally.entry(kind.to_owned()).or_default() += 1;
    Ok(())
}

/// Whether somebody who was on the roll in a period is destroyed: its figures cannot be made
/// again.
///
/// # Errors
/// The store cannot be read.
pub fn is_of_destroyed(tx: &Tx<'_>, span: &Span) -> Result<bool, SqlError> {
    let found = tx.query_opt(
        "select 1 from destroyed_student where first_day <= $1 and left_day > $2 limit 1",
        params![&span.end.max(span.to).to_string(), &span.from.to_string()],
        |row| row.i64(0),
    )?;
    Ok(found.is_some())
}

/// The first day, up to `until`, on which nobody is on the roll any more who is destroyed and had
/// left by then: from it on figures can be made.
///
/// # Errors
/// The store cannot be read.
pub fn gone_by(tx: &Tx<'_>, until: Date) -> Result<Option<Date>, SqlError> {
    let last = "select max(left_day) from destroyed_student where left_day <= $1";
    let last = tx.query_opt(last, params![&until.to_string()], |row| row.opt_text(0))?.flatten();
    last.map(|day| day.parse().map_err(|_| SqlError::Type)).transpose()
}
