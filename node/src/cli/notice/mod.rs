//! `notice` and `desk`: duty reports, tips and a hotline's callers, at a school and at an office.
//!
//! A list names nobody. What a report or a tip says is shown to who may read it, and the reading is
//! logged; what leaves is shown from its bytes, and sent by the digest of what was shown.

pub(super) mod desk;
mod words;

use clap::{Args, Subcommand};
use domain::ledger::Word;
use domain::neighbour::{Handling, Harm, NoticeState, ReplyKind, Suspicion};
use jiff::civil::Date;
use runtime::cli::{Failure, Terminal};
use runtime::web::{Text, time};
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::leaving::rung;
use super::ledger::{chosen, student, word};
use super::{Place, context};
use crate::app::Node;
use crate::content::{Notice, Reply};
use crate::ledger::author::Author;
use crate::ledger::entry::{RecordId, StaffId};
use crate::ledger::neighbour::{Answer, Out, stands};
use crate::neighbour::{
    NeighbourError, Preview, answering,
    reading::{self, Line},
    reporting::{self, Wish},
    said,
};

#[derive(Args, Debug)]
pub(super) struct NoticeArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: NoticeCommand,
}

#[derive(Debug, Subcommand)]
enum NoticeCommand {
    /// Duty reports and how they stand
    Reports,
    /// Write a duty report, to be looked at and sent by a second person or the head
    Report(Box<ReportArgs>),
    /// Show what would leave, or has left; with the digest of what was shown, seal and send it
    Send {
        /// Record of the report
        record: i64,
        /// Digest of what was shown
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
    },
    /// Tips from offices that the account may read
    Tips,
    /// What a tip says; the reading is logged
    Tip {
        /// Number of the tip
        number: i64,
    },
    /// Callers whom hotlines handed over, for a counsellor
    HandOffs,
    /// What a hotline says of a caller; the reading is logged
    HandOff {
        /// Number of the caller
        number: i64,
    },
    /// Acknowledge a tip or caller, or answer: handled, reached or not, not of this school
    Answer(AnswerArgs),
    /// Name the counsellor who may read a tip beside the head; nobody without one
    Reader {
        /// Number of the tip
        number: i64,
        /// Number of the member of staff in the ledger
        #[arg(long, value_name = "NUMBER")]
        staff: Option<i64>,
    },
    /// Link a tip or a caller with a student who is on the roll
    Link {
        /// Number of the tip or the caller
        number: i64,
        /// Student number, or name
        #[arg(long, value_name = "TEXT")]
        student: String,
    },
}

#[derive(Args, Debug)]
struct ReportArgs {
    /// Record of a report that was written and not sent, to write it anew
    #[arg(long, value_name = "NUMBER")]
    record: Option<i64>,
    /// Student number; none where it is about no single student
    #[arg(long, value_name = "NUMBER")]
    student: Option<String>,
    /// Unit id of the police or civil-affairs desk in the directory
    #[arg(long, value_name = "UNIT")]
    office: String,
    /// What is reported, such as violence, sexual or abandoned
    #[arg(long, value_name = "WORD")]
    harm: String,
    /// Whether a guardian is suspected: guardian, others or unknown
    #[arg(long, value_name = "WORD")]
    suspicion: String,
    /// Who found it
    #[arg(long, value_name = "NAME")]
    found_by: String,
    /// When it was found, such as 2026-12-01; today if not given
    #[arg(long, value_name = "DATE")]
    found_on: Option<Date>,
    /// What was seen or heard
    #[arg(long, value_name = "TEXT")]
    seen: String,
    /// What was done at once
    #[arg(long, value_name = "TEXT")]
    done: String,
    /// Whom the office may call at the school
    #[arg(long, value_name = "NAME", default_value = "")]
    person: String,
    /// Telephone at the school
    #[arg(long, value_name = "NUMBER", default_value = "")]
    phone: String,
}

// An answer to a notice, on either side.
#[derive(Args, Debug)]
pub(super) struct AnswerArgs {
    /// Number of the notice
    number: i64,
    /// Answer: received, handled, not_ours, more_needed, reached or not_reached
    #[arg(long, value_name = "WORD")]
    say: String,
    /// How it was handled, such as contacted, followed or investigated
    #[arg(long, value_name = "WORD")]
    how: Option<String>,
    /// Day of handling or of the call, such as 2026-12-01; today if not given
    #[arg(long, value_name = "DATE")]
    day: Option<Date>,
    /// Number of receipt, or what is asked for
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &NoticeArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        NoticeCommand::Reports => reports(terminal, &node, author),
        NoticeCommand::Report(args) => report(terminal, &node, author, args),
        NoticeCommand::Send { record, digest } => {
            let record = RecordId(*record);
            match digest {
                Some(digest) => send(terminal, &node, (author, record), digest),
                None => show(terminal, &node, (author, record)),
            }
        }
        NoticeCommand::Tips => tips(terminal, &node, author),
        NoticeCommand::Tip { number } => tip(terminal, &node, (author, *number)),
        NoticeCommand::HandOffs => hand_offs(terminal, &node, author),
        NoticeCommand::HandOff { number } => hand_off(terminal, &node, (author, *number)),
        NoticeCommand::Answer(args) => {
            let (number, said) = (args.number, args.reply(author.today())?);
            write(&node, move |tx| answering::by_school(tx, &author, (number, said)))?;
            super::fold_erased(terminal, &node);
            done(terminal, &node, number)
        }
        NoticeCommand::Reader { number, staff } => {
            let (number, staff) = (*number, staff.map(StaffId));
            write(&node, move |tx| reading::name_reader(tx, &author, (number, staff)))?;
            done(terminal, &node, number)
        }
        NoticeCommand::Link { number, student } => {
            let (number, meant) = (*number, student.clone());
            write(&node, move |tx| reading::link(tx, &author, (number, &meant)))?;
            done(terminal, &node, number)
        }
    }
}

/// Writes in one transaction of the ledger.
fn write<T: Send + 'static>(
    node: &Node,
    work: impl FnOnce(&runtime::sql::Tx<'_>) -> Result<T, NeighbourError> + Send + 'static,
) -> Result<T, Failure> {
    Ok(node.ledger().write("notice", work)?)
}

impl AnswerArgs {
    /// What the fields say.
    fn reply(&self, today: Date) -> Result<Reply, Failure> {
        Ok(match word::<ReplyKind>(&self.say)? {
            ReplyKind::Received => Reply::Received(self.note.clone()),
            ReplyKind::Handled => {
                let how = self.how.as_deref().ok_or(NeighbourError::Field("how"))?;
                Reply::Handled(word::<Handling>(how)?, self.day.unwrap_or(today))
            }
            ReplyKind::NotOurs => Reply::NotOurs,
            ReplyKind::MoreNeeded => Reply::MoreNeeded(self.note.clone()),
            ReplyKind::Reached => Reply::Reached(self.day.unwrap_or(today)),
            ReplyKind::NotReached => Reply::NotReached(self.day.unwrap_or(today)),
        })
    }
}

fn reports(terminal: &Terminal, node: &Node, author: Author) -> Result<(), Failure> {
    let lines = write(node, move |tx| reporting::list(tx, &author))?;
    let (mut values, mut rows) = (Vec::new(), Vec::new());
    for line in &lines {
        let record = line.out.record.map_or(0, |record| record.0);
        let (value, row) = out_line(terminal, record, &line.out, &line.came);
        values.push(value);
        rows.push(row);
    }
    listed(terminal, &json!({ "reports": values }), &rows)
}

fn report(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    args: &ReportArgs,
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let directories = node.directories()?;
    let wish = Wish {
        student: None,
        office: args.office.clone(),
        harm: word::<Harm>(&args.harm)?,
        suspicion: word::<Suspicion>(&args.suspicion)?,
        found_by: args.found_by.clone(),
        found_on: args.found_on.unwrap_or_else(|| author.today()),
        seen: args.seen.clone(),
        done: args.done.clone(),
        contact: (args.person.clone(), args.phone.clone()),
    };
    let (number, record) = (args.student.clone(), args.record.map(RecordId));
    let by = author.clone();
    let record = node.ledger().write("report", move |tx| {
        let student = match &number {
            Some(number) => Some(student(tx, &by, number)?),
            None => None,
        };
        let wish = Wish { student, ..wish };
        Ok::<_, Failure>(reporting::prepare(tx, &by, (&desk, &directories), record, &wish)?)
    })?;
    show(terminal, node, (author, record))
}

fn show(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
) -> Result<(), Failure> {
    let (preview, came) = write(node, move |tx| reporting::preview(tx, &author, record))?;
    let next = terminal.text(words::SHOWN, &[&preview.length, &record.0, &preview.digest]);
    shown(terminal, (record.0, &preview), (&came, &next))
}

fn send(
    terminal: &Terminal,
    node: &Node,
    (author, record): (Author, RecordId),
    digest: &str,
) -> Result<(), Failure> {
    let desk = node.letter_desk().ok_or_else(context::not_joined)?;
    let (directories, digest) = (node.directories()?, digest.to_owned());
    write(node, move |tx| reporting::send(tx, &author, (&desk, &directories), record, &digest))?;
    sent(terminal, node, record.0)
}

fn tips(terminal: &Terminal, node: &Node, author: Author) -> Result<(), Failure> {
    let lines = write(node, move |tx| reading::tips(tx, &author))?;
    came_list(terminal, "tips", &lines)
}

fn tip(terminal: &Terminal, node: &Node, (author, number): (Author, i64)) -> Result<(), Failure> {
    let (tip, line) = write(node, move |tx| {
        Ok((reading::tip(tx, &author, number)?, reading::tip_line(tx, &author, number)?))
    })?;
    content(terminal, (words::TIP_FROM, &Notice::Tip(tip)), &line)
}

fn hand_offs(terminal: &Terminal, node: &Node, author: Author) -> Result<(), Failure> {
    let callers = write(node, move |tx| reading::hand_offs(tx, &author))?;
    let lines: Vec<Line> = callers.into_iter().map(|caller| caller.line).collect();
    came_list(terminal, "hand_offs", &lines)
}

fn hand_off(
    terminal: &Terminal,
    node: &Node,
    (author, number): (Author, i64),
) -> Result<(), Failure> {
    let (said, caller) = write(node, move |tx| {
        let said = reading::hand_off(tx, &author, number)?;
        Ok((said, reading::hand_off_line(tx, &author, number)?))
    })?;
    content(terminal, (words::CALLER_FROM, &Notice::HandOff(said)), &caller.line)
}

/// A notice that was written here, in a list.
fn out_line(terminal: &Terminal, id: i64, out: &Out, came: &[Answer]) -> (Value, String) {
    let state = match out.sent_at {
        None => NoticeState::Draft,
        Some(_) => stands(came.iter().map(|answer| answer.said.kind())),
    };
    let value = json!({
        "id": id, "to": out.recipient, "state": state.as_str(),
        "written_ms": out.written_at.0, "sent_ms": out.sent_at.map(|at| at.0),
        "relayed_ms": out.acked_at.map(|at| at.0), "erased": out.content.is_none(),
    });
    let label = chosen(state.label(), terminal.lang());
    let written = time::minute(out.written_at.0);
    let row = terminal.text(words::ROW, &[&id, &written, &out.recipient_name, &label]);
    (value, row)
}

/// Notices that came here, in a list; nothing of what they say.
fn came_list(terminal: &Terminal, name: &str, lines: &[Line]) -> Result<(), Failure> {
    let (mut values, mut rows) = (Vec::new(), Vec::new());
    for line in lines {
        let (notice, state) = (&line.notice, line.state());
        values.push(json!({
            "id": notice.id, "from": notice.sender, "state": state.as_str(),
            "received_ms": notice.received_at.0, "erased": notice.erased.is_some(),
            "linked": notice.student.is_some(),
        }));
        let label = chosen(state.label(), terminal.lang());
        let received = time::minute(notice.received_at.0);
        let fill: [&dyn std::fmt::Display; 4] =
            [&notice.id, &received, &notice.sender_name, &label];
        rows.push(terminal.text(words::ROW, &fill));
    }
    listed(terminal, &json!({ name: values }), &rows)
}

fn listed(terminal: &Terminal, value: &Value, rows: &[String]) -> Result<(), Failure> {
    terminal.result(value, |terminal| match rows.is_empty() {
        true => terminal.text(words::NONE, &[]),
        false => rows.join("\n"),
    })
}

/// What will leave or has left, with what was answered.
fn shown(
    terminal: &Terminal,
    (id, preview): (i64, &Preview),
    (came, next): (&[Answer], &str),
) -> Result<(), Failure> {
    let lines = said::lines(&preview.notice, terminal.lang());
    let rows: Vec<Value> = lines.iter().map(|(label, text)| json!([label, text])).collect();
    let value = json!({
        "id": id, "digest": preview.digest.to_string(), "bytes": preview.length,
        "content": rows, "answers": came.iter().map(answer_json).collect::<Vec<_>>(),
        "sent_ms": preview.out.sent_at.map(|at| at.0),
    });
    terminal.result(&value, |terminal| {
        let mut text = text_of(&lines);
        text.extend(came.iter().map(|answer| answer_text(terminal, answer)));
        if preview.out.sent_at.is_none() {
            text.push(next.to_owned());
        }
        text.join("\n")
    })
}

/// What came says, with what was answered; where somebody is in danger the telephones come first.
fn content(
    terminal: &Terminal,
    (from, notice): (Text, &Notice),
    line: &Line,
) -> Result<(), Failure> {
    let alarm = line.alarm();
    let lines = said::lines(notice, terminal.lang());
    let rows: Vec<Value> = lines.iter().map(|(label, text)| json!([label, text])).collect();
    let answers = line.said.iter().map(|one| answer_json(&one.answer)).collect::<Vec<_>>();
    let value = json!({ "id": line.notice.id, "content": rows, "answers": answers });
    terminal.result(&value, |terminal| {
        let danger = |hotline| terminal.text(words::DANGER, &[&said::contact(hotline)]);
        let mut text: Vec<String> = alarm.iter().map(danger).collect();
        text.push(terminal.text(from, &[&line.notice.sender_name, &line.notice.sender]));
        text.extend(text_of(&lines));
        text.extend(line.said.iter().map(|one| answer_text(terminal, &one.answer)));
        text.join("\n")
    })
}

fn text_of(lines: &[(&'static str, String)]) -> Vec<String> {
    lines.iter().map(|(label, text)| format!("{label}  {text}")).collect()
}

fn answer_json(answer: &Answer) -> Value {
    json!({
        "number": answer.number, "said": answer.said.kind().as_str(), "at_ms": answer.at.0,
    })
}

fn answer_text(terminal: &Terminal, answer: &Answer) -> String {
    let (at, text) = said::answer(answer, terminal.lang());
    format!("  {at}  {text}")
}

fn done(terminal: &Terminal, node: &Node, number: i64) -> Result<(), Failure> {
    rung(terminal, node);
    terminal.result(&json!({ "id": number, "written": true }), |terminal| {
        terminal.text(words::DONE, &[&number])
    })
}

fn sent(terminal: &Terminal, node: &Node, id: i64) -> Result<(), Failure> {
    rung(terminal, node);
    terminal
        .result(&json!({ "id": id, "sent": true }), |terminal| terminal.text(words::SENT, &[&id]))
}
