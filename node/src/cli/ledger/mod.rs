//! `ledger`: what a person of the school reads and writes at a terminal, as an account.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::ledger::terms::ReadPurpose;
use domain::ledger::{Kind, Word};
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::sql::Tx;
use runtime::web::time::minute;
use runtime::web::{Lang, Text};
use serde_json::{Map, Value, json};

use super::acting::{self, ActingArgs};
use super::{Place, context};
use crate::app::Node;
use crate::desk::{labels, written};
use crate::ledger::author::Author;
use crate::ledger::browse::{self, Filter, Line};
use crate::ledger::entry::{Cell, RecordId, StudentId, words_of};
use crate::ledger::kinds::KINDS;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::{self, Names};
use crate::ledger::write::Written;
use crate::ledger::{access, access_chain, journal};

mod case;
mod entry_file;
mod words;

/// Largest file of an entry.
const ENTRY_BYTES_MAX: u64 = 256 * 1024;
/// Reads that `access` shows.
const READS_MAX: u32 = 500;

#[derive(Args, Debug)]
pub(super) struct LedgerArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
enum LedgerCommand {
    /// Kinds of entries, or the fields of one
    Kinds {
        /// Word of the kind
        kind: Option<String>,
    },
    /// Entries of a kind, newest first
    List(ListArgs),
    /// Every version of an entry, with who wrote it and why
    Show {
        /// Word of the kind
        kind: String,
        /// Number of the entry
        number: i64,
    },
    /// Write an entry
    Add(WriteArgs),
    /// Change an entry; the versions before stay
    Change(ChangeArgs),
    /// Annul an entry made in error; it counts nowhere, and its versions stay
    Annul(AnnulArgs),
    /// Check the whole chain of the ledgers
    Verify,
    /// Who read a student's record
    Access {
        /// Student number
        student: String,
        /// What the record is opened for
        #[arg(long, value_name = "WORD", default_value = "family_request")]
        purpose: String,
        /// In your own words; kept with the read
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Cases of the early-warning ledger
    #[command(subcommand)]
    Case(case::CaseCommand),
}

#[derive(Args, Debug)]
struct ListArgs {
    /// Word of the kind
    kind: String,
    /// Of one student, by student number
    #[arg(long, value_name = "NUMBER")]
    student: Option<String>,
    /// From this day on
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// Up to this day
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Date>,
}

#[derive(Args, Debug)]
struct WriteArgs {
    /// Word of the kind
    kind: String,
    /// TOML file with the fields of the entry
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The same is entered already, and this is another one
    #[arg(long)]
    again: bool,
}

#[derive(Args, Debug)]
struct ChangeArgs {
    /// Word of the kind
    kind: String,
    /// Number of the entry
    number: i64,
    /// TOML file with the fields of the entry
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Why it is changed; kept with the version
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Version that you looked at; the one that counts if not given
    #[arg(long, value_name = "N")]
    seen: Option<u32>,
}

#[derive(Args, Debug)]
struct AnnulArgs {
    /// Word of the kind
    kind: String,
    /// Number of the entry
    number: i64,
    /// Why it was wrong; kept with it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &LedgerArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    match &args.command {
        LedgerCommand::Kinds { kind } => return kinds(terminal, kind.as_deref()),
        LedgerCommand::Verify => return verify(terminal, &node),
        _ => {}
    }
    let author = acting::needed(terminal, &node, &args.acting)?;
    // Who sees no student still reads entries about nobody, and does nothing else here.
    if !matches!(&args.command, LedgerCommand::List(_) | LedgerCommand::Show { .. }) {
        acting::of_students(&author)?;
    }
    match &args.command {
        LedgerCommand::List(args) => list(terminal, &node, author, args),
        LedgerCommand::Show { kind, number } => {
            show(terminal, &node, author, (kind_of(kind)?, RecordId(*number)))
        }
        LedgerCommand::Add(args) => add(terminal, &node, &author, args),
        LedgerCommand::Change(args) => change(terminal, &node, &author, args),
        LedgerCommand::Annul(args) => annul(terminal, &node, &author, args),
        LedgerCommand::Access { student, purpose, reason } => {
            let purpose = word::<ReadPurpose>(purpose)?;
            reads(terminal, &node, &author.because(reason), (student, purpose))
        }
        LedgerCommand::Case(command) => case::run(terminal, &node, author, command),
        LedgerCommand::Kinds { .. } | LedgerCommand::Verify => Ok(()),
    }
}

fn kinds(terminal: &Terminal, kind: Option<&str>) -> Result<(), Failure> {
    let lang = terminal.lang();
    let Some(kind) = kind else {
        let value: Vec<Value> = KINDS
            .iter()
            .map(|known| {
                json!({"kind": known.kind.as_str(), "direct": known.direct,
                                "ledger": known.kind.ledger().as_str()})
            })
            .collect();
        return terminal.result(&json!({ "kinds": value }), |terminal| {
            let mut table = table(terminal, &[words::KIND, words::LEDGER, words::CONTENT]);
            for known in KINDS {
                let own = if known.direct { "" } else { words::OWN_ACT.in_lang(lang) };
                let label = format!("{}{own}", chosen(known.kind.label(), lang));
                let ledger = chosen(known.kind.ledger().label(), lang).to_owned();
                table.row(vec![known.kind.as_str().to_owned(), ledger, label]);
            }
            table.render()
        });
    };
    let known = browse::kind_of(kind_of(kind)?)?;
    let how = |lang| {
        let empty = words::MAY_BE_EMPTY.in_lang(lang);
        known.columns.iter().map(move |column| {
            let optional = if column.optional { empty } else { "" };
            (column.name, format!("{}{optional}", entry_file::how(column, lang)))
        })
    };
    let fields: Vec<Value> =
        how(Lang::En).map(|(name, how)| json!({"field": name, "how": how})).collect();
    terminal.result(&json!({"kind": kind, "fields": fields}), |terminal| {
        let mut table = table(terminal, &[words::FIELD, words::CONTENT, words::HOW]);
        for (name, how) in how(lang) {
            table.row(vec![name.to_owned(), labels::of(name, lang).to_owned(), how]);
        }
        table.render()
    })
}

fn verify(terminal: &Terminal, node: &Node) -> Result<(), Failure> {
    let broken = |cause: &dyn std::error::Error| {
        let failure = Failure::new(Exit::Problems, "LEDGER_BROKEN", words::BROKEN);
        failure.hint(words::BROKEN_NEXT).because(cause)
    };
    let head = node.ledger().read(journal::verify).map_err(|error| match error {
        journal::VerifyError::Store(error) => error.into(),
        other => broken(&other),
    })?;
    let reads = node.ledger().read(access_chain::verify).map_err(|error| match error {
        access_chain::ReadsError::Store(error) => error.into(),
        other => broken(&other),
    })?;
    let old = node.ledger().read(journal::checked_by_target_only)?;
    let (hash, read) = (head.hash.to_string(), reads.hash.to_string());
    let value = json!({
        "entries": head.entries, "head": hash, "reads": reads.lines, "reads_head": read,
        "orders_by_target_only": old,
    });
    terminal.result(&value, |terminal| {
        let mut lines = vec![
            terminal.text(words::INTACT, &[&head.entries, &hash]),
            terminal.text(words::READS_INTACT, &[&reads.lines, &read]),
        ];
        lines.extend((old > 0).then(|| terminal.text(words::OLD_ORDERS, &[&old])));
        lines.join("\n")
    })
}

fn list(terminal: &Terminal, node: &Node, reader: Author, args: &ListArgs) -> Result<(), Failure> {
    let (kind, number) = (kind_of(&args.kind)?, args.student.clone());
    let (from, to) = (args.from, args.to);
    // A list names students, so it writes the log of reads.
    let (lines, names) = node.ledger().write("list", move |tx| {
        let student = number.as_deref().map(|number| student(tx, &reader, number)).transpose()?;
        let page =
            browse::page(tx, &reader, kind, &Filter { student, from, to, ..Filter::default() })?;
        Ok::<_, Failure>((page, Names::load(tx)?))
    })?;
    let value: Vec<Value> = lines.lines.iter().map(|line| line_json(line, &names)).collect();
    let value = json!({"kind": kind.as_str(), "entries": value, "cut": lines.is_cut});
    terminal.result(&value, |terminal| {
        if lines.lines.is_empty() {
            return terminal.text(words::NOTHING, &[]);
        }
        let mut table = table(terminal, &[words::NUMBER, words::DAY, words::CONTENT]);
        for line in &lines.lines {
            let content = content(line, &names, terminal.lang());
            table.row(vec![line.record.0.to_string(), line.day.to_string(), content]);
        }
        let cut = terminal.text(words::CUT, &[&browse::LINES_MAX]);
        if lines.is_cut { format!("{}\n{cut}", table.render()) } else { table.render() }
    })
}

fn show(
    terminal: &Terminal,
    node: &Node,
    reader: Author,
    (kind, record): (Kind, RecordId),
) -> Result<(), Failure> {
    let (versions, names) = node.ledger().write("show", move |tx| {
        let versions = browse::history(tx, &reader, kind, record)?;
        Ok::<_, LedgerRefusal>((versions, Names::load(tx)?))
    })?;
    let one = |(line, by): &(Line, crate::ledger::author::Signature)| {
        let mut value = line_json(line, &names);
        if let Some(object) = value.as_object_mut() {
            object.insert("author".to_owned(), json!(by.author));
            object.insert("second".to_owned(), json!(by.second));
            object.insert("entered_at_ms".to_owned(), json!(by.entered_at.0));
            object.insert("reason".to_owned(), json!(by.reason));
        }
        value
    };
    let value: Vec<Value> = versions.iter().map(one).collect();
    terminal.result(&json!({"kind": kind.as_str(), "versions": value}), |terminal| {
        let heads = [words::NUMBER, words::WHEN, words::WHO, words::WHY, words::CONTENT];
        let mut table = table(terminal, &heads);
        for (line, by) in &versions {
            let who = by.second.iter().fold(by.author.clone(), |all, one| format!("{all}, {one}"));
            let content = content(line, &names, terminal.lang());
            let number = format!("{}.{}", line.record.0, line.version);
            table.row(vec![number, minute(by.entered_at.0), who, by.reason.clone(), content]);
        }
        table.render()
    })
}

fn add(terminal: &Terminal, node: &Node, author: &Author, args: &WriteArgs) -> Result<(), Failure> {
    let author = author.once_more(args.again);
    let (kind, text) = (browse::kind_of(kind_of(&args.kind)?)?, entry_text(&args.file)?);
    let record = node.ledger().write("add", move |tx| {
        let cells = entry_file::cells(tx, kind, &text)?;
        Ok::<_, Failure>((kind.add)(tx, &author, cells)?)
    })?;
    let value = json!({"kind": args.kind, "record": record.0});
    terminal.result(&value, |terminal| terminal.text(words::ADDED, &[&record.0]))
}

fn change(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &ChangeArgs,
) -> Result<(), Failure> {
    let (kind, text) = (browse::kind_of(kind_of(&args.kind)?)?, entry_text(&args.file)?);
    let (author, record, seen) = (author.because(&args.reason), RecordId(args.number), args.seen);
    let written = node.ledger().write("change", move |tx| {
        let cells = entry_file::cells(tx, kind, &text)?;
        let counting = browse::counting(tx, kind.kind, record)?;
        Ok::<_, Failure>((kind.change)(tx, &author, (record, seen.unwrap_or(counting)), cells)?)
    })?;
    let (version, counting) = match written {
        Written::Counts(version) => (version, version),
        Written::Beside { version, counting } => (version, counting),
    };
    let value = json!({"record": args.number, "version": version, "counting": counting});
    terminal.result(&value, |terminal| match written {
        Written::Counts(version) => terminal.text(words::CHANGED, &[&version]),
        Written::Beside { .. } => terminal.text(words::BESIDE, &[&version, &counting]),
    })
}

fn annul(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &AnnulArgs,
) -> Result<(), Failure> {
    let known = browse::kind_of(kind_of(&args.kind)?)?;
    let (author, record) = (author.because(&args.reason), RecordId(args.number));
    let version = node.ledger().write("annul", move |tx| {
        let counting = browse::counting(tx, known.kind, record)?;
        (known.annul)(tx, &author, (record, counting))
    })?;
    let value = json!({"record": args.number, "version": version, "annulled": true});
    terminal.result(&value, |terminal| terminal.text(words::ANNULLED, &[&args.number]))
}

fn reads(
    terminal: &Terminal,
    node: &Node,
    reader: &Author,
    (number, purpose): (&str, ReadPurpose),
) -> Result<(), Failure> {
    let (reader, number) = (reader.clone(), number.to_owned());
    let lines = node.ledger().write("access", move |tx| {
        let student = student(tx, &reader, &number)?;
        let pass = access::open(tx, &reader, student, purpose)?;
        Ok::<_, Failure>(access::reads(tx, &pass, READS_MAX)?)
    })?;
    let value: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!({"at_ms": line.at.0, "account": line.account, "reason": line.reason,
                           "role": line.role.as_str(), "purpose": line.purpose.as_str()})
        })
        .collect();
    terminal.result(&json!({ "reads": value }), |terminal| {
        let heads = [words::WHEN, words::WHO, words::ROLE, words::PURPOSE, words::WHY];
        let (mut table, lang) = (table(terminal, &heads), terminal.lang());
        for line in &lines {
            let role = chosen(line.role.label(), lang).to_owned();
            let purpose = chosen(line.purpose.label(), lang).to_owned();
            let at = minute(line.at.0);
            let why = line.reason.clone().unwrap_or_else(|| terminal.text(words::WHY_HIDDEN, &[]));
            table.row(vec![at, line.account.clone(), role, purpose, why]);
        }
        table.render()
    })
}

/// The values of a line by column, with persons as numbers that the school gave.
fn line_json(line: &Line, names: &Names) -> Value {
    let mut values = Map::new();
    if let Ok(known) = browse::kind_of(line.kind) {
        for (column, cell) in known.columns.iter().zip(&line.cells) {
            let value = match (cell, column.shape) {
                (Cell::Null, _) => continue,
                (Cell::Integer(_), shape @ crate::ledger::entry::Shape::Staff) => {
                    json!(names.shown(cell, shape, Lang::Zh))
                }
                (Cell::Integer(id), crate::ledger::entry::Shape::Student) => {
                    json!(names.student(StudentId(*id)).map(|known| &known.number))
                }
                (Cell::Integer(number), _) => json!(number),
                (Cell::Text(text), _) => json!(text),
            };
            values.insert(column.name.to_owned(), value);
        }
    }
    json!({"record": line.record.0, "version": line.version, "beside": line.parallel,
           "day": line.day.to_string(), "values": values})
}

/// The values of a line, each with its label.
fn content(line: &Line, names: &Names, lang: Lang) -> String {
    let Ok(known) = browse::kind_of(line.kind) else {
        return String::new();
    };
    let shown = known.columns.iter().zip(&line.cells).filter(|(column, _)| column.name != "day");
    let parts = shown.map(|(column, cell)| {
        (labels::of(column.name, lang), names.shown(cell, column.shape, lang))
    });
    let parts = parts.filter(|(_, value)| !value.is_empty());
    parts.map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>().join(" · ")
}

pub(super) fn table(terminal: &Terminal, heads: &[Text]) -> Table {
    let add = |table: Table, head: &Text| table.column(&terminal.text(*head, &[]), Align::Left);
    heads.iter().fold(Table::new(), add)
}

fn kind_of(text: &str) -> Result<Kind, Failure> {
    let found = written::word(&words_of::<Kind>(), text).and_then(Kind::from_word);
    found.ok_or_else(|| {
        let message = Sentence::new(words::NO_KIND, &[&text]);
        Failure::new(Exit::NotFound, "KIND_UNKNOWN", message).hint(words::NO_KIND_NEXT)
    })
}

/// A word of a closed list, by itself or by its label.
pub(super) fn word<W: Word>(text: &str) -> Result<W, Failure> {
    let list = words_of::<W>();
    let found = written::word(&list, text).and_then(W::from_word);
    found.ok_or_else(|| {
        let all = |lang: Lang| {
            let between = if lang == Lang::Zh { " | " } else { ", " };
            words::NO_WORD_NEXT.fill(lang, &[&entry_file::listed(&list, between, lang)])
        };
        Failure::new(Exit::Usage, "WORD", Sentence::new(words::NO_WORD, &[&text]))
            .hint(Sentence::pair(all(Lang::Zh), all(Lang::En)))
    })
}

/// The student of a number, for whoever may know that there is one.
pub(super) fn student(tx: &Tx<'_>, author: &Author, number: &str) -> Result<StudentId, Failure> {
    acting::of_students(author)?;
    showing::student_of(tx, number)?.ok_or_else(|| {
        let message = Sentence::new(words::NO_STUDENT, &[&number]);
        Failure::new(Exit::NotFound, "STUDENT_UNKNOWN", message).hint(words::NO_STUDENT_NEXT)
    })
}

fn entry_text(path: &Path) -> Result<String, Failure> {
    let unreadable = |cause| Failure::unreadable_file(path, &cause);
    if std::fs::metadata(path).map_err(unreadable)?.len() > ENTRY_BYTES_MAX {
        let message = Sentence::new(words::ENTRY_TOML, &[&"256 KiB"]);
        return Err(Failure::new(Exit::Invalid, "ENTRY_TOML", message));
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

pub(super) fn chosen((zh, en): (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}
