//! `release hold`: the principal stops what would leave for a term, and lifts the stop again.

use clap::Args;
use domain::period::{Period, TermId};
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::import::author;
use super::words;
use crate::app::{Node, ring_bell};
use crate::console::HeldPeriod;
use crate::egress::term_of;
use crate::ledger::hold::{Act, REASON_CHARS_MAX};
use crate::release;

#[derive(Args, Debug)]
pub(super) struct HoldArgs {
    /// Term whose releases are meant, such as 2025S1
    #[arg(value_name = "TERM", value_parser = term_of)]
    term: TermId,

    /// Why; kept with author and time
    #[arg(long, value_name = "TEXT", required_unless_present = "lift")]
    reason: Option<String>,

    /// Lift the hold; what was held may leave again
    #[arg(long)]
    lift: bool,

    /// Who decided, if it is not whoever is signed in to this computer
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

pub(super) fn run(terminal: &Terminal, node: &Node, args: &HoldArgs) -> Result<(), Failure> {
    let reason = args.reason.as_deref().unwrap_or_default().trim();
    let long = reason.chars().count() > REASON_CHARS_MAX;
    if long || (reason.is_empty() && !args.lift) {
        let message = Sentence::new(words::HOLD_REASON, &[&REASON_CHARS_MAX]);
        return Err(Failure::new(Exit::Usage, "REASON", message));
    }
    let by = args.by.as_deref().map(str::trim).filter(|by| !by.is_empty());
    let act = Act {
        period: Period::Term(args.term).to_string(),
        reason: reason.to_owned(),
        author: by.map_or_else(author, |by| by.chars().take(80).collect()),
        at_ms: node.clock().now_ms(),
    };
    if args.lift { lift(terminal, node, act) } else { hold(terminal, node, act) }
}

fn hold(terminal: &Terminal, node: &Node, act: Act) -> Result<(), Failure> {
    let period = act.period.clone();
    let held = release::hold(node.ledger(), node.transfer(), act)?;
    let value = json!({"term": period, "held": true, "new": held.is_new, "waiting": held.kept,
                       "sent_before": held.gone});
    terminal.result(&value, |terminal| {
        let head = if held.is_new { words::HELD_NOW } else { words::HELD_BEFORE };
        let mut lines = vec![terminal.text(head, &[&period, &held.kept])];
        if held.gone > 0 {
            let gone = terminal.text(words::HELD_TOO_LATE, &[&held.gone]);
            lines.push(terminal.paint(Paint::Warn, &gone));
        }
        lines.push(terminal.text(words::HELD_NEXT, &[&period]));
        lines.join("\n")
    })
}

fn lift(terminal: &Terminal, node: &Node, act: Act) -> Result<(), Failure> {
    let period = act.period.clone();
    if !release::lift(node.ledger(), act)? {
        let message = Sentence::new(words::NOT_HELD, &[&period]);
        return Err(Failure::new(Exit::NotFound, "NOT_HELD", message));
    }
    // What was signed before the hold is queued again; nothing is signed by lifting.
    node.hand_over()?;
    ring_bell(&node.config().data).map_err(|cause| super::reason::system(&cause))?;
    terminal.result(&json!({"term": period, "held": false}), |terminal| {
        terminal.text(words::LIFTED, &[&period])
    })
}

/// Refuses to sign or send a term that is held.
pub(super) fn refuse(holds: &[HeldPeriod], term: TermId) -> Result<(), Failure> {
    let name = Period::Term(term).to_string();
    match holds.iter().find(|hold| hold.name == name) {
        None => Ok(()),
        Some(hold) => Err(held(&hold.name, (&hold.author, hold.since_ms), &hold.reason)),
    }
}

/// A term is held: since when, by whom, why.
pub(super) fn held(term: &str, (author, since_ms): (&str, i64), reason: &str) -> Failure {
    let message = Sentence::new(words::IS_HELD, &[&term, &minute(since_ms), &author, &reason]);
    Failure::new(Exit::Refused, "RELEASE_HELD", message)
        .hint(Sentence::new(words::IS_HELD_NEXT, &[&term]))
}

/// What is held, as lines before a preview, a list or the end of a status.
pub(super) fn lines(terminal: &Terminal, holds: &[HeldPeriod]) -> Vec<String> {
    let line = |hold: &HeldPeriod| {
        let since = minute(hold.since_ms);
        let values: [&dyn std::fmt::Display; 5] =
            [&hold.name, &since, &hold.author, &hold.reason, &hold.waiting];
        terminal.paint(Paint::Warn, &terminal.text(words::HOLD_LINE, &values))
    };
    holds.iter().map(line).collect()
}

/// What is held, for programs.
pub(super) fn as_json(holds: &[HeldPeriod]) -> Vec<Value> {
    let one = |hold: &HeldPeriod| {
        json!({"term": hold.name, "since_ms": hold.since_ms, "by": hold.author,
               "reason": hold.reason, "waiting": hold.waiting})
    };
    holds.iter().map(one).collect()
}
