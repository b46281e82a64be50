//! `keeping`: what is due to be destroyed, the order, the second signature, the certificate.

use clap::{Args, Subcommand};
use domain::ledger::terms::DestroyCause;
use domain::ledger::{Kind, Word as _};
use runtime::cli::{Failure, Terminal};
use runtime::sql::Tx;
use runtime::texts;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::ledger::{chosen, student, table, word};
use super::{Place, context};
use crate::app::Node;
use crate::desk::{destroyed_rows, kept, kept_until};
use crate::ledger::author::Author;
use crate::ledger::destroy::{self, Certificate, Terms};
use crate::ledger::entry::{RecordId, StudentId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

texts! {
    STUDENT = "学生", "student";
    SINCE = "离校日期", "left on";
    HOW = "离校方式", "how";
    ENTRIES = "记录条数", "entries";
    STANDS = "能否销毁", "may it go";
    READY = "可以销毁", "yes";
    KIND = "种类", "kind";
    YEARS = "保存年限", "years kept";
    UNNAMED = "学生（内部编号 {0}）", "a student (internal number {0})";
    NOTHING_DUE = "没有到期的记录。", "nothing is due.";
    ORDERED = "已提出 {0} 份销毁申请，尚未销毁；须由第二人签署：xinqiao-node keeping sign {1}",
        "{0} orders; nothing is destroyed until a second person signs:  xinqiao-node keeping \
         sign {1}";
    NO_ORDER = "没有等待签署的销毁申请。", "no order waits.";
    ORDER = "销毁申请", "order";
    DAY = "提出日期", "asked on";
    CAUSE = "原因", "cause";
    ASKED_BY = "提出人", "asked by";
    SIGNED = "已销毁，证明编号 {0}。打印证明：xinqiao-node keeping certificate {0}",
        "destroyed; the certificate is number {0}. Print it:  xinqiao-node keeping certificate {0}";
    REFUSED = "已登记不同意，没有销毁任何记录。", "refused; nothing was destroyed.";
    NO_CERTIFICATE = "还没有销毁证明。", "there is no certificate yet.";
    CERTIFICATE = "销毁证明第 {0} 号：{1} 由 {2} 提出、{3} 签署并执行；彻底删除 {4} 名学生的记录。",
        "Certificate of destruction {0}: carried out {1}, asked by {2}, signed by {3}; \
         everything of {4} students is gone.";
    COPIES = "备份中仍可能保留到 {0}；请在此日之前删除更早的备份。",
        "A copy of the data folder may hold it until {0}; delete older copies by then.";
    ROWS = "条数", "rows";
}

#[derive(Args, Debug)]
pub(super) struct KeepingArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: KeepingCommand,
}

#[derive(Debug, Subcommand)]
enum KeepingCommand {
    /// What is due and what keeps the rest
    Due,
    /// Order the destruction of what is due; a second person signs
    Ask(AskArgs),
    /// Orders that wait for a second person
    Waiting,
    /// Sign orders as the second person; all of them are carried out at once
    Sign {
        /// Numbers of the orders
        #[arg(required = true)]
        numbers: Vec<i64>,
        /// Do not agree
        #[arg(long)]
        refuse: bool,
    },
    /// Certificates of destruction, or one of them
    Certificate {
        /// Number of the certificate
        number: Option<i64>,
    },
}

#[derive(Args, Debug)]
struct AskArgs {
    /// Student number; may be repeated
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["due", "kind"])]
    student: Vec<String>,
    /// Every student of whom everything is due
    #[arg(long, conflicts_with = "kind")]
    due: bool,
    /// Kind of entries about nobody, such as expert_visit
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
    /// The family asked for it
    #[arg(long)]
    requested: bool,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &KeepingArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    let terms = node.terms_of_keeping()?;
    match &args.command {
        KeepingCommand::Due => due(terminal, &node, author, terms),
        KeepingCommand::Ask(args) => ask(terminal, &node, author, (args, terms)),
        KeepingCommand::Waiting => waiting(terminal, &node, author, terms),
        KeepingCommand::Sign { numbers, refuse } => {
            let orders: Vec<RecordId> = numbers.iter().copied().map(RecordId).collect();
            sign(terminal, &node, author, (orders, !refuse), terms)
        }
        KeepingCommand::Certificate { number: Some(number) } => {
            let number = *number;
            let read = move |tx: &Tx<'_>| destroy::certificate(tx, &author, number);
            show(terminal, &node.ledger().read(read)?)
        }
        KeepingCommand::Certificate { number: None } => certificates(terminal, &node, author),
    }
}

fn due(terminal: &Terminal, node: &Node, reader: Author, terms: Terms) -> Result<(), Failure> {
    let (students, work, names) = node.ledger().write("due", move |tx| {
        let students = destroy::students(tx, &reader, &terms)?;
        Ok::<_, LedgerRefusal>((students, destroy::work(tx, &reader)?, Names::load(tx)?))
    })?;
    let of_student = |due: &destroy::Due| {
        let known = names.student(due.student).filter(|_| due.is_named);
        json!({"student": known.map(|known| &known.number), "left": due.left.to_string(),
               "entries": due.entries, "kept_by": due.blocked.map(|still| still.to_string())})
    };
    let of_kind = |due: &destroy::DueKind| {
        let (kind, entries) = (due.kind.as_str(), due.entries);
        json!({"kind": kind, "years": due.years, "entries": entries})
    };
    let value = json!({"students": students.iter().map(of_student).collect::<Vec<_>>(),
                       "work": work.iter().map(of_kind).collect::<Vec<_>>()});
    terminal.result(&value, |terminal| {
        if students.is_empty() && work.is_empty() {
            return terminal.text(NOTHING_DUE, &[]);
        }
        let mut one = table(terminal, &[STUDENT, SINCE, HOW, ENTRIES, STANDS]);
        for due in &students {
            let who = if due.is_named {
                names.student_line(due.student)
            } else {
                terminal.text(UNNAMED, &[&due.student.0])
            };
            let stands = match due.blocked {
                Some(still) => kept_until(still, due.closes, terminal.lang()),
                None => terminal.text(READY, &[]),
            };
            let (left, entries) = (due.left.to_string(), due.entries.to_string());
            one.row(vec![who, left, due.status.zh().to_owned(), entries, stands]);
        }
        let mut other = table(terminal, &[KIND, YEARS, ENTRIES]);
        for due in &work {
            let label = chosen(due.kind.label(), terminal.lang()).to_owned();
            other.row(vec![label, due.years.to_string(), due.entries.to_string()]);
        }
        format!("{}\n{}", one.render(), other.render())
    })
}

fn ask(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    (args, terms): (&AskArgs, Terms),
) -> Result<(), Failure> {
    let (numbers, all, requested) = (args.student.clone(), args.due, args.requested);
    let kind = args.kind.as_deref().map(word::<Kind>).transpose()?;
    let orders = node.ledger().write("ask_destruction", move |tx| {
        if let Some(kind) = kind {
            return Ok::<_, Failure>(destroy::ask_work(tx, &author, kind)?);
        }
        let mut students = Vec::new();
        for number in &numbers {
            students.push(student(tx, &author, number)?);
        }
        if all {
            let due = destroy::students(tx, &author, &terms)?;
            students = due.iter().filter(|d| d.blocked.is_none()).map(|d| d.student).collect();
        }
        let cause = requested.then_some(DestroyCause::Request);
        Ok(destroy::ask(tx, &author, (&students, cause), &terms)?)
    })?;
    let numbers: Vec<i64> = orders.iter().map(|record| record.0).collect();
    terminal.result(&json!({ "orders": numbers }), |terminal| {
        let listed: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        terminal.text(ORDERED, &[&numbers.len(), &listed.join(" ")])
    })
}

fn waiting(terminal: &Terminal, node: &Node, reader: Author, terms: Terms) -> Result<(), Failure> {
    let read = move |tx: &Tx<'_>| destroy::waiting(tx, &reader, &terms);
    let orders = node.ledger().read(read)?;
    let value: Vec<Value> = orders
        .iter()
        .map(|order| {
            json!({"order": order.record.0, "day": order.day.to_string(),
                   "cause": order.cause.as_str(), "asked_by": order.asked_by,
                   "kept_by": order.blocked.map(|still| still.to_string())})
        })
        .collect();
    terminal.result(&json!({ "orders": value }), |terminal| {
        if orders.is_empty() {
            return terminal.text(NO_ORDER, &[]);
        }
        let mut table = table(terminal, &[ORDER, DAY, STUDENT, CAUSE, ASKED_BY, STANDS]);
        for order in &orders {
            let whom = order
                .student
                .map_or_else(String::new, |StudentId(id)| terminal.text(UNNAMED, &[&id]));
            let cause = chosen(order.cause.label(), terminal.lang()).to_owned();
            let stands = terminal.text(order.blocked.map_or(READY, kept), &[]);
            let (number, day) = (order.record.0.to_string(), order.day.to_string());
            table.row(vec![number, day, whom, cause, order.asked_by.clone(), stands]);
        }
        table.render()
    })
}

fn sign(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    (orders, agrees): (Vec<RecordId>, bool),
    terms: Terms,
) -> Result<(), Failure> {
    let work = move |tx: &Tx<'_>| destroy::sign(tx, &author, (&orders, agrees), &terms);
    let certificate = node.ledger().write("destroy", work)?;
    super::fold_erased(terminal, node);
    terminal.result(&json!({ "certificate": certificate }), |terminal| match certificate {
        Some(number) => terminal.text(SIGNED, &[&number]),
        None => terminal.text(REFUSED, &[]),
    })
}

fn certificates(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    let all = node.ledger().read(move |tx: &Tx<'_>| destroy::certificates(tx, &reader))?;
    let value: Vec<Value> = all.iter().map(as_json).collect();
    terminal.result(&json!({ "certificates": value }), |terminal| {
        if all.is_empty() {
            return terminal.text(NO_CERTIFICATE, &[]);
        }
        all.iter().map(|one| line(terminal, one)).collect::<Vec<_>>().join("\n")
    })
}

fn show(terminal: &Terminal, certificate: &Certificate) -> Result<(), Failure> {
    terminal.result(&as_json(certificate), |terminal| {
        let mut table = table(terminal, &[KIND, ROWS]);
        for (what, rows) in &certificate.counts {
            let label = destroyed_rows(what, terminal.lang());
            table.row(vec![label, rows.to_string()]);
        }
        let copies = terminal.text(COPIES, &[&certificate.copies_until]);
        format!("{}\n{}\n{copies}", line(terminal, certificate), table.render())
    })
}

fn line(terminal: &Terminal, one: &Certificate) -> String {
    let at = minute(one.at.0);
    terminal.text(CERTIFICATE, &[&one.id, &at, &one.asked_by, &one.signed_by, &one.students])
}

fn as_json(one: &Certificate) -> Value {
    let counts: serde_json::Map<String, Value> =
        one.counts.iter().map(|(what, rows)| (what.clone(), json!(rows))).collect();
    json!({"certificate": one.id, "at_ms": one.at.0, "asked_by": one.asked_by,
           "signed_by": one.signed_by, "students": one.students, "counts": counts,
           "copies_until": one.copies_until.to_string()})
}
