//! The roll as lists of a class need it: who is in which class now, and how old.

use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use super::entry::StudentId;
use super::student;
use super::turn::decisions::Class;

/// Everybody on the roll now with the class, in the order of classes and ids.
///
/// # Errors
/// The store cannot be read.
pub fn by_class(tx: &Tx<'_>) -> Result<Vec<(StudentId, Class)>, SqlError> {
    let everybody = student::everybody(tx)?;
    let here = everybody.into_iter().filter(|known| known.row.status.is_on_roll());
    let mut listed: Vec<_> =
        here.map(|known| (StudentId(known.id), (known.row.grade, known.row.class))).collect();
    listed.sort_by(|one, other| (&one.1, one.0).cmp(&(&other.1, other.0)));
    Ok(listed)
}

/// Birth date of a student, where it is known.
///
/// # Errors
/// The store cannot be read.
pub fn birth(tx: &Tx<'_>, student: StudentId) -> Result<Option<Date>, SqlError> {
    Ok(student::one(tx, student.0)?.and_then(|known| known.row.birth_date))
}
