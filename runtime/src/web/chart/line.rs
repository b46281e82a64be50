//! Line over periods, with a mark where figures before and after cannot be compared.

use askama::Template;

use super::{DataTable, MARKS_MAX, Scale, Tick};
use crate::web::figure::percent;
use crate::web::html::Part;
use crate::web::lang::Lang;
use crate::web::words;

/// One period of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The period's short name.
    pub label: String,
    /// The share in ten-thousandths; `None` interrupts the line.
    pub share: Option<u32>,
}

/// A place where the series changed its instrument or definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// Index of the first point after the change.
    pub before: usize,
    /// What changed.
    pub label: String,
}

/// A line of shares over periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is shown; becomes the name of the picture.
    pub title: String,
    /// The points from oldest to newest.
    pub points: Vec<Point>,
    /// Where the line must not be read across; it is not drawn across either.
    pub breaks: Vec<Break>,
}

const LEFT: f64 = 52.0;
const RIGHT: f64 = 424.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 264.0;

/// Geometry of a line chart.
#[derive(Debug, Template)]
#[template(path = "chart/line.html")]
pub struct LineDrawing {
    lang: Lang,
    title: String,
    ticks: Vec<Tick>,
    paths: Vec<String>,
    marks: Vec<Mark>,
    breaks: Vec<Tick>,
    names: Vec<Tick>,
    table: DataTable,
}

#[derive(Debug)]
struct Mark {
    x: String,
    y: String,
    text_y: String,
    label: String,
}

impl Line {
    /// Draws the line.
    #[must_use]
    pub fn draw(&self, lang: Lang) -> Part<LineDrawing> {
        let points: Vec<&Point> = self.points.iter().take(MARKS_MAX).collect();
        let scale = Scale::holding(points.iter().filter_map(|p| p.share), BOTTOM, TOP);
        let x = |at: usize| format!("{:.1}", across(at, points.len()));
        let mark = |(at, point): (usize, &&Point)| {
            let share = point.share?;
            let y = scale.position(share);
            let text_y = format!("{:.1}", y - 10.0);
            Some(Mark { x: x(at), y: format!("{y:.1}"), text_y, label: percent(share) })
        };
        let name = |(at, point): (usize, &&Point)| Tick { at: x(at), label: point.label.clone() };
        let halfway = |at: usize| {
            let before = across(at.saturating_sub(1), points.len());
            format!("{:.1}", f64::midpoint(before, across(at, points.len())))
        };
        let split = |b: &Break| Tick { at: halfway(b.before), label: b.label.clone() };
        Part(LineDrawing {
            lang,
            title: self.title.clone(),
            ticks: scale.ticks(),
            paths: self.paths(&points, &scale),
            marks: points.iter().enumerate().filter_map(mark).collect(),
            breaks: self.breaks.iter().take(MARKS_MAX).map(split).collect(),
            names: points.iter().enumerate().map(name).collect(),
            table: table(&points, lang),
        })
    }

    /// The drawn stretches: a gap in the data and a break both end one.
    fn paths(&self, points: &[&Point], scale: &Scale) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        let mut open = false;
        for (at, point) in points.iter().enumerate() {
            let Some(share) = point.share else {
                open = false;
                continue;
            };
            let spot = format!("{:.1},{}", across(at, points.len()), scale.place(share));
            let broken = self.breaks.iter().any(|b| b.before == at);
            match paths.last_mut() {
                Some(path) if open && !broken => path.push_str(&format!("L{spot}")),
                _ => paths.push(format!("M{spot}")),
            }
            open = true;
        }
        paths
    }
}

/// Where the point of an index stands.
fn across(at: usize, points: usize) -> f64 {
    let last = u32::try_from(points.saturating_sub(1)).unwrap_or(1).max(1);
    let index = f64::from(u32::try_from(at).unwrap_or(0));
    LEFT + index / f64::from(last) * (RIGHT - LEFT)
}

fn table(points: &[&Point], lang: Lang) -> DataTable {
    let none = || words::NOT_REPORTED.in_lang(lang).to_owned();
    let row = |p: &&Point| vec![p.label.clone(), p.share.map_or_else(none, percent)];
    DataTable {
        head: [words::PERIOD, words::VALUE].iter().map(|w| w.in_lang(lang).to_owned()).collect(),
        rows: points.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No line is drawn over a gap or over a change of instrument.
    #[test]
    fn lines_end_at_gaps_and_breaks() {
        let point = |label: &str, share| Point { label: label.to_owned(), share };
        let line = Line {
            title: "趋势".to_owned(),
            points: vec![
                point("23 秋", Some(410)),
                point("24 春", Some(440)),
                point("24 秋", None),
                point("25 春", Some(530)),
                point("25 秋", Some(490)),
                point("26 春", Some(540)),
            ],
            breaks: vec![Break { before: 4, label: "25 秋起换量表".to_owned() }],
        };
        let svg = line.draw(Lang::Zh).to_string();
        assert_eq!(svg.matches("class=\"series\"").count(), 3);
        assert!(svg.contains("25 秋起换量表") && svg.contains("未报齐"));
    }
}
