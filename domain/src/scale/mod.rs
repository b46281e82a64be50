//! Scale packs: what a questionnaire is, how a sheet is scored, and whether it may be used.
//!
//! A [`Scale`] can only be made by [`Scale::new`], which checks the whole definition and runs
//! the pack's own known answers; a scale that scores otherwise than its pack says cannot exist.
//! Two rules must not be broken: a blank is never a "no", and a critical item fires whatever the
//! total is, also on a sheet that is unscored or void. Scores are screening aids, not diagnoses.

mod check;
mod outcome;
mod score;
mod scoring;
mod screening;
#[cfg(test)]
mod tests;

pub use outcome::{Outcome, outcome};
pub use score::{Score, UnknownWord};
pub use scoring::{AnswerError, Scored, SubscaleScore, score};
pub use screening::{NotForScreening, ScreeningBar, Setting};

use crate::catalogue::Label;

/// Tier of attention that a result suggests. Ascending: `T3` is a crisis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Nothing beyond what every student gets.
    None,
    /// 一般关注.
    T1,
    /// 重点关注.
    T2,
    /// 危机.
    T3,
}

/// How urgent a critical item is. Ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Look at the case within a school day.
    Review,
    /// The urgent path starts.
    Urgent,
    /// Within the hour; the student is not left alone.
    UrgentNow,
    /// Emergency path, at once.
    Imminent,
}

/// How answers become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Sum of answers, prorated for blanks, rounded half up.
    Sum,
    /// Mean of the answers given.
    Mean,
    /// How many answers equal this value; never prorated.
    Equals(u8),
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Respondent {
    /// The student on paper or screen.
    SelfReport,
    /// A trained person who asks.
    Interviewer,
}

/// Whether higher totals are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Higher is worse.
    HigherIsWorse,
    /// Higher is better.
    HigherIsBetter,
}

/// What the rights' holder allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LicenceStatus {
    /// Free for every use.
    Free,
    /// Free for use without charge.
    FreeNoncommercial,
    /// A licence is needed.
    Restricted,
    /// Nobody could say.
    Unclear,
}

/// Rights in a scale, and how they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licence {
    /// What the holder allows.
    pub status: LicenceStatus,
    /// Who holds the rights.
    pub holder: String,
    /// The terms in short.
    pub terms: String,
    /// Where the terms were seen.
    pub evidence: String,
}

/// What the Chinese item text of a pack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChineseText {
    /// The translation that the holder published.
    Published,
    /// A licensed or validated text that a deployment loaded.
    Licensed,
    /// A working translation that nobody validated.
    Unvalidated,
    /// No text.
    None,
}

/// Which item texts the pack carries and whether the Chinese one may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextStatus {
    /// Whether the English text is complete.
    pub english: bool,
    /// What the Chinese text is.
    pub chinese: ChineseText,
    /// Whether the Chinese text may be used to screen.
    pub screening_use_zh: bool,
    /// What a deployment should know.
    pub note: String,
}

/// One answer to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value that is stored.
    pub value: u8,
    /// What the form says.
    pub label: Label,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Number on the form, from 1.
    pub number: u16,
    /// Column name in an answers file.
    pub code: String,
    /// Whether the answer counts the other way round.
    pub reverse: bool,
    /// Lowest answer.
    pub answer_min: u8,
    /// Highest answer.
    pub answer_max: u8,
    /// Chinese text, where the pack may carry it.
    pub zh: Option<String>,
    /// English text, where the pack may carry it.
    pub en: Option<String>,
}

/// A range of scores, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Band {
    /// Lowest score of the band.
    pub min: Score,
    /// Highest score of the band.
    pub max: Score,
    /// Stable code.
    pub code: String,
    /// What people read.
    pub label: Label,
    /// Tier that the band suggests, where it suggests one.
    pub tier: Option<Tier>,
}

/// How a group of items is scored: the total, or one subscale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Item numbers that count.
    pub items: Vec<u16>,
    /// How answers become a number.
    pub method: Method,
    /// Factor after the method.
    pub multiply: u16,
    /// Blanks above this leave the rule unscored; up to it the sum is prorated.
    pub missing_max: u16,
    /// Scores from here on count as high in a local report.
    pub cut_off: Option<Score>,
    /// Bands without gap or overlap over the whole range, or none at all.
    pub bands: Vec<Band>,
}

/// The total of a scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// How it is scored.
    pub rule: Rule,
    /// Lowest total there is.
    pub min: Score,
    /// Highest total there is.
    pub max: Score,
    /// Which end is worse.
    pub direction: Direction,
    /// What else a reader should know.
    pub note: String,
}

/// A part of the scale with a score of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscale {
    /// Stable id.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// How it is scored.
    pub rule: Rule,
}

/// When a critical item fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The answer is this or more.
    AtLeast(u8),
    /// The answer is exactly this.
    Equals(u8),
}

/// An item whose answer alone starts an urgent path, whatever the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Critical {
    /// Item number.
    pub item: u16,
    /// When it fires.
    pub trigger: Trigger,
    /// How urgent it is.
    pub flag: Flag,
    /// Minutes until contact is due.
    pub deadline_minutes: u32,
    /// What to do.
    pub label: Label,
}

/// Items that show whether a sheet can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Item numbers, summed as answered.
    pub items: Vec<u16>,
    /// From here on the sheet is void.
    pub invalid_at_least: u16,
    /// What it means.
    pub label: Label,
}

/// A known answer that travels with the pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// What the vector shows.
    pub name: String,
    /// One answer an item; `None` is a blank.
    pub answers: Vec<Option<u8>>,
    /// Right total; `None` is unscored, or a scale without total.
    pub total: Option<Score>,
    /// Right band of the total.
    pub band: Option<String>,
    /// Right flags, in rule order, repeated where several rules fire.
    pub flags: Vec<Flag>,
    /// Right scores of subscales that the vector names; `None` is unscored.
    pub subscales: Vec<(String, Option<Score>)>,
    /// Right bands of subscales that the vector names.
    pub subscale_bands: Vec<(String, String)>,
    /// Right validity score, where the vector names one.
    pub validity: Option<u16>,
    /// Whether the sheet counts, where the vector says so.
    pub valid: Option<bool>,
}

/// Everything that a scale pack says, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleDefinition {
    /// Stable id, such as `phq-9`.
    pub id: String,
    /// Counts up with every change of the pack.
    pub revision: u32,
    /// Name of the scale.
    pub label: Label,
    /// Other names by which answer files call it.
    pub aliases: Vec<String>,
    /// Only for a demonstration city; never for screening.
    pub demonstration: bool,
    /// Where it was published.
    pub citation: String,
    /// Who answers.
    pub respondent: Respondent,
    /// Youngest age.
    pub age_min: u8,
    /// Oldest age.
    pub age_max: u8,
    /// What to know about ages.
    pub age_note: String,
    /// Days that the questions look back; 0 where they do not.
    pub recall_days: u16,
    /// Rights.
    pub licence: Licence,
    /// Item texts.
    pub text: TextStatus,
    /// Sentence above the items.
    pub stem: Option<Label>,
    /// Answers to choose from; empty where items differ.
    pub choices: Vec<Choice>,
    /// Items in the order of the form, numbered from 1.
    pub items: Vec<Item>,
    /// Total, where the scale has one.
    pub total: Option<Total>,
    /// Subscales.
    pub subscales: Vec<Subscale>,
    /// Critical items, in rule order.
    pub criticals: Vec<Critical>,
    /// Validity items, where the scale has them.
    pub validity: Option<Validity>,
    /// Known answers.
    pub vectors: Vec<Vector>,
    /// Questions that the project could not settle.
    pub open_questions: Vec<String>,
}

/// A checked scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale(ScaleDefinition);

impl Scale {
    /// The checked definition.
    #[must_use]
    pub const fn definition(&self) -> &ScaleDefinition {
        &self.0
    }

    /// Stable id, such as `phq-9`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Items in the order of the form.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.0.items
    }

    /// The item of an answers file's column.
    #[must_use]
    pub fn item_of_column(&self, code: &str) -> Option<&Item> {
        self.0.items.iter().find(|item| item.code.eq_ignore_ascii_case(code))
    }

    /// Whether an answers file means this scale by that name.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        let alias = |known: &String| known.eq_ignore_ascii_case(name);
        self.0.id.eq_ignore_ascii_case(name) || self.0.aliases.iter().any(alias)
    }

    /// Whether the scale is meant for that age in years.
    #[must_use]
    pub const fn fits_age(&self, years: u8) -> bool {
        years >= self.0.age_min && years <= self.0.age_max
    }
}
