//! A planned table as people are shown it: what stands in a row, who may be meant, what is wrong.

use runtime::web::Lang;

use super::table::{Fate, Plan, PlannedRow};
use crate::import::Language;
use crate::ledger::entry::{Cell, Shape, StudentId};
use crate::ledger::kinds::KindColumns;
use crate::ledger::showing::Names;

/// The students whom some rows of a plan are about, or who may be meant; showing them is a read.
#[must_use]
pub fn students(
    known: &KindColumns,
    plan: &Plan,
    wanted: impl Fn(&PlannedRow) -> bool,
) -> Vec<StudentId> {
    let mut students = Vec::new();
    for row in plan.rows.iter().filter(|row| wanted(row)) {
        students.extend(&row.meant);
        for (column, cell) in known.columns.iter().zip(&row.cells) {
            if let (Shape::Student, Cell::Integer(id)) = (column.shape, cell) {
                students.push(StudentId(*id));
            }
        }
    }
    students
}

/// What stands in a row, notes left out.
#[must_use]
pub fn content(known: &KindColumns, row: &PlannedRow, names: &Names, lang: Lang) -> String {
    if row.cells.is_empty() {
        return row.typed.clone();
    }
    let shown = known.columns.iter().zip(&row.cells);
    let shown = shown.filter(|(column, _)| !matches!(column.shape, Shape::Note));
    let values = shown.map(|(column, cell)| names.shown(cell, column.shape, lang));
    values.filter(|value| !value.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// What is wrong with a row, is asked about it, or is not written of it.
#[must_use]
pub fn fault(row: &PlannedRow, lang: Lang) -> String {
    let language = match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    match &row.fate {
        Fate::New | Fate::Known(None) => String::new(),
        Fate::Double(said) | Fate::Known(Some(said)) => said.to(language).to_owned(),
        Fate::Wrong(wrong) => {
            let said = wrong
                .iter()
                .map(|(column, said)| format!("{column} {}", said.to(language)).trim().to_owned());
            said.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Those who may be meant by a name, with their numbers; empty where nobody is asked about.
#[must_use]
pub fn meant(row: &PlannedRow, names: &Names, lang: Lang) -> String {
    let meant = row.meant.iter().map(|student| {
        let number = names.student(*student).map_or("", |known| &known.number);
        format!("{} {number}", names.student_line(*student))
    });
    let between = match lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    };
    meant.collect::<Vec<_>>().join(between)
}
