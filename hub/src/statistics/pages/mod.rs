//! The console's source: what the overview and the indicator page show, read from statistics.
//!
//! Rows are areas and never schools. A school appears where it is about who has reported, with
//! nothing but its name, its release and whether it is in.

mod breakdown;
mod indicator;
mod lower_end;
mod overview;
mod reasons;
mod sealed;
#[cfg(test)]
mod tests;
mod trend;
mod words;

use domain::period::{Period, week_thursday};
use domain::span::Span;
use domain::unit::UnitKind;
use runtime::sql::{SqlError, Tx};
use runtime::web::Label;

use super::naming::{filled, filled_with, period_name, stage_label, value_label};
use super::provenance::late;
use super::table::latest_term;
use super::value::{Blank, NoFeed, State};
use super::{
    Holdings, Sheet, SpecialLineOut, SpecialOut, Statistics, StatisticsError, UnitName,
    special_lines, special_report,
};
use crate::console::{
    Choice, Coverage, Filter, IndicatorPage, OverviewPage, SealedPage, SourceError,
    StatisticsSource, Version,
};
use crate::packs::Packs;
use crate::publication::{self, ReleaseOut, ReleasesOut};
use crate::store::{opened, snapshot};

/// Why a page has no values, inside a read.
#[derive(Debug)]
enum PageError {
    Unknown,
    Statistics(StatisticsError),
}

impl From<SqlError> for PageError {
    fn from(error: SqlError) -> Self {
        Self::Statistics(error.into())
    }
}

impl From<StatisticsError> for PageError {
    fn from(error: StatisticsError) -> Self {
        match error {
            StatisticsError::UnknownIndicator
            | StatisticsError::UnknownUnit
            | StatisticsError::Dimension => Self::Unknown,
            other => Self::Statistics(other),
        }
    }
}

impl From<PageError> for SourceError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Unknown => Self::Unknown,
            PageError::Statistics(cause) => Self::Unavailable(Box::new(cause)),
        }
    }
}

impl StatisticsSource for Statistics {
    fn overview(&self, period: Option<&str>) -> Result<OverviewPage, SourceError> {
        let (period, today) = (period.unwrap_or_default().to_owned(), self.clock().today());
        let now_ms = self.clock().now_ms();
        let page = self.read(move |tx, packs, at| {
            let periods = periods(tx, packs, &period, today)?;
            overview::page(tx, packs, at, (&periods, now_ms))
        });
        page.map_err(SourceError::from)
    }

    fn indicator(&self, filter: &Filter) -> Result<IndicatorPage, SourceError> {
        let (filter, today) = (filter.clone(), self.clock().today());
        let page = self.read(move |tx, packs, at| {
            let periods = periods(tx, packs, &filter.period, today)?;
            indicator::page(tx, packs, at, (&periods, &filter, today))
        });
        page.map_err(SourceError::from)
    }

    fn sealed(&self, period: Option<&str>) -> Result<SealedPage, SourceError> {
        let asked = period.map(str::parse::<Period>).transpose();
        let asked = asked.map_err(|_| SourceError::Unknown)?;
        let (packs, at) = (self.packs(), self.unit().clone());
        let now = (self.clock().today(), self.clock().now_ms());
        let page = self.database().read(move |tx| sealed::page(tx, &packs, &at, (asked, now)));
        page.map_err(SourceError::from)
    }

    fn specials(&self) -> Result<Vec<SpecialLineOut>, SourceError> {
        Ok(special_lines(&self.packs(), self.unit(), self.clock().today()))
    }

    fn special(&self, id: &str) -> Result<SpecialOut, SourceError> {
        let (id, today) = (id.to_owned(), self.clock().today());
        let found = self.read(move |tx, packs, at| {
            special_report(tx, packs, at, (&id, today))?.ok_or(PageError::Unknown)
        });
        found.map_err(SourceError::from)
    }

    fn publications(
        &self,
        id: Option<&str>,
    ) -> Result<(ReleasesOut, Option<ReleaseOut>), SourceError> {
        let (id, today) = (id.map(str::to_owned), self.clock().today());
        let found = self.read(move |tx, packs, at| {
            let chosen =
                id.map(|id| publication::release(tx, packs, at, &id)?.ok_or(PageError::Unknown));
            let all = publication::releases(tx, at, (packs.calendar(), today))?;
            Ok::<_, PageError>((all, chosen.transpose()?))
        });
        found.map_err(SourceError::from)
    }
}

/// Periods that can be chosen, and the one that is.
struct Periods {
    chosen: Period,
    choices: Vec<Choice>,
}

/// Periods with figures: terms, school years, months and weeks, the latest of each first; the
/// chosen one or, where none is asked for, the latest term.
fn periods(
    tx: &Tx<'_>,
    packs: &Packs,
    asked: &str,
    today: jiff::civil::Date,
) -> Result<Periods, PageError> {
    let stored = snapshot::periods(tx)?;
    let mut known: Vec<Period> = stored.iter().filter_map(|text| text.parse().ok()).collect();
    known.extend(opened_periods(tx, packs)?);
    known.sort();
    known.dedup();
    // Days have figures of special periods only, which have a page of their own.
    known.retain(|period| !matches!(period, Period::Day(_)));
    let chosen = match asked {
        "" => Period::Term(latest_term(tx, packs, today)?.ok_or(PageError::Unknown)?),
        text => text.parse().map_err(|_| PageError::Unknown)?,
    };
    if !known.contains(&chosen) {
        // A period without figures can be asked for as long as the calendar has it.
        Span::of(chosen, packs.calendar()).map_err(|_| PageError::Unknown)?;
        known.push(chosen);
    }
    known.sort_by(|one, other| rank(*one).cmp(&rank(*other)).then(other.cmp(one)));
    let choice =
        |period: &Period| Choice { value: period.to_string(), label: period_name(*period) };
    Ok(Periods { chosen, choices: known.iter().map(choice).collect() })
}

/// Periods of opened sums, and the months and terms that opened weeks are part of.
fn opened_periods(tx: &Tx<'_>, packs: &Packs) -> Result<Vec<Period>, PageError> {
    let mut found = opened::periods(tx)?;
    for period in found.clone() {
        let Period::Week { year, week } = period else { continue };
        let Some(thursday) = week_thursday(year, week) else { continue };
        found.push(Period::Month { year: thursday.year(), month: thursday.month() });
        let term = packs.calendar().current(thursday);
        found.extend(term.map(|term| Period::Term(term.id)));
    }
    Ok(found)
}

/// Terms first, then longer periods before shorter ones.
const fn rank(period: Period) -> u8 {
    match period {
        Period::Term(_) => 0,
        Period::SchoolYear(_) => 1,
        Period::Half { .. } => 2,
        Period::Month { .. } => 3,
        Period::Week { .. } => 4,
        Period::Day(_) => 5,
    }
}

pub(crate) use sealed::{area_name, counted as sealed_name};

/// What a unit's row and total are called. Health's hub is no area: it helps some.
fn unit_label(unit: &UnitName) -> Label {
    if unit.kind == UnitKind::Helper { words::HELPED.into() } else { (&unit.label).into() }
}

fn coverage(coverage: domain::rollup::Coverage) -> Coverage {
    Coverage {
        reported: coverage.schools_reported,
        due: coverage.schools_due,
        persons: (coverage.schools_reported > 0).then_some(coverage.persons),
    }
}

/// The state of the data that a sheet of the hub's own stands for.
fn version(
    tx: &Tx<'_>,
    packs: &Packs,
    (sheet, period): (&Sheet, Period),
) -> Result<Option<Version>, PageError> {
    let Some(root) = sheet.root else {
        return Ok(None);
    };
    let known = packs.in_force();
    Ok(Some(Version {
        snapshot: sheet.snapshot,
        root,
        cut_off_ms: sheet.at_ms,
        late: late(tx, sheet, &period.to_string())?,
        catalogue_revision: known.catalogue.revision(),
        catalogue: known.digest,
    }))
}

/// The hub's sheet that a list of states begins with.
fn first_sheet<'h>(holdings: &'h Holdings, states: &[State]) -> Option<&'h Sheet> {
    let table = &states.first()?.table;
    holdings.whole.sheets.iter().find(|sheet| sheet.table() == table)
}

/// Why there are no figures, as a sentence.
fn why(blank: Blank) -> Option<Label> {
    use runtime::web::Lang;
    let text = match blank {
        Blank::Sealed(closed) => {
            let say = |lang| crate::opened::why(closed, lang);
            return Some(Label::new(say(Lang::Zh), say(Lang::En)));
        }
        Blank::NoFeed(NoFeed::SecondHub) => words::SECOND_HUB,
        Blank::NoFeed(NoFeed::NotOpened) => words::NEVER_OPENED,
        Blank::NoFeed(NoFeed::Local) => words::LOCAL,
        Blank::NoFeed(NoFeed::Elsewhere(_)) => words::ELSEWHERE,
        Blank::Unsupported => words::UNSUPPORTED,
        Blank::DifferentSchools => words::DIFFERENT_SCHOOLS,
        Blank::Suppressed(_) | Blank::NotReported | Blank::NotApplicable => return None,
    };
    Some(text.into())
}
