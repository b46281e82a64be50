//! `roll`: who comes, who leaves, what is corrected, and the turn of the year.

use clap::{Args, Subcommand};
use domain::ledger::terms::TransferKind;
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use serde_json::json;

use super::acting::{self, ActingArgs};
use super::ledger::{student, word};
use super::{Place, context};
use crate::app::Node;
use crate::import::Fault;
use crate::import::value::{self, GradeSpan};
use crate::ledger::author::Author;
use crate::ledger::roll_change::{self, Arrival, Correction, Leaving};

mod turn;
mod words;

#[derive(Args, Debug)]
pub(super) struct RollArgs {
    #[command(flatten)]
    acting: ActingArgs,
    #[command(subcommand)]
    command: RollCommand,
}

#[derive(Debug, Subcommand)]
enum RollCommand {
    /// Enter a student who comes
    Arrive(ArriveArgs),
    /// Enter a student who leaves
    Leave(LeaveArgs),
    /// Correct what the roll says about a student
    Correct(CorrectArgs),
    /// Every class moves up at the turn of the year
    #[command(subcommand)]
    Turn(turn::TurnCommand),
}

#[derive(Args, Debug)]
struct ArriveArgs {
    /// Student number
    number: String,
    /// Name of the student
    #[arg(long, value_name = "NAME")]
    name: String,
    /// 男, 女 or empty
    #[arg(long, value_name = "SEX", default_value = "")]
    sex: String,
    /// Grade, such as 七年级 or g7
    #[arg(long, value_name = "GRADE")]
    grade: String,
    /// Class, such as 3班
    #[arg(long, value_name = "CLASS")]
    class: String,
    /// Birth date
    #[arg(long, value_name = "YYYY-MM-DD")]
    birth: Option<Date>,
    /// First day at this school; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// The other school
    #[arg(long, value_name = "NAME", default_value = "")]
    other_school: String,
}

#[derive(Args, Debug)]
struct LeaveArgs {
    /// Student number
    number: String,
    /// out, graduated or left
    #[arg(long, value_name = "WORD")]
    how: String,
    /// First day away; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// The other school
    #[arg(long, value_name = "NAME", default_value = "")]
    other_school: String,
}

#[derive(Args, Debug)]
struct CorrectArgs {
    /// Student number
    number: String,
    /// Name of the student
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// 男, 女 or empty
    #[arg(long, value_name = "SEX")]
    sex: Option<String>,
    /// Birth date
    #[arg(long, value_name = "YYYY-MM-DD")]
    birth: Option<Date>,
    /// Grade, such as 七年级 or g7
    #[arg(long, value_name = "GRADE")]
    grade: Option<String>,
    /// Class, such as 3班
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// Day from which it is right; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Date>,
    /// Why; kept with it
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &RollArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        RollCommand::Arrive(args) => arrive(terminal, &node, &author, args),
        RollCommand::Leave(args) => leave(terminal, &node, &author, args),
        RollCommand::Correct(args) => correct(terminal, &node, &author, args),
        RollCommand::Turn(command) => turn::run(terminal, &node, &author, command),
    }
}

fn arrive(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &ArriveArgs,
) -> Result<(), Failure> {
    let arrival = Arrival {
        day: args.day.unwrap_or_else(|| author.today()),
        number: parsed(value::StudentNumber::parse(&args.number))?,
        name: parsed(value::parse_name(&args.name))?,
        sex: parsed(value::parse_sex(&args.sex))?,
        birth_date: args.birth,
        grade: grade(node, &args.grade, author.today())?,
        class: parsed(value::parse_class(&args.class))?.label,
        other_school: args.other_school.trim().to_owned(),
    };
    let (author, day) = (author.clone(), arrival.day);
    node.ledger().write("arrive", move |tx| roll_change::arrive(tx, &author, &arrival))?;
    let value = json!({"entered": true, "day": day.to_string()});
    terminal.result(&value, |terminal| terminal.text(words::CAME, &[&day]))
}

fn leave(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &LeaveArgs,
) -> Result<(), Failure> {
    let leaving = Leaving {
        day: args.day.unwrap_or_else(|| author.today()),
        how: word::<TransferKind>(&args.how)?,
        other_school: args.other_school.trim().to_owned(),
    };
    let (author, number, day) = (author.clone(), args.number.clone(), leaving.day);
    let left = node.ledger().write("leave", move |tx| {
        let student = student(tx, &author, &number)?;
        Ok::<_, Failure>(roll_change::leave(tx, &author, student, &leaving)?)
    })?;
    let value = json!({"entry": left.entry.0, "day": day.to_string(), "ended": left.ended,
                       "open_case": left.open_case});
    terminal.result(&value, |terminal| {
        let said = terminal.text(words::LEFT, &[&day, &left.ended]);
        let case = terminal.text(words::LEFT_CASE, &[]);
        if left.open_case { format!("{said}\n{case}") } else { said }
    })
}

fn correct(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &CorrectArgs,
) -> Result<(), Failure> {
    let right = Correction {
        name: args.name.as_deref().map(value::parse_name).map(parsed).transpose()?,
        sex: args.sex.as_deref().map(value::parse_sex).map(parsed).transpose()?,
        birth_date: args.birth,
        grade: args.grade.as_deref().map(|g| grade(node, g, author.today())).transpose()?,
        class: args
            .class
            .as_deref()
            .map(|class| parsed(value::parse_class(class)).map(|class| class.label))
            .transpose()?,
    };
    let day = args.day.unwrap_or_else(|| author.today());
    let (author, number) = (author.because(&args.reason), args.number.clone());
    node.ledger().write("correct_roll", move |tx| {
        let student = student(tx, &author, &number)?;
        Ok::<_, Failure>(roll_change::correct(tx, &author, (student, day), &right)?)
    })?;
    let value = json!({"corrected": true, "day": day.to_string()});
    terminal.result(&value, |terminal| terminal.text(words::CORRECTED, &[&day]))
}

/// A grade by its code or its name, read as a roster of this school reads one.
pub(super) fn grade(node: &Node, text: &str, today: Date) -> Result<value::Grade, Failure> {
    let span = node.config().school.grade_span().unwrap_or(GradeSpan::ALL);
    parsed(value::grade_of(text, span, crate::ledger::turn::year_of(today)))
}

pub(super) fn parsed<T>(value: Result<T, Fault>) -> Result<T, Failure> {
    value.map_err(|fault| {
        let message = Sentence::pair(
            format!("{}。名册没有改动。", fault.reason.zh),
            format!("{}; the roll was not changed.", fault.reason.en),
        );
        let hint = Sentence::pair(fault.hint.zh.to_string(), fault.hint.en.to_string());
        Failure::new(Exit::Invalid, "VALUE", message).hint(hint)
    })
}
