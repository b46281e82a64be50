//! `import entries`: a table of entries of one kind, such as a term's talks.
//!
//! Each row is written as the account that acts, by the rights and rules of a single entry. A row
//! that is wrong, or perhaps a double, is told by number, column and reason, and by what stands in
//! it and who may be meant, notes left out: the account could read as much, and the read is logged.
//! A program is told numbers.

use clap::Args;
use domain::ledger::Kind;
use domain::ledger::Word as _;
use runtime::cli::{Answer, Exit, Failure, Sentence, Terminal};
use serde_json::json;

use super::{FileArgs, Job};
use crate::cli::acting::{self, ActingArgs};
use crate::cli::{Place, context, words};
use crate::desk::planned;
use crate::desk::table::{self, Doubles, Fate, Mode, OnceMore, Plan, PlannedRow, TableError};
use crate::desk::written;
use crate::ledger::author::Author;
use crate::ledger::entry::words_of;
use crate::ledger::kinds::KindColumns;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::{access, browse};

/// Rows that stand in the ledger already whose numbers are shown.
const STANDING_SHOWN: usize = 50;

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

    /// Rows that say what happened once more, by number: they are no doubles; commas between, and
    /// 4:1 for row 4 where one entry that says the same stands there
    #[arg(long, value_name = "ROWS", value_delimiter = ',')]
    again: Vec<OnceMore>,

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
    // Without a page to tick on, what is left out is left out of the file.
    let again = args.again.iter().map(|meant| (meant.row, meant.standing)).collect();
    let said = Doubles { again, ..Doubles::default() };
    let tried = attempt(&job, &author, (known, Mode::Trial, &said))?;
    let ((new, unchanged, wrong), doubles) = (tried.counts(), tried.doubles());
    let mut counted = terminal.text(words::TABLE_COUNTED, &[&new, &unchanged, &wrong]);
    let value = json!({"new": new, "unchanged": unchanged, "wrong": wrong, "doubles": doubles});
    if doubles > 0 {
        counted = format!("{counted}  {}", terminal.text(words::TABLE_DOUBLES, &[&doubles]));
    }
    if unchanged > 0 {
        counted = format!("{counted}\n{}", standing(terminal, &tried));
    }
    if wrong + doubles > 0 {
        job.show(&told(&job, &author, (known, tried), counted)?);
        return Err(refused(wrong, doubles).details(value));
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
    let (new, ..) = attempt(&job, &author, (known, Mode::Write, &said))?.counts();
    terminal.result(&json!({"written": true, "rows": value}), |terminal| {
        terminal.text(words::TABLE_WRITTEN, &[&new])
    })
}

/// Which rows stand there already: none is passed over without a word.
fn standing(terminal: &Terminal, plan: &Plan) -> String {
    let mut known = plan.known().map(|row| row.once_more().to_string());
    let mut rows: Vec<String> = known.by_ref().take(STANDING_SHOWN).collect();
    if known.next().is_some() {
        rows.push("…".to_owned());
    }
    terminal.text(words::TABLE_STANDING, &[&rows.join(",")])
}

/// Tries or writes the table; gives what became of each row.
fn attempt(
    job: &Job<'_>,
    author: &Author,
    (known, mode, said): (&'static KindColumns, Mode, &Doubles),
) -> Result<Plan, Failure> {
    let (mut source, from, author) = (job.source()?, job.import_source(), author.clone());
    let said = said.clone();
    let from =
        crate::ledger::import_batch::ImportSource { author: author.account().to_owned(), ..from };
    let done = job.node.ledger().write("import_entries", move |tx| {
        table::take(tx, &author, (known, mode, &said), &mut source, &from)
    });
    match done {
        Ok(plan) | Err(TableError::Trial(plan)) => Ok(plan),
        // The ledger changed since it was tried.
        Err(TableError::Rows(plan)) => Err(refused(plan.counts().2, plan.doubles())),
        Err(TableError::File(error)) => Err(error.into()),
        Err(TableError::Long) => {
            let message = Sentence::new(words::TABLE_LONG, &[&table::ROWS_MAX]);
            Err(Failure::new(Exit::Invalid, "TABLE_LONG", message).hint(words::TABLE_LONG_NEXT))
        }
        Err(TableError::Ledger(refusal)) => Err(refusal.into()),
    }
}

/// Why nothing is written: rows that are wrong, or else rows that nobody said are no doubles.
fn refused(wrong: usize, doubles: usize) -> Failure {
    if wrong > 0 {
        let message = Sentence::new(words::ROWS_WRONG, &[&wrong]);
        return Failure::new(Exit::Invalid, "ROWS_INVALID", message).hint(words::ROWS_WRONG_NEXT);
    }
    let message = Sentence::new(words::ROWS_DOUBLE, &[&doubles]);
    Failure::new(Exit::Refused, "ROWS_DOUBLE", message).hint(words::ROWS_DOUBLE_NEXT)
}

/// What is wrong with which row, and what stands in it; whom that names is logged.
fn told(
    job: &Job<'_>,
    author: &Author,
    (known, plan): (&'static KindColumns, Plan),
    counted: String,
) -> Result<Vec<String>, Failure> {
    let (terminal, reader) = (job.terminal, author.clone());
    let is_told = |row: &PlannedRow| matches!(row.fate, Fate::Wrong(_) | Fate::Double(_));
    let students = planned::students(known, &plan, is_told);
    // A program is told numbers, so nobody was read.
    let named = if terminal.json() { Vec::new() } else { students };
    let names = job.node.ledger().write("name_rows", move |tx| {
        let of = named.iter().copied().collect();
        access::log_list(tx, &reader, &of, browse::purpose_of(reader.role()))?;
        Ok::<_, LedgerRefusal>(Names::of(tx, named)?)
    })?;
    let mut lines = vec![counted];
    for row in plan.rows.iter().filter(|row| is_told(row)) {
        lines.extend(row_lines(terminal, (known, row), &names));
    }
    Ok(lines)
}

fn row_lines(
    terminal: &Terminal,
    (known, row): (&KindColumns, &PlannedRow),
    names: &Names,
) -> Vec<String> {
    let (lang, language) = (terminal.lang(), super::language(terminal));
    let line = |column: &str, said: &str| terminal.text(words::ROW, &[&row.row, &column, &said]);
    let mut lines = match &row.fate {
        Fate::Wrong(wrong) => {
            wrong.iter().map(|(column, said)| line(column, said.to(language))).collect()
        }
        _ => vec![line(words::ROW_DOUBLE.in_lang(lang), &planned::fault(row, lang))],
    };
    let more = [
        (words::ROW_CONTENT, planned::content(known, row, names, lang)),
        (words::ROW_MEANT, planned::meant(row, names, lang)),
    ];
    let more = more.into_iter().filter(|(_, text)| !text.is_empty());
    lines.extend(more.map(|(text, value)| terminal.text(text, &[&value])));
    lines
}
