//! `xinqiao-hub restore`: puts a copy back into an empty folder, and says what only a person can
//! do before the hub serves again.

use std::path::PathBuf;

use clap::Args;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::web::Text;
use runtime::web::time::minute;
use serde_json::json;

use super::backup::opening;
use super::context::Context;
use super::words::backup as words;
use crate::backup::{self, BackupError, Restored};

/// Put a copy back into a data folder that is empty or new
#[derive(Args)]
pub(super) struct Restore {
    /// Folder of the copy
    copy: PathBuf,
    /// File with the passphrase of backups, or - for standard input; asked for if left out
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Key that was destroyed since, by the beginning of its number; may be repeated
    #[arg(long, value_name = "KEY")]
    destroyed: Vec<String>,
}

pub(super) fn run(context: &Context, asked: &Restore) -> Result<(), Failure> {
    let is_wrong = |key: &&String| key.len() < 8 || !key.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(wrong) = asked.destroyed.iter().find(is_wrong) {
        let message = Sentence::new(words::BAD_KEY, &[wrong]);
        return Err(Failure::new(Exit::Usage, "KEY_NUMBER", message).hint(words::BAD_KEY_NEXT));
    }
    let destroyed: Vec<String> = asked.destroyed.iter().map(|key| key.to_lowercase()).collect();
    let data = context.data();
    let key = backup::open_copy(&asked.copy, &opening(context, asked.passphrase_file.as_deref())?)?;
    let restored = backup::restore(&asked.copy, data, &key, &destroyed, context.now_ms());
    let restored = restored.map_err(|error| match error {
        BackupError::NotEmpty => {
            let message = Sentence::new(words::NOT_EMPTY, &[&data.display()]);
            Failure::new(Exit::Refused, "NOT_EMPTY", message).hint(words::NOT_EMPTY_NEXT)
        }
        other => other.into(),
    })?;
    let steps = steps(&restored);
    let value = json!({
        "data": data,
        "made": minute(restored.proof.made_ms),
        "rows": restored.proof.rows,
        "without": restored.without,
        "invites": restored.invites,
        "steps": steps.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
    });
    context.terminal.result(&value, |t| told(t, context, &restored))
}

/// What a person has to do, in this order.
fn steps(restored: &Restored) -> Vec<(&'static str, Text)> {
    let all = [
        (true, "old", words::STEP_OLD),
        (restored.issues, "issuer", words::STEP_ISSUER),
        (restored.waits_for_notes, "notes", words::STEP_NOTES),
        (true, "revoked", words::STEP_REVOKED),
        (restored.invites > 0, "invites", words::STEP_INVITES),
        (!restored.without.is_empty(), "without", words::STEP_WITHOUT),
        (restored.holds_keys, "keys", words::STEP_KEYS),
        (true, "start", words::STEP_START),
    ];
    let due = all.into_iter().filter(|(is_due, _, _)| *is_due);
    due.map(|(_, code, text)| (code, text)).collect()
}

fn told(terminal: &Terminal, context: &Context, restored: &Restored) -> String {
    let (made, rows) = (minute(restored.proof.made_ms), restored.proof.rows);
    let head = terminal.text(words::RESTORED, &[&context.data().display(), &made, &rows]);
    let without = restored.without.join(" ");
    let lines = steps(restored).into_iter().map(|(code, text)| match code {
        "invites" => terminal.text(text, &[&restored.invites]),
        "without" => terminal.text(text, &[&without]),
        _ => terminal.text(text, &[]),
    });
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}
