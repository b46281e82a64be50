//! Dot plot: one line per area with its share, its range and the whole's value for reference.
//!
//! Areas without a share are listed below the others with the reason, and are not ranked.

use askama::Template;

use super::{DataTable, Fitted, MARKS_MAX, Scale, Tick, fit};
use crate::web::figure::percent;
use crate::web::html::Part;
use crate::web::lang::Lang;
use crate::web::words;

/// A range around a share, in ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Lower end.
    pub low: u32,
    /// Upper end.
    pub high: u32,
}

/// One area of a dot plot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dot {
    /// The area's name.
    pub label: String,
    /// Its share in ten-thousandths; `None` lists it unranked with its note.
    pub share: Option<u32>,
    /// The range around the share.
    pub interval: Option<Interval>,
    /// Why there is no share, or a remark for the data table.
    pub note: String,
}

/// The value of the whole that the areas are compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name of the whole.
    pub label: String,
    /// Its share in ten-thousandths.
    pub share: u32,
}

/// A dot plot of shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotPlot {
    /// What is shown; becomes the name of the picture.
    pub title: String,
    /// The areas, in the order in which they are to stand.
    pub dots: Vec<Dot>,
    /// The whole's value.
    pub reference: Option<Reference>,
}

const ROW_HEIGHT: usize = 29;
const PLOT_TOP: usize = 34;
const LABEL_WIDTH: usize = 130;
const PLOT_LEFT: f64 = 142.0;
const PLOT_RIGHT: f64 = 392.0;

/// Geometry of a dot plot.
#[derive(Debug, Template)]
#[template(path = "chart/dots.html")]
pub struct DotDrawing {
    lang: Lang,
    title: String,
    height: usize,
    foot: usize,
    /// Where the whole's line ends: below the last area that is compared with it.
    whole_foot: usize,
    ticks: Vec<Tick>,
    reference: Option<Tick>,
    rows: Vec<DotRow>,
    table: DataTable,
}

#[derive(Debug)]
struct DotRow {
    y: usize,
    text_y: usize,
    label: Fitted,
    note: String,
    value: String,
    centre: String,
    span: Option<(String, String)>,
    /// Whether the range lies clear of the whole's value, which fills the dot.
    apart: bool,
}

impl DotPlot {
    /// Draws the plot.
    #[must_use]
    pub fn draw(&self, lang: Lang) -> Part<DotDrawing> {
        let dots = || self.dots.iter().take(MARKS_MAX);
        let ends = |dot: &Dot| {
            let range =
                dot.interval.map_or([dot.share, dot.share], |r| [Some(r.low), Some(r.high)]);
            dot.share.and(Some(range)).into_iter().flatten().flatten()
        };
        let whole = self.reference.iter().map(|reference| reference.share);
        let scale = Scale::holding(dots().flat_map(ends).chain(whole), PLOT_LEFT, PLOT_RIGHT);
        let rows: Vec<DotRow> =
            dots().enumerate().map(|(at, dot)| self.row(at, dot, &scale)).collect();
        let foot = PLOT_TOP + rows.len() * ROW_HEIGHT;
        let compared = rows.iter().rposition(|row| !row.centre.is_empty()).map_or(0, |at| at + 1);
        let whole_foot = PLOT_TOP + compared * ROW_HEIGHT - ROW_HEIGHT / 2;
        let reference = self.reference.as_ref().map(|whole| Tick {
            at: scale.place(whole.share),
            label: format!("{} {}", whole.label, percent(whole.share)),
        });
        let title = self.title.clone();
        let (ticks, table) = (scale.ticks(), self.table(lang));
        let height = foot + 24;
        Part(DotDrawing { lang, title, height, foot, whole_foot, ticks, reference, rows, table })
    }

    fn row(&self, at: usize, dot: &Dot, scale: &Scale) -> DotRow {
        let y = PLOT_TOP + at * ROW_HEIGHT;
        let apart = match (&self.reference, dot.interval) {
            (Some(whole), Some(range)) => whole.share < range.low || whole.share > range.high,
            _ => true,
        };
        DotRow {
            y,
            text_y: y + 4,
            label: fit(&dot.label, LABEL_WIDTH),
            note: if dot.share.is_none() { dot.note.clone() } else { String::new() },
            value: dot.share.map(percent).unwrap_or_default(),
            centre: dot.share.map(|share| scale.place(share)).unwrap_or_default(),
            span: dot.share.and(dot.interval).map(|r| (scale.place(r.low), scale.place(r.high))),
            apart,
        }
    }

    fn table(&self, lang: Lang) -> DataTable {
        let head = [words::AREA, words::VALUE, words::RANGE, words::REMARK];
        let row = |dot: &Dot| {
            let none = || words::NOT_REPORTED.in_lang(lang).to_owned();
            let range = dot.interval.map(|r| format!("{}–{}", percent(r.low), percent(r.high)));
            let value = dot.share.map_or_else(none, percent);
            vec![dot.label.clone(), value, range.unwrap_or_default(), dot.note.clone()]
        };
        DataTable {
            head: head.iter().map(|word| word.in_lang(lang).to_owned()).collect(),
            rows: self.dots.iter().take(MARKS_MAX).map(row).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> DotPlot {
        let dot = |label: &str, share, interval| Dot {
            label: label.to_owned(),
            share,
            interval,
            note: "报送率 71%，低于 80%，不参与比较".to_owned(),
        };
        let near = Interval { low: 500, high: 560 };
        let far = Interval { low: 610, high: 680 };
        DotPlot {
            title: "各区市比较".to_owned(),
            dots: vec![
                dot("沧河区", Some(640), Some(far)),
                dot("云山区", Some(530), Some(near)),
                dot("<b>北岸区", None, None),
            ],
            reference: Some(Reference { label: "全市".to_owned(), share: 520 }),
        }
    }

    /// The picture has a name and a table, names are escaped, and a missing share says why.
    #[test]
    fn a_dot_plot_can_be_read_without_seeing_it() {
        let svg = plot().draw(Lang::Zh).to_string();
        assert!(svg.contains("role=\"img\"") && svg.contains("aria-label=\"各区市比较\""));
        assert!(svg.contains("<details") && svg.contains("<table"));
        assert!(svg.contains("低于 80%") && !svg.contains("<b>北岸区"));
        assert!(!svg.contains("style="));
    }

    /// Only an area whose range excludes the whole's value gets a filled dot.
    #[test]
    fn a_filled_dot_means_apart_from_the_whole() {
        let svg = plot().draw(Lang::Zh).to_string();
        assert_eq!(svg.matches("class=\"dot apart\"").count(), 1);
        assert_eq!(svg.matches("class=\"dot\"").count(), 1);
    }
}
