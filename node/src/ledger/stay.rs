//! What the roll's versions say about consents: the roster's column, and which stays it belongs to.
//!
//! A column is a state: a later roster that leaves it blank takes the answer back. What it said in
//! an earlier stay is kept for the days of that stay.

use std::collections::HashMap;

use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::entry::StudentId;
use super::strange;
use super::student::{TRANSFER, read_date};
use crate::import::value::{Consent, Status};

/// What the roster's column says about a family's consent to screening.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) consent: Consent,
    /// Day of it, where the roster has one.
    pub(super) date: Option<Date>,
    /// First day of the roster that brought it.
    pub(super) since: Date,
}

/// A student was away from one day to another and came back, as a person entered it.
#[derive(Clone, Copy)]
pub(super) struct Stay {
    /// First day away.
    pub(super) left: Date,
    /// First day back.
    pub(super) back: Date,
}

/// What rosters said of one student's consent: at the end of each earlier stay, and now.
#[derive(Default)]
pub(super) struct Columns {
    pub(super) said: Vec<Column>,
    pub(super) stays: Vec<Stay>,
}

/// What the roster's column says of one student, or of all, and who was away in between. A file
/// that leaves out a student for a while is no leaving: only persons say that.
pub(super) fn columns(
    tx: &Tx<'_>,
    student: Option<StudentId>,
) -> Result<HashMap<i64, Columns>, SqlError> {
    let versions = "select student, valid_from, reason, status, consent, consent_date
        from student_version";
    let rows = match student {
        Some(StudentId(id)) => {
            let of_one = format!("{versions} where student = $1 order by version");
            tx.query(&of_one, params![id], read_told)?
        }
        None => tx.query(&format!("{versions} order by student, version"), &[], read_told)?,
    };
    let mut found: HashMap<i64, Columns> = HashMap::new();
    for of_one in rows.chunk_by(|one, next| one.student == next.student) {
        let Some(first) = of_one.first() else { continue };
        found.insert(first.student, columns_of(of_one));
    }
    Ok(found)
}

/// A version of the roll, as far as consents go.
struct Told {
    student: i64,
    column: Column,
    is_entered: bool,
    is_on_roll: bool,
}

fn read_told(row: &Row<'_, '_>) -> Result<Told, SqlError> {
    let since = strange(read_date(row, 1)?)?;
    let (consent, date) = (Consent::from_code(row.str(4)?), read_date(row, 5)?);
    Ok(Told {
        student: row.i64(0)?,
        column: Column { consent, date, since },
        is_entered: row.str(2)? == TRANSFER,
        is_on_roll: strange(Status::from_code(row.str(3)?))?.is_on_roll(),
    })
}

fn columns_of(versions: &[Told]) -> Columns {
    let mut columns = Columns::default();
    let mut before: Option<&Told> = None;
    let mut now: Option<Column> = None;
    // Stretches of days as they stood before each version: from when, and whether on the roll.
    let mut stretches: Vec<(Date, bool)> = Vec::new();
    for version in versions {
        // Whom a file brought by mistake, or for days before anybody knew of the student, is off
        // the roll again without having been at the school: nobody left who was not there.
        let was_here = stretches.iter().any(|(_, is_on_roll)| *is_on_roll);
        let off = before.filter(|before| !before.is_on_roll && was_here);
        let left = off.map(|before| before.column.since);
        // What takes a file or a turn back says again what stood before it, from its own first day
        // on: nobody was away.
        let is_back = |left: &Date| *left <= version.column.since;
        let is_entered = version.is_entered && version.is_on_roll;
        if let Some(left) = left.filter(|left| is_entered && is_back(left)) {
            columns.stays.push(Stay { left, back: version.column.since });
            columns.said.extend(now.take());
        }
        let said = version.column;
        let is_same = now.is_some_and(|now| (now.consent, now.date) == (said.consent, said.date));
        if !is_same {
            now = Some(said);
        }
        before = Some(version);
        // A later version holds from its day on, whatever stood there.
        stretches.retain(|(since, _)| *since < said.since);
        stretches.push((said.since, version.is_on_roll));
    }
    columns.said.extend(now);
    columns
}
