//! The indicator page: one indicator, one term, one area, with everything needed to doubt it.
//!
//! Areas that reported too little are listed and not compared; nothing is ranked below areas.

use askama::Template;
use runtime::web::chart::{
    Bar, BarDrawing, Bars, Dot, DotDrawing, DotPlot, Line, LineDrawing, Point, Reference, Tile,
    TileDrawing, TileMap,
};
use runtime::web::{
    Figure, Html, Label, Lang, Legend, Page, Part, RenderError, grouped, legend, legend_sealed,
    percent, time,
};

use super::view::{
    AreaFigure, Breakdown, Choice, Coverage, IndicatorPage, Protection, Range, TrendLine, Version,
};
use super::words;

/// How ids of indicators begin that count what was found in students.
const FINDINGS: [&str; 6] =
    ["scr.positive", "scr.confirmed", "alt.rate", "alt.census", "alt.open", "alt.sources"];

#[derive(Template)]
#[template(path = "console/indicator.html")]
struct IndicatorTemplate<'a> {
    lang: Lang,
    page: &'a IndicatorPage,
    breakdown: Breakdown,
    facts: Facts,
    range: String,
    trend: Option<Part<LineDrawing>>,
    dots: Option<Part<DotDrawing>>,
    bars: Option<Part<BarDrawing>>,
    tiles: Option<Part<TileDrawing>>,
    legend: Part<Legend>,
}

/// Sentences of the panel on definition and reliability.
struct Facts {
    source: String,
    protection: String,
    version: String,
    corrections: String,
    root: String,
}

/// Makes the page.
///
/// # Errors
/// A template could not be rendered.
pub fn page(view: &IndicatorPage, lang: Lang) -> Result<Page, RenderError> {
    let breakdown = view.selected.breakdown.unwrap_or_default();
    let is_ratio = !view.headline.parts.is_empty();
    let compared = breakdown.has_areas() && view.areas.len() > 1;
    let body = Html::render(&IndicatorTemplate {
        lang,
        page: view,
        breakdown,
        facts: facts(view, lang),
        range: range(view.headline.range),
        trend: (view.trend.len() > 1).then(|| trend(view, lang).draw(lang)),
        dots: (compared && is_ratio).then(|| dot_plot(view, lang).draw(lang)),
        bars: (compared && !is_ratio).then(|| bars(view, lang).draw(lang)),
        tiles: if is_ratio { tiles(view, lang) } else { None },
        legend: if view.is_sealed { legend_sealed(lang) } else { legend(lang) },
    })?;
    Ok(Page {
        title: view.name.in_lang(lang).to_owned(),
        note: period_name(view, lang),
        crumbs: [words::STATISTICS, words::EXPLORE]
            .iter()
            .map(|word| word.in_lang(lang).to_owned())
            .collect(),
        current: super::EXPLORE_HREF,
        exports: view.exports.clone(),
        body,
    })
}

fn period_name(view: &IndicatorPage, lang: Lang) -> String {
    let chosen = view.choices.periods.iter().find(|one| one.value == view.selected.period);
    let period = chosen.map_or(view.selected.period.as_str(), |one| one.label.in_lang(lang));
    format!("{} · {period}", view.whole.in_lang(lang))
}

fn facts(view: &IndicatorPage, lang: Lang) -> Facts {
    let protection = match view.protection {
        Protection::Clear => words::PROTECTION_CLEAR.in_lang(lang).to_owned(),
        Protection::Band { width } => words::PROTECTION_BAND.fill(lang, &[&width]),
        Protection::Rounded { base, cells } => {
            let off = base.saturating_sub(1);
            words::PROTECTION_ROUNDED.fill(lang, &[&base, &off, &grouped(cells)])
        }
        Protection::Rough { cells } => words::PROTECTION_ROUGH.fill(lang, &[&grouped(cells)]),
        Protection::Opened { left_out: 0 } => words::PROTECTION_OPENED.in_lang(lang).to_owned(),
        Protection::Opened { left_out } => {
            words::PROTECTION_LEFT_OUT.fill(lang, &[&grouped(left_out)])
        }
        Protection::Mixed { base, cells } => {
            words::PROTECTION_MIXED.fill(lang, &[&base, &grouped(cells)])
        }
    };
    let Version { snapshot, cut_off_ms, late, catalogue_revision, .. } = view.version;
    let catalogue = view.version.catalogue.short();
    Facts {
        source: words::DATA_SOURCE_IS.fill(lang, &[&grouped(view.coverage.reported.into())]),
        protection,
        version: words::VERSION_IS.fill(lang, &[&catalogue_revision, &catalogue]),
        corrections: words::CORRECTIONS_IS
            .fill(lang, &[&snapshot, &time::minute(cut_off_ms), &late]),
        root: view.version.root.to_string(),
    }
}

fn range(range: Option<Range>) -> String {
    match range {
        None => String::new(),
        Some(Range::Share(ends)) => format!("{}–{}", percent(ends.low), percent(ends.high)),
        Some(Range::Count { low, high }) => format!("{}–{}", grouped(low), grouped(high)),
    }
}

/// The hub's own figure over the periods of one length; each name leads to the page of its period.
fn trend(view: &IndicatorPage, lang: Lang) -> Line {
    let said = |label: &Label| label.in_lang(lang).to_owned();
    let point = |line: &TrendLine| Point {
        label: line.period.clone(),
        name: said(&line.label),
        href: format!("?indicator={}&period={}", view.selected.indicator, line.period),
        figure: line.figure,
        range: line.range.map(|range| match range {
            Range::Share(ends) => (ends.low.into(), ends.high.into()),
            Range::Count { low, high } => (low, high),
        }),
        breaks: line.breaks.iter().map(said).collect(),
        note: line.blank.as_ref().map(said).unwrap_or_default(),
        cells: vec![reported(&line.coverage), state(line, lang)],
    };
    let columns = [words::REPORTED, words::SNAPSHOT];
    Line {
        title: format!("{} · {}", words::TREND.in_lang(lang), view.name.in_lang(lang)),
        points: view.trend.iter().map(point).collect(),
        columns: columns.iter().map(|word| word.in_lang(lang).to_owned()).collect(),
    }
}

/// Snapshots with their roots, or the number of opened sums.
fn state(line: &TrendLine, lang: Lang) -> String {
    let snapshot = |(number, root): &(u64, domain::digest::Digest)| {
        format!("{} {}", words::SNAPSHOT_NUMBER.fill(lang, &[number]), root.short())
    };
    let mut all: Vec<String> = line.snapshots.iter().map(snapshot).collect();
    if line.opened > 0 {
        all.push(words::OPENED_SUMS.fill(lang, &[&line.opened]));
    }
    all.join(" · ")
}

/// Areas that may be compared, highest share first, and below them the others with the reason.
fn dot_plot(view: &IndicatorPage, lang: Lang) -> DotPlot {
    let (mut compared, mut others): (Vec<&AreaFigure>, Vec<&AreaFigure>) = view
        .areas
        .iter()
        .partition(|area| area.coverage.is_comparable() && area.figure.share_value().is_some());
    compared.sort_by_key(|area| std::cmp::Reverse(area.figure.share_value()));
    let dots = compared.iter().map(|area| Dot {
        label: area.label.in_lang(lang).to_owned(),
        share: area.figure.share_value(),
        interval: area.interval,
        note: reported(&area.coverage),
    });
    let listed = others.drain(..).map(|area| Dot {
        label: area.label.in_lang(lang).to_owned(),
        share: None,
        interval: None,
        note: why_not_compared(area, lang),
    });
    let whole = view.headline.value.share_value();
    DotPlot {
        title: chart_title(view, lang),
        dots: dots.chain(listed).collect(),
        reference: whole
            .map(|share| Reference { label: view.whole.in_lang(lang).to_owned(), share }),
    }
}

fn why_not_compared(area: &AreaFigure, lang: Lang) -> String {
    // Where nobody is due the blank says why; a value without schools is none.
    let is_blank = area.coverage.due == 0 && area.figure.share_value().is_none();
    if area.coverage.is_comparable() || is_blank {
        return area.figure.text(lang);
    }
    if area.coverage.due == 0 {
        return words::NOT_OPEN.in_lang(lang).to_owned();
    }
    words::NOT_COMPARED.fill(lang, &[&area.coverage.share().text(lang)])
}

fn bars(view: &IndicatorPage, lang: Lang) -> Bars {
    let bar = |area: &AreaFigure| Bar {
        label: area.label.in_lang(lang).to_owned(),
        value: area.figure.count_value(),
        whole: None,
        text: area.figure.text(lang),
    };
    Bars { title: chart_title(view, lang), bars: view.areas.iter().map(bar).collect() }
}

fn tiles(view: &IndicatorPage, lang: Lang) -> Option<Part<TileDrawing>> {
    let tile = |area: &AreaFigure| {
        let (column, row) = area.tile?;
        let figure = if area.coverage.is_comparable() { area.figure } else { Figure::NotReported };
        Some(Tile { label: area.label.in_lang(lang).to_owned(), column, row, figure })
    };
    let tiles: Vec<Tile> = view.areas.iter().filter_map(tile).collect();
    let title = format!("{} · {}", words::MAP.in_lang(lang), view.name.in_lang(lang));
    (tiles.len() > 1).then(|| TileMap { title, tiles }.draw(lang))
}

fn chart_title(view: &IndicatorPage, lang: Lang) -> String {
    let kind = view.table.row_kind.in_lang(lang);
    format!("{} · {}", view.name.in_lang(lang), words::COMPARE.fill(lang, &[&kind]))
}

/// Schools that reported of schools that were due.
pub(super) fn reported(coverage: &Coverage) -> String {
    format!("{} / {}", grouped(coverage.reported.into()), grouped(coverage.due.into()))
}

/// What is missing, or that nothing is.
pub(super) fn completeness(coverage: &Coverage, lang: Lang) -> String {
    if coverage.due == 0 {
        return words::NONE_DUE.in_lang(lang).to_owned();
    }
    if coverage.is_complete() {
        return words::COMPLETE.in_lang(lang).to_owned();
    }
    words::MISSING.fill(lang, &[&(coverage.due - coverage.reported)])
}

/// The name of a breakdown.
pub(super) fn breakdown_label(breakdown: Breakdown) -> Label {
    match breakdown {
        Breakdown::DistrictStage => words::BY_DISTRICT.into(),
        Breakdown::StreetStage => words::BY_STREET.into(),
        Breakdown::StageSex => words::BY_STAGE_SEX.into(),
        Breakdown::GradeSex => words::BY_GRADE_SEX.into(),
        Breakdown::KindStage => words::BY_KIND_STAGE.into(),
        Breakdown::GradeKind => words::BY_GRADE_KIND.into(),
    }
}

impl IndicatorTemplate<'_> {
    /// What a filled mark of the chart means; where nothing is rounded, all of them say the same.
    fn compared(&self) -> String {
        let is_rounded = self.page.areas.iter().any(|area| area.interval.is_some());
        let text = if is_rounded { words::COMPARE_NOTE } else { words::COMPARE_EXACT };
        text.fill(self.lang, &[&self.page.whole.in_lang(self.lang)])
    }

    /// Whether it counts what was found in students: more of that may mean that more was noticed.
    fn tells_findings(&self) -> bool {
        let id = self.page.selected.indicator.as_str();
        let id = id.strip_prefix("r.").unwrap_or(id);
        FINDINGS.iter().any(|start| id.starts_with(start))
    }

    /// First and last period of the trend.
    fn ends(&self) -> Option<(&str, &str)> {
        let trend = self.page.trend.as_slice();
        Some((trend.first()?.period.as_str(), trend.last()?.period.as_str()))
    }

    /// Whether it has no denominator; a ratio without a figure has one, and shows none.
    fn is_count(&self) -> bool {
        !self.page.selected.indicator.starts_with("r.")
    }

    fn is_chosen(&self, choice: &Choice, selected: &str) -> bool {
        choice.value == selected
    }

    fn is_selected(&self, breakdown: &Breakdown) -> bool {
        *breakdown == self.breakdown
    }

    fn breakdown_name(&self, breakdown: &Breakdown) -> String {
        breakdown_label(*breakdown).in_lang(self.lang).to_owned()
    }

    fn reported(&self, coverage: &Coverage) -> String {
        reported(coverage)
    }

    fn completeness(&self) -> String {
        completeness(&self.page.coverage, self.lang)
    }

    /// Schools that are neither in it nor due.
    fn outside(&self) -> Option<String> {
        let outside = self.page.outside.as_ref()?;
        Some(words::OUTSIDE.fill(self.lang, &[&outside.in_lang(self.lang)]))
    }

    fn persons(&self) -> String {
        let persons = self.page.coverage.persons;
        let text = if self.is_opened() { words::PERSONS_LISTED } else { words::PERSONS };
        persons.map_or_else(String::new, |n| text.fill(self.lang, &[&grouped(n)]))
    }

    fn minute(&self, unix_ms: &i64) -> String {
        time::minute(*unix_ms)
    }

    fn due(&self) -> String {
        words::SCHOOLS_DUE.fill(self.lang, &[&grouped(self.page.coverage.due.into())])
    }

    fn in_time(&self) -> String {
        grouped(self.page.coverage.reported.into())
    }

    fn is_rounded(&self) -> bool {
        matches!(
            self.page.protection,
            Protection::Rounded { .. } | Protection::Rough { .. } | Protection::Mixed { .. }
        )
    }

    /// Whether the figures come from opened sums alone.
    fn is_opened(&self) -> bool {
        matches!(self.page.protection, Protection::Opened { .. })
    }

    /// Whether any of the opened sums is of a flow that was opened here.
    fn has_caps(&self) -> bool {
        self.page.opened.iter().any(|line| line.cap_sum.is_some())
    }

    fn opened_last(&self) -> String {
        let last = self.page.opened.iter().map(|line| line.opened_at_ms).max();
        let minute = last.map(time::minute);
        minute.map_or_else(String::new, |at| words::OPENED_LAST.fill(self.lang, &[&at]))
    }

    fn fresh(&self) -> String {
        match self.page.fresh {
            None => String::new(),
            Some((fresh, due)) if fresh == due => words::FRESH_ALL.in_lang(self.lang).to_owned(),
            Some((fresh, due)) => words::FRESH.fill(self.lang, &[&fresh, &due]),
        }
    }
}
