//! `indicator`: the school's own figures as its ledgers give them, and the records behind one.
//!
//! Exact and for this school alone: sealed counts are shown here and leave in no way from here.
//! Records are shown to an account that may read them, and each look is logged.

mod change;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use domain::catalogue::{Catalogue, Count, NativePeriod, Origin};
use domain::cell::Cell;
use domain::ledger::{Act, Action};
use domain::period::{Calendar, Period};
use domain::span::Span;
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::web::Lang;
use serde_json::{Value, json};

use super::{Place, acting, context, words};
use crate::app::Node;
use crate::indicator::{
    ExplainError, Explained, Facts, Figures, IndicatorError, RatioFigure, Way, Ways, current,
    explain, native_of,
};
use crate::ledger::account;
use crate::ledger::author::Author;
use crate::ledger::profile::Profile;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::sealed::Seal;

#[derive(Debug, Subcommand)]
pub(super) enum IndicatorCommand {
    /// List every count of the school with its total
    List(ListArgs),
    /// Show one count, cell by cell
    Show(ShowOneArgs),
    /// Set the counts of a term against the term before and the same one a year before
    Changes(change::ChangesArgs),
    /// Show the records behind one cell, to an account that may read them
    Explain(ExplainArgs),
}

#[derive(Args, Debug)]
pub(super) struct PeriodArgs {
    /// Period, such as 2025S1, 2025-11 or 2025-W45; each count's current one if not given
    #[arg(long, value_name = "PERIOD")]
    period: Option<Period>,
}

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    period: PeriodArgs,

    #[command(flatten)]
    acting: acting::ActingArgs,
}

#[derive(Args, Debug)]
pub(super) struct ShowOneArgs {
    #[command(flatten)]
    show: ShowArgs,

    #[command(flatten)]
    acting: acting::ActingArgs,
}

#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    /// Id of the count, such as mtr.talks
    id: String,

    #[command(flatten)]
    period: PeriodArgs,
}

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    #[command(flatten)]
    show: ShowArgs,

    /// Values of the cell in the order of the dimensions, with commas, such as t2,junior
    #[arg(long, value_name = "VALUES", default_value = "")]
    cell: String,

    /// Account that asks, as it signs in to the web page
    #[arg(long = "as", value_name = "LOGIN")]
    account: String,

    /// Why; kept in the log of reads
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// File with the account's password; - for standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Code of the account's second step, where it has one
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
}

pub(super) async fn run(
    terminal: &Terminal,
    place: &Place,
    command: &IndicatorCommand,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    match command {
        IndicatorCommand::List(args) => {
            check_reader(terminal, &node, &args.acting).await?;
            list(terminal, &Asked::new(&node)?, args.period.period)
        }
        IndicatorCommand::Show(args) => {
            check_reader(terminal, &node, &args.acting).await?;
            show(terminal, &Asked::new(&node)?, &args.show)
        }
        IndicatorCommand::Changes(args) => {
            check_reader(terminal, &node, &args.acting).await?;
            change::show(terminal, &Asked::new(&node)?, args.term)
        }
        IndicatorCommand::Explain(args) => {
            let reader = sign_in(terminal, &node, args).await?;
            explained(terminal, &Asked::new(&node)?, args, reader)
        }
    }
}

/// What every question needs.
struct Asked {
    node: Node,
    profile: Profile,
    catalogue: std::sync::Arc<Catalogue>,
    calendar: std::sync::Arc<Calendar>,
    today: Date,
}

impl Asked {
    fn new(node: &Node) -> Result<Self, Failure> {
        let packs = node.packs()?;
        Ok(Self {
            profile: node.profile().ok_or_else(context::not_joined)?,
            catalogue: packs.in_force().pack.clone(),
            calendar: packs.calendar().clone(),
            today: node.clock().today(),
            node: node.clone(),
        })
    }

    fn count(&self, id: &str) -> Result<Count, Failure> {
        let own = self.catalogue.count(id).filter(|count| count.origin == Origin::School);
        own.cloned().ok_or_else(|| {
            let message = Sentence::new(words::NO_COUNT, &[&id]);
            Failure::new(Exit::NotFound, "COUNT", message).hint(words::NO_COUNT_NEXT)
        })
    }

    /// The period that is asked for, or the current one of a kind.
    fn period(&self, asked: Option<Period>, native: NativePeriod) -> Period {
        asked.unwrap_or_else(|| current(native, self.today, &self.calendar))
    }

    fn span(&self, period: Period) -> Result<Span, Failure> {
        Span::of(period, &self.calendar).map_err(|error| {
            let message = Sentence::new(words::NO_PERIOD, &[&period]);
            let terms = self.calendar.terms().iter().map(|term| term.id.to_string());
            let next =
                Sentence::new(words::NO_PERIOD_NEXT, &[&terms.collect::<Vec<_>>().join(", ")]);
            Failure::new(Exit::NotFound, "PERIOD", message).hint(next).because(&error)
        })
    }

    /// Whether counts about persons of a period leave under seal, as for a release.
    fn seal(&self, facts: &Facts) -> Result<Seal, Failure> {
        let (years, year) = (self.node.years_under_seal()?, facts.span().school_year);
        Ok(self.node.ledger().read(move |tx| years.seal(tx, year))?)
    }

    fn facts(&self, period: Period) -> Result<Facts, Failure> {
        let (span, profile, today) = (self.span(period)?, self.profile.clone(), self.today);
        let facts = move |tx: &runtime::sql::Tx<'_>| Facts::of_period(tx, &profile, span, today);
        self.node.ledger().read(facts).map_err(uncounted)
    }
}

fn list(terminal: &Terminal, asked: &Asked, period: Option<Period>) -> Result<(), Failure> {
    let (mut values, mut ratios) = (Vec::new(), Vec::new());
    let ways = Ways::of(&asked.catalogue);
    let mut table = Table::new()
        .column(&terminal.text(words::COUNT, &[]), Align::Left)
        .column(&terminal.text(words::NAME, &[]), Align::Left)
        .column(&terminal.text(words::PERIOD_HEAD, &[]), Align::Left)
        .column(&terminal.text(words::TOTAL, &[]), Align::Right)
        .column(&terminal.text(words::LEAVES, &[]), Align::Left);
    let lengths = NativePeriod::ALL.iter().filter(|native| **native != NativePeriod::Day);
    for native in lengths {
        let period = asked.period(period, *native);
        let facts = asked.facts(period)?;
        let seal = asked.seal(&facts)?;
        let own = asked.catalogue.counts().iter().filter(|count| count.origin == Origin::School);
        for count in own.filter(|count| count.period == *native) {
            let figures = facts.figures(&asked.catalogue, count).map_err(uncounted)?;
            let total = figures.total();
            values.push(json!({"id": count.id.to_string(), "period": period.to_string(),
                "total": figure_json(total), "channel": count.channel.as_str()}));
            table.row(vec![
                count.id.to_string(),
                name(terminal, count).to_owned(),
                period.to_string(),
                figure(terminal, (total, figures.is_destroyed, figures.not_yet)),
                leaves(terminal, ways.way(count, seal)),
            ]);
        }
        ratios.extend(ratios_of(asked, (&facts, period), *native)?);
    }
    let told: Vec<Value> = ratios.iter().map(ratio_json).collect();
    terminal.result(&json!({ "counts": values, "ratios": told }), |terminal| {
        format!("{}\n{}", table.render(), ratios_table(terminal, &ratios).render())
    })
}

/// A ratio with its period.
type Line = (domain::catalogue::Ratio, Period, RatioFigure);

/// Every ratio of a kind of period over the school's own counts.
fn ratios_of(
    asked: &Asked,
    (facts, period): (&Facts, Period),
    native: NativePeriod,
) -> Result<Vec<Line>, Failure> {
    let mut found = Vec::new();
    let ratios = asked.catalogue.ratios().iter();
    for ratio in ratios.filter(|ratio| native_of(&asked.catalogue, ratio) == native) {
        let figure = facts.ratio(&asked.catalogue, ratio).map_err(uncounted)?;
        found.extend(figure.map(|figure| (ratio.clone(), period, figure)));
    }
    Ok(found)
}

fn ratio_json((ratio, period, found): &Line) -> Value {
    json!({"id": ratio.id.to_string(), "period": period.to_string(),
        "numerator": figure_json(found.numerator), "denominator": figure_json(found.denominator),
        "ratio": found.written()})
}

fn ratios_table(terminal: &Terminal, ratios: &[Line]) -> Table {
    let mut table = Table::new()
        .column(&terminal.text(words::RATIO, &[]), Align::Left)
        .column("", Align::Left)
        .column(&terminal.text(words::PERIOD_HEAD, &[]), Align::Left)
        .column(&terminal.text(words::FIGURE, &[]), Align::Right)
        .column(&terminal.text(words::NUMERATOR, &[]), Align::Right)
        .column(&terminal.text(words::DENOMINATOR, &[]), Align::Right);
    let zh = terminal.lang() == Lang::Zh;
    for (ratio, period, found) in ratios {
        let label = if zh { &ratio.label.zh } else { &ratio.label.en };
        let side = |cell, from| figure(terminal, (cell, found.is_destroyed, from));
        table.row(vec![
            ratio.id.to_string(),
            label.clone(),
            period.to_string(),
            found.written().unwrap_or_else(|| "—".to_owned()),
            side(found.numerator, found.above_from),
            side(found.denominator, found.below_from),
        ]);
    }
    table
}

fn show(terminal: &Terminal, asked: &Asked, args: &ShowArgs) -> Result<(), Failure> {
    let count = asked.count(&args.id)?;
    let period = asked.period(args.period.period, count.period);
    let facts = asked.facts(period)?;
    let figures = facts.figures(&asked.catalogue, &count).map_err(uncounted)?;
    let cells = figures.cells.iter().enumerate();
    let cells: Vec<Value> = cells
        .map(|(place, cell)| {
            json!({"values": figures.block.values_at(place), "figure": figure_json(*cell)})
        })
        .collect();
    let seal = asked.seal(&facts)?;
    let way = Ways::of(&asked.catalogue).way(&count, seal);
    let value = json!({"id": count.id.to_string(), "period": period.to_string(),
        "over": facts.is_over(), "destroyed": figures.is_destroyed,
        "channel": count.channel.as_str(), "cells": cells});
    terminal.result(&value, |terminal| {
        let head: [&dyn std::fmt::Display; 3] = [&count.id, &name(terminal, &count), &period];
        let mut lines = vec![terminal.text(words::COUNT_OF, &head)];
        if !facts.is_over() {
            lines.push(terminal.text(words::STILL_RUNS, &[]));
        }
        lines.push(cells_table(terminal, &asked.catalogue, &figures).render());
        lines.push(leaves(terminal, way));
        lines.join("\n")
    })
}

/// Cells that can exist, with their values as people read them.
fn cells_table(terminal: &Terminal, catalogue: &Catalogue, figures: &Figures) -> Table {
    let mut table = Table::new();
    let zh = terminal.lang() == Lang::Zh;
    let text = |label: &domain::catalogue::Label| {
        if zh { label.zh.clone() } else { label.en.clone() }
    };
    for dimension in figures.block.dims() {
        let label = catalogue.dimension(dimension.as_str()).map(|known| text(&known.label));
        table = table.column(&label.unwrap_or_default(), Align::Left);
    }
    table = table.column(&terminal.text(words::FIGURE, &[]), Align::Right);
    for (place, cell) in figures.cells.iter().enumerate() {
        if *cell == Cell::NotApplicable && figures.cells.len() > 1 {
            continue;
        }
        let values = figures.block.values_at(place).unwrap_or_default();
        let named = figures.block.dims().zip(values).map(|(dimension, value)| {
            let label = catalogue.dimension(dimension.as_str())?.label_of(value)?;
            Some(format!("{} ({value})", text(label)))
        });
        let mut row: Vec<String> = named.map(Option::unwrap_or_default).collect();
        row.push(figure(terminal, (*cell, figures.is_destroyed, figures.not_yet)));
        table.row(row);
    }
    table
}

fn explained(
    terminal: &Terminal,
    asked: &Asked,
    args: &ExplainArgs,
    reader: Author,
) -> Result<(), Failure> {
    let count = asked.count(&args.show.id)?;
    let period = asked.period(args.show.period.period, count.period);
    let facts = asked.facts(period)?;
    let (catalogue, cell, name) = (asked.catalogue.clone(), args.cell.clone(), count.id.clone());
    let found = asked.node.ledger().write("explain", move |tx| {
        let values: Vec<&str> = cell.split(',').map(str::trim).filter(|v| !v.is_empty()).collect();
        explain(tx, (&facts, &catalogue), &count, &values, &reader)
    });
    let found = found.map_err(unexplained)?;
    terminal.result(&explained_json(&found), |terminal| {
        let shown = figure(terminal, (found.figure, found.is_destroyed, found.not_yet));
        let head: [&dyn std::fmt::Display; 4] = [&name, &args.cell, &period, &shown];
        let mut lines = vec![terminal.text(words::WHY, &head)];
        for line in &found.lines {
            let (zh, en) = line.said();
            let what = if terminal.lang() == Lang::Zh { zh } else { en };
            let who = line.student.as_ref().map(|(number, name)| format!("  {name} {number}"));
            lines.push(format!("  {what}{}", who.unwrap_or_default()));
        }
        if found.hidden > 0 {
            lines.push(terminal.text(words::HIDDEN, &[&found.hidden]));
        }
        if found.more > 0 {
            lines.push(terminal.text(words::MORE, &[&found.more]));
        }
        lines.join("\n")
    })
}

fn explained_json(found: &Explained) -> Value {
    let line = |line: &crate::indicator::Line| {
        let who = line.student.as_ref();
        json!({"record": line.said().1, "student_number": who.map(|who| &who.0)})
    };
    json!({"figure": figure_json(found.figure), "hidden": found.hidden, "more": found.more,
        "records": found.lines.iter().map(line).collect::<Vec<_>>()})
}

/// Exact figures of a school are for accounts that see them on its pages too. Before the first
/// account there is nobody whom they could be kept from.
async fn check_reader(
    terminal: &Terminal,
    node: &Node,
    args: &acting::ActingArgs,
) -> Result<(), Failure> {
    match acting::named_now(terminal, node, args).await? {
        Some(reader) => acting::allow(&reader, Action::Do(Act::ReadCounts)),
        None if node.ledger().read(account::list)?.is_empty() => Ok(()),
        None => Err(Failure::new(Exit::Refused, "ACCOUNT_NEEDED", words::COUNTS_ACCOUNT)
            .hint(words::ACCOUNT_NEEDED_NEXT)),
    }
}

/// The role is the account's, never the terminal's word.
async fn sign_in(terminal: &Terminal, node: &Node, args: &ExplainArgs) -> Result<Author, Failure> {
    let given = (args.password_file.as_deref(), args.code.as_deref());
    let author = acting::author_of(terminal, node, &args.account, given).await?;
    if args.reason.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "REASON", words::WHY_REASON));
    }
    Ok(author.because(&args.reason))
}

/// A cell, or why it is blank.
fn figure(
    terminal: &Terminal,
    (cell, is_destroyed, not_yet): (Cell, bool, Option<Date>),
) -> String {
    if let (Cell::NotReported, false, Some(from)) = (cell, is_destroyed, not_yet) {
        return terminal.text(words::NOT_YET, &[&from]);
    }
    match cell {
        Cell::NotReported if is_destroyed => terminal.text(words::DESTROYED, &[]),
        Cell::Value(value) => value.to_string(),
        Cell::NotApplicable => "—".to_owned(),
        Cell::NotReported => terminal.text(words::NOT_KEPT, &[]),
        Cell::Suppressed | Cell::Unsupported => terminal.text(words::NO_SOURCE, &[]),
    }
}

fn figure_json(cell: Cell) -> Value {
    match cell {
        Cell::Value(value) => json!(value),
        Cell::NotApplicable => json!("not_applicable"),
        Cell::NotReported => json!("not_reported"),
        Cell::Suppressed | Cell::Unsupported => json!("unsupported"),
    }
}

fn name<'c>(terminal: &Terminal, count: &'c Count) -> &'c str {
    if terminal.lang() == Lang::Zh { &count.label.zh } else { &count.label.en }
}

/// Where a count goes.
fn leaves(terminal: &Terminal, way: Way<'_>) -> String {
    match way {
        Way::Clear(sheet) => {
            let label = sheet.label();
            let sheet = if terminal.lang() == Lang::Zh { &label.zh } else { &label.en };
            terminal.text(words::LEAVES_CLEAR, &[sheet])
        }
        Way::Unbanded => terminal.text(words::LEAVES_NO_BAND, &[]),
        Way::Sealed => terminal.text(words::LEAVES_SEALED, &[]),
        Way::Closed => terminal.text(words::LEAVES_NO_MORE, &[]),
        Way::Rounded => terminal.text(words::LEAVES_ROUNDED, &[]),
        Way::Unsealed => terminal.text(words::UNSEALED, &[]),
        Way::Stays => terminal.text(words::STAYS, &[]),
    }
}

pub(super) fn uncounted(error: IndicatorError) -> Failure {
    match error {
        IndicatorError::Store(error) => error.into(),
        other => {
            let (zh, en) = other.said();
            let fill = |lang, text: &str| words::UNCOUNTED.fill(lang, &[&text]);
            let said = Sentence::pair(fill(Lang::Zh, &zh), fill(Lang::En, &en));
            Failure::new(Exit::Invalid, "COUNT", said).hint(words::UNCOUNTED_NEXT)
        }
    }
}

fn unexplained(error: ExplainError) -> Failure {
    match error {
        ExplainError::Store(error) | ExplainError::Ledger(LedgerRefusal::Store(error)) => {
            error.into()
        }
        ExplainError::Indicator(error) => uncounted(error),
        ExplainError::Cell => {
            Failure::new(Exit::NotFound, "CELL", words::NO_CELL).hint(words::NO_CELL_NEXT)
        }
        other => Failure::new(Exit::Refused, "ROLE", words::ROLE_SEES_NONE).because(&other),
    }
}
