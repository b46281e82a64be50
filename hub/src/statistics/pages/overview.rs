//! The start page: how complete the reports are, and every indicator with its support.

use domain::catalogue::{Catalogue, NativePeriod};
use domain::unit::UnitKind;
use runtime::sql::Tx;
use runtime::web::{Figure, Label, Text};

use super::indicator::is_everybody;
use super::{PageError, Periods, coverage, filled_with, unit_label, version, why, words};
use crate::console::{
    AreaCoverage, EndingCertificate, IndicatorGroup, IndicatorLine, OverviewPage, Support,
};
use crate::ending::{self, Ending};
use crate::letters::status::Letters;
use crate::opened::{Closed, Sort};
use crate::packs::Packs;
use crate::statistics::naming::stage_schools;
use crate::statistics::shown::amount_shown;
use crate::statistics::table::{everything, is_area};
use crate::statistics::{
    BANDS, Blank, Figures, Holdings, Indicator, NoFeed, Reading, UnitFigures, UnitHoldings,
    UnitName, shown,
};

/// Groups by the first word of an indicator's id, in the order in which they stand.
const GROUPS: [(&[&str], Text); 13] = [
    (&["base"], words::GROUP_BASE),
    (&["scr"], words::GROUP_SCR),
    (&["mtr"], words::GROUP_MTR),
    (&["alt"], words::GROUP_ALT),
    (&["cns"], words::GROUP_CNS),
    (&["ref", "fup"], words::GROUP_REF),
    (&["evt"], words::GROUP_EVT),
    (&["spg", "phy"], words::GROUP_SPG),
    (&["stf", "trn", "cert"], words::GROUP_STF),
    (&["edu"], words::GROUP_EDU),
    (&["par"], words::GROUP_PAR),
    (&["hot", "ctr", "exp", "agy", "vol"], words::GROUP_HOT),
    (&["gov", "dep", "res", "sys"], words::GROUP_GOV),
];

/// Makes the page's values.
pub(super) fn page(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    (periods, now_ms): (&Periods, i64),
) -> Result<OverviewPage, PageError> {
    let period = periods.chosen;
    let holdings = everything(tx, packs, at, period)?;
    let catalogue = packs.in_force().catalogue.clone();
    let first = holdings.whole.sheets.first();
    let version = match first {
        Some(sheet) => version(tx, packs, (sheet, period))?,
        None => None,
    };
    Ok(OverviewPage {
        periods: periods.choices.clone(),
        period: periods.chosen.to_string(),
        whole: unit_label(at),
        coverage: reported(&holdings.whole),
        areas: areas(&holdings),
        groups: groups(packs, &catalogue, &holdings)?,
        version,
        is_sealed: holdings.whole.books.is_sealed(),
        is_helper: at.kind == UnitKind::Helper,
        endings: ending::soon(tx, &at.id, now_ms)?.into_iter().map(told).collect(),
        letters: Some(Letters::read(tx)?).filter(|known| known.counted_since_ms.is_some()),
    })
}

/// A certificate of a member that ends soon, as the page names it.
fn told(Ending { unit, days }: Ending) -> EndingCertificate {
    let en = if unit.name_en.is_empty() { unit.name_zh.clone() } else { unit.name_en };
    EndingCertificate { unit: unit.id.to_string(), label: Label::new(unit.name_zh, en), days }
}

fn reported(unit: &UnitHoldings) -> crate::console::Coverage {
    let none = domain::rollup::Coverage { schools_due: unit.due, ..Default::default() };
    coverage(unit.sheets.first().map_or(none, |sheet| sheet.coverage))
}

/// Areas first, then schools directly below, for who has reported and nothing else.
fn areas(holdings: &Holdings) -> Vec<AreaCoverage> {
    let mut members: Vec<&UnitHoldings> = holdings.members.iter().collect();
    members.sort_by_key(|member| !is_area(member.unit.kind));
    let line = |member: &&UnitHoldings| AreaCoverage {
        label: (&member.unit.label).into(),
        coverage: reported(member),
        received_at_ms: member.sources.iter().map(|source| source.arrived_at_ms).max(),
    };
    members.iter().map(line).collect()
}

fn groups(
    packs: &Packs,
    catalogue: &Catalogue,
    holdings: &Holdings,
) -> Result<Vec<IndicatorGroup>, PageError> {
    let mut lines: Vec<Vec<IndicatorLine>> = vec![Vec::new(); GROUPS.len() + 1];
    for indicator in Indicator::all(catalogue) {
        let figures = holdings.figures(packs, indicator.id(), &[])?;
        let id = indicator.id();
        let word = id.strip_prefix("r.").unwrap_or(id).split('.').next().unwrap_or_default();
        let place = GROUPS.iter().position(|(words, _)| words.contains(&word));
        if let Some(group) = lines.get_mut(place.unwrap_or(GROUPS.len())) {
            let is_told = holdings.is_told(packs, indicator);
            group.push(line(catalogue, indicator, &figures, is_told));
        }
    }
    let titles = GROUPS.iter().map(|(_, title)| *title).chain([words::GROUP_OTHER]);
    let groups = titles.zip(lines).filter(|(_, lines)| !lines.is_empty());
    Ok(groups.map(|(title, lines)| IndicatorGroup { title: title.into(), lines }).collect())
}

fn line(
    catalogue: &Catalogue,
    indicator: Indicator<'_>,
    figures: &Figures,
    is_told: bool,
) -> IndicatorLine {
    let whole = &figures.whole;
    let missing = Reading::Blank(Blank::NotReported);
    let reading = whole.figures.first().map_or(missing, |figure| figure.reading);
    let support = support(indicator, whole, (&reading, is_told));
    let figure = match support {
        Support::Unsupported => Figure::Unsupported,
        // What cannot stand here at all is not closed by a rule.
        Support::OtherPeriod(_) | Support::Elsewhere(_) => Figure::NotApplicable,
        _ => shown(catalogue, indicator, &reading),
    };
    let parts = match reading {
        Reading::Ratio { numerator, denominator } if indicator.is_share(catalogue) => {
            [numerator, denominator].map(amount_shown).to_vec()
        }
        _ => Vec::new(),
    };
    IndicatorLine {
        id: indicator.id().to_owned(),
        name: named(indicator),
        support,
        figure,
        parts,
        coverage: coverage(whole.coverage),
        outside: stage_schools(catalogue, &whole.closed),
    }
}

/// Whether an indicator can be shown, and why not.
fn support(
    indicator: Indicator<'_>,
    whole: &UnitFigures,
    (reading, is_told): (&Reading, bool),
) -> Support {
    let in_reports = whole.coverage.schools_reported;
    let is_elsewhere = whole.unit.kind == UnitKind::Helper && whole.coverage.schools_due == 0;
    match reading.blank() {
        Some(Blank::NotApplicable) if is_elsewhere => {
            Support::Elsewhere(words::NOT_AT_HELPER.into())
        }
        Some(Blank::NoFeed(NoFeed::Local)) => Support::Local,
        Some(blank @ Blank::NoFeed(NoFeed::Elsewhere(_))) => {
            Support::Elsewhere(why(blank).unwrap_or_default())
        }
        Some(blank @ Blank::NoFeed(_)) => Support::Closed(why(blank).unwrap_or_default()),
        Some(Blank::Unsupported) => Support::Unsupported,
        Some(blank @ Blank::Sealed(Closed::Several)) if is_told => {
            Support::ByKind(why(blank).unwrap_or_default())
        }
        Some(blank @ Blank::Sealed(closed)) if is_told => {
            let why = why(blank).unwrap_or_default();
            match closed.sort() {
                Sort::Never | Sort::Closed => Support::Closed(why),
                Sort::Waits => Support::Waiting(why),
                Sort::Stopped => Support::Stopped(why),
            }
        }
        Some(Blank::NotReported | Blank::NotApplicable | Blank::Sealed(_)) if !is_told => {
            Support::OtherPeriod(other_length(indicator))
        }
        _ if in_reports > 0 && whole.able < in_reports && indicator.is_band() => {
            Support::Banded { given: whole.able, of: in_reports, why: BANDS.into() }
        }
        _ if in_reports > 0 && whole.able < in_reports => {
            Support::Partial { able: whole.able, of: in_reports }
        }
        _ => Support::Reported,
    }
}

/// An indicator's name; where its total counts everybody, with that beside it.
fn named(indicator: Indicator<'_>) -> Label {
    let name = Label::from(indicator.label());
    match indicator {
        Indicator::Count(count) if is_everybody(count) => {
            filled_with(words::EVERYBODY_NAME, &[&name])
        }
        _ => name,
    }
}

/// That the period is of another length than the indicator is told for.
pub(super) fn other_length(indicator: Indicator<'_>) -> Label {
    let length = match indicator.period() {
        NativePeriod::Day => words::BY_DAY,
        NativePeriod::Week => words::BY_WEEK,
        NativePeriod::Month => words::BY_MONTH,
        NativePeriod::Term => words::BY_TERM,
        NativePeriod::HalfYear => words::BY_HALF_YEAR,
        NativePeriod::Year => words::BY_YEAR,
    };
    filled_with(words::OTHER_LENGTH, &[&Label::from(length)])
}
