//! What is wrong with a definition in a pack, said so that its author can mend it.
//!
//! A flaw names the key, what was found there and what was expected. It stops the whole pack:
//! nothing is taken over from a pack that has one.

use std::fmt;

/// Why a definition was refused, by the sort of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlawKind {
    /// The same id, number or value twice.
    Duplicate,
    /// A reference to something that the pack or the closed list does not have.
    Unknown,
    /// A part that must be there is not.
    Missing,
    /// A number outside its range.
    Range,
    /// Two bands leave values between them.
    Gap,
    /// Two bands share values.
    Overlap,
    /// Two statements of the pack contradict each other.
    Conflict,
    /// A text that does not have the form its key asks for.
    Form,
    /// A known answer of the pack that the scoring rules do not give.
    Vector,
}

/// What the texts that operators write (rosters, plans, lists of keys) should say, by its name:
/// it is told in the language of who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Expected {
    /// A roster has rows.
    GradeRows,
    /// A list of keys has rows.
    SchoolRows,
    /// The name of a roster, a plan or a list of keys.
    AreaYear,
    /// A stage.
    Stage,
    /// A grade.
    Grade,
    /// What every row of a school repeats.
    SameSchool,
    /// A grade of a school stands once.
    GradeOnce,
    /// A school stands once.
    SchoolOnce,
    /// A school year.
    SchoolYear,
    /// Yes or no.
    YesOrNo,
    /// A unit's id.
    UnitId,
    /// A grade without students has no row.
    NoEmptyGrade,
    /// What is sealed with stands there whole or not at all.
    WholeSealing,
    /// A plan that is signed is no draft.
    NoDraft,
    /// A key statement.
    Statement,
    /// How far a group is opened.
    Access,
    /// A day.
    Day,
}

impl Expected {
    /// In English, as a flaw says it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GradeRows => "a row for each grade",
            Self::SchoolRows => "a row for each school",
            Self::AreaYear => "area and year, such as 370203-2026",
            Self::Stage => {
                "a stage: kindergarten, primary_low, primary_high, junior, senior, vocational or \
                 special"
            }
            Self::Grade => "a grade: k1 to k3 or g1 to g12",
            Self::SameSchool => "town, operator, years and signed as in the rows before",
            Self::GradeOnce => "each grade once",
            Self::SchoolOnce => "each school once",
            Self::SchoolYear => "a school year",
            Self::YesOrNo => "yes or no",
            Self::UnitId => "a unit id has 1 to 40 letters, digits or hyphens",
            Self::NoEmptyGrade => "no row for such a grade",
            Self::WholeSealing => "census day and both key statements, or none of them",
            Self::NoDraft => "the roster's census day and the key statements of both hubs",
            Self::Statement => "the text of a key statement",
            Self::Access => "town, district or closed",
            Self::Day => "a day as YYYY-MM-DD",
        }
    }
}

/// One mistake in a definition: where, what, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The sort of mistake.
    pub kind: FlawKind,
    /// Path to the key, such as `count scr.completed, dims`.
    pub key: String,
    /// What was found.
    pub wrong: String,
    /// What would be right.
    pub expected: String,
    /// The same by its name, where it has one.
    pub named: Option<Expected>,
}

impl Flaw {
    /// Describes one mistake.
    pub fn new(
        kind: FlawKind,
        key: impl Into<String>,
        wrong: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let (key, wrong, expected) = (key.into(), wrong.into(), expected.into());
        Self { kind, key, wrong, expected, named: None }
    }

    /// The same where what was expected has a name.
    pub fn named(
        kind: FlawKind,
        key: impl Into<String>,
        wrong: impl Into<String>,
        expected: Expected,
    ) -> Self {
        Self { named: Some(expected), ..Self::new(kind, key, wrong, expected.as_str()) }
    }

    /// The same mistake, with the place that holds its key put in front.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        self.key = format!("{place}, {}", self.key);
        self
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; expected {}", self.key, self.wrong, self.expected)
    }
}

impl std::error::Error for Flaw {}

/// Fails at the first value that comes twice.
pub(crate) fn refuse_duplicates<'a>(
    key: &str,
    values: impl IntoIterator<Item = &'a str>,
) -> Result<(), Flaw> {
    let mut seen = std::collections::BTreeSet::new();
    for value in values {
        if !seen.insert(value) {
            let wrong = format!("{value} is given twice");
            return Err(Flaw::new(FlawKind::Duplicate, key, wrong, "each once"));
        }
    }
    Ok(())
}
