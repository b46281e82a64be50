//! The indicator page: one indicator, one term, one area.

use domain::catalogue::{Catalogue, Count, Definition, Kind, Label as Named, Source};
use domain::disclosure::noise::{ReleaseName, Subject};
use domain::period::Period;
use domain::unit::UnitId;
use jiff::civil::Date;
use runtime::sql::Tx;
use runtime::web::chart::Interval;
use runtime::web::{Export, Figure, Label, Lang};

use super::breakdown::{areas, available, exports, table};
use super::overview::other_length;
use super::reasons::{closed, protection, waits};
use super::{
    PageError, Periods, coverage, filled_with, first_sheet, lower_end, trend, unit_label, version,
    words,
};
use crate::console::{
    Breakdown, BreakdownTable, Choice, Choices, Coverage, Filter, Headline, IndicatorPage,
    NamedFigure, OpenedLine, PublishedLine, Range, SourceLine, TableRow, Version,
};
use crate::contradiction::why;
use crate::opened::Closed;
use crate::packs::Packs;
use crate::publication::{self, CellOut};
use crate::statistics::naming::stage_schools;
use crate::statistics::shown::amount_shown;
use crate::statistics::table::{everything, is_area};
use crate::statistics::{
    BANDS, Blank, Figures, Floor, Holdings, Indicator, OpenedFrom, Reading, UnitFigures,
    UnitHoldings, UnitName, interval, shown,
};
use crate::store::contradiction::Contradiction;

/// Shown where nothing else was asked for, the first that has figures.
const PREFERRED: [&str; 2] = ["r.scr.coverage", "base.students"];
/// Most lines of sources.
const SOURCES_MAX: usize = 500;

/// Everything that the parts of the page are made from.
pub(super) struct Page<'a> {
    pub packs: &'a Packs,
    pub catalogue: &'a Catalogue,
    pub holdings: &'a Holdings,
    pub indicator: Indicator<'a>,
    /// Totals of the hub and its members.
    pub totals: Figures,
    /// The unit that is looked into: the hub, or a member that is a hub.
    pub unit: UnitName,
}

impl Page<'_> {
    /// Whether the hub itself is looked into, which has areas.
    pub fn is_whole(&self) -> bool {
        self.unit.id == self.holdings.whole.unit.id
    }

    /// Whether figures by stage wait for reports that are missing.
    pub fn is_incomplete(&self) -> Result<bool, PageError> {
        if !self.indicator.has_dimension("stage") {
            return Ok(false);
        }
        let by = ["stage".to_owned()];
        let figures = self.holdings.figures(self.packs, self.indicator.id(), &by)?;
        let waits = Reading::Blank(Blank::Suppressed(Floor::Incomplete));
        Ok(figures.whole.figures.iter().any(|figure| figure.reading == waits))
    }

    /// Whether an indicator is told by opened sums of this period.
    pub fn is_opened(&self, indicator: &Indicator<'_>) -> bool {
        let known = self.packs.in_force();
        let tables = self.packs.sealed_tables(&known.digest);
        let plan = indicator.plan_with(self.catalogue, tables.as_deref());
        let is_sealed = plan.is_ok_and(|plan| plan.numerator.iter().all(|t| t.sealed.is_some()));
        let books = &self.holdings.whole.books;
        books.is_sealed() && is_sealed && self.holdings.is_told(self.packs, *indicator)
    }

    /// Whether the indicator is told for periods of this length; one that schools do not send is
    /// told in none, for a reason of its own.
    pub fn is_told(&self) -> bool {
        let reading = self.total().ok().map(|total| self.reading(total));
        let is_sent = !matches!(reading.and_then(|one| one.blank()), Some(Blank::NoFeed(_)));
        !is_sent || self.holdings.is_told(self.packs, self.indicator)
    }

    /// Whether one can have several of its values, so that there is no total of them.
    pub fn is_of_several(&self) -> bool {
        let several = Some(Blank::Sealed(Closed::Several));
        self.total().is_ok_and(|total| self.reading(total).blank() == several)
    }

    /// Whether the period is told by stage: of a week only the area's total is opened.
    pub fn tells_stages(&self) -> bool {
        let is_week = matches!(self.holdings.period, Period::Week { .. });
        !(is_week && self.is_opened(&self.indicator))
    }

    /// Whether figures of areas that are not under seal stand on the page.
    pub fn has_unsealed(&self) -> bool {
        let areas = self.holdings.members.iter().filter(|member| is_area(member.unit.kind));
        let mut all = std::iter::once(&self.holdings.whole).chain(areas);
        let is_shown = |unit: &UnitId| self.is_whole() || *unit == self.unit.id;
        all.any(|held| {
            is_shown(&held.unit.id) && held.due > 0 && !held.books.are_whole_for(held.due)
        })
    }

    /// Totals of the unit.
    pub fn total(&self) -> Result<&UnitFigures, PageError> {
        self.totals.of(&self.unit.id).ok_or(PageError::Unknown)
    }

    /// The reading of a unit's total.
    pub fn reading(&self, unit: &UnitFigures) -> Reading {
        let missing = Reading::Blank(Blank::NotReported);
        unit.figures.first().map_or(missing, |figure| figure.reading)
    }
}

/// Makes the page's values.
pub(super) fn page(
    tx: &Tx<'_>,
    packs: &Packs,
    at: &UnitName,
    (periods, filter, today): (&Periods, &Filter, Date),
) -> Result<IndicatorPage, PageError> {
    let period = periods.chosen;
    let holdings = everything(tx, packs, at, period)?;
    let known = packs.in_force().catalogue.clone();
    let indicator = chosen(packs, &known, &holdings, &filter.indicator)?;
    let totals = holdings.figures(packs, indicator.id(), &[])?;
    let unit = unit(&holdings, &filter.unit)?;
    let page = Page { packs, catalogue: &known, holdings: &holdings, indicator, totals, unit };
    let offered = available(&page);
    let breakdown = filter.breakdown.filter(|asked| offered.contains(asked));
    let breakdown = breakdown.or_else(|| offered.first().copied()).unwrap_or_default();
    let total = page.total()?;
    let reading = page.reading(total);
    let sheet = first_sheet(&holdings, &page.totals.states);
    let sheet = sheet.or_else(|| holdings.whole.sheets.first());
    let version = match sheet {
        Some(sheet) => version(tx, packs, (sheet, period))?,
        None => None,
    };
    Ok(IndicatorPage {
        selected: Filter {
            indicator: indicator.id().to_owned(),
            period: periods.chosen.to_string(),
            unit: page.unit.id.to_string(),
            breakdown: Some(breakdown),
        },
        choices: choices(&page, periods, offered),
        name: indicator.label().into(),
        definition: lower_end::said(&page, definition(&known, indicator)),
        whole: unit_label(&page.unit),
        headline: Headline { marks: marks(total), ..headline(&page, &reading) },
        coverage: if page.is_told() { coverage(total.coverage) } else { Coverage::default() },
        trend: trend::lines(tx, &page, at, periods)?,
        version: version.unwrap_or_else(|| unsealed(packs)),
        table: if page.is_told() { table(&page, breakdown)? } else { untold(&page) },
        areas: if breakdown.has_areas() && page.is_told() { areas(&page) } else { Vec::new() },
        sources: sources(&page),
        opened: opened(&page, total),
        published: published(tx, at, &page)?,
        is_sealed: holdings.whole.books.is_sealed(),
        fresh: total.fresh,
        outside: stage_schools(&known, &total.closed),
        protection: protection(&page, &reading),
        closed: [closed(&page, &reading)?, waits(tx, &page, at, today)?].concat(),
        exports: page_exports(&page, breakdown, periods),
    })
}

fn chosen<'c>(
    packs: &Packs,
    catalogue: &'c Catalogue,
    holdings: &Holdings,
    asked: &str,
) -> Result<Indicator<'c>, PageError> {
    let is_told = |known: &Indicator<'_>| holdings.is_told(packs, *known);
    if !asked.is_empty() {
        // One that the period does not have says so: another one in its place would be misread.
        return Indicator::find(catalogue, asked).ok_or(PageError::Unknown);
    }
    let preferred = PREFERRED.into_iter().filter_map(|id| Indicator::find(catalogue, id));
    for known in preferred.chain(Indicator::all(catalogue)).filter(is_told) {
        let figures = holdings.figures(packs, known.id(), &[])?;
        if figures.whole.figures.iter().any(|figure| figure.reading.blank().is_none()) {
            return Ok(known);
        }
    }
    let [_, last] = PREFERRED;
    Indicator::find(catalogue, last).ok_or(PageError::Unknown)
}

/// The hub or a member that is a hub; a school is never looked into.
fn unit(holdings: &Holdings, asked: &str) -> Result<UnitName, PageError> {
    if asked.is_empty() || asked.eq_ignore_ascii_case(holdings.whole.unit.id.as_str()) {
        return Ok(holdings.whole.unit.clone());
    }
    let members = || holdings.members.iter().filter(|member| is_area(member.unit.kind));
    let found = members().find(|member| asked.eq_ignore_ascii_case(member.unit.id.as_str()));
    found.map(|member| member.unit.clone()).ok_or(PageError::Unknown)
}

fn choices(page: &Page<'_>, periods: &Periods, breakdowns: Vec<Breakdown>) -> Choices {
    let named =
        |label: &Named, value: &str| Choice { value: value.to_owned(), label: label.into() };
    let sent = Indicator::all(page.catalogue).filter(|known| {
        let plan = known.plan(page.catalogue);
        let held = |table: &str| page.holdings.whole.sheets.iter().any(|s| s.table() == table);
        let shown = plan.is_ok_and(|plan| plan.tables().iter().all(|table| held(table)));
        shown || page.is_opened(known) || known.id() == page.indicator.id()
    });
    let areas = page.holdings.members.iter().filter(|member| is_area(member.unit.kind));
    let units = std::iter::once(&page.holdings.whole).chain(areas);
    let unit = |held: &UnitHoldings| {
        let (value, label) = (held.unit.id.to_string(), unit_label(&held.unit));
        Choice { value, label }
    };
    Choices {
        indicators: sent.map(|known| named(known.label(), known.id())).collect(),
        periods: periods.choices.clone(),
        units: units.map(unit).collect(),
        breakdowns,
    }
}

fn definition(catalogue: &Catalogue, indicator: Indicator<'_>) -> Label {
    let name = Label::from(indicator.label());
    match indicator {
        Indicator::Count(count) => {
            let text = match count.kind {
                Kind::Stock => words::STOCK,
                Kind::Flow => words::FLOW,
                Kind::Distinct => words::DISTINCT,
            };
            let mut sentence = filled_with(text, &[&name]);
            if is_everybody(count) {
                sentence.zh = format!("{}{}", sentence.zh, words::EVERYBODY.in_lang(Lang::Zh));
                sentence.en = format!("{} {}", sentence.en, words::EVERYBODY.in_lang(Lang::En));
            } else if !count.note.is_empty() {
                // The catalogue's own remarks are kept in one language.
                sentence.en = format!("{} {}", sentence.en, count.note);
            }
            sentence
        }
        Indicator::Ratio(ratio) => {
            let part = |sum| sum_label(catalogue, sum);
            filled_with(words::RATIO, &[&part(&ratio.numerator), &part(&ratio.denominator)])
        }
    }
}

/// Whether a count puts everybody on the roll into one of its kinds, those without any as well.
pub(super) fn is_everybody(count: &Count) -> bool {
    let roster = ["stage", "grade", "sex"];
    let has_kind = count.dims.iter().any(|dim| !roster.contains(&dim.as_str()));
    let is_roll = |definition: &Definition| {
        definition.source == Source::Roll && definition.filters.is_empty()
    };
    has_kind && count.kind == Kind::Stock && count.definition.as_ref().is_some_and(is_roll)
}

/// The counts of a sum by name, joined by plus signs.
fn sum_label(catalogue: &Catalogue, sum: &domain::catalogue::Sum) -> Label {
    let mut joined = Label::default();
    for term in &sum.terms {
        let count = catalogue.count(term.count.as_str());
        let mut name =
            count.map_or_else(|| Label::same(term.count.as_str()), |c| (&c.label).into());
        for (dimension, value) in &term.filters {
            let value = super::value_label(catalogue, dimension.as_str(), value);
            name.zh = format!("{}（{}）", name.zh, value.zh);
            name.en = format!("{} ({})", name.en, value.en);
        }
        if term.coefficient != 1 {
            name.zh = format!("{} × {}", term.coefficient, name.zh);
            name.en = format!("{} × {}", term.coefficient, name.en);
        }
        let plus = if joined.zh.is_empty() { "" } else { " + " };
        joined.zh = format!("{}{plus}{}", joined.zh, name.zh);
        joined.en = format!("{}{plus}{}", joined.en, name.en);
    }
    joined
}

/// What stands for the breakdown of an indicator that the period does not have.
fn untold(page: &Page<'_>) -> BreakdownTable {
    let label = unit_label(&page.unit);
    let (figures, coverage) = (vec![Figure::NotApplicable], Coverage::default());
    BreakdownTable {
        row_kind: words::TOTAL.into(),
        columns: vec![words::TOTAL.into()],
        rows: Vec::new(),
        whole: TableRow { label, figures, coverage, closed: None },
    }
}

fn headline(page: &Page<'_>, reading: &Reading) -> Headline {
    if !page.is_told() {
        let note = Some(other_length(page.indicator));
        let (value, parts, marks) = (Figure::NotApplicable, Vec::new(), Vec::new());
        return Headline { value, range: None, parts, note, marks };
    }
    let value = shown(page.catalogue, page.indicator, reading);
    let range = range(&value, reading);
    let parts = match *reading {
        Reading::Ratio { numerator, denominator } => {
            let part = |name, amount| NamedFigure { name, figure: amount_shown(amount) };
            let names = match page.indicator {
                Indicator::Ratio(ratio) => {
                    [&ratio.numerator, &ratio.denominator].map(|sum| sum_label(page.catalogue, sum))
                }
                Indicator::Count(_) => [Label::default(), Label::default()],
            };
            let [above, below] = names;
            vec![part(above, numerator), part(below, denominator)]
        }
        Reading::Count(_) | Reading::Blank(_) => Vec::new(),
    };
    let note = match page.indicator {
        Indicator::Count(count) if is_everybody(count) => Some(words::EVERYBODY_NOTE.into()),
        known if known.is_band() => Some(BANDS.into()),
        _ => None,
    };
    Headline { value, range, parts, note, marks: Vec::new() }
}

/// The range in which the true figure lies, where protection or closed cells widened it.
pub(super) fn range(value: &Figure, reading: &Reading) -> Option<Range> {
    match *reading {
        Reading::Count(amount) if amount.rounded_cells > 0 || amount.left_out > 0 => {
            Some(Range::Count { low: amount.low(), high: amount.high() })
        }
        Reading::Ratio { numerator, denominator } => {
            let ends = value.share_value().and_then(|_| interval(numerator, denominator));
            ends.map(Range::Share)
        }
        Reading::Count(_) | Reading::Blank(_) => None,
    }
}

/// Relations that figures of the unit break, each in a sentence.
fn marks(total: &UnitFigures) -> Vec<Label> {
    let mark = |one: &Contradiction| Label::new(why(one, Lang::Zh), why(one, Lang::En));
    total.contradictions.iter().map(mark).collect()
}

fn sources(page: &Page<'_>) -> Vec<SourceLine> {
    let tables: Vec<&str> = page.totals.states.iter().map(|state| state.table.as_str()).collect();
    let members = page.holdings.members.iter();
    let wanted = members.filter(|member| page.is_whole() || member.unit.id == page.unit.id);
    let lines = wanted.flat_map(|member| {
        let sources =
            member.sources.iter().filter(|source| tables.contains(&source.table.as_str()));
        sources.map(|source| SourceLine {
            unit: (&member.unit.label).into(),
            unit_id: member.unit.id.to_string(),
            table: source.table.clone(),
            revision: source.revision,
            digest: source.digest,
            received_at_ms: source.arrived_at_ms,
            coverage: coverage(source.coverage),
        })
    });
    lines.take(SOURCES_MAX).collect()
}

fn opened(page: &Page<'_>, total: &UnitFigures) -> Vec<OpenedLine> {
    let line = |from: &OpenedFrom| OpenedLine {
        name: super::sealed::counted(page.packs, from.sum.table.as_str()),
        area: super::sealed::area_name(page.packs, &from.sum.area),
        period: super::period_name(from.sum.period),
        stage: super::stage_label(page.catalogue, from.sum.stage),
        groups: from.sum.groups.len(),
        schools: (from.sum.fresh, from.sum.due),
        hubs: (from.leader.to_string(), from.helper.to_string()),
        record: from.sum.record,
        opened_at_ms: from.sum.opened_at_ms,
        documents: (from.plan, from.roster),
        cap_sum: from.sum.cap_sum,
    };
    total.opened.iter().take(SOURCES_MAX).map(line).collect()
}

/// What this hub published of the indicator in the period, by its coarsest query.
fn published(tx: &Tx<'_>, at: &UnitName, page: &Page<'_>) -> Result<Vec<PublishedLine>, PageError> {
    let known = page.packs.in_force();
    let tables = page.packs.sealed_tables(&known.digest);
    let plan = page.indicator.plan_with(page.catalogue, tables.as_deref());
    let first = plan.ok().and_then(|plan| Some(plan.numerator.first()?.sealed.as_ref()?.table()));
    let Some(table) = first.filter(|_| page.is_whole()) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let Period::Term(term) = page.holdings.period else { return Ok(Vec::new()) };
    for subject in Subject::ALL {
        let id = ReleaseName { term, subject }.to_string();
        if !subject.queries().iter().any(|query| query.table == table) {
            continue;
        }
        let Some(one) = publication::release(tx, page.packs, at, &id)? else { continue };
        let coarsest = one.tables.last().map_or(&[][..], |table| table.cells.as_slice());
        let figure = |cell: &CellOut| {
            let say = |lang| {
                let names: Vec<&str> = cell.names.iter().map(|name| name.in_lang(lang)).collect();
                (names.join(" · "), publication::text(cell, lang))
            };
            let (zh, en) = (say(Lang::Zh), say(Lang::En));
            (Label::new(zh.0, en.0), Label::new(zh.1, en.1))
        };
        let drawn = coarsest.iter().filter(|cell| cell.status != "closed");
        let figures: Vec<(Label, Label)> = drawn.map(figure).collect();
        if !figures.is_empty() {
            found.push(PublishedLine { id, margin: one.release.margin95, figures });
        }
    }
    Ok(found)
}

/// What stands for the state of the data before the first snapshot.
fn unsealed(packs: &Packs) -> Version {
    let known = packs.in_force();
    Version {
        snapshot: 0,
        root: domain::digest::Digest::sha256([0; 32]),
        cut_off_ms: i64::MAX,
        late: 0,
        catalogue_revision: known.catalogue.revision(),
        catalogue: known.digest,
    }
}

fn page_exports(page: &Page<'_>, breakdown: Breakdown, periods: &Periods) -> Vec<Export> {
    exports(page, breakdown, &periods.chosen.to_string())
}

/// The range of a share in an area, where protection gave it one.
pub(super) fn share_interval(page: &Page<'_>, reading: &Reading) -> Option<Interval> {
    match *reading {
        Reading::Ratio { numerator, denominator } if page.indicator.is_share(page.catalogue) => {
            interval(numerator, denominator)
        }
        _ => None,
    }
}
