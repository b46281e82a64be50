//! Making: seals every report of a period that is due, in one transaction.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use certs::aggregate::{AGGREGATE_ALGORITHM, Hubs, Instance};
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::signature::Signature;
use domain::disclosure::sealed::context as bound_to;
use domain::period::Period;
use domain::span::Span;
use domain::unit::UnitId;
use jiff::civil::Date;
use proto::frame::{REPORT_KEY_CONTEXT, SEALED_REPORT_CONTEXT, decode_item, encode_item};
use proto::sealed::{Place, Report, encode_report, with_key_signature};
use proto::wire::sync::ItemKind;
use runtime::sql::Tx;

use super::measure::{Measured, NoReport, measure};
use super::schedule::{Due, Pending, due_among};
use super::since::{of_table, since};
use super::{Context, Made, SealingError};
use crate::indicator::{Facts, Unsealed};
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
        let open = due_among(tx, &context, |one| one == period)?.into_iter();
        let open = open.filter_map(|pending| match pending {
            Pending::Seal(due) => Some(due),
            Pending::Refused(_) => None,
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

/// The signed item of a report under another certificate's key; nothing where it is under this one
/// already, or cannot be signed. The report itself, with the signature of the report key, stays.
#[must_use]
pub fn wrapped_anew(item: &[u8], key: &SigningKey) -> Option<Vec<u8>> {
    let open = decode_item(item).ok()?;
    let signed = Signature::from_bytes(&open.signature).ok()?;
    if key.public().verify(SEALED_REPORT_CONTEXT, &open.body, &signed).is_ok() {
        return None;
    }
    let signature = key.sign(SEALED_REPORT_CONTEXT, &open.body).ok()?.to_bytes();
    Some(encode_item(ItemKind::SealedReport, open.body, signature))
}

/// With what a report is signed: what education certified, and what health stated.
struct Keys<'k> {
    certified: &'k SigningKey,
    stated: &'k SigningKey,
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
    let hubs = under_seal.hubs()?;
    let keys = Keys { certified: key, stated: &report_key::load_or_make(tx, context.now_ms)? };
    // A stock is of its term; a flow reaches back, because what was entered late is told in it.
    let since = match period {
        Period::Term(_) => None,
        _ => match since(tx, context, (under_seal, own), keys.stated)? {
            Ok(since) => Some(since),
            Err(reason) => return Ok(open.iter().map(|due| absent(due, reason)).collect()),
        },
    };
    let held = held_weeks(tx, context, period)?;
    let to = &under_seal.year().leader;
    // Tables that reach back equally far are counted from the same facts.
    let mut facts: BTreeMap<Date, Facts> = BTreeMap::new();
    let mut made = Vec::with_capacity(open.len());
    for due in open {
        let from = since.map_or(own.from, |since| of_table(context, &due.table, (own, since)));
        let facts = match facts.entry(from) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let span = Span { from, ..own };
                place.insert(Facts::of_period(tx, &profile, span, context.today)?)
            }
        };
        let of = (&due.table, period, held.as_slice());
        made.push(match measure(tx, (facts, &catalogue), of, school)? {
            Ok(measured) => {
                seal(tx, (context, to, &hubs), due, &measured, &keys)?;
                Made::Sealed { table: due.table.id().clone(), number: due.number }
            }
            Err(NoReport::Absent(reason)) => absent(due, reason),
            Err(NoReport::Broken(reason)) => Made::Broken { table: due.table.id().clone(), reason },
        });
    }
    Ok(made)
}

fn absent(due: &Due, reason: Unsealed) -> Made {
    Made::Absent { table: due.table.id().clone(), reason }
}

/// The weeks besides this one that the school holds: what is dated in them is told by no other.
fn held_weeks(tx: &Tx<'_>, context: &Context, own: Period) -> Result<Vec<Span>, SealingError> {
    let held = hold::in_force(tx)?.into_iter().filter_map(|hold| hold.period.parse().ok());
    let weeks = held.filter(|one: &Period| matches!(one, Period::Week { .. }) && *one != own);
    Ok(weeks.filter_map(|week| context.span(week).ok()).collect())
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
