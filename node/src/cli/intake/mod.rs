//! `intake`: what came to a receiver, and what somebody does about it.
//!
//! A list says urgency, school, state and limit and names nobody. What a referral says is shown for
//! a purpose, and the reading is logged.

mod letters;
mod words;

pub(super) use words::NEXT_RECEIVER_KEY;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use domain::ledger::Word;
use domain::receiver::ReadWhy;
use domain::referral::{DeclineReason, FitForSchool, KeptWhy, Urgency};
use jiff::civil::Date;
use runtime::cli::{Align, Exit, Failure, Sentence, Table, Terminal};
use runtime::web::time;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::leaving::rung;
use super::ledger::{chosen, word};
use super::{Place, context, fhir, statements};
use crate::app::Node;
use crate::console::referral_lines;
use crate::content::{Answered, Contact, Kept, Outcome, Summary};
use crate::fhir::receiver as exchange;
use crate::intake::acting::{self as doing, Line, Shown};
use crate::intake::{IntakeError, Receiver};
use crate::ledger::intake::Worker;

#[derive(Args, Debug)]
pub(super) struct IntakeArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: IntakeCommand,
}

#[derive(Debug, Subcommand)]
enum IntakeCommand {
    /// The worklist: urgency, school, state and limit
    List,
    /// One referral, and with a purpose what it says
    Show {
        /// Number of the referral
        number: i64,
        /// Purpose of reading: triage, care, contact, print, check
        #[arg(long, value_name = "WORD")]
        read: Option<String>,
    },
    /// Accept a referral
    Accept {
        /// Number of the referral
        number: i64,
        /// How it goes on
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Decline a referral; what it says is erased at once
    Decline {
        /// Number of the referral
        number: i64,
        /// Reason, such as no_capacity, wrong_service, age or area
        #[arg(long, value_name = "WORD")]
        reason: String,
        /// What is missing, or the words of another reason
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Propose another recipient; what it says is erased
    Redirect(RedirectArgs),
    /// Give an appointment
    Appoint(AppointArgs),
    /// The child did not come to the appointment
    NotSeen(DayArgs),
    /// The child was seen
    Seen(DayArgs),
    /// Send an outcome back, as far as the consent lets
    Outcome(OutcomeArgs),
    /// Care goes on after an interim outcome
    MoreCare {
        /// Number of the referral
        number: i64,
    },
    /// Take an emergency over
    TakeOver {
        /// Number of the referral
        number: i64,
        /// Who takes over
        #[arg(long, value_name = "NAME")]
        by: String,
        /// Where the child is
        #[arg(long, value_name = "PLACE")]
        place: String,
    },
    /// Say what the law makes you keep after a withdrawal
    Kept {
        /// Number of the referral
        number: i64,
        /// Why: nothing, medical_record, legal_duty or other
        #[arg(long, value_name = "WORD")]
        why: String,
        /// What is kept, and under which article
        #[arg(long, value_name = "TEXT", default_value = "")]
        detail: String,
    },
    /// Write a referral with its answers as a FHIR R4 bundle
    Export {
        /// Number of the referral
        number: i64,
        /// New file for the bundle; it names a child
        #[arg(long, value_name = "FILE")]
        fhir: PathBuf,
        /// Purpose of reading: triage, care, contact, print, check
        #[arg(long, value_name = "WORD")]
        read: String,
    },
    /// Take the answer of your own system from a FHIR R4 bundle
    Import {
        /// Number of the referral
        number: i64,
        /// Bundle with the task as it stands there
        #[arg(long, value_name = "FILE")]
        fhir: PathBuf,
    },
    /// The school said by telephone that a referral stands which is locked after a backup was put
    /// back
    Stands {
        /// Number of the referral
        number: i64,
        /// Who at the school said so
        #[arg(long, value_name = "NAME")]
        who: String,
    },
    /// Enter statements of schools' and relays' keys
    Know {
        /// Key statements
        file: PathBuf,
    },
    /// Letters that need somebody: unopened, unsealed, not acknowledged by their school, locked
    Letters,
    /// Who read what, and what was refused
    Log,
}

#[derive(Args, Debug)]
struct RedirectArgs {
    /// Number of the referral
    number: i64,
    /// Name of the other recipient
    #[arg(long, value_name = "NAME")]
    to: String,
    /// Its unit id, where it has one
    #[arg(long, value_name = "UNIT", default_value = "")]
    unit: String,
    /// Its telephone
    #[arg(long, value_name = "NUMBER", default_value = "")]
    phone: String,
}

#[derive(Args, Debug)]
struct AppointArgs {
    /// Number of the referral
    number: i64,
    /// Day, such as 2026-12-01
    #[arg(long, value_name = "DATE")]
    day: Date,
    /// Time of day, such as 09:30
    #[arg(long, value_name = "TIME", default_value = "")]
    time: String,
    /// Where
    #[arg(long, value_name = "PLACE")]
    place: String,
}

#[derive(Args, Debug)]
struct DayArgs {
    /// Number of the referral
    number: i64,
    /// Day, such as 2026-12-01; today if not given
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
}

#[derive(Args, Debug)]
struct OutcomeArgs {
    /// Number of the referral
    number: i64,
    /// Fit for school: yes, part or no
    #[arg(long, value_name = "WORD")]
    fit: Option<String>,
    /// What the school adjusts
    #[arg(long, value_name = "TEXT", default_value = "")]
    adjustments: String,
    /// What the school watches for
    #[arg(long, value_name = "TEXT", default_value = "")]
    watch: String,
    /// Next visit, such as 2026-12-15
    #[arg(long, value_name = "DATE")]
    next_visit: Option<Date>,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &IntakeArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let receiver = node.receiver().ok_or(IntakeError::NoReceiver)?;
    let worker = acting::worker(terminal, &node, &args.acting)?;
    match &args.command {
        IntakeCommand::List => list(terminal, &node, (receiver, worker)),
        IntakeCommand::Show { number, read: None } => {
            show(terminal, &node, (receiver, worker), *number)
        }
        IntakeCommand::Show { number, read: Some(why) } => {
            let why = word::<ReadWhy>(why)?;
            read(terminal, &node, worker, (*number, why))
        }
        IntakeCommand::Kept { number, why, detail } => {
            let kept = Kept { why: word::<KeptWhy>(why)?, detail: detail.trim().to_owned() };
            let number = *number;
            node.ledger().write("intake_kept", move |tx| {
                doing::keep(tx, &receiver, &worker, (number, kept))
            })?;
            done(terminal, &node, number)
        }
        IntakeCommand::Export { number, fhir, read } => {
            let asked = (*number, word::<ReadWhy>(read)?);
            export(terminal, &node, (receiver, worker), (asked, fhir))
        }
        IntakeCommand::Import { number, fhir } => {
            let (number, file) = (*number, fhir::read(fhir)?);
            node.ledger().write("intake_import", move |tx| {
                exchange::import(tx, (&receiver, &worker), (number, &file))
            })?;
            super::fold_erased(terminal, &node);
            done(terminal, &node, number)
        }
        IntakeCommand::Stands { number, who } => {
            let (number, who) = (*number, who.clone());
            node.ledger()
                .write("intake_stands", move |tx| doing::stands(tx, &worker, (number, &who)))?;
            done(terminal, &node, number)
        }
        IntakeCommand::Know { file } => know(terminal, &node, (receiver, worker), file),
        IntakeCommand::Letters => letters::letters(terminal, &node, worker),
        IntakeCommand::Log => log(terminal, &node, worker),
        other => {
            let (number, said) = answered(other, worker.today())?;
            node.ledger().write("intake_act", move |tx| {
                doing::act(tx, &receiver, &worker, (number, said))
            })?;
            super::fold_erased(terminal, &node);
            done(terminal, &node, number)
        }
    }
}

/// What a command says about a referral.
fn answered(command: &IntakeCommand, today: Date) -> Result<(i64, Answered), Failure> {
    let text = |text: &str| text.trim().to_owned();
    Ok(match command {
        IntakeCommand::Accept { number, note } => {
            (*number, Answered::Accepted { note: text(note) })
        }
        IntakeCommand::Decline { number, reason, note } => {
            let reason = word::<DeclineReason>(reason)?;
            (*number, Answered::Declined { reason, note: text(note) })
        }
        IntakeCommand::Redirect(args) => {
            let (unit, phone) = (text(&args.to), text(&args.phone));
            let to = Contact { unit, person: String::new(), phone };
            (args.number, Answered::Redirected { unit: text(&args.unit), to })
        }
        IntakeCommand::Appoint(args) => {
            let (day, time, place) = (args.day, text(&args.time), text(&args.place));
            (args.number, Answered::Appointed { day, time, place })
        }
        IntakeCommand::NotSeen(args) => (args.number, Answered::NotSeen(args.day.unwrap_or(today))),
        IntakeCommand::Seen(args) => (args.number, Answered::Seen(args.day.unwrap_or(today))),
        IntakeCommand::Outcome(args) => (args.number, Answered::Outcome(outcome(args)?)),
        IntakeCommand::TakeOver { number, by, place } => {
            (*number, Answered::TakenOver { by: text(by), place: text(place) })
        }
        IntakeCommand::MoreCare { number } => (*number, Answered::MoreCare),
        _ => return Err(IntakeError::Unknown.into()),
    })
}

/// Fields that are left out are no summary.
fn outcome(args: &OutcomeArgs) -> Result<Outcome, Failure> {
    let fit = args.fit.as_deref().map(word::<FitForSchool>).transpose()?;
    let (adjustments, watch) = (args.adjustments.trim(), args.watch.trim());
    let is_said = !adjustments.is_empty() || !watch.is_empty() || args.next_visit.is_some();
    let summary = is_said.then(|| Summary {
        adjustments: adjustments.to_owned(),
        watch: watch.to_owned(),
        next_visit: args.next_visit,
    });
    Ok(Outcome { fit, summary })
}

/// Tells whoever serves the folder that an answer waits to be sealed.
fn done(terminal: &Terminal, node: &Node, number: i64) -> Result<(), Failure> {
    rung(terminal, node);
    terminal.result(&json!({"referral": number, "written": true}), |terminal| {
        terminal.text(words::WRITTEN, &[&number])
    })
}

fn list(
    terminal: &Terminal,
    node: &Node,
    (receiver, worker): (Receiver, Worker),
) -> Result<(), Failure> {
    let now = node.clock().now();
    let (lines, called) = node.ledger().read(move |tx| {
        let lines = doing::worklist(tx, &worker)?;
        let senders = lines.iter().map(|line| line.entry.arrival.sender.as_str());
        let called = receiver.called_of(tx, senders, now)?;
        Ok::<_, IntakeError>((lines, called))
    })?;
    let school = |line: &Line| called.of(&line.entry.arrival.sender).to_owned();
    let values: Vec<Value> = lines.iter().map(|line| line_json(line, &school(line))).collect();
    terminal.result(&json!({ "referrals": values }), |terminal| {
        if lines.is_empty() {
            return terminal.text(words::NONE, &[]);
        }
        let heads = [words::NUMBER, words::URGENCY, words::SCHOOL, words::STATE, words::DUE];
        let add = |table: Table, head: &_| table.column(&terminal.text(*head, &[]), Align::Left);
        let mut table = heads.iter().fold(Table::new(), add);
        for line in &lines {
            let lang = terminal.lang();
            table.row(vec![
                line.entry.id.to_string(),
                chosen(line.entry.arrival.urgency.label(), lang).to_owned(),
                school(line),
                chosen(line.course.label(), lang).to_owned(),
                line.course.due_ms.map_or_else(String::new, time::minute),
            ]);
        }
        table.render()
    })
}

fn line_json(line: &Line, called: &str) -> Value {
    let arrival = &line.entry.arrival;
    let urgency: Urgency = arrival.urgency;
    json!({
        "referral": line.entry.id, "urgency": urgency.as_str(), "school": arrival.sender,
        "school_name": called, "state": line.course.state.as_str(), "due_ms": line.course.due_ms,
        "received_ms": arrival.received_at.0, "erased": line.entry.erased.is_some(),
        "locked": line.entry.locked_at.is_some(),
    })
}

fn show(
    terminal: &Terminal,
    node: &Node,
    (receiver, worker): (Receiver, Worker),
    number: i64,
) -> Result<(), Failure> {
    let now = node.clock().now();
    let (shown, called) = node.ledger().read(move |tx| {
        let shown = doing::shown(tx, &worker, number)?;
        let sender = shown.entry.arrival.sender.as_str();
        let called = receiver.called_of(tx, [sender], now)?.of(sender).to_owned();
        Ok::<_, IntakeError>((shown, called))
    })?;
    let value = shown_json(&shown, &called);
    terminal.result(&value, |terminal| shown_text(terminal, &shown, &called))
}

fn shown_json(shown: &Shown, called: &str) -> Value {
    let acts: Vec<Value> = shown
        .done
        .iter()
        .map(|act| {
            let event = act.event.map_or("revocation_done", |event| event.as_str());
            json!({"event": event, "at_ms": act.at.0, "by": act.account,
                   "sealed_ms": act.sealed_at.map(|at| at.0)})
        })
        .collect();
    json!({
        "referral": shown.entry.id, "state": shown.course.state.as_str(),
        "school": shown.entry.arrival.sender, "school_name": called, "due_ms": shown.course.due_ms,
        "wants_kept": shown.wants_kept, "acts": acts,
    })
}

fn shown_text(terminal: &Terminal, shown: &Shown, called: &str) -> String {
    let lang = terminal.lang();
    let state = chosen(shown.course.label(), lang);
    let head: [&dyn std::fmt::Display; 3] = [&shown.entry.id, &called, &state];
    let mut lines = vec![terminal.text(words::HEAD, &head)];
    for act in &shown.done {
        let label = act.event.map_or_else(
            || terminal.text(words::WITHDRAWAL_ANSWERED, &[]),
            |event| chosen(event.label(), lang).to_owned(),
        );
        let told = act.sealed_at.map_or_else(
            || terminal.text(words::NOT_TOLD, &[]),
            |at| terminal.text(words::TOLD, &[&time::minute(at.0)]),
        );
        lines.push(format!("  {} {label} {} {told}", time::minute(act.at.0), act.account));
    }
    if shown.wants_kept {
        lines.push(terminal.text(words::WANTS_KEPT, &[&shown.entry.id]));
    }
    lines.join("\n")
}

/// What a referral says; naming a child, it is only printed once the reading was logged.
fn read(
    terminal: &Terminal,
    node: &Node,
    worker: Worker,
    (number, why): (i64, ReadWhy),
) -> Result<(), Failure> {
    let read = move |tx: &runtime::sql::Tx<'_>| doing::read(tx, &worker, (number, why));
    let content = node.ledger().write("intake_read", read)?;
    let lines = referral_lines(&content, &node.packs()?, terminal.lang());
    let value: Vec<Value> =
        lines.iter().map(|(label, text)| json!({"field": label, "text": text})).collect();
    terminal.result(&json!({"referral": number, "content": value}), |_| {
        let lines: Vec<String> =
            lines.iter().map(|(label, text)| format!("{label}: {text}")).collect();
        lines.join("\n")
    })
}

/// A bundle for the house's own system; it is only written once the reading was logged.
fn export(
    terminal: &Terminal,
    node: &Node,
    (receiver, worker): (Receiver, Worker),
    (asked, path): ((i64, ReadWhy), &Path),
) -> Result<(), Failure> {
    fhir::check_new(path)?;
    let told = move |tx: &runtime::sql::Tx<'_>| exchange::export(tx, (&receiver, &worker), asked);
    let bundle = node.ledger().write("intake_export", told)?;
    fhir::write(terminal, path, (asked.0, &bundle))
}

fn know(
    terminal: &Terminal,
    node: &Node,
    (receiver, worker): (Receiver, Worker),
    file: &Path,
) -> Result<(), Failure> {
    let found = statements::read(file, || IntakeError::NoStatement.into())?;
    let known = node
        .ledger()
        .write("intake_know", move |tx| doing::know(tx, &receiver, &worker, &found))?;
    rung(terminal, node);
    terminal.result(&json!({ "statements": known }), |t| t.text(words::KNOWN, &[&known]))
}

fn log(terminal: &Terminal, node: &Node, worker: Worker) -> Result<(), Failure> {
    let (reads, refused) = node.ledger().read(move |tx| {
        Ok::<_, IntakeError>((doing::reads(tx, &worker, None)?, doing::refused(tx, &worker)?))
    })?;
    let lang = terminal.lang();
    let mut lines: Vec<String> = reads
        .iter()
        .map(|read| {
            let why = chosen(read.why.label(), lang);
            format!("{} {} {} {why}", time::minute(read.at.0), read.intake, read.account)
        })
        .collect();
    lines.extend(refused.iter().map(|(at, why)| {
        let why = domain::receiver::RefusedWhy::from_word(why)
            .map_or("", |why| chosen(why.label(), lang));
        terminal.text(words::REFUSED, &[&time::minute(at.0), &why])
    }));
    let value = json!({
        "reads": reads.iter().map(|read| json!({"referral": read.intake, "account": read.account,
            "purpose": read.why.as_str(), "at_ms": read.at.0})).collect::<Vec<_>>(),
        "refused": refused.iter().map(|(at, why)| json!({"at_ms": at.0, "why": why}))
            .collect::<Vec<_>>(),
    });
    terminal.result(&value, |_| lines.join("\n"))
}

/// A command for a node of another role.
pub(super) fn other_role(is_receiver: bool) -> Failure {
    let (message, next) = match is_receiver {
        true => (words::NOT_AT_A_RECEIVER, words::NOT_AT_A_RECEIVER_NEXT),
        false => (words::NOT_AT_A_SCHOOL, words::NOT_AT_A_SCHOOL_NEXT),
    };
    Failure::new(Exit::Refused, "NODE_ROLE", Sentence::from(message)).hint(next)
}
