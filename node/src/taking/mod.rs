//! Files of the school's office on their way into the ledger: what one would change, row by row,
//! then all of it or nothing.
//!
//! [`parse`] reads a file by itself, [`plan`] compares it with the ledger, [`write`] carries out a
//! plan, and only the very one whose digest was confirmed: whatever was written between the two
//! gives another plan, which is shown again. Plans hold values of persons; who may see them is for
//! whoever shows them.

pub mod answers;
mod lines;
pub mod roster;
#[cfg(test)]
mod tests;
pub mod undo;
#[cfg(test)]
mod undo_tests;

use std::collections::HashMap;

use domain::digest::Digest;
use domain::ledger::{Action, Area, Footing, SchoolRole, permits};
use domain::period::TermId;
use domain::scale::{NotForScreening, Setting};
use jiff::civil::Date;
use runtime::sql::{SqlError, Tx};

use crate::import::header::{Field, SavedMapping};
use crate::import::preview::{Counts, Preview, Scope, compare};
use crate::import::roster::RosterRow;
use crate::import::source::Source;
use crate::import::staff::StaffRow;
use crate::import::table::{Facts, ParsedFile, RowError};
use crate::import::value::{GradeSpan, StudentNumber};
use crate::import::{ImportError, Said, answers as sheets, staff};
use crate::ledger::import_batch::{self, ImportReceipt, ImportSource};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::{staff as staff_roll, student};
use crate::packs::Packs;
use crate::screening::{Screening, ScreeningError, ScreeningReceipt};

pub use lines::{Detail, Fate, Line};

/// More leavers with one file than one in so many must be confirmed by their number.
const LEFT_SHARE: u64 = 20;
/// So must more than this, however large the school is.
const LEFT_MAX: u64 = 30;

/// What a file of the office lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// The school's students.
    Roster,
    /// The school's staff.
    Staff,
    /// The answers of one screening with one scale.
    Answers,
}

/// What the settings say about the school whose files these are.
#[derive(Clone, Debug)]
pub struct FileRules {
    /// The grades that it has; nothing before its type was set.
    pub grades: Option<GradeSpan>,
    /// Its codes.
    pub codes: Vec<String>,
    /// Its names; empty where none is known for certain.
    pub names: Vec<String>,
    /// Whether demonstration scales may be used.
    pub setting: Setting,
}

/// What a file is read as.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What it lists.
    pub kind: FileKind,
    /// Day on which it was right.
    pub as_of: Date,
    /// Whether it lists only some: nothing follows for the others.
    pub is_part: bool,
    /// Scale of answers.
    pub scale: String,
    /// Their term; the current one where none is named.
    pub term: Option<TermId>,
    /// Day of the test, where the file has no column for it.
    pub day: Option<Date>,
}

/// What a file is read against besides the ledger.
pub struct Against<'a> {
    /// The school.
    pub rules: &'a FileRules,
    /// The packs in force.
    pub packs: &'a Packs,
    /// Whoever the ledger knows, for answers.
    pub ids: &'a HashMap<StudentNumber, i64>,
    /// Today, in Asia/Shanghai.
    pub today: Date,
}

/// A file that was read, and not compared yet.
pub enum Parsed {
    /// Students.
    Roster(ParsedFile<RosterRow>),
    /// Staff.
    Staff(ParsedFile<StaffRow>),
    /// Answers, with the scale and term that they are of.
    Answers(ParsedFile<sheets::AnswerRow>, Screening),
}

/// What a file would do, with the rows that would be written.
pub struct Planned {
    /// For people.
    pub plan: Plan,
    rows: Rows,
}

enum Rows {
    Roster(Preview<RosterRow>),
    Staff(Preview<StaffRow>),
    Answers(Preview<sheets::AnswerRow>, Screening),
}

/// What a file would do, for people. Names persons: without `Debug`.
pub struct Plan {
    /// What was found besides rows.
    pub facts: Facts,
    /// The fields that such a file has.
    pub fields: Vec<Field>,
    /// Rows of each sort.
    pub counts: Counts,
    /// Every row, those first that somebody should look at.
    pub lines: Vec<Line>,
    /// What else is to be known, naming nobody.
    pub notes: Vec<Said>,
    /// Whether so many leave that their number must be confirmed.
    pub is_unusual: bool,
    /// Of answers: students whose own sheet here the file takes the place of.
    pub replaced: Replaced,
    /// Of everything above: what was confirmed is what is written.
    pub stamp: Digest,
}

/// Students who answered here, on a screen or on paper, and of whom a file has another sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    /// How many.
    pub students: u64,
    /// Of these, interviewed about what they answered here.
    pub interviewed: u64,
}

/// What somebody confirmed of a plan.
pub struct Confirmed {
    /// Of everything that was shown.
    pub stamp: Digest,
    /// So many leave; needed where they are unusually many.
    pub left: Option<u64>,
    /// Sheets of the file count in the place of those that were answered here.
    pub replaces: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Number of the import among the school's; none where there was nothing to write.
    pub number: Option<u64>,
    /// Rows of each sort.
    pub counts: Counts,
    /// Of answers: sheets with an urgent critical answer.
    pub urgent: u64,
    /// Of answers: sheets with one to review.
    pub review: u64,
    /// Of answers: sheets that could not be scored.
    pub void: u64,
}

/// Why a file was not taken; nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TakingError {
    /// It is no such table.
    #[error(transparent)]
    File(#[from] ImportError),
    /// The type of the school is not set, so grades cannot be placed.
    #[error("the type of the school is not set")]
    SchoolUnknown,
    /// There is no such scale; those that may be used.
    #[error("there is no such scale")]
    ScaleUnknown {
        /// What was asked for.
        asked: String,
        /// What may be used here.
        usable: Vec<String>,
    },
    /// The scale may not screen.
    #[error(transparent)]
    Barred(#[from] NotForScreening),
    /// The calendar has no such term; those that it has.
    #[error("there is no such term")]
    TermUnknown(Vec<String>),
    /// Answers that the screening does not take.
    #[error(transparent)]
    Screening(#[from] ScreeningError),
    /// Rows are wrong.
    #[error("{0} rows are wrong")]
    Rows(u64),
    /// It would do something else by now than what was confirmed.
    #[error("the ledger was changed since")]
    Changed,
    /// More or fewer would leave than was confirmed.
    #[error("{0} would leave")]
    Left(u64),
    /// It takes the place of sheets that were answered here, and nobody said that it should.
    #[error("sheets of {0} students were answered here")]
    Replaces(u64),
    /// Who may not.
    #[error(transparent)]
    Ledger(#[from] LedgerRefusal),
}

impl From<SqlError> for TakingError {
    fn from(error: SqlError) -> Self {
        Self::Ledger(error.into())
    }
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Roster, Self::Staff, Self::Answers];

    /// The word under which imports are kept.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Roster => "roster",
            Self::Staff => "staff",
            Self::Answers => "answers",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The ledger that it goes into.
    #[must_use]
    pub const fn area(self) -> Area {
        match self {
            Self::Roster => Area::Roll,
            Self::Staff => Area::StaffRoll,
            Self::Answers => Area::Screening,
        }
    }

    /// Whether a role is shown what stands in the rows: whoever may write that ledger.
    #[must_use]
    pub fn is_shown_to(self, role: SchoolRole) -> bool {
        permits(role, Action::Write(self.area()), Footing::default())
    }

    /// Whether a role may bring such a file. School IT holds the office's lists and sees no row of
    /// them. Answers are the counsellor's alone: how many sheets are new, changed or without a
    /// consent would tell whoever wrote a row whether a guess about that student is right.
    #[must_use]
    pub fn is_taken_from(self, role: SchoolRole) -> bool {
        self.is_shown_to(role) || (role == SchoolRole::Operator && self != Self::Answers)
    }
}

/// Whether so many leave that somebody must say the number.
#[must_use]
pub const fn is_unusual(left: u64, remain: u64) -> bool {
    left > LEFT_MAX || left * LEFT_SHARE > left + remain
}

/// The fields of a file, for whoever says which column is which.
///
/// # Errors
/// The scale or term of answers is unknown.
pub fn fields(wish: &Wish, against: &Against<'_>) -> Result<Vec<Field>, TakingError> {
    Ok(match wish.kind {
        FileKind::Roster => crate::import::roster::fields(),
        FileKind::Staff => staff::fields(),
        FileKind::Answers => {
            let screening = answers::screening(wish, against)?;
            let items = screening.item_columns();
            sheets::fields(&answers::context(&screening, &items, (wish, against), &|_| true))
        }
    })
}

/// Reads a file.
///
/// # Errors
/// It is no table, or not of this kind; errors in rows are part of the result.
pub fn parse(
    source: &mut Source,
    mapping: Option<&SavedMapping>,
    wish: &Wish,
    against: &Against<'_>,
) -> Result<Parsed, TakingError> {
    Ok(match wish.kind {
        FileKind::Roster => {
            let context = roster::context(against.rules, against.today, wish.as_of)?;
            Parsed::Roster(crate::import::roster::read(source, mapping, &context)?)
        }
        FileKind::Staff => Parsed::Staff(staff::read(source, mapping)?),
        FileKind::Answers => {
            let screening = answers::screening(wish, against)?;
            let items = screening.item_columns();
            let on_roll = |number: &StudentNumber| against.ids.contains_key(number);
            let context = answers::context(&screening, &items, (wish, against), &on_roll);
            Parsed::Answers(sheets::read(source, mapping, &context)?, screening)
        }
    })
}

/// Compares a file with the ledger; writes nothing.
///
/// # Errors
/// Answers of another term, or the store.
pub fn plan(
    tx: &Tx<'_>,
    parsed: Parsed,
    wish: &Wish,
    against: &Against<'_>,
) -> Result<Planned, TakingError> {
    match parsed {
        Parsed::Roster(file) => {
            let (preview, known) = roster::compared(tx, file, wish)?;
            let notes = roster::notes(tx, &preview, wish, against)?;
            let gone = |number: &StudentNumber| known.get(number).cloned();
            let plan = Plan::of(&preview, crate::import::roster::fields(), (notes, &gone));
            Ok(Planned { plan, rows: Rows::Roster(preview) })
        }
        Parsed::Staff(file) => {
            let known = staff_roll::current(tx)?;
            let scope = match wish.is_part {
                true => Scope::Part,
                false => Scope::Whole(known.keys().cloned().collect()),
            };
            let preview =
                compare(file, scope, |number| Ok::<_, SqlError>(known.get(number).cloned()))?;
            let gone: &lines::Known<'_, StaffRow> = &|number| known.get(number).cloned();
            let plan = Plan::of(&preview, staff::fields(), (Vec::new(), gone));
            Ok(Planned { plan, rows: Rows::Staff(preview) })
        }
        Parsed::Answers(file, screening) => {
            let preview = answers::compared(tx, file, &screening)?;
            let replaced = answers::replaced(tx, &preview, &screening)?;
            let notes = answers::notes(tx, (&preview, replaced), &screening, against)?;
            let fields = fields(wish, against)?;
            let plan = Plan { replaced, ..Plan::of(&preview, fields, (notes, &|_| None)) };
            Ok(Planned { plan, rows: Rows::Answers(preview, screening) })
        }
    }
}

/// Writes what was confirmed: the plan of this digest, so many who leave where they are many, and
/// that sheets which were answered here make place for those of the file.
///
/// # Errors
/// Rows are wrong, the plan is another one by now, or the store; nothing was written.
pub fn write(
    tx: &Tx<'_>,
    planned: Planned,
    confirmed: &Confirmed,
    from: &ImportSource,
) -> Result<Taken, TakingError> {
    let Planned { plan, rows } = planned;
    if plan.counts.errors > 0 {
        return Err(TakingError::Rows(plan.counts.errors));
    }
    if plan.stamp != confirmed.stamp {
        return Err(TakingError::Changed);
    }
    if plan.is_unusual && confirmed.left != Some(plan.counts.left) {
        return Err(TakingError::Left(plan.counts.left));
    }
    if plan.replaced.students > 0 && !confirmed.replaces {
        return Err(TakingError::Replaces(plan.replaced.students));
    }
    let wrong = || TakingError::Rows(plan.counts.errors);
    match rows {
        Rows::Roster(preview) => {
            let batch = preview.accept().map_err(|_| wrong())?;
            Taken::of(tx, student::apply(tx, &batch, from)?)
        }
        Rows::Staff(preview) => {
            let batch = preview.accept().map_err(|_| wrong())?;
            Taken::of(tx, staff_roll::apply(tx, &batch, from)?)
        }
        Rows::Answers(preview, screening) => {
            let batch = preview.accept().map_err(|_| wrong())?;
            let ScreeningReceipt { import, urgent, review, void } =
                screening.apply(tx, &batch, from)?;
            Ok(Taken { urgent, review, void, ..Taken::of(tx, import)? })
        }
    }
}

impl Taken {
    fn of(tx: &Tx<'_>, receipt: ImportReceipt) -> Result<Self, TakingError> {
        let number = receipt.batch.map(|batch| import_batch::number_of(tx, batch)).transpose()?;
        Ok(Self { number, counts: receipt.counts, urgent: 0, review: 0, void: 0 })
    }
}

impl Parsed {
    /// What was found besides rows, and what is wrong.
    #[must_use]
    pub fn errors(&self) -> (&Facts, &[RowError]) {
        match self {
            Self::Roster(file) => (&file.facts, &file.errors),
            Self::Staff(file) => (&file.facts, &file.errors),
            Self::Answers(file, _) => (&file.facts, &file.errors),
        }
    }
}
