//! Schedule: which reports are due, in the fixed slots in which they leave.
//!
//! When a report leaves follows from the calendar alone, never from what was entered: a week on
//! the second morning after its Sunday, a term's stock a week after its census day, or once its
//! term is over where it stands on a screening that runs until then.

use domain::catalogue::Catalogue;
use domain::disclosure::sealed::{
    Answer, Kind, ReportNumber, SealedTable, SealedTables, Step, TaskId, TaskTerms, Week,
    next_step, weeks_of,
};
use domain::period::Period;
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};

use super::family::is_one;
use super::{Context, Named};
use crate::ledger::release;
use crate::ledger::sealed::{self as register, StoredReport};

/// Days from the Sunday of a week to the morning on which its reports leave.
const NOTICE_DAYS: i64 = 2;
/// Days from the census day of a term to the morning on which its stocks leave.
const CENSUS_DAYS: i64 = 7;
/// Codes of refusals that hang on the documents or the figures; after another one a fresh seal
/// under the next number may be taken.
const FOR_GOOD: [&str; 10] = [
    "other_report",
    "other_task",
    "other_cap",
    "not_on_roster",
    "proof",
    "control_sum",
    "enrolment",
    "year_closed",
    "opened_without",
    "key_late",
];
/// Codes of those that one hub's fault can bring about as well, or what has been mended here since:
/// a person may have them sealed once more, which both hubs take under the next number.
const BY_HAND: [&str; 3] = ["proof", "control_sum", "enrolment"];
/// Codes of refusals that the random part of a report brings about.
const AT_ONCE: [&str; 1] = ["nonce_used"];
/// How often the wait for another seal is doubled: to sixteen weeks.
const DOUBLED_MAX: u32 = 4;
const DAY_MS: i64 = 24 * 3_600_000;

/// A report that is due now.
#[derive(Clone, Debug)]
pub struct Due {
    /// The table.
    pub table: SealedTable,
    /// The catalogue that it is counted by: the ordinary one, or that of a special period.
    pub catalogue: Named,
    /// Term or week.
    pub period: Period,
    /// Its task.
    pub task: TaskId,
    /// Number under which it is sealed.
    pub number: ReportNumber,
}

/// Where a table of a period stands.
#[derive(Clone, Debug)]
pub enum Pending {
    /// It is to be sealed.
    Seal(Due),
    /// It was refused under this very task: sealing it again would be refused again.
    Refused(StoredReport),
}

/// What is due of all school years under seal, week by week, the oldest first.
///
/// # Errors
/// The store cannot be read.
pub fn due(tx: &Tx<'_>, context: &Context) -> Result<Vec<Pending>, SqlError> {
    due_among(tx, context, |_| true)
}

/// The same of some periods alone.
pub(super) fn due_among(
    tx: &Tx<'_>,
    context: &Context,
    is_asked: impl Fn(Period) -> bool,
) -> Result<Vec<Pending>, SqlError> {
    let mut pending = Vec::new();
    for under_seal in &context.years {
        let asked = periods(context, under_seal).into_iter().filter(|(one, _)| is_asked(*one));
        for (period, kind) in asked {
            let Ok(span) = context.span(period) else { continue };
            // What went rounded once is not sealed beside it. Only stocks count what a rounded
            // table does: events of a screening have no weekly table.
            if kind == Kind::Stock && is_rounded(tx, context, period)? {
                continue;
            }
            for named in catalogues(context, under_seal, (period, kind), &span) {
                let of = (&named, kind, period);
                let found = of_catalogue(tx, context, (under_seal, &span), of)?;
                pending.extend(found.into_iter().map(|found| (span.to, found)));
            }
        }
    }
    // The plan of another area may hold the older weeks.
    pending.sort_by_key(|(day, _)| *day);
    Ok(pending.into_iter().map(|(_, pending)| pending).collect())
}

/// Whether counts about persons of a term left rounded, by this ledger or by what was queued.
pub(super) fn is_rounded(tx: &Tx<'_>, context: &Context, period: Period) -> Result<bool, SqlError> {
    Ok(context.rounded.contains(&period) || release::is_rounded(tx, &period.to_string())?)
}

/// The catalogues of which a period has tables: the ordinary one, and of a week those of special
/// periods.
fn catalogues(
    context: &Context,
    under_seal: &SealingYear,
    (period, kind): (Period, Kind),
    span: &Span,
) -> Vec<Named> {
    let mut all: Vec<Named> = context.catalogue_on(span.from).into_iter().collect();
    if kind == Kind::Flow {
        all.extend(context.sealed_specials(under_seal, period, span.from));
    }
    all
}

/// What is due of one period by one catalogue.
fn of_catalogue(
    tx: &Tx<'_>,
    context: &Context,
    (under_seal, span): (&SealingYear, &Span),
    (named, kind, period): (&Named, Kind, Period),
) -> Result<Vec<Pending>, SqlError> {
    let (pack, catalogue) = named;
    let tables = SealedTables::of(catalogue);
    let mut found = Vec::new();
    for table in tables.all().iter().filter(|table| table.kind() == kind) {
        let has_come = leaves_on(context, (table, catalogue), period)
            .is_some_and(|morning| morning <= context.today);
        let terms = under_seal.terms(table, (period, span), *pack);
        if let Some(terms) = terms.filter(|_| has_come) {
            let is_asked = is_asked_again(context, (&tables, catalogue), (table, period));
            found.extend(pending(tx, context, (table, named, period), (&terms, is_asked))?);
        }
    }
    Ok(found)
}

/// The morning on which a table of a period leaves; nothing for a period of another kind.
#[must_use]
pub fn leaves_on(
    context: &Context,
    (table, catalogue): (&SealedTable, &Catalogue),
    period: Period,
) -> Option<Date> {
    let span = context.span(period).ok()?;
    let day = table.last_day(catalogue, &span)?;
    let is_census = table.kind() == Kind::Stock && span.term.map(|term| term.census) == Some(day);
    let notice = if is_census { CENSUS_DAYS } else { NOTICE_DAYS };
    day.checked_add(notice.days()).ok()
}

/// The morning on which the reports of a week leave.
pub(super) fn leaves(week: Week) -> Date {
    week.sunday().saturating_add(NOTICE_DAYS.days())
}

/// The weeks and terms of a school year that are over or have their census day behind them.
fn periods(context: &Context, under_seal: &SealingYear) -> Vec<(Period, Kind)> {
    let year = under_seal.year().plan.year();
    let Ok(span) = context.span(Period::SchoolYear(year)) else {
        return Vec::new();
    };
    let weeks = weeks_of(&span).into_iter().filter(|week: &Week| week.sunday() < context.today);
    let terms = context.packs.calendar().terms().iter();
    let terms = terms
        .filter(|term| term.id.school_year == year && term.census < context.today)
        .map(|term| (Period::Term(term.id), Kind::Stock));
    weeks.map(|week| (week.period(), Kind::Flow)).chain(terms).collect()
}

/// Where a table of a period stands, from the register alone.
fn pending(
    tx: &Tx<'_>,
    context: &Context,
    (table, named, period): (&SealedTable, &Named, Period),
    (terms, is_asked): (&TaskTerms, bool),
) -> Result<Option<Pending>, SqlError> {
    let task = certs::aggregate::task_id(terms);
    let id = table.id().as_str();
    let own = register::of_period(tx, id, &period.to_string())?;
    let last = own.last();
    let answered =
        last.map(|report| (report.number, report.verdict.as_ref().map(|verdict| verdict.answer)));
    let number = match next_step(register::last_number(tx, id)?, answered) {
        Some(Step::Seal(number)) => number,
        Some(Step::Resend(_) | Step::Done(_)) | None => return Ok(None),
    };
    let due = || {
        let (table, catalogue) = (table.clone(), named.clone());
        Pending::Seal(Due { table, catalogue, period, task, number })
    };
    let Some(last) = last.filter(|last| last.task == task.bytes()) else { return Ok(Some(due())) };
    if is_asked && is_by_hand(last) {
        return Ok(Some(due()));
    }
    if is_for_good(last) {
        return Ok(Some(Pending::Refused(last.clone())));
    }
    let same = own.iter().filter(|report| report.task == last.task).count();
    Ok((context.now_ms >= again_at_ms(last, same)).then(due))
}

/// Whether a person asks to have a report sealed once more: that of the table that is named, and of
/// those that count the same records, which tell one thing or nothing.
fn is_asked_again(
    context: &Context,
    (tables, catalogue): (&SealedTables, &Catalogue),
    (table, period): (&SealedTable, Period),
) -> bool {
    let named = context.again.as_ref().filter(|(_, at)| *at == period);
    let named = named.and_then(|(of, _)| tables.table(of.as_str()));
    named.is_some_and(|named| is_one((tables, catalogue), [named, table]))
}

/// When a report may be sealed once more that was refused for what may pass: the first time at once
/// where only its random part was unlucky, else a week after the first, then after two, four and so
/// on. Every sealing costs both hubs a place, and a school that is away stays away for long.
fn again_at_ms(last: &StoredReport, refused: usize) -> i64 {
    let code = last.verdict.as_ref().map_or("", |verdict| verdict.code.as_str());
    if AT_ONCE.contains(&code) && refused <= 1 {
        return i64::MIN;
    }
    let doubled = u32::try_from(refused.saturating_sub(1)).unwrap_or(DOUBLED_MAX).min(DOUBLED_MAX);
    last.made_at_ms.saturating_add((7_i64 << doubled) * DAY_MS)
}

/// Whether a person here may have a refused report sealed once more under the same task.
#[must_use]
pub fn is_by_hand(report: &StoredReport) -> bool {
    report.verdict.as_ref().is_some_and(|verdict| {
        verdict.answer == Answer::Refused && BY_HAND.contains(&verdict.code.as_str())
    })
}

/// Whether the same figures under the same task would be refused again.
fn is_for_good(report: &StoredReport) -> bool {
    report.verdict.as_ref().is_some_and(|verdict| {
        verdict.answer == Answer::Refused && FOR_GOOD.contains(&verdict.code.as_str())
    })
}
