//! Pages of the school's own counts: every figure, cell by cell, and the records behind one.
//!
//! Exact figures, for roles that may see counts; nothing leaves from here. Records behind a figure
//! are shown to whom the table of authority lets read them, with a reason, and each look is logged.

mod change;
mod change_words;
mod pages;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use domain::catalogue::{Catalogue, Count, NativePeriod, Origin};
use domain::period::{Calendar, Period};
use domain::span::Span;
use jiff::ToSpan as _;
use jiff::civil::Date;
use runtime::web::{Audience, Label, NavLink, Problem, Role, SignedForm, Visitor, posts};
use serde::Deserialize;

use super::office::{Office, told};
use crate::indicator::{ExplainError, Facts, IndicatorError, Ways, current, explain, native_of};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealed::{Seal, SealYears};
use crate::ledger::{Ledger, account, profile};
use pages::{List, Listed, ListedRatio, Shown};

const COUNTS_HREF: &str = "/counts";
/// Latest terms that the list of periods offers.
const TERMS_OFFERED: usize = 4;

/// Roles that see counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counters;

impl Audience for Counters {
    const ROLES: &'static [Role] =
        &[Role::Counsellor, Role::MoralHead, Role::Principal, Role::Operator, Role::Auditor];
}

/// The link in the menu.
pub(super) const fn link() -> NavLink {
    NavLink { label: words::COUNTS, href: COUNTS_HREF }
}

/// The pages.
pub(super) fn router() -> Router<Office> {
    Router::new()
        .route(COUNTS_HREF, get(show_list))
        .route(change::CHANGES_HREF, get(change::show))
        .route("/counts/{id}", get(show_count))
        .route("/counts/{id}/why", posts(show_why, "/counts/{id}"))
}

/// Why a page could not be made.
enum Failed {
    /// A record of the ledgers fits no cell.
    Record(IndicatorError),
    /// The school has not joined, and it is not known as which unit it counts.
    NotJoined,
    /// There is no such period, with those that are offered.
    Period {
        /// As it was typed.
        asked: String,
        /// Those to choose from.
        offered: Vec<Period>,
    },
    /// Anything else.
    Problem(Problem),
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    period: String,
}

#[derive(Deserialize)]
struct Why {
    #[serde(default)]
    period: String,
    #[serde(default)]
    cell: usize,
    reason: String,
}

/// What every page needs: the rules in force and today.
struct InForce {
    catalogue: Arc<Catalogue>,
    calendar: Arc<Calendar>,
    sealed_years: SealYears,
    today: Date,
}

impl InForce {
    fn of(office: &Office) -> Result<Self, Problem> {
        let packs = office.packs_now()?;
        let (catalogue, calendar) = (packs.in_force().pack.clone(), packs.calendar().clone());
        let sealed_years = office.rules.sealed_school_years()?;
        Ok(Self { catalogue, calendar, sealed_years, today: office.shell.clock.today() })
    }

    /// Periods that people ask for: the terms that have begun, the school year, and the latest
    /// months and weeks.
    fn offered(&self) -> Vec<Period> {
        let begun = self.calendar.terms().iter().rev().filter(|term| term.start <= self.today);
        let terms = begun.map(|term| Period::Term(term.id)).take(TERMS_OFFERED);
        let of = |native, day| current(native, day, &self.calendar);
        let month_before = self.today.first_of_month().yesterday().unwrap_or(self.today);
        let week_before = self.today.saturating_sub(7.days());
        terms
            .chain([
                of(NativePeriod::Year, self.today),
                of(NativePeriod::Month, self.today),
                of(NativePeriod::Month, month_before),
                of(NativePeriod::Week, self.today),
                of(NativePeriod::Week, week_before),
            ])
            .collect()
    }

    fn count(&self, id: &str) -> Result<Count, Problem> {
        let own = self.catalogue.count(id).filter(|count| count.origin == Origin::School);
        own.cloned().ok_or(Problem::NotFound)
    }

    /// The period that is asked for, or the current one of a kind.
    fn period(&self, asked: &str, native: NativePeriod) -> Result<Period, Failed> {
        let asked = asked.trim();
        if asked.is_empty() {
            return Ok(current(native, self.today, &self.calendar));
        }
        let known = |period: &Period| Span::of(*period, &self.calendar).is_ok();
        let period = asked.parse::<Period>().ok().filter(known);
        let none = || Failed::Period { asked: asked.to_owned(), offered: self.offered() };
        period.ok_or_else(none)
    }

    /// Whether counts about persons of a period leave under seal, as for a release.
    fn seal(&self, ledger: &Ledger, period: Period) -> Result<Seal, Problem> {
        let span = Span::of(period, &self.calendar).map_err(|_| Problem::NotFound)?;
        let years = self.sealed_years.clone();
        Ok(ledger.read(move |tx| years.seal(tx, span.school_year))?)
    }

    /// Where a count of a period goes.
    fn leaves(&self, ledger: &Ledger, count: &Count, period: Period) -> Result<Label, Problem> {
        let seal = self.seal(ledger, period)?;
        Ok(pages::leaves(Ways::of(&self.catalogue).way(count, seal)))
    }

    fn facts(&self, ledger: &Ledger, period: Period) -> Result<Facts, Failed> {
        self.facts_of(ledger, &[period])?.pop().ok_or(Failed::Problem(Problem::NotFound))
    }

    /// The facts of some periods, in their order.
    fn facts_of(&self, ledger: &Ledger, periods: &[Period]) -> Result<Vec<Facts>, Failed> {
        let spans = periods.iter().map(|period| Span::of(*period, &self.calendar));
        let spans: Vec<Span> = spans.collect::<Result<_, _>>().map_err(|_| Problem::NotFound)?;
        let today = self.today;
        let load = ledger.read(move |tx| {
            let Some(profile) = profile::load(tx)? else { return Ok(None) };
            Facts::of_periods(tx, &profile, &spans, today).map(Some)
        });
        load?.ok_or(Failed::NotJoined)
    }
}

async fn show_list(
    State(office): State<Office>,
    visitor: Visitor<Counters>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let ours = office.clone();
    let period = asked.period.clone();
    let listed = off_thread(move || list(&ours, &period)).await;
    let page = match listed {
        Ok(listed) => pages::list(&listed, &asked.period, lang)?,
        Err(error) => return failed(&office, &visitor, (error, COUNTS_HREF)),
    };
    office.reply(&visitor, &page)
}

/// Every count of a school with its total, and every ratio over them, each in its own period unless
/// one is asked for.
fn list(office: &Office, asked: &str) -> Result<List, Failed> {
    let in_force = InForce::of(office)?;
    let (mut listed, mut ratios) = (Vec::new(), Vec::new());
    let ways = Ways::of(&in_force.catalogue);
    let lengths = NativePeriod::ALL.iter().filter(|native| **native != NativePeriod::Day);
    let told = lengths.map(|native| in_force.period(asked, *native).map(|of| (native, of)));
    let told: Vec<(&NativePeriod, Period)> = told.collect::<Result<_, Failed>>()?;
    // One that is asked for is that of every length, and counted once.
    let mut periods: Vec<Period> = told.iter().map(|(_, period)| *period).collect();
    periods.dedup();
    let facts = in_force.facts_of(&office.ledger, &periods)?;
    for (native, period) in told {
        let of_it = periods.iter().position(|one| *one == period);
        let Some(facts) = of_it.and_then(|at| facts.get(at)) else { continue };
        let counts = in_force.catalogue.counts().iter();
        let own = counts.filter(|count| count.origin == Origin::School && count.period == *native);
        let seal = in_force.seal(&office.ledger, period)?;
        for count in own {
            let figures = facts.figures(&in_force.catalogue, count)?;
            let leaves = pages::leaves(ways.way(count, seal));
            listed.push(Listed { count: count.clone(), period, figures, leaves });
        }
        let own = in_force.catalogue.ratios().iter();
        let own = own.filter(|ratio| native_of(&in_force.catalogue, ratio) == *native);
        for ratio in own {
            let figure = facts.ratio(&in_force.catalogue, ratio)?;
            ratios.extend(figure.map(|figure| ListedRatio {
                ratio: ratio.clone(),
                period,
                figure,
                wants_term: *native == NativePeriod::Term
                    && NativePeriod::of(period) != NativePeriod::Term,
            }));
        }
    }
    Ok(List { listed, ratios, offered: in_force.offered() })
}

async fn show_count(
    State(office): State<Office>,
    visitor: Visitor<Counters>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    let ours = office.clone();
    let href = format!("{COUNTS_HREF}/{id}");
    let page = match off_thread(move || shown(&ours, &id, &asked.period)).await {
        Ok(shown) => pages::count(&shown, (None, &None), &visitor.session, lang)?,
        Err(error) => return failed(&office, &visitor, (error, &href)),
    };
    office.reply(&visitor, &page)
}

/// A count of a period, cell by cell.
fn shown(office: &Office, id: &str, asked: &str) -> Result<Shown, Failed> {
    let in_force = InForce::of(office)?;
    let count = in_force.count(id)?;
    let period = in_force.period(asked, count.period)?;
    let facts = in_force.facts(&office.ledger, period)?;
    let figures = facts.figures(&in_force.catalogue, &count)?;
    let leaves = in_force.leaves(&office.ledger, &count, period)?;
    let (offered, is_over) = (in_force.offered(), facts.is_over());
    let catalogue = in_force.catalogue;
    Ok(Shown { catalogue, count, period, figures, is_over, leaves, offered })
}

/// The page of a count for whoever asked without a reason, with that above it.
async fn unreasoned(
    office: &Office,
    visitor: &Visitor<Counters>,
    (id, fields): (String, Why),
) -> Result<Response, Problem> {
    let (lang, cell) = (visitor.frame.lang, Some(fields.cell));
    let (ours, href) = (office.clone(), format!("{COUNTS_HREF}/{id}"));
    let found = off_thread(move || shown(&ours, &id, &fields.period)).await;
    let told = told(LedgerRefusal::Reason, lang)?;
    match found {
        Ok(shown) => {
            let page = pages::count(&shown, (cell, &told), &visitor.session, lang)?;
            office.tell(visitor, &page, &told)
        }
        Err(error) => failed(office, visitor, (error, &href)),
    }
}

async fn show_why(
    State(office): State<Office>,
    Path(id): Path<String>,
    form: SignedForm<Counters, Why>,
) -> Result<Response, Problem> {
    let (visitor, fields) = (form.visitor, form.fields);
    if fields.reason.trim().is_empty() {
        return unreasoned(&office, &visitor, (id, fields)).await;
    }
    let (ours, login) = (office.clone(), visitor.session.login.clone());
    let href = format!("{COUNTS_HREF}/{id}");
    let found = off_thread(move || {
        let in_force = InForce::of(&ours)?;
        let count = in_force.count(&id)?;
        let period = in_force.period(&fields.period, count.period)?;
        let facts = in_force.facts(&ours.ledger, period)?;
        let figures = facts.figures(&in_force.catalogue, &count)?;
        let (catalogue, now_ms) = (Arc::clone(&in_force.catalogue), ours.shell.clock.now_ms());
        let (asked, values) = (count.clone(), figures.block.values_at(fields.cell));
        let values: Vec<String> =
            values.ok_or(Problem::NotFound)?.into_iter().map(str::to_owned).collect();
        let explained = ours.ledger.write("explain", move |tx| {
            let reader = account::author(tx, &login, now_ms)?;
            let reader = reader.ok_or(LedgerRefusal::NotAllowed)?.because(&fields.reason);
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            explain(tx, (&facts, &catalogue), &asked, &values, &reader)
        });
        let leaves = in_force.leaves(&ours.ledger, &count, period)?;
        let (offered, is_over) = (in_force.offered(), true);
        let catalogue = in_force.catalogue;
        let shown = Shown { catalogue, count, period, figures, is_over, leaves, offered };
        Ok((shown, explained?, fields.cell))
    });
    let lang = visitor.frame.lang;
    let page = match found.await {
        Ok((shown, explained, place)) => pages::why(&shown, &explained, place, lang)?,
        Err(error) => return failed(&office, &visitor, (error, &href)),
    };
    office.reply(&visitor, &page)
}

/// What somebody is shown in place of figures, with the page on which they go on.
fn failed(
    office: &Office,
    visitor: &Visitor<Counters>,
    (failed, href): (Failed, &str),
) -> Result<Response, Problem> {
    let lang = visitor.frame.lang;
    match failed {
        Failed::Record(error) => office.reply(visitor, &pages::unplaced(&error, lang)?),
        Failed::NotJoined => office.reply(visitor, &pages::not_joined(lang)?),
        Failed::Period { asked, offered } => {
            let page = pages::no_period((href, &asked), &offered, lang)?;
            office.reply_with(StatusCode::BAD_REQUEST, visitor, &page)
        }
        Failed::Problem(problem) => Err(problem),
    }
}

/// Counts where blocking does no harm.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failed> + Send + 'static,
) -> Result<T, Failed> {
    let done = runtime::blocking::run(work).await;
    done.unwrap_or(Err(Failed::Problem(Problem::Internal)))
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<IndicatorError> for Failed {
    fn from(error: IndicatorError) -> Self {
        match error {
            IndicatorError::Store(error) => Self::Problem(error.into()),
            error => Self::Record(error),
        }
    }
}

impl From<ExplainError> for Failed {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Cell => Self::Problem(Problem::NotFound),
            ExplainError::Indicator(error) => error.into(),
            ExplainError::Store(error) | ExplainError::Ledger(LedgerRefusal::Store(error)) => {
                Self::Problem(error.into())
            }
            _ => Self::Problem(Problem::Forbidden),
        }
    }
}

#[cfg(test)]
mod tests;
