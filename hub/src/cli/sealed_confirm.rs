//! `sealed confirm`: a person called the school, and the number enrolled in a stage that its report
//! names is right although it is far from what this hub knows. Nothing is said of other stages. Of
//! a town the numbers that all of its schools name are confirmed together, by their mark.
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
use super::sealed;
use super::words::sealed as words;
use crate::sealed::documents::Documents;
use crate::sealed::towns;
use crate::store::sealed::{report, say};

#[derive(Args)]
pub(super) struct Asked {
    /// Id of the school, or of the town where the notice names one
    school: UnitId,
    /// Digest of the report, or the mark that the notice of a town names: 64 hexadecimal digits
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
    let unknown = || {
        Failure::new(Exit::NotFound, "REPORT_UNKNOWN", words::NO_REPORT).hint(words::NO_REPORT_NEXT)
    };
    let digest = Digest::from_hex(&asked.report).map_err(|_| unknown())?;
    let Asked { school, stage, note, withdraw, .. } = asked;
    let (of, now_ms) = (school.clone(), context.now_ms());
    let asked_of = school.clone();
    let (_, named) = sealed::read(context, move |tx, documents, _| {
        named_by(tx, documents, (&asked_of, &digest, stage))
    })?;
    let named = named.ok_or_else(unknown)?;
    let (_, database) = context.open()?;
    let is_noted = database.write("sealed_confirm", move |tx: &Tx<'_>| {
        if withdraw {
            return say::withdraw_confirmation(tx, (&digest, stage), &note, now_ms);
        }
        say::confirm(tx, (&of, &digest, stage), &note, now_ms).map(|()| true)
    })?;
    if !is_noted {
        return Err(unknown());
    }
    let text = if withdraw { words::UNCONFIRMED } else { words::CONFIRMED };
    let value = json!({"school": school.as_str(), "report": asked.report,
                       "stage": stage.as_str(), "named": named, "withdrawn": withdraw});
    context.terminal.result(&value, |t| t.text(text, &[&school, &stage.as_str(), &named]))
}

/// How many a report names in a stage, or all reports of a town's schools do by their mark; nothing
/// where there is neither.
fn named_by(
    tx: &Tx<'_>,
    documents: &Documents,
    (unit, digest, stage): (&UnitId, &Digest, Stage),
) -> Result<Option<u64>, SqlError> {
    let own = report::find(tx, digest)?.filter(|one| one.kept.arrival.school == *unit);
    match own {
        Some(own) => Ok(Some(own.held.enrolled.get(&stage).copied().unwrap_or(0))),
        None => towns::sum_of(tx, documents, (unit, digest, stage)),
    }
}
