//! Charts drawn in Rust as SVG: bars, a dot plot, a tile map and a line.
//!
//! A chart is a picture with a name for screen readers and a data table folded under it, so
//! nothing in it is known by sight alone. Attributes are classes and geometry, never styles:
//! the content policy of the consoles forbids inline style, and print needs none of it.

mod bars;
mod dots;
mod line;
mod tiles;

pub use bars::{Bar, BarDrawing, Bars};
pub use dots::{Dot, DotDrawing, DotPlot, Interval, Reference};
pub use line::{Line, LineDrawing, Point};
pub use tiles::{Tile, TileDrawing, TileMap};

/// Most marks in one chart; a longer list is cut off, and its table with it.
pub const MARKS_MAX: usize = 64;

/// The folded data table under a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DataTable {
    /// Headings of the columns.
    head: Vec<String>,
    /// Cells of the rows, one per heading.
    rows: Vec<Vec<String>>,
}

/// A mark on a scale: where it stands and what it says.
#[derive(Clone, Debug, PartialEq)]
struct Tick {
    at: String,
    label: String,
}

/// A name that has to fit a given width: set smaller, and squeezed as a last resort.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fitted {
    text: String,
    /// Whether the smaller size is needed.
    small: bool,
    /// The width to squeeze it to, empty where it fits.
    squeeze: String,
}

/// Fits a name into a width, by the widths that common fonts have at 13 pixels.
fn fit(text: &str, width: usize) -> Fitted {
    // Tenths of a pixel: Chinese characters are square, Latin ones about half as wide.
    let tenths: usize = text.chars().map(|c| if c.is_ascii() { 68 } else { 130 }).sum();
    let small = tenths > width * 10;
    let squeeze = if tenths * 11 / 13 > width * 10 { width.to_string() } else { String::new() };
    Fitted { text: text.to_owned(), small, squeeze }
}

/// Maps values in ten-thousandths to a stretch of the picture.
#[derive(Clone, Copy, Debug)]
struct Scale {
    low: u32,
    high: u32,
    from: f64,
    to: f64,
}

impl Scale {
    /// A scale over round values that holds all of `values`.
    fn holding(values: impl Iterator<Item = u32>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (u32::MAX, 0);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (0, 1000);
        }
        let step = step_for(low, high);
        let floor = low / step * step;
        let ceiling = (high / step + 1) * step;
        Self { low: floor, high: ceiling, from, to }
    }

    /// Where a value stands, with one decimal as SVG wants it.
    fn place(&self, value: u32) -> String {
        format!("{:.1}", self.position(value))
    }

    fn position(&self, value: u32) -> f64 {
        let span = f64::from(self.high.saturating_sub(self.low).max(1));
        let along = f64::from(value.clamp(self.low, self.high) - self.low) / span;
        self.from + along * (self.to - self.from)
    }

    /// Marks at round values, at most eight.
    fn ticks(&self) -> Vec<Tick> {
        let step = step_for(self.low, self.high.saturating_sub(1));
        let mut ticks = Vec::new();
        let mut value = self.low;
        while value <= self.high && ticks.len() < 8 {
            ticks.push(Tick { at: self.place(value), label: short_percent(value) });
            value += step;
        }
        ticks
    }
}

/// The round distance between two marks that makes at most six of them.
fn step_for(low: u32, high: u32) -> u32 {
    let span = high.saturating_sub(low);
    [10, 20, 50, 100, 200, 500, 1000, 2000].into_iter().find(|step| span / step < 6).unwrap_or(5000)
}

/// A round share without needless decimals.
fn short_percent(share: u32) -> String {
    if share.is_multiple_of(100) {
        format!("{}%", share / 100)
    } else {
        super::figure::percent(share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scale starts and ends at round values and holds everything, whatever the data.
    #[test]
    fn scales_are_round_and_hold_their_data() {
        for values in [vec![521], vec![0, 10_000], vec![390, 640], vec![], vec![0], vec![7, 9]] {
            let scale = Scale::holding(values.iter().copied(), 0.0, 100.0);
            let ticks = scale.ticks();
            assert!((2..=8).contains(&ticks.len()), "{values:?}: {ticks:?}");
            for value in values {
                assert!(scale.low <= value && value < scale.high, "{value} in {scale:?}");
            }
        }
    }

    /// A long name is set smaller, a very long one squeezed, and a short one left alone.
    #[test]
    fn names_fit_their_column() {
        let fits = fit("市南区", 90);
        assert!(!fits.small && fits.squeeze.is_empty());
        let small = fit("Shinan District", 90);
        assert!(small.small && small.squeeze.is_empty());
        assert_eq!(fit("Chengyang Development Zone", 90).squeeze, "90");
    }

    /// The ends of the data are at the ends of the picture.
    #[test]
    fn places_lie_within_the_picture() {
        let scale = Scale { low: 300, high: 700, from: 10.0, to: 210.0 };
        assert_eq!(scale.place(300), "10.0");
        assert_eq!(scale.place(500), "110.0");
        assert_eq!(scale.place(900), "210.0");
    }
}
