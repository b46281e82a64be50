//! `consult`: cards for experts from outside, what they answered, sending sealed and taking back.

use clap::{Args, Subcommand};
use domain::ledger::Word as _;
use domain::referral::Urgency;
use runtime::cli::{Failure, Terminal};
use runtime::texts;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::ledger::word;
use super::{Place, context};
use crate::app::{Node, ring_bell};
use crate::console::{answer_line, card_lines};
use crate::content::card::{CardAnswer, CardSaid};
use crate::ledger::author::Author;
use crate::ledger::consult::{self, Consultation};
use crate::ledger::entry::RecordId;
use crate::ledger::letters::cards::CardEnvelope;
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::cards::sending::{self, Post, Preview};

texts! {
    NONE = "没有校外专家参加的会诊案例。", "no case of a consultation with somebody from outside.";
    ROW = "#{0}  会诊 {1}  {2}  {3}", "#{0}  meeting {1}  {2}  {3}";
    NO_CARD = "没有发出会诊卡", "no card was sent";
    SENT_TO = "{0}  致 {1}，{2}", "{0}  to {1}, {2}";
    WAITS = "等待答复，期限 {0}", "waits for an answer until {0}";
    ANSWERED = "已答复", "answered";
    REVOKED = "撤回已办理，通知已排队", "taken back";
    DONE = "对方已答复撤回：{0}", "withdrawal answered: {0}";
    ENDED = "期限已过，由对方按期删除", "its time is over: the other side erases it";
    SHOWN = "以上是将要离校的全部内容（{0} 字节）。确认后一小时内加密发送：\n  \
             xinqiao-node consult send {1} --digest {2}",
        "That is everything that will leave ({0} bytes). Seal and send it within the hour:\n  \
         xinqiao-node consult send {1} --digest {2}";
    SEALED = "会诊卡已加密，等待发出（案例 #{0}）。", "the card is sealed and waits to leave (case #{0}).";
    RECALLED = "已撤回 {1} 份会诊卡（案例 #{0}）；持有会诊卡的专家单位会最先得到通知。",
        "{1} cards taken back (case #{0}); whoever holds one is told before all else.";
}

#[derive(Args, Debug)]
pub(super) struct ConsultArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: ConsultCommand,
}

#[derive(Debug, Subcommand)]
enum ConsultCommand {
    /// Cases of consultations with somebody from outside, and how their cards stand
    List,
    /// One case with its cards and what experts answered
    Show {
        /// Number of the case of a consultation
        id: i64,
    },
    /// Show the card that would leave; with the digest of what was shown, seal and send it
    Send {
        /// Number of the case of a consultation
        id: i64,
        /// How soon an answer is wanted: routine or urgent
        #[arg(long, value_name = "WORD", default_value = "routine")]
        urgency: String,
        /// Whom the expert may call at the school
        #[arg(long, value_name = "NAME", default_value = "")]
        person: String,
        /// Telephone at the school
        #[arg(long, value_name = "NUMBER", default_value = "")]
        phone: String,
        /// Digest of what was shown
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
    },
    /// Take the cards of a case back; whoever holds one is told first of all
    Recall {
        /// Number of the case of a consultation
        id: i64,
    },
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &ConsultArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        ConsultCommand::List => list(terminal, &node, author),
        ConsultCommand::Show { id } => show(terminal, &node, author, RecordId(*id)),
        ConsultCommand::Send { id, digest: Some(digest), .. } => {
            send(terminal, &node, (author, RecordId(*id)), digest)
        }
        ConsultCommand::Send { id, urgency, person, phone, digest: None } => {
            let urgency = word::<Urgency>(urgency)?;
            prepare(terminal, &node, (author, RecordId(*id)), (urgency, person, phone))
        }
        ConsultCommand::Recall { id } => recall(terminal, &node, (author, RecordId(*id))),
    }
}

/// A card with what was answered about it.
type Told = (CardEnvelope, Vec<CardAnswer>);

fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    // Looking names students, so it writes the log of reads.
    let found = node.ledger().write("consultations", move |tx| {
        let mut found = Vec::new();
        for one in consult::listed(tx, &reader)? {
            let told = sending::told(tx, one.case.record)?;
            found.push((one, told));
        }
        Ok::<_, Failure>(found)
    })?;
    let values: Vec<Value> = found.iter().map(|(one, told)| case_json(one, told)).collect();
    terminal.result(&json!({ "cases": values }), |terminal| {
        if found.is_empty() {
            return terminal.text(NONE, &[]);
        }
        let line = |(one, told): &(Consultation, Vec<Told>)| {
            let unit = one.meeting.outside_unit.clone().unwrap_or_default();
            let stands = told
                .last()
                .map_or_else(|| terminal.text(NO_CARD, &[]), |told| standing(terminal, told));
            let fill: [&dyn std::fmt::Display; 4] =
                [&one.case.record.0, &one.meeting.day, &unit, &stands];
            terminal.text(ROW, &fill)
        };
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    })
}

/// How a card stands, in words.
fn standing(terminal: &Terminal, (one, answers): &Told) -> String {
    if one.done_at_ms.is_some() {
        return terminal.text(DONE, &[&one.kept.as_deref().unwrap_or_default()]);
    }
    if one.revoked_at_ms.is_some() {
        return terminal.text(REVOKED, &[]);
    }
    if answers.iter().any(|answer| answer.said.what().answers()) {
        return terminal.text(ANSWERED, &[]);
    }
    match one.ended_at_ms {
        Some(_) => terminal.text(ENDED, &[]),
        None => terminal.text(WAITS, &[&minute(one.due_ms)]),
    }
}

fn case_json(of: &Consultation, told: &[Told]) -> Value {
    let cards: Vec<Value> = told
        .iter()
        .map(|(one, answers)| {
            let answers: Vec<Value> = answers.iter().map(answer_json).collect();
            json!({
                "recipient": one.recipient, "made_at_ms": one.made_at_ms, "due_ms": one.due_ms,
                "acked_at_ms": one.acked_at_ms, "revoked_at_ms": one.revoked_at_ms,
                "done_at_ms": one.done_at_ms, "kept": one.kept,
                "ended_at_ms": one.ended_at_ms, "answers": answers,
            })
        })
        .collect();
    json!({
        "id": of.case.record.0,
        "meeting": of.meeting.day.to_string(),
        "unit": of.meeting.outside_unit,
        "cards": cards,
    })
}

fn answer_json(answer: &CardAnswer) -> Value {
    let mut value = json!({
        "what": answer.said.what().as_str(),
        "by": answer.by.person,
        "unit": answer.by.unit,
        "at_ms": answer.at.0,
    });
    if let (CardSaid::Opinion(opinion), Value::Object(fields)) = (&answer.said, &mut value) {
        fields.insert("advice".to_owned(), json!(opinion.advice.as_str()));
        fields.insert("text".to_owned(), json!(opinion.text));
        let day = opinion.time.as_ref().map(|time| time.day.to_string());
        fields.insert("proposed".to_owned(), json!(day));
    }
    value
}

fn show(terminal: &Terminal, node: &Node, reader: Author, record: RecordId) -> Result<(), Failure> {
    let (of, told) = node.ledger().write("consultation", move |tx| {
        let of = consult::to_read(tx, &reader, record)?;
        Ok::<_, Failure>((of, sending::told(tx, record)?))
    })?;
    terminal.result(&case_json(&of, &told), |terminal| {
        if told.is_empty() {
            return terminal.text(NO_CARD, &[]);
        }
        let mut lines = Vec::new();
        for one in &told {
            let stands = standing(terminal, one);
            let fill: [&dyn std::fmt::Display; 3] =
                [&minute(one.0.made_at_ms), &one.0.called, &stands];
            lines.push(terminal.text(SENT_TO, &fill));
            let said = |answer: &CardAnswer| format!("  {}", answer_line(answer, terminal.lang()));
            lines.extend(one.1.iter().map(said));
        }
        lines.join("\n")
    })
}

fn prepare(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    (urgency, person, phone): (Urgency, &str, &str),
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let directories = node.directories()?;
    let (person, phone) = (person.to_owned(), phone.to_owned());
    let preview = node.ledger().write("prepare_card", move |tx| {
        let post = Post { desk: &desk, directories: &directories };
        sending::prepare(tx, &author, record, post, (urgency, &person, &phone))?;
        let preview = sending::preview(tx, &author, record)?;
        Ok::<Preview, Failure>(preview.ok_or(LedgerRefusal::Changed)?)
    })?;
    let lines = card_lines(&preview.content, terminal.lang());
    let said: Vec<Value> = lines.iter().map(|(label, text)| json!([label, text])).collect();
    let digest = preview.digest.to_string();
    let value = json!({ "digest": digest, "bytes": preview.length, "content": said });
    terminal.result(&value, |terminal| {
        let mut text: Vec<String> =
            lines.iter().map(|(label, text)| format!("{label}  {text}")).collect();
        text.push(terminal.text(SHOWN, &[&preview.length, &record.0, &digest]));
        text.join("\n")
    })
}

fn send(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    digest: &str,
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (directories, digest) = (node.directories()?, digest.trim().to_owned());
    node.ledger().write("send_card", move |tx| {
        let post = Post { desk: &desk, directories: &directories };
        Ok::<_, Failure>(sending::send(tx, &author, record, post, &digest)?)
    })?;
    rung(node);
    let value = json!({ "id": record.0, "sealed": true });
    terminal.result(&value, |terminal| terminal.text(SEALED, &[&record.0]))
}

fn recall(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
) -> Result<(), Failure> {
    let recalled = node
        .ledger()
        .write("recall_card", move |tx| Ok::<_, Failure>(consult::recall(tx, &author, record)?))?;
    rung(node);
    let value = json!({ "id": record.0, "recalled": recalled });
    terminal.result(&value, |terminal| terminal.text(RECALLED, &[&record.0, &recalled]))
}

/// Whoever serves the folder looks at every tick in any case.
fn rung(node: &Node) {
    if let Err(error) = ring_bell(&node.config().data) {
        tracing::warn!(%error, "bell not rung; the next tick looks");
    }
}
