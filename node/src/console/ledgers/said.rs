//! A version of an entry in one line: each value with its label.
//!
//! A page of one record shows everything that stands in it; the timeline of a student what is so.

use domain::ledger::Kind;
use runtime::web::Lang;

use super::words;
use crate::desk::{fields, labels};
use crate::ledger::browse::{self, Line};
use crate::ledger::entry::{Cell, Column, Shape};
use crate::ledger::showing::Names;

/// The values of a line, each with its label, but for its day, which stands beside them.
pub(in crate::console) fn content(line: &Line, names: &Names, lang: Lang) -> String {
    told(line, names, |_, _| true, (Some(line.day.to_string()), lang))
}

/// The values of a version, each with its label: nothing else says of which day it is, and two
/// versions may differ in the day alone.
pub(in crate::console) fn whole(line: &Line, names: &Names, lang: Lang) -> String {
    told(line, names, |_, _| true, (None, lang))
}

/// A line of the timeline: what is so, and that what is only planned was not done.
pub(in crate::console) fn brief(line: &Line, names: &Names, lang: Lang) -> String {
    let says_much = |column: &Column, cell: &Cell| {
        let is_no = matches!((column.shape, cell), (Shape::Flag, Cell::Integer(0)));
        !is_no && !column.name.ends_with("_digest")
    };
    let said = told(line, names, says_much, (Some(line.day.to_string()), lang));
    if is_planned(line) { format!("{} · {said}", words::PLANNED.in_lang(lang)) } else { said }
}

/// Whether a line is of what is due and was neither done nor called off.
fn is_planned(line: &Line) -> bool {
    let Ok(known) = browse::kind_of(line.kind) else { return false };
    let is_due = |name: &str| matches!(name, "done" | "done_at");
    let mut cells = known.columns.iter().zip(&line.cells);
    let cancelled = |(column, cell): (&Column, &Cell)| {
        column.name == "cancelled" && matches!(cell, Cell::Integer(1))
    };
    let followed = [Kind::Followup, Kind::AlertReview, Kind::FirstContact, Kind::CaseContact];
    followed.contains(&line.kind)
        && !cells.clone().any(cancelled)
        && cells.any(|(column, cell)| is_due(column.name) && matches!(cell, Cell::Null))
}

fn told(
    line: &Line,
    names: &Names,
    keeps: impl Fn(&Column, &Cell) -> bool,
    (beside, lang): (Option<String>, Lang),
) -> String {
    let Ok(known) = browse::kind_of(line.kind) else {
        return String::new();
    };
    let cells = known.columns.iter().zip(&line.cells);
    let is_declined = labels::is_declined(line.kind, known.columns, &line.cells);
    let shown = cells.filter(|(column, cell)| column.name != "student" && keeps(column, cell));
    let shown = shown.map(|(column, cell)| {
        let label = match column.name {
            "day" => fields::label(Some(line.kind), column, lang),
            name if is_declined => labels::of_declined(name, lang),
            name => labels::of(name, lang),
        };
        (column.name, label, names.shown(cell, column.shape, lang))
    });
    // A day by which it was due, and was not made, stands nowhere else.
    let is_beside = |value: &String| beside.as_ref() == Some(value);
    let shown = shown.filter(|(name, _, value)| *name != "day" || !is_beside(value));
    let shown = shown.map(|(_, label, value)| (label, value));
    let shown = shown.filter(|(_, value)| !value.is_empty());
    shown.map(|(label, value)| format!("{label} {value}")).collect::<Vec<_>>().join(" · ")
}
