//! `screening`: runs at the terminal, by the same acts as the pages, as an account.

use std::collections::HashMap;

use clap::{Args, Subcommand};
use domain::period::Term;
use domain::screening::Unasked;
use domain::screening::order::{LowestTier, PER_DAY};
use jiff::civil::{Date, time};
use runtime::cli::{Exit, Failure, Sentence, Terminal};
use serde_json::json;

use super::acting::{self, ActingArgs};
use super::{Place, context, words};
use crate::app::Node;
use crate::import::value::Grade;
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::run::{self, RunId};
use crate::ledger::showing::Names;
use crate::packs::Packs;
use crate::screening::answering::AnsweringError;
use crate::screening::attendance;
use crate::screening::funnel::{self, Standing};
use crate::screening::opening::{self, OpeningError, Plan};

#[derive(Args, Debug)]
pub(super) struct ScreeningArgs {
    #[command(flatten)]
    acting: ActingArgs,

    #[command(subcommand)]
    command: ScreeningCommand,
}

#[derive(Debug, Subcommand)]
enum ScreeningCommand {
    /// Open a run over the whole roll
    New(NewArgs),
    /// Draw codes for the students of a class who have none, and print them
    Codes(CodesArgs),
    /// How far a run has come, class by class
    Progress(RunArgs),
    /// Close a run; codes and drafts are destroyed
    Close(CloseArgs),
}

#[derive(Args, Clone, Debug)]
struct NewArgs {
    /// Name of the run
    #[arg(long, value_name = "NAME")]
    name: String,

    /// Whom a student may turn to
    #[arg(long, value_name = "TEXT")]
    contact: String,

    /// Scale and the grades that answer it, such as phq-9:g7,g8; may be repeated
    #[arg(long = "use", value_name = "SCALE:GRADES")]
    uses: Vec<String>,

    /// First day; today if not given
    #[arg(long, value_name = "YYYY-MM-DD")]
    first: Option<Date>,

    /// Last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    last: Date,

    /// Classes a school day; all at once if not given
    #[arg(long, value_name = "N", default_value_t = 0)]
    classes_per_day: u32,

    /// Interview students for whom a scale suggests the lowest tier, too
    #[arg(long)]
    lowest_tier: bool,
}

#[derive(Args, Clone, Debug)]
struct RunArgs {
    /// Number of the run
    run: i64,
}

#[derive(Args, Clone, Debug)]
struct CodesArgs {
    /// Number of the run
    run: i64,
    /// Grade, such as g7 or 七年级
    grade: String,
    /// Class as the roll writes it
    class: String,
}

#[derive(Args, Clone, Debug)]
struct CloseArgs {
    /// Number of the run
    run: i64,
    /// The make-up list was looked at
    #[arg(long)]
    yes: bool,
    /// Why; needed before the last window has closed
    #[arg(long, value_name = "TEXT", default_value = "")]
    reason: String,
}

pub(super) fn run(terminal: &Terminal, place: &Place, args: &ScreeningArgs) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    match &args.command {
        ScreeningCommand::New(new) => open(terminal, &node, author, new),
        ScreeningCommand::Codes(codes) => print(terminal, &node, author, codes.clone()),
        ScreeningCommand::Progress(run) => progress(terminal, &node, &author, run.run),
        ScreeningCommand::Close(close) => end(terminal, &node, &author, close),
    }
}

fn open(terminal: &Terminal, node: &Node, author: Author, args: &NewArgs) -> Result<(), Failure> {
    let packs = node.packs()?;
    let today = node.clock().today();
    let term = packs.calendar().current(today).copied();
    let term = term.ok_or_else(|| Failure::new(Exit::NotFound, "TERM_UNKNOWN", words::NO_TERM))?;
    let plan = plan(args, &packs, (term, today))?;
    let shelf = node.shelf();
    let opened =
        node.ledger().write("open_run", move |tx| opening::open(tx, &author, &plan, &shelf));
    let id = opened.map_err(wrong)?;
    terminal.result(&json!({"run": id.0}), |terminal| terminal.text(words::RUN_OPENED, &[&id.0]))
}

fn plan(args: &NewArgs, packs: &Packs, (term, today): (Term, Date)) -> Result<Plan, Failure> {
    let mut scales = Vec::new();
    for named in &args.uses {
        let (scale, grades) = named.split_once(':').unwrap_or((named, ""));
        let known = packs.scale(scale).ok_or_else(|| {
            let message = Sentence::new(words::NO_SCALE, &[&scale]);
            Failure::new(Exit::NotFound, "SCALE_UNKNOWN", message)
        })?;
        let grades = grades.split(',').filter(|word| !word.is_empty()).map(grade);
        scales.push((known.clone(), grades.collect::<Result<Vec<_>, _>>()?));
    }
    Ok(Plan {
        name: args.name.clone(),
        contact: args.contact.clone(),
        term,
        scales,
        first: args.first.unwrap_or(today),
        last: args.last,
        hours: (time(7, 30, 0, 0), time(18, 0, 0, 0)),
        classes_per_day: args.classes_per_day,
        lowest: match args.lowest_tier {
            true => LowestTier::Interviewed,
            false => LowestTier::Left,
        },
        unasked: Unasked::Wait,
        per_day: PER_DAY,
        special: None,
    })
}

/// A grade by its code or its name.
fn grade(text: &str) -> Result<Grade, Failure> {
    let codes = (1..=12).map(|number| format!("g{number}"));
    let named = codes.filter_map(|code| Grade::from_code(&code)).find(|grade| grade.zh() == text);
    Grade::from_code(text)
        .or(named)
        .ok_or_else(|| Failure::new(Exit::Usage, "GRADE", Sentence::new(words::NO_GRADE, &[&text])))
}

fn print(terminal: &Terminal, node: &Node, author: Author, args: CodesArgs) -> Result<(), Failure> {
    let grade = grade(&args.grade)?;
    let drawn = node.ledger().write("draw_codes", move |tx| {
        let known = run::get_open(tx, RunId(args.run))?;
        let mut slips = Vec::new();
        for who in run::people::all(tx, known.id)? {
            let is_in = who.grade == grade && *who.class == *args.class;
            let is_given = attendance::is_given_a_code(&known, &who, author.today());
            let is_new = who.code_at_ms.is_none() && is_given;
            if is_in && is_new {
                slips
                    .push((who.student, attendance::issue(tx, &author, &known, &who)?.to_string()));
            }
        }
        attendance::log_named(tx, &author, slips.iter().map(|(student, _)| *student))?;
        Ok::<_, LedgerRefusal>((slips, Names::load(tx)?))
    });
    let (slips, names) = drawn?;
    let named: Vec<(String, String)> =
        slips.into_iter().map(|(who, code)| (names.student_line(who), code)).collect();
    let value: Vec<_> =
        named.iter().map(|(name, code)| json!({"student": name, "code": code})).collect();
    terminal.result(&json!({"slips": value}), |terminal| {
        let lines: Vec<String> =
            named.iter().map(|(name, code)| format!("{code}   {name}")).collect();
        format!("{}\n{}", terminal.text(words::CODES_ONCE, &[&named.len()]), lines.join("\n"))
    })
}

fn progress(terminal: &Terminal, node: &Node, author: &Author, id: i64) -> Result<(), Failure> {
    acting::allow(author, domain::ledger::Action::Do(domain::ledger::Act::ReadCounts))?;
    let (shelf, today) = (node.shelf(), author.today());
    let found = node.ledger().write("progress", move |tx| {
        let known = run::get(tx, RunId(id))?;
        opening::follow_roll(tx, &shelf, &known)?;
        Ok::<_, LedgerRefusal>(funnel::progress(&funnel::standings(tx, &known, today)?))
    });
    let (whole, classes) = found?;
    let missing = |progress: &funnel::Progress| {
        let open = Standing::ALL.into_iter().filter(|standing| standing.is_to_make_up());
        open.map(|standing| progress.count(standing)).sum::<u64>()
    };
    let value: Vec<HashMap<&str, String>> = classes
        .iter()
        .map(|((grade, class), progress)| {
            HashMap::from([
                ("grade", grade.code().to_owned()),
                ("class", class.to_string()),
                ("roll", progress.roll().to_string()),
                ("reached", progress.reached().to_string()),
                ("missing", missing(progress).to_string()),
            ])
        })
        .collect();
    let all = json!({"roll": whole.roll(), "reached": whole.reached(), "classes": value});
    terminal.result(&all, |terminal| {
        let line = |name: &str, progress: &funnel::Progress| {
            let numbers: [&dyn std::fmt::Display; 4] =
                [&name, &progress.roll(), &progress.reached(), &missing(progress)];
            terminal.text(words::RUN_LINE, &numbers)
        };
        let mut lines: Vec<String> = classes
            .iter()
            .map(|((grade, class), progress)| line(&format!("{} {class}", grade.zh()), progress))
            .collect();
        lines.push(line("=", &whole));
        lines.join("\n")
    })
}

fn end(terminal: &Terminal, node: &Node, author: &Author, args: &CloseArgs) -> Result<(), Failure> {
    if !args.yes {
        return Err(Failure::new(Exit::Refused, "NOT_SURE", words::RUN_NOT_SURE)
            .hint(words::RUN_NOT_SURE_NEXT));
    }
    let (shelf, id, author) = (node.shelf(), RunId(args.run), author.because(&args.reason));
    let closed =
        node.ledger().write("close_run", move |tx| opening::close(tx, &author, &shelf, id));
    closed.map_err(wrong)?;
    terminal.result(&json!({"run": id.0, "closed": true}), |terminal| {
        terminal.text(words::RUN_CLOSED, &[&id.0])
    })
}

fn wrong(error: OpeningError) -> Failure {
    match error {
        OpeningError::Refused(refusal) => refusal.into(),
        OpeningError::Scale(barred) => super::reason::barred(&barred),
        OpeningError::Papers(AnsweringError::Screening(error)) => error.into(),
        OpeningError::NobodyAsked => Failure::new(Exit::Invalid, "RUN_PLAN", words::RUN_NOBODY),
        OpeningError::BelowSelfReport => Failure::new(Exit::Invalid, "RUN_PLAN", words::RUN_BELOW),
        OpeningError::Stands { name, grades } => {
            let grades: Vec<&str> = grades.iter().map(|grade| grade.zh()).collect();
            let message = Sentence::new(words::RUN_STANDS, &[&name, &grades.join("、")]);
            Failure::new(Exit::Refused, "RUN_STANDS", message).hint(words::RUN_STANDS_NEXT)
        }
        _ => Failure::new(Exit::Invalid, "RUN_PLAN", words::RUN_PLAN),
    }
}
