//! Tables for a terminal: columns aligned by what they take on the screen, not by characters.

/// On which side of a column a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// Rows of texts under headings.
#[derive(Clone, Debug, Default)]
pub struct Table {
    heads: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column.
    #[must_use]
    pub fn column(mut self, head: &str, align: Align) -> Self {
        self.heads.push((head.to_owned(), align));
        self
    }

    /// Adds a row; what is missing stays empty.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as lines without a line break at the end.
    #[must_use]
    pub fn render(&self) -> String {
        let heads: Vec<String> = self.heads.iter().map(|(head, _)| head.clone()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&heads).chain(&self.rows).collect();
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|at| lines.iter().map(|line| line.get(at).map_or(0, |c| display_width(c))).max())
            .map(Option::unwrap_or_default)
            .collect();
        let rendered = lines.iter().map(|line| self.line(line, &widths));
        rendered.collect::<Vec<_>>().join("\n")
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut text = String::new();
        for (at, ((_, align), width)) in self.heads.iter().zip(widths).enumerate() {
            let cell = cells.get(at).map_or("", String::as_str);
            let gap = " ".repeat(width.saturating_sub(display_width(cell)));
            let (before, after) = match align {
                Align::Left => ("", gap.as_str()),
                Align::Right => (gap.as_str(), ""),
            };
            let between = if at == 0 { "" } else { "  " };
            text = format!("{text}{between}{before}{cell}{after}");
        }
        text.trim_end().to_owned()
    }
}

/// Columns that a text takes on a terminal: two for a Chinese character, none for a combining mark.
#[must_use]
pub fn display_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

fn char_width(symbol: char) -> usize {
    match u32::from(symbol) {
        0..=0x1f | 0x7f..=0x9f | 0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x2_0000..=0x3_fffd => 2,
        _ => 1,
    }
}
