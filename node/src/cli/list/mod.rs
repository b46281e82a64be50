//! `list`: a department seals its list for schools; a school takes it in, looks and decides.
//!
//! The department's half needs no node: it reads files and writes files. The school's half names
//! children to an account whose role may see them, and to nobody else.

mod department;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use runtime::cli::{Align, Answer, Exit, Failure, Sentence, Table, Terminal};
use runtime::web::time;
use serde_json::json;

use super::acting::{self, ActingArgs};
use super::{Place, context};
use crate::app::Node;
use crate::ledger::author::Author;
use crate::ledger::department_list::{self, ListLine};
use crate::ledger::showing::{Names, student_of};
use crate::list::ListError;
use crate::list::deciding::{self, Choices, Opened, Outcome};
use crate::list::matching::Found;
use crate::list::taking::{self, ListRecipient};

/// Lists that are shown.
const LISTED: u32 = 100;
/// Largest sealed list that is read.
const FILE_BYTES_MAX: u64 = 32 << 20;
/// What was written where nobody was chosen.
const NOBODY_ENTERED: Outcome = Outcome { written: 0, known: 0 };

#[derive(Args, Debug)]
pub(super) struct ListArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: ListCommand,
}

#[derive(Debug, Subcommand)]
enum ListCommand {
    /// Department: make its signing key and the request for the statement about it
    Key(department::KeyArgs),
    /// Department: seal a table for each school that it names
    Seal(department::SealArgs),
    /// School: take in a sealed list; it waits until somebody decides
    Take {
        /// Sealed list
        file: PathBuf,
    },
    /// School: enter departments' newer key statements; their older keys sign nothing more
    Sender {
        /// Key statements of departments
        file: PathBuf,
    },
    /// School: every list, or one that waits with whom its rows mean
    Show {
        /// Number of a list that waits
        number: Option<i64>,
    },
    /// School: enter the students of a list and destroy it
    Decide(DecideArgs),
    /// School: destroy a list without entering anybody
    Destroy {
        /// Number of the list
        number: i64,
    },
}

#[derive(Args, Debug)]
struct DecideArgs {
    /// Number of the list
    number: i64,
    /// Leave out a row that means somebody or is unclear; may be repeated
    #[arg(long, value_name = "ROW")]
    without: Vec<u32>,
    /// Student of an unclear row, such as 12=G999999201301000001; may be repeated
    #[arg(long, value_name = "ROW=NUMBER")]
    choose: Vec<String>,
    /// Let unclear rows go of which nothing is said
    #[arg(long)]
    leave_unclear: bool,
    /// Do not ask before writing
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &ListArgs) -> Result<(), Failure> {
    match &args.command {
        ListCommand::Key(key) => return department::make_key(terminal, key),
        ListCommand::Seal(seal) => return department::seal(terminal, seal),
        _ => {}
    }
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        ListCommand::Take { file } => take(terminal, &node, author, file),
        ListCommand::Sender { file } => know_senders(terminal, &node, author, file),
        ListCommand::Show { number: None } => show_all(terminal, &node, author),
        ListCommand::Show { number: Some(number) } => show(terminal, &node, author, *number),
        ListCommand::Decide(decide) => {
            let recipient = recipient(&node)?;
            decide_list(terminal, &node, (author, recipient), decide)
        }
        ListCommand::Destroy { number } => destroy(terminal, &node, author, *number),
        ListCommand::Key(_) | ListCommand::Seal(_) => Ok(()),
    }
}

fn recipient(node: &Node) -> Result<ListRecipient, Failure> {
    node.list_recipient().ok_or_else(|| ListError::NotJoined.into())
}

fn take(terminal: &Terminal, node: &Node, author: Author, file: &Path) -> Result<(), Failure> {
    let unreadable = |cause| Failure::unreadable_file(file, &cause);
    if std::fs::metadata(file).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(ListError::NotAList.into());
    }
    let text = std::fs::read(file).map_err(unreadable)?;
    let recipient = recipient(node)?;
    let line = node.ledger().write("take_list", move |tx| {
        let id = taking::take(tx, (&author, &recipient), &text)?;
        department_list::one(tx, id)?.ok_or(ListError::NotWaiting)
    })?;
    if !line.both_roots {
        terminal.talk(words::ONE_ROOT, &[]);
    }
    let value = json!({
        "list": line.id, "sender": line.sender_name, "rows": line.rows,
        "rows_of_other_schools": line.foreign, "valid_to": line.valid_to,
        "both_roots": line.both_roots,
    });
    terminal.result(&value, |t| {
        let values: [&dyn std::fmt::Display; 5] =
            [&line.id, &line.sender_name, &line.rows, &line.foreign, &line.valid_to];
        t.text(words::TAKEN, &values)
    })
}

fn know_senders(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    file: &Path,
) -> Result<(), Failure> {
    let found = super::statements::read(file, || ListError::NoSender.into())?;
    let recipient = recipient(node)?;
    let known = node
        .ledger()
        .write("know_senders", move |tx| taking::know_senders(tx, (&author, &recipient), &found))?;
    terminal.result(&json!({"senders": known}), |t| t.text(words::SENDERS_KNOWN, &[&known]))
}

fn show_all(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    let lines = node.ledger().read(move |tx| {
        deciding::allow(&reader)?;
        Ok::<_, ListError>(department_list::latest(tx, LISTED)?)
    })?;
    let values: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({
                "list": line.id, "sender": line.sender_name, "sealed_on": line.sealed_on,
                "valid_to": line.valid_to, "rows": line.rows, "taken": line.taken,
                "decision": line.decision, "both_roots": line.both_roots,
            })
        })
        .collect();
    terminal.result(&json!({ "lists": values }), |t| all_text(t, &lines))
}

fn all_text(terminal: &Terminal, lines: &[ListLine]) -> String {
    if lines.is_empty() {
        return terminal.text(words::NONE, &[]);
    }
    let heads = [words::NUMBER, words::SENDER, words::RECEIVED, words::ROWS, words::STATE];
    let add = |table: Table, head: &_| table.column(&terminal.text(*head, &[]), Align::Left);
    let mut table = heads.iter().fold(Table::new(), add);
    for line in lines {
        let state = match line.decision.as_deref() {
            Some("taken") => terminal.text(words::STATE_TAKEN, &[&line.taken]),
            Some(_) => terminal.text(words::STATE_DESTROYED, &[]),
            None => terminal.text(words::STATE_WAITS, &[&line.valid_to]),
        };
        table.row(vec![
            line.id.to_string(),
            line.sender_name.clone(),
            time::minute(line.received_at_ms),
            line.rows.to_string(),
            state,
        ]);
    }
    table.render()
}

fn show(terminal: &Terminal, node: &Node, reader: Author, number: i64) -> Result<(), Failure> {
    let recipient = recipient(node)?;
    // Looking names students, so it writes the log of reads.
    let (opened, names) = node.ledger().write("show_list", move |tx| {
        let opened = deciding::open(tx, (&reader, &recipient), number)?;
        Ok::<_, ListError>((opened, Names::load(tx)?))
    })?;
    let rows: Vec<_> = opened
        .findings
        .iter()
        .map(|finding| {
            let state = state_word(&finding.found);
            json!({"row": finding.row.row, "topic": finding.row.topic.word(), "state": state,
                   "known": finding.is_known})
        })
        .collect();
    let value = json!({"list": number, "rows": rows, "rows_of_other_schools": opened.line.foreign});
    terminal.result(&value, |t| opened_text(t, &opened, &names))
}

const fn state_word(found: &Found) -> &'static str {
    match found {
        Found::One(_) => "match",
        Found::Unclear(_) => "unclear",
        Found::Nobody => "not_found",
        Found::Left => "left",
        Found::OtherSchool => "other_school",
    }
}

fn opened_text(terminal: &Terminal, opened: &Opened, names: &Names) -> String {
    let heads = [words::ROW, words::LISTED, words::TOPIC, words::WHOM];
    let add = |table: Table, head: &_| table.column(&terminal.text(*head, &[]), Align::Left);
    let mut table = heads.iter().fold(Table::new(), add);
    for finding in &opened.findings {
        let row = &finding.row;
        let whom = match &finding.found {
            Found::One(student) if finding.is_known => {
                terminal.text(words::KNOWN, &[&names.student_line(*student)])
            }
            Found::One(student) => names.student_line(*student),
            Found::Unclear(several) => {
                let offered: Vec<String> = several.iter().map(|s| names.student_line(*s)).collect();
                terminal.text(words::UNCLEAR, &[&offered.join(" / ")])
            }
            Found::Left => terminal.text(words::LEFT, &[]),
            Found::Nobody | Found::OtherSchool => terminal.text(words::NOBODY, &[]),
        };
        let topic = super::ledger::chosen(row.topic.label(), terminal.lang()).to_owned();
        let listed = format!("{} {} {}", row.name, row.grade, row.class).trim().to_owned();
        table.row(vec![row.row.to_string(), listed, topic, whom]);
    }
    let head = terminal.text(words::OPENED, &[&opened.title, &opened.line.sender_name]);
    let foreign = match opened.line.foreign {
        0 => String::new(),
        count => format!("\n{}", terminal.text(words::FOREIGN, &[&count])),
    };
    let next = terminal.text(words::DECIDE_NEXT, &[&opened.line.id]);
    format!("{head}\n{}{foreign}\n{next}", table.render())
}

fn decide_list(
    terminal: &Terminal,
    node: &Node,
    (author, recipient): (Author, ListRecipient),
    args: &DecideArgs,
) -> Result<(), Failure> {
    let choices = choices(node, (&author, &recipient), args)?;
    agree(terminal, &choices, args)?;
    let (number, students) = (args.number, choices.students);
    let outcome = node.ledger().write("decide_list", move |tx| {
        deciding::take(tx, (&author, &recipient), (number, &students))
    })?;
    super::fold_erased(terminal, node);
    if outcome == NOBODY_ENTERED {
        return destroyed(terminal, number);
    }
    let value = json!({"list": number, "decision": "taken", "written": outcome.written,
                       "known": outcome.known});
    terminal.result(&value, |t| t.text(words::DECIDED, &[&outcome.written, &outcome.known]))
}

/// Asks before anything is written; what would go unsaid with the list is told first.
fn agree(terminal: &Terminal, choices: &Choices, args: &DecideArgs) -> Result<(), Failure> {
    let open = choices.open;
    if open > 0 && !args.leave_unclear {
        if args.yes {
            let message = Sentence::new(words::ROWS_OPEN, &[&open]);
            let next = Sentence::new(words::ROWS_OPEN_NEXT, &[&args.number]);
            return Err(Failure::new(Exit::Refused, "LIST_ROWS_OPEN", message).hint(next));
        }
        terminal.talk(words::ROWS_GO, &[&open]);
    }
    if args.yes {
        return Ok(());
    }
    let question = match choices.students.len() {
        0 => Sentence::new(words::DESTROY_ASK, &[&args.number]),
        rows => Sentence::new(words::DECIDE_ASK, &[&rows, &args.number]),
    };
    match terminal.confirm(&question, "--yes")? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Refused, "NOT_AGREED", words::NOT_DECIDED)),
    }
}

fn destroy(terminal: &Terminal, node: &Node, author: Author, number: i64) -> Result<(), Failure> {
    node.ledger().write("destroy_list", move |tx| deciding::destroy(tx, &author, number))?;
    super::fold_erased(terminal, node);
    destroyed(terminal, number)
}

fn destroyed(terminal: &Terminal, number: i64) -> Result<(), Failure> {
    let value = json!({"list": number, "decision": "destroyed"});
    terminal.result(&value, |t| t.text(words::DESTROYED, &[&number]))
}

fn choices(
    node: &Node,
    (reader, recipient): (&Author, &ListRecipient),
    args: &DecideArgs,
) -> Result<Choices, Failure> {
    let (reader, recipient, number) = (reader.clone(), recipient.clone(), args.number);
    let named: Vec<(u32, String)> =
        args.choose.iter().map(|text| choice(text)).collect::<Result<_, Failure>>()?;
    let left_out: BTreeSet<u32> = args.without.iter().copied().collect();
    node.ledger().write("show_list", move |tx| {
        let opened = deciding::open(tx, (&reader, &recipient), number)?;
        let mut chosen = BTreeMap::new();
        for (row, student_number) in named {
            let student = student_of(tx, &student_number)?;
            chosen.insert(row, student.ok_or(ListError::Choice(row))?);
        }
        Ok::<_, Failure>(deciding::choose(&opened.findings, &chosen, &left_out)?)
    })
}

fn choice(text: &str) -> Result<(u32, String), Failure> {
    let parsed = text
        .split_once('=')
        .and_then(|(row, number)| Some((row.trim().parse().ok()?, number.trim().to_uppercase())));
    parsed.ok_or_else(|| {
        Failure::new(Exit::Usage, "CHOICE", Sentence::new(words::CHOICE_FORM, &[&text]))
    })
}

#[cfg(test)]
mod tests;
