//! Line over periods: broken where figures before and after cannot be compared, and at each period
//! without a value, whose mark says which of the blanks it is.

use askama::Template;

use super::{Tick, short_percent};
use crate::web::figure::{Figure, grouped, percent};
use crate::web::html::Part;
use crate::web::lang::Lang;
use crate::web::words;

/// Most periods of a line: ten years of weeks and some more.
const POINTS_MAX: usize = 600;

/// One period of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The period's short name, below the line.
    pub label: String,
    /// Its name in the table.
    pub name: String,
    /// Where its own page is; empty where it has none.
    pub href: String,
    /// Its figure; a blank interrupts the line.
    pub figure: Figure,
    /// The range of the figure, in its own unit, where it is not exact.
    pub range: Option<(u64, u64)>,
    /// What changed, so that it must not be read with the point before it; the line ends there.
    pub breaks: Vec<String>,
    /// Why it is blank; empty where it is not.
    pub note: String,
    /// Cells of the further columns of the table.
    pub cells: Vec<String>,
}

/// A line of figures over periods: all counts, or all shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is shown; becomes the name of the picture.
    pub title: String,
    /// The points from oldest to newest.
    pub points: Vec<Point>,
    /// Headings of the table's further columns.
    pub columns: Vec<String>,
}

const LEFT: f64 = 78.0;
const RIGHT: f64 = 590.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 264.0;
/// Where periods without a value are marked.
const GAPS: f64 = 278.0;
/// Height of the picture without its key.
const HEIGHT: usize = 312;
/// Most points that are dots, of which each shows where it is.
const DOTS_MAX: usize = 64;
/// Most points that say their figure.
const LABELS_MAX: usize = 12;
/// Most names below the line.
const NAMES_MAX: usize = 8;
/// Most changes that are explained below the picture; the table explains them all.
const NOTES_MAX: usize = 12;
/// Entries of the key beside each other, and how wide each is.
const KEYS: usize = 4;
const KEY_WIDTH: usize = 135;

/// Geometry of a line chart.
#[derive(Debug, Template)]
#[template(path = "chart/line.html")]
pub struct LineDrawing {
    lang: Lang,
    title: String,
    height: usize,
    ticks: Vec<Tick>,
    spans: String,
    paths: Vec<String>,
    marks: Vec<Mark>,
    gaps: Vec<Gap>,
    splits: Vec<Tick>,
    names: Vec<Tick>,
    notes: Vec<String>,
    head: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Mark {
    x: String,
    y: String,
    text_y: String,
    label: String,
}

/// One sort of blank: its marks, and its entry in the key.
#[derive(Debug)]
struct Gap {
    code: &'static str,
    path: String,
    key: String,
    key_x: usize,
    key_y: usize,
    word: String,
}

#[derive(Debug)]
struct Row {
    name: String,
    href: String,
    cells: Vec<String>,
}

/// The heights that values have.
#[derive(Clone, Copy, Debug)]
struct Heights {
    low: u64,
    high: u64,
    step: u64,
    is_share: bool,
}

impl Point {
    /// Where the point stands; of a band its lower end.
    fn value(&self) -> Option<u64> {
        match self.figure {
            Figure::Share(share) => Some(share.into()),
            Figure::Count(value) | Figure::Rounded(value) | Figure::Band { low: value, .. } => {
                Some(value)
            }
            _ => None,
        }
    }

    /// Both ends of its range.
    fn reach(&self) -> Option<(u64, u64)> {
        self.value()?;
        match self.figure {
            Figure::Band { low, high } => Some((low, high)),
            _ => self.range,
        }
    }

    fn remark(&self, lang: Lang) -> String {
        let between = if lang == Lang::Zh { "" } else { " " };
        let note = Some(self.note.as_str()).filter(|note| !note.is_empty());
        let all: Vec<&str> = self.breaks.iter().map(String::as_str).chain(note).collect();
        all.join(between)
    }
}

impl Heights {
    /// Round heights that hold all values and ranges.
    fn of(points: &[&Point]) -> Self {
        let is_share = points.iter().any(|point| point.figure.share_value().is_some());
        let ends = |point: &&Point| {
            let (low, high) = point.reach().unzip();
            [point.value(), low, high].into_iter().flatten()
        };
        let (mut low, mut high) = (u64::MAX, 0);
        for value in points.iter().flat_map(ends) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low > high {
            (low, high) = (0, 10);
        }
        let step = step_of(high - low, if is_share { 10 } else { 1 });
        let high = (high / step).saturating_add(1).saturating_mul(step);
        Self { low: low / step * step, high, step, is_share }
    }

    fn position(&self, value: u64) -> f64 {
        let wide = |value: u64| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
        let span = wide((self.high - self.low).max(1));
        let along = wide(value.clamp(self.low, self.high) - self.low) / span;
        BOTTOM - along * (BOTTOM - TOP)
    }

    fn text(&self, value: u64) -> String {
        if self.is_share {
            percent(u32::try_from(value).unwrap_or(u32::MAX))
        } else {
            grouped(value)
        }
    }

    fn ticks(&self) -> Vec<Tick> {
        let mut ticks = Vec::new();
        let mut value = self.low;
        while value <= self.high && ticks.len() < 9 {
            let label = match u32::try_from(value) {
                Ok(share) if self.is_share => short_percent(share),
                _ => grouped(value),
            };
            ticks.push(Tick { at: format!("{:.1}", self.position(value)), label });
            value = value.saturating_add(self.step);
        }
        ticks
    }
}

impl Line {
    /// Draws the line.
    #[must_use]
    pub fn draw(&self, lang: Lang) -> Part<LineDrawing> {
        let points: Vec<&Point> = self.points.iter().take(POINTS_MAX).collect();
        let heights = Heights::of(&points);
        let gaps = gaps(&points, lang);
        let keys = gaps.len().div_ceil(KEYS) * 18;
        let changed = points.iter().enumerate().filter(|(_, point)| !point.breaks.is_empty());
        let split = |(number, (at, _)): (usize, (usize, &&Point))| {
            let label = if number < NOTES_MAX { (number + 1).to_string() } else { String::new() };
            let before = across(at.saturating_sub(1), points.len());
            Tick { at: format!("{:.1}", f64::midpoint(before, across(at, points.len()))), label }
        };
        let every = points.len().div_ceil(NAMES_MAX).max(1);
        let named = points.iter().enumerate().step_by(every);
        let name = |(at, point): (usize, &&Point)| Tick {
            at: format!("{:.1}", across(at, points.len())),
            label: point.label.clone(),
        };
        Part(LineDrawing {
            lang,
            title: self.title.clone(),
            height: HEIGHT + keys,
            ticks: heights.ticks(),
            spans: spans(&points, &heights),
            paths: paths(&points, &heights),
            marks: marks(&points, &heights, lang),
            splits: changed.clone().enumerate().map(split).collect(),
            names: named.map(name).collect(),
            notes: changed.take(NOTES_MAX).map(|(_, point)| told(point, lang)).collect(),
            gaps,
            head: self.head(lang),
            rows: points.iter().map(|point| row(point, &heights, lang)).collect(),
        })
    }

    fn head(&self, lang: Lang) -> Vec<String> {
        let word = |text: crate::web::Text| text.in_lang(lang).to_owned();
        let mut head = vec![word(words::PERIOD), word(words::VALUE), word(words::RANGE)];
        head.extend(self.columns.iter().cloned());
        head.push(word(words::REMARK));
        head
    }
}

/// What changed at a point, in a line below the picture.
fn told(point: &Point, lang: Lang) -> String {
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    let between = if lang == Lang::Zh { "" } else { " " };
    format!("{}{colon}{}", point.name, point.breaks.join(between))
}

fn row(point: &Point, heights: &Heights, lang: Lang) -> Row {
    let range =
        point.reach().map(|(low, high)| format!("{}–{}", heights.text(low), heights.text(high)));
    let mut cells = vec![point.figure.text(lang), range.unwrap_or_default()];
    cells.extend(point.cells.iter().cloned());
    cells.push(point.remark(lang));
    Row { name: point.name.clone(), href: point.href.clone(), cells }
}

/// The drawn stretches: a gap in the data and a break both end one.
fn paths(points: &[&Point], heights: &Heights) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut open = false;
    for (at, point) in points.iter().enumerate() {
        let Some(value) = point.value() else {
            open = false;
            continue;
        };
        let spot = format!("{:.1},{:.1}", across(at, points.len()), heights.position(value));
        match paths.last_mut() {
            Some(path) if open && point.breaks.is_empty() => path.push_str(&format!("L{spot}")),
            _ => paths.push(format!("M{spot}")),
        }
        open = true;
    }
    paths
}

/// The ranges as upright strokes of one path.
fn spans(points: &[&Point], heights: &Heights) -> String {
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        if let Some((low, high)) = point.reach() {
            let (from, to) = (heights.position(low), heights.position(high));
            path.push_str(&format!("M{:.1},{from:.1}V{to:.1}", across(at, points.len())));
        }
    }
    path
}

/// Dots: of every point where they are few, else of those that no line leads to.
fn marks(points: &[&Point], heights: &Heights, lang: Lang) -> Vec<Mark> {
    let is_joined = |at: usize| {
        let next = points.get(at + 1);
        let to_next = next.is_some_and(|next| next.value().is_some() && next.breaks.is_empty());
        let before = at.checked_sub(1).and_then(|before| points.get(before));
        let own = points.get(at).is_some_and(|point| point.breaks.is_empty());
        to_next || (own && before.is_some_and(|before| before.value().is_some()))
    };
    let mark = |(at, point): (usize, &&Point)| {
        let y = heights.position(point.value()?);
        if points.len() > DOTS_MAX && is_joined(at) {
            return None;
        }
        let is_told = points.len() <= LABELS_MAX;
        Some(Mark {
            x: format!("{:.1}", across(at, points.len())),
            y: format!("{y:.1}"),
            text_y: format!("{:.1}", y - 10.0),
            label: if is_told { point.figure.text(lang) } else { String::new() },
        })
    };
    points.iter().enumerate().filter_map(mark).collect()
}

/// The blanks by sort, each with a mark of its own.
fn gaps(points: &[&Point], lang: Lang) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for (at, point) in points.iter().enumerate() {
        let Some(shape) = shape(point.figure) else { continue };
        let code = point.figure.code();
        let spot = format!("M{:.1},{GAPS:.1}{shape}", across(at, points.len()));
        if let Some(known) = gaps.iter_mut().find(|gap| gap.code == code) {
            known.path.push_str(&spot);
            continue;
        }
        let (key_x, key_y) = (84 + gaps.len() % KEYS * KEY_WIDTH, 316 + gaps.len() / KEYS * 18);
        gaps.push(Gap {
            code,
            path: spot,
            key: format!("M{key_x},{key_y}{shape}"),
            key_x: key_x + 10,
            key_y: key_y + 4,
            word: point.figure.text(lang),
        });
    }
    gaps
}

/// The mark of a blank; nothing for a value.
const fn shape(figure: Figure) -> Option<&'static str> {
    match figure {
        Figure::Suppressed | Figure::Closed => Some("m-4,-4h8v8h-8z"),
        Figure::NotReported => Some("m-4,-4l8,8m0,-8l-8,8"),
        Figure::NotApplicable => Some("m-5,0h10"),
        Figure::Unsupported => Some("m0,-5l5,5l-5,5l-5,-5z"),
        Figure::ByKind => Some("m-4,-2h8m0,4h-8"),
        Figure::Waiting => Some("m-5,4h10l-5,-9z"),
        Figure::Stopped => Some("m-2,-4v8m4,-8v8"),
        Figure::Count(_) | Figure::Rounded(_) | Figure::Band { .. } | Figure::Share(_) => None,
    }
}

/// Where the point of an index stands.
fn across(at: usize, points: usize) -> f64 {
    let last = u32::try_from(points.saturating_sub(1)).unwrap_or(1).max(1);
    let index = f64::from(u32::try_from(at).unwrap_or(0));
    LEFT + index / f64::from(last) * (RIGHT - LEFT)
}

/// The round distance between two marks that makes at most six of them.
fn step_of(span: u64, least: u64) -> u64 {
    let mut tens = least.max(1);
    loop {
        let steps = [1, 2, 5].map(|times: u64| tens.saturating_mul(times));
        if let Some(step) = steps.into_iter().find(|step| span / step < 6) {
            return step;
        }
        tens = tens.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::figure::BLANKS;

    fn point(label: &str, figure: Figure) -> Point {
        Point {
            label: label.to_owned(),
            name: format!("时段 {label}"),
            href: format!("?period={label}"),
            figure,
            range: None,
            breaks: Vec::new(),
            note: String::new(),
            cells: vec!["14 / 14".to_owned()],
        }
    }

    fn line(points: Vec<Point>) -> Line {
        Line { title: "趋势".to_owned(), points, columns: vec!["报送".to_owned()] }
    }

    /// No line is drawn over a gap or over a change of definition, and both say why.
    #[test]
    fn lines_end_at_gaps_and_breaks() {
        let changed = "<25 秋>起换量表".to_owned();
        let svg = line(vec![
            point("23S1", Figure::Share(410)),
            point("23S2", Figure::Share(440)),
            Point { note: "没有上报".to_owned(), ..point("24S1", Figure::NotReported) },
            point("24S2", Figure::Share(530)),
            Point { breaks: vec![changed], ..point("25S1", Figure::Share(490)) },
            point("25S2", Figure::Share(540)),
        ]);
        let svg = svg.draw(Lang::Zh).to_string();
        assert_eq!(svg.matches("class=\"series\"").count(), 3);
        assert_eq!(svg.matches("class=\"split\"").count(), 1);
        assert!(svg.contains("时段 25S1：") && svg.contains("没有上报"), "{svg}");
        assert!(!svg.contains("<25 秋>") && !svg.contains("style="));
        assert!(svg.contains("<details") && svg.contains("href=\"?period=23S1\""));
        assert!(svg.contains("4.1%") && svg.contains("14 / 14"));
    }

    /// Each sort of blank has a mark of its own and its word in the key.
    #[test]
    fn blanks_have_marks_of_their_own() {
        for lang in [Lang::Zh, Lang::En] {
            let svg = line(BLANKS.map(|blank| point("p", blank)).to_vec()).draw(lang).to_string();
            for blank in BLANKS {
                let class = format!("class=\"gap {}\"", blank.code());
                assert_eq!(svg.matches(&class).count(), 2, "{class}: in place and in the key");
                assert!(svg.contains(&format!(">{}</text>", blank.text(lang))), "{svg}");
            }
            assert_eq!(svg.matches("class=\"series\"").count(), 0);
        }
    }

    /// Ranges stand in the picture and in the table, of counts and of shares.
    #[test]
    fn ranges_are_drawn_and_told() {
        let rounded =
            Point { range: Some((1_180, 1_240)), ..point("25S1", Figure::Rounded(1_210)) };
        let svg = line(vec![rounded, point("25S2", Figure::Count(900))]).draw(Lang::Zh).to_string();
        assert!(svg.contains("1,180–1,240") && svg.contains("≈1,210"), "{svg}");
        let spans = svg.split("class=\"span\" d=\"").nth(1).and_then(|rest| rest.split('"').next());
        assert_eq!(spans.map(|path| path.matches('V').count()), Some(1));
        let share = Point { range: Some((390, 450)), ..point("25S1", Figure::Share(410)) };
        let svg = line(vec![share.clone(), share]).draw(Lang::En).to_string();
        assert!(svg.contains("3.9%–4.5%"), "{svg}");
    }

    /// Ten years of weeks are one line and not a thousand dots; all weeks are in the table.
    #[test]
    fn ten_years_of_weeks_fit_into_a_page() {
        let week = |number: u64| point("2026-W48", Figure::Count(number));
        let svg = line((0..520).map(week).collect()).draw(Lang::Zh).to_string();
        assert_eq!(svg.matches("<circle").count(), 0);
        assert_eq!(svg.matches("class=\"series\"").count(), 1);
        assert_eq!(svg.matches("<tr>").count(), 521);
        assert!(svg.len() < 90_000, "{} bytes", svg.len());
    }

    /// Heights are round and hold everything, whatever the values.
    #[test]
    fn heights_are_round_and_hold_their_values() {
        for values in [vec![0], vec![7, 9], vec![1_234_567, 12], vec![u64::MAX], vec![]] {
            let points: Vec<Point> =
                values.iter().map(|value| point("p", Figure::Count(*value))).collect();
            let points: Vec<&Point> = points.iter().collect();
            let heights = Heights::of(&points);
            assert!((2..=9).contains(&heights.ticks().len()), "{values:?}: {heights:?}");
            for value in &values {
                let y = heights.position(*value);
                assert!((TOP..=BOTTOM).contains(&y), "{value} at {y}");
            }
        }
    }
}
