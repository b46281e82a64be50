//! `import entries`: a table of entries of one kind, such as a term's talks.
//!
//! Each row is written as the account that acts, by the rights and rules of a single entry. Rows
//! are told by number, column and reason, never by what they say about a person.

use clap::Args;
use domain::ledger::Kind;
use domain::ledger::Word as _;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use serde_json::json;

use super::{FileArgs, Job, language};
use crate::cli::acting::{self, ActingArgs};
use crate::cli::{Place, context, words};
use crate::desk::table::{self, Fate, Mode, Plan, TableError};
use crate::desk::written;
use crate::ledger::author::Author;
use crate::ledger::browse;
use crate::ledger::entry::words_of;
use crate::ledger::kinds::KindColumns;

#[derive(Args, Debug)]
pub(crate) struct EntriesArgs {
    /// Word of the kind
    kind: String,

    /// The file: .xlsx, or text with commas, tabs or semicolons
    file: std::path::PathBuf,

    /// Show what the file would change and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask before writing
    #[arg(long)]
    yes: bool,

    /// Sheet of a workbook, if not the first that holds something
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,

    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &EntriesArgs) -> Result<(), Failure> {
    let kind = written::word(&words_of::<Kind>(), &args.kind).and_then(Kind::from_word);
    let known = kind.map(browse::kind_of).transpose()?.filter(|known| known.direct);
    let known = known.ok_or_else(|| {
        let message = Sentence::new(words::NO_TABLE_KIND, &[&args.kind]);
        Failure::new(Exit::NotFound, "KIND_UNKNOWN", message).hint(words::NO_TABLE_KIND_NEXT)
    })?;
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    let file =
        FileArgs { file: args.file.clone(), sheet: args.sheet.clone(), ..FileArgs::default() };
    let job = Job::begin(terminal, &file, &node, known.kind.area())?;
    let tried = attempt(&job, &author, (known, Mode::Trial))?;
    let (new, unchanged, wrong) = tried.counts();
    let counted = terminal.text(words::TABLE_COUNTED, &[&new, &unchanged, &wrong]);
    let value = json!({"new": new, "unchanged": unchanged, "wrong": wrong});
    if wrong > 0 {
        job.show(&told(&tried, terminal, counted));
        let message = Sentence::new(words::ROWS_WRONG, &[&wrong]);
        return Err(Failure::new(Exit::Invalid, "ROWS_INVALID", message)
            .hint(words::ROWS_WRONG_NEXT)
            .details(value));
    }
    if new == 0 || args.dry_run {
        let end = if new == 0 { words::NO_CHANGE } else { words::DRY_RUN };
        return terminal.result(&json!({"written": false, "rows": value}), |terminal| {
            format!("{counted}\n{}", terminal.text(end, &[]))
        });
    }
    job.show(std::slice::from_ref(&counted));
    if !args.yes && terminal.asks() {
        let question = Sentence::from(words::WRITE_NOW);
        if let Answer::No = terminal.confirm(&question, "--yes")? {
            return Err(Failure::new(Exit::Interrupted, "DECLINED", words::DECLINED));
        }
    }
    let (new, ..) = attempt(&job, &author, (known, Mode::Write))?.counts();
    terminal.result(&json!({"written": true, "rows": value}), |terminal| {
        terminal.text(words::TABLE_WRITTEN, &[&new])
    })
}

/// Tries or writes the table; gives what became of each row.
fn attempt(
    job: &Job<'_>,
    author: &Author,
    (known, mode): (&'static KindColumns, Mode),
) -> Result<Plan, Failure> {
    let (mut source, from, author) = (job.source()?, job.import_source(), author.clone());
    let from =
        crate::ledger::import_batch::ImportSource { author: author.account().to_owned(), ..from };
    let done = job.node.ledger().write("import_entries", move |tx| {
        table::take(tx, &author, (known, mode), &mut source, &from)
    });
    match done {
        Ok(plan) | Err(TableError::Trial(plan) | TableError::Rows(plan)) => Ok(plan),
        Err(TableError::File(error)) => Err(error.into()),
        Err(TableError::Long) => {
            let message = Sentence::new(words::TABLE_LONG, &[&table::ROWS_MAX]);
            Err(Failure::new(Exit::Invalid, "TABLE_LONG", message).hint(words::TABLE_LONG_NEXT))
        }
        Err(TableError::Ledger(refusal)) => Err(refusal.into()),
    }
}

fn told(plan: &Plan, terminal: &Terminal, counted: String) -> Vec<String> {
    let language = language(terminal);
    let mut lines = vec![counted];
    for row in &plan.rows {
        if let Fate::Wrong(wrong) = &row.fate {
            lines.extend(wrong.iter().map(|(column, said)| {
                terminal.text(words::ROW, &[&row.row, column, &said.to(language)])
            }));
        }
    }
    lines
}
