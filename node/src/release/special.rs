//! Tables of special periods: which are open for a period, and what stands in them.
//!
//! A special period ends by itself. On the day after its last day its last sheet leaves and closes
//! it: what was entered later is not told any more. Only what never left, because the machine was
//! off, is made up for, and that for a week. For a school it begins with the version that names
//! it: of the days before nobody asked it, and nobody waits for it. Nothing here is asked of a
//! person or of the hub.

use domain::disclosure::RawTable;
use domain::period::Period;
use domain::span::Span;
use domain::special::SpecialPeriod;
use domain::unit::UnitId;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::{Context, ReleaseError};
use crate::indicator::{self, Checked, Facts};
use crate::ledger::{journal, release as register};
use crate::packs::Known;

/// Days for which a day is told again where something of it was entered late.
const LATE_DAYS: i64 = 7;
/// Days after the last day for which what never left is made up for.
const CLOSING_DAYS: i64 = 7;

/// The special periods that have a table to be told for a period today.
pub(super) fn open<'c>(
    tx: &Tx<'_>,
    context: &'c Context,
    unit: &UnitId,
    (period, span): (Period, &Span),
) -> Result<Vec<&'c Known<SpecialPeriod>>, ReleaseError> {
    let mut open = Vec::new();
    for followed in &context.specials {
        let special = &*followed.pack;
        let is_asked = special.holds(period) && asks(context, special, span);
        if is_asked && is_open(tx, (special, unit), (period, span), context.today)? {
            open.push(followed);
        }
    }
    Ok(open)
}

/// Periods of special periods that are over and to be told today.
pub(super) fn due(
    tx: &Tx<'_>,
    context: &Context,
    unit: &UnitId,
) -> Result<Vec<Period>, ReleaseError> {
    let mut due = Vec::new();
    for followed in &context.specials {
        for period in followed.pack.periods() {
            let Ok(span) = Span::of(period, &context.calendar) else { continue };
            let of = (&*followed.pack, unit);
            let is_over = span.to < context.today && asks(context, &followed.pack, &span);
            if is_over && is_open(tx, of, (period, &span), context.today)? {
                due.push(period);
            }
        }
    }
    Ok(due)
}

/// The raw figures of a special period's table, held to what its counts owe each other; nothing
/// where it has none.
///
/// # Errors
/// Figures cannot be computed, or contradict each other.
pub(super) fn count(
    followed: &Known<SpecialPeriod>,
    facts: &Facts,
) -> Result<Option<RawTable>, ReleaseError> {
    let catalogue = followed.pack.catalogue();
    let Some(table) = followed.pack.table() else { return Ok(None) };
    let raw = facts.table(catalogue, table)?;
    let checked = Checked::of(catalogue, facts)?;
    indicator::check(catalogue, std::slice::from_ref(&raw), Some(&checked))?;
    Ok(Some(raw))
}

/// Whether the version in force on the first day of a period asked this school. One that came in
/// later is due from its version on: hubs count nobody before, and refuse what is made up for.
fn asks(context: &Context, special: &SpecialPeriod, span: &Span) -> bool {
    context.special_versions.ask_on(special.id().as_str(), span.from)
}

/// Whether a period of a special period may still be told on a day: it never left, or something
/// of it was entered since and the special period has not been closed.
fn is_open(
    tx: &Tx<'_>,
    (special, unit): (&SpecialPeriod, &UnitId),
    (period, span): (Period, &Span),
    today: Date,
) -> Result<bool, ReleaseError> {
    let Some(table) = special.table() else { return Ok(false) };
    let (table, text) = (table.id().as_str(), period.to_string());
    let Some(last) = register::last(tx, unit.as_str(), table, &text)? else {
        return Ok(today <= after(special.last(), CLOSING_DAYS));
    };
    let is_late = today > after(special.last(), 1) || today > after(span.to, LATE_DAYS);
    Ok(!is_late && journal::is_entered(tx, (span.from, span.to), last.made_at_ms)?)
}

fn after(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

#[cfg(test)]
mod tests;
