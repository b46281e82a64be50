//! The certificate of a destruction: when, by whom, how much of what; it names no student.

use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use domain::ledger::day::plus_days;

use super::super::author::Author;
use super::super::entry::{Kept, Moment, StudentId};
use super::super::refusal::LedgerRefusal;
use super::super::retention::Destruction;
use super::super::{strange, student};
use super::erase::{self, Tally};
use super::{Terms, check_role, due};

/// What was destroyed at once. Names accounts, so without `Debug`.
#[derive(Clone)]
pub struct Certificate {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Moment,
    /// Accounts that asked, commas between.
    pub asked_by: String,
    /// Account of the second person.
    pub signed_by: String,
    /// Students of whom nothing is left.
    pub students: u64,
    /// Last day on which a copy of the data folder may still hold it.
    pub copies_until: Date,
    /// Rows that are gone, by kind or table.
    pub counts: Vec<(String, u64)>,
}

/// Erases what orders in force name, and writes the certificate.
pub(super) fn carry_out(
    tx: &Tx<'_>,
    author: &Author,
    orders: &[Kept<Destruction>],
    terms: &Terms,
) -> Result<i64, LedgerRefusal> {
    let (mut tally, mut students) = (Tally::new(), 0_u64);
    for kept in orders {
        match (kept.entry.target_student, kept.entry.target) {
            (Some(id), None) => {
                let known = student::one(tx, id)?.ok_or(LedgerRefusal::Unknown)?;
                let whom = (StudentId(id), kept.record);
                erase::student(tx, whom, due::gone_from(tx, &known)?, &mut tally)?;
                students += 1;
            }
            (None, Some(record)) => {
                let kind = "select kind from record where id = $1";
                let kind = tx.query_opt(kind, params![record.0], |row| row.text(0))?;
                let kind = kind.ok_or(LedgerRefusal::Unknown)?;
                erase::record(tx, (record, &kind), kept.record, &mut tally)?;
            }
            _ => return Err(LedgerRefusal::Unknown),
        }
    }
    let id = insert(tx, author, (orders, students), terms)?;
    for (what, rows) in tally.iter().filter(|(_, rows)| **rows > 0) {
        tx.execute(
            "insert into destruction_count (certificate, what, rows) values ($1, $2, $3)",
            params![id, what.as_str(), *rows],
        )?;
    }
    for kept in orders {
        tx.execute(
            "insert into destruction_order (ordered, certificate) values ($1, $2)",
            params![kept.record.0, id],
        )?;
    }
    Ok(id)
}

fn insert(
    tx: &Tx<'_>,
    author: &Author,
    (orders, students): (&[Kept<Destruction>], u64),
    terms: &Terms,
) -> Result<i64, SqlError> {
    let mut asked: Vec<&str> = orders.iter().map(|kept| &*kept.entry.asked_by).collect();
    asked.sort_unstable();
    asked.dedup();
    let id = tx.query_opt(
        "insert into destruction_certificate
             (carried_out_at_ms, asked_by, signed_by, students, copies_until)
         values ($1, $2, $3, $4, $5) returning id",
        params![
            author.now().0,
            &asked.join(","),
            author.account(),
            students,
            &plus_days(author.today(), terms.copies_days).to_string(),
        ],
        |row| row.i64(0),
    )?;
    strange(id)
}

/// Every certificate, newest first, without its counts.
///
/// # Errors
/// The role takes no part, or the store.
pub fn all(tx: &Tx<'_>, reader: &Author) -> Result<Vec<Certificate>, LedgerRefusal> {
    check_role(reader)?;
    let statement = "select id, carried_out_at_ms, asked_by, signed_by, students, copies_until
        from destruction_certificate order by id desc limit 500";
    Ok(tx.query(statement, &[], read)?)
}

/// One certificate with its counts.
///
/// # Errors
/// There is none of this number, the role takes no part, or the store.
pub fn find(tx: &Tx<'_>, reader: &Author, id: i64) -> Result<Certificate, LedgerRefusal> {
    check_role(reader)?;
    let statement = "select id, carried_out_at_ms, asked_by, signed_by, students, copies_until
        from destruction_certificate where id = $1";
    let found = tx.query_opt(statement, params![id], read)?;
    let mut found = found.ok_or(LedgerRefusal::Unknown)?;
    let counts = "select what, rows from destruction_count where certificate = $1 order by what";
    found.counts = tx.query(counts, params![id], |row| Ok((row.text(0)?, row.u64(1)?)))?;
    Ok(found)
}

fn read(row: &Row<'_, '_>) -> Result<Certificate, SqlError> {
    Ok(Certificate {
        id: row.i64(0)?,
        at: Moment(row.i64(1)?),
        asked_by: row.text(2)?,
        signed_by: row.text(3)?,
        students: row.u64(4)?,
        copies_until: row.str(5)?.parse().map_err(|_| SqlError::Type)?,
        counts: Vec::new(),
    })
}
