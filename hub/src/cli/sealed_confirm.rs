//! `sealed confirm`: a person called the school, and the number enrolled that its report names is
//! right although it is far from what this hub knows.

use clap::Args;
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
    /// Who called, and what was said
    #[arg(long, default_value = "")]
    note: String,
    /// Take the confirmation back
    #[arg(long)]
    withdraw: bool,
}

pub(super) fn run(context: &Context, asked: Asked) -> Result<(), Failure> {
    let (_, database) = context.open()?;
    let unknown = || {
        Failure::new(Exit::NotFound, "REPORT_UNKNOWN", words::NO_REPORT).hint(words::NO_REPORT_NEXT)
    };
    let digest = Digest::from_hex(&asked.report).map_err(|_| unknown())?;
    let Asked { school, note, withdraw, .. } = asked;
    let (of, now_ms) = (school.clone(), context.now_ms());
    let changed = database.write("sealed_confirm", move |tx: &Tx<'_>| {
        let own = report::find(tx, &digest)?.filter(|one| one.kept.arrival.school == of);
        if own.is_none() {
            return Ok(false);
        }
        if withdraw {
            return say::withdraw_confirmation(tx, &digest);
        }
        say::confirm(tx, (&of, &digest), &note, now_ms)?;
        Ok::<_, SqlError>(true)
    })?;
    if !changed {
        return Err(unknown());
    }
    let text = if withdraw { words::UNCONFIRMED } else { words::CONFIRMED };
    let value = json!({"school": school.as_str(), "report": asked.report, "withdrawn": withdraw});
    context.terminal.result(&value, |t| t.text(text, &[&school]))
}
