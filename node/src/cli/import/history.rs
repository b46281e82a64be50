//! `import list` and `import undo`: which files came, and taking a wrong one back.

use clap::Args;
use domain::ledger::{Kind, Word as _};
use runtime::cli::{Failure, Terminal};
use runtime::sql::Tx;
use runtime::web::time::minute;
use serde_json::json;

use crate::cli::acting::{self, ActingArgs};
use crate::cli::ledger::{chosen, table};
use crate::cli::{Place, context, words};
use crate::ledger::import_batch::{self, ImportLine};
use crate::ledger::import_undo::Undone;
use crate::ledger::refusal::LedgerRefusal;
use crate::taking::undo::{self, UndoneAnswers, UndoneImport};

/// Imports that are listed.
const LISTED_MAX: u32 = 50;

#[derive(Args, Debug)]
pub(crate) struct UndoArgs {
    /// Number of the import, as `import list` has it
    number: u32,

    /// Why; kept with it
    #[arg(long, value_name = "TEXT")]
    reason: String,

    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn list(terminal: &Terminal, place: &Place) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let lines = node.ledger().read(|tx: &Tx<'_>| import_batch::latest(tx, LISTED_MAX))?;
    let value: Vec<_> = lines.iter().map(as_json).collect();
    terminal.result(&json!({ "imports": value }), |terminal| {
        if lines.is_empty() {
            return terminal.text(words::IMPORTS_NONE, &[]);
        }
        let heads = [
            words::IMPORT_NUMBER,
            words::IMPORT_KIND,
            words::IMPORT_AS_OF,
            words::IMPORT_BY,
            words::IMPORT_ROWS,
            words::IMPORT_STANDS,
        ];
        let mut table = table(terminal, &heads);
        lines.iter().for_each(|line| table.row(row(line, terminal)));
        table.render()
    })
}

pub(super) fn undo(terminal: &Terminal, place: &Place, args: &UndoArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?.because(&args.reason);
    let number = args.number;
    let write = move |tx: &Tx<'_>| {
        let batch = import_batch::numbered(tx, number)?.ok_or(LedgerRefusal::Unknown)?;
        undo::any(tx, &author, batch)
    };
    let undone = node.ledger().write("undo_import", write)?;
    let value = match undone {
        UndoneImport::Roster(Undone { restored, removed }) => {
            json!({"import": number, "restored": restored, "removed": removed})
        }
        UndoneImport::Staff(Undone { restored, removed }) => {
            json!({"import": number, "restored": restored, "removed": removed})
        }
        UndoneImport::Answers(UndoneAnswers { sheets, restored, annulled }) => {
            json!({"import": number, "sheets": sheets, "restored": restored, "annulled": annulled})
        }
        UndoneImport::Table(entries) => json!({"import": number, "annulled": entries}),
    };
    terminal.result(&value, |terminal| undone.said(number.into(), terminal.lang()))
}

/// The word of a kind of import.
pub(in crate::cli) fn kind(word: &str, terminal: &Terminal) -> String {
    match word {
        "roster" => terminal.text(words::IMPORT_ROSTER, &[]),
        "answers" => terminal.text(words::IMPORT_ANSWERS, &[]),
        "staff" => terminal.text(words::IMPORT_STAFF, &[]),
        other => match Kind::from_word(other) {
            Some(kind) => chosen(kind.label(), terminal.lang()).to_owned(),
            None => other.to_owned(),
        },
    }
}

fn row(line: &ImportLine, terminal: &Terminal) -> Vec<String> {
    let stands = line.undone.as_ref().map_or_else(String::new, |taken| {
        terminal.text(words::IMPORT_TAKEN_BACK, &[&taken.by, &minute(taken.at_ms)])
    });
    vec![
        line.number.to_string(),
        kind(&line.kind, terminal),
        line.as_of.clone(),
        line.author.clone(),
        line.rows.to_string(),
        stands,
    ]
}

fn as_json(line: &ImportLine) -> serde_json::Value {
    json!({
        "number": line.number,
        "kind": line.kind,
        "as_of": line.as_of,
        "author": line.author,
        "imported_at_ms": line.imported_at_ms,
        "rows": line.rows,
        "undone": line.undone.is_some(),
        "undone_by": line.undone.as_ref().map(|taken| taken.by.as_str()),
        "undone_at_ms": line.undone.as_ref().map(|taken| taken.at_ms),
    })
}
