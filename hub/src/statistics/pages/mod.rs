//! The console's source: what the overview and the indicator page show, read from statistics.
//!
//! Rows are areas and never schools. A school appears where it is about who has reported, with
//! nothing but its name, its release and whether it is in.

mod breakdown;
mod indicator;
mod overview;
mod reasons;
#[cfg(test)]
mod tests;
mod words;

use domain::catalogue::Catalogue;
use domain::period::{Period, TermId};
use runtime::sql::{SqlError, Tx};
use runtime::web::{Label, Text};

use super::provenance::late;
use super::table::latest_term;
use super::value::{Blank, NoFeed, State};
use super::{Holdings, Sheet, Statistics, StatisticsError};
use crate::console::{
    Choice, Coverage, Filter, IndicatorPage, OverviewPage, SourceError, StatisticsSource, Version,
};
use crate::packs::Packs;
use crate::store::snapshot;

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
    fn overview(&self, term: Option<&str>) -> Result<OverviewPage, SourceError> {
        let (term, today) = (term.unwrap_or_default().to_owned(), self.clock().today());
        let page = self.read(move |tx, packs, at| {
            let terms = terms(tx, packs, &term, today)?;
            overview::page(tx, packs, at, &terms)
        });
        page.map_err(SourceError::from)
    }

    fn indicator(&self, filter: &Filter) -> Result<IndicatorPage, SourceError> {
        let (filter, today) = (filter.clone(), self.clock().today());
        let page = self.read(move |tx, packs, at| {
            let terms = terms(tx, packs, &filter.term, today)?;
            indicator::page(tx, packs, at, (&terms, &filter))
        });
        page.map_err(SourceError::from)
    }
}

/// Terms that can be chosen, and the one that is.
struct Terms {
    chosen: TermId,
    choices: Vec<Choice>,
}

/// Terms with figures, the latest first; the chosen one or, before the first, the current one.
fn terms(
    tx: &Tx<'_>,
    packs: &Packs,
    asked: &str,
    today: jiff::civil::Date,
) -> Result<Terms, PageError> {
    let periods = snapshot::periods(tx)?;
    let mut known: Vec<TermId> = periods.iter().filter_map(|text| text.parse().ok()).collect();
    let chosen = match asked {
        "" => latest_term(tx, packs, today)?.ok_or(PageError::Unknown)?,
        text => text.parse().map_err(|_| PageError::Unknown)?,
    };
    if !known.contains(&chosen) {
        // A term without figures can be asked for as long as the calendar has it.
        packs.calendar().term(chosen).map_err(|_| PageError::Unknown)?;
        known.push(chosen);
        known.sort_by(|one, other| other.cmp(one));
    }
    let choice = |term: &TermId| Choice { value: term.to_string(), label: term_label(*term) };
    Ok(Terms { chosen, choices: known.iter().map(choice).collect() })
}

/// What people call a term.
fn term_label(term: TermId) -> Label {
    let text = if term.number == 1 { words::TERM_AUTUMN } else { words::TERM_SPRING };
    filled(text, &[&term.school_year, &(term.school_year + 1)])
}

/// A sentence with its values, in both languages.
fn filled(text: Text, values: &[&dyn std::fmt::Display]) -> Label {
    use runtime::web::Lang;
    Label::new(text.fill(Lang::Zh, values), text.fill(Lang::En, values))
}

/// A sentence whose value is itself a name in both languages.
fn filled_with(text: Text, values: &[&Label]) -> Label {
    use runtime::web::Lang;
    let fill = |lang: Lang| {
        let names: Vec<&str> = values.iter().map(|label| label.in_lang(lang)).collect();
        let names: Vec<&dyn std::fmt::Display> =
            names.iter().map(|name| name as &dyn std::fmt::Display).collect();
        text.fill(lang, &names)
    };
    Label::new(fill(Lang::Zh), fill(Lang::En))
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
fn why(blank: Blank) -> Option<Text> {
    Some(match blank {
        Blank::NoFeed(NoFeed::SecondHub) => words::SECOND_HUB,
        Blank::NoFeed(NoFeed::Local) => words::LOCAL,
        Blank::NoFeed(NoFeed::Elsewhere(_)) => words::ELSEWHERE,
        Blank::Unsupported => words::UNSUPPORTED,
        Blank::DifferentSchools => words::DIFFERENT_SCHOOLS,
        Blank::Suppressed(_) | Blank::NotReported | Blank::NotApplicable => return None,
    })
}

/// What people read for a value of a dimension.
fn value_label(catalogue: &Catalogue, dimension: &str, value: &str) -> Label {
    let known = catalogue.dimension(dimension).and_then(|known| known.label_of(value));
    known.map_or_else(|| Label::same(value), Label::from)
}
