//! The pages of counts as functions of what was counted.

use std::sync::Arc;

use askama::Template;
use domain::catalogue::{Better, Catalogue, Count, Ratio};
use domain::cell::Cell;
use domain::ledger::Word as _;
use domain::period::Period;
use jiff::civil::Date;
use runtime::web::{Html, Label, Lang, Page, RenderError, Session, Text};

use super::super::office::Told;
use super::{COUNTS_HREF, words};
use crate::egress::decode;
use crate::indicator::{Behind, Explained, Figures, IndicatorError, RatioFigure, Reading, Way};

/// A count with its figures in a period.
pub(super) struct Listed {
    pub(super) count: Count,
    pub(super) period: Period,
    pub(super) figures: Figures,
    /// Where it goes.
    pub(super) leaves: Label,
}

/// What the page of all counts shows.
pub(super) struct List {
    pub(super) listed: Vec<Listed>,
    pub(super) ratios: Vec<ListedRatio>,
    /// Periods to choose from.
    pub(super) offered: Vec<Period>,
}

/// A ratio over counts of the school, in a period.
pub(super) struct ListedRatio {
    pub(super) ratio: Ratio,
    pub(super) period: Period,
    pub(super) figure: RatioFigure,
    /// A count of it is taken on a term's census day, and the period is no term.
    pub(super) wants_term: bool,
}

/// One count as its page shows it.
pub(super) struct Shown {
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) count: Count,
    pub(super) period: Period,
    pub(super) figures: Figures,
    pub(super) is_over: bool,
    /// Where it goes.
    pub(super) leaves: Label,
    /// Periods to choose from.
    pub(super) offered: Vec<Period>,
}

struct Row {
    id: String,
    name: String,
    period: String,
    total: String,
    leaves: String,
}

#[derive(Template)]
#[template(path = "console/counts.html")]
struct ListTemplate<'a> {
    lang: Lang,
    href: &'a str,
    asked: &'a str,
    /// Where changes are shown, and what leads there.
    changes: (&'static str, &'static str),
    rows: Vec<Row>,
    ratios: Vec<RatioRow>,
    /// Periods to choose from, as they are typed and as they are read.
    offered: Vec<(String, String)>,
}

/// A ratio as the list shows it.
struct RatioRow {
    id: String,
    name: String,
    period: String,
    share: String,
    numerator: String,
    denominator: String,
    aim: String,
}

/// A cell: its place, the values of its dimensions, its figure, whether it can be explained, and
/// whether it was just asked for.
struct CellView {
    place: usize,
    values: Vec<String>,
    figure: String,
    is_counted: bool,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "console/count.html")]
struct CountTemplate<'a> {
    lang: Lang,
    told: &'a Told,
    csrf: &'a str,
    id: String,
    href: &'a str,
    asked: &'a str,
    /// Periods to choose from, as they are typed and as they are read.
    offered: Vec<(String, String)>,
    period: &'a str,
    is_over: bool,
    leaves: String,
    heads: Vec<String>,
    cells: Vec<CellView>,
}

impl CountTemplate<'_> {
    /// Whether records stand behind a cell, so that there is something to ask for.
    fn is_explained(&self) -> bool {
        self.cells.iter().any(|cell| cell.is_counted)
    }
}

struct LineView {
    record: String,
    student: Option<(i64, String)>,
    kind: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "console/why.html")]
struct WhyTemplate {
    lang: Lang,
    id: String,
    period: String,
    cell: String,
    figure: String,
    lines: Vec<LineView>,
    notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "console/no_period.html")]
struct NoPeriodTemplate<'a> {
    lang: Lang,
    said: String,
    href: &'a str,
    asked: &'a str,
    /// Periods to choose from, as they are typed and as they are read.
    offered: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "console/uncounted.html")]
struct UnplacedTemplate {
    lang: Lang,
    said: String,
    next: &'static str,
}

pub(super) fn list(list: &List, asked: &str, lang: Lang) -> Result<Page, RenderError> {
    let row = |one: &Listed| Row {
        id: one.count.id.to_string(),
        name: name(&one.count, lang),
        period: one.period.to_string(),
        total: figure((total(&one.figures), one.figures.is_destroyed, one.figures.not_yet), lang),
        leaves: one.leaves.in_lang(lang).to_owned(),
    };
    let rows = list.listed.iter().map(row).collect();
    let ratios = list.ratios.iter().map(|one| ratio(one, lang)).collect();
    let (href, offered) = (COUNTS_HREF, named(&list.offered, lang));
    let changes = super::change::link(lang);
    let body = Html::render(&ListTemplate { lang, href, asked, changes, rows, ratios, offered })?;
    Ok(page(words::COUNTS.in_lang(lang), words::COUNTS_NOTE.in_lang(lang), body, lang))
}

/// Periods as they are typed and as they are read.
pub(super) fn named(periods: &[Period], lang: Lang) -> Vec<(String, String)> {
    let named = |one: &Period| (one.to_string(), decode::period(*one).in_lang(lang).to_owned());
    periods.iter().map(named).collect()
}

fn ratio(one: &ListedRatio, lang: Lang) -> RatioRow {
    let ListedRatio { ratio, period, figure: found, wants_term } = one;
    let side = |cell: Cell, from| figure((cell, found.is_destroyed, from), lang);
    let is_empty = found.denominator == Cell::Value(0);
    let is_without = [found.numerator, found.denominator].contains(&Cell::NotApplicable);
    let none = match (is_empty, *wants_term && is_without) {
        (_, true) => words::WANTS_TERM,
        (true, false) => words::NOBODY_BELOW,
        (false, false) => words::NO_RATIO,
    };
    let share = found.written().map_or_else(
        || none.in_lang(lang).to_owned(),
        |written| match found.reading {
            Reading::Share | Reading::Per(1) => written,
            Reading::Per(1000) if is_of_students(ratio) => words::PER_THOUSAND.with(lang, &written),
            Reading::Per(of) => words::PER.fill(lang, &[&written, &of]),
        },
    );
    let aim = match (ratio.better, ratio.target_percent) {
        (Better::None, _) => words::NOT_ASSESSED.in_lang(lang).to_owned(),
        (_, Some(percent)) => words::AIM.with(lang, percent),
        (Better::Higher, None) => words::HIGHER.in_lang(lang).to_owned(),
        (Better::Lower, None) => words::LOWER.in_lang(lang).to_owned(),
    };
    RatioRow {
        id: ratio.id.to_string(),
        name: said(&ratio.label, lang),
        period: period.to_string(),
        share,
        numerator: side(found.numerator, found.above_from),
        denominator: side(found.denominator, found.below_from),
        aim,
    }
}

/// Whether a ratio stands on all students of the school.
fn is_of_students(ratio: &Ratio) -> bool {
    ratio.denominator.terms.iter().all(|term| term.count.as_str() == "base.students")
}

pub(super) fn count(
    shown: &Shown,
    (chosen, told): (Option<usize>, &Told),
    session: &Session,
    lang: Lang,
) -> Result<Page, RenderError> {
    let Shown { catalogue, count, period, figures, is_over, leaves, offered } = shown;
    let dimension = |id: &domain::catalogue::DimensionId| {
        catalogue.dimension(id.as_str()).map_or_else(String::new, |known| said(&known.label, lang))
    };
    let cells = figures.cells.iter().enumerate();
    let shown_cells = cells.filter(|(_, cell)| **cell != Cell::NotApplicable);
    let cells = shown_cells.map(|(place, cell)| CellView {
        place,
        values: values(catalogue, figures, place, lang),
        figure: self::figure((*cell, figures.is_destroyed, figures.not_yet), lang),
        is_counted: cell.value().is_some_and(|value| value > 0),
        is_chosen: chosen == Some(place),
    });
    let (id, period) = (count.id.to_string(), period.to_string());
    let body = Html::render(&CountTemplate {
        lang,
        told,
        csrf: &session.csrf,
        href: &format!("{COUNTS_HREF}/{id}"),
        id,
        asked: &period,
        offered: named(offered, lang),
        period: &period,
        is_over: *is_over,
        leaves: leaves.in_lang(lang).to_owned(),
        heads: figures.block.dims().map(dimension).collect(),
        cells: cells.collect(),
    })?;
    let title = format!("{} {period}", name(count, lang));
    Ok(page(&title, words::COUNT_NOTE.in_lang(lang), body, lang))
}

pub(super) fn why(
    shown: &Shown,
    explained: &Explained,
    place: usize,
    lang: Lang,
) -> Result<Page, RenderError> {
    let line = |line: &crate::indicator::Line| {
        let (zh, en) = line.said();
        let named = line.student.as_ref().map(|(number, name)| format!("{name} {number}"));
        let kind = match line.behind {
            Behind::Entry { kind, .. } => Some(kind.as_str()),
            _ => None,
        };
        LineView {
            record: if lang == Lang::Zh { zh } else { en },
            student: named.zip(line.student_id).map(|(named, id)| (id, named)),
            kind,
        }
    };
    let mut notes = Vec::new();
    for (number, text) in [(explained.hidden, words::HIDDEN), (explained.more, words::MORE)] {
        if number > 0 {
            notes.push(text.fill(lang, &[&number]));
        }
    }
    let (count, period) = (&shown.count, shown.period);
    let named = values(&shown.catalogue, &shown.figures, place, lang);
    let whole = words::WHOLE.in_lang(lang).to_owned();
    let body = Html::render(&WhyTemplate {
        lang,
        id: count.id.to_string(),
        period: period.to_string(),
        cell: if named.is_empty() { whole } else { named.join(" · ") },
        figure: figure((explained.figure, explained.is_destroyed, explained.not_yet), lang),
        lines: explained.lines.iter().map(line).collect(),
        notes,
    })?;
    let title = format!("{} {period}", name(count, lang));
    Ok(page(&title, super::super::words::LOGGED.in_lang(lang), body, lang))
}

/// A record that no count has a place for: named, with the way out.
pub(super) fn unplaced(error: &IndicatorError, lang: Lang) -> Result<Page, RenderError> {
    let (zh, en) = error.said();
    let said = if lang == Lang::Zh { zh } else { en };
    uncounted(said, words::UNCOUNTED_NEXT, lang)
}

/// Who asks for a period that there is none of is told so, and chooses another one.
pub(super) fn no_period(
    (href, asked): (&str, &str),
    offered: &[Period],
    lang: Lang,
) -> Result<Page, RenderError> {
    let (said, offered) = (words::NO_PERIOD.with(lang, asked), named(offered, lang));
    let body = Html::render(&NoPeriodTemplate { lang, said, href, asked, offered })?;
    Ok(page(words::COUNTS.in_lang(lang), "", body, lang))
}

/// A school that has not joined is told so, and that its ledgers lose nothing by it.
pub(super) fn not_joined(lang: Lang) -> Result<Page, RenderError> {
    uncounted(words::NOT_JOINED.in_lang(lang).to_owned(), words::NOT_JOINED_NEXT, lang)
}

fn uncounted(said: String, next: Text, lang: Lang) -> Result<Page, RenderError> {
    let body = Html::render(&UnplacedTemplate { lang, said, next: next.in_lang(lang) })?;
    Ok(page(words::COUNTS.in_lang(lang), "", body, lang))
}

pub(super) fn page(title: &str, note: &str, body: Html, lang: Lang) -> Page {
    let crumbs = vec![words::COUNTS.in_lang(lang).to_owned()];
    let (title, note) = (title.to_owned(), note.to_owned());
    Page { title, note, crumbs, current: COUNTS_HREF, exports: Vec::new(), body }
}

/// Values of a cell as people read them.
fn values(catalogue: &Catalogue, figures: &Figures, place: usize, lang: Lang) -> Vec<String> {
    let values = figures.block.values_at(place).unwrap_or_default();
    let named = figures.block.dims().zip(values).map(|(dimension, value)| {
        let known = catalogue.dimension(dimension.as_str());
        let known = known.and_then(|known| known.values.iter().find(|one| one.id == value));
        known.map_or_else(|| value.to_owned(), |known| said(&known.label, lang))
    });
    named.collect()
}

fn said(label: &domain::catalogue::Label, lang: Lang) -> String {
    if lang == Lang::Zh { label.zh.clone() } else { label.en.clone() }
}

fn name(count: &Count, lang: Lang) -> String {
    said(&count.label, lang)
}

/// Where a count goes, in words.
pub(super) fn leaves(way: Way<'_>) -> Label {
    match way {
        Way::Clear(sheet) => {
            let named = |lang: Lang| words::LEAVES_CLEAR.with(lang, said(sheet.label(), lang));
            Label::new(named(Lang::Zh), named(Lang::En))
        }
        Way::Unbanded => words::LEAVES_NO_BAND.into(),
        Way::Sealed => words::LEAVES_SEALED.into(),
        Way::Closed => words::LEAVES_NO_MORE.into(),
        Way::Rounded => words::LEAVES_ROUNDED.into(),
        Way::Unsealed => words::UNSEALED.into(),
        Way::Stays => words::STAYS.into(),
    }
}

/// The sum of what is known, or the blank that all cells share.
fn total(figures: &Figures) -> Cell {
    let known = figures.cells.iter().filter_map(|cell| cell.value());
    let blank = figures.cells.iter().find(|cell| **cell != Cell::NotApplicable);
    match known.clone().next() {
        Some(_) => Cell::Value(known.sum()),
        None => blank.copied().unwrap_or(Cell::NotApplicable),
    }
}

/// A cell, or why it is blank.
fn figure((cell, is_destroyed, not_yet): (Cell, bool, Option<Date>), lang: Lang) -> String {
    if let (Cell::NotReported, false, Some(from)) = (cell, is_destroyed, not_yet) {
        return words::NOT_YET.with(lang, from);
    }
    let text = match cell {
        Cell::NotReported if is_destroyed => words::DESTROYED,
        Cell::NotReported => words::NOT_KEPT,
        Cell::NotApplicable => words::NOT_APPLICABLE,
        other => match other.value() {
            Some(value) => return value.to_string(),
            None => words::UNSUPPORTED,
        },
    };
    text.in_lang(lang).to_owned()
}

#[cfg(test)]
mod tests {
    use domain::period::TermId;

    use super::*;

    /// So many for each thousand students are told in the words in which people say it.
    #[test]
    fn a_rate_is_told_for_each_thousand_students() {
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let ratio = catalogue.ratio("r.alt.rate").expect("ratio").clone();
        let (numerator, denominator) = (Cell::Value(3), Cell::Value(1600));
        let reading = Reading::Per(1000);
        let (is_destroyed, above_from, below_from) = (false, None, None);
        let figure =
            RatioFigure { numerator, denominator, reading, is_destroyed, above_from, below_from };
        let period = Period::Term(TermId { school_year: 2025, number: 1 });
        let listed = ListedRatio { ratio, period, figure, wants_term: false };
        assert_eq!(super::ratio(&listed, Lang::Zh).share, "每千名学生 1.9 例");
        assert_eq!(super::ratio(&listed, Lang::En).share, "1.9 for each 1,000 students");
    }
}
