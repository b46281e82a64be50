//! How stored values are shown: names for ids, labels for words, both languages.

use std::collections::HashMap;

use runtime::params;
use runtime::sql::{SqlError, Tx};
use runtime::web::{Lang, time};

use super::entry::{Cell, Shape, StaffId, StudentId, WordText};
use crate::import::value::Grade;

/// A student as lists call one.
#[derive(Clone)]
pub struct StudentName {
    /// National student number.
    pub number: String,
    /// Number at the school, where it has given one.
    pub local: Option<String>,
    /// Name.
    pub name: String,
    /// Grade as the catalogue codes it.
    pub grade: String,
    /// Class.
    pub class: String,
}

/// Names of everybody, for showing what names ids. Names persons, so without `Debug`.
#[derive(Clone, Default)]
pub struct Names {
    students: HashMap<StudentId, StudentName>,
    staff: HashMap<StaffId, (String, String)>,
}

impl Names {
    /// Reads them.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn load(tx: &Tx<'_>) -> Result<Self, SqlError> {
        let students = tx.query(
            "select s.id, s.student_number, v.name, v.grade, v.class, v.local_number from student s
             join student_version v on v.student = s.id and v.version = s.version",
            &[],
            |row| {
                let (number, name) = (row.text(1)?, row.text(2)?);
                let (grade, class, local) = (row.text(3)?, row.text(4)?, row.opt_text(5)?);
                Ok((StudentId(row.i64(0)?), StudentName { number, local, name, grade, class }))
            },
        )?;
        Ok(Self { students: students.into_iter().collect(), staff: staff_names(tx)? })
    }

    /// Reads the names of some students, and of all staff.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn of(
        tx: &Tx<'_>,
        students: impl IntoIterator<Item = StudentId>,
    ) -> Result<Self, SqlError> {
        let mut known = HashMap::new();
        for student in students {
            if !known.contains_key(&student)
                && let Some(name) = student_name(tx, student)?
            {
                known.insert(student, name);
            }
        }
        Ok(Self { students: known, staff: staff_names(tx)? })
    }

    /// A student.
    #[must_use]
    pub fn student(&self, student: StudentId) -> Option<&StudentName> {
        self.students.get(&student)
    }

    /// Name, grade and class of a student, in one line; as the school calls them, in any language.
    #[must_use]
    pub fn student_line(&self, student: StudentId) -> String {
        match self.students.get(&student) {
            Some(known) => {
                let coded = Grade::from_code(&known.grade);
                let grade = coded.map_or_else(|| known.grade.clone(), |g| g.zh().to_owned());
                format!("{} {} {}", known.name, grade, known.class)
            }
            None => "—".to_owned(),
        }
    }

    /// As [`Names::student_line`], led by the number that stands on a sheet of paper: the school's
    /// own, or the national one where it gave none. Namesakes of a class differ in it.
    #[must_use]
    pub fn numbered_line(&self, student: StudentId) -> String {
        let line = self.student_line(student);
        match self.students.get(&student) {
            Some(known) => format!("{} {line}", known.local.as_ref().unwrap_or(&known.number)),
            None => line,
        }
    }

    /// A member of staff as a form writes one: number and name.
    #[must_use]
    pub fn staff_line(&self, staff: StaffId) -> String {
        self.staff.get(&staff).map_or_else(String::new, |(number, name)| format!("{number} {name}"))
    }

    /// Name of a member of staff.
    #[must_use]
    pub fn staff(&self, staff: StaffId) -> &str {
        self.staff.get(&staff).map_or("—", |(_, name)| name)
    }

    /// Number and name of every member of staff, by number.
    #[must_use]
    pub fn all_staff(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<_> = self.staff.values().map(|(n, name)| (&**n, &**name)).collect();
        all.sort_unstable();
        all
    }

    /// A value as people read it.
    #[must_use]
    pub fn shown(&self, cell: &Cell, shape: Shape, lang: Lang) -> String {
        let chosen = |(zh, en): (&'static str, &'static str)| match lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        match (cell, shape) {
            (Cell::Null, _) => String::new(),
            (Cell::Integer(id), Shape::Student) => self.student_line(StudentId(*id)),
            (Cell::Integer(id), Shape::Staff) => self.staff(StaffId(*id)).to_owned(),
            (Cell::Integer(id), Shape::Record) => format!("#{id}"),
            (Cell::Integer(at), Shape::Moment) => time::minute(*at),
            (Cell::Integer(0), Shape::Flag) => chosen(("否", "no")).to_owned(),
            (Cell::Integer(_), Shape::Flag) => chosen(("是", "yes")).to_owned(),
            (Cell::Integer(number), _) => number.to_string(),
            (Cell::Text(text), Shape::Word(list) | Shape::Words(list)) => {
                let known = list();
                let label = |word: &str| {
                    let found = known.iter().find(|entry: &&WordText| entry.word == word);
                    found.map_or_else(|| word.to_owned(), |entry| chosen(entry.label).to_owned())
                };
                let between = chosen(("、", ", "));
                text.split(',')
                    .filter(|w| !w.is_empty())
                    .map(label)
                    .collect::<Vec<_>>()
                    .join(between)
            }
            (Cell::Text(text), _) => text.clone(),
        }
    }
}

fn staff_names(tx: &Tx<'_>) -> Result<HashMap<StaffId, (String, String)>, SqlError> {
    let staff = tx.query(
        "select s.id, s.staff_number, v.name from staff s
         join staff_version v on v.staff = s.id and v.version = s.version",
        &[],
        |row| Ok((StaffId(row.i64(0)?), (row.text(1)?, row.text(2)?))),
    )?;
    Ok(staff.into_iter().collect())
}

fn student_name(tx: &Tx<'_>, student: StudentId) -> Result<Option<StudentName>, SqlError> {
    tx.query_opt(
        "select s.student_number, v.name, v.grade, v.class, v.local_number from student s
         join student_version v on v.student = s.id and v.version = s.version where s.id = $1",
        params![student.0],
        |row| {
            let (number, name, local) = (row.text(0)?, row.text(1)?, row.opt_text(4)?);
            Ok(StudentName { number, local, name, grade: row.text(2)?, class: row.text(3)? })
        },
    )
}

/// The student of a student number.
///
/// # Errors
/// The store cannot be read.
pub fn student_of(tx: &Tx<'_>, number: &str) -> Result<Option<StudentId>, SqlError> {
    let statement = "select id from student where student_number = $1";
    tx.query_opt(statement, params![number.trim()], |row| row.i64(0).map(StudentId))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet of paper carries the school's number where the school gave one, else the national
    /// one; either way namesakes of a class differ.
    #[test]
    fn a_line_of_a_sheet_begins_with_its_number() {
        let known = |local: Option<&str>| StudentName {
            number: "G370202201301010001".to_owned(),
            local: local.map(str::to_owned),
            name: "张某某".to_owned(),
            grade: "g7".to_owned(),
            class: "1班".to_owned(),
        };
        let students = [(StudentId(1), known(Some("20250107"))), (StudentId(2), known(None))];
        let names = Names { students: students.into_iter().collect(), staff: HashMap::new() };
        assert_eq!(names.numbered_line(StudentId(1)), "20250107 张某某 七年级 1班");
        assert_eq!(names.numbered_line(StudentId(2)), "G370202201301010001 张某某 七年级 1班");
        assert_eq!(names.numbered_line(StudentId(3)), "—");
    }
}
