//! Keys of programs that read the statistics, such as a dashboard: shown once, revoked for good.

use std::path::PathBuf;

use clap::Subcommand;
use runtime::cli::{Align, Exit, Failure, Sentence, Table};
use runtime::sql::SqlError;
use runtime::web::time::minute;
use serde_json::json;

use super::context::Context;
use super::private::Reserved;
use super::words;
use crate::store::api_key::{self, ApiKey};

/// Keys of programs that read the statistics
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a key; it is shown once and stored nowhere
    New {
        /// Program that uses it, such as "health bureau dashboard"
        #[arg(long)]
        label: String,
        /// New file for the key; without it the key is the result
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Show all keys, never their secret part
    List,
    /// Revoke a key from the next call on
    Revoke {
        /// Id of the key in the list
        id: String,
    },
}

pub(super) fn run(context: &Context, command: Command) -> Result<(), Failure> {
    match command {
        Command::New { label, out } => new(context, label.trim(), out),
        Command::List => list(context),
        Command::Revoke { id } => revoke(context, &id),
    }
}

fn new(context: &Context, label: &str, out: Option<PathBuf>) -> Result<(), Failure> {
    if label.is_empty() {
        return Err(Failure::new(Exit::Usage, "LABEL", words::API_KEY_LABEL));
    }
    let (_, database) = context.open()?;
    let reserved = out.as_deref().map(Reserved::new).transpose()?;
    let (name, now_ms) = (label.to_owned(), context.now_ms());
    let made = database.write("new_api_key", move |tx| api_key::add(tx, &name, now_ms));
    let key = match (made, reserved) {
        (Ok(key), Some(reserved)) => {
            let kept = reserved.fill(key.expose());
            if let Err(failure) = kept {
                // Nobody has it, so nobody may use it.
                let id = key.id.clone();
                database.write("revoke_api_key", move |tx| api_key::revoke(tx, &id, now_ms))?;
                return Err(failure);
            }
            key
        }
        (Ok(key), None) => key,
        (Err(error), reserved) => {
            reserved.into_iter().for_each(Reserved::give_up);
            return Err(error.into());
        }
    };
    if let Some(path) = out {
        let value = json!({"id": key.id, "label": label, "file": path});
        return context
            .terminal
            .result(&value, |t| t.text(words::API_KEY_WRITTEN, &[&key.id, &path.display()]));
    }
    context.terminal.talk(words::API_KEY_SHOWN, &[&key.id, &label]);
    let value = json!({"id": key.id, "label": label, "key": key.expose()});
    context.terminal.result(&value, |_| key.expose().to_owned())
}

fn list(context: &Context) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let all = database.read(api_key::all)?;
    let value: Vec<_> = all
        .iter()
        .map(|key| {
            json!({"id": key.id, "label": key.label, "created": minute(key.created_at_ms),
                   "revoked": key.revoked_at_ms.map(minute)})
        })
        .collect();
    context.terminal.result(&value, |t| {
        if all.is_empty() {
            return t.text(words::NO_API_KEYS, &[]);
        }
        let lang = t.lang();
        let mut table = Table::new()
            .column(words::API_KEY_ID.in_lang(lang), Align::Left)
            .column(words::API_KEY_FOR.in_lang(lang), Align::Left)
            .column(words::CREATED.in_lang(lang), Align::Left)
            .column(words::STATE.in_lang(lang), Align::Left);
        for key in &all {
            let state = key.revoked_at_ms.map_or_else(
                || t.text(words::IN_USE, &[]),
                |at| t.text(words::REVOKED_AT, &[&minute(at)]),
            );
            table.row(vec![key.id.clone(), key.label.clone(), minute(key.created_at_ms), state]);
        }
        table.render()
    })
}

/// Revoking one that was revoked changes nothing and says so; a key that never was is an error.
fn revoke(context: &Context, id: &str) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (wanted, now_ms) = (id.to_owned(), context.now_ms());
    let (known, revoked) = database.write("revoke_api_key", move |tx| {
        let known: Vec<ApiKey> = api_key::all(tx)?;
        let known = known.iter().any(|key| key.id == wanted);
        Ok::<_, SqlError>((known, api_key::revoke(tx, &wanted, now_ms)?))
    })?;
    if !known {
        let message = Sentence::new(words::NO_API_KEY, &[&id]);
        return Err(
            Failure::new(Exit::NotFound, "API_KEY_UNKNOWN", message).hint(words::NO_API_KEY_NEXT)
        );
    }
    let text = if revoked { words::API_KEY_REVOKED } else { words::API_KEY_REVOKED_BEFORE };
    context.terminal.result(&json!({"id": id, "revoked": revoked}), |t| t.text(text, &[&id]))
}
