//! `import answers`: the sheets of one screening with one scale, brought by the counsellor.
//!
//! Whoever holds the machine is nobody here: what a file would change tells of the answers and
//! consents that stand in the ledger.

use std::cell::RefCell;

use clap::Args;
use domain::ledger::Area;
use domain::period::TermId;
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Paint, Sentence, Terminal};
use serde_json::json;

use super::{FileArgs, Job, Written};
use crate::cli::{Place, context, words};
use crate::import::ImportError;
use crate::import::answers::{self, AnswerRow};
use crate::import::table::ParsedFile;
use crate::ledger::student;
use crate::screening::ScreeningReceipt;
use crate::taking::{self, Against, FileKind, TakingError, Wish};

#[derive(Args, Debug)]
pub(crate) struct AnswersArgs {
    #[command(flatten)]
    file: FileArgs,

    /// Scale of the sheets, such as phq-9
    #[arg(long, value_name = "ID")]
    scale: String,

    /// Term of the screening, such as 2025S1; the current one if not given
    #[arg(long, value_name = "TERM")]
    term: Option<TermId>,

    /// Day of the test, where the file has no column for it
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,

    /// The file's column about consent is of no use here; consent is read from the roster only
    #[arg(long)]
    ignore_consent_column: bool,

    /// Sheets of the file count in the place of those that were answered here
    #[arg(long)]
    replace_answered: bool,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &AnswersArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let mut job = Job::begin(terminal, &args.file, &node, Area::Screening)?;
    job.only(Area::Screening)?;
    let (rules, packs) = (node.file_rules(), node.packs()?);
    let ids = node.ledger().read(student::ids)?;
    let today = node.clock().today();
    let wish = Wish {
        kind: FileKind::Answers,
        as_of: today,
        is_part: true,
        scale: args.scale.clone(),
        term: args.term,
        day: args.date,
    };
    let known = Against { rules: &rules, packs: &packs, ids: &ids, today };
    let screening = taking::answers::screening(&wish, &known)?;
    let mut source = job.source()?;
    let items = screening.item_columns();
    let on_roll = |number: &_| ids.contains_key(number);
    let against = taking::answers::context(&screening, &items, (&wish, &known), &on_roll);
    let parsed = match answers::read(&mut source, job.mapping.as_ref(), &against) {
        Ok(parsed) => parsed,
        Err(error) => return Err(columns_misfit(&job, (&wish, &known), error)),
    };
    if parsed.error_rows > parsed.facts.rows / 2 {
        job.misfit = rows_misfit(&job, (&wish, &known), &parsed)?;
    }
    let of = screening.clone();
    let compared = node.ledger().read(move |tx| {
        let preview = taking::answers::compared(tx, parsed, &of)?;
        let uncounted = taking::answers::without_consent(tx, &preview, &of)?;
        let replaced = taking::answers::replaced(tx, &preview, &of)?;
        Ok::<_, TakingError>((preview, uncounted, replaced))
    });
    let (preview, uncounted, replaced) = compared?;
    if let Some(said) = taking::answers::replaced_said(replaced) {
        job.notes.push(Sentence::pair(said.zh.into_owned(), said.en.into_owned()));
    }
    job.replaces = Some(replaced.students).filter(|more| *more > 0 && !args.replace_answered);
    if uncounted > 0 {
        job.notes.push(Sentence::new(words::SHEETS_UNCOUNTED, &[&uncounted]));
    }
    consent_is_elsewhere(terminal, args, preview.facts.columns.dropped())?;
    let found = RefCell::new(None);
    let writing = screening.clone();
    job.conclude(preview, &answers::fields(&against), &mut source, |batch, from| {
        let write = move |tx: &runtime::sql::Tx<'_>| writing.apply(tx, &batch, &from);
        let receipt = node.ledger().write("import_answers", write)?;
        found.replace(Some(receipt));
        let ScreeningReceipt { import, urgent, review, void } = receipt;
        let found = json!({"urgent": urgent, "review": review, "void": void});
        Ok(Written { batch: import.batch, found })
    })?;
    if let Some(receipt) = found.into_inner() {
        announce(terminal, &receipt);
    }
    Ok(())
}

/// A file whose columns are not the scale's: the scales that they are, if there are any.
fn columns_misfit(job: &Job<'_>, of: (&Wish, &Against<'_>), error: ImportError) -> Failure {
    match fitting(job, of, u32::MAX) {
        Ok(likely) if !likely.is_empty() => {
            let message = Sentence::new(words::COLUMNS_MISFIT, &[&of.0.scale]);
            misfit(message, &likely)
        }
        _ => error.into(),
    }
}

/// A file that is wrong in most rows and right, or nearly so, as the answers of other scales: one
/// sentence says more than two hundred equal ones.
fn rows_misfit(
    job: &Job<'_>,
    of: (&Wish, &Against<'_>),
    parsed: &ParsedFile<AnswerRow>,
) -> Result<Option<Failure>, Failure> {
    let likely = fitting(job, of, parsed.error_rows / 2)?;
    let rows = &[&parsed.error_rows as &dyn std::fmt::Display, &parsed.facts.rows, &of.0.scale];
    let message = Sentence::new(words::ROWS_MISFIT, rows);
    Ok((!likely.is_empty()).then(|| misfit(message, &likely)))
}

fn fitting(
    job: &Job<'_>,
    of: (&Wish, &Against<'_>),
    most: u32,
) -> Result<Vec<String>, ImportError> {
    taking::answers::fitting(&|| job.opened(), job.mapping.as_ref(), of, most)
}

fn misfit(message: Sentence, likely: &[String]) -> Failure {
    let next = Sentence::new(words::MISFIT_NEXT, &[&likely.join(", ")]);
    Failure::new(Exit::Invalid, "SCALE_MISFIT", message).hint(next)
}

/// A column about consent in a file of answers is not read: whoever put it there thinks that it
/// counts, so it is said aloud, and a script that goes on without a look is stopped.
fn consent_is_elsewhere(
    terminal: &Terminal,
    args: &AnswersArgs,
    dropped: &[String],
) -> Result<(), Failure> {
    let Some(column) = taking::answers::consent_column(dropped) else {
        return Ok(());
    };
    let looked_at = terminal.asks() && !args.file.yes;
    if args.ignore_consent_column || args.file.dry_run || looked_at {
        let text = terminal.text(words::CONSENT_ELSEWHERE, &[column]);
        terminal.talk_plain(&terminal.paint(Paint::Warn, &text));
        return Ok(());
    }
    let message = Sentence::new(words::CONSENT_COLUMN, &[column]);
    Err(Failure::new(Exit::Refused, "CONSENT_COLUMN", message).hint(words::CONSENT_COLUMN_NEXT))
}

/// Critical answers do not wait for a total. How many, never who: the counsellor sees who.
fn announce(terminal: &Terminal, receipt: &ScreeningReceipt) {
    tracing::warn!(urgent = receipt.urgent, review = receipt.review, "critical answers imported");
    if receipt.urgent > 0 {
        let text = terminal.text(words::URGENT, &[&receipt.urgent]);
        terminal.talk_plain(&terminal.paint(Paint::Bad, &text));
        terminal.talk(words::URGENT_NEXT, &[]);
    }
    if receipt.review > 0 {
        let text = terminal.text(words::REVIEW, &[&receipt.review]);
        terminal.talk_plain(&terminal.paint(Paint::Warn, &text));
    }
    if receipt.void > 0 {
        terminal.talk(words::VOID, &[&receipt.void]);
    }
}
