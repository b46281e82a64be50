//! `danger-local-report`: exact sums over every sheet, for this school's counsellor alone.

use std::path::PathBuf;

use clap::Args;
use domain::ledger::{Action, Area};
use runtime::cli::{Exit, Failure, Paint, Terminal};
use serde_json::json;

use super::acting::{self, ActingArgs};
use super::import::unwritable;
use super::{Place, context, words};
use crate::screening::report::{
    DANGER_FILE_NAME, ReportError, danger_local_report, danger_write_csv,
};

#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// File to write, whose name begins with danger_
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &ReportArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let unit = node.config().unit().ok_or_else(context::not_joined)?.clone();
    let path = args.out.clone().unwrap_or_else(|| DANGER_FILE_NAME.into());
    let named = path.file_name().and_then(|name| name.to_str());
    if !named.is_some_and(|name| name.starts_with("danger_")) {
        return Err(Failure::new(Exit::Usage, "REPORT_NAME", words::REPORT_NAME));
    }
    let author = acting::needed(terminal, &node, &args.acting)?;
    acting::allow(&author, Action::Read(Area::Screening))?;
    let packs = node.packs()?.scales_ever();
    let lines = node
        .ledger()
        .read(move |tx| danger_local_report(tx, &packs))
        .map_err(super::reason::report)?;
    let file = std::fs::File::create(&path).map_err(|cause| unwritable(&path, &cause))?;
    danger_write_csv(&lines, &unit, std::io::BufWriter::new(file)).map_err(
        |error| match error {
            ReportError::File(cause) => unwritable(&path, &cause),
            other => super::reason::report(other),
        },
    )?;
    let value = json!({"file": path, "lines": lines.len()});
    terminal.result(&value, |terminal| {
        let text = terminal.text(words::REPORT_WRITTEN, &[&path.display(), &lines.len()]);
        terminal.paint(Paint::Warn, &text)
    })
}
