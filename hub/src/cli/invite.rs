//! Invites: one line for one unit.

use std::path::{Path, PathBuf};

use certs::invite::INVITE_LIFETIME;
use certs::root::RootCertificate;
use certs::words::{Length, agrees, chinese, english};
use clap::Subcommand;
use domain::unit::UnitId;
use jiff::SignedDuration;
use runtime::cli::{Align, Answer, Exit, Failure, Sentence, Table};
use runtime::web::time::minute;
use runtime::web::{Lang, Text};
use serde_json::json;

use super::context::Context;
use super::private::Reserved;
use super::words;
use crate::app::load_roots;
use crate::enrolment::invitation::{self, Shown};
use crate::store::invite as stored;

/// Invite units
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make an invite for a registered unit
    New {
        /// Unit that is invited
        #[arg(long)]
        unit: UnitId,
        /// How long it works, such as 7d or 12h
        #[arg(long, value_parser = lifetime)]
        ttl: Option<SignedDuration>,
        /// File for the invite; without it the line is the result
        #[arg(long)]
        out: Option<PathBuf>,
        /// Void the unit's earlier invite; do not ask
        #[arg(long)]
        replace: bool,
    },
    /// Show all invites
    List,
    /// Take a unit's open or waiting invite back
    Revoke {
        /// Unit whose invite it is
        #[arg(long)]
        unit: UnitId,
    },
    /// Approve a hub, centre or clinic after comparing six words
    Approve {
        /// Unit that waits
        #[arg(long)]
        unit: UnitId,
        /// Six words as the unit's operator read them out
        #[arg(long)]
        words: Option<String>,
        /// The words were compared; do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::New { unit, ttl, out, replace } => {
            let replaces = earlier(context, &unit, replace)?;
            new(context, &unit, ttl, out.as_deref())?;
            if replaces {
                context.terminal.talk(words::INVITE_REPLACED, &[&unit]);
            }
            Ok(())
        }
        Command::List => list(context),
        Command::Revoke { unit } => revoke(context, &unit),
        Command::Approve { unit, words, yes } => approve(context, &unit, words.as_deref(), yes),
    }
}

/// Whether a new invite voids one that somebody may hold; said, and asked, before it does.
fn earlier(context: &Context, unit: &UnitId, replace: bool) -> Result<bool, Failure> {
    let (_, database) = context.open()?;
    let (id, now) = (unit.clone(), context.clock.now());
    let outstanding = database.read(move |tx| invitation::outstanding(tx, &id, now))?;
    let Some(shown) = outstanding.first() else {
        return Ok(false);
    };
    if replace {
        return Ok(true);
    }
    let state = match shown.state {
        "pending" => words::INVITE_PENDING,
        "approved" => words::INVITE_APPROVED,
        _ => words::INVITE_OPEN,
    };
    let until = minute(shown.expires_at_ms);
    let said = |text: Text| {
        let fill = |lang| text.fill(lang, &[unit, &until, &state.in_lang(lang)]);
        Sentence::pair(fill(Lang::Zh), fill(Lang::En))
    };
    let asks = context.terminal.asks();
    if asks && context.terminal.confirm(&said(words::INVITE_REPLACE), "--replace")? == Answer::Yes {
        return Ok(true);
    }
    let failure = Failure::new(Exit::Refused, "INVITE_IS_OUT", said(words::INVITE_IS_OUT));
    Err(failure.hint(words::INVITE_IS_OUT_NEXT))
}

fn new(
    context: &Context,
    unit: &UnitId,
    ttl: Option<SignedDuration>,
    out: Option<&Path>,
) -> Result<(), Failure> {
    let (config, database) = context.open()?;
    let roots = load_roots(&config)?.iter().map(RootCertificate::digest).collect();
    let terms = (roots, ttl.unwrap_or(INVITE_LIFETIME));
    // A new invite stops the earlier one, so the file comes first.
    let file = out.map(Reserved::new).transpose()?;
    let (id, now) = (unit.clone(), context.clock.now());
    let made =
        database.write("create_invite", move |tx| invitation::create(tx, &config, &id, terms, now));
    let invite = match made {
        Ok(invite) => invite,
        Err(error) => {
            if let Some(file) = file {
                file.give_up();
            }
            return Err(error.into());
        }
    };
    let until = minute(invite.terms().expires.as_millisecond());
    let line = invite.expose_line();
    if let Some((file, path)) = file.zip(out) {
        file.fill(&line)?;
        let value = json!({"unit": unit.to_string(), "expires": until, "file": path});
        return context
            .terminal
            .result(&value, |t| t.text(words::INVITE_WRITTEN, &[unit, &path.display(), &until]));
    }
    context.terminal.talk(words::INVITE_SHOWN, &[unit, &until]);
    let value = json!({"unit": unit.to_string(), "expires": until, "line": *line});
    context.terminal.result(&value, |_| line.to_string())
}

fn list(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let now = context.clock.now();
    let all = database.read(move |tx| invitation::list(tx, now))?;
    let value: Vec<_> = all
        .iter()
        .map(|shown| {
            json!({
                "unit": shown.unit, "state": shown.state,
                "expires": minute(shown.expires_at_ms),
                "words_en": shown.key.map(|key| english(&key, Length::Short)),
                "words_zh": shown.key.map(|key| chinese(&key, Length::Short)),
            })
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(words::NO_INVITES, &[]);
        }
        let lang = t.lang();
        let mut table = Table::new()
            .column(words::UNIT.in_lang(lang), Align::Left)
            .column(words::STATE.in_lang(lang), Align::Left)
            .column(words::EXPIRES.in_lang(lang), Align::Left)
            .column(words::WORDS.in_lang(lang), Align::Left);
        for shown in &all {
            table.row(row(shown, lang));
        }
        table.render()
    })
}

fn row(shown: &Shown, lang: Lang) -> Vec<String> {
    let words = match (shown.state, shown.key) {
        ("pending", Some(key)) => {
            format!("{} / {}", chinese(&key, Length::Short), english(&key, Length::Short))
        }
        _ => String::new(),
    };
    let state = words::state(shown.state, lang).to_owned();
    vec![shown.unit.clone(), state, minute(shown.expires_at_ms), words]
}

fn revoke(context: &Context, unit: &UnitId) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let id = unit.clone();
    let revoked = database.write("revoke_invite", move |tx| {
        let mut revoked = 0_u32;
        for invite in stored::all(tx)?.iter().filter(|invite| invite.unit == id.as_str()) {
            revoked += u32::from(stored::revoke(tx, &invite.id)?);
        }
        Ok::<_, runtime::sql::SqlError>(revoked)
    })?;
    if revoked == 0 {
        let message = Sentence::new(words::NO_OPEN_INVITE, &[unit]);
        return Err(Failure::new(Exit::NotFound, "INVITE_UNKNOWN", message));
    }
    let value = json!({"unit": unit.to_string(), "revoked": revoked});
    context.terminal.result(&value, |t| t.text(words::INVITE_TAKEN_BACK, &[unit]))
}

fn approve(
    context: &Context,
    unit: &UnitId,
    heard: Option<&str>,
    yes: bool,
) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let id = unit.clone();
    let waiting = database.read(move |tx| invitation::pending(tx, &id))?;
    let digest = invitation::key_digest(&waiting)
        .ok_or_else(|| Failure::new(Exit::Failed, "REQUEST_INVALID", words::REQUEST_DAMAGED))?;
    let (zh, en) = (chinese(&digest, Length::Short), english(&digest, Length::Short));
    context.terminal.talk(words::SIX_WORDS, &[&zh, &en]);
    let agreed = match heard {
        Some(heard) => agrees(&digest, Length::Short, heard),
        None if yes => true,
        None => {
            let question = Sentence::new(words::DO_THEY_AGREE, &[unit]);
            context.terminal.confirm(&question, "--words")? == Answer::Yes
        }
    };
    if !agreed {
        let failure = Failure::new(Exit::Refused, "WORDS_DIFFER", words::WORDS_DIFFER);
        return Err(failure.hint(Sentence::new(words::WORDS_DIFFER_NEXT, &[unit])));
    }
    let id = unit.clone();
    database.write("approve_invite", move |tx| invitation::approve(tx, &id))?;
    let value = json!({"unit": unit.to_string(), "state": "approved"});
    context.terminal.result(&value, |t| t.text(words::APPROVED, &[unit]))
}

/// A time such as `7d`, `12h` or `30m`.
fn lifetime(text: &str) -> Result<SignedDuration, String> {
    let wrong = || "7d | 12h | 30m".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let minutes = match unit {
        "d" => number.checked_mul(24 * 60),
        "h" => number.checked_mul(60),
        "m" => Some(number),
        _ => None,
    };
    let seconds = minutes.and_then(|minutes| minutes.checked_mul(60)).ok_or_else(wrong)?;
    Ok(SignedDuration::from_secs(seconds))
}
