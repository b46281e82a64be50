//! `inspection`: the inspection sheet at a terminal, for an account that may see counts.

use clap::Args;
use domain::cell::Cell;
use domain::ledger::{Act, Action};
use runtime::cli::{Align, Failure, Table, Terminal};
use runtime::texts;
use serde_json::{Value, json};

use super::acting::{self, ActingArgs};
use super::{Place, context};
use crate::inspection::{self, SheetLine};

texts! {
    LINE = "核验项目", "what is verified";
    DONE = "数", "done";
    DUE = "应", "due";
    NOT_KEPT = "还没有登记过", "nothing entered yet";
    NONE = "无来源", "no source";
    HEAD = "督导核验单 {0} 学期，截至 {1}。只供本校现场核验，不出校。",
        "Inspection sheet, term {0}, as of {1}. For this school's own screen and paper; it \
         never leaves.";
    NOTHING = "还没有可核验的数据：请先设置学校类型并导入名册。",
        "Nothing to verify yet: set the school's type and import the roster.";
}

#[derive(Args, Debug)]
pub(super) struct InspectionArgs {
    #[command(flatten)]
    acting: ActingArgs,
}

pub(super) fn run(
    terminal: &Terminal,
    place: &Place,
    args: &InspectionArgs,
) -> Result<(), Failure> {
    let node = context::open(terminal, place)?;
    let author = acting::needed(terminal, &node, &args.acting)?;
    acting::allow(&author, Action::Do(Act::ReadCounts))?;
    let (packs, now_ms) = (node.packs()?, node.clock().now_ms());
    let (catalogue, calendar) = (packs.in_force().pack.clone(), packs.calendar().clone());
    let today = author.today();
    let counted =
        node.ledger().read(move |tx| inspection::sheet(tx, (&catalogue, &calendar), today, now_ms));
    let Some(sheet) = counted.map_err(super::indicator::uncounted)? else {
        return terminal.result(&json!({ "lines": [] }), |terminal| terminal.text(NOTHING, &[]));
    };
    let value: Vec<Value> = sheet
        .lines
        .iter()
        .map(|line| {
            json!({"line": line.label.in_lang(runtime::web::Lang::En), "done": number(line.done),
                   "due": line.due.and_then(number)})
        })
        .collect();
    let value = json!({"term": sheet.term.to_string(), "day": today.to_string(), "lines": value});
    terminal.result(&value, |terminal| {
        let mut table = Table::new()
            .column(&terminal.text(LINE, &[]), Align::Left)
            .column(&terminal.text(DONE, &[]), Align::Right)
            .column(&terminal.text(DUE, &[]), Align::Right);
        for SheetLine { label, done, due } in &sheet.lines {
            let due = due.map_or_else(String::new, |due| figure(terminal, due));
            table.row(vec![terminal.text(*label, &[]), figure(terminal, *done), due]);
        }
        format!("{}\n{}", terminal.text(HEAD, &[&sheet.term, &today]), table.render())
    })
}

const fn number(cell: Cell) -> Option<u64> {
    match cell {
        Cell::Value(value) => Some(value),
        _ => None,
    }
}

fn figure(terminal: &Terminal, cell: Cell) -> String {
    match cell {
        Cell::Value(value) => value.to_string(),
        Cell::NotApplicable => "—".to_owned(),
        Cell::NotReported => terminal.text(NOT_KEPT, &[]),
        Cell::Suppressed | Cell::Unsupported => terminal.text(NONE, &[]),
    }
}
