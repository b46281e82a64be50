//! `sealed confirm`: a person called the school, and the number enrolled in a stage that its report
//! names is right although it is far from what this hub knows. Nothing is said of other stages.
//!
//! What was confirmed is never taken out again: taken back, it says so, with who said what.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use domain::catalogue::Stage;
use domain::digest::Digest;
use domain::unit::UnitId;
use runtime::cli::{Exit, Failure};
use runtime::sql::{SqlError, Tx};
use serde_json::json;

use super::context::Context;
use super::words::sealed as words;
use crate::store::sealed::{report, say};

#[derive(Args)]
pub(super) struct Asked {
    /// Id of the school
    school: UnitId,
    /// Digest of the report, 64 hexadecimal digits
    report: String,
    /// Stage whose number is right, as the notice names it
    #[arg(value_parser = stage)]
    stage: Stage,
    /// Who called, and what was said
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    note: String,
    /// Take the confirmation back
    #[arg(long)]
    withdraw: bool,
}

fn stage(word: &str) -> Result<Stage, String> {
    let known = || Stage::ALL.map(Stage::as_str).join(", ");
    Stage::from_word(word).ok_or_else(known)
}

pub(super) fn run(context: &Context, asked: Asked) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unknown = || {
        Failure::new(Exit::NotFound, "REPORT_UNKNOWN", words::NO_REPORT).hint(words::NO_REPORT_NEXT)
    };
    let digest = Digest::from_hex(&asked.report).map_err(|_| unknown())?;
    let Asked { school, stage, note, withdraw, .. } = asked;
    let (of, now_ms) = (school.clone(), context.now_ms());
    let named = database.write("sealed_confirm", move |tx: &Tx<'_>| {
        let own = report::find(tx, &digest)?.filter(|one| one.kept.arrival.school == of);
        let Some(own) = own else { return Ok(None) };
        let named = own.held.enrolled.get(&stage).copied().unwrap_or(0);
        if withdraw {
            let is_taken_back = say::withdraw_confirmation(tx, (&digest, stage), &note, now_ms)?;
            return Ok(is_taken_back.then_some(named));
        }
        say::confirm(tx, (&of, &digest, stage), &note, now_ms)?;
        Ok::<_, SqlError>(Some(named))
    })?;
    let named = named.ok_or_else(unknown)?;
    let text = if withdraw { words::UNCONFIRMED } else { words::CONFIRMED };
    let value = json!({"school": school.as_str(), "report": asked.report,
                       "stage": stage.as_str(), "named": named, "withdrawn": withdraw});
    context.terminal.result(&value, |t| t.text(text, &[&school, &stage.as_str(), &named]))
}
