//! Decoding: signed bytes of a release as the figures that they are.
//!
//! What is shown is what travelled. Every cell keeps its own kind of blank, and every block says
//! by which rule its figures were protected.

use domain::catalogue::{Block as SpecBlock, Catalogue, Count, Origin, TableSpec};
use domain::cell::Cell;
use domain::disclosure::ROUNDED_STRATUM_MIN;
use domain::period::{Period, TermId};
use domain::release::Rule;
use runtime::web::{Figure, Label, Lang, Text};

use super::words;
use crate::console::{Absent, Block, BlockRow, ReleaseKind, Tally};
use crate::indicator::{Way, Ways};
use crate::ledger::sealed::Seal;

/// Most columns of a block; a longer last axis becomes rows.
const COLUMNS_MAX: usize = 12;

/// A release's cells, read with the catalogue that names them.
pub struct Decoded {
    /// Which of its kinds it is.
    pub kind: ReleaseKind,
    /// Name of the table.
    pub table: Label,
    /// Its figures.
    pub blocks: Vec<Block>,
    /// Its figures in numbers.
    pub tally: Tally,
    /// What the catalogue has and the release does not.
    pub absent: Vec<Absent>,
}

/// Puts the cells of a table into words and figures.
#[must_use]
pub fn decode(catalogue: &Catalogue, spec: &TableSpec, cells: &[Cell], made_by: Rule) -> Decoded {
    let mut decoded = Decoded {
        kind: kind_of(made_by),
        table: spec.label().into(),
        blocks: Vec::new(),
        tally: Tally::default(),
        absent: Vec::new(),
    };
    for block in spec.blocks() {
        let own = cells.get(block.range()).unwrap_or_default();
        if own.iter().all(|cell| *cell == Cell::Unsupported) {
            let name = title(catalogue, block);
            decoded.absent.push(Absent { name, why: words::UNSUPPORTED_WHY.into() });
            continue;
        }
        let told = told(catalogue, block);
        if matches!(told, Told::Band(_)) && own.iter().all(|cell| *cell == Cell::NotApplicable) {
            let name = title(catalogue, block);
            decoded.absent.push(Absent { name, why: words::NO_BAND_WHY.into() });
            continue;
        }
        let figures: Vec<Figure> = own.iter().map(|cell| figure(*cell, made_by, told)).collect();
        count(&mut decoded.tally, &figures);
        let mut rule = rule(made_by, told);
        if made_by.is_rounded() && own.contains(&Cell::Suppressed) {
            let least: &dyn std::fmt::Display = &ROUNDED_STRATUM_MIN;
            let say = |lang| words::RULE_WITHHELD.fill(lang, &[&rule.in_lang(lang), least]);
            rule = Label::new(say(Lang::Zh), say(Lang::En));
        }
        decoded.blocks.push(shown(catalogue, block, &figures, rule));
    }
    decoded
}

/// Counts of a school that no readable table carries, whatever its period, each with why: it leaves
/// under seal, or not at all. What centres, departments and hubs count is no school's to send.
#[must_use]
pub fn outside(catalogue: &Catalogue, seal: Seal) -> Vec<Absent> {
    let ways = Ways::of(catalogue);
    let absent = |count: &Count| {
        let why = match ways.way(count, seal) {
            // Of a band that is not given its sheet says so itself.
            Way::Clear(_) | Way::Unbanded | Way::Rounded => return None,
            Way::Sealed => words::SEALED_WHY,
            Way::Closed => words::CLOSED_WHY,
            Way::Unsealed => words::UNSEALED_WHY,
            Way::Stays => words::STAYS_WHY,
        };
        Some(Absent { name: (&count.label).into(), why: why.into() })
    };
    let own = catalogue.counts().iter().filter(|count| count.origin == Origin::School);
    own.filter_map(absent).collect()
}

/// The period in words.
#[must_use]
pub fn period(period: Period) -> Label {
    match period {
        Period::Term(TermId { school_year, number }) => {
            let text = if number == 1 { words::AUTUMN } else { words::SPRING };
            let years: [&dyn std::fmt::Display; 2] = [&school_year, &(school_year + 1)];
            filled(text, &years)
        }
        Period::Week { year, week } => {
            let (from, to) = days(period);
            filled(words::WEEK, &[&year, &week, &from, &to])
        }
        Period::Month { year, month } => {
            Label::new(words::MONTH.fill(Lang::Zh, &[&year, &month]), period.to_string())
        }
        Period::SchoolYear(year) => filled(words::SCHOOL_YEAR, &[&year, &(year + 1)]),
        other => Label::same(other.to_string()),
    }
}

/// First and last day of a week, as month and day.
fn days(period: Period) -> (String, String) {
    let no_terms = domain::period::Calendar::new(Vec::new());
    let span = no_terms.ok().and_then(|calendar| domain::span::Span::of(period, &calendar).ok());
    let day = |day: jiff::civil::Date| day.strftime("%m-%d").to_string();
    span.map_or_else(Default::default, |span| (day(span.from), day(span.to)))
}

fn filled(text: Text, values: &[&dyn std::fmt::Display]) -> Label {
    Label::new(text.fill(Lang::Zh, values), text.fill(Lang::En, values))
}

/// Which kind of release a rule makes.
#[must_use]
pub const fn kind_of(rule: Rule) -> ReleaseKind {
    if rule.is_rounded() { ReleaseKind::RoundedTable } else { ReleaseKind::ClearSheet }
}

/// How a count of a clear sheet is told.
#[derive(Clone, Copy)]
enum Told {
    Exactly,
    Band(u32),
    Roughly(u32),
}

fn told(catalogue: &Catalogue, block: &SpecBlock) -> Told {
    let count = catalogue.count(&block.indicator);
    let definition = count.and_then(|count| count.definition.as_ref());
    match definition.map(|known| (known.band, known.rough)) {
        Some((Some(width), _)) if width > 0 => Told::Band(width),
        Some((_, Some(base))) => Told::Roughly(base),
        _ => Told::Exactly,
    }
}

fn figure(cell: Cell, rule: Rule, told: Told) -> Figure {
    match (cell, told) {
        (Cell::Value(value), _) if rule.is_rounded() => Figure::Rounded(value),
        (Cell::Value(value), Told::Roughly(_)) => Figure::Rounded(value),
        (Cell::Value(low), Told::Band(width)) => {
            let high = low.saturating_add(u64::from(width).saturating_sub(1));
            Figure::Band { low, high }
        }
        (cell, _) => Figure::of_cell(cell, rule),
    }
}

fn rule(rule: Rule, told: Told) -> Label {
    match told {
        _ if rule.is_rounded() => words::RULE_ROUNDED.into(),
        Told::Band(width) => filled(words::RULE_BAND, &[&width]),
        Told::Roughly(base) => filled(words::RULE_ROUGH, &[&base]),
        Told::Exactly => words::RULE_EXACT.into(),
    }
}

fn count(tally: &mut Tally, figures: &[Figure]) {
    for figure in figures {
        match figure {
            // What cannot exist is no figure that could be missing.
            Figure::NotApplicable => continue,
            Figure::Rounded(_) => tally.rounded += 1,
            Figure::Band { .. } => tally.banded += 1,
            Figure::Suppressed
            | Figure::NotReported
            | Figure::Unsupported
            | Figure::ByKind
            | Figure::Closed
            | Figure::Waiting
            | Figure::Stopped => tally.blank += 1,
            Figure::Count(_) | Figure::Share(_) => {}
        }
        tally.counts += 1;
    }
}

fn title(catalogue: &Catalogue, block: &SpecBlock) -> Label {
    let count = catalogue.count(&block.indicator).map(|count| &count.label);
    let label =
        count.or_else(|| catalogue.partition(&block.indicator).map(|partition| &partition.label));
    label.map_or_else(|| Label::same(block.indicator.clone()), Label::from)
}

/// A block as a table: the last axis across, the others down; lines that cannot exist left out.
fn shown(catalogue: &Catalogue, block: &SpecBlock, figures: &[Figure], rule: Label) -> Block {
    let across = block.axes.last().filter(|axis| axis.values.len() <= COLUMNS_MAX);
    let width = across.map_or(1, |axis| axis.values.len().max(1));
    let label = |axis: usize, value: &str| {
        let dimension = block.axes.get(axis).map_or("", |axis| axis.dimension.as_str());
        let known = catalogue.value_label(&block.indicator, dimension, value);
        known.map_or_else(|| Label::same(value), Label::from)
    };
    let last = block.axes.len().saturating_sub(1);
    let columns = match across {
        Some(axis) => axis.values.iter().map(|value| label(last, value)).collect(),
        None => vec![Label::from(words::FIGURE)],
    };
    let down = if across.is_some() { last } else { block.axes.len() };
    let mut rows = Vec::new();
    for (line, figures) in figures.chunks(width).enumerate() {
        if figures.iter().all(|figure| *figure == Figure::NotApplicable) {
            continue;
        }
        let values = block.values_at(line * width).unwrap_or_default();
        let names = values.iter().take(down).enumerate();
        let names: Vec<Label> = names.map(|(axis, value)| label(axis, value)).collect();
        rows.push(BlockRow { label: joined(&names), figures: figures.to_vec() });
    }
    Block { title: title(catalogue, block), rule, columns, rows }
}

fn joined(names: &[Label]) -> Label {
    if names.is_empty() {
        return words::WHOLE_SCHOOL.into();
    }
    let join =
        |lang: Lang| names.iter().map(|name| name.in_lang(lang)).collect::<Vec<_>>().join(" · ");
    Label::new(join(Lang::Zh), join(Lang::En))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A band that a sheet does not give is named with the rules by which it may be missing, and is
    /// no empty table; one that it gives is shown.
    #[test]
    fn a_band_that_is_not_given_is_named() {
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let spec = catalogue.table("clear.term").expect("table");
        let place = spec.index("alt.attention_band", &["junior"]).expect("cell");
        let name = Label::from(&catalogue.count("alt.attention_band").expect("count").label);
        let mut cells = vec![Cell::NotApplicable; spec.cells()];
        let of = |cells: &[Cell]| {
            let decoded = decode(&catalogue, spec, cells, Rule::Clear);
            let absent = decoded.absent.into_iter().find(|one| one.name == name);
            let is_shown = decoded.blocks.iter().any(|block| block.title == name);
            (absent.map(|one| one.why), is_shown)
        };
        assert_eq!(of(&cells), (Some(words::NO_BAND_WHY.into()), false));
        cells[place] = Cell::Value(20);
        assert_eq!(of(&cells), (None, true));
    }

    /// What sealed reports hold is listed with its way in a year under seal, and not as something
    /// that does not leave.
    #[test]
    fn what_leaves_under_seal_is_not_said_to_stay() {
        let catalogue = proto::pack::embedded::catalogue().expect("catalogue");
        let why = |id: &str, seal| {
            let name = Label::from(&catalogue.count(id).expect("count").label);
            let all = outside(&catalogue, seal);
            all.into_iter().find(|one| one.name == name).map(|one| one.why)
        };
        for id in ["alt.opened", "scr.positive"] {
            assert_eq!(why(id, Seal::Planned), Some(words::SEALED_WHY.into()), "{id}");
            assert_eq!(why(id, Seal::Closed), Some(words::CLOSED_WHY.into()), "{id}");
        }
        assert_eq!(why("alt.opened", Seal::Open), Some(words::UNSEALED_WHY.into()));
        // Rounded tables carry it where there is no seal.
        assert_eq!(why("scr.positive", Seal::Open), None);
        assert_eq!(why("fup.due", Seal::Planned), Some(words::STAYS_WHY.into()));
        // A centre counts its staff's screening: it is not the school's to send.
        assert_eq!(why("scr.staff_done", Seal::Planned), None);
        assert_eq!(why("edu.hours", Seal::Planned), None);
    }
}
