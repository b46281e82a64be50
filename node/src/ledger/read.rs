//! Reading: entries of a period, of a day, and of one person.
//!
//! [`in_period`] and [`at`] are for counting and for work that runs by itself: they name no reader.
//! Whatever is shown to somebody about a student goes through a [`Pass`], which is logged.

use domain::ledger::{Action, Word as _, permits};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx, Value};

use super::access::Pass;
use super::author::{Author, Signature};
use super::entry::{Entry, Kept, Moment, RecordId, read_cells};
use super::refusal::LedgerRefusal;

/// Entries whose day lies in a period, both ends included, as they count now; oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn in_period<T: Entry>(tx: &Tx<'_>, from: Date, to: Date) -> Result<Vec<Kept<T>>, SqlError> {
    let rest = "from standing r join TABLE t on t.record = r.id and t.version = r.version
         where r.kind = $1 and r.day between $2 and $3 order by r.day, r.id";
    let (from, to) = (from.to_string(), to.to_string());
    select(tx, rest, params![T::KIND.as_str(), &from, &to])
}

/// What holds on a day: of each record the last version that began by then, unless it has ended.
///
/// # Errors
/// The store cannot be read.
pub fn at<T: Entry>(tx: &Tx<'_>, day: Date) -> Result<Vec<Kept<T>>, SqlError> {
    let ends = T::COLUMNS.iter().any(|column| column.name == "valid_until");
    let still = if ends { "and (t.valid_until is null or t.valid_until > $1)" } else { "" };
    let rest = format!(
        "from TABLE t join (select record, max(version) as version from TABLE
             where day <= $1 and parallel = 0 group by record) l
         on l.record = t.record and l.version = t.version
         join standing r on r.id = t.record where true {still} order by t.record"
    );
    select(tx, &rest, params![&day.to_string()])
}

/// Every entry as it counts now, whatever its day.
///
/// # Errors
/// The store cannot be read.
pub fn all<T: Entry>(tx: &Tx<'_>) -> Result<Vec<Kept<T>>, SqlError> {
    let rest = "from standing r join TABLE t on t.record = r.id and t.version = r.version
         where r.kind = $1 order by r.day, r.id";
    select(tx, rest, params![T::KIND.as_str()])
}

/// Entries that wait for somebody, as they count now; the earliest day first.
///
/// # Errors
/// The store cannot be read.
pub fn waiting<T: Entry>(tx: &Tx<'_>) -> Result<Vec<Kept<T>>, SqlError> {
    let rest = "from standing r join TABLE t on t.record = r.id and t.version = r.version
         where r.kind = $1 and r.waiting = 1 order by r.day, r.id";
    select(tx, rest, params![T::KIND.as_str()])
}

/// Whether a record asks for something still.
///
/// # Errors
/// The store cannot be read.
pub fn does_wait(tx: &Tx<'_>, record: RecordId) -> Result<bool, SqlError> {
    let statement = "select 1 from standing where id = $1 and waiting = 1";
    Ok(tx.query_opt(statement, params![record.0], |row| row.i64(0))?.is_some())
}

/// Day of the first entry of a kind: from then on the school keeps it. Before, and without one,
/// that nothing stands there says nothing.
///
/// # Errors
/// The store cannot be read.
pub fn kept_since<T: Entry>(tx: &Tx<'_>) -> Result<Option<Date>, SqlError> {
    let kind = T::KIND.as_str();
    let statement = "select min(day) from standing where kind = $1";
    let first = tx.query_opt(statement, params![kind], |row| row.opt_text(0))?.flatten();
    first.map(|day| day.parse().map_err(|_| SqlError::Type)).transpose()
}

/// One record as it counts now, for rules.
pub(crate) fn one<T: Entry>(tx: &Tx<'_>, record: RecordId) -> Result<Option<Kept<T>>, SqlError> {
    let rest = "from standing r join TABLE t on t.record = r.id and t.version = r.version
         where r.kind = $1 and r.id = $2";
    Ok(select(tx, rest, params![T::KIND.as_str(), record.0])?.pop())
}

/// Entries about one student as they count now, for rules.
pub(super) fn about<T: Entry>(tx: &Tx<'_>, student: i64) -> Result<Vec<Kept<T>>, SqlError> {
    let rest = "from standing r join TABLE t on t.record = r.id and t.version = r.version
         where r.kind = $1 and r.student = $2 order by r.day, r.id";
    select(tx, rest, params![T::KIND.as_str(), student])
}

/// Entries about the student of a pass, as they count now.
///
/// # Errors
/// The role may not read this kind, or the store cannot be read.
pub fn of_student<T: Entry>(tx: &Tx<'_>, pass: &Pass) -> Result<Vec<Kept<T>>, LedgerRefusal> {
    pass.allow(T::KIND.area())?;
    Ok(about(tx, pass.student().0)?)
}

/// Every version of a record of the pass's student, those written beside others too, each with who
/// wrote it.
///
/// # Errors
/// The role may not read this kind, the record is not this student's, or the store.
pub fn history<T: Entry>(
    tx: &Tx<'_>,
    pass: &Pass,
    record: RecordId,
) -> Result<Vec<(Kept<T>, Signature)>, LedgerRefusal> {
    pass.allow(T::KIND.area())?;
    let standing = super::write::standing::<T>(tx, record)?;
    if standing.student != Some(pass.student()) {
        return Err(LedgerRefusal::Unknown);
    }
    Ok(versions(tx, record)?)
}

/// As [`history`], of a record that is about no student.
///
/// # Errors
/// The role may not read this kind, the record is about a student, or the store.
pub fn history_of_work<T: Entry>(
    tx: &Tx<'_>,
    reader: &Author,
    record: RecordId,
) -> Result<Vec<(Kept<T>, Signature)>, LedgerRefusal> {
    let standing = super::write::standing::<T>(tx, record)?;
    let read = Action::Read(T::KIND.area());
    if standing.student.is_some() || !permits(reader.role(), read, Default::default()) {
        return Err(LedgerRefusal::NotAllowed);
    }
    Ok(versions(tx, record)?)
}

pub(super) fn versions<T: Entry>(
    tx: &Tx<'_>,
    record: RecordId,
) -> Result<Vec<(Kept<T>, Signature)>, SqlError> {
    let statement = format!(
        "select {}, j.author, j.second, j.entered_at_ms, t.reason from {} t
         join journal j on j.record = t.record and j.version = t.version
         where t.record = $1 order by t.version",
        columns::<T>(),
        T::KIND.as_str()
    );
    let after = 3 + T::COLUMNS.len();
    tx.query(&statement, params![record.0], |row| {
        let signature = Signature {
            author: row.text(after)?,
            second: row.opt_text(after + 1)?,
            entered_at: Moment(row.i64(after + 2)?),
            reason: row.text(after + 3)?,
        };
        Ok((read(row)?, signature))
    })
}

pub(super) fn select<T: Entry>(
    tx: &Tx<'_>,
    rest: &str,
    values: &[Value<'_>],
) -> Result<Vec<Kept<T>>, SqlError> {
    let rest = rest.replace("TABLE", T::KIND.as_str());
    tx.query(&format!("select {} {rest}", columns::<T>()), values, read)
}

fn columns<T: Entry>() -> String {
    let mut names = String::from("t.record, t.version, t.parallel");
    for column in T::COLUMNS {
        names.push_str(", t.");
        names.push_str(column.name);
    }
    names
}

fn read<T: Entry>(row: &Row<'_, '_>) -> Result<Kept<T>, SqlError> {
    Ok(Kept {
        record: RecordId(row.i64(0)?),
        version: row.u32(1)?,
        parallel: row.bool(2)?,
        entry: T::from_cells(read_cells(row, 3, T::COLUMNS)?)?,
    })
}
