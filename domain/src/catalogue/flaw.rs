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
}

impl Flaw {
    /// Describes one mistake.
    pub fn new(
        kind: FlawKind,
        key: impl Into<String>,
        wrong: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self { kind, key: key.into(), wrong: wrong.into(), expected: expected.into() }
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
