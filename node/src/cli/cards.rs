//! `card`: cards of consultations that came to an expert's unit, and the expert's answer.
//!
//! A list says urgency, school and limit. A card is shown to whoever is an expert here, and the
//! reading is logged.

use clap::{Args, Subcommand};
use domain::consult::Advice;
use domain::ledger::Word as _;
use jiff::civil::Date;
use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::texts;
use runtime::web::time;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::leaving::rung;
use super::ledger::{chosen, word};
use super::{Place, context};
use crate::app::Node;
use crate::console::card_lines;
use crate::content::card::{CardSaid, Opinion, Proposed};
use crate::intake::IntakeError;
use crate::intake::cards::acting::{self as doing, CardShown};
use crate::ledger::intake::Worker;

texts! {
    NONE = "没有收到会诊卡。", "no card has come.";
    NUMBER = "编号", "No";
    URGENCY = "缓急", "Urgency";
    SCHOOL = "学校", "School";
    STATE = "状态", "State";
    DUE = "期限", "Limit";
    ASKED = "等待答复", "waits for an answer";
    TAKEN_BACK = "学校已撤回", "taken back by the school";
    WRITTEN = "已登记（第 {0} 份），将密封答复学校。",
        "written (card {0}); the answer is sealed for the school.";
}

#[derive(Args, Debug)]
pub(super) struct CardArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: CardCommand,
}

#[derive(Debug, Subcommand)]
enum CardCommand {
    /// Cards: urgency, school, state and limit
    List,
    /// What a card says; the reading is logged
    Read {
        /// Number of the card
        number: i64,
    },
    /// Give an opinion about a card, once
    Opinion(OpinionArgs),
    /// Say that the expert cannot; the card is erased at once
    Decline {
        /// Number of the card
        number: i64,
        /// Why, may be left out
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
    /// Who read which card
    Log,
}

#[derive(Args, Debug)]
struct OpinionArgs {
    /// Number of the card
    number: i64,
    /// Recommendation, such as continue, more_help, family, assess, refer or crisis
    #[arg(long, value_name = "WORD")]
    advice: String,
    /// The opinion, up to 1000 characters
    #[arg(long, value_name = "TEXT")]
    text: String,
    /// Day on which the expert could talk about it, such as 2026-12-01
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
    /// Time of that day and how, such as 15:30 by telephone
    #[arg(long, value_name = "TEXT", default_value = "", requires = "day")]
    time: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &CardArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    node.receiver().ok_or(IntakeError::NoReceiver)?;
    let worker = acting::worker(terminal, &node, &args.acting)?;
    match &args.command {
        CardCommand::List => list(terminal, &node, worker),
        CardCommand::Read { number } => read(terminal, &node, (worker, *number)),
        CardCommand::Opinion(args) => {
            let said = CardSaid::Opinion(Opinion {
                advice: word::<Advice>(&args.advice)?,
                text: args.text.trim().to_owned(),
                time: args.day.map(|day| Proposed { day, time: args.time.trim().to_owned() }),
            });
            act(terminal, &node, worker, (args.number, said))
        }
        CardCommand::Decline { number, note } => {
            let said = CardSaid::Declined { note: note.trim().to_owned() };
            act(terminal, &node, worker, (*number, said))
        }
        CardCommand::Log => log(terminal, &node, worker),
    }
}

fn list(terminal: &Terminal, node: &Node, worker: Worker) -> Result<(), Failure> {
    let lines = node.ledger().read(move |tx| doing::listed(tx, &worker))?;
    let values: Vec<Value> = lines.iter().map(line_json).collect();
    terminal.result(&json!({ "cards": values }), |terminal| {
        if lines.is_empty() {
            return terminal.text(NONE, &[]);
        }
        let heads = [NUMBER, URGENCY, SCHOOL, STATE, DUE];
        let add = |table: Table, head: &_| table.column(&terminal.text(*head, &[]), Align::Left);
        let mut table = heads.iter().fold(Table::new(), add);
        for line in &lines {
            let arrival = &line.one.arrival;
            table.row(vec![
                line.one.id.to_string(),
                chosen(arrival.urgency.label(), terminal.lang()).to_owned(),
                arrival.sender.clone(),
                state(terminal, line),
                time::minute(arrival.due_ms),
            ]);
        }
        table.render()
    })
}

/// How a card stands: waiting, answered, or gone.
fn state(terminal: &Terminal, line: &CardShown) -> String {
    if line.one.revoked_at.is_some() {
        return terminal.text(TAKEN_BACK, &[]);
    }
    let last = line.done.iter().rev().find(|act| act.what.answers());
    match (last, line.one.erased) {
        (Some(act), _) => chosen(act.what.label(), terminal.lang()).to_owned(),
        (None, Some((_, why))) => chosen(why.label(), terminal.lang()).to_owned(),
        (None, None) => terminal.text(ASKED, &[]),
    }
}

fn line_json(line: &CardShown) -> Value {
    let arrival = &line.one.arrival;
    let acts: Vec<Value> = line
        .done
        .iter()
        .map(|act| {
            json!({"what": act.what.as_str(), "at_ms": act.at.0, "by": act.account,
                   "sealed_ms": act.sealed_at.map(|at| at.0)})
        })
        .collect();
    json!({
        "card": line.one.id, "urgency": arrival.urgency.as_str(), "school": arrival.sender,
        "due_ms": arrival.due_ms, "asked": line.is_asked(),
        "erased": line.one.erased.map(|(_, why)| why.as_str()),
        "revoked": line.one.revoked_at.is_some(), "acts": acts,
    })
}

/// What a card says; it is only printed once the reading was logged.
fn read(terminal: &Terminal, node: &Node, (worker, number): (Worker, i64)) -> Result<(), Failure> {
    let content = node.ledger().write("card_read", move |tx| doing::read(tx, &worker, number))?;
    let lines = card_lines(&content, terminal.lang());
    let value: Vec<Value> =
        lines.iter().map(|(label, text)| json!({"field": label, "text": text})).collect();
    terminal.result(&json!({"card": number, "content": value}), |_| {
        let lines: Vec<String> =
            lines.iter().map(|(label, text)| format!("{label}: {text}")).collect();
        lines.join("\n")
    })
}

fn act(
    terminal: &Terminal,
    node: &Node,
    worker: Worker,
    (number, said): (i64, CardSaid),
) -> Result<(), Failure> {
    let receiver = node.receiver().ok_or(IntakeError::NoReceiver)?;
    node.ledger()
        .write("card_act", move |tx| doing::act(tx, &receiver, &worker, (number, said)))?;
    super::fold_erased(terminal, node);
    rung(terminal, node);
    terminal.result(&json!({"card": number, "written": true}), |terminal| {
        terminal.text(WRITTEN, &[&number])
    })
}

fn log(terminal: &Terminal, node: &Node, worker: Worker) -> Result<(), Failure> {
    let reads = node.ledger().read(move |tx| doing::reads(tx, &worker))?;
    let values: Vec<Value> = reads
        .iter()
        .map(|(at, card, account)| json!({"card": card, "account": account, "at_ms": at.0}))
        .collect();
    terminal.result(&json!({ "reads": values }), |_| {
        let lines: Vec<String> = reads
            .iter()
            .map(|(at, card, account)| format!("{} {card} {account}", time::minute(at.0)))
            .collect();
        lines.join("\n")
    })
}
