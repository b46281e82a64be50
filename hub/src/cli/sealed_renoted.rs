//! `sealed renoted`: this hub was put back from a backup, and its operator entered again what was
//! noted since: objections, absences and confirmed numbers. Until then it opens nothing.
//!
//! It is about this hub's own notes, so the other hub says nothing to it: what was noted there
//! counts there, as ever.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use runtime::cli::{Exit, Failure};
use runtime::sql::Tx;
use serde_json::json;

use super::context::Context;
use super::words::sealed as words;
use crate::store::sealed::notes;

#[derive(Args)]
pub(super) struct Asked {
    /// What was entered again, and from which list
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    note: String,
}

pub(super) fn run(context: &Context, asked: Asked) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let (note, now_ms) = (asked.note, context.now_ms());
    let write = move |tx: &Tx<'_>| notes::enter(tx, &note, now_ms);
    if !database.write("sealed_renoted", write)? {
        return Err(Failure::new(Exit::NotFound, "NO_NOTES_LOST", words::NO_NOTES_LOST));
    }
    let value = json!({"entered": true});
    context.terminal.result(&value, |t| t.text(words::RENOTED, &[]))
}
