//! `ledger case`: entering, moving, signing and reviewing cases of the early-warning ledger.

use clap::{Args, Subcommand};
use domain::ledger::Word as _;
use domain::ledger::terms::{ReviewDecision, Tier};
use domain::ledger::words::{AlertSource, Move};
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use runtime::sql::Tx;
use serde_json::{Value, json};

use super::{chosen, student, table, word, words};
use crate::app::Node;
use crate::ledger::account::staff_of;
use crate::ledger::author::Author;
use crate::ledger::board;
use crate::ledger::case::{self, MoveWish};
use crate::ledger::entry::{RecordId, StaffId};
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;

#[derive(Debug, Subcommand)]
pub(super) enum CaseCommand {
    /// Open cases that you may see, gravest first
    List,
    /// Enter a student; acts at once
    Open(OpenArgs),
    /// Raise a tier; acts at once
    Raise(MoveArgs),
    /// Ask to lower a tier; a second person agrees first
    Lower(MoveArgs),
    /// Ask to take a case off the ledger; a second person agrees first
    Leave(LeaveArgs),
    /// Sign a move as the second person
    Sign {
        /// Number of the move
        number: i64,
        /// Do not agree
        #[arg(long)]
        refuse: bool,
        /// Why; kept with the signature
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Note that a review was held
    Review {
        /// Number of the review
        number: i64,
        /// keep, raise, lower or close
        #[arg(long, value_name = "WORD")]
        decision: String,
        /// Day of the next review
        #[arg(long, value_name = "YYYY-MM-DD")]
        next: Date,
        /// Day on which it was held; today if not given
        #[arg(long, value_name = "YYYY-MM-DD")]
        held: Option<Date>,
        /// What was found; kept with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Args, Debug)]
pub(super) struct OpenArgs {
    /// Student number
    student: String,
    #[command(flatten)]
    wish: WishArgs,
    /// Day of the warning; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// Another school handed the case over with the student
    #[arg(long)]
    moved_in: bool,
}

#[derive(Args, Debug)]
pub(super) struct MoveArgs {
    /// Number of the case
    number: i64,
    #[command(flatten)]
    wish: WishArgs,
}

#[derive(Args, Debug)]
struct WishArgs {
    /// Tier: attention, close attention or crisis
    #[arg(long, value_name = "TIER")]
    tier: String,
    /// Where the warning came from
    #[arg(long, value_name = "WORD")]
    source: String,
    /// Staff number of who is responsible
    #[arg(long, value_name = "NUMBER")]
    owner: String,
    /// Day of the next review
    #[arg(long, value_name = "YYYY-MM-DD")]
    review: Date,
    /// Why; kept with the move
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

#[derive(Args, Debug)]
pub(super) struct LeaveArgs {
    /// Number of the case
    number: i64,
    /// The student goes to another school
    #[arg(long)]
    moved_out: bool,
    /// Where it was found
    #[arg(long, value_name = "WORD", default_value = "counsellor")]
    source: String,
    /// Why; kept with the move
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(
    terminal: &Terminal,
    node: &Node,
    author: Author,
    command: &CaseCommand,
) -> Result<(), Failure> {
    match command {
        CaseCommand::List => list(terminal, node, author),
        CaseCommand::Open(args) => open(terminal, node, &author, args),
        CaseCommand::Raise(args) => moved(terminal, node, &author, (args, Move::TierUp)),
        CaseCommand::Lower(args) => moved(terminal, node, &author, (args, Move::TierDown)),
        CaseCommand::Leave(args) => leave(terminal, node, &author, args),
        CaseCommand::Sign { number, refuse, reason } => {
            let (author, record, agrees) = (author.because(reason), RecordId(*number), !refuse);
            let work = move |tx: &Tx<'_>| case::sign(tx, &author, record, agrees);
            node.ledger().write("sign", work)?;
            let value = json!({"move": number, "agreed": agrees});
            terminal.result(&value, |terminal| terminal.text(words::SIGNED, &[number]))
        }
        CaseCommand::Review { number, decision, next, held, reason } => {
            let (author, record, next) = (author.because(reason), RecordId(*number), *next);
            let decision = word::<ReviewDecision>(decision)?;
            let held = (held.unwrap_or_else(|| author.today()), decision, next);
            let work = move |tx: &Tx<'_>| case::hold_review(tx, &author, record, held);
            node.ledger().write("hold_review", work)?;
            let value = json!({"review": number, "next": next.to_string()});
            terminal.result(&value, |terminal| terminal.text(words::REVIEWED, &[&next]))
        }
    }
}

fn list(terminal: &Terminal, node: &Node, reader: Author) -> Result<(), Failure> {
    let (rows, names) = node.ledger().write("cases", move |tx| {
        Ok::<_, LedgerRefusal>((board::cases(tx, &reader)?, Names::load(tx)?))
    })?;
    let number = |id| names.student(id).map(|known| known.number.clone());
    let waits = |row: &board::BoardRow| row.to_sign.first().map(|moved| moved.record.0);
    let value: Vec<Value> = rows
        .iter()
        .map(|row| {
            let review = row.review.as_ref();
            json!({"case": row.now.case.record.0, "tier": row.now.tier.as_str(),
                   "student": number(row.now.case.entry.student),
                   "owner": names.staff(row.now.owner), "move_to_sign": waits(row),
                   "review": review.map(|review| review.record.0),
                   "review_due": review.map(|review| review.entry.due.to_string())})
        })
        .collect();
    terminal.result(&json!({ "cases": value }), |terminal| {
        let heads =
            [words::NUMBER, words::TIER, words::STUDENT, words::OWNER, words::REVIEW, words::WAITS];
        let mut table = table(terminal, &heads);
        for row in &rows {
            let review = row.review.as_ref();
            table.row(vec![
                row.now.case.record.0.to_string(),
                chosen(row.now.tier.label(), terminal.lang()).to_owned(),
                names.student_line(row.now.case.entry.student),
                names.staff(row.now.owner).to_owned(),
                review.map_or_else(String::new, |r| format!("{} (#{})", r.entry.due, r.record.0)),
                waits(row)
                    .map_or_else(String::new, |move_| terminal.text(words::TO_SIGN, &[&move_])),
            ]);
        }
        if rows.is_empty() { terminal.text(words::NOTHING, &[]) } else { table.render() }
    })
}

fn open(terminal: &Terminal, node: &Node, author: &Author, args: &OpenArgs) -> Result<(), Failure> {
    let author = author.because(&args.wish.reason);
    let day = args.day.unwrap_or_else(|| author.today());
    let how = if args.moved_in { Move::MovedIn } else { Move::Opened };
    let (wish, owner) = (wish(&args.wish, how)?, args.wish.owner.clone());
    let number = args.student.clone();
    let record = node.ledger().write("open_case", move |tx| {
        let wish = MoveWish { owner: staff(tx, &owner)?, ..wish };
        let student = student(tx, &author, &number)?;
        Ok::<_, Failure>(case::open(tx, &author, student, day, &wish)?)
    })?;
    terminal.result(&json!({"case": record.0}), |t| t.text(words::ENTERED, &[&record.0]))
}

fn moved(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    (args, how): (&MoveArgs, Move),
) -> Result<(), Failure> {
    let (author, case) = (author.because(&args.wish.reason), RecordId(args.number));
    let (wish, owner) = (wish(&args.wish, how)?, args.wish.owner.clone());
    let record = node.ledger().write("ask_move", move |tx| {
        let wish = MoveWish { owner: staff(tx, &owner)?, ..wish };
        Ok::<_, Failure>(case::ask_move(tx, &author, case, &wish)?)
    })?;
    let said = if how == Move::TierUp { words::RAISED } else { words::ASKED };
    let value = json!({"move": record.0, "in_force": how == Move::TierUp});
    terminal.result(&value, |terminal| terminal.text(said, &[&record.0]))
}

fn leave(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &LeaveArgs,
) -> Result<(), Failure> {
    let (author, case) = (author.because(&args.reason), RecordId(args.number));
    let source = word::<AlertSource>(&args.source)?;
    let how = if args.moved_out { Move::MovedOut } else { Move::Closed };
    let record = node.ledger().write("leave", move |tx| {
        let owner = board::owner_of(tx, case)?.ok_or(LedgerRefusal::Unknown)?;
        let wish = MoveWish { how, to: None, source, owner, next_review: None };
        case::ask_move(tx, &author, case, &wish)
    })?;
    let value = json!({"move": record.0, "in_force": false});
    terminal.result(&value, |terminal| terminal.text(words::ASKED, &[&record.0]))
}

/// The wish without its owner, who is looked up where the ledger is open.
fn wish(args: &WishArgs, how: Move) -> Result<MoveWish, Failure> {
    let (to, source) = (Some(word::<Tier>(&args.tier)?), word::<AlertSource>(&args.source)?);
    Ok(MoveWish { how, to, source, owner: StaffId(0), next_review: Some(args.review) })
}

fn staff(tx: &Tx<'_>, number: &str) -> Result<StaffId, Failure> {
    staff_of(tx, number)?.ok_or_else(|| {
        let message = Sentence::new(words::NO_STAFF, &[&number]);
        Failure::new(Exit::NotFound, "STAFF_UNKNOWN", message)
    })
}
