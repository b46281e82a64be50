//! Scope: the students about whom somebody may do something, found without asking for each one.

use std::collections::BTreeSet;

use domain::ledger::{Action, Footing, permits};
use runtime::params;
use runtime::sql::{SqlError, Tx};

use super::author::Author;
use super::entry::StudentId;
use super::footing::{self, on_roll};

/// Students about whom somebody may do something now.
#[derive(Clone, PartialEq, Eq)]
pub enum Scope {
    /// Every student of the school.
    Everyone,
    /// These; perhaps nobody.
    These(BTreeSet<StudentId>),
}

/// Students to whom the ledgers tie a member of staff in any way; each of them is asked for.
const TIED: &str = concat!(
    "
    select r.student from mentor t join standing r on r.id = t.record and r.version = t.version
    join student s on s.id = r.student
    join student_version v on v.student = s.id and v.version = s.version
    where ",
    on_roll!("$2"),
    "
    and t.staff = $1 and t.day <= $2 and (t.valid_until is null or t.valid_until > $2)
    union
    select s.id from class_teacher t join standing r on r.id = t.record and r.version = t.version
    join student_version v on v.grade = t.grade and v.class = t.class
    join student s on s.id = v.student and s.version = v.version
    where ",
    on_roll!("$2"),
    "
    and t.staff = $1 and t.day <= $2 and (t.valid_until is null or t.valid_until > $2)
    union
    select r.student from case_member t join standing r on r.id = t.record and r.version = t.version
    where t.staff = $1 union
    select r.student from helper t join standing r on r.id = t.record and r.version = t.version
    where t.staff = $1 union
    select r.student from alert_move t join standing r on r.id = t.record and r.version = t.version
    where t.owner = $1 and t.standing in ('in_force', 'objected')",
);

impl Scope {
    /// The scope of an action.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn of(tx: &Tx<'_>, author: &Author, action: Action) -> Result<Self, SqlError> {
        if permits(author.role(), action, Footing::default()) {
            return Ok(Self::Everyone);
        }
        let Some(staff) = author.staff() else {
            return Ok(Self::These(BTreeSet::new()));
        };
        let today = author.today().to_string();
        let tied = tx.query(TIED, params![staff.0, &today], |row| row.opt_i64(0))?;
        let mut these = BTreeSet::new();
        for student in tied.into_iter().flatten().map(StudentId) {
            if permits(author.role(), action, footing::of(tx, author, Some(student))?) {
                these.insert(student);
            }
        }
        Ok(Self::These(these))
    }

    /// Whether nobody is left out.
    #[must_use]
    pub const fn is_everyone(&self) -> bool {
        matches!(self, Self::Everyone)
    }

    /// Whether a student is in it.
    #[must_use]
    pub fn has(&self, student: StudentId) -> bool {
        match self {
            Self::Everyone => true,
            Self::These(these) => these.contains(&student),
        }
    }

    /// The students as a JSON list, which a statement takes as one value; empty for everyone.
    pub(super) fn as_json(&self) -> String {
        let Self::These(these) = self else {
            return "[]".to_owned();
        };
        let ids: Vec<String> = these.iter().map(|student| student.0.to_string()).collect();
        format!("[{}]", ids.join(","))
    }
}
