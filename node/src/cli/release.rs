//! `release`: what would leave, what left, and what the hub said to it.

use clap::{Args, Subcommand};
use domain::period::Period;
use runtime::cli::{Align, Exit, Failure, Paint, Sentence, Table, Terminal};
use runtime::web::time::minute;
use runtime::web::{Figure, Label, Lang};
use serde_json::{Value, json};

use super::{Place, context, hold, words};
use crate::console::{
    Absent, Block, HeldPeriod, Hop, HopState, PreviewPage, ReleaseKind, ReleaseLine, ReleasePage,
    SourceError,
};
use crate::egress::Egress;
use crate::release::{Depth, Due, Schedule, Standing};

/// Names of absent indicators in one line.
const ABSENT_SHOWN: usize = 8;

#[derive(Debug, Subcommand)]
pub(super) enum ReleaseCommand {
    /// Show each figure as it would leave; nothing is signed or kept
    Preview(PreviewArgs),
    /// List everything that left, with the hub's answers
    List,
    /// Decode the very bytes that were signed
    Show(ShowArgs),
    /// Sign what is new, send it, and wait for the hub's answer
    Send(super::send::SendArgs),
    /// Stop what would leave for a period, or lift the stop; both are kept on record
    Hold(super::hold::HoldArgs),
}

#[derive(Args, Debug)]
pub(super) struct PreviewArgs {
    /// Period, such as 2025S1, 2026-W48 or 2026-11; everything that is due if not given
    #[arg(value_name = "PERIOD")]
    period: Option<Period>,

    /// The same, as a flag
    #[arg(long, value_name = "PERIOD", conflicts_with = "period")]
    term: Option<Period>,
}

#[derive(Args, Debug)]
pub(super) struct ShowArgs {
    /// Number of the release in the list
    number: String,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    command: &ReleaseCommand,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let egress = Egress::new(node.clone());
    match command {
        ReleaseCommand::Preview(args) => preview(terminal, &egress, args),
        ReleaseCommand::List => list(terminal, &egress.lines()?, &egress.holds()?),
        ReleaseCommand::Hold(args) => hold::run(terminal, &node, args),
        ReleaseCommand::Show(args) => show(terminal, &egress, &args.number),
        // Dispatched before the node is opened, because it waits for the network.
        ReleaseCommand::Send(_) => Ok(()),
    }
}

fn preview(terminal: &Terminal, egress: &Egress, args: &PreviewArgs) -> Result<(), Failure> {
    let (schedule, context) = egress.prepared(args.period.or(args.term), Depth::Every)?;
    let page = egress.preview_page(&schedule, &context)?;
    let holds = egress.holds()?;
    let periods: Vec<String> = schedule.due.iter().map(|due| due.period.to_string()).collect();
    let value = json!({
        "holds": hold::as_json(&holds),
        "periods": periods,
        "blocked": blocked_json(terminal, &schedule),
        "hub": page.hub.in_lang(Lang::Zh),
        "leaves_at_ms": page.due_ms,
        "tables": drafts_json(&schedule),
        "absent": page.absent.iter().map(|absent| absent.name.in_lang(terminal.lang()))
            .collect::<Vec<_>>(),
    });
    terminal.result(&value, |terminal| {
        let mut lines = hold::lines(terminal, &holds);
        match periods.as_slice() {
            [] => lines.push(terminal.text(words::NOTHING_DUE, &[])),
            _ => {
                let comma = words::COMMA.in_lang(terminal.lang());
                lines.push(terminal.text(words::PREVIEW, &[&periods.join(comma)]));
            }
        }
        lines.extend(page.due_ms.map(|at_ms| terminal.text(words::LEAVES_AT, &[&minute(at_ms)])));
        lines.extend(preview_lines(terminal, &page, &schedule));
        lines.extend(blocked_lines(terminal, &schedule));
        if let ([period, ..], true) = (periods.as_slice(), holds.is_empty()) {
            lines.push(terminal.text(words::STOP_IT, &[period]));
        }
        lines.join("\n")
    })
}

/// Every table with its cells in canonical order: what is signed says the same.
fn drafts_json(schedule: &Schedule) -> Vec<Value> {
    let table = |draft: &crate::release::Draft| {
        let rule = draft.release.rule();
        let cell = |cell: &domain::cell::Cell| match cell {
            domain::cell::Cell::Value(value) => json!(value),
            blank => json!(Figure::of_cell(*blank, rule).code()),
        };
        json!({
            "release": draft.release.id().to_string(),
            "rule": rule.as_str(),
            "standing": standing(draft.standing),
            "bytes": draft.bytes,
            "cells": draft.cells.iter().map(cell).collect::<Vec<_>>(),
        })
    };
    schedule.due.iter().flat_map(|due| &due.prepared.drafts).map(table).collect()
}

/// Periods that cannot be told, and why; the others leave all the same.
pub(super) fn blocked_lines(terminal: &Terminal, schedule: &Schedule) -> Vec<String> {
    let line = |(period, error): &(Period, crate::release::ReleaseError)| {
        let reason = error.fault().reason;
        let said = reason.to(super::import::language(terminal));
        terminal.paint(Paint::Warn, &terminal.text(words::BLOCKED, &[period, &said]))
    };
    schedule.blocked.iter().map(line).collect()
}

fn blocked_json(terminal: &Terminal, schedule: &Schedule) -> Vec<Value> {
    let one = |(period, error): &(Period, crate::release::ReleaseError)| {
        let reason = error.fault().reason;
        let said = reason.to(super::import::language(terminal));
        json!({"period": period.to_string(), "reason": said})
    };
    schedule.blocked.iter().map(one).collect()
}

const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::New => "new",
        Standing::Unchanged => "unchanged",
        Standing::OnceATerm => "once_a_term",
    }
}

/// The preview as lines; used before sending, too.
pub(super) fn preview_lines(
    terminal: &Terminal,
    page: &PreviewPage,
    schedule: &Schedule,
) -> Vec<String> {
    let lang = terminal.lang();
    let mut lines = Vec::new();
    for next in &page.releases {
        let head = [
            next.table.in_lang(lang),
            next.period.in_lang(lang),
            kind(next.kind).in_lang(lang),
            &terminal.text(words::BYTES, &[&next.bytes_len]),
        ]
        .join(" · ");
        lines.push(format!("\n{}", terminal.paint(Paint::Strong, &head)));
        next.blocks.iter().for_each(|block| lines.extend(block_lines(block, lang)));
    }
    for draft in schedule.due.iter().flat_map(|Due { prepared, .. }| &prepared.drafts) {
        let table = draft.release.id().table.as_str();
        match draft.standing {
            Standing::New => {}
            Standing::Unchanged => lines.push(terminal.text(words::UNCHANGED, &[&table])),
            Standing::OnceATerm => lines.push(terminal.text(words::ONCE_A_TERM, &[&table])),
        }
    }
    lines.extend(absent_lines(terminal, &page.absent));
    lines
}

fn absent_lines(terminal: &Terminal, absent: &[Absent]) -> Option<String> {
    if absent.is_empty() {
        return None;
    }
    let names: Vec<&str> =
        absent.iter().take(ABSENT_SHOWN).map(|one| one.name.in_lang(terminal.lang())).collect();
    let more = if absent.len() > ABSENT_SHOWN { " …" } else { "" };
    let names = names.join(words::COMMA.in_lang(terminal.lang()));
    Some(format!("\n{}", terminal.text(words::ABSENT, &[&absent.len(), &names, &more])))
}

fn block_lines(block: &Block, lang: Lang) -> Vec<String> {
    let mut table = Table::new().column("", Align::Left);
    for column in &block.columns {
        table = table.column(column.in_lang(lang), Align::Right);
    }
    for row in &block.rows {
        let mut cells = vec![row.label.in_lang(lang).to_owned()];
        cells.extend(row.figures.iter().map(|figure| figure.text(lang)));
        table.row(cells);
    }
    let mut lines = vec![format!("  {} — {}", block.title.in_lang(lang), block.rule.in_lang(lang))];
    lines.extend(table.render().lines().map(|line| format!("    {line}")));
    lines
}

fn list(terminal: &Terminal, lines: &[ReleaseLine], holds: &[HeldPeriod]) -> Result<(), Failure> {
    let value: Vec<Value> = lines.iter().map(line_json).collect();
    let value = json!({"releases": value, "holds": hold::as_json(holds)});
    terminal.result(&value, |terminal| {
        let lang = terminal.lang();
        let mut shown = hold::lines(terminal, holds);
        if lines.is_empty() {
            shown.push(terminal.text(words::NOTHING_LEFT, &[]));
            return shown.join("\n");
        }
        let head = |text: runtime::web::Text| text.in_lang(lang);
        let mut table = Table::new()
            .column(head(words::NUMBER), Align::Left)
            .column(head(words::SIGNED), Align::Left)
            .column(head(words::PERIOD), Align::Left)
            .column(head(words::TABLE), Align::Left)
            .column(head(words::REVISION), Align::Right)
            .column(head(words::ANSWER), Align::Left);
        for line in lines {
            table.row(vec![
                line.id.clone(),
                minute(line.signed_at_ms),
                line.period.in_lang(lang).to_owned(),
                line.table.in_lang(lang).to_owned(),
                line.revision.to_string(),
                line.hops.iter().map(|hop| hop_text(hop, lang)).collect::<Vec<_>>().join("; "),
            ]);
        }
        shown.push(table.render());
        shown.extend(lines.iter().flat_map(|line| next_lines(terminal, line)));
        shown.join("\n")
    })
}

pub(super) fn line_json(line: &ReleaseLine) -> Value {
    let hops: Vec<Value> = line
        .hops
        .iter()
        .map(|hop| {
            let (state, at_ms, reason) = match &hop.state {
                HopState::Received { at_ms } => ("received", Some(*at_ms), None),
                HopState::Refused { at_ms, reason, .. } => {
                    ("refused", Some(*at_ms), Some(reason.in_lang(Lang::En)))
                }
                HopState::Waiting => ("waiting", None, None),
                HopState::Sent => ("sent", None, None),
            };
            json!({"hub": hop.hub.in_lang(Lang::Zh), "state": state, "at_ms": at_ms,
                   "reason": reason, "next": next_of(hop).map(|next| next.in_lang(Lang::En))})
        })
        .collect();
    json!({
        "id": line.id,
        "table": line.table.in_lang(Lang::En),
        "period": line.period.in_lang(Lang::En),
        "revision": line.revision,
        "signed_at_ms": line.signed_at_ms,
        "hops": hops,
    })
}

/// A hub's answer as a short text.
pub(super) fn hop_text(hop: &Hop, lang: Lang) -> String {
    let hub = hop.hub.in_lang(lang);
    match &hop.state {
        HopState::Received { at_ms } => words::RECEIVED.fill(lang, &[&hub, &minute(*at_ms)]),
        HopState::Refused { at_ms, reason, .. } => {
            words::REFUSED.fill(lang, &[&hub, &minute(*at_ms), &reason.in_lang(lang)])
        }
        HopState::Waiting => words::WAITING.fill(lang, &[&hub]),
        HopState::Sent => words::SENT.fill(lang, &[&hub]),
    }
}

/// What to do about a refusal, and what it left untouched; nothing where there was none.
fn next_of(hop: &Hop) -> Option<&Label> {
    match &hop.state {
        HopState::Refused { next, .. } => Some(next),
        HopState::Received { .. } | HopState::Waiting | HopState::Sent => None,
    }
}

/// The same for every refusal of a line, for a person.
fn next_lines(terminal: &Terminal, line: &ReleaseLine) -> Vec<String> {
    let said = |next: &Label| {
        let next = next.in_lang(terminal.lang());
        terminal.paint(Paint::Warn, &terminal.text(words::REFUSED_THEN, &[&line.id, &next]))
    };
    line.hops.iter().filter_map(next_of).map(said).collect()
}

fn show(terminal: &Terminal, egress: &Egress, number: &str) -> Result<(), Failure> {
    let page = match egress.find(number) {
        Ok(page) => page,
        Err(SourceError::Unknown) => {
            let message = Sentence::new(words::NO_RELEASE, &[&number]);
            return Err(Failure::new(Exit::NotFound, "RELEASE_UNKNOWN", message)
                .hint(words::NO_RELEASE_NEXT));
        }
        Err(error) => return Err(error.into()),
    };
    let value = json!({
        "release": line_json(&page.line),
        "table": page.table_id,
        "sha256": page.digest.to_string(),
        "catalogue": page.catalogue.to_string(),
        "signer": {"name": page.signer.name, "key": page.signer.key},
        "signature_valid": page.is_verified,
        "bytes": page.bytes.len(),
        "blocks": page.blocks.iter().map(block_json).collect::<Vec<_>>(),
    });
    terminal.result(&value, |terminal| shown(terminal, &page))
}

fn block_json(block: &Block) -> Value {
    let row = |row: &crate::console::BlockRow| {
        let figures = row.figures.iter().map(|figure| figure.text(Lang::En));
        json!({"label": row.label.in_lang(Lang::En), "figures": figures.collect::<Vec<_>>()})
    };
    json!({
        "title": block.title.in_lang(Lang::En),
        "rule": block.rule.in_lang(Lang::En),
        "columns": block.columns.iter().map(|column| column.in_lang(Lang::En)).collect::<Vec<_>>(),
        "rows": block.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn shown(terminal: &Terminal, page: &ReleasePage) -> String {
    let (lang, line) = (terminal.lang(), &page.line);
    let valid = match page.is_verified {
        true => terminal.paint(Paint::Good, words::SIGNATURE_VALID.in_lang(lang)),
        false => terminal.paint(Paint::Bad, words::SIGNATURE_INVALID.in_lang(lang)),
    };
    let mut lines = vec![
        terminal.paint(
            Paint::Strong,
            &[line.table.in_lang(lang), line.period.in_lang(lang)].join(" · "),
        ),
        terminal.text(words::SHOWN_FACTS, &[&line.revision, &page.bytes.len(), &page.digest]),
        format!("{} · {valid}", terminal.text(words::SIGNED_BY, &[&page.signer.name])),
    ];
    lines.extend(line.hops.iter().map(|hop| hop_text(hop, lang)));
    lines.extend(next_lines(terminal, line));
    page.blocks.iter().for_each(|block| lines.extend(block_lines(block, lang)));
    lines.join("\n")
}

const fn kind(kind: ReleaseKind) -> runtime::web::Text {
    match kind {
        ReleaseKind::ClearSheet => words::CLEAR_SHEET,
        ReleaseKind::RoundedTable => words::ROUNDED_TABLE,
    }
}
