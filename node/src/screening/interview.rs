//! An interview of the second stage: what a person found decides the tier.
//!
//! One act writes everything that follows from it: the interview, the case that it led to, the
//! contact about critical answers, and the return visit. Each obeys its own ledger's rules.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use domain::ledger::SchoolRole;
use domain::ledger::day::{DayError, plus_days};
use domain::ledger::terms::{ContactWay, FollowupKind, InterviewResult, Tier};
use domain::ledger::words::{AlertSource, Move};
use jiff::civil::{Date, Time, time};
use runtime::clock::instant_ms;
use runtime::sql::Tx;

use super::queue::{self, Queued};
use crate::ledger::author::Author;
use crate::ledger::browse::purpose_of;
use crate::ledger::case::{self, CaseNow, MoveWish};
use crate::ledger::critical::{CriticalItem, Interview, Observation};
use crate::ledger::entry::{AuthorNote, Kept, Moment, RecordId, StaffId, StudentId};
use crate::ledger::followup::Followup;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::{self, Run, RunId};
use crate::ledger::{access, read, write};

/// Why an interview changes other records, where the counsellor gives no reason of their own.
const REASON: &str = "普测二次访谈";
/// Why the second half of an observation is added.
const COMPLETED: &str = "补充观察或家长访谈";

/// An interview as it was held. About one person, so without `Debug`.
#[derive(Clone)]
pub struct Held {
    /// Who was interviewed.
    pub student: StudentId,
    /// On which day.
    pub day: Date,
    /// At what time; asked for where a critical answer was given on that very day.
    pub time: Option<Time>,
    /// What was found.
    pub result: InterviewResult,
    /// Day of the next review of a case that it opens; the latest that the tier allows where none
    /// is given.
    pub next_review: Option<Date>,
    /// Day of the first return visit.
    pub return_visit: Option<Date>,
    /// For the counsellor only.
    pub note: String,
}

/// What an interview led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// The interview.
    pub interview: RecordId,
    /// The case that it led to or that stood open, where something was found.
    pub case: Option<RecordId>,
    /// An open case that stands at another tier than the one that was found, and how it would have
    /// to move. Nothing of it has moved yet.
    pub to_move: Option<(RecordId, Move, Tier)>,
}

/// Writes an interview and what follows from it.
///
/// A student with an open case keeps it at its tier: that is raised or lowered on the board, where
/// a second person signs. Whoever held the interview is told where the two differ.
///
/// # Errors
/// The student does not wait, who may not, what breaks a rule of one of the ledgers, or the store;
/// nothing was written.
pub fn hold(
    tx: &Tx<'_>,
    author: &Author,
    id: RunId,
    held: &Held,
) -> Result<Conclusion, LedgerRefusal> {
    queued(tx, author, id, held.student)?;
    let run = run::get(tx, id)?;
    let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
    if held.day < run.first_day {
        return Err(LedgerRefusal::Field("day"));
    }
    let spoken_at = spoken_at(tx, author, (&run, held))?;
    let because = with_reason(author, REASON);
    let student = held.student;
    let open = open_case(tx, student)?;
    let found = tier_of(held.result);
    let case = match (found, &open) {
        (_, Some(now)) => Some(now.case.record),
        (Some(tier), None) => Some(open_new(tx, &because, (held, staff), tier)?),
        (None, None) => None,
    };
    let led_to = case.filter(|_| found.is_some());
    let interview = Interview {
        day: held.day,
        student,
        term: run.term.to_string(),
        staff,
        result: held.result,
        case: led_to,
        note: AuthorNote::new(held.note.clone()),
    };
    let interview = write::add(tx, author, &interview)?;
    let talk = Talk { staff, at: spoken_at, about_until: spoken_at };
    note_contact(tx, &because, (id, student), talk)?;
    if let Some(due) = held.return_visit {
        let why = FollowupKind::Screening;
        let visit =
            Followup { due, student, case, why, staff, done: None, way: None, cancelled: false };
        write::add(tx, author, &visit)?;
    }
    let to_move = open.zip(found).and_then(|(now, found)| to_move(&now, found));
    Ok(Conclusion { interview, case: led_to, to_move })
}

/// Whether an interview would enter a case, which needs a reason of its own.
///
/// # Errors
/// The store cannot be read.
pub fn lists(tx: &Tx<'_>, held: &Held) -> Result<bool, LedgerRefusal> {
    Ok(tier_of(held.result).is_some() && open_case(tx, held.student)?.is_none())
}

/// How an open case would have to move to stand where an interview found it.
fn to_move(now: &CaseNow, found: Tier) -> Option<(RecordId, Move, Tier)> {
    let how = match found.cmp(&now.tier) {
        Ordering::Less => Move::TierDown,
        Ordering::Equal => return None,
        Ordering::Greater => Move::TierUp,
    };
    Some((now.case.record, how, found))
}

fn with_reason(author: &Author, usual: &str) -> Author {
    if author.reason().is_empty() { author.because(usual) } else { author.clone() }
}

/// The tier that an interview decided; nothing where no attention is needed.
const fn tier_of(result: InterviewResult) -> Option<Tier> {
    match result {
        InterviewResult::NoAttention => None,
        InterviewResult::T1 => Some(Tier::T1),
        InterviewResult::T2 => Some(Tier::T2),
        InterviewResult::T3 => Some(Tier::T3),
    }
}

fn open_new(
    tx: &Tx<'_>,
    author: &Author,
    (held, owner): (&Held, StaffId),
    tier: Tier,
) -> Result<RecordId, LedgerRefusal> {
    let (how, source) = (Move::Opened, AlertSource::Screening);
    let usual = || plus_days(author.today(), tier.limits().review_days);
    let next_review = Some(held.next_review.unwrap_or_else(usual));
    let wish = MoveWish { how, to: Some(tier), source, owner, next_review };
    case::open(tx, author, held.student, held.day, &wish)
}

fn open_case(tx: &Tx<'_>, student: StudentId) -> Result<Option<CaseNow>, LedgerRefusal> {
    let open = case::open_now(tx)?;
    Ok(open.into_iter().find(|now| now.case.entry.student == student))
}

/// When an interview was held: at its time, or else by the end of its day.
///
/// Where a critical answer was given on that very day, the time says whether it was spoken about.
fn spoken_at(
    tx: &Tx<'_>,
    author: &Author,
    (run, held): (&Run, &Held),
) -> Result<Moment, LedgerRefusal> {
    let by_time = |time: Time| Moment(instant_ms(held.day.to_datetime(time)));
    if let Some(given) = held.time {
        let at = by_time(given);
        return if at > author.now() { Err(DayError::Future.into()) } else { Ok(at) };
    }
    let open = open_items(tx, run, held.student)?;
    if open.iter().any(|kept| kept.entry.raised_at.day() == held.day) {
        return Err(LedgerRefusal::TimeOfTalk);
    }
    Ok(by_time(time(23, 59, 59, 0)).min(author.now()))
}

/// A talk with a student about critical answers.
#[derive(Clone, Copy, Debug)]
pub struct Talk {
    /// Who spoke with the student.
    pub staff: StaffId,
    /// When.
    pub at: Moment,
    /// What was raised later than this was not spoken about.
    pub about_until: Moment,
}

/// Notes that somebody has spoken with a student about the critical answers of a run that had been
/// raised by then; what was raised since keeps calling.
///
/// # Errors
/// Who may not, or the store.
pub fn note_contact(
    tx: &Tx<'_>,
    author: &Author,
    (id, student): (RunId, StudentId),
    talk: Talk,
) -> Result<usize, LedgerRefusal> {
    let because = with_reason(author, REASON);
    let mut open = open_items(tx, &run::get(tx, id)?, student)?;
    open.retain(|kept| kept.entry.raised_at <= talk.about_until);
    for kept in &open {
        let mut item = kept.entry.clone();
        (item.contacted_at, item.contacted_by) = (Some(talk.at), Some(talk.staff));
        item.way = Some(ContactWay::InPerson);
        write::update(tx, &because, (kept.record, kept.version), &item)?;
    }
    Ok(open.len())
}

fn open_items(
    tx: &Tx<'_>,
    run: &Run,
    student: StudentId,
) -> Result<Vec<Kept<CriticalItem>>, LedgerRefusal> {
    let scales: Vec<String> =
        run::instruments(tx, run.id)?.into_iter().map(|known| known.scale).collect();
    let mut items = read::in_period::<CriticalItem>(tx, run.first_day, Date::MAX)?;
    items.retain(|kept| {
        let entry = &kept.entry;
        let own = entry.student == student && entry.contacted_at.is_none();
        own && entry.day >= run.first_day && scales.contains(&entry.scale)
    });
    Ok(items)
}

/// One student of the queue, for the form; that one's read is logged, and nobody else's.
///
/// # Errors
/// As [`queue::queue`], or the student does not wait.
pub fn queued(
    tx: &Tx<'_>,
    author: &Author,
    id: RunId,
    student: StudentId,
) -> Result<Queued, LedgerRefusal> {
    let waiting = queue::unlogged(tx, author, id)?;
    let one = waiting.into_iter().find(|one| one.student == student);
    let one = one.ok_or(LedgerRefusal::NotWaiting)?;
    access::log_list(tx, author, &BTreeSet::from([student]), purpose_of(author.role()))?;
    Ok(one)
}

/// What a teacher saw and a guardian said about a young child, as far as somebody wrote it just
/// now. Either half may come first, each from another person; what is not said here stays.
#[derive(Clone)]
pub struct Observed {
    /// Who was observed.
    pub student: StudentId,
    /// Day of the observation.
    pub observed: Option<Date>,
    /// Day of the guardian's interview.
    pub guardian_heard: Option<Date>,
    /// Whether there is reason for an interview by the counsellor. Only a counsellor takes it back.
    pub concern: Option<bool>,
}

/// Writes an observation, or adds to one that is there.
///
/// # Errors
/// Who may not, what breaks a rule, or the store; nothing was written.
pub fn observe(
    tx: &Tx<'_>,
    author: &Author,
    id: RunId,
    seen: &Observed,
) -> Result<(), LedgerRefusal> {
    let run = run::get_open(tx, id)?;
    let staff = author.staff().ok_or(LedgerRefusal::Unlinked)?;
    if [seen.observed, seen.guardian_heard].into_iter().flatten().any(|day| day < run.first_day) {
        return Err(LedgerRefusal::Field("observed"));
    }
    let kept = observation_of(tx, &run, seen.student)?;
    let before = kept.as_ref().map(|kept| &kept.entry);
    let observed = seen.observed.or(before.and_then(|entry| entry.observed));
    let guardian_heard = seen.guardian_heard.or(before.and_then(|entry| entry.guardian_heard));
    let day = observed.max(guardian_heard).ok_or(LedgerRefusal::Field("observed"))?;
    let had = before.is_some_and(|entry| entry.concern);
    let may_clear = author.role() == SchoolRole::Counsellor;
    let concern = match seen.concern {
        Some(false) if had && !may_clear => return Err(LedgerRefusal::NotAllowed),
        said => said.unwrap_or(had),
    };
    let term = run.term.to_string();
    let student = seen.student;
    let entry = Observation { day, student, term, staff, observed, guardian_heard, concern };
    match kept {
        None => write::add(tx, author, &entry).map(drop),
        Some(kept) if kept.entry == entry => Ok(()),
        Some(kept) => {
            let because = with_reason(author, COMPLETED);
            write::update(tx, &because, (kept.record, kept.version), &entry).map(drop)
        }
    }
}

/// The observation of a student in a run, if there is one.
///
/// # Errors
/// The store cannot be read.
pub fn observation_of(
    tx: &Tx<'_>,
    run: &Run,
    student: StudentId,
) -> Result<Option<Kept<Observation>>, LedgerRefusal> {
    let term = run.term.to_string();
    let all = read::in_period::<Observation>(tx, run.first_day, Date::MAX)?.into_iter();
    let mut own = all.filter(|kept| kept.entry.student == student && kept.entry.term == term);
    Ok(own.rfind(|kept| kept.entry.day >= run.first_day))
}
