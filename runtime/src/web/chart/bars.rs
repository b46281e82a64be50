//! Horizontal bars of counts, or of parts of a whole such as schools that reported.

use askama::Template;

use super::{DataTable, Fitted, MARKS_MAX, fit};
use crate::web::html::Part;
use crate::web::lang::Lang;
use crate::web::words;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What the bar stands for.
    pub label: String,
    /// Its length; `None` draws no bar and leaves the text to say why.
    pub value: Option<u64>,
    /// The whole that the value is a part of; drawn as a pale bar behind it.
    pub whole: Option<u64>,
    /// What stands at the end of the bar.
    pub text: String,
}

/// A bar chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// What is shown; becomes the name of the picture.
    pub title: String,
    /// The bars from top to bottom.
    pub bars: Vec<Bar>,
}

const ROW_HEIGHT: usize = 28;
const LABEL_WIDTH: usize = 140;
const BAR_WIDTH: f64 = 300.0;

/// Geometry of a bar chart.
#[derive(Debug, Template)]
#[template(path = "chart/bars.html")]
pub struct BarDrawing {
    lang: Lang,
    title: String,
    height: usize,
    rows: Vec<BarRow>,
    table: DataTable,
}

#[derive(Debug)]
struct BarRow {
    y: usize,
    text_y: usize,
    label: Fitted,
    text: String,
    /// Length of the bar, empty without a value.
    width: String,
    /// Length of the pale bar, empty without a whole.
    whole: String,
    full: bool,
}

impl Bars {
    /// Draws the chart.
    #[must_use]
    pub fn draw(&self, lang: Lang) -> Part<BarDrawing> {
        let bars = || self.bars.iter().take(MARKS_MAX);
        let parts = bars().any(|bar| bar.whole.is_some());
        let longest = bars().filter_map(|bar| bar.value).max().unwrap_or(0);
        let rows: Vec<BarRow> = bars()
            .enumerate()
            .map(|(at, bar)| {
                let against = if parts { bar.whole.unwrap_or(0) } else { longest };
                row(at, bar, against)
            })
            .collect();
        let head = [words::ITEM, words::VALUE];
        let table = DataTable {
            head: head.iter().map(|word| word.in_lang(lang).to_owned()).collect(),
            rows: bars().map(|bar| vec![bar.label.clone(), bar.text.clone()]).collect(),
        };
        let height = rows.len() * ROW_HEIGHT + 4;
        Part(BarDrawing { lang, title: self.title.clone(), height, rows, table })
    }
}

/// Places one bar; lengths are parts of `against`, which is the longest bar or the bar's whole.
fn row(at: usize, bar: &Bar, against: u64) -> BarRow {
    let y = at * ROW_HEIGHT + 6;
    BarRow {
        y,
        text_y: y + 13,
        label: fit(&bar.label, LABEL_WIDTH),
        text: bar.text.clone(),
        width: bar.value.map(|value| length(value, against)).unwrap_or_default(),
        whole: bar.whole.map(|_| length(1, 1)).unwrap_or_default(),
        full: bar.whole.is_some() && bar.value == bar.whole,
    }
}

/// Length of a part in ten-thousandths of the full length, so that huge counts lose nothing.
fn length(value: u64, against: u64) -> String {
    let scaled = u128::from(value.min(against)) * 10_000 / u128::from(against.max(1));
    let share = u32::try_from(scaled).unwrap_or(10_000);
    format!("{:.1}", f64::from(share) / 10_000.0 * BAR_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bar is as long as its part of the whole, and a missing value has no bar at all.
    #[test]
    fn bars_are_parts_of_their_whole() {
        let bar =
            |value| Bar {
                label: "市南区".to_owned(), value, whole: Some(8), text: "x".to_owned()
            };
        let chart = Bars { title: "报送".to_owned(), bars: vec![bar(Some(4)), bar(None)] };
        let svg = chart.draw(Lang::Zh).to_string();
        assert!(svg.contains("width=\"150.0\""), "{svg}");
        assert_eq!(svg.matches("class=\"bar\"").count(), 1);
        assert_eq!(length(u64::MAX, u64::MAX), "300.0");
        assert_eq!(length(5, 0), "0.0");
    }
}
