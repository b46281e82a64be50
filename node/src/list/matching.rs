//! Whom the rows of a list mean: pure, so that it can be tested exhaustively.
//!
//! A student number decides where name or birth date do not contradict it. Without one it takes
//! name, birth date and class together. Everything else that might fit somebody goes to a person,
//! and what fits nobody stays with nobody: a guess would put a child into a ledger.

use std::collections::HashMap;

use super::content::ListRow;
use crate::import::value::{self, Grade, GradeSpan, StudentNumber, compact, same_form};
use crate::ledger::entry::StudentId;

/// Most students whom a row offers to choose from.
const OFFERED_MAX: usize = 12;

/// How rows are told to be of this school, and what its classes mean.
#[derive(Clone)]
pub struct School {
    /// Its code.
    pub code: String,
    /// Its names.
    pub names: Vec<String>,
    /// Its grades.
    pub grades: GradeSpan,
    /// Year in which the current school year began.
    pub school_year: i16,
}

/// A student of the roll.
pub struct Known {
    /// Who.
    pub student: StudentId,
    /// As the roll has one.
    pub row: crate::import::roster::RosterRow,
}

/// What a row of a list turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// This student, without doubt.
    One(StudentId),
    /// One of these, or nobody: a person decides.
    Unclear(Vec<StudentId>),
    /// Nobody here.
    Nobody,
    /// Somebody who is no longer on the roll.
    Left,
    /// The row names another school; it was not compared.
    OtherSchool,
}

/// The roll, found by number and by name.
pub struct Roll {
    known: Vec<Known>,
    by_number: HashMap<StudentNumber, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl School {
    /// Whether a row's school is this one: by code, by a name, or because none is named.
    #[must_use]
    pub fn is_ours(&self, school: &str) -> bool {
        let said = same_form(school);
        let ours = |name: &String| same_form(name) == said;
        said.is_empty() || said == same_form(&self.code) || self.names.iter().any(ours)
    }

    fn class_of(&self, row: &ListRow) -> Option<(Grade, Box<str>)> {
        let class = value::parse_class(&row.class).ok()?;
        let clue = match row.grade.is_empty() {
            true => None,
            false => Some(value::parse_grade(&row.grade).ok()?),
        };
        let grade = class.settle(clue, self.grades, self.school_year).ok()?;
        Some((grade, class.label))
    }
}

impl Roll {
    /// Takes everybody whom the ledger knows, those who left too.
    #[must_use]
    pub fn new(known: Vec<Known>) -> Self {
        let (mut by_number, mut by_name) = (HashMap::new(), HashMap::<String, Vec<usize>>::new());
        for (at, one) in known.iter().enumerate() {
            by_number.insert(one.row.student_number, at);
            by_name.entry(name_form(&one.row.name)).or_default().push(at);
        }
        Self { known, by_number, by_name }
    }

    /// Whom a row means.
    #[must_use]
    pub fn find(&self, row: &ListRow, school: &School) -> Found {
        if !school.is_ours(&row.school) {
            return Found::OtherSchool;
        }
        if let Some(known) = row.number.and_then(|number| self.by_number.get(&number)) {
            return self.by_number(row, *known);
        }
        self.by_person(row, school)
    }

    fn by_number(&self, row: &ListRow, at: usize) -> Found {
        let Some(known) = self.known.get(at) else {
            return Found::Nobody;
        };
        if !known.row.status.is_on_roll() {
            return Found::Left;
        }
        let agrees = name_form(&row.name) == name_form(&known.row.name);
        if agrees && !contradicts(row, known) {
            Found::One(known.student)
        } else {
            Found::Unclear(vec![known.student])
        }
    }

    /// By name, birth date and class; a number that nobody here has makes it a question.
    fn by_person(&self, row: &ListRow, school: &School) -> Found {
        let namesakes = self.by_name.get(&name_form(&row.name)).map_or(&[][..], Vec::as_slice);
        let namesakes = namesakes.iter().filter_map(|at| self.known.get(*at));
        let fits: Vec<&Known> = namesakes.filter(|known| !contradicts(row, known)).collect();
        let (here, left): (Vec<&Known>, Vec<&Known>) =
            fits.into_iter().partition(|known| known.row.status.is_on_roll());
        let class = school.class_of(row);
        let is_whole = |known: &&&Known| {
            let born = row.birth_date.is_some() && row.birth_date == known.row.birth_date;
            let sits = class.as_ref().is_some_and(|(grade, class)| {
                known.row.grade == *grade && known.row.class == *class
            });
            born && sits && row.number.is_none()
        };
        let whole: Vec<&&Known> = here.iter().filter(is_whole).collect();
        match (whole.as_slice(), here.is_empty(), left.is_empty()) {
            ([one], ..) => Found::One(one.student),
            (_, false, _) => {
                Found::Unclear(here.iter().take(OFFERED_MAX).map(|known| known.student).collect())
            }
            (_, true, false) => Found::Left,
            (_, true, true) => Found::Nobody,
        }
    }
}

/// Whether both sides know the birth date and differ.
fn contradicts(row: &ListRow, known: &Known) -> bool {
    matches!((row.birth_date, known.row.birth_date), (Some(said), Some(here)) if said != here)
}

/// A name without width, case, spaces and the dot between the parts of a foreign one.
fn name_form(name: &str) -> String {
    let dots = ['·', '•', '・', '‧', '.', '。'];
    compact(name).chars().filter(|c| !dots.contains(c)).flat_map(char::to_lowercase).collect()
}
