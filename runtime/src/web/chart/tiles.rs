//! Tile-grid map: one tile of equal size per area, in its rough place.
//!
//! We ship no boundary data: published maps need a review number, and equal tiles keep a large
//! rural area from shouting down a small dense one.

use askama::Template;

use super::{DataTable, Fitted, MARKS_MAX, fit};
use crate::web::figure::{Figure, percent};
use crate::web::html::Part;
use crate::web::lang::Lang;
use crate::web::words;

/// One area of a tile map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// The area's name.
    pub label: String,
    /// Column from the west, starting at 0.
    pub column: u8,
    /// Row from the north, starting at 0.
    pub row: u8,
    /// What is known about the area.
    pub figure: Figure,
}

/// A map of shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TileMap {
    /// What is shown; becomes the name of the picture.
    pub title: String,
    /// The areas.
    pub tiles: Vec<Tile>,
}

const TILE_WIDTH: usize = 98;
const TILE_HEIGHT: usize = 58;
const TILE_GAP: usize = 6;
/// Steps of colour; the same five as the style sheet has.
const STEPS: u32 = 5;
/// Longest grid in either direction.
const GRID_MAX: u8 = 15;

/// Geometry of a tile map.
#[derive(Debug, Template)]
#[template(path = "chart/tiles.html")]
pub struct TileDrawing {
    lang: Lang,
    title: String,
    width: usize,
    height: usize,
    tiles: Vec<DrawnTile>,
    key: Vec<String>,
    table: DataTable,
}

#[derive(Debug)]
struct DrawnTile {
    x: usize,
    y: usize,
    centre: usize,
    label: Fitted,
    text: Fitted,
    class: String,
}

impl TileMap {
    /// Draws the map.
    #[must_use]
    pub fn draw(&self, lang: Lang) -> Part<TileDrawing> {
        let tiles = || self.tiles.iter().take(MARKS_MAX);
        let shares = || tiles().filter_map(|tile| tile.figure.share_value());
        let (low, high) = (shares().min().unwrap_or(0), shares().max().unwrap_or(0));
        let step = (high - low) / STEPS + 1;
        let far = |index: fn(&Tile) -> u8| {
            usize::from(tiles().map(index).max().unwrap_or(0).min(GRID_MAX)) + 1
        };
        let width = far(|tile| tile.column) * (TILE_WIDTH + TILE_GAP) - TILE_GAP;
        let height = far(|tile| tile.row) * (TILE_HEIGHT + TILE_GAP) - TILE_GAP;
        let key = if shares().next().is_some() { key(low, step) } else { Vec::new() };
        let head = [words::AREA, words::VALUE];
        let table = DataTable {
            head: head.iter().map(|word| word.in_lang(lang).to_owned()).collect(),
            rows: tiles().map(|t| vec![t.label.clone(), t.figure.text(lang)]).collect(),
        };
        let drawn = tiles().map(|tile| place(tile, low, step, lang)).collect();
        Part(TileDrawing {
            lang,
            title: self.title.clone(),
            width,
            height,
            tiles: drawn,
            key,
            table,
        })
    }
}

fn place(tile: &Tile, low: u32, step: u32, lang: Lang) -> DrawnTile {
    let x = usize::from(tile.column.min(GRID_MAX)) * (TILE_WIDTH + TILE_GAP);
    let y = usize::from(tile.row.min(GRID_MAX)) * (TILE_HEIGHT + TILE_GAP);
    let class = match tile.figure {
        Figure::Share(share) => format!("tile t{}", ((share - low) / step).min(STEPS - 1)),
        Figure::Suppressed => "tile tsup".to_owned(),
        Figure::NotReported => "tile tmis".to_owned(),
        _ => "tile tna".to_owned(),
    };
    let inner = TILE_WIDTH - 8;
    let (label, text) = (fit(&tile.label, inner), fit(&tile.figure.text(lang), inner));
    DrawnTile { x, y, centre: x + TILE_WIDTH / 2, label, text, class }
}

/// The ranges of the five steps.
fn key(low: u32, step: u32) -> Vec<String> {
    (0..STEPS)
        .map(|at| {
            let from = low + at * step;
            format!("{}–{}", percent(from).trim_end_matches('%'), percent(from + step))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(label: &str, column: u8, figure: Figure) -> Tile {
        Tile { label: label.to_owned(), column, row: 0, figure }
    }

    /// The lowest share is palest, the highest darkest, and blanks have colours of their own.
    #[test]
    fn tiles_show_order_and_blanks() {
        let map = TileMap {
            title: "方格地图".to_owned(),
            tiles: vec![
                tile("低", 0, Figure::Share(300)),
                tile("高", 1, Figure::Share(700)),
                tile("缺", 2, Figure::NotReported),
                tile("隐", 3, Figure::Suppressed),
            ],
        };
        let svg = map.draw(Lang::Zh).to_string();
        for class in ["tile t0", "tile t4", "tile tmis", "tile tsup"] {
            assert_eq!(svg.matches(&format!("class=\"{class}\"")).count(), 1, "{class}");
        }
    }

    /// A map of one area, or of none, is still drawn.
    #[test]
    fn small_maps_are_drawn() {
        for tiles in [vec![], vec![tile("只有一个", 0, Figure::Share(0))]] {
            let svg = TileMap { title: "图".to_owned(), tiles }.draw(Lang::En).to_string();
            assert!(svg.contains("<svg"));
        }
    }
}
