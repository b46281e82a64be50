//! A figure as it is shown, with the four blanks that are never mixed up.
//!
//! Zero is a number, and a count that was rounded to zero is not yet one. *Suppressed* is a
//! figure that exists and is not shown, *not reported* one that is missing, *not applicable* one
//! that cannot exist. Each has its own word, class and explanation on every page, and the same
//! code in every export.

use std::borrow::Borrow;

use askama::Template;
use domain::cell::Cell;
use domain::release::Rule;

use super::html::Part;
use super::lang::Lang;
use super::words;

/// One figure of a table, a card or a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// An exact count, zero included.
    Count(u64),
    /// A count that was rounded where it arose, or a sum of such counts.
    Rounded(u64),
    /// Only the range is known; both ends belong to it.
    Band {
        /// Smallest count of the range.
        low: u64,
        /// Largest count of the range.
        high: u64,
    },
    /// A share in ten-thousandths, rounded down: it is rounded to the nearest once, when written.
    Share(u32),
    /// There is a figure, and it is not shown because few persons stand behind it.
    Suppressed,
    /// Not all units that were due have reported.
    NotReported,
    /// There can be no such figure, such as a kindergarten's twelfth grade.
    NotApplicable,
    /// Nobody who reported keeps the ledgers from which it would be computed.
    Unsupported,
    /// There is no total, since a person can be of several kinds; each kind has its own figure.
    ByKind,
    /// Sealed, and by the plan never opened as it was asked for.
    Closed,
    /// Sealed, and not opened yet.
    Waiting,
    /// Sealed, and stopped until a person has looked.
    Stopped,
}

impl Figure {
    /// The figure of a cell. The rule decides whether its zero is one: rounded, it may be four.
    #[must_use]
    pub const fn of_cell(cell: Cell, rule: Rule) -> Self {
        match cell {
            Cell::Value(count) if rule.is_rounded() => Self::Rounded(count),
            Cell::Value(count) => Self::Count(count),
            Cell::Suppressed => Self::Suppressed,
            Cell::NotReported => Self::NotReported,
            Cell::NotApplicable => Self::NotApplicable,
            Cell::Unsupported => Self::Unsupported,
        }
    }

    /// A share of two counts; a denominator of zero makes it not applicable. Rounded down, since
    /// the text rounds to the nearest: both together would make 12.4% of 12.345%.
    #[must_use]
    pub fn share(numerator: u64, denominator: u64) -> Self {
        if denominator == 0 {
            return Self::NotApplicable;
        }
        let scaled = u128::from(numerator) * 10_000;
        u32::try_from(scaled / u128::from(denominator)).map_or(Self::NotApplicable, Self::Share)
    }

    /// The code of the status, as exports write it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Count(0) => "zero",
            Self::Count(_) | Self::Share(_) => "value",
            Self::Rounded(_) => "rounded",
            Self::Band { .. } => "band",
            Self::Suppressed => "suppressed",
            Self::NotReported => "not_reported",
            Self::NotApplicable => "not_applicable",
            Self::Unsupported => "unsupported",
            Self::ByKind => "by_kind",
            Self::Closed => "closed",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
        }
    }

    /// What is written in the cell.
    #[must_use]
    pub fn text(&self, lang: impl Borrow<Lang>) -> String {
        let lang = *lang.borrow();
        match *self {
            Self::Rounded(0) => words::ROUNDED_ZERO.in_lang(lang).to_owned(),
            Self::Count(count) => grouped(count),
            // Wherever it stands, nobody may take it for a count.
            Self::Rounded(count) => format!("≈{}", grouped(count)),
            Self::Band { low, high } => format!("{}–{}", grouped(low), grouped(high)),
            Self::Share(share) => percent(share),
            Self::Suppressed => words::SUPPRESSED.in_lang(lang).to_owned(),
            Self::NotReported => words::NOT_REPORTED.in_lang(lang).to_owned(),
            Self::NotApplicable => words::NOT_APPLICABLE.in_lang(lang).to_owned(),
            Self::Unsupported => words::UNSUPPORTED.in_lang(lang).to_owned(),
            Self::ByKind => words::BY_KIND.in_lang(lang).to_owned(),
            Self::Closed => words::CLOSED.in_lang(lang).to_owned(),
            Self::Waiting => words::WAITING.in_lang(lang).to_owned(),
            Self::Stopped => words::STOPPED.in_lang(lang).to_owned(),
        }
    }

    /// Whether there is a value that a chart can place.
    #[must_use]
    pub const fn share_value(&self) -> Option<u32> {
        match self {
            Self::Share(share) => Some(*share),
            _ => None,
        }
    }

    /// The count, where there is one.
    #[must_use]
    pub const fn count_value(&self) -> Option<u64> {
        match self {
            Self::Count(count) | Self::Rounded(count) => Some(*count),
            _ => None,
        }
    }

    /// A table cell with the figure.
    #[must_use]
    pub fn cell(&self, lang: impl Borrow<Lang>) -> Part<FigureCell> {
        let lang = *lang.borrow();
        Part(FigureCell { class: self.class(), title: self.title(lang), text: self.text(lang) })
    }

    /// Style classes of the cell.
    const fn class(&self) -> &'static str {
        match self {
            Self::Count(0) => "num zero",
            Self::Rounded(0) => "num nil",
            Self::Suppressed => "num sup",
            Self::NotReported => "num mis",
            Self::NotApplicable => "num na",
            Self::Unsupported => "num uns",
            Self::ByKind => "num kin",
            Self::Closed => "num clo",
            Self::Waiting => "num wai",
            Self::Stopped => "num stp",
            _ => "num",
        }
    }

    /// The explanation that hovers over a blank.
    const fn meaning(&self) -> Option<super::Text> {
        match self {
            Self::Rounded(0) => Some(words::ROUNDED_ZERO_WHY),
            Self::Suppressed => Some(words::SUPPRESSED_WHY),
            Self::NotReported => Some(words::NOT_REPORTED_WHY),
            Self::NotApplicable => Some(words::NOT_APPLICABLE_WHY),
            Self::Unsupported => Some(words::UNSUPPORTED_WHY),
            Self::ByKind => Some(words::BY_KIND_WHY),
            Self::Closed => Some(words::CLOSED_WHY),
            Self::Waiting => Some(words::WAITING_WHY),
            Self::Stopped => Some(words::STOPPED_WHY),
            Self::Count(_) | Self::Rounded(_) | Self::Band { .. } | Self::Share(_) => None,
        }
    }

    fn title(&self, lang: Lang) -> &'static str {
        self.meaning().map_or("", |text| text.in_lang(lang))
    }
}

/// Markup of one cell.
#[derive(Debug, Template)]
#[template(path = "figure.html")]
pub struct FigureCell {
    class: &'static str,
    title: &'static str,
    text: String,
}

/// The line under a table that explains its blanks.
#[derive(Debug, Template)]
#[template(path = "legend.html")]
pub struct Legend {
    lang: Lang,
    is_sealed: bool,
}

/// Explains the blanks of a page on which nothing is sealed.
#[must_use]
pub fn legend(lang: impl Borrow<Lang>) -> Part<Legend> {
    Part(Legend { lang: *lang.borrow(), is_sealed: false })
}

/// Explains the blanks of a page with sealed sums.
#[must_use]
pub fn legend_sealed(lang: impl Borrow<Lang>) -> Part<Legend> {
    Part(Legend { lang: *lang.borrow(), is_sealed: true })
}

/// A number with a comma between thousands, as tables show it.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Ten-thousandths as a percentage with one decimal, rounded to the nearest.
#[must_use]
pub fn percent(share: u32) -> String {
    let tenths = u64::from(share).saturating_add(5) / 10;
    format!("{}.{}%", tenths / 10, tenths % 10)
}

/// Every blank, for tests of what holds of each.
#[cfg(test)]
pub(super) const BLANKS: [Figure; 8] = [
    Figure::Suppressed,
    Figure::NotReported,
    Figure::NotApplicable,
    Figure::Unsupported,
    Figure::ByKind,
    Figure::Closed,
    Figure::Waiting,
    Figure::Stopped,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The blanks look different from each other in both languages, in word and in class.
    #[test]
    fn blanks_are_told_apart() {
        let zeros = [Figure::Count(0), Figure::Rounded(0)];
        let blanks: Vec<Figure> = zeros.into_iter().chain(BLANKS).collect();
        for lang in [Lang::Zh, Lang::En] {
            let forms: [fn(&Figure, Lang) -> String; 3] = [
                |blank, lang| blank.text(lang),
                |blank, _| blank.class().to_owned(),
                |blank, _| blank.code().to_owned(),
            ];
            for form in forms {
                let mut seen: Vec<String> = blanks.iter().map(|blank| form(blank, lang)).collect();
                seen.sort();
                seen.dedup();
                assert_eq!(seen.len(), blanks.len(), "{seen:?}");
            }
        }
        let hidden = Figure::Suppressed.cell(Lang::Zh).to_string();
        assert!(hidden.contains("隐去") && hidden.contains("class=\"num sup\""), "{hidden}");
    }

    /// A zero of a rounded table never claims that there is nobody.
    #[test]
    fn a_rounded_zero_is_not_zero() {
        let (exact, rounded) = (Rule::SumOfClear, Rule::Rounded5);
        assert_eq!(Figure::of_cell(Cell::Value(0), exact).text(Lang::Zh), "0");
        assert_eq!(Figure::of_cell(Cell::Value(0), rounded).text(Lang::Zh), "≈0");
        assert_eq!(Figure::of_cell(Cell::Suppressed, rounded), Figure::Suppressed);
    }

    /// A share is rounded to the nearest, and nothing divided by nobody is no share.
    #[test]
    fn shares_are_rounded_and_never_divided_by_zero() {
        assert_eq!(Figure::share(1, 3), Figure::Share(3333));
        assert_eq!(Figure::share(2, 3).text(Lang::Zh), "66.7%");
        assert_eq!(Figure::share(0, 9).text(Lang::Zh), "0.0%");
        assert_eq!(Figure::share(12_345, 100_000).text(Lang::Zh), "12.3%", "rounded once");
        assert_eq!(Figure::share(1_235, 10_000).text(Lang::Zh), "12.4%");
        assert_eq!(Figure::share(7, 0), Figure::NotApplicable);
    }

    /// Thousands are separated, and ranges name both ends.
    #[test]
    fn numbers_are_written_as_tables_show_them() {
        assert_eq!(Figure::Count(1_234_567).text(Lang::En), "1,234,567");
        assert_eq!(Figure::Count(12).text(Lang::En), "12");
        assert_eq!(Figure::Band { low: 20, high: 29 }.text(Lang::Zh), "20–29");
    }
}
