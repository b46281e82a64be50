//! Schedule: which periods can be told today, and when their sheets leave by themselves.
//!
//! A week, month or school year is told once it is over, and leaves on the second morning after,
//! so that the principal has a working day to look at it and to hold it. What is entered late
//! makes a new revision for a while; after that a person sends the period by its name. A term
//! holds what cannot be taken back (a band, a rounded table), so a person sends it. A day of a
//! special period leaves on the next morning.

use domain::catalogue::NativePeriod;
use domain::period::Period;
use domain::span::Span;
use domain::special::SpecialPeriod;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::sql::Tx;

use super::prepare::drafts;
use super::{Context, Prepared, ReleaseError, special};
use crate::indicator::{current, works_since};
use crate::ledger::profile;
use crate::ledger::release as register;
use crate::ledger::{Ledger, journal, rounding_key};

/// Days from the last day of a period to the day on which its sheet leaves.
const NOTICE_DAYS: i64 = 2;
/// The same for a day of a special period, which is asked for because there is no time.
const NOTICE_DAYS_SPECIAL: i64 = 1;
/// Hour of that day, by the calendar of the city.
pub const LEAVES_AT_HOUR: i8 = 6;
/// Days after its end for which a period that was released is counted again for late entries.
const LATE_DAYS: i64 = 35;
/// Days back to which a period that was never released is looked for.
const LOOK_BACK_DAYS: i64 = 120;
/// Days of a week.
const WEEK: i64 = 7;

/// A period with what would leave for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which period.
    pub period: Period,
    /// Its tables; one at least is new.
    pub prepared: Prepared,
}

/// What can be told today and was not.
#[derive(Debug, Default)]
pub struct Schedule {
    /// Periods with something new, the oldest first; the current term comes last.
    pub due: Vec<Due>,
    /// Periods that cannot be told, and why; they keep nothing else back.
    pub blocked: Vec<(Period, ReleaseError)>,
}

impl Schedule {
    /// The period of which a preview says how its counts leave: the last one that is due, or else
    /// the one that runs.
    #[must_use]
    pub fn last(&self, context: &Context) -> Period {
        let running = || current(NativePeriod::Term, context.today, &context.calendar);
        self.due.last().map_or_else(running, |due| due.period)
    }
}

/// The day on which the sheet of a period leaves by itself; none for a term, which a person sends.
#[must_use]
pub fn leaves_on(period: Period, context: &Context) -> Option<Date> {
    if matches!(period, Period::Term(_)) {
        return None;
    }
    let span = Span::of(period, &context.calendar).ok()?;
    let notice = if matches!(period, Period::Day(_)) { NOTICE_DAYS_SPECIAL } else { NOTICE_DAYS };
    span.end.max(span.to).checked_add(notice.days()).ok()
}

/// How closely periods that were released before are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Counted again only where something dated in them was entered since; for pages.
    Entered,
    /// Every one of them is counted again; for what signs.
    Every,
}

/// Looks through every period that is over, and the term whose census day has come.
///
/// # Errors
/// The ledger cannot be read, or the school's profile is not set.
pub fn schedule(
    ledger: &Ledger,
    context: &Context,
    depth: Depth,
) -> Result<Schedule, ReleaseError> {
    if ledger.read(rounding_key::load)?.is_none() {
        let now_ms = context.now_ms;
        ledger
            .write("rounding_key", move |tx| rounding_key::load_or_make(tx, now_ms).map(|_| ()))?;
    }
    let context = context.clone();
    ledger.read(move |tx| {
        let mut schedule = Schedule::default();
        for period in candidates(tx, &context, depth)? {
            match drafts(tx, &context, period) {
                Ok(prepared) if prepared.new_ones() > 0 => {
                    schedule.due.push(Due { period, prepared });
                }
                Ok(_) => {}
                Err(ReleaseError::Store(error)) => return Err(ReleaseError::Store(error)),
                Err(error) => schedule.blocked.push((period, error)),
            }
        }
        Ok(schedule)
    })
}

/// Periods that are looked at: those just over, older ones that never left, and the running term.
fn candidates(tx: &Tx<'_>, context: &Context, depth: Depth) -> Result<Vec<Period>, ReleaseError> {
    let unit = profile::load(tx)?.ok_or(ReleaseError::NoProfile)?.unit;
    let mut found = Vec::new();
    if let Some(since) = works_since(tx)? {
        for period in over(context, since) {
            let Ok(span) = Span::of(period, &context.calendar) else { continue };
            let is_looked_at = match register::latest_of(tx, unit.as_str(), &period.to_string())? {
                None => true,
                Some(_) if span.end.max(span.to) <= back(context.today, LATE_DAYS) => false,
                Some(_) if depth == Depth::Every => true,
                Some(made_at_ms) => journal::is_entered(tx, (span.from, span.to), made_at_ms)?,
            };
            if is_looked_at {
                found.push(period);
            }
        }
    }
    found.extend(special::due(tx, context, &unit)?);
    found.sort();
    found.dedup();
    found.sort_by_key(|period| last_day(*period, context));
    found.extend(context.calendar.current(context.today).map(|term| Period::Term(term.id)));
    Ok(found)
}

/// Weeks, months and school years that are over and hold a day since which the school works in
/// its ledgers; by their last days.
fn over(context: &Context, since: Date) -> Vec<Period> {
    let first = since.max(back(context.today, LOOK_BACK_DAYS));
    let mut periods = Vec::new();
    let mut day = first;
    while day < context.today {
        periods
            .extend([week_of(day), Some(month_of(day)), Some(year_of(day))].into_iter().flatten());
        day = day.saturating_add(WEEK.days());
    }
    periods.sort();
    periods.dedup();
    let mut dated: Vec<(Date, Period)> = periods
        .into_iter()
        .filter_map(|period| {
            let span = Span::of(period, &context.calendar).ok()?;
            Some((span.end.max(span.to), period))
        })
        .filter(|(last, _)| *last < context.today)
        .collect();
    dated.sort();
    dated.into_iter().map(|(_, period)| period).collect()
}

fn last_day(period: Period, context: &Context) -> Option<Date> {
    Span::of(period, &context.calendar).ok().map(|span| span.end.max(span.to))
}

/// The periods that run today, the week and in special periods the day; a sheet of theirs is the
/// next that can leave where nothing waits.
pub fn running(context: &Context) -> impl Iterator<Item = Period> {
    let day = Period::Day(context.today);
    // One that has only a pulse screen has no sheet.
    let tells = |special: &SpecialPeriod| special.table().is_some() && special.holds(day);
    let is_told = context.specials.iter().any(|followed| tells(&followed.pack));
    week_of(context.today).into_iter().chain(is_told.then_some(day))
}

fn week_of(day: Date) -> Option<Period> {
    let week = day.iso_week_date();
    Some(Period::Week { year: week.year(), week: week.week() })
}

fn month_of(day: Date) -> Period {
    Period::Month { year: day.year(), month: day.month() }
}

fn year_of(day: Date) -> Period {
    Period::SchoolYear(domain::span::school_year_of(day))
}

fn back(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

#[cfg(test)]
mod tests;
