//! Schedule: which reports are due, in the fixed slots in which they leave.
//!
//! When a report leaves follows from the calendar alone, never from what was entered: a week on
//! the second morning after its Sunday, a term's stock a week after its census day, or once its
//! term is over where it stands on a screening that runs until then.

use std::collections::BTreeMap;

use domain::catalogue::{Catalogue, Source};
use domain::disclosure::sealed::{
    Answer, Kind, ReportNumber, SealedTable, SealedTables, Step, TaskId, TaskTerms, Week,
    next_step, weeks_of,
};
use domain::period::Period;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};

use super::Context;
use crate::ledger::release;
use crate::ledger::sealed::{self as register, StoredReport};

/// Days from the Sunday of a week to the morning on which its reports leave.
const NOTICE_DAYS: i64 = 2;
/// Days from the census day of a term to the morning on which its stocks leave.
const CENSUS_DAYS: i64 = 7;
/// Codes of refusals that hang on the documents or the figures; after another one a fresh seal
/// under the next number may be taken.
const FOR_GOOD: [&str; 8] = [
    "other_report",
    "other_task",
    "other_cap",
    "not_on_roster",
    "proof",
    "control_sum",
    "enrolment",
    "year_closed",
];

/// Reports that are looked through: fifty weeks of twenty tables, and a few years.
const REPORTS_MAX: u32 = 20_000;

/// A report that is due now.
#[derive(Clone, Debug)]
pub struct Due {
    /// The table.
    pub table: SealedTable,
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
    let known = Known::load(tx)?;
    let mut pending = Vec::new();
    for under_seal in &context.years {
        for (period, kind) in periods(context, under_seal) {
            let Ok(span) = context.span(period) else { continue };
            // What went rounded once is not sealed beside it.
            if kind == Kind::Stock && release::is_rounded(tx, &period.to_string())? {
                continue;
            }
            let Some((pack, catalogue)) = context.catalogue_on(span.from) else { continue };
            let tables = SealedTables::of(&catalogue);
            for table in tables.all().iter().filter(|table| table.kind() == kind) {
                let has_come = leaves_on(context, (table, &catalogue), period)
                    .is_some_and(|morning| morning <= context.today);
                let terms = under_seal.terms(table, (period, &span), pack);
                if let Some(terms) = terms.filter(|_| has_come) {
                    pending.extend(known.pending(table, period, &terms));
                }
            }
        }
    }
    Ok(pending)
}

/// The morning on which a table of a period leaves; nothing for a period of another kind.
#[must_use]
pub fn leaves_on(
    context: &Context,
    (table, catalogue): (&SealedTable, &Catalogue),
    period: Period,
) -> Option<Date> {
    let span = context.span(period).ok()?;
    let source = table.counted_by(catalogue).map(|(definition, _)| definition.source);
    let (day, notice) = match (table.kind(), span.term) {
        (Kind::Flow, _) => (span.to, NOTICE_DAYS),
        (Kind::Stock, Some(term)) if source == Some(Source::Screening) => (term.end, NOTICE_DAYS),
        (Kind::Stock, Some(term)) => (term.census, CENSUS_DAYS),
        (Kind::Stock, None) => return None,
    };
    day.checked_add(notice.days()).ok()
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

/// What the register holds, by table and period.
struct Known {
    last_numbers: BTreeMap<String, ReportNumber>,
    last_reports: BTreeMap<(String, String), StoredReport>,
}

impl Known {
    fn load(tx: &Tx<'_>) -> Result<Self, SqlError> {
        let (mut last_numbers, mut last_reports) = (BTreeMap::new(), BTreeMap::new());
        // The latest come first, so what is there already is later.
        for report in register::all(tx, REPORTS_MAX)? {
            last_numbers.entry(report.table.clone()).or_insert(report.number);
            let place = (report.table.clone(), report.period.clone());
            last_reports.entry(place).or_insert(report);
        }
        Ok(Self { last_numbers, last_reports })
    }

    fn pending(&self, table: &SealedTable, period: Period, terms: &TaskTerms) -> Option<Pending> {
        let task = certs::aggregate::task_id(terms);
        let id = table.id().to_string();
        let own = self.last_reports.get(&(id.clone(), period.to_string()));
        let answered = own
            .map(|report| (report.number, report.verdict.as_ref().map(|verdict| verdict.answer)));
        match next_step(self.last_numbers.get(&id).copied(), answered)? {
            Step::Seal(number) => Some(match own {
                Some(own) if own.task == task.bytes() && is_for_good(own) => {
                    Pending::Refused(own.clone())
                }
                _ => Pending::Seal(Due { table: table.clone(), period, task, number }),
            }),
            Step::Resend(_) | Step::Done(_) => None,
        }
    }
}

/// Whether the same figures under the same task would be refused again.
fn is_for_good(report: &StoredReport) -> bool {
    report.verdict.as_ref().is_some_and(|verdict| {
        verdict.answer == Answer::Refused && FOR_GOOD.contains(&verdict.code.as_str())
    })
}
