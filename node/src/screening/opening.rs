//! Opening a run, keeping it equal to the roll, and closing it.

use certs::digest::sha256;
use domain::ledger::{Action, Area};
use domain::period::Term;
use domain::scale::{NotForScreening, Setting};
use domain::screening::order::{LowestTier, PER_DAY_MAX, stagger};
use domain::screening::{Unasked, fit};
use jiff::civil::{Date, Time};
use runtime::clock::instant_ms;
use runtime::sql::{SqlError, Tx};

use super::answering::{self, AnsweringError};
use super::shelf::{Part, Shelf};
use super::{Screening, funnel};
use crate::import::preview::Counts;
use crate::import::value::Grade;
use crate::ledger::author::Author;
use crate::ledger::import_batch::{self, ImportSource, RUN};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::people::{self, OnRoll, Stamp};
use crate::ledger::run::{self, End, NewRun, Run, RunId, seat};
use crate::ledger::{campaign, write};
use crate::packs::Known;

/// Longest name of a run and longest line about whom to turn to, in characters.
const TEXT_CHARS_MAX: usize = 120;
/// Why a run is voided or ends early: characters at most, as the page has it.
const REASON_MAX: usize = 200;

/// A run as it is asked for.
#[derive(Clone)]
pub struct Plan {
    /// As the school calls it.
    pub name: String,
    /// Whom a student may turn to.
    pub contact: String,
    /// Its term.
    pub term: Term,
    /// Scales, and the grades that answer each.
    pub scales: Vec<(Known<domain::scale::Scale>, Vec<Grade>)>,
    /// First day.
    pub first: Date,
    /// Last day.
    pub last: Date,
    /// Hours of a day in which codes open questions.
    pub hours: (Time, Time),
    /// Classes a school day; all at once where it is zero.
    pub classes_per_day: u32,
    /// What the school does with the lowest tier.
    pub lowest: LowestTier,
    /// What is done where the guardian's answer is not known.
    pub unasked: Unasked,
    /// Interviews a school day.
    pub per_day: u32,
    /// The special period whose pulse screen it is, with its last day: it ends with it.
    pub special: Option<(String, Date)>,
}

/// Why a run was not opened. Nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
    /// A text is missing or too long.
    #[error("the field {0} is empty or too long")]
    Text(&'static str),
    /// The last day lies before the first.
    #[error("the last day lies before the first")]
    Days,
    /// The days are not in the term.
    #[error("the days are not between {} and {}", .0.start, .0.end)]
    OutsideTerm(Term),
    /// It is a pulse screen and would go on after its special period.
    #[error("the special period ends on {0}")]
    PastSpecial(Date),
    /// The classes need more school days than there are.
    #[error("the classes need days until {0}")]
    TooFewDays(Date),
    /// A run that is open asks the same of the same grades.
    #[error("a run is open that asks the same of the same grades")]
    Stands {
        /// As the school calls it.
        name: String,
        /// The grades that both ask.
        grades: Vec<Grade>,
    },
    /// Somebody has answered in it, or something of it was noted.
    #[error("somebody has answered in it")]
    Answered,
    /// The hours are not in order.
    #[error("the hours are not in order")]
    Hours,
    /// A number is out of bounds.
    #[error("the number {0} is out of bounds")]
    Number(&'static str),
    /// No grade answers any scale, and no grade is observed instead.
    #[error("no grade answers any scale")]
    NobodyAsked,
    /// A grade below the fourth was to answer for itself.
    #[error("below grade 4 nobody answers for oneself")]
    BelowSelfReport,
    /// A scale may not be used to screen.
    #[error(transparent)]
    Scale(#[from] NotForScreening),
    /// The ledgers refused it.
    #[error(transparent)]
    Refused(#[from] LedgerRefusal),
    /// The packs or sheets could not be read.
    #[error("the working papers of the run could not be closed")]
    Papers(#[source] AnsweringError),
}

impl From<SqlError> for OpeningError {
    fn from(error: SqlError) -> Self {
        Self::Refused(error.into())
    }
}

/// Opens a run over the whole roll.
///
/// # Errors
/// What in the plan is wrong, or who may not; nothing was written.
pub fn open(
    tx: &Tx<'_>,
    author: &Author,
    plan: &Plan,
    shelf: &Shelf,
) -> Result<RunId, OpeningError> {
    write::allow(tx, author, Action::Write(Area::Screening), None)?;
    check(plan, shelf.setting())?;
    check_alone(tx, plan)?;
    let roll = people::on_roll(tx)?;
    let observed = roll.iter().any(|who| !may_self_report(who.grade));
    let asked = plan.scales.iter().any(|(_, grades)| !grades.is_empty());
    if !observed && !asked {
        return Err(OpeningError::NobodyAsked);
    }
    let by = (author.account(), author.now().0);
    let batch = batch(tx, author, plan)?;
    let new = NewRun {
        term: plan.term.id,
        name: plan.name.trim(),
        contact: plan.contact.trim(),
        first_day: plan.first,
        lowest: plan.lowest,
        unasked: plan.unasked,
        per_day: plan.per_day,
        batch,
        special: plan.special.as_ref().map(|(id, _)| id.as_str()),
    };
    let id = run::insert(tx, &new, by)?;
    for (known, grades) in plan.scales.iter().filter(|(_, grades)| !grades.is_empty()) {
        let scale = known.pack.id();
        let place = campaign::open(tx, plan.term.id, scale, known.digest, by.1)?;
        run::add_instrument(tx, id, (scale, place), grades)?;
    }
    add_classes(tx, id, plan, &roll)?;
    follow_roll(tx, shelf, &run::get(tx, id)?)?;
    Ok(id)
}

fn check(plan: &Plan, setting: Setting) -> Result<(), OpeningError> {
    for (field, text) in [("name", &plan.name), ("contact", &plan.contact)] {
        let chars = text.trim().chars().count();
        if chars == 0 || chars > TEXT_CHARS_MAX {
            return Err(OpeningError::Text(field));
        }
    }
    let in_term = plan.term.start <= plan.first && plan.last <= plan.term.end;
    if plan.first > plan.last {
        return Err(OpeningError::Days);
    }
    if !in_term {
        return Err(OpeningError::OutsideTerm(plan.term));
    }
    if let Some((_, last)) = plan.special.as_ref().filter(|(_, last)| plan.last > *last) {
        return Err(OpeningError::PastSpecial(*last));
    }
    if plan.hours.0 >= plan.hours.1 {
        return Err(OpeningError::Hours);
    }
    if plan.per_day == 0 || plan.per_day > PER_DAY_MAX {
        return Err(OpeningError::Number("per_day"));
    }
    for (known, grades) in &plan.scales {
        if grades.iter().any(|grade| !may_self_report(*grade)) {
            return Err(OpeningError::BelowSelfReport);
        }
        Screening::new(known.pack.clone(), known.digest, plan.term, setting)?;
    }
    Ok(())
}

/// Refuses a run beside one that is open and asks the same of the same grades: two would take each
/// other's sheets.
fn check_alone(tx: &Tx<'_>, plan: &Plan) -> Result<(), OpeningError> {
    for (known, grades) in &plan.scales {
        let over = run::open_over(tx, (plan.term.id, known.pack.id()), grades)?;
        if let Some((Run { name, .. }, grades)) = over {
            return Err(OpeningError::Stands { name, grades });
        }
    }
    Ok(())
}

/// The run as the source of its sheets, beside the imports.
fn batch(tx: &Tx<'_>, author: &Author, plan: &Plan) -> Result<i64, SqlError> {
    let mut told = format!("{}|{}|{}|{}", plan.name, plan.term.id, plan.first, plan.last);
    for (known, grades) in &plan.scales {
        told.push_str(&format!("|{}", known.digest));
        grades.iter().for_each(|grade| told.push_str(grade.code()));
    }
    let source = ImportSource {
        file_name: plan.name.trim().to_owned(),
        digest: sha256(told.as_bytes()),
        author: author.account().to_owned(),
        as_of: plan.first,
        now_ms: author.now().0,
    };
    import_batch::insert(tx, RUN, &source, Counts::default())
}

/// The classes that answer for themselves, spread over the school days of the run; those that are
/// observed have the whole of it.
fn add_classes(tx: &Tx<'_>, id: RunId, plan: &Plan, roll: &[OnRoll]) -> Result<(), OpeningError> {
    let mut classes: Vec<_> =
        roll.iter().map(|who| run::class_order(who.grade, &who.class)).collect();
    classes.sort();
    classes.dedup();
    let (own, observed): (Vec<_>, Vec<_>) =
        classes.into_iter().partition(|(grade, ..)| may_self_report(*grade));
    let (from, to) = plan.hours;
    let whole = (instant_ms(plan.first.to_datetime(from)), instant_ms(plan.last.to_datetime(to)));
    for (grade, _, class) in &observed {
        run::add_class(tx, id, (*grade, class), whole)?;
    }
    let days = stagger(own.len(), plan.first, plan.classes_per_day);
    if let Some(last) = days.iter().max().filter(|last| **last > plan.last) {
        return Err(OpeningError::TooFewDays(*last));
    }
    for ((grade, _, class), day) in own.iter().zip(days) {
        // Spread over days, a class has its own; all at once, each has the whole run.
        let of_day = (instant_ms(day.to_datetime(from)), instant_ms(day.to_datetime(to)));
        let window = if plan.classes_per_day == 0 { whole } else { of_day };
        run::add_class(tx, id, (*grade, class), window)?;
    }
    Ok(())
}

/// Brings a run up to the roll: who came is asked, in a window of their own class; who left is in
/// no list any more. Classes that are new have the window of the whole run.
///
/// # Errors
/// The store cannot be read or written.
pub fn follow_roll(tx: &Tx<'_>, shelf: &Shelf, run: &Run) -> Result<(), SqlError> {
    if run.closed_at_ms.is_some() {
        return Ok(());
    }
    let parts = shelf.parts(tx, run.id)?;
    let classes = run::classes(tx, run.id)?;
    let opens = classes.iter().map(|class| class.opens_at_ms).min();
    let whole = opens.zip(classes.iter().map(|class| class.closes_at_ms).max());
    for who in people::on_roll(tx)? {
        let age = who.birth.and_then(|birth| fit::age_on(birth, run.first_day));
        let own: Vec<_> = parts
            .iter()
            .filter(|part| is_asked(part, &who, age))
            .map(|part| part.instrument.id)
            .collect();
        people::enrol(tx, run.id, who.student, &own)?;
        let has_class =
            classes.iter().any(|class| class.grade == who.grade && class.class == *who.class);
        if let Some(window) = whole.filter(|_| !has_class) {
            run::add_class(tx, run.id, (who.grade, &who.class), window)?;
        }
    }
    Ok(())
}

fn is_asked(part: &Part, who: &OnRoll, age: Option<u8>) -> bool {
    let grade = domain::catalogue::Grade::from_word(who.grade.code());
    let fits = grade.is_some_and(|grade| fit::fits(&part.scale, grade, age).is_ok());
    fits && part.instrument.grades.contains(&who.grade)
}

/// Whether students of a grade answer for themselves.
#[must_use]
pub fn may_self_report(grade: Grade) -> bool {
    domain::catalogue::Grade::from_word(grade.code()).is_some_and(fit::is_self_report)
}

/// Closes a run: what was begun on a screen is handed in as it stands, whatever was noted since,
/// but not against the family's refusal; then codes, sessions and drafts are destroyed. One that
/// ends before its last window needs a reason.
///
/// # Errors
/// Who may not, it is closed already, or the store; nothing was changed.
pub fn close(tx: &Tx<'_>, author: &Author, shelf: &Shelf, id: RunId) -> Result<(), OpeningError> {
    write::allow(tx, author, Action::Write(Area::Screening), None)?;
    let open = run::get_open(tx, id)?;
    check_reason(author)?;
    if author.reason().is_empty() && ends_early(tx, open.id, author.now().0)? {
        return Err(LedgerRefusal::Reason.into());
    }
    let stamp = Stamp { by: author.account(), now_ms: author.now().0 };
    for (begun, last_ms) in seat::with_drafts(tx, open.id)? {
        let seat = seat::of_participant(tx, begun)?.filter(|seat| seat.is_on_roll);
        if let Some(seat) = seat {
            let rest = answering::hand_in_rest(tx, shelf, (&seat, last_ms), stamp);
            rest.map_err(OpeningError::Papers)?;
        }
    }
    Ok(run::close(tx, open.id, (stamp.by, stamp.now_ms), (End::Closed, author.reason()))?)
}

/// Whether a run that is closed now ends before its last window does, which needs a reason.
///
/// # Errors
/// The store cannot be read.
pub fn ends_early(tx: &Tx<'_>, id: RunId, now_ms: i64) -> Result<bool, SqlError> {
    let last = run::classes(tx, id)?.iter().map(|class| class.closes_at_ms).max();
    Ok(last.is_some_and(|last| now_ms < last))
}

/// A reason of a page or the terminal is a line, not a page.
fn check_reason(author: &Author) -> Result<(), LedgerRefusal> {
    if author.reason().chars().count() > REASON_MAX {
        return Err(LedgerRefusal::TooLong("reason"));
    }
    Ok(())
}

/// Whether anybody answered in a run, or a child too young to be asked was observed for it.
///
/// # Errors
/// The store cannot be read.
pub fn is_begun(tx: &Tx<'_>, open: &Run) -> Result<bool, SqlError> {
    Ok(run::has_answers(tx, open)? || !funnel::observations(tx, open)?.is_empty())
}

/// Voids a run that was opened by mistake: it counts nowhere from then on. Needs a reason.
///
/// # Errors
/// Who may not, it is closed already, somebody has answered in it, or the store; nothing was
/// changed.
pub fn void(tx: &Tx<'_>, author: &Author, id: RunId) -> Result<(), OpeningError> {
    write::allow(tx, author, Action::Write(Area::Screening), None)?;
    let open = run::get_open(tx, id)?;
    if author.reason().is_empty() {
        return Err(LedgerRefusal::Reason.into());
    }
    check_reason(author)?;
    if is_begun(tx, &open)? {
        return Err(OpeningError::Answered);
    }
    let by = (author.account(), author.now().0);
    Ok(run::close(tx, open.id, by, (End::Voided, author.reason()))?)
}
