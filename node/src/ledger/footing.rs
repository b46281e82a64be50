//! Footing: what the ledgers prove about a person and a student at the moment of asking.

use domain::ledger::Footing;
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::StudentId;

/// That the roll has a student on a day, or will lose one on a later day only, in a query that
/// calls the student's version `v`; the day is a parameter of it.
macro_rules! on_roll {
    ($day:literal) => {
        concat!("(v.status in ('enrolled', 'suspended') or v.valid_from > ", $day, ")")
    };
}
pub(super) use on_roll;

/// On the case: owner of an open case, helper, person let in. Own: mentor today, or class teacher
/// of a class that the student is in. Mentor, helper and class teacher are nobody to a student whom
/// the roll has no longer, also where a file left the student out and nobody ended the post; whom
/// it loses on a later day is still there.
pub(super) fn of(
    tx: &Tx<'_>,
    author: &Author,
    student: Option<StudentId>,
) -> Result<Footing, SqlError> {
    let (Some(staff), Some(student)) = (author.staff(), student) else {
        return Ok(Footing::default());
    };
    let today = author.today().to_string();
    let holds = |statement: &str| -> Result<bool, SqlError> {
        let found =
            tx.query_opt(statement, params![staff.0, student.0, &today], |row| row.i64(0))?;
        Ok(found.is_some())
    };
    let is_owner = super::case::is_owner(tx, staff, student)?;
    let on_case = is_owner || holds(MEMBER)? || holds(HELPER)?;
    let own_student = holds(MENTOR)? || holds(CLASS)?;
    Ok(Footing { on_case, own_student, second_agreed: false })
}

const MEMBER: &str = "select 1 from standing r
    join case_member t on t.record = r.id and t.version = r.version
    where r.kind = 'case_member' and r.student = $2 and t.staff = $1 and t.day <= $3
    and (t.valid_until is null or t.valid_until > $3) limit 1";
const HELPER: &str = concat!(
    "select 1 from standing r
    join helper t on t.record = r.id and t.version = r.version
    join student s on s.id = r.student
    join student_version v on v.student = s.id and v.version = s.version
    where ",
    on_roll!("$3"),
    "
    and r.kind = 'helper' and r.student = $2 and t.staff = $1 and t.day <= $3
    and (t.valid_until is null or t.valid_until > $3) limit 1",
);
const MENTOR: &str = concat!(
    "select 1 from standing r
    join mentor t on t.record = r.id and t.version = r.version
    join student s on s.id = r.student
    join student_version v on v.student = s.id and v.version = s.version
    where ",
    on_roll!("$3"),
    "
    and r.kind = 'mentor' and r.student = $2 and t.staff = $1 and t.day <= $3
    and (t.valid_until is null or t.valid_until > $3) limit 1",
);
const CLASS: &str = concat!(
    "select 1 from class_teacher t
    join standing r on r.id = t.record and r.version = t.version
    join student s on s.id = $2
    join student_version v on v.student = s.id and v.version = s.version
    where t.staff = $1 and t.grade = v.grade and t.class = v.class and t.day <= $3
    and ",
    on_roll!("$3"),
    "
    and (t.valid_until is null or t.valid_until > $3) limit 1",
);
