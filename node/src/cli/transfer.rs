//! `transfer`: students who go to another school and who come from one, offered and answered.

use std::fmt::Display;

use clap::{Args, Subcommand};
use domain::transfer::DeclinedWhy;
use jiff::civil::Date;
use runtime::cli::{Failure, Terminal};
use runtime::texts;
use runtime::web::time::minute;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::leaving::{self, rung};
use super::ledger::{chosen, student, word};
use super::roll::{grade, parsed};
use super::{Place, context};
use crate::app::Node;
use crate::console::transfer_lines;
use crate::import::value;
use crate::ledger::author::Author;
use crate::ledger::moving::{self, CareStands, Enrol, Move, Stands};
use crate::ledger::refusal::LedgerRefusal;
use crate::letters::moving::answering::{self, Acceptance};
use crate::letters::moving::offering::{self, Wish};

texts! {
    NONE = "没有转学。", "no transfers.";
    ROW = "#{0}  {1}  {2}  {3}  {4}  期限 {5}", "#{0}  {1}  {2}  {3}  {4}  limit {5}";
    GOES = "转出", "goes";
    COMES = "转入", "comes";
    STATE = "转学 #{0}：{1}", "transfer #{0}: {1}";
    LOG = "  {0}  {1}  {2}", "  {0}  {1}  {2}";
    SHOWN = "以上是将提供给对方学校的全部内容（{0} 字节）。确认后一小时内提出：\n  \
             xinqiao-node transfer offer {1} --digest {2}",
        "That is everything that the other school will get ({0} bytes). Offer it within the \
         hour:\n  xinqiao-node transfer offer {1} --digest {2}";
    OFFERED = "已提出（转学 #{0}）；学生仍由本校负责并计入本校，直到对方接收且到约定日期。",
        "offered (transfer #{0}); the student stays this school's until it is accepted and its \
         day has come.";
    RECALLED = "已撤回；学生仍在本校，对方将删除收到的内容。",
        "taken back; the student stays, and the other school erases what it got.";
    ACCEPTED = "已接收，约定自 {0} 起到校；原校确认转出后自动记入名册，在此之前不计入本校。",
        "accepted from {0} on; the roll is written once the old school confirms, and nobody is \
         counted here before.";
    DECLINED = "已答复不接收；收到的内容已删除。", "declined; what came is erased.";
}

#[derive(Args, Debug)]
pub(super) struct TransferArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: TransferCommand,
}

#[derive(Debug, Subcommand)]
enum TransferCommand {
    /// Transfers, the newest first, and by when something is to be done
    List,
    /// One transfer with what is offered; the reading is logged
    Show {
        /// Number of the transfer
        id: i64,
    },
    /// Show what would be offered to another school; with the digest of that, offer it
    Offer(OfferArgs),
    /// Take an offer back; the student stays
    Recall {
        /// Number of the transfer
        id: i64,
    },
    /// Take a student; the roll is written once the old school has confirmed
    Accept(AcceptArgs),
    /// Do not take a student; what came is erased
    Decline {
        /// Number of the transfer
        id: i64,
        /// Reason: not_applied, no_place, wrong_person or other
        #[arg(long, value_name = "WORD")]
        why: String,
        /// A word to it
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
    },
}

#[derive(Args, Debug)]
struct OfferArgs {
    /// Student number
    number: String,
    /// Unit id of the other school
    #[arg(long, value_name = "UNIT", required_unless_present = "digest")]
    to: Option<String>,
    /// Day on which the family applied for the transfer
    #[arg(long, value_name = "YYYY-MM-DD", required_unless_present = "digest")]
    applied: Option<Date>,
    /// How the student is looked after goes along, as a consent to that school lets it
    #[arg(long)]
    care: bool,
    /// Whom the other school may ask here
    #[arg(long, value_name = "NAME", default_value = "")]
    person: String,
    /// Telephone at the school
    #[arg(long, value_name = "NUMBER", default_value = "")]
    phone: String,
    /// Digest of what was shown
    #[arg(long, value_name = "HEX")]
    digest: Option<String>,
}

#[derive(Args, Debug)]
struct AcceptArgs {
    /// Number of the transfer
    id: i64,
    /// Student number
    #[arg(long, value_name = "NUMBER")]
    number: String,
    /// Grade, such as 七年级 or g7
    #[arg(long, value_name = "GRADE")]
    grade: String,
    /// Class, such as 3班
    #[arg(long, value_name = "CLASS")]
    class: String,
    /// First day at this school if the old one confirms by then
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Date,
    /// Whom the old school may ask here
    #[arg(long, value_name = "NAME", default_value = "")]
    contact: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &TransferArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        TransferCommand::List => list(terminal, &node, author),
        TransferCommand::Show { id } => show(terminal, &node, (author, *id)),
        TransferCommand::Offer(args) => match &args.digest {
            Some(digest) => offer(terminal, &node, author, (&args.number, digest)),
            None => prepare(terminal, &node, author, args),
        },
        TransferCommand::Recall { id } => recall(terminal, &node, (author, *id)),
        TransferCommand::Accept(args) => accept(terminal, &node, author, args),
        TransferCommand::Decline { id, why, note } => {
            let why = word::<DeclinedWhy>(why)?;
            decline(terminal, &node, (author, *id), (why, note))
        }
    }
}

fn row_json(row: &Move, due: Option<Date>) -> Value {
    json!({
        "id": row.id,
        "side": match row.stands { Stands::Out(_) => "out", Stands::In(_) => "in" },
        "state": row.stands.word(),
        "unit": row.unit,
        "school": row.called,
        "day": row.stands.day().map(|day| day.to_string()),
        "due": due.map(|day| day.to_string()),
        "heard": !row.told.asks(),
    })
}

fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    // Looking names students, so it writes the log of reads.
    let rows = node
        .ledger()
        .write("transfers", move |tx| Ok::<_, Failure>(answering::list(tx, &reader)?))?;
    let values: Vec<Value> = rows.iter().map(|(row, due)| row_json(row, *due)).collect();
    terminal.result(&json!({ "transfers": values }), |terminal| {
        let line = |(row, due): &(Move, Option<Date>)| {
            let side = match row.stands {
                Stands::Out(_) => terminal.text(GOES, &[]),
                Stands::In(_) => terminal.text(COMES, &[]),
            };
            let day = |day: Option<Date>| day.map_or_else(|| "—".to_owned(), |day| day.to_string());
            let state = chosen(row.stands.label(), terminal.lang());
            let (on, by) = (day(row.stands.day()), day(*due));
            let fill: [&dyn Display; 6] = [&row.id, &side, &state, &row.called, &on, &by];
            terminal.text(ROW, &fill)
        };
        match rows.is_empty() {
            true => terminal.text(NONE, &[]),
            false => rows.iter().map(line).collect::<Vec<_>>().join("\n"),
        }
    })
}

fn show(terminal: &Terminal, node: &Node, (reader, id): (Author, i64)) -> Result<(), Failure> {
    let shown = node
        .ledger()
        .write("transfer", move |tx| Ok::<_, Failure>(answering::show(tx, &reader, id)?))?;
    let lang = terminal.lang();
    let lines = shown.offer.as_ref().map(|offer| transfer_lines(offer, lang)).unwrap_or_default();
    let said: Vec<Value> = lines.iter().map(|(label, text)| json!([label, text])).collect();
    let log: Vec<Value> =
        shown.log.iter().map(|one| json!([one.at.0, one.what, one.account])).collect();
    let mut value = row_json(&shown.row, moving::due(&shown.row));
    if let Some(fields) = value.as_object_mut() {
        fields.insert("content".to_owned(), Value::from(said));
        fields.insert("log".to_owned(), Value::from(log));
        fields.insert("note".to_owned(), Value::from(shown.row.note.clone()));
    }
    terminal.result(&value, |terminal| {
        let state = chosen(shown.row.stands.label(), lang);
        let mut text = vec![terminal.text(STATE, &[&shown.row.id, &state])];
        text.extend(lines.iter().map(|(label, said)| format!("{label}  {said}")));
        let read = |one: &crate::ledger::moving::LogLine| {
            terminal.text(LOG, &[&minute(one.at.0), &one.what, &one.account])
        };
        text.extend(shown.log.iter().map(read));
        text.join("\n")
    })
}

fn prepare(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    args: &OfferArgs,
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (number, unit) = (args.number.clone(), args.to.clone().unwrap_or_default());
    let care = if args.care { CareStands::Along } else { CareStands::Behind };
    let applied = args.applied.unwrap_or_else(|| author.today());
    let (person, phone) = (args.person.clone(), args.phone.clone());
    let preview = node.ledger().write("transfer_prepare", move |tx| {
        let student = student(tx, &author, &number)?;
        let wish = Wish { student, unit, applied, care, person, phone };
        offering::prepare(tx, &author, &desk, &wish)?;
        let preview = offering::preview(tx, &author, student)?;
        Ok::<offering::Preview, Failure>(preview.ok_or(LedgerRefusal::Changed)?)
    })?;
    let lines = transfer_lines(&preview.offer, terminal.lang());
    let digest = preview.digest.to_string();
    let next = terminal.text(SHOWN, &[&preview.length, &args.number, &digest]);
    leaving::shown(terminal, &lines, (&digest, preview.length), next)
}

fn offer(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    (number, digest): (&str, &str),
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (number, digest) = (number.to_owned(), digest.trim().to_owned());
    let id = node.ledger().write("transfer_offer", move |tx| {
        let student = student(tx, &author, &number)?;
        Ok::<_, Failure>(offering::offer(tx, &author, &desk, (student, &digest))?)
    })?;
    rung(terminal, node);
    terminal.result(&json!({ "id": id }), |terminal| terminal.text(OFFERED, &[&id]))
}

fn recall(terminal: &Terminal, node: &Node, (author, id): (Author, i64)) -> Result<(), Failure> {
    node.ledger()
        .write("transfer_recall", move |tx| Ok::<_, Failure>(offering::recall(tx, &author, id)?))?;
    rung(terminal, node);
    terminal.result(&json!({ "id": id }), |terminal| terminal.text(RECALLED, &[]))
}

fn accept(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    args: &AcceptArgs,
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (id, day) = (args.id, args.day);
    let enrol = Enrol {
        number: parsed(value::StudentNumber::parse(&args.number))?.as_str().to_owned(),
        grade: grade(node, &args.grade, author.today())?.code().to_owned(),
        class: parsed(value::parse_class(&args.class))?.label.to_string(),
    };
    let wanted = Acceptance { day, enrol, contact: args.contact.clone() };
    node.ledger().write("transfer_accept", move |tx| {
        Ok::<_, Failure>(answering::accept(tx, &author, &desk, (id, &wanted))?)
    })?;
    rung(terminal, node);
    let value = json!({ "id": id, "day": day.to_string() });
    terminal.result(&value, |terminal| terminal.text(ACCEPTED, &[&day]))
}

fn decline(
    terminal: &Terminal,
    node: &Node,
    (author, id): (Author, i64),
    (why, note): (DeclinedWhy, &str),
) -> Result<(), Failure> {
    let note = note.to_owned();
    node.ledger().write("transfer_decline", move |tx| {
        Ok::<_, Failure>(answering::decline(tx, &author, (id, why, &note))?)
    })?;
    super::fold_erased(terminal, node);
    rung(terminal, node);
    terminal.result(&json!({ "id": id }), |terminal| terminal.text(DECLINED, &[]))
}
