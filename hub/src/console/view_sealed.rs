//! What the page of sealed sums shows, as plain values: tasks by area, and what people said.

use domain::digest::Digest;
use runtime::web::{Label, Tone};

use super::view::Choice;

/// The page of sealed sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedPage {
    /// What this hub has to do with sealed sums, in a sentence.
    pub part: Label,
    /// What a person has to look at, each in a sentence.
    pub notices: Vec<Label>,
    /// How many tasks stand how, over all areas; what needs a person first.
    pub summary: Vec<(Tone, Label, usize)>,
    /// Whether this hub is a town's, to which its own sums are sent down.
    pub is_town: bool,
    /// Periods of which there are tasks.
    pub periods: Vec<Choice>,
    /// The chosen one; empty for the latest.
    pub period: String,
    /// Areas under seal.
    pub areas: Vec<SealedArea>,
    /// Sums that came to this hub, by area.
    pub told: Vec<ToldArea>,
    /// Sums from below that cannot be verified yet: who sent them, and why.
    pub waiting: Vec<(String, Label)>,
    /// Objections of schools.
    pub objections: Vec<SaidLine>,
    /// Schools that are closed or out of session.
    pub absences: Vec<SaidLine>,
    /// Reports that were refused.
    pub refused: Vec<RefusedLine>,
}

/// An area and school year under seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedArea {
    /// The area.
    pub name: Label,
    /// Its school year, such as 2026–2027.
    pub school_year: String,
    /// Education's hub and health's.
    pub hubs: (String, String),
    /// Schools on the roster, groups that are opened, and groups that stay closed.
    pub schools: usize,
    /// Groups that are opened.
    pub open_groups: usize,
    /// Groups of too few schools.
    pub closed_groups: usize,
    /// The latter by stage, with their schools, in a sentence.
    pub closed: Option<Label>,
    /// Tasks in which this hub has a part and somebody has reported, and of which not everything
    /// is opened; what needs a person first.
    pub tasks: Vec<SealedTask>,
    /// Tasks of which everything is opened that the plan opens.
    pub done: Vec<SealedTask>,
    /// Those of which no report is in: what is counted, and the period.
    pub idle: Vec<Label>,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedTask {
    /// What is counted.
    pub name: Label,
    /// The sealed table.
    pub table: String,
    /// Its period.
    pub period: Label,
    /// How it stands.
    pub tone: Tone,
    /// The same in a word.
    pub state: Label,
    /// Schools whose report both hubs accepted, of those that are due.
    pub reports: (usize, usize),
    /// Schools whose report is missing, by id, with the name of those that this hub registered.
    pub missing: Vec<Label>,
    /// What is opened, under which record.
    pub opened: Vec<Label>,
    /// What waits or stays closed, and why.
    pub waits: Vec<Label>,
}

/// The sums of an area that came to this hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldArea {
    /// Area of the plan.
    pub area: Label,
    /// Its sums, terms first, the latest period of each first.
    pub lines: Vec<ToldLine>,
}

/// A sum that came to this hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldLine {
    /// What is counted.
    pub name: Label,
    /// Its period.
    pub period: Label,
    /// Stage.
    pub stage: Label,
    /// Schools whose report is fresh, of those that were due.
    pub schools: (u32, u32),
    /// Digest of the record, by which every hub names it.
    pub record: Digest,
    /// When it was opened.
    pub opened_at_ms: i64,
}

/// What an operator wrote down about a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidLine {
    /// The school.
    pub school: String,
    /// What it is about: a report's digest, or days.
    pub about: String,
    /// The note.
    pub note: String,
}

/// A report that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLine {
    /// The school.
    pub school: String,
    /// What is counted.
    pub name: Label,
    /// The sealed table.
    pub table: String,
    /// Its period.
    pub period: String,
    /// Stable code.
    pub code: String,
    /// What to do.
    pub to_do: Label,
}
