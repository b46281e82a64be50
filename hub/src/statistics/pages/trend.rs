//! The trend on the indicator page: the hub's own figure over the periods of the chosen one's
//! length.

use domain::catalogue::NativePeriod;
use domain::period::Period;
use runtime::sql::Tx;

use super::indicator::{Page, range};
use super::{PageError, Periods, coverage, period_name};
use crate::console::TrendLine;
use crate::statistics::trend::{Break, PERIODS_MAX, TrendPoint, latest, trend};
use crate::statistics::{UnitName, shown};

/// Most periods where areas are under seal, whose sums are read period by period: three years of
/// weeks.
const SEALED_MAX: usize = 156;

/// The periods of which anything is known, from the first to the last; nothing of a member, where
/// the indicator is told in periods of another length, and where there is one period only.
pub(super) fn lines(
    tx: &Tx<'_>,
    page: &Page<'_>,
    at: &UnitName,
    periods: &Periods,
) -> Result<Vec<TrendLine>, PageError> {
    if !page.is_whole() || !page.is_told() {
        return Ok(Vec::new());
    }
    let length = NativePeriod::of(periods.chosen);
    let known = periods.choices.iter().filter_map(|choice| choice.value.parse::<Period>().ok());
    let known: Vec<Period> = known.filter(|one| NativePeriod::of(*one) == length).collect();
    let Some((from, to)) = known.iter().min().zip(known.iter().max()) else {
        return Ok(Vec::new());
    };
    let is_sealed = page.holdings.whole.books.is_sealed();
    let most = if is_sealed { SEALED_MAX } else { PERIODS_MAX };
    let run = latest((*from, *to), page.packs.calendar(), most);
    if run.len() < 2 {
        return Ok(Vec::new());
    }
    let found = trend(tx, page.packs, at, (page.indicator.id(), &run))?;
    let lines: Vec<TrendLine> = found
        .points
        .iter()
        .skip_while(|point| is_before_all(point))
        .map(|point| line(page, point))
        .collect();
    let is_trend = lines.len() > 1 && lines.iter().any(|line| line.blank.is_none());
    Ok(if is_trend { lines } else { Vec::new() })
}

/// Whether nothing of the indicator has been reported yet: no state, no sum and no value.
fn is_before_all(point: &TrendPoint) -> bool {
    let whole = &point.figures.whole;
    let is_blank = whole.figures.iter().all(|figure| figure.reading.blank().is_some());
    is_blank && point.figures.states.is_empty() && whole.opened.is_empty()
}

fn line(page: &Page<'_>, point: &TrendPoint) -> TrendLine {
    let TrendPoint { figures, breaks } = point;
    let reading = page.reading(&figures.whole);
    let figure = shown(page.catalogue, page.indicator, &reading);
    let is_blank = |one: &&Break| matches!(one, Break::NoValue(_));
    TrendLine {
        period: figures.period.to_string(),
        label: period_name(figures.period),
        figure,
        range: range(&figure, &reading),
        coverage: coverage(figures.whole.coverage),
        snapshots: figures.states.iter().map(|state| (state.number, state.root)).collect(),
        opened: figures.whole.opened.len(),
        breaks: breaks.iter().filter(|one| !is_blank(one)).map(|one| one.why()).collect(),
        blank: breaks.iter().find(is_blank).map(|one| one.why()),
    }
}
