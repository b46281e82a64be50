//! Making: seals every report of a period that is due and stores them in one transaction.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use certs::aggregate::{AGGREGATE_ALGORITHM, Instance};
use certs::digest::sha256;
use certs::key::SigningKey;
use certs::signature::Signature;
use domain::catalogue::{Grade, Stage, TableId};
use domain::disclosure::plan::School;
use domain::disclosure::sealed::{ReportNumber, SealedTables, context as bound_to};
use domain::period::Period;
use domain::span::Span;
use jiff::civil::Date;
use proto::frame::{REPORT_KEY_CONTEXT, SEALED_REPORT_CONTEXT, decode_item, encode_item};
use proto::sealed::{Place, Report, encode_report, with_key_signature};
use proto::wire::sync::ItemKind;
use runtime::sql::Tx;

use super::beside::Beside;
use super::contradiction::{Contradiction, Counted};
use super::family::Family;
use super::measure::{Held, Measured, NoReport, measure};
use super::schedule::{Due, Pending, due_among};
use super::since::since;
use super::{Context, Made, Named, SealingError};
use crate::indicator::{Facts, Unsealed};
use crate::ledger::sealed::{self as register, Stamp, StoredReport, Told};
use crate::ledger::{Ledger, governance, hold, profile, report_key};

/// How often a period is drafted while others may write, before it is made while nobody may.
const DRAFTS_MAX: u32 = 3;

/// Seals and signs what is due of one period and stores it for the copy to `transfer.db`; gives
/// what became of each of its tables.
///
/// Figures are counted and proofs made while anybody may write; the ledger is held only to store
/// them, and only if by then the register is the one that they were counted by. Doing it again
/// makes nothing: what is sealed is not due any more.
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
    for _ in 0..DRAFTS_MAX {
        let drafted = draft(ledger, context, period, key)?;
        if let Some(made) = keep(ledger, (context, period), drafted)? {
            return Ok(made);
        }
    }
    // The register changes faster than proofs are made: once more, and nobody else writes.
    let (context, key) = (context.clone(), key.clone());
    ledger.write("make_sealed_reports", move |tx| {
        let stated = report_key::load_or_make(tx, context.now_ms)?;
        let counted = count(tx, &context, period, &stated)?;
        store(tx, prove(&context, counted, &Keys { certified: key, stated })?.reports)
    })
}

/// What is to be stored of a period, and by which register it was counted.
pub(super) struct Drafted {
    due: Vec<(TableId, ReportNumber)>,
    stamp: Stamp,
    reports: Vec<Result<SealedDraft, Made>>,
}

/// A report that is sealed and signed, and not stored yet.
struct SealedDraft {
    report: StoredReport,
    told: Vec<Told>,
    figures: Vec<u64>,
    item: Vec<u8>,
    made: Made,
}

/// Counts, proves, seals and signs what is due of a period; holds nothing and writes nothing but a
/// report key where there is none.
pub(super) fn draft(
    ledger: &Ledger,
    context: &Context,
    period: Period,
    key: &SigningKey,
) -> Result<Drafted, SealingError> {
    let now_ms = context.now_ms;
    let stated = match ledger.read(report_key::load)? {
        Some(stated) => stated,
        None => ledger.write("report_key", move |tx| report_key::load_or_make(tx, now_ms))?,
    };
    let keys = Keys { certified: key.clone(), stated };
    let (asked, stated) = (context.clone(), keys.stated.clone());
    let counted = ledger.read(move |tx| count(tx, &asked, period, &stated))?;
    prove(context, counted, &keys)
}

/// Stores what was drafted; nothing where the register is another one by now.
pub(super) fn keep(
    ledger: &Ledger,
    (context, period): (&Context, Period),
    drafted: Drafted,
) -> Result<Option<Vec<Made>>, SealingError> {
    let Drafted { due, stamp, reports } = drafted;
    if due.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let context = context.clone();
    ledger.write("make_sealed_reports", move |tx| {
        let open = open_of(tx, &context, period)?;
        let is_same = open.iter().map(|due| (due.table.id(), due.number));
        let is_same = is_same.eq(due.iter().map(|(table, number)| (table, *number)));
        if !is_same || register::stamp(tx)? != stamp {
            return Ok(None);
        }
        may_leave(tx, &context, period)?;
        store(tx, reports).map(Some)
    })
}

/// What each due table of a period holds, or why it has no report, and the rules that they break;
/// and the register of then.
fn count(
    tx: &Tx<'_>,
    context: &Context,
    period: Period,
    stated: &SigningKey,
) -> Result<(Stamp, Found, Vec<Contradiction>), SealingError> {
    let (due, stamp) = (open_of(tx, context, period)?, register::stamp(tx)?);
    if due.is_empty() {
        return Ok((stamp, Vec::new(), Vec::new()));
    }
    may_leave(tx, context, period)?;
    let measured = measure_all(tx, context, (period, due), stated);
    let (found, contradictions) = measured.map_err(SealingError::of_store)?;
    Ok((stamp, found, contradictions))
}

fn prove(
    context: &Context,
    (stamp, found, contradictions): (Stamp, Found, Vec<Contradiction>),
    keys: &Keys,
) -> Result<Drafted, SealingError> {
    let due = found.iter().map(|(due, _)| (due.table.id().clone(), due.number)).collect();
    let mut reports = Vec::with_capacity(found.len());
    for (due, found) in found {
        reports.push(match found {
            Ok(measured) => Ok(seal(context, &due, measured, keys)?),
            Err(NoReport::Absent(reason)) => Err(absent(&due, reason)),
            Err(NoReport::Broken(reason)) => {
                Err(Made::Broken { table: due.table.id().clone(), reason })
            }
        });
    }
    reports.extend(contradictions.into_iter().map(|one| Err(Made::Contradicted(one))));
    Ok(Drafted { due, stamp, reports })
}

fn store(tx: &Tx<'_>, reports: Vec<Result<SealedDraft, Made>>) -> Result<Vec<Made>, SealingError> {
    let mut made = Vec::with_capacity(reports.len());
    for report in reports {
        made.push(match report {
            Ok(draft) => {
                register::insert(tx, &draft.report, &draft.told, &draft.item)?;
                register::keep_figures(tx, &draft.report.name, &draft.figures)?;
                draft.made
            }
            Err(absent) => absent,
        });
    }
    Ok(made)
}

fn open_of(tx: &Tx<'_>, context: &Context, period: Period) -> Result<Vec<Due>, SealingError> {
    let open = due_among(tx, context, |one| one == period)?.into_iter();
    let open = open.filter_map(|pending| match pending {
        Pending::Seal(due) => Some(due),
        Pending::Refused(_) => None,
    });
    Ok(open.collect())
}

/// Nobody holds the period, and somebody answers for what leaves.
fn may_leave(tx: &Tx<'_>, context: &Context, period: Period) -> Result<(), SealingError> {
    if hold::of_period(tx, &period.to_string())?.is_some() {
        return Err(SealingError::Held(period));
    }
    if governance::responsible(tx, context.today)?.is_none() {
        return Err(SealingError::NoResponsible);
    }
    Ok(())
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
struct Keys {
    certified: SigningKey,
    stated: SigningKey,
}

/// What each due table of a period holds, or why it has no report.
type Found = Vec<(Due, Result<Measured, NoReport>)>;

fn measure_all(
    tx: &Tx<'_>,
    context: &Context,
    (period, open): (Period, Vec<Due>),
    stated: &SigningKey,
) -> Result<(Found, Vec<Contradiction>), SealingError> {
    let own = context.span(period)?;
    let missing = || SealingError::NotListed(own.school_year);
    let under_seal = context.year(own.school_year).ok_or_else(missing)?;
    let school = under_seal.year().roster.school(&context.unit).ok_or_else(missing)?;
    let profile = profile::load(tx)?.ok_or(SealingError::NoProfile)?;
    // A grade that the school gave up since is its grade in every week of the year.
    let profile = profile.with_grades(&listed(school));
    // A stock is of its term; a flow reaches back, because what was entered late is told in it.
    let since = match period {
        Period::Term(_) => None,
        _ => match since(tx, context, (under_seal, own), stated)? {
            Ok(since) => Some(since),
            Err(reason) => return Ok((none(open, reason), Vec::new())),
        },
    };
    let (weeks, is_vacation) = (held_weeks(tx, context, period)?, is_vacation(context, &own));
    // Tables that reach back equally far are counted from the same facts.
    let mut facts: BTreeMap<Date, Facts> = BTreeMap::new();
    let (mut found, mut counted) = (Vec::with_capacity(open.len()), Counted::default());
    let beside = Beside::of(tx, context, (under_seal, period, own))?;
    let mut tables: Option<(Named, SealedTables)> = None;
    for due in open {
        // Those of one catalogue follow each other.
        let kept = tables.take().filter(|(named, _)| named.0 == due.catalogue.0);
        let made = || (due.catalogue.clone(), SealedTables::of(&due.catalogue.1));
        let (named, all): &(Named, SealedTables) = tables.insert(kept.unwrap_or_else(made));
        let family = Family::of((all, &named.1), &due.table);
        let from = match since.filter(|_| !beside.tells_its_week(&due)) {
            Some(since) => family.since(context, (own, since)),
            None => own.from,
        };
        let facts = match facts.entry(from) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let span = Span { from, ..own };
                place.insert(Facts::of_period(tx, &profile, span, context.today)?)
            }
        };
        let held = Held { weeks: &weeks, moment: beside.moment(&due), is_vacation };
        let of = (&due, &family, held);
        let measured = match measure(tx, (facts, named), of, school).map_err(SealingError::of_store)
        {
            // What a special period asks for wrongly stops nothing of the ordinary catalogue.
            Err(SealingError::Indicator(error)) if named.1.special().is_some() => {
                tracing::warn!(table = %due.table.id(), %error, "a special period has no place");
                Err(NoReport::Absent(Unsealed::NoPlace))
            }
            other => other?,
        };
        if measured.is_ok() {
            counted.note(from, &due);
        }
        found.push((due, measured));
    }
    Ok((found, counted.contradictions(&facts)?))
}

/// No report of any table, for one reason.
fn none(open: Vec<Due>, reason: Unsealed) -> Found {
    open.into_iter().map(|due| (due, Err(NoReport::Absent(reason)))).collect()
}

/// The grades of a school by the signed roster, with their stages.
pub(super) fn listed(school: &School) -> Vec<(Grade, Stage)> {
    let stages = school.stages.iter();
    stages.flat_map(|(stage, grades)| grades.keys().map(|grade| (*grade, *stage))).collect()
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

/// Whether no day of a week is one of school.
fn is_vacation(context: &Context, own: &Span) -> bool {
    let mut terms = context.packs.calendar().terms().iter();
    !terms.any(|term| term.start <= own.to && own.from <= term.end)
}

fn seal(
    context: &Context,
    due: &Due,
    measured: Measured,
    keys: &Keys,
) -> Result<SealedDraft, SealingError> {
    let year = context.span(due.period)?.school_year;
    let under_seal = context.year(year).ok_or(SealingError::NotListed(year))?;
    let cap = measured.report.cap();
    let bound = bound_to(&due.task, &context.unit, due.number);
    let shares = Instance::new(cap, due.table.cells())?.split(&measured.report, &bound)?;
    let halves = shares.seal(&under_seal.hubs()?, &bound)?;
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
        to: under_seal.year().leader.clone(),
        enrolled: measured.enrolled,
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
    let figures = measured.report.danger_exact_cells().to_vec();
    let made = Made::Sealed { table: due.table.id().clone(), number: due.number };
    Ok(SealedDraft { report, told: measured.told, figures, item, made })
}
