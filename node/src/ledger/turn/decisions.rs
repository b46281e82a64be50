//! What people decide about a turn of the year: what the rule cannot know.
//!
//! Written as lines, so that what was signed can be read as it was signed:
//! `day 2026-09-01`, `class g7/1班 g8/2班 end`, `class g6/1班 leave`, `stay 17`, `mentors end`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::super::entry::StudentId;
use super::super::refusal::LedgerRefusal;
use crate::import::value::Grade;

/// Most decisions that one turn holds.
const LINES_MAX: usize = 5_000;

/// A class: grade and name.
pub type Class = (Grade, Box<str>);

/// What stands for the next class where the students leave the school.
pub const LEAVE: &str = "leave";

/// What becomes of a class, where it is not what the rule says.
#[derive(Clone, PartialEq, Eq)]
pub struct ClassFate {
    /// Grade and name afterwards; nothing where its students leave the school.
    pub to: Option<Class>,
    /// Whether the class teacher goes on with it.
    pub teacher: Carry,
}

/// Whether somebody goes on with a class or student.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carry {
    /// Goes on.
    #[default]
    Carried,
    /// Ends with the year.
    Ended,
}

/// What people decide about a turn.
#[derive(Clone, PartialEq, Eq)]
pub struct Decisions {
    /// First day in the new grades.
    pub day: Date,
    /// Classes for which something else is decided than the rule says.
    pub classes: BTreeMap<Class, ClassFate>,
    /// Students who repeat their grade.
    pub stay: BTreeSet<StudentId>,
    /// Whether mentor pairs go on.
    pub mentors: Carry,
}

impl Decisions {
    /// Nothing but a day: the rule decides.
    #[must_use]
    pub const fn on(day: Date) -> Self {
        let mentors = Carry::Carried;
        Self { day, classes: BTreeMap::new(), stay: BTreeSet::new(), mentors }
    }

    /// As lines, always the same for the same decisions.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut lines = vec![format!("day {}", self.day)];
        for (class, fate) in &self.classes {
            let to = fate.to.as_ref().map_or_else(|| LEAVE.to_owned(), written);
            let end = if fate.teacher == Carry::Ended { " end" } else { "" };
            lines.push(format!("class {} {to}{end}", written(class)));
        }
        lines.extend(self.stay.iter().map(|student| format!("stay {}", student.0)));
        if self.mentors == Carry::Ended {
            lines.push("mentors end".to_owned());
        }
        lines.join("\n")
    }

    /// From lines.
    ///
    /// # Errors
    /// A line is none of these, or there are too many.
    pub fn parse(text: &str) -> Result<Self, LedgerRefusal> {
        let wrong = || LedgerRefusal::Field("decisions");
        if text.lines().count() > LINES_MAX {
            return Err(wrong());
        }
        let mut lines = text.lines();
        let first = lines.next().and_then(|line| line.strip_prefix("day "));
        let day = first.and_then(|day| day.parse().ok()).ok_or_else(wrong)?;
        let mut decisions = Self::on(day);
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["class", from, to] => decisions.set_class(from, to, Carry::Carried)?,
                ["class", from, to, "end"] => decisions.set_class(from, to, Carry::Ended)?,
                ["stay", id] => {
                    let id = id.parse().map_err(|_| wrong())?;
                    decisions.stay.insert(StudentId(id));
                }
                ["mentors", "end"] => decisions.mentors = Carry::Ended,
                _ => return Err(wrong()),
            }
        }
        Ok(decisions)
    }

    /// Decides about one class: `g7/1班` and either `g8/2班` or `leave`.
    ///
    /// # Errors
    /// One of them is no class.
    pub fn set_class(&mut self, from: &str, to: &str, teacher: Carry) -> Result<(), LedgerRefusal> {
        let class = |text| class_of(text).ok_or(LedgerRefusal::Field("class"));
        let to = if to == LEAVE { None } else { Some(class(to)?) };
        self.classes.insert(class(from)?, ClassFate { to, teacher });
        Ok(())
    }
}

/// A class as it is written: `g7/1班`.
#[must_use]
pub fn written((grade, class): &Class) -> String {
    format!("{}/{class}", grade.code())
}

/// The class that a text means.
#[must_use]
pub fn class_of(text: &str) -> Option<Class> {
    let (grade, class) = text.split_once('/')?;
    let class: String = class.chars().filter(|c| !c.is_whitespace()).collect();
    let grade = Grade::from_code(grade)?;
    (!class.is_empty() && class.chars().count() <= 20).then(|| (grade, class.into()))
}
