//! `xinqiao-hub letters`: how the letters of referrals are, in counts and without names.

use clap::Subcommand;
use domain::ledger::Word as _;
use domain::referral::DeadlineClass;
use runtime::cli::{Failure, Paint, Terminal};
use runtime::web::Text;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::context::Context;
use super::words::letters as words;
use crate::letters::alarm_in;
use crate::letters::status::{self, Letters};

const HOUR_MS: i64 = 3_600_000;

/// Letters of referrals that this hub passes on
#[derive(Subcommand)]
pub(super) enum Command {
    /// Show how many letters wait, went on and were dropped, and what is late, without names
    Status,
}

pub(super) fn run(context: &Context, command: &Command) -> Result<(), Failure> {
    let Command::Status = command;
    let (config, database) = context.open()?;
    let letters = database.read(Letters::read)?;
    let keys = super::relay_key::shown(&config)?.len();
    context.terminal.result(&value_of(&letters, keys), |t| said(t, &letters, keys))
}

fn value_of(letters: &Letters, keys: usize) -> Value {
    let late = letters.late.iter().map(|(class, hour)| {
        json!({"class": class.as_str(), "hour": minute(hour.saturating_mul(HOUR_MS))})
    });
    let counts = letters.shown().into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
    json!({
        "relay_keys": keys,
        "unopened": letters.unopened,
        "in_lists": letters.listed,
        "for_the_hub_above": letters.queued,
        "counts": counts.collect::<serde_json::Map<_, _>>(),
        "late": late.collect::<Vec<_>>(),
        "waits_for_too_long": letters.held,
        "limits_counted_since": letters.counted_since_ms.map(minute),
    })
}

fn said(terminal: &Terminal, letters: &Letters, keys: usize) -> String {
    let mut lines = Vec::new();
    if keys == 0 {
        lines.push(terminal.text(words::NO_RELAY, &[]));
    }
    lines.push(terminal.text(words::ON_THE_WAY, &[&letters.listed, &letters.queued]));
    if keys > 0 {
        let shown = letters.shown();
        let count = |name: &str| {
            let found = shown.iter().find(|(known, _)| *known == name);
            found.map_or(0, |(_, value)| *value)
        };
        let stuck = count(status::STUCK);
        lines.push(terminal.text(words::AT_THE_RELAY, &[&letters.unopened, &stuck]));
        lines.push(terminal.text(words::SO_FAR, &[&count(status::CAME)]));
    }
    let dropped = [
        (status::REPEATED, words::REPEATED),
        (status::EXPIRED, words::EXPIRED),
        (status::UNOPENED, words::UNOPENED),
        (status::LOST, words::LOST),
        (status::REFUSED_ABOVE, words::REFUSED_ABOVE),
    ];
    for (name, text) in dropped.into_iter().filter(|(name, _)| letters.count(name) > 0) {
        lines.push(terminal.text(text, &[&letters.count(name)]));
    }
    for held in &letters.held {
        let text = alarm_in(held, terminal.lang());
        lines.push(terminal.paint(Paint::Warn, &terminal.text(words::HELD, &[&text])));
    }
    let Some(since) = letters.counted_since_ms else { return lines.join("\n") };
    for class in DeadlineClass::ALL {
        let late = letters.late_of(*class);
        if late > 0 {
            let (zh, en) = class.label();
            let name = Text::new(zh, en).in_lang(terminal.lang());
            let text = terminal.text(words::LATE, &[&name, &late]);
            lines.push(terminal.paint(Paint::Warn, &text));
        }
    }
    if letters.late.is_empty() && letters.held.is_empty() {
        lines.push(terminal.text(words::NOTHING_LATE, &[]));
    }
    lines.push(terminal.text(words::COUNTED_SINCE, &[&minute(since)]));
    lines.join("\n")
}
