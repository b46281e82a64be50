//! `roll turn`: preview, ask, sign, undo.

use clap::{Args, Subcommand};
use jiff::civil::Date;
use runtime::cli::{Exit, Failure, Terminal};
use runtime::sql::Tx;
use serde_json::{Value, json};

use super::words;
use crate::app::Node;
use crate::cli::ledger::{student, table};
use crate::ledger::author::Author;
use crate::ledger::refusal::LedgerRefusal;
use crate::ledger::showing::Names;
use crate::ledger::turn::decisions::{Carry, Class, Decisions, written};
use crate::ledger::turn::plan::{Plan, StepKind};
use crate::ledger::turn::{self, TurnState};

#[derive(Debug, Subcommand)]
pub(super) enum TurnCommand {
    /// Show what a turn would do, class by class
    Preview(DecisionArgs),
    /// Ask for a turn; a second person signs it
    Ask {
        #[command(flatten)]
        decisions: DecisionArgs,
        /// Why; kept with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Turns that were asked for, and how each stands
    List,
    /// Sign a turn as the second person; it is carried out at once
    Sign {
        /// Number of the turn
        number: i64,
        /// Do not agree
        #[arg(long)]
        refuse: bool,
        /// Why; kept with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Undo a turn on which nothing was built
    Undo {
        /// Number of the turn
        number: i64,
        /// Why; kept with it
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

#[derive(Args, Debug)]
pub(super) struct DecisionArgs {
    /// First day in the new grades, such as 2026-09-01
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Date,
    /// A class that becomes another than the rule says, such as g7/1班=g8/2班 or g6/1班=leave
    #[arg(long = "class", value_name = "FROM=TO")]
    classes: Vec<String>,
    /// Student number of who repeats the grade; may be repeated
    #[arg(long = "stay", value_name = "NUMBER")]
    stay: Vec<String>,
    /// Class whose teacher does not go on with it, such as g7/1班
    #[arg(long = "teacher-ends", value_name = "CLASS")]
    teacher_ends: Vec<String>,
    /// End every mentor pair
    #[arg(long)]
    mentors_end: bool,
}

pub(super) fn run(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    command: &TurnCommand,
) -> Result<(), Failure> {
    match command {
        TurnCommand::Preview(args) => preview(terminal, node, author, args),
        TurnCommand::Ask { decisions, reason } => {
            let (author, asked) = (author.because(reason), Asked::read(decisions)?);
            let id = node.ledger().write("ask_turn", move |tx| {
                let decisions = asked.decisions(tx, &author)?;
                Ok::<_, Failure>(turn::ask(tx, &author, &decisions)?)
            })?;
            terminal.result(&json!({"turn": id}), |t| t.text(words::ASKED, &[&id]))
        }
        TurnCommand::List => list(terminal, node, author.clone()),
        TurnCommand::Sign { number, refuse, reason } => {
            let (author, id, agrees) = (author.because(reason), *number, !refuse);
            node.ledger().write("sign_turn", move |tx| turn::sign(tx, &author, id, agrees))?;
            let said = if agrees { words::DONE } else { words::REFUSED };
            terminal.result(&json!({"turn": id, "agreed": agrees}), |t| t.text(said, &[&id]))
        }
        TurnCommand::Undo { number, reason } => {
            let (author, id) = (author.because(reason), *number);
            node.ledger().write("undo_turn", move |tx| turn::undo(tx, &author, id))?;
            terminal.result(&json!({"turn": id, "undone": true}), |t| t.text(words::UNDONE, &[]))
        }
    }
}

/// What was asked for at the command line, before the ledger is open.
struct Asked {
    decisions: Decisions,
    stay: Vec<String>,
    teacher_ends: Vec<String>,
}

impl Asked {
    fn read(args: &DecisionArgs) -> Result<Self, Failure> {
        let mut decisions = Decisions::on(args.day);
        for class in &args.classes {
            let wrong = || Failure::new(Exit::Usage, "CLASS", words::CLASS_FORM);
            let (from, to) = class.split_once('=').ok_or_else(wrong)?;
            decisions.set_class(from, to, Carry::Carried).map_err(|_| wrong())?;
        }
        if args.mentors_end {
            decisions.mentors = Carry::Ended;
        }
        let (stay, teacher_ends) = (args.stay.clone(), args.teacher_ends.clone());
        Ok(Self { decisions, stay, teacher_ends })
    }

    fn decisions(&self, tx: &Tx<'_>, author: &Author) -> Result<Decisions, Failure> {
        let mut decisions = self.decisions.clone();
        for number in &self.stay {
            decisions.stay.insert(student(tx, author, number)?);
        }
        if self.teacher_ends.is_empty() {
            return Ok(decisions);
        }
        // Where a class goes is the rule's to say; only its teacher is decided here.
        let plan = turn::preview(tx, author, &decisions)?;
        for text in &self.teacher_ends {
            let class = plan.classes.iter().find(|class| written(&class.from) == *text);
            let class = class.ok_or(LedgerRefusal::Field("class"))?;
            let to = class.to.as_ref().map_or_else(|| "leave".to_owned(), written);
            decisions.set_class(text, &to, Carry::Ended)?;
        }
        Ok(decisions)
    }
}

fn preview(
    terminal: &Terminal,
    node: &Node,
    author: &Author,
    args: &DecisionArgs,
) -> Result<(), Failure> {
    let (author, asked) = (author.clone(), Asked::read(args)?);
    let (plan, names) = node.ledger().read(move |tx| {
        let decisions = asked.decisions(tx, &author)?;
        Ok::<_, Failure>((turn::preview(tx, &author, &decisions)?, Names::load(tx)?))
    })?;
    let class = |class: &Option<Class>| class.as_ref().map(written);
    let classes: Vec<Value> = plan
        .classes
        .iter()
        .map(|one| {
            json!({"class": written(&one.from), "becomes": class(&one.to), "up": one.promoted,
                   "stay": one.stays, "leave": one.leaves, "open_cases": one.open_cases,
                   "teacher_goes_on": one.teacher.map(|_| one.carry == Carry::Carried)})
        })
        .collect();
    let value = json!({"day": plan.day.to_string(), "classes": classes});
    terminal.result(&value, |terminal| {
        let lines = [shown(terminal, &plan, &names), terminal.text(words::PREVIEWED, &[])];
        lines.join("\n")
    })
}

fn shown(terminal: &Terminal, plan: &Plan, names: &Names) -> String {
    let heads = [
        words::CLASS,
        words::BECOMES,
        words::UP,
        words::STAYS,
        words::LEAVES,
        words::TEACHER,
        words::CASES,
    ];
    let mut table = table(terminal, &heads);
    for class in &plan.classes {
        let teacher = class.teacher.map_or_else(String::new, |staff| {
            let said = if class.carry == Carry::Carried { words::GOES_ON } else { words::ENDS };
            terminal.text(said, &[&names.staff(staff)])
        });
        let name = |class: &Class| format!("{}{}", class.0.zh(), class.1);
        table.row(vec![
            name(&class.from),
            class.to.as_ref().map_or_else(|| terminal.text(words::LEAVES, &[]), name),
            class.promoted.to_string(),
            class.stays.to_string(),
            class.leaves.to_string(),
            teacher,
            class.open_cases.to_string(),
        ]);
    }
    let mentors = match plan.mentors {
        Carry::Carried => words::MENTORS_KEPT,
        Carry::Ended => words::MENTORS_END,
    };
    let count = |kind| plan.count(kind);
    let (up, stay) = (count(StepKind::Promoted), count(StepKind::Stays));
    let (leave, mentors) = (count(StepKind::Leaves), terminal.text(mentors, &[]));
    let values: [&dyn std::fmt::Display; 5] = [&plan.day, &up, &stay, &leave, &mentors];
    let mut text = format!("{}\n{}", table.render(), terminal.text(words::SUMMARY, &values));
    if !plan.aside.is_empty() {
        text.push('\n');
        text.push_str(&terminal.text(words::ASIDE, &[&plan.aside.len()]));
    }
    text
}

fn list(terminal: &Terminal, node: &Node, author: Author) -> Result<(), Failure> {
    let turns = node.ledger().read(move |tx| {
        use domain::ledger::{Action, Area};
        crate::ledger::write::allow(tx, &author, Action::Read(Area::Roll), None)?;
        turn::all(tx)
    })?;
    let value: Vec<Value> = turns
        .iter()
        .map(|turn| {
            json!({"turn": turn.id, "day": turn.day.to_string(), "asked_by": turn.asked_by,
                   "state": format!("{:?}", turn.state).to_lowercase(),
                   "by": turn.acted_by, "can_undo": turn.can_undo})
        })
        .collect();
    terminal.result(&json!({ "turns": value }), |terminal| {
        if turns.is_empty() {
            return terminal.text(words::NO_TURN, &[]);
        }
        let heads = [words::NUMBER, words::DAY, words::STATE, words::ASKED_BY, words::ACTED_BY];
        let mut table = table(terminal, &heads);
        for turn in &turns {
            let state = terminal.text(state(turn.state), &[]);
            let by = turn.acted_by.clone().unwrap_or_default();
            let (id, day) = (turn.id.to_string(), turn.day.to_string());
            table.row(vec![id, day, state, turn.asked_by.clone(), by]);
        }
        table.render()
    })
}

const fn state(state: TurnState) -> runtime::web::Text {
    match state {
        TurnState::Waiting => words::WAITING_STATE,
        TurnState::Done => words::DONE_STATE,
        TurnState::Refused => words::REFUSED_STATE,
        TurnState::Undone => words::UNDONE_STATE,
    }
}
