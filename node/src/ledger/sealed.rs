//! The school's own register of sealed reports, and of what each flow told of which record.
//!
//! A report is stored in the transaction that seals it, with what it told, and never made twice:
//! only a refusal makes room for another one, under the next number. What a refused report told
//! stays beside it; it counts as told as long as a table of its family stands with it, one that
//! counts the same records, or of which one counts a part of the other's: so no record is in one
//! period of the one table and in another period of the other.

use std::collections::{BTreeMap, BTreeSet};

use domain::cell::{self, Cell};
use domain::digest::Digest;
use domain::disclosure::sealed::{Answer, ReportNumber, year_of};
use domain::period::Period;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

/// A sealed report as the register has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReport {
    /// Id of the table.
    pub table: String,
    /// Period in its written form.
    pub period: String,
    /// The school's number of it.
    pub number: ReportNumber,
    /// Id of its task.
    pub task: Vec<u8>,
    /// Digest of the signed bytes.
    pub body: Digest,
    /// Under which it is queued.
    pub name: String,
    /// When it was sealed.
    pub made_at_ms: i64,
    /// What both hubs said, once they did.
    pub verdict: Option<KeptVerdict>,
}

/// The final answer to a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptVerdict {
    /// Accepted or refused.
    pub answer: Answer,
    /// Code of a refusal.
    pub code: String,
    /// Sentence of a refusal.
    pub reason: String,
    /// By the leader's clock.
    pub decided_at_ms: i64,
    /// The signed verdict as it came.
    pub signed: Vec<u8>,
}

/// How much of a record a flow told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Word of the record's kind.
    pub kind: String,
    /// Number of the record within its kind.
    pub record: i64,
    /// What was told of it; less than nothing where that was handed on to another record.
    pub amount: i64,
}

/// What other weeks told of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Before {
    /// Word of the record's kind.
    pub kind: String,
    /// Number of the record within its kind.
    pub record: i64,
    /// What was told of it; less than nothing where what was handed on from it was refused after.
    pub amount: i64,
    /// It was annulled since: what is written in its place was told with it.
    pub annulled: bool,
}

const REPORT: &str = "select table_id, period, number, task, body, name, made_at_ms,
    answer, code, reason, decided_at_ms, verdict from sealed_report";

/// Registers a report, what it tells, and its signed item for the copy to `transfer.db`.
///
/// # Errors
/// The number is used already, or the store cannot be written; nothing was.
pub(crate) fn insert(
    tx: &Tx<'_>,
    report: &StoredReport,
    told: &[Told],
    item: &[u8],
) -> Result<(), SqlError> {
    tx.execute(
        "insert into sealed_report (table_id, period, number, task, body, name, made_at_ms)
         values ($1, $2, $3, $4, $5, $6, $7)",
        params![
            &report.table,
            &report.period,
            report.number.value(),
            &report.task,
            &report.body.to_tagged(),
            &report.name,
            report.made_at_ms,
        ],
    )?;
    // In place of what a refused report of the same week told.
    tx.execute(
        "delete from sealed_told where table_id = $1 and period = $2",
        params![&report.table, &report.period],
    )?;
    for one in told {
        tx.execute(
            "insert into sealed_told (table_id, period, kind, record, amount)
             values ($1, $2, $3, $4, $5)",
            params![&report.table, &report.period, &one.kind, one.record, one.amount],
        )?;
    }
    tx.execute(
        "insert into handover (name, item, made_at_ms) values ($1, $2, $3)",
        params![&report.name, item, report.made_at_ms],
    )?;
    Ok(())
}

/// Keeps what a report holds, for the school's own eyes.
///
/// # Errors
/// The report's figures are here already, or the store cannot be written.
pub(crate) fn keep_figures(tx: &Tx<'_>, name: &str, cells: &[u64]) -> Result<(), SqlError> {
    let cells: Vec<Cell> = cells.iter().copied().map(Cell::Value).collect();
    tx.execute(
        "insert into sealed_figures (name, cells) values ($1, $2)",
        params![name, &cell::pack(&cells)],
    )?;
    Ok(())
}

/// What a report holds; nothing of one that was sealed before figures were kept.
///
/// # Errors
/// The store cannot be read, or holds other cells than the table has.
pub(crate) fn figures(
    tx: &Tx<'_>,
    name: &str,
    length: usize,
) -> Result<Option<Vec<u64>>, SqlError> {
    let packed =
        tx.query_opt("select cells from sealed_figures where name = $1", params![name], |row| {
            row.blob(0)
        })?;
    let Some(packed) = packed else { return Ok(None) };
    let cells = cell::unpack(&packed, length).map_err(|_| SqlError::Type)?;
    let figures: Option<Vec<u64>> = cells.into_iter().map(|cell| cell.value()).collect();
    figures.map(Some).ok_or(SqlError::Type)
}

/// What the register says at a moment, as far as it decides what a report tells: the latest report,
/// how many are refused, and the last line of the holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(i64, i64, i64);

/// The register's stamp: another one after every report and every refusal.
///
/// # Errors
/// The store cannot be read.
pub fn stamp(tx: &Tx<'_>) -> Result<Stamp, SqlError> {
    let sql = "select coalesce(max(id), 0), count(case when answer = 2 then 1 end),
                   (select coalesce(max(id), 0) from release_hold)
               from sealed_report";
    let stamp = tx.query_opt(sql, &[], |row| Ok(Stamp(row.i64(0)?, row.i64(1)?, row.i64(2)?)))?;
    stamp.ok_or(SqlError::Type)
}

/// Whether counts about persons of a school year leave under seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// They do not, and nothing of the year ever did.
    Open,
    /// They do.
    Planned,
    /// Something of the year went sealed, or was to, and the year is not planned so any more: what
    /// is left of it is told by nobody.
    Closed,
}

/// School years of which counts about persons leave under seal, as documents and what was queued
/// say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealYears {
    /// Years whose plan lists this school now.
    pub planned: BTreeSet<i16>,
    /// Years whose plan ever listed it, in any version, and those of which a report was queued: a
    /// ledger that was put back does not know its reports any more.
    pub ever: BTreeSet<i16>,
}

impl SealYears {
    /// How counts about persons of a school year leave. What was sealed once is not rounded beside
    /// it, in no term of its year and whatever became of plan, roster and hubs since.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn seal(&self, tx: &Tx<'_>, school_year: i16) -> Result<Seal, SqlError> {
        if self.planned.contains(&school_year) {
            return Ok(Seal::Planned);
        }
        if self.ever.contains(&school_year) || is_sealed_in(tx, school_year)? {
            return Ok(Seal::Closed);
        }
        Ok(Seal::Open)
    }
}

/// Whether a report of any week or term of a school year was sealed.
fn is_sealed_in(tx: &Tx<'_>, school_year: i16) -> Result<bool, SqlError> {
    let periods = tx.query("select distinct period from sealed_report", &[], |row| row.text(0))?;
    for period in periods {
        let period: Period = period.parse().map_err(|_| SqlError::Type)?;
        if year_of(period) == Some(school_year) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The names and periods of reports without a final answer, in the order in which they were sealed.
///
/// # Errors
/// The store cannot be read.
pub fn open(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    let open = "select name, period from sealed_report where answer is null order by id";
    tx.query(open, &[], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// The digests of reports without a final answer.
///
/// # Errors
/// The store cannot be read.
pub fn open_bodies(tx: &Tx<'_>) -> Result<BTreeSet<Digest>, SqlError> {
    let open = "select body from sealed_report where answer is null";
    let bodies =
        tx.query(open, &[], |row| Digest::from_tagged(row.bytes(0)?).map_err(|_| SqlError::Type))?;
    Ok(bodies.into_iter().collect())
}

/// The names of all reports.
///
/// # Errors
/// The store cannot be read.
pub fn names(tx: &Tx<'_>) -> Result<BTreeSet<String>, SqlError> {
    let names = tx.query("select name from sealed_report", &[], |row| row.text(0))?;
    Ok(names.into_iter().collect())
}

/// The periods of which a report was sealed before an instant.
///
/// # Errors
/// The store cannot be read.
pub fn periods_before(tx: &Tx<'_>, at_ms: i64) -> Result<BTreeSet<String>, SqlError> {
    let sealed = "select distinct period from sealed_report where made_at_ms < $1";
    Ok(tx.query(sealed, params![at_ms], |row| row.text(0))?.into_iter().collect())
}

/// The periods of reports beside which another report of this school stands: it was told by a
/// ledger that this one was put back from, and what it told then is not known here.
///
/// # Errors
/// The store cannot be read.
pub fn told_before(tx: &Tx<'_>) -> Result<Vec<String>, SqlError> {
    let told = "select distinct period from sealed_report where answer = 2 and code = $1";
    tx.query(told, params![OTHER_REPORT], |row| row.text(0))
}

/// Code of a refusal beside another report of the same task.
pub const OTHER_REPORT: &str = "other_report";

/// A report by the digest of its signed bytes.
///
/// # Errors
/// The store cannot be read.
pub fn of_body(tx: &Tx<'_>, body: &Digest) -> Result<Option<StoredReport>, SqlError> {
    tx.query_opt(&format!("{REPORT} where body = $1"), params![&body.to_tagged()], read)
}

/// How many reports were ever sealed.
///
/// # Errors
/// The store cannot be read.
pub fn total(tx: &Tx<'_>) -> Result<u64, SqlError> {
    let counted = tx.query_opt("select count(*) from sealed_report", &[], |row| row.i64(0))?;
    Ok(counted.and_then(|counted| u64::try_from(counted).ok()).unwrap_or(0))
}

/// All reports, the latest first.
///
/// # Errors
/// The store cannot be read.
pub fn all(tx: &Tx<'_>, limit: u32) -> Result<Vec<StoredReport>, SqlError> {
    tx.query(&format!("{REPORT} order by id desc limit $1"), params![limit], read)
}

/// The reports of a table about a period, the first one first.
///
/// # Errors
/// The store cannot be read.
pub fn of_period(tx: &Tx<'_>, table: &str, period: &str) -> Result<Vec<StoredReport>, SqlError> {
    let sql = format!("{REPORT} where table_id = $1 and period = $2 order by number");
    tx.query(&sql, params![table, period], read)
}

/// Tables of which a period was ever reported, whatever became of it.
///
/// # Errors
/// The store cannot be read.
pub fn tables_of(tx: &Tx<'_>, period: &str) -> Result<BTreeSet<String>, SqlError> {
    let tables = "select distinct table_id from sealed_report where period = $1";
    Ok(tx.query(tables, params![period], |row| row.text(0))?.into_iter().collect())
}

/// Records that a table told in other periods of which its last report was refused for what is this
/// school's own: where the hubs had no key in time all were.
///
/// # Errors
/// The store cannot be read.
pub fn refused_alone(
    tx: &Tx<'_>,
    table: &str,
    period: &str,
) -> Result<Vec<(String, i64)>, SqlError> {
    tx.query(
        "select s.kind, s.record from sealed_told s
         where s.table_id = $1 and s.period <> $2 and exists (
             select 1 from sealed_report r
             where r.table_id = s.table_id and r.period = s.period
                 and r.answer = 2 and r.code <> 'key_late' and not exists (
                     select 1 from sealed_report l where l.table_id = r.table_id
                         and l.period = r.period and l.number > r.number))",
        params![table, period],
        |row| Ok((row.text(0)?, row.i64(1)?)),
    )
}

/// The highest number that a table's reports used, about whatever period.
///
/// # Errors
/// The store cannot be read.
pub fn last_number(tx: &Tx<'_>, table: &str) -> Result<Option<ReportNumber>, SqlError> {
    let last = "select max(number) from sealed_report where table_id = $1";
    let last = tx.query_opt(last, params![table], |row| row.opt_i64(0))?.flatten();
    Ok(last.and_then(|number| u32::try_from(number).ok()).and_then(ReportNumber::new))
}

/// A report that hubs counted or may count: open, accepted, or refused beside another one of the
/// same period.
const STANDS: &str = "(r.answer is null or r.answer = 1 or r.code = 'other_report')";

/// What some tables of one family told of each record in all weeks but one: what one of them
/// told and stands with counts for all.
///
/// # Errors
/// The store cannot be read.
pub fn told_elsewhere(tx: &Tx<'_>, family: &[&str], period: &str) -> Result<Vec<Before>, SqlError> {
    let sql = format!(
        "select s.kind, s.record, s.period, s.amount,
             exists (select 1 from record e
                     where e.id = s.record and e.kind = s.kind and e.annulled = 1)
         from sealed_told s where s.table_id = $1 and s.period <> $2 and exists (
             select 1 from sealed_report r
             where r.table_id = s.table_id and r.period = s.period and {STANDS})"
    );
    // In one week all of them told the same; each is counted once.
    let mut by_week: BTreeMap<(String, i64, String), (i64, bool)> = BTreeMap::new();
    for table in family {
        let told = tx.query(&sql, params![*table, period], |row| {
            Ok(((row.text(0)?, row.i64(1)?, row.text(2)?), (row.i64(3)?, row.bool(4)?)))
        })?;
        for (of, (amount, annulled)) in told {
            let known = by_week.entry(of).or_insert((amount, annulled));
            known.0 = known.0.max(amount);
        }
    }
    let mut before: Vec<Before> = Vec::new();
    for ((kind, record, _), (amount, annulled)) in by_week {
        match before.last_mut().filter(|last| last.kind == kind && last.record == record) {
            Some(last) => last.amount += amount,
            None => before.push(Before { kind, record, amount, annulled }),
        }
    }
    Ok(before)
}

/// What the latest report of a table about a period told.
///
/// # Errors
/// The store cannot be read.
pub fn told_in(tx: &Tx<'_>, table: &str, period: &str) -> Result<Vec<Told>, SqlError> {
    tx.query(
        "select kind, record, amount from sealed_told
         where table_id = $1 and period = $2 order by kind, record",
        params![table, period],
        |row| Ok(Told { kind: row.text(0)?, record: row.i64(1)?, amount: row.i64(2)? }),
    )
}

/// What holds tables of one family to what one of them told of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing: no other one told it, or all that did were refused.
    Free,
    /// This one stands with what it told.
    To(String),
    /// A ledger that this one was put back from told it: what, is not known here.
    Unknown,
}

/// What a table of a family is held to in a period.
///
/// # Errors
/// The store cannot be read.
pub fn bound(tx: &Tx<'_>, (family, own): (&[&str], &str), period: &str) -> Result<Bound, SqlError> {
    let mut bound = Bound::Free;
    if family.len() < 2 {
        return Ok(bound);
    }
    let sql = format!(
        "select coalesce(r.answer = 2 and r.code = 'other_report', 0) from sealed_report r
         where r.table_id = $1 and r.period = $2 and {STANDS}"
    );
    for table in family {
        for is_other in tx.query(&sql, params![*table, period], |row| row.bool(0))? {
            if is_other {
                return Ok(Bound::Unknown);
            }
            if *table != own && bound == Bound::Free {
                bound = Bound::To((*table).to_owned());
            }
        }
    }
    Ok(bound)
}

/// Keeps the first final answer to a report; a later one changes nothing. Says whether it was
/// kept. What a refused report told is told again by the answer alone: see [`told_elsewhere`].
///
/// # Errors
/// The store cannot be written.
pub(crate) fn keep_verdict(
    tx: &Tx<'_>,
    body: &Digest,
    verdict: &KeptVerdict,
) -> Result<bool, SqlError> {
    let answer: i64 = match verdict.answer {
        Answer::Accepted => 1,
        Answer::Refused => 2,
    };
    let kept = tx.execute(
        "update sealed_report set answer = $2, code = $3, reason = $4, decided_at_ms = $5,
             verdict = $6
         where body = $1 and answer is null",
        params![
            &body.to_tagged(),
            answer,
            &verdict.code,
            &verdict.reason,
            verdict.decided_at_ms,
            &verdict.signed,
        ],
    )?;
    Ok(kept > 0)
}

fn read(row: &Row<'_, '_>) -> Result<StoredReport, SqlError> {
    let answer = match row.opt_i64(7)? {
        None => None,
        Some(1) => Some(Answer::Accepted),
        Some(2) => Some(Answer::Refused),
        Some(_) => return Err(SqlError::Type),
    };
    let verdict = match answer {
        None => None,
        Some(answer) => Some(KeptVerdict {
            answer,
            code: row.text(8)?,
            reason: row.text(9)?,
            decided_at_ms: row.i64(10)?,
            signed: row.blob(11)?,
        }),
    };
    Ok(StoredReport {
        table: row.text(0)?,
        period: row.text(1)?,
        number: ReportNumber::new(row.u32(2)?).ok_or(SqlError::Type)?,
        task: row.blob(3)?,
        body: Digest::from_tagged(row.bytes(4)?).map_err(|_| SqlError::Type)?,
        name: row.text(5)?,
        made_at_ms: row.i64(6)?,
        verdict,
    })
}
