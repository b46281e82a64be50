//! Since when: the first day whose events a report of a week may tell.
//!
//! What was entered late is told in the next week that is sealed, so a report reaches back. How far
//! is decided here, by documents and by what this ledger is, not by what was entered: to the first
//! week under seal of the school year; not behind a week that a lost ledger told, or may have told
//! before this one was put back; not behind a day from which figures can no more be made; and of
//! each table no further than it has been counted as it is. What lies before is told by nobody any
//! more: an event counts once or never.

use certs::digest::sha256;
use certs::key::SigningKey;
use domain::disclosure::sealed::{SealedTable, SealedTables, Week, weeks_of};
use domain::period::Period;
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::clock::local_of;
use runtime::sealing::SealingYear;
use runtime::sql::{SqlError, Tx};

use super::schedule::leaves;
use super::{Context, SealingError};
use crate::indicator::Unsealed;
use crate::ledger::sealed as register;
use crate::ledger::{destroy, letters, report_key};

/// The first day whose events a report of a week may tell, whatever its table; none where the week
/// itself is not this ledger's to tell.
pub(super) fn since(
    tx: &Tx<'_>,
    context: &Context,
    (year, own): (&SealingYear, Span),
    key: &SigningKey,
) -> Result<Result<Date, Unsealed>, SealingError> {
    let begun = context.span(Period::SchoolYear(own.school_year))?.from;
    let mut since = first_monday(year.days().0).max(begun);
    let began = [lost_until(tx, context, key)?, unknown_until(tx, context, own)?];
    for began in began.into_iter().flatten() {
        if own.from < began {
            return Ok(Err(Unsealed::OfLostLedger));
        }
        since = since.max(began);
    }
    let told = register::told_before(tx)?;
    let weeks = told.iter().filter_map(|period| match period.parse() {
        Ok(Period::Week { year, week }) => Week::new(year, week),
        _ => None,
    });
    let after = weeks.filter_map(|week| week.sunday().tomorrow().ok()).max();
    let gone = destroy::gone_by(tx, own.from)?;
    Ok(Ok([after, gone].into_iter().flatten().fold(since, Date::max)))
}

/// The same for a table: it was counted otherwise before the catalogue of this day, or not at all.
pub(super) fn of_table(context: &Context, table: &SealedTable, (own, since): (Span, Date)) -> Date {
    let counted = |day: Date| {
        let (_, catalogue) = context.catalogue_on(day)?;
        SealedTables::of(&catalogue).table(table.id().as_str())?.counted_by(&catalogue)
    };
    let now = counted(own.from);
    let days = context.packs.catalogue_days(own.from);
    let same = days.into_iter().take_while(|day| counted(*day) == now).last();
    let first = same.filter(|day| *day > Date::MIN).map(first_monday);
    first.map_or(since, |first| first.max(since))
}

/// The first Monday from a day on. What was before is in weeks without a task, and these are never
/// made up for.
fn first_monday(from: Date) -> Date {
    let monday = |week: Week| week.sunday().saturating_sub(6.days());
    let week = Week::of(from);
    if monday(week) == from { from } else { monday(week.next()) }
}

/// The Monday after this ledger's report key was made, where health stated another key for the
/// school: a ledger that was lost told what was before, or kept it to itself.
fn lost_until(
    tx: &Tx<'_>,
    context: &Context,
    key: &SigningKey,
) -> Result<Option<Date>, SealingError> {
    let own = sha256(key.public().spki());
    let is_other = |year: &SealingYear| year.was_told_under_another(&context.unit, &own);
    if !context.years.iter().any(is_other) {
        return Ok(None);
    }
    let made = report_key::made_at_ms(tx)?.map(|made| Week::of(local_of(made).date()));
    Ok(made.and_then(|week| week.sunday().tomorrow().ok()))
}

/// The Monday after the last week that a ledger may have told which this one was put back from: it
/// was due by then and this one knows no report of it from before, or a report of it was queued
/// that this one does not know. The tables of such a week, sealed anew, would tell what is here now
/// beside those that left, and the difference is this school's own.
fn unknown_until(tx: &Tx<'_>, context: &Context, own: Span) -> Result<Option<Date>, SqlError> {
    let names = register::names(tx)?;
    let queued = context.queued.iter().filter(|(name, _)| !names.contains(name));
    let mut last = queued.map(|(_, week)| *week).max();
    if let Some(at_ms) = letters::put_back_ms(tx)? {
        let (day, known) = (local_of(at_ms).date(), register::periods_before(tx, at_ms)?);
        let year = context.span(Period::SchoolYear(own.school_year)).map(|span| weeks_of(&span));
        let due = year.unwrap_or_default().into_iter().filter(|week| leaves(*week) <= day);
        last = last.max(due.filter(|week| !known.contains(&week.period().to_string())).max());
    }
    Ok(last.and_then(|week| week.sunday().tomorrow().ok()))
}
