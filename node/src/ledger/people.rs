//! Students as somebody may look for them: by number, name or class, the own ones, and when
//! somebody last spoke with each.
//!
//! Every list of names here is logged; whom a role may see is asked of the table of authority.

use std::collections::{BTreeMap, BTreeSet};

use domain::ledger::{Action, Area, Authority, Kind, Word as _, authority};
use jiff::civil::Date;
use runtime::params;
use runtime::sql::{Row, SqlError, Tx};

use super::access;
use super::author::Author;
use super::browse::purpose_of;
use super::entry::{StaffId, StudentId};
use super::footing::on_roll;
use super::scope::Scope;

/// Students of one page.
pub const PAGE_SIZE: usize = 100;
/// Own students that are listed at once: those of several classes.
pub const OWN_MAX: usize = 200;
/// Students of a name that a form offers.
const NAMESAKES_MAX: u32 = 20;
/// Kinds of entries that are a contact with a student by being there.
const HELD: [Kind; 5] =
    [Kind::Talk, Kind::Session, Kind::GroupMember, Kind::Interview, Kind::Observation];

/// Students of one class as its list has them: by the number that the school gives, those without
/// one by their national number. Of a version `v` and a student `s`.
pub(super) const IN_CLASS: &str =
    "v.local_number is null, length(v.local_number), v.local_number, s.student_number";

/// Students on the roll by the number that the school gives. A school may count anew in every
/// class, so what the reader may not see is left out before the list is cut.
const BY_LOCAL: &str = "select s.id, s.student_number, v.name, v.grade, v.class, v.local_number
     from student_version v
     join student s on s.id = v.student and s.version = v.version
     where v.local_number = $1 and v.status in ('enrolled', 'suspended')
     order by s.student_number";

/// A student of a list.
#[derive(Clone)]
pub struct PersonLine {
    /// Who.
    pub student: StudentId,
    /// National student number.
    pub number: String,
    /// Number that the school gives, where it gives one.
    pub local: Option<String>,
    /// Name.
    pub name: String,
    /// Grade as the catalogue codes it.
    pub grade: String,
    /// Class.
    pub class: String,
    /// Day on which somebody last spoke with the student, as far as the reader may know.
    pub last: Option<Date>,
}

/// Whom a list is about.
#[derive(Clone, Default)]
pub struct Search {
    /// Part of a name, or a number; everybody if empty.
    pub text: String,
    /// Grade and class.
    pub class: Option<(String, String)>,
    /// Only who had no contact since this day.
    pub silent_since: Option<Date>,
    /// Only the own students: of the mentor or the class teacher.
    pub own: bool,
    /// No more than so many on the page: the first few, where the rest is only counted.
    pub few: Option<usize>,
    /// Up to [`OWN_MAX`] on one page, for a choice among the own students.
    pub whole: bool,
    /// Pages before the one that is wanted.
    pub page: usize,
}

/// A page of students.
pub struct People {
    /// Its students, by class and number.
    pub lines: Vec<PersonLine>,
    /// Students of all pages.
    pub total: usize,
    /// Which page it is; the last one where a later one was asked for.
    pub page: usize,
}

/// Students on the roll that the reader may see, by class and number; logged.
///
/// # Errors
/// The store cannot be read.
pub fn search(tx: &Tx<'_>, reader: &Author, search: &Search) -> Result<People, SqlError> {
    let mut scope = Scope::of(tx, reader, Action::Read(Area::Roll))?;
    if search.own {
        let own = own(tx, reader)?;
        scope = Scope::These(own.into_iter().filter(|student| scope.has(*student)).collect());
    }
    let text = search.text.trim();
    let (grade, class) = match &search.class {
        Some((grade, class)) => (grade.as_str(), class.as_str()),
        None => ("", ""),
    };
    let these = scope.as_json();
    let asked = format!(
        "select s.id, s.student_number, v.name, v.grade, v.class, v.local_number from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.status in ('enrolled', 'suspended')
         and ($1 = '' or instr(v.name, $1) > 0 or s.student_number = $1 or v.local_number = $1)
         and ($2 = '' or (v.grade = $2 and v.class = $3))
         and ($4 or s.id in (select value from json_each($5)))
         order by length(v.grade), v.grade, length(v.class), v.class, {IN_CLASS}"
    );
    let mut found =
        tx.query(&asked, params![text, grade, class, scope.is_everyone(), &these], person)?;
    if let Some(since) = search.silent_since {
        let spoken = contacts(tx, reader, None, Some(since))?;
        found.retain(|line| !spoken.contains_key(&line.student));
    }
    let total = found.len();
    let size = if search.whole { OWN_MAX } else { PAGE_SIZE };
    let most = search.few.unwrap_or(size).min(size);
    let page = search.page.min(total.saturating_sub(1) / size);
    let shown = found.into_iter().skip(page.saturating_mul(size)).take(most);
    let mut lines: Vec<PersonLine> = shown.collect();
    let shown: BTreeSet<StudentId> = lines.iter().map(|line| line.student).collect();
    let last = contacts(tx, reader, Some(&shown), None)?;
    for line in &mut lines {
        line.last = last.get(&line.student).copied();
    }
    access::log_list(tx, reader, &shown, purpose_of(reader.role()))?;
    Ok(People { lines, total, page })
}

/// The students on the roll whose mentor or class teacher somebody is today.
///
/// # Errors
/// The store cannot be read.
pub fn own(tx: &Tx<'_>, reader: &Author) -> Result<BTreeSet<StudentId>, SqlError> {
    let Some(staff) = reader.staff() else {
        return Ok(BTreeSet::new());
    };
    let today = reader.today().to_string();
    let found = tx.query(
        concat!(
        "select r.student from mentor t join standing r on r.id = t.record and r.version = t.version
         join student s on s.id = r.student
         join student_version v on v.student = s.id and v.version = s.version
         where ",
        on_roll!("$2"),
        "
         and t.staff = $1 and t.day <= $2 and (t.valid_until is null or t.valid_until > $2)
         union
         select s.id from class_teacher t
         join standing r on r.id = t.record and r.version = t.version
         join student_version v on v.grade = t.grade and v.class = t.class
         join student s on s.id = v.student and s.version = v.version
         where ",
        on_roll!("$2"),
        "
         and t.staff = $1 and t.day <= $2 and (t.valid_until is null or t.valid_until > $2)",
    ),
        params![staff.0, &today],
        |row| Ok(row.opt_i64(0)?.map(StudentId)),
    )?;
    Ok(found.into_iter().flatten().collect())
}

/// Grade and class of every class on the roll.
///
/// # Errors
/// The store cannot be read.
pub fn classes(tx: &Tx<'_>) -> Result<Vec<(String, String)>, SqlError> {
    tx.query(
        "select distinct v.grade, v.class from student s
         join student_version v on v.student = s.id and v.version = s.version
         where v.status in ('enrolled', 'suspended')
         order by length(v.grade), v.grade, length(v.class), v.class",
        &[],
        |row| Ok((row.text(0)?, row.text(1)?)),
    )
}

/// Students whom a text in a form may mean: one of that national number, else those on the roll of
/// that number of the school's, else all of that name, as far as the reader may see them; logged,
/// because a form shows their names.
///
/// # Errors
/// The store cannot be read.
pub fn meant(tx: &Tx<'_>, reader: &Author, text: &str) -> Result<Vec<PersonLine>, SqlError> {
    let (text, first) = (text.trim(), text.split_whitespace().next().unwrap_or_default());
    if first.is_empty() {
        return Ok(Vec::new());
    }
    let by_number = "select s.id, s.student_number, v.name, v.grade, v.class, v.local_number
         from student s
         join student_version v on v.student = s.id and v.version = s.version
         where s.student_number = $1 limit $2";
    let by_name = "select s.id, s.student_number, v.name, v.grade, v.class, v.local_number
         from student_version v
         join student s on s.id = v.student and s.version = v.version
         where v.name = $1 order by v.status, s.student_number limit $2";
    let mut found = tx.query(by_number, params![first, 1_u64], person)?;
    if found.is_empty() && first.bytes().any(|byte| byte.is_ascii_digit()) {
        found = tx.query(BY_LOCAL, params![first], person)?;
    }
    if found.is_empty() {
        found = tx.query(by_name, params![text, NAMESAKES_MAX], person)?;
    }
    if !found.is_empty() {
        let scope = Scope::of(tx, reader, Action::Read(Area::Roll))?;
        found.retain(|line| scope.has(line.student));
        found.truncate(NAMESAKES_MAX as usize);
        let named: BTreeSet<StudentId> = found.iter().map(|line| line.student).collect();
        access::log_list(tx, reader, &named, purpose_of(reader.role()))?;
    }
    Ok(found)
}

/// Members of staff whom a text may mean: one of that number, else all of that name.
///
/// # Errors
/// The store cannot be read.
pub fn staff_meant(tx: &Tx<'_>, text: &str) -> Result<Vec<StaffId>, SqlError> {
    let (text, first) = (text.trim(), text.split_whitespace().next().unwrap_or_default());
    let by_number = "select s.id from staff s join staff_version v on v.staff = s.id
         and v.version = s.version where s.staff_number = $1 and v.employed = 1";
    let by_name = "select s.id from staff s join staff_version v on v.staff = s.id
         and v.version = s.version where v.name = $1 and v.employed = 1";
    let id = |row: &Row<'_, '_>| row.i64(0).map(StaffId);
    let found = tx.query(by_number, params![first], id)?;
    if found.is_empty() { tx.query(by_name, params![text], id) } else { Ok(found) }
}

/// Number and name of everybody who is employed, by number.
///
/// # Errors
/// The store cannot be read.
pub fn staff(tx: &Tx<'_>) -> Result<Vec<(StaffId, String, String)>, SqlError> {
    tx.query(
        "select s.id, s.staff_number, v.name from staff s
         join staff_version v on v.staff = s.id and v.version = s.version
         where v.employed = 1 order by s.staff_number",
        &[],
        |row| Ok((StaffId(row.i64(0)?), row.text(1)?, row.text(2)?)),
    )
}

/// The last day of a contact for each student who had one, in the kinds of entries that the reader
/// may read: a teacher is not told that there was a counselling session.
fn contacts(
    tx: &Tx<'_>,
    reader: &Author,
    of: Option<&BTreeSet<StudentId>>,
    since: Option<Date>,
) -> Result<BTreeMap<StudentId, Date>, SqlError> {
    let knows = |kind: &Kind| {
        let said = authority(reader.role(), Action::Read(kind.area()));
        matches!(said, Authority::Allowed | Authority::OwnStudents)
    };
    let scope = of.map_or(Scope::Everyone, |these| Scope::These(these.clone()));
    let (these, since) = (scope.as_json(), since.map_or("0000".to_owned(), |day| day.to_string()));
    let mut last: BTreeMap<StudentId, Date> = BTreeMap::new();
    let mut take = |statement: &str| -> Result<(), SqlError> {
        let values = params![scope.is_everyone(), &these, &since];
        let rows = tx.query(statement, values, |row| {
            let day: Date = row.str(1)?.parse().map_err(|_| SqlError::Type)?;
            Ok((row.opt_i64(0)?.map(StudentId), day))
        })?;
        for (student, day) in rows {
            let Some(student) = student else { continue };
            let known = last.entry(student).or_insert(day);
            *known = day.max(*known);
        }
        Ok(())
    };
    for kind in HELD.iter().filter(|kind| knows(kind)) {
        let whose = if scope.is_everyone() {
            format!("kind = '{}' and day >= $3 and $1 and $2 <> ''", kind.as_str())
        } else {
            let each = "not $1 and student in (select value from json_each($2)) and day >= $3";
            format!("kind = '{}' and {each}", kind.as_str())
        };
        take(&format!("select student, max(day) from standing where {whose} group by student"))?;
    }
    for (kind, done) in [
        (Kind::Followup, "t.done"),
        (Kind::FirstContact, "date(t.done_at / 1000 + 28800, 'unixepoch')"),
        (Kind::CriticalItem, "date(t.contacted_at / 1000 + 28800, 'unixepoch')"),
    ] {
        if knows(&kind) {
            let kind = kind.as_str();
            take(&format!(
                "select r.student, max({done}) from standing r
                 join {kind} t on t.record = r.id and t.version = r.version
                 where r.kind = '{kind}' and ($1 or r.student in (select value from json_each($2)))
                 and {done} >= $3 group by r.student"
            ))?;
        }
    }
    Ok(last)
}

fn person(row: &Row<'_, '_>) -> Result<PersonLine, SqlError> {
    Ok(PersonLine {
        student: StudentId(row.i64(0)?),
        number: row.text(1)?,
        name: row.text(2)?,
        grade: row.text(3)?,
        class: row.text(4)?,
        local: row.opt_text(5)?,
        last: None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::guard_tests::school;
    use super::*;

    /// A form that is filled in by the school's own numbers asks for one at every call: no call
    /// reads every version of every student.
    #[test]
    fn a_number_of_the_school_is_looked_up_by_its_index() {
        let school = school();
        let plan = school.ledger.read(|tx| {
            let asked = format!("explain query plan {BY_LOCAL}");
            tx.query(&asked, params!["20250101"], |row| row.text(3))
        });
        let plan = plan.expect("plan").join("; ");
        assert!(plan.contains("student_version_by_local"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
