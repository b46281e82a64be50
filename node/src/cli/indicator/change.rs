//! `indicator changes`: the counts of a term against earlier ones, each with its interval.

use clap::Args;
use domain::catalogue::NativePeriod;
use domain::change::Verdict;
use domain::period::{Period, TermId};
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::web::Lang;
use serde_json::{Value, json};

use super::{Asked, acting, figure_json, uncounted, words};
use crate::desk::change;
use crate::indicator::{Apart, ChangeLine, Changes, Earlier, Parts, Sort, changes};

#[derive(Args, Debug)]
pub(in crate::cli) struct ChangesArgs {
    /// Term, such as 2025S1; the current one if not given
    #[arg(long, value_name = "TERM")]
    pub(super) term: Option<TermId>,

    #[command(flatten)]
    pub(super) acting: acting::ActingArgs,
}

pub(super) fn show(
    terminal: &Terminal,
    asked: &Asked,
    term: Option<TermId>,
) -> Result<(), Failure> {
    let period = asked.period(term.map(Period::Term), NativePeriod::Term);
    let unknown = || {
        let message = Sentence::new(words::NO_PERIOD, &[&period]);
        let terms = asked.calendar.terms().iter().map(|term| term.id.to_string());
        let next = Sentence::new(words::NO_PERIOD_NEXT, &[&terms.collect::<Vec<_>>().join(", ")]);
        Failure::new(Exit::NotFound, "PERIOD", message).hint(next)
    };
    let Period::Term(term) = period else { return Err(unknown()) };
    let (profile, today) = (asked.profile.clone(), asked.today);
    let (catalogue, calendar) = (asked.catalogue.clone(), asked.calendar.clone());
    let found = asked
        .node
        .ledger()
        .read(move |tx| changes(tx, &profile, (&catalogue, &calendar), term, today))
        .map_err(uncounted)?
        .ok_or_else(unknown)?;
    terminal.result(&told(&found), |terminal| {
        let mut lines = Vec::new();
        if !found.is_over {
            lines.push(terminal.text(words::STILL_RUNS, &[]));
        }
        lines.push(table(terminal, &found).render());
        lines.join("\n")
    })
}

fn table(terminal: &Terminal, found: &Changes) -> Table {
    let lang = terminal.lang();
    let mut table = Table::new()
        .column(&terminal.text(words::COUNT, &[]), Align::Left)
        .column(&terminal.text(words::NAME, &[]), Align::Left)
        .column(&found.now.to_string(), Align::Left);
    for term in &found.against {
        table = table.column(&term.to_string(), Align::Left).column("", Align::Left);
    }
    for line in &found.lines {
        let label = if lang == Lang::Zh { &line.label.zh } else { &line.label.en };
        let now = change::figure(line.sort, line.now, lang);
        let mut row = vec![line.id.clone(), label.clone(), now];
        for earlier in &line.against {
            let (verdict, text) = change::said(line.sort, earlier, lang);
            row.push(change::figure(line.sort, earlier.parts, lang));
            row.push(verdict.map_or_else(|| text.clone(), |verdict| format!("{verdict} {text}")));
        }
        table.row(row);
    }
    table
}

fn told(found: &Changes) -> Value {
    let line = |line: &ChangeLine| {
        let terms = found.against.iter().zip(&line.against);
        let against: Vec<Value> = terms.map(|(term, one)| earlier(*term, one)).collect();
        json!({"id": line.id, "sort": sort(line.sort), "on_a_screening": line.is_screened,
            "above": figure_json(line.now.above), "below": figure_json(line.now.below),
            "against": against})
    };
    let coverage = std::iter::once(&found.now).chain(&found.against).zip(&found.coverage);
    let coverage: Vec<Value> = coverage.map(|(term, parts)| covered(*term, *parts)).collect();
    json!({"term": found.now.to_string(), "over": found.is_over, "screened": coverage,
        "lines": found.lines.iter().map(line).collect::<Vec<_>>()})
}

fn covered(term: TermId, parts: Parts) -> Value {
    json!({"term": term.to_string(), "completed": figure_json(parts.above),
        "eligible": figure_json(parts.below)})
}

fn earlier(term: TermId, earlier: &Earlier) -> Value {
    let mut value = json!({"term": term.to_string(), "above": figure_json(earlier.parts.above),
        "below": figure_json(earlier.parts.below)});
    let said = match earlier.change {
        Ok(change) => {
            let verdict = match change.verdict {
                Verdict::Higher => "higher",
                Verdict::Lower => "lower",
                Verdict::Unclear => "unclear",
            };
            // A ratio without an upper end is null: JSON knows no infinity.
            json!({"verdict": verdict, "size": change.size, "low": change.interval.low,
                "high": change.interval.high})
        }
        Err(apart) => json!({"verdict": null, "why": why(apart)}),
    };
    if let (Some(value), Value::Object(said)) = (value.as_object_mut(), said) {
        value.extend(said);
    }
    value
}

const fn sort(sort: Sort) -> &'static str {
    match sort {
        Sort::Share => "share",
        Sort::Rate => "rate",
        Sort::Per(_) => "ratio",
    }
}

const fn why(apart: Apart) -> &'static str {
    match apart {
        Apart::Blank => "blank",
        Apart::Few(_) => "too_few",
        Apart::NoShare => "no_share",
        Apart::Instrument => "instrument",
        Apart::Coverage => "coverage",
    }
}
