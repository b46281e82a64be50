//! `desk`: an office's side of duty reports and tips, and a hotline's of its callers.

use clap::{Args, Subcommand};
use domain::neighbour::{Danger, HandOffGround, NoticeKind, TipAbout};
use domain::receiver::ReadWhy;
use runtime::cli::{Failure, Terminal};
use runtime::web::Text;
use serde_json::json;

use super::{AnswerArgs, came_list, content, done, listed, out_line, sent, shown, words, write};
use crate::app::Node;
use crate::cli::acting::{self, ActingArgs};
use crate::cli::ledger::word;
use crate::cli::{Place, context};
use crate::intake::{IntakeError, Receiver};
use crate::ledger::intake::Worker;
use crate::neighbour::{answering, handing, reading, tipping};

#[derive(Args, Debug)]
pub(in crate::cli) struct DeskArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: DeskCommand,
}

#[derive(Debug, Subcommand)]
enum DeskCommand {
    /// Duty reports that came and how they stand
    Reports,
    /// What a duty report says, for a purpose; the reading is logged
    Show {
        /// Number of the report
        number: i64,
        /// Purpose of reading: triage, care, contact, print, check
        #[arg(long, value_name = "WORD")]
        read: String,
    },
    /// Answer a report or a caller: received, handled, reached or not, not ours, more needed
    Answer(AnswerArgs),
    /// Tips of this house and how they stand
    Tips,
    /// Write a tip about a child to one school
    Tip(TipArgs),
    /// Callers whom this house handed over, and how that stands
    HandOffs,
    /// Write a hand-off of a caller to one school's counsellor, a clinic or another office
    HandOff(HandOffArgs),
    /// Callers whom hotlines handed over to this house, those in danger first
    Callers,
    /// What a hotline says of a caller, for a purpose; the reading is logged
    Caller {
        /// Number of the caller
        number: i64,
        /// Purpose of reading: triage, care, contact, print, check
        #[arg(long, value_name = "WORD")]
        read: String,
    },
    /// Show a tip or hand-off that would leave, or has left; with the digest of it, send it
    Send {
        /// Number of the tip or the hand-off
        number: i64,
        /// Digest of what was shown
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
    },
}

#[derive(Args, Debug)]
struct TipArgs {
    /// Unit id of the school
    #[arg(long, value_name = "UNIT")]
    school: String,
    /// Hub that serves the school, where that is another one than this house's
    #[arg(long, value_name = "UNIT", default_value = "")]
    relay: String,
    /// What it is about: danger, victim, online, missing, conduct or other
    #[arg(long, value_name = "WORD")]
    about: String,
    /// The child, as far as it is known: name, class, age
    #[arg(long, value_name = "TEXT")]
    child: String,
    /// What is known
    #[arg(long, value_name = "TEXT")]
    said: String,
    /// Whom the school may call
    #[arg(long, value_name = "NAME", default_value = "")]
    person: String,
    /// Telephone of this house
    #[arg(long, value_name = "NUMBER", default_value = "")]
    phone: String,
}

#[derive(Args, Debug)]
struct HandOffArgs {
    /// Unit id of the school, or of the clinic or office that takes the caller
    #[arg(long, value_name = "UNIT")]
    school: String,
    /// Hub that serves it; the one that the directory names if not given
    #[arg(long, value_name = "UNIT", default_value = "")]
    relay: String,
    /// The caller's name as it was given
    #[arg(long, value_name = "NAME")]
    name: String,
    /// How and when the caller is reached
    #[arg(long, value_name = "TEXT")]
    reach: String,
    /// Whether the caller is in danger: yes or no
    #[arg(long, value_name = "WORD")]
    danger: String,
    /// On what it stands: spoken, written, or danger where nobody agreed
    #[arg(long, value_name = "WORD")]
    ground: String,
    /// What was agreed with the caller
    #[arg(long, value_name = "TEXT")]
    agreed: String,
    /// Whom the other side may call at the hotline
    #[arg(long, value_name = "NAME", default_value = "")]
    person: String,
    /// Telephone of the hotline
    #[arg(long, value_name = "NUMBER")]
    phone: String,
}

pub(in crate::cli) fn run(
    terminal: &Terminal,
    place: &Place,
    args: &DeskArgs,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let receiver = node.receiver().ok_or(IntakeError::NoReceiver)?;
    let worker = acting::worker(terminal, &node, &args.acting)?;
    match &args.command {
        DeskCommand::Reports => {
            let lines = write(&node, move |tx| reading::reports(tx, &worker))?;
            came_list(terminal, "reports", &lines)
        }
        DeskCommand::Show { number, read } => {
            let of = (NoticeKind::Report, words::REPORT_FROM);
            came(terminal, &node, worker, of, (*number, read.as_str()))
        }
        DeskCommand::Answer(args) => {
            let (number, said) = (args.number, args.reply(worker.today())?);
            write(&node, move |tx| answering::by_office(tx, &worker, (number, said)))?;
            crate::cli::fold_erased(terminal, &node);
            done(terminal, &node, number)
        }
        DeskCommand::Tips => out_list(terminal, &node, worker, (NoticeKind::Tip, "tips")),
        DeskCommand::Tip(args) => tip(terminal, &node, (receiver, worker), args),
        DeskCommand::HandOffs => {
            out_list(terminal, &node, worker, (NoticeKind::HandOff, "hand_offs"))
        }
        DeskCommand::HandOff(args) => hand_off(terminal, &node, (receiver, worker), args),
        DeskCommand::Callers => {
            let callers = write(&node, move |tx| reading::callers(tx, &worker))?;
            let lines: Vec<_> = callers.into_iter().map(|caller| caller.line).collect();
            came_list(terminal, "callers", &lines)
        }
        DeskCommand::Caller { number, read } => {
            let of = (NoticeKind::HandOff, words::CALLER_HERE);
            came(terminal, &node, worker, of, (*number, read.as_str()))
        }
        DeskCommand::Send { number, digest: None } => preview(terminal, &node, (worker, *number)),
        DeskCommand::Send { number, digest: Some(digest) } => {
            let member = node.member().ok_or_else(context::not_joined)?;
            let (identity, id, digest) = (member.identity.current(), *number, digest.clone());
            write(&node, move |tx| {
                tipping::send(tx, (&receiver, &worker), &identity, (id, &digest))
            })?;
            sent(terminal, &node, id)
        }
    }
}

/// What came says, for a purpose.
fn came(
    terminal: &Terminal,
    node: &Node,
    worker: Worker,
    (kind, from): (NoticeKind, Text),
    (number, read): (i64, &str),
) -> Result<(), Failure> {
    let why = word::<ReadWhy>(read)?;
    let (notice, line) = write(node, move |tx| {
        let notice = reading::read_at_house(tx, &worker, kind, (number, why))?;
        Ok((notice, reading::line_at_house(tx, &worker, (kind, number))?))
    })?;
    content(terminal, (from, &notice), &line)
}

fn out_list(
    terminal: &Terminal,
    node: &Node,
    worker: Worker,
    (kind, name): (NoticeKind, &str),
) -> Result<(), Failure> {
    let lines = write(node, move |tx| tipping::list(tx, &worker, kind))?;
    let (mut values, mut rows) = (Vec::new(), Vec::new());
    for line in &lines {
        let (value, row) = out_line(terminal, line.out.id, &line.out, &line.came);
        values.push(value);
        rows.push(row);
    }
    listed(terminal, &json!({ name: values }), &rows)
}

fn tip(
    terminal: &Terminal,
    node: &Node,
    (receiver, worker): (Receiver, Worker),
    args: &TipArgs,
) -> Result<(), Failure> {
    let wish = tipping::Wish {
        school: args.school.clone(),
        relay: args.relay.clone(),
        about: word::<TipAbout>(&args.about)?,
        child: args.child.clone(),
        said: args.said.clone(),
        contact: (args.person.clone(), args.phone.clone()),
    };
    let by = worker.clone();
    let id = write(node, move |tx| tipping::prepare(tx, (&receiver, &by), &wish))?;
    preview(terminal, node, (worker, id))
}

fn hand_off(
    terminal: &Terminal,
    node: &Node,
    (receiver, worker): (Receiver, Worker),
    args: &HandOffArgs,
) -> Result<(), Failure> {
    let wish = handing::Wish {
        to: args.school.clone(),
        relay: args.relay.clone(),
        name: args.name.clone(),
        reach: args.reach.clone(),
        danger: word::<Danger>(&args.danger)?,
        ground: word::<HandOffGround>(&args.ground)?,
        agreed: args.agreed.clone(),
        contact: (args.person.clone(), args.phone.clone()),
    };
    let by = worker.clone();
    let id = write(node, move |tx| handing::prepare(tx, (&receiver, &by), &wish))?;
    preview(terminal, node, (worker, id))
}

fn preview(terminal: &Terminal, node: &Node, (worker, id): (Worker, i64)) -> Result<(), Failure> {
    let (preview, came) = write(node, move |tx| tipping::preview(tx, &worker, id))?;
    let next = match preview.out.kind {
        NoticeKind::HandOff => words::SHOWN_HAND_OFF,
        NoticeKind::Tip | NoticeKind::Report => words::SHOWN_TIP,
    };
    let next = terminal.text(next, &[&preview.length, &id, &preview.digest]);
    shown(terminal, (id, &preview), (&came, &next))
}
