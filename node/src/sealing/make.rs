//! Making: seals every report of a period that is due, in one transaction.

use certs::aggregate::{AGGREGATE_ALGORITHM, Hubs, Instance};
use certs::digest::sha256;
use certs::key::SigningKey;
use domain::disclosure::sealed::{Week, context as bound_to};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use proto::frame::{REPORT_KEY_CONTEXT, SEALED_REPORT_CONTEXT, encode_item};
use proto::sealed::{Place, Report, encode_report, with_key_signature};
use proto::wire::sync::ItemKind;
use runtime::sealing::SealingYear;
use runtime::sql::Tx;

use super::measure::{Measured, NoReport, facts_span, measure};
use super::schedule::{Due, Pending, due};
use super::{Context, Made, SealingError};
use crate::indicator::Facts;
use crate::ledger::sealed::{self as register, StoredReport};
use crate::ledger::{Ledger, governance, hold, profile, report_key};

/// Seals and signs what is due of one period and stores it for the copy to `transfer.db`; gives
/// what became of each of its tables.
///
/// Doing it again makes nothing: what is sealed is not due any more.
///
/// # Errors
/// The school holds the period, figures cannot be computed, or something cannot be read, sealed or
/// written; then nothing was.
pub fn make(
    ledger: &Ledger,
    context: &Context,
    period: Period,
    key: &SigningKey,
) -> Result<Vec<Made>, SealingError> {
    let (context, key) = (context.clone(), key.clone());
    ledger.write("make_sealed_reports", move |tx| {
        let open = due(tx, &context)?.into_iter().filter_map(|pending| match pending {
            Pending::Seal(due) if due.period == period => Some(due),
            Pending::Seal(_) | Pending::Refused(_) => None,
        });
        let open: Vec<Due> = open.collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        if hold::of_period(tx, &period.to_string())?.is_some() {
            return Err(SealingError::Held(period));
        }
        if governance::responsible(tx, context.today)?.is_none() {
            return Err(SealingError::NoResponsible);
        }
        seal_all(tx, &context, (period, &open), &key)
    })
}

/// With what a report is signed: what education certified, and what health stated.
struct Keys<'k> {
    certified: &'k SigningKey,
    stated: &'k SigningKey,
}

/// First day of the first week that a plan covers. What was before is in weeks without a task, and
/// these are never made up for.
fn first_monday(year: &SealingYear) -> Date {
    let (from, _) = year.days();
    let monday = |week: Week| week.sunday().saturating_sub(6.days());
    let week = Week::of(from);
    if monday(week) == from { from } else { monday(week.next()) }
}

fn seal_all(
    tx: &Tx<'_>,
    context: &Context,
    (period, open): (Period, &[Due]),
    key: &SigningKey,
) -> Result<Vec<Made>, SealingError> {
    let own = context.span(period)?;
    let profile = profile::load(tx)?.ok_or(SealingError::NoProfile)?;
    let missing = || SealingError::NotListed(own.school_year);
    let under_seal = context.year(own.school_year).ok_or_else(missing)?;
    let school = under_seal.year().roster.school(&context.unit).ok_or_else(missing)?;
    let catalogue = context.catalogue_on(own.from).ok_or_else(missing)?;
    let since = context.years.iter().map(first_monday).min().unwrap_or(own.from);
    let span = facts_span(period, own, untold_since(tx, since)?);
    let facts = Facts::of_period(tx, &profile, span, context.today)?;
    let hubs = under_seal.hubs()?;
    let keys = Keys { certified: key, stated: &report_key::load_or_make(tx, context.now_ms)? };
    let to = &under_seal.year().leader;
    let mut made = Vec::with_capacity(open.len());
    for due in open {
        let table = due.table.id().clone();
        made.push(match measure(tx, (&facts, &catalogue), (&due.table, period), school)? {
            Ok(measured) => {
                seal(tx, (context, to, &hubs), due, &measured, &keys)?;
                Made::Sealed { table, number: due.number }
            }
            Err(NoReport::Absent(reason)) => Made::Absent { table, reason },
            Err(NoReport::Broken(reason)) => Made::Broken { table, reason },
        });
    }
    Ok(made)
}

/// The first day of what was not told by a ledger that this one was put back from: weeks that the
/// hubs know from it count as told whole, so that nothing is told twice.
fn untold_since(tx: &Tx<'_>, from: Date) -> Result<Date, SealingError> {
    let told = register::told_before(tx)?;
    let weeks = told.iter().filter_map(|period| match period.parse() {
        Ok(Period::Week { year, week }) => Week::new(year, week),
        _ => None,
    });
    let after = weeks.filter_map(|week| week.sunday().tomorrow().ok());
    Ok(after.max().map_or(from, |day| day.max(from)))
}

fn seal(
    tx: &Tx<'_>,
    (context, to, hubs): (&Context, &UnitId, &Hubs<'_>),
    due: &Due,
    measured: &Measured,
    keys: &Keys<'_>,
) -> Result<(), SealingError> {
    let cap = measured.report.cap();
    let bound = bound_to(&due.task, &context.unit, due.number);
    let shares = Instance::new(cap, due.table.cells())?.split(&measured.report, &bound)?;
    let halves = shares.seal(hubs, &bound)?;
    let place = Place {
        unit: context.unit.clone(),
        table: due.table.id().clone(),
        period: due.period,
        number: due.number,
    };
    let name = place.name();
    let report = encode_report(&Report {
        place,
        task: due.task,
        algorithm: AGGREGATE_ALGORITHM,
        cap,
        nonce: halves.nonce,
        public: halves.public,
        leader_half: halves.leader.bytes().to_vec(),
        helper_half: halves.helper.bytes().to_vec(),
        to: to.clone(),
        enrolled: measured.enrolled.clone(),
        made_at_ms: context.now_ms,
        key: keys.stated.public().spki().to_vec(),
    });
    let signature = keys.stated.sign(REPORT_KEY_CONTEXT, &report)?.to_bytes();
    let body = with_key_signature(report, &signature);
    let signature = keys.certified.sign(SEALED_REPORT_CONTEXT, &body)?.to_bytes();
    let report = StoredReport {
        table: due.table.id().to_string(),
        period: due.period.to_string(),
        number: due.number,
        task: due.task.bytes().to_vec(),
        body: sha256(&body),
        name,
        made_at_ms: context.now_ms,
        verdict: None,
    };
    let item = encode_item(ItemKind::SealedReport, body, signature);
    register::insert(tx, &report, &measured.told, &item)?;
    Ok(register::keep_figures(tx, &report.name, measured.report.danger_exact_cells())?)
}
